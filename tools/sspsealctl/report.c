// SPDX-License-Identifier: MIT
/* Messages to the user, one line each. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sspsealctl.h"

static void print(struct job *job, const char *place, const char *format,
		  va_list args)
{
	int saved = errno;

	progress_clear(job);
	fprintf(stderr, "sspsealctl: %s: %s", job->command, place);
	errno = saved;
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

/* The format may use %m. */
int fail(struct job *job, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(job, "", format, args);
	va_end(args);
	return -1;
}

/* After a read that failed. */
int fail_read(struct job *job, const char *path)
{
	return fail(job, "%s: %m", input_name(path));
}

/* About the record at hand of the input. */
int fail_record(struct job *job, const char *format, ...)
{
	char place[4096 + 64];
	va_list args;

	snprintf(place, sizeof(place), "%s: record %" PRIu64 ": ",
		 input_name(job->in_path), job->record);
	va_start(args, format);
	print(job, place, format, args);
	va_end(args);
	return -1;
}

/* After an SSPI call that failed with @status. */
int fail_status(struct job *job, NTSTATUS status)
{
	__u32 reason = sspseal_last_status();

	return fail_record(job, "%s (%s, %s 0x%08" PRIx32 ")",
			   sspseal_status_text(reason),
			   sspseal_status_name(reason),
			   sspseal_ntstatus_name(status), (uint32_t)status);
}

/* After a native call that returned @ret with @status. */
int fail_native(struct job *job, const char *what, int ret, __u32 status)
{
	if (status == SSPSEAL_STATUS_OK)
		return fail(job, "%s: %s", what, strerror(-ret));
	return fail(job, "%s: %s (%s, %s)", what, sspseal_status_text(status),
		    sspseal_status_name(status), strerror(-ret));
}

// SPDX-License-Identifier: MIT
/* sspsealctl verify: the input is the signature. */
#include <inttypes.h>

#include "stream.h"

/* The data of a record, from the file that was signed. */
static int read_data(struct job *job, struct record *record)
{
	size_t size = record_size(record);
	ssize_t got = read_full(job->data, record->data, size);

	if (got < 0)
		return fail_read(job, job->data_path);
	if ((size_t)got < size)
		return fail(job, "%s: ends inside the data of record %" PRIu64,
			    input_name(job->data_path), job->record);
	return 0;
}

static int read_data_end(struct job *job)
{
	char byte;
	ssize_t got = read_full(job->data, &byte, 1);

	if (got < 0)
		return fail_read(job, job->data_path);
	if (got)
		return fail(job, "%s: more bytes than were signed",
			    input_name(job->data_path));
	return 0;
}

static int verify_record(struct job *job, LSA_SEC_HANDLE context,
			 struct record *record)
{
	struct record_message message;
	NTSTATUS status;

	record_describe(&message, &stream_signature, record);
	status = SpVerifySignature(context, &message.desc, 0, NULL);
	return status == STATUS_SUCCESS ? 0 : fail_status(job, status);
}

static int verify_stream(struct job *job, LSA_SEC_HANDLE context)
{
	struct record record;

	if (!stream_read_header(job, &stream_signature))
		return -1;
	do {
		if (stream_read_record(job, &stream_signature, &record) ||
		    read_data(job, &record) ||
		    verify_record(job, context, &record))
			return -1;
		progress_add(job, record_size(&record));
	} while (record_kind(&record) != RECORD_LAST);
	return stream_read_end(job) ? -1 : read_data_end(job);
}

int verify_command(struct job *job)
{
	static const struct task task = {
		.role = SSPSEAL_ROLE_ACCEPTOR,
		.services = SSPSEAL_SEQUENCE_DETECT,
		.output = OUTPUT_NONE,
		.loop = verify_stream,
	};

	return run_task(job, &task);
}

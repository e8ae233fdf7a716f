// SPDX-License-Identifier: MIT
/* Whole reads and writes, of files and pipes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sspsealctl.h"

/* Returns a descriptor, or -1 after a message. */
int input_open(struct job *job, const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail(job, "%s: %m", path) : fd;
}

/* Returns fewer than @size bytes at the end of the input only. */
ssize_t read_full(int fd, void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, (char *)buffer + done, size - done);

		if (got == 0)
			break;
		if (got > 0)
			done += got;
		else if (errno != EINTR)
			return -1;
	}
	return done;
}

int write_full(struct job *job, const void *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t put = write(job->out, (const char *)buffer + done,
				    size - done);

		if (put >= 0)
			done += put;
		else if (errno != EINTR)
			return fail(job, "%s: %m", job->out_path ?
				    job->out_path : "standard output");
	}
	return 0;
}

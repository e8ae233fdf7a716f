// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as a sealed stream or a signature: sspsealctl reads it to its
 * end and describes it, as "sspsealctl info FILE" does.
 *
 * The first byte says how: as it is; or each record's header alone, with as many
 * bytes behind it as it announces, or some more or fewer, so that a small input
 * makes a long stream.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/sspsealctl/stream.h"
#include "user_fuzz.h"

#define EXPAND		1
#define SIGNATURE	2
/* More than a record may announce. */
#define RECORD_LONGEST	(3 * RECORD_DATA_MAX)

static void put(int fd, const void *bytes, size_t size)
{
	if (write(fd, bytes, size) != (ssize_t)size)
		abort();
}

static void put_expanded(int fd, const __u8 *bytes, size_t size, bool bare)
{
	static const __u8 zeroes[RECORD_LONGEST];
	size_t head = size < STREAM_HEADER_SIZE ? size : STREAM_HEADER_SIZE;
	__u32 announced;

	put(fd, bytes, head);
	bytes += head;
	size -= head;
	for (; size > RECORD_HEADER_SIZE; size -= RECORD_HEADER_SIZE + 1) {
		announced = bare ? 0 : get_be32(bytes + 4);
		announced += SSPSEAL_TOKEN_SIZE + (__s8)bytes[8];
		put(fd, bytes, RECORD_HEADER_SIZE);
		put(fd, zeroes, announced < sizeof(zeroes) ? announced :
							     sizeof(zeroes));
		bytes += RECORD_HEADER_SIZE + 1;
	}
	put(fd, bytes, size);
}

/* What describes a stream does not need the device. */
int kernel_ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	abort();
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	struct job job = { .command = "info" };
	int fd = memfd_create("stream", MFD_CLOEXEC);
	char path[32];

	if (fd < 0)
		abort();
	if (size && bytes[0] & EXPAND)
		put_expanded(fd, bytes + 1, size - 1, bytes[0] & SIGNATURE);
	else if (size)
		put(fd, bytes + 1, size - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	job.in_path = path;
	stream_info(&job);
	close(job.in);
	close(fd);
	return 0;
}

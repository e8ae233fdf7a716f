// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/sspseal.h>

#include "user_fuzz.h"

static const __u8 *next;
static size_t left;

void input_begin(const __u8 *bytes, size_t size)
{
	next = bytes;
	left = size;
}

size_t input_left(void)
{
	return left;
}

void input_take(void *to, size_t size)
{
	size_t there = size < left ? size : left;

	memset(to, 0, size);
	if (!there)
		return;
	memcpy(to, next, there);
	next += there;
	left -= there;
}

__u8 input_byte(void)
{
	__u8 value;

	input_take(&value, sizeof(value));
	return value;
}

__u16 input_short(void)
{
	__u16 value;

	input_take(&value, sizeof(value));
	return value;
}

__u32 input_number(void)
{
	__u32 value;

	input_take(&value, sizeof(value));
	return value;
}

void *input_block(size_t wanted, size_t *size)
{
	void *block;

	*size = wanted < left ? wanted : left;
	block = malloc(*size);
	if (!block)
		abort();
	input_take(block, *size);
	return block;
}

const char *own_file(void)
{
	static char path[32];

	if (!*path)
		snprintf(path, sizeof(path), "/proc/self/fd/%d",
			 memfd_create("fuzz", MFD_CLOEXEC));
	return path;
}

int kernel_open(const char *path, int flags, ...)
{
	if (!strcmp(path, SSPSEAL_DEVICE))
		path = "/dev/null";
	else if (!strncmp(path, OWN_FILE, sizeof(OWN_FILE) - 1))
		path = own_file();
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

const char *key_type, *key_description;
long key_answer = -ENOKEY;

long kernel_syscall(long number, ...)
{
	va_list args;

	if (number != SYS_request_key)
		abort();
	va_start(args, number);
	key_type = va_arg(args, const char *);
	key_description = va_arg(args, const char *);
	va_end(args);
	if (key_answer >= 0)
		return key_answer;
	errno = -key_answer;
	return -1;
}

void write_file(const char *path, const void *bytes, size_t size)
{
	int fd = kernel_open(path, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

// SPDX-License-Identifier: MIT
/*
 * From a key file to a context. The key is in this process from reading it until
 * the kernel has it, in memory that is neither swapped nor dumped if that can be
 * had.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sspsealctl.h"

/* One more than a key may have, to notice one that is too long. */
#define ROOM	(SSPSEAL_KEY_MAX + 1)

static ssize_t read_key(struct job *job, unsigned char *key)
{
	int fd = open(job->key_path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return fail(job, "%s: %m", job->key_path);
	size = read_full(fd, key, ROOM);
	if (size < 0)
		fail(job, "%s: %m", job->key_path);
	else if (size < SSPSEAL_KEY_MIN || size > SSPSEAL_KEY_MAX)
		size = fail(job, "%s: a key has %d to %d bytes, this file %s%zd",
			    job->key_path, SSPSEAL_KEY_MIN, SSPSEAL_KEY_MAX,
			    size == ROOM ? "at least " : "", size);
	close(fd);
	return size;
}

int device_open(struct job *job)
{
	int fd = sspseal_device();

	if (fd < 0)
		return fail(job, SSPSEAL_DEVICE ": %s", strerror(-fd));
	return fd;
}

static int make_context(struct job *job, __u32 role, const unsigned char *key,
			size_t size, LSA_SEC_HANDLE *context)
{
	struct sspseal_create create = {
		.flags = SSPSEAL_CREATE_REQUIRE_SEAL,
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.key = (uintptr_t)key,
		.key_size = size,
	};
	int fd = device_open(job);
	int ret;

	if (fd < 0)
		return -1;
	/* A signal that ends this program does so; others mean nothing here. */
	do
		ret = sspseal_create(fd, &create);
	while (ret == -EINTR);
	if (ret)
		return fail_native(job, "cannot make a context", ret,
				   create.status);
	*context = create.handle;
	return 0;
}

int context_open(struct job *job, __u32 role, LSA_SEC_HANDLE *context)
{
	unsigned char *key = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t size;
	int ret = -1;

	if (key == MAP_FAILED)
		return fail(job, "%m");
	mlock(key, ROOM);
	madvise(key, ROOM, MADV_DONTDUMP);
	size = read_key(job, key);
	if (size >= 0)
		ret = make_context(job, role, key, size, context);
	explicit_bzero(key, ROOM);
	munmap(key, ROOM);
	return ret;
}

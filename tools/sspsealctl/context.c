// SPDX-License-Identifier: MIT
/*
 * From a key to a context. A key file's is in this process from reading it until
 * the kernel has it, in memory that is neither swapped nor dumped if that can be
 * had; a key of the kernel's never is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

/* @create: what kind of context, and where its key is. */
static int create_context(struct job *job, struct sspseal_create *create)
{
	int fd = device_open(job);
	int ret;

	if (fd < 0)
		return -1;
	/* A signal that ends this program does so; others mean nothing here. */
	do
		ret = sspseal_create(fd, create);
	while (ret == -EINTR);
	if (ret)
		return fail_native(job, "cannot make a context", ret,
				   create->status);
	return 0;
}

static int create_from_file(struct job *job, struct sspseal_create *create)
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
	if (size >= 0) {
		create->key = (uintptr_t)key;
		create->key_size = size;
		ret = create_context(job, create);
	}
	explicit_bzero(key, ROOM);
	munmap(key, ROOM);
	return ret;
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static int find_serial(struct job *job, __s32 *serial)
{
	unsigned long long number;
	int ret;

	if (is_number(job->keyring)) {
		/* ULLONG_MAX if there are more digits. */
		number = strtoull(job->keyring, NULL, 10);
		ret = number && number <= INT32_MAX ? 0 : -ENOKEY;
		*serial = number;
	} else {
		ret = sspseal_keyring_find(job->keyring, serial);
	}
	if (ret)
		return fail(job, "key %s: %s", job->keyring, strerror(-ret));
	return 0;
}

static int create_from_keyring(struct job *job, struct sspseal_create *create)
{
	if (find_serial(job, &create->key_serial))
		return -1;
	return create_context(job, create);
}

int context_open(struct job *job, const struct task *task,
		 LSA_SEC_HANDLE *context)
{
	struct sspseal_create create = {
		.flags = task->flags,
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = task->role,
		.services = task->services,
	};
	int ret;

	if (job->keyring)
		ret = create_from_keyring(job, &create);
	else
		ret = create_from_file(job, &create);
	*context = create.handle;
	return ret;
}

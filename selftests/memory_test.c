// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of memory and of its bounds share.
 */
#include <sys/mman.h>
#include <time.h>

#include "memory_test.h"

void wait_a_little(void)
{
	struct timespec pause = { .tv_nsec = 100000000 };

	nanosleep(&pause, NULL);
}

void *memory(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

__u32 initiator(int fd)
{
	return create_context(fd, SSPSEAL_ROLE_INITIATOR,
			      SSPSEAL_CONFIDENTIALITY);
}

__u32 acceptor(int fd)
{
	return create_context(fd, SSPSEAL_ROLE_ACCEPTOR,
			      SSPSEAL_CONFIDENTIALITY);
}

int export_call(int fd, __u32 handle, __u32 flags, struct sspseal_export *e)
{
	*e = export_args(handle, SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_EXPORT);
	e->flags = flags;
	return call(fd, SSPSEAL_EXPORT, e);
}

int import_call(int fd, int from, __u32 flags, struct sspseal_import *i)
{
	*i = import_args(from, 0);
	i->flags = flags;
	return call(fd, SSPSEAL_IMPORT, i);
}

void wait_in_kernel(void *job)
{
	struct waiting *w = job;

	w->status = message_call(w->fd, w->cmd, w->handle, w->b, 3);
}

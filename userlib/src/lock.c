// SPDX-License-Identifier: MIT
/*
 * The lock of all lists that the library keeps for a process: held for a few
 * instructions, by no call on messages, and over no call of the kernel.
 *
 * fork() takes it too. Else the child of a process with threads might have it in the
 * hands of a thread that it does not have.
 */
#include <pthread.h>

#include "handshake.h"

/* The C library's has a 0 where sparse wants NULL. */
#ifdef __CHECKER__
#undef PTHREAD_MUTEX_INITIALIZER
#define PTHREAD_MUTEX_INITIALIZER { }
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void sspseal_lock(void)
{
	pthread_mutex_lock(&lock);
}

void sspseal_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
	sspseal_half_open_forked();
	sspseal_unlock();
}

/* Before there can be a call, and so once. */
static __attribute__((constructor)) void watch_fork(void)
{
	pthread_atfork(sspseal_lock, sspseal_unlock, in_child);
}

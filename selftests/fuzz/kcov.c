// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module's code reached, from the kernel's KCOV: only the module is
 * built with it. An edge is a pair of addresses one behind the other.
 */
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define WORDS		65536
#define EDGES_BITS	16
#define EDGES		65536

static __thread int kcov_fd = -1;
static __thread unsigned long *trace;
static bool available;
static unsigned char seen[EDGES];
static unsigned int edges, news;

static bool thread_open(void)
{
	kcov_fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (kcov_fd < 0)
		return false;
	if (ioctl(kcov_fd, KCOV_INIT_TRACE, WORDS))
		return false;
	trace = mmap(NULL, WORDS * sizeof(*trace), PROT_READ | PROT_WRITE,
		     MAP_SHARED, kcov_fd, 0);
	return trace != MAP_FAILED;
}

void kcov_init(void)
{
	available = thread_open();
}

void kcov_thread_begin(void)
{
	if (!available || (kcov_fd < 0 && !thread_open()))
		return;
	if (ioctl(kcov_fd, KCOV_ENABLE, KCOV_TRACE_PC))
		abort();
	__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

static unsigned int hash(unsigned long from, unsigned long to)
{
	__u64 mixed = (from * 3 ^ to) * 0x9e3779b97f4a7c15ULL;

	return mixed >> (64 - EDGES_BITS);
}

/* Other threads may be here at the same time. */
static void collect(void)
{
	unsigned long nr = __atomic_load_n(&trace[0], __ATOMIC_RELAXED);
	unsigned long i, from = 0;
	unsigned int edge;

	for (i = 1; i <= nr && i < WORDS; i++) {
		edge = hash(from, trace[i]);
		from = trace[i];
		if (!__atomic_exchange_n(&seen[edge], 1, __ATOMIC_RELAXED))
			__atomic_add_fetch(&news, 1, __ATOMIC_RELAXED);
	}
}

void kcov_thread_end(void)
{
	if (!available || kcov_fd < 0)
		return;
	collect();
	ioctl(kcov_fd, KCOV_DISABLE, 0);
}

unsigned int kcov_news(void)
{
	unsigned int nr = __atomic_exchange_n(&news, 0, __ATOMIC_RELAXED);

	edges += nr;
	return nr;
}

unsigned int kcov_edges(void)
{
	return edges;
}

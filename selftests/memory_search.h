/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which secrets are in the memory of a process. They are masked, so that they are
 * not found where they are only looked for.
 */
#ifndef MEMORY_SEARCH_H
#define MEMORY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#define NEEDLES		8
/* What each byte is masked with. */
#define NEEDLE_MASK	0x5a

struct needle {
	__u8 masked[64];
	size_t size;
	bool found;
};

struct needles {
	struct needle needle[NEEDLES];
	unsigned int nr;
};

/* @size: 64 at most. */
void add_needle(struct needles *n, const void *bytes, size_t size);

/* How many of them are anywhere in a process. @searched: bytes that were read */
unsigned int search_memory(pid_t pid, struct needles *n,
			   unsigned long *searched);

#endif /* MEMORY_SEARCH_H */

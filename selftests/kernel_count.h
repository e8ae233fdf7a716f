/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel has, to be counted before and after.
 */
#ifndef KERNEL_COUNT_H
#define KERNEL_COUNT_H

#include <stdbool.h>

#define KERNEL_CACHES	512

/**
 * struct kernel_count - what the kernel has for the module, and for what it uses
 * @nr: caches of objects
 * @cache: the name of each, and how many of its objects are in use, exactly
 * @references: to ciphers
 */
struct kernel_count {
	unsigned int nr;
	struct kernel_cache {
		char name[48];
		long objects;
	} cache[KERNEL_CACHES];
	long references;
};

/*
 * What other parts of the kernel have more or fewer of in one cache at any time. In
 * some minutes without a call of the module it was one.
 */
#define KERNEL_NOISE	10

/*
 * Waits until what was given up has been freed: until nothing becomes less any more,
 * for ten seconds at most. Return: false if the kernel does not tell.
 */
bool kernel_count(struct kernel_count *count);

/* Prints what differs by more than KERNEL_NOISE. Return: true if nothing does. */
bool kernel_counts_agree(const struct kernel_count *before,
			 const struct kernel_count *after);

#endif /* KERNEL_COUNT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults that the kernel makes for one thread: the n-th allocation, or copy from or to
 * the caller, of its calls fails.
 */
#ifndef INJECTION_H
#define INJECTION_H

#include <stdbool.h>

#define DEBUGFS		"/sys/kernel/debug/"

/*
 * What may sleep may fail too, pages one by one; and no line in the log. Locks all
 * memory of the process. Return: what the calling thread gives the two below; -1: a
 * kernel without fault injection
 */
int faults_open(void);
/* @n: from 1 */
void fault_set(int fd, unsigned int n);
/* Did no call get so far? The fault may hit the question itself then. */
bool fault_left(int fd);

#endif /* INJECTION_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that the linker gives to the library's native calls: its --wrap. */
#ifndef NTSTATUS_KERNEL_H
#define NTSTATUS_KERNEL_H

#include <sspseal.h>

/* The test's own, in the place of those of native.c. */
int __wrap_sspseal_query(int fd, struct sspseal_query *query);
int __wrap_sspseal_batch(int fd, struct sspseal_batch *batch);

#endif /* NTSTATUS_KERNEL_H */

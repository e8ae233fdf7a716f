/* SPDX-License-Identifier: GPL-2.0-only */
/* The names between libFuzzer, a target and what is fuzzed: see the Makefile. */
#ifndef SSPSEAL_USER_FUZZ_H
#define SSPSEAL_USER_FUZZ_H

#include <stddef.h>
#include <linux/types.h>

/* libFuzzer calls it LLVMFuzzerTestOneInput. */
int fuzz_one(const __u8 *bytes, size_t size);
/* The library is built to call this for ioctl(). */
int kernel_ioctl(int fd, unsigned long request, ...);
/* And this for open(). */
int kernel_open(const char *path, int flags, ...);

#endif /* SSPSEAL_USER_FUZZ_H */

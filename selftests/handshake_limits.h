/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands for ioctl() in handshake_limits, and for the library's limits there: see
 * the Makefile.
 */
#ifndef HANDSHAKE_LIMITS_H
#define HANDSHAKE_LIMITS_H

#include "sspseal_test.h"

#define HALF_OPEN_MAX		6
#define HALF_OPEN_SECONDS	(3 + slowness())

int __real_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, void *argument);

#endif /* HANDSHAKE_LIMITS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands for ioctl() in handshake_limits: see the Makefile. */
#ifndef HANDSHAKE_LIMITS_H
#define HANDSHAKE_LIMITS_H

int __real_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, void *argument);

#endif /* HANDSHAKE_LIMITS_H */

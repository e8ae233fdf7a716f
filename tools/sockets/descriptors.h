/* SPDX-License-Identifier: MIT */
/*
 * Messages of a number and @nr descriptors, over a Unix socket that keeps the
 * bounds of messages. Functions return -errno when they fail.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdint.h>

int descriptors_send(int fd, uint32_t number, const int *fds, int nr);
int descriptors_receive(int fd, uint32_t *number, int *fds, int nr);

#endif /* DESCRIPTORS_H */

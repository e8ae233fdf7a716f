/* SPDX-License-Identifier: MIT */
/*
 * A moment after which nothing is waited for. It does not move when a byte
 * arrives: who sends one now and then gains no time by it.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

/* Instead of one that deadline_in() returned: milliseconds of CLOCK_MONOTONIC. */
#define NO_DEADLINE	INT64_MAX

int64_t deadline_in(unsigned long seconds);
int deadline_left(int64_t deadline);
int deadline_wait(int fd, short events, int64_t deadline);

#endif /* DEADLINE_H */

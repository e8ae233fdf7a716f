/* SPDX-License-Identifier: MIT */
/*
 * The worker of sandbox.c, a process of its own: gives up what it does not need,
 * and serves the connections that it is sent.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <sys/types.h>

/* So many at a time; they are numbered from 0. */
#define WORKER_CONNECTIONS	64

/*
 * The descriptors that come with the number of a connection. The worker sends the
 * number back when it has closed that, and at first WORKER_READY.
 */
enum { WORKER_CONNECTION, WORKER_GRANT, WORKER_DESCRIPTORS };
#define WORKER_READY		WORKER_CONNECTIONS

/* Where the worker has its end of the channel: it has no other descriptor. */
#define WORKER_CHANNEL		3

/* The program is run as: WORKER_ARGUMENT UID GID, and these two or "" */
#define WORKER_ARGUMENT		"--worker"
#define WORKER_FILTER		"filter"
#define WORKER_PROBE		"probe"

/* worker.c */
void __attribute((__noreturn__)) worker_main(char **arguments);
void worker_say(const char *what, const char *why);

/* worker_filter.c, worker_confine.c: -errno when they fail. */
int worker_filter(void);
int worker_confine(uid_t uid, gid_t gid, bool filter);

/* worker_probe.c */
void worker_probe(int file, unsigned int handle);

#endif /* WORKER_H */

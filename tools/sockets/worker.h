/* SPDX-License-Identifier: MIT */
/*
 * The worker of sandbox.c, in a process of its own: gives up what it does not
 * need, and serves the connections that it is sent.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <sys/types.h>

/* So many at a time; they are numbered from 0. */
#define WORKER_CONNECTIONS	64

/*
 * The descriptors that come with the number of a connection. The worker sends the
 * number back when it has closed that.
 */
enum { WORKER_CONNECTION, WORKER_GRANT, WORKER_DESCRIPTORS };

/* Where the worker has its end of the channel. */
#define WORKER_CHANNEL		3

/* worker_filter.c, worker_confine.c: -errno when they fail. */
int worker_filter(void);
int worker_confine(int channel, uid_t uid, gid_t gid, bool filter);

/* worker.c, worker_probe.c */
void __attribute((__noreturn__)) worker_serve(bool probe);
void worker_say(const char *what, const char *why);
void worker_probe(int file, unsigned int handle);

#endif /* WORKER_H */

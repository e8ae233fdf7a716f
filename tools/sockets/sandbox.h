/* SPDX-License-Identifier: MIT */
/* The parts of the parent: who comes, and the worker that they are given to. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <poll.h>

#include "program.h"

/* sandbox_user.c: who the worker is. */
struct worker_user {
	uid_t uid;
	gid_t gid;
};

int worker_find_user(const struct program *program, struct worker_user *user);

/* sandbox_worker.c: the worker, and what it has. */
int worker_start(const struct program *program, const struct worker_user *user);
bool worker_has_room(void);
void worker_give(struct session *session);
void worker_revoke(void);
void worker_kill(const char *why);
int worker_replace(void);
int worker_channel(void);
void worker_listen(void);

/*
 * sandbox_peers.c: those that have not shown that they have the key, and those
 * that wait for the worker.
 */
#define PEERS_MAX	128

void peers_init(const struct program *program, PCredHandle credential);
bool peers_have_room(void);
void peers_accept(int listener);
int peers_poll(struct pollfd *polled);
void peers_go_on(const struct pollfd *polled);

#endif /* SANDBOX_H */

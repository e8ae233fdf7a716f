// SPDX-License-Identifier: MIT
/*
 * The handshakes, all at once: each peer does its steps when it is there, and has
 * one deadline for all of them. Who says nothing costs a place until then, and
 * nobody's time.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

/* After accept() has failed: no memory, or too many files. It may get better. */
#define PAUSE_SECONDS		1

/**
 * struct peer - one that has connected
 * @here: there is one
 * @waits: its handshake is over, and the worker had no room
 * @deadline: of the handshake
 * @session: with it
 */
static struct peer {
	bool here;
	bool waits;
	int64_t deadline;
	struct session session;
} peers[PEERS_MAX];

static const struct program *sandbox;
static PCredHandle key;
static int64_t paused;

void peers_init(const struct program *program, PCredHandle credential)
{
	sandbox = program;
	key = credential;
}

static struct peer *free_peer(void)
{
	int i;

	for (i = 0; i < PEERS_MAX; i++)
		if (!peers[i].here)
			return &peers[i];
	return NULL;
}

/* Nobody is let in before those that wait for the worker. */
bool peers_have_room(void)
{
	int i;

	for (i = 0; i < PEERS_MAX; i++)
		if (peers[i].waits)
			return false;
	return free_peer() && !deadline_left(paused);
}

void peers_accept(int listener)
{
	struct peer *peer = free_peer();
	int fd = peer ? transport_accept(listener) : -EAGAIN;

	/* It may have gone again: the listener does not block. */
	if (fd == -EAGAIN || fd == -ECONNABORTED || fd == -EINTR)
		return;
	if (fd < 0) {
		program_fail(sandbox, "%s", strerror(-fd));
		paused = deadline_in(PAUSE_SECONDS);
		return;
	}
	peer->here = true;
	peer->waits = false;
	peer->deadline = deadline_in(sandbox->patience);
	session_accept(&peer->session, fd, key, sandbox->peer);
}

/* The worker, if it has taken the peer over, has descriptors of its own. */
static void end(struct peer *peer)
{
	session_close(&peer->session);
	close(peer->session.fd);
	peer->here = false;
	peer->waits = false;
}

static void fail(struct peer *peer)
{
	program_fail(sandbox, "%s", peer->session.error);
	end(peer);
}

/* Returns the time for poll(): until something is to be done in any case. */
int peers_poll(struct pollfd *polled)
{
	int64_t first = deadline_left(paused) ? paused : NO_DEADLINE;
	struct peer *peer;
	int i;

	for (i = 0; i < PEERS_MAX; i++) {
		peer = &peers[i];
		polled[i] = (struct pollfd){ -1, 0, 0 };
		if (!peer->here || peer->waits)
			continue;
		polled[i].fd = peer->session.fd;
		polled[i].events = session_events(&peer->session);
		if (peer->deadline < first)
			first = peer->deadline;
	}
	return deadline_left(first);
}

static void go_on(struct peer *peer)
{
	int ret = session_go_on(&peer->session);

	if (ret < 0)
		fail(peer);
	else if (ret)
		peer->waits = true;
}

/* @polled: as peers_poll() has filled it, and poll() then. */
void peers_go_on(const struct pollfd *polled)
{
	struct peer *peer;
	int i;

	for (i = 0; i < PEERS_MAX; i++) {
		peer = &peers[i];
		if (polled[i].revents)
			go_on(peer);
		if (peer->waits && worker_has_room()) {
			worker_give(&peer->session);
			end(peer);
		} else if (peer->here && !peer->waits &&
			   !deadline_left(peer->deadline)) {
			session_fail(&peer->session, "handshake",
				     strerror(ETIMEDOUT));
			fail(peer);
		}
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a handshake, made of OpenSSL and of Documentation/protocol.rst,
 * without any code of the library, by somebody who had seen none of it.
 */
#ifndef HANDSHAKE_PEER_H
#define HANDSHAKE_PEER_H

#include "openssl_peer.h"

#define PEER_TOKEN_MAX	2048

/* A token, or a part of one. */
struct peer_bytes {
	__u8 at[PEER_TOKEN_MAX];
	size_t size;
};

/**
 * struct handshake_peer - one end
 * @end: its context
 * @identity: its name
 * @target: initiator: the name that the peer must have, or empty
 * @version: initiator: what token 1 says, spoken or not
 * @services: what it asks for
 * @suites: what it allows, the best first
 * @nr_suites: how many
 * @share: initiator: what is in the reserved field
 * @careless: compares no names
 * @peer_name: out: who the other end is, after answer() or finish()
 * @agreed: out: services of both, likewise
 * @offer: token 1, as long as the end waits
 */
struct handshake_peer {
	struct peer end;
	const char *identity;
	const char *target;
	__u8 version;
	__u32 services;
	__u8 suites[16];
	size_t nr_suites;
	struct peer_bytes share;
	bool careless;
	char peer_name[256];
	__u32 agreed;
	struct peer_bytes offer;
};

/* With what version 1 has: no target, no services, all suites. For one handshake. */
bool handshake_peer_init(struct handshake_peer *p, __u32 role,
			 const char *identity, const void *key, size_t size);
/*
 * The initiator's. Each gives false for what the page says is to be refused. What
 * is taken and what is made are different objects.
 */
bool handshake_peer_offer(struct handshake_peer *p, struct peer_bytes *token);
bool handshake_peer_finish(struct handshake_peer *p,
			   const struct peer_bytes *answer,
			   struct peer_bytes *token);
/* The acceptor's. */
bool handshake_peer_answer(struct handshake_peer *p,
			   const struct peer_bytes *offer,
			   struct peer_bytes *token);
bool handshake_peer_check(struct handshake_peer *p,
			  const struct peer_bytes *last);

#endif /* HANDSHAKE_PEER_H */

/* SPDX-License-Identifier: MIT */
/*
 * A connection whose messages are sealed: the handshake of SspSeal over it,
 * messages, and an end that the peer cannot be made to believe in by somebody who
 * cuts the connection. All SSPI calls are made here: in credential.c, handshake.c
 * and session.c.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include <sspi.h>
#include <sspseal.h>

#include "block.h"

/*
 * A message is a block: its token, and what was sealed. The first byte of that
 * says what it is. Each end sends END once, after which it sends nothing; who gets
 * it answers with its own.
 */
#define SESSION_DATA	'D'
#define SESSION_END	'E'

#define MESSAGE_MAX	(BLOCK_MAX - SSPSEAL_TOKEN_SIZE - 1)

/**
 * struct session - one connection
 * @fd: the connection; the caller closes it
 * @context: the security context
 * @sizes: what a message needs
 * @error: after a function that failed: why, one clause for people
 * @credential: of this end
 * @peer: the name that the other end must have, NULL for any
 * @name: out: the name that it has, of up to 255 bytes that are no control
 *	characters of ASCII
 * @initiates: this end began
 * @begun: the handshake has a context
 * @confirmed: it needs no more tokens of the peer
 * @sending: the block is being sent, else it is being received
 * @ended: this end has sent END
 * @block: the token, or the message, at hand
 */
struct session {
	int fd;
	CtxtHandle context;
	SecPkgContext_Sizes sizes;
	char name[256];
	char error[160];
	PCredHandle credential;
	const char *peer;
	bool initiates;
	bool begun;
	bool confirmed;
	bool sending;
	bool ended;
	struct block block;
};

/* credential.c */
SECURITY_STATUS session_credential(const char *identity, const char *key,
				   ULONG use, PCredHandle credential);
const char *session_credential_text(SECURITY_STATUS status);

/* handshake.c */
int session_initiate(struct session *session, int fd, PCredHandle credential,
		     const char *peer);
void session_accept(struct session *session, int fd, PCredHandle credential,
		    const char *peer);
int session_go_on(struct session *session);
short session_events(const struct session *session);
int session_shake_hands(struct session *session, int64_t deadline);
void session_close(struct session *session);

/* session.c */
int session_fail(struct session *session, const char *what, const char *why);
int session_send(struct session *session, const void *data, size_t size);
int session_receive(struct session *session, unsigned char **data, size_t *size,
		    int64_t deadline);
int session_end(struct session *session);
int session_finish(struct session *session);

#endif /* SESSION_H */

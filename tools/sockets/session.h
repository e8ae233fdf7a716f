/* SPDX-License-Identifier: MIT */
/*
 * A connection whose messages are sealed: the handshake of SspSeal over it, and
 * the messages after that. The one file here that makes SSPI calls.
 */
#ifndef SESSION_H
#define SESSION_H

#include <sspi.h>
#include <sspseal.h>

#include "transport.h"

/* Of a message that this end sends; it is a block with a token. */
#define MESSAGE_MAX	(BLOCK_MAX - SSPSEAL_TOKEN_SIZE)

/**
 * struct session - one connection
 * @fd: the connection; the caller closes it
 * @context: the security context
 * @sizes: what a message needs
 * @error: after a function that failed: why, one clause for people
 * @block: the message at hand
 */
struct session {
	int fd;
	CtxtHandle context;
	SecPkgContext_Sizes sizes;
	char error[160];
	struct block block;
};

SECURITY_STATUS session_credential(const char *identity, const char *key,
				   ULONG use, PCredHandle credential);
const char *session_credential_text(SECURITY_STATUS status);

int session_initiate(struct session *session, int fd, PCredHandle credential,
		     const char *peer);
int session_accept(struct session *session, int fd, PCredHandle credential);
void session_end(struct session *session);

int session_send(struct session *session, const void *data, size_t size);
int session_receive(struct session *session, unsigned char **data,
		    size_t *size);

#endif /* SESSION_H */

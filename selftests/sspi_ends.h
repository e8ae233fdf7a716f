/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two ends of a handshake as a program has them: what the tests of
 * InitializeSecurityContext and AcceptSecurityContext share.
 */
#ifndef SSPI_ENDS_H
#define SSPI_ENDS_H

#include <stdbool.h>
#include <sspi.h>
#include <sspseal.h>

#define ALICE		"alice"
#define BOB		"bob"
#define LOGON_KEY	"sspseal:handshake"

/* A token on its way. */
struct letter {
	__u8 bytes[SSPSEAL_MAX_TOKEN];
	ULONG size;
};

/**
 * struct end - one end
 * @initiator: which of them
 * @credential: of AcquireCredentialsHandle()
 * @context: of the handshake, once @begun
 * @begun: there is a context
 * @target: what the initiator insists on, or NULL
 * @asked: ISC_REQ_* or ASC_REQ_*
 * @given: ISC_RET_* or ASC_RET_* of the last call
 * @expiry: of the last call
 */
struct end {
	bool initiator;
	CredHandle credential;
	CtxtHandle context;
	bool begun;
	const char *target;
	ULONG asked;
	ULONG given;
	TimeStamp expiry;
};

/* A kernel key with these bytes, found by this process and its children. */
bool logon_key(const char *description, const void *key, size_t size);
/* A session keyring of its own, that children have too. */
bool own_session(void);

/* AcquireCredentialsHandleA(). @key: as in the identity structure. */
SECURITY_STATUS acquire(const char *user, const char *key, ULONG use,
			PCredHandle credential);
/* One end with the key of logon_key(LOGON_KEY). */
SECURITY_STATUS end_open(struct end *e, bool initiator);
SECURITY_STATUS end_open_with(struct end *e, bool initiator, const char *user,
			      const char *key);
/* Gives up context and credential. */
void end_close(struct end *e);
/* Gives up the context only: ready to begin anew. */
void end_reset(struct end *e);

/* One call. @in: what the peer sent, or NULL; @out: what is to be sent. */
SECURITY_STATUS step(struct end *e, const struct letter *in,
		     struct letter *out);
/* All four calls; the status of the first that fails. */
SECURITY_STATUS connect_ends(struct end *initiator, struct end *acceptor);

/* 1 or 0: may messages pass? -1: there is no such context (any more). */
int end_ready(const struct end *e);
/* Does a sealed, or only signed, message from one reach the other unharmed? */
bool carry_sealed(struct end *from, struct end *to);
bool carry_signed(struct end *from, struct end *to);

#endif /* SSPI_ENDS_H */

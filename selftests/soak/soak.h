/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the soak share. A thread makes lives, one after the other: each
 * is a handful of contexts, what is done with them, and their end. A life depends on
 * its seed alone, but for what others do at the same time.
 *
 *   main.c      processes, threads, figures    lives.c    the lives
 *   session.c   two ends                       parcel.c   one message between them
 *   refusals.c  what must be refused
 */
#ifndef SSPSEAL_SOAK_H
#define SSPSEAL_SOAK_H

#include <stdbool.h>
#include <stddef.h>
#include <ntsecpkg.h>
#include <sspseal.h>

#include "../openssl_peer.h"
#include "../sspseal_test.h"

#define DATA_MAX	(1024 * 1024)
#define ENTRIES		8
#define SHARED_PAIRS	3
/* A session keyring of each process has it. */
#define SOAK_KEY	"sspseal:soak"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define S(name)		SSPSEAL_STATUS_##name

/* ---- main.c ---- */

/* What is counted. */
enum kind {
	CREATED, DESTROYED, BOUND, SEALED, UNSEALED, SIGNED, VERIFIED, BATCHED,
	EXPORTED, IMPORTED, REVOKED, QUERIED, REFUSED, EXPIRED, BURNED,
	HANDSHAKES, BY_OPENSSL, BY_LIBRARY, FORKED, RACED, BUSY, LIVES, KILLED,
	KINDS
};

void count(enum kind kind);

/* Reports it with the life's seed. Return: false */
bool wrong(const char *file, int line, const char *what, long got,
	   long expected);
#define MUST(condition) MUST_BE(true, !!(condition))
#define MUST_BE(expected, value)					\
	must_be(__FILE__, __LINE__, #value, value, expected)

static inline bool must_be(const char *file, int line, const char *what,
			   long got, long expected)
{
	return got == expected || wrong(file, line, what, got, expected);
}

/* One time in so many. */
bool one_in(__u32 nr);

/* A pair of contexts that all threads of all processes use. */
struct shared_pair {
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

const struct shared_pair *shared_pair(unsigned int i);
/* Is it the first time that this number of the pair's initiator is seen? */
bool shared_number(unsigned int i, __u64 number);

/* ---- session.c ---- */

/**
 * struct side - one end of a session
 * @fd: its file; -1: OpenSSL
 * @handle: in the file
 * @role: SSPSEAL_ROLE_*
 * @salt: in its tokens
 * @sent: numbers that it must have used
 * @received: messages that it must have accepted
 * @failed: failed authentications that it must have counted
 * @peer: with OpenSSL
 */
struct side {
	int fd;
	__u32 handle;
	__u32 role;
	__u8 salt[SSPSEAL_SALT_SIZE];
	__u64 sent;
	__u64 received;
	__u64 failed;
	struct peer peer;
};

/**
 * struct session - two ends with one key
 * @side: initiator and acceptor
 * @files: of the life, to be closed with it
 * @services: of both
 * @suite: the default one of both
 * @any_suite: others are allowed
 * @bound: by BIND
 */
struct session {
	struct side side[2];
	int files[2];
	__u32 services;
	__u32 suite;
	bool any_suite;
	bool bound;
};

static inline bool is_kernel(const struct side *side)
{
	return side->fd >= 0;
}

bool session_open(struct session *s);
/* With both ends in files of their own, and these services. */
bool session_open_plain(struct session *s, __u32 services);
/* By DESTROY or by close. */
bool session_close(struct session *s);
void session_close_files(const struct session *s);
/* Does QUERY say what must have been? */
bool side_agrees(const struct side *side);

/* ---- parcel.c ---- */

enum operation { SEAL, WRAP, SIGN, OPERATIONS };

/**
 * struct parcel - a message on its way
 * @memory: TOKEN with DATA behind it
 * @plain: DATA as it was
 * @sealed: @memory as it was sealed
 * @associated: authenticated only
 * @op: how it is protected
 * @flags: further TOKEN_*, for OpenSSL
 * @suite: by which
 * @sequence: the caller's number, or 0
 * @size: of DATA
 * @number: of the token
 * @b: the sender's list
 * @nr: its entries
 * @token: which is TOKEN
 * @data: which is DATA
 * @delivered: the receiver has accepted it
 */
struct parcel {
	__u8 *memory;
	__u8 *plain;
	__u8 *sealed;
	__u8 associated[300];
	enum operation op;
	__u8 flags;
	__u32 suite;
	__u32 sequence;
	__u32 size;
	__u64 number;
	struct sspseal_buffer b[ENTRIES];
	unsigned int nr;
	unsigned int token;
	unsigned int data;
	bool delivered;
};

bool parcel_init(struct parcel *p);
/* Random contents for a session, @most bytes of DATA. */
void parcel_pack(struct parcel *p, const struct session *s, __u32 most);
bool parcel_send(struct session *s, unsigned int from, struct parcel *p);
/* Brings it to the other side, which must answer as the services say. */
bool parcel_deliver(struct session *s, unsigned int from, struct parcel *p);
/* Both, for a new one. */
bool parcel_carry(struct session *s, unsigned int from, struct parcel *p,
		  __u32 most);
/* In one call each, between ends in the kernel. @nr: a few */
bool parcels_send(struct session *s, unsigned int from, struct parcel *p,
		  unsigned int nr);
bool parcels_deliver(struct session *s, unsigned int from, struct parcel *p,
		     unsigned int nr);
/* The receiver's list, and the message as it was sealed. */
void parcel_unpack(struct parcel *p, struct sspseal_buffer *b, bool stream);
unsigned long send_command(const struct parcel *p);
unsigned long receive_command(const struct parcel *p);

/* ---- refusals.c ---- */

bool refuse_to_create(int fd);
/* A list or a number that @from must refuse. */
bool refuse_to_send(struct session *s, unsigned int from, struct parcel *p);
/* A message that was sent, altered: it must be refused. */
bool refuse_altered(struct session *s, unsigned int from, struct parcel *p);

/* ---- lives.c ---- */

/* What a thread has for all of its lives. */
struct desk {
	struct parcel parcel[2];
	struct parcel batch[4];
};

bool desk_init(struct desk *desk);
void live(struct desk *desk);

#endif /* SSPSEAL_SOAK_H */

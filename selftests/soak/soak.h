/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the soak share. A thread makes lives, one after the other: each
 * is a handful of contexts, what is done with them, and their end. A life depends on
 * its seed alone, but for what others do at the same time.
 *
 *   main.c      processes, threads, verdict    figures.c     what the kernel has
 *   lives.c     the lives                      shared.c      contexts that all share
 *   session.c   two ends                       keys.c        kernel keys
 *   parcel.c    one message between them       batch.c       several in one call
 *   delegate.c  handles for others             refusals.c    what must be refused
 *   children.c  processes that seal            races.c       ends in the middle of use
 */
#ifndef SSPSEAL_SOAK_H
#define SSPSEAL_SOAK_H

#include <stdbool.h>
#include <stddef.h>
#include <ntsecpkg.h>
#include <sspseal.h>

#include "../openssl_peer.h"
#include "../sspseal_test.h"

/* Of each process. */
#define THREADS		3
#define DATA_MAX	(1024 * 1024)
/* What a work slot has room for. */
#define SLOT_MAX	(64 * 1024)
#define ENTRIES		8
#define BATCH_MAX	8

/* A session keyring of each process has them. */
#define SOAK_KEY	"sspseal:soak"
#define SOAK_USER_KEY	"soak"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define S(name)		SSPSEAL_STATUS_##name
#define WINDOWED	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)

/* ---- main.c ---- */

/* What is counted: operations, and from LONGER on which of them were something more. */
enum kind {
	CREATED, DESTROYED, BOUND, SEALED, UNSEALED, SIGNED, VERIFIED, BATCHED,
	EXPORTED, IMPORTED, QUERIED, INFORMED, REFUSED, BURNED, HANDSHAKES,
	PASSED_ON, FORKED, RACED, EXPIRED,
	LONGER, SHARED, MIXED, NEW_FILES, REVOKED, NO_RIGHTS, NOT_SEALED,
	USER_KEYS, DEAD_KEYS, BY_OPENSSL, BY_LIBRARY, BUSY, LIVES,
	KILLED,
	KINDS
};

void count(enum kind kind);
unsigned long counted(enum kind kind);

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
void nap(unsigned int milliseconds);
/* In a child: nobody is left behind who goes on alone. */
void end_with(pid_t parent);
/* Nothing is in flight in a file, and it has so many handles. */
bool file_rests(int fd, long handles);

/* ---- figures.c ---- */

struct figures;

/* Waits until all is back that was given up. Return: of malloc() */
struct figures *figures_take(void);
void figures_compare(const struct figures *before,
		     const struct figures *after);

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
 * @require_seal: what is not encrypted is refused
 */
struct session {
	struct side side[2];
	int files[2];
	__u32 services;
	__u32 suite;
	bool any_suite;
	bool bound;
	bool require_seal;
};

static inline bool is_kernel(const struct side *side)
{
	return side->fd >= 0;
}

static inline bool in_order(const struct session *s)
{
	return s->services & SSPSEAL_SEQUENCE_DETECT;
}

bool session_open(struct session *s);
/* With both ends in files of their own, and these services. */
bool session_open_plain(struct session *s, __u32 services);
/* By DESTROY or by close. */
bool session_close(struct session *s);
bool session_close_files(const struct session *s);
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
/* Random bytes of DATA, @most at most: edges more often than others. */
__u32 parcel_size(__u32 most);
/* Random contents for a session, @most bytes of DATA. */
void parcel_pack(struct parcel *p, const struct session *s, __u32 most);
/* The same message once more, in memory of its own. */
void parcel_copy(struct parcel *to, const struct parcel *from);
bool parcel_send(struct session *s, unsigned int from, struct parcel *p);
/* Brings it to the other side, which must answer as the services say. */
bool parcel_deliver(struct session *s, unsigned int from, struct parcel *p);
/* Both, for a new one. */
bool parcel_carry(struct session *s, unsigned int from, struct parcel *p,
		  __u32 most);
unsigned long send_command(const struct parcel *p);
unsigned long receive_command(const struct parcel *p);

/* What both are made of, for batch.c. */
struct sspseal_message sender_message(const struct session *s,
				      const struct side *from,
				      struct parcel *p);
/* It was protected: is all as it must be? */
bool was_sent(struct side *from, struct parcel *p);
/* The receiver's list, and the message as it was sealed. */
void parcel_unpack(struct parcel *p, struct sspseal_buffer *b, bool stream);
struct sspseal_message receiver_message(const struct side *to,
					struct parcel *p,
					struct sspseal_buffer *b);
/* What the receiver must say of it. */
__u32 expected(const struct session *s, const struct side *to,
	       const struct parcel *p);
/* It was accepted, or refused: is all as it must be? */
bool was_received(struct side *to, struct parcel *p,
		  const struct sspseal_message *m, __u32 status);

/* ---- batch.c ---- */

bool batch_call(int fd, struct sspseal_operation *operation, unsigned int nr);
/* What an operation came to. BUSY: others hold long messages. */
int operation_status(const struct sspseal_operation *operation);

/* ---- refusals.c ---- */

bool refuse_to_create(int fd);
/* A list or a number that @from must refuse. */
bool refuse_to_send(struct session *s, unsigned int from, struct parcel *p);
/* A message that was sent, altered: it must be refused. */
bool refuse_altered(struct session *s, unsigned int from, struct parcel *p);

/* ---- keys.c ---- */

/* In a session keyring of this process. */
bool have_keys(void);
/* A key of this thread, of a type, with test_key. @seconds: until its end, or 0 */
__s32 key_make(const char *type, unsigned int seconds);
void key_end(__s32 serial);
/* CREATE with the serial of a kernel key. */
int create_from_key(int fd, __s32 serial, __u32 *handle);
/* One that nobody may use any more, or never. */
bool refuse_key(int fd);

/* ---- the steps of a session, and the lives ---- */

/* What a thread has for all of its lives. */
struct desk {
	struct parcel parcel[2];
	struct parcel batch[BATCH_MAX];
};

typedef bool step_fn(struct session *s, unsigned int from, struct desk *desk);

/* batch.c: between ends in the kernel. */
step_fn batch;
/* delegate.c: handles with fewer rights, and contexts that are passed on whole. */
step_fn delegate;
step_fn pass_on;

/* children.c */
bool live_with_child(struct desk *desk);
/* races.c */
bool live_raced(struct desk *desk);
bool live_until_expiry(struct desk *desk);

/* shared.c: the contexts that all threads of all processes use. */
bool pairs_make(void);
/* Also says if they were what they must have been. */
void pairs_end(void);
bool live_shared(struct desk *desk);

/* lives.c */
bool desk_init(struct desk *desk);
void live(struct desk *desk);

#endif /* SSPSEAL_SOAK_H */

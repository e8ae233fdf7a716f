// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a context: by its send counter, by failed authentications, by its
 * time. limits.sh runs this with a module whose limits can be reached: 64 messages
 * and 32 failures. The end is final.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SENT_MAX	64
#define FAILED_MAX	32
#define CB		24
#define THREADS		8

/* One context of the kernel, and OpenSSL as its peer. */
FIXTURE(limits)
{
	int fd;
	__u32 handle;
	struct peer peer;
};

FIXTURE_VARIANT(limits)
{
	__u32 role;
	__u32 services;
	bool strict;
};

FIXTURE_VARIANT_ADD(limits, integrity)
{
	.role = SSPSEAL_ROLE_INITIATOR,
	.services = SSPSEAL_CONFIDENTIALITY,
};

FIXTURE_VARIANT_ADD(limits, replay)
{
	.role = SSPSEAL_ROLE_ACCEPTOR,
	.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
};

FIXTURE_VARIANT_ADD(limits, strict)
{
	.role = SSPSEAL_ROLE_INITIATOR,
	.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
	.strict = true,
};

static bool peer_of(struct peer *peer, __u32 role)
{
	return peer_init(peer, role == SSPSEAL_ROLE_INITIATOR ?
			 SSPSEAL_ROLE_ACCEPTOR : SSPSEAL_ROLE_INITIATOR,
			 test_key, TEST_KEY_SIZE);
}

FIXTURE_SETUP(limits)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_context(self->fd, variant->role,
				      variant->services);
	ASSERT_NE(0, self->handle);
	ASSERT_TRUE(peer_of(&self->peer, variant->role));
}

FIXTURE_TEARDOWN(limits)
{
	close(self->fd);
}

/* What is sent in turn: sealed, signed, not encrypted, by each suite. */
static int send_one(int fd, __u32 handle, unsigned int turn, __u8 *token)
{
	__u8 data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, sizeof(data)),
		buffer(TOKEN, token, TOKEN_SIZE),
	};
	struct sspseal_message m = message(handle, b, 2);

	m.qop = SSPSEAL_QOP_SUITE(turn % 4);
	if (turn % 3 == 2)
		m.qop |= SSPSEAL_QOP_NO_ENCRYPT;
	return call(fd, turn % 3 == 1 ? SSPSEAL_SIGN : SSPSEAL_SEAL, &m);
}

/* A message of the peer, with this number; one bit may be wrong. */
static int receive_one(int fd, __u32 handle, struct peer *peer, __u64 number,
		       bool forged)
{
	bool sign = number & 1;
	__u8 data[CB] = { }, token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(DATA, data, sizeof(data)),
		buffer(TOKEN, token, sizeof(token)),
	};

	peer->counter = number;
	if (!peer_protect(peer, sign ? TOKEN_SIGNATURE : TOKEN_CONFIDENTIAL, b,
			  2))
		return BROKEN;
	data[CB - 1] ^= forged;
	return message_call(fd, sign ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL, handle,
			    b, 2);
}

/*
 * Is this context at its end, and does it stay there? Nothing passes in either
 * direction, and nobody can tell from its counters that something was tried.
 */
static bool ended(int fd, __u32 handle, struct peer *peer, __u64 next,
		  const struct sspseal_query *expected)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_query q;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		if (send_one(fd, handle, i, token) != S(EXPIRED) ||
		    receive_one(fd, handle, peer, next + i, false) !=
		    S(EXPIRED) ||
		    receive_one(fd, handle, peer, next + i, true) !=
		    S(EXPIRED) || query(fd, handle, &q))
			return false;
		if (q.expired != 1 || q.sent != expected->sent ||
		    q.received != expected->received ||
		    q.failed != expected->failed)
			return false;
	}
	return true;
}

/* ---- the send counter ---- */

TEST_F(limits, after_the_last_message)
{
	struct sspseal_query q, expected = {
		.sent = SENT_MAX, .received = 3, .failed = 1,
	};
	__u8 token[TOKEN_SIZE];
	unsigned int i;

	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, receive_one(self->fd, self->handle, &self->peer, i,
					 false));
	ASSERT_EQ(S(ALTERED), receive_one(self->fd, self->handle, &self->peer,
					  3, true));
	for (i = 0; i < SENT_MAX; i++) {
		ASSERT_EQ(0, send_one(self->fd, self->handle, i, token))
			TH_LOG("message %u", i);
		ASSERT_EQ(i, token_counter(token));
	}
	ASSERT_EQ(0, query(self->fd, self->handle, &q));
	EXPECT_EQ(SENT_MAX, q.sent);
	memset(token, POISON, sizeof(token));
	EXPECT_EQ(S(EXPIRED), send_one(self->fd, self->handle, 0, token));
	EXPECT_TRUE(all_bytes(token, POISON, sizeof(token)));
	EXPECT_TRUE(ended(self->fd, self->handle, &self->peer, 4, &expected));
	EXPECT_EQ(0, destroy(self->fd, self->handle));
}

/* A number that was burned counts as one that was sent. */
TEST_F(limits, burned_numbers_count)
{
	__u8 *readonly = make_readonly("", 1), token[TOKEN_SIZE];
	struct sspseal_query expected = { .sent = SENT_MAX };
	unsigned int i;

	if (variant->strict) {
		/* The first one ends it, and not by the counter. */
		ASSERT_EQ(S(FAULT_AFTER_COMMIT),
			  send_one(self->fd, self->handle, 0, readonly));
		EXPECT_EQ(S(SEND_ENDED), send_one(self->fd, self->handle, 0,
						  token));
		EXPECT_EQ(0, receive_one(self->fd, self->handle, &self->peer, 0,
					 false));
		EXPECT_EQ(1, sent(self->fd, self->handle));
		return;
	}
	for (i = 0; i < SENT_MAX; i++)
		ASSERT_EQ(i % 2 ? S(OK) : S(FAULT_AFTER_COMMIT),
			  send_one(self->fd, self->handle, i, i % 2 ? token :
				   readonly));
	EXPECT_EQ(S(EXPIRED), send_one(self->fd, self->handle, 0, token));
	EXPECT_TRUE(ended(self->fd, self->handle, &self->peer, 0, &expected));
}

/* Refusals do not count. */
TEST_F(limits, refusals_do_not_count)
{
	__u8 token[TOKEN_SIZE], data[CB];
	unsigned int i;

	for (i = 0; i < 3 * SENT_MAX; i++) {
		ASSERT_EQ(S(FAULT), simple_call(self->fd, SSPSEAL_SEAL,
						self->handle, token, fence(),
						CB));
		ASSERT_EQ(S(NULL_BUFFER), simple_call(self->fd, SSPSEAL_SIGN,
						      self->handle, token, NULL,
						      CB));
	}
	EXPECT_EQ(0, sent(self->fd, self->handle));
	for (i = 0; i < SENT_MAX; i++)
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->handle,
					 token, data, CB));
	EXPECT_EQ(S(EXPIRED), simple_call(self->fd, SSPSEAL_SEAL, self->handle,
					  token, data, CB));
}

TEST_F(limits, eight_threads_race_to_the_end)
{
	struct sspseal_query expected = { .sent = SENT_MAX };
	struct sealer sealer[THREADS];
	__u64 numbers[THREADS][SENT_MAX + 1];
	bool seen[SENT_MAX];
	unsigned int i, k, round, done;
	__u32 handle;

	for (round = 0; round < rounds(25); round++) {
		handle = create_context(self->fd, variant->role,
					variant->services);
		ASSERT_NE(0, handle);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < THREADS; i++)
			sealer[i] = (struct sealer) {
				.fd = self->fd,
				.handle = handle,
				.most = SENT_MAX + 1,
				.numbers = numbers[i],
			};
		ASSERT_TRUE(team_run(sealer, sizeof(*sealer), THREADS,
				     seal_on));
		for (done = 0, i = 0; i < THREADS; i++) {
			EXPECT_EQ(S(EXPIRED), sealer[i].status);
			for (k = 0; k < sealer[i].done; k++, done++) {
				ASSERT_GT(SENT_MAX, numbers[i][k]);
				ASSERT_FALSE(seen[numbers[i][k]]);
				seen[numbers[i][k]] = true;
			}
		}
		ASSERT_EQ(SENT_MAX, done);
		ASSERT_TRUE(ended(self->fd, handle, &self->peer, 0,
				  &expected));
		ASSERT_EQ(0, destroy(self->fd, handle));
	}
}

/* A batch over the end: what is within it is done. */
TEST_F(limits, batch_over_the_end)
{
	enum { NR = SENT_MAX + 6 };
	static struct sspseal_operation op[NR];
	static __u8 tokens[NR][TOKEN_SIZE], data[CB];
	static struct sspseal_buffer b[NR][2];
	struct sspseal_batch batch = {
		.size = sizeof(batch),
		.operations = (uintptr_t)op,
		.stride = sizeof(*op),
		.nr = NR,
	};
	unsigned int i;

	for (i = 0; i < NR; i++) {
		b[i][0] = buffer(TOKEN, tokens[i], TOKEN_SIZE);
		b[i][1] = buffer(DATA, data, CB);
		op[i].command = SSPSEAL_SIGN;
		op[i].message = message(self->handle, b[i], 2);
	}
	ASSERT_EQ(0, call(self->fd, SSPSEAL_BATCH, &batch));
	EXPECT_EQ(NR, batch.done);
	for (i = 0; i < NR; i++) {
		EXPECT_EQ(i < SENT_MAX ? S(OK) : S(EXPIRED),
			  op[i].message.status);
		EXPECT_EQ(status_errno(op[i].message.status), op[i].error);
	}
	EXPECT_EQ(SENT_MAX, sent(self->fd, self->handle));
}

/* Sharers use up one counter. */
TEST_F(limits, exports_share_the_counter)
{
	struct sspseal_export e = export_args(self->handle, SSPSEAL_RIGHT_SEAL |
					      SSPSEAL_RIGHT_QUERY);
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_query q;
	unsigned int i;

	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	for (i = 0; i < SENT_MAX; i++)
		ASSERT_EQ(0, simple_call(i % 2 ? e.fd : self->fd, SSPSEAL_SEAL,
					 1, token, data, CB));
	EXPECT_EQ(S(EXPIRED), simple_call(e.fd, SSPSEAL_SEAL, 1, token, data,
					  CB));
	EXPECT_EQ(S(EXPIRED), simple_call(self->fd, SSPSEAL_SEAL, 1, token,
					  data, CB));
	ASSERT_EQ(0, query(e.fd, 1, &q));
	EXPECT_EQ(1, q.expired);
	EXPECT_EQ(SENT_MAX, q.sent);
	close(e.fd);
}

/* No sender uses the number at which it ends, nor any above. */
TEST_F(limits, counters_of_tokens)
{
	static const __u64 beyond[] = {
		SENT_MAX, SENT_MAX + 1, 1ULL << 32, (1ULL << 40) - 1,
		1ULL << 40, 1ULL << 62, 1ULL << 63, ~0ULL,
	};
	struct sspseal_query q;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		EXPECT_EQ(S(TOKEN_COUNTER),
			  receive_one(self->fd, self->handle, &self->peer,
				      beyond[i], false))
			TH_LOG("counter %#llx", beyond[i]);
		/* The tag is not looked at. */
		EXPECT_EQ(S(TOKEN_COUNTER),
			  receive_one(self->fd, self->handle, &self->peer,
				      beyond[i], true));
	}
	ASSERT_EQ(0, query(self->fd, self->handle, &q));
	EXPECT_EQ(0, q.received);
	EXPECT_EQ(0, q.failed);
	/* All that a sender uses. */
	for (i = 0; i < SENT_MAX; i++)
		ASSERT_EQ(0, receive_one(self->fd, self->handle, &self->peer, i,
					 false));
	EXPECT_EQ(S(TOKEN_COUNTER), receive_one(self->fd, self->handle,
						&self->peer, i, false));
	EXPECT_EQ(SENT_MAX, received(self->fd, self->handle));
}

/* ---- failed authentications ---- */

TEST_F(limits, after_the_last_failure)
{
	struct sspseal_query q, expected = {
		.sent = 1, .received = 1, .failed = FAILED_MAX,
	};
	__u8 token[TOKEN_SIZE];
	unsigned int i;

	ASSERT_EQ(0, send_one(self->fd, self->handle, 0, token));
	for (i = 0; i < FAILED_MAX - 1; i++)
		ASSERT_EQ(S(ALTERED), receive_one(self->fd, self->handle,
						  &self->peer, i, true));
	/* One less than too many: nothing has happened. */
	ASSERT_EQ(0, query(self->fd, self->handle, &q));
	EXPECT_EQ(0, q.expired);
	EXPECT_EQ(FAILED_MAX - 1, q.failed);
	EXPECT_EQ(0, receive_one(self->fd, self->handle, &self->peer, 0,
				 false));
	EXPECT_EQ(S(ALTERED), receive_one(self->fd, self->handle, &self->peer,
					  1, true));
	EXPECT_TRUE(ended(self->fd, self->handle, &self->peer, 1, &expected));
}

/* What is refused for another reason is no failed authentication. */
TEST_F(limits, other_refusals_do_not_count)
{
	__u8 token[TOKEN_SIZE] = { }, data[CB];
	unsigned int i;

	ASSERT_EQ(0, receive_one(self->fd, self->handle, &self->peer, 0,
				 false));
	for (i = 0; i < 3 * FAILED_MAX; i++) {
		ASSERT_EQ(S(TOKEN_VERSION),
			  simple_call(self->fd, SSPSEAL_UNSEAL, self->handle,
				      token, data, CB));
		ASSERT_EQ(S(FAULT), simple_call(self->fd, SSPSEAL_UNSEAL,
						self->handle, fence(), data,
						CB));
		ASSERT_EQ(S(TOKEN_COUNTER),
			  receive_one(self->fd, self->handle, &self->peer,
				      SENT_MAX + i, true));
		if (!(variant->services & (SSPSEAL_REPLAY_DETECT |
					   SSPSEAL_SEQUENCE_DETECT)))
			continue;
		/* Authentic, but in its place nothing. */
		ASSERT_EQ(variant->strict ? S(OUT_OF_ORDER) : S(REPLAYED),
			  receive_one(self->fd, self->handle, &self->peer, 0,
				      false));
	}
	EXPECT_EQ(0, receive_one(self->fd, self->handle, &self->peer, 1,
				 false));
}

struct forger {
	int fd;
	__u32 handle;
	struct peer *peer;
	unsigned int altered;
	int status;
};

static void forge_on(void *job)
{
	struct forger *f = job;
	struct peer peer = *f->peer;
	unsigned int i;

	for (i = 0; i < 2 * FAILED_MAX; i++) {
		f->status = receive_one(f->fd, f->handle, &peer, 0, true);
		if (f->status != S(ALTERED))
			break;
		f->altered++;
	}
}

TEST_F(limits, eight_threads_forge)
{
	struct forger forger[THREADS];
	struct sspseal_query q;
	unsigned int i, round, altered;
	__u32 handle;

	for (round = 0; round < 10; round++) {
		handle = create_context(self->fd, variant->role,
					variant->services);
		ASSERT_NE(0, handle);
		for (i = 0; i < THREADS; i++)
			forger[i] = (struct forger) {
				.fd = self->fd,
				.handle = handle,
				.peer = &self->peer,
			};
		ASSERT_TRUE(team_run(forger, sizeof(*forger), THREADS,
				     forge_on));
		for (altered = 0, i = 0; i < THREADS; i++) {
			EXPECT_EQ(S(EXPIRED), forger[i].status);
			altered += forger[i].altered;
		}
		/* Calls in progress finish: one more of each thread at most. */
		EXPECT_LE(FAILED_MAX, altered);
		EXPECT_GE(FAILED_MAX + THREADS - 1, altered);
		ASSERT_EQ(0, query(self->fd, handle, &q));
		EXPECT_EQ(altered, q.failed);
		EXPECT_TRUE(ended(self->fd, handle, &self->peer, 0, &q));
		ASSERT_EQ(0, destroy(self->fd, handle));
	}
}

/* ---- time ---- */

/*
 * The clock is set, and in the end put right by what the monotonic one says has
 * passed meanwhile.
 */
FIXTURE(clock)
{
	int fd;
	struct peer peer;
	struct timespec real;
	struct timespec monotonic;
};

FIXTURE_SETUP(clock)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	clock_gettime(CLOCK_REALTIME, &self->real);
	clock_gettime(CLOCK_MONOTONIC, &self->monotonic);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(peer_of(&self->peer, SSPSEAL_ROLE_INITIATOR));
}

/* The real time is so many seconds after the test's begin. */
static bool set_clock(const FIXTURE_DATA(clock) * self, long seconds)
{
	struct timespec to = self->real;

	to.tv_sec += seconds;
	return !clock_settime(CLOCK_REALTIME, &to);
}

FIXTURE_TEARDOWN(clock)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += self->real.tv_sec - self->monotonic.tv_sec;
	now.tv_nsec += self->real.tv_nsec - self->monotonic.tv_nsec;
	while (now.tv_nsec < 0) {
		now.tv_nsec += 1000000000;
		now.tv_sec--;
	}
	while (now.tv_nsec >= 1000000000) {
		now.tv_nsec -= 1000000000;
		now.tv_sec++;
	}
	clock_settime(CLOCK_REALTIME, &now);
	close(self->fd);
}

static __u32 create_expiring(int fd, __u64 expiry)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SSPSEAL_CONFIDENTIALITY);

	c.expiry = expiry;
	return call(fd, SSPSEAL_CREATE, &c) ? 0 : c.handle;
}

TEST_F(clock, context_that_ends_soon)
{
	__u64 end = soon();
	struct sspseal_query expected = { .sent = 1, .received = 1 };
	__u8 token[TOKEN_SIZE];
	__u32 handle;

	handle = create_expiring(self->fd, end);
	ASSERT_NE(0, handle);
	ASSERT_EQ(0, send_one(self->fd, handle, 0, token));
	ASSERT_EQ(0, receive_one(self->fd, handle, &self->peer, 0, false));
	sleep_until(end);
	EXPECT_EQ(S(EXPIRED), send_one(self->fd, handle, 0, token));
	EXPECT_TRUE(ended(self->fd, handle, &self->peer, 1, &expected));
	/* Whatever time it is. */
	ASSERT_TRUE(set_clock(self, -1000));
	EXPECT_TRUE(ended(self->fd, handle, &self->peer, 1, &expected));
	ASSERT_TRUE(set_clock(self, 0));
	EXPECT_TRUE(ended(self->fd, handle, &self->peer, 1, &expected));
	ASSERT_TRUE(set_clock(self, 1000));
	EXPECT_TRUE(ended(self->fd, handle, &self->peer, 1, &expected));
}

/* QUERY is a look at the clock like any other. */
TEST_F(clock, seen_by_query)
{
	struct sspseal_query q;
	__u8 token[TOKEN_SIZE];
	__u32 handle;

	handle = create_expiring(self->fd, self->real.tv_sec + 500);
	ASSERT_NE(0, handle);
	ASSERT_TRUE(set_clock(self, 400));
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(0, q.expired);
	ASSERT_TRUE(set_clock(self, 500));
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(1, q.expired);
	ASSERT_TRUE(set_clock(self, 0));
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(1, q.expired);
	EXPECT_EQ(S(EXPIRED), send_one(self->fd, handle, 0, token));
}

/* An exported handle ends before its context, which lives on. */
TEST_F(clock, exported_handle)
{
	struct sspseal_export e = export_args(1, SSPSEAL_RIGHT_SEAL |
					      SSPSEAL_RIGHT_SIGN |
					      SSPSEAL_RIGHT_QUERY |
					      SSPSEAL_RIGHT_EXPORT);
	struct sspseal_query q;
	__u8 token[TOKEN_SIZE];
	__u32 imported;
	int times;

	ASSERT_EQ(1, create_expiring(self->fd, self->real.tv_sec + 1000));
	e.expiry = self->real.tv_sec + 500;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	ASSERT_EQ(0, send_one(e.fd, 1, 0, token));
	imported = import_handle(self->fd, e.fd, 1);
	ASSERT_NE(0, imported);
	ASSERT_EQ(0, query(e.fd, 1, &q));
	EXPECT_EQ(e.expiry, q.expiry);
	ASSERT_TRUE(set_clock(self, 500));
	for (times = 0; times < 3; times++) {
		EXPECT_EQ(S(HANDLE_EXPIRED), send_one(e.fd, 1, 0, token));
		EXPECT_EQ(S(HANDLE_EXPIRED), query(e.fd, 1, &q));
		EXPECT_EQ(S(HANDLE_EXPIRED), call(e.fd, SSPSEAL_EXPORT, &e));
		EXPECT_EQ(S(HANDLE_EXPIRED), send_one(self->fd, imported, 0,
						      token));
		EXPECT_EQ(0, send_one(self->fd, 1, 0, token));
		/* Back, and forward again. */
		ASSERT_TRUE(set_clock(self, times ? 600 : 0));
	}
	ASSERT_TRUE(set_clock(self, 1000));
	EXPECT_EQ(S(EXPIRED), send_one(self->fd, 1, 0, token));
	EXPECT_EQ(S(HANDLE_EXPIRED), send_one(e.fd, 1, 0, token));
	/* What has expired is still to be destroyed. */
	EXPECT_EQ(0, destroy(e.fd, 1));
	EXPECT_EQ(0, destroy(self->fd, imported));
	EXPECT_EQ(0, destroy(self->fd, 1));
	close(e.fd);
}

TEST_HARNESS_MAIN

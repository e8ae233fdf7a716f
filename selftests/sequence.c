// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers of messages: send counters, replay windows, strict order, the
 * caller's own numbers, and which session a token belongs to. OpenSSL makes
 * tokens with numbers that no kernel would.
 */
#include <errno.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define WINDOW		2048
#define CB		24

/* A peer that initiates, a kernel context that accepts. */
FIXTURE(sequence)
{
	int fd;
	__u32 acceptor;
	struct peer peer;
};

FIXTURE_VARIANT(sequence)
{
	__u32 services;
	bool strict;
	bool replay;
};

FIXTURE_VARIANT_ADD(sequence, integrity)
{
	.services = SSPSEAL_INTEGRITY | SSPSEAL_CONFIDENTIALITY,
};

FIXTURE_VARIANT_ADD(sequence, replay)
{
	.services = SSPSEAL_REPLAY_DETECT | SSPSEAL_CONFIDENTIALITY,
	.replay = true,
};

FIXTURE_VARIANT_ADD(sequence, strict)
{
	.services = SSPSEAL_SEQUENCE_DETECT | SSPSEAL_CONFIDENTIALITY,
	.strict = true,
};

FIXTURE_VARIANT_ADD(sequence, replay_and_strict)
{
	.services = ALL_SERVICES,
	.strict = true,
	.replay = true,
};

FIXTURE_SETUP(sequence)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					variant->services);
	ASSERT_NE(0, self->acceptor);
	ASSERT_TRUE(peer_init(&self->peer, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
}

FIXTURE_TEARDOWN(sequence)
{
	close(self->fd);
}

/*
 * Send message @number, sealed or signed. What the status promises is checked:
 * on success DATA is the plaintext, otherwise nothing has changed.
 */
static int deliver(int fd, __u32 acceptor, struct peer *peer, __u64 number)
{
	bool sign = number % 3 == 2;
	__u8 token[TOKEN_SIZE], data[CB];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m = message(acceptor, b, 2);
	__s64 before, after;
	int status;

	memset(data, (__u8)number, sizeof(data));
	peer->counter = number;
	if (!peer_protect(peer, sign ? TOKEN_SIGNATURE : TOKEN_CONFIDENTIAL, b,
			  2))
		return BROKEN;
	before = received(fd, acceptor);
	status = call(fd, sign ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL, &m);
	after = received(fd, acceptor);
	if (after - before != !status)
		return BROKEN;
	if (!status && !all_bytes(data, (__u8)number, sizeof(data)))
		return BROKEN;
	/* Refused: authentic, but in its place nothing. */
	if (status && !sign && all_bytes(data, (__u8)number, sizeof(data)))
		return BROKEN;
	return status;
}

#define DELIVER(number)							\
	deliver(self->fd, self->acceptor, &self->peer, (number))

/* What a context says of a number lower than the next. */
#define SEEN	(variant->strict ? S(OUT_OF_ORDER) :			\
		 variant->replay ? S(REPLAYED) : S(OK))
#define OLD	(variant->strict ? S(OUT_OF_ORDER) :			\
		 variant->replay ? S(TOO_OLD) : S(OK))
#define GAP	(variant->strict ? S(OUT_OF_ORDER) : S(OK))

TEST_F(sequence, in_order)
{
	__u64 i;

	for (i = 0; i < 200; i++)
		ASSERT_EQ(0, DELIVER(i));
}

TEST_F(sequence, duplicate)
{
	__u64 i;

	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, DELIVER(i));
		EXPECT_EQ(SEEN, DELIVER(i));
	}
	for (i = 0; i < 10; i++)
		EXPECT_EQ(SEEN, DELIVER(i));
	EXPECT_EQ(0, DELIVER(10));
}

TEST_F(sequence, gap)
{
	EXPECT_EQ(0, DELIVER(0));
	EXPECT_EQ(GAP, DELIVER(2));
	EXPECT_EQ(0, DELIVER(1));
	EXPECT_EQ(variant->strict ? S(OK) : SEEN, DELIVER(2));
	EXPECT_EQ(0, DELIVER(3));
}

TEST_F(sequence, does_not_begin_with_zero)
{
	EXPECT_EQ(GAP, DELIVER(5));
	EXPECT_EQ(0, DELIVER(0));
	EXPECT_EQ(variant->strict ? S(OUT_OF_ORDER) : SEEN, DELIVER(0));
}

TEST_F(sequence, order_error_leaves_context_usable)
{
	__u64 i;

	for (i = 0; i < 20; i++) {
		EXPECT_EQ(GAP, DELIVER(1000 + i));
		EXPECT_EQ(0, DELIVER(i));
		EXPECT_EQ(SEEN, DELIVER(i));
	}
}

TEST_F(sequence, far_jumps)
{
	static const __u64 jump[] = {
		1, 2, 63, 64, 65, 127, 128, WINDOW - 65, WINDOW - 64,
		WINDOW - 63, WINDOW - 1, WINDOW, WINDOW + 1, WINDOW + 63,
		WINDOW + 64, WINDOW + 65, 2 * WINDOW, 1000003, 1ULL << 32,
		1ULL << 39,
	};
	__u64 highest = 0;
	unsigned int i;

	EXPECT_EQ(0, DELIVER(0));
	for (i = 0; i < ARRAY_SIZE(jump); i++) {
		if (variant->strict) {
			EXPECT_EQ(S(OUT_OF_ORDER), DELIVER(highest + 1 +
							   jump[i]));
			EXPECT_EQ(0, DELIVER(++highest));
			continue;
		}
		highest += jump[i];
		EXPECT_EQ(0, DELIVER(highest));
		EXPECT_EQ(SEEN, DELIVER(highest));
		/* The one just before the jump: in the window, or below it. */
		EXPECT_EQ(jump[i] < WINDOW ? SEEN : OLD,
			  DELIVER(highest - jump[i]))
			TH_LOG("jump of %llu", jump[i]);
	}
}

/* After a jump of each size, every number of the window counts as new once. */
TEST_F(sequence, window_after_jump)
{
	static const __u64 jump[] = { 64, 700, WINDOW - 1, WINDOW, 5000 };
	__u64 highest = WINDOW * 2 + 17, n;
	unsigned int i;

	if (variant->strict) {
		/* There is no window: one number is right, all others wrong. */
		EXPECT_EQ(0, DELIVER(0));
		for (n = 0; n < 3 * WINDOW; n += 97)
			if (n != 1)
				EXPECT_EQ(S(OUT_OF_ORDER), DELIVER(n));
		EXPECT_EQ(0, DELIVER(1));
		return;
	}
	EXPECT_EQ(0, DELIVER(highest));
	for (i = 0; i < ARRAY_SIZE(jump); i++) {
		highest += jump[i];
		EXPECT_EQ(0, DELIVER(highest));
		/* Between the jump's ends nothing was seen: some of it. */
		for (n = highest - 1; n > highest - jump[i] &&
		     n > highest - WINDOW; n -= 31)
			EXPECT_EQ(0, DELIVER(n))
				TH_LOG("%llu below the highest", highest - n);
		for (n = highest - 1; n > highest - jump[i] &&
		     n > highest - WINDOW; n -= 31)
			EXPECT_EQ(SEEN, DELIVER(n));
	}
}

TEST_F(sequence, window_edge)
{
	__u64 highest = 3 * WINDOW + 5, n;

	if (variant->strict) {
		EXPECT_EQ(S(OUT_OF_ORDER), DELIVER(highest));
		return;
	}
	EXPECT_EQ(0, DELIVER(highest));
	/* Each further number pushes the edge by one. */
	for (n = 0; n < 200; n++, highest++) {
		EXPECT_EQ(OLD, DELIVER(highest - WINDOW))
			TH_LOG("highest %llu", highest);
		EXPECT_EQ(0, DELIVER(highest - WINDOW + 1))
			TH_LOG("highest %llu", highest);
		EXPECT_EQ(SEEN, DELIVER(highest - WINDOW + 1));
		EXPECT_EQ(0, DELIVER(highest + 1));
	}
}

TEST_F(sequence, window_backwards)
{
	__u64 n;

	if (variant->strict) {
		for (n = WINDOW - 1; n; n -= 89)
			EXPECT_EQ(S(OUT_OF_ORDER), DELIVER(n));
		EXPECT_EQ(0, DELIVER(0));
		return;
	}
	/* All the window from the top down, each once. */
	for (n = WINDOW; n; n--)
		ASSERT_EQ(0, DELIVER(n - 1));
	for (n = WINDOW; n; n -= 64)
		EXPECT_EQ(SEEN, DELIVER(n - 1));
}

TEST_F(sequence, window_shuffled)
{
	__u8 seen[2 * WINDOW] = { };
	__u64 highest = 0, n;
	unsigned int i;
	int expected;

	if (variant->strict) {
		for (i = 0; i < 100; i++)
			EXPECT_EQ(S(OUT_OF_ORDER), DELIVER(1 + pick(WINDOW)));
		return;
	}
	/* A model of the rule beside it: one byte a number. */
	for (i = 0; i < 3000; i++) {
		n = highest < WINDOW / 2 ? pick(WINDOW / 2) :
		    pick(2 * WINDOW);
		if (n + WINDOW <= highest)
			expected = OLD;
		else
			expected = seen[n] ? SEEN : S(OK);
		ASSERT_EQ(expected, DELIVER(n))
			TH_LOG("number %llu, highest %llu", n, highest);
		if (!expected) {
			seen[n] = 1;
			highest = n > highest ? n : highest;
		}
	}
}

/* No sender goes as far as 2^40: there is nothing to accept from there on. */
TEST_F(sequence, numbers_at_the_end)
{
	static const __u64 beyond[] = {
		1ULL << 40, (1ULL << 40) + 1, 1ULL << 41, 1ULL << 63,
		UINT64_MAX - WINDOW, UINT64_MAX - 1, UINT64_MAX,
	};
	const __u64 last = (1ULL << 40) - 1;
	unsigned int i;

	EXPECT_EQ(0, DELIVER(0));
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		EXPECT_EQ(S(TOKEN_COUNTER), DELIVER(beyond[i]))
			TH_LOG("number %llu", beyond[i]);
		/* The window stays where it is. */
		EXPECT_EQ(SEEN, DELIVER(i));
		EXPECT_EQ(0, DELIVER(i + 1));
	}
	EXPECT_EQ(GAP, DELIVER(last));
	EXPECT_EQ(OLD, DELIVER(0));
	if (!variant->strict)
		EXPECT_EQ(SEEN, DELIVER(last));
}

TEST_F(sequence, authenticity_before_order)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};

	EXPECT_EQ(0, DELIVER(0));
	self->peer.counter = 0;
	ASSERT_TRUE(peer_protect(&self->peer, TOKEN_CONFIDENTIAL, b, 2));
	/* A replay, but altered: that is what is said. */
	token[TOKEN_SIZE - 1] ^= 1;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 2));
	/* A forged number in the future moves nothing. */
	token[TOKEN_SIZE - 1] ^= 1;
	token[TOKEN_AT_COUNTER + 3] = 0x80;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 2));
	EXPECT_EQ(0, DELIVER(1));
}

TEST_F(sequence, refusals_use_no_number)
{
	__u8 token[TOKEN_SIZE], data[CB] = { }, copy[CB];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;

	/* Right, but for a buffer, the tag, the caller's number: then right. */
	ASSERT_TRUE(peer_protect(&self->peer, TOKEN_CONFIDENTIAL, b, 2));
	memcpy(copy, data, sizeof(data));
	b[0].cb = TOKEN_SIZE - 1;
	EXPECT_EQ(S(TOKEN_TOO_SMALL), message_refused(self->fd, SSPSEAL_UNSEAL,
						      self->acceptor, b, 2));
	b[0].cb = TOKEN_SIZE;
	EXPECT_EQ(S(TOKEN_KIND), message_refused(self->fd, SSPSEAL_VERIFY,
						 self->acceptor, b, 2));
	data[0] ^= 1;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 2));
	data[0] ^= 1;
	m = message(self->acceptor, b, 2);
	m.sequence = 77;
	EXPECT_EQ(S(CALLER_SEQUENCE), refused(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(0, memcmp(copy, data, sizeof(data)));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor, b,
				  2));
	EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
}

TEST_F(sequence, callers_number)
{
	static const struct {
		__u32 token;
		__u32 caller;
		int status;
	} row[] = {
		{ 0, 0, S(OK) },
		{ 5, 0, S(OK) },
		{ 5, 5, S(OK) },
		{ 0xffffffff, 0xffffffff, S(OK) },
		{ 5, 6, S(CALLER_SEQUENCE) },
		{ 0, 5, S(CALLER_SEQUENCE) },
		{ 0x01000000, 1, S(CALLER_SEQUENCE) },
	};
	static const __u8 kind[] = { TOKEN_CONFIDENTIAL, 0, TOKEN_SIGNATURE };
	__u8 token[TOKEN_SIZE], data[CB];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;
	unsigned int i, k;
	__u64 number = 0;

	for (k = 0; k < ARRAY_SIZE(kind); k++) {
		for (i = 0; i < ARRAY_SIZE(row); i++) {
			memset(data, 'y', sizeof(data));
			self->peer.sequence = row[i].token;
			self->peer.counter = number;
			ASSERT_TRUE(peer_protect(&self->peer, kind[k], b, 2));
			m = message(self->acceptor, b, 2);
			m.sequence = row[i].caller;
			EXPECT_EQ(row[i].status, row[i].status ?
				  refused(self->fd, k == 2 ? SSPSEAL_VERIFY :
					  SSPSEAL_UNSEAL, &m) :
				  call(self->fd, k == 2 ? SSPSEAL_VERIFY :
				       SSPSEAL_UNSEAL, &m))
				TH_LOG("row %u", i);
			EXPECT_EQ(row[i].caller, m.sequence);
			number += !row[i].status;
		}
	}
}

TEST_F(sequence, callers_number_before_order)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;

	EXPECT_EQ(0, DELIVER(0));
	self->peer.counter = 0;
	self->peer.sequence = 3;
	ASSERT_TRUE(peer_protect(&self->peer, TOKEN_CONFIDENTIAL, b, 2));
	m = message(self->acceptor, b, 2);
	m.sequence = 4;
	EXPECT_EQ(S(CALLER_SEQUENCE), refused(self->fd, SSPSEAL_UNSEAL, &m));
	/* An edited number is an altered token. */
	token[TOKEN_AT_SEQUENCE + 3] = 4;
	EXPECT_EQ(S(ALTERED), refused(self->fd, SSPSEAL_UNSEAL, &m));
}

/* Sessions of the same key: each has its salt, and the first one is pinned. */
TEST_F(sequence, other_session)
{
	struct peer other;

	ASSERT_TRUE(peer_init(&other, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	EXPECT_EQ(0, DELIVER(0));
	EXPECT_EQ(S(TOKEN_SALT), deliver(self->fd, self->acceptor, &other, 0));
	EXPECT_EQ(S(TOKEN_SALT), deliver(self->fd, self->acceptor, &other, 1));
	EXPECT_EQ(0, DELIVER(1));
}

TEST_F(sequence, forged_token_pins_nothing)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct peer stranger;
	int i;

	ASSERT_TRUE(peer_init(&stranger, SSPSEAL_ROLE_INITIATOR, test_key + 1,
			      TEST_KEY_SIZE));
	for (i = 0; i < 10; i++) {
		ASSERT_TRUE(peer_protect(&stranger, TOKEN_CONFIDENTIAL, b, 2));
		EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
						      self->acceptor, b, 2));
		fill(token + TOKEN_AT_SALT, SSPSEAL_SALT_SIZE);
		EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
						      self->acceptor, b, 2));
	}
	EXPECT_EQ(0, DELIVER(0));
	ASSERT_TRUE(peer_protect(&stranger, TOKEN_CONFIDENTIAL, b, 2));
	EXPECT_EQ(S(TOKEN_SALT), message_refused(self->fd, SSPSEAL_UNSEAL,
						 self->acceptor, b, 2));
}

TEST_F(sequence, refused_number_pins_nothing)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;
	struct peer other;

	ASSERT_TRUE(peer_init(&other, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	/* Authentic, but not the number that the caller expects. */
	ASSERT_TRUE(peer_protect(&other, TOKEN_CONFIDENTIAL, b, 2));
	m = message(self->acceptor, b, 2);
	m.sequence = 1;
	EXPECT_EQ(S(CALLER_SEQUENCE), refused(self->fd, SSPSEAL_UNSEAL, &m));
	/* Authentic, but not the first, where that matters. */
	if (variant->strict)
		EXPECT_EQ(S(OUT_OF_ORDER), deliver(self->fd, self->acceptor,
						   &other, 4));
	EXPECT_EQ(0, DELIVER(0));
	EXPECT_EQ(S(TOKEN_SALT), deliver(self->fd, self->acceptor, &other, 0));
}

/*
 * Documented for session keys that are used again: a new acceptor takes the
 * recording of an earlier session.
 */
TEST_F(sequence, recording_of_an_earlier_session)
{
	__u32 again;

	EXPECT_EQ(0, DELIVER(0));
	EXPECT_EQ(0, DELIVER(1));
	again = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
			       variant->services);
	ASSERT_NE(0, again);
	EXPECT_EQ(0, deliver(self->fd, again, &self->peer, 0));
	EXPECT_EQ(0, deliver(self->fd, again, &self->peer, 1));
}

TEST_F(sequence, suites_share_the_window)
{
	__u8 suite;

	EXPECT_EQ(0, DELIVER(0));
	for (suite = 2; suite <= 3; suite++) {
		self->peer.suite = suite;
		EXPECT_EQ(SEEN, DELIVER(0));
		EXPECT_EQ(0, DELIVER(suite - 1));
		EXPECT_EQ(SEEN, DELIVER(suite - 1));
	}
	self->peer.suite = 1;
	EXPECT_EQ(SEEN, DELIVER(2));
	EXPECT_EQ(0, DELIVER(3));
}

/* Numbers that the kernel gives. */
FIXTURE(counter)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_SETUP(counter)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(counter)
{
	close(self->fd);
}

TEST_F(counter, counts_by_one)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	__u64 i;

	for (i = 0; i < 300; i++) {
		ASSERT_EQ(0, simple_call(self->fd, i & 1 ? SSPSEAL_SIGN :
					 SSPSEAL_SEAL, self->initiator, token,
					 data, sizeof(data)));
		ASSERT_EQ(i, token_counter(token));
		ASSERT_EQ(i + 1, sent(self->fd, self->initiator));
	}
	EXPECT_EQ(0, sent(self->fd, self->acceptor));
}

TEST_F(counter, directions_are_independent)
{
	__u8 token[TOKEN_SIZE], data[CB];
	__u32 from, to;
	__u64 i;

	for (i = 0; i < 40; i++) {
		/* One way twice as often as the other. */
		from = i % 3 ? self->initiator : self->acceptor;
		to = i % 3 ? self->acceptor : self->initiator;
		memset(data, i, sizeof(data));
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, from, token,
					 data, sizeof(data)));
		EXPECT_EQ(i % 3 ? i - i / 3 - 1 : i / 3, token_counter(token));
		/* Not taken by the sender itself. */
		EXPECT_EQ(S(TOKEN_REFLECTED),
			  simple_refused(self->fd, SSPSEAL_UNSEAL, from, token,
					 data, sizeof(data)));
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, to, token,
					 data, sizeof(data)));
		EXPECT_TRUE(all_bytes(data, i, sizeof(data)));
	}
}

TEST_F(counter, refused_seals_use_none)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m = message(self->initiator, b, 2);
	int i;

	for (i = 0; i < 20; i++) {
		m.qop = 0x40000000;
		EXPECT_EQ(S(QOP), refused(self->fd, SSPSEAL_SEAL, &m));
		m.qop = 0;
		b[0].cb = 47;
		EXPECT_EQ(S(TOKEN_TOO_SMALL), refused(self->fd, SSPSEAL_SEAL,
						      &m));
		b[0].cb = TOKEN_SIZE;
		b[1].ptr = (uintptr_t)fence();
		EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_SEAL, &m));
		b[1].ptr = (uintptr_t)data;
	}
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	EXPECT_EQ(0, token_counter(token));
}

TEST_F(counter, callers_number_feeds_nothing)
{
	static const __u32 number[] = { 9, 9, 0, 5, 0xffffffff, 9 };
	__u8 token[ARRAY_SIZE(number)][TOKEN_SIZE];
	__u8 data[ARRAY_SIZE(number)][CB];
	unsigned int i, j;

	/* Repeated and lowered numbers of the caller repeat no nonce. */
	for (i = 0; i < ARRAY_SIZE(number); i++) {
		struct sspseal_buffer b[] = {
			buffer(TOKEN, token[i], TOKEN_SIZE),
			buffer(DATA, data[i], CB),
		};
		struct sspseal_message m = message(self->initiator, b, 2);

		memset(data[i], 0, CB);
		m.sequence = number[i];
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		EXPECT_EQ(number[i], token_sequence(token[i]));
		EXPECT_EQ(i, token_counter(token[i]));
		for (j = 0; j < i; j++)
			EXPECT_NE(0, memcmp(data[i], data[j], CB));
	}
}

TEST_F(counter, sealed_in_order_arrives_in_order)
{
	__u8 token[32][TOKEN_SIZE], data[32][CB];
	unsigned int i;

	for (i = 0; i < 32; i++) {
		memset(data[i], i, CB);
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, token[i], data[i],
					 CB));
	}
	/* Strict: the second before the first is refused and stays good. */
	EXPECT_EQ(S(OUT_OF_ORDER),
		  simple_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 token[1], data[1], CB));
	for (i = 0; i < 32; i++) {
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL,
					 self->acceptor, token[i], data[i],
					 CB));
		EXPECT_TRUE(all_bytes(data[i], i, CB));
	}
}

TEST_HARNESS_MAIN

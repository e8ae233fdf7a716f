// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random messages, made by the kernel and read by OpenSSL or the reverse: every
 * operation, any number and order of buffers, sizes around all the edges, and what
 * does not belong to a message sprinkled in.
 *
 * SEED in the environment repeats a run, but for what the kernel chooses itself.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
/* For each suite and role. */
#define CASES		5000
/* So often comes a new context, with a new key. */
#define CONTEXT		250
#define ASSOCIATED_MAX	5
#define PLAIN_MAX	3
#define JUNK_MAX	4
#define ENTRIES_MAX	(ASSOCIATED_MAX + PLAIN_MAX + JUNK_MAX + 1)
#define ARENA		(1024 * 1024)
/* Behind the token, where TOKEN is larger than it. */
#define TOKEN_ROOM	16

/* ---- chance ---- */

static __u64 state;

/* xorshift64* */
static __u64 chance64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static __u32 chance(__u32 below)
{
	return (chance64() >> 32) % below;
}

static bool one_in(__u32 nr)
{
	return !chance(nr);
}

static __u64 seed(void)
{
	const char *text = getenv("SEED");
	__u64 value = text ? strtoull(text, NULL, 0) : 0x5ea1;

	return value ? value : 1;
}

static void chance_fill(__u8 *p, size_t size)
{
	__u64 word;

	for (; size >= 8; p += 8, size -= 8) {
		word = chance64();
		memcpy(p, &word, 8);
	}
	word = chance64();
	memcpy(p, &word, size);
}

/* Up to two pages, the edges of blocks, pages and work slots more often. */
static __u32 data_size(void)
{
	static const __u32 edges[] = {
		0, 0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129,
		255, 256, 257, 511, 512, 513, 1023, 1024, 1025,
		4047, 4048, 4049, 4079, 4080, 4081, 4095, 4096, 4097,
		8143, 8144, 8175, 8176, 8191, 8192, 8193,
	};
	static const __u32 large[] = {
		65535, 65536, 65537, 65520, 69632, 69633, 73727, 73728, 73729,
		98304, 131072, 150001,
	};

	if (one_in(256))
		return large[chance(ARRAY_SIZE(large))];
	if (one_in(3))
		return edges[chance(ARRAY_SIZE(edges))];
	return one_in(3) ? chance(9000) : chance(600);
}

static __u32 associated_size(void)
{
	static const __u32 edges[] = { 0, 0, 1, 8, 15, 16, 17, 24, 32 };

	if (one_in(200))
		return chance(12000);
	if (one_in(20))
		return chance(4200);
	return one_in(2) ? edges[chance(ARRAY_SIZE(edges))] : chance(100);
}

/* ---- a case ---- */

enum operation { SEAL, WRAP, SIGN, OPERATIONS };

static const __u8 flags_of[OPERATIONS] = {
	TOKEN_CONFIDENTIAL, 0, TOKEN_SIGNATURE,
};

static __u8 *arena;	/* what the message's buffers are cut from */
static __u8 *plain;	/* what stood there at first */
static __u8 *sealed;	/* what stood there when it was sealed */

struct test_case {
	enum operation op;
	bool kernel_sends;
	bool stream;
	__u32 sequence;
	size_t used;
	/* As the sender has it; with @stream the receiver has another. */
	struct sspseal_buffer b[ENTRIES_MAX];
	unsigned int nr;
	unsigned int token;
	unsigned int data;
};

static __u8 *cut(struct test_case *t, size_t size)
{
	__u8 *p;

	t->used += chance(16);
	p = arena + t->used;
	t->used += size;
	return p;
}

static void add(struct test_case *t, __u32 type, void *p, __u32 cb)
{
	t->b[t->nr++] = buffer(type, p, cb);
}

/* Entries that are no part of the message; nobody looks where they point to. */
static void add_junk(struct test_case *t)
{
	static const __u32 attributes[] = { 0, 0, READONLY, RWC };
	static const __u32 types[] = {
		SSPSEAL_BUFFER_EMPTY, 3, 4, 5, 6, 7, 8, PADDING, PADDING, 11,
		12, 13, 27, 28,
	};
	__u32 type = types[chance(ARRAY_SIZE(types))] | attributes[chance(4)];

	if (one_in(3))
		type = DATA | READONLY;
	/* Only UNSEAL knows it. */
	else if (one_in(8) && (t->kernel_sends || t->op == SIGN))
		type = STREAM;
	add(t, type, (void *)(uintptr_t)chance64(), chance64());
}

static void shuffle(struct test_case *t)
{
	struct sspseal_buffer other;
	unsigned int i, k;

	for (i = t->nr; i > 1; i--) {
		k = chance(i);
		other = t->b[k];
		t->b[k] = t->b[i - 1];
		t->b[i - 1] = other;
	}
	for (i = 0; i < t->nr; i++) {
		if (t->b[i].type == TOKEN)
			t->token = i;
		if (t->b[i].type == DATA)
			t->data = i;
	}
}

static void make_case(struct test_case *t)
{
	unsigned int i, nr;
	__u32 cb;
	__u8 *p;

	t->op = chance(OPERATIONS);
	t->kernel_sends = one_in(2);
	t->stream = !t->kernel_sends && t->op != SIGN && one_in(4);
	t->sequence = one_in(2) ? chance64() : 0;
	t->used = 0;
	t->nr = 0;

	/* Token and data are one piece, or they are two anywhere. */
	cb = data_size();
	p = cut(t, TOKEN_SIZE + (t->stream ? cb : TOKEN_ROOM));
	add(t, TOKEN, p, TOKEN_SIZE +
	    (t->stream ? 0 : chance(TOKEN_ROOM + 1)));
	add(t, DATA, t->stream ? p + TOKEN_SIZE : cut(t, cb), cb);
	for (nr = chance(ASSOCIATED_MAX + 1), i = 0; i < nr; i++) {
		cb = associated_size();
		add(t, DATA | RWC, cut(t, cb), cb);
	}
	for (nr = chance(PLAIN_MAX), i = 0; t->op == SIGN && i < nr; i++) {
		cb = associated_size();
		add(t, DATA, cut(t, cb), cb);
	}
	for (nr = chance(JUNK_MAX + 1), i = 0; i < nr; i++)
		add_junk(t);
	shuffle(t);
	chance_fill(arena, t->used + TOKEN_ROOM);
	memcpy(plain, arena, t->used + TOKEN_ROOM);
}

static __u8 *pointer(const struct sspseal_buffer *b)
{
	return (__u8 *)(uintptr_t)b->ptr;
}

/* Memory is as it was at first, but for the token. */
static bool memory_is_plain(const struct test_case *t)
{
	size_t at = pointer(&t->b[t->token]) - arena;

	return !memcmp(arena, plain, at) &&
	       !memcmp(arena + at + TOKEN_SIZE, plain + at + TOKEN_SIZE,
		       t->used + TOKEN_ROOM - at - TOKEN_SIZE);
}

/* DATA has become something else if, and only if, it is encrypted. */
static bool data_is_encrypted(const struct test_case *t)
{
	const struct sspseal_buffer *data = &t->b[t->data];

	/* Sixteen bytes do not come out the same by chance. */
	return data->cb < 16 ||
	       (t->op == SEAL) == !!memcmp(pointer(data), plain +
					   (pointer(data) - arena), data->cb);
}

static bool wrong(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	return false;
}

/* ---- from the kernel to OpenSSL ---- */

struct ends {
	int fd;
	__u32 handle;
	__u32 suite;
	struct peer peer;
	__u64 sent;
};

/* What a sender writes: the size of TOKEN, and PADDING's. */
static bool sizes_are_written(const struct test_case *t,
			      const struct sspseal_buffer *before)
{
	struct sspseal_buffer expected;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		expected = before[i];
		if (i == t->token)
			expected.cb = TOKEN_SIZE;
		if (expected.type == PADDING)
			expected.cb = 0;
		if (memcmp(&expected, &t->b[i], sizeof(expected)))
			return false;
	}
	return true;
}

static bool token_is_right(const struct test_case *t, const struct ends *e)
{
	const __u8 *token = pointer(&t->b[t->token]);
	__u8 direction = e->peer.role == SSPSEAL_ROLE_INITIATOR ?
			 TOKEN_ACCEPTOR : 0;

	return token[TOKEN_AT_VERSION] == 1 &&
	       token[TOKEN_AT_SUITE] == e->suite &&
	       token[TOKEN_AT_FLAGS] == (flags_of[t->op] | direction) &&
	       !token[TOKEN_AT_ZERO] && token_sequence(token) == t->sequence &&
	       token_counter(token) == e->sent;
}

static bool kernel_to_peer(struct test_case *t, struct ends *e)
{
	struct sspseal_buffer before[ENTRIES_MAX];
	struct sspseal_message m = message(e->handle, t->b, t->nr);
	int status;

	memcpy(before, t->b, sizeof(before));
	m.sequence = t->sequence;
	m.qop = one_in(2) ? SSPSEAL_QOP_SUITE(e->suite) : 0;
	if (t->op == WRAP || (t->op == SIGN && one_in(2)))
		m.qop |= SSPSEAL_QOP_NO_ENCRYPT;
	status = call(e->fd, t->op == SIGN ? SSPSEAL_SIGN : SSPSEAL_SEAL, &m);
	if (status) {
		fprintf(stderr, "# status %d\n", status);
		return false;
	}
	if (!token_is_right(t, e))
		return wrong("the token's fields");
	e->sent++;
	if (!sizes_are_written(t, before))
		return wrong("sizes in the array");
	if (!data_is_encrypted(t))
		return wrong("DATA is encrypted or not");
	if (!peer_unprotect(&e->peer, t->b, t->nr))
		return wrong("not authentic to OpenSSL");
	return memory_is_plain(t) || wrong("memory");
}

/* ---- from OpenSSL to the kernel ---- */

/* The receiver's list. */
static void received_list(const struct test_case *t, struct sspseal_buffer *b)
{
	static const __u32 attributes[] = { 0, 0, READONLY, RWC };

	memcpy(b, t->b, sizeof(t->b));
	if (!t->stream) {
		b[t->token].type |= attributes[chance(4)];
		return;
	}
	b[t->token] = buffer(STREAM, pointer(&t->b[t->token]),
			     TOKEN_SIZE + t->b[t->data].cb);
	/* An output: what stands there does not matter. */
	b[t->data] = buffer(DATA, (void *)(uintptr_t)chance64(), chance64());
}

static bool nothing_changed(const struct test_case *t,
			    const struct sspseal_buffer *before,
			    const struct sspseal_buffer *b)
{
	return !memcmp(before, b, sizeof(t->b)) &&
	       !memcmp(arena, sealed, t->used + TOKEN_ROOM);
}

/* Some byte of an authenticated entry, or of the token; NULL if all are empty. */
static __u8 *some_byte(const struct test_case *t, bool *in_token)
{
	const struct sspseal_buffer *b = &t->b[chance(t->nr)];
	__u32 type = b->type;

	*in_token = type == TOKEN;
	if (*in_token)
		return pointer(b) + chance(TOKEN_SIZE);
	if ((type != DATA && type != (DATA | RWC)) || !b->cb)
		return NULL;
	return pointer(b) + chance(b->cb);
}

/* One bit of it is not as it was made. */
static bool refused_if_flipped(const struct test_case *t, const struct ends *e,
			       unsigned long cmd, struct sspseal_message *m)
{
	struct sspseal_buffer before[ENTRIES_MAX], *b;
	__u8 bit = 1 << chance(8), *at;
	bool in_token, same;
	int status;

	at = some_byte(t, &in_token);
	if (!at)
		return true;
	b = (struct sspseal_buffer *)(uintptr_t)m->buffers;
	memcpy(before, b, sizeof(before));
	*at ^= bit;
	sealed[at - arena] ^= bit;
	status = call(e->fd, cmd, m);
	same = nothing_changed(t, before, b);
	*at ^= bit;
	sealed[at - arena] ^= bit;
	/* A token may be malformed before it is wrong. */
	if (in_token ? status <= 0 : status != S(ALTERED))
		return wrong("a flipped bit was accepted");
	return same || wrong("a refusal changed something");
}

static bool refused_with(const struct test_case *t, const struct ends *e,
			 unsigned long cmd, struct sspseal_message *m,
			 int expected)
{
	struct sspseal_buffer before[ENTRIES_MAX], *b;

	b = (struct sspseal_buffer *)(uintptr_t)m->buffers;
	memcpy(before, b, sizeof(before));
	if (call(e->fd, cmd, m) != expected)
		return wrong("not refused as expected");
	return nothing_changed(t, before, b) ||
	       wrong("a refusal changed something");
}

static bool list_is_right(const struct test_case *t,
			  const struct sspseal_buffer *before,
			  const struct sspseal_buffer *b)
{
	struct sspseal_buffer expected;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		expected = before[i];
		if (t->stream && i == t->data)
			expected = t->b[i];
		if (memcmp(&expected, &b[i], sizeof(expected)))
			return false;
	}
	return true;
}

static bool peer_to_kernel(struct test_case *t, struct ends *e)
{
	unsigned long cmd = t->op == SIGN ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL;
	struct sspseal_buffer b[ENTRIES_MAX], before[ENTRIES_MAX];
	struct sspseal_message m = message(e->handle, b, t->nr);
	int status;

	e->peer.sequence = t->sequence;
	if (!peer_protect(&e->peer, flags_of[t->op], t->b, t->nr))
		return wrong("OpenSSL could not make it");
	memcpy(sealed, arena, t->used + TOKEN_ROOM);
	received_list(t, b);
	m.qop = chance64();
	m.sequence = one_in(2) ? t->sequence : 0;

	if (one_in(4) && !refused_if_flipped(t, e, cmd, &m))
		return false;
	if (one_in(8)) {
		m.sequence = t->sequence + 1 ? t->sequence + 1 : 1;
		if (!refused_with(t, e, cmd, &m, S(CALLER_SEQUENCE)))
			return false;
		m.sequence = t->sequence;
	}
	memcpy(before, b, sizeof(before));
	status = call(e->fd, cmd, &m);
	if (status) {
		fprintf(stderr, "# status %d\n", status);
		return false;
	}
	if (m.qop != (t->op == WRAP ? SSPSEAL_QOP_NO_ENCRYPT : 0))
		return wrong("qop");
	if (!list_is_right(t, before, b))
		return wrong("the array");
	if (!memory_is_plain(t))
		return wrong("memory");
	/* A second time, unless it is ciphertext no longer. */
	if (t->op == SEAL || t->stream || !one_in(8))
		return true;
	return refused_with(t, e, cmd, &m,
			    e->peer.role == SSPSEAL_ROLE_INITIATOR ?
			    S(OUT_OF_ORDER) : S(REPLAYED));
}

/* ---- the test ---- */

FIXTURE(random)
{
	struct ends ends;
};

FIXTURE_VARIANT(random)
{
	__u32 suite;
	/* The kernel's. */
	__u32 role;
	/* Windows at one end, strict order at the other. */
	__u32 services;
};

#define INITIATOR							\
	.role = SSPSEAL_ROLE_INITIATOR,					\
	.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT
#define ACCEPTOR							\
	.role = SSPSEAL_ROLE_ACCEPTOR, .services = ALL_SERVICES

FIXTURE_VARIANT_ADD(random, aes_256_gcm)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, INITIATOR,
};

FIXTURE_VARIANT_ADD(random, aes_256_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, ACCEPTOR,
};

FIXTURE_VARIANT_ADD(random, aes_128_gcm)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, INITIATOR,
};

FIXTURE_VARIANT_ADD(random, aes_128_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, ACCEPTOR,
};

FIXTURE_VARIANT_ADD(random, chacha20_poly1305)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305, INITIATOR,
};

FIXTURE_VARIANT_ADD(random, chacha20_poly1305_acceptor)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305, ACCEPTOR,
};

FIXTURE_SETUP(random)
{
	state = seed() + (variant->suite << 8) + variant->role;
	arena = malloc(ARENA);
	plain = malloc(ARENA);
	sealed = malloc(ARENA);
	ASSERT_TRUE(arena && plain && sealed);
	self->ends.suite = variant->suite;
	self->ends.fd = device_open();
	ASSERT_LE(0, self->ends.fd);
}

FIXTURE_TEARDOWN(random)
{
	close(self->ends.fd);
	free(sealed);
	free(plain);
	free(arena);
}

/* A context with a random key, and OpenSSL at its other end. */
static bool new_ends(struct ends *e, __u32 role, __u32 services)
{
	struct sspseal_native native = {
		.suites = one_in(2) ? SSPSEAL_SUITE_BIT(e->suite) : 0,
		.default_suite = e->suite,
	};
	struct sspseal_create c = create_args(role, services);
	__u8 key[SSPSEAL_KEY_MAX];

	chance_fill(key, sizeof(key));
	c.key = (uintptr_t)key;
	c.key_size = SSPSEAL_KEY_MIN +
		     chance(SSPSEAL_KEY_MAX - SSPSEAL_KEY_MIN + 1);
	c.params = (uintptr_t)&native;
	c.params_size = sizeof(native);
	if (e->handle && destroy(e->fd, e->handle))
		return false;
	if (call(e->fd, SSPSEAL_CREATE, &c) ||
	    !peer_init(&e->peer, role == SSPSEAL_ROLE_INITIATOR ?
		       SSPSEAL_ROLE_ACCEPTOR : SSPSEAL_ROLE_INITIATOR, key,
		       c.key_size))
		return false;
	e->handle = c.handle;
	e->peer.suite = e->suite;
	e->sent = 0;
	return true;
}

TEST_F_TIMEOUT(random, messages, 200)
{
	struct ends *e = &self->ends;
	struct test_case t = { };
	unsigned int i;

	TH_LOG("SEED=%#llx", seed());
	for (i = 0; i < CASES; i++) {
		if (i % CONTEXT == 0)
			ASSERT_TRUE(new_ends(e, variant->role,
					     variant->services));
		make_case(&t);
		ASSERT_TRUE(t.kernel_sends ? kernel_to_peer(&t, e) :
			    peer_to_kernel(&t, e))
			TH_LOG("case %u: operation %u, %u entries, DATA of %u bytes, by the %s%s",
			       i, t.op, t.nr, t.b[t.data].cb,
			       t.kernel_sends ? "kernel" : "peer",
			       t.stream ? ", as a stream" : "");
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes: what the kernel makes, OpenSSL reads by the token format's
 * specification, and the reverse, for each suite and direction.
 */
#include <errno.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define ASSOCIATED_MAX	4

/* The kernel is one end, OpenSSL the other. */
FIXTURE(crypto)
{
	int fd;
	__u32 handle;
	__u8 salt[SSPSEAL_SALT_SIZE];
	struct peer peer;
};

FIXTURE_VARIANT(crypto)
{
	__u32 suite;
	/* The kernel's. */
	__u32 role;
};

FIXTURE_VARIANT_ADD(crypto, aes_256_gcm)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, .role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(crypto, aes_256_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, .role = SSPSEAL_ROLE_ACCEPTOR,
};

FIXTURE_VARIANT_ADD(crypto, aes_128_gcm)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, .role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(crypto, aes_128_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, .role = SSPSEAL_ROLE_ACCEPTOR,
};

FIXTURE_VARIANT_ADD(crypto, chacha20_poly1305)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305,
	.role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(crypto, chacha20_poly1305_acceptor)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305,
	.role = SSPSEAL_ROLE_ACCEPTOR,
};

static __u32 other_role(__u32 role)
{
	return role == SSPSEAL_ROLE_INITIATOR ? SSPSEAL_ROLE_ACCEPTOR :
	       SSPSEAL_ROLE_INITIATOR;
}

FIXTURE_SETUP(crypto)
{
	struct sspseal_native native = { .default_suite = variant->suite };

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_native(self->fd, variant->role,
				     SSPSEAL_CONFIDENTIALITY, 0, &native);
	ASSERT_NE(0, self->handle);
	memcpy(self->salt, native.salt, sizeof(self->salt));
	ASSERT_TRUE(peer_init(&self->peer, other_role(variant->role), test_key,
			      TEST_KEY_SIZE));
	self->peer.suite = variant->suite;
}

FIXTURE_TEARDOWN(crypto)
{
	close(self->fd);
}

/* A message in random memory: 0 to 4 associated buffers around DATA. */
struct letter {
	__u8 *bytes;
	__u8 *copy;
	size_t size;
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[ASSOCIATED_MAX + 2];
	unsigned int nr;
	__u8 *data;
	size_t cb;
};

static void letter_make(struct letter *l, size_t cb, size_t associated_max)
{
	unsigned int i, at, token_at, nr = pick(ASSOCIATED_MAX + 1);
	size_t length[ASSOCIATED_MAX];
	__u8 *p;

	l->cb = cb;
	l->size = cb;
	for (i = 0; i < nr; i++) {
		length[i] = pick(associated_max + 1);
		l->size += length[i];
	}
	/* One at least, so that malloc() gives memory; odd alignments. */
	l->bytes = malloc(l->size + 8);
	l->copy = malloc(l->size + 8);
	fill(l->bytes, l->size + 8);
	memcpy(l->copy, l->bytes, l->size + 8);
	p = l->bytes + pick(8);
	at = pick(nr + 1);
	token_at = pick(nr + 2);
	l->nr = 0;
	l->data = NULL;
	for (i = 0; i <= nr; i++) {
		if (l->nr == token_at)
			l->b[l->nr++] = buffer(TOKEN, l->token, TOKEN_SIZE);
		if (i == at) {
			l->data = p;
			l->b[l->nr++] = buffer(DATA, p, cb);
			p += cb;
		}
		if (i < nr) {
			l->b[l->nr++] = buffer(DATA | RWC, p, length[i]);
			p += length[i];
		}
	}
	if (l->nr == nr + 1)
		l->b[l->nr++] = buffer(TOKEN, l->token, TOKEN_SIZE);
}

static bool letter_intact(const struct letter *l)
{
	return !memcmp(l->bytes, l->copy, l->size + 8);
}

/* Is DATA something else, and all around it the same? */
static bool letter_encrypted(const struct letter *l)
{
	size_t at = l->data - l->bytes, rest = l->size + 8 - at - l->cb;

	/* Sixteen bytes do not come out the same by chance. */
	return !memcmp(l->bytes, l->copy, at) &&
	       !memcmp(l->data + l->cb, l->copy + at + l->cb, rest) &&
	       (l->cb < 16 || memcmp(l->data, l->copy + at, l->cb));
}

static void letter_free(struct letter *l)
{
	free(l->bytes);
	free(l->copy);
}

static bool kernel_to_peer(int fd, __u32 handle, struct peer *peer, size_t cb,
			   size_t associated)
{
	struct letter l;
	bool ok;

	letter_make(&l, cb, associated);
	ok = !message_call(fd, SSPSEAL_SEAL, handle, l.b, l.nr) &&
	     letter_encrypted(&l) && peer_unprotect(peer, l.b, l.nr) &&
	     letter_intact(&l);
	letter_free(&l);
	return ok;
}

static bool peer_to_kernel(int fd, __u32 handle, struct peer *peer, size_t cb,
			   size_t associated)
{
	struct letter l;
	bool ok;

	letter_make(&l, cb, associated);
	ok = peer_protect(peer, TOKEN_CONFIDENTIAL, l.b, l.nr) &&
	     letter_encrypted(&l) &&
	     !message_call(fd, SSPSEAL_UNSEAL, handle, l.b, l.nr) &&
	     letter_intact(&l);
	letter_free(&l);
	return ok;
}

/* Primes, and what lies around powers of two, pages and the work slot. */
static const __u32 long_sizes[] = {
	307, 509, 511, 512, 513, 521, 639, 640, 641, 1021, 1023, 1024, 1025,
	1031, 2039, 2053, 3001, 4079, 4080, 4093, 4095, 4096, 4097, 4099, 4111,
	6007, 8191, 8192, 8193, 8209, 10007, 12289, 14009, 16381, 16384, 16385,
	20011, 24593, 30011, 32749, 32768, 32769, 40009, 49157, 57344, 61441,
	65519, 65520, 65521, 65535, 65536, 65537, 65539, 69623, 69632, 69633,
	69997, 131071, 131072, 131101, 262147,
};

TEST_F(crypto, kernel_seals_short)
{
	size_t cb;

	for (cb = 0; cb <= 300; cb++)
		ASSERT_TRUE(kernel_to_peer(self->fd, self->handle, &self->peer,
					   cb, 64))
			TH_LOG("%zu bytes", cb);
}

TEST_F(crypto, kernel_seals_long)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(long_sizes); i++)
		ASSERT_TRUE(kernel_to_peer(self->fd, self->handle, &self->peer,
					   long_sizes[i], 5000))
			TH_LOG("%u bytes", long_sizes[i]);
}

TEST_F(crypto, peer_seals_short)
{
	size_t cb;

	for (cb = 0; cb <= 300; cb++)
		ASSERT_TRUE(peer_to_kernel(self->fd, self->handle, &self->peer,
					   cb, 64))
			TH_LOG("%zu bytes", cb);
}

TEST_F(crypto, peer_seals_long)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(long_sizes); i++)
		ASSERT_TRUE(peer_to_kernel(self->fd, self->handle, &self->peer,
					   long_sizes[i], 5000))
			TH_LOG("%u bytes", long_sizes[i]);
}

TEST_F(crypto, much_associated_data)
{
	struct sspseal_info i;

	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_TRUE(kernel_to_peer(self->fd, self->handle, &self->peer, 1000,
				   i.max_associated / ASSOCIATED_MAX));
	EXPECT_TRUE(peer_to_kernel(self->fd, self->handle, &self->peer, 0,
				   i.max_associated / ASSOCIATED_MAX));
	EXPECT_TRUE(peer_to_kernel(self->fd, self->handle, &self->peer, 70000,
				   i.max_associated / ASSOCIATED_MAX));
}

TEST_F(crypto, signatures)
{
	struct letter l;
	unsigned int i;
	size_t cb;

	for (i = 0; i < 100; i++) {
		cb = i < 60 ? i : long_sizes[i % ARRAY_SIZE(long_sizes)];
		letter_make(&l, cb, i * 50);
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->handle,
					  l.b, l.nr));
		ASSERT_TRUE(letter_intact(&l));
		ASSERT_TRUE(peer_unprotect(&self->peer, l.b, l.nr));
		ASSERT_TRUE(peer_protect(&self->peer, TOKEN_SIGNATURE, l.b,
					 l.nr));
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY,
					  self->handle, l.b, l.nr));
		ASSERT_TRUE(letter_intact(&l));
		letter_free(&l);
	}
}

TEST_F(crypto, signatures_of_several_parts)
{
	__u8 d[6][33], token[TOKEN_SIZE];
	struct sspseal_buffer b[7];
	unsigned int i, round;

	for (round = 0; round < 20; round++) {
		fill(d, sizeof(d));
		for (i = 0; i < 6; i++)
			b[i] = buffer(pick(2) ? DATA : DATA | RWC, d[i],
				      pick(34));
		b[6] = buffer(TOKEN, token, TOKEN_SIZE);
		b[round % 6].type = DATA;
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->handle,
					  b, 7));
		ASSERT_TRUE(peer_unprotect(&self->peer, b, 7));
		ASSERT_TRUE(peer_protect(&self->peer, TOKEN_SIGNATURE, b, 7));
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY,
					  self->handle, b, 7));
	}
}

TEST_F(crypto, not_encrypted)
{
	struct sspseal_message m;
	struct letter l;
	unsigned int i;
	size_t cb;

	for (i = 0; i < 60; i++) {
		cb = i < 30 ? i : long_sizes[i % ARRAY_SIZE(long_sizes)];
		letter_make(&l, cb, i * 50);
		m = message(self->handle, l.b, l.nr);
		m.qop = SSPSEAL_QOP_NO_ENCRYPT;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		ASSERT_TRUE(letter_intact(&l));
		ASSERT_EQ(0, l.token[TOKEN_AT_FLAGS] & ~TOKEN_ACCEPTOR);
		ASSERT_TRUE(peer_unprotect(&self->peer, l.b, l.nr));
		ASSERT_TRUE(peer_protect(&self->peer, 0, l.b, l.nr));
		m = message(self->handle, l.b, l.nr);
		ASSERT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
		ASSERT_EQ(SSPSEAL_QOP_NO_ENCRYPT, m.qop);
		ASSERT_TRUE(letter_intact(&l));
		letter_free(&l);
	}
}

TEST_F(crypto, token_fields)
{
	__u8 direction = variant->role == SSPSEAL_ROLE_ACCEPTOR ?
			 TOKEN_ACCEPTOR : 0;
	static const unsigned long cmd[] = {
		SSPSEAL_SEAL, SSPSEAL_SIGN, SSPSEAL_SEAL,
	};
	static const __u32 qop[] = { 0, 0, SSPSEAL_QOP_NO_ENCRYPT };
	static const __u8 flags[] = { TOKEN_CONFIDENTIAL, TOKEN_SIGNATURE, 0 };
	__u8 token[TOKEN_SIZE], data[20];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;
	unsigned int i;

	for (i = 0; i < 12; i++) {
		m = message(self->handle, b, 2);
		m.qop = qop[i % 3];
		m.sequence = i * 0x01020304;
		memset(token, POISON, sizeof(token));
		ASSERT_EQ(0, call(self->fd, cmd[i % 3], &m));
		EXPECT_EQ(1, token[TOKEN_AT_VERSION]);
		EXPECT_EQ(variant->suite, token[TOKEN_AT_SUITE]);
		EXPECT_EQ(flags[i % 3] | direction, token[TOKEN_AT_FLAGS]);
		EXPECT_EQ(0, token[TOKEN_AT_ZERO]);
		EXPECT_EQ(i * 0x01020304, token_sequence(token));
		EXPECT_EQ(i, token_counter(token));
		EXPECT_EQ(0, memcmp(token + TOKEN_AT_SALT, self->salt,
				    SSPSEAL_SALT_SIZE));
		EXPECT_FALSE(all_bytes(token + TOKEN_AT_TAG, POISON, 16));
	}
}

TEST_F(crypto, nonces_differ)
{
	__u8 token[2][TOKEN_SIZE], data[2][64] = { };

	/* The same plaintext twice gives nothing twice. */
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->handle, token[0],
				 data[0], 64));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->handle, token[1],
				 data[1], 64));
	EXPECT_NE(0, memcmp(data[0], data[1], 64));
	EXPECT_NE(0, memcmp(token[0] + TOKEN_AT_TAG, token[1] + TOKEN_AT_TAG,
			    16));
}

/* What a token with one bit changed is taken for. */
static int flipped(__u32 suite, __u8 flags, unsigned int at, __u8 bit,
		   bool pinned)
{
	__u8 changed = flags ^ bit;

	switch (at) {
	case TOKEN_AT_VERSION:
		return S(TOKEN_VERSION);
	case TOKEN_AT_SUITE:
		return (suite ^ bit) >= 1 && (suite ^ bit) <= 3 ? S(ALTERED) :
		       S(TOKEN_SUITE);
	case TOKEN_AT_FLAGS:
		if (changed & ~15 || (changed & 5) == 5 || (changed & 12) == 8)
			return S(TOKEN_FLAGS);
		if (bit == TOKEN_ACCEPTOR)
			return S(TOKEN_REFLECTED);
		/* A signature no longer, or now. */
		if (bit == TOKEN_SIGNATURE)
			return S(TOKEN_KIND);
		if (bit == TOKEN_CONFIRMATION)
			return S(TOKEN_CONFIRMATION);
		return S(ALTERED);
	case TOKEN_AT_ZERO:
		return S(TOKEN_FLAGS);
	case TOKEN_AT_COUNTER ... TOKEN_AT_COUNTER + 2:
		/* No sender reaches 2^40. */
		return S(TOKEN_COUNTER);
	case TOKEN_AT_SALT ... TOKEN_AT_TAG - 1:
		return pinned ? S(TOKEN_SALT) : S(ALTERED);
	default:
		return S(ALTERED);
	}
}

/* Every bit of a message that the peer makes with these flags. */
static int flip_all(int fd, __u32 handle, struct peer *peer, __u8 flags,
		    bool pinned)
{
	unsigned long cmd = flags & TOKEN_SIGNATURE ? SSPSEAL_VERIFY :
			    SSPSEAL_UNSEAL;
	__u8 token[TOKEN_SIZE], data[40], a[2][10];
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, a[0], sizeof(a[0])),
		buffer(DATA, data, sizeof(data)),
		buffer(DATA | RWC, a[1], sizeof(a[1])),
		buffer(TOKEN, token, sizeof(token)),
	};
	int expected, seen;
	unsigned int i, at;
	__u8 *p, bit;

	fill(data, sizeof(data));
	fill(a, sizeof(a));
	if (!peer_protect(peer, flags, b, 4))
		return -1;
	if (pinned) {
		/* A context without REPLAY_DETECT takes it again below. */
		__u8 copy[sizeof(data)];

		memcpy(copy, data, sizeof(data));
		if (message_call(fd, cmd, handle, b, 4))
			return -1;
		memcpy(data, copy, sizeof(data));
	}
	for (i = 0; i < 4; i++) {
		for (at = 0; at < b[i].cb; at++) {
			p = (__u8 *)(uintptr_t)b[i].ptr + at;
			for (bit = 1; bit; bit <<= 1) {
				*p ^= bit;
				seen = message_refused(fd, cmd, handle, b, 4);
				*p ^= bit;
				expected = i != 3 ? S(ALTERED) :
					   flipped(peer->suite,
						   token[TOKEN_AT_FLAGS], at,
						   bit, pinned);
				if (seen == expected)
					continue;
				fprintf(stderr,
					"# buffer %u byte %u bit %#x: expected status %d, seen %d\n",
					i, at, bit, expected, seen);
				return -1;
			}
		}
	}
	/* It is the right one, after all. */
	return message_call(fd, cmd, handle, b, 4);
}

TEST_F(crypto, every_bit_of_a_sealed_message)
{
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer,
			      TOKEN_CONFIDENTIAL, false));
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer,
			      TOKEN_CONFIDENTIAL, true));
}

TEST_F(crypto, every_bit_of_a_wrapped_message)
{
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer, 0, false));
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer, 0, true));
}

TEST_F(crypto, every_bit_of_a_signed_message)
{
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer,
			      TOKEN_SIGNATURE, false));
	EXPECT_EQ(0, flip_all(self->fd, self->handle, &self->peer,
			      TOKEN_SIGNATURE, true));
}

/* Whether all of the session key, and nothing else, makes the keys. */
FIXTURE(keys)
{
	int fd;
};

FIXTURE_SETUP(keys)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(keys)
{
	close(self->fd);
}

TEST_F(keys, every_size)
{
	struct sspseal_create c;
	struct peer peer;
	__u32 size;

	for (size = SSPSEAL_KEY_MIN; size <= SSPSEAL_KEY_MAX; size++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.key_size = size;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
		ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_ACCEPTOR, test_key,
				      size));
		EXPECT_TRUE(kernel_to_peer(self->fd, c.handle, &peer, 100, 10))
			TH_LOG("key of %u bytes", size);
	}
}

TEST_F(keys, every_bit_counts)
{
	__u8 key[SSPSEAL_KEY_MAX], token[TOKEN_SIZE], data[20] = { };
	struct sspseal_create c;
	__u32 initiator, i;

	initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				   ALL_SERVICES);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, initiator, token, data,
				 sizeof(data)));
	for (i = 0; i < TEST_KEY_SIZE; i++) {
		memcpy(key, test_key, sizeof(key));
		key[i] ^= 1 << i % 8;
		c = create_args(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
		c.key = (uintptr_t)key;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
		EXPECT_EQ(S(ALTERED),
			  simple_refused(self->fd, SSPSEAL_UNSEAL, c.handle,
					 token, data, sizeof(data)));
	}
	/* A key with a zero byte more is another one, within HMAC's block. */
	memcpy(key, test_key, sizeof(key));
	key[TEST_KEY_SIZE] = 0;
	c = create_args(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
	c.key = (uintptr_t)key;
	c.key_size = TEST_KEY_SIZE + 1;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(S(ALTERED), simple_refused(self->fd, SSPSEAL_UNSEAL, c.handle,
					     token, data, sizeof(data)));
}

TEST_F(keys, each_suite_has_its_own)
{
	__u8 token[TOKEN_SIZE], data[20];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m;
	struct peer peer;
	__u32 initiator;

	/* All three from one context, mixed, each opens. */
	initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				   ALL_SERVICES);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_ACCEPTOR, test_key,
			      TEST_KEY_SIZE));
	for (__u32 i = 0; i < 9; i++) {
		memset(data, i, sizeof(data));
		m = message(initiator, b, 2);
		m.qop = SSPSEAL_QOP_SUITE(i % 3 + 1);
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		EXPECT_EQ(i % 3 + 1, token[TOKEN_AT_SUITE]);
		EXPECT_EQ(i, token_counter(token));
		EXPECT_TRUE(peer_unprotect(&peer, b, 2));
		EXPECT_TRUE(all_bytes(data, i, sizeof(data)));
	}
	/* No two of them are prefixes of one another. */
	EXPECT_NE(0, memcmp(peer.keys[0].key, peer.keys[1].key, 16));
	EXPECT_NE(0, memcmp(peer.keys[0].key, peer.keys[2].key, 16));
	EXPECT_NE(0, memcmp(peer.keys[1].key, peer.keys[2].key, 16));
	EXPECT_NE(0, memcmp(peer.keys[0].iv, peer.keys[2].iv, 12));
}

TEST_F(keys, suite_not_allowed)
{
	struct sspseal_native native = {
		.suites = SSPSEAL_SUITE_BIT(SSPSEAL_SUITE_AES_128_GCM),
	};
	__u8 token[TOKEN_SIZE], data[20] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct peer peer;
	__u32 acceptor;

	acceptor = create_native(self->fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES,
				 0, &native);
	ASSERT_NE(0, acceptor);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	ASSERT_TRUE(peer_protect(&peer, TOKEN_CONFIDENTIAL, b, 2));
	EXPECT_EQ(S(TOKEN_SUITE), message_refused(self->fd, SSPSEAL_UNSEAL,
						  acceptor, b, 2));
	memset(data, 0, sizeof(data));
	peer.suite = SSPSEAL_SUITE_AES_128_GCM;
	peer.counter = 0;
	ASSERT_TRUE(peer_protect(&peer, TOKEN_CONFIDENTIAL, b, 2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, acceptor, b, 2));
	EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
}

TEST_F(keys, malformed_flags)
{
	__u8 token[TOKEN_SIZE], data[20] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	unsigned int flags;
	struct peer peer;
	__u32 acceptor;
	int unseal, verify;

	/*
	 * With a tag that is right: what a receiver refuses here it refuses for
	 * the flags alone.
	 */
	acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				  SSPSEAL_CONFIDENTIALITY);
	ASSERT_NE(0, acceptor);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	for (flags = 0; flags < 256; flags++) {
		ASSERT_TRUE(peer_protect(&peer, flags, b, 2));
		if (flags & ~15U || (flags & 5) == 5 || (flags & 12) == 8) {
			unseal = S(TOKEN_FLAGS);
			verify = S(TOKEN_FLAGS);
		} else if (flags & TOKEN_ACCEPTOR) {
			unseal = S(TOKEN_REFLECTED);
			verify = S(TOKEN_REFLECTED);
		} else if (flags & TOKEN_SIGNATURE) {
			unseal = S(TOKEN_KIND);
			verify = flags & TOKEN_CONFIRMATION ?
				 S(TOKEN_CONFIRMATION) : S(OK);
		} else {
			unseal = S(OK);
			verify = S(TOKEN_KIND);
		}
		EXPECT_EQ(verify, message_call(self->fd, SSPSEAL_VERIFY,
					       acceptor, b, 2))
			TH_LOG("flags %#x", flags);
		EXPECT_EQ(unseal, message_call(self->fd, SSPSEAL_UNSEAL,
					       acceptor, b, 2))
			TH_LOG("flags %#x", flags);
	}
}

TEST_F(keys, malformed_version_and_suite)
{
	__u8 token[TOKEN_SIZE], data[20] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct peer peer;
	__u32 acceptor;
	unsigned int i;

	acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				  SSPSEAL_CONFIDENTIALITY);
	ASSERT_NE(0, acceptor);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	ASSERT_TRUE(peer_protect(&peer, TOKEN_CONFIDENTIAL, b, 2));
	for (i = 0; i < 256; i++) {
		if (i != 1) {
			token[TOKEN_AT_VERSION] = i;
			EXPECT_EQ(S(TOKEN_VERSION),
				  message_refused(self->fd, SSPSEAL_UNSEAL,
						  acceptor, b, 2));
			token[TOKEN_AT_VERSION] = 1;
		}
		if (i < 1 || i > 3) {
			token[TOKEN_AT_SUITE] = i;
			EXPECT_EQ(S(TOKEN_SUITE),
				  message_refused(self->fd, SSPSEAL_UNSEAL,
						  acceptor, b, 2));
			token[TOKEN_AT_SUITE] = peer.suite;
		}
		if (i) {
			token[TOKEN_AT_ZERO] = i;
			EXPECT_EQ(S(TOKEN_FLAGS),
				  message_refused(self->fd, SSPSEAL_UNSEAL,
						  acceptor, b, 2));
			token[TOKEN_AT_ZERO] = 0;
		}
	}
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, acceptor, b, 2));
	EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
}

TEST_HARNESS_MAIN

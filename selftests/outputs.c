// SPDX-License-Identifier: GPL-2.0-only
/*
 * No command gives a key back: all that the kernel says, of contexts whose keys OpenSSL
 * derives too, and none of those in it.
 */
#include <fcntl.h>
#include <stdio.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SAID_MAX	65536

/* ---- what is said ---- */

struct said {
	__u8 bytes[SAID_MAX];
	size_t size;
};

static void say(struct said *said, const void *bytes, size_t size)
{
	if (size > SAID_MAX - said->size)
		abort();
	memcpy(said->bytes + said->size, bytes, size);
	said->size += size;
}

/* A command, and its struct, which begins with its size. */
static int say_call(struct said *said, int fd, unsigned long cmd, void *arg)
{
	int status = call(fd, cmd, arg);

	say(said, arg, *(__u32 *)arg);
	return status;
}

static bool say_fdinfo(struct said *said, int fd)
{
	char text[FDINFO_SIZE];

	if (!fdinfo_read(fd, text))
		return false;
	say(said, text, strlen(text));
	return true;
}

/* Any eight bytes of it in a row, or any four in hexadecimal digits. */
static bool holds(const struct said *said, const void *secret, size_t size)
{
	const __u8 *bytes = secret;
	char digits[9];
	size_t i;

	for (i = 0; i + 8 <= size; i++) {
		snprintf(digits, sizeof(digits), "%02x%02x%02x%02x", bytes[i],
			 bytes[i + 1], bytes[i + 2], bytes[i + 3]);
		if (memmem(said->bytes, said->size, bytes + i, 8) ||
		    memmem(said->bytes, said->size, digits, 8))
			return true;
	}
	return false;
}

static size_t key_size(__u8 suite)
{
	return suite == SSPSEAL_SUITE_AES_128_GCM ? 16 : 32;
}

static bool holds_a_key_of(const struct said *said, const struct peer *peer)
{
	const struct peer_key *k;

	for (k = peer->keys; k < peer->keys + PEER_KEYS; k++)
		if (k->suite && holds(said, k->key, key_size(k->suite)))
			return true;
	return holds(said, peer->prk, sizeof(peer->prk));
}

/* ---- who talks ---- */

/* A context, and OpenSSL in its place, which listens. */
struct end {
	int fd;
	__u32 handle;
	struct peer peer;
};

FIXTURE(outputs)
{
	__u8 key[TEST_KEY_SIZE];
	struct said *said;
	struct end a, b;
	int other;
};

FIXTURE_VARIANT(outputs)
{
	__u32 flags;
	/* From AES_256_GCM on. */
	__u32 suites;
};

FIXTURE_VARIANT_ADD(outputs, pinned)
{
	.suites = 3,
};

FIXTURE_VARIANT_ADD(outputs, bound)
{
	.flags = SSPSEAL_CREATE_UNBOUND,
	.suites = 1,
};

static int end_make(struct end *e, struct said *said, __u32 role, __u32 flags,
		    const __u8 *key)
{
	struct sspseal_native native = { };
	struct sspseal_create c = create_args(role, ALL_SERVICES);
	int status;

	c.flags = flags;
	c.key = (uintptr_t)key;
	c.params = (uintptr_t)&native;
	c.params_size = sizeof(native);
	status = say_call(said, e->fd, SSPSEAL_CREATE, &c);
	say(said, &native, sizeof(native));
	e->handle = c.handle;
	if (!peer_init(&e->peer, role, key, TEST_KEY_SIZE))
		return -1;
	memcpy(e->peer.salt, native.salt, sizeof(native.salt));
	return status;
}

static int end_bind(struct end *e, struct said *said, const struct end *other)
{
	struct sspseal_bind b = bind_args(e->handle, ALL_SERVICES,
					  other->peer.salt);

	peer_bind(&e->peer, other->peer.salt, NULL, 0);
	return say_call(said, e->fd, SSPSEAL_BIND, &b);
}

FIXTURE_SETUP(outputs)
{
	self->said = calloc(1, sizeof(*self->said));
	ASSERT_NE(NULL, self->said);
	self->a.fd = device_open();
	self->b.fd = device_open();
	self->other = device_open();
	fill(self->key, sizeof(self->key));
	ASSERT_EQ(0, end_make(&self->a, self->said, SSPSEAL_ROLE_INITIATOR,
			      variant->flags, self->key));
	ASSERT_EQ(0, end_make(&self->b, self->said, SSPSEAL_ROLE_ACCEPTOR,
			      variant->flags, self->key));
	if (variant->flags) {
		ASSERT_EQ(0, end_bind(&self->a, self->said, &self->b));
		ASSERT_EQ(0, end_bind(&self->b, self->said, &self->a));
	}
}

FIXTURE_TEARDOWN(outputs)
{
	close(self->other);
	close(self->b.fd);
	close(self->a.fd);
	free(self->said);
}

/*
 * SEAL and UNSEAL, or SIGN and VERIFY, with an altered tag first. OpenSSL in the place
 * of the receiver derives the key for it.
 */
static int carry(struct said *said, unsigned long cmd, const struct end *from,
		 struct end *to, __u32 qop)
{
	__u8 token[TOKEN_SIZE], data[32], copy[32];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	}, listened[] = {
		b[0], buffer(DATA, copy, sizeof(copy)),
	};
	struct sspseal_message m = message(from->handle, b, 2);
	int status;

	fill(data, sizeof(data));
	m.qop = qop;
	status = say_call(said, from->fd, cmd, &m);
	say(said, token, sizeof(token));
	say(said, data, sizeof(data));
	memcpy(copy, data, sizeof(copy));
	if (status || !peer_unprotect(&to->peer, listened, 2))
		return status ?: -1;
	m = message(to->handle, b, 2);
	token[TOKEN_AT_TAG] ^= 1;
	if (say_call(said, to->fd, cmd + 1, &m) != S(ALTERED))
		return -1;
	token[TOKEN_AT_TAG] ^= 1;
	status = say_call(said, to->fd, cmd + 1, &m);
	say(said, data, sizeof(data));
	return status;
}

static int carry_all(struct said *said, const struct end *from, struct end *to,
		     __u32 suites)
{
	int status = carry(said, SSPSEAL_SIGN, from, to, 0);
	__u32 suite;

	for (suite = 1; suite <= suites && !status; suite++)
		status = carry(said, SSPSEAL_SEAL, from, to,
			       SSPSEAL_QOP_SUITE(suite));
	return status;
}

static int say_batch(struct said *said, const struct end *from)
{
	__u8 token[TOKEN_SIZE], data[32] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_operation op[] = {
		{ .command = SSPSEAL_SEAL, .message = message(from->handle, b, 2) },
		{ .command = SSPSEAL_SEAL, .message = message(0, b, 2) },
	};
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)op,
		.stride = sizeof(op[0]), .nr = 2,
	};
	int status = say_call(said, from->fd, SSPSEAL_BATCH, &batch);

	say(said, op, sizeof(op));
	say(said, token, sizeof(token));
	return status;
}

/* What is known of a context, and of a handle of it that another file has. */
static int say_handles(struct said *said, const struct end *e, int other)
{
	struct sspseal_export x = export_args(e->handle, SSPSEAL_RIGHT_QUERY);
	struct sspseal_query q = { .size = sizeof(q), .handle = e->handle };
	struct sspseal_import i;
	int status;

	x.flags = SSPSEAL_EXPORT_REVOCABLE;
	status = say_call(said, e->fd, SSPSEAL_QUERY, &q) ?:
		 say_call(said, e->fd, SSPSEAL_EXPORT, &x);
	if (status)
		return status;
	i = import_args(x.fd, 0);
	q.handle = SSPSEAL_EXPORTED_HANDLE;
	status = say_call(said, x.fd, SSPSEAL_QUERY, &q) ?:
		 say_call(said, other, SSPSEAL_IMPORT, &i);
	if (!say_fdinfo(said, x.fd))
		status = -1;
	close(x.fd);
	return status;
}

static int say_suites(struct said *said, int fd)
{
	struct sspseal_info i = { .size = sizeof(i) };
	int status = 0;

	for (i.suite = 0; i.suite <= 3 && !status; i.suite++)
		status = say_call(said, fd, SSPSEAL_INFO, &i);
	return status;
}

static int say_end(struct said *said, const struct end *e)
{
	struct sspseal_destroy d = { .size = sizeof(d), .handle = e->handle };

	return say_call(said, e->fd, SSPSEAL_DESTROY, &d) ?:
	       !say_fdinfo(said, e->fd);
}

TEST_F(outputs, no_key)
{
	struct said *said = self->said;

	EXPECT_EQ(0, carry_all(said, &self->a, &self->b, variant->suites));
	EXPECT_EQ(0, carry_all(said, &self->b, &self->a, variant->suites));
	EXPECT_EQ(0, say_batch(said, &self->a));
	EXPECT_EQ(0, say_handles(said, &self->a, self->other));
	EXPECT_EQ(0, say_suites(said, self->a.fd));
	EXPECT_TRUE(say_fdinfo(said, self->a.fd));
	EXPECT_EQ(0, say_end(said, &self->a));
	EXPECT_EQ(0, say_end(said, &self->b));

	EXPECT_FALSE(holds(said, self->key, sizeof(self->key)));
	EXPECT_FALSE(holds_a_key_of(said, &self->a.peer));
	EXPECT_FALSE(holds_a_key_of(said, &self->b.peer));
	/* It would be seen, of a key that a message had. */
	say(said, self->b.peer.keys[0].key + 8, 8);
	EXPECT_TRUE(holds_a_key_of(said, &self->b.peer));
	EXPECT_FALSE(holds_a_key_of(said, &self->a.peer));
}

TEST_HARNESS_MAIN

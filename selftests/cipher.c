// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cipher that fails: each command says so, and no number is used twice, nothing
 * forgotten, and nothing given away for it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "faulty_cipher.h"
#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		1000
/* With strict order a number that is lost would be the last: see below. */
#define SERVICES	(ALL_SERVICES & ~SSPSEAL_SEQUENCE_DETECT)
#define NUMBERS		4

/* What the cipher gives, and what becomes of it. */
static const struct {
	int error;
	__u32 status;
} faults[] = {
	{ EIO, S(CIPHER) },
	{ EINVAL, S(CIPHER) },
	{ ETIMEDOUT, S(CIPHER) },
	{ ENOMEM, S(NO_MEMORY) },
};

FIXTURE(cipher)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 plain[CB];
};

FIXTURE_VARIANT(cipher)
{
	bool later;
};

FIXTURE_VARIANT_ADD(cipher, at_once)
{
	.later = false,
};

FIXTURE_VARIANT_ADD(cipher, later)
{
	.later = true,
};

FIXTURE_SETUP(cipher)
{
	struct sspseal_query q;

	if (!module_is_ours())
		SKIP(return, OWN_MACHINE);
	ASSERT_TRUE(faulty_cipher_open());
	ASSERT_TRUE(faulty_cipher_delay(variant->later));
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	ASSERT_EQ(0, query(self->fd, self->initiator, &q));
	ASSERT_EQ(0, strcmp("gcm-aes-faulty", q.driver));
	fill(self->plain, sizeof(self->plain));
	memcpy(self->data, self->plain, sizeof(self->data));
	memset(self->token, POISON, sizeof(self->token));
}

FIXTURE_TEARDOWN(cipher)
{
	if (!module_is_ours())
		return;
	close(self->fd);
	EXPECT_TRUE(faulty_cipher_close());
}

static int do_simple(FIXTURE_DATA(cipher) * self, unsigned long cmd,
		     __u32 handle)
{
	return simple_call(self->fd, cmd, handle, self->token, self->data, CB);
}

/* Nothing was written, but the number is gone. */
static void fails_to_send(struct __test_metadata *_metadata,
			  FIXTURE_DATA(cipher) * self, unsigned long cmd)
{
	__s64 before = sent(self->fd, self->initiator);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		memset(self->token, POISON, sizeof(self->token));
		ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, faults[i].error));
		/* The number is used: no status may say "try it again". */
		EXPECT_EQ(S(CIPHER), do_simple(self, cmd, self->initiator));
		EXPECT_EQ(++before, sent(self->fd, self->initiator));
		EXPECT_TRUE(all_bytes(self->token, POISON, TOKEN_SIZE));
		EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
	}
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	EXPECT_EQ(0, do_simple(self, cmd, self->initiator));
	EXPECT_EQ(before, token_counter(self->token));
}

TEST_F(cipher, seal)
{
	fails_to_send(_metadata, self, SSPSEAL_SEAL);
	EXPECT_NE(0, memcmp(self->plain, self->data, CB));
}

TEST_F(cipher, sign)
{
	fails_to_send(_metadata, self, SSPSEAL_SIGN);
}

/* Its peer would wait for the number for ever: that was the last one. */
TEST_F(cipher, strict_order)
{
	__u32 strict = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES);

	ASSERT_NE(0, strict);
	ASSERT_EQ(0, do_simple(self, SSPSEAL_SEAL, strict));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, EIO));
	EXPECT_EQ(S(CIPHER), do_simple(self, SSPSEAL_SEAL, strict));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	EXPECT_EQ(2, sent(self->fd, strict));
	EXPECT_EQ(S(SEND_ENDED), simple_refused(self->fd, SSPSEAL_SEAL, strict,
						self->token, self->data, CB));
}

/* There is no second one. */
TEST_F(cipher, confirmation)
{
	struct sspseal_native native = { };
	__u32 handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
				     SSPSEAL_CREATE_UNBOUND, &native);
	__u8 salt[SSPSEAL_SALT_SIZE];
	struct sspseal_query q;
	struct sspseal_bind args;

	ASSERT_NE(0, handle);
	fill(salt, sizeof(salt));
	args = bind_args(handle, SERVICES, salt);
	args.flags = SSPSEAL_BIND_CONFIRM;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &args));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, EIO));
	EXPECT_EQ(S(CIPHER), simple_call(self->fd, SSPSEAL_SIGN, handle,
					 self->token, NULL, 0));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	/* Which comes before the end of the context. */
	EXPECT_EQ(S(UNCONFIRMED), simple_refused(self->fd, SSPSEAL_SIGN, handle,
						 self->token, NULL, 0));
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(1, q.expired);
}

/* The message is good as before, and so is its number. */
static void fails_to_receive(struct __test_metadata *_metadata,
			     FIXTURE_DATA(cipher) * self, unsigned long send,
			     unsigned long receive)
{
	unsigned int i, round;

	/* First with a key made for the call, then with the one that it keeps. */
	for (round = 0; round < 2; round++) {
		memcpy(self->data, self->plain, CB);
		ASSERT_EQ(0, do_simple(self, send, self->initiator));
		for (i = 0; i < ARRAY_SIZE(faults); i++) {
			ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT,
						       faults[i].error));
			EXPECT_EQ(faults[i].status,
				  simple_refused(self->fd, receive,
						 self->acceptor, self->token,
						 self->data, CB));
		}
		ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
		EXPECT_EQ(0, do_simple(self, receive, self->acceptor));
		EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
		EXPECT_EQ(round + 1, received(self->fd, self->acceptor));
	}
}

TEST_F(cipher, unseal)
{
	fails_to_receive(_metadata, self, SSPSEAL_SEAL, SSPSEAL_UNSEAL);
}

TEST_F(cipher, verify)
{
	fails_to_receive(_metadata, self, SSPSEAL_SIGN, SSPSEAL_VERIFY);
}

/* A tag that is wrong is told from a cipher that is. */
TEST_F(cipher, altered)
{
	ASSERT_EQ(0, do_simple(self, SSPSEAL_SEAL, self->initiator));
	self->data[CB - 1] ^= 1;
	EXPECT_EQ(S(ALTERED), simple_refused(self->fd, SSPSEAL_UNSEAL,
					     self->acceptor, self->token,
					     self->data, CB));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, EBADMSG));
	self->data[CB - 1] ^= 1;
	EXPECT_EQ(S(ALTERED), simple_refused(self->fd, SSPSEAL_UNSEAL,
					     self->acceptor, self->token,
					     self->data, CB));
	/* Where nothing is checked it is no answer. */
	EXPECT_EQ(S(CIPHER), do_simple(self, SSPSEAL_SEAL, self->initiator));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
}

/* Each in its turn: what goes through does, the others have used their numbers. */
TEST_F(cipher, batch)
{
	struct letter {
		__u8 token[TOKEN_SIZE];
		__u8 data[CB];
		struct sspseal_buffer b[2];
	} *letter = calloc(NUMBERS, sizeof(*letter));
	struct sspseal_operation op[NUMBERS] = { };
	struct sspseal_batch args = {
		.size = sizeof(args),
		.operations = (uintptr_t)op,
		.stride = sizeof(*op),
		.nr = NUMBERS,
	};
	unsigned int i;

	ASSERT_NE(NULL, letter);
	for (i = 0; i < NUMBERS; i++) {
		memcpy(letter[i].data, self->plain, CB);
		letter[i].b[0] = buffer(TOKEN, letter[i].token, TOKEN_SIZE);
		letter[i].b[1] = buffer(DATA, letter[i].data, CB);
		op[i].command = SSPSEAL_SEAL;
		op[i].message = message(self->initiator, letter[i].b, 2);
	}
	ASSERT_TRUE(faulty_cipher_spare(2));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, EIO));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BATCH, &args));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	EXPECT_EQ(NUMBERS, args.done);
	EXPECT_EQ(NUMBERS, sent(self->fd, self->initiator));
	for (i = 0; i < NUMBERS; i++) {
		EXPECT_EQ(i < 2 ? 0 : S(CIPHER), op[i].message.status);
		EXPECT_EQ(i < 2 ? 0 : -EIO, op[i].error);
		EXPECT_EQ(i < 2, !!memcmp(self->plain, letter[i].data, CB));
		if (op[i].message.status)
			continue;
		EXPECT_EQ(i, token_counter(letter[i].token));
		EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL,
					  self->acceptor, letter[i].b, 2));
	}
	free(letter);
}

/* What making a key may die of. */
static const char *const steps[] = { FAULTY_INIT, FAULTY_SETKEY };

/* Runs STATEMENT while each step fails in each way; it looks at @expected. */
#define EACH_FAULT(statement) do {					\
	unsigned int _step, _i;						\
	__u32 expected;							\
									\
	for (_step = 0; _step < ARRAY_SIZE(steps); _step++) {		\
		for (_i = 0; _i < ARRAY_SIZE(faults); _i++) {		\
			expected = faults[_i].status;			\
			ASSERT_TRUE(faulty_cipher_fail(steps[_step],	\
						       faults[_i].error)); \
			statement;					\
		}							\
		ASSERT_TRUE(faulty_cipher_fail(steps[_step], 0));	\
	}								\
} while (0)

TEST_F(cipher, create)
{
	struct sspseal_create args = create_args(SSPSEAL_ROLE_INITIATOR,
						 ALL_SERVICES);

	EACH_FAULT(EXPECT_EQ(expected,
			     command_refused(self->fd, SSPSEAL_CREATE, &args,
					     self->initiator)));
	/* Nothing of it is left, nor is what needs no key refused. */
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, EIO));
	EXPECT_NE(0, create_context(self->fd, SSPSEAL_ROLE_INITIATOR, 0));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, 0));
	EXPECT_NE(0, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
}

TEST_F(cipher, bind)
{
	struct sspseal_native native = { };
	__u32 handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, SSPSEAL_CREATE_UNBOUND,
				     &native);
	__u8 salt[SSPSEAL_SALT_SIZE];
	struct sspseal_bind args;

	ASSERT_NE(0, handle);
	fill(salt, sizeof(salt));
	args = bind_args(handle, ALL_SERVICES, salt);
	EACH_FAULT(EXPECT_EQ(expected, command_refused(self->fd, SSPSEAL_BIND,
						       &args, handle)));
	/* It may be bound yet, once. */
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &args));
	EXPECT_EQ(S(ALREADY_BOUND), call(self->fd, SSPSEAL_BIND, &args));
	EXPECT_EQ(0, do_simple(self, SSPSEAL_SEAL, handle));
}

/* Transforms may differ in what their requests take: slots are of the first ones. */
TEST_F(cipher, larger_requests)
{
	__u32 initiator, acceptor, i;

	ASSERT_TRUE(faulty_cipher_grow(5000));
	initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	ASSERT_TRUE(faulty_cipher_grow(100));
	acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_TRUE(initiator && acceptor);
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, do_simple(self, SSPSEAL_SEAL, initiator));
		EXPECT_EQ(0, do_simple(self, SSPSEAL_UNSEAL, acceptor));
		EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
		/* In the same slot. */
		EXPECT_EQ(0, do_simple(self, SSPSEAL_SEAL, self->initiator));
		EXPECT_EQ(0, do_simple(self, SSPSEAL_UNSEAL, self->acceptor));
		EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
	}
	ASSERT_TRUE(faulty_cipher_grow(0));
}

/* Another suite than the default one has its key made when it is first used. */
TEST_F(cipher, first_use_of_a_suite)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->token, TOKEN_SIZE),
		buffer(DATA, self->data, CB),
	};
	struct sspseal_message m = message(self->initiator, b, 2);

	m.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_AES_128_GCM);
	EACH_FAULT(EXPECT_EQ(expected, refused(self->fd, SSPSEAL_SEAL, &m)));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	m = message(self->acceptor, b, 2);
	EACH_FAULT(EXPECT_EQ(expected, refused(self->fd, SSPSEAL_UNSEAL, &m)));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
	/* Now they are there. */
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, EIO));
	m = message(self->initiator, b, 2);
	m.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_AES_128_GCM);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	m = message(self->acceptor, b, 2);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, 0));
}

/* The key for the peer's salt is set when its first message comes. */
TEST_F(cipher, first_message_of_the_peer)
{
	ASSERT_EQ(0, do_simple(self, SSPSEAL_SEAL, self->initiator));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, EIO));
	EXPECT_EQ(S(CIPHER), simple_refused(self->fd, SSPSEAL_UNSEAL,
					    self->acceptor, self->token,
					    self->data, CB));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, ENOMEM));
	EXPECT_EQ(S(NO_MEMORY), simple_refused(self->fd, SSPSEAL_UNSEAL,
					       self->acceptor, self->token,
					       self->data, CB));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, 0));
	EXPECT_EQ(0, do_simple(self, SSPSEAL_UNSEAL, self->acceptor));
	EXPECT_EQ(0, memcmp(self->plain, self->data, CB));
}

/*
 * Whoever has a socket of AF_ALG can add a driver that all users of an algorithm get
 * from then on. Here nobody gets it: neither contexts made since, nor older ones for a
 * suite or a peer that they had no key for.
 */
TEST(driver_that_comes_later)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data, CB),
	};
	__u32 before, after, acceptor;
	struct sspseal_message m;
	struct sspseal_query q;
	struct sspseal_info i;
	int fd;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	fd = device_open();
	before = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	acceptor = create_context(fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_TRUE(before && acceptor);
	ASSERT_TRUE(faulty_cipher_add());
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_INIT, EIO));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, EIO));
	after = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	EXPECT_NE(0, after);
	m = message(before, b, 2);
	m.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_AES_128_GCM);
	EXPECT_EQ(0, call(fd, SSPSEAL_SEAL, &m));
	EXPECT_EQ(0, message_call(fd, SSPSEAL_UNSEAL, acceptor, b, 2));
	EXPECT_EQ(0, message_call(fd, SSPSEAL_SEAL, after, b, 2));
	EXPECT_EQ(0, query(fd, after, &q));
	EXPECT_EQ(0, info(fd, SSPSEAL_SUITE_AES_256_GCM, &i));
	EXPECT_NE(0, strcmp("gcm-aes-faulty", i.driver));
	EXPECT_EQ(0, strcmp(i.driver, q.driver));
	EXPECT_TRUE(faulty_cipher_take_away());
	close(fd);
}

/* Nor a hash: this one takes no key. */
TEST(hash_that_comes_later)
{
	int fd;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	fd = device_open();
	ASSERT_TRUE(module_load("faulty_hash.ko", ""));
	EXPECT_NE(0, create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES));
	EXPECT_TRUE(module_unload("faulty_hash"));
	close(fd);
}

TEST_HARNESS_MAIN

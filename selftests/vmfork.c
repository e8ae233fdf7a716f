// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a virtual machine that is copied while this runs: contexts made before end
 * when the machine is told that it is a copy. vmfork.sh makes the copies, and waits
 * for the lines that are printed here.
 */
#include <stdio.h>
#include <time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		32
/* Seconds until the copy must have been made. */
#define PATIENCE	240

FIXTURE(vmfork)
{
	int fd;
	int exported;
	__u32 initiator;
	__u32 acceptor;
	__u32 unbound;
	/* Sealed before, and not unsealed yet. */
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

FIXTURE_SETUP(vmfork)
{
	struct sspseal_native native = { };

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	self->unbound = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES, SSPSEAL_CREATE_UNBOUND,
				      &native);
	ASSERT_TRUE(self->initiator && self->acceptor && self->unbound);
	self->exported = export_handle(self->fd, self->initiator,
				       SSPSEAL_RIGHT_SEAL);
	ASSERT_LE(0, self->exported);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->token, self->data, CB));
}

FIXTURE_TEARDOWN(vmfork)
{
	close(self->exported);
	close(self->fd);
}

static void print_salt(const __u8 *salt)
{
	unsigned int i;

	printf(", a new salt ");
	for (i = 0; i < SSPSEAL_SALT_SIZE; i++)
		printf("%02x", salt[i]);
	printf("\n");
	fflush(stdout);
}

/*
 * Waits for the end of a context, and tells every second that it is not yet, and what
 * salt a new one has. This salt is drawn when the line before has left the machine:
 * a copy that tells of both has drawn it itself.
 */
static bool await_end(int fd, __u32 handle)
{
	const struct timespec moment = { .tv_nsec = 100000000 };
	const struct timespec rest = { .tv_nsec = 900000000 };
	struct sspseal_native native;
	struct sspseal_query q;
	unsigned int i;
	__u32 new;

	for (i = 0; i < PATIENCE * slowness(); i++) {
		if (query(fd, handle, &q))
			return false;
		if (q.expired)
			return true;
		printf("# vmfork: %u: the context lives\n", i);
		fflush(stdout);
		nanosleep(&moment, NULL);
		native = (struct sspseal_native) { };
		new = create_native(fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0,
				    &native);
		if (!new || destroy(fd, new))
			return false;
		printf("# vmfork: %u", i);
		print_salt(native.salt);
		nanosleep(&rest, NULL);
	}
	return false;
}

/* What is made now is not concerned. vmfork.sh compares the copies' salts. */
static void begin_again(struct __test_metadata *_metadata, int fd)
{
	__u32 a = create_context(fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
	__u32 b = create_context(fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
	__u8 token[TOKEN_SIZE], data[CB] = { };

	ASSERT_EQ(0, simple_call(fd, SSPSEAL_SEAL, a, token, data, CB));
	printf("# vmfork: at last");
	print_salt(token + 16);
	EXPECT_EQ(0, simple_call(fd, SSPSEAL_UNSEAL, b, token, data, CB));
}

TEST_F_TIMEOUT(vmfork, contexts_end, 2 * PATIENCE)
{
	static const unsigned long commands[] = {
		SSPSEAL_SEAL, SSPSEAL_SIGN, SSPSEAL_UNSEAL, SSPSEAL_VERIFY,
	};
	__u8 salt[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_bind bind;
	unsigned int i;

	ASSERT_TRUE(await_end(self->fd, self->initiator));
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		EXPECT_EQ(S(EXPIRED),
			  simple_refused(self->fd, commands[i],
					 self->initiator, self->token,
					 self->data, CB));
		EXPECT_EQ(S(EXPIRED),
			  simple_refused(self->fd, commands[i], self->acceptor,
					 self->token, self->data, CB));
	}
	EXPECT_EQ(S(EXPIRED), simple_call(self->exported, SSPSEAL_SEAL, 1,
					  self->token, self->data, CB));
	/* One that has no keys yet has a salt, which the other copy has too. */
	bind = bind_args(self->unbound, ALL_SERVICES, salt);
	EXPECT_EQ(S(EXPIRED), command_refused(self->fd, SSPSEAL_BIND, &bind,
					      self->unbound));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	EXPECT_EQ(0, received(self->fd, self->acceptor));
	begin_again(_metadata, self->fd);
}

TEST_HARNESS_MAIN

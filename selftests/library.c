// SPDX-License-Identifier: GPL-2.0-only
/*
 * The native interface of libsspseal: each function is its command, and returns
 * -errno with the status beside it.
 */
#include <errno.h>
#include <fcntl.h>

#include <sspseal.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define CB	100

FIXTURE(native)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	struct sspseal_buffer b[2];
};

FIXTURE_SETUP(native)
{
	self->fd = sspseal_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	memset(self->data, 0, sizeof(self->data));
	self->b[0] = buffer(TOKEN, self->token, TOKEN_SIZE);
	self->b[1] = buffer(DATA, self->data, CB);
}

FIXTURE_TEARDOWN(native)
{
	close(self->fd);
}

TEST_F(native, open_gives_a_file_of_its_own)
{
	struct sspseal_query q = { .handle = self->initiator };
	int other = sspseal_open();

	ASSERT_LE(0, other);
	EXPECT_EQ(FD_CLOEXEC, fcntl(other, F_GETFD));
	EXPECT_EQ(-ENOENT, sspseal_query(other, &q));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, q.status);
	EXPECT_EQ(0, close(other));
}

TEST_F(native, all_commands)
{
	struct sspseal_message m = message(self->initiator, self->b, 2);
	struct sspseal_info i = { .suite = 3 };
	struct sspseal_query q;
	__u32 status = POISON32;

	/* Sizes are filled in, whatever stood there. */
	m.size = 7;
	EXPECT_EQ(0, sspseal_info(self->fd, &i));
	EXPECT_EQ(3, i.suite);
	EXPECT_EQ(0, sspseal_seal(self->fd, &m));
	EXPECT_EQ(0, m.status);
	EXPECT_FALSE(all_bytes(self->data, 0, CB));
	m = message(self->acceptor, self->b, 2);
	m.size = 0;
	EXPECT_EQ(0, sspseal_unseal(self->fd, &m));
	EXPECT_TRUE(all_bytes(self->data, 0, CB));
	m = message(self->initiator, self->b, 2);
	EXPECT_EQ(0, sspseal_sign(self->fd, &m));
	m.handle = self->acceptor;
	EXPECT_EQ(0, sspseal_verify(self->fd, &m));
	memset(&q, POISON, sizeof(q));
	q.handle = self->initiator;
	EXPECT_EQ(0, sspseal_query(self->fd, &q));
	EXPECT_EQ(2, q.sent);
	EXPECT_EQ(0, sspseal_destroy(self->fd, self->initiator, &status));
	EXPECT_EQ(SSPSEAL_STATUS_OK, status);
	EXPECT_EQ(-ENOENT, sspseal_destroy(self->fd, self->initiator,
					   &status));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, status);
	EXPECT_EQ(-ENOENT, sspseal_destroy(self->fd, self->initiator, NULL));
}

TEST_F(native, create)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);

	c.size = 1;
	EXPECT_EQ(0, sspseal_create(self->fd, &c));
	EXPECT_EQ(self->acceptor + 1, c.handle);
	c.key_size = 3;
	c.handle = POISON32;
	EXPECT_EQ(-EINVAL, sspseal_create(self->fd, &c));
	EXPECT_EQ(SSPSEAL_STATUS_KEY_SIZE, c.status);
	EXPECT_EQ(POISON32, c.handle);
}

TEST_F(native, errors_and_errno)
{
	struct sspseal_message m = message(self->initiator, self->b, 1);

	errno = 12345;
	EXPECT_EQ(-EINVAL, sspseal_seal(self->fd, &m));
	EXPECT_EQ(SSPSEAL_STATUS_NO_DATA, m.status);
	m.qop = 0x40000000;
	EXPECT_EQ(-EOPNOTSUPP, sspseal_sign(self->fd, &m));
	EXPECT_EQ(SSPSEAL_STATUS_QOP, m.status);
	m = message(self->acceptor, self->b, 2);
	memset(self->token, 0, TOKEN_SIZE);
	EXPECT_EQ(-EBADMSG, sspseal_unseal(self->fd, &m));
	EXPECT_EQ(SSPSEAL_STATUS_TOKEN_VERSION, m.status);
	EXPECT_EQ(-EBADMSG, sspseal_verify(self->fd, &m));
	/* errno is the caller's. */
	EXPECT_EQ(12345, errno);
}

TEST_F(native, not_an_sspseal_file)
{
	struct sspseal_message m = message(self->initiator, self->b, 2);
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_query q = { .handle = 1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	__u32 status = POISON32;

	ASSERT_LE(0, null);
	m.status = POISON32;
	EXPECT_EQ(-ENOTTY, sspseal_seal(null, &m));
	/* The module was not asked, so it has no reason. */
	EXPECT_EQ(SSPSEAL_STATUS_OK, m.status);
	EXPECT_EQ(-ENOTTY, sspseal_create(null, &c));
	EXPECT_EQ(-ENOTTY, sspseal_query(null, &q));
	EXPECT_EQ(-ENOTTY, sspseal_destroy(null, 1, &status));
	EXPECT_EQ(SSPSEAL_STATUS_OK, status);
	close(null);
	m.status = POISON32;
	EXPECT_EQ(-EBADF, sspseal_unseal(null, &m));
	EXPECT_EQ(SSPSEAL_STATUS_OK, m.status);
	EXPECT_EQ(-EBADF, sspseal_query(-1, &q));
}

TEST_F(native, every_status_has_name_and_text)
{
	const char *name, *text;
	__u32 status;

	EXPECT_STREQ("ALTERED", sspseal_status_name(SSPSEAL_STATUS_ALTERED));
	EXPECT_STREQ("OK", sspseal_status_name(SSPSEAL_STATUS_OK));
	for (status = 0; status < 300; status++) {
		name = sspseal_status_name(status);
		text = sspseal_status_text(status);
		ASSERT_TRUE(name && text && *name && *text);
		/* One that has an errno has a name, and no other. */
		EXPECT_EQ(status_errno(status) > 0, !strcmp(name, "UNKNOWN"))
			TH_LOG("status %u is called %s", status, name);
	}
	EXPECT_STREQ("UNKNOWN", sspseal_status_name(0xffffffff));
}

TEST_F(native, device_is_one)
{
	int fd = sspseal_device();

	ASSERT_LE(0, fd);
	EXPECT_EQ(fd, sspseal_device());
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_NE(fd, self->fd);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The native interface of libsspseal: each function is its command, and returns
 * -errno with the status beside it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>

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

TEST_F(native, bind)
{
	struct sspseal_native native = { };
	__u32 handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, SSPSEAL_CREATE_UNBOUND,
				     &native);
	struct sspseal_bind b = bind_args(handle, ALL_SERVICES, test_key);
	struct sspseal_query q = { .handle = handle };

	ASSERT_NE(0, handle);
	b.size = 7;
	b.status = POISON32;
	errno = 12345;
	EXPECT_EQ(0, sspseal_bind(self->fd, &b));
	EXPECT_EQ(SSPSEAL_STATUS_OK, b.status);
	EXPECT_EQ(0, sspseal_query(self->fd, &q));
	EXPECT_EQ(1, q.ready);
	b.size = 7;
	EXPECT_EQ(-EISCONN, sspseal_bind(self->fd, &b));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_BOUND, b.status);
	EXPECT_EQ(12345, errno);
}

TEST_F(native, export_and_import)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL);
	struct sspseal_message m;
	struct sspseal_import i;
	int fd;

	e.size = 7;
	ASSERT_EQ(0, sspseal_export(self->fd, &e));
	EXPECT_EQ(SSPSEAL_STATUS_OK, e.status);
	fd = e.fd;
	m = message(SSPSEAL_EXPORTED_HANDLE, self->b, 2);
	EXPECT_EQ(0, sspseal_seal(fd, &m));
	i = import_args(fd, 0);
	i.size = 7;
	EXPECT_EQ(0, sspseal_import(self->fd, &i));
	m = message(i.handle, self->b, 2);
	EXPECT_EQ(0, sspseal_seal(self->fd, &m));

	/* What it does not have it cannot give. */
	errno = 12345;
	e = export_args(i.handle, SSPSEAL_RIGHT_SEAL);
	EXPECT_EQ(-EACCES, sspseal_export(self->fd, &e));
	EXPECT_EQ(SSPSEAL_STATUS_NO_RIGHT, e.status);
	i = import_args(-1, 0);
	EXPECT_EQ(-EBADF, sspseal_import(self->fd, &i));
	EXPECT_EQ(SSPSEAL_STATUS_DESCRIPTOR, i.status);
	EXPECT_EQ(12345, errno);
	close(fd);
}

TEST_F(native, batch)
{
	struct sspseal_operation o[] = {
		{ SSPSEAL_SEAL, 1, message(self->initiator, self->b, 2) },
		{ SSPSEAL_UNSEAL, 1, message(self->acceptor, self->b, 2) },
		{ SSPSEAL_UNSEAL, 1, message(self->acceptor, self->b, 2) },
	};
	struct sspseal_batch b = {
		.size = 7,
		.operations = (uintptr_t)o,
		.stride = sizeof(*o),
		.nr = 3,
	};

	EXPECT_EQ(0, sspseal_batch(self->fd, &b));
	EXPECT_EQ(SSPSEAL_STATUS_OK, b.status);
	EXPECT_EQ(3, b.done);
	EXPECT_EQ(0, o[0].error);
	EXPECT_EQ(0, o[1].error);
	EXPECT_EQ(-EBADMSG, o[2].error);
	EXPECT_EQ(SSPSEAL_STATUS_ALTERED, o[2].message.status);
	EXPECT_TRUE(all_bytes(self->data, 0, CB));
	errno = 12345;
	b.stride = 3;
	EXPECT_EQ(-EINVAL, sspseal_batch(self->fd, &b));
	EXPECT_EQ(SSPSEAL_STATUS_OPERATIONS, b.status);
	EXPECT_EQ(12345, errno);
}

TEST_F(native, keyring_find)
{
	static const struct {
		const char *type;
		const char *description;
	} row[] = {
		{ "user", "library test" },
		{ "logon", "sspseal:library test" },
		/* By its description it would be a logon key. */
		{ "user", "sspseal:other" },
	};
	__s32 serial[3], found;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		serial[i] = syscall(SYS_add_key, row[i].type,
				    row[i].description, test_key,
				    TEST_KEY_SIZE, KEY_SPEC_PROCESS_KEYRING);
		ASSERT_LT(0, serial[i]);
	}
	errno = 12345;
	for (i = 0; i < 2; i++) {
		found = POISON;
		EXPECT_EQ(0, sspseal_keyring_find(row[i].description, &found));
		EXPECT_EQ(serial[i], found);
	}
	found = POISON;
	EXPECT_EQ(-ENOKEY, sspseal_keyring_find(row[2].description, &found));
	EXPECT_EQ(-ENOKEY, sspseal_keyring_find("sspseal:nobody", &found));
	EXPECT_EQ(POISON, found);
	EXPECT_EQ(12345, errno);
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
	__u32 status, other;

	EXPECT_STREQ("ALTERED", sspseal_status_name(SSPSEAL_STATUS_ALTERED));
	EXPECT_STREQ("OK", sspseal_status_name(SSPSEAL_STATUS_OK));
	for (status = 0; status < 300; status++) {
		name = sspseal_status_name(status);
		text = sspseal_status_text(status);
		ASSERT_TRUE(name && text && *name && *text);
		/* One that has an errno has a name, and no other. */
		EXPECT_EQ(status_errno(status) > 0, !strcmp(name, "UNKNOWN"))
			TH_LOG("status %u is called %s", status, name);
		/* No two are alike. */
		for (other = 0; other < status; other++) {
			if (status_errno(status) > 0)
				break;
			EXPECT_STRNE(name, sspseal_status_name(other));
			EXPECT_STRNE(text, sspseal_status_text(other));
		}
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

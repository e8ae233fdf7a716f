// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making and ending contexts: what CREATE takes and refuses, handles, limits,
 * expiry, and what QUERY says of it.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

FIXTURE(create)
{
	int fd;
};

FIXTURE_SETUP(create)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(create)
{
	close(self->fd);
}

TEST_F(create, roles)
{
	struct sspseal_query q;
	__u32 role, handle;

	for (role = SSPSEAL_ROLE_INITIATOR; role <= SSPSEAL_ROLE_ACCEPTOR;
	     role++) {
		handle = create_context(self->fd, role, ALL_SERVICES);
		ASSERT_NE(0, handle);
		ASSERT_EQ(0, query(self->fd, handle, &q));
		EXPECT_EQ(role, q.role);
	}
}

TEST_F(create, query_of_a_new_context)
{
	struct sspseal_native native = { };
	struct sspseal_query q;
	struct sspseal_info i;
	__u32 handle;

	handle = create_native(self->fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES,
			       SSPSEAL_CREATE_REQUIRE_SEAL, &native);
	ASSERT_NE(0, handle);
	ASSERT_EQ(0, query(self->fd, handle, &q));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(sizeof(q), q.size);
	EXPECT_EQ(handle, q.handle);
	EXPECT_EQ(SSPSEAL_MECH_NATIVE, q.mechanism);
	EXPECT_EQ(SSPSEAL_ROLE_ACCEPTOR, q.role);
	EXPECT_EQ(ALL_SERVICES, q.services);
	EXPECT_EQ(SSPSEAL_CREATE_REQUIRE_SEAL, q.flags);
	EXPECT_EQ(SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL |
		  SSPSEAL_RIGHT_SIGN | SSPSEAL_RIGHT_VERIFY |
		  SSPSEAL_RIGHT_QUERY, q.rights & 31);
	EXPECT_EQ(i.suites, q.suites);
	EXPECT_EQ(SSPSEAL_SUITE_AES_256_GCM, q.default_suite);
	EXPECT_EQ(TOKEN_SIZE, q.max_signature);
	EXPECT_EQ(TOKEN_SIZE, q.security_trailer);
	EXPECT_EQ(0, q.expired);
	EXPECT_EQ(1, q.ready);
	EXPECT_EQ(0, q.expiry);
	EXPECT_EQ(0, q.sent);
	EXPECT_EQ(0, q.received);
	EXPECT_EQ(0, q.failed);
	EXPECT_EQ(0, memcmp(native.salt, q.salt, sizeof(q.salt)));
	EXPECT_STREQ(i.driver, q.driver);
	EXPECT_TRUE(all_bytes(q.driver + strlen(q.driver), 0,
			      sizeof(q.driver) - strlen(q.driver)));
}

TEST_F(create, query_counts)
{
	__u32 initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	__u32 acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	__u8 token[TOKEN_SIZE], data[10] = { };
	struct sspseal_query q;

	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, initiator, token, data,
				 sizeof(data)));
	data[0] ^= 1;
	ASSERT_EQ(SSPSEAL_STATUS_ALTERED,
		  simple_call(self->fd, SSPSEAL_UNSEAL, acceptor, token, data,
			      sizeof(data)));
	data[0] ^= 1;
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, acceptor, token,
				 data, sizeof(data)));
	ASSERT_EQ(SSPSEAL_STATUS_TOKEN_KIND,
		  simple_call(self->fd, SSPSEAL_VERIFY, acceptor, token, data,
			      sizeof(data)));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, initiator, token, data,
				 sizeof(data)));
	ASSERT_EQ(0, query(self->fd, initiator, &q));
	EXPECT_EQ(2, q.sent);
	EXPECT_EQ(0, q.received);
	EXPECT_EQ(0, q.failed);
	ASSERT_EQ(0, query(self->fd, acceptor, &q));
	EXPECT_EQ(0, q.sent);
	EXPECT_EQ(1, q.received);
	EXPECT_EQ(1, q.failed);
}

TEST_F(create, handles_count_up_from_one)
{
	__u32 i;

	for (i = 1; i <= 5; i++)
		EXPECT_EQ(i, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					    ALL_SERVICES));
	/* A number that was destroyed is not given out again. */
	EXPECT_EQ(0, destroy(self->fd, 2));
	EXPECT_EQ(0, destroy(self->fd, 5));
	EXPECT_EQ(6, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
	EXPECT_EQ(7, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
}

TEST_F(create, failures_leave_no_gap)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);

	EXPECT_EQ(1, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
	/* It has its number when its struct turns out not to be writable. */
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_CREATE,
			    make_readonly(&c, sizeof(c))));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(2, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, destroy(self->fd, 3));
}

TEST_F(create, destroy_twice)
{
	__u32 handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES);

	ASSERT_NE(0, handle);
	EXPECT_EQ(0, destroy(self->fd, handle));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, destroy(self->fd, handle));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, destroy(self->fd, handle));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, destroy(self->fd, handle + 1));
}

TEST_F(create, files_have_their_own_handles)
{
	int other = device_open();
	struct sspseal_query q;

	ASSERT_LE(0, other);
	EXPECT_EQ(1, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    ALL_SERVICES));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, query(other, 1, &q));
	EXPECT_EQ(1, create_context(other, SSPSEAL_ROLE_ACCEPTOR,
				    ALL_SERVICES));
	EXPECT_EQ(0, destroy(self->fd, 1));
	/* The other file's handle of the same number lives on. */
	EXPECT_EQ(0, query(other, 1, &q));
	EXPECT_EQ(SSPSEAL_ROLE_ACCEPTOR, q.role);
	close(other);
}

/* More than the kernel keeps at hand: each number stands for one context alone. */
TEST_F(create, many_handles)
{
	__u8 token[TOKEN_SIZE], data = 0;
	__u32 handle, many = 200, i;

	for (handle = 1; handle <= many; handle++)
		ASSERT_EQ(handle, create_context(self->fd,
						 SSPSEAL_ROLE_INITIATOR,
						 SSPSEAL_INTEGRITY));
	for (handle = 1; handle <= many; handle++)
		for (i = 0; i < handle % 7; i++)
			ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, handle,
						 token, &data, sizeof(data)));
	for (handle = 1; handle <= many; handle++)
		EXPECT_EQ((__s64)handle % 7, sent(self->fd, handle));
	for (handle = 1; handle <= many; handle += 2)
		ASSERT_EQ(0, destroy(self->fd, handle));
	for (handle = 1; handle <= many; handle++)
		EXPECT_EQ(handle % 2 ? -1 : (__s64)handle % 7,
			  sent(self->fd, handle));
}

TEST_F(create, closing_a_file_ends_its_contexts)
{
	long total = parameter_get("max_contexts");
	int file, i;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_TRUE(parameter_set("max_contexts", 4));
	for (i = 0; i < 20; i++) {
		file = device_open();
		EXPECT_NE(0, create_context(file, SSPSEAL_ROLE_INITIATOR,
					    ALL_SERVICES));
		EXPECT_NE(0, create_context(file, SSPSEAL_ROLE_ACCEPTOR,
					    ALL_SERVICES));
		close(file);
	}
	EXPECT_TRUE(parameter_set("max_contexts", total));
}

TEST_F(create, key_sizes)
{
	struct sspseal_create c;
	__u32 size;

	for (size = 0; size <= SSPSEAL_KEY_MAX + 1; size++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.key_size = size;
		if (size < SSPSEAL_KEY_MIN || size > SSPSEAL_KEY_MAX) {
			EXPECT_EQ(SSPSEAL_STATUS_KEY_SIZE,
				  call(self->fd, SSPSEAL_CREATE, &c));
			EXPECT_EQ(POISON32, c.handle);
		} else {
			EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
		}
	}
	c.key_size = 0xffffffff;
	EXPECT_EQ(SSPSEAL_STATUS_KEY_SIZE, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_F(create, key_is_read_and_left_alone)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	__u8 *key = before_fence(SSPSEAL_KEY_MIN);

	memcpy(key, test_key, SSPSEAL_KEY_MIN);
	c.key = (uintptr_t)key;
	c.key_size = SSPSEAL_KEY_MIN;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, memcmp(key, test_key, SSPSEAL_KEY_MIN));
	/* One byte further would have faulted. */
	c.key_size++;
	EXPECT_EQ(SSPSEAL_STATUS_FAULT, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_F(create, params_sizes)
{
	struct {
		struct sspseal_native native;
		__u8 more[8];
	} params;
	struct sspseal_create c;
	__u32 size;

	for (size = 0; size <= sizeof(params); size++) {
		memset(&params, 0, sizeof(params));
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.params = (uintptr_t)&params;
		c.params_size = size;
		if (size && size < sizeof(params.native)) {
			EXPECT_EQ(SSPSEAL_STATUS_PARAMS_SIZE,
				  call(self->fd, SSPSEAL_CREATE, &c));
			EXPECT_TRUE(all_bytes(&params, 0, sizeof(params)));
		} else {
			EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c))
				TH_LOG("params_size %u", size);
			EXPECT_EQ(!size, all_bytes(params.native.salt, 0,
						   SSPSEAL_SALT_SIZE));
			EXPECT_TRUE(all_bytes(params.more, 0,
					      sizeof(params.more)));
		}
	}
	for (size = 0; size < sizeof(params.more); size++) {
		memset(&params, 0, sizeof(params));
		params.more[size] = 1;
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.params = (uintptr_t)&params;
		c.params_size = sizeof(params);
		EXPECT_EQ(SSPSEAL_STATUS_PARAMS_SIZE,
			  call(self->fd, SSPSEAL_CREATE, &c));
		EXPECT_TRUE(all_bytes(params.native.salt, 0,
				      SSPSEAL_SALT_SIZE));
	}
}

TEST_F(create, salts_differ)
{
	struct sspseal_native native[16];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(native); i++) {
		memset(&native[i], 0, sizeof(native[i]));
		ASSERT_NE(0, create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
					   ALL_SERVICES, 0, &native[i]));
		EXPECT_FALSE(all_bytes(native[i].salt, 0, SSPSEAL_SALT_SIZE));
		for (j = 0; j < i; j++)
			EXPECT_NE(0, memcmp(native[i].salt, native[j].salt,
					    SSPSEAL_SALT_SIZE));
	}
}

TEST_F(create, salt_is_not_an_input)
{
	struct sspseal_native native = { };

	memset(native.salt, 0x55, sizeof(native.salt));
	ASSERT_NE(0, create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				   ALL_SERVICES, 0, &native));
	EXPECT_FALSE(all_bytes(native.salt, 0x55, sizeof(native.salt)));
}

TEST_F(create, require_seal_needs_confidentiality)
{
	struct sspseal_create c;
	__u32 services;

	for (services = 0; services <= ALL_SERVICES; services++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, services);
		c.flags = SSPSEAL_CREATE_REQUIRE_SEAL;
		EXPECT_EQ(services & SSPSEAL_CONFIDENTIALITY ?
			  SSPSEAL_STATUS_OK : SSPSEAL_STATUS_POLICY,
			  call(self->fd, SSPSEAL_CREATE, &c));
	}
}

TEST_F(create, no_services_protect_nothing)
{
	static const unsigned long cmd[] = {
		SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN, SSPSEAL_VERIFY,
	};
	__u32 handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, 0);
	__u8 token[TOKEN_SIZE] = { }, data[10] = { };
	struct sspseal_query q;
	struct sspseal_message m;
	unsigned int i;

	ASSERT_NE(0, handle);
	for (i = 0; i < ARRAY_SIZE(cmd); i++) {
		EXPECT_EQ(SSPSEAL_STATUS_NO_SERVICE,
			  simple_refused(self->fd, cmd[i], handle, token, data,
					 sizeof(data)));
		/* That is said before the buffers are looked at. */
		m = message(handle, NULL, 0);
		m.qop = 0x40000000;
		EXPECT_EQ(SSPSEAL_STATUS_NO_SERVICE,
			  refused(self->fd, cmd[i], &m));
	}
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(0, q.services);
	EXPECT_EQ(0, q.max_signature);
	EXPECT_EQ(0, q.security_trailer);
	EXPECT_TRUE(all_bytes(q.driver, 0, sizeof(q.driver)));
	EXPECT_EQ(0, destroy(self->fd, handle));
}

/* Every set of services. */
FIXTURE(services)
{
	int fd;
};

FIXTURE_VARIANT(services)
{
	__u32 asked;
	__u32 given;
};

#define C	SSPSEAL_CONFIDENTIALITY
#define I	SSPSEAL_INTEGRITY
#define R	SSPSEAL_REPLAY_DETECT
#define S	SSPSEAL_SEQUENCE_DETECT

FIXTURE_VARIANT_ADD(services, none) { .asked = 0, .given = 0 };
FIXTURE_VARIANT_ADD(services, c) { .asked = C, .given = C | I };
FIXTURE_VARIANT_ADD(services, i) { .asked = I, .given = I };
FIXTURE_VARIANT_ADD(services, r) { .asked = R, .given = R | I };
FIXTURE_VARIANT_ADD(services, s) { .asked = S, .given = S | I };
FIXTURE_VARIANT_ADD(services, ci) { .asked = C | I, .given = C | I };
FIXTURE_VARIANT_ADD(services, cr) { .asked = C | R, .given = C | R | I };
FIXTURE_VARIANT_ADD(services, cs) { .asked = C | S, .given = C | S | I };
FIXTURE_VARIANT_ADD(services, rs) { .asked = R | S, .given = R | S | I };
FIXTURE_VARIANT_ADD(services, all) { .asked = 15, .given = 15 };

FIXTURE_SETUP(services)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(services)
{
	close(self->fd);
}

TEST_F(services, implied)
{
	__u32 handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      variant->asked);
	struct sspseal_query q;

	ASSERT_NE(0, handle);
	ASSERT_EQ(0, query(self->fd, handle, &q));
	EXPECT_EQ(variant->given, q.services);
	EXPECT_EQ(variant->given ? TOKEN_SIZE : 0, q.max_signature);
	EXPECT_EQ(variant->given ? TOKEN_SIZE : 0, q.security_trailer);
}

TEST_F(services, offered)
{
	__u32 initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 variant->asked);
	__u32 acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					variant->asked);
	__u8 token[TOKEN_SIZE] = { }, data[10] = { };
	int seal = SSPSEAL_STATUS_OK, sign = SSPSEAL_STATUS_OK;

	if (!variant->given)
		sign = SSPSEAL_STATUS_NO_SERVICE;
	if (!(variant->given & C))
		seal = SSPSEAL_STATUS_NO_CONFIDENTIALITY;
	if (!variant->given)
		seal = SSPSEAL_STATUS_NO_SERVICE;
	EXPECT_EQ(seal, simple_call(self->fd, SSPSEAL_SEAL, initiator, token,
				    data, sizeof(data)));
	EXPECT_EQ(!seal, !all_bytes(data, 0, sizeof(data)));
	if (!seal) {
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, acceptor,
					 token, data, sizeof(data)));
		EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
	}
	EXPECT_EQ(sign, simple_call(self->fd, SSPSEAL_SIGN, initiator, token,
				    data, sizeof(data)));
	EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
	if (!sign)
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, acceptor,
					 token, data, sizeof(data)));
}

#undef C
#undef I
#undef R
#undef S

#define SET(a, b, c)	((a) << 1 | (b) << 2 | (c) << 3)

TEST_F(create, suites)
{
	static const struct {
		__u32 suites;
		__u32 suite;
		int status;
		/* What QUERY says then. */
		__u32 allowed;
		__u32 chosen;
	} row[] = {
		{ 0, 0, SSPSEAL_STATUS_OK, SET(1, 1, 1), 1 },
		{ 0, 3, SSPSEAL_STATUS_OK, SET(1, 1, 1), 3 },
		{ SET(1, 0, 0), 0, SSPSEAL_STATUS_OK, SET(1, 0, 0), 1 },
		{ SET(0, 1, 0), 0, SSPSEAL_STATUS_OK, SET(0, 1, 0), 2 },
		{ SET(0, 0, 1), 0, SSPSEAL_STATUS_OK, SET(0, 0, 1), 3 },
		{ SET(0, 1, 1), 0, SSPSEAL_STATUS_OK, SET(0, 1, 1), 2 },
		{ SET(1, 1, 1), 2, SSPSEAL_STATUS_OK, SET(1, 1, 1), 2 },
		{ SET(0, 1, 1), 3, SSPSEAL_STATUS_OK, SET(0, 1, 1), 3 },
		{ SET(0, 1, 1), 1, SSPSEAL_STATUS_DEFAULT_SUITE, 0, 0 },
		{ SET(1, 0, 0), 2, SSPSEAL_STATUS_DEFAULT_SUITE, 0, 0 },
		{ 1, 0, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ 1 << 4, 0, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ SET(1, 1, 1) | 1U << 31, 0, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ 0, 4, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ SET(1, 1, 1), 32, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ 0, 33, SSPSEAL_STATUS_SUITE, 0, 0 },
		{ 0, 0xffffffff, SSPSEAL_STATUS_SUITE, 0, 0 },
	};
	struct sspseal_native native;
	struct sspseal_create c;
	struct sspseal_query q;
	struct sspseal_info f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		memset(&native, 0, sizeof(native));
		native.suites = row[i].suites;
		native.default_suite = row[i].suite;
		c.params = (uintptr_t)&native;
		c.params_size = sizeof(native);
		EXPECT_EQ(row[i].status, call(self->fd, SSPSEAL_CREATE, &c))
			TH_LOG("row %u", i);
		/* What the caller wrote stands there still. */
		EXPECT_EQ(row[i].suites, native.suites);
		EXPECT_EQ(row[i].suite, native.default_suite);
		if (row[i].status) {
			EXPECT_TRUE(all_bytes(native.salt, 0,
					      sizeof(native.salt)));
			continue;
		}
		ASSERT_EQ(0, query(self->fd, c.handle, &q));
		EXPECT_EQ(row[i].allowed, q.suites);
		EXPECT_EQ(row[i].chosen, q.default_suite);
		ASSERT_EQ(0, info(self->fd, row[i].chosen, &f));
		EXPECT_STREQ(f.driver, q.driver);
	}
}

TEST_F(create, suites_of_messages)
{
	__u8 token[TOKEN_SIZE], data[10] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	__u32 suites, suite, handle, sign;
	struct sspseal_native native;
	struct sspseal_message m;
	int expected;

	for (suites = SET(1, 0, 0); suites <= SET(1, 1, 1); suites += 2) {
		memset(&native, 0, sizeof(native));
		native.suites = suites;
		handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				       ALL_SERVICES, 0, &native);
		ASSERT_NE(0, handle);
		for (suite = 1; suite < 256; suite++) {
			sign = suite & 1 ? SSPSEAL_SIGN : SSPSEAL_SEAL;
			if (suite < 4 && suites & SSPSEAL_SUITE_BIT(suite))
				expected = SSPSEAL_STATUS_OK;
			else
				expected = SSPSEAL_STATUS_QOP_SUITE;
			m = message(handle, b, ARRAY_SIZE(b));
			m.qop = SSPSEAL_QOP_SUITE(suite);
			memset(token, POISON, sizeof(token));
			EXPECT_EQ(expected, call(self->fd, sign, &m))
				TH_LOG("suite %u of %#x", suite, suites);
			EXPECT_EQ(expected ? POISON : suite, token[1]);
		}
	}
}

TEST_F(create, expiry_in_the_past)
{
	struct sspseal_create c;
	__u64 now = time(NULL);
	__u64 bad[] = { 1, now - 1, now };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.expiry = bad[i];
		EXPECT_EQ(SSPSEAL_STATUS_EXPIRY,
			  call(self->fd, SSPSEAL_CREATE, &c));
		EXPECT_EQ(POISON32, c.handle);
	}
}

TEST_F(create, expiry_far_away)
{
	__u64 far[] = { time(NULL) + 1000, INT64_MAX, UINT64_MAX };
	__u8 token[TOKEN_SIZE], data[10] = { };
	struct sspseal_create c;
	struct sspseal_query q;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.expiry = far[i];
		ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, c.handle,
					 token, data, sizeof(data)));
		ASSERT_EQ(0, query(self->fd, c.handle, &q));
		EXPECT_EQ(far[i], q.expiry);
		EXPECT_EQ(0, q.expired);
	}
}

TEST_F(create, expiry_soon)
{
	static const unsigned long cmd[] = {
		SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN, SSPSEAL_VERIFY,
	};
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	__u8 token[TOKEN_SIZE], data[10] = { };
	struct sspseal_message m;
	struct sspseal_query q;
	unsigned int i;

	c.expiry = soon();
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, c.handle, token, data,
				 sizeof(data)));
	sleep_until(c.expiry);
	for (i = 0; i < ARRAY_SIZE(cmd); i++) {
		EXPECT_EQ(SSPSEAL_STATUS_EXPIRED,
			  simple_refused(self->fd, cmd[i], c.handle, token,
					 data, sizeof(data)));
		/* That is said before the buffers are looked at. */
		m = message(c.handle, NULL, 0);
		m.qop = 0x40000000;
		EXPECT_EQ(SSPSEAL_STATUS_EXPIRED,
			  refused(self->fd, cmd[i], &m));
	}
	ASSERT_EQ(0, query(self->fd, c.handle, &q));
	EXPECT_EQ(1, q.expired);
	EXPECT_EQ(c.expiry, q.expiry);
	EXPECT_EQ(0, destroy(self->fd, c.handle));
}

TEST_F(create, expiry_is_final)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	__u8 token[TOKEN_SIZE], data[10] = { };
	struct timespec start, past, now;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	clock_gettime(CLOCK_REALTIME, &start);
	c.expiry = start.tv_sec + 100;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	/* Forward over the expiry, one call, and back again. */
	past = start;
	past.tv_sec += 200;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &past));
	EXPECT_EQ(SSPSEAL_STATUS_EXPIRED,
		  simple_call(self->fd, SSPSEAL_SEAL, c.handle, token, data,
			      sizeof(data)));
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec -= 200;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &now));
	EXPECT_EQ(SSPSEAL_STATUS_EXPIRED,
		  simple_call(self->fd, SSPSEAL_SEAL, c.handle, token, data,
			      sizeof(data)));
	EXPECT_EQ(SSPSEAL_STATUS_EXPIRED,
		  simple_call(self->fd, SSPSEAL_UNSEAL, c.handle, token, data,
			      sizeof(data)));
}

/* Limits, set to small numbers for the time of a test. */
FIXTURE(limits)
{
	int fd;
	long handles;
	long contexts;
};

FIXTURE_SETUP(limits)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handles = parameter_get("max_handles");
	self->contexts = parameter_get("max_contexts");
	ASSERT_LT(0, self->handles);
	ASSERT_LT(0, self->contexts);
}

FIXTURE_TEARDOWN(limits)
{
	parameter_set("max_handles", self->handles);
	parameter_set("max_contexts", self->contexts);
	close(self->fd);
}

TEST_F(limits, info_reports_them)
{
	struct sspseal_info i;

	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(self->handles, i.max_handles);
	EXPECT_EQ(self->contexts, i.max_contexts);
	ASSERT_TRUE(parameter_set("max_handles", 7));
	ASSERT_TRUE(parameter_set("max_contexts", 9));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(7, i.max_handles);
	EXPECT_EQ(9, i.max_contexts);
}

TEST_F(limits, handles_of_a_file)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	int i, other = device_open();

	ASSERT_TRUE(parameter_set("max_handles", 3));
	for (i = 1; i <= 3; i++)
		ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	c.handle = POISON32;
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_FILE, call(self->fd, SSPSEAL_CREATE,
						  &c));
	EXPECT_EQ(POISON32, c.handle);
	/* Another file is not concerned. */
	EXPECT_EQ(0, call(other, SSPSEAL_CREATE, &c));
	/* One goes, one comes, and it has a new number. */
	EXPECT_EQ(0, destroy(self->fd, 2));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_LT(3, c.handle);
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_FILE, call(self->fd, SSPSEAL_CREATE,
						  &c));
	close(other);
}

TEST_F(limits, contexts_in_all)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	int i, other = device_open();

	ASSERT_TRUE(parameter_set("max_contexts", 4));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, call(i & 1 ? self->fd : other, SSPSEAL_CREATE,
				  &c));
	c.handle = POISON32;
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_TOTAL, call(self->fd, SSPSEAL_CREATE,
						   &c));
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_TOTAL, call(other, SSPSEAL_CREATE, &c));
	EXPECT_EQ(POISON32, c.handle);
	/* Room is there as soon as DESTROY or close() has returned. */
	EXPECT_EQ(0, destroy(self->fd, 1));
	EXPECT_EQ(0, call(other, SSPSEAL_CREATE, &c));
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_TOTAL, call(other, SSPSEAL_CREATE, &c));
	close(other);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_F(limits, failed_creates_use_up_nothing)
{
	struct sspseal_create c;
	int i;

	ASSERT_TRUE(parameter_set("max_handles", 2));
	ASSERT_TRUE(parameter_set("max_contexts", 2));
	for (i = 0; i < 10; i++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.key = (uintptr_t)fence();
		EXPECT_EQ(SSPSEAL_STATUS_FAULT, call(self->fd, SSPSEAL_CREATE,
						     &c));
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.params = (uintptr_t)fence();
		c.params_size = sizeof(struct sspseal_native);
		EXPECT_EQ(SSPSEAL_STATUS_FAULT, call(self->fd, SSPSEAL_CREATE,
						     &c));
	}
	c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_HARNESS_MAIN

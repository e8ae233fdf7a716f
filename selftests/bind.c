// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts that are tied to their peer: what BIND takes and refuses, the keys
 * that it makes, and the confirmations of both ends.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define THREADS		8
#define CB		40
#define C		SSPSEAL_CONFIDENTIALITY
#define I		SSPSEAL_INTEGRITY
#define CONFIRMING	SSPSEAL_BIND_CONFIRM

static const unsigned long message_commands[] = {
	SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN, SSPSEAL_VERIFY,
};

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

/* A context made with UNBOUND, or what it is to be bound to. */
struct end {
	int fd;
	__u32 handle;
	__u8 salt[SSPSEAL_SALT_SIZE];
};

static bool end_make(struct end *e, int fd, __u32 role, __u32 services,
		     __u32 suites)
{
	struct sspseal_native native = { .suites = suites };

	e->fd = fd;
	e->handle = create_native(fd, role, services, SSPSEAL_CREATE_UNBOUND,
				  &native);
	memcpy(e->salt, native.salt, sizeof(e->salt));
	return e->handle;
}

static int end_bind(const struct end *e, const struct end *other,
		    __u32 services, __u32 flags)
{
	struct sspseal_bind b = bind_args(e->handle, services, other->salt);

	b.flags = flags;
	return call(e->fd, SSPSEAL_BIND, &b);
}

/* A new context with OpenSSL at the other end. */
static bool end_with_peer(struct end *e, struct peer *peer, int fd, __u32 role)
{
	__u32 other = role == SSPSEAL_ROLE_INITIATOR ? SSPSEAL_ROLE_ACCEPTOR :
						       SSPSEAL_ROLE_INITIATOR;

	return end_make(e, fd, role, ALL_SERVICES, 0) &&
	       peer_init(peer, other, test_key, TEST_KEY_SIZE);
}

/* Binds both to each other. */
static int end_bind_peer(const struct end *e, struct peer *peer,
			 __u32 services, __u32 flags)
{
	struct sspseal_bind b = bind_args(e->handle, services, peer->salt);

	b.flags = flags;
	peer_bind(peer, e->salt, NULL, 0);
	return call(e->fd, SSPSEAL_BIND, &b);
}

static int ready(const struct end *e)
{
	struct sspseal_query q;

	return query(e->fd, e->handle, &q) ? -1 : (int)q.ready;
}

/* One message from one to the other: what refused it. */
static int carry(unsigned long cmd, const struct end *from,
		 const struct end *to)
{
	struct letter l, plain;
	int status;

	fill(plain.data, CB);
	memcpy(l.data, plain.data, CB);
	status = simple_call(from->fd, cmd, from->handle, l.token, l.data, CB);
	if (status)
		return status;
	cmd = cmd == SSPSEAL_SIGN ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL;
	status = simple_call(to->fd, cmd, to->handle, l.token, l.data, CB);
	if (!status && memcmp(l.data, plain.data, CB))
		return BROKEN;
	return status;
}

/* Do all messages pass in both directions? */
static bool connected(const struct end *a, const struct end *b)
{
	return !carry(SSPSEAL_SIGN, a, b) && !carry(SSPSEAL_SIGN, b, a) &&
	       !carry(SSPSEAL_SEAL, a, b) && !carry(SSPSEAL_SEAL, b, a);
}

/* Two contexts, one of each role, not bound yet. */
FIXTURE(bind)
{
	int fd;
	struct end a;
	struct end b;
};

FIXTURE_SETUP(bind)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(end_make(&self->a, self->fd, SSPSEAL_ROLE_INITIATOR,
			     ALL_SERVICES, 0));
	ASSERT_TRUE(end_make(&self->b, self->fd, SSPSEAL_ROLE_ACCEPTOR,
			     ALL_SERVICES, 0));
}

FIXTURE_TEARDOWN(bind)
{
	close(self->fd);
}

/* Whatever went before: the right BIND of both works, and messages pass. */
#define STILL_TO_BE_BOUND() do {					\
	EXPECT_EQ(0, ready(&self->a));					\
	EXPECT_EQ(0, end_bind(&self->a, &self->b, ALL_SERVICES, 0));	\
	EXPECT_EQ(0, end_bind(&self->b, &self->a, ALL_SERVICES, 0));	\
	EXPECT_TRUE(connected(&self->a, &self->b));			\
} while (0)

TEST_F(bind, unbound_refuses_messages)
{
	struct sspseal_export e = export_args(self->a.handle,
					      SSPSEAL_RIGHT_SEAL);
	struct letter l = { };
	struct sspseal_message m;
	struct sspseal_query q;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(message_commands); i++) {
		EXPECT_EQ(S(NOT_BOUND),
			  simple_refused(self->fd, message_commands[i],
					 self->a.handle, l.token, l.data, CB));
		/* That is said before the buffers are looked at. */
		m = message(self->a.handle, NULL, 0);
		m.qop = 0x40000000;
		EXPECT_EQ(S(NOT_BOUND), refused(self->fd, message_commands[i],
						&m));
	}
	EXPECT_EQ(S(NOT_BOUND), command_refused(self->fd, SSPSEAL_EXPORT, &e,
						self->a.handle));
	ASSERT_EQ(0, query(self->fd, self->a.handle, &q));
	EXPECT_EQ(0, q.ready);
	EXPECT_EQ(0, q.expired);
	EXPECT_EQ(SSPSEAL_CREATE_UNBOUND, q.flags);
	EXPECT_EQ(0, memcmp(self->a.salt, q.salt, sizeof(q.salt)));
	/* There is no key yet. */
	EXPECT_TRUE(all_bytes(q.driver, 0, sizeof(q.driver)));
	STILL_TO_BE_BOUND();
	EXPECT_EQ(1, ready(&self->a));
}

/* Everything wrong at once, mended one by one in the header's order. */
TEST_F(bind, order_of_refusals)
{
	__u8 none[SSPSEAL_SALT_SIZE] = { }, binding[SSPSEAL_BINDING_MAX];
	struct sspseal_bind b = bind_args(99, 0x10 | C, none);
	struct end e;

	ASSERT_TRUE(end_make(&e, self->fd, SSPSEAL_ROLE_INITIATOR, I,
			     SSPSEAL_SUITE_BIT(1) | SSPSEAL_SUITE_BIT(2)));
	fill(binding, sizeof(binding));
	b.__reserved = 1;
	b.flags = CONFIRMING | 2;
	b.suite = 9;
	b.binding = (uintptr_t)fence();
	b.binding_size = SSPSEAL_BINDING_MAX + 1;
#define REFUSED(status)							\
	EXPECT_EQ(S(status), command_refused(self->fd, SSPSEAL_BIND, &b,\
					     e.handle))
	REFUSED(RESERVED);
	b.__reserved = 0;
	REFUSED(FLAGS);
	b.flags = CONFIRMING;
	REFUSED(NO_HANDLE);
	b.handle = e.handle;
	REFUSED(SERVICES);
	b.services = C;
	REFUSED(SERVICES_ADDED);
	b.services = 0;
	REFUSED(CONFIRM);
	b.services = I;
	REFUSED(SUITE);
	b.suite = SSPSEAL_SUITE_CHACHA20_POLY1305;
	REFUSED(SUITE_NOT_ALLOWED);
	b.suite = SSPSEAL_SUITE_AES_128_GCM;
	REFUSED(PEER_SALT);
	memcpy(b.peer_salt, e.salt, sizeof(b.peer_salt));
	REFUSED(PEER_SALT);
	fill(b.peer_salt, sizeof(b.peer_salt));
	REFUSED(BINDING_SIZE);
	b.binding_size = SSPSEAL_BINDING_MAX;
	REFUSED(FAULT);
#undef REFUSED
	b.binding = (uintptr_t)binding;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
}

/* Each wrong value of each field, with everything else right. */
TEST_F(bind, bad_fields)
{
	static const struct {
		size_t at;
		__u32 value;
		int status;
	} row[] = {
#define BAD(field, value, status)					\
		{ offsetof(struct sspseal_bind, field), value, S(status) }
		BAD(flags, 2, FLAGS),
		BAD(flags, CONFIRMING | 4, FLAGS),
		BAD(flags, 0x80000000, FLAGS),
		BAD(__reserved, 1, RESERVED),
		BAD(__reserved, 0x80000000, RESERVED),
		BAD(handle, 0, NO_HANDLE),
		BAD(handle, 3, NO_HANDLE),
		BAD(handle, 0x7fffffff, NO_HANDLE),
		BAD(handle, 0xffffffff, NO_HANDLE),
		BAD(services, 0x10, SERVICES),
		BAD(services, ALL_SERVICES | 0x20, SERVICES),
		BAD(services, 0xffffffff, SERVICES),
		BAD(suite, 0, SUITE),
		BAD(suite, 4, SUITE),
		BAD(suite, 33, SUITE),
		BAD(suite, 0x101, SUITE),
		BAD(suite, 0xffffffff, SUITE),
		BAD(binding_size, SSPSEAL_BINDING_MAX + 1, BINDING_SIZE),
		BAD(binding_size, 0x10000, BINDING_SIZE),
		BAD(binding_size, 0xffffffff, BINDING_SIZE),
		BAD(binding_size, 1, FAULT),
		BAD(binding_size, SSPSEAL_BINDING_MAX, FAULT),
#undef BAD
	};
	struct sspseal_bind b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		b = bind_args(self->a.handle, ALL_SERVICES, self->b.salt);
		memcpy((__u8 *)&b + row[i].at, &row[i].value,
		       sizeof(row[i].value));
		EXPECT_EQ(row[i].status, command_refused(self->fd, SSPSEAL_BIND,
							 &b, self->a.handle))
			TH_LOG("row %u", i);
	}
	STILL_TO_BE_BOUND();
}

TEST_F(bind, suites_not_allowed)
{
	struct sspseal_bind b;
	__u32 suites, suite;
	struct end e;

	for (suites = 2; suites <= 14; suites += 2) {
		ASSERT_TRUE(end_make(&e, self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, suites));
		b = bind_args(e.handle, ALL_SERVICES, self->b.salt);
		for (suite = 1; suite <= 3; suite++) {
			b.suite = suite;
			if (!(suites & SSPSEAL_SUITE_BIT(suite)))
				EXPECT_EQ(S(SUITE_NOT_ALLOWED),
					  command_refused(self->fd,
							  SSPSEAL_BIND, &b,
							  e.handle));
		}
		b.suite = __builtin_ctz(suites);
		EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
	}
}

TEST_F(bind, peer_salts)
{
	__u8 salt[SSPSEAL_SALT_SIZE] = { };
	struct sspseal_bind b = bind_args(self->a.handle, ALL_SERVICES, salt);

	EXPECT_EQ(S(PEER_SALT), command_refused(self->fd, SSPSEAL_BIND, &b,
						self->a.handle));
	memcpy(b.peer_salt, self->a.salt, sizeof(b.peer_salt));
	EXPECT_EQ(S(PEER_SALT), command_refused(self->fd, SSPSEAL_BIND, &b,
						self->a.handle));
	/* All of the salt counts: one bit of the last byte makes another. */
	b.peer_salt[SSPSEAL_SALT_SIZE - 1] ^= 1;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
	b = bind_args(self->b.handle, ALL_SERVICES, salt);
	b.peer_salt[SSPSEAL_SALT_SIZE - 1] = 1;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
}

TEST_F(bind, bindings)
{
	/* What ends at the fence is read to its last byte, and not beyond. */
	static const __u32 size[] = { 0, 1, 100, SSPSEAL_BINDING_MAX };
	struct sspseal_bind b;
	struct end e, f;
	unsigned int i;
	__u8 *binding;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		ASSERT_TRUE(end_make(&e, self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, 0));
		ASSERT_TRUE(end_make(&f, self->fd, SSPSEAL_ROLE_ACCEPTOR,
				     ALL_SERVICES, 0));
		binding = before_fence(size[i]);
		fill(binding, size[i]);
		b = bind_args(e.handle, ALL_SERVICES, f.salt);
		b.binding = (uintptr_t)binding + 1;
		b.binding_size = size[i];
		if (size[i])
			EXPECT_EQ(S(FAULT),
				  command_refused(self->fd, SSPSEAL_BIND, &b,
						  e.handle));
		b.binding--;
		EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
		b = bind_args(f.handle, ALL_SERVICES, e.salt);
		/* Of an empty one the address is not looked at. */
		b.binding = size[i] ? (uintptr_t)binding : 1;
		b.binding_size = size[i];
		EXPECT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
		EXPECT_TRUE(connected(&e, &f));
	}
}

TEST_F(bind, odd_addresses_of_the_binding)
{
	static const __u64 bad[] = {
		0, 1, 0xffff888000000000ULL, 0xffffffff81000000ULL,
		0xffffffffffffffffULL, 0x00007ffffffffff0ULL,
		0x8000000000000000ULL,
	};
	struct sspseal_bind b = bind_args(self->a.handle, ALL_SERVICES,
					  self->b.salt);
	unsigned int i;

	b.binding_size = 100;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		b.binding = bad[i];
		EXPECT_EQ(S(FAULT), command_refused(self->fd, SSPSEAL_BIND, &b,
						    self->a.handle))
			TH_LOG("%#llx", bad[i]);
	}
	STILL_TO_BE_BOUND();
}

static int expected_of_services(__u32 had, __u32 asked, __u32 create_flags,
				__u32 bind_flags)
{
	if (asked & C & ~had)
		return S(SERVICES_ADDED);
	if (create_flags & SSPSEAL_CREATE_REQUIRE_SEAL && !(asked & C))
		return S(POLICY);
	return bind_flags && !asked ? S(CONFIRM) : S(OK);
}

/* All that CREATE asked for, and all that BIND does: what QUERY says then. */
TEST_F(bind, services)
{
	struct sspseal_native native = { };
	__u32 i, had, asked, handle, now;
	struct sspseal_create c;
	struct sspseal_query q;
	struct sspseal_bind b;
	int expected;

	for (i = 0; i < 16 * 16 * 4; i++) {
		had = i & 15;
		asked = i >> 4 & 15;
		c = create_args(SSPSEAL_ROLE_ACCEPTOR, had);
		c.flags = SSPSEAL_CREATE_UNBOUND;
		if (had & C && i & 256)
			c.flags |= SSPSEAL_CREATE_REQUIRE_SEAL;
		handle = create_native(self->fd, c.role, had, c.flags, &native);
		ASSERT_NE(0, handle);
		b = bind_args(handle, asked, self->a.salt);
		b.flags = i & 512 ? CONFIRMING : 0;
		expected = expected_of_services(had, asked, c.flags, b.flags);
		EXPECT_EQ(expected, call(self->fd, SSPSEAL_BIND, &b))
			TH_LOG("%#x, then %#x", had, asked);
		ASSERT_EQ(0, query(self->fd, handle, &q));
		now = expected ? had : asked;
		EXPECT_EQ(now ? now | I : 0, q.services);
		EXPECT_EQ(now ? TOKEN_SIZE : 0, q.max_signature);
		EXPECT_EQ(now ? TOKEN_SIZE : 0, q.security_trailer);
		EXPECT_EQ(!expected && !b.flags, q.ready);
		EXPECT_EQ(c.flags, q.flags);
		EXPECT_EQ(0, destroy(self->fd, handle));
	}
}

TEST_F(bind, services_taken_away)
{
	struct letter l = { }, again;

	ASSERT_EQ(0, end_bind(&self->a, &self->b, I, 0));
	ASSERT_EQ(0, end_bind(&self->b, &self->a, I, 0));
	EXPECT_EQ(S(NO_CONFIDENTIALITY),
		  simple_refused(self->fd, SSPSEAL_SEAL, self->a.handle,
				 l.token, l.data, CB));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, self->a.handle,
				 l.token, l.data, CB));
	again = l;
	/* Neither replays nor gaps are refused any more. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, self->b.handle,
				 l.token, l.data, CB));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, self->b.handle,
				 again.token, again.data, CB));
}

TEST_F(bind, services_added)
{
	struct end a, b;
	struct letter l[2];
	int i;

	ASSERT_TRUE(end_make(&a, self->fd, SSPSEAL_ROLE_INITIATOR, 0, 0));
	ASSERT_TRUE(end_make(&b, self->fd, SSPSEAL_ROLE_ACCEPTOR, 0, 0));
	/* What protects nothing says so, bound or not. */
	EXPECT_EQ(S(NO_SERVICE), carry(SSPSEAL_SIGN, &a, &b));
	ASSERT_EQ(0, end_bind(&a, &b, SSPSEAL_SEQUENCE_DETECT, 0));
	ASSERT_EQ(0, end_bind(&b, &a, SSPSEAL_SEQUENCE_DETECT, 0));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, a.handle,
					 l[i].token, l[i].data, CB));
	EXPECT_EQ(S(OUT_OF_ORDER), simple_refused(self->fd, SSPSEAL_VERIFY,
						  b.handle, l[1].token,
						  l[1].data, CB));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, b.handle,
					 l[i].token, l[i].data, CB));
}

TEST_F(bind, without_services)
{
	ASSERT_EQ(0, end_bind(&self->a, &self->b, 0, 0));
	ASSERT_EQ(0, end_bind(&self->b, &self->a, ALL_SERVICES, 0));
	EXPECT_EQ(1, ready(&self->a));
	EXPECT_EQ(S(NO_SERVICE), carry(SSPSEAL_SIGN, &self->a, &self->b));
	EXPECT_EQ(S(NO_SERVICE), carry(SSPSEAL_SIGN, &self->b, &self->a));
}

TEST_F(bind, only_once)
{
	__u32 pinned = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES);
	struct sspseal_bind b = bind_args(pinned, ALL_SERVICES, self->b.salt);

	ASSERT_NE(0, pinned);
	EXPECT_EQ(S(ALREADY_BOUND), command_refused(self->fd, SSPSEAL_BIND, &b,
						    pinned));
	ASSERT_EQ(0, end_bind(&self->a, &self->b, ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&self->b, &self->a, ALL_SERVICES, 0));
	/* The same again, something else, or nonsense. */
	b.handle = self->a.handle;
	EXPECT_EQ(S(ALREADY_BOUND), command_refused(self->fd, SSPSEAL_BIND, &b,
						    b.handle));
	b.suite = SSPSEAL_SUITE_AES_128_GCM;
	b.services = I;
	b.flags = CONFIRMING;
	fill(b.peer_salt, sizeof(b.peer_salt));
	EXPECT_EQ(S(ALREADY_BOUND), command_refused(self->fd, SSPSEAL_BIND, &b,
						    b.handle));
	b.suite = 77;
	b.services = 0x8000;
	b.binding_size = 0xffffffff;
	EXPECT_EQ(S(ALREADY_BOUND), command_refused(self->fd, SSPSEAL_BIND, &b,
						    b.handle));
	EXPECT_TRUE(connected(&self->a, &self->b));
}

/* Only the handle that CREATE gave can be bound. */
TEST_F(bind, other_handles)
{
	struct sspseal_bind b = bind_args(self->a.handle, ALL_SERVICES,
					  self->b.salt);
	int exported, other = device_open();
	struct sspseal_export e;
	struct end copy = self->a;

	ASSERT_LE(0, other);
	EXPECT_EQ(S(NO_HANDLE), command_refused(other, SSPSEAL_BIND, &b, 0));
	copy.fd = other;
	copy.handle = import_handle(other, self->fd, self->a.handle);
	ASSERT_NE(0, copy.handle);
	b.handle = copy.handle;
	EXPECT_EQ(S(NO_RIGHT), command_refused(other, SSPSEAL_BIND, &b,
					       copy.handle));
	b.handle = import_handle(self->fd, self->fd, self->a.handle);
	ASSERT_NE(0, b.handle);
	EXPECT_EQ(S(NO_RIGHT), command_refused(self->fd, SSPSEAL_BIND, &b,
					       b.handle));
	EXPECT_EQ(S(NOT_BOUND), carry(SSPSEAL_SIGN, &copy, &self->b));
	STILL_TO_BE_BOUND();
	/* The copies are of the same context: bound as well. */
	EXPECT_TRUE(connected(&copy, &self->b));

	e = export_args(self->a.handle, SSPSEAL_RIGHT_QUERY);
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	exported = e.fd;
	b.handle = SSPSEAL_EXPORTED_HANDLE;
	EXPECT_EQ(S(NO_RIGHT), command_refused(exported, SSPSEAL_BIND, &b,
					       b.handle));
	b.handle = e.revoker;
	EXPECT_EQ(S(NO_RIGHT), command_refused(self->fd, SSPSEAL_BIND, &b, 0));
	ASSERT_EQ(0, destroy(self->fd, self->a.handle));
	b.handle = self->a.handle;
	EXPECT_EQ(S(ALREADY_DESTROYED), command_refused(self->fd, SSPSEAL_BIND,
							&b, 0));
	close(other);
}

TEST_F(bind, struct_that_cannot_be_written)
{
	struct sspseal_bind b = bind_args(self->a.handle, ALL_SERVICES,
					  self->b.salt);

	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_BIND,
			    make_readonly(&b, sizeof(b))));
	EXPECT_EQ(EFAULT, errno);
	/* It was done all the same. */
	EXPECT_EQ(1, ready(&self->a));
	ASSERT_EQ(0, end_bind(&self->b, &self->a, ALL_SERVICES, 0));
	EXPECT_TRUE(connected(&self->a, &self->b));
}

TEST_F(bind, expired)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	struct sspseal_bind b;
	struct letter l = { };

	c.flags = SSPSEAL_CREATE_UNBOUND;
	c.expiry = soon();
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	sleep_until(c.expiry);
	/* That it is not bound is said first. */
	EXPECT_EQ(S(NOT_BOUND), simple_refused(self->fd, SSPSEAL_SEAL, c.handle,
					       l.token, l.data, CB));
	b = bind_args(c.handle, ALL_SERVICES, self->b.salt);
	EXPECT_EQ(S(EXPIRED), command_refused(self->fd, SSPSEAL_BIND, &b,
					      c.handle));
}

/* ---- two ends that do not agree ---- */

TEST_F(bind, different_bindings)
{
	static const struct {
		const char *a;
		const char *b;
		__u32 a_size;
		__u32 b_size;
	} row[] = {
		{ "transcript", "Transcript", 10, 10 },
		{ "transcript", "transcripT", 10, 10 },
		{ "transcript", "transcript", 10, 9 },
		{ "transcript", "transcript", 11, 10 },
		{ "", "", 1, 0 },
		{ "x", "", 1, 0 },
	};
	struct sspseal_bind b;
	struct end one, two;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		ASSERT_TRUE(end_make(&one, self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, 0));
		ASSERT_TRUE(end_make(&two, self->fd, SSPSEAL_ROLE_ACCEPTOR,
				     ALL_SERVICES, 0));
		b = bind_args(one.handle, ALL_SERVICES, two.salt);
		b.binding = (uintptr_t)row[i].a;
		b.binding_size = row[i].a_size;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
		b = bind_args(two.handle, ALL_SERVICES, one.salt);
		b.binding = (uintptr_t)row[i].b;
		b.binding_size = row[i].b_size;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
		EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &one, &two))
			TH_LOG("row %u", i);
		EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SIGN, &one, &two));
		EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &two, &one));
		EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SIGN, &two, &one));
	}
}

TEST_F(bind, different_salts)
{
	struct end wrong = self->a;

	/* What one end takes for the other's salt is another. */
	wrong.salt[0] ^= 1;
	ASSERT_EQ(0, end_bind(&self->a, &self->b, ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&self->b, &wrong, ALL_SERVICES, 0));
	EXPECT_EQ(S(TOKEN_SALT), carry(SSPSEAL_SEAL, &self->a, &self->b));
	EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &self->b, &self->a));
}

TEST_F(bind, different_suites)
{
	struct sspseal_bind b = bind_args(self->b.handle, ALL_SERVICES,
					  self->a.salt);

	b.suite = SSPSEAL_SUITE_AES_128_GCM;
	ASSERT_EQ(0, end_bind(&self->a, &self->b, ALL_SERVICES, 0));
	ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
	EXPECT_EQ(S(TOKEN_SUITE), carry(SSPSEAL_SEAL, &self->a, &self->b));
	EXPECT_EQ(S(TOKEN_SUITE), carry(SSPSEAL_SEAL, &self->b, &self->a));
}

TEST_F(bind, different_keys)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_ACCEPTOR,
					      ALL_SERVICES);
	struct sspseal_native native = { };
	struct end other = self->b;

	c.flags = SSPSEAL_CREATE_UNBOUND;
	c.key++;
	c.params = (uintptr_t)&native;
	c.params_size = sizeof(native);
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	other.handle = c.handle;
	memcpy(other.salt, native.salt, sizeof(other.salt));
	ASSERT_EQ(0, end_bind(&self->a, &other, ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&other, &self->a, ALL_SERVICES, 0));
	EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &self->a, &other));
	EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &other, &self->a));
}

TEST_F(bind, same_roles)
{
	struct end other;

	ASSERT_TRUE(end_make(&other, self->fd, SSPSEAL_ROLE_INITIATOR,
			     ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&self->a, &other, ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&other, &self->a, ALL_SERVICES, 0));
	EXPECT_EQ(S(TOKEN_REFLECTED), carry(SSPSEAL_SEAL, &self->a, &other));
}

TEST_F(bind, peer_that_pins)
{
	struct sspseal_native native = { };
	struct end other = { .fd = self->fd };

	other.handle = create_native(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				     ALL_SERVICES, 0, &native);
	ASSERT_NE(0, other.handle);
	memcpy(other.salt, native.salt, sizeof(other.salt));
	ASSERT_EQ(0, end_bind(&self->a, &other, ALL_SERVICES, 0));
	EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &self->a, &other));
	EXPECT_EQ(S(ALTERED), carry(SSPSEAL_SEAL, &other, &self->a));
}

/* ---- recordings ---- */

#define RECORDED	5

static bool record(const struct end *from, const struct end *to,
		   struct letter *record)
{
	struct letter l;
	unsigned int i;

	for (i = 0; i < RECORDED; i++) {
		memset(record[i].data, i, CB);
		if (simple_call(from->fd, SSPSEAL_SEAL, from->handle,
				record[i].token, record[i].data, CB))
			return false;
		l = record[i];
		if (simple_call(to->fd, SSPSEAL_UNSEAL, to->handle, l.token,
				l.data, CB))
			return false;
	}
	return true;
}

/* Who plays a session again has the sender's salt, but the receiver's is new. */
TEST_F(bind, recording_of_a_bound_session)
{
	struct letter l[RECORDED];
	struct end later;
	unsigned int i;

	ASSERT_EQ(0, end_bind(&self->a, &self->b, ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&self->b, &self->a, ALL_SERVICES, 0));
	ASSERT_TRUE(record(&self->a, &self->b, l));
	ASSERT_TRUE(end_make(&later, self->fd, SSPSEAL_ROLE_ACCEPTOR,
			     ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&later, &self->a, ALL_SERVICES, 0));
	for (i = 0; i < RECORDED; i++)
		EXPECT_EQ(S(ALTERED), simple_refused(self->fd, SSPSEAL_UNSEAL,
						     later.handle, l[i].token,
						     l[i].data, CB));
}

/* What the header warns of: a reused key, without UNBOUND. */
TEST_F(bind, recording_of_a_pinned_session)
{
	struct end a = { .fd = self->fd }, b = { .fd = self->fd };
	struct letter l[RECORDED];
	unsigned int i;
	__u32 later;

	a.handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				  ALL_SERVICES);
	b.handle = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				  ALL_SERVICES);
	later = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
	ASSERT_TRUE(a.handle && b.handle && later);
	ASSERT_TRUE(record(&a, &b, l));
	for (i = 0; i < RECORDED; i++) {
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, later,
					 l[i].token, l[i].data, CB));
		EXPECT_TRUE(all_bytes(l[i].data, i, CB));
	}
}

/* ---- many at once ---- */

struct binder {
	int fd;
	struct sspseal_bind b;
	__u8 binding;
	int status;
};

static void bind_once(void *job)
{
	struct binder *binder = job;

	binder->status = call(binder->fd, SSPSEAL_BIND, &binder->b);
}

/* Each with a binding of its own: one wins, and the keys are his. */
TEST_F(bind, threads)
{
	struct binder binders[THREADS];
	unsigned int i, round, won, late;
	struct peer peer;
	struct letter l;
	struct end e;

	for (round = 0; round < rounds(25); round++) {
		struct sspseal_buffer b[] = {
			buffer(TOKEN, l.token, TOKEN_SIZE),
			buffer(DATA, l.data, CB),
		};

		ASSERT_TRUE(end_with_peer(&e, &peer, self->fd,
					  SSPSEAL_ROLE_INITIATOR));
		for (i = 0; i < THREADS; i++) {
			struct binder *binder = &binders[i];

			binder->fd = self->fd;
			binder->binding = i;
			binder->b = bind_args(e.handle, ALL_SERVICES,
					      peer.salt);
			binder->b.binding = (uintptr_t)&binder->binding;
			binder->b.binding_size = 1;
		}
		ASSERT_TRUE(team_run(binders, sizeof(*binders), THREADS,
				     bind_once));
		won = THREADS;
		late = 0;
		for (i = 0; i < THREADS; i++) {
			if (!binders[i].status)
				won = i;
			late += binders[i].status == S(ALREADY_BOUND);
		}
		EXPECT_EQ(THREADS - 1, late);
		ASSERT_NE(THREADS, won);
		peer_bind(&peer, e.salt, &binders[won].binding, 1);
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, e.handle, b,
					  2));
		EXPECT_TRUE(peer_unprotect(&peer, b, 2));
		EXPECT_EQ(0, destroy(self->fd, e.handle));
	}
}

/* A thread that signs as soon as it may. */
struct eager {
	const struct end *end;
	struct letter l;
	unsigned int refused;
	/* For who binds: microseconds. */
	unsigned int delay;
	int status;
};

static void sign_when_bound(void *job)
{
	struct eager *e = job;

	for (;; e->refused++) {
		e->status = simple_call(e->end->fd, SSPSEAL_SIGN,
					e->end->handle, e->l.token, e->l.data,
					CB);
		if (e->status != S(NOT_BOUND))
			return;
	}
}

static void bind_soon(void *job)
{
	struct eager *e = job;

	usleep(e->delay);
	e->status = end_bind(e->end, e->end + 1, I, 0);
}

static void eager_work(void *job)
{
	struct eager *e = job;

	if (e->l.data[0])
		bind_soon(e);
	else
		sign_when_bound(e);
}

/* Before BIND a message is refused, after it protected: nothing in between. */
TEST_F(bind, threads_that_sign)
{
	struct end ends[2];
	struct eager jobs[4];
	unsigned int i, round, refused = 0, at_once = 0;
	struct peer peer;

	for (round = 0; round < rounds(100); round++) {
		ASSERT_TRUE(end_with_peer(&ends[0], &peer, self->fd,
					  SSPSEAL_ROLE_INITIATOR));
		memcpy(ends[1].salt, peer.salt, sizeof(peer.salt));
		peer_bind(&peer, ends[0].salt, NULL, 0);
		memset(jobs, 0, sizeof(jobs));
		for (i = 0; i < ARRAY_SIZE(jobs); i++)
			jobs[i].end = ends;
		/* The first binds. */
		jobs[0].l.data[0] = 1;
		jobs[0].delay = pick(300);
		ASSERT_TRUE(team_run(jobs, sizeof(*jobs), ARRAY_SIZE(jobs),
				     eager_work));
		EXPECT_EQ(0, jobs[0].status);
		for (i = 1; i < ARRAY_SIZE(jobs); i++) {
			struct sspseal_buffer b[] = {
				buffer(TOKEN, jobs[i].l.token, TOKEN_SIZE),
				buffer(DATA, jobs[i].l.data, CB),
			};

			refused += jobs[i].refused != 0;
			at_once += !jobs[i].refused;
			EXPECT_EQ(0, jobs[i].status);
			EXPECT_EQ(TOKEN_SIGNATURE, jobs[i].l.token[2]);
			EXPECT_TRUE(peer_unprotect(&peer, b, 2));
		}
		EXPECT_EQ(0, destroy(self->fd, ends[0].handle));
	}
	TH_LOG("%u were refused before, %u were not", refused, at_once);
	EXPECT_NE(0, refused);
}

struct asker {
	const struct end *end;
	bool done;
	int ready;
};

static void ask(void *job)
{
	struct asker *asker = job;

	asker->ready = ready(asker->end);
	__atomic_store_n(&asker->done, true, __ATOMIC_RELEASE);
}

/* A binding that takes its time to be read keeps nobody else waiting. */
TEST_F(bind, query_while_the_binding_is_read)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	size_t page = sysconf(_SC_PAGESIZE);
	struct binder binder = { .fd = self->fd, .status = BROKEN };
	struct asker asker = { .end = &self->a };
	struct team binding, asking;
	__u8 zeroes[65536] = { };
	unsigned int tries;
	void *missing;
	int fd;

	missing = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, missing);
	fd = pages_missing(missing, page);
	if (fd < 0)
		SKIP(return, "no userfaultfd");
	binder.b = bind_args(self->a.handle, ALL_SERVICES, self->b.salt);
	binder.b.binding = (uintptr_t)missing;
	binder.b.binding_size = 1;
	ASSERT_TRUE(team_start(&binding, &binder, sizeof(binder), 1,
			       bind_once));
	EXPECT_TRUE(pages_await(fd, 1));
	ASSERT_TRUE(team_start(&asking, &asker, sizeof(asker), 1, ask));
	for (tries = 0; tries < 500 * slowness(); tries++) {
		if (__atomic_load_n(&asker.done, __ATOMIC_ACQUIRE))
			break;
		nanosleep(&pause, NULL);
	}
	EXPECT_GT(500 * slowness(), tries);
	ASSERT_TRUE(page_give(fd, missing, zeroes));
	team_join(&asking);
	team_join(&binding);
	EXPECT_EQ(0, asker.ready);
	EXPECT_EQ(0, binder.status);
	EXPECT_EQ(1, ready(&self->a));
}

/* ---- keys ---- */

/* The kernel at one end, OpenSSL at the other. */
FIXTURE(keys)
{
	int fd;
	struct end e;
	struct peer peer;
};

FIXTURE_VARIANT(keys)
{
	__u32 suite;
	/* The kernel's. */
	__u32 role;
};

FIXTURE_VARIANT_ADD(keys, aes_256_gcm)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, .role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(keys, aes_256_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM, .role = SSPSEAL_ROLE_ACCEPTOR,
};

FIXTURE_VARIANT_ADD(keys, aes_128_gcm)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, .role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(keys, aes_128_gcm_acceptor)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM, .role = SSPSEAL_ROLE_ACCEPTOR,
};

FIXTURE_VARIANT_ADD(keys, chacha20_poly1305)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305,
	.role = SSPSEAL_ROLE_INITIATOR,
};

FIXTURE_VARIANT_ADD(keys, chacha20_poly1305_acceptor)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305,
	.role = SSPSEAL_ROLE_ACCEPTOR,
};

FIXTURE_SETUP(keys)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(end_with_peer(&self->e, &self->peer, self->fd,
				  variant->role));
	self->peer.suite = variant->suite;
}

FIXTURE_TEARDOWN(keys)
{
	close(self->fd);
}

/* A message each way: sealed, wrapped or signed. */
static bool both_ways(const struct end *e, struct peer *peer,
		      unsigned long cmd, __u32 qop)
{
	__u8 token[TOKEN_SIZE], head[7], data[CB], plain[CB];
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, head, sizeof(head)),
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m = message(e->handle, b, 3);
	bool sign = cmd == SSPSEAL_SIGN;
	__u8 flags = sign ? TOKEN_SIGNATURE : qop ? 0 : TOKEN_CONFIDENTIAL;

	fill(head, sizeof(head));
	fill(plain, sizeof(plain));
	memcpy(data, plain, sizeof(data));
	m.qop = qop;
	if (call(e->fd, cmd, &m) || !peer_unprotect(peer, b, 3) ||
	    memcmp(data, plain, sizeof(data)))
		return false;
	return peer_protect(peer, flags, b, 3) &&
	       !call(e->fd, sign ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL, &m) &&
	       !memcmp(data, plain, sizeof(data));
}

TEST_F(keys, openssl)
{
	static const __u32 size[] = { 0, 1, 24, 63, 64, 65, 1000, 4096 };
	__u8 binding[SSPSEAL_BINDING_MAX];
	struct sspseal_bind b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		ASSERT_TRUE(end_with_peer(&self->e, &self->peer, self->fd,
					  variant->role));
		self->peer.suite = variant->suite;
		fill(binding, size[i]);
		peer_bind(&self->peer, self->e.salt, binding, size[i]);
		b = bind_args(self->e.handle, ALL_SERVICES, self->peer.salt);
		b.suite = variant->suite;
		b.binding = (uintptr_t)binding;
		b.binding_size = size[i];
		ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
		EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL, 0))
			TH_LOG("binding of %u bytes", size[i]);
		EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL,
				      SSPSEAL_QOP_NO_ENCRYPT));
		EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SIGN, 0));
		EXPECT_EQ(0, destroy(self->fd, self->e.handle));
	}
}

/* The suite that was agreed on is the only one, in both directions. */
TEST_F(keys, only_suite)
{
	struct sspseal_bind b = bind_args(self->e.handle, ALL_SERVICES,
					  self->peer.salt);
	struct letter l = { };
	struct sspseal_buffer buffers[] = {
		buffer(TOKEN, l.token, TOKEN_SIZE),
		buffer(DATA, l.data, CB),
	};
	struct sspseal_message m = message(self->e.handle, buffers, 2);
	struct sspseal_query q;
	struct sspseal_info f;
	__u32 suite;

	b.suite = variant->suite;
	peer_bind(&self->peer, self->e.salt, NULL, 0);
	ASSERT_EQ(0, call(self->fd, SSPSEAL_BIND, &b));
	ASSERT_EQ(0, query(self->fd, self->e.handle, &q));
	ASSERT_EQ(0, info(self->fd, variant->suite, &f));
	EXPECT_EQ(SSPSEAL_SUITE_BIT(variant->suite), q.suites);
	EXPECT_EQ(variant->suite, q.default_suite);
	EXPECT_STREQ(f.driver, q.driver);

	for (suite = 1; suite <= 3; suite++) {
		if (suite == variant->suite)
			continue;
		m.qop = SSPSEAL_QOP_SUITE(suite);
		EXPECT_EQ(S(QOP_SUITE), refused(self->fd, SSPSEAL_SEAL, &m));
		EXPECT_EQ(S(QOP_SUITE), refused(self->fd, SSPSEAL_SIGN, &m));
		/* Even with the right key for it. */
		self->peer.suite = suite;
		ASSERT_TRUE(peer_protect(&self->peer, TOKEN_CONFIDENTIAL,
					 buffers, 2));
		EXPECT_EQ(S(TOKEN_SUITE), refused(self->fd, SSPSEAL_UNSEAL,
						  &m));
		self->peer.counter--;
	}
	self->peer.suite = variant->suite;
	EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL, 0));
	EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL,
			      SSPSEAL_QOP_SUITE(variant->suite)));
}

/* ---- confirmations ---- */

/* Two contexts bound to each other with CONFIRM. */
FIXTURE(confirm)
{
	int fd;
	struct end a;
	struct end b;
};

FIXTURE_VARIANT(confirm)
{
	__u32 services;
};

FIXTURE_VARIANT_ADD(confirm, integrity) { .services = I };
FIXTURE_VARIANT_ADD(confirm, replay) { .services = SSPSEAL_REPLAY_DETECT };
FIXTURE_VARIANT_ADD(confirm, strict) { .services = SSPSEAL_SEQUENCE_DETECT };
FIXTURE_VARIANT_ADD(confirm, all) { .services = ALL_SERVICES };

static bool pair_make(struct end *a, struct end *b, int fd, __u32 services)
{
	return end_make(a, fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0) &&
	       end_make(b, fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES, 0) &&
	       !end_bind(a, b, services, CONFIRMING) &&
	       !end_bind(b, a, services, CONFIRMING);
}

FIXTURE_SETUP(confirm)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(pair_make(&self->a, &self->b, self->fd,
			      variant->services));
}

FIXTURE_TEARDOWN(confirm)
{
	close(self->fd);
}

static int sign(const struct end *e, struct letter *l)
{
	memset(l->data, 0x5a, CB);
	return simple_call(e->fd, SSPSEAL_SIGN, e->handle, l->token, l->data,
			   CB);
}

static int verify(const struct end *e, struct letter *l)
{
	return simple_call(e->fd, SSPSEAL_VERIFY, e->handle, l->token, l->data,
			   CB);
}

static int verify_refused(const struct end *e, struct letter *l)
{
	return simple_refused(e->fd, SSPSEAL_VERIFY, e->handle, l->token,
			      l->data, CB);
}

static bool is_confirmation(const struct letter *l, bool by_acceptor)
{
	return l->token[TOKEN_AT_FLAGS] ==
	       (TOKEN_SIGNATURE | TOKEN_CONFIRMATION |
		(by_acceptor ? TOKEN_ACCEPTOR : 0)) &&
	       !token_counter(l->token);
}

static bool confirmed(const struct end *a, const struct end *b)
{
	struct letter la, lb;

	return !sign(a, &la) && !sign(b, &lb) && !verify(a, &lb) &&
	       !verify(b, &la) && ready(a) == 1 && ready(b) == 1;
}

/* Nothing passes, and nothing takes a number. */
static bool refuses_all_but_sign(const struct end *e)
{
	struct sspseal_export export = export_args(e->handle,
						   SSPSEAL_RIGHT_SIGN);
	struct letter l = { };

	return simple_refused(e->fd, SSPSEAL_SEAL, e->handle, l.token, l.data,
			      CB) == S(UNCONFIRMED) &&
	       simple_refused(e->fd, SSPSEAL_UNSEAL, e->handle, l.token,
			      l.data, CB) == S(UNCONFIRMED) &&
	       command_refused(e->fd, SSPSEAL_EXPORT, &export, e->handle) ==
	       S(UNCONFIRMED);
}

static bool refuses_sign(const struct end *e)
{
	struct letter l = { };

	return simple_refused(e->fd, SSPSEAL_SIGN, e->handle, l.token, l.data,
			      CB) == S(UNCONFIRMED);
}

TEST_F(confirm, nothing_else_passes)
{
	struct sspseal_message m = message(self->a.handle, NULL, 0);
	struct letter l;

	EXPECT_EQ(0, ready(&self->a));
	EXPECT_TRUE(refuses_all_but_sign(&self->a));
	EXPECT_TRUE(refuses_all_but_sign(&self->b));
	/* That is said before the buffers are looked at. */
	m.qop = 0x40000000;
	EXPECT_EQ(S(UNCONFIRMED), refused(self->fd, SSPSEAL_SEAL, &m));
	EXPECT_EQ(S(UNCONFIRMED), refused(self->fd, SSPSEAL_UNSEAL, &m));
	ASSERT_EQ(0, sign(&self->a, &l));
	EXPECT_EQ(S(UNCONFIRMED), refused(self->fd, SSPSEAL_SIGN, &m));
	EXPECT_EQ(1, sent(self->fd, self->a.handle));
}

enum { A_SIGNS, B_SIGNS, A_VERIFIES, B_VERIFIES, EVENTS };

/* Each event once, and nobody verifies what was not signed yet. */
static bool possible(const unsigned int *order)
{
	unsigned int at[EVENTS] = { }, seen = 0, i;

	for (i = 0; i < EVENTS; i++) {
		at[order[i]] = i;
		seen |= 1 << order[i];
	}
	return seen == (1 << EVENTS) - 1 && at[A_SIGNS] < at[B_VERIFIES] &&
	       at[B_SIGNS] < at[A_VERIFIES];
}

/* Every order of the four events: what passes at each point in between. */
TEST_F(confirm, every_order)
{
	unsigned int code, i, who, tried = 0, order[EVENTS];

	for (code = 0; code < 1 << 2 * EVENTS; code++) {
		bool signs[2] = { }, verifies[2] = { };
		struct letter l[2];
		struct end e[2];

		for (i = 0; i < EVENTS; i++)
			order[i] = code >> 2 * i & 3;
		if (!possible(order))
			continue;
		tried++;
		ASSERT_TRUE(pair_make(&e[0], &e[1], self->fd,
				      variant->services));
		for (i = 0; i < EVENTS; i++) {
			who = order[i] & 1;
			if (order[i] < A_VERIFIES) {
				ASSERT_EQ(0, sign(&e[who], &l[who]));
				EXPECT_TRUE(is_confirmation(&l[who], who));
				signs[who] = true;
			} else {
				ASSERT_EQ(0, verify(&e[who], &l[!who]));
				verifies[who] = true;
			}
			for (who = 0; who < 2; who++) {
				bool both = signs[who] && verifies[who];

				EXPECT_EQ(both, ready(&e[who]))
					TH_LOG("%#x, event %u", code, i);
				EXPECT_EQ(signs[who],
					  sent(self->fd, e[who].handle));
				EXPECT_EQ(verifies[who],
					  received(self->fd, e[who].handle));
				if (both)
					continue;
				EXPECT_TRUE(refuses_all_but_sign(&e[who]));
				if (signs[who])
					EXPECT_TRUE(refuses_sign(&e[who]));
			}
		}
		EXPECT_EQ(0, carry(SSPSEAL_SIGN, &e[0], &e[1]));
		EXPECT_EQ(0, carry(SSPSEAL_SIGN, &e[1], &e[0]));
		if (variant->services & C)
			EXPECT_TRUE(connected(&e[0], &e[1]));
		EXPECT_EQ(0, destroy(self->fd, e[0].handle));
		EXPECT_EQ(0, destroy(self->fd, e[1].handle));
	}
	EXPECT_EQ(6, tried);
}

TEST_F(confirm, empty_data)
{
	__u8 token[2][TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token[0], TOKEN_SIZE),
		buffer(DATA, NULL, 0),
	};

	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->a.handle, b,
				  2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, self->b.handle, b,
				  2));
	b[0].ptr = (uintptr_t)token[1];
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->b.handle, b,
				  2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, self->a.handle, b,
				  2));
	EXPECT_EQ(1, ready(&self->a));
	EXPECT_EQ(1, ready(&self->b));
}

/* What comes before the peer's confirmation is refused, and passes after it. */
TEST_F(confirm, message_before_the_confirmation)
{
	struct letter l[2], other;

	ASSERT_EQ(0, sign(&self->a, &l[0]));
	ASSERT_EQ(0, sign(&self->b, &other));
	ASSERT_EQ(0, verify(&self->a, &other));
	ASSERT_EQ(0, sign(&self->a, &l[1]));
	EXPECT_EQ(1, token_counter(l[1].token));
	EXPECT_EQ(TOKEN_SIGNATURE, l[1].token[TOKEN_AT_FLAGS]);
	EXPECT_EQ(S(UNCONFIRMED), verify_refused(&self->b, &l[1]));
	EXPECT_EQ(0, verify(&self->b, &l[0]));
	EXPECT_EQ(0, verify(&self->b, &l[1]));
}

/* A SIGN that is refused leaves the confirmation to the next. */
TEST_F(confirm, refused_sign)
{
	struct letter l = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l.token, TOKEN_SIZE),
		buffer(DATA, l.data, CB),
	};
	struct sspseal_message m = message(self->a.handle, b, 2);

	m.qop = 0x40000000;
	EXPECT_EQ(S(QOP), refused(self->fd, SSPSEAL_SIGN, &m));
	m.qop = SSPSEAL_QOP_SUITE(2);
	EXPECT_EQ(S(QOP_SUITE), refused(self->fd, SSPSEAL_SIGN, &m));
	m.qop = 0;
	m.nr_buffers = 1;
	EXPECT_EQ(S(NO_DATA), refused(self->fd, SSPSEAL_SIGN, &m));
	m.nr_buffers = 2;
	b[0].cb--;
	EXPECT_EQ(S(TOKEN_TOO_SMALL), refused(self->fd, SSPSEAL_SIGN, &m));
	b[0].cb++;
	b[1].ptr = (uintptr_t)fence();
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_SIGN, &m));
	EXPECT_EQ(0, sent(self->fd, self->a.handle));
	EXPECT_TRUE(confirmed(&self->a, &self->b));
}

/* A bit of each byte of the token, and of DATA. */
TEST_F(confirm, altered)
{
	struct letter l, other;
	unsigned int i;
	__u8 *byte;

	ASSERT_EQ(0, sign(&self->a, &l));
	ASSERT_EQ(0, sign(&self->b, &other));
	for (i = 0; i < sizeof(l); i++) {
		byte = (__u8 *)&l + i;
		*byte ^= 0x10;
		EXPECT_LT(0, verify_refused(&self->b, &l))
			TH_LOG("byte %u", i);
		*byte ^= 0x10;
	}
	EXPECT_EQ(0, ready(&self->b));
	EXPECT_EQ(0, verify(&self->b, &l));
	EXPECT_EQ(1, ready(&self->b));
}

TEST_F(confirm, callers_number)
{
	struct letter l = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l.token, TOKEN_SIZE),
		buffer(DATA, l.data, CB),
	};
	struct sspseal_message m = message(self->a.handle, b, 2);

	m.sequence = 7;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SIGN, &m));
	m = message(self->b.handle, b, 2);
	m.sequence = 8;
	EXPECT_EQ(S(CALLER_SEQUENCE), refused(self->fd, SSPSEAL_VERIFY, &m));
	m.sequence = 7;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_VERIFY, &m));
}

/* Whatever the services: there is one confirmation. */
TEST_F(confirm, twice)
{
	struct letter l, other;

	ASSERT_EQ(0, sign(&self->a, &l));
	ASSERT_EQ(0, verify(&self->b, &l));
	EXPECT_EQ(S(REPLAYED), verify_refused(&self->b, &l));
	ASSERT_EQ(0, sign(&self->b, &other));
	EXPECT_EQ(1, ready(&self->b));
	EXPECT_EQ(S(REPLAYED), verify_refused(&self->b, &l));
	ASSERT_EQ(0, verify(&self->a, &other));
	EXPECT_EQ(0, carry(SSPSEAL_SIGN, &self->a, &self->b));
	EXPECT_EQ(S(REPLAYED), verify_refused(&self->b, &l));
	EXPECT_EQ(0, carry(SSPSEAL_SIGN, &self->a, &self->b));
}

TEST_F(confirm, reflected)
{
	struct letter l;

	ASSERT_EQ(0, sign(&self->a, &l));
	EXPECT_EQ(S(TOKEN_REFLECTED), verify_refused(&self->a, &l));
	EXPECT_EQ(0, verify(&self->b, &l));
}

/* Only one end wants confirmations: neither takes the other's messages. */
TEST_F(confirm, at_one_end_only)
{
	struct end a, b;
	struct letter l;

	ASSERT_TRUE(end_make(&a, self->fd, SSPSEAL_ROLE_INITIATOR,
			     ALL_SERVICES, 0));
	ASSERT_TRUE(end_make(&b, self->fd, SSPSEAL_ROLE_ACCEPTOR,
			     ALL_SERVICES, 0));
	ASSERT_EQ(0, end_bind(&a, &b, variant->services, CONFIRMING));
	ASSERT_EQ(0, end_bind(&b, &a, variant->services, 0));
	ASSERT_EQ(0, sign(&a, &l));
	EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&b, &l));
	ASSERT_EQ(0, sign(&b, &l));
	EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&a, &l));
	ASSERT_EQ(0, sign(&b, &l));
	EXPECT_EQ(S(UNCONFIRMED), verify_refused(&a, &l));
	EXPECT_EQ(0, ready(&a));
}

/* One call for both ends, and for the first message after it. */
TEST_F(confirm, batch)
{
	static const struct {
		__u32 command;
		unsigned int end;
		unsigned int letter;
	} row[] = {
		{ SSPSEAL_SIGN, 0, 0 },
		{ SSPSEAL_SIGN, 0, 2 },
		{ SSPSEAL_SIGN, 1, 1 },
		{ SSPSEAL_VERIFY, 1, 0 },
		{ SSPSEAL_VERIFY, 0, 1 },
		{ SSPSEAL_SIGN, 0, 2 },
		{ SSPSEAL_VERIFY, 1, 2 },
	};
	struct sspseal_operation o[ARRAY_SIZE(row)] = { };
	const struct end *ends[] = { &self->a, &self->b };
	struct sspseal_buffer b[3][2];
	struct letter l[3] = { };
	struct sspseal_batch batch = {
		.size = sizeof(batch),
		.operations = (uintptr_t)o,
		.stride = sizeof(*o),
		.nr = ARRAY_SIZE(row),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(l); i++) {
		b[i][0] = buffer(TOKEN, l[i].token, TOKEN_SIZE);
		b[i][1] = buffer(DATA, l[i].data, CB);
	}
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		o[i].command = row[i].command;
		o[i].message = message(ends[row[i].end]->handle,
				       b[row[i].letter], 2);
	}
	ASSERT_EQ(0, call(self->fd, SSPSEAL_BATCH, &batch));
	EXPECT_EQ(ARRAY_SIZE(row), batch.done);
	for (i = 0; i < ARRAY_SIZE(row); i++)
		EXPECT_EQ(i == 1 ? S(UNCONFIRMED) : S(OK), o[i].message.status)
			TH_LOG("operation %u", i);
	EXPECT_EQ(1, ready(&self->a));
	EXPECT_EQ(1, ready(&self->b));
	EXPECT_EQ(1, token_counter(l[2].token));
}

/* There is no second confirmation: without the first, nothing can follow. */
#define BURNED() do {							\
	struct sspseal_query q;						\
	struct letter l;						\
									\
	EXPECT_EQ(0, query(self->fd, self->a.handle, &q));		\
	EXPECT_EQ(1, q.expired);					\
	EXPECT_EQ(0, q.ready);						\
	EXPECT_EQ(1, q.sent);						\
	EXPECT_TRUE(refuses_all_but_sign(&self->a));			\
	EXPECT_TRUE(refuses_sign(&self->a));				\
	EXPECT_EQ(0, sign(&self->b, &l));				\
	EXPECT_EQ(S(EXPIRED), verify_refused(&self->a, &l));		\
	EXPECT_EQ(0, destroy(self->fd, self->a.handle));		\
} while (0)

TEST_F(confirm, burned_by_its_token)
{
	__u8 token[TOKEN_SIZE] = { }, data[CB] = { };

	EXPECT_EQ(S(FAULT_AFTER_COMMIT),
		  simple_call(self->fd, SSPSEAL_SIGN, self->a.handle,
			      make_readonly(token, sizeof(token)), data, CB));
	BURNED();
}

TEST_F(confirm, burned_by_its_struct)
{
	struct letter l = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l.token, TOKEN_SIZE),
		buffer(DATA, l.data, CB),
	};
	struct sspseal_message m = message(self->a.handle, b, 2);

	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_SIGN,
			    make_readonly(&m, sizeof(m))));
	EXPECT_EQ(EFAULT, errno);
	BURNED();
}

/* A thread that makes or checks one signature. */
struct signer {
	const struct end *end;
	struct letter l;
	int (*act)(const struct end *e, struct letter *l);
	int status;
};

static void sign_once(void *job)
{
	struct signer *s = job;

	s->status = s->act(s->end, &s->l);
}

static void signers_make(struct signer *s, unsigned int nr,
			 const struct end *end, const struct letter *l,
			 int (*act)(const struct end *e, struct letter *l))
{
	for (; nr--; s++) {
		*s = (struct signer) { .end = end, .act = act };
		if (l)
			s->l = *l;
	}
}

static unsigned int how_many(const struct signer *s, unsigned int nr,
			     int status)
{
	unsigned int sum = 0;

	for (; nr--; s++)
		sum += s->status == status;
	return sum;
}

#define ROUNDS	25

TEST_F(confirm, threads_that_sign)
{
	struct signer s[THREADS];
	unsigned int round, i;
	struct end a, b;

	for (round = 0; round < rounds(ROUNDS); round++) {
		ASSERT_TRUE(pair_make(&a, &b, self->fd, variant->services));
		signers_make(s, THREADS, &a, NULL, sign);
		ASSERT_TRUE(team_run(s, sizeof(*s), THREADS, sign_once));
		EXPECT_EQ(1, how_many(s, THREADS, S(OK)));
		EXPECT_EQ(THREADS - 1, how_many(s, THREADS, S(UNCONFIRMED)));
		EXPECT_EQ(1, sent(self->fd, a.handle));
		for (i = 0; i < THREADS; i++) {
			if (!s[i].status) {
				EXPECT_EQ(0, verify(&b, &s[i].l));
			} else {
				EXPECT_TRUE(all_bytes(s[i].l.token, 0,
						      TOKEN_SIZE));
			}
		}
		EXPECT_EQ(0, destroy(self->fd, a.handle));
		EXPECT_EQ(0, destroy(self->fd, b.handle));
	}
}

TEST_F(confirm, threads_that_verify)
{
	struct signer s[THREADS];
	unsigned int round;
	struct end a, b;
	struct letter l;

	for (round = 0; round < rounds(ROUNDS); round++) {
		ASSERT_TRUE(pair_make(&a, &b, self->fd, variant->services));
		ASSERT_EQ(0, sign(&a, &l));
		signers_make(s, THREADS, &b, &l, verify);
		ASSERT_TRUE(team_run(s, sizeof(*s), THREADS, sign_once));
		EXPECT_EQ(1, how_many(s, THREADS, S(OK)));
		EXPECT_EQ(THREADS - 1, how_many(s, THREADS, S(REPLAYED)));
		EXPECT_EQ(1, received(self->fd, b.handle));
		EXPECT_EQ(0, destroy(self->fd, a.handle));
		EXPECT_EQ(0, destroy(self->fd, b.handle));
	}
}

/* Its own and the peer's at the same moment: it is ready after both. */
TEST_F(confirm, threads_that_sign_and_verify)
{
	struct signer s[2];
	unsigned int round;
	struct end a, b;
	struct letter l;

	for (round = 0; round < rounds(2 * ROUNDS); round++) {
		ASSERT_TRUE(pair_make(&a, &b, self->fd, variant->services));
		ASSERT_EQ(0, sign(&a, &l));
		signers_make(&s[0], 1, &b, NULL, sign);
		signers_make(&s[1], 1, &b, &l, verify);
		ASSERT_TRUE(team_run(s, sizeof(*s), 2, sign_once));
		EXPECT_EQ(2, how_many(s, 2, S(OK)));
		EXPECT_EQ(1, ready(&b));
		EXPECT_EQ(0, verify(&a, &s[0].l));
		EXPECT_EQ(1, ready(&a));
		EXPECT_EQ(0, destroy(self->fd, a.handle));
		EXPECT_EQ(0, destroy(self->fd, b.handle));
	}
}

/* ---- tokens that no kernel would make ---- */

/* A kernel context that accepts, bound with CONFIRM to OpenSSL. */
FIXTURE(crafted)
{
	int fd;
	struct end e;
	struct peer peer;
};

FIXTURE_VARIANT(crafted)
{
	__u32 services;
};

FIXTURE_VARIANT_ADD(crafted, integrity) { .services = C | I };
FIXTURE_VARIANT_ADD(crafted, all) { .services = ALL_SERVICES };

FIXTURE_SETUP(crafted)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(end_with_peer(&self->e, &self->peer, self->fd,
				  SSPSEAL_ROLE_ACCEPTOR));
	ASSERT_EQ(0, end_bind_peer(&self->e, &self->peer, variant->services,
				   CONFIRMING));
}

FIXTURE_TEARDOWN(crafted)
{
	close(self->fd);
}

/* Protects a letter with this number and these flags. */
static bool craft(struct peer *peer, __u64 counter, __u8 flags,
		  struct letter *l)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l->token, TOKEN_SIZE),
		buffer(DATA, l->data, CB),
	};

	fill(l->data, CB);
	peer->counter = counter;
	return peer_protect(peer, flags, b, 2);
}

static int unseal_refused(const struct end *e, struct letter *l)
{
	return simple_refused(e->fd, SSPSEAL_UNSEAL, e->handle, l->token,
			      l->data, CB);
}

/* Both confirmations, one made here and one there. */
static bool confirmed_with_peer(const struct end *e, struct peer *peer)
{
	struct letter l;
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l.token, TOKEN_SIZE),
		buffer(DATA, l.data, CB),
	};

	return !sign(e, &l) && is_confirmation(&l, true) &&
	       peer_unprotect(peer, b, 2) &&
	       craft(peer, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION, &l) &&
	       !verify(e, &l) && ready(e) == 1;
}

TEST_F(crafted, confirmation)
{
	EXPECT_TRUE(confirmed_with_peer(&self->e, &self->peer));
	EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL, 0));
	EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SIGN, 0));
}

TEST_F(crafted, number_zero_without_the_flag)
{
	struct letter l;
	int i;

	/* First before the confirmations, then after them. */
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(craft(&self->peer, 0, TOKEN_SIGNATURE, &l));
		EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&self->e, &l));
		ASSERT_TRUE(craft(&self->peer, 0, TOKEN_CONFIDENTIAL, &l));
		EXPECT_EQ(i ? S(TOKEN_CONFIRMATION) : S(UNCONFIRMED),
			  unseal_refused(&self->e, &l));
		ASSERT_TRUE(craft(&self->peer, 0, 0, &l));
		EXPECT_EQ(i ? S(TOKEN_CONFIRMATION) : S(UNCONFIRMED),
			  unseal_refused(&self->e, &l));
		if (!i)
			ASSERT_TRUE(confirmed_with_peer(&self->e,
							&self->peer));
	}
}

TEST_F(crafted, flag_with_another_number)
{
	static const __u64 number[] = { 1, 2, 256, 1ULL << 32, 1ULL << 39 };
	struct letter l;
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(number); i++) {
		if (i == ARRAY_SIZE(number))
			ASSERT_TRUE(confirmed_with_peer(&self->e,
							&self->peer));
		ASSERT_TRUE(craft(&self->peer, number[i % ARRAY_SIZE(number)],
				  TOKEN_SIGNATURE | TOKEN_CONFIRMATION, &l));
		EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&self->e, &l))
			TH_LOG("number %llu", token_counter(l.token));
	}
}

TEST_F(crafted, flag_without_a_signature)
{
	static const __u8 flags[] = {
		TOKEN_CONFIRMATION, TOKEN_CONFIRMATION | TOKEN_CONFIDENTIAL,
		TOKEN_CONFIRMATION | TOKEN_CONFIDENTIAL | TOKEN_SIGNATURE,
	};
	struct letter l;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		ASSERT_TRUE(craft(&self->peer, 0, flags[i], &l));
		EXPECT_EQ(S(TOKEN_FLAGS), verify_refused(&self->e, &l));
	}
	ASSERT_TRUE(confirmed_with_peer(&self->e, &self->peer));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		ASSERT_TRUE(craft(&self->peer, i, flags[i], &l));
		EXPECT_EQ(S(TOKEN_FLAGS), unseal_refused(&self->e, &l));
		EXPECT_EQ(S(TOKEN_FLAGS), verify_refused(&self->e, &l));
	}
	/* With one, but to UNSEAL. */
	ASSERT_TRUE(craft(&self->peer, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	EXPECT_EQ(S(TOKEN_KIND), unseal_refused(&self->e, &l));
}

/* Not the first one again, but another, with other DATA. */
TEST_F(crafted, second_confirmation)
{
	struct letter l;

	ASSERT_TRUE(craft(&self->peer, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	ASSERT_EQ(0, verify(&self->e, &l));
	ASSERT_TRUE(craft(&self->peer, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	EXPECT_EQ(S(REPLAYED), verify_refused(&self->e, &l));
	ASSERT_EQ(0, sign(&self->e, &l));
	ASSERT_EQ(1, ready(&self->e));
	ASSERT_TRUE(craft(&self->peer, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	EXPECT_EQ(S(REPLAYED), verify_refused(&self->e, &l));
	self->peer.counter = 1;
	EXPECT_TRUE(both_ways(&self->e, &self->peer, SSPSEAL_SEAL, 0));
}

TEST_F(crafted, receiver_without_confirm)
{
	struct end bound, pinned = { .fd = self->fd };
	struct peer to_bound, to_pinned;
	struct letter l;

	ASSERT_TRUE(end_with_peer(&bound, &to_bound, self->fd,
				  SSPSEAL_ROLE_ACCEPTOR));
	ASSERT_EQ(0, end_bind_peer(&bound, &to_bound, variant->services, 0));
	ASSERT_TRUE(craft(&to_bound, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&bound, &l));
	ASSERT_TRUE(craft(&to_bound, 0, TOKEN_SIGNATURE, &l));
	EXPECT_EQ(0, verify(&bound, &l));

	pinned.handle = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				       variant->services);
	ASSERT_NE(0, pinned.handle);
	ASSERT_TRUE(peer_init(&to_pinned, SSPSEAL_ROLE_INITIATOR, test_key,
			      TEST_KEY_SIZE));
	ASSERT_TRUE(craft(&to_pinned, 0, TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
			  &l));
	EXPECT_EQ(S(TOKEN_CONFIRMATION), verify_refused(&pinned, &l));
	ASSERT_TRUE(craft(&to_pinned, 0, TOKEN_SIGNATURE, &l));
	EXPECT_EQ(0, verify(&pinned, &l));
}

TEST_HARNESS_MAIN

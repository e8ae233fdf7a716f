// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands whose caller's memory comes late: while one waits to write its struct,
 * or to read what the struct points to, others destroy, revoke and close what it
 * is about. It finishes as if it had been faster, and holds nobody up. What SEAL
 * does is tested in lifecycle.c.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define EXPORTED	SSPSEAL_EXPORTED_HANDLE
#define CB		100

FIXTURE(late)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	/* The struct lies here: @watch holds up who writes to it. */
	__u8 *page;
	int watch;
	/* Whoever reads this waits for @missing. */
	__u8 *absent;
	int missing;
	struct waiting_call w;
};

FIXTURE_SETUP(late)
{
	self->page = page_new();
	ASSERT_NE(NULL, self->page);
	memset(self->page, 0, PAGE);
	self->watch = page_watch(self->page);
	self->absent = page_new();
	self->missing = pages_missing(self->absent, PAGE);
	if (self->watch < 0 || self->missing < 0)
		SKIP(return, "no userfaultfd");
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(late)
{
	close(self->fd);
	EXPECT_TRUE(no_context_is_left());
}

/* @arg must be a struct in the page if the writing of it is to wait. */
#define BEGINS(fd_, cmd_, arg_, watch_) do {				\
	self->w = (struct waiting_call) {				\
		.fd = (fd_), .cmd = (cmd_), .arg = (arg_),		\
	};								\
	ASSERT_TRUE(call_begin(&self->w, watch_));			\
} while (0)

#define BEGINS_TO_WRITE(fd_, cmd_, value) do {				\
	memcpy(self->page, &(value), sizeof(value));			\
	ASSERT_TRUE(page_protect(self->watch, self->page, true));		\
	BEGINS(fd_, cmd_, self->page, self->watch);			\
} while (0)

#define FINISHES_WRITING() do {						\
	ASSERT_TRUE(page_protect(self->watch, self->page, false));		\
	call_end(&self->w);						\
} while (0)

#define FINISHES_READING_OF(content) do {				\
	ASSERT_TRUE(page_give(self->missing, self->absent, content));	\
	call_end(&self->w);						\
} while (0)

#define FINISHES_READING() do {						\
	static const __u8 zeroes[PAGE];					\
									\
	FINISHES_READING_OF(zeroes);					\
} while (0)

static int seal(int fd, __u32 handle)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };

	return simple_call(fd, SSPSEAL_SEAL, handle, token, data, CB);
}

/* ---- CREATE ---- */

/* Nobody can use a handle whose number was not told yet. */
TEST_F(late, create_is_not_there_before)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	struct sspseal_create *made = (void *)self->page;
	__u32 next = self->acceptor + 1;

	BEGINS_TO_WRITE(self->fd, SSPSEAL_CREATE, c);
	EXPECT_EQ(S(NO_HANDLE), seal(self->fd, next));
	EXPECT_EQ(S(NO_HANDLE), destroy(self->fd, next));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(next, made->handle);
	EXPECT_TRUE(carries(self->fd, next, self->fd, self->acceptor));
}

/* Others get other numbers meanwhile. */
TEST_F(late, create_beside_others)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	struct sspseal_create *made = (void *)self->page;
	__u32 other;

	BEGINS_TO_WRITE(self->fd, SSPSEAL_CREATE, c);
	other = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	EXPECT_EQ(self->acceptor + 2, other);
	EXPECT_EQ(0, destroy(self->fd, other));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(self->acceptor + 1, made->handle);
	EXPECT_TRUE(carries(self->fd, made->handle, self->fd, self->acceptor));
}

/* One that fails after others got later numbers gives its place back. */
TEST_F(late, create_that_fails_beside_others)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	__u32 failed = self->acceptor + 1, other;

	BEGINS_TO_WRITE(self->fd, SSPSEAL_CREATE, c);
	other = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	EXPECT_EQ(failed + 1, other);
	EXPECT_EQ(4, fdinfo_number(self->fd, "sspseal-handles"));
	ASSERT_EQ(0, munmap(self->page, PAGE));
	close(self->watch);
	call_end(&self->w);
	EXPECT_EQ(-EFAULT, self->w.error);
	EXPECT_EQ(3, fdinfo_number(self->fd, "sspseal-handles"));
	EXPECT_EQ(S(ALREADY_DESTROYED), seal(self->fd, failed));
	EXPECT_EQ(failed + 2, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					     SERVICES));
	EXPECT_TRUE(carries(self->fd, other, self->fd, self->acceptor));
}

TEST_F(late, key_of_a_closed_file)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);

	c.key = (uintptr_t)self->absent;
	BEGINS(self->fd, SSPSEAL_CREATE, &c, self->missing);
	EXPECT_EQ(0, close(self->fd));
	FINISHES_READING();
	EXPECT_EQ(0, self->w.error);
}

/* ---- BIND, QUERY, DESTROY ---- */

TEST_F(late, bind_is_done_once)
{
	struct sspseal_native native = { };
	__u8 peer[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_bind b;
	__u32 handle;

	handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
			       SSPSEAL_CREATE_UNBOUND, &native);
	ASSERT_NE(0, handle);
	b = bind_args(handle, SERVICES, peer);
	BEGINS_TO_WRITE(self->fd, SSPSEAL_BIND, b);
	EXPECT_EQ(S(ALREADY_BOUND), call(self->fd, SSPSEAL_BIND, &b));
	EXPECT_EQ(0, seal(self->fd, handle));
	EXPECT_EQ(0, destroy(self->fd, handle));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
}

TEST_F(late, binding_of_a_destroyed_handle)
{
	struct sspseal_native native = { };
	__u8 peer[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_bind b;
	__u32 handle;

	handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
			       SSPSEAL_CREATE_UNBOUND, &native);
	ASSERT_NE(0, handle);
	b = bind_args(handle, SERVICES, peer);
	b.binding = (uintptr_t)self->absent;
	b.binding_size = CB;
	BEGINS(self->fd, SSPSEAL_BIND, &b, self->missing);
	EXPECT_EQ(0, destroy(self->fd, handle));
	EXPECT_EQ(0, close(self->fd));
	FINISHES_READING();
	EXPECT_EQ(0, self->w.error);
}

TEST_F(late, destroy_is_done_once)
{
	struct sspseal_destroy d = {
		.size = sizeof(d), .handle = self->initiator,
	};

	BEGINS_TO_WRITE(self->fd, SSPSEAL_DESTROY, d);
	EXPECT_EQ(S(ALREADY_DESTROYED), destroy(self->fd, self->initiator));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
}

/* ---- EXPORT and IMPORT ---- */

TEST_F(late, export_of_a_destroyed_handle)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL);
	struct sspseal_export *made = (void *)self->page;

	BEGINS_TO_WRITE(self->fd, SSPSEAL_EXPORT, e);
	EXPECT_EQ(0, destroy(self->fd, self->initiator));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(carries(made->fd, EXPORTED, self->fd, self->acceptor));
	EXPECT_EQ(0, close(made->fd));
}

/* The revoker goes with its file, which nobody has any more. */
TEST_F(late, export_of_a_closed_file)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL);
	struct sspseal_export *made = (void *)self->page;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	BEGINS_TO_WRITE(self->fd, SSPSEAL_EXPORT, e);
	EXPECT_EQ(0, close(self->fd));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(S(REVOKED), seal(made->fd, EXPORTED));
	EXPECT_EQ(0, close(made->fd));
}

TEST_F(late, import_from_a_closed_file)
{
	int fd = export_handle(self->fd, self->initiator, SSPSEAL_RIGHT_SEAL);
	struct sspseal_import i = import_args(fd, 0);
	struct sspseal_import *made = (void *)self->page;

	BEGINS_TO_WRITE(self->fd, SSPSEAL_IMPORT, i);
	EXPECT_EQ(0, close(fd));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(carries(self->fd, made->handle, self->fd, self->acceptor));
}

/* What is being made is revoked with what it is made from. */
TEST_F(late, import_while_it_is_revoked)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL);
	struct sspseal_import *made = (void *)self->page;
	struct sspseal_import i;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	i = import_args(e.fd, 0);
	BEGINS_TO_WRITE(self->fd, SSPSEAL_IMPORT, i);
	EXPECT_EQ(0, destroy(self->fd, e.revoker));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(S(REVOKED), seal(self->fd, made->handle));
	EXPECT_EQ(0, close(e.fd));
}

/* What is made from something that is revoked meanwhile is revoked too. */
TEST_F(late, export_while_it_is_revoked)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL |
					      SSPSEAL_RIGHT_EXPORT);
	struct sspseal_export *made = (void *)self->page;
	struct sspseal_export again;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	again = export_args(EXPORTED, SSPSEAL_RIGHT_SEAL);
	again.flags = SSPSEAL_EXPORT_REVOCABLE;
	BEGINS_TO_WRITE(e.fd, SSPSEAL_EXPORT, again);
	EXPECT_EQ(0, destroy(self->fd, e.revoker));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(S(REVOKED), seal(made->fd, EXPORTED));
	EXPECT_EQ(0, close(made->fd));
	EXPECT_EQ(0, close(e.fd));
}

/* The new file lives on its own. */
TEST_F(late, import_into_a_new_file)
{
	int fd = export_handle(self->fd, self->initiator, SSPSEAL_RIGHT_SEAL);
	struct sspseal_import i = import_args(fd, 0);
	struct sspseal_import *made = (void *)self->page;

	i.flags = SSPSEAL_IMPORT_NEW_FILE;
	BEGINS_TO_WRITE(fd, SSPSEAL_IMPORT, i);
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, destroy(self->fd, self->initiator));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(carries(made->new_fd, made->handle, self->fd,
			    self->acceptor));
	EXPECT_EQ(0, close(made->new_fd));
}

/* ---- messages ---- */

TEST_F(late, unseal_with_a_destroyed_handle)
{
	__u8 token[TOKEN_SIZE], data[PAGE] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, self->absent, CB),
	};
	struct sspseal_message m = message(self->acceptor, b, 2);

	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 token, data, CB));
	BEGINS(self->fd, SSPSEAL_UNSEAL, &m, self->missing);
	EXPECT_EQ(0, destroy(self->fd, self->acceptor));
	EXPECT_EQ(0, close(self->fd));
	FINISHES_READING_OF(data);
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(all_bytes(self->absent, 0, CB));
}

/* What struct and array said when they were read holds to the end. */
TEST_F(late, message_that_changes)
{
	__u8 token[TOKEN_SIZE], other[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, self->absent, CB),
		buffer(PADDING, NULL, 0),
	};
	struct sspseal_message m = message(self->initiator, b, 3);

	memset(other, POISON, sizeof(other));
	BEGINS(self->fd, SSPSEAL_SEAL, &m, self->missing);
	b[0].ptr = (uintptr_t)other;
	b[1] = buffer(DATA, other, CB / 2);
	b[2].type = TOKEN;
	m.handle = self->acceptor;
	m.qop = SSPSEAL_QOP_SUITE(2);
	m.sequence = 1;
	m.nr_buffers = 1;
	FINISHES_READING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(all_bytes(other, POISON, sizeof(other)));
	EXPECT_EQ(0, token_sequence(token));
	EXPECT_EQ(1, token[1]);
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	EXPECT_EQ(0, sent(self->fd, self->acceptor));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 token, self->absent, CB));
	EXPECT_TRUE(all_bytes(self->absent, 0, CB));
}

/* A signature is checked to its end for who may not begin another one. */
TEST_F(late, verify_with_a_revoked_handle)
{
	__u8 token[TOKEN_SIZE], data[PAGE] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, self->absent, PAGE),
	};
	struct sspseal_export e = export_args(self->acceptor,
					      SSPSEAL_RIGHT_VERIFY);
	struct sspseal_message m = message(EXPORTED, b, 2);

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, self->initiator,
				 token, data, PAGE));
	BEGINS(e.fd, SSPSEAL_VERIFY, &m, self->missing);
	EXPECT_EQ(0, destroy(self->fd, e.revoker));
	FINISHES_READING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(1, received(self->fd, self->acceptor));
	EXPECT_EQ(S(REVOKED), call(e.fd, SSPSEAL_VERIFY, &m));
	EXPECT_EQ(0, close(e.fd));
}

/* It was accepted before it could be written, by this call alone. */
TEST_F(late, data_of_a_received_message)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, self->page, CB),
	};
	struct sspseal_message m = message(self->acceptor, b, 2);
	__u8 again[CB];

	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 token, self->page, CB));
	memcpy(again, self->page, CB);
	ASSERT_TRUE(page_protect(self->watch, self->page, true));
	BEGINS(self->fd, SSPSEAL_UNSEAL, &m, self->watch);
	EXPECT_EQ(S(REPLAYED), simple_call(self->fd, SSPSEAL_UNSEAL,
					   self->acceptor, token, again, CB));
	EXPECT_EQ(0, destroy(self->fd, self->acceptor));
	FINISHES_WRITING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_TRUE(all_bytes(self->page, 0, CB));
}

/* Both ends of a context, neither of which has confirmed. */
static bool make_unconfirmed(int fd, __u32 *end)
{
	static const __u32 role[] = {
		SSPSEAL_ROLE_INITIATOR, SSPSEAL_ROLE_ACCEPTOR,
	};
	struct sspseal_native native[2] = { };
	struct sspseal_bind b;
	unsigned int i;

	for (i = 0; i < 2; i++)
		end[i] = create_native(fd, role[i], SERVICES,
				       SSPSEAL_CREATE_UNBOUND, &native[i]);
	for (i = 0; i < 2; i++) {
		b = bind_args(end[i], SERVICES, native[!i].salt);
		b.flags = SSPSEAL_BIND_CONFIRM;
		if (call(fd, SSPSEAL_BIND, &b))
			return false;
	}
	return true;
}

static bool confirms(int fd, __u32 from, __u32 to)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };

	return !simple_call(fd, SSPSEAL_SIGN, from, token, data, CB) &&
	       !simple_call(fd, SSPSEAL_VERIFY, to, token, data, CB);
}

/*
 * Who was let through to confirm does not once another call has, and takes no number:
 * not even that of a usual message if the context is ready by then.
 */
static void overtaken(struct __test_metadata *_metadata,
		      FIXTURE_DATA(late) * self, bool ready)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, self->absent, CB),
		buffer(PADDING, NULL, 1),
	};
	struct sspseal_message m, given;
	struct sspseal_query q;
	__u32 end[2];

	ASSERT_TRUE(make_unconfirmed(self->fd, end));
	memset(token, POISON, sizeof(token));
	m = message(end[0], b, 3);
	given = m;
	BEGINS(self->fd, SSPSEAL_SIGN, &m, self->missing);
	EXPECT_TRUE(confirms(self->fd, end[0], end[1]));
	if (ready)
		EXPECT_TRUE(confirms(self->fd, end[1], end[0]));
	FINISHES_READING();

	EXPECT_EQ(-ENOTCONN, self->w.error);
	EXPECT_EQ(S(UNCONFIRMED), m.status);
	m.status = given.status;
	EXPECT_EQ(0, memcmp(&m, &given, sizeof(m)));
	EXPECT_TRUE(all_bytes(token, POISON, sizeof(token)));
	EXPECT_TRUE(all_bytes(self->absent, 0, CB));
	EXPECT_EQ(TOKEN_SIZE, b[0].cb);
	EXPECT_EQ(1, b[2].cb);
	EXPECT_EQ(1, sent(self->fd, end[0]));
	ASSERT_EQ(0, query(self->fd, end[0], &q));
	EXPECT_EQ(0, q.expired);
	EXPECT_EQ(ready, q.ready);
	if (!ready)
		EXPECT_TRUE(confirms(self->fd, end[1], end[0]));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_SIGN, &m));
	EXPECT_EQ(1, token_counter(token));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, end[1], token,
				 self->absent, CB));
}

TEST_F(late, confirmation_that_is_overtaken)
{
	overtaken(_metadata, self, false);
}

TEST_F(late, confirmation_of_a_ready_context)
{
	overtaken(_metadata, self, true);
}

/* Each operation of a batch looks its handle up anew. */
static void batch_loses(struct __test_metadata *_metadata,
			FIXTURE_DATA(late) * self, int fd, __u32 handle,
			__u32 ender, __u32 status)
{
	__u8 token[TOKEN_SIZE] = { }, data[2][CB] = { };
	struct sspseal_buffer b[2][2] = {
		{ buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data[0], CB) },
		{ buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data[1], CB) },
	};
	struct sspseal_operation operation[2] = {
		{ SSPSEAL_SEAL, 1, message(handle, b[0], 2) },
		{ SSPSEAL_SEAL, 1, message(handle, b[1], 2) },
	};
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)operation,
		.stride = sizeof(operation[0]), .nr = 2,
	};

	b[0][1].ptr = (uintptr_t)self->absent;
	BEGINS(fd, SSPSEAL_BATCH, &batch, self->missing);
	EXPECT_EQ(0, destroy(self->fd, ender));
	FINISHES_READING();
	EXPECT_EQ(0, self->w.error);
	EXPECT_EQ(2, batch.done);
	EXPECT_EQ(0, operation[0].error);
	EXPECT_EQ(status, operation[1].message.status);
}

TEST_F(late, batch_of_a_destroyed_handle)
{
	batch_loses(_metadata, self, self->fd, self->initiator,
		    self->initiator, S(ALREADY_DESTROYED));
}

TEST_F(late, batch_of_a_revoked_handle)
{
	struct sspseal_export e = export_args(self->initiator,
					      SSPSEAL_RIGHT_SEAL);

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	batch_loses(_metadata, self, e.fd, EXPORTED, e.revoker, S(REVOKED));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	EXPECT_EQ(0, close(e.fd));
}

TEST_HARNESS_MAIN

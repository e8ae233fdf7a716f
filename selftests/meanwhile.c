// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each command, and each end that can come while it waits for its caller's memory:
 * its handle is destroyed, its file closed, its right revoked. It finishes, nothing
 * of it is left, and the context goes on. late.c has what else may happen then.
 */
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define ALL_RIGHTS	63U
#define EXPORTED	SSPSEAL_EXPORTED_HANDLE
#define CB		100

FIXTURE(meanwhile)
{
	/* Of the module, before the test had any. */
	long references;
	/* The context's own file, and the peer's. */
	int owner;
	__u32 handle;
	int peer_fd;
	__u32 peer;
	/* A file with the use of it, and what takes that away. */
	int exported;
	__u32 revoker;
	/* What can be destroyed, and closed, meanwhile. */
	int fd;
	__u32 used;
	int closed;
	/* Nothing is left of it but what the call made. */
	bool gone;
	/* The struct lies here: @watch holds up who writes to it. */
	__u8 *page;
	int watch;
	/* Who reads this waits for @missing, until @content comes. */
	__u8 *absent;
	int missing;
	__u8 content[PAGE];
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[2];
	struct sspseal_operation operation;
	struct waiting_call call;
};

/* Makes @self->call, and says whether it waits to read rather than to write. */
FIXTURE_VARIANT(meanwhile)
{
	unsigned long cmd;
	bool (*prepare)(FIXTURE_DATA(meanwhile) * self);
	int sent;
	int received;
};

static void *struct_in_page(FIXTURE_DATA(meanwhile) * self, const void *arg,
			    size_t size)
{
	return memcpy(self->page, arg, size);
}

static struct sspseal_message *message_in_page(FIXTURE_DATA(meanwhile) * self,
					       void *data)
{
	struct sspseal_message m = message(self->used, self->b, 2);

	self->b[0] = buffer(TOKEN, self->token, TOKEN_SIZE);
	self->b[1] = buffer(DATA, data, CB);
	return struct_in_page(self, &m, sizeof(m));
}

static bool prepare_sent(FIXTURE_DATA(meanwhile) * self)
{
	self->call.arg = message_in_page(self, self->absent);
	return true;
}

static bool prepare_sent_writes(FIXTURE_DATA(meanwhile) * self)
{
	self->call.arg = message_in_page(self, self->content);
	return false;
}

static bool prepare_received(FIXTURE_DATA(meanwhile) * self)
{
	unsigned long sends = self->call.cmd == SSPSEAL_UNSEAL ?
			      SSPSEAL_SEAL : SSPSEAL_SIGN;

	if (simple_call(self->peer_fd, sends, self->peer, self->token,
			self->content, CB))
		abort();
	return prepare_sent(self);
}

static bool prepare_received_writes(FIXTURE_DATA(meanwhile) * self)
{
	prepare_received(self);
	return prepare_sent_writes(self);
}

static void batch_in_page(FIXTURE_DATA(meanwhile) * self, void *data)
{
	struct sspseal_batch batch = {
		.size = sizeof(batch),
		.operations = (uintptr_t)&self->operation,
		.stride = sizeof(self->operation), .nr = 1,
	};

	self->operation.command = SSPSEAL_SEAL;
	self->operation.message = *message_in_page(self, data);
	self->call.arg = struct_in_page(self, &batch, sizeof(batch));
}

static bool prepare_batch(FIXTURE_DATA(meanwhile) * self)
{
	batch_in_page(self, self->absent);
	return true;
}

static bool prepare_batch_writes(FIXTURE_DATA(meanwhile) * self)
{
	batch_in_page(self, self->content);
	return false;
}

static bool prepare_query(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_query q = { .size = sizeof(q), .handle = self->used };

	self->call.arg = struct_in_page(self, &q, sizeof(q));
	return false;
}

static bool prepare_destroy(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_destroy d = { .size = sizeof(d), .handle = self->used };

	self->call.arg = struct_in_page(self, &d, sizeof(d));
	return false;
}

static bool prepare_export(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_export e = export_args(self->used, ALL_RIGHTS);

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	self->call.arg = struct_in_page(self, &e, sizeof(e));
	return false;
}

/* Into a file of its own, which is the one that may be closed. */
static bool prepare_import(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_import i = import_args(self->exported, EXPORTED);

	self->closed = device_open();
	self->call.fd = self->closed;
	self->call.arg = struct_in_page(self, &i, sizeof(i));
	return false;
}

/* The file that it comes from may be closed. */
static bool prepare_import_from(FIXTURE_DATA(meanwhile) * self)
{
	prepare_import(self);
	close(self->closed);
	self->closed = self->exported;
	self->call.fd = self->owner;
	return false;
}

/* In a file of its own, which has nothing else. */
static bool prepare_create(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);

	self->closed = device_open();
	self->call.fd = self->closed;
	self->call.arg = struct_in_page(self, &c, sizeof(c));
	return false;
}

static bool prepare_create_reads(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_create *c;

	prepare_create(self);
	c = self->call.arg;
	c->key = (uintptr_t)self->absent;
	memcpy(self->content, test_key, TEST_KEY_SIZE);
	return true;
}

/* Of another context, in a file of its own. */
static bool prepare_bind(FIXTURE_DATA(meanwhile) * self)
{
	static const __u8 peer_salt[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_native native = { };
	struct sspseal_bind b;

	self->fd = device_open();
	self->closed = self->fd;
	self->used = create_native(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
				   SSPSEAL_CREATE_UNBOUND, &native);
	b = bind_args(self->used, SERVICES, peer_salt);
	self->call.fd = self->fd;
	self->call.arg = struct_in_page(self, &b, sizeof(b));
	return false;
}

static bool prepare_bind_reads(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_bind *b;

	prepare_bind(self);
	b = self->call.arg;
	b->binding = (uintptr_t)self->absent;
	b->binding_size = CB;
	return true;
}

static bool prepare_info(FIXTURE_DATA(meanwhile) * self)
{
	struct sspseal_info i = { .size = sizeof(i) };

	self->call.arg = struct_in_page(self, &i, sizeof(i));
	return false;
}

FIXTURE_VARIANT_ADD(meanwhile, seal)
{
	.cmd = SSPSEAL_SEAL, .prepare = prepare_sent, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, sign)
{
	.cmd = SSPSEAL_SIGN, .prepare = prepare_sent, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, unseal)
{
	.cmd = SSPSEAL_UNSEAL, .prepare = prepare_received, .received = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, verify)
{
	.cmd = SSPSEAL_VERIFY, .prepare = prepare_received, .received = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, batch)
{
	.cmd = SSPSEAL_BATCH, .prepare = prepare_batch, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, seal_writes)
{
	.cmd = SSPSEAL_SEAL, .prepare = prepare_sent_writes, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, sign_writes)
{
	.cmd = SSPSEAL_SIGN, .prepare = prepare_sent_writes, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, unseal_writes)
{
	.cmd = SSPSEAL_UNSEAL, .prepare = prepare_received_writes,
	.received = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, verify_writes)
{
	.cmd = SSPSEAL_VERIFY, .prepare = prepare_received_writes,
	.received = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, batch_writes)
{
	.cmd = SSPSEAL_BATCH, .prepare = prepare_batch_writes, .sent = 1,
};

FIXTURE_VARIANT_ADD(meanwhile, query)
{
	.cmd = SSPSEAL_QUERY, .prepare = prepare_query,
};

FIXTURE_VARIANT_ADD(meanwhile, destroy)
{
	.cmd = SSPSEAL_DESTROY, .prepare = prepare_destroy,
};

FIXTURE_VARIANT_ADD(meanwhile, export)
{
	.cmd = SSPSEAL_EXPORT, .prepare = prepare_export,
};

FIXTURE_VARIANT_ADD(meanwhile, import)
{
	.cmd = SSPSEAL_IMPORT, .prepare = prepare_import,
};

FIXTURE_VARIANT_ADD(meanwhile, import_from)
{
	.cmd = SSPSEAL_IMPORT, .prepare = prepare_import_from,
};

FIXTURE_VARIANT_ADD(meanwhile, create)
{
	.cmd = SSPSEAL_CREATE, .prepare = prepare_create,
};

FIXTURE_VARIANT_ADD(meanwhile, create_reads)
{
	.cmd = SSPSEAL_CREATE, .prepare = prepare_create_reads,
};

FIXTURE_VARIANT_ADD(meanwhile, bind)
{
	.cmd = SSPSEAL_BIND, .prepare = prepare_bind,
};

FIXTURE_VARIANT_ADD(meanwhile, bind_reads)
{
	.cmd = SSPSEAL_BIND, .prepare = prepare_bind_reads,
};

FIXTURE_VARIANT_ADD(meanwhile, info)
{
	.cmd = SSPSEAL_INFO, .prepare = prepare_info,
};

FIXTURE_SETUP(meanwhile)
{
	struct sspseal_export e;

	self->page = page_new();
	self->absent = page_new();
	ASSERT_TRUE(self->page && self->absent);
	memset(self->page, 0, PAGE);
	self->watch = page_watch(self->page);
	self->missing = pages_missing(self->absent, PAGE);
	if (self->watch < 0 || self->missing < 0)
		SKIP(return, "no userfaultfd");
	self->references = references();
	self->owner = device_open();
	self->peer_fd = device_open();
	ASSERT_TRUE(self->owner >= 0 && self->peer_fd >= 0);
	self->handle = create_context(self->owner, SSPSEAL_ROLE_INITIATOR,
				      SERVICES);
	self->peer = create_context(self->peer_fd, SSPSEAL_ROLE_ACCEPTOR,
				    SERVICES);
	ASSERT_TRUE(self->handle && self->peer);
	e = export_args(self->handle, ALL_RIGHTS);
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->owner, SSPSEAL_EXPORT, &e));
	self->exported = e.fd;
	self->revoker = e.revoker;
	self->fd = self->exported;
	self->used = EXPORTED;
	self->closed = self->exported;
	self->call.fd = self->exported;
	self->call.cmd = variant->cmd;
}

static bool as_alone(const FIXTURE_DATA(meanwhile) * self,
		     const FIXTURE_VARIANT(meanwhile) * variant)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };

	return sent(self->owner, self->handle) == variant->sent &&
	       received(self->owner, self->handle) == variant->received &&
	       !simple_call(self->owner, SSPSEAL_SEAL, self->handle, token,
			    data, CB) &&
	       token_counter(token) == (__u64)variant->sent &&
	       !simple_call(self->peer_fd, SSPSEAL_UNSEAL, self->peer, token,
			    data, CB) &&
	       all_bytes(data, 0, CB);
}

/* The context is as after the command alone, and all the rest can go. */
FIXTURE_TEARDOWN(meanwhile)
{
	EXPECT_TRUE(self->gone || as_alone(self, variant));
	if (variant->cmd == SSPSEAL_EXPORT)
		close(((struct sspseal_export *)self->page)->fd);
	close(self->closed);
	close(self->exported);
	close(self->owner);
	close(self->peer_fd);
	if (self->references >= 0)
		EXPECT_TRUE(references_become(self->references));
	EXPECT_TRUE(no_context_is_left());
}

static bool begins(FIXTURE_DATA(meanwhile) * self,
		   const FIXTURE_VARIANT(meanwhile) * variant, bool *reads)
{
	*reads = variant->prepare(self);
	return (*reads || page_protect(self->watch, self->page, true)) &&
	       call_begin(&self->call, *reads ? self->missing : self->watch);
}

static bool goes_on(FIXTURE_DATA(meanwhile) * self, bool reads)
{
	return reads ? page_give(self->missing, self->absent, self->content) :
		       page_protect(self->watch, self->page, false);
}

TEST_F(meanwhile, destroyed)
{
	int status;
	bool reads;

	ASSERT_TRUE(begins(self, variant, &reads));
	status = destroy(self->fd, self->used);
	EXPECT_EQ(variant->cmd == SSPSEAL_DESTROY ? S(ALREADY_DESTROYED) : 0,
		  status);
	ASSERT_TRUE(goes_on(self, reads));
	EXPECT_EQ(0, call_end(&self->call));
	EXPECT_EQ(S(ALREADY_DESTROYED), destroy(self->fd, self->used));
}

/* The call alone holds the context then. */
TEST_F(meanwhile, last_handle_destroyed)
{
	bool reads;

	ASSERT_TRUE(begins(self, variant, &reads));
	destroy(self->fd, self->used);
	destroy(self->exported, EXPORTED);
	EXPECT_EQ(0, destroy(self->owner, self->handle));
	self->gone = true;
	ASSERT_TRUE(goes_on(self, reads));
	EXPECT_EQ(0, call_end(&self->call));
}

TEST_F(meanwhile, closed)
{
	bool reads;

	ASSERT_TRUE(begins(self, variant, &reads));
	EXPECT_EQ(0, close(self->closed));
	ASSERT_TRUE(goes_on(self, reads));
	EXPECT_EQ(0, call_end(&self->call));
}

TEST_F(meanwhile, revoked)
{
	struct sspseal_import *made = (void *)self->page;
	bool reads;

	ASSERT_TRUE(begins(self, variant, &reads));
	EXPECT_EQ(0, destroy(self->owner, self->revoker));
	ASSERT_TRUE(goes_on(self, reads));
	EXPECT_EQ(0, call_end(&self->call));
	/* The next call is refused. */
	EXPECT_EQ(variant->cmd == SSPSEAL_DESTROY ? S(ALREADY_DESTROYED) :
						    S(REVOKED),
		  simple_call(self->exported, SSPSEAL_SEAL, EXPORTED,
			      self->token, self->content, CB));
	if (variant->cmd == SSPSEAL_IMPORT)
		EXPECT_EQ(S(REVOKED), simple_call(self->call.fd, SSPSEAL_SEAL,
						  made->handle, self->token,
						  self->content, CB));
}

TEST_HARNESS_MAIN

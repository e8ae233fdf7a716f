// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is taken away while a command waits for it: unmapped, or made
 * PROT_NONE. What cannot be read any more is a refusal, and changes nothing; what
 * cannot be written, after it was readable a moment ago, comes after the command
 * has done what it does, if that is a message, BIND or DESTROY. Whatever it was,
 * nothing is left, no number is used twice, and the contexts go on.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define CB		100

/*
 * @page: what is taken away
 * @watch: told of who waits for it
 * @unbound: a third context, for BIND
 * @next: the handle that is given out next
 * @status: where the command's status is, NULL if that is in the page
 */
struct scene {
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u32 unbound;
	__u32 next;
	int exported;
	__u8 *page;
	int watch;
	long handles;
	unsigned int descriptors;
	unsigned long cmd;
	void *arg;
	const __u32 *status;
	union {
		struct sspseal_create create;
		struct sspseal_bind bind;
		struct sspseal_message message;
		struct sspseal_batch batch;
	} u;
	struct sspseal_native params;
	struct sspseal_buffer b[2];
	struct sspseal_operation operation;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

/* ---- commands of which something lies in the page ---- */

static void use(struct scene *s, unsigned long cmd, void *arg)
{
	/* Behind the size. */
	s->status = (const __u32 *)arg + 1;
	s->cmd = cmd;
	s->arg = arg;
}

static void struct_in_page(struct scene *s, unsigned long cmd, const void *arg,
			   size_t size)
{
	__u32 begin = size;

	memcpy(s->page, arg, size);
	memcpy(s->page, &begin, sizeof(begin));
	s->status = NULL;
	s->cmd = cmd;
	s->arg = s->page;
}

static void create_struct(struct scene *s)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);

	struct_in_page(s, SSPSEAL_CREATE, &c, sizeof(c));
}

static void create_key(struct scene *s)
{
	s->u.create = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);
	s->u.create.key = (uintptr_t)s->page;
	use(s, SSPSEAL_CREATE, &s->u);
}

static void create_params(struct scene *s)
{
	memset(s->page, 0, sizeof(s->params));
	s->u.create = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);
	s->u.create.params = (uintptr_t)s->page;
	s->u.create.params_size = sizeof(s->params);
	use(s, SSPSEAL_CREATE, &s->u);
}

static struct sspseal_bind some_bind(struct scene *s)
{
	static const __u8 peer[SSPSEAL_SALT_SIZE] = { 1 };

	return bind_args(s->unbound, SERVICES, peer);
}

static void bind_struct(struct scene *s)
{
	struct sspseal_bind b = some_bind(s);

	struct_in_page(s, SSPSEAL_BIND, &b, sizeof(b));
}

static void bind_binding(struct scene *s)
{
	s->u.bind = some_bind(s);
	s->u.bind.binding = (uintptr_t)s->page;
	s->u.bind.binding_size = CB;
	use(s, SSPSEAL_BIND, &s->u);
}

static void destroy_struct(struct scene *s)
{
	struct sspseal_destroy d = { .handle = s->unbound };

	struct_in_page(s, SSPSEAL_DESTROY, &d, sizeof(d));
}

static void query_struct(struct scene *s)
{
	struct sspseal_query q = { .handle = s->initiator };

	struct_in_page(s, SSPSEAL_QUERY, &q, sizeof(q));
}

static void info_struct(struct scene *s)
{
	struct sspseal_info i = { };

	struct_in_page(s, SSPSEAL_INFO, &i, sizeof(i));
}

static void export_struct(struct scene *s)
{
	struct sspseal_export e = export_args(s->initiator, SSPSEAL_RIGHT_SEAL);

	struct_in_page(s, SSPSEAL_EXPORT, &e, sizeof(e));
}

static void export_revocable(struct scene *s)
{
	struct sspseal_export e = export_args(s->initiator, SSPSEAL_RIGHT_SEAL);

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	struct_in_page(s, SSPSEAL_EXPORT, &e, sizeof(e));
}

static void import_struct(struct scene *s)
{
	struct sspseal_import i = import_args(s->exported, 0);

	struct_in_page(s, SSPSEAL_IMPORT, &i, sizeof(i));
}

static void import_new_file(struct scene *s)
{
	struct sspseal_import i = import_args(s->exported, 0);

	i.flags = SSPSEAL_IMPORT_NEW_FILE;
	struct_in_page(s, SSPSEAL_IMPORT, &i, sizeof(i));
}

/* ---- messages ---- */

/* TOKEN, and DATA, which lies in STREAM for commands that have one. */
static void use_message(struct scene *s, unsigned long cmd, __u32 handle)
{
	s->b[0] = buffer(TOKEN, s->token, TOKEN_SIZE);
	s->b[1] = buffer(DATA, s->data, CB);
	s->u.message = message(handle, s->b, 2);
	use(s, cmd, &s->u);
}

static void seal(struct scene *s)
{
	use_message(s, SSPSEAL_SEAL, s->initiator);
}

static void seal_struct(struct scene *s)
{
	seal(s);
	struct_in_page(s, SSPSEAL_SEAL, &s->u.message, sizeof(s->u.message));
}

/* What is to be read is not there yet: the page must not be touched. */
static void array_absent(struct scene *s)
{
	s->u.message.buffers = (uintptr_t)s->page;
}

static void array_in_page(struct scene *s)
{
	memcpy(s->page, s->b, sizeof(s->b));
	array_absent(s);
}

static void seal_array(struct scene *s)
{
	seal(s);
	array_in_page(s);
}

static void seal_absent_array(struct scene *s)
{
	seal(s);
	array_absent(s);
}

static void seal_token(struct scene *s)
{
	seal(s);
	s->b[0].ptr = (uintptr_t)s->page;
	memset(s->page, POISON, TOKEN_SIZE);
}

static void seal_data(struct scene *s)
{
	seal(s);
	s->b[1].ptr = (uintptr_t)s->page;
}

static void seal_written_data(struct scene *s)
{
	seal_data(s);
	memset(s->page, 0, CB);
}

static void sign_token(struct scene *s)
{
	seal_token(s);
	s->cmd = SSPSEAL_SIGN;
}

static void sign_array(struct scene *s)
{
	seal_array(s);
	s->cmd = SSPSEAL_SIGN;
}

static void sign_absent_array(struct scene *s)
{
	seal_absent_array(s);
	s->cmd = SSPSEAL_SIGN;
}

static void sign_data(struct scene *s)
{
	seal_data(s);
	s->cmd = SSPSEAL_SIGN;
}

static void sign_struct(struct scene *s)
{
	seal_struct(s);
	s->cmd = SSPSEAL_SIGN;
}

/* A message for the acceptor: see FIXTURE_SETUP(). */
static void unseal(struct scene *s)
{
	if (simple_call(s->fd, SSPSEAL_SEAL, s->initiator, s->token, s->data,
			CB))
		abort();
	use_message(s, SSPSEAL_UNSEAL, s->acceptor);
}

static void unseal_struct(struct scene *s)
{
	unseal(s);
	struct_in_page(s, SSPSEAL_UNSEAL, &s->u.message, sizeof(s->u.message));
}

static void unseal_absent_array(struct scene *s)
{
	unseal(s);
	array_absent(s);
}

static void unseal_token(struct scene *s)
{
	unseal(s);
	s->b[0].ptr = (uintptr_t)s->page;
}

static void unseal_data(struct scene *s)
{
	unseal(s);
	s->b[1].ptr = (uintptr_t)s->page;
}

static void unseal_written_data(struct scene *s)
{
	unseal_data(s);
	memcpy(s->page, s->data, CB);
}

/* The array tells where DATA lies in STREAM. */
static void unseal_stream(struct scene *s)
{
	static __u8 stream[TOKEN_SIZE + CB];

	unseal(s);
	memcpy(stream, s->token, TOKEN_SIZE);
	memcpy(stream + TOKEN_SIZE, s->data, CB);
	s->b[0] = buffer(STREAM, stream, sizeof(stream));
	s->b[1] = buffer(DATA, NULL, 0);
	array_in_page(s);
}

static void verify(struct scene *s)
{
	if (simple_call(s->fd, SSPSEAL_SIGN, s->initiator, s->token, s->data,
			CB))
		abort();
	use_message(s, SSPSEAL_VERIFY, s->acceptor);
}

static void verify_struct(struct scene *s)
{
	verify(s);
	struct_in_page(s, SSPSEAL_VERIFY, &s->u.message, sizeof(s->u.message));
}

static void verify_absent_array(struct scene *s)
{
	verify(s);
	array_absent(s);
}

static void verify_token(struct scene *s)
{
	verify(s);
	s->b[0].ptr = (uintptr_t)s->page;
}

static void verify_data(struct scene *s)
{
	verify(s);
	s->b[1].ptr = (uintptr_t)s->page;
}

/* ---- batches of one ---- */

static void batch_of_message(struct scene *s)
{
	s->operation = (struct sspseal_operation) {
		.command = s->cmd, .message = s->u.message,
	};
	s->u.batch = (struct sspseal_batch) {
		.size = sizeof(s->u.batch),
		.operations = (uintptr_t)&s->operation,
		.stride = sizeof(s->operation), .nr = 1,
	};
	use(s, SSPSEAL_BATCH, &s->u);
}

static void batch(struct scene *s)
{
	seal(s);
	batch_of_message(s);
}

static void batch_struct(struct scene *s)
{
	batch(s);
	struct_in_page(s, SSPSEAL_BATCH, &s->u.batch, sizeof(s->u.batch));
}

static void batch_operations(struct scene *s)
{
	batch(s);
	s->u.batch.operations = (uintptr_t)s->page;
}

static void batch_results(struct scene *s)
{
	batch_operations(s);
	memcpy(s->page, &s->operation, sizeof(s->operation));
}

static void unseal_batch(struct scene *s)
{
	unseal(s);
	batch_of_message(s);
	struct_in_page(s, SSPSEAL_BATCH, &s->u.batch, sizeof(s->u.batch));
}

static void unseal_results(struct scene *s)
{
	unseal(s);
	batch_of_message(s);
	s->u.batch.operations = (uintptr_t)s->page;
	memcpy(s->page, &s->operation, sizeof(s->operation));
}

static void unseal_operation_data(struct scene *s)
{
	unseal_written_data(s);
	batch_of_message(s);
}

static void verify_results(struct scene *s)
{
	verify(s);
	batch_of_message(s);
	s->u.batch.operations = (uintptr_t)s->page;
	memcpy(s->page, &s->operation, sizeof(s->operation));
}

static void verify_operation_token(struct scene *s)
{
	verify_token(s);
	batch_of_message(s);
}

/* ---- the scene ---- */

FIXTURE(taken)
{
	struct scene s;
};

/*
 * @prepare: makes the command's arguments
 * @reads: it waits to read the page, which is absent then; else to write it
 * @status: what it says, if it can
 * @sent: numbers that are used in the end, and those of them that were before
 * @received: messages accepted in the end
 * @unbound: what BIND says of the third context in the end
 * @operation: what an operation says that is not in the page
 */
FIXTURE_VARIANT(taken)
{
	void (*prepare)(struct scene *s);
	bool reads;
	__u32 status;
	unsigned int sent;
	unsigned int received;
	__u32 unbound;
	__u32 operation;
};

FIXTURE_VARIANT_ADD(taken, create_struct) { create_struct };
FIXTURE_VARIANT_ADD(taken, create_key)
{
	.prepare = create_key, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, create_params)
{
	.prepare = create_params, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, bind_struct)
{
	.prepare = bind_struct, .unbound = S(ALREADY_BOUND),
};

FIXTURE_VARIANT_ADD(taken, bind_binding)
{
	.prepare = bind_binding, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, destroy_struct)
{
	.prepare = destroy_struct, .unbound = S(ALREADY_DESTROYED),
};

FIXTURE_VARIANT_ADD(taken, query_struct) { query_struct };
FIXTURE_VARIANT_ADD(taken, info_struct) { info_struct };
FIXTURE_VARIANT_ADD(taken, export_struct) { export_struct };
FIXTURE_VARIANT_ADD(taken, export_revocable) { export_revocable };
FIXTURE_VARIANT_ADD(taken, import_struct) { import_struct };
FIXTURE_VARIANT_ADD(taken, import_new_file) { import_new_file };
FIXTURE_VARIANT_ADD(taken, seal_struct)
{
	.prepare = seal_struct, .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, seal_array)
{
	.prepare = seal_array, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, seal_absent_array)
{
	.prepare = seal_absent_array, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, seal_token)
{
	.prepare = seal_token, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, seal_data)
{
	.prepare = seal_data, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, seal_written_data)
{
	.prepare = seal_written_data, .status = S(FAULT_AFTER_COMMIT),
	.sent = 1,
};

FIXTURE_VARIANT_ADD(taken, sign_struct)
{
	.prepare = sign_struct, .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, sign_array)
{
	.prepare = sign_array, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, sign_absent_array)
{
	.prepare = sign_absent_array, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, sign_data)
{
	.prepare = sign_data, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, sign_token)
{
	.prepare = sign_token, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_struct)
{
	.prepare = unseal_struct, .sent = 1, .received = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_absent_array)
{
	.prepare = unseal_absent_array, .reads = true, .status = S(FAULT),
	.sent = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_token)
{
	.prepare = unseal_token, .reads = true, .status = S(FAULT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_data)
{
	.prepare = unseal_data, .reads = true, .status = S(FAULT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_written_data)
{
	.prepare = unseal_written_data, .status = S(FAULT_AFTER_COMMIT),
	.sent = 1, .received = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_stream)
{
	.prepare = unseal_stream, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
	.received = 1,
};

FIXTURE_VARIANT_ADD(taken, verify_struct)
{
	.prepare = verify_struct, .sent = 1, .received = 1,
};

FIXTURE_VARIANT_ADD(taken, verify_absent_array)
{
	.prepare = verify_absent_array, .reads = true, .status = S(FAULT),
	.sent = 1,
};

FIXTURE_VARIANT_ADD(taken, verify_token)
{
	.prepare = verify_token, .reads = true, .status = S(FAULT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, verify_data)
{
	.prepare = verify_data, .reads = true, .status = S(FAULT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, batch_struct)
{
	.prepare = batch_struct, .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, batch_operations)
{
	.prepare = batch_operations, .reads = true, .status = S(FAULT),
};

FIXTURE_VARIANT_ADD(taken, batch_results)
{
	.prepare = batch_results, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_batch)
{
	.prepare = unseal_batch, .sent = 1, .received = 1,
};

FIXTURE_VARIANT_ADD(taken, unseal_results)
{
	.prepare = unseal_results, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
	.received = 1,
};

/* Of the operation, which has a status of its own. */
FIXTURE_VARIANT_ADD(taken, unseal_operation_data)
{
	.prepare = unseal_operation_data, .status = S(OK), .sent = 1,
	.received = 1, .operation = S(FAULT_AFTER_COMMIT),
};

FIXTURE_VARIANT_ADD(taken, verify_results)
{
	.prepare = verify_results, .status = S(FAULT_AFTER_COMMIT), .sent = 1,
	.received = 1,
};

FIXTURE_VARIANT_ADD(taken, verify_operation_token)
{
	.prepare = verify_operation_token, .reads = true, .status = S(OK),
	.sent = 1, .operation = S(FAULT),
};

FIXTURE_SETUP(taken)
{
	struct scene *s = &self->s;
	struct sspseal_native native = { };

	s->page = page_new();
	ASSERT_NE(NULL, s->page);
	s->fd = device_open();
	ASSERT_LE(0, s->fd);
	s->initiator = create_context(s->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	s->acceptor = create_context(s->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	s->unbound = create_native(s->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
				   SSPSEAL_CREATE_UNBOUND, &native);
	ASSERT_EQ(s->acceptor + 1, s->unbound);
	s->next = s->unbound + 1;
	s->exported = export_handle(s->fd, s->initiator, SSPSEAL_RIGHT_SEAL);
	ASSERT_LE(0, s->exported);
	variant->prepare(s);
	s->watch = variant->reads ? pages_missing(s->page, PAGE) :
				    page_watch(s->page);
	if (s->watch < 0)
		SKIP(return, "no userfaultfd");
	if (!variant->reads)
		ASSERT_TRUE(page_protect(s->watch, s->page, true));
	s->handles = fdinfo_number(s->fd, "sspseal-handles");
	s->descriptors = descriptors();
}

FIXTURE_TEARDOWN(taken)
{
	close(self->s.exported);
	close(self->s.fd);
	EXPECT_TRUE(no_context_is_left());
}

static bool wake(const struct scene *s)
{
	struct uffdio_range range = {
		.start = (uintptr_t)s->page, .len = PAGE,
	};

	return !ioctl(s->watch, UFFDIO_WAKE, &range);
}

/* The next message has the number that is expected, and arrives. */
static bool goes_on(const struct scene *s, unsigned int number)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };

	return !simple_call(s->fd, SSPSEAL_SEAL, s->initiator, token, data,
			    CB) &&
	       token_counter(token) == number &&
	       !simple_call(s->fd, SSPSEAL_UNSEAL, s->acceptor, token, data,
			    CB) &&
	       all_bytes(data, 0, CB);
}

/* TAKE makes the page one that nobody can use. */
#define TAKES_AWAY(take) do {						\
	struct scene *_s = &self->s;					\
	struct sspseal_bind _bind = some_bind(_s);			\
	long _gone = variant->unbound == S(ALREADY_DESTROYED);		\
	struct waiting_call _call = {					\
		.fd = _s->fd, .cmd = _s->cmd, .arg = _s->arg,		\
	};								\
									\
	ASSERT_TRUE(call_begin(&_call, _s->watch));			\
	ASSERT_EQ(0, take);						\
	ASSERT_TRUE(wake(_s));						\
	EXPECT_EQ(_s->status && !variant->status ? 0 : -EFAULT,		\
		  call_end(&_call));					\
	if (_s->status)							\
		EXPECT_EQ(variant->status, *_s->status);		\
	EXPECT_EQ(variant->operation, _s->operation.message.status);	\
	EXPECT_EQ(_s->descriptors, descriptors());			\
	EXPECT_EQ(_s->handles - _gone,					\
		  fdinfo_number(_s->fd, "sspseal-handles"));		\
	EXPECT_EQ(0, fdinfo_number(_s->fd, "sspseal-in-flight"));	\
	EXPECT_EQ(variant->sent, sent(_s->fd, _s->initiator));		\
	EXPECT_EQ(variant->received, received(_s->fd, _s->acceptor));	\
	EXPECT_EQ(variant->unbound, call(_s->fd, SSPSEAL_BIND, &_bind)); \
	EXPECT_TRUE(goes_on(_s, variant->sent));			\
	EXPECT_EQ(_s->next, create_context(_s->fd,			\
					   SSPSEAL_ROLE_INITIATOR,	\
					   SERVICES));			\
} while (0)

TEST_F(taken, unmapped)
{
	TAKES_AWAY(munmap(self->s.page, PAGE));
}

TEST_F(taken, forbidden)
{
	TAKES_AWAY(mprotect(self->s.page, PAGE, PROT_NONE));
}

TEST_HARNESS_MAIN

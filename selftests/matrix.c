// SPDX-License-Identifier: GPL-2.0-only
/*
 * The general ioctl format, generated from a table of the fields of each command:
 * sizes, addresses, reserved fields, unknown bits and values, handles. And what a handle
 * without the right is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		40
#define ALL_RIGHTS	0x3fU

/* ---- the table ---- */

/* What a field is for, and so what can be wrong with it. */
enum kind {
	END = 0,
	RESERVED,	/* must be zero */
	BITS,		/* @known bits, others are refused with @status */
	VALUE,		/* @known values, one bit each, or @status */
	ADDRESS,	/* of memory that is read; NULL may be @status */
	HANDLE,		/* of the file that is called */
	SOURCE,		/* of the file whose descriptor is an input */
	DESCRIPTOR,	/* of an sspseal file */
	OUTPUT,		/* up to @end, written on success only */
};

/* Addresses have 64 bits, all else 32. */
struct field {
	enum kind kind;
	__u32 at;
	__u32 known;
	int status;
	__u32 end;
};

#define FIELD(type, name)	.at = offsetof(struct sspseal_##type, name)
#define UP_TO(type, name)	.end = offsetof(struct sspseal_##type, name)

#define FIELDS_MAX	8

/* The contexts of a command's file; the next one has the number after them. */
#define HANDLES		4

/* Where every struct has them. */
#define SIZE_AT		0
#define STATUS_AT	4

/*
 * Each of the commands, with an argument that works. The contexts have INTEGRITY
 * and CONFIDENTIALITY only, so that one message serves again and again.
 */
FIXTURE(command)
{
	int fd;
	int other;
	int exported;
	__u32 unbound;
	__u32 sender;
	__u32 receiver;
	__u8 peer_salt[SSPSEAL_SALT_SIZE];
	__u8 binding[CB];
	struct sspseal_buffer b[2];
	struct sspseal_operation op;
	/* The struct, room behind it, and a page with message and parameters. */
	__u8 *arg;
	__u8 *token;
	__u8 *data;
	struct sspseal_native *params;
	__u8 *before;
};

#define ARG_SIZE	(2 * PAGE)
#define ALL_SIZE	(3 * PAGE)

/* @rest: what is told where all is wrong but reserved fields and @flags */
FIXTURE_VARIANT(command)
{
	unsigned long cmd;
	__u32 size;
	struct field field[FIELDS_MAX];
	int rest;
};

FIXTURE_VARIANT_ADD(command, info)
{
	.cmd = SSPSEAL_INFO,
	.size = sizeof(struct sspseal_info),
	.field = {
		{ RESERVED, FIELD(info, __reserved) },
		{ RESERVED, FIELD(info, __reserved) + 4 },
		{ VALUE, FIELD(info, suite), .known = 0xf,
		  .status = S(SUITE) },
		{ OUTPUT, FIELD(info, abi_version), UP_TO(info, __reserved) },
		{ OUTPUT, FIELD(info, driver),
		  .end = sizeof(struct sspseal_info) },
	},
	.rest = S(SUITE),
};

FIXTURE_VARIANT_ADD(command, create)
{
	.cmd = SSPSEAL_CREATE,
	.size = sizeof(struct sspseal_create),
	.field = {
		{ BITS, FIELD(create, flags),
		  .known = SSPSEAL_CREATE_REQUIRE_SEAL | SSPSEAL_CREATE_UNBOUND,
		  .status = S(FLAGS) },
		{ VALUE, FIELD(create, mechanism),
		  .known = 1 << SSPSEAL_MECH_NATIVE, .status = S(MECHANISM) },
		{ VALUE, FIELD(create, role),
		  .known = 1 << SSPSEAL_ROLE_INITIATOR |
			   1 << SSPSEAL_ROLE_ACCEPTOR, .status = S(ROLE) },
		{ BITS, FIELD(create, services), .known = ALL_SERVICES,
		  .status = S(SERVICES) },
		{ ADDRESS, FIELD(create, key) },
		{ ADDRESS, FIELD(create, params) },
		{ OUTPUT, FIELD(create, handle), UP_TO(create, key_serial) },
	},
	.rest = S(MECHANISM),
};

FIXTURE_VARIANT_ADD(command, destroy)
{
	.cmd = SSPSEAL_DESTROY,
	.size = sizeof(struct sspseal_destroy),
	.field = {
		{ RESERVED, FIELD(destroy, __reserved) },
		{ HANDLE, FIELD(destroy, handle) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, query)
{
	.cmd = SSPSEAL_QUERY,
	.size = sizeof(struct sspseal_query),
	.field = {
		{ HANDLE, FIELD(query, handle) },
		{ OUTPUT, FIELD(query, mechanism),
		  .end = sizeof(struct sspseal_query) },
	},
	.rest = S(NO_HANDLE),
};

#define QOP_KNOWN	(SSPSEAL_QOP_NO_ENCRYPT | SSPSEAL_QOP_SUITE_MASK)

FIXTURE_VARIANT_ADD(command, seal)
{
	.cmd = SSPSEAL_SEAL,
	.size = sizeof(struct sspseal_message),
	.field = {
		{ HANDLE, FIELD(message, handle) },
		{ BITS, FIELD(message, qop), .known = QOP_KNOWN,
		  .status = S(QOP) },
		{ ADDRESS, FIELD(message, buffers), .status = S(NO_BUFFERS) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, unseal)
{
	.cmd = SSPSEAL_UNSEAL,
	.size = sizeof(struct sspseal_message),
	.field = {
		{ HANDLE, FIELD(message, handle) },
		{ ADDRESS, FIELD(message, buffers), .status = S(NO_BUFFERS) },
		{ OUTPUT, FIELD(message, qop), UP_TO(message, sequence) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, sign)
{
	.cmd = SSPSEAL_SIGN,
	.size = sizeof(struct sspseal_message),
	.field = {
		{ HANDLE, FIELD(message, handle) },
		{ BITS, FIELD(message, qop), .known = QOP_KNOWN,
		  .status = S(QOP) },
		{ ADDRESS, FIELD(message, buffers), .status = S(NO_BUFFERS) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, verify)
{
	.cmd = SSPSEAL_VERIFY,
	.size = sizeof(struct sspseal_message),
	.field = {
		{ HANDLE, FIELD(message, handle) },
		{ ADDRESS, FIELD(message, buffers), .status = S(NO_BUFFERS) },
		{ OUTPUT, FIELD(message, qop), UP_TO(message, sequence) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, bind)
{
	.cmd = SSPSEAL_BIND,
	.size = sizeof(struct sspseal_bind),
	.field = {
		{ RESERVED, FIELD(bind, __reserved) },
		{ BITS, FIELD(bind, flags), .known = SSPSEAL_BIND_CONFIRM,
		  .status = S(FLAGS) },
		{ BITS, FIELD(bind, services), .known = ALL_SERVICES,
		  .status = S(SERVICES) },
		{ VALUE, FIELD(bind, suite), .known = 0xe,
		  .status = S(SUITE) },
		{ ADDRESS, FIELD(bind, binding) },
		{ HANDLE, FIELD(bind, handle) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, export)
{
	.cmd = SSPSEAL_EXPORT,
	.size = sizeof(struct sspseal_export),
	.field = {
		{ RESERVED, FIELD(export, __reserved) },
		{ BITS, FIELD(export, flags),
		  .known = SSPSEAL_EXPORT_REVOCABLE, .status = S(FLAGS) },
		{ BITS, FIELD(export, rights), .known = ALL_RIGHTS,
		  .status = S(RIGHTS) },
		{ HANDLE, FIELD(export, handle) },
		{ OUTPUT, FIELD(export, fd), UP_TO(export, expiry) },
		{ OUTPUT, FIELD(export, revoker), UP_TO(export, __reserved) },
	},
	.rest = S(NO_HANDLE),
};

FIXTURE_VARIANT_ADD(command, import)
{
	.cmd = SSPSEAL_IMPORT,
	.size = sizeof(struct sspseal_import),
	.field = {
		{ RESERVED, FIELD(import, __reserved) },
		{ BITS, FIELD(import, flags),
		  .known = SSPSEAL_IMPORT_NEW_FILE, .status = S(FLAGS) },
		{ SOURCE, FIELD(import, source) },
		{ DESCRIPTOR, FIELD(import, fd) },
		{ OUTPUT, FIELD(import, handle), UP_TO(import, __reserved) },
	},
	.rest = S(DESCRIPTOR),
};

FIXTURE_VARIANT_ADD(command, batch)
{
	.cmd = SSPSEAL_BATCH,
	.size = sizeof(struct sspseal_batch),
	.field = {
		{ RESERVED, FIELD(batch, __reserved) },
		{ ADDRESS, FIELD(batch, operations) },
		{ OUTPUT, FIELD(batch, done), UP_TO(batch, __reserved) },
	},
	.rest = S(OPERATIONS),
};

static void set32(__u8 *arg, __u32 at, __u32 value)
{
	memcpy(arg + at, &value, sizeof(value));
}

static __u32 get32(const __u8 *arg, __u32 at)
{
	__u32 value;

	memcpy(&value, arg + at, sizeof(value));
	return value;
}

/* A message of another file, for a context whose peer it has. */
static int message_of_peer(unsigned long cmd, struct sspseal_buffer *b)
{
	int fd = device_open(), status;

	status = message_call(fd, cmd, create_context(fd, SSPSEAL_ROLE_INITIATOR,
						      SSPSEAL_CONFIDENTIALITY),
			      b, 2);
	close(fd);
	return status;
}

/* Two contexts, one that waits for BIND, and one handle in a file of its own. */
static bool make_handles(FIXTURE_DATA(command) * self)
{
	struct sspseal_native here = { }, there = { };
	__u32 services = SSPSEAL_CONFIDENTIALITY, last;

	self->fd = device_open();
	self->other = device_open();
	self->sender = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      services);
	self->unbound = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				      services, SSPSEAL_CREATE_UNBOUND, &here);
	last = create_native(self->fd, SSPSEAL_ROLE_ACCEPTOR, services,
			     SSPSEAL_CREATE_UNBOUND, &there);
	memcpy(self->peer_salt, there.salt, sizeof(self->peer_salt));
	self->receiver = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					services);
	self->exported = export_handle(self->fd, self->sender, ALL_RIGHTS);
	return self->other >= 0 && self->sender && self->unbound && last &&
	       self->receiver == HANDLES && self->exported >= 0;
}

static bool make_memory(FIXTURE_DATA(command) * self)
{
	self->arg = calloc(1, ALL_SIZE);
	self->before = calloc(1, ALL_SIZE);
	if (!self->arg || !self->before)
		return false;
	self->token = self->arg + ARG_SIZE;
	self->data = self->token + TOKEN_SIZE;
	self->params = (void *)(self->arg + ALL_SIZE - sizeof(*self->params));
	self->b[0] = buffer(TOKEN, self->token, TOKEN_SIZE);
	self->b[1] = buffer(DATA, self->data, CB);
	return true;
}

static void fill_struct(FIXTURE_DATA(command) * self, unsigned long cmd)
{
	union {
		struct sspseal_info info;
		struct sspseal_create create;
		struct sspseal_destroy destroy;
		struct sspseal_query query;
		struct sspseal_message message;
		struct sspseal_bind bind;
		struct sspseal_export export;
		struct sspseal_import import;
		struct sspseal_batch batch;
	} *a = (void *)self->arg;

	switch (cmd) {
	case SSPSEAL_CREATE:
		a->create = create_args(SSPSEAL_ROLE_INITIATOR,
					SSPSEAL_CONFIDENTIALITY);
		a->create.params = (uintptr_t)self->params;
		a->create.params_size = sizeof(*self->params);
		break;
	case SSPSEAL_DESTROY:
	case SSPSEAL_QUERY:
		/* At one place in both. */
		a->query.handle = self->receiver;
		break;
	case SSPSEAL_SEAL:
	case SSPSEAL_SIGN:
		a->message = message(self->sender, self->b, 2);
		break;
	case SSPSEAL_UNSEAL:
	case SSPSEAL_VERIFY:
		a->message = message(self->receiver, self->b, 2);
		break;
	case SSPSEAL_BIND:
		a->bind = bind_args(self->unbound, SSPSEAL_CONFIDENTIALITY,
				    self->peer_salt);
		a->bind.binding = (uintptr_t)self->binding;
		a->bind.binding_size = sizeof(self->binding);
		break;
	case SSPSEAL_EXPORT:
		a->export = export_args(self->sender, ALL_RIGHTS);
		break;
	case SSPSEAL_IMPORT:
		a->import = import_args(self->exported,
					SSPSEAL_EXPORTED_HANDLE);
		break;
	case SSPSEAL_BATCH:
		self->op.command = SSPSEAL_SIGN;
		self->op.message = message(self->sender, self->b, 2);
		a->batch.operations = (uintptr_t)&self->op;
		a->batch.stride = sizeof(self->op);
		a->batch.nr = 1;
		break;
	}
}

FIXTURE_SETUP(command)
{
	__u32 at;

	ASSERT_TRUE(make_handles(self));
	ASSERT_TRUE(make_memory(self));
	if (variant->cmd == SSPSEAL_UNSEAL || variant->cmd == SSPSEAL_VERIFY)
		ASSERT_EQ(0, message_of_peer(variant->cmd - 1, self->b));
	fill_struct(self, variant->cmd);
	set32(self->arg, SIZE_AT, variant->size);
	for (const struct field *f = variant->field; f->kind; f++) {
		for (at = f->at; at < f->end; at += 4)
			set32(self->arg, at, POISON32);
	}
}

FIXTURE_TEARDOWN(command)
{
	close(self->exported);
	close(self->other);
	close(self->fd);
	free(self->before);
	free(self->arg);
}

/* A refusal writes the status at most, and nothing of the message. */
static int arg_refused(int fd, unsigned long cmd, __u8 *arg, __u8 *before)
{
	int status;

	set32(arg, STATUS_AT, POISON32);
	memcpy(before, arg, ALL_SIZE);
	status = call(fd, cmd, arg);
	memcpy(before + STATUS_AT, arg + STATUS_AT, 4);
	return memcmp(before, arg, ALL_SIZE) ? BROKEN : status;
}

#define REFUSED()							\
	arg_refused(self->fd, variant->cmd, self->arg, self->before)

/* The handle that a command gave, 0 if it gives none. */
static __u32 given(unsigned long cmd, const __u8 *arg)
{
	switch (cmd) {
	case SSPSEAL_CREATE:
		return get32(arg, offsetof(struct sspseal_create, handle));
	case SSPSEAL_IMPORT:
		return get32(arg, offsetof(struct sspseal_import, handle));
	default:
		return 0;
	}
}

/*
 * After all that was refused the command can still be done, once. The next handle
 * is the number that it would have been at first: none was given out.
 */
#define WORKS_WITH(arg) do {						\
	__u8 *_arg = arg;						\
									\
	EXPECT_EQ(0, sent(self->fd, self->sender));			\
	if (variant->cmd != SSPSEAL_DESTROY)				\
		EXPECT_EQ(0, received(self->fd, self->receiver));	\
	EXPECT_EQ(0, call(self->fd, variant->cmd, _arg));		\
	EXPECT_EQ(HANDLES + 1, given(variant->cmd, _arg) ?:		\
		  create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR, 0));	\
} while (0)

#define STILL_WORKS()	WORKS_WITH(self->arg)

/* The first of this kind from there on, NULL if there is none. */
static const struct field *next(const struct field *f, enum kind kind)
{
	while (f->kind && f->kind != kind)
		f++;
	return f->kind ? f : NULL;
}

/* ---- the size ---- */

TEST_F(command, size_exact)
{
	const struct field *f;
	__u32 at;

	/* Of INFO's suite: the kernel's choice is told where 0 was asked for. */
	if (variant->cmd == SSPSEAL_INFO)
		set32(self->arg, offsetof(struct sspseal_info, suite), 1);
	memcpy(self->before, self->arg, ARG_SIZE);
	ASSERT_EQ(0, call(self->fd, variant->cmd, self->arg));
	/* What is an output was written, and nothing else. */
	for (f = next(variant->field, OUTPUT); f; f = next(f + 1, OUTPUT)) {
		for (at = f->at; at < f->end; at += 4) {
			EXPECT_NE(POISON32, get32(self->arg, at))
				TH_LOG("field at %u", at);
			set32(self->before, at, get32(self->arg, at));
		}
	}
	set32(self->before, STATUS_AT, S(OK));
	EXPECT_EQ(0, memcmp(self->before, self->arg, ARG_SIZE));
}

TEST_F(command, size_short)
{
	__u32 size;

	for (size = 0; size < variant->size; size++) {
		set32(self->arg, SIZE_AT, size);
		EXPECT_EQ(-EINVAL, REFUSED())
			TH_LOG("size %u", size);
		EXPECT_EQ(POISON32, get32(self->arg, STATUS_AT));
	}
	set32(self->arg, SIZE_AT, variant->size);
	STILL_WORKS();
}

TEST_F(command, size_longer_with_zeros)
{
	set32(self->arg, SIZE_AT, PAGE);
	ASSERT_EQ(0, call(self->fd, variant->cmd, self->arg));
	EXPECT_EQ(PAGE, get32(self->arg, SIZE_AT));
	EXPECT_TRUE(all_bytes(self->arg + variant->size, 0,
			      ARG_SIZE - variant->size));
}

TEST_F(command, size_longer_not_zero)
{
	__u32 at;

	for (at = variant->size; at < PAGE;
	     at += at < variant->size + 16 ? 1 : 97) {
		set32(self->arg, SIZE_AT, at + 1);
		self->arg[at] = 0x80;
		EXPECT_EQ(-E2BIG, REFUSED())
			TH_LOG("byte %u", at);
		EXPECT_EQ(POISON32, get32(self->arg, STATUS_AT));
		self->arg[at] = 0;
	}
	set32(self->arg, SIZE_AT, PAGE);
	self->arg[PAGE - 1] = 1;
	EXPECT_EQ(-E2BIG, REFUSED());
	self->arg[PAGE - 1] = 0;
	/* What lies beyond the stated size is not looked at. */
	self->arg[variant->size + 8] = 1;
	set32(self->arg, SIZE_AT, variant->size + 8);
	STILL_WORKS();
}

TEST_F(command, size_beyond_a_page)
{
	static const __u32 sizes[] = {
		PAGE + 1, PAGE + 8, 2 * PAGE, ALL_SIZE, 0x7fffffff, 0x80000000,
		0xffffffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		set32(self->arg, SIZE_AT, sizes[i]);
		EXPECT_EQ(-E2BIG, REFUSED())
			TH_LOG("size %u", sizes[i]);
	}
	set32(self->arg, SIZE_AT, variant->size);
	STILL_WORKS();
}

TEST_F(command, size_beyond_memory)
{
	__u8 *arg = before_fence(variant->size);

	memcpy(arg, self->arg, variant->size);
	set32(arg, SIZE_AT, variant->size + 1);
	EXPECT_EQ(-EFAULT, call(self->fd, variant->cmd, arg));
	set32(arg, SIZE_AT, PAGE);
	EXPECT_EQ(-EFAULT, call(self->fd, variant->cmd, arg));
	set32(arg, SIZE_AT, 0xffffffff);
	EXPECT_EQ(-E2BIG, call(self->fd, variant->cmd, arg));
	/* What is stated is there, to the last byte. */
	set32(arg, SIZE_AT, variant->size);
	WORKS_WITH(arg);
}

/* ---- fields ---- */

TEST_F(command, reserved_bits)
{
	const struct field *f;
	__u32 bit;

	for (f = next(variant->field, RESERVED); f; f = next(f + 1, RESERVED)) {
		for (bit = 1; bit; bit <<= 1) {
			set32(self->arg, f->at, bit);
			EXPECT_EQ(S(RESERVED), REFUSED())
				TH_LOG("bit %#x", bit);
		}
		set32(self->arg, f->at, 0);
	}
	STILL_WORKS();
}

TEST_F(command, unknown_bits)
{
	const struct field *f;
	__u32 bit, good;

	for (f = next(variant->field, BITS); f; f = next(f + 1, BITS)) {
		good = get32(self->arg, f->at);
		for (bit = 1; bit; bit <<= 1) {
			if (bit & f->known)
				continue;
			set32(self->arg, f->at, bit);
			EXPECT_EQ(f->status, REFUSED())
				TH_LOG("field at %u, bit %#x", f->at, bit);
			set32(self->arg, f->at, good | bit);
			EXPECT_EQ(f->status, REFUSED())
				TH_LOG("field at %u, bit %#x", f->at, bit);
		}
		set32(self->arg, f->at, 0xffffffff);
		EXPECT_EQ(f->status, REFUSED());
		set32(self->arg, f->at, good);
	}
	STILL_WORKS();
}

TEST_F(command, unknown_values)
{
	const struct field *f;
	static const __u32 large[] = {
		33, 34, 35, 256, 257, 0x10001, 0x7fffffff, 0x80000001,
		0xffffffff,
	};
	__u32 value, good;
	unsigned int i;

	for (f = next(variant->field, VALUE); f; f = next(f + 1, VALUE)) {
		good = get32(self->arg, f->at);
		for (value = 0; value < 32; value++) {
			if (f->known & 1U << value)
				continue;
			set32(self->arg, f->at, value);
			EXPECT_EQ(f->status, REFUSED())
				TH_LOG("field at %u, %u", f->at, value);
		}
		for (i = 0; i < ARRAY_SIZE(large); i++) {
			set32(self->arg, f->at, large[i]);
			EXPECT_EQ(f->status, REFUSED())
				TH_LOG("field at %u, %u", f->at, large[i]);
		}
		set32(self->arg, f->at, good);
	}
	STILL_WORKS();
}

/* NULL, not mapped, of the kernel, not canonical, around the end. */
TEST_F(command, addresses)
{
	const struct field *f;
	const __u64 bad[] = {
		0, 1, (uintptr_t)fence(), (uintptr_t)fence() - 7,
		0xffff888000000000ULL, 0xffffffff81000000ULL,
		0xffffffffffffffffULL, 0xfffffffffffffff0ULL,
		0x00007ffffffffff8ULL, 0x0000800000000000ULL,
		0x8000000000000000ULL,
	};
	unsigned int i;
	__u64 good;

	for (f = next(variant->field, ADDRESS); f; f = next(f + 1, ADDRESS)) {
		memcpy(&good, self->arg + f->at, sizeof(good));
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			memcpy(self->arg + f->at, &bad[i], sizeof(good));
			EXPECT_EQ(!bad[i] && f->status ? f->status : S(FAULT),
				  REFUSED())
				TH_LOG("address %#llx", bad[i]);
		}
		memcpy(self->arg + f->at, &good, sizeof(good));
	}
	STILL_WORKS();
}

/* ---- handles ---- */

TEST_F(command, handle_never_given)
{
	const struct field *f;
	static const __u32 never[] = {
		0, HANDLES + 1, HANDLES + 2, 0x10001, 0x7fffffff, 0x80000000,
		0x80000001, 0xffffffff,
	};
	unsigned int i;
	__u32 good;

	for (f = next(variant->field, HANDLE); f; f = next(f + 1, HANDLE)) {
		good = get32(self->arg, f->at);
		for (i = 0; i < ARRAY_SIZE(never); i++) {
			set32(self->arg, f->at, never[i]);
			EXPECT_EQ(S(NO_HANDLE), REFUSED())
				TH_LOG("handle %#x", never[i]);
		}
		/* A number that the file has means nothing in another one. */
		set32(self->arg, f->at, good);
		EXPECT_EQ(S(NO_HANDLE),
			  arg_refused(self->other, variant->cmd, self->arg,
				      self->before));
	}
	for (f = next(variant->field, SOURCE); f; f = next(f + 1, SOURCE)) {
		good = get32(self->arg, f->at);
		/* 0 is a name for 1 there. */
		for (i = 1; i < ARRAY_SIZE(never); i++) {
			set32(self->arg, f->at, never[i]);
			EXPECT_EQ(S(NO_HANDLE), REFUSED())
				TH_LOG("handle %#x", never[i]);
		}
		set32(self->arg, f->at, good);
	}
	STILL_WORKS();
}

TEST_F(command, handle_destroyed)
{
	const struct field *f;

	for (f = next(variant->field, HANDLE); f; f = next(f + 1, HANDLE)) {
		ASSERT_EQ(0, destroy(self->fd, get32(self->arg, f->at)));
		EXPECT_EQ(S(ALREADY_DESTROYED), REFUSED());
	}
	for (f = next(variant->field, SOURCE); f; f = next(f + 1, SOURCE)) {
		ASSERT_EQ(0, destroy(self->exported, SSPSEAL_EXPORTED_HANDLE));
		EXPECT_EQ(S(ALREADY_DESTROYED), REFUSED());
		set32(self->arg, f->at, 0);
		EXPECT_EQ(S(ALREADY_DESTROYED), REFUSED());
	}
}

TEST_F(command, descriptors)
{
	const struct field *f;
	int pipes[2], i, bad[] = {
		-1, INT_MIN, INT_MAX, 1000, -1, -1, -1, -1, -1, -1,
	};

	ASSERT_EQ(0, pipe(pipes));
	bad[4] = pipes[0];
	bad[5] = pipes[1];
	bad[6] = open("/dev/null", O_RDWR);
	bad[7] = open("/", O_RDONLY | O_DIRECTORY);
	bad[8] = memfd_create("sspseal", 0);
	/* It names the device, but is no open file of it. */
	bad[9] = open(SSPSEAL_DEVICE, O_PATH);
	for (i = 4; i < (int)ARRAY_SIZE(bad); i++)
		ASSERT_LE(0, bad[i]);

	for (f = next(variant->field, DESCRIPTOR); f; f = next(f + 1, DESCRIPTOR)) {
		for (i = 0; i < (int)ARRAY_SIZE(bad); i++) {
			set32(self->arg, f->at, bad[i]);
			EXPECT_EQ(S(DESCRIPTOR), REFUSED())
				TH_LOG("descriptor %d", bad[i]);
		}
		set32(self->arg, f->at, self->exported);
	}
	STILL_WORKS();
}

/* ---- the struct itself ---- */

TEST_F(command, address_bad)
{
	void *const bad[] = {
		NULL, (void *)1, fence(), (void *)-4096L, (void *)-1L,
		(void *)LONG_MIN,
	};
	__u8 *edge = fence();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, bad[i]));
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("address %p", bad[i]);
	}
	for (i = 1; i < variant->size; i++) {
		memcpy(edge - i, self->arg, i);
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, edge - i));
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("%u bytes of the struct", i);
	}
	STILL_WORKS();
}

/* What a command says of its first field, where that is wrong. */
static int wrong(const struct field *first)
{
	return first->kind == RESERVED ? S(RESERVED) :
	       first->kind == HANDLE ? S(NO_HANDLE) : first->status;
}

TEST_F(command, status_is_not_an_input)
{
	const struct field *f = variant->field;
	__u32 status, good = get32(self->arg, f->at);
	int expected = wrong(f);

	set32(self->arg, f->at, 0x40000000);
	for (status = 0; status < 256; status++) {
		set32(self->arg, STATUS_AT, status);
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, self->arg));
		EXPECT_EQ(status_errno(expected), -errno);
		EXPECT_EQ(expected, get32(self->arg, STATUS_AT));
	}
	set32(self->arg, f->at, good);
	set32(self->arg, STATUS_AT, S(NO_MEMORY));
	EXPECT_EQ(0, ioctl(self->fd, variant->cmd, self->arg));
	EXPECT_EQ(S(OK), get32(self->arg, STATUS_AT));
}

/* Of several things that are wrong, the first in the header's list is told. */
TEST_F(command, order_of_checks)
{
	const struct field *f = variant->field;

	/* All is wrong but for the size; then one after the other is put right. */
	memset(self->arg + STATUS_AT + 4, 0xff, variant->size - STATUS_AT - 4);
	while (f->kind == RESERVED || f->status == S(FLAGS)) {
		EXPECT_EQ(wrong(f), REFUSED());
		set32(self->arg, f->at, 0);
		f++;
	}
	EXPECT_EQ(variant->rest, REFUSED());
}

/* ---- rights, for all commands ---- */

static const unsigned long with_right[] = {
	SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN, SSPSEAL_VERIFY,
	SSPSEAL_QUERY, SSPSEAL_EXPORT,
};

FIXTURE(rights)
{
	int fd;
	__u32 handle;
	/* Messages of the other end, which serve again and again. */
	__u8 sealed_token[TOKEN_SIZE];
	__u8 sealed[CB];
	__u8 signed_token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 token[TOKEN_SIZE];
};

FIXTURE_SETUP(rights)
{
	__u32 acceptor;

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      SSPSEAL_CONFIDENTIALITY);
	acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				  SSPSEAL_CONFIDENTIALITY);
	ASSERT_EQ(1, self->handle);
	ASSERT_NE(0, acceptor);
	memset(self->data, 'x', CB);
	memset(self->sealed, 'x', CB);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, acceptor,
				 self->sealed_token, self->sealed, CB));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, acceptor,
				 self->signed_token, self->data, CB));
}

FIXTURE_TEARDOWN(rights)
{
	close(self->fd);
}

static int export_call(int fd, __u32 handle, __u32 flags, __u32 rights,
		       struct sspseal_export *e)
{
	*e = export_args(handle, rights);
	e->flags = flags;
	return call(fd, SSPSEAL_EXPORT, e);
}

static int import_call(int fd, int from, __u32 source, __u32 flags,
		       struct sspseal_import *i)
{
	*i = import_args(from, source);
	i->flags = flags;
	return call(fd, SSPSEAL_IMPORT, i);
}

/* A command that needs a right, with an argument that works. */
static int use(const FIXTURE_DATA(rights) * self, int fd, __u32 handle,
	       unsigned long cmd)
{
	__u8 token[TOKEN_SIZE], data[CB];
	struct sspseal_export e;
	struct sspseal_query q;
	int status;

	memcpy(data, self->data, CB);
	switch (cmd) {
	case SSPSEAL_UNSEAL:
		memcpy(token, self->sealed_token, TOKEN_SIZE);
		memcpy(data, self->sealed, CB);
		break;
	case SSPSEAL_VERIFY:
		memcpy(token, self->signed_token, TOKEN_SIZE);
		break;
	case SSPSEAL_QUERY:
		return query(fd, handle, &q);
	case SSPSEAL_EXPORT:
		status = export_call(fd, handle, 0, SSPSEAL_RIGHT_EXPORT, &e);
		if (!status)
			close(e.fd);
		return status;
	}
	return simple_call(fd, cmd, handle, token, data, CB);
}

/* Each command passes by its own right, and none by another one's. */
static bool rights_are(const FIXTURE_DATA(rights) * self, int fd, __u32 handle,
		       __u32 rights)
{
	unsigned int i;
	int expected;

	for (i = 0; i < ARRAY_SIZE(with_right); i++) {
		expected = rights & 1U << i ? S(OK) : S(NO_RIGHT);
		if (use(self, fd, handle, with_right[i]) != expected)
			return false;
	}
	return true;
}

static int bind_call(int fd, __u32 handle)
{
	static const __u8 salt[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_bind b = bind_args(handle, SSPSEAL_CONFIDENTIALITY,
					  salt);

	return call(fd, SSPSEAL_BIND, &b);
}

TEST_F(rights, of_a_created_handle)
{
	struct sspseal_query q;

	EXPECT_TRUE(rights_are(self, self->fd, self->handle, ALL_RIGHTS));
	ASSERT_EQ(0, query(self->fd, self->handle, &q));
	/* The right to bind is not one that can be seen or given. */
	EXPECT_EQ(ALL_RIGHTS, q.rights);
	EXPECT_EQ(S(ALREADY_BOUND), bind_call(self->fd, self->handle));
}

TEST_F(rights, every_set)
{
	struct sspseal_import here, there;
	struct sspseal_export e;
	struct sspseal_query q;
	__u32 rights;

	for (rights = 1; rights <= ALL_RIGHTS; rights++) {
		ASSERT_EQ(0, export_call(self->fd, self->handle, 0, rights,
					 &e));
		ASSERT_EQ(0, import_call(self->fd, e.fd, 1, 0, &here));
		ASSERT_EQ(0, import_call(self->fd, e.fd, 0,
					 SSPSEAL_IMPORT_NEW_FILE, &there));
		EXPECT_TRUE(rights_are(self, e.fd, 1, rights))
			TH_LOG("rights %#x", rights);
		EXPECT_TRUE(rights_are(self, self->fd, here.handle, rights))
			TH_LOG("rights %#x", rights);
		EXPECT_TRUE(rights_are(self, there.new_fd, 1, rights))
			TH_LOG("rights %#x", rights);
		if (rights & SSPSEAL_RIGHT_QUERY) {
			ASSERT_EQ(0, query(e.fd, 1, &q));
			EXPECT_EQ(rights, q.rights);
			ASSERT_EQ(0, query(self->fd, here.handle, &q));
			EXPECT_EQ(rights, q.rights);
			ASSERT_EQ(0, query(there.new_fd, 1, &q));
			EXPECT_EQ(rights, q.rights);
		}
		/* The right to bind goes with none of them. */
		EXPECT_EQ(S(NO_RIGHT), bind_call(e.fd, 1));
		EXPECT_EQ(S(NO_RIGHT), bind_call(self->fd, here.handle));
		EXPECT_EQ(S(NO_RIGHT), bind_call(there.new_fd, 1));
		/* Everyone may destroy. */
		EXPECT_EQ(0, destroy(self->fd, here.handle));
		EXPECT_EQ(0, destroy(e.fd, 1));
		EXPECT_EQ(0, destroy(there.new_fd, 1));
		close(there.new_fd);
		close(e.fd);
	}
	EXPECT_TRUE(rights_are(self, self->fd, self->handle, ALL_RIGHTS));
}

/* What is exported again has no more rights than before. */
TEST_F(rights, subsets)
{
	struct sspseal_export e, again;
	__u32 rights, wanted;
	int expected;

	for (rights = 1; rights <= ALL_RIGHTS; rights++) {
		ASSERT_EQ(0, export_call(self->fd, self->handle, 0, rights,
					 &e));
		for (wanted = 0; wanted <= ALL_RIGHTS; wanted++) {
			expected = S(OK);
			if (!(rights & SSPSEAL_RIGHT_EXPORT))
				expected = S(NO_RIGHT);
			else if (!wanted || wanted & ~rights)
				expected = S(RIGHTS);
			ASSERT_EQ(expected, export_call(e.fd, 1, 0, wanted,
							&again))
				TH_LOG("%#x of %#x", wanted, rights);
			ASSERT_EQ(!expected, again.fd != (__s32)POISON32);
			if (!expected)
				close(again.fd);
		}
		close(e.fd);
	}
}

TEST_F(rights, of_a_revoker)
{
	struct sspseal_export e;
	struct sspseal_import i;

	ASSERT_EQ(0, export_call(self->fd, self->handle,
				 SSPSEAL_EXPORT_REVOCABLE, ALL_RIGHTS, &e));
	ASSERT_NE(0, e.revoker);
	EXPECT_TRUE(rights_are(self, self->fd, e.revoker, 0));
	EXPECT_EQ(S(NO_RIGHT), bind_call(self->fd, e.revoker));
	/* It cannot be passed on either. */
	EXPECT_EQ(S(NO_RIGHT), import_call(self->fd, self->fd, e.revoker, 0,
					   &i));
	EXPECT_EQ(POISON32, i.handle);
	/* All of that has revoked nothing. */
	EXPECT_TRUE(rights_are(self, e.fd, 1, ALL_RIGHTS));
	EXPECT_EQ(0, destroy(self->fd, e.revoker));
	EXPECT_EQ(S(REVOKED), use(self, e.fd, 1, SSPSEAL_SIGN));
	close(e.fd);
}

/* That a handle was revoked is said before that it had no right. */
TEST_F(rights, revoked_comes_first)
{
	struct sspseal_export e;
	struct sspseal_import i;
	unsigned int n;

	ASSERT_EQ(0, export_call(self->fd, self->handle,
				 SSPSEAL_EXPORT_REVOCABLE, SSPSEAL_RIGHT_SEAL,
				 &e));
	ASSERT_EQ(0, destroy(self->fd, e.revoker));
	for (n = 0; n < ARRAY_SIZE(with_right); n++)
		EXPECT_EQ(S(REVOKED), use(self, e.fd, 1, with_right[n]));
	EXPECT_EQ(S(REVOKED), bind_call(e.fd, 1));
	EXPECT_EQ(S(REVOKED), import_call(self->fd, e.fd, 1, 0, &i));
	EXPECT_EQ(S(REVOKED), import_call(self->fd, e.fd, 1,
					  SSPSEAL_IMPORT_NEW_FILE, &i));
	EXPECT_EQ(0, destroy(e.fd, 1));
	EXPECT_EQ(S(ALREADY_DESTROYED), use(self, e.fd, 1, SSPSEAL_SEAL));
	close(e.fd);
}

/* ---- which command in which file ---- */

static int create_call(int fd)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);

	return call(fd, SSPSEAL_CREATE, &c);
}

static int info_call(int fd)
{
	struct sspseal_info i;

	return info(fd, 0, &i);
}

static int batch_call(int fd)
{
	struct sspseal_operation op = { };
	struct sspseal_batch b = {
		.size = sizeof(b),
		.operations = (uintptr_t)&op,
		.stride = sizeof(op),
		.nr = 1,
	};

	return call(fd, SSPSEAL_BATCH, &b);
}

TEST_F(rights, kinds_of_files)
{
	enum { DEVICE, EXPORTED, IMPORTED, KINDS };
	static const int anonymous[KINDS] = { S(OK), S(ANONYMOUS), S(ANONYMOUS) };
	static const int exported[KINDS] = { S(OK), S(ANONYMOUS), S(OK) };
	struct sspseal_import i, again;
	struct sspseal_export e;
	int fd[KINDS], k;

	ASSERT_EQ(0, export_call(self->fd, self->handle, 0, ALL_RIGHTS, &e));
	ASSERT_EQ(0, import_call(self->fd, e.fd, 0, SSPSEAL_IMPORT_NEW_FILE,
				 &i));
	EXPECT_EQ(1, i.handle);
	fd[DEVICE] = self->fd;
	fd[EXPORTED] = e.fd;
	fd[IMPORTED] = i.new_fd;
	for (k = 0; k < KINDS; k++) {
		EXPECT_EQ(0, info_call(fd[k]));
		EXPECT_EQ(0, batch_call(fd[k]));
		EXPECT_EQ(anonymous[k], create_call(fd[k]))
			TH_LOG("kind %d", k);
		EXPECT_EQ(k == DEVICE ? S(ALREADY_BOUND) : S(NO_RIGHT),
			  bind_call(fd[k], 1));
		EXPECT_EQ(exported[k], import_call(fd[k], e.fd, 0, 0, &again))
			TH_LOG("kind %d", k);
		EXPECT_EQ(exported[k] ? POISON32 : again.handle, again.handle);
		/* Into a new file, whoever has the descriptor may. */
		EXPECT_EQ(0, import_call(fd[k], e.fd, 0,
					 SSPSEAL_IMPORT_NEW_FILE, &again));
		EXPECT_EQ(1, again.handle);
		close(again.new_fd);
		EXPECT_TRUE(rights_are(self, fd[k], 1, ALL_RIGHTS));
	}
	/* Flags and reserved fields are checked before the kind of the file. */
	EXPECT_EQ(S(FLAGS), import_call(e.fd, e.fd, 0, 2, &again));
	for (k = 0; k < KINDS; k++) {
		EXPECT_EQ(0, destroy(fd[k], 1));
		close(fd[k]);
	}
	self->fd = device_open();
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * BATCH: each operation is done as its command alone would do it, in the order of
 * the array, and has its own result; what ends a batch before its end.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		32
#define MAX		SSPSEAL_OPERATIONS_MAX
#define STRIDE		sizeof(struct sspseal_operation)

/* A message: byte i of DATA is i, and the letter's number is added. */
struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	struct sspseal_buffer b[2];
};

static struct letter letters[MAX];
/* Some tests put one more behind. */
static struct sspseal_operation ops[MAX + 1];

static void letter_make(struct letter *l, __u8 number)
{
	unsigned int i;

	memset(l->token, POISON, sizeof(l->token));
	for (i = 0; i < CB; i++)
		l->data[i] = i + number;
	l->b[0] = buffer(TOKEN, l->token, TOKEN_SIZE);
	l->b[1] = buffer(DATA, l->data, CB);
}

static bool letter_is_plain(const struct letter *l, __u8 number)
{
	unsigned int i;

	for (i = 0; i < CB; i++) {
		if (l->data[i] != (__u8)(i + number))
			return false;
	}
	return true;
}

/* All that the kernel is to write, or to leave alone, is poisoned. */
static struct sspseal_operation operation(__u32 command, __u32 handle,
					  struct letter *l)
{
	struct sspseal_operation op = {
		.command = command,
		.error = (__s32)POISON32,
		.message = message(handle, l->b, 2),
	};

	op.message.size = POISON32;
	op.message.status = POISON32;
	return op;
}

static bool op_has(const struct sspseal_operation *op, __u32 status)
{
	return op->message.status == status &&
	       op->error == status_errno(status);
}

static bool op_untouched(const struct sspseal_operation *op)
{
	return op->message.status == POISON32 && op->error == (__s32)POISON32;
}

/* Letters and operations with one command and one context. */
static void make_all(__u32 command, __u32 handle, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		letter_make(&letters[i], i);
		ops[i] = operation(command, handle, &letters[i]);
	}
}

static struct sspseal_batch batch_args(const void *operations, __u32 stride,
				       __u32 nr)
{
	struct sspseal_batch args = {
		.size = sizeof(args),
		.operations = (uintptr_t)operations,
		.stride = stride,
		.nr = nr,
		.done = POISON32,
	};

	return args;
}

/* A batch that must end like this. Return: how many were done, or BROKEN. */
static int batch_ends(int fd, const void *operations, __u32 stride, __u32 nr,
		      int status)
{
	struct sspseal_batch args = batch_args(operations, stride, nr);
	struct sspseal_batch before = args;

	if (call(fd, SSPSEAL_BATCH, &args) != status)
		return BROKEN;
	before.status = status;
	before.done = args.done;
	return memcmp(&args, &before, sizeof(args)) ? BROKEN : (int)args.done;
}

static int batch_strided(int fd, const void *operations, __u32 stride, __u32 nr)
{
	return batch_ends(fd, operations, stride, nr, S(OK));
}

/* One whose last operation was done without a result. */
static int batch_cut(int fd, const void *operations, __u32 nr)
{
	return batch_ends(fd, operations, STRIDE, nr, S(FAULT_AFTER_COMMIT));
}

static int batch(int fd, unsigned int nr)
{
	return batch_strided(fd, ops, STRIDE, nr);
}

/* A batch that must fail. Nothing but its status may change. */
static int batch_refused(int fd, struct sspseal_batch *args)
{
	struct sspseal_batch before = *args;
	int status = call(fd, SSPSEAL_BATCH, args);

	before.status = args->status;
	return memcmp(args, &before, sizeof(before)) ? BROKEN : status;
}

FIXTURE(batch)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_VARIANT(batch)
{
	__u32 services;
	bool strict;
};

FIXTURE_VARIANT_ADD(batch, replay)
{
	.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
};

FIXTURE_VARIANT_ADD(batch, strict)
{
	.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
	.strict = true,
};

FIXTURE_SETUP(batch)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 variant->services);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					variant->services);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(batch)
{
	close(self->fd);
}

/* ---- results ---- */

TEST_F(batch, one)
{
	make_all(SSPSEAL_SEAL, self->initiator, 2);
	ASSERT_EQ(1, batch(self->fd, 1));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_EQ(POISON32, ops[0].message.size);
	EXPECT_FALSE(letter_is_plain(&letters[0], 0));
	EXPECT_EQ(0, token_counter(letters[0].token));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	/* The next one is none of this batch. */
	EXPECT_TRUE(op_untouched(&ops[1]));
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));

	ops[0] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[0]);
	ASSERT_EQ(1, batch(self->fd, 1));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(letter_is_plain(&letters[0], 0));
	EXPECT_EQ(1, received(self->fd, self->acceptor));
}

/* One failure after the other, and what stands between them is done. */
TEST_F(batch, each_has_its_own_result)
{
	enum { NR = 16 };
	static const int expected[NR] = {
		S(OK), S(NO_TOKEN), S(OK), S(NO_HANDLE), S(OK), S(COMMAND),
		S(OK), S(QOP), S(OK), S(NO_BUFFERS), S(OK), S(FAULT), S(OK),
		S(DATA_TOO_LONG), S(OK), S(TWO_DATA),
	};
	struct sspseal_buffer three[3];
	unsigned int i;

	make_all(SSPSEAL_SEAL, self->initiator, NR);
	letters[1].b[0].type = SSPSEAL_BUFFER_EMPTY;
	ops[3].message.handle = self->acceptor + 1;
	ops[5].command = SSPSEAL_QUERY;
	ops[7].message.qop = 1;
	ops[9].message.nr_buffers = 0;
	letters[11].b[1].ptr = (uintptr_t)fence();
	letters[13].b[1].cb = 0xffffffff;
	three[0] = letters[15].b[0];
	three[1] = buffer(DATA, letters[15].data, 8);
	three[2] = buffer(DATA, letters[15].data + 8, 8);
	ops[15].message = message(self->initiator, three, 3);

	ASSERT_EQ(NR, batch(self->fd, NR));
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(op_has(&ops[i], expected[i]))
			TH_LOG("operation %u: error %d status %u", i,
			       ops[i].error, ops[i].message.status);
		EXPECT_EQ(expected[i] != S(OK),
			  letter_is_plain(&letters[i], i));
		EXPECT_EQ(expected[i] != S(OK),
			  all_bytes(letters[i].token, POISON, TOKEN_SIZE));
		if (!expected[i])
			EXPECT_EQ(i / 2, token_counter(letters[i].token));
	}
	EXPECT_EQ(NR / 2, sent(self->fd, self->initiator));
}

TEST_F(batch, all_of_them_fail)
{
	unsigned int i;

	make_all(SSPSEAL_SEAL, self->acceptor + 7, MAX);
	ASSERT_EQ(MAX, batch(self->fd, MAX));
	for (i = 0; i < MAX; i++) {
		ASSERT_TRUE(op_has(&ops[i], S(NO_HANDLE)));
		ASSERT_TRUE(letter_is_plain(&letters[i], i));
	}
}

/* What one operation makes, a later one of the same batch takes. */
TEST_F(batch, there_and_back)
{
	enum { NR = 48 };
	static const __u32 commands[3][2] = {
		{ SSPSEAL_SEAL, SSPSEAL_UNSEAL },
		{ SSPSEAL_SIGN, SSPSEAL_VERIFY },
		{ SSPSEAL_SEAL, SSPSEAL_UNSEAL },
	};
	unsigned int i;

	for (i = 0; i < NR; i++) {
		letter_make(&letters[i], i);
		ops[2 * i] = operation(commands[i % 3][0], self->initiator,
				       &letters[i]);
		ops[2 * i + 1] = operation(commands[i % 3][1], self->acceptor,
					   &letters[i]);
		ops[2 * i].message.sequence = i + 1;
		ops[2 * i + 1].message.sequence = i + 1;
		ops[2 * i + 1].message.qop = POISON32;
		if (i % 3 == 2)
			ops[2 * i].message.qop = SSPSEAL_QOP_NO_ENCRYPT;
	}
	ASSERT_EQ(2 * NR, batch(self->fd, 2 * NR));
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(op_has(&ops[2 * i], S(OK)));
		EXPECT_TRUE(op_has(&ops[2 * i + 1], S(OK)));
		EXPECT_TRUE(letter_is_plain(&letters[i], i));
		EXPECT_EQ(i, token_counter(letters[i].token));
		EXPECT_EQ(i + 1, token_sequence(letters[i].token));
		EXPECT_EQ(i % 3 == 2 ? SSPSEAL_QOP_NO_ENCRYPT : 0,
			  ops[2 * i].message.qop);
		EXPECT_EQ(i % 3 == 2 ? SSPSEAL_QOP_NO_ENCRYPT : 0,
			  ops[2 * i + 1].message.qop);
	}
	EXPECT_EQ(NR, sent(self->fd, self->initiator));
	EXPECT_EQ(NR, received(self->fd, self->acceptor));
}

TEST_F(batch, order_is_that_of_the_array)
{
	/* Which letter is offered, and what a strict context says to it. */
	static const struct {
		unsigned int letter;
		int strict;
		int loose;
	} row[] = {
		{ 1, S(OUT_OF_ORDER), S(OK) },
		{ 0, S(OK), S(OK) },
		{ 0, S(OUT_OF_ORDER), S(REPLAYED) },
		{ 2, S(OUT_OF_ORDER), S(OK) },
		{ 1, S(OK), S(REPLAYED) },
		{ 2, S(OK), S(REPLAYED) },
		{ 3, S(OK), S(OK) },
		{ 3, S(OUT_OF_ORDER), S(REPLAYED) },
	};
	struct letter offered[ARRAY_SIZE(row)];
	unsigned int i;
	int expected;

	make_all(SSPSEAL_SEAL, self->initiator, 4);
	ASSERT_EQ(4, batch(self->fd, 4));
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		offered[i] = letters[row[i].letter];
		offered[i].b[0].ptr = (uintptr_t)offered[i].token;
		offered[i].b[1].ptr = (uintptr_t)offered[i].data;
		ops[i] = operation(SSPSEAL_UNSEAL, self->acceptor, &offered[i]);
	}
	ASSERT_EQ(ARRAY_SIZE(row), batch(self->fd, ARRAY_SIZE(row)));
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		expected = variant->strict ? row[i].strict : row[i].loose;
		EXPECT_TRUE(op_has(&ops[i], expected))
			TH_LOG("row %u: status %u", i, ops[i].message.status);
		EXPECT_EQ(!expected,
			  letter_is_plain(&offered[i], row[i].letter));
	}
	EXPECT_EQ(4, received(self->fd, self->acceptor));
}

TEST_F(batch, failed_authentication_is_counted_once)
{
	struct sspseal_query q;

	make_all(SSPSEAL_SEAL, self->initiator, 3);
	ASSERT_EQ(3, batch(self->fd, 3));
	ops[0] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[0]);
	ops[1] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[1]);
	ops[2] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[2]);
	letters[2].data[0] ^= 1;
	ASSERT_EQ(3, batch(self->fd, 3));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(op_has(&ops[1], S(OK)));
	EXPECT_TRUE(op_has(&ops[2], S(ALTERED)));
	ASSERT_EQ(0, query(self->fd, self->acceptor, &q));
	EXPECT_EQ(2, q.received);
	EXPECT_EQ(1, q.failed);
}

TEST_F(batch, unknown_commands)
{
	static const __u32 unknown[] = {
		0, 1, SSPSEAL_SEAL & 0xff, SSPSEAL_INFO, SSPSEAL_CREATE,
		SSPSEAL_DESTROY, SSPSEAL_QUERY, SSPSEAL_BIND, SSPSEAL_EXPORT,
		SSPSEAL_IMPORT, SSPSEAL_BATCH, SSPSEAL_BATCH + 1,
		SSPSEAL_SEAL | 0x40000000, SSPSEAL_SEAL | 0x10000, 0xffffffff,
	};
	enum { NR = ARRAY_SIZE(unknown) };
	struct sspseal_operation before[NR];
	unsigned int i;

	make_all(SSPSEAL_SEAL, self->initiator, NR + 1);
	for (i = 0; i < NR; i++)
		ops[i].command = unknown[i];
	memcpy(before, ops, sizeof(before));
	ASSERT_EQ(NR + 1, batch(self->fd, NR + 1));
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(op_has(&ops[i], S(COMMAND)))
			TH_LOG("command %#x", unknown[i]);
		EXPECT_EQ(-EOPNOTSUPP, ops[i].error);
		before[i].error = ops[i].error;
		before[i].message.status = ops[i].message.status;
		EXPECT_EQ(0, memcmp(&before[i], &ops[i], sizeof(ops[i])));
		EXPECT_TRUE(letter_is_plain(&letters[i], i));
	}
	EXPECT_TRUE(op_has(&ops[NR], S(OK)));
	/* The context lives: nobody has destroyed it. */
	EXPECT_EQ(1, sent(self->fd, self->initiator));
}

/* The operations are read one after the other, each when it is its turn. */
TEST_F(batch, operation_that_another_one_writes)
{
	struct sspseal_buffer b[2];
	__u8 token[TOKEN_SIZE];

	/* The next operation is what this message says. */
	make_all(SSPSEAL_SIGN, self->initiator, 3);
	b[0] = buffer(TOKEN, token, sizeof(token));
	b[1] = buffer(DATA, &ops[1], sizeof(ops[1]));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  2));
	ops[0].command = SSPSEAL_UNSEAL;
	ops[0].message = message(self->acceptor, b, 2);
	EXPECT_NE(SSPSEAL_SIGN, ops[1].command);
	ASSERT_EQ(3, batch(self->fd, 3));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(op_has(&ops[1], S(OK)));
	EXPECT_TRUE(op_has(&ops[2], S(OK)));
	EXPECT_EQ(SSPSEAL_SIGN, ops[1].command);
	EXPECT_EQ(1, token_counter(letters[1].token));
	EXPECT_EQ(2, token_counter(letters[2].token));
}

TEST_F(batch, buffers_of_a_message_that_cannot_be_written)
{
	__u8 *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);
	int burned = variant->strict ? S(SEND_ENDED) : S(OK);

	ASSERT_NE(MAP_FAILED, readonly);
	make_all(SSPSEAL_SEAL, self->initiator, 3);
	letters[1].b[1].ptr = (uintptr_t)readonly;
	/* That is the message's affair: the batch goes on. */
	ASSERT_EQ(3, batch(self->fd, 3));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(op_has(&ops[1], S(FAULT_AFTER_COMMIT)));
	EXPECT_TRUE(op_has(&ops[2], burned));
	EXPECT_EQ(variant->strict ? 2 : 3, sent(self->fd, self->initiator));
}

/* ---- what is wrong with the batch itself ---- */

FIXTURE(refused)
{
	int fd;
	__u32 initiator;
};

FIXTURE_SETUP(refused)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	ASSERT_NE(0, self->initiator);
	make_all(SSPSEAL_SEAL, self->initiator, MAX);
	/* make_all() takes MAX at most. */
	ops[MAX] = ops[MAX - 1];
}

FIXTURE_TEARDOWN(refused)
{
	close(self->fd);
}

/* Nothing was done, and all of it can be done still. */
#define NOTHING_DONE() do {						\
	EXPECT_EQ(0, sent(self->fd, self->initiator));			\
	EXPECT_TRUE(op_untouched(&ops[0]));				\
	EXPECT_TRUE(op_untouched(&ops[1]));				\
	EXPECT_TRUE(letter_is_plain(&letters[0], 0));			\
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));			\
} while (0)

TEST_F(refused, numbers)
{
	static const __u32 bad[] = {
		0, MAX + 1, MAX + 2, 2 * MAX, 0x10000, 0x10001, 0x7fffffff,
		0x80000000, 0xffffffff,
	};
	struct sspseal_batch args;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		args = batch_args(ops, STRIDE, bad[i]);
		EXPECT_EQ(S(OPERATIONS), batch_refused(self->fd, &args))
			TH_LOG("%u operations", bad[i]);
	}
	NOTHING_DONE();
	ASSERT_EQ(MAX, batch(self->fd, MAX));
	EXPECT_EQ(MAX, sent(self->fd, self->initiator));
	for (i = 0; i < MAX; i++) {
		ASSERT_TRUE(op_has(&ops[i], S(OK)));
		ASSERT_EQ(i, token_counter(letters[i].token));
	}
	EXPECT_TRUE(op_untouched(&ops[MAX]));
}

TEST_F(refused, strides)
{
	struct sspseal_batch args;
	__u32 stride;

	for (stride = 0; stride < STRIDE + 64; stride++) {
		if (stride >= STRIDE && stride % 8 == 0)
			continue;
		args = batch_args(ops, stride, 1);
		EXPECT_EQ(S(OPERATIONS), batch_refused(self->fd, &args))
			TH_LOG("stride %u", stride);
	}
	args = batch_args(ops, 0xffffffff, 1);
	EXPECT_EQ(S(OPERATIONS), batch_refused(self->fd, &args));
	NOTHING_DONE();
	/* Of one operation it does not matter, if it is a possible one. */
	EXPECT_EQ(1, batch_strided(self->fd, ops, 0xfffffff8, 1));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
}

TEST_F(refused, reserved)
{
	struct sspseal_batch args;
	unsigned int i;

	for (i = 0; i < 32; i++) {
		args = batch_args(ops, STRIDE, 2);
		args.__reserved = 1U << i;
		EXPECT_EQ(S(RESERVED), batch_refused(self->fd, &args));
		/* That is said before anything else is looked at. */
		args = batch_args(NULL, 1, 0);
		args.__reserved = 1U << i;
		EXPECT_EQ(S(RESERVED), batch_refused(self->fd, &args));
	}
	NOTHING_DONE();
}

/* Foreign bytes between operations are neither read nor written. */
TEST_F(refused, larger_strides_work)
{
	static const __u32 strides[] = { 48, 56, 64, 128, 1000, PAGE, 5 * PAGE };
	struct sspseal_operation op;
	__u8 *memory = NULL;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(strides); i++) {
		/* The last operation ends where memory does. */
		memory = before_fence(3 * strides[i] + STRIDE);
		memset(memory, POISON, 3 * strides[i] + STRIDE);
		for (k = 0; k < 4; k++) {
			letter_make(&letters[k], k);
			op = operation(SSPSEAL_SIGN, self->initiator,
				       &letters[k]);
			memcpy(memory + k * strides[i], &op, sizeof(op));
		}
		ASSERT_EQ(4, batch_strided(self->fd, memory, strides[i], 4));
		for (k = 0; k < 4; k++) {
			memcpy(&op, memory + k * strides[i], sizeof(op));
			EXPECT_TRUE(op_has(&op, S(OK)))
				TH_LOG("stride %u", strides[i]);
			EXPECT_EQ(4 * i + k, token_counter(letters[k].token));
			if (k < 3)
				EXPECT_TRUE(all_bytes(memory + STRIDE +
						      k * strides[i], POISON,
						      strides[i] - STRIDE));
		}
	}
}

TEST_F(refused, array_that_cannot_be_read)
{
	const __u64 bad[] = {
		0, 1, 8, (uintptr_t)fence(), 0xffff888000000000ULL,
		0xffffffff81000000ULL, 0xfffffffffffffff8ULL,
		0xffffffffffffffffULL, 0x00007fffffffffe0ULL,
		0x0000800000000000ULL, 0x8000000000000000ULL,
	};
	struct sspseal_batch args;
	__u8 *edge = fence();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		args = batch_args(ops, STRIDE, 2);
		args.operations = bad[i];
		EXPECT_EQ(S(FAULT), batch_refused(self->fd, &args))
			TH_LOG("array at %#llx", bad[i]);
	}
	/* A first operation that is there in part. */
	for (i = 1; i < STRIDE; i++) {
		memcpy(edge - i, ops, i);
		args = batch_args(edge - i, STRIDE, 2);
		EXPECT_EQ(S(FAULT), batch_refused(self->fd, &args))
			TH_LOG("%u bytes readable", i);
		EXPECT_EQ(0, memcmp(edge - i, ops, i));
	}
	NOTHING_DONE();
}

/* ---- what ends a batch before its end ---- */

TEST_F(batch, array_that_ends)
{
	enum { WHOLE = 5 };
	struct sspseal_operation *op;
	unsigned int part, i;
	__s64 before;
	__u8 *start;

	for (part = 0; part < STRIDE; part += 4) {
		before = sent(self->fd, self->initiator);
		start = before_fence(WHOLE * STRIDE + part);
		op = (struct sspseal_operation *)start;
		make_all(SSPSEAL_SEAL, self->initiator, WHOLE + 1);
		memcpy(start, ops, WHOLE * STRIDE + part);
		ASSERT_EQ(WHOLE, batch_strided(self->fd, start, STRIDE, 20));
		for (i = 0; i < WHOLE; i++) {
			EXPECT_TRUE(op_has(&op[i], S(OK)));
			EXPECT_EQ(before + i, token_counter(letters[i].token));
		}
		EXPECT_EQ(0, memcmp(start + WHOLE * STRIDE, &ops[WHOLE], part));
		EXPECT_TRUE(letter_is_plain(&letters[WHOLE], WHOLE));
		EXPECT_EQ(before + WHOLE, sent(self->fd, self->initiator));
	}
}

/* The stride leads out of memory, or around its end. */
TEST_F(batch, stride_that_leads_away)
{
	make_all(SSPSEAL_SEAL, self->initiator, 1);
	EXPECT_EQ(1, batch_strided(self->fd, ops, 0x80000000, 3));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	ops[0] = operation(SSPSEAL_SEAL, self->initiator, &letters[0]);
	EXPECT_EQ(1, batch_strided(self->fd, ops, 0xfffffff8, MAX));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_EQ(2, sent(self->fd, self->initiator));
}

/* Two pages, the second one read-only from now on; the operations lie across. */
static struct sspseal_operation *half_readonly(unsigned int writable_bytes,
					       unsigned int nr)
{
	__u8 *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		abort();
	memcpy(page + PAGE - writable_bytes, ops, nr * STRIDE);
	if (mprotect(page + PAGE, PAGE, PROT_READ))
		abort();
	return (void *)(page + PAGE - writable_bytes);
}

/*
 * An operation whose result cannot be written was done all the same. It is the last
 * one, and no result is read from what stands there: it does not count.
 */
TEST_F(batch, results_that_cannot_be_written)
{
	enum { NR = 6 };
	struct sspseal_operation *op;
	unsigned int whole, i;
	__s64 before;

	for (whole = 0; whole < 4; whole++) {
		/* A strict context ends with the first number burned. */
		self->initiator = create_context(self->fd,
						 SSPSEAL_ROLE_INITIATOR,
						 variant->services);
		ASSERT_NE(0, self->initiator);
		make_all(SSPSEAL_SEAL, self->initiator, NR);
		op = half_readonly(whole * STRIDE, NR);
		before = sent(self->fd, self->initiator);
		ASSERT_EQ(whole, batch_cut(self->fd, op, NR));
		for (i = 0; i < whole; i++)
			EXPECT_TRUE(op_has(&op[i], S(OK)));
		EXPECT_TRUE(op_untouched(&op[whole]));
		EXPECT_FALSE(letter_is_plain(&letters[whole], whole));
		EXPECT_TRUE(op_untouched(&op[whole + 1]));
		EXPECT_TRUE(letter_is_plain(&letters[whole + 1], whole + 1));
		EXPECT_EQ(before + whole + 1, sent(self->fd, self->initiator));

		/* For that number was used, and the peer will miss it. */
		letter_make(&letters[0], 0);
		EXPECT_EQ(variant->strict ? S(SEND_ENDED) : S(OK),
			  message_call(self->fd, SSPSEAL_SEAL, self->initiator,
				       letters[0].b, 2));
	}
}

TEST_F(batch, result_that_can_be_written_in_part)
{
	struct sspseal_operation *op;

	/* The error stands there, the status does not. */
	make_all(SSPSEAL_SEAL, self->initiator, 2);
	op = half_readonly(offsetof(struct sspseal_operation, message), 2);
	ASSERT_EQ(0, batch_cut(self->fd, op, 2));
	EXPECT_EQ(-EFAULT, op[0].error);
	EXPECT_EQ(POISON32, op[0].message.status);
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));
}

/* A refusal whose result cannot be written has changed nothing else. */
TEST_F(batch, refusal_that_cannot_be_written)
{
	struct sspseal_operation *op;

	make_all(SSPSEAL_SEAL, self->initiator, 2);
	ops[0].message.qop = 1;
	op = half_readonly(0, 2);
	ASSERT_EQ(0, batch_cut(self->fd, op, 2));
	EXPECT_EQ(0, sent(self->fd, self->initiator));
	EXPECT_TRUE(letter_is_plain(&letters[0], 0));
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator,
				  letters[0].b, 2));
}

/* A message received whose result cannot be written stays received. */
TEST_F(batch, unseal_that_cannot_be_written)
{
	struct sspseal_operation *op;

	make_all(SSPSEAL_SEAL, self->initiator, 2);
	ASSERT_EQ(2, batch(self->fd, 2));
	ops[0] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[0]);
	ops[1] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[1]);
	op = half_readonly(0, 2);
	ASSERT_EQ(0, batch_cut(self->fd, op, 2));
	EXPECT_EQ(1, received(self->fd, self->acceptor));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  letters[1].b, 2));
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));
}

/* A forged message at the very end: nobody may take it for one that was opened. */
TEST_F(batch, last_refusal_that_cannot_be_written)
{
	struct sspseal_operation *op;
	unsigned int i;

	make_all(SSPSEAL_SEAL, self->initiator, 2);
	ASSERT_EQ(2, batch(self->fd, 2));
	letters[1].token[TOKEN_SIZE - 1] ^= 1;
	for (i = 0; i < 2; i++)
		ops[i] = operation(SSPSEAL_UNSEAL, self->acceptor, &letters[i]);
	ops[1].error = 0;
	ops[1].message.status = S(OK);
	op = half_readonly(STRIDE, 2);
	ASSERT_EQ(1, batch_cut(self->fd, op, 2));
	EXPECT_TRUE(op_has(&op[0], S(OK)));
	EXPECT_TRUE(letter_is_plain(&letters[0], 0));
	EXPECT_FALSE(letter_is_plain(&letters[1], 1));
	EXPECT_EQ(1, received(self->fd, self->acceptor));
}

TEST_F(batch, struct_that_cannot_be_written)
{
	struct sspseal_batch *args = page_new();

	ASSERT_NE(NULL, args);
	make_all(SSPSEAL_SEAL, self->initiator, 3);
	*args = batch_args(ops, STRIDE, 3);
	ASSERT_EQ(0, mprotect(args, PAGE, PROT_READ));
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_BATCH, args));
	EXPECT_EQ(EFAULT, errno);
	/* The operations have their results, whatever became of the sum. */
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(op_has(&ops[2], S(OK)));
	EXPECT_EQ(3, sent(self->fd, self->initiator));
}

/* ---- signals ---- */

struct runner {
	int fd;
	struct sspseal_batch *args;
	int ret;
	int error;
};

/* Not call(): the struct may be memory that is not there yet. */
static void *run_batch(void *argument)
{
	struct runner *r = argument;

	r->ret = ioctl(r->fd, SSPSEAL_BATCH, r->args);
	r->error = errno;
	return NULL;
}

TEST_F(batch, signal_in_the_middle)
{
	enum { NR = 6, AT = 2 };
	struct sspseal_batch args = batch_args(ops, STRIDE, NR);
	struct runner r = { .fd = self->fd, .args = &args };
	__u8 content[PAGE] = { }, *page = page_new();
	unsigned int i;

	ASSERT_NE(NULL, page);
	make_all(SSPSEAL_SEAL, self->initiator, NR);
	letters[AT].b[1].ptr = (uintptr_t)page;
	ASSERT_TRUE(interrupt_at(run_batch, &r, page, content));
	ASSERT_EQ(0, r.ret);
	EXPECT_EQ(S(OK), args.status);
	EXPECT_EQ(AT + 1, args.done);
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(i <= AT ? op_has(&ops[i], S(OK)) :
			    op_untouched(&ops[i]));
	}
	EXPECT_EQ(AT + 1, sent(self->fd, self->initiator));
	/* The caller goes on where it ended. */
	ASSERT_EQ(NR - AT - 1, batch_strided(self->fd, &ops[AT + 1], STRIDE,
					     NR - AT - 1));
	for (i = 0; i < NR; i++) {
		EXPECT_TRUE(op_has(&ops[i], S(OK)));
		EXPECT_EQ(i, token_counter(letters[i].token));
	}
}

/* A batch makes progress, whatever is pending: a freezer's signal is nobody's. */
TEST_F(batch, signal_before_the_first)
{
	struct sspseal_batch *args = page_new();
	struct runner r = { .fd = self->fd, .args = args };
	struct sspseal_batch before;
	__u8 content[PAGE] = { };

	ASSERT_NE(NULL, args);
	make_all(SSPSEAL_SEAL, self->initiator, 2);
	before = batch_args(ops, STRIDE, 2);
	memcpy(content, &before, sizeof(before));
	ASSERT_TRUE(interrupt_at(run_batch, &r, args, content));
	EXPECT_EQ(0, r.ret);
	EXPECT_EQ(S(OK), args->status);
	EXPECT_EQ(1, args->done);
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	EXPECT_TRUE(op_has(&ops[0], S(OK)));
	EXPECT_TRUE(op_untouched(&ops[1]));
	EXPECT_TRUE(letter_is_plain(&letters[1], 1));
}

/* A signal that comes while an operation is read does not take it back. */
TEST_F(batch, signal_while_an_operation_is_read)
{
	struct sspseal_operation *op = page_new();
	struct sspseal_batch args = batch_args(op, STRIDE, 2);
	struct runner r = { .fd = self->fd, .args = &args };
	__u8 content[PAGE] = { };

	ASSERT_NE(NULL, op);
	make_all(SSPSEAL_SEAL, self->initiator, 2);
	memcpy(content, ops, 2 * STRIDE);
	ASSERT_TRUE(interrupt_at(run_batch, &r, op, content));
	EXPECT_EQ(0, r.ret);
	EXPECT_EQ(1, args.done);
	EXPECT_TRUE(op_has(&op[0], S(OK)));
	EXPECT_TRUE(op_untouched(&op[1]));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
}

static bool set_timer(unsigned int us)
{
	struct itimerval timer = {
		.it_interval.tv_usec = us, .it_value.tv_usec = us,
	};

	return !setitimer(ITIMER_REAL, &timer, NULL);
}

/* However often it is interrupted, each operation is done once. */
TEST_F(batch, many_signals)
{
	unsigned int round, i, at, partial = 0, us = 2000;
	struct sspseal_batch args;
	int status;

	ASSERT_TRUE(signal_catch(SIGALRM));
	for (round = 0; round < 50 && (round < 5 || !partial); round++) {
		make_all(SSPSEAL_SEAL, self->initiator, MAX);
		ASSERT_TRUE(set_timer(us));
		for (at = 0; at < MAX; at += args.done) {
			args = batch_args(&ops[at], STRIDE, MAX - at);
			status = call(self->fd, SSPSEAL_BATCH, &args);
			ASSERT_EQ(0, status);
			ASSERT_LT(0, args.done);
			ASSERT_GE(MAX - at, args.done);
			partial += args.done < MAX - at;
		}
		ASSERT_TRUE(set_timer(0));
		/* For a machine that is done with all before the first one. */
		if (!partial && us > 50)
			us /= 2;
		ASSERT_EQ((round + 1) * MAX, sent(self->fd, self->initiator));
		for (i = 0; i < MAX; i++) {
			ASSERT_TRUE(op_has(&ops[i], S(OK)));
			ASSERT_EQ(round * MAX + i,
				  token_counter(letters[i].token));
		}
	}
	EXPECT_LT(0, partial);
}

/* ---- several at once ---- */

struct part {
	int fd;
	struct sspseal_operation *op;
	int done;
};

#define PARTS		8
#define EACH		(MAX / PARTS)

static void seal_part(void *job)
{
	struct part *part = job;

	part->done = batch_strided(part->fd, part->op, STRIDE, EACH);
}

TEST_F(batch, batches_of_eight_threads)
{
	static __u8 seen[MAX];
	struct part part[PARTS];
	unsigned int i;
	__u64 last = 0;

	make_all(SSPSEAL_SEAL, self->initiator, MAX);
	for (i = 0; i < PARTS; i++)
		part[i] = (struct part) {
			.fd = self->fd, .op = &ops[i * EACH],
		};
	ASSERT_TRUE(team_run(part, sizeof(*part), PARTS, seal_part));
	for (i = 0; i < PARTS; i++)
		EXPECT_EQ(EACH, part[i].done);
	EXPECT_EQ(MAX, sent(self->fd, self->initiator));
	for (i = 0; i < MAX; i++) {
		ASSERT_TRUE(op_has(&ops[i], S(OK)));
		ASSERT_GT(MAX, token_counter(letters[i].token));
		ASSERT_EQ(0, seen[token_counter(letters[i].token)]++);
		/* In the order of each thread's array. */
		if (i % EACH)
			ASSERT_LT(last, token_counter(letters[i].token));
		last = token_counter(letters[i].token);
	}
}

/* A batch on a file that EXPORT made: messages pass, by right. */
TEST_F(batch, exported)
{
	int fd = export_handle(self->fd, self->initiator, SSPSEAL_RIGHT_SIGN);

	ASSERT_LE(0, fd);
	make_all(SSPSEAL_SEAL, SSPSEAL_EXPORTED_HANDLE, 3);
	ops[1].command = SSPSEAL_SIGN;
	ASSERT_EQ(3, batch(fd, 3));
	EXPECT_TRUE(op_has(&ops[0], S(NO_RIGHT)));
	EXPECT_TRUE(op_has(&ops[1], S(OK)));
	EXPECT_TRUE(op_has(&ops[2], S(NO_RIGHT)));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
	close(fd);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Many messages in one call. */
#include <stdlib.h>
#include <string.h>
#include <sspseal_messages.h>

#include "bench.h"

#define BATCH_MAX	128
#define MAX_DATA	65536

static struct sspseal_operation operations[BATCH_MAX];
static SecBufferDesc descriptors[BATCH_MAX];
static __s32 statuses[BATCH_MAX];
static struct bench_message *messages;
static __u32 sender, receiver;

/* A 64-bit SecBuffer is a struct sspseal_buffer. */
static void fill(struct sspseal_operation *operation, __u32 command,
		 __u32 handle, struct bench_message *message)
{
	*operation = (struct sspseal_operation){
		.command = command,
		.message = {
			.handle = handle,
			.nr_buffers = message->desc.cBuffers,
			.buffers = (uintptr_t)message->buffers,
		},
	};
}

static void fill_all(const struct bench_op *op, __u32 command, __u32 handle)
{
	unsigned int i;

	for (i = 0; i < op->messages; i++)
		fill(&operations[i], command, handle, &messages[i]);
}

static bool do_batch(const struct bench_op *op, unsigned int i)
{
	struct sspseal_batch batch = {
		.operations = (uintptr_t)operations,
		.stride = sizeof(operations[0]),
		.nr = op->messages,
	};

	(void)i;
	return !sspseal_batch(sspseal_device(), &batch) &&
	       batch.done == op->messages &&
	       !operations[op->messages - 1].error;
}

/* When it is timed, looking at all of them would count. */
static bool all_succeed(const struct bench_op *op)
{
	bool ok = do_batch(op, 0);
	unsigned int i;

	for (i = 0; i < op->messages; i++)
		ok = ok && !operations[i].error;
	return ok;
}

/* The library's calls for arrays make the operations of SecBufferDesc. */
static bool do_messages(const struct bench_op *op, unsigned int i)
{
	ULONG done;

	(void)i;
	return !sspseal_seal_messages(sender, 0, descriptors, op->messages,
				      NULL, statuses, &done) &&
	       done == op->messages && !statuses[op->messages - 1];
}

static bool setup(const struct bench_op *op, size_t size)
{
	unsigned int i;

	messages = bench_messages(op->messages, size, 0);
	sender = bench_context(SSPSEAL_ROLE_INITIATOR);
	receiver = bench_context(SSPSEAL_ROLE_ACCEPTOR);
	if (!messages || !sender || !receiver)
		return false;
	for (i = 0; i < op->messages; i++)
		descriptors[i] = messages[i].desc;
	fill_all(op, SSPSEAL_SEAL, sender);
	return all_succeed(op);
}

static void teardown(void)
{
	sspseal_destroy(sspseal_device(), sender, NULL);
	sspseal_destroy(sspseal_device(), receiver, NULL);
	bench_messages_free(messages);
}

static bool unseal_elapsed(const struct bench_op *op, unsigned int calls,
			   __u64 *ns)
{
	__u64 begin;

	*ns = 0;
	while (calls--) {
		fill_all(op, SSPSEAL_SEAL, sender);
		if (!do_batch(op, 0))
			return false;
		fill_all(op, SSPSEAL_UNSEAL, receiver);
		begin = bench_now();
		if (!do_batch(op, 0))
			return false;
		*ns += bench_now() - begin;
	}
	return true;
}

#define BATCH_OF(nr) { \
	.name = "batch-" #nr, .max_size = MAX_DATA, .messages = (nr), \
	.setup = setup, .call = do_batch, .teardown = teardown, \
}

#define MESSAGES_OF(nr) { \
	.name = "messages-" #nr, .max_size = MAX_DATA, .messages = (nr), \
	.setup = setup, .call = do_messages, .teardown = teardown, \
}

static const struct bench_op ops[] = {
	BATCH_OF(8),
	BATCH_OF(32),
	BATCH_OF(128),
	MESSAGES_OF(32),
	MESSAGES_OF(128),
	{
		.name = "batch-32-unseal", .max_size = MAX_DATA, .messages = 32,
		.setup = setup, .elapsed = unseal_elapsed,
		.teardown = teardown,
	},
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

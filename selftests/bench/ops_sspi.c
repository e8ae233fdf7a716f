// SPDX-License-Identifier: GPL-2.0-only
/* EncryptMessage, where the library has the calls of applications. */
#include "bench.h"

static struct bench_message *messages;
static CtxtHandle context;
static __u32 handle;

static bool setup(const struct bench_op *op, size_t size)
{
	(void)op;
	messages = bench_messages(1, size, 0);
	handle = bench_context(SSPSEAL_ROLE_INITIATOR);
	sspseal_to_context(handle, &context);
	return messages && handle;
}

static void teardown(void)
{
	sspseal_destroy(sspseal_device(), handle, NULL);
	bench_messages_free(messages);
}

static bool encrypt(const struct bench_op *op, unsigned int i)
{
	(void)op;
	(void)i;
	return EncryptMessage(&context, 0, &messages->desc, 0) == SEC_E_OK;
}

static const struct bench_op ops[] = {
	{ .name = "EncryptMessage", .messages = 1, .max_size = 1048576,
	  .setup = setup, .call = encrypt, .teardown = teardown },
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

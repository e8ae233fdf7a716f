// SPDX-License-Identifier: GPL-2.0-only
/* The library's calls on messages, one at a time. */
#include "bench.h"

#define MAX_DATA	1048576

/**
 * struct shape - which call, and of what
 * @send: what makes the message
 * @receive: what opens it; then that is timed, and @send is not
 * @qop: for @send
 * @associated: entries that are only authenticated
 */
struct shape {
	__typeof__(SpSealMessage) *send;
	__typeof__(SpUnsealMessage) *receive;
	ULONG qop;
	unsigned int associated;
};

static struct bench_message *messages;
static unsigned int nr_messages;
static __u32 sender, receiver;

static bool setup(const struct bench_op *op, size_t size)
{
	const struct shape *shape = op->shape;

	nr_messages = shape->receive && size <= 65536 ? BENCH_CALLS_MAX : 4;
	messages = bench_messages(nr_messages, size, shape->associated);
	sender = bench_context(SSPSEAL_ROLE_INITIATOR);
	receiver = bench_context(SSPSEAL_ROLE_ACCEPTOR);
	return messages && sender && receiver;
}

static void teardown(void)
{
	sspseal_destroy(sspseal_device(), sender, NULL);
	sspseal_destroy(sspseal_device(), receiver, NULL);
	bench_messages_free(messages);
}

static bool send(const struct bench_op *op, unsigned int i)
{
	const struct shape *shape = op->shape;

	return shape->send(sender, shape->qop, &messages[i % 4].desc, 0) ==
	       STATUS_SUCCESS;
}

static bool prepare(const struct bench_op *op, unsigned int calls)
{
	const struct shape *shape = op->shape;
	unsigned int i;

	if (calls > nr_messages)
		return false;
	for (i = 0; i < calls; i++)
		if (shape->send(sender, shape->qop, &messages[i].desc, 0))
			return false;
	return true;
}

static bool receive(const struct bench_op *op, unsigned int i)
{
	const struct shape *shape = op->shape;
	ULONG qop;

	return shape->receive(receiver, &messages[i].desc, 0, &qop) ==
	       STATUS_SUCCESS;
}

static const struct shape plain_seal = { .send = SpSealMessage };

static const struct shape plain_unseal = {
	.send = SpSealMessage, .receive = SpUnsealMessage,
};

static const struct shape plain_sign = { .send = SpMakeSignature };

static const struct shape plain_verify = {
	.send = SpMakeSignature, .receive = SpVerifySignature,
};

static const struct shape aes_128 = {
	.send = SpSealMessage,
	.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_AES_128_GCM),
};

static const struct shape chacha = {
	.send = SpSealMessage,
	.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_CHACHA20_POLY1305),
};

static const struct shape two_associated = {
	.send = SpSealMessage, .associated = 2,
};

/* What the names of the rows end with: -32bit in a 32-bit program. */
#ifndef SUFFIX
#define SUFFIX	""
#endif

#define SENDS(row, of) { \
	.name = row SUFFIX, .max_size = MAX_DATA, .messages = 1, .shape = &(of), \
	.setup = setup, .call = send, .teardown = teardown, \
}

#define RECEIVES(row, of) { \
	.name = row SUFFIX, .max_size = MAX_DATA, .messages = 1, .shape = &(of), \
	.setup = setup, .prepare = prepare, .call = receive, \
	.teardown = teardown, \
}

static const struct bench_op ops[] = {
	SENDS("seal", plain_seal),
	RECEIVES("unseal", plain_unseal),
	SENDS("sign", plain_sign),
	RECEIVES("verify", plain_verify),
	SENDS("seal-aes-128", aes_128),
	SENDS("seal-chacha20", chacha),
	SENDS("seal-two-associated", two_associated),
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known answers at load: a module that would derive other keys than its peers,
 * or forget what it has received, does not load.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "sspseal.h"

/* ---- key derivation: RFC 5869, A.1 ---- */

static bool __init kdf_works(void)
{
	static const u8 salt[] __initconst = {
		0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
		0x0a, 0x0b, 0x0c,
	};
	static const u8 info[] __initconst = {
		0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9,
	};
	static const u8 expected[] __initconst = {
		0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43,
		0x4f, 0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d, 0x2d, 0x0a, 0x90,
		0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4,
		0xc5, 0xbf, 0x34, 0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18,
		0x58, 0x65,
	};
	/* In two pieces, as mechanisms hand it over. */
	const struct kvec pieces[] = {
		{ (void *)info, 3 },
		{ (void *)(info + 3), sizeof(info) - 3 },
	};
	u8 prk[SSPSEAL_PRK_SIZE], out[sizeof(expected)], key[22];

	memset(key, 0x0b, sizeof(key));
	return !sspseal_kdf_extract(salt, sizeof(salt), key, sizeof(key),
				    prk) &&
	       !sspseal_kdf_expand(prk, pieces, ARRAY_SIZE(pieces), out,
				   sizeof(out)) &&
	       !memcmp(out, expected, sizeof(out));
}

/* ---- replay window ---- */

struct window_step {
	u64 number;
	enum sspseal_status expected;
};

#define NEW	SSPSEAL_STATUS_OK
#define SEEN	SSPSEAL_STATUS_REPLAYED
#define OLD	SSPSEAL_STATUS_TOO_OLD
#define W	SSPSEAL_WINDOW

static bool __init steps_work(const struct window_step *step, size_t nr)
{
	struct sspseal_window window = {};
	size_t i;

	for (i = 0; i < nr; i++) {
		enum sspseal_status status =
			sspseal_window_check(&window, SSPSEAL_REPLAY_DETECT,
					     step[i].number);

		if (status != step[i].expected)
			return false;
		if (!status)
			sspseal_window_accept(&window, step[i].number);
	}
	return true;
}

static bool __init window_works(void)
{
	static const struct window_step edges[] __initconst = {
		{ 0, NEW }, { 0, SEEN }, { 1, NEW }, { 1, SEEN }, { 9, NEW },
		{ 8, NEW }, { 7, NEW }, { 7, SEEN }, { 0, SEEN },
		/* The oldest that fits, and the one before. */
		{ W + 8, NEW }, { 9, SEEN }, { 8, OLD }, { 10, NEW },
		{ W + 9, NEW }, { 10, SEEN }, { 9, OLD }, { 11, NEW },
		/* What a jump passes over is new, what it leaves is old. */
		{ 3 * W, NEW }, { 2 * W, OLD }, { 2 * W + 1, NEW },
		{ 2 * W + 1, SEEN }, { W + 9, OLD },
		{ 3 * W - 1, NEW }, { 3 * W - 64, NEW }, { 3 * W - 63, NEW },
		{ 3 * W - 64, SEEN }, { 3 * W, SEEN },
		/* So far that nothing of the window is left. */
		{ 100 * W, NEW }, { 3 * W, OLD }, { 99 * W + 1, NEW },
		{ 99 * W, OLD }, { 100 * W - 1, NEW }, { 100 * W, SEEN },
	};
	static const struct window_step late[] __initconst = {
		{ W - 1, NEW }, { 0, NEW }, { 0, SEEN }, { W, NEW }, { 0, OLD },
		{ 1, NEW }, { 1, SEEN },
	};

	return steps_work(edges, ARRAY_SIZE(edges)) &&
	       steps_work(late, ARRAY_SIZE(late));
}

/* ---- tokens: the first three vectors of Documentation/token-format.rst ---- */

#define TEXT_SIZE	14

struct vector {
	u8 suite;
	u8 ciphertext[TEXT_SIZE];
	u8 tag[SSPSEAL_AEAD_TAG_SIZE];
};

static const struct vector vectors[] __initconst = {
	{
		SSPSEAL_SUITE_AES_256_GCM,
		{ 0x2d, 0xce, 0xa2, 0x6a, 0x1e, 0xaf, 0xc2, 0xc3,
		  0x55, 0x03, 0xb7, 0x7a, 0xdb, 0x8a },
		{ 0x58, 0xd5, 0xc9, 0x04, 0x21, 0xab, 0x41, 0x48,
		  0xac, 0x24, 0xd9, 0x40, 0x53, 0xec, 0xf2, 0x99 },
	}, {
		SSPSEAL_SUITE_AES_128_GCM,
		{ 0xfb, 0x31, 0x4c, 0x33, 0x1e, 0xee, 0xee, 0xf9,
		  0xce, 0x9d, 0x43, 0xf5, 0x2b, 0x84 },
		{ 0xfd, 0x13, 0x1d, 0xfc, 0x0c, 0x5e, 0x4d, 0xbf,
		  0x5b, 0x61, 0x98, 0x06, 0x4b, 0x5e, 0x02, 0xe0 },
	}, {
		SSPSEAL_SUITE_CHACHA20_POLY1305,
		{ 0xc4, 0xa3, 0x12, 0x0b, 0x21, 0x5c, 0xa8, 0xef,
		  0x71, 0x14, 0xde, 0x63, 0x5b, 0xa0 },
		{ 0x3c, 0x1a, 0x20, 0xf2, 0x46, 0xb6, 0x3d, 0x4e,
		  0x0a, 0x27, 0xca, 0xa6, 0x33, 0x0b, 0x4a, 0xe7 },
	},
};

/* version, suite, sealed, zero | number 0 of the caller | counter 0 | salt */
static void __init make_token(const struct vector *vector, u8 *token)
{
	unsigned int i;

	memset(token, 0, SSPSEAL_TOKEN_SIZE);
	token[0] = 1;
	token[1] = vector->suite;
	token[2] = 1;
	for (i = 0; i < SSPSEAL_SALT_SIZE; i++)
		token[16 + i] = 0xa0 + i;
	memcpy(token + 32, vector->tag, sizeof(vector->tag));
}

static struct sspseal_context * __init new_end(u32 role)
{
	const struct sspseal_mech *mech = &sspseal_mech_native;
	union sspseal_params params = {};
	struct sspseal_context *ctx;
	u8 key[32];
	u8 i;

	if (sspseal_context_new(mech, role, SSPSEAL_CONFIDENTIALITY, 0, &ctx))
		return NULL;
	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	if (!mech->create(ctx, key, sizeof(key), &params))
		return ctx;
	sspseal_context_put(ctx);
	return NULL;
}

static const char text[] __initconst = "sealed message";

/* A call as message.c makes it, with DATA as its one piece. */
static bool __init begin(struct sspseal_call *call, struct sspseal_context *ctx,
			 enum sspseal_op op, u32 qop)
{
	memset(call, 0, sizeof(*call));
	call->ctx = ctx;
	call->op = op;
	call->qop = qop;
	call->sealed = true;
	call->list.pieces = 1;
	call->list.plain_set = BIT(0);
	call->list.plain = TEXT_SIZE;
	call->list.entry[0].cb = TEXT_SIZE;
	return op != SSPSEAL_OP_SEAL || !ctx->mech->qop(call, op);
}

static bool __init lay_out(struct sspseal_call *call, struct sspseal_file *file,
			   const void *data)
{
	const struct sspseal_room room = call->ctx->mech->room(call);
	u32 associated = sspseal_buffers_associated(call, room, true);
	struct sspseal_extent extent = sspseal_extent(associated, TEXT_SIZE);

	if (sspseal_work_get(file, extent, room.tail, &call->work))
		return false;
	if (sspseal_work_layout(call->work, extent, room.tail)) {
		sspseal_work_put(call->work, true);
		return false;
	}
	memcpy(call->work->data, data, TEXT_SIZE);
	return true;
}

static enum sspseal_status __init open_message(struct sspseal_call *call)
{
	const struct sspseal_mech *mech = call->ctx->mech;
	enum sspseal_status status;

	status = mech->parse(call, call->op) ?:
		 mech->prepare(call, call->op) ?:
		 mech->unprotect(call);
	if (!status && memcmp(call->work->data, text, TEXT_SIZE))
		status = SSPSEAL_STATUS_CIPHER;
	mech->finish(call);
	return status;
}

static bool __init receive(struct sspseal_context *ctx,
			   struct sspseal_file *file,
			   struct sspseal_call *call, const u8 *token,
			   const void *ciphertext,
			   enum sspseal_status expected)
{
	bool ok;

	if (!begin(call, ctx, SSPSEAL_OP_UNSEAL, 0))
		return false;
	memcpy(call->token, token, SSPSEAL_TOKEN_SIZE);
	if (!lay_out(call, file, ciphertext))
		return false;
	ok = open_message(call) == expected;
	sspseal_work_put(call->work, true);
	return ok;
}

static bool __init send(struct sspseal_context *ctx, struct sspseal_file *file,
			struct sspseal_call *call, u32 suite, u8 *token,
			u8 *ciphertext)
{
	const struct sspseal_mech *mech = ctx->mech;
	struct sspseal_room room;
	bool ok;

	if (!begin(call, ctx, SSPSEAL_OP_SEAL, SSPSEAL_QOP_SUITE(suite)) ||
	    !lay_out(call, file, text))
		return false;
	ok = !mech->prepare(call, call->op) && !mech->protect(call, call->op);
	room = mech->room(call);
	memcpy(token, call->work->associated, room.front);
	memcpy(token + room.front, call->work->tail, room.tail);
	memcpy(ciphertext, call->work->data, TEXT_SIZE);
	sspseal_work_put(call->work, true);
	return ok;
}

/* What the acceptor answers to a vector. */
struct reply {
	u8 token[SSPSEAL_TOKEN_SIZE];
	u8 data[TEXT_SIZE];
};

struct token_test {
	struct sspseal_file *file;
	struct sspseal_call call;
	struct reply reply[ARRAY_SIZE(vectors)];
};

/* The vector opens, is altered if a bit is flipped, and can be replied to. */
static bool __init vector_opens(struct sspseal_context *acceptor,
				const struct vector *vector,
				struct token_test *test, struct reply *reply)
{
	u8 token[SSPSEAL_TOKEN_SIZE], data[TEXT_SIZE];

	make_token(vector, token);
	memcpy(data, vector->ciphertext, sizeof(data));
	if (!receive(acceptor, test->file, &test->call, token, data,
		     SSPSEAL_STATUS_OK))
		return false;
	data[TEXT_SIZE - 1] ^= 1;
	if (!receive(acceptor, test->file, &test->call, token, data,
		     SSPSEAL_STATUS_ALTERED))
		return false;
	/* Now the tag is all that is wrong. */
	data[TEXT_SIZE - 1] ^= 1;
	token[SSPSEAL_TOKEN_SIZE - 1] ^= 1;
	if (!receive(acceptor, test->file, &test->call, token, data,
		     SSPSEAL_STATUS_ALTERED))
		return false;
	return send(acceptor, test->file, &test->call, vector->suite,
		    reply->token, reply->data);
}

/* One end after the other: there need not be room for two contexts. */
static bool __init acceptor_works(struct token_test *test)
{
	struct sspseal_context *ctx = new_end(SSPSEAL_ROLE_ACCEPTOR);
	bool ok = ctx;
	unsigned int i;

	for (i = 0; ok && i < ARRAY_SIZE(vectors); i++)
		ok = vector_opens(ctx, &vectors[i], test, &test->reply[i]);
	if (ctx)
		sspseal_context_put(ctx);
	return ok;
}

static bool __init initiator_works(struct token_test *test)
{
	struct sspseal_context *ctx = new_end(SSPSEAL_ROLE_INITIATOR);
	bool ok = ctx;
	unsigned int i;

	for (i = 0; ok && i < ARRAY_SIZE(vectors); i++)
		ok = receive(ctx, test->file, &test->call,
			     test->reply[i].token, test->reply[i].data,
			     SSPSEAL_STATUS_OK);
	if (ctx)
		sspseal_context_put(ctx);
	return ok;
}

static bool __init tokens_work(void)
{
	struct token_test *test = kzalloc(sizeof(*test), GFP_KERNEL);
	bool ok = false;

	if (!test)
		return false;
	test->file = sspseal_file_new(SSPSEAL_KIND_DEVICE);
	if (test->file) {
		ok = acceptor_works(test) && initiator_works(test);
		sspseal_file_free(test->file);
	}
	kfree_sensitive(test);
	return ok;
}

int __init sspseal_selftest(void)
{
	const char *failed = NULL;

	if (!kdf_works())
		failed = "key derivation";
	else if (!window_works())
		failed = "replay window";
	else if (!tokens_work())
		failed = "token";
	if (!failed)
		return 0;
	pr_err("self-test failed: %s\n", failed);
	return -ENOTRECOVERABLE;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The native token format, version 1: Documentation/token-format.rst.
 *
 * Keys for sending are published once and stay; calls find them without a lock.
 * Keys for receiving depend on the peer's salt, which is not known before its
 * first message was accepted: until then each message received makes a key of its
 * own, and the one that is accepted is kept. BIND brings the peer's salt, and then
 * both keys there will ever be are made at once.
 */
#include <asm/archrandom.h>
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>
#include <linux/uio.h>

#include "sspseal.h"

#define KDF_SALT		"sspseal v1"
#define KDF_LABEL		"key"

#define TOKEN_VERSION		1
#define TOKEN_SEALED		BIT(0)
#define TOKEN_BY_ACCEPTOR	BIT(1)
#define TOKEN_SIGNATURE		BIT(2)
#define TOKEN_CONFIRMATION	BIT(3)
#define TOKEN_KNOWN_FLAGS	(TOKEN_SEALED | TOKEN_BY_ACCEPTOR | \
				 TOKEN_SIGNATURE | TOKEN_CONFIRMATION)

/* All but the tag is associated data. */
#define HEADER_SIZE		32
/* Kind and length stand before each piece. */
#define PIECE_SIZE		8

struct token {
	u8 version;
	u8 suite;
	u8 flags;
	u8 zero;
	__be32 sequence;
	__be64 counter;
	u8 salt[SSPSEAL_SALT_SIZE];
	u8 tag[SSPSEAL_AEAD_TAG_SIZE];
} __packed;

/**
 * struct native - the mechanism's part of a context
 * @prk: what all keys are derived from, as secret as they are; zeroed by BIND
 * @salt: this end's, in each token sent
 * @peer: the peer's, once @pinned
 * @pinned: set with release semantics after @peer, under the receive lock; by BIND
 *	before anybody looks
 * @suites: allowed ones
 * @default_suite: for messages that name none
 * @head: how tokens begin that are received with the default suite, but for what
 *	they say of the message
 * @send: by suite; set once
 * @receive: by suite, for @peer; set once, under the receive lock or by BIND
 * @spare: transform of the default suite, for a key of a message received
 */
struct native {
	u8 prk[SSPSEAL_PRK_SIZE];
	u8 salt[SSPSEAL_SALT_SIZE];
	u8 peer[SSPSEAL_SALT_SIZE];
	bool pinned;
	u32 suites;
	const struct sspseal_suite *default_suite;
	__be32 head;
	struct sspseal_key *send[SSPSEAL_SUITES];
	struct sspseal_key *receive[SSPSEAL_SUITES];
	struct sspseal_key *spare;
};

static struct native *native_of(struct sspseal_context *ctx)
{
	return (struct native *)ctx->private;
}

/* The token received. */
static struct token *token_of(struct sspseal_call *call)
{
	return (struct token *)call->token;
}

/* ---- keys ---- */

static const u8 no_salt[SSPSEAL_SALT_SIZE];

/* Salts are public. */
static bool same_salt(const u8 *a, const u8 *b)
{
	BUILD_BUG_ON(SSPSEAL_SALT_SIZE != 2 * sizeof(u64));

	return get_unaligned((const u64 *)a) == get_unaligned((const u64 *)b) &&
	       get_unaligned((const u64 *)a + 1) ==
	       get_unaligned((const u64 *)b + 1);
}

/**
 * struct flow - one direction of a session
 * @by_acceptor: who sends
 * @sender: his salt
 * @receiver: the other's; no_salt where salts are pinned
 * @binding: what both agree on
 * @binding_size: bytes of it; 0 where salts are pinned
 */
struct flow {
	bool by_acceptor;
	const u8 *sender;
	const u8 *receiver;
	const u8 *binding;
	u32 binding_size;
};

/* Key | IV of one direction. */
static enum sspseal_status derive(const struct native *native,
				  const struct sspseal_suite *suite,
				  const struct flow *flow,
				  struct sspseal_key *key)
{
	u8 fixed[2] = { flow->by_acceptor, suite->id };
	__be16 binding_size = cpu_to_be16(flow->binding_size);
	const struct kvec info[] = {
		{ KDF_LABEL, sizeof(KDF_LABEL) - 1 },
		{ fixed, sizeof(fixed) },
		{ (void *)flow->sender, SSPSEAL_SALT_SIZE },
		{ (void *)flow->receiver, SSPSEAL_SALT_SIZE },
		{ &binding_size, sizeof(binding_size) },
		{ (void *)flow->binding, flow->binding_size },
	};
	u8 material[SSPSEAL_AEAD_KEY_MAX + SSPSEAL_AEAD_IV_SIZE];
	enum sspseal_status status;

	status = sspseal_kdf_expand(native->prk, info, ARRAY_SIZE(info),
				    material,
				    suite->key_size + SSPSEAL_AEAD_IV_SIZE);
	if (!status)
		status = sspseal_key_set(key, material, suite->key_size);
	memzero_explicit(material, sizeof(material));
	return status;
}

static enum sspseal_status new_key(const struct native *native,
				   const struct sspseal_suite *suite,
				   const struct flow *flow,
				   struct sspseal_key **result)
{
	enum sspseal_status status;
	struct sspseal_key *key;

	status = sspseal_key_new(suite, &key);
	if (status)
		return status;
	status = derive(native, suite, flow, key);
	if (status)
		sspseal_key_free(key);
	else
		*result = key;
	return status;
}

/* A key for sending where salts are pinned. */
static enum sspseal_status
new_send_key(const struct sspseal_context *ctx, const struct native *native,
	     const struct sspseal_suite *suite, struct sspseal_key **result)
{
	const struct flow flow = {
		.by_acceptor = ctx->role == SSPSEAL_ROLE_ACCEPTOR,
		.sender = native->salt,
		.receiver = no_salt,
	};

	return new_key(native, suite, &flow, result);
}

/* At the first use of a suite. Two calls may make it at once. */
static noinline enum sspseal_status make_send_key(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);
	struct sspseal_key *key, *other;
	enum sspseal_status status;

	status = new_send_key(call->ctx, native, call->suite, &key);
	if (status)
		return status;
	/* Pairs with send_key(). Who comes second depends on the address only. */
	other = cmpxchg(&native->send[call->suite->index], NULL, key);
	if (other)
		sspseal_key_free(key);
	call->key = other ?: key;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status send_key(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);

	/* Pairs with make_send_key(). */
	call->key = smp_load_acquire(&native->send[call->suite->index]);
	return likely(call->key) ? SSPSEAL_STATUS_OK : make_send_key(call);
}

/* A key for the salt of this very token, which belongs to this call alone. */
static noinline enum sspseal_status fresh_key(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);
	const struct flow flow = {
		.by_acceptor = call->ctx->role == SSPSEAL_ROLE_INITIATOR,
		.sender = token_of(call)->salt,
		.receiver = no_salt,
	};
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	if (call->suite == native->default_suite)
		call->key = xchg(&native->spare, NULL);
	if (!call->key)
		status = sspseal_key_new(call->suite, &call->key);
	if (status)
		return status;
	call->fresh = true;
	return derive(native, call->suite, &flow, call->key);
}

static enum sspseal_status receive_key(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);
	struct sspseal_key **place;

	place = &native->receive[call->suite->index];
	/* Pairs with native_keep(). A key that is there is one for the peer. */
	call->key = smp_load_acquire(place);
	if (call->key && (call->from_peer ||
			  same_salt(token_of(call)->salt, native->peer)))
		return SSPSEAL_STATUS_OK;
	call->key = NULL;
	return fresh_key(call);
}

static enum sspseal_status native_prepare(struct sspseal_call *call,
					  enum sspseal_op op)
{
	enum sspseal_status status;

	status = sspseal_op_sends(op) ? send_key(call) : receive_key(call);
	if (status)
		return status;
	call->request = sspseal_work_request(call->work, call->key->tfm);
	return call->request ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_NO_MEMORY;
}

/* Under the receive lock: another session may have been pinned meanwhile. */
static enum sspseal_status native_admit(struct sspseal_call *call)
{
	const struct native *native = native_of(call->ctx);

	if (!call->from_peer && native->pinned &&
	    !same_salt(native->peer, token_of(call)->salt))
		return SSPSEAL_STATUS_TOKEN_SALT;
	return SSPSEAL_STATUS_OK;
}

/* Under the receive lock: the message was accepted, its key stays. */
static void native_keep(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);
	struct sspseal_key **place;

	if (!call->fresh)
		return;
	if (!native->pinned) {
		memcpy(native->peer, token_of(call)->salt,
		       sizeof(native->peer));
		/* Pairs with check_salt(). */
		smp_store_release(&native->pinned, true);
	}
	place = &native->receive[call->suite->index];
	if (*place)
		return;
	/* Pairs with receive_key(). */
	smp_store_release(place, call->key);
	call->fresh = false;
}

static void native_finish(struct sspseal_call *call)
{
	struct native *native = native_of(call->ctx);

	if (!call->fresh)
		return;
	if (call->suite == native->default_suite &&
	    !cmpxchg(&native->spare, NULL, call->key))
		return;
	sspseal_key_free(call->key);
}

/* ---- life ---- */

static __be32 make_head(u32 suite, u32 flags)
{
	return cpu_to_be32(TOKEN_VERSION << 24 | suite << 16 | flags << 8);
}

static void set_default_suite(struct sspseal_context *ctx,
			      const struct sspseal_suite *suite)
{
	struct native *native = native_of(ctx);

	native->default_suite = suite;
	native->head = make_head(suite->id,
				 ctx->role == SSPSEAL_ROLE_INITIATOR ?
				 TOKEN_BY_ACCEPTOR : 0);
}

static u32 allowed_suites(const struct sspseal_native *params)
{
	return params->suites ?: sspseal_suites_all();
}

static u32 default_suite(const struct sspseal_native *params)
{
	return params->default_suite ?: __ffs(allowed_suites(params));
}

static enum sspseal_status native_check_params(const void *params)
{
	const struct sspseal_native *in = params;

	if (in->suites & ~sspseal_suites_all() ||
	    (in->default_suite && !sspseal_suite(in->default_suite)))
		return SSPSEAL_STATUS_SUITE;
	if (!(allowed_suites(in) & SSPSEAL_SUITE_BIT(default_suite(in))))
		return SSPSEAL_STATUS_DEFAULT_SUITE;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status make_keys(struct sspseal_context *ctx, const u8 *key,
				     u32 key_size)
{
	struct native *native = native_of(ctx);
	unsigned int i = native->default_suite->index;
	enum sspseal_status status;

	status = sspseal_kdf_extract(KDF_SALT, sizeof(KDF_SALT) - 1, key,
				     key_size, native->prk);
	if (status || !ctx->bound)
		return status;
	status = new_send_key(ctx, native, native->default_suite,
			      &native->send[i]);
	if (status)
		return status;
	return sspseal_key_new(native->default_suite, &native->spare);
}

/*
 * Two copies of a machine that nobody told so have the kernel's generator in one
 * state, until it is renewed within a minute. The processor's generator is not
 * copied; clocks go on from where they were, but not at the same moment. What is
 * added to the kernel's bytes takes nothing from them. (Not the seeds: those of
 * arm64 and s390x need symbols that are not exported.)
 */
static void choose_salt(u8 *salt)
{
	u64 fresh[] = { ktime_get_real_ns(), random_get_entropy() };
	unsigned long random;
	unsigned int i;

	BUILD_BUG_ON(sizeof(fresh) != SSPSEAL_SALT_SIZE);
	get_random_bytes(salt, SSPSEAL_SALT_SIZE);
	for (i = 0; i < ARRAY_SIZE(fresh); i++)
		if (arch_get_random_longs(&random, 1))
			fresh[i] ^= random;
	crypto_xor(salt, (u8 *)fresh, sizeof(fresh));
}

static enum sspseal_status native_create(struct sspseal_context *ctx,
					 const u8 *key, u32 key_size,
					 void *params)
{
	struct native *native = native_of(ctx);
	struct sspseal_native *in_out = params;

	native->suites = allowed_suites(in_out);
	set_default_suite(ctx, sspseal_suite(default_suite(in_out)));
	choose_salt(native->salt);
	memcpy(in_out->salt, native->salt, sizeof(in_out->salt));
	/* Without services nothing is protected, and no key is needed. */
	if (!ctx->services && ctx->bound)
		return SSPSEAL_STATUS_OK;
	return make_keys(ctx, key, key_size);
}

static enum sspseal_status native_check_bind(const struct sspseal_context *ctx,
					     const struct sspseal_bind *bind)
{
	const struct native *native = (const struct native *)ctx->private;

	if (!sspseal_suite(bind->suite))
		return SSPSEAL_STATUS_SUITE;
	if (!(native->suites & SSPSEAL_SUITE_BIT(bind->suite)))
		return SSPSEAL_STATUS_SUITE_NOT_ALLOWED;
	if (same_salt(bind->peer_salt, no_salt) ||
	    same_salt(bind->peer_salt, native->salt))
		return SSPSEAL_STATUS_PEER_SALT;
	return SSPSEAL_STATUS_OK;
}

/* Nobody else looks at what changes here before ctx->bound is set. */
static enum sspseal_status native_bind(struct sspseal_context *ctx,
				       const struct sspseal_bind *bind,
				       const u8 *binding)
{
	const struct sspseal_suite *suite = sspseal_suite(bind->suite);
	bool acceptor = ctx->role == SSPSEAL_ROLE_ACCEPTOR;
	struct native *native = native_of(ctx);
	unsigned int i = suite->index;
	const struct flow out = {
		acceptor, native->salt, bind->peer_salt,
		binding, bind->binding_size,
	};
	const struct flow in = {
		!acceptor, bind->peer_salt, native->salt,
		binding, bind->binding_size,
	};
	struct sspseal_key *send, *receive;
	enum sspseal_status status;

	status = new_key(native, suite, &out, &send);
	if (status)
		return status;
	status = new_key(native, suite, &in, &receive);
	if (status) {
		sspseal_key_free(send);
		return status;
	}
	native->send[i] = send;
	native->receive[i] = receive;
	native->suites = SSPSEAL_SUITE_BIT(suite->id);
	set_default_suite(ctx, suite);
	memcpy(native->peer, bind->peer_salt, sizeof(native->peer));
	native->pinned = true;
	memzero_explicit(native->prk, sizeof(native->prk));
	return SSPSEAL_STATUS_OK;
}

static void native_destroy(struct sspseal_context *ctx)
{
	struct native *native = native_of(ctx);
	unsigned int i;

	for (i = 0; i < SSPSEAL_SUITES; i++) {
		sspseal_key_free(native->send[i]);
		sspseal_key_free(native->receive[i]);
	}
	sspseal_key_free(native->spare);
}

static void native_query(struct sspseal_context *ctx,
			 struct sspseal_query *query)
{
	const struct native *native = native_of(ctx);
	const struct sspseal_key *key;

	key = native->send[native->default_suite->index];
	if (ctx->services & SSPSEAL_INTEGRITY) {
		query->max_signature = SSPSEAL_TOKEN_SIZE;
		query->security_trailer = SSPSEAL_TOKEN_SIZE;
	}
	query->suites = native->suites;
	query->default_suite = native->default_suite->id;
	memcpy(query->salt, native->salt, sizeof(query->salt));
	if (key)
		strscpy(query->driver, sspseal_key_driver(key),
			sizeof(query->driver));
}

/* ---- form ---- */

static noinline enum sspseal_status choose_suite(struct sspseal_call *call)
{
	const struct native *native = native_of(call->ctx);
	u32 id = (call->qop & SSPSEAL_QOP_SUITE_MASK) >> 8;

	if (id)
		call->suite = sspseal_suite(id);
	if (!call->suite ||
	    !(native->suites & SSPSEAL_SUITE_BIT(call->suite->id)))
		return SSPSEAL_STATUS_QOP_SUITE;
	return SSPSEAL_STATUS_OK;
}

/* What else than a suite QualityOfProtection may ask for. */
static noinline enum sspseal_status choose_sealed(struct sspseal_call *call)
{
	switch (call->qop & ~SSPSEAL_QOP_SUITE_MASK) {
	case 0:
		return SSPSEAL_STATUS_OK;
	case SSPSEAL_QOP_NO_ENCRYPT:
		call->sealed = false;
		return SSPSEAL_STATUS_OK;
	default:
		return SSPSEAL_STATUS_QOP;
	}
}

static enum sspseal_status native_qop(struct sspseal_call *call,
				      enum sspseal_op op)
{
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	if (unlikely(call->qop))
		status = choose_sealed(call);
	if (status)
		return status;
	if (op == SSPSEAL_OP_SEAL && call->sealed &&
	    !(call->ctx->services & SSPSEAL_CONFIDENTIALITY))
		return SSPSEAL_STATUS_NO_CONFIDENTIALITY;
	/* Which is always allowed. */
	call->suite = native_of(call->ctx)->default_suite;
	return unlikely(call->qop) ? choose_suite(call) : SSPSEAL_STATUS_OK;
}

static struct sspseal_room native_room(const struct sspseal_call *call)
{
	return (struct sspseal_room) {
		.front = HEADER_SIZE,
		.piece = PIECE_SIZE,
		.tail = SSPSEAL_AEAD_TAG_SIZE,
	};
}

/* Who is pinned stays so; if nobody is, native_admit() looks again. */
static enum sspseal_status check_salt(struct sspseal_call *call,
				      const struct native *native)
{
	/* Pairs with native_keep(). */
	if (!smp_load_acquire(&native->pinned))
		return SSPSEAL_STATUS_OK;
	call->from_peer = same_salt(native->peer, token_of(call)->salt);
	return call->from_peer ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_TOKEN_SALT;
}

static enum sspseal_status check_flags(const struct token *token)
{
	bool signature = token->flags & TOKEN_SIGNATURE;

	if (token->flags & ~TOKEN_KNOWN_FLAGS || token->zero ||
	    (signature && token->flags & TOKEN_SEALED) ||
	    (!signature && token->flags & TOKEN_CONFIRMATION))
		return SSPSEAL_STATUS_TOKEN_FLAGS;
	return SSPSEAL_STATUS_OK;
}

/* With CONFIRM, number 0 is the confirmation; without it there is none. */
static enum sspseal_status check_confirmation(const struct sspseal_call *call,
					      const struct token *token)
{
	bool confirmation = token->flags & TOKEN_CONFIRMATION;

	return confirmation == (call->ctx->confirm && !token->counter) ?
	       SSPSEAL_STATUS_OK : SSPSEAL_STATUS_TOKEN_CONFIRMATION;
}

/* All that the first word says. */
static noinline enum sspseal_status check_head(struct sspseal_call *call)
{
	const struct native *native = native_of(call->ctx);
	const struct token *token = token_of(call);
	enum sspseal_status status;
	bool signature = token->flags & TOKEN_SIGNATURE;
	bool by_acceptor = token->flags & TOKEN_BY_ACCEPTOR;
	bool from_acceptor = call->ctx->role == SSPSEAL_ROLE_INITIATOR;

	if (token->version != TOKEN_VERSION)
		return SSPSEAL_STATUS_TOKEN_VERSION;
	call->suite = sspseal_suite(token->suite);
	if (!call->suite ||
	    !(native->suites & SSPSEAL_SUITE_BIT(call->suite->id)))
		return SSPSEAL_STATUS_TOKEN_SUITE;
	status = check_flags(token);
	if (status)
		return status;
	if (by_acceptor != from_acceptor)
		return SSPSEAL_STATUS_TOKEN_REFLECTED;
	if (signature != sspseal_op_signature(call->op))
		return SSPSEAL_STATUS_TOKEN_KIND;
	return SSPSEAL_STATUS_OK;
}

/* As it is in most tokens: then one comparison tells that it is right. */
static bool usual_head(const struct native *native, const struct token *token,
		       enum sspseal_op op)
{
	u32 flags = sspseal_op_signature(op) ? TOKEN_SIGNATURE : TOKEN_SEALED;

	return get_unaligned((const __be32 *)token) ==
	       (native->head | cpu_to_be32(flags << 8));
}

static enum sspseal_status native_parse(struct sspseal_call *call,
					enum sspseal_op op)
{
	const struct native *native = native_of(call->ctx);
	const struct token *token = token_of(call);
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	call->suite = native->default_suite;
	if (unlikely(!usual_head(native, token, op)))
		status = check_head(call);
	if (!status)
		status = check_confirmation(call, token);
	call->number = be64_to_cpu(token->counter);
	/* Above is what no sender uses; the window need not count so far. */
	if (!status && call->number >= SSPSEAL_SEND_LIMIT)
		status = SSPSEAL_STATUS_TOKEN_COUNTER;
	if (!status)
		status = check_salt(call, native);
	if (status)
		return status;

	call->confirmation = token->flags & TOKEN_CONFIRMATION;
	call->sealed = token->flags & TOKEN_SEALED;
	call->qop = sspseal_op_signature(op) || call->sealed ?
		    0 : SSPSEAL_QOP_NO_ENCRYPT;
	call->token_sequence = be32_to_cpu(token->sequence);
	return SSPSEAL_STATUS_OK;
}

/* ---- cipher ---- */

static u8 header_flags(const struct sspseal_call *call, enum sspseal_op op)
{
	u8 flags = 0;

	if (call->sealed)
		flags |= TOKEN_SEALED;
	if (call->ctx->role == SSPSEAL_ROLE_ACCEPTOR)
		flags |= TOKEN_BY_ACCEPTOR;
	if (sspseal_op_signature(op))
		flags |= TOKEN_SIGNATURE;
	if (unlikely(call->confirmation))
		flags |= TOKEN_CONFIRMATION;
	return flags;
}

static void make_header(struct sspseal_call *call, enum sspseal_op op)
{
	struct token *token = (struct token *)call->work->associated;

	token->version = TOKEN_VERSION;
	token->suite = call->suite->id;
	token->flags = header_flags(call, op);
	token->zero = 0;
	token->sequence = cpu_to_be32(call->sequence);
	token->counter = cpu_to_be64(call->number);
	memcpy(token->salt, native_of(call->ctx)->salt, sizeof(token->salt));
}

/* Word by word: so many bytes memcpy() copies by a slow string instruction. */
static void copy_header(u8 *to, const u8 *from)
{
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < HEADER_SIZE; i += sizeof(u64))
		put_unaligned(get_unaligned((const u64 *)(from + i)),
			      (u64 *)(to + i));
}

static u8 *put_prefix(u8 *to, enum sspseal_piece piece, u32 size)
{
	static const u64 kinds[] = {
		[SSPSEAL_PIECE_ASSOCIATED] = 1ULL << 56,
		[SSPSEAL_PIECE_SEALED] = 2ULL << 56,
		[SSPSEAL_PIECE_PLAIN] = 3ULL << 56,
	};
	__be64 prefix = cpu_to_be64(kinds[piece] | size);

	memcpy(to, &prefix, sizeof(prefix));
	return to + PIECE_SIZE;
}

static noinline void frame_pieces(const struct sspseal_call *call, u8 *to)
{
	u32 left = sspseal_pieces(call);

	for (; left; left &= left - 1) {
		u32 i = __ffs(left), size = call->list.entry[i].cb;
		enum sspseal_piece piece = sspseal_piece(call, i);

		to = put_prefix(to, piece, size);
		if (piece != SSPSEAL_PIECE_SEALED)
			to += size;
	}
}

/*
 * Header, which is there already | for each piece: kind, 56 bits of length, bytes
 * unless they are DATA.
 */
static void frame_associated(const struct sspseal_call *call)
{
	u8 *to = call->work->associated + HEADER_SIZE;

	if (likely(sspseal_only_data(call)))
		put_prefix(to, SSPSEAL_PIECE_SEALED, call->work->data_size);
	else
		frame_pieces(call, to);
}

/* RFC 8446, 5.3: the IV xor the counter, padded to its left. */
static void make_nonce(const struct sspseal_call *call)
{
	const size_t padding = SSPSEAL_AEAD_IV_SIZE - sizeof(__be64);
	__be64 number = cpu_to_be64(call->number);
	const u8 *iv = call->key->iv;
	u8 *nonce = call->work->iv;

	memcpy(nonce, iv, padding);
	put_unaligned(get_unaligned((const u64 *)(iv + padding)) ^
		      (__force u64)number, (u64 *)(nonce + padding));
}

static struct aead_request *make_request(struct sspseal_call *call, u32 size)
{
	struct sspseal_work *work = call->work;
	struct aead_request *req = call->request;

	frame_associated(call);
	make_nonce(call);
	aead_request_set_crypt(req, work->sg, work->sg, size, work->iv);
	aead_request_set_ad(req, work->associated_size);
	return req;
}

static enum sspseal_status native_protect(struct sspseal_call *call,
					  enum sspseal_op op)
{
	struct sspseal_work *work = call->work;
	struct aead_request *req;
	int err;

	make_header(call, op);
	req = make_request(call, work->data_size);
	err = crypto_wait_req(crypto_aead_encrypt(req), &work->wait);
	/* For want of memory or not: the number is used. */
	return err ? SSPSEAL_STATUS_CIPHER : SSPSEAL_STATUS_OK;
}

static enum sspseal_status native_unprotect(struct sspseal_call *call)
{
	struct sspseal_work *work = call->work;
	struct aead_request *req;
	int err;

	copy_header(work->associated, call->token);
	memcpy(work->tail, token_of(call)->tag, SSPSEAL_AEAD_TAG_SIZE);
	req = make_request(call, work->data_size + SSPSEAL_AEAD_TAG_SIZE);
	err = crypto_wait_req(crypto_aead_decrypt(req), &work->wait);
	switch (err) {
	case 0:
		return SSPSEAL_STATUS_OK;
	case -EBADMSG:
		return SSPSEAL_STATUS_ALTERED;
	case -ENOMEM:
		return SSPSEAL_STATUS_NO_MEMORY;
	default:
		return SSPSEAL_STATUS_CIPHER;
	}
}

const struct sspseal_mech sspseal_mech_native = {
	.id = SSPSEAL_MECH_NATIVE,
	.params_size = sizeof(struct sspseal_native),
	.params_min = offsetofend(struct sspseal_native, salt),
	.private_size = sizeof(struct native),
	.check_params = native_check_params,
	.create = native_create,
	.check_bind = native_check_bind,
	.bind = native_bind,
	.destroy = native_destroy,
	.query = native_query,
	.room = native_room,
	.qop = native_qop,
	.parse = native_parse,
	.prepare = native_prepare,
	.protect = native_protect,
	.unprotect = native_unprotect,
	.admit = native_admit,
	.keep = native_keep,
	.finish = native_finish,
};

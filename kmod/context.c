// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts: creation, end of trust, end of life.
 *
 * A context is referenced by each grant and by each call in progress. The last
 * reference is dropped in process context: keys are zeroed there and then.
 */
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "sspseal.h"

/* At 2^36 forgeries a context has given away all the advantage it may. */
#define FAILED_LIMIT	BIT_ULL(36)

#define ALL_SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
			 SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT)
#define ALL_FLAGS	SSPSEAL_CREATE_REQUIRE_SEAL
#define ALL_RIGHTS	(SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL | \
			 SSPSEAL_RIGHT_SIGN | SSPSEAL_RIGHT_VERIFY | \
			 SSPSEAL_RIGHT_QUERY)

static atomic_t nr_contexts;

/* ---- end of trust ---- */

/**
 * sspseal_context_expire() - end a context, for whatever cause
 * @ctx: the context
 *
 * Final: no call takes a send number after this.
 */
void sspseal_context_expire(struct sspseal_context *ctx)
{
	WRITE_ONCE(ctx->expired, true);
	sspseal_send_end(ctx);
}

/* Expiry is noticed by the first look at a context after its time. */
bool sspseal_context_expired(struct sspseal_context *ctx)
{
	if (READ_ONCE(ctx->expired))
		return true;
	if (likely(!ctx->expiry) || ktime_get_real_seconds() < ctx->expiry)
		return false;
	sspseal_context_expire(ctx);
	return true;
}

/**
 * sspseal_context_usable() - may a message be sent or received?
 * @ctx: the context
 *
 * Return: OK, NO_SERVICE or EXPIRED.
 */
enum sspseal_status sspseal_context_usable(struct sspseal_context *ctx)
{
	if (!(ctx->services & SSPSEAL_INTEGRITY))
		return SSPSEAL_STATUS_NO_SERVICE;
	if (sspseal_context_expired(ctx))
		return SSPSEAL_STATUS_EXPIRED;
	return SSPSEAL_STATUS_OK;
}

/* A message was not authentic: a few is noise, very many is an attack. */
void sspseal_context_failed(struct sspseal_context *ctx)
{
	if (atomic64_inc_return(&ctx->failed) >= FAILED_LIMIT)
		sspseal_context_expire(ctx);
}

/* ---- life ---- */

static struct sspseal_context *context_alloc(const struct sspseal_mech *mech)
{
	struct sspseal_context *ctx;

	ctx = kzalloc(sizeof(*ctx) + mech->private_size, GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return NULL;
	refcount_set(&ctx->ref, 1);
	spin_lock_init(&ctx->receive_lock);
	ctx->mech = mech;
	return ctx;
}

static void context_free(struct sspseal_context *ctx)
{
	ctx->mech->destroy(ctx);
	memzero_explicit(ctx->private, ctx->mech->private_size);
	atomic_dec(&nr_contexts);
	kfree_rcu(ctx, rcu);
}

void sspseal_context_put(struct sspseal_context *ctx)
{
	if (refcount_dec_and_test(&ctx->ref))
		context_free(ctx);
}

/* ---- SSPSEAL_CREATE ---- */

static const struct sspseal_mech *find_mech(u32 id)
{
	return id == SSPSEAL_MECH_NATIVE ? &sspseal_mech_native : NULL;
}

static u32 implied_services(u32 services)
{
	return services ? services | SSPSEAL_INTEGRITY : 0;
}

static enum sspseal_status check_create(const struct sspseal_create *create)
{
	if (create->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	if (create->flags & ~ALL_FLAGS)
		return SSPSEAL_STATUS_FLAGS;
	if (!find_mech(create->mechanism))
		return SSPSEAL_STATUS_MECHANISM;
	if (create->role != SSPSEAL_ROLE_INITIATOR &&
	    create->role != SSPSEAL_ROLE_ACCEPTOR)
		return SSPSEAL_STATUS_ROLE;
	if (create->services & ~ALL_SERVICES)
		return SSPSEAL_STATUS_SERVICES;
	if (create->flags & SSPSEAL_CREATE_REQUIRE_SEAL &&
	    !(create->services & SSPSEAL_CONFIDENTIALITY))
		return SSPSEAL_STATUS_POLICY;
	if (create->expiry && create->expiry <= ktime_get_real_seconds())
		return SSPSEAL_STATUS_EXPIRY;
	if (create->key_size < SSPSEAL_KEY_MIN ||
	    create->key_size > SSPSEAL_KEY_MAX)
		return SSPSEAL_STATUS_KEY_SIZE;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status read_params(const struct sspseal_create *create,
				       const struct sspseal_mech *mech,
				       union sspseal_params *params)
{
	int err;

	memset(params, 0, sizeof(*params));
	if (!create->params_size)
		return SSPSEAL_STATUS_OK;
	if (create->params_size < mech->params_min ||
	    create->params_size > PAGE_SIZE)
		return SSPSEAL_STATUS_PARAMS_SIZE;
	err = copy_struct_from_user(params, mech->params_size,
				    u64_to_user_ptr(create->params),
				    create->params_size);
	if (err == -E2BIG)
		return SSPSEAL_STATUS_PARAMS_SIZE;
	return err ? SSPSEAL_STATUS_FAULT : SSPSEAL_STATUS_OK;
}

static enum sspseal_status write_params(const struct sspseal_create *create,
					const struct sspseal_mech *mech,
					const union sspseal_params *params)
{
	u32 size = min(create->params_size, mech->params_size);

	if (copy_to_user(u64_to_user_ptr(create->params), params, size))
		return SSPSEAL_STATUS_FAULT;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status take_key(struct sspseal_context *ctx,
				    const struct sspseal_create *create,
				    union sspseal_params *params)
{
	enum sspseal_status status = SSPSEAL_STATUS_FAULT;
	u8 key[SSPSEAL_KEY_MAX];

	if (!copy_from_user(key, u64_to_user_ptr(create->key),
			    create->key_size))
		status = ctx->mech->create(ctx, key, create->key_size, params);
	memzero_explicit(key, sizeof(key));
	return status;
}

/* A context with one reference, of the caller. */
static enum sspseal_status make_context(const struct sspseal_create *create,
					struct sspseal_context **result)
{
	const struct sspseal_mech *mech = find_mech(create->mechanism);
	union sspseal_params params;
	struct sspseal_context *ctx;
	enum sspseal_status status;

	status = read_params(create, mech, &params);
	if (status)
		return status;
	/* The salt must differ from every other: no early boot randomness. */
	if (wait_for_random_bytes())
		return SSPSEAL_STATUS_INTERRUPTED;

	if (atomic_inc_return(&nr_contexts) > sspseal_max_contexts()) {
		atomic_dec(&nr_contexts);
		return SSPSEAL_STATUS_LIMIT_TOTAL;
	}
	ctx = context_alloc(mech);
	if (!ctx) {
		atomic_dec(&nr_contexts);
		return SSPSEAL_STATUS_NO_MEMORY;
	}
	ctx->role = create->role;
	ctx->services = implied_services(create->services);
	ctx->flags = create->flags;
	ctx->expiry = create->expiry;

	status = take_key(ctx, create, &params);
	if (!status)
		status = write_params(create, mech, &params);
	if (status) {
		sspseal_context_put(ctx);
		return status;
	}
	*result = ctx;
	return SSPSEAL_STATUS_OK;
}

/*
 * SSPSEAL_CREATE: the handle is reserved first and published last, when nothing
 * can fail any more.
 */
enum sspseal_status sspseal_context_create(struct sspseal_command *command)
{
	struct sspseal_create *create = command->arg;
	struct sspseal_context *ctx;
	struct sspseal_grant *grant;
	enum sspseal_status status;

	status = check_create(create);
	if (status)
		return status;
	status = sspseal_handle_reserve(command->file, &create->handle);
	if (status)
		return status;
	status = make_context(create, &ctx);
	if (status)
		goto err_handle;
	grant = sspseal_grant_new(ctx, ALL_RIGHTS);
	status = grant ? sspseal_respond(command) : SSPSEAL_STATUS_NO_MEMORY;
	if (status)
		goto err_context;
	sspseal_handle_publish(command->file, create->handle, grant);
	return SSPSEAL_STATUS_OK;

err_context:
	kfree(grant);
	sspseal_context_put(ctx);
err_handle:
	sspseal_handle_abort(command->file, create->handle);
	return status;
}

/* ---- SSPSEAL_QUERY and fdinfo ---- */

static u64 messages_accepted(struct sspseal_context *ctx)
{
	u64 accepted;

	spin_lock(&ctx->receive_lock);
	accepted = ctx->window.accepted;
	spin_unlock(&ctx->receive_lock);
	return accepted;
}

/* SSPSEAL_QUERY */
enum sspseal_status sspseal_context_query(struct sspseal_command *command)
{
	struct sspseal_query *query = command->arg;
	struct sspseal_context *ctx;
	enum sspseal_status status;
	u32 rights, token;

	if (query->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	status = sspseal_handle_get(command->file, query->handle,
				    SSPSEAL_RIGHT_QUERY, &ctx, &rights);
	if (status)
		return status;

	token = ctx->services & SSPSEAL_INTEGRITY ? SSPSEAL_TOKEN_SIZE : 0;
	*query = (struct sspseal_query) {
		.size = query->size,
		.handle = query->handle,
		.mechanism = ctx->mech->id,
		.role = ctx->role,
		.services = ctx->services,
		.flags = ctx->flags,
		.rights = rights,
		.max_signature = token,
		.security_trailer = token,
		.expired = sspseal_context_expired(ctx),
		.expiry = ctx->expiry,
		.sent = sspseal_send_count(ctx),
		.received = messages_accepted(ctx),
		.failed = atomic64_read(&ctx->failed),
	};
	ctx->mech->query(ctx, query);
	sspseal_context_put(ctx);
	return sspseal_respond(command);
}

/* Under RCU only: the context may be on its way out, with its keys gone. */
void sspseal_context_show(struct sspseal_context *ctx, struct seq_file *seq)
{
	seq_printf(seq, "%s services 0x%x sent %llu received %llu failed %lld%s\n",
		   ctx->role == SSPSEAL_ROLE_INITIATOR ? "initiator" :
							 "acceptor",
		   ctx->services, sspseal_send_count(ctx),
		   messages_accepted(ctx), atomic64_read(&ctx->failed),
		   READ_ONCE(ctx->expired) ? " expired" : "");
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts: creation and end of life.
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

#define ALL_FLAGS	(SSPSEAL_CREATE_REQUIRE_SEAL | SSPSEAL_CREATE_UNBOUND)

static atomic_t nr_contexts;

/* Of two times of expiry, 0 for never. */
static u64 earlier(u64 a, u64 b)
{
	return a && b ? min(a, b) : a ?: b;
}

/* ---- life ---- */

/* A call that is refused is in nobody's way, not for a moment either. */
static bool count_context(void)
{
	int now = atomic_read(&nr_contexts), limit = sspseal_max_contexts();

	do {
		if (now >= limit)
			return false;
	} while (!atomic_try_cmpxchg(&nr_contexts, &now, now + 1));
	return true;
}

/**
 * sspseal_context_new() - a context that the mechanism has not seen yet
 * @mech: its token format
 * @role: SSPSEAL_ROLE_*
 * @services: SSPSEAL_CONFIDENTIALITY and others
 * @flags: SSPSEAL_CREATE_*
 * @result: has one reference, for sspseal_context_put()
 *
 * Return: OK, LIMIT_TOTAL or NO_MEMORY.
 */
enum sspseal_status sspseal_context_new(const struct sspseal_mech *mech,
					u32 role, u32 services, u32 flags,
					struct sspseal_context **result)
{
	struct sspseal_context *ctx;

	if (!count_context())
		return SSPSEAL_STATUS_LIMIT_TOTAL;
	ctx = kzalloc(sizeof(*ctx) + mech->private_size, SSPSEAL_GFP);
	if (!ctx) {
		atomic_dec(&nr_contexts);
		return SSPSEAL_STATUS_NO_MEMORY;
	}
	refcount_set(&ctx->ref, 1);
	spin_lock_init(&ctx->receive_lock);
	mutex_init(&ctx->bind_lock);
	ctx->mech = mech;
	ctx->role = role;
	ctx->services = sspseal_implied_services(services);
	ctx->flags = flags;
	ctx->bound = !(flags & SSPSEAL_CREATE_UNBOUND);
	ctx->ready = ctx->bound;
	sspseal_context_watch(ctx);
	*result = ctx;
	return SSPSEAL_STATUS_OK;
}

void sspseal_context_free(struct sspseal_context *ctx)
{
	sspseal_context_unwatch(ctx);
	ctx->mech->destroy(ctx);
	memzero_explicit(ctx->private, ctx->mech->private_size);
	mutex_destroy(&ctx->bind_lock);
	atomic_dec(&nr_contexts);
	kfree_rcu(ctx, rcu);
}

/* ---- SSPSEAL_CREATE ---- */

static const struct sspseal_mech *find_mech(u32 id)
{
	return id == SSPSEAL_MECH_NATIVE ? &sspseal_mech_native : NULL;
}

static enum sspseal_status check_key(const struct sspseal_create *create)
{
	if (create->key_serial)
		return create->key || create->key_size ?
		       SSPSEAL_STATUS_KEY_SOURCE : SSPSEAL_STATUS_OK;
	if (create->key_size < SSPSEAL_KEY_MIN ||
	    create->key_size > SSPSEAL_KEY_MAX)
		return SSPSEAL_STATUS_KEY_SIZE;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_create(const struct sspseal_create *create)
{
	if (create->flags & ~ALL_FLAGS)
		return SSPSEAL_STATUS_FLAGS;
	if (!find_mech(create->mechanism))
		return SSPSEAL_STATUS_MECHANISM;
	if (create->role != SSPSEAL_ROLE_INITIATOR &&
	    create->role != SSPSEAL_ROLE_ACCEPTOR)
		return SSPSEAL_STATUS_ROLE;
	if (create->services & ~SSPSEAL_ALL_SERVICES)
		return SSPSEAL_STATUS_SERVICES;
	if (create->flags & SSPSEAL_CREATE_REQUIRE_SEAL &&
	    !(create->services & SSPSEAL_CONFIDENTIALITY))
		return SSPSEAL_STATUS_POLICY;
	if (create->expiry && create->expiry <= ktime_get_real_seconds())
		return SSPSEAL_STATUS_EXPIRY;
	return check_key(create);
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

static enum sspseal_status read_key(const struct sspseal_create *create,
				    u8 *key, u32 *size, u64 *expiry)
{
	if (create->key_serial)
		return sspseal_keyring_copy(create->key_serial, key, size,
					    expiry);
	*size = create->key_size;
	*expiry = 0;
	if (copy_from_user(key, u64_to_user_ptr(create->key), *size))
		return SSPSEAL_STATUS_FAULT;
	return SSPSEAL_STATUS_OK;
}

/* The kernel's copy of what the caller gave, keys and all. */
struct create_input {
	const struct sspseal_mech *mech;
	union sspseal_params given;	/* to be put back by a refusal */
	union sspseal_params params;
	u8 key[SSPSEAL_KEY_MAX];
	u32 key_size;
	u64 key_expiry;
};

static enum sspseal_status read_input(const struct sspseal_create *create,
				      struct create_input *input)
{
	enum sspseal_status status;

	input->mech = find_mech(create->mechanism);
	status = read_params(create, input->mech, &input->given);
	if (status)
		return status;
	input->params = input->given;
	status = input->mech->check_params(&input->params);
	if (status)
		return status;
	return read_key(create, input->key, &input->key_size,
			&input->key_expiry);
}

/* A context with one reference, of the caller. */
static enum sspseal_status make_context(const struct sspseal_create *create,
					struct create_input *input,
					struct sspseal_context **result)
{
	struct sspseal_context *ctx;
	enum sspseal_status status;

	/* The salt must differ from every other: no early boot randomness. */
	if (wait_for_random_bytes())
		return SSPSEAL_STATUS_INTERRUPTED;
	status = sspseal_context_new(input->mech, create->role,
				     create->services, create->flags, &ctx);
	if (status)
		return status;
	ctx->expiry = earlier(create->expiry, input->key_expiry);
	status = input->mech->create(ctx, input->key, input->key_size,
				     &input->params);
	if (status)
		sspseal_context_put(ctx);
	else
		*result = ctx;
	return status;
}

/*
 * The handle is reserved late and published last, when nothing can fail any more;
 * outputs that were written before something failed are taken back.
 */
static enum sspseal_status publish(struct sspseal_command *command,
				   const struct create_input *input,
				   struct sspseal_grant *grant)
{
	struct sspseal_create *create = command->arg;
	enum sspseal_status status;

	status = sspseal_handle_reserve(command->file, &create->handle);
	if (status)
		return status;
	status = write_params(create, input->mech, &input->params);
	if (!status)
		status = sspseal_respond(command);
	if (status) {
		write_params(create, input->mech, &input->given);
		sspseal_handle_abort(command->file, create->handle);
		return status;
	}
	sspseal_handle_publish(command->file, create->handle, grant);
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status create_from(struct sspseal_command *command,
				       struct create_input *input)
{
	struct sspseal_context *ctx;
	struct sspseal_grant *grant;
	enum sspseal_status status;

	status = read_input(command->arg, input);
	if (!status)
		status = make_context(command->arg, input, &ctx);
	if (status)
		return status;
	grant = sspseal_grant_new(ctx, SSPSEAL_ALL_RIGHTS | SSPSEAL_RIGHT_BIND);
	/* From here on the grant alone holds the context. */
	sspseal_context_put(ctx);
	if (!grant)
		return SSPSEAL_STATUS_NO_MEMORY;
	status = publish(command, input, grant);
	if (status)
		sspseal_grant_free(grant);
	return status;
}

/* SSPSEAL_CREATE */
enum sspseal_status sspseal_context_create(struct sspseal_command *command)
{
	struct create_input input;
	enum sspseal_status status;

	if (command->file->kind != SSPSEAL_KIND_DEVICE)
		return SSPSEAL_STATUS_ANONYMOUS;
	status = check_create(command->arg);
	if (status)
		return status;
	status = create_from(command, &input);
	memzero_explicit(&input, sizeof(input));
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

static void fill_query(struct sspseal_query *query,
		       const struct sspseal_grant *grant)
{
	struct sspseal_context *ctx = grant->ctx;

	*query = (struct sspseal_query) {
		.size = query->size,
		.handle = query->handle,
		.mechanism = ctx->mech->id,
		.role = ctx->role,
		.services = ctx->services,
		.flags = ctx->flags,
		.rights = grant->rights & (u32)SSPSEAL_ALL_RIGHTS,
		.expired = sspseal_context_expired(ctx),
		.ready = READ_ONCE(ctx->ready),
		.expiry = earlier(ctx->expiry, grant->expiry),
		.sent = sspseal_send_count(ctx),
		.received = messages_accepted(ctx),
		.failed = atomic64_read(&ctx->failed),
	};
	ctx->mech->query(ctx, query);
}

/* SSPSEAL_QUERY: before BIND or after it, not in its middle. */
enum sspseal_status sspseal_context_query(struct sspseal_command *command)
{
	struct sspseal_query *query = command->arg;
	struct sspseal_grant grant;
	enum sspseal_status status;

	status = sspseal_grant_copy(command->file, query->handle,
				    SSPSEAL_RIGHT_QUERY, &grant);
	if (status)
		return status;
	mutex_lock(&grant.ctx->bind_lock);
	fill_query(query, &grant);
	mutex_unlock(&grant.ctx->bind_lock);
	sspseal_grant_release(&grant);
	return sspseal_respond(command);
}

/* Under RCU only: the context may be on its way out, with its keys gone. */
void sspseal_context_show(struct sspseal_context *ctx, struct seq_file *seq)
{
	seq_printf(seq, " %s services 0x%x sent %llu received %llu failed %lld%s",
		   ctx->role == SSPSEAL_ROLE_INITIATOR ? "initiator" :
							 "acceptor",
		   READ_ONCE(ctx->services), sspseal_send_count(ctx),
		   messages_accepted(ctx), atomic64_read(&ctx->failed),
		   sspseal_context_expired(ctx) ? " expired" : "");
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * From UNBOUND to ready: BIND brings what the peer contributes, and with CONFIRM
 * each end then proves by its first signature that it has the same keys.
 *
 * ctx->ready is all that a message looks at once the context is ready. It is set
 * with release semantics after everything that BIND changes, which changes under the
 * context's bind mutex. What is known of the confirmations changes under the
 * receive lock; that one is being made, by an atomic exchange.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "sspseal.h"

/* ---- confirmations ---- */

/**
 * sspseal_confirm_gate() - what passes while a context is not ready
 * @call: with ctx and op; call->confirmation is set if it is to make one
 *
 * A VERIFY passes as far as its token: see sspseal_confirm_token().
 *
 * Return: OK, NOT_BOUND, UNCONFIRMED or NO_SERVICE.
 */
enum sspseal_status sspseal_confirm_gate(struct sspseal_call *call)
{
	struct sspseal_context *ctx = call->ctx;

	/* Pairs with bind_checked(). */
	if (!smp_load_acquire(&ctx->bound))
		return SSPSEAL_STATUS_NOT_BOUND;
	/* Bound since it was found not ready, and nothing to be confirmed. */
	if (!ctx->confirm)
		return ctx->services ? SSPSEAL_STATUS_OK :
				       SSPSEAL_STATUS_NO_SERVICE;
	call->unconfirmed = true;
	if (call->op == SSPSEAL_OP_VERIFY)
		return SSPSEAL_STATUS_OK;
	if (call->op != SSPSEAL_OP_SIGN ||
	    atomic_read(&ctx->confirm_sent) != SSPSEAL_CONFIRM_NONE)
		return SSPSEAL_STATUS_UNCONFIRMED;
	call->confirmation = true;
	return SSPSEAL_STATUS_OK;
}

/* Of the messages received, only the peer's confirmation passes at first. */
enum sspseal_status sspseal_confirm_token(const struct sspseal_call *call)
{
	return call->unconfirmed && !call->confirmation ?
	       SSPSEAL_STATUS_UNCONFIRMED : SSPSEAL_STATUS_OK;
}

/**
 * sspseal_confirm_claim() - be the one call that makes the confirmation
 * @call: is about to take a number, which then is 0
 *
 * Return: OK, or UNCONFIRMED: another call was first.
 */
enum sspseal_status sspseal_confirm_claim(struct sspseal_call *call)
{
	if (atomic_cmpxchg(&call->ctx->confirm_sent, SSPSEAL_CONFIRM_NONE,
			   SSPSEAL_CONFIRM_CLAIMED) != SSPSEAL_CONFIRM_NONE)
		return SSPSEAL_STATUS_UNCONFIRMED;
	return SSPSEAL_STATUS_OK;
}

/* Under the receive lock. */
static void ready_if_both(struct sspseal_context *ctx)
{
	if (ctx->confirm_received &&
	    atomic_read(&ctx->confirm_sent) == SSPSEAL_CONFIRM_MADE)
		/* Pairs with context_usable(). */
		smp_store_release(&ctx->ready, true);
}

/* The caller has this end's confirmation. */
void sspseal_confirm_made(struct sspseal_context *ctx)
{
	spin_lock(&ctx->receive_lock);
	atomic_set(&ctx->confirm_sent, SSPSEAL_CONFIRM_MADE);
	ready_if_both(ctx);
	spin_unlock(&ctx->receive_lock);
}

/*
 * Of a confirmation, under the receive lock: an INTEGRITY context has no other memory
 * of it.
 */
enum sspseal_status sspseal_confirm_check(const struct sspseal_call *call)
{
	return call->ctx->confirm_received ? SSPSEAL_STATUS_REPLAYED :
					     SSPSEAL_STATUS_OK;
}

/* Under the receive lock: the confirmation was accepted. */
void sspseal_confirm_keep(const struct sspseal_call *call)
{
	call->ctx->confirm_received = true;
	ready_if_both(call->ctx);
}

/* ---- SSPSEAL_BIND ---- */

/* Under the bind mutex. */
static enum sspseal_status check_bind(struct sspseal_context *ctx,
				      const struct sspseal_bind *bind)
{
	u32 services = sspseal_implied_services(bind->services);
	enum sspseal_status status;

	if (ctx->bound)
		return SSPSEAL_STATUS_ALREADY_BOUND;
	if (sspseal_context_expired(ctx))
		return SSPSEAL_STATUS_EXPIRED;
	if (bind->services & ~SSPSEAL_ALL_SERVICES)
		return SSPSEAL_STATUS_SERVICES;
	if (services & ~ctx->services & SSPSEAL_CONFIDENTIALITY)
		return SSPSEAL_STATUS_SERVICES_ADDED;
	if (ctx->flags & SSPSEAL_CREATE_REQUIRE_SEAL &&
	    !(services & SSPSEAL_CONFIDENTIALITY))
		return SSPSEAL_STATUS_POLICY;
	if (bind->flags & SSPSEAL_BIND_CONFIRM && !services)
		return SSPSEAL_STATUS_CONFIRM;
	status = ctx->mech->check_bind(ctx, bind);
	if (!status && bind->binding_size > SSPSEAL_BINDING_MAX)
		status = SSPSEAL_STATUS_BINDING_SIZE;
	return status;
}

static enum sspseal_status read_binding(const struct sspseal_bind *bind,
					u8 **binding)
{
	/* A byte more, so that an empty binding has an address too. */
	*binding = kmalloc(bind->binding_size + 1, SSPSEAL_GFP);
	if (!*binding)
		return SSPSEAL_STATUS_NO_MEMORY;
	if (!copy_from_user(*binding, u64_to_user_ptr(bind->binding),
			    bind->binding_size))
		return SSPSEAL_STATUS_OK;
	kfree_sensitive(*binding);
	return SSPSEAL_STATUS_FAULT;
}

/* Under the bind mutex. */
static enum sspseal_status bind_checked(struct sspseal_context *ctx,
					const struct sspseal_bind *bind,
					const u8 *binding)
{
	bool confirm = bind->flags & SSPSEAL_BIND_CONFIRM;
	enum sspseal_status status = ctx->mech->bind(ctx, bind, binding);

	if (status)
		return status;
	/* A message on its way to NOT_BOUND may look at it. */
	WRITE_ONCE(ctx->services, sspseal_implied_services(bind->services));
	ctx->confirm = confirm;
	/* Pairs with sspseal_confirm_gate(), and with EXPORT. */
	smp_store_release(&ctx->bound, true);
	if (!confirm)
		/* Pairs with context_usable(). */
		smp_store_release(&ctx->ready, true);
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status locked_check(struct sspseal_context *ctx,
					const struct sspseal_bind *bind)
{
	enum sspseal_status status;

	mutex_lock(&ctx->bind_lock);
	status = check_bind(ctx, bind);
	mutex_unlock(&ctx->bind_lock);
	return status;
}

/*
 * The binding is read without the mutex: that may take any time, and QUERY does
 * not wait for it. So what was checked before is checked again.
 */
static enum sspseal_status bind_context(struct sspseal_context *ctx,
					const struct sspseal_bind *bind)
{
	enum sspseal_status status;
	u8 *binding;

	status = locked_check(ctx, bind);
	if (!status)
		status = read_binding(bind, &binding);
	if (status)
		return status;
	mutex_lock(&ctx->bind_lock);
	status = check_bind(ctx, bind);
	if (!status)
		status = bind_checked(ctx, bind, binding);
	mutex_unlock(&ctx->bind_lock);
	/* A transcript is not secret, but may be private. */
	kfree_sensitive(binding);
	return status;
}

/* SSPSEAL_BIND */
enum sspseal_status sspseal_context_bind(struct sspseal_command *command)
{
	const struct sspseal_bind *bind = command->arg;
	struct sspseal_context *ctx;
	enum sspseal_status status;

	if (bind->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	if (bind->flags & ~SSPSEAL_BIND_CONFIRM)
		return SSPSEAL_STATUS_FLAGS;
	status = sspseal_handle_get(command->file, bind->handle,
				    SSPSEAL_RIGHT_BIND, &ctx);
	if (status)
		return status;
	status = bind_context(ctx, bind);
	sspseal_context_put(ctx);
	if (!status && sspseal_respond(command))
		status = SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
	return status;
}

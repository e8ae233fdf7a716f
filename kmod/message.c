// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one path of a message. This file alone knows the order of things:
 *
 *   sending:   handle, context, qop, buffers, memory, copy in, key,
 *              number, cipher, copy out
 *   receiving: handle, context, buffers, memory, copy in, form of the token,
 *              policy, key, cipher, caller's number, order, copy out
 *
 * A refusal changes nothing. From the taking of a number, or the acceptance of
 * one, there is no way back: see FAULT_AFTER_COMMIT.
 */
#include "sspseal.h"

/*
 * Each command has all of the path in itself, made for what it does: op and mech
 * are constants there, so that the mechanism's part is inlined too.
 */
#define SSPSEAL_PATH	__attribute__((__flatten__))

static const u32 rights[] = {
	[SSPSEAL_OP_SEAL] = SSPSEAL_RIGHT_SEAL,
	[SSPSEAL_OP_UNSEAL] = SSPSEAL_RIGHT_UNSEAL,
	[SSPSEAL_OP_SIGN] = SSPSEAL_RIGHT_SIGN,
	[SSPSEAL_OP_VERIFY] = SSPSEAL_RIGHT_VERIFY,
};

/**
 * struct way - what does not change on the way of a message
 * @op: what is done
 * @ctx: the context
 * @mech: its token format
 * @room: what @mech needs
 * @command: the caller's
 */
struct way {
	enum sspseal_op op;
	struct sspseal_context *ctx;
	const struct sspseal_mech *mech;
	struct sspseal_room room;
	struct sspseal_command *command;
};

/* May the message pass? */
static enum sspseal_status context_usable(struct sspseal_context *ctx,
					  struct sspseal_call *call)
{
	enum sspseal_status status = SSPSEAL_STATUS_OK;
	/* Pairs with bind.c: what BIND changed is seen by whoever sees this. */
	bool ready = smp_load_acquire(&ctx->ready);

	if (!(READ_ONCE(ctx->services) & SSPSEAL_INTEGRITY))
		return SSPSEAL_STATUS_NO_SERVICE;
	if (unlikely(!ready))
		status = sspseal_confirm_gate(call);
	if (!status && sspseal_context_expired(ctx))
		status = SSPSEAL_STATUS_EXPIRED;
	return status;
}

static enum sspseal_status begin(struct sspseal_file *file, u32 handle,
				 enum sspseal_op op, struct sspseal_call *call,
				 struct sspseal_context **result)
{
	struct sspseal_context *ctx;
	enum sspseal_status status;

	status = sspseal_handle_get(file, handle, rights[op], &ctx);
	if (status)
		return status;
	call->ctx = ctx;
	status = context_usable(ctx, call);
	if (status)
		sspseal_context_put(ctx);
	*result = ctx;
	return status;
}

/* The list is left as it is: what is looked at is set when it is read. */
static void init_call(struct sspseal_call *call, enum sspseal_op op,
		      const struct sspseal_message *message)
{
	call->op = op;
	call->qop = sspseal_op_sends(op) ? message->qop : 0;
	call->sequence = message->sequence;
	call->sealed = !sspseal_op_signature(op);
	call->confirmation = false;
	call->unconfirmed = false;
	call->from_peer = false;
	call->fresh = false;
}

static struct sspseal_extent extent_of(const struct sspseal_call *call,
				       const struct way *way)
{
	u32 associated = sspseal_buffers_associated(call, way->room,
						    call->sealed);

	return sspseal_extent(associated, call->sealed ? call->list.plain : 0);
}

static enum sspseal_status get_work(struct sspseal_call *call,
				    const struct way *way,
				    struct sspseal_extent extent)
{
	return sspseal_work_get(way->command->file, extent, way->room.tail,
				&call->work);
}

static enum sspseal_status layout_and_copy_in(struct sspseal_call *call,
					      const struct way *way,
					      struct sspseal_extent extent)
{
	enum sspseal_status status;

	status = sspseal_work_layout(call->work, extent, way->room.tail);
	return status ?: sspseal_buffers_copy_in(call, way->room);
}

static enum sspseal_status copy_out(struct sspseal_call *call,
				    const struct way *way)
{
	return sspseal_buffers_copy_out(call, way->op, way->room,
					way->command->user);
}

/* ---- sending ---- */

/* A number is used, but its message did not reach the caller. */
static noinline void send_burned(struct sspseal_call *call)
{
	sspseal_send_burned(call->ctx);
	/* There is no second confirmation: the peer would wait for ever. */
	if (call->confirmation)
		sspseal_context_expire(call->ctx);
}

/* Once the number is taken it is used, whatever happens. */
static enum sspseal_status send_number(struct sspseal_call *call,
				       const struct way *way,
				       bool *data_is_secret)
{
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	/* Reading the message may have taken any time. */
	if (sspseal_context_expired(way->ctx))
		return SSPSEAL_STATUS_EXPIRED;
	if (unlikely(call->confirmation))
		status = sspseal_confirm_claim(call);
	if (!status)
		status = sspseal_send_take(way->ctx, &call->number);
	if (status == SSPSEAL_STATUS_EXPIRED)
		sspseal_context_expire(way->ctx);
	if (status)
		return status;
	status = way->mech->protect(call, way->op);
	if (!status) {
		*data_is_secret = false;
		status = copy_out(call, way);
	}
	if (status)
		send_burned(call);
	else if (unlikely(call->confirmation))
		sspseal_confirm_made(way->ctx);
	return status;
}

static enum sspseal_status send_copied(struct sspseal_call *call,
				       const struct way *way,
				       struct sspseal_extent extent,
				       bool *data_is_secret)
{
	enum sspseal_status status;

	status = layout_and_copy_in(call, way, extent);
	if (!status)
		status = way->mech->prepare(call, way->op);
	return status ?: send_number(call, way, data_is_secret);
}

static enum sspseal_status send_call(struct sspseal_call *call,
				     const struct way *way)
{
	bool data_is_secret = true;
	enum sspseal_status status;
	struct sspseal_extent extent;

	status = way->mech->qop(call, way->op);
	if (!status)
		status = sspseal_buffers_read(call, way->op, way->room,
					      way->command->arg);
	if (status)
		return status;
	extent = extent_of(call, way);
	status = get_work(call, way, extent);
	if (status)
		return status;
	status = send_copied(call, way, extent, &data_is_secret);
	sspseal_work_put(call->work, data_is_secret);
	return status;
}

/* ---- receiving ---- */

/* What the receiver asked for when it made the context. */
static enum sspseal_status check_policy(const struct sspseal_call *call,
					const struct way *way)
{
	if (way->op != SSPSEAL_OP_UNSEAL)
		return sspseal_confirm_token(call);
	if (call->sealed && !(way->ctx->services & SSPSEAL_CONFIDENTIALITY))
		return SSPSEAL_STATUS_SEALED;
	if (!call->sealed && way->ctx->flags & SSPSEAL_CREATE_REQUIRE_SEAL)
		return SSPSEAL_STATUS_NOT_SEALED;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status authenticate(struct sspseal_call *call,
					const struct way *way)
{
	enum sspseal_status status = way->mech->unprotect(call);

	if (status == SSPSEAL_STATUS_ALTERED)
		sspseal_context_failed(way->ctx);
	if (!status && call->sequence && call->sequence != call->token_sequence)
		status = SSPSEAL_STATUS_CALLER_SEQUENCE;
	return status;
}

/*
 * One commit under the lock: what the mechanism learned from the message (whose
 * session it is), and its number.
 */
static enum sspseal_status accept_message(struct sspseal_call *call,
					  const struct way *way)
{
	struct sspseal_context *ctx = way->ctx;
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	spin_lock(&ctx->receive_lock);
	/* Reading the message may have taken any time. */
	if (sspseal_context_expired(ctx))
		status = SSPSEAL_STATUS_EXPIRED;
	if (!status)
		status = way->mech->admit(call);
	if (!status && unlikely(call->confirmation))
		status = sspseal_confirm_check(call);
	if (!status)
		status = sspseal_window_check(&ctx->window, ctx->services,
					      call->number);
	if (!status) {
		sspseal_window_accept(&ctx->window, call->number);
		if (unlikely(call->confirmation))
			sspseal_confirm_keep(call);
		way->mech->keep(call);
	}
	spin_unlock(&ctx->receive_lock);
	return status;
}

static enum sspseal_status receive_parsed(struct sspseal_call *call,
					  const struct way *way)
{
	enum sspseal_status status;

	status = check_policy(call, way);
	if (status)
		return status;
	status = way->mech->prepare(call, way->op);
	if (!status)
		status = authenticate(call, way);
	if (!status)
		status = accept_message(call, way);
	way->mech->finish(call);
	return status ?: copy_out(call, way);
}

/*
 * A malformed token is told only after everything could be read: faults come
 * first. Its DATA is taken for sealed then.
 */
static enum sspseal_status receive_copied(struct sspseal_call *call,
					  const struct way *way,
					  struct sspseal_extent extent)
{
	enum sspseal_status status, malformed;

	status = sspseal_buffers_token(call, way->room);
	if (status)
		return status;
	malformed = way->mech->parse(call, way->op);
	status = sspseal_buffers_limits(call);
	if (way->op == SSPSEAL_OP_UNSEAL && unlikely(!call->sealed))
		extent = extent_of(call, way);
	if (!status)
		status = layout_and_copy_in(call, way, extent);
	if (!status)
		status = malformed;
	return status ?: receive_parsed(call, way);
}

static enum sspseal_status receive_call(struct sspseal_call *call,
					const struct way *way)
{
	enum sspseal_status status;
	struct sspseal_extent extent;

	status = sspseal_buffers_read(call, way->op, way->room,
				      way->command->arg);
	if (status)
		return status;
	/* Of an encrypted message: it suffices for one that is not, too. */
	extent = extent_of(call, way);
	status = get_work(call, way, extent);
	if (status)
		return status;
	status = receive_copied(call, way, extent);
	sspseal_work_put(call->work, true);
	return status;
}

/* ---- commands ---- */

static __always_inline enum sspseal_status
pass_through(struct sspseal_command *command, struct sspseal_call *call,
	     enum sspseal_op op, struct sspseal_context *ctx,
	     const struct sspseal_mech *mech)
{
	const struct way way = {
		.op = op,
		.ctx = ctx,
		.mech = mech,
		.room = mech->room(call),
		.command = command,
	};

	return sspseal_op_sends(op) ? send_call(call, &way) :
				      receive_call(call, &way);
}

/* A mechanism that the compiler does not know, by its table: there is none yet. */
static noinline enum sspseal_status
pass_any(struct sspseal_command *command, struct sspseal_call *call)
{
	struct sspseal_context *ctx = call->ctx;

	return pass_through(command, call, call->op, ctx, ctx->mech);
}

static __always_inline enum sspseal_status
message_command(struct sspseal_command *command, enum sspseal_op op)
{
	const struct sspseal_message *message = command->arg;
	struct sspseal_context *ctx;
	enum sspseal_status status;
	/* Of some size, and init_call() sets what is looked at. */
	struct sspseal_call call __uninitialized;

	init_call(&call, op, message);
	status = begin(command->file, message->handle, op, &call, &ctx);
	if (status)
		return status;
	if (likely(ctx->mech == &sspseal_mech_native))
		status = pass_through(command, &call, op, ctx,
				      &sspseal_mech_native);
	else
		status = pass_any(command, &call);
	sspseal_context_put(ctx);
	return status;
}

SSPSEAL_PATH
enum sspseal_status sspseal_message_seal(struct sspseal_command *command)
{
	return message_command(command, SSPSEAL_OP_SEAL);
}

SSPSEAL_PATH
enum sspseal_status sspseal_message_unseal(struct sspseal_command *command)
{
	return message_command(command, SSPSEAL_OP_UNSEAL);
}

SSPSEAL_PATH
enum sspseal_status sspseal_message_sign(struct sspseal_command *command)
{
	return message_command(command, SSPSEAL_OP_SIGN);
}

SSPSEAL_PATH
enum sspseal_status sspseal_message_verify(struct sspseal_command *command)
{
	return message_command(command, SSPSEAL_OP_VERIFY);
}

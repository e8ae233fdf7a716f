// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller's buffer list: read once, checked once, copied in and out.
 *
 * The checks stand in the order in which they count; what each odd list means is
 * SSPI's (Microsoft, "EncryptMessage", "DecryptMessage", "MakeSignature",
 * "SecBuffer structure").
 */
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "sspseal.h"

/* ---- what an entry is ---- */

static u32 buffer_type(const struct sspseal_buffer *entry)
{
	return entry->type & ~SSPSEAL_BUFFER_ATTRMASK;
}

static bool has_attribute(const struct sspseal_buffer *entry, u32 attributes)
{
	return entry->type & attributes;
}

#define ANY_READONLY	(SSPSEAL_BUFFER_READONLY | \
			 SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM)

static bool is_plain_data(const struct sspseal_buffer *entry)
{
	return buffer_type(entry) == SSPSEAL_BUFFER_DATA &&
	       !has_attribute(entry, ANY_READONLY);
}

static bool is_associated(const struct sspseal_buffer *entry)
{
	return buffer_type(entry) == SSPSEAL_BUFFER_DATA &&
	       has_attribute(entry, SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM);
}

/**
 * sspseal_piece() - what an entry of the list is to the mechanism
 * @call: with call->sealed set
 * @entry: one of its list
 *
 * Pieces are authenticated in the order of the array.
 *
 * Return: what it is.
 */
enum sspseal_piece sspseal_piece(const struct sspseal_call *call,
				 const struct sspseal_buffer *entry)
{
	if (is_associated(entry))
		return SSPSEAL_PIECE_ASSOCIATED;
	if (!is_plain_data(entry))
		return SSPSEAL_PIECE_NONE;
	return call->sealed ? SSPSEAL_PIECE_SEALED : SSPSEAL_PIECE_PLAIN;
}

/* ---- checks ---- */

/* How many entries of which sort a list has. */
struct census {
	u32 tokens;
	u32 streams;
	u32 plain;
	u32 readonly;
	u32 associated;
};

static void take_census(struct sspseal_list *list, bool streams_count,
			struct census *census)
{
	u32 i;

	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];

		switch (buffer_type(entry)) {
		case SSPSEAL_BUFFER_TOKEN:
			if (!census->tokens++)
				list->token = i;
			break;
		case SSPSEAL_BUFFER_STREAM:
			if (streams_count && !census->streams++ &&
			    !census->tokens)
				list->token = i;
			break;
		case SSPSEAL_BUFFER_DATA:
			if (is_associated(entry))
				census->associated++;
			else if (!is_plain_data(entry))
				census->readonly++;
			else if (!census->plain++)
				list->data = i;
			break;
		}
	}
	list->stream = census->streams && !census->tokens;
	list->pieces = census->plain + census->associated;
}

static enum sspseal_status check_token_size(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;

	if (list->entry[list->token].cb >= call->room.token)
		return SSPSEAL_STATUS_OK;
	return list->stream ? SSPSEAL_STATUS_INCOMPLETE :
			      SSPSEAL_STATUS_TOKEN_TOO_SMALL;
}

static enum sspseal_status check_token_writable(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	bool written = list->stream || sspseal_op_sends(call->op);

	return written && has_attribute(&list->entry[list->token], ANY_READONLY) ?
	       SSPSEAL_STATUS_TOKEN_READONLY : SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_token_address(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;

	return list->entry[list->token].ptr ? SSPSEAL_STATUS_OK :
					      SSPSEAL_STATUS_TOKEN_NULL;
}

static enum sspseal_status check_token_count(const struct census *census)
{
	if (census->tokens > 1 || census->streams > 1)
		return SSPSEAL_STATUS_TWO_TOKENS;
	if (census->tokens && census->streams)
		return SSPSEAL_STATUS_TOKEN_AND_STREAM;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_data(const struct sspseal_call *call,
				      const struct census *census)
{
	if (sspseal_op_signature(call->op))
		return call->list.pieces ? SSPSEAL_STATUS_OK :
					   SSPSEAL_STATUS_NO_DATA;
	if (census->plain == 1)
		return SSPSEAL_STATUS_OK;
	if (census->plain)
		return SSPSEAL_STATUS_TWO_DATA;
	if (census->readonly && !census->associated)
		return SSPSEAL_STATUS_DATA_READONLY;
	return SSPSEAL_STATUS_NO_DATA;
}

/* With STREAM, DATA is an output: from here on it stands for where DATA lies. */
static void place_data(struct sspseal_call *call)
{
	struct sspseal_list *list = &call->list;
	const struct sspseal_buffer *stream = &list->entry[list->token];
	struct sspseal_buffer *data = &list->entry[list->data];

	if (!list->stream)
		return;
	data->ptr = stream->ptr + call->room.token;
	data->cb = stream->cb - call->room.token;
}

static enum sspseal_status check_null(const struct sspseal_list *list)
{
	u32 i;

	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];

		if ((is_plain_data(entry) || is_associated(entry)) &&
		    entry->cb && !entry->ptr)
			return SSPSEAL_STATUS_NULL_BUFFER;
	}
	return SSPSEAL_STATUS_OK;
}

/* An entry that wraps around is no overlap: copying it will fault. */
static bool overlap(const struct sspseal_buffer *a,
		    const struct sspseal_buffer *b)
{
	return a->cb && b->cb && a->ptr < b->ptr + b->cb &&
	       b->ptr < a->ptr + a->cb;
}

/* Does an entry that is written overlap another one that is used? */
static enum sspseal_status check_overlap(const struct sspseal_call *call,
					 int written)
{
	const struct sspseal_list *list = &call->list;
	u32 i;

	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];
		bool used = i == list->token || is_associated(entry) ||
			    is_plain_data(entry);

		/* DATA lies in STREAM. */
		if (list->stream && (i == list->token || i == list->data))
			continue;
		if (used && i != written &&
		    overlap(entry, &list->entry[written]))
			return SSPSEAL_STATUS_OVERLAP;
	}
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_overlaps(const struct sspseal_call *call)
{
	enum sspseal_status status = SSPSEAL_STATUS_OK;

	if (sspseal_op_sends(call->op) || call->list.stream)
		status = check_overlap(call, call->list.token);
	if (!status && call->sealed)
		status = check_overlap(call, call->list.data);
	return status;
}

static enum sspseal_status check_types(const struct sspseal_list *list)
{
	const u32 known = ANY_READONLY | ~SSPSEAL_BUFFER_ATTRMASK;
	u32 i;

	for (i = 0; i < list->nr; i++) {
		u32 type = list->entry[i].type;

		if (buffer_type(&list->entry[i]) > SSPSEAL_BUFFER_TYPE_MAX ||
		    type & ~known || (type & ANY_READONLY) == ANY_READONLY)
			return SSPSEAL_STATUS_BUFFER_TYPE;
	}
	return SSPSEAL_STATUS_OK;
}

static void add_lengths(struct sspseal_list *list)
{
	u32 i;

	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];

		if (is_associated(entry))
			list->associated += entry->cb;
		else if (is_plain_data(entry))
			list->plain += entry->cb;
	}
}

static enum sspseal_status check_limits(const struct sspseal_list *list,
					bool sealed)
{
	u64 data = sealed ? sspseal_max_data() : SSPSEAL_MAX_SIGNED;
	u64 associated = sealed ? SSPSEAL_MAX_ASSOCIATED :
				  SSPSEAL_MAX_SIGNED - min(list->plain, data);

	if (list->plain > data)
		return SSPSEAL_STATUS_DATA_TOO_LONG;
	if (list->associated > associated)
		return SSPSEAL_STATUS_ASSOCIATED_TOO_LONG;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_buffers_limits() - is the message short enough?
 * @call: with call->sealed as the message is
 *
 * Return: OK, DATA_TOO_LONG or ASSOCIATED_TOO_LONG.
 */
enum sspseal_status sspseal_buffers_limits(const struct sspseal_call *call)
{
	return check_limits(&call->list, call->sealed);
}

/* Before its token was read, a message received may be of either sort. */
static enum sspseal_status check_lengths(const struct sspseal_call *call)
{
	enum sspseal_status status = sspseal_buffers_limits(call);

	if (status && call->op == SSPSEAL_OP_UNSEAL &&
	    !check_limits(&call->list, false))
		return SSPSEAL_STATUS_OK;
	return status;
}

/* A token that is too small to be written is told before all that follows. */
static enum sspseal_status check_sent(const struct sspseal_call *call,
				      const struct census *census)
{
	enum sspseal_status status = check_token_size(call);

	if (!status)
		status = check_token_writable(call);
	if (!status)
		status = check_token_address(call);
	if (!status)
		status = check_token_count(census);
	return status ?: check_data(call, census);
}

/* Who is told INCOMPLETE reads more, which then must be able to help. */
static enum sspseal_status check_received(const struct sspseal_call *call,
					  const struct census *census)
{
	enum sspseal_status status = check_token_count(census);

	if (!status)
		status = check_token_writable(call);
	if (!status)
		status = check_data(call, census);
	if (!status)
		status = check_token_size(call);
	return status ?: check_token_address(call);
}

static enum sspseal_status check_list(struct sspseal_call *call)
{
	bool unseal = call->op == SSPSEAL_OP_UNSEAL;
	struct census census = {};
	enum sspseal_status status;

	take_census(&call->list, unseal, &census);
	if (!census.tokens && !census.streams)
		return SSPSEAL_STATUS_NO_TOKEN;
	if (sspseal_op_sends(call->op))
		status = check_sent(call, &census);
	else
		status = check_received(call, &census);
	if (status)
		return status;
	place_data(call);
	status = check_null(&call->list);
	if (!status)
		status = check_overlaps(call);
	if (!status)
		status = check_types(&call->list);
	if (status)
		return status;
	add_lengths(&call->list);
	return check_lengths(call);
}

/**
 * sspseal_buffers_read() - read and check the caller's buffer list
 * @call: with room and call->sealed set; UNSEAL sets it until the token is read
 * @buffers: address of the array
 * @nr: entries
 *
 * Return: OK, or what is wrong with the list.
 */
enum sspseal_status sspseal_buffers_read(struct sspseal_call *call,
					 u64 buffers, u32 nr)
{
	struct sspseal_list *list = &call->list;

	if (!nr || !buffers)
		return SSPSEAL_STATUS_NO_BUFFERS;
	if (nr > SSPSEAL_BUFFERS_MAX)
		return SSPSEAL_STATUS_TOO_MANY_BUFFERS;
	list->user = u64_to_user_ptr(buffers);
	list->nr = nr;
	if (copy_from_user(list->entry, list->user, nr * sizeof(*list->entry)))
		return SSPSEAL_STATUS_FAULT;
	return check_list(call);
}

/* ---- copies ---- */

/**
 * sspseal_buffers_associated() - size of the associated data
 * @call: with its list read
 * @sealed: DATA is not among it
 *
 * Return: bytes, with the mechanism's room.
 */
u32 sspseal_buffers_associated(const struct sspseal_call *call, bool sealed)
{
	const struct sspseal_list *list = &call->list;

	return call->room.front + list->pieces * call->room.piece +
	       list->associated + (sealed ? 0 : list->plain);
}

/**
 * sspseal_buffers_token() - read the token of a message received
 * @call: with its list read
 *
 * Return: OK or FAULT.
 */
enum sspseal_status sspseal_buffers_token(struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;

	if (copy_from_user(call->token,
			   u64_to_user_ptr(list->entry[list->token].ptr),
			   call->room.token))
		return SSPSEAL_STATUS_FAULT;
	return SSPSEAL_STATUS_OK;
}

static bool data_in(struct sspseal_work *work, void __user *from)
{
	struct scatterlist *sg;

	if (work->data)
		return !copy_from_user(work->data, from, work->data_size);
	for (sg = sg_next(work->sg); !sg_is_last(sg); sg = sg_next(sg)) {
		if (copy_from_user(sg_virt(sg), from, sg->length))
			return false;
		from += sg->length;
	}
	return true;
}

static bool data_out(struct sspseal_work *work, void __user *to)
{
	struct scatterlist *sg;

	if (work->data)
		return !copy_to_user(to, work->data, work->data_size);
	for (sg = sg_next(work->sg); !sg_is_last(sg); sg = sg_next(sg)) {
		if (copy_to_user(to, sg_virt(sg), sg->length))
			return false;
		to += sg->length;
	}
	return true;
}

/**
 * sspseal_buffers_copy_in() - read all that the message is made of
 * @call: with its memory laid out
 *
 * Leaves the mechanism's room before the first and before each piece.
 *
 * Return: OK or FAULT.
 */
enum sspseal_status sspseal_buffers_copy_in(struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	struct sspseal_work *work = call->work;
	u8 *to = work->associated + call->room.front;
	u32 i;

	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];
		void __user *from = u64_to_user_ptr(entry->ptr);
		enum sspseal_piece piece = sspseal_piece(call, entry);

		if (piece == SSPSEAL_PIECE_NONE)
			continue;
		to += call->room.piece;
		if (piece == SSPSEAL_PIECE_SEALED) {
			if (!data_in(work, from))
				return SSPSEAL_STATUS_FAULT;
			continue;
		}
		if (copy_from_user(to, from, entry->cb))
			return SSPSEAL_STATUS_FAULT;
		to += entry->cb;
	}
	return SSPSEAL_STATUS_OK;
}

/* TOKEN's size and PADDING's, which an AEAD does not need. */
static bool sizes_out(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	u32 i;

	if (put_user(call->room.token, &list->user[list->token].cb))
		return false;
	for (i = 0; i < list->nr; i++) {
		const struct sspseal_buffer *entry = &list->entry[i];

		if (buffer_type(entry) == SSPSEAL_BUFFER_PADDING &&
		    !has_attribute(entry, ANY_READONLY) &&
		    put_user(0, &list->user[i].cb))
			return false;
	}
	return true;
}

static bool stream_out(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	const struct sspseal_buffer *data = &list->entry[list->data];

	return !put_user(data->ptr, &list->user[list->data].ptr) &&
	       !put_user(data->cb, &list->user[list->data].cb);
}

/**
 * sspseal_buffers_copy_out() - give the caller the message
 * @call: protected, or authentic and accepted
 *
 * DATA goes first: a complete TOKEN never stands beside incomplete ciphertext.
 *
 * Return: OK or FAULT_AFTER_COMMIT.
 */
enum sspseal_status sspseal_buffers_copy_out(struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	const struct sspseal_buffer *token = &list->entry[list->token];
	bool ok = true;

	if (call->sealed)
		ok = data_out(call->work,
			      u64_to_user_ptr(list->entry[list->data].ptr));
	if (ok && sspseal_op_sends(call->op))
		ok = !copy_to_user(u64_to_user_ptr(token->ptr), call->token,
				   call->room.token) && sizes_out(call);
	if (ok && list->stream)
		ok = stream_out(call);
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
}

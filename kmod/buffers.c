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
#include "user.h"

/* ---- what an entry is ---- */

#define ANY_READONLY	(SSPSEAL_BUFFER_READONLY | \
			 SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM)

static u32 buffer_type(u32 type)
{
	return type & ~SSPSEAL_BUFFER_ATTRMASK;
}

static bool known_type(u32 type)
{
	const u32 known = ANY_READONLY | ~SSPSEAL_BUFFER_ATTRMASK;

	return buffer_type(type) <= SSPSEAL_BUFFER_TYPE_MAX &&
	       !(type & ~known) && (type & ANY_READONLY) != ANY_READONLY;
}

/* ---- checks ---- */

/**
 * struct census - what an unusual list has, beside what is kept of it
 * @tokens: how many TOKENs
 * @streams: STREAMs, where they count
 * @plain: how many plain DATA
 * @readonly: how many DATA that are READONLY
 * @null_set: which entries have bytes without an address
 * @unknown_type: a type or attribute that there is not
 * @token_size: of the mechanism
 */
struct census {
	u32 tokens;
	u32 streams;
	u32 plain;
	u32 readonly;
	u32 null_set;
	bool unknown_type;
	u32 token_size;
};

static void count_data(struct sspseal_list *list, u32 i, struct census *census)
{
	struct sspseal_buffer *entry = &list->entry[i];
	bool associated = entry->type & SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM;

	if (!associated && entry->type & SSPSEAL_BUFFER_READONLY) {
		census->readonly++;
		return;
	}
	if (associated) {
		list->associated_set |= BIT(i);
		list->associated += entry->cb;
	} else {
		if (!census->plain++)
			list->data = entry;
		list->plain_set |= BIT(i);
		list->plain += entry->cb;
	}
	list->pieces++;
	if (!entry->ptr && entry->cb)
		census->null_set |= BIT(i);
}

static void count_entry(struct sspseal_list *list, u32 i, bool streams_count,
			struct census *census)
{
	struct sspseal_buffer *entry = &list->entry[i];
	u32 type = entry->type;

	if (!known_type(type))
		census->unknown_type = true;
	switch (buffer_type(type)) {
	case SSPSEAL_BUFFER_DATA:
		count_data(list, i, census);
		break;
	case SSPSEAL_BUFFER_TOKEN:
		if (!census->tokens++)
			list->token = entry;
		break;
	case SSPSEAL_BUFFER_STREAM:
		if (streams_count && !census->streams++ && !census->tokens)
			list->token = entry;
		break;
	case SSPSEAL_BUFFER_PADDING:
		if (!(type & ANY_READONLY))
			list->padding_set |= BIT(i);
		break;
	}
}

static enum sspseal_status check_token_size(const struct sspseal_list *list,
					    const struct census *census)
{
	if (list->token->cb >= census->token_size)
		return SSPSEAL_STATUS_OK;
	return list->stream ? SSPSEAL_STATUS_INCOMPLETE :
			      SSPSEAL_STATUS_TOKEN_TOO_SMALL;
}

static enum sspseal_status check_token_writable(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	bool written = list->stream || sspseal_op_sends(call->op);

	return written && list->token->type & ANY_READONLY ?
	       SSPSEAL_STATUS_TOKEN_READONLY : SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_token_address(const struct sspseal_call *call)
{
	return call->list.token->ptr ? SSPSEAL_STATUS_OK :
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
	if (census->readonly && !call->list.associated_set)
		return SSPSEAL_STATUS_DATA_READONLY;
	return SSPSEAL_STATUS_NO_DATA;
}

static u32 bit_of(const struct sspseal_list *list,
		  const struct sspseal_buffer *entry)
{
	return BIT(entry - list->entry);
}

/* With STREAM, DATA is an output: from here on it stands for where DATA lies. */
static void place_data(struct sspseal_list *list, struct census *census)
{
	const struct sspseal_buffer *stream = list->token;
	struct sspseal_buffer *data = list->data;

	data->ptr = stream->ptr + census->token_size;
	data->cb = stream->cb - census->token_size;
	list->plain = data->cb;
	census->null_set &= ~bit_of(list, data);
}

/* An entry that wraps around is no overlap: copying it will fault. */
static bool overlap(const struct sspseal_buffer *a,
		    const struct sspseal_buffer *b)
{
	if (a->ptr >= b->ptr + b->cb || b->ptr >= a->ptr + a->cb)
		return false;
	return a->cb && b->cb;
}

/* Does an entry that is written overlap one of others that are used? */
static bool overlaps(const struct sspseal_list *list,
		     const struct sspseal_buffer *written, unsigned long used)
{
	u32 i;

	used &= ~(unsigned long)bit_of(list, written);
	for_each_set_bit(i, &used, SSPSEAL_BUFFERS_MAX) {
		if (overlap(&list->entry[i], written))
			return true;
	}
	return false;
}

static bool any_overlaps(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	bool token_written = sspseal_op_sends(call->op) || list->stream;
	u32 used = sspseal_pieces(call);

	/* DATA lies in STREAM. */
	if (list->stream)
		used &= ~bit_of(list, list->data);
	if (token_written && overlaps(list, list->token, used))
		return true;
	if (!token_written)
		used |= bit_of(list, list->token);
	/* Where TOKEN is written, it was compared with DATA already. */
	return call->sealed && overlaps(list, list->data, used);
}

static enum sspseal_status check_limits(u64 plain, u64 associated, bool sealed)
{
	u64 most = sealed ? sspseal_max_data() : SSPSEAL_MAX_SIGNED;

	if (plain > most)
		return SSPSEAL_STATUS_DATA_TOO_LONG;
	most = sealed ? SSPSEAL_MAX_ASSOCIATED : SSPSEAL_MAX_SIGNED - plain;
	if (associated > most)
		return SSPSEAL_STATUS_ASSOCIATED_TOO_LONG;
	return SSPSEAL_STATUS_OK;
}

/*
 * Before its token was read, a message received may be of either sort: then it is
 * kept what it is if it is sealed.
 */
static enum sspseal_status check_lengths(struct sspseal_call *call,
					 enum sspseal_op op, u64 plain,
					 u64 associated)
{
	enum sspseal_status status;

	status = check_limits(plain, associated, call->sealed);
	if (op != SSPSEAL_OP_UNSEAL)
		return status;
	call->list.sealed_limits = status;
	if (unlikely(status) && !check_limits(plain, associated, false))
		return SSPSEAL_STATUS_OK;
	return status;
}

/**
 * sspseal_buffers_limits() - is a message received short enough?
 * @call: with call->sealed as the message is
 *
 * Return: OK, DATA_TOO_LONG or ASSOCIATED_TOO_LONG.
 */
enum sspseal_status sspseal_buffers_limits(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;

	return likely(call->sealed) ? list->sealed_limits :
	       check_limits(list->plain, list->associated, false);
}

/* A token that is too small to be written is told before all that follows. */
static enum sspseal_status check_sent(const struct sspseal_call *call,
				      const struct census *census)
{
	enum sspseal_status status = check_token_size(&call->list, census);

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
		status = check_token_size(&call->list, census);
	return status ?: check_token_address(call);
}

static enum sspseal_status find_missing(struct sspseal_call *call,
					struct census *census)
{
	enum sspseal_status status;

	if (!census->tokens && !census->streams)
		return SSPSEAL_STATUS_NO_TOKEN;
	call->list.stream = !census->tokens;
	if (sspseal_op_sends(call->op))
		status = check_sent(call, census);
	else
		status = check_received(call, census);
	if (status)
		return status;
	if (call->list.stream)
		place_data(&call->list, census);
	return census->null_set ? SSPSEAL_STATUS_NULL_BUFFER :
				  SSPSEAL_STATUS_OK;
}

static void init_list(struct sspseal_list *list)
{
	list->stream = false;
	list->plain_set = 0;
	list->associated_set = 0;
	list->padding_set = 0;
	list->pieces = 0;
	list->associated = 0;
	list->plain = 0;
}

/* Any list. */
static noinline enum sspseal_status check_any(struct sspseal_call *call,
					      u32 token_size)
{
	struct census census = { .token_size = token_size };
	struct sspseal_list *list = &call->list;
	enum sspseal_status status;
	u32 i;

	init_list(list);
	for (i = 0; i < list->nr; i++)
		count_entry(list, i, call->op == SSPSEAL_OP_UNSEAL, &census);
	status = find_missing(call, &census);
	if (!status && any_overlaps(call))
		status = SSPSEAL_STATUS_OVERLAP;
	if (!status && census.unknown_type)
		status = SSPSEAL_STATUS_BUFFER_TYPE;
	return status ?: check_lengths(call, call->op, list->plain,
				       list->associated);
}

static bool take_pair(struct sspseal_list *list, struct sspseal_buffer *token,
		      struct sspseal_buffer *data, u32 token_size)
{
	if (token->type != SSPSEAL_BUFFER_TOKEN || token->cb < token_size ||
	    !token->ptr || data->type != SSPSEAL_BUFFER_DATA ||
	    (!data->ptr && data->cb))
		return false;
	init_list(list);
	list->token = token;
	list->data = data;
	list->plain_set = bit_of(list, data);
	list->plain = data->cb;
	list->pieces = 1;
	return true;
}

/* Most lists are TOKEN and DATA, as they have to be, and nothing else. */
static bool is_pair(struct sspseal_list *list, u32 token_size)
{
	struct sspseal_buffer *first = &list->entry[0];
	struct sspseal_buffer *second = &list->entry[1];

	return first->type == SSPSEAL_BUFFER_TOKEN ?
	       take_pair(list, first, second, token_size) :
	       take_pair(list, second, first, token_size);
}

static enum sspseal_status check_pair(struct sspseal_call *call,
				      enum sspseal_op op)
{
	bool written = sspseal_op_sends(op) || !sspseal_op_signature(op);

	if (written && overlap(call->list.token, call->list.data))
		return SSPSEAL_STATUS_OVERLAP;
	return check_lengths(call, op, call->list.data->cb, 0);
}

static noinline enum sspseal_status read_entries(struct sspseal_list *list)
{
	const struct sspseal_buffer __user *from = list->user;
	/* UBSAN's check of an index would be a call while access is on. */
	struct sspseal_buffer *to = list->entry;
	bool ok = true;
	u32 i;

	if (!list->nr || !list->user)
		return SSPSEAL_STATUS_NO_BUFFERS;
	if (list->nr > SSPSEAL_BUFFERS_MAX)
		return SSPSEAL_STATUS_TOO_MANY_BUFFERS;
	might_fault();
	if (!user_read_access_begin(from, list->nr * sizeof(*from)))
		return SSPSEAL_STATUS_FAULT;
	for (i = 0; i < list->nr && ok; i++)
		ok = sspseal_get(to++, &from[i], sizeof(*from));
	user_read_access_end();
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT;
}

/**
 * sspseal_buffers_read() - read and check the caller's buffer list
 * @call: with call->sealed set; UNSEAL sets it until the token is read
 * @op: what is done
 * @room: of the mechanism
 * @message: has the address of the list
 *
 * Return: OK, or what is wrong with the list.
 */
enum sspseal_status sspseal_buffers_read(struct sspseal_call *call,
					 enum sspseal_op op,
					 struct sspseal_room room,
					 const struct sspseal_message *message)
{
	const u32 token_size = sspseal_token_size(room);
	struct sspseal_list *list = &call->list;
	enum sspseal_status status;

	list->user = u64_to_user_ptr(message->buffers);
	list->nr = message->nr_buffers;
	if (likely(message->nr_buffers == 2 && message->buffers)) {
		if (!sspseal_read_short(list->entry, list->user,
					2 * sizeof(list->entry[0])))
			return SSPSEAL_STATUS_FAULT;
		if (likely(is_pair(list, token_size)))
			return check_pair(call, op);
	} else {
		status = read_entries(list);
		if (status)
			return status;
	}
	return check_any(call, token_size);
}

/* ---- copies ---- */

/**
 * sspseal_buffers_associated() - size of the associated data
 * @call: with its list read
 * @room: of the mechanism
 * @sealed: DATA is not among it
 *
 * Return: bytes, with the mechanism's room.
 */
u32 sspseal_buffers_associated(const struct sspseal_call *call,
			       struct sspseal_room room, bool sealed)
{
	const struct sspseal_list *list = &call->list;

	return room.front + list->pieces * room.piece + list->associated +
	       (sealed ? 0 : list->plain);
}

/**
 * sspseal_buffers_token() - read the token of a message received
 * @call: with its list read
 * @room: of the mechanism
 *
 * Return: OK or FAULT.
 */
enum sspseal_status sspseal_buffers_token(struct sspseal_call *call,
					  struct sspseal_room room)
{
	const void __user *from = u64_to_user_ptr(call->list.token->ptr);

	return sspseal_read_short(call->token, from, sspseal_token_size(room)) ?
	       SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT;
}

/*
 * All of these lie in memory that was laid out for @size bytes. The kernel's check
 * of the object they lie in (hardened usercopy) costs as much as a copy of 1 KiB:
 * it is made where that is little.
 */
static bool read_any(void *to, const void __user *from, u32 size)
{
	if (size <= SSPSEAL_SHORT)
		return sspseal_read_short(to, from, size);
	return likely(size <= PAGE_SIZE) ? !_copy_from_user(to, from, size) :
					   !copy_from_user(to, from, size);
}

static noinline bool table_in(struct sspseal_work *work, void __user *from)
{
	struct scatterlist *sg;

	for (sg = sg_next(work->sg); !sg_is_last(sg); sg = sg_next(sg)) {
		if (copy_from_user(sg_virt(sg), from, sg->length))
			return false;
		from += sg->length;
	}
	return true;
}

static noinline bool table_out(struct sspseal_work *work, void __user *to)
{
	struct scatterlist *sg;

	for (sg = sg_next(work->sg); !sg_is_last(sg); sg = sg_next(sg)) {
		if (copy_to_user(to, sg_virt(sg), sg->length))
			return false;
		to += sg->length;
	}
	return true;
}

static bool data_in(struct sspseal_work *work, u64 from)
{
	return work->data ?
	       read_any(work->data, u64_to_user_ptr(from), work->data_size) :
	       table_in(work, u64_to_user_ptr(from));
}

static bool pieces_in(const struct sspseal_call *call, struct sspseal_room room)
{
	const struct sspseal_list *list = &call->list;
	struct sspseal_work *work = call->work;
	u32 left = sspseal_pieces(call);
	u8 *to = work->associated + room.front;

	for (; left; left &= left - 1) {
		u32 i = __ffs(left);
		const struct sspseal_buffer *entry = &list->entry[i];

		to += room.piece;
		if (sspseal_piece(call, i) == SSPSEAL_PIECE_SEALED) {
			if (!data_in(work, entry->ptr))
				return false;
			continue;
		}
		if (!read_any(to, u64_to_user_ptr(entry->ptr), entry->cb))
			return false;
		to += entry->cb;
	}
	return true;
}

/**
 * sspseal_buffers_copy_in() - read all that the message is made of
 * @call: with its memory laid out
 * @room: of the mechanism
 *
 * Leaves the mechanism's room before the first and before each piece.
 *
 * Return: OK or FAULT.
 */
enum sspseal_status sspseal_buffers_copy_in(struct sspseal_call *call,
					    struct sspseal_room room)
{
	bool ok;

	ok = likely(sspseal_only_data(call)) ?
	     data_in(call->work, call->list.data->ptr) : pieces_in(call, room);
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT;
}

/* As read_any(), of what is not short. */
static bool long_data_out(struct sspseal_work *work, void __user *to)
{
	if (unlikely(!work->data))
		return table_out(work, to);
	return likely(work->data_size <= PAGE_SIZE) ?
	       !_copy_to_user(to, work->data, work->data_size) :
	       !copy_to_user(to, work->data, work->data_size);
}

/* TOKEN, its size, and PADDING's, which an AEAD does not need. */
static __always_inline bool put_token(const struct sspseal_call *call,
				      struct sspseal_room room)
{
	const struct sspseal_list *list = &call->list;
	u8 __user *to = u64_to_user_ptr(list->token->ptr);
	u32 i, left;

	if (!sspseal_put(to, call->work->associated, room.front) ||
	    !sspseal_put(to + room.front, call->work->tail, room.tail))
		return false;
	unsafe_put_user(sspseal_token_size(room),
			&list->user[list->token - list->entry].cb, fault);
	for (left = list->padding_set; unlikely(left); left &= left - 1) {
		i = __ffs(left);
		unsafe_put_user(0, &list->user[i].cb, fault);
	}
	return true;
fault:
	return false;
}

static __always_inline bool put_stream(const struct sspseal_list *list)
{
	struct sspseal_buffer __user *to;

	to = &list->user[list->data - list->entry];
	unsafe_put_user(list->data->ptr, &to->ptr, fault);
	unsafe_put_user(list->data->cb, &to->cb, fault);
	return true;
fault:
	return false;
}

/* In the order that sspseal_buffers_copy_out() promises. */
static __always_inline bool
put_all(const struct sspseal_call *call, u32 data_size, enum sspseal_op op,
	struct sspseal_room room, struct sspseal_message __user *user)
{
	if (data_size && !sspseal_put(u64_to_user_ptr(call->list.data->ptr),
				      call->work->data, data_size))
		return false;
	if (sspseal_op_sends(op) && !put_token(call, room))
		return false;
	/* Only UNSEAL takes one. */
	if (op == SSPSEAL_OP_UNSEAL && call->list.stream &&
	    !put_stream(&call->list))
		return false;
	if (!sspseal_op_sends(op))
		unsafe_put_user(call->qop, &user->qop, fault);
	unsafe_put_user(SSPSEAL_STATUS_OK, &user->status, fault);
	return true;
fault:
	return false;
}

/**
 * sspseal_buffers_copy_out() - give the caller the message
 * @call: protected, or authentic and accepted
 * @op: what is done
 * @room: of the mechanism
 * @user: the caller's struct
 *
 * DATA goes first: a complete TOKEN never stands beside incomplete ciphertext.
 * The struct goes last: its status says that the rest is there.
 *
 * All but long DATA goes out in one section: to begin and end one costs as much as
 * five words do. TOKEN is not known to be the caller's memory yet, all else was
 * when it was read.
 *
 * Return: OK or FAULT_AFTER_COMMIT.
 */
enum sspseal_status
sspseal_buffers_copy_out(struct sspseal_call *call, enum sspseal_op op,
			 struct sspseal_room room,
			 struct sspseal_message __user *user)
{
	const struct sspseal_list *list = &call->list;
	u32 data_size = call->sealed ? call->work->data_size : 0;
	bool ok;

	if (data_size > SSPSEAL_SHORT) {
		if (!long_data_out(call->work,
				   u64_to_user_ptr(list->data->ptr)))
			return SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
		data_size = 0;
	}
	might_fault();
	if (!user_write_access_begin(u64_to_user_ptr(list->token->ptr),
				     sspseal_token_size(room)))
		return SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
	ok = put_all(call, data_size, op, room, user);
	user_write_access_end();
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
}

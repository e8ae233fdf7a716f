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
 * struct census - what a list has
 * @tokens: how many TOKENs
 * @streams: STREAMs, where they count
 * @plain: how many plain DATA
 * @readonly: how many DATA that are READONLY
 * @null_set: which entries have bytes without an address
 * @unknown_type: a type or attribute that there is not
 * @unusual: more than one TOKEN and entries that are authenticated
 */
struct census {
	u32 tokens;
	u32 streams;
	u32 plain;
	u32 readonly;
	u32 null_set;
	bool unknown_type;
	bool unusual;
};

static void count_piece(struct sspseal_list *list, u32 i, struct census *census)
{
	const struct sspseal_buffer *entry = &list->entry[i];

	list->pieces++;
	if (unlikely(!entry->ptr && entry->cb)) {
		census->null_set |= BIT(i);
		census->unusual = true;
	}
}

static void count_plain(struct sspseal_list *list, u32 i, struct census *census)
{
	if (!census->plain++)
		list->data = i;
	list->plain_set |= BIT(i);
	list->plain += list->entry[i].cb;
	count_piece(list, i, census);
}

static void count_associated(struct sspseal_list *list, u32 i,
			     struct census *census)
{
	list->associated_set |= BIT(i);
	list->associated += list->entry[i].cb;
	count_piece(list, i, census);
}

static void count_token(struct sspseal_list *list, u32 i, struct census *census)
{
	if (!census->tokens++)
		list->token = i;
	else
		census->unusual = true;
}

static noinline void count_other(struct sspseal_list *list, u32 i,
				 bool streams_count, struct census *census)
{
	u32 type = list->entry[i].type;

	census->unusual = true;
	if (!known_type(type))
		census->unknown_type = true;
	switch (buffer_type(type)) {
	case SSPSEAL_BUFFER_DATA:
		if (type & SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM)
			count_associated(list, i, census);
		else if (type & SSPSEAL_BUFFER_READONLY)
			census->readonly++;
		else
			count_plain(list, i, census);
		break;
	case SSPSEAL_BUFFER_TOKEN:
		count_token(list, i, census);
		break;
	case SSPSEAL_BUFFER_STREAM:
		if (streams_count && !census->streams++ && !census->tokens)
			list->token = i;
		break;
	case SSPSEAL_BUFFER_PADDING:
		if (!(type & ANY_READONLY))
			list->padding_set |= BIT(i);
		break;
	}
}

static void take_census(struct sspseal_list *list, bool streams_count,
			struct census *census)
{
	u32 i;

	for (i = 0; i < list->nr; i++) {
		switch (list->entry[i].type) {
		case SSPSEAL_BUFFER_DATA:
			count_plain(list, i, census);
			break;
		case SSPSEAL_BUFFER_TOKEN:
			count_token(list, i, census);
			break;
		case SSPSEAL_BUFFER_DATA | SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM:
			count_associated(list, i, census);
			break;
		default:
			count_other(list, i, streams_count, census);
		}
	}
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

	return written && list->entry[list->token].type & ANY_READONLY ?
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
	if (census->readonly && !call->list.associated_set)
		return SSPSEAL_STATUS_DATA_READONLY;
	return SSPSEAL_STATUS_NO_DATA;
}

/* With STREAM, DATA is an output: from here on it stands for where DATA lies. */
static noinline void place_data(struct sspseal_call *call, struct census *census)
{
	struct sspseal_list *list = &call->list;
	const struct sspseal_buffer *stream = &list->entry[list->token];
	struct sspseal_buffer *data = &list->entry[list->data];

	data->ptr = stream->ptr + call->room.token;
	data->cb = stream->cb - call->room.token;
	list->plain = data->cb;
	census->null_set &= ~BIT(list->data);
	if (data->cb && !data->ptr)
		census->null_set |= BIT(list->data);
}

/* An entry that wraps around is no overlap: copying it will fault. */
static bool overlap(const struct sspseal_buffer *a,
		    const struct sspseal_buffer *b)
{
	return a->ptr < b->ptr + b->cb && b->ptr < a->ptr + a->cb &&
	       a->cb && b->cb;
}

/* Does an entry that is written overlap one of others that are used? */
static noinline bool overlaps(const struct sspseal_list *list, u32 written,
			      unsigned long used)
{
	u32 i;

	for_each_set_bit(i, &used, SSPSEAL_BUFFERS_MAX) {
		if (i != written &&
		    overlap(&list->entry[i], &list->entry[written]))
			return true;
	}
	return false;
}

static bool any_overlaps(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	bool token_written = sspseal_op_sends(call->op) || list->stream;
	unsigned long used = sspseal_pieces(call);

	/* DATA lies in STREAM. */
	if (list->stream)
		used &= ~BIT(list->data);
	if (token_written && overlaps(list, list->token, used))
		return true;
	if (!token_written)
		used |= BIT(list->token);
	/* Where TOKEN is written, it was compared with DATA already. */
	return call->sealed && overlaps(list, list->data, used);
}

static enum sspseal_status check_overlaps(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	bool found;

	if (call->sealed && list->pieces == 1 && !list->stream)
		found = overlap(&list->entry[list->token],
				&list->entry[list->data]);
	else
		found = any_overlaps(call);
	return found ? SSPSEAL_STATUS_OVERLAP : SSPSEAL_STATUS_OK;
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

/* One TOKEN that will do, and the DATA there has to be: most lists. */
static bool nothing_missing(const struct sspseal_call *call,
			    const struct census *census)
{
	const struct sspseal_list *list = &call->list;
	const struct sspseal_buffer *token = &list->entry[list->token];

	return !census->unusual && census->tokens &&
	       token->cb >= call->room.token && token->ptr &&
	       (sspseal_op_signature(call->op) ? list->pieces :
						 census->plain == 1);
}

static noinline enum sspseal_status find_missing(struct sspseal_call *call,
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
		place_data(call, census);
	return census->null_set ? SSPSEAL_STATUS_NULL_BUFFER :
				  SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_list(struct sspseal_call *call)
{
	struct census census = {};
	enum sspseal_status status;

	take_census(&call->list, call->op == SSPSEAL_OP_UNSEAL, &census);
	if (unlikely(!nothing_missing(call, &census))) {
		status = find_missing(call, &census);
		if (status)
			return status;
	}
	status = check_overlaps(call);
	if (status)
		return status;
	if (unlikely(census.unknown_type))
		return SSPSEAL_STATUS_BUFFER_TYPE;
	return check_lengths(call);
}

static bool read_entries(struct sspseal_list *list)
{
	const struct sspseal_buffer __user *from = list->user;
	struct sspseal_buffer *to = list->entry;

	if (!user_read_access_begin(from, list->nr * sizeof(*from)))
		return false;
	for (; to < list->entry + list->nr; from++, to++) {
		unsafe_get_user(*(u64 *)to, (const u64 __user *)from, fault);
		unsafe_get_user(to->ptr, &from->ptr, fault);
	}
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
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
	if (!read_entries(list))
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
	void __user *from = u64_to_user_ptr(list->entry[list->token].ptr);
	u32 size = call->room.token;
	bool ok;

	ok = likely(size == SSPSEAL_TOKEN_SIZE) ?
	     sspseal_read_short(call->token, from, SSPSEAL_TOKEN_SIZE) :
	     sspseal_read_short(call->token, from, size);
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT;
}

/*
 * All of these lie in memory that was laid out for @size bytes: beyond short
 * ones, copies go without the kernel's check of the object they lie in.
 */
static bool read_any(void *to, const void __user *from, u32 size)
{
	return size <= SSPSEAL_SHORT ? sspseal_read_short(to, from, size) :
				       !_copy_from_user(to, from, size);
}

static bool write_any(void __user *to, const void *from, u32 size)
{
	return size <= SSPSEAL_SHORT ? sspseal_write_short(to, from, size) :
				       !_copy_to_user(to, from, size);
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

static bool data_in(struct sspseal_work *work, void __user *from)
{
	return work->data ? read_any(work->data, from, work->data_size) :
			    table_in(work, from);
}

static bool data_out(struct sspseal_work *work, void __user *to)
{
	return work->data ? write_any(to, work->data, work->data_size) :
			    table_out(work, to);
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
	u32 left = sspseal_pieces(call);
	u8 *to = work->associated + call->room.front;

	for (; left; left &= left - 1) {
		u32 i = __ffs(left);
		const struct sspseal_buffer *entry = &list->entry[i];
		void __user *from = u64_to_user_ptr(entry->ptr);

		to += call->room.piece;
		if (sspseal_piece(call, i) == SSPSEAL_PIECE_SEALED) {
			if (!data_in(work, from))
				return SSPSEAL_STATUS_FAULT;
			continue;
		}
		if (!read_any(to, from, entry->cb))
			return SSPSEAL_STATUS_FAULT;
		to += entry->cb;
	}
	return SSPSEAL_STATUS_OK;
}

static bool token_out(const struct sspseal_call *call, void __user *to)
{
	u32 size = call->room.token;

	return likely(size == SSPSEAL_TOKEN_SIZE) ?
	       sspseal_write_short(to, call->token, SSPSEAL_TOKEN_SIZE) :
	       sspseal_write_short(to, call->token, size);
}

/* TOKEN's size and PADDING's, which an AEAD does not need. */
static bool sizes_out(const struct sspseal_call *call)
{
	const struct sspseal_list *list = &call->list;
	const unsigned long paddings = list->padding_set;
	u32 i;

	if (put_user(call->room.token, &list->user[list->token].cb))
		return false;
	for_each_set_bit(i, &paddings, SSPSEAL_BUFFERS_MAX) {
		if (put_user(0, &list->user[i].cb))
			return false;
	}
	return true;
}

static noinline bool stream_out(const struct sspseal_call *call)
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
		ok = token_out(call, u64_to_user_ptr(token->ptr)) &&
		     sizes_out(call);
	if (ok && list->stream)
		ok = stream_out(call);
	return ok ? SSPSEAL_STATUS_OK : SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
}

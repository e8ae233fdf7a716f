// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several messages in one call, among them such as must be refused: each has its own
 * result, and none does harm to the next.
 */
#include <string.h>

#include "soak.h"

#define MESSAGES	(BATCH_MAX / 2)
#define UNKNOWN_HANDLE	0x7ffffff0

bool batch_call(int fd, struct sspseal_operation *operation, unsigned int nr)
{
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)operation,
		.stride = sizeof(*operation), .nr = nr,
	};

	count(BATCHED);
	return MUST_BE(S(OK), call(fd, SSPSEAL_BATCH, &batch)) &&
	       MUST_BE(nr, batch.done);
}

int operation_status(const struct sspseal_operation *operation)
{
	__u32 status = operation->message.status;

	if (!MUST_BE(status_errno(status), operation->error))
		return BROKEN;
	if (status == S(BUSY))
		count(BUSY);
	return status;
}

/* Whatever is sent or received: nothing is looked at behind these. */
static __u32 spoil(struct sspseal_operation *operation)
{
	switch (pick(3)) {
	case 0:
		operation->command = one_in(2) ? SSPSEAL_QUERY : SSPSEAL_BATCH;
		return S(COMMAND);
	case 1:
		operation->message.handle = UNKNOWN_HANDLE;
		return S(NO_HANDLE);
	default:
		operation->message.nr_buffers = 0;
		return S(NO_BUFFERS);
	}
}

/* ---- sending ---- */

static bool unsent(const struct parcel *p)
{
	count(REFUSED);
	return MUST(!memcmp(p->memory + TOKEN_SIZE, p->plain, p->size));
}

/* What was refused is sent alone: the next number is still its own. */
static bool send_all(struct session *s, unsigned int from, struct parcel *p,
		     unsigned int nr)
{
	struct sspseal_operation operation[MESSAGES];
	struct side *side = &s->side[from];
	__u32 status[MESSAGES];
	bool ok = true, left[MESSAGES];
	unsigned int i;
	int got;

	for (i = 0; i < nr; i++) {
		operation[i] = (struct sspseal_operation) {
			send_command(&p[i]), 1, sender_message(s, side, &p[i]),
		};
		status[i] = one_in(4) ? spoil(&operation[i]) : S(OK);
	}
	if (!batch_call(side->fd, operation, nr))
		return false;
	for (i = 0; ok && i < nr; i++) {
		got = operation_status(&operation[i]);
		left[i] = status[i] || got == S(BUSY);
		ok = (got == S(BUSY) || MUST_BE(status[i], got)) &&
		     (left[i] ? unsent(&p[i]) : was_sent(side, &p[i]));
	}
	for (i = 0; ok && i < nr; i++)
		ok = !left[i] || parcel_send(s, from, &p[i]);
	return ok;
}

/* ---- receiving ---- */

/**
 * struct slot - an operation of a batch that receives
 * @p: the message
 * @of: the one that it is a copy of, or @p itself
 * @flaw: with which it must be refused, or OK
 * @b: its list
 */
struct slot {
	struct parcel *p;
	struct parcel *of;
	__u32 flaw;
	struct sspseal_buffer b[ENTRIES];
};

/* A copy: as it was, or changed where the receiver must notice. */
static __u32 flaw(const struct session *s, struct parcel *p)
{
	switch (pick(3)) {
	case 0:
		p->sealed[TOKEN_AT_VERSION] ^= 1 << pick(8);
		return S(TOKEN_VERSION);
	case 1:
		p->sealed[TOKEN_AT_TAG + pick(16 + p->size)] ^= 1 << pick(8);
		return s->require_seal && p->op == WRAP ? S(NOT_SEALED) :
							  S(ALTERED);
	default:
		return S(OK);
	}
}

static struct sspseal_operation slot_operation(const struct session *s,
					       const struct side *to,
					       struct slot *slot)
{
	struct sspseal_operation operation;

	if (slot->p != slot->of)
		slot->flaw = flaw(s, slot->p);
	operation = (struct sspseal_operation) {
		receive_command(slot->p), 1,
		receiver_message(to, slot->p, slot->b),
	};
	if (slot->p != slot->of && !slot->flaw && one_in(3))
		slot->flaw = spoil(&operation);
	return operation;
}

static bool slot_gives(const struct session *s, struct side *to,
		       struct slot *slot,
		       const struct sspseal_operation *operation)
{
	int got = operation_status(operation);
	__u32 status;

	if (got == S(BUSY))
		return true;
	slot->p->delivered = slot->of->delivered;
	status = slot->flaw ?: expected(s, to, slot->p);
	to->failed += status == S(ALTERED);
	if (!MUST_BE(status, got) ||
	    !was_received(to, slot->p, &operation->message, status))
		return false;
	slot->of->delivered = slot->p->delivered;
	return true;
}

/* Each message, and behind some of them a copy of one. */
static unsigned int fill_slots(struct slot *slot, struct parcel *p,
			       unsigned int nr)
{
	unsigned int i, used = 0;

	for (i = 0; i < nr; i++) {
		slot[used++] = (struct slot) { .p = &p[i], .of = &p[i] };
		if (one_in(2))
			continue;
		slot[used].p = &p[MESSAGES + i];
		slot[used].of = &p[pick(i + 1)];
		slot[used].flaw = S(OK);
		parcel_copy(slot[used].p, slot[used].of);
		used++;
	}
	if (used > nr)
		count(MIXED);
	return used;
}

static bool deliver_all(struct session *s, unsigned int from, struct parcel *p,
			unsigned int nr)
{
	struct sspseal_operation operation[BATCH_MAX];
	struct side *to = &s->side[!from];
	struct slot slot[BATCH_MAX];
	unsigned int i, used;
	bool ok = true;

	used = fill_slots(slot, p, nr);
	for (i = 0; i < used; i++)
		operation[i] = slot_operation(s, to, &slot[i]);
	if (!batch_call(to->fd, operation, used))
		return false;
	for (i = 0; ok && i < used; i++)
		ok = slot_gives(s, to, &slot[i], &operation[i]);
	for (i = 0; ok && i < nr; i++)
		ok = p[i].delivered || parcel_deliver(s, from, &p[i]);
	return ok;
}

bool batch(struct session *s, unsigned int from, struct desk *desk)
{
	unsigned int i, nr = 1 + pick(MESSAGES);
	struct parcel *p = desk->batch;

	if (!is_kernel(&s->side[0]) || !is_kernel(&s->side[1]))
		return true;
	for (i = 0; i < nr; i++)
		parcel_pack(&p[i], s, 5000);
	return send_all(s, from, p, nr) && deliver_all(s, from, p, nr);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lives: sessions in which everything happens in any order, handshakes, short
 * ones; others have files of their own.
 */
#include <string.h>
#include <unistd.h>

#include "soak.h"
#include "../sspi_ends.h"

bool desk_init(struct desk *desk)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(desk->parcel); i++)
		ok = parcel_init(&desk->parcel[i]) && ok;
	for (i = 0; i < ARRAY_SIZE(desk->batch); i++)
		ok = parcel_init(&desk->batch[i]) && ok;
	return ok;
}

/* ---- what happens in a session ---- */

static bool carry(struct session *s, unsigned int from, struct desk *desk)
{
	return parcel_carry(s, from, &desk->parcel[0], DATA_MAX);
}

/* Once more: refused, unless nobody asked for that. */
static bool replay(struct session *s, unsigned int from, struct desk *desk)
{
	struct parcel *p = &desk->parcel[0];

	return parcel_carry(s, from, p, DATA_MAX) &&
	       parcel_deliver(s, from, p);
}

/* The second one first. */
static bool swap(struct session *s, unsigned int from, struct desk *desk)
{
	struct parcel *p = desk->parcel;

	parcel_pack(&p[0], s, DATA_MAX);
	parcel_pack(&p[1], s, 5000);
	return parcel_send(s, from, &p[0]) && parcel_send(s, from, &p[1]) &&
	       parcel_deliver(s, from, &p[1]) &&
	       parcel_deliver(s, from, &p[0]) && parcel_deliver(s, from, &p[1]);
}

static bool lose(struct session *s, unsigned int from, struct desk *desk)
{
	if (in_order(s))
		return true;
	parcel_pack(&desk->parcel[0], s, 5000);
	return parcel_send(s, from, &desk->parcel[0]);
}

/* Refused as often as one likes, and then accepted. */
static bool alter(struct session *s, unsigned int from, struct desk *desk)
{
	struct parcel *p = &desk->parcel[0];
	unsigned int nr = pick(4);

	parcel_pack(p, s, DATA_MAX);
	if (!parcel_send(s, from, p))
		return false;
	/* The receiver's policy comes first. */
	if (!is_kernel(&s->side[!from]) || (s->require_seal && p->op == WRAP))
		nr = 0;
	while (nr--)
		if (!refuse_altered(s, from, p))
			return false;
	return parcel_deliver(s, from, p);
}

static bool refuse(struct session *s, unsigned int from, struct desk *desk)
{
	return !is_kernel(&s->side[from]) ||
	       refuse_to_send(s, from, &desk->parcel[0]);
}

/* The token cannot be written: the number is used all the same. */
static bool burn(struct session *s, unsigned int from, struct desk *desk)
{
	struct side *side = &s->side[from];
	int status;

	if (in_order(s) || !is_kernel(side))
		return true;
	count(BURNED);
	side->sent++;
	do {
		status = simple_call(side->fd, SSPSEAL_SIGN, side->handle,
				     (void *)8, desk->parcel[0].memory, 10);
		/* Long messages of other threads. */
	} while (status == S(BUSY));
	return MUST_BE(S(FAULT_AFTER_COMMIT), status);
}

static bool agree(struct session *s, unsigned int from, struct desk *desk)
{
	(void)desk;
	return side_agrees(&s->side[from]);
}

/* What the module offers. */
static bool inform(struct session *s, unsigned int from, struct desk *desk)
{
	static const __u32 key_sizes[] = { 32, 32, 16, 32 };
	__u32 suite = pick(ARRAY_SIZE(key_sizes) + 1);
	struct sspseal_info i;
	int status;

	(void)desk;
	if (!is_kernel(&s->side[from]))
		return true;
	count(INFORMED);
	status = info(s->side[from].fd, suite, &i);
	if (suite == ARRAY_SIZE(key_sizes))
		return MUST_BE(S(SUITE), status);
	return MUST_BE(S(OK), status) &&
	       MUST_BE(suite ?: SSPSEAL_SUITE_AES_256_GCM, i.suite) &&
	       MUST_BE(SSPSEAL_ABI_VERSION, i.abi_version) &&
	       MUST_BE(1 << SSPSEAL_MECH_NATIVE, i.mechanisms) &&
	       MUST_BE(SSPSEAL_SUITE_BIT(1) | SSPSEAL_SUITE_BIT(2) |
		       SSPSEAL_SUITE_BIT(3), i.suites) &&
	       MUST_BE(DATA_MAX, i.max_data) &&
	       MUST_BE(key_sizes[suite], i.key_size) &&
	       MUST_BE(16, i.tag_size) && MUST_BE(TOKEN_SIZE, i.token_size) &&
	       MUST(*i.driver);
}

static bool live_session(struct desk *desk)
{
	static step_fn * const steps[] = {
		carry, carry, carry, carry, replay, swap, lose, alter, refuse,
		batch, burn, agree, inform, delegate, pass_on,
	};
	unsigned int nr = pick(40);
	struct session s;
	bool ok;

	ok = session_open(&s);
	while (ok && nr--)
		ok = steps[pick(ARRAY_SIZE(steps))](&s, pick(2), desk);
	ok = ok && side_agrees(&s.side[0]) && side_agrees(&s.side[1]);
	return session_close(&s) && ok;
}

/* ---- handshakes ---- */

/* A token that somebody has touched. */
static bool touched(struct end *initiator, struct end *acceptor)
{
	struct letter one, two, three;

	if (!MUST_BE(SEC_I_CONTINUE_NEEDED, step(initiator, NULL, &one)) ||
	    !MUST_BE(SEC_I_CONTINUE_NEEDED, step(acceptor, &one, &two)))
		return false;
	two.bytes[pick(two.size)] ^= 1 << pick(8);
	count(REFUSED);
	return MUST(step(initiator, &two, &three) < 0);
}

static bool live_handshake(struct desk *desk)
{
	struct end initiator, acceptor;
	unsigned int nr = pick(10);
	bool ok;

	(void)desk;
	if (!MUST_BE(SEC_E_OK, end_open_with(&initiator, true, ALICE,
					     SOAK_KEY)) ||
	    !MUST_BE(SEC_E_OK, end_open_with(&acceptor, false, BOB, SOAK_KEY)))
		return false;
	if (one_in(4)) {
		ok = touched(&initiator, &acceptor);
	} else {
		initiator.asked = ISC_REQ_CONFIDENTIALITY;
		ok = MUST_BE(SEC_E_OK, connect_ends(&initiator, &acceptor));
		while (ok && nr--)
			ok = MUST(carry_sealed(&initiator, &acceptor)) &&
			     MUST(carry_signed(&acceptor, &initiator));
	}
	count(HANDSHAKES);
	end_close(&initiator);
	end_close(&acceptor);
	return ok;
}

/* ---- the rest ---- */

/* Many short ones, and what is no context at all. */
static bool live_shortly(struct desk *desk)
{
	unsigned int nr = pick(100);
	int fd = device_open();
	bool ok = MUST(fd >= 0);
	__u32 handle;

	(void)desk;
	while (ok && nr--) {
		if (one_in(4)) {
			ok = one_in(4) ? refuse_key(fd) : refuse_to_create(fd);
			continue;
		}
		handle = create_context(fd, 1 + pick(2), pick(16));
		count(CREATED);
		ok = MUST(handle);
		if (ok && one_in(2)) {
			ok = MUST_BE(S(OK), destroy(fd, handle));
			count(DESTROYED);
		}
	}
	close(fd);
	return ok;
}

void live(struct desk *desk)
{
	__u32 what = pick(100);

	if (what < 55)
		live_session(desk);
	else if (what < 70)
		live_shared(desk);
	else if (what < 80)
		live_handshake(desk);
	else if (what < 88)
		live_with_child(desk);
	else if (what < 92)
		live_raced(desk);
	else if (what < 98)
		live_shortly(desk);
	else
		live_until_expiry(desk);
	count(LIVES);
}

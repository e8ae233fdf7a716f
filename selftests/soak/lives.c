// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lives: sessions in which everything happens in any order, contexts that all
 * share, handshakes, children, and ends in the middle of something.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"
#include "../sspi_ends.h"

#define WINDOWED	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)

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

static bool in_order(const struct session *s)
{
	return s->services & SSPSEAL_SEQUENCE_DETECT;
}

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
	while (is_kernel(&s->side[!from]) && nr--)
		if (!refuse_altered(s, from, p))
			return false;
	return parcel_deliver(s, from, p);
}

static bool refuse(struct session *s, unsigned int from, struct desk *desk)
{
	return !is_kernel(&s->side[from]) ||
	       refuse_to_send(s, from, &desk->parcel[0]);
}

static bool batch(struct session *s, unsigned int from, struct desk *desk)
{
	unsigned int i, nr = 1 + pick(ARRAY_SIZE(desk->batch));
	struct parcel *p = desk->batch;

	if (!is_kernel(&s->side[0]) || !is_kernel(&s->side[1]))
		return true;
	for (i = 0; i < nr; i++)
		parcel_pack(&p[i], s, 5000);
	return parcels_send(s, from, p, nr) && parcels_deliver(s, from, p, nr);
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

/* ---- rights ---- */

/* What a right is for works, or is refused. */
static bool right_works(struct session *s, unsigned int at, struct desk *desk,
			__u32 rights)
{
	struct parcel *p = &desk->parcel[0];
	struct side *side = &s->side[at];

	parcel_pack(p, s, 5000);
	if (rights & (p->op == SIGN ? SSPSEAL_RIGHT_SIGN : SSPSEAL_RIGHT_SEAL))
		return parcel_send(s, at, p) && parcel_deliver(s, at, p);
	return MUST_BE(S(NO_RIGHT), simple_call(side->fd, send_command(p),
						side->handle, p->memory,
						p->plain, 10));
}

/* In another file, by way of IMPORT, and taken back at last. */
static bool import(struct session *s, unsigned int at, struct desk *desk,
		   const struct sspseal_export *e)
{
	struct side *side = &s->side[at];
	bool ok;

	side->fd = device_open();
	side->handle = import_handle(side->fd, e->fd, 0);
	count(IMPORTED);
	ok = MUST(side->handle) && right_works(s, at, desk, e->rights);
	close(side->fd);
	return ok;
}

static bool delegate(struct session *s, unsigned int at, struct desk *desk)
{
	struct side *side = &s->side[at], own = *side;
	struct sspseal_export e = export_args(side->handle, 1 + pick(63));
	bool ok;

	if (!is_kernel(side))
		return true;
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (!MUST_BE(S(OK), call(side->fd, SSPSEAL_EXPORT, &e)))
		return false;
	count(EXPORTED);
	side->fd = e.fd;
	side->handle = SSPSEAL_EXPORTED_HANDLE;
	ok = right_works(s, at, desk, e.rights) && import(s, at, desk, &e);
	side->fd = own.fd;
	side->handle = own.handle;
	ok = ok && MUST_BE(S(OK), destroy(own.fd, e.revoker)) &&
	     MUST_BE(S(REVOKED), simple_call(e.fd, SSPSEAL_SEAL,
					     SSPSEAL_EXPORTED_HANDLE,
					     desk->parcel[0].memory,
					     desk->parcel[0].plain, 10));
	count(REVOKED);
	close(e.fd);
	return ok;
}

static bool live_session(struct desk *desk)
{
	static bool (*const steps[])(struct session *s, unsigned int from,
				     struct desk *desk) = {
		carry, carry, carry, replay, swap, lose, alter, refuse, batch,
		burn, agree, delegate,
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

/* ---- contexts that all share ---- */

static int patiently(int fd, unsigned long cmd, __u32 handle, void *token,
		     void *data, size_t size)
{
	int status;

	do {
		status = simple_call(fd, cmd, handle, token, data, size);
	} while (status == S(BUSY));
	return status;
}

/* Others move the window meanwhile, perhaps past this number. */
static bool share(unsigned int i)
{
	const struct shared_pair *pair = shared_pair(i);
	__u8 token[TOKEN_SIZE], plain[200], data[200], sealed[200];
	size_t size = pick(sizeof(plain) + 1);
	int status;

	fill(plain, size);
	memcpy(data, plain, size);
	count(SEALED);
	if (!MUST_BE(S(OK), patiently(pair->fd, SSPSEAL_SEAL, pair->initiator,
				      token, data, size)) ||
	    !MUST(shared_number(i, token_counter(token))))
		return false;
	memcpy(sealed, data, size);
	status = patiently(pair->fd, SSPSEAL_UNSEAL, pair->acceptor, token,
			   data, size);
	if (!MUST(status == S(OK) || status == S(TOO_OLD)) ||
	    !MUST(status || !memcmp(data, plain, size)))
		return false;
	count(status ? REFUSED : UNSEALED);
	status = patiently(pair->fd, SSPSEAL_UNSEAL, pair->acceptor, token,
			   sealed, size);
	count(REFUSED);
	return MUST(status == S(REPLAYED) || status == S(TOO_OLD));
}

static bool live_shared(struct desk *desk)
{
	unsigned int i = pick(SHARED_PAIRS), nr = 1 + pick(100);
	bool ok = true;

	(void)desk;
	while (ok && nr--)
		ok = share(i);
	return ok;
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

/* ---- children ---- */

#define RELAYED		500

/* What a child tells, in memory that it shares. */
struct relay {
	unsigned int nr;
	__u64 numbers[RELAYED];
};

/* Until it is refused, or has done its share. */
static void seal_in_child(int fd, __u32 handle, struct relay *relay)
{
	__u8 token[TOKEN_SIZE], data[100];
	int status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (relay->nr < RELAYED) {
		status = patiently(fd, SSPSEAL_SEAL, handle, token, data,
				   sizeof(data));
		if (status)
			_exit(status > 0 ? status : 255);
		count(SEALED);
		relay->numbers[relay->nr] = token_counter(token);
		__atomic_add_fetch(&relay->nr, 1, __ATOMIC_RELEASE);
	}
	_exit(0);
}

/* A child to be trusted less: what it had is out of its reach. */
static void detach_in_child(__u32 handle)
{
	__u8 token[TOKEN_SIZE], data[10];
	SecBuffer b[] = {
		{ TOKEN_SIZE, SECBUFFER_TOKEN, token },
		{ sizeof(data), SECBUFFER_DATA, data },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, b };

	sspseal_detach();
	if (SpSealMessage(handle, 0, &desc, 0) == STATUS_SUCCESS)
		_exit(255);
	_exit(sspseal_last_status());
}

/* How a child ends. */
enum way { FINISHED, KILLED_BY, DESTROYED_BY, REVOKED_BY, DETACHED, WAYS };

static bool ended_well(enum way way, int status)
{
	static const int expected[WAYS] = {
		[KILLED_BY] = -SIGKILL,
		[DESTROYED_BY] = S(ALREADY_DESTROYED),
		[REVOKED_BY] = S(REVOKED),
		[DETACHED] = S(NO_HANDLE),
	};

	/* It may have been faster. */
	return (way != DETACHED && !status) || MUST_BE(expected[way], status);
}

static bool numbers_are_new(const struct relay *relay, __u64 from, __u64 to)
{
	unsigned int i;

	for (i = 0; i < relay->nr; i++)
		if (!MUST(relay->numbers[i] >= from && relay->numbers[i] < to))
			return false;
	for (i = 1; i < relay->nr; i++)
		if (!MUST(relay->numbers[i] > relay->numbers[i - 1]))
			return false;
	return true;
}

static void end_child(enum way way, pid_t child, const struct side *side,
		      __u32 revoker)
{
	const struct timespec pause = { .tv_nsec = pick(20000000) };

	nanosleep(&pause, NULL);
	if (way == KILLED_BY)
		kill(child, SIGKILL);
	if (way == DESTROYED_BY)
		destroy(side->fd, side->handle);
	if (way == REVOKED_BY)
		destroy(side->fd, revoker);
}

/* A child seals with the parent's context, and is ended in one of the ways. */
static bool have_child(struct side *side, enum way way, struct relay *relay)
{
	struct sspseal_export e = export_args(side->handle,
					      SSPSEAL_RIGHT_SEAL);
	bool own = way == REVOKED_BY || one_in(2);
	pid_t child;
	int status;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (!MUST_BE(S(OK), call(side->fd, SSPSEAL_EXPORT, &e)))
		return false;
	/* The exported handle lives on. */
	if (way == DESTROYED_BY)
		own = false;
	child = fork();
	if (!child && way == DETACHED)
		detach_in_child(side->handle);
	if (!child)
		seal_in_child(own ? e.fd : side->fd,
			      own ? SSPSEAL_EXPORTED_HANDLE : side->handle,
			      relay);
	count(FORKED);
	end_child(way, child, side, e.revoker);
	status = child_status(child);
	close(e.fd);
	if (way != REVOKED_BY)
		destroy(side->fd, e.revoker);
	return ended_well(way, status);
}

static bool live_with_child(struct desk *desk)
{
	struct relay *relay = make_shared(sizeof(*relay));
	enum way way = pick(WAYS);
	struct side *side;
	struct sspseal_query q;
	struct session s;
	bool ok;

	ok = session_open_plain(&s, WINDOWED);
	side = &s.side[0];
	ok = ok && have_child(side, way, relay);
	if (ok && way != DESTROYED_BY) {
		ok = MUST_BE(S(OK), query(side->fd, side->handle, &q)) &&
		     numbers_are_new(relay, side->sent, q.sent);
		side->sent = q.sent;
		ok = ok && parcel_carry(&s, 0, &desk->parcel[0], 5000) &&
		     side_agrees(side);
		ok = session_close(&s) && ok;
	} else {
		destroy(s.side[1].fd, s.side[1].handle);
		session_close_files(&s);
	}
	munmap(relay, sizeof(*relay));
	return ok;
}

/* ---- ends in the middle ---- */

#define SEALERS		4

/* In a process of its own: descriptors that are closed here are not taken anew. */
static bool race(enum way way)
{
	struct sealer sealer[SEALERS] = { };
	int fd = device_open(), status = S(ALREADY_DESTROYED);
	__u32 handle = create_context(fd, SSPSEAL_ROLE_INITIATOR, WINDOWED);
	struct sspseal_export e = export_args(handle, SSPSEAL_RIGHT_SEAL |
						      SSPSEAL_RIGHT_QUERY);
	bool ended = false;
	struct team team;
	unsigned int i;
	bool ok;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (!MUST_BE(S(OK), call(fd, SSPSEAL_EXPORT, &e)))
		return false;
	for (i = 0; i < SEALERS; i++) {
		sealer[i].fd = way == REVOKED_BY ? e.fd : fd;
		sealer[i].handle = way == REVOKED_BY ? SSPSEAL_EXPORTED_HANDLE :
						       handle;
		sealer[i].ended = &ended;
	}
	ok = MUST(team_start(&team, sealer, sizeof(*sealer), SEALERS,
			     seal_on)) &&
	     MUST(sealers_at_work(sealer, SEALERS));
	for (i = 0; ok && i < 10; i++)
		ok = MUST(import_handle(fd, e.fd, 0));
	switch (way) {
	case REVOKED_BY:
		destroy(fd, e.revoker);
		status = S(REVOKED);
		break;
	case FINISHED:
		close(fd);
		status = -EBADF;
		break;
	default:
		destroy(fd, handle);
	}
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	team_join(&team);
	for (i = 0; ok && i < SEALERS; i++)
		ok = MUST_BE(status, sealer[i].status) &&
		     MUST_BE(0, sealer[i].late);
	return ok;
}

static bool live_raced(struct desk *desk)
{
	static const enum way ways[] = { REVOKED_BY, FINISHED, DESTROYED_BY };
	enum way way = ways[pick(ARRAY_SIZE(ways))];
	pid_t child = fork();

	(void)desk;
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(!race(way));
	}
	count(RACED);
	return MUST_BE(0, child_status(child));
}

/* ---- the rest ---- */

/* From its second on there is no more message, whatever the clock does. */
static bool live_until_expiry(struct desk *desk)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, WINDOWED);
	int fd = device_open(), status = 0;
	struct sspseal_query q;
	time_t now = 0;

	c.expiry = time(NULL) + 2;
	count(CREATED);
	MUST_BE(S(OK), call(fd, SSPSEAL_CREATE, &c));
	while (!status) {
		nanosleep(&pause, NULL);
		now = time(NULL);
		status = simple_call(fd, SSPSEAL_SEAL, c.handle,
				     desk->parcel[0].memory,
				     desk->parcel[0].plain, 100);
		if (!MUST(status || now <= (time_t)c.expiry))
			break;
	}
	count(EXPIRED);
	status = MUST_BE(S(EXPIRED), status) &&
		 MUST(time(NULL) >= (time_t)c.expiry) &&
		 MUST_BE(S(OK), query(fd, c.handle, &q)) && MUST(q.expired);
	close(fd);
	return status;
}

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
			ok = refuse_to_create(fd);
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
	else if (what < 93)
		live_raced(desk);
	else if (what < 99)
		live_shortly(desk);
	else
		live_until_expiry(desk);
	count(LIVES);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends in the middle of use: threads call whatever there is with one handle, until it
 * is revoked, destroyed or closed, or its time has come. What they were told they did
 * is what the context has counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

/* Numbers that a racer takes at most. */
#define MOST		10000
/* Racers' descriptors do not take that of the file which is closed. */
#define HIGH_FD		100
/* How long a life lasts that ends in time, in seconds. */
#define SOON		3

/* How it ends. */
enum end {
	BY_REVOKE, BY_DESTROY, BY_CLOSE, BY_EXPIRY, BY_KEY, BY_HANDLE, ENDS,
};

/**
 * struct letter - a message of the peer
 * @token: with @data: as sealed
 * @data: zeroes, if it is plain
 * @cmd: by which it is received
 */
struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[64];
	unsigned long cmd;
};

/**
 * struct race - what the racers of one context have in common
 * @fd: where they use it
 * @handle: with what
 * @end: how it ends
 * @expiry: second of the clock, or 0
 * @ended: it is over
 * @once: a message is accepted once
 * @letter: of the peer: one is sealed, one signed
 * @watch: a file that has the context for longer
 * @own: the file that made it
 * @revoker: there
 * @key: of the kernel, that it was made from
 */
struct race {
	int fd;
	__u32 handle;
	enum end end;
	__u64 expiry;
	bool ended;
	bool once;
	struct letter letter[2];
	int watch;
	int own;
	__u32 revoker;
	__s32 key;
};

struct racer;

typedef int deed_fn(struct racer *racer);

/**
 * struct racer - the job of one of them
 * @race: where it runs
 * @deed: what it does, again and again; its status, or OK if it may go on
 * @letter: what it receives
 * @first: message that it sealed or signed, with how the peer receives it
 * @sent: how many numbers it took
 * @received: how many messages it opened
 * @numbers: those that it took
 * @rounds: how often its deed succeeded
 * @late: began when it was over, and succeeded
 * @status: of the last one
 * @broken: what was not as it must be, or NULL
 */
struct racer {
	struct race *race;
	deed_fn *deed;
	const struct letter *letter;
	struct letter first;
	unsigned int sent;
	unsigned int received;
	__u64 numbers[MOST];
	unsigned int rounds;
	unsigned int late;
	int status;
	const char *broken;
};

/* ---- what they do ---- */

/* A message whose number is its own. */
static void took(struct racer *racer, unsigned long cmd, const __u8 *token,
		 const __u8 *data)
{
	if (!racer->sent) {
		racer->first.cmd = cmd == SSPSEAL_SEAL ? SSPSEAL_UNSEAL :
							 SSPSEAL_VERIFY;
		memcpy(racer->first.token, token, TOKEN_SIZE);
		memcpy(racer->first.data, data, sizeof(racer->first.data));
	}
	if (racer->sent < MOST)
		racer->numbers[racer->sent] = token_counter(token);
	racer->sent++;
}

static int send_one(struct racer *racer, unsigned long cmd)
{
	__u8 token[TOKEN_SIZE], data[64] = { };
	int status = simple_call(racer->race->fd, cmd, racer->race->handle,
				 token, data, sizeof(data));

	if (!status)
		took(racer, cmd, token, data);
	return status;
}

static int seal(struct racer *racer)
{
	return send_one(racer, SSPSEAL_SEAL);
}

static int sign(struct racer *racer)
{
	return send_one(racer, SSPSEAL_SIGN);
}

static int opened(struct racer *racer, int status, const struct letter *l)
{
	if (status == S(REPLAYED) && racer->race->once)
		return S(OK);
	if (status)
		return status;
	racer->received++;
	if (!all_bytes(l->data, 0, sizeof(l->data)))
		racer->broken = "the plaintext";
	return S(OK);
}

static int receive(struct racer *racer)
{
	struct letter l = *racer->letter;

	return opened(racer, simple_call(racer->race->fd, l.cmd,
					 racer->race->handle, l.token, l.data,
					 sizeof(l.data)), &l);
}

static int ask(struct racer *racer)
{
	struct sspseal_query q;
	int status = query(racer->race->fd, racer->race->handle, &q);

	if (!status && (q.sent < racer->sent || q.received < racer->received))
		racer->broken = "what QUERY says";
	return status;
}

static int give(struct racer *racer)
{
	struct sspseal_export e = export_args(racer->race->handle,
					      SSPSEAL_RIGHT_SEAL);
	int status = call(racer->race->fd, SSPSEAL_EXPORT, &e);

	if (!status)
		close(e.fd);
	return status;
}

/* Through a copy of the handle, in a file of its own. */
static int take(struct racer *racer)
{
	struct sspseal_import i = import_args(racer->race->fd,
					      racer->race->handle);
	__u8 token[TOKEN_SIZE], data[64] = { };
	int status;

	i.flags = SSPSEAL_IMPORT_NEW_FILE;
	status = call(racer->race->fd, SSPSEAL_IMPORT, &i);
	/* The call had the file, and was told too late which one it is to read. */
	if (status == S(DESCRIPTOR) && racer->race->end == BY_CLOSE)
		return -EBADF;
	if (status)
		return status;
	status = simple_call(i.new_fd, SSPSEAL_SEAL, i.handle, token, data,
			     sizeof(data));
	if (!status)
		took(racer, SSPSEAL_SEAL, token, data);
	close(i.new_fd);
	return status;
}

/* SEAL, UNSEAL, SEAL: none succeeds behind one that came too late. */
static int several(struct racer *racer)
{
	struct letter l[3] = { { .cmd = SSPSEAL_SEAL }, *racer->letter,
			       { .cmd = SSPSEAL_SEAL } };
	struct sspseal_operation operation[3];
	struct sspseal_buffer b[3][2];
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)operation,
		.stride = sizeof(*operation), .nr = 3,
	};
	int i, end = S(OK), status;

	for (i = 0; i < 3; i++) {
		b[i][0] = buffer(TOKEN, l[i].token, sizeof(l[i].token));
		b[i][1] = buffer(DATA, l[i].data, sizeof(l[i].data));
		operation[i] = (struct sspseal_operation) {
			l[i].cmd, 1, message(racer->race->handle, b[i], 2),
		};
	}
	status = call(racer->race->fd, SSPSEAL_BATCH, &batch);
	if (status)
		return status;
	for (i = 0; i < 3; i++) {
		status = operation[i].message.status;
		if (i == 1)
			status = opened(racer, status, &l[i]);
		else if (!status)
			took(racer, l[i].cmd, l[i].token, l[i].data);
		if (end && !status)
			racer->broken = "an operation behind the end";
		end = end ?: status;
	}
	return end;
}

/* ---- until they cannot any more ---- */

/* The kernel's own clock: another may be a moment before it. */
static bool is_over(const struct race *race)
{
	struct timespec now;

	if (__atomic_load_n(&race->ended, __ATOMIC_ACQUIRE))
		return true;
	if (!race->expiry)
		return false;
	syscall(SYS_clock_gettime, CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec >= (time_t)race->expiry;
}

static void run(void *job)
{
	struct racer *racer = job;
	bool late;

	do {
		late = is_over(racer->race);
		racer->status = racer->deed(racer);
		if (racer->status)
			break;
		racer->late += late;
		__atomic_add_fetch(&racer->rounds, 1, __ATOMIC_RELEASE);
		/* Who waits for the clock does not keep others from it. */
		if (racer->race->expiry)
			nap(20);
	} while (!racer->late && !racer->broken);
}

static bool all_at_work(const struct racer *racer, unsigned int nr)
{
	unsigned int i, tries = 10000 * slowness();

	for (i = 0; i < nr && tries; tries--) {
		if (__atomic_load_n(&racer[i].rounds, __ATOMIC_ACQUIRE))
			i++;
		else
			nap(1);
	}
	return i == nr;
}

/* ---- the context ---- */

/* The peer's messages can be opened by whoever has the key. */
static bool letters_make(struct race *race)
{
	static const unsigned long cmd[2][2] = {
		{ SSPSEAL_SEAL, SSPSEAL_UNSEAL },
		{ SSPSEAL_SIGN, SSPSEAL_VERIFY },
	};
	int fd = device_open(), i;
	__u32 peer = create_context(fd, SSPSEAL_ROLE_ACCEPTOR, WINDOWED);
	bool ok = MUST(peer);

	for (i = 0; ok && i < 2; i++) {
		struct letter *l = &race->letter[i];

		l->cmd = cmd[i][1];
		ok = MUST_BE(S(OK), simple_call(fd, cmd[i][0], peer, l->token,
						l->data, sizeof(l->data)));
	}
	close(fd);
	return ok;
}

/* Where no descriptor is that a racer could get. */
static int move_up(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	close(fd);
	return high;
}

static bool context_make(struct race *race)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      race->once ? WINDOWED :
					      SSPSEAL_CONFIDENTIALITY);

	race->own = move_up(device_open());
	if (race->end == BY_EXPIRY)
		c.expiry = time(NULL) + SOON;
	if (race->end == BY_KEY) {
		race->key = key_make("logon", SOON);
		c.key = 0;
		c.key_size = 0;
		c.key_serial = race->key;
	}
	if (!MUST_BE(S(OK), call(race->own, SSPSEAL_CREATE, &c)))
		return false;
	count(CREATED);
	race->fd = race->own;
	race->handle = c.handle;
	race->watch = export_handle(race->fd, race->handle,
				    SSPSEAL_RIGHT_QUERY);
	return MUST(race->watch >= 0);
}

/* Of what is not the context's own end, the racers have a copy. */
static bool handle_make(struct race *race)
{
	struct sspseal_export e = export_args(race->handle,
					      SSPSEAL_RIGHT_SEAL |
					      SSPSEAL_RIGHT_UNSEAL |
					      SSPSEAL_RIGHT_SIGN |
					      SSPSEAL_RIGHT_VERIFY |
					      SSPSEAL_RIGHT_QUERY |
					      SSPSEAL_RIGHT_EXPORT);

	e.flags = race->end == BY_REVOKE ? SSPSEAL_EXPORT_REVOCABLE : 0;
	e.expiry = race->end == BY_HANDLE ? time(NULL) + SOON : 0;
	count(EXPORTED);
	if (!MUST_BE(S(OK), call(race->own, SSPSEAL_EXPORT, &e)))
		return false;
	race->fd = move_up(e.fd);
	race->handle = SSPSEAL_EXPORTED_HANDLE;
	race->revoker = e.revoker;
	race->expiry = e.expiry;
	return true;
}

static bool race_make(struct race *race)
{
	struct sspseal_query q;

	if (!letters_make(race) || !context_make(race) ||
	    !MUST_BE(S(OK), query(race->watch, SSPSEAL_EXPORTED_HANDLE, &q)))
		return false;
	race->expiry = q.expiry;
	if ((race->end == BY_REVOKE || race->end == BY_HANDLE) &&
	    !handle_make(race))
		return false;
	return MUST_BE(race->end >= BY_EXPIRY, !!race->expiry);
}

/* ---- the race ---- */

static const struct {
	deed_fn *deed;
	unsigned int letter;
} deeds[] = {
	{ seal, 0 }, { sign, 0 }, { several, 0 }, { take, 0 },
	{ receive, 0 }, { receive, 1 },
	/* These go on when a context has expired. */
	{ ask, 0 }, { give, 0 },
};

static const int statuses[ENDS] = {
	[BY_REVOKE] = S(REVOKED), [BY_DESTROY] = S(ALREADY_DESTROYED),
	[BY_CLOSE] = -EBADF, [BY_EXPIRY] = S(EXPIRED), [BY_KEY] = S(EXPIRED),
	[BY_HANDLE] = S(HANDLE_EXPIRED),
};

static void race_end(struct race *race)
{
	/* The others end by the clock. */
	if (race->end == BY_REVOKE)
		MUST_BE(S(OK), destroy(race->own, race->revoker));
	if (race->end == BY_DESTROY)
		MUST_BE(S(OK), destroy(race->own, race->handle));
	if (race->end == BY_CLOSE)
		close(race->fd);
	if (!race->expiry)
		__atomic_store_n(&race->ended, true, __ATOMIC_RELEASE);
}

static bool racer_agrees(const struct race *race, const struct racer *racer)
{
	if (racer->broken)
		return wrong(__FILE__, __LINE__, racer->broken, racer->status,
			     S(OK));
	return MUST_BE(0, racer->late) &&
	       MUST_BE(statuses[race->end], racer->status);
}

/* Those of all, each of them once. */
static bool numbers_agree(const struct racer *racer, unsigned int nr,
			  unsigned int all)
{
	__u64 *numbers = malloc((all + 1) * sizeof(*numbers));
	unsigned int i, at = 0;
	bool ok = MUST(numbers);

	for (i = 0; ok && i < nr && racer[i].sent <= MOST; i++) {
		memcpy(numbers + at, racer[i].numbers,
		       racer[i].sent * sizeof(*numbers));
		at += racer[i].sent;
	}
	ok = ok && (i < nr || MUST(each_once(numbers, all)));
	free(numbers);
	return ok;
}

/* The peer accepts what it was sent, by whomever. */
static bool first_are_accepted(struct racer *racer, unsigned int nr)
{
	int fd = device_open();
	__u32 peer = create_context(fd, SSPSEAL_ROLE_ACCEPTOR,
				    SSPSEAL_CONFIDENTIALITY);
	bool ok = MUST(peer);
	unsigned int i;

	for (i = 0; ok && i < nr; i++) {
		struct letter *l = &racer[i].first;

		ok = !racer[i].sent ||
		     (MUST_BE(S(OK), simple_call(fd, l->cmd, peer, l->token,
						 l->data, sizeof(l->data))) &&
		      MUST(all_bytes(l->data, 0, sizeof(l->data))));
	}
	close(fd);
	return ok;
}

static bool race_agrees(const struct race *race, const struct racer *racer,
			unsigned int nr)
{
	unsigned int i, sent = 0, received = 0;
	struct sspseal_query q;

	for (i = 0; i < nr; i++) {
		if (!racer_agrees(race, &racer[i]))
			return false;
		sent += racer[i].sent;
		received += racer[i].received;
	}
	if (!MUST_BE(S(OK), query(race->watch, SSPSEAL_EXPORTED_HANDLE, &q)) ||
	    !MUST_BE(race->end == BY_EXPIRY || race->end == BY_KEY,
		     q.expired) ||
	    !MUST_BE(received, q.received) ||
	    !MUST(!race->once || received <= ARRAY_SIZE(race->letter)) ||
	    /* Who waits for the clock may begin too late. */
	    !MUST(race->expiry || received >= ARRAY_SIZE(race->letter)))
		return false;
	return MUST_BE(sent, q.sent) && numbers_agree(racer, nr, sent);
}

static bool key_has_expired(const struct race *race)
{
	__u32 none;

	if (race->end != BY_KEY)
		return true;
	count(DEAD_KEYS);
	return MUST_BE(S(KEY_EXPIRED), create_from_key(race->own, race->key,
						       &none));
}

static bool hold(enum end end)
{
	struct racer *racer = calloc(ARRAY_SIZE(deeds), sizeof(*racer));
	struct race race = { .end = end, .once = one_in(2) };
	unsigned int i, nr = ARRAY_SIZE(deeds);
	struct team team;
	bool ok;

	if (!racer || !race_make(&race))
		return false;
	if (end == BY_EXPIRY || end == BY_KEY)
		nr -= 2;
	for (i = 0; i < nr; i++) {
		racer[i].race = &race;
		racer[i].deed = deeds[i].deed;
		racer[i].letter = &race.letter[deeds[i].letter];
	}
	ok = MUST(team_start(&team, racer, sizeof(*racer), nr, run)) &&
	     MUST(race.expiry || all_at_work(racer, nr));
	race_end(&race);
	team_join(&team);
	return ok && race_agrees(&race, racer, nr) &&
	       first_are_accepted(racer, nr) && key_has_expired(&race);
}

/* In a process of its own: descriptors that are closed here are not taken anew. */
static bool hold_in_child(enum end end)
{
	pid_t parent = getpid(), child = fork();

	if (!child) {
		end_with(parent);
		_exit(!hold(end));
	}
	return MUST_BE(0, child_status(child));
}

bool live_raced(struct desk *desk)
{
	(void)desk;
	count(RACED);
	return hold_in_child(pick(BY_EXPIRY));
}

/* From its second on nothing succeeds any more. */
bool live_until_expiry(struct desk *desk)
{
	(void)desk;
	count(EXPIRED);
	return hold_in_child(BY_EXPIRY + pick(ENDS - BY_EXPIRY));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that seal with the context of their parent.
 */
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define RELAYED		500
/* Hours: it is refused before. */
#define ENDLESS		UINT_MAX

/**
 * struct relay - what a child tells, in memory that it shares
 * @nr: how many numbers
 * @numbers: the first that it took
 * @token: of its first message
 * @data: and what that was sealed into: zeroes
 */
struct relay {
	unsigned int nr;
	__u64 numbers[RELAYED];
	__u8 token[TOKEN_SIZE];
	__u8 data[100];
};

static void tell(struct relay *relay, const __u8 *token, const __u8 *data)
{
	if (relay->nr == RELAYED)
		return;
	if (!relay->nr) {
		memcpy(relay->token, token, TOKEN_SIZE);
		memcpy(relay->data, data, sizeof(relay->data));
	}
	relay->numbers[relay->nr] = token_counter(token);
	__atomic_add_fetch(&relay->nr, 1, __ATOMIC_RELEASE);
}

/* Until it is refused, or has done its share. */
static void seal_in_child(pid_t parent, int fd, __u32 handle,
			  unsigned int share, struct relay *relay)
{
	__u8 token[TOKEN_SIZE], data[sizeof(relay->data)];
	int status;

	end_with(parent);
	while (share--) {
		do {
			memset(data, 0, sizeof(data));
			status = simple_call(fd, SSPSEAL_SEAL, handle, token,
					     data, sizeof(data));
		} while (status == S(BUSY));
		if (status)
			_exit(status > 0 ? status : 255);
		count(SEALED);
		tell(relay, token, data);
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
	return (way == KILLED_BY && !status) || MUST_BE(expected[way], status);
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

/* The other end accepts it. */
static bool first_is_accepted(const struct relay *relay, struct side *to)
{
	__u8 data[sizeof(relay->data)];

	if (!relay->nr)
		return true;
	memcpy(data, relay->data, sizeof(data));
	to->received++;
	count(UNSEALED);
	return MUST_BE(S(OK), simple_call(to->fd, SSPSEAL_UNSEAL, to->handle,
					  (__u8 *)relay->token, data,
					  sizeof(data))) &&
	       MUST(all_bytes(data, 0, sizeof(data)));
}

static bool end_child(enum way way, pid_t child, const struct side *side,
		      __u32 revoker)
{
	const struct timespec pause = { .tv_nsec = pick(20000000) };

	nanosleep(&pause, NULL);
	if (way == KILLED_BY)
		return MUST_BE(0, kill(child, SIGKILL));
	if (way == DESTROYED_BY)
		return MUST_BE(S(OK), destroy(side->fd, side->handle));
	return way != REVOKED_BY ||
	       MUST_BE(S(OK), destroy(side->fd, revoker));
}

/* A child seals with the parent's context, and is ended in one of the ways. */
static bool have_child(struct side *side, enum way way, struct relay *relay)
{
	struct sspseal_export e = export_args(side->handle,
					      SSPSEAL_RIGHT_SEAL);
	bool refused = way == DESTROYED_BY || way == REVOKED_BY;
	bool own = way == REVOKED_BY || one_in(2);
	pid_t parent = getpid(), child;
	bool ok;

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (!MUST_BE(S(OK), call(side->fd, SSPSEAL_EXPORT, &e)))
		return false;
	/* The exported handle lives on. */
	if (way == DESTROYED_BY)
		own = false;
	child = fork();
	if (!MUST(child >= 0))
		return false;
	if (!child && way == DETACHED)
		detach_in_child(side->handle);
	if (!child)
		seal_in_child(parent, own ? e.fd : side->fd,
			      own ? SSPSEAL_EXPORTED_HANDLE : side->handle,
			      refused ? ENDLESS : RELAYED, relay);
	count(FORKED);
	ok = end_child(way, child, side, e.revoker);
	ok = ended_well(way, child_status(child)) && ok;
	close(e.fd);
	return ok && (way == REVOKED_BY ||
		      MUST_BE(S(OK), destroy(side->fd, e.revoker)));
}

bool live_with_child(struct desk *desk)
{
	struct relay *relay = make_shared(sizeof(*relay));
	enum way way = pick(WAYS);
	struct side *side;
	struct sspseal_query q;
	struct session s;
	bool ok;

	ok = session_open_plain(&s, WINDOWED);
	side = &s.side[0];
	ok = ok && have_child(side, way, relay) &&
	     first_is_accepted(relay, &s.side[1]);
	if (ok && way != DESTROYED_BY) {
		ok = MUST_BE(S(OK), query(side->fd, side->handle, &q)) &&
		     numbers_are_new(relay, side->sent, q.sent);
		side->sent = q.sent;
		ok = ok && parcel_carry(&s, 0, &desk->parcel[0], 5000) &&
		     side_agrees(side);
		ok = session_close(&s) && ok;
	} else {
		ok = MUST_BE(S(OK), destroy(s.side[1].fd, s.side[1].handle)) &&
		     ok;
		ok = session_close_files(&s) && ok;
	}
	munmap(relay, sizeof(*relay));
	return ok;
}

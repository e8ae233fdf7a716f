// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts that all threads of all processes use: no number comes twice, and each
 * message is accepted once.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "soak.h"

#define PAIRS		3
/* Of each pair, one bit a number. */
#define NUMBERS		(64 * 1024 * 1024)
/*
 * What a process that is killed may have done, and not told: each thread a batch in
 * which as many letters are accepted as are refused.
 */
#define AT_ONCE		(THREADS * 2 * LETTERS)
#define LETTERS		4

/**
 * struct pair - two ends of a session
 * @fd: the file of both
 * @initiator: its handle, which sends
 * @acceptor: its handle
 * @used: numbers that were seen in tokens
 * @accepted: messages that were
 * @failed: altered ones that were refused
 * @seen: each number
 */
static struct pair {
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u64 used;
	__u64 accepted;
	__u64 failed;
	__u64 seen[NUMBERS / 64];
} *pairs;

static void tally(__u64 *of)
{
	__atomic_add_fetch(of, 1, __ATOMIC_RELAXED);
}

/* ---- their begin, and their end ---- */

static bool pair_make(struct pair *pair, __u32 suite)
{
	struct sspseal_native native = { .default_suite = suite };

	pair->fd = device_open();
	pair->initiator = create_native(pair->fd, SSPSEAL_ROLE_INITIATOR,
					WINDOWED, 0, &native);
	pair->acceptor = create_native(pair->fd, SSPSEAL_ROLE_ACCEPTOR,
				       WINDOWED, 0, &native);
	return pair->initiator && pair->acceptor;
}

bool pairs_make(void)
{
	unsigned int i;

	if (!pairs)
		pairs = make_shared(PAIRS * sizeof(*pairs));
	memset(pairs, 0, PAIRS * sizeof(*pairs));
	for (i = 0; i < PAIRS; i++)
		if (!pair_make(&pairs[i], 1 + i))
			return false;
	return true;
}

/* How much was done that nobody told. */
static __u64 untold(__u64 told, __u64 done)
{
	return MUST(told <= done) ? done - told : 0;
}

static __u64 pair_end(const struct pair *pair)
{
	struct sspseal_query from, to;

	MUST(file_rests(pair->fd, 2));
	MUST_BE(S(OK), query(pair->fd, pair->initiator, &from));
	MUST_BE(S(OK), query(pair->fd, pair->acceptor, &to));
	MUST_BE(0, from.received + from.failed + to.sent);
	close(pair->fd);
	return untold(pair->used, from.sent) +
	       untold(pair->accepted, to.received) +
	       untold(pair->failed, to.failed);
}

void pairs_end(void)
{
	__u64 nobodys = 0;
	unsigned int i;

	for (i = 0; i < PAIRS; i++)
		nobodys += pair_end(&pairs[i]);
	/* Those of the processes that were killed. */
	MUST(nobodys <= counted(KILLED) * AT_ONCE);
}

/* ---- messages ---- */

/* One that the table has no room for could not be told from one that came before. */
static bool number_is_new(struct pair *pair, const __u8 *token)
{
	__u64 number = token_counter(token), bit = 1ULL << number % 64;

	count(SHARED);
	tally(&pair->used);
	return MUST(number < NUMBERS) &&
	       MUST(!(__atomic_fetch_or(&pair->seen[number / 64], bit,
					__ATOMIC_RELAXED) & bit));
}

static int patiently(int fd, unsigned long cmd, __u32 handle, void *token,
		     void *data, size_t size)
{
	int status;

	do {
		status = simple_call(fd, cmd, handle, token, data, size);
		if (status == S(BUSY))
			count(BUSY);
	} while (status == S(BUSY));
	return status;
}

/* Others move the window meanwhile, perhaps past this number. */
static bool is_received(struct pair *pair, int status, bool *before)
{
	bool again = *before;

	count(status ? REFUSED : UNSEALED);
	if (!status) {
		tally(&pair->accepted);
		*before = true;
	}
	return MUST(status == S(TOO_OLD) ||
		    status == (int)(again ? S(REPLAYED) : S(OK)));
}

static bool is_altered(struct pair *pair, int status)
{
	count(REFUSED);
	tally(&pair->failed);
	return MUST_BE(S(ALTERED), status);
}

/* One, as it is, altered, and twice. */
static bool share(struct pair *pair, struct parcel *p)
{
	__u8 *data = p->memory + TOKEN_SIZE;
	bool sign = one_in(4), before = false;
	unsigned long receive = sign ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL;
	size_t size = parcel_size(one_in(4) ? 100000 : 200);
	int status, tries;

	fill(p->plain, size);
	memcpy(data, p->plain, size);
	count(sign ? SIGNED : SEALED);
	if (!MUST_BE(S(OK), patiently(pair->fd, sign ? SSPSEAL_SIGN :
						       SSPSEAL_SEAL,
				      pair->initiator, p->memory, data,
				      size)) ||
	    !number_is_new(pair, p->memory))
		return false;
	memcpy(p->sealed, p->memory, TOKEN_SIZE + size);
	p->memory[TOKEN_AT_TAG + pick(16)] ^= 1 << pick(8);
	if (one_in(4) &&
	    !is_altered(pair, patiently(pair->fd, receive, pair->acceptor,
				     p->memory, data, size)))
		return false;
	for (tries = 0; tries < 2; tries++) {
		memcpy(p->memory, p->sealed, TOKEN_SIZE + size);
		status = patiently(pair->fd, receive, pair->acceptor,
				   p->memory, data, size);
		if (!is_received(pair, status, &before) ||
		    !MUST(status || !memcmp(data, p->plain, size)))
			return false;
	}
	return true;
}

/* ---- several at once ---- */

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[40];
	struct sspseal_buffer b[2];
};

static struct sspseal_operation letter_operation(__u32 command, __u32 handle,
						 struct letter *l)
{
	l->b[0] = buffer(TOKEN, l->token, sizeof(l->token));
	l->b[1] = buffer(DATA, l->data, sizeof(l->data));
	return (struct sspseal_operation) { command, 1,
					    message(handle, l->b, 2) };
}

/* Return: how many; those that found the file busy are not there. */
static unsigned int letters_send(struct pair *pair, struct letter *l)
{
	struct sspseal_operation operation[LETTERS];
	unsigned int i, nr = 0;

	for (i = 0; i < LETTERS; i++) {
		memset(l[i].data, 0, sizeof(l[i].data));
		operation[i] = letter_operation(SSPSEAL_SEAL, pair->initiator,
						&l[i]);
	}
	if (!batch_call(pair->fd, operation, LETTERS))
		return 0;
	for (i = 0; i < LETTERS; i++) {
		if (operation_status(&operation[i]) == S(BUSY))
			continue;
		count(SEALED);
		if (!MUST_BE(S(OK), operation_status(&operation[i])) ||
		    !number_is_new(pair, l[i].token) ||
		    !MUST(!nr || token_counter(l[nr - 1].token) <
				 token_counter(l[i].token)))
			return 0;
		l[nr++] = l[i];
	}
	return nr;
}

/* One, as it is, altered, and again. */
static bool letter_received(struct pair *pair,
			    const struct sspseal_operation *operation,
			    const struct letter *l)
{
	bool before = false;
	int status, i;

	for (i = 0; i < 3; i++) {
		status = operation_status(&operation[i]);
		if (status == S(BUSY))
			continue;
		if (!(i == 1 ? is_altered(pair, status) :
			       is_received(pair, status, &before)) ||
		    !MUST(status || all_bytes(l[i].data, 0,
					      sizeof(l[i].data))))
			return false;
	}
	return true;
}

static bool share_batch(struct pair *pair)
{
	struct sspseal_operation operation[3 * LETTERS];
	struct letter l[LETTERS], copy[3 * LETTERS];
	unsigned int i, nr = letters_send(pair, l);
	bool ok = true;

	for (i = 0; i < 3 * nr; i++) {
		copy[i] = l[i / 3];
		copy[i].data[pick(sizeof(copy[i].data))] ^= i % 3 == 1;
		operation[i] = letter_operation(SSPSEAL_UNSEAL, pair->acceptor,
						&copy[i]);
	}
	if (!nr)
		return true;
	if (!batch_call(pair->fd, operation, 3 * nr))
		return false;
	count(MIXED);
	for (i = 0; ok && i < nr; i++)
		ok = letter_received(pair, &operation[3 * i], &copy[3 * i]);
	return ok;
}

bool live_shared(struct desk *desk)
{
	struct pair *pair = &pairs[pick(PAIRS)];
	unsigned int nr = 1 + pick(80);
	bool ok = true;

	while (ok && nr--)
		ok = one_in(4) ? share_batch(pair) :
				 share(pair, &desk->parcel[0]);
	return ok;
}

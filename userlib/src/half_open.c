// SPDX-License-Identifier: MIT
/*
 * Contexts whose handshake has begun. They are limited, in time and, each role for
 * itself, in number. An initiator begins what its program wants: one too many is
 * refused. A peer need not know anything to make an acceptor begin: there the one
 * that has waited longest gives way, since peers that mean it answer soon.
 *
 * Who goes on with one takes it out, so that it is in the hands of one thread.
 * When it is finished, it is forgotten: messages need nothing but the kernel's
 * handle.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "handshake.h"

/* Tests have less. */
#ifndef HALF_OPEN_MAX
#define HALF_OPEN_MAX		1024
#endif
#ifndef HALF_OPEN_SECONDS
#define HALF_OPEN_SECONDS	60
#endif

/* The last that began to wait comes first. */
static struct half_open *list;
/* By role: those in the list, and those that were taken out and not given up yet. */
static unsigned int count[SSPSEAL_ROLE_ACCEPTOR + 1];

/* Goes on while the machine sleeps, as the peer does. */
static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

/* The context has a use of its own now, or is not there. */
void sspseal_half_open_done(struct half_open *half)
{
	sspseal_lock();
	count[half->role]--;
	sspseal_unlock();
	sspseal_credential_put(half->credential);
	free(half->names);
	free(half);
}

/* The handshake has failed. */
void sspseal_half_open_end(struct half_open *half)
{
	if (half->handle)
		sspseal_destroy(sspseal_device(), half->handle, NULL);
	sspseal_half_open_done(half);
}

/* Under the lock: takes those out that have waited too long. */
static struct half_open *take_late(void)
{
	struct half_open **place = &list, *late = NULL, *half;
	__u64 second = now();

	while (*place) {
		half = *place;
		if (half->deadline > second) {
			place = &half->next;
			continue;
		}
		*place = half->next;
		half->next = late;
		late = half;
	}
	return late;
}

/*
 * After fork() parent and child have the same contexts, and one of them may have
 * finished what the other one still has here: only who began it ends it.
 */
static void end_all(struct half_open *late)
{
	struct half_open *next;

	for (; late; late = next) {
		next = late->next;
		if (late->owner == getpid())
			sspseal_half_open_end(late);
		else
			sspseal_half_open_done(late);
	}
}

/* Those that have waited too long: called by all that is not about a message. */
void sspseal_half_open_end_late(void)
{
	struct half_open *late;

	sspseal_lock();
	late = take_late();
	sspseal_unlock();
	end_all(late);
}

/* An acceptor's has a place in any case: sspseal_half_open_wait() makes room. */
static bool reserve(__u32 role)
{
	bool room;

	sspseal_lock();
	room = role == SSPSEAL_ROLE_ACCEPTOR || count[role] < HALF_OPEN_MAX;
	count[role] += room;
	sspseal_unlock();
	return room;
}

/**
 * sspseal_half_open_new() - begin a handshake
 * @credential: whose reference goes to what is returned
 * @role: SSPSEAL_ROLE_*
 *
 * Return: to be given to sspseal_half_open_wait(), sspseal_half_open_end() or
 * sspseal_half_open_done(); NULL, with the reference given up, if there is no
 * memory, or there are too many of an initiator.
 */
struct half_open *sspseal_half_open_new(struct credential *credential,
					__u32 role)
{
	struct half_open *half = NULL;

	sspseal_half_open_end_late();
	if (reserve(role)) {
		half = calloc(1, sizeof(*half));
		if (half) {
			half->credential = credential;
			half->role = role;
			half->owner = getpid();
			half->deadline = now() + HALF_OPEN_SECONDS;
			return half;
		}
		sspseal_lock();
		count[role]--;
		sspseal_unlock();
	}
	sspseal_credential_put(credential);
	return NULL;
}

/* Under the lock: takes out the one that has waited longest. May be NULL. */
static struct half_open *take_oldest(__u32 role)
{
	struct half_open **place, **last = NULL, *oldest;

	for (place = &list; *place; place = &(*place)->next)
		if ((*place)->role == role)
			last = place;
	if (!last)
		return NULL;
	oldest = *last;
	*last = oldest->next;
	oldest->next = NULL;
	return oldest;
}

/* The peer has to say something now. */
void sspseal_half_open_wait(struct half_open *half)
{
	struct half_open *oldest = NULL;

	sspseal_lock();
	if (count[half->role] > HALF_OPEN_MAX)
		oldest = take_oldest(half->role);
	half->next = list;
	list = half;
	sspseal_unlock();
	end_all(oldest);
}

static bool matches(const struct half_open *half, __u32 handle, __u32 role,
		    const SecHandle *credential)
{
	return half->handle == handle && half->role == role &&
	       (!credential ||
		sspseal_credential_is(half->credential, credential));
}

/**
 * sspseal_half_open_take() - go on with a handshake
 * @handle: the kernel's handle, 0 for none
 * @role: this end's part in it
 * @credential: the one that it was begun with, or NULL
 *
 * Return: as sspseal_half_open_new() does; NULL if there is no such handshake, or its time
 * is over.
 */
struct half_open *sspseal_half_open_take(__u32 handle, __u32 role,
					 const SecHandle *credential)
{
	struct half_open **place, *half = NULL;

	sspseal_half_open_end_late();
	sspseal_lock();
	for (place = &list; *place; place = &(*place)->next) {
		if (matches(*place, handle, role, credential)) {
			half = *place;
			*place = half->next;
			break;
		}
	}
	sspseal_unlock();
	return half;
}

/* A context is deleted by its owner. @handle: 0 for none. */
void sspseal_half_open_forget(__u32 handle)
{
	struct half_open **place, *half;

	sspseal_lock();
	for (place = &list; (half = *place); place = &half->next)
		if (half->handle == handle)
			break;
	if (half)
		*place = half->next;
	sspseal_unlock();
	if (half)
		sspseal_half_open_done(half);
	sspseal_half_open_end_late();
}

/* The handles are of no use any more. */
void sspseal_half_open_forget_all(void)
{
	struct half_open *half, *next;

	sspseal_lock();
	half = list;
	list = NULL;
	sspseal_unlock();
	for (; half; half = next) {
		next = half->next;
		sspseal_half_open_done(half);
	}
}

/* Under the lock, in a child: what other threads have in hand is theirs. */
void sspseal_half_open_forked(void)
{
	struct half_open *half;

	memset(count, 0, sizeof(count));
	for (half = list; half; half = half->next)
		count[half->role]++;
}

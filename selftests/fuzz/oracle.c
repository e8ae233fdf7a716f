// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true whatever was called, beside that the kernel stays healthy:
 * each struct that could be read has a status, and errno is that of it; what was
 * refused has changed nothing; no number is used twice under one salt, nor one
 * below what was used before; what is accepted was sent, reads as it was written, and
 * is accepted once by who detects replays.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../sspseal_test.h"

#define LETTERS		1024

/**
 * struct letter - a number that was used
 * @token: with it; of one that was burned only the salt
 * @floor: what is sent later has this number or a higher one
 * @burned: its message was not seen
 * @plain: what was sent, NULL if that is not known
 * @size: bytes of it
 */
struct letter {
	__u8 token[SSPSEAL_TOKEN_SIZE];
	__u64 floor;
	bool burned;
	const void *plain;
	size_t size;
};

/* Bytes of a token that no two have in common: counter, salt. */
#define UNIQUE_OFFSET	8
#define UNIQUE_SIZE	24
#define SALT_OFFSET	16

/* In the order in which the calls were over. */
static struct letter letters[LETTERS];
static unsigned int nr_letters;
/* What was accepted: part of a token, and the salt of who did. */
static struct {
	__u8 token[UNIQUE_SIZE];
	__u8 by[SSPSEAL_SALT_SIZE];
} accepted[LETTERS];
static unsigned int nr_accepted;
static unsigned long findings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void oracle_finding(const char *what)
{
	printf("FINDING: %s\n", what);
	fflush(stdout);
	__atomic_add_fetch(&findings, 1, __ATOMIC_RELAXED);
}

void oracle_reset(void)
{
	nr_letters = 0;
	nr_accepted = 0;
}

unsigned long oracle_findings(void)
{
	return findings;
}

void oracle_call(unsigned long cmd, __u32 status, int error, int unread)
{
	if (unread ? status == POISON32 && error == unread :
		     status_errno(status) == error)
		return;
	printf("command %#lx: status %u, errno %d, expected %d\n", cmd, status,
	       error, unread);
	oracle_finding("status and errno do not agree");
}

unsigned int oracle_now(void)
{
	return __atomic_load_n(&nr_letters, __ATOMIC_ACQUIRE);
}

static bool same_salt(const struct letter *letter, const __u8 *salt)
{
	return !memcmp(letter->token + SALT_OFFSET, salt, SSPSEAL_SALT_SIZE);
}

/* Under the lock: what was used before a call began is not used by it. */
static __u64 find_floor(unsigned int begun, const __u8 *salt)
{
	__u64 floor = 0;
	unsigned int i;

	for (i = 0; i < begun; i++) {
		if (same_salt(&letters[i], salt) && letters[i].floor > floor)
			floor = letters[i].floor;
	}
	return floor;
}

/* Under the lock. */
static void add(const struct letter *letter)
{
	if (nr_letters == LETTERS)
		abort();
	letters[nr_letters] = *letter;
	__atomic_store_n(&nr_letters, nr_letters + 1, __ATOMIC_RELEASE);
}

void oracle_sent(unsigned int begun, const __u8 *token, const void *plain,
		 size_t size)
{
	struct letter letter = {
		.floor = token_counter(token) + 1,
		.plain = plain,
		.size = size,
	};
	unsigned int i;

	memcpy(letter.token, token, sizeof(letter.token));
	pthread_mutex_lock(&lock);
	for (i = 0; i < nr_letters; i++) {
		if (!letters[i].burned &&
		    !memcmp(letters[i].token + UNIQUE_OFFSET,
			    token + UNIQUE_OFFSET, UNIQUE_SIZE))
			oracle_finding("a number was used twice");
	}
	if (token_counter(token) < find_floor(begun, token + SALT_OFFSET))
		oracle_finding("a number is below one that was used before");
	add(&letter);
	pthread_mutex_unlock(&lock);
}

void oracle_burned(unsigned int begun, const __u8 *salt, __u64 sent)
{
	struct letter letter = { .burned = true };

	memcpy(letter.token + SALT_OFFSET, salt, SSPSEAL_SALT_SIZE);
	pthread_mutex_lock(&lock);
	letter.floor = find_floor(begun, salt) + 1;
	if (sent < letter.floor)
		oracle_finding("QUERY tells fewer numbers than were used");
	add(&letter);
	pthread_mutex_unlock(&lock);
}

/* Under the lock. */
static bool accepted_before(const __u8 *token, const __u8 *by)
{
	unsigned int i;

	for (i = 0; i < nr_accepted; i++) {
		if (!memcmp(accepted[i].token, token + UNIQUE_OFFSET,
			    UNIQUE_SIZE) &&
		    !memcmp(accepted[i].by, by, sizeof(accepted[i].by)))
			return true;
	}
	if (nr_accepted == LETTERS)
		abort();
	memcpy(accepted[i].token, token + UNIQUE_OFFSET, UNIQUE_SIZE);
	memcpy(accepted[i].by, by, sizeof(accepted[i].by));
	nr_accepted++;
	return false;
}

void oracle_received(const __u8 *token, const void *data, size_t size,
		     const __u8 *by)
{
	const struct letter *letter = letters;
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < nr_letters; i++, letter++) {
		if (letter->plain &&
		    !memcmp(letter->token, token, sizeof(letter->token)))
			break;
	}
	if (i == nr_letters)
		oracle_finding("accepted what was not sent");
	else if (data && (letter->size != size ||
			  memcmp(letter->plain, data, size)))
		oracle_finding("received other DATA than was sent");
	if (by && accepted_before(token, by))
		oracle_finding("a replay was accepted");
	pthread_mutex_unlock(&lock);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true whatever was called, beside that the kernel stays healthy:
 * each struct that could be read has a status, and errno is that of it; one of a
 * call that was refused is as it was; no number is used twice under one salt; what
 * is accepted was sent, and reads as it was written.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "../sspseal_test.h"

#define LETTERS		1024
#define KEPT		64

/* What was sent: its token, and DATA's size and beginning. */
struct letter {
	__u8 token[SSPSEAL_TOKEN_SIZE];
	__u8 plain[KEPT];
	size_t size;
};

/* Bytes of a token that no two have in common: counter, salt. */
#define UNIQUE_OFFSET	8
#define UNIQUE_SIZE	24

static struct letter letters[LETTERS];
static unsigned int nr_letters;
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

/* A signature's DATA is not kept apart from what else it covers. */
void oracle_sent(const __u8 *token, const void *plain, size_t size)
{
	struct letter *letter;
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < nr_letters; i++) {
		if (!memcmp(letters[i].token + UNIQUE_OFFSET,
			    token + UNIQUE_OFFSET, UNIQUE_SIZE))
			oracle_finding("a number was used twice");
	}
	if (nr_letters < LETTERS) {
		letter = &letters[nr_letters++];
		memcpy(letter->token, token, sizeof(letter->token));
		letter->size = size;
		memcpy(letter->plain, plain, size < KEPT ? size : KEPT);
	}
	pthread_mutex_unlock(&lock);
}

void oracle_received(const __u8 *token, const void *data, size_t size)
{
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < nr_letters; i++) {
		if (!memcmp(letters[i].token, token, sizeof(letters[i].token)))
			break;
	}
	if (i == nr_letters)
		oracle_finding("accepted what was not sent");
	else if (letters[i].size != size ||
		 memcmp(letters[i].plain, data, size < KEPT ? size : KEPT))
		oracle_finding("received other DATA than was sent");
	pthread_mutex_unlock(&lock);
}

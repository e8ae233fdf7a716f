// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd CONTEXTS ROUNDS: ROUNDS contexts made and destroyed one after the other; then
 * CONTEXTS at once, in one file, and each of them works. Whatever the kernel had for
 * them comes back, in the caches of kernel_count.c.
 *
 * Ends with "N contexts at once, N one after the other, N wrong".
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../kernel_count.h"
#include "../sspseal_test.h"

#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
/* The first ones fill caches. */
#define WARM_UP		2000

static unsigned long wrong;

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	printf("# WRONG: %s\n", what);
	wrong++;
}

static __u32 create(int fd, unsigned int i)
{
	return create_context(fd, SSPSEAL_ROLE_INITIATOR + i % 2, SERVICES);
}

static void count_now(const char *when, struct kernel_count *count)
{
	long objects = 0;
	unsigned int i;

	/* What was freed is freed after a grace period, and then some. */
	sleep(3);
	if (!kernel_count(count))
		abort();
	for (i = 0; i < count->nr; i++)
		objects += count->cache[i].objects;
	printf("# %s: %ld objects in caches, %ld references to ciphers\n",
	       when, objects, count->references);
	fflush(stdout);
}

static void compare(const struct kernel_count *before)
{
	struct kernel_count after;

	count_now("after", &after);
	must(kernel_counts_agree(before, &after), "objects or ciphers");
}

/* Neighbours are two ends with the same key. */
static bool pair_works(int fd, __u32 handle)
{
	__u8 token[TOKEN_SIZE], data[16] = { };

	return !simple_call(fd, SSPSEAL_SEAL, handle, token, data, 16) &&
	       !token_counter(token) &&
	       !simple_call(fd, SSPSEAL_UNSEAL, handle + 1, token, data, 16) &&
	       all_bytes(data, 0, 16);
}

static void at_once(unsigned int nr)
{
	unsigned int i, works = 0;
	struct kernel_count full;
	int fd = device_open();
	time_t begin = time(NULL);

	for (i = 0; i < nr; i++)
		if (create(fd, i) != i + 1)
			break;
	must(i == nr, "CREATE");
	must(fdinfo_number(fd, "sspseal-handles") == nr, "handles in fdinfo");
	for (i = 1; i < nr; i += 2)
		works += pair_works(fd, i);
	must(works == nr / 2, "a message for each pair");
	count_now("full", &full);
	close(fd);
	printf("# %u contexts at once: %ld s\n", nr, time(NULL) - begin);
}

static void one_by_one(unsigned int nr)
{
	int fd = device_open();
	time_t begin = time(NULL);
	unsigned int i;
	__u32 handle;

	for (i = 0; i < nr; i++) {
		handle = create(fd, i);
		if (!handle || destroy(fd, handle))
			break;
	}
	must(i == nr, "CREATE or DESTROY");
	close(fd);
	printf("# %u contexts one after the other: %ld s\n", nr,
	       time(NULL) - begin);
}

int main(int argc, char **argv)
{
	unsigned int contexts, rounds;
	struct kernel_count before;

	if (argc != 3) {
		fprintf(stderr, "usage: crowd CONTEXTS ROUNDS\n");
		return 2;
	}
	contexts = atoi(argv[1]);
	rounds = atoi(argv[2]);
	must(parameter_set("max_handles", contexts), "max_handles");
	one_by_one(WARM_UP);
	count_now("before", &before);
	one_by_one(rounds);
	compare(&before);
	at_once(contexts);
	compare(&before);
	printf("%u contexts at once, %u one after the other, %lu wrong\n",
	       contexts, rounds, wrong);
	return wrong != 0;
}

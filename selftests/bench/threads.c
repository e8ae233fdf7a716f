// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads: seals in a second, by several threads on one context and on one each:
 * lines of "which size threads rate". The rate is the best of several short
 * rounds, in which the counts of threads take turns, so that what else the
 * machine does meanwhile hits all of them.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define MAX_THREADS	8
#define ROUND_US	60000
#define ROUNDS		40

static const unsigned int counts[] = { 1, 2, 4, 8 };
static const size_t sizes[] = { 64, 4096 };
static const char * const names[] = { "one-context", "one-each" };

/* A line each, so that threads share what the kernel makes them share only. */
struct worker {
	pthread_t thread;
	__u32 handle;
	struct bench_message *message;
	unsigned long done;
	bool failed;
	char line[128];
};

static atomic_int running;
static struct worker workers[MAX_THREADS];

static void *work(void *argument)
{
	struct worker *worker = argument;

	while (!atomic_load(&running))
		;
	while (atomic_load_explicit(&running, memory_order_relaxed) == 1) {
		if (SpSealMessage(worker->handle, 0, &worker->message->desc, 0))
			worker->failed = true;
		worker->done++;
	}
	return NULL;
}

/* Messages of all threads in a second, or 0. */
static double run_round(unsigned int nr)
{
	unsigned long done = 0;
	__u64 ns;
	unsigned int i;

	atomic_store(&running, 0);
	for (i = 0; i < nr; i++) {
		workers[i].done = 0;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			exit(1);
	}
	ns = bench_now();
	atomic_store(&running, 1);
	usleep(ROUND_US);
	atomic_store(&running, 2);
	ns = bench_now() - ns;
	for (i = 0; i < nr; i++) {
		pthread_join(workers[i].thread, NULL);
		done += workers[i].done;
		if (workers[i].failed)
			return 0;
	}
	return done * 1e9 / ns;
}

static bool measure(const char *name, size_t size)
{
	double best[ARRAY_SIZE(counts)] = {}, rate;
	unsigned int i, round;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			rate = run_round(counts[i]);
			if (!rate)
				return false;
			if (rate > best[i])
				best[i] = rate;
		}
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		printf("%s %zu %u %.0f\n", name, size, counts[i], best[i]);
	return true;
}

static bool measure_both(size_t size)
{
	unsigned int i, each;
	bool ok = true;

	for (i = 0; i < MAX_THREADS; i++)
		workers[i].message = bench_messages(1, size, 0);
	for (each = 0; each < 2; each++) {
		workers[0].handle = bench_context(SSPSEAL_ROLE_INITIATOR);
		for (i = 1; i < MAX_THREADS; i++)
			workers[i].handle = each ?
				bench_context(SSPSEAL_ROLE_INITIATOR) :
				workers[0].handle;
		ok = ok && measure(names[each], size);
	}
	for (i = 0; i < MAX_THREADS; i++)
		bench_messages_free(workers[i].message);
	return ok;
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (!measure_both(sizes[i])) {
			fprintf(stderr, "threads: a seal failed\n");
			return 1;
		}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench [-s SIZE]... [ROW]...: what a message costs, by row and size: lines of
 * "row size cost". All rows or those named, all sizes or those given.
 *
 * The cost is the least of several batches, in nanoseconds of CLOCK_MONOTONIC_RAW:
 * where QEMU counts instructions, a nanosecond is one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* A batch is shorter than a tick of the timer, so that some see none. */
#define BATCH_NS	400000
#define BATCHES_MAX	15
#define BATCHES_MIN	5
/* What a row and size may take in all, if that is not fewer than BATCHES_MIN. */
#define BUDGET_NS	5000000

static const size_t all_sizes[] = {
	0, 16, 64, 256, 1024, 4096, 16384, 65536, 1048576,
};

static struct {
	const struct bench_op *ops;
	size_t nr;
} registered[16];
static unsigned int nr_registered;

void bench_register(const struct bench_op *ops, size_t nr)
{
	registered[nr_registered].ops = ops;
	registered[nr_registered++].nr = nr;
}

static bool run_batch(const struct bench_op *op, unsigned int calls,
		      __u64 *ns)
{
	unsigned int i;

	if (op->elapsed)
		return op->elapsed(op, calls, ns);
	if (op->prepare && !op->prepare(op, calls))
		return false;
	*ns = bench_now();
	for (i = 0; i < calls; i++)
		if (!op->call(op, i))
			return false;
	*ns = bench_now() - *ns;
	return true;
}

static unsigned int clamp(__u64 value, unsigned int low, unsigned int high)
{
	return value < low ? low : value > high ? high : value;
}

/* One call warms up, the next tells how many make a batch. */
static bool measure(const struct bench_op *op, double *cost)
{
	unsigned int calls, batches;
	__u64 ns, least = ~0ULL;

	if (!run_batch(op, 1, &ns) || !run_batch(op, 1, &ns))
		return false;
	calls = clamp(BATCH_NS / (ns + 1), 1, BENCH_CALLS_MAX);
	batches = clamp(BUDGET_NS / (calls * (ns + 1)), BATCHES_MIN,
			BATCHES_MAX);
	while (batches--) {
		if (!run_batch(op, calls, &ns))
			return false;
		if (ns < least)
			least = ns;
	}
	*cost = (double)least / calls / op->messages;
	return true;
}

static bool report(const struct bench_op *op, size_t size)
{
	bool ok = !op->setup || op->setup(op, size);
	double cost;

	ok = ok && measure(op, &cost);
	if (op->teardown)
		op->teardown();
	if (ok)
		printf("%s %zu %.1f\n", op->name, size, cost);
	else
		fprintf(stderr, "bench: %s failed at %zu\n", op->name, size);
	return ok;
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static bool report_sizes(const struct bench_op *op, const size_t *sizes,
			 size_t nr)
{
	bool ok = true;
	size_t i;

	if (!op->max_size)
		return report(op, 0);
	for (i = 0; i < nr; i++)
		if (sizes[i] <= op->max_size)
			ok &= report(op, sizes[i]);
	return ok;
}

int main(int argc, char **argv)
{
	size_t given[16], nr_given = 0, i;
	const size_t *sizes = all_sizes;
	bool ok = true;
	unsigned int r;
	int option;

	while ((option = getopt(argc, argv, "s:")) == 's' &&
	       nr_given < ARRAY_SIZE(given))
		given[nr_given++] = strtoul(optarg, NULL, 0);
	if (option != -1)
		return 2;
	if (nr_given)
		sizes = given;
	else
		nr_given = ARRAY_SIZE(all_sizes);

	for (r = 0; r < nr_registered; r++)
		for (i = 0; i < registered[r].nr; i++)
			if (wanted(registered[r].ops[i].name, argv + optind))
				ok &= report_sizes(&registered[r].ops[i], sizes,
						   nr_given);
	return ok ? 0 : 1;
}

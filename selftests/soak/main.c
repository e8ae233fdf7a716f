// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak SECONDS SEED [LIFE]: several processes with several threads each make lives
 * for so long, and now and then one of the processes is killed. With LIFE, the seed
 * of one that a report names, that one only.
 *
 * Ends with what was done, by kind, what the kernel had before and after, and
 * "N operations, N wrong". Exit status 1 if something was wrong.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define PROCESSES	3
/* Caches are filled before anything is measured. */
#define WARM_UP		10
#define PATIENCE	60
/* In so many there is time for everything. */
#define ALL_SECONDS	180

static const char *const kinds[KINDS] = {
	[CREATED] = "contexts created", [DESTROYED] = "contexts destroyed",
	[BOUND] = "bound", [SEALED] = "sealed", [UNSEALED] = "unsealed",
	[SIGNED] = "signed", [VERIFIED] = "verified", [BATCHED] = "batches",
	[EXPORTED] = "exported", [IMPORTED] = "imported",
	[QUERIED] = "queried", [INFORMED] = "asked what there is",
	[REFUSED] = "refused, as they must be", [BURNED] = "numbers burned",
	[HANDSHAKES] = "handshakes", [PASSED_ON] = "passed on by SSPI",
	[FORKED] = "children", [RACED] = "ends during use",
	[EXPIRED] = "ends in time, during use",
	[LONGER] = "messages longer than a work slot",
	[SHARED] = "messages of contexts that all share",
	[MIXED] = "batches with operations that are refused",
	[NEW_FILES] = "imported into new files", [REVOKED] = "revoked",
	[NO_RIGHTS] = "refused for want of a right",
	[NOT_SEALED] = "refused for not being sealed",
	[USER_KEYS] = "user keys", [DEAD_KEYS] = "keys refused",
	[BY_OPENSSL] = "messages by OpenSSL",
	[BY_LIBRARY] = "messages by the library",
	[BUSY] = "busy, and tried again", [LIVES] = "lives",
	[KILLED] = "processes killed",
};

/* What all processes have in common. */
static struct shared {
	bool stop;
	unsigned long counts[KINDS];
	unsigned long wrong;
} *shared;

static __u64 seed;
static __thread __u64 life;

void count(enum kind kind)
{
	__atomic_add_fetch(&shared->counts[kind], 1, __ATOMIC_RELAXED);
}

unsigned long counted(enum kind kind)
{
	return shared->counts[kind];
}

bool wrong(const char *file, int line, const char *what, long got,
	   long expected)
{
	__atomic_add_fetch(&shared->wrong, 1, __ATOMIC_RELAXED);
	dprintf(1, "# WRONG: life %#llx: %s:%d: %s: %ld, not %ld\n", life,
		file, line, what, got, expected);
	return false;
}

bool one_in(__u32 nr)
{
	return !pick(nr);
}

/* ---- processes ---- */

struct thread {
	__u64 seed;
};

static bool stopped(void)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
}

/* What differs in one bit has nothing in common then: splitmix64's end. */
static __u64 mix(__u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) | 1;
}

static void work(void *job)
{
	struct thread *thread = job;
	struct desk *desk = calloc(1, sizeof(*desk));
	__u64 nr;

	if (!desk || !desk_init(desk))
		abort();
	for (nr = 0; !stopped(); nr++) {
		life = mix(thread->seed + nr);
		pick_seed(life);
		live(desk);
	}
}

bool file_rests(int fd, long handles)
{
	return MUST_BE(0, fdinfo_number(fd, "sspseal-in-flight")) &&
	       MUST_BE(handles, fdinfo_number(fd, "sspseal-handles"));
}

void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have been killed before. */
	if (getppid() != parent)
		_exit(1);
}

/* @generation: how many were here before, and killed */
static pid_t start(unsigned int process, unsigned int generation)
{
	struct thread thread[THREADS];
	unsigned int i;
	pid_t parent = getpid(), child = fork();

	/* The others end with this process. */
	if (child < 0)
		abort();
	if (child)
		return child;
	end_with(parent);
	if (!have_keys())
		abort();
	for (i = 0; i < THREADS; i++)
		thread[i].seed = mix(seed ^ mix(process << 16 | i << 8) ^
				     mix(generation + 1));
	_exit(!team_run(thread, sizeof(*thread), THREADS, work) ||
	      !file_rests(sspseal_device(), 0));
}

void nap(unsigned int milliseconds)
{
	const struct timespec pause = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000,
	};

	nanosleep(&pause, NULL);
}

/* One that does not end by itself, when told to, hangs. */
static void await_end(unsigned int process, pid_t child)
{
	unsigned int tries = PATIENCE * 10 * slowness();
	int status;

	while (!waitpid(child, &status, WNOHANG)) {
		if (!--tries) {
			wrong(__FILE__, __LINE__, "it hangs", process, 0);
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return;
		}
		nap(100);
	}
	if (status)
		wrong(__FILE__, __LINE__, "wait status", status, 0);
}

static void stop(const pid_t *child)
{
	unsigned int i;

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < PROCESSES; i++)
		await_end(i, child[i]);
	shared->stop = false;
}

static void report(time_t left)
{
	printf("# %ld s left: %lu lives, %lu sealed, %lu refused, %lu wrong\n",
	       left, shared->counts[LIVES], shared->counts[SEALED],
	       shared->counts[REFUSED], shared->wrong);
	fflush(stdout);
}

static void run(unsigned int seconds)
{
	time_t end = time(NULL) + seconds, told = time(NULL);
	unsigned int generation[PROCESSES] = { }, i;
	pid_t child[PROCESSES];

	for (i = 0; i < PROCESSES; i++)
		child[i] = start(i, 0);
	while (time(NULL) < end) {
		nap(500 + pick(5000));
		i = pick(PROCESSES);
		kill(child[i], SIGKILL);
		count(KILLED);
		if (child_status(child[i]) != -SIGKILL)
			wrong(__FILE__, __LINE__, "it ended by itself", i, 0);
		child[i] = start(i, ++generation[i]);
		if (time(NULL) < told + 30)
			continue;
		told = time(NULL);
		report(end - told);
	}
	stop(child);
}

/* ---- the verdict ---- */

static unsigned long print_counts(void)
{
	unsigned long all = 0;
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		printf("# %10lu %s\n", shared->counts[i], kinds[i]);
		if (i < LONGER)
			all += shared->counts[i];
	}
	return all;
}

/* What was never done was not tested. BUSY is as others happen to be at work. */
static void all_kinds_done(unsigned int seconds)
{
	unsigned int i;

	if (seconds < ALL_SECONDS * slowness())
		return;
	for (i = 0; i < KINDS; i++)
		if (i != BUSY && !shared->counts[i])
			wrong(__FILE__, __LINE__, kinds[i], 0, 1);
}

static void one_life(const char *which)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	if (!have_keys() || !desk || !desk_init(desk) || !pairs_make())
		abort();
	life = strtoull(which, NULL, 0);
	pick_seed(life);
	live(desk);
}

static void run_with_pairs(unsigned int seconds)
{
	memset(shared->counts, 0, sizeof(shared->counts));
	if (!pairs_make())
		abort();
	run(seconds);
	pairs_end();
}

static void soak(unsigned int seconds)
{
	struct figures *before, *after;

	run_with_pairs(WARM_UP);
	before = figures_take();
	run_with_pairs(seconds);
	after = figures_take();
	figures_compare(before, after);
	all_kinds_done(seconds);
}

int main(int argc, char **argv)
{
	unsigned long all;

	if (argc < 3) {
		fprintf(stderr, "usage: soak SECONDS SEED [LIFE]\n");
		return 2;
	}
	shared = make_shared(sizeof(*shared));
	seed = strtoull(argv[2], NULL, 0);
	pick_seed(mix(seed));
	printf("# SEED=%#llx\n", seed);
	fflush(stdout);
	if (argc > 3)
		one_life(argv[3]);
	else
		soak(atoi(argv[1]));
	all = print_counts();
	printf("%lu operations, %lu wrong\n", all, shared->wrong);
	return shared->wrong || !all;
}

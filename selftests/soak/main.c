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
#include "../kernel_count.h"
#include "../sspi_ends.h"

#define PROCESSES	3
#define THREADS		3
/* Caches are filled before anything is measured. */
#define WARM_UP		10
#define PATIENCE	60
/* Of each shared pair, one bit a number. */
#define NUMBERS		(64 * 1024 * 1024)

static const char *const kinds[KINDS] = {
	[CREATED] = "contexts created", [DESTROYED] = "contexts destroyed",
	[BOUND] = "bound", [SEALED] = "sealed", [UNSEALED] = "unsealed",
	[SIGNED] = "signed", [VERIFIED] = "verified", [BATCHED] = "batches",
	[EXPORTED] = "exported", [IMPORTED] = "imported",
	[REVOKED] = "revoked", [QUERIED] = "queried",
	[REFUSED] = "refused, as they must be", [EXPIRED] = "expired",
	[BURNED] = "numbers burned", [HANDSHAKES] = "handshakes",
	[BY_OPENSSL] = "messages by OpenSSL",
	[BY_LIBRARY] = "messages by the library", [FORKED] = "children",
	[RACED] = "ends during use", [BUSY] = "busy, and tried again",
	[LIVES] = "lives", [KILLED] = "processes killed",
};

/* What all processes have in common. */
static struct shared {
	bool stop;
	unsigned long counts[KINDS];
	unsigned long wrong;
	struct shared_pair pair[SHARED_PAIRS];
	__u64 seen[SHARED_PAIRS][NUMBERS / 64];
} *shared;

static __u64 seed;
static __thread __u64 life;

void count(enum kind kind)
{
	__atomic_add_fetch(&shared->counts[kind], 1, __ATOMIC_RELAXED);
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

/* ---- what all share ---- */

const struct shared_pair *shared_pair(unsigned int i)
{
	return &shared->pair[i];
}

bool shared_number(unsigned int i, __u64 number)
{
	__u64 bit = 1ULL << number % 64;

	return number >= NUMBERS ||
	       !(__atomic_fetch_or(&shared->seen[i][number / 64], bit,
				   __ATOMIC_RELAXED) & bit);
}

static bool make_pairs(void)
{
	const __u32 services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT;
	struct sspseal_native native = { };
	struct shared_pair *pair;
	unsigned int i;

	for (i = 0; i < SHARED_PAIRS; i++) {
		pair = &shared->pair[i];
		pair->fd = device_open();
		native.default_suite = 1 + i;
		pair->initiator = create_native(pair->fd,
						SSPSEAL_ROLE_INITIATOR,
						services, 0, &native);
		pair->acceptor = create_native(pair->fd, SSPSEAL_ROLE_ACCEPTOR,
					       services, 0, &native);
		if (!pair->initiator || !pair->acceptor)
			return false;
	}
	return true;
}

static void end_pairs(void)
{
	unsigned int i;

	for (i = 0; i < SHARED_PAIRS; i++)
		close(shared->pair[i].fd);
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

static void have_key(void)
{
	if (!own_session() || !logon_key(SOAK_KEY, test_key, TEST_KEY_SIZE))
		abort();
}

/* @generation: how many were here before, and killed */
static pid_t start(unsigned int process, unsigned int generation)
{
	struct thread thread[THREADS];
	unsigned int i;
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	have_key();
	for (i = 0; i < THREADS; i++)
		thread[i].seed = mix(seed ^ mix(process << 16 | i << 8) ^
				     mix(generation + 1));
	_exit(!team_run(thread, sizeof(*thread), THREADS, work));
}

static void nap(unsigned int milliseconds)
{
	const struct timespec pause = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000,
	};

	nanosleep(&pause, NULL);
}

/* One that does not end by itself, when told to, hangs. */
static void stop(pid_t *child)
{
	unsigned int i, tries = PATIENCE * 10;
	int status;

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < PROCESSES; i++) {
		while (!waitpid(child[i], &status, WNOHANG) && --tries)
			nap(100);
		if (!tries) {
			wrong(__FILE__, __LINE__, "it hangs", i, 0);
			kill(child[i], SIGKILL);
			tries = 1;
		} else if (status) {
			wrong(__FILE__, __LINE__, "wait status", status, 0);
		}
	}
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

/* ---- figures ---- */

struct figures {
	struct kernel_count count;
	long slab;
	long available;
	long percpu;
};

static long kilobytes(const char *name)
{
	char line[128], word[64];
	long kib = -1, value;
	FILE *file = fopen("/proc/meminfo", "re");

	while (file && kib < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63[^:]: %ld", word, &value) == 2 &&
		    !strcmp(word, name))
			kib = value;
	if (file)
		fclose(file);
	return kib;
}

static void measure(struct figures *f)
{
	/* What was freed is freed after a grace period, and then some. */
	nap(3000);
	if (!kernel_count(&f->count))
		abort();
	f->slab = kilobytes("Slab");
	f->available = kilobytes("MemAvailable");
	f->percpu = kilobytes("Percpu");
}

static void print_figures(const char *when, const struct figures *f)
{
	long objects = 0;
	unsigned int i;

	for (i = 0; i < f->count.nr; i++)
		objects += f->count.cache[i].objects;
	printf("# %-7s %ld objects in caches, %ld references to ciphers\n",
	       when, objects, f->count.references);
	printf("# %-7s Slab %ld kB, Percpu %ld kB, MemAvailable %ld kB\n", "",
	       f->slab, f->percpu, f->available);
}

/* Of pages, other parts of the kernel have some more at any time. */
static void compare(const struct figures *before, const struct figures *after)
{
	print_figures("before:", before);
	print_figures("after:", after);
	fflush(stdout);
	MUST(kernel_counts_agree(&before->count, &after->count));
	MUST(after->slab <= before->slab + 8192);
	MUST(after->percpu <= before->percpu + 1024);
}

static unsigned long print_counts(void)
{
	unsigned long all = 0;
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		printf("# %10lu %s\n", shared->counts[i], kinds[i]);
		if (i < LIVES && i != BY_OPENSSL && i != BY_LIBRARY)
			all += shared->counts[i];
	}
	return all;
}

static void one_life(const char *which)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	have_key();
	if (!desk || !desk_init(desk) || !make_pairs())
		abort();
	life = strtoull(which, NULL, 0);
	pick_seed(life);
	live(desk);
}

static void soak(unsigned int seconds)
{
	struct figures before, after;

	/* Every page of it is there, before and after. */
	memset(shared, 0, sizeof(*shared));
	if (!make_pairs())
		abort();
	run(WARM_UP);
	end_pairs();
	measure(&before);
	memset(shared->counts, 0, sizeof(shared->counts));
	memset(shared->seen, 0, sizeof(shared->seen));
	if (!make_pairs())
		abort();
	run(seconds);
	end_pairs();
	measure(&after);
	compare(&before, &after);
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
	return shared->wrong != 0;
}

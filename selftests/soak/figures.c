// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has, before and after.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "soak.h"
#include "../kernel_count.h"

#define PATIENCE	20
#define PAGE_KB		4
/* Of a thread, in the kernel, with the page that guards it; and threads at once. */
#define STACK_KB	20
#define STACKS		100

/*
 * What the kernel takes and gives back by itself, in pages: stacks of threads that it
 * keeps for later ones, page tables of its own, lists of what is to be freed.
 */
#define PAGE_NOISE	16
/* The same, of what is for each CPU, in kB. */
#define PERCPU_NOISE	1024

/**
 * struct figures - what the kernel has
 * @count: objects, and references to ciphers
 * @pages: that are neither free, nor have they to do with files, processes or caches:
 *	those of long messages are among them
 * @percpu: kB
 * @slab: kB, with what is free in it: to be looked at only
 * @available: kB, without what is free and lies at a CPU: to be looked at only
 */
struct figures {
	struct kernel_count count;
	long pages;
	long percpu;
	long slab;
	long available;
};

/* A number of /proc/meminfo. */
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

/* A line of /proc/zoneinfo, if it tells of pages whose use is known. */
static long known_pages(const char *line)
{
	static const char *const known[] = {
		"nr_anon_pages", "nr_file_pages", "nr_page_table_pages",
	};
	char word[64];
	unsigned int i;
	long pages;

	/* Free ones: those of the zone, and those that lie at a CPU. */
	if (sscanf(line, " pages free %ld", &pages) == 1 ||
	    sscanf(line, " count: %ld", &pages) == 1)
		return pages;
	if (sscanf(line, " %63s %ld", word, &pages) != 2)
		return 0;
	if (!strcmp(word, "nr_kernel_stack"))
		return pages / PAGE_KB;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(word, known[i]))
			return pages;
	return 0;
}

/* Of all caches: what is too large for any of them is in none. */
static long slab_pages(void)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	long each, slabs, all = 0;
	char line[512], *data;

	if (!file)
		abort();
	while (fgets(line, sizeof(line), file)) {
		data = strstr(line, "slabdata ");
		if (data &&
		    sscanf(line, "%*s %*d %*d %*d %*d %ld", &each) == 1 &&
		    sscanf(data, "slabdata %*d %ld", &slabs) == 1)
			all += each * slabs;
	}
	fclose(file);
	return all;
}

/* All others. */
static long unknown_pages(long percpu)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	long pages, left = -percpu / PAGE_KB - slab_pages();
	char line[256];

	if (!file)
		abort();
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " managed %ld", &pages) == 1)
			left += pages;
		left -= known_pages(line);
	}
	fclose(file);
	return left;
}

/* A work slot stays with its CPU: each has one from here on. */
static void fill_slots(void)
{
	int cpu, fd = device_open();
	__u32 handle = create_context(fd, SSPSEAL_ROLE_INITIATOR, WINDOWED);
	__u8 token[TOKEN_SIZE], data[16];
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		abort();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		MUST_BE(S(OK), simple_call(fd, SSPSEAL_SEAL, handle, token,
					   data, sizeof(data)));
	}
	sched_setaffinity(0, sizeof(all), &all);
	close(fd);
}

static void *wait_for_all(void *barrier)
{
	pthread_barrier_wait(barrier);
	return NULL;
}

/*
 * The addresses of threads' kernel stacks are used again late, when there are 32 MiB
 * of them for each bit of the number of CPUs, and their page tables stay: those that
 * there will be are there from here on.
 */
static void use_up_addresses(void)
{
	unsigned int i, cpus, left = 0;
	pthread_t thread[STACKS];
	pthread_barrier_t barrier;

	for (cpus = get_nprocs(); cpus; cpus /= 2)
		left += 32 * 1024 / STACK_KB / STACKS + 10;
	pthread_barrier_init(&barrier, NULL, STACKS);
	while (left--) {
		for (i = 0; i < STACKS; i++)
			if (pthread_create(&thread[i], NULL, wait_for_all,
					   &barrier))
				abort();
		for (i = 0; i < STACKS; i++)
			pthread_join(thread[i], NULL);
	}
	pthread_barrier_destroy(&barrier);
}

struct figures *figures_take(void)
{
	struct figures *f = calloc(1, sizeof(*f));
	long last = -1;
	int tries;

	if (!f)
		abort();
	fill_slots();
	use_up_addresses();
	/* What is freed after a grace period, and then some. */
	nap(3000);
	if (!kernel_count(&f->count))
		abort();
	for (tries = 0; tries < PATIENCE && last != f->pages; tries++) {
		last = f->pages;
		if (own_machine())
			file_write("/proc/sys/vm/drop_caches", "3");
		nap(500);
		file_write("/proc/sys/vm/stat_refresh", "1");
		f->percpu = kilobytes("Percpu");
		f->pages = unknown_pages(f->percpu);
	}
	f->slab = kilobytes("Slab");
	f->available = kilobytes("MemAvailable");
	return f;
}

static void print_figures(const char *when, const struct figures *f)
{
	long objects = 0;
	unsigned int i;

	for (i = 0; i < f->count.nr; i++)
		objects += f->count.cache[i].objects;
	printf("# %-7s %ld objects in caches, %ld references to ciphers\n",
	       when, objects, f->count.references);
	printf("# %-7s %ld other pages, Percpu %ld kB, Slab %ld kB, MemAvailable %ld kB\n",
	       "", f->pages, f->percpu, f->slab, f->available);
}

void figures_compare(const struct figures *before,
		     const struct figures *after)
{
	long pages = after->pages - before->pages;

	print_figures("before:", before);
	print_figures("after:", after);
	fflush(stdout);
	MUST(kernel_counts_agree(&before->count, &after->count));
	MUST(after->percpu <= before->percpu + PERCPU_NOISE);
	if (labs(pages) > PAGE_NOISE)
		wrong(__FILE__, __LINE__, "other pages", after->pages,
		      before->pages);
}

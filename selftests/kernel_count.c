// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has, to be counted before and after.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel_count.h"
#include "sspseal_test.h"

/* Half a second each, and how many of them find nothing less at the end. */
#define PATIENCE	20
#define SETTLED		3

/*
 * Where the module's objects are, and those of what it uses: transforms, files, and the
 * table of handles.
 */
static bool is_counted(const char *cache)
{
	return !strncmp(cache, "kmalloc-", 8) || !strcmp(cache, "filp") ||
	       !strcmp(cache, "radix_tree_node");
}

static bool count_objects(FILE *file, struct kernel_count *count)
{
	char line[512], name[sizeof(count->cache[0].name)];
	long objects;

	memset(count, 0, sizeof(*count));
	rewind(file);
	while (fgets(line, sizeof(line), file) && count->nr < KERNEL_CACHES) {
		if (sscanf(line, "%47s %ld", name, &objects) != 2 ||
		    !is_counted(name))
			continue;
		snprintf(count->cache[count->nr].name, sizeof(name), "%s",
			 name);
		count->cache[count->nr++].objects = objects;
	}
	return count->nr;
}

static bool count_references(struct kernel_count *count)
{
	char line[512];
	long references;
	FILE *file = fopen("/proc/crypto", "re");

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "refcnt : %ld", &references) == 1)
			count->references += references;
	fclose(file);
	return count->references;
}

/* ---- until it has settled ---- */

/*
 * Free objects that lie at CPUs count as used, until they are brought back, through a
 * file for each cache. These stay open: each that is closed is an object in its turn,
 * which is freed later.
 */
struct shrinkers {
	unsigned int nr;
	int fd[KERNEL_CACHES];
};

static void shrinkers_open(struct shrinkers *s, const struct kernel_count *count)
{
	char path[128];

	for (s->nr = 0; s->nr < count->nr; s->nr++) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink",
			 count->cache[s->nr].name);
		s->fd[s->nr] = open(path, O_WRONLY | O_CLOEXEC);
	}
}

static void shrinkers_close(const struct shrinkers *s)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
}

static bool count_settled(FILE *file, struct kernel_count *count,
			  const struct shrinkers *s)
{
	const struct timespec pause = { .tv_nsec = 500000000 };
	unsigned int i;

	/* What is freed after a grace period waits for more of its kind, or for this. */
	if (own_machine())
		file_write("/proc/sys/vm/drop_caches", "2");
	nanosleep(&pause, NULL);
	for (i = 0; i < s->nr; i++)
		if (s->fd[i] >= 0 && pwrite(s->fd[i], "1", 1, 0) != 1)
			return false;
	return count_objects(file, count) && count_references(count);
}

/*
 * Whatever is allocated or freed after the caches were shrunk leaves free objects at a
 * CPU, by the slab: of several counts the least is the true one. Return: true if this
 * one was less.
 */
static bool take_least(struct kernel_count *least,
		       const struct kernel_count *now)
{
	bool less = least->nr != now->nr || least->references != now->references;
	unsigned int i;

	if (less) {
		*least = *now;
		return true;
	}
	for (i = 0; i < now->nr; i++) {
		if (now->cache[i].objects >= least->cache[i].objects)
			continue;
		least->cache[i] = now->cache[i];
		less = true;
	}
	return less;
}

bool kernel_count(struct kernel_count *count)
{
	/* Opened before too: a file more would begin a slab that counts as used. */
	FILE *file = fopen("/proc/slabinfo", "re");
	unsigned int tries, alike = 0;
	struct shrinkers shrinkers;
	struct kernel_count now;
	bool ok = true;

	if (!file)
		return false;
	count_objects(file, count);
	shrinkers_open(&shrinkers, count);
	for (tries = 0; ok && tries < PATIENCE * slowness() && alike < SETTLED;
	     tries++) {
		ok = count_settled(file, &now, &shrinkers);
		alike = ok && take_least(count, &now) ? 0 : alike + 1;
	}
	if (alike < SETTLED)
		dprintf(1, "# the kernel's figures have not settled\n");
	shrinkers_close(&shrinkers);
	fclose(file);
	return ok;
}

/* ---- before and after ---- */

static long objects_in(const struct kernel_count *count, const char *cache)
{
	unsigned int i;

	for (i = 0; i < count->nr; i++)
		if (!strcmp(count->cache[i].name, cache))
			return count->cache[i].objects;
	return 0;
}

bool kernel_counts_agree(const struct kernel_count *before,
			 const struct kernel_count *after)
{
	bool agree = before->references == after->references;
	unsigned int i;

	if (!agree)
		dprintf(1, "# references to ciphers: %ld, before %ld\n",
			after->references, before->references);
	for (i = 0; i < after->nr; i++) {
		const struct kernel_cache *cache = &after->cache[i];
		long was = objects_in(before, cache->name);

		if (labs(cache->objects - was) <= KERNEL_NOISE)
			continue;
		dprintf(1, "# objects in %s: %ld, before %ld\n", cache->name,
			cache->objects, was);
		agree = false;
	}
	return agree;
}

// SPDX-License-Identifier: GPL-2.0-only
/* A 32-bit process has memory where a 32-bit off_t does not reach. */
#define _FILE_OFFSET_BITS	64
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "memory_search.h"

void add_needle(struct needles *n, const void *bytes, size_t size)
{
	const __u8 *p = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		n->needle[n->nr].masked[i] = p[i] ^ NEEDLE_MASK;
	n->needle[n->nr++].size = size;
}

static bool is_here(const __u8 *p, const struct needle *n)
{
	size_t i;

	for (i = 0; i < n->size; i++)
		if ((p[i] ^ NEEDLE_MASK) != n->masked[i])
			return false;
	return true;
}

#define PIECE	1048576

/* Which are in a piece of memory? Return: bytes that could be read, or -1. */
static ssize_t search_piece(int mem, unsigned long from, unsigned long end,
			    struct needles *n)
{
	static __u8 piece[PIECE];
	ssize_t size, i;
	struct needle *needle;
	unsigned int j;

	size = pread(mem, piece, end - from < PIECE ? end - from : PIECE, from);
	for (j = 0; j < n->nr; j++) {
		needle = &n->needle[j];
		for (i = 0; i + (ssize_t)needle->size <= size; i++)
			if (is_here(piece + i, needle))
				needle->found = true;
	}
	return size;
}

/* Return: as search_piece(), for a mapping with pages that cannot be read. */
static unsigned long search_mapping(int mem, unsigned long from,
				    unsigned long end, struct needles *n)
{
	const ssize_t overlap = sizeof(n->needle[0].masked);
	unsigned long searched = 0;
	ssize_t size;

	while (from < end) {
		size = search_piece(mem, from, end, n);
		if (size <= 0) {
			from += getpagesize();
			continue;
		}
		searched += size;
		from += size;
		/* A needle may lie across the border. */
		if (from < end && size > overlap)
			from -= overlap;
	}
	return searched;
}

static int open_file(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

unsigned int search_memory(pid_t pid, struct needles *n,
			   unsigned long *searched)
{
	FILE *maps = fdopen(open_file(pid, "maps"), "r");
	int mem = open_file(pid, "mem");
	unsigned int found = 0, i;
	unsigned long from, end;
	char line[512];

	*searched = 0;
	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &end) == 2)
			*searched += search_mapping(mem, from, end, n);
	if (maps)
		fclose(maps);
	close(mem);
	for (i = 0; i < n->nr; i++)
		found += n->needle[i].found;
	return found;
}

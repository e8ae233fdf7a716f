// SPDX-License-Identifier: MIT
/*
 * The contexts of finished handshakes, by the kernel's handle, with the names of
 * both ends. Messages never come here.
 */
#include <stdlib.h>
#include <string.h>

#include "handshake.h"
#include "names.h"

#define BUCKETS		256
#define ENOUGH		64

/**
 * struct named - a context and its names
 * @next: in its bucket
 * @handle: the kernel's
 * @flags: as in struct names
 * @acceptor: where the second name begins in @text
 * @text: both names, each with a zero behind it
 */
struct named {
	struct named *next;
	__u32 handle;
	ULONG flags;
	size_t acceptor;
	char text[];
};

static struct named *buckets[BUCKETS];
static unsigned int count;
/* With more than that it is worth looking for those whose context is gone. */
static unsigned int enough = ENOUGH;

static struct named **bucket_of(__u32 handle)
{
	return &buckets[handle % BUCKETS];
}

/* Under the lock. Where the pointer to the one of this handle is, or to NULL. */
static struct named **place_of(__u32 handle)
{
	struct named **place = bucket_of(handle);

	while (*place && (*place)->handle != handle)
		place = &(*place)->next;
	return place;
}

/* Under the lock. */
static void remove_at(struct named **place)
{
	struct named *named = *place;

	*place = named->next;
	count--;
	free(named);
}

/**
 * sspseal_names_make() - make ready the names of a context
 * @initiator: a name
 * @acceptor: a name
 *
 * Return: for sspseal_names_add() or free(); NULL if there is no memory.
 */
struct named *sspseal_names_make(struct span initiator, struct span acceptor)
{
	struct named *named = calloc(1, sizeof(*named) + initiator.size + 1 +
				     acceptor.size + 1);

	if (!named)
		return NULL;
	named->acceptor = initiator.size + 1;
	memcpy(named->text, initiator.at, initiator.size);
	memcpy(named->text + named->acceptor, acceptor.at, acceptor.size);
	return named;
}

/**
 * sspseal_names_find() - the names of a context
 * @handle: the kernel's, of a context that is there
 * @names: out
 *
 * Return: false if no handshake of this process has made it.
 */
bool sspseal_names_find(__u32 handle, struct names *names)
{
	struct named *named;
	const char *second;

	sspseal_lock();
	named = *place_of(handle);
	if (named) {
		second = named->text + named->acceptor;
		memcpy(names->initiator, named->text, named->acceptor);
		memcpy(names->acceptor, second, strlen(second) + 1);
		names->flags = named->flags;
	}
	sspseal_unlock();
	return named;
}

/* The handle is given up. */
void sspseal_names_drop(__u32 handle)
{
	struct named **place;

	sspseal_lock();
	place = place_of(handle);
	if (*place)
		remove_at(place);
	sspseal_unlock();
}

static bool is_gone(__u32 handle)
{
	struct sspseal_query query = { .handle = handle };

	return sspseal_query(sspseal_device(), &query) &&
	       query.status == SSPSEAL_STATUS_ALREADY_DESTROYED;
}

/* If there are more, those wait for the next time. */
static void sweep_bucket(struct named **bucket)
{
	__u32 handles[ENOUGH];
	const struct named *named;
	size_t nr = 0;

	sspseal_lock();
	for (named = *bucket; named && nr < ENOUGH; named = named->next)
		handles[nr++] = named->handle;
	sspseal_unlock();
	while (nr--)
		if (is_gone(handles[nr]))
			sspseal_names_drop(handles[nr]);
}

/*
 * The other side of a fork(), and sspseal_destroy(), end contexts without a word to
 * this table.
 */
static void sweep(void)
{
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		sweep_bucket(&buckets[i]);
	sspseal_lock();
	enough = count < ENOUGH / 2 ? ENOUGH : 2 * count;
	sspseal_unlock();
}

/**
 * sspseal_names_add() - the handshake of a context is over
 * @named: its names, which belong to the table from now on
 * @handle: the kernel's
 * @flags: ISC_RET_* or ASC_RET_*
 */
void sspseal_names_add(struct named *named, __u32 handle, ULONG flags)
{
	struct named **place;
	bool many;

	named->handle = handle;
	named->flags = flags;
	sspseal_lock();
	/* One that the kernel's numbers have come round to. */
	place = place_of(handle);
	if (*place)
		remove_at(place);
	named->next = *bucket_of(handle);
	*bucket_of(handle) = named;
	many = ++count > enough;
	sspseal_unlock();
	if (many)
		sweep();
}

/* All handles are: their numbers will mean others. */
void sspseal_names_drop_all(void)
{
	size_t i;

	sspseal_lock();
	for (i = 0; i < BUCKETS; i++)
		while (buckets[i])
			remove_at(&buckets[i]);
	sspseal_unlock();
}

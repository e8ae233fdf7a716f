// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of one message, and its reuse.
 *
 * Each CPU keeps a work slot, so that a message of up to 64 KiB costs no
 * allocation: a linear piece of memory that holds associated data, DATA from a
 * page's begin, and the tail, as one scatterlist entry. A slot is taken and given
 * back by an exchange with the CPU's pointer, so its holder may sleep and move.
 * Who finds no slot, or needs more, allocates, charged to the caller's cgroup
 * and counted against the file.
 */
#include <crypto/aead.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sspseal.h"
#include "user.h"

#define SLOT_DATA	SZ_64K
/* A page before DATA for associated data, and one behind it for the tail. */
#define SLOT_LINEAR	(SLOT_DATA + 2 * PAGE_SIZE)

/* DATA that is not linear is kept in blocks of up to 64 pages. */
#define BLOCK_ORDER	6

/*
 * For what smaller pieces can take the place of: what is free, or nothing. Who does
 * not reclaim has no part in the reserves of those who cannot, either.
 */
#define EASY_GFP	((SSPSEAL_GFP & ~__GFP_RETRY_MAYFAIL & \
			  ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY | \
			 __GFP_NOMEMALLOC)

/* Slots are nobody's. */
#define SLOT_GFP	(EASY_GFP & ~__GFP_ACCOUNT)

#define ZERO_BLOCK	64

static DEFINE_PER_CPU(struct sspseal_work *, slots);

/* Slots in being, kept or in use: never more than CPUs, as they are uncharged. */
static atomic_t nr_slots;
static size_t slot_request_size;

/* ---- sizes ---- */

static u64 linear_size(struct sspseal_extent extent, u32 tail)
{
	return (u64)extent.offset + extent.data + tail;
}

/*
 * What a message beyond the slots takes: whole pages, and one for tail and struct. The
 * table, a page in 128 of DATA, is the cgroup's matter alone.
 */
static u64 charge_of(u64 associated, u64 data)
{
	return round_up(associated, PAGE_SIZE) + round_up(data, PAGE_SIZE) +
	       PAGE_SIZE;
}

/* Two messages of the largest size may always be in flight in one file. */
static u64 in_flight_limit(void)
{
	/* A page is more than mechanisms add to what is authenticated. */
	u64 sealed = charge_of(SSPSEAL_MAX_ASSOCIATED + PAGE_SIZE,
			       sspseal_max_data());
	/* Before its token tells that nothing is sealed, it is in two parts. */
	u64 plain = charge_of(SSPSEAL_MAX_SIGNED + PAGE_SIZE, PAGE_SIZE);

	return 2 * max(sealed, plain);
}

/* A call that is refused is in nobody's way, not for a moment either. */
static bool charge_file(struct sspseal_file *file, u64 charge)
{
	s64 now = atomic64_read(&file->in_flight);
	s64 limit = in_flight_limit();

	do {
		if (now + (s64)charge > limit)
			return false;
	} while (!atomic64_try_cmpxchg(&file->in_flight, &now, now + charge));
	return true;
}

/* ---- allocation ---- */

static struct sspseal_work *work_alloc(gfp_t gfp)
{
	struct sspseal_work *work;

	work = kzalloc(sizeof(*work) + slot_request_size, gfp);
	if (!work)
		return NULL;
	work->request_size = slot_request_size - sizeof(*work->request);
	crypto_init_wait(&work->wait);
	work->request = (struct aead_request *)work->memory;
	return work;
}

static bool linear_alloc(struct sspseal_work *work, size_t size, gfp_t gfp)
{
	work->linear = alloc_pages_exact(size, gfp);
	if (!work->linear)
		return false;
	work->linear_size = size;
	work->associated = work->linear;
	/* Of what a message has there, only offset and length differ. */
	sg_init_one(&work->one, work->linear, size);
	work->sg = &work->one;
	return true;
}

static void table_free(struct sspseal_work *work)
{
	struct scatterlist *sg;

	/* The first entry is associated data, the last the tail. */
	for (sg = sg_next(work->table); sg && !sg_is_last(sg); sg = sg_next(sg))
		__free_pages(sg_page(sg), compound_order(sg_page(sg)));
	kvfree(work->table);
	work->table = NULL;
}

/* What was not to be had for one block is not tried for the next. */
static struct page *block_alloc(u32 left, unsigned int *order)
{
	struct page *page;

	/* No larger than what is left: init_on_alloc zeroes all of it. */
	*order = min_t(unsigned int, *order,
		       ilog2(DIV_ROUND_UP(left, PAGE_SIZE)));
	for (; *order; (*order)--) {
		page = alloc_pages(EASY_GFP | __GFP_COMP, *order);
		if (page)
			return page;
	}
	return alloc_pages(SSPSEAL_GFP | __GFP_COMP, 0);
}

/* Entries: associated data, blocks of DATA, tail. */
static bool table_alloc(struct sspseal_work *work, u32 data, u32 tail)
{
	u32 most = DIV_ROUND_UP(data, PAGE_SIZE) + 2, left = data;
	unsigned int order = BLOCK_ORDER;
	struct scatterlist *sg;
	struct page *page;

	work->table = kvmalloc_array(most, sizeof(*sg), SSPSEAL_GFP);
	if (!work->table)
		return false;
	sg_init_table(work->table, most);
	sg_set_buf(work->table, work->associated, work->associated_size);

	for (sg = work->table + 1; left; sg++) {
		u32 size;

		page = block_alloc(left, &order);
		if (!page)
			break;
		size = min_t(u32, left, PAGE_SIZE << order);
		sg_set_page(sg, page, size, 0);
		left -= size;
	}
	sg_set_buf(sg, work->table_tail, tail);
	sg_mark_end(sg);
	if (left) {
		table_free(work);
		return false;
	}
	return true;
}

static noinline void work_free(struct sspseal_work *work)
{
	if (work->table)
		table_free(work);
	if (work->linear)
		free_pages_exact(work->linear, work->linear_size);
	if (work->charged)
		atomic64_sub(work->charge, &work->charged->in_flight);
	kfree_sensitive(work);
}

/* ---- slots ---- */

static noinline struct sspseal_work *slot_alloc(void)
{
	struct sspseal_work *work;

	if (!atomic_add_unless(&nr_slots, 1, num_possible_cpus()))
		return NULL;
	work = work_alloc(SLOT_GFP);
	if (work && linear_alloc(work, SLOT_LINEAR, SLOT_GFP)) {
		work->slot = true;
		work->usual = true;
		return work;
	}
	if (work)
		work_free(work);
	atomic_dec(&nr_slots);
	return NULL;
}

static struct sspseal_work *slot_get(void)
{
	struct sspseal_work *work = this_cpu_xchg(slots, NULL);

	return work ?: slot_alloc();
}

static void slot_put(struct sspseal_work *work)
{
	if (likely(!this_cpu_cmpxchg(slots, NULL, work)))
		return;
	/* Taken on another CPU, and this one has its own again. */
	work_free(work);
	atomic_dec(&nr_slots);
}

void sspseal_slots_init(size_t request_size)
{
	slot_request_size = sizeof(struct aead_request) +
			    round_up(request_size, ZERO_BLOCK);
}

/* No call is in progress any more: every slot lies at some CPU. */
void sspseal_slots_exit(void)
{
	struct sspseal_work *work;
	int cpu;

	for_each_possible_cpu(cpu) {
		work = per_cpu(slots, cpu);
		if (work)
			work_free(work);
	}
}

/* ---- what message.c and the mechanisms use ---- */

/* No slot serves: memory of its own, allocated by sspseal_work_layout(). */
static noinline enum sspseal_status
work_charged(struct sspseal_file *file, u64 charge,
	     struct sspseal_work **result)
{
	struct sspseal_work *work;

	if (!charge_file(file, charge))
		return SSPSEAL_STATUS_BUSY;
	work = work_alloc(SSPSEAL_GFP);
	if (!work) {
		atomic64_sub(charge, &file->in_flight);
		return SSPSEAL_STATUS_NO_MEMORY;
	}
	work->charged = file;
	work->charge = charge;
	*result = work;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_work_get() - a slot for a message, or leave to allocate memory for it
 * @file: which is charged if no slot serves
 * @extent: of the message, at most
 * @tail: bytes behind DATA
 * @result: for sspseal_work_layout(), and then sspseal_work_put()
 *
 * Return: OK, BUSY or NO_MEMORY.
 */
enum sspseal_status sspseal_work_get(struct sspseal_file *file,
				     struct sspseal_extent extent, u32 tail,
				     struct sspseal_work **result)
{
	struct sspseal_work *work = NULL;

	if (linear_size(extent, tail) <= SLOT_LINEAR)
		work = slot_get();
	if (unlikely(!work))
		return work_charged(file, charge_of(extent.associated,
						    extent.data), result);
	*result = work;
	return SSPSEAL_STATUS_OK;
}

static void layout_linear(struct sspseal_work *work,
			  struct sspseal_extent extent, u32 tail)
{
	work->data = work->linear + extent.offset;
	work->data_size = extent.data;
	work->associated = work->data - extent.associated;
	work->associated_size = extent.associated;
	work->tail = work->data + extent.data;
	/* Where associated data begins is always in the first page. */
	work->one.offset = extent.offset - extent.associated;
	work->one.length = extent.associated + extent.data + tail;
}

static noinline enum sspseal_status layout_own(struct sspseal_work *work,
					       struct sspseal_extent extent,
					       u32 tail)
{
	u64 size = linear_size(extent, tail);
	bool is_short = extent.data <= SSPSEAL_SHORT;

	if (size <= SLOT_LINEAR) {
		if (linear_alloc(work, size, is_short ? SSPSEAL_GFP : EASY_GFP)) {
			layout_linear(work, extent, tail);
			return SSPSEAL_STATUS_OK;
		}
		/* Short DATA has no table, however much goes before it. */
		BUILD_BUG_ON(round_up(SSPSEAL_MAX_ASSOCIATED + PAGE_SIZE,
				      PAGE_SIZE) +
			     SSPSEAL_SHORT + SSPSEAL_TAIL_MAX > SLOT_LINEAR);
		if (is_short)
			return SSPSEAL_STATUS_NO_MEMORY;
	}
	if (!linear_alloc(work, extent.associated, SSPSEAL_GFP))
		return SSPSEAL_STATUS_NO_MEMORY;
	work->associated_size = extent.associated;
	if (!table_alloc(work, extent.data, tail))
		return SSPSEAL_STATUS_NO_MEMORY;
	work->data_size = extent.data;
	work->tail = work->table_tail;
	work->sg = work->table;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_work_layout() - lay out the memory of a message
 * @work: not laid out before
 * @extent: of the message; no more than sspseal_work_get() was asked for
 * @tail: bytes behind DATA, at most SSPSEAL_TAIL_MAX
 *
 * Return: OK or NO_MEMORY.
 */
enum sspseal_status sspseal_work_layout(struct sspseal_work *work,
					struct sspseal_extent extent, u32 tail)
{
	if (unlikely(!work->usual))
		return layout_own(work, extent, tail);
	layout_linear(work, extent, tail);
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_work_request() - a cipher request
 * @work: the message's
 * @tfm: the cipher; made later than the slot it may need more than that has
 *
 * Return: with cipher and callback set, ends with @work; or NULL.
 */
struct aead_request *sspseal_work_request(struct sspseal_work *work,
					  struct crypto_aead *tfm)
{
	struct aead_request *request = work->request;
	size_t size = crypto_aead_reqsize(tfm);

	if (likely(size <= work->request_size)) {
		work->request_used = size;
	} else {
		request = kmalloc(sizeof(*request) + size, SSPSEAL_GFP);
		if (!request)
			return NULL;
		work->own_request = request;
		work->usual = false;
	}
	aead_request_set_tfm(request, tfm);
	/* Not once for all: some drivers put their own in its place. */
	aead_request_set_callback(request, CRYPTO_TFM_REQ_MAY_SLEEP |
				  CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &work->wait);
	return request;
}

static void zero_table(struct sspseal_work *work)
{
	struct scatterlist *sg;

	for (sg = sg_next(work->sg); sg && !sg_is_last(sg); sg = sg_next(sg))
		memzero_explicit(sg_virt(sg), sg->length);
}

/* In blocks, up to so many bytes, costs less than memset() does. */
#define ZERO_SHORT	(4 * ZERO_BLOCK)

static void zero(void *at, size_t size)
{
	const void *end = at + size;
	unsigned int i;

	if (unlikely(size > ZERO_SHORT)) {
		memzero_explicit(at, size);
		return;
	}
	for (; at < end; at += ZERO_BLOCK) {
#pragma GCC unroll 8
		for (i = 0; i < ZERO_BLOCK; i += sizeof(u64))
			*(u64 *)(at + i) = 0;
		/* Or the compiler may find that nobody reads it. */
		barrier_data(at);
	}
}

/*
 * Blocks may end behind what was used: in the page of DATA, or of associated data
 * without one, and in what slots_init() leaves behind the request.
 */
static void zero_used(struct sspseal_work *work, bool data_is_secret)
{
	size_t size = work->associated_size;

	/* If it is linear it follows at once. */
	if (data_is_secret && work->data)
		size += work->data_size;
	memset(work->iv, 0, sizeof(work->iv));
	zero(work->associated, size);
	zero(work->request->__ctx, work->request_used);
	barrier_data(work->iv);
}

static noinline void put_unusual(struct sspseal_work *work, bool data_is_secret)
{
	if (work->linear)
		zero_used(work, data_is_secret);
	if (data_is_secret && work->table)
		zero_table(work);
	kfree_sensitive(work->own_request);
	work->own_request = NULL;
	work->usual = work->slot;
	if (work->slot)
		slot_put(work);
	else
		work_free(work);
}

/**
 * sspseal_work_put() - the end of a message
 * @work: from sspseal_work_get()
 * @data_is_secret: DATA holds anything but ciphertext
 *
 * Associated data may be as secret as DATA, and is zeroed always. So is what the
 * cipher had in the request, one-time keys for example.
 */
void sspseal_work_put(struct sspseal_work *work, bool data_is_secret)
{
	if (unlikely(!work->usual)) {
		put_unusual(work, data_is_secret);
		return;
	}
	zero_used(work, data_is_secret);
	slot_put(work);
}

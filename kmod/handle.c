// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: each open file has an IDR of grants. A grant is a reference to a
 * context with rights; a handle is its number, which means nothing in another
 * file.
 *
 * Lookups go under RCU and take a reference to the context; changes are made
 * under the file's mutex. A grant does not change after it was published.
 */
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "sspseal.h"

/* How many handles fdinfo tells about. */
#define SHOW_HANDLES	64

/**
 * struct sspseal_grant - what a handle stands for
 * @ctx: referenced
 * @rights: SSPSEAL_RIGHT_*
 * @rcu: freed after a grace period
 */
struct sspseal_grant {
	struct sspseal_context *ctx;
	u32 rights;
	struct rcu_head rcu;
};

struct sspseal_file *sspseal_file_new(void)
{
	struct sspseal_file *file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);

	if (!file)
		return NULL;
	mutex_init(&file->lock);
	idr_init_base(&file->grants, 1);
	return file;
}

struct sspseal_grant *sspseal_grant_new(struct sspseal_context *ctx, u32 rights)
{
	struct sspseal_grant *grant = kmalloc(sizeof(*grant),
					      GFP_KERNEL_ACCOUNT);

	if (!grant)
		return NULL;
	grant->ctx = ctx;
	grant->rights = rights;
	return grant;
}

static void grant_drop(struct sspseal_grant *grant)
{
	sspseal_context_put(grant->ctx);
	kfree_rcu(grant, rcu);
}

/* Called by the last close, when no call can be in progress any more. */
void sspseal_file_free(struct sspseal_file *file)
{
	struct sspseal_grant *grant;
	int handle;

	idr_for_each_entry(&file->grants, grant, handle) {
		grant_drop(grant);
		cond_resched();
	}
	idr_destroy(&file->grants);
	mutex_destroy(&file->lock);
	kfree(file);
}

/**
 * sspseal_handle_reserve() - take a number that nobody can use yet
 * @file: the file
 * @handle: the number
 *
 * Return: OK, LIMIT_FILE or NO_MEMORY. To be followed by
 * sspseal_handle_publish() or sspseal_handle_abort().
 */
enum sspseal_status sspseal_handle_reserve(struct sspseal_file *file,
					   u32 *handle)
{
	enum sspseal_status status = SSPSEAL_STATUS_LIMIT_FILE;
	int id;

	mutex_lock(&file->lock);
	if (file->nr < sspseal_max_handles()) {
		status = SSPSEAL_STATUS_NO_MEMORY;
		id = idr_alloc_cyclic(&file->grants, NULL, 1, 0,
				      GFP_KERNEL_ACCOUNT);
		if (id > 0) {
			file->nr++;
			*handle = id;
			status = SSPSEAL_STATUS_OK;
		}
	}
	mutex_unlock(&file->lock);
	return status;
}

/**
 * sspseal_handle_abort() - give back a number that was reserved
 * @file: the file
 * @handle: the number
 *
 * A command that fails leaves no gap in the numbers, unless another one took
 * the next meanwhile.
 */
void sspseal_handle_abort(struct sspseal_file *file, u32 handle)
{
	mutex_lock(&file->lock);
	idr_remove(&file->grants, handle);
	file->nr--;
	if (idr_get_cursor(&file->grants) == handle + 1)
		idr_set_cursor(&file->grants, handle);
	mutex_unlock(&file->lock);
}

/**
 * sspseal_handle_publish() - make a reserved number a handle; cannot fail
 * @file: the file
 * @handle: the number
 * @grant: belongs to the file from now on
 */
void sspseal_handle_publish(struct sspseal_file *file, u32 handle,
			    struct sspseal_grant *grant)
{
	mutex_lock(&file->lock);
	idr_replace(&file->grants, grant, handle);
	WRITE_ONCE(file->given, max(file->given, handle));
	mutex_unlock(&file->lock);
}

/* Why a number stands for nothing. */
static enum sspseal_status missing(const struct sspseal_file *file, u32 handle)
{
	return handle && handle <= READ_ONCE(file->given) ?
	       SSPSEAL_STATUS_ALREADY_DESTROYED : SSPSEAL_STATUS_NO_HANDLE;
}

/**
 * sspseal_handle_get() - find what a handle stands for
 * @file: the file
 * @handle: any number
 * @right: the right that the command needs
 * @ctx: the context, referenced: to be dropped by sspseal_context_put()
 * @rights: if not NULL: all rights of the handle
 *
 * Return: OK, NO_HANDLE, ALREADY_DESTROYED or NO_RIGHT.
 */
enum sspseal_status sspseal_handle_get(struct sspseal_file *file, u32 handle,
				       u32 right, struct sspseal_context **ctx,
				       u32 *rights)
{
	enum sspseal_status status = SSPSEAL_STATUS_OK;
	const struct sspseal_grant *grant;

	rcu_read_lock();
	grant = idr_find(&file->grants, handle);
	if (!grant) {
		status = missing(file, handle);
	} else if (!(grant->rights & right)) {
		status = SSPSEAL_STATUS_NO_RIGHT;
	} else if (!refcount_inc_not_zero(&grant->ctx->ref)) {
		status = SSPSEAL_STATUS_ALREADY_DESTROYED;
	} else {
		*ctx = grant->ctx;
		if (rights)
			*rights = grant->rights;
	}
	rcu_read_unlock();
	return status;
}

/* SSPSEAL_DESTROY */
enum sspseal_status sspseal_handle_destroy(struct sspseal_command *command)
{
	const struct sspseal_destroy *destroy = command->arg;
	struct sspseal_file *file = command->file;
	struct sspseal_grant *grant;

	if (destroy->__reserved)
		return SSPSEAL_STATUS_RESERVED;

	mutex_lock(&file->lock);
	grant = idr_find(&file->grants, destroy->handle);
	if (grant) {
		idr_remove(&file->grants, destroy->handle);
		file->nr--;
	}
	mutex_unlock(&file->lock);

	if (!grant)
		return missing(file, destroy->handle);
	grant_drop(grant);
	return sspseal_respond(command) ? SSPSEAL_STATUS_FAULT_AFTER_COMMIT :
					  SSPSEAL_STATUS_OK;
}

/**
 * sspseal_file_show() - tell about a file in its fdinfo
 * @file: the file
 * @seq: where to
 */
void sspseal_file_show(struct sspseal_file *file, struct seq_file *seq)
{
	const struct sspseal_grant *grant;
	int handle, shown = 0;

	seq_printf(seq, "sspseal-handles:\t%u\n", READ_ONCE(file->nr));
	seq_printf(seq, "sspseal-in-flight:\t%lld\n",
		   atomic64_read(&file->in_flight));

	rcu_read_lock();
	idr_for_each_entry(&file->grants, grant, handle) {
		if (shown++ == SHOW_HANDLES)
			break;
		seq_printf(seq, "sspseal-handle:\t%d rights 0x%x ", handle,
			   grant->rights);
		sspseal_context_show(grant->ctx, seq);
	}
	rcu_read_unlock();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: each open file has an IDR of grants. A grant is a reference to a
 * context with rights; a handle is its number, which means nothing in another
 * file.
 *
 * Lookups go under RCU and take a reference to the context; changes are made
 * under the file's mutex.
 */
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "sspseal.h"

/* How many handles fdinfo tells about. */
#define SHOW_HANDLES	64

/* Stands in the IDR for the number of a command that is under way. */
static struct sspseal_grant reserved;

struct sspseal_file *sspseal_file_new(enum sspseal_kind kind)
{
	struct sspseal_file *file = kzalloc(sizeof(*file), SSPSEAL_GFP);

	if (!file)
		return NULL;
	file->kind = kind;
	mutex_init(&file->lock);
	idr_init_base(&file->grants, 1);
	return file;
}

/**
 * sspseal_grant_new() - a grant that nobody can see yet
 * @ctx: gets a reference; NULL for a revoker
 * @rights: SSPSEAL_RIGHT_*
 *
 * Return: to be published, or freed by sspseal_grant_free(); NULL: no memory.
 */
struct sspseal_grant *sspseal_grant_new(struct sspseal_context *ctx, u32 rights)
{
	struct sspseal_grant *grant = kzalloc(sizeof(*grant), SSPSEAL_GFP);

	if (!grant)
		return NULL;
	if (ctx)
		refcount_inc(&ctx->ref);
	grant->ctx = ctx;
	grant->rights = rights;
	return grant;
}

/* Gives up what a grant, or a copy of one, refers to. */
void sspseal_grant_release(struct sspseal_grant *copy)
{
	if (copy->ctx)
		sspseal_context_put(copy->ctx);
	sspseal_revocation_put(copy->revocation);
}

/* A grant that was published is still looked at by lookups under RCU. */
void sspseal_grant_free(struct sspseal_grant *grant)
{
	if (!grant)
		return;
	sspseal_grant_release(grant);
	sspseal_revocation_put(grant->revokes);
	kfree_rcu(grant, rcu);
}

static void grant_end(struct sspseal_grant *grant)
{
	if (grant->revokes)
		sspseal_revoke(grant->revokes);
	sspseal_grant_free(grant);
}

/* Called by the last close, when no call can be in progress any more. */
void sspseal_file_free(struct sspseal_file *file)
{
	struct sspseal_grant *grant;
	int handle;

	idr_for_each_entry(&file->grants, grant, handle) {
		if (grant != &reserved)
			grant_end(grant);
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
		id = idr_alloc_cyclic(&file->grants, &reserved, 1, 0,
				      SSPSEAL_GFP);
		if (id > 0) {
			WRITE_ONCE(file->nr, file->nr + 1);
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
 * the next meanwhile: then this one is not given out any more.
 */
void sspseal_handle_abort(struct sspseal_file *file, u32 handle)
{
	mutex_lock(&file->lock);
	idr_remove(&file->grants, handle);
	if (idr_get_cursor(&file->grants) == handle + 1)
		idr_set_cursor(&file->grants, handle);
	WRITE_ONCE(file->nr, file->nr - 1);
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
	grant->handle = handle;
	mutex_lock(&file->lock);
	idr_replace(&file->grants, grant, handle);
	rcu_assign_pointer(file->recent[handle % SSPSEAL_RECENT], grant);
	WRITE_ONCE(file->given, max(file->given, handle));
	mutex_unlock(&file->lock);
}

/* Why a number stands for nothing. */
static enum sspseal_status missing(const struct sspseal_file *file, u32 handle)
{
	return handle && handle <= READ_ONCE(file->given) ?
	       SSPSEAL_STATUS_ALREADY_DESTROYED : SSPSEAL_STATUS_NO_HANDLE;
}

static bool grant_expired(struct sspseal_grant *grant)
{
	if (likely(!grant->expiry))
		return false;
	if (!READ_ONCE(grant->expired) &&
	    ktime_get_real_seconds() < grant->expiry)
		return false;
	/* Final, even if the clock is set back. */
	WRITE_ONCE(grant->expired, true);
	return true;
}

/*
 * Under RCU; with its context referenced if it succeeds. Readers turn preemption
 * off, which is two instructions, and are too short to need more.
 */
static __always_inline enum sspseal_status
find_grant(struct sspseal_file *file, u32 handle, u32 right,
	   struct sspseal_grant **result)
{
	struct sspseal_grant *grant;

	grant = rcu_dereference_sched(file->recent[handle % SSPSEAL_RECENT]);
	if (unlikely(!grant || grant->handle != handle)) {
		grant = idr_find(&file->grants, handle);
		if (!grant)
			return missing(file, handle);
		if (grant == &reserved)
			return SSPSEAL_STATUS_NO_HANDLE;
	}
	if (unlikely(grant->revocation) && sspseal_revoked(grant->revocation))
		return SSPSEAL_STATUS_REVOKED;
	if (grant_expired(grant))
		return SSPSEAL_STATUS_HANDLE_EXPIRED;
	/* Of a revoker there is nothing to be had. */
	if ((grant->rights & right) != right || !grant->ctx)
		return SSPSEAL_STATUS_NO_RIGHT;
	if (!refcount_inc_not_zero(&grant->ctx->ref))
		return SSPSEAL_STATUS_ALREADY_DESTROYED;
	*result = grant;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_handle_get() - find the context that a handle stands for
 * @file: the file
 * @handle: any number
 * @right: the right that the command needs
 * @ctx: the context, referenced: to be dropped by sspseal_context_put()
 *
 * Return: OK, NO_HANDLE, ALREADY_DESTROYED, REVOKED, HANDLE_EXPIRED or NO_RIGHT.
 */
enum sspseal_status sspseal_handle_get(struct sspseal_file *file, u32 handle,
				       u32 right, struct sspseal_context **ctx)
{
	struct sspseal_grant *grant;
	enum sspseal_status status;

	rcu_read_lock_sched();
	status = find_grant(file, handle, right, &grant);
	if (!status)
		*ctx = grant->ctx;
	rcu_read_unlock_sched();
	return status;
}

/**
 * sspseal_grant_copy() - copy what a handle stands for
 * @file: the file
 * @handle: any number
 * @right: the right that the command needs, or 0
 * @copy: to be given up by sspseal_grant_release()
 *
 * Return: as sspseal_handle_get().
 */
enum sspseal_status sspseal_grant_copy(struct sspseal_file *file, u32 handle,
				       u32 right, struct sspseal_grant *copy)
{
	struct sspseal_grant *grant;
	enum sspseal_status status;
	bool lost = false;

	rcu_read_lock_sched();
	status = find_grant(file, handle, right, &grant);
	if (!status) {
		*copy = (struct sspseal_grant) {
			.ctx = grant->ctx,
			.rights = grant->rights,
			.expiry = grant->expiry,
			.revocation = grant->revocation,
		};
		/* DESTROY may have given it up since the grant was found. */
		lost = !sspseal_revocation_tryget(copy->revocation);
	}
	rcu_read_unlock_sched();
	if (!lost)
		return status;
	sspseal_context_put(copy->ctx);
	return SSPSEAL_STATUS_ALREADY_DESTROYED;
}

/* Under the file's mutex. */
static void forget_recent(struct sspseal_file *file,
			  const struct sspseal_grant *grant)
{
	struct sspseal_grant __rcu **place;

	place = &file->recent[grant->handle % SSPSEAL_RECENT];
	if (rcu_access_pointer(*place) == grant)
		RCU_INIT_POINTER(*place, NULL);
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
	if (grant && grant != &reserved) {
		idr_remove(&file->grants, destroy->handle);
		forget_recent(file, grant);
		WRITE_ONCE(file->nr, file->nr - 1);
	}
	mutex_unlock(&file->lock);

	if (!grant)
		return missing(file, destroy->handle);
	if (grant == &reserved)
		return SSPSEAL_STATUS_NO_HANDLE;
	grant_end(grant);
	return sspseal_respond(command) ? SSPSEAL_STATUS_FAULT_AFTER_COMMIT :
					  SSPSEAL_STATUS_OK;
}

/* Under RCU. A handle that QUERY refuses tells nothing of its context here. */
static void show_grant(struct sspseal_grant *grant, struct seq_file *seq)
{
	if (!grant->ctx)
		seq_puts(seq, " revoker");
	else if (sspseal_revoked(grant->revocation))
		seq_puts(seq, " revoked");
	else if (grant_expired(grant))
		seq_puts(seq, " handle expired");
	else if (grant->rights & SSPSEAL_RIGHT_QUERY)
		sspseal_context_show(grant->ctx, seq);
}

/**
 * sspseal_file_show() - tell about a file in its fdinfo
 * @file: the file
 * @seq: where to
 */
void sspseal_file_show(struct sspseal_file *file, struct seq_file *seq)
{
	struct sspseal_grant *grant;
	int handle, shown = 0;

	seq_printf(seq, "sspseal-handles:\t%u\n", READ_ONCE(file->nr));
	seq_printf(seq, "sspseal-in-flight:\t%lld\n",
		   atomic64_read(&file->in_flight));

	rcu_read_lock();
	idr_for_each_entry(&file->grants, grant, handle) {
		if (grant == &reserved)
			continue;
		if (shown++ == SHOW_HANDLES)
			break;
		seq_printf(seq, "sspseal-handle:\t%d rights 0x%x", handle,
			   grant->rights & (u32)SSPSEAL_ALL_RIGHTS);
		show_grant(grant, seq);
		seq_putc(seq, '\n');
	}
	rcu_read_unlock();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * End of trust: a context expires at its time, when it has used up what its keys
 * may protect, and when the machine was copied. Expiry is final.
 *
 * A copy of the machine's memory, resumed twice, would send two messages with
 * one number. So every context ends when a virtual machine is told that it is a
 * copy (vmfork), and before an image of the memory is made (hibernation).
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>

#include "sspseal.h"

/* At so many forgeries a context has given away all the advantage it may. */
#define FAILED_LIMIT	SSPSEAL_FAILED_LIMIT

/* All contexts, and what guards the list. */
static LIST_HEAD(contexts);
static DEFINE_MUTEX(contexts_lock);
/* Under the lock: an image of the memory is being made. */
static bool imaging;

/**
 * sspseal_context_expire() - end a context, for whatever cause
 * @ctx: the context
 *
 * No call takes a send number after this.
 */
void sspseal_context_expire(struct sspseal_context *ctx)
{
	WRITE_ONCE(ctx->expired, true);
	sspseal_send_end(ctx);
}

/* Of sspseal_context_expired(): has its time come? */
bool sspseal_context_past(struct sspseal_context *ctx)
{
	if (ktime_get_real_seconds() < ctx->expiry)
		return false;
	sspseal_context_expire(ctx);
	return true;
}

/* A message was not authentic: a few is noise, very many is an attack. */
void sspseal_context_failed(struct sspseal_context *ctx)
{
	if (atomic64_inc_return(&ctx->failed) >= FAILED_LIMIT)
		sspseal_context_expire(ctx);
}

/**
 * sspseal_context_watch() - expire a context with all others
 * @ctx: has not chosen its salt yet: after the notice of a copy it is another
 */
void sspseal_context_watch(struct sspseal_context *ctx)
{
	mutex_lock(&contexts_lock);
	list_add(&ctx->list, &contexts);
	if (imaging)
		sspseal_context_expire(ctx);
	mutex_unlock(&contexts_lock);
}

void sspseal_context_unwatch(struct sspseal_context *ctx)
{
	mutex_lock(&contexts_lock);
	list_del(&ctx->list);
	mutex_unlock(&contexts_lock);
}

static void expire_all(void)
{
	struct sspseal_context *ctx;

	mutex_lock(&contexts_lock);
	list_for_each_entry(ctx, &contexts, list)
		sspseal_context_expire(ctx);
	mutex_unlock(&contexts_lock);
}

static int vmfork_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	expire_all();
	return NOTIFY_DONE;
}

static void set_imaging(bool value)
{
	mutex_lock(&contexts_lock);
	imaging = value;
	mutex_unlock(&contexts_lock);
}

/*
 * Programs run on for a while after PREPARE: what they make until POST, which
 * is sent in the resumed image too, is expired from the beginning.
 */
static int pm_event(struct notifier_block *nb, unsigned long action, void *data)
{
	switch (action) {
	case PM_HIBERNATION_PREPARE:
		set_imaging(true);
		expire_all();
		break;
	case PM_POST_HIBERNATION:
		set_imaging(false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vmfork_nb = {
	.notifier_call = vmfork_event,
};

static struct notifier_block pm_nb = {
	.notifier_call = pm_event,
};

int sspseal_expire_init(void)
{
	int err;

	err = register_random_vmfork_notifier(&vmfork_nb);
	if (err)
		return err;
	err = register_pm_notifier(&pm_nb);
	if (err)
		unregister_random_vmfork_notifier(&vmfork_nb);
	return err;
}

void sspseal_expire_exit(void)
{
	unregister_pm_notifier(&pm_nb);
	unregister_random_vmfork_notifier(&vmfork_nb);
}

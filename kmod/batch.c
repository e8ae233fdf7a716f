// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSPSEAL_BATCH: the path of a message, repeated in the order of an array.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "sspseal.h"
#include "user.h"

static enum sspseal_status execute(struct sspseal_command *command, u32 cmd)
{
	if (likely(cmd == SSPSEAL_SEAL))
		return sspseal_message_seal(command);
	switch (cmd) {
	case SSPSEAL_UNSEAL:
		return sspseal_message_unseal(command);
	case SSPSEAL_SIGN:
		return sspseal_message_sign(command);
	case SSPSEAL_VERIFY:
		return sspseal_message_verify(command);
	default:
		return SSPSEAL_STATUS_COMMAND;
	}
}

/*
 * Does one operation. Its result goes into its own struct.
 *
 * Return: FAULT if it could not be read, FAULT_AFTER_COMMIT if it was done, but
 * its result could not be written: nobody may read one from what stands there.
 * Else OK.
 */
static enum sspseal_status do_operation(struct sspseal_command *command,
					struct sspseal_operation __user *user)
{
	struct sspseal_operation operation __uninitialized;
	enum sspseal_status status;

	if (!sspseal_read_short(&operation, user, sizeof(operation)))
		return SSPSEAL_STATUS_FAULT;
	command->user = &user->message;
	command->arg = &operation.message;
	status = execute(command, operation.command);
	/* It was the caller's memory when it was read. */
	if (__put_user(status ? sspseal_errno(status) : 0, &user->error) ||
	    (status && __put_user((u32)status, &user->message.status)))
		return SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status do_all(struct sspseal_file *file,
				  struct sspseal_batch *batch)
{
	void __user *user = u64_to_user_ptr(batch->operations);
	enum sspseal_status status = SSPSEAL_STATUS_OK;
	struct sspseal_command command = {
		.file = file,
		.size = sizeof(struct sspseal_message),
	};

	for (batch->done = 0; batch->done < batch->nr; batch->done++) {
		/* The first is done: what is pending may be no signal at all. */
		if (batch->done && signal_pending(current))
			break;
		status = do_operation(&command, user);
		if (status)
			break;
		user += batch->stride;
		if (need_resched())
			cond_resched();
	}
	/* Fewer than all is no failure, unless one more was done. */
	return batch->done && status != SSPSEAL_STATUS_FAULT_AFTER_COMMIT ?
	       SSPSEAL_STATUS_OK : status;
}

enum sspseal_status sspseal_batch(struct sspseal_command *command)
{
	struct sspseal_batch *batch = command->arg;
	enum sspseal_status status;

	if (batch->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	if (!batch->nr || batch->nr > SSPSEAL_OPERATIONS_MAX ||
	    batch->stride < sizeof(struct sspseal_operation) ||
	    !IS_ALIGNED(batch->stride, 8))
		return SSPSEAL_STATUS_OPERATIONS;
	status = do_all(command->file, batch);
	if (status && status != SSPSEAL_STATUS_FAULT_AFTER_COMMIT)
		return status;
	return sspseal_respond(command) ? SSPSEAL_STATUS_FAULT_AFTER_COMMIT :
					  status;
}

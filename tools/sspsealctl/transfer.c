// SPDX-License-Identifier: MIT
/* What seal and unseal have in common: from opening everything to closing it. */
#include "sspsealctl.h"

static int transfer_data(struct job *job, LSA_SEC_HANDLE context,
			 transfer_loop *loop)
{
	int ret;

	if (input_open(job) || output_open(job))
		return -1;
	progress_start(job);
	ret = loop(job, context);
	progress_clear(job);
	return output_close(job, ret);
}

/**
 * transfer() - run one command that reads, protects and writes
 * @job: the command line
 * @role: this end
 * @loop: from the first byte to the last, 0 or -1 after a message
 *
 * Return: 0, or -1 after a message.
 */
int transfer(struct job *job, __u32 role, transfer_loop *loop)
{
	LSA_SEC_HANDLE context;
	int ret;

	if (context_open(job, role, &context))
		return -1;
	ret = transfer_data(job, context, loop);
	SpDeleteUserModeContext(context);
	return ret;
}

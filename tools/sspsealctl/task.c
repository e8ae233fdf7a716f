// SPDX-License-Identifier: MIT
/* What the commands with a key have in common: from opening all to closing it. */
#include "sspsealctl.h"

static int open_files(struct job *job, const struct task *task)
{
	job->in = input_open(job, job->in_path);
	if (job->in < 0)
		return -1;
	if (job->data_path) {
		job->data = input_open(job, job->data_path);
		if (job->data < 0)
			return -1;
	}
	return task->output == OUTPUT_NONE ? 0 : output_open(job, task->output);
}

static int work(struct job *job, const struct task *task,
		LSA_SEC_HANDLE context)
{
	int ret;

	if (open_files(job, task))
		return -1;
	progress_start(job);
	ret = task->loop(job, context);
	progress_clear(job);
	return task->output == OUTPUT_NONE ? ret : output_close(job, ret);
}

/**
 * run_task() - run a command that takes a key
 * @job: the command line
 * @task: what the command does
 *
 * Return: 0, or -1 after a message.
 */
int run_task(struct job *job, const struct task *task)
{
	LSA_SEC_HANDLE context;
	int ret;

	if (context_open(job, task, &context))
		return -1;
	ret = work(job, task, context);
	SpDeleteUserModeContext(context);
	return ret;
}

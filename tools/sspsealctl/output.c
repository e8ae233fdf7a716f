// SPDX-License-Identifier: MIT
/*
 * Output that is all there or not at all: a temporary file takes the name that
 * was asked for when everything has succeeded, and is removed otherwise, on a
 * signal too. What goes to standard output cannot be taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sspsealctl.h"

/* Those that end a program from outside, and can be caught. */
static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU };

/* The signal handler's: the name is valid while present, which changes only
 * while the signals are blocked.
 */
static char temporary[PATH_MAX];
static atomic_bool present;

static void remove_and_die(int number)
{
	if (present)
		unlink(temporary);
	raise(number);
}

static void catch_signals(void)
{
	const struct sigaction ours = {
		.sa_handler = remove_and_die,
		.sa_flags = SA_RESETHAND,
	};
	struct sigaction before;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(signals[i], &ours, NULL);
	}
}

static void block_signals(sigset_t *before)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

static void restore_signals(const sigset_t *before)
{
	int saved = errno;

	sigprocmask(SIG_SETMASK, before, NULL);
	errno = saved;
}

static int create_temporary(struct job *job)
{
	const char *slash = strrchr(job->out_path, '/');
	int directory = slash ? slash + 1 - job->out_path : 0;
	int length = snprintf(temporary, sizeof(temporary),
			      "%.*s.sspsealctl-XXXXXX", directory,
			      job->out_path);
	sigset_t before;

	if (length >= (int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	block_signals(&before);
	job->out = mkostemp(temporary, O_CLOEXEC);
	present = job->out >= 0;
	restore_signals(&before);
	return job->out < 0 ? -1 : 0;
}

/* Gives the temporary file its name if @result is 0, else removes it. */
static int settle_temporary(struct job *job, int result)
{
	sigset_t before;

	if (result == 0 && fsync(job->out))
		result = -1;
	if (close(job->out) && result == 0)
		result = -1;
	block_signals(&before);
	if (result == 0)
		result = rename(temporary, job->out_path);
	if (result) {
		int saved = errno;

		unlink(temporary);
		errno = saved;
	}
	present = false;
	restore_signals(&before);
	return result;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return S_ISREG(one->st_mode) && one->st_dev == other->st_dev &&
	       one->st_ino == other->st_ino;
}

static bool is_input(const struct job *job, const struct stat *file)
{
	struct stat in;

	return fstat(job->in, &in) == 0 && is_same(&in, file);
}

static bool is_key(const struct job *job, const struct stat *file)
{
	struct stat key;

	return job->key_path && stat(job->key_path, &key) == 0 &&
	       is_same(&key, file);
}

static int check_old(struct job *job, enum output where)
{
	struct stat old;

	if (lstat(job->out_path, &old))
		return 0;
	/* To rename over a device or a link would replace it. */
	if (!S_ISREG(old.st_mode))
		return fail(job, "%s: not a regular file; standard output can be used for it",
			    job->out_path);
	if (where == OUTPUT_ELSEWHERE && is_input(job, &old))
		return fail(job, "%s: is the input, which would be lost",
			    job->out_path);
	/* With it would be lost what is sealed. */
	if (is_key(job, &old))
		return fail(job, "%s: is the key, which would be lost",
			    job->out_path);
	return 0;
}

static int open_file(struct job *job, enum output where)
{
	if (check_old(job, where))
		return -1;
	catch_signals();
	if (create_temporary(job))
		return fail(job, "%s: cannot make a temporary file: %m",
			    job->out_path);
	return 0;
}

int output_open(struct job *job, enum output where)
{
	struct stat out;

	if (job->out_path)
		return open_file(job, where);
	job->out = STDOUT_FILENO;
	/* What is written to a file would be read again, without an end. */
	if (fstat(job->out, &out) == 0 && is_input(job, &out))
		return fail(job, "%s: is standard output too; use -o",
			    input_name(job->in_path));
	return 0;
}

/* @result: 0 or -1 of the work, after a message. Returns that of the whole. */
int output_close(struct job *job, int result)
{
	if (!job->out_path) {
		if (result == 0 && close(job->out))
			result = fail(job, "standard output: %m");
	} else if (settle_temporary(job, result) && result == 0) {
		result = fail(job, "%s: %m", job->out_path);
	}
	return result;
}

/* SPDX-License-Identifier: MIT */
/* What the files of sspsealctl share. */
#ifndef SSPSEALCTL_H
#define SSPSEALCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <ntsecpkg.h>
#include <sspseal.h>

struct progress {
	bool wanted;
	bool shown;
	uint64_t started;
	uint64_t updated;
	uint64_t bytes;
};

/**
 * struct job - one run of a command
 * @command: its name, for messages
 * @key_path: --key-file
 * @in_path: file to read, "-" for standard input; NULL if info has none
 * @out_path: file to write, NULL for standard output
 * @in: descriptor of the input
 * @out: descriptor of the output
 * @record: number of the record at hand, from 1
 * @progress: what the user sees of it
 */
struct job {
	const char *command;
	const char *key_path;
	const char *in_path;
	const char *out_path;
	int in;
	int out;
	uint64_t record;
	struct progress progress;
};

/* main.c's commands: 0, or -1 after a message. */
int seal_command(struct job *job);
int unseal_command(struct job *job);
int device_info(struct job *job);
int stream_info(struct job *job);

/* report.c: each prints one line to standard error and returns -1. */
#define __printf(a, b) __attribute((__format__(printf, a, b)))
int __printf(2, 3) fail(struct job *job, const char *format, ...);
int __printf(2, 3) fail_record(struct job *job, const char *format, ...);
int fail_status(struct job *job, NTSTATUS status);
int fail_native(struct job *job, const char *what, int ret, __u32 status);
const char *input_name(const struct job *job);

/* progress.c */
void progress_start(struct job *job);
void progress_add(struct job *job, size_t bytes);
void progress_clear(struct job *job);

/* io.c */
int input_open(struct job *job);
ssize_t read_full(int fd, void *buffer, size_t size);
int write_full(struct job *job, const void *buffer, size_t size);

/* output.c */
int output_open(struct job *job);
int output_close(struct job *job, int result);

/* context.c */
int device_open(struct job *job);
int context_open(struct job *job, __u32 role, LSA_SEC_HANDLE *context);

/* transfer.c */
typedef int transfer_loop(struct job *job, LSA_SEC_HANDLE context);
int transfer(struct job *job, __u32 role, transfer_loop *loop);

/* suite.c */
const char *suite_name(__u32 suite);

#endif /* SSPSEALCTL_H */

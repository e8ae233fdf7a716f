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
 * @key_path: --key-file, or NULL
 * @keyring: --keyring, or NULL
 * @in_path: file to read, "-" for standard input; NULL if info has none
 * @data_path: verify: what was signed, "-" for standard input; else NULL
 * @out_path: file to write, NULL for standard output
 * @address: chat: where the peer is, or is to come
 * @listens: chat: the peer is to come
 * @identity: chat: --identity
 * @peer: chat: --peer, or NULL
 * @in: descriptor of the input
 * @data: descriptor of what was signed
 * @out: descriptor of the output
 * @record: number of the record at hand, from 1
 * @progress: what the user sees of it
 */
struct job {
	const char *command;
	const char *key_path;
	const char *keyring;
	const char *in_path;
	const char *data_path;
	const char *out_path;
	const char *address;
	bool listens;
	const char *identity;
	const char *peer;
	int in;
	int data;
	int out;
	uint64_t record;
	struct progress progress;
};

/* Where a command's output may go. */
enum output {
	OUTPUT_NONE,		/* there is none */
	OUTPUT_ANYWHERE,	/* it may take the place of the input */
	OUTPUT_ELSEWHERE	/* it may not */
};

/**
 * struct task - what a command does with a key
 * @flags: of its context
 * @role: of its context
 * @services: of its context
 * @output: where its output may go
 * @loop: from the first byte to the last: 0, or -1 after a message
 */
struct task {
	__u32 flags;
	__u32 role;
	__u32 services;
	enum output output;
	int (*loop)(struct job *job, LSA_SEC_HANDLE context);
};

/* main.c's commands: 0, or -1 after a message. */
int seal_command(struct job *job);
int unseal_command(struct job *job);
int sign_command(struct job *job);
int verify_command(struct job *job);
int device_info(struct job *job);
int stream_info(struct job *job);
int chat_command(struct job *job);

/* report.c: each prints one line to standard error and returns -1. */
#define __printf(a, b) __attribute((__format__(printf, a, b)))
int __printf(2, 3) fail(struct job *job, const char *format, ...);
int __printf(2, 3) fail_record(struct job *job, const char *format, ...);
int fail_read(struct job *job, const char *path);
int fail_status(struct job *job, NTSTATUS status);
int fail_native(struct job *job, const char *what, int ret, __u32 status);
const char *input_name(const char *path);

/* progress.c */
void progress_start(struct job *job);
void progress_add(struct job *job, size_t bytes);
void progress_clear(struct job *job);

/* io.c */
int input_open(struct job *job, const char *path);
ssize_t read_full(int fd, void *buffer, size_t size);
int write_full(struct job *job, const void *buffer, size_t size);

/* harmless.c */
void make_harmless(unsigned char *text, size_t size);

/* output.c */
int output_open(struct job *job, enum output where);
int output_close(struct job *job, int result);

/* context.c */
int device_open(struct job *job);
int context_open(struct job *job, const struct task *task,
		 LSA_SEC_HANDLE *context);

/* task.c */
int run_task(struct job *job, const struct task *task);

/* suite.c */
const char *suite_name(__u32 suite);

#endif /* SSPSEALCTL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the benchmark share. */
#ifndef SSPSEAL_BENCH_H
#define SSPSEAL_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ntsecpkg.h>
#include <sspseal.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* What the cipher alone and the peers authenticate: as much as a token's header. */
#define BENCH_ASSOCIATED	32
#define BENCH_IV		12
#define BENCH_TAG		16
#define BENCH_KEY		32

/* Calls that are made one after the other without a look at the clock. */
#define BENCH_CALLS_MAX		64

/**
 * struct bench_op - a row of the table
 * @name: of the row
 * @max_size: the largest size that is measured; 0 if size is nothing to it
 * @messages: in each call
 * @shape: of the file that the operation belongs to
 * @setup: before the first call with a size
 * @prepare: before so many calls, not timed; may be NULL
 * @call: the call, timed; its number counts from 0 after each @prepare
 * @elapsed: instead of @call: make so many calls and tell what the clock says
 * @teardown: after the last call with a size; may be NULL
 *
 * Those that can fail return false then.
 */
struct bench_op {
	const char *name;
	size_t max_size;
	unsigned int messages;
	const void *shape;
	bool (*setup)(const struct bench_op *op, size_t size);
	bool (*prepare)(const struct bench_op *op, unsigned int calls);
	bool (*call)(const struct bench_op *op, unsigned int i);
	bool (*elapsed)(const struct bench_op *op, unsigned int calls,
			__u64 *ns);
	void (*teardown)(void);
};

/* Each ops_*.c does so in a constructor. */
void bench_register(const struct bench_op *ops, size_t nr);

/* ---- common.c ---- */

/* Nanoseconds of the clock that all is measured with. */
__u64 bench_now(void);

/**
 * struct bench_message - a message of the library
 * @desc: what a call gets; TOKEN, then what is associated, then DATA
 * @buffers: its array
 * @token: its TOKEN
 * @associated: bytes that are only authenticated
 */
struct bench_message {
	SecBufferDesc desc;
	SecBuffer buffers[4];
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	unsigned char associated[2][16];
};

/* A context for AES-256-GCM with REPLAY_DETECT, or 0. */
__u32 bench_context(__u32 role);

struct bench_message *bench_messages(unsigned int nr, size_t size,
				     unsigned int associated);
void bench_messages_free(struct bench_message *messages);

#endif /* SSPSEAL_BENCH_H */

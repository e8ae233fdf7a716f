/* SPDX-License-Identifier: MIT */
/*
 * Blocks of bytes on a connection: 4 bytes of length, most significant first, and
 * that many bytes, 1 at least. A block keeps how much of it has been moved, so that
 * one thread can have many under way.
 *
 * Functions return -errno when they fail: -ENODATA where the connection ended
 * before a block, -ECONNRESET where it ended inside of one, -EPROTO for a length
 * that is not allowed.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "deadline.h"

/* A longer one is neither sent nor received. */
#define BLOCK_MAX	65536

/**
 * struct block - one that is on its way, in one direction
 * @done: bytes that were moved, with those of the length
 * @length: of @bytes, as it travels
 * @bytes: the content
 */
struct block {
	size_t done;
	uint32_t length;
	unsigned char bytes[BLOCK_MAX];
};

size_t block_size(const struct block *block);
void block_expect(struct block *block);
void block_fill(struct block *block, size_t size);

/* What can be done at once: 1 if the block is complete, 0 if not. */
int block_receive(int fd, struct block *block, size_t max);
int block_send(int fd, struct block *block);

/* All of it, and -ETIMEDOUT if it is not complete in time. They return 0. */
int block_receive_until(int fd, struct block *block, size_t max,
			int64_t deadline);
int block_send_until(int fd, struct block *block, int64_t deadline);

#endif /* BLOCK_H */

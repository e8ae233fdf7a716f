// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "block.h"

#define HEAD	sizeof(((struct block *)NULL)->length)

size_t block_size(const struct block *block)
{
	return ntohl(block->length);
}

/* The block is one that will be received. */
void block_expect(struct block *block)
{
	block->done = 0;
}

/* The block is one that will be sent: @size bytes of it, 1 to BLOCK_MAX. */
void block_fill(struct block *block, size_t size)
{
	block->done = 0;
	block->length = htonl(size);
}

/* Where the next byte is to be moved from, or to. */
static char *next_byte(struct block *block)
{
	return (char *)block + offsetof(struct block, length) + block->done;
}

/* @moved: what recv() or send() returned. Returns 1 to go on, 0 to wait. */
static int count(struct block *block, ssize_t moved)
{
	if (moved > 0) {
		block->done += moved;
		return 1;
	}
	if (!moved)
		return block->done ? -ECONNRESET : -ENODATA;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return 0;
	return errno == EINTR ? 1 : -errno;
}

/* @max: bytes that the content may have. */
int block_receive(int fd, struct block *block, size_t max)
{
	size_t whole = HEAD;
	int ret = 1;

	while (ret > 0) {
		if (block->done >= HEAD) {
			if (!block_size(block) || block_size(block) > max)
				return -EPROTO;
			whole = HEAD + block_size(block);
			if (block->done == whole)
				break;
		}
		ret = count(block, recv(fd, next_byte(block),
					whole - block->done, MSG_DONTWAIT));
	}
	return ret;
}

int block_send(int fd, struct block *block)
{
	size_t whole = HEAD + block_size(block);
	int ret = 1;

	while (ret > 0 && block->done < whole)
		ret = count(block, send(fd, next_byte(block),
					whole - block->done,
					MSG_NOSIGNAL | MSG_DONTWAIT));
	return ret;
}

int block_receive_until(int fd, struct block *block, size_t max,
			int64_t deadline)
{
	int ret;

	while (!(ret = block_receive(fd, block, max))) {
		ret = deadline_wait(fd, POLLIN, deadline);
		if (ret)
			return ret;
	}
	return ret < 0 ? ret : 0;
}

int block_send_until(int fd, struct block *block, int64_t deadline)
{
	int ret;

	while (!(ret = block_send(fd, block))) {
		ret = deadline_wait(fd, POLLOUT, deadline);
		if (ret)
			return ret;
	}
	return ret < 0 ? ret : 0;
}

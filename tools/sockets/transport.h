/* SPDX-License-Identifier: MIT */
/*
 * Connections, and blocks of bytes on them: 4 bytes of length, most significant
 * first, and that many bytes. All that is known here is bytes.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A longer one is neither sent nor received. */
#define BLOCK_MAX	65536

/**
 * struct block - as it travels
 * @length: of what is behind it, most significant byte first
 * @bytes: the content
 */
struct block {
	uint32_t length;
	unsigned char bytes[BLOCK_MAX];
};

int transport_listen(const char *address);
void transport_stop_listening(int listener, const char *address);
int transport_accept(int listener);
int transport_connect(const char *address);
int transport_set_timeout(int fd, int seconds);

size_t block_size(const struct block *block, size_t max);
size_t block_set_size(struct block *block, size_t size);
int block_send(int fd, struct block *block, size_t size);
ssize_t block_receive(int fd, struct block *block, size_t max);

int descriptors_send(int fd, uint32_t number, const int *fds, int nr);
int descriptors_receive(int fd, uint32_t *number, int *fds, int nr);

#endif /* TRANSPORT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a native context, made of OpenSSL only: the token format as
 * Documentation/token-format.rst has it, and nothing of the kernel's code.
 */
#ifndef OPENSSL_PEER_H
#define OPENSSL_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/sspseal.h>

/* Offsets and flags of the token. */
#define TOKEN_AT_VERSION	0
#define TOKEN_AT_SUITE		1
#define TOKEN_AT_FLAGS		2
#define TOKEN_AT_ZERO		3
#define TOKEN_AT_SEQUENCE	4
#define TOKEN_AT_COUNTER	8
#define TOKEN_AT_SALT		16
#define TOKEN_AT_TAG		32
#define TOKEN_CONFIDENTIAL	1
#define TOKEN_ACCEPTOR		2
#define TOKEN_SIGNATURE		4
#define TOKEN_CONFIRMATION	8

#define PEER_KEYS		4

/* The key of one direction, suite and sender. */
struct peer_key {
	__u8 direction;
	__u8 suite;
	__u8 salt[SSPSEAL_SALT_SIZE];
	__u8 key[32];
	__u8 iv[12];
};

/**
 * struct peer - one end
 * @role: SSPSEAL_ROLE_*
 * @salt: what stands in its tokens
 * @counter: number of the next message that it makes
 * @suite: of the messages that it makes
 * @sequence: the MessageSequenceNumber that it puts into its tokens
 * @prk: from the session key
 * @keys: derived before
 * @next_key: which of @keys is replaced next
 */
struct peer {
	__u32 role;
	__u8 salt[SSPSEAL_SALT_SIZE];
	__u64 counter;
	__u8 suite;
	__u32 sequence;
	__u8 prk[32];
	struct peer_key keys[PEER_KEYS];
	unsigned int next_key;
};

bool peer_init(struct peer *p, __u32 role, const void *key, size_t key_size);

/**
 * peer_protect - make a token, and encrypt
 * @p: the sender
 * @flags: TOKEN_CONFIDENTIAL, TOKEN_SIGNATURE or 0 (wrapped, not encrypted);
 *	the direction is added
 * @b: the buffers, as for the ioctl; the token goes to the TOKEN among them
 * @nr: their number
 */
bool peer_protect(struct peer *p, __u8 flags, const struct sspseal_buffer *b,
		  unsigned int nr);

/**
 * peer_tag - encrypt and compute the tag below a token's first 32 bytes
 * @p: either end
 * @token: 32 bytes as they shall be, 16 for the tag
 * @b: the buffers
 * @nr: their number
 */
bool peer_tag(struct peer *p, __u8 *token, const struct sspseal_buffer *b,
	      unsigned int nr);

/**
 * peer_unprotect - check a token, and decrypt
 * @p: the receiver
 * @b: the buffers with the TOKEN among them
 * @nr: their number
 *
 * Return: true if it is authentic. DATA is plaintext then.
 */
bool peer_unprotect(struct peer *p, const struct sspseal_buffer *b,
		    unsigned int nr);

/* Big-endian numbers of a token. */
__u64 token_counter(const __u8 *token);
__u32 token_sequence(const __u8 *token);

#endif /* OPENSSL_PEER_H */

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
 * @other_salt: the other end's, all zero where salts are pinned
 * @binding: what both ends agree on
 * @binding_size: bytes of it
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
	__u8 other_salt[SSPSEAL_SALT_SIZE];
	__u8 binding[SSPSEAL_BINDING_MAX];
	size_t binding_size;
	__u64 counter;
	__u8 suite;
	__u32 sequence;
	__u8 prk[32];
	struct peer_key keys[PEER_KEYS];
	unsigned int next_key;
};

bool peer_init(struct peer *p, __u32 role, const void *key, size_t key_size);
/* As SSPSEAL_BIND does. */
void peer_bind(struct peer *p, const __u8 *salt, const void *binding,
	       size_t binding_size);

/**
 * peer_protect - make a token, and encrypt
 * @p: the sender
 * @flags: TOKEN_CONFIDENTIAL, TOKEN_SIGNATURE or 0 (wrapped, not encrypted);
 *	the direction is added
 * @b: the buffers, as for the ioctl; the token goes to the TOKEN among them
 * @nr: their number
 *
 * Return: false if OpenSSL failed.
 */
bool peer_protect(struct peer *p, __u8 flags, const struct sspseal_buffer *b,
		  unsigned int nr);

/**
 * peer_tag - encrypt and compute the tag below a token's first 32 bytes
 * @p: either end
 * @token: 32 bytes as they shall be, 16 for the tag
 * @b: the buffers
 * @nr: their number
 *
 * Return: false if OpenSSL failed.
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

/* What all of that is made of, for published vectors: RFC 5869, and the AEADs. */
bool peer_hkdf(const void *salt, size_t salt_size, const void *key,
	       size_t key_size, const void *info, size_t info_size, __u8 *out,
	       size_t size);
bool peer_encrypt(__u8 suite, const __u8 *key, const __u8 *nonce,
		  const void *ad, size_t ad_size, void *data, size_t size,
		  __u8 *tag);

#endif /* OPENSSL_PEER_H */

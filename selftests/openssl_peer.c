// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a native context, made of OpenSSL only.
 */
#include <stdint.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "openssl_peer.h"

#define HEADER_SIZE	TOKEN_AT_TAG
#define TAG_SIZE	16
#define IV_SIZE		12
#define HASH_SIZE	32
/* Of the key derivation, with the longest binding. */
#define INFO_SIZE	(3 + 1 + 1 + 16 + 16 + 2)
#define INFO_MAX	(INFO_SIZE + SSPSEAL_BINDING_MAX)

static void put_be(__u8 *p, __u64 value, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = value;
		value >>= 8;
	}
}

static bool hmac(const void *key, size_t key_size, const void *data,
		 size_t size, __u8 *out)
{
	return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_size,
			 data, size, out, HASH_SIZE, NULL);
}

/* HKDF-Expand of RFC 5869: OpenSSL's own takes no info of 4,096 bytes. */
static bool expand(const __u8 *prk, const __u8 *info, size_t info_size,
		   __u8 *out, size_t size)
{
	__u8 input[HASH_SIZE + INFO_MAX + 1], block[HASH_SIZE] = { };
	size_t part, before = 0;
	__u8 n = 0;

	for (; size; out += part, size -= part) {
		memcpy(input, block, before);
		memcpy(input + before, info, info_size);
		input[before + info_size] = ++n;
		if (!hmac(prk, HASH_SIZE, input, before + info_size + 1, block))
			return false;
		part = size < HASH_SIZE ? size : HASH_SIZE;
		memcpy(out, block, part);
		before = HASH_SIZE;
	}
	return true;
}

bool peer_init(struct peer *p, __u32 role, const void *key, size_t key_size)
{
	static const char extract_salt[] = "sspseal v1";

	memset(p, 0, sizeof(*p));
	p->role = role;
	p->suite = SSPSEAL_SUITE_AES_256_GCM;
	return RAND_bytes(p->salt, sizeof(p->salt)) == 1 &&
	       hmac(extract_salt, sizeof(extract_salt) - 1, key, key_size,
		    p->prk);
}

void peer_bind(struct peer *p, const __u8 *salt, const void *binding,
	       size_t binding_size)
{
	memcpy(p->other_salt, salt, sizeof(p->other_salt));
	memcpy(p->binding, binding, binding_size);
	p->binding_size = binding_size;
	memset(p->keys, 0, sizeof(p->keys));
}

static const EVP_CIPHER *suite_cipher(__u8 suite)
{
	switch (suite) {
	case SSPSEAL_SUITE_AES_256_GCM:
		return EVP_aes_256_gcm();
	case SSPSEAL_SUITE_AES_128_GCM:
		return EVP_aes_128_gcm();
	case SSPSEAL_SUITE_CHACHA20_POLY1305:
		return EVP_chacha20_poly1305();
	default:
		return NULL;
	}
}

/* Zero in both directions where salts are pinned. */
static const __u8 *receiver_salt(const struct peer *p, __u8 direction)
{
	static const __u8 none[SSPSEAL_SALT_SIZE];
	bool pinned = !memcmp(p->other_salt, none, sizeof(none));
	bool sends = direction == (p->role == SSPSEAL_ROLE_ACCEPTOR);

	return pinned || sends ? p->other_salt : p->salt;
}

/*
 * "key", direction, suite, sender's salt, receiver's salt, two bytes of the
 * binding's length, the binding.
 */
static const struct peer_key *derive(struct peer *p, __u8 direction, __u8 suite,
				     const __u8 *salt)
{
	__u8 info[INFO_MAX] = "key";
	__u8 out[32 + IV_SIZE];
	struct peer_key *k;
	size_t key_size;
	unsigned int i;

	for (i = 0; i < PEER_KEYS; i++) {
		k = &p->keys[i];
		if (k->suite == suite && k->direction == direction &&
		    !memcmp(k->salt, salt, sizeof(k->salt)))
			return k;
	}
	k = &p->keys[p->next_key++ % PEER_KEYS];
	info[3] = direction;
	info[4] = suite;
	memcpy(info + 5, salt, sizeof(k->salt));
	memcpy(info + 21, receiver_salt(p, direction), sizeof(k->salt));
	put_be(info + 37, p->binding_size, 2);
	memcpy(info + INFO_SIZE, p->binding, p->binding_size);
	key_size = EVP_CIPHER_get_key_length(suite_cipher(suite));
	if (!expand(p->prk, info, INFO_SIZE + p->binding_size, out,
		    key_size + IV_SIZE))
		return NULL;
	k->direction = direction;
	k->suite = suite;
	memcpy(k->salt, salt, sizeof(k->salt));
	memcpy(k->key, out, key_size);
	memcpy(k->iv, out + key_size, IV_SIZE);
	return k;
}

/* A cipher that has seen the associated data. @data: what it is to encrypt. */
static EVP_CIPHER_CTX *start(struct peer *p, const __u8 *token, bool encrypt,
			     const struct sspseal_buffer *b, unsigned int nr,
			     const struct sspseal_buffer **data)
{
	bool confidential = token[TOKEN_AT_FLAGS] & TOKEN_CONFIDENTIAL;
	__u8 direction = !!(token[TOKEN_AT_FLAGS] & TOKEN_ACCEPTOR);
	const EVP_CIPHER *cipher = suite_cipher(token[TOKEN_AT_SUITE]);
	const struct peer_key *k;
	EVP_CIPHER_CTX *ctx;
	__u8 nonce[IV_SIZE];
	__u8 entry[8];
	unsigned int i;
	bool ok;
	int n;

	*data = NULL;
	k = cipher ? derive(p, direction, token[TOKEN_AT_SUITE],
			    token + TOKEN_AT_SALT) : NULL;
	if (!k)
		return NULL;
	memcpy(nonce, k->iv, sizeof(nonce));
	for (i = 0; i < 8; i++)
		nonce[4 + i] ^= token[TOKEN_AT_COUNTER + i];

	ctx = EVP_CIPHER_CTX_new();
	ok = ctx && EVP_CipherInit_ex2(ctx, cipher, k->key, nonce, encrypt,
				       NULL) &&
	     EVP_CipherUpdate(ctx, NULL, &n, token, HEADER_SIZE);
	for (i = 0; ok && i < nr; i++) {
		if (b[i].type == (SSPSEAL_BUFFER_DATA |
				  SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM)) {
			entry[0] = 1;
		} else if (b[i].type != SSPSEAL_BUFFER_DATA) {
			continue;
		} else if (confidential) {
			entry[0] = 2;
			*data = &b[i];
		} else {
			entry[0] = 3;
		}
		put_be(entry + 1, b[i].cb, 7);
		ok = EVP_CipherUpdate(ctx, NULL, &n, entry, sizeof(entry));
		if (ok && entry[0] != 2 && b[i].cb)
			ok = EVP_CipherUpdate(ctx, NULL, &n,
					      (void *)(uintptr_t)b[i].ptr,
					      b[i].cb);
	}
	if (ok)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static bool crypt_data(EVP_CIPHER_CTX *ctx, const struct sspseal_buffer *data)
{
	__u8 *p;
	int n;

	if (!data || !data->cb)
		return true;
	p = (void *)(uintptr_t)data->ptr;
	return EVP_CipherUpdate(ctx, p, &n, p, data->cb) &&
	       n == (int)data->cb;
}

bool peer_tag(struct peer *p, __u8 *token, const struct sspseal_buffer *b,
	      unsigned int nr)
{
	const struct sspseal_buffer *data;
	EVP_CIPHER_CTX *ctx;
	__u8 end[16];
	bool ok;
	int n;

	ctx = start(p, token, true, b, nr, &data);
	ok = ctx && crypt_data(ctx, data) &&
	     EVP_CipherFinal_ex(ctx, end, &n) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE,
				 token + TOKEN_AT_TAG);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static __u8 *find_token(const struct sspseal_buffer *b, unsigned int nr)
{
	for (; nr--; b++)
		if ((b->type & ~SSPSEAL_BUFFER_ATTRMASK) ==
		    SSPSEAL_BUFFER_TOKEN)
			return (void *)(uintptr_t)b->ptr;
	return NULL;
}

bool peer_protect(struct peer *p, __u8 flags, const struct sspseal_buffer *b,
		  unsigned int nr)
{
	__u8 *token = find_token(b, nr);

	if (p->role == SSPSEAL_ROLE_ACCEPTOR)
		flags |= TOKEN_ACCEPTOR;
	token[TOKEN_AT_VERSION] = 1;
	token[TOKEN_AT_SUITE] = p->suite;
	token[TOKEN_AT_FLAGS] = flags;
	token[TOKEN_AT_ZERO] = 0;
	put_be(token + TOKEN_AT_SEQUENCE, p->sequence, 4);
	put_be(token + TOKEN_AT_COUNTER, p->counter++, 8);
	memcpy(token + TOKEN_AT_SALT, p->salt, sizeof(p->salt));
	return peer_tag(p, token, b, nr);
}

bool peer_unprotect(struct peer *p, const struct sspseal_buffer *b,
		    unsigned int nr)
{
	const __u8 *token = find_token(b, nr);
	__u8 expected = p->role == SSPSEAL_ROLE_ACCEPTOR ? 0 : TOKEN_ACCEPTOR;
	const struct sspseal_buffer *data;
	EVP_CIPHER_CTX *ctx;
	__u8 end[16];
	bool ok;
	int n;

	if (token[TOKEN_AT_VERSION] != 1 || token[TOKEN_AT_ZERO] ||
	    (token[TOKEN_AT_FLAGS] & TOKEN_ACCEPTOR) != expected)
		return false;
	ctx = start(p, token, false, b, nr, &data);
	ok = ctx && crypt_data(ctx, data) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE,
				 (void *)(token + TOKEN_AT_TAG)) &&
	     EVP_CipherFinal_ex(ctx, end, &n) > 0;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

bool peer_hkdf(const void *salt, size_t salt_size, const void *key,
	       size_t key_size, const void *info, size_t info_size, __u8 *out,
	       size_t size)
{
	__u8 prk[HASH_SIZE];

	return hmac(salt, salt_size, key, key_size, prk) &&
	       expand(prk, info, info_size, out, size);
}

bool peer_encrypt(__u8 suite, const __u8 *key, const __u8 *nonce,
		  const void *ad, size_t ad_size, void *data, size_t size,
		  __u8 *tag)
{
	const struct sspseal_buffer b = {
		.cb = size, .ptr = (uintptr_t)data,
	};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	__u8 end[16];
	bool ok;
	int n;

	ok = ctx && EVP_CipherInit_ex2(ctx, suite_cipher(suite), key, nonce,
				       true, NULL) &&
	     EVP_CipherUpdate(ctx, NULL, &n, ad, ad_size) &&
	     crypt_data(ctx, &b) && EVP_CipherFinal_ex(ctx, end, &n) &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

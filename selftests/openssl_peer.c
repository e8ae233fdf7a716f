// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a native context, made of OpenSSL only.
 */
#include <stdint.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "openssl_peer.h"

#define HEADER_SIZE	TOKEN_AT_TAG
#define TAG_SIZE	16
#define IV_SIZE		12

static void put_be(__u8 *p, __u64 value, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = value;
		value >>= 8;
	}
}

static __u64 get_be(const __u8 *p, unsigned int bytes)
{
	__u64 value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

__u64 token_counter(const __u8 *token)
{
	return get_be(token + TOKEN_AT_COUNTER, 8);
}

__u32 token_sequence(const __u8 *token)
{
	return get_be(token + TOKEN_AT_SEQUENCE, 4);
}

/* One half of HKDF with SHA-256; @salt for Extract, @label for Expand. */
static bool hkdf(int mode, const void *key, size_t key_size, const void *salt,
		 size_t salt_size, const void *label, size_t label_size,
		 __u8 *out, size_t size)
{
	OSSL_PARAM params[6], *p = params;
	EVP_KDF_CTX *ctx;
	EVP_KDF *kdf;
	bool ok;

	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	ctx = EVP_KDF_CTX_new(kdf);
	EVP_KDF_free(kdf);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						"SHA256", 0);
	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
						 (void *)key, key_size);
	if (salt)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
							 (void *)salt,
							 salt_size);
	if (label)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
							 (void *)label,
							 label_size);
	*p = OSSL_PARAM_construct_end();
	ok = ctx && EVP_KDF_derive(ctx, out, size, params) > 0;
	EVP_KDF_CTX_free(ctx);
	return ok;
}

bool peer_init(struct peer *p, __u32 role, const void *key, size_t key_size)
{
	static const char extract_salt[] = "sspseal v1";

	memset(p, 0, sizeof(*p));
	p->role = role;
	p->suite = SSPSEAL_SUITE_AES_256_GCM;
	return RAND_bytes(p->salt, sizeof(p->salt)) == 1 &&
	       hkdf(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, key, key_size, extract_salt,
		    sizeof(extract_salt) - 1, NULL, 0, p->prk, sizeof(p->prk));
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

/*
 * "key", direction, suite, sender's salt, receiver's salt (zero for a context
 * that pins), two bytes of the binding's length, no binding.
 */
static const struct peer_key *derive(struct peer *p, __u8 direction, __u8 suite,
				     const __u8 *salt)
{
	__u8 label[3 + 1 + 1 + 16 + 16 + 2] = "key";
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
	label[3] = direction;
	label[4] = suite;
	memcpy(label + 5, salt, sizeof(k->salt));
	key_size = EVP_CIPHER_get_key_length(suite_cipher(suite));
	if (!hkdf(EVP_KDF_HKDF_MODE_EXPAND_ONLY, p->prk, sizeof(p->prk), NULL,
		  0, label, sizeof(label), out, key_size + IV_SIZE))
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

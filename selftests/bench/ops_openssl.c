// SPDX-License-Identifier: GPL-2.0-only
/* OpenSSL in the program, with the key in the program's memory. */
#include <stdlib.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "bench.h"

static struct evp_cipher_ctx_st *context;
static unsigned char *data, associated[BENCH_ASSOCIATED], iv[BENCH_IV];
static size_t data_size;

static bool setup(const struct bench_op *op, size_t size)
{
	static const unsigned char key[BENCH_KEY] = { 1, 2, 3 };

	(void)op;
	data_size = size;
	data = malloc(size + 1);
	context = EVP_CIPHER_CTX_new();
	if (!data || !context)
		return false;
	memset(data, 0x5a, size);
	return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, NULL);
}

static void teardown(void)
{
	EVP_CIPHER_CTX_free(context);
	free(data);
}

static bool encrypt(const struct bench_op *op, unsigned int i)
{
	unsigned char tag[BENCH_TAG];
	OSSL_PARAM tag_out[] = {
		OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag,
					sizeof(tag)),
		OSSL_PARAM_END,
	};
	int size;

	(void)op;
	iv[BENCH_IV - 1] = i;
	return EVP_EncryptInit_ex2(context, NULL, NULL, iv, NULL) &&
	       EVP_EncryptUpdate(context, NULL, &size, associated,
				 sizeof(associated)) &&
	       EVP_EncryptUpdate(context, data, &size, data, data_size) &&
	       EVP_EncryptFinal_ex(context, data + size, &size) &&
	       EVP_CIPHER_CTX_get_params(context, tag_out);
}

static const struct bench_op ops[] = {
	{ .name = "openssl", .messages = 1, .max_size = 1048576,
	  .setup = setup, .call = encrypt, .teardown = teardown },
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

// SPDX-License-Identifier: GPL-2.0-only
/* libkcapi, the library above AF_ALG. It handles 16 pages at a time at most. */
#include <kcapi.h>
#include <stdlib.h>

#include "bench.h"

#define MAX_DATA	16384

static struct kcapi_handle *handle;
static unsigned char *memory, iv[BENCH_IV];
static size_t in_size, out_size;

static bool setup(const struct bench_op *op, size_t size)
{
	static const unsigned char key[BENCH_KEY] = { 1, 2, 3 };

	(void)op;
	in_size = BENCH_ASSOCIATED + size;
	out_size = in_size + BENCH_TAG;
	handle = NULL;
	if (posix_memalign((void **)&memory, 4096, out_size) ||
	    kcapi_aead_init(&handle, "gcm(aes)", 0))
		return false;
	kcapi_aead_setassoclen(handle, BENCH_ASSOCIATED);
	return !kcapi_aead_setkey(handle, key, sizeof(key)) &&
	       !kcapi_aead_settaglen(handle, BENCH_TAG);
}

static void teardown(void)
{
	if (handle)
		kcapi_aead_destroy(handle);
	free(memory);
}

static bool encrypt(const struct bench_op *op, unsigned int i)
{
	(void)op;
	iv[BENCH_IV - 1] = i;
	return kcapi_aead_encrypt(handle, memory, in_size, iv, memory, out_size,
				  KCAPI_ACCESS_HEURISTIC) == (ssize_t)out_size;
}

static const struct bench_op ops[] = {
	{ .name = "kcapi", .messages = 1, .max_size = MAX_DATA,
	  .setup = setup, .call = encrypt, .teardown = teardown },
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

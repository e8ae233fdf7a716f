// SPDX-License-Identifier: GPL-2.0-only
/*
 * HKDF with SHA-256, RFC 5869. The kernel has none before 6.14.
 */
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "sspseal.h"

#define HMAC	"hmac(sha256)"

/* Never keyed: its driver is that of all others, see suite.c. */
static struct crypto_shash *held;

int sspseal_kdf_init(void)
{
	BUILD_BUG_ON(SSPSEAL_PRK_SIZE != SHA256_DIGEST_SIZE);

	held = crypto_alloc_shash(HMAC, 0, 0);
	if (!IS_ERR(held))
		return 0;
	pr_err("no " HMAC ": error %ld\n", PTR_ERR(held));
	return PTR_ERR(held);
}

void sspseal_kdf_exit(void)
{
	crypto_free_shash(held);
}

/* Deeper than any implementation of SHA-256 goes, and no deeper than warned about. */
#define STACK_USED	1792

/*
 * Those of x86 leave the words that they hash on the stack, below us, and do not zero
 * them: keys. A call that begins where theirs did covers them.
 */
static noinline void wipe_stack(void)
{
	u8 room[STACK_USED];

	memzero_explicit(room, sizeof(room));
}

/* A keyed HMAC, or an error; freeing it zeroes the key. */
static struct crypto_shash *hmac_new(const u8 *key, u32 key_size)
{
	const char *driver = crypto_tfm_alg_driver_name(crypto_shash_tfm(held));
	struct crypto_shash *hmac = crypto_alloc_shash(driver, 0,
						       CRYPTO_NOLOAD);
	int err;

	if (IS_ERR(hmac))
		return hmac;
	err = crypto_shash_setkey(hmac, key, key_size);
	if (!err)
		return hmac;
	crypto_free_shash(hmac);
	return ERR_PTR(err);
}

/**
 * sspseal_kdf_extract() - HKDF-Extract, RFC 5869, 2.2
 * @salt: not secret
 * @salt_size: bytes
 * @key: input keying material
 * @key_size: bytes
 * @prk: the pseudorandom key, to be zeroed by the caller
 *
 * Return: OK, NO_MEMORY or CIPHER.
 */
enum sspseal_status sspseal_kdf_extract(const u8 *salt, u32 salt_size,
					const u8 *key, u32 key_size,
					u8 prk[SSPSEAL_PRK_SIZE])
{
	struct crypto_shash *hmac = hmac_new(salt, salt_size);
	int err;

	if (IS_ERR(hmac))
		return sspseal_crypto_status(PTR_ERR(hmac));
	err = crypto_shash_tfm_digest(hmac, key, key_size, prk);
	crypto_free_shash(hmac);
	wipe_stack();
	return sspseal_crypto_status(err);
}

/* T(n) = HMAC(PRK, T(n - 1) | info | n) */
static int expand_block(struct crypto_shash *hmac, const u8 *previous,
			const struct kvec *info, size_t nr, u8 n, u8 *block)
{
	SHASH_DESC_ON_STACK(desc, hmac);
	size_t i;
	int err;

	desc->tfm = hmac;
	err = crypto_shash_init(desc);
	if (!err && previous)
		err = crypto_shash_update(desc, previous, SHA256_DIGEST_SIZE);
	for (i = 0; !err && i < nr; i++)
		err = crypto_shash_update(desc, info[i].iov_base,
					  info[i].iov_len);
	if (!err)
		err = crypto_shash_finup(desc, &n, 1, block);
	shash_desc_zero(desc);
	return err;
}

/**
 * sspseal_kdf_expand() - HKDF-Expand, RFC 5869, 2.3
 * @prk: pseudorandom key
 * @info: pieces of the context information, one behind the other
 * @nr: how many pieces
 * @out: output keying material, to be zeroed by the caller
 * @size: bytes of it, at most 255 times 32
 *
 * Return: OK, NO_MEMORY or CIPHER.
 */
enum sspseal_status sspseal_kdf_expand(const u8 prk[SSPSEAL_PRK_SIZE],
				       const struct kvec *info, size_t nr,
				       u8 *out, u32 size)
{
	struct crypto_shash *hmac = hmac_new(prk, SSPSEAL_PRK_SIZE);
	u8 block[SHA256_DIGEST_SIZE];
	int err = 0;
	u32 done;
	u8 n = 1;

	if (IS_ERR(hmac))
		return sspseal_crypto_status(PTR_ERR(hmac));
	for (done = 0; done < size; done += sizeof(block)) {
		err = expand_block(hmac, done ? block : NULL, info, nr, n++,
				   block);
		if (err)
			break;
		memcpy(out + done, block,
		       min_t(u32, size - done, sizeof(block)));
	}
	memzero_explicit(block, sizeof(block));
	crypto_free_shash(hmac);
	wipe_stack();
	return sspseal_crypto_status(err);
}

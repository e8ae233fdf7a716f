// SPDX-License-Identifier: GPL-2.0-only
/*
 * The closed table of AEAD suites, and transforms for them. A new suite is a row.
 */
#include <crypto/aead.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "sspseal.h"

/*
 * No drivers that allocate per request or hide their key. Drivers flagged as
 * asynchronous are allowed: before 6.16 the fast ones of x86 are, though they
 * complete at once wherever the FPU may be used; without them generic C would be
 * chosen, at ten times the cost.
 */
#define DRIVER_MASK	(CRYPTO_ALG_ALLOCATES_MEMORY | \
			 CRYPTO_ALG_KERN_DRIVER_ONLY)

static const struct sspseal_suite suites[SSPSEAL_SUITES] = {
	{
		.id = SSPSEAL_SUITE_AES_256_GCM,
		.index = 0,
		.algorithm = "gcm(aes)",
		.key_size = 32,
	}, {
		.id = SSPSEAL_SUITE_AES_128_GCM,
		.index = 1,
		.algorithm = "gcm(aes)",
		.key_size = 16,
	}, {
		.id = SSPSEAL_SUITE_CHACHA20_POLY1305,
		.index = 2,
		.algorithm = "rfc7539(chacha20,poly1305)",
		.key_size = 32,
	},
};

/*
 * One transform of each suite, of the best driver that there was when the module was
 * loaded. All others have the same driver, by its name: by that of the algorithm they
 * would get what somebody has added since, and whoever has a socket of AF_ALG can add
 * pcrypt around any driver, for all users of the algorithm.
 */
static struct crypto_aead *held[SSPSEAL_SUITES];

static const char *driver_name(struct crypto_aead *tfm)
{
	return crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm));
}

/* @name: of an algorithm, or of a driver */
static struct crypto_aead *transform_new(const char *name, u32 mask)
{
	struct crypto_aead *tfm;
	int err;

	tfm = crypto_alloc_aead(name, 0, mask);
	if (IS_ERR(tfm))
		return tfm;
	err = crypto_aead_setauthsize(tfm, SSPSEAL_AEAD_TAG_SIZE);
	if (!err && crypto_aead_ivsize(tfm) != SSPSEAL_AEAD_IV_SIZE)
		err = -EINVAL;
	if (!err)
		return tfm;
	crypto_free_aead(tfm);
	return ERR_PTR(err);
}

int sspseal_suites_init(void)
{
	struct crypto_aead *tfm;
	unsigned int i;

	for (i = 0; i < SSPSEAL_SUITES; i++) {
		tfm = transform_new(suites[i].algorithm, DRIVER_MASK);
		if (IS_ERR(tfm)) {
			pr_err("no %s: error %ld\n",
			       suites[i].algorithm, PTR_ERR(tfm));
			sspseal_suites_exit();
			return PTR_ERR(tfm);
		}
		held[i] = tfm;
	}
	return 0;
}

void sspseal_suites_exit(void)
{
	unsigned int i;

	for (i = 0; i < SSPSEAL_SUITES; i++) {
		crypto_free_aead(held[i]);
		held[i] = NULL;
	}
}

/* Bytes that any of the suites needs in its request. */
size_t sspseal_suites_request_size(void)
{
	unsigned int i, size = 0;

	for (i = 0; i < SSPSEAL_SUITES; i++)
		size = max(size, crypto_aead_reqsize(held[i]));
	return size;
}

/* SSPSEAL_SUITE_BIT() of each. */
u32 sspseal_suites_all(void)
{
	u32 all = 0;
	unsigned int i;

	for (i = 0; i < SSPSEAL_SUITES; i++)
		all |= SSPSEAL_SUITE_BIT(suites[i].id);
	return all;
}

/* NULL if the id is unknown. */
const struct sspseal_suite *sspseal_suite(u32 id)
{
	unsigned int i;

	for (i = 0; i < SSPSEAL_SUITES; i++) {
		if (suites[i].id == id)
			return &suites[i];
	}
	return NULL;
}

/**
 * sspseal_suite_info() - tell about a suite
 * @info: @suite says which, 0 for the default one; the rest is filled in, or
 *	zeroed where it is not about suites
 *
 * Return: OK or SUITE.
 */
enum sspseal_status sspseal_suite_info(struct sspseal_info *info)
{
	u32 id = info->suite ?: SSPSEAL_SUITE_AES_256_GCM;
	const struct sspseal_suite *suite = sspseal_suite(id);

	if (!suite)
		return SSPSEAL_STATUS_SUITE;
	*info = (struct sspseal_info) {
		.size = info->size,
		.suite = id,
		.suites = sspseal_suites_all(),
		.key_size = suite->key_size,
		.tag_size = SSPSEAL_AEAD_TAG_SIZE,
	};
	strscpy(info->driver, driver_name(held[suite->index]),
		sizeof(info->driver));
	return SSPSEAL_STATUS_OK;
}

/* ---- keys ---- */

/**
 * sspseal_key_new() - room for a key of a suite, not set yet
 * @suite: the suite
 * @result: to be freed by sspseal_key_free()
 *
 * Return: OK, NO_MEMORY or CIPHER.
 */
enum sspseal_status sspseal_key_new(const struct sspseal_suite *suite,
				    struct sspseal_key **result)
{
	struct sspseal_key *key = kzalloc(sizeof(*key), SSPSEAL_GFP);
	enum sspseal_status status;

	if (!key)
		return SSPSEAL_STATUS_NO_MEMORY;
	/* No caller makes the kernel load a module: a driver is there, or its parts. */
	key->tfm = transform_new(driver_name(held[suite->index]),
				 DRIVER_MASK | CRYPTO_NOLOAD);
	if (IS_ERR(key->tfm)) {
		status = sspseal_crypto_status(PTR_ERR(key->tfm));
		kfree(key);
		return status;
	}
	*result = key;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_key_set() - set a key that no other call uses
 * @key: the key
 * @material: cipher key, then IV
 * @key_size: bytes of the cipher key
 *
 * Return: OK, NO_MEMORY or CIPHER.
 */
enum sspseal_status sspseal_key_set(struct sspseal_key *key, const u8 *material,
				    u32 key_size)
{
	int err = crypto_aead_setkey(key->tfm, material, key_size);

	if (err)
		return sspseal_crypto_status(err);
	memcpy(key->iv, material + key_size, sizeof(key->iv));
	return SSPSEAL_STATUS_OK;
}

void sspseal_key_free(struct sspseal_key *key)
{
	if (!key)
		return;
	crypto_free_aead(key->tfm);
	kfree_sensitive(key);
}

const char *sspseal_key_driver(const struct sspseal_key *key)
{
	return driver_name(key->tfm);
}

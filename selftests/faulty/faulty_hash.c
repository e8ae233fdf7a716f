// SPDX-License-Identifier: GPL-2.0-only
/* For tests only: an hmac(sha256) that takes no key. */
#include <crypto/internal/hash.h>
#include <crypto/sha2.h>
#include <linux/errno.h>
#include <linux/module.h>

static int faulty_setkey(struct crypto_shash *tfm, const u8 *key,
			 unsigned int size)
{
	return -EIO;
}

static int faulty_init(struct shash_desc *desc)
{
	return -EIO;
}

static int faulty_update(struct shash_desc *desc, const u8 *data,
			 unsigned int size)
{
	return -EIO;
}

static int faulty_final(struct shash_desc *desc, u8 *out)
{
	return -EIO;
}

static struct shash_alg faulty = {
	.setkey = faulty_setkey,
	.init = faulty_init,
	.update = faulty_update,
	.final = faulty_final,
	.digestsize = SHA256_DIGEST_SIZE,
	.base = {
		.cra_name = "hmac(sha256)",
		.cra_driver_name = "hmac-sha256-faulty",
		/* Preferred to all others. */
		.cra_priority = 1000000,
		.cra_blocksize = SHA256_BLOCK_SIZE,
		.cra_module = THIS_MODULE,
	},
};

static int __init faulty_hash_init(void)
{
	return crypto_register_shash(&faulty);
}

static void __exit faulty_hash_exit(void)
{
	crypto_unregister_shash(&faulty);
}

module_init(faulty_hash_init);
module_exit(faulty_hash_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A hash that takes no key");

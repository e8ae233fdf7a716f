// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests only: a hash and a cipher of which the kernel makes an HMAC and an AEAD.
 * They do nothing, but are preferred to those there are: with them the kernel ends
 * what it had made of others, for all but those who hold it.
 */
#include <crypto/chacha.h>
#include <crypto/internal/hash.h>
#include <crypto/internal/skcipher.h>
#include <crypto/sha2.h>
#include <linux/errno.h>
#include <linux/module.h>

#define PREFERRED	1000000

static int hash_init(struct shash_desc *desc)
{
	return -EIO;
}

static int hash_update(struct shash_desc *desc, const u8 *data,
		       unsigned int size)
{
	return -EIO;
}

static int hash_final(struct shash_desc *desc, u8 *out)
{
	return -EIO;
}

static struct shash_alg hash = {
	.init = hash_init,
	.update = hash_update,
	.final = hash_final,
	.digestsize = SHA256_DIGEST_SIZE,
	.base = {
		.cra_name = "sha256",
		.cra_driver_name = "sha256-faulty",
		.cra_priority = PREFERRED,
		.cra_blocksize = SHA256_BLOCK_SIZE,
		.cra_module = THIS_MODULE,
	},
};

static int cipher_setkey(struct crypto_skcipher *tfm, const u8 *key,
			 unsigned int size)
{
	return -EIO;
}

static int cipher_crypt(struct skcipher_request *request)
{
	return -EIO;
}

static struct skcipher_alg cipher = {
	.setkey = cipher_setkey,
	.encrypt = cipher_crypt,
	.decrypt = cipher_crypt,
	.min_keysize = CHACHA_KEY_SIZE,
	.max_keysize = CHACHA_KEY_SIZE,
	.ivsize = CHACHA_IV_SIZE,
	.chunksize = CHACHA_BLOCK_SIZE,
	.base = {
		.cra_name = "chacha20",
		.cra_driver_name = "chacha20-faulty",
		.cra_priority = PREFERRED,
		.cra_blocksize = 1,
		.cra_module = THIS_MODULE,
	},
};

static int __init faulty_parts_init(void)
{
	int ret = crypto_register_shash(&hash);

	if (ret)
		return ret;
	ret = crypto_register_skcipher(&cipher);
	if (ret)
		crypto_unregister_shash(&hash);
	return ret;
}

static void __exit faulty_parts_exit(void)
{
	crypto_unregister_skcipher(&cipher);
	crypto_unregister_shash(&hash);
}

module_init(faulty_parts_init);
module_exit(faulty_parts_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A hash and a cipher that do nothing");

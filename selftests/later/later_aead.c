// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ciphers that complete later, as long as this module is loaded: the names in
 * "drivers", separated by ';', are made out of templates, as cryptd(NAME) and
 * pcrypt(NAME). New transforms prefer them to all others.
 */
#include <crypto/internal/aead.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define DRIVERS_MAX	8
#define PRIORITY	10000

static char *drivers = "";
module_param(drivers, charp, 0444);
MODULE_PARM_DESC(drivers, "names, separated by ;");

static struct crypto_aead *made[DRIVERS_MAX];
static unsigned int nr_made;

/* Of an instance that was unregistered the last transform frees what is left. */
static void unmake_all(void)
{
	while (nr_made) {
		struct crypto_aead *tfm = made[--nr_made];

		crypto_unregister_instance(crypto_tfm_alg_instance(&tfm->base));
		crypto_free_aead(tfm);
	}
}

static int make(const char *name)
{
	struct crypto_aead *tfm;

	if (nr_made == DRIVERS_MAX)
		return -E2BIG;
	tfm = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	crypto_aead_alg(tfm)->base.cra_priority = PRIORITY;
	made[nr_made++] = tfm;
	return 0;
}

static int __init later_init(void)
{
	char *copy = kstrdup(drivers, GFP_KERNEL), *rest = copy, *name;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (name = strsep(&rest, ";")))
		err = make(name);
	kfree(copy);
	if (err)
		unmake_all();
	return err;
}

static void __exit later_exit(void)
{
	unmake_all();
}

module_init(later_init);
module_exit(later_exit);

MODULE_DESCRIPTION("ciphers that complete later, for sspseal's tests");
MODULE_LICENSE("GPL");

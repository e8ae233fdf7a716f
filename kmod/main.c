// SPDX-License-Identifier: GPL-2.0-only
/*
 * sspseal: message protection with the session keys in the kernel.
 *
 * Start and end of the module, and its parameters.
 */
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "sspseal.h"

/* The ciphers allow more; memory does not. */
#define MAX_DATA_LIMIT	(SZ_16M - 1)

unsigned int sspseal_max_data_now = SZ_1M;
static unsigned int max_handles = 16384;
static unsigned int max_contexts = 131072;

unsigned int sspseal_max_handles(void)
{
	return READ_ONCE(max_handles);
}

unsigned int sspseal_max_contexts(void)
{
	return READ_ONCE(max_contexts);
}

static int set_max_data(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, MAX_DATA_LIMIT);
}

static int set_count(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, INT_MAX);
}

static const struct kernel_param_ops max_data_ops = {
	.set = set_max_data,
	.get = param_get_uint,
};

static const struct kernel_param_ops count_ops = {
	.set = set_count,
	.get = param_get_uint,
};

module_param_cb(max_data, &max_data_ops, &sspseal_max_data_now, 0644);
MODULE_PARM_DESC(max_data, "Bytes of DATA in a sealed message, at most 16777215");
module_param_cb(max_handles, &count_ops, &max_handles, 0644);
MODULE_PARM_DESC(max_handles, "Handles in one open file");
module_param_cb(max_contexts, &count_ops, &max_contexts, 0644);
MODULE_PARM_DESC(max_contexts, "Contexts in the system: transforms are not charged to a cgroup");

static struct miscdevice sspseal_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sspseal",
	.fops = &sspseal_fops,
	.mode = 0660,
};

static int __init sspseal_init(void)
{
	int err;

	err = sspseal_kdf_init();
	if (err)
		return err;
	err = sspseal_suites_init();
	if (err)
		goto err_kdf;
	sspseal_slots_init(sspseal_suites_request_size());
	err = sspseal_selftest();
	if (err)
		goto err_slots;
	err = sspseal_expire_init();
	if (err)
		goto err_slots;
	err = misc_register(&sspseal_misc);
	if (err)
		goto err_expire;
	return 0;

err_expire:
	sspseal_expire_exit();
err_slots:
	sspseal_slots_exit();
	sspseal_suites_exit();
err_kdf:
	sspseal_kdf_exit();
	return err;
}

/*
 * An open file holds the module, so no call is in progress and no context is
 * left; the husks that wait for a grace period need no code of the module.
 */
static void __exit sspseal_exit(void)
{
	misc_deregister(&sspseal_misc);
	sspseal_expire_exit();
	sspseal_slots_exit();
	sspseal_suites_exit();
	sspseal_kdf_exit();
}

module_init(sspseal_init);
module_exit(sspseal_exit);

MODULE_DESCRIPTION("Message protection with session keys in the kernel");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
/* Fast drivers first: those that come later are not taken, see suite.c. */
MODULE_SOFTDEP("pre: aesni-intel chacha-x86_64 poly1305-x86_64 sha256-ssse3");

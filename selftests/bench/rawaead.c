// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the benchmark only: what the cipher costs where it is nearest, and what an
 * ioctl costs that does nothing. The cipher is called as the module sspseal calls
 * it: one scatterlist entry, DATA from a page's begin, encrypted in place.
 */
#include <crypto/aead.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "rawaead.h"

#define TAG_SIZE	16
#define MEMORY_SIZE	(SZ_1M + 2 * PAGE_SIZE)

static struct crypto_aead *tfm;
static struct aead_request *request;
static u8 *memory;
static u8 iv[SZ_16];

static void set_request(const struct rawaead_run *run, struct scatterlist *sg,
			struct crypto_wait *wait)
{
	u8 *associated = memory + PAGE_SIZE - run->associated;

	crypto_init_wait(wait);
	sg_init_one(sg, associated, run->associated + run->size + TAG_SIZE);
	aead_request_set_callback(request, CRYPTO_TFM_REQ_MAY_SLEEP |
				  CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, wait);
	aead_request_set_crypt(request, sg, sg, run->size, iv);
	aead_request_set_ad(request, run->associated);
}

/* Only the cipher is timed: its request is the same for all but in length. */
static int run_all(struct rawaead_run *run)
{
	struct crypto_wait wait;
	struct scatterlist sg;
	int err = 0;
	u64 begin;
	u32 i;

	set_request(run, &sg, &wait);
	begin = ktime_get_raw_ns();
	for (i = 0; i < run->nr && !err; i++) {
		err = crypto_wait_req(crypto_aead_encrypt(request), &wait);
		if (!run->decrypt || err)
			continue;
		request->cryptlen = run->size + TAG_SIZE;
		err = crypto_wait_req(crypto_aead_decrypt(request), &wait);
		request->cryptlen = run->size;
	}
	run->ns = ktime_get_raw_ns() - begin;
	return err;
}

static long rawaead_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	void __user *user = (void __user *)arg;
	struct rawaead_run run;
	int err;

	if (cmd == RAWAEAD_NULL)
		return 0;
	if (cmd != RAWAEAD_RUN)
		return -ENOTTY;
	if (copy_from_user(&run, user, sizeof(run)))
		return -EFAULT;
	if (run.associated > PAGE_SIZE || run.size > SZ_1M)
		return -EINVAL;
	err = run_all(&run);
	if (!err && copy_to_user(user, &run, sizeof(run)))
		err = -EFAULT;
	return err;
}

static const struct file_operations rawaead_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = rawaead_ioctl,
};

static struct miscdevice rawaead_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sspseal-rawaead",
	.fops = &rawaead_fops,
	.mode = 0600,
};

static void free_all(void)
{
	if (request)
		aead_request_free(request);
	if (memory)
		free_pages_exact(memory, MEMORY_SIZE);
	crypto_free_aead(tfm);
}

static int make_all(void)
{
	static const u8 key[32] = { 1, 2, 3 };
	int err;

	request = aead_request_alloc(tfm, GFP_KERNEL);
	memory = alloc_pages_exact(MEMORY_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!request || !memory)
		return -ENOMEM;
	err = crypto_aead_setkey(tfm, key, sizeof(key));
	return err ?: crypto_aead_setauthsize(tfm, TAG_SIZE);
}

static int __init rawaead_init(void)
{
	int err;

	tfm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ALLOCATES_MEMORY |
				CRYPTO_ALG_KERN_DRIVER_ONLY);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = make_all();
	if (!err)
		err = misc_register(&rawaead_device);
	if (err)
		free_all();
	return err;
}

static void __exit rawaead_exit(void)
{
	misc_deregister(&rawaead_device);
	free_all();
}

module_init(rawaead_init);
module_exit(rawaead_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What an AEAD cipher costs in the kernel, for a benchmark");

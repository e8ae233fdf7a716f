// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests only: a gcm(aes) that fails when it is told to. All that it does itself
 * is to fail; otherwise the cipher is the one that would be there without it.
 */
#include <crypto/internal/aead.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/workqueue.h>

static int init_error;
module_param(init_error, int, 0600);
MODULE_PARM_DESC(init_error, "what making a transform gives: 0 or -errno");

static int setkey_error;
module_param(setkey_error, int, 0600);
MODULE_PARM_DESC(setkey_error, "what setting a key gives: 0 or -errno");

static int crypt_error;
module_param(crypt_error, int, 0600);
MODULE_PARM_DESC(crypt_error, "what a request gives: 0 or -errno");

/* Only one thread makes requests while this is not 0. */
static unsigned int crypt_good;
module_param(crypt_good, uint, 0600);
MODULE_PARM_DESC(crypt_good, "how many requests go through before");

static bool later;
module_param(later, bool, 0600);
MODULE_PARM_DESC(later, "requests fail after the call has returned");

static unsigned int more;
module_param(more, uint, 0600);
MODULE_PARM_DESC(more, "bytes that requests take beyond their own, of transforms made now");

static unsigned int ivsize = 12;
module_param(ivsize, uint, 0400);
MODULE_PARM_DESC(ivsize, "bytes of an IV: no request is made with another");

struct faulty {
	struct crypto_aead *child;
	unsigned int more;
};

struct faulty_request {
	struct work_struct work;
	struct aead_request *request;
	int err;
	/* Of the child: the last, for its size is not known here. */
	struct aead_request below;
};

static int faulty_init(struct crypto_aead *tfm)
{
	struct faulty *faulty = crypto_aead_ctx(tfm);

	if (init_error)
		return init_error;
	/* Whose algorithm needs a fallback is not one: this one is left out. */
	faulty->child = crypto_alloc_aead("gcm(aes)", 0,
					  CRYPTO_ALG_NEED_FALLBACK);
	if (IS_ERR(faulty->child))
		return PTR_ERR(faulty->child);
	faulty->more = more;
	crypto_aead_set_reqsize(tfm, sizeof(struct faulty_request) +
				crypto_aead_reqsize(faulty->child) +
				faulty->more);
	return 0;
}

static void faulty_exit(struct crypto_aead *tfm)
{
	struct faulty *faulty = crypto_aead_ctx(tfm);

	crypto_free_aead(faulty->child);
}

static int faulty_setkey(struct crypto_aead *tfm, const u8 *key,
			 unsigned int size)
{
	struct faulty *faulty = crypto_aead_ctx(tfm);

	return setkey_error ?: crypto_aead_setkey(faulty->child, key, size);
}

static int faulty_setauthsize(struct crypto_aead *tfm, unsigned int size)
{
	struct faulty *faulty = crypto_aead_ctx(tfm);

	return crypto_aead_setauthsize(faulty->child, size);
}

static void fail(struct work_struct *work)
{
	struct faulty_request *mine =
		container_of(work, struct faulty_request, work);

	aead_request_complete(mine->request, mine->err);
}

/* 0, or what has become of the request. */
static int faults(struct aead_request *request)
{
	struct faulty_request *mine = aead_request_ctx(request);

	if (!crypt_error)
		return 0;
	if (crypt_good) {
		crypt_good--;
		return 0;
	}
	if (!later)
		return crypt_error;
	mine->request = request;
	mine->err = crypt_error;
	INIT_WORK(&mine->work, fail);
	schedule_work(&mine->work);
	return -EINPROGRESS;
}

static struct aead_request *below(struct aead_request *request)
{
	struct faulty *faulty = crypto_aead_ctx(crypto_aead_reqtfm(request));
	struct faulty_request *mine = aead_request_ctx(request);

	aead_request_set_tfm(&mine->below, faulty->child);
	aead_request_set_callback(&mine->below, request->base.flags,
				  request->base.complete, request->base.data);
	aead_request_set_crypt(&mine->below, request->src, request->dst,
			       request->cryptlen, request->iv);
	aead_request_set_ad(&mine->below, request->assoclen);
	memset((u8 *)(&mine->below + 1) + crypto_aead_reqsize(faulty->child),
	       0x5a, faulty->more);
	return &mine->below;
}

static int faulty_encrypt(struct aead_request *request)
{
	return faults(request) ?: crypto_aead_encrypt(below(request));
}

static int faulty_decrypt(struct aead_request *request)
{
	return faults(request) ?: crypto_aead_decrypt(below(request));
}

static struct aead_alg faulty = {
	.init = faulty_init,
	.exit = faulty_exit,
	.setkey = faulty_setkey,
	.setauthsize = faulty_setauthsize,
	.encrypt = faulty_encrypt,
	.decrypt = faulty_decrypt,
	.maxauthsize = 16,
	.base = {
		.cra_name = "gcm(aes)",
		.cra_driver_name = "gcm-aes-faulty",
		/* Preferred to all others. */
		.cra_priority = 1000000,
		.cra_flags = CRYPTO_ALG_ASYNC | CRYPTO_ALG_NEED_FALLBACK,
		.cra_blocksize = 1,
		.cra_ctxsize = sizeof(struct faulty),
		.cra_module = THIS_MODULE,
	},
};

static int __init faulty_aead_init(void)
{
	faulty.ivsize = ivsize;
	return crypto_register_aead(&faulty);
}

static void __exit faulty_aead_exit(void)
{
	crypto_unregister_aead(&faulty);
}

module_init(faulty_aead_init);
module_exit(faulty_aead_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A cipher that fails when it is told to");

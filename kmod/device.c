// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/sspseal: open, release, and the table of commands.
 *
 * The shape of a command, and what an errno means, are uapi/linux/sspseal.h's.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "sspseal.h"

/* The beginning of every command's struct. */
struct sspseal_header {
	__u32 size;
	__u32 status;
};

union sspseal_args {
	struct sspseal_header header;
	struct sspseal_info info;
	struct sspseal_create create;
	struct sspseal_destroy destroy;
	struct sspseal_query query;
	struct sspseal_message message;
};

/**
 * sspseal_respond() - give a command's outputs to the caller
 * @command: its kernel struct holds the outputs
 *
 * Return: OK, or FAULT with the caller's struct undefined.
 */
enum sspseal_status sspseal_respond(struct sspseal_command *command)
{
	struct sspseal_header *header = command->arg;

	header->status = SSPSEAL_STATUS_OK;
	if (copy_to_user(command->user, command->arg,
			 min(command->user_size, command->size)))
		return SSPSEAL_STATUS_FAULT;
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status sspseal_info(struct sspseal_command *command)
{
	struct sspseal_info *info = command->arg;
	const struct sspseal_suite *suite;

	if (info->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	suite = sspseal_suite(info->suite ?: SSPSEAL_SUITE_AES_256_GCM);
	if (!suite)
		return SSPSEAL_STATUS_SUITE;

	*info = (struct sspseal_info) {
		.size = info->size,
		.suite = suite->id,
		.abi_version = SSPSEAL_ABI_VERSION,
		.mechanisms = BIT(SSPSEAL_MECH_NATIVE),
		.suites = sspseal_suites_all(),
		.max_buffers = SSPSEAL_BUFFERS_MAX,
		.max_data = sspseal_max_data(),
		.max_associated = SSPSEAL_MAX_ASSOCIATED,
		.max_signed = SSPSEAL_MAX_SIGNED,
		.window = SSPSEAL_WINDOW,
		.max_handles = sspseal_max_handles(),
		.max_contexts = sspseal_max_contexts(),
		.key_size = suite->key_size,
		.tag_size = SSPSEAL_AEAD_TAG_SIZE,
		.token_size = SSPSEAL_TOKEN_SIZE,
	};
	strscpy(info->driver, sspseal_suite_driver(suite),
		sizeof(info->driver));
	return sspseal_respond(command);
}

/**
 * struct sspseal_ioctl - a command
 * @cmd: its number
 * @size: of its struct
 * @min_size: of the struct's first version
 * @execute: what it does; writes outputs if it succeeds
 */
struct sspseal_ioctl {
	unsigned int cmd;
	u32 size;
	u32 min_size;
	enum sspseal_status (*execute)(struct sspseal_command *command);
};

static const struct sspseal_ioctl sspseal_ioctls[] = {
	[_IOC_NR(SSPSEAL_INFO)] = {
		.cmd = SSPSEAL_INFO,
		.size = sizeof(struct sspseal_info),
		.min_size = offsetofend(struct sspseal_info, driver),
		.execute = sspseal_info,
	},
	[_IOC_NR(SSPSEAL_CREATE)] = {
		.cmd = SSPSEAL_CREATE,
		.size = sizeof(struct sspseal_create),
		.min_size = offsetofend(struct sspseal_create, __reserved),
		.execute = sspseal_context_create,
	},
	[_IOC_NR(SSPSEAL_DESTROY)] = {
		.cmd = SSPSEAL_DESTROY,
		.size = sizeof(struct sspseal_destroy),
		.min_size = offsetofend(struct sspseal_destroy, __reserved),
		.execute = sspseal_handle_destroy,
	},
	[_IOC_NR(SSPSEAL_QUERY)] = {
		.cmd = SSPSEAL_QUERY,
		.size = sizeof(struct sspseal_query),
		.min_size = offsetofend(struct sspseal_query, driver),
		.execute = sspseal_context_query,
	},
	[_IOC_NR(SSPSEAL_SEAL)] = {
		.cmd = SSPSEAL_SEAL,
		.size = sizeof(struct sspseal_message),
		.min_size = offsetofend(struct sspseal_message, buffers),
		.execute = sspseal_message_seal,
	},
	[_IOC_NR(SSPSEAL_UNSEAL)] = {
		.cmd = SSPSEAL_UNSEAL,
		.size = sizeof(struct sspseal_message),
		.min_size = offsetofend(struct sspseal_message, buffers),
		.execute = sspseal_message_unseal,
	},
	[_IOC_NR(SSPSEAL_SIGN)] = {
		.cmd = SSPSEAL_SIGN,
		.size = sizeof(struct sspseal_message),
		.min_size = offsetofend(struct sspseal_message, buffers),
		.execute = sspseal_message_sign,
	},
	[_IOC_NR(SSPSEAL_VERIFY)] = {
		.cmd = SSPSEAL_VERIFY,
		.size = sizeof(struct sspseal_message),
		.min_size = offsetofend(struct sspseal_message, buffers),
		.execute = sspseal_message_verify,
	},
};

static const struct sspseal_ioctl *find_ioctl(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(sspseal_ioctls))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(sspseal_ioctls));
	return sspseal_ioctls[nr].cmd == cmd ? &sspseal_ioctls[nr] : NULL;
}

static long sspseal_ioctl(struct file *filp, unsigned int cmd,
			  unsigned long arg)
{
	const struct sspseal_ioctl *ioctl = find_ioctl(cmd);
	struct sspseal_header __user *header = (void __user *)arg;
	struct sspseal_command command = {
		.file = filp->private_data,
		.user = header,
	};
	enum sspseal_status status;
	union sspseal_args args;
	int err;

	if (!ioctl)
		return -ENOTTY;
	if (get_user(command.user_size, &header->size))
		return -EFAULT;
	if (command.user_size < ioctl->min_size)
		return -EINVAL;
	/* No caller has so long a struct: do not search it for zeroes. */
	if (command.user_size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(&args, ioctl->size, header,
				    command.user_size);
	if (err)
		return err;

	/* The size was read twice: what was checked is what counts. */
	args.header.size = command.user_size;
	command.size = ioctl->size;
	command.arg = &args;
	status = ioctl->execute(&command);
	if (status && put_user(status, &header->status))
		return -EFAULT;
	return sspseal_errno(status);
}

static int sspseal_open(struct inode *inode, struct file *filp)
{
	struct sspseal_file *file = sspseal_file_new();

	if (!file)
		return -ENOMEM;
	filp->private_data = file;
	return stream_open(inode, filp);
}

static int sspseal_release(struct inode *inode, struct file *filp)
{
	sspseal_file_free(filp->private_data);
	return 0;
}

static void sspseal_show_fdinfo(struct seq_file *seq, struct file *filp)
{
	sspseal_file_show(filp->private_data, seq);
}

const struct file_operations sspseal_fops = {
	.owner = THIS_MODULE,
	.open = sspseal_open,
	.release = sspseal_release,
	.unlocked_ioctl = sspseal_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = sspseal_show_fdinfo,
};

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
#include "user.h"

union sspseal_args {
	struct sspseal_header header;
	struct sspseal_info info;
	struct sspseal_create create;
	struct sspseal_destroy destroy;
	struct sspseal_query query;
	struct sspseal_message message;
	struct sspseal_bind bind;
	struct sspseal_export export;
	struct sspseal_import import;
	struct sspseal_batch batch;
};

static enum sspseal_status sspseal_info(struct sspseal_command *command)
{
	struct sspseal_info *info = command->arg;
	enum sspseal_status status;

	if (info->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	status = sspseal_suite_info(info);
	if (status)
		return status;
	info->abi_version = SSPSEAL_ABI_VERSION;
	info->mechanisms = BIT(SSPSEAL_MECH_NATIVE);
	info->max_buffers = SSPSEAL_BUFFERS_MAX;
	info->max_data = sspseal_max_data();
	info->max_associated = SSPSEAL_MAX_ASSOCIATED;
	info->max_signed = SSPSEAL_MAX_SIGNED;
	info->window = SSPSEAL_WINDOW;
	info->max_handles = sspseal_max_handles();
	info->max_contexts = sspseal_max_contexts();
	info->token_size = SSPSEAL_TOKEN_SIZE;
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
		.min_size = offsetofend(struct sspseal_create, key_serial),
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
	[_IOC_NR(SSPSEAL_BIND)] = {
		.cmd = SSPSEAL_BIND,
		.size = sizeof(struct sspseal_bind),
		.min_size = offsetofend(struct sspseal_bind, peer_salt),
		.execute = sspseal_context_bind,
	},
	[_IOC_NR(SSPSEAL_EXPORT)] = {
		.cmd = SSPSEAL_EXPORT,
		.size = sizeof(struct sspseal_export),
		.min_size = offsetofend(struct sspseal_export, __reserved),
		.execute = sspseal_handle_export,
	},
	[_IOC_NR(SSPSEAL_IMPORT)] = {
		.cmd = SSPSEAL_IMPORT,
		.size = sizeof(struct sspseal_import),
		.min_size = offsetofend(struct sspseal_import, __reserved),
		.execute = sspseal_handle_import,
	},
	[_IOC_NR(SSPSEAL_BATCH)] = {
		.cmd = SSPSEAL_BATCH,
		.size = sizeof(struct sspseal_batch),
		.min_size = offsetofend(struct sspseal_batch, __reserved),
		.execute = sspseal_batch,
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

/*
 * A message's struct, or one of the same length, at one go, if the caller's is as
 * long as that. If not it is read anew, and nothing of this is left.
 */
static bool read_message(const struct sspseal_command *command)
{
	const struct sspseal_header *header = command->arg;

	return command->size == sizeof(struct sspseal_message) &&
	       sspseal_read_short(command->arg, command->user,
				  sizeof(struct sspseal_message)) &&
	       header->size == sizeof(struct sspseal_message);
}

static int read_struct(const struct sspseal_ioctl *ioctl,
		       struct sspseal_command *command)
{
	struct sspseal_header __user *user = command->user;
	struct sspseal_header *header = command->arg;
	u32 user_size;
	int err;

	if (get_user(user_size, &user->size))
		return -EFAULT;
	if (user_size < ioctl->min_size)
		return -EINVAL;
	/* No caller has so long a struct: do not search it for zeroes. */
	if (user_size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(command->arg, ioctl->size, user, user_size);
	/* The size was read twice: what was checked is what counts. */
	header->size = user_size;
	command->size = min(user_size, ioctl->size);
	return err;
}

static long sspseal_ioctl(struct file *filp, unsigned int cmd,
			  unsigned long arg)
{
	const struct sspseal_ioctl *ioctl = find_ioctl(cmd);
	struct sspseal_header __user *header = (void __user *)arg;
	union sspseal_args args __uninitialized;
	struct sspseal_command command = {
		.file = filp->private_data,
		.user = header,
		.arg = &args,
	};
	enum sspseal_status status;
	int err;

	if (!ioctl)
		return -ENOTTY;
	command.size = ioctl->size;
	if (unlikely(!read_message(&command))) {
		err = read_struct(ioctl, &command);
		if (err)
			return err;
	}
	status = ioctl->execute(&command);
	if (likely(!status))
		return 0;
	if (put_user(status, &header->status))
		return -EFAULT;
	return sspseal_errno(status);
}

static int sspseal_open(struct inode *inode, struct file *filp)
{
	struct sspseal_file *file = sspseal_file_new(SSPSEAL_KIND_DEVICE);

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

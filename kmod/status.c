// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a caller is told: the outputs of a command, and the errno that comes with
 * each status, as uapi/linux/sspseal.h promises.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "sspseal.h"

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

/* What an error of the kernel's crypto API is to a caller. */
enum sspseal_status sspseal_crypto_status(int err)
{
	if (!err)
		return SSPSEAL_STATUS_OK;
	return err == -ENOMEM ? SSPSEAL_STATUS_NO_MEMORY :
				SSPSEAL_STATUS_CIPHER;
}

int sspseal_errno(enum sspseal_status status)
{
	/* No default: the compiler names a status that is forgotten here. */
	switch (status) {
	case SSPSEAL_STATUS_OK:
		return 0;
	case SSPSEAL_STATUS_NO_HANDLE:
	case SSPSEAL_STATUS_ALREADY_DESTROYED:
		return -ENOENT;
	case SSPSEAL_STATUS_NO_RIGHT:
	case SSPSEAL_STATUS_KEY_PERMISSION:
		return -EACCES;
	case SSPSEAL_STATUS_REVOKED:
	case SSPSEAL_STATUS_KEY_REVOKED:
		return -EKEYREVOKED;
	case SSPSEAL_STATUS_KEY_SERIAL:
		return -ENOKEY;
	case SSPSEAL_STATUS_NOT_BOUND:
	case SSPSEAL_STATUS_UNCONFIRMED:
		return -ENOTCONN;
	case SSPSEAL_STATUS_ALREADY_BOUND:
		return -EISCONN;
	case SSPSEAL_STATUS_DESCRIPTOR:
		return -EBADF;
	case SSPSEAL_STATUS_LIMIT_DEPTH:
		return -ELOOP;
	case SSPSEAL_STATUS_ANONYMOUS:
	case SSPSEAL_STATUS_NO_SERVICE:
	case SSPSEAL_STATUS_NO_CONFIDENTIALITY:
	case SSPSEAL_STATUS_SEALED:
	case SSPSEAL_STATUS_NOT_SEALED:
		return -EPERM;
	case SSPSEAL_STATUS_HANDLE_EXPIRED:
	case SSPSEAL_STATUS_KEY_EXPIRED:
	case SSPSEAL_STATUS_EXPIRED:
	case SSPSEAL_STATUS_SEND_ENDED:
		return -EKEYEXPIRED;
	case SSPSEAL_STATUS_RESERVED:
	case SSPSEAL_STATUS_FLAGS:
	case SSPSEAL_STATUS_MECHANISM:
	case SSPSEAL_STATUS_ROLE:
	case SSPSEAL_STATUS_SERVICES:
	case SSPSEAL_STATUS_SUITE:
	case SSPSEAL_STATUS_COMMAND:
	case SSPSEAL_STATUS_QOP:
	case SSPSEAL_STATUS_QOP_SUITE:
		return -EOPNOTSUPP;
	case SSPSEAL_STATUS_POLICY:
	case SSPSEAL_STATUS_DEFAULT_SUITE:
	case SSPSEAL_STATUS_KEY_SIZE:
	case SSPSEAL_STATUS_PARAMS_SIZE:
	case SSPSEAL_STATUS_EXPIRY:
	case SSPSEAL_STATUS_KEY_SOURCE:
	case SSPSEAL_STATUS_KEY_TYPE:
	case SSPSEAL_STATUS_SERVICES_ADDED:
	case SSPSEAL_STATUS_CONFIRM:
	case SSPSEAL_STATUS_SUITE_NOT_ALLOWED:
	case SSPSEAL_STATUS_PEER_SALT:
	case SSPSEAL_STATUS_BINDING_SIZE:
	case SSPSEAL_STATUS_RIGHTS:
	case SSPSEAL_STATUS_OPERATIONS:
	case SSPSEAL_STATUS_NO_BUFFERS:
	case SSPSEAL_STATUS_TOO_MANY_BUFFERS:
	case SSPSEAL_STATUS_NO_TOKEN:
	case SSPSEAL_STATUS_TOKEN_READONLY:
	case SSPSEAL_STATUS_TOKEN_NULL:
	case SSPSEAL_STATUS_TWO_TOKENS:
	case SSPSEAL_STATUS_TOKEN_AND_STREAM:
	case SSPSEAL_STATUS_NO_DATA:
	case SSPSEAL_STATUS_TWO_DATA:
	case SSPSEAL_STATUS_DATA_READONLY:
	case SSPSEAL_STATUS_NULL_BUFFER:
	case SSPSEAL_STATUS_OVERLAP:
	case SSPSEAL_STATUS_BUFFER_TYPE:
		return -EINVAL;
	case SSPSEAL_STATUS_NO_MEMORY:
		return -ENOMEM;
	case SSPSEAL_STATUS_BUSY:
		return -EBUSY;
	case SSPSEAL_STATUS_LIMIT_FILE:
	case SSPSEAL_STATUS_NO_DESCRIPTOR:
		return -EMFILE;
	case SSPSEAL_STATUS_LIMIT_TOTAL:
		return -ENFILE;
	case SSPSEAL_STATUS_FAULT:
	case SSPSEAL_STATUS_FAULT_AFTER_COMMIT:
		return -EFAULT;
	case SSPSEAL_STATUS_CIPHER:
		return -EIO;
	case SSPSEAL_STATUS_INTERRUPTED:
		return -EINTR;
	case SSPSEAL_STATUS_TOKEN_TOO_SMALL:
	case SSPSEAL_STATUS_DATA_TOO_LONG:
	case SSPSEAL_STATUS_ASSOCIATED_TOO_LONG:
	case SSPSEAL_STATUS_INCOMPLETE:
		return -EMSGSIZE;
	case SSPSEAL_STATUS_TOKEN_VERSION:
	case SSPSEAL_STATUS_TOKEN_SUITE:
	case SSPSEAL_STATUS_TOKEN_FLAGS:
	case SSPSEAL_STATUS_TOKEN_REFLECTED:
	case SSPSEAL_STATUS_TOKEN_KIND:
	case SSPSEAL_STATUS_TOKEN_SALT:
	case SSPSEAL_STATUS_TOKEN_COUNTER:
	case SSPSEAL_STATUS_TOKEN_CONFIRMATION:
	case SSPSEAL_STATUS_ALTERED:
		return -EBADMSG;
	case SSPSEAL_STATUS_CALLER_SEQUENCE:
	case SSPSEAL_STATUS_REPLAYED:
	case SSPSEAL_STATUS_TOO_OLD:
	case SSPSEAL_STATUS_OUT_OF_ORDER:
		return -EILSEQ;
	}
	return -EIO;
}

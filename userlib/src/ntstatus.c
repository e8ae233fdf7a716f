// SPDX-License-Identifier: MIT
/*
 * What the kernel's reasons are at the Sp layer and at the application level,
 * where one code stands for many. Source: the pages named in ntsecpkg.h and
 * sspi.h.
 */
#include <errno.h>
#include <stddef.h>

#include "internal.h"

static _Thread_local __u32 last_status;

/* Where the families disagree. */
static const struct codes {
	NTSTATUS no_handle;
	NTSTATUS no_service;
	NTSTATUS no_right;
	NTSTATUS buffers;
	NTSTATUS token_room;
	NTSTATUS parameter;
	NTSTATUS no_memory;
	NTSTATUS fault;
	NTSTATUS interrupted;
} family_codes[] = {
	[SSPSEAL_FAMILY_SEAL] = {
		.no_handle = STATUS_INVALID_HANDLE,
		.no_service = STATUS_INVALID_HANDLE,
		.no_right = STATUS_ACCESS_DENIED,
		.buffers = STATUS_INVALID_PARAMETER,
		.token_room = STATUS_INVALID_PARAMETER,
		.parameter = STATUS_INVALID_PARAMETER,
		.no_memory = STATUS_INSUFFICIENT_RESOURCES,
		.fault = STATUS_ACCESS_VIOLATION,
		.interrupted = STATUS_CANCELLED,
	},
	[SSPSEAL_FAMILY_OTHER] = {
		.no_handle = SEC_E_INVALID_HANDLE,
		.no_service = SEC_E_QOP_NOT_SUPPORTED,
		.no_right = STATUS_ACCESS_DENIED,
		.buffers = SEC_E_INVALID_TOKEN,
		.token_room = SEC_E_INVALID_TOKEN,
		.parameter = STATUS_INVALID_PARAMETER,
		.no_memory = STATUS_INSUFFICIENT_RESOURCES,
		.fault = STATUS_ACCESS_VIOLATION,
		.interrupted = STATUS_CANCELLED,
	},
	[SSPSEAL_FAMILY_ENCRYPT] = {
		.no_handle = SEC_E_INVALID_HANDLE,
		.no_service = SEC_E_QOP_NOT_SUPPORTED,
		.no_right = SEC_E_UNSUPPORTED_FUNCTION,
		.buffers = SEC_E_INVALID_TOKEN,
		.token_room = SEC_E_BUFFER_TOO_SMALL,
		.parameter = SEC_E_INVALID_PARAMETER,
		.no_memory = SEC_E_INSUFFICIENT_MEMORY,
		.fault = SEC_E_INTERNAL_ERROR,
		.interrupted = SEC_E_INTERNAL_ERROR,
	},
	[SSPSEAL_FAMILY_APPLICATION] = {
		.no_handle = SEC_E_INVALID_HANDLE,
		.no_service = SEC_E_QOP_NOT_SUPPORTED,
		.no_right = SEC_E_UNSUPPORTED_FUNCTION,
		.buffers = SEC_E_INVALID_TOKEN,
		.token_room = SEC_E_INVALID_TOKEN,
		.parameter = SEC_E_INVALID_PARAMETER,
		.no_memory = SEC_E_INSUFFICIENT_MEMORY,
		.fault = SEC_E_INTERNAL_ERROR,
		.interrupted = SEC_E_INTERNAL_ERROR,
	},
};

#define NAME(status) { status, #status }
/* All that the calls of ntsecpkg.h and sspi.h return. */
static const struct {
	NTSTATUS status;
	const char *name;
} names[] = {
	NAME(STATUS_SUCCESS),
	NAME(STATUS_ACCESS_DENIED),
	NAME(STATUS_ACCESS_VIOLATION),
	NAME(STATUS_CANCELLED),
	NAME(STATUS_INSUFFICIENT_RESOURCES),
	NAME(STATUS_INVALID_HANDLE),
	NAME(STATUS_INVALID_PARAMETER),
	NAME(SEC_E_ALGORITHM_MISMATCH),
	NAME(SEC_E_BUFFER_TOO_SMALL),
	NAME(SEC_E_CONTEXT_EXPIRED),
	NAME(SEC_E_CRYPTO_SYSTEM_INVALID),
	NAME(SEC_E_INCOMPLETE_MESSAGE),
	NAME(SEC_E_INSUFFICIENT_MEMORY),
	NAME(SEC_E_INTERNAL_ERROR),
	NAME(SEC_E_INVALID_HANDLE),
	NAME(SEC_E_INVALID_PARAMETER),
	NAME(SEC_E_INVALID_TOKEN),
	NAME(SEC_E_LOGON_DENIED),
	NAME(SEC_E_MESSAGE_ALTERED),
	NAME(SEC_E_NOT_OWNER),
	NAME(SEC_E_NO_CREDENTIALS),
	NAME(SEC_E_NO_IMPERSONATION),
	NAME(SEC_E_OUT_OF_SEQUENCE),
	NAME(SEC_E_QOP_NOT_SUPPORTED),
	NAME(SEC_E_SECPKG_NOT_FOUND),
	NAME(SEC_E_TARGET_UNKNOWN),
	NAME(SEC_E_UNKNOWN_CREDENTIALS),
	NAME(SEC_E_UNSUPPORTED_FUNCTION),
	NAME(SEC_E_WRONG_PRINCIPAL),
	NAME(SEC_I_CONTINUE_NEEDED),
	{ 0 }
};

/* For a reason that is newer than this library. */
static NTSTATUS errno_ntstatus(const struct codes *codes, int error)
{
	switch (error) {
	case ENOENT:
		return codes->no_handle;
	case EACCES:
		return codes->no_right;
	case EINVAL:
	case EMSGSIZE:
		return codes->buffers;
	case EOPNOTSUPP:
		return codes->parameter;
	case ENOMEM:
	case EBUSY:
	case EMFILE:
	case ENFILE:
		return codes->no_memory;
	case EFAULT:
		return codes->fault;
	case EBADMSG:
		return SEC_E_MESSAGE_ALTERED;
	case EILSEQ:
		return SEC_E_OUT_OF_SEQUENCE;
	case EKEYEXPIRED:
	case EKEYREVOKED:
		return SEC_E_CONTEXT_EXPIRED;
	case ENOTCONN:
	case EBADF:
		return SEC_E_INVALID_HANDLE;
	case EINTR:
		return codes->interrupted;
	case EPERM:
		return SEC_E_QOP_NOT_SUPPORTED;
	case EIO:
		return SEC_E_CRYPTO_SYSTEM_INVALID;
	default:
		return SEC_E_INTERNAL_ERROR;
	}
}

static NTSTATUS status_ntstatus(const struct codes *codes, int ret,
				__u32 status)
{
	/* No default: the compiler names a status that is forgotten here. */
	switch ((enum sspseal_status)status) {
	case SSPSEAL_STATUS_OK:
		return STATUS_SUCCESS;
	case SSPSEAL_STATUS_NO_HANDLE:
	case SSPSEAL_STATUS_ALREADY_DESTROYED:
		return codes->no_handle;
	case SSPSEAL_STATUS_NOT_BOUND:
	case SSPSEAL_STATUS_UNCONFIRMED:
	case SSPSEAL_STATUS_DESCRIPTOR:
		return SEC_E_INVALID_HANDLE;
	case SSPSEAL_STATUS_NO_SERVICE:
		return codes->no_service;
	case SSPSEAL_STATUS_NO_RIGHT:
	case SSPSEAL_STATUS_ANONYMOUS:
	case SSPSEAL_STATUS_KEY_PERMISSION:
		return codes->no_right;
	case SSPSEAL_STATUS_REVOKED:
	case SSPSEAL_STATUS_HANDLE_EXPIRED:
	case SSPSEAL_STATUS_EXPIRED:
	case SSPSEAL_STATUS_SEND_ENDED:
	case SSPSEAL_STATUS_KEY_EXPIRED:
	case SSPSEAL_STATUS_KEY_REVOKED:
		return SEC_E_CONTEXT_EXPIRED;
	case SSPSEAL_STATUS_NO_MEMORY:
	case SSPSEAL_STATUS_BUSY:
	case SSPSEAL_STATUS_LIMIT_FILE:
	case SSPSEAL_STATUS_LIMIT_TOTAL:
	case SSPSEAL_STATUS_LIMIT_DEPTH:
	case SSPSEAL_STATUS_NO_DESCRIPTOR:
		return codes->no_memory;
	case SSPSEAL_STATUS_FAULT:
	case SSPSEAL_STATUS_FAULT_AFTER_COMMIT:
		return codes->fault;
	case SSPSEAL_STATUS_CIPHER:
		return SEC_E_CRYPTO_SYSTEM_INVALID;
	case SSPSEAL_STATUS_INTERRUPTED:
		return codes->interrupted;
	case SSPSEAL_STATUS_NO_CONFIDENTIALITY:
	case SSPSEAL_STATUS_QOP:
	case SSPSEAL_STATUS_QOP_SUITE:
	case SSPSEAL_STATUS_SEALED:
	case SSPSEAL_STATUS_NOT_SEALED:
		return SEC_E_QOP_NOT_SUPPORTED;
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
		return codes->buffers;
	case SSPSEAL_STATUS_TOKEN_TOO_SMALL:
		return codes->token_room;
	case SSPSEAL_STATUS_DATA_TOO_LONG:
	case SSPSEAL_STATUS_ASSOCIATED_TOO_LONG:
	case SSPSEAL_STATUS_RESERVED:
	case SSPSEAL_STATUS_FLAGS:
	case SSPSEAL_STATUS_MECHANISM:
	case SSPSEAL_STATUS_ROLE:
	case SSPSEAL_STATUS_SERVICES:
	case SSPSEAL_STATUS_POLICY:
	case SSPSEAL_STATUS_SUITE:
	case SSPSEAL_STATUS_DEFAULT_SUITE:
	case SSPSEAL_STATUS_KEY_SIZE:
	case SSPSEAL_STATUS_PARAMS_SIZE:
	case SSPSEAL_STATUS_EXPIRY:
	case SSPSEAL_STATUS_KEY_SOURCE:
	case SSPSEAL_STATUS_KEY_SERIAL:
	case SSPSEAL_STATUS_KEY_TYPE:
	case SSPSEAL_STATUS_ALREADY_BOUND:
	case SSPSEAL_STATUS_SERVICES_ADDED:
	case SSPSEAL_STATUS_CONFIRM:
	case SSPSEAL_STATUS_SUITE_NOT_ALLOWED:
	case SSPSEAL_STATUS_PEER_SALT:
	case SSPSEAL_STATUS_BINDING_SIZE:
	case SSPSEAL_STATUS_RIGHTS:
	case SSPSEAL_STATUS_OPERATIONS:
	case SSPSEAL_STATUS_COMMAND:
		return codes->parameter;
	case SSPSEAL_STATUS_INCOMPLETE:
		return SEC_E_INCOMPLETE_MESSAGE;
	case SSPSEAL_STATUS_TOKEN_VERSION:
	case SSPSEAL_STATUS_TOKEN_SUITE:
	case SSPSEAL_STATUS_TOKEN_COUNTER:
	case SSPSEAL_STATUS_TOKEN_FLAGS:
	case SSPSEAL_STATUS_TOKEN_REFLECTED:
	case SSPSEAL_STATUS_TOKEN_KIND:
	case SSPSEAL_STATUS_TOKEN_SALT:
	case SSPSEAL_STATUS_TOKEN_CONFIRMATION:
		return SEC_E_INVALID_TOKEN;
	case SSPSEAL_STATUS_ALTERED:
		return SEC_E_MESSAGE_ALTERED;
	case SSPSEAL_STATUS_CALLER_SEQUENCE:
	case SSPSEAL_STATUS_REPLAYED:
	case SSPSEAL_STATUS_TOO_OLD:
	case SSPSEAL_STATUS_OUT_OF_ORDER:
		return SEC_E_OUT_OF_SEQUENCE;
	}
	return errno_ntstatus(codes, -ret);
}

/**
 * sspseal_ntstatus() - the code of a native call, remembering its reason
 * @family: of the SSPI call that it was made for
 * @ret: what the native function returned
 * @status: what it left in the struct's status
 *
 * An error without a reason means that there is no sspseal file (any more), so
 * there is no handle either.
 *
 * Return: as the page of the SSPI call has it.
 */
NTSTATUS sspseal_ntstatus(enum sspseal_family family, int ret, __u32 status)
{
	if (ret == 0)
		return STATUS_SUCCESS;
	if (status == SSPSEAL_STATUS_OK)
		status = SSPSEAL_STATUS_NO_HANDLE;
	last_status = status;
	return status_ntstatus(&family_codes[family], ret, status);
}

LIBEXPORT __u32 sspseal_last_status(void)
{
	return last_status;
}

LIBEXPORT const char *sspseal_ntstatus_name(__s32 status)
{
	size_t i;

	for (i = 0; names[i].name; i++)
		if (names[i].status == status)
			return names[i].name;
	return "UNKNOWN";
}

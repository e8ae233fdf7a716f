// SPDX-License-Identifier: MIT
/* The SSPI calls on contexts other than messages, and the packed context. */
#include <stddef.h>
#include <string.h>

#include "internal.h"

static NTSTATUS context_query(LSA_SEC_HANDLE handle,
			      struct sspseal_query *query)
{
	int ret;

	*query = (struct sspseal_query){ .handle = sspseal_handle(handle) };
	ret = sspseal_query(sspseal_device(), query);
	return sspseal_ntstatus(SSPSEAL_FAMILY_OTHER, ret, query->status);
}

static void pack(const struct sspseal_query *query,
		 struct sspseal_packed_context *packed)
{
	/* Compared with memcmp(). */
	_Static_assert(sizeof(*packed) == 12 + SSPSEAL_SALT_SIZE, "no padding");

	packed->version = SSPSEAL_PACKED_VERSION;
	packed->mechanism = query->mechanism;
	packed->role = query->role;
	memcpy(packed->salt, query->salt, sizeof(packed->salt));
}

LIBEXPORT int sspseal_pack_context(int fd, __u32 handle,
				   struct sspseal_packed_context *packed)
{
	struct sspseal_query query = { .handle = handle };
	int ret = sspseal_query(fd, &query);

	if (ret == 0)
		pack(&query, packed);
	return ret;
}

LIBEXPORT NTSTATUS NTAPI SpInitUserModeContext(LSA_SEC_HANDLE ContextHandle,
					       PSecBuffer PackedContext)
{
	struct sspseal_packed_context given, actual;
	struct sspseal_query query;
	NTSTATUS status;

	status = context_query(ContextHandle, &query);
	if (status != STATUS_SUCCESS)
		return status;
	if (!PackedContext || !PackedContext->pvBuffer ||
	    PackedContext->cbBuffer != sizeof(given))
		return SEC_E_INVALID_TOKEN;
	memcpy(&given, PackedContext->pvBuffer, sizeof(given));
	if (given.version != SSPSEAL_PACKED_VERSION)
		return SEC_E_INVALID_TOKEN;
	pack(&query, &actual);
	return memcmp(&given, &actual, sizeof(given)) ? SEC_E_INVALID_HANDLE :
							STATUS_SUCCESS;
}

LIBEXPORT NTSTATUS NTAPI SpQueryContextAttributes(LSA_SEC_HANDLE ContextHandle,
						  ULONG ContextAttribute,
						  PVOID Buffer)
{
	SecPkgContext_Sizes *sizes = Buffer;
	struct sspseal_query query;
	NTSTATUS status;

	status = context_query(ContextHandle, &query);
	if (status != STATUS_SUCCESS)
		return status;
	if (ContextAttribute != SECPKG_ATTR_SIZES)
		return SEC_E_UNSUPPORTED_FUNCTION;
	if (!sizes)
		return SEC_E_INVALID_PARAMETER;
	sizes->cbMaxToken = query.max_signature > query.security_trailer ?
			    query.max_signature : query.security_trailer;
	sizes->cbMaxSignature = query.max_signature;
	sizes->cbBlockSize = 1;
	sizes->cbSecurityTrailer = query.security_trailer;
	return STATUS_SUCCESS;
}

LIBEXPORT NTSTATUS NTAPI SpDeleteUserModeContext(LSA_SEC_HANDLE ContextHandle)
{
	__u32 status;
	int ret;

	ret = sspseal_destroy(sspseal_device(), sspseal_handle(ContextHandle),
			      &status);
	return sspseal_ntstatus(SSPSEAL_FAMILY_OTHER, ret, status);
}

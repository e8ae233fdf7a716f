// SPDX-License-Identifier: MIT
/* The SSPI calls on contexts as a whole, and the packed context. */
#include <string.h>

#include "handshake.h"

NTSTATUS sspseal_context_query(enum sspseal_family family,
			       LSA_SEC_HANDLE handle,
			       struct sspseal_query *query)
{
	int ret;

	sspseal_half_open_end_late();
	*query = (struct sspseal_query){ .handle = sspseal_handle(handle) };
	ret = sspseal_query(sspseal_device(), query);
	return sspseal_ntstatus(family, ret, query->status);
}

/* ---- the handle of the application level ---- */

LIBEXPORT void sspseal_to_context(__u32 handle, struct _SecHandle *context)
{
	context->dwLower = handle;
	context->dwUpper = atomic_load_explicit(&sspseal_context_tag,
						memory_order_relaxed);
}

LIBEXPORT __u32 sspseal_from_context(const struct _SecHandle *context)
{
	return sspseal_handle(sspseal_context(context));
}

/* ---- the packed context ---- */

void sspseal_pack(const struct sspseal_query *query,
		  struct sspseal_packed_context *packed)
{
	/* Compared with memcmp(). */
	_Static_assert(sizeof(*packed) == 12 + SSPSEAL_SALT_SIZE, "no padding");

	packed->version = SSPSEAL_PACKED_VERSION;
	packed->mechanism = query->mechanism;
	packed->role = query->role;
	memcpy(packed->salt, query->salt, sizeof(packed->salt));
}

/**
 * sspseal_unpack() - take a packed context from a caller
 * @buffer: its type is not looked at; may be NULL
 * @packed: out, aligned
 *
 * Return: false if it is not of the size and version that this library makes.
 */
bool sspseal_unpack(const SecBuffer *buffer,
		    struct sspseal_packed_context *packed)
{
	if (!buffer || !buffer->pvBuffer ||
	    buffer->cbBuffer != sizeof(*packed))
		return false;
	memcpy(packed, buffer->pvBuffer, sizeof(*packed));
	return packed->version == SSPSEAL_PACKED_VERSION;
}

/* Was the blob made for this context? */
bool sspseal_packed_is(const struct sspseal_packed_context *packed,
		       const struct sspseal_query *query)
{
	struct sspseal_packed_context actual;

	sspseal_pack(query, &actual);
	return !memcmp(packed, &actual, sizeof(actual));
}

LIBEXPORT int sspseal_pack_context(int fd, __u32 handle,
				   struct sspseal_packed_context *packed)
{
	struct sspseal_query query = { .handle = handle };
	int ret = sspseal_query(fd, &query);

	if (ret == 0)
		sspseal_pack(&query, packed);
	return ret;
}

LIBEXPORT NTSTATUS NTAPI SpInitUserModeContext(LSA_SEC_HANDLE ContextHandle,
					       PSecBuffer PackedContext)
{
	struct sspseal_packed_context packed;
	struct sspseal_query query;
	NTSTATUS status;

	status = sspseal_context_query(SSPSEAL_FAMILY_OTHER, ContextHandle,
				       &query);
	if (status != STATUS_SUCCESS)
		return status;
	if (!sspseal_unpack(PackedContext, &packed))
		return SEC_E_INVALID_TOKEN;
	return sspseal_packed_is(&packed, &query) ? STATUS_SUCCESS :
						    SEC_E_INVALID_HANDLE;
}

/* ---- what is refused for every context, but only for a context ---- */

static NTSTATUS refuse(LSA_SEC_HANDLE handle, NTSTATUS refusal)
{
	struct sspseal_query query;
	NTSTATUS status;

	status = sspseal_context_query(SSPSEAL_FAMILY_OTHER, handle, &query);
	return status == SEC_E_INVALID_HANDLE ? status : refusal;
}

LIBEXPORT NTSTATUS NTAPI SpGetContextToken(LSA_SEC_HANDLE ContextHandle,
					   PHANDLE ImpersonationToken)
{
	(void)ImpersonationToken;
	return refuse(ContextHandle, SEC_E_NO_IMPERSONATION);
}

static SECURITY_STATUS no_impersonation(PCtxtHandle context)
{
	return refuse(sspseal_context(context), SEC_E_NO_IMPERSONATION);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QuerySecurityContextToken(PCtxtHandle phContext, HANDLE *Token)
{
	(void)Token;
	return no_impersonation(phContext);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ImpersonateSecurityContext(PCtxtHandle phContext)
{
	return no_impersonation(phContext);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY RevertSecurityContext(PCtxtHandle phContext)
{
	return no_impersonation(phContext);
}

LIBEXPORT NTSTATUS NTAPI SpCompleteAuthToken(LSA_SEC_HANDLE ContextHandle,
					     PSecBufferDesc InputBuffer)
{
	(void)InputBuffer;
	return refuse(ContextHandle, SEC_E_UNSUPPORTED_FUNCTION);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY CompleteAuthToken(PCtxtHandle phContext,
						      PSecBufferDesc pToken)
{
	(void)pToken;
	return refuse(sspseal_context(phContext),
		      SEC_E_UNSUPPORTED_FUNCTION);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY ApplyControlToken(PCtxtHandle phContext,
						      PSecBufferDesc pInput)
{
	(void)pInput;
	return refuse(sspseal_context(phContext),
		      SEC_E_UNSUPPORTED_FUNCTION);
}

/* ---- the end ---- */

static int destroy(__u32 handle, __u32 *status)
{
	sspseal_half_open_forget(handle);
	sspseal_names_drop(handle);
	return sspseal_destroy(sspseal_device(), handle, status);
}

LIBEXPORT NTSTATUS NTAPI SpDeleteUserModeContext(LSA_SEC_HANDLE ContextHandle)
{
	__u32 status;
	int ret = destroy(sspseal_handle(ContextHandle), &status);

	return sspseal_ntstatus(SSPSEAL_FAMILY_OTHER, ret, status);
}

/* Microsoft's page: success also if it "has already been deleted". */
LIBEXPORT SECURITY_STATUS SEC_ENTRY DeleteSecurityContext(PCtxtHandle phContext)
{
	__u32 status;
	int ret = destroy(sspseal_from_context(phContext), &status);

	if (status == SSPSEAL_STATUS_ALREADY_DESTROYED)
		return SEC_E_OK;
	return sspseal_ntstatus(SSPSEAL_FAMILY_APPLICATION, ret, status);
}

// SPDX-License-Identifier: MIT
/*
 * A context for another process, at both layers: the packed context tells which
 * one it is, and the token is the descriptor of a file that EXPORT made, which
 * gives its use.
 */
#include <limits.h>
#include <unistd.h>

#include "internal.h"
#include "names.h"

static NTSTATUS destroy(const struct sspseal_style *style, __u32 handle)
{
	__u32 status;
	int ret;

	sspseal_names_drop(handle);
	ret = sspseal_destroy(sspseal_device(), handle, &status);
	return sspseal_ntstatus(style->family, ret, status);
}

/* With all that the handle may do. */
static NTSTATUS make_token(const struct sspseal_style *style,
			   const struct sspseal_query *query, int *fd)
{
	struct sspseal_export request = {
		.handle = query->handle,
		.rights = query->rights,
	};
	int ret = sspseal_export(sspseal_device(), &request);

	*fd = request.fd;
	return sspseal_ntstatus(style->family, ret, request.status);
}

static NTSTATUS export_packed(const struct sspseal_style *style,
			      const struct sspseal_query *query, ULONG flags,
			      struct sspseal_packed_context *packed, int *fd)
{
	NTSTATUS status = make_token(style, query, fd);

	if (status != STATUS_SUCCESS)
		return status;
	sspseal_pack(query, packed);
	if (flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD)
		status = destroy(style, query->handle);
	/* Another thread may have been first. */
	if (status != STATUS_SUCCESS)
		close(*fd);
	return status;
}

static NTSTATUS export_context(const struct sspseal_style *style,
			       LSA_SEC_HANDLE handle, ULONG flags,
			       PSecBuffer buffer, HANDLE *token)
{
	struct sspseal_packed_context *packed;
	struct sspseal_query query;
	NTSTATUS status;
	int fd;

	status = sspseal_context_query(style->family, handle, &query);
	if (status != STATUS_SUCCESS)
		return status;
	/* A context in its initial state would use its numbers again. */
	if (flags & ~SECPKG_CONTEXT_EXPORT_DELETE_OLD)
		return SEC_E_NOT_SUPPORTED;
	if (!buffer || !token)
		return SEC_E_INVALID_PARAMETER;
	packed = style->allocate(sizeof(*packed));
	if (!packed)
		return sspseal_no_memory(style);
	status = export_packed(style, &query, flags, packed, &fd);
	if (status != STATUS_SUCCESS) {
		style->release(packed);
		return status;
	}
	buffer->cbBuffer = sizeof(*packed);
	buffer->pvBuffer = packed;
	*token = SSPSEAL_FD_TOKEN(fd);
	return STATUS_SUCCESS;
}

/* SSPSEAL_TOKEN_FD() would cut what is no descriptor until it is one. */
static int token_fd(HANDLE token)
{
	return (uintptr_t)token - 1 <= INT_MAX ? SSPSEAL_TOKEN_FD(token) : -1;
}

static NTSTATUS check_import(const struct sspseal_style *style, int file,
			     __u32 handle,
			     const struct sspseal_packed_context *packed)
{
	struct sspseal_query query = { .handle = handle };
	int ret = sspseal_query(file, &query);

	if (ret)
		return sspseal_ntstatus(style->family, ret, query.status);
	return sspseal_packed_is(packed, &query) ? STATUS_SUCCESS :
						   SEC_E_INVALID_HANDLE;
}

/* Nothing is kept before the context is known to be the right one. */
static NTSTATUS import_context(const struct sspseal_style *style,
			       const SecBuffer *buffer, HANDLE token,
			       __u32 *handle)
{
	struct sspseal_import request = { .fd = token_fd(token) };
	struct sspseal_packed_context packed;
	NTSTATUS status;
	int ret, file;

	if (!sspseal_unpack(buffer, &packed))
		return SEC_E_INVALID_TOKEN;
	do {
		ret = sspseal_device_import(&request, &file);
		if (ret)
			return sspseal_ntstatus(style->family, ret,
						request.status);
		status = check_import(style, file, request.handle, &packed);
		if (status != STATUS_SUCCESS) {
			sspseal_device_drop(&request);
			return status;
		}
	} while (!sspseal_device_keep(&request));
	*handle = request.handle;
	return STATUS_SUCCESS;
}

/* ---- the Sp layer ---- */

LIBEXPORT NTSTATUS NTAPI SpExportSecurityContext(LSA_SEC_HANDLE phContext,
						 ULONG fFlags,
						 PSecBuffer pPackedContext,
						 PHANDLE pToken)
{
	return export_context(&sspseal_style_sp, phContext, fFlags,
			      pPackedContext, pToken);
}

LIBEXPORT NTSTATUS NTAPI SpImportSecurityContext(PSecBuffer pPackedContext,
						 HANDLE Token,
						 PLSA_SEC_HANDLE phContext)
{
	NTSTATUS status;
	__u32 handle;

	if (!phContext)
		return SEC_E_INVALID_PARAMETER;
	status = import_context(&sspseal_style_sp, pPackedContext, Token,
				&handle);
	if (status == STATUS_SUCCESS)
		*phContext = handle;
	return status;
}

/* ---- the application level ---- */

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ExportSecurityContext(PCtxtHandle phContext, ULONG fFlags,
		      PSecBuffer pPackedContext, void **pToken)
{
	return export_context(&sspseal_style_w, sspseal_context(phContext),
			      fFlags, pPackedContext, pToken);
}

static SECURITY_STATUS import_named(const struct sspseal_style *style,
				    const void *package,
				    const SecBuffer *packed, HANDLE token,
				    PCtxtHandle context)
{
	SECURITY_STATUS status;
	__u32 handle = 0;

	if (!context)
		return SEC_E_INVALID_PARAMETER;
	if (!sspseal_is_package(style, package))
		return SEC_E_SECPKG_NOT_FOUND;
	status = import_context(style, packed, token, &handle);
	if (status == SEC_E_OK)
		sspseal_to_context(handle, context);
	return status;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ImportSecurityContextA(SEC_CHAR *pszPackage, PSecBuffer pPackedContext,
		       void *Token, PCtxtHandle phContext)
{
	return import_named(&sspseal_style_a, pszPackage, pPackedContext, Token,
			    phContext);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ImportSecurityContextW(SEC_WCHAR *pszPackage, PSecBuffer pPackedContext,
		       void *Token, PCtxtHandle phContext)
{
	return import_named(&sspseal_style_w, pszPackage, pPackedContext, Token,
			    phContext);
}

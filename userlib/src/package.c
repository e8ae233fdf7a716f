// SPDX-License-Identifier: MIT
/* The package: what it is called and can do, and its table of functions. */
#include <string.h>
#include <strings.h>

#include "internal.h"

static const ULONG capabilities = SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY |
				  SECPKG_FLAG_CONNECTION |
				  SECPKG_FLAG_DATAGRAM |
				  SECPKG_FLAG_READONLY_WITH_CHECKSUM;

/* The A struct has pointers of another type in the same places. */
_Static_assert(sizeof(SecPkgInfoA) == sizeof(SecPkgInfoW) &&
	       offsetof(SecPkgInfoA, Name) == offsetof(SecPkgInfoW, Name) &&
	       offsetof(SecPkgInfoA, Comment) == offsetof(SecPkgInfoW, Comment),
	       "one layout");

/**
 * sspseal_package_info() - tell about the package
 * @style: of the caller
 *
 * Return: one piece of memory with the strings in it, a SecPkgInfoA if @style
 * is not wide; NULL if there is none.
 */
PSecPkgInfoW sspseal_package_info(const struct sspseal_style *style)
{
	size_t name = sspseal_string_size(style, SSPSEAL_NAME_A);
	size_t comment = sspseal_string_size(style, SSPSEAL_COMMENT_A);
	PSecPkgInfoW info = style->allocate(sizeof(*info) + name + comment);
	char *strings;

	if (!info)
		return NULL;
	strings = (char *)(info + 1);
	sspseal_put_string(style, strings, SSPSEAL_NAME_A);
	sspseal_put_string(style, strings + name, SSPSEAL_COMMENT_A);
	*info = (SecPkgInfoW){
		.fCapabilities = capabilities,
		.wVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION,
		.wRPCID = SECPKG_ID_NONE,
		.cbMaxToken = SSPSEAL_MAX_TOKEN,
		.Name = (void *)strings,
		.Comment = (void *)(strings + name),
	};
	return info;
}

/**
 * sspseal_is_package() - is this the name of the package?
 * @style: whose strings @name is one of
 * @name: in any case; may be NULL
 *
 * Return: true if it is.
 */
bool sspseal_is_package(const struct sspseal_style *style, const void *name)
{
	char narrow[sizeof(SSPSEAL_NAME_A)];
	const WCHAR *wide = name;
	size_t i;

	if (!name || !style->wide)
		return name && !strcasecmp(name, SSPSEAL_NAME_A);
	/* What is not ASCII is not in the name. */
	for (i = 0; i < sizeof(narrow); i++) {
		narrow[i] = wide[i] < 0x80 ? wide[i] : '?';
		if (!wide[i])
			return !strcasecmp(narrow, SSPSEAL_NAME_A);
	}
	return false;
}

/* ---- the Sp layer ---- */

static const SECPKG_USER_FUNCTION_TABLE user_table = {
	.InstanceInit = SpInstanceInit,
	.InitUserModeContext = SpInitUserModeContext,
	.MakeSignature = SpMakeSignature,
	.VerifySignature = SpVerifySignature,
	.SealMessage = SpSealMessage,
	.UnsealMessage = SpUnsealMessage,
	.GetContextToken = SpGetContextToken,
	.QueryContextAttributes = SpQueryContextAttributes,
	.CompleteAuthToken = SpCompleteAuthToken,
	.DeleteUserModeContext = SpDeleteUserModeContext,
	.FormatCredentials = SpFormatCredentials,
	.MarshallSupplementalCreds = SpMarshallSupplementalCreds,
	.ExportContext = SpExportSecurityContext,
	.ImportContext = SpImportSecurityContext,
};

LIBEXPORT NTSTATUS SEC_ENTRY
SpUserModeInitialize(ULONG LsaVersion, PULONG PackageVersion,
		     PSECPKG_USER_FUNCTION_TABLE *ppTables, PULONG pcTables)
{
	(void)LsaVersion;
	if (!PackageVersion || !ppTables || !pcTables)
		return STATUS_INVALID_PARAMETER;
	*PackageVersion = SECPKG_INTERFACE_VERSION;
	/* The table is not for writing, though its type does not say so. */
	*ppTables = (PSECPKG_USER_FUNCTION_TABLE)&user_table;
	*pcTables = 1;
	return STATUS_SUCCESS;
}

/* ---- the application level ---- */

/* @result is written on success only. */
static SECURITY_STATUS give_info(const struct sspseal_style *style,
				 PSecPkgInfoW *result)
{
	PSecPkgInfoW info;

	if (!result)
		return SEC_E_INVALID_PARAMETER;
	info = sspseal_package_info(style);
	if (!info)
		return sspseal_no_memory(style);
	*result = info;
	return SEC_E_OK;
}

static SECURITY_STATUS enumerate(const struct sspseal_style *style,
				 ULONG *number, PSecPkgInfoW *result)
{
	SECURITY_STATUS status;

	if (!number)
		return SEC_E_INVALID_PARAMETER;
	status = give_info(style, result);
	if (status == SEC_E_OK)
		*number = 1;
	return status;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
EnumerateSecurityPackagesA(ULONG *pcPackages, PSecPkgInfoA *ppPackageInfo)
{
	return enumerate(&sspseal_style_a, pcPackages,
			 (PSecPkgInfoW *)ppPackageInfo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
EnumerateSecurityPackagesW(ULONG *pcPackages, PSecPkgInfoW *ppPackageInfo)
{
	return enumerate(&sspseal_style_w, pcPackages, ppPackageInfo);
}

static SECURITY_STATUS query_info(const struct sspseal_style *style,
				  const void *name, PSecPkgInfoW *result)
{
	if (!sspseal_is_package(style, name))
		return SEC_E_SECPKG_NOT_FOUND;
	return give_info(style, result);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QuerySecurityPackageInfoA(SEC_CHAR *pszPackageName, PSecPkgInfoA *ppPackageInfo)
{
	return query_info(&sspseal_style_a, pszPackageName,
			  (PSecPkgInfoW *)ppPackageInfo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QuerySecurityPackageInfoW(SEC_WCHAR *pszPackageName,
			  PSecPkgInfoW *ppPackageInfo)
{
	return query_info(&sspseal_style_w, pszPackageName, ppPackageInfo);
}

// SPDX-License-Identifier: MIT
/*
 * Calls that the tables of functions have to have, and that the package does not
 * offer. To offer one, take it out here.
 */
#include "internal.h"

/* Nothing that they are given is looked at. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* ---- what there is nothing for ---- */

LIBEXPORT NTSTATUS NTAPI SpFormatCredentials(PSecBuffer Credentials,
					     PSecBuffer FormattedCredentials)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT NTSTATUS NTAPI SpMarshallSupplementalCreds(ULONG CredentialSize,
						     PUCHAR Credentials,
						     PULONG MarshalledCredSize,
						     PVOID *MarshalledCreds)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY AddCredentialsA(PCredHandle hCredentials,
						    SEC_CHAR *pszPrincipal,
						    SEC_CHAR *pszPackage,
						    ULONG fCredentialUse,
						    void *pAuthData,
						    SEC_GET_KEY_FN pGetKeyFn,
						    void *pvGetKeyArgument,
						    PTimeStamp ptsExpiry)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY AddCredentialsW(PCredHandle hCredentials,
						    SEC_WCHAR *pszPrincipal,
						    SEC_WCHAR *pszPackage,
						    ULONG fCredentialUse,
						    void *pAuthData,
						    SEC_GET_KEY_FN pGetKeyFn,
						    void *pvGetKeyArgument,
						    PTimeStamp ptsExpiry)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QueryCredentialsAttributesA(PCredHandle phCredential, ULONG ulAttribute,
			    void *pBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QueryCredentialsAttributesW(PCredHandle phCredential, ULONG ulAttribute,
			    void *pBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
SetCredentialsAttributesA(PCredHandle phCredential, ULONG ulAttribute,
			  void *pBuffer, ULONG cbBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
SetCredentialsAttributesW(PCredHandle phCredential, ULONG ulAttribute,
			  void *pBuffer, ULONG cbBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY SetContextAttributesA(PCtxtHandle phContext,
							  ULONG ulAttribute,
							  void *pBuffer,
							  ULONG cbBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY SetContextAttributesW(PCtxtHandle phContext,
							  ULONG ulAttribute,
							  void *pBuffer,
							  ULONG cbBuffer)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ChangeAccountPasswordA(SEC_CHAR *pszPackageName, SEC_CHAR *pszDomainName,
		       SEC_CHAR *pszAccountName, SEC_CHAR *pszOldPassword,
		       SEC_CHAR *pszNewPassword, BOOLEAN bImpersonating,
		       ULONG dwReserved, PSecBufferDesc pOutput)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
ChangeAccountPasswordW(SEC_WCHAR *pszPackageName, SEC_WCHAR *pszDomainName,
		       SEC_WCHAR *pszAccountName, SEC_WCHAR *pszOldPassword,
		       SEC_WCHAR *pszNewPassword, BOOLEAN bImpersonating,
		       ULONG dwReserved, PSecBufferDesc pOutput)
{
	return SEC_E_UNSUPPORTED_FUNCTION;
}

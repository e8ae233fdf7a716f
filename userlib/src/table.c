// SPDX-License-Identifier: MIT
/* The application level as tables of functions. */
#include "internal.h"

/*
 * Programs from before EncryptMessage() had a name look for it and its opposite
 * in Reserved3 and Reserved4.
 */
#define TABLE(X) {							\
	.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4,	\
	.EnumerateSecurityPackages##X = EnumerateSecurityPackages##X,	\
	.QueryCredentialsAttributes##X = QueryCredentialsAttributes##X,	\
	.AcquireCredentialsHandle##X = AcquireCredentialsHandle##X,	\
	.FreeCredentialsHandle = FreeCredentialsHandle,			\
	.InitializeSecurityContext##X = InitializeSecurityContext##X,	\
	.AcceptSecurityContext = AcceptSecurityContext,			\
	.CompleteAuthToken = CompleteAuthToken,				\
	.DeleteSecurityContext = DeleteSecurityContext,			\
	.ApplyControlToken = ApplyControlToken,				\
	.QueryContextAttributes##X = QueryContextAttributes##X,		\
	.ImpersonateSecurityContext = ImpersonateSecurityContext,	\
	.RevertSecurityContext = RevertSecurityContext,			\
	.MakeSignature = MakeSignature,					\
	.VerifySignature = VerifySignature,				\
	.FreeContextBuffer = FreeContextBuffer,				\
	.QuerySecurityPackageInfo##X = QuerySecurityPackageInfo##X,	\
	.Reserved3 = EncryptMessage,					\
	.Reserved4 = DecryptMessage,					\
	.ExportSecurityContext = ExportSecurityContext,			\
	.ImportSecurityContext##X = ImportSecurityContext##X,		\
	.AddCredentials##X = AddCredentials##X,				\
	.QuerySecurityContextToken = QuerySecurityContextToken,		\
	.EncryptMessage = EncryptMessage,				\
	.DecryptMessage = DecryptMessage,				\
	.SetContextAttributes##X = SetContextAttributes##X,		\
	.SetCredentialsAttributes##X = SetCredentialsAttributes##X,	\
	.ChangeAccountPassword##X = ChangeAccountPassword##X,		\
}

/* They are not for writing, though their type does not say so. */
static const SecurityFunctionTableA table_a = TABLE(A);
static const SecurityFunctionTableW table_w = TABLE(W);

LIBEXPORT PSecurityFunctionTableA SEC_ENTRY InitSecurityInterfaceA(void)
{
	return (PSecurityFunctionTableA)&table_a;
}

LIBEXPORT PSecurityFunctionTableW SEC_ENTRY InitSecurityInterfaceW(void)
{
	return (PSecurityFunctionTableW)&table_w;
}

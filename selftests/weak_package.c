// SPDX-License-Identifier: GPL-2.0-only
/*
 * LD_PRELOAD=weak_package.so COMMAND
 *
 * Another security package in place of SspSeal. With WEAK in the environment it
 * does not give what these flags ask for, though it succeeds. Without, it wants
 * CompleteAuthToken after each token that it makes, and fails if that was left out.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

#include <sspi.h>

static bool incomplete;

static SECURITY_STATUS made(SECURITY_STATUS status, ULONG *given)
{
	const char *weak = getenv("WEAK");

	if (weak) {
		*given &= ~strtoul(weak, NULL, 0);
		return status;
	}
	if (incomplete)
		return SEC_E_INTERNAL_ERROR;
	incomplete = status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
	if (status == SEC_E_OK)
		return SEC_I_COMPLETE_NEEDED;
	return status == SEC_I_CONTINUE_NEEDED ? SEC_I_COMPLETE_AND_CONTINUE :
						 status;
}

SECURITY_STATUS SEC_ENTRY
CompleteAuthToken(PCtxtHandle phContext, PSecBufferDesc pToken)
{
	(void)phContext;
	(void)pToken;
	incomplete = false;
	return SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY
InitializeSecurityContextA(PCredHandle phCredential, PCtxtHandle phContext,
			   SEC_CHAR *pszTargetName, ULONG fContextReq,
			   ULONG Reserved1, ULONG TargetDataRep,
			   PSecBufferDesc pInput, ULONG Reserved2,
			   PCtxtHandle phNewContext, PSecBufferDesc pOutput,
			   ULONG *pfContextAttr, PTimeStamp ptsExpiry)
{
	INITIALIZE_SECURITY_CONTEXT_FN_A call =
		dlsym(RTLD_NEXT, "InitializeSecurityContextA");

	return made(call(phCredential, phContext, pszTargetName, fContextReq,
			 Reserved1, TargetDataRep, pInput, Reserved2,
			 phNewContext, pOutput, pfContextAttr, ptsExpiry),
		    pfContextAttr);
}

SECURITY_STATUS SEC_ENTRY
AcceptSecurityContext(PCredHandle phCredential, PCtxtHandle phContext,
		      PSecBufferDesc pInput, ULONG fContextReq,
		      ULONG TargetDataRep, PCtxtHandle phNewContext,
		      PSecBufferDesc pOutput, ULONG *pfContextAttr,
		      PTimeStamp ptsExpiry)
{
	ACCEPT_SECURITY_CONTEXT_FN call =
		dlsym(RTLD_NEXT, "AcceptSecurityContext");

	return made(call(phCredential, phContext, pInput, fContextReq,
			 TargetDataRep, phNewContext, pOutput, pfContextAttr,
			 ptsExpiry), pfContextAttr);
}

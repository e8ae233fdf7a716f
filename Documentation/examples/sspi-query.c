// SPDX-License-Identifier: MIT
/*
 * What can be known of a context.
 *
 * cc -o sspi-query sspi-query.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <sspi.h>
#include <sspseal.h>

static int make_context(PCtxtHandle context)
{
	unsigned char key[32];
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = SSPSEAL_ROLE_INITIATOR,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
		.key = (uintptr_t)key,
		.key_size = sizeof(key),
	};
	int ret = -1;

	if (getrandom(key, sizeof(key), 0) == sizeof(key))
		ret = sspseal_create(sspseal_device(), &create);
	explicit_bzero(key, sizeof(key));
	if (ret == 0)
		sspseal_to_context(create.handle, context);
	return ret;
}

static void print_key_info(PCtxtHandle context)
{
	SecPkgContext_KeyInfoA info;

	if (QueryContextAttributesA(context, SECPKG_ATTR_KEY_INFO, &info))
		return;
	printf("%s, %u bits\n", info.sEncryptAlgorithmName, info.KeySize);
	FreeContextBuffer(info.sSignatureAlgorithmName);
	FreeContextBuffer(info.sEncryptAlgorithmName);
}

int main(void)
{
	SecPkgContext_Sizes sizes;
	SecPkgContext_Flags flags;
	CtxtHandle context;

	if (make_context(&context) ||
	    QueryContextAttributesA(&context, SECPKG_ATTR_SIZES, &sizes) ||
	    QueryContextAttributesA(&context, SECPKG_ATTR_FLAGS, &flags))
		return 1;
	printf("a token of %u bytes, replays are %s\n", sizes.cbSecurityTrailer,
	       flags.Flags & ISC_RET_REPLAY_DETECT ? "refused" : "accepted");
	print_key_info(&context);
	return DeleteSecurityContext(&context) == SEC_E_OK ? 0 : 1;
}

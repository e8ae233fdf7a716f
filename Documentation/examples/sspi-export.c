// SPDX-License-Identifier: MIT
/*
 * A context that a program gives to itself. To give it to another process, send the
 * packed context as bytes, and the descriptor with SCM_RIGHTS.
 *
 * cc -o sspi-export sspi-export.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <sspi.h>
#include <sspseal.h>

static int make_context(PCtxtHandle context)
{
	unsigned char key[32];
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = SSPSEAL_ROLE_INITIATOR,
		.services = SSPSEAL_INTEGRITY,
		.key = (uintptr_t)key,
		.key_size = sizeof(key),
	};
	int fd = sspseal_device();

	if (fd < 0 || getrandom(key, sizeof(key), 0) != sizeof(key) ||
	    sspseal_create(fd, &create))
		return -1;
	explicit_bzero(key, sizeof(key));
	sspseal_to_context(create.handle, context);
	return 0;
}

int main(void)
{
	char name[] = SSPSEAL_NAME_A;
	CtxtHandle context, copy;
	SECURITY_STATUS status;
	SecBuffer packed = { 0 };
	void *token;

	if (make_context(&context))
		return 1;
	status = ExportSecurityContext(&context, SECPKG_CONTEXT_EXPORT_DELETE_OLD,
				       &packed, &token);
	if (status != SEC_E_OK)
		return 1;
	printf("%u bytes, and descriptor %d\n", packed.cbBuffer,
	       SSPSEAL_TOKEN_FD(token));

	status = ImportSecurityContextA(name, &packed, token, &copy);
	FreeContextBuffer(packed.pvBuffer);
	close(SSPSEAL_TOKEN_FD(token));
	if (status != SEC_E_OK)
		return 1;
	return DeleteSecurityContext(&copy) == SEC_E_OK ? 0 : 1;
}

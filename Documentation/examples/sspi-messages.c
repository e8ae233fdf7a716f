// SPDX-License-Identifier: MIT
/*
 * A message with a header that is authenticated and not encrypted, from one end of
 * a session to the other.
 *
 * cc -o sspi-messages sspi-messages.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <sspi.h>
#include <sspseal.h>

/* In a real program a handshake makes the context. */
static int make_context(__u32 role, const void *key, __u32 key_size,
			PCtxtHandle context)
{
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.key = (uintptr_t)key,
		.key_size = key_size,
	};
	int ret = sspseal_create(sspseal_device(), &create);

	if (ret == 0)
		sspseal_to_context(create.handle, context);
	return ret;
}

int main(void)
{
	char header[] = "to: acceptor", text[] = "a message";
	unsigned char key[32], token[64];
	CtxtHandle initiator, acceptor;
	SecPkgContext_Sizes sizes;
	SECURITY_STATUS status;
	int failed;
	ULONG qop;

	failed = getrandom(key, sizeof(key), 0) != sizeof(key) ||
		 make_context(SSPSEAL_ROLE_INITIATOR, key, sizeof(key),
			      &initiator) ||
		 make_context(SSPSEAL_ROLE_ACCEPTOR, key, sizeof(key),
			      &acceptor);
	explicit_bzero(key, sizeof(key));
	if (failed)
		return 1;

	status = QueryContextAttributes(&initiator, SECPKG_ATTR_SIZES, &sizes);
	if (status != SEC_E_OK || sizes.cbSecurityTrailer > sizeof(token))
		return 1;

	SecBuffer buffers[] = {
		{ sizeof(header),
		  SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, header },
		{ sizeof(text), SECBUFFER_DATA, text },
		{ sizes.cbSecurityTrailer, SECBUFFER_TOKEN, token },
	};
	SecBufferDesc message = { SECBUFFER_VERSION, 3, buffers };

	status = EncryptMessage(&initiator, 0, &message, 0);
	if (status == SEC_E_OK)
		status = DecryptMessage(&acceptor, &message, 0, &qop);
	if (status != SEC_E_OK) {
		printf("%s: %s\n", sspseal_ntstatus_name(status),
		       sspseal_status_text(sspseal_last_status()));
		return 1;
	}
	printf("%s, %s: %s\n", header,
	       qop == SECQOP_WRAP_NO_ENCRYPT ? "in clear" : "encrypted", text);

	DeleteSecurityContext(&initiator);
	DeleteSecurityContext(&acceptor);
	return 0;
}

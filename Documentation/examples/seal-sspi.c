// SPDX-License-Identifier: MIT
/*
 * Both ends of a session in one process, with the SSPI calls.
 *
 * cc -o seal-sspi seal-sspi.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <ntsecpkg.h>
#include <sspseal.h>

/* A context in the file that the SSPI calls of this process use. */
static int make_context(__u32 role, const void *key, size_t key_size,
			LSA_SEC_HANDLE *handle)
{
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
		.key = (uintptr_t)key,
		.key_size = key_size,
	};
	int fd = sspseal_device();
	int ret = fd < 0 ? fd : sspseal_create(fd, &create);

	if (ret) {
		fprintf(stderr, "create: %s (%s)\n", strerror(-ret),
			sspseal_status_name(create.status));
		return -1;
	}
	*handle = create.handle;
	return 0;
}

/* What a program written to SSPI does with a context that it was given. */
static NTSTATUS take_over(LSA_SEC_HANDLE handle)
{
	struct sspseal_packed_context packed;
	SecBuffer buffer = { sizeof(packed), SECBUFFER_EMPTY, &packed };

	if (sspseal_pack_context(sspseal_device(), handle, &packed))
		return SEC_E_INVALID_HANDLE;
	return SpInitUserModeContext(handle, &buffer);
}

static int report(const char *what, NTSTATUS status)
{
	printf("%s: %s\n", what, sspseal_ntstatus_name(status));
	return status == STATUS_SUCCESS ? 0 : 1;
}

int main(void)
{
	char header[] = "to: acceptor", text[] = "a message";
	LSA_SEC_HANDLE initiator, acceptor;
	SecPkgContext_Sizes sizes;
	unsigned char key[32], token[64];
	int failed;

	/* In a real program both ends get the key from a handshake. */
	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return 1;
	failed = make_context(SSPSEAL_ROLE_INITIATOR, key, sizeof(key),
			      &initiator) ||
		 make_context(SSPSEAL_ROLE_ACCEPTOR, key, sizeof(key),
			      &acceptor);
	explicit_bzero(key, sizeof(key));
	if (failed)
		return 1;

	if (report("SpInitUserModeContext", take_over(initiator)) ||
	    report("SpQueryContextAttributes",
		   SpQueryContextAttributes(initiator, SECPKG_ATTR_SIZES,
					    &sizes)) ||
	    sizes.cbSecurityTrailer > sizeof(token))
		return 1;

	SecBuffer buffers[] = {
		{ sizeof(header),
		  SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, header },
		{ sizeof(text), SECBUFFER_DATA, text },
		{ sizes.cbSecurityTrailer, SECBUFFER_TOKEN, token },
	};
	SecBufferDesc message = { SECBUFFER_VERSION, 3, buffers };
	ULONG qop;

	if (report("SpSealMessage", SpSealMessage(initiator, 0, &message, 0)))
		return 1;
	/* Here header, text and token travel to the other end. */
	char again[sizeof(text)];

	memcpy(again, text, sizeof(text));
	if (report("SpUnsealMessage",
		   SpUnsealMessage(acceptor, &message, 0, &qop)))
		return 1;
	printf("%s, %s: %s\n", header, qop ? "in clear" : "encrypted", text);

	/* The same message once more is a replay. */
	buffers[1].pvBuffer = again;
	report("SpUnsealMessage again",
	       SpUnsealMessage(acceptor, &message, 0, &qop));
	printf("because: %s\n", sspseal_status_text(sspseal_last_status()));

	SpDeleteUserModeContext(initiator);
	SpDeleteUserModeContext(acceptor);
	return 0;
}

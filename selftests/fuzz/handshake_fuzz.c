// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what a peer sends: tokens of the handshake, for the parser
 * and for both ends, with a kernel that may refuse anything. Nothing may be read
 * that was not given; what is parsed is written again as it was; and no handshake
 * succeeds unless the kernel has accepted a confirmation.
 *
 * The input: a byte that says which end, then two tokens, each with its size in two
 * bytes before it, the lower one first; the rest is for the kernel.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../userlib/src/handshake.h"
#include "user_fuzz.h"

#define KEY_FILE	OWN_FILE "key"
#define INITIATOR	1

static bool verified;

/* ---- the kernel ---- */

static void create(struct sspseal_create *args)
{
	struct sspseal_native *native = (void *)(uintptr_t)args->params;

	memset(native->salt, 0x5a, sizeof(native->salt));
	args->handle = 1 + input_byte();
}

/* A confirmation, or any signature. */
static void sign(struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;

	memset((void *)(uintptr_t)b[0].ptr, 0xa5, SSPSEAL_TOKEN_SIZE);
}

static void answer(unsigned long request, void *args)
{
	switch (request) {
	case SSPSEAL_INFO:
		((struct sspseal_info *)args)->suites = 0xe ^ input_byte();
		break;
	case SSPSEAL_CREATE:
		create(args);
		break;
	case SSPSEAL_SIGN:
		sign(args);
		break;
	case SSPSEAL_VERIFY:
		verified = true;
		break;
	case SSPSEAL_QUERY:
		((struct sspseal_query *)args)->role = input_byte();
		((struct sspseal_query *)args)->services = input_byte();
		((struct sspseal_query *)args)->expiry = input_byte();
		break;
	}
}

/* Where the input has ended everything succeeds. */
int kernel_ioctl(int fd, unsigned long request, ...)
{
	__u32 *head;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	if (input_byte() > 0xe0) {
		head[1] = input_byte();
		errno = 1 + input_byte() % 132;
		return -1;
	}
	answer(request, head);
	head[1] = SSPSEAL_STATUS_OK;
	return 0;
}

/* ---- the program ---- */

static CredHandle acquire(bool initiator)
{
	unsigned char user[] = "alice", key[] = "file:" KEY_FILE;
	SEC_WINNT_AUTH_IDENTITY_A identity = {
		.User = user,
		.UserLength = sizeof(user) - 1,
		.Password = key,
		.PasswordLength = sizeof(key) - 1,
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};
	char package[] = SSPSEAL_NAME_A;
	CredHandle credential;

	if (!initiator)
		memcpy(user, "peter", sizeof(user));
	if (AcquireCredentialsHandleA(NULL, package, initiator ?
				      SECPKG_CRED_OUTBOUND :
				      SECPKG_CRED_INBOUND, NULL, &identity,
				      NULL, NULL, &credential, NULL))
		abort();
	return credential;
}

static SecBuffer token(void)
{
	SecBuffer buffer = { 0, SECBUFFER_TOKEN, NULL };
	size_t size;

	buffer.pvBuffer = input_block(input_short(), &size);
	buffer.cbBuffer = size;
	return buffer;
}

static SECURITY_STATUS step(bool initiator, CredHandle *credential,
			    CtxtHandle *context, SecBuffer *received)
{
	__u8 out[SSPSEAL_MAX_TOKEN];
	SecBuffer reply = { sizeof(out), SECBUFFER_TOKEN, out };
	SecBufferDesc output = { SECBUFFER_VERSION, 1, &reply };
	SecBufferDesc input = { SECBUFFER_VERSION, 1, received };
	PSecBufferDesc given = received ? &input : NULL;
	PCtxtHandle old = SecIsValidHandle(context) ? context : NULL;
	TimeStamp expiry;
	ULONG flags;

	if (initiator)
		return InitializeSecurityContextA(credential, old, NULL, 0, 0,
						  0, given, 0, context,
						  &output, &flags, &expiry);
	return AcceptSecurityContext(credential, old, given, 0, 0, context,
				     &output, &flags, &expiry);
}

static void converse(bool initiator, SecBuffer *first, SecBuffer *second)
{
	static CredHandle credentials[2];
	CredHandle *credential = &credentials[initiator];
	SECURITY_STATUS status;
	CtxtHandle context;

	if (!credential->dwLower && !credential->dwUpper) {
		write_file(KEY_FILE, KEY_FILE, 16);
		*credential = acquire(initiator);
	}
	SecInvalidateHandle(&context);
	verified = false;
	status = step(initiator, credential, &context,
		      initiator ? NULL : first);
	if (status == SEC_I_CONTINUE_NEEDED)
		status = step(initiator, credential, &context,
			      initiator ? first : second);
	if (status == SEC_E_OK && !verified)
		abort();
	if (SecIsValidHandle(&context))
		DeleteSecurityContext(&context);
}

static void parse(const SecBuffer *buffer)
{
	__u8 again[HANDSHAKE_TOKEN_MAX];
	struct handshake_token parsed;
	enum handshake_type type;

	for (type = HANDSHAKE_OFFER; type < HANDSHAKE_TYPES; type++) {
		if (!sspseal_handshake_parse(type, buffer->pvBuffer,
					     buffer->cbBuffer, &parsed))
			continue;
		if (sspseal_handshake_size(&parsed) != buffer->cbBuffer)
			abort();
		sspseal_handshake_write(&parsed, again);
		if (memcmp(again, buffer->pvBuffer, buffer->cbBuffer))
			abort();
	}
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	bool initiator;
	SecBuffer first, second;

	input_begin(bytes, size);
	initiator = input_byte() & INITIATOR;
	first = token();
	second = token();
	parse(&first);
	parse(&second);
	converse(initiator, &first, &second);
	free(first.pvBuffer);
	free(second.pvBuffer);
	return 0;
}

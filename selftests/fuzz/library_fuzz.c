// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what a program gives the library, and what a kernel might
 * answer: packed contexts, descriptors of messages, any status. Nothing may be
 * read or written that was not given, and a packed context is accepted only if it
 * is that of the handle.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../userlib/src/internal.h"
#include "user_fuzz.h"

/* What QUERY said last. */
static struct sspseal_query told;

/* All that the kernel may write into a message's struct and array. */
static void answer_message(struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	__u32 i;

	m->qop = input_number();
	for (i = 0; b && i < m->nr_buffers && i < SSPSEAL_BUFFERS_MAX; i++) {
		b[i].cb = input_number();
		b[i].ptr = input_number();
	}
}

int kernel_ioctl(int fd, unsigned long request, ...)
{
	__u32 *head, size;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	size = head[0];
	errno = input_number() % 133;
	if (errno) {
		head[1] = input_number();
		return -1;
	}
	switch (request) {
	case SSPSEAL_QUERY:
		input_take(head + 1, size - sizeof(*head));
		memcpy(&told, head, sizeof(told));
		break;
	case SSPSEAL_EXPORT:
		((struct sspseal_export *)head)->fd = -1;
		break;
	case SSPSEAL_IMPORT:
		((struct sspseal_import *)head)->handle = input_number();
		((struct sspseal_import *)head)->new_fd = -1;
		break;
	case SSPSEAL_SEAL:
	case SSPSEAL_UNSEAL:
	case SSPSEAL_SIGN:
	case SSPSEAL_VERIFY:
		answer_message((struct sspseal_message *)head);
		break;
	}
	head[1] = 0;
	return 0;
}

/* A block of its own, so that no byte beyond it is there. */
static SecBuffer some_bytes(void)
{
	SecBuffer buffer = { .cbBuffer = input_number() % 64 };

	buffer.pvBuffer = input_number() % 8 ? malloc(buffer.cbBuffer) : NULL;
	if (buffer.pvBuffer)
		input_take(buffer.pvBuffer, buffer.cbBuffer);
	return buffer;
}

/* Of all lengths one is right, and of all contexts that which QUERY told of. */
static void check_packed(NTSTATUS status, const SecBuffer *buffer)
{
	const struct sspseal_packed_context *packed = buffer->pvBuffer;

	if (status != STATUS_SUCCESS)
		return;
	if (!packed || buffer->cbBuffer != sizeof(*packed))
		abort();
	if (packed->version != SSPSEAL_PACKED_VERSION ||
	    packed->mechanism != told.mechanism || packed->role != told.role ||
	    memcmp(packed->salt, told.salt, sizeof(told.salt)))
		abort();
}

static void packed_context(void)
{
	SecBuffer buffer = some_bytes();
	LSA_SEC_HANDLE handle;

	if (input_number() % 2)
		check_packed(SpInitUserModeContext(input_number(), &buffer), &buffer);
	else
		check_packed(SpImportSecurityContext(&buffer,
						     SSPSEAL_FD_TOKEN(-1),
						     &handle), &buffer);
	if (SpInitUserModeContext(input_number(), NULL) == STATUS_SUCCESS)
		abort();
	free(buffer.pvBuffer);
}

static void message(void)
{
	SecBufferDesc desc = {
		.ulVersion = input_number() % 3,
		.cBuffers = input_number() % (SSPSEAL_BUFFERS_MAX + 1),
	};
	size_t size = desc.cBuffers * sizeof(SecBuffer);
	PSecBufferDesc given = input_number() % 8 ? &desc : NULL;
	ULONG qop = 0;

	desc.pBuffers = input_number() % 8 ? malloc(size) : NULL;
	if (desc.pBuffers)
		input_take(desc.pBuffers, size);
	switch (input_number() % 4) {
	case 0:
		SpSealMessage(input_number(), input_number(), given, input_number());
		break;
	case 1:
		SpUnsealMessage(input_number(), given, input_number(), &qop);
		break;
	case 2:
		SpMakeSignature(input_number(), input_number(), given, input_number());
		break;
	default:
		SpVerifySignature(input_number(), given, input_number(), NULL);
	}
	free(desc.pBuffers);
}

static void attributes(void)
{
	SecPkgContext_Sizes *sizes = malloc(sizeof(*sizes));

	SpQueryContextAttributes(input_number(), input_number() % 4,
				 input_number() % 8 ? sizes : NULL);
	free(sizes);
	SpDeleteUserModeContext(input_number());
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	input_begin(bytes, size);
	while (input_left()) {
		switch (input_number() % 3) {
		case 0:
			packed_context();
			break;
		case 1:
			message();
			break;
		default:
			attributes();
		}
	}
	return 0;
}

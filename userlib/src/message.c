// SPDX-License-Identifier: MIT
/*
 * The SSPI calls on messages: the caller's descriptor as a native call.
 *
 * Nothing is checked here that the kernel checks, so that the checks have one
 * order. A descriptor that the kernel cannot see is wrong is passed as one
 * without buffers, which the kernel refuses in the same place.
 */
#include <stddef.h>

#include "internal.h"

#define SAME_PLACE(a, b) \
	(offsetof(SecBuffer, a) == offsetof(struct sspseal_buffer, b))

_Static_assert(sizeof(void *) != sizeof(__u64) ||
	       (sizeof(SecBuffer) == sizeof(struct sspseal_buffer) &&
		SAME_PLACE(cbBuffer, cb) && SAME_PLACE(BufferType, type) &&
		SAME_PLACE(pvBuffer, ptr)),
	       "a 64-bit SecBuffer is a struct sspseal_buffer");

static int call_converted(unsigned long request, SecBuffer *buffers,
			  struct sspseal_message *message)
{
	struct sspseal_buffer array[SSPSEAL_BUFFERS_MAX];
	__u32 i;
	int ret;

	/* The kernel refuses a greater number before it looks at any buffer. */
	for (i = 0; i < message->nr_buffers && i < SSPSEAL_BUFFERS_MAX; i++)
		array[i] = (struct sspseal_buffer){
			.cb = buffers[i].cbBuffer,
			.type = buffers[i].BufferType,
			.ptr = (uintptr_t)buffers[i].pvBuffer,
		};
	message->buffers = (uintptr_t)array;
	ret = sspseal_message_command(sspseal_device(), request, message);
	if (ret)
		return ret;
	for (i = 0; i < message->nr_buffers; i++) {
		buffers[i].cbBuffer = array[i].cb;
		buffers[i].pvBuffer = (void *)(uintptr_t)array[i].ptr;
	}
	return 0;
}

static inline int call_direct(unsigned long request, SecBuffer *buffers,
		       struct sspseal_message *message)
{
	message->buffers = (uintptr_t)buffers;
	return sspseal_message_command(sspseal_device(), request, message);
}

static inline NTSTATUS call_kernel(enum sspseal_family family, unsigned long request,
			    LSA_SEC_HANDLE handle, PSecBufferDesc desc,
			    struct sspseal_message *message)
{
	SecBuffer *buffers = NULL;
	int ret;

	message->handle = sspseal_handle(handle);
	if (desc && desc->ulVersion == SECBUFFER_VERSION && desc->pBuffers) {
		buffers = desc->pBuffers;
		message->nr_buffers = desc->cBuffers;
	}
	if (sizeof(void *) == sizeof(__u64))
		ret = call_direct(request, buffers, message);
	else
		ret = call_converted(request, buffers, message);
	return ret ? sspseal_ntstatus(family, ret, message->status) :
		     STATUS_SUCCESS;
}

static inline NTSTATUS protect(enum sspseal_family family, unsigned long request,
			LSA_SEC_HANDLE handle, ULONG qop, PSecBufferDesc desc,
			ULONG number)
{
	struct sspseal_message message = {
		.qop = qop,
		.sequence = number,
	};

	return call_kernel(family, request, handle, desc, &message);
}

static inline NTSTATUS unprotect(enum sspseal_family family, unsigned long request,
			  LSA_SEC_HANDLE handle, PSecBufferDesc desc,
			  ULONG number, PULONG qop)
{
	struct sspseal_message message = { .sequence = number };
	NTSTATUS status;

	status = call_kernel(family, request, handle, desc, &message);
	if (status == STATUS_SUCCESS && qop)
		*qop = message.qop;
	return status;
}

LIBEXPORT NTSTATUS NTAPI SpSealMessage(LSA_SEC_HANDLE ContextHandle,
				       ULONG QualityOfProtection,
				       PSecBufferDesc MessageBuffers,
				       ULONG MessageSequenceNumber)
{
	return protect(SSPSEAL_FAMILY_SEAL, SSPSEAL_SEAL, ContextHandle,
		       QualityOfProtection, MessageBuffers,
		       MessageSequenceNumber);
}

LIBEXPORT NTSTATUS NTAPI SpUnsealMessage(LSA_SEC_HANDLE ContextHandle,
					 PSecBufferDesc MessageBuffers,
					 ULONG MessageSequenceNumber,
					 PULONG QualityOfProtection)
{
	return unprotect(SSPSEAL_FAMILY_SEAL, SSPSEAL_UNSEAL, ContextHandle,
			 MessageBuffers, MessageSequenceNumber,
			 QualityOfProtection);
}

LIBEXPORT NTSTATUS NTAPI SpMakeSignature(LSA_SEC_HANDLE ContextHandle,
					 ULONG QualityOfProtection,
					 PSecBufferDesc MessageBuffers,
					 ULONG MessageSequenceNumber)
{
	return protect(SSPSEAL_FAMILY_OTHER, SSPSEAL_SIGN, ContextHandle,
		       QualityOfProtection, MessageBuffers,
		       MessageSequenceNumber);
}

LIBEXPORT NTSTATUS NTAPI SpVerifySignature(LSA_SEC_HANDLE ContextHandle,
					   PSecBufferDesc MessageBuffers,
					   ULONG MessageSequenceNumber,
					   PULONG QualityOfProtection)
{
	return unprotect(SSPSEAL_FAMILY_OTHER, SSPSEAL_VERIFY, ContextHandle,
			 MessageBuffers, MessageSequenceNumber,
			 QualityOfProtection);
}

// SPDX-License-Identifier: MIT
/*
 * The SSPI calls on messages, of both layers: the caller's descriptor as a
 * native call. Nothing is allocated, locked or looked up here.
 *
 * Nothing is checked here that the kernel checks, so that the checks have one
 * order. A descriptor that the kernel cannot see is wrong is passed as one
 * without buffers, which the kernel refuses in the same place.
 */
#include <stddef.h>

#include "internal.h"

#define SAME_PLACE(a, b) \
	(offsetof(SecBuffer, a) == offsetof(struct sspseal_buffer, b))

_Static_assert(!SSPSEAL_SAME_BUFFERS ||
	       (sizeof(SecBuffer) == sizeof(struct sspseal_buffer) &&
		SAME_PLACE(cbBuffer, cb) && SAME_PLACE(BufferType, type) &&
		SAME_PLACE(pvBuffer, ptr)),
	       "a 64-bit SecBuffer is a struct sspseal_buffer");

/* The kernel refuses a greater number before it looks at any buffer. */
void sspseal_convert(struct sspseal_buffer *to, const SecBuffer *from, __u32 nr)
{
	__u32 i;

	for (i = 0; i < nr && i < SSPSEAL_BUFFERS_MAX; i++)
		to[i] = (struct sspseal_buffer){
			.cb = from[i].cbBuffer,
			.type = from[i].BufferType,
			.ptr = (uintptr_t)from[i].pvBuffer,
		};
}

/* Of a call that succeeded: what the kernel does not write is not written. */
void sspseal_convert_back(SecBuffer *to, const struct sspseal_buffer *from,
			  __u32 nr)
{
	__u32 i;

	for (i = 0; i < nr; i++) {
		void *memory = (void *)(uintptr_t)from[i].ptr;

		if (to[i].cbBuffer != from[i].cb)
			to[i].cbBuffer = from[i].cb;
		if (to[i].pvBuffer != memory)
			to[i].pvBuffer = memory;
	}
}

static int call_converted(unsigned long request, SecBuffer *buffers,
			  struct sspseal_message *message)
{
	struct sspseal_buffer array[SSPSEAL_BUFFERS_MAX];
	int ret;

	sspseal_convert(array, buffers, message->nr_buffers);
	message->buffers = (uintptr_t)array;
	ret = sspseal_message_command(sspseal_device_now(), request, message);
	if (!ret)
		sspseal_convert_back(buffers, array, message->nr_buffers);
	return ret;
}

static inline int call_direct(unsigned long request, SecBuffer *buffers,
			      struct sspseal_message *message)
{
	message->buffers = (uintptr_t)buffers;
	return sspseal_message_command(sspseal_device_now(), request, message);
}

static inline NTSTATUS call_kernel(enum sspseal_family family,
				   unsigned long request,
				   LSA_SEC_HANDLE handle, PSecBufferDesc desc,
				   struct sspseal_message *message)
{
	SecBuffer *buffers = sspseal_describe(desc, message);
	int ret;

	message->handle = sspseal_handle(handle);
	if (SSPSEAL_SAME_BUFFERS)
		ret = call_direct(request, buffers, message);
	else
		ret = call_converted(request, buffers, message);
	return ret ? sspseal_ntstatus(family, ret, message->status) :
		     STATUS_SUCCESS;
}

static inline NTSTATUS protect(enum sspseal_family family,
			       unsigned long request, LSA_SEC_HANDLE handle,
			       ULONG qop, PSecBufferDesc desc, ULONG number)
{
	struct sspseal_message message = {
		.qop = qop,
		.sequence = number,
	};

	return call_kernel(family, request, handle, desc, &message);
}

static inline NTSTATUS unprotect(enum sspseal_family family,
				 unsigned long request, LSA_SEC_HANDLE handle,
				 PSecBufferDesc desc, ULONG number, PULONG qop)
{
	struct sspseal_message message = { .sequence = number };
	NTSTATUS status;

	status = call_kernel(family, request, handle, desc, &message);
	if (status == STATUS_SUCCESS && qop)
		*qop = message.qop;
	return status;
}

/* ---- the Sp layer ---- */

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

/* ---- the application level ---- */

LIBEXPORT SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle phContext,
						   ULONG fQOP,
						   PSecBufferDesc pMessage,
						   ULONG MessageSeqNo)
{
	return protect(SSPSEAL_FAMILY_ENCRYPT, SSPSEAL_SEAL,
		       sspseal_context(phContext), fQOP, pMessage,
		       MessageSeqNo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle phContext,
						   PSecBufferDesc pMessage,
						   ULONG MessageSeqNo,
						   ULONG *pfQOP)
{
	return unprotect(SSPSEAL_FAMILY_APPLICATION, SSPSEAL_UNSEAL,
			 sspseal_context(phContext), pMessage, MessageSeqNo,
			 pfQOP);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle phContext,
						  ULONG fQOP,
						  PSecBufferDesc pMessage,
						  ULONG MessageSeqNo)
{
	return protect(SSPSEAL_FAMILY_APPLICATION, SSPSEAL_SIGN,
		       sspseal_context(phContext), fQOP, pMessage,
		       MessageSeqNo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle phContext,
						    PSecBufferDesc pMessage,
						    ULONG MessageSeqNo,
						    ULONG *pfQOP)
{
	return unprotect(SSPSEAL_FAMILY_APPLICATION, SSPSEAL_VERIFY,
			 sspseal_context(phContext), pMessage, MessageSeqNo,
			 pfQOP);
}

/* The names of the first Windows versions. */

LIBEXPORT SECURITY_STATUS SEC_ENTRY SealMessage(PCtxtHandle phContext,
						ULONG fQOP,
						PSecBufferDesc pMessage,
						ULONG MessageSeqNo)
{
	return EncryptMessage(phContext, fQOP, pMessage, MessageSeqNo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY UnsealMessage(PCtxtHandle phContext,
						  PSecBufferDesc pMessage,
						  ULONG MessageSeqNo,
						  ULONG *pfQOP)
{
	return DecryptMessage(phContext, pMessage, MessageSeqNo, pfQOP);
}

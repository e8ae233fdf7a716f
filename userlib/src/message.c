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

typedef int native_call(int fd, struct sspseal_message *message);

#define SAME_PLACE(a, b) \
	(offsetof(SecBuffer, a) == offsetof(struct sspseal_buffer, b))

_Static_assert(sizeof(void *) != sizeof(__u64) ||
	       (sizeof(SecBuffer) == sizeof(struct sspseal_buffer) &&
		SAME_PLACE(cbBuffer, cb) && SAME_PLACE(BufferType, type) &&
		SAME_PLACE(pvBuffer, ptr)),
	       "a 64-bit SecBuffer is a struct sspseal_buffer");

/* What the kernel does not write here either. */
static void write_back(SecBuffer *buffer, const struct sspseal_buffer *native)
{
	void *memory = (void *)(uintptr_t)native->ptr;

	if (buffer->cbBuffer != native->cb)
		buffer->cbBuffer = native->cb;
	if (buffer->pvBuffer != memory)
		buffer->pvBuffer = memory;
}

static int call_converted(native_call *call, SecBuffer *buffers,
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
	ret = call(sspseal_device(), message);
	if (ret)
		return ret;
	for (i = 0; i < message->nr_buffers; i++)
		write_back(&buffers[i], &array[i]);
	return 0;
}

static int call_direct(native_call *call, SecBuffer *buffers,
		       struct sspseal_message *message)
{
	message->buffers = (uintptr_t)buffers;
	return call(sspseal_device(), message);
}

static NTSTATUS call_kernel(enum sspseal_family family, native_call *call,
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
		ret = call_direct(call, buffers, message);
	else
		ret = call_converted(call, buffers, message);
	return sspseal_ntstatus(family, ret, message->status);
}

static NTSTATUS protect(enum sspseal_family family, native_call *call,
			LSA_SEC_HANDLE handle, ULONG qop, PSecBufferDesc desc,
			ULONG number)
{
	struct sspseal_message message = {
		.qop = qop,
		.sequence = number,
	};

	return call_kernel(family, call, handle, desc, &message);
}

static NTSTATUS unprotect(enum sspseal_family family, native_call *call,
			  LSA_SEC_HANDLE handle, PSecBufferDesc desc,
			  ULONG number, PULONG qop)
{
	struct sspseal_message message = { .sequence = number };
	NTSTATUS status;

	status = call_kernel(family, call, handle, desc, &message);
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
	return protect(SSPSEAL_FAMILY_SEAL, sspseal_seal, ContextHandle,
		       QualityOfProtection, MessageBuffers,
		       MessageSequenceNumber);
}

LIBEXPORT NTSTATUS NTAPI SpUnsealMessage(LSA_SEC_HANDLE ContextHandle,
					 PSecBufferDesc MessageBuffers,
					 ULONG MessageSequenceNumber,
					 PULONG QualityOfProtection)
{
	return unprotect(SSPSEAL_FAMILY_SEAL, sspseal_unseal, ContextHandle,
			 MessageBuffers, MessageSequenceNumber,
			 QualityOfProtection);
}

LIBEXPORT NTSTATUS NTAPI SpMakeSignature(LSA_SEC_HANDLE ContextHandle,
					 ULONG QualityOfProtection,
					 PSecBufferDesc MessageBuffers,
					 ULONG MessageSequenceNumber)
{
	return protect(SSPSEAL_FAMILY_OTHER, sspseal_sign, ContextHandle,
		       QualityOfProtection, MessageBuffers,
		       MessageSequenceNumber);
}

LIBEXPORT NTSTATUS NTAPI SpVerifySignature(LSA_SEC_HANDLE ContextHandle,
					   PSecBufferDesc MessageBuffers,
					   ULONG MessageSequenceNumber,
					   PULONG QualityOfProtection)
{
	return unprotect(SSPSEAL_FAMILY_OTHER, sspseal_verify, ContextHandle,
			 MessageBuffers, MessageSequenceNumber,
			 QualityOfProtection);
}

/* ---- the application level ---- */

LIBEXPORT SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle phContext,
						   ULONG fQOP,
						   PSecBufferDesc pMessage,
						   ULONG MessageSeqNo)
{
	return protect(SSPSEAL_FAMILY_ENCRYPT, sspseal_seal,
		       sspseal_context(phContext), fQOP, pMessage,
		       MessageSeqNo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle phContext,
						   PSecBufferDesc pMessage,
						   ULONG MessageSeqNo,
						   ULONG *pfQOP)
{
	return unprotect(SSPSEAL_FAMILY_APPLICATION, sspseal_unseal,
			 sspseal_context(phContext), pMessage, MessageSeqNo,
			 pfQOP);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle phContext,
						  ULONG fQOP,
						  PSecBufferDesc pMessage,
						  ULONG MessageSeqNo)
{
	return protect(SSPSEAL_FAMILY_APPLICATION, sspseal_sign,
		       sspseal_context(phContext), fQOP, pMessage,
		       MessageSeqNo);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle phContext,
						    PSecBufferDesc pMessage,
						    ULONG MessageSeqNo,
						    ULONG *pfQOP)
{
	return unprotect(SSPSEAL_FAMILY_APPLICATION, sspseal_verify,
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

/* SPDX-License-Identifier: MIT */
/* What the files of the library share. */
#ifndef SSPSEAL_INTERNAL_H
#define SSPSEAL_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "ntsecpkg.h"
#include "sspseal.h"

#define LIBEXPORT __attribute__((visibility("default")))

/* 0, which is never given out, for what cannot be a handle: the kernel refuses
 * it in its place among the checks.
 */
static inline __u32 sspseal_handle(LSA_SEC_HANDLE handle)
{
	return handle <= UINT32_MAX ? (__u32)handle : 0;
}

/* Whether a SecBuffer is a struct sspseal_buffer: see message.c. */
#if UINTPTR_MAX == UINT64_MAX
#define SSPSEAL_SAME_BUFFERS
#endif

/* A descriptor that the kernel cannot see is wrong becomes one without buffers. */
static inline SecBuffer *sspseal_describe(const SecBufferDesc *desc,
					  struct sspseal_message *message)
{
	if (!desc || desc->ulVersion != SECBUFFER_VERSION || !desc->pBuffers)
		return NULL;
	message->nr_buffers = desc->cBuffers;
	return desc->pBuffers;
}

void sspseal_convert(struct sspseal_buffer *to, const SecBuffer *from, __u32 nr);
void sspseal_convert_back(SecBuffer *to, const struct sspseal_buffer *from,
			  __u32 nr);

/* Microsoft's pages give two families of calls different codes for one thing. */
enum sspseal_family {
	SSPSEAL_FAMILY_SEAL,	/* SpSealMessage and SpUnsealMessage: STATUS_ */
	SSPSEAL_FAMILY_OTHER	/* all other calls: SEC_E_ */
};

NTSTATUS sspseal_ntstatus(enum sspseal_family family, int ret, __u32 status);

/* What sspseal_seal() and its like do, without a call through the linkage table. */
int sspseal_message_command(int fd, unsigned long request,
			    struct sspseal_message *message);

#endif /* SSPSEAL_INTERNAL_H */

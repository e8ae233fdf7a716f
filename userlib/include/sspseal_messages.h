/* SPDX-License-Identifier: MIT */
/*
 * libsspseal: many messages in one call, described as the SSPI calls of
 * <ntsecpkg.h> have them.
 */
#ifndef SSPSEAL_MESSAGES_H
#define SSPSEAL_MESSAGES_H

#include <linux/types.h>

#include "ntsecpkg.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * sspseal_seal_messages() - SpSealMessage() for each element of an array
 * @context: the context of all of them
 * @qop: QualityOfProtection of all of them
 * @messages: descriptors, each as for SpSealMessage()
 * @count: how many
 * @numbers: the MessageSequenceNumber of each, or NULL: all 0
 * @statuses: out: what SpSealMessage() would have returned for each that was done
 * @done: out: how many were done, successful or not: those from the first on
 *
 * The messages are done in the order of the array, and one that fails does not
 * stop the others. The process enters the kernel once for 32 of them (8 in a
 * 32-bit program). A signal that is caught (or what the kernel treats as one: the
 * freezer, task work) ends the call early, with what is done by then; so does an
 * array of SecBuffer that is unmapped meanwhile (in a 32-bit program the library
 * reads the arrays, and faults). The caller goes on with @messages + @done if he
 * likes. Statuses beyond @done are left alone.
 *
 * The rules of the SSPI calls hold. sspseal_last_status() tells why the last
 * message that failed did so.
 *
 * Return:
 * * STATUS_SUCCESS - @done is @count, or fewer if the call ended early
 * * others only if none was done:
 *   STATUS_INVALID_PARAMETER - @messages, @statuses or @done is NULL;
 *   STATUS_INVALID_HANDLE - the device cannot be opened
 */
NTSTATUS NTAPI sspseal_seal_messages(LSA_SEC_HANDLE context, ULONG qop,
				     PSecBufferDesc messages, ULONG count,
				     const __u32 *numbers, __s32 *statuses,
				     PULONG done);

/**
 * sspseal_unseal_messages() - SpUnsealMessage() for each element of an array
 * @context: the context of all of them
 * @messages: descriptors, each as for SpUnsealMessage()
 * @count: how many
 * @numbers: the MessageSequenceNumber of each, or NULL: all 0
 * @qops: out: QualityOfProtection of each that was opened; may be NULL
 * @statuses: out: what SpUnsealMessage() would have returned for each that was
 *	done
 * @done: out: how many were done, successful or not: those from the first on
 *
 * As sspseal_seal_messages(). The order of the array is the order in which the
 * messages count as received.
 *
 * Return: as sspseal_seal_messages().
 */
NTSTATUS NTAPI sspseal_unseal_messages(LSA_SEC_HANDLE context,
				       PSecBufferDesc messages, ULONG count,
				       const __u32 *numbers, PULONG qops,
				       __s32 *statuses, PULONG done);

#ifdef __cplusplus
}
#endif

#endif /* SSPSEAL_MESSAGES_H */

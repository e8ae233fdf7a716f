// SPDX-License-Identifier: MIT
/* Arrays of messages: SSPI descriptors as batches of the kernel. */
#include <stddef.h>

#include "internal.h"
#include "sspseal_messages.h"

/*
 * As many as go to the kernel at once lie on the stack, buffers too if they have
 * to be converted.
 */
#define CHUNK		(SSPSEAL_SAME_BUFFERS ? 32 : 8)
#define CONVERTED	(SSPSEAL_SAME_BUFFERS ? 0 : CHUNK)

/**
 * struct array - what the caller gave
 * @command: SSPSEAL_SEAL or SSPSEAL_UNSEAL
 * @context: of all
 * @qop: of all, to seal
 * @messages: the caller's
 * @numbers: the caller's, or NULL
 * @qops: the caller's, or NULL
 * @statuses: the caller's
 */
struct array {
	__u32 command;
	LSA_SEC_HANDLE context;
	ULONG qop;
	PSecBufferDesc messages;
	const __u32 *numbers;
	PULONG qops;
	__s32 *statuses;
};

struct chunk {
	struct sspseal_operation operations[CHUNK];
	struct sspseal_buffer buffers[CONVERTED][SSPSEAL_BUFFERS_MAX];
};

static void make_operation(const struct array *array, struct chunk *chunk,
			   ULONG i, ULONG first)
{
	struct sspseal_operation *operation = &chunk->operations[i];
	SecBuffer *buffers;

	*operation = (struct sspseal_operation){
		.command = array->command,
		.message = {
			.handle = sspseal_handle(array->context),
			.qop = array->qop,
			.sequence = array->numbers ?
				    array->numbers[first + i] : 0,
		},
	};
	buffers = sspseal_describe(&array->messages[first + i],
				   &operation->message);
	if (SSPSEAL_SAME_BUFFERS) {
		operation->message.buffers = (uintptr_t)buffers;
		return;
	}
	sspseal_convert(chunk->buffers[i], buffers,
			operation->message.nr_buffers);
	operation->message.buffers = (uintptr_t)chunk->buffers[i];
}

static void take_result(const struct array *array, const struct chunk *chunk,
			ULONG i, ULONG first)
{
	const struct sspseal_operation *operation = &chunk->operations[i];
	NTSTATUS status = sspseal_ntstatus(SSPSEAL_FAMILY_SEAL,
					   operation->error,
					   operation->message.status);

	array->statuses[first + i] = status;
	if (status != STATUS_SUCCESS)
		return;
	if (array->qops)
		array->qops[first + i] = operation->message.qop;
	if (!SSPSEAL_SAME_BUFFERS)
		sspseal_convert_back(array->messages[first + i].pBuffers,
				     chunk->buffers[i],
				     operation->message.nr_buffers);
}

/* Up to CHUNK messages: how many were done, and why not all, as an NTSTATUS. */
static NTSTATUS do_chunk(const struct array *array, ULONG first, ULONG nr,
			 ULONG *done)
{
	struct chunk chunk;
	struct sspseal_batch batch = {
		.operations = (uintptr_t)chunk.operations,
		.stride = sizeof(chunk.operations[0]),
		.nr = nr,
	};
	ULONG i;
	int ret;

	for (i = 0; i < nr; i++)
		make_operation(array, &chunk, i, first);
	ret = sspseal_batch(sspseal_device(), &batch);
	*done = batch.done;
	for (i = 0; i < batch.done; i++)
		take_result(array, &chunk, i, first);
	return sspseal_ntstatus(SSPSEAL_FAMILY_SEAL, ret, batch.status);
}

static NTSTATUS do_array(const struct array *array, ULONG count, PULONG done)
{
	NTSTATUS status = STATUS_SUCCESS;
	ULONG nr, more;

	if (!array->messages || !array->statuses || !done)
		return STATUS_INVALID_PARAMETER;
	for (*done = 0; *done < count;) {
		nr = count - *done < CHUNK ? count - *done : CHUNK;
		status = do_chunk(array, *done, nr, &more);
		*done += more;
		if (status != STATUS_SUCCESS || more < nr)
			break;
	}
	return *done ? STATUS_SUCCESS : status;
}

LIBEXPORT NTSTATUS NTAPI sspseal_seal_messages(LSA_SEC_HANDLE context,
					       ULONG qop,
					       PSecBufferDesc messages,
					       ULONG count,
					       const __u32 *numbers,
					       __s32 *statuses,
					       PULONG done)
{
	const struct array array = {
		.command = SSPSEAL_SEAL,
		.context = context,
		.qop = qop,
		.messages = messages,
		.numbers = numbers,
		.statuses = statuses,
	};

	return do_array(&array, count, done);
}

LIBEXPORT NTSTATUS NTAPI sspseal_unseal_messages(LSA_SEC_HANDLE context,
						 PSecBufferDesc messages,
						 ULONG count,
						 const __u32 *numbers,
						 PULONG qops,
						 __s32 *statuses,
						 PULONG done)
{
	const struct array array = {
		.command = SSPSEAL_UNSEAL,
		.context = context,
		.messages = messages,
		.numbers = numbers,
		.qops = qops,
		.statuses = statuses,
	};

	return do_array(&array, count, done);
}

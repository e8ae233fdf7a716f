// SPDX-License-Identifier: GPL-2.0-only
/* The clock; contexts and messages for what calls the library. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

__u64 bench_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

__u32 bench_context(__u32 role)
{
	static const unsigned char key[BENCH_KEY] = { 1, 2, 3 };
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
		.key = (uintptr_t)key,
		.key_size = sizeof(key),
	};

	return sspseal_create(sspseal_device(), &create) ? 0 : create.handle;
}

static SecBuffer *append(SecBuffer *buffer, ULONG type, void *data, ULONG size)
{
	buffer->BufferType = type;
	buffer->pvBuffer = data;
	buffer->cbBuffer = size;
	return buffer + 1;
}

static void fill(struct bench_message *message, unsigned char *data,
		 size_t size, unsigned int associated)
{
	SecBuffer *end = message->buffers;
	unsigned int i;

	end = append(end, SECBUFFER_TOKEN, message->token,
		     sizeof(message->token));
	for (i = 0; i < associated; i++)
		end = append(end, SECBUFFER_DATA |
			     SECBUFFER_READONLY_WITH_CHECKSUM,
			     message->associated[i],
			     sizeof(message->associated[i]));
	end = append(end, SECBUFFER_DATA, data, size);
	message->desc.ulVersion = SECBUFFER_VERSION;
	message->desc.cBuffers = end - message->buffers;
	message->desc.pBuffers = message->buffers;
}

/**
 * bench_messages() - messages of one shape
 * @nr: how many
 * @size: of DATA
 * @associated: entries that are only authenticated, up to 2
 *
 * Return: an array for bench_messages_free(), or NULL.
 */
struct bench_message *bench_messages(unsigned int nr, size_t size,
				     unsigned int associated)
{
	size_t structs = nr * sizeof(struct bench_message);
	struct bench_message *messages;
	unsigned char *data;
	unsigned int i;

	messages = aligned_alloc(64, (structs + nr * size + 63) & ~63UL);
	if (!messages)
		return NULL;
	/* No page of it is touched for the first time later. */
	memset(messages, 0x5a, structs + nr * size);
	data = (unsigned char *)messages + structs;
	for (i = 0; i < nr; i++)
		fill(&messages[i], data + i * size, size, associated);
	return messages;
}

void bench_messages_free(struct bench_message *messages)
{
	free(messages);
}

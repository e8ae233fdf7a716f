// SPDX-License-Identifier: MIT
/* The buffers of a handshake's calls: what comes from the peer and what goes there. */
#include <string.h>

#include "handshake.h"

static bool is_malformed(const SecBufferDesc *desc)
{
	return desc->ulVersion != SECBUFFER_VERSION ||
	       (desc->cBuffers && !desc->pBuffers);
}

static bool is_of_type(const SecBuffer *b, ULONG type)
{
	return (b->BufferType & ~SECBUFFER_ATTRMASK) == type;
}

/**
 * sspseal_find_buffer() - the buffer of a type
 * @desc: the caller's buffers, may be NULL
 * @type: SECBUFFER_*
 * @nr: out: how many there are
 *
 * Return: the last of them, or NULL.
 */
SecBuffer *sspseal_find_buffer(const SecBufferDesc *desc, ULONG type, ULONG *nr)
{
	SecBuffer *found = NULL;
	ULONG i;

	*nr = 0;
	if (!desc || is_malformed(desc))
		return NULL;
	for (i = 0; i < desc->cBuffers; i++) {
		SecBuffer *b = &desc->pBuffers[i];

		if (!is_of_type(b, type))
			continue;
		found = b;
		++*nr;
	}
	return found;
}

/* Channel bindings that were ignored would be a promise that is not kept. */
bool sspseal_has_bindings(const SecBufferDesc *input)
{
	const SecBuffer *b;
	ULONG nr;

	b = sspseal_find_buffer(input, SECBUFFER_CHANNEL_BINDINGS, &nr);
	return b && (nr > 1 || b->cbBuffer);
}

/* What cannot be looked at may have anything in it, channel bindings too. */
bool sspseal_says_nothing(const SecBufferDesc *input)
{
	ULONG i;

	if (!input)
		return true;
	if (is_malformed(input))
		return false;
	for (i = 0; i < input->cBuffers; i++)
		if (is_of_type(&input->pBuffers[i], SECBUFFER_TOKEN) &&
		    input->pBuffers[i].cbBuffer)
			return false;
	return true;
}

/**
 * sspseal_receive() - take what the peer sent
 * @input: the caller's buffers
 * @received: out: the token, whatever it is
 *
 * Return: SEC_E_OK; SEC_E_INVALID_TOKEN if there is not exactly one TOKEN.
 */
SECURITY_STATUS sspseal_receive(const SecBufferDesc *input,
				struct received *received)
{
	const SecBuffer *b;
	ULONG nr;

	b = sspseal_find_buffer(input, SECBUFFER_TOKEN, &nr);
	if (nr != 1 || (b->cbBuffer && !b->pvBuffer))
		return SEC_E_INVALID_TOKEN;
	received->size = 0;
	if (b->cbBuffer && b->cbBuffer <= sizeof(received->bytes)) {
		received->size = b->cbBuffer;
		memcpy(received->bytes, b->pvBuffer, b->cbBuffer);
	}
	return SEC_E_OK;
}

/**
 * sspseal_reply_prepare() - find a place for the token that the peer is to be sent
 * @output: the caller's buffers
 * @allocate: the caller has no memory for it
 * @size: bytes of the token
 * @reply: out; to be given to sspseal_reply_drop() at the end
 *
 * Everything that could go wrong with it, before anything has happened.
 *
 * Return: SEC_E_OK, SEC_E_INVALID_TOKEN, SEC_E_BUFFER_TOO_SMALL or
 * SEC_E_INSUFFICIENT_MEMORY.
 */
SECURITY_STATUS sspseal_reply_prepare(const SecBufferDesc *output,
				      bool allocate, size_t size,
				      struct reply *reply)
{
	ULONG nr;

	reply->allocated = allocate;
	reply->buffer = sspseal_find_buffer(output, SECBUFFER_TOKEN, &nr);
	if (nr != 1 || reply->buffer->BufferType & SECBUFFER_ATTRMASK)
		return SEC_E_INVALID_TOKEN;
	if (reply->allocated) {
		reply->memory = sspseal_style_a.allocate(size);
		return reply->memory ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
	}
	if (reply->buffer->cbBuffer < size)
		return SEC_E_BUFFER_TOO_SMALL;
	reply->memory = reply->buffer->pvBuffer;
	return reply->memory ? SEC_E_OK : SEC_E_INVALID_TOKEN;
}

void sspseal_reply_send(struct reply *reply, const __u8 *token, size_t size)
{
	memcpy(reply->memory, token, size);
	reply->buffer->pvBuffer = reply->memory;
	reply->buffer->cbBuffer = size;
	reply->allocated = false;
}

/* Frees what sspseal_reply_send() did not give to the caller. */
void sspseal_reply_drop(const struct reply *reply)
{
	if (reply->allocated)
		sspseal_style_a.release(reply->memory);
}

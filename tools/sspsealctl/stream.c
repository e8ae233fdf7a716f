// SPDX-License-Identifier: MIT
/* Reading and writing the format of stream.h. */
#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "stream.h"

_Static_assert(offsetof(struct record, data) ==
	       RECORD_HEADER_SIZE + SSPSEAL_TOKEN_SIZE, "no padding");

#define MAGIC_SIZE	8
#define RESERVED_OFFSET	12

static const unsigned char stream_header[STREAM_HEADER_SIZE] = {
	'S', 'S', 'P', 'S', 'E', 'A', 'L', 'F', 0, 0, 0, STREAM_VERSION
};

uint32_t get_be32(const unsigned char *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return be32toh(value);
}

static void put_be32(unsigned char *bytes, uint32_t value)
{
	value = htobe32(value);
	memcpy(bytes, &value, sizeof(value));
}

void record_set(struct record *record, uint32_t kind, uint32_t size)
{
	put_be32(record->header, kind);
	put_be32(record->header + 4, size);
}

uint32_t record_kind(const struct record *record)
{
	return get_be32(record->header);
}

uint32_t record_size(const struct record *record)
{
	return get_be32(record->header + 4);
}

static SecBuffer buffer(ULONG type, const void *address, ULONG size)
{
	return (SecBuffer){
		.cbBuffer = size,
		.BufferType = type,
		.pvBuffer = (void *)address,
	};
}

void record_describe(struct record_message *message, struct record *record)
{
	const ULONG associated = SECBUFFER_DATA |
				 SECBUFFER_READONLY_WITH_CHECKSUM;
	SecBuffer *buffers = message->buffers;

	buffers[0] = buffer(associated, stream_header, sizeof(stream_header));
	buffers[1] = buffer(associated, record->header, sizeof(record->header));
	buffers[2] = buffer(SECBUFFER_DATA, record->data, record_size(record));
	buffers[3] = buffer(SECBUFFER_TOKEN, record->token,
			    sizeof(record->token));
	message->desc.ulVersion = SECBUFFER_VERSION;
	message->desc.cBuffers = 4;
	message->desc.pBuffers = buffers;
}

int stream_write_header(struct job *job)
{
	return write_full(job, stream_header, sizeof(stream_header));
}

int stream_write_record(struct job *job, const struct record *record)
{
	return write_full(job, record, offsetof(struct record, data) +
				       record_size(record));
}

static int read_error(struct job *job)
{
	return fail(job, "%s: %m", input_name(job));
}

int stream_read_header(struct job *job)
{
	unsigned char header[STREAM_HEADER_SIZE];
	ssize_t got = read_full(job->in, header, sizeof(header));
	const char *name = input_name(job);

	if (got < 0)
		return read_error(job);
	if (got < STREAM_HEADER_SIZE ||
	    memcmp(header, stream_header, MAGIC_SIZE))
		return fail(job, "%s: not a sealed stream", name);
	if (get_be32(header + MAGIC_SIZE) != STREAM_VERSION)
		return fail(job, "%s: stream version %" PRIu32 " is not known",
			    name, get_be32(header + MAGIC_SIZE));
	if (get_be32(header + RESERVED_OFFSET))
		return fail(job, "%s: malformed stream header", name);
	return 0;
}

static int check_record_header(struct job *job, const struct record *record)
{
	uint32_t kind = record_kind(record);
	uint32_t size = record_size(record);

	if (kind != RECORD_MORE && kind != RECORD_LAST)
		return fail_record(job, "kind %" PRIu32 " is not known", kind);
	if (size > RECORD_DATA_MAX || (size == 0 && kind == RECORD_MORE))
		return fail_record(job, "wrong length %" PRIu32, size);
	return 0;
}

int stream_read_record(struct job *job, struct record *record)
{
	ssize_t got = read_full(job->in, record->header, RECORD_HEADER_SIZE);
	size_t rest;

	job->record++;
	if (got < 0)
		return read_error(job);
	if (got == 0)
		return fail_record(job, "missing: the stream has lost its end");
	if (got < RECORD_HEADER_SIZE)
		return fail_record(job, "the stream ends inside it");
	if (check_record_header(job, record))
		return -1;
	rest = sizeof(record->token) + record_size(record);
	got = read_full(job->in, record->token, rest);
	if (got < 0)
		return read_error(job);
	if ((size_t)got < rest)
		return fail_record(job, "the stream ends inside it");
	return 0;
}

int stream_read_end(struct job *job)
{
	char byte;
	ssize_t got = read_full(job->in, &byte, 1);

	if (got < 0)
		return read_error(job);
	if (got)
		return fail(job, "%s: more bytes after the last record",
			    input_name(job));
	return 0;
}

// SPDX-License-Identifier: MIT
/* Reading and writing the formats of stream.h. */
#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "stream.h"

_Static_assert(offsetof(struct record, data) ==
	       RECORD_HEADER_SIZE + SSPSEAL_TOKEN_SIZE, "no padding");

#define MAGIC_SIZE	8
#define RESERVED_OFFSET	12

#define HEADER(last) \
	{ 'S', 'S', 'P', 'S', 'E', 'A', 'L', last, 0, 0, 0, STREAM_VERSION }

const struct stream_type stream_sealed = {
	.name = "sealed stream",
	.header = HEADER('F'),
};

const struct stream_type stream_signature = {
	.name = "signature",
	.header = HEADER('S'),
	.detached = true,
};

static const struct stream_type *const stream_types[] = {
	&stream_sealed, &stream_signature, NULL
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

void record_describe(struct record_message *message,
		     const struct stream_type *type, struct record *record)
{
	const ULONG associated = SECBUFFER_DATA |
				 SECBUFFER_READONLY_WITH_CHECKSUM;
	SecBuffer *buffers = message->buffers;

	buffers[0] = buffer(associated, type->header, sizeof(type->header));
	buffers[1] = buffer(associated, record->header, sizeof(record->header));
	buffers[2] = buffer(SECBUFFER_DATA, record->data, record_size(record));
	buffers[3] = buffer(SECBUFFER_TOKEN, record->token,
			    sizeof(record->token));
	message->desc.ulVersion = SECBUFFER_VERSION;
	message->desc.cBuffers = 4;
	message->desc.pBuffers = buffers;
}

/* Of its data, the bytes that stand in the stream. */
static size_t size_in_stream(const struct stream_type *type,
			     const struct record *record)
{
	return type->detached ? 0 : record_size(record);
}

int stream_write_header(struct job *job, const struct stream_type *type)
{
	return write_full(job, type->header, sizeof(type->header));
}

int stream_write_record(struct job *job, const struct stream_type *type,
			const struct record *record)
{
	return write_full(job, record, offsetof(struct record, data) +
				       size_in_stream(type, record));
}

static const struct stream_type *find_type(const unsigned char *header)
{
	const struct stream_type *const *type = stream_types;

	while (*type && memcmp(header, (*type)->header, MAGIC_SIZE))
		type++;
	return *type;
}

/* After the text that tells the type. */
static int check_header(struct job *job, const unsigned char *header)
{
	const char *name = input_name(job->in_path);

	if (get_be32(header + MAGIC_SIZE) != STREAM_VERSION)
		return fail(job, "%s: stream version %" PRIu32 " is not known",
			    name, get_be32(header + MAGIC_SIZE));
	if (get_be32(header + RESERVED_OFFSET))
		return fail(job, "%s: malformed stream header", name);
	return 0;
}

/**
 * stream_read_header() - begin to read a stream
 * @job: its input
 * @wanted: of which type it has to be, NULL for any
 *
 * Return: its type, or NULL after a message.
 */
const struct stream_type *stream_read_header(struct job *job,
					     const struct stream_type *wanted)
{
	unsigned char header[STREAM_HEADER_SIZE];
	ssize_t got = read_full(job->in, header, sizeof(header));
	const struct stream_type *type;

	if (got < 0) {
		fail_read(job, job->in_path);
		return NULL;
	}
	type = got < STREAM_HEADER_SIZE ? NULL : find_type(header);
	if (!type || (wanted && type != wanted)) {
		fail(job, "%s: not a %s", input_name(job->in_path),
		     wanted ? wanted->name : "sealed stream or signature");
		return NULL;
	}
	return check_header(job, header) ? NULL : type;
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

int stream_read_record(struct job *job, const struct stream_type *type,
		       struct record *record)
{
	ssize_t got = read_full(job->in, record->header, RECORD_HEADER_SIZE);
	size_t rest;

	job->record++;
	if (got < 0)
		return fail_read(job, job->in_path);
	if (got == 0)
		return fail_record(job, "missing: the stream has lost its end");
	if (got < RECORD_HEADER_SIZE)
		return fail_record(job, "the stream ends inside it");
	if (check_record_header(job, record))
		return -1;
	rest = sizeof(record->token) + size_in_stream(type, record);
	got = read_full(job->in, record->token, rest);
	if (got < 0)
		return fail_read(job, job->in_path);
	if ((size_t)got < rest)
		return fail_record(job, "the stream ends inside it");
	return 0;
}

int stream_read_end(struct job *job)
{
	char byte;
	ssize_t got = read_full(job->in, &byte, 1);

	if (got < 0)
		return fail_read(job, job->in_path);
	if (got)
		return fail(job, "%s: more bytes after the last record",
			    input_name(job->in_path));
	return 0;
}

// SPDX-License-Identifier: MIT
/* sspsealctl info FILE: what a stream or a signature shows without its key. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stream.h"

/* Of a token: Documentation/token-format.rst. */
#define FLAG_CONFIDENTIAL	1
#define FLAG_ACCEPTOR		2
#define FLAG_SIGNATURE		4
#define FLAG_CONFIRMATION	8

struct totals {
	const struct stream_type *type;
	uint64_t more;
	uint64_t last;
	uint64_t bytes;
	unsigned char token[SSPSEAL_TOKEN_SIZE];
};

static int read_stream(struct job *job, struct totals *totals)
{
	struct record record;

	totals->type = stream_read_header(job, NULL);
	if (!totals->type)
		return -1;
	do {
		if (stream_read_record(job, totals->type, &record))
			return -1;
		if (job->record == 1)
			memcpy(totals->token, record.token,
			       sizeof(totals->token));
		if (record_kind(&record) == RECORD_MORE)
			totals->more++;
		else
			totals->last++;
		totals->bytes += record_size(&record);
		progress_add(job, record_size(&record));
	} while (!totals->last);
	return stream_read_end(job);
}

static void print_field(const unsigned char *token, size_t offset, size_t size,
			const char *name, const char *meaning)
{
	size_t i;

	printf("  %6zu  %4zu  %-13s  0x", offset, size, name);
	for (i = 0; i < size; i++)
		printf("%02x", token[offset + i]);
	printf("%s%s\n", *meaning ? "  " : "", meaning);
}

static void print_flags(const unsigned char *token)
{
	const unsigned char flags = token[2];
	char meaning[96];

	snprintf(meaning, sizeof(meaning), "%s, sent by the %s%s%s%s",
		 flags & FLAG_CONFIDENTIAL ? "encrypted" : "not encrypted",
		 flags & FLAG_ACCEPTOR ? "acceptor" : "initiator",
		 flags & FLAG_SIGNATURE ? ", signature" : "",
		 flags & FLAG_CONFIRMATION ? ", confirmation" : "",
		 flags >> 4 ? ", unknown flags" : "");
	print_field(token, 2, 1, "flags", meaning);
}

static void print_token(const unsigned char *token)
{
	uint64_t counter = (uint64_t)get_be32(token + 8) << 32 |
			   get_be32(token + 12);
	char number[32];

	printf("\nFirst token\n  offset  size  field          value\n");
	snprintf(number, sizeof(number), "%u", token[0]);
	print_field(token, 0, 1, "version", number);
	print_field(token, 1, 1, "suite", suite_name(token[1]));
	print_flags(token);
	print_field(token, 3, 1, "reserved", token[3] ? "not zero" : "");
	snprintf(number, sizeof(number), "%" PRIu32, get_be32(token + 4));
	print_field(token, 4, 4, "caller number",
		    get_be32(token + 4) ? number : "not in use");
	snprintf(number, sizeof(number), "%" PRIu64, counter);
	print_field(token, 8, 8, "counter", number);
	print_field(token, 16, SSPSEAL_SALT_SIZE, "sender salt", "");
	print_field(token, 32, 16, "tag", "");
}

/* A stream that is damaged is described as far as it goes. */
int stream_info(struct job *job)
{
	struct totals totals = { 0 };
	int ret;

	job->in = input_open(job, job->in_path);
	if (job->in < 0)
		return -1;
	progress_start(job);
	ret = read_stream(job, &totals);
	progress_clear(job);
	if (totals.more + totals.last == 0)
		return ret;
	printf("%s: %s, version %d (not authenticated: that takes the key)\n",
	       input_name(job->in_path), totals.type->name, STREAM_VERSION);
	printf("  records     %" PRIu64 " of kind %d (more follow), %" PRIu64
	       " of kind %d (the last)\n", totals.more, RECORD_MORE,
	       totals.last, RECORD_LAST);
	printf("  data bytes  %" PRIu64 "\n", totals.bytes);
	print_token(totals.token);
	return ret;
}

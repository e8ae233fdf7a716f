/* SPDX-License-Identifier: MIT */
/*
 * The formats of sealed streams and of signatures. Integers are big-endian.
 *
 * stream = header (16 bytes: 8 bytes of text, u32 version = 1, u32 zero), records
 * record = header (8 bytes: u32 kind, u32 n), token (48 bytes), and
 *	    in a sealed stream ("SSPSEALF"): n sealed bytes
 *	    in a signature ("SSPSEALS"): nothing; it stands for the next n bytes of
 *	    what was signed, which lies elsewhere and is left as it is
 *
 * All records are of kind RECORD_MORE with an n of 1 to 65,536, except for the
 * last: RECORD_LAST with 0 to 65,536, after which nothing follows, nor in what was
 * signed. A record is one sealed message, or one signature, of an initiator's
 * context with SEQUENCE_DETECT: stream header and record header as associated
 * data (DATA|READONLY_WITH_CHECKSUM), the n bytes as DATA, MessageSequenceNumber
 * 0. The context is used for this one stream, so its salt and its counter tell
 * records of other streams, and records in another order or missing, and
 * RECORD_LAST tells an end that was cut off. The header and the token's flags keep
 * the two formats apart.
 */
#ifndef SSPSEALCTL_STREAM_H
#define SSPSEALCTL_STREAM_H

#include "sspsealctl.h"

#define STREAM_HEADER_SIZE	16
#define STREAM_VERSION		1

#define RECORD_HEADER_SIZE	8
#define RECORD_DATA_MAX		65536
#define RECORD_MORE		0
#define RECORD_LAST		1

/**
 * struct stream_type - one of the two formats
 * @name: what people call it
 * @header: its only header
 * @detached: the data lies elsewhere
 */
struct stream_type {
	const char *name;
	unsigned char header[STREAM_HEADER_SIZE];
	bool detached;
};

extern const struct stream_type stream_sealed;
extern const struct stream_type stream_signature;

/* As it stands in a sealed stream; in a signature without @data. */
struct record {
	unsigned char header[RECORD_HEADER_SIZE];
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	unsigned char data[RECORD_DATA_MAX];
};

/* A record as a message, in the order of its associated data. */
struct record_message {
	SecBuffer buffers[4];
	SecBufferDesc desc;
};

uint32_t get_be32(const unsigned char *bytes);

void record_set(struct record *record, uint32_t kind, uint32_t size);
uint32_t record_kind(const struct record *record);
uint32_t record_size(const struct record *record);
void record_describe(struct record_message *message,
		     const struct stream_type *type, struct record *record);

int stream_write_header(struct job *job, const struct stream_type *type);
int stream_write_record(struct job *job, const struct stream_type *type,
			const struct record *record);

/* Each checks all of the form that can be checked without a key. */
const struct stream_type *stream_read_header(struct job *job,
					     const struct stream_type *wanted);
int stream_read_record(struct job *job, const struct stream_type *type,
		       struct record *record);
int stream_read_end(struct job *job);

#endif /* SSPSEALCTL_STREAM_H */

/* SPDX-License-Identifier: MIT */
/*
 * The format of a sealed stream. Integers are big-endian.
 *
 * stream = header (16 bytes: "SSPSEALF", u32 version = 1, u32 zero), records
 * record = header (8 bytes: u32 kind, u32 n), token (48 bytes), n sealed bytes
 *
 * All records are of kind RECORD_MORE with 1 to 65,536 bytes, except for the
 * last: RECORD_LAST with 0 to 65,536 bytes, after which nothing follows. A
 * record is one sealed message of a context with SEQUENCE_DETECT: stream header
 * and record header as associated data, the bytes as DATA, MessageSequenceNumber
 * 0. The context is used for this one stream, so its salt and its counter tell
 * records of other streams, and records in another order or missing, and
 * RECORD_LAST tells an end that was cut off.
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

/* As it stands in the stream. */
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
void record_describe(struct record_message *message, struct record *record);

int stream_write_header(struct job *job);
int stream_write_record(struct job *job, const struct record *record);

/* Each checks all of the form that can be checked without a key. */
int stream_read_header(struct job *job);
int stream_read_record(struct job *job, struct record *record);
int stream_read_end(struct job *job);

#endif /* SSPSEALCTL_STREAM_H */

/* SPDX-License-Identifier: MIT */
/*
 * The layout of the handshake's tokens, Documentation/protocol.rst: bytes to fields
 * and back. No state, no memory of its own, no knowledge of what a field is for.
 */
#ifndef SSPSEAL_HANDSHAKE_TOKEN_H
#define SSPSEAL_HANDSHAKE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define HANDSHAKE_VERSION	1

#define HANDSHAKE_SUITES_MAX	16
#define HANDSHAKE_NAME_MAX	255
#define HANDSHAKE_SHARE_MAX	1280
/* Of any type, with the longest fields. */
#define HANDSHAKE_TOKEN_MAX	1850

enum handshake_type {
	HANDSHAKE_OFFER = 1,	/* token 1 */
	HANDSHAKE_ANSWER,	/* token 2 */
	HANDSHAKE_FINISH,	/* token 3 */
	HANDSHAKE_TYPES
};

/* The fields of all types. Which a type has, and their order: handshake_token.c. */
enum handshake_field {
	HANDSHAKE_SALT,
	HANDSHAKE_SERVICES,
	HANDSHAKE_SUITES,
	HANDSHAKE_IDENTITY,
	HANDSHAKE_TARGET,
	HANDSHAKE_SHARE,
	HANDSHAKE_CONFIRMATION,
	HANDSHAKE_FIELDS
};

/* Bytes that belong to somebody else. */
struct span {
	const __u8 *at;
	size_t size;
};

/**
 * struct handshake_token - a token in its parts
 * @type: which of the three
 * @version: as it stands there
 * @head: bytes before the last field: of an answer, what the binding has of it
 * @field: the contents; empty if the type does not have the field
 */
struct handshake_token {
	enum handshake_type type;
	__u8 version;
	size_t head;
	struct span field[HANDSHAKE_FIELDS];
};

bool sspseal_handshake_parse(enum handshake_type type, const void *bytes,
			     size_t size, struct handshake_token *token);
size_t sspseal_handshake_size(const struct handshake_token *token);
void sspseal_handshake_write(struct handshake_token *token, __u8 *to);
__u32 sspseal_handshake_services(const struct handshake_token *token);
bool sspseal_is_name(struct span name);
bool sspseal_span_equal(struct span a, struct span b);

#endif /* SSPSEAL_HANDSHAKE_TOKEN_H */

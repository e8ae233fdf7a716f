// SPDX-License-Identifier: MIT
/* The one parser of the handshake's tokens, and the one writer. */
#include <string.h>

#include "handshake_token.h"

#define MAGIC		"SSPSEALH"
#define MAGIC_SIZE	8
#define AT_VERSION	8
#define AT_TYPE		9
#define AT_LENGTH	10
#define HEADER_SIZE	12
#define PREFIX_SIZE	2

#define SALT_SIZE	16
#define CONFIRMATION_SIZE 48

struct rule {
	enum handshake_field field;
	size_t min;
	size_t max;
};

#define RULES_MAX	6

/* The fields of each type, in their order. A rule without a maximum ends it. */
static const struct rule rules[HANDSHAKE_TYPES][RULES_MAX + 1] = {
	[HANDSHAKE_OFFER] = {
		{ HANDSHAKE_SALT, SALT_SIZE, SALT_SIZE },
		{ HANDSHAKE_SERVICES, 4, 4 },
		{ HANDSHAKE_SUITES, 1, HANDSHAKE_SUITES_MAX },
		{ HANDSHAKE_IDENTITY, 1, HANDSHAKE_NAME_MAX },
		{ HANDSHAKE_TARGET, 0, HANDSHAKE_NAME_MAX },
		{ HANDSHAKE_SHARE, 0, HANDSHAKE_SHARE_MAX },
	},
	[HANDSHAKE_ANSWER] = {
		{ HANDSHAKE_SALT, SALT_SIZE, SALT_SIZE },
		{ HANDSHAKE_SERVICES, 4, 4 },
		{ HANDSHAKE_SUITES, 1, 1 },
		{ HANDSHAKE_IDENTITY, 1, HANDSHAKE_NAME_MAX },
		{ HANDSHAKE_SHARE, 0, HANDSHAKE_SHARE_MAX },
		{ HANDSHAKE_CONFIRMATION, CONFIRMATION_SIZE,
		  CONFIRMATION_SIZE },
	},
	[HANDSHAKE_FINISH] = {
		{ HANDSHAKE_CONFIRMATION, CONFIRMATION_SIZE,
		  CONFIRMATION_SIZE },
	},
};

static size_t get_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static void put_be16(__u8 *p, size_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

/* ---- what fields contain ---- */

bool sspseal_span_equal(struct span a, struct span b)
{
	return a.size == b.size && (!a.size || !memcmp(a.at, b.at, a.size));
}

/**
 * sspseal_is_name() - may an end have this name?
 * @name: bytes from anywhere
 *
 * Control characters would be a nuisance in whatever prints a name.
 *
 * Return: true if it may.
 */
bool sspseal_is_name(struct span name)
{
	size_t i;

	for (i = 0; i < name.size; i++)
		if (name.at[i] < 0x20 || name.at[i] == 0x7f)
			return false;
	return name.size >= 1 && name.size <= HANDSHAKE_NAME_MAX;
}

/* None is 0, and none stands twice. */
static bool are_suites(struct span suites)
{
	size_t i;

	for (i = 0; i < suites.size; i++)
		if (!suites.at[i] || memchr(suites.at, suites.at[i], i))
			return false;
	return true;
}

/**
 * sspseal_handshake_services() - the services that a token has
 * @token: an offer or an answer, parsed
 *
 * Return: SSPSEAL_CONFIDENTIALITY and others, unknown ones among them.
 */
__u32 sspseal_handshake_services(const struct handshake_token *token)
{
	const __u8 *p = token->field[HANDSHAKE_SERVICES].at;

	return (__u32)get_be16(p) << 16 | get_be16(p + 2);
}

/* What a length does not tell. */
static bool contents_valid(const struct handshake_token *token)
{
	struct span target = token->field[HANDSHAKE_TARGET];

	if (!token->version)
		return false;
	return token->type == HANDSHAKE_FINISH ||
	       (are_suites(token->field[HANDSHAKE_SUITES]) &&
		sspseal_is_name(token->field[HANDSHAKE_IDENTITY]) &&
		(!target.size || sspseal_is_name(target)));
}

/* ---- bytes to fields ---- */

static bool parse_header(const __u8 *bytes, size_t size,
			 struct handshake_token *token)
{
	if (size < HEADER_SIZE || memcmp(bytes, MAGIC, MAGIC_SIZE) ||
	    bytes[AT_TYPE] != token->type ||
	    get_be16(bytes + AT_LENGTH) != size - HEADER_SIZE)
		return false;
	token->version = bytes[AT_VERSION];
	return true;
}

/**
 * sspseal_handshake_parse() - take a token apart
 * @type: what it has to be
 * @bytes: as it came
 * @size: bytes of it
 * @token: out, if it is one. Its fields point into @bytes
 *
 * A function of its arguments alone. Nothing before @bytes or behind its @size is
 * read.
 *
 * Return: true if it is well-formed to the last byte.
 */
bool sspseal_handshake_parse(enum handshake_type type, const void *bytes,
			     size_t size, struct handshake_token *token)
{
	struct handshake_token parsed = { .type = type };
	const struct rule *rule;
	const __u8 *p = bytes;
	size_t at = HEADER_SIZE, length;

	if (!parse_header(p, size, &parsed))
		return false;
	for (rule = rules[type]; rule->max; rule++) {
		parsed.head = at;
		if (size - at < PREFIX_SIZE)
			return false;
		length = get_be16(p + at);
		at += PREFIX_SIZE;
		if (length < rule->min || length > rule->max ||
		    length > size - at)
			return false;
		parsed.field[rule->field] = (struct span){ p + at, length };
		at += length;
	}
	if (at != size || !contents_valid(&parsed))
		return false;
	*token = parsed;
	return true;
}

/* ---- fields to bytes ---- */

/**
 * sspseal_handshake_size() - how long a token is
 * @token: with its type and fields
 *
 * Return: bytes that sspseal_handshake_write() will write.
 */
size_t sspseal_handshake_size(const struct handshake_token *token)
{
	const struct rule *rule;
	size_t size = HEADER_SIZE;

	for (rule = rules[token->type]; rule->max; rule++)
		size += PREFIX_SIZE + token->field[rule->field].size;
	return size;
}

/**
 * sspseal_handshake_write() - put a token together
 * @token: with its type, version, and fields of allowed sizes. A field that has a
 *	size, but no address, is left for later. On return @head is set
 * @to: sspseal_handshake_size() bytes
 */
void sspseal_handshake_write(struct handshake_token *token, __u8 *to)
{
	const struct rule *rule;
	struct span content;
	__u8 *p = to;

	memcpy(p, MAGIC, MAGIC_SIZE);
	p[AT_VERSION] = token->version;
	p[AT_TYPE] = token->type;
	put_be16(p + AT_LENGTH, sspseal_handshake_size(token) - HEADER_SIZE);
	p += HEADER_SIZE;
	for (rule = rules[token->type]; rule->max; rule++) {
		token->head = p - to;
		content = token->field[rule->field];
		put_be16(p, content.size);
		p += PREFIX_SIZE;
		if (content.at)
			memcpy(p, content.at, content.size);
		p += content.size;
	}
}

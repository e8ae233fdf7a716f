// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be refused, with which status, and without a trace.
 */
#include <string.h>
#include <time.h>

#include "soak.h"

/* Where nothing is. */
#define NOWHERE		((void *)8)

static bool refused_as(const char *what, __u32 expected, int status)
{
	count(REFUSED);
	return (int)expected == status ||
	       wrong(__FILE__, __LINE__, what, status, expected);
}

/* ---- CREATE ---- */

static const char *spoil_create(struct sspseal_create *c, unsigned int how,
				__u32 *status)
{
	switch (how) {
	case 0:
		c->role = 3 + pick(100);
		*status = S(ROLE);
		return "role";
	case 1:
		c->services |= 16 << pick(20);
		*status = S(SERVICES);
		return "services";
	case 2:
		c->flags |= 4 << pick(20);
		*status = S(FLAGS);
		return "flags";
	case 3:
		c->key_size = pick(SSPSEAL_KEY_MIN);
		*status = S(KEY_SIZE);
		return "key size";
	case 4:
		c->key = (uintptr_t)NOWHERE;
		*status = S(FAULT);
		return "key";
	case 5:
		c->key_serial = 1;
		*status = S(KEY_SOURCE);
		return "key source";
	case 6:
		c->expiry = time(NULL) - pick(1000);
		*status = S(EXPIRY);
		return "expiry";
	default:
		c->mechanism = 2 + pick(1000);
		*status = S(MECHANISM);
		return "mechanism";
	}
}

bool refuse_to_create(int fd)
{
	struct sspseal_create c = create_args(1 + pick(2), pick(16));
	const char *what;
	__u32 status;

	what = spoil_create(&c, pick(8), &status);
	return refused_as(what, status, call(fd, SSPSEAL_CREATE, &c));
}

/* ---- SEAL and SIGN ---- */

enum spoil {
	NO_TOKEN, NO_DATA, TWO_DATA, TWO_TOKENS, TOKEN_SMALL, TOKEN_READ_ONLY,
	NULL_DATA, TYPE, OVERLAP, QOP, QOP_SUITE, NO_HANDLE, NO_BUFFERS,
	MANY_BUFFERS, TOO_LONG, FAULT, NOT_CONFIDENTIAL, SPOILS,
};

static const __u32 spoil_status[SPOILS] = {
	[NO_TOKEN] = S(NO_TOKEN),
	[NO_DATA] = S(NO_DATA),
	[TWO_DATA] = S(TWO_DATA),
	[TWO_TOKENS] = S(TWO_TOKENS),
	[TOKEN_SMALL] = S(TOKEN_TOO_SMALL),
	[TOKEN_READ_ONLY] = S(TOKEN_READONLY),
	[NULL_DATA] = S(NULL_BUFFER),
	[TYPE] = S(BUFFER_TYPE),
	[OVERLAP] = S(OVERLAP),
	[QOP] = S(QOP),
	[QOP_SUITE] = S(QOP_SUITE),
	[NO_HANDLE] = S(NO_HANDLE),
	[NO_BUFFERS] = S(NO_BUFFERS),
	[MANY_BUFFERS] = S(TOO_MANY_BUFFERS),
	[TOO_LONG] = S(DATA_TOO_LONG),
	[FAULT] = S(FAULT),
	[NOT_CONFIDENTIAL] = S(NO_CONFIDENTIALITY),
};

/* Three entries: TOKEN, DATA, and one that is ignored. */
static void spoil_list(struct sspseal_buffer *b, enum spoil how)
{
	switch (how) {
	case NO_TOKEN:
		b[0].type = SSPSEAL_BUFFER_EMPTY;
		break;
	case NO_DATA:
		b[1].type = SSPSEAL_BUFFER_EMPTY;
		break;
	case TWO_DATA:
		b[2].type = DATA;
		break;
	case TWO_TOKENS:
		b[2].type = TOKEN;
		break;
	case TOKEN_SMALL:
		b[0].cb = pick(TOKEN_SIZE);
		break;
	case TOKEN_READ_ONLY:
		b[0].type |= one_in(2) ? READONLY : RWC;
		break;
	case NULL_DATA:
		b[1].ptr = 0;
		break;
	case TYPE:
		b[2].type = SSPSEAL_BUFFER_TYPE_MAX + 1 + pick(1000);
		break;
	case OVERLAP:
		b[1].ptr -= 1 + pick(TOKEN_SIZE);
		break;
	case TOO_LONG:
		b[1].cb = DATA_MAX + 1 + pick(1000);
		break;
	case FAULT:
		b[1].ptr = (uintptr_t)NOWHERE;
		break;
	default:
		break;
	}
}

static void spoil_message(struct sspseal_message *m, enum spoil how)
{
	switch (how) {
	case QOP:
		m->qop = 1 + pick(255);
		break;
	case QOP_SUITE:
		m->qop |= SSPSEAL_QOP_SUITE(4 + pick(250));
		break;
	case NO_HANDLE:
		m->handle = 0x7ffffff0;
		break;
	case NO_BUFFERS:
		m->nr_buffers = 0;
		break;
	case MANY_BUFFERS:
		m->nr_buffers = SSPSEAL_BUFFERS_MAX + 1 + pick(1000);
		break;
	case NOT_CONFIDENTIAL:
		m->qop = 0;
		break;
	default:
		break;
	}
}

/* Does it touch memory that is not there, before or in the call? */
static bool is_unreadable(enum spoil how)
{
	return how == MANY_BUFFERS || how == TOO_LONG || how == FAULT;
}

bool refuse_to_send(struct session *s, unsigned int from, struct parcel *p)
{
	bool sealed = s->services & SSPSEAL_CONFIDENTIALITY;
	enum spoil how = pick(sealed ? NOT_CONFIDENTIAL : SPOILS);
	const struct side *side = &s->side[from];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, p->memory, TOKEN_SIZE),
		buffer(DATA, p->memory + TOKEN_SIZE, 64),
		buffer(SSPSEAL_BUFFER_EMPTY, p->plain, 64),
	};
	struct sspseal_message m = message(side->handle, b, ARRAY_SIZE(b));
	int status;

	if (!sealed)
		m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	/* What is not encrypted has other limits. */
	if (how == TOO_LONG && !sealed)
		return true;
	spoil_list(b, how);
	spoil_message(&m, how);
	do {
		if (is_unreadable(how))
			status = call(side->fd, SSPSEAL_SEAL, &m);
		else
			status = refused(side->fd, SSPSEAL_SEAL, &m);
	} while (status == S(BUSY));
	return refused_as("spoiled list", spoil_status[how], status);
}

/* ---- UNSEAL and VERIFY ---- */

static void alter(struct parcel *p, size_t at)
{
	p->memory[at] ^= 1 << pick(8);
}

/* The salt is not the session's, if there is one already. */
static __u32 status_of_salt(const struct session *s, const struct side *to)
{
	return s->bound || to->received ? S(TOKEN_SALT) : S(ALTERED);
}

static __u32 alter_somewhere(struct parcel *p, const struct session *s,
			     const struct side *to, struct sspseal_message *m)
{
	switch (pick(9)) {
	case 0:
		alter(p, TOKEN_AT_VERSION);
		return S(TOKEN_VERSION);
	case 1:
		p->memory[TOKEN_AT_SUITE] = pick(2) ? 0 : 4 + pick(200);
		return S(TOKEN_SUITE);
	case 2:
		p->memory[TOKEN_AT_FLAGS] |= 0x10 << pick(4);
		return S(TOKEN_FLAGS);
	case 3:
		p->memory[TOKEN_AT_FLAGS] ^= TOKEN_ACCEPTOR;
		return S(TOKEN_REFLECTED);
	case 4:
		p->memory[TOKEN_AT_COUNTER] |= 0x80;
		return S(TOKEN_COUNTER);
	case 5:
		alter(p, TOKEN_AT_SALT + pick(SSPSEAL_SALT_SIZE));
		return status_of_salt(s, to);
	case 6:
		m->sequence = p->sequence + 1;
		return S(CALLER_SEQUENCE);
	case 7:
		alter(p, TOKEN_AT_SEQUENCE + pick(4));
		return S(ALTERED);
	default:
		alter(p, TOKEN_AT_TAG + pick(16 + p->size));
		return S(ALTERED);
	}
}

bool refuse_altered(struct session *s, unsigned int from, struct parcel *p)
{
	struct side *to = &s->side[!from];
	struct sspseal_buffer b[ENTRIES];
	struct sspseal_message m = message(to->handle, b, p->nr);
	__u32 expected;
	int status;

	parcel_unpack(p, b, p->op != SIGN && one_in(3));
	/* What DATA is with a STREAM is nothing to be read. */
	if (b[p->token].type == STREAM)
		b[p->data] = buffer(DATA, NULL, 0);
	expected = alter_somewhere(p, s, to, &m);
	do {
		status = refused(to->fd, receive_command(p), &m);
	} while (status == S(BUSY));
	to->failed += status == S(ALTERED);
	return refused_as("altered message", expected, status);
}

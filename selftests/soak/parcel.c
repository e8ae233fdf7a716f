// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message between the ends of a session: by raw ioctls, by the library's calls,
 * by those of SSPI, or by OpenSSL.
 */
#include <stdlib.h>
#include <string.h>

#include "soak.h"

static const __u8 token_flags[OPERATIONS] = {
	TOKEN_CONFIDENTIAL, 0, TOKEN_SIGNATURE,
};

bool parcel_init(struct parcel *p)
{
	memset(p, 0, sizeof(*p));
	p->memory = malloc(TOKEN_SIZE + DATA_MAX);
	p->plain = malloc(DATA_MAX);
	p->sealed = malloc(TOKEN_SIZE + DATA_MAX);
	return p->memory && p->plain && p->sealed;
}

unsigned long send_command(const struct parcel *p)
{
	return p->op == SIGN ? SSPSEAL_SIGN : SSPSEAL_SEAL;
}

unsigned long receive_command(const struct parcel *p)
{
	return p->op == SIGN ? SSPSEAL_VERIFY : SSPSEAL_UNSEAL;
}

/* ---- packing ---- */

/* Edges of blocks, pages and work slots. */
__u32 parcel_size(__u32 most)
{
	static const __u32 edges[] = {
		0, 1, 15, 16, 17, 64, 255, 256, 257, 4047, 4048, 4095, 4096,
		4097, 65520, 65535, 65536, 65537, 73728, DATA_MAX - 1, DATA_MAX,
	};
	__u32 size;

	if (one_in(100))
		size = pick(DATA_MAX + 1);
	else if (one_in(12))
		size = SLOT_MAX + pick(SLOT_MAX);
	else if (one_in(8))
		size = edges[pick(ARRAY_SIZE(edges) - (one_in(10) ? 0 : 7))];
	else
		size = pick(one_in(4) ? 9000 : 600);
	return size < most ? size : most;
}

static void add(struct parcel *p, __u32 type, void *memory, __u32 size)
{
	p->b[p->nr++] = buffer(type, memory, size);
}

static void add_associated(struct parcel *p)
{
	__u32 at = pick(sizeof(p->associated));

	add(p, DATA | RWC, p->associated + at,
	    pick(sizeof(p->associated) - at + 1));
}

static enum operation some_operation(const struct session *s)
{
	if (!(s->services & SSPSEAL_CONFIDENTIALITY))
		return WRAP + pick(2);
	/* Behind one that is refused no other could follow. */
	if (s->require_seal && in_order(s))
		return one_in(2) ? SEAL : SIGN;
	return pick(OPERATIONS);
}

void parcel_pack(struct parcel *p, const struct session *s, __u32 most)
{
	p->op = some_operation(s);
	/* What is only authenticated counts as one. */
	if (p->op != SEAL && most > DATA_MAX - 4 * sizeof(p->associated))
		most = DATA_MAX - 4 * sizeof(p->associated);
	p->size = parcel_size(most);
	p->flags = 0;
	p->suite = s->any_suite ? 1 + pick(3) : s->suite;
	p->sequence = one_in(2) ? 1 + pick(1000) : 0;
	p->delivered = false;
	p->nr = 0;
	fill(p->plain, p->size);
	fill(p->associated, sizeof(p->associated));
	memcpy(p->memory + TOKEN_SIZE, p->plain, p->size);

	while (one_in(3) && p->nr < 2)
		add_associated(p);
	p->data = p->nr;
	add(p, DATA, p->memory + TOKEN_SIZE, p->size);
	if (one_in(4))
		add(p, PADDING, p->associated, pick(16));
	if (one_in(4))
		add(p, DATA | READONLY, p->associated, 7);
	if (one_in(4))
		add_associated(p);
	p->token = p->nr;
	add(p, TOKEN, p->memory, TOKEN_SIZE);
}

void parcel_copy(struct parcel *to, const struct parcel *from)
{
	struct parcel own = *to;

	*to = *from;
	to->memory = own.memory;
	to->plain = own.plain;
	to->sealed = own.sealed;
	memcpy(to->plain, from->plain, from->size);
	memcpy(to->sealed, from->sealed, TOKEN_SIZE + from->size);
	to->b[to->token].ptr = (uintptr_t)to->memory;
	to->b[to->data].ptr = (uintptr_t)to->memory + TOKEN_SIZE;
}

void parcel_unpack(struct parcel *p, struct sspseal_buffer *b, bool stream)
{
	memcpy(p->memory, p->sealed, TOKEN_SIZE + p->size);
	memcpy(b, p->b, sizeof(p->b));
	if (!stream)
		return;
	b[p->token] = buffer(STREAM, p->memory, TOKEN_SIZE + p->size);
	/* An output: what stands there does not matter. */
	b[p->data] = buffer(DATA, (void *)8, pick(100));
}

/* ---- by the kernel ---- */

static int by_library(int fd, unsigned long cmd, struct sspseal_message *m)
{
	int ret;

	switch (cmd) {
	case SSPSEAL_SEAL:
		ret = sspseal_seal(fd, m);
		break;
	case SSPSEAL_UNSEAL:
		ret = sspseal_unseal(fd, m);
		break;
	case SSPSEAL_SIGN:
		ret = sspseal_sign(fd, m);
		break;
	default:
		ret = sspseal_verify(fd, m);
	}
	return ret == status_errno(m->status) ? (int)m->status : BROKEN;
}

static int by_sspi(unsigned long cmd, struct sspseal_message *m)
{
	SecBufferDesc desc = {
		SECBUFFER_VERSION, m->nr_buffers, (void *)(uintptr_t)m->buffers,
	};
	ULONG qop = m->qop;
	NTSTATUS status;

	switch (cmd) {
	case SSPSEAL_SEAL:
		status = SpSealMessage(m->handle, qop, &desc, m->sequence);
		break;
	case SSPSEAL_UNSEAL:
		status = SpUnsealMessage(m->handle, &desc, m->sequence, &qop);
		break;
	case SSPSEAL_SIGN:
		status = SpMakeSignature(m->handle, qop, &desc, m->sequence);
		break;
	default:
		status = SpVerifySignature(m->handle, &desc, m->sequence, &qop);
	}
	m->qop = qop;
	return status == STATUS_SUCCESS ? 0 : (int)sspseal_last_status();
}

/* In one of the ways that there are. BUSY: other threads hold long messages. */
static int call_somehow(int fd, unsigned long cmd, struct sspseal_message *m)
{
	__u32 way = pick(3);
	int status;

	if (way)
		count(BY_LIBRARY);
	do {
		if (way == 2 && fd == sspseal_device())
			status = by_sspi(cmd, m);
		else if (way)
			status = by_library(fd, cmd, m);
		else
			status = call(fd, cmd, m);
		if (status == S(BUSY))
			count(BUSY);
	} while (status == S(BUSY));
	return status;
}

/* ---- sending ---- */

static bool token_is_right(const struct side *from, const struct parcel *p)
{
	__u8 direction = from->role == SSPSEAL_ROLE_ACCEPTOR ?
			 TOKEN_ACCEPTOR : 0;
	const __u8 *token = p->memory;

	return MUST(token[TOKEN_AT_VERSION] == 1) &&
	       MUST_BE(p->suite, token[TOKEN_AT_SUITE]) &&
	       MUST_BE(token_flags[p->op] | p->flags | direction,
		       token[TOKEN_AT_FLAGS]) &&
	       MUST_BE(p->sequence, token_sequence(token)) &&
	       MUST_BE(p->number, token_counter(token)) &&
	       MUST(!memcmp(from->salt, token + TOKEN_AT_SALT,
			    SSPSEAL_SALT_SIZE));
}

struct sspseal_message sender_message(const struct session *s,
				      const struct side *from,
				      struct parcel *p)
{
	struct sspseal_message m = message(from->handle, p->b, p->nr);

	m.sequence = p->sequence;
	if (p->suite != s->suite || one_in(4))
		m.qop = SSPSEAL_QOP_SUITE(p->suite);
	if (p->op == WRAP)
		m.qop |= SSPSEAL_QOP_NO_ENCRYPT;
	return m;
}

static bool kernel_sends(const struct session *s, const struct side *from,
			 struct parcel *p)
{
	struct sspseal_message m = sender_message(s, from, p);

	return MUST_BE(S(OK), call_somehow(from->fd, send_command(p), &m));
}

static bool openssl_sends(struct side *from, struct parcel *p)
{
	from->peer.suite = p->suite;
	from->peer.sequence = p->sequence;
	from->peer.counter = from->sent;
	count(BY_OPENSSL);
	return MUST(peer_protect(&from->peer, token_flags[p->op] | p->flags,
				 p->b, p->nr));
}

static void count_message(enum kind kind, const struct parcel *p)
{
	count(kind);
	if (p->size > SLOT_MAX)
		count(LONGER);
}

bool was_sent(struct side *from, struct parcel *p)
{
	p->number = from->sent++;
	memcpy(p->sealed, p->memory, TOKEN_SIZE + p->size);
	count_message(p->op == SIGN ? SIGNED : SEALED, p);
	/* Sixteen bytes do not come out the same by chance. */
	return token_is_right(from, p) &&
	       MUST(p->size < 16 ||
		    (p->op == SEAL) == !!memcmp(p->memory + TOKEN_SIZE,
						p->plain, p->size));
}

bool parcel_send(struct session *s, unsigned int from, struct parcel *p)
{
	struct side *side = &s->side[from];

	return (is_kernel(side) ? kernel_sends(s, side, p) :
				  openssl_sends(side, p)) &&
	       was_sent(side, p);
}

/* ---- receiving ---- */

__u32 expected(const struct session *s, const struct side *to,
	       const struct parcel *p)
{
	if (s->require_seal && p->op == WRAP)
		return S(NOT_SEALED);
	if (s->services & SSPSEAL_SEQUENCE_DETECT)
		return p->number == to->received ? S(OK) : S(OUT_OF_ORDER);
	if (s->services & SSPSEAL_REPLAY_DETECT && p->delivered)
		return S(REPLAYED);
	return S(OK);
}

struct sspseal_message receiver_message(const struct side *to,
					struct parcel *p,
					struct sspseal_buffer *b)
{
	struct sspseal_message m = message(to->handle, b, p->nr);

	parcel_unpack(p, b, p->op != SIGN && one_in(3));
	m.qop = pick(100);
	m.sequence = one_in(2) ? p->sequence : 0;
	return m;
}

bool was_received(struct side *to, struct parcel *p,
		  const struct sspseal_message *m, __u32 status)
{
	const struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;

	if (status) {
		count(REFUSED);
		if (status == S(NOT_SEALED))
			count(NOT_SEALED);
		return MUST(!memcmp(p->memory, p->sealed,
				    TOKEN_SIZE + p->size));
	}
	to->received++;
	p->delivered = true;
	count_message(p->op == SIGN ? VERIFIED : UNSEALED, p);
	return MUST_BE(p->op == WRAP ? SSPSEAL_QOP_NO_ENCRYPT : 0, m->qop) &&
	       MUST_BE(p->b[p->data].ptr, b[p->data].ptr) &&
	       MUST_BE(p->size, b[p->data].cb) &&
	       MUST(!memcmp(p->memory + TOKEN_SIZE, p->plain, p->size));
}

static bool kernel_receives(const struct session *s, struct side *to,
			    struct parcel *p)
{
	struct sspseal_buffer b[ENTRIES];
	struct sspseal_message m = receiver_message(to, p, b);
	__u32 status = expected(s, to, p);

	return MUST_BE(status, call_somehow(to->fd, receive_command(p), &m)) &&
	       was_received(to, p, &m, status);
}

static bool openssl_receives(struct side *to, struct parcel *p)
{
	struct sspseal_buffer b[ENTRIES];

	parcel_unpack(p, b, false);
	count(BY_OPENSSL);
	to->received++;
	p->delivered = true;
	return MUST(peer_unprotect(&to->peer, b, p->nr)) &&
	       MUST(!memcmp(p->memory + TOKEN_SIZE, p->plain, p->size));
}

bool parcel_deliver(struct session *s, unsigned int from, struct parcel *p)
{
	struct side *to = &s->side[!from];

	return is_kernel(to) ? kernel_receives(s, to, p) :
			       openssl_receives(to, p);
}

bool parcel_carry(struct session *s, unsigned int from, struct parcel *p,
		  __u32 most)
{
	parcel_pack(p, s, most);
	return parcel_send(s, from, p) && parcel_deliver(s, from, p);
}

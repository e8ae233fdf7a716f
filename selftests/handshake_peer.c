// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a handshake, written from Documentation/protocol.rst alone.
 * Sections named here are that page's, if no other page is named.
 *
 * An end is lenient with its own fields, which a test may set to what the other
 * end is to refuse, and strict with all that it receives. Its state (States)
 * follows from its struct: it waits while @offer is kept, is ready when it is
 * bound and does not wait, and has ended when it has no role any more.
 */
#include <stdint.h>
#include <string.h>
#include <openssl/crypto.h>

#include "handshake_peer.h"

/* Tokens: the header. */
#define AT_VERSION	8
#define AT_TYPE		9
#define AT_LENGTH	10
#define HEADER_SIZE	12
#define LENGTH_SIZE	2

#define VERSION		1
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
			 SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT)

static const __u8 magic[AT_VERSION] = "SSPSEALH";

/* Tokens: the types, the fields of each in their order, and their sizes. */
enum { OFFER = 1, ANSWER, LAST };
enum { SALT, REQUESTED, SUITES, INITIATOR, TARGET, OFFER_SHARE };
enum { AGREED = 1, SUITE, ACCEPTOR, SHARE, CONFIRMATION };

#define FIELDS_MAX	6

static const struct { size_t min, max; } layouts[][FIELDS_MAX + 1] = {
	[OFFER] = { {16, 16}, {4, 4}, {1, 16}, {1, 255}, {0, 255}, {0, 1280} },
	[ANSWER] = { {16, 16}, {4, 4}, {1, 1}, {1, 255}, {0, 1280}, {48, 48} },
	[LAST] = { {48, 48} },
};

struct field {
	const __u8 *at;
	size_t size;
};

static __u32 get_be(const __u8 *at, unsigned int bytes)
{
	__u32 value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static void put_be(__u8 *at, __u32 value, unsigned int bytes)
{
	for (; bytes--; value >>= 8)
		at[bytes] = value;
}

/* Tokens: exactly the fields of this type, and nothing behind them. */
static bool parse(const struct peer_bytes *token, __u8 type, struct field *f)
{
	size_t at = HEADER_SIZE, size;
	unsigned int i;

	if (token->size < HEADER_SIZE || token->size > sizeof(token->at) ||
	    memcmp(token->at, magic, sizeof(magic)) ||
	    token->at[AT_TYPE] != type ||
	    get_be(token->at + AT_LENGTH, 2) != token->size - HEADER_SIZE)
		return false;
	for (i = 0; layouts[type][i].max; i++) {
		if (token->size - at < LENGTH_SIZE)
			return false;
		size = get_be(token->at + at, LENGTH_SIZE);
		at += LENGTH_SIZE;
		if (size < layouts[type][i].min ||
		    size > layouts[type][i].max || size > token->size - at)
			return false;
		f[i] = (struct field){ token->at + at, size };
		at += size;
	}
	return at == token->size;
}

static bool build(struct peer_bytes *token, __u8 version, __u8 type,
		  const struct field *f, unsigned int nr)
{
	__u8 *at = token->at + HEADER_SIZE;

	memcpy(token->at, magic, sizeof(magic));
	token->at[AT_VERSION] = version;
	token->at[AT_TYPE] = type;
	for (; nr--; f++) {
		if (LENGTH_SIZE + f->size >
		    (size_t)(token->at + sizeof(token->at) - at))
			return false;
		put_be(at, f->size, LENGTH_SIZE);
		memcpy(at + LENGTH_SIZE, f->at, f->size);
		at += LENGTH_SIZE + f->size;
	}
	token->size = at - token->at;
	put_be(token->at + AT_LENGTH, token->size - HEADER_SIZE, 2);
	return true;
}

/* The exchange: an identity. The layout has limited its size. */
static bool is_name(const struct field *name)
{
	size_t i;

	for (i = 0; i < name->size; i++)
		if (name->at[i] < 0x20 || name->at[i] == 0x7f)
			return false;
	return true;
}

static bool is_same(const struct field *name, const char *other)
{
	return name->size == strlen(other) &&
	       !memcmp(name->at, other, name->size);
}

/* Tokens: no suite stands twice, and none is 0. This goes for unknown ones. */
static bool are_suites(const struct field *suites)
{
	size_t i;

	for (i = 0; i < suites->size; i++)
		if (!suites->at[i] || memchr(suites->at + i + 1, suites->at[i],
					     suites->size - i - 1))
			return false;
	return true;
}

/* Binding. token-format.rst, Pinned and bound: which salts are refused. */
static bool bind_end(struct peer *end, const __u8 *salt, __u8 suite,
		     const struct peer_bytes *offer,
		     const struct peer_bytes *answer)
{
	static const __u8 none[SSPSEAL_SALT_SIZE];
	size_t head = answer->size - LENGTH_SIZE - SSPSEAL_TOKEN_SIZE;
	size_t size = LENGTH_SIZE + offer->size + LENGTH_SIZE + head;
	__u8 binding[2 * (LENGTH_SIZE + PEER_TOKEN_MAX)], *at = binding;

	if (!memcmp(salt, none, sizeof(none)) ||
	    !memcmp(salt, end->salt, sizeof(end->salt)) ||
	    size > SSPSEAL_BINDING_MAX)
		return false;
	put_be(at, offer->size, LENGTH_SIZE);
	memcpy(at + LENGTH_SIZE, offer->at, offer->size);
	at += LENGTH_SIZE + offer->size;
	put_be(at, head, LENGTH_SIZE);
	memcpy(at + LENGTH_SIZE, answer->at, head);
	peer_bind(end, salt, binding, size);
	end->suite = suite;
	return true;
}

/* Binding: over one DATA of 0 bytes. It ends the tokens of types 2 and 3. */
static void describe(struct sspseal_buffer *array,
		     const struct peer_bytes *token)
{
	array[0] = (struct sspseal_buffer){ .type = SSPSEAL_BUFFER_DATA };
	array[1] = (struct sspseal_buffer){
		.type = SSPSEAL_BUFFER_TOKEN, .cb = SSPSEAL_TOKEN_SIZE,
		.ptr = (uintptr_t)(token->at + token->size) -
		       SSPSEAL_TOKEN_SIZE,
	};
}

static bool confirm(struct peer *end, struct peer_bytes *token)
{
	struct sspseal_buffer array[2];

	describe(array, token);
	return peer_protect(end, TOKEN_SIGNATURE | TOKEN_CONFIRMATION, array,
			    2);
}

/*
 * token-format.rst, The receiver: for a bound end that is to confirm, these
 * rules leave one value for all that is in front of the tag, with Binding's
 * MessageSequenceNumber of 0.
 */
static bool is_confirmed(struct peer *end, const struct peer_bytes *token)
{
	struct sspseal_buffer array[2];
	__u8 front[TOKEN_AT_TAG] = {
		[TOKEN_AT_VERSION] = 1,
		[TOKEN_AT_SUITE] = end->suite,
		[TOKEN_AT_FLAGS] = TOKEN_SIGNATURE | TOKEN_CONFIRMATION,
	};

	describe(array, token);
	if (end->role == SSPSEAL_ROLE_INITIATOR)
		front[TOKEN_AT_FLAGS] |= TOKEN_ACCEPTOR;
	memcpy(front + TOKEN_AT_SALT, end->other_salt, sizeof(end->other_salt));
	return !memcmp((void *)(uintptr_t)array[1].ptr, front, sizeof(front)) &&
	       peer_unprotect(end, array, 2);
}

static bool is_new(const struct handshake_peer *p, __u32 role)
{
	return p->end.role == role && !p->offer.size && !p->end.binding_size;
}

static bool is_waiting(const struct handshake_peer *p, __u32 role)
{
	return p->end.role == role && p->offer.size;
}

static void learn(struct handshake_peer *p, const struct field *name,
		  __u32 agreed)
{
	memcpy(p->peer_name, name->at, name->size);
	p->peer_name[name->size] = 0;
	p->agreed = agreed;
}

/* States: there is no way back. */
static bool ended(struct handshake_peer *p)
{
	OPENSSL_cleanse(&p->end, sizeof(p->end));
	p->offer.size = 0;
	return false;
}

bool handshake_peer_init(struct handshake_peer *p, __u32 role,
			 const char *identity, const void *key, size_t size)
{
	static const __u8 suites[] = {
		SSPSEAL_SUITE_AES_256_GCM, SSPSEAL_SUITE_CHACHA20_POLY1305,
		SSPSEAL_SUITE_AES_128_GCM,
	};

	memset(p, 0, sizeof(*p));
	p->identity = identity;
	p->target = "";
	p->version = VERSION;
	memcpy(p->suites, suites, sizeof(suites));
	p->nr_suites = sizeof(suites);
	return size >= SSPSEAL_KEY_MIN && size <= SSPSEAL_KEY_MAX &&
	       peer_init(&p->end, role, key, size);
}

bool handshake_peer_offer(struct handshake_peer *p, struct peer_bytes *token)
{
	__u8 requested[4];
	const struct field f[] = {
		[SALT] = { p->end.salt, sizeof(p->end.salt) },
		[REQUESTED] = { requested, sizeof(requested) },
		[SUITES] = { p->suites, p->nr_suites },
		[INITIATOR] = { (void *)p->identity, strlen(p->identity) },
		[TARGET] = { (void *)p->target, strlen(p->target) },
		[OFFER_SHARE] = { p->share.at, p->share.size },
	};

	put_be(requested, p->services, sizeof(requested));
	if (!is_new(p, SSPSEAL_ROLE_INITIATOR) ||
	    !build(token, p->version, OFFER, f, FIELDS_MAX))
		return false;
	p->offer = *token;
	return true;
}

/* The acceptor: what it refuses in token 1, but for the choice of a suite. */
static bool parse_offer(const struct handshake_peer *p,
			const struct peer_bytes *offer, struct field *f)
{
	return parse(offer, OFFER, f) && offer->at[AT_VERSION] &&
	       are_suites(&f[SUITES]) && is_name(&f[INITIATOR]) &&
	       is_name(&f[TARGET]) &&
	       (p->careless || (!is_same(&f[INITIATOR], p->identity) &&
				(!f[TARGET].size ||
				 is_same(&f[TARGET], p->identity))));
}

/* The acceptor: the initiator's order decides. 0 is no suite. */
static __u8 choose_suite(const struct handshake_peer *p,
			 const struct field *offered)
{
	size_t i;

	for (i = 0; i < offered->size; i++)
		if (memchr(p->suites, offered->at[i], p->nr_suites))
			return offered->at[i];
	return 0;
}

/* A confirmation of zeros stands for the one that needs the binding. */
static bool build_answer(const struct handshake_peer *p, __u32 agreed,
			 __u8 suite, struct peer_bytes *answer)
{
	static const __u8 blank[SSPSEAL_TOKEN_SIZE];
	__u8 services[4];
	const struct field f[] = {
		[SALT] = { p->end.salt, sizeof(p->end.salt) },
		[AGREED] = { services, sizeof(services) },
		[SUITE] = { &suite, sizeof(suite) },
		[ACCEPTOR] = { (void *)p->identity, strlen(p->identity) },
		[SHARE] = { blank, 0 },
		[CONFIRMATION] = { blank, sizeof(blank) },
	};

	put_be(services, agreed, sizeof(services));
	return build(answer, VERSION, ANSWER, f, FIELDS_MAX);
}

bool handshake_peer_answer(struct handshake_peer *p,
			   const struct peer_bytes *offer,
			   struct peer_bytes *token)
{
	struct field f[FIELDS_MAX];
	__u32 agreed;
	__u8 suite;

	if (is_waiting(p, SSPSEAL_ROLE_ACCEPTOR))
		return ended(p);
	if (!is_new(p, SSPSEAL_ROLE_ACCEPTOR) || !parse_offer(p, offer, f))
		return false;
	suite = choose_suite(p, &f[SUITES]);
	agreed = ((get_be(f[REQUESTED].at, 4) | p->services) & SERVICES) |
		 SSPSEAL_INTEGRITY;
	if (!suite || !build_answer(p, agreed, suite, token) ||
	    !bind_end(&p->end, f[SALT].at, suite, offer, token))
		return false;
	if (!confirm(&p->end, token))
		return ended(p);
	p->offer = *offer;
	learn(p, &f[INITIATOR], agreed);
	return true;
}

/*
 * The initiator: what it refuses in token 2 before its context decides. Of what
 * it requested only known bits count: an acceptor leaves out all others.
 */
static bool parse_answer(const struct handshake_peer *p,
			 const struct peer_bytes *answer, struct field *f)
{
	__u32 needed = (p->services & SERVICES) | SSPSEAL_INTEGRITY;
	__u32 agreed;

	if (!parse(answer, ANSWER, f) || answer->at[AT_VERSION] != VERSION ||
	    p->version < VERSION || f[SHARE].size || !is_name(&f[ACCEPTOR]) ||
	    !memchr(p->suites, f[SUITE].at[0], p->nr_suites))
		return false;
	agreed = get_be(f[AGREED].at, 4);
	if ((agreed & ~SERVICES) || (agreed & needed) != needed)
		return false;
	return p->careless ||
	       (!is_same(&f[ACCEPTOR], p->identity) &&
		(!*p->target || is_same(&f[ACCEPTOR], p->target)));
}

bool handshake_peer_finish(struct handshake_peer *p,
			   const struct peer_bytes *answer,
			   struct peer_bytes *token)
{
	static const __u8 blank[SSPSEAL_TOKEN_SIZE];
	const struct field last = { blank, sizeof(blank) };
	struct field f[FIELDS_MAX];

	if (!is_waiting(p, SSPSEAL_ROLE_INITIATOR))
		return false;
	if (!parse_answer(p, answer, f) ||
	    !bind_end(&p->end, f[SALT].at, f[SUITE].at[0], &p->offer, answer) ||
	    !is_confirmed(&p->end, answer) ||
	    !build(token, VERSION, LAST, &last, 1) || !confirm(&p->end, token))
		return ended(p);
	learn(p, &f[ACCEPTOR], get_be(f[AGREED].at, 4));
	p->offer.size = 0;
	return true;
}

bool handshake_peer_check(struct handshake_peer *p,
			  const struct peer_bytes *last)
{
	struct field f[FIELDS_MAX];

	if (!is_waiting(p, SSPSEAL_ROLE_ACCEPTOR))
		return false;
	if (!parse(last, LAST, f) || last->at[AT_VERSION] != VERSION ||
	    !is_confirmed(&p->end, last))
		return ended(p);
	p->offer.size = 0;
	return true;
}

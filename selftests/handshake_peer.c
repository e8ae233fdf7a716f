// SPDX-License-Identifier: GPL-2.0-only
/* The other end of a handshake, made of OpenSSL only. */
#include <stdint.h>
#include <string.h>

#include "handshake_peer.h"

#define VERSION		1
#define INTEGRITY	2
#define KNOWN_SERVICES	15

/* ---- writing ---- */

static void put(struct peer_bytes *to, const void *bytes, size_t size)
{
	memcpy(to->at + to->size, bytes, size);
	to->size += size;
}

static void put_number(struct peer_bytes *to, __u32 value, size_t bytes)
{
	while (bytes--)
		to->at[to->size++] = value >> 8 * bytes;
}

static void put_field(struct peer_bytes *to, const void *bytes, size_t size)
{
	put_number(to, size, 2);
	put(to, bytes, size);
}

static void put_header(struct peer_bytes *to, __u8 version, __u8 type,
		       size_t length)
{
	to->size = 0;
	put(to, "SSPSEALH", 8);
	put_number(to, version, 1);
	put_number(to, type, 1);
	put_number(to, length, 2);
}

/* ---- reading ---- */

struct reader {
	const __u8 *at;
	const __u8 *end;
	bool ok;
};

static __u32 get_number(struct reader *r, size_t bytes)
{
	__u32 value = 0;

	r->ok = r->ok && (size_t)(r->end - r->at) >= bytes;
	while (r->ok && bytes--)
		value = value << 8 | *r->at++;
	return value;
}

/* Its size, between the two; its bytes go to @out. */
static size_t get_field(struct reader *r, void *out, size_t min, size_t max)
{
	size_t size = get_number(r, 2);

	r->ok = r->ok && size >= min && size <= max &&
		(size_t)(r->end - r->at) >= size;
	if (!r->ok)
		return 0;
	memcpy(out, r->at, size);
	r->at += size;
	return size;
}

static void get_name(struct reader *r, char *name, size_t min)
{
	size_t size = get_field(r, name, min, 255), i;

	name[size] = '\0';
	for (i = 0; i < size; i++)
		r->ok = r->ok && (__u8)name[i] >= 0x20 && name[i] != 0x7f;
}

static struct reader open_token(const struct peer_bytes *token, __u8 type,
				__u8 *version)
{
	struct reader r = { token->at, token->at + token->size, true };

	r.ok = token->size >= 12 && !memcmp(token->at, "SSPSEALH", 8);
	r.at += r.ok ? 8 : 0;
	*version = get_number(&r, 1);
	r.ok = r.ok && *version && get_number(&r, 1) == type &&
	       get_number(&r, 2) == token->size - 12;
	return r;
}

/* ---- both ends ---- */

bool handshake_peer_init(struct handshake_peer *p, __u32 role,
			 const char *identity, const void *key, size_t size)
{
	static const __u8 all[] = { 1, 2, 3 };

	memset(p, 0, sizeof(*p));
	p->identity = identity;
	p->target = "";
	p->version = VERSION;
	memcpy(p->suites, all, sizeof(all));
	p->nr_suites = sizeof(all);
	return peer_init(&p->end, role, key, size);
}

static void bind(struct handshake_peer *p, const __u8 *salt, __u8 suite,
		 const struct peer_bytes *offer, const __u8 *head,
		 size_t head_size)
{
	__u8 binding[SSPSEAL_BINDING_MAX];
	size_t size = 0;

	binding[size++] = offer->size >> 8;
	binding[size++] = offer->size;
	memcpy(binding + size, offer->at, offer->size);
	size += offer->size;
	binding[size++] = head_size >> 8;
	binding[size++] = head_size;
	memcpy(binding + size, head, head_size);
	peer_bind(&p->end, salt, binding, size + head_size);
	p->end.suite = suite;
}

static bool confirm(struct handshake_peer *p, __u8 *token)
{
	const struct sspseal_buffer b[] = {
		{ SSPSEAL_TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
		{ 0, SSPSEAL_BUFFER_DATA, 0 },
	};

	return peer_protect(&p->end, TOKEN_SIGNATURE | TOKEN_CONFIRMATION, b,
			    2);
}

static bool confirmed(struct handshake_peer *p, __u8 *token)
{
	const struct sspseal_buffer b[] = {
		{ SSPSEAL_TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
		{ 0, SSPSEAL_BUFFER_DATA, 0 },
	};
	static const __u8 first[8];

	return token[TOKEN_AT_SUITE] == p->end.suite &&
	       (token[TOKEN_AT_FLAGS] & ~TOKEN_ACCEPTOR) ==
	       (TOKEN_SIGNATURE | TOKEN_CONFIRMATION) &&
	       !memcmp(token + TOKEN_AT_COUNTER, first, 8) &&
	       !memcmp(token + TOKEN_AT_SALT, p->end.other_salt, 16) &&
	       peer_unprotect(&p->end, b, 2);
}

/* The other's salt is neither nothing nor one's own. */
static bool good_salt(const struct handshake_peer *p, const __u8 *salt)
{
	static const __u8 none[16];

	return memcmp(salt, none, 16) && memcmp(salt, p->end.salt, 16);
}

/* The acceptor is who was meant, and not the initiator itself. */
static bool good_name(const struct handshake_peer *p, const char *target,
		      const char *acceptor)
{
	return p->careless || (strcmp(p->peer_name, p->identity) &&
			       (!target[0] || !strcmp(target, acceptor)));
}

/* ---- the initiator ---- */

bool handshake_peer_offer(struct handshake_peer *p, struct peer_bytes *token)
{
	size_t name = strlen(p->identity), target = strlen(p->target);

	put_header(token, p->version, 1, 18 + 6 + 2 + p->nr_suites + 2 + name +
		   2 + target + 2 + p->share.size);
	put_field(token, p->end.salt, 16);
	put_number(token, 4, 2);
	put_number(token, p->services, 4);
	put_field(token, p->suites, p->nr_suites);
	put_field(token, p->identity, name);
	put_field(token, p->target, target);
	put_field(token, p->share.at, p->share.size);
	p->offer = *token;
	return true;
}

bool handshake_peer_finish(struct handshake_peer *p,
			   const struct peer_bytes *answer,
			   struct peer_bytes *token)
{
	__u8 version, salt[16], services[4], suite = 0, share[1280];
	__u8 confirmation[SSPSEAL_TOKEN_SIZE];
	struct reader r = open_token(answer, 2, &version);
	size_t share_size, head;

	get_field(&r, salt, 16, 16);
	get_field(&r, services, 4, 4);
	get_field(&r, &suite, 1, 1);
	get_name(&r, p->peer_name, 1);
	share_size = get_field(&r, share, 0, 1280);
	head = r.at - answer->at;
	get_field(&r, confirmation, 48, 48);
	if (!r.ok || r.at != r.end || version != VERSION || share_size)
		return false;
	p->agreed = services[3];
	if (services[0] || services[1] || services[2] ||
	    p->agreed & ~KNOWN_SERVICES || !(p->agreed & INTEGRITY) ||
	    (p->services & KNOWN_SERVICES) & ~p->agreed)
		return false;
	if (!memchr(p->suites, suite, p->nr_suites) ||
	    !good_name(p, p->target, p->peer_name) || !good_salt(p, salt))
		return false;
	bind(p, salt, suite, &p->offer, answer->at, head);
	if (!confirmed(p, confirmation) || !confirm(p, confirmation))
		return false;
	put_header(token, VERSION, 3, 50);
	put_field(token, confirmation, sizeof(confirmation));
	return true;
}

/* ---- the acceptor ---- */

static __u8 choose(const struct handshake_peer *p, const __u8 *suites,
		   size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (memchr(p->suites, suites[i], p->nr_suites))
			return suites[i];
	return 0;
}

static bool good_suites(const __u8 *suites, size_t nr)
{
	size_t i, j;

	for (i = 0; i < nr; i++)
		for (j = 0; j < i; j++)
			if (suites[i] == suites[j])
				return false;
	return !memchr(suites, 0, nr);
}

bool handshake_peer_answer(struct handshake_peer *p,
			   const struct peer_bytes *offer,
			   struct peer_bytes *token)
{
	__u8 version, salt[16], services[4] = { }, suites[16], share[1280];
	__u8 confirmation[SSPSEAL_TOKEN_SIZE], suite;
	struct reader r = open_token(offer, 1, &version);
	size_t nr, name = strlen(p->identity);
	char target[256];

	get_field(&r, salt, 16, 16);
	get_field(&r, services, 4, 4);
	nr = get_field(&r, suites, 1, 16);
	get_name(&r, p->peer_name, 1);
	get_name(&r, target, 0);
	get_field(&r, share, 0, 1280);
	if (!r.ok || r.at != r.end || !good_suites(suites, nr) ||
	    !good_name(p, target, p->identity) || !good_salt(p, salt))
		return false;
	suite = choose(p, suites, nr);
	if (!suite)
		return false;
	p->agreed = (services[3] & KNOWN_SERVICES) | p->services | INTEGRITY;
	put_header(token, VERSION, 2, 18 + 6 + 3 + 2 + name + 2 + 50);
	put_field(token, p->end.salt, 16);
	put_number(token, 4, 2);
	put_number(token, p->agreed, 4);
	put_field(token, &suite, 1);
	put_field(token, p->identity, name);
	put_field(token, NULL, 0);
	bind(p, salt, suite, offer, token->at, token->size);
	if (!confirm(p, confirmation))
		return false;
	put_field(token, confirmation, sizeof(confirmation));
	return true;
}

bool handshake_peer_check(struct handshake_peer *p,
			  const struct peer_bytes *last)
{
	__u8 confirmation[SSPSEAL_TOKEN_SIZE], version;
	struct reader r = open_token(last, 3, &version);

	get_field(&r, confirmation, 48, 48);
	return r.ok && r.at == r.end && version == VERSION &&
	       confirmed(p, confirmation);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers that rewrite what a call works on while it reads it: structs, arrays,
 * tokens, data, and what else a struct points to. What was read first is what
 * counts, and is what was checked.
 *
 * Where the kernel can be made to wait in the middle of reading, by a page that is
 * not there yet, it is; elsewhere another thread writes all the time.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define CB		64

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

/* ---- another thread writes all the time ---- */

struct rewriting {
	__u8 *at;
	__u8 values[2];
	bool stop;
};

static void *rewrite(void *argument)
{
	struct rewriting *r = argument;
	unsigned int i = 0;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED))
		__atomic_store_n(r->at, r->values[i++ & 1], __ATOMIC_RELAXED);
	return NULL;
}

/*
 * Calls go on until what they say has changed so often from one to the next that
 * the writer must have been at work during many of them. Where both share a busy
 * CPU that takes long: then no longer than this, if it was at work at all.
 */
#define CALLS		1000
#define CHANGES		500
#define FEWEST		10
#define SECONDS		10

struct turns {
	time_t end;
	unsigned int calls;
	unsigned int changes;
	int last;
};

static struct turns turns_begin(void)
{
	return (struct turns) { .end = time(NULL) + SECONDS };
}

/* After each call: is there to be another one? */
static bool turn(struct turns *t, int outcome)
{
	t->changes += outcome != t->last;
	t->last = outcome;
	return ++t->calls < CALLS || t->changes <= FEWEST ||
	       (t->changes < CHANGES && time(NULL) < t->end);
}

/*
 * One byte of the ciphertext flips all the time. What comes out is authentic
 * plaintext or nothing: never the plaintext of the flipped byte.
 */
TEST(ciphertext_that_changes)
{
	enum { SIZE = 20000, AT = 12345 };
	__u8 *plain = malloc(SIZE), *sealed = malloc(SIZE);
	__u8 *data = malloc(SIZE), token[TOKEN_SIZE], now;
	struct rewriting r = { .at = data + AT };
	unsigned int round, opened = 0, altered = 0;
	int fd = device_open(), status;
	pthread_t thread;
	__u32 i, a;

	ASSERT_TRUE(plain && sealed && data);
	i = create_context(fd, SSPSEAL_ROLE_INITIATOR, SSPSEAL_CONFIDENTIALITY);
	a = create_context(fd, SSPSEAL_ROLE_ACCEPTOR, SSPSEAL_CONFIDENTIALITY);
	ASSERT_TRUE(i && a);
	do {
		fill(plain, SIZE);
		memcpy(sealed, plain, SIZE);
		ASSERT_EQ(0, simple_call(fd, SSPSEAL_SEAL, i, token, sealed,
					 SIZE));
		r.values[0] = sealed[AT];
		r.values[1] = ~sealed[AT];
		/* What may be there, and what may not, must differ. */
	} while (plain[AT] == r.values[0] || plain[AT] == r.values[1]);
	memcpy(data, sealed, SIZE);
	ASSERT_EQ(0, pthread_create(&thread, NULL, rewrite, &r));
	/* Both outcomes come, sooner or later. */
	for (round = 0; round < 300 || !opened || !altered; round++) {
		status = simple_call(fd, SSPSEAL_UNSEAL, a, token, data, SIZE);
		now = __atomic_load_n(&data[AT], __ATOMIC_RELAXED);
		EXPECT_TRUE(status == S(OK) || status == S(ALTERED));
		/* The writer's two bytes, or the one plaintext. */
		EXPECT_TRUE(now == r.values[0] || now == r.values[1] ||
			    now == plain[AT]);
		EXPECT_EQ(0, memcmp(data, status ? sealed : plain, AT));
		EXPECT_EQ(0, memcmp(data + AT + 1, status ? sealed + AT + 1 :
				    plain + AT + 1, SIZE - AT - 1));
		opened += status == S(OK);
		altered += status == S(ALTERED);
		memcpy(data, sealed, AT);
		memcpy(data + AT + 1, sealed + AT + 1, SIZE - AT - 1);
	}
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	close(fd);
}

struct renumbering {
	__u8 *at;
	bool stop;
};

/* The last byte of a token's counter, which is 0: every second time it is. */
static void *renumber(void *argument)
{
	struct renumbering *r = argument;
	unsigned int i = 0;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		__atomic_store_n(r->at, i & 1 ? i >> 1 : 0, __ATOMIC_RELAXED);
		i++;
	}
	return NULL;
}

/*
 * A receiver that read the token twice could take one number for the window and
 * another one for the tag, and accept a message again and again.
 */
FIXTURE(token)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_VARIANT(token)
{
	unsigned long make;
	unsigned long cmd;
};

FIXTURE_VARIANT_ADD(token, unseal)
{
	.make = SSPSEAL_SEAL, .cmd = SSPSEAL_UNSEAL,
};

FIXTURE_VARIANT_ADD(token, verify)
{
	.make = SSPSEAL_SIGN, .cmd = SSPSEAL_VERIFY,
};

FIXTURE_SETUP(token)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(token)
{
	close(self->fd);
}

TEST_F(token, that_changes)
{
	struct letter l = { }, good;
	struct renumbering r = { .at = l.token + 15 };
	unsigned int accepted = 0, altered = 0, replayed = 0;
	struct turns turns = turns_begin();
	pthread_t thread;
	int status;

	ASSERT_EQ(0, simple_call(self->fd, variant->make, self->initiator,
				 l.token, l.data, CB));
	good = l;
	ASSERT_EQ(0, pthread_create(&thread, NULL, renumber, &r));
	do {
		status = simple_call(self->fd, variant->cmd, self->acceptor,
				     l.token, l.data, CB);
		accepted += status == S(OK);
		altered += status == S(ALTERED);
		replayed += status == S(REPLAYED);
		EXPECT_TRUE(status == S(OK) || status == S(ALTERED) ||
			    status == S(REPLAYED));
		memcpy(l.data, good.data, CB);
	} while (turn(&turns, status) || !altered || !replayed);
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(1, accepted);
	EXPECT_EQ(1, received(self->fd, self->acceptor));
}

/* The array itself changes: whatever is read is checked. */
FIXTURE(rewritten)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	/* Before a fence: a longer DATA faults, a shorter one does not. */
	struct letter *l;
	struct sspseal_buffer b[3];
};

FIXTURE_VARIANT(rewritten)
{
	size_t at;
	__u8 values[2];
	/* Neither value is refused. */
	bool both;
	/* Beside TOKEN and DATA there is PADDING. */
	bool padding;
};

/* Byte 2 of TOKEN's cb: 48 or 65,584. */
FIXTURE_VARIANT_ADD(rewritten, size_of_token)
{
	.at = 2, .values = { 0, 1 },
};

/* Byte 0 of DATA's cb: 64 or 32. */
FIXTURE_VARIANT_ADD(rewritten, shorter_data)
{
	.at = 16, .values = { CB, CB / 2 }, .both = true,
};

/* Byte 1 of DATA's cb: 64 or 8,256, more than there is. */
FIXTURE_VARIANT_ADD(rewritten, size_of_data)
{
	.at = 16 + 1, .values = { 0, 32 },
};

/* DATA's type: plain, or TOKEN. */
FIXTURE_VARIANT_ADD(rewritten, type_of_data)
{
	.at = 16 + 4, .values = { DATA, TOKEN },
};

/* DATA's attributes: plain, or with checksum. */
FIXTURE_VARIANT_ADD(rewritten, attribute_of_data)
{
	.at = 16 + 7, .values = { 0, RWC >> 24 },
};

/* DATA's address: here, or in the kernel. */
FIXTURE_VARIANT_ADD(rewritten, address_of_data)
{
	.at = 16 + 8 + 7, .values = { 0, 0xff },
};

/* DATA's address: behind TOKEN, or in its middle. Both are before the fence. */
#define DATA_AT		(0x100 - CB)

FIXTURE_VARIANT_ADD(rewritten, overlap)
{
	.at = 16 + 8, .values = { DATA_AT, DATA_AT - TOKEN_SIZE / 2 },
};

FIXTURE_VARIANT_ADD(rewritten, overlap_with_padding)
{
	.at = 16 + 8, .values = { DATA_AT, DATA_AT - TOKEN_SIZE / 2 },
	.padding = true,
};

FIXTURE_SETUP(rewritten)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	ASSERT_NE(0, self->initiator);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->acceptor);
	self->l = before_fence(sizeof(*self->l));
	self->b[0] = buffer(TOKEN, self->l->token, TOKEN_SIZE);
	self->b[1] = buffer(DATA, self->l->data, CB);
	self->b[2] = buffer(PADDING, NULL, 0);
}

FIXTURE_TEARDOWN(rewritten)
{
	close(self->fd);
}

static bool opens(int fd, __u32 acceptor, const struct letter *l, __u32 size)
{
	struct letter copy = *l;

	return !simple_call(fd, SSPSEAL_UNSEAL, acceptor, copy.token,
			    copy.data, size) &&
	       all_bytes(copy.data, POISON, CB);
}

/*
 * It was sealed as the array was at one time: all of DATA, or one half, and then
 * the other half is as it was. How much, or 0.
 */
static int sealed_size(int fd, __u32 acceptor, const struct letter *l)
{
	if (opens(fd, acceptor, l, CB))
		return CB;
	return opens(fd, acceptor, l, CB / 2) ? CB / 2 : 0;
}

TEST_F(rewritten, array)
{
	struct rewriting r = {
		.at = (__u8 *)self->b + variant->at,
		.values = { variant->values[0], variant->values[1] },
	};
	__s64 used = 0, committed = 0, refused = 0;
	int status, size, broken = 0, torn = 0;
	struct turns turns = turns_begin();
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, rewrite, &r));
	do {
		struct sspseal_message m = message(self->initiator, self->b,
						   2 + variant->padding);

		memset(self->l->data, POISON, CB);
		status = call(self->fd, SSPSEAL_SEAL, &m);
		size = status ? 0 : sealed_size(self->fd, self->acceptor,
						self->l);
		used += !status;
		committed += status == S(FAULT_AFTER_COMMIT);
		broken += status < 0;
		refused += status > 0 && status != S(FAULT_AFTER_COMMIT);
		torn += !status && !size;
	} while (turn(&turns, size));
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, broken);
	EXPECT_EQ(0, torn);
	/* What could be read can be written, where it was read. */
	EXPECT_EQ(0, committed);
	EXPECT_LT(0, used);
	EXPECT_TRUE(refused || variant->both);
	EXPECT_EQ(used, sent(self->fd, self->initiator));
}

/* The struct itself changes. */
FIXTURE(argument)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	/* Of a context that must not be touched: a handle without the right. */
	__u32 another;
	__u32 other;
	struct sspseal_message m;
};

FIXTURE_VARIANT(argument)
{
	size_t at;
	__u8 values[2];
	/* Neither value is refused. */
	bool both;
};

FIXTURE_VARIANT_ADD(argument, handle)
{
	.at = offsetof(struct sspseal_message, handle), .values = { 1, 4 },
};

FIXTURE_VARIANT_ADD(argument, size)
{
	.at = offsetof(struct sspseal_message, size),
	.values = { sizeof(struct sspseal_message), 0 },
};

/* Of two suites. */
FIXTURE_VARIANT_ADD(argument, qop)
{
	.at = offsetof(struct sspseal_message, qop) + 1, .values = { 1, 2 },
	.both = true,
};

/* What is authenticated is what the token says. */
FIXTURE_VARIANT_ADD(argument, sequence)
{
	.at = offsetof(struct sspseal_message, sequence), .values = { 1, 2 },
	.both = true,
};

FIXTURE_VARIANT_ADD(argument, number_of_buffers)
{
	.at = offsetof(struct sspseal_message, nr_buffers),
	.values = { 2, SSPSEAL_BUFFERS_MAX + 1 },
};

/* Here, or in the kernel. */
FIXTURE_VARIANT_ADD(argument, address_of_buffers)
{
	.at = offsetof(struct sspseal_message, buffers) + 7,
	.values = { 0, 0xff },
};

FIXTURE_SETUP(argument)
{
	int exported;

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	self->another = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				       SERVICES);
	exported = export_handle(self->fd, self->another,
				 SSPSEAL_RIGHT_VERIFY);
	self->other = import_handle(self->fd, exported, 0);
	ASSERT_EQ(1, self->initiator);
	ASSERT_EQ(4, self->other);
	close(exported);
}

FIXTURE_TEARDOWN(argument)
{
	close(self->fd);
}

TEST_F(argument, changes)
{
	struct rewriting r = {
		.at = (__u8 *)&self->m + variant->at,
		.values = { variant->values[0], variant->values[1] },
	};
	struct letter l = { };
	/* Those behind the first two are EMPTY: what is wrong is their number. */
	struct sspseal_buffer b[SSPSEAL_BUFFERS_MAX + 1] = {
		buffer(TOKEN, l.token, TOKEN_SIZE), buffer(DATA, l.data, CB),
	};
	__s64 used = 0, refused = 0, committed = 0;
	int status, broken = 0, torn = 0;
	struct turns turns = turns_begin();
	pthread_t thread;

	self->m = message(self->initiator, b, 2);
	ASSERT_EQ(0, pthread_create(&thread, NULL, rewrite, &r));
	do {
		memset(l.data, POISON, CB);
		status = call(self->fd, SSPSEAL_SEAL, &self->m);
		used += !status;
		refused += status && status != S(FAULT_AFTER_COMMIT);
		committed += status == S(FAULT_AFTER_COMMIT);
		broken += status == BROKEN;
		torn += !status && !opens(self->fd, self->acceptor, &l, CB);
		/* Refused, or of which suite, or with which number of the caller. */
	} while (turn(&turns, status ? 0 : l.token[1] + l.token[7]));
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, broken);
	EXPECT_EQ(0, torn);
	EXPECT_EQ(0, committed);
	EXPECT_LT(0, used);
	EXPECT_TRUE(refused || variant->both);
	EXPECT_EQ(used, sent(self->fd, self->initiator));
	EXPECT_EQ(0, sent(self->fd, self->another));
}

/* ---- the call waits in the middle ---- */

union args {
	/* Where every struct has them. */
	struct {
		__u32 size;
		__u32 status;
	} head;
	struct sspseal_info info;
	struct sspseal_create create;
	struct sspseal_bind bind;
	struct sspseal_destroy destroy;
	struct sspseal_query query;
	struct sspseal_message message;
	struct sspseal_export export;
	struct sspseal_import import;
	struct sspseal_batch batch;
};

/*
 * Most of it is there twice: what the call is made with, and what that becomes.
 * @peer: what unbound[0] is bound to
 * @data: where the first message's DATA lies
 * @edge: begin of a page that is not there; the one before is
 * @missing: tells who waits for it
 * @cmd, @size: the command, and its struct's size
 * @arg: address of that
 */
struct stage {
	int fd;
	__u32 sender[2];
	__u32 receiver[2];
	__u32 unbound[2];
	__u32 peer;
	__u8 salt[SSPSEAL_SALT_SIZE];
	__u8 peer_salt[SSPSEAL_SALT_SIZE];
	int exported[2];
	union args u[2];
	struct sspseal_native params[2];
	struct sspseal_buffer b[2][2];
	struct sspseal_operation op[2];
	struct letter l[2];
	__u8 *data;
	__u8 key[2][TEST_KEY_SIZE];
	__u8 binding[2][CB];
	__u8 *edge;
	int missing;
	unsigned long cmd;
	size_t size;
	void *arg;
	unsigned int descriptors;
};

static void stage_contexts(struct stage *s, unsigned int i)
{
	struct sspseal_native native = { };

	s->sender[i] = create_context(s->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	s->receiver[i] = create_context(s->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	s->exported[i] = export_handle(s->fd, s->sender[i], SSPSEAL_RIGHT_SEAL);
	s->unbound[i] = create_native(s->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
				      SSPSEAL_CREATE_UNBOUND, &native);
	if (!i)
		memcpy(s->salt, native.salt, sizeof(s->salt));
	memset(s->binding[i], 'a' + i, CB);
	memcpy(s->key[i], test_key + i, TEST_KEY_SIZE);
}

static bool stage_open(struct stage *s)
{
	struct sspseal_native native = { };

	s->fd = device_open();
	stage_contexts(s, 0);
	stage_contexts(s, 1);
	s->peer = create_native(s->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES,
				SSPSEAL_CREATE_UNBOUND, &native);
	memcpy(s->peer_salt, native.salt, sizeof(s->peer_salt));
	s->edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!s->peer || s->exported[1] < 0 || s->edge == MAP_FAILED)
		return false;
	memset(s->edge, 0, PAGE);
	s->edge += PAGE;
	s->missing = pages_missing(s->edge, PAGE);
	return true;
}

static void stage_close(struct stage *s)
{
	close(s->exported[0]);
	close(s->exported[1]);
	close(s->missing);
	close(s->fd);
}

/* The call waits for the page while CHANGE is done; then the page begins with REST. */
#define CALL_WHILE(change, rest, rest_size) do {			\
	struct stage *_s = &self->s;					\
	struct waiting_call _call = {					\
		.fd = _s->fd, .cmd = _s->cmd, .arg = _s->arg,		\
	};								\
	__u8 _page[PAGE] = { };						\
									\
	memcpy(_page, rest, rest_size);					\
	_s->descriptors = descriptors();				\
	ASSERT_TRUE(call_begin(&_call, _s->missing));			\
	change;								\
	ASSERT_TRUE(page_give(_s->missing, _s->edge, _page));		\
	EXPECT_EQ(0, call_end(&_call));					\
} while (0)

/* ---- what each command is called with, and what must come of it ---- */

static void make(struct stage *s, unsigned int i, unsigned long cmd, size_t size)
{
	s->u[i].head.size = size;
	s->u[i].head.status = POISON32;
	s->cmd = cmd;
	s->size = size;
}

static void make_info(struct stage *s, unsigned int i)
{
	s->u[i].info = (struct sspseal_info) { .suite = 1 + i };
	make(s, i, SSPSEAL_INFO, sizeof(s->u[i].info));
}

static const char *info_is_right(struct stage *s)
{
	return s->u[0].info.suite == 1 && s->u[0].info.key_size == 32 ?
	       NULL : "another suite";
}

static void make_create(struct stage *s, unsigned int i)
{
	struct sspseal_create *c = &s->u[i].create;

	*c = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);
	s->params[i] = (struct sspseal_native) {
		.suites = SSPSEAL_SUITE_BIT(1) | SSPSEAL_SUITE_BIT(2),
	};
	c->key = (uintptr_t)s->key[i];
	c->params = (uintptr_t)&s->params[i];
	c->params_size = sizeof(s->params[i]);
	if (i) {
		c->flags = SSPSEAL_CREATE_UNBOUND;
		c->role = SSPSEAL_ROLE_ACCEPTOR;
		c->services = SSPSEAL_INTEGRITY;
		c->key_size = SSPSEAL_KEY_MIN;
		c->expiry = 1;
		s->params[i].suites = SSPSEAL_SUITE_BIT(3);
		s->params[i].default_suite = 3;
	}
	make(s, i, SSPSEAL_CREATE, sizeof(*c));
}

static const char *was_created(struct stage *s)
{
	__u32 handle = s->u[0].create.handle;
	struct sspseal_query q;

	if (query(s->fd, handle, &q))
		return "no context";
	if (q.role != SSPSEAL_ROLE_INITIATOR || q.expiry ||
	    q.flags & SSPSEAL_CREATE_UNBOUND ||
	    q.services != (SERVICES | SSPSEAL_INTEGRITY) ||
	    q.suites != (SSPSEAL_SUITE_BIT(1) | SSPSEAL_SUITE_BIT(2)))
		return "another context";
	return carries(s->fd, handle, s->fd, s->receiver[0]) ? NULL :
							       "another key";
}

static void make_bind(struct stage *s, unsigned int i)
{
	struct sspseal_bind *b = &s->u[i].bind;

	*b = bind_args(s->unbound[i], i ? SSPSEAL_INTEGRITY : SERVICES,
		       i ? s->salt : s->peer_salt);
	b->binding = (uintptr_t)s->binding[i];
	b->binding_size = CB - i;
	if (i)
		b->suite = SSPSEAL_SUITE_AES_128_GCM;
	make(s, i, SSPSEAL_BIND, sizeof(*b));
}

static const char *was_bound(struct stage *s)
{
	__u8 token[TOKEN_SIZE], data[CB], binding[CB];
	struct sspseal_bind b = bind_args(s->peer, SERVICES, s->salt);

	if (simple_call(s->fd, SSPSEAL_SEAL, s->unbound[1], token, data,
			CB) != S(NOT_BOUND))
		return "another context";
	memset(binding, 'a', sizeof(binding));
	b.binding = (uintptr_t)binding;
	b.binding_size = sizeof(binding);
	return !call(s->fd, SSPSEAL_BIND, &b) &&
	       carries(s->fd, s->unbound[0], s->fd, s->peer) ?
	       NULL : "bound to something else";
}

static void make_destroy(struct stage *s, unsigned int i)
{
	s->u[i].destroy = (struct sspseal_destroy) { .handle = s->unbound[i] };
	make(s, i, SSPSEAL_DESTROY, sizeof(s->u[i].destroy));
}

static const char *was_destroyed(struct stage *s)
{
	return destroy(s->fd, s->unbound[0]) == S(ALREADY_DESTROYED) &&
	       !destroy(s->fd, s->unbound[1]) ? NULL : "another handle";
}

static void make_query(struct stage *s, unsigned int i)
{
	s->u[i].query = (struct sspseal_query) { .handle = s->unbound[i] };
	make(s, i, SSPSEAL_QUERY, sizeof(s->u[i].query));
}

static const char *was_queried(struct stage *s)
{
	return s->u[0].query.handle == s->unbound[0] &&
	       !memcmp(s->u[0].query.salt, s->salt, sizeof(s->salt)) ?
	       NULL : "another context";
}

static void make_export(struct stage *s, unsigned int i)
{
	struct sspseal_export *e = &s->u[i].export;

	*e = export_args(s->sender[i], i ? SSPSEAL_RIGHT_SIGN :
					   SSPSEAL_RIGHT_SEAL);
	e->flags = i ? 0 : SSPSEAL_EXPORT_REVOCABLE;
	e->expiry = i;
	make(s, i, SSPSEAL_EXPORT, sizeof(*e));
}

static const char *was_exported(struct stage *s)
{
	const struct sspseal_export *e = &s->u[0].export;
	bool works = carries(e->fd, SSPSEAL_EXPORTED_HANDLE, s->fd,
			     s->receiver[0]);
	const char *wrong = NULL;

	if (!works || sent(s->fd, s->sender[0]) != 1)
		wrong = "another context, other rights or another expiry";
	else if (!e->revoker || destroy(s->fd, e->revoker))
		wrong = "not revocable";
	close(e->fd);
	return wrong;
}

static void make_import(struct stage *s, unsigned int i)
{
	struct sspseal_import *p = &s->u[i].import;

	*p = import_args(s->exported[i], 1 + i);
	p->flags = i ? SSPSEAL_IMPORT_NEW_FILE : 0;
	make(s, i, SSPSEAL_IMPORT, sizeof(*p));
}

static const char *was_imported(struct stage *s)
{
	const struct sspseal_import *p = &s->u[0].import;

	if (p->new_fd != -1 || descriptors() != s->descriptors)
		return "into a new file";
	return carries(s->fd, p->handle, s->fd, s->receiver[0]) &&
	       sent(s->fd, s->sender[0]) == 1 ? NULL : "another context";
}

static bool sends(unsigned long cmd)
{
	return cmd == SSPSEAL_SEAL || cmd == SSPSEAL_SIGN;
}

/* For receivers, the other message is a good one too. */
static void make_message(struct stage *s, unsigned int i, unsigned long cmd)
{
	struct sspseal_message *m = &s->u[i].message;
	struct letter *l = &s->l[i];

	memset(l->data, 'm' + i, CB);
	s->data = s->l[0].data;
	s->b[i][0] = buffer(TOKEN, l->token, TOKEN_SIZE);
	s->b[i][1] = buffer(DATA, l->data, CB);
	*m = message(s->sender[i], s->b[i], 2);
	m->sequence = 5 + i;
	if (!sends(cmd)) {
		if (call(s->fd, cmd - 1, m))
			abort();
		m->handle = s->receiver[i];
	} else if (i) {
		m->qop = SSPSEAL_QOP_SUITE(2);
	}
	make(s, i, cmd, sizeof(*m));
}

static void make_seal(struct stage *s, unsigned int i)
{
	make_message(s, i, SSPSEAL_SEAL);
}

static void make_sign(struct stage *s, unsigned int i)
{
	make_message(s, i, SSPSEAL_SIGN);
}

static void make_unseal(struct stage *s, unsigned int i)
{
	make_message(s, i, SSPSEAL_UNSEAL);
}

static void make_verify(struct stage *s, unsigned int i)
{
	make_message(s, i, SSPSEAL_VERIFY);
}

static const char *was_sent(struct stage *s, unsigned long cmd)
{
	struct letter *l = &s->l[0];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, l->token, TOKEN_SIZE),
		buffer(DATA, s->data, CB),
	};
	struct sspseal_message m = message(s->receiver[0], b, 2);

	if (sent(s->fd, s->sender[0]) != 1 || sent(s->fd, s->sender[1]))
		return "another context";
	if (l->token[1] != SSPSEAL_SUITE_AES_256_GCM)
		return "another suite";
	/* What was signed is not written. */
	if (cmd == SSPSEAL_SIGN)
		memset(s->data, 'm', CB);
	m.sequence = 5;
	if (call(s->fd, cmd + 1, &m))
		return "the peer does not take it";
	return all_bytes(s->data, 'm', CB) ? NULL : "other DATA";
}

static const char *was_received(struct stage *s)
{
	if (received(s->fd, s->receiver[0]) != 1 ||
	    received(s->fd, s->receiver[1]))
		return "another context, or another message";
	return s->cmd == SSPSEAL_VERIFY || all_bytes(s->data, 'm', CB) ?
	       NULL : "other DATA";
}

static const char *message_is_right(struct stage *s)
{
	return sends(s->cmd) ? was_sent(s, s->cmd) : was_received(s);
}

static void make_batch(struct stage *s, unsigned int i)
{
	make_message(s, i, SSPSEAL_SEAL);
	s->op[i] = (struct sspseal_operation) {
		.command = i ? SSPSEAL_SIGN : SSPSEAL_SEAL,
		.message = s->u[i].message,
	};
	s->u[i].batch = (struct sspseal_batch) {
		.operations = (uintptr_t)&s->op[i],
		.stride = i ? 8 : sizeof(s->op[i]),
		.nr = 1 + i,
	};
	make(s, i, SSPSEAL_BATCH, sizeof(s->u[i].batch));
}

static const char *batch_is_right(struct stage *s)
{
	return s->u[0].batch.done == 1 ? was_sent(s, SSPSEAL_SEAL) :
					 "not one operation";
}

/* ---- the struct ---- */

FIXTURE(changing)
{
	struct stage s;
};

/*
 * @rest: where in the struct the page begins that comes late: between two words, as
 *	the word across is read anew
 * @right: NULL if the effects are those of the struct as it was, else what is wrong
 */
FIXTURE_VARIANT(changing)
{
	void (*make)(struct stage *s, unsigned int i);
	const char *(*right)(struct stage *s);
	size_t rest;
};

#define FROM(type, field)	offsetof(struct sspseal_##type, field)

FIXTURE_VARIANT_ADD(changing, info)
{
	make_info, info_is_right, FROM(info, mechanisms)
};

FIXTURE_VARIANT_ADD(changing, create)
{
	make_create, was_created, FROM(create, handle)
};

FIXTURE_VARIANT_ADD(changing, bind)
{
	make_bind, was_bound, FROM(bind, peer_salt)
};

FIXTURE_VARIANT_ADD(changing, destroy)
{
	make_destroy, was_destroyed, FROM(destroy, handle)
};

FIXTURE_VARIANT_ADD(changing, query)
{
	make_query, was_queried, FROM(query, role)
};

FIXTURE_VARIANT_ADD(changing, export)
{
	make_export, was_exported, FROM(export, revoker)
};

FIXTURE_VARIANT_ADD(changing, import)
{
	make_import, was_imported, FROM(import, new_fd)
};

FIXTURE_VARIANT_ADD(changing, seal)
{
	make_seal, message_is_right, FROM(message, buffers)
};

FIXTURE_VARIANT_ADD(changing, unseal)
{
	make_unseal, message_is_right, FROM(message, buffers)
};

FIXTURE_VARIANT_ADD(changing, sign)
{
	make_sign, message_is_right, FROM(message, buffers)
};

FIXTURE_VARIANT_ADD(changing, verify)
{
	make_verify, message_is_right, FROM(message, buffers)
};

FIXTURE_VARIANT_ADD(changing, batch)
{
	make_batch, batch_is_right, FROM(batch, done)
};

FIXTURE_SETUP(changing)
{
	ASSERT_TRUE(stage_open(&self->s));
	if (self->s.missing < 0)
		SKIP(return, "no userfaultfd");
	variant->make(&self->s, 0);
	variant->make(&self->s, 1);
}

FIXTURE_TEARDOWN(changing)
{
	stage_close(&self->s);
}

/* The struct is where the call had it, and says what it was told. */
#define TOLD_RIGHT() do {						\
	const char *_wrong;						\
									\
	memmove(&self->s.u[0], self->s.arg, self->s.size);		\
	EXPECT_EQ(S(OK), self->s.u[0].head.status);			\
	_wrong = variant->right(&self->s);				\
	EXPECT_EQ(NULL, _wrong)						\
		TH_LOG("%s", _wrong);					\
} while (0)

/* All that was read before the rest of it becomes something else. */
TEST_F(changing, struct_that_is_read)
{
	struct stage *s = &self->s;
	__u8 *begin = s->edge - variant->rest;

	s->arg = begin;
	memcpy(begin, &s->u[0], variant->rest);
	s->u[1].head.size = 0;
	CALL_WHILE(memcpy(begin, &s->u[1], variant->rest),
		   (__u8 *)&s->u[0] + variant->rest, s->size - variant->rest);
	TOLD_RIGHT();
}

/* It is longer than it has to be, and becomes short while that is looked at. */
TEST_F(changing, size_that_was_checked)
{
	struct stage *s = &self->s;
	__u32 *begin = (void *)(s->edge - s->size), size = s->size + 8;
	static const __u64 zero;

	s->arg = begin;
	memcpy(begin, &s->u[0], s->size);
	*begin = size;
	CALL_WHILE(*begin = 8, &zero, sizeof(zero));
	TOLD_RIGHT();
	/* Messages leave it alone. */
	if (s->cmd < SSPSEAL_SEAL || s->cmd > SSPSEAL_VERIFY)
		EXPECT_EQ(size, *begin);
}

/* ---- what the struct points to ---- */

FIXTURE(behind)
{
	struct stage s;
};

/*
 * @lay: the end of what is read lies in the page that comes late, and its begin
 *	before; gives its size
 * @change: what becomes of all that was read by then
 */
FIXTURE_VARIANT(behind)
{
	void (*make)(struct stage *s, unsigned int i);
	const char *(*right)(struct stage *s);
	size_t (*lay)(struct stage *s, __u8 *rest);
	void (*change)(struct stage *s);
};

/* ---- a part of it comes late ---- */

static size_t lay_array(struct stage *s, __u8 *rest)
{
	struct sspseal_buffer *b = (void *)s->edge;

	b[-1] = s->b[0][0];
	s->u[0].message.buffers = (uintptr_t)&b[-1];
	memcpy(rest, &s->b[0][1], sizeof(*b));
	return sizeof(*b);
}

static void change_array(struct stage *s)
{
	struct sspseal_buffer *b = (void *)s->edge;

	b[-1] = s->b[1][0];
	s->u[0].message = s->u[1].message;
}

#define LATE_IN_OPERATION	offsetof(struct sspseal_operation, message.buffers)

static size_t lay_operation(struct stage *s, __u8 *rest)
{
	__u8 *begin = s->edge - LATE_IN_OPERATION;
	size_t size = sizeof(s->op[0]) - LATE_IN_OPERATION;

	memcpy(begin, &s->op[0], LATE_IN_OPERATION);
	s->u[0].batch.operations = (uintptr_t)begin;
	memcpy(rest, (__u8 *)&s->op[0] + LATE_IN_OPERATION, size);
	return size;
}

static void change_operation(struct stage *s)
{
	memcpy(s->edge - LATE_IN_OPERATION, &s->op[1], LATE_IN_OPERATION);
	s->u[0].batch = s->u[1].batch;
}

/* ---- the end of DATA comes late, which is read last ---- */

static size_t lay_data(struct stage *s, __u8 *rest)
{
	memcpy(s->edge - CB / 2, s->l[0].data, CB / 2);
	memcpy(rest, s->l[0].data + CB / 2, CB / 2);
	s->data = s->edge - CB / 2;
	s->b[0][1].ptr = (uintptr_t)s->data;
	return CB / 2;
}

/* Who sends writes the array, and TOKEN; who receives has read them. */
static void change_message(struct stage *s)
{
	memset(s->data, 0, CB / 2);
	s->u[0].message = s->u[1].message;
	memcpy(s->b[0], s->b[1], sizeof(s->b[0]));
	memcpy(s->l[0].token, s->l[1].token, TOKEN_SIZE);
}

static void change_batch(struct stage *s)
{
	memset(s->data, 0, CB / 2);
	s->op[0] = s->op[1];
	memcpy(s->b[0], s->b[1], sizeof(s->b[0]));
	s->u[0].batch = s->u[1].batch;
}

/* ---- the key, or the binding, which is read last ---- */

static size_t lay_key(struct stage *s, __u8 *rest)
{
	memcpy(rest, s->key[0], TEST_KEY_SIZE);
	s->u[0].create.key = (uintptr_t)s->edge;
	return TEST_KEY_SIZE;
}

static size_t lay_part_of_key(struct stage *s, __u8 *rest)
{
	memcpy(s->edge - TEST_KEY_SIZE / 2, s->key[0], TEST_KEY_SIZE / 2);
	memcpy(rest, s->key[0] + TEST_KEY_SIZE / 2, TEST_KEY_SIZE / 2);
	s->u[0].create.key = (uintptr_t)s->edge - TEST_KEY_SIZE / 2;
	return TEST_KEY_SIZE / 2;
}

static void change_create(struct stage *s)
{
	memset(s->edge - TEST_KEY_SIZE / 2, 0, TEST_KEY_SIZE / 2);
	s->params[0] = s->params[1];
	s->u[0].create = s->u[1].create;
}

static size_t lay_part_of_binding(struct stage *s, __u8 *rest)
{
	memcpy(s->edge - CB / 2, s->binding[0], CB / 2);
	memcpy(rest, s->binding[0] + CB / 2, CB / 2);
	s->u[0].bind.binding = (uintptr_t)s->edge - CB / 2;
	return CB / 2;
}

static void change_bind(struct stage *s)
{
	memset(s->edge - CB / 2, 0, CB / 2);
	s->u[0].bind = s->u[1].bind;
}

FIXTURE_VARIANT_ADD(behind, seal_array)
{
	make_seal, message_is_right, lay_array, change_array
};

FIXTURE_VARIANT_ADD(behind, unseal_array)
{
	make_unseal, message_is_right, lay_array, change_array
};

FIXTURE_VARIANT_ADD(behind, sign_array)
{
	make_sign, message_is_right, lay_array, change_array
};

FIXTURE_VARIANT_ADD(behind, verify_array)
{
	make_verify, message_is_right, lay_array, change_array
};

FIXTURE_VARIANT_ADD(behind, operation)
{
	make_batch, batch_is_right, lay_operation, change_operation
};

FIXTURE_VARIANT_ADD(behind, seal)
{
	make_seal, message_is_right, lay_data, change_message
};

FIXTURE_VARIANT_ADD(behind, unseal)
{
	make_unseal, message_is_right, lay_data, change_message
};

FIXTURE_VARIANT_ADD(behind, sign)
{
	make_sign, message_is_right, lay_data, change_message
};

FIXTURE_VARIANT_ADD(behind, verify)
{
	make_verify, message_is_right, lay_data, change_message
};

FIXTURE_VARIANT_ADD(behind, batch)
{
	make_batch, batch_is_right, lay_data, change_batch
};

FIXTURE_VARIANT_ADD(behind, create)
{
	make_create, was_created, lay_key, change_create
};

FIXTURE_VARIANT_ADD(behind, key)
{
	make_create, was_created, lay_part_of_key, change_create
};

FIXTURE_VARIANT_ADD(behind, binding)
{
	make_bind, was_bound, lay_part_of_binding, change_bind
};

FIXTURE_SETUP(behind)
{
	ASSERT_TRUE(stage_open(&self->s));
	if (self->s.missing < 0)
		SKIP(return, "no userfaultfd");
	variant->make(&self->s, 0);
	variant->make(&self->s, 1);
}

FIXTURE_TEARDOWN(behind)
{
	stage_close(&self->s);
}

TEST_F(behind, all_that_was_read)
{
	struct stage *s = &self->s;
	__u8 rest[PAGE];
	size_t size = variant->lay(s, rest);

	s->arg = &s->u[0];
	CALL_WHILE(variant->change(s), rest, size);
	TOLD_RIGHT();
}

TEST_HARNESS_MAIN

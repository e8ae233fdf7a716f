// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ends with one key: both in the kernel, or OpenSSL at one of them; salts pinned
 * or bound, with confirmations or without.
 */
#include <string.h>
#include <unistd.h>

#include "soak.h"

#define NOBODY		2

/* What session_open() has chosen. */
struct plan {
	__u8 key[SSPSEAL_KEY_MAX];
	__u32 key_size;
	__s32 serial;
	unsigned int openssl;
	bool confirm;
	__u8 binding[300];
	__u32 binding_size;
};

static __u32 some_services(void)
{
	static const __u32 sets[] = {
		SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
		SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		SSPSEAL_CONFIDENTIALITY,
		SSPSEAL_INTEGRITY,
		SSPSEAL_INTEGRITY | SSPSEAL_REPLAY_DETECT,
		SSPSEAL_SEQUENCE_DETECT,
		ALL_SERVICES,
	};

	return sets[one_in(2) ? 0 : pick(ARRAY_SIZE(sets))];
}

/* ---- making ---- */

/* The kernel's keyring has the key, or the caller. */
static bool choose_key(struct plan *plan)
{
	plan->serial = 0;
	if (one_in(4)) {
		bool user = one_in(2);

		if (user)
			count(USER_KEYS);
		memcpy(plan->key, test_key, TEST_KEY_SIZE);
		plan->key_size = TEST_KEY_SIZE;
		return MUST_BE(0, sspseal_keyring_find(user ? SOAK_USER_KEY :
							      SOAK_KEY,
						       &plan->serial));
	}
	plan->key_size = SSPSEAL_KEY_MIN +
			 pick(SSPSEAL_KEY_MAX - SSPSEAL_KEY_MIN + 1);
	fill(plan->key, plan->key_size);
	return true;
}

static bool kernel_opens(const struct session *s, const struct plan *plan,
			 struct side *side)
{
	struct sspseal_native native = {
		.suites = s->any_suite ? 0 : SSPSEAL_SUITE_BIT(s->suite),
		.default_suite = s->suite,
	};
	struct sspseal_create c = create_args(side->role, s->services);

	c.key = plan->serial ? 0 : (uintptr_t)plan->key;
	c.key_size = plan->serial ? 0 : plan->key_size;
	c.key_serial = plan->serial;
	c.params = (uintptr_t)&native;
	c.params_size = sizeof(native);
	c.flags = (s->bound ? SSPSEAL_CREATE_UNBOUND : 0) |
		  (s->require_seal ? SSPSEAL_CREATE_REQUIRE_SEAL : 0);
	if (!MUST_BE(S(OK), call(side->fd, SSPSEAL_CREATE, &c)))
		return false;
	count(CREATED);
	side->handle = c.handle;
	memcpy(side->salt, native.salt, sizeof(side->salt));
	return true;
}

static bool openssl_opens(const struct plan *plan, struct side *side)
{
	if (!MUST(peer_init(&side->peer, side->role, plan->key,
			    plan->key_size)))
		return false;
	memcpy(side->salt, side->peer.salt, sizeof(side->salt));
	return true;
}

static bool side_binds(struct session *s, const struct plan *plan,
		       unsigned int i)
{
	struct sspseal_bind b = bind_args(s->side[i].handle, s->services,
					  s->side[!i].salt);

	if (!is_kernel(&s->side[i])) {
		peer_bind(&s->side[i].peer, s->side[!i].salt,
			  plan->binding, plan->binding_size);
		return true;
	}
	b.suite = s->suite;
	b.flags = plan->confirm ? SSPSEAL_BIND_CONFIRM : 0;
	b.binding = (uintptr_t)plan->binding;
	b.binding_size = plan->binding_size;
	count(BOUND);
	return MUST_BE(S(OK), call(s->side[i].fd, SSPSEAL_BIND, &b)) &&
	       MUST_BE(S(ALREADY_BOUND), call(s->side[i].fd, SSPSEAL_BIND,
					      &b));
}

/* The first SIGN of each end; nothing else passes before. */
static bool side_confirms(struct session *s, unsigned int i)
{
	__u8 memory[TOKEN_SIZE + 8], plain[8], sealed[sizeof(memory)];
	struct parcel p = {
		.memory = memory, .plain = plain, .sealed = sealed,
		.op = SIGN, .flags = TOKEN_CONFIRMATION, .suite = s->suite,
		.size = pick(sizeof(plain)), .nr = 2, .data = 1,
	};
	const struct side *from = &s->side[i];

	fill(plain, sizeof(plain));
	memcpy(memory + TOKEN_SIZE, plain, sizeof(plain));
	p.b[0] = buffer(TOKEN, memory, TOKEN_SIZE);
	p.b[1] = buffer(DATA, memory + TOKEN_SIZE, p.size);
	if (is_kernel(from) &&
	    !MUST_BE(S(UNCONFIRMED), simple_call(from->fd, SSPSEAL_UNSEAL,
						 from->handle, memory,
						 memory + TOKEN_SIZE, 4)))
		return false;
	return parcel_send(s, i, &p) && parcel_deliver(s, i, &p);
}

static bool session_binds(struct session *s, const struct plan *plan)
{
	return side_binds(s, plan, 0) && side_binds(s, plan, 1) &&
	       (!plan->confirm || (side_confirms(s, 0) && side_confirms(s, 1)));
}

/* ---- files ---- */

/* A new one, the other side's, or the process's. */
static int some_file(struct session *s, unsigned int i)
{
	if (i && s->files[0] >= 0 && one_in(2))
		return s->files[0];
	if (one_in(3))
		return sspseal_device();
	s->files[i] = device_open();
	return s->files[i];
}

static bool open_sides(struct session *s, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct side *side = &s->side[i];

		side->role = SSPSEAL_ROLE_INITIATOR + i;
		side->fd = -1;
		if (i == plan->openssl) {
			if (!openssl_opens(plan, side))
				return false;
			continue;
		}
		side->fd = some_file(s, i);
		if (!MUST(side->fd >= 0) || !kernel_opens(s, plan, side))
			return false;
	}
	return true;
}

static bool open_planned(struct session *s, struct plan *plan)
{
	bool ok = choose_key(plan) && open_sides(s, plan) &&
		  (!s->bound || session_binds(s, plan));

	explicit_bzero(plan->key, sizeof(plan->key));
	return ok;
}

static void session_init(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->files[0] = -1;
	s->files[1] = -1;
}

bool session_open(struct session *s)
{
	struct plan plan = { .openssl = one_in(3) ? pick(2) : NOBODY };

	session_init(s);
	s->services = some_services();
	s->require_seal = s->services & SSPSEAL_CONFIDENTIALITY && one_in(3);
	s->suite = 1 + pick(3);
	s->bound = one_in(2);
	s->any_suite = !s->bound && one_in(2);
	plan.confirm = s->bound && one_in(2);
	plan.binding_size = pick(sizeof(plan.binding) + 1);
	fill(plan.binding, sizeof(plan.binding));
	return open_planned(s, &plan);
}

bool session_open_plain(struct session *s, __u32 services)
{
	struct plan plan = { .openssl = NOBODY };

	session_init(s);
	s->services = services;
	s->suite = 1 + pick(3);
	return open_planned(s, &plan);
}

/* ---- end ---- */

static bool side_close(struct side *side)
{
	if (!is_kernel(side))
		return true;
	count(DESTROYED);
	return MUST_BE(S(OK), destroy(side->fd, side->handle)) &&
	       MUST_BE(S(ALREADY_DESTROYED), destroy(side->fd, side->handle));
}

bool session_close_files(const struct session *s)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (s->files[i] < 0)
			continue;
		ok = MUST_BE(0, fdinfo_number(s->files[i],
					      "sspseal-in-flight")) && ok;
		close(s->files[i]);
	}
	return ok;
}

bool session_close(struct session *s)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		/* Those in the process's file would stay. */
		if (s->side[i].fd == sspseal_device() || one_in(2))
			ok = side_close(&s->side[i]) && ok;
	}
	return session_close_files(s) && ok;
}

bool side_agrees(const struct side *side)
{
	struct sspseal_query q;

	if (!is_kernel(side))
		return true;
	count(QUERIED);
	return MUST_BE(S(OK), query(side->fd, side->handle, &q)) &&
	       MUST_BE(side->sent, q.sent) &&
	       MUST_BE(side->received, q.received) &&
	       MUST_BE(side->failed, q.failed) &&
	       MUST(!memcmp(side->salt, q.salt, sizeof(q.salt)));
}

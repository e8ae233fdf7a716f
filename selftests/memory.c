// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: what contexts, handles and messages are charged to, and what happens
 * where there is no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "memory_test.h"

#define CGROUPS		"/sys/fs/cgroup"

FIXTURE(charge)
{
	char dir[64];
	int fd;
	/* Of the cgroup, open before: to open one is charged, too. */
	int high;
	int current;
};

/* A number in one of the cgroup's files: after @key, or alone. */
static long cgroup_read(const char *dir, const char *name, const char *key)
{
	char path[128], word[64];
	long value = -1, seen;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (!key && fscanf(file, "%ld", &seen) == 1)
		value = seen;
	while (key && value < 0 && fscanf(file, "%63s %ld", word, &seen) == 2) {
		if (!strcmp(word, key))
			value = seen;
	}
	fclose(file);
	return value;
}

static bool cgroup_write(const char *dir, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return file_write(path, text);
}

static int cgroup_open(const char *dir, const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, flags | O_CLOEXEC);
}

/* Kernel memory in slabs: what is charged by the byte. */
static long in_slabs(const char *dir)
{
	return cgroup_read(dir, "memory.stat", "slab");
}

FIXTURE_SETUP(charge)
{
	self->fd = -1;
	self->high = -1;
	self->current = -1;
	if (access(CGROUPS "/cgroup.controllers", R_OK))
		SKIP(return, "no cgroup v2");
	file_write(CGROUPS "/cgroup.subtree_control", "+memory");
	snprintf(self->dir, sizeof(self->dir), CGROUPS "/sspseal-%d",
		 getpid());
	ASSERT_EQ(0, mkdir(self->dir, 0755));
	if (in_slabs(self->dir) < 0)
		SKIP(return, "no memory controller, or no slabs in its figures");
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->high = cgroup_open(self->dir, "memory.high", O_WRONLY);
	ASSERT_LE(0, self->high);
	self->current = cgroup_open(self->dir, "memory.current", O_RDONLY);
	ASSERT_LE(0, self->current);
	/* Our own pages are charged to where we come from: all, before we join. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
}

FIXTURE_TEARDOWN(charge)
{
	file_write(CGROUPS "/cgroup.procs", "0");
	close(self->current);
	close(self->high);
	close(self->fd);
	rmdir(self->dir);
}

static bool join(const char *dir)
{
	return cgroup_write(dir, "cgroup.procs", "0");
}

/*
 * All that is charged. CPUs keep some of it for what comes next, and the kernel has
 * caches: whoever has more than @wanted has to give these up for a moment.
 */
static long charged(const FIXTURE_DATA(charge) * self, long wanted)
{
	char number[32] = "";
	int size = snprintf(number, sizeof(number), "%ld", wanted);

	if (pwrite(self->high, number, size, 0) != size ||
	    pwrite(self->high, "max", 3, 0) != 3 ||
	    pread(self->current, number, sizeof(number) - 1, 0) <= 0)
		return -1;
	return atol(number);
}

/* What is charged when the figure stands still. */
static long settled(const FIXTURE_DATA(charge) * self)
{
	long last = -1, now = charged(self, 0);
	unsigned int tries;

	for (tries = 0; tries < PATIENCE * slowness() && now != last; tries++) {
		last = now;
		wait_a_little();
		wait_a_little();
		now = charged(self, 0);
	}
	return now;
}

/* Pages of slabs that are not full, for one. */
#define SLACK		(2 * PAGE)

/* Waits until no more than before is charged. */
static bool is_back(const FIXTURE_DATA(charge) * self, long before)
{
	long now = -1;
	unsigned int tries;

	for (tries = 0; tries < PATIENCE * slowness(); tries++) {
		now = charged(self, before + SLACK);
		if (now >= 0 && now <= before + SLACK)
			return true;
		wait_a_little();
	}
	fprintf(stderr, "# %ld bytes are charged still, %ld before\n", now,
		before);
	return false;
}

/*
 * A number of things that are made and ended in the same way, again and again: the
 * first time fills caches, as the kernel keeps a page here and there.
 */
struct things {
	unsigned int nr;
	/* What each is charged at least. */
	long bytes;
	bool (*make)(int fd, unsigned int nr);
	bool (*end)(int fd, unsigned int nr);
};

static bool make_charged(const FIXTURE_DATA(charge) * self,
			 const struct things *t)
{
	long slabs = in_slabs(self->dir);
	long all = cgroup_read(self->dir, "memory.current", NULL);
	long cost = 0;
	unsigned int tries;

	if (!t->make(self->fd, t->nr))
		return false;
	/* The kernel brings the figure of slabs up to date every two seconds. */
	for (tries = 0; tries < PATIENCE * slowness(); tries++) {
		cost = in_slabs(self->dir) - slabs;
		if (cost >= t->bytes * t->nr)
			break;
		wait_a_little();
	}
	all = cgroup_read(self->dir, "memory.current", NULL) - all;
	if (cost >= t->bytes * t->nr && all >= t->bytes * t->nr / 2)
		return true;
	fprintf(stderr, "# %u cost %ld bytes, memory.current %ld\n", t->nr,
		cost, all);
	return false;
}

static bool charge_and_return(const FIXTURE_DATA(charge) * self,
			      const struct things *t)
{
	long before = settled(self);
	unsigned int round;

	for (round = 0; round < 3; round++) {
		if (!make_charged(self, t) || !t->end(self->fd, t->nr))
			return false;
		if (!round)
			before = settled(self);
		else if (!is_back(self, before))
			return false;
	}
	return true;
}

#define CONTEXTS	1000
static __u32 made[CONTEXTS];

static bool make_contexts(int fd, unsigned int nr)
{
	bool ok = true;

	while (ok && nr--) {
		made[nr] = initiator(fd);
		ok = made[nr];
	}
	return ok;
}

static bool destroy_contexts(int fd, unsigned int nr)
{
	bool ok = true;

	while (nr--)
		ok = !destroy(fd, made[nr]) && ok;
	return ok;
}

TEST_F_TIMEOUT(charge, contexts, 120)
{
	static const struct things contexts = {
		.nr = CONTEXTS,
		/* The window alone takes 264 bytes, the keys take others. */
		.bytes = 512,
		.make = make_contexts,
		.end = destroy_contexts,
	};

	ASSERT_TRUE(join(self->dir));
	EXPECT_TRUE(charge_and_return(self, &contexts));
}

static int second_fd = -1;

static bool make_contexts_elsewhere(int fd, unsigned int nr)
{
	(void)fd;
	second_fd = device_open();
	return make_contexts(second_fd, nr);
}

static bool close_elsewhere(int fd, unsigned int nr)
{
	(void)fd;
	(void)nr;
	return !close(second_fd);
}

TEST_F_TIMEOUT(charge, contexts_of_a_closed_file, 120)
{
	static const struct things contexts = {
		.nr = CONTEXTS,
		.bytes = 512,
		.make = make_contexts_elsewhere,
		.end = close_elsewhere,
	};

	ASSERT_TRUE(join(self->dir));
	EXPECT_TRUE(charge_and_return(self, &contexts));
}

/* Many handles of one context. */
static bool make_handles(int fd, unsigned int nr)
{
	struct sspseal_export e;
	struct sspseal_import i;
	bool ok;

	second_fd = device_open();
	ok = !export_call(fd, 1, 0, &e);
	while (ok && nr--)
		ok = !import_call(second_fd, e.fd, 0, &i);
	close(e.fd);
	return ok;
}

TEST_F_TIMEOUT(charge, handles, 120)
{
	static const struct things handles = {
		.nr = 10000,
		.bytes = 64,
		.make = make_handles,
		.end = close_elsewhere,
	};

	ASSERT_TRUE(join(self->dir));
	ASSERT_EQ(1, initiator(self->fd));
	EXPECT_TRUE(charge_and_return(self, &handles));
}

#define EXPORTS		1000
static int exports[EXPORTS];

static bool make_exports(int fd, unsigned int nr)
{
	struct sspseal_export e;
	bool ok = true;

	while (ok && nr--) {
		ok = !export_call(fd, 1, SSPSEAL_EXPORT_REVOCABLE, &e);
		exports[nr] = e.fd;
		made[nr] = e.revoker;
	}
	return ok;
}

static bool end_exports(int fd, unsigned int nr)
{
	bool ok = true;

	while (nr--) {
		close(exports[nr]);
		ok = !destroy(fd, made[nr]) && ok;
	}
	return ok;
}

static bool many_descriptors(void)
{
	struct rlimit limit = { .rlim_cur = 4096, .rlim_max = 4096 };

	return !setrlimit(RLIMIT_NOFILE, &limit);
}

TEST_F_TIMEOUT(charge, exported_files, 120)
{
	static const struct things files = {
		.nr = EXPORTS,
		/* A file, its sspseal file, two grants, a revocation. */
		.bytes = 512,
		.make = make_exports,
		.end = end_exports,
	};

	if (!many_descriptors())
		SKIP(return, "no more descriptors");
	ASSERT_TRUE(join(self->dir));
	ASSERT_EQ(1, initiator(self->fd));
	EXPECT_TRUE(charge_and_return(self, &files));
}

/*
 * Who makes the message pays, and if he cannot he is told so: the kernel looks for
 * memory, and kills nobody for a length that a caller chose.
 */
TEST_F(charge, message_beyond_memory_max)
{
	enum { LONG = 8 * MIB, SHORT = MIB };
	/* Touched before there is a limit: charged to where we come from. */
	__u8 *data = memory(LONG, MAP_SHARED), *other = memory(LONG, MAP_SHARED);
	__u8 token[TOKEN_SIZE], other_token[TOKEN_SIZE];
	long limit = parameter_get("max_data"), before;
	__u32 sends, takes;
	char number[32];
	unsigned int tries;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_TRUE(data && other);
	memset(data, 'x', LONG);
	memset(other, 'y', LONG);
	ASSERT_TRUE(parameter_set("max_data", LONG));
	sends = initiator(self->fd);
	takes = acceptor(self->fd);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, sends, token, data,
				 LONG));
	ASSERT_TRUE(join(self->dir));
	before = settled(self);
	snprintf(number, sizeof(number), "%ld\n", before + 3 * MIB);
	ASSERT_TRUE(cgroup_write(self->dir, "memory.max", number));
	for (tries = 1; tries <= 3; tries++) {
		EXPECT_EQ(S(NO_MEMORY), simple_call(self->fd, SSPSEAL_UNSEAL,
						    takes, token, data, LONG));
		EXPECT_EQ(S(NO_MEMORY), simple_call(self->fd, SSPSEAL_SEAL,
						    sends, other_token, other,
						    LONG));
		EXPECT_EQ(tries, sent(self->fd, sends));
		EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
		/* What there is memory for goes on. */
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, sends,
					 other_token, other, SHORT));
	}
	EXPECT_EQ(0, received(self->fd, takes));
	EXPECT_TRUE(all_bytes(other, 'y', LONG));
	EXPECT_LT(0, cgroup_read(self->dir, "memory.events", "max"));
	EXPECT_EQ(0, cgroup_read(self->dir, "memory.events", "oom_kill"));

	ASSERT_TRUE(cgroup_write(self->dir, "memory.max", "max"));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, takes, token, data,
				 LONG));
	EXPECT_TRUE(all_bytes(data, 'x', LONG));
	EXPECT_TRUE(is_back(self, before));
	EXPECT_TRUE(parameter_set("max_data", limit));
}

/* Until there is no memory left: how many there were, or BROKEN. */
static int fill_with(int fd, int (*make)(int fd))
{
	int nr, status;

	for (nr = 0; nr < 100000; nr++) {
		status = make(fd);
		if (status)
			return status == S(NO_MEMORY) ? nr : BROKEN;
	}
	return BROKEN;
}

static int one_context(int fd)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
						SSPSEAL_CONFIDENTIALITY);

	return call(fd, SSPSEAL_CREATE, &c);
}

static int exported_fd = -1;

static int one_handle(int fd)
{
	struct sspseal_import i;

	return import_call(fd, exported_fd, 0, &i);
}

/* What is made of contexts that were there before: of the next one. */
#define PREPARED	500
static unsigned int used;

static bool prepare(int fd, __u32 flags)
{
	struct sspseal_native native = { };

	for (used = PREPARED; used; used--) {
		made[used - 1] = create_native(fd, SSPSEAL_ROLE_INITIATOR,
					       SSPSEAL_CONFIDENTIALITY, flags,
					       &native);
		if (!made[used - 1])
			return false;
	}
	return true;
}

static __u8 long_binding[SSPSEAL_BINDING_MAX];

static int one_bind(int fd)
{
	static const __u8 salt[SSPSEAL_SALT_SIZE] = { 1 };
	struct sspseal_bind b = bind_args(made[used], SSPSEAL_CONFIDENTIALITY,
					  salt);
	int status;

	b.binding = (uintptr_t)long_binding;
	b.binding_size = sizeof(long_binding);
	status = call(fd, SSPSEAL_BIND, &b);
	used += !status;
	return status;
}

/* The first use of another suite. */
static int one_key(int fd)
{
	__u8 token[TOKEN_SIZE], data[16];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_message m = message(made[used], b, 2);
	int status;

	m.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_AES_128_GCM);
	status = call(fd, SSPSEAL_SEAL, &m);
	used += !status;
	return status;
}

static const struct small {
	int (*make)(int fd);
	/* What there is left for them. */
	long room;
	/* From contexts that are there, made with these flags. */
	bool prepared;
	__u32 flags;
} small[] = {
	{ .make = one_context, .room = MIB },
	{ .make = one_handle, .room = MIB },
	{ .make = one_bind, .room = 8 * PAGE, .prepared = true,
	  .flags = SSPSEAL_CREATE_UNBOUND },
	{ .make = one_key, .room = PAGE, .prepared = true },
};

/* Memory that is taken in small pieces: nobody is killed for these either. */
TEST_F_TIMEOUT(charge, small_things_beyond_memory_max, 120)
{
	__u8 token[TOKEN_SIZE], data[64];
	long before = -1, now;
	struct sspseal_export e;
	char number[32];
	unsigned int i;
	int fd, leave;
	__u32 sends;
	int nr;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	sends = initiator(self->fd);
	ASSERT_EQ(0, export_call(self->fd, sends, 0, &e));
	exported_fd = e.fd;
	leave = open(CGROUPS "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, leave);
	for (i = 0; i < ARRAY_SIZE(small); i++) {
		const struct small *s = &small[i];

		fd = device_open();
		ASSERT_LE(0, fd);
		ASSERT_TRUE(!s->prepared || prepare(fd, s->flags));
		ASSERT_TRUE(join(self->dir));
		now = settled(self);
		if (!i)
			before = now;
		/* Who touches a page of his own at the limit would be killed. */
		ASSERT_EQ(0, s->make(fd));
		snprintf(number, sizeof(number), "%ld\n", now + s->room);
		ASSERT_TRUE(cgroup_write(self->dir, "memory.max", number));
		nr = 1 + fill_with(fd, s->make);
		/* What there is goes on. */
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, sends, token,
					 data, sizeof(data)));
		/* To open a file now would be the end of who does it. */
		ASSERT_EQ(1, write(leave, "0", 1));
		EXPECT_EQ(0, cgroup_read(self->dir, "memory.events", "oom"));
		EXPECT_EQ(0, cgroup_read(self->dir, "memory.events",
					 "oom_kill"));
		/* A refusal leaves nothing behind. */
		EXPECT_LT(1, nr)
			TH_LOG("%u", i);
		EXPECT_EQ(s->prepared ? PREPARED : nr,
			  fdinfo_number(fd, "sspseal-handles"));
		EXPECT_EQ(0, s->make(fd));
		ASSERT_TRUE(cgroup_write(self->dir, "memory.max", "max"));
		close(fd);
		EXPECT_TRUE(is_back(self, before));
	}
	close(leave);
	close(exported_fd);
}

/* ---- bytes in flight: how many there may be is in in_flight.c ---- */

/* A message of the longest size waits. Returns what it is charged, or -1. */
static long charge_in_flight(const FIXTURE_DATA(charge) * self, __u32 handle,
			     size_t size, long before)
{
	__u8 *data = memory(size, MAP_PRIVATE);
	int pages = data ? pages_missing(data, size) : -1;
	struct waiting w = {
		.fd = self->fd, .cmd = SSPSEAL_SEAL, .handle = handle,
	};
	struct team team;
	long bytes;

	w.b[0] = buffer(SSPSEAL_BUFFER_EMPTY, NULL, 0);
	w.b[1] = buffer(DATA, data, size);
	w.b[2] = buffer(TOKEN, w.token, TOKEN_SIZE);
	if (pages < 0 ||
	    !team_start(&team, &w, sizeof(w), 1, wait_in_kernel) ||
	    !pages_await(pages, 1))
		return -1;
	bytes = charged(self, before) - before;
	munmap(data, size);
	close(pages);
	team_join(&team);
	return w.status == S(FAULT) ? bytes : -1;
}

/* What waits in the kernel is charged: pages, not slabs. */
TEST_F(charge, bytes_in_flight)
{
	long max = parameter_get("max_data"), before, during;
	__u32 handle = initiator(self->fd);
	unsigned int round;
	int pages = pages_missing(memory(PAGE, MAP_PRIVATE), PAGE);

	if (pages < 0)
		SKIP(return, "no userfaultfd");
	close(pages);
	ASSERT_TRUE(join(self->dir));
	before = settled(self);
	for (round = 0; round < 4; round++) {
		during = charge_in_flight(self, handle, max, before);
		EXPECT_LE(max, during);
		/* The first time leaves a stack to later threads, and others. */
		if (!round)
			before = settled(self);
		EXPECT_TRUE(is_back(self, before));
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: what contexts, handles and messages are charged to, the bounds of bytes
 * in flight, of handles and of contexts, the longest messages, and that all of it
 * is given back.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "kselftest_harness.h"
#include "kernel_count.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define MIB		(1024 * 1024)
#define PAGE		4096
/* Handles and contexts are freed after an RCU grace period, and then some. */
#define PATIENCE	100

static void wait_a_little(void)
{
	struct timespec pause = { .tv_nsec = 100000000 };

	nanosleep(&pause, NULL);
}

/* Anonymous memory, or shared one that stays charged to who touched it first. */
static void *memory(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       flags | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static __u32 initiator(int fd)
{
	return create_context(fd, SSPSEAL_ROLE_INITIATOR,
			      SSPSEAL_CONFIDENTIALITY);
}

static __u32 acceptor(int fd)
{
	return create_context(fd, SSPSEAL_ROLE_ACCEPTOR,
			      SSPSEAL_CONFIDENTIALITY);
}

static int export_call(int fd, __u32 handle, __u32 flags,
		       struct sspseal_export *e)
{
	*e = export_args(handle, SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_EXPORT);
	e->flags = flags;
	return call(fd, SSPSEAL_EXPORT, e);
}

static int import_call(int fd, int from, __u32 flags, struct sspseal_import *i)
{
	*i = import_args(from, 0);
	i->flags = flags;
	return call(fd, SSPSEAL_IMPORT, i);
}

/* ---- charges to a cgroup ---- */

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
	int tries;

	for (tries = 0; tries < PATIENCE && now != last; tries++) {
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
	long now;
	int tries;

	for (tries = 0; tries < PATIENCE; tries++) {
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

	if (!t->make(self->fd, t->nr))
		return false;
	slabs = in_slabs(self->dir) - slabs;
	all = cgroup_read(self->dir, "memory.current", NULL) - all;
	if (slabs >= t->bytes * t->nr && all >= t->bytes * t->nr / 2)
		return true;
	fprintf(stderr, "# %u cost %ld bytes, memory.current %ld\n", t->nr,
		slabs, all);
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
	int tries;

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

/* ---- bytes in flight ---- */

/* A message whose DATA is not there: its call waits in the kernel. */
struct waiting {
	int fd;
	__u32 handle;
	unsigned long cmd;
	struct sspseal_buffer b[3];
	__u8 token[TOKEN_SIZE];
	int status;
};

static void wait_in_kernel(void *job)
{
	struct waiting *w = job;

	w->status = message_call(w->fd, w->cmd, w->handle, w->b, 3);
}

#define HELD		2
#define ASSOCIATED	65536

/* Two messages of the largest size, held in the kernel while a test runs. */
FIXTURE(flight)
{
	int fd;
	__u32 sends;
	__u32 takes;
	long max;
	__u8 *missing;
	__u8 *associated;
	int pages;
	struct waiting waiting[HELD];
	struct team team;
	/* A message of the other end that is as long. */
	__u8 *data;
	__u8 token[TOKEN_SIZE];
};

FIXTURE_SETUP(flight)
{
	unsigned int i;

	self->pages = -1;
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->sends = initiator(self->fd);
	self->takes = acceptor(self->fd);
	self->max = parameter_get("max_data");
	ASSERT_LT(0, self->max);
	self->missing = memory(HELD * self->max, MAP_PRIVATE | MAP_NORESERVE);
	self->associated = calloc(1, ASSOCIATED);
	self->data = calloc(1, self->max);
	ASSERT_TRUE(self->missing && self->associated && self->data);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->sends,
				 self->token, self->data, self->max));
	self->pages = pages_missing(self->missing, HELD * self->max);
	if (self->pages < 0)
		SKIP(return, "no userfaultfd");
	for (i = 0; i < HELD; i++) {
		struct waiting *w = &self->waiting[i];

		w->fd = self->fd;
		w->handle = self->sends;
		w->cmd = SSPSEAL_SEAL;
		w->b[0] = buffer(DATA | RWC, self->associated, ASSOCIATED);
		w->b[1] = buffer(DATA, self->missing + i * self->max, self->max);
		w->b[2] = buffer(TOKEN, w->token, TOKEN_SIZE);
	}
}

FIXTURE_TEARDOWN(flight)
{
	close(self->fd);
	free(self->data);
	free(self->associated);
}

static bool hold(FIXTURE_DATA(flight) * self)
{
	return team_start(&self->team, self->waiting, sizeof(*self->waiting),
			  HELD, wait_in_kernel) &&
	       pages_await(self->pages, HELD);
}

/* Now the pages come. */
static bool release(FIXTURE_DATA(flight) * self)
{
	bool ok = true;
	unsigned int i;

	close(self->pages);
	team_join(&self->team);
	for (i = 0; i < HELD; i++)
		ok = ok && !self->waiting[i].status;
	return ok;
}

TEST_F(flight, third_long_message)
{
	__u8 token[TOKEN_SIZE], *data = calloc(1, self->max);
	long in_flight;

	ASSERT_NE(NULL, data);
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	ASSERT_TRUE(hold(self));
	in_flight = fdinfo_number(self->fd, "sspseal-in-flight");
	EXPECT_LE(HELD * (self->max + ASSOCIATED), in_flight);
	EXPECT_GE(HELD * (self->max + ASSOCIATED + 2 * PAGE), in_flight);

	/* Nothing changes by it, whatever it is. */
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_SEAL, self->sends,
					  token, data, self->max));
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_SIGN, self->sends,
					  token, data, MIB));
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_VERIFY, self->takes,
					  token, data, MIB));
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_UNSEAL, self->takes,
					  self->token, self->data, self->max));
	EXPECT_EQ(in_flight, fdinfo_number(self->fd, "sspseal-in-flight"));
	/* No more fits than a page or two, the first 64 KiB need not fit. */
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_SEAL, self->sends,
					  token, data, 80000));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, self->sends, token,
				 data, 65536));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, self->takes, token,
				 data, 65536));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->sends, token,
				 data, 65536));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->takes, token,
				 data, 65536));
	EXPECT_EQ(3, sent(self->fd, self->sends));

	EXPECT_TRUE(release(self));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	EXPECT_EQ(5, sent(self->fd, self->sends));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->takes,
				 self->token, self->data, self->max));
	EXPECT_TRUE(all_bytes(self->data, 0, self->max));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->sends, token,
				 data, self->max));
	free(data);
}

TEST_F(flight, other_files_are_not_concerned)
{
	__u8 token[TOKEN_SIZE];
	int other = device_open();
	struct sspseal_export e;
	__u32 handle = initiator(other);

	ASSERT_EQ(0, export_call(self->fd, self->sends, 0, &e));
	ASSERT_TRUE(hold(self));
	EXPECT_EQ(0, fdinfo_number(other, "sspseal-in-flight"));
	EXPECT_EQ(0, simple_call(other, SSPSEAL_SEAL, handle, token, self->data,
				 self->max));
	/* The same context, through another file. */
	EXPECT_EQ(0, simple_call(e.fd, SSPSEAL_SEAL, 1, token, self->data,
				 self->max));
	EXPECT_EQ(S(BUSY), simple_refused(self->fd, SSPSEAL_SEAL, self->sends,
					  token, self->data, self->max));
	EXPECT_TRUE(release(self));
	close(e.fd);
	close(other);
}

TEST_F(flight, in_a_batch)
{
	__u8 token[TOKEN_SIZE], data[100] = { };
	struct sspseal_buffer large[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, self->data, self->max),
	};
	struct sspseal_buffer small[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, sizeof(data)),
	};
	struct sspseal_operation op[] = {
		{ SSPSEAL_SEAL, -1, message(self->sends, large, 2) },
		{ SSPSEAL_SEAL, -1, message(self->sends, small, 2) },
	};
	struct sspseal_batch batch = {
		.size = sizeof(batch),
		.operations = (uintptr_t)op,
		.stride = sizeof(*op),
		.nr = 2,
	};

	ASSERT_TRUE(hold(self));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_BATCH, &batch));
	EXPECT_EQ(2, batch.done);
	EXPECT_EQ(-EBUSY, op[0].error);
	EXPECT_EQ(S(BUSY), op[0].message.status);
	EXPECT_EQ(0, op[1].error);
	EXPECT_TRUE(release(self));
}

/* Who is killed while he waits gives back what he had. */
TEST_F(flight, killed)
{
	pid_t child = fork();
	__u8 *data;
	int tries;

	ASSERT_LE(0, child);
	if (!child) {
		data = memory(self->max, MAP_PRIVATE);
		if (pages_missing(data, self->max) < 0)
			_exit(1);
		simple_call(self->fd, SSPSEAL_SEAL, self->sends, self->token,
			    data, self->max);
		_exit(2);
	}
	for (tries = 0; tries < PATIENCE &&
	     fdinfo_number(self->fd, "sspseal-in-flight") < self->max; tries++)
		wait_a_little();
	EXPECT_GT(PATIENCE, tries);
	EXPECT_EQ(0, kill(child, SIGKILL));
	EXPECT_EQ(-SIGKILL, child_status(child));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	EXPECT_EQ(1, sent(self->fd, self->sends));
	close(self->pages);
}

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

/* ---- long messages, and the parameter that allows them ---- */

#define HARD_LIMIT	(16 * MIB - 1)

FIXTURE(parameters)
{
	int fd;
	long data;
	long handles;
	long contexts;
};

FIXTURE_SETUP(parameters)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->data = parameter_get("max_data");
	self->handles = parameter_get("max_handles");
	self->contexts = parameter_get("max_contexts");
	ASSERT_LT(0, self->data);
	ASSERT_LT(0, self->handles);
	ASSERT_LT(0, self->contexts);
}

FIXTURE_TEARDOWN(parameters)
{
	parameter_set("max_data", self->data);
	parameter_set("max_handles", self->handles);
	parameter_set("max_contexts", self->contexts);
	close(self->fd);
}

/* The errno of writing a parameter, 0 for success. */
static int parameter_error(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/sspseal/parameters/%s", name);
	errno = 0;
	return file_write(path, text) ? 0 : errno;
}

TEST_F(parameters, bad_values)
{
	static const char *const bad[] = {
		"0", "-1", "4294967296", "18446744073709551616", "x", "1x", "",
		" ", "0x", "1 2", "1.5",
	};
	static const char *const names[] = {
		"max_data", "max_handles", "max_contexts",
	};
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(names); k++) {
		long before = parameter_get(names[k]);

		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			/* Nothing written is no call. */
			if (!*bad[i])
				continue;
			EXPECT_NE(0, parameter_error(names[k], bad[i]))
				TH_LOG("%s = %s", names[k], bad[i]);
			EXPECT_EQ(before, parameter_get(names[k]));
		}
		EXPECT_EQ(EINVAL, parameter_error(names[k], "0"));
	}
	EXPECT_EQ(EINVAL, parameter_error("max_data", "16777216"));
	EXPECT_EQ(EINVAL, parameter_error("max_data", "2147483647"));
	EXPECT_EQ(EINVAL, parameter_error("max_handles", "2147483648"));
	EXPECT_EQ(EINVAL, parameter_error("max_contexts", "2147483648"));
	EXPECT_EQ(self->data, parameter_get("max_data"));
}

TEST_F(parameters, extreme_values)
{
	struct sspseal_info i;

	EXPECT_EQ(0, parameter_error("max_data", "1"));
	EXPECT_EQ(0, parameter_error("max_handles", "1"));
	EXPECT_EQ(0, parameter_error("max_contexts", "1"));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(1, i.max_data);
	EXPECT_EQ(1, i.max_handles);
	EXPECT_EQ(1, i.max_contexts);
	EXPECT_EQ(0, parameter_error("max_data", "16777215"));
	EXPECT_EQ(0, parameter_error("max_handles", "2147483647"));
	EXPECT_EQ(0, parameter_error("max_contexts", "0x7fffffff"));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(16777215, i.max_data);
	EXPECT_EQ(2147483647, i.max_handles);
	EXPECT_EQ(2147483647, i.max_contexts);
	/* What is only authenticated has limits of its own. */
	EXPECT_EQ(ASSOCIATED, i.max_associated);
	EXPECT_EQ(MIB, i.max_signed);
}

/* Where associated data ends in a page's first bytes, and DATA begins another one. */
#define TWO_PARTS	(100 * PAGE - TOKEN_SIZE + 1)

/* Two of any size fit, also such as say only in the token that they are not sealed. */
TEST_F(parameters, two_that_are_not_sealed)
{
	const size_t rest = MIB - TWO_PARTS, room = (rest / PAGE + 1) * PAGE;
	__u8 *missing = memory(2 * room, MAP_PRIVATE);
	__u8 *associated = calloc(1, TWO_PARTS), *data = calloc(1, rest);
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd);
	struct waiting w[2] = { };
	struct team team;
	unsigned int i;
	int pages;

	ASSERT_TRUE(missing && associated && data);
	for (i = 0; i < 2; i++) {
		struct sspseal_message m = message(sends, w[i].b, 3);

		w[i].fd = self->fd;
		w[i].handle = takes;
		w[i].cmd = SSPSEAL_UNSEAL;
		w[i].b[0] = buffer(DATA | RWC, associated, TWO_PARTS);
		w[i].b[1] = buffer(DATA, data, rest);
		w[i].b[2] = buffer(TOKEN, w[i].token, TOKEN_SIZE);
		m.qop = SSPSEAL_QOP_NO_ENCRYPT;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		w[i].b[1].ptr = (uintptr_t)missing + i * room;
	}
	pages = pages_missing(missing, 2 * room);
	if (pages < 0)
		SKIP(return, "no userfaultfd");
	ASSERT_TRUE(parameter_set("max_data", 1));
	ASSERT_TRUE(team_start(&team, w, sizeof(*w), 2, wait_in_kernel));
	EXPECT_TRUE(pages_await(pages, 2));
	close(pages);
	team_join(&team);
	EXPECT_EQ(0, w[0].status);
	EXPECT_EQ(0, w[1].status);
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	free(associated);
	free(data);
}

/* By each suite, read by OpenSSL, and back. */
TEST_F_TIMEOUT(parameters, longest_messages, 120)
{
	static const size_t sizes[] = {
		MIB + 1, 8 * MIB - 1, HARD_LIMIT - PAGE, HARD_LIMIT,
	};
	__u8 *data = memory(HARD_LIMIT + 1, MAP_PRIVATE), token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, 0),
	};
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd), suite;
	struct sspseal_message m = message(sends, b, 2);
	struct peer peer;
	unsigned int i;

	ASSERT_NE(NULL, data);
	memset(data, 'x', HARD_LIMIT + 1);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_ACCEPTOR, test_key,
			      TEST_KEY_SIZE));
	ASSERT_TRUE(parameter_set("max_data", HARD_LIMIT));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		b[1].cb = sizes[i];
		suite = 1 + i % 3;
		m.qop = SSPSEAL_QOP_SUITE(suite);
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m))
			TH_LOG("%zu bytes", sizes[i]);
		EXPECT_NE(0, memcmp(data, data + 16, 16));
		EXPECT_EQ('x', data[sizes[i]]);
		ASSERT_TRUE(peer_unprotect(&peer, b, 2));
		ASSERT_TRUE(all_bytes(data, 'x', HARD_LIMIT + 1));

		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, takes, b,
					  2));
		ASSERT_TRUE(all_bytes(data, 'x', HARD_LIMIT + 1));
	}
	b[1].cb = HARD_LIMIT + 1;
	EXPECT_EQ(S(DATA_TOO_LONG), message_refused(self->fd, SSPSEAL_SEAL,
						    sends, b, 2));
	EXPECT_EQ(S(DATA_TOO_LONG), message_refused(self->fd, SSPSEAL_UNSEAL,
						    takes, b, 2));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
}

/* A smaller limit counts at once, also for what was sealed before. */
TEST_F(parameters, smaller_limit)
{
	__u8 *data = calloc(1, MIB), token[TOKEN_SIZE], signature[TOKEN_SIZE];
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd);

	ASSERT_NE(NULL, data);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, sends, signature, data,
				 MIB));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, sends, token, data,
				 2));
	ASSERT_TRUE(parameter_set("max_data", 1));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  simple_refused(self->fd, SSPSEAL_SEAL, sends, signature, data,
				 2));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  simple_refused(self->fd, SSPSEAL_UNSEAL, takes, token, data,
				 2));
	ASSERT_TRUE(parameter_set("max_data", 2));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, takes, token, data,
				 2));
	/* Signatures have a limit of their own. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, takes, signature,
				 data, MIB));
	free(data);
}

/* ---- how many handles and contexts: CREATE's part is in create.c ---- */

TEST_F(parameters, handles_of_a_file)
{
	__u32 handle = initiator(self->fd);
	struct sspseal_export e, more;
	struct sspseal_import i;
	unsigned int before;

	ASSERT_EQ(0, export_call(self->fd, handle, 0, &e));
	ASSERT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	before = descriptors();
	ASSERT_TRUE(parameter_set("max_handles", 2));
	EXPECT_EQ(S(LIMIT_FILE), import_call(self->fd, e.fd, 0, &i));
	/* A revoker is a handle. */
	EXPECT_EQ(S(LIMIT_FILE), export_call(self->fd, handle,
					     SSPSEAL_EXPORT_REVOCABLE, &more));
	EXPECT_EQ((__s32)POISON32, more.fd);
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	/* New files are not concerned. */
	ASSERT_EQ(0, export_call(self->fd, handle, 0, &more));
	close(more.fd);
	ASSERT_EQ(0, import_call(self->fd, e.fd, SSPSEAL_IMPORT_NEW_FILE, &i));
	/* But they have the same limit. */
	EXPECT_EQ(0, import_call(i.new_fd, e.fd, 0, &i));
	/* The limit may go below what there is. */
	ASSERT_TRUE(parameter_set("max_handles", 1));
	EXPECT_EQ(0, destroy(self->fd, 2));
	EXPECT_EQ(S(LIMIT_FILE), import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(0, destroy(self->fd, 1));
	EXPECT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	/* No number was given out and lost. */
	EXPECT_EQ(3, i.handle);
	close(e.fd);
}

TEST_F(parameters, contexts_live_with_their_last_handle)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_export e, more;
	struct sspseal_import i;

	ASSERT_TRUE(parameter_set("max_contexts", 1));
	ASSERT_EQ(1, initiator(self->fd));
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	/* Handles of it are no contexts. */
	ASSERT_EQ(0, export_call(self->fd, 1, 0, &e));
	ASSERT_EQ(0, export_call(e.fd, 1, 0, &more));
	ASSERT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(0, destroy(self->fd, 1));
	EXPECT_EQ(0, destroy(self->fd, i.handle));
	close(e.fd);
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	close(more.fd);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_F(parameters, no_descriptors)
{
	struct rlimit limit, none;
	struct sspseal_export e, more;
	struct sspseal_import i;
	unsigned int before;

	ASSERT_EQ(1, initiator(self->fd));
	ASSERT_EQ(0, export_call(self->fd, 1, 0, &e));
	before = descriptors();
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(S(NO_DESCRIPTOR), export_call(self->fd, 1, 0, &more));
	EXPECT_EQ((__s32)POISON32, more.fd);
	EXPECT_EQ(S(NO_DESCRIPTOR), export_call(self->fd, 1,
						SSPSEAL_EXPORT_REVOCABLE,
						&more));
	EXPECT_EQ(S(NO_DESCRIPTOR), import_call(self->fd, e.fd,
						SSPSEAL_IMPORT_NEW_FILE, &i));
	/* A handle needs none. */
	EXPECT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(2, i.handle);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	close(e.fd);
}

/* ---- all of it is given back ---- */

/* Is there as much as before? */
static bool all_is_back(const struct kernel_count *before)
{
	struct kernel_count now;

	return kernel_count(&now) && kernel_counts_agree(before, &now);
}

FIXTURE(churn)
{
	int fd;
	struct kernel_count before;
};

FIXTURE_SETUP(churn)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	if (!kernel_count(&self->before))
		SKIP(return, "no figures of slabs and ciphers");
}

FIXTURE_TEARDOWN(churn)
{
	close(self->fd);
}

TEST_F_TIMEOUT(churn, create_and_destroy, 250)
{
	const unsigned int nr = rounds(20000);
	unsigned int i;
	__u32 handle;

	for (i = 0; i < nr; i++) {
		/* The first ones fill caches. */
		if (i == 100)
			ASSERT_TRUE(kernel_count(&self->before));
		handle = create_context(self->fd, 1 + i % 2, ALL_SERVICES);
		ASSERT_NE(0, handle);
		ASSERT_EQ(0, destroy(self->fd, handle));
	}
	EXPECT_TRUE(all_is_back(&self->before));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-handles"));
}

/*
 * A life with all that there is in it; what fails is given back, too. @nowhere: an
 * address where no memory is; the caller's, since its mapping lasts.
 */
static bool live(int fd, const void *nowhere)
{
	__u8 token[TOKEN_SIZE], data[100] = { };
	struct sspseal_native here = { }, there = { };
	struct sspseal_create create = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_export e, child;
	struct sspseal_import i;
	struct sspseal_bind bind;
	__u32 a, b, c;
	bool ok;

	a = initiator(fd);
	b = create_native(fd, SSPSEAL_ROLE_ACCEPTOR, SSPSEAL_CONFIDENTIALITY,
			  0, &there);
	c = create_native(fd, SSPSEAL_ROLE_INITIATOR, SSPSEAL_CONFIDENTIALITY,
			  SSPSEAL_CREATE_UNBOUND, &here);
	bind = bind_args(c, SSPSEAL_CONFIDENTIALITY, there.salt);
	bind.suite = 1 + pick(3);
	bind.binding = (uintptr_t)data;
	bind.binding_size = sizeof(data);
	create.key = (uintptr_t)nowhere;
	ok = call(fd, SSPSEAL_CREATE, &create) == S(FAULT) &&
	     !simple_call(fd, SSPSEAL_SEAL, a, token, data, sizeof(data)) &&
	     !simple_call(fd, SSPSEAL_UNSEAL, b, token, data, sizeof(data)) &&
	     simple_call(fd, SSPSEAL_UNSEAL, b, data, token, 40) > 0 &&
	     !call(fd, SSPSEAL_BIND, &bind) &&
	     !export_call(fd, c, SSPSEAL_EXPORT_REVOCABLE, &e) &&
	     !export_call(e.fd, 1, SSPSEAL_EXPORT_REVOCABLE, &child) &&
	     !import_call(fd, child.fd, 0, &i) &&
	     !simple_call(fd, SSPSEAL_SEAL, i.handle, token, data, 10);
	if (!ok)
		return false;
	switch (pick(3)) {
	case 0:
		ok = !destroy(fd, e.revoker) && !destroy(fd, i.handle);
		close(e.fd);
		close(child.fd);
		break;
	case 1:
		close(e.fd);
		close(child.fd);
		ok = !destroy(fd, i.handle) && !destroy(fd, e.revoker);
		break;
	default:
		/* The rest ends with the file. */
		ok = !destroy(child.fd, 1) && !destroy(e.fd, 1);
		close(child.fd);
		close(e.fd);
		return ok;
	}
	return ok && !destroy(fd, a) && !destroy(fd, b) && !destroy(fd, c);
}

TEST_F_TIMEOUT(churn, lives, 250)
{
	const unsigned int nr = rounds(2000);
	const void *nowhere = fence();
	unsigned int i;
	int fd;

	for (i = 0; i < nr; i++) {
		if (i == 50)
			ASSERT_TRUE(kernel_count(&self->before));
		fd = device_open();
		ASSERT_TRUE(live(fd, nowhere));
		close(fd);
	}
	EXPECT_TRUE(all_is_back(&self->before));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Session keys from the kernel's keyrings: which kernel keys CREATE takes from
 * whom, and what their later life means to a context.
 */
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "memory_search.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		40
#define NOBODY		65534
#define DESCRIPTION	"sspseal:selftest"

/* Permissions as the kernel has them, which no header of its tells. */
#define POSSESSOR	24
#define USER		16
#define OTHER		0
#define MAY_READ	0x02
#define MAY_SEARCH	0x08
#define MAY_ALL		0x3f

static __s32 add_key(const char *type, const char *description,
		     const void *payload, size_t size)
{
	return syscall(SYS_add_key, type, description, payload, size,
		       KEY_SPEC_PROCESS_KEYRING);
}

static long keyctl(int operation, long a, long b, long c)
{
	return syscall(SYS_keyctl, operation, a, b, c, 0);
}

/* The session key of create_args(), in a kernel key. */
static __s32 add_session_key(const char *type, const char *description)
{
	return add_key(type, description, test_key, TEST_KEY_SIZE);
}

static struct sspseal_create serial_args(__u32 role, __s32 serial)
{
	struct sspseal_create c = create_args(role, ALL_SERVICES);

	c.key = 0;
	c.key_size = 0;
	c.key_serial = serial;
	return c;
}

/* A context made with it; 0 if CREATE failed. */
static __u32 create_from(int fd, __s32 serial)
{
	struct sspseal_create c = serial_args(SSPSEAL_ROLE_INITIATOR, serial);

	return call(fd, SSPSEAL_CREATE, &c) ? 0 : c.handle;
}

static int create_refused(int fd, __s32 serial)
{
	struct sspseal_create c = serial_args(SSPSEAL_ROLE_INITIATOR, serial);

	return command_refused(fd, SSPSEAL_CREATE, &c, 0);
}

/* Whatever it is, OK too. */
static int create_status(int fd, __s32 serial)
{
	return create_from(fd, serial) ? S(OK) : create_refused(fd, serial);
}

FIXTURE(keyring)
{
	int fd;
	/* Made with the bytes of the key themselves. */
	__u32 acceptor;
};

FIXTURE_SETUP(keyring)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(keyring)
{
	close(self->fd);
}

/* A message to an end that has the bytes: what refused it. */
static int carry(int fd, __u32 from, __u32 to)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	int status = simple_call(fd, SSPSEAL_SEAL, from, token, data, CB);

	if (!status)
		status = simple_call(fd, SSPSEAL_UNSEAL, to, token, data, CB);
	return !status && !all_bytes(data, 0, CB) ? BROKEN : status;
}

/* ---- which keys ---- */

TEST_F(keyring, logon_key)
{
	__s32 serial = add_session_key("logon", DESCRIPTION);
	__u32 handle;

	ASSERT_LT(0, serial);
	handle = create_from(self->fd, serial);
	ASSERT_NE(0, handle);
	EXPECT_EQ(0, carry(self->fd, handle, self->acceptor));
	EXPECT_EQ(0, carry(self->fd, self->acceptor, handle));
}

/* What is masked here becomes a key of the session there, and there alone. */
static int add_unmasked(const struct needle *secret)
{
	__u8 key[sizeof(secret->masked)];
	size_t i;

	for (i = 0; i < secret->size; i++)
		key[i] = secret->masked[i] ^ NEEDLE_MASK;
	return syscall(SYS_add_key, "logon", "sspseal:unknown", key,
		       secret->size, KEY_SPEC_SESSION_KEYRING) < 0;
}

/* One process makes the key, another one uses it, and never has it. */
TEST_F(keyring, not_in_memory)
{
	struct needles n = { .nr = 1, .needle[0].size = TEST_KEY_SIZE };
	struct sspseal_native native = { };
	struct sspseal_create c;
	unsigned long searched;
	__s32 serial;
	pid_t child;

	ASSERT_LT(0, keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0));
	ASSERT_EQ(TEST_KEY_SIZE, getrandom(n.needle[0].masked, TEST_KEY_SIZE,
					   0));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(add_unmasked(&n.needle[0]));
	ASSERT_EQ(0, child_status(child));
	serial = keyctl(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
			(long)"logon", (long)"sspseal:unknown");
	ASSERT_LT(0, serial);
	c = serial_args(SSPSEAL_ROLE_ACCEPTOR, serial);
	c.params = (uintptr_t)&native;
	c.params_size = sizeof(native);
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, carry(self->fd, create_from(self->fd, serial), c.handle));
	EXPECT_EQ(0, search_memory(getpid(), &n, &searched));
	/* It finds what is there. */
	add_needle(&n, native.salt, sizeof(native.salt));
	EXPECT_EQ(1, search_memory(getpid(), &n, &searched));
	EXPECT_FALSE(n.needle[0].found);
	EXPECT_TRUE(n.needle[1].found);
}

TEST_F(keyring, user_key)
{
	__s32 serial = add_session_key("user", "any description");
	__u32 handle;

	ASSERT_LT(0, serial);
	handle = create_from(self->fd, serial);
	ASSERT_NE(0, handle);
	EXPECT_EQ(0, carry(self->fd, handle, self->acceptor));
	EXPECT_EQ(0, carry(self->fd, self->acceptor, handle));
}

/* A logon key says by its description that it is one of ours. */
TEST_F(keyring, descriptions)
{
	static const struct {
		const char *description;
		int status;
	} row[] = {
		{ "sspseal:a", S(OK) },
		{ "sspseal:a:b", S(OK) },
		{ "sspseal::", S(OK) },
		{ "fscrypt:0011223344556677", S(KEY_TYPE) },
		{ "SSPSEAL:a", S(KEY_TYPE) },
		{ "sspseal.a:b", S(KEY_TYPE) },
		{ "sspseals:a", S(KEY_TYPE) },
		{ "xsspseal:a", S(KEY_TYPE) },
		{ "sspsea:l:", S(KEY_TYPE) },
		{ " sspseal:a", S(KEY_TYPE) },
	};
	unsigned int i;
	__s32 serial;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		serial = add_session_key("logon", row[i].description);
		ASSERT_LT(0, serial);
		EXPECT_EQ(row[i].status, create_status(self->fd, serial))
			TH_LOG("%s", row[i].description);
	}
}

TEST_F(keyring, other_types)
{
	__s32 keyring = add_key("keyring", "sspseal:keyring", NULL, 0);

	ASSERT_LT(0, keyring);
	EXPECT_EQ(S(KEY_TYPE), create_refused(self->fd, keyring));
	/* A name for a keyring that is there. */
	EXPECT_EQ(S(KEY_TYPE), create_refused(self->fd,
					      KEY_SPEC_PROCESS_KEYRING));
}

TEST_F(keyring, no_such_key)
{
	static const __s32 none[] = {
		INT_MAX, INT_MAX - 1, INT_MIN, -1000,
		/* A name for a keyring that is not there. */
		KEY_SPEC_THREAD_KEYRING,
	};
	__s32 serial = add_session_key("logon", DESCRIPTION);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT_EQ(S(KEY_SERIAL), create_refused(self->fd, none[i]))
			TH_LOG("serial %d", none[i]);
	ASSERT_LT(0, serial);
	ASSERT_EQ(0, keyctl(KEYCTL_INVALIDATE, serial, 0, 0));
	EXPECT_EQ(S(KEY_SERIAL), create_refused(self->fd, serial));
}

TEST_F(keyring, key_sizes)
{
	static const char * const type[] = { "user", "logon" };
	static const size_t size[] = { 1, 15, 16, 17, 63, 64, 65, 4096 };
	__u8 payload[4096];
	unsigned int i, j;
	__s32 serial;
	int expected;

	fill(payload, sizeof(payload));
	for (i = 0; i < ARRAY_SIZE(type); i++) {
		for (j = 0; j < ARRAY_SIZE(size); j++) {
			serial = add_key(type[i], DESCRIPTION, payload,
					 size[j]);
			ASSERT_LT(0, serial);
			expected = size[j] < SSPSEAL_KEY_MIN ||
				   size[j] > SSPSEAL_KEY_MAX ? S(KEY_SIZE) :
							       S(OK);
			EXPECT_EQ(expected, create_status(self->fd, serial))
				TH_LOG("%zu bytes", size[j]);
		}
	}
}

/* The whole payload is the key, of the shortest and of the longest. */
TEST_F(keyring, same_bytes_in_two_ways)
{
	static const size_t size[] = { SSPSEAL_KEY_MIN, 33, SSPSEAL_KEY_MAX };
	struct sspseal_create c;
	__u32 from_key;
	unsigned int i;
	__s32 serial;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		serial = add_key("logon", DESCRIPTION, test_key, size[i]);
		ASSERT_LT(0, serial);
		from_key = create_from(self->fd, serial);
		ASSERT_NE(0, from_key);
		c = create_args(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
		c.key_size = size[i];
		ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
		EXPECT_EQ(0, carry(self->fd, from_key, c.handle));
		EXPECT_EQ(0, carry(self->fd, c.handle, from_key));
	}
}

TEST_F(keyring, two_sources)
{
	__s32 serial = add_session_key("logon", DESCRIPTION);
	struct sspseal_create c;

	ASSERT_LT(0, serial);
	c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
	c.key_serial = serial;
	EXPECT_EQ(S(KEY_SOURCE), command_refused(self->fd, SSPSEAL_CREATE, &c,
						 0));
	/* That is said whether there is such a key or not. */
	c.key_serial = INT_MAX;
	EXPECT_EQ(S(KEY_SOURCE), command_refused(self->fd, SSPSEAL_CREATE, &c,
						 0));
	c.key_serial = serial;
	c.key_size = 0;
	EXPECT_EQ(S(KEY_SOURCE), command_refused(self->fd, SSPSEAL_CREATE, &c,
						 0));
	c.key = 0;
	c.key_size = TEST_KEY_SIZE;
	EXPECT_EQ(S(KEY_SOURCE), command_refused(self->fd, SSPSEAL_CREATE, &c,
						 0));
	/* And with neither. */
	c.key_size = 0;
	c.key_serial = 0;
	EXPECT_EQ(S(KEY_SIZE), command_refused(self->fd, SSPSEAL_CREATE, &c,
					       0));
}

/* ---- whose keys ---- */

/* What a key's owner may do with it, as possessor and as user: who gets it? */
TEST_F(keyring, permissions)
{
	static const struct {
		const char *type;
		__u32 permissions;
		int status;
	} row[] = {
		{ "user", MAY_ALL << POSSESSOR, S(OK) },
		{ "user", (MAY_ALL & ~MAY_READ) << POSSESSOR,
		  S(KEY_PERMISSION) },
		{ "user", (MAY_READ | MAY_SEARCH) << POSSESSOR, S(OK) },
		{ "user", MAY_READ << USER, S(OK) },
		{ "user", MAY_SEARCH << USER, S(KEY_PERMISSION) },
		{ "user", 0, S(KEY_PERMISSION) },
		{ "logon", MAY_SEARCH << POSSESSOR, S(OK) },
		{ "logon", MAY_SEARCH << USER, S(OK) },
		{ "logon", (MAY_ALL & ~MAY_SEARCH) << POSSESSOR,
		  S(KEY_PERMISSION) },
		{ "logon", MAY_READ << USER, S(KEY_PERMISSION) },
		{ "logon", 0, S(KEY_PERMISSION) },
	};
	unsigned int i;
	__s32 serial;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		char description[32];

		/* A key each: what nobody may change stays as it is. */
		snprintf(description, sizeof(description), "sspseal:%u", i);
		serial = add_session_key(row[i].type, description);
		ASSERT_LT(0, serial);
		ASSERT_EQ(0, keyctl(KEYCTL_SETPERM, serial, row[i].permissions,
				    0));
		EXPECT_EQ(row[i].status, create_status(self->fd, serial))
			TH_LOG("row %u", i);
	}
}

/* What a process and its child tell each other. */
struct exchange {
	__s32 serial[3];
	int status[3];
};

static bool become(uid_t uid)
{
	return !setgroups(0, NULL) && !setgid(uid) && !setuid(uid);
}

/* A key of each type, and a logon key that anyone may search for. */
static bool add_keys(struct exchange *x)
{
	x->serial[0] = add_session_key("logon", "sspseal:0");
	x->serial[1] = add_session_key("user", "sspseal:1");
	x->serial[2] = add_session_key("logon", "sspseal:2");
	return x->serial[0] > 0 && x->serial[1] > 0 && x->serial[2] > 0 &&
	       !keyctl(KEYCTL_SETPERM, x->serial[2],
		       MAY_ALL << POSSESSOR | MAY_SEARCH << USER |
		       MAY_SEARCH << OTHER, 0);
}

static void use_keys(int fd, struct exchange *x)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct sspseal_create c = serial_args(SSPSEAL_ROLE_INITIATOR,
						      x->serial[i]);

		x->status[i] = call(fd, SSPSEAL_CREATE, &c);
	}
}

/* The keys are in the process keyring of a child that is still there. */
static bool use_keys_of_a_child(int fd, struct exchange *x, uid_t uid)
{
	int ready[2], done[2];
	bool ok = false;
	pid_t child;
	char byte;

	if (pipe(ready) || pipe(done))
		return false;
	child = fork();
	if (!child) {
		close(done[1]);
		if (!become(uid) || !add_keys(x) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 0);
	}
	close(ready[1]);
	close(done[0]);
	if (read(ready[0], &byte, 1) == 1) {
		use_keys(fd, x);
		ok = true;
	}
	close(ready[0]);
	close(done[1]);
	return !child_status(child) && ok;
}

/* Not even root gets a key whose owner did not mean it to. */
TEST_F(keyring, keys_of_others)
{
	static const uid_t uids[] = { 0, NOBODY };
	struct exchange *x = make_shared(sizeof(*x));
	unsigned int i;

	if (getuid())
		SKIP(return, "not root");
	for (i = 0; i < ARRAY_SIZE(uids); i++) {
		ASSERT_TRUE(use_keys_of_a_child(self->fd, x, uids[i]));
		EXPECT_EQ(S(KEY_PERMISSION), x->status[0])
			TH_LOG("of user %u", uids[i]);
		EXPECT_EQ(S(KEY_PERMISSION), x->status[1]);
		EXPECT_EQ(S(OK), x->status[2]);
	}
}

TEST_F(keyring, keys_of_root)
{
	struct exchange *x = make_shared(sizeof(*x));
	pid_t child;

	if (getuid())
		SKIP(return, "not root");
	ASSERT_TRUE(add_keys(x));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		if (!become(NOBODY))
			_exit(1);
		use_keys(self->fd, x);
		_exit(0);
	}
	ASSERT_EQ(0, child_status(child));
	EXPECT_EQ(S(KEY_PERMISSION), x->status[0]);
	EXPECT_EQ(S(KEY_PERMISSION), x->status[1]);
	EXPECT_EQ(S(OK), x->status[2]);
}

/* ---- a key that is being made ---- */

/* What the kernel calls for a key that is not there: here it says which, and waits. */
#define MAKER		"/sbin/request-key"
#define ASKED		"/tmp/sspseal-key"

static bool maker_install(void)
{
	static const char script[] = "#!/bin/sh\n"
				     "echo $2 > " ASKED ".new\n"
				     "mv " ASKED ".new " ASKED "\n"
				     "while [ -e " MAKER " ]; do sleep 0.1; done\n";
	int fd = open(MAKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	bool ok = fd >= 0 && write(fd, script, strlen(script)) > 0;

	close(fd);
	return ok;
}

static __s32 asked_for(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	__s32 serial = 0;
	unsigned int i;
	FILE *file;

	for (i = 0; i < 1000 * slowness() && !serial; i++) {
		file = fopen(ASKED, "re");
		if (file && fscanf(file, "%d", &serial) != 1)
			serial = 0;
		if (file)
			fclose(file);
		nanosleep(&pause, NULL);
	}
	return serial;
}

/* Signals until it ends: one may come before its call. */
static int interrupt(pid_t child)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int status;

	do {
		nanosleep(&pause, NULL);
		kill(child, SIGUSR1);
	} while (!waitpid(child, &status, WNOHANG));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Who waits for it can be interrupted; and it need not come at all. */
TEST_F(keyring, key_that_is_being_made)
{
	pid_t asks, creates;
	__s32 serial;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_TRUE(maker_install());
	/* The child's too, from its beginning. */
	ASSERT_TRUE(signal_catch(SIGUSR1));
	asks = fork();
	if (!asks)
		_exit(syscall(SYS_request_key, "user", DESCRIPTION ".asked", "",
			      KEY_SPEC_PROCESS_KEYRING) >= 0 ||
		      errno != ENOKEY);
	serial = asked_for();
	EXPECT_LT(0, serial);
	creates = fork();
	if (!creates)
		_exit(create_refused(self->fd, serial));
	EXPECT_EQ(S(INTERRUPTED), interrupt(creates));
	EXPECT_EQ(1, fdinfo_number(self->fd, "sspseal-handles"));
	EXPECT_EQ(0, unlink(MAKER));
	EXPECT_EQ(0, child_status(asks));
	EXPECT_EQ(S(KEY_SERIAL), create_refused(self->fd, serial));
	unlink(ASKED);
}

/* ---- the later life of a key ---- */

FIXTURE(later)
{
	int fd;
	__s32 serial;
	__u32 handle;
	__u32 acceptor;
};

FIXTURE_VARIANT(later)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(later, logon) { .type = "logon" };
FIXTURE_VARIANT_ADD(later, user) { .type = "user" };

FIXTURE_SETUP(later)
{
	self->serial = add_session_key(variant->type, DESCRIPTION);
	ASSERT_LT(0, self->serial);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_from(self->fd, self->serial);
	ASSERT_NE(0, self->handle);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(later)
{
	close(self->fd);
}

static __u64 expiry(int fd, __u32 handle)
{
	struct sspseal_query q;

	return query(fd, handle, &q) ? POISON32 : q.expiry;
}

TEST_F(later, revoked)
{
	ASSERT_EQ(0, keyctl(KEYCTL_REVOKE, self->serial, 0, 0));
	EXPECT_EQ(S(KEY_REVOKED), create_refused(self->fd, self->serial));
	/* What was made before is not concerned. */
	EXPECT_EQ(0, carry(self->fd, self->handle, self->acceptor));
	EXPECT_EQ(0, carry(self->fd, self->acceptor, self->handle));
	EXPECT_EQ(0, expiry(self->fd, self->handle));
}

TEST_F(later, gone)
{
	int status;

	ASSERT_EQ(0, keyctl(KEYCTL_UNLINK, self->serial,
			    KEY_SPEC_PROCESS_KEYRING, 0));
	/* Until the last user of the key is gone, nobody may search for it. */
	status = create_refused(self->fd, self->serial);
	EXPECT_TRUE(status == S(KEY_SERIAL) || status == S(KEY_PERMISSION))
		TH_LOG("status %d", status);
	EXPECT_EQ(0, carry(self->fd, self->handle, self->acceptor));
}

TEST_F(later, updated)
{
	__u32 handle;

	ASSERT_EQ(0, keyctl(KEYCTL_UPDATE, self->serial, (long)(test_key + 1),
			    TEST_KEY_SIZE));
	handle = create_from(self->fd, self->serial);
	ASSERT_NE(0, handle);
	EXPECT_EQ(S(ALTERED), carry(self->fd, handle, self->acceptor));
	EXPECT_EQ(0, carry(self->fd, self->handle, self->acceptor));
}

TEST_F(later, expired)
{
	ASSERT_EQ(0, keyctl(KEYCTL_SET_TIMEOUT, self->serial, 1, 0));
	sleep_until(time(NULL) + 2);
	EXPECT_EQ(S(KEY_EXPIRED), create_refused(self->fd, self->serial));
	/* Its timeout came after the context. */
	EXPECT_EQ(0, carry(self->fd, self->handle, self->acceptor));
}

/* A key that ends takes the context with it: whichever ends first. */
TEST_F(later, timeout_caps_expiry)
{
	struct sspseal_create c = serial_args(SSPSEAL_ROLE_INITIATOR,
					      self->serial);
	__u64 before = time(NULL), after, end;

	ASSERT_EQ(0, keyctl(KEYCTL_SET_TIMEOUT, self->serial, 1000, 0));
	after = time(NULL);
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	end = expiry(self->fd, c.handle);
	EXPECT_LE(before + 1000, end);
	EXPECT_GE(after + 1000, end);
	c.expiry = end + 1;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(end, expiry(self->fd, c.handle));
	c.expiry = UINT64_MAX;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(end, expiry(self->fd, c.handle));
	c.expiry = end - 1;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(end - 1, expiry(self->fd, c.handle));
	/* Taken back: then there is no end. */
	ASSERT_EQ(0, keyctl(KEYCTL_SET_TIMEOUT, self->serial, 0, 0));
	c.expiry = 0;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, expiry(self->fd, c.handle));
	EXPECT_EQ(0, expiry(self->fd, self->handle));
}

TEST_F(later, context_ends_with_the_timeout)
{
	__u32 handle;
	__u64 end;

	ASSERT_EQ(0, keyctl(KEYCTL_SET_TIMEOUT, self->serial,
			    4 + slowness(), 0));
	handle = create_from(self->fd, self->serial);
	ASSERT_NE(0, handle);
	EXPECT_EQ(0, carry(self->fd, handle, self->acceptor));
	end = expiry(self->fd, handle);
	/* A longer life of the key does not lengthen the context's. */
	ASSERT_EQ(0, keyctl(KEYCTL_SET_TIMEOUT, self->serial, 1000, 0));
	EXPECT_EQ(end, expiry(self->fd, handle));
	sleep_until(end);
	EXPECT_EQ(S(EXPIRED), carry(self->fd, handle, self->acceptor));
	EXPECT_NE(0, create_from(self->fd, self->serial));
}

TEST_HARNESS_MAIN

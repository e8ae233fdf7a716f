// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends of life: of handles, files, processes, contexts and the module, most of
 * them in the middle of something.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define THREADS		8
#define CB		40
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define ALL_RIGHTS	63U
#define EXPORTED	SSPSEAL_EXPORTED_HANDLE

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

FIXTURE(lifecycle)
{
	/* Of the module, before the test had any. */
	long references;
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_SETUP(lifecycle)
{
	self->references = references();
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	ASSERT_NE(0, self->initiator);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(lifecycle)
{
	close(self->fd);
}

static int seal(int fd, __u32 handle)
{
	struct letter l = { };

	return simple_call(fd, SSPSEAL_SEAL, handle, l.token, l.data, CB);
}

/* A message from one end to the other, perhaps in another file. */
static int carry(int fd, __u32 from, int to_fd, __u32 to)
{
	struct letter l = { };
	int status = simple_call(fd, SSPSEAL_SEAL, from, l.token, l.data, CB);

	if (!status)
		status = simple_call(to_fd, SSPSEAL_UNSEAL, to, l.token,
				     l.data, CB);
	return status;
}

static void sealers_make(struct sealer *s, int fd, __u32 handle,
			 const bool *ended)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		s[i] = (struct sealer) {
			.fd = fd, .handle = handle, .ended = ended,
		};
}

/* Did all of them work, and stop in time for this reason? */
static bool sealers_ended(const struct sealer *s, int status)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		if (!s[i].done || s[i].late || s[i].status != status)
			return false;
	return true;
}

/* ---- while threads are at work ---- */

#define ROUNDS	40

TEST_F(lifecycle, closed_during_use)
{
	struct sealer s[THREADS];
	struct team team;
	unsigned int round;
	bool ended;
	__u32 h;
	int fd;

	for (round = 0; round < rounds(ROUNDS); round++) {
		ended = false;
		fd = device_open();
		ASSERT_LE(0, fd);
		h = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
		ASSERT_NE(0, h);
		sealers_make(s, fd, h, &ended);
		ASSERT_TRUE(team_start(&team, s, sizeof(*s), THREADS, seal_on));
		EXPECT_TRUE(sealers_at_work(s, THREADS));
		EXPECT_EQ(0, close(fd));
		__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
		team_join(&team);
		EXPECT_TRUE(sealers_ended(s, -EBADF));
		EXPECT_EQ(self->references + 1, references());
	}
}

TEST_F(lifecycle, destroyed_during_use)
{
	struct sealer s[THREADS];
	struct team team;
	unsigned int round;
	bool ended;
	__u32 h;

	for (round = 0; round < rounds(ROUNDS); round++) {
		ended = false;
		h = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
		ASSERT_NE(0, h);
		sealers_make(s, self->fd, h, &ended);
		ASSERT_TRUE(team_start(&team, s, sizeof(*s), THREADS, seal_on));
		EXPECT_TRUE(sealers_at_work(s, THREADS));
		EXPECT_EQ(0, destroy(self->fd, h));
		__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
		team_join(&team);
		EXPECT_TRUE(sealers_ended(s, S(ALREADY_DESTROYED)));
		EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	}
}

/* ---- one call that has begun and waits for its DATA ---- */

FIXTURE(begun)
{
	int fd;
	__u32 handle;
	int peer_fd;
	__u32 peer;
	/* A page for DATA that is not there, and who is told. */
	__u8 *page;
	int missing;
	struct waiting_message w;
};

FIXTURE_SETUP(begun)
{
	self->page = page_new();
	ASSERT_NE(NULL, self->page);
	self->missing = pages_missing(self->page, PAGE);
	if (self->missing < 0)
		SKIP(return, "no userfaultfd");
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      SERVICES);
	ASSERT_NE(0, self->handle);
	self->peer_fd = device_open();
	ASSERT_LE(0, self->peer_fd);
	self->peer = create_context(self->peer_fd, SSPSEAL_ROLE_ACCEPTOR,
				    SERVICES);
	ASSERT_NE(0, self->peer);
}

FIXTURE_TEARDOWN(begun)
{
	close(self->fd);
	close(self->peer_fd);
	EXPECT_TRUE(no_context_is_left());
}

static const __u8 zeroes[PAGE];

#define BEGINS(fd, handle)						\
	ASSERT_TRUE(message_begin(&self->w, fd, SSPSEAL_SEAL, handle,	\
				  self->page, CB, self->missing))

#define ENDS(status)							\
	EXPECT_EQ(status, message_end(&self->w, self->missing, zeroes))

/* It finishes, and the message is whole. */
#define FINISHES() do {							\
	ENDS(0);							\
	EXPECT_EQ(0, token_counter(self->w.token));			\
	EXPECT_EQ(0, simple_call(self->peer_fd, SSPSEAL_UNSEAL,		\
				 self->peer, self->w.token, self->page,	\
				 CB));					\
	EXPECT_TRUE(all_bytes(self->page, 0, CB));			\
} while (0)

TEST_F(begun, handle_is_destroyed)
{
	BEGINS(self->fd, self->handle);
	EXPECT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_EQ(S(ALREADY_DESTROYED), seal(self->fd, self->handle));
	FINISHES();
}

TEST_F(begun, file_is_closed)
{
	BEGINS(self->fd, self->handle);
	EXPECT_EQ(0, close(self->fd));
	FINISHES();
}

TEST_F(begun, handle_is_revoked)
{
	struct sspseal_export e = export_args(self->handle, ALL_RIGHTS);

	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	BEGINS(e.fd, EXPORTED);
	EXPECT_EQ(0, destroy(self->fd, e.revoker));
	EXPECT_EQ(S(REVOKED), seal(e.fd, EXPORTED));
	FINISHES();
	close(e.fd);
}

TEST_F(begun, handle_expires)
{
	struct sspseal_export e = export_args(self->handle, ALL_RIGHTS);

	e.expiry = soon();
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	BEGINS(e.fd, EXPORTED);
	sleep_until(e.expiry);
	EXPECT_EQ(S(HANDLE_EXPIRED), seal(e.fd, EXPORTED));
	FINISHES();
	close(e.fd);
}

/* The end of the context is another thing: no number is taken after it. */
TEST_F(begun, context_expires)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);

	c.expiry = soon();
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	BEGINS(self->fd, c.handle);
	sleep_until(c.expiry);
	/* The first look at the clock ends it. */
	EXPECT_EQ(S(EXPIRED), seal(self->fd, c.handle));
	ENDS(S(EXPIRED));
	EXPECT_EQ(0, sent(self->fd, c.handle));
	EXPECT_TRUE(all_bytes(self->w.token, 0, TOKEN_SIZE));
	EXPECT_TRUE(all_bytes(self->page, 0, CB));
}

/* ---- one that opens a message, and waits for it ---- */

FIXTURE(arriving)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	/* The acceptor's. */
	time_t expiry;
	__u8 *page;
	int missing;
	/* DATA, as it comes. */
	__u8 sealed[PAGE];
	struct waiting_message w;
};

FIXTURE_VARIANT(arriving)
{
	unsigned long cmd;
};

FIXTURE_VARIANT_ADD(arriving, unseal)
{
	.cmd = SSPSEAL_UNSEAL,
};

FIXTURE_VARIANT_ADD(arriving, verify)
{
	.cmd = SSPSEAL_VERIFY,
};

FIXTURE_SETUP(arriving)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_ACCEPTOR, SERVICES);

	self->page = page_new();
	ASSERT_NE(NULL, self->page);
	self->missing = pages_missing(self->page, PAGE);
	if (self->missing < 0)
		SKIP(return, "no userfaultfd");
	self->fd = device_open();
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	self->expiry = soon();
	c.expiry = self->expiry;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	self->acceptor = c.handle;
	ASSERT_EQ(0, simple_call(self->fd, variant->cmd - 1, self->initiator,
				 self->w.token, self->sealed, CB));
	ASSERT_TRUE(message_begin(&self->w, self->fd, variant->cmd,
				  self->acceptor, self->page, CB,
				  self->missing));
}

FIXTURE_TEARDOWN(arriving)
{
	close(self->fd);
	EXPECT_TRUE(no_context_is_left());
}

/* Nothing was accepted, and nothing opened. */
#define COMES_TOO_LATE() do {						\
	EXPECT_EQ(S(EXPIRED), message_end(&self->w, self->missing,	\
					  self->sealed));		\
	EXPECT_EQ(0, received(self->fd, self->acceptor));		\
	EXPECT_EQ(0, memcmp(self->page, self->sealed, PAGE));		\
} while (0)

TEST_F(arriving, context_expires)
{
	sleep_until(self->expiry);
	COMES_TOO_LATE();
}

/* ---- processes ---- */

TEST_F(lifecycle, child_shares_handles)
{
	struct letter *l = make_shared(sizeof(*l));
	__u32 *made = make_shared(sizeof(*made));
	pid_t child;

	EXPECT_EQ(0, seal(self->fd, self->initiator));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		*made = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				       SERVICES);
		_exit(!*made || destroy(self->fd, self->acceptor) ||
		      simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				  l->token, l->data, CB));
	}
	EXPECT_EQ(0, child_status(child));
	/* What it did is done here too, and its end undid nothing. */
	EXPECT_EQ(1, token_counter(l->token));
	EXPECT_EQ(2, sent(self->fd, self->initiator));
	EXPECT_EQ(S(ALREADY_DESTROYED), seal(self->fd, self->acceptor));
	EXPECT_EQ(0, seal(self->fd, *made));
	EXPECT_EQ(0, seal(self->fd, self->initiator));
}

TEST_F(lifecycle, end_of_a_child_destroys_nothing)
{
	/* By exit with its files open, and by a signal. */
	static const int way[] = { 0, 7, SIGTERM, SIGKILL };
	unsigned int i;
	pid_t child;

	for (i = 0; i < ARRAY_SIZE(way); i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child) {
			if (seal(self->fd, self->initiator))
				_exit(1);
			if (way[i] >= SIGKILL)
				kill(getpid(), way[i]);
			_exit(way[i]);
		}
		EXPECT_EQ(way[i] >= SIGKILL ? -way[i] : way[i],
			  child_status(child));
		EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
		EXPECT_EQ(0, carry(self->fd, self->initiator, self->fd,
				   self->acceptor));
	}
}

/* A child with a context, an exported file and its parent's word to exec. */
static int make_and_exec(int ready, int go)
{
	int fd = device_open();
	__u32 handle = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	char byte;

	if (!handle || export_handle(fd, handle, ALL_RIGHTS) < 0 ||
	    write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		return 1;
	/* A program that lives until its standard input ends. */
	dup2(go, 0);
	execl("/bin/sh", "sh", "-c", "read -r line; exit 42", NULL);
	return 2;
}

/* The process lives on as another program, but its contexts do not. */
TEST_F(lifecycle, exec_ends_contexts)
{
	int ready[2], go[2];
	pid_t child;
	char byte;

	if (self->references < 0)
		SKIP(return, "not a module");
	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(self->fd);
		close(go[1]);
		_exit(make_and_exec(ready[1], go[0]));
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_EQ(self->references + 3, references());
	ASSERT_EQ(1, write(go[1], "", 1));
	EXPECT_TRUE(references_become(self->references + 1));
	EXPECT_EQ(0, waitpid(child, NULL, WNOHANG));
	close(go[1]);
	EXPECT_EQ(42, child_status(child));
	EXPECT_EQ(0, seal(self->fd, self->initiator));
}

#define KILLED	200
#define LARGE	300000

static void seal_large(int fd, __u32 handle, __u8 *data)
{
	__u8 token[TOKEN_SIZE];
	int own = device_open();
	__u32 h = create_context(own, SSPSEAL_ROLE_INITIATOR, SERVICES);
	int exported = export_handle(own, h, ALL_RIGHTS);

	for (;;) {
		simple_call(fd, SSPSEAL_SEAL, handle, token, data, LARGE);
		simple_call(exported, SSPSEAL_SEAL, EXPORTED, token, data,
			    LARGE);
	}
}

TEST_F_TIMEOUT(lifecycle, killed_in_the_middle, 120)
{
	struct timespec pause = { };
	__u8 *data = malloc(LARGE);
	unsigned int round;
	pid_t child;

	ASSERT_TRUE(data);
	for (round = 0; round < rounds(KILLED); round++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			seal_large(self->fd, self->initiator, data);
		pause.tv_nsec = pick(20000000 * slowness());
		nanosleep(&pause, NULL);
		kill(child, SIGKILL);
		EXPECT_EQ(-SIGKILL, child_status(child));
	}
	/* They were at work, and left nothing behind. */
	EXPECT_LT(0, sent(self->fd, self->initiator));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	if (self->references >= 0)
		EXPECT_TRUE(references_become(self->references + 1));
	EXPECT_EQ(0, carry(self->fd, self->initiator, self->fd,
			   self->acceptor));
}

/* ---- descriptors on their way ---- */

/* The sender made it all, and is gone when it arrives. */
TEST_F(lifecycle, sender_is_gone)
{
	int pair[2], file, exported;
	pid_t child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(self->fd);
		file = device_open();
		if (create_context(file, SSPSEAL_ROLE_INITIATOR, SERVICES) !=
		    EXPORTED)
			_exit(1);
		exported = export_handle(file, EXPORTED, ALL_RIGHTS);
		_exit(!send_fd(pair[1], file) || close(file) ||
		      !send_fd(pair[1], exported) || close(exported));
	}
	EXPECT_EQ(0, child_status(child));
	file = receive_fd(pair[0]);
	exported = receive_fd(pair[0]);
	ASSERT_LE(0, file);
	ASSERT_LE(0, exported);
	EXPECT_EQ(0, carry(file, EXPORTED, self->fd, self->acceptor));
	EXPECT_EQ(0, carry(exported, EXPORTED, self->fd, self->acceptor));
	/* One context, and the file is the device's. */
	EXPECT_EQ(2, sent(file, EXPORTED));
	EXPECT_NE(0, create_context(file, SSPSEAL_ROLE_INITIATOR, SERVICES));
	close(file);
	EXPECT_EQ(0, carry(exported, EXPORTED, self->fd, self->acceptor));
}

TEST_F(lifecycle, never_received)
{
	int pair[2], exported;

	if (self->references < 0)
		SKIP(return, "not a module");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	exported = export_handle(self->fd, self->initiator, ALL_RIGHTS);
	ASSERT_LE(0, exported);
	EXPECT_TRUE(send_fd(pair[0], exported));
	close(exported);
	EXPECT_EQ(self->references + 2, references());
	close(pair[0]);
	close(pair[1]);
	EXPECT_TRUE(references_become(self->references + 1));
}

/* ---- the module ---- */

static bool unload_refused(void)
{
	return syscall(SYS_delete_module, "sspseal", O_NONBLOCK) == -1 &&
	       errno == EWOULDBLOCK;
}

TEST_F(lifecycle, module_stays_while_a_file_is_open)
{
	int exported, pair[2], empty;

	if (self->references < 0)
		SKIP(return, "not a module");
	EXPECT_EQ(self->references + 1, references());
	EXPECT_TRUE(unload_refused());
	EXPECT_EQ(0, seal(self->fd, self->initiator));
	/* An exported file alone, then one that is on its way. */
	exported = export_handle(self->fd, self->initiator, ALL_RIGHTS);
	ASSERT_LE(0, exported);
	EXPECT_EQ(self->references + 2, references());
	close(self->fd);
	EXPECT_EQ(self->references + 1, references());
	EXPECT_TRUE(unload_refused());
	EXPECT_EQ(0, seal(exported, EXPORTED));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	EXPECT_TRUE(send_fd(pair[0], exported));
	close(exported);
	EXPECT_TRUE(unload_refused());
	exported = receive_fd(pair[1]);
	EXPECT_EQ(0, seal(exported, EXPORTED));
	/* One without any context, too. */
	empty = device_open();
	ASSERT_LE(0, empty);
	close(exported);
	EXPECT_TRUE(unload_refused());
	EXPECT_NE(0, create_context(empty, SSPSEAL_ROLE_INITIATOR, SERVICES));
	close(empty);
	EXPECT_EQ(self->references, references());
}

TEST_F_TIMEOUT(lifecycle, module_stays_during_use, 120)
{
	struct sealer s[THREADS];
	struct team team;
	bool ended = false;
	unsigned int i;
	int fd;

	if (self->references < 0)
		SKIP(return, "not a module");
	sealers_make(s, self->fd, self->initiator, &ended);
	ASSERT_TRUE(team_start(&team, s, sizeof(*s), THREADS, seal_on));
	EXPECT_TRUE(sealers_at_work(s, THREADS));
	for (i = 0; i < rounds(500); i++) {
		EXPECT_TRUE(unload_refused());
		fd = device_open();
		EXPECT_LE(0, fd);
		EXPECT_NE(0, create_context(fd, SSPSEAL_ROLE_INITIATOR,
					    SERVICES));
		EXPECT_TRUE(unload_refused());
		close(fd);
	}
	EXPECT_TRUE(sealers_at_work(s, THREADS));
	EXPECT_EQ(0, destroy(self->fd, self->initiator));
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	team_join(&team);
	EXPECT_TRUE(sealers_ended(s, S(ALREADY_DESTROYED)));
	EXPECT_EQ(self->references + 1, references());
}

/* Who opens the device whenever it is there, and uses it. */
struct visitor {
	bool *ended;
	__u64 seed;
	unsigned int visits;
	unsigned int broken;
};

static void visit(void *job)
{
	struct visitor *v = job;
	struct timespec pause = { };
	__u32 handle;
	int fd;

	pick_seed(v->seed);
	while (!__atomic_load_n(v->ended, __ATOMIC_ACQUIRE)) {
		pause.tv_nsec = pick(2000000);
		nanosleep(&pause, NULL);
		fd = device_open();
		if (fd < 0) {
			v->broken += errno != ENOENT && errno != ENODEV &&
				     errno != ENXIO;
			continue;
		}
		handle = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
		v->broken += !handle || seal(fd, handle);
		v->visits++;
		close(fd);
	}
}

#define VISITORS	3
#define COMINGS		20

TEST_F_TIMEOUT(lifecycle, module_comes_and_goes, 120)
{
	struct visitor v[VISITORS] = { };
	unsigned int i, gone = 0, stayed = 0, visits = 0;
	struct team team;
	bool ended = false;

	if (!module_is_ours())
		SKIP(return, OWN_MACHINE);
	close(self->fd);
	for (i = 0; i < VISITORS; i++)
		v[i] = (struct visitor) {
			.ended = &ended, .seed = 0x9e3779b97f4a7c15 * (i + 1),
		};
	ASSERT_TRUE(team_start(&team, v, sizeof(*v), VISITORS, visit));
	while (gone < COMINGS || stayed < COMINGS) {
		if (syscall(SYS_delete_module, "sspseal", O_NONBLOCK)) {
			stayed += errno == EWOULDBLOCK;
			continue;
		}
		gone++;
		ASSERT_TRUE(module_restore());
	}
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	team_join(&team);
	for (i = 0; i < VISITORS; i++) {
		EXPECT_EQ(0, v[i].broken);
		visits += v[i].visits;
	}
	EXPECT_LT(0, visits);
	EXPECT_TRUE(references_become(0));
	EXPECT_TRUE(no_context_is_left());
}

/* ---- a machine that is about to be copied ---- */

/*
 * To open this is what a program does that writes an image of the memory: the
 * kernel prepares for hibernation, and nothing more happens until it asks.
 */
#define IMAGE	"/dev/snapshot"

FIXTURE(hibernation)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_SETUP(hibernation)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	if (access(IMAGE, F_OK))
		SKIP(return, "a kernel without hibernation");
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SERVICES);
	ASSERT_NE(0, self->initiator);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(hibernation)
{
	close(self->fd);
}

/* For good: no message, and QUERY says why. */
static bool expired(int fd, __u32 handle)
{
	static const unsigned long cmd[] = {
		SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN, SSPSEAL_VERIFY,
	};
	struct letter l = { };
	struct sspseal_query q;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmd); i++)
		if (simple_refused(fd, cmd[i], handle, l.token, l.data, CB) !=
		    S(EXPIRED))
			return false;
	return !query(fd, handle, &q) && q.expired == 1;
}

TEST_F(hibernation, ends_every_context)
{
	int image, other = device_open(), exported;
	struct sspseal_query q;
	__u32 a, b;
	int i;

	ASSERT_LE(0, other);
	for (i = 0; i < 10; i++)
		ASSERT_NE(0, create_context(other, SSPSEAL_ROLE_INITIATOR,
					    SERVICES));
	exported = export_handle(self->fd, self->initiator, ALL_RIGHTS);
	ASSERT_LE(0, exported);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, carry(self->fd, self->initiator, self->fd,
				   self->acceptor));

	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, image)
		TH_LOG("errno %d", errno);
	EXPECT_TRUE(expired(self->fd, self->initiator));
	EXPECT_TRUE(expired(self->fd, self->acceptor));
	EXPECT_TRUE(expired(exported, EXPORTED));
	for (i = 1; i <= 10; i++)
		EXPECT_TRUE(expired(other, i));
	/* Counters say what has been. */
	ASSERT_EQ(0, query(self->fd, self->initiator, &q));
	EXPECT_EQ(3, q.sent);
	EXPECT_EQ(0, q.expiry);
	EXPECT_EQ(1, q.ready);
	EXPECT_EQ(3, received(self->fd, self->acceptor));

	/* What is made now may be in the image: it is of no use. */
	a = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	EXPECT_TRUE(expired(self->fd, a));
	ASSERT_EQ(0, close(image));
	EXPECT_TRUE(expired(self->fd, a));
	EXPECT_TRUE(expired(self->fd, self->initiator));
	EXPECT_EQ(0, destroy(self->fd, a));

	/* What is made afterwards lasts until the next. */
	a = create_context(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	b = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	EXPECT_EQ(0, carry(self->fd, a, self->fd, b));
	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, image);
	EXPECT_TRUE(expired(self->fd, a));
	EXPECT_TRUE(expired(self->fd, b));
	close(image);
	EXPECT_EQ(0, destroy(self->fd, a));
}

TEST_F(hibernation, ends_what_is_not_bound)
{
	struct sspseal_native native = { };
	struct sspseal_bind b;
	__u32 handle;
	int image;

	handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR, SERVICES,
			       SSPSEAL_CREATE_UNBOUND, &native);
	ASSERT_NE(0, handle);
	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, image);
	close(image);
	b = bind_args(handle, SERVICES, test_key);
	EXPECT_EQ(S(EXPIRED), command_refused(self->fd, SSPSEAL_BIND, &b,
					      handle));
}

TEST_F(hibernation, during_use)
{
	struct sealer s[THREADS];
	__u64 done = 0;
	struct team team;
	bool ended = false;
	unsigned int i;
	int image;

	sealers_make(s, self->fd, self->initiator, &ended);
	ASSERT_TRUE(team_start(&team, s, sizeof(*s), THREADS, seal_on));
	EXPECT_TRUE(sealers_at_work(s, THREADS));
	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	team_join(&team);
	ASSERT_LE(0, image);
	EXPECT_TRUE(sealers_ended(s, S(EXPIRED)));
	for (i = 0; i < THREADS; i++)
		done += s[i].done;
	/* No number was taken without a message, and none after the end. */
	EXPECT_EQ(done, sent(self->fd, self->initiator));
	close(image);
}

TEST_F(begun, machine_is_copied)
{
	int image;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	if (access(IMAGE, F_OK))
		SKIP(return, "a kernel without hibernation");
	BEGINS(self->fd, self->handle);
	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	EXPECT_LE(0, image);
	ENDS(S(EXPIRED));
	EXPECT_EQ(0, sent(self->fd, self->handle));
	EXPECT_TRUE(all_bytes(self->w.token, 0, TOKEN_SIZE));
	close(image);
}

TEST_F(arriving, machine_is_copied)
{
	int image;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	if (access(IMAGE, F_OK))
		SKIP(return, "a kernel without hibernation");
	image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	EXPECT_LE(0, image);
	COMES_TOO_LATE();
	close(image);
}

/* ---- processes of threads ---- */

#define PROCESSES	4
#define EACH		100

static int seal_from_threads(int fd, __u32 handle, __u64 *numbers)
{
	struct sealer s[THREADS];
	unsigned int i;

	sealers_make(s, fd, handle, NULL);
	for (i = 0; i < THREADS; i++) {
		s[i].most = EACH;
		s[i].numbers = numbers + i * EACH;
	}
	if (!team_run(s, sizeof(*s), THREADS, seal_on))
		return 1;
	for (i = 0; i < THREADS; i++)
		if (s[i].status)
			return 2;
	return 0;
}

TEST_F(lifecycle, threads_of_four_processes)
{
	const unsigned int nr = PROCESSES * THREADS * EACH;
	__u64 *numbers = make_shared(nr * sizeof(*numbers));
	pid_t child[PROCESSES];
	unsigned int i;

	for (i = 0; i < PROCESSES; i++) {
		child[i] = fork();
		ASSERT_LE(0, child[i]);
		if (!child[i])
			_exit(seal_from_threads(self->fd, self->initiator,
						numbers + i * THREADS * EACH));
	}
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_status(child[i]));
	EXPECT_TRUE(each_once(numbers, nr));
	EXPECT_EQ(nr, sent(self->fd, self->initiator));
}

TEST_HARNESS_MAIN

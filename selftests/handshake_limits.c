// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handshakes that nobody finishes: how many there may be, and for how long; and
 * what happens to one in the middle of a call. With the library compiled in, smaller
 * limits, and its ioctl() going through here: see the Makefile.
 */
#include <errno.h>
#include <ntsecpkg.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "handshake_limits.h"
#include "kselftest_harness.h"
#include "sspi_ends.h"
#include "sspseal_test.h"

/* ---- what becomes of commands on their way to the kernel ---- */

/* Finds no handle any more. 0 for none. */
static unsigned long gone;
/* Waits: writes a byte to one pipe, and reads one of the other. 0 for none. */
static unsigned long held;
static int arrived[2], may_go[2];
/* Called in the middle of each CREATE. NULL for nothing. */
static void (*meanwhile)(void);

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	__u32 *status = argument;
	char byte = 0;

	if (request == gone) {
		status[1] = SSPSEAL_STATUS_ALREADY_DESTROYED;
		errno = ENOENT;
		return -1;
	}
	if (request == held && (write(arrived[1], &byte, 1) != 1 ||
				read(may_go[0], &byte, 1) != 1))
		_exit(99);
	if (request == SSPSEAL_CREATE && meanwhile)
		meanwhile();
	return __real_ioctl(fd, request, argument);
}

/* ---- the ends ---- */

FIXTURE(limits)
{
	struct end a;
	struct end b;
	struct end initiator[HALF_OPEN_MAX];
	struct end acceptor[HALF_OPEN_MAX];
	struct letter one;
	struct letter two;
	struct letter three;
	struct letter rest;
};

FIXTURE_SETUP(limits)
{
	unsigned int i;

	ASSERT_LE(0, sspseal_device());
	ASSERT_TRUE(own_session());
	ASSERT_TRUE(logon_key(LOGON_KEY, test_key, TEST_KEY_SIZE));
	ASSERT_EQ(SEC_E_OK, end_open(&self->a, true));
	ASSERT_EQ(SEC_E_OK, end_open(&self->b, false));
	for (i = 0; i < HALF_OPEN_MAX; i++) {
		ASSERT_EQ(SEC_E_OK, end_open(&self->initiator[i], true));
		ASSERT_EQ(SEC_E_OK, end_open(&self->acceptor[i], false));
	}
}

FIXTURE_TEARDOWN(limits)
{
	unsigned int i;

	end_close(&self->a);
	end_close(&self->b);
	for (i = 0; i < HALF_OPEN_MAX; i++) {
		end_close(&self->initiator[i]);
		end_close(&self->acceptor[i]);
	}
}

/* Until all that wait now have waited too long. */
static void wait_out(void)
{
	struct timespec t = { .tv_sec = HALF_OPEN_SECONDS + 1 };

	while (nanosleep(&t, &t))
		;
}

#define INITIATE(nr) do {						\
	unsigned int _i;						\
									\
	for (_i = 0; _i < (nr); _i++)					\
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,			\
			  step(&self->initiator[_i], NULL, &self->rest)); \
} while (0)

/* Each gets the token 1 of the end a. */
#define ACCEPT(nr) do {							\
	unsigned int _i;						\
									\
	for (_i = 0; _i < (nr); _i++)					\
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,			\
			  step(&self->acceptor[_i], &self->one,		\
			       &self->rest));				\
} while (0)

/* As far as token 3, which b gets later, or never. */
#define UP_TO_THREE() do {						\
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,				\
		  step(&self->a, NULL, &self->one));			\
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,				\
		  step(&self->b, &self->one, &self->two));		\
	ASSERT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));	\
} while (0)

/* ---- their number ---- */

TEST_F(limits, initiators)
{
	LSA_SEC_HANDLE handle;

	INITIATE(HALF_OPEN_MAX);
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->a, NULL, &self->one));
	/* One that is given up makes room for one, at each layer. */
	end_reset(&self->initiator[0]);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->initiator[0], NULL, &self->rest));
	handle = sspseal_from_context(&self->initiator[1].context);
	EXPECT_EQ(STATUS_SUCCESS, SpDeleteUserModeContext(handle));
	self->initiator[1].begun = false;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->initiator[0], NULL, &self->rest));
	/* Acceptors have places of their own. */
	ACCEPT(HALF_OPEN_MAX);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	/* Those that are finished do not count, nor those that failed. */
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->initiator[1], NULL, &self->rest));
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->initiator[1], &self->three, &self->rest));
	end_reset(&self->a);
	end_reset(&self->initiator[1]);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->initiator[1], NULL, &self->rest));
}

/* Token 1s of whoever: all are answered, and who answers in time gets through. */
TEST_F(limits, acceptors)
{
	unsigned int i;

	UP_TO_THREE();
	ACCEPT(HALF_OPEN_MAX - 1);
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
	end_reset(&self->a);
	end_reset(&self->b);
	for (i = 0; i < HALF_OPEN_MAX; i++)
		end_reset(&self->acceptor[i]);
	/* One too many is the end of the one that waits longest, and of no other. */
	INITIATE(HALF_OPEN_MAX - 1);
	UP_TO_THREE();
	ACCEPT(HALF_OPEN_MAX);
	EXPECT_EQ(-1, end_ready(&self->b));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&self->b.context));
	self->b.begun = false;
	EXPECT_EQ(1, end_ready(&self->a));
	for (i = 0; i < HALF_OPEN_MAX; i++)
		EXPECT_EQ(0, end_ready(&self->acceptor[i]));
	for (i = 0; i < HALF_OPEN_MAX - 1; i++)
		EXPECT_EQ(0, end_ready(&self->initiator[i]));
}

/* Acceptors that begin, each in the middle of the call of the one before. */
static struct end *next_acceptor, *last_acceptor;
static const struct letter *first_token;
static SECURITY_STATUS in_the_middle;

static void accept_next(void)
{
	struct letter answer;

	if (next_acceptor < last_acceptor)
		in_the_middle |= step(next_acceptor++, first_token, &answer);
}

/* If all of them are in the hands of calls, there is none to give way. */
TEST_F(limits, all_in_hand)
{
	unsigned int i;

	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	first_token = &self->one;
	next_acceptor = self->acceptor;
	last_acceptor = self->acceptor + HALF_OPEN_MAX;
	in_the_middle = SEC_I_CONTINUE_NEEDED;
	meanwhile = accept_next;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	meanwhile = NULL;
	EXPECT_EQ(last_acceptor, next_acceptor);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, in_the_middle);
	/* The first to wait gave way to the second. */
	EXPECT_EQ(-1, end_ready(&self->acceptor[HALF_OPEN_MAX - 1]));
	for (i = 0; i < HALF_OPEN_MAX - 1; i++)
		EXPECT_EQ(0, end_ready(&self->acceptor[i]));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

/* However many: only so many are kept, and they are the last ones. */
TEST_F(limits, flood)
{
	long handles = fdinfo_number(sspseal_device(), "sspseal-handles");
	unsigned int i, slot;

	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	for (i = 0; i < 10 * HALF_OPEN_MAX; i++) {
		slot = i % HALF_OPEN_MAX;
		/* As a caller would that has lost it. */
		self->acceptor[slot].begun = false;
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
			  step(&self->acceptor[slot], &self->one, &self->rest));
	}
	EXPECT_EQ(handles + 1 + HALF_OPEN_MAX,
		  fdinfo_number(sspseal_device(), "sspseal-handles"));
	for (i = 0; i < HALF_OPEN_MAX; i++)
		EXPECT_EQ(0, end_ready(&self->acceptor[i]));
}

/* Refused calls take no place, and nobody's. */
TEST_F(limits, refusals)
{
	unsigned int i;

	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	ACCEPT(HALF_OPEN_MAX);
	end_reset(&self->a);
	self->rest.size = 0;
	for (i = 0; i < 3 * HALF_OPEN_MAX; i++) {
		EXPECT_EQ(SEC_E_INVALID_TOKEN,
			  step(&self->b, &self->rest, &self->two));
		self->a.target = "a\nb";
		EXPECT_EQ(SEC_E_TARGET_UNKNOWN,
			  step(&self->a, NULL, &self->one));
		self->a.target = NULL;
	}
	for (i = 0; i < HALF_OPEN_MAX; i++)
		EXPECT_EQ(0, end_ready(&self->acceptor[i]));
	INITIATE(HALF_OPEN_MAX - 1);
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
}

/* ---- their time ---- */

TEST_F(limits, time)
{
	struct sspseal_query q = { };
	unsigned int i;

	INITIATE(HALF_OPEN_MAX);
	ASSERT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->a, NULL, &self->one));
	wait_out();
	/* Too late for the one that is called; the others make room. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->initiator[0], &self->one, &self->rest));
	for (i = 0; i < HALF_OPEN_MAX; i++) {
		q.handle = sspseal_from_context(&self->initiator[i].context);
		EXPECT_NE(0, sspseal_query(sspseal_device(), &q));
		EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, q.status);
		EXPECT_EQ(SEC_E_OK,
			  DeleteSecurityContext(&self->initiator[i].context));
		self->initiator[i].begun = false;
	}
	/* What is finished stays, as long as it takes. */
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	wait_out();
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->initiator[1], NULL, &self->one));
	EXPECT_EQ(1, end_ready(&self->a));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

/* ---- which calls end those whose time is over ---- */

/* The ends of a handshake that is over. */
static struct end ready[2];

static void delete_none(void)
{
	DeleteSecurityContext(&(CtxtHandle){ 0, 0 });
}

static void delete_none_sp(void)
{
	SpDeleteUserModeContext(0);
}

static void free_none(void)
{
	FreeCredentialsHandle(&(CredHandle){ 0, 0 });
}

static void acquire_none(void)
{
	CredHandle credential;

	AcquireCredentialsHandleA(NULL, SSPSEAL_NAME_A, SECPKG_CRED_BOTH, NULL,
				  NULL, NULL, NULL, &credential, NULL);
}

static void ask(void)
{
	SecPkgContext_Sizes sizes;

	QueryContextAttributesA(&ready[0].context, SECPKG_ATTR_SIZES, &sizes);
}

static void ask_sp(void)
{
	SecPkgContext_Sizes sizes;

	SpQueryContextAttributes(sspseal_from_context(&ready[0].context),
				 SECPKG_ATTR_SIZES, &sizes);
}

static void send_message(void)
{
	carry_signed(&ready[0], &ready[1]);
}

static const struct {
	void (*call)(void);
	int left;	/* what end_ready() says afterwards */
} callers[] = {
	{ delete_none, -1 },
	{ delete_none_sp, -1 },
	{ free_none, -1 },
	{ acquire_none, -1 },
	{ ask, -1 },
	{ ask_sp, -1 },
	{ send_message, 0 },
};

/* A child, each for itself. */
static int end_late(unsigned int i)
{
	struct letter one;
	struct end late;

	sspseal_detach();
	if (end_open(&late, true) != SEC_E_OK ||
	    end_open(&ready[0], true) != SEC_E_OK ||
	    end_open(&ready[1], false) != SEC_E_OK ||
	    connect_ends(&ready[0], &ready[1]) != SEC_E_OK ||
	    step(&late, NULL, &one) != SEC_I_CONTINUE_NEEDED)
		return 1;
	wait_out();
	if (end_ready(&late))
		return 2;
	callers[i].call();
	return end_ready(&late) == callers[i].left ? 0 : 3;
}

TEST_F(limits, ended_by)
{
	pid_t child[ARRAY_SIZE(callers)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		child[i] = fork();
		if (!child[i])
			_exit(end_late(i));
	}
	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		EXPECT_EQ(0, child_status(child[i]))
			TH_LOG("caller %u", i);
	}
}

/* ---- processes and threads ---- */

/* Only who began a handshake ends it, and not who has a copy of it. */
TEST_F(limits, fork)
{
	pid_t child;

	UP_TO_THREE();
	child = fork();
	if (!child) {
		wait_out();
		_exit(step(&self->b, &self->three, &self->rest) ==
		      SEC_E_INVALID_HANDLE ? 0 : 1);
	}
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(0, child_status(child));
	EXPECT_EQ(1, end_ready(&self->b));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
	/* A child may go on with it, in time. */
	end_reset(&self->a);
	end_reset(&self->b);
	UP_TO_THREE();
	child = fork();
	if (!child)
		_exit(step(&self->b, &self->three, &self->rest) != SEC_E_OK);
	EXPECT_EQ(0, child_status(child));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

/* A thread that takes the second step of an end. */
struct second {
	struct end *end;
	const struct letter *in;
	struct letter out;
	SECURITY_STATUS status;
};

static void *go_on(void *argument)
{
	struct second *s = argument;

	s->status = step(s->end, s->in, &s->out);
	return NULL;
}

/* What another thread has in hand while it is forked does not count in the child. */
TEST_F(limits, fork_in_a_call)
{
	struct second second = { .end = &self->a, .in = &self->two };
	pthread_t thread;
	unsigned int i;
	char byte = 0;
	pid_t child;

	ASSERT_EQ(0, pipe(arrived));
	ASSERT_EQ(0, pipe(may_go));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	held = SSPSEAL_BIND;
	ASSERT_EQ(0, pthread_create(&thread, NULL, go_on, &second));
	ASSERT_EQ(1, read(arrived[0], &byte, 1));
	held = 0;
	child = fork();
	if (!child) {
		for (i = 0; i < HALF_OPEN_MAX; i++)
			if (step(&self->initiator[i], NULL, &self->rest) !=
			    SEC_I_CONTINUE_NEEDED)
				_exit(1 + i);
		self->a.begun = false;
		_exit(step(&self->a, NULL, &self->rest) !=
		      SEC_E_INSUFFICIENT_MEMORY);
	}
	EXPECT_EQ(0, child_status(child));
	/* In the parent it does. */
	INITIATE(HALF_OPEN_MAX - 1);
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->initiator[HALF_OPEN_MAX - 1], NULL, &self->rest));
	ASSERT_EQ(1, write(may_go[1], &byte, 1));
	pthread_join(thread, NULL);
	EXPECT_EQ(SEC_E_OK, second.status);
	EXPECT_EQ(SEC_E_OK, step(&self->b, &second.out, &self->rest));
}

/* Destroyed by another thread, when all but the question for its end was done. */
TEST_F(limits, destroyed_meanwhile)
{
	__u8 poison[sizeof(self->three.bytes)];

	memset(poison, POISON, sizeof(poison));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	memset(self->three.bytes, POISON, sizeof(self->three.bytes));
	self->a.given = POISON32;
	self->a.expiry.QuadPart = POISON32;
	gone = SSPSEAL_QUERY;
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->a, &self->two, &self->three));
	gone = 0;
	EXPECT_EQ(POISON32, self->a.given);
	EXPECT_EQ(POISON32, self->a.expiry.QuadPart);
	EXPECT_EQ(0, memcmp(poison, self->three.bytes, sizeof(poison)));
	EXPECT_EQ(-1, end_ready(&self->a));
	end_reset(&self->a);
	end_reset(&self->b);
	UP_TO_THREE();
	self->b.given = POISON32;
	self->b.expiry.QuadPart = POISON32;
	gone = SSPSEAL_QUERY;
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->b, &self->three, &self->rest));
	gone = 0;
	EXPECT_EQ(POISON32, self->b.given);
	EXPECT_EQ(POISON32, self->b.expiry.QuadPart);
	EXPECT_EQ(-1, end_ready(&self->b));
}

/* Who is to give up what it exports finds that another thread has: no export. */
TEST_F(limits, destroyed_while_exported)
{
	SecBuffer packed = { POISON32, SECBUFFER_EMPTY, NULL };
	unsigned int before;
	void *token = NULL;

	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	before = descriptors();
	gone = SSPSEAL_DESTROY;
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  ExportSecurityContext(&self->a.context,
					SECPKG_CONTEXT_EXPORT_DELETE_OLD,
					&packed, &token));
	gone = 0;
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(POISON32, packed.cbBuffer);
	EXPECT_EQ(NULL, packed.pvBuffer);
	EXPECT_EQ(NULL, token);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handshakes that nobody finishes: how many there may be, and for how long. With
 * the library compiled in, and smaller limits: see the Makefile.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sspi_ends.h"
#include "sspseal_test.h"

FIXTURE(limits)
{
	struct end a;
	struct end b;
	struct end more[HALF_OPEN_MAX];
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
	for (i = 0; i < HALF_OPEN_MAX; i++)
		ASSERT_EQ(SEC_E_OK, end_open(&self->more[i], i & 1));
}

FIXTURE_TEARDOWN(limits)
{
	unsigned int i;

	end_close(&self->a);
	end_close(&self->b);
	for (i = 0; i < HALF_OPEN_MAX; i++)
		end_close(&self->more[i]);
}

/* Until all that wait now have waited too long. */
static void wait_out(void)
{
	struct timespec t = { .tv_sec = HALF_OPEN_SECONDS + 1 };

	while (nanosleep(&t, &t))
		;
}

/* As many as there may be: initiators and acceptors. */
#define FILL() do {							\
	unsigned int _i;						\
									\
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,				\
		  step(&self->a, NULL, &self->one));			\
	end_reset(&self->a);						\
	for (_i = 0; _i < HALF_OPEN_MAX; _i++)				\
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,			\
			  step(&self->more[_i], _i & 1 ? NULL : &self->one, \
			       &self->rest));				\
} while (0)

TEST_F(limits, number)
{
	FILL();
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->a, NULL, &self->rest));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->b, &self->one, &self->rest));
	/* One that is given up makes room for one, of either sort. */
	end_reset(&self->more[0]);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->b, &self->one, &self->two));
	end_reset(&self->more[1]);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	/* Those that are finished do not count, nor those that failed. */
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->more[1], NULL, &self->rest));
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->more[0], &self->one, &self->rest));
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->more[1], &self->three, &self->rest));
	end_reset(&self->a);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
}

/* Refused calls take no place. */
TEST_F(limits, refusals)
{
	unsigned int i;

	for (i = 0; i < 3 * HALF_OPEN_MAX; i++) {
		EXPECT_EQ(SEC_E_INVALID_TOKEN,
			  step(&self->b, &self->rest, &self->two));
		self->a.target = "a\nb";
		EXPECT_EQ(SEC_E_TARGET_UNKNOWN,
			  step(&self->a, NULL, &self->one));
		self->a.target = NULL;
	}
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
}

TEST_F(limits, time)
{
	struct sspseal_query q = { };
	unsigned int i;

	FILL();
	ASSERT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  step(&self->a, NULL, &self->one));
	wait_out();
	/* Too late for the one that is called; the others make room. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->more[0], &self->one, &self->rest));
	for (i = 0; i < HALF_OPEN_MAX; i++) {
		q.handle = sspseal_from_context(&self->more[i].context);
		EXPECT_NE(0, sspseal_query(sspseal_device(), &q));
		EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, q.status);
		EXPECT_EQ(SEC_E_OK,
			  DeleteSecurityContext(&self->more[i].context));
		self->more[i].begun = false;
	}
	/* What is finished stays, as long as it takes. */
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	wait_out();
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->more[1], NULL, &self->one));
	EXPECT_EQ(1, end_ready(&self->a));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

/* Only who began a handshake ends it, and not who has a copy of it. */
TEST_F(limits, fork)
{
	pid_t child;

	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	ASSERT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
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
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	ASSERT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	child = fork();
	if (!child)
		_exit(step(&self->b, &self->three, &self->rest) != SEC_E_OK);
	EXPECT_EQ(0, child_status(child));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

TEST_HARNESS_MAIN

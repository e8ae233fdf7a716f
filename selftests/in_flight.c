// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes in flight: how many bytes of messages a file may have in the kernel at a
 * time, and that they are given back.
 */
#include <signal.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "memory_test.h"

#define HELD		2

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
	unsigned int tries;

	ASSERT_LE(0, child);
	if (!child) {
		data = memory(self->max, MAP_PRIVATE);
		if (pages_missing(data, self->max) < 0)
			_exit(1);
		simple_call(self->fd, SSPSEAL_SEAL, self->sends, self->token,
			    data, self->max);
		_exit(2);
	}
	for (tries = 0; tries < PATIENCE * slowness() &&
	     fdinfo_number(self->fd, "sspseal-in-flight") < self->max; tries++)
		wait_a_little();
	EXPECT_GT(PATIENCE * slowness(), tries);
	EXPECT_EQ(0, kill(child, SIGKILL));
	EXPECT_EQ(-SIGKILL, child_status(child));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	EXPECT_EQ(1, sent(self->fd, self->sends));
	close(self->pages);
}

/*
 * Work slots are nobody's memory, so there are no more of them than CPUs, however many
 * calls are in progress: what others have is counted against the file.
 */
TEST_F(flight, no_more_slots_than_cpus)
{
	const long charge = 3 * PAGE;
	unsigned int i, cpus = possible_cpus(), extra = 4;
	struct waiting w[TEAM_MAX] = { };
	__u8 *data;
	int pages;

	ASSERT_NE(0, cpus);
	if (cpus + extra > TEAM_MAX)
		SKIP(return, "too many CPUs");
	close(self->pages);
	data = memory(TEAM_MAX * PAGE, MAP_PRIVATE);
	ASSERT_NE(NULL, data);
	pages = pages_missing(data, TEAM_MAX * PAGE);
	ASSERT_LE(0, pages);
	for (i = 0; i < cpus + extra; i++) {
		w[i] = (struct waiting) {
			.fd = self->fd,
			.handle = self->sends,
			.cmd = SSPSEAL_SEAL,
			.b = {
				buffer(DATA, data + i * PAGE, 100),
				buffer(TOKEN, w[i].token, TOKEN_SIZE),
			},
		};
	}
	ASSERT_TRUE(team_start(&self->team, w, sizeof(*w), cpus + extra,
			       wait_in_kernel));
	EXPECT_TRUE(pages_await(pages, cpus + extra));
	EXPECT_LE(extra * charge, fdinfo_number(self->fd, "sspseal-in-flight"));
	close(pages);
	team_join(&self->team);
	for (i = 0; i < cpus + extra; i++)
		EXPECT_EQ(0, w[i].status);
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * With ciphers that really complete later: are they the ones at work? Run by
 * async.sh, which brings them, and has other programs test what they do.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define CB	1024
#define CALLS	200

FIXTURE(async)
{
	int fd;
	__u32 handle;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

FIXTURE_VARIANT(async)
{
	__u32 suite;
};

FIXTURE_VARIANT_ADD(async, aes_256_gcm)
{
	.suite = SSPSEAL_SUITE_AES_256_GCM,
};

FIXTURE_VARIANT_ADD(async, aes_128_gcm)
{
	.suite = SSPSEAL_SUITE_AES_128_GCM,
};

FIXTURE_VARIANT_ADD(async, chacha20_poly1305)
{
	.suite = SSPSEAL_SUITE_CHACHA20_POLY1305,
};

FIXTURE_SETUP(async)
{
	struct sspseal_native native = { .default_suite = variant->suite };

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_native(self->fd, SSPSEAL_ROLE_INITIATOR,
				     ALL_SERVICES, 0, &native);
	ASSERT_NE(0, self->handle);
}

FIXTURE_TEARDOWN(async)
{
	close(self->fd);
}

TEST_F(async, query_names_what_info_does)
{
	struct sspseal_query q;
	struct sspseal_info i;

	ASSERT_EQ(0, query(self->fd, self->handle, &q));
	ASSERT_EQ(0, info(self->fd, variant->suite, &i));
	EXPECT_EQ(variant->suite, q.default_suite);
	EXPECT_EQ(0, strcmp(i.driver, q.driver))
		TH_LOG("%s, %s", i.driver, q.driver);
}

/* To sleep, or because who was woken did not wait for that. */
static long times_left_the_cpu(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? -1 :
	       usage.ru_nvcsw + usage.ru_nivcsw;
}

static bool stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/*
 * Requests of a key are completed on one CPU, or that of the call. From another one a
 * call may find that all was done before it lay down: always, if the CPUs of a VM share
 * one. From that CPU it has to make room.
 */
TEST_F(async, calls_leave_the_cpu_until_it_is_done)
{
	long before, most = 0;
	int cpu, i;

	for (cpu = 0; stay_on(cpu); cpu++) {
		before = times_left_the_cpu();
		ASSERT_LE(0, before);
		for (i = 0; i < CALLS; i++)
			ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
						 self->handle, self->token,
						 self->data, CB));
		if (times_left_the_cpu() - before > most)
			most = times_left_the_cpu() - before;
	}
	EXPECT_LT(0, cpu);
	EXPECT_LE(CALLS / 2, most);
}

TEST_HARNESS_MAIN

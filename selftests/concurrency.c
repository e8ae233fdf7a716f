// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads and processes on one file and one context, and callers that unmap
 * their memory while the kernel reads it. lifecycle.c has ends in the middle.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define THREADS		8
/* All of them fit into the window. */
#define EACH		250
#define CB		64
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

FIXTURE(concurrency)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_SETUP(concurrency)
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

FIXTURE_TEARDOWN(concurrency)
{
	close(self->fd);
}

/* What a thread works with. Threads report; only the test itself judges. */
struct job {
	int fd;
	__u32 handle;
	unsigned int number;
	struct letter *letters;
	int statuses[256];
	int other;
	const void *shared;
};

static void job_count(struct job *job, int status)
{
	if (status >= 0 && status < 256)
		job->statuses[status]++;
	else
		job->other++;
}

/* How often a status came, in all jobs. */
static int counted(const struct job *jobs, unsigned int nr, int status)
{
	int sum = 0;

	while (nr--)
		sum += jobs[nr].statuses[status];
	return sum;
}

static int calls_in_all(const struct job *jobs, unsigned int nr)
{
	unsigned int i;
	int sum = 0;

	for (i = 0; i < nr; i++)
		sum += jobs[i].other;
	for (i = 0; i < 256; i++)
		sum += counted(jobs, nr, i);
	return sum;
}

static void jobs_make(struct job *jobs, unsigned int nr, int fd, __u32 handle)
{
	unsigned int i;

	memset(jobs, 0, nr * sizeof(*jobs));
	for (i = 0; i < nr; i++) {
		jobs[i].fd = fd;
		jobs[i].handle = handle;
		jobs[i].number = i;
	}
}

static void seal_each(void *argument)
{
	struct job *job = argument;
	struct letter *l;
	unsigned int i;

	for (i = 0; i < EACH; i++) {
		struct sspseal_buffer b[2];
		struct sspseal_message m = message(job->handle, b, 2);

		l = &job->letters[job->number * EACH + i];
		memset(l->data, job->number, CB);
		b[0] = buffer(DATA, l->data, CB);
		b[1] = buffer(TOKEN, l->token, TOKEN_SIZE);
		m.qop = SSPSEAL_QOP_SUITE(i % 4);
		m.sequence = job->number * EACH + i + 1;
		job_count(job, call(job->fd, i & 8 ? SSPSEAL_SIGN :
				    SSPSEAL_SEAL, &m));
	}
}

TEST_F(concurrency, seal_from_eight_threads)
{
	static struct letter letters[THREADS * EACH];
	static __u8 seen[THREADS * EACH];
	struct job jobs[THREADS];
	unsigned int i;
	__u64 n;

	jobs_make(jobs, THREADS, self->fd, self->initiator);
	for (i = 0; i < THREADS; i++)
		jobs[i].letters = letters;
	ASSERT_TRUE(team_run(jobs, sizeof(*jobs), THREADS, seal_each));
	EXPECT_EQ(THREADS * EACH, counted(jobs, THREADS, S(OK)));
	EXPECT_EQ(THREADS * EACH, sent(self->fd, self->initiator));

	/* Each number exactly once, and each message is whole. */
	for (i = 0; i < THREADS * EACH; i++) {
		struct sspseal_buffer b[] = {
			buffer(DATA, letters[i].data, CB),
			buffer(TOKEN, letters[i].token, TOKEN_SIZE),
		};
		struct sspseal_message m = message(self->acceptor, b, 2);

		n = token_counter(letters[i].token);
		ASSERT_GT(THREADS * EACH, n);
		EXPECT_EQ(0, seen[n]++);
		m.sequence = i + 1;
		ASSERT_EQ(0, call(self->fd, i % EACH & 8 ? SSPSEAL_VERIFY :
				  SSPSEAL_UNSEAL, &m));
		ASSERT_TRUE(all_bytes(letters[i].data, i / EACH, CB));
	}
}

/* Every thread offers every message, in an order of its own. */
static void unseal_all(void *argument)
{
	struct job *job = argument;
	const struct letter *letters = job->shared;
	struct letter l;
	unsigned int i;
	int status;

	for (i = 0; i < THREADS * EACH; i++) {
		unsigned int at = (i * 7 + job->number * 31) % (THREADS * EACH);

		l = letters[at];
		status = simple_call(job->fd, SSPSEAL_UNSEAL, job->handle,
				     l.token, l.data, CB);
		if (!status && !all_bytes(l.data, (__u8)at, CB))
			status = BROKEN;
		if (status && memcmp(&l, &letters[at], sizeof(l)))
			status = BROKEN;
		job_count(job, status);
	}
}

TEST_F(concurrency, each_message_is_accepted_once)
{
	static struct letter letters[THREADS * EACH];
	struct job jobs[4];
	unsigned int i;

	for (i = 0; i < THREADS * EACH; i++) {
		memset(letters[i].data, i, CB);
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, letters[i].token,
					 letters[i].data, CB));
	}
	jobs_make(jobs, 4, self->fd, self->acceptor);
	for (i = 0; i < 4; i++)
		jobs[i].shared = letters;
	ASSERT_TRUE(team_run(jobs, sizeof(*jobs), 4, unseal_all));
	EXPECT_EQ(THREADS * EACH, counted(jobs, 4, S(OK)));
	EXPECT_EQ(3 * THREADS * EACH, counted(jobs, 4, S(REPLAYED)));
	EXPECT_EQ(THREADS * EACH, received(self->fd, self->acceptor));
}

static void unseal_one(void *argument)
{
	struct job *job = argument;
	struct letter l = job->letters[job->number];

	job_count(job, simple_call(job->fd, SSPSEAL_UNSEAL, job->handle,
				   l.token, l.data, CB));
}

/* The first messages of several sessions at once: exactly one is pinned. */
TEST_F(concurrency, one_session_is_pinned)
{
	struct letter letters[THREADS], again;
	struct job jobs[THREADS];
	unsigned int i, round, accepted;
	__u32 handle[THREADS], acceptor;

	for (round = 0; round < rounds(20); round++) {
		acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					  SERVICES);
		ASSERT_NE(0, acceptor);
		jobs_make(jobs, THREADS, self->fd, acceptor);
		for (i = 0; i < THREADS; i++) {
			handle[i] = create_context(self->fd,
						   SSPSEAL_ROLE_INITIATOR,
						   SERVICES);
			ASSERT_NE(0, handle[i]);
			ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
						 handle[i], letters[i].token,
						 letters[i].data, CB));
			jobs[i].letters = letters;
		}
		ASSERT_TRUE(team_run(jobs, sizeof(*jobs), THREADS, unseal_one));
		EXPECT_EQ(1, counted(jobs, THREADS, S(OK)));
		EXPECT_EQ(THREADS - 1, counted(jobs, THREADS, S(TOKEN_SALT)));
		accepted = 0;
		for (i = 0; i < THREADS; i++) {
			ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
						 handle[i], again.token,
						 again.data, CB));
			if (!simple_call(self->fd, SSPSEAL_UNSEAL, acceptor,
					 again.token, again.data, CB))
				accepted += jobs[i].statuses[S(OK)];
			ASSERT_EQ(0, destroy(self->fd, handle[i]));
		}
		EXPECT_EQ(1, accepted);
		ASSERT_EQ(0, destroy(self->fd, acceptor));
	}
}

static void destroy_once(void *argument)
{
	struct job *job = argument;

	job_count(job, destroy(job->fd, job->handle));
}

TEST_F(concurrency, destroy_from_eight_threads)
{
	struct job jobs[THREADS];
	unsigned int round;
	__u32 handle;

	for (round = 0; round < rounds(20); round++) {
		handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					SERVICES);
		jobs_make(jobs, THREADS, self->fd, handle);
		ASSERT_TRUE(team_run(jobs, sizeof(*jobs), THREADS, destroy_once));
		EXPECT_EQ(1, counted(jobs, THREADS, S(OK)));
		EXPECT_EQ(THREADS - 1, counted(jobs, THREADS,
					       S(ALREADY_DESTROYED)));
	}
}

static void create_and_destroy(void *argument)
{
	struct job *job = argument;
	__u32 handle, last = 0;
	unsigned int i;
	int status;

	for (i = 0; i < 30; i++) {
		struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
						      SERVICES);
		struct letter l = { };

		status = call(job->fd, SSPSEAL_CREATE, &c);
		job_count(job, status);
		if (status)
			continue;
		handle = c.handle;
		/* Numbers go up, in the eyes of each thread. */
		if (handle <= last)
			job->other++;
		last = handle;
		job_count(job, simple_call(job->fd, SSPSEAL_SEAL, handle,
					   l.token, l.data, CB));
		/* Nobody else's: its first message has number 0. */
		if (token_counter(l.token))
			job->other++;
		job_count(job, destroy(job->fd, handle));
	}
}

TEST_F(concurrency, create_and_destroy)
{
	struct job jobs[THREADS];

	jobs_make(jobs, THREADS, self->fd, 0);
	ASSERT_TRUE(team_run(jobs, sizeof(*jobs), THREADS, create_and_destroy));
	EXPECT_EQ(3 * 30 * THREADS, counted(jobs, THREADS, S(OK)));
	EXPECT_EQ(3 * 30 * THREADS, calls_in_all(jobs, THREADS));
}

static void create_or_show(void *argument)
{
	struct job *job = argument;
	long handles;
	int i;

	if (job->number)
		return create_and_destroy(argument);
	for (i = 0; i < 100; i++) {
		/* Two are the fixture's, and each of the others has one or none. */
		handles = fdinfo_number(job->fd, "sspseal-handles");
		job_count(job, handles < 2 || handles > 1 + THREADS);
	}
}

/* What fdinfo tells it reads without a lock. */
TEST_F(concurrency, shown_meanwhile)
{
	struct job jobs[THREADS];

	jobs_make(jobs, THREADS, self->fd, 0);
	ASSERT_TRUE(team_run(jobs, sizeof(*jobs), THREADS, create_or_show));
	EXPECT_EQ(100 + 3 * 30 * (THREADS - 1), counted(jobs, THREADS, S(OK)));
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
}

/* ---- memory that comes and goes ---- */

struct mapping {
	void *page;
	bool stop;
};

static void *map_and_unmap(void *argument)
{
	struct mapping *m = argument;

	while (!__atomic_load_n(&m->stop, __ATOMIC_RELAXED)) {
		munmap(m->page, PAGE);
		sched_yield();
		mmap(m->page, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		sched_yield();
	}
	return NULL;
}

FIXTURE(unmapped)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
};

FIXTURE_VARIANT(unmapped)
{
	bool token;
	bool data;
};

FIXTURE_VARIANT_ADD(unmapped, its_token)
{
	.token = true,
};

FIXTURE_VARIANT_ADD(unmapped, its_data)
{
	.data = true,
};

FIXTURE_VARIANT_ADD(unmapped, both)
{
	.token = true, .data = true,
};

FIXTURE_SETUP(unmapped)
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

FIXTURE_TEARDOWN(unmapped)
{
	close(self->fd);
}

/* Either it was in time, or nothing was used, or a number was. */
TEST_F(unmapped, during_seal)
{
	struct letter here, *there = page_new();
	__u8 *token = variant->token ? there->token : here.token;
	__u8 *data = variant->data ? there->data : here.data;
	struct mapping mapping = { .page = there };
	__s64 used = 0, failed = 0, i;
	int status, others = 0;
	pthread_t thread;

	ASSERT_NE(NULL, there);
	ASSERT_EQ(0, pthread_create(&thread, NULL, map_and_unmap, &mapping));
	for (i = 0; i < 2000 || !used || !failed; i++) {
		status = simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				     token, data, CB);
		used += status == S(OK) || status == S(FAULT_AFTER_COMMIT);
		failed += status == S(FAULT) || status == S(FAULT_AFTER_COMMIT);
		others += status != S(OK) && status != S(FAULT) &&
			  status != S(FAULT_AFTER_COMMIT);
	}
	__atomic_store_n(&mapping.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, others);
	EXPECT_EQ(used, sent(self->fd, self->initiator));
}

/* What was accepted counts, and is not accepted again. */
TEST_F(unmapped, during_unseal)
{
	struct letter sealed, *there = page_new();
	struct mapping mapping = { .page = there };
	int status, other = 0, letter = memfd_create("letter", 0);
	__s64 accepted = 0, failed = 0, i;
	pthread_t thread;

	ASSERT_NE(NULL, there);
	ASSERT_LE(0, letter);
	/* Now the acceptor knows its peer, and others by their salt. */
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 sealed.token, sealed.data, CB));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 sealed.token, sealed.data, CB));
	ASSERT_EQ(0, pthread_create(&thread, NULL, map_and_unmap, &mapping));
	for (i = 0; i < 1000 || !accepted || !failed; i++) {
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, sealed.token,
					 sealed.data, CB));
		ASSERT_EQ((ssize_t)sizeof(sealed),
			  pwrite(letter, &sealed, sizeof(sealed), 0));
		/* By the kernel: there may be nothing to write to. */
		if (pread(letter, there, sizeof(*there), 0) !=
		    (ssize_t)sizeof(*there))
			continue;
		status = simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				     variant->token ? there->token :
						      sealed.token,
				     variant->data ? there->data :
						     sealed.data, CB);
		accepted += status == S(OK) || status == S(FAULT_AFTER_COMMIT);
		failed += status != S(OK);
		/* A new page is of zeroes, from some word of the token on. */
		if (status != S(OK) && status != S(FAULT) &&
		    status != S(FAULT_AFTER_COMMIT) && status != S(ALTERED) &&
		    status != S(TOKEN_VERSION) && status != S(TOKEN_SALT))
			other = status;
	}
	__atomic_store_n(&mapping.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, other);
	EXPECT_EQ(1 + accepted, received(self->fd, self->acceptor));
}

/* ---- processes ---- */

TEST_F(concurrency, fork_shares_the_context)
{
	struct letter l = { };
	int status;
	pid_t child;

	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 l.token, l.data, CB));
	EXPECT_EQ(0, token_counter(l.token));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		status = simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				     l.token, l.data, CB);
		_exit(status || token_counter(l.token) != 1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	/* The child's number is used here too; its end ended nothing. */
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 l.token, l.data, CB));
	EXPECT_EQ(2, token_counter(l.token));
}

TEST_F(concurrency, child_keeps_the_file)
{
	struct letter l = { };
	int go[2], status;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(go));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(go[1]);
		if (read(go[0], &byte, 1))
			_exit(2);
		_exit(simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				  l.token, l.data, CB));
	}
	/* Only when the parent has closed its descriptor, the child goes on. */
	close(self->fd);
	close(go[0]);
	close(go[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

/* ---- calls that wait in the kernel ---- */

/*
 * A message whose DATA is missing memory waits in the kernel until the page
 * comes, with all checks behind it and nothing done yet.
 */
struct waiting {
	int fd;
	__u32 handle;
	__u8 *data;
	size_t size;
	__u8 token[TOKEN_SIZE];
	int status;
	bool done;
};

static void *seal_waiting(void *argument)
{
	struct waiting *w = argument;

	w->status = simple_call(w->fd, SSPSEAL_SEAL, w->handle, w->token,
				w->data, w->size);
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static const struct timespec moment = { .tv_nsec = 10000000 };

/* One call that waits: closing @fault lets it go on. */
FIXTURE(waiting)
{
	int fd;
	__u32 acceptor;
	int fault;
	struct waiting w;
	pthread_t thread;
	time_t expiry;
};

FIXTURE_SETUP(waiting)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->expiry = soon();
	c.expiry = self->expiry;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SERVICES);
	ASSERT_NE(0, self->acceptor);
	self->w.fd = self->fd;
	self->w.handle = c.handle;
	self->w.size = PAGE;
	self->w.data = page_new();
	ASSERT_NE(NULL, self->w.data);
	self->fault = pages_missing(self->w.data, PAGE);
	if (self->fault < 0)
		SKIP(return, "no userfaultfd");
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, seal_waiting,
				    &self->w));
	ASSERT_TRUE(pages_await(self->fault, 1));
}

FIXTURE_TEARDOWN(waiting)
{
}

TEST_F(waiting, later_calls_overtake)
{
	struct letter l = { };

	/* The number is taken last: the one that waits gets the next. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->w.handle,
				 l.token, l.data, CB));
	EXPECT_EQ(0, token_counter(l.token));
	close(self->fault);
	pthread_join(self->thread, NULL);
	EXPECT_EQ(0, self->w.status);
	EXPECT_EQ(1, token_counter(self->w.token));
}

/* Nobody else looks at the clock: lifecycle.c has what follows if one does. */
TEST_F(waiting, no_number_after_the_end)
{
	sleep_until(self->expiry);
	close(self->fault);
	pthread_join(self->thread, NULL);
	EXPECT_EQ(S(EXPIRED), self->w.status);
	EXPECT_TRUE(all_bytes(self->w.data, 0, PAGE));
	EXPECT_TRUE(all_bytes(self->w.token, 0, TOKEN_SIZE));
	EXPECT_EQ(0, sent(self->fd, self->w.handle));
}

/* ---- bytes in flight ---- */

#define WAITING		16

static unsigned int refused_now(const struct waiting *w)
{
	unsigned int i, nr = 0;

	for (i = 0; i < WAITING; i++)
		nr += __atomic_load_n(&w[i].done, __ATOMIC_ACQUIRE);
	return nr;
}

TEST_F(concurrency, bytes_in_flight_are_bounded)
{
	struct waiting w[WAITING] = { };
	pthread_t thread[WAITING];
	unsigned int i, tries, waiting = 0;
	struct letter l = { };
	struct sspseal_info f;
	size_t size;
	int fault;
	__u8 *p;

	ASSERT_EQ(0, info(self->fd, 0, &f));
	size = f.max_data;
	p = mmap(NULL, WAITING * size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT_NE(MAP_FAILED, p);
	fault = pages_missing(p, WAITING * size);
	if (fault < 0)
		SKIP(return, "no userfaultfd");
	for (i = 0; i < WAITING; i++) {
		w[i].fd = self->fd;
		w[i].handle = self->initiator;
		w[i].data = p + i * size;
		w[i].size = size;
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, seal_waiting,
					    &w[i]));
	}
	/* Until each either waits in the kernel or was refused. */
	tries = 500 * slowness();
	while (tries-- && waiting + refused_now(w) < WAITING) {
		nanosleep(&moment, NULL);
		waiting += pages_wanted(fault);
	}
	EXPECT_EQ(WAITING, waiting + refused_now(w));
	EXPECT_LE(2, waiting);
	EXPECT_GE(2 * (size > f.max_signed ? size : f.max_signed) / size,
		  waiting);
	EXPECT_LT(0, refused_now(w));
	for (i = 0; i < WAITING; i++)
		EXPECT_EQ(w[i].done ? S(BUSY) : S(OK), w[i].status);
	EXPECT_EQ(0, sent(self->fd, self->initiator));
	/* Short messages are not concerned. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 l.token, l.data, CB));
	EXPECT_EQ(0, token_counter(l.token));

	/* Now the pages come. */
	close(fault);
	for (i = 0; i < WAITING; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < WAITING; i++)
		EXPECT_TRUE(w[i].status == S(OK) || w[i].status == S(BUSY));
	EXPECT_EQ(1 + waiting, sent(self->fd, self->initiator));
	/* All of it was given back. */
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, l.token, p, size));
	munmap(p, WAITING * size);
}

TEST_HARNESS_MAIN

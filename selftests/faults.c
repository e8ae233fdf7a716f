// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that cannot be read or written, at each address that a command takes.
 * A fault on reading changes nothing; one on writing a message's outputs comes
 * after its number was used.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		100
#define PAGE		4096

/* Two pages, the second one read-only: @size bytes of @from across the border. */
static void *half_readonly(const void *from, size_t size, size_t writable)
{
	__u8 *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		abort();
	memcpy(page + PAGE - writable, from, size);
	if (mprotect(page + PAGE, PAGE, PROT_READ))
		abort();
	return page + PAGE - writable;
}

/* One message of two associated buffers, DATA and TOKEN, and its contexts. */
FIXTURE(faults)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u32 handle;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 a[10];
	__u8 plain[CB];
	struct sspseal_buffer b[3];
	struct sspseal_message m;
};

enum { AT_ASSOCIATED, AT_DATA, AT_TOKEN };

FIXTURE_VARIANT(faults)
{
	unsigned long make;
	unsigned long cmd;
	bool sends;
	/* Does the command write DATA? */
	bool writes;
};

FIXTURE_VARIANT_ADD(faults, seal)
{
	.cmd = SSPSEAL_SEAL, .sends = true, .writes = true,
};

FIXTURE_VARIANT_ADD(faults, unseal)
{
	.make = SSPSEAL_SEAL, .cmd = SSPSEAL_UNSEAL, .writes = true,
};

FIXTURE_VARIANT_ADD(faults, sign) { .cmd = SSPSEAL_SIGN, .sends = true };
FIXTURE_VARIANT_ADD(faults, verify)
{
	.make = SSPSEAL_SIGN, .cmd = SSPSEAL_VERIFY,
};

FIXTURE_SETUP(faults)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY |
					 SSPSEAL_REPLAY_DETECT);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY |
					SSPSEAL_REPLAY_DETECT);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	self->handle = variant->sends ? self->initiator : self->acceptor;

	fill(self->plain, sizeof(self->plain));
	fill(self->a, sizeof(self->a));
	memcpy(self->data, self->plain, sizeof(self->data));
	memset(self->token, POISON, sizeof(self->token));
	self->b[AT_ASSOCIATED] = buffer(DATA | RWC, self->a, sizeof(self->a));
	self->b[AT_DATA] = buffer(DATA, self->data, CB);
	self->b[AT_TOKEN] = buffer(TOKEN, self->token, TOKEN_SIZE);
	if (variant->make)
		ASSERT_EQ(0, message_call(self->fd, variant->make,
					  self->initiator, self->b, 3));
	self->m = message(self->handle, self->b, 3);
}

FIXTURE_TEARDOWN(faults)
{
	close(self->fd);
}

/* Numbers used for sending or accepted, whichever the command moves. */
static __s64 moved(int fd, __u32 handle)
{
	__s64 s = sent(fd, handle), r = received(fd, handle);

	return s < 0 || r < 0 ? -1 : s + r;
}

/* The message is intact, and the context takes it. */
#define STILL_GOOD() do {						\
	EXPECT_EQ(0, moved(self->fd, self->handle));			\
	self->b[AT_ASSOCIATED] = buffer(DATA | RWC, self->a,		\
					sizeof(self->a));		\
	self->b[AT_DATA] = buffer(DATA, self->data, CB);		\
	self->b[AT_TOKEN] = buffer(TOKEN, self->token, TOKEN_SIZE);	\
	self->m.buffers = (uintptr_t)self->b;				\
	EXPECT_EQ(0, call(self->fd, variant->cmd, &self->m));		\
} while (0)

TEST_F(faults, reading_the_array)
{
	struct sspseal_buffer *b = fence();
	unsigned int i;

	self->m.buffers = (uintptr_t)b;
	EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd, &self->m));
	for (i = 1; i < sizeof(self->b); i++) {
		memcpy((__u8 *)b - i, self->b, i);
		self->m.buffers = (uintptr_t)b - i;
		EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd, &self->m))
			TH_LOG("%u bytes readable", i);
	}
	STILL_GOOD();
}

/* Each address of what is read: not there at all, not to its end. */
TEST_F(faults, reading_the_buffers)
{
	struct sspseal_buffer good;
	unsigned int i, size;
	__u8 *edge = fence();

	for (i = 0; i < 3; i++) {
		if (i == AT_TOKEN && variant->sends)
			continue;
		good = self->b[i];
		for (size = 0; size < good.cb; size++) {
			memcpy(edge - size, (void *)(uintptr_t)good.ptr, size);
			self->b[i].ptr = (uintptr_t)edge - size;
			EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd,
						 &self->m))
				TH_LOG("entry %u, %u bytes readable", i, size);
			EXPECT_EQ(0, memcmp(edge - size,
					    (void *)(uintptr_t)good.ptr, size));
		}
		self->b[i] = good;
	}
	STILL_GOOD();
}

/* A token is judged only when all of the message could be read. */
TEST_F(faults, reading_before_judging)
{
	struct sspseal_buffer good = self->b[AT_DATA];

	if (variant->sends)
		/* What is wrong with the list is judged before. */
		self->b[AT_TOKEN].cb = TOKEN_SIZE - 1;
	else
		self->token[0] ^= 0x80;
	self->b[AT_DATA].ptr = (uintptr_t)fence();
	EXPECT_EQ(variant->sends ? S(TOKEN_TOO_SMALL) : S(FAULT),
		  call(self->fd, variant->cmd, &self->m));
	self->b[AT_DATA] = good;
	EXPECT_EQ(variant->sends ? S(TOKEN_TOO_SMALL) : S(TOKEN_VERSION),
		  refused(self->fd, variant->cmd, &self->m));
	if (!variant->sends)
		self->token[0] ^= 0x80;
	STILL_GOOD();
}

TEST_F(faults, reading_odd_addresses)
{
	/* In the kernel, at its border, not canonical, above 32 bits. */
	static const __u64 bad[] = {
		1, 0xffff888000000000ULL, 0xffffffff81000000ULL,
		0xffffffffffffffffULL, 0xffffffffffffff00ULL,
		0x00007fffffffffc0ULL, 0x0000800000000000ULL,
		0x7fffffffffffff00ULL, 0x8000000000000000ULL,
	};
	unsigned int i, j;
	__u64 good;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (j = 0; j < 3; j++) {
			if (j == AT_TOKEN && variant->sends)
				continue;
			good = self->b[j].ptr;
			self->b[j].ptr = bad[i];
			EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd,
						 &self->m))
				TH_LOG("entry %u at %#llx", j, bad[i]);
			self->b[j].ptr = good;
		}
		self->m.buffers = bad[i];
		EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd, &self->m))
			TH_LOG("array at %#llx", bad[i]);
		self->m.buffers = (uintptr_t)self->b;
	}
	STILL_GOOD();
}

TEST_F(faults, reading_a_long_message)
{
	static const __u32 size[] = { 65536, 65537, 200000, 1 << 20 };
	unsigned int i;
	__u8 *p;

	/* All of it readable but the last byte. */
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		p = before_fence(size[i] - 1);
		self->b[AT_DATA] = buffer(DATA, p, size[i]);
		self->b[AT_ASSOCIATED].cb = 0;
		EXPECT_EQ(S(FAULT), call(self->fd, variant->cmd, &self->m))
			TH_LOG("%u bytes", size[i]);
		EXPECT_TRUE(all_bytes(p, 0, size[i] - 1));
	}
	STILL_GOOD();
}

TEST_F(faults, what_is_only_read_may_be_readonly)
{
	struct sspseal_buffer *b;

	self->b[AT_ASSOCIATED].ptr =
		(uintptr_t)make_readonly(self->a, sizeof(self->a));
	if (!variant->sends)
		self->b[AT_TOKEN].ptr =
			(uintptr_t)make_readonly(self->token, TOKEN_SIZE);
	if (!variant->writes)
		self->b[AT_DATA].ptr =
			(uintptr_t)make_readonly(self->data, CB);
	if (!variant->sends) {
		b = make_readonly(self->b, sizeof(self->b));
		self->m.buffers = (uintptr_t)b;
	}
	EXPECT_EQ(0, call(self->fd, variant->cmd, &self->m));
}

/* A refusal comes before any output is touched: outputs are never probed. */
TEST_F(faults, refused_messages_do_not_fault)
{
	self->b[AT_DATA].ptr = (uintptr_t)make_readonly(self->data, CB);
	if (variant->sends) {
		self->b[AT_TOKEN].ptr = (uintptr_t)fence();
		self->m.qop = 0x40000000;
		EXPECT_EQ(S(QOP), call(self->fd, variant->cmd, &self->m));
		self->m.qop = 0;
	} else {
		self->a[0] ^= 1;
		EXPECT_EQ(S(ALTERED), call(self->fd, variant->cmd, &self->m));
		self->a[0] ^= 1;
	}
	STILL_GOOD();
}

/* A struct that cannot be written: the status cannot tell, so the errno does not. */
TEST_F(faults, refusal_into_a_readonly_struct)
{
	struct sspseal_message *m;

	self->m.nr_buffers = 0;
	m = make_readonly(&self->m, sizeof(self->m));
	EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, m));
	EXPECT_EQ(EFAULT, errno);
	self->m.nr_buffers = 3;
	STILL_GOOD();
}

/*
 * After a fault on writing: the number is used, the context goes on, and the
 * peer takes what comes next.
 */
#define COMMITTED() do {						\
	EXPECT_EQ(1, moved(self->fd, self->handle));			\
	committed(_metadata, self->fd, self->initiator, self->acceptor,	\
		  variant->sends);					\
} while (0)

static void committed(struct __test_metadata *_metadata, int fd,
		      __u32 initiator, __u32 acceptor, bool sends)
{
	__u8 token[TOKEN_SIZE], data[CB];
	int i;

	for (i = 0; i < 3; i++) {
		memset(data, i, sizeof(data));
		ASSERT_EQ(0, simple_call(fd, SSPSEAL_SEAL, initiator, token,
					 data, CB));
		ASSERT_EQ(0, simple_call(fd, SSPSEAL_UNSEAL, acceptor, token,
					 data, CB));
		ASSERT_TRUE(all_bytes(data, i, CB));
	}
	EXPECT_EQ(4, sent(fd, initiator));
	EXPECT_EQ(sends ? 3 : 4, received(fd, acceptor));
}

/* Signatures do not write DATA: there it may be read-only. */
#define WRITING_DATA	(variant->writes ? S(FAULT_AFTER_COMMIT) : 0)

/* No complete TOKEN beside DATA that is not what it belongs to. */
#define TOKEN_IS_LEFT_OUT() \
	EXPECT_EQ(variant->sends && variant->writes, \
		  all_bytes(self->token, POISON, TOKEN_SIZE))

TEST_F(faults, writing_data)
{
	__u8 *p = make_readonly(self->data, CB);

	self->b[AT_DATA].ptr = (uintptr_t)p;
	EXPECT_EQ(WRITING_DATA, call(self->fd, variant->cmd, &self->m));
	EXPECT_EQ(0, memcmp(p, self->data, CB));
	TOKEN_IS_LEFT_OUT();
	COMMITTED();
}

TEST_F(faults, writing_part_of_data)
{
	unsigned int writable = 60;
	__u8 *p = half_readonly(self->data, CB, writable);

	self->b[AT_DATA].ptr = (uintptr_t)p;
	EXPECT_EQ(WRITING_DATA, call(self->fd, variant->cmd, &self->m));
	EXPECT_EQ(0, memcmp(p + writable, self->data + writable,
			    CB - writable));
	TOKEN_IS_LEFT_OUT();
	COMMITTED();
}

/* Who sends writes it, who receives reads it. */
TEST_F(faults, writing_token)
{
	const struct {
		void *token;
		int received;
	} row[] = {
		{ fence(), S(FAULT) },
		{ (__u8 *)fence() - TOKEN_SIZE + 1, S(FAULT) },
		{ (void *)-4096L, S(FAULT) },
		{ (void *)1, S(FAULT) },
		{ make_readonly(self->token, TOKEN_SIZE), 0 },
		{ half_readonly(self->token, TOKEN_SIZE, TOKEN_SIZE - 1),
		  S(REPLAYED) },
	};
	unsigned int i;
	__u8 data[CB];

	memcpy(data, self->data, CB);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		memcpy(self->data, data, CB);
		self->b[AT_TOKEN].ptr = (uintptr_t)row[i].token;
		EXPECT_EQ(variant->sends ? S(FAULT_AFTER_COMMIT) :
			  row[i].received,
			  call(self->fd, variant->cmd, &self->m))
			TH_LOG("row %u", i);
	}
	EXPECT_EQ(variant->sends ? ARRAY_SIZE(row) : 1,
		  moved(self->fd, self->handle));
	if (variant->sends) {
		memcpy(self->data, data, CB);
		self->b[AT_TOKEN].ptr = (uintptr_t)self->token;
		EXPECT_EQ(0, call(self->fd, variant->cmd, &self->m));
		self->m.handle = self->acceptor;
		EXPECT_EQ(0, call(self->fd, variant->cmd + 1, &self->m));
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

/* Of the array, sizes are written, and on sending only. */
TEST_F(faults, writing_the_array)
{
	self->m.buffers = (uintptr_t)make_readonly(self->b, sizeof(self->b));
	EXPECT_EQ(variant->sends ? S(FAULT_AFTER_COMMIT) : 0,
		  call(self->fd, variant->cmd, &self->m));
	COMMITTED();
}

TEST_F(faults, writing_the_size_of_padding)
{
	struct sspseal_buffer b[] = {
		self->b[AT_ASSOCIATED], self->b[AT_TOKEN], self->b[AT_DATA],
		buffer(PADDING, self->a, 1),
	};
	struct sspseal_buffer *p = half_readonly(b, sizeof(b), 3 * sizeof(*b));

	self->m = message(self->handle, p, ARRAY_SIZE(b));
	EXPECT_EQ(variant->sends ? S(FAULT_AFTER_COMMIT) : 0,
		  call(self->fd, variant->cmd, &self->m));
	EXPECT_EQ(1, p[3].cb);
	COMMITTED();
}

TEST_F(faults, writing_the_struct)
{
	struct sspseal_message *m = make_readonly(&self->m, sizeof(self->m));

	EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, m));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(self->m.status, m->status);
	COMMITTED();
}

/* A number that a fault has used up is not given, or taken, once more. */
TEST_F(faults, numbers_stay_used)
{
	__u8 copy[CB];

	memcpy(copy, self->data, CB);
	if (variant->writes) {
		self->b[AT_DATA].ptr = (uintptr_t)make_readonly(copy, CB);
		EXPECT_EQ(S(FAULT_AFTER_COMMIT), call(self->fd, variant->cmd,
						      &self->m));
	} else {
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd,
				    make_readonly(&self->m,
						  sizeof(self->m))));
		EXPECT_EQ(EFAULT, errno);
	}
	self->b[AT_DATA].ptr = (uintptr_t)copy;
	if (variant->sends) {
		EXPECT_EQ(0, call(self->fd, variant->cmd, &self->m));
		EXPECT_EQ(1, token_counter(self->token));
	} else {
		EXPECT_EQ(S(REPLAYED), refused(self->fd, variant->cmd,
					       &self->m));
	}
}

/* STREAM: where its memory and the array are written. */
FIXTURE(stream_faults)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u8 wire[TOKEN_SIZE + CB];
	struct sspseal_buffer b[2];
	struct sspseal_message m;
};

FIXTURE_SETUP(stream_faults)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY |
					 SSPSEAL_REPLAY_DETECT);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY |
					SSPSEAL_REPLAY_DETECT);
	memset(self->wire, 0, sizeof(self->wire));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->wire, self->wire + TOKEN_SIZE, CB));
	self->b[0] = buffer(STREAM, self->wire, sizeof(self->wire));
	self->b[1] = buffer(DATA, NULL, 0);
	self->m = message(self->acceptor, self->b, 2);
}

FIXTURE_TEARDOWN(stream_faults)
{
	close(self->fd);
}

TEST_F(stream_faults, reading)
{
	__u8 *edge = fence();
	unsigned int size;

	for (size = 0; size < sizeof(self->wire); size++) {
		memcpy(edge - size, self->wire, size);
		self->b[0].ptr = (uintptr_t)edge - size;
		EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_UNSEAL, &self->m));
		EXPECT_EQ(0, memcmp(edge - size, self->wire, size));
		EXPECT_EQ(0, self->b[1].ptr);
		EXPECT_EQ(0, self->b[1].cb);
	}
	EXPECT_EQ(0, received(self->fd, self->acceptor));
	self->b[0].ptr = (uintptr_t)self->wire;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &self->m));
}

TEST_F(stream_faults, writing_data)
{
	__u8 *p = make_readonly(self->wire, sizeof(self->wire));

	self->b[0].ptr = (uintptr_t)p;
	EXPECT_EQ(S(FAULT_AFTER_COMMIT), call(self->fd, SSPSEAL_UNSEAL,
					      &self->m));
	EXPECT_EQ(0, memcmp(p, self->wire, sizeof(self->wire)));
	EXPECT_EQ(1, received(self->fd, self->acceptor));
}

TEST_F(stream_faults, readonly_token)
{
	/* Only what follows the token is written. */
	__u8 *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	page += PAGE - TOKEN_SIZE;
	memcpy(page, self->wire, sizeof(self->wire));
	ASSERT_EQ(0, mprotect(page + TOKEN_SIZE - PAGE, PAGE, PROT_READ));
	self->b[0].ptr = (uintptr_t)page;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &self->m));
	EXPECT_TRUE(all_bytes(page + TOKEN_SIZE, 0, CB));
	EXPECT_EQ((uintptr_t)page + TOKEN_SIZE, self->b[1].ptr);
}

TEST_F(stream_faults, writing_the_array)
{
	self->m.buffers = (uintptr_t)make_readonly(self->b, sizeof(self->b));
	EXPECT_EQ(S(FAULT_AFTER_COMMIT), call(self->fd, SSPSEAL_UNSEAL,
					      &self->m));
	EXPECT_EQ(1, received(self->fd, self->acceptor));
}

/* A context that keeps strict order cannot lose a number. */
FIXTURE(strict)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

FIXTURE_SETUP(strict)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 ALL_SERVICES);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					ALL_SERVICES);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	memset(self->data, 0, sizeof(self->data));
}

FIXTURE_TEARDOWN(strict)
{
	close(self->fd);
}

TEST_F(strict, burned_number_ends_sending)
{
	struct sspseal_query q;
	struct sspseal_message m;
	int i;

	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->token, self->data, CB));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 self->token, self->data, CB));
	EXPECT_EQ(S(FAULT_AFTER_COMMIT),
		  simple_call(self->fd, SSPSEAL_SIGN, self->initiator, fence(),
			      self->data, CB));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(S(SEND_ENDED),
			  simple_refused(self->fd, SSPSEAL_SEAL,
					 self->initiator, self->token,
					 self->data, CB));
		EXPECT_EQ(S(SEND_ENDED),
			  simple_refused(self->fd, SSPSEAL_SIGN,
					 self->initiator, self->token,
					 self->data, CB));
	}
	/* Handle and services are checked before, and stay what they are. */
	m = message(self->initiator + 100, NULL, 0);
	EXPECT_EQ(S(NO_HANDLE), call(self->fd, SSPSEAL_SEAL, &m));
	ASSERT_EQ(0, query(self->fd, self->initiator, &q));
	EXPECT_EQ(2, q.sent);
	EXPECT_EQ(0, q.expired);
	/* Receiving goes on, in order. */
	for (i = 0; i < 3; i++) {
		memset(self->data, i, CB);
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->acceptor, self->token,
					 self->data, CB));
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL,
					 self->initiator, self->token,
					 self->data, CB));
		EXPECT_TRUE(all_bytes(self->data, i, CB));
	}
	EXPECT_EQ(0, destroy(self->fd, self->initiator));
}

TEST_F(strict, number_burned_by_the_struct)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->token, TOKEN_SIZE),
		buffer(DATA, self->data, CB),
	};
	struct sspseal_message m = message(self->initiator, b, 2);

	/* The message is whole, but its sender cannot know. */
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_SEAL,
			    make_readonly(&m, sizeof(m))));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(S(SEND_ENDED), refused(self->fd, SSPSEAL_SEAL, &m));
	EXPECT_EQ(1, sent(self->fd, self->initiator));
}

TEST_F(strict, faults_on_reading_end_nothing)
{
	EXPECT_EQ(S(FAULT), simple_call(self->fd, SSPSEAL_SEAL,
					self->initiator, self->token, fence(),
					CB));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->token, self->data, CB));
	EXPECT_EQ(S(FAULT), simple_call(self->fd, SSPSEAL_UNSEAL,
					self->acceptor, fence(), self->data,
					CB));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 self->token, self->data, CB));
}

TEST_F(strict, receiving_goes_on_after_a_fault)
{
	__u8 *p;
	int i;

	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->token, self->data, CB));
	p = make_readonly(self->data, CB);
	EXPECT_EQ(S(FAULT_AFTER_COMMIT),
		  simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
			      self->token, p, CB));
	/* It counts as received: not again, but the next one. */
	EXPECT_EQ(S(OUT_OF_ORDER),
		  simple_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 self->token, self->data, CB));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, self->token,
					 self->data, CB));
		EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL,
					 self->acceptor, self->token,
					 self->data, CB));
	}
	/* Nor does a fault on receiving end sending. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->acceptor,
				 self->token, self->data, CB));
}

/* Commands that are not messages: a fault changes nothing, but for DESTROY. */
FIXTURE(other_commands)
{
	int fd;
};

FIXTURE_SETUP(other_commands)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(other_commands)
{
	close(self->fd);
}

static bool nothing_lives(int fd)
{
	struct sspseal_query q;
	__u32 handle;

	for (handle = 0; handle < 40; handle++)
		if (query(fd, handle, &q) != S(NO_HANDLE))
			return false;
	return true;
}

TEST_F(other_commands, create_key)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	__u32 size;

	for (size = 0; size < TEST_KEY_SIZE; size++) {
		c.key = (uintptr_t)before_fence(size);
		EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	}
	c.key = 0;
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	c.key = 0xffffffff81000000ULL;
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(POISON32, c.handle);
	EXPECT_TRUE(nothing_lives(self->fd));
}

TEST_F(other_commands, create_params)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	struct sspseal_native *n, native = { };
	__u32 size;

	c.params_size = sizeof(native);
	for (size = 0; size < sizeof(native); size++) {
		c.params = (uintptr_t)before_fence(size);
		EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	}
	c.params = 0;
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	/* Longer, and readable to its first version's end only. */
	n = before_fence(sizeof(native));
	c.params = (uintptr_t)n;
	c.params_size = sizeof(native) + 1;
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_TRUE(all_bytes(n, 0, sizeof(*n)));
	/* The salt cannot be written. */
	c.params_size = sizeof(native);
	c.params = (uintptr_t)make_readonly(&native, sizeof(native));
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	c.params = (uintptr_t)half_readonly(&native, sizeof(native), 23);
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(POISON32, c.handle);
	EXPECT_TRUE(nothing_lives(self->fd));
}

TEST_F(other_commands, create_struct)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	struct sspseal_create *p = make_readonly(&c, sizeof(c));
	int i;

	for (i = 0; i < 5; i++) {
		EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_CREATE, p));
		EXPECT_EQ(EFAULT, errno);
	}
	/* Its last field, the handle, in a page that is read-only. */
	p = half_readonly(&c, sizeof(c), offsetof(struct sspseal_create,
						  handle));
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_CREATE, p));
	EXPECT_TRUE(nothing_lives(self->fd));
}

TEST_F(other_commands, query_and_info)
{
	__u32 handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES);
	struct sspseal_query q = { .size = sizeof(q), .handle = handle };
	struct sspseal_info i = { .size = sizeof(i) };
	struct sspseal_query *p = half_readonly(&q, sizeof(q), 100);

	ASSERT_NE(0, handle);
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_QUERY,
			    make_readonly(&q, sizeof(q))));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_QUERY, p));
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_INFO,
			    make_readonly(&i, sizeof(i))));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(S(FAULT), call(self->fd, SSPSEAL_INFO,
				 half_readonly(&i, sizeof(i), 100)));
	EXPECT_EQ(0, query(self->fd, handle, &q));
}

TEST_F(other_commands, destroy_struct)
{
	__u32 handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      ALL_SERVICES);
	struct sspseal_destroy d = { .size = sizeof(d), .handle = handle };
	struct sspseal_query q;

	ASSERT_NE(0, handle);
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_DESTROY,
			    make_readonly(&d, sizeof(d))));
	EXPECT_EQ(EFAULT, errno);
	/* It was done all the same. */
	EXPECT_EQ(S(ALREADY_DESTROYED), query(self->fd, handle, &q));
	/* A refusal that cannot be told changes nothing. */
	d.handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				  ALL_SERVICES);
	d.__reserved = 1;
	EXPECT_EQ(-1, ioctl(self->fd, SSPSEAL_DESTROY,
			    make_readonly(&d, sizeof(d))));
	EXPECT_EQ(0, query(self->fd, d.handle, &q));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that cannot be read or written, at each address that a command takes.
 * A fault on reading changes nothing; one on writing a message's outputs comes
 * after its number was used.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define CB		100

/* What becomes of a page. */
enum fate { READ_ONLY, FORBIDDEN, NOT_MAPPED, FATES };

/* Two pages, of which something becomes the second: @size bytes across the border. */
static void *half(const void *from, size_t size, size_t before, enum fate fate)
{
	__u8 *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		abort();
	memcpy(page + PAGE - before, from, size);
	if (fate == NOT_MAPPED ? munmap(page + PAGE, PAGE) :
	    mprotect(page + PAGE, PAGE,
		     fate == READ_ONLY ? PROT_READ : PROT_NONE))
		abort();
	return page + PAGE - before;
}

static void *half_readonly(const void *from, size_t size, size_t writable)
{
	return half(from, size, writable, READ_ONLY);
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

/*
 * DATA and TOKEN in a file that can only be read: what is written to its memory is
 * refused, or is the process's own copy. The file stays as it is.
 */
FIXTURE(file)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	int writer;
	int reader;
};

FIXTURE_VARIANT(file)
{
	int flags;
	int prot;
	int written;
};

FIXTURE_VARIANT_ADD(file, shared)
{
	.flags = MAP_SHARED, .prot = PROT_READ,
	.written = S(FAULT_AFTER_COMMIT),
};

FIXTURE_VARIANT_ADD(file, private)
{
	.flags = MAP_PRIVATE, .prot = PROT_READ,
	.written = S(FAULT_AFTER_COMMIT),
};

FIXTURE_VARIANT_ADD(file, copied)
{
	.flags = MAP_PRIVATE, .prot = PROT_READ | PROT_WRITE,
	.written = S(OK),
};

FIXTURE_SETUP(file)
{
	char name[] = "/tmp/sspseal-XXXXXX";

	self->fd = device_open();
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY);
	ASSERT_TRUE(self->initiator && self->acceptor);
	self->writer = mkstemp(name);
	self->reader = open(name, O_RDONLY | O_CLOEXEC);
	unlink(name);
	ASSERT_LE(0, self->reader);
}

FIXTURE_TEARDOWN(file)
{
	close(self->reader);
	close(self->writer);
	close(self->fd);
}

/* Bytes from the file, as they are mapped. */
static __u8 *map_file(const FIXTURE_DATA(file) * self,
		      const FIXTURE_VARIANT(file) * variant, const __u8 *bytes,
		      size_t size)
{
	void *p;

	if (ftruncate(self->writer, 0) ||
	    pwrite(self->writer, bytes, size, 0) != (ssize_t)size)
		abort();
	p = mmap(NULL, size, variant->prot, variant->flags, self->reader, 0);
	if (p == MAP_FAILED)
		abort();
	return p;
}

static bool file_is(const FIXTURE_DATA(file) * self, const __u8 *bytes,
		    size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ, MAP_SHARED, self->reader, 0);
	__u8 *now = malloc(size);
	bool same;

	if (shared == MAP_FAILED || !now)
		abort();
	same = pread(self->reader, now, size, 0) == (ssize_t)size &&
	       !memcmp(now, bytes, size) && !memcmp(shared, bytes, size);
	free(now);
	munmap(shared, size);
	return same;
}

TEST_F(file, stays_as_it_is)
{
	/* By words, by one copy, in many pieces. */
	static const size_t sizes[] = { 40, 4096, 5000, 65536, 300000 };
	__u8 *bytes = malloc(TOKEN_SIZE + sizes[4]), *p, other[TOKEN_SIZE];
	__u8 *data = bytes + TOKEN_SIZE;
	struct sspseal_buffer b[2];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i];

		fill(data, size);
		p = map_file(self, variant, data, size);
		EXPECT_EQ(variant->written,
			  simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				      other, p, size));
		EXPECT_TRUE(file_is(self, data, size));
		p = map_file(self, variant, data, TOKEN_SIZE);
		EXPECT_EQ(variant->written,
			  simple_call(self->fd, SSPSEAL_SIGN, self->initiator,
				      p, other, sizeof(other)));
		EXPECT_TRUE(file_is(self, data, TOKEN_SIZE));

		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL,
					 self->initiator, bytes, data, size));
		p = map_file(self, variant, data, size);
		EXPECT_EQ(variant->written,
			  simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				      bytes, p, size));
		EXPECT_TRUE(file_is(self, data, size));
		p = map_file(self, variant, bytes, TOKEN_SIZE + size);
		b[0] = buffer(STREAM, p, TOKEN_SIZE + size);
		b[1] = buffer(DATA, NULL, 0);
		EXPECT_EQ(variant->written,
			  message_call(self->fd, SSPSEAL_UNSEAL,
				       self->acceptor, b, 2));
		EXPECT_TRUE(file_is(self, bytes, TOKEN_SIZE + size));
	}
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

/* ---- each output of each command ---- */

/*
 * A command that works, and the part of what it is called with that has outputs.
 * @address: of the part, NULL if it is the struct
 * @unread: the part is only written
 * @torn: something was written to parameters, and was not taken back
 * @ends: the context sends no more once a number was burned
 * @told: what the first operation of a batch says
 * @next: the handle that is given out next
 * @next_fd: likewise, of descriptors
 */
struct outputs {
	int fd;
	__u32 sender;
	__u32 receiver;
	__u32 unbound;
	__u32 next;
	int exported;
	long handles;
	unsigned int descriptors;
	int next_fd;
	unsigned long cmd;
	union {
		struct sspseal_info info;
		struct sspseal_create create;
		struct sspseal_bind bind;
		struct sspseal_destroy destroy;
		struct sspseal_query query;
		struct sspseal_message message;
		struct sspseal_export export;
		struct sspseal_import import;
		struct sspseal_batch batch;
	} u;
	struct sspseal_native params, given_params;
	struct sspseal_buffer b[3], later[2];
	struct sspseal_operation op[2];
	/* Token and DATA, as STREAM has them, and what they were before the call. */
	__u8 wire[TOKEN_SIZE + CB];
	__u8 given[TOKEN_SIZE + CB];
	__u8 token[TOKEN_SIZE];
	__u64 *address;
	const void *part;
	size_t part_size;
	bool unread;
	bool torn;
	bool ends;
	__u32 told;
};

static void part_is(struct outputs *o, const void *part, size_t size,
		    __u64 *address)
{
	o->part = part;
	o->part_size = size;
	o->address = address;
}

static void struct_is(struct outputs *o, unsigned long cmd, size_t size)
{
	__u32 head[] = { size, POISON32 };

	memcpy(&o->u, head, sizeof(head));
	o->cmd = cmd;
	part_is(o, &o->u, size, NULL);
}

static void give_info(struct outputs *o)
{
	struct_is(o, SSPSEAL_INFO, sizeof(o->u.info));
}

/* Its salt is written before the struct, and taken back where that fails. */
static void give_create(struct outputs *o)
{
	memset(o->params.salt, POISON, sizeof(o->params.salt));
	o->given_params = o->params;
	o->u.create = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
	o->u.create.params = (uintptr_t)&o->params;
	o->u.create.params_size = sizeof(o->params);
	struct_is(o, SSPSEAL_CREATE, sizeof(o->u.create));
}

static void give_params(struct outputs *o)
{
	give_create(o);
	part_is(o, &o->params, sizeof(o->params), &o->u.create.params);
}

static void give_bind(struct outputs *o)
{
	static const __u8 peer[SSPSEAL_SALT_SIZE] = { 1 };

	o->u.bind = bind_args(o->unbound, ALL_SERVICES, peer);
	struct_is(o, SSPSEAL_BIND, sizeof(o->u.bind));
}

static void give_destroy(struct outputs *o)
{
	o->u.destroy.handle = o->unbound;
	struct_is(o, SSPSEAL_DESTROY, sizeof(o->u.destroy));
}

static void give_query(struct outputs *o)
{
	o->u.query.handle = o->sender;
	struct_is(o, SSPSEAL_QUERY, sizeof(o->u.query));
}

static void give_export(struct outputs *o)
{
	o->u.export = export_args(o->sender, SSPSEAL_RIGHT_SEAL);
	struct_is(o, SSPSEAL_EXPORT, sizeof(o->u.export));
}

static void give_revocable(struct outputs *o)
{
	give_export(o);
	o->u.export.flags = SSPSEAL_EXPORT_REVOCABLE;
}

static void give_import(struct outputs *o)
{
	o->u.import = import_args(o->exported, 0);
	struct_is(o, SSPSEAL_IMPORT, sizeof(o->u.import));
}

static void give_new_file(struct outputs *o)
{
	give_import(o);
	o->u.import.flags = SSPSEAL_IMPORT_NEW_FILE;
}

static void give_message(struct outputs *o, unsigned long cmd)
{
	bool sends = cmd == SSPSEAL_SEAL || cmd == SSPSEAL_SIGN;
	__u8 *token = o->wire, *data = o->wire + TOKEN_SIZE;

	if (!sends && simple_call(o->fd, cmd - 1, o->sender, token, data, CB))
		abort();
	memcpy(o->given, o->wire, sizeof(o->given));
	o->b[0] = buffer(TOKEN, token, TOKEN_SIZE);
	o->b[1] = buffer(DATA, data, CB);
	o->b[2] = buffer(PADDING, NULL, 0);
	o->u.message = message(sends ? o->sender : o->receiver, o->b, 3);
	struct_is(o, cmd, sizeof(o->u.message));
}

static void give_seal(struct outputs *o)
{
	give_message(o, SSPSEAL_SEAL);
}

static void give_sign(struct outputs *o)
{
	give_message(o, SSPSEAL_SIGN);
}

static void give_unseal(struct outputs *o)
{
	give_message(o, SSPSEAL_UNSEAL);
}

static void give_verify(struct outputs *o)
{
	give_message(o, SSPSEAL_VERIFY);
}

static void array_is(struct outputs *o)
{
	part_is(o, o->b, sizeof(o->b), &o->u.message.buffers);
}

static void give_seal_array(struct outputs *o)
{
	give_seal(o);
	array_is(o);
}

static void give_sign_array(struct outputs *o)
{
	give_sign(o);
	array_is(o);
}

/* Where DATA lies in STREAM is an output. */
static void give_stream_array(struct outputs *o)
{
	give_unseal(o);
	o->b[0] = buffer(STREAM, o->wire, sizeof(o->wire));
	o->b[1] = buffer(DATA, NULL, 0);
	array_is(o);
}

static void give_seal_token(struct outputs *o)
{
	give_seal(o);
	part_is(o, o->wire, TOKEN_SIZE, &o->b[0].ptr);
	o->unread = true;
}

static void give_sign_token(struct outputs *o)
{
	give_sign(o);
	part_is(o, o->wire, TOKEN_SIZE, &o->b[0].ptr);
	o->unread = true;
}

static void give_seal_data(struct outputs *o)
{
	give_seal(o);
	part_is(o, o->wire + TOKEN_SIZE, CB, &o->b[1].ptr);
}

static void give_unseal_data(struct outputs *o)
{
	give_unseal(o);
	part_is(o, o->wire + TOKEN_SIZE, CB, &o->b[1].ptr);
}

static void batch_of(struct outputs *o, unsigned long cmd)
{
	give_message(o, cmd);
	o->op[0].command = cmd;
	o->op[0].message = o->u.message;
	o->u.batch = (struct sspseal_batch) {
		.operations = (uintptr_t)o->op, .stride = sizeof(o->op[0]),
		.nr = 1,
	};
	struct_is(o, SSPSEAL_BATCH, sizeof(o->u.batch));
}

static void give_batch(struct outputs *o)
{
	batch_of(o, SSPSEAL_SEAL);
}

/* A second one, which must not be done if the first one cannot tell. */
static void operations_are(struct outputs *o, unsigned long cmd)
{
	batch_of(o, cmd);
	o->later[0] = buffer(TOKEN, o->token, TOKEN_SIZE);
	o->later[1] = buffer(DATA, NULL, 0);
	o->op[1].command = SSPSEAL_SIGN;
	o->op[1].message = message(o->sender, o->later, 2);
	o->u.batch.nr = 2;
	part_is(o, o->op, sizeof(o->op), &o->u.batch.operations);
}

static void give_seal_operations(struct outputs *o)
{
	operations_are(o, SSPSEAL_SEAL);
}

static void give_unseal_operations(struct outputs *o)
{
	operations_are(o, SSPSEAL_UNSEAL);
}

/* Which can tell all but this: others go on. */
static void give_operation_qop(struct outputs *o)
{
	operations_are(o, SSPSEAL_VERIFY);
	o->u.batch.nr = 1;
}

/* Which descriptor would be the next one? One may be reserved, but not be there. */
static int next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static bool outputs_begin(struct outputs *o, bool strict)
{
	__u32 services = SSPSEAL_CONFIDENTIALITY |
			 (strict ? SSPSEAL_SEQUENCE_DETECT :
				   SSPSEAL_REPLAY_DETECT);
	struct sspseal_native native = { };

	memset(o, 0, sizeof(*o));
	o->ends = strict;
	o->fd = device_open();
	o->sender = create_context(o->fd, SSPSEAL_ROLE_INITIATOR, services);
	o->receiver = create_context(o->fd, SSPSEAL_ROLE_ACCEPTOR, services);
	o->unbound = create_native(o->fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES,
				   SSPSEAL_CREATE_UNBOUND, &native);
	o->next = o->unbound + 1;
	o->exported = export_handle(o->fd, o->sender, SSPSEAL_RIGHT_SEAL);
	o->handles = fdinfo_number(o->fd, "sspseal-handles");
	o->descriptors = descriptors();
	o->next_fd = next_fd();
	return o->unbound && o->exported >= 0;
}

static void outputs_end(struct outputs *o)
{
	close(o->exported);
	close(o->fd);
}

/*
 * With the part across the border. Return: -errno, and what the struct has as
 * status if that can be read.
 */
static int call_across(struct outputs *o, size_t at, enum fate fate,
		       __u32 *status)
{
	void *part = half(o->part, o->part_size, at, fate);
	void *arg = o->address ? &o->u : part;
	int error;

	if (o->address)
		*o->address = (uintptr_t)part;
	error = ioctl(o->fd, o->cmd, arg) ? -errno : 0;
	*status = POISON32;
	if (o->address || at > offsetof(struct sspseal_message, status))
		memcpy(status, (__u32 *)arg + 1, sizeof(*status));
	if (o->address == &o->u.batch.operations && fate == READ_ONLY)
		o->told = ((struct sspseal_operation *)part)->message.status;
	o->torn = memcmp(&o->params, &o->given_params, sizeof(o->params)) ||
		  (o->part == &o->params && memcmp(part, o->part, at));
	if (o->address)
		*o->address = (uintptr_t)o->part;
	return error;
}

static const char *nothing_is_left(struct outputs *o)
{
	if (o->handles != fdinfo_number(o->fd, "sspseal-handles"))
		return "a handle is left, or missing";
	if (o->descriptors != descriptors() || o->next_fd != next_fd())
		return "a descriptor is left";
	if (o->torn)
		return "the parameters have changed";
	return fdinfo_number(o->fd, "sspseal-in-flight") ?
	       "bytes are in flight" : NULL;
}

/* The message of a batch is its first operation's. */
static unsigned long command_of(const struct outputs *o)
{
	return o->cmd == SSPSEAL_BATCH ? o->op[0].command : o->cmd;
}

static int call_whole(struct outputs *o)
{
	return call(o->fd, o->cmd, &o->u);
}

/* The number after those that are used goes to the next message, and arrives. */
static const char *sends_on(struct outputs *o, __u64 number)
{
	__u8 token[TOKEN_SIZE], data[CB] = { };
	int status;

	if (sent(o->fd, o->sender) != (__s64)number)
		return "another count of numbers";
	status = simple_call(o->fd, SSPSEAL_SEAL, o->sender, token, data, CB);
	if (o->ends && number)
		return status == S(SEND_ENDED) ? NULL : "goes on after a gap";
	if (status)
		return "cannot be used any more";
	if (token_counter(token) != number)
		return "a number comes twice";
	return simple_call(o->fd, SSPSEAL_UNSEAL, o->receiver, token, data,
			   CB) ? "the peer does not take it" : NULL;
}

/* What was received once is not received again, and the next one is. */
static const char *receives_on(struct outputs *o)
{
	__u8 *data = o->given + TOKEN_SIZE;

	if (received(o->fd, o->receiver) != 1)
		return "not counted as received";
	return simple_call(o->fd, command_of(o), o->receiver, o->given, data,
			   CB) == S(REPLAYED) ? sends_on(o, 1) :
						"received twice";
}

static const char *was_committed(struct outputs *o)
{
	bool of_batch = o->address == &o->u.batch.operations;
	/* Alone, it can tell; else it does not count. */
	bool tells = o->u.batch.nr == 1;

	if (of_batch && o->u.batch.done != tells)
		return "another count of operations";
	if (of_batch && tells && o->told != S(FAULT_AFTER_COMMIT))
		return "the operation says that all is well";
	switch (command_of(o)) {
	case SSPSEAL_SEAL:
	case SSPSEAL_SIGN:
		return sends_on(o, 1);
	case SSPSEAL_UNSEAL:
	case SSPSEAL_VERIFY:
		return receives_on(o);
	case SSPSEAL_BIND:
		return call_whole(o) == S(ALREADY_BOUND) ? NULL :
							   "bound twice";
	default:
		return call_whole(o) == S(ALREADY_DESTROYED) ?
		       NULL : "destroyed twice";
	}
}

/* The handle that it makes: 0 if it makes none. */
static __u32 made(const struct outputs *o)
{
	switch (o->cmd) {
	case SSPSEAL_CREATE:
		return o->u.create.handle;
	case SSPSEAL_EXPORT:
		return o->u.export.revoker;
	case SSPSEAL_IMPORT:
		return o->u.import.flags ? 0 : o->u.import.handle;
	default:
		return 0;
	}
}

/* Nothing was used up: the same call works, and gives what it would have given. */
static const char *was_not_done(struct outputs *o)
{
	bool receives = command_of(o) == SSPSEAL_UNSEAL ||
			command_of(o) == SSPSEAL_VERIFY;

	if (sent(o->fd, o->sender) != receives ||
	    received(o->fd, o->receiver))
		return "a number was used";
	if (call_whole(o))
		return "does not work any more";
	if (made(o) && made(o) != o->next)
		return "a handle was used up";
	if (o->cmd == SSPSEAL_EXPORT)
		close(o->u.export.fd);
	if (o->cmd == SSPSEAL_IMPORT && o->u.import.flags)
		close(o->u.import.new_fd);
	return NULL;
}

/*
 * @give: what it is about
 * @written: what is said if an output could not be written
 * @committed: it was done then
 * @strict: contexts with SEQUENCE_DETECT
 * @at: where in the part outputs begin
 */
FIXTURE(outputs)
{
	struct outputs o;
};

FIXTURE_VARIANT(outputs)
{
	void (*give)(struct outputs *o);
	int written;
	bool committed;
	bool strict;
	unsigned int nr;
	__u8 at[24];
};

FIXTURE_SETUP(outputs)
{
}

FIXTURE_TEARDOWN(outputs)
{
}

#define OUT(type, field)	offsetof(struct sspseal_##type, field)
#define AT(...)								\
	.nr = sizeof((__u8[]) { __VA_ARGS__ }), .at = { __VA_ARGS__ }
#define UNDONE		.written = S(FAULT)
#define DONE		.written = S(FAULT_AFTER_COMMIT), .committed = true
/* Its one operation tells, and counts as done. */
#define TOLD		.written = S(OK), .committed = true

FIXTURE_VARIANT_ADD(outputs, info)
{
	give_info, UNDONE, AT(OUT(info, status), OUT(info, suite),
			      OUT(info, abi_version), OUT(info, mechanisms),
			      OUT(info, suites), OUT(info, max_buffers),
			      OUT(info, max_data), OUT(info, max_associated),
			      OUT(info, max_signed), OUT(info, window),
			      OUT(info, max_handles), OUT(info, max_contexts),
			      OUT(info, key_size), OUT(info, tag_size),
			      OUT(info, token_size), OUT(info, driver)),
};

FIXTURE_VARIANT_ADD(outputs, create)
{
	give_create, UNDONE, AT(OUT(create, status), OUT(create, handle)),
};

FIXTURE_VARIANT_ADD(outputs, params)
{
	give_params, UNDONE, AT(OUT(native, salt), OUT(native, salt) + 8),
};

FIXTURE_VARIANT_ADD(outputs, bind)
{
	give_bind, DONE, AT(OUT(bind, status)),
};

FIXTURE_VARIANT_ADD(outputs, destroy)
{
	give_destroy, DONE, AT(OUT(destroy, status)),
};

FIXTURE_VARIANT_ADD(outputs, query)
{
	give_query, UNDONE,
	AT(OUT(query, status), OUT(query, mechanism), OUT(query, role),
	   OUT(query, services), OUT(query, flags), OUT(query, rights),
	   OUT(query, suites), OUT(query, default_suite),
	   OUT(query, max_signature), OUT(query, security_trailer),
	   OUT(query, expired), OUT(query, ready), OUT(query, expiry),
	   OUT(query, sent), OUT(query, received), OUT(query, failed),
	   OUT(query, salt), OUT(query, driver)),
};

FIXTURE_VARIANT_ADD(outputs, export)
{
	give_export, UNDONE,
	AT(OUT(export, status), OUT(export, fd), OUT(export, revoker)),
};

FIXTURE_VARIANT_ADD(outputs, export_revocable)
{
	give_revocable, UNDONE,
	AT(OUT(export, status), OUT(export, fd), OUT(export, revoker)),
};

FIXTURE_VARIANT_ADD(outputs, import)
{
	give_import, UNDONE,
	AT(OUT(import, status), OUT(import, handle), OUT(import, new_fd)),
};

FIXTURE_VARIANT_ADD(outputs, import_new_file)
{
	give_new_file, UNDONE,
	AT(OUT(import, status), OUT(import, handle), OUT(import, new_fd)),
};

FIXTURE_VARIANT_ADD(outputs, seal)
{
	give_seal, DONE, AT(OUT(message, status)),
};

FIXTURE_VARIANT_ADD(outputs, sign)
{
	give_sign, DONE, AT(OUT(message, status)),
};

FIXTURE_VARIANT_ADD(outputs, unseal)
{
	give_unseal, DONE, AT(OUT(message, status), OUT(message, qop)),
};

FIXTURE_VARIANT_ADD(outputs, verify)
{
	give_verify, DONE, AT(OUT(message, status), OUT(message, qop)),
};

/* What is sent writes the sizes of TOKEN and PADDING. */
#define SENT_ARRAY	AT(0, 2 * sizeof(struct sspseal_buffer))

FIXTURE_VARIANT_ADD(outputs, seal_array) { give_seal_array, DONE, SENT_ARRAY };
FIXTURE_VARIANT_ADD(outputs, sign_array) { give_sign_array, DONE, SENT_ARRAY };
FIXTURE_VARIANT_ADD(outputs, strict_array)
{
	give_sign_array, DONE, SENT_ARRAY, .strict = true,
};

FIXTURE_VARIANT_ADD(outputs, stream_array)
{
	give_stream_array, DONE,
	AT(sizeof(struct sspseal_buffer) + OUT(buffer, cb),
	   sizeof(struct sspseal_buffer) + OUT(buffer, ptr)),
};

#define TOKEN_FIELDS	AT(0, 4, 8, 16, 32, TOKEN_SIZE - 1)

FIXTURE_VARIANT_ADD(outputs, seal_token)
{
	give_seal_token, DONE, TOKEN_FIELDS,
};

FIXTURE_VARIANT_ADD(outputs, sign_token)
{
	give_sign_token, DONE, TOKEN_FIELDS,
};

FIXTURE_VARIANT_ADD(outputs, strict_token)
{
	give_sign_token, DONE, TOKEN_FIELDS, .strict = true,
};

FIXTURE_VARIANT_ADD(outputs, seal_data)
{
	give_seal_data, DONE, AT(0, CB - 1),
};

FIXTURE_VARIANT_ADD(outputs, unseal_data)
{
	give_unseal_data, DONE, AT(0, CB - 1),
};

FIXTURE_VARIANT_ADD(outputs, batch)
{
	give_batch, DONE, AT(OUT(batch, status), OUT(batch, done)),
};

#define OF_MESSAGE(field)						\
	(OUT(operation, message) + OUT(message, field))

FIXTURE_VARIANT_ADD(outputs, seal_operations)
{
	give_seal_operations, DONE,
	AT(OUT(operation, error), OF_MESSAGE(status)),
};

FIXTURE_VARIANT_ADD(outputs, unseal_operations)
{
	give_unseal_operations, DONE,
	AT(OUT(operation, error), OF_MESSAGE(status)),
};

FIXTURE_VARIANT_ADD(outputs, operation_qop)
{
	give_operation_qop, TOLD, AT(OF_MESSAGE(qop)),
};

/* A struct that cannot be read has no status, nor one that cannot hold it. */
static bool has_status(const struct outputs *o, unsigned int at, enum fate fate)
{
	return o->address || (fate == READ_ONLY &&
			      at > offsetof(struct sspseal_message, status));
}

/* What cannot be read changes nothing; nor does what cannot be written, or it ends. */
TEST_F(outputs, across_a_border)
{
	unsigned int n = variant->nr * FATES, at;
	struct outputs *o = &self->o;
	__u32 status, expected;
	const char *wrong;
	enum fate fate;
	bool done;

	while (n--) {
		at = variant->at[n / FATES];
		fate = n % FATES;
		ASSERT_TRUE(outputs_begin(o, variant->strict));
		variant->give(o);
		done = variant->committed && (fate == READ_ONLY || o->unread);
		expected = done || fate == READ_ONLY ? variant->written :
						       S(FAULT);
		EXPECT_EQ(status_errno(expected),
			  call_across(o, at, fate, &status))
			TH_LOG("byte %u, fate %u", at, fate);
		if (!has_status(o, at, fate))
			expected = POISON32;
		EXPECT_EQ(expected, status)
			TH_LOG("byte %u, fate %u", at, fate);
		o->handles -= done && o->cmd == SSPSEAL_DESTROY;
		wrong = nothing_is_left(o);
		if (!wrong)
			wrong = done ? was_committed(o) : was_not_done(o);
		EXPECT_EQ(NULL, wrong)
			TH_LOG("byte %u, fate %u: %s", at, fate, wrong);
		outputs_end(o);
	}
	EXPECT_TRUE(no_context_is_left());
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules for the buffers of a message: which lists each command takes, what
 * it says of the others, what it writes, and where the limits lie.
 */
#include <errno.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define EMPTY		SSPSEAL_BUFFER_EMPTY
#define CB		100

/*
 * The memory of a message. The fields touch each other: adjacent buffers do not
 * overlap.
 */
struct memory {
	__u8 before[CB];
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 associated[CB];
	__u8 second[CB];
	__u8 token2[TOKEN_SIZE];
	__u8 after[64];
};

#define AT(field)	offsetof(struct memory, field)
/* An entry without address. */
#define NO_ADDRESS	0xffff

struct entry {
	__u32 type;
	__u32 at;
	__u32 cb;
};

/* One list of buffers, and what SEAL, UNSEAL, SIGN and VERIFY say of it. */
struct row {
	__u32 nr;
	struct entry e[5];
	int status[4];
};

#define GOOD_TOKEN	{ TOKEN, AT(token), TOKEN_SIZE }
#define GOOD_DATA	{ DATA, AT(data), CB }

/* A status of the enum, without its prefix. */
#define S(name)		SSPSEAL_STATUS_##name
#define EACH(name)	{ [0 ... 3] = S(name) }

/* The message of [TOKEN, DATA] is authentic, and may come any number of times. */
FIXTURE(buffers)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u32 handle;
	struct memory *m;
	struct memory good;
	struct sspseal_info info;
};

FIXTURE_VARIANT(buffers)
{
	unsigned long cmd;
	unsigned int column;
};

FIXTURE_VARIANT_ADD(buffers, seal) { .cmd = SSPSEAL_SEAL, .column = 0 };
FIXTURE_VARIANT_ADD(buffers, unseal) { .cmd = SSPSEAL_UNSEAL, .column = 1 };
FIXTURE_VARIANT_ADD(buffers, sign) { .cmd = SSPSEAL_SIGN, .column = 2 };
FIXTURE_VARIANT_ADD(buffers, verify) { .cmd = SSPSEAL_VERIFY, .column = 3 };

FIXTURE_SETUP(buffers)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, info(self->fd, 0, &self->info));
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);

	self->m = &self->good;
	fill(&self->good, sizeof(self->good));
	self->handle = self->initiator;
	if (variant->column & 1) {
		ASSERT_EQ(0, simple_call(self->fd, variant->column == 1 ?
					 SSPSEAL_SEAL : SSPSEAL_SIGN,
					 self->initiator, self->good.token,
					 self->good.data, CB));
		self->handle = self->acceptor;
	}
	self->m = malloc(sizeof(*self->m));
	ASSERT_TRUE(self->m);
	memcpy(self->m, &self->good, sizeof(*self->m));
}

FIXTURE_TEARDOWN(buffers)
{
	free(self->m);
	close(self->fd);
}

static struct sspseal_buffer entry_buffer(const struct entry *e,
					  struct memory *m)
{
	return buffer(e->type, e->at == NO_ADDRESS ? NULL : (__u8 *)m + e->at,
		      e->cb);
}

/* Returns the index of the first row that went wrong, or @nr. */
static unsigned int rows_run(int fd, unsigned long cmd, __u32 handle,
			     struct memory *m, const struct memory *good,
			     const struct row *row, unsigned int nr,
			     unsigned int column, int *seen)
{
	struct sspseal_buffer b[ARRAY_SIZE(row->e)];
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		memcpy(m, good, sizeof(*m));
		for (j = 0; j < row[i].nr; j++)
			b[j] = entry_buffer(&row[i].e[j], m);
		if (row[i].status[column])
			*seen = message_refused(fd, cmd, handle, b, row[i].nr);
		else
			*seen = message_call(fd, cmd, handle, b, row[i].nr);
		if (*seen != row[i].status[column])
			break;
	}
	return i;
}

#define ROWS(_rows) do {						\
	const typeof(_rows) *_row = &(_rows);				\
	unsigned int _bad;						\
	int _seen = 0;							\
									\
	_bad = rows_run(self->fd, variant->cmd, self->handle, self->m,	\
			&self->good, *_row, ARRAY_SIZE(*_row),		\
			variant->column, &_seen);			\
	EXPECT_EQ(ARRAY_SIZE(*_row), _bad)				\
		TH_LOG("row %u: expected status %d, seen %d", _bad,	\
		       (*_row)[_bad].status[variant->column], _seen);	\
	/* What was refused has done no harm. */			\
	memcpy(self->m, &self->good, sizeof(*self->m));			\
	EXPECT_EQ(0, simple_call(self->fd, variant->cmd, self->handle,	\
				 self->m->token, self->m->data, CB));	\
} while (0)

TEST_F(buffers, token)
{
	static const struct row row[] = {
		{ 1, { GOOD_DATA }, EACH(NO_TOKEN) },
		{ 2, { { DATA | RWC, AT(associated), CB }, GOOD_DATA },
		  EACH(NO_TOKEN) },
		{ 2, { { EMPTY, AT(token), TOKEN_SIZE }, GOOD_DATA },
		  EACH(NO_TOKEN) },
		{ 2, { { TOKEN, AT(token), 0 }, GOOD_DATA },
		  EACH(TOKEN_TOO_SMALL) },
		{ 2, { { TOKEN, NO_ADDRESS, 0 }, GOOD_DATA },
		  EACH(TOKEN_TOO_SMALL) },
		{ 2, { { TOKEN, AT(token), TOKEN_SIZE - 1 }, GOOD_DATA },
		  EACH(TOKEN_TOO_SMALL) },
		{ 2, { GOOD_TOKEN, GOOD_DATA }, EACH(OK) },
		{ 2, { GOOD_DATA, GOOD_TOKEN }, EACH(OK) },
		{ 2, { { TOKEN, NO_ADDRESS, TOKEN_SIZE }, GOOD_DATA },
		  EACH(TOKEN_NULL) },
		{ 3, { GOOD_TOKEN, GOOD_DATA,
		       { TOKEN, AT(token2), TOKEN_SIZE } },
		  EACH(TWO_TOKENS) },
		{ 3, { GOOD_TOKEN, { TOKEN, AT(token2), TOKEN_SIZE },
		       GOOD_DATA },
		  EACH(TWO_TOKENS) },
		{ 2, { { TOKEN | READONLY, AT(token), TOKEN_SIZE }, GOOD_DATA },
		  { S(TOKEN_READONLY), S(OK), S(TOKEN_READONLY), S(OK) } },
		{ 2, { { TOKEN | RWC, AT(token), TOKEN_SIZE }, GOOD_DATA },
		  { S(TOKEN_READONLY), S(OK), S(TOKEN_READONLY), S(OK) } },
	};

	ROWS(row);
}

TEST_F(buffers, token_larger_than_needed)
{
	struct sspseal_buffer b[2];
	__u8 token[2 * TOKEN_SIZE];

	memset(token, POISON, sizeof(token));
	if (variant->column & 1)
		memcpy(token, self->good.token, TOKEN_SIZE);
	b[0] = buffer(TOKEN, token, sizeof(token));
	b[1] = buffer(DATA, self->m->data, CB);
	EXPECT_EQ(0, message_call(self->fd, variant->cmd, self->handle, b, 2));
	/* Its size is told; the rest is neither read nor written. */
	EXPECT_EQ(variant->column & 1 ? sizeof(token) : TOKEN_SIZE, b[0].cb);
	EXPECT_TRUE(all_bytes(token + TOKEN_SIZE, POISON, TOKEN_SIZE));
	EXPECT_FALSE(all_bytes(token, POISON, TOKEN_SIZE));
	EXPECT_EQ(TOKEN, b[0].type);
	EXPECT_EQ((uintptr_t)token, b[0].ptr);
	EXPECT_EQ(CB, b[1].cb);
	EXPECT_EQ(DATA, b[1].type);
	EXPECT_EQ((uintptr_t)self->m->data, b[1].ptr);
}

TEST_F(buffers, stream_is_for_unseal_only)
{
	static const struct row row[] = {
		{ 3, { GOOD_TOKEN, { STREAM, AT(second), CB }, GOOD_DATA },
		  { S(OK), S(TOKEN_AND_STREAM), S(OK), S(OK) } },
		{ 3, { { STREAM, NO_ADDRESS, 0 }, GOOD_DATA, GOOD_TOKEN },
		  { S(OK), S(TOKEN_AND_STREAM), S(OK), S(OK) } },
		{ 3, { { STREAM, AT(second), CB }, GOOD_DATA,
		       { STREAM, AT(associated), CB } },
		  { S(NO_TOKEN), S(TWO_TOKENS), S(NO_TOKEN), S(NO_TOKEN) } },
	};

	ROWS(row);
}

TEST_F(buffers, plain_data)
{
	static const struct row row[] = {
		{ 1, { GOOD_TOKEN }, EACH(NO_DATA) },
		{ 2, { GOOD_TOKEN, { EMPTY, AT(data), CB } }, EACH(NO_DATA) },
		{ 2, { GOOD_TOKEN, { DATA | READONLY, AT(data), CB } },
		  { S(DATA_READONLY), S(DATA_READONLY), S(NO_DATA),
		    S(NO_DATA) } },
		/* READONLY beside a plain one counts for nothing. */
		{ 3, { { DATA | READONLY, AT(second), CB }, GOOD_TOKEN,
		       GOOD_DATA }, EACH(OK) },
		{ 4, { GOOD_TOKEN, { DATA | READONLY, AT(second), CB },
		       GOOD_DATA, { DATA | READONLY, AT(second), 0 } },
		  EACH(OK) },
		{ 3, { GOOD_TOKEN, { DATA | READONLY, AT(second), CB },
		       { DATA | READONLY, AT(data), CB } },
		  { S(DATA_READONLY), S(DATA_READONLY), S(NO_DATA),
		    S(NO_DATA) } },
		/* Two plain ones: for signatures only. */
		{ 3, { GOOD_TOKEN, GOOD_DATA, { DATA, AT(second), CB } },
		  { S(TWO_DATA), S(TWO_DATA), S(OK), S(ALTERED) } },
		{ 3, { GOOD_DATA, { DATA, NO_ADDRESS, 0 }, GOOD_TOKEN },
		  { S(TWO_DATA), S(TWO_DATA), S(OK), S(ALTERED) } },
	};

	ROWS(row);
}

TEST_F(buffers, data_with_checksum_only)
{
	static const struct row row[] = {
		{ 2, { GOOD_TOKEN, { DATA | RWC, AT(data), CB } },
		  { S(NO_DATA), S(NO_DATA), S(OK), S(ALTERED) } },
		{ 3, { GOOD_TOKEN, { DATA | RWC, AT(data), CB },
		       { DATA | READONLY, AT(second), CB } },
		  { S(NO_DATA), S(NO_DATA), S(OK), S(ALTERED) } },
	};

	ROWS(row);
}

TEST_F(buffers, zero_length_data)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(DATA, NULL, 0),
		buffer(TOKEN, token, sizeof(token)),
	};
	const unsigned long make = variant->column & 2 ? SSPSEAL_SIGN :
				   SSPSEAL_SEAL;
	const __u32 initiator = self->initiator, acceptor = self->acceptor;
	/* Unmapped, in the kernel, at the very end. */
	const __u64 anywhere[] = {
		(uintptr_t)fence(), 0xffffffff81000000ULL, ~0ULL,
	};
	unsigned int i;

	ASSERT_EQ(0, message_call(self->fd, make, initiator, b, 2));
	EXPECT_EQ(0, b[0].cb);
	EXPECT_EQ(0, b[0].ptr);
	EXPECT_EQ(0, message_call(self->fd, make + 1, acceptor, b, 2));
	/* An address makes no difference, nor does one that faults. */
	for (i = 0; i < ARRAY_SIZE(anywhere); i++) {
		b[0].ptr = anywhere[i];
		EXPECT_EQ(0, message_call(self->fd, make + 1, acceptor, b, 2));
		EXPECT_EQ(0, message_call(self->fd, make, initiator, b, 2));
		b[0].ptr = 0;
		EXPECT_EQ(0, message_call(self->fd, make + 1, acceptor, b, 2));
	}
	/* A length does. */
	b[0].ptr = (uintptr_t)self->m->data;
	b[0].cb = 1;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, make + 1, acceptor, b,
					      2));
}

TEST_F(buffers, null_addresses)
{
	static const struct row row[] = {
		{ 2, { GOOD_TOKEN, { DATA, NO_ADDRESS, CB } },
		  EACH(NULL_BUFFER) },
		{ 2, { GOOD_TOKEN, { DATA, NO_ADDRESS, 1 } },
		  EACH(NULL_BUFFER) },
		{ 3, { GOOD_TOKEN, GOOD_DATA, { DATA | RWC, NO_ADDRESS, 1 } },
		  EACH(NULL_BUFFER) },
		{ 3, { { DATA | RWC, NO_ADDRESS, CB }, GOOD_TOKEN, GOOD_DATA },
		  EACH(NULL_BUFFER) },
		/* Ignored types are ignored, whatever stands there. */
		{ 3, { GOOD_TOKEN, GOOD_DATA, { EMPTY, NO_ADDRESS, CB } },
		  EACH(OK) },
		{ 3, { GOOD_TOKEN, { 3, NO_ADDRESS, 0xffffffff }, GOOD_DATA },
		  EACH(OK) },
	};

	ROWS(row);
}

TEST_F(buffers, overlaps)
{
	static const struct row row[] = {
		/* TOKEN and DATA: the same, one byte at either end, inside. */
		{ 2, { { TOKEN, AT(data), TOKEN_SIZE }, GOOD_DATA },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(TOKEN_VERSION) } },
		{ 2, { { TOKEN, AT(token) + 1, TOKEN_SIZE }, GOOD_DATA },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(TOKEN_SUITE) } },
		{ 2, { { DATA, AT(data) - 1, CB }, GOOD_TOKEN },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(ALTERED) } },
		{ 2, { GOOD_TOKEN, { DATA, AT(token) - CB + 1, CB } },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(ALTERED) } },
		{ 2, { { DATA, AT(token) + 10, 1 }, GOOD_TOKEN },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(ALTERED) } },
		/* A larger TOKEN counts as far as it reaches. */
		{ 2, { { TOKEN, AT(token), TOKEN_SIZE + 1 }, GOOD_DATA },
		  { S(OVERLAP), S(OVERLAP), S(OVERLAP), S(OK) } },
		/* DATA and associated data. */
		{ 3, { GOOD_TOKEN, GOOD_DATA, { DATA | RWC, AT(data), CB } },
		  { S(OVERLAP), S(OVERLAP), S(OK), S(ALTERED) } },
		{ 3, { { DATA | RWC, AT(associated) - 1, 1 }, GOOD_TOKEN,
		       GOOD_DATA },
		  { S(OVERLAP), S(OVERLAP), S(OK), S(ALTERED) } },
		/* TOKEN and associated data: nobody writes when receiving. */
		{ 3, { { DATA | RWC, AT(token), 1 }, GOOD_TOKEN, GOOD_DATA },
		  { S(OVERLAP), S(ALTERED), S(OVERLAP), S(ALTERED) } },
		{ 3, { GOOD_DATA, GOOD_TOKEN,
		       { DATA | RWC, AT(token) - 10, 11 } },
		  { S(OVERLAP), S(ALTERED), S(OVERLAP), S(ALTERED) } },
		/* Two that are only read. */
		{ 4, { GOOD_TOKEN, GOOD_DATA, { DATA | RWC, AT(second), 20 },
		       { DATA | RWC, AT(second) + 10, 20 } },
		  { S(OK), S(ALTERED), S(OK), S(ALTERED) } },
		/* Those that touch, and those without length. */
		{ 4, { { DATA | RWC, AT(before), CB }, GOOD_TOKEN, GOOD_DATA,
		       { DATA | RWC, AT(associated), CB } },
		  { S(OK), S(ALTERED), S(OK), S(ALTERED) } },
		{ 3, { GOOD_TOKEN, GOOD_DATA, { DATA | RWC, AT(data) + 5, 0 } },
		  { S(OK), S(ALTERED), S(OK), S(ALTERED) } },
		/* Ignored types lie where they like. */
		{ 3, { GOOD_TOKEN, GOOD_DATA,
		       { EMPTY, AT(before), sizeof(struct memory) } },
		  EACH(OK) },
	};

	if (variant->column == 3) {
		/* DATA taken for a TOKEN has a version that is unknown. */
		self->good.data[0] = 0x55;
		ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN,
					 self->initiator, self->good.token,
					 self->good.data, CB));
	}
	ROWS(row);
}

TEST_F(buffers, overlap_at_the_end_of_memory)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->m->token, TOKEN_SIZE),
		buffer(DATA, self->m->data, CB),
		buffer(DATA | RWC, NULL, 0),
	};
	static const __u64 end[] = {
		-1ULL, -2ULL, -(__u64)CB, -(__u64)CB - 1, 0x7ffffffffffffff0ULL,
	};
	unsigned int i;

	/* Addresses that wrap around are just bad ones. */
	for (i = 0; i < ARRAY_SIZE(end); i++) {
		b[2].ptr = end[i];
		b[2].cb = CB + 1;
		EXPECT_EQ(S(FAULT), message_call(self->fd, variant->cmd,
						 self->handle, b, 3))
			TH_LOG("associated data at %#llx", end[i]);
		b[2].cb = 0;
		b[1].ptr = end[i];
		EXPECT_EQ(S(FAULT), message_call(self->fd, variant->cmd,
						 self->handle, b, 2))
			TH_LOG("DATA at %#llx", end[i]);
		b[1].ptr = (uintptr_t)self->m->data;
	}
}

TEST_F(buffers, ignored_types)
{
	struct sspseal_buffer b[3];
	__u32 type, attribute;
	unsigned int i;

	for (type = 0; type <= SSPSEAL_BUFFER_TYPE_MAX; type++) {
		if (type == DATA || type == TOKEN || type == STREAM ||
		    type == PADDING)
			continue;
		for (i = 0; i < 3; i++) {
			attribute = i == 1 ? READONLY : i == 2 ? RWC : 0;
			memcpy(self->m, &self->good, sizeof(*self->m));
			b[0] = buffer(type | attribute, self->m->second, CB);
			b[1] = buffer(TOKEN, self->m->token, TOKEN_SIZE);
			b[2] = buffer(DATA, self->m->data, CB);
			EXPECT_EQ(0, message_call(self->fd, variant->cmd,
						  self->handle, b, 3))
				TH_LOG("type %#x", type | attribute);
			EXPECT_EQ(CB, b[0].cb);
			EXPECT_EQ(type | attribute, b[0].type);
			EXPECT_EQ((uintptr_t)self->m->second, b[0].ptr);
			EXPECT_EQ(0, memcmp(self->m->second, self->good.second,
					    CB));
			/* Its memory is not looked at either. */
			memcpy(self->m, &self->good, sizeof(*self->m));
			b[0].ptr = (uintptr_t)fence();
			EXPECT_EQ(0, message_call(self->fd, variant->cmd,
						  self->handle, b, 3));
		}
	}
}

TEST_F(buffers, unknown_types)
{
	static const __u32 bad[] = {
		29, 30, 0xff, 0x100, 0x101, 0x102, 0x0fffffff, 0x20000000,
		0x40000000, 0x60000000, 0x40000000 | PADDING, 0x20000000 | 28,
		DATA | READONLY | RWC, EMPTY | READONLY | RWC, 0xf0000000,
		0xffffffff, 29 | READONLY, 29 | RWC,
	};
	struct sspseal_buffer b[3];
	unsigned int i, at;

	/* Beside a good message, in each place. */
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (at = 0; at < 3; at++) {
			b[at] = buffer(bad[i], self->m->second, 10);
			b[(at + 1) % 3] = buffer(TOKEN, self->m->token,
						 TOKEN_SIZE);
			b[(at + 2) % 3] = buffer(DATA, self->m->data, CB);
			EXPECT_EQ(S(BUFFER_TYPE),
				  message_refused(self->fd, variant->cmd,
						  self->handle, b, 3))
				TH_LOG("type %#x in place %u", bad[i], at);
		}
	}
	/* With no length as well. */
	b[0] = buffer(29, NULL, 0);
	b[1] = buffer(TOKEN, self->m->token, TOKEN_SIZE);
	b[2] = buffer(DATA, self->m->data, CB);
	EXPECT_EQ(S(BUFFER_TYPE), message_refused(self->fd, variant->cmd,
						  self->handle, b, 3));
}

TEST_F(buffers, reserved_attributes)
{
	static const __u32 bad[] = { 0x20000000, 0x40000000, 0x60000000 };
	struct sspseal_buffer b[3];
	unsigned int i, at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (at = 0; at < 3; at++) {
			b[0] = buffer(TOKEN, self->m->token, TOKEN_SIZE);
			b[1] = buffer(DATA, self->m->data, CB);
			b[2] = buffer(DATA | RWC, self->m->second, 10);
			b[at].type |= bad[i];
			EXPECT_EQ(S(BUFFER_TYPE),
				  message_refused(self->fd, variant->cmd,
						  self->handle, b, 3))
				TH_LOG("type %#x", b[at].type);
		}
	}
}

TEST_F(buffers, padding)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->m->token, TOKEN_SIZE),
		buffer(PADDING, self->m->second, 8),
		buffer(DATA, self->m->data, CB),
		buffer(PADDING | READONLY, self->m->second, 8),
		buffer(PADDING, fence(), 1),
	};
	__u32 cb = variant->column & 1 ? 8 : 0;

	EXPECT_EQ(0, message_call(self->fd, variant->cmd, self->handle, b, 5));
	EXPECT_EQ(cb, b[1].cb);
	EXPECT_EQ(8, b[3].cb);
	EXPECT_EQ(!!cb, b[4].cb);
	EXPECT_EQ((uintptr_t)self->m->second, b[1].ptr);
	EXPECT_EQ(PADDING, b[1].type);
	EXPECT_EQ(0, memcmp(self->m->second, self->good.second, CB));
	/* A refusal leaves it alone. */
	memcpy(self->m, &self->good, sizeof(*self->m));
	b[1].cb = 8;
	b[2].type |= READONLY;
	EXPECT_EQ(variant->column & 2 ? S(NO_DATA) : S(DATA_READONLY),
		  message_refused(self->fd, variant->cmd, self->handle, b, 4));
}

TEST_F(buffers, nothing_else_is_written)
{
	__u8 *good = (__u8 *)&self->good, *now = (__u8 *)self->m;
	const bool writes_token = !(variant->column & 1);
	const bool writes_data = !(variant->column & 2);
	unsigned int i;

	/* Authentic, and with all of memory as it was. */
	ASSERT_EQ(0, simple_call(self->fd, variant->cmd, self->handle,
				 self->m->token, self->m->data, CB));
	for (i = 0; i < sizeof(*self->m); i++) {
		if (i >= AT(token) && i < AT(token) + TOKEN_SIZE &&
		    writes_token)
			continue;
		if (i >= AT(data) && i < AT(data) + CB && writes_data)
			continue;
		EXPECT_EQ(good[i], now[i])
			TH_LOG("byte %u", i);
	}
	EXPECT_EQ(writes_data, !!memcmp(self->m->data, self->good.data, CB));
	EXPECT_EQ(writes_token, !!memcmp(self->m->token, self->good.token,
					 TOKEN_SIZE));
}

TEST_F(buffers, count)
{
	struct sspseal_buffer b[SSPSEAL_BUFFERS_MAX + 1];
	struct sspseal_message m;
	unsigned int nr;
	int expected;

	for (nr = 0; nr <= SSPSEAL_BUFFERS_MAX + 1; nr++) {
		memcpy(self->m, &self->good, sizeof(*self->m));
		memset(b, 0, sizeof(b));
		if (nr)
			b[0] = buffer(DATA, self->m->data, CB);
		if (nr > 1)
			b[nr - 1] = buffer(TOKEN, self->m->token, TOKEN_SIZE);
		m = message(self->handle, b, nr);
		expected = !nr ? S(NO_BUFFERS) : nr == 1 ? S(NO_TOKEN) :
			   nr > SSPSEAL_BUFFERS_MAX ? S(TOO_MANY_BUFFERS) :
			   S(OK);
		EXPECT_EQ(expected, expected ?
			  refused(self->fd, variant->cmd, &m) :
			  call(self->fd, variant->cmd, &m));
	}
	memcpy(self->m, &self->good, sizeof(*self->m));
	m = message(self->handle, b, 0xffffffff);
	EXPECT_EQ(S(TOO_MANY_BUFFERS), call(self->fd, variant->cmd, &m));
	m = message(self->handle, NULL, 0);
	EXPECT_EQ(S(NO_BUFFERS), refused(self->fd, variant->cmd, &m));
	m = message(self->handle, NULL, 2);
	EXPECT_EQ(S(NO_BUFFERS), call(self->fd, variant->cmd, &m));
}

/* Of two things that are wrong, the one that is checked first is told. */
TEST_F(buffers, order_of_checks)
{
	static const struct row row[] = {
		{ 1, { { EMPTY, AT(token), 1 } }, EACH(NO_TOKEN) },
		{ 2, { { 29, AT(token), 1 }, GOOD_DATA }, EACH(NO_TOKEN) },
		{ 2, { { TOKEN, NO_ADDRESS, 47 }, GOOD_DATA },
		  EACH(TOKEN_TOO_SMALL) },
		{ 3, { GOOD_TOKEN, { TOKEN, AT(token2), TOKEN_SIZE },
		       { 29, AT(data), CB } }, EACH(TWO_TOKENS) },
		{ 2, { GOOD_TOKEN, { 29, AT(data), CB } }, EACH(NO_DATA) },
		{ 3, { GOOD_TOKEN, GOOD_DATA, { DATA | RWC, NO_ADDRESS,
		       0xffffffff } }, EACH(NULL_BUFFER) },
		{ 4, { GOOD_TOKEN, { DATA, NO_ADDRESS, CB },
		       { DATA, AT(second), CB }, { 29, AT(data), 1 } },
		  { S(TWO_DATA), S(TWO_DATA), S(NULL_BUFFER),
		    S(NULL_BUFFER) } },
	};
	static const struct row sending[] = {
		{ 1, { { TOKEN, AT(token), 47 } },
		  { S(TOKEN_TOO_SMALL), 0, S(TOKEN_TOO_SMALL), 0 } },
		{ 2, { { TOKEN | READONLY, AT(token), 47 }, GOOD_DATA },
		  { S(TOKEN_TOO_SMALL), 0, S(TOKEN_TOO_SMALL), 0 } },
		{ 2, { { TOKEN | READONLY, NO_ADDRESS, 48 }, GOOD_DATA },
		  { S(TOKEN_READONLY), 0, S(TOKEN_READONLY), 0 } },
		{ 1, { { TOKEN, NO_ADDRESS, 48 } },
		  { S(TOKEN_NULL), 0, S(TOKEN_NULL), 0 } },
		{ 2, { GOOD_TOKEN, { TOKEN, AT(token2), TOKEN_SIZE } },
		  { S(TWO_TOKENS), 0, S(TWO_TOKENS), 0 } },
	};
	struct sspseal_message m;

	ROWS(row);
	if (!(variant->column & 1))
		ROWS(sending);

	/* The count, before the array is read. */
	m = message(self->handle, fence(), SSPSEAL_BUFFERS_MAX + 1);
	EXPECT_EQ(S(TOO_MANY_BUFFERS), call(self->fd, variant->cmd, &m));
	m = message(self->handle, fence(), 0);
	EXPECT_EQ(S(NO_BUFFERS), call(self->fd, variant->cmd, &m));
	/* The handle, before everything. */
	m = message(12345, fence(), 0);
	m.qop = 0x40000000;
	EXPECT_EQ(S(NO_HANDLE), call(self->fd, variant->cmd, &m));
	/* QualityOfProtection, before the buffers, where it is an input. */
	m = message(self->handle, fence(), 0);
	m.qop = 0x40000000;
	EXPECT_EQ(variant->column & 1 ? S(NO_BUFFERS) : S(QOP),
		  call(self->fd, variant->cmd, &m));
	m.qop = SSPSEAL_QOP_SUITE(9);
	EXPECT_EQ(variant->column & 1 ? S(NO_BUFFERS) : S(QOP_SUITE),
		  call(self->fd, variant->cmd, &m));
}

TEST_F(buffers, lengths_before_faults)
{
	__u32 most = variant->column & 2 ? self->info.max_signed :
		     self->info.max_data;
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->m->token, TOKEN_SIZE),
		buffer(DATA, fence(), most),
	};

	EXPECT_EQ(S(FAULT), message_call(self->fd, variant->cmd, self->handle,
					 b, 2));
	b[1].cb = most + 1;
	EXPECT_EQ(S(DATA_TOO_LONG), message_call(self->fd, variant->cmd,
						 self->handle, b, 2));
	b[1].cb = 0xffffffff;
	b[1].ptr = 0xffffffff00000000ULL;
	EXPECT_EQ(S(DATA_TOO_LONG), message_call(self->fd, variant->cmd,
						 self->handle, b, 2));
}

TEST_F(buffers, qop)
{
	static const __u32 bad[] = {
		1, 2, 0x80, 0x10000, 0x01000000, 0x20000000, 0x40000000,
		0x40000100, 0x80000000, 0x80000002, 0xc0000001, 0x80000003,
		0xffff00ff, 0x7fffffff, 0xffffffff,
	};
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->m->token, TOKEN_SIZE),
		buffer(DATA, self->m->data, CB),
	};
	struct sspseal_message m = message(self->handle, b, ARRAY_SIZE(b));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		m.qop = bad[i];
		if (variant->column & 1) {
			/* Not an input. What was found is told. */
			memcpy(self->m, &self->good, sizeof(*self->m));
			EXPECT_EQ(0, call(self->fd, variant->cmd, &m));
			EXPECT_EQ(0, m.qop);
		} else {
			EXPECT_EQ(S(QOP), refused(self->fd, variant->cmd, &m))
				TH_LOG("qop %#x", bad[i]);
		}
	}
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	memcpy(self->m, &self->good, sizeof(*self->m));
	EXPECT_EQ(0, call(self->fd, variant->cmd, &m));
	if (!(variant->column & 1)) {
		EXPECT_EQ(0, memcmp(self->m->data, self->good.data, CB));
		EXPECT_EQ(SSPSEAL_QOP_NO_ENCRYPT, m.qop);
	}
	EXPECT_EQ(0, m.sequence);
	EXPECT_EQ(2, m.nr_buffers);
}

/* Pairs of contexts, for what needs both ends. */
FIXTURE(message)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	struct sspseal_info info;
	__u8 token[TOKEN_SIZE];
};

FIXTURE_SETUP(message)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, info(self->fd, 0, &self->info));
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
}

FIXTURE_TEARDOWN(message)
{
	close(self->fd);
}

TEST_F(message, readonly_is_not_authenticated)
{
	__u8 data[CB] = { }, extra[CB];
	struct sspseal_buffer b[] = {
		buffer(DATA | READONLY, extra, CB),
		buffer(DATA, data, CB),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};

	memset(extra, 7, sizeof(extra));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  3));
	EXPECT_TRUE(all_bytes(extra, 7, CB));
	extra[0] = 8;
	b[0].cb--;
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor, b,
				  3));
	EXPECT_TRUE(all_bytes(data, 0, CB));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->initiator, b,
				  3));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, self->acceptor,
				  b + 1, 2));
}

TEST_F(message, associated_around_data)
{
	__u8 a[30], data[CB], plain[CB], copy[30];
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, a, 10),
		buffer(DATA, data, CB),
		buffer(DATA | RWC, a + 10, 0),
		buffer(DATA | RWC, a + 10, 20),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_buffer swap;

	fill(a, sizeof(a));
	fill(plain, sizeof(plain));
	memcpy(copy, a, sizeof(a));
	memcpy(data, plain, sizeof(data));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  5));
	EXPECT_EQ(0, memcmp(a, copy, sizeof(a)));
	/* Another order. */
	swap = b[2];
	b[2] = b[3];
	b[3] = swap;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 5));
	b[3] = b[2];
	b[2] = swap;
	/* Another border between two. */
	b[2].cb++;
	b[3].cb--;
	b[3].ptr++;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 5));
	b[2].cb--;
	b[3].cb++;
	b[3].ptr--;
	/* One without bytes less. */
	b[2].type = EMPTY;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 5));
	b[2].type = DATA | RWC;
	/* One that does not count. */
	b[3].type = DATA | READONLY;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
					      self->acceptor, b, 5));
	b[3].type = DATA | RWC;
	/* The token may stand anywhere. */
	swap = b[4];
	memmove(b + 1, b, 4 * sizeof(*b));
	b[0] = swap;
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor, b,
				  5));
	EXPECT_EQ(0, memcmp(data, plain, sizeof(data)));
	EXPECT_EQ(0, memcmp(a, copy, sizeof(a)));
}

TEST_F(message, thirty_two_buffers)
{
	__u8 a[SSPSEAL_BUFFERS_MAX][3], data[CB] = { };
	struct sspseal_buffer b[SSPSEAL_BUFFERS_MAX];
	unsigned int i;

	fill(a, sizeof(a));
	for (i = 0; i < ARRAY_SIZE(b); i++)
		b[i] = buffer(DATA | RWC, a[i], sizeof(a[i]));
	b[7] = buffer(DATA, data, CB);
	b[20] = buffer(TOKEN, self->token, TOKEN_SIZE);
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  ARRAY_SIZE(b)));
	for (i = 0; i < ARRAY_SIZE(b); i++) {
		if (i == 7 || i == 20)
			continue;
		a[i][2] ^= 1;
		EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_UNSEAL,
						      self->acceptor, b,
						      ARRAY_SIZE(b)));
		a[i][2] ^= 1;
	}
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor, b,
				  ARRAY_SIZE(b)));
	EXPECT_TRUE(all_bytes(data, 0, CB));
}

TEST_F(message, signed_data_of_several_parts)
{
	__u8 d[4][20], copy[4][20];
	struct sspseal_buffer b[] = {
		buffer(DATA, d[0], 20),
		buffer(DATA | RWC, d[1], 20),
		buffer(TOKEN, self->token, TOKEN_SIZE),
		buffer(DATA, d[2], 20),
		buffer(DATA | READONLY, d[3], 20),
	};
	unsigned int i;

	fill(d, sizeof(d));
	memcpy(copy, d, sizeof(d));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->initiator, b,
				  5));
	EXPECT_EQ(0, memcmp(d, copy, sizeof(d)));
	for (i = 0; i < 3; i++) {
		d[i][19] ^= 0x80;
		EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_VERIFY,
						      self->acceptor, b, 5));
		d[i][19] ^= 0x80;
	}
	/* What is plain and what is not is part of the message. */
	b[0].type = DATA | RWC;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_VERIFY,
					      self->acceptor, b, 5));
	b[0].type = DATA;
	b[1].type = DATA;
	EXPECT_EQ(S(ALTERED), message_refused(self->fd, SSPSEAL_VERIFY,
					      self->acceptor, b, 5));
	b[1].type = DATA | RWC;
	d[3][0] ^= 1;
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, self->acceptor, b,
				  5));
}

TEST_F(message, unseal_tells_what_was_encrypted)
{
	__u8 data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, CB),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_message m = message(self->initiator, b, 2);

	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	m = message(self->acceptor, b, 2);
	m.qop = 0xdeadbeef;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(0, m.qop);

	m = message(self->initiator, b, 2);
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	EXPECT_TRUE(all_bytes(data, 0, CB));
	m = message(self->acceptor, b, 2);
	m.qop = 0xdeadbeef;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(SSPSEAL_QOP_NO_ENCRYPT, m.qop);
	EXPECT_TRUE(all_bytes(data, 0, CB));
}

TEST_F(message, overlap_without_encryption)
{
	__u8 data[CB] = { }, copy[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, CB),
		buffer(DATA | RWC, data + 10, 20),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_message m = message(self->initiator, b, 3);

	/* Nothing but TOKEN is written: the others may lie where they like. */
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	b[2].ptr = (uintptr_t)data + 40;
	EXPECT_EQ(S(OVERLAP), refused(self->fd, SSPSEAL_SEAL, &m));
	/* The receiver learns that from the token only: it must part them. */
	b[2].ptr = (uintptr_t)self->token;
	m = message(self->acceptor, b, 3);
	EXPECT_EQ(S(OVERLAP), refused(self->fd, SSPSEAL_UNSEAL, &m));
	b[1].ptr = (uintptr_t)copy;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
}

TEST_F(message, context_without_confidentiality)
{
	__u32 i = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				 SSPSEAL_INTEGRITY);
	__u32 a = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				 SSPSEAL_INTEGRITY);
	__u8 data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, CB),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_message m = message(i, b, 2);

	EXPECT_EQ(S(NO_CONFIDENTIALITY), refused(self->fd, SSPSEAL_SEAL, &m));
	m.qop = SSPSEAL_QOP_SUITE(3);
	EXPECT_EQ(S(NO_CONFIDENTIALITY), refused(self->fd, SSPSEAL_SEAL, &m));
	/* That is said before the buffers are looked at. */
	m = message(i, NULL, 0);
	EXPECT_EQ(S(NO_CONFIDENTIALITY), refused(self->fd, SSPSEAL_SEAL, &m));
	m = message(i, b, 2);
	m.qop = SSPSEAL_QOP_NO_ENCRYPT | SSPSEAL_QOP_SUITE(2);
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	m = message(a, b, 2);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(SSPSEAL_QOP_NO_ENCRYPT, m.qop);
	/* A sealed message is refused before its tag is looked at. */
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  2));
	m = message(create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
				   SSPSEAL_INTEGRITY), b, 2);
	EXPECT_EQ(S(SEALED), refused(self->fd, SSPSEAL_UNSEAL, &m));
	self->token[47] ^= 1;
	EXPECT_EQ(S(SEALED), refused(self->fd, SSPSEAL_UNSEAL, &m));
}

TEST_F(message, context_that_requires_sealing)
{
	struct sspseal_native native = { };
	__u8 data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, CB),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_message m;
	__u32 a;

	a = create_native(self->fd, SSPSEAL_ROLE_ACCEPTOR,
			  SSPSEAL_CONFIDENTIALITY, SSPSEAL_CREATE_REQUIRE_SEAL,
			  &native);
	ASSERT_NE(0, a);
	m = message(self->initiator, b, 2);
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	m = message(a, b, 2);
	EXPECT_EQ(S(NOT_SEALED), refused(self->fd, SSPSEAL_UNSEAL, &m));
	self->token[47] ^= 1;
	EXPECT_EQ(S(NOT_SEALED), refused(self->fd, SSPSEAL_UNSEAL, &m));
	/* Sealed ones pass, and so do signatures, which are asked for. */
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, a, b, 2));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->initiator, b,
				  2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, a, b, 2));
	/* It binds the receiver only. */
	m = message(a, b, 2);
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
}

TEST_F(message, families_do_not_mix)
{
	__u8 data[CB] = { };
	struct sspseal_buffer b[] = {
		buffer(DATA, data, CB),
		buffer(TOKEN, self->token, TOKEN_SIZE),
	};
	struct sspseal_message m;

	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->initiator, b,
				  2));
	EXPECT_EQ(S(TOKEN_KIND), message_refused(self->fd, SSPSEAL_UNSEAL,
						 self->acceptor, b, 2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_VERIFY, self->acceptor, b,
				  2));
	m = message(self->initiator, b, 2);
	m.qop = SSPSEAL_QOP_NO_ENCRYPT;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	EXPECT_EQ(S(TOKEN_KIND), message_refused(self->fd, SSPSEAL_VERIFY,
						 self->acceptor, b, 2));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->initiator, b,
				  2));
	EXPECT_EQ(S(TOKEN_KIND), message_refused(self->fd, SSPSEAL_VERIFY,
						 self->acceptor, b, 2));
	/* Nor do directions. */
	EXPECT_EQ(S(TOKEN_REFLECTED), message_refused(self->fd, SSPSEAL_UNSEAL,
						      self->initiator, b, 2));
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor, b,
				  2));
}

/* The longest, and one byte more: @most is the limit of what @type counts. */
static int longest(int fd, unsigned long cmd, __u32 handle, __u32 qop,
		   __u8 *token, __u8 *data, __u32 cb, __u8 *associated,
		   __u32 associated_cb, bool refuse)
{
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, associated, associated_cb / 2),
		buffer(DATA, data, cb),
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA | RWC, associated + associated_cb / 2,
		       associated_cb - associated_cb / 2),
	};
	struct sspseal_message m = message(handle, b, 4);

	m.qop = qop;
	return refuse ? refused(fd, cmd, &m) : call(fd, cmd, &m);
}

TEST_F(message, longest_data)
{
	__u32 most = self->info.max_data, aad = self->info.max_associated;
	__u8 *data = calloc(1, most + 1), *a = calloc(1, aad + 1);

	ASSERT_TRUE(data && a);
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_SEAL, self->initiator, 0,
			     self->token, data, most, a, aad, false));
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_UNSEAL, self->acceptor, 0,
			     self->token, data, most, a, aad, false));
	EXPECT_TRUE(all_bytes(data, 0, most + 1));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  longest(self->fd, SSPSEAL_SEAL, self->initiator, 0,
			  self->token, data, most + 1, a, 0, true));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  longest(self->fd, SSPSEAL_UNSEAL, self->acceptor, 0,
			  self->token, data, most + 1, a, 0, true));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_SEAL, self->initiator, 0,
			  self->token, data, 1, a, aad + 1, true));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_SEAL, self->initiator, 0,
			  self->token, data, 0, a, aad + 1, true));
	free(a);
	free(data);
}

TEST_F(message, longest_received_associated)
{
	__u32 aad = self->info.max_associated;
	__u8 data[CB] = { }, *a = calloc(1, aad + 1);

	ASSERT_TRUE(a);
	ASSERT_EQ(0, longest(self->fd, SSPSEAL_SEAL, self->initiator, 0,
			     self->token, data, CB, a, aad, false));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_UNSEAL, self->acceptor, 0,
			  self->token, data, CB, a, aad + 1, true));
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_UNSEAL, self->acceptor, 0,
			     self->token, data, CB, a, aad, false));
	free(a);
}

TEST_F(message, longest_without_encryption)
{
	__u32 most = self->info.max_signed, aad = 3 * (most / 4);
	__u32 qop = SSPSEAL_QOP_NO_ENCRYPT;
	__u8 *data = calloc(1, most), *a = calloc(1, aad + 1);

	ASSERT_TRUE(data && a);
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_SIGN, self->initiator, 0,
			     self->token, data, most - aad, a, aad, false));
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_VERIFY, self->acceptor, 0,
			     self->token, data, most - aad, a, aad, false));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_SIGN, self->initiator, 0,
			  self->token, data, most - aad, a, aad + 1, true));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_VERIFY, self->acceptor, 0,
			  self->token, data, most - aad, a, aad + 1, true));
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_SEAL, self->initiator, qop,
			     self->token, data, most - aad, a, aad, false));
	EXPECT_EQ(0, longest(self->fd, SSPSEAL_UNSEAL, self->acceptor, 0,
			     self->token, data, most - aad, a, aad, false));
	EXPECT_EQ(S(ASSOCIATED_TOO_LONG),
		  longest(self->fd, SSPSEAL_SEAL, self->initiator, qop,
			  self->token, data, most - aad, a, aad + 1, true));
	free(a);
	free(data);
}

TEST_F(message, limit_can_be_changed)
{
	const __u32 most = (1 << 24) - 1;
	long limit = parameter_get("max_data");
	struct sspseal_info i;
	__u8 *data;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	data = mmap(NULL, most + 2, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, data);
	ASSERT_TRUE(parameter_set("max_data", most));
	EXPECT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(most, i.max_data);
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
				 self->token, data, most));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				 self->token, data, most));
	EXPECT_TRUE(all_bytes(data, 0, most));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  simple_call(self->fd, SSPSEAL_SEAL, self->initiator,
			      self->token, data, most + 1));
	/* More than the most is not to be had. */
	if (parameter_set("max_data", most + 1)) {
		EXPECT_EQ(0, info(self->fd, 0, &i));
		EXPECT_GE(most, i.max_data);
	}
	EXPECT_TRUE(parameter_set("max_data", limit));
	munmap(data, most + 2);
}

/* Whole messages of one piece. */
FIXTURE(stream)
{
	int fd;
	__u32 initiator;
	__u32 acceptor;
	__u8 a[20];
	__u8 plain[CB];
	__u8 wire[TOKEN_SIZE + CB];
	__u8 good[TOKEN_SIZE + CB];
	struct sspseal_buffer b[4];
};

FIXTURE_VARIANT(stream)
{
	__u32 qop;
	/* Place of DATA among the associated buffers, and of STREAM in all. */
	unsigned int data;
	unsigned int stream;
	size_t cb;
};

FIXTURE_VARIANT_ADD(stream, first) { .data = 0, .stream = 0, .cb = CB };
FIXTURE_VARIANT_ADD(stream, last) { .data = 2, .stream = 3, .cb = CB };
FIXTURE_VARIANT_ADD(stream, between) { .data = 1, .stream = 1, .cb = CB };
FIXTURE_VARIANT_ADD(stream, empty) { .data = 1, .stream = 3, .cb = 0 };
FIXTURE_VARIANT_ADD(stream, one_byte) { .data = 0, .stream = 1, .cb = 1 };
FIXTURE_VARIANT_ADD(stream, no_encrypt)
{
	.qop = SSPSEAL_QOP_NO_ENCRYPT, .data = 1, .stream = 0, .cb = CB,
};

FIXTURE_SETUP(stream)
{
	struct sspseal_message m;
	unsigned int i, a = 0;

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->initiator = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
					 SSPSEAL_CONFIDENTIALITY);
	self->acceptor = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					SSPSEAL_CONFIDENTIALITY);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	fill(self->a, sizeof(self->a));
	fill(self->plain, sizeof(self->plain));
	memcpy(self->wire + TOKEN_SIZE, self->plain, CB);
	for (i = 0; i < 3; i++)
		self->b[i] = i == variant->data ?
			     buffer(DATA, self->wire + TOKEN_SIZE,
				    variant->cb) :
			     buffer(DATA | RWC, self->a + 10 * a++, 10);
	self->b[3] = buffer(TOKEN, self->wire, TOKEN_SIZE);
	m = message(self->initiator, self->b, 4);
	m.qop = variant->qop;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
	memcpy(self->good, self->wire, sizeof(self->wire));

	/* Now as it is received: DATA says nothing, STREAM has it all. */
	self->b[variant->data] = buffer(DATA, NULL, 0);
	for (i = 3; i > variant->stream; i--)
		self->b[i] = self->b[i - 1];
	self->b[variant->stream] = buffer(STREAM, self->wire,
					  TOKEN_SIZE + variant->cb);
}

FIXTURE_TEARDOWN(stream)
{
	close(self->fd);
}

/* DATA's place once STREAM is in the list. */
#define DATA_AT	(variant->data + (variant->stream <= variant->data))

TEST_F(stream, opens)
{
	struct sspseal_buffer *data = &self->b[DATA_AT];
	struct sspseal_buffer stream = self->b[variant->stream];
	struct sspseal_message m = message(self->acceptor, self->b, 4);

	m.qop = 0xdeadbeef;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_UNSEAL, &m));
	EXPECT_EQ(variant->qop, m.qop);
	EXPECT_EQ((uintptr_t)self->wire + TOKEN_SIZE, data->ptr);
	EXPECT_EQ(variant->cb, data->cb);
	EXPECT_EQ(DATA, data->type);
	EXPECT_EQ(0, memcmp(&stream, &self->b[variant->stream],
			    sizeof(stream)));
	EXPECT_EQ(0, memcmp(self->wire + TOKEN_SIZE, self->plain,
			    variant->cb));
	EXPECT_EQ(0, memcmp(self->wire, self->good, TOKEN_SIZE));
}

TEST_F(stream, what_data_says_does_not_matter)
{
	struct sspseal_buffer *data = &self->b[DATA_AT];
	__u8 other[10];

	memset(other, POISON, sizeof(other));
	*data = buffer(DATA, other, sizeof(other));
	ASSERT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	EXPECT_TRUE(all_bytes(other, POISON, sizeof(other)));
	EXPECT_EQ((uintptr_t)self->wire + TOKEN_SIZE, data->ptr);
	EXPECT_EQ(variant->cb, data->cb);
	EXPECT_EQ(0, memcmp(self->wire + TOKEN_SIZE, self->plain,
			    variant->cb));
}

TEST_F(stream, incomplete)
{
	struct sspseal_buffer *stream = &self->b[variant->stream];
	__u32 cb;

	for (cb = 0; cb < TOKEN_SIZE; cb++) {
		stream->cb = cb;
		EXPECT_EQ(S(INCOMPLETE),
			  message_refused(self->fd, SSPSEAL_UNSEAL,
					  self->acceptor, self->b, 4))
			TH_LOG("%u bytes", cb);
	}
	stream->ptr = 0;
	stream->cb = 0;
	EXPECT_EQ(S(INCOMPLETE),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	/* Whole tokens of too little data are not authentic. */
	stream->ptr = (uintptr_t)self->wire;
	for (cb = TOKEN_SIZE; cb < TOKEN_SIZE + variant->cb; cb++) {
		stream->cb = cb;
		EXPECT_EQ(S(ALTERED),
			  message_refused(self->fd, SSPSEAL_UNSEAL,
					  self->acceptor, self->b, 4));
	}
}

TEST_F(stream, altered)
{
	unsigned int i;

	for (i = TOKEN_SIZE - 1; i < TOKEN_SIZE + variant->cb; i++) {
		self->wire[i] ^= 4;
		EXPECT_EQ(S(ALTERED),
			  message_refused(self->fd, SSPSEAL_UNSEAL,
					  self->acceptor, self->b, 4));
		self->wire[i] ^= 4;
	}
	self->a[15] ^= 1;
	EXPECT_EQ(S(ALTERED),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	self->a[15] ^= 1;
	EXPECT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
}

TEST_F(stream, refused)
{
	struct sspseal_buffer *stream = &self->b[variant->stream];
	struct sspseal_buffer *data = &self->b[DATA_AT];
	struct sspseal_buffer *a = &self->b[3];

	while ((a->type & RWC) == 0)
		a--;

	stream->type = STREAM | READONLY;
	EXPECT_EQ(S(TOKEN_READONLY),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	stream->type = STREAM | RWC;
	EXPECT_EQ(S(TOKEN_READONLY),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	/* More bytes would not help, nor another DATA. */
	stream->cb = TOKEN_SIZE - 1;
	data->type = EMPTY;
	EXPECT_EQ(S(TOKEN_READONLY),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	stream->type = STREAM;
	EXPECT_EQ(S(NO_DATA),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	stream->cb = TOKEN_SIZE + variant->cb;
	data->type = DATA;

	stream->ptr = 0;
	EXPECT_EQ(S(TOKEN_NULL),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	stream->ptr = (uintptr_t)self->wire;

	data->type = EMPTY;
	EXPECT_EQ(S(NO_DATA),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	data->type = DATA | READONLY;
	EXPECT_EQ(S(NO_DATA),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
	data->type = DATA;

	/* The stream is written: nothing else may lie there. */
	a->ptr = (uintptr_t)self->wire + TOKEN_SIZE + variant->cb - a->cb;
	EXPECT_EQ(S(OVERLAP),
		  message_refused(self->fd, SSPSEAL_UNSEAL, self->acceptor,
				  self->b, 4));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages through the SSPI calls of libsspseal, at both of their layers: what
 * they do when all is well. What they refuse is in sspi_codes.c.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <ntsecpkg.h>
#include <sspseal.h>

#include "kselftest_harness.h"
#include "sspi_test.h"

#define CB	100

/* ---- the calls of a layer ---- */

struct layer_calls {
	LONG (*seal)(LSA_SEC_HANDLE handle, ULONG qop, SecBufferDesc *desc,
		     ULONG number);
	LONG (*unseal)(LSA_SEC_HANDLE handle, SecBufferDesc *desc,
		       ULONG number, ULONG *qop);
	LONG (*sign)(LSA_SEC_HANDLE handle, ULONG qop, SecBufferDesc *desc,
		     ULONG number);
	LONG (*verify)(LSA_SEC_HANDLE handle, SecBufferDesc *desc,
		       ULONG number, ULONG *qop);
};

static const struct layer_calls sp_calls = {
	SpSealMessage, SpUnsealMessage, SpMakeSignature, SpVerifySignature
};

static LONG encrypt(LSA_SEC_HANDLE handle, ULONG qop, SecBufferDesc *desc,
		    ULONG number)
{
	CtxtHandle context = ctxt(handle);

	return EncryptMessage(&context, qop, desc, number);
}

static LONG decrypt(LSA_SEC_HANDLE handle, SecBufferDesc *desc, ULONG number,
		    ULONG *qop)
{
	CtxtHandle context = ctxt(handle);

	return DecryptMessage(&context, desc, number, qop);
}

static LONG sign(LSA_SEC_HANDLE handle, ULONG qop, SecBufferDesc *desc,
		 ULONG number)
{
	CtxtHandle context = ctxt(handle);

	return MakeSignature(&context, qop, desc, number);
}

static LONG verify(LSA_SEC_HANDLE handle, SecBufferDesc *desc, ULONG number,
		   ULONG *qop)
{
	CtxtHandle context = ctxt(handle);

	return VerifySignature(&context, desc, number, qop);
}

static const struct layer_calls sspi_calls = { encrypt, decrypt, sign, verify };

/* The names that they had before. */
static LONG old_seal(LSA_SEC_HANDLE handle, ULONG qop, SecBufferDesc *desc,
		     ULONG number)
{
	CtxtHandle context = ctxt(handle);

	return SealMessage(&context, qop, desc, number);
}

static LONG old_unseal(LSA_SEC_HANDLE handle, SecBufferDesc *desc,
		       ULONG number, ULONG *qop)
{
	CtxtHandle context = ctxt(handle);

	return UnsealMessage(&context, desc, number, qop);
}

static const struct layer_calls old_calls = {
	old_seal, old_unseal, sign, verify
};

/* ---- two ends, and a message of TOKEN and DATA ---- */

FIXTURE(message)
{
	LSA_SEC_HANDLE initiator;
	LSA_SEC_HANDLE acceptor;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 plain[CB];
	SecBuffer b[4];
	SecBufferDesc desc;
};

FIXTURE_VARIANT(message)
{
	const struct layer_calls *calls;
};

FIXTURE_VARIANT_ADD(message, sp)
{
	.calls = &sp_calls
};

FIXTURE_VARIANT_ADD(message, sspi)
{
	.calls = &sspi_calls
};

FIXTURE_VARIANT_ADD(message, old)
{
	.calls = &old_calls
};

FIXTURE_SETUP(message)
{
	ASSERT_LE(0, sspseal_device());
	self->initiator = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	self->acceptor = new_context(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES, 0);
	ASSERT_NE(POISON32, self->initiator);
	ASSERT_NE(POISON32, self->acceptor);
	fill(self->plain, sizeof(self->plain));
	memcpy(self->data, self->plain, CB);
	memset(self->token, POISON, sizeof(self->token));
	self->b[0] = sec_buffer(SECBUFFER_TOKEN, self->token, TOKEN_SIZE);
	self->b[1] = sec_buffer(SECBUFFER_DATA, self->data, CB);
	self->desc = describe(self->b, 2);
}

FIXTURE_TEARDOWN(message)
{
	EXPECT_EQ(0, SpDeleteUserModeContext(self->initiator));
	EXPECT_EQ(0, SpDeleteUserModeContext(self->acceptor));
}

#define SEAL()		variant->calls->seal(self->initiator, 0, &self->desc, 0)
#define UNSEAL()	variant->calls->unseal(self->acceptor, &self->desc, 0, \
					       NULL)

TEST_F(message, round_trip)
{
	ULONG qop = POISON32;

	EXPECT_EQ(0, SEAL());
	EXPECT_NE(0, memcmp(self->data, self->plain, CB));
	EXPECT_EQ(0, variant->calls->unseal(self->acceptor, &self->desc, 0,
					    &qop));
	EXPECT_EQ(0, qop);
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	/* And the other way. */
	EXPECT_EQ(0, variant->calls->seal(self->acceptor, 0, &self->desc, 0));
	EXPECT_EQ(0, variant->calls->unseal(self->initiator, &self->desc, 0,
					    NULL));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

TEST_F(message, not_encrypted)
{
	ULONG qop = POISON32;

	EXPECT_EQ(0, variant->calls->seal(self->initiator,
					  SECQOP_WRAP_NO_ENCRYPT, &self->desc,
					  0));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	EXPECT_EQ(0, variant->calls->unseal(self->acceptor, &self->desc, 0,
					    &qop));
	EXPECT_EQ(SECQOP_WRAP_NO_ENCRYPT, qop);
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

/* .NET passes NO_ENCRYPT to MakeSignature. */
TEST_F(message, signature)
{
	static const ULONG qops[] = { 0, SECQOP_WRAP_NO_ENCRYPT };
	unsigned int i;
	ULONG qop;

	for (i = 0; i < ARRAY_SIZE(qops); i++) {
		qop = POISON32;
		EXPECT_EQ(0, variant->calls->sign(self->initiator, qops[i],
						  &self->desc, 0));
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
		EXPECT_EQ(0, variant->calls->verify(self->acceptor,
						    &self->desc, 0, &qop));
		EXPECT_EQ(0, qop);
	}
	EXPECT_EQ(0, variant->calls->sign(self->initiator, 0, &self->desc, 0));
	EXPECT_EQ(0, variant->calls->verify(self->acceptor, &self->desc, 0,
					    NULL));
}

TEST_F(message, suites)
{
	ULONG i;

	for (i = 0; i <= 3; i++) {
		EXPECT_EQ(0, variant->calls->seal(self->initiator,
						  SSPSEAL_QOP_SUITE(i),
						  &self->desc, 0));
		EXPECT_EQ(i ?: 1, self->token[1]);
		EXPECT_EQ(0, UNSEAL());
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

TEST_F(message, longest)
{
	struct sspseal_info i = { .suite = 0 };
	__u8 *data;

	ASSERT_EQ(0, sspseal_info(sspseal_device(), &i));
	data = calloc(1, i.max_data);
	ASSERT_NE(NULL, data);
	self->b[1] = sec_buffer(SECBUFFER_DATA, data, i.max_data);
	EXPECT_EQ(0, SEAL());
	EXPECT_FALSE(all_bytes(data, 0, i.max_data));
	EXPECT_EQ(0, UNSEAL());
	EXPECT_TRUE(all_bytes(data, 0, i.max_data));
	free(data);
}

TEST_F(message, zero_length_data)
{
	self->b[1] = sec_buffer(SECBUFFER_DATA, NULL, 0);
	EXPECT_EQ(0, SEAL());
	EXPECT_EQ(0, self->b[1].cbBuffer);
	EXPECT_EQ(0, UNSEAL());
	EXPECT_EQ(NULL, self->b[1].pvBuffer);
	EXPECT_EQ(0, variant->calls->sign(self->initiator, 0, &self->desc, 0));
	EXPECT_EQ(0, variant->calls->verify(self->acceptor, &self->desc, 0,
					    NULL));
}

/* ---- layouts ---- */

/*
 * What is written on success, and what is not: an RPC message with its header
 * and trailer, and entries of all sorts that are left alone.
 */
TEST_F(message, rpc)
{
	__u8 header[24], trailer[8], padding[16], readonly[5], token[100];
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM,
			   header, sizeof(header)),
		sec_buffer(SECBUFFER_DATA, self->data, CB),
		sec_buffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM,
			   trailer, sizeof(trailer)),
		sec_buffer(SECBUFFER_TOKEN, token, sizeof(token)),
		sec_buffer(SECBUFFER_PADDING, padding, sizeof(padding)),
		sec_buffer(SECBUFFER_DATA | SECBUFFER_READONLY, readonly, 5),
		sec_buffer(SECBUFFER_EMPTY, NULL, 7),
		sec_buffer(SECBUFFER_PKG_PARAMS, header, 3),
		sec_buffer(SECBUFFER_PADDING | SECBUFFER_READONLY, padding, 4),
	};
	SecBufferDesc desc = describe(b, ARRAY_SIZE(b));
	SecBuffer before[ARRAY_SIZE(b)];
	__u8 copy[24 + 8];

	fill(header, sizeof(header));
	fill(trailer, sizeof(trailer));
	memset(token, POISON, sizeof(token));
	memset(padding, POISON, sizeof(padding));
	memcpy(copy, header, 24);
	memcpy(copy + 24, trailer, 8);
	memcpy(before, b, sizeof(b));
	ASSERT_EQ(0, variant->calls->seal(self->initiator, 0, &desc, 7));
	EXPECT_NE(0, memcmp(self->data, self->plain, CB));
	EXPECT_EQ(0, memcmp(copy, header, 24));
	EXPECT_EQ(0, memcmp(copy + 24, trailer, 8));
	EXPECT_TRUE(all_bytes(padding, POISON, sizeof(padding)));
	EXPECT_TRUE(all_bytes(token + TOKEN_SIZE, POISON,
			      sizeof(token) - TOKEN_SIZE));
	/* The sizes of TOKEN and PADDING, and nothing else. */
	before[3].cbBuffer = TOKEN_SIZE;
	before[4].cbBuffer = 0;
	EXPECT_EQ(0, memcmp(before, b, sizeof(b)));
	EXPECT_EQ(ARRAY_SIZE(b), desc.cBuffers);

	b[3].BufferType |= SECBUFFER_READONLY;
	b[3].cbBuffer = sizeof(token);
	memcpy(before, b, sizeof(b));
	readonly[0] ^= 1;
	ASSERT_EQ(0, variant->calls->unseal(self->acceptor, &desc, 7, NULL));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	EXPECT_EQ(0, memcmp(before, b, sizeof(b)));
}

/* Where TOKEN, PADDING and EMPTY stand makes no difference to the receiver. */
TEST_F(message, any_order)
{
	static const ULONG type[] = {
		SECBUFFER_TOKEN, SECBUFFER_DATA, SECBUFFER_PADDING,
		SECBUFFER_EMPTY,
	};
	__u8 padding[16];
	unsigned int sender, receiver, i;
	SecBuffer all[] = {
		sec_buffer(type[0], self->token, TOKEN_SIZE),
		sec_buffer(type[1], self->data, CB),
		sec_buffer(type[2], padding, sizeof(padding)),
		sec_buffer(type[3], NULL, 0),
	};

	self->desc.cBuffers = 4;
	for (sender = 0; sender < 4; sender++) {
		for (receiver = 0; receiver < 4; receiver++) {
			for (i = 0; i < 4; i++)
				self->b[i] = all[(i + sender) % 4];
			EXPECT_EQ(0, SEAL());
			for (i = 0; i < 4; i++)
				self->b[i] = all[(i + receiver) % 4];
			EXPECT_EQ(0, UNSEAL());
			EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
		}
	}
}

/* The whole message as it came, and where its plaintext is. */
TEST_F(message, stream)
{
	__u8 wire[TOKEN_SIZE + CB];
	static const ULONG qops[] = { 0, SECQOP_WRAP_NO_ENCRYPT };
	unsigned int i, data;
	ULONG qop;

	for (i = 0; i < 2 * ARRAY_SIZE(qops); i++) {
		memcpy(wire + TOKEN_SIZE, self->plain, CB);
		self->b[0] = sec_buffer(SECBUFFER_TOKEN, wire, TOKEN_SIZE);
		self->b[1] = sec_buffer(SECBUFFER_DATA, wire + TOKEN_SIZE, CB);
		ASSERT_EQ(0, variant->calls->seal(self->initiator, qops[i / 2],
						  &self->desc, 0));
		/* In either order; what DATA has at first does not matter. */
		data = i % 2;
		self->b[!data] = sec_buffer(SECBUFFER_STREAM, wire,
					    sizeof(wire));
		self->b[data] = sec_buffer(SECBUFFER_DATA,
					   data ? NULL : self->data,
					   data ? 0 : CB);
		EXPECT_EQ(0, variant->calls->unseal(self->acceptor,
						    &self->desc, 0, &qop));
		EXPECT_EQ(qops[i / 2], qop);
		EXPECT_EQ((void *)(wire + TOKEN_SIZE),
			  self->b[data].pvBuffer);
		EXPECT_EQ(CB, self->b[data].cbBuffer);
		EXPECT_EQ(SECBUFFER_DATA, self->b[data].BufferType);
		EXPECT_EQ((void *)wire, self->b[!data].pvBuffer);
		EXPECT_EQ(sizeof(wire), self->b[!data].cbBuffer);
		EXPECT_EQ(SECBUFFER_STREAM, self->b[!data].BufferType);
		EXPECT_EQ(0, memcmp(wire + TOKEN_SIZE, self->plain, CB));
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

/* A message without plaintext: callers must cope with an empty DATA. */
TEST_F(message, stream_without_data)
{
	__u8 wire[TOKEN_SIZE];

	self->b[0].pvBuffer = wire;
	self->b[1] = sec_buffer(SECBUFFER_DATA, NULL, 0);
	ASSERT_EQ(0, SEAL());
	self->b[0] = sec_buffer(SECBUFFER_STREAM, wire, sizeof(wire));
	EXPECT_EQ(0, UNSEAL());
	EXPECT_EQ((void *)(wire + TOKEN_SIZE), self->b[1].pvBuffer);
	EXPECT_EQ(0, self->b[1].cbBuffer);
}

TEST_F(message, several_signed)
{
	__u8 second[CB] = "second", readonly[4] = "abc";

	self->b[2] = sec_buffer(SECBUFFER_DATA | SECBUFFER_READONLY, readonly,
				sizeof(readonly));
	self->b[3] = sec_buffer(SECBUFFER_DATA, second, sizeof(second));
	self->desc.cBuffers = 4;
	EXPECT_EQ(0, variant->calls->sign(self->initiator, 0, &self->desc, 0));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	EXPECT_STREQ("second", (char *)second);
	readonly[0] ^= 1;
	second[0] ^= 1;
	EXPECT_EQ(SEC_E_MESSAGE_ALTERED,
		  variant->calls->verify(self->acceptor, &self->desc, 0, NULL));
	second[0] ^= 1;
	EXPECT_EQ(0, variant->calls->verify(self->acceptor, &self->desc, 0,
					    NULL));
}

/*
 * The receiver's array is not written. Nor is the sender's, where the library has
 * made another array of it and nothing has changed.
 */
TEST_F(message, array_that_cannot_be_written)
{
	const SecBufferDesc desc =
		describe(make_readonly(self->b, sizeof(self->b)), 2);

	if (sizeof(void *) < sizeof(__u64))
		self->desc = desc;
	EXPECT_EQ(0, SEAL());
	self->desc = desc;
	EXPECT_EQ(0, UNSEAL());
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

/* ---- numbers and order ---- */

TEST_F(message, order)
{
	__u8 token[3][TOKEN_SIZE], data[3][CB];
	SecBuffer b[3][2];
	SecBufferDesc desc[3];
	int i;

	for (i = 0; i < 3; i++) {
		memset(data[i], i, CB);
		b[i][0] = sec_buffer(SECBUFFER_TOKEN, token[i], TOKEN_SIZE);
		b[i][1] = sec_buffer(SECBUFFER_DATA, data[i], CB);
		desc[i] = describe(b[i], 2);
		ASSERT_EQ(0, variant->calls->seal(self->initiator, 0, &desc[i],
						  0));
	}
	/* A refusal does not change which one is expected. */
	for (i = 2; i > 0; i--)
		EXPECT_EQ(SEC_E_OUT_OF_SEQUENCE,
			  variant->calls->unseal(self->acceptor, &desc[i], 0,
						 NULL));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, variant->calls->unseal(self->acceptor, &desc[i],
						    0, NULL));
		EXPECT_TRUE(all_bytes(data[i], i, CB));
	}
}

TEST_F(message, integrity_keeps_no_order)
{
	LSA_SEC_HANDLE relaxed = new_context(SSPSEAL_ROLE_ACCEPTOR,
					     SSPSEAL_CONFIDENTIALITY, 0);
	__u8 sealed[CB];
	int i;

	ASSERT_EQ(0, SEAL());
	memcpy(sealed, self->data, CB);
	for (i = 0; i < 3; i++) {
		memcpy(self->data, sealed, CB);
		EXPECT_EQ(0, variant->calls->unseal(relaxed, &self->desc, 0,
						    NULL));
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

TEST_F(message, callers_number)
{
	static const struct {
		ULONG sent;
		ULONG expected;
	} row[] = {
		{ 42, 42 }, { 42, 0 }, { 0, 0 }, { 0xffffffff, 0xffffffff },
		/* The same number again is no replay. */
		{ 42, 42 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		ASSERT_EQ(0, variant->calls->seal(self->initiator, 0,
						  &self->desc, row[i].sent));
		EXPECT_EQ(row[i].sent, token_sequence(self->token));
		EXPECT_EQ(0, variant->calls->unseal(self->acceptor,
						    &self->desc,
						    row[i].expected, NULL));
	}
}

/* ---- threads and processes ---- */

#define THREADS		4
#define MESSAGES	500

struct traffic {
	const struct layer_calls *calls;
	LSA_SEC_HANDLE from;
	LSA_SEC_HANDLE to;
	__u64 number[MESSAGES];
	int done;
};

/* Each thread is on both ends. */
static void send_and_receive(void *job)
{
	struct traffic *t = job;
	__u8 token[TOKEN_SIZE], data[CB];
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_TOKEN, token, sizeof(token)),
		sec_buffer(SECBUFFER_DATA, data, sizeof(data)),
	};
	SecBufferDesc desc = describe(b, 2);

	for (; t->done < MESSAGES; t->done++) {
		memset(data, t->done, sizeof(data));
		if (t->calls->seal(t->from, 0, &desc, 0))
			return;
		t->number[t->done] = token_counter(token);
		if (all_bytes(data, t->done, sizeof(data)) ||
		    t->calls->unseal(t->to, &desc, 0, NULL) ||
		    !all_bytes(data, (__u8)t->done, sizeof(data)))
			return;
	}
}

TEST_F(message, threads)
{
	const __u32 services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT;
	static struct traffic traffic[THREADS];
	static __u64 numbers[THREADS * MESSAGES];
	LSA_SEC_HANDLE from, to;
	int i;

	from = new_context(SSPSEAL_ROLE_INITIATOR, services, 0);
	to = new_context(SSPSEAL_ROLE_ACCEPTOR, services, 0);
	for (i = 0; i < THREADS; i++) {
		traffic[i].calls = variant->calls;
		traffic[i].from = from;
		traffic[i].to = to;
	}
	ASSERT_TRUE(team_run(traffic, sizeof(*traffic), THREADS,
			     send_and_receive));
	for (i = 0; i < THREADS; i++) {
		EXPECT_EQ(MESSAGES, traffic[i].done);
		memcpy(numbers + i * MESSAGES, traffic[i].number,
		       sizeof(traffic[i].number));
	}
	EXPECT_TRUE(each_once(numbers, THREADS * MESSAGES));
}

TEST_F(message, fork_keeps_contexts)
{
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(SEAL() != 0 || token_counter(self->token) != 0);
	EXPECT_EQ(0, child_status(child));
	/* The number that the child used is gone here too. */
	EXPECT_EQ(0, SEAL());
	EXPECT_EQ(1, token_counter(self->token));
}

TEST_F(message, last_status_outlives_success)
{
	self->desc.cBuffers = 0;
	EXPECT_NE(0, SEAL());
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
	self->desc.cBuffers = 2;
	EXPECT_EQ(0, SEAL());
	EXPECT_EQ(0, UNSEAL());
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
}

struct seen {
	const struct layer_calls *calls;
	__u32 status[2];
};

static void *fail_in_thread(void *argument)
{
	struct seen *seen = argument;

	seen->status[0] = sspseal_last_status();
	seen->calls->unseal(123456, NULL, 0, NULL);
	seen->status[1] = sspseal_last_status();
	return NULL;
}

TEST_F(message, last_status_is_of_the_thread)
{
	struct seen seen = { .calls = variant->calls };
	pthread_t thread;

	self->desc.cBuffers = 0;
	EXPECT_NE(0, SEAL());
	ASSERT_EQ(0, pthread_create(&thread, NULL, fail_in_thread, &seen));
	pthread_join(thread, NULL);
	EXPECT_EQ(SSPSEAL_STATUS_OK, seen.status[0]);
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, seen.status[1]);
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
}

/* ---- SpInitUserModeContext ---- */

TEST(packed_context)
{
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	LSA_SEC_HANDLE other = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	LSA_SEC_HANDLE acceptor = context_in(FINE, SSPSEAL_ROLE_ACCEPTOR);
	struct sspseal_packed_context packed, bad;
	SecBuffer b = sec_buffer(SECBUFFER_TOKEN, &packed, sizeof(packed));
	unsigned int i;

	memset(&packed, POISON, sizeof(packed));
	EXPECT_EQ(-ENOENT, sspseal_pack_context(sspseal_device(), 12345,
						&packed));
	EXPECT_TRUE(all_bytes(&packed, POISON, sizeof(packed)));
	ASSERT_EQ(0, sspseal_pack_context(sspseal_device(), acceptor,
					  &packed));
	EXPECT_EQ(SSPSEAL_ROLE_ACCEPTOR, packed.role);
	ASSERT_EQ(0, sspseal_pack_context(sspseal_device(), handle, &packed));
	EXPECT_EQ(SSPSEAL_PACKED_VERSION, packed.version);
	EXPECT_EQ(SSPSEAL_MECH_NATIVE, packed.mechanism);
	EXPECT_EQ(SSPSEAL_ROLE_INITIATOR, packed.role);
	EXPECT_EQ(STATUS_SUCCESS, SpInitUserModeContext(handle, &b));
	EXPECT_EQ(STATUS_SUCCESS, SpInitUserModeContext(handle, &b));
	/* Another context. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpInitUserModeContext(other, &b));
	/* Another version, mechanism, role, salt. */
	for (i = 0; i < sizeof(packed); i++) {
		bad = packed;
		((__u8 *)&bad)[i] ^= 0x10;
		b.pvBuffer = &bad;
		EXPECT_EQ(i < 4 ? SEC_E_INVALID_TOKEN : SEC_E_INVALID_HANDLE,
			  SpInitUserModeContext(handle, &b))
			TH_LOG("byte %u", i);
	}
	/* Of another size, or none at all. */
	b.pvBuffer = &packed;
	for (i = 0; i < sizeof(packed); i++) {
		b.cbBuffer = i;
		EXPECT_EQ(SEC_E_INVALID_TOKEN,
			  SpInitUserModeContext(handle, &b));
	}
	b.cbBuffer = sizeof(packed) + 1;
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(handle, &b));
	b = sec_buffer(SECBUFFER_TOKEN, NULL, sizeof(packed));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(handle, &b));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(handle, NULL));
}

TEST(names)
{
	static const struct {
		LONG status;
		const char *name;
	} row[] = {
		{ STATUS_SUCCESS, "STATUS_SUCCESS" },
		{ SEC_E_MESSAGE_ALTERED, "SEC_E_MESSAGE_ALTERED" },
		{ STATUS_INVALID_PARAMETER, "STATUS_INVALID_PARAMETER" },
		{ SEC_E_BUFFER_TOO_SMALL, "SEC_E_BUFFER_TOO_SMALL" },
		{ SEC_E_INSUFFICIENT_MEMORY, "SEC_E_INSUFFICIENT_MEMORY" },
		{ SEC_E_NO_IMPERSONATION, "SEC_E_NO_IMPERSONATION" },
		{ SEC_E_SECPKG_NOT_FOUND, "SEC_E_SECPKG_NOT_FOUND" },
		{ 12345, "UNKNOWN" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++)
		EXPECT_STREQ(row[i].name, sspseal_ntstatus_name(row[i].status));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSPI calls of libsspseal: what each good, bad and odd input returns, as
 * the pages of SpSealMessage and its kin have it.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include <ntsecpkg.h>
#include <sspseal.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define CB	100

/* What programs have compiled in, by value. */
#define IS(name, value)	\
	static_assert((uint32_t)(name) == (value), #name)

IS(STATUS_SUCCESS, 0x00000000);
IS(STATUS_ACCESS_VIOLATION, 0xC0000005);
IS(STATUS_INVALID_HANDLE, 0xC0000008);
IS(STATUS_INVALID_PARAMETER, 0xC000000D);
IS(STATUS_ACCESS_DENIED, 0xC0000022);
IS(STATUS_INSUFFICIENT_RESOURCES, 0xC000009A);
IS(SEC_E_OK, 0x00000000);
IS(SEC_E_INSUFFICIENT_MEMORY, 0x80090300);
IS(SEC_E_INVALID_HANDLE, 0x80090301);
IS(SEC_E_UNSUPPORTED_FUNCTION, 0x80090302);
IS(SEC_E_INTERNAL_ERROR, 0x80090304);
IS(SEC_E_INVALID_TOKEN, 0x80090308);
IS(SEC_E_QOP_NOT_SUPPORTED, 0x8009030A);
IS(SEC_E_MESSAGE_ALTERED, 0x8009030F);
IS(SEC_E_OUT_OF_SEQUENCE, 0x80090310);
IS(SEC_E_CONTEXT_EXPIRED, 0x80090317);
IS(SEC_E_INCOMPLETE_MESSAGE, 0x80090318);
IS(SEC_E_BUFFER_TOO_SMALL, 0x80090321);
IS(SEC_E_CRYPTO_SYSTEM_INVALID, 0x80090337);
IS(SEC_E_INVALID_PARAMETER, 0x8009035D);

IS(SECBUFFER_VERSION, 0);
IS(SECBUFFER_EMPTY, 0);
IS(SECBUFFER_DATA, 1);
IS(SECBUFFER_TOKEN, 2);
IS(SECBUFFER_PKG_PARAMS, 3);
IS(SECBUFFER_PADDING, 9);
IS(SECBUFFER_STREAM, 10);
IS(SECBUFFER_TRAFFIC_SECRETS, 28);
IS(SECBUFFER_ATTRMASK, 0xF0000000);
IS(SECBUFFER_READONLY, 0x80000000);
IS(SECBUFFER_READONLY_WITH_CHECKSUM, 0x10000000);
IS(SECQOP_WRAP_NO_ENCRYPT, 0x80000001);
IS(SECQOP_WRAP_OOB_DATA, 0x40000000);
IS(SECPKG_ATTR_SIZES, 0);

/* Layouts as a Windows compiler makes them. */
IS(sizeof(ULONG), 4);
IS(sizeof(NTSTATUS), 4);
IS(sizeof(LSA_SEC_HANDLE), sizeof(void *));
IS(sizeof(SecBuffer), 8 + sizeof(void *));
IS(offsetof(SecBuffer, cbBuffer), 0);
IS(offsetof(SecBuffer, BufferType), 4);
IS(offsetof(SecBuffer, pvBuffer), 8);
IS(sizeof(SecBufferDesc), 8 + sizeof(void *));
IS(offsetof(SecBufferDesc, ulVersion), 0);
IS(offsetof(SecBufferDesc, cBuffers), 4);
IS(offsetof(SecBufferDesc, pBuffers), 8);
IS(sizeof(SecPkgContext_Sizes), 16);
IS(offsetof(SecPkgContext_Sizes, cbMaxToken), 0);
IS(offsetof(SecPkgContext_Sizes, cbMaxSignature), 4);
IS(offsetof(SecPkgContext_Sizes, cbBlockSize), 8);
IS(offsetof(SecPkgContext_Sizes, cbSecurityTrailer), 12);

static SecBuffer sec_buffer(ULONG type, void *memory, ULONG size)
{
	SecBuffer b = {
		.cbBuffer = size,
		.BufferType = type,
		.pvBuffer = memory,
	};

	return b;
}

static SecBufferDesc describe(SecBuffer *b, ULONG nr)
{
	SecBufferDesc desc = {
		.ulVersion = SECBUFFER_VERSION,
		.cBuffers = nr,
		.pBuffers = b,
	};

	return desc;
}

static LSA_SEC_HANDLE new_context(__u32 role, __u32 services, __u32 flags)
{
	struct sspseal_create c = create_args(role, services);

	c.flags = flags;
	return sspseal_create(sspseal_device(), &c) ? 0 : c.handle;
}

/* Two ends, and a message of TOKEN and DATA. */
FIXTURE(sp)
{
	LSA_SEC_HANDLE initiator;
	LSA_SEC_HANDLE acceptor;
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 plain[CB];
	SecBuffer b[4];
	SecBufferDesc desc;
};

FIXTURE_SETUP(sp)
{
	ASSERT_LE(0, sspseal_device());
	self->initiator = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	self->acceptor = new_context(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES, 0);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	fill(self->plain, sizeof(self->plain));
	memcpy(self->data, self->plain, CB);
	memset(self->token, POISON, sizeof(self->token));
	self->b[0] = sec_buffer(SECBUFFER_TOKEN, self->token, TOKEN_SIZE);
	self->b[1] = sec_buffer(SECBUFFER_DATA, self->data, CB);
	self->desc = describe(self->b, 2);
}

FIXTURE_TEARDOWN(sp)
{
	SpDeleteUserModeContext(self->initiator);
	SpDeleteUserModeContext(self->acceptor);
}

#define SEAL()		SpSealMessage(self->initiator, 0, &self->desc, 0)
#define UNSEAL()	SpUnsealMessage(self->acceptor, &self->desc, 0, NULL)

/* What a refusal may not change: the message, and *pfQOP. */
#define REFUSED(status, reason, call) do {				\
	__u8 _token[TOKEN_SIZE], _data[CB];				\
	SecBuffer _b[ARRAY_SIZE(self->b)];				\
									\
	memcpy(_token, self->token, sizeof(_token));			\
	memcpy(_data, self->data, sizeof(_data));			\
	memcpy(_b, self->b, sizeof(_b));				\
	EXPECT_EQ((status), (call));					\
	EXPECT_EQ(SSPSEAL_STATUS_##reason, sspseal_last_status());	\
	EXPECT_EQ(0, memcmp(_token, self->token, sizeof(_token)));	\
	EXPECT_EQ(0, memcmp(_data, self->data, sizeof(_data)));		\
	EXPECT_EQ(0, memcmp(_b, self->b, sizeof(_b)));			\
} while (0)

/* After all refusals: the message goes through. */
#define GOES_THROUGH() do {						\
	ULONG _qop = 0xdeadbeef;					\
									\
	EXPECT_EQ(STATUS_SUCCESS, SEAL());				\
	EXPECT_NE(0, memcmp(self->data, self->plain, CB));		\
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor,	\
						  &self->desc, 0, &_qop)); \
	EXPECT_EQ(0, _qop);						\
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));		\
} while (0)

/* ---- SpSealMessage, in the order of its table ---- */

TEST_F(sp, seal_handles)
{
	LSA_SEC_HANDLE gone = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES,
					  0);
	LSA_SEC_HANDLE bad[] = {
		0, 123456, 0x7fffffff, 0xffffffff, (LSA_SEC_HANDLE)-1,
		/* 64-bit programs: not what is left of it in 32 bits. */
		sizeof(gone) == 8 ? self->initiator | gone << 16 << 16 : 0,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		REFUSED(STATUS_INVALID_HANDLE, NO_HANDLE,
			SpSealMessage(bad[i], 0, &self->desc, 0));
	EXPECT_EQ(STATUS_SUCCESS, SpDeleteUserModeContext(gone));
	REFUSED(STATUS_INVALID_HANDLE, ALREADY_DESTROYED,
		SpSealMessage(gone, 0, &self->desc, 0));
	/* That comes before everything else. */
	REFUSED(STATUS_INVALID_HANDLE, NO_HANDLE,
		SpSealMessage(0, SECQOP_WRAP_OOB_DATA, NULL, 0));
	GOES_THROUGH();
}

TEST_F(sp, seal_without_services)
{
	LSA_SEC_HANDLE none = new_context(SSPSEAL_ROLE_INITIATOR, 0, 0);

	ASSERT_NE(0, none);
	REFUSED(STATUS_INVALID_HANDLE, NO_SERVICE,
		SpSealMessage(none, 0, &self->desc, 0));
	REFUSED(STATUS_INVALID_HANDLE, NO_SERVICE,
		SpSealMessage(none, SECQOP_WRAP_NO_ENCRYPT, NULL, 0));
}

TEST_F(sp, expired)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += 2;
	when.tv_nsec = 10000000;
	c.expiry = when.tv_sec;
	ASSERT_EQ(0, sspseal_create(sspseal_device(), &c));
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL);
	REFUSED(SEC_E_CONTEXT_EXPIRED, EXPIRED,
		SpSealMessage(c.handle, 0, &self->desc, 0));
	REFUSED(SEC_E_CONTEXT_EXPIRED, EXPIRED,
		SpUnsealMessage(c.handle, &self->desc, 0, NULL));
	REFUSED(SEC_E_CONTEXT_EXPIRED, EXPIRED,
		SpSealMessage(c.handle, SECQOP_WRAP_OOB_DATA, NULL, 0));
	EXPECT_EQ(STATUS_SUCCESS, SpDeleteUserModeContext(c.handle));
}

TEST_F(sp, seal_without_confidentiality)
{
	LSA_SEC_HANDLE plain = new_context(SSPSEAL_ROLE_INITIATOR,
					   SSPSEAL_INTEGRITY, 0);

	ASSERT_NE(0, plain);
	REFUSED(SEC_E_QOP_NOT_SUPPORTED, NO_CONFIDENTIALITY,
		SpSealMessage(plain, 0, &self->desc, 0));
	EXPECT_EQ(STATUS_SUCCESS,
		  SpSealMessage(plain, SECQOP_WRAP_NO_ENCRYPT, &self->desc, 0));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

TEST_F(sp, seal_qop)
{
	static const ULONG bad[] = {
		SECQOP_WRAP_OOB_DATA, 1, 2, 0x80000000, 0x10000, 0xffffffff,
		SECQOP_WRAP_NO_ENCRYPT | SECQOP_WRAP_OOB_DATA,
	};
	ULONG i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		REFUSED(SEC_E_QOP_NOT_SUPPORTED, QOP,
			SpSealMessage(self->initiator, bad[i], &self->desc, 0));
	REFUSED(SEC_E_QOP_NOT_SUPPORTED, QOP_SUITE,
		SpSealMessage(self->initiator, SSPSEAL_QOP_SUITE(4),
			      &self->desc, 0));
	REFUSED(SEC_E_QOP_NOT_SUPPORTED, QOP_SUITE,
		SpSealMessage(self->initiator, SSPSEAL_QOP_SUITE(255) |
			      SECQOP_WRAP_NO_ENCRYPT, &self->desc, 0));
	for (i = 0; i <= 3; i++) {
		EXPECT_EQ(STATUS_SUCCESS,
			  SpSealMessage(self->initiator, SSPSEAL_QOP_SUITE(i),
					&self->desc, 0));
		EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

TEST_F(sp, descriptors)
{
	SecBufferDesc bad[] = {
		{ SECBUFFER_VERSION, 2, NULL },
		{ SECBUFFER_VERSION, 0, self->b },
		{ 1, 2, self->b },
		{ 0xffffffff, 2, self->b },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		REFUSED(STATUS_INVALID_PARAMETER, NO_BUFFERS,
			SpSealMessage(self->initiator, 0, &bad[i], 0));
		REFUSED(STATUS_INVALID_PARAMETER, NO_BUFFERS,
			SpUnsealMessage(self->acceptor, &bad[i], 0, NULL));
	}
	REFUSED(STATUS_INVALID_PARAMETER, NO_BUFFERS,
		SpSealMessage(self->initiator, 0, NULL, 0));
	REFUSED(STATUS_INVALID_PARAMETER, NO_BUFFERS,
		SpUnsealMessage(self->acceptor, NULL, 0, NULL));
	/* Far more than there are: the count is refused before they are read. */
	self->desc.cBuffers = SSPSEAL_BUFFERS_MAX + 1;
	self->desc.pBuffers = calloc(self->desc.cBuffers, sizeof(SecBuffer));
	REFUSED(STATUS_INVALID_PARAMETER, TOO_MANY_BUFFERS, SEAL());
	REFUSED(STATUS_INVALID_PARAMETER, TOO_MANY_BUFFERS, UNSEAL());
	free(self->desc.pBuffers);
	self->desc = describe(self->b, 2);
	GOES_THROUGH();
}

TEST_F(sp, seal_token)
{
	self->b[0].BufferType = SECBUFFER_EMPTY;
	REFUSED(STATUS_INVALID_PARAMETER, NO_TOKEN, SEAL());
	self->b[0] = sec_buffer(SECBUFFER_TOKEN, self->token, TOKEN_SIZE - 1);
	REFUSED(STATUS_INVALID_PARAMETER, TOKEN_TOO_SMALL, SEAL());
	self->b[0].cbBuffer = 0;
	REFUSED(STATUS_INVALID_PARAMETER, TOKEN_TOO_SMALL, SEAL());
	self->b[0].cbBuffer = TOKEN_SIZE;
	self->b[0].BufferType = SECBUFFER_TOKEN | SECBUFFER_READONLY;
	REFUSED(STATUS_INVALID_PARAMETER, TOKEN_READONLY, SEAL());
	self->b[0].BufferType = SECBUFFER_TOKEN |
				SECBUFFER_READONLY_WITH_CHECKSUM;
	REFUSED(STATUS_INVALID_PARAMETER, TOKEN_READONLY, SEAL());
	self->b[0] = sec_buffer(SECBUFFER_TOKEN, NULL, TOKEN_SIZE);
	REFUSED(STATUS_INVALID_PARAMETER, TOKEN_NULL, SEAL());
	self->b[0].pvBuffer = self->token;
	self->b[2] = self->b[0];
	self->desc.cBuffers = 3;
	REFUSED(STATUS_INVALID_PARAMETER, TWO_TOKENS, SEAL());
	self->desc.cBuffers = 2;
	GOES_THROUGH();
}

TEST_F(sp, seal_data)
{
	__u8 second[CB] = { };

	self->b[1].BufferType = SECBUFFER_EMPTY;
	REFUSED(STATUS_INVALID_PARAMETER, NO_DATA, SEAL());
	self->b[1].BufferType = SECBUFFER_DATA |
				SECBUFFER_READONLY_WITH_CHECKSUM;
	REFUSED(STATUS_INVALID_PARAMETER, NO_DATA, SEAL());
	self->b[1].BufferType = SECBUFFER_DATA | SECBUFFER_READONLY;
	REFUSED(STATUS_INVALID_PARAMETER, DATA_READONLY, SEAL());
	self->b[1].BufferType = SECBUFFER_DATA;
	self->b[2] = sec_buffer(SECBUFFER_DATA, second, CB);
	self->desc.cBuffers = 3;
	REFUSED(STATUS_INVALID_PARAMETER, TWO_DATA, SEAL());
	self->desc.cBuffers = 2;
	GOES_THROUGH();
}

TEST_F(sp, seal_odd_buffers)
{
	self->b[1].pvBuffer = NULL;
	REFUSED(STATUS_INVALID_PARAMETER, NULL_BUFFER, SEAL());
	self->b[1].pvBuffer = self->token + 10;
	self->b[1].cbBuffer = 10;
	REFUSED(STATUS_INVALID_PARAMETER, OVERLAP, SEAL());
	self->b[1] = sec_buffer(SECBUFFER_DATA, self->data, CB);
	self->desc.cBuffers = 3;
	self->b[2] = sec_buffer(SECBUFFER_DATA |
				SECBUFFER_READONLY_WITH_CHECKSUM,
				self->data + CB - 1, 1);
	REFUSED(STATUS_INVALID_PARAMETER, OVERLAP, SEAL());
	self->b[2] = sec_buffer(SECBUFFER_DATA |
				SECBUFFER_READONLY_WITH_CHECKSUM,
				self->token, 1);
	REFUSED(STATUS_INVALID_PARAMETER, OVERLAP, SEAL());
	self->b[2] = sec_buffer(29, NULL, 0);
	REFUSED(STATUS_INVALID_PARAMETER, BUFFER_TYPE, SEAL());
	self->b[2] = sec_buffer(SECBUFFER_EMPTY | SECBUFFER_RESERVED, NULL, 0);
	REFUSED(STATUS_INVALID_PARAMETER, BUFFER_TYPE, SEAL());
	self->desc.cBuffers = 2;
	GOES_THROUGH();
}

TEST_F(sp, too_long)
{
	struct sspseal_info i = { .suite = 0 };
	__u8 *data, *associated;

	ASSERT_EQ(0, sspseal_info(sspseal_device(), &i));
	data = calloc(1, i.max_data + 1);
	associated = calloc(1, i.max_associated + 1);
	self->b[1] = sec_buffer(SECBUFFER_DATA, data, i.max_data + 1);
	REFUSED(STATUS_INVALID_PARAMETER, DATA_TOO_LONG, SEAL());
	self->b[1].cbBuffer--;
	EXPECT_EQ(STATUS_SUCCESS, SEAL());
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
	EXPECT_TRUE(all_bytes(data, 0, i.max_data));
	self->b[1].cbBuffer = 1;
	self->b[2] = sec_buffer(SECBUFFER_DATA |
				SECBUFFER_READONLY_WITH_CHECKSUM, associated,
				i.max_associated + 1);
	self->desc.cBuffers = 3;
	REFUSED(STATUS_INVALID_PARAMETER, ASSOCIATED_TOO_LONG, SEAL());
	free(associated);
	free(data);
}

TEST_F(sp, faults)
{
	self->b[1].pvBuffer = fence();
	REFUSED(STATUS_ACCESS_VIOLATION, FAULT, SEAL());
	self->b[1].pvBuffer = self->data;
	GOES_THROUGH();
	/* After the number was used, strict order cannot go on. */
	self->b[0].pvBuffer = fence();
	EXPECT_EQ(STATUS_ACCESS_VIOLATION, SEAL());
	EXPECT_EQ(SSPSEAL_STATUS_FAULT_AFTER_COMMIT, sspseal_last_status());
	self->b[0].pvBuffer = self->token;
	REFUSED(SEC_E_CONTEXT_EXPIRED, SEND_ENDED, SEAL());
	self->b[0].pvBuffer = fence();
	REFUSED(STATUS_ACCESS_VIOLATION, FAULT, UNSEAL());
}

TEST_F(sp, zero_length_data)
{
	self->b[1] = sec_buffer(SECBUFFER_DATA, NULL, 0);
	EXPECT_EQ(STATUS_SUCCESS, SEAL());
	EXPECT_EQ(0, self->b[1].cbBuffer);
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
	EXPECT_NULL(self->b[1].pvBuffer);
}

/* What is written on success, and what is not: the layout of an RPC message. */
TEST_F(sp, success)
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
	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator, 0, &desc, 7));
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
	ASSERT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &desc, 7,
						  NULL));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	EXPECT_EQ(0, memcmp(before, b, sizeof(b)));
}

TEST_F(sp, not_encrypted)
{
	ULONG qop = 0xdeadbeef;

	EXPECT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator,
						SECQOP_WRAP_NO_ENCRYPT,
						&self->desc, 0));
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	self->data[3] ^= 1;
	REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED, UNSEAL());
	self->data[3] ^= 1;
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &self->desc,
						  0, &qop));
	EXPECT_EQ(SECQOP_WRAP_NO_ENCRYPT, qop);
}

/* ---- SpUnsealMessage ---- */

/* All refusals leave *QualityOfProtection alone. */
#define UNSEAL_REFUSED(status, reason) do {				\
	ULONG _qop = 0xdeadbeef;					\
									\
	REFUSED(status, reason, SpUnsealMessage(self->acceptor,		\
						&self->desc, 0, &_qop)); \
	EXPECT_EQ(0xdeadbeef, _qop);					\
} while (0)

TEST_F(sp, unseal_handles)
{
	LSA_SEC_HANDLE none = new_context(SSPSEAL_ROLE_ACCEPTOR, 0, 0);

	REFUSED(STATUS_INVALID_HANDLE, NO_HANDLE,
		SpUnsealMessage(0, &self->desc, 0, NULL));
	REFUSED(STATUS_INVALID_HANDLE, NO_SERVICE,
		SpUnsealMessage(none, &self->desc, 0, NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpDeleteUserModeContext(none));
	REFUSED(STATUS_INVALID_HANDLE, ALREADY_DESTROYED,
		SpUnsealMessage(none, &self->desc, 0, NULL));
}

TEST_F(sp, unseal_buffers)
{
	__u8 second[CB] = { };

	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	self->b[0].BufferType = SECBUFFER_EMPTY;
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, NO_TOKEN);
	self->b[0] = sec_buffer(SECBUFFER_TOKEN, self->token, TOKEN_SIZE - 1);
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, TOKEN_TOO_SMALL);
	self->b[0].cbBuffer = TOKEN_SIZE;
	self->b[1].BufferType = SECBUFFER_EMPTY;
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, NO_DATA);
	self->b[1].BufferType = SECBUFFER_DATA | SECBUFFER_READONLY;
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, DATA_READONLY);
	self->b[1].BufferType = SECBUFFER_DATA;
	self->desc.cBuffers = 3;
	self->b[2] = sec_buffer(SECBUFFER_DATA, second, CB);
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, TWO_DATA);
	self->b[2].BufferType = SECBUFFER_STREAM;
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, TOKEN_AND_STREAM);
	self->b[2].BufferType = 29;
	UNSEAL_REFUSED(STATUS_INVALID_PARAMETER, BUFFER_TYPE);
	self->desc.cBuffers = 2;
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

TEST_F(sp, unseal_malformed)
{
	static const struct {
		unsigned int at;
		__u8 value;
		__u32 reason;
	} row[] = {
		{ 0, 2, SSPSEAL_STATUS_TOKEN_VERSION },
		{ 1, 0, SSPSEAL_STATUS_TOKEN_SUITE },
		{ 1, 9, SSPSEAL_STATUS_TOKEN_SUITE },
		{ 2, 0x11, SSPSEAL_STATUS_TOKEN_FLAGS },
		{ 2, 5, SSPSEAL_STATUS_TOKEN_FLAGS },
		{ 2, 3, SSPSEAL_STATUS_TOKEN_REFLECTED },
		{ 2, 4, SSPSEAL_STATUS_TOKEN_KIND },
		{ 3, 1, SSPSEAL_STATUS_TOKEN_FLAGS },
		{ 8, 1, SSPSEAL_STATUS_TOKEN_COUNTER },
	};
	unsigned int i;
	__u8 good;

	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		good = self->token[row[i].at];
		self->token[row[i].at] = row[i].value;
		EXPECT_EQ(SEC_E_INVALID_TOKEN, UNSEAL());
		EXPECT_EQ(row[i].reason, sspseal_last_status())
			TH_LOG("row %u", i);
		self->token[row[i].at] = good;
	}
	/* Sent by this end's own side. */
	REFUSED(SEC_E_INVALID_TOKEN, TOKEN_REFLECTED,
		SpUnsealMessage(self->initiator, &self->desc, 0, NULL));
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

TEST_F(sp, unseal_signature)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, self->token, TOKEN_SIZE),
		buffer(DATA, self->data, CB),
	};
	struct sspseal_message m = message(self->initiator, b, 2);

	ASSERT_EQ(0, sspseal_sign(sspseal_device(), &m));
	UNSEAL_REFUSED(SEC_E_INVALID_TOKEN, TOKEN_KIND);
}

TEST_F(sp, unseal_other_session)
{
	LSA_SEC_HANDLE other = new_context(SSPSEAL_ROLE_INITIATOR,
					   ALL_SERVICES, 0);

	GOES_THROUGH();
	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(other, 0, &self->desc, 0));
	UNSEAL_REFUSED(SEC_E_INVALID_TOKEN, TOKEN_SALT);
}

TEST_F(sp, unseal_policy)
{
	LSA_SEC_HANDLE strict = new_context(SSPSEAL_ROLE_ACCEPTOR,
					    SSPSEAL_CONFIDENTIALITY,
					    SSPSEAL_CREATE_REQUIRE_SEAL);
	LSA_SEC_HANDLE plain = new_context(SSPSEAL_ROLE_ACCEPTOR,
					   SSPSEAL_INTEGRITY, 0);

	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator,
						SECQOP_WRAP_NO_ENCRYPT,
						&self->desc, 0));
	REFUSED(SEC_E_QOP_NOT_SUPPORTED, NOT_SEALED,
		SpUnsealMessage(strict, &self->desc, 0, NULL));
	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	REFUSED(SEC_E_QOP_NOT_SUPPORTED, SEALED,
		SpUnsealMessage(plain, &self->desc, 0, NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(strict, &self->desc, 0,
						  NULL));
}

TEST_F(sp, unseal_altered)
{
	__u8 associated[4] = "abc";

	self->b[2] = sec_buffer(SECBUFFER_DATA |
				SECBUFFER_READONLY_WITH_CHECKSUM, associated,
				4);
	self->desc.cBuffers = 3;
	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator, 0,
						&self->desc, 5));
	self->data[0] ^= 1;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	self->data[0] ^= 1;
	associated[0] ^= 1;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	associated[0] ^= 1;
	/* The caller's number in the token, and the kernel's. */
	self->token[7] ^= 1;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	self->token[7] ^= 1;
	self->token[15] ^= 1;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	self->token[15] ^= 1;
	self->desc.cBuffers = 2;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	self->desc.cBuffers = 3;
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL());
	EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
}

TEST_F(sp, unseal_order)
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
		ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator, 0,
							&desc[i], 0));
	}
	REFUSED(SEC_E_OUT_OF_SEQUENCE, OUT_OF_ORDER,
		SpUnsealMessage(self->acceptor, &desc[1], 0, NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &desc[0], 0,
						  NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &desc[1], 0,
						  NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &desc[2], 0,
						  NULL));
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(all_bytes(data[i], i, CB));
}

TEST_F(sp, unseal_replay)
{
	LSA_SEC_HANDLE acceptor = new_context(SSPSEAL_ROLE_ACCEPTOR,
					      SSPSEAL_CONFIDENTIALITY |
					      SSPSEAL_REPLAY_DETECT, 0);
	LSA_SEC_HANDLE relaxed = new_context(SSPSEAL_ROLE_ACCEPTOR,
					     SSPSEAL_CONFIDENTIALITY, 0);
	__u8 sealed[CB];
	int i;

	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	memcpy(sealed, self->data, CB);
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(acceptor, &self->desc, 0,
						  NULL));
	memcpy(self->data, sealed, CB);
	REFUSED(SEC_E_OUT_OF_SEQUENCE, REPLAYED,
		SpUnsealMessage(acceptor, &self->desc, 0, NULL));
	/* INTEGRITY alone asks for no order. */
	for (i = 0; i < 3; i++) {
		memcpy(self->data, sealed, CB);
		EXPECT_EQ(STATUS_SUCCESS,
			  SpUnsealMessage(relaxed, &self->desc, 0, NULL));
		EXPECT_EQ(0, memcmp(self->data, self->plain, CB));
	}
}

TEST_F(sp, callers_number)
{
	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator, 0,
						&self->desc, 42));
	REFUSED(SEC_E_OUT_OF_SEQUENCE, CALLER_SEQUENCE,
		SpUnsealMessage(self->acceptor, &self->desc, 43, NULL));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &self->desc,
						  42, NULL));
	ASSERT_EQ(STATUS_SUCCESS, SpSealMessage(self->initiator, 0,
						&self->desc, 42));
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &self->desc,
						  0, NULL));
	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	REFUSED(SEC_E_OUT_OF_SEQUENCE, CALLER_SEQUENCE,
		SpUnsealMessage(self->acceptor, &self->desc, 1, NULL));
}

TEST_F(sp, stream)
{
	__u8 wire[TOKEN_SIZE + CB];
	ULONG size, qop = 0xdeadbeef;

	memcpy(wire + TOKEN_SIZE, self->plain, CB);
	self->b[0].pvBuffer = wire;
	self->b[1].pvBuffer = wire + TOKEN_SIZE;
	ASSERT_EQ(STATUS_SUCCESS, SEAL());
	self->b[0] = sec_buffer(SECBUFFER_STREAM, wire, sizeof(wire));
	self->b[1] = sec_buffer(SECBUFFER_DATA, NULL, 0);
	for (size = 0; size < TOKEN_SIZE; size++) {
		self->b[0].cbBuffer = size;
		UNSEAL_REFUSED(SEC_E_INCOMPLETE_MESSAGE, INCOMPLETE);
	}
	self->b[0].cbBuffer = sizeof(wire) - 1;
	UNSEAL_REFUSED(SEC_E_MESSAGE_ALTERED, ALTERED);
	self->b[0].cbBuffer = sizeof(wire);
	EXPECT_EQ(STATUS_SUCCESS, SpUnsealMessage(self->acceptor, &self->desc,
						  0, &qop));
	EXPECT_EQ(0, qop);
	EXPECT_EQ((void *)(wire + TOKEN_SIZE), self->b[1].pvBuffer);
	EXPECT_EQ(CB, self->b[1].cbBuffer);
	EXPECT_EQ(SECBUFFER_DATA, self->b[1].BufferType);
	EXPECT_EQ((void *)wire, self->b[0].pvBuffer);
	EXPECT_EQ(sizeof(wire), self->b[0].cbBuffer);
	EXPECT_EQ(SECBUFFER_STREAM, self->b[0].BufferType);
	EXPECT_EQ(0, memcmp(wire + TOKEN_SIZE, self->plain, CB));
}

/* ---- the other calls ---- */

TEST_F(sp, sizes)
{
	LSA_SEC_HANDLE none = new_context(SSPSEAL_ROLE_INITIATOR, 0, 0);
	LSA_SEC_HANDLE plain = new_context(SSPSEAL_ROLE_INITIATOR,
					   SSPSEAL_INTEGRITY, 0);
	SecPkgContext_Sizes sizes;

	memset(&sizes, POISON, sizeof(sizes));
	EXPECT_EQ(STATUS_SUCCESS, SpQueryContextAttributes(self->initiator,
							   SECPKG_ATTR_SIZES,
							   &sizes));
	EXPECT_EQ(TOKEN_SIZE, sizes.cbMaxToken);
	EXPECT_EQ(TOKEN_SIZE, sizes.cbMaxSignature);
	EXPECT_EQ(1, sizes.cbBlockSize);
	EXPECT_EQ(TOKEN_SIZE, sizes.cbSecurityTrailer);
	memset(&sizes, POISON, sizeof(sizes));
	EXPECT_EQ(STATUS_SUCCESS, SpQueryContextAttributes(plain,
							   SECPKG_ATTR_SIZES,
							   &sizes));
	EXPECT_EQ(TOKEN_SIZE, sizes.cbMaxSignature);
	EXPECT_EQ(TOKEN_SIZE, sizes.cbSecurityTrailer);
	memset(&sizes, POISON, sizeof(sizes));
	EXPECT_EQ(STATUS_SUCCESS, SpQueryContextAttributes(none,
							   SECPKG_ATTR_SIZES,
							   &sizes));
	EXPECT_EQ(0, sizes.cbMaxSignature);
	EXPECT_EQ(1, sizes.cbBlockSize);
	EXPECT_EQ(0, sizes.cbSecurityTrailer);
}

TEST_F(sp, attributes)
{
	SecPkgContext_Sizes sizes;
	ULONG attribute;

	memset(&sizes, POISON, sizeof(sizes));
	for (attribute = 1; attribute < 64; attribute++)
		EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
			  SpQueryContextAttributes(self->initiator, attribute,
						   &sizes));
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
		  SpQueryContextAttributes(self->initiator, 0xffffffff, NULL));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  SpQueryContextAttributes(self->initiator, SECPKG_ATTR_SIZES,
					   NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  SpQueryContextAttributes(0, SECPKG_ATTR_SIZES, &sizes));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  SpQueryContextAttributes(12345, SECPKG_ATTR_STREAM_SIZES,
					   &sizes));
	EXPECT_TRUE(all_bytes(&sizes, POISON, sizeof(sizes)));
}

TEST_F(sp, delete)
{
	LSA_SEC_HANDLE gone = new_context(SSPSEAL_ROLE_INITIATOR, 0, 0);

	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpDeleteUserModeContext(0));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpDeleteUserModeContext(123456));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, sspseal_last_status());
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  SpDeleteUserModeContext((LSA_SEC_HANDLE)-1));
	EXPECT_EQ(STATUS_SUCCESS, SpDeleteUserModeContext(gone));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpDeleteUserModeContext(gone));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, sspseal_last_status());
	GOES_THROUGH();
}

TEST_F(sp, packed_context)
{
	struct sspseal_packed_context packed, bad;
	SecBuffer b = sec_buffer(SECBUFFER_TOKEN, &packed, sizeof(packed));
	unsigned int i;

	memset(&packed, POISON, sizeof(packed));
	EXPECT_EQ(-ENOENT, sspseal_pack_context(sspseal_device(), 12345,
						&packed));
	EXPECT_TRUE(all_bytes(&packed, POISON, sizeof(packed)));
	ASSERT_EQ(0, sspseal_pack_context(sspseal_device(), self->initiator,
					  &packed));
	EXPECT_EQ(STATUS_SUCCESS, SpInitUserModeContext(self->initiator, &b));
	EXPECT_EQ(STATUS_SUCCESS, SpInitUserModeContext(self->initiator, &b));
	/* Another context, and none. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpInitUserModeContext(self->acceptor,
							      &b));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpInitUserModeContext(0, &b));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, SpInitUserModeContext(12345, &b));
	/* Another version, mechanism, role, salt. */
	for (i = 0; i < sizeof(packed); i++) {
		bad = packed;
		((__u8 *)&bad)[i] ^= 0x10;
		b.pvBuffer = &bad;
		EXPECT_EQ(i < 4 ? SEC_E_INVALID_TOKEN : SEC_E_INVALID_HANDLE,
			  SpInitUserModeContext(self->initiator, &b))
			TH_LOG("byte %u", i);
	}
	/* Of another size, or none at all. */
	b.pvBuffer = &packed;
	for (i = 0; i < sizeof(packed); i++) {
		b.cbBuffer = i;
		EXPECT_EQ(SEC_E_INVALID_TOKEN,
			  SpInitUserModeContext(self->initiator, &b));
	}
	b.cbBuffer = sizeof(packed) + 1;
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(self->initiator,
							     &b));
	b = sec_buffer(SECBUFFER_TOKEN, NULL, sizeof(packed));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(self->initiator,
							     &b));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, SpInitUserModeContext(self->initiator,
							     NULL));
	GOES_THROUGH();
}

TEST_F(sp, last_status_outlives_success)
{
	self->desc.cBuffers = 0;
	EXPECT_EQ(STATUS_INVALID_PARAMETER, SEAL());
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
	self->desc.cBuffers = 2;
	GOES_THROUGH();
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
}

static void *fail_in_thread(void *argument)
{
	__u32 *seen = argument;

	seen[0] = sspseal_last_status();
	SpDeleteUserModeContext(123456);
	seen[1] = sspseal_last_status();
	return NULL;
}

TEST_F(sp, last_status_is_of_the_thread)
{
	__u32 seen[2];
	pthread_t thread;

	self->desc.cBuffers = 0;
	EXPECT_EQ(STATUS_INVALID_PARAMETER, SEAL());
	ASSERT_EQ(0, pthread_create(&thread, NULL, fail_in_thread, seen));
	pthread_join(thread, NULL);
	EXPECT_EQ(SSPSEAL_STATUS_OK, seen[0]);
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, seen[1]);
	EXPECT_EQ(SSPSEAL_STATUS_NO_BUFFERS, sspseal_last_status());
}

TEST_F(sp, fork_keeps_contexts)
{
	int status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(SEAL() != STATUS_SUCCESS || self->token[15] != 0);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	/* The number that the child used is gone here too. */
	EXPECT_EQ(STATUS_SUCCESS, SEAL());
	EXPECT_EQ(1, self->token[15]);
}

TEST_F(sp, names)
{
	EXPECT_STREQ("STATUS_SUCCESS", sspseal_ntstatus_name(0));
	EXPECT_STREQ("SEC_E_MESSAGE_ALTERED",
		     sspseal_ntstatus_name((__s32)0x8009030F));
	EXPECT_STREQ("STATUS_INVALID_PARAMETER",
		     sspseal_ntstatus_name((__s32)0xC000000D));
	EXPECT_STREQ("UNKNOWN", sspseal_ntstatus_name(12345));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each status and each errno of the kernel is for the four families of SSPI
 * calls, those that no test can make it say among them, and what an older library
 * makes of a newer kernel. The library is compiled in; the kernel is not needed:
 * QUERY and BATCH are answered here, see the Makefile.
 */
#include <errno.h>

#include <sspseal_messages.h>

#include "../userlib/src/internal.h"
#include "kselftest_harness.h"
#include "ntstatus_kernel.h"
#include "sspseal_test.h"

/*
 * SpSealMessage and SpUnsealMessage; the others of ntsecpkg.h; EncryptMessage; the
 * others of sspi.h.
 */
#define FAMILIES	4

static const enum sspseal_family families[FAMILIES] = {
	SSPSEAL_FAMILY_SEAL, SSPSEAL_FAMILY_OTHER, SSPSEAL_FAMILY_ENCRYPT,
	SSPSEAL_FAMILY_APPLICATION,
};

/* What Microsoft's pages have for one thing, in the order of the families. */
#define ALL_THE_SAME(code)	{ [0 ... FAMILIES - 1] = (code) }

#define HANDLE {				\
	STATUS_INVALID_HANDLE,			\
	SEC_E_INVALID_HANDLE,			\
	SEC_E_INVALID_HANDLE,			\
	SEC_E_INVALID_HANDLE,			\
}

#define SERVICE {				\
	STATUS_INVALID_HANDLE,			\
	SEC_E_QOP_NOT_SUPPORTED,		\
	SEC_E_QOP_NOT_SUPPORTED,		\
	SEC_E_QOP_NOT_SUPPORTED,		\
}

#define RIGHT {					\
	STATUS_ACCESS_DENIED,			\
	STATUS_ACCESS_DENIED,			\
	SEC_E_UNSUPPORTED_FUNCTION,		\
	SEC_E_UNSUPPORTED_FUNCTION,		\
}

#define BUFFERS {				\
	STATUS_INVALID_PARAMETER,		\
	SEC_E_INVALID_TOKEN,			\
	SEC_E_INVALID_TOKEN,			\
	SEC_E_INVALID_TOKEN,			\
}

#define ROOM {					\
	STATUS_INVALID_PARAMETER,		\
	SEC_E_INVALID_TOKEN,			\
	SEC_E_BUFFER_TOO_SMALL,			\
	SEC_E_INVALID_TOKEN,			\
}

#define PARAMETER {				\
	STATUS_INVALID_PARAMETER,		\
	STATUS_INVALID_PARAMETER,		\
	SEC_E_INVALID_PARAMETER,		\
	SEC_E_INVALID_PARAMETER,		\
}

#define NO_ROOM_LEFT {				\
	STATUS_INSUFFICIENT_RESOURCES,		\
	STATUS_INSUFFICIENT_RESOURCES,		\
	SEC_E_INSUFFICIENT_MEMORY,		\
	SEC_E_INSUFFICIENT_MEMORY,		\
}

#define BAD_MEMORY {				\
	STATUS_ACCESS_VIOLATION,		\
	STATUS_ACCESS_VIOLATION,		\
	SEC_E_INTERNAL_ERROR,			\
	SEC_E_INTERNAL_ERROR,			\
}

#define SIGNAL {				\
	STATUS_CANCELLED,			\
	STATUS_CANCELLED,			\
	SEC_E_INTERNAL_ERROR,			\
	SEC_E_INTERNAL_ERROR,			\
}

#define NOT_READY	ALL_THE_SAME(SEC_E_INVALID_HANDLE)
#define AT_AN_END	ALL_THE_SAME(SEC_E_CONTEXT_EXPIRED)
#define PROTECTION	ALL_THE_SAME(SEC_E_QOP_NOT_SUPPORTED)
#define MALFORMED	ALL_THE_SAME(SEC_E_INVALID_TOKEN)
#define ORDER		ALL_THE_SAME(SEC_E_OUT_OF_SEQUENCE)

static const struct {
	__u32 status;
	NTSTATUS code[FAMILIES];
} statuses[] = {
#define S(name, codes)	{ SSPSEAL_STATUS_##name, codes }
	S(NO_HANDLE, HANDLE),
	S(ALREADY_DESTROYED, HANDLE),
	S(NO_RIGHT, RIGHT),
	S(REVOKED, AT_AN_END),
	S(HANDLE_EXPIRED, AT_AN_END),
	S(ANONYMOUS, RIGHT),
	S(NO_SERVICE, SERVICE),
	S(EXPIRED, AT_AN_END),
	S(SEND_ENDED, AT_AN_END),
	S(NOT_BOUND, NOT_READY),
	S(UNCONFIRMED, NOT_READY),
	S(ALREADY_BOUND, PARAMETER),
	S(RESERVED, PARAMETER),
	S(FLAGS, PARAMETER),
	S(MECHANISM, PARAMETER),
	S(ROLE, PARAMETER),
	S(SERVICES, PARAMETER),
	S(POLICY, PARAMETER),
	S(SUITE, PARAMETER),
	S(DEFAULT_SUITE, PARAMETER),
	S(KEY_SIZE, PARAMETER),
	S(PARAMS_SIZE, PARAMETER),
	S(EXPIRY, PARAMETER),
	S(KEY_SOURCE, PARAMETER),
	S(KEY_SERIAL, PARAMETER),
	S(KEY_PERMISSION, RIGHT),
	S(KEY_TYPE, PARAMETER),
	S(KEY_EXPIRED, AT_AN_END),
	S(KEY_REVOKED, AT_AN_END),
	S(SERVICES_ADDED, PARAMETER),
	S(CONFIRM, PARAMETER),
	S(SUITE_NOT_ALLOWED, PARAMETER),
	S(PEER_SALT, PARAMETER),
	S(BINDING_SIZE, PARAMETER),
	S(RIGHTS, PARAMETER),
	S(DESCRIPTOR, NOT_READY),
	S(OPERATIONS, PARAMETER),
	S(COMMAND, PARAMETER),
	S(NO_MEMORY, NO_ROOM_LEFT),
	S(BUSY, NO_ROOM_LEFT),
	S(LIMIT_FILE, NO_ROOM_LEFT),
	S(LIMIT_TOTAL, NO_ROOM_LEFT),
	S(FAULT, BAD_MEMORY),
	S(FAULT_AFTER_COMMIT, BAD_MEMORY),
	S(CIPHER, ALL_THE_SAME(SEC_E_CRYPTO_SYSTEM_INVALID)),
	S(INTERRUPTED, SIGNAL),
	S(NO_DESCRIPTOR, NO_ROOM_LEFT),
	S(LIMIT_DEPTH, NO_ROOM_LEFT),
	S(NO_CONFIDENTIALITY, PROTECTION),
	S(QOP, PROTECTION),
	S(QOP_SUITE, PROTECTION),
	S(NO_BUFFERS, BUFFERS),
	S(TOO_MANY_BUFFERS, BUFFERS),
	S(NO_TOKEN, BUFFERS),
	S(TOKEN_TOO_SMALL, ROOM),
	S(TOKEN_READONLY, BUFFERS),
	S(TOKEN_NULL, BUFFERS),
	S(TWO_TOKENS, BUFFERS),
	S(TOKEN_AND_STREAM, BUFFERS),
	S(NO_DATA, BUFFERS),
	S(TWO_DATA, BUFFERS),
	S(DATA_READONLY, BUFFERS),
	S(NULL_BUFFER, BUFFERS),
	S(OVERLAP, BUFFERS),
	S(BUFFER_TYPE, BUFFERS),
	S(DATA_TOO_LONG, PARAMETER),
	S(ASSOCIATED_TOO_LONG, PARAMETER),
	S(INCOMPLETE, ALL_THE_SAME(SEC_E_INCOMPLETE_MESSAGE)),
	S(TOKEN_VERSION, MALFORMED),
	S(TOKEN_SUITE, MALFORMED),
	S(TOKEN_FLAGS, MALFORMED),
	S(TOKEN_REFLECTED, MALFORMED),
	S(TOKEN_KIND, MALFORMED),
	S(TOKEN_CONFIRMATION, MALFORMED),
	S(TOKEN_COUNTER, MALFORMED),
	S(TOKEN_SALT, MALFORMED),
	S(SEALED, PROTECTION),
	S(NOT_SEALED, PROTECTION),
	S(ALTERED, ALL_THE_SAME(SEC_E_MESSAGE_ALTERED)),
	S(CALLER_SEQUENCE, ORDER),
	S(REPLAYED, ORDER),
	S(TOO_OLD, ORDER),
	S(OUT_OF_ORDER, ORDER),
#undef S
};

/* Those of the header's list; whatever else may come is an error without a name. */
static const struct {
	int error;
	NTSTATUS code[FAMILIES];
} errors[] = {
	{ ENOENT, HANDLE },
	{ EACCES, RIGHT },
	{ EINVAL, BUFFERS },
	{ EMSGSIZE, BUFFERS },
	{ EOPNOTSUPP, PARAMETER },
	{ ENOMEM, NO_ROOM_LEFT },
	{ EBUSY, NO_ROOM_LEFT },
	{ EMFILE, NO_ROOM_LEFT },
	{ ENFILE, NO_ROOM_LEFT },
	{ EFAULT, BAD_MEMORY },
	{ EBADMSG, ALL_THE_SAME(SEC_E_MESSAGE_ALTERED) },
	{ EILSEQ, ORDER },
	{ EKEYEXPIRED, AT_AN_END },
	{ EKEYREVOKED, AT_AN_END },
	{ ENOTCONN, NOT_READY },
	{ EBADF, NOT_READY },
	{ EINTR, SIGNAL },
	{ EPERM, PROTECTION },
	{ EIO, ALL_THE_SAME(SEC_E_CRYPTO_SYSTEM_INVALID) },
};

#define ERRORS_MAX	4095
/* Far beyond those that there are. */
#define NEWER_STATUS	100000
#define NEWER_SUITE	200

TEST(every_status)
{
	unsigned int i, family, named = 0;
	NTSTATUS code;
	__u32 status;

	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		status = statuses[i].status;
		for (family = 0; family < FAMILIES; family++) {
			/* The reason counts, not the errno. */
			code = sspseal_ntstatus(families[family], -EXDEV,
						status);
			EXPECT_EQ(statuses[i].code[family], code)
				TH_LOG("%s, family %u",
				       sspseal_status_name(status), family);
			EXPECT_EQ(status, sspseal_last_status());
			EXPECT_STRNE("UNKNOWN", sspseal_ntstatus_name(code));
		}
	}
	/* The table has all that have a name, but for OK. */
	for (status = 1; status < 1000; status++)
		named += strcmp("UNKNOWN", sspseal_status_name(status)) != 0;
	EXPECT_EQ(ARRAY_SIZE(statuses), named);
}

static NTSTATUS expected_of(int error, unsigned int family)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].error == error)
			return errors[i].code[family];
	return SEC_E_INTERNAL_ERROR;
}

/* A reason that is newer than the library: the errno tells as much as it can. */
TEST(every_errno)
{
	unsigned int family;
	NTSTATUS code;
	int error;

	for (error = 1; error <= ERRORS_MAX; error++) {
		for (family = 0; family < FAMILIES; family++) {
			code = sspseal_ntstatus(families[family], -error,
						NEWER_STATUS);
			EXPECT_EQ(expected_of(error, family), code)
				TH_LOG("errno %d, family %u", error, family);
			EXPECT_EQ(NEWER_STATUS, sspseal_last_status());
			EXPECT_STRNE("UNKNOWN", sspseal_ntstatus_name(code));
		}
	}
}

/* Success has no reason; a failure without one is that there is no file. */
TEST(no_reason)
{
	static const NTSTATUS no_handle[] = HANDLE;
	unsigned int family;

	for (family = 0; family < FAMILIES; family++) {
		EXPECT_EQ(SEC_E_MESSAGE_ALTERED,
			  sspseal_ntstatus(families[family], -EBADMSG,
					   SSPSEAL_STATUS_ALTERED));
		EXPECT_EQ(STATUS_SUCCESS,
			  sspseal_ntstatus(families[family], 0,
					   SSPSEAL_STATUS_REPLAYED));
		EXPECT_EQ(SSPSEAL_STATUS_ALTERED, sspseal_last_status());
		EXPECT_EQ(no_handle[family],
			  sspseal_ntstatus(families[family], -EACCES,
					   SSPSEAL_STATUS_OK));
		EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, sspseal_last_status());
	}
}

/* ---- a kernel that knows more suites ---- */

int __wrap_sspseal_query(int fd, struct sspseal_query *query)
{
	(void)fd;
	query->services = ALL_SERVICES;
	query->default_suite = NEWER_SUITE;
	return 0;
}

TEST(newer_suite)
{
	SecPkgContext_KeyInfoA info;
	CtxtHandle context;

	sspseal_to_context(1, &context);
	memset(&info, POISON, sizeof(info));
	ASSERT_EQ(SEC_E_OK,
		  QueryContextAttributesA(&context, SECPKG_ATTR_KEY_INFO,
					  &info));
	EXPECT_STREQ("", info.sSignatureAlgorithmName);
	EXPECT_STREQ("", info.sEncryptAlgorithmName);
	EXPECT_EQ(0, info.KeySize);
	EXPECT_EQ(NEWER_SUITE, info.SignatureAlgorithm);
	EXPECT_EQ(NEWER_SUITE, info.EncryptAlgorithm);
	FreeContextBuffer(info.sSignatureAlgorithmName);
	FreeContextBuffer(info.sEncryptAlgorithmName);
}

/* ---- a signal before the first message ---- */

int __wrap_sspseal_batch(int fd, struct sspseal_batch *batch)
{
	(void)fd;
	batch->status = SSPSEAL_STATUS_INTERRUPTED;
	return -EINTR;
}

TEST(interrupted_array)
{
	SecBufferDesc desc = { SECBUFFER_VERSION, 0, NULL };
	NTSTATUS status = (NTSTATUS)POISON32;
	ULONG done = POISON32;

	EXPECT_EQ(STATUS_CANCELLED,
		  sspseal_seal_messages(1, 0, &desc, 1, NULL, &status, &done));
	EXPECT_EQ(SSPSEAL_STATUS_INTERRUPTED, sspseal_last_status());
	EXPECT_EQ(0, done);
	done = POISON32;
	EXPECT_EQ(STATUS_CANCELLED,
		  sspseal_unseal_messages(1, &desc, 1, NULL, NULL, &status,
					  &done));
	EXPECT_EQ(0, done);
	EXPECT_EQ((NTSTATUS)POISON32, status);
}

TEST_HARNESS_MAIN

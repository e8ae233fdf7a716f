// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSPI calls that are not about messages: what can be asked of a context,
 * its end, the package, the tables of functions, and the memory that calls give
 * away.
 */
#include <errno.h>
#include <time.h>

#include <ntsecpkg.h>
#include <sspseal.h>

#include "kselftest_harness.h"
#include "sspi_test.h"

#define CONFIDENTIALITY	SSPSEAL_CONFIDENTIALITY
#define FOREVER		0x7fffffffffffffffLL

/* Does memory of CHAR, or of WCHAR, have this text? */
static bool is_text(const void *string, bool wide, const char *text)
{
	const WCHAR *at = string;

	if (!wide)
		return !strcmp(string, text);
	while (*at && *at == (WCHAR)*text) {
		at++;
		text++;
	}
	return *at == (WCHAR)*text;
}

/* ---- each call with each handle ---- */

static SecPkgContext_Sizes sizes;

static LONG sp_query(LSA_SEC_HANDLE handle)
{
	return SpQueryContextAttributes(handle, SECPKG_ATTR_SIZES, &sizes);
}

static LONG query_a(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return QueryContextAttributesA(&context, SECPKG_ATTR_SIZES, &sizes);
}

static LONG query_w(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return QueryContextAttributesW(&context, SECPKG_ATTR_SIZES, &sizes);
}

/* One that fits no context: what is asked first is the handle. */
static LONG sp_init(LSA_SEC_HANDLE handle)
{
	struct sspseal_packed_context packed = { .version = 0 };
	SecBuffer b = sec_buffer(SECBUFFER_TOKEN, &packed, sizeof(packed));

	return SpInitUserModeContext(handle, &b);
}

static LONG sp_token(LSA_SEC_HANDLE handle)
{
	HANDLE token = &sizes;
	LONG status = SpGetContextToken(handle, &token);

	return token == &sizes ? status : -1;
}

static LONG query_token(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);
	HANDLE token = &sizes;
	LONG status = QuerySecurityContextToken(&context, &token);

	return token == &sizes ? status : -1;
}

static LONG impersonate(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return ImpersonateSecurityContext(&context);
}

static LONG revert(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return RevertSecurityContext(&context);
}

static LONG sp_complete(LSA_SEC_HANDLE handle)
{
	return SpCompleteAuthToken(handle, NULL);
}

static LONG control(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return ApplyControlToken(&context, NULL);
}

static LONG sp_delete(LSA_SEC_HANDLE handle)
{
	return SpDeleteUserModeContext(handle);
}

static LONG delete(LSA_SEC_HANDLE handle)
{
	CtxtHandle context = ctxt(handle);

	return DeleteSecurityContext(&context);
}

static const struct {
	const char *name;
	LONG (*call)(LSA_SEC_HANDLE handle);
	LONG deleted;
	LONG ended;	/* REVOKED, HANDLE_EXPIRED */
	LONG no_right;
	LONG all_others;
} calls[] = {
	{ "SpQueryContextAttributes", sp_query, SEC_E_INVALID_HANDLE,
	  SEC_E_CONTEXT_EXPIRED, STATUS_ACCESS_DENIED, STATUS_SUCCESS },
	{ "QueryContextAttributesA", query_a, SEC_E_INVALID_HANDLE,
	  SEC_E_CONTEXT_EXPIRED, SEC_E_UNSUPPORTED_FUNCTION, SEC_E_OK },
	{ "QueryContextAttributesW", query_w, SEC_E_INVALID_HANDLE,
	  SEC_E_CONTEXT_EXPIRED, SEC_E_UNSUPPORTED_FUNCTION, SEC_E_OK },
	{ "SpInitUserModeContext", sp_init, SEC_E_INVALID_HANDLE,
	  SEC_E_CONTEXT_EXPIRED, STATUS_ACCESS_DENIED, SEC_E_INVALID_TOKEN },
	{ "SpGetContextToken", sp_token, SEC_E_INVALID_HANDLE,
	  SEC_E_NO_IMPERSONATION, SEC_E_NO_IMPERSONATION,
	  SEC_E_NO_IMPERSONATION },
	{ "QuerySecurityContextToken", query_token, SEC_E_INVALID_HANDLE,
	  SEC_E_NO_IMPERSONATION, SEC_E_NO_IMPERSONATION,
	  SEC_E_NO_IMPERSONATION },
	{ "ImpersonateSecurityContext", impersonate, SEC_E_INVALID_HANDLE,
	  SEC_E_NO_IMPERSONATION, SEC_E_NO_IMPERSONATION,
	  SEC_E_NO_IMPERSONATION },
	{ "RevertSecurityContext", revert, SEC_E_INVALID_HANDLE,
	  SEC_E_NO_IMPERSONATION, SEC_E_NO_IMPERSONATION,
	  SEC_E_NO_IMPERSONATION },
	{ "SpCompleteAuthToken", sp_complete, SEC_E_INVALID_HANDLE,
	  SEC_E_UNSUPPORTED_FUNCTION, SEC_E_UNSUPPORTED_FUNCTION,
	  SEC_E_UNSUPPORTED_FUNCTION },
	{ "ApplyControlToken", control, SEC_E_INVALID_HANDLE,
	  SEC_E_UNSUPPORTED_FUNCTION, SEC_E_UNSUPPORTED_FUNCTION,
	  SEC_E_UNSUPPORTED_FUNCTION },
	/* The last two: each has a handle of its own. */
	{ "SpDeleteUserModeContext", sp_delete, SEC_E_INVALID_HANDLE,
	  STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS },
	{ "DeleteSecurityContext", delete, SEC_E_OK, SEC_E_OK, SEC_E_OK,
	  SEC_E_OK },
};

static LONG expected(unsigned int call, enum state state)
{
	switch (state) {
	case ZERO:
	case NEVER_GIVEN:
		return SEC_E_INVALID_HANDLE;
	case DELETED:
		return calls[call].deleted;
	case REVOKED:
	case HANDLE_EXPIRED:
		return calls[call].ended;
	case NO_RIGHT:
		return calls[call].no_right;
	default:
		return calls[call].all_others;
	}
}

TEST(states)
{
	LSA_SEC_HANDLE handle = 0;
	enum state state;
	unsigned int i;

	for (state = 0; state < STATES; state++) {
		for (i = 0; i < ARRAY_SIZE(calls); i++) {
			if (!i || calls[i].call == delete)
				handle = context_in(state,
						    SSPSEAL_ROLE_ACCEPTOR);
			ASSERT_NE(POISON32, handle)
				TH_LOG("%s", state_name(state));
			EXPECT_EQ(expected(i, state), calls[i].call(handle))
				TH_LOG("%s: %s", calls[i].name,
				       state_name(state));
			if (calls[i].call == sp_delete ||
			    calls[i].call == delete)
				EXPECT_EQ(SEC_E_INVALID_HANDLE,
					  sp_query(handle))
					TH_LOG("%s: %s", calls[i].name,
					       state_name(state));
		}
	}
}

TEST(delete_twice)
{
	CtxtHandle context = ctxt(context_in(FINE, SSPSEAL_ROLE_INITIATOR));
	CtxtHandle copy = context, invalid = context, other = context;

	SecInvalidateHandle(&invalid);
	other.dwUpper++;
	EXPECT_EQ(SEC_E_INVALID_HANDLE, DeleteSecurityContext(NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, DeleteSecurityContext(&invalid));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, DeleteSecurityContext(&other));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, sspseal_last_status());
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&context));
	EXPECT_EQ(0, memcmp(&copy, &context, sizeof(copy)));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&context));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&copy));
	/* Success, so it is not remembered. */
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, sspseal_last_status());
}

/* ---- attributes ---- */

/* The three calls that ask for one, in one shape. */
typedef LONG ask(LSA_SEC_HANDLE handle, ULONG attribute, void *buffer);

static LONG ask_sp(LSA_SEC_HANDLE handle, ULONG attribute, void *buffer)
{
	return SpQueryContextAttributes(handle, attribute, buffer);
}

static LONG ask_a(LSA_SEC_HANDLE handle, ULONG attribute, void *buffer)
{
	CtxtHandle context = ctxt(handle);

	return QueryContextAttributesA(&context, attribute, buffer);
}

static LONG ask_w(LSA_SEC_HANDLE handle, ULONG attribute, void *buffer)
{
	CtxtHandle context = ctxt(handle);

	return QueryContextAttributesW(&context, attribute, buffer);
}

FIXTURE(attribute)
{
	/* As large as any. */
	__u8 poison[64];
};

FIXTURE_VARIANT(attribute)
{
	ask *ask;
	bool wide;
};

FIXTURE_VARIANT_ADD(attribute, sp)
{
	.ask = ask_sp, .wide = true
};

FIXTURE_VARIANT_ADD(attribute, a)
{
	.ask = ask_a, .wide = false
};

FIXTURE_VARIANT_ADD(attribute, w)
{
	.ask = ask_w, .wide = true
};

FIXTURE_SETUP(attribute)
{
	ASSERT_LE(0, sspseal_device());
	memset(self->poison, POISON, sizeof(self->poison));
}

FIXTURE_TEARDOWN(attribute)
{
}

TEST_F(attribute, sizes)
{
	static const struct {
		__u32 services;
		ULONG size;
	} row[] = {
		{ ALL_SERVICES, TOKEN_SIZE },
		{ SSPSEAL_INTEGRITY, TOKEN_SIZE },
		{ 0, 0 },
	};
	SecPkgContext_Sizes result;
	LSA_SEC_HANDLE handle;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		handle = new_context(SSPSEAL_ROLE_INITIATOR, row[i].services,
				     0);
		memset(&result, POISON, sizeof(result));
		EXPECT_EQ(0, variant->ask(handle, SECPKG_ATTR_SIZES, &result));
		EXPECT_EQ(SSPSEAL_MAX_TOKEN, result.cbMaxToken);
		EXPECT_EQ(row[i].size, result.cbMaxSignature);
		EXPECT_EQ(1, result.cbBlockSize);
		EXPECT_EQ(row[i].size, result.cbSecurityTrailer);
	}
}

/* What a program that has FILETIME makes of a time. */
static LONGLONG filetime(__u64 second)
{
	return (second + 134774 * 86400LL) * 10000000;
}

TEST_F(attribute, lifespan)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	SecPkgContext_Lifespan result;
	/* The last that fits, and one later; 2038 and 2106 are long past. */
	const __u64 last = FOREVER / 10000000 - 134774 * 86400LL;
	const __u64 later = time(NULL) + 1000;
	const struct {
		__u64 expiry;
		LONGLONG expected;
	} row[] = {
		{ 0, FOREVER },
		{ later, filetime(later) },
		{ 0x7fffffff, filetime(0x7fffffff) },
		{ 0xffffffff, filetime(0xffffffff) },
		{ 1ULL << 32, filetime(1ULL << 32) },
		{ last, filetime(last) },
		{ last + 1, FOREVER },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		c.expiry = row[i].expiry;
		ASSERT_EQ(0, sspseal_create(sspseal_device(), &c))
			TH_LOG("row %u", i);
		memset(&result, POISON, sizeof(result));
		EXPECT_EQ(0, variant->ask(c.handle, SECPKG_ATTR_LIFESPAN,
					  &result));
		EXPECT_EQ(0, result.tsStart.QuadPart);
		EXPECT_EQ(row[i].expected, result.tsExpiry.QuadPart)
			TH_LOG("row %u", i);
	}
}

TEST_F(attribute, flags)
{
	static const struct {
		__u32 services;
		ULONG initiator;
		ULONG acceptor;
	} row[] = {
		{ 0, 0, 0 },
		{ SSPSEAL_INTEGRITY, 0x10000, 0x20000 },
		{ SSPSEAL_CONFIDENTIALITY, 0x10010, 0x20010 },
		{ SSPSEAL_REPLAY_DETECT, 0x10004, 0x20004 },
		{ SSPSEAL_SEQUENCE_DETECT, 0x10008, 0x20008 },
		{ ALL_SERVICES, 0x1001c, 0x2001c },
	};
	SecPkgContext_Flags flags;
	LSA_SEC_HANDLE handle;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		handle = new_context(SSPSEAL_ROLE_INITIATOR, row[i].services,
				     0);
		EXPECT_EQ(0, variant->ask(handle, SECPKG_ATTR_FLAGS, &flags));
		EXPECT_EQ(row[i].initiator, flags.Flags);
		handle = new_context(SSPSEAL_ROLE_ACCEPTOR, row[i].services, 0);
		EXPECT_EQ(0, variant->ask(handle, SECPKG_ATTR_FLAGS, &flags));
		EXPECT_EQ(row[i].acceptor, flags.Flags);
	}
}

TEST_F(attribute, key_info)
{
	static const struct {
		__u32 services;
		__u32 suite;
		const char *sign;
		const char *seal;
		ULONG bits;
	} row[] = {
		{ CONFIDENTIALITY, 1, "AES-256-GCM", "AES-256-GCM", 256 },
		{ CONFIDENTIALITY, 2, "AES-128-GCM", "AES-128-GCM", 128 },
		{ CONFIDENTIALITY, 3, "CHACHA20-POLY1305", "CHACHA20-POLY1305",
		  256 },
		{ SSPSEAL_INTEGRITY, 2, "AES-128-GCM", "", 128 },
		{ 0, 1, "", "", 0 },
	};
	struct sspseal_native native = { .suites = 0 };
	struct sspseal_create c;
	SecPkgContext_KeyInfoW info;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		c = create_args(SSPSEAL_ROLE_ACCEPTOR, row[i].services);
		native.default_suite = row[i].suite;
		c.params = (uintptr_t)&native;
		c.params_size = sizeof(native);
		ASSERT_EQ(0, sspseal_create(sspseal_device(), &c));
		memset(&info, POISON, sizeof(info));
		ASSERT_EQ(0, variant->ask(c.handle, SECPKG_ATTR_KEY_INFO,
					  &info));
		EXPECT_TRUE(is_text(info.sSignatureAlgorithmName, variant->wide,
				    row[i].sign));
		EXPECT_TRUE(is_text(info.sEncryptAlgorithmName, variant->wide,
				    row[i].seal));
		EXPECT_EQ(row[i].bits, info.KeySize);
		EXPECT_EQ(*row[i].sign ? row[i].suite : 0,
			  info.SignatureAlgorithm);
		EXPECT_EQ(*row[i].seal ? row[i].suite : 0,
			  info.EncryptAlgorithm);
		/* Each by itself. */
		EXPECT_EQ(0, FreeContextBuffer(info.sSignatureAlgorithmName));
		EXPECT_EQ(0, FreeContextBuffer(info.sEncryptAlgorithmName));
	}
}

static void check_package(struct __test_metadata *_metadata,
			  const SecPkgInfoW *info, bool wide)
{
	ASSERT_NE(NULL, info);
	EXPECT_EQ(SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY |
		  SECPKG_FLAG_CONNECTION | SECPKG_FLAG_DATAGRAM |
		  SECPKG_FLAG_READONLY_WITH_CHECKSUM, info->fCapabilities);
	EXPECT_EQ(1, info->wVersion);
	EXPECT_EQ(SECPKG_ID_NONE, info->wRPCID);
	EXPECT_EQ(SSPSEAL_MAX_TOKEN, info->cbMaxToken);
	EXPECT_TRUE(is_text(info->Name, wide, "SspSeal"));
	EXPECT_TRUE(is_text(info->Comment, wide, SSPSEAL_COMMENT_A));
}

TEST_F(attribute, package_info)
{
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	SecPkgContext_PackageInfoW info = { NULL };

	EXPECT_EQ(0, variant->ask(handle, SECPKG_ATTR_PACKAGE_INFO, &info));
	check_package(_metadata, info.PackageInfo, variant->wide);
	EXPECT_EQ(0, FreeContextBuffer(info.PackageInfo));
}

TEST_F(attribute, negotiation_info)
{
	static const struct {
		enum state state;
		ULONG expected;
	} row[] = {
		{ FINE, SECPKG_NEGOTIATION_COMPLETE },
		{ NO_SERVICE, SECPKG_NEGOTIATION_COMPLETE },
		{ UNBOUND, SECPKG_NEGOTIATION_IN_PROGRESS },
		{ UNCONFIRMED, SECPKG_NEGOTIATION_IN_PROGRESS },
	};
	SecPkgContext_NegotiationInfoW info;
	LSA_SEC_HANDLE handle;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		handle = context_in(row[i].state, SSPSEAL_ROLE_INITIATOR);
		memset(&info, POISON, sizeof(info));
		ASSERT_EQ(0, variant->ask(handle, SECPKG_ATTR_NEGOTIATION_INFO,
					  &info));
		check_package(_metadata, info.PackageInfo, variant->wide);
		EXPECT_EQ(row[i].expected, info.NegotiationState);
		EXPECT_EQ(0, FreeContextBuffer(info.PackageInfo));
	}
}

static bool offered(ULONG attribute)
{
	switch (attribute) {
	case SECPKG_ATTR_SIZES:
	case SECPKG_ATTR_LIFESPAN:
	case SECPKG_ATTR_KEY_INFO:
	case SECPKG_ATTR_PACKAGE_INFO:
	case SECPKG_ATTR_NEGOTIATION_INFO:
	case SECPKG_ATTR_FLAGS:
		return true;
	default:
		return false;
	}
}

/* Offered, but this context was not made by a handshake. */
static bool of_handshakes(ULONG attribute)
{
	return attribute == SECPKG_ATTR_NAMES ||
	       attribute == SECPKG_ATTR_NATIVE_NAMES;
}

/* The session key above all, and STREAM_SIZES as with NTLM. */
TEST_F(attribute, refused)
{
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	static const ULONG far[] = { 0x80000012, 0x80000080, 0xffffffff };
	ULONG attribute, i;

	EXPECT_FALSE(offered(SECPKG_ATTR_SESSION_KEY));
	EXPECT_FALSE(offered(SECPKG_ATTR_STREAM_SIZES));
	for (attribute = 0; attribute < 256; attribute++) {
		if (!offered(attribute))
			EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
				  variant->ask(handle, attribute,
					       self->poison));
		EXPECT_EQ(offered(attribute) || of_handshakes(attribute) ?
			  SEC_E_INVALID_PARAMETER : SEC_E_UNSUPPORTED_FUNCTION,
			  variant->ask(handle, attribute, NULL));
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  variant->ask(0, attribute, self->poison));
	}
	for (i = 0; i < ARRAY_SIZE(far); i++)
		EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
			  variant->ask(handle, far[i], self->poison));
	EXPECT_TRUE(all_bytes(self->poison, POISON, sizeof(self->poison)));
}

/* A refusal by the library itself has no status. */
TEST_F(attribute, last_status)
{
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);

	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  variant->ask(0, SECPKG_ATTR_SIZES, self->poison));
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, sspseal_last_status());
	EXPECT_NE(0, variant->ask(context_in(DELETED, SSPSEAL_ROLE_INITIATOR),
				  SECPKG_ATTR_SIZES, self->poison));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, sspseal_last_status());
	EXPECT_NE(0, variant->ask(handle, SECPKG_ATTR_NAMES, self->poison));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, sspseal_last_status());
}

/* ---- the package ---- */

TEST(package_query)
{
	static SEC_WCHAR name[] = u"SspSeal", small[] = u"sspseal";
	static SEC_WCHAR not_ascii[] = u"\u0153spSeal", high[] = u"\u0153";
	static SEC_WCHAR longer[] = u"SspSeal2", shorter[] = u"SspSea";
	PSecPkgInfoA a = NULL;
	PSecPkgInfoW w = NULL;

	EXPECT_EQ(SEC_E_OK, QuerySecurityPackageInfoA("SspSeal", &a));
	check_package(_metadata, (SecPkgInfoW *)a, false);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(a));
	EXPECT_EQ(SEC_E_OK, QuerySecurityPackageInfoA("SSPSEAL", &a));
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(a));
	EXPECT_EQ(SEC_E_OK, QuerySecurityPackageInfoW(name, &w));
	check_package(_metadata, w, true);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(w));
	EXPECT_EQ(SEC_E_OK, QuerySecurityPackageInfoW(small, &w));
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(w));

	a = (void *)&sizes;
	w = (void *)&sizes;
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, QuerySecurityPackageInfoA("", &a));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  QuerySecurityPackageInfoA("Negotiate", &a));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  QuerySecurityPackageInfoA("SspSeal2", &a));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, QuerySecurityPackageInfoA(NULL, &a));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, QuerySecurityPackageInfoW(NULL, &w));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  QuerySecurityPackageInfoW(not_ascii, &w));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND, QuerySecurityPackageInfoW(high, &w));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  QuerySecurityPackageInfoW(longer, &w));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  QuerySecurityPackageInfoW(shorter, &w));
	EXPECT_EQ((void *)&sizes, (void *)a);
	EXPECT_EQ((void *)&sizes, (void *)w);
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  QuerySecurityPackageInfoA("SspSeal", NULL));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  QuerySecurityPackageInfoW(name, NULL));
}

TEST(package_enumerate)
{
	PSecPkgInfoA a = NULL;
	PSecPkgInfoW w = NULL;
	ULONG number = 99;

	EXPECT_EQ(SEC_E_OK, EnumerateSecurityPackagesA(&number, &a));
	EXPECT_EQ(1, number);
	check_package(_metadata, (SecPkgInfoW *)a, false);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(a));
	number = 99;
	EXPECT_EQ(SEC_E_OK, EnumerateSecurityPackagesW(&number, &w));
	EXPECT_EQ(1, number);
	check_package(_metadata, w, true);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(w));

	number = 99;
	a = (void *)&sizes;
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  EnumerateSecurityPackagesA(NULL, &a));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  EnumerateSecurityPackagesA(&number, NULL));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  EnumerateSecurityPackagesW(&number, NULL));
	EXPECT_EQ(99, number);
	EXPECT_EQ((void *)&sizes, (void *)a);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(NULL));
}

/* ---- the tables ---- */

/* By their places, which programs have compiled in. */
#define POINTERS(table, first)	((void **)(table) + (first))

TEST(user_table)
{
	void *const functions[] = {
		SpInstanceInit, SpInitUserModeContext, SpMakeSignature,
		SpVerifySignature, SpSealMessage, SpUnsealMessage,
		SpGetContextToken, SpQueryContextAttributes,
		SpCompleteAuthToken, SpDeleteUserModeContext,
		SpFormatCredentials, SpMarshallSupplementalCreds,
		SpExportSecurityContext, SpImportSecurityContext,
	};
	PSECPKG_USER_FUNCTION_TABLE table = (void *)&sizes;
	ULONG version = 99, number = 99;
	unsigned int i;

	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  SpUserModeInitialize(0x10000, NULL, &table, &number));
	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  SpUserModeInitialize(0x10000, &version, NULL, &number));
	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  SpUserModeInitialize(0x10000, &version, &table, NULL));
	EXPECT_EQ(99, version);
	EXPECT_EQ(99, number);
	EXPECT_EQ((void *)&sizes, (void *)table);

	ASSERT_EQ(STATUS_SUCCESS,
		  SpUserModeInitialize(0x10000, &version, &table, &number));
	EXPECT_EQ(0x10000, version);
	EXPECT_EQ(1, number);
	ASSERT_EQ(14, ARRAY_SIZE(functions));
	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		EXPECT_EQ(functions[i], POINTERS(table, 0)[i])
			TH_LOG("entry %u", i);
	}
}

TEST(function_tables)
{
	void *const a[] = {
		EnumerateSecurityPackagesA, QueryCredentialsAttributesA,
		AcquireCredentialsHandleA, FreeCredentialsHandle, NULL,
		InitializeSecurityContextA, AcceptSecurityContext,
		CompleteAuthToken, DeleteSecurityContext, ApplyControlToken,
		QueryContextAttributesA, ImpersonateSecurityContext,
		RevertSecurityContext, MakeSignature, VerifySignature,
		FreeContextBuffer, QuerySecurityPackageInfoA, EncryptMessage,
		DecryptMessage, ExportSecurityContext, ImportSecurityContextA,
		AddCredentialsA, NULL, QuerySecurityContextToken,
		EncryptMessage, DecryptMessage, SetContextAttributesA,
		SetCredentialsAttributesA, ChangeAccountPasswordA,
	};
	void *const w[] = {
		EnumerateSecurityPackagesW, QueryCredentialsAttributesW,
		AcquireCredentialsHandleW, FreeCredentialsHandle, NULL,
		InitializeSecurityContextW, AcceptSecurityContext,
		CompleteAuthToken, DeleteSecurityContext, ApplyControlToken,
		QueryContextAttributesW, ImpersonateSecurityContext,
		RevertSecurityContext, MakeSignature, VerifySignature,
		FreeContextBuffer, QuerySecurityPackageInfoW, EncryptMessage,
		DecryptMessage, ExportSecurityContext, ImportSecurityContextW,
		AddCredentialsW, NULL, QuerySecurityContextToken,
		EncryptMessage, DecryptMessage, SetContextAttributesW,
		SetCredentialsAttributesW, ChangeAccountPasswordW,
	};
	PSecurityFunctionTableA table_a = InitSecurityInterfaceA();
	PSecurityFunctionTableW table_w = InitSecurityInterfaceW();
	unsigned int i;

	EXPECT_EQ(4, table_a->dwVersion);
	EXPECT_EQ(4, table_w->dwVersion);
	EXPECT_EQ(sizeof(void *) + sizeof(a), sizeof(*table_a));
	EXPECT_EQ(sizeof(void *) + sizeof(w), sizeof(*table_w));
	for (i = 0; i < ARRAY_SIZE(a); i++) {
		EXPECT_EQ(a[i], POINTERS(table_a, 1)[i]) TH_LOG("entry %u", i);
		EXPECT_EQ(w[i], POINTERS(table_w, 1)[i]) TH_LOG("entry %u", i);
	}
	EXPECT_EQ(table_a, InitSecurityInterfaceA());
	EXPECT_EQ(table_w, InitSecurityInterfaceW());
}

TEST(not_offered)
{
	CtxtHandle context = ctxt(context_in(FINE, SSPSEAL_ROLE_INITIATOR));
	SECURITY_STATUS no = SEC_E_UNSUPPORTED_FUNCTION;
	ULONG size = 99;
	PVOID memory = &sizes;

	EXPECT_EQ(no, AddCredentialsA(&context, NULL, NULL, 0, NULL, NULL,
				      NULL, NULL));
	EXPECT_EQ(no, AddCredentialsW(&context, NULL, NULL, 0, NULL, NULL,
				      NULL, NULL));
	EXPECT_EQ(no, QueryCredentialsAttributesA(&context, 1, &sizes));
	EXPECT_EQ(no, QueryCredentialsAttributesW(&context, 1, &sizes));
	EXPECT_EQ(no, SetCredentialsAttributesA(&context, 1, &sizes, 1));
	EXPECT_EQ(no, SetCredentialsAttributesW(&context, 1, &sizes, 1));
	EXPECT_EQ(no, SetContextAttributesA(&context, 1, &sizes, 1));
	EXPECT_EQ(no, SetContextAttributesW(&context, 1, &sizes, 1));
	EXPECT_EQ(no, ChangeAccountPasswordA(NULL, NULL, NULL, NULL, NULL, 0,
					     0, NULL));
	EXPECT_EQ(no, ChangeAccountPasswordW(NULL, NULL, NULL, NULL, NULL, 0,
					     0, NULL));
	EXPECT_EQ(no, SpFormatCredentials(NULL, NULL));
	EXPECT_EQ(no, SpMarshallSupplementalCreds(0, NULL, &size, &memory));
	EXPECT_EQ(99, size);
	EXPECT_EQ((void *)&sizes, memory);
}

/* ---- the host's memory ---- */

static unsigned int given, taken, left = 1000;

static PVOID NTAPI give(ULONG size)
{
	if (!left)
		return NULL;
	left--;
	given++;
	return malloc(size);
}

static void NTAPI take(PVOID memory)
{
	taken++;
	free(memory);
}

TEST(host)
{
	SECPKG_DLL_FUNCTIONS functions = { give, take, NULL };
	SECPKG_DLL_FUNCTIONS half = { give, NULL, NULL };
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	SecPkgContext_PackageInfoW package;
	SecPkgContext_KeyInfoW key;
	PVOID user = &sizes;

	EXPECT_EQ(0, SpInstanceInit(0x10000, &functions, &user));
	EXPECT_EQ((void *)&sizes, user);
	EXPECT_EQ(0, ask_sp(handle, SECPKG_ATTR_KEY_INFO, &key));
	EXPECT_EQ(2, given);
	take(key.sSignatureAlgorithmName);
	take(key.sEncryptAlgorithmName);
	EXPECT_EQ(0, ask_sp(handle, SECPKG_ATTR_PACKAGE_INFO, &package));
	EXPECT_EQ(3, given);
	check_package(_metadata, package.PackageInfo, true);
	take(package.PackageInfo);
	/* Not that of the application level. */
	EXPECT_EQ(0, ask_w(handle, SECPKG_ATTR_PACKAGE_INFO, &package));
	EXPECT_EQ(3, given);
	EXPECT_EQ(0, FreeContextBuffer(package.PackageInfo));
	EXPECT_EQ(3, taken);

	/* Half of two strings is given back. */
	left = 1;
	EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES,
		  ask_sp(handle, SECPKG_ATTR_KEY_INFO, &key));
	EXPECT_EQ(SSPSEAL_STATUS_NO_MEMORY, sspseal_last_status());
	EXPECT_EQ(4, given);
	EXPECT_EQ(4, taken);
	package.PackageInfo = (void *)&sizes;
	EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES,
		  ask_sp(handle, SECPKG_ATTR_PACKAGE_INFO, &package));
	EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES,
		  ask_sp(handle, SECPKG_ATTR_NEGOTIATION_INFO, &package));
	EXPECT_EQ((void *)&sizes, (void *)package.PackageInfo);

	/* Without both functions the memory is the library's. */
	left = 1000;
	EXPECT_EQ(0, SpInstanceInit(0x10000, &half, NULL));
	EXPECT_EQ(0, ask_sp(handle, SECPKG_ATTR_PACKAGE_INFO, &package));
	EXPECT_EQ(0, FreeContextBuffer(package.PackageInfo));
	EXPECT_EQ(0, SpInstanceInit(0x10000, NULL, NULL));
	EXPECT_EQ(0, ask_sp(handle, SECPKG_ATTR_PACKAGE_INFO, &package));
	EXPECT_EQ(0, FreeContextBuffer(package.PackageInfo));
	EXPECT_EQ(4, given);
}

TEST_HARNESS_MAIN

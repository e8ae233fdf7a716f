// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory in the process: every call that allocates is made with one allocation
 * after the other failing, until it succeeds. Each time it must say so, and leave
 * nothing behind. The library is compiled in, its allocations go through here: see
 * the Makefile.
 */
#include <limits.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sspi_ends.h"
#include "sspi_memory.h"
#include "sspi_test.h"

/* How many allocations succeed before the one that fails, and what is in use. */
static int good = INT_MAX;
static int in_use;

static void *count(void *memory)
{
	in_use += !!memory;
	return memory;
}

void *__wrap_malloc(size_t size)
{
	return good-- ? count(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t nr, size_t size)
{
	return good-- ? count(__real_calloc(nr, size)) : NULL;
}

void __wrap_free(void *memory)
{
	in_use -= !!memory;
	__real_free(memory);
}

/* ---- the calls ---- */

FIXTURE(memory)
{
	struct end a;
	struct end b;
	struct letter one;
	LSA_SEC_HANDLE handle;
	CtxtHandle context;
};

FIXTURE_SETUP(memory)
{
	ASSERT_LE(0, sspseal_device());
	ASSERT_TRUE(own_session());
	ASSERT_TRUE(logon_key(LOGON_KEY, test_key, TEST_KEY_SIZE));
	ASSERT_EQ(SEC_E_OK, end_open(&self->a, true));
	ASSERT_EQ(SEC_E_OK, end_open(&self->b, false));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	end_reset(&self->a);
	self->handle = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	ASSERT_NE(POISON32, self->handle);
	self->context = ctxt(self->handle);
}

FIXTURE_TEARDOWN(memory)
{
	end_close(&self->a);
	end_close(&self->b);
	EXPECT_EQ(0, SpDeleteUserModeContext(self->handle));
}

/*
 * One call, and the release of what it gave. Return: its code; that of the release,
 * if the call succeeded and the release did not.
 */
typedef LONG attempt(FIXTURE_DATA(memory) * self);

static LONG release(LONG status, void *memory)
{
	return status ? status : FreeContextBuffer(memory);
}

static LONG sp_package(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_PackageInfoW info = { NULL };
	LONG status = SpQueryContextAttributes(self->handle,
					       SECPKG_ATTR_PACKAGE_INFO, &info);

	return release(status, info.PackageInfo);
}

static LONG sp_negotiation(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_NegotiationInfoW info = { NULL, 0 };
	LONG status = SpQueryContextAttributes(self->handle,
					       SECPKG_ATTR_NEGOTIATION_INFO,
					       &info);

	return release(status, info.PackageInfo);
}

static LONG sp_key(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_KeyInfoW info = { NULL, NULL, 0, 0, 0 };
	LONG status = SpQueryContextAttributes(self->handle,
					       SECPKG_ATTR_KEY_INFO, &info);

	status = release(status, info.sSignatureAlgorithmName);
	return release(status, info.sEncryptAlgorithmName);
}

static LONG package_a(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_PackageInfoA info = { NULL };
	LONG status = QueryContextAttributesA(&self->context,
					      SECPKG_ATTR_PACKAGE_INFO, &info);

	return release(status, info.PackageInfo);
}

static LONG negotiation_w(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_NegotiationInfoW info = { NULL, 0 };
	LONG status = QueryContextAttributesW(&self->context,
					      SECPKG_ATTR_NEGOTIATION_INFO,
					      &info);

	return release(status, info.PackageInfo);
}

static LONG key_a(FIXTURE_DATA(memory) * self)
{
	SecPkgContext_KeyInfoA info = { NULL, NULL, 0, 0, 0 };
	LONG status = QueryContextAttributesA(&self->context,
					      SECPKG_ATTR_KEY_INFO, &info);

	status = release(status, info.sSignatureAlgorithmName);
	return release(status, info.sEncryptAlgorithmName);
}

static LONG query_package_a(FIXTURE_DATA(memory) * self)
{
	char name[] = SSPSEAL_NAME_A;
	PSecPkgInfoA info = NULL;
	LONG status = QuerySecurityPackageInfoA(name, &info);

	(void)self;
	return release(status, info);
}

static LONG enumerate_a(FIXTURE_DATA(memory) * self)
{
	PSecPkgInfoA info = NULL;
	ULONG nr;
	LONG status = EnumerateSecurityPackagesA(&nr, &info);

	(void)self;
	return release(status, info);
}

static LONG enumerate_w(FIXTURE_DATA(memory) * self)
{
	PSecPkgInfoW info = NULL;
	ULONG nr;
	LONG status = EnumerateSecurityPackagesW(&nr, &info);

	(void)self;
	return release(status, info);
}

static LONG acquire_credentials(FIXTURE_DATA(memory) * self)
{
	CredHandle credential;
	LONG status = acquire(ALICE, LOGON_KEY, SECPKG_CRED_OUTBOUND,
			      &credential);

	(void)self;
	return status ? status : FreeCredentialsHandle(&credential);
}

static LONG initialize(FIXTURE_DATA(memory) * self)
{
	SecBuffer token = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc out = describe(&token, 1);
	CtxtHandle context;
	ULONG given;
	LONG status;

	status = InitializeSecurityContextA(&self->a.credential, NULL, NULL,
					    ISC_REQ_ALLOCATE_MEMORY, 0, 0, NULL,
					    0, &context, &out, &given, NULL);
	if (status != SEC_I_CONTINUE_NEEDED)
		return status;
	return release(DeleteSecurityContext(&context), token.pvBuffer);
}

static LONG accept_context(FIXTURE_DATA(memory) * self)
{
	SecBuffer token = { 0, SECBUFFER_TOKEN, NULL };
	SecBuffer given_token = { self->one.size, SECBUFFER_TOKEN,
				  self->one.bytes };
	SecBufferDesc in = describe(&given_token, 1), out = describe(&token, 1);
	CtxtHandle context;
	ULONG given;
	LONG status;

	status = AcceptSecurityContext(&self->b.credential, NULL, &in,
				       ASC_REQ_ALLOCATE_MEMORY, 0, &context,
				       &out, &given, NULL);
	if (status != SEC_I_CONTINUE_NEEDED)
		return status;
	return release(DeleteSecurityContext(&context), token.pvBuffer);
}

static LONG sp_export(FIXTURE_DATA(memory) * self)
{
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	HANDLE token = NULL;
	LONG status = SpExportSecurityContext(self->handle, 0, &packed, &token);

	if (!status)
		close(SSPSEAL_TOKEN_FD(token));
	return release(status, packed.pvBuffer);
}

static LONG export(FIXTURE_DATA(memory) * self)
{
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	HANDLE token = NULL;
	LONG status = ExportSecurityContext(&self->context, 0, &packed, &token);

	if (!status)
		close(SSPSEAL_TOKEN_FD(token));
	return release(status, packed.pvBuffer);
}

static const struct {
	const char *what;
	attempt *attempt;
	LONG code;
} calls[] = {
#define SP(name)	{ #name, name, STATUS_INSUFFICIENT_RESOURCES }
#define SSPI(name)	{ #name, name, SEC_E_INSUFFICIENT_MEMORY }
	SP(sp_package),
	SP(sp_negotiation),
	SP(sp_key),
	SP(sp_export),
	SSPI(package_a),
	SSPI(negotiation_w),
	SSPI(key_a),
	SSPI(query_package_a),
	SSPI(enumerate_a),
	SSPI(enumerate_w),
	SSPI(acquire_credentials),
	SSPI(initialize),
	SSPI(accept_context),
	SSPI(export),
#undef SP
#undef SSPI
};

/* Return: how many allocations it needs. */
static int sweep(struct __test_metadata *_metadata,
		 FIXTURE_DATA(memory) * self, unsigned int i)
{
	long handles = fdinfo_number(sspseal_device(), "sspseal-handles");
	unsigned int open_files = descriptors();
	int nth, before = in_use;
	LONG status;

	for (nth = 0; nth < 100; nth++) {
		good = nth;
		status = calls[i].attempt(self);
		good = INT_MAX;
		EXPECT_EQ(before, in_use)
			TH_LOG("%s, allocation %d", calls[i].what, nth);
		EXPECT_EQ(open_files, descriptors());
		EXPECT_EQ(handles, fdinfo_number(sspseal_device(),
						 "sspseal-handles"))
			TH_LOG("%s, allocation %d", calls[i].what, nth);
		if (!status)
			break;
		EXPECT_EQ(calls[i].code, status)
			TH_LOG("%s, allocation %d", calls[i].what, nth);
	}
	return nth;
}

TEST_F(memory, each_allocation_fails)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		/* Once for what stays: the next does not allocate it again. */
		EXPECT_EQ(0, calls[i].attempt(self))
			TH_LOG("%s", calls[i].what);
		EXPECT_LE(1, sweep(_metadata, self, i))
			TH_LOG("%s allocates nothing", calls[i].what);
	}
}

TEST_HARNESS_MAIN

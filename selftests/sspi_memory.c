// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory in the process: every call that allocates is made with one allocation
 * after the other failing, until it succeeds. Each time it must say so, and leave
 * nothing behind. So must who cannot read or find a key. The library is compiled in,
 * and what it does of these goes through here: see the Makefile.
 */
#include <errno.h>
#include <fcntl.h>
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

/*
 * What becomes of reading: an errno; how much comes at a time, and each time after a
 * signal; how much there still is.
 */
static int read_error;
static size_t read_most = SIZE_MAX, read_left = SIZE_MAX;

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

ssize_t __wrap_read(int fd, void *to, size_t size)
{
	static bool signalled;
	ssize_t got;

	signalled = !signalled && read_most < SIZE_MAX;
	errno = signalled ? EINTR : read_error;
	if (errno)
		return -1;
	got = __real_read(fd, to, smaller(smaller(size, read_most), read_left));
	if (got > 0)
		read_left -= got;
	return got;
}

/* What becomes of looking for a key in the keyrings. */
static int find_error;

int __wrap_sspseal_keyring_find(const char *description, __s32 *serial)
{
	return find_error ? -find_error :
			    __real_sspseal_keyring_find(description, serial);
}

/* ---- the calls ---- */

FIXTURE(memory)
{
	struct end a;
	struct end b;
	/* Of a handshake that is over. */
	struct end named;
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
	ASSERT_EQ(SEC_E_OK, end_open(&self->named, true));
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->named, &self->b));
	end_reset(&self->b);
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
	end_close(&self->named);
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

/* Each begins with what is allocated: a text or two, or a package's description. */
static LONG release_attribute(LONG status, ULONG attribute,
			      void *const *allocated)
{
	unsigned int i, nr = attribute == SECPKG_ATTR_KEY_INFO ||
			     attribute == SECPKG_ATTR_NATIVE_NAMES ? 2 : 1;

	for (i = 0; i < nr; i++)
		status = release(status, allocated[i]);
	return status;
}

union attribute {
	SecPkgContext_KeyInfoW longest;
	void *allocated[2];
};

static LONG sp_attribute(FIXTURE_DATA(memory) * self, ULONG attribute)
{
	LSA_SEC_HANDLE handle = sspseal_from_context(&self->named.context);
	union attribute a = { };
	LONG status = SpQueryContextAttributes(handle, attribute, &a);

	return release_attribute(status, attribute, a.allocated);
}

static LONG attribute_a(FIXTURE_DATA(memory) * self, ULONG attribute)
{
	union attribute a = { };
	LONG status = QueryContextAttributesA(&self->named.context, attribute,
					      &a);

	return release_attribute(status, attribute, a.allocated);
}

static LONG attribute_w(FIXTURE_DATA(memory) * self, ULONG attribute)
{
	union attribute a = { };
	LONG status = QueryContextAttributesW(&self->named.context, attribute,
					      &a);

	return release_attribute(status, attribute, a.allocated);
}

/* A whole handshake, which leaves nothing behind either. */
static LONG handshake(FIXTURE_DATA(memory) * self)
{
	LONG status = connect_ends(&self->a, &self->b);

	end_reset(&self->a);
	end_reset(&self->b);
	return status;
}

/* The other ways to give up its contexts. */
static LONG handshake_other_ends(FIXTURE_DATA(memory) * self)
{
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	LONG status = connect_ends(&self->a, &self->b);
	LSA_SEC_HANDLE handle;
	void *token = NULL;

	if (!status) {
		handle = sspseal_from_context(&self->a.context);
		status = SpDeleteUserModeContext(handle);
	}
	if (!status)
		status = ExportSecurityContext(&self->b.context,
					       SECPKG_CONTEXT_EXPORT_DELETE_OLD,
					       &packed, &token);
	if (!status) {
		/* Else they would be given up once more. */
		self->a.begun = false;
		self->b.begun = false;
		close(SSPSEAL_TOKEN_FD(token));
		status = release(status, packed.pvBuffer);
	}
	end_reset(&self->a);
	end_reset(&self->b);
	return status;
}

static LONG query_package_a(FIXTURE_DATA(memory) * self)
{
	char name[] = SSPSEAL_NAME_A;
	PSecPkgInfoA info = NULL;
	LONG status = QuerySecurityPackageInfoA(name, &info);

	(void)self;
	return release(status, info);
}

static LONG query_package_w(FIXTURE_DATA(memory) * self)
{
	WCHAR name[] = SSPSEAL_NAME_W;
	PSecPkgInfoW info = NULL;
	LONG status = QuerySecurityPackageInfoW(name, &info);

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

static LONG acquire_credentials_a(FIXTURE_DATA(memory) * self)
{
	CredHandle credential;
	LONG status = acquire(ALICE, LOGON_KEY, SECPKG_CRED_OUTBOUND,
			      &credential);

	(void)self;
	return status ? status : FreeCredentialsHandle(&credential);
}

static LONG acquire_credentials_w(FIXTURE_DATA(memory) * self)
{
	WCHAR package[] = SSPSEAL_NAME_W, user[] = u"alice";
	WCHAR key[] = u"" LOGON_KEY;
	SEC_WINNT_AUTH_IDENTITY_W identity = {
		.User = user,
		.UserLength = ARRAY_SIZE(user) - 1,
		.Password = key,
		.PasswordLength = ARRAY_SIZE(key) - 1,
		.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE,
	};
	CredHandle credential;
	LONG status = AcquireCredentialsHandleW(NULL, package,
						SECPKG_CRED_OUTBOUND, NULL,
						&identity, NULL, NULL,
						&credential, NULL);

	(void)self;
	return status ? status : FreeCredentialsHandle(&credential);
}

static LONG initialize_a(FIXTURE_DATA(memory) * self)
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

static LONG initialize_w(FIXTURE_DATA(memory) * self)
{
	SecBuffer token = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc out = describe(&token, 1);
	WCHAR target[] = u"bob";
	CtxtHandle context;
	ULONG given;
	LONG status;

	status = InitializeSecurityContextW(&self->a.credential, NULL, target,
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

static const struct call {
	const char *what;
	LONG code;
	attempt *attempt;
	/* Or this. */
	LONG (*query)(FIXTURE_DATA(memory) * self, ULONG attribute);
	ULONG attribute;
} calls[] = {
#define SP(name)	{ #name, STATUS_INSUFFICIENT_RESOURCES, name, NULL, 0 }
#define SSPI(name)	{ #name, SEC_E_INSUFFICIENT_MEMORY, name, NULL, 0 }
#define SP_QUERY(name) \
	{ "sp_attribute, " #name, STATUS_INSUFFICIENT_RESOURCES, NULL, \
	  sp_attribute, SECPKG_ATTR_##name }
#define QUERY(way, name) \
	{ #way ", " #name, SEC_E_INSUFFICIENT_MEMORY, NULL, way, \
	  SECPKG_ATTR_##name }
	SP_QUERY(PACKAGE_INFO),
	QUERY(attribute_a, PACKAGE_INFO),
	QUERY(attribute_w, PACKAGE_INFO),
	SP_QUERY(NEGOTIATION_INFO),
	QUERY(attribute_a, NEGOTIATION_INFO),
	QUERY(attribute_w, NEGOTIATION_INFO),
	SP_QUERY(KEY_INFO),
	QUERY(attribute_a, KEY_INFO),
	QUERY(attribute_w, KEY_INFO),
	SP_QUERY(NAMES),
	QUERY(attribute_a, NAMES),
	QUERY(attribute_w, NAMES),
	SP_QUERY(NATIVE_NAMES),
	QUERY(attribute_a, NATIVE_NAMES),
	QUERY(attribute_w, NATIVE_NAMES),
	SP(sp_export),
	SSPI(export),
	SSPI(query_package_a),
	SSPI(query_package_w),
	SSPI(enumerate_a),
	SSPI(enumerate_w),
	SSPI(acquire_credentials_a),
	SSPI(acquire_credentials_w),
	SSPI(initialize_a),
	SSPI(initialize_w),
	SSPI(accept_context),
	SSPI(handshake),
	SSPI(handshake_other_ends),
#undef SP
#undef SSPI
#undef SP_QUERY
#undef QUERY
};

static LONG make_call(FIXTURE_DATA(memory) * self, const struct call *c)
{
	return c->attempt ? c->attempt(self) : c->query(self, c->attribute);
}

/* Return: how many allocations it needs. */
static int sweep(struct __test_metadata *_metadata,
		 FIXTURE_DATA(memory) * self, unsigned int i)
{
	long handles = fdinfo_number(sspseal_device(), "sspseal-handles");
	unsigned int open_files = descriptors();
	int nth, before = in_use;
	LONG status = -1;

	for (nth = 0; nth < 100; nth++) {
		good = nth;
		status = make_call(self, &calls[i]);
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
	EXPECT_EQ(0, status)
		TH_LOG("%s does not recover", calls[i].what);
	return nth;
}

TEST_F(memory, each_allocation_fails)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		/* Once for what stays: the next does not allocate it again. */
		EXPECT_EQ(0, make_call(self, &calls[i]))
			TH_LOG("%s", calls[i].what);
		EXPECT_LE(1, sweep(_metadata, self, i))
			TH_LOG("%s allocates nothing", calls[i].what);
	}
}

/* In a file that was good when the credential was made, or a keyring. */
TEST_F(memory, key_that_cannot_be_read)
{
	char name[] = "file:/tmp/sspi_memory.XXXXXX";
	unsigned int open_files;
	int fd = mkstemp(name + strlen("file:"));
	struct letter letter;
	struct end e;

	ASSERT_LE(0, fd);
	ASSERT_EQ(TEST_KEY_SIZE, write(fd, test_key, TEST_KEY_SIZE));
	close(fd);
	ASSERT_EQ(SEC_E_OK, end_open_with(&e, true, ALICE, name));
	open_files = descriptors();

	read_error = EIO;
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&e, NULL, &letter));
	read_error = ENOMEM;
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY, step(&e, NULL, &letter));
	read_error = 0;
	/* Of a size that a key may have. */
	read_left = TEST_KEY_SIZE - 1;
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&e, NULL, &letter));
	read_left = SIZE_MAX;
	EXPECT_EQ(open_files, descriptors());
	/* It comes in pieces: it is the key that the other end has. */
	read_most = SSPSEAL_KEY_MIN - 1;
	EXPECT_EQ(SEC_E_OK, connect_ends(&e, &self->b));
	read_most = SIZE_MAX;
	EXPECT_EQ(open_files, descriptors());
	end_close(&e);

	find_error = ENOMEM;
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY, step(&self->a, NULL, &letter));
	find_error = ENOKEY;
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&self->a, NULL, &letter));
	find_error = 0;
	EXPECT_EQ(0, unlink(name + strlen("file:")));
}

/* What was allocated for an answer that there is none of. */
TEST_F(memory, allocated_in_vain)
{
	SecBuffer given = { self->one.size, SECBUFFER_TOKEN, self->one.bytes };
	SecBuffer token = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc in = describe(&given, 1), out = describe(&token, 1);
	int before = in_use;
	struct letter rest;
	ULONG flags;

	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &rest));
	/* An offer is no answer. */
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  InitializeSecurityContextA(&self->a.credential,
					     &self->a.context, NULL,
					     ISC_REQ_ALLOCATE_MEMORY, 0, 0,
					     &in, 0, &self->a.context, &out,
					     &flags, NULL));
	EXPECT_EQ(before, in_use);
	EXPECT_EQ(NULL, token.pvBuffer);
	end_reset(&self->a);
}

/* Without the library's knowing, as if a child had ended it. */
static int end_natively(struct end *e)
{
	__u32 handle = sspseal_from_context(&e->context);

	e->begun = false;
	return sspseal_destroy(sspseal_device(), handle, NULL);
}

TEST_F(memory, names_of_contexts_that_are_gone)
{
	int before = in_use, i;

	for (i = 0; i < 200; i++) {
		ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
		EXPECT_EQ(0, end_natively(&self->a));
		EXPECT_EQ(0, end_natively(&self->b));
	}
	/* A few are kept, and never the wrong ones. */
	EXPECT_GT(before + 100, in_use);
	EXPECT_EQ(0, attribute_a(self, SECPKG_ATTR_NAMES));
}

/* All at once. */
TEST_F(memory, names_of_a_file_that_is_closed)
{
	pid_t child = fork();
	int before;

	if (!child) {
		before = in_use;
		if (connect_ends(&self->a, &self->b))
			_exit(1);
		if (in_use != before + 2)
			_exit(2);
		sspseal_detach();
		/* Those two, and that of the fixture. */
		_exit(in_use != before - 1);
	}
	EXPECT_EQ(0, child_status(child));
}

TEST_HARNESS_MAIN

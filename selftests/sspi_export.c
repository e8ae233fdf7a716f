// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts for other processes: SpExportSecurityContext,
 * SpImportSecurityContext, ExportSecurityContext, ImportSecurityContext,
 * processes that may not open the device, and sspseal_detach().
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ntsecpkg.h>
#include <sspseal.h>

#include "kselftest_harness.h"
#include "sspi_test.h"

#define NOBODY	65534
#define CB	100

static SEC_CHAR package_a[] = "SspSeal";
static SEC_WCHAR package_w[] = u"SspSeal";

/* ---- the calls of both layers, in one shape ---- */

typedef LONG give_call(LSA_SEC_HANDLE handle, ULONG flags, PSecBuffer packed,
		       HANDLE *token);
typedef LONG take_call(PSecBuffer packed, HANDLE token,
		       LSA_SEC_HANDLE *handle);

static LONG give_sp(LSA_SEC_HANDLE handle, ULONG flags, PSecBuffer packed,
		    HANDLE *token)
{
	return SpExportSecurityContext(handle, flags, packed, token);
}

static LONG take_sp(PSecBuffer packed, HANDLE token, LSA_SEC_HANDLE *handle)
{
	return SpImportSecurityContext(packed, token, handle);
}

static LONG give_sspi(LSA_SEC_HANDLE handle, ULONG flags, PSecBuffer packed,
		      HANDLE *token)
{
	CtxtHandle context = ctxt(handle);

	return ExportSecurityContext(&context, flags, packed, token);
}

static LONG take_a(PSecBuffer packed, HANDLE token, LSA_SEC_HANDLE *handle)
{
	CtxtHandle context = { 99, 99 };
	LONG status;

	status = ImportSecurityContextA(package_a, packed, token,
					handle ? &context : NULL);
	if (!status)
		*handle = sspseal_from_context(&context);
	else if (context.dwLower != 99 || context.dwUpper != 99)
		return -1;
	return status;
}

static LONG take_w(PSecBuffer packed, HANDLE token, LSA_SEC_HANDLE *handle)
{
	CtxtHandle context = { 99, 99 };
	LONG status;

	status = ImportSecurityContextW(package_w, packed, token,
					handle ? &context : NULL);
	if (!status)
		*handle = sspseal_from_context(&context);
	else if (context.dwLower != 99 || context.dwUpper != 99)
		return -1;
	return status;
}

/* ---- in one process ---- */

/* What the library's next open() of the device fails of. */
static int open_error;

int open(const char *path, int flags, ...)
{
	int error = strcmp(path, SSPSEAL_DEVICE) ? 0 : open_error;
	va_list rest;
	mode_t mode;

	if (error) {
		open_error = 0;
		errno = error;
		return -1;
	}
	va_start(rest, flags);
	mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* A file of another sort whose ioctl() says 0, -1 for none, and what it writes. */
static int says_yes = -1;
static struct sspseal_import it_writes;

int ioctl(int fd, unsigned long request, ...)
{
	struct sspseal_import *argument;
	va_list rest;

	va_start(rest, request);
	argument = va_arg(rest, struct sspseal_import *);
	va_end(rest);
	if (fd != says_yes)
		return syscall(SYS_ioctl, fd, request, argument);
	if (it_writes.handle)
		argument->handle = it_writes.handle;
	if (it_writes.new_fd >= 0)
		argument->new_fd = it_writes.new_fd;
	return 0;
}

FIXTURE(export)
{
	LSA_SEC_HANDLE initiator;
	LSA_SEC_HANDLE acceptor;
	SecBuffer packed;
	HANDLE token;
	unsigned int descriptors;
	long handles;
};

FIXTURE_VARIANT(export)
{
	give_call *give;
	take_call *take;
	LONG no_right;
	LONG no_room;
};

FIXTURE_VARIANT_ADD(export, sp)
{
	.give = give_sp, .take = take_sp, .no_right = STATUS_ACCESS_DENIED,
	.no_room = STATUS_INSUFFICIENT_RESOURCES
};

FIXTURE_VARIANT_ADD(export, a)
{
	.give = give_sspi, .take = take_a,
	.no_right = SEC_E_UNSUPPORTED_FUNCTION,
	.no_room = SEC_E_INSUFFICIENT_MEMORY
};

FIXTURE_VARIANT_ADD(export, w)
{
	.give = give_sspi, .take = take_w,
	.no_right = SEC_E_UNSUPPORTED_FUNCTION,
	.no_room = SEC_E_INSUFFICIENT_MEMORY
};

static long handle_count(void)
{
	return fdinfo_number(sspseal_device(), "sspseal-handles");
}

FIXTURE_SETUP(export)
{
	ASSERT_LE(0, sspseal_device());
	self->initiator = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	self->acceptor = new_context(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES, 0);
	self->packed = sec_buffer(SECBUFFER_EMPTY, NULL, 0);
	self->token = NULL;
	self->descriptors = descriptors();
	self->handles = handle_count();
}

FIXTURE_TEARDOWN(export)
{
}

/* Sealed by one handle, opened by another. */
static bool passes(LSA_SEC_HANDLE from, LSA_SEC_HANDLE to)
{
	__u8 token[TOKEN_SIZE], data[CB], plain[CB];
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_TOKEN, token, sizeof(token)),
		sec_buffer(SECBUFFER_DATA, data, sizeof(data)),
	};
	SecBufferDesc desc = describe(b, 2);
	CtxtHandle sender = ctxt(from), receiver = ctxt(to);

	fill(plain, sizeof(plain));
	memcpy(data, plain, sizeof(data));
	return !EncryptMessage(&sender, 0, &desc, 0) &&
	       memcmp(data, plain, sizeof(data)) &&
	       !DecryptMessage(&receiver, &desc, 0, NULL) &&
	       !memcmp(data, plain, sizeof(data));
}

TEST_F(export, round_trip)
{
	struct sspseal_packed_context packed;
	struct sspseal_query old = { .handle = self->initiator }, new;
	LSA_SEC_HANDLE copy = 0;
	int fd;

	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	/* What it is: known bytes, and a descriptor. */
	ASSERT_EQ(0, sspseal_pack_context(sspseal_device(), self->initiator,
					  &packed));
	ASSERT_EQ(sizeof(packed), self->packed.cbBuffer);
	EXPECT_EQ(0, memcmp(&packed, self->packed.pvBuffer, sizeof(packed)));
	EXPECT_EQ(SECBUFFER_EMPTY, self->packed.BufferType);
	fd = SSPSEAL_TOKEN_FD(self->token);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(1, fdinfo_number(fd, "sspseal-handles"));

	ASSERT_EQ(0, variant->take(&self->packed, self->token, &copy));
	EXPECT_NE(self->initiator, copy);
	EXPECT_EQ(self->handles + 1, handle_count());
	EXPECT_EQ(self->descriptors + 1, descriptors());
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, FreeContextBuffer(self->packed.pvBuffer));

	/* One context, in strict order: one pair of counters. */
	EXPECT_TRUE(passes(self->initiator, self->acceptor));
	EXPECT_TRUE(passes(copy, self->acceptor));
	EXPECT_TRUE(passes(self->initiator, self->acceptor));
	EXPECT_TRUE(passes(self->acceptor, copy));
	new = (struct sspseal_query){ .handle = copy };
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &old));
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &new));
	EXPECT_EQ(3, new.sent);
	new.handle = old.handle;
	EXPECT_EQ(0, memcmp(&old, &new, sizeof(old)));
	EXPECT_EQ(0, SpDeleteUserModeContext(self->initiator));
	EXPECT_TRUE(passes(copy, self->acceptor));
}

/* The descriptor 0 is one, and NULL is none. */
TEST_F(export, descriptor_zero)
{
	LSA_SEC_HANDLE copy = 99;
	int saved = dup(0);

	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	ASSERT_EQ(0, dup2(SSPSEAL_TOKEN_FD(self->token), 0));
	ASSERT_NE(NULL, SSPSEAL_FD_TOKEN(0));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  variant->take(&self->packed, NULL, &copy));
	EXPECT_EQ(99, copy);
	EXPECT_EQ(0, variant->take(&self->packed, SSPSEAL_FD_TOKEN(0), &copy));
	EXPECT_TRUE(passes(copy, self->acceptor));
	dup2(saved, 0);
}

TEST_F(export, delete_old)
{
	LSA_SEC_HANDLE copy;

	ASSERT_EQ(0, variant->give(self->initiator,
				   SECPKG_CONTEXT_EXPORT_DELETE_OLD,
				   &self->packed, &self->token));
	EXPECT_EQ(self->handles - 1, handle_count());
	EXPECT_FALSE(passes(self->initiator, self->acceptor));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, sspseal_last_status());
	ASSERT_EQ(0, variant->take(&self->packed, self->token, &copy));
	EXPECT_TRUE(passes(copy, self->acceptor));
}

TEST_F(export, too_many_handles)
{
	long all = parameter_get("max_handles");
	LSA_SEC_HANDLE copy = 99;
	LONG status;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	ASSERT_TRUE(parameter_set("max_handles", self->handles));
	status = variant->take(&self->packed, self->token, &copy);
	ASSERT_TRUE(parameter_set("max_handles", all));
	EXPECT_EQ(variant->no_room, status);
	EXPECT_EQ(SSPSEAL_STATUS_LIMIT_FILE, sspseal_last_status());
	EXPECT_EQ(99, copy);
	EXPECT_EQ(self->handles, handle_count());
	EXPECT_EQ(0, variant->take(&self->packed, self->token, &copy));
	EXPECT_TRUE(passes(copy, self->acceptor));
}

/* No flag but DELETE_OLD, and nothing is made or deleted. */
TEST_F(export, flags)
{
	static const ULONG bad[] = {
		SECPKG_CONTEXT_EXPORT_RESET_NEW, SECPKG_CONTEXT_EXPORT_TO_KERNEL,
		8, 0x80000000, 0xffffffff,
		SECPKG_CONTEXT_EXPORT_RESET_NEW |
		SECPKG_CONTEXT_EXPORT_DELETE_OLD,
		SECPKG_CONTEXT_EXPORT_TO_KERNEL |
		SECPKG_CONTEXT_EXPORT_DELETE_OLD,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(SEC_E_NOT_SUPPORTED,
			  variant->give(self->initiator, bad[i], &self->packed,
					&self->token)) TH_LOG("flags %u", i);
	}
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  variant->give(self->initiator, 0, NULL, &self->token));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  variant->give(self->initiator,
				SECPKG_CONTEXT_EXPORT_DELETE_OLD,
				&self->packed, NULL));
	EXPECT_EQ(NULL, self->packed.pvBuffer);
	EXPECT_EQ(0, self->packed.cbBuffer);
	EXPECT_EQ(NULL, self->token);
	EXPECT_EQ(self->descriptors, descriptors());
	EXPECT_EQ(self->handles, handle_count());
	EXPECT_TRUE(passes(self->initiator, self->acceptor));
}

TEST_F(export, states)
{
	const LONG status[STATES] = {
		[ZERO] = SEC_E_INVALID_HANDLE,
		[NEVER_GIVEN] = SEC_E_INVALID_HANDLE,
		[DELETED] = SEC_E_INVALID_HANDLE,
		[REVOKED] = SEC_E_CONTEXT_EXPIRED,
		[HANDLE_EXPIRED] = SEC_E_CONTEXT_EXPIRED,
		[NO_RIGHT] = variant->no_right,
		[UNBOUND] = SEC_E_INVALID_HANDLE,
		[UNCONFIRMED] = SEC_E_INVALID_HANDLE,
	};
	LSA_SEC_HANDLE handle;
	enum state state;

	for (state = 0; state < STATES; state++) {
		handle = context_in(state, SSPSEAL_ROLE_INITIATOR);
		ASSERT_NE(POISON32, handle) TH_LOG("%s", state_name(state));
		/* Before the flags. */
		EXPECT_EQ(status[state] && state_status(state) !=
			  SSPSEAL_STATUS_NOT_BOUND && state != UNCONFIRMED ?
			  status[state] : SEC_E_NOT_SUPPORTED,
			  variant->give(handle, 8, &self->packed,
					&self->token))
			TH_LOG("%s", state_name(state));
		EXPECT_EQ(status[state],
			  variant->give(handle, 0, &self->packed,
					&self->token))
			TH_LOG("%s", state_name(state));
		if (status[state]) {
			EXPECT_EQ(state_status(state), sspseal_last_status());
			continue;
		}
		close(SSPSEAL_TOKEN_FD(self->token));
		FreeContextBuffer(self->packed.pvBuffer);
		self->packed = sec_buffer(SECBUFFER_EMPTY, NULL, 0);
	}
	EXPECT_EQ(self->descriptors, descriptors());
}

/* No descriptor left: what was allocated is given back. */
TEST_F(export, no_descriptor)
{
	LONG status = variant->give == give_sp ? STATUS_INSUFFICIENT_RESOURCES :
						 SEC_E_INSUFFICIENT_MEMORY;
	int fd, last = -1;

	while ((fd = dup(0)) >= 0)
		last = fd;
	EXPECT_EQ(status, variant->give(self->initiator,
					SECPKG_CONTEXT_EXPORT_DELETE_OLD,
					&self->packed, &self->token));
	EXPECT_EQ(SSPSEAL_STATUS_NO_DESCRIPTOR, sspseal_last_status());
	EXPECT_EQ(NULL, self->packed.pvBuffer);
	close(last);
	EXPECT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
}

/* Refused, and no handle made. */
#define TAKE_REFUSED(status, packed, token) do {			\
	LSA_SEC_HANDLE _copy = 99;					\
									\
	EXPECT_EQ((status), variant->take((packed), (token), &_copy));	\
	EXPECT_EQ(99, _copy);						\
	EXPECT_EQ(self->handles, handle_count());				\
} while (0)

TEST_F(export, garbage)
{
	struct sspseal_packed_context bad;
	SecBuffer b = sec_buffer(SECBUFFER_TOKEN, &bad, sizeof(bad));
	LSA_SEC_HANDLE copy;
	unsigned int i;

	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	self->descriptors = descriptors();
	TAKE_REFUSED(SEC_E_INVALID_TOKEN, NULL, self->token);
	b.pvBuffer = NULL;
	TAKE_REFUSED(SEC_E_INVALID_TOKEN, &b, self->token);
	b.pvBuffer = self->packed.pvBuffer;
	for (i = 0; i < sizeof(bad); i++) {
		b.cbBuffer = i;
		TAKE_REFUSED(SEC_E_INVALID_TOKEN, &b, self->token);
	}
	b.cbBuffer = sizeof(bad) + 1;
	TAKE_REFUSED(SEC_E_INVALID_TOKEN, &b, self->token);
	b = sec_buffer(SECBUFFER_EMPTY, &bad, sizeof(bad));
	for (i = 0; i < 1000; i++) {
		fill(&bad, sizeof(bad));
		TAKE_REFUSED(SEC_E_INVALID_TOKEN, &b, self->token);
	}
	/* Another version; then another context's. */
	for (i = 0; i < sizeof(bad); i++) {
		memcpy(&bad, self->packed.pvBuffer, sizeof(bad));
		((__u8 *)&bad)[i] ^= 1;
		TAKE_REFUSED(i < 4 ? SEC_E_INVALID_TOKEN : SEC_E_INVALID_HANDLE,
			     &b, self->token);
	}
	ASSERT_EQ(0, sspseal_pack_context(sspseal_device(), self->acceptor,
					  &bad));
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &b, self->token);
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  variant->take(&self->packed, self->token, NULL));
	EXPECT_EQ(self->descriptors, descriptors());
	EXPECT_EQ(0, variant->take(&self->packed, self->token, &copy));
}

TEST_F(export, other_descriptors)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), pipe_fd[2];
	struct sspseal_export request = {
		.handle = self->initiator,
		.rights = SSPSEAL_RIGHT_SEAL,
	};

	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	ASSERT_EQ(0, pipe(pipe_fd));
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed, NULL);
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed, (HANDLE)-1);
	/* What would be a descriptor, were it cut to the size of one. */
	if (sizeof(HANDLE) > sizeof(int))
		TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed,
			     (HANDLE)((uintptr_t)self->token |
				      (uintptr_t)0xdeadbeef << 16 << 16));
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed,
		     SSPSEAL_FD_TOKEN(null));
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed,
		     SSPSEAL_FD_TOKEN(pipe_fd[0]));
	close(null);
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed,
		     SSPSEAL_FD_TOKEN(null));
	EXPECT_EQ(SSPSEAL_STATUS_DESCRIPTOR, sspseal_last_status());
	/* An sspseal file that has another context as its first, and none. */
	TAKE_REFUSED(SEC_E_INVALID_HANDLE, &self->packed,
		     SSPSEAL_FD_TOKEN(device_open()));
	/* One that cannot be asked which context it has. */
	ASSERT_EQ(0, sspseal_export(sspseal_device(), &request));
	TAKE_REFUSED(variant->no_right, &self->packed,
		     SSPSEAL_FD_TOKEN(request.fd));
	EXPECT_EQ(SSPSEAL_STATUS_NO_RIGHT, sspseal_last_status());
}

TEST_F(export, taken_back)
{
	struct sspseal_export request = {
		.handle = self->initiator,
		.rights = SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_QUERY,
		.flags = SSPSEAL_EXPORT_REVOCABLE,
	};
	LSA_SEC_HANDLE copy;

	ASSERT_EQ(0, variant->give(self->initiator, 0, &self->packed,
				   &self->token));
	ASSERT_EQ(0, sspseal_export(sspseal_device(), &request));
	ASSERT_EQ(0, variant->take(&self->packed, SSPSEAL_FD_TOKEN(request.fd),
				   &copy));
	EXPECT_TRUE(passes(copy, self->acceptor));
	/* It has the rights that were given, and no more. */
	EXPECT_EQ(variant->no_right,
		  variant->give(copy, 0, &self->packed, &self->token));
	ASSERT_EQ(0, sspseal_destroy(sspseal_device(), request.revoker, NULL));
	self->handles = handle_count();
	EXPECT_FALSE(passes(copy, self->acceptor));
	EXPECT_EQ(SSPSEAL_STATUS_REVOKED, sspseal_last_status());
	TAKE_REFUSED(SEC_E_CONTEXT_EXPIRED, &self->packed,
		     SSPSEAL_FD_TOKEN(request.fd));
}

/* The host's memory: what was allocated for a call that fails is given back. */

static unsigned int in_use;
static bool no_memory;

static PVOID NTAPI host_give(ULONG size)
{
	if (no_memory)
		return NULL;
	in_use++;
	return malloc(size);
}

static void NTAPI host_take(PVOID memory)
{
	in_use--;
	free(memory);
}

TEST(host_memory)
{
	SECPKG_DLL_FUNCTIONS functions = { host_give, host_take, NULL };
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	LSA_SEC_HANDLE unbound = context_in(UNBOUND, SSPSEAL_ROLE_INITIATOR);
	SecBuffer packed = sec_buffer(SECBUFFER_EMPTY, NULL, 0);
	unsigned int before = descriptors();
	HANDLE token = NULL;

	ASSERT_EQ(0, SpInstanceInit(0x10000, &functions, NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, give_sp(unbound, 0, &packed, &token));
	EXPECT_EQ(0, in_use);
	no_memory = true;
	EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES,
		  give_sp(handle, SECPKG_CONTEXT_EXPORT_DELETE_OLD, &packed,
			  &token));
	EXPECT_EQ(SSPSEAL_STATUS_NO_MEMORY, sspseal_last_status());
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(NULL, packed.pvBuffer);
	EXPECT_EQ(NULL, token);
	no_memory = false;
	EXPECT_EQ(0, give_sp(handle, 0, &packed, &token));
	EXPECT_EQ(1, in_use);
	host_take(packed.pvBuffer);
	/* The application level has its own. */
	EXPECT_EQ(0, give_sspi(handle, 0, &packed, &token));
	EXPECT_EQ(0, in_use);
	EXPECT_EQ(0, FreeContextBuffer(packed.pvBuffer));
}

TEST(import_package)
{
	static SEC_WCHAR other[] = u"Kerberos", capitals[] = u"SSPSEAL";
	LSA_SEC_HANDLE handle = context_in(FINE, SSPSEAL_ROLE_INITIATOR);
	CtxtHandle context = { 99, 99 };
	SecBuffer packed;
	HANDLE token;

	ASSERT_EQ(0, give_sspi(handle, 0, &packed, &token));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ImportSecurityContextA("Kerberos", &packed, token, &context));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ImportSecurityContextA(NULL, &packed, token, &context));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ImportSecurityContextW(other, &packed, token, &context));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ImportSecurityContextW(NULL, &packed, token, &context));
	EXPECT_EQ(99, context.dwLower);
	EXPECT_EQ(SEC_E_OK, ImportSecurityContextA("sspseal", &packed, token,
						   &context));
	EXPECT_TRUE(SecIsValidHandle(&context));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&context));
	EXPECT_EQ(SEC_E_OK, ImportSecurityContextW(capitals, &packed, token,
						   &context));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&context));
}

/* ---- between processes ---- */

/* A socket between parent and child, and a shared place for what was seen. */
FIXTURE(child)
{
	int socket[2];
	LSA_SEC_HANDLE initiator;
	LSA_SEC_HANDLE acceptor;
	SecBuffer packed;
	HANDLE token;
};

FIXTURE_SETUP(child)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, self->socket));
	ASSERT_LE(0, sspseal_device());
	self->initiator = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	self->acceptor = new_context(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES, 0);
	ASSERT_EQ(0, give_sspi(self->initiator, 0, &self->packed,
			       &self->token));
}

FIXTURE_TEARDOWN(child)
{
}

/* The child ends with the line where it found something wrong. */
#define REQUIRE(condition) do {		\
	if (!(condition))		\
		_exit(__LINE__ % 251 + 1); \
} while (0)

/* A child that is trusted less than its parent, and cannot open the device. */
static void become_nobody(void)
{
	sspseal_detach();
	REQUIRE(!setgroups(0, NULL));
	REQUIRE(!setgid(NOBODY));
	REQUIRE(!setuid(NOBODY));
	REQUIRE(device_open() < 0);
	REQUIRE(sspseal_device() == -EACCES);
}

static void no_context_here(LSA_SEC_HANDLE handle)
{
	SecPkgContext_Sizes sizes;
	CtxtHandle context = ctxt(handle);

	REQUIRE(SpQueryContextAttributes(handle, SECPKG_ATTR_SIZES, &sizes) ==
		SEC_E_INVALID_HANDLE);
	REQUIRE(QueryContextAttributesA(&context, SECPKG_ATTR_SIZES, &sizes) ==
		SEC_E_INVALID_HANDLE);
	REQUIRE(sspseal_last_status() == SSPSEAL_STATUS_NO_HANDLE);
	REQUIRE(SpSealMessage(handle, 0, NULL, 0) == STATUS_INVALID_HANDLE);
	REQUIRE(EncryptMessage(&context, 0, NULL, 0) == SEC_E_INVALID_HANDLE);
	REQUIRE(DeleteSecurityContext(&context) == SEC_E_INVALID_HANDLE);
}

/* Seals with an imported context, and sends it to the parent. */
static void seal_and_send(LSA_SEC_HANDLE handle, int socket)
{
	__u8 message[TOKEN_SIZE + CB] = { };
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_TOKEN, message, TOKEN_SIZE),
		sec_buffer(SECBUFFER_DATA, message + TOKEN_SIZE, CB),
	};
	SecBufferDesc desc = describe(b, 2);
	CtxtHandle context = ctxt(handle);

	REQUIRE(EncryptMessage(&context, 0, &desc, 0) == SEC_E_OK);
	REQUIRE(send(socket, message, sizeof(message), 0) == sizeof(message));
}

static bool receive_and_open(LSA_SEC_HANDLE handle, int socket)
{
	__u8 message[TOKEN_SIZE + CB];
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_STREAM, message, sizeof(message)),
		sec_buffer(SECBUFFER_DATA, NULL, 0),
	};
	SecBufferDesc desc = describe(b, 2);
	CtxtHandle context = ctxt(handle);

	return recv(socket, message, sizeof(message), 0) == sizeof(message) &&
	       !DecryptMessage(&context, &desc, 0, NULL) &&
	       b[1].cbBuffer == CB && all_bytes(b[1].pvBuffer, 0, CB);
}

static void worker(FIXTURE_DATA(child) * self)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_packed_context wrong = {
		.version = SSPSEAL_PACKED_VERSION,
	};
	SecBuffer b = sec_buffer(SECBUFFER_EMPTY, &wrong, sizeof(wrong));
	LSA_SEC_HANDLE first = 0, second = 0;
	unsigned int before;
	HANDLE token;
	int fd, device;

	close(SSPSEAL_TOKEN_FD(self->token));
	become_nobody();
	no_context_here(self->initiator);
	fd = receive_fd(self->socket[1]);
	REQUIRE(fd >= 0);
	token = SSPSEAL_FD_TOKEN(fd);

	/* What is no sspseal file makes none. */
	REQUIRE(take_a(&self->packed, SSPSEAL_FD_TOKEN(self->socket[1]),
		       &first) == SEC_E_INVALID_HANDLE);
	REQUIRE(take_a(&self->packed, NULL, &first) == SEC_E_INVALID_HANDLE);
	REQUIRE(sspseal_device() == -EACCES);
	/* Nor does one of another context. */
	before = descriptors();
	REQUIRE(take_a(&b, token, &first) == SEC_E_INVALID_HANDLE);
	REQUIRE(sspseal_device() == -EACCES);
	REQUIRE(descriptors() == before);
	REQUIRE(take_a(&self->packed, token, &first) == SEC_E_OK);

	device = sspseal_device();
	REQUIRE(device >= 0 && device != fd);
	REQUIRE(fcntl(device, F_GETFD) == FD_CLOEXEC);
	REQUIRE(take_w(&self->packed, token, &second) == SEC_E_OK);
	REQUIRE(sspseal_device() == device);
	REQUIRE(first != second);
	REQUIRE(handle_count() == 2);
	close(fd);
	REQUIRE(sspseal_create(device, &c) == -EPERM);
	REQUIRE(c.status == SSPSEAL_STATUS_ANONYMOUS);
	seal_and_send(first, self->socket[1]);
	seal_and_send(second, self->socket[1]);
	_exit(0);
}

TEST_F(child, without_the_device)
{
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		worker(self);
	ASSERT_TRUE(send_fd(self->socket[0], SSPSEAL_TOKEN_FD(self->token)));
	EXPECT_TRUE(receive_and_open(self->acceptor, self->socket[0]));
	EXPECT_TRUE(receive_and_open(self->acceptor, self->socket[0]));
	EXPECT_EQ(0, child_status(child));
	/* The numbers that the child used are used here too. */
	EXPECT_TRUE(passes(self->initiator, self->acceptor));
	EXPECT_EQ(3, sent(sspseal_device(), self->initiator));
}

#define THREADS	8

struct taking {
	FIXTURE_DATA(child) * child;
	LSA_SEC_HANDLE handle;
	LONG status;
};

static void take_one(void *job)
{
	struct taking *t = job;

	t->status = take_a(&t->child->packed, t->child->token, &t->handle);
}

/* Whoever is first makes the file, and all get their handle in that one. */
TEST_F(child, many_are_first)
{
	struct taking taking[THREADS];
	unsigned int before, round, i;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (child) {
		EXPECT_EQ(0, child_status(child));
		EXPECT_TRUE(passes(self->initiator, self->acceptor));
		return;
	}
	become_nobody();
	before = descriptors();
	for (round = 0; round < 20; round++) {
		for (i = 0; i < THREADS; i++)
			taking[i] = (struct taking){ self, 0, -1 };
		REQUIRE(team_run(taking, sizeof(*taking), THREADS, take_one));
		for (i = 0; i < THREADS; i++) {
			REQUIRE(taking[i].status == SEC_E_OK);
			REQUIRE(!SpDeleteUserModeContext(taking[i].handle));
		}
		REQUIRE(handle_count() == 0);
		REQUIRE(descriptors() == before + 1);
		sspseal_detach();
		REQUIRE(descriptors() == before);
	}
	_exit(0);
}

static bool may_create(void)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);

	return !sspseal_create(sspseal_device(), &c);
}

/* Its key is not looked at before the device is. */
static LONG credential_when(int error)
{
	UCHAR user[] = "alice", key[] = "sspseal:none";
	SEC_WINNT_AUTH_IDENTITY_A identity = {
		.User = user,
		.UserLength = sizeof(user) - 1,
		.Password = key,
		.PasswordLength = sizeof(key) - 1,
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};
	CredHandle credential;

	sspseal_detach();
	open_error = error;
	return AcquireCredentialsHandleA(NULL, package_a, SECPKG_CRED_BOTH, NULL,
					 &identity, NULL, NULL, &credential,
					 NULL);
}

/* Without a file of the process, and the first open() of the device fails so. */
static LONG take_when(FIXTURE_DATA(child) * self, int error)
{
	LSA_SEC_HANDLE handle;
	LONG status;

	sspseal_detach();
	open_error = error;
	status = take_a(&self->packed, self->token, &handle);
	REQUIRE(open_error == 0);
	return status;
}

/* Only who cannot open the device for good does without it. */
TEST_F(child, why_it_was_not_opened)
{
	static const int lasting[] = { EACCES, EPERM, ENOENT, ENXIO, ENODEV };
	static const LONG no_credential[ARRAY_SIZE(lasting)] = {
		SEC_E_NOT_OWNER, SEC_E_NOT_OWNER, SEC_E_INTERNAL_ERROR,
		SEC_E_INTERNAL_ERROR, SEC_E_INTERNAL_ERROR,
	};
	static const int passing[] = { EMFILE, ENFILE, ENOMEM, EINTR };
	LSA_SEC_HANDLE handle;
	pid_t child = fork();
	unsigned int i, before;

	ASSERT_LE(0, child);
	if (child) {
		EXPECT_EQ(0, child_status(child));
		return;
	}
	sspseal_detach();
	before = descriptors();
	for (i = 0; i < ARRAY_SIZE(passing); i++) {
		REQUIRE(take_when(self, passing[i]) ==
			SEC_E_INSUFFICIENT_MEMORY);
		REQUIRE(sspseal_last_status() == SSPSEAL_STATUS_NO_DESCRIPTOR);
		REQUIRE(descriptors() == before);
		REQUIRE(!take_a(&self->packed, self->token, &handle));
		REQUIRE(may_create());
	}
	for (i = 0; i < ARRAY_SIZE(lasting); i++) {
		REQUIRE(take_when(self, lasting[i]) == SEC_E_OK);
		REQUIRE(!may_create());
		REQUIRE(descriptors() == before + 1);
		REQUIRE(credential_when(lasting[i]) == no_credential[i]);
	}
	_exit(0);
}

static void import_from_strangers(FIXTURE_DATA(child) * self)
{
	static take_call *const take[] = { take_sp, take_a, take_w };
	/* Nothing, or half of what IMPORT gives. */
	static const struct sspseal_import written[] = {
		{ .handle = 0, .new_fd = -1 },
		{ .handle = 1, .new_fd = -1 },
		{ .handle = 0, .new_fd = STDIN_FILENO },
	};
	unsigned int before = descriptors(), i, j;
	LSA_SEC_HANDLE handle;
	HANDLE token;

	says_yes = self->socket[0];
	token = SSPSEAL_FD_TOKEN(says_yes);
	for (i = 0; i < ARRAY_SIZE(take); i++) {
		for (j = 0; j < ARRAY_SIZE(written); j++) {
			it_writes = written[j];
			REQUIRE(take[i](&self->packed, token, &handle) ==
				SEC_E_INVALID_HANDLE);
			REQUIRE(descriptors() == before);
			REQUIRE(sspseal_last_status() ==
				SSPSEAL_STATUS_DESCRIPTOR);
			REQUIRE(sspseal_device() == -EACCES);
		}
	}
}

/* Not an IMPORT, whatever the file says; no descriptor is closed for it, 0 neither. */
TEST_F(child, file_that_says_yes)
{
	LSA_SEC_HANDLE handle;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (child) {
		EXPECT_EQ(0, child_status(child));
		return;
	}
	become_nobody();
	REQUIRE(dup2(self->socket[1], STDIN_FILENO) == STDIN_FILENO);
	import_from_strangers(self);
	REQUIRE(fcntl(STDIN_FILENO, F_GETFD) == 0);
	REQUIRE(!take_a(&self->packed, self->token, &handle));
	_exit(0);
}

/* Who may open the device gets a new file, without his parent's contexts. */
TEST_F(child, detach)
{
	CtxtHandle old = ctxt(self->initiator), same;
	int device = sspseal_device();
	SecPkgContext_Sizes sizes;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		unsigned int before = descriptors();

		sspseal_detach();
		REQUIRE(descriptors() == before - 1);
		REQUIRE(fcntl(device, F_GETFD) < 0);
		sspseal_detach();
		REQUIRE(descriptors() == before - 1);
		no_context_here(self->initiator);
		REQUIRE(handle_count() == 0);
		REQUIRE(new_context(SSPSEAL_ROLE_ACCEPTOR, 0, 0) == 1);
		/* The number is given again, but it is another context's. */
		REQUIRE(self->initiator == 1);
		same = ctxt(1);
		REQUIRE(!QueryContextAttributesA(&same, SECPKG_ATTR_SIZES,
						 &sizes));
		REQUIRE(sspseal_from_context(&old) == 0);
		REQUIRE(QueryContextAttributesA(&old, SECPKG_ATTR_SIZES,
						&sizes) ==
			SEC_E_INVALID_HANDLE);
		REQUIRE(EncryptMessage(&old, 0, NULL, 0) ==
			SEC_E_INVALID_HANDLE);
		REQUIRE(DeleteSecurityContext(&old) == SEC_E_INVALID_HANDLE);
		_exit(0);
	}
	EXPECT_EQ(0, child_status(child));
	EXPECT_EQ(self->initiator, sspseal_from_context(&old));
	EXPECT_EQ(device, sspseal_device());
	EXPECT_TRUE(passes(self->initiator, self->acceptor));
}

TEST_HARNESS_MAIN

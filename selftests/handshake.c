// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake of SspSeal as a program sees it: credentials, the calls of both
 * ends and their codes, flags, buffers, and tokens that somebody has touched.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <ntsecpkg.h>

#include "faulty_cipher.h"
#include "kselftest_harness.h"
#include "sspi_ends.h"
#include "sspseal_test.h"

/* Of the header: Documentation/protocol.rst. */
#define AT_VERSION	8
#define AT_LENGTH	10
#define HEADER		12

/* The key that all tests have, in both sorts of places. */
FIXTURE(handshake)
{
	char path[64];
	char file_key[80];
	struct end a;
	struct end b;
	struct letter one;
	struct letter two;
	struct letter three;
	struct letter rest;
};

static bool write_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	bool ok = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;

	if (fd >= 0)
		close(fd);
	return ok;
}

FIXTURE_SETUP(handshake)
{
	ASSERT_LE(0, sspseal_device());
	ASSERT_TRUE(own_session());
	ASSERT_TRUE(logon_key(LOGON_KEY, test_key, TEST_KEY_SIZE));
	snprintf(self->path, sizeof(self->path), "/tmp/handshake.%d",
		 (int)getpid());
	snprintf(self->file_key, sizeof(self->file_key), "file:%s",
		 self->path);
	ASSERT_TRUE(write_file(self->path, test_key, TEST_KEY_SIZE));
	ASSERT_EQ(SEC_E_OK, end_open(&self->a, true));
	ASSERT_EQ(SEC_E_OK, end_open(&self->b, false));
}

FIXTURE_TEARDOWN(handshake)
{
	end_close(&self->a);
	end_close(&self->b);
	unlink(self->path);
}

/* As far as the token of this number, 1 to 3. */
#define UP_TO(token) do {						\
	unsigned int _token = (token);					\
									\
	end_reset(&self->a);						\
	end_reset(&self->b);						\
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,				\
		  step(&self->a, NULL, &self->one));			\
	if (_token > 1)							\
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,			\
			  step(&self->b, &self->one, &self->two));	\
	if (_token > 2)							\
		ASSERT_EQ(SEC_E_OK,					\
			  step(&self->a, &self->two, &self->three));	\
} while (0)

/* Whatever went before: the two can still talk. */
#define STILL_WORKS() do {						\
	end_reset(&self->a);						\
	end_reset(&self->b);						\
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));		\
	EXPECT_TRUE(carry_signed(&self->a, &self->b));			\
} while (0)

/* The handshake has ended: there is no context, and no way to go on. */
#define ENDED(whose, letter) do {					\
	struct end *_end = (whose);					\
									\
	EXPECT_EQ(-1, end_ready(_end));					\
	EXPECT_EQ(SEC_E_INVALID_HANDLE, step(_end, letter, &self->rest));\
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&_end->context));	\
} while (0)

/* ---- that it works ---- */

TEST_F(handshake, completes)
{
	self->a.asked = ISC_REQ_CONFIDENTIALITY | ISC_REQ_REPLAY_DETECT;
	self->a.target = BOB;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	EXPECT_EQ(0, self->a.given);
	EXPECT_EQ(0, end_ready(&self->a));
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	EXPECT_EQ(0, self->b.given);
	EXPECT_EQ(0, end_ready(&self->b));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(ISC_RET_CONFIDENTIALITY | ISC_RET_REPLAY_DETECT |
		  ISC_RET_INTEGRITY | ISC_RET_MUTUAL_AUTH, self->a.given);
	EXPECT_EQ(1, end_ready(&self->a));
	EXPECT_EQ(0, end_ready(&self->b));
	memset(&self->rest, POISON, sizeof(self->rest));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(0, self->rest.size);
	EXPECT_TRUE(all_bytes(self->rest.bytes, POISON,
			      sizeof(self->rest.bytes)));
	EXPECT_EQ(ASC_RET_CONFIDENTIALITY | ASC_RET_REPLAY_DETECT |
		  ASC_RET_INTEGRITY | ASC_RET_MUTUAL_AUTH, self->b.given);
	EXPECT_EQ(1, end_ready(&self->b));
	EXPECT_EQ(INT64_MAX, self->a.expiry.QuadPart);
	EXPECT_EQ(INT64_MAX, self->b.expiry.QuadPart);
	EXPECT_TRUE(carry_sealed(&self->a, &self->b));
	EXPECT_TRUE(carry_sealed(&self->b, &self->a));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
	EXPECT_TRUE(carry_signed(&self->b, &self->a));
	/* It is over: no call goes on with it, and that harms nobody. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->a, &self->two, &self->rest));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->b, &self->three, &self->rest));
	EXPECT_TRUE(carry_sealed(&self->a, &self->b));
}

/* The sizes that the page tells. */
TEST_F(handshake, sizes)
{
	char name[256];

	UP_TO(3);
	EXPECT_EQ(HEADER + 18 + 6 + 5 + 7 + 2 + 2, self->one.size);
	EXPECT_EQ(HEADER + 18 + 6 + 3 + 5 + 2 + 50, self->two.size);
	EXPECT_EQ(62, self->three.size);
	memset(name, 'n', 255);
	name[255] = '\0';
	end_close(&self->a);
	end_close(&self->b);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, name, LOGON_KEY));
	self->a.target = name;
	name[0] = 'm';
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->a, true, name, LOGON_KEY));
	name[0] = 'n';
	self->a.target = name;
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	EXPECT_TRUE(carry_signed(&self->b, &self->a));
}

/* No message passes before both ends are sure. */
TEST_F(handshake, nothing_before)
{
	__u8 token[TOKEN_SIZE] = { }, data[16] = { };
	SecBuffer b[] = {
		{ TOKEN_SIZE, SECBUFFER_TOKEN, token },
		{ sizeof(data), SECBUFFER_DATA, data },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, b };
	struct end *end[] = { &self->a, &self->b };
	unsigned int i;

	self->a.asked = ISC_REQ_CONFIDENTIALITY;
	UP_TO(2);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  EncryptMessage(&end[i]->context, 0, &desc, 0));
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  DecryptMessage(&end[i]->context, &desc, 0, NULL));
	}
	/* The acceptor's own confirmation is made: nothing more is signed. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  MakeSignature(&self->b.context, 0, &desc, 0));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, EncryptMessage(&self->a.context, 0, &desc, 0));
	/* What the initiator sends at once waits for token 3. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  DecryptMessage(&self->b.context, &desc, 0, NULL));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(SEC_E_OK, DecryptMessage(&self->b.context, &desc, 0, NULL));
	EXPECT_TRUE(all_bytes(data, 0, sizeof(data)));
}

TEST_F(handshake, key_sources)
{
	const char * const source[] = { LOGON_KEY, self->file_key };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		end_close(&self->a);
		end_close(&self->b);
		ASSERT_EQ(SEC_E_OK, end_open_with(&self->a, true, ALICE,
						  source[i & 1]));
		ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, BOB,
						  source[i >> 1]));
		EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
		EXPECT_TRUE(carry_signed(&self->a, &self->b));
	}
}

/* The key is looked up anew for each handshake, and not again within one. */
TEST_F(handshake, key_replaced)
{
	__u8 other[TEST_KEY_SIZE];

	memset(other, 7, sizeof(other));
	UP_TO(2);
	ASSERT_TRUE(logon_key(LOGON_KEY, other, sizeof(other)));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	end_reset(&self->a);
	end_close(&self->b);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, BOB,
					  self->file_key));
	EXPECT_EQ(SEC_E_LOGON_DENIED, connect_ends(&self->a, &self->b));
	ASSERT_TRUE(write_file(self->path, other, sizeof(other)));
	STILL_WORKS();
	ASSERT_EQ(0, unlink(self->path));
	end_reset(&self->a);
	end_reset(&self->b);
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, connect_ends(&self->a, &self->b));
	ASSERT_TRUE(write_file(self->path, other, SSPSEAL_KEY_MIN - 1));
	end_reset(&self->a);
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, connect_ends(&self->a, &self->b));
}

/* A credential that was freed lives on in what was begun with it. */
TEST_F(handshake, credential_freed)
{
	CredHandle gone = self->a.credential;

	UP_TO(2);
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&self->a.credential));
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&self->b.credential));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(&gone));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
	end_reset(&self->a);
	EXPECT_EQ(SEC_E_INVALID_HANDLE, step(&self->a, NULL, &self->one));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(NULL));
}

TEST_F(handshake, expiry)
{
	const LONGLONG second = 10000000, epoch = 11644473600LL;
	struct timespec now;
	long serial;

	serial = syscall(SYS_request_key, "logon", LOGON_KEY, NULL, 0);
	ASSERT_LT(0, serial);
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, serial, 1000));
	clock_gettime(CLOCK_REALTIME, &now);
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	EXPECT_LT((now.tv_sec + 990 + epoch) * second,
		  self->a.expiry.QuadPart);
	EXPECT_GT((now.tv_sec + 1010 + epoch) * second,
		  self->a.expiry.QuadPart);
	EXPECT_LT((now.tv_sec + 990 + epoch) * second,
		  self->b.expiry.QuadPart);
}

/* ---- flags ---- */

#define C_R_S	(ISC_REQ_CONFIDENTIALITY | ISC_REQ_REPLAY_DETECT | \
		 ISC_REQ_SEQUENCE_DETECT)

static const ULONG common[] = {
	ISC_REQ_CONFIDENTIALITY, ISC_REQ_REPLAY_DETECT, ISC_REQ_SEQUENCE_DETECT,
};

static ULONG request(unsigned int set, ULONG integrity)
{
	ULONG flags = set & 8 ? integrity : 0;
	unsigned int i;

	for (i = 0; i < 3; i++)
		flags |= set & 1 << i ? common[i] : 0;
	return flags;
}

/* All that the ends may ask of four services. */
TEST_F(handshake, flags_of_both)
{
	unsigned int i, j;
	ULONG both;

	for (i = 0; i < 16; i++) {
		for (j = 0; j < 16; j++) {
			end_reset(&self->a);
			end_reset(&self->b);
			self->a.asked = request(i, ISC_REQ_INTEGRITY);
			self->b.asked = request(j, ASC_REQ_INTEGRITY);
			both = ((self->a.asked | self->b.asked) & C_R_S) |
			       ISC_RET_MUTUAL_AUTH;
			ASSERT_EQ(SEC_E_OK,
				  connect_ends(&self->a, &self->b));
			EXPECT_EQ(both | ISC_RET_INTEGRITY, self->a.given);
			EXPECT_EQ(both | ASC_RET_INTEGRITY, self->b.given);
			EXPECT_EQ(!!(both & ISC_RET_CONFIDENTIALITY),
				  carry_sealed(&self->a, &self->b));
			EXPECT_TRUE(carry_signed(&self->b, &self->a));
		}
	}
}

/* The order that was agreed on is kept, whoever asked for it. */
TEST_F(handshake, services_in_effect)
{
	__u8 token[2][TOKEN_SIZE], data[4] = "abc";
	SecBuffer b[2][2];
	SecBufferDesc desc[2];
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		end_reset(&self->a);
		end_reset(&self->b);
		self->a.asked = i == 1 ? ISC_REQ_SEQUENCE_DETECT : 0;
		self->b.asked = i == 2 ? ASC_REQ_SEQUENCE_DETECT : 0;
		ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
		for (j = 0; j < 2; j++) {
			b[j][0] = (SecBuffer){ TOKEN_SIZE, SECBUFFER_TOKEN,
					       token[j] };
			b[j][1] = (SecBuffer){ 4, SECBUFFER_DATA, data };
			desc[j] = (SecBufferDesc){ 0, 2, b[j] };
			ASSERT_EQ(SEC_E_OK, MakeSignature(&self->a.context, 0,
							  &desc[j], 0));
		}
		EXPECT_EQ(i ? SEC_E_OUT_OF_SEQUENCE : SEC_E_OK,
			  VerifySignature(&self->b.context, &desc[1], 0,
					  NULL));
	}
}

TEST_F(handshake, other_flags)
{
	self->a.asked = ISC_REQ_CONNECTION | ISC_REQ_IDENTIFY |
			ISC_REQ_USE_DCE_STYLE | ISC_REQ_STREAM |
			ISC_REQ_EXTENDED_ERROR | ISC_REQ_DATAGRAM |
			ISC_REQ_NO_INTEGRITY | ISC_REQ_USE_SESSION_KEY |
			ISC_REQ_MUTUAL_AUTH;
	self->b.asked = 0;
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	EXPECT_EQ(ISC_RET_CONNECTION | ISC_RET_IDENTIFY |
		  ISC_RET_USED_DCE_STYLE | ISC_RET_INTEGRITY |
		  ISC_RET_MUTUAL_AUTH, self->a.given);
	EXPECT_EQ(ASC_RET_INTEGRITY | ASC_RET_MUTUAL_AUTH, self->b.given);
	end_reset(&self->a);
	end_reset(&self->b);
	/* Some of these bits are others for an initiator. */
	self->a.asked = 0;
	self->b.asked = ASC_REQ_CONNECTION | ASC_REQ_IDENTIFY |
			ASC_REQ_USE_DCE_STYLE | ASC_REQ_STREAM |
			ASC_REQ_EXTENDED_ERROR | ASC_REQ_SESSION_TICKET |
			ASC_REQ_DATAGRAM;
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	EXPECT_EQ(ASC_RET_CONNECTION | ASC_RET_IDENTIFY |
		  ASC_RET_USED_DCE_STYLE | ASC_RET_INTEGRITY |
		  ASC_RET_MUTUAL_AUTH, self->b.given);
	EXPECT_EQ(ISC_RET_INTEGRITY | ISC_RET_MUTUAL_AUTH, self->a.given);
}

TEST_F(handshake, refused_flags)
{
	static const ULONG refused[] = {
		ISC_REQ_DELEGATE, ISC_REQ_PROMPT_FOR_CREDS,
		ISC_REQ_DELEGATE | ISC_REQ_MUTUAL_AUTH,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		self->a.asked = refused[i];
		EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
			  step(&self->a, NULL, &self->one));
		EXPECT_FALSE(self->a.begun);
	}
	self->a.asked = 0;
	UP_TO(1);
	self->b.asked = ASC_REQ_DELEGATE;
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
		  step(&self->b, &self->one, &self->two));
	self->b.asked = 0;
	STILL_WORKS();
}

/* ---- credentials ---- */

TEST_F(handshake, acquire_codes)
{
	char longer[257], missing[96], fifo[96], shorter[96], path[8192];
	const struct {
		const char *user;
		const char *key;
		SECURITY_STATUS status;
	} row[] = {
		{ "u", LOGON_KEY, SEC_E_OK },
		{ "Zo\xc3\xab", self->file_key, SEC_E_OK },
		{ longer + 1, LOGON_KEY, SEC_E_OK },
		{ longer, LOGON_KEY, SEC_E_UNKNOWN_CREDENTIALS },
		{ "", LOGON_KEY, SEC_E_UNKNOWN_CREDENTIALS },
		{ "a\tb", LOGON_KEY, SEC_E_UNKNOWN_CREDENTIALS },
		{ "a\x7f", LOGON_KEY, SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "secret", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "file:", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "file:relative", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", self->path, SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "file:/dev/zero", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", "file:/tmp", SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", path, SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", fifo, SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", shorter, SEC_E_UNKNOWN_CREDENTIALS },
		{ "u", missing, SEC_E_NO_CREDENTIALS },
		{ "u", "sspseal:no such key", SEC_E_NO_CREDENTIALS },
	};
	CredHandle handle;
	unsigned int i;

	memset(longer, 'x', 256);
	longer[256] = '\0';
	memset(path, '/', sizeof(path));
	memcpy(path, "file:", 5);
	path[sizeof(path) - 1] = '\0';
	snprintf(missing, sizeof(missing), "file:%s.missing", self->path);
	snprintf(fifo, sizeof(fifo), "file:%s.fifo", self->path);
	snprintf(shorter, sizeof(shorter), "file:%s.short", self->path);
	ASSERT_EQ(0, mkfifo(fifo + 5, 0600));
	ASSERT_TRUE(write_file(shorter + 5, test_key, 15));
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		memset(&handle, POISON, sizeof(handle));
		EXPECT_EQ(row[i].status, acquire(row[i].user, row[i].key,
						 SECPKG_CRED_BOTH, &handle))
			TH_LOG("row %u", i);
		EXPECT_EQ(row[i].status != SEC_E_OK,
			  all_bytes(&handle, POISON, sizeof(handle)));
		EXPECT_EQ(row[i].status == SEC_E_OK ? SEC_E_OK :
						      SEC_E_INVALID_HANDLE,
			  FreeCredentialsHandle(&handle));
	}
	unlink(fifo + 5);
	unlink(shorter + 5);
}

/* A terminal that may not be opened yet, in the place of a disk that fails. */
TEST_F(handshake, acquire_from_what_fails)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	CredHandle handle;
	char key[96];

	ASSERT_LE(0, master);
	snprintf(key, sizeof(key), "file:%s", ptsname(master));
	EXPECT_EQ(SEC_E_INTERNAL_ERROR,
		  acquire("u", key, SECPKG_CRED_BOTH, &handle));
	ASSERT_EQ(0, unlockpt(master));
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  acquire("u", key, SECPKG_CRED_BOTH, &handle));
	close(master);
}

/* No more files can be opened: neither now nor when a context begins. */
TEST_F(handshake, no_descriptor_for_a_key)
{
	struct rlimit all, none;
	CredHandle handle;

	end_close(&self->a);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->a, true, ALICE,
					  self->file_key));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &all));
	none = all;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY,
		  acquire("u", self->file_key, SECPKG_CRED_BOTH, &handle));
	EXPECT_EQ(SEC_E_INSUFFICIENT_MEMORY, step(&self->a, NULL, &self->one));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &all));
	STILL_WORKS();
}

/* Of a logon key only the kernel knows how long it is. */
TEST_F(handshake, logon_key_of_another_size)
{
	struct end c;

	ASSERT_TRUE(logon_key("sspseal:short", test_key, SSPSEAL_KEY_MIN - 1));
	ASSERT_EQ(SEC_E_OK, end_open_with(&c, true, ALICE, "sspseal:short"));
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&c, NULL, &self->one));
	end_close(&c);
}

/* Of KEYCTL_SETPERM, for who possesses a key and for its owner: all but SEARCH. */
#define KEY_NO_SEARCH	0x37370000

/* The file may not be read, the key not searched for, the device not opened. */
TEST_F(handshake, acquire_not_allowed)
{
	CredHandle handle;
	long serial;
	pid_t child;

	child = fork();
	if (!child) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		if (acquire("u", self->file_key, SECPKG_CRED_BOTH, &handle) !=
		    SEC_E_NOT_OWNER)
			_exit(2);
		_exit(0);
	}
	EXPECT_EQ(0, child_status(child));
	serial = syscall(SYS_request_key, "logon", LOGON_KEY, NULL, 0);
	ASSERT_LT(0, serial);
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_SETPERM, serial,
			     KEY_NO_SEARCH));
	EXPECT_EQ(SEC_E_NOT_OWNER, acquire("u", LOGON_KEY, SECPKG_CRED_BOTH,
					   &handle));
	/* In a handshake it is a key that is not there. */
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&self->a, NULL, &self->one));
	child = fork();
	if (!child) {
		sspseal_detach();
		if (setgroups(0, NULL) ||
		    setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(1);
		if (acquire("u", LOGON_KEY, SECPKG_CRED_BOTH, &handle) !=
		    SEC_E_NOT_OWNER)
			_exit(2);
		_exit(0);
	}
	EXPECT_EQ(0, child_status(child));
}

#define ACQUIRE(principal, package, use, auth, handle)			\
	AcquireCredentialsHandleA(principal, package, use, NULL, auth, NULL, \
				  NULL, handle, &expiry)

TEST_F(handshake, acquire_arguments)
{
	SEC_WINNT_AUTH_IDENTITY_A id = {
		.User = (UCHAR *)"u", .UserLength = 1,
		.Password = (UCHAR *)LOGON_KEY,
		.PasswordLength = strlen(LOGON_KEY),
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};
	static const ULONG bad_use[] = { 0, 4, 8, 0x13, 0xffffffff };
	SEC_WINNT_AUTH_IDENTITY_A bad;
	TimeStamp expiry = { .QuadPart = 5 };
	CredHandle handle;
	unsigned int i;

	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ACQUIRE(NULL, "NTLM", SECPKG_CRED_BOTH, &id, &handle));
	EXPECT_EQ(SEC_E_SECPKG_NOT_FOUND,
		  ACQUIRE(NULL, NULL, SECPKG_CRED_BOTH, &id, &handle));
	EXPECT_EQ(SEC_E_INVALID_PARAMETER,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &id, NULL));
	EXPECT_EQ(SEC_E_NO_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, NULL, &handle));
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE("v", "SspSeal", SECPKG_CRED_BOTH, &id, &handle));
	for (i = 0; i < ARRAY_SIZE(bad_use); i++)
		EXPECT_EQ(SEC_E_INVALID_PARAMETER,
			  ACQUIRE(NULL, "SspSeal", bad_use[i], &id, &handle));
	bad = id;
	bad.Flags = 0;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &bad, &handle));
	bad.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI | 4;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &bad, &handle));
	bad = id;
	bad.Domain = (UCHAR *)"d";
	bad.DomainLength = 1;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &bad, &handle));
	bad = id;
	bad.User = NULL;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &bad, &handle));
	bad = id;
	bad.User = (UCHAR *)"u\0v";
	bad.UserLength = 3;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  ACQUIRE(NULL, "SspSeal", SECPKG_CRED_BOTH, &bad, &handle));
	EXPECT_EQ(5, expiry.QuadPart);
	EXPECT_EQ(SEC_E_OK,
		  ACQUIRE("u", "sspseal", SECPKG_CRED_INBOUND, &id, &handle));
	EXPECT_EQ(INT64_MAX, expiry.QuadPart);
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&handle));
	/* The principal alone is a name too. */
	id.UserLength = 0;
	EXPECT_EQ(SEC_E_OK,
		  ACQUIRE("u", "SspSeal", SECPKG_CRED_BOTH, &id, &handle));
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&handle));
}

/* A credential is for the direction that it was acquired for. */
TEST_F(handshake, direction)
{
	CredHandle handle;

	ASSERT_EQ(SEC_E_OK, acquire("carol", LOGON_KEY, SECPKG_CRED_BOTH,
				    &handle));
	UP_TO(1);
	end_reset(&self->a);
	self->a.initiator = false;
	EXPECT_EQ(SEC_E_NO_CREDENTIALS,
		  step(&self->a, &self->one, &self->two));
	self->b.initiator = true;
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&self->b, NULL, &self->one));
	self->a.initiator = true;
	self->b.initiator = false;
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&self->b.credential));
	self->b.credential = handle;
	STILL_WORKS();
}

#define WIDE_LENGTH(text)	(sizeof(text) / sizeof(WCHAR) - 1)

static WCHAR wide_user[] = u"Zo\u00eb \u20ac \U0001f600";
static WCHAR wide_key[] = u"sspseal:handshake";
/* Halves of surrogates. */
static WCHAR wide_broken[][3] = {
	{ 0xd800, 'a' }, { 0xdc00, 'a' }, { 'a', 0xd83d },
};

static SEC_WINNT_AUTH_IDENTITY_W wide_id(WCHAR *user, ULONG length)
{
	return (SEC_WINNT_AUTH_IDENTITY_W) {
		.User = (USHORT *)user, .UserLength = length,
		.Password = (USHORT *)wide_key,
		.PasswordLength = WIDE_LENGTH(wide_key),
		.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE,
	};
}

static SECURITY_STATUS acquire_wide(WCHAR *user, ULONG length,
				    CredHandle *handle)
{
	static WCHAR package[] = u"SspSeal";
	SEC_WINNT_AUTH_IDENTITY_W id = wide_id(user, length);

	return AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_BOTH, NULL,
					 &id, NULL, NULL, handle, NULL);
}

TEST_F(handshake, wide_names)
{
	WCHAR longer[128];
	CredHandle handle;
	unsigned int i;

	/* Two bytes each: 255 of them do not fit with one more. */
	for (i = 0; i < ARRAY_SIZE(longer); i++)
		longer[i] = 0xe9;
	EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
		  acquire_wide(longer, ARRAY_SIZE(longer), &handle));
	longer[127] = 'e';
	EXPECT_EQ(SEC_E_OK, acquire_wide(longer, ARRAY_SIZE(longer), &handle));
	EXPECT_EQ(SEC_E_OK, FreeCredentialsHandle(&handle));
	for (i = 0; i < ARRAY_SIZE(wide_broken); i++)
		EXPECT_EQ(SEC_E_UNKNOWN_CREDENTIALS,
			  acquire_wide(wide_broken[i], 2, &handle));
}

TEST_F(handshake, wide)
{
	SecBuffer output = { sizeof(self->one.bytes), SECBUFFER_TOKEN,
			     self->one.bytes };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &output };
	CredHandle handle;

	ASSERT_EQ(SEC_E_OK, acquire_wide(wide_user, WIDE_LENGTH(wide_user),
					 &handle));
	/* The same name as UTF-8 has it. */
	FreeCredentialsHandle(&self->b.credential);
	self->b.credential = handle;
	self->a.target = "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80";
	EXPECT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	end_reset(&self->a);
	end_reset(&self->b);
	/* And as a target, in the other function. */
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  InitializeSecurityContextW(&self->a.credential, NULL,
					     wide_user, 0, 0, 0, NULL, 0,
					     &self->a.context, &to,
					     &self->a.given, NULL));
	self->a.begun = true;
	self->one.size = output.cbBuffer;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_TARGET_UNKNOWN,
		  InitializeSecurityContextW(&self->a.credential, NULL,
					     wide_broken[0], 0, 0, 0, NULL, 0,
					     &self->b.context, &to,
					     &self->a.given, NULL));
}

/* ---- who the peer is ---- */

TEST_F(handshake, wrong_key)
{
	__u8 other[TEST_KEY_SIZE];

	memcpy(other, test_key, sizeof(other));
	other[31] ^= 1;
	ASSERT_TRUE(logon_key("sspseal:other", other, sizeof(other)));
	end_close(&self->b);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, BOB,
					  "sspseal:other"));
	UP_TO(2);
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SSPSEAL_STATUS_ALTERED, sspseal_last_status());
	ENDED(&self->a, &self->two);
	EXPECT_EQ(0, end_ready(&self->b));
}

TEST_F(handshake, targets)
{
	static const char * const wrong[] = {
		"carol", "bo", "bobb", "BOB", "bob ",
	};
	char longer[257];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		self->a.target = wrong[i];
		UP_TO(1);
		EXPECT_EQ(SEC_E_WRONG_PRINCIPAL,
			  step(&self->b, &self->one, &self->two));
		EXPECT_FALSE(self->b.begun);
		end_reset(&self->a);
	}
	memset(longer, 'x', 256);
	longer[256] = '\0';
	self->a.target = longer;
	EXPECT_EQ(SEC_E_TARGET_UNKNOWN, step(&self->a, NULL, &self->one));
	self->a.target = "b\nb";
	EXPECT_EQ(SEC_E_TARGET_UNKNOWN, step(&self->a, NULL, &self->one));
	self->a.target = "";
	STILL_WORKS();
	self->a.target = BOB;
	STILL_WORKS();
}

/* Length and content of a field of a token: the fields are counted from 0. */
static __u8 *field(struct letter *l, unsigned int nr, unsigned int *size)
{
	__u8 *p = l->bytes + HEADER;

	for (; nr; nr--)
		p += 2 + (p[0] << 8 | p[1]);
	*size = p[0] << 8 | p[1];
	return p + 2;
}

/* Another content, of any size. All lengths are right. */
static void set_field(struct letter *l, unsigned int nr, const void *content,
		      unsigned int size)
{
	unsigned int before, rest;
	__u8 *p = field(l, nr, &before);

	rest = l->size - (p - l->bytes) - before;
	memmove(p + size, p + before, rest);
	memcpy(p, content, size);
	p[-2] = size >> 8;
	p[-1] = size;
	l->size += size - before;
	l->bytes[AT_LENGTH] = (l->size - HEADER) >> 8;
	l->bytes[AT_LENGTH + 1] = l->size - HEADER;
}

/* An acceptor of another name that does not look at targets. */
TEST_F(handshake, target_checked_by_initiator)
{
	self->a.target = BOB;
	UP_TO(2);
	set_field(&self->two, 3, "carol", 5);
	EXPECT_EQ(SEC_E_WRONG_PRINCIPAL,
		  step(&self->a, &self->two, &self->three));
	ENDED(&self->a, &self->two);
}

/* One key, one end: it does not talk to itself. */
TEST_F(handshake, selfie)
{
	CredHandle handle;

	ASSERT_EQ(SEC_E_OK, acquire(ALICE, LOGON_KEY, SECPKG_CRED_BOTH,
				    &handle));
	UP_TO(1);
	FreeCredentialsHandle(&self->b.credential);
	self->b.credential = handle;
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->b, &self->one, &self->two));
	EXPECT_FALSE(self->b.begun);
	/* Nor if somebody gives it another name on the way. */
	set_field(&self->one, 3, "mallory", 7);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->a, &self->two, &self->three));
	ENDED(&self->a, &self->two);
	/* Both ways. */
	UP_TO(1);
	set_field(&self->one, 3, "mallory", 7);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	set_field(&self->two, 3, "mallory", 7);
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SSPSEAL_STATUS_ALTERED, sspseal_last_status());
}

/* ---- tokens that somebody has touched ---- */

/* Each token, cut anywhere or with something behind it. */
TEST_F(handshake, truncated)
{
	struct letter *token[] = { &self->one, &self->two, &self->three };
	struct end *receiver[] = { &self->b, &self->a, &self->b };
	struct letter cut;
	unsigned int t;
	ULONG size;

	for (t = 0; t < 3; t++) {
		UP_TO(t + 1);
		for (size = 0; size <= token[t]->size + 1; size++) {
			if (size == token[t]->size)
				continue;
			if (t)
				UP_TO(t + 1);
			cut = *token[t];
			cut.bytes[token[t]->size] = 0;
			cut.size = size;
			EXPECT_EQ(SEC_E_INVALID_TOKEN,
				  step(receiver[t], &cut, &self->rest))
				TH_LOG("token %u, %u bytes", t + 1, size);
			if (t)
				ENDED(receiver[t], token[t]);
		}
	}
	/* Longer than any. */
	UP_TO(1);
	self->one.size = sizeof(self->one.bytes);
	EXPECT_EQ(SEC_E_INVALID_TOKEN, step(&self->b, &self->one, &self->two));
	STILL_WORKS();
}

/* An honest run with one token changed. Is there an end that is ready? */
static bool anybody_ready(struct end *a, struct end *b, unsigned int token,
			  unsigned int bit)
{
	struct letter one, two, three, none;

	end_reset(a);
	end_reset(b);
	if (step(a, NULL, &one) != SEC_I_CONTINUE_NEEDED)
		return true;
	if (token == 1)
		one.bytes[bit / 8] ^= 1 << bit % 8;
	if (step(b, &one, &two) != SEC_I_CONTINUE_NEEDED)
		return end_ready(a) == 1;
	if (token == 2)
		two.bytes[bit / 8] ^= 1 << bit % 8;
	if (step(a, &two, &three) != SEC_E_OK)
		return end_ready(a) == 1 || end_ready(b) == 1;
	/* Only what is sent now may still be wrong: the initiator is sure. */
	if (token != 3)
		return true;
	three.bytes[bit / 8] ^= 1 << bit % 8;
	return step(b, &three, &none) == SEC_E_OK || end_ready(b) == 1;
}

TEST_F_TIMEOUT(handshake, bits, 120)
{
	/* Each bit of a byte in turn, where it takes too long for all of them. */
	const unsigned int apart = slowness() > 1 ? 5 : 1;
	unsigned int size[4], token, bit;

	self->a.asked = ISC_REQ_CONFIDENTIALITY;
	self->a.target = BOB;
	UP_TO(3);
	size[1] = self->one.size;
	size[2] = self->two.size;
	size[3] = self->three.size;
	for (token = 1; token <= 3; token++)
		for (bit = 0; bit < 8 * size[token]; bit += apart)
			EXPECT_FALSE(anybody_ready(&self->a, &self->b, token,
						   bit))
				TH_LOG("token %u, byte %u, bit %u", token,
				       bit / 8, bit % 8);
	STILL_WORKS();
}

/* Tokens in places where others belong. */
TEST_F(handshake, order)
{
	struct letter none = { };

	UP_TO(3);
	end_reset(&self->b);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->b, &self->two, &self->rest));
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, step(&self->b, &none, &self->rest));
	end_reset(&self->a);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->a, &self->two, &self->rest));
	UP_TO(2);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->a, &self->three, &self->rest));
	ENDED(&self->a, &self->two);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->b, &self->one, &self->rest));
	ENDED(&self->b, &self->one);
}

TEST_F(handshake, reflected)
{
	struct letter back;
	unsigned int size;

	UP_TO(2);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->a, &self->one, &self->rest));
	ENDED(&self->a, &self->one);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->b, &self->two, &self->rest));
	ENDED(&self->b, &self->two);
	/* The acceptor's own confirmation, as if it were the initiator's. */
	UP_TO(3);
	back = self->three;
	set_field(&back, 0, field(&self->two, 5, &size), TOKEN_SIZE);
	EXPECT_EQ(SEC_E_INVALID_TOKEN, step(&self->b, &back, &self->rest));
	EXPECT_EQ(SSPSEAL_STATUS_TOKEN_REFLECTED, sspseal_last_status());
	ENDED(&self->b, &self->three);
	/* The initiator's salt as the acceptor's. */
	UP_TO(2);
	set_field(&self->two, 0, field(&self->one, 0, &size), 16);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SSPSEAL_STATUS_PEER_SALT, sspseal_last_status());
}

TEST_F(handshake, replayed)
{
	struct letter one, two, three;

	UP_TO(3);
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	one = self->one;
	two = self->two;
	three = self->three;
	/* The recording of an initiator: the acceptor's salt is new. */
	end_reset(&self->b);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->b, &one, &self->two));
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->b, &three, &self->rest));
	ENDED(&self->b, &three);
	/* The recording of an acceptor. */
	end_reset(&self->a);
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &self->one));
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->a, &two, &self->three));
	ENDED(&self->a, &two);
}

/* Two handshakes at a time, crossed. */
TEST_F(handshake, crossed)
{
	struct letter one, two, three;
	struct end c, d;

	ASSERT_EQ(SEC_E_OK, end_open(&c, true));
	ASSERT_EQ(SEC_E_OK, end_open(&d, false));
	UP_TO(3);
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&c, NULL, &one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&d, &one, &two));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, step(&d, &self->three, &self->rest));
	EXPECT_EQ(SSPSEAL_STATUS_TOKEN_SALT, sspseal_last_status());
	ENDED(&d, &self->three);
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&c, &self->two, &three));
	ENDED(&c, &self->two);
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	end_close(&c);
	end_close(&d);
}

/* What somebody in between would like to have instead. */
TEST_F(handshake, downgrade)
{
	static const struct {
		unsigned int field;
		const char *content;
		unsigned int size;
	} offer[] = {
		{ 1, "\0\0\0\0", 4 },		/* fewer services */
		{ 1, "\0\0\0\3", 4 },
		{ 2, "\2", 1 },			/* another suite */
		{ 2, "\3\1\2", 3 },		/* another order */
		{ 3, "carol", 5 },		/* another name */
		{ 4, "", 0 },			/* no target */
		{ 5, "share", 5 },		/* something of a later version */
	}, answer[] = {
		{ 1, "\0\0\0\x1f", 4 },
		{ 1, "\0\0\0\xf", 4 },
		{ 1, "\0\0\0\2", 4 },
		{ 2, "\2", 1 },
		{ 2, "\4", 1 },
		{ 2, "\0", 1 },
		{ 3, "carol", 5 },
		{ 4, "share", 5 },
	};
	unsigned int i;

	self->a.asked = ISC_REQ_CONFIDENTIALITY | ISC_REQ_REPLAY_DETECT;
	self->a.target = BOB;
	for (i = 0; i < ARRAY_SIZE(offer); i++) {
		UP_TO(1);
		set_field(&self->one, offer[i].field, offer[i].content,
			  offer[i].size);
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
			  step(&self->b, &self->one, &self->two))
			TH_LOG("row %u", i);
		EXPECT_GT(0, step(&self->a, &self->two, &self->three))
			TH_LOG("row %u", i);
		ENDED(&self->a, &self->two);
		EXPECT_EQ(0, end_ready(&self->b));
	}
	self->a.target = NULL;
	for (i = 0; i < ARRAY_SIZE(answer); i++) {
		UP_TO(2);
		set_field(&self->two, answer[i].field, answer[i].content,
			  answer[i].size);
		EXPECT_GT(0, step(&self->a, &self->two, &self->three))
			TH_LOG("row %u", i);
		ENDED(&self->a, &self->two);
	}
	/* A later version in token 1 is answered, but it was not sent. */
	UP_TO(1);
	self->one.bytes[AT_VERSION] = 2;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	EXPECT_EQ(1, self->two.bytes[AT_VERSION]);
	EXPECT_EQ(SEC_E_LOGON_DENIED, step(&self->a, &self->two, &self->three));
}

/* What the acceptor says to offers that nobody should make. */
TEST_F(handshake, odd_offers)
{
	static const struct {
		unsigned int field;
		const char *content;
		unsigned int size;
		SECURITY_STATUS status;
	} row[] = {
		{ 2, "\1\1", 2, SEC_E_INVALID_TOKEN },
		{ 2, "\1\0", 2, SEC_E_INVALID_TOKEN },
		{ 2, "", 0, SEC_E_INVALID_TOKEN },
		{ 2, "\4\5", 2, SEC_E_ALGORITHM_MISMATCH },
		{ 2, "\xff\x40\x20", 3, SEC_E_ALGORITHM_MISMATCH },
		{ 2, "\xff\x40\3", 3, SEC_I_CONTINUE_NEEDED },
		{ 3, "", 0, SEC_E_INVALID_TOKEN },
		{ 3, "a\0b", 3, SEC_E_INVALID_TOKEN },
		{ 3, "\x1f", 1, SEC_E_INVALID_TOKEN },
		{ 3, "bob", 3, SEC_E_LOGON_DENIED },
		{ 4, "a\x7f", 2, SEC_E_INVALID_TOKEN },
		{ 4, "alice", 5, SEC_E_WRONG_PRINCIPAL },
		{ 0, "0123456789abcde", 15, SEC_E_INVALID_TOKEN },
		{ 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16,
		  SEC_E_INVALID_TOKEN },
		{ 1, "\0\0\0", 3, SEC_E_INVALID_TOKEN },
		{ 1, "\xff\xff\xff\xff", 4, SEC_I_CONTINUE_NEEDED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		UP_TO(1);
		set_field(&self->one, row[i].field, row[i].content,
			  row[i].size);
		EXPECT_EQ(row[i].status,
			  step(&self->b, &self->one, &self->two))
			TH_LOG("row %u", i);
	}
}

/* ---- buffers and handles ---- */

#define INITIALIZE(old, input, output)					\
	InitializeSecurityContextA(&self->a.credential, old, NULL,	\
				   self->a.asked, 0, 0, input, 0,	\
				   &self->a.context, output,		\
				   &self->a.given, NULL)
#define ACCEPT(old, input, output)					\
	AcceptSecurityContext(&self->b.credential, old, input,		\
			      self->b.asked, 0, &self->b.context, output, \
			      &self->b.given, NULL)

TEST_F(handshake, output_sizes)
{
	SecBuffer in = { 0, SECBUFFER_TOKEN, self->one.bytes }, out;
	SecBufferDesc from = { SECBUFFER_VERSION, 1, &in };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };
	CtxtHandle context;
	ULONG size;

	UP_TO(3);
	/* Each call one byte short, and then again with enough. */
	size = self->one.size;
	end_reset(&self->a);
	end_reset(&self->b);
	memset(self->one.bytes, POISON, sizeof(self->one.bytes));
	out = (SecBuffer){ size - 1, SECBUFFER_TOKEN, self->one.bytes };
	memset(&self->a.context, POISON, sizeof(context));
	self->a.given = POISON32;
	EXPECT_EQ(SEC_E_BUFFER_TOO_SMALL, INITIALIZE(NULL, NULL, &to));
	EXPECT_EQ(size - 1, out.cbBuffer);
	EXPECT_EQ(POISON32, self->a.given);
	EXPECT_TRUE(all_bytes(&self->a.context, POISON, sizeof(context)));
	EXPECT_TRUE(all_bytes(self->one.bytes, POISON, size));
	out.cbBuffer = size;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, INITIALIZE(NULL, NULL, &to));
	EXPECT_EQ(size, out.cbBuffer);
	EXPECT_EQ(POISON, self->one.bytes[size]);
	self->a.begun = true;

	in.cbBuffer = size;
	size = self->two.size;
	out = (SecBuffer){ size - 1, SECBUFFER_TOKEN, self->two.bytes };
	EXPECT_EQ(SEC_E_BUFFER_TOO_SMALL, ACCEPT(NULL, &from, &to));
	out.cbBuffer = size;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, ACCEPT(NULL, &from, &to));
	self->b.begun = true;

	in = (SecBuffer){ size, SECBUFFER_TOKEN, self->two.bytes };
	out = (SecBuffer){ 61, SECBUFFER_TOKEN, self->three.bytes };
	context = self->a.context;
	EXPECT_EQ(SEC_E_BUFFER_TOO_SMALL, INITIALIZE(&context, &from, &to));
	EXPECT_EQ(0, end_ready(&self->a));
	out.cbBuffer = 62;
	EXPECT_EQ(SEC_E_OK, INITIALIZE(&context, &from, &to));
	EXPECT_EQ(62, out.cbBuffer);
	in = (SecBuffer){ 62, SECBUFFER_TOKEN, self->three.bytes };
	context = self->b.context;
	/* There is nothing to say: no output is needed. */
	EXPECT_EQ(SEC_E_OK, ACCEPT(&context, &from, NULL));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

TEST_F(handshake, allocated)
{
	SecBuffer in = { 0, SECBUFFER_TOKEN, NULL };
	SecBuffer out = { 0, SECBUFFER_TOKEN, NULL };
	SecBufferDesc from = { SECBUFFER_VERSION, 1, &in };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };

	self->a.asked = ISC_REQ_ALLOCATE_MEMORY;
	self->b.asked = ASC_REQ_ALLOCATE_MEMORY;
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, INITIALIZE(NULL, NULL, &to));
	EXPECT_EQ(ISC_RET_ALLOCATED_MEMORY, self->a.given);
	ASSERT_TRUE(out.pvBuffer);
	self->a.begun = true;
	in = out;
	out = (SecBuffer){ 0, SECBUFFER_TOKEN, NULL };
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, ACCEPT(NULL, &from, &to));
	EXPECT_EQ(ASC_RET_ALLOCATED_MEMORY, self->b.given);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(in.pvBuffer));
	self->b.begun = true;
	in = out;
	out = (SecBuffer){ 0, SECBUFFER_TOKEN, NULL };
	ASSERT_EQ(SEC_E_OK, INITIALIZE(&self->a.context, &from, &to));
	EXPECT_EQ(ISC_RET_ALLOCATED_MEMORY | ISC_RET_INTEGRITY |
		  ISC_RET_MUTUAL_AUTH, self->a.given);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(in.pvBuffer));
	in = out;
	/* A caller that frees what each call leaves there: the last leaves nothing. */
	out = (SecBuffer){ 7, SECBUFFER_TOKEN, self->rest.bytes };
	ASSERT_EQ(SEC_E_OK, ACCEPT(&self->b.context, &from, &to));
	EXPECT_EQ(ASC_RET_INTEGRITY | ASC_RET_MUTUAL_AUTH, self->b.given);
	EXPECT_EQ(0, out.cbBuffer);
	EXPECT_FALSE(out.pvBuffer);
	EXPECT_EQ(SEC_E_OK, FreeContextBuffer(in.pvBuffer));
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

/* The first call of another handshake, given this. */
static SECURITY_STATUS begins_with(struct end *e, SecBufferDesc *input)
{
	struct letter one;
	SecBuffer out = { sizeof(one.bytes), SECBUFFER_TOKEN, one.bytes };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };
	SECURITY_STATUS status;
	CtxtHandle context;

	status = InitializeSecurityContextA(&e->credential, NULL, NULL, 0, 0, 0,
					    input, 0, &context, &to, NULL,
					    NULL);
	if (status == SEC_I_CONTINUE_NEEDED)
		DeleteSecurityContext(&context);
	return status;
}

/* Nobody has said anything: that is looked at in each buffer, or cannot be. */
TEST_F(handshake, first_input)
{
	SecBuffer b[] = {
		{ 0, SECBUFFER_TOKEN, self->rest.bytes },
		{ 0, SECBUFFER_TOKEN, self->rest.bytes },
		{ 32, SECBUFFER_CHANNEL_BINDINGS, self->rest.bytes },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, b };
	unsigned int i;

	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, begins_with(&self->a, NULL));
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, begins_with(&self->a, &desc));
	for (i = 0; i < 2; i++) {
		b[i].cbBuffer = 1;
		EXPECT_EQ(SEC_E_INVALID_TOKEN, begins_with(&self->a, &desc));
		b[i].cbBuffer = 0;
	}
	/* Channel bindings that cannot be looked at. */
	desc.cBuffers = ARRAY_SIZE(b);
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, begins_with(&self->a, &desc));
	desc.ulVersion = 1;
	EXPECT_EQ(SEC_E_INVALID_TOKEN, begins_with(&self->a, &desc));
	desc = (SecBufferDesc){ SECBUFFER_VERSION, 0, NULL };
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, begins_with(&self->a, &desc));
}

/* Descriptors that no call takes; none of them ends a handshake. */
TEST_F(handshake, descriptors)
{
	SecBuffer b[] = {
		{ 64, SECBUFFER_TOKEN, self->rest.bytes },
		{ 64, SECBUFFER_TOKEN, self->rest.bytes + 64 },
	};
	SecBuffer null = { 64, SECBUFFER_TOKEN, NULL };
	SecBuffer data = { 64, SECBUFFER_DATA, self->rest.bytes };
	SecBuffer readonly = { 4096, SECBUFFER_TOKEN | SECBUFFER_READONLY,
			       self->rest.bytes };
	SecBuffer good = { sizeof(self->rest.bytes), SECBUFFER_TOKEN,
			   self->rest.bytes };
	SecBufferDesc bad[] = {
		{ SECBUFFER_VERSION, 2, b },
		{ SECBUFFER_VERSION, 0, b },
		{ SECBUFFER_VERSION, 1, NULL },
		{ 1, 1, b },
		{ SECBUFFER_VERSION, 1, &null },
		{ SECBUFFER_VERSION, 1, &data },
	};
	/* At the first call nobody has said anything. */
	static const SECURITY_STATUS first[ARRAY_SIZE(bad)] = {
		SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED,
		SEC_E_INVALID_TOKEN, SEC_E_INVALID_TOKEN,
		SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED,
	};
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &good };
	SecBufferDesc kept = { SECBUFFER_VERSION, 1, &readonly };
	CtxtHandle a, b_context;
	unsigned int i;

	UP_TO(2);
	a = self->a.context;
	b_context = self->b.context;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(SEC_E_INVALID_TOKEN, INITIALIZE(&a, &bad[i], &to));
		EXPECT_EQ(first[i], begins_with(&self->a, &bad[i]));
		EXPECT_EQ(SEC_E_INVALID_TOKEN, ACCEPT(NULL, &bad[i], &to));
		EXPECT_EQ(SEC_E_INVALID_TOKEN,
			  ACCEPT(&b_context, &bad[i], &to));
	}
	EXPECT_EQ(SEC_E_INVALID_TOKEN, INITIALIZE(&a, NULL, &to));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, ACCEPT(NULL, NULL, &to));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, ACCEPT(&b_context, NULL, &to));
	/* The other side of it. */
	good = (SecBuffer){ self->two.size, SECBUFFER_TOKEN |
			    SECBUFFER_READONLY, self->two.bytes };
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_GT(0, INITIALIZE(&a, &to, &bad[i]));
		EXPECT_GT(0, INITIALIZE(NULL, NULL, &bad[i]));
	}
	EXPECT_EQ(SEC_E_INVALID_TOKEN, INITIALIZE(&a, &to, &kept));
	EXPECT_EQ(SEC_E_INVALID_TOKEN, INITIALIZE(&a, &to, NULL));
	/* What is read may be read-only, and stand among others. */
	b[0] = (SecBuffer){ 9, SECBUFFER_EMPTY, NULL };
	b[1] = good;
	readonly.BufferType = SECBUFFER_TOKEN;
	EXPECT_EQ(SEC_E_OK, INITIALIZE(&a, &bad[0], &kept));
	self->a.context = a;
}

/* What is not looked at must not be there. */
TEST_F(handshake, channel_bindings)
{
	SecBuffer in[] = {
		{ 0, SECBUFFER_TOKEN, self->one.bytes },
		{ 32, SECBUFFER_CHANNEL_BINDINGS, self->rest.bytes },
	};
	SecBuffer out = { sizeof(self->two.bytes), SECBUFFER_TOKEN,
			  self->two.bytes };
	SecBufferDesc from = { SECBUFFER_VERSION, 2, in };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };

	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, INITIALIZE(NULL, &from, &to));
	UP_TO(1);
	in[0].cbBuffer = self->one.size;
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION, ACCEPT(NULL, &from, &to));
	in[1].cbBuffer = 0;
	EXPECT_EQ(SEC_I_CONTINUE_NEEDED, ACCEPT(NULL, &from, &to));
	self->b.begun = true;
}

/* A name that cannot be read. The first call's counts. */
TEST_F(handshake, target_at_the_second_call)
{
	SecBuffer in = { 0, SECBUFFER_TOKEN, self->two.bytes }, out;
	SecBufferDesc from = { SECBUFFER_VERSION, 1, &in };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };
	CtxtHandle *a = &self->a.context;
	unsigned int wide;

	self->a.target = BOB;
	for (wide = 0; wide < 2; wide++) {
		UP_TO(2);
		in.cbBuffer = self->two.size;
		out = (SecBuffer){ sizeof(self->three.bytes), SECBUFFER_TOKEN,
				   self->three.bytes };
		EXPECT_EQ(SEC_E_OK, wide ?
			  InitializeSecurityContextW(NULL, a, (SEC_WCHAR *)2, 0,
						     0, 0, &from, 0, NULL, &to,
						     NULL, NULL) :
			  InitializeSecurityContextA(NULL, a, (SEC_CHAR *)2, 0,
						     0, 0, &from, 0, NULL, &to,
						     NULL, NULL));
	}
}

TEST_F(handshake, handles)
{
	CtxtHandle bad = { 123456, 5 };
	CredHandle none = { 77, 5 };
	SecBuffer in = { 0, SECBUFFER_TOKEN, self->one.bytes };
	SecBuffer out = { sizeof(self->rest.bytes), SECBUFFER_TOKEN,
			  self->rest.bytes };
	SecBufferDesc from = { SECBUFFER_VERSION, 1, &in };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &out };
	CtxtHandle a, b;

	UP_TO(2);
	a = self->a.context;
	b = self->b.context;
	in.cbBuffer = self->one.size;
	EXPECT_EQ(SEC_E_INVALID_HANDLE, INITIALIZE(&bad, &from, &to));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, ACCEPT(&bad, &from, &to));
	/* Each end's own function. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  InitializeSecurityContextA(NULL, &b, NULL, 0, 0, 0, &from, 0,
					     &bad, &to, NULL, NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  AcceptSecurityContext(NULL, &a, &from, 0, 0, &bad, &to, NULL,
					NULL));
	/* A credential that is none, or another one than before. */
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  AcceptSecurityContext(&none, NULL, &from, 0, 0, &bad, &to,
					NULL, NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  AcceptSecurityContext(NULL, NULL, &from, 0, 0, &bad, &to,
					NULL, NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  AcceptSecurityContext(&self->a.credential, &b, &from, 0, 0,
					&bad, &to, NULL, NULL));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  AcceptSecurityContext(&self->b.credential, NULL, &from, 0, 0,
					NULL, &to, NULL, NULL));
	/* None of that has changed anything; later calls need no credential. */
	in = (SecBuffer){ self->two.size, SECBUFFER_TOKEN, self->two.bytes };
	out.pvBuffer = self->three.bytes;
	EXPECT_EQ(SEC_E_OK,
		  InitializeSecurityContextA(NULL, &a, NULL, 0, 0, 0, &from, 0,
					     NULL, &to, NULL, NULL));
	in = (SecBuffer){ 62, SECBUFFER_TOKEN, self->three.bytes };
	EXPECT_EQ(SEC_E_OK,
		  AcceptSecurityContext(NULL, &b, &from, 0, 0, NULL, &to, NULL,
					NULL));
	/* The memory is the caller's, and is left where it is. */
	EXPECT_EQ(0, out.cbBuffer);
	EXPECT_EQ((void *)self->three.bytes, out.pvBuffer);
	self->a.context = a;
	self->b.context = b;
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
}

TEST_F(handshake, deleted)
{
	UP_TO(2);
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&self->a.context));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&self->a.context));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&self->b.context));
	STILL_WORKS();
}

TEST_F(handshake, complete_auth_token)
{
	SecBuffer b = { sizeof(self->rest.bytes), SECBUFFER_TOKEN,
			self->rest.bytes };
	SecBufferDesc desc = { SECBUFFER_VERSION, 1, &b };
	CtxtHandle bad = { 0, 0 };

	UP_TO(3);
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
		  CompleteAuthToken(&self->a.context, &desc));
	EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
		  CompleteAuthToken(&self->b.context, &desc));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, CompleteAuthToken(&bad, &desc));
	EXPECT_EQ(SEC_E_INVALID_HANDLE, CompleteAuthToken(NULL, &desc));
}

/* ---- processes and threads ---- */

static bool send_letter(int fd, const struct letter *l)
{
	return write(fd, l->bytes, l->size) == (ssize_t)l->size;
}

static bool receive_letter(int fd, struct letter *l)
{
	ssize_t size = read(fd, l->bytes, sizeof(l->bytes));

	l->size = size;
	return size > 0;
}

/* A process with a device of its own, which begins, and signs something. */
static int initiate(int fd)
{
	struct letter one, two, three, signed_token;
	__u8 data[4] = "data";
	SecBuffer b[] = {
		{ TOKEN_SIZE, SECBUFFER_TOKEN, signed_token.bytes },
		{ 4, SECBUFFER_DATA, data },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, b };
	struct end a;

	sspseal_detach();
	if (end_open(&a, true) != SEC_E_OK)
		return 1;
	a.target = BOB;
	if (step(&a, NULL, &one) != SEC_I_CONTINUE_NEEDED ||
	    !send_letter(fd, &one) || !receive_letter(fd, &two))
		return 2;
	if (step(&a, &two, &three) != SEC_E_OK || !send_letter(fd, &three))
		return 3;
	if (MakeSignature(&a.context, 0, &desc, 0) != SEC_E_OK)
		return 4;
	signed_token.size = TOKEN_SIZE;
	return send_letter(fd, &signed_token) ? 0 : 5;
}

TEST_F(handshake, two_processes)
{
	__u8 data[4] = "data";
	SecBuffer b[] = {
		{ TOKEN_SIZE, SECBUFFER_TOKEN, self->rest.bytes },
		{ 4, SECBUFFER_DATA, data },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, b };
	pid_t child;
	int fd[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd));
	child = fork();
	if (!child)
		_exit(initiate(fd[1]));
	close(fd[1]);
	ASSERT_TRUE(receive_letter(fd[0], &self->one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
		  step(&self->b, &self->one, &self->two));
	ASSERT_TRUE(send_letter(fd[0], &self->two));
	ASSERT_TRUE(receive_letter(fd[0], &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	ASSERT_TRUE(receive_letter(fd[0], &self->rest));
	EXPECT_EQ(SEC_E_OK, VerifySignature(&self->b.context, &desc, 0, NULL));
	EXPECT_EQ(0, child_status(child));
	close(fd[0]);
}

/* What was begun before detach() is not gone on with in another file. */
TEST_F(handshake, detached)
{
	pid_t child;

	UP_TO(2);
	child = fork();
	if (!child) {
		struct end other;
		unsigned int i;

		sspseal_detach();
		/* Handles of a new file: sooner or later the old number. */
		for (i = 0; i < 16; i++) {
			if (end_open(&other, true) != SEC_E_OK ||
			    step(&other, NULL, &self->rest) !=
			    SEC_I_CONTINUE_NEEDED)
				_exit(1);
			if (step(&self->a, &self->two, &self->rest) !=
			    SEC_E_INVALID_HANDLE)
				_exit(2);
		}
		_exit(0);
	}
	EXPECT_EQ(0, child_status(child));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
}

/* As many as there may be at once. */
static unsigned int begin_all(const struct end *like, struct letter *rest)
{
	struct end e = *like;
	unsigned int nr = 0;

	do
		e.begun = false;
	while (step(&e, NULL, rest) == SEC_I_CONTINUE_NEEDED && ++nr < 10000);
	return nr;
}

/* Those of before take no place, and do not end others of their number. */
TEST_F(handshake, detached_with_many)
{
	pid_t child = fork();

	if (!child) {
		if (begin_all(&self->a, &self->rest) != 1024)
			_exit(1);
		sspseal_detach();
		_exit(begin_all(&self->a, &self->rest) == 1024 ? 0 : 2);
	}
	EXPECT_EQ(0, child_status(child));
}

#define FORKS	100

static atomic_bool enough;

/*
 * Uses the library's lists most of the time. Without a pause a fork, which waits for
 * their locks, would hardly ever get one: mutexes are not fair.
 */
static void use_lists(void *job)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	CtxtHandle context = { 0, 0 };
	CredHandle credential = { 0, 0 };
	unsigned int *which = job, i;

	for (i = 1; !atomic_load(&enough); i++) {
		if (i % 16 == 0)
			nanosleep(&pause, NULL);
		if (*which & 1)
			FreeCredentialsHandle(&credential);
		else
			DeleteSecurityContext(&context);
	}
}

/* At whatever moment a process with threads forks: its child can call. */
TEST_F(handshake, fork_of_threads)
{
	unsigned int which[] = { 0, 1, 2 }, i;
	struct team team;
	int status = 0;
	pid_t child;

	ASSERT_TRUE(team_start(&team, which, sizeof(which[0]),
			       ARRAY_SIZE(which), use_lists));
	for (i = 0; i < rounds(FORKS) && !status; i++) {
		child = fork();
		if (!child) {
			alarm(10);
			sspseal_detach();
			_exit(FreeCredentialsHandle(&self->a.credential) !=
			      SEC_E_OK);
		}
		status = child_status(child);
	}
	atomic_store(&enough, true);
	team_join(&team);
	EXPECT_EQ(0, status) TH_LOG("child %u", i);
	STILL_WORKS();
}

#define ROUNDS	20

struct worker {
	bool failed;
};

static void handshakes(void *job)
{
	struct worker *w = job;
	struct end a, b;
	unsigned int i;

	for (i = 0; i < rounds(ROUNDS); i++) {
		if (end_open(&a, true) != SEC_E_OK ||
		    end_open(&b, false) != SEC_E_OK ||
		    connect_ends(&a, &b) != SEC_E_OK ||
		    !carry_signed(&a, &b))
			w->failed = true;
		end_close(&a);
		end_close(&b);
	}
}

TEST_F(handshake, threads)
{
	struct worker workers[8] = { };
	unsigned int i;

	ASSERT_TRUE(team_run(workers, sizeof(workers[0]), ARRAY_SIZE(workers),
			     handshakes));
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		EXPECT_FALSE(workers[i].failed);
}

struct finisher {
	struct end end;
	const struct letter *three;
	SECURITY_STATUS status;
};

static void finish_one(void *job)
{
	struct finisher *f = job;
	struct letter rest;

	f->status = step(&f->end, f->three, &rest);
}

/* One context, many threads that finish it: one does. */
TEST_F(handshake, one_finishes)
{
	struct finisher finishers[8];
	unsigned int i, j, ok;

	for (j = 0; j < rounds(20); j++) {
		UP_TO(3);
		for (i = 0; i < ARRAY_SIZE(finishers); i++)
			finishers[i] = (struct finisher){
				self->b, &self->three, 0
			};
		ASSERT_TRUE(team_run(finishers, sizeof(finishers[0]),
				     ARRAY_SIZE(finishers), finish_one));
		for (ok = i = 0; i < ARRAY_SIZE(finishers); i++) {
			ok += finishers[i].status == SEC_E_OK;
			EXPECT_TRUE(finishers[i].status == SEC_E_OK ||
				    finishers[i].status ==
				    SEC_E_INVALID_HANDLE);
		}
		EXPECT_EQ(1, ok);
		EXPECT_TRUE(carry_signed(&self->a, &self->b));
	}
}

/* ---- what the kernel cannot do ---- */

static const struct {
	int error;
	SECURITY_STATUS code;
} faults[] = {
	{ EIO, SEC_E_CRYPTO_SYSTEM_INVALID },
	{ ENOMEM, SEC_E_INSUFFICIENT_MEMORY },
};

/* Each end needs its key at the second token. */
static void without_keys(struct __test_metadata *_metadata,
			 FIXTURE_DATA(handshake) * self, int error,
			 SECURITY_STATUS code)
{
	UP_TO(1);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, error));
	EXPECT_EQ(code, step(&self->b, &self->one, &self->two));
	EXPECT_EQ(-1, end_ready(&self->b));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, 0));
	UP_TO(2);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, error));
	EXPECT_EQ(code, step(&self->a, &self->two, &self->three));
	ENDED(&self->a, &self->two);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_SETKEY, 0));
}

/* Making a confirmation uses a number, whatever it fails of. */
static void without_requests(struct __test_metadata *_metadata,
			     FIXTURE_DATA(handshake) * self, int error,
			     SECURITY_STATUS code)
{
	UP_TO(1);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, error));
	EXPECT_EQ(SEC_E_CRYPTO_SYSTEM_INVALID,
		  step(&self->b, &self->one, &self->two));
	EXPECT_EQ(-1, end_ready(&self->b));
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	UP_TO(3);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, error));
	EXPECT_EQ(code, step(&self->b, &self->three, &self->rest));
	ENDED(&self->b, &self->three);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
}

TEST_F(handshake, cipher_fails)
{
	unsigned int i;

	if (!module_is_ours())
		SKIP(return, OWN_MACHINE);
	sspseal_detach();
	ASSERT_TRUE(faulty_cipher_open());
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		without_keys(_metadata, self, faults[i].error, faults[i].code);
		without_requests(_metadata, self, faults[i].error,
				 faults[i].code);
	}
	STILL_WORKS();
	end_reset(&self->a);
	end_reset(&self->b);
	sspseal_detach();
	EXPECT_TRUE(faulty_cipher_close());
}

/* ---- who the ends are ---- */

/* What SECPKG_ATTR_NAMES and SECPKG_ATTR_NATIVE_NAMES say, as UTF-8. */
static bool are_called(const struct end *e, const char *initiator,
		       const char *acceptor)
{
	SecPkgContext_NamesA one = { NULL };
	SecPkgContext_NativeNamesA two = { NULL, NULL };
	CtxtHandle context = e->context;
	bool ok;

	if (QueryContextAttributesA(&context, SECPKG_ATTR_NAMES, &one) ||
	    QueryContextAttributesA(&context, SECPKG_ATTR_NATIVE_NAMES, &two))
		return false;
	ok = !strcmp(one.sUserName, initiator) &&
	     !strcmp(two.sClientName, initiator) &&
	     !strcmp(two.sServerName, acceptor);
	FreeContextBuffer(one.sUserName);
	FreeContextBuffer(two.sClientName);
	FreeContextBuffer(two.sServerName);
	return ok;
}

static bool wide_equal(const WCHAR *a, const WCHAR *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* The same as UTF-16, at both layers. */
static bool are_called_wide(const struct end *e, const WCHAR *initiator,
			    const WCHAR *acceptor)
{
	SecPkgContext_NativeNamesW two = { NULL, NULL };
	SecPkgContext_NamesW one = { NULL };
	CtxtHandle context = e->context;
	bool ok;

	if (SpQueryContextAttributes(sspseal_from_context(&context),
				     SECPKG_ATTR_NAMES, &one) ||
	    QueryContextAttributesW(&context, SECPKG_ATTR_NATIVE_NAMES, &two))
		return false;
	ok = wide_equal(one.sUserName, initiator) &&
	     wide_equal(two.sClientName, initiator) &&
	     wide_equal(two.sServerName, acceptor);
	FreeContextBuffer(one.sUserName);
	FreeContextBuffer(two.sClientName);
	FreeContextBuffer(two.sServerName);
	return ok;
}

/* Whatever it is called, nobody has shown it here. */
static bool are_nameless(LSA_SEC_HANDLE handle)
{
	static const ULONG attribute[] = {
		SECPKG_ATTR_NAMES, SECPKG_ATTR_NATIVE_NAMES,
	};
	__u8 names[sizeof(SecPkgContext_NativeNamesW)];
	unsigned int i;

	memset(names, POISON, sizeof(names));
	for (i = 0; i < ARRAY_SIZE(attribute); i++)
		if (SpQueryContextAttributes(handle, attribute[i], names) !=
		    SEC_E_UNSUPPORTED_FUNCTION)
			return false;
	return all_bytes(names, POISON, sizeof(names));
}

static LSA_SEC_HANDLE handle_of(const struct end *e)
{
	return sspseal_from_context(&e->context);
}

TEST_F(handshake, names)
{
	UP_TO(2);
	EXPECT_TRUE(are_nameless(handle_of(&self->a)));
	EXPECT_TRUE(are_nameless(handle_of(&self->b)));
	EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
	EXPECT_TRUE(are_called(&self->a, ALICE, BOB));
	/* The acceptor has only been told so, yet. */
	EXPECT_TRUE(are_nameless(handle_of(&self->b)));
	EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
	EXPECT_TRUE(are_called(&self->b, ALICE, BOB));
	EXPECT_TRUE(are_called_wide(&self->a, u"alice", u"bob"));
	EXPECT_TRUE(are_called_wide(&self->b, u"alice", u"bob"));
	end_reset(&self->a);
	EXPECT_FALSE(are_called(&self->a, ALICE, BOB));
	EXPECT_TRUE(are_called(&self->b, ALICE, BOB));
}

/* The next handle will have the same remainder by the size of names.c's table. */
static bool skip_to_remainder(LSA_SEC_HANDLE handle)
{
	struct sspseal_create c;

	do {
		c = create_args(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
		if (sspseal_create(sspseal_device(), &c) ||
		    sspseal_destroy(sspseal_device(), c.handle, NULL))
			return false;
	} while ((c.handle + 1) % 256 != handle % 256);
	return true;
}

/* As long as they may be; many contexts, each with its own. */
TEST_F(handshake, names_of_many)
{
	struct end more[6][2];
	char name[6][256];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(more); i++) {
		if (i)
			ASSERT_TRUE(skip_to_remainder(handle_of(&more[0][0])));
		memset(name[i], 'a' + i, 255);
		name[i][i ? 255 : 1] = '\0';
		ASSERT_EQ(SEC_E_OK, end_open_with(&more[i][0], true, name[i],
						  LOGON_KEY));
		ASSERT_EQ(SEC_E_OK, end_open(&more[i][1], false));
		ASSERT_EQ(SEC_E_OK, connect_ends(&more[i][0], &more[i][1]));
	}
	for (i = 0; i < ARRAY_SIZE(more); i += 2)
		end_close(&more[i][0]);
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		if (i % 2)
			EXPECT_TRUE(are_called(&more[i][0], name[i], BOB));
		EXPECT_TRUE(are_called(&more[i][1], name[i], BOB));
	}
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		end_close(&more[i][1]);
		if (i % 2)
			end_close(&more[i][0]);
	}
}

/* Both ends, when the acceptor has this name. */
#define CONNECT_TO(name) do {						\
	end_reset(&self->a);						\
	end_close(&self->b);						\
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, name,	\
					  LOGON_KEY));			\
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));		\
} while (0)

TEST_F(handshake, names_wide)
{
	static const struct {
		const char *name;
		const WCHAR *wide;
	} row[] = {
		{ "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80",
		  u"Zo\u00eb \u20ac \U0001f600" },
		{ "\xc2\x80", u"\x80" },
		{ "\xdf\xbf", u"\x7ff" },
		{ "\xe0\xa0\x80", u"\x800" },
		{ "\xed\x9f\xbf", u"\xd7ff" },
		{ "\xee\x80\x80", u"\xe000" },
		{ "\xef\xbf\xbf", u"\xffff" },
		{ "\xf0\x90\x80\x80", u"\xd800\xdc00" },
		{ "\xf4\x8f\xbf\xbf", u"\xdbff\xdfff" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		CONNECT_TO(row[i].name);
		EXPECT_TRUE(are_called(&self->a, ALICE, row[i].name));
		EXPECT_TRUE(are_called_wide(&self->a, u"alice", row[i].wide))
			TH_LOG("row %u", i);
	}
}

/* No two names become the same one: what is not UTF-8 has no form with W. */
TEST_F(handshake, names_not_utf8)
{
	static const char * const name[] = {
		"\x80", "\xbf", "\xff", "a\xc3", "\xc3-", "a\xe2\x82",
		"\xe2\x82\xc0", "\xf0\x9f\x98", "\xf8\x88\x80\x80\x80",
		/* Longer than need be; half a pair; beyond the last. */
		"\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
	};
	SecPkgContext_NativeNamesW names;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		CONNECT_TO(name[i]);
		EXPECT_TRUE(are_called(&self->a, ALICE, name[i]));
		memset(&names, POISON, sizeof(names));
		EXPECT_EQ(SEC_E_UNSUPPORTED_FUNCTION,
			  QueryContextAttributesW(&self->a.context,
						  SECPKG_ATTR_NATIVE_NAMES,
						  &names)) TH_LOG("name %u", i);
		EXPECT_TRUE(all_bytes(&names, POISON, sizeof(names)));
	}
}

/* Handles that came about in another way have none, of the same context too. */
TEST_F(handshake, names_elsewhere)
{
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	SEC_CHAR package[] = SSPSEAL_NAME_A;
	SecPkgContext_Flags flags;
	CtxtHandle copy;
	void *token;
	pid_t child;

	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	ASSERT_EQ(SEC_E_OK, ExportSecurityContext(&self->a.context, 0, &packed,
						  &token));
	ASSERT_EQ(SEC_E_OK, ImportSecurityContextA(package, &packed, token,
						   &copy));
	close(SSPSEAL_TOKEN_FD(token));
	FreeContextBuffer(packed.pvBuffer);
	EXPECT_TRUE(are_nameless(sspseal_from_context(&copy)));
	EXPECT_EQ(SEC_E_OK, QueryContextAttributesA(&copy, SECPKG_ATTR_FLAGS,
						    &flags));
	EXPECT_EQ(ISC_RET_INTEGRITY, flags.Flags);
	EXPECT_TRUE(are_called(&self->a, ALICE, BOB));
	/* A child has the same handles, and what is known of them. */
	child = fork();
	if (!child)
		_exit(!are_called(&self->a, ALICE, BOB) ||
		      !are_called(&self->b, ALICE, BOB));
	EXPECT_EQ(0, child_status(child));
	/* With a new file the numbers begin anew, and mean others. */
	child = fork();
	if (!child) {
		struct sspseal_create c;
		LSA_SEC_HANDLE last = handle_of(&self->b);

		sspseal_detach();
		do {
			c = create_args(SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES);
			if (sspseal_create(sspseal_device(), &c) ||
			    !are_nameless(c.handle))
				_exit(1);
		} while (c.handle <= last);
		_exit(0);
	}
	EXPECT_EQ(0, child_status(child));
	EXPECT_EQ(SEC_E_OK, DeleteSecurityContext(&copy));
}

/* A number that is given out once more has the names of the last handshake. */
TEST_F(handshake, names_of_a_number_that_comes_again)
{
	LSA_SEC_HANDLE handle;
	int fd;

	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	handle = handle_of(&self->a);
	/* As if the kernel had come to the end of its numbers. */
	fd = sspseal_open();
	ASSERT_LE(0, fd);
	ASSERT_EQ(sspseal_device(), dup2(fd, sspseal_device()));
	close(fd);
	self->a.begun = false;
	end_close(&self->b);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, "carol", LOGON_KEY));
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	EXPECT_EQ(handle, handle_of(&self->a));
	EXPECT_TRUE(are_called(&self->a, ALICE, "carol"));
	EXPECT_TRUE(are_called(&self->b, ALICE, "carol"));
}

/* What the last call gave is what can be asked for later. */
TEST_F(handshake, flags_asked_later)
{
	struct end *end[] = { &self->a, &self->b };
	SecPkgContext_Flags flags;
	unsigned int i, set;

	for (set = 0; set < 8; set++) {
		self->a.asked = set & 1 ? ISC_REQ_CONFIDENTIALITY |
					  ISC_REQ_CONNECTION : 0;
		self->b.asked = set & 2 ? ASC_REQ_IDENTIFY |
					  ASC_REQ_SEQUENCE_DETECT : 0;
		self->a.asked |= set & 4 ? ISC_REQ_USE_DCE_STYLE : 0;
		UP_TO(2);
		for (i = 0; i < ARRAY_SIZE(end); i++) {
			EXPECT_EQ(SEC_E_OK,
				  QueryContextAttributesA(&end[i]->context,
							  SECPKG_ATTR_FLAGS,
							  &flags));
			EXPECT_FALSE(flags.Flags & ISC_RET_MUTUAL_AUTH);
		}
		EXPECT_EQ(SEC_E_OK, step(&self->a, &self->two, &self->three));
		EXPECT_EQ(SEC_E_OK, step(&self->b, &self->three, &self->rest));
		for (i = 0; i < ARRAY_SIZE(end); i++) {
			EXPECT_EQ(SEC_E_OK,
				  QueryContextAttributesA(&end[i]->context,
							  SECPKG_ATTR_FLAGS,
							  &flags));
			EXPECT_EQ(end[i]->given, flags.Flags)
				TH_LOG("end %u, set %u", i, set);
			EXPECT_TRUE(flags.Flags & ISC_RET_MUTUAL_AUTH);
		}
	}
}

/* ---- keys and devices that are there no more ---- */

/* The key's time is the context's: it ends in the middle of the handshake. */
TEST_F(handshake, key_expires_meanwhile)
{
	struct letter one, two;
	struct timespec now;
	struct end c, d;
	long serial;

	serial = syscall(SYS_request_key, "logon", LOGON_KEY, NULL, 0);
	ASSERT_LT(0, serial);
	ASSERT_EQ(0, syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, serial,
			     4 + slowness()));
	clock_gettime(CLOCK_REALTIME, &now);
	ASSERT_EQ(SEC_E_OK, end_open(&c, true));
	ASSERT_EQ(SEC_E_OK, end_open(&d, false));
	UP_TO(3);
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&c, NULL, &one));
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&d, &one, &two));
	sleep_until(now.tv_sec + 6 + slowness());
	EXPECT_EQ(SEC_E_CONTEXT_EXPIRED,
		  step(&self->b, &self->three, &self->rest));
	EXPECT_EQ(SSPSEAL_STATUS_EXPIRED, sspseal_last_status());
	ENDED(&self->b, &self->three);
	EXPECT_EQ(SEC_E_CONTEXT_EXPIRED, step(&c, &two, &self->rest));
	EXPECT_EQ(SSPSEAL_STATUS_EXPIRED, sspseal_last_status());
	ENDED(&c, &two);
	/* And none begins. */
	end_reset(&c);
	EXPECT_EQ(SEC_E_NO_CREDENTIALS, step(&c, NULL, &one));
	end_close(&c);
	end_close(&d);
}

#define NOBODY	65534

/* From now on the device cannot be opened. */
static bool become_nobody(void)
{
	sspseal_detach();
	return !setgroups(0, NULL) &&
	       !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY);
}

/* Contexts can be imported there, not made. */
static int only_imports(FIXTURE_DATA(handshake) * self, PSecBuffer packed,
			void *token)
{
	SEC_CHAR package[] = SSPSEAL_NAME_A;
	CtxtHandle context;
	struct end e;

	if (!become_nobody() ||
	    ImportSecurityContextA(package, packed, token, &context))
		return 1;
	if (end_open_with(&e, true, ALICE, self->file_key) ||
	    step(&e, NULL, &self->rest) != SEC_E_UNSUPPORTED_FUNCTION ||
	    sspseal_last_status() != SSPSEAL_STATUS_ANONYMOUS)
		return 2;
	if (end_open_with(&e, false, BOB, self->file_key) ||
	    step(&e, &self->one, &self->rest) != SEC_E_UNSUPPORTED_FUNCTION ||
	    sspseal_last_status() != SSPSEAL_STATUS_ANONYMOUS)
		return 3;
	return 0;
}

TEST_F(handshake, no_contexts_here)
{
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	void *token;
	pid_t child;

	ASSERT_EQ(0, chown(self->path, NOBODY, NOBODY));
	ASSERT_EQ(SEC_E_OK, connect_ends(&self->a, &self->b));
	ASSERT_EQ(SEC_E_OK, ExportSecurityContext(&self->a.context, 0, &packed,
						  &token));
	UP_TO(1);
	child = fork();
	if (!child)
		_exit(only_imports(self, &packed, token));
	EXPECT_EQ(0, child_status(child));
	close(SSPSEAL_TOKEN_FD(token));
	FreeContextBuffer(packed.pvBuffer);
}

/* Credentials were acquired while there was one. */
static int without_device(FIXTURE_DATA(handshake) * self, struct end *a,
			  struct end *b)
{
	if (!become_nobody())
		return 1;
	if (step(a, NULL, &self->rest) != SEC_E_INTERNAL_ERROR)
		return 2;
	return step(b, &self->one, &self->rest) == SEC_E_INTERNAL_ERROR ? 0 : 3;
}

/* Where nobody has made a file, and nobody can: gcov would. */
static int without_file_system(void)
{
	CredHandle handle;

	sspseal_detach();
	if (chroot("/proc") || chdir("/"))
		return 1;
	return acquire("u", LOGON_KEY, SECPKG_CRED_BOTH, &handle) ==
	       SEC_E_INTERNAL_ERROR ? 0 : 2;
}

TEST_F(handshake, no_device)
{
	struct end a, b;
	pid_t child;

	ASSERT_EQ(0, chown(self->path, NOBODY, NOBODY));
	ASSERT_EQ(SEC_E_OK, end_open_with(&a, true, ALICE, self->file_key));
	ASSERT_EQ(SEC_E_OK, end_open_with(&b, false, BOB, self->file_key));
	UP_TO(1);
	child = fork();
	if (!child)
		_exit(without_device(self, &a, &b));
	EXPECT_EQ(0, child_status(child));
	end_close(&a);
	end_close(&b);
	child = fork();
	if (!child)
		_exit(without_file_system());
	EXPECT_EQ(0, child_status(child));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameters of the module: the values that they take, the longest messages,
 * and how many handles and contexts there may be; CREATE's part of that is in
 * create.c.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "memory_test.h"
#include "openssl_peer.h"

#define HARD_LIMIT	(16 * MIB - 1)

FIXTURE(parameters)
{
	int fd;
	long data;
	long handles;
	long contexts;
};

FIXTURE_SETUP(parameters)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->data = parameter_get("max_data");
	self->handles = parameter_get("max_handles");
	self->contexts = parameter_get("max_contexts");
	ASSERT_LT(0, self->data);
	ASSERT_LT(0, self->handles);
	ASSERT_LT(0, self->contexts);
}

FIXTURE_TEARDOWN(parameters)
{
	parameter_set("max_data", self->data);
	parameter_set("max_handles", self->handles);
	parameter_set("max_contexts", self->contexts);
	close(self->fd);
}

/* The errno of writing a parameter, 0 for success. */
static int parameter_error(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/sspseal/parameters/%s", name);
	errno = 0;
	return file_write(path, text) ? 0 : errno;
}

TEST_F(parameters, bad_values)
{
	static const char *const bad[] = {
		"0", "-1", "4294967296", "18446744073709551616", "x", "1x", "",
		" ", "0x", "1 2", "1.5",
	};
	static const char *const names[] = {
		"max_data", "max_handles", "max_contexts",
	};
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(names); k++) {
		long before = parameter_get(names[k]);

		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			/* Nothing written is no call. */
			if (!*bad[i])
				continue;
			EXPECT_NE(0, parameter_error(names[k], bad[i]))
				TH_LOG("%s = %s", names[k], bad[i]);
			EXPECT_EQ(before, parameter_get(names[k]));
		}
		EXPECT_EQ(EINVAL, parameter_error(names[k], "0"));
	}
	EXPECT_EQ(EINVAL, parameter_error("max_data", "16777216"));
	EXPECT_EQ(EINVAL, parameter_error("max_data", "2147483647"));
	EXPECT_EQ(EINVAL, parameter_error("max_handles", "2147483648"));
	EXPECT_EQ(EINVAL, parameter_error("max_contexts", "2147483648"));
	EXPECT_EQ(self->data, parameter_get("max_data"));
}

TEST_F(parameters, extreme_values)
{
	struct sspseal_info i;

	EXPECT_EQ(0, parameter_error("max_data", "1"));
	EXPECT_EQ(0, parameter_error("max_handles", "1"));
	EXPECT_EQ(0, parameter_error("max_contexts", "1"));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(1, i.max_data);
	EXPECT_EQ(1, i.max_handles);
	EXPECT_EQ(1, i.max_contexts);
	EXPECT_EQ(0, parameter_error("max_data", "16777215"));
	EXPECT_EQ(0, parameter_error("max_handles", "2147483647"));
	EXPECT_EQ(0, parameter_error("max_contexts", "0x7fffffff"));
	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(16777215, i.max_data);
	EXPECT_EQ(2147483647, i.max_handles);
	EXPECT_EQ(2147483647, i.max_contexts);
	/* What is only authenticated has limits of its own. */
	EXPECT_EQ(ASSOCIATED, i.max_associated);
	EXPECT_EQ(MIB, i.max_signed);
}

/* Where associated data ends in a page's first bytes, and DATA begins another one. */
#define TWO_PARTS	(100 * PAGE - TOKEN_SIZE + 1)

/* Two of any size fit, also such as say only in the token that they are not sealed. */
TEST_F(parameters, two_that_are_not_sealed)
{
	const size_t rest = MIB - TWO_PARTS, room = (rest / PAGE + 1) * PAGE;
	__u8 *missing = memory(2 * room, MAP_PRIVATE);
	__u8 *associated = calloc(1, TWO_PARTS), *data = calloc(1, rest);
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd);
	struct waiting w[2] = { };
	struct team team;
	unsigned int i;
	int pages;

	ASSERT_TRUE(missing && associated && data);
	for (i = 0; i < 2; i++) {
		struct sspseal_message m = message(sends, w[i].b, 3);

		w[i].fd = self->fd;
		w[i].handle = takes;
		w[i].cmd = SSPSEAL_UNSEAL;
		w[i].b[0] = buffer(DATA | RWC, associated, TWO_PARTS);
		w[i].b[1] = buffer(DATA, data, rest);
		w[i].b[2] = buffer(TOKEN, w[i].token, TOKEN_SIZE);
		m.qop = SSPSEAL_QOP_NO_ENCRYPT;
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		w[i].b[1].ptr = (uintptr_t)missing + i * room;
	}
	pages = pages_missing(missing, 2 * room);
	if (pages < 0)
		SKIP(return, "no userfaultfd");
	ASSERT_TRUE(parameter_set("max_data", 1));
	ASSERT_TRUE(team_start(&team, w, sizeof(*w), 2, wait_in_kernel));
	EXPECT_TRUE(pages_await(pages, 2));
	close(pages);
	team_join(&team);
	EXPECT_EQ(0, w[0].status);
	EXPECT_EQ(0, w[1].status);
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
	free(associated);
	free(data);
}

/* By each suite, read by OpenSSL, and back. */
TEST_F_TIMEOUT(parameters, longest_messages, 120)
{
	static const size_t sizes[] = {
		MIB + 1, 8 * MIB - 1, HARD_LIMIT - PAGE, HARD_LIMIT,
	};
	__u8 *data = memory(HARD_LIMIT + 1, MAP_PRIVATE), token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, sizeof(token)),
		buffer(DATA, data, 0),
	};
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd), suite;
	struct sspseal_message m = message(sends, b, 2);
	struct peer peer;
	unsigned int i;

	ASSERT_NE(NULL, data);
	memset(data, 'x', HARD_LIMIT + 1);
	ASSERT_TRUE(peer_init(&peer, SSPSEAL_ROLE_ACCEPTOR, test_key,
			      TEST_KEY_SIZE));
	ASSERT_TRUE(parameter_set("max_data", HARD_LIMIT));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		b[1].cb = sizes[i];
		suite = 1 + i % 3;
		m.qop = SSPSEAL_QOP_SUITE(suite);
		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m))
			TH_LOG("%zu bytes", sizes[i]);
		EXPECT_NE(0, memcmp(data, data + 16, 16));
		EXPECT_EQ('x', data[sizes[i]]);
		ASSERT_TRUE(peer_unprotect(&peer, b, 2));
		ASSERT_TRUE(all_bytes(data, 'x', HARD_LIMIT + 1));

		ASSERT_EQ(0, call(self->fd, SSPSEAL_SEAL, &m));
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_UNSEAL, takes, b,
					  2));
		ASSERT_TRUE(all_bytes(data, 'x', HARD_LIMIT + 1));
	}
	b[1].cb = HARD_LIMIT + 1;
	EXPECT_EQ(S(DATA_TOO_LONG), message_refused(self->fd, SSPSEAL_SEAL,
						    sends, b, 2));
	EXPECT_EQ(S(DATA_TOO_LONG), message_refused(self->fd, SSPSEAL_UNSEAL,
						    takes, b, 2));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-in-flight"));
}

/* A smaller limit counts at once, also for what was sealed before. */
TEST_F(parameters, smaller_limit)
{
	__u8 *data = calloc(1, MIB), token[TOKEN_SIZE], signature[TOKEN_SIZE];
	__u32 sends = initiator(self->fd), takes = acceptor(self->fd);

	ASSERT_NE(NULL, data);
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SIGN, sends, signature, data,
				 MIB));
	ASSERT_EQ(0, simple_call(self->fd, SSPSEAL_SEAL, sends, token, data,
				 2));
	ASSERT_TRUE(parameter_set("max_data", 1));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  simple_refused(self->fd, SSPSEAL_SEAL, sends, signature, data,
				 2));
	EXPECT_EQ(S(DATA_TOO_LONG),
		  simple_refused(self->fd, SSPSEAL_UNSEAL, takes, token, data,
				 2));
	ASSERT_TRUE(parameter_set("max_data", 2));
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_UNSEAL, takes, token, data,
				 2));
	/* Signatures have a limit of their own. */
	EXPECT_EQ(0, simple_call(self->fd, SSPSEAL_VERIFY, takes, signature,
				 data, MIB));
	free(data);
}

/* ---- how many handles and contexts ---- */

TEST_F(parameters, handles_of_a_file)
{
	__u32 handle = initiator(self->fd);
	struct sspseal_export e, more;
	struct sspseal_import i;
	unsigned int before;

	ASSERT_EQ(0, export_call(self->fd, handle, 0, &e));
	ASSERT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	before = descriptors();
	ASSERT_TRUE(parameter_set("max_handles", 2));
	EXPECT_EQ(S(LIMIT_FILE), import_call(self->fd, e.fd, 0, &i));
	/* A revoker is a handle. */
	EXPECT_EQ(S(LIMIT_FILE), export_call(self->fd, handle,
					     SSPSEAL_EXPORT_REVOCABLE, &more));
	EXPECT_EQ((__s32)POISON32, more.fd);
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	/* New files are not concerned. */
	ASSERT_EQ(0, export_call(self->fd, handle, 0, &more));
	close(more.fd);
	ASSERT_EQ(0, import_call(self->fd, e.fd, SSPSEAL_IMPORT_NEW_FILE, &i));
	/* But they have the same limit. */
	EXPECT_EQ(0, import_call(i.new_fd, e.fd, 0, &i));
	/* The limit may go below what there is. */
	ASSERT_TRUE(parameter_set("max_handles", 1));
	EXPECT_EQ(0, destroy(self->fd, 2));
	EXPECT_EQ(S(LIMIT_FILE), import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(0, destroy(self->fd, 1));
	EXPECT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	/* No number was given out and lost. */
	EXPECT_EQ(3, i.handle);
	close(e.fd);
}

TEST_F(parameters, contexts_live_with_their_last_handle)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_export e, more;
	struct sspseal_import i;

	ASSERT_TRUE(parameter_set("max_contexts", 1));
	ASSERT_EQ(1, initiator(self->fd));
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	/* Handles of it are no contexts. */
	ASSERT_EQ(0, export_call(self->fd, 1, 0, &e));
	ASSERT_EQ(0, export_call(e.fd, 1, 0, &more));
	ASSERT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(0, destroy(self->fd, 1));
	EXPECT_EQ(0, destroy(self->fd, i.handle));
	close(e.fd);
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	close(more.fd);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
}

TEST_F(parameters, no_descriptors)
{
	struct rlimit limit, none;
	struct sspseal_export e, more;
	struct sspseal_import i;
	unsigned int before;

	ASSERT_EQ(1, initiator(self->fd));
	ASSERT_EQ(0, export_call(self->fd, 1, 0, &e));
	before = descriptors();
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(S(NO_DESCRIPTOR), export_call(self->fd, 1, 0, &more));
	EXPECT_EQ((__s32)POISON32, more.fd);
	EXPECT_EQ(S(NO_DESCRIPTOR), export_call(self->fd, 1,
						SSPSEAL_EXPORT_REVOCABLE,
						&more));
	EXPECT_EQ(S(NO_DESCRIPTOR), import_call(self->fd, e.fd,
						SSPSEAL_IMPORT_NEW_FILE, &i));
	/* A handle needs none. */
	EXPECT_EQ(0, import_call(self->fd, e.fd, 0, &i));
	EXPECT_EQ(2, i.handle);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(before, descriptors());
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	close(e.fd);
}

TEST_HARNESS_MAIN

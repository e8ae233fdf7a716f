// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts that are shared: what EXPORT and IMPORT hand over and what they keep
 * back, and how it is taken away again.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define THREADS		8
#define CB		40
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define R_SEAL		SSPSEAL_RIGHT_SEAL
#define R_QUERY		SSPSEAL_RIGHT_QUERY
#define R_EXPORT	SSPSEAL_RIGHT_EXPORT
#define R_ALL		63U
#define REVOCABLE	SSPSEAL_EXPORT_REVOCABLE
#define NEW_FILE	SSPSEAL_IMPORT_NEW_FILE
#define EXPORTED	SSPSEAL_EXPORTED_HANDLE
/* Where threads have to meet at the wrong moment. */
#define ROUNDS		20

struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
};

/* A handle, and the file in which it means something. */
struct place {
	int fd;
	__u32 handle;
};

/* What needs a right, and which. */
static const struct {
	unsigned long cmd;
	__u32 right;
} uses[] = {
	{ SSPSEAL_SEAL, R_SEAL },
	{ SSPSEAL_UNSEAL, SSPSEAL_RIGHT_UNSEAL },
	{ SSPSEAL_SIGN, SSPSEAL_RIGHT_SIGN },
	{ SSPSEAL_VERIFY, SSPSEAL_RIGHT_VERIFY },
	{ SSPSEAL_QUERY, R_QUERY },
	{ SSPSEAL_EXPORT, R_EXPORT },
};

/* One context that is exported, and its peer. */
FIXTURE(export)
{
	int fd;
	__u32 handle;
	struct place peer;
};

FIXTURE_SETUP(export)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      SERVICES);
	ASSERT_NE(0, self->handle);
	self->peer.fd = device_open();
	ASSERT_LE(0, self->peer.fd);
	self->peer.handle = create_context(self->peer.fd,
					   SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_NE(0, self->peer.handle);
}

FIXTURE_TEARDOWN(export)
{
	close(self->fd);
	close(self->peer.fd);
}

/* One of the commands that need a right, such that nothing else refuses it. */
static int use(const struct place *at, unsigned long cmd,
	       const struct place *peer)
{
	unsigned long make = cmd == SSPSEAL_UNSEAL ? SSPSEAL_SEAL :
						     SSPSEAL_SIGN;
	struct sspseal_export e;
	struct letter l = { };
	struct sspseal_query q;
	int status;

	switch (cmd) {
	case SSPSEAL_QUERY:
		return query(at->fd, at->handle, &q);
	case SSPSEAL_EXPORT:
		e = export_args(at->handle, R_EXPORT);
		status = call(at->fd, cmd, &e);
		if (!status)
			close(e.fd);
		return status;
	case SSPSEAL_UNSEAL:
	case SSPSEAL_VERIFY:
		if (simple_call(peer->fd, make, peer->handle, l.token, l.data,
				CB))
			return BROKEN;
		break;
	}
	return simple_call(at->fd, cmd, at->handle, l.token, l.data, CB);
}

static int seal(int fd, __u32 handle)
{
	struct letter l = { };

	return simple_call(fd, SSPSEAL_SEAL, handle, l.token, l.data, CB);
}

/* Does every command say this, whatever it needs? */
static bool says(const struct place *at, const struct place *peer, int status)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(uses); i++)
		if (use(at, uses[i].cmd, peer) != status)
			return false;
	return true;
}

static __u64 expiry(int fd, __u32 handle)
{
	struct sspseal_query q;

	return query(fd, handle, &q) ? POISON32 : q.expiry;
}

/* ---- EXPORT ---- */

TEST_F(export, every_set_of_rights)
{
	struct place given = { .handle = EXPORTED }, copy;
	struct sspseal_query q;
	unsigned int i;
	__u32 rights;
	int expected;

	copy.fd = device_open();
	ASSERT_LE(0, copy.fd);
	for (rights = 1; rights <= R_ALL; rights++) {
		given.fd = export_handle(self->fd, self->handle, rights);
		ASSERT_LE(0, given.fd);
		copy.handle = import_handle(copy.fd, given.fd, EXPORTED);
		ASSERT_NE(0, copy.handle);
		for (i = 0; i < ARRAY_SIZE(uses); i++) {
			expected = rights & uses[i].right ? S(OK) : S(NO_RIGHT);
			EXPECT_EQ(expected, use(&given, uses[i].cmd,
						&self->peer))
				TH_LOG("rights %#x, use %u", rights, i);
			EXPECT_EQ(expected, use(&copy, uses[i].cmd,
						&self->peer));
		}
		if (rights & R_QUERY) {
			ASSERT_EQ(0, query(given.fd, EXPORTED, &q));
			EXPECT_EQ(rights, q.rights);
			ASSERT_EQ(0, query(copy.fd, copy.handle, &q));
			EXPECT_EQ(rights, q.rights);
		}
		EXPECT_EQ(0, destroy(copy.fd, copy.handle));
		close(given.fd);
	}
	close(copy.fd);
}

/* What has no right is refused before anything else is looked at. */
TEST_F(export, no_right_changes_nothing)
{
	int fd = export_handle(self->fd, self->handle, R_QUERY);
	struct sspseal_export e = export_args(EXPORTED, R_ALL + 1);
	struct sspseal_message m;
	struct letter l = { };
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(S(NO_RIGHT), simple_refused(fd, uses[i].cmd, EXPORTED,
						      l.token, l.data, CB));
		m = message(EXPORTED, NULL, 0);
		m.qop = 0x40000000;
		EXPECT_EQ(S(NO_RIGHT), refused(fd, uses[i].cmd, &m));
	}
	EXPECT_EQ(S(NO_RIGHT), command_refused(fd, SSPSEAL_EXPORT, &e,
					       EXPORTED));
}

TEST_F(export, bad_fields)
{
	static const struct {
		size_t at;
		__u32 value;
		int status;
	} row[] = {
#define BAD(field, value, status)					\
		{ offsetof(struct sspseal_export, field), value, S(status) }
		BAD(flags, 2, FLAGS),
		BAD(flags, REVOCABLE | 0x80000000, FLAGS),
		BAD(__reserved, 1, RESERVED),
		BAD(__reserved, 0x80000000, RESERVED),
		BAD(handle, 0, NO_HANDLE),
		BAD(handle, 3, NO_HANDLE),
		BAD(handle, 0xffffffff, NO_HANDLE),
		BAD(handle, 2, ALREADY_DESTROYED),
		BAD(rights, 0, RIGHTS),
		BAD(rights, R_ALL + 1, RIGHTS),
		/* Nobody can give away the right to BIND. */
		BAD(rights, R_SEAL | 0x80000000, RIGHTS),
		BAD(rights, 0xffffffff, RIGHTS),
		BAD(expiry, 1, EXPIRY),
#undef BAD
	};
	struct sspseal_export e;
	unsigned int i;

	ASSERT_EQ(2, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    SERVICES));
	ASSERT_EQ(0, destroy(self->fd, 2));
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		e = export_args(self->handle, R_ALL);
		memcpy((__u8 *)&e + row[i].at, &row[i].value,
		       sizeof(row[i].value));
		EXPECT_EQ(row[i].status, command_refused(self->fd,
							 SSPSEAL_EXPORT, &e,
							 self->handle))
			TH_LOG("row %u", i);
	}
	e = export_args(self->handle, R_ALL);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	EXPECT_EQ(0, e.revoker);
	EXPECT_EQ(0, seal(e.fd, EXPORTED));
	/* None of the failures has used up a number. */
	EXPECT_EQ(3, create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				    SERVICES));
}

/* Who was given some rights can give those away, and no others. */
TEST_F(export, rights_of_the_source)
{
	__u32 had = R_SEAL | R_QUERY | R_EXPORT, rights;
	int fd = export_handle(self->fd, self->handle, had), given;
	struct sspseal_export e;

	ASSERT_LE(0, fd);
	for (rights = 1; rights <= R_ALL; rights++) {
		e = export_args(EXPORTED, rights);
		if (rights & ~had) {
			EXPECT_EQ(S(RIGHTS), command_refused(fd, SSPSEAL_EXPORT,
							     &e, EXPORTED));
			/* Nor if they can be taken back. */
			e.flags = REVOCABLE;
			EXPECT_EQ(S(RIGHTS), command_refused(fd, SSPSEAL_EXPORT,
							     &e, EXPORTED));
			continue;
		}
		given = export_handle(fd, EXPORTED, rights);
		ASSERT_LE(0, given);
		EXPECT_EQ(rights & R_SEAL ? S(OK) : S(NO_RIGHT),
			  seal(given, EXPORTED));
		close(given);
	}
}

static int export_until(int fd, __u32 handle, __u64 expiry)
{
	struct sspseal_export e = export_args(handle, R_ALL);

	e.expiry = expiry;
	return call(fd, SSPSEAL_EXPORT, &e) ? -1 : e.fd;
}

TEST_F(export, expiry)
{
	__u64 now = time(NULL), end = now + 1000;
	struct sspseal_export e = export_args(self->handle, R_ALL);
	static const __u64 past[] = { 0, 1, 100, 1000000 };
	unsigned int i;
	int fd, again;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		e.expiry = now - past[i];
		EXPECT_EQ(S(EXPIRY), command_refused(self->fd, SSPSEAL_EXPORT,
						     &e, self->handle));
	}
	/* Of what never expires, for ever and a day. */
	fd = export_until(self->fd, self->handle, 0);
	EXPECT_EQ(0, expiry(fd, EXPORTED));
	fd = export_until(self->fd, self->handle, UINT64_MAX);
	EXPECT_EQ(UINT64_MAX, expiry(fd, EXPORTED));
	fd = export_until(self->fd, self->handle, end);
	EXPECT_EQ(end, expiry(fd, EXPORTED));

	/* Of what expires: as long, or shorter. */
	e.handle = EXPORTED;
	e.expiry = end + 1;
	EXPECT_EQ(S(EXPIRY), command_refused(fd, SSPSEAL_EXPORT, &e, EXPORTED));
	e.expiry = UINT64_MAX;
	EXPECT_EQ(S(EXPIRY), command_refused(fd, SSPSEAL_EXPORT, &e, EXPORTED));
	again = export_until(fd, EXPORTED, end);
	EXPECT_EQ(end, expiry(again, EXPORTED));
	again = export_until(fd, EXPORTED, 0);
	EXPECT_EQ(end, expiry(again, EXPORTED));
	again = export_until(fd, EXPORTED, end - 1);
	EXPECT_EQ(end - 1, expiry(again, EXPORTED));
	EXPECT_EQ(end - 1, expiry(self->fd, import_handle(self->fd, again,
							  EXPORTED)));
	EXPECT_EQ(0, expiry(self->fd, self->handle));
}

/* The context's end comes first: QUERY says so, whatever the handle's is. */
TEST_F(export, expiry_of_the_context)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);

	c.expiry = time(NULL) + 500;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(c.expiry, expiry(export_until(self->fd, c.handle, 0),
				   EXPORTED));
	EXPECT_EQ(c.expiry, expiry(export_until(self->fd, c.handle,
						c.expiry + 1000), EXPORTED));
	EXPECT_EQ(c.expiry - 1, expiry(export_until(self->fd, c.handle,
						    c.expiry - 1), EXPORTED));
}

TEST_F(export, handle_expires)
{
	__u64 end = soon();
	struct place given = { .handle = EXPORTED };
	struct place copy = { .fd = self->fd };
	struct sspseal_import i;

	given.fd = export_until(self->fd, self->handle, end);
	ASSERT_LE(0, given.fd);
	copy.handle = import_handle(self->fd, given.fd, EXPORTED);
	ASSERT_NE(0, copy.handle);
	EXPECT_TRUE(says(&given, &self->peer, S(OK)));
	sleep_until(end);
	EXPECT_TRUE(says(&given, &self->peer, S(HANDLE_EXPIRED)));
	EXPECT_TRUE(says(&copy, &self->peer, S(HANDLE_EXPIRED)));
	i = import_args(given.fd, EXPORTED);
	EXPECT_EQ(S(HANDLE_EXPIRED), command_refused(self->fd, SSPSEAL_IMPORT,
						     &i, self->handle));
	/* The context lives on for whoever has more of it. */
	EXPECT_EQ(0, seal(self->fd, self->handle));
	EXPECT_EQ(0, destroy(given.fd, EXPORTED));
	EXPECT_EQ(0, destroy(copy.fd, copy.handle));
}

/* What fdinfo tells of the only handle of a file. */
static const char *told(int fd)
{
	static char text[FDINFO_SIZE];
	const char *line;

	line = fdinfo_read(fd, text) ? strstr(text, "\nsspseal-handle:\t1 ") :
				       NULL;
	return line ? line + strlen("\nsspseal-handle:\t1 ") : "";
}

/* It tells no more than the handle may QUERY. */
TEST_F(export, fdinfo_of_rights)
{
	__u64 end = soon();
	int some, all, short_lived, long_lived;

	some = export_handle(self->fd, self->handle, R_ALL & ~R_QUERY);
	all = export_handle(self->fd, self->handle, R_ALL);
	short_lived = export_until(self->fd, self->handle, end);
	long_lived = export_until(self->fd, self->handle, end + 1000);
	ASSERT_TRUE(some >= 0 && all >= 0 && short_lived >= 0 &&
		    long_lived >= 0);
	EXPECT_EQ(0, seal(some, EXPORTED));
	EXPECT_STREQ("rights 0x2f\n", told(some));
	EXPECT_STREQ("rights 0x3f initiator services 0x7 sent 1 received 0 failed 0\n",
		     told(all));
	sleep_until(end);
	EXPECT_EQ(0, strncmp(told(long_lived), "rights 0x3f initiator ", 22));
	EXPECT_STREQ("rights 0x3f handle expired\n", told(short_lived));
}

TEST_F(export, end_of_a_handle_is_final)
{
	struct timespec t;
	int fd;

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	clock_gettime(CLOCK_REALTIME, &t);
	fd = export_until(self->fd, self->handle, t.tv_sec + 100);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, seal(fd, EXPORTED));
	/* Forward over the end, one call, and back again. */
	t.tv_sec += 200;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &t));
	EXPECT_EQ(S(HANDLE_EXPIRED), seal(fd, EXPORTED));
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec -= 200;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &t));
	EXPECT_EQ(S(HANDLE_EXPIRED), seal(fd, EXPORTED));
	EXPECT_EQ(0, seal(self->fd, self->handle));
}

TEST_F(export, exported_file)
{
	int fd = export_handle(self->fd, self->handle, R_ALL), again;
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	struct sspseal_import i = import_args(self->fd, self->handle);
	struct sspseal_query q;
	struct sspseal_info f;

	ASSERT_LE(0, fd);
	EXPECT_EQ(S(ANONYMOUS), command_refused(fd, SSPSEAL_CREATE, &c,
						EXPORTED));
	EXPECT_EQ(S(ANONYMOUS), command_refused(fd, SSPSEAL_IMPORT, &i,
						EXPORTED));
	/* Even when there would be room. */
	EXPECT_EQ(0, info(fd, 0, &f));
	EXPECT_EQ(S(NO_HANDLE), query(fd, EXPORTED + 1, &q));
	/* With the right, it can be exported once more; into itself, never. */
	again = export_handle(fd, EXPORTED, R_SEAL);
	ASSERT_LE(0, again);
	EXPECT_EQ(0, seal(again, EXPORTED));
	EXPECT_EQ(1, fdinfo_number(fd, "sspseal-handles"));
	EXPECT_EQ(1, fdinfo_number(again, "sspseal-handles"));
	EXPECT_EQ(0, destroy(fd, EXPORTED));
	EXPECT_EQ(S(ALREADY_DESTROYED), seal(fd, EXPORTED));
	EXPECT_EQ(0, seal(again, EXPORTED));
	EXPECT_EQ(S(ANONYMOUS), command_refused(fd, SSPSEAL_CREATE, &c, 0));
}

TEST_F(export, close_on_exec)
{
	struct sspseal_import i = import_args(self->fd, self->handle);
	int fd = export_handle(self->fd, self->handle, R_ALL);

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	i.flags = NEW_FILE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_IMPORT, &i));
	EXPECT_EQ(FD_CLOEXEC, fcntl(i.new_fd, F_GETFD));
	/* Not the one, nor any other that was there before. */
	EXPECT_NE(fd, i.new_fd);
	EXPECT_NE(self->fd, i.new_fd);
}

/* ---- IMPORT ---- */

TEST_F(export, import_into_a_device_file)
{
	int fd = export_handle(self->fd, self->handle, R_ALL);
	struct sspseal_import i = import_args(fd, 0);
	struct place copy = { .fd = device_open() };
	struct sspseal_query q;

	ASSERT_LE(0, copy.fd);
	ASSERT_EQ(1, create_context(copy.fd, SSPSEAL_ROLE_INITIATOR, SERVICES));
	/* Without a number, it is the one handle of an exported file. */
	ASSERT_EQ(0, call(copy.fd, SSPSEAL_IMPORT, &i));
	EXPECT_EQ(2, i.handle);
	EXPECT_EQ(-1, i.new_fd);
	EXPECT_EQ(sizeof(i), i.size);
	EXPECT_EQ(fd, i.fd);
	EXPECT_EQ(0, i.source);
	copy.handle = i.handle;
	EXPECT_TRUE(says(&copy, &self->peer, S(OK)));
	/* One context, one pair of counters. */
	EXPECT_EQ(2, sent(self->fd, self->handle));
	EXPECT_EQ(2, received(self->fd, self->handle));
	EXPECT_EQ(0, sent(copy.fd, 1));
	/* Neither the source nor the first owner is needed any more. */
	close(fd);
	EXPECT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_TRUE(says(&copy, &self->peer, S(OK)));
	ASSERT_EQ(0, query(copy.fd, copy.handle, &q));
	EXPECT_EQ(4, q.sent);
	EXPECT_EQ(R_ALL, q.rights);
}

TEST_F(export, import_from_a_device_file)
{
	struct sspseal_import i = import_args(self->fd, 0);
	__u32 second, copy;
	struct sspseal_query q;

	second = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_NE(0, second);
	copy = import_handle(self->peer.fd, self->fd, second);
	ASSERT_NE(0, copy);
	ASSERT_EQ(0, query(self->peer.fd, copy, &q));
	EXPECT_EQ(SSPSEAL_ROLE_ACCEPTOR, q.role);
	EXPECT_EQ(R_ALL, q.rights);
	/* From its own file too; 0 is 1. */
	ASSERT_EQ(0, call(self->fd, SSPSEAL_IMPORT, &i));
	ASSERT_EQ(0, query(self->fd, i.handle, &q));
	EXPECT_EQ(SSPSEAL_ROLE_INITIATOR, q.role);
	EXPECT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_EQ(0, seal(self->fd, i.handle));
}

TEST_F(export, import_into_a_new_file)
{
	int fd = export_handle(self->fd, self->handle, R_ALL);
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	struct sspseal_import i = import_args(fd, EXPORTED), more;
	struct place at;

	/* In the exported file itself, for who has nothing else. */
	i.flags = NEW_FILE;
	ASSERT_EQ(0, call(fd, SSPSEAL_IMPORT, &i));
	EXPECT_EQ(1, i.handle);
	EXPECT_EQ(1, fdinfo_number(fd, "sspseal-handles"));
	EXPECT_EQ(1, fdinfo_number(i.new_fd, "sspseal-handles"));
	at.fd = i.new_fd;
	at.handle = i.handle;
	EXPECT_TRUE(says(&at, &self->peer, S(OK)));
	EXPECT_EQ(S(ANONYMOUS), command_refused(at.fd, SSPSEAL_CREATE, &c,
						at.handle));
	/* IMPORT works there, again and again, from anywhere. */
	more = import_args(self->peer.fd, self->peer.handle);
	ASSERT_EQ(0, call(at.fd, SSPSEAL_IMPORT, &more));
	EXPECT_EQ(2, more.handle);
	EXPECT_EQ(-1, more.new_fd);
	EXPECT_EQ(0, seal(at.fd, more.handle));
	close(fd);
	close(self->fd);
	EXPECT_TRUE(says(&at, &self->peer, S(OK)));
}

TEST_F(export, import_bad_fields)
{
	struct sspseal_import i = import_args(self->peer.fd,
					      self->peer.handle);

	i.flags = 2;
	EXPECT_EQ(S(FLAGS), command_refused(self->fd, SSPSEAL_IMPORT, &i,
					    self->handle));
	i.flags = NEW_FILE | 0x80000000;
	EXPECT_EQ(S(FLAGS), command_refused(self->fd, SSPSEAL_IMPORT, &i,
					    self->handle));
	i.flags = NEW_FILE;
	i.__reserved = 1;
	EXPECT_EQ(S(RESERVED), command_refused(self->fd, SSPSEAL_IMPORT, &i,
					       self->handle));
	i.__reserved = 0;
	i.flags = 0;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_IMPORT, &i));
	/* None of the failures has used up a number. */
	EXPECT_EQ(self->handle + 1, i.handle);
}

TEST_F(export, import_from_what_is_no_file_of_ours)
{
	int other[] = {
		-1, INT_MIN, INT_MAX, 200, 0,
		open("/dev/null", O_RDWR), open("/proc/self/exe", O_RDONLY),
		socket(AF_UNIX, SOCK_STREAM, 0), open(SSPSEAL_DEVICE, O_PATH),
	};
	struct sspseal_import i;
	unsigned int j, flags;

	for (j = 0; j < ARRAY_SIZE(other); j++) {
		for (flags = 0; flags <= NEW_FILE; flags += NEW_FILE) {
			i = import_args(other[j], EXPORTED);
			i.flags = flags;
			EXPECT_EQ(S(DESCRIPTOR),
				  command_refused(self->fd, SSPSEAL_IMPORT, &i,
						  self->handle))
				TH_LOG("descriptor %d", other[j]);
		}
	}
	/* Four descriptors were there in fact. */
	for (j = 5; j < ARRAY_SIZE(other); j++)
		EXPECT_EQ(0, close(other[j]));
}

TEST_F(export, import_of_what_is_gone)
{
	struct sspseal_export e = export_args(self->handle, R_ALL);
	struct sspseal_import i;
	unsigned int j;

	e.flags = REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	for (j = 0; j < 2; j++) {
		const __u32 flags = j ? NEW_FILE : 0;

#define REFUSED(status, from, number) do {				\
	i = import_args(from, number);					\
	i.flags = flags;						\
	EXPECT_EQ(S(status), command_refused(self->peer.fd,		\
					     SSPSEAL_IMPORT, &i,	\
					     self->peer.handle));	\
} while (0)
		if (!j) {
			/* What can take back cannot be handed on. */
			REFUSED(NO_RIGHT, self->fd, e.revoker);
			ASSERT_EQ(0, destroy(self->fd, e.revoker));
		}
		REFUSED(NO_HANDLE, self->fd, 99);
		REFUSED(NO_HANDLE, e.fd, 2);
		REFUSED(NO_HANDLE, self->fd, 0xffffffff);
		REFUSED(ALREADY_DESTROYED, self->fd, e.revoker);
		REFUSED(REVOKED, e.fd, EXPORTED);
#undef REFUSED
	}
}

/* ---- lives ---- */

TEST_F(export, outlives_the_exporter)
{
	struct place given = { .handle = EXPORTED };

	given.fd = export_handle(self->fd, self->handle, R_ALL);
	ASSERT_LE(0, given.fd);
	ASSERT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_TRUE(says(&given, &self->peer, S(OK)));
	close(self->fd);
	EXPECT_TRUE(says(&given, &self->peer, S(OK)));
	EXPECT_EQ(2 + 2, sent(given.fd, EXPORTED));
}

/* The last handle ends the context, and no other: seen in max_contexts. */
TEST_F(export, context_ends_with_the_last_handle)
{
	long contexts = parameter_get("max_contexts");
	int fd = export_handle(self->fd, self->handle, R_ALL);
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	__u32 copy = import_handle(self->peer.fd, fd, EXPORTED);

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_NE(0, copy);
	ASSERT_TRUE(parameter_set("max_contexts", 2));
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	close(fd);
	EXPECT_EQ(S(LIMIT_TOTAL), call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_EQ(0, destroy(self->peer.fd, copy));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_CREATE, &c));
	EXPECT_TRUE(parameter_set("max_contexts", contexts));
}

/* ---- revocation ---- */

/* How the exporter takes back what it gave. */
FIXTURE(revoked)
{
	int fd;
	__u32 handle;
	__u32 revoker;
	int given;
	struct place peer;
};

FIXTURE_VARIANT(revoked)
{
	bool by_close;
};

FIXTURE_VARIANT_ADD(revoked, by_destroy) { };
FIXTURE_VARIANT_ADD(revoked, by_close) { .by_close = true };

/* A context, and an export of it that can be taken back. */
static bool give(FIXTURE_DATA(revoked) * self)
{
	struct sspseal_export e;

	self->fd = device_open();
	self->handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      SERVICES);
	e = export_args(self->handle, R_ALL);
	e.flags = REVOCABLE;
	if (!self->handle || call(self->fd, SSPSEAL_EXPORT, &e))
		return false;
	self->given = e.fd;
	self->revoker = e.revoker;
	return true;
}

FIXTURE_SETUP(revoked)
{
	ASSERT_TRUE(give(self));
	self->peer.fd = device_open();
	ASSERT_LE(0, self->peer.fd);
	self->peer.handle = create_context(self->peer.fd,
					   SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_NE(0, self->peer.handle);
}

FIXTURE_TEARDOWN(revoked)
{
	close(self->fd);
	close(self->given);
	close(self->peer.fd);
}

static int take_back(bool by_close, int fd, __u32 revoker)
{
	return by_close ? close(fd) : destroy(fd, revoker);
}

#define REVOKE()							\
	ASSERT_EQ(0, take_back(variant->by_close, self->fd, self->revoker))

static int export_revocable(int fd, __u32 handle, __u32 *revoker)
{
	struct sspseal_export e = export_args(handle, R_ALL);
	int status;

	e.flags = REVOCABLE;
	status = call(fd, SSPSEAL_EXPORT, &e);
	*revoker = e.revoker;
	return status ? -1 : e.fd;
}

static int import_new_file(int from, __u32 source)
{
	struct sspseal_import i = import_args(from, source);

	i.flags = NEW_FILE;
	return call(from, SSPSEAL_IMPORT, &i) ? -1 : i.new_fd;
}

/* All that came from the export, at any depth, and nothing else. */
TEST_F(revoked, all_that_came_from_it)
{
	int device = device_open();
	struct place gone[7], stays[2];
	struct sspseal_import again;
	unsigned int i;
	__u32 inner;

	for (i = 0; i < ARRAY_SIZE(gone); i++)
		gone[i].handle = EXPORTED;
	gone[0].fd = self->given;
	gone[1].fd = export_handle(gone[0].fd, EXPORTED, R_ALL);
	gone[2].fd = device;
	gone[2].handle = import_handle(device, gone[1].fd, EXPORTED);
	gone[3].fd = export_handle(device, gone[2].handle, R_ALL);
	gone[4].fd = import_new_file(gone[3].fd, EXPORTED);
	gone[5].fd = export_revocable(gone[4].fd, EXPORTED, &inner);
	gone[6].fd = import_new_file(gone[5].fd, EXPORTED);
	stays[0].fd = export_handle(self->fd, self->handle, R_ALL);
	stays[0].handle = EXPORTED;
	stays[1].fd = device;
	stays[1].handle = import_handle(device, self->fd, self->handle);
	for (i = 0; i < ARRAY_SIZE(gone); i++)
		ASSERT_TRUE(says(&gone[i], &self->peer, S(OK)))
			TH_LOG("place %u", i);

	REVOKE();
	for (i = 0; i < ARRAY_SIZE(gone); i++) {
		EXPECT_TRUE(says(&gone[i], &self->peer, S(REVOKED)))
			TH_LOG("place %u", i);
		again = import_args(gone[i].fd, gone[i].handle);
		EXPECT_EQ(S(REVOKED), command_refused(self->peer.fd,
						      SSPSEAL_IMPORT, &again,
						      self->peer.handle));
	}
	for (i = 0; i < ARRAY_SIZE(stays); i++)
		EXPECT_TRUE(says(&stays[i], &self->peer, S(OK)));
	/* What was revoked is still there, to be given up. */
	for (i = 0; i < ARRAY_SIZE(gone); i++) {
		EXPECT_EQ(0, destroy(gone[i].fd, gone[i].handle));
		EXPECT_EQ(S(ALREADY_DESTROYED), destroy(gone[i].fd,
							gone[i].handle));
	}
}

/* Each revocable export is taken back for itself. */
TEST_F(revoked, one_of_several)
{
	__u32 other_revoker, inner_revoker;
	int other, inner;

	other = export_revocable(self->fd, self->handle, &other_revoker);
	inner = export_revocable(self->given, EXPORTED, &inner_revoker);
	ASSERT_LE(0, other);
	ASSERT_LE(0, inner);
	EXPECT_NE(self->revoker, other_revoker);
	/* The inner one's revoker is in the file that it was made from. */
	EXPECT_EQ(EXPORTED + 1, inner_revoker);
	ASSERT_EQ(0, take_back(variant->by_close, self->given,
			       inner_revoker));
	EXPECT_EQ(S(REVOKED), seal(inner, EXPORTED));
	if (!variant->by_close)
		EXPECT_EQ(0, seal(self->given, EXPORTED));
	EXPECT_EQ(0, seal(other, EXPORTED));
	EXPECT_EQ(0, destroy(self->fd, self->revoker));
	EXPECT_EQ(0, seal(other, EXPORTED));
	EXPECT_EQ(0, seal(self->fd, self->handle));
}

/* To give up one's own handle takes nothing away from others. */
TEST_F(revoked, by_nothing_else)
{
	int again = export_handle(self->given, EXPORTED, R_ALL);

	ASSERT_LE(0, again);
	ASSERT_EQ(0, destroy(self->given, EXPORTED));
	EXPECT_EQ(0, seal(again, EXPORTED));
	close(self->given);
	EXPECT_EQ(0, seal(again, EXPORTED));
	ASSERT_EQ(0, destroy(self->fd, self->handle));
	EXPECT_EQ(0, seal(again, EXPORTED));
	REVOKE();
	EXPECT_EQ(S(REVOKED), seal(again, EXPORTED));
}

TEST_F(revoked, fdinfo_of_it)
{
	ASSERT_EQ(0, strncmp(told(self->given), "rights 0x3f initiator ", 22));
	REVOKE();
	EXPECT_STREQ("rights 0x3f revoked\n", told(self->given));
}

TEST_F(revoked, revoker_has_no_rights)
{
	struct place at = { .fd = self->fd, .handle = self->revoker };
	struct sspseal_bind b = bind_args(self->revoker, SERVICES, test_key);

	EXPECT_NE(self->handle, self->revoker);
	EXPECT_TRUE(says(&at, &self->peer, S(NO_RIGHT)));
	EXPECT_EQ(S(NO_RIGHT), command_refused(self->fd, SSPSEAL_BIND, &b, 0));
	EXPECT_EQ(2, fdinfo_number(self->fd, "sspseal-handles"));
	REVOKE();
	if (variant->by_close)
		return;
	EXPECT_EQ(1, fdinfo_number(self->fd, "sspseal-handles"));
	EXPECT_TRUE(says(&at, &self->peer, S(ALREADY_DESTROYED)));
	EXPECT_EQ(S(ALREADY_DESTROYED), destroy(self->fd, self->revoker));
}

/* So many below each other, and no more; plain ones have no depth. */
TEST_F(revoked, depth)
{
	int fd[SSPSEAL_REVOCABLE_DEPTH];
	struct sspseal_export e;
	unsigned int i;
	__u32 revoker;
	int plain;

	fd[0] = self->given;
	for (i = 1; i < SSPSEAL_REVOCABLE_DEPTH; i++) {
		fd[i] = export_revocable(fd[i - 1], EXPORTED, &revoker);
		ASSERT_LE(0, fd[i]);
	}
	e = export_args(EXPORTED, R_ALL);
	e.flags = REVOCABLE;
	EXPECT_EQ(S(LIMIT_DEPTH), command_refused(fd[i - 1], SSPSEAL_EXPORT, &e,
						  EXPORTED));
	plain = export_handle(fd[i - 1], EXPORTED, R_ALL);
	ASSERT_LE(0, plain);
	EXPECT_EQ(S(LIMIT_DEPTH), command_refused(plain, SSPSEAL_EXPORT, &e,
						  EXPORTED));
	EXPECT_EQ(0, seal(plain, EXPORTED));
	/* In the middle, and then from the top. */
	ASSERT_EQ(0, destroy(fd[7], EXPORTED + 1));
	EXPECT_EQ(0, seal(fd[7], EXPORTED));
	EXPECT_EQ(S(REVOKED), seal(fd[8], EXPORTED));
	EXPECT_EQ(S(REVOKED), seal(plain, EXPORTED));
	REVOKE();
	for (i = 0; i < SSPSEAL_REVOCABLE_DEPTH; i++)
		EXPECT_EQ(S(REVOKED), seal(fd[i], EXPORTED));
}

/* Four copies of what was given. */
#define COPIES		4

static void copies_make(const FIXTURE_DATA(revoked) * self, struct place *at)
{
	unsigned int i;

	for (i = 0; i < COPIES; i++)
		at[i].handle = EXPORTED;
	at[0].fd = self->given;
	at[1].fd = export_handle(self->given, EXPORTED, R_ALL);
	at[2].fd = self->peer.fd;
	at[2].handle = import_handle(self->peer.fd, at[1].fd, EXPORTED);
	at[3].fd = import_new_file(self->given, EXPORTED);
}

/* Handles that are revoked can be destroyed; what was given can be closed. */
static bool copies_end(FIXTURE_DATA(revoked) * self, const struct place *at,
		       bool by_close)
{
	bool ok = !destroy(at[2].fd, at[2].handle);

	close(at[0].fd);
	close(at[1].fd);
	close(at[3].fd);
	if (!by_close)
		close(self->fd);
	return ok;
}

/* Eight threads at them, again and again. */
TEST_F(revoked, during_use)
{
	struct sealer s[THREADS];
	struct place at[COPIES];
	unsigned int round, i;
	struct team team;
	bool ended;

	for (round = 0; round < rounds(ROUNDS); round++) {
		ended = false;
		ASSERT_TRUE(!round || give(self));
		copies_make(self, at);
		for (i = 0; i < THREADS; i++)
			s[i] = (struct sealer) {
				.fd = at[i % COPIES].fd,
				.handle = at[i % COPIES].handle,
				.ended = &ended,
			};
		ASSERT_TRUE(team_start(&team, s, sizeof(*s), THREADS, seal_on));
		EXPECT_TRUE(sealers_at_work(s, THREADS));
		REVOKE();
		__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
		team_join(&team);
		for (i = 0; i < THREADS; i++) {
			EXPECT_EQ(S(REVOKED), s[i].status);
			EXPECT_EQ(0, s[i].late);
			EXPECT_LT(0, s[i].done);
		}
		EXPECT_TRUE(copies_end(self, at, variant->by_close));
	}
}

/* ---- many ---- */

TEST_F(export, one_pair_of_counters)
{
	enum { EACH = 150 };
	static __u64 numbers[THREADS * EACH];
	struct place at[4] = { { self->fd, self->handle } };
	struct sealer s[THREADS];
	unsigned int i;

	at[1].fd = export_handle(self->fd, self->handle, R_ALL);
	at[1].handle = EXPORTED;
	at[2].fd = self->peer.fd;
	at[2].handle = import_handle(self->peer.fd, at[1].fd, EXPORTED);
	at[3].fd = import_new_file(at[1].fd, EXPORTED);
	at[3].handle = EXPORTED;
	for (i = 0; i < THREADS; i++)
		s[i] = (struct sealer) {
			.fd = at[i % ARRAY_SIZE(at)].fd,
			.handle = at[i % ARRAY_SIZE(at)].handle,
			.most = EACH,
			.numbers = numbers + i * EACH,
		};
	ASSERT_TRUE(team_run(s, sizeof(*s), THREADS, seal_on));
	for (i = 0; i < THREADS; i++)
		EXPECT_EQ(0, s[i].status);
	EXPECT_TRUE(each_once(numbers, THREADS * EACH));
	for (i = 0; i < ARRAY_SIZE(at); i++)
		EXPECT_EQ(THREADS * EACH, sent(at[i].fd, at[i].handle));
}

static void import_and_destroy(void *job)
{
	const struct place *from = job;
	unsigned int i;
	__u32 handle;

	for (i = 0; i < 100; i++) {
		handle = import_handle(from->fd, from->fd, from->handle);
		if (!handle || seal(from->fd, handle) ||
		    destroy(from->fd, handle))
			return;
		close(export_handle(from->fd, from->handle, R_SEAL));
	}
}

TEST_F(export, threads_that_come_and_go)
{
	struct place from[THREADS];
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		from[i] = (struct place) { self->fd, self->handle };
	ASSERT_TRUE(team_run(from, sizeof(*from), THREADS,
			     import_and_destroy));
	EXPECT_EQ(THREADS * 100, sent(self->fd, self->handle));
	EXPECT_EQ(1, fdinfo_number(self->fd, "sspseal-handles"));
}

/* ---- another process, of another user ---- */

#define NOBODY	65534

/* What the worker does with what it was given; its exit status. */
static int work_as_nobody(int socket, struct letter *l)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      SERVICES);
	int fd, own;

	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return 1;
	if (device_open() >= 0 || errno != EACCES)
		return 2;
	fd = receive_fd(socket);
	if (fd < 0)
		return 3;
	if (simple_call(fd, SSPSEAL_SEAL, EXPORTED, l[0].token, l[0].data, CB))
		return 4;
	if (command_refused(fd, SSPSEAL_CREATE, &c, 0) != S(ANONYMOUS))
		return 5;
	if (seal(fd, EXPORTED + 1) != S(NO_HANDLE))
		return 6;
	/* It was given SEAL only, and cannot give itself more. */
	if (simple_call(fd, SSPSEAL_SIGN, EXPORTED, l[1].token, l[1].data,
			CB) != S(NO_RIGHT))
		return 7;
	own = import_new_file(fd, EXPORTED);
	if (own < 0)
		return 8;
	close(fd);
	if (simple_call(own, SSPSEAL_SEAL, EXPORTED, l[1].token, l[1].data, CB))
		return 9;
	if (command_refused(own, SSPSEAL_CREATE, &c, 0) != S(ANONYMOUS))
		return 10;
	return 0;
}

TEST_F(export, another_user)
{
	struct letter *l = make_shared(2 * sizeof(*l));
	int given, pair[2];
	unsigned int i;
	pid_t child;

	if (getuid())
		SKIP(return, "not root");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		close(self->fd);
		close(self->peer.fd);
		_exit(work_as_nobody(pair[1], l));
	}
	given = export_handle(self->fd, self->handle, R_SEAL);
	ASSERT_LE(0, given);
	EXPECT_TRUE(send_fd(pair[0], given));
	close(given);
	EXPECT_EQ(0, child_status(child));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(i, token_counter(l[i].token));
		EXPECT_EQ(0, simple_call(self->peer.fd, SSPSEAL_UNSEAL,
					 self->peer.handle, l[i].token,
					 l[i].data, CB));
		EXPECT_TRUE(all_bytes(l[i].data, 0, CB));
	}
}

/* ---- limits ---- */

FIXTURE(limits)
{
	int fd;
	__u32 handle;
	long handles;
};

FIXTURE_SETUP(limits)
{
	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	self->handles = parameter_get("max_handles");
	ASSERT_LT(0, self->handles);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->handle = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      SERVICES);
	ASSERT_NE(0, self->handle);
}

FIXTURE_TEARDOWN(limits)
{
	parameter_set("max_handles", self->handles);
	close(self->fd);
}

TEST_F(limits, handles)
{
	struct sspseal_import i = import_args(self->fd, self->handle);
	struct sspseal_export e = export_args(self->handle, R_ALL);
	__u32 copy;
	int fd;

	ASSERT_TRUE(parameter_set("max_handles", 2));
	copy = import_handle(self->fd, self->fd, self->handle);
	ASSERT_NE(0, copy);
	EXPECT_EQ(S(LIMIT_FILE), command_refused(self->fd, SSPSEAL_IMPORT, &i,
						 self->handle));
	/* Into a file of its own there is room. */
	fd = import_new_file(self->fd, self->handle);
	ASSERT_LE(0, fd);
	ASSERT_NE(0, import_handle(fd, self->fd, self->handle));
	EXPECT_EQ(S(LIMIT_FILE), command_refused(fd, SSPSEAL_IMPORT, &i,
						 EXPORTED));
	/* A revoker needs room, an export without one does not. */
	e.flags = REVOCABLE;
	EXPECT_EQ(S(LIMIT_FILE), command_refused(self->fd, SSPSEAL_EXPORT, &e,
						 self->handle));
	e.flags = 0;
	EXPECT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	EXPECT_EQ(0, destroy(self->fd, copy));
	EXPECT_EQ(copy + 1, import_handle(self->fd, self->fd, self->handle));
}

/* Without a descriptor left: nothing is made, and none is lost. */
TEST_F(limits, descriptors)
{
	struct sspseal_import i = import_args(self->fd, self->handle);
	struct sspseal_export e = export_args(self->handle, R_ALL);
	unsigned int round, before = descriptors();
	struct rlimit all, none;
	int lowest = dup(0);

	ASSERT_LE(0, lowest);
	close(lowest);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &all));
	none = all;
	none.rlim_cur = lowest;
	i.flags = NEW_FILE;
	for (round = 0; round < 20; round++) {
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
		EXPECT_EQ(S(NO_DESCRIPTOR), call(self->fd, SSPSEAL_EXPORT, &e));
		EXPECT_EQ(S(NO_DESCRIPTOR), call(self->fd, SSPSEAL_IMPORT, &i));
		e.flags ^= REVOCABLE;
		EXPECT_EQ(before, descriptors());
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &all));
		EXPECT_EQ(1, fdinfo_number(self->fd, "sspseal-handles"));
	}
	EXPECT_EQ((int)POISON32, e.fd);
	EXPECT_EQ(POISON32, e.revoker);
	EXPECT_EQ(POISON32, i.handle);
	EXPECT_EQ((int)POISON32, i.new_fd);
	/* Into a file that is there, nothing is needed. */
	i.flags = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(0, call(self->fd, SSPSEAL_IMPORT, &i));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &all));
	EXPECT_EQ(self->handle + 1, i.handle);
	EXPECT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	EXPECT_EQ(lowest, e.fd);
}

/* ---- faults ---- */

/* A struct that cannot be written: there is nobody to tell what was made. */
static bool faults(int fd, unsigned long cmd, const void *arg, size_t size)
{
	long handles = fdinfo_number(fd, "sspseal-handles");
	unsigned int before = descriptors();
	int ret = ioctl(fd, cmd, make_readonly(arg, size));

	return ret == -1 && errno == EFAULT && descriptors() == before &&
	       fdinfo_number(fd, "sspseal-handles") == handles;
}

TEST_F(export, structs_that_cannot_be_written)
{
	struct sspseal_import i = import_args(self->peer.fd,
					      self->peer.handle);
	struct sspseal_export e = export_args(self->handle, R_ALL);
	unsigned int round;

	for (round = 0; round < 10; round++) {
		e.flags = round & 1 ? REVOCABLE : 0;
		EXPECT_TRUE(faults(self->fd, SSPSEAL_EXPORT, &e, sizeof(e)));
		i.flags = round & 1 ? NEW_FILE : 0;
		EXPECT_TRUE(faults(self->fd, SSPSEAL_IMPORT, &i, sizeof(i)));
	}
	/* The numbers are those that they would have been. */
	e.flags = REVOCABLE;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_EXPORT, &e));
	EXPECT_EQ(self->handle + 1, e.revoker);
	EXPECT_EQ(0, seal(e.fd, EXPORTED));
	i.flags = 0;
	ASSERT_EQ(0, call(self->fd, SSPSEAL_IMPORT, &i));
	EXPECT_EQ(self->handle + 2, i.handle);
}

TEST_HARNESS_MAIN

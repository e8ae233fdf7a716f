// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake against an end that shares no code with the library, the vectors
 * of Documentation/protocol.rst, and where keys are not: in the memory of the
 * process.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "handshake_peer.h"
#include "memory_search.h"
#include "sspi_ends.h"
#include "sspseal_test.h"

#define CB	100
#define DESCRIPTION	"protocol.rst"

FIXTURE(interop)
{
	struct end end;
	struct handshake_peer peer;
	struct letter letter;
	struct peer_bytes token;
};

FIXTURE_SETUP(interop)
{
	ASSERT_TRUE(own_session());
	ASSERT_TRUE(logon_key(LOGON_KEY, test_key, TEST_KEY_SIZE));
}

FIXTURE_TEARDOWN(interop)
{
	end_close(&self->end);
}

static void to_peer(const struct letter *from, struct peer_bytes *to)
{
	memcpy(to->at, from->bytes, from->size);
	to->size = from->size;
}

static void to_end(const struct peer_bytes *from, struct letter *to)
{
	memcpy(to->bytes, from->at, from->size);
	to->size = from->size;
}

static bool open_ends(struct end *end, struct handshake_peer *peer,
		      bool initiator)
{
	end_close(end);
	return end_open(end, initiator) == SEC_E_OK &&
	       handshake_peer_init(peer, initiator ? SSPSEAL_ROLE_ACCEPTOR :
						     SSPSEAL_ROLE_INITIATOR,
				   initiator ? BOB : ALICE, test_key,
				   TEST_KEY_SIZE);
}

/* The library begins. */
static bool library_begins(struct end *end, struct handshake_peer *peer)
{
	struct peer_bytes in, out;
	struct letter letter;

	if (step(end, NULL, &letter) != SEC_I_CONTINUE_NEEDED)
		return false;
	to_peer(&letter, &in);
	if (!handshake_peer_answer(peer, &in, &out))
		return false;
	to_end(&out, &letter);
	if (step(end, &letter, &letter) != SEC_E_OK)
		return false;
	to_peer(&letter, &in);
	return handshake_peer_check(peer, &in);
}

/* The peer begins. */
static bool peer_begins(struct end *end, struct handshake_peer *peer)
{
	struct peer_bytes in, out;
	struct letter letter;

	if (!handshake_peer_offer(peer, &out))
		return false;
	to_end(&out, &letter);
	if (step(end, &letter, &letter) != SEC_I_CONTINUE_NEEDED)
		return false;
	to_peer(&letter, &in);
	if (!handshake_peer_finish(peer, &in, &out))
		return false;
	to_end(&out, &letter);
	return step(end, &letter, &letter) == SEC_E_OK;
}

/* A message each way, encrypted if that was agreed on, else signed. */
static bool talk(struct end *end, struct handshake_peer *peer)
{
	bool sealed = peer->agreed & SSPSEAL_CONFIDENTIALITY;
	__u8 token[TOKEN_SIZE], data[CB], plain[CB];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data, CB),
	};
	SecBuffer sec[] = {
		{ TOKEN_SIZE, SECBUFFER_TOKEN, token },
		{ CB, SECBUFFER_DATA, data },
	};
	SecBufferDesc desc = { SECBUFFER_VERSION, 2, sec };
	SECURITY_STATUS status;

	fill(plain, CB);
	memcpy(data, plain, CB);
	status = sealed ? EncryptMessage(&end->context, 0, &desc, 0) :
			  MakeSignature(&end->context, 0, &desc, 0);
	if (status != SEC_E_OK || !peer_unprotect(&peer->end, b, 2) ||
	    memcmp(data, plain, CB) ||
	    !peer_protect(&peer->end, sealed ? TOKEN_CONFIDENTIAL :
					       TOKEN_SIGNATURE, b, 2))
		return false;
	status = sealed ? DecryptMessage(&end->context, &desc, 0, NULL) :
			  VerifySignature(&end->context, &desc, 0, NULL);
	return status == SEC_E_OK && !memcmp(data, plain, CB);
}

TEST_F(interop, library_begins)
{
	__u8 suite;

	for (suite = 1; suite <= 3; suite++) {
		ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
		self->end.asked = ISC_REQ_CONFIDENTIALITY |
				  ISC_REQ_SEQUENCE_DETECT;
		self->end.target = suite & 1 ? BOB : NULL;
		self->peer.suites[0] = suite;
		self->peer.nr_suites = 1;
		self->peer.services = suite == 2 ? SSPSEAL_REPLAY_DETECT : 0;
		ASSERT_TRUE(library_begins(&self->end, &self->peer));
		EXPECT_EQ(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY |
			  SSPSEAL_SEQUENCE_DETECT | self->peer.services,
			  self->peer.agreed);
		EXPECT_STREQ(ALICE, self->peer.peer_name);
		EXPECT_EQ(suite, self->peer.end.suite);
		EXPECT_TRUE(talk(&self->end, &self->peer));
		EXPECT_TRUE(talk(&self->end, &self->peer));
	}
}

TEST_F(interop, peer_begins)
{
	__u8 suite;

	for (suite = 1; suite <= 3; suite++) {
		ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
		self->end.asked = suite == 1 ? ASC_REQ_CONFIDENTIALITY : 0;
		self->peer.target = suite & 1 ? BOB : "";
		self->peer.suites[0] = suite;
		self->peer.nr_suites = 1;
		self->peer.services = suite == 2 ? SSPSEAL_CONFIDENTIALITY : 0;
		ASSERT_TRUE(peer_begins(&self->end, &self->peer));
		EXPECT_STREQ(BOB, self->peer.peer_name);
		EXPECT_EQ((suite == 3 ? 0 : SSPSEAL_CONFIDENTIALITY) |
			  SSPSEAL_INTEGRITY, self->peer.agreed);
		EXPECT_TRUE(talk(&self->end, &self->peer));
		EXPECT_TRUE(talk(&self->end, &self->peer));
	}
}

/* The first that both have, in the initiator's order. */
TEST_F(interop, choice)
{
	static const __u8 order[] = { 9, 3, 2, 1 };

	ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
	memcpy(self->peer.suites, order, sizeof(order));
	self->peer.nr_suites = sizeof(order);
	ASSERT_TRUE(peer_begins(&self->end, &self->peer));
	EXPECT_EQ(3, self->peer.end.suite);
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	ASSERT_TRUE(library_begins(&self->end, &self->peer));
	EXPECT_EQ(1, self->peer.end.suite);
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	self->peer.suites[0] = 2;
	ASSERT_TRUE(library_begins(&self->end, &self->peer));
	EXPECT_EQ(3, self->peer.end.suite);
	EXPECT_TRUE(talk(&self->end, &self->peer));
}

/* An initiator that knows more than version 1, with the longest fields. */
TEST_F(interop, later_initiator)
{
	struct handshake_peer begun;
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
	end_close(&self->end);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->end, false, name, LOGON_KEY));
	self->peer.identity = "another";
	self->peer.target = name;
	self->peer.version = 255;
	self->peer.services = 0xffffffff & ~2U;
	memcpy(self->peer.suites, "\20\21\22\23\24\25\26\27\30\31\32\33\34\1\2\3",
	       16);
	self->peer.nr_suites = 16;
	self->peer.share.size = 1280;
	fill(self->peer.share.at, 1280);
	begun = self->peer;
	ASSERT_TRUE(peer_begins(&self->end, &self->peer));
	EXPECT_EQ(ALL_SERVICES, self->peer.agreed);
	EXPECT_TRUE(talk(&self->end, &self->peer));
	/* A byte more is too much. */
	self->peer = begun;
	self->peer.share.size = 1281;
	ASSERT_TRUE(handshake_peer_offer(&self->peer, &self->token));
	to_end(&self->token, &self->letter);
	end_reset(&self->end);
	EXPECT_EQ(SEC_E_INVALID_TOKEN,
		  step(&self->end, &self->letter, &self->letter));
}

/* What the page says of an answer holds without any help of the binding. */
TEST_F(interop, bad_answers)
{
	static const struct {
		unsigned int at;
		__u8 value;
		SECURITY_STATUS status;
	} row[] = {
		{ 8, 2, SEC_E_INVALID_TOKEN },		/* version */
		{ 35, 0x1f, SEC_E_INVALID_TOKEN },	/* agreed */
		{ 35, 0xd, SEC_E_INVALID_TOKEN },
		{ 35, 0xe, SEC_E_INVALID_TOKEN },
		{ 32, 1, SEC_E_INVALID_TOKEN },
		{ 38, 4, SEC_E_INVALID_TOKEN },		/* suite */
		{ 41, 'p', SEC_E_WRONG_PRINCIPAL },	/* name */
		{ 41, 0x1f, SEC_E_INVALID_TOKEN },
	};
	struct peer_bytes answer;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
		self->end.asked = ISC_REQ_CONFIDENTIALITY;
		self->end.target = BOB;
		ASSERT_EQ(SEC_I_CONTINUE_NEEDED,
			  step(&self->end, NULL, &self->letter));
		to_peer(&self->letter, &self->token);
		ASSERT_TRUE(handshake_peer_answer(&self->peer, &self->token,
						  &answer));
		to_end(&answer, &self->letter);
		self->letter.bytes[row[i].at] = row[i].value;
		EXPECT_EQ(row[i].status,
			  step(&self->end, &self->letter, &self->letter))
			TH_LOG("row %u", i);
		/* The kernel was not even asked. */
		EXPECT_EQ(-1, end_ready(&self->end));
	}
}

/*
 * With all tokens authentic: an end that talks to another of its own name, and one
 * that is not who was meant.
 */
TEST_F(interop, names)
{
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	self->peer.careless = true;
	self->peer.identity = ALICE;
	EXPECT_FALSE(library_begins(&self->end, &self->peer));
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	self->peer.careless = true;
	self->peer.identity = "carol";
	self->end.target = BOB;
	EXPECT_FALSE(library_begins(&self->end, &self->peer));
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	self->peer.careless = true;
	self->peer.identity = "carol";
	EXPECT_TRUE(library_begins(&self->end, &self->peer));

	ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
	self->peer.careless = true;
	self->peer.identity = BOB;
	EXPECT_FALSE(peer_begins(&self->end, &self->peer));
	ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
	self->peer.careless = true;
	self->peer.target = "carol";
	EXPECT_FALSE(peer_begins(&self->end, &self->peer));
}

TEST_F(interop, wrong_key)
{
	ASSERT_TRUE(open_ends(&self->end, &self->peer, false));
	ASSERT_TRUE(handshake_peer_init(&self->peer, SSPSEAL_ROLE_INITIATOR,
					ALICE, "sixteen bytes of", 16));
	EXPECT_FALSE(peer_begins(&self->end, &self->peer));
	ASSERT_TRUE(open_ends(&self->end, &self->peer, true));
	ASSERT_TRUE(handshake_peer_init(&self->peer, SSPSEAL_ROLE_ACCEPTOR,
					BOB, "sixteen bytes of", 16));
	EXPECT_FALSE(library_begins(&self->end, &self->peer));
}

/* ---- the vectors of the page ---- */

struct value {
	__u8 bytes[4096];
	size_t size;
};

/* The lines of this name in the vector that begins at @text, joined. */
static bool value_of(const char *text, const char *name, struct value *v)
{
	const char *end = strstr(text + 1, "    vector = ");
	size_t length = strlen(name);
	unsigned int byte;
	bool found = false;
	const char *p;

	v->size = 0;
	for (p = text; p && (!end || p < end); p = strchr(p, '\n')) {
		p += strspn(p, "\n ");
		if (strncmp(p, name, length) || strncmp(p + length, " =", 2))
			continue;
		found = true;
		p += length + 2;
		p += *p == ' ';
		for (; *p != '\n' && sscanf(p, "%2x", &byte) == 1; p += 2)
			v->bytes[v->size++] = byte;
	}
	return found;
}

static bool is_value(const char *text, const char *name, const void *bytes,
		     size_t size)
{
	static struct value v;

	return value_of(text, name, &v) && v.size == size &&
	       !memcmp(v.bytes, bytes, size);
}

/* A value as a string. */
static void name_of(const char *text, const char *name, char *to)
{
	static struct value v;

	value_of(text, name, &v);
	memcpy(to, v.bytes, v.size);
	to[v.size] = '\0';
}

/* Its last byte, which is all that is not zero. */
static __u8 byte_of(const char *text, const char *name)
{
	static struct value v;

	return value_of(text, name, &v) && v.size ? v.bytes[v.size - 1] : 0;
}

/* Both ends, with the inputs of a vector. */
static bool ends_of(const char *text, struct handshake_peer *a,
		    struct handshake_peer *b)
{
	static char alice[256], bob[256], target[256];
	static struct value v;

	name_of(text, "initiator", alice);
	name_of(text, "acceptor", bob);
	name_of(text, "target", target);
	if (!value_of(text, "session_key", &v) ||
	    !handshake_peer_init(a, SSPSEAL_ROLE_INITIATOR, alice, v.bytes,
				 v.size) ||
	    !handshake_peer_init(b, SSPSEAL_ROLE_ACCEPTOR, bob, v.bytes,
				 v.size))
		return false;
	a->target = target;
	a->version = byte_of(text, "version");
	b->services = byte_of(text, "asked");
	b->suites[0] = byte_of(text, "suite");
	b->nr_suites = 1;
	value_of(text, "initiator_salt", &v);
	memcpy(a->end.salt, v.bytes, 16);
	value_of(text, "acceptor_salt", &v);
	memcpy(b->end.salt, v.bytes, 16);
	value_of(text, "requested", &v);
	a->services = (__u32)v.bytes[0] << 24 | v.bytes[3];
	value_of(text, "suites", &v);
	memcpy(a->suites, v.bytes, v.size);
	a->nr_suites = v.size;
	value_of(text, "share", &v);
	memcpy(a->share.at, v.bytes, v.size);
	a->share.size = v.size;
	return true;
}

static char *read_page(void)
{
	static char text[65536];
	int fd = open(DESCRIPTION, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return size > 0 ? text : NULL;
}

TEST(vectors)
{
	static struct handshake_peer a, b;
	static struct peer_bytes one, two, three;
	__u8 token[TOKEN_SIZE], hello[] = "hello";
	struct sspseal_buffer message[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, hello, 5),
	};
	unsigned int nr = 0;
	char *vector = read_page();

	ASSERT_TRUE(vector);
	while ((vector = strstr(vector + 1, "    vector = "))) {
		ASSERT_TRUE(ends_of(vector, &a, &b));
		ASSERT_TRUE(handshake_peer_offer(&a, &one));
		EXPECT_TRUE(is_value(vector, "token_1", one.at, one.size));
		ASSERT_TRUE(handshake_peer_answer(&b, &one, &two));
		EXPECT_TRUE(is_value(vector, "token_2", two.at, two.size));
		ASSERT_TRUE(handshake_peer_finish(&a, &two, &three));
		EXPECT_TRUE(is_value(vector, "token_3", three.at, three.size));
		EXPECT_TRUE(handshake_peer_check(&b, &three));
		EXPECT_EQ(byte_of(vector, "agreed"), b.agreed);
		EXPECT_TRUE(is_value(vector, "binding", a.end.binding,
				     a.end.binding_size));
		ASSERT_TRUE(peer_protect(&a.end, TOKEN_SIGNATURE, message, 2));
		EXPECT_TRUE(is_value(vector, "message", token, TOKEN_SIZE));
		nr++;
	}
	EXPECT_EQ(4, nr);
}

/* ---- where keys are not ---- */

/*
 * Secrets come from a child, and come masked, so that this process does not have
 * them by the test.
 */
struct transcript {
	struct letter one;
	struct letter two;
};

static bool send_needles(int fd, const struct needles *n)
{
	return write(fd, n, sizeof(*n)) == sizeof(*n);
}

/*
 * The child: makes the key, puts it where @path or the keyring has it, and says
 * what must not be found: the key, and when it has the tokens all that follows.
 */
static int keep_secrets(int fd, const char *path)
{
	struct needles needles = { };
	struct peer_bytes one, two, three;
	struct handshake_peer peer;
	struct transcript t;
	__u8 key[32];
	unsigned int i;
	int file;

	if (RAND_bytes(key, sizeof(key)) != 1)
		return 1;
	if (path) {
		file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
		if (file < 0 || write(file, key, sizeof(key)) != sizeof(key))
			return 2;
		close(file);
	} else if (!logon_key("sspseal:memory", key, sizeof(key))) {
		return 3;
	}
	add_needle(&needles, key, sizeof(key));
	if (!send_needles(fd, &needles) ||
	    recv(fd, &t, sizeof(t), MSG_WAITALL) != sizeof(t))
		return 4;
	/* As the initiator has it, so that all is derived that it derives. */
	if (!handshake_peer_init(&peer, SSPSEAL_ROLE_INITIATOR, ALICE, key,
				 sizeof(key)))
		return 5;
	memcpy(peer.end.salt, t.one.bytes + 14, 16);
	peer.suites[0] = 1;
	peer.suites[1] = 3;
	peer.suites[2] = 2;
	to_peer(&t.one, &one);
	to_peer(&t.two, &two);
	peer.offer = one;
	if (!handshake_peer_finish(&peer, &two, &three))
		return 6;
	add_needle(&needles, peer.end.prk, sizeof(peer.end.prk));
	for (i = 0; i < PEER_KEYS; i++)
		if (peer.end.keys[i].suite)
			add_needle(&needles, peer.end.keys[i].key, 32);
	return send_needles(fd, &needles) ? 0 : 7;
}

FIXTURE(secrets)
{
	struct end a;
	struct end b;
	char path[64];
	char key[80];
};

FIXTURE_VARIANT(secrets)
{
	bool file;
};

FIXTURE_VARIANT_ADD(secrets, logon)
{
	.file = false,
};

FIXTURE_VARIANT_ADD(secrets, file)
{
	.file = true,
};

FIXTURE_SETUP(secrets)
{
	ASSERT_TRUE(own_session());
	snprintf(self->path, sizeof(self->path), "/tmp/secrets.%d",
		 (int)getpid());
	if (variant->file)
		snprintf(self->key, sizeof(self->key), "file:%s", self->path);
	else
		snprintf(self->key, sizeof(self->key), "sspseal:memory");
}

FIXTURE_TEARDOWN(secrets)
{
	unlink(self->path);
}

static bool receive_needles(int fd, struct needles *n)
{
	return recv(fd, n, sizeof(*n), MSG_WAITALL) == sizeof(*n);
}

#define NOT_HERE(needles) do {						\
	EXPECT_EQ(0, search_memory(getpid(), needles, &searched));		\
	EXPECT_LT(1048576, searched);					\
} while (0)

/* The pre-shared key after no call, nor any that follows from it. */
TEST_F(secrets, not_in_memory)
{
	struct needles psk, all, control = { };
	struct transcript t;
	struct letter three, none;
	unsigned long searched;
	pid_t child;
	int fd[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	child = fork();
	if (!child)
		_exit(keep_secrets(fd[1], variant->file ? self->path : NULL));
	close(fd[1]);
	ASSERT_TRUE(receive_needles(fd[0], &psk));
	ASSERT_EQ(1, psk.nr);
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->a, true, ALICE, self->key));
	ASSERT_EQ(SEC_E_OK, end_open_with(&self->b, false, BOB, self->key));
	NOT_HERE(&psk);
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->a, NULL, &t.one));
	NOT_HERE(&psk);
	ASSERT_EQ(SEC_I_CONTINUE_NEEDED, step(&self->b, &t.one, &t.two));
	NOT_HERE(&psk);
	ASSERT_EQ(SEC_E_OK, step(&self->a, &t.two, &three));
	NOT_HERE(&psk);
	ASSERT_EQ(SEC_E_OK, step(&self->b, &three, &none));
	NOT_HERE(&psk);
	EXPECT_TRUE(carry_signed(&self->a, &self->b));
	ASSERT_EQ(sizeof(t), write(fd[0], &t, sizeof(t)));
	ASSERT_TRUE(receive_needles(fd[0], &all));
	EXPECT_EQ(0, child_status(child));
	/* The key, the PRK, and a key of each direction. */
	ASSERT_EQ(4, all.nr);
	NOT_HERE(&all);
	/* What is there is found: the salt, in the last bytes of token 3 too. */
	add_needle(&control, t.one.bytes + 14, 16);
	add_needle(&control, three.bytes + 30, 32);
	EXPECT_EQ(2, search_memory(getpid(), &control, &searched));
	end_close(&self->a);
	end_close(&self->b);
}

TEST_HARNESS_MAIN

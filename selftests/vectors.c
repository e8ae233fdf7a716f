// SPDX-License-Identifier: GPL-2.0-only
/*
 * Published vectors: those of the algorithms, which the OpenSSL peer must know, and
 * those of Documentation/token-format.rst, read from the page itself, which both
 * the peer and the kernel must open.
 */
#include <errno.h>
#include <stdio.h>

#include "kselftest_harness.h"
#include "openssl_peer.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define PUBLISHED	"published-vectors.txt"
#define FORMAT		"token-format.rst"

/* Hexadecimal digits; returns how many bytes they are, -1 if they are none. */
static int from_hex(const char *hex, __u8 *bytes, size_t room)
{
	unsigned int byte;
	int nr = 0, used;

	for (; *hex && *hex != '\n'; hex += 2) {
		if ((size_t)nr == room ||
		    sscanf(hex, "%2x%n", &byte, &used) != 1 || used != 2)
			return -1;
		bytes[nr++] = byte;
	}
	return nr;
}

/* ---- reading them ---- */

#define FIELDS_MAX	48
#define VECTORS_MAX	64
#define ENTRIES_MAX	8

struct field {
	char name[32];
	__u8 bytes[1024];
	int size;
};

struct vector {
	char name[64];
	char operation[16];
	struct field field[FIELDS_MAX];
	unsigned int nr;
};

static struct vector vectors[VECTORS_MAX];
static unsigned int nr_vectors;

/* The field of this name, new if there is none; a long one has several lines. */
static struct field *field_named(struct vector *v, const char *name)
{
	unsigned int i;

	for (i = 0; i < v->nr; i++) {
		if (!strcmp(v->field[i].name, name))
			return &v->field[i];
	}
	if (v->nr == FIELDS_MAX)
		return NULL;
	snprintf(v->field[v->nr].name, sizeof(v->field->name), "%s", name);
	return &v->field[v->nr++];
}

static bool add_line(struct vector *v, const char *name, const char *value)
{
	struct field *f = field_named(v, name);
	int size;

	if (!f)
		return false;
	size = from_hex(value, f->bytes + f->size, sizeof(f->bytes) - f->size);
	f->size += size;
	return size >= 0;
}

static bool keep(char *to, size_t size, const char *value)
{
	size_t needed = strlen(value) + 1;

	if (needed > size)
		return false;
	memcpy(to, value, needed);
	return true;
}

/* "    name = value": a vector begins with its name, the rest is hexadecimal. */
static bool read_line(const char *line)
{
	char name[32], value[80] = "";
	struct vector *v;

	if (strncmp(line, "    ", 4) ||
	    sscanf(line, "    %31[a-z0-9._] = %79s", name, value) < 1 ||
	    !strstr(line, " ="))
		return true;
	if (!strcmp(name, "vector")) {
		if (nr_vectors == VECTORS_MAX)
			return false;
		v = &vectors[nr_vectors++];
		return keep(v->name, sizeof(v->name), value);
	}
	v = &vectors[nr_vectors - 1];
	if (!nr_vectors)
		return true;
	if (!strcmp(name, "operation"))
		return keep(v->operation, sizeof(v->operation), value);
	return add_line(v, name, value);
}

/* All of a file, or what stands between the marks of a page. */
static bool read_vectors(const char *name, bool marks)
{
	FILE *file = fopen(name, "re");
	bool ok = file, inside = !marks;
	char line[256];

	nr_vectors = 0;
	while (ok && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, ".. vectors: begin", 17))
			inside = true;
		if (!strncmp(line, ".. vectors: end", 15))
			inside = false;
		if (inside)
			ok = read_line(line);
	}
	if (file)
		fclose(file);
	if (!ok)
		fprintf(stderr, "# cannot read %s\n", name);
	return ok;
}

static const struct field *field(const struct vector *v, const char *name)
{
	static const struct field none;
	unsigned int i;

	for (i = 0; i < v->nr; i++) {
		if (!strcmp(v->field[i].name, name))
			return &v->field[i];
	}
	return &none;
}

static __u64 number(const struct vector *v, const char *name)
{
	const struct field *f = field(v, name);
	__u64 value = 0;
	int i;

	for (i = 0; i < f->size; i++)
		value = value << 8 | f->bytes[i];
	return value;
}

static bool same(const struct vector *v, const char *name, const void *bytes,
		 int size)
{
	const struct field *f = field(v, name);

	if (f->size == size && !memcmp(f->bytes, bytes, size))
		return true;
	fprintf(stderr, "# %s: %s is another one\n", v->name, name);
	return false;
}

/* The next one that has this field, NULL if there is none. */
static const struct vector *next_vector(const struct vector *v,
					const char *name)
{
	for (v = v ? v + 1 : vectors; v < vectors + nr_vectors; v++) {
		if (field(v, name)->size)
			return v;
	}
	return NULL;
}

/* ---- the algorithms ---- */

TEST(aead)
{
	const struct vector *v = NULL;
	__u8 data[128], tag[16];
	unsigned int nr = 0;

	ASSERT_TRUE(read_vectors(PUBLISHED, false));
	while ((v = next_vector(v, "nonce"))) {
		const struct field *plain = field(v, "aead_plaintext");

		memcpy(data, plain->bytes, plain->size);
		ASSERT_TRUE(peer_encrypt(number(v, "suite"),
					 field(v, "key")->bytes,
					 field(v, "nonce")->bytes,
					 field(v, "associated_data")->bytes,
					 field(v, "associated_data")->size,
					 data, plain->size, tag));
		EXPECT_TRUE(same(v, "ciphertext", data, plain->size));
		EXPECT_TRUE(same(v, "tag", tag, sizeof(tag)));
		nr++;
	}
	EXPECT_EQ(3, nr);
}

TEST(hkdf)
{
	const struct vector *v = NULL;
	unsigned int nr = 0;
	__u8 okm[128];

	ASSERT_TRUE(read_vectors(PUBLISHED, false));
	while ((v = next_vector(v, "okm"))) {
		ASSERT_TRUE(peer_hkdf(field(v, "salt")->bytes,
				      field(v, "salt")->size,
				      field(v, "key")->bytes,
				      field(v, "key")->size,
				      field(v, "info")->bytes,
				      field(v, "info")->size, okm,
				      field(v, "okm")->size));
		EXPECT_TRUE(same(v, "okm", okm, field(v, "okm")->size));
		nr++;
	}
	EXPECT_EQ(3, nr);
}

/* ---- the token format ---- */

/* The message of a vector, in memory of its own. */
struct letter {
	__u8 token[TOKEN_SIZE];
	__u8 bytes[ENTRIES_MAX][1024];
	struct sspseal_buffer b[ENTRIES_MAX];
	unsigned int nr;
	unsigned int data;
};

static void letter_make(const struct vector *v, struct letter *l)
{
	char name[32];
	__u32 type;

	memset(l, 0, sizeof(*l));
	for (; l->nr < ENTRIES_MAX; l->nr++) {
		const struct field *bytes;

		snprintf(name, sizeof(name), "buffer.%u.type", l->nr);
		if (!field(v, name)->size)
			return;
		type = number(v, name);
		snprintf(name, sizeof(name), "buffer.%u.bytes", l->nr);
		bytes = field(v, name);
		memcpy(l->bytes[l->nr], bytes->bytes, bytes->size);
		l->b[l->nr] = buffer(type, l->bytes[l->nr], bytes->size);
		if (type == TOKEN)
			l->b[l->nr] = buffer(TOKEN, l->token, TOKEN_SIZE);
		if (type == DATA)
			l->data = l->nr;
	}
}

/* As it was sent: with the vector's token, and its ciphertext for DATA. */
static void letter_seal(const struct vector *v, struct letter *l)
{
	const struct field *ciphertext = field(v, "ciphertext");

	memcpy(l->token, field(v, "token")->bytes, TOKEN_SIZE);
	if (l->token[TOKEN_AT_FLAGS] & TOKEN_CONFIDENTIAL)
		memcpy(l->bytes[l->data], ciphertext->bytes, ciphertext->size);
}

static bool letter_is(const struct letter *l, const struct letter *plain)
{
	return !memcmp(l->bytes, plain->bytes, sizeof(l->bytes));
}

static __u8 flags(const struct vector *v)
{
	if (!strcmp(v->operation, "sign"))
		return TOKEN_SIGNATURE;
	if (!strcmp(v->operation, "confirm"))
		return TOKEN_SIGNATURE | TOKEN_CONFIRMATION;
	return (number(v, "qop") & ~SSPSEAL_QOP_SUITE_MASK) ==
	       SSPSEAL_QOP_NO_ENCRYPT ? 0 : TOKEN_CONFIDENTIAL;
}

/* The sender of a vector, or its receiver. */
static bool end_make(const struct vector *v, bool receiver, struct peer *p)
{
	const char *mine = receiver ? "receiver_salt" : "sender_salt";
	const char *others = receiver ? "sender_salt" : "receiver_salt";
	bool acceptor = number(v, "direction") ^ receiver;
	const struct field *key = field(v, "session_key");

	if (!peer_init(p, acceptor ? SSPSEAL_ROLE_ACCEPTOR :
		       SSPSEAL_ROLE_INITIATOR, key->bytes, key->size))
		return false;
	p->suite = number(v, "suite");
	p->counter = number(v, "counter");
	p->sequence = number(v, "caller_sequence");
	memcpy(p->salt, field(v, mine)->bytes, sizeof(p->salt));
	if (field(v, "receiver_salt")->size)
		peer_bind(p, field(v, others)->bytes,
			  field(v, "binding")->bytes,
			  field(v, "binding")->size);
	return true;
}

FIXTURE(page)
{
	int fd;
};

FIXTURE_SETUP(page)
{
	ASSERT_TRUE(read_vectors(FORMAT, true));
	ASSERT_LE(30, nr_vectors);
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(page)
{
	close(self->fd);
}

/* OpenSSL makes each of them, and comes by the same keys. */
TEST_F(page, peer_sends)
{
	const struct vector *v = NULL;
	const struct peer_key *k;
	struct letter l, plain;
	unsigned int nr = 0;
	struct peer p;

	while ((v = next_vector(v, "token"))) {
		letter_make(v, &plain);
		letter_make(v, &l);
		ASSERT_TRUE(end_make(v, false, &p));
		ASSERT_TRUE(peer_protect(&p, flags(v), l.b, l.nr));
		EXPECT_TRUE(same(v, "token", l.token, TOKEN_SIZE));
		k = &p.keys[0];
		EXPECT_TRUE(same(v, "prk", p.prk, sizeof(p.prk)));
		EXPECT_TRUE(same(v, "key", k->key,
				 p.suite == SSPSEAL_SUITE_AES_128_GCM ? 16 :
				 32));
		EXPECT_TRUE(same(v, "iv", k->iv, sizeof(k->iv)));
		EXPECT_TRUE(flags(v) & TOKEN_CONFIDENTIAL ?
			    same(v, "ciphertext", l.bytes[l.data],
				 l.b[l.data].cb) : letter_is(&l, &plain));
		nr++;
	}
	EXPECT_LE(25, nr);
}

TEST_F(page, peer_receives)
{
	const struct vector *v = NULL;
	struct letter l, plain;
	struct peer p;

	while ((v = next_vector(v, "token"))) {
		letter_make(v, &plain);
		letter_make(v, &l);
		letter_seal(v, &l);
		ASSERT_TRUE(end_make(v, true, &p));
		EXPECT_TRUE(peer_unprotect(&p, l.b, l.nr))
			TH_LOG("%s", v->name);
		EXPECT_TRUE(letter_is(&l, &plain))
			TH_LOG("%s", v->name);
	}
}

static __u32 kernel_end(int fd, const struct vector *v, __u32 role)
{
	struct sspseal_create c = create_args(role, SSPSEAL_CONFIDENTIALITY);

	c.key = (uintptr_t)field(v, "session_key")->bytes;
	c.key_size = field(v, "session_key")->size;
	return call(fd, SSPSEAL_CREATE, &c) ? 0 : c.handle;
}

/* The kernel's own salt is its secret beforehand: it opens those without one. */
TEST_F(page, kernel_receives)
{
	const struct vector *v = NULL;
	struct sspseal_message m;
	struct letter l, plain;
	unsigned int nr = 0;
	__u32 handle;

	while ((v = next_vector(v, "token"))) {
		if (field(v, "receiver_salt")->size)
			continue;
		letter_make(v, &plain);
		letter_make(v, &l);
		letter_seal(v, &l);
		handle = kernel_end(self->fd, v, number(v, "direction") ?
				    SSPSEAL_ROLE_INITIATOR :
				    SSPSEAL_ROLE_ACCEPTOR);
		ASSERT_NE(0, handle);
		m = message(handle, l.b, l.nr);
		m.sequence = number(v, "caller_sequence");
		EXPECT_EQ(0, call(self->fd, flags(v) & TOKEN_SIGNATURE ?
				  SSPSEAL_VERIFY : SSPSEAL_UNSEAL, &m))
			TH_LOG("%s", v->name);
		EXPECT_TRUE(letter_is(&l, &plain))
			TH_LOG("%s", v->name);
		nr++;
	}
	EXPECT_LE(15, nr);
}

/*
 * Files: records, each a message with two associated headers. Of a sealed file, data
 * stands behind each token; of a signature, in a file of its own.
 */
#define FILE_HEADER	16
#define RECORD_HEADER	8

static bool open_record(int fd, __u32 handle, struct peer *p, bool sealed,
			__u8 *file, __u8 *at, const struct field *expected)
{
	__u8 copy[1024], *data = at + RECORD_HEADER + TOKEN_SIZE;
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, file, FILE_HEADER),
		buffer(DATA | RWC, at, RECORD_HEADER),
		buffer(DATA, sealed ? data : copy, expected->size),
		buffer(TOKEN, at + RECORD_HEADER, TOKEN_SIZE),
	};
	bool ok;

	memcpy(copy, sealed ? data : expected->bytes, expected->size);
	data = (__u8 *)(uintptr_t)b[2].ptr;
	ok = peer_unprotect(p, b, 4) &&
	     !memcmp(data, expected->bytes, expected->size);
	memcpy(data, copy, expected->size);
	return ok &&
	       !message_call(fd, sealed ? SSPSEAL_UNSEAL : SSPSEAL_VERIFY,
			     handle, b, 4) &&
	       !memcmp(data, expected->bytes, expected->size);
}

TEST_F(page, files)
{
	const struct vector *v = NULL;
	const struct field *f, *record;
	unsigned int nr = 0, i;
	__u8 file[1024], *at;
	char name[32];
	struct peer p;
	__u32 handle;
	bool sealed;

	while ((v = next_vector(v, "file"))) {
		f = field(v, "file");
		sealed = !strcmp(v->operation, "file");
		memcpy(file, f->bytes, f->size);
		handle = kernel_end(self->fd, v, SSPSEAL_ROLE_ACCEPTOR);
		ASSERT_NE(0, handle);
		ASSERT_TRUE(end_make(v, true, &p));
		at = file + FILE_HEADER;
		for (i = 0; at < file + f->size; i++) {
			snprintf(name, sizeof(name), "record.%u.bytes", i);
			record = field(v, name);
			ASSERT_TRUE(open_record(self->fd, handle, &p, sealed,
						file, at, record))
				TH_LOG("%s: record %u", v->name, i);
			at += RECORD_HEADER + TOKEN_SIZE;
			if (sealed)
				at += record->size;
		}
		EXPECT_EQ(at, file + f->size);
		nr++;
	}
	EXPECT_LE(3, nr);
}

TEST_HARNESS_MAIN

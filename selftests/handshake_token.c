// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of the handshake's tokens alone: what it takes, and that it reads
 * nothing beyond what it is given. Needs no kernel module.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"
#include "../userlib/src/handshake_token.h"

#define HEADER	12

static const __u8 bytes[HANDSHAKE_SHARE_MAX + 1] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};

static const char name[] = "a name";

/* One of each type; the longest ones with @longest. */
static struct handshake_token make(enum handshake_type type, bool longest)
{
	static __u8 names[HANDSHAKE_NAME_MAX];
	struct span a_name = { (const __u8 *)name, sizeof(name) - 1 };
	struct span share = { NULL, 0 };
	struct handshake_token t = { .type = type, .version = 1 };

	memset(names, 'x', sizeof(names));
	if (longest) {
		a_name = (struct span){ names, sizeof(names) };
		share = (struct span){ bytes, HANDSHAKE_SHARE_MAX };
	}
	if (type != HANDSHAKE_OFFER)
		t.field[HANDSHAKE_CONFIRMATION] = (struct span){ bytes, 48 };
	if (type == HANDSHAKE_FINISH)
		return t;
	t.field[HANDSHAKE_SALT] = (struct span){ bytes, 16 };
	t.field[HANDSHAKE_SERVICES] = (struct span){ bytes, 4 };
	t.field[HANDSHAKE_SUITES] = (struct span){
		bytes, type == HANDSHAKE_ANSWER ? 1 : longest ? 16 : 3
	};
	t.field[HANDSHAKE_IDENTITY] = a_name;
	t.field[HANDSHAKE_SHARE] = share;
	if (type == HANDSHAKE_OFFER)
		t.field[HANDSHAKE_TARGET] = a_name;
	return t;
}

static bool same(const struct handshake_token *a,
		 const struct handshake_token *b)
{
	unsigned int i;

	for (i = 0; i < HANDSHAKE_FIELDS; i++)
		if (!sspseal_span_equal(a->field[i], b->field[i]))
			return false;
	return a->type == b->type && a->version == b->version;
}

TEST(there_and_back)
{
	static const size_t longest[] = { 0, 1850, 1628, 62 };
	struct handshake_token t, parsed;
	__u8 out[HANDSHAKE_TOKEN_MAX];
	unsigned int type, more;
	size_t size;

	for (type = 1; type < HANDSHAKE_TYPES; type++) {
		for (more = 0; more < 2; more++) {
			t = make(type, more);
			ASSERT_GE(sizeof(out), sspseal_handshake_size(&t));
			if (more)
				EXPECT_EQ(longest[type],
					  sspseal_handshake_size(&t));
			sspseal_handshake_write(&t, out);
			size = sspseal_handshake_size(&t);
			ASSERT_TRUE(sspseal_handshake_parse(type, out, size,
							    &parsed));
			EXPECT_TRUE(same(&t, &parsed));
			EXPECT_EQ(t.head, parsed.head);
		}
	}
}

/* Cut anywhere, at the end of memory: nothing behind it is touched. */
TEST(cut)
{
	struct handshake_token t, parsed;
	__u8 out[HANDSHAKE_TOKEN_MAX];
	unsigned int type, as;
	size_t size, full;
	__u8 *end;
	bool good;

	end = before_fence(sizeof(out));
	ASSERT_TRUE(end);
	end += sizeof(out);
	for (type = 1; type < HANDSHAKE_TYPES; type++) {
		t = make(type, true);
		full = sspseal_handshake_size(&t);
		sspseal_handshake_write(&t, out);
		for (size = 0; size <= full; size++) {
			memcpy(end - size, out, size);
			for (as = 1; as < HANDSHAKE_TYPES; as++) {
				memset(&parsed, POISON, sizeof(parsed));
				good = sspseal_handshake_parse(as, end - size,
							       size, &parsed);
				EXPECT_EQ(size == full && as == type, good);
				EXPECT_EQ(!good, all_bytes(&parsed, POISON,
							   sizeof(parsed)));
			}
		}
	}
}

/* Something behind the last field that the header counts. */
TEST(behind)
{
	struct handshake_token t, parsed;
	__u8 out[HANDSHAKE_TOKEN_MAX + 1];
	unsigned int type;
	size_t size;

	for (type = 1; type < HANDSHAKE_TYPES; type++) {
		t = make(type, false);
		size = sspseal_handshake_size(&t);
		sspseal_handshake_write(&t, out);
		out[size] = 0;
		out[11]++;
		EXPECT_FALSE(sspseal_handshake_parse(type, out, size + 1,
						     &parsed));
	}
}

static bool inside(struct span s, const __u8 *from, const __u8 *to)
{
	return !s.size || (s.at >= from && s.at + s.size <= to);
}

/*
 * Bytes changed at random, lengths above all. What is taken then is a token to
 * the last byte: written again it is the same.
 */
TEST(changed)
{
	struct handshake_token t, parsed;
	__u8 out[HANDSHAKE_TOKEN_MAX], again[HANDSHAKE_TOKEN_MAX];
	unsigned int round, type, changes, taken = 0, i;
	size_t size, at;
	__u8 *end, *p;

	end = before_fence(sizeof(out));
	ASSERT_TRUE(end);
	end += sizeof(out);
	for (round = 0; round < 200000; round++) {
		type = 1 + pick(3);
		t = make(type, !pick(8));
		size = sspseal_handshake_size(&t);
		sspseal_handshake_write(&t, out);
		for (changes = pick(4); changes; changes--) {
			at = pick(2) ? pick(size) : HEADER + pick(60) % size;
			if (at < size)
				out[at] = pick(3) ? pick(4) : pick(256);
		}
		size -= pick(4) ? 0 : pick(size);
		p = end - size;
		memcpy(p, out, size);
		if (!sspseal_handshake_parse(type, p, size, &parsed))
			continue;
		taken++;
		for (i = 0; i < HANDSHAKE_FIELDS; i++)
			ASSERT_TRUE(inside(parsed.field[i], p, end));
		ASSERT_EQ(size, sspseal_handshake_size(&parsed));
		sspseal_handshake_write(&parsed, again);
		ASSERT_EQ(0, memcmp(p, again, size));
	}
	EXPECT_LT(1000, taken);
}

TEST(names)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool good;
	} row[] = {
		{ "", 0, false }, { "a", 1, true }, { " ", 1, true },
		{ "\x1f", 1, false }, { "a\x7f", 2, false },
		{ "a\0b", 3, false }, { "\xff\x80", 2, true },
	};
	__u8 longest[HANDSHAKE_NAME_MAX + 1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct span s = { (const __u8 *)row[i].bytes, row[i].size };

		EXPECT_EQ(row[i].good, sspseal_is_name(s));
	}
	memset(longest, 'x', sizeof(longest));
	EXPECT_TRUE(sspseal_is_name((struct span){ longest, 255 }));
	EXPECT_FALSE(sspseal_is_name((struct span){ longest, 256 }));
}

TEST_HARNESS_MAIN

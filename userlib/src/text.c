// SPDX-License-Identifier: MIT
/* Texts of callers, of either sort, as UTF-8, and UTF-8 as UTF-16. */
#include <string.h>

#include "handshake.h"

static size_t length_of(const WCHAR *string)
{
	size_t length = 0;

	while (string[length])
		length++;
	return length;
}

/* A string that ends with a zero; NULL is an empty one. */
struct text sspseal_text(bool wide, const void *string)
{
	struct text text = { .wide = wide, .at = string };

	if (string)
		text.length = wide ? length_of(string) : strlen(string);
	return text;
}

/* The two halves of a surrogate pair. */
static bool is_high(WCHAR unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(WCHAR unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The character at *@at, which moves on. 0 if there is none, or it is zero. */
static __u32 next_character(const WCHAR *unit, size_t length, size_t *at)
{
	__u32 first = unit[(*at)++];

	if (!is_high(first))
		return is_low(first) ? 0 : first;
	if (*at == length || !is_low(unit[*at]))
		return 0;
	return 0x10000 + ((first - 0xd800) << 10) + (unit[(*at)++] - 0xdc00);
}

/* One character, up to 4 bytes. */
static size_t put_utf8(__u32 c, __u8 *to)
{
	size_t more = (c > 0x7f) + (c > 0x7ff) + (c > 0xffff), i;

	if (!more) {
		to[0] = c;
		return 1;
	}
	for (i = more; i; i--, c >>= 6)
		to[i] = 0x80 | (c & 0x3f);
	/* As many bits are set as there are bytes. */
	to[0] = (__u8)(0xff00 >> (more + 1)) | c;
	return more + 1;
}

static ssize_t wide_utf8(const WCHAR *unit, size_t length, char *out,
			 size_t room)
{
	size_t at = 0, size = 0, bytes;
	__u8 utf8[4];
	__u32 c;

	while (at < length) {
		c = next_character(unit, length, &at);
		if (!c)
			return -1;
		bytes = put_utf8(c, utf8);
		if (bytes >= room - size)
			return -1;
		memcpy(out + size, utf8, bytes);
		size += bytes;
	}
	out[size] = '\0';
	return size;
}

/**
 * sspseal_utf8() - a text as a string of UTF-8
 * @text: of the caller
 * @out: where to
 * @room: bytes there, at least 1
 *
 * What is UTF-8 already is not looked at.
 *
 * Return: bytes without the zero behind them; -1 if there is no room, no address,
 * a zero inside, or half of a surrogate pair.
 */
ssize_t sspseal_utf8(struct text text, char *out, size_t room)
{
	if (text.length && !text.at)
		return -1;
	if (text.wide)
		return wide_utf8(text.at, text.length, out, room);
	if (text.length >= room ||
	    (text.length && memchr(text.at, '\0', text.length)))
		return -1;
	if (text.length)
		memcpy(out, text.at, text.length);
	out[text.length] = '\0';
	return text.length;
}

/* ---- UTF-8 as UTF-16 ---- */

/* The character at *@at, which moves on. -1 if it is not UTF-8. */
static __s32 next_utf8(const __u8 **at)
{
	/* By the bytes behind the first: whatever has a shorter form is none. */
	static const __s32 smallest[] = { 0, 0x80, 0x800, 0x10000 };
	const __u8 *p = *at;
	__s32 c = *p++;
	size_t more, i;

	more = (c >= 0xc0) + (c >= 0xe0) + (c >= 0xf0);
	if ((c >= 0x80 && !more) || c >= 0xf8)
		return -1;
	if (more)
		c &= 0x3f >> more;
	for (i = 0; i < more; i++, p++) {
		if ((*p & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (*p & 0x3f);
	}
	if (c < smallest[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*at = p;
	return c;
}

/* One character, up to 2 units. */
static size_t put_utf16(__u32 c, WCHAR *to)
{
	if (c < 0x10000) {
		to[0] = c;
		return 1;
	}
	to[0] = 0xd800 + ((c - 0x10000) >> 10);
	to[1] = 0xdc00 + (c & 0x3ff);
	return 2;
}

/**
 * sspseal_utf16() - a string of UTF-8 as one of UTF-16
 * @text: the string
 * @out: where to, or NULL to count
 *
 * No two strings become the same one.
 *
 * Return: units without the zero behind them; -1 if it is not UTF-8.
 */
ssize_t sspseal_utf16(const char *text, WCHAR *out)
{
	const __u8 *at = (const __u8 *)text;
	size_t units = 0, nr;
	WCHAR pair[2];
	__s32 c;

	do {
		c = next_utf8(&at);
		if (c < 0)
			return -1;
		nr = put_utf16(c, pair);
		if (out)
			memcpy(out + units, pair, nr * sizeof(*pair));
		units += nr;
	} while (c);
	return units - 1;
}

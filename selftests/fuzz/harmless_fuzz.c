// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as a line that a peer sent, for sspsealctl to print: what comes
 * of it has as many bytes, is UTF-8, and has no control character but the tab. What
 * was a character, and none of these, is as it was; all else is a "?".
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/sspsealctl/sspsealctl.h"
#include "user_fuzz.h"

/* The tool's other parts would call it. */
int kernel_ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	abort();
}

static size_t encode(__u32 value, __u8 *out)
{
	if (value < 0x80) {
		out[0] = value;
		return 1;
	}
	if (value < 0x800) {
		out[0] = 0xc0 | value >> 6;
		out[1] = 0x80 | (value & 0x3f);
		return 2;
	}
	if (value < 0x10000) {
		out[0] = 0xe0 | value >> 12;
		out[1] = 0x80 | (value >> 6 & 0x3f);
		out[2] = 0x80 | (value & 0x3f);
		return 3;
	}
	out[0] = 0xf0 | value >> 18;
	out[1] = 0x80 | (value >> 12 & 0x3f);
	out[2] = 0x80 | (value >> 6 & 0x3f);
	out[3] = 0x80 | (value & 0x3f);
	return 4;
}

/* What four bytes may stand for, if they are read as nobody should. */
static __u32 guess(const __u8 *text, size_t size)
{
	static const __u8 mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	__u32 value = text[0] & mask[size];
	size_t i;

	for (i = 1; i < size; i++)
		value = value << 6 | (text[i] & 0x3f);
	return value;
}

/* Bytes that come out again if what they stand for is written, 0 if none do. */
static size_t character(const __u8 *text, size_t left, __u32 *value)
{
	__u8 again[4];
	size_t size;

	for (size = 1; size <= 4 && size <= left; size++) {
		*value = guess(text, size);
		if (encode(*value, again) == size &&
		    !memcmp(again, text, size) && *value <= 0x10ffff &&
		    *value >> 11 != 0xd800 >> 11)
			return size;
	}
	return 0;
}

static bool may_be_shown(__u32 value)
{
	return value == '\t' || (value >= 0x20 && value <= 0x7e) ||
	       value >= 0xa0;
}

static void check(const __u8 *in, const __u8 *out, size_t size)
{
	size_t used, i, k;
	__u32 value;

	for (i = 0; i < size; i += used) {
		used = character(in + i, size - i, &value);
		if (used && may_be_shown(value)) {
			if (memcmp(in + i, out + i, used))
				abort();
			continue;
		}
		if (!used)
			used = 1;
		for (k = 0; k < used; k++)
			if (out[i + k] != '?')
				abort();
	}
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	__u8 *out;

	input_begin(bytes, size);
	out = input_block(size, &size);
	make_harmless(out, size);
	check(bytes, out, size);
	free(out);
	return 0;
}

// SPDX-License-Identifier: MIT
/* What a peer chose, on its way to a terminal, which is not to obey it. */
#include <string.h>

#include "sspsealctl.h"

/* Bytes of the character that begins here, 0 if none does: RFC 3629. */
static size_t decode(const unsigned char *text, size_t left, uint32_t *value)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size, i;

	if (*text < 0x80) {
		*value = *text;
		return 1;
	}
	size = *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	if (*text < 0xc0 || *text >= 0xf8 || size > left)
		return 0;
	*value = *text & 0x7f >> size;
	for (i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*value = *value << 6 | (text[i] & 0x3f);
	}
	if (*value < least[size] || *value > 0x10ffff ||
	    (*value >= 0xd800 && *value < 0xe000))
		return 0;
	return size;
}

static bool is_control(uint32_t value)
{
	return value < ' ' ? value != '\t' : value >= 0x7f && value < 0xa0;
}

/*
 * Control characters but the tab, C1 too, become "?", and so do bytes that are no
 * UTF-8: a terminal may take them for such.
 */
void make_harmless(unsigned char *text, size_t size)
{
	size_t used, i;
	uint32_t value;

	for (i = 0; i < size; i += used) {
		used = decode(text + i, size - i, &value);
		if (used && !is_control(value))
			continue;
		if (!used)
			used = 1;
		memset(text + i, '?', used);
	}
}

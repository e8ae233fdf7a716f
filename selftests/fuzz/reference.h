/* SPDX-License-Identifier: GPL-2.0-only */
/* What a text is in another coding, by the C library: a second opinion. */
#ifndef SSPSEAL_REFERENCE_H
#define SSPSEAL_REFERENCE_H

#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>

/*
 * UTF-16 from UTF-8, or the reverse. Returns bytes at @out, -1 if @in is not text or
 * has more than @room. Where there is a zero, it is a character like any other.
 */
static inline ssize_t recode(bool to_wide, const void *in, size_t size,
			     void *out, size_t room)
{
	static iconv_t how[2];
	char *at = (char *)in, *end = out;

	if (!how[to_wide])
		how[to_wide] = iconv_open(to_wide ? "UTF-16LE" : "UTF-8",
					  to_wide ? "UTF-8" : "UTF-16LE");
	if (how[to_wide] == (iconv_t)-1)
		abort();
	iconv(how[to_wide], NULL, NULL, NULL, NULL);
	if (iconv(how[to_wide], &at, &size, &end, &room))
		return -1;
	return end - (char *)out;
}

#endif /* SSPSEAL_REFERENCE_H */

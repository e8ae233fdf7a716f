// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as the names that a peer gave itself, and what QUERY tells of a
 * context; every attribute is asked for, with A, with W and by a host. What is not
 * offered leaves the caller's memory alone, above all SECPKG_ATTR_SESSION_KEY; what
 * is told with W is what is told with A, in the other coding, as the C library
 * converts it. Or the input is text of callers, of both sorts, in little room.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../userlib/src/handshake.h"
#include "reference.h"
#include "user_fuzz.h"

/* Of the first byte. */
#define TEXTS		1

#define HANDLE		5
#define ANSWER_SIZE	64
#define UNTOUCHED	0xa5
#define TEXT_MAX	2048

static struct sspseal_query told;

int kernel_ioctl(int fd, unsigned long request, ...)
{
	struct sspseal_query *query;
	va_list args;

	(void)fd;
	va_start(args, request);
	query = va_arg(args, struct sspseal_query *);
	va_end(args);
	if (request != SSPSEAL_QUERY || query->handle != HANDLE)
		abort();
	told.size = sizeof(told);
	told.status = SSPSEAL_STATUS_OK;
	told.handle = HANDLE;
	*query = told;
	return 0;
}

/* ---- attributes ---- */

/* What a caller has for it, to the byte; 0 for what is not offered. */
static size_t answer_size(ULONG attribute)
{
	switch (attribute) {
	case SECPKG_ATTR_SIZES:
		return sizeof(SecPkgContext_Sizes);
	case SECPKG_ATTR_LIFESPAN:
		return sizeof(SecPkgContext_Lifespan);
	case SECPKG_ATTR_FLAGS:
		return sizeof(SecPkgContext_Flags);
	case SECPKG_ATTR_PACKAGE_INFO:
		return sizeof(SecPkgContext_PackageInfoA);
	case SECPKG_ATTR_NEGOTIATION_INFO:
		return sizeof(SecPkgContext_NegotiationInfoA);
	case SECPKG_ATTR_KEY_INFO:
		return sizeof(SecPkgContext_KeyInfoA);
	case SECPKG_ATTR_NAMES:
		return sizeof(SecPkgContext_NamesA);
	case SECPKG_ATTR_NATIVE_NAMES:
		return sizeof(SecPkgContext_NativeNamesA);
	default:
		return 0;
	}
}

/* How many of the first pointers in the answer are the caller's to free. */
static unsigned int answer_blocks(ULONG attribute)
{
	switch (attribute) {
	case SECPKG_ATTR_PACKAGE_INFO:
	case SECPKG_ATTR_NEGOTIATION_INFO:
	case SECPKG_ATTR_NAMES:
		return 1;
	case SECPKG_ATTR_KEY_INFO:
	case SECPKG_ATTR_NATIVE_NAMES:
		return 2;
	default:
		return 0;
	}
}

enum { SORT_SP, SORT_A, SORT_W, SORTS };

static SECURITY_STATUS ask(int sort, ULONG attribute, void *answer)
{
	CtxtHandle context;

	sspseal_to_context(HANDLE, &context);
	switch (sort) {
	case SORT_A:
		return QueryContextAttributesA(&context, attribute, answer);
	case SORT_W:
		return QueryContextAttributesW(&context, attribute, answer);
	default:
		return SpQueryContextAttributes(HANDLE, attribute, answer);
	}
}

/* Returns the answer, in memory of its size; NULL if there is none. */
static void **get(int sort, ULONG attribute, SECURITY_STATUS *status)
{
	size_t size = answer_size(attribute), room = size ? size : ANSWER_SIZE;
	__u8 untouched[ANSWER_SIZE], *answer = malloc(room);

	memset(untouched, UNTOUCHED, sizeof(untouched));
	memset(answer, UNTOUCHED, room);
	*status = ask(sort, attribute, answer);
	if (*status == SEC_E_OK && size)
		return (void **)answer;
	if (*status == SEC_E_OK || memcmp(answer, untouched, room))
		abort();
	free(answer);
	return NULL;
}

static size_t units(const SEC_WCHAR *text)
{
	size_t nr = 0;

	while (text[nr])
		nr++;
	return nr;
}

/* Is @wide what the C library makes of @text? Then it ends where @text does. */
static void check_text(const char *text, const SEC_WCHAR *wide)
{
	SEC_WCHAR expected[TEXT_MAX];
	ssize_t size = recode(true, text, strlen(text), expected,
			      sizeof(expected));

	if (size < 0 || 2 * units(wide) != (size_t)size ||
	    memcmp(wide, expected, size))
		abort();
}

static bool is_utf8(const char *text)
{
	SEC_WCHAR any[TEXT_MAX];

	return recode(true, text, strlen(text), any,
		      sizeof(any)) >= 0;
}

static void check_package(const SecPkgInfoA *a, const SecPkgInfoW *w)
{
	check_text(a->Name, w->Name);
	check_text(a->Comment, w->Comment);
	if (a->cbMaxToken != w->cbMaxToken ||
	    a->fCapabilities != w->fCapabilities)
		abort();
}

/* Behind the pointers both have the same. */
static void compare(ULONG attribute, void **a, void **w)
{
	unsigned int nr = answer_blocks(attribute), i;

	if (attribute == SECPKG_ATTR_PACKAGE_INFO ||
	    attribute == SECPKG_ATTR_NEGOTIATION_INFO)
		check_package(a[0], w[0]);
	else
		for (i = 0; i < nr; i++)
			check_text(a[i], w[i]);
	if (nr * sizeof(*a) < answer_size(attribute) &&
	    memcmp(a + nr, w + nr, sizeof(ULONG)))
		abort();
}

static void release(ULONG attribute, void **answer)
{
	unsigned int i;

	for (i = 0; answer && i < answer_blocks(attribute); i++)
		FreeContextBuffer(answer[i]);
	free(answer);
}

/* Only names that are no UTF-8 have no W form. */
static bool may_lack(ULONG attribute, void **a)
{
	if (attribute == SECPKG_ATTR_NAMES)
		return !is_utf8(a[0]);
	return attribute == SECPKG_ATTR_NATIVE_NAMES &&
	       !(is_utf8(a[0]) && is_utf8(a[1]));
}

static void check_attribute(ULONG attribute, bool named)
{
	bool of_names = attribute == SECPKG_ATTR_NAMES ||
			attribute == SECPKG_ATTR_NATIVE_NAMES;
	SECURITY_STATUS status[SORTS];
	void **answer[SORTS];
	int sort;

	for (sort = 0; sort < SORTS; sort++)
		answer[sort] = get(sort, attribute, &status[sort]);
	if (!answer[SORT_A] != (!answer_size(attribute) ||
				(of_names && !named)))
		abort();
	for (sort = 0; sort < SORTS; sort++) {
		if (sort == SORT_A || !answer[SORT_A])
			continue;
		if (!answer[sort] != may_lack(attribute, answer[SORT_A]))
			abort();
		if (answer[sort])
			compare(attribute, answer[SORT_A], answer[sort]);
	}
	for (sort = 0; sort < SORTS; sort++)
		release(attribute, answer[sort]);
}

/* A name as the parser of tokens lets it pass. */
static struct span take_name(void)
{
	struct span name;

	name.at = input_block(input_byte(), &name.size);
	return name;
}

static void check_context(void)
{
	struct span initiator = take_name(), acceptor = take_name();
	bool named = sspseal_is_name(initiator) && sspseal_is_name(acceptor);
	ULONG attribute;

	input_take(&told, sizeof(told));
	if (named)
		sspseal_names_add(sspseal_names_make(initiator, acceptor),
				  HANDLE, input_number());
	for (attribute = 0; attribute < 40; attribute++)
		check_attribute(attribute, named);
	check_attribute(SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES, named);
	check_attribute(input_number() | 0x100, named);
	sspseal_names_drop(HANDLE);
	free((void *)initiator.at);
	free((void *)acceptor.at);
}

/* ---- texts ---- */

/* What is UTF-8 already is taken as it is. */
static ssize_t reference(const struct text *text, char *out, size_t room)
{
	ssize_t size = text->length;

	if (text->wide)
		size = recode(false, text->at, 2 * text->length,
			      out, room);
	else
		memcpy(out, text->at, size);
	return size > 0 && memchr(out, 0, size) ? -1 : size;
}

static void check_room(const struct text *text, const char *expected,
		       ssize_t size, size_t room)
{
	char *out = malloc(room);
	ssize_t got = sspseal_utf8(*text, out, room);

	if (got != (size < (ssize_t)room ? size : -1) ||
	    (got >= 0 && (out[got] || memcmp(out, expected, got))))
		abort();
	free(out);
}

static void check_utf8(bool wide)
{
	char expected[2 * TEXT_MAX];
	struct text text = { .wide = wide };
	size_t size;
	ssize_t length;

	text.at = input_block(input_byte() * (1 + wide), &size);
	text.length = size / (1 + wide);
	length = reference(&text, expected, sizeof(expected));
	check_room(&text, expected, length, 1 + input_byte());
	check_room(&text, expected, length, length > 0 ? length : 1);
	check_room(&text, expected, length, length >= 0 ? length + 1 : 1);
	free((void *)text.at);
}

static void check_utf16(void)
{
	SEC_WCHAR *wide;
	ssize_t nr;
	char *text;
	size_t size;

	text = input_block(input_byte(), &size);
	text = realloc(text, size + 1);
	text[size] = '\0';
	nr = sspseal_utf16(text, NULL);
	if (is_utf8(text) ? nr < 0 : nr >= 0)
		abort();
	if (nr >= 0) {
		wide = malloc((nr + 1) * sizeof(*wide));
		if (sspseal_utf16(text, wide) != nr)
			abort();
		check_text(text, wide);
		free(wide);
	}
	free(text);
}

static void check_texts(void)
{
	while (input_left()) {
		check_utf8(false);
		check_utf8(true);
		check_utf16();
	}
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	input_begin(bytes, size);
	if (input_byte() & TEXTS)
		check_texts();
	else
		check_context();
	return 0;
}

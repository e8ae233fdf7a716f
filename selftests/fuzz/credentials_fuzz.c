// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what a program asks credentials with, and what lies in the
 * file of a key: names and places of either sort, files of any size, which may be
 * others by the time the key is used. A credential is given to those who name
 * themselves properly and have a key, and to nobody else; the kernel gets the bytes
 * that are in the file, all of them, or the key of the keyring that was named.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../userlib/src/handshake.h"
#include "reference.h"
#include "user_fuzz.h"

#define KEY_FILE	OWN_FILE "credential"
#define SERIAL		77

/* Bits of the first byte. */
#define WIDE		0x01
#define PRINCIPAL	0x02
#define IN_FILE		0x04
#define ANY_PLACE	0x08
#define OTHER_LATER	0x10
#define DOMAIN		0x20
#define OTHER_FLAGS	0x40
#define NO_KEY		0x80

/* ---- the kernel ---- */

static __u8 content[2 * SSPSEAL_KEY_MAX];
static size_t content_size;
static unsigned int created;

int kernel_ioctl(int fd, unsigned long request, ...)
{
	struct sspseal_create *args;
	va_list list;

	(void)fd;
	va_start(list, request);
	args = va_arg(list, struct sspseal_create *);
	va_end(list);
	if (request != SSPSEAL_CREATE)
		abort();
	created++;
	if (!args->key) {
		if (args->key_serial != SERIAL || args->key_size)
			abort();
	} else if (args->key_serial || args->key_size != content_size ||
		   memcmp((void *)(uintptr_t)args->key, content,
			  content_size)) {
		abort();
	}
	args->handle = 1;
	args->status = SSPSEAL_STATUS_OK;
	return 0;
}

/* ---- what the input asks for ---- */

/* Of @units characters, of one or two bytes. */
struct string {
	void *at;
	size_t size;
	size_t units;
	char utf8[2 * KEY_NAME_MAX];
	/* As it is in UTF-8; -1 if it is none. */
	ssize_t length;
};

/* The library takes UTF-8 as it is, whatever it is, but for zeroes. */
static void set_string(struct string *s, bool wide, void *at, size_t size)
{
	s->at = at;
	s->units = wide ? size / 2 : size;
	s->size = size;
	if (wide) {
		s->length = recode(false, at, 2 * s->units,
				   s->utf8, sizeof(s->utf8));
	} else {
		s->length = size;
		memcpy(s->utf8, at, size);
	}
	if (s->length > 0 && memchr(s->utf8, 0, s->length))
		s->length = -1;
}

static void take_string(struct string *s, bool wide, size_t most)
{
	size_t wanted = input_short(), size;
	void *at = input_block(wanted < most ? wanted : most, &size);

	set_string(s, wide, at, size);
}

/* The same text in the other coding, if need be. */
static void place_string(struct string *s, bool wide, const char *text)
{
	void *at = calloc(2, strlen(text) + 1);
	size_t size = strlen(text);

	if (!at)
		abort();
	if (wide)
		size = recode(true, text, size, at, 2 * size);
	else
		memcpy(at, text, size);
	set_string(s, wide, at, size);
}

/* An argument without length: up to the first zero. */
static void end_string(struct string *s, bool wide)
{
	size_t unit = wide ? 2 : 1;

	s->at = realloc(s->at, unit * (s->units + 1));
	if (!s->at)
		abort();
	memset((char *)s->at + unit * s->units, 0, unit);
	for (s->units = 0; memcmp((char *)s->at + unit * s->units, "\0", unit);)
		s->units++;
	set_string(s, wide, s->at, unit * s->units);
}

static void take_content(void)
{
	content_size = input_byte() % sizeof(content);
	input_take(content, content_size);
	write_file(KEY_FILE, content, content_size);
}

static bool is_key(void)
{
	return content_size >= SSPSEAL_KEY_MIN &&
	       content_size <= SSPSEAL_KEY_MAX;
}

/* ---- what has to come of it ---- */

static bool is_name(const struct string *s)
{
	ssize_t i;

	for (i = 0; i < s->length; i++)
		if ((__u8)s->utf8[i] < ' ' || s->utf8[i] == 0x7f)
			return false;
	return s->length >= 1 && s->length <= HANDSHAKE_NAME_MAX;
}

static bool names_agree(const struct string *user,
			const struct string *principal)
{
	if (user->length < 0 || principal->length < 0)
		return false;
	if (!user->length || !principal->length)
		return is_name(user->length ? user : principal);
	return user->length == principal->length && is_name(user) &&
	       !memcmp(user->utf8, principal->utf8, user->length);
}

/* Anywhere else there may be a key or not. */
static bool is_elsewhere(const struct string *place)
{
	return place->length > 6 && !memcmp(place->utf8, "file:/", 6) &&
	       !(place->length == sizeof("file:" KEY_FILE) - 1 &&
		 !memcmp(place->utf8, "file:" KEY_FILE, place->length));
}

static bool has_key(const struct string *place)
{
	if (place->length >= KEY_NAME_MAX)
		return false;
	if (place->length > 6 && !memcmp(place->utf8, "file:/", 6))
		return is_key();
	return place->length >= 8 && !memcmp(place->utf8, "sspseal:", 8) &&
	       key_answer >= 0;
}

static void use(const CredHandle *handle, bool in_file)
{
	struct credential *credential = sspseal_credential_get(handle);
	struct sspseal_create request = { .mechanism = 1 };
	bool ok;

	created = 0;
	ok = sspseal_credential_create(credential, &request) == SEC_E_OK;
	if (created != ok || request.key)
		abort();
	if (ok != (in_file ? is_key() : key_answer >= 0))
		abort();
	sspseal_credential_put(credential);
}

static SECURITY_STATUS acquire(bool wide, struct string *principal,
			       SEC_WINNT_AUTH_IDENTITY_A *identity,
			       CredHandle *handle)
{
	SEC_WCHAR wide_package[] = { 'S', 's', 'p', 'S', 'e', 'a', 'l', 0 };
	char package[] = SSPSEAL_NAME_A;

	if (wide)
		return AcquireCredentialsHandleW(principal->at, wide_package,
						 SECPKG_CRED_BOTH, NULL,
						 identity, NULL, NULL, handle,
						 NULL);
	return AcquireCredentialsHandleA(principal->at, package,
					 SECPKG_CRED_BOTH, NULL, identity, NULL,
					 NULL, handle, NULL);
}

static void release(CredHandle *handle)
{
	if (FreeCredentialsHandle(handle) != SEC_E_OK ||
	    FreeCredentialsHandle(handle) != SEC_E_INVALID_HANDLE)
		abort();
}

static void check(__u8 how, struct string *user, struct string *principal,
		  struct string *place)
{
	bool wide = how & WIDE, in_file = how & IN_FILE, expected;
	__u32 flags = how & OTHER_FLAGS ? input_number() : 1 + wide;
	/* Said to be wide, the same bytes are half as many characters. */
	size_t unit = !wide && flags & SEC_WINNT_AUTH_IDENTITY_UNICODE ? 2 : 1;
	__u16 domain = 'd';
	SEC_WINNT_AUTH_IDENTITY_A identity = {
		.User = user->at,
		.UserLength = user->units / unit,
		.Domain = (unsigned char *)&domain,
		.DomainLength = how & DOMAIN ? 1 : 0,
		.Password = place->at,
		.PasswordLength = place->units / unit,
		.Flags = flags,
	};
	CredHandle handle;
	bool ok;

	expected = !identity.DomainLength && names_agree(user, principal) &&
		   has_key(place);
	ok = acquire(wide, principal, &identity, &handle) == SEC_E_OK;
	/* Other flags: the same bytes are another text. */
	if (!(how & OTHER_FLAGS) && !is_elsewhere(place) && ok != expected)
		abort();
	if (!ok)
		return;
	if (how & OTHER_LATER)
		take_content();
	if (!(how & (OTHER_FLAGS | ANY_PLACE)))
		use(&handle, in_file);
	release(&handle);
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	static struct string user, principal, place;
	bool wide;
	__u8 how;

	input_begin(bytes, size);
	how = input_byte();
	wide = how & WIDE;
	key_answer = how & NO_KEY ? -1 - input_byte() % 132 : SERIAL;
	take_content();
	take_string(&user, wide, 600);
	if (how & PRINCIPAL)
		take_string(&principal, wide, 600);
	else
		place_string(&principal, wide, "");
	end_string(&principal, wide);
	if (how & ANY_PLACE)
		take_string(&place, wide, 2 * KEY_NAME_MAX);
	else
		place_string(&place, wide, how & IN_FILE ? "file:" KEY_FILE :
						   "sspseal:fuzz");
	check(how, &user, &principal, &place);
	free(user.at);
	free(principal.at);
	free(place.at);
	return 0;
}

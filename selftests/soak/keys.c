// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel keys: what CREATE takes from them, and what it must refuse.
 */
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "soak.h"
#include "../sspi_ends.h"

static __s32 key_add(const char *type, const char *description,
		     __s32 keyring)
{
	return syscall(SYS_add_key, type, description, test_key, TEST_KEY_SIZE,
		       keyring);
}

bool have_keys(void)
{
	return own_session() &&
	       logon_key(SOAK_KEY, test_key, TEST_KEY_SIZE) &&
	       key_add("user", SOAK_USER_KEY, KEY_SPEC_SESSION_KEYRING) > 0;
}

__s32 key_make(const char *type, unsigned int seconds)
{
	__s32 serial = key_add(type, "sspseal:thread",
			       KEY_SPEC_THREAD_KEYRING);

	if (serial > 0 && seconds)
		syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, serial, seconds);
	MUST(serial > 0);
	return serial;
}

/* What was revoked, or has expired, would stay for some minutes. */
void key_end(__s32 serial)
{
	syscall(SYS_keyctl, KEYCTL_UNLINK, serial, KEY_SPEC_THREAD_KEYRING);
}

int create_from_key(int fd, __s32 serial, __u32 *handle)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      WINDOWED);
	int status;

	c.key = 0;
	c.key_size = 0;
	c.key_serial = serial;
	status = call(fd, SSPSEAL_CREATE, &c);
	*handle = status ? 0 : c.handle;
	return status;
}

/* A context that was made before does not mind. */
static bool refuse_revoked(int fd)
{
	__s32 serial = key_make(one_in(2) ? "user" : "logon", 0);
	__u8 token[TOKEN_SIZE], data[10];
	__u32 handle, none;
	bool ok;

	ok = MUST_BE(S(OK), create_from_key(fd, serial, &handle)) &&
	     !syscall(SYS_keyctl, KEYCTL_REVOKE, serial) &&
	     MUST_BE(S(KEY_REVOKED), create_from_key(fd, serial, &none)) &&
	     MUST_BE(S(OK), simple_call(fd, SSPSEAL_SIGN, handle, token, data,
					sizeof(data))) &&
	     MUST_BE(S(OK), destroy(fd, handle));
	key_end(serial);
	count(CREATED);
	count(SIGNED);
	count(DESTROYED);
	return ok;
}

/* Another package's key. */
static bool refuse_foreign(int fd)
{
	__s32 serial = key_add("logon", "other:thread",
			       KEY_SPEC_THREAD_KEYRING);
	__u32 none;
	bool ok;

	ok = MUST(serial > 0) &&
	     MUST_BE(S(KEY_TYPE), create_from_key(fd, serial, &none));
	key_end(serial);
	return ok;
}

bool refuse_key(int fd)
{
	__u32 none;

	count(REFUSED);
	count(DEAD_KEYS);
	switch (pick(3)) {
	case 0:
		return refuse_foreign(fd);
	case 1:
		return MUST_BE(S(KEY_SERIAL),
			       create_from_key(fd, 0x7ffffff0, &none));
	default:
		return refuse_revoked(fd);
	}
}

// SPDX-License-Identifier: MIT
/*
 * Kernel keys by description. SSPSEAL_CREATE takes serials, which are others
 * after each boot.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* The kernel takes no other logon keys. */
#define LOGON_PREFIX	SSPSEAL_LOGON_PREFIX

static const char *type_of(const char *description)
{
	bool logon = !strncmp(description, LOGON_PREFIX,
			      sizeof(LOGON_PREFIX) - 1);

	return logon ? "logon" : "user";
}

LIBEXPORT int sspseal_keyring_find(const char *description, __s32 *serial)
{
	int saved = errno;
	long ret;

	/* Without callout information nothing is asked to make a key. */
	ret = syscall(SYS_request_key, type_of(description), description, NULL,
		      0);
	if (ret < 0) {
		ret = -errno;
		errno = saved;
		return ret;
	}
	*serial = ret;
	return 0;
}

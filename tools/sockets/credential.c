// SPDX-License-Identifier: MIT
/* Who an end is, and which key it has. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* As the identity structure has it: a key of the kernel, or a file's full name. */
static bool locate_key(const char *key, char *location, size_t room)
{
	char path[PATH_MAX];
	const char *prefix = "";

	if (strncmp(key, SSPSEAL_LOGON_PREFIX, strlen(SSPSEAL_LOGON_PREFIX))) {
		key = realpath(key, path);
		if (!key)
			return false;
		prefix = "file:";
	}
	return snprintf(location, room, "%s%s", prefix, key) < (int)room;
}

/**
 * session_credential() - who this end is, and which key it has
 * @identity: the name of this end
 * @key: "sspseal:NAME" for a logon key, else the name of a file
 * @use: SECPKG_CRED_OUTBOUND to initiate, SECPKG_CRED_INBOUND to accept
 * @credential: out: FreeCredentialsHandle() it
 *
 * Return: SEC_E_OK, SEC_E_NO_CREDENTIALS if there is no such file, or as
 * AcquireCredentialsHandle().
 */
SECURITY_STATUS session_credential(const char *identity, const char *key,
				   ULONG use, PCredHandle credential)
{
	char package[] = SSPSEAL_NAME_A, location[PATH_MAX];
	SEC_WINNT_AUTH_IDENTITY_A who = {
		.User = (unsigned char *)identity,
		.UserLength = strlen(identity),
		.Password = (unsigned char *)location,
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};

	if (!locate_key(key, location, sizeof(location)))
		return SEC_E_NO_CREDENTIALS;
	who.PasswordLength = strlen(location);
	return AcquireCredentialsHandleA(NULL, package, use, NULL, &who, NULL,
					 NULL, credential, NULL);
}

/* What came of it, for people. */
const char *session_credential_text(SECURITY_STATUS status)
{
	switch (status) {
	case SEC_E_NO_CREDENTIALS:
		return "there is no such key";
	case SEC_E_NOT_OWNER:
		return "no permission to use this key";
	case SEC_E_UNKNOWN_CREDENTIALS:
		return "not a name and a key of 16 to 64 bytes";
	default:
		return sspseal_ntstatus_name(status);
	}
}

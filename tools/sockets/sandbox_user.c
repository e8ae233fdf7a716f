// SPDX-License-Identifier: MIT
/* --user: somebody without privileges, by name or by number. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "sandbox.h"

/* A number that no type cuts off, and that setresuid() does not take for "keep". */
static struct passwd *find_number(const char *text)
{
	unsigned long uid;
	char *end;

	errno = 0;
	uid = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || uid >= (uid_t)-1)
		return NULL;
	return getpwuid(uid);
}

/**
 * worker_find_user() - find the user of the worker
 * @program: with --user
 * @user: out: never root
 *
 * Return: 0, or -1 after a message.
 */
int worker_find_user(const struct program *program, struct worker_user *user)
{
	const struct passwd *found = getpwnam(program->user);

	if (!found)
		found = find_number(program->user);
	if (!found)
		return program_fail(program, "no user %s", program->user);
	if (!found->pw_uid || !found->pw_gid)
		return program_fail(program, "user %s has the rights of root",
				    program->user);
	*user = (struct worker_user){ found->pw_uid, found->pw_gid };
	return 0;
}

// SPDX-License-Identifier: MIT
/*
 * From a copy of a privileged process to one that can do next to nothing. The order
 * matters: each step takes away what the steps before it needed.
 */
#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sspseal.h>

#include "worker.h"

/*
 * The contexts of the parent are in the library's file, which fork() has copied:
 * without sspseal_detach() this process could use them all.
 */
static int close_others(int channel)
{
	sspseal_detach();
	if (channel != WORKER_CHANNEL && dup2(channel, WORKER_CHANNEL) < 0)
		return -errno;
	return close_range(WORKER_CHANNEL + 1, ~0U, 0) ? -errno : 0;
}

static int change_user(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

int worker_confine(int channel, uid_t uid, gid_t gid, bool filter)
{
	int ret = close_others(channel);

	if (!ret)
		ret = change_user(uid, gid);
	if (!ret && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		     prctl(PR_SET_NAME, "sspseal-worker")))
		ret = -errno;
	if (!ret && filter)
		ret = worker_filter();
	return ret;
}

// SPDX-License-Identifier: MIT
/*
 * From a program that root has started to a process that can do next to nothing.
 * The order matters: each step takes away what the steps before it needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker.h"

/* Its parent's terminal, and what is typed there, are none of its business. */
static int leave_terminal(void)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(nothing, STDOUT_FILENO) < 0 || close(nothing) || setsid() < 0)
		return -errno;
	return 0;
}

/* What no program that it could run would get back. */
static int drop_bounding_set(void)
{
	int capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0;
	     capability++)
		if (prctl(PR_CAPBSET_DROP, capability))
			return -errno;
	return 0;
}

static int change_user(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    syscall(SYS_capset, &header, none))
		return -errno;
	return 0;
}

/*
 * A logon key in the parent's session keyring cannot be read. But who possesses
 * it can revoke it, put another in its place, and make contexts of it.
 */
static int leave_keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ?
	       -errno : 0;
}

/* Whoever was asked to change these may have done less. */
static int check(uid_t uid, gid_t gid)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3];
	static const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (getresuid(&r, &e, &s) || getresgid(&rg, &eg, &sg) ||
	    syscall(SYS_capget, &header, has))
		return -errno;
	if (!uid || r != uid || e != uid || s != uid ||
	    !gid || rg != gid || eg != gid || sg != gid ||
	    memcmp(has, none, sizeof(none)))
		return -EPERM;
	return 0;
}

int worker_confine(uid_t uid, gid_t gid, bool filter)
{
	int ret = leave_terminal();

	if (!ret)
		ret = drop_bounding_set();
	if (!ret)
		ret = change_user(uid, gid);
	if (!ret)
		ret = drop_capabilities();
	if (!ret)
		ret = leave_keyring();
	if (!ret)
		ret = check(uid, gid);
	if (!ret && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		     prctl(PR_SET_NAME, "sspseal-worker")))
		ret = -errno;
	if (!ret && filter)
		ret = worker_filter();
	return ret;
}

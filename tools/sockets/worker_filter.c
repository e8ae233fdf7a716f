// SPDX-License-Identifier: MIT
/*
 * The system calls that the worker has left: those of a loop over connections, and
 * of ioctl the commands for sealing, unsealing, taking over and giving up a handle.
 * All others fail with EPERM.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/sspseal.h>

#include "worker.h"

#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#else
#error "which architecture is it?"
#endif

#define LOAD		(BPF_LD | BPF_W | BPF_ABS)
#define JUMP_IF_EQUAL	(BPF_JMP | BPF_JEQ | BPF_K)
#define RETURN		(BPF_RET | BPF_K)

#define LENGTH_MAX	64

static struct sock_filter filter[LENGTH_MAX];
static struct sock_fprog program = { .filter = filter };

/* @yes, @no: how many instructions a jump leaves out. */
static void add(__u16 code, __u32 value, __u8 yes, __u8 no)
{
	filter[program.len++] = (struct sock_filter){ code, yes, no, value };
}

/* If the word that was loaded is this one, the call may be made. */
static void allow(__u32 value)
{
	add(JUMP_IF_EQUAL, value, 0, 1);
	add(RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

/* Numbers mean other calls in other architectures. */
static void check_architecture(void)
{
	add(LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(JUMP_IF_EQUAL, ARCHITECTURE, 1, 0);
	add(RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

/* But for ioctl, which is looked at further. */
static void allow_calls(void)
{
	add(LOAD, offsetof(struct seccomp_data, nr), 0, 0);
#ifdef SYS_poll
	allow(SYS_poll);
#endif
	allow(SYS_ppoll);
	allow(SYS_recvfrom);
	allow(SYS_sendto);
	allow(SYS_recvmsg);
	allow(SYS_write);
	allow(SYS_close);
	allow(SYS_restart_syscall);
	allow(SYS_exit_group);
	add(JUMP_IF_EQUAL, SYS_ioctl, 1, 0);
	add(RETURN, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

/* The lower half of the word, all that a command has: little-endian. */
static void allow_commands(void)
{
	add(LOAD, offsetof(struct seccomp_data, args[1]), 0, 0);
	allow(SSPSEAL_SEAL);
	allow(SSPSEAL_UNSEAL);
	allow(SSPSEAL_IMPORT);
	allow(SSPSEAL_DESTROY);
	add(RETURN, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

int worker_filter(void)
{
	program.len = 0;
	check_architecture();
	allow_calls();
	allow_commands();
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -errno;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the targets share: the input, read from its beginning to its end, and the
 * names between libFuzzer, a target and what is fuzzed. The library is built to
 * call kernel_*() instead of the system: see the Makefile.
 */
#ifndef SSPSEAL_USER_FUZZ_H
#define SSPSEAL_USER_FUZZ_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

/* libFuzzer calls it LLVMFuzzerTestOneInput. */
int fuzz_one(const __u8 *bytes, size_t size);

/* ---- the input. Behind its end there are zeroes. ---- */

void input_begin(const __u8 *bytes, size_t size);
size_t input_left(void);
void input_take(void *to, size_t size);
__u8 input_byte(void);
__u16 input_short(void);
__u32 input_number(void);
/*
 * A block of its own, to be freed, so that no byte beyond it is there: @wanted
 * bytes, or what is left.
 */
void *input_block(size_t wanted, size_t *size);

/* ---- the system ---- */

/* Of each target: the device. */
int kernel_ioctl(int fd, unsigned long request, ...);
/*
 * The device is a file that can be opened, and what begins like this the process's own,
 * as others may be fuzzed beside it; all others are what they are.
 */
#define OWN_FILE	"/dev/shm/sspseal-fuzz-"
int kernel_open(const char *path, int flags, ...);
/* Its name for those that open it without kernel_open(). */
const char *own_file(void);
/* request_key(): what was asked for, and the answer, a serial or -errno. */
extern const char *key_type, *key_description;
extern long key_answer;
long kernel_syscall(long number, ...);

/* A file with this content, in place of what it had. */
void write_file(const char *path, const void *bytes, size_t size);

/* sspsealctl's main(), and what each of its commands is instead. */
struct job;
int sspsealctl(int argc, char **argv);
int tool_run(struct job *job);

/* What the two processes of the sandbox call instead of the system. */
void __attribute((__noreturn__)) worker_exit(int status);
int worker_poll(struct pollfd *polled, nfds_t nr, int time);
ssize_t worker_write(int fd, const void *bytes, size_t size);
int sandbox_socketpair(int domain, int type, int protocol, int *ends);
pid_t sandbox_fork(void);
int sandbox_kill(pid_t pid, int signal);
pid_t sandbox_waitpid(pid_t pid, int *status, int options);

#endif /* SSPSEAL_USER_FUZZ_H */

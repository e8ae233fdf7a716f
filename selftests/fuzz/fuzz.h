/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the ABI fuzzer share. An input is a program of steps, each of
 * which is one call with arguments taken from its bytes:
 *
 *   main.c    which input is run next    program.c   what its bytes mean
 *   kcov.c    what it reached            oracle.c    what must be true of it
 */
#ifndef SSPSEAL_FUZZ_H
#define SSPSEAL_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/sspseal.h>

#define STEPS_MAX	32
#define WITH_FAULT	0x80

/**
 * struct step - one call
 * @op: which, modulo the number of them; with WITH_FAULT one of the allocations and
 *	copies in it fails, by @field
 * @where: bits 0-1: file, 2-4: handle, 5-7: message
 * @how: what is odd about it, see program.c
 * @kind: role, services, suite, rights
 * @size: class of DATA's size
 * @list: which buffers
 * @field: where @value is put into the struct or the array; which point fails
 * @choice: of values, if @value is not taken
 * @value: any
 */
struct step {
	__u8 op;
	__u8 where;
	__u8 how;
	__u8 kind;
	__u8 size;
	__u8 list;
	__u8 field;
	__u8 choice;
	__u64 value;
};

struct program {
	unsigned int nr;
	struct step step[STEPS_MAX];
};

/* ---- program.c ---- */

void program_init(void);
/* Leaves no file open and no thread behind. */
void program_run(const struct program *program);

/* How often each command was called, and how often it succeeded. */
struct tally {
	const char *name;
	unsigned long calls;
	unsigned long successes;
};

/* The last one has no name. */
const struct tally *program_tally(void);

/* ---- kcov.c ---- */

/* Without it in kernel and module there are no edges. */
void kcov_init(void);
/* Of the calling thread; threads of a program call it, too. */
void kcov_thread_begin(void);
void kcov_thread_end(void);
/* Edges reached for the first time since the last call. */
unsigned int kcov_news(void);
unsigned int kcov_edges(void);

/* ---- oracle.c ---- */

void oracle_reset(void);
void oracle_finding(const char *what);
unsigned long oracle_findings(void);

/**
 * oracle_call - a call is over, or an operation of a batch
 * @cmd: which
 * @status: as the kernel left it, POISON32 before
 * @error: 0 or -errno
 * @unread: the -errno that is due because the struct is not taken, or 0
 */
void oracle_call(unsigned long cmd, __u32 status, int error, int unread);

/* To be asked before a message is sent, and told when its number is known. */
unsigned int oracle_now(void);

/**
 * oracle_sent - a message was sent
 * @begun: oracle_now() before it was
 * @token: its token
 * @plain: what it said before it was sealed, which stays; or NULL if its list was
 *	made odd, so that it cannot be told what was sent
 * @size: bytes of it
 */
void oracle_sent(unsigned int begun, const __u8 *token, const void *plain,
		 size_t size);

/**
 * oracle_burned - a number was used, and no token was seen
 * @begun: oracle_now() before it was
 * @salt: of the context
 * @sent: by QUERY afterwards, the numbers used
 */
void oracle_burned(unsigned int begun, const __u8 *salt, __u64 sent);

/**
 * oracle_received - a message was accepted
 * @token: its token
 * @data: NULL if it could not be written
 * @size: bytes of it
 * @by: salt of the context, if that detects replays, else NULL
 */
void oracle_received(const __u8 *token, const void *data, size_t size,
		     const __u8 *by);

/* ---- main.c ---- */

__u64 random64(void);

#endif /* SSPSEAL_FUZZ_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of memory and of its bounds share.
 */
#ifndef MEMORY_TEST_H
#define MEMORY_TEST_H

#include <stddef.h>

#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define MIB		(1024 * 1024)
/* The most of a message that is only authenticated. */
#define ASSOCIATED	65536

/* Handles and contexts are freed after an RCU grace period, and then some. */
#define PATIENCE	100
void wait_a_little(void);

/* Anonymous memory, or shared one that stays charged to who touched it first. */
void *memory(size_t size, int flags);

__u32 initiator(int fd);
__u32 acceptor(int fd);
int export_call(int fd, __u32 handle, __u32 flags, struct sspseal_export *e);
int import_call(int fd, int from, __u32 flags, struct sspseal_import *i);

/* A message whose DATA is not there: its call waits in the kernel. */
struct waiting {
	int fd;
	__u32 handle;
	unsigned long cmd;
	struct sspseal_buffer b[3];
	__u8 token[TOKEN_SIZE];
	int status;
};

/* Its call, for team_start(). */
void wait_in_kernel(void *job);

#endif /* MEMORY_TEST_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of sspseal share: raw calls, contexts, messages, and the rule
 * that a refusal changes nothing. Needs neither OpenSSL nor the library.
 */
#ifndef SSPSEAL_TEST_H
#define SSPSEAL_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sspseal.h>

/* Every output is filled with this before a call. */
#define POISON		0xcc
#define POISON32	0xccccccccU
/* What call() and refused() return when the kernel broke a rule of theirs. */
#define BROKEN		(-100000)

#define TOKEN		SSPSEAL_BUFFER_TOKEN
#define DATA		SSPSEAL_BUFFER_DATA
#define STREAM		SSPSEAL_BUFFER_STREAM
#define PADDING		SSPSEAL_BUFFER_PADDING
#define READONLY	SSPSEAL_BUFFER_READONLY
#define RWC		SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM
#define TOKEN_SIZE	SSPSEAL_TOKEN_SIZE

#define ALL_SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
			 SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT)

#define TEST_KEY_SIZE	32
extern const __u8 test_key[SSPSEAL_KEY_MAX];

/* A new file of the device, close-on-exec. */
int device_open(void);

/* The -errno that belongs to a status, 1 if the status is not known. */
int status_errno(__u32 status);

/**
 * call - an ioctl, and what the ABI promises of each
 * @fd: the file
 * @cmd: SSPSEAL_*
 * @arg: its struct
 *
 * Return: the status; -errno if the kernel wrote no status; BROKEN if status and
 * errno do not belong together.
 */
int call(int fd, unsigned long cmd, void *arg);

/**
 * refused - a message call that must fail and must leave no trace
 * @fd: the file
 * @cmd: SSPSEAL_SEAL, UNSEAL, SIGN or VERIFY
 * @m: the message; all memory that it points to must be readable
 *
 * Return: as call(); BROKEN also if the call succeeded, or if a buffer, the
 * array, the struct, or a counter of the context has changed.
 */
int refused(int fd, unsigned long cmd, struct sspseal_message *m);

/* Contexts. create_*() give the handle, or 0 on failure. */
struct sspseal_create create_args(__u32 role, __u32 services);
__u32 create_context(int fd, __u32 role, __u32 services);
__u32 create_native(int fd, __u32 role, __u32 services, __u32 flags,
		    struct sspseal_native *native);
int destroy(int fd, __u32 handle);
int query(int fd, __u32 handle, struct sspseal_query *q);
int info(int fd, __u32 suite, struct sspseal_info *i);
/* Numbers used for sending and messages accepted, -1 on failure. */
__s64 sent(int fd, __u32 handle);
__s64 received(int fd, __u32 handle);

/* Messages. */
struct sspseal_buffer buffer(__u32 type, void *ptr, size_t cb);
struct sspseal_message message(__u32 handle, struct sspseal_buffer *b,
			       __u32 nr);
/* call() with a message of these buffers, qop and sequence 0. */
int message_call(int fd, unsigned long cmd, __u32 handle,
		 struct sspseal_buffer *b, __u32 nr);
int message_refused(int fd, unsigned long cmd, __u32 handle,
		    struct sspseal_buffer *b, __u32 nr);
/* A message of one TOKEN and one DATA. */
int simple_call(int fd, unsigned long cmd, __u32 handle, void *token,
		void *data, size_t cb);
int simple_refused(int fd, unsigned long cmd, __u32 handle, void *token,
		   void *data, size_t cb);

/* Bytes that look random, the same in every run. */
void fill(void *p, size_t size);
__u32 pick(__u32 below);
/* Does memory consist of this byte only? */
bool all_bytes(const void *p, int byte, size_t size);

/* A number in /sys/module/sspseal/parameters: -1 if it is not there. */
long parameter_get(const char *name);
bool parameter_set(const char *name, long value);

/*
 * Memory before a page that cannot be touched: @size bytes that end exactly
 * there. fence() gives that page's address; a page lies before it.
 */
void *before_fence(size_t size);
void *fence(void);

#endif /* SSPSEAL_TEST_H */

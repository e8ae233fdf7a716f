/* SPDX-License-Identifier: MIT */
/*
 * What the handshake is made of: credentials, contexts that wait for the peer, and
 * the calls that lead from the one to the other.
 */
#ifndef SSPSEAL_HANDSHAKE_H
#define SSPSEAL_HANDSHAKE_H

#include <sys/types.h>

#include "handshake_token.h"
#include "internal.h"
#include "names.h"

/* ---- texts: text.c ---- */

/**
 * struct text - a text of a caller
 * @wide: it is UTF-16, else UTF-8
 * @at: where; may be NULL if @length is 0
 * @length: in characters of that sort
 */
struct text {
	bool wide;
	const void *at;
	size_t length;
};

struct text sspseal_text(bool wide, const void *string);
ssize_t sspseal_utf8(struct text text, char *out, size_t room);

/* ---- credentials: credentials.c ---- */

#define KEY_NAME_MAX	4096

/**
 * struct credential - who this end is, and where its key is
 * @next: in the list of those that have a handle
 * @number: what stands in the handle
 * @references: the handle's, and one for each handshake; under the list's lock
 * @use: SECPKG_CRED_*
 * @identity: of this end
 * @identity_size: bytes of it
 * @key: "sspseal:NAME" or "file:/PATH"
 */
struct credential {
	struct credential *next;
	ULONG_PTR number;
	unsigned int references;
	ULONG use;
	char identity[HANDSHAKE_NAME_MAX + 1];
	size_t identity_size;
	char key[KEY_NAME_MAX];
};

struct credential *sspseal_credential_get(const SecHandle *handle);
void sspseal_credential_put(struct credential *credential);
bool sspseal_credential_is(const struct credential *credential,
			   const SecHandle *handle);
SECURITY_STATUS sspseal_credential_create(const struct credential *credential,
					  struct sspseal_create *create);

/* ---- contexts that wait: half_open.c ---- */

/**
 * struct half_open - a context whose handshake has begun
 * @next: in the list of those that wait
 * @deadline: second of CLOCK_BOOTTIME at which it ends
 * @owner: the process that began it, and that destroys it then
 * @credential: what it was begun with, referenced
 * @handle: the kernel's; 0 as long as there is none
 * @role: SSPSEAL_ROLE_*
 * @services: what this end asked for; an acceptor's: what both agreed on
 * @asked: what else the first call asked for: ISC_REQ_* or ASC_REQ_*
 * @target: the name that the peer must have; empty for any
 * @names: of both ends, once the peer has told its own
 * @offer_size: bytes of @offer
 * @offer: an initiator's token 1
 */
struct half_open {
	struct half_open *next;
	__u64 deadline;
	pid_t owner;
	struct credential *credential;
	__u32 handle;
	__u32 role;
	__u32 services;
	ULONG asked;
	char target[HANDSHAKE_NAME_MAX + 1];
	struct named *names;
	size_t offer_size;
	__u8 offer[HANDSHAKE_TOKEN_MAX];
};

struct half_open *sspseal_half_open_new(struct credential *credential,
					__u32 role);
void sspseal_half_open_wait(struct half_open *half);
struct half_open *sspseal_half_open_take(__u32 handle, __u32 role,
					 const SecHandle *credential);
void sspseal_half_open_done(struct half_open *half);
void sspseal_half_open_end(struct half_open *half);
void sspseal_half_open_forget(__u32 handle);
void sspseal_half_open_forget_all(void);
void sspseal_half_open_end_late(void);
void sspseal_half_open_forked(void);

/* ---- the caller's buffers: handshake_buffers.c ---- */

/**
 * struct received - what the peer sent
 * @bytes: a copy: the caller's memory may change while it is looked at
 * @size: bytes of it; 0 if it is longer than any token
 */
struct received {
	__u8 bytes[HANDSHAKE_TOKEN_MAX];
	size_t size;
};

/**
 * struct reply - where the token for the peer goes
 * @buffer: the caller's
 * @memory: its memory, or what it will be
 * @allocated: @memory was allocated here, and is not the caller's yet
 */
struct reply {
	SecBuffer *buffer;
	void *memory;
	bool allocated;
};

SecBuffer *sspseal_find_buffer(const SecBufferDesc *desc, ULONG type,
			       ULONG *nr);
bool sspseal_has_bindings(const SecBufferDesc *input);
bool sspseal_says_nothing(const SecBufferDesc *input);
SECURITY_STATUS sspseal_receive(const SecBufferDesc *input,
				struct received *received);
SECURITY_STATUS sspseal_reply_prepare(const SecBufferDesc *output,
				      bool allocate, size_t size,
				      struct reply *reply);
void sspseal_reply_send(struct reply *reply, const __u8 *token, size_t size);
void sspseal_reply_drop(const struct reply *reply);

/* ---- the kernel's part: handshake_kernel.c ---- */

#define ALL_SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
			 SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT)

size_t sspseal_list_suites(__u8 *list);
SECURITY_STATUS sspseal_choose_suite(const struct handshake_token *offer,
				     struct span *suite);
SECURITY_STATUS sspseal_handshake_create(struct half_open *half, __u8 *salt);
SECURITY_STATUS sspseal_handshake_bind(const struct half_open *half,
				       const struct handshake_token *peer,
				       const struct handshake_token *answer,
				       struct span offer_bytes,
				       struct span answer_head);
SECURITY_STATUS sspseal_make_confirmation(const struct half_open *half,
					  __u8 *token);
SECURITY_STATUS sspseal_check_confirmation(const struct half_open *half,
					   const struct handshake_token *token);

#endif /* SSPSEAL_HANDSHAKE_H */

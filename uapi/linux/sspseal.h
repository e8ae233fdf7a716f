/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note OR MIT */
/*
 * sspseal: message protection with the session keys in the kernel.
 *
 * The interface of /dev/sspseal. The header stands alone and can be used from
 * C and C++, by 64-bit and 32-bit programs: every struct has one layout.
 */
#ifndef _UAPI_LINUX_SSPSEAL_H
#define _UAPI_LINUX_SSPSEAL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SSPSEAL_DEVICE		"/dev/sspseal"
#define SSPSEAL_ABI_VERSION	1
#define SSPSEAL_TYPE		0xE8

/**
 * DOC: General ioctl format
 *
 * Each command takes the address of its own struct. The first field, @size, is
 * set by the caller to the size of the struct it was compiled with. A shorter
 * struct than the kernel's is taken as ending in zero bytes, down to the size
 * that the first version of the command had; a longer one is taken if the rest
 * is zero. Pointers are 64 bits wide. Reserved fields must be zero.
 *
 * The second field, @status, tells in &enum sspseal_status which rule refused a
 * call. It is an output, ignored on input and written for every call whose
 * struct could be read, successful or not. All other outputs are written only
 * on success. One status always comes with one errno:
 *
 * - ENOTTY: the command is unknown.
 * - E2BIG: the struct is longer than the kernel's, and what is beyond is not
 *   zero. @status is not written.
 * - EINVAL: the struct is shorter than the first version's (@status is not
 *   written), or everything in it is known, but it is wrong.
 * - EOPNOTSUPP: a known field with an unknown flag or value, or a reserved
 *   field that is not zero.
 * - EFAULT: an address cannot be read or written.
 * - ENOENT: no such handle in this file.
 * - EACCES: the handle does not have the right.
 * - ENOMEM: no memory.
 * - EBUSY: this file has too many bytes in flight.
 * - EMFILE, ENFILE: too many handles in this file, or contexts in the system.
 * - EMSGSIZE: a message, or a part of it, is too long or too short.
 * - EBADMSG: the token is malformed, or the message is not authentic.
 * - EILSEQ: authentic, but not in its place: a replay, or out of order.
 * - EKEYEXPIRED: the context has come to its end.
 * - EPERM: the context does not offer this protection.
 * - EIO: the cipher failed.
 * - EINTR: a signal came before anything was done.
 */

/**
 * enum sspseal_status - which rule refused a call
 * @SSPSEAL_STATUS_OK: success
 *
 * @SSPSEAL_STATUS_NO_HANDLE: ENOENT: this file never gave out the handle
 * @SSPSEAL_STATUS_ALREADY_DESTROYED: ENOENT: this file gave out the handle
 *	before, it has been destroyed since
 * @SSPSEAL_STATUS_NO_RIGHT: EACCES: the handle does not have the right that the
 *	command needs
 *
 * @SSPSEAL_STATUS_NO_SERVICE: EPERM: the context was made without services: it
 *	protects nothing
 * @SSPSEAL_STATUS_EXPIRED: EKEYEXPIRED: the context has expired, or it has used
 *	up its send counter or its allowance of failed authentications. Final
 * @SSPSEAL_STATUS_SEND_ENDED: EKEYEXPIRED: a number was burned on a context that
 *	keeps strict order, so the peer could not accept any later one; receiving
 *	goes on
 *
 * @SSPSEAL_STATUS_RESERVED: EOPNOTSUPP: a reserved field is not zero
 * @SSPSEAL_STATUS_FLAGS: EOPNOTSUPP: an unknown flag
 * @SSPSEAL_STATUS_MECHANISM: EOPNOTSUPP: an unknown mechanism
 * @SSPSEAL_STATUS_ROLE: EOPNOTSUPP: neither initiator nor acceptor
 * @SSPSEAL_STATUS_SERVICES: EOPNOTSUPP: an unknown service
 * @SSPSEAL_STATUS_POLICY: EINVAL: REQUIRE_SEAL without CONFIDENTIALITY
 * @SSPSEAL_STATUS_SUITE: EOPNOTSUPP: an unknown suite
 * @SSPSEAL_STATUS_DEFAULT_SUITE: EINVAL: the default suite is not one of those
 *	allowed
 * @SSPSEAL_STATUS_KEY_SIZE: EINVAL: the session key is shorter than
 *	SSPSEAL_KEY_MIN or longer than SSPSEAL_KEY_MAX bytes
 * @SSPSEAL_STATUS_PARAMS_SIZE: EINVAL: the mechanism's parameters are shorter
 *	than their first version, or longer than the kernel's and not zero there
 * @SSPSEAL_STATUS_EXPIRY: EINVAL: the expiry lies in the past
 *
 * @SSPSEAL_STATUS_NO_MEMORY: ENOMEM: no memory
 * @SSPSEAL_STATUS_BUSY: EBUSY: too many bytes in flight in this file
 * @SSPSEAL_STATUS_LIMIT_FILE: EMFILE: this file has as many handles as the
 *	module allows
 * @SSPSEAL_STATUS_LIMIT_TOTAL: ENFILE: there are as many contexts as the module
 *	allows
 * @SSPSEAL_STATUS_FAULT: EFAULT: an address could not be read, or (commands
 *	other than messages) not be written; nothing has changed
 * @SSPSEAL_STATUS_FAULT_AFTER_COMMIT: EFAULT: an address could not be written
 *	after the message's number was used. The message counts as sent or
 *	received; its buffers are undefined, but hold nothing unauthenticated.
 *	Of DESTROY: it was done, only the struct could not be written
 * @SSPSEAL_STATUS_CIPHER: EIO: the cipher failed or is not there
 * @SSPSEAL_STATUS_INTERRUPTED: EINTR: a signal came before anything was done
 *
 * @SSPSEAL_STATUS_NO_CONFIDENTIALITY: EPERM: the call asks for sealing on a
 *	context without CONFIDENTIALITY
 * @SSPSEAL_STATUS_QOP: EOPNOTSUPP: QualityOfProtection has an unknown bit
 * @SSPSEAL_STATUS_QOP_SUITE: EOPNOTSUPP: QualityOfProtection names a suite that
 *	is unknown or not allowed to the context
 * @SSPSEAL_STATUS_NO_BUFFERS: EINVAL: no buffers
 * @SSPSEAL_STATUS_TOO_MANY_BUFFERS: EINVAL: more than SSPSEAL_BUFFERS_MAX
 * @SSPSEAL_STATUS_NO_TOKEN: EINVAL: no TOKEN (nor STREAM, where one is taken)
 * @SSPSEAL_STATUS_TOKEN_TOO_SMALL: EMSGSIZE: TOKEN is smaller than the token
 * @SSPSEAL_STATUS_TOKEN_READONLY: EINVAL: TOKEN is to be written, but has one of
 *	the read-only attributes
 * @SSPSEAL_STATUS_TOKEN_NULL: EINVAL: TOKEN has no address
 * @SSPSEAL_STATUS_TWO_TOKENS: EINVAL: two entries of type TOKEN, or two of
 *	type STREAM
 * @SSPSEAL_STATUS_TOKEN_AND_STREAM: EINVAL: both TOKEN and STREAM
 * @SSPSEAL_STATUS_NO_DATA: EINVAL: no DATA, or only with read-only attributes
 *	where a plain one is needed
 * @SSPSEAL_STATUS_TWO_DATA: EINVAL: two plain DATA
 * @SSPSEAL_STATUS_DATA_READONLY: EINVAL: the only DATA is DATA|READONLY
 * @SSPSEAL_STATUS_NULL_BUFFER: EINVAL: an entry with a length but no address
 * @SSPSEAL_STATUS_OVERLAP: EINVAL: two entries overlap, and one is written
 * @SSPSEAL_STATUS_BUFFER_TYPE: EINVAL: a type above 28, a reserved attribute, or
 *	READONLY together with READONLY_WITH_CHECKSUM
 * @SSPSEAL_STATUS_DATA_TOO_LONG: EMSGSIZE: DATA is longer than the kernel takes
 * @SSPSEAL_STATUS_ASSOCIATED_TOO_LONG: EMSGSIZE: the bytes that are only
 *	authenticated are longer than the kernel takes
 * @SSPSEAL_STATUS_INCOMPLETE: EMSGSIZE: STREAM is shorter than a token
 *
 * @SSPSEAL_STATUS_TOKEN_VERSION: EBADMSG: unknown token version
 * @SSPSEAL_STATUS_TOKEN_SUITE: EBADMSG: the token's suite is unknown or not
 *	allowed to the context
 * @SSPSEAL_STATUS_TOKEN_FLAGS: EBADMSG: unknown or contradictory flags in the
 *	token, or a reserved byte that is not zero
 * @SSPSEAL_STATUS_TOKEN_REFLECTED: EBADMSG: the token was sent by this end's
 *	own side
 * @SSPSEAL_STATUS_TOKEN_KIND: EBADMSG: a signature given to UNSEAL, or a sealed
 *	or wrapped message given to VERIFY
 * @SSPSEAL_STATUS_TOKEN_SALT: EBADMSG: the token belongs to another session
 * @SSPSEAL_STATUS_SEALED: EPERM: a sealed message for a context without
 *	CONFIDENTIALITY
 * @SSPSEAL_STATUS_NOT_SEALED: EPERM: a message that is not encrypted, for a
 *	context made with REQUIRE_SEAL
 * @SSPSEAL_STATUS_ALTERED: EBADMSG: the message is not authentic: data,
 *	associated buffers, their order, or the token were changed
 * @SSPSEAL_STATUS_CALLER_SEQUENCE: EILSEQ: authentic, but the token's
 *	MessageSequenceNumber is not the one that the caller expects
 * @SSPSEAL_STATUS_REPLAYED: EILSEQ: authentic, and accepted before
 * @SSPSEAL_STATUS_TOO_OLD: EILSEQ: authentic, but too old to tell if it is a
 *	replay
 * @SSPSEAL_STATUS_OUT_OF_ORDER: EILSEQ: authentic, but not the next one, on a
 *	context with SEQUENCE_DETECT
 * @SSPSEAL_STATUS_TOKEN_COUNTER: EBADMSG: the token's counter is one that no
 *	sender uses
 *
 * New values may be added at the end of a group; a caller treats one that it
 * does not know by its errno.
 */
enum sspseal_status {
	SSPSEAL_STATUS_OK = 0,

	SSPSEAL_STATUS_NO_HANDLE = 1,
	SSPSEAL_STATUS_ALREADY_DESTROYED,
	SSPSEAL_STATUS_NO_RIGHT,

	SSPSEAL_STATUS_NO_SERVICE = 16,
	SSPSEAL_STATUS_EXPIRED,
	SSPSEAL_STATUS_SEND_ENDED,

	SSPSEAL_STATUS_RESERVED = 32,
	SSPSEAL_STATUS_FLAGS,
	SSPSEAL_STATUS_MECHANISM,
	SSPSEAL_STATUS_ROLE,
	SSPSEAL_STATUS_SERVICES,
	SSPSEAL_STATUS_POLICY,
	SSPSEAL_STATUS_SUITE,
	SSPSEAL_STATUS_DEFAULT_SUITE,
	SSPSEAL_STATUS_KEY_SIZE,
	SSPSEAL_STATUS_PARAMS_SIZE,
	SSPSEAL_STATUS_EXPIRY,

	SSPSEAL_STATUS_NO_MEMORY = 64,
	SSPSEAL_STATUS_BUSY,
	SSPSEAL_STATUS_LIMIT_FILE,
	SSPSEAL_STATUS_LIMIT_TOTAL,
	SSPSEAL_STATUS_FAULT,
	SSPSEAL_STATUS_FAULT_AFTER_COMMIT,
	SSPSEAL_STATUS_CIPHER,
	SSPSEAL_STATUS_INTERRUPTED,

	SSPSEAL_STATUS_NO_CONFIDENTIALITY = 96,
	SSPSEAL_STATUS_QOP,
	SSPSEAL_STATUS_QOP_SUITE,
	SSPSEAL_STATUS_NO_BUFFERS,
	SSPSEAL_STATUS_TOO_MANY_BUFFERS,
	SSPSEAL_STATUS_NO_TOKEN,
	SSPSEAL_STATUS_TOKEN_TOO_SMALL,
	SSPSEAL_STATUS_TOKEN_READONLY,
	SSPSEAL_STATUS_TOKEN_NULL,
	SSPSEAL_STATUS_TWO_TOKENS,
	SSPSEAL_STATUS_TOKEN_AND_STREAM,
	SSPSEAL_STATUS_NO_DATA,
	SSPSEAL_STATUS_TWO_DATA,
	SSPSEAL_STATUS_DATA_READONLY,
	SSPSEAL_STATUS_NULL_BUFFER,
	SSPSEAL_STATUS_OVERLAP,
	SSPSEAL_STATUS_BUFFER_TYPE,
	SSPSEAL_STATUS_DATA_TOO_LONG,
	SSPSEAL_STATUS_ASSOCIATED_TOO_LONG,
	SSPSEAL_STATUS_INCOMPLETE,

	SSPSEAL_STATUS_TOKEN_VERSION = 128,
	SSPSEAL_STATUS_TOKEN_SUITE,
	SSPSEAL_STATUS_TOKEN_FLAGS,
	SSPSEAL_STATUS_TOKEN_REFLECTED,
	SSPSEAL_STATUS_TOKEN_KIND,
	SSPSEAL_STATUS_TOKEN_SALT,
	SSPSEAL_STATUS_SEALED,
	SSPSEAL_STATUS_NOT_SEALED,
	SSPSEAL_STATUS_ALTERED,
	SSPSEAL_STATUS_CALLER_SEQUENCE,
	SSPSEAL_STATUS_REPLAYED,
	SSPSEAL_STATUS_TOO_OLD,
	SSPSEAL_STATUS_OUT_OF_ORDER,
	SSPSEAL_STATUS_TOKEN_COUNTER
};

/* The one mechanism: tokens as Documentation/token-format.rst describes them. */
#define SSPSEAL_MECH_NATIVE		1

/* Suites: the token's suite byte, and bits 8..15 of QualityOfProtection. */
#define SSPSEAL_SUITE_AES_256_GCM	1
#define SSPSEAL_SUITE_AES_128_GCM	2
#define SSPSEAL_SUITE_CHACHA20_POLY1305	3
/* A set of suites, as in @suites below: one bit for each. */
#define SSPSEAL_SUITE_BIT(suite)	(1U << (suite))

/* The two ends of a context. One of each shares the session key. */
#define SSPSEAL_ROLE_INITIATOR		1
#define SSPSEAL_ROLE_ACCEPTOR		2

/* Services. Each of the others implies INTEGRITY; none is allowed. */
#define SSPSEAL_CONFIDENTIALITY		0x00000001U
#define SSPSEAL_INTEGRITY		0x00000002U
#define SSPSEAL_REPLAY_DETECT		0x00000004U
#define SSPSEAL_SEQUENCE_DETECT		0x00000008U

/* Rights of a handle. */
#define SSPSEAL_RIGHT_SEAL		0x00000001U
#define SSPSEAL_RIGHT_UNSEAL		0x00000002U
#define SSPSEAL_RIGHT_SIGN		0x00000004U
#define SSPSEAL_RIGHT_VERIFY		0x00000008U
#define SSPSEAL_RIGHT_QUERY		0x00000010U

/* QualityOfProtection. */
#define SSPSEAL_QOP_NO_ENCRYPT		0x80000001U
#define SSPSEAL_QOP_SUITE(suite)	((suite) << 8)
#define SSPSEAL_QOP_SUITE_MASK		0x0000ff00U

/* Fixed sizes, in bytes unless said otherwise. */
#define SSPSEAL_KEY_MIN			16
#define SSPSEAL_KEY_MAX			64
#define SSPSEAL_SALT_SIZE		16
#define SSPSEAL_TOKEN_SIZE		48
#define SSPSEAL_BUFFERS_MAX		32
#define SSPSEAL_NAME_SIZE		128

/**
 * struct sspseal_info - what the module offers (SSPSEAL_INFO)
 * @size: sizeof(struct sspseal_info)
 * @status: out: &enum sspseal_status
 * @suite: in: the suite that the fields from @key_size on describe, 0 for the
 *	default one; out: its id
 * @abi_version: out: SSPSEAL_ABI_VERSION of the kernel
 * @mechanisms: out: known mechanisms, bit n for mechanism n
 * @suites: out: known suites, SSPSEAL_SUITE_BIT() each
 * @max_buffers: out: entries in the buffer array of a message
 * @max_data: out: bytes in DATA of a sealed message
 * @max_associated: out: bytes in all that are only authenticated, beside a
 *	sealed DATA
 * @max_signed: out: bytes in all that are authenticated in a message without
 *	encryption
 * @window: out: how many numbers the replay window remembers
 * @max_handles: out: handles in one file
 * @max_contexts: out: contexts in the system
 * @key_size: out: bytes of the suite's key
 * @tag_size: out: bytes of the suite's tag
 * @token_size: out: bytes of a token
 * @__reserved: must be 0
 * @driver: out: the kernel's driver for the suite, NUL-terminated
 *
 * Errors: RESERVED; SUITE if @suite is not known.
 */
struct sspseal_info {
	__u32 size;
	__u32 status;
	__u32 suite;
	__u32 abi_version;
	__u32 mechanisms;
	__u32 suites;
	__u32 max_buffers;
	__u32 max_data;
	__u32 max_associated;
	__u32 max_signed;
	__u32 window;
	__u32 max_handles;
	__u32 max_contexts;
	__u32 key_size;
	__u32 tag_size;
	__u32 token_size;
	__aligned_u64 __reserved;
	char driver[SSPSEAL_NAME_SIZE];
};

/**
 * struct sspseal_native - parameters of SSPSEAL_MECH_NATIVE
 * @suites: the suites that the context may use, SSPSEAL_SUITE_BIT() each; 0 for
 *	all that the kernel knows
 * @default_suite: the suite of a message that names none; 0 for
 *	SSPSEAL_SUITE_AES_256_GCM if @suites allows it, else the allowed one with
 *	the lowest id
 * @salt: out: this end's salt, which stands in all its tokens. Not a secret
 *
 * The receiver of a native context pins the first sender's salt that it accepts.
 * That is for session keys that are used once: with a reused key, an acceptor
 * made anew accepts the recording of a whole earlier session.
 */
struct sspseal_native {
	__u32 suites;
	__u32 default_suite;
	__u8 salt[SSPSEAL_SALT_SIZE];
};

/* Flags of SSPSEAL_CREATE. Refuse received messages that are not encrypted. */
#define SSPSEAL_CREATE_REQUIRE_SEAL	0x00000001U

/**
 * struct sspseal_create - make a context (SSPSEAL_CREATE)
 * @size: sizeof(struct sspseal_create)
 * @status: out: &enum sspseal_status
 * @flags: SSPSEAL_CREATE_*
 * @mechanism: SSPSEAL_MECH_NATIVE
 * @role: SSPSEAL_ROLE_INITIATOR or SSPSEAL_ROLE_ACCEPTOR
 * @services: SSPSEAL_CONFIDENTIALITY and others, may be 0
 * @key: address of the session key. It is read once and not kept: the caller
 *	wipes its own copy after the call
 * @key_size: bytes at @key, SSPSEAL_KEY_MIN to SSPSEAL_KEY_MAX
 * @params_size: bytes at @params, 0 for none (then all defaults)
 * @params: address of the mechanism's parameters, struct sspseal_native
 * @expiry: CLOCK_REALTIME second from which on the context is expired, 0 for
 *	never
 * @handle: out: the handle, not 0. It means something in this file only, and is
 *	not given out again before 2^31 others
 * @__reserved: must be 0
 *
 * Waits for the kernel's random generator. Any thread, any process that holds
 * the file may use the handle then; the context ends with the last handle.
 *
 * Errors: RESERVED, FLAGS, MECHANISM, ROLE, SERVICES, POLICY, EXPIRY, KEY_SIZE,
 * PARAMS_SIZE, SUITE, DEFAULT_SUITE, FAULT, NO_MEMORY, LIMIT_FILE, LIMIT_TOTAL,
 * CIPHER, INTERRUPTED.
 */
struct sspseal_create {
	__u32 size;
	__u32 status;
	__u32 flags;
	__u32 mechanism;
	__u32 role;
	__u32 services;
	__aligned_u64 key;
	__u32 key_size;
	__u32 params_size;
	__aligned_u64 params;
	__aligned_u64 expiry;
	__u32 handle;
	__u32 __reserved;
};

/**
 * struct sspseal_destroy - give up a handle (SSPSEAL_DESTROY)
 * @size: sizeof(struct sspseal_destroy)
 * @status: out: &enum sspseal_status
 * @handle: the handle
 * @__reserved: must be 0
 *
 * Calls in progress finish. Keys are zeroed when the last handle of a context
 * is gone and the last call on it has finished.
 *
 * Errors: RESERVED, NO_HANDLE, ALREADY_DESTROYED, FAULT_AFTER_COMMIT.
 */
struct sspseal_destroy {
	__u32 size;
	__u32 status;
	__u32 handle;
	__u32 __reserved;
};

/* Types of a buffer, with the values of SSPI's SECBUFFER_*. */
#define SSPSEAL_BUFFER_EMPTY			0
#define SSPSEAL_BUFFER_DATA			1
#define SSPSEAL_BUFFER_TOKEN			2
#define SSPSEAL_BUFFER_PADDING			9
#define SSPSEAL_BUFFER_STREAM			10
#define SSPSEAL_BUFFER_TYPE_MAX			28
/* Attributes of a buffer, or'ed to its type. */
#define SSPSEAL_BUFFER_ATTRMASK			0xf0000000U
#define SSPSEAL_BUFFER_READONLY			0x80000000U
#define SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM	0x10000000U

/**
 * struct sspseal_buffer - one part of a message
 * @cb: bytes at @ptr
 * @type: SSPSEAL_BUFFER_*, with attributes
 * @ptr: address; may be 0 if @cb is 0
 *
 * The layout is that of a 64-bit program's SecBuffer, and never changes.
 *
 * - DATA: the message. Exactly one for SEAL and UNSEAL, which encrypt and
 *   decrypt it in place; one or more for SIGN and VERIFY.
 * - DATA|READONLY_WITH_CHECKSUM: authenticated in its place in the array, not
 *   encrypted, never written. At most 32 entries in all.
 * - DATA|READONLY: neither read nor written nor authenticated.
 * - TOKEN: where SEAL and SIGN write the token (@cb becomes its size), and UNSEAL
 *   and VERIFY find it (bytes beyond the token are ignored).
 * - STREAM (UNSEAL only, instead of TOKEN): token and data one behind the other.
 *   The data is decrypted there, and DATA's @ptr and @cb are set to it.
 * - PADDING: SEAL and SIGN set @cb to 0, unless it is READONLY.
 * - all other types up to SSPSEAL_BUFFER_TYPE_MAX are ignored.
 */
struct sspseal_buffer {
	__u32 cb;
	__u32 type;
	__aligned_u64 ptr;
};

/**
 * struct sspseal_message - protect or check one message (SSPSEAL_SEAL, UNSEAL,
 *	SIGN, VERIFY)
 * @size: sizeof(struct sspseal_message)
 * @status: out: &enum sspseal_status
 * @handle: the context
 * @qop: SEAL: 0, SSPSEAL_QOP_NO_ENCRYPT to authenticate DATA without encrypting
 *	it, and SSPSEAL_QOP_SUITE() for another suite than the default. SIGN:
 *	the same, NO_ENCRYPT makes no difference. UNSEAL, VERIFY: ignored on
 *	input; out: SSPSEAL_QOP_NO_ENCRYPT if UNSEAL found the message not
 *	encrypted, else 0
 * @sequence: the caller's MessageSequenceNumber. SEAL and SIGN put it into the
 *	token. UNSEAL and VERIFY compare it with the token's, unless it is 0. It
 *	has nothing to do with the nonce
 * @nr_buffers: entries at @buffers, 1 to SSPSEAL_BUFFERS_MAX
 * @buffers: address of an array of struct sspseal_buffer. Its @cb and @ptr are
 *	written on success as told there
 *
 * Checks are made in this order: the handle, its right, the context's services
 * and expiry, @qop, the buffers, bytes in flight, faults on reading; then, for
 * UNSEAL and VERIFY, the form of the token, the context's policy, the tag, the
 * caller's number, and the order of messages. A refusal changes nothing, neither
 * buffers nor counters nor windows. What cannot be written to memory is noticed
 * only after the number was used: FAULT_AFTER_COMMIT.
 *
 * Every call may be made by any number of threads on one context at a time.
 *
 * Errors of all four: NO_HANDLE, ALREADY_DESTROYED, NO_RIGHT, NO_SERVICE,
 * EXPIRED, NO_BUFFERS, TOO_MANY_BUFFERS, NO_TOKEN, TOKEN_TOO_SMALL, TOKEN_NULL,
 * TWO_TOKENS, NO_DATA, NULL_BUFFER, BUFFER_TYPE, DATA_TOO_LONG,
 * ASSOCIATED_TOO_LONG, FAULT, FAULT_AFTER_COMMIT, NO_MEMORY, BUSY, CIPHER.
 * Of SEAL and SIGN: QOP, QOP_SUITE, TOKEN_READONLY, OVERLAP, SEND_ENDED. Of SEAL:
 * NO_CONFIDENTIALITY. Of SEAL and UNSEAL: TWO_DATA, DATA_READONLY. Of UNSEAL:
 * OVERLAP, TOKEN_AND_STREAM, INCOMPLETE, SEALED, NOT_SEALED. Of UNSEAL and
 * VERIFY: TOKEN_VERSION to TOKEN_SALT, ALTERED to TOKEN_COUNTER.
 */
struct sspseal_message {
	__u32 size;
	__u32 status;
	__u32 handle;
	__u32 qop;
	__u32 sequence;
	__u32 nr_buffers;
	__aligned_u64 buffers;
};

/**
 * struct sspseal_query - what is known of a context (SSPSEAL_QUERY)
 * @size: sizeof(struct sspseal_query)
 * @status: out: &enum sspseal_status
 * @handle: the context
 * @mechanism: out: SSPSEAL_MECH_*
 * @role: out: SSPSEAL_ROLE_*
 * @services: out: with all that are implied
 * @flags: out: SSPSEAL_CREATE_*
 * @rights: out: SSPSEAL_RIGHT_* of the handle
 * @suites: out: allowed suites, SSPSEAL_SUITE_BIT() each
 * @default_suite: out: suite of a message that names none
 * @max_signature: out: bytes of a TOKEN for SIGN: 0 without INTEGRITY
 * @security_trailer: out: bytes of a TOKEN for SEAL: 0 without INTEGRITY
 * @expired: out: 1 if the context has come to its end, else 0
 * @__reserved: must be 0
 * @expiry: out: CLOCK_REALTIME second, 0 for never
 * @sent: out: numbers used for sending
 * @received: out: messages accepted
 * @failed: out: messages whose authentication failed
 * @salt: out: this end's salt
 * @driver: out: the kernel's driver for the default suite, NUL-terminated; empty
 *	for a context without services
 *
 * The figures are a snapshot; other threads may be at work. An expired context
 * can still be queried.
 *
 * Errors: RESERVED, NO_HANDLE, ALREADY_DESTROYED, NO_RIGHT.
 */
struct sspseal_query {
	__u32 size;
	__u32 status;
	__u32 handle;
	__u32 mechanism;
	__u32 role;
	__u32 services;
	__u32 flags;
	__u32 rights;
	__u32 suites;
	__u32 default_suite;
	__u32 max_signature;
	__u32 security_trailer;
	__u32 expired;
	__u32 __reserved;
	__aligned_u64 expiry;
	__aligned_u64 sent;
	__aligned_u64 received;
	__aligned_u64 failed;
	__u8 salt[SSPSEAL_SALT_SIZE];
	char driver[SSPSEAL_NAME_SIZE];
};

#define SSPSEAL_INFO	_IO(SSPSEAL_TYPE, 0x00)
#define SSPSEAL_CREATE	_IO(SSPSEAL_TYPE, 0x01)
#define SSPSEAL_DESTROY	_IO(SSPSEAL_TYPE, 0x02)
#define SSPSEAL_QUERY	_IO(SSPSEAL_TYPE, 0x03)
#define SSPSEAL_SEAL	_IO(SSPSEAL_TYPE, 0x04)
#define SSPSEAL_UNSEAL	_IO(SSPSEAL_TYPE, 0x05)
#define SSPSEAL_SIGN	_IO(SSPSEAL_TYPE, 0x06)
#define SSPSEAL_VERIFY	_IO(SSPSEAL_TYPE, 0x07)

#endif /* _UAPI_LINUX_SSPSEAL_H */

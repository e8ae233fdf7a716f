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
 * on success, by FAULT_AFTER_COMMIT, or are taken back; but FAULT may leave the
 * struct itself written in part. One status always comes with one errno:
 *
 * - ENOTTY: the command is unknown.
 * - E2BIG: the struct is longer than the kernel's, and what is beyond is not
 *   zero, or it is longer than a page. @status is not written.
 * - EINVAL: the struct is shorter than the first version's (@status is not
 *   written), or everything in it is known, but it is wrong.
 * - EOPNOTSUPP: a known field with an unknown flag or value, or a reserved
 *   field that is not zero.
 * - EFAULT: an address cannot be read or written.
 * - ENOENT: no such handle in this file.
 * - EACCES: the handle does not have the right.
 * - ENOMEM: no memory.
 * - EBUSY: this file has too many bytes in flight.
 * - EMFILE, ENFILE: too many handles in this file or descriptors in the process,
 *   or contexts in the system.
 * - ELOOP: too many revocable exports, one made from another.
 * - EMSGSIZE: a message, or a part of it, is too long or too short.
 * - EBADMSG: the token is malformed, or the message is not authentic.
 * - EILSEQ: authentic, but not in its place: a replay, or out of order.
 * - EKEYEXPIRED: the context, the handle or the kernel key has come to its end.
 * - EKEYREVOKED: the handle, or the kernel key, was revoked.
 * - ENOKEY: no such kernel key.
 * - ENOTCONN, EISCONN: the context is not bound yet, or bound already.
 * - EBADF: a descriptor is not one of an sspseal file.
 * - EPERM: the context does not offer this protection, or the file not this
 *   command.
 * - EIO: the cipher failed.
 * - EINTR: a signal came before anything was done.
 */

/**
 * enum sspseal_status - which rule refused a call
 * @SSPSEAL_STATUS_OK: success
 *
 * @SSPSEAL_STATUS_NO_HANDLE: ENOENT: this file never gave out the handle
 * @SSPSEAL_STATUS_ALREADY_DESTROYED: ENOENT: this file gave out the handle
 *	before, it has been destroyed since; or the command that would have
 *	given it out failed, and later handles were given out meanwhile
 * @SSPSEAL_STATUS_NO_RIGHT: EACCES: the handle does not have the right that the
 *	command needs
 * @SSPSEAL_STATUS_REVOKED: EKEYREVOKED: whoever exported the handle took it back
 * @SSPSEAL_STATUS_HANDLE_EXPIRED: EKEYEXPIRED: the handle has expired, whether
 *	or not its context has. Final
 * @SSPSEAL_STATUS_ANONYMOUS: EPERM: the command is refused in a file that EXPORT
 *	or IMPORT made
 *
 * @SSPSEAL_STATUS_NO_SERVICE: EPERM: the context was made without services: it
 *	protects nothing
 * @SSPSEAL_STATUS_EXPIRED: EKEYEXPIRED: the context has expired, or it has used
 *	up its send counter or its allowance of failed authentications. Final
 * @SSPSEAL_STATUS_SEND_ENDED: EKEYEXPIRED: a number was burned on a context that
 *	keeps strict order, so the peer could not accept any later one; receiving
 *	goes on
 * @SSPSEAL_STATUS_NOT_BOUND: ENOTCONN: the context was made with UNBOUND, and
 *	BIND has not been called
 * @SSPSEAL_STATUS_UNCONFIRMED: ENOTCONN: the context was bound with CONFIRM, and
 *	not both ends have confirmed; or they have since, and another call than this
 *	SIGN was first
 * @SSPSEAL_STATUS_ALREADY_BOUND: EISCONN: the context is bound, or was not made
 *	with UNBOUND
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
 *	than their first version, or longer than the kernel's and not zero there, or
 *	longer than a page
 * @SSPSEAL_STATUS_EXPIRY: EINVAL: the expiry lies in the past, or is later than
 *	that of the handle exported
 * @SSPSEAL_STATUS_KEY_SOURCE: EINVAL: both a session key and the serial of one
 * @SSPSEAL_STATUS_KEY_SERIAL: ENOKEY: no such kernel key
 * @SSPSEAL_STATUS_KEY_PERMISSION: EACCES: the caller may not use the kernel key
 * @SSPSEAL_STATUS_KEY_TYPE: EINVAL: the kernel key is neither of type "user" nor
 *	of type "logon" with a description that begins "sspseal:"
 * @SSPSEAL_STATUS_KEY_EXPIRED: EKEYEXPIRED: the kernel key has expired
 * @SSPSEAL_STATUS_KEY_REVOKED: EKEYREVOKED: the kernel key was revoked
 * @SSPSEAL_STATUS_SERVICES_ADDED: EINVAL: BIND asks for CONFIDENTIALITY, CREATE
 *	did not
 * @SSPSEAL_STATUS_CONFIRM: EINVAL: CONFIRM without INTEGRITY
 * @SSPSEAL_STATUS_SUITE_NOT_ALLOWED: EINVAL: CREATE did not allow the suite
 * @SSPSEAL_STATUS_PEER_SALT: EINVAL: the peer's salt is all zero, or this end's
 * @SSPSEAL_STATUS_BINDING_SIZE: EINVAL: the binding is longer than
 *	SSPSEAL_BINDING_MAX bytes
 * @SSPSEAL_STATUS_RIGHTS: EINVAL: no rights, or more than the handle exported has
 * @SSPSEAL_STATUS_DESCRIPTOR: EBADF: not the descriptor of an sspseal file
 * @SSPSEAL_STATUS_OPERATIONS: EINVAL: no operations, more than
 *	SSPSEAL_OPERATIONS_MAX, or a stride shorter than one operation, or one
 *	that is not a multiple of 8
 * @SSPSEAL_STATUS_COMMAND: EOPNOTSUPP: an operation is none of SEAL, UNSEAL,
 *	SIGN, VERIFY
 *
 * @SSPSEAL_STATUS_NO_MEMORY: ENOMEM: no memory
 * @SSPSEAL_STATUS_BUSY: EBUSY: too many bytes in flight in this file
 * @SSPSEAL_STATUS_LIMIT_FILE: EMFILE: this file has as many handles as the
 *	module allows
 * @SSPSEAL_STATUS_LIMIT_TOTAL: ENFILE: there are as many contexts as the module
 *	allows
 * @SSPSEAL_STATUS_FAULT: EFAULT: an address could not be read, or (commands
 *	other than messages) not be written; nothing has changed, but for
 *	the struct itself, which may have been written in part
 * @SSPSEAL_STATUS_FAULT_AFTER_COMMIT: EFAULT: an address could not be written
 *	after the message's number was used. The message counts as sent or
 *	received; its buffers are undefined, but hold nothing unauthenticated.
 *	Of DESTROY and BIND: it was done, only the struct could not be written. Of
 *	BATCH: see &struct sspseal_batch
 * @SSPSEAL_STATUS_CIPHER: EIO: the cipher failed or is not there. SEAL and SIGN
 *	may have used a number then, as with FAULT_AFTER_COMMIT
 * @SSPSEAL_STATUS_INTERRUPTED: EINTR: a signal came before anything was done
 * @SSPSEAL_STATUS_NO_DESCRIPTOR: EMFILE: the process has no descriptor left, or
 *	the system no file
 * @SSPSEAL_STATUS_LIMIT_DEPTH: ELOOP: SSPSEAL_REVOCABLE_DEPTH revocable exports
 *	were made one from the other already
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
 * @SSPSEAL_STATUS_OVERLAP: EINVAL: two entries overlap that the command uses, and
 *	one is written
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
 * @SSPSEAL_STATUS_TOKEN_CONFIRMATION: EBADMSG: the first message of a context
 *	bound with CONFIRM is not a confirmation, or a later one, or one of any
 *	other context, is
 * @SSPSEAL_STATUS_TOKEN_COUNTER: EBADMSG: the token's counter is one that no
 *	sender uses
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
 *
 * New values may be added at the end of a group; a caller treats one that it
 * does not know by its errno.
 */
enum sspseal_status {
	SSPSEAL_STATUS_OK = 0,

	SSPSEAL_STATUS_NO_HANDLE = 1,
	SSPSEAL_STATUS_ALREADY_DESTROYED,
	SSPSEAL_STATUS_NO_RIGHT,
	SSPSEAL_STATUS_REVOKED,
	SSPSEAL_STATUS_HANDLE_EXPIRED,
	SSPSEAL_STATUS_ANONYMOUS,

	SSPSEAL_STATUS_NO_SERVICE = 16,
	SSPSEAL_STATUS_EXPIRED,
	SSPSEAL_STATUS_SEND_ENDED,
	SSPSEAL_STATUS_NOT_BOUND,
	SSPSEAL_STATUS_UNCONFIRMED,
	SSPSEAL_STATUS_ALREADY_BOUND,

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
	SSPSEAL_STATUS_KEY_SOURCE,
	SSPSEAL_STATUS_KEY_SERIAL,
	SSPSEAL_STATUS_KEY_PERMISSION,
	SSPSEAL_STATUS_KEY_TYPE,
	SSPSEAL_STATUS_KEY_EXPIRED,
	SSPSEAL_STATUS_KEY_REVOKED,
	SSPSEAL_STATUS_SERVICES_ADDED,
	SSPSEAL_STATUS_CONFIRM,
	SSPSEAL_STATUS_SUITE_NOT_ALLOWED,
	SSPSEAL_STATUS_PEER_SALT,
	SSPSEAL_STATUS_BINDING_SIZE,
	SSPSEAL_STATUS_RIGHTS,
	SSPSEAL_STATUS_DESCRIPTOR,
	SSPSEAL_STATUS_OPERATIONS,
	SSPSEAL_STATUS_COMMAND,

	SSPSEAL_STATUS_NO_MEMORY = 64,
	SSPSEAL_STATUS_BUSY,
	SSPSEAL_STATUS_LIMIT_FILE,
	SSPSEAL_STATUS_LIMIT_TOTAL,
	SSPSEAL_STATUS_FAULT,
	SSPSEAL_STATUS_FAULT_AFTER_COMMIT,
	SSPSEAL_STATUS_CIPHER,
	SSPSEAL_STATUS_INTERRUPTED,
	SSPSEAL_STATUS_NO_DESCRIPTOR,
	SSPSEAL_STATUS_LIMIT_DEPTH,

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
	SSPSEAL_STATUS_TOKEN_CONFIRMATION,
	SSPSEAL_STATUS_TOKEN_COUNTER,
	SSPSEAL_STATUS_TOKEN_SALT,
	SSPSEAL_STATUS_SEALED,
	SSPSEAL_STATUS_NOT_SEALED,
	SSPSEAL_STATUS_ALTERED,
	SSPSEAL_STATUS_CALLER_SEQUENCE,
	SSPSEAL_STATUS_REPLAYED,
	SSPSEAL_STATUS_TOO_OLD,
	SSPSEAL_STATUS_OUT_OF_ORDER
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
#define SSPSEAL_RIGHT_EXPORT		0x00000020U

/* QualityOfProtection. */
#define SSPSEAL_QOP_NO_ENCRYPT		0x80000001U
#define SSPSEAL_QOP_SUITE(suite)	((suite) << 8)
#define SSPSEAL_QOP_SUITE_MASK		0x0000ff00U

/* Fixed sizes, in bytes unless said otherwise. */
#define SSPSEAL_KEY_MIN			16
#define SSPSEAL_KEY_MAX			64
/* How the description of a "logon" key that may be used begins. */
#define SSPSEAL_LOGON_PREFIX		"sspseal:"
#define SSPSEAL_SALT_SIZE		16
#define SSPSEAL_BINDING_MAX		4096
#define SSPSEAL_TOKEN_SIZE		48
#define SSPSEAL_BUFFERS_MAX		32
#define SSPSEAL_OPERATIONS_MAX		1024
#define SSPSEAL_REVOCABLE_DEPTH		16
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
 * @driver: out: the kernel's driver for the suite, which all contexts have,
 *	NUL-terminated
 *
 * Errors: RESERVED, FAULT; SUITE if @suite is not known.
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
 * Without SSPSEAL_CREATE_UNBOUND, the receiver pins the first sender's salt that
 * it accepts. That is for session keys that are used once: with a reused key, an
 * acceptor made anew accepts the recording of a whole earlier session.
 *
 * With it, the salts of both ends go into every key, and a recording opens in no
 * later context: see &struct sspseal_bind.
 */
struct sspseal_native {
	__u32 suites;
	__u32 default_suite;
	__u8 salt[SSPSEAL_SALT_SIZE];
};

/* Flags of SSPSEAL_CREATE. */
/* UNSEAL refuses messages that are not encrypted; VERIFY takes signatures. */
#define SSPSEAL_CREATE_REQUIRE_SEAL	0x00000001U
/* No messages until SSPSEAL_BIND has brought the peer's salt. */
#define SSPSEAL_CREATE_UNBOUND		0x00000002U

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
 * @key_size: bytes at @key, SSPSEAL_KEY_MIN to SSPSEAL_KEY_MAX; 0 with @key_serial
 * @params_size: bytes at @params, 0 for none (then all defaults)
 * @params: address of the mechanism's parameters, struct sspseal_native
 * @expiry: CLOCK_REALTIME second from which on the context is expired, 0 for
 *	never
 * @handle: out: the handle, not 0. It means something in this file only, and is
 *	not given out again before about 2^31 others
 * @key_serial: instead of @key: a kernel key that holds the session key. Of type
 *	"logon", with a description that begins "sspseal:" and search permission,
 *	or of type "user" with read permission. Its revocation later does not
 *	end the context; its expiry caps @expiry
 *
 * Waits for the kernel's random generator. Any thread, any process that holds
 * the file may use the handle then; the context ends with the last handle.
 *
 * Errors: ANONYMOUS, FLAGS, MECHANISM, ROLE, SERVICES, POLICY, EXPIRY,
 * KEY_SOURCE, KEY_SIZE, KEY_SERIAL to KEY_REVOKED, PARAMS_SIZE, SUITE,
 * DEFAULT_SUITE, FAULT, NO_MEMORY, LIMIT_FILE, LIMIT_TOTAL, CIPHER, INTERRUPTED.
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
	__s32 key_serial;
};

/* Flags of SSPSEAL_BIND. Both ends prove that they have the same keys. */
#define SSPSEAL_BIND_CONFIRM		0x00000001U

/**
 * struct sspseal_bind - tie a context to its peer (SSPSEAL_BIND)
 * @size: sizeof(struct sspseal_bind)
 * @status: out: &enum sspseal_status
 * @handle: a handle that CREATE gave out, with SSPSEAL_CREATE_UNBOUND
 * @flags: SSPSEAL_BIND_*
 * @services: what both ends agreed on. They replace those of CREATE, but do not
 *	add CONFIDENTIALITY
 * @suite: the suite that both ends agreed on, one of those that CREATE allowed:
 *	the only one from now on
 * @binding: address of what both ends agree on, a handshake's transcript
 * @binding_size: bytes at @binding, 0 to SSPSEAL_BINDING_MAX
 * @__reserved: must be 0
 * @peer_salt: the salt that CREATE gave the other end
 *
 * Once for each context. A call that fails changes nothing. Both ends must have
 * the same session key, salts, suite and binding, or nothing that one sends will
 * be authentic to the other.
 *
 * With CONFIRM, the first SIGN of each end is its confirmation, whose DATA may be
 * empty, and only it and the VERIFY of the peer's pass until both were made;
 * all else is refused as UNCONFIRMED. A confirmation that was burned expires the
 * context.
 *
 * Errors: RESERVED, FLAGS, NO_HANDLE, ALREADY_DESTROYED, REVOKED, HANDLE_EXPIRED,
 * NO_RIGHT, ALREADY_BOUND, EXPIRED, SERVICES, SERVICES_ADDED, POLICY, CONFIRM, SUITE,
 * SUITE_NOT_ALLOWED, PEER_SALT, BINDING_SIZE, FAULT, FAULT_AFTER_COMMIT, NO_MEMORY,
 * CIPHER.
 */
struct sspseal_bind {
	__u32 size;
	__u32 status;
	__u32 handle;
	__u32 flags;
	__u32 services;
	__u32 suite;
	__aligned_u64 binding;
	__u32 binding_size;
	__u32 __reserved;
	__u8 peer_salt[SSPSEAL_SALT_SIZE];
};

/* Flags of SSPSEAL_EXPORT. The exporter can take back what it gave. */
#define SSPSEAL_EXPORT_REVOCABLE	0x00000001U

/**
 * struct sspseal_export - make a file that has the use of a context
 *	(SSPSEAL_EXPORT)
 * @size: sizeof(struct sspseal_export)
 * @status: out: &enum sspseal_status
 * @handle: the context, with SSPSEAL_RIGHT_EXPORT; bound and confirmed
 * @flags: SSPSEAL_EXPORT_*
 * @rights: SSPSEAL_RIGHT_*, at least one, none that @handle does not have
 * @fd: out: descriptor of a new sspseal file, close-on-exec, in which the context
 *	has the handle SSPSEAL_EXPORTED_HANDLE. Message commands work on it;
 *	CREATE and IMPORT into it do not. It can be passed to another process
 * @expiry: CLOCK_REALTIME second from which on the new handle is expired, not
 *	later than that of @handle; 0 for the same as @handle's
 * @revoker: out: with REVOCABLE, a handle without rights in this file. Its
 *	DESTROY, and the close of this file, revokes the new handle and all that
 *	were made from it by IMPORT or EXPORT. Else 0
 * @__reserved: must be 0
 *
 * All sharers use one context with one pair of counters. It ends with the last
 * handle: the new one outlives the exporter.
 *
 * Errors: RESERVED, FLAGS, NO_HANDLE, ALREADY_DESTROYED, REVOKED, HANDLE_EXPIRED,
 * NO_RIGHT, NOT_BOUND, UNCONFIRMED, RIGHTS, EXPIRY, LIMIT_DEPTH, LIMIT_FILE,
 * NO_DESCRIPTOR, NO_MEMORY, FAULT.
 */
struct sspseal_export {
	__u32 size;
	__u32 status;
	__u32 handle;
	__u32 flags;
	__u32 rights;
	__s32 fd;
	__aligned_u64 expiry;
	__u32 revoker;
	__u32 __reserved;
};

#define SSPSEAL_EXPORTED_HANDLE		1

/* Flags of SSPSEAL_IMPORT. Into a new file, not the one that is called. */
#define SSPSEAL_IMPORT_NEW_FILE		0x00000001U

/**
 * struct sspseal_import - copy a handle from another file (SSPSEAL_IMPORT)
 * @size: sizeof(struct sspseal_import)
 * @status: out: &enum sspseal_status
 * @fd: in: descriptor of the sspseal file to copy from. To have it is the right
 *	to do so
 * @source: the handle there; 0 for SSPSEAL_EXPORTED_HANDLE
 * @flags: SSPSEAL_IMPORT_*
 * @handle: out: the handle here, or in the new file, with the same rights and
 *	expiry, revoked with the one it was copied from
 * @new_fd: out: with NEW_FILE, descriptor of a new sspseal file, close-on-exec,
 *	for a process that may not open the device: IMPORT works in it, CREATE
 *	does not. Else -1
 * @__reserved: must be 0
 *
 * Errors: RESERVED, FLAGS, ANONYMOUS, DESCRIPTOR, NO_HANDLE, ALREADY_DESTROYED,
 * REVOKED, HANDLE_EXPIRED, NO_RIGHT (@source is a revoker), LIMIT_FILE,
 * NO_DESCRIPTOR, NO_MEMORY, FAULT. NO_HANDLE and the next four are about @source.
 */
struct sspseal_import {
	__u32 size;
	__u32 status;
	__s32 fd;
	__u32 source;
	__u32 flags;
	__u32 handle;
	__s32 new_fd;
	__u32 __reserved;
};

/**
 * struct sspseal_destroy - give up a handle (SSPSEAL_DESTROY)
 * @size: sizeof(struct sspseal_destroy)
 * @status: out: &enum sspseal_status
 * @handle: the handle
 * @__reserved: must be 0
 *
 * A handle that was revoked or has expired is still to be destroyed. Calls in
 * progress finish. Keys are zeroed when the last handle of a context
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
 * - PADDING: SEAL and SIGN set @cb to 0, unless a read-only attribute is set.
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
 * Checks are made in this order: the handle, its revocation, its expiry, its
 * right; the context's services, binding, confirmation and expiry; @qop, the
 * buffers, bytes in flight, faults on reading; then, for UNSEAL and VERIFY, the
 * form of the token, the context's policy, the tag, the caller's number, and the
 * order of messages. A refusal changes nothing, neither buffers nor counters nor
 * windows; a failed authentication is counted. What cannot be written to memory
 * is noticed only after the number was used: FAULT_AFTER_COMMIT.
 *
 * Every call may be made by any number of threads on one context at a time.
 *
 * Errors of all four: NO_HANDLE, ALREADY_DESTROYED, REVOKED, HANDLE_EXPIRED,
 * NO_RIGHT, NO_SERVICE, NOT_BOUND, UNCONFIRMED, EXPIRED, NO_BUFFERS,
 * TOO_MANY_BUFFERS, NO_TOKEN, TOKEN_TOO_SMALL, TOKEN_NULL, TWO_TOKENS, NO_DATA,
 * NULL_BUFFER, BUFFER_TYPE, DATA_TOO_LONG, ASSOCIATED_TOO_LONG, FAULT,
 * FAULT_AFTER_COMMIT, NO_MEMORY, BUSY, CIPHER.
 * Of all but VERIFY: TOKEN_READONLY, OVERLAP. Of SEAL and SIGN: QOP, QOP_SUITE,
 * SEND_ENDED. Of SEAL: NO_CONFIDENTIALITY. Of SEAL and UNSEAL: TWO_DATA,
 * DATA_READONLY. Of UNSEAL: TOKEN_AND_STREAM, INCOMPLETE, SEALED, NOT_SEALED. Of
 * UNSEAL and VERIFY: TOKEN_VERSION to TOKEN_SALT, ALTERED to OUT_OF_ORDER.
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
 * struct sspseal_operation - one operation of a batch
 * @command: SSPSEAL_SEAL, SSPSEAL_UNSEAL, SSPSEAL_SIGN or SSPSEAL_VERIFY
 * @error: out: 0, or the negative errno that goes with @message.status
 * @message: as for that command alone; its @size is not looked at
 *
 * The layout never changes: a later command gets a batch of its own.
 */
struct sspseal_operation {
	__u32 command;
	__s32 error;
	struct sspseal_message message;
};

/**
 * struct sspseal_batch - several messages in one call (SSPSEAL_BATCH)
 * @size: sizeof(struct sspseal_batch)
 * @status: out: &enum sspseal_status of the batch itself
 * @operations: address of an array of struct sspseal_operation
 * @stride: bytes from one operation to the next, a multiple of 8, at least
 *	sizeof(struct sspseal_operation)
 * @nr: how many operations, 1 to SSPSEAL_OPERATIONS_MAX
 * @done: out: how many were done and have their result, successful or not
 * @__reserved: must be 0
 *
 * The operations are done in the order of the array, each as its command alone
 * would do it, with its own result. One that fails does not stop the rest. A
 * signal (or what the kernel treats as one: the freezer, task work), or an
 * operation that cannot be read, ends the batch: the call succeeds with fewer
 * than @nr done. The first is done in spite of a signal; if it cannot
 * be read the call fails, FAULT, and nothing has changed. It ends with
 * FAULT_AFTER_COMMIT if the operation behind the last of @done was done too, but
 * its result cannot be written, or @done cannot.
 *
 * Errors: RESERVED, OPERATIONS, FAULT, FAULT_AFTER_COMMIT; of an operation:
 * COMMAND, and those of its command.
 */
struct sspseal_batch {
	__u32 size;
	__u32 status;
	__aligned_u64 operations;
	__u32 stride;
	__u32 nr;
	__u32 done;
	__u32 __reserved;
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
 * @ready: out: 0 for an UNBOUND context that is not bound, or not confirmed; else 1
 * @expiry: out: CLOCK_REALTIME second of the context or of the handle, whichever
 *	is earlier; 0 for never
 * @sent: out: numbers used for sending
 * @received: out: messages accepted
 * @failed: out: messages whose authentication failed
 * @salt: out: this end's salt
 * @driver: out: the kernel's driver for the default suite, NUL-terminated; empty
 *	for a context that has no key for it (yet)
 *
 * The figures are a snapshot; other threads may be at work. An expired context
 * can still be queried.
 *
 * Errors: NO_HANDLE, ALREADY_DESTROYED, REVOKED, HANDLE_EXPIRED, NO_RIGHT, FAULT.
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
	__u32 ready;
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
#define SSPSEAL_BIND	_IO(SSPSEAL_TYPE, 0x08)
#define SSPSEAL_EXPORT	_IO(SSPSEAL_TYPE, 0x09)
#define SSPSEAL_IMPORT	_IO(SSPSEAL_TYPE, 0x0a)
#define SSPSEAL_BATCH	_IO(SSPSEAL_TYPE, 0x0b)

#endif /* _UAPI_LINUX_SSPSEAL_H */

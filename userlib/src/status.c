// SPDX-License-Identifier: MIT
/* What the statuses of the ABI are called, and what they mean to people. */
#include "internal.h"

struct words {
	const char *name;
	const char *text;
};

#define WORDS(name, text) ((struct words){ #name, text })

static struct words words(__u32 status)
{
	/* No default: the compiler names a status that is forgotten here. */
	switch ((enum sspseal_status)status) {
	case SSPSEAL_STATUS_OK:
		return WORDS(OK, "success");
	case SSPSEAL_STATUS_NO_HANDLE:
		return WORDS(NO_HANDLE, "no such handle");
	case SSPSEAL_STATUS_ALREADY_DESTROYED:
		return WORDS(ALREADY_DESTROYED, "handle already destroyed");
	case SSPSEAL_STATUS_NO_RIGHT:
		return WORDS(NO_RIGHT, "the handle does not have the right");
	case SSPSEAL_STATUS_REVOKED:
		return WORDS(REVOKED, "the handle was revoked");
	case SSPSEAL_STATUS_HANDLE_EXPIRED:
		return WORDS(HANDLE_EXPIRED, "the handle has expired");
	case SSPSEAL_STATUS_ANONYMOUS:
		return WORDS(ANONYMOUS, "not in a file that an export made");
	case SSPSEAL_STATUS_NO_SERVICE:
		return WORDS(NO_SERVICE, "the context protects nothing");
	case SSPSEAL_STATUS_EXPIRED:
		return WORDS(EXPIRED, "the context has expired");
	case SSPSEAL_STATUS_SEND_ENDED:
		return WORDS(SEND_ENDED, "sending ended by a lost message");
	case SSPSEAL_STATUS_NOT_BOUND:
		return WORDS(NOT_BOUND, "the context is not bound yet");
	case SSPSEAL_STATUS_UNCONFIRMED:
		return WORDS(UNCONFIRMED, "the context is not confirmed yet");
	case SSPSEAL_STATUS_ALREADY_BOUND:
		return WORDS(ALREADY_BOUND, "the context is bound already");
	case SSPSEAL_STATUS_RESERVED:
		return WORDS(RESERVED, "a reserved field is not zero");
	case SSPSEAL_STATUS_FLAGS:
		return WORDS(FLAGS, "unknown flag");
	case SSPSEAL_STATUS_MECHANISM:
		return WORDS(MECHANISM, "unknown mechanism");
	case SSPSEAL_STATUS_ROLE:
		return WORDS(ROLE, "neither initiator nor acceptor");
	case SSPSEAL_STATUS_SERVICES:
		return WORDS(SERVICES, "unknown service");
	case SSPSEAL_STATUS_POLICY:
		return WORDS(POLICY, "policy without confidentiality");
	case SSPSEAL_STATUS_SUITE:
		return WORDS(SUITE, "unknown suite");
	case SSPSEAL_STATUS_DEFAULT_SUITE:
		return WORDS(DEFAULT_SUITE, "default suite not allowed");
	case SSPSEAL_STATUS_KEY_SIZE:
		return WORDS(KEY_SIZE, "session key too short or too long");
	case SSPSEAL_STATUS_PARAMS_SIZE:
		return WORDS(PARAMS_SIZE, "parameters of a wrong size");
	case SSPSEAL_STATUS_EXPIRY:
		return WORDS(EXPIRY, "expiry in the past or too late");
	case SSPSEAL_STATUS_KEY_SOURCE:
		return WORDS(KEY_SOURCE, "both a session key and a kernel key");
	case SSPSEAL_STATUS_KEY_SERIAL:
		return WORDS(KEY_SERIAL, "no such kernel key");
	case SSPSEAL_STATUS_KEY_PERMISSION:
		return WORDS(KEY_PERMISSION, "no permission for the kernel key");
	case SSPSEAL_STATUS_KEY_TYPE:
		return WORDS(KEY_TYPE,
			     "kernel key not user, nor logon with sspseal:");
	case SSPSEAL_STATUS_KEY_EXPIRED:
		return WORDS(KEY_EXPIRED, "the kernel key has expired");
	case SSPSEAL_STATUS_KEY_REVOKED:
		return WORDS(KEY_REVOKED, "the kernel key was revoked");
	case SSPSEAL_STATUS_SERVICES_ADDED:
		return WORDS(SERVICES_ADDED,
			     "confidentiality added to the context");
	case SSPSEAL_STATUS_CONFIRM:
		return WORDS(CONFIRM, "confirmation without integrity");
	case SSPSEAL_STATUS_SUITE_NOT_ALLOWED:
		return WORDS(SUITE_NOT_ALLOWED, "suite not allowed");
	case SSPSEAL_STATUS_PEER_SALT:
		return WORDS(PEER_SALT, "peer's salt is zero or this end's");
	case SSPSEAL_STATUS_BINDING_SIZE:
		return WORDS(BINDING_SIZE, "binding too long");
	case SSPSEAL_STATUS_RIGHTS:
		return WORDS(RIGHTS, "no rights, or more than the handle has");
	case SSPSEAL_STATUS_DESCRIPTOR:
		return WORDS(DESCRIPTOR, "not a descriptor of sspseal");
	case SSPSEAL_STATUS_OPERATIONS:
		return WORDS(OPERATIONS, "array of operations of a wrong size");
	case SSPSEAL_STATUS_COMMAND:
		return WORDS(COMMAND, "unknown operation");
	case SSPSEAL_STATUS_NO_MEMORY:
		return WORDS(NO_MEMORY, "out of memory");
	case SSPSEAL_STATUS_BUSY:
		return WORDS(BUSY, "too many bytes in flight");
	case SSPSEAL_STATUS_LIMIT_FILE:
		return WORDS(LIMIT_FILE, "too many handles in this file");
	case SSPSEAL_STATUS_LIMIT_TOTAL:
		return WORDS(LIMIT_TOTAL, "too many contexts in the system");
	case SSPSEAL_STATUS_FAULT:
		return WORDS(FAULT, "bad address");
	case SSPSEAL_STATUS_FAULT_AFTER_COMMIT:
		return WORDS(FAULT_AFTER_COMMIT,
			     "bad address, noticed after it was done");
	case SSPSEAL_STATUS_CIPHER:
		return WORDS(CIPHER, "the cipher failed");
	case SSPSEAL_STATUS_INTERRUPTED:
		return WORDS(INTERRUPTED, "interrupted by a signal");
	case SSPSEAL_STATUS_NO_DESCRIPTOR:
		return WORDS(NO_DESCRIPTOR, "too many open files");
	case SSPSEAL_STATUS_LIMIT_DEPTH:
		return WORDS(LIMIT_DEPTH, "too many exports of exports");
	case SSPSEAL_STATUS_NO_CONFIDENTIALITY:
		return WORDS(NO_CONFIDENTIALITY,
			     "the context does not encrypt");
	case SSPSEAL_STATUS_QOP:
		return WORDS(QOP, "unknown quality of protection");
	case SSPSEAL_STATUS_QOP_SUITE:
		return WORDS(QOP_SUITE, "suite unknown or not allowed");
	case SSPSEAL_STATUS_NO_BUFFERS:
		return WORDS(NO_BUFFERS, "no buffers");
	case SSPSEAL_STATUS_TOO_MANY_BUFFERS:
		return WORDS(TOO_MANY_BUFFERS, "too many buffers");
	case SSPSEAL_STATUS_NO_TOKEN:
		return WORDS(NO_TOKEN, "no token buffer");
	case SSPSEAL_STATUS_TOKEN_TOO_SMALL:
		return WORDS(TOKEN_TOO_SMALL, "token buffer too small");
	case SSPSEAL_STATUS_TOKEN_READONLY:
		return WORDS(TOKEN_READONLY, "token buffer is read-only");
	case SSPSEAL_STATUS_TOKEN_NULL:
		return WORDS(TOKEN_NULL, "token buffer without an address");
	case SSPSEAL_STATUS_TWO_TOKENS:
		return WORDS(TWO_TOKENS, "more than one token buffer");
	case SSPSEAL_STATUS_TOKEN_AND_STREAM:
		return WORDS(TOKEN_AND_STREAM, "both token and stream buffer");
	case SSPSEAL_STATUS_NO_DATA:
		return WORDS(NO_DATA, "no data buffer");
	case SSPSEAL_STATUS_TWO_DATA:
		return WORDS(TWO_DATA, "more than one data buffer");
	case SSPSEAL_STATUS_DATA_READONLY:
		return WORDS(DATA_READONLY, "data buffer is read-only");
	case SSPSEAL_STATUS_NULL_BUFFER:
		return WORDS(NULL_BUFFER, "buffer without an address");
	case SSPSEAL_STATUS_OVERLAP:
		return WORDS(OVERLAP, "overlapping buffers");
	case SSPSEAL_STATUS_BUFFER_TYPE:
		return WORDS(BUFFER_TYPE, "unknown buffer type or attribute");
	case SSPSEAL_STATUS_DATA_TOO_LONG:
		return WORDS(DATA_TOO_LONG, "data too long");
	case SSPSEAL_STATUS_ASSOCIATED_TOO_LONG:
		return WORDS(ASSOCIATED_TOO_LONG, "associated data too long");
	case SSPSEAL_STATUS_INCOMPLETE:
		return WORDS(INCOMPLETE, "stream shorter than a token");
	case SSPSEAL_STATUS_TOKEN_VERSION:
		return WORDS(TOKEN_VERSION, "unknown token version");
	case SSPSEAL_STATUS_TOKEN_SUITE:
		return WORDS(TOKEN_SUITE, "suite of the token not allowed");
	case SSPSEAL_STATUS_TOKEN_FLAGS:
		return WORDS(TOKEN_FLAGS, "malformed token");
	case SSPSEAL_STATUS_TOKEN_REFLECTED:
		return WORDS(TOKEN_REFLECTED, "sent by this end's own side");
	case SSPSEAL_STATUS_TOKEN_KIND:
		return WORDS(TOKEN_KIND, "token of another kind of message");
	case SSPSEAL_STATUS_TOKEN_SALT:
		return WORDS(TOKEN_SALT, "token of another session");
	case SSPSEAL_STATUS_SEALED:
		return WORDS(SEALED, "encrypted, but the context is not");
	case SSPSEAL_STATUS_NOT_SEALED:
		return WORDS(NOT_SEALED, "not encrypted, but it has to be");
	case SSPSEAL_STATUS_ALTERED:
		return WORDS(ALTERED, "message altered");
	case SSPSEAL_STATUS_CALLER_SEQUENCE:
		return WORDS(CALLER_SEQUENCE, "not the number expected");
	case SSPSEAL_STATUS_REPLAYED:
		return WORDS(REPLAYED, "message received before");
	case SSPSEAL_STATUS_TOO_OLD:
		return WORDS(TOO_OLD, "message too old");
	case SSPSEAL_STATUS_OUT_OF_ORDER:
		return WORDS(OUT_OF_ORDER, "message out of order");
	case SSPSEAL_STATUS_TOKEN_COUNTER:
		return WORDS(TOKEN_COUNTER,
			     "token with a counter that no sender uses");
	case SSPSEAL_STATUS_TOKEN_CONFIRMATION:
		return WORDS(TOKEN_CONFIRMATION,
			     "confirmation missing, or where none may be");
	}
	return WORDS(UNKNOWN, "reason unknown to this library");
}

LIBEXPORT const char *sspseal_status_name(__u32 status)
{
	return words(status).name;
}

LIBEXPORT const char *sspseal_status_text(__u32 status)
{
	return words(status).text;
}

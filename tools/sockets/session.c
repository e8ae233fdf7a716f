// SPDX-License-Identifier: MIT
/*
 * The SSPI calls of a program that has a connection: credentials, a handshake,
 * sealed messages, the end. Tokens of the handshake are a block each; so is a
 * message: its token, then as many bytes as were sealed.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* ---- why something failed ---- */

static int fail(struct session *session, const char *what, const char *why)
{
	snprintf(session->error, sizeof(session->error), "%s: %s", what, why);
	return -1;
}

/* @error: of the transport, negative; 0 if the peer has closed the connection. */
static int fail_transport(struct session *session, const char *what, int error)
{
	return fail(session, what, error ? strerror(-error) :
					   "the peer closed the connection");
}

/* After a call for a message: its status tells which rule refused it. */
static int fail_message(struct session *session, const char *what,
			SECURITY_STATUS status)
{
	__u32 rule = sspseal_last_status();
	char why[128];

	snprintf(why, sizeof(why), "%s (%s, %s)", sspseal_status_text(rule),
		 sspseal_status_name(rule), sspseal_ntstatus_name(status));
	return fail(session, what, why);
}

static const char *handshake_text(SECURITY_STATUS status)
{
	switch (status) {
	case SEC_E_WRONG_PRINCIPAL:
		return "the end that was asked for has another name";
	case SEC_E_LOGON_DENIED:
		return "the peer has another key, or the name of this end";
	case SEC_E_INVALID_TOKEN:
		return "the peer does not speak this protocol";
	case SEC_E_NO_CREDENTIALS:
		return "the key is not there any more";
	default:
		return "refused";
	}
}

static int fail_handshake(struct session *session, SECURITY_STATUS status)
{
	char why[128];

	snprintf(why, sizeof(why), "%s (%s)", handshake_text(status),
		 sspseal_ntstatus_name(status));
	return fail(session, "handshake", why);
}

/* ---- credentials ---- */

/* As the identity structure has it: a key of the kernel, or a file's full name. */
static bool locate_key(const char *key, char *location, size_t room)
{
	char path[PATH_MAX];
	const char *prefix = "";

	if (strncmp(key, SSPSEAL_LOGON_PREFIX, strlen(SSPSEAL_LOGON_PREFIX))) {
		key = realpath(key, path);
		if (!key)
			return false;
		prefix = "file:";
	}
	return snprintf(location, room, "%s%s", prefix, key) < (int)room;
}

/**
 * session_credential() - who this end is, and which key it has
 * @identity: the name of this end
 * @key: "sspseal:NAME" for a logon key, else the name of a file
 * @use: SECPKG_CRED_OUTBOUND to initiate, SECPKG_CRED_INBOUND to accept
 * @credential: out: FreeCredentialsHandle() it
 *
 * Return: SEC_E_OK, SEC_E_NO_CREDENTIALS if there is no such file, or as
 * AcquireCredentialsHandle().
 */
SECURITY_STATUS session_credential(const char *identity, const char *key,
				   ULONG use, PCredHandle credential)
{
	char package[] = SSPSEAL_NAME_A, location[PATH_MAX];
	SEC_WINNT_AUTH_IDENTITY_A who = {
		.User = (unsigned char *)identity,
		.UserLength = strlen(identity),
		.Password = (unsigned char *)location,
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};

	if (!locate_key(key, location, sizeof(location)))
		return SEC_E_NO_CREDENTIALS;
	who.PasswordLength = strlen(location);
	return AcquireCredentialsHandleA(NULL, package, use, NULL, &who, NULL,
					 NULL, credential, NULL);
}

/* What came of it, for people. */
const char *session_credential_text(SECURITY_STATUS status)
{
	switch (status) {
	case SEC_E_NO_CREDENTIALS:
		return "there is no such key";
	case SEC_E_NOT_OWNER:
		return "no permission to use this key";
	case SEC_E_UNKNOWN_CREDENTIALS:
		return "not a name and a key of 16 to 64 bytes";
	default:
		return sspseal_ntstatus_name(status);
	}
}

/* ---- the handshake ---- */

/**
 * struct handshake - what a step of it needs
 * @credential: of this end
 * @peer: the name that the acceptor must have, NULL for any
 * @context: NULL at the first step
 * @input: the peer's token
 * @output: this end's
 */
struct handshake {
	PCredHandle credential;
	const char *peer;
	PCtxtHandle context;
	SecBuffer input;
	SecBuffer output;
};

typedef SECURITY_STATUS handshake_step(struct session *session,
				       struct handshake *handshake);

static SECURITY_STATUS initiate(struct session *session,
				struct handshake *handshake)
{
	SecBufferDesc input = { SECBUFFER_VERSION, 1, &handshake->input };
	SecBufferDesc output = { SECBUFFER_VERSION, 1, &handshake->output };
	ULONG flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_SEQUENCE_DETECT |
		      ISC_REQ_MUTUAL_AUTH;

	return InitializeSecurityContextA(handshake->credential,
					  handshake->context,
					  (SEC_CHAR *)handshake->peer, flags, 0,
					  SECURITY_NATIVE_DREP,
					  handshake->context ? &input : NULL, 0,
					  &session->context, &output, &flags,
					  NULL);
}

static SECURITY_STATUS accept_peer(struct session *session,
				   struct handshake *handshake)
{
	SecBufferDesc input = { SECBUFFER_VERSION, 1, &handshake->input };
	SecBufferDesc output = { SECBUFFER_VERSION, 1, &handshake->output };
	ULONG flags = ASC_REQ_CONFIDENTIALITY | ASC_REQ_SEQUENCE_DETECT |
		      ASC_REQ_MUTUAL_AUTH;

	return AcceptSecurityContext(handshake->credential, handshake->context,
				     &input, flags, SECURITY_NATIVE_DREP,
				     &session->context, &output, &flags, NULL);
}

/* Makes of the peer's token, which is in the block, what the peer is sent. */
static int take_step(struct session *session, struct handshake *handshake,
		     handshake_step *step, SECURITY_STATUS *status)
{
	struct block reply;
	int ret;

	handshake->output = (SecBuffer){
		SSPSEAL_MAX_TOKEN, SECBUFFER_TOKEN, reply.bytes
	};
	*status = step(session, handshake);
	if (*status != SEC_E_OK && *status != SEC_I_CONTINUE_NEEDED)
		return fail_handshake(session, *status);
	handshake->context = &session->context;
	if (!handshake->output.cbBuffer)
		return 0;
	ret = block_send(session->fd, &reply, handshake->output.cbBuffer);
	return ret ? fail_transport(session, "handshake", ret) : 0;
}

static int receive_token(struct session *session, struct handshake *handshake)
{
	ssize_t size = block_receive(session->fd, &session->block,
				     SSPSEAL_MAX_TOKEN);

	if (size <= 0)
		return fail_transport(session, "handshake", size);
	handshake->input = (SecBuffer){
		size, SECBUFFER_TOKEN, session->block.bytes
	};
	return 0;
}

static int complete(struct session *session)
{
	SECURITY_STATUS status;

	status = QueryContextAttributesA(&session->context, SECPKG_ATTR_SIZES,
					 &session->sizes);
	return status == SEC_E_OK ? 0 : fail_handshake(session, status);
}

/* @peer_first: the peer has the first word. */
static int shake_hands(struct session *session, struct handshake *handshake,
		       handshake_step *step, bool peer_first)
{
	SECURITY_STATUS status = SEC_I_CONTINUE_NEEDED;
	int ret = 0;

	SecInvalidateHandle(&session->context);
	while (!ret && status == SEC_I_CONTINUE_NEEDED) {
		if (peer_first || handshake->context)
			ret = receive_token(session, handshake);
		if (!ret)
			ret = take_step(session, handshake, step, &status);
	}
	if (!ret)
		ret = complete(session);
	if (ret)
		session_end(session);
	return ret;
}

/**
 * session_initiate() - begin a session over a connection
 * @session: out: if it succeeds, end it with session_end()
 * @fd: the connection
 * @credential: of session_credential()
 * @peer: the name that the acceptor must have, NULL for any
 *
 * Return: 0, or -1 with @session->error.
 */
int session_initiate(struct session *session, int fd, PCredHandle credential,
		     const char *peer)
{
	struct handshake handshake = { .credential = credential, .peer = peer };

	session->fd = fd;
	return shake_hands(session, &handshake, initiate, false);
}

/**
 * session_accept() - the other end of session_initiate()
 * @session: out: if it succeeds, end it with session_end()
 * @fd: the connection
 * @credential: of session_credential()
 *
 * Return: 0, or -1 with @session->error.
 */
int session_accept(struct session *session, int fd, PCredHandle credential)
{
	struct handshake handshake = { .credential = credential };

	session->fd = fd;
	return shake_hands(session, &handshake, accept_peer, true);
}

/* The key of the context is gone afterwards. */
void session_end(struct session *session)
{
	if (SecIsValidHandle(&session->context))
		DeleteSecurityContext(&session->context);
	SecInvalidateHandle(&session->context);
}

/* ---- messages ---- */

/* The two parts of the message in the block. */
static void describe(struct session *session, size_t size, SecBuffer *buffers)
{
	ULONG token = session->sizes.cbSecurityTrailer;

	buffers[0] = (SecBuffer){ token, SECBUFFER_TOKEN,
				  session->block.bytes };
	buffers[1] = (SecBuffer){ size, SECBUFFER_DATA,
				  session->block.bytes + token };
}

/**
 * session_send() - seal a message and send it
 * @session: the session
 * @data: the message
 * @size: bytes of it, MESSAGE_MAX at most
 *
 * Return: 0, or -1 with @session->error.
 */
int session_send(struct session *session, const void *data, size_t size)
{
	size_t token = session->sizes.cbSecurityTrailer;
	SecBuffer buffers[2];
	SecBufferDesc message = { SECBUFFER_VERSION, 2, buffers };
	SECURITY_STATUS status;
	int ret;

	if (size > BLOCK_MAX - token)
		return fail(session, "send", "the message is too long");
	memcpy(session->block.bytes + token, data, size);
	describe(session, size, buffers);
	status = EncryptMessage(&session->context, 0, &message, 0);
	if (status != SEC_E_OK)
		return fail_message(session, "send", status);
	ret = block_send(session->fd, &session->block, token + size);
	return ret ? fail_transport(session, "send", ret) : 0;
}

/* Integrity alone is not what this session is for. */
static int unseal(struct session *session, SecBuffer *buffers)
{
	SecBufferDesc message = { SECBUFFER_VERSION, 2, buffers };
	SECURITY_STATUS status;
	ULONG qop;

	status = DecryptMessage(&session->context, &message, 0, &qop);
	if (status != SEC_E_OK)
		return fail_message(session, "receive", status);
	if (qop == SECQOP_WRAP_NO_ENCRYPT)
		return fail(session, "receive", "the message is not encrypted");
	return 0;
}

/**
 * session_receive() - wait for a message and unseal it
 * @session: the session
 * @data: out: the message, in the session's memory up to the next call
 * @size: out: bytes of it
 *
 * That the connection has ended is not authenticated: whoever needs to know that
 * nothing is missing has the peer say that it was the last message.
 *
 * Return: 1; 0 if the peer has closed the connection; -1 with @session->error.
 */
int session_receive(struct session *session, unsigned char **data, size_t *size)
{
	ssize_t got = block_receive(session->fd, &session->block, BLOCK_MAX);
	SecBuffer buffers[2];

	if (got <= 0)
		return got ? fail_transport(session, "receive", got) : 0;
	if (got < (ssize_t)session->sizes.cbSecurityTrailer)
		return fail(session, "receive", "the message has no token");
	describe(session, got - session->sizes.cbSecurityTrailer, buffers);
	if (unseal(session, buffers))
		return -1;
	*data = buffers[1].pvBuffer;
	*size = buffers[1].cbBuffer;
	return 1;
}

// SPDX-License-Identifier: MIT
/*
 * The handshake: what the package makes of the peer's token is sent to the peer,
 * until the package has enough. It never waits, so that somebody who says nothing,
 * or a byte now and then, can be left to his deadline.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

/* ---- why it failed ---- */

static const char *status_text(SECURITY_STATUS status)
{
	switch (status) {
	case SEC_E_WRONG_PRINCIPAL:
		return "the peer has another name, or wants another peer";
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

static int fail(struct session *session, SECURITY_STATUS status)
{
	char why[128];

	snprintf(why, sizeof(why), "%s (%s)", status_text(status),
		 sspseal_ntstatus_name(status));
	return session_fail(session, "handshake", why);
}

static int fail_transport(struct session *session, int error)
{
	return session_fail(session, "handshake", error == -ENODATA ?
			    "the peer closed the connection" :
			    strerror(-error));
}

/* ---- the calls ---- */

/* A session here is worth nothing without these. The bits are the same in ASC. */
#define ASKED	(ISC_REQ_CONFIDENTIALITY | ISC_REQ_SEQUENCE_DETECT | \
		 ISC_REQ_MUTUAL_AUTH)

/* @token: of the peer, NULL if this end has the first word. */
static SECURITY_STATUS call(struct session *session, SecBuffer *token,
			    SecBufferDesc *output, ULONG *given)
{
	SecBufferDesc input = { SECBUFFER_VERSION, 1, token };
	PCtxtHandle context = session->begun ? &session->context : NULL;

	if (session->initiates)
		return InitializeSecurityContextA(session->credential, context,
						  (SEC_CHAR *)session->peer,
						  ASKED, 0,
						  SECURITY_NATIVE_DREP,
						  token ? &input : NULL, 0,
						  &session->context, output,
						  given, NULL);
	return AcceptSecurityContext(session->credential, context, &input,
				     ASKED, SECURITY_NATIVE_DREP,
				     &session->context, output, given, NULL);
}

/* SspSeal never asks for it; other packages do. */
static SECURITY_STATUS complete_token(struct session *session,
				      SECURITY_STATUS status,
				      SecBufferDesc *output)
{
	bool last = status == SEC_I_COMPLETE_NEEDED;

	if (!last && status != SEC_I_COMPLETE_AND_CONTINUE)
		return status;
	status = CompleteAuthToken(&session->context, output);
	if (status != SEC_E_OK)
		return status;
	return last ? SEC_E_OK : SEC_I_CONTINUE_NEEDED;
}

/* The acceptor names no target: it looks at who has come. */
static int check_name(struct session *session)
{
	SecPkgContext_NativeNamesA names;
	SECURITY_STATUS status;

	status = QueryContextAttributesA(&session->context,
					 SECPKG_ATTR_NATIVE_NAMES, &names);
	if (status != SEC_E_OK)
		return fail(session, status);
	snprintf(session->name, sizeof(session->name), "%s",
		 session->initiates ? names.sServerName : names.sClientName);
	FreeContextBuffer(names.sClientName);
	FreeContextBuffer(names.sServerName);
	if (!session->peer || !strcmp(session->peer, session->name))
		return 0;
	return fail(session, SEC_E_WRONG_PRINCIPAL);
}

/* A package may give less than it was asked for, and succeed. */
static int check_context(struct session *session, ULONG given)
{
	SECURITY_STATUS status;

	if ((given & ASKED) != ASKED)
		return session_fail(session, "handshake",
				    "the session would be less than sealed");
	status = QueryContextAttributesA(&session->context, SECPKG_ATTR_SIZES,
					 &session->sizes);
	return status == SEC_E_OK ? check_name(session) : fail(session, status);
}

/* Makes of @token, or of nothing, what is to be sent. */
static int take_step(struct session *session, SecBuffer *token)
{
	unsigned char reply[SSPSEAL_MAX_TOKEN];
	SecBuffer buffer = { sizeof(reply), SECBUFFER_TOKEN, reply };
	SecBufferDesc output = { SECBUFFER_VERSION, 1, &buffer };
	SECURITY_STATUS status;
	ULONG given = 0;

	status = call(session, token, &output, &given);
	status = complete_token(session, status, &output);
	if (status != SEC_E_OK && status != SEC_I_CONTINUE_NEEDED)
		return fail(session, status);
	session->begun = true;
	session->confirmed = status == SEC_E_OK;
	session->sending = buffer.cbBuffer;
	block_expect(&session->block);
	if (session->sending) {
		memcpy(session->block.bytes, reply, buffer.cbBuffer);
		block_fill(&session->block, buffer.cbBuffer);
	}
	return session->confirmed ? check_context(session, given) : 0;
}

/* ---- token by token ---- */

static void begin(struct session *session, int fd, PCredHandle credential)
{
	memset(session, 0, offsetof(struct session, block));
	session->fd = fd;
	session->credential = credential;
	SecInvalidateHandle(&session->context);
	block_expect(&session->block);
}

/**
 * session_initiate() - begin a session over a connection
 * @session: out: session_close() it, whatever comes of it
 * @fd: the connection
 * @credential: of session_credential(); it is used until the handshake is over
 * @peer: the name that the acceptor must have, NULL for any
 *
 * Return: 0: go on with session_shake_hands() or session_go_on(); -1 with
 * @session->error.
 */
int session_initiate(struct session *session, int fd, PCredHandle credential,
		     const char *peer)
{
	begin(session, fd, credential);
	session->initiates = true;
	session->peer = peer;
	return take_step(session, NULL);
}

/**
 * session_accept() - the other end of session_initiate()
 * @session: out: session_close() it, whatever comes of it
 * @fd: the connection
 * @credential: of session_credential(); it is used until the handshake is over
 * @peer: the name that the initiator must have, NULL for any
 *
 * Go on with session_shake_hands() or session_go_on().
 */
void session_accept(struct session *session, int fd, PCredHandle credential,
		    const char *peer)
{
	begin(session, fd, credential);
	session->peer = peer;
}

static int receive_token(struct session *session)
{
	int ret = block_receive(session->fd, &session->block,
				SSPSEAL_MAX_TOKEN);
	SecBuffer token = { 0, SECBUFFER_TOKEN, session->block.bytes };

	if (ret <= 0)
		return ret < 0 ? fail_transport(session, ret) : 0;
	token.cbBuffer = block_size(&session->block);
	return take_step(session, &token) ? -1 : 1;
}

static int send_token(struct session *session)
{
	int ret = block_send(session->fd, &session->block);

	if (ret <= 0)
		return ret < 0 ? fail_transport(session, ret) : 0;
	session->sending = false;
	block_expect(&session->block);
	return 1;
}

/**
 * session_go_on() - do what can be done of the handshake without waiting
 * @session: of session_initiate() or session_accept()
 *
 * Return: 1 if the session is there; 0 to call it again after session_events();
 * -1 with @session->error.
 */
int session_go_on(struct session *session)
{
	int ret = 1;

	while (ret > 0 && (session->sending || !session->confirmed))
		ret = session->sending ? send_token(session) :
					 receive_token(session);
	return ret;
}

/* What the handshake waits for, as poll() has it. */
short session_events(const struct session *session)
{
	return session->sending ? POLLOUT : POLLIN;
}

/**
 * session_shake_hands() - wait for the end of the handshake
 * @session: of session_initiate() or session_accept()
 * @deadline: for all of it, whatever arrives meanwhile
 *
 * Return: 0, or -1 with @session->error.
 */
int session_shake_hands(struct session *session, int64_t deadline)
{
	int ret;

	while (!(ret = session_go_on(session))) {
		ret = deadline_wait(session->fd, session_events(session),
				    deadline);
		if (ret)
			return fail_transport(session, ret);
	}
	return ret < 0 ? -1 : 0;
}

/* The key of the context is gone afterwards. */
void session_close(struct session *session)
{
	if (SecIsValidHandle(&session->context))
		DeleteSecurityContext(&session->context);
	SecInvalidateHandle(&session->context);
}

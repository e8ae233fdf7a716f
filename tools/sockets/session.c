// SPDX-License-Identifier: MIT
/* Sealed messages, and the sealed end of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

/* ---- why something failed ---- */

int session_fail(struct session *session, const char *what, const char *why)
{
	snprintf(session->error, sizeof(session->error), "%s: %s", what, why);
	return -1;
}

/* The end of a connection is not the end of a session: anyone can cut it. */
static int fail_transport(struct session *session, const char *what, int error)
{
	return session_fail(session, what, error == -ENODATA ?
			    "the connection was cut: messages may be missing" :
			    strerror(-error));
}

/* Its status tells which rule refused the message. */
static int fail_message(struct session *session, const char *what,
			SECURITY_STATUS status)
{
	__u32 rule = sspseal_last_status();
	char why[128];

	snprintf(why, sizeof(why), "%s (%s, %s)", sspseal_status_text(rule),
		 sspseal_status_name(rule), sspseal_ntstatus_name(status));
	return session_fail(session, what, why);
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

static int seal(struct session *session, char kind, const void *data,
		size_t size)
{
	size_t token = session->sizes.cbSecurityTrailer;
	SecBuffer buffers[2];
	SecBufferDesc message = { SECBUFFER_VERSION, 2, buffers };
	SECURITY_STATUS status;

	session->block.bytes[token] = kind;
	if (size)
		memcpy(session->block.bytes + token + 1, data, size);
	describe(session, 1 + size, buffers);
	status = EncryptMessage(&session->context, 0, &message, 0);
	if (status != SEC_E_OK)
		return fail_message(session, "send", status);
	block_fill(&session->block, token + 1 + size);
	return 0;
}

static int send_message(struct session *session, char kind, const void *data,
			size_t size)
{
	int ret;

	if (seal(session, kind, data, size))
		return -1;
	ret = block_send_until(session->fd, &session->block, NO_DEADLINE);
	return ret ? fail_transport(session, "send", ret) : 0;
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
	if (size > MESSAGE_MAX)
		return session_fail(session, "send",
				    "the message is too long");
	return send_message(session, SESSION_DATA, data, size);
}

/* Integrity alone is not what this session is for. */
static int unseal(struct session *session, size_t size, SecBuffer *data)
{
	SecBuffer buffers[2];
	SecBufferDesc message = { SECBUFFER_VERSION, 2, buffers };
	SECURITY_STATUS status;
	ULONG qop;

	if (size < session->sizes.cbSecurityTrailer)
		return session_fail(session, "receive",
				    "the message has no token");
	describe(session, size - session->sizes.cbSecurityTrailer, buffers);
	status = DecryptMessage(&session->context, &message, 0, &qop);
	if (status != SEC_E_OK)
		return fail_message(session, "receive", status);
	if (qop == SECQOP_WRAP_NO_ENCRYPT)
		return session_fail(session, "receive",
				    "the message is not encrypted");
	*data = buffers[1];
	return 0;
}

/**
 * session_receive() - wait for a message and unseal it
 * @session: the session
 * @data: out: the message, in the session's memory up to the next call
 * @size: out: bytes of it
 * @deadline: for all of the message, or NO_DEADLINE
 *
 * Return: 1; 0 if the peer has ended the session, so that nothing is missing;
 * -1 with @session->error.
 */
int session_receive(struct session *session, unsigned char **data, size_t *size,
		    int64_t deadline)
{
	SecBuffer plain = { 0 };
	char kind;
	int ret;

	block_expect(&session->block);
	ret = block_receive_until(session->fd, &session->block, BLOCK_MAX,
				  deadline);
	if (ret)
		return fail_transport(session, "receive", ret);
	if (unseal(session, block_size(&session->block), &plain))
		return -1;
	*data = plain.pvBuffer;
	*size = plain.cbBuffer;
	kind = *size ? *(*data)++ : 0;
	if (kind == SESSION_DATA) {
		--*size;
		return 1;
	}
	if (kind == SESSION_END && *size == 1)
		return session_end(session);
	return session_fail(session, "receive", "not a message of a session");
}

/**
 * session_end() - tell the peer that this end sends nothing more
 * @session: the session; messages of the peer may still come
 *
 * Return: 0, also if that was said before; -1 with @session->error.
 */
int session_end(struct session *session)
{
	if (session->ended)
		return 0;
	session->ended = true;
	return send_message(session, SESSION_END, NULL, 0);
}

/**
 * session_finish() - session_end(), and wait until the peer has ended too
 * @session: the session; a message of the peer is an error now
 *
 * Return: 0, or -1 with @session->error.
 */
int session_finish(struct session *session)
{
	unsigned char *data;
	size_t size;
	int ret = session_end(session);

	if (!ret)
		ret = session_receive(session, &data, &size, NO_DEADLINE);
	return ret > 0 ? session_fail(session, "receive",
				      "a message that nobody asked for") : ret;
}

// SPDX-License-Identifier: MIT
/*
 * sspsealctl chat: lines from one terminal to another. Each is a message of a
 * session, whose end tells both that nothing is missing.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sockets/session.h"
#include "../sockets/transport.h"
#include "sspsealctl.h"

/* After which the peer must have shown that it has the key. */
#define HANDSHAKE_SECONDS	10
/* After which all of a message that has begun must have come. */
#define MESSAGE_SECONDS		10
/* What is longer arrives as several lines. */
#define LINE_SIZE		4096

/**
 * struct chat - a talk
 * @job: the command line
 * @session: with the peer
 * @size: bytes in @line
 * @line: what was read of a line, and its end
 */
struct chat {
	struct job *job;
	struct session session;
	size_t size;
	char line[LINE_SIZE + 1];
};

/* ---- what this end says ---- */

static int fail_session(struct chat *chat)
{
	return fail(chat->job, "%s", chat->session.error);
}

/* The first @size bytes that were read; @skip more are of no use. */
static int send_line(struct chat *chat, size_t size, size_t skip)
{
	size_t used = size + skip;

	if (session_send(&chat->session, chat->line, size))
		return fail_session(chat);
	chat->size -= used;
	memmove(chat->line, chat->line + used, chat->size);
	return 0;
}

static int send_lines(struct chat *chat)
{
	const char *newline;
	int ret = 0;

	while (!ret && (newline = memchr(chat->line, '\n', chat->size)))
		ret = send_line(chat, newline - chat->line, 1);
	if (!ret && chat->size > LINE_SIZE)
		ret = send_line(chat, LINE_SIZE, 0);
	return ret;
}

static int take_input(struct chat *chat)
{
	ssize_t got = read(STDIN_FILENO, chat->line + chat->size,
			   sizeof(chat->line) - chat->size);

	if (got < 0)
		return errno == EINTR ? 0 : fail_read(chat->job, "-");
	chat->size += got;
	if (got)
		return send_lines(chat);
	if (chat->size && send_line(chat, chat->size, 0))
		return -1;
	return session_end(&chat->session) ? fail_session(chat) : 0;
}

/* ---- what the peer says ---- */

static int print_line(struct chat *chat, unsigned char *text, size_t size)
{
	make_harmless(text, size);
	fwrite(text, 1, size, stdout);
	putchar('\n');
	return fflush(stdout) ? fail(chat->job, "standard output: %m") : 0;
}

/* Returns 1 at the end of the talk. */
static int take_message(struct chat *chat)
{
	unsigned char *data;
	size_t size;
	int ret = session_receive(&chat->session, &data, &size,
				  deadline_in(MESSAGE_SECONDS));

	if (ret < 0)
		return fail_session(chat);
	return ret ? print_line(chat, data, size) : 1;
}

/* ---- the talk ---- */

static int talk(struct chat *chat)
{
	struct pollfd polled[2] = {
		{ .events = POLLIN },
		{ .fd = chat->session.fd, .events = POLLIN },
	};
	int ret = 0;

	while (!ret) {
		polled[0].fd = chat->session.ended ? -1 :
							STDIN_FILENO;
		if (poll(polled, 2, -1) < 0)
			ret = errno == EINTR ? 0 : fail(chat->job, "%m");
		else if (polled[1].revents)
			ret = take_message(chat);
		else if (polled[0].revents)
			ret = take_input(chat);
	}
	return ret < 0 ? -1 : 0;
}

static int wait_for_peer(struct job *job)
{
	int listener = transport_listen(job->address), fd;

	if (listener < 0)
		return listener;
	fd = transport_accept(listener);
	transport_stop_listening(listener, job->address);
	return fd;
}

static void print_connected(struct chat *chat)
{
	char *name = chat->session.name;

	make_harmless((unsigned char *)name, strlen(name));
	fprintf(stderr, "sspsealctl: chat: connected to %s; ^D ends it\n", name);
}

static int shake_hands(struct chat *chat, int fd, PCredHandle credential)
{
	struct job *job = chat->job;
	int ret = 0;

	if (job->listens)
		session_accept(&chat->session, fd, credential, job->peer);
	else
		ret = session_initiate(&chat->session, fd, credential,
				       job->peer);
	if (!ret)
		ret = session_shake_hands(&chat->session,
					  deadline_in(HANDSHAKE_SECONDS));
	if (ret)
		return fail_session(chat);
	if (isatty(STDERR_FILENO))
		print_connected(chat);
	return 0;
}

static int meet(struct chat *chat, PCredHandle credential)
{
	struct job *job = chat->job;
	int fd = job->listens ? wait_for_peer(job) :
				transport_connect(job->address);
	int ret;

	if (fd < 0)
		return fail(job, "%s: %s", job->address, strerror(-fd));
	ret = shake_hands(chat, fd, credential);
	if (!ret)
		ret = talk(chat);
	session_close(&chat->session);
	close(fd);
	return ret;
}

int chat_command(struct job *job)
{
	static struct chat chat;
	const char *key = job->keyring;
	char path[PATH_MAX];
	CredHandle credential;
	SECURITY_STATUS status;
	int ret;

	if (!key)
		key = realpath(job->key_path, path);
	if (!key)
		return fail(job, "%s: %m", job->key_path);
	if (device_open(job) < 0)
		return -1;
	status = session_credential(job->identity, key, job->listens ?
				    SECPKG_CRED_INBOUND : SECPKG_CRED_OUTBOUND,
				    &credential);
	if (status != SEC_E_OK)
		return fail(job, "key %s: %s", key,
			    session_credential_text(status));
	chat.job = job;
	ret = meet(&chat, &credential);
	FreeCredentialsHandle(&credential);
	return ret;
}

// SPDX-License-Identifier: MIT
/*
 * sspsealctl chat: lines from one terminal to another. Each is a sealed message;
 * so is the end, since anyone can end a connection. Who is told of the end answers
 * with its own, so that both know that nothing is missing.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sockets/session.h"
#include "sspsealctl.h"

/* Nobody may wait longer before he has shown that he has the key. */
#define HANDSHAKE_SECONDS	10
/* What is longer arrives as several lines. */
#define LINE_SIZE		4096

/* The first byte of a message. */
#define KIND_LINE		'L'
#define KIND_END		'E'

/**
 * struct chat - a talk
 * @job: the command line
 * @session: with the peer
 * @ended: this end has said its last word
 * @size: bytes in @line
 * @line: what was read of a line, behind its kind
 */
struct chat {
	struct job *job;
	struct session session;
	bool ended;
	size_t size;
	char line[1 + LINE_SIZE];
};

/* ---- what this end says ---- */

static int send_message(struct chat *chat, const void *data, size_t size)
{
	if (session_send(&chat->session, data, size))
		return fail(chat->job, "%s", chat->session.error);
	return 0;
}

static int send_end(struct chat *chat)
{
	static const char end = KIND_END;

	if (chat->ended)
		return 0;
	chat->ended = true;
	return send_message(chat, &end, 1);
}

/* The first @size bytes that were read; @skip more are of no use. */
static int send_line(struct chat *chat, size_t size, size_t skip)
{
	size_t used = size + skip;

	chat->line[0] = KIND_LINE;
	if (send_message(chat, chat->line, 1 + size))
		return -1;
	chat->size -= used;
	memmove(chat->line + 1, chat->line + 1 + used, chat->size);
	return 0;
}

static int send_lines(struct chat *chat)
{
	const char *newline;
	int ret = 0;

	while (!ret && (newline = memchr(chat->line + 1, '\n', chat->size)))
		ret = send_line(chat, newline - (chat->line + 1), 1);
	if (!ret && chat->size == LINE_SIZE)
		ret = send_line(chat, LINE_SIZE, 0);
	return ret;
}

static int take_input(struct chat *chat)
{
	ssize_t got = read(STDIN_FILENO, chat->line + 1 + chat->size,
			   LINE_SIZE - chat->size);

	if (got < 0)
		return errno == EINTR ? 0 : fail_read(chat->job, "-");
	chat->size += got;
	if (got)
		return send_lines(chat);
	if (chat->size && send_line(chat, chat->size, 0))
		return -1;
	return send_end(chat);
}

/* ---- what the peer says ---- */

/* A terminal is not to obey it: control characters, C1 too, are shown as "?". */
static void make_harmless(unsigned char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		bool c1 = text[i] == 0xc2 && i + 1 < size &&
			  text[i + 1] >= 0x80 && text[i + 1] < 0xa0;

		if ((text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f || c1)
			text[i] = '?';
		if (c1)
			text[i + 1] = '?';
	}
}

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
	int ret = session_receive(&chat->session, &data, &size);

	if (ret < 0)
		return fail(chat->job, "%s", chat->session.error);
	if (!ret)
		return fail(chat->job,
			    "the connection was cut: lines may be missing");
	if (size && data[0] == KIND_LINE)
		return print_line(chat, data + 1, size - 1);
	if (size == 1 && data[0] == KIND_END)
		return send_end(chat) ? -1 : 1;
	return fail(chat->job, "the peer sent something else than lines");
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
		polled[0].fd = chat->ended ? -1 : STDIN_FILENO;
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

static int shake_hands(struct chat *chat, int fd, PCredHandle credential)
{
	struct job *job = chat->job;
	int ret;

	transport_set_timeout(fd, HANDSHAKE_SECONDS);
	ret = job->listens ?
	      session_accept(&chat->session, fd, credential) :
	      session_initiate(&chat->session, fd, credential, job->peer);
	if (ret)
		return fail(job, "%s", chat->session.error);
	transport_set_timeout(fd, 0);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "sspsealctl: chat: connected; ^D ends it\n");
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
	if (!ret) {
		ret = talk(chat);
		session_end(&chat->session);
	}
	close(fd);
	return ret;
}

int chat_command(struct job *job)
{
	static struct chat chat;
	const char *identity = job->listens ? "listener" : "caller";
	const char *key = job->keyring;
	char path[PATH_MAX];
	CredHandle credential;
	SECURITY_STATUS status;
	int ret;

	if (!key)
		key = realpath(job->key_path, path);
	if (!key)
		return fail(job, "%s: %m", job->key_path);
	if (job->identity)
		identity = job->identity;
	if (device_open(job) < 0)
		return -1;
	status = session_credential(identity, key, job->listens ?
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

// SPDX-License-Identifier: MIT
/*
 * A client that talks to server.c or sandbox.c: each message that it sends must
 * come back as it was. The messages are the lines of standard input; or, to see
 * how much the server bears, made up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

/* So many messages are under way before the first answer is waited for. */
#define WINDOW		16
/* A made up message has fewer bytes. */
#define MADE_UP_MAX	256

static const char help[] =
"Usage: sspseal-client --key KEY [OPTION]... ADDRESS\n"
"\n"
"Sends each line of standard input sealed, and prints the answers.\n"
"\n"
"  --key KEY        sspseal:NAME, a logon key of the kernel, or a file\n"
"  --identity NAME  of this end (client)\n"
"  --peer NAME      that the server must have\n"
"  --messages N     instead: N messages that are made up, and must come back right\n"
"  --connections N  and that over N connections, one after the other\n"
"  --help           show this\n"
"\n"
"ADDRESS is the path of a Unix socket, with a slash, or HOST:PORT.\n";

static int receive(const struct program *program, struct session *session,
		   unsigned char **data, size_t *size)
{
	int ret = session_receive(session, data, size);

	if (!ret)
		return program_fail(program, "the server closed the connection");
	return ret < 0 ? program_fail(program, "%s", session->error) : 0;
}

static int send_message(const struct program *program, struct session *session,
			const void *data, size_t size)
{
	if (session_send(session, data, size))
		return program_fail(program, "%s", session->error);
	return 0;
}

/* ---- lines */

static int exchange_lines(const struct program *program,
			  struct session *session)
{
	unsigned char *data;
	char *line = NULL;
	size_t room = 0, size;
	ssize_t length;
	int ret = 0;

	while (!ret && (length = getline(&line, &room, stdin)) >= 0) {
		ret = send_message(program, session, line, length);
		if (!ret)
			ret = receive(program, session, &data, &size);
		if (!ret) {
			fwrite(data, 1, size, stdout);
			fflush(stdout);
		}
	}
	free(line);
	return ret;
}

/* ---- made up messages */

/* The message of this number: no two in a row are alike. */
static size_t make_up(unsigned long number, unsigned char *data)
{
	size_t size = number * 37 % MADE_UP_MAX, i;

	for (i = 0; i < size; i++)
		data[i] = number * 131 + i;
	return size;
}

static int expect_made_up(const struct program *program,
			  struct session *session, unsigned long number)
{
	unsigned char expected[MADE_UP_MAX], *data;
	size_t size;

	if (receive(program, session, &data, &size))
		return -1;
	if (size != make_up(number, expected) || memcmp(data, expected, size))
		return program_fail(program, "message %lu came back changed",
				    number);
	return 0;
}

static int exchange_made_up(const struct program *program,
			    struct session *session)
{
	unsigned char data[MADE_UP_MAX];
	unsigned long sent, back = 0;
	int ret = 0;

	for (sent = 0; !ret && sent < program->messages; sent++) {
		ret = send_message(program, session, data, make_up(sent, data));
		if (!ret && sent >= back + WINDOW)
			ret = expect_made_up(program, session, back++);
	}
	while (!ret && back < sent)
		ret = expect_made_up(program, session, back++);
	return ret;
}

/* ---- connections */

static int connect_once(const struct program *program, PCredHandle credential)
{
	static struct session session;
	int fd = transport_connect(program->address), ret;

	if (fd < 0)
		return program_fail(program, "%s: %s", program->address,
				    strerror(-fd));
	ret = session_initiate(&session, fd, credential, program->peer);
	if (ret) {
		program_fail(program, "%s", session.error);
	} else {
		ret = program->messages ? exchange_made_up(program, &session) :
					  exchange_lines(program, &session);
		session_end(&session);
	}
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	struct program program = {
		.name = "sspseal-client",
		.help = help,
		.identity = "client",
		.connections = 1,
	};
	CredHandle credential;
	unsigned long i;
	int ret = program_arguments(&program, argc, argv);

	if (ret >= 0)
		return ret;
	if (program_credential(&program, SECPKG_CRED_OUTBOUND, &credential))
		return EXIT_FAILURE;
	ret = 0;
	for (i = 0; !ret && i < program.connections; i++)
		ret = connect_once(&program, &credential);
	if (!ret && program.messages)
		printf("%lu connections, %lu messages came back right\n",
		       program.connections,
		       program.connections * program.messages);
	FreeCredentialsHandle(&credential);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

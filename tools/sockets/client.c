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
/* After which the server must have answered; it may let others go first. */
#define HANDSHAKE_SECONDS	60

static const char help[] =
"Usage: sspseal-client --key KEY --identity NAME [OPTION]... ADDRESS\n"
"\n"
"Sends each line of standard input sealed, and prints what comes back if it is the\n"
"same.\n"
"\n"
"  --key KEY        sspseal:NAME, a logon key of the kernel, or a file\n"
"  --identity NAME  of this end; each end has another one\n"
"  --peer NAME      that the server must have\n"
"  --messages N     instead of lines N messages that are made up\n"
"  --connections M  the same over M connections, one after the other\n"
"  --help           show this\n"
"\n"
"ADDRESS is the path of a Unix socket, with a slash, or HOST:PORT.\n";

/* ---- messages */

static int fail(const struct program *program, const struct session *session)
{
	return program_fail(program, "%s", session->error);
}

/* The next message must be this one. */
static int expect(const struct program *program, struct session *session,
		  const void *expected, size_t expected_size)
{
	unsigned char *data;
	size_t size;
	int ret = session_receive(session, &data, &size, NO_DEADLINE);

	if (ret < 0)
		return fail(program, session);
	if (!ret)
		return program_fail(program, "the server ended the session");
	if (size != expected_size || memcmp(data, expected, size))
		return program_fail(program, "a message came back changed");
	return 0;
}

/* ---- lines */

static int exchange_line(const struct program *program, struct session *session,
			 const char *line, size_t size)
{
	if (session_send(session, line, size))
		return fail(program, session);
	if (expect(program, session, line, size))
		return -1;
	fwrite(line, 1, size, stdout);
	return fflush(stdout) ? program_fail(program, "standard output: %m") : 0;
}

static int exchange_lines(const struct program *program,
			  struct session *session)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	int ret = 0;

	while (!ret && (size = getline(&line, &room, stdin)) >= 0)
		ret = exchange_line(program, session, line, size);
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

static int exchange_made_up(const struct program *program,
			    struct session *session)
{
	unsigned char data[MADE_UP_MAX];
	unsigned long sent = 0, back;
	int ret = 0;

	for (back = 0; !ret && back < program->messages; back++) {
		for (; !ret && sent < program->messages &&
		     sent < back + WINDOW; sent++)
			ret = session_send(session, data, make_up(sent, data));
		ret = ret ? fail(program, session) :
			    expect(program, session, data, make_up(back, data));
	}
	return ret;
}

/* ---- connections */

static int talk(const struct program *program, struct session *session)
{
	int ret = program->messages ? exchange_made_up(program, session) :
				      exchange_lines(program, session);

	if (!ret && session_finish(session))
		ret = fail(program, session);
	return ret;
}

static int connect_once(const struct program *program, PCredHandle credential)
{
	static struct session session;
	int fd = transport_connect(program->address), ret;

	if (fd < 0)
		return program_fail(program, "%s: %s", program->address,
				    strerror(-fd));
	ret = session_initiate(&session, fd, credential, program->peer);
	if (!ret)
		ret = session_shake_hands(&session,
					  deadline_in(HANDSHAKE_SECONDS));
	ret = ret ? fail(program, &session) : talk(program, &session);
	session_close(&session);
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	struct program program = {
		.name = "sspseal-client",
		.help = help,
		.takes = OPTION_PEER | OPTION_CONNECTIONS | OPTION_MESSAGES,
	};
	CredHandle credential;
	unsigned long i;
	int ret = 0;

	program_arguments(&program, argc, argv);
	if (!program.connections)
		program.connections = 1;
	if (program_credential(&program, SECPKG_CRED_OUTBOUND, &credential))
		return EXIT_FAILURE;
	for (i = 0; !ret && i < program.connections; i++)
		ret = connect_once(&program, &credential);
	if (!ret && program.messages)
		printf("%lu connections, %lu messages came back right\n",
		       program.connections,
		       program.connections * program.messages);
	FreeCredentialsHandle(&credential);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

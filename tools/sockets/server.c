// SPDX-License-Identifier: MIT
/*
 * A server that sends each message back: a thread for each connection, all in one
 * process that has the device, and the key if that is in a file. sandbox.c is what
 * to do instead if what peers send is to be looked at by something less trusted.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

/* Others wait until one of these has ended. */
#define CONNECTIONS_MAX		64

static const char help[] =
"Usage: sspseal-server --key KEY --identity NAME [OPTION]... ADDRESS\n"
"\n"
"Accepts connections, and sends each sealed message back, sealed.\n"
"\n"
"  --key KEY           sspseal:NAME, a logon key of the kernel, or a file\n"
"  --identity NAME     of this end; each end has another one\n"
"  --peer NAME         that clients must have\n"
"  --patience SECONDS  by which a client must have shown that it has the key (10)\n"
"  --help              show this\n"
"\n"
"ADDRESS is the path of a Unix socket, with a slash, or HOST:PORT.\n";

static struct program program = {
	.name = "sspseal-server",
	.help = help,
	.takes = OPTION_PEER | OPTION_PATIENCE,
	.patience = USUAL_PATIENCE,
};

static CredHandle credential;
static sem_t room;

/* Until the peer ends the session. */
static int echo(struct session *session)
{
	unsigned char *data;
	size_t size;
	int ret;

	do {
		ret = session_receive(session, &data, &size, NO_DEADLINE);
		if (ret > 0 && session_send(session, data, size))
			ret = -1;
	} while (ret > 0);
	return ret;
}

static int serve(struct session *session, int fd)
{
	int ret;

	session_accept(session, fd, &credential, program.peer);
	ret = session_shake_hands(session, deadline_in(program.patience));
	if (!ret)
		ret = echo(session);
	session_close(session);
	return ret;
}

static void *connection(void *argument)
{
	struct session *session = malloc(sizeof(*session));
	int fd = (intptr_t)argument;

	if (!session)
		program_fail(&program, "no memory");
	else if (serve(session, fd))
		program_fail(&program, "%s", session->error);
	free(session);
	close(fd);
	sem_post(&room);
	return NULL;
}

static int start(int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, connection,
			       (void *)(intptr_t)fd);
	pthread_attr_destroy(&attributes);
	return error;
}

static void accept_one(int listener)
{
	int fd, error;

	while (sem_wait(&room))
		;
	fd = transport_accept(listener);
	error = fd < 0 ? -fd : start(fd);
	if (!error)
		return;
	program_fail(&program, "%s", strerror(error));
	if (fd >= 0)
		close(fd);
	else
		/* Such as too many open files: it may get better. */
		sleep(1);
	sem_post(&room);
}

int main(int argc, char **argv)
{
	int listener;

	program_arguments(&program, argc, argv);
	if (program_credential(&program, SECPKG_CRED_INBOUND, &credential))
		return EXIT_FAILURE;
	listener = program_listen(&program);
	if (listener < 0)
		return EXIT_FAILURE;
	sem_init(&room, 0, CONNECTIONS_MAX);
	for (;;)
		accept_one(listener);
}

// SPDX-License-Identifier: MIT
/*
 * The loop of the worker. It has no key, and of each context the right to seal and
 * to unseal. All that peers send is looked at here, and in the kernel.
 *
 * No memory is allocated and no connection waited for: a peer that stops in the
 * middle of a block holds up nobody.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "session.h"
#include "worker.h"

/**
 * struct connection - a peer
 * @fd: -1 for none
 * @handle: of its context, in the worker's file
 * @answering: the block is the answer, else the peer's message
 * @ended: that message was the peer's last
 * @block: the message at hand
 */
struct connection {
	int fd;
	__u32 handle;
	bool answering;
	bool ended;
	struct block block;
};

static struct connection connections[WORKER_CONNECTIONS];

/* All handles are in this file, which the first import makes. */
static int file = -1;

/* ---- what it says */

/* One write, and nothing that allocates. */
static void __attribute((__format__(printf, 1, 2))) say(const char *format, ...)
{
	char line[256];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (size >= (int)sizeof(line))
		size = sizeof(line) - 1;
	while (write(STDERR_FILENO, line, size) < 0 && errno == EINTR)
		;
}

void worker_say(const char *what, const char *why)
{
	say("worker: %s: %s\n", what, why);
}

static int fail(const struct connection *connection, const char *what,
		const char *why)
{
	say("worker: connection %u: %s: %s\n",
	    (unsigned int)(connection - connections), what, why);
	return -1;
}

/* ---- messages */

static int protect(struct connection *connection, const char *what,
		   int (*call)(int, struct sspseal_message *), size_t size)
{
	unsigned char *bytes = connection->block.bytes;
	struct sspseal_buffer buffers[] = {
		{ SSPSEAL_TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)bytes },
		{ size, SSPSEAL_BUFFER_DATA,
		  (uintptr_t)(bytes + SSPSEAL_TOKEN_SIZE) },
	};
	struct sspseal_message message = {
		.handle = connection->handle,
		.nr_buffers = 2,
		.buffers = (uintptr_t)buffers,
	};
	int ret = call(file, &message);

	if (ret)
		return fail(connection, what,
			    message.status == SSPSEAL_STATUS_OK ?
			    strerrordesc_np(-ret) :
			    sspseal_status_name(message.status));
	return message.qop == SSPSEAL_QOP_NO_ENCRYPT ?
	       fail(connection, what, "the message is not encrypted") : 0;
}

/* Is this a message of a session, and is it the last one? */
static int look(struct connection *connection, const unsigned char *plain,
		size_t size)
{
	connection->ended = size == 1 && plain[0] == SESSION_END;
	if (!connection->ended && (!size || plain[0] != SESSION_DATA))
		return fail(connection, "receive", "not a message of a session");
	return 0;
}

/* The answer is the message; so the answer to END is END. */
static int answer(struct connection *connection)
{
	size_t size = block_size(&connection->block) - SSPSEAL_TOKEN_SIZE;

	if (block_size(&connection->block) < SSPSEAL_TOKEN_SIZE)
		return fail(connection, "receive", "the message has no token");
	if (protect(connection, "unseal", sspseal_unseal, size) ||
	    look(connection, connection->block.bytes + SSPSEAL_TOKEN_SIZE,
		 size) ||
	    protect(connection, "seal", sspseal_seal, size))
		return -1;
	connection->answering = true;
	block_fill(&connection->block, SSPSEAL_TOKEN_SIZE + size);
	return 0;
}

/*
 * ---- connections. Functions return 0 to go on with one, LATER to look after the
 * others first, and -1 where it has to end.
 */

#define LATER	1

static int receive(struct connection *connection)
{
	int ret = block_receive(connection->fd, &connection->block, BLOCK_MAX);

	if (ret == -ENODATA)
		return fail(connection, "receive",
			    "cut: messages may be missing");
	if (ret < 0)
		return fail(connection, "receive", strerrordesc_np(-ret));
	return ret ? answer(connection) : LATER;
}

static int reply(struct connection *connection)
{
	int ret = block_send(connection->fd, &connection->block);

	if (ret < 0)
		return fail(connection, "send", strerrordesc_np(-ret));
	if (!ret)
		return LATER;
	if (connection->ended)
		return -1;
	connection->answering = false;
	block_expect(&connection->block);
	return LATER;
}

static void tell_parent(uint32_t number)
{
	if (send(WORKER_CHANNEL, &number, sizeof(number), MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void end(struct connection *connection)
{
	sspseal_destroy(file, connection->handle, NULL);
	close(connection->fd);
	connection->fd = -1;
	tell_parent(connection - connections);
}

/* ---- the channel */

static int import(int grant, __u32 *handle)
{
	struct sspseal_import request = {
		.fd = grant,
		.source = SSPSEAL_EXPORTED_HANDLE,
		.flags = file < 0 ? SSPSEAL_IMPORT_NEW_FILE : 0,
	};
	int ret = sspseal_import(file < 0 ? grant : file, &request);

	if (ret)
		return ret;
	if (file < 0)
		file = request.new_fd;
	*handle = request.handle;
	return 0;
}

/* The parent is trusted: what it sends is what was agreed. */
static void take_over(bool *probe)
{
	struct connection *connection;
	int fds[WORKER_DESCRIPTORS];
	uint32_t number;
	int ret = descriptors_receive(WORKER_CHANNEL, &number, fds,
				      WORKER_DESCRIPTORS);

	if (ret <= 0)
		_exit(ret ? 1 : 0);
	connection = &connections[number];
	connection->fd = fds[WORKER_CONNECTION];
	connection->handle = 0;
	connection->answering = false;
	connection->ended = false;
	block_expect(&connection->block);
	ret = import(fds[WORKER_GRANT], &connection->handle);
	close(fds[WORKER_GRANT]);
	if (ret) {
		fail(connection, "import", strerrordesc_np(-ret));
		end(connection);
	} else if (*probe) {
		worker_probe(file, connection->handle);
		*probe = false;
	}
}

/* ---- the loop */

static void wait_for_something(struct pollfd *polled)
{
	int i;

	polled[WORKER_CONNECTIONS] = (struct pollfd){ WORKER_CHANNEL, POLLIN, 0 };
	for (i = 0; i < WORKER_CONNECTIONS; i++)
		polled[i] = (struct pollfd){
			connections[i].fd,
			connections[i].answering ? POLLOUT : POLLIN, 0
		};
	if (poll(polled, WORKER_CONNECTIONS + 1, -1) < 0 && errno != EINTR)
		_exit(1);
}

/* One message at most. */
static void step(struct connection *connection)
{
	int ret;

	do
		ret = connection->answering ? reply(connection) :
					      receive(connection);
	while (!ret);
	if (ret < 0)
		end(connection);
}

static void __attribute((__noreturn__)) serve(bool probe)
{
	struct pollfd polled[WORKER_CONNECTIONS + 1];
	int i;

	for (i = 0; i < WORKER_CONNECTIONS; i++)
		connections[i].fd = -1;
	for (;;) {
		wait_for_something(polled);
		for (i = 0; i < WORKER_CONNECTIONS; i++)
			if (polled[i].revents)
				step(&connections[i]);
		if (polled[WORKER_CONNECTIONS].revents)
			take_over(&probe);
	}
}

/* @arguments: behind WORKER_ARGUMENT, as the parent has made them. */
void worker_main(char **arguments)
{
	uid_t uid = strtoul(arguments[0], NULL, 10);
	gid_t gid = strtoul(arguments[1], NULL, 10);
	bool filter = *arguments[2], probe = *arguments[3];
	int ret = worker_confine(uid, gid, filter);

	if (ret) {
		worker_say("it cannot give up what it has",
			   strerrordesc_np(-ret));
		_exit(1);
	}
	tell_parent(WORKER_READY);
	serve(probe);
}

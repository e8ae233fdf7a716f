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
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sspseal.h>

#include "transport.h"
#include "worker.h"

/**
 * struct connection - a peer
 * @fd: -1 for none
 * @handle: of its context, in the worker's file
 * @answering: the block is the answer, else the peer's message
 * @done: bytes of the block, with its length, that were received, or sent
 * @size: of the answer, with its length
 * @block: the message at hand
 */
struct connection {
	int fd;
	__u32 handle;
	bool answering;
	size_t done;
	size_t size;
	struct block block;
};

static struct connection connections[WORKER_CONNECTIONS];

/* All handles are in this file, which the first import makes. */
static int file = -1;

/* ---- what it says */

/* One write, and nothing that allocates. */
static void say(const char *format, unsigned int number, const char *what,
		const char *why)
{
	char line[256];
	int size = snprintf(line, sizeof(line), format, number, what, why);

	if (size >= (int)sizeof(line))
		size = sizeof(line) - 1;
	while (write(STDERR_FILENO, line, size) < 0 && errno == EINTR)
		;
}

void worker_say(const char *what, const char *why)
{
	say("worker %.0u%s: %s\n", 0, what, why);
}

static int fail(const struct connection *connection, const char *what,
		const char *why)
{
	say("worker: connection %u: %s: %s\n", connection - connections, what,
	    why);
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

/* The answer is the message. */
static int answer(struct connection *connection, size_t size)
{
	if (size < SSPSEAL_TOKEN_SIZE)
		return fail(connection, "receive", "the message has no token");
	if (protect(connection, "unseal", sspseal_unseal,
		    size - SSPSEAL_TOKEN_SIZE) ||
	    protect(connection, "seal", sspseal_seal,
		    size - SSPSEAL_TOKEN_SIZE))
		return -1;
	connection->answering = true;
	connection->size = block_set_size(&connection->block, size);
	connection->done = 0;
	return 0;
}

/*
 * ---- connections. Functions return 0 to go on with one, LATER to look after the
 * others first, and -1 where it has to end.
 */

#define LATER	1

/* @moved: what recv() or send() returned. */
static int moved(struct connection *connection, const char *what, ssize_t moved)
{
	if (moved > 0)
		connection->done += moved;
	else if (!moved)
		return connection->done ? fail(connection, what,
					       "ended in a message") : -1;
	else if (errno == EAGAIN)
		return LATER;
	else if (errno != EINTR)
		return fail(connection, what, strerrordesc_np(errno));
	return 0;
}

static int receive(struct connection *connection)
{
	const size_t head = sizeof(connection->block.length);
	size_t size = 0, wanted = head;
	int ret;

	if (connection->done >= head) {
		size = block_size(&connection->block, BLOCK_MAX);
		if (!size)
			return fail(connection, "receive", "a wrong length");
		wanted = head + size;
	}
	ret = moved(connection, "receive",
		    recv(connection->fd,
			 (char *)&connection->block + connection->done,
			 wanted - connection->done, 0));
	if (!ret && size && connection->done == wanted)
		ret = answer(connection, size);
	return ret;
}

static int reply(struct connection *connection)
{
	int ret = moved(connection, "send",
			send(connection->fd,
			     (char *)&connection->block + connection->done,
			     connection->size - connection->done,
			     MSG_NOSIGNAL));

	if (ret || connection->done < connection->size)
		return ret;
	connection->answering = false;
	connection->done = 0;
	return LATER;
}

static void end(struct connection *connection)
{
	uint32_t number = connection - connections;

	sspseal_destroy(file, connection->handle, NULL);
	close(connection->fd);
	connection->fd = -1;
	if (send(WORKER_CHANNEL, &number, sizeof(number), MSG_NOSIGNAL) < 0)
		_exit(1);
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
	connection->done = 0;
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

void worker_serve(bool probe)
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

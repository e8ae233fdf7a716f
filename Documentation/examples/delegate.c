// SPDX-License-Identifier: MIT
/*
 * A process that holds the contexts gives another one the right to unseal with
 * one of them, and nothing else, over a socket; then it takes that back.
 *
 * cc delegate.c -o delegate $(pkg-config --cflags --libs libsspseal)
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sspseal.h>

struct packet {
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	char text[16];
};

static int send_fd(int wire, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { "", 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(wire, &message, 0) == 1 ? 0 : -1;
}

static int receive_fd(int wire)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	int fd;

	if (recvmsg(wire, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static __u32 make_context(int fd, __u32 role, const void *key, size_t key_size)
{
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.key = (uintptr_t)key,
		.key_size = key_size,
	};

	return sspseal_create(fd, &create) ? 0 : create.handle;
}

/* Seals and unseals with the handle, and says what came of it. */
static int try(const char *who, const char *what,
	       int (*function)(int, struct sspseal_message *), int fd,
	       __u32 handle, struct packet *packet)
{
	struct sspseal_buffer buffers[] = {
		{ sizeof(packet->text), SSPSEAL_BUFFER_DATA,
		  (uintptr_t)packet->text },
		{ sizeof(packet->token), SSPSEAL_BUFFER_TOKEN,
		  (uintptr_t)packet->token },
	};
	struct sspseal_message message = {
		.handle = handle,
		.nr_buffers = 2,
		.buffers = (uintptr_t)buffers,
	};
	int ret = function(fd, &message);

	printf("%s: %s: %s\n", who, what, sspseal_status_name(message.status));
	return ret;
}

/* The worker may be in a sandbox: it opens nothing. */
static int work(int wire)
{
	struct packet packet;
	int fd = receive_fd(wire);

	if (fd < 0)
		return 1;
	while (recv(wire, &packet, sizeof(packet), MSG_WAITALL) ==
	       sizeof(packet)) {
		try("worker", "unseal", sspseal_unseal, fd,
		    SSPSEAL_EXPORTED_HANDLE, &packet);
		try("worker", "seal", sspseal_seal, fd,
		    SSPSEAL_EXPORTED_HANDLE, &packet);
		if (write(wire, "", 1) != 1)
			return 1;
	}
	return 0;
}

/* A sealed message for the worker; it answers when it has done with it. */
static int give_work(int wire, int fd, __u32 peer)
{
	struct packet packet = { .text = "a message" };
	char done;

	if (try("holder", "seal", sspseal_seal, fd, peer, &packet))
		return -1;
	return write(wire, &packet, sizeof(packet)) == sizeof(packet) &&
	       read(wire, &done, 1) == 1 ? 0 : -1;
}

static int hold(int wire)
{
	struct sspseal_export export = {
		.flags = SSPSEAL_EXPORT_REVOCABLE,
		.rights = SSPSEAL_RIGHT_UNSEAL,
	};
	unsigned char key[32];
	__u32 peer;
	int fd = sspseal_open();

	if (fd < 0 || getrandom(key, sizeof(key), 0) != sizeof(key))
		return 1;
	/* Both ends are here, for want of a peer. */
	peer = make_context(fd, SSPSEAL_ROLE_INITIATOR, key, sizeof(key));
	export.handle = make_context(fd, SSPSEAL_ROLE_ACCEPTOR, key,
				     sizeof(key));
	explicit_bzero(key, sizeof(key));
	if (!peer || !export.handle || sspseal_export(fd, &export))
		return 1;
	if (send_fd(wire, export.fd))
		return 1;
	close(export.fd);

	if (give_work(wire, fd, peer))
		return 1;
	/* This takes back what was exported, wherever it went. */
	if (sspseal_destroy(fd, export.revoker, NULL))
		return 1;
	printf("holder: revoked\n");
	return give_work(wire, fd, peer) ? 1 : 0;
}

int main(void)
{
	int wire[2], status, failure;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, wire))
		return 1;
	setbuf(stdout, NULL);
	child = fork();
	if (child < 0)
		return 1;
	close(wire[child ? 1 : 0]);
	if (!child)
		return work(wire[1]);
	failure = hold(wire[0]);
	close(wire[0]);
	if (waitpid(child, &status, 0) != child || status)
		failure = 1;
	return failure;
}

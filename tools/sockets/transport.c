// SPDX-License-Identifier: MIT
/*
 * Connections, and blocks on them. An ADDRESS with a slash is the path of a Unix
 * socket, any other is HOST:PORT. Functions return -errno when they fail.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport.h"

#define BACKLOG	64

/* ---- connections ---- */

static bool is_path(const char *address)
{
	return strchr(address, '/');
}

typedef int use_address(int fd, const struct sockaddr *address,
			socklen_t size);

static int start_listening(int fd, const struct sockaddr *address,
			   socklen_t size)
{
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, address, size) || listen(fd, BACKLOG) ? -1 : 0;
}

/* connect() itself is no plain function: its argument is any of a union. */
static int start_connection(int fd, const struct sockaddr *address,
			    socklen_t size)
{
	return connect(fd, address, size);
}

/* A socket of this address, used so, or -errno. */
static int open_socket(const struct sockaddr *address, socklen_t size,
		       use_address *use)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (!use(fd, address, size))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* The socket of a server that is no longer there keeps its name. */
static void remove_old(const struct sockaddr_un *address)
{
	struct stat about;
	int fd;

	if (lstat(address->sun_path, &about) || !S_ISSOCK(about.st_mode))
		return;
	fd = open_socket((const struct sockaddr *)address, sizeof(*address),
			 start_connection);
	if (fd >= 0)
		close(fd);
	else if (fd == -ECONNREFUSED)
		unlink(address->sun_path);
}

static int open_unix(const char *path, use_address *use)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	if (use == start_listening)
		remove_old(&address);
	return open_socket((struct sockaddr *)&address, sizeof(address), use);
}

/* "HOST:PORT" or "[HOST]:PORT" in two texts, of which @host is to be freed. */
static int split(const char *address, char **host, const char **port)
{
	const char *colon = strrchr(address, ':');
	size_t size;

	if (!colon || colon == address || !colon[1])
		return -EINVAL;
	size = colon - address;
	if (*address == '[' && colon[-1] == ']') {
		address++;
		size -= 2;
	}
	*host = strndup(address, size);
	*port = colon + 1;
	return *host ? 0 : -ENOMEM;
}

static int open_tcp(const char *address, use_address *use)
{
	const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *each;
	const char *port;
	char *host;
	int fd = split(address, &host, &port), error;

	if (fd)
		return fd;
	error = getaddrinfo(host, port, &wanted, &list);
	free(host);
	if (error)
		return error == EAI_SYSTEM ? -errno : -EADDRNOTAVAIL;
	fd = -EADDRNOTAVAIL;
	for (each = list; each && fd < 0; each = each->ai_next)
		fd = open_socket(each->ai_addr, each->ai_addrlen, use);
	freeaddrinfo(list);
	return fd;
}

static int open_address(const char *address, use_address *use)
{
	return is_path(address) ? open_unix(address, use) :
				  open_tcp(address, use);
}

/* Small messages are not to wait for each other. A Unix socket does not know it. */
static int without_delay(int fd)
{
	const int on = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

int transport_listen(const char *address)
{
	return open_address(address, start_listening);
}

void transport_stop_listening(int listener, const char *address)
{
	close(listener);
	if (is_path(address))
		unlink(address);
}

int transport_connect(const char *address)
{
	return without_delay(open_address(address, start_connection));
}

int transport_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? -errno : without_delay(fd);
}

/* From now on no byte takes longer; 0 for no limit. */
int transport_set_timeout(int fd, int seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)))
		return -errno;
	return 0;
}

/* ---- blocks ---- */

/* 0 for a length that no block may have. */
size_t block_size(const struct block *block, size_t max)
{
	size_t size = ntohl(block->length);

	return size <= max && size <= BLOCK_MAX ? size : 0;
}

/* Returns how many bytes it is with its length. */
size_t block_set_size(struct block *block, size_t size)
{
	block->length = htonl(size);
	return sizeof(block->length) + size;
}

static int time_is_over(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK ? -ETIMEDOUT : -error;
}

/* @size: 1 to BLOCK_MAX. Returns 0. */
int block_send(int fd, struct block *block, size_t size)
{
	size_t rest = block_set_size(block, size);
	const char *at = (const char *)block;

	while (rest) {
		ssize_t sent = send(fd, at, rest, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return time_is_over(errno);
		if (sent > 0) {
			at += sent;
			rest -= sent;
		}
	}
	return 0;
}

/* Returns fewer than @size bytes only where the connection ended. */
static ssize_t receive_all(int fd, void *at, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = recv(fd, (char *)at + done, size - done, 0);

		if (got == 0)
			break;
		if (got > 0)
			done += got;
		else if (errno != EINTR)
			return time_is_over(errno);
	}
	return done;
}

/*
 * Returns the bytes of the next block, or 0 if the connection ended before it:
 * -ECONNRESET if it ended inside, -EPROTO if it has none, or more than @max.
 */
ssize_t block_receive(int fd, struct block *block, size_t max)
{
	ssize_t got = receive_all(fd, &block->length, sizeof(block->length));
	size_t size;

	if (got <= 0)
		return got;
	if (got < (ssize_t)sizeof(block->length))
		return -ECONNRESET;
	size = block_size(block, max);
	if (!size)
		return -EPROTO;
	got = receive_all(fd, block->bytes, size);
	return got >= 0 && got < (ssize_t)size ? -ECONNRESET : got;
}

/* ---- descriptors ---- */

#define DESCRIPTORS_MAX	2

union control {
	char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* Over a Unix socket: a number, and with it @nr descriptors. Returns 0. */
int descriptors_send(int fd, uint32_t number, const int *fds, int nr)
{
	union control control = { { 0 } };
	struct iovec part = { &number, sizeof(number) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(nr * sizeof(int)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(nr * sizeof(int));
	memcpy(CMSG_DATA(header), fds, nr * sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Returns 1, 0 if the other end is closed, -EPROTO for anything else. */
int descriptors_receive(int fd, uint32_t *number, int *fds, int nr)
{
	union control control;
	struct iovec part = { number, sizeof(*number) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (got <= 0)
		return got ? -errno : 0;
	header = CMSG_FIRSTHDR(&message);
	if (got != sizeof(*number) || !header ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(nr * sizeof(int)))
		return -EPROTO;
	memcpy(fds, CMSG_DATA(header), nr * sizeof(int));
	return 1;
}

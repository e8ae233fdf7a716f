// SPDX-License-Identifier: MIT
/*
 * An ADDRESS with a slash is the path of a Unix socket, any other is HOST:PORT.
 * Functions return -errno when they fail.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport.h"

#define BACKLOG	64

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

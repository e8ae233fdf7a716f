// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as the ADDRESS of tools/sockets, which is connected to: one
 * with a slash is a path, as it is, or too long; in any other host and port are
 * what it is made of, and neither is empty that must not be. Here the system's
 * resolver and connect() are functions of this file: see the Makefile.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "transport.h"
#include "user_fuzz.h"

#define ADDRESS_MAX	256

static char address[ADDRESS_MAX + 1];
static unsigned int resolved, connected;

int kernel_ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	abort();
}

/* Put together again, as one of the two forms. */
int getaddrinfo(const char *host, const char *port,
		const struct addrinfo *wanted, struct addrinfo **list)
{
	char plain[ADDRESS_MAX + 8], bracketed[ADDRESS_MAX + 8];

	(void)wanted;
	(void)list;
	snprintf(plain, sizeof(plain), "%s:%s", host, port);
	snprintf(bracketed, sizeof(bracketed), "[%s]:%s", host, port);
	if (!*port || strchr(port, ':') ||
	    (strcmp(plain, address) && strcmp(bracketed, address)))
		abort();
	resolved++;
	return EAI_NONAME;
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
	const struct sockaddr_un *path = (const struct sockaddr_un *)to;

	(void)fd;
	if (to->sa_family != AF_UNIX || size != sizeof(*path) ||
	    strcmp(path->sun_path, address))
		abort();
	connected++;
	errno = ECONNREFUSED;
	return -1;
}

static int expected(void)
{
	const char *colon = strrchr(address, ':');

	if (strchr(address, '/'))
		return strlen(address) <
		       sizeof(((struct sockaddr_un *)NULL)->sun_path) ?
		       -ECONNREFUSED : -ENAMETOOLONG;
	return colon && colon != address && colon[1] ? -EADDRNOTAVAIL : -EINVAL;
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	int ret;

	input_begin(bytes, size);
	memset(address, 0, sizeof(address));
	input_take(address, ADDRESS_MAX);
	resolved = 0;
	connected = 0;
	ret = transport_connect(address);
	if (ret != expected() || connected != (ret == -ECONNREFUSED) ||
	    resolved != (ret == -EADDRNOTAVAIL))
		abort();
	return 0;
}

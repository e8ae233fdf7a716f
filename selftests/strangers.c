// SPDX-License-Identifier: GPL-2.0-only
/*
 * strangers SOCKET NUMBER silent|drip
 *
 * So many connections of somebody who has no key. They say nothing; or that they
 * send the longest token, and then a byte now and then. Succeeds when the server
 * has closed all of them.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX	256
#define PAUSE	300

static struct pollfd strangers[MAX];

static int come(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -1 :
									   fd;
}

static void say(int fd, const void *bytes, size_t size)
{
	/* If it fails the server has had enough, which is seen otherwise. */
	(void)!send(fd, bytes, size, MSG_NOSIGNAL);
}

/* Returns true if the server has closed it. */
static bool is_over(struct pollfd *stranger)
{
	char byte;

	if (!stranger->revents ||
	    recv(stranger->fd, &byte, 1, MSG_DONTWAIT) > 0)
		return false;
	close(stranger->fd);
	stranger->fd = -1;
	return true;
}

int main(int argc, char **argv)
{
	static const unsigned char length[] = { 0, 0, 16, 0 };
	bool drip = argc > 3 && !strcmp(argv[3], "drip");
	int nr = argc > 3 ? atoi(argv[2]) : 0, left = nr, i;

	if (nr < 1 || nr > MAX)
		return 127;
	for (i = 0; i < nr; i++) {
		strangers[i] = (struct pollfd){ come(argv[1]), POLLIN, 0 };
		if (strangers[i].fd < 0)
			return 1;
		if (drip)
			say(strangers[i].fd, length, sizeof(length));
	}
	puts("here");
	fflush(stdout);
	while (left) {
		poll(strangers, nr, PAUSE);
		for (i = 0; i < nr; i++) {
			if (strangers[i].fd < 0)
				continue;
			if (is_over(&strangers[i]))
				left--;
			else if (drip)
				say(strangers[i].fd, "x", 1);
		}
	}
	return 0;
}

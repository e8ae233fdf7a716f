// SPDX-License-Identifier: GPL-2.0-only
/*
 * worker_channel PID narrow | close | say NUMBER
 *
 * Takes hold of the channel between sspseal-sandbox and its worker, at the end of
 * the process PID, and does there what a worker might that belongs to a peer:
 * leaves no room for more than a few messages, ends it, or sends a number.
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_channel(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) &&
	       type == SOCK_SEQPACKET;
}

/* A descriptor of the channel that process @pid has, or -1. */
static int take_channel(pid_t pid)
{
	int process = syscall(SYS_pidfd_open, pid, 0), number, fd;

	for (number = 3; number < 64; number++) {
		fd = syscall(SYS_pidfd_getfd, process, number, 0);
		if (fd < 0)
			continue;
		if (is_channel(fd))
			return fd;
		close(fd);
	}
	return -1;
}

int main(int argc, char **argv)
{
	int channel = argc < 3 ? -1 : take_channel(atoi(argv[1]));
	__u32 number = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	int small = 1;

	if (channel < 0)
		return 127;
	if (!strcmp(argv[2], "narrow"))
		return setsockopt(channel, SOL_SOCKET, SO_SNDBUF, &small,
				  sizeof(small)) ? 1 : 0;
	if (!strcmp(argv[2], "close"))
		return shutdown(channel, SHUT_RDWR) ? 1 : 0;
	return send(channel, &number, sizeof(number), MSG_NOSIGNAL) ==
	       sizeof(number) ? 0 : 1;
}

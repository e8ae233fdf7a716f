// SPDX-License-Identifier: GPL-2.0-only
/*
 * use_alg TYPE NAME
 *
 * Has the kernel make an algorithm out of a template, as every name that AF_ALG is
 * given does. It stays until the template's module is unloaded.
 *
 * From 7.2 on AF_ALG wants none that completes later. It has it made, finds that it
 * is not what it wants, asks again, and is told that there is one.
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.salg_type) ||
	    strlen(argv[2]) >= sizeof(address.salg_name))
		return 2;
	memcpy(address.salg_type, argv[1], strlen(argv[1]));
	memcpy(address.salg_name, argv[2], strlen(argv[2]));
	if (fd < 0 ||
	    (bind(fd, (struct sockaddr *)&address, sizeof(address)) &&
	     errno != EEXIST)) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}

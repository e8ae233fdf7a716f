// SPDX-License-Identifier: GPL-2.0-only
/*
 * with_key TYPE DESCRIPTION FILE COMMAND [ARGUMENT]...
 *
 * Runs a command in a session keyring of its own, with a key made of FILE there.
 * Its serial is in the environment as KEY_SERIAL. Nothing is left behind.
 */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char payload[256], serial[24];
	ssize_t size;
	long key;
	int fd;

	if (argc < 5)
		return 127;
	fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	size = read(fd, payload, sizeof(payload));
	if (size < 0 ||
	    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0) < 0)
		return 127;
	key = syscall(SYS_add_key, argv[1], argv[2], payload, size,
		      KEY_SPEC_SESSION_KEYRING);
	if (key < 0)
		return 127;
	snprintf(serial, sizeof(serial), "%ld", key);
	setenv("KEY_SERIAL", serial, 1);
	execvp(argv[4], argv + 4);
	return 127;
}

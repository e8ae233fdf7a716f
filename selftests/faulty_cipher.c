// SPDX-License-Identifier: GPL-2.0-only
/* The cipher that fails when it is told to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "faulty_cipher.h"

#define MODULE		"faulty_aead"
#define TRIES		100

bool faulty_cipher_open_with(const char *parameters)
{
	int fd = open(MODULE ".ko", O_RDONLY | O_CLOEXEC);
	long err;

	if (fd < 0)
		return false;
	err = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return !err;
}

bool faulty_cipher_open(void)
{
	return faulty_cipher_open_with("");
}

static bool set(const char *name, long value)
{
	char path[128];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/sys/module/" MODULE "/parameters/%s",
		 name);
	file = fopen(path, "we");
	if (!file)
		return false;
	ok = fprintf(file, "%ld\n", value) > 0;
	return !fclose(file) && ok;
}

bool faulty_cipher_fail(const char *what, int error)
{
	return set(what, -error);
}

bool faulty_cipher_spare(unsigned int requests)
{
	return set("crypt_good", requests);
}

bool faulty_cipher_delay(bool later)
{
	return set("later", later);
}

/* Contexts are freed a moment after their last handle is gone. */
bool faulty_cipher_close(void)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	int tries = TRIES;

	while (syscall(SYS_delete_module, MODULE, O_NONBLOCK)) {
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || !tries--)
			return false;
		nanosleep(&moment, NULL);
	}
	return true;
}

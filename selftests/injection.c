// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that the kernel makes for one thread: the n-th allocation, or copy from or to
 * the caller, of its calls fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "injection.h"
#include "sspseal_test.h"

int faults_open(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	/* Faults are for the calls, not for this program's own pages. */
	if (file_write(DEBUGFS "failslab/ignore-gfp-wait", "N") &&
	    file_write(DEBUGFS "failslab/verbose", "0") &&
	    file_write(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N") &&
	    file_write(DEBUGFS "fail_page_alloc/min-order", "0") &&
	    file_write(DEBUGFS "fail_page_alloc/verbose", "0") &&
	    file_write(DEBUGFS "fail_usercopy/verbose", "0") &&
	    !mlockall(MCL_CURRENT | MCL_FUTURE))
		return fd;
	abort();
}

void fault_set(int fd, unsigned int n)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", n);

	/* One that is still set may hit this write. */
	while (pwrite(fd, text, size, 0) != size) {
		if (errno != EFAULT)
			abort();
	}
}

bool fault_left(int fd)
{
	char text[16] = "";
	ssize_t size = pread(fd, text, sizeof(text) - 1, 0);
	int error = errno;

	fault_set(fd, 0);
	if (size < 0 && error != EFAULT)
		abort();
	return size < 0 || atoi(text);
}

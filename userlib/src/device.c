// SPDX-License-Identifier: MIT
/*
 * The one descriptor of the process that the SSPI calls use. It is never closed,
 * not by a destructor either: other threads may be in a call until the end, and
 * the end of the process closes it.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "internal.h"

/* Relaxed will do: the number is all that is published. */
static atomic_int device = -1;

static int open_device(void)
{
	int fd = sspseal_open();
	int other = -1;

	if (fd < 0 || atomic_compare_exchange_strong(&device, &other, fd))
		return fd;
	close(fd);
	return other;
}

LIBEXPORT int sspseal_device(void)
{
	int fd = atomic_load_explicit(&device, memory_order_relaxed);

	return fd >= 0 ? fd : open_device();
}

// SPDX-License-Identifier: MIT
/*
 * The one descriptor of the process that the SSPI calls use. Nothing closes it
 * unasked, no destructor either: other threads may be in a call until the end,
 * and the end of the process closes it.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "handshake.h"

/* Relaxed will do: the number is all that is published. */
static atomic_int device = -1;

/* The descriptor of the process: @fd, unless another thread was first. */
static int settle(int fd)
{
	int other = -1;

	if (atomic_compare_exchange_strong(&device, &other, fd))
		return fd;
	close(fd);
	return other;
}

LIBEXPORT int sspseal_device(void)
{
	int fd = atomic_load_explicit(&device, memory_order_relaxed);

	if (fd >= 0)
		return fd;
	fd = sspseal_open();
	return fd >= 0 ? settle(fd) : fd;
}

LIBEXPORT void sspseal_detach(void)
{
	int fd = atomic_exchange(&device, -1);

	sspseal_half_open_forget_all();
	if (fd >= 0)
		close(fd);
}

/* Makes the file of a process that may not open the device. */
static int import_first(struct sspseal_import *request)
{
	int ret;

	request->flags = SSPSEAL_IMPORT_NEW_FILE;
	ret = sspseal_import(request->fd, request);
	if (ret)
		return ret;
	if (settle(request->new_fd) == request->new_fd)
		return 0;
	request->flags = 0;
	return sspseal_import(sspseal_device(), request);
}

/**
 * sspseal_device_import() - sspseal_import() into the file of the process
 * @request: in: fd; out: handle
 *
 * A process that may not open the device gets its file by the first import that
 * succeeds.
 *
 * Return: 0 or -errno, with @request->status.
 */
int sspseal_device_import(struct sspseal_import *request)
{
	int device_fd = sspseal_device();

	if (device_fd < 0)
		return import_first(request);
	return sspseal_import(device_fd, request);
}

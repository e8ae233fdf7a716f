// SPDX-License-Identifier: MIT
/*
 * The one descriptor of the process that the SSPI calls use. Nothing closes it
 * unasked, no destructor either: other threads may be in a call until the end,
 * and the end of the process closes it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "handshake.h"

/* Relaxed will do: the number is all that is published. */
atomic_int sspseal_process_device = -1;

/*
 * The tag of the package, and above it as many bits as there are for the number of
 * the file: 16 in a 32-bit program.
 */
#define CONTEXT_TAG	((ULONG_PTR)0x4553)	/* "SE" */
#define NEXT_FILE	((ULONG_PTR)1 << 16)

_Atomic ULONG_PTR sspseal_context_tag = CONTEXT_TAG;

/* The descriptor of the process: @fd, unless another thread was first. */
static int settle(int fd)
{
	int other = -1;

	if (atomic_compare_exchange_strong(&sspseal_process_device, &other, fd))
		return fd;
	close(fd);
	return other;
}

LIBEXPORT int sspseal_device(void)
{
	int fd = atomic_load_explicit(&sspseal_process_device, memory_order_relaxed);

	if (fd >= 0)
		return fd;
	fd = sspseal_open();
	return fd >= 0 ? settle(fd) : fd;
}

LIBEXPORT void sspseal_detach(void)
{
	int fd = atomic_exchange(&sspseal_process_device, -1);

	sspseal_half_open_forget_all();
	sspseal_names_drop_all();
	atomic_fetch_add(&sspseal_context_tag, NEXT_FILE);
	if (fd >= 0)
		close(fd);
}

/* By rights or for want of a device: not for a while only. */
static bool cannot_be_opened(int fd)
{
	switch (fd) {
	case -EACCES:
	case -EPERM:
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		return true;
	default:
		return false;
	}
}

/*
 * A file of another sort may say 0 to every command. The number before that would
 * be a descriptor of the caller.
 */
static int import_from(int fd, struct sspseal_import *request)
{
	int ret;

	request->handle = 0;
	request->new_fd = -1;
	ret = sspseal_import(fd, request);
	if (ret || (request->handle && (!request->flags || request->new_fd >= 0)))
		return ret;
	request->status = SSPSEAL_STATUS_DESCRIPTOR;
	return -EBADF;
}

/**
 * sspseal_device_import() - sspseal_import() into the file of the process
 * @request: in: fd; out: handle, and only if this succeeds. To be given to
 *	sspseal_device_keep() or sspseal_device_drop()
 * @file: out: the file in which the handle is
 *
 * In a process that cannot open the device that is a new file, which is not yet
 * the one of the process. One that cannot at this moment, for want of a descriptor
 * say, is refused: the new file would be for good.
 *
 * Return: 0 or -errno, with @request->status.
 */
int sspseal_device_import(struct sspseal_import *request, int *file)
{
	int fd = sspseal_device();
	int ret;

	request->flags = cannot_be_opened(fd) ? SSPSEAL_IMPORT_NEW_FILE : 0;
	if (fd < 0 && !request->flags) {
		request->status = SSPSEAL_STATUS_NO_DESCRIPTOR;
		return fd;
	}
	ret = import_from(request->flags ? request->fd : fd, request);
	if (!ret)
		*file = request->flags ? request->new_fd : fd;
	return ret;
}

/**
 * sspseal_device_keep() - a handle that was imported is wanted
 * @request: as sspseal_device_import() left it
 *
 * Return: false if it is gone, since another thread has made the file of the
 * process meanwhile.
 */
bool sspseal_device_keep(const struct sspseal_import *request)
{
	return !request->flags || settle(request->new_fd) == request->new_fd;
}

/* It is not. */
void sspseal_device_drop(const struct sspseal_import *request)
{
	if (request->flags)
		close(request->new_fd);
	else
		sspseal_destroy(sspseal_device(), request->handle, NULL);
}

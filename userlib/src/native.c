// SPDX-License-Identifier: MIT
/*
 * The native interface: one ioctl a function.
 *
 * The size of a struct belongs to the version of the symbol that takes it: when
 * a struct grows, its function gets a new version in libsspseal.map, and the old
 * one goes on to pass the old size, which is all that old callers have.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "internal.h"

LIBEXPORT int sspseal_open(void)
{
	int saved = errno;
	int fd = open(SSPSEAL_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		fd = -errno;
		errno = saved;
	}
	return fd;
}

LIBEXPORT int sspseal_info(int fd, struct sspseal_info *info)
{
	info->size = sizeof(*info);
	info->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_INFO, info);
}

LIBEXPORT int sspseal_create(int fd, struct sspseal_create *create)
{
	create->size = sizeof(*create);
	create->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_CREATE, create);
}

LIBEXPORT int sspseal_bind(int fd, struct sspseal_bind *bind)
{
	bind->size = sizeof(*bind);
	bind->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_BIND, bind);
}

LIBEXPORT int sspseal_export(int fd, struct sspseal_export *request)
{
	request->size = sizeof(*request);
	request->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_EXPORT, request);
}

LIBEXPORT int sspseal_import(int fd, struct sspseal_import *request)
{
	request->size = sizeof(*request);
	request->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_IMPORT, request);
}

LIBEXPORT int sspseal_destroy(int fd, __u32 handle, __u32 *status)
{
	struct sspseal_destroy destroy = {
		.size = sizeof(destroy),
		.handle = handle,
	};
	int ret = sspseal_command(fd, SSPSEAL_DESTROY, &destroy);

	if (status)
		*status = destroy.status;
	return ret;
}

LIBEXPORT int sspseal_query(int fd, struct sspseal_query *query)
{
	query->size = sizeof(*query);
	query->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_QUERY, query);
}

LIBEXPORT int sspseal_seal(int fd, struct sspseal_message *message)
{
	return sspseal_message_command(fd, SSPSEAL_SEAL, message);
}

LIBEXPORT int sspseal_unseal(int fd, struct sspseal_message *message)
{
	return sspseal_message_command(fd, SSPSEAL_UNSEAL, message);
}

LIBEXPORT int sspseal_sign(int fd, struct sspseal_message *message)
{
	return sspseal_message_command(fd, SSPSEAL_SIGN, message);
}

LIBEXPORT int sspseal_verify(int fd, struct sspseal_message *message)
{
	return sspseal_message_command(fd, SSPSEAL_VERIFY, message);
}

LIBEXPORT int sspseal_batch(int fd, struct sspseal_batch *batch)
{
	batch->size = sizeof(*batch);
	batch->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, SSPSEAL_BATCH, batch);
}

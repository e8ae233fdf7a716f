// SPDX-License-Identifier: MIT
/*
 * What the worker cannot do, tried out. The filter refuses all of it with EPERM;
 * without the filter the rights of its user and of its handle do.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include <sspseal.h>

#include "worker.h"

static const char *result(int ret, __u32 status)
{
	if (ret && status != SSPSEAL_STATUS_OK)
		return sspseal_status_name(status);
	return ret ? strerrordesc_np(-ret) : "it can";
}

static void probe_open(void)
{
	int fd = open(SSPSEAL_DEVICE, O_RDWR | O_CLOEXEC);

	worker_say("probe: open the device",
		   fd < 0 ? strerrordesc_np(errno) : "it can");
}

static void probe_export(int file, __u32 handle)
{
	struct sspseal_export request = {
		.handle = handle,
		.rights = SSPSEAL_RIGHT_SEAL,
	};
	int ret = sspseal_export(file, &request);

	worker_say("probe: export", result(ret, request.status));
}

static void probe_sign(int file, __u32 handle)
{
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	struct sspseal_buffer buffers[] = {
		{ sizeof(token), SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
		{ 0, SSPSEAL_BUFFER_DATA, 0 },
	};
	struct sspseal_message message = {
		.handle = handle,
		.nr_buffers = 2,
		.buffers = (uintptr_t)buffers,
	};
	int ret = sspseal_sign(file, &message);

	worker_say("probe: sign", result(ret, message.status));
}

static void probe_create(int file)
{
	static const unsigned char key[SSPSEAL_KEY_MIN];
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = SSPSEAL_ROLE_INITIATOR,
		.key = (uintptr_t)key,
		.key_size = sizeof(key),
	};
	int ret = sspseal_create(file, &create);

	worker_say("probe: make a context", result(ret, create.status));
}

void worker_probe(int file, unsigned int handle)
{
	probe_open();
	probe_export(file, handle);
	probe_sign(file, handle);
	probe_create(file);
}

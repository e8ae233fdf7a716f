// SPDX-License-Identifier: MIT
/*
 * What the worker cannot do, tried out. The filter refuses all of it with EPERM;
 * without the filter the rights of its user and of its handle do.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sspseal.h>

#include "worker.h"

static const char *result(int ret, __u32 status)
{
	if (ret && status != SSPSEAL_STATUS_OK)
		return sspseal_status_name(status);
	return ret ? strerrordesc_np(-ret) : "it can";
}

static void probe_open(const char *what, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	worker_say(what, fd < 0 ? strerrordesc_np(errno) : "it can");
}

/* Where the filter lets getppid() not pass, it does not let open() pass either. */
static void probe_memory(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", getppid());
	probe_open("probe: read the parent's memory", path, O_RDONLY);
}

/* The parent's has the key, unless that is in a file. */
static void probe_keyring(void)
{
	__s32 keys[1];
	long size = syscall(SYS_keyctl, KEYCTL_READ, KEY_SPEC_SESSION_KEYRING,
			    keys, sizeof(keys));

	worker_say("probe: find a key", size < 0 ? strerrordesc_np(errno) :
					size ? "it can" :
					strerrordesc_np(ENOKEY));
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
	probe_open("probe: open the device", SSPSEAL_DEVICE, O_RDWR);
	probe_memory();
	probe_keyring();
	probe_export(file, handle);
	probe_sign(file, handle);
	probe_create(file);
}

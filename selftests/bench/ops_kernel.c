// SPDX-License-Identifier: GPL-2.0-only
/* What nothing can be cheaper than: system calls, and the cipher in the kernel. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "rawaead.h"

static int fd = -1;

static bool setup(const struct bench_op *op, size_t size)
{
	(void)op;
	(void)size;
	if (fd < 0)
		fd = open(RAWAEAD_DEVICE, O_RDWR | O_CLOEXEC);
	return fd >= 0;
}

static bool call_getppid(const struct bench_op *op, unsigned int i)
{
	(void)op;
	(void)i;
	return getppid() >= 0;
}

static bool call_null(const struct bench_op *op, unsigned int i)
{
	(void)op;
	(void)i;
	return !ioctl(fd, RAWAEAD_NULL, NULL);
}

static size_t raw_size;

static bool setup_raw(const struct bench_op *op, size_t size)
{
	raw_size = size;
	return setup(op, size);
}

/* With @decrypt each message is encrypted, and then decrypted. */
static bool run_raw(unsigned int calls, bool decrypt, __u64 *ns)
{
	struct rawaead_run run = {
		.associated = BENCH_ASSOCIATED,
		.size = raw_size,
		.nr = calls,
		.decrypt = decrypt,
	};

	if (ioctl(fd, RAWAEAD_RUN, &run))
		return false;
	*ns = run.ns;
	return true;
}

static bool raw_elapsed(const struct bench_op *op, unsigned int calls,
			__u64 *ns)
{
	(void)op;
	return run_raw(calls, false, ns);
}

static bool both_elapsed(const struct bench_op *op, unsigned int calls,
			 __u64 *ns)
{
	(void)op;
	return run_raw(calls, true, ns);
}

static const struct bench_op ops[] = {
	{ .name = "getppid", .messages = 1, .call = call_getppid },
	{ .name = "null-ioctl", .messages = 1, .setup = setup,
	  .call = call_null },
	{ .name = "raw", .messages = 1, .max_size = 1048576,
	  .setup = setup_raw, .elapsed = raw_elapsed },
	{ .name = "raw-both", .messages = 1, .max_size = 1048576,
	  .setup = setup_raw, .elapsed = both_elapsed },
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

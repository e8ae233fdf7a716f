// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device: which calls and commands it takes, what INFO tells, and that nothing makes
 * the kernel load a module; and layout.h, for programs of 32 and of 64 bits.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "layout.h"
#include "sspseal_test.h"

FIXTURE(device)
{
	int fd;
};

FIXTURE_SETUP(device)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
}

TEST_F(device, unknown_commands)
{
	const unsigned int known = _IOC_NR(SSPSEAL_BATCH) + 1;
	struct sspseal_query arg = { .size = sizeof(arg) };
	unsigned long cmd;
	unsigned int i;

	arg.status = POISON32;
	for (i = known; i < 256; i++) {
		EXPECT_EQ(-1, ioctl(self->fd, _IO(SSPSEAL_TYPE, i), &arg));
		EXPECT_EQ(ENOTTY, errno)
			TH_LOG("command %#x", i);
	}
	/* Known numbers of other types, sizes and directions; 0 is the VFS's. */
	for (i = 0; i < known; i++) {
		for (cmd = 1; cmd < 256; cmd++) {
			if (cmd == SSPSEAL_TYPE)
				continue;
			EXPECT_EQ(-1, ioctl(self->fd, _IO(cmd, i), &arg));
			EXPECT_EQ(ENOTTY, errno)
				TH_LOG("type %#lx command %#x", cmd, i);
		}
		cmd = _IOWR(SSPSEAL_TYPE, i, struct sspseal_message);
		EXPECT_EQ(-1, ioctl(self->fd, cmd, &arg));
		EXPECT_EQ(ENOTTY, errno);
	}
	EXPECT_EQ(POISON32, arg.status);
	/* A bad address does not make an unknown command known. */
	EXPECT_EQ(-1, ioctl(self->fd, _IO(SSPSEAL_TYPE, 0xff), NULL));
	EXPECT_EQ(ENOTTY, errno);
}

TEST_F(device, other_calls)
{
	char byte = 0;

	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				   self->fd, 0));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, fallocate(self->fd, 0, 0, 4096));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
}

/* No pages come or go, by whatever name. */
TEST_F(device, splices)
{
	int pipes[2], file = memfd_create("sspseal", MFD_CLOEXEC), left;
	struct iovec iov = { .iov_base = (void *)test_key, .iov_len = 16 };

	ASSERT_LE(0, file);
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(16, write(file, test_key, 16));
	ASSERT_EQ(0, lseek(file, 0, SEEK_SET));
	ASSERT_EQ(16, write(pipes[1], test_key, 16));
	EXPECT_EQ(-1, splice(pipes[0], NULL, self->fd, NULL, 16, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, splice(self->fd, NULL, pipes[1], NULL, 16, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sendfile(self->fd, file, NULL, 16));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sendfile(file, self->fd, NULL, 16));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, copy_file_range(file, NULL, self->fd, NULL, 16, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, tee(pipes[0], self->fd, 16, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, vmsplice(self->fd, &iov, 1, 0));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, vmsplice(self->fd, &iov, 1, SPLICE_F_GIFT));
	EXPECT_EQ(EBADF, errno);
	/* What was offered is still there. */
	EXPECT_EQ(0, ioctl(pipes[0], FIONREAD, &left));
	EXPECT_EQ(16, left);
	close(pipes[0]);
	close(pipes[1]);
	close(file);
}

/* Nobody ever waits for it: nothing can be read, whatever it says. */
TEST_F(device, polls)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN | POLLOUT };

	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT, p.revents);
}

/* ---- modules ---- */

#define MODPROBE	"/proc/sys/kernel/modprobe"
#define MODULES_MAX	512

/* The names, sorted as the kernel has them; what uses them may change. */
static size_t module_names(char *names, size_t size)
{
	FILE *file = fopen("/proc/modules", "re");
	size_t used = 0;
	char name[64];

	names[0] = '\0';
	while (file && fscanf(file, "%63s%*[^\n]", name) == 1)
		used += snprintf(names + used, used < size ? size - used : 0,
				 "%s ", name);
	if (file)
		fclose(file);
	return used < size ? used : 0;
}

static bool write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	ssize_t size = strlen(text);
	bool ok = fd >= 0 && write(fd, text, size) == size;

	if (fd >= 0)
		close(fd);
	return ok;
}

/*
 * What the kernel asks for is written down, whether there is such a module or not:
 * on the tests' own machine only.
 */
struct requests {
	char dir[32];
	char script[64];
	char log[64];
	char before[256];
};

static bool requests_watch(struct requests *r)
{
	char text[256];
	FILE *file = fopen(MODPROBE, "re");

	snprintf(r->dir, sizeof(r->dir), "/tmp/sspseal-XXXXXX");
	if (!file || !fgets(r->before, sizeof(r->before), file) ||
	    !mkdtemp(r->dir))
		return false;
	fclose(file);
	snprintf(r->script, sizeof(r->script), "%s/modprobe", r->dir);
	snprintf(r->log, sizeof(r->log), "%s/log", r->dir);
	snprintf(text, sizeof(text), "#!/bin/sh\necho \"$@\" >> %s\n", r->log);
	return write_text(r->script, text, 0755) &&
	       write_text(MODPROBE, r->script, 0);
}

static long requests_size(const struct requests *r)
{
	struct stat log;

	return stat(r->log, &log) ? 0 : log.st_size;
}

static void requests_end(const struct requests *r)
{
	write_text(MODPROBE, r->before, 0);
	unlink(r->script);
	unlink(r->log);
	rmdir(r->dir);
}

/* SEAL and UNSEAL, or SIGN and VERIFY; then what opens is refused. */
static int one_message(int fd, unsigned long cmd, __u32 from, __u32 to,
		       __u32 qop)
{
	__u8 token[TOKEN_SIZE], data[40] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data, 40),
	};
	struct sspseal_message m = message(from, b, 2);
	int status;

	m.qop = qop;
	status = call(fd, cmd, &m);
	m.handle = to;
	token[40] ^= 1;
	if (!status && call(fd, cmd + 1, &m) != SSPSEAL_STATUS_ALTERED)
		return BROKEN;
	token[40] ^= 1;
	return status ?: call(fd, cmd + 1, &m);
}

static int one_batch(int fd, __u32 handle)
{
	__u8 token[TOKEN_SIZE], data[40] = { };
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data, 40),
	};
	struct sspseal_operation op[] = {
		{ .command = SSPSEAL_SEAL, .message = message(handle, b, 2) },
		{ .command = SSPSEAL_INFO, .message = message(handle, b, 2) },
	};
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)op,
		.stride = sizeof(op[0]), .nr = 2,
	};

	return call(fd, SSPSEAL_BATCH, &batch) ?: (int)op[0].message.status;
}

static bool each_suite(int fd, __u32 i, __u32 a)
{
	struct sspseal_info f;
	__u32 suite, qop;

	for (suite = 1; suite <= 3; suite++) {
		qop = SSPSEAL_QOP_SUITE(suite);
		if (one_message(fd, SSPSEAL_SEAL, i, a, qop) ||
		    one_message(fd, SSPSEAL_SIGN, i, a, qop) ||
		    info(fd, suite, &f))
			return false;
	}
	for (; suite < 256; suite++) {
		qop = SSPSEAL_QOP_SUITE(suite);
		if (one_message(fd, SSPSEAL_SEAL, i, a, qop) !=
		    SSPSEAL_STATUS_QOP_SUITE ||
		    info(fd, suite, &f) != SSPSEAL_STATUS_SUITE)
			return false;
	}
	return true;
}

static bool each_mechanism(int fd)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR,
					      ALL_SERVICES);

	for (c.mechanism = 2; c.mechanism < 256; c.mechanism++)
		if (call(fd, SSPSEAL_CREATE, &c) != SSPSEAL_STATUS_MECHANISM)
			return false;
	return true;
}

static bool each_bind(int fd)
{
	struct sspseal_native here = { }, there = { };
	__u32 handle = create_native(fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES,
				     SSPSEAL_CREATE_UNBOUND, &here);
	struct sspseal_bind b;

	if (!create_native(fd, SSPSEAL_ROLE_ACCEPTOR, ALL_SERVICES,
			   SSPSEAL_CREATE_UNBOUND, &there))
		return false;
	b = bind_args(handle, ALL_SERVICES, there.salt);
	for (b.suite = 4; b.suite < 256; b.suite++)
		if (call(fd, SSPSEAL_BIND, &b) != SSPSEAL_STATUS_SUITE)
			return false;
	b.suite = SSPSEAL_SUITE_CHACHA20_POLY1305;
	return !call(fd, SSPSEAL_BIND, &b) && !destroy(fd, handle) &&
	       destroy(fd, handle);
}

static bool each_export(int fd, __u32 handle)
{
	int exported = export_handle(fd, handle, SSPSEAL_RIGHT_SEAL);
	bool right = exported >= 0 && export_handle(fd, handle, 0) < 0 &&
		     import_handle(fd, exported, 0) &&
		     !import_handle(fd, exported, 9);

	close(exported);
	return right;
}

/* Each of the commands, done and refused. */
static bool all_commands(int fd)
{
	__u32 i = create_context(fd, SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
	__u32 a = create_context(fd, SSPSEAL_ROLE_ACCEPTOR,
				 SSPSEAL_CONFIDENTIALITY);
	struct sspseal_query q;

	return each_suite(fd, i, a) && each_mechanism(fd) && each_bind(fd) &&
	       each_export(fd, i) && !one_batch(fd, i) && !query(fd, i, &q) &&
	       query(fd, 0, &q);
}

/* All of them, and the kernel has the modules that it had, and asked for none. */
static bool all_without_modules(int fd, const struct requests *r)
{
	static char before[64 * MODULES_MAX], after[64 * MODULES_MAX];
	long asked = requests_size(r);

	return module_names(before, sizeof(before)) && all_commands(fd) &&
	       requests_size(r) == asked &&
	       module_names(after, sizeof(after)) && !strcmp(before, after);
}

TEST_F(device, loads_no_module)
{
	struct requests r = { };

	if (own_machine()) {
		ASSERT_TRUE(requests_watch(&r));
		/* It does notice. */
		EXPECT_EQ(-1, socket(AF_X25, SOCK_SEQPACKET, 0));
		EXPECT_NE(0, requests_size(&r));
	}
	EXPECT_TRUE(all_without_modules(self->fd, &r));
	if (own_machine())
		requests_end(&r);
}

/* Nor where the kernel has ended the drivers in use, for their parts came anew. */
TEST_F(device, loads_no_module_for_new_parts)
{
	struct requests r = { };

	if (!own_machine())
		SKIP(return, OWN_MACHINE);
	ASSERT_TRUE(requests_watch(&r));
	EXPECT_TRUE(module_load("faulty_parts.ko", ""));
	EXPECT_TRUE(all_without_modules(self->fd, &r));
	requests_end(&r);
	EXPECT_TRUE(module_unload("faulty_parts"));
}

/* ---- what it says of itself ---- */

TEST_F(device, node)
{
	struct stat node;
	int status;
	pid_t child;

	ASSERT_EQ(0, stat(SSPSEAL_DEVICE, &node));
	EXPECT_TRUE(S_ISCHR(node.st_mode));
	EXPECT_EQ(0660, node.st_mode & 07777);
	if (geteuid())
		SKIP(return, "not root");
	/* Not for everyone. */
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(2);
		_exit(device_open() >= 0 || errno != EACCES);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(device, info)
{
	struct sspseal_info i;

	ASSERT_EQ(0, info(self->fd, 0, &i));
	EXPECT_EQ(SSPSEAL_SUITE_AES_256_GCM, i.suite);
	EXPECT_EQ(SSPSEAL_ABI_VERSION, i.abi_version);
	EXPECT_EQ(1 << SSPSEAL_MECH_NATIVE, i.mechanisms);
	EXPECT_EQ(SSPSEAL_SUITE_BIT(SSPSEAL_SUITE_AES_256_GCM) |
		  SSPSEAL_SUITE_BIT(SSPSEAL_SUITE_AES_128_GCM) |
		  SSPSEAL_SUITE_BIT(SSPSEAL_SUITE_CHACHA20_POLY1305),
		  i.suites);
	EXPECT_EQ(SSPSEAL_BUFFERS_MAX, i.max_buffers);
	EXPECT_LE(1U << 16, i.max_data);
	EXPECT_GE((1U << 24) - 1, i.max_data);
	EXPECT_EQ(1U << 16, i.max_associated);
	EXPECT_EQ(1U << 20, i.max_signed);
	EXPECT_EQ(2048, i.window);
	EXPECT_LT(0, i.max_handles);
	EXPECT_LT(0, i.max_contexts);
	EXPECT_EQ(TOKEN_SIZE, i.token_size);
}

TEST_F(device, info_of_each_suite)
{
	static const __u32 key_size[] = { 0, 32, 16, 32 };
	struct sspseal_info i;
	__u32 suite;

	for (suite = 1; suite <= 3; suite++) {
		ASSERT_EQ(0, info(self->fd, suite, &i));
		EXPECT_EQ(suite, i.suite);
		EXPECT_EQ(key_size[suite], i.key_size);
		EXPECT_EQ(16, i.tag_size);
		EXPECT_LT(0, strnlen(i.driver, sizeof(i.driver)));
		EXPECT_GT(sizeof(i.driver),
			  strnlen(i.driver, sizeof(i.driver)));
		/* Nothing of the caller's or the kernel's behind the name. */
		EXPECT_TRUE(all_bytes(i.driver + strlen(i.driver), 0,
				      sizeof(i.driver) - strlen(i.driver)));
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The general ioctl format: sizes, reserved fields, addresses, handles, unknown
 * commands; and layout.h, for programs of 32 and of 64 bits.
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

/* The structs of all commands, with room behind them. */
union argument {
	struct {
		__u32 size;
		__u32 status;
		__u32 handle;
	};
	struct sspseal_info info;
	struct sspseal_create create;
	struct sspseal_destroy destroy;
	struct sspseal_query query;
	struct sspseal_message message;
	__u8 bytes[3 * 4096];
};

/*
 * Every command with an argument that succeeds. UNSEAL and VERIFY run on a
 * context with INTEGRITY only, so that one message serves again and again.
 */
FIXTURE(command)
{
	int fd;
	int other;
	__u32 sender;
	__u32 receiver;
	__u8 token[TOKEN_SIZE];
	__u8 sealed[100];
	__u8 data[100];
	struct sspseal_native native;
	struct sspseal_buffer b[2];
	union argument *arg;
	union argument *before;
};

FIXTURE_VARIANT(command)
{
	unsigned long cmd;
	__u32 size;
	/* Where the reserved field is, 0 for none, and its size. */
	__u32 reserved;
	__u32 reserved_size;
	bool has_handle;
};

FIXTURE_VARIANT_ADD(command, info)
{
	.cmd = SSPSEAL_INFO,
	.size = sizeof(struct sspseal_info),
	.reserved = offsetof(struct sspseal_info, __reserved),
	.reserved_size = 8,
};

FIXTURE_VARIANT_ADD(command, create)
{
	.cmd = SSPSEAL_CREATE,
	.size = sizeof(struct sspseal_create),
};

FIXTURE_VARIANT_ADD(command, destroy)
{
	.cmd = SSPSEAL_DESTROY,
	.size = sizeof(struct sspseal_destroy),
	.reserved = offsetof(struct sspseal_destroy, __reserved),
	.reserved_size = 4,
	.has_handle = true,
};

FIXTURE_VARIANT_ADD(command, query)
{
	.cmd = SSPSEAL_QUERY,
	.size = sizeof(struct sspseal_query),
	.has_handle = true,
};

FIXTURE_VARIANT_ADD(command, seal)
{
	.cmd = SSPSEAL_SEAL,
	.size = sizeof(struct sspseal_message),
	.has_handle = true,
};

FIXTURE_VARIANT_ADD(command, unseal)
{
	.cmd = SSPSEAL_UNSEAL,
	.size = sizeof(struct sspseal_message),
	.has_handle = true,
};

FIXTURE_VARIANT_ADD(command, sign)
{
	.cmd = SSPSEAL_SIGN,
	.size = sizeof(struct sspseal_message),
	.has_handle = true,
};

FIXTURE_VARIANT_ADD(command, verify)
{
	.cmd = SSPSEAL_VERIFY,
	.size = sizeof(struct sspseal_message),
	.has_handle = true,
};

FIXTURE_SETUP(command)
{
	union argument *a;
	__u32 services = SSPSEAL_CONFIDENTIALITY;

	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	self->other = device_open();
	ASSERT_LE(0, self->other);
	self->sender = create_context(self->fd, SSPSEAL_ROLE_INITIATOR,
				      services);
	ASSERT_NE(0, self->sender);
	self->receiver = create_context(self->fd, SSPSEAL_ROLE_ACCEPTOR,
					services);
	ASSERT_NE(0, self->receiver);

	memset(self->data, 'x', sizeof(self->data));
	self->b[0] = buffer(TOKEN, self->token, sizeof(self->token));
	self->b[1] = buffer(DATA, self->data, sizeof(self->data));
	if (variant->cmd == SSPSEAL_UNSEAL)
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SEAL, self->sender,
					  self->b, 2));
	if (variant->cmd == SSPSEAL_VERIFY)
		ASSERT_EQ(0, message_call(self->fd, SSPSEAL_SIGN, self->sender,
					  self->b, 2));
	memcpy(self->sealed, self->data, sizeof(self->data));

	self->arg = calloc(1, sizeof(*self->arg));
	self->before = calloc(1, sizeof(*self->arg));
	ASSERT_TRUE(self->arg && self->before);
	a = self->arg;
	switch (variant->cmd) {
	case SSPSEAL_INFO:
		memset(&a->info, POISON, sizeof(a->info));
		a->info.suite = 0;
		a->info.__reserved = 0;
		break;
	case SSPSEAL_CREATE:
		a->create = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		memset(&self->native, 0, sizeof(self->native));
		a->create.params = (uintptr_t)&self->native;
		a->create.params_size = sizeof(self->native);
		break;
	case SSPSEAL_DESTROY:
		a->destroy.handle = self->sender;
		break;
	case SSPSEAL_QUERY:
		memset(&a->query, POISON, sizeof(a->query));
		a->query.handle = self->sender;
		break;
	case SSPSEAL_SEAL:
	case SSPSEAL_SIGN:
		a->message = message(self->sender, self->b, 2);
		break;
	default:
		a->message = message(self->receiver, self->b, 2);
		break;
	}
	a->size = variant->size;
}

FIXTURE_TEARDOWN(command)
{
	close(self->other);
	close(self->fd);
	free(self->before);
	free(self->arg);
}

/* Call and compare: a refusal writes @status at most. */
static int struct_refused(int fd, unsigned long cmd, union argument *arg,
			  union argument *before)
{
	int status;

	arg->status = POISON32;
	memcpy(before, arg, sizeof(*arg));
	status = call(fd, cmd, arg);
	before->status = arg->status;
	return memcmp(before, arg, sizeof(*arg)) ? BROKEN : status;
}

#define REFUSED()							\
	struct_refused(self->fd, variant->cmd, self->arg, self->before)

TEST_F(command, size_exact)
{
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
	EXPECT_EQ(variant->size, self->arg->size);
}

TEST_F(command, size_zero)
{
	self->arg->size = 0;
	EXPECT_EQ(-EINVAL, REFUSED());
	EXPECT_EQ(POISON32, self->arg->status);
	/* Nothing happened to what the call would have worked on. */
	self->arg->size = variant->size;
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
}

TEST_F(command, size_short)
{
	__u32 size;

	for (size = 1; size < variant->size; size++) {
		self->arg->size = size;
		EXPECT_EQ(-EINVAL, REFUSED())
			TH_LOG("size %u", size);
	}
}

TEST_F(command, size_longer_with_zeros)
{
	self->arg->size = variant->size + 8;
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
	EXPECT_EQ(variant->size + 8, self->arg->size);
	EXPECT_TRUE(all_bytes(self->arg->bytes + variant->size, 0, 8));
}

TEST_F(command, size_longer_not_zero)
{
	__u32 i;

	for (i = 0; i < 8; i++) {
		self->arg->size = variant->size + 8;
		self->arg->bytes[variant->size + i] = 1;
		EXPECT_EQ(-E2BIG, REFUSED());
		EXPECT_EQ(POISON32, self->arg->status);
		self->arg->bytes[variant->size + i] = 0;
	}
	/* What lies beyond the stated size is not looked at. */
	self->arg->size = variant->size;
	self->arg->bytes[variant->size] = 1;
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
}

TEST_F(command, size_beyond_a_page)
{
	__u32 page = sizeof(*self->arg) / 3;

	/* Up to a page the kernel looks whether the rest is zero. */
	self->arg->size = page;
	self->arg->bytes[page - 1] = 1;
	EXPECT_EQ(-E2BIG, REFUSED());
	self->arg->bytes[page - 1] = 0;
	self->arg->size = page + 1;
	EXPECT_EQ(-E2BIG, REFUSED());
	self->arg->size = sizeof(*self->arg);
	EXPECT_EQ(-E2BIG, REFUSED());
	self->arg->size = page;
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
}

TEST_F(command, size_beyond_memory)
{
	union argument *arg = before_fence(variant->size);

	memcpy(arg, self->arg, variant->size);
	arg->size = variant->size + 1;
	EXPECT_EQ(-EFAULT, call(self->fd, variant->cmd, arg));
	arg->size = 4096;
	EXPECT_EQ(-EFAULT, call(self->fd, variant->cmd, arg));
	arg->size = 0xffffffff;
	EXPECT_EQ(-E2BIG, call(self->fd, variant->cmd, arg));
	arg->size = variant->size;
	EXPECT_EQ(0, call(self->fd, variant->cmd, arg));
}

TEST_F(command, address_bad)
{
	void *const bad[] = {
		NULL, (void *)1, fence(), (void *)-4096L, (void *)-1L,
		(void *)LONG_MIN,
	};
	__u8 *edge = fence();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, bad[i]));
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("address %p", bad[i]);
	}
	/* A struct that begins in memory and ends beyond. */
	for (i = 1; i < variant->size; i++) {
		memcpy(edge - i, self->arg, i);
		errno = 0;
		EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, edge - i));
		EXPECT_EQ(EFAULT, errno)
			TH_LOG("%u bytes of the struct", i);
	}
	/* None of them did anything. */
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
}

TEST_F(command, reserved_not_zero)
{
	__u32 i;

	/* Where there is none, all fields are in use. */
	for (i = 0; i < variant->reserved_size; i++) {
		self->arg->bytes[variant->reserved + i] = 1;
		EXPECT_EQ(SSPSEAL_STATUS_RESERVED, REFUSED());
		self->arg->bytes[variant->reserved + i] = 0;
	}
	EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
}

TEST_F(command, handle_never_given)
{
	const __u32 never[] = {
		0, self->receiver + 1, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	unsigned int i;

	if (!variant->has_handle) {
		/* INFO and CREATE ask for no handle. */
		EXPECT_EQ(0, call(self->other, variant->cmd, self->arg));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(never); i++) {
		self->arg->handle = never[i];
		EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, REFUSED())
			TH_LOG("handle %#x", never[i]);
	}
	/* A number that the file has means nothing in another one. */
	self->arg->handle = self->sender;
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE,
		  struct_refused(self->other, variant->cmd, self->arg,
				 self->before));
	EXPECT_EQ(0, memcmp(self->sealed, self->data, sizeof(self->data)));
}

TEST_F(command, handle_destroyed)
{
	if (!variant->has_handle) {
		ASSERT_EQ(0, destroy(self->fd, self->sender));
		EXPECT_EQ(0, call(self->fd, variant->cmd, self->arg));
		return;
	}
	ASSERT_EQ(0, destroy(self->fd, self->arg->handle));
	EXPECT_EQ(SSPSEAL_STATUS_ALREADY_DESTROYED, REFUSED());
	EXPECT_EQ(0, memcmp(self->sealed, self->data, sizeof(self->data)));
}

TEST_F(command, status_is_not_an_input)
{
	/* call() poisons it: here each value that it can have. */
	__u32 status;

	if (variant->cmd == SSPSEAL_DESTROY)
		self->arg->handle = self->receiver + 1;
	for (status = 0; status <= SSPSEAL_STATUS_OUT_OF_ORDER; status++) {
		self->arg->status = status;
		if (variant->cmd == SSPSEAL_DESTROY) {
			EXPECT_EQ(-1, ioctl(self->fd, variant->cmd, self->arg));
			EXPECT_EQ(ENOENT, errno);
			EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, self->arg->status);
			continue;
		}
		if (variant->cmd == SSPSEAL_UNSEAL)
			memcpy(self->data, self->sealed, sizeof(self->data));
		EXPECT_EQ(0, ioctl(self->fd, variant->cmd, self->arg));
		EXPECT_EQ(0, self->arg->status);
		if (variant->cmd == SSPSEAL_CREATE)
			EXPECT_EQ(0, destroy(self->fd,
					     self->arg->create.handle));
	}
}

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
	union argument arg = { .size = sizeof(struct sspseal_query) };
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
	EXPECT_EQ(SSPSEAL_STATUS_SUITE, info(self->fd, 4, &i));
	EXPECT_EQ(SSPSEAL_STATUS_SUITE, info(self->fd, 0xffffffff, &i));
	EXPECT_EQ(POISON32, i.abi_version);
}

/* Fields of CREATE with values that the kernel does not know. */
TEST_F(device, create_unknown)
{
	static const struct {
		__u32 offset;
		__u32 value;
		int status;
	} bad[] = {
		{ offsetof(struct sspseal_create, flags), 4,
		  SSPSEAL_STATUS_FLAGS },
		{ offsetof(struct sspseal_create, flags), 0x80000001,
		  SSPSEAL_STATUS_FLAGS },
		{ offsetof(struct sspseal_create, flags), 0xffffffff,
		  SSPSEAL_STATUS_FLAGS },
		{ offsetof(struct sspseal_create, mechanism), 0,
		  SSPSEAL_STATUS_MECHANISM },
		{ offsetof(struct sspseal_create, mechanism), 2,
		  SSPSEAL_STATUS_MECHANISM },
		{ offsetof(struct sspseal_create, mechanism), 0xffffffff,
		  SSPSEAL_STATUS_MECHANISM },
		{ offsetof(struct sspseal_create, role), 0,
		  SSPSEAL_STATUS_ROLE },
		{ offsetof(struct sspseal_create, role), 3,
		  SSPSEAL_STATUS_ROLE },
		{ offsetof(struct sspseal_create, role), 0xffffffff,
		  SSPSEAL_STATUS_ROLE },
		{ offsetof(struct sspseal_create, services), 16,
		  SSPSEAL_STATUS_SERVICES },
		{ offsetof(struct sspseal_create, services), 0x8000000f,
		  SSPSEAL_STATUS_SERVICES },
	};
	struct sspseal_native native = { };
	struct sspseal_create c;
	unsigned int i;

	memset(native.salt, POISON, sizeof(native.salt));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		c = create_args(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES);
		c.params = (uintptr_t)&native;
		c.params_size = sizeof(native);
		memcpy((__u8 *)&c + bad[i].offset, &bad[i].value, 4);
		EXPECT_EQ(bad[i].status, call(self->fd, SSPSEAL_CREATE, &c))
			TH_LOG("row %u", i);
		EXPECT_EQ(POISON32, c.handle);
	}
	EXPECT_TRUE(all_bytes(native.salt, POISON, sizeof(native.salt)));
	/* No number was given out. */
	EXPECT_EQ(SSPSEAL_STATUS_NO_HANDLE, destroy(self->fd, 1));
}

TEST_HARNESS_MAIN

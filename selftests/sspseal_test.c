// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of sspseal share.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sspseal_test.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

const __u8 test_key[SSPSEAL_KEY_MAX] =
	"sspseal selftest session key, sixty-four bytes of it, in ASCII.";

/* The first two fields of every struct of the interface. */
struct head {
	__u32 size;
	__u32 status;
};

int device_open(void)
{
	return open(SSPSEAL_DEVICE, O_RDWR | O_CLOEXEC);
}

int status_errno(__u32 status)
{
	switch (status) {
	case SSPSEAL_STATUS_OK:
		return 0;
	case SSPSEAL_STATUS_NO_HANDLE:
	case SSPSEAL_STATUS_ALREADY_DESTROYED:
		return -ENOENT;
	case SSPSEAL_STATUS_NO_RIGHT:
		return -EACCES;
	case SSPSEAL_STATUS_NO_SERVICE:
	case SSPSEAL_STATUS_NO_CONFIDENTIALITY:
	case SSPSEAL_STATUS_SEALED:
	case SSPSEAL_STATUS_NOT_SEALED:
		return -EPERM;
	case SSPSEAL_STATUS_EXPIRED:
	case SSPSEAL_STATUS_SEND_ENDED:
		return -EKEYEXPIRED;
	case SSPSEAL_STATUS_RESERVED:
	case SSPSEAL_STATUS_FLAGS:
	case SSPSEAL_STATUS_MECHANISM:
	case SSPSEAL_STATUS_ROLE:
	case SSPSEAL_STATUS_SERVICES:
	case SSPSEAL_STATUS_SUITE:
	case SSPSEAL_STATUS_QOP:
	case SSPSEAL_STATUS_QOP_SUITE:
		return -EOPNOTSUPP;
	case SSPSEAL_STATUS_POLICY:
	case SSPSEAL_STATUS_DEFAULT_SUITE:
	case SSPSEAL_STATUS_KEY_SIZE:
	case SSPSEAL_STATUS_PARAMS_SIZE:
	case SSPSEAL_STATUS_EXPIRY:
	case SSPSEAL_STATUS_NO_BUFFERS:
	case SSPSEAL_STATUS_TOO_MANY_BUFFERS:
	case SSPSEAL_STATUS_NO_TOKEN:
	case SSPSEAL_STATUS_TOKEN_READONLY:
	case SSPSEAL_STATUS_TOKEN_NULL:
	case SSPSEAL_STATUS_TWO_TOKENS:
	case SSPSEAL_STATUS_TOKEN_AND_STREAM:
	case SSPSEAL_STATUS_NO_DATA:
	case SSPSEAL_STATUS_TWO_DATA:
	case SSPSEAL_STATUS_DATA_READONLY:
	case SSPSEAL_STATUS_NULL_BUFFER:
	case SSPSEAL_STATUS_OVERLAP:
	case SSPSEAL_STATUS_BUFFER_TYPE:
		return -EINVAL;
	case SSPSEAL_STATUS_NO_MEMORY:
		return -ENOMEM;
	case SSPSEAL_STATUS_BUSY:
		return -EBUSY;
	case SSPSEAL_STATUS_LIMIT_FILE:
		return -EMFILE;
	case SSPSEAL_STATUS_LIMIT_TOTAL:
		return -ENFILE;
	case SSPSEAL_STATUS_FAULT:
	case SSPSEAL_STATUS_FAULT_AFTER_COMMIT:
		return -EFAULT;
	case SSPSEAL_STATUS_CIPHER:
		return -EIO;
	case SSPSEAL_STATUS_INTERRUPTED:
		return -EINTR;
	case SSPSEAL_STATUS_TOKEN_TOO_SMALL:
	case SSPSEAL_STATUS_DATA_TOO_LONG:
	case SSPSEAL_STATUS_ASSOCIATED_TOO_LONG:
	case SSPSEAL_STATUS_INCOMPLETE:
		return -EMSGSIZE;
	case SSPSEAL_STATUS_TOKEN_VERSION:
	case SSPSEAL_STATUS_TOKEN_SUITE:
	case SSPSEAL_STATUS_TOKEN_FLAGS:
	case SSPSEAL_STATUS_TOKEN_REFLECTED:
	case SSPSEAL_STATUS_TOKEN_KIND:
	case SSPSEAL_STATUS_TOKEN_SALT:
	case SSPSEAL_STATUS_TOKEN_COUNTER:
	case SSPSEAL_STATUS_ALTERED:
		return -EBADMSG;
	case SSPSEAL_STATUS_CALLER_SEQUENCE:
	case SSPSEAL_STATUS_REPLAYED:
	case SSPSEAL_STATUS_TOO_OLD:
	case SSPSEAL_STATUS_OUT_OF_ORDER:
		return -EILSEQ;
	default:
		return 1;
	}
}

static int broken(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return BROKEN;
}

int call(int fd, unsigned long cmd, void *arg)
{
	struct head *head = arg;
	int ret, error;

	head->status = POISON32;
	ret = ioctl(fd, cmd, arg);
	error = ret ? -errno : 0;
	if (ret != 0 && ret != -1)
		return broken("ioctl returned %d", ret);
	if (head->status == POISON32)
		return error ? error : broken("success without a status");
	if (error != status_errno(head->status))
		return broken("status %u with errno %d", head->status, error);
	return head->status;
}

/* All that a message can reach, to compare before and after. */
struct snapshot {
	struct sspseal_message m;
	struct sspseal_buffer *b;
	__u8 **bytes;
	struct sspseal_query q;
	int queried;
};

static void snapshot_take(struct snapshot *s, int fd,
			  const struct sspseal_message *m)
{
	const struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	__u32 i;

	s->m = *m;
	s->b = calloc(m->nr_buffers + 1, sizeof(*b));
	s->bytes = calloc(m->nr_buffers + 1, sizeof(*s->bytes));
	for (i = 0; b && i < m->nr_buffers; i++) {
		s->b[i] = b[i];
		if (!b[i].ptr || !b[i].cb)
			continue;
		s->bytes[i] = malloc(b[i].cb);
		memcpy(s->bytes[i], (void *)(uintptr_t)b[i].ptr, b[i].cb);
	}
	s->queried = query(fd, m->handle, &s->q);
}

static int snapshot_compare(const struct snapshot *s, int fd,
			    const struct sspseal_message *m)
{
	const struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	struct sspseal_message now = *m;
	struct sspseal_query q;
	__u32 i;

	now.status = s->m.status;
	if (memcmp(&now, &s->m, sizeof(now)))
		return broken("the struct has changed");
	for (i = 0; b && i < m->nr_buffers; i++) {
		if (memcmp(&b[i], &s->b[i], sizeof(*b)))
			return broken("entry %u has changed", i);
		if (s->bytes[i] &&
		    memcmp(s->bytes[i], (void *)(uintptr_t)b[i].ptr, b[i].cb))
			return broken("bytes of entry %u have changed", i);
	}
	if (query(fd, m->handle, &q) != s->queried)
		return broken("QUERY has changed its mind");
	if (s->queried)
		return 0;
	if (q.sent != s->q.sent || q.received != s->q.received)
		return broken("a counter has changed");
	now.status = m->status == SSPSEAL_STATUS_ALTERED;
	if (q.failed != s->q.failed + now.status)
		return broken("failed went from %llu to %llu, status %u",
			      s->q.failed, q.failed, m->status);
	return 0;
}

static void snapshot_free(struct snapshot *s)
{
	__u32 i;

	for (i = 0; i < s->m.nr_buffers; i++)
		free(s->bytes[i]);
	free(s->bytes);
	free(s->b);
}

int refused(int fd, unsigned long cmd, struct sspseal_message *m)
{
	struct snapshot s;
	int status, changed;

	snapshot_take(&s, fd, m);
	status = call(fd, cmd, m);
	changed = snapshot_compare(&s, fd, m);
	snapshot_free(&s);
	if (!status)
		return broken("success where a refusal was expected");
	return changed ? changed : status;
}

struct sspseal_create create_args(__u32 role, __u32 services)
{
	struct sspseal_create c = {
		.size = sizeof(c),
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = services,
		.key = (uintptr_t)test_key,
		.key_size = TEST_KEY_SIZE,
		.handle = POISON32,
	};

	return c;
}

__u32 create_context(int fd, __u32 role, __u32 services)
{
	struct sspseal_create c = create_args(role, services);

	return call(fd, SSPSEAL_CREATE, &c) ? 0 : c.handle;
}

__u32 create_native(int fd, __u32 role, __u32 services, __u32 flags,
		    struct sspseal_native *native)
{
	struct sspseal_create c = create_args(role, services);

	c.flags = flags;
	c.params = (uintptr_t)native;
	c.params_size = sizeof(*native);
	return call(fd, SSPSEAL_CREATE, &c) ? 0 : c.handle;
}

int destroy(int fd, __u32 handle)
{
	struct sspseal_destroy d = { .size = sizeof(d), .handle = handle };

	return call(fd, SSPSEAL_DESTROY, &d);
}

int query(int fd, __u32 handle, struct sspseal_query *q)
{
	memset(q, POISON, sizeof(*q));
	q->size = sizeof(*q);
	q->handle = handle;
	q->__reserved = 0;
	return call(fd, SSPSEAL_QUERY, q);
}

int info(int fd, __u32 suite, struct sspseal_info *i)
{
	memset(i, POISON, sizeof(*i));
	i->size = sizeof(*i);
	i->suite = suite;
	i->__reserved = 0;
	return call(fd, SSPSEAL_INFO, i);
}

__s64 sent(int fd, __u32 handle)
{
	struct sspseal_query q;

	return query(fd, handle, &q) ? -1 : (__s64)q.sent;
}

__s64 received(int fd, __u32 handle)
{
	struct sspseal_query q;

	return query(fd, handle, &q) ? -1 : (__s64)q.received;
}

struct sspseal_buffer buffer(__u32 type, void *ptr, size_t cb)
{
	struct sspseal_buffer b = {
		.cb = cb,
		.type = type,
		.ptr = (uintptr_t)ptr,
	};

	return b;
}

struct sspseal_message message(__u32 handle, struct sspseal_buffer *b,
			       __u32 nr)
{
	struct sspseal_message m = {
		.size = sizeof(m),
		.handle = handle,
		.nr_buffers = nr,
		.buffers = (uintptr_t)b,
	};

	return m;
}

int message_call(int fd, unsigned long cmd, __u32 handle,
		 struct sspseal_buffer *b, __u32 nr)
{
	struct sspseal_message m = message(handle, b, nr);

	return call(fd, cmd, &m);
}

int message_refused(int fd, unsigned long cmd, __u32 handle,
		    struct sspseal_buffer *b, __u32 nr)
{
	struct sspseal_message m = message(handle, b, nr);

	return refused(fd, cmd, &m);
}

int simple_call(int fd, unsigned long cmd, __u32 handle, void *token,
		void *data, size_t cb)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, data, cb),
	};

	return message_call(fd, cmd, handle, b, ARRAY_SIZE(b));
}

int simple_refused(int fd, unsigned long cmd, __u32 handle, void *token,
		   void *data, size_t cb)
{
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE),
		buffer(DATA, data, cb),
	};

	return message_refused(fd, cmd, handle, b, ARRAY_SIZE(b));
}

/* Marsaglia's xorshift64. */
static __u64 next_random(void)
{
	static __u64 state = 0x5353505345414c21ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void fill(void *p, size_t size)
{
	__u8 *bytes = p;
	__u64 word;
	size_t part;

	for (; size; bytes += part, size -= part) {
		word = next_random();
		part = size < sizeof(word) ? size : sizeof(word);
		memcpy(bytes, &word, part);
	}
}

__u32 pick(__u32 below)
{
	return (next_random() >> 16) % below;
}

bool all_bytes(const void *p, int byte, size_t size)
{
	const __u8 *bytes = p;

	while (size && *bytes == byte) {
		bytes++;
		size--;
	}
	return !size;
}

static FILE *parameter_open(const char *name, const char *mode)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/sspseal/parameters/%s", name);
	return fopen(path, mode);
}

long parameter_get(const char *name)
{
	FILE *file = parameter_open(name, "r");
	long value = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

bool parameter_set(const char *name, long value)
{
	FILE *file = parameter_open(name, "w");
	bool ok;

	if (!file)
		return false;
	ok = fprintf(file, "%ld\n", value) > 0;
	return !fclose(file) && ok;
}

void *before_fence(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t room = (size / page + 1) * page;
	__u8 *p;

	p = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect(p + room, page, PROT_NONE))
		abort();
	return p + room - size;
}

void *fence(void)
{
	return before_fence(0);
}

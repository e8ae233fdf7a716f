// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of sspseal share.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sspseal_test.h"

/* No test has a descriptor beyond. */
#define DESCRIPTORS	256

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

unsigned int slowness(void)
{
	const char *value = getenv("TEST_SLOWNESS");

	return value && atoi(value) > 0 ? atoi(value) : 1;
}

unsigned int rounds(unsigned int usual)
{
	return slowness() > 1 ? usual / 4 : usual;
}

/*
 * In the place of libc's: the harness gives each test half a minute by it, which
 * does not suffice where the kernel checks its every step.
 */
unsigned int alarm(unsigned int seconds)
{
	const struct itimerval new = {
		.it_value.tv_sec = seconds * slowness(),
	};
	struct itimerval old;

	setitimer(ITIMER_REAL, &new, &old);
	return old.it_value.tv_sec;
}

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
	case SSPSEAL_STATUS_KEY_PERMISSION:
		return -EACCES;
	case SSPSEAL_STATUS_REVOKED:
	case SSPSEAL_STATUS_KEY_REVOKED:
		return -EKEYREVOKED;
	case SSPSEAL_STATUS_KEY_SERIAL:
		return -ENOKEY;
	case SSPSEAL_STATUS_NOT_BOUND:
	case SSPSEAL_STATUS_UNCONFIRMED:
		return -ENOTCONN;
	case SSPSEAL_STATUS_ALREADY_BOUND:
		return -EISCONN;
	case SSPSEAL_STATUS_DESCRIPTOR:
		return -EBADF;
	case SSPSEAL_STATUS_LIMIT_DEPTH:
		return -ELOOP;
	case SSPSEAL_STATUS_ANONYMOUS:
	case SSPSEAL_STATUS_NO_SERVICE:
	case SSPSEAL_STATUS_NO_CONFIDENTIALITY:
	case SSPSEAL_STATUS_SEALED:
	case SSPSEAL_STATUS_NOT_SEALED:
		return -EPERM;
	case SSPSEAL_STATUS_HANDLE_EXPIRED:
	case SSPSEAL_STATUS_KEY_EXPIRED:
	case SSPSEAL_STATUS_EXPIRED:
	case SSPSEAL_STATUS_SEND_ENDED:
		return -EKEYEXPIRED;
	case SSPSEAL_STATUS_RESERVED:
	case SSPSEAL_STATUS_FLAGS:
	case SSPSEAL_STATUS_MECHANISM:
	case SSPSEAL_STATUS_ROLE:
	case SSPSEAL_STATUS_SERVICES:
	case SSPSEAL_STATUS_SUITE:
	case SSPSEAL_STATUS_COMMAND:
	case SSPSEAL_STATUS_QOP:
	case SSPSEAL_STATUS_QOP_SUITE:
		return -EOPNOTSUPP;
	case SSPSEAL_STATUS_POLICY:
	case SSPSEAL_STATUS_DEFAULT_SUITE:
	case SSPSEAL_STATUS_KEY_SIZE:
	case SSPSEAL_STATUS_PARAMS_SIZE:
	case SSPSEAL_STATUS_EXPIRY:
	case SSPSEAL_STATUS_KEY_SOURCE:
	case SSPSEAL_STATUS_KEY_TYPE:
	case SSPSEAL_STATUS_SERVICES_ADDED:
	case SSPSEAL_STATUS_CONFIRM:
	case SSPSEAL_STATUS_SUITE_NOT_ALLOWED:
	case SSPSEAL_STATUS_PEER_SALT:
	case SSPSEAL_STATUS_BINDING_SIZE:
	case SSPSEAL_STATUS_RIGHTS:
	case SSPSEAL_STATUS_OPERATIONS:
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
	case SSPSEAL_STATUS_NO_DESCRIPTOR:
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
	case SSPSEAL_STATUS_TOKEN_CONFIRMATION:
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

/* All that a command on handles could change. */
struct traces {
	__u8 arg[256];
	struct sspseal_query q;
	int queried;
	long handles;
	unsigned int descriptors;
};

static void traces_take(struct traces *t, int fd, const struct head *arg,
			__u32 handle)
{
	memset(t, 0, sizeof(*t));
	if (arg->size > sizeof(t->arg))
		abort();
	memcpy(t->arg, arg, arg->size);
	memset(t->arg + offsetof(struct head, status), 0, sizeof(arg->status));
	t->queried = handle ? query(fd, handle, &t->q) : 0;
	t->handles = fdinfo_number(fd, "sspseal-handles");
	t->descriptors = descriptors();
}

int command_refused(int fd, unsigned long cmd, void *arg, __u32 handle)
{
	struct traces before, after;
	int status;

	traces_take(&before, fd, arg, handle);
	status = call(fd, cmd, arg);
	traces_take(&after, fd, arg, handle);
	if (!status)
		return broken("success where a refusal was expected");
	if (memcmp(before.arg, after.arg, sizeof(before.arg)))
		return broken("the struct has changed");
	if (before.handles != after.handles)
		return broken("from %ld handles to %ld", before.handles,
			      after.handles);
	if (before.descriptors != after.descriptors)
		return broken("from %u descriptors to %u", before.descriptors,
			      after.descriptors);
	if (memcmp(&before, &after, sizeof(before)))
		return broken("the context has changed");
	return status;
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

struct sspseal_bind bind_args(__u32 handle, __u32 services,
			      const __u8 *peer_salt)
{
	struct sspseal_bind b = {
		.size = sizeof(b),
		.handle = handle,
		.services = services,
		.suite = SSPSEAL_SUITE_AES_256_GCM,
	};

	memcpy(b.peer_salt, peer_salt, sizeof(b.peer_salt));
	return b;
}

struct sspseal_export export_args(__u32 handle, __u32 rights)
{
	struct sspseal_export e = {
		.size = sizeof(e),
		.handle = handle,
		.rights = rights,
		.fd = POISON32,
		.revoker = POISON32,
	};

	return e;
}

struct sspseal_import import_args(int from, __u32 source)
{
	struct sspseal_import i = {
		.size = sizeof(i),
		.fd = from,
		.source = source,
		.handle = POISON32,
		.new_fd = POISON32,
	};

	return i;
}

int export_handle(int fd, __u32 handle, __u32 rights)
{
	struct sspseal_export e = export_args(handle, rights);

	return call(fd, SSPSEAL_EXPORT, &e) ? -1 : e.fd;
}

__u32 import_handle(int fd, int from, __u32 source)
{
	struct sspseal_import i = import_args(from, source);

	return call(fd, SSPSEAL_IMPORT, &i) ? 0 : i.handle;
}

int query(int fd, __u32 handle, struct sspseal_query *q)
{
	memset(q, POISON, sizeof(*q));
	q->size = sizeof(*q);
	q->handle = handle;
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

bool carries(int from, __u32 sender, int to, __u32 receiver)
{
	__u8 token[TOKEN_SIZE], data[20], plain[sizeof(data)];

	fill(plain, sizeof(plain));
	memcpy(data, plain, sizeof(data));
	return !simple_call(from, SSPSEAL_SEAL, sender, token, data,
			    sizeof(data)) &&
	       !simple_call(to, SSPSEAL_UNSEAL, receiver, token, data,
			    sizeof(data)) &&
	       !memcmp(data, plain, sizeof(data));
}

static __u64 get_be(const __u8 *p, unsigned int bytes)
{
	__u64 value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

__u64 token_counter(const __u8 *token)
{
	return get_be(token + 8, 8);
}

__u32 token_sequence(const __u8 *token)
{
	return get_be(token + 4, 4);
}

static __thread __u64 random_state = 0x5353505345414c21ULL;

/* Marsaglia's xorshift64. */
static __u64 next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

void pick_seed(__u64 seed)
{
	random_state = seed;
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

bool own_machine(void)
{
	return getenv("SSPSEAL_VM");
}

bool module_is_ours(void)
{
	return own_machine() && getenv("SSPSEAL_MODULE");
}

bool module_load(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && !syscall(SYS_finit_module, fd, parameters, 0);

	close(fd);
	return ok;
}

bool module_unload(const char *name)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	int tries = 100;

	while (syscall(SYS_delete_module, name, O_NONBLOCK)) {
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || !tries--)
			return false;
		nanosleep(&moment, NULL);
	}
	return true;
}

bool module_restore(void)
{
	const char *parameters = getenv("SSPSEAL_PARAMETERS");

	return module_load(getenv("SSPSEAL_MODULE"),
			   parameters ? parameters : "");
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

bool fdinfo_read(int fd, char text[FDINFO_SIZE])
{
	char path[64];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return false;
	size = fread(text, 1, FDINFO_SIZE - 1, file);
	text[size] = 0;
	fclose(file);
	return size > 0;
}

long fdinfo_number(int fd, const char *name)
{
	char text[FDINFO_SIZE], begin[64];
	const char *line;

	/* What every file has stands before it. */
	snprintf(begin, sizeof(begin), "\n%s:", name);
	line = fdinfo_read(fd, text) ? strstr(text, begin) : NULL;
	return line ? atol(line + strlen(begin)) : -1;
}

unsigned int possible_cpus(void)
{
	unsigned int last = 0;
	char list[32] = "";
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");

	if (!file)
		return 0;
	if (!fgets(list, sizeof(list), file) || sscanf(list, "0-%u", &last) < 0)
		last = -1;
	fclose(file);
	return last + 1;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) ==
			     (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

unsigned int descriptors(void)
{
	unsigned int nr = 0;
	int fd;

	for (fd = 0; fd < DESCRIPTORS; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
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

static int uffd_register(void *start, size_t size, __u64 mode)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)start, .len = size },
		.mode = mode,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range)) {
		close(fd);
		return -1;
	}
	return fd;
}

void *page_new(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

int pages_missing(void *start, size_t size)
{
	int fd = uffd_register(start, size, UFFDIO_REGISTER_MODE_MISSING);

	/* A neighbour that was written before may have had a huge page for both. */
	if (fd >= 0 && madvise(start, size, MADV_DONTNEED)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int page_watch(void *page)
{
	return uffd_register(page, sysconf(_SC_PAGESIZE),
			     UFFDIO_REGISTER_MODE_WP);
}

bool page_protect(int fd, void *page, bool on)
{
	struct uffdio_writeprotect range = {
		.range = {
			.start = (uintptr_t)page, .len = sysconf(_SC_PAGESIZE),
		},
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	return !ioctl(fd, UFFDIO_WRITEPROTECT, &range);
}

unsigned int pages_wanted(int fd)
{
	struct uffd_msg message;
	unsigned int nr = 0;

	while (read(fd, &message, sizeof(message)) == sizeof(message))
		nr += message.event == UFFD_EVENT_PAGEFAULT;
	return nr;
}

bool pages_await(int fd, unsigned int nr)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int seen = 0, tries;

	for (tries = 0; tries < 100 * slowness() && seen < nr; tries++) {
		poll(&p, 1, 100);
		seen += pages_wanted(fd);
	}
	return seen == nr;
}

bool page_give(int fd, void *page, const void *content)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)page,
		.src = (uintptr_t)content,
		.len = sysconf(_SC_PAGESIZE),
	};

	return !ioctl(fd, UFFDIO_COPY, &copy);
}

static void on_signal(int number)
{
	(void)number;
}

bool signal_catch(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	return !sigaction(number, &action, NULL);
}

bool interrupt_at(void *(*work)(void *job), void *job, void *page,
		  const void *content)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	int fd = pages_missing(page, PAGE);
	pthread_t thread;
	bool ok;

	if (fd < 0 || !signal_catch(SIGUSR1) ||
	    pthread_create(&thread, NULL, work, job))
		return false;
	ok = pages_await(fd, 1) && !pthread_kill(thread, SIGUSR1);
	nanosleep(&pause, NULL);
	ok = page_give(fd, page, content) && ok;
	pthread_join(thread, NULL);
	close(fd);
	return ok;
}

void *make_readonly(const void *from, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	memcpy(p, from, size);
	if (mprotect(p, size, PROT_READ))
		abort();
	return p;
}

void *make_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

__u64 soon(void)
{
	return time(NULL) + 3 + slowness();
}

void sleep_until(__u64 second)
{
	static const struct timespec tick = { .tv_nsec = 10000000 };
	struct timespec end = { .tv_sec = second }, now;

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &end, NULL);
	/* The kernel's seconds are those of its last tick, as this clock's are. */
	while (!clock_gettime(CLOCK_REALTIME_COARSE, &now) &&
	       (__u64)now.tv_sec < second)
		nanosleep(&tick, NULL);
}

int child_status(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		return broken("no child");
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* A message of one byte, and room for a descriptor beside it. */
struct envelope {
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec iov;
	struct msghdr msg;
};

static void envelope_init(struct envelope *e)
{
	memset(e, 0, sizeof(*e));
	e->iov.iov_base = &e->byte;
	e->iov.iov_len = sizeof(e->byte);
	e->msg.msg_iov = &e->iov;
	e->msg.msg_iovlen = 1;
	e->msg.msg_control = &e->control;
	e->msg.msg_controllen = sizeof(e->control);
}

bool send_fd(int socket, int fd)
{
	struct cmsghdr *c;
	struct envelope e;

	envelope_init(&e);
	c = CMSG_FIRSTHDR(&e.msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(socket, &e.msg, 0) == sizeof(e.byte);
}

int receive_fd(int socket)
{
	struct cmsghdr *c;
	struct envelope e;
	int fd;

	envelope_init(&e);
	if (recvmsg(socket, &e.msg, MSG_CMSG_CLOEXEC) != sizeof(e.byte))
		return -1;
	c = CMSG_FIRSTHDR(&e.msg);
	if (!c || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static void *team_work(void *argument)
{
	struct team_member *member = argument;

	pthread_barrier_wait(&member->team->start);
	member->work(member->job);
	return NULL;
}

bool team_start(struct team *team, void *jobs, size_t size, unsigned int nr,
		void (*work)(void *job))
{
	unsigned int i;

	if (nr > TEAM_MAX)
		return false;
	team->nr = nr;
	pthread_barrier_init(&team->start, NULL, nr);
	for (i = 0; i < nr; i++) {
		struct team_member *member = &team->member[i];

		member->team = team;
		member->work = work;
		member->job = (char *)jobs + i * size;
		if (pthread_create(&member->thread, NULL, team_work, member))
			return false;
	}
	return true;
}

void team_join(struct team *team)
{
	unsigned int i;

	for (i = 0; i < team->nr; i++)
		pthread_join(team->member[i].thread, NULL);
	pthread_barrier_destroy(&team->start);
}

bool team_run(void *jobs, size_t size, unsigned int nr,
	      void (*work)(void *job))
{
	struct team team;

	if (!team_start(&team, jobs, size, nr, work))
		return false;
	team_join(&team);
	return true;
}

void seal_on(void *argument)
{
	struct sealer *sealer = argument;
	__u8 token[TOKEN_SIZE], data[64];
	bool late;

	do {
		late = sealer->ended &&
		       __atomic_load_n(sealer->ended, __ATOMIC_ACQUIRE);
		sealer->status = simple_call(sealer->fd, SSPSEAL_SEAL,
					     sealer->handle, token, data,
					     sizeof(data));
		if (sealer->status)
			return;
		sealer->late += late;
		if (sealer->numbers)
			sealer->numbers[sealer->done] = token_counter(token);
		__atomic_fetch_add(&sealer->done, 1, __ATOMIC_RELEASE);
	} while (sealer->done != sealer->most);
}

bool each_once(const __u64 *numbers, unsigned int nr)
{
	bool *seen = calloc(nr, sizeof(*seen));
	bool once = seen;
	unsigned int i;

	for (i = 0; once && i < nr; i++) {
		once = numbers[i] < nr && !seen[numbers[i]];
		if (once)
			seen[numbers[i]] = true;
	}
	free(seen);
	return once;
}

bool sealers_at_work(const struct sealer *sealers, unsigned int nr)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned int i, at[TEAM_MAX], tries = 10000 * slowness();

	for (i = 0; i < nr; i++)
		at[i] = __atomic_load_n(&sealers[i].done, __ATOMIC_ACQUIRE);
	for (i = 0; i < nr && tries; tries--) {
		if (__atomic_load_n(&sealers[i].done, __ATOMIC_ACQUIRE) !=
		    at[i])
			i++;
		else
			nanosleep(&pause, NULL);
	}
	return i == nr;
}

static void wait_in_call(void *job)
{
	struct waiting_call *w = job;

	w->error = ioctl(w->fd, w->cmd, w->arg) ? -errno : 0;
}

bool call_begin(struct waiting_call *w, int pages)
{
	return team_start(&w->team, w, sizeof(*w), 1, wait_in_call) &&
	       pages_await(pages, 1);
}

int call_end(struct waiting_call *w)
{
	team_join(&w->team);
	return w->error;
}

bool message_begin(struct waiting_message *w, int fd, unsigned long cmd,
		   __u32 handle, void *data, size_t cb, int pages)
{
	w->b[0] = buffer(TOKEN, w->token, TOKEN_SIZE);
	w->b[1] = buffer(DATA, data, cb);
	w->m = message(handle, w->b, 2);
	w->call = (struct waiting_call) { .fd = fd, .cmd = cmd, .arg = &w->m };
	return call_begin(&w->call, pages);
}

int message_end(struct waiting_message *w, int pages, const void *content)
{
	void *data = (void *)(uintptr_t)w->b[1].ptr;

	if (!page_give(pages, data, content) ||
	    call_end(&w->call) != status_errno(w->m.status))
		return BROKEN;
	return w->m.status;
}

long references(void)
{
	FILE *file = fopen("/sys/module/sspseal/refcnt", "re");
	long nr = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &nr) != 1)
		nr = -1;
	fclose(file);
	return nr;
}

bool references_become(long nr)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	unsigned int tries;

	for (tries = 0; tries < 1000 * slowness() && references() != nr; tries++)
		nanosleep(&pause, NULL);
	return references() == nr;
}

bool no_context_is_left(void)
{
	const __u32 services = SSPSEAL_CONFIDENTIALITY;
	long limit = parameter_get("max_contexts");
	unsigned int i, made = 0;
	bool ok;
	int fd;

	if (!own_machine())
		return true;
	fd = device_open();
	ok = parameter_set("max_contexts", 2);
	for (i = 0; i < 3; i++)
		made += create_context(fd, SSPSEAL_ROLE_INITIATOR,
				       services) != 0;
	close(fd);
	ok = ok && made == 2;
	return parameter_set("max_contexts", limit) && ok;
}

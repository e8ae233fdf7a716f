// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what a worker of sspseal-sandbox does that belongs to a peer:
 * it sends anything on the channel, with descriptors or without, does not read,
 * closes it, ends. The parent believes none of it: a number of a connection that the
 * worker has gives up that one, anything else has the worker killed, and whatever
 * was given to a worker that is gone was revoked, once each. No descriptor is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "sandbox.h"
#include "user_fuzz.h"
#include "worker.h"

#define WORKER_PID	12345
#define FIRST_REVOKER	1000
#define DATAGRAM_MAX	16
#define DESCRIPTORS	64
#define QUEUE_MAX	4096

static struct program program = { .name = "fuzz" };

/* ---- the kernel: revokers that live ---- */

static __u32 revokers[WORKER_CONNECTIONS];
static unsigned int nr_revokers;
static __u32 last_revoker;
static bool refuse_export;

static int export(struct sspseal_export *args)
{
	if (!(args->flags & SSPSEAL_EXPORT_REVOCABLE) ||
	    args->rights != (SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL))
		abort();
	if (refuse_export)
		return -1;
	args->fd = kernel_open("/dev/null", O_RDWR | O_CLOEXEC);
	args->revoker = last_revoker++;
	revokers[nr_revokers++] = args->revoker;
	return 0;
}

/* Each is destroyed once. */
static int destroy(const struct sspseal_destroy *args)
{
	unsigned int i;

	for (i = 0; i < nr_revokers && revokers[i] != args->handle; i++)
		;
	if (i == nr_revokers)
		abort();
	revokers[i] = revokers[--nr_revokers];
	return 0;
}

int kernel_ioctl(int fd, unsigned long request, ...)
{
	int ret = 0;
	__u32 *head;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	head[1] = SSPSEAL_STATUS_OK;
	if (request == SSPSEAL_EXPORT)
		ret = export((void *)head);
	else if (request == SSPSEAL_DESTROY)
		ret = destroy((void *)head);
	else
		abort();
	if (ret) {
		head[1] = SSPSEAL_STATUS_LIMIT_FILE;
		errno = EMFILE;
	}
	return ret;
}

/* ---- the system, as the parent knows it: see the Makefile ---- */

/* The worker's end; -1 when it has closed it. */
static int worker_end = -1;
static unsigned int kills;
static bool is_dead;

int sandbox_socketpair(int domain, int type, int protocol, int *ends)
{
	const __u32 ready = WORKER_READY;
	int small = 1;

	if (worker_end >= 0)
		close(worker_end);
	if (socketpair(domain, type, protocol, ends))
		abort();
	/* Room for a few: the worker does not read. */
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	worker_end = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
	if (send(worker_end, &ready, sizeof(ready), 0) != sizeof(ready))
		abort();
	return 0;
}

pid_t sandbox_fork(void)
{
	is_dead = false;
	return WORKER_PID;
}

int sandbox_kill(pid_t pid, int signal)
{
	if (pid != WORKER_PID || signal != SIGKILL)
		abort();
	kills++;
	return 0;
}

pid_t sandbox_waitpid(pid_t pid, int *status, int options)
{
	(void)options;
	*status = input_byte();
	return is_dead ? pid : 0;
}

int program_fail(const struct program *what, const char *format, ...)
{
	(void)what;
	(void)format;
	return -1;
}

/* ---- what the parent ought to know ---- */

static struct {
	bool given;
	bool revoked;
} model[WORKER_CONNECTIONS];

/* What the worker has sent and the parent not looked at: -1, or a valid number. */
static long queue[QUEUE_MAX];
static unsigned int queue_head, queue_tail;

static void forget(void)
{
	memset(model, 0, sizeof(model));
	queue_head = 0;
	queue_tail = 0;
}

static unsigned int given_and_live(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < WORKER_CONNECTIONS; i++)
		nr += model[i].given && !model[i].revoked;
	return nr;
}

static int free_place(void)
{
	int i;

	for (i = 0; i < WORKER_CONNECTIONS; i++)
		if (!model[i].given)
			return i;
	return -1;
}

static void check(void)
{
	if (nr_revokers != given_and_live())
		abort();
	if (worker_has_room() != (worker_channel() >= 0 && free_place() >= 0))
		abort();
}

/* ---- what happens ---- */

static void do_give(void)
{
	struct session session = { .fd = STDIN_FILENO };
	unsigned int before = kills;
	int place = free_place();

	if (!worker_has_room())
		return;
	refuse_export = input_byte() > 0xe0;
	worker_give(&session);
	if (kills > before)
		forget();
	else if (!refuse_export)
		model[place].given = true;
	if (model[place].given)
		model[place].revoked = false;
}

static bool send_datagram(const void *bytes, size_t size, bool with_fds)
{
	const int fds[] = { STDIN_FILENO, STDIN_FILENO };
	__u32 number;

	if (worker_end < 0 || queue_tail == QUEUE_MAX)
		return false;
	if (!with_fds)
		return send(worker_end, bytes, size,
			    MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
	memcpy(&number, bytes, sizeof(number));
	return !descriptors_send(worker_end, number, fds, 2);
}

/* One byte more than a number, one less, none, or a number that may be wrong. */
static void do_send(void)
{
	__u8 bytes[DATAGRAM_MAX] = { 0 }, how = input_byte();
	size_t size = how & 0xf;
	__u32 number;

	if (how & 0x80)
		size = sizeof(number);
	input_take(bytes, size);
	if (how & 0x40)
		memset(bytes + 1, 0, sizeof(bytes) - 1);
	memcpy(&number, bytes, sizeof(number));
	if (size >= sizeof(number) && how & 0x20)
		size = sizeof(number);
	if (send_datagram(bytes, size, size == sizeof(number) && how & 0x20))
		queue[queue_tail++] = size == sizeof(number) ? (long)number :
							       -1;
}

static void do_listen(void)
{
	unsigned int before = kills;
	long number;

	if (worker_channel() < 0)
		return;
	number = queue_head < queue_tail ? queue[queue_head++] : -2;
	worker_listen();
	if (number == -2 && worker_end >= 0) {
		if (kills != before)
			abort();
	} else if (number >= 0 && number < WORKER_CONNECTIONS &&
		   model[number].given) {
		if (kills != before)
			abort();
		model[number].given = false;
	} else {
		if (kills != before + 1 || worker_channel() >= 0)
			abort();
		forget();
	}
}

/* Returns false if there is nothing. */
static bool do_read(void)
{
	int fds[WORKER_DESCRIPTORS];
	__u32 number;

	if (worker_end < 0 ||
	    recv(worker_end, &number, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
		return false;
	if (descriptors_receive(worker_end, &number, fds,
				WORKER_DESCRIPTORS) != 1 ||
	    number >= WORKER_CONNECTIONS)
		abort();
	close(fds[WORKER_CONNECTION]);
	close(fds[WORKER_GRANT]);
	return true;
}

static void do_revoke(void)
{
	unsigned int i;

	worker_revoke();
	for (i = 0; i < WORKER_CONNECTIONS; i++)
		model[i].revoked = true;
}

static void do_end(void)
{
	is_dead = true;
	forget();
	if (worker_replace())
		abort();
}

/* What it has sent is there still, unless it leaves something unread. */
static void do_close(void)
{
	while (do_read())
		;
	if (worker_end >= 0)
		close(worker_end);
	worker_end = -1;
}

static void step(void)
{
	switch (input_byte() % 10) {
	case 0:
	case 1:
	case 2:
		do_give();
		break;
	case 3:
	case 4:
		do_send();
		break;
	case 5:
	case 6:
		do_listen();
		break;
	case 7:
		do_read();
		break;
	case 8:
		do_revoke();
		break;
	default:
		if (input_byte() & 1)
			do_close();
		else
			do_end();
	}
}

static unsigned int descriptors(void)
{
	unsigned int nr = 0;
	int fd;

	for (fd = 0; fd < DESCRIPTORS; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	const struct worker_user user = { 1, 1 };
	unsigned int before;

	/* It stays open. */
	sspseal_device();
	before = descriptors();
	input_begin(bytes, size);
	last_revoker = FIRST_REVOKER;
	if (worker_start(&program, &user))
		abort();
	while (input_left()) {
		step();
		check();
	}
	worker_kill(NULL);
	forget();
	check();
	do_close();
	if (descriptors() != before)
		abort();
	return 0;
}

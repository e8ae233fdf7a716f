// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what peers send to the worker of sspseal-sandbox, whose
 * process this is: it is given connections by its channel, gets what their peers
 * send in pieces, and ends with the channel. Each peer gets its own messages back,
 * sealed with its own context, in order and up to its end or its first fault, and
 * nothing else; then its connection is closed, and the parent is told once.
 *
 * The input: how many peers there are, the size of a piece, a byte with the number of
 * those for the kernel, and these; then of each peer the size, and what it sends.
 * The kernel opens what has a token that begins with 'T', and of which the second
 * byte says if it was encrypted; its own tokens consist of the handle.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "session.h"
#include "user_fuzz.h"
#include "worker.h"

#define PEERS		3
#define OPENS		'T'
#define MASK		0x20
#define FIRST_HANDLE	100

static struct peer {
	/* What it sends. */
	__u8 *bytes;
	size_t size;
	size_t given;
	int socket;
	unsigned int ended;
	/* What came of it: it was imported, and the kernel refused a message. */
	__u32 handle;
	unsigned int sealed;
} peers[PEERS];

static unsigned int nr_peers, imported;
static int parent_end;
static size_t piece;
static jmp_buf out;

/* ---- the kernel ---- */

static __u8 answers[256];
static size_t nr_answers, at_answer;

static struct peer *peer_of(__u32 handle)
{
	unsigned int i;

	for (i = 0; i < nr_peers; i++)
		if (peers[i].handle == handle)
			return &peers[i];
	abort();
}

static void cipher(const struct sspseal_buffer *data)
{
	__u8 *bytes = (__u8 *)(uintptr_t)data->ptr;
	__u32 i;

	for (i = 0; i < data->cb; i++)
		bytes[i] ^= MASK;
}

static bool unseal(struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	const __u8 *token = (const __u8 *)(uintptr_t)b[0].ptr;

	peer_of(m->handle);
	if (token[0] != OPENS)
		return false;
	m->qop = token[1] & 1 ? SSPSEAL_QOP_NO_ENCRYPT : 0;
	cipher(&b[1]);
	return true;
}

static bool seal(struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;

	peer_of(m->handle)->sealed++;
	memset((void *)(uintptr_t)b[0].ptr, m->handle, SSPSEAL_TOKEN_SIZE);
	cipher(&b[1]);
	return true;
}

static bool import(struct sspseal_import *args)
{
	args->handle = FIRST_HANDLE + imported;
	args->new_fd = args->flags & SSPSEAL_IMPORT_NEW_FILE ? INT16_MAX : -1;
	return true;
}

static bool answer(unsigned long request, void *args)
{
	switch (request) {
	case SSPSEAL_IMPORT:
		return import(args);
	case SSPSEAL_UNSEAL:
		return unseal(args);
	case SSPSEAL_SEAL:
		return seal(args);
	default:
		return true;
	}
}

/* In the order in which they were given. */
static void note_import(const struct sspseal_import *args, bool refused)
{
	peers[imported++].handle = refused ? 0 : args->handle;
}

/* Where its bytes have ended everything succeeds that can. */
int kernel_ioctl(int fd, unsigned long request, ...)
{
	__u8 how = at_answer < nr_answers ? answers[at_answer++] : 0;
	bool refused;
	__u32 *head;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	refused = how >= 0xe0 || !answer(request, head);
	if (request == SSPSEAL_IMPORT)
		note_import((void *)head, refused);
	head[1] = refused ? SSPSEAL_STATUS_ALTERED : SSPSEAL_STATUS_OK;
	errno = EBADMSG;
	return refused ? -1 : 0;
}

/* ---- the process that the worker is: see the Makefile ---- */

void worker_exit(int status)
{
	longjmp(out, 1 + status);
}

/* What it says is for people. */
ssize_t worker_write(int fd, const void *bytes, size_t size)
{
	(void)fd;
	(void)bytes;
	return size;
}

int worker_confine(uid_t uid, gid_t gid, bool filter)
{
	return uid == 1 && gid == 1 && filter ? 0 : -EINVAL;
}

void worker_probe(int file, __u32 handle)
{
	(void)file;
	(void)handle;
	abort();
}

/* Of each peer, the next piece. Returns false if there is none. */
static bool feed(void)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < nr_peers; i++) {
		struct peer *p = &peers[i];
		size_t size = p->size - p->given;

		if (p->given > p->size)
			continue;
		any = true;
		if (size > piece)
			size = piece;
		/* It may be closed. */
		if (!size || send(p->socket, p->bytes + p->given, size,
				  MSG_NOSIGNAL) != (ssize_t)size) {
			shutdown(p->socket, SHUT_WR);
			p->given = p->size + 1;
		}
		p->given += size;
	}
	return any;
}

static void hear(void)
{
	__u32 number;

	while (recv(parent_end, &number, sizeof(number), MSG_DONTWAIT) ==
	       sizeof(number)) {
		if (number == WORKER_READY)
			continue;
		if (number >= nr_peers || peers[number].ended++)
			abort();
	}
}

/* When nobody has more to send, and the worker nothing to do, the parent ends. */
int worker_poll(struct pollfd *polled, nfds_t nr, int time)
{
	int ret = poll(polled, nr, 0);

	(void)time;
	while (!ret && feed())
		ret = poll(polled, nr, 0);
	if (ret)
		return ret;
	shutdown(parent_end, SHUT_WR);
	return poll(polled, nr, 0);
}

/* ---- what must come back ---- */

static bool is_answered(const __u8 *content, size_t size)
{
	__u8 kind;

	if (size <= SSPSEAL_TOKEN_SIZE || content[0] != OPENS || content[1] & 1)
		return false;
	kind = content[SSPSEAL_TOKEN_SIZE] ^ MASK;
	return kind == SESSION_DATA ||
	       (kind == SESSION_END && size == SSPSEAL_TOKEN_SIZE + 1);
}

/* Reads one answer, to this block of the peer's. */
static void check_answer(const struct peer *p, const __u8 *block, size_t size)
{
	static __u8 got[sizeof(__u32) + BLOCK_MAX];
	size_t head = sizeof(__u32) + SSPSEAL_TOKEN_SIZE, i;

	if (recv(p->socket, got, size, MSG_WAITALL) != (ssize_t)size ||
	    memcmp(got, block, sizeof(__u32)) ||
	    memcmp(got + head, block + head, size - head))
		abort();
	for (i = sizeof(__u32); i < head; i++)
		if (got[i] != (__u8)p->handle)
			abort();
}

static void check_peer(const struct peer *p)
{
	const __u8 *at = p->bytes;
	size_t left = p->size, size;
	unsigned int answers = 0;
	__u32 length;
	__u8 byte;

	while (answers < p->sealed) {
		if (left < sizeof(length))
			abort();
		memcpy(&length, at, sizeof(length));
		size = ntohl(length);
		if (!size || size > BLOCK_MAX || size > left - sizeof(length) ||
		    !is_answered(at + sizeof(length), size))
			abort();
		check_answer(p, at, sizeof(length) + size);
		at += sizeof(length) + size;
		left -= sizeof(length) + size;
		answers++;
		/* Nothing is answered behind the end. */
		if ((at[-1] ^ MASK) == SESSION_END &&
		    size == SSPSEAL_TOKEN_SIZE + 1 && answers < p->sealed)
			abort();
	}
	if (recv(p->socket, &byte, 1, MSG_DONTWAIT) > 0 || p->ended != 1)
		abort();
	if (nr_answers)
		return;
	/* The kernel refused nothing: this is where it had to stop. */
	if (left < sizeof(length))
		return;
	memcpy(&length, at, sizeof(length));
	size = ntohl(length);
	if (answers && (at[-1] ^ MASK) == SESSION_END)
		return;
	if (size && size <= left - sizeof(length) &&
	    is_answered(at + sizeof(length), size))
		abort();
}

/* ---- the parent ---- */

static void give(unsigned int i)
{
	int fds[WORKER_DESCRIPTORS], ends[2];
	struct peer *p = &peers[i];

	memset(p, 0, sizeof(*p));
	p->bytes = input_block(input_short(), &p->size);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		abort();
	p->socket = ends[0];
	fds[WORKER_CONNECTION] = ends[1];
	fds[WORKER_GRANT] = ends[1];
	if (descriptors_send(parent_end, i, fds, WORKER_DESCRIPTORS))
		abort();
	close(ends[1]);
}

static void run_worker(void)
{
	const char *arguments[4] = { "1", "1", WORKER_FILTER, "" };
	int ret = setjmp(out);

	if (!ret)
		worker_main((char **)arguments);
	/* The channel has ended, and nothing else. */
	if (ret != 1)
		abort();
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	unsigned int i;
	int ends[2];

	input_begin(bytes, size);
	nr_peers = 1 + input_byte() % PEERS;
	piece = 1 + input_byte() * 16;
	nr_answers = input_byte();
	input_take(answers, nr_answers);
	at_answer = 0;
	imported = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		abort();
	parent_end = fcntl(ends[0], F_DUPFD_CLOEXEC, WORKER_CHANNEL + 1);
	close(ends[0]);
	dup2(ends[1], WORKER_CHANNEL);
	if (ends[1] != WORKER_CHANNEL)
		close(ends[1]);
	for (i = 0; i < nr_peers; i++)
		give(i);
	run_worker();
	hear();
	for (i = 0; i < nr_peers; i++) {
		check_peer(&peers[i]);
		close(peers[i].socket);
		free(peers[i].bytes);
	}
	close(WORKER_CHANNEL);
	close(parent_end);
	return 0;
}

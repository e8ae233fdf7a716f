// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as all that a peer sends over a connection, to either end: the
 * handshake, which gets it in pieces, and the messages behind it. No session begins
 * unless the kernel has accepted a confirmation. Each message comes as it was
 * framed and as the kernel opened it; a session is over only when the peer has
 * said so, sealed; and all else is an error.
 *
 * The input: a byte that says which end and how, the size of a piece, a byte with
 * the number of those for the kernel, and these; the rest is what the peer sends,
 * and zeroes behind it if the last block is to be a long one.
 * The kernel opens what has a token that begins with 'T', and of which the second
 * byte says if it was encrypted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session.h"
#include "user_fuzz.h"

#define KEY_FILE	OWN_FILE "session"
#define INITIATOR	1
#define NAMED_PEER	2
#define LONG		4
#define OPENS		'T'
#define MASK		0x20

/* ---- the kernel ---- */

static __u8 answers[256];
static size_t nr_answers, at_answer;
static bool verified, refused;

static void cipher(const struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	__u8 *data = (__u8 *)(uintptr_t)b[1].ptr;
	__u32 i;

	for (i = 0; i < b[1].cb; i++)
		data[i] ^= MASK;
}

static bool unseal(struct sspseal_message *m)
{
	const struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;
	const __u8 *token = (const __u8 *)(uintptr_t)b[0].ptr;

	if (token[0] != OPENS)
		return false;
	m->qop = token[1] & 1 ? SSPSEAL_QOP_NO_ENCRYPT : 0;
	cipher(m);
	return true;
}

static void sign(const struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;

	memset((void *)(uintptr_t)b[0].ptr, 0xa5, SSPSEAL_TOKEN_SIZE);
}

static void create(struct sspseal_create *args)
{
	struct sspseal_native *native = (void *)(uintptr_t)args->params;

	memset(native->salt, 0x5a, sizeof(native->salt));
	args->handle = 1;
}

static void query(struct sspseal_query *q)
{
	q->services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY |
		      SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT;
	q->max_signature = SSPSEAL_TOKEN_SIZE;
	q->security_trailer = SSPSEAL_TOKEN_SIZE;
	q->expiry = 0;
}

static bool answer(unsigned long request, void *args)
{
	switch (request) {
	case SSPSEAL_INFO:
		((struct sspseal_info *)args)->suites = 0xe;
		return true;
	case SSPSEAL_CREATE:
		create(args);
		return true;
	case SSPSEAL_QUERY:
		query(args);
		return true;
	case SSPSEAL_SIGN:
		sign(args);
		return true;
	case SSPSEAL_VERIFY:
		verified = true;
		return true;
	case SSPSEAL_SEAL:
		sign(args);
		cipher(args);
		return true;
	case SSPSEAL_UNSEAL:
		return unseal(args);
	default:
		return true;
	}
}

/* Where its bytes have ended everything succeeds that can. */
int kernel_ioctl(int fd, unsigned long request, ...)
{
	__u8 how = at_answer < nr_answers ? answers[at_answer++] : 0;
	__u32 *head;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	head[1] = SSPSEAL_STATUS_OK;
	if (how < 0xe0 && answer(request, head))
		return 0;
	refused = true;
	head[1] = SSPSEAL_STATUS_ALTERED;
	errno = EBADMSG;
	return -1;
}

/* ---- what the peer sends, looked at by somebody else ---- */

static __u8 sent[8192 + 2 * BLOCK_MAX];
static const __u8 *stream;
static size_t stream_left;

static void take_stream(bool is_long)
{
	stream = sent;
	stream_left = input_left() + (is_long ? 2 * BLOCK_MAX : 0);
	if (stream_left > sizeof(sent))
		stream_left = sizeof(sent);
	input_take(sent, stream_left);
}

/* The next block; false if there is none. */
static bool next_block(const __u8 **content, size_t *size)
{
	__u32 length;

	if (stream_left < sizeof(length))
		return false;
	memcpy(&length, stream, sizeof(length));
	*size = ntohl(length);
	*content = stream + sizeof(length);
	if (!*size || *size > BLOCK_MAX || *size > stream_left - sizeof(length))
		return false;
	stream += sizeof(length) + *size;
	stream_left -= sizeof(length) + *size;
	return true;
}

/* What session_receive() has to return, by block and kernel. */
static int expected(const __u8 *content, size_t size)
{
	size_t plain = size - SSPSEAL_TOKEN_SIZE;
	const __u8 *data = content + SSPSEAL_TOKEN_SIZE;

	if (refused || size <= SSPSEAL_TOKEN_SIZE || content[0] != OPENS ||
	    content[1] & 1)
		return -1;
	if ((data[0] ^ MASK) == SESSION_DATA)
		return 1;
	return (data[0] ^ MASK) == SESSION_END && plain == 1 ? 0 : -1;
}

static void check_message(const __u8 *content, size_t size, const __u8 *data,
			  size_t data_size)
{
	size_t i;

	if (data_size != size - SSPSEAL_TOKEN_SIZE - 1)
		abort();
	content += SSPSEAL_TOKEN_SIZE + 1;
	for (i = 0; i < data_size; i++)
		if (data[i] != (content[i] ^ MASK))
			abort();
}

/* ---- this end ---- */

static struct session session;

/* Returns what session_receive() did. */
static int receive(void)
{
	const __u8 *content;
	unsigned char *data;
	size_t size, data_size;
	int ret;

	refused = false;
	ret = session_receive(&session, &data, &data_size, deadline_in(0));
	if (!next_block(&content, &size)) {
		if (ret >= 0)
			abort();
		return ret;
	}
	if (ret != expected(content, size) || (!ret && !session.ended))
		abort();
	if (ret > 0)
		check_message(content, size, data, data_size);
	return ret;
}

static void skip_handshake(bool initiator)
{
	const __u8 *content;
	size_t size;
	int nr;

	for (nr = initiator ? 1 : 2; nr; nr--)
		if (!next_block(&content, &size) || size > SSPSEAL_MAX_TOKEN)
			abort();
}

/* In pieces; the rest comes at once. */
static int shake_hands(int peer, size_t piece)
{
	const __u8 *at = stream, *end = stream + stream_left;
	int ret = session_go_on(&session);
	size_t size;

	for (; !ret && at < end; at += size) {
		size = (size_t)(end - at) < piece ? (size_t)(end - at) : piece;
		if (write(peer, at, size) != (ssize_t)size)
			abort();
		ret = session_go_on(&session);
	}
	if (at < end && write(peer, at, end - at) != end - at)
		abort();
	shutdown(peer, SHUT_WR);
	if (!ret)
		ret = session_go_on(&session);
	if (!ret || (ret > 0 && !verified))
		abort();
	return ret;
}

static CredHandle credential(bool initiator)
{
	static CredHandle made[2];
	static bool there[2];

	if (there[initiator])
		return made[initiator];
	write_file(KEY_FILE, KEY_FILE, 16);
	if (session_credential(initiator ? "alice" : "bob", KEY_FILE,
			       initiator ? SECPKG_CRED_OUTBOUND :
					   SECPKG_CRED_INBOUND,
			       &made[initiator]) != SEC_E_OK)
		abort();
	there[initiator] = true;
	return made[initiator];
}

static void converse(__u8 how, int fd, int peer, size_t piece)
{
	bool initiator = how & INITIATOR;
	CredHandle own = credential(initiator);
	const char *name = initiator ? "bob" : "alice";
	int ret = 0;

	if (!(how & NAMED_PEER))
		name = NULL;
	if (initiator)
		ret = session_initiate(&session, fd, &own, name);
	else
		session_accept(&session, fd, &own, name);
	if (!ret && shake_hands(peer, piece) > 0) {
		if (name && strcmp(name, session.name))
			abort();
		skip_handshake(initiator);
		while (receive() > 0)
			;
	}
	session_close(&session);
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	const int room = 1 << 20;
	size_t piece;
	int ends[2];
	__u8 how;

	input_begin(bytes, size);
	how = input_byte();
	piece = 1 + input_byte();
	nr_answers = input_byte();
	input_take(answers, nr_answers);
	at_answer = 0;
	verified = false;
	take_stream(how & LONG);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ||
	    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)))
		abort();
	converse(how, ends[0], ends[1], piece);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

// SPDX-License-Identifier: MIT
/*
 * Two processes that share a session key for longer than one session. Each makes
 * a context, they exchange salts, bind, and confirm; then one message goes over.
 *
 * cc -o bind-native bind-native.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sspseal.h>

#define SUITE		SSPSEAL_SUITE_AES_256_GCM
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT)

/* What each end says first. A real one also says what it can and wants. */
struct hello {
	char version[8];
	unsigned char salt[SSPSEAL_SALT_SIZE];
};

/* One end. */
struct end {
	__u32 role;
	const char *name;
	int wire;
	int fd;
	__u32 handle;
};

static int failed(const struct end *end, const char *what, __u32 status)
{
	fprintf(stderr, "%s: %s: %s\n", end->name, what,
		sspseal_status_text(status));
	return -1;
}

static int to_peer(const struct end *end, const void *data, size_t size)
{
	return write(end->wire, data, size) == (ssize_t)size ? 0 : -1;
}

static int from_peer(const struct end *end, void *data, size_t size)
{
	return recv(end->wire, data, size, MSG_WAITALL) == (ssize_t)size ?
	       0 : -1;
}

/* A context that waits for its peer's salt, and this end's salt. */
static int make_context(struct end *end, unsigned char *key, size_t key_size,
			struct hello *mine)
{
	struct sspseal_native native = {
		.suites = SSPSEAL_SUITE_BIT(SUITE),
	};
	struct sspseal_create create = {
		.flags = SSPSEAL_CREATE_UNBOUND,
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = end->role,
		.services = SERVICES,
		.key = (uintptr_t)key,
		.key_size = key_size,
		.params = (uintptr_t)&native,
		.params_size = sizeof(native),
	};
	int ret = sspseal_create(end->fd, &create);

	explicit_bzero(key, key_size);
	if (ret)
		return failed(end, "create", create.status);
	end->handle = create.handle;
	memcpy(mine->salt, native.salt, sizeof(mine->salt));
	return 0;
}

/* The binding is all that was said so far: the same bytes at both ends. */
static int bind_context(struct end *end, const struct hello *mine,
			const struct hello *peer)
{
	int initiator = end->role == SSPSEAL_ROLE_INITIATOR;
	struct hello transcript[2] = {
		initiator ? *mine : *peer,
		initiator ? *peer : *mine,
	};
	struct sspseal_bind bind = {
		.handle = end->handle,
		.flags = SSPSEAL_BIND_CONFIRM,
		.services = SERVICES,
		.suite = SUITE,
		.binding = (uintptr_t)transcript,
		.binding_size = sizeof(transcript),
	};

	memcpy(bind.peer_salt, peer->salt, sizeof(bind.peer_salt));
	if (sspseal_bind(end->fd, &bind))
		return failed(end, "bind", bind.status);
	return 0;
}

/* A message of DATA (may be empty) and a token beside it. */
static int call(const struct end *end, const char *what,
		int (*function)(int, struct sspseal_message *), char *data,
		size_t size, unsigned char *token)
{
	struct sspseal_buffer buffers[] = {
		{ size, SSPSEAL_BUFFER_DATA, (uintptr_t)data },
		{ SSPSEAL_TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
	};
	struct sspseal_message message = {
		.handle = end->handle,
		.nr_buffers = 2,
		.buffers = (uintptr_t)buffers,
	};

	if (function(end->fd, &message))
		return failed(end, what, message.status);
	return 0;
}

/* The first signature of each end: no other message passes before both. */
static int confirm(const struct end *end)
{
	unsigned char token[SSPSEAL_TOKEN_SIZE];

	if (call(end, "confirm", sspseal_sign, NULL, 0, token) ||
	    to_peer(end, token, sizeof(token)) ||
	    from_peer(end, token, sizeof(token)))
		return -1;
	return call(end, "peer's confirmation", sspseal_verify, NULL, 0, token);
}

static int handshake(struct end *end, unsigned char *key, size_t key_size)
{
	struct hello mine = { .version = "hello 1" }, peer;

	if (make_context(end, key, key_size, &mine) ||
	    to_peer(end, &mine, sizeof(mine)) ||
	    from_peer(end, &peer, sizeof(peer)) ||
	    bind_context(end, &mine, &peer) || confirm(end))
		return -1;
	printf("%s: confirmed\n", end->name);
	return 0;
}

static int run_initiator(struct end *end, unsigned char *key, size_t key_size)
{
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	char text[] = "a message";

	if (handshake(end, key, key_size) ||
	    call(end, "seal", sspseal_seal, text, sizeof(text), token))
		return 1;
	return to_peer(end, token, sizeof(token)) ||
	       to_peer(end, text, sizeof(text));
}

static int run_acceptor(struct end *end, unsigned char *key, size_t key_size)
{
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	char text[sizeof("a message")];

	if (handshake(end, key, key_size) ||
	    from_peer(end, token, sizeof(token)) ||
	    from_peer(end, text, sizeof(text)) ||
	    call(end, "unseal", sspseal_unseal, text, sizeof(text), token))
		return 1;
	printf("%s: received: %s\n", end->name, text);
	return 0;
}

int main(void)
{
	struct end end = { .fd = -1 };
	unsigned char key[32];
	int wire[2], status, failure;
	pid_t child;

	/* In a real program it comes from a file, or from the kernel's keyring. */
	if (getrandom(key, sizeof(key), 0) != sizeof(key) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, wire))
		return 1;
	setbuf(stdout, NULL);
	child = fork();
	if (child < 0)
		return 1;
	end.role = child ? SSPSEAL_ROLE_INITIATOR : SSPSEAL_ROLE_ACCEPTOR;
	end.name = child ? "initiator" : "acceptor";
	end.wire = wire[child ? 0 : 1];
	close(wire[child ? 1 : 0]);
	end.fd = sspseal_open();
	if (end.fd < 0) {
		fprintf(stderr, "%s: %s\n", SSPSEAL_DEVICE, strerror(-end.fd));
		return 1;
	}
	if (!child)
		return run_acceptor(&end, key, sizeof(key));
	failure = run_initiator(&end, key, sizeof(key));
	if (waitpid(child, &status, 0) != child || status)
		failure = 1;
	return failure;
}

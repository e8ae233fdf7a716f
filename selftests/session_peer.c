// SPDX-License-Identifier: GPL-2.0-only
/*
 * session_peer KEY SOCKET send TEXT
 * session_peer KEY SOCKET search PID...
 *
 * Talks to a server of tools/sockets/ without any of their code: handshake_peer.c
 * is the initiator, with the key in the file KEY. "send" sends TEXT sealed as it
 * is, with no kind of message, and succeeds if that is answered. "search" exchanges
 * a message, and says how many of the secrets are in the memory of each process:
 * the key, what is made of it, and the keys of both directions. So that nobody
 * takes a search that finds nothing for one that does not work: how many of the
 * last bytes that each end was sent, and those must be in the one that got them.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "handshake_peer.h"
#include "memory_search.h"

#define TOKEN_SIZE	SSPSEAL_TOKEN_SIZE
#define LAST		32

static struct handshake_peer peer;
static __u8 key[64];
static ssize_t key_size;
static int server;

#define __noreturn	__attribute((__noreturn__))

static void __noreturn fail(const char *what)
{
	fprintf(stderr, "session_peer: %s\n", what);
	exit(1);
}

/* ---- blocks ---- */

static bool send_block(const struct peer_bytes *from)
{
	__u32 length = htonl(from->size);

	return send(server, &length, 4, MSG_NOSIGNAL) == 4 &&
	       send(server, from->at, from->size, MSG_NOSIGNAL) ==
	       (ssize_t)from->size;
}

static bool receive_block(struct peer_bytes *to)
{
	__u32 length;

	if (recv(server, &length, 4, MSG_WAITALL) != 4)
		return false;
	to->size = ntohl(length);
	return to->size <= sizeof(to->at) &&
	       recv(server, to->at, to->size, MSG_WAITALL) ==
	       (ssize_t)to->size;
}

/* ---- the session ---- */

static void read_key(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	key_size = read(fd, key, sizeof(key));
	if (key_size < 0)
		fail(path);
	close(fd);
}

static void connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(server, (struct sockaddr *)&address, sizeof(address)))
		fail(path);
}

static void shake_hands(struct peer_bytes *last)
{
	struct peer_bytes token;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (!handshake_peer_init(&peer, SSPSEAL_ROLE_INITIATOR, "session_peer",
				 key, key_size) ||
	    read(fd, peer.end.salt, sizeof(peer.end.salt)) !=
	    sizeof(peer.end.salt))
		fail("no peer");
	close(fd);
	if (!handshake_peer_offer(&peer, &token) || !send_block(&token) ||
	    !receive_block(&token) ||
	    !handshake_peer_finish(&peer, &token, last) || !send_block(last))
		fail("no handshake");
}

static void describe(struct peer_bytes *message, struct sspseal_buffer *b)
{
	b[0] = (struct sspseal_buffer){
		TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)message->at
	};
	b[1] = (struct sspseal_buffer){
		message->size - TOKEN_SIZE, SSPSEAL_BUFFER_DATA,
		(uintptr_t)(message->at + TOKEN_SIZE)
	};
}

static bool send_sealed(const void *plain, size_t size)
{
	struct peer_bytes message = { .size = TOKEN_SIZE + size };
	struct sspseal_buffer b[2];

	memcpy(message.at + TOKEN_SIZE, plain, size);
	describe(&message, b);
	return peer_protect(&peer.end, TOKEN_CONFIDENTIAL, b, 2) &&
	       send_block(&message);
}

/* @sealed: what the server sent. Is it @plain? */
static bool answered(struct peer_bytes *sealed, const void *plain, size_t size)
{
	struct peer_bytes message;
	struct sspseal_buffer b[2];

	if (!receive_block(sealed) || sealed->size != TOKEN_SIZE + size)
		return false;
	message = *sealed;
	describe(&message, b);
	return peer_unprotect(&peer.end, b, 2) &&
	       !memcmp(message.at + TOKEN_SIZE, plain, size);
}

/* ---- the search ---- */

static void search(pid_t pid, const struct needles *secrets,
		   const struct needles *others)
{
	struct needles s = *secrets, o = *others;
	unsigned long searched;
	unsigned int found = search_memory(pid, &s, &searched);

	printf("%d of %u secrets, %u of %u others\n", found, s.nr,
	       search_memory(pid, &o, &searched), o.nr);
}

static void search_all(const struct peer_bytes *last, char **pids)
{
	static const char plain[] = "Dthis is not to be found by anybody else";
	struct needles secrets = { }, others = { };
	struct peer_bytes answer;
	unsigned int i;

	if (!send_sealed(plain, sizeof(plain)) ||
	    !answered(&answer, plain, sizeof(plain)))
		fail("no answer");
	add_needle(&secrets, key, key_size);
	add_needle(&secrets, peer.end.prk, sizeof(peer.end.prk));
	for (i = 0; i < PEER_KEYS; i++)
		if (peer.end.keys[i].suite)
			add_needle(&secrets, peer.end.keys[i].key, 32);
	add_needle(&others, last->at + last->size - LAST, LAST);
	add_needle(&others, answer.at + answer.size - LAST, LAST);
	for (; *pids; pids++)
		search(atoi(*pids), &secrets, &others);
}

int main(int argc, char **argv)
{
	struct peer_bytes last, answer;

	if (argc < 5)
		return 127;
	read_key(argv[1]);
	connect_to(argv[2]);
	shake_hands(&last);
	if (!strcmp(argv[3], "search")) {
		search_all(&last, argv + 4);
		return 0;
	}
	if (!send_sealed(argv[4], strlen(argv[4])) ||
	    !answered(&answer, argv[4], strlen(argv[4])))
		fail("no answer");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_ALG, the kernel's general interface. At its best it gets and gives all of a
 * message in one piece; usually associated data, DATA and tag lie apart.
 */
#include <linux/if_alg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench.h"

/* For 1 MiB; net.core.optmem_max is raised by who runs this. */
#define SOCKET_BUFFER	(8 << 20)

static int algorithm = -1, operation = -1;
static unsigned char *memory, *data, tag[BENCH_TAG];
static size_t data_size;

static union {
	struct cmsghdr first;
	char bytes[CMSG_SPACE(sizeof(__u32)) +
		   CMSG_SPACE(sizeof(struct af_alg_iv) + BENCH_IV) +
		   CMSG_SPACE(sizeof(__u32))];
} control;
static unsigned char *iv;

static struct cmsghdr *option(struct msghdr *header, struct cmsghdr *cmsg,
			      int type, size_t size)
{
	cmsg->cmsg_level = SOL_ALG;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(size);
	return CMSG_NXTHDR(header, cmsg);
}

/* Each message brings them; only the IV changes. */
static void make_control(void)
{
	struct msghdr header = {
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = &control.first;
	struct af_alg_iv *alg_iv;

	*(__u32 *)CMSG_DATA(cmsg) = ALG_OP_ENCRYPT;
	cmsg = option(&header, cmsg, ALG_SET_OP, sizeof(__u32));
	alg_iv = (struct af_alg_iv *)CMSG_DATA(cmsg);
	alg_iv->ivlen = BENCH_IV;
	iv = alg_iv->iv;
	cmsg = option(&header, cmsg, ALG_SET_IV, sizeof(*alg_iv) + BENCH_IV);
	*(__u32 *)CMSG_DATA(cmsg) = BENCH_ASSOCIATED;
	option(&header, cmsg, ALG_SET_AEAD_ASSOCLEN, sizeof(__u32));
}

static bool open_sockets(void)
{
	static const unsigned char key[BENCH_KEY] = { 1, 2, 3 };
	static const int size = SOCKET_BUFFER;
	const struct sockaddr_alg address = {
		.salg_family = AF_ALG, .salg_type = "aead",
		.salg_name = "gcm(aes)",
	};

	algorithm = socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (algorithm < 0 ||
	    bind(algorithm, (void *)&address, sizeof(address)) ||
	    setsockopt(algorithm, SOL_ALG, ALG_SET_KEY, key, sizeof(key)) ||
	    setsockopt(algorithm, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL,
		       BENCH_TAG))
		return false;
	operation = accept(algorithm, NULL, NULL);
	return operation >= 0 &&
	       !setsockopt(operation, SOL_SOCKET, SO_SNDBUFFORCE, &size,
			   sizeof(size)) &&
	       !setsockopt(operation, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			   sizeof(size));
}

static bool setup(const struct bench_op *op, size_t size)
{
	(void)op;
	make_control();
	data_size = size;
	/* In as few pages as possible: the kernel pins those that it writes. */
	if (posix_memalign((void **)&memory, 4096,
			   BENCH_ASSOCIATED + size + BENCH_TAG))
		return false;
	memset(memory, 0x5a, BENCH_ASSOCIATED + size + BENCH_TAG);
	data = memory + BENCH_ASSOCIATED;
	return open_sockets();
}

static void teardown(void)
{
	close(operation);
	close(algorithm);
	free(memory);
}

static bool send_all(struct iovec *parts, size_t nr, unsigned int i)
{
	struct msghdr header = {
		.msg_iov = parts, .msg_iovlen = nr,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	iv[BENCH_IV - 1] = i;
	return sendmsg(operation, &header, 0) ==
	       (ssize_t)(BENCH_ASSOCIATED + data_size);
}

static bool encrypt_one_piece(const struct bench_op *op, unsigned int i)
{
	struct iovec part = { memory, BENCH_ASSOCIATED + data_size };

	(void)op;
	return send_all(&part, 1, i) &&
	       read(operation, memory, part.iov_len + BENCH_TAG) ==
	       (ssize_t)(part.iov_len + BENCH_TAG);
}

static bool encrypt_pieces(const struct bench_op *op, unsigned int i)
{
	struct iovec parts[] = {
		{ memory, BENCH_ASSOCIATED },
		{ data, data_size },
		{ tag, sizeof(tag) },
	};

	(void)op;
	return send_all(parts, 2, i) &&
	       readv(operation, parts, 3) ==
	       (ssize_t)(BENCH_ASSOCIATED + data_size + sizeof(tag));
}

static const struct bench_op ops[] = {
	{ .name = "afalg", .messages = 1, .max_size = 1048576,
	  .setup = setup, .call = encrypt_one_piece, .teardown = teardown },
	{ .name = "afalg-usual", .messages = 1, .max_size = 1048576,
	  .setup = setup, .call = encrypt_pieces, .teardown = teardown },
};

static __attribute__((constructor)) void add(void)
{
	bench_register(ops, ARRAY_SIZE(ops));
}

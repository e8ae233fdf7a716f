// SPDX-License-Identifier: MIT
/*
 * Both ends of a session in one process, with the native calls: seal, a byte
 * altered on the way, unseal, sign, verify.
 *
 * cc -o seal-native seal-native.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <sspseal.h>

static __u32 make_context(int fd, __u32 role, const void *key, size_t key_size)
{
	/* All suites are allowed; the default is AES-256-GCM. */
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.flags = SSPSEAL_CREATE_REQUIRE_SEAL,
		.key = (uintptr_t)key,
		.key_size = key_size,
	};
	int ret = sspseal_create(fd, &create);

	if (ret)
		fprintf(stderr, "create: %s: %s\n", strerror(-ret),
			sspseal_status_text(create.status));
	return ret ? 0 : create.handle;
}

static int report(const char *what, int ret,
		  const struct sspseal_message *message)
{
	printf("%s: %s\n", what, sspseal_status_name(message->status));
	return ret;
}

int main(void)
{
	unsigned char key[32], token[SSPSEAL_TOKEN_SIZE];
	char text[] = "a message";
	struct sspseal_buffer buffers[] = {
		{ sizeof(text), SSPSEAL_BUFFER_DATA, (uintptr_t)text },
		{ sizeof(token), SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
	};
	struct sspseal_message message = {
		.nr_buffers = 2,
		.buffers = (uintptr_t)buffers,
	};
	__u32 initiator, acceptor;
	int fd = sspseal_open();

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", SSPSEAL_DEVICE, strerror(-fd));
		return 1;
	}
	/* In a real program both ends get the key from a handshake. */
	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return 1;
	initiator = make_context(fd, SSPSEAL_ROLE_INITIATOR, key, sizeof(key));
	acceptor = make_context(fd, SSPSEAL_ROLE_ACCEPTOR, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	if (!initiator || !acceptor)
		return 1;

	message.handle = initiator;
	message.qop = SSPSEAL_QOP_SUITE(SSPSEAL_SUITE_CHACHA20_POLY1305);
	if (report("seal", sspseal_seal(fd, &message), &message))
		return 1;

	/* An altered message is refused, and the refusal changes nothing. */
	message.handle = acceptor;
	text[0] ^= 1;
	report("unseal altered", sspseal_unseal(fd, &message), &message);
	text[0] ^= 1;
	if (report("unseal", sspseal_unseal(fd, &message), &message))
		return 1;
	printf("%s\n", text);

	/* Signed only: the text travels as it is. */
	message.handle = initiator;
	message.qop = 0;
	if (report("sign", sspseal_sign(fd, &message), &message))
		return 1;
	message.handle = acceptor;
	if (report("verify", sspseal_verify(fd, &message), &message))
		return 1;

	/* Closing the file ends both contexts; the kernel zeroes their keys. */
	close(fd);
	return 0;
}

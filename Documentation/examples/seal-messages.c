// SPDX-License-Identifier: MIT
/*
 * Messages by the dozen, from one end of a session to the other: each side enters
 * the kernel once.
 *
 * cc -o seal-messages seal-messages.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <sspseal.h>
#include <sspseal_messages.h>

#define COUNT	12

/* In a real program a handshake makes the context. */
static LSA_SEC_HANDLE make_context(__u32 role, const void *key, __u32 key_size)
{
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.key = (uintptr_t)key,
		.key_size = key_size,
	};

	return sspseal_create(sspseal_device(), &create) ? 0 : create.handle;
}

static SecBuffer buffers[COUNT][2];
static SecBufferDesc messages[COUNT];
static unsigned char tokens[COUNT][SSPSEAL_TOKEN_SIZE];
static char texts[COUNT][16];

static void make_messages(void)
{
	int i;

	for (i = 0; i < COUNT; i++) {
		sprintf(texts[i], "message %d", i + 1);
		buffers[i][0] = (SecBuffer){ sizeof(texts[i]), SECBUFFER_DATA,
					     texts[i] };
		buffers[i][1] = (SecBuffer){ sizeof(tokens[i]),
					     SECBUFFER_TOKEN, tokens[i] };
		messages[i] = (SecBufferDesc){ SECBUFFER_VERSION, 2,
					       buffers[i] };
	}
}

int main(void)
{
	LSA_SEC_HANDLE initiator, acceptor;
	__s32 statuses[COUNT];
	unsigned char key[32];
	ULONG done, i;

	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return 1;
	initiator = make_context(SSPSEAL_ROLE_INITIATOR, key, sizeof(key));
	acceptor = make_context(SSPSEAL_ROLE_ACCEPTOR, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	make_messages();

	/* Without signals that are caught, all are done. */
	if (sspseal_seal_messages(initiator, 0, messages, COUNT, NULL, statuses,
				  &done) != STATUS_SUCCESS ||
	    sspseal_unseal_messages(acceptor, messages, done, NULL, NULL,
				    statuses, &done) != STATUS_SUCCESS)
		return 1;
	for (i = 0; i < done; i++)
		if (statuses[i] != STATUS_SUCCESS)
			return 1;
	printf("%u messages, the last one: %s\n", done, texts[COUNT - 1]);
	return 0;
}

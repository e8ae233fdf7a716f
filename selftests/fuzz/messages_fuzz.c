// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as arrays of messages, and what the kernel answers to the
 * batches that they become: as many as it likes are done, with any result. Each
 * message that the caller gave reaches the kernel once, in order and as it was
 * given; each that was done has the status that SpSealMessage() would have returned
 * for the same result; what was not done is left alone.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../userlib/src/internal.h"
#include "sspseal_messages.h"
#include "user_fuzz.h"

#define MESSAGES_MAX	100
#define BUFFERS_MAX	4
#define UNTOUCHED	0x5a5a5a5a

/* What the program gave, and what the kernel did with it. */
static struct given {
	__u32 command;
	__u32 handle;
	ULONG qop;
	ULONG count;
	const __u32 *numbers;
	SecBufferDesc messages[MESSAGES_MAX];
	SecBuffer buffers[MESSAGES_MAX][BUFFERS_MAX];
} given;

static struct result {
	int error;
	__u32 status;
	__u32 qop;
} results[MESSAGES_MAX];
static ULONG nr_done;
static bool over;

/* ---- the kernel ---- */

/* A descriptor that cannot be one is a message without buffers. */
static void check_operation(const struct sspseal_operation *o, ULONG i)
{
	const SecBufferDesc *desc = &given.messages[i];
	bool usable = desc->ulVersion == SECBUFFER_VERSION && desc->pBuffers;

	if (o->command != given.command || o->message.handle != given.handle ||
	    o->message.sequence != (given.numbers ? given.numbers[i] : 0) ||
	    o->message.nr_buffers != (usable ? desc->cBuffers : 0) ||
	    o->message.buffers != (usable ? (uintptr_t)desc->pBuffers : 0) ||
	    (given.command == SSPSEAL_SEAL && o->message.qop != given.qop))
		abort();
}

static void do_operation(struct sspseal_operation *o, struct result *result)
{
	result->error = -(input_byte() % 133);
	result->status = result->error ? 1 + input_byte() : 0;
	result->qop = result->error ? o->message.qop : input_number();
	o->error = result->error;
	o->message.status = result->status;
	o->message.qop = result->qop;
}

/* A caller that goes on although not all was done is wrong. */
static void check_batch(const struct sspseal_batch *batch)
{
	ULONG left = given.count - nr_done;

	if (over || !batch->nr || batch->nr > left ||
	    batch->stride != sizeof(struct sspseal_operation))
		abort();
}

static int refuse(struct sspseal_batch *batch)
{
	batch->status = SSPSEAL_STATUS_INTERRUPTED;
	errno = EINTR;
	over = true;
	return -1;
}

int kernel_ioctl(int fd, unsigned long request, ...)
{
	struct sspseal_operation *o;
	struct sspseal_batch *batch;
	va_list args;
	__u32 i;

	(void)fd;
	va_start(args, request);
	batch = va_arg(args, struct sspseal_batch *);
	va_end(args);
	if (request != SSPSEAL_BATCH)
		abort();
	check_batch(batch);
	o = (void *)(uintptr_t)batch->operations;
	for (i = 0; i < batch->nr; i++)
		check_operation(&o[i], nr_done + i);
	if (input_byte() > 0xf0)
		return refuse(batch);
	batch->done = input_byte() > 0xe0 ? 1 + input_byte() % batch->nr :
					    batch->nr;
	for (i = 0; i < batch->done; i++)
		do_operation(&o[i], &results[nr_done++]);
	over = batch->done < batch->nr;
	batch->status = SSPSEAL_STATUS_OK;
	return 0;
}

/* ---- the program ---- */

static void give_message(ULONG i)
{
	SecBufferDesc *desc = &given.messages[i];
	__u8 how = input_byte();

	memset(given.buffers[i], how, sizeof(given.buffers[i]));
	desc->ulVersion = how < 0xf0 ? SECBUFFER_VERSION : how;
	desc->cBuffers = how & 0x80 ? input_number() : 2;
	desc->pBuffers = how & 0x10 && how & 0x20 ? NULL : given.buffers[i];
}

/* @told: QualityOfProtection was asked for */
static void check_one(ULONG i, __s32 status, ULONG qop, bool told)
{
	const struct result *result = &results[i];

	if (i >= nr_done) {
		if (status != UNTOUCHED || qop != UNTOUCHED)
			abort();
		return;
	}
	if (status != sspseal_ntstatus(SSPSEAL_FAMILY_SEAL, result->error,
				       result->status) ||
	    (result->error ? status == STATUS_SUCCESS : status))
		abort();
	if (qop != (told && !result->error ? result->qop : UNTOUCHED))
		abort();
}

static void check(NTSTATUS status, ULONG done, const __s32 *statuses,
		  const ULONG *qops, bool told)
{
	ULONG i;

	if (done != nr_done || (!over && done != given.count))
		abort();
	if (status != (done || !given.count ? STATUS_SUCCESS :
		       sspseal_ntstatus(SSPSEAL_FAMILY_SEAL, -EINTR,
					SSPSEAL_STATUS_INTERRUPTED)))
		abort();
	for (i = 0; i < given.count; i++)
		check_one(i, statuses[i], qops[i], told);
}

static void call(LSA_SEC_HANDLE context, __s32 *statuses, ULONG *qops,
		 bool told)
{
	NTSTATUS status;
	ULONG done = 0;

	if (given.command == SSPSEAL_SEAL)
		status = sspseal_seal_messages(context, given.qop,
					       given.messages, given.count,
					       given.numbers, statuses, &done);
	else
		status = sspseal_unseal_messages(context, given.messages,
						 given.count, given.numbers,
						 told ? qops : NULL, statuses,
						 &done);
	check(status, done, statuses, qops,
	      told && given.command == SSPSEAL_UNSEAL);
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	static __u32 numbers[MESSAGES_MAX];
	LSA_SEC_HANDLE context;
	__s32 *statuses;
	ULONG *qops, i;
	__u8 how;

	input_begin(bytes, size);
	how = input_byte();
	context = input_number() | (how & 1 ? 1ULL << 32 : 0);
	given.handle = how & 1 ? 0 : context;
	given.command = how & 2 ? SSPSEAL_SEAL : SSPSEAL_UNSEAL;
	given.qop = input_number();
	given.count = input_byte() % (MESSAGES_MAX + 1);
	given.numbers = how & 4 ? numbers : NULL;
	for (i = 0; i < given.count; i++) {
		numbers[i] = i * given.qop;
		give_message(i);
	}
	nr_done = 0;
	over = false;
	statuses = malloc(given.count * sizeof(*statuses));
	qops = malloc(given.count * sizeof(*qops));
	for (i = 0; i < given.count; i++) {
		statuses[i] = UNTOUCHED;
		qops[i] = UNTOUCHED;
	}
	call(context, statuses, qops, how & 8);
	free(statuses);
	free(qops);
	return 0;
}

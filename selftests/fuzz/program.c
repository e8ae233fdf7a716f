// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the bytes of a program mean: calls on a few files, handles and messages
 * that its steps share. Most of what a step leaves open is right, so that calls
 * get far; its bits in @how say what is wrong with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "../injection.h"
#include "../sspseal_test.h"

#define FILES		4
#define HANDLES		8
#define MESSAGES	8
#define WORKERS		2
#define ENTRIES		12
#define BATCH_MAX	8
#define DATA_MAX	(300 << 10)
#define ASSOCIATED	100
#define PAGE		4096
/* More points than most calls have where one may fail, or than short ones. */
#define POINTS		64
#define FEW_POINTS	8

/* Bits of @how. */
#define IN_A_THREAD	0x01
#define POKE_STRUCT	0x02
#define POKE_LIST	0x04
#define ALTER		0x08
#define BAD_MEMORY	0x10
#define TAKE_VALUE	0x20
#define OTHER_SIZE	0x40
#define OTHER_FILE	0x80

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* ---- what steps share ---- */

struct handle {
	__u32 number;
	unsigned int file;
	__u8 salt[SSPSEAL_SALT_SIZE];
};

/* The last message that was sent from here, as it can be received. */
struct letter {
	__u8 token[SSPSEAL_TOKEN_SIZE];
	__u8 *data;
	size_t size;
	__u8 list;
	bool is_signature;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int files[FILES];
/* How often one was closed or made, and in the low byte how many are just now. */
static unsigned int file_changes;
#define FILE_CHANGED	256
static struct handle handles[HANDLES];
static struct letter messages[MESSAGES];
static __s32 key_serial[2];
static __u8 associated[ASSOCIATED];
static __u8 *none, *readonly;

/**
 * struct scratch - the memory of one message, which no other thread touches
 * @stream: token and data, one behind the other, as they were before the call; or
 *	what the call gets, and then @token and @data are as they were
 * @data: DATA
 * @token: TOKEN
 * @list: the buffers
 * @before: the same, as it was
 * @nr: how many there are
 * @size: bytes of @data
 * @poked: it cannot be told what the call gets
 * @step: made from
 * @begun: oracle_now() before the call
 * @changes: of files, before the call
 */
struct scratch {
	__u8 *stream;
	__u8 *data;
	__u8 token[SSPSEAL_TOKEN_SIZE];
	struct sspseal_buffer list[ENTRIES];
	struct sspseal_buffer before[ENTRIES];
	unsigned int nr;
	size_t size;
	bool poked;
	struct step step;
	unsigned int begun;
	unsigned int changes;
};

/* Of each thread: for a message of its own, and those of a batch. */
static struct scratch scratch[WORKERS + 1][1 + BATCH_MAX];
/* The operations of a batch, with nothing behind them. */
static struct sspseal_operation *operations[WORKERS + 1];
/* What all messages say. */
static __u8 *plain;

static const __u64 values[] = {
	0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 28, 29, 31, 32, 33, 47, 48, 49, 63,
	64, 65, 127, 128, 255, 256, 1023, 1024, 1025, 4095, 4096, 4097,
	65535, 65536, 65537, 0xfffff, 0x100000, 0x100001, 0xffffff, 0x1000000,
	0x7fffffff, 0x80000000, 0x80000001, 0x90000001, 0x10000001,
	0x60000001, 0xffffffff, 0x100000000ULL, 0x7fffffffffffffffULL,
	0x8000000000000000ULL, 0xffff888000000000ULL, 0xffffffffffffffffULL,
	0x00007ffffffff000ULL, 0xfffffffffffff000ULL,
};

static const size_t sizes[] = {
	0, 1, 15, 16, 17, 100, 1000, 4095, 4096, 4097, 5000, 20000, 65535,
	65536, 65537, 100000, DATA_MAX,
};

static __u64 step_value(const struct step *s)
{
	if (s->how & TAKE_VALUE)
		return s->value;
	return values[s->choice % ARRAY_SIZE(values)];
}

static size_t step_size(const struct step *s)
{
	return sizes[s->size % ARRAY_SIZE(sizes)];
}

static struct handle *step_handle(const struct step *s)
{
	return &handles[s->where >> 2 & 7];
}

static struct letter *step_message(const struct step *s)
{
	return &messages[s->where >> 5];
}

static unsigned int step_file(const struct step *s)
{
	unsigned int file = step_handle(s)->file;

	return s->how & OTHER_FILE ? s->where & 3 : file;
}

/* ---- calls ---- */

/* In the order of the commands' numbers. */
static struct tally tally[] = {
	{ .name = "INFO" }, { .name = "CREATE" }, { .name = "DESTROY" },
	{ .name = "QUERY" }, { .name = "SEAL" }, { .name = "UNSEAL" },
	{ .name = "SIGN" }, { .name = "VERIFY" }, { .name = "BIND" },
	{ .name = "EXPORT" }, { .name = "IMPORT" }, { .name = "BATCH" },
	{ .name = "fault" }, { .name = "other" }, { .name = NULL },
};

/* Calls that were to meet one, and those that did. */
#define FAULT		(_IOC_NR(SSPSEAL_BATCH) + 1)
#define OTHER		(FAULT + 1)

const struct tally *program_tally(void)
{
	return tally;
}

/* The kernel may look at more than the struct, if it is said to be longer. */
union padded {
	__u32 head[2];
	__u8 bytes[2 * PAGE];
};

static void poke(void *bytes, size_t size, const struct step *s)
{
	__u64 value = step_value(s);
	size_t at = s->field * 4 % size;

	memcpy((__u8 *)bytes + at, &value, size - at < 8 ? 4 : 8);
}

static void tally_add(unsigned int which, bool success)
{
	__atomic_add_fetch(&tally[which].calls, 1, __ATOMIC_RELAXED);
	if (success)
		__atomic_add_fetch(&tally[which].successes, 1,
				   __ATOMIC_RELAXED);
}

/* Of the step that the thread is at: what fails in its call, and whether it has. */
static __thread unsigned int fault_point;
static __thread bool fault_met;

static void fault_choose(const struct step *s)
{
	unsigned int points = s->field & 0x80 ? POINTS : FEW_POINTS;

	fault_point = s->op & WITH_FAULT ? 1 + s->field % points : 0;
	fault_met = false;
}

/* Return: 0 or -errno */
static int call_with_fault(int fd, unsigned long cmd, void *arg)
{
	static __thread int fault = -1;
	int error;

	if (!fault_point)
		return ioctl(fd, cmd, arg) ? -errno : 0;
	if (fault < 0)
		fault = faults_open();
	if (fault < 0)
		abort();
	fault_set(fault, fault_point);
	error = ioctl(fd, cmd, arg) ? -errno : 0;
	fault_met = !fault_left(fault);
	tally_add(FAULT, fault_met);
	return error;
}

static unsigned int changes_now(void)
{
	return __atomic_load_n(&file_changes, __ATOMIC_ACQUIRE);
}

/* Has no file been another one since then? */
static bool same_files(unsigned int changes)
{
	return !(changes % FILE_CHANGED) && changes == changes_now();
}

/* What a struct is refused with that says it has @said bytes; 0 if it is not. */
static int refused_size(__u32 said, size_t size)
{
	if (said < size)
		return -EINVAL;
	return said > PAGE ? -E2BIG : 0;
}

/*
 * @bytes: of the struct, as it was with @before, but for its status. Who did something
 * before a fault tells what; and with a fault of the kernel's the struct may be written
 * in part.
 */
static void check_struct(const union padded *before, union padded *bytes,
			 int error)
{
	__u32 status = bytes->head[1];

	if (!error || (error == -EFAULT &&
		       (fault_met || status == SSPSEAL_STATUS_FAULT_AFTER_COMMIT)))
		return;
	bytes->head[1] = before->head[1];
	if (memcmp(before, bytes, sizeof(*before)))
		oracle_finding("a struct was changed by a refusal");
	bytes->head[1] = status;
}

/* The size of the struct is what it says in the first field, unless odd. */
static bool command(unsigned int file, unsigned long cmd, void *arg,
		    size_t size, const struct step *s)
{
	static __thread union padded padded, before;
	unsigned int changes = changes_now();
	int fd = files[file], error, unread;

	memset(&padded, 0, sizeof(padded));
	memcpy(&padded, arg, size);
	padded.head[0] = size;
	if (s->how & POKE_STRUCT)
		poke(&padded, size, s);
	if (s->how & OTHER_SIZE)
		padded.head[0] = step_value(s);
	padded.head[1] = POISON32;
	before = padded;
	error = call_with_fault(fd, cmd, &padded);
	unread = fault_met && padded.head[1] == POISON32 ?
		 -EFAULT : refused_size(before.head[0], size);
	/* Without a file nothing can be said, nor if it may be another's. */
	if (fd >= 0 && same_files(changes))
		oracle_call(cmd, padded.head[1], error, unread);
	check_struct(&before, &padded, error);
	memcpy(arg, &padded, size);
	tally_add(_IOC_NR(cmd), !error);
	return !error;
}

/* ---- files and handles ---- */

static void file_set(unsigned int file, int fd)
{
	int old;

	__atomic_add_fetch(&file_changes, 1, __ATOMIC_ACQ_REL);
	old = __atomic_exchange_n(&files[file], fd, __ATOMIC_RELAXED);
	__atomic_add_fetch(&file_changes, FILE_CHANGED - 1, __ATOMIC_ACQ_REL);
	if (old >= 0)
		close(old);
}

static void do_open(const struct step *s)
{
	file_set(s->where & 3, open(SSPSEAL_DEVICE, O_RDWR | O_CLOEXEC));
}

static void do_close(const struct step *s)
{
	file_set(s->where & 3, -1);
}

static void do_info(const struct step *s)
{
	struct sspseal_info info = { .suite = s->kind % 5 };

	command(step_file(s), SSPSEAL_INFO, &info, sizeof(info), s);
}

static void handle_set(const struct step *s, __u32 number,
		       unsigned int file)
{
	struct handle *h = step_handle(s);

	h->number = number;
	h->file = file;
}

/* @list: 1 parameters, 2 a suite of its own, 4 expires, 8 and 16 a kernel key */
static void do_create(const struct step *s)
{
	unsigned int file = s->where & 3;
	struct sspseal_native native = {
		.suites = s->list & 2 ? s->size & 0x1f : 0,
		.default_suite = s->list & 2 ? s->choice % 5 : 0,
	};
	struct sspseal_create c = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = 1 + (s->kind & 1),
		.services = s->kind >> 1 & 0xf,
		.flags = s->kind >> 5 & 3,
		.key = (uintptr_t)test_key,
		.key_size = TEST_KEY_SIZE,
		.expiry = s->list & 4 ? time(NULL) + 1 + (s->size & 1) : 0,
	};

	if (s->list & 1 || c.flags & SSPSEAL_CREATE_UNBOUND) {
		c.params = (uintptr_t)&native;
		c.params_size = sizeof(native);
	}
	if (s->list & 8) {
		c.key = 0;
		c.key_size = 0;
		c.key_serial = key_serial[s->list >> 4 & 1];
	}
	if (!command(file, SSPSEAL_CREATE, &c, sizeof(c), s))
		return;
	handle_set(s, c.handle, file);
	memcpy(step_handle(s)->salt, native.salt, SSPSEAL_SALT_SIZE);
}

static void do_destroy(const struct step *s)
{
	struct sspseal_destroy d = { .handle = step_handle(s)->number };

	command(step_file(s), SSPSEAL_DESTROY, &d, sizeof(d), s);
}

static void do_query(const struct step *s)
{
	struct sspseal_query q = { .handle = step_handle(s)->number };

	command(step_file(s), SSPSEAL_QUERY, &q, sizeof(q), s);
}

/* To the handle's neighbour. */
static void do_bind(const struct step *s)
{
	unsigned int other = (s->where >> 2 & 7) ^ 1;
	struct sspseal_bind b = {
		.handle = step_handle(s)->number,
		.flags = s->list & 1,
		.services = s->kind >> 1 & 0xf,
		.suite = 1 + s->size % 4,
		.binding = (uintptr_t)readonly,
		.binding_size = s->list & 2 ? step_value(s) % (PAGE + 2) : 0,
	};

	memcpy(b.peer_salt, handles[other].salt, SSPSEAL_SALT_SIZE);
	command(step_file(s), SSPSEAL_BIND, &b, sizeof(b), s);
}

static void do_export(const struct step *s)
{
	struct sspseal_export e = {
		.handle = step_handle(s)->number,
		.flags = s->list & 1,
		.rights = s->kind & 0x3f,
		.expiry = s->list & 2 ? time(NULL) + 1 : 0,
	};
	unsigned int file = step_file(s);

	if (!command(file, SSPSEAL_EXPORT, &e, sizeof(e), s))
		return;
	/* The revoker takes the handle's place, or what was exported does. */
	file_set(s->where & 3, e.fd);
	if (s->list & 4)
		handle_set(s, e.revoker, file);
	else
		handle_set(s, SSPSEAL_EXPORTED_HANDLE, s->where & 3);
}

static void do_import(const struct step *s)
{
	struct sspseal_import i = {
		.fd = files[s->where & 3],
		.source = step_handle(s)->number,
		.flags = s->list & 1,
	};
	unsigned int file = s->size & 3;

	if (!command(file, SSPSEAL_IMPORT, &i, sizeof(i), s))
		return;
	if (i.new_fd >= 0) {
		file = s->kind & 3;
		file_set(file, i.new_fd);
	}
	handle_set(s, i.handle, file);
}

static void do_fdinfo(const struct step *s)
{
	fdinfo_number(files[s->where & 3], "sspseal-nothing");
}

/* Any number, any memory. */
static void do_raw(const struct step *s)
{
	unsigned long cmd = s->value & 1 ? s->value >> 1 :
					   _IO(SSPSEAL_TYPE, s->kind & 0xf);
	static __u8 *const where[] = { (void *)8, (void *)-8 };
	__u8 *arg = s->list & 1 ? readonly : none;

	if (s->list & 2)
		arg = where[s->list >> 2 & 1];
	if (s->list & 8)
		arg += PAGE - s->size;
	call_with_fault(files[s->where & 3], cmd, arg);
	tally_add(OTHER, false);
}

/* ---- messages ---- */

static void entry(struct scratch *m, __u32 type, void *ptr, size_t cb)
{
	m->list[m->nr++] = buffer(type, ptr, cb);
}

/*
 * @list: 1, 2 associated before, 4 behind; 8 padding; 16 DATA that is left alone;
 * 32 a second DATA; 64 a stream; 128 the token comes first
 */
static void make_list(struct scratch *m, __u8 list, size_t size, bool stream)
{
	const __u32 token_type = stream ? STREAM : TOKEN;
	void *token = stream ? m->stream : m->token;
	size_t token_size = stream ? TOKEN_SIZE + size : TOKEN_SIZE;

	memcpy(m->stream, m->token, TOKEN_SIZE);
	memcpy(m->stream + TOKEN_SIZE, m->data, size);
	m->size = size;
	m->nr = 0;
	if (list & 128)
		entry(m, token_type, token, token_size);
	if (list & 1)
		entry(m, DATA | RWC, associated, ASSOCIATED);
	if (list & 2)
		entry(m, DATA | RWC, associated, 1);
	entry(m, DATA, stream ? NULL : m->data, stream ? 0 : size);
	if (list & 4)
		entry(m, DATA | RWC, associated, 0);
	if (list & 8)
		entry(m, PADDING, associated, ASSOCIATED);
	if (list & 16)
		entry(m, DATA | READONLY, readonly, 10);
	if (list & 32)
		entry(m, DATA, associated, 20);
	if (!(list & 128))
		entry(m, token_type, token, token_size);
}

static void spoil(struct scratch *m, const struct step *s)
{
	struct sspseal_buffer *b = &m->list[s->field % m->nr];

	m->poked = s->how & (POKE_LIST | BAD_MEMORY | POKE_STRUCT);
	if (s->how & POKE_LIST)
		poke(m->list, m->nr * sizeof(m->list[0]), s);
	if (s->how & BAD_MEMORY)
		b->ptr = (uintptr_t)(s->choice & 1 ? none : readonly) +
			 (s->choice & 2 ? PAGE - s->size % 64 : 0);
	if (s->how & BAD_MEMORY && b->cb > PAGE)
		b->cb = PAGE;
	memcpy(m->before, m->list, sizeof(m->before));
	m->step = *s;
	m->begun = oracle_now();
	m->changes = changes_now();
}

static struct sspseal_message make_message(struct scratch *m,
					   const struct step *s)
{
	static const __u32 qops[] = {
		0, 0, 0, SSPSEAL_QOP_SUITE(2), SSPSEAL_QOP_SUITE(3),
		SSPSEAL_QOP_NO_ENCRYPT, SSPSEAL_QOP_NO_ENCRYPT | 0x300,
		SSPSEAL_QOP_SUITE(1),
	};
	struct sspseal_message message = {
		.handle = step_handle(s)->number,
		.qop = qops[s->kind & 7],
		.sequence = s->kind >> 3 & 3,
		.nr_buffers = m->nr,
		.buffers = (uintptr_t)m->list,
	};

	return message;
}

static void keep_letter(struct scratch *m, bool is_signature)
{
	struct letter *letter = step_message(&m->step);

	pthread_mutex_lock(&lock);
	memcpy(letter->token, m->token, sizeof(letter->token));
	memcpy(letter->data, m->data, m->size);
	letter->size = m->size;
	letter->list = m->step.list;
	letter->is_signature = is_signature;
	pthread_mutex_unlock(&lock);
}

static bool is_sending(unsigned long cmd)
{
	return cmd == SSPSEAL_SEAL || cmd == SSPSEAL_SIGN;
}

static struct sspseal_message prepare_send(struct scratch *m,
					   const struct step *s)
{
	size_t size = step_size(s);

	memset(m->token, POISON, sizeof(m->token));
	memcpy(m->data, plain, size);
	make_list(m, s->list, size, s->list & 64 && s->how & ALTER);
	spoil(m, s);
	return make_message(m, s);
}

/* By the neighbour of who sent it, or by @kind another; as it is, or altered. */
static struct sspseal_message prepare_receive(struct scratch *m,
					      const struct step *s,
					      unsigned long cmd)
{
	struct letter *letter = step_message(s);
	bool altered = s->how & ALTER;
	size_t size;
	__u8 list;

	pthread_mutex_lock(&lock);
	size = letter->size;
	list = letter->list & ~64;
	memcpy(m->token, letter->token, sizeof(m->token));
	memcpy(m->data, letter->data, size);
	pthread_mutex_unlock(&lock);

	if (altered && (s->value & 1 || !size))
		m->token[(s->value >> 1) % TOKEN_SIZE] ^= 1 << (s->choice & 7);
	else if (altered)
		m->data[(s->value >> 1) % size] ^= 1 << (s->choice & 7);
	if (altered && s->field & 2)
		list ^= s->list;
	make_list(m, list & ~64, size, s->list & 64 && cmd == SSPSEAL_UNSEAL);
	spoil(m, s);
	return make_message(m, s);
}

/* A number was used, and not seen. Whose it was, QUERY tells. */
static void judge_burned(const struct scratch *m, unsigned int file,
			 __u32 handle)
{
	struct sspseal_query q = { .size = sizeof(q), .handle = handle };

	if (!ioctl(files[file], SSPSEAL_QUERY, &q) && same_files(m->changes))
		oracle_burned(m->begun, q.salt, q.sent);
}

/* QUERY tells who it was, and whether replays are refused. */
static void judge_received(const struct scratch *m, unsigned int file,
			   __u32 handle, const void *data)
{
	struct sspseal_query q = { .size = sizeof(q), .handle = handle };
	bool once = !ioctl(files[file], SSPSEAL_QUERY, &q) &&
		    same_files(m->changes) &&
		    q.services & (SSPSEAL_REPLAY_DETECT |
				  SSPSEAL_SEQUENCE_DETECT);

	oracle_received(m->token, data, m->size, once ? q.salt : NULL);
}

/* Of all that was refused, no byte was written: no plaintext either. */
static void judge_refused(const struct scratch *m)
{
	if (memcmp(m->stream, m->token, TOKEN_SIZE) ||
	    memcmp(m->stream + TOKEN_SIZE, m->data, m->size) ||
	    memcmp(m->before, m->list, sizeof(m->before)))
		oracle_finding("a buffer was changed by a refusal");
}

static void judge_sent(struct scratch *m, unsigned int file,
		       const struct sspseal_message *message, bool is_signature)
{
	/* An odd list may have it elsewhere. */
	if (m->poked && all_bytes(m->token, POISON, TOKEN_SIZE)) {
		judge_burned(m, file, message->handle);
		return;
	}
	oracle_sent(m->begun, m->token, m->poked ? NULL : plain, m->size);
	if (!m->poked)
		keep_letter(m, is_signature);
}

/* @message: as it is after the call */
static void judge(struct scratch *m, unsigned int file, unsigned long cmd,
		  const struct sspseal_message *message)
{
	bool late = message->status == SSPSEAL_STATUS_FAULT_AFTER_COMMIT;
	/* A stream is decrypted where it lies. */
	bool stream = m->step.list & 64 && cmd == SSPSEAL_UNSEAL;
	const __u8 *data = stream ? m->stream + TOKEN_SIZE : m->data;

	if (message->status && !late)
		judge_refused(m);
	else if (!is_sending(cmd))
		judge_received(m, file, message->handle, late ? NULL : data);
	else if (late)
		judge_burned(m, file, message->handle);
	else
		judge_sent(m, file, message, cmd == SSPSEAL_SIGN);
}

static void do_message(struct scratch *m, const struct step *s,
		       unsigned long cmd)
{
	struct sspseal_message message = is_sending(cmd) ?
					 prepare_send(m, s) :
					 prepare_receive(m, s, cmd);
	unsigned int file = step_file(s);

	command(file, cmd, &message, sizeof(message), s);
	judge(m, file, cmd, &message);
}

/* ---- batches ---- */

/* By @value: two bits for each operation. */
static __u32 batch_command(const struct step *s, unsigned int i)
{
	switch (s->value >> 2 * i & 3) {
	case 0:
		return SSPSEAL_SEAL;
	case 1:
		return SSPSEAL_SIGN;
	case 2:
		return SSPSEAL_UNSEAL;
	default:
		return SSPSEAL_VERIFY;
	}
}

/* All but one are as they should be. */
static bool is_odd(const struct step *s, unsigned int i)
{
	return i == (s->value >> 2 * BATCH_MAX) % BATCH_MAX;
}

/* Each has a message of its own; what one sends its neighbour receives. */
static struct step batch_step(const struct step *s, unsigned int i)
{
	struct step own = *s;

	own.where += i << 5;
	if (!is_sending(batch_command(s, i)))
		own.where ^= 4;
	own.how &= is_odd(s, i) ? ALTER | POKE_LIST | BAD_MEMORY | TAKE_VALUE :
				  TAKE_VALUE;
	return own;
}

/* By @kind, the odd one is none that there is. */
static void prepare_operation(struct scratch *m, const struct step *s,
			      unsigned int i, struct sspseal_operation *o)
{
	struct step own = batch_step(s, i);

	o->command = batch_command(s, i);
	o->error = POISON32;
	o->message = is_sending(o->command) ?
		     prepare_send(m, &own) :
		     prepare_receive(m, &own, o->command);
	o->message.status = POISON32;
	if (s->kind & 0x80 && is_odd(s, i))
		o->command = SSPSEAL_QUERY;
}

/* All but the results is as it was, if it was refused. */
static void judge_operation(struct scratch *m, unsigned int file,
			    const struct sspseal_operation *before,
			    const struct sspseal_operation *after)
{
	struct sspseal_operation now = *after;

	oracle_call(now.command, now.message.status, now.error, 0);
	now.message.status = before->message.status;
	now.error = before->error;
	if (!is_sending(now.command) && !after->error)
		now.message.qop = before->message.qop;
	if (memcmp(&now, before, sizeof(now)))
		oracle_finding("an operation was changed");
	if (now.command)
		judge(m, file, now.command, &after->message);
}

static void judge_batch(struct scratch *m, unsigned int file,
			const struct sspseal_operation *before,
			const struct sspseal_operation *after, __u32 done)
{
	unsigned int i;

	for (i = 0; i < done; i++)
		judge_operation(m + i, file, &before[i], &after[i]);
	if (memcmp(&before[done], &after[done],
		   (BATCH_MAX - done) * sizeof(*after)))
		oracle_finding("an operation was changed that was not done");
}

/* All were done if it is the answer that could not be written. */
static void judge_failed_batch(struct scratch *m, const struct step *s,
			       const struct sspseal_operation *before,
			       const struct sspseal_operation *after,
			       const struct sspseal_batch *batch)
{
	bool late = fault_met &&
		    batch->status == SSPSEAL_STATUS_FAULT_AFTER_COMMIT;

	if (!late || !(s->how & POKE_STRUCT))
		judge_batch(m, step_file(s), before, after,
			    late ? batch->nr : 0);
}

static unsigned int thread_of(const struct scratch *m)
{
	return (m - scratch[0]) / ARRAY_SIZE(scratch[0]);
}

static void do_batch(struct scratch *m, const struct step *s)
{
	struct sspseal_operation before[BATCH_MAX];
	struct sspseal_operation *o = operations[thread_of(m)];
	__u32 nr = 1 + s->choice % BATCH_MAX;
	struct sspseal_batch batch = {
		.operations = (uintptr_t)o,
		.stride = sizeof(*o),
		.nr = nr,
	};
	unsigned int i, file = step_file(s);
	bool ok;

	memset(o, 0, sizeof(before));
	for (i = 0; i < nr; i++)
		prepare_operation(m + 1 + i, s, i, &o[i]);
	memcpy(before, o, sizeof(before));
	ok = command(file, SSPSEAL_BATCH, &batch, sizeof(batch), s);
	if (!ok) {
		judge_failed_batch(m + 1, s, before, o, &batch);
		return;
	}
	/* If they were looked for elsewhere, nothing can be said. */
	if (batch.operations != (uintptr_t)o || batch.stride != sizeof(*o))
		return;
	if (batch.done > (s->how & POKE_STRUCT ? BATCH_MAX : nr) ||
	    (!(s->how & POKE_STRUCT) && batch.done < nr))
		oracle_finding("not as many were done as were told");
	else
		judge_batch(m + 1, file, before, o, batch.done);
}

/* ---- steps ---- */

static void do_seal(struct scratch *m, const struct step *s)
{
	do_message(m, s, SSPSEAL_SEAL);
}

static void do_sign(struct scratch *m, const struct step *s)
{
	do_message(m, s, SSPSEAL_SIGN);
}

static void do_unseal(struct scratch *m, const struct step *s)
{
	do_message(m, s, SSPSEAL_UNSEAL);
}

static void do_verify(struct scratch *m, const struct step *s)
{
	do_message(m, s, SSPSEAL_VERIFY);
}

/* Receives what there is by the command that fits. */
static void do_accept(struct scratch *m, const struct step *s)
{
	do_message(m, s, step_message(s)->is_signature ? SSPSEAL_VERIFY :
							 SSPSEAL_UNSEAL);
}

static const struct {
	void (*plain)(const struct step *s);
	void (*message)(struct scratch *m, const struct step *s);
} actions[] = {
	{ .plain = do_open }, { .plain = do_close }, { .plain = do_info },
	{ .plain = do_create }, { .plain = do_create },
	{ .plain = do_destroy }, { .plain = do_query }, { .plain = do_bind },
	{ .plain = do_export }, { .plain = do_import },
	{ .plain = do_fdinfo }, { .plain = do_raw },
	{ .message = do_seal }, { .message = do_seal },
	{ .message = do_unseal }, { .message = do_sign },
	{ .message = do_verify }, { .message = do_accept },
	{ .message = do_accept }, { .message = do_batch },
};

static void step_run(struct scratch *m, const struct step *s)
{
	unsigned int op = (s->op & ~WITH_FAULT) % ARRAY_SIZE(actions);

	fault_choose(s);
	kcov_thread_begin();
	if (actions[op].plain)
		actions[op].plain(s);
	else
		actions[op].message(m, s);
	kcov_thread_end();
}

/* ---- threads ---- */

static struct worker {
	pthread_t thread;
	pthread_cond_t wake;
	const struct step *step;
} workers[WORKERS];

static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;

static void *work(void *arg)
{
	struct worker *worker = arg;
	const struct step *step;

	for (;;) {
		pthread_mutex_lock(&queue);
		while (!worker->step)
			pthread_cond_wait(&worker->wake, &queue);
		step = worker->step;
		pthread_mutex_unlock(&queue);
		step_run(scratch[1 + worker - workers], step);
		pthread_mutex_lock(&queue);
		worker->step = NULL;
		pthread_cond_signal(&idle);
		pthread_mutex_unlock(&queue);
	}
	return NULL;
}

/* False if all of them are at work. */
static bool give_to_worker(const struct step *step)
{
	unsigned int i;

	pthread_mutex_lock(&queue);
	for (i = 0; i < WORKERS && workers[i].step; i++)
		;
	if (i < WORKERS) {
		workers[i].step = step;
		pthread_cond_signal(&workers[i].wake);
	}
	pthread_mutex_unlock(&queue);
	return i < WORKERS;
}

static void await_workers(void)
{
	unsigned int i;

	pthread_mutex_lock(&queue);
	for (i = 0; i < WORKERS; i++) {
		while (workers[i].step)
			pthread_cond_wait(&idle, &queue);
	}
	pthread_mutex_unlock(&queue);
}

/* ---- programs ---- */

static void *map(size_t size, int protection)
{
	void *p = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

static __s32 add_key(const char *type, const char *description)
{
	return syscall(SYS_add_key, type, description, test_key,
		       (size_t)TEST_KEY_SIZE, KEY_SPEC_PROCESS_KEYRING);
}

/* Memory that is not used costs nothing. */
static void scratch_init(unsigned int thread)
{
	struct scratch *m = scratch[thread];
	unsigned int i;

	operations[thread] = before_fence(BATCH_MAX *
					  sizeof(*operations[thread]));
	for (i = 0; i <= BATCH_MAX; i++, m++) {
		m->data = map(DATA_MAX, PROT_READ | PROT_WRITE);
		m->stream = map(DATA_MAX + TOKEN_SIZE, PROT_READ | PROT_WRITE);
	}
}

void program_init(void)
{
	unsigned int i;

	none = map(2 * PAGE, PROT_NONE);
	readonly = map(2 * PAGE, PROT_READ);
	fill(associated, sizeof(associated));
	key_serial[0] = add_key("logon", SSPSEAL_LOGON_PREFIX "fuzz");
	key_serial[1] = add_key("user", "fuzz");
	for (i = 0; i < MESSAGES; i++)
		messages[i].data = calloc(1, DATA_MAX);
	for (i = 0; i < FILES; i++)
		files[i] = -1;
	plain = map(DATA_MAX, PROT_READ | PROT_WRITE);
	fill(plain, DATA_MAX);
	for (i = 0; i <= WORKERS; i++)
		scratch_init(i);
	for (i = 0; i < WORKERS; i++) {
		pthread_cond_init(&workers[i].wake, NULL);
		if (pthread_create(&workers[i].thread, NULL, work,
				   &workers[i]))
			abort();
	}
}

void program_run(const struct program *program)
{
	unsigned int i;

	oracle_reset();
	memset(handles, 0, sizeof(handles));
	for (i = 0; i < MESSAGES; i++) {
		messages[i].size = 0;
		memset(messages[i].token, 0, sizeof(messages[i].token));
	}
	file_set(0, open(SSPSEAL_DEVICE, O_RDWR | O_CLOEXEC));
	for (i = 0; i < program->nr; i++) {
		const struct step *step = &program->step[i];

		if (!(step->how & IN_A_THREAD) || !give_to_worker(step))
			step_run(scratch[0], step);
	}
	await_workers();
	for (i = 0; i < FILES; i++)
		file_set(i, -1);
}

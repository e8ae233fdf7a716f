// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as a sealed stream or a signature: sspsealctl describes it, as
 * "sspsealctl info FILE" does, or unseals or verifies it with a kernel of ours. It
 * succeeds exactly if the stream has its form and the kernel has accepted each
 * record; nothing is written but what the kernel opened, in order.
 *
 * The input: a byte that says how; the number of the record that the kernel refuses,
 * 0 for none; how many bytes more or fewer there are than were signed; the stream. It
 * comes as it is; or each record's header alone, with as many bytes behind it as it
 * announces, or some more or fewer, so that a small input makes a long stream.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tools/sspsealctl/stream.h"
#include "user_fuzz.h"

#define EXPAND		1
#define SIGNATURE	2
#define UNSEAL		4
#define VERIFY		8
#define MASK		0x20
/* More than a record may announce. */
#define RECORD_LONGEST	(3 * RECORD_DATA_MAX)
#define STREAM_LONGEST	0x100000

static const char *const texts[] = { "SSPSEALF", "SSPSEALS" };

/* ---- the stream ---- */

static __u8 stream[STREAM_LONGEST];
static size_t stream_size;

static void put(const void *bytes, size_t size)
{
	if (size > sizeof(stream) - stream_size)
		size = sizeof(stream) - stream_size;
	memcpy(stream + stream_size, bytes, size);
	stream_size += size;
}

static void put_expanded(const __u8 *bytes, size_t size, bool bare)
{
	static const __u8 zeroes[RECORD_LONGEST];
	size_t head = size < STREAM_HEADER_SIZE ? size : STREAM_HEADER_SIZE;
	__u32 announced;

	put(bytes, head);
	bytes += head;
	size -= head;
	for (; size > RECORD_HEADER_SIZE; size -= RECORD_HEADER_SIZE + 1) {
		announced = bare ? 0 : get_be32(bytes + 4);
		announced += SSPSEAL_TOKEN_SIZE + (__s8)bytes[8];
		put(bytes, RECORD_HEADER_SIZE);
		put(zeroes, announced < sizeof(zeroes) ? announced :
							 sizeof(zeroes));
		bytes += RECORD_HEADER_SIZE + 1;
	}
	put(bytes, size);
}

/* ---- the stream, looked at by somebody else ---- */

static __u8 opened[STREAM_LONGEST];

/* What stands in the file that was signed. */
static __u8 signed_byte(size_t at)
{
	return at * 7 + (at >> 8);
}

static __u32 number(size_t at)
{
	return (__u32)stream[at] << 24 | stream[at + 1] << 16 |
	       stream[at + 2] << 8 | stream[at + 3];
}

/**
 * walk - read the stream
 * @bare: its data lies elsewhere
 * @refused: the record that the kernel does not accept, 0 for none
 * @bytes: of data in all records before the first that is not right
 *
 * Return: is it whole and accepted?
 */
static bool walk(bool bare, unsigned int refused, size_t *bytes)
{
	static const __u8 rest[] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	size_t at = STREAM_HEADER_SIZE, here, i;
	unsigned int nr;
	__u32 kind, n;

	*bytes = 0;
	if (stream_size < at || memcmp(stream, texts[bare], 8) ||
	    memcmp(stream + 8, rest, sizeof(rest)))
		return false;
	for (nr = 1;; nr++) {
		if (stream_size - at < RECORD_HEADER_SIZE + SSPSEAL_TOKEN_SIZE)
			return false;
		kind = number(at);
		n = number(at + 4);
		here = bare ? 0 : n;
		at += RECORD_HEADER_SIZE + SSPSEAL_TOKEN_SIZE;
		if (kind > 1 || n > 65536 || (!n && !kind) ||
		    stream_size - at < here || nr == refused)
			return false;
		for (i = 0; i < here; i++)
			opened[*bytes + i] = stream[at + i] ^ MASK;
		at += here;
		*bytes += n;
		if (kind)
			return at == stream_size;
	}
}

/* ---- the kernel ---- */

static unsigned int record, refused_record;
static size_t verified;

/* DATA of a record, behind the headers of the stream and of itself. */
static struct sspseal_buffer *data_of(const struct sspseal_message *m)
{
	struct sspseal_buffer *b = (void *)(uintptr_t)m->buffers;

	if (m->nr_buffers != 4 || b[0].cb != STREAM_HEADER_SIZE ||
	    memcmp((void *)(uintptr_t)b[0].ptr, stream, b[0].cb) ||
	    b[1].cb != RECORD_HEADER_SIZE || b[3].cb != SSPSEAL_TOKEN_SIZE ||
	    get_be32((__u8 *)(uintptr_t)b[1].ptr + 4) != b[2].cb)
		abort();
	return &b[2];
}

static void unseal(const struct sspseal_message *m)
{
	const struct sspseal_buffer *data = data_of(m);
	__u8 *bytes = (__u8 *)(uintptr_t)data->ptr;
	__u32 i;

	for (i = 0; i < data->cb; i++)
		bytes[i] ^= MASK;
}

static void verify(const struct sspseal_message *m)
{
	const struct sspseal_buffer *data = data_of(m);
	const __u8 *bytes = (__u8 *)(uintptr_t)data->ptr;
	__u32 i;

	for (i = 0; i < data->cb; i++)
		if (bytes[i] != signed_byte(verified++))
			abort();
}

static bool answer(unsigned long request, void *args)
{
	switch (request) {
	case SSPSEAL_CREATE:
		((struct sspseal_create *)args)->handle = 1;
		return true;
	case SSPSEAL_DESTROY:
		return true;
	case SSPSEAL_UNSEAL:
		if (++record != refused_record)
			unseal(args);
		return record != refused_record;
	case SSPSEAL_VERIFY:
		if (++record != refused_record)
			verify(args);
		return record != refused_record;
	default:
		abort();
	}
}

int kernel_ioctl(int fd, unsigned long request, ...)
{
	__u32 *head;
	va_list args;

	(void)fd;
	va_start(args, request);
	head = va_arg(args, __u32 *);
	va_end(args);
	head[1] = SSPSEAL_STATUS_OK;
	if (answer(request, head))
		return 0;
	head[1] = SSPSEAL_STATUS_ALTERED;
	errno = EBADMSG;
	return -1;
}

/* ---- the commands ---- */

/* A file with a path, which closes with its descriptor. */
struct memory_file {
	int fd;
	char path[32];
};

static void file_make(struct memory_file *file)
{
	file->fd = memfd_create("stream", MFD_CLOEXEC);
	if (file->fd < 0)
		abort();
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

static void file_write(const struct memory_file *file, const void *bytes,
		       size_t size)
{
	if (write(file->fd, bytes, size) != (ssize_t)size)
		abort();
}

/* Of a command's output: how much there is, and is it what was opened? */
static size_t output_size(const struct memory_file *file)
{
	static __u8 out[STREAM_LONGEST];
	struct stat st;

	if (fstat(file->fd, &st) || (size_t)st.st_size > sizeof(out) ||
	    pread(file->fd, out, st.st_size, 0) != st.st_size ||
	    memcmp(out, opened, st.st_size))
		abort();
	return st.st_size;
}

static void run_unseal(struct job *job)
{
	struct memory_file out;
	bool good, done;
	size_t bytes;

	good = walk(false, refused_record, &bytes);
	file_make(&out);
	/* The tool closes its standard output. */
	if (dup2(out.fd, STDOUT_FILENO) < 0)
		abort();
	done = !unseal_command(job);
	if (done != good || output_size(&out) > bytes ||
	    (good && output_size(&out) != bytes))
		abort();
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		abort();
	close(out.fd);
}

static void write_signed(const struct memory_file *file, size_t size)
{
	static __u8 data[STREAM_LONGEST + 128];
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = signed_byte(i);
	file_write(file, data, size);
}

static void run_verify(struct job *job, __s8 more)
{
	struct memory_file elsewhere;
	size_t bytes, there;
	bool good;

	good = walk(true, refused_record, &bytes);
	/* Records of a signature may announce any number of them. */
	if (bytes > STREAM_LONGEST)
		return;
	there = more < 0 && bytes < (size_t)-more ? 0 : bytes + more;
	good = good && there == bytes;
	file_make(&elsewhere);
	write_signed(&elsewhere, there);
	job->data_path = elsewhere.path;
	if (good == !!verify_command(job))
		abort();
	close(job->data);
	close(elsewhere.fd);
}

static void run_info(struct job *job)
{
	size_t bytes;
	bool good = walk(false, 0, &bytes) || walk(true, 0, &bytes);

	if (good == !!stream_info(job))
		abort();
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	struct job job = { .command = "fuzz", .key_path = own_file() };
	static bool key_is_there;
	struct memory_file file;
	__u8 how;
	__s8 more;

	input_begin(bytes, size);
	how = input_byte();
	refused_record = input_byte();
	more = input_byte();
	bytes += size - input_left();
	size = input_left();
	record = 0;
	verified = 0;
	stream_size = 0;
	if (how & EXPAND)
		put_expanded(bytes, size, how & SIGNATURE);
	else
		put(bytes, size);
	if (!key_is_there)
		write_file(OWN_FILE, OWN_FILE, 16);
	key_is_there = true;
	file_make(&file);
	file_write(&file, stream, stream_size);
	job.in = -1;
	job.in_path = file.path;
	if (how & UNSEAL)
		run_unseal(&job);
	else if (how & VERIFY)
		run_verify(&job, more);
	else
		run_info(&job);
	close(job.in);
	close(file.fd);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the VM whose memory hygiene.sh searches: a child has keys, uses them, gives them
 * up, and ends. Its parent tells the outside how far it is, and what lies where.
 *
 * Secrets are moved byte by byte: what is moved in vector registers is in the kernel's
 * memory when the process is not running.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hygiene.h"
#include "kselftest.h"
#include "sspseal_test.h"

#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
#define DATA_SIZE	200000
#define STAGES		3

/* What parent and child have in common. */
static struct common {
	__u8 key[SESSIONS][SESSION_KEY];	/* masked */
	__u8 text[TEXT];			/* masked */
	__u8 salt[SESSIONS][2][SSPSEAL_SALT_SIZE];
} *common;

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "hygiene: %s\n", what);
	exit(1);
}

/* ---- the child ---- */

static __u8 key[SESSIONS][SESSION_KEY];
static __s32 serial[SESSIONS];
static __u8 text[TEXT];
static __u8 binding[BINDING];
static __u8 *data;
static int device;
static __u32 handle[SESSIONS][2];

static __u8 get(const __u8 *from)
{
	return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static void put(__u8 *to, __u8 value)
{
	__atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static void unmask(__u8 *to, const __u8 *from, size_t size)
{
	while (size--)
		put(to++, get(from++) ^ MASK);
}

static void put_text(__u8 *to)
{
	size_t i;

	for (i = 0; i < TEXT; i++)
		put(to + i, get(text + i));
}

/* At the begin, in the middle and at the end. */
static void put_texts(__u8 *to, size_t size)
{
	put_text(to);
	put_text(to + size / 2);
	put_text(to + size - TEXT);
}

static bool is_text(const __u8 *p)
{
	size_t i;

	for (i = 0; i < TEXT; i++)
		if (get(p + i) != get(text + i))
			return false;
	return true;
}

static void get_secrets(void)
{
	unsigned int i;

	for (i = 0; i < SESSIONS; i++)
		unmask(key[i], common->key[i], SESSION_KEY);
	unmask(text, common->text, TEXT);
	for (i = 0; i < BINDING; i += TEXT)
		put_text(binding + i);
}

static struct sspseal_create session_args(unsigned int i, unsigned int end,
					  struct sspseal_native *native)
{
	struct sspseal_create c = create_args(SSPSEAL_ROLE_INITIATOR + end,
					      SERVICES);

	native->suites = SSPSEAL_SUITE_BIT(hygiene_sessions[i].suite);
	c.key = serial[i] ? 0 : (uintptr_t)key[i];
	c.key_size = serial[i] ? 0 : SESSION_KEY;
	c.key_serial = serial[i];
	c.params = (uintptr_t)native;
	c.params_size = sizeof(*native);
	c.flags = hygiene_sessions[i].bound ? SSPSEAL_CREATE_UNBOUND : 0;
	return c;
}

/* The kernel has it instead of the process. */
static void give_to_keyring(unsigned int i)
{
	serial[i] = syscall(SYS_add_key, "logon", "sspseal:hygiene", key[i],
			    SESSION_KEY, KEY_SPEC_THREAD_KEYRING);
	must(serial[i] > 0, "no key");
	explicit_bzero(key[i], SESSION_KEY);
}

/* The kernel frees it a moment later. */
static void take_from_keyring(unsigned int i)
{
	must(!syscall(SYS_keyctl, KEYCTL_REVOKE, serial[i]), "REVOKE");
}

static void create(unsigned int i, unsigned int end)
{
	struct sspseal_native native = { };
	struct sspseal_create c = session_args(i, end, &native);

	must(!call(device, SSPSEAL_CREATE, &c), "CREATE");
	handle[i][end] = c.handle;
	memcpy(common->salt[i][end], native.salt, SSPSEAL_SALT_SIZE);
}

/*
 * The salt cannot be written. Nor could a struct be, but a fault behind the call would
 * cover with its own what that left on the stack.
 */
static void create_in_vain(unsigned int i)
{
	struct sspseal_native native = { };
	struct sspseal_create c = session_args(i, 0, &native);

	c.params = (uintptr_t)make_readonly(&native, sizeof(native));
	must(call(device, SSPSEAL_CREATE, &c) == SSPSEAL_STATUS_FAULT,
	     "CREATE in vain");
}

static struct sspseal_bind session_bind(unsigned int i, unsigned int end)
{
	struct sspseal_bind b = bind_args(handle[i][end], SERVICES,
					  common->salt[i][!end]);

	b.suite = hygiene_sessions[i].suite;
	b.binding = (uintptr_t)binding;
	b.binding_size = BINDING;
	return b;
}

/* The second is bound, too, and not told. */
static void bind_both(unsigned int i)
{
	struct sspseal_bind b = session_bind(i, 0);

	must(!call(device, SSPSEAL_BIND, &b), "BIND");
	b = session_bind(i, 1);
	must(ioctl(device, SSPSEAL_BIND, make_readonly(&b, sizeof(b))) == -1 &&
	     errno == EFAULT, "BIND without an answer");
}

static void create_both(unsigned int i)
{
	if (hygiene_sessions[i].keyring)
		give_to_keyring(i);
	create(i, 0);
	create(i, 1);
	if (hygiene_sessions[i].keyring)
		take_from_keyring(i);
	explicit_bzero(key[i], SESSION_KEY);
	if (hygiene_sessions[i].bound)
		bind_both(i);
}

static void seal(unsigned int i, unsigned int from, __u8 *token, __u8 *message,
		 size_t size)
{
	put_texts(message, size);
	must(!simple_call(device, SSPSEAL_SEAL, handle[i][from], token, message,
			  size), "SEAL");
	must(!is_text(message), "not encrypted");
}

static void carry(unsigned int i, unsigned int from, size_t size)
{
	__u8 token[TOKEN_SIZE];

	seal(i, from, token, data, size);
	must(!simple_call(device, SSPSEAL_UNSEAL, handle[i][!from], token,
			  data, size), "UNSEAL");
	must(is_text(data) && is_text(data + size - TEXT), "other text");
	explicit_bzero(data, size);
}

/* Authenticated only, as DATA and beside it. */
static void carry_signed(unsigned int i, unsigned int from)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, data, TEXT),
		buffer(DATA, data + TEXT, TEXT),
		buffer(TOKEN, token, TOKEN_SIZE),
	};

	put_text(data);
	put_text(data + TEXT);
	must(!message_call(device, SSPSEAL_SIGN, handle[i][from], b, 3), "SIGN");
	must(!message_call(device, SSPSEAL_VERIFY, handle[i][!from], b, 3),
	     "VERIFY");
	explicit_bzero(data, 2 * TEXT);
}

static void carry_all(unsigned int i)
{
	unsigned int from;

	for (from = 0; from < 2; from++) {
		carry_signed(i, from);
		carry(i, from, 2 * TEXT);
		carry(i, from, DATA_SIZE);
		carry(i, from, 5000);
	}
}

/* ---- what is refused, or fails late ---- */

static void forge(__u8 *token)
{
	token[TOKEN_SIZE - 1] ^= 1;
}

static void unseal_forged(unsigned int i, size_t size)
{
	__u8 token[TOKEN_SIZE];

	seal(i, 0, token, data, size);
	forge(token);
	must(simple_call(device, SSPSEAL_UNSEAL, handle[i][1], token, data,
			 size) == SSPSEAL_STATUS_ALTERED, "forged");
}

static void unseal_to_readonly(unsigned int i, size_t size)
{
	__u8 token[TOKEN_SIZE];

	seal(i, 0, token, data, size);
	must(!mprotect(data, DATA_SIZE, PROT_READ), "mprotect");
	must(simple_call(device, SSPSEAL_UNSEAL, handle[i][1], token, data,
			 size) == SSPSEAL_STATUS_FAULT_AFTER_COMMIT, "written");
	must(!mprotect(data, DATA_SIZE, PROT_READ | PROT_WRITE), "mprotect");
}

/* The second of two, so that a usual message is not the last one either. */
static void unseal_forged_in_batch(unsigned int i, size_t size)
{
	__u8 token[2][TOKEN_SIZE], *second = data + size;
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token[0], TOKEN_SIZE), buffer(DATA, data, size),
		buffer(TOKEN, token[1], TOKEN_SIZE), buffer(DATA, second, size),
	};
	struct sspseal_operation op[] = {
		{ SSPSEAL_UNSEAL, -1, message(handle[i][1], b, 2) },
		{ SSPSEAL_UNSEAL, -1, message(handle[i][1], b + 2, 2) },
	};
	struct sspseal_batch batch = {
		.size = sizeof(batch), .operations = (uintptr_t)op,
		.stride = sizeof(*op), .nr = 2,
	};

	seal(i, 0, token[0], data, size);
	seal(i, 0, token[1], second, size);
	forge(token[1]);
	must(!call(device, SSPSEAL_BATCH, &batch) && !op[0].error &&
	     op[1].message.status == SSPSEAL_STATUS_ALTERED, "BATCH");
}

static int unseal_stream(unsigned int i, size_t size)
{
	struct sspseal_buffer b[] = {
		buffer(STREAM, data, TOKEN_SIZE + size), buffer(DATA, NULL, 0),
	};

	return message_call(device, SSPSEAL_UNSEAL, handle[i][1], b, 2);
}

static void unseal_streams(unsigned int i, size_t size)
{
	seal(i, 0, data, data + TOKEN_SIZE, size);
	must(!unseal_stream(i, size) && is_text(data + TOKEN_SIZE), "STREAM");
	seal(i, 0, data, data + TOKEN_SIZE, size);
	forge(data);
	must(unseal_stream(i, size) == SSPSEAL_STATUS_ALTERED, "forged STREAM");
}

/* DATA has been read before. */
static void seal_with_a_hole(unsigned int i, size_t size)
{
	__u8 token[TOKEN_SIZE];
	struct sspseal_buffer b[] = {
		buffer(TOKEN, token, TOKEN_SIZE), buffer(DATA, data, size),
		buffer(DATA | RWC, fence(), 1),
	};

	put_texts(data, size);
	must(message_call(device, SSPSEAL_SEAL, handle[i][0], b, 3) ==
	     SSPSEAL_STATUS_FAULT, "a hole");
}

/* The text goes beside it. */
static void seal_without_token(unsigned int i, size_t size)
{
	struct sspseal_buffer b[] = {
		buffer(DATA | RWC, data, size / 2),
		buffer(DATA, data + size / 2, size),
		buffer(TOKEN, fence(), TOKEN_SIZE),
	};

	put_texts(data, size / 2);
	must(message_call(device, SSPSEAL_SEAL, handle[i][0], b, 3) ==
	     SSPSEAL_STATUS_FAULT_AFTER_COMMIT, "no TOKEN");
}

static void verify_forged(unsigned int i, size_t size)
{
	__u8 token[TOKEN_SIZE];

	put_texts(data, size);
	must(!simple_call(device, SSPSEAL_SIGN, handle[i][0], token, data,
			  size), "SIGN");
	forge(token);
	must(simple_call(device, SSPSEAL_VERIFY, handle[i][1], token, data,
			 size) == SSPSEAL_STATUS_ALTERED, "forged signature");
}

/*
 * Each message is shorter than the one before it, so that it does not cover the end of
 * what that one may have left: in a table of pages, in a slot, and at its begin.
 */
static void carry_in_vain(unsigned int i)
{
	static void (*const ways[])(unsigned int i, size_t size) = {
		seal_without_token, verify_forged, seal_with_a_hole,
		unseal_streams, unseal_forged_in_batch, unseal_to_readonly,
		unseal_forged,
	};
	static const size_t sizes[] = { 90000, 60000, 304 };
	const size_t step = 32;
	unsigned int size, way;

	for (size = 0; size < ARRAY_SIZE(sizes); size++) {
		for (way = 0; way < ARRAY_SIZE(ways); way++) {
			ways[way](i, sizes[size] - step * way);
			explicit_bzero(data, DATA_SIZE);
		}
	}
	must(sent(device, handle[i][0]) <= MESSAGES, "too many messages");
}

/* What a thread did last is on its kernel stack still: it does nothing more. */
struct job {
	void (*work)(unsigned int i);
	unsigned int i;
	pthread_barrier_t done;
};

static void *do_one(void *argument)
{
	struct job *job = argument;

	job->work(job->i);
	pthread_barrier_wait(&job->done);
	for (;;)
		pause();
	return NULL;
}

static void in_a_thread(void (*work)(unsigned int i), unsigned int i)
{
	static struct job jobs[4 * SESSIONS];
	static unsigned int nr;
	struct job *job = &jobs[nr++];
	pthread_t thread;

	job->work = work;
	job->i = i;
	pthread_barrier_init(&job->done, NULL, 2);
	must(!pthread_create(&thread, NULL, do_one, job), "thread");
	pthread_barrier_wait(&job->done);
}

static void use(void)
{
	unsigned int i;

	device = device_open();
	for (i = 0; i < SESSIONS; i++) {
		in_a_thread(create_in_vain, i);
		in_a_thread(create_both, i);
	}
	for (i = 0; i < SESSIONS; i++)
		in_a_thread(carry_all, i);
	for (i = 0; i < SESSIONS; i++)
		in_a_thread(carry_in_vain, i);
	explicit_bzero(binding, sizeof(binding));
	explicit_bzero(text, sizeof(text));
	/* The kernel's keys that were revoked are. */
	must(file_write("/sys/module/where/parameters/address", "0"), "where?");
}

static void give_up(void)
{
	unsigned int i;

	for (i = 0; i < SESSIONS; i++) {
		if (hygiene_sessions[i].left)
			continue;
		must(!destroy(device, handle[i][0]), "DESTROY");
		must(!destroy(device, handle[i][1]), "DESTROY");
	}
}

/* A stage each time the parent says so. */
static void child(int told, int done)
{
	static void (*const stages[STAGES])(void) = {
		get_secrets, use, give_up,
	};
	unsigned int i;
	char byte;

	data = make_shared(DATA_SIZE);
	for (i = 0; i < STAGES; i++) {
		must(read(told, &byte, 1) == 1, "the parent is gone");
		stages[i]();
		must(write(done, "", 1) == 1, "the parent is gone");
	}
	must(read(told, &byte, 1) == 1, "the parent is gone");
	exit(0);
}

/* ---- the parent ---- */

static int port;

/* The port of that name: it appears some time after the driver. */
static int open_port(void)
{
	char path[300], name[64] = "";
	struct dirent *entry;
	DIR *dir = opendir("/sys/class/virtio-ports");
	FILE *file;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name",
			 entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%63s", name) != 1)
			*name = '\0';
		fclose(file);
		if (strcmp(name, HYGIENE_PORT))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		return open(path, O_RDWR | O_CLOEXEC);
	}
	return -1;
}

static void say_bytes(const __u8 *bytes, size_t size)
{
	while (size--)
		dprintf(port, "%02x", *bytes++);
}

static void say_secrets(void)
{
	unsigned int i;

	for (i = 0; i < SESSIONS; i++) {
		dprintf(port, "key %u ", i);
		say_bytes(common->key[i], SESSION_KEY);
		dprintf(port, "\n");
	}
	dprintf(port, "text ");
	say_bytes(common->text, TEXT);
	dprintf(port, "\n");
}

static void say_salts(void)
{
	unsigned int i;

	for (i = 0; i < SESSIONS; i++) {
		dprintf(port, "salts %u ", i);
		say_bytes(common->salt[i][0], SSPSEAL_SALT_SIZE);
		dprintf(port, " ");
		say_bytes(common->salt[i][1], SSPSEAL_SALT_SIZE);
		dprintf(port, "\n");
	}
}

static void hear(char *line, size_t size)
{
	size_t at = 0;

	while (at + 1 < size && read(port, line + at, 1) == 1 &&
	       line[at] != '\n')
		at++;
	line[at] = '\0';
}

/* What the module "where" says of an address, in the kernel log. */
static void say_where(const char *address)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int fd = open("/sys/module/where/parameters/address",
		      O_WRONLY | O_CLOEXEC);
	char record[1024], *said;
	ssize_t size;

	lseek(log, 0, SEEK_END);
	must(write(fd, address, strlen(address)) > 0, "where?");
	dprintf(port, "is");
	while ((size = read(log, record, sizeof(record) - 1)) > 0) {
		record[size] = '\0';
		record[strcspn(record, "\n")] = '\0';
		said = strchr(record, ';');
		if (said)
			dprintf(port, " %s", said + 1);
	}
	dprintf(port, "\n");
	close(fd);
	close(log);
}

static void tell_stage(const char *name)
{
	char line[64];

	dprintf(port, "stage %s\n", name);
	for (hear(line, sizeof(line)); strcmp(line, "go");
	     hear(line, sizeof(line))) {
		must(*line, "nobody is there");
		say_where(line + strlen("where "));
	}
}

static void parent(int tell, int done, pid_t pid)
{
	char byte;

	must(write(tell, "", 1) == 1 && read(done, &byte, 1) == 1, "child");
	tell_stage("given");
	must(write(tell, "", 1) == 1 && read(done, &byte, 1) == 1, "child");
	say_salts();
	tell_stage("used");
	must(write(tell, "", 1) == 1 && read(done, &byte, 1) == 1, "child");
	tell_stage("destroyed");
	must(write(tell, "", 1) == 1 && !child_status(pid), "child");
	tell_stage("exited");
	dprintf(port, "end\n");
}

int main(void)
{
	int tell[2], done[2];
	pid_t pid;

	common = make_shared(sizeof(*common));
	must(getrandom(common, offsetof(struct common, salt), 0) ==
	     offsetof(struct common, salt), "getrandom");
	port = open_port();
	must(port >= 0, "no port");
	must(!pipe(tell) && !pipe(done), "pipe");
	say_secrets();
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		close(tell[1]);
		close(done[0]);
		child(tell[0], done[1]);
	}
	close(tell[0]);
	close(done[1]);
	parent(tell[1], done[0], pid);
	return 0;
}

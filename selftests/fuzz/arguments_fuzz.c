// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's input as what users write: the command line of tools/sockets, its --user,
 * and sspsealctl's command line, --keyring and --key-file. A number is digits alone, and
 * no more than fits; root is nobody's worker; the kernel gets the key that was named, or
 * none; and a command of sspsealctl has what it needs and nothing else.
 *
 * The input: a byte that says which of them, and its text.
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/sspsealctl/sspsealctl.h"
#include "sandbox.h"
#include "user_fuzz.h"

enum { COMMAND_LINE, NUMBER, USER, KEYRING, KEY_FILE, TOOL, KINDS };

#define FOUND		4711
#define WORDS		12
#define ALL_OPTIONS	(2 * OPTION_PATIENCE - 1)

static char *text;
static size_t text_size;

/* Digits alone, and not beyond @most? */
static bool is_number_up_to(const char *digits, unsigned long most,
			    unsigned long *value)
{
	unsigned __int128 sum = 0;

	if (!*digits)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		sum = sum * 10 + *digits - '0';
		if (sum > most)
			return false;
	}
	*value = sum;
	return true;
}

/* ---- what the tools call instead of the system ---- */

static jmp_buf ended;
static int exit_status;

void __attribute((__noreturn__)) program_exit(int status)
{
	exit_status = status;
	longjmp(ended, 1);
}

static struct passwd *somebody(uid_t uid, gid_t gid)
{
	static struct passwd user;

	user.pw_uid = uid;
	user.pw_gid = gid;
	return &user;
}

struct passwd *user_by_name(const char *name)
{
	if (!strcmp(name, "root"))
		return somebody(0, 0);
	if (!strcmp(name, "admin"))
		return somebody(5, 0);
	return strcmp(name, "nobody") ? NULL : somebody(7, 8);
}

/* Most are there; also the last, which is no user. */
struct passwd *user_by_id(uid_t uid)
{
	return uid % 7 || !uid ? somebody(uid, uid) : NULL;
}

static unsigned int created;

static void check_key(const struct sspseal_create *create, __u32 serial)
{
	const void *key = (const void *)(uintptr_t)create->key;

	if (create->key_serial != (__s32)serial)
		abort();
	if (serial ? create->key || create->key_size :
		     create->key_size != text_size ||
		     memcmp(key, text, text_size))
		abort();
}

static __u32 expected_serial;

int kernel_ioctl(int fd, unsigned long request, ...)
{
	struct sspseal_create *create;
	va_list args;

	(void)fd;
	va_start(args, request);
	create = va_arg(args, struct sspseal_create *);
	va_end(args);
	if (request != SSPSEAL_CREATE)
		abort();
	check_key(create, expected_serial);
	created++;
	create->status = SSPSEAL_STATUS_OK;
	create->handle = 1;
	return 0;
}

/* ---- tools/sockets ---- */

/* Does it go on? */
static bool accepts(struct program *program, int argc, char **argv)
{
	*program = (struct program){
		.name = "fuzz", .help = "", .takes = ALL_OPTIONS,
	};
	/* Of glibc: from the beginning. */
	optind = 0;
	if (setjmp(ended))
		return false;
	program_arguments(program, argc, argv);
	return true;
}

/* Words, each up to its zero. How many there are with the first. */
static int split(char **argv)
{
	size_t at = 0;
	int argc;

	argv[0] = "fuzz";
	for (argc = 1; argc <= WORDS && at < text_size; argc++) {
		argv[argc] = text + at;
		at += strlen(text + at) + 1;
	}
	argv[argc] = NULL;
	return argc;
}

static void command_line(void)
{
	char *argv[WORDS + 2];
	struct program program;
	int argc = split(argv);

	if (accepts(&program, argc, argv) &&
	    (!program.key || !program.identity || !program.address))
		abort();
}

static void number(void)
{
	char *argv[9] = {
		"fuzz", "--key", "key", "--expire", text, "--identity", "one",
		"address",
	};
	unsigned long value = 0;
	struct program program;
	bool good = is_number_up_to(text, ULONG_MAX, &value);

	if (accepts(&program, 8, argv) != good ||
	    (good ? program.expire != value : exit_status != EXIT_USAGE))
		abort();
}

static void find_user(void)
{
	const struct program program = { .name = "fuzz", .user = text };
	const struct passwd *named = user_by_name(text);
	uid_t uid = named ? named->pw_uid : 0;
	gid_t gid = named ? named->pw_gid : 0;
	struct worker_user user;
	unsigned long value;

	if (!named && is_number_up_to(text, (uid_t)-2, &value) && value % 7) {
		uid = value;
		gid = value;
	}
	if (!worker_find_user(&program, &user) != (uid && gid))
		abort();
	if (uid && gid && (user.uid != uid || user.gid != gid))
		abort();
}

/* ---- sspsealctl ---- */

static unsigned int runs;

static bool is(const struct job *job, const char *command)
{
	return !strcmp(job->command, command);
}

static void check_peer(const struct job *job)
{
	bool talks = is(job, "chat");

	if (talks != !!job->address || talks != !!job->identity)
		abort();
	if (talks && job->keyring && strncmp(job->keyring, "sspseal:", 8))
		abort();
	if (!talks && (job->listens || job->peer))
		abort();
}

static void check_files(const struct job *job)
{
	if (!is(job, "info") && is(job, "chat") == !!job->in_path)
		abort();
	if (is(job, "verify") != !!job->data_path)
		abort();
	if (job->data_path && !strcmp(job->in_path, "-") &&
	    !strcmp(job->data_path, "-"))
		abort();
	if (job->out_path && !is(job, "seal") && !is(job, "unseal") &&
	    !is(job, "sign"))
		abort();
}

int tool_run(struct job *job)
{
	runs++;
	if (!!job->key_path + !!job->keyring != !is(job, "info"))
		abort();
	check_peer(job);
	check_files(job);
	return 0;
}

/* It runs a command, says what is wrong, or what it was asked for about itself. */
static void tool(void)
{
	char *argv[WORDS + 2];
	int argc = split(argv), status, i;
	bool asked = false;

	for (i = 1; i < argc; i++)
		asked = asked || (*argv[i] == '-' && strpbrk(argv[i], "hVv"));
	optind = 0;
	runs = 0;
	status = sspsealctl(argc, argv);
	if (runs > 1 || (runs && status) ||
	    (!runs && status != EXIT_USAGE && (status || !asked)))
		abort();
}

static bool opens(struct job *job)
{
	static const struct task task = { .role = SSPSEAL_ROLE_INITIATOR };
	LSA_SEC_HANDLE context;
	bool open;

	created = 0;
	job->command = "fuzz";
	open = !context_open(job, &task, &context);
	if (created != open)
		abort();
	return open;
}

static void find_key(void)
{
	struct job job = { .keyring = text };
	bool digits = *text && !text[strspn(text, "0123456789")];
	unsigned long value = 0;

	key_description = NULL;
	key_answer = text_size & 1 ? FOUND : -ENOKEY;
	expected_serial = key_answer > 0 ? key_answer : 0;
	if (digits) {
		is_number_up_to(text, INT_MAX, &value);
		expected_serial = value;
	}
	if (opens(&job) != !!expected_serial || digits != !key_description)
		abort();
	if (!digits && (strcmp(key_description, text) ||
			strcmp(key_type, strncmp(text, "sspseal:", 8) ?
					 "user" : "logon")))
		abort();
}

static void read_key(void)
{
	struct job job = { .key_path = own_file() };

	write_file(OWN_FILE, text, text_size);
	expected_serial = 0;
	if (opens(&job) != (text_size >= SSPSEAL_KEY_MIN &&
			    text_size <= SSPSEAL_KEY_MAX))
		abort();
}

int fuzz_one(const __u8 *bytes, size_t size)
{
	static void (*const ways[KINDS])(void) = {
		[COMMAND_LINE] = command_line, [NUMBER] = number,
		[USER] = find_user, [KEYRING] = find_key, [KEY_FILE] = read_key,
		[TOOL] = tool,
	};
	unsigned int way;

	input_begin(bytes, size);
	way = input_byte() % KINDS;
	text_size = input_left();
	/* A zero is behind it, and nothing more. */
	text = malloc(text_size + 1);
	if (!text)
		abort();
	input_take(text, text_size);
	text[text_size] = '\0';
	ways[way]();
	free(text);
	return 0;
}

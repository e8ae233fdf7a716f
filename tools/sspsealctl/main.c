// SPDX-License-Identifier: MIT
/* sspsealctl: protect files, pipes and talks with a key held by the kernel. */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sspsealctl.h"

#define EXIT_USAGE	2

/* Options without a letter. */
enum { OPTION_LISTEN = 256, OPTION_IDENTITY, OPTION_PEER };

static const char help[] =
"Usage: sspsealctl seal   --key-file KEY [-o OUT] [IN]\n"
"       sspsealctl unseal --key-file KEY [-o OUT] [IN]\n"
"       sspsealctl sign   --key-file KEY [-o SIGNATURE] [FILE]\n"
"       sspsealctl verify --key-file KEY SIGNATURE [FILE]\n"
"       sspsealctl info [FILE]\n"
"       sspsealctl chat --key-file KEY --identity NAME [--listen] [--peer NAME]\n"
"                  ADDRESS\n"
"\n"
"Encrypt and authenticate, or only authenticate, a file or a pipe of any size with\n"
"the sspseal kernel module, which keeps the key.\n"
"\n"
"  seal    IN, or standard input, becomes a sealed stream\n"
"  unseal  a sealed stream becomes the plaintext again\n"
"  sign    makes a signature of FILE, or of standard input, and leaves that as it\n"
"          is\n"
"  verify  exit status 0 says that SIGNATURE is one of FILE, or of standard input\n"
"  info    what the module offers; of FILE, what a stream or a signature shows\n"
"          without its key\n"
"  chat    lines of standard input, sealed, to whoever has the same key, and back\n"
"\n"
"  -k, --key-file KEY  16 to 64 bytes, as they are: a newline counts. Make one\n"
"                      with: (umask 077; head -c 32 /dev/urandom > KEY)\n"
"  -K, --keyring KEY   instead of a file a key of the kernel's: its serial, or its\n"
"                      description, which is looked for in the keyrings of this\n"
"                      process. One that begins sspseal: is that of a logon key,\n"
"                      which no program can read, any other that of a user key:\n"
"                      keyctl padd logon sspseal:NAME @u < KEY\n"
"  -o, --output OUT    write to a file, mode 0600, which takes the place of OUT\n"
"                      only when all has succeeded. OUT may be IN, SIGNATURE not\n"
"                      FILE; neither may be KEY\n"
"      --listen        chat: wait at ADDRESS for one that connects\n"
"      --identity NAME chat: of this end, whether it listens or not; each end that has\n"
"                      the key has another one\n"
"      --peer NAME     chat: that the other end must have\n"
"  -h, --help          show this\n"
"  -V, --version       show the version\n"
"\n"
"- for IN, OUT, SIGNATURE or FILE is standard input or output. Everything after --\n"
"is a file name.\n"
"\n"
"unseal notices every change: flipped bits, records in another order or of\n"
"another stream, a missing end, added bytes. To standard output it writes each\n"
"record as soon as that is authenticated, so only exit status 0 says that what\n"
"was written is complete; with -o nothing appears otherwise. verify notices the\n"
"same. Both ends have one key: whoever can verify a signature can make one.\n"
"\n"
"chat connects to ADDRESS: the path of a Unix socket, with a slash, or HOST:PORT.\n"
"Both ends show that they have the key, a key file or a logon key. It ends with\n"
"the input of either end; exit status 0 says that no line of the peer is missing.\n"
"\n"
"Exit status: 0 success, 1 failure, 2 wrong usage. The device " SSPSEAL_DEVICE "\n"
"belongs to the group sspseal.\n";

static const struct option options[] = {
	{ "key-file", required_argument, NULL, 'k' },
	{ "keyring", required_argument, NULL, 'K' },
	{ "output", required_argument, NULL, 'o' },
	{ "listen", no_argument, NULL, OPTION_LISTEN },
	{ "identity", required_argument, NULL, OPTION_IDENTITY },
	{ "peer", required_argument, NULL, OPTION_PEER },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static int info_command(struct job *job)
{
	return job->in_path ? stream_info(job) : device_info(job);
}

/**
 * struct command - one command
 * @name: the first word
 * @run: does it: 0, or -1 after a message
 * @files: how many it takes; the last one may be left out
 * @keyed: it needs a key
 * @output: it has an output
 * @talks: it has a peer, and an ADDRESS instead of files
 */
struct command {
	const char *name;
	int (*run)(struct job *job);
	int files;
	bool keyed;
	bool output;
	bool talks;
};

static const struct command commands[] = {
	{ "seal", seal_command, 1, true, true, false },
	{ "unseal", unseal_command, 1, true, true, false },
	{ "sign", sign_command, 1, true, true, false },
	{ "verify", verify_command, 2, true, false, false },
	{ "info", info_command, 1, false, false, false },
	{ "chat", chat_command, 1, true, false, true },
	{ 0 }
};

/* So that no file opened here is taken for one of the standard three: a closed
 * one becomes one on which reading or writing fails.
 */
static void fill_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

static int usage(const char *command, const char *what, const char *which)
{
	fprintf(stderr, "sspsealctl: %s%s%s%s; see sspsealctl --help\n", command,
		*command ? ": " : "", what, which);
	return EXIT_USAGE;
}

static int bare_option(const char *option)
{
	if (!strcmp(option, "-h") || !strcmp(option, "--help"))
		fputs(help, stdout);
	else if (!strcmp(option, "-V") || !strcmp(option, "--version"))
		puts("sspsealctl " SSPSEAL_VERSION);
	else
		return usage("", "unknown command: ", option);
	return EXIT_SUCCESS;
}

/* Options with a value, and --listen. Returns false for others. */
static bool take_option(struct job *job, int option)
{
	switch (option) {
	case 'k':
		job->key_path = optarg;
		return true;
	case 'K':
		job->keyring = optarg;
		return true;
	case 'o':
		job->out_path = strcmp(optarg, "-") ? optarg : NULL;
		return true;
	case OPTION_LISTEN:
		job->listens = true;
		return true;
	case OPTION_IDENTITY:
		job->identity = optarg;
		return true;
	case OPTION_PEER:
		job->peer = optarg;
		return true;
	default:
		return false;
	}
}

/* Returns -1 to go on, or an exit status. */
static int parse_options(struct job *job, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":k:K:o:hV", options, NULL)) >= 0) {
		if (option == 'h')
			return bare_option("-h");
		if (option == 'V')
			return bare_option("-V");
		if (option == ':')
			return usage(job->command, "option without its value: ",
				     argv[optind - 1]);
		if (!take_option(job, option))
			return usage(job->command, "unknown option: ",
				     argv[optind - 1]);
	}
	return -1;
}

static int check_options(const struct job *job, const struct command *command)
{
	if (!command->keyed && (job->key_path || job->keyring))
		return usage(job->command, "takes no key", "");
	if (!command->output && job->out_path)
		return usage(job->command, "takes no output", "");
	if (!command->talks && (job->listens || job->identity || job->peer))
		return usage(job->command, "has no peer", "");
	if (job->key_path && job->keyring)
		return usage(job->command, "both --key-file and --keyring", "");
	if (command->keyed && !job->key_path && !job->keyring)
		return usage(job->command, "--key-file or --keyring is missing",
			     "");
	return -1;
}

/* SIGNATURE [FILE] */
static int set_two_files(struct job *job, int nr, char **files)
{
	if (nr == 0)
		return usage(job->command, "SIGNATURE is missing", "");
	job->in_path = files[0];
	job->data_path = nr > 1 ? files[1] : "-";
	if (!strcmp(job->in_path, "-") && !strcmp(job->data_path, "-"))
		return usage(job->command, "SIGNATURE and FILE are both ",
			     "standard input");
	return -1;
}

static int set_address(struct job *job, int nr, char **addresses)
{
	if (nr == 0)
		return usage(job->command, "ADDRESS is missing", "");
	job->address = addresses[0];
	/* One name is one end, so none can be that of all who listen. */
	if (!job->identity)
		return usage(job->command, "--identity is missing", "");
	if (job->keyring && strncmp(job->keyring, SSPSEAL_LOGON_PREFIX,
				    strlen(SSPSEAL_LOGON_PREFIX)))
		return usage(job->command, "needs a key that begins ",
			     SSPSEAL_LOGON_PREFIX);
	return -1;
}

static int set_files(struct job *job, const struct command *command, int nr,
		     char **files)
{
	if (nr > command->files)
		return usage(job->command, "too many files: ",
			     files[command->files]);
	if (command->talks)
		return set_address(job, nr, files);
	if (command->files == 2)
		return set_two_files(job, nr, files);
	if (nr)
		job->in_path = files[0];
	else if (command->keyed)
		job->in_path = "-";
	return -1;
}

static int parse_arguments(struct job *job, const struct command *command,
			   int argc, char **argv)
{
	int ret = parse_options(job, argc, argv);

	if (ret < 0)
		ret = check_options(job, command);
	if (ret < 0)
		ret = set_files(job, command, argc - optind, argv + optind);
	return ret;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct job job = { .command = command->name };
	int ret = parse_arguments(&job, command, argc, argv);

	if (ret < 0)
		ret = command->run(&job) ? EXIT_FAILURE : EXIT_SUCCESS;
	return ret;
}

int main(int argc, char **argv)
{
	const struct command *command = commands;
	int ret;

	fill_standard_files();
	/*
	 * A reader that has gone, and a file that may not grow, are errors like others,
	 * with a message.
	 */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2)
		return usage("", "no command", "");
	while (command->name && strcmp(command->name, argv[1]))
		command++;
	if (command->name)
		ret = run(command, argc - 1, argv + 1);
	else
		ret = bare_option(argv[1]);
	if (fflush(stdout)) {
		perror("sspsealctl: standard output");
		ret = EXIT_FAILURE;
	}
	return ret;
}

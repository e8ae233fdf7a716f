// SPDX-License-Identifier: MIT
/* sspsealctl: seal and unseal files and pipes with a key held by the kernel. */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sspsealctl.h"

#define EXIT_USAGE	2

static const char help[] =
"Usage: sspsealctl seal   --key-file KEY [-o OUT] [IN]\n"
"       sspsealctl unseal --key-file KEY [-o OUT] [IN]\n"
"       sspsealctl info [FILE]\n"
"\n"
"Encrypt and authenticate a file or a pipe of any size with the sspseal kernel\n"
"module, which keeps the key.\n"
"\n"
"  seal    IN, or standard input, becomes a sealed stream\n"
"  unseal  a sealed stream becomes the plaintext again\n"
"  info    what the module offers; of FILE, what a stream shows without its key\n"
"\n"
"  -k, --key-file KEY  16 to 64 bytes, as they are: a newline counts. Make one\n"
"                      with: (umask 077; head -c 32 /dev/urandom > KEY)\n"
"  -o, --output OUT    write to a file, mode 0600, which takes the place of OUT\n"
"                      only when all has succeeded; OUT may be IN\n"
"  -h, --help          show this\n"
"  -V, --version       show the version\n"
"\n"
"- for IN, OUT or FILE is standard input or output. Everything after -- is a\n"
"file name.\n"
"\n"
"unseal notices every change: flipped bits, records in another order or of\n"
"another stream, a missing end, added bytes. To standard output it writes each\n"
"record as soon as that is authenticated, so only exit status 0 says that what\n"
"was written is complete; with -o nothing appears otherwise.\n"
"\n"
"Exit status: 0 success, 1 failure, 2 wrong usage. The device " SSPSEAL_DEVICE "\n"
"belongs to the group sspseal.\n";

static const struct option options[] = {
	{ "key-file", required_argument, NULL, 'k' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static int info_command(struct job *job)
{
	return job->in_path ? stream_info(job) : device_info(job);
}

static const struct command {
	const char *name;
	int (*run)(struct job *job);
	bool keyed;
} commands[] = {
	{ "seal", seal_command, true },
	{ "unseal", unseal_command, true },
	{ "info", info_command, false },
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

/* Returns -1 to go on, or an exit status. */
static int parse_options(struct job *job, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":k:o:hV", options, NULL)) >= 0)
		switch (option) {
		case 'k':
			job->key_path = optarg;
			break;
		case 'o':
			job->out_path = strcmp(optarg, "-") ? optarg : NULL;
			break;
		case 'h':
			return bare_option("-h");
		case 'V':
			return bare_option("-V");
		case ':':
			return usage(job->command, "option without its value: ",
				     argv[optind - 1]);
		default:
			return usage(job->command, "unknown option: ",
				     argv[optind - 1]);
		}
	return -1;
}

static int parse_arguments(struct job *job, const struct command *command,
			   int argc, char **argv)
{
	int ret = parse_options(job, argc, argv);

	if (ret >= 0)
		return ret;
	if (command->keyed && !job->key_path)
		return usage(job->command, "--key-file is missing", "");
	if (!command->keyed && (job->key_path || job->out_path))
		return usage(job->command, "takes no key and no output", "");
	if (argc - optind > 1)
		return usage(job->command, "too many files: ",
			     argv[optind + 1]);
	if (argc > optind)
		job->in_path = argv[optind];
	else if (command->keyed)
		job->in_path = "-";
	return -1;
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
	/* A reader that has gone is an error like others, with a message. */
	signal(SIGPIPE, SIG_IGN);
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

// SPDX-License-Identifier: MIT
/* The command lines of the programs here, and what they say when they fail. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum {
	KEY = 1, IDENTITY, PEER, USER, EXPIRE, CONNECTIONS, MESSAGES, PROBE,
	NO_FILTER, HELP
};

static const struct option options[] = {
	{ "key", required_argument, NULL, KEY },
	{ "identity", required_argument, NULL, IDENTITY },
	{ "peer", required_argument, NULL, PEER },
	{ "user", required_argument, NULL, USER },
	{ "expire", required_argument, NULL, EXPIRE },
	{ "connections", required_argument, NULL, CONNECTIONS },
	{ "messages", required_argument, NULL, MESSAGES },
	{ "probe", no_argument, NULL, PROBE },
	{ "no-filter", no_argument, NULL, NO_FILTER },
	{ "help", no_argument, NULL, HELP },
	{ 0 }
};

int program_fail(const struct program *program, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* At once, so that the lines of threads do not mix. */
	fprintf(stderr, "%s: %s\n", program->name, text);
	return -1;
}

static unsigned long to_number(const struct program *program, const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno) {
		program_fail(program, "not a number: %s", text);
		exit(EXIT_USAGE);
	}
	return value;
}

static bool take_option(struct program *program, int option)
{
	switch (option) {
	case KEY:
		program->key = optarg;
		return true;
	case IDENTITY:
		program->identity = optarg;
		return true;
	case PEER:
		program->peer = optarg;
		return true;
	case USER:
		program->user = optarg;
		return true;
	case EXPIRE:
		program->expire = to_number(program, optarg);
		return true;
	case CONNECTIONS:
		program->connections = to_number(program, optarg);
		return true;
	case MESSAGES:
		program->messages = to_number(program, optarg);
		return true;
	case PROBE:
		program->probe = true;
		return true;
	case NO_FILTER:
		program->no_filter = true;
		return true;
	default:
		return false;
	}
}

/* A program takes the options that its help names. */
static bool is_ours(const struct program *program, int index)
{
	char name[32];

	snprintf(name, sizeof(name), "--%s", options[index].name);
	return strstr(program->help, name);
}

/**
 * program_arguments() - take the command line
 * @program: in: name, help and what holds if nothing is said; out: all else
 * @argc: of main()
 * @argv: of main()
 *
 * Return: -1 to go on, or the exit status.
 */
int program_arguments(struct program *program, int argc, char **argv)
{
	int option, index = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, &index)) >= 0) {
		if (option == HELP) {
			fputs(program->help, stdout);
			return EXIT_SUCCESS;
		}
		if (option == '?' || !is_ours(program, index) ||
		    !take_option(program, option)) {
			program_fail(program, "option: %s; see --help",
				     argv[optind - 1]);
			return EXIT_USAGE;
		}
	}
	if (!program->key || optind != argc - 1) {
		fputs(program->help, stderr);
		return EXIT_USAGE;
	}
	program->address = argv[optind];
	return -1;
}

int program_credential(const struct program *program, ULONG use,
		       PCredHandle credential)
{
	SECURITY_STATUS status;
	int fd = sspseal_device();

	if (fd < 0)
		return program_fail(program, SSPSEAL_DEVICE ": %s",
				    strerror(-fd));
	status = session_credential(program->identity, program->key, use,
				    credential);
	if (status == SEC_E_OK)
		return 0;
	return program_fail(program, "key %s: %s", program->key,
			    session_credential_text(status));
}

/* Says on standard output when peers may come. */
int program_listen(const struct program *program)
{
	int fd = transport_listen(program->address);

	if (fd < 0)
		return program_fail(program, "%s: %s", program->address,
				    strerror(-fd));
	printf("listening on %s\n", program->address);
	fflush(stdout);
	return fd;
}

// SPDX-License-Identifier: MIT
/* The command lines of the programs here, and what they say when they fail. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const struct option options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "key", required_argument, NULL, OPTION_KEY },
	{ "identity", required_argument, NULL, OPTION_IDENTITY },
	{ "peer", required_argument, NULL, OPTION_PEER },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "expire", required_argument, NULL, OPTION_EXPIRE },
	{ "connections", required_argument, NULL, OPTION_CONNECTIONS },
	{ "messages", required_argument, NULL, OPTION_MESSAGES },
	{ "probe", no_argument, NULL, OPTION_PROBE },
	{ "no-filter", no_argument, NULL, OPTION_NO_FILTER },
	{ "patience", required_argument, NULL, OPTION_PATIENCE },
	{ 0 }
};

#define ALL_TAKE	(OPTION_HELP | OPTION_KEY | OPTION_IDENTITY)

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

static void __attribute((__noreturn__)) usage(const struct program *program,
					      const char *what,
					      const char *which)
{
	program_fail(program, "%s%s; see --help", what, which);
	exit(EXIT_USAGE);
}

static unsigned long to_number(const struct program *program, const char *text)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno)
		usage(program, "not a number: ", text);
	return value;
}

static void take_option(struct program *program, enum program_option option)
{
	switch (option) {
	case OPTION_HELP:
		fputs(program->help, stdout);
		exit(EXIT_SUCCESS);
	case OPTION_KEY:
		program->key = optarg;
		break;
	case OPTION_IDENTITY:
		program->identity = optarg;
		break;
	case OPTION_PEER:
		program->peer = optarg;
		break;
	case OPTION_USER:
		program->user = optarg;
		break;
	case OPTION_EXPIRE:
		program->expire = to_number(program, optarg);
		break;
	case OPTION_CONNECTIONS:
		program->connections = to_number(program, optarg);
		break;
	case OPTION_MESSAGES:
		program->messages = to_number(program, optarg);
		break;
	case OPTION_PROBE:
		program->probe = true;
		break;
	case OPTION_NO_FILTER:
		program->no_filter = true;
		break;
	case OPTION_PATIENCE:
		program->patience = to_number(program, optarg);
		break;
	}
}

/**
 * program_arguments() - take the command line, or end
 * @program: in: name, help, takes, and what holds if nothing is said; out: all else
 * @argc: of main()
 * @argv: of main()
 */
void program_arguments(struct program *program, int argc, char **argv)
{
	unsigned int takes = ALL_TAKE | program->takes;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == '?' || !(option & takes))
			usage(program, "option: ", argv[optind - 1]);
		take_option(program, option);
	}
	/* One name is one end, so none of them can be the same for all. */
	if (!program->key || !program->identity)
		usage(program, "--key or --identity is missing", "");
	if (optind != argc - 1)
		usage(program, "one ADDRESS is needed", "");
	if (program->connections && !program->messages)
		usage(program, "--connections is for --messages", "");
	program->address = argv[optind];
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

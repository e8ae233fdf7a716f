/* SPDX-License-Identifier: MIT */
/* The command lines of the programs here, and what they say when they fail. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>

#include "session.h"
#include "transport.h"

#define EXIT_USAGE	2

/* Of servers, in seconds, if nothing is said: the handshake is over by then. */
#define USUAL_PATIENCE	10

/* Every program takes KEY and IDENTITY, and needs them. */
enum program_option {
	OPTION_HELP		= 1,
	OPTION_KEY		= 2,
	OPTION_IDENTITY		= 4,
	OPTION_PEER		= 8,
	OPTION_USER		= 16,
	OPTION_EXPIRE		= 32,
	OPTION_CONNECTIONS	= 64,
	OPTION_MESSAGES		= 128,
	OPTION_PROBE		= 256,
	OPTION_NO_FILTER	= 512,
	OPTION_PATIENCE		= 1024,
};

/**
 * struct program - one run of a program
 * @name: of the program, for messages
 * @help: what --help prints
 * @takes: the options that it takes beside those that all do, OPTION_*
 * @key: --key
 * @identity: --identity
 * @peer: --peer, or NULL
 * @user: --user, or NULL
 * @expire: --expire, or 0
 * @connections: --connections, or 0
 * @messages: --messages, or 0
 * @probe: --probe
 * @no_filter: --no-filter
 * @patience: --patience, seconds
 * @address: where to listen, or to connect
 */
struct program {
	const char *name;
	const char *help;
	unsigned int takes;
	const char *key;
	const char *identity;
	const char *peer;
	const char *user;
	unsigned long expire;
	unsigned long connections;
	unsigned long messages;
	bool probe;
	bool no_filter;
	unsigned long patience;
	const char *address;
};

void program_arguments(struct program *program, int argc, char **argv);
int program_credential(const struct program *program, ULONG use,
		       PCredHandle credential);
int program_listen(const struct program *program);

/* Prints one line to standard error and returns -1. */
#define __printf(a, b) __attribute((__format__(printf, a, b)))
int __printf(2, 3) program_fail(const struct program *program,
				const char *format, ...);

#endif /* PROGRAM_H */

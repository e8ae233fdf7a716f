/* SPDX-License-Identifier: MIT */
/* The command lines of the programs here, and what they say when they fail. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>

#include "session.h"

#define EXIT_USAGE	2

/**
 * struct program - one run of a program
 * @name: of the program, for messages
 * @help: all of its options
 * @key: --key
 * @identity: --identity; set it to what it is if nothing is said
 * @peer: --peer, or NULL
 * @user: --user, or NULL
 * @expire: --expire, or 0
 * @connections: --connections, 1 if nothing is said
 * @messages: --messages, or 0
 * @probe: --probe
 * @no_filter: --no-filter
 * @address: where to listen, or to connect
 */
struct program {
	const char *name;
	const char *help;
	const char *key;
	const char *identity;
	const char *peer;
	const char *user;
	unsigned long expire;
	unsigned long connections;
	unsigned long messages;
	bool probe;
	bool no_filter;
	const char *address;
};

int program_arguments(struct program *program, int argc, char **argv);
int program_credential(const struct program *program, ULONG use,
		       PCredHandle credential);
int program_listen(const struct program *program);

/* Prints one line to standard error and returns -1. */
#define __printf(a, b) __attribute((__format__(printf, a, b)))
int __printf(2, 3) program_fail(const struct program *program,
				const char *format, ...);

#endif /* PROGRAM_H */

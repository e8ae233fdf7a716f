// SPDX-License-Identifier: MIT
/*
 * The server of server.c in two processes. The parent may use the device and the
 * key. It makes contexts, and looks at nothing but the tokens of the handshake.
 * Then the worker gets the connection, and a descriptor with the right to seal and
 * to unseal in that one context: no key, no device, nearly no system calls. What
 * it got can be taken back, and ends when the parent does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sandbox.h"
#include "worker.h"

static const char help[] =
"Usage: sspseal-sandbox --key KEY --identity NAME [OPTION]... ADDRESS\n"
"\n"
"Accepts connections, and has a worker without privileges send each sealed\n"
"message back, sealed. Needs root, to give the worker another user.\n"
"\n"
"  --key KEY           sspseal:NAME, a logon key of the kernel, or a file\n"
"  --identity NAME     of this end; each end has another one\n"
"  --peer NAME         that clients must have\n"
"  --patience SECONDS  by which a client must have shown that it has the key (10)\n"
"  --user USER         of the worker, a name or a number, not root (nobody)\n"
"  --expire SECONDS    after which the worker may not use a context any more\n"
"  --probe             have the worker try what it must not be able to do\n"
"  --no-filter         without the filter of system calls: rights alone must do\n"
"  --help              show this\n"
"\n"
"ADDRESS is the path of a Unix socket, with a slash, or HOST:PORT.\n"
"\n"
"SIGUSR1 revokes all that the worker has, SIGUSR2 kills it: another takes its\n"
"place.\n";

static struct program program = {
	.name = "sspseal-sandbox",
	.help = help,
	.takes = OPTION_PEER | OPTION_PATIENCE | OPTION_USER | OPTION_EXPIRE |
		 OPTION_PROBE | OPTION_NO_FILTER,
	.patience = USUAL_PATIENCE,
	.user = "nobody",
};

/* ---- signals ---- */

static int open_signals(void)
{
	static const int numbers[] = { SIGUSR1, SIGUSR2, SIGCHLD };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Returns 0, or -1 if there is no worker any more. */
static int take_signal(int signals)
{
	struct signalfd_siginfo signal;

	if (read(signals, &signal, sizeof(signal)) != sizeof(signal))
		return 0;
	switch (signal.ssi_signo) {
	case SIGUSR1:
		worker_revoke();
		program_fail(&program, "revoked");
		return 0;
	case SIGUSR2:
		worker_kill(NULL);
		return 0;
	default:
		return worker_replace();
	}
}

/* ---- the loop ---- */

enum { SIGNALS, CHANNEL, LISTENER, PEERS, POLLED = PEERS + PEERS_MAX };

/* Each gets its turn in each round: nobody can keep the parent from the others. */
static int serve(int listener, int signals)
{
	struct pollfd polled[POLLED];
	int time, ret = 0;

	while (!ret) {
		polled[SIGNALS] = (struct pollfd){ signals, POLLIN, 0 };
		polled[CHANNEL] = (struct pollfd){ worker_channel(), POLLIN, 0 };
		polled[LISTENER] = (struct pollfd){
			peers_have_room() ? listener : -1, POLLIN, 0
		};
		time = peers_poll(polled + PEERS);
		if (poll(polled, POLLED, time) < 0) {
			/* For one, it may have fewer descriptors than that. */
			ret = errno == EINTR ? 0 :
					       program_fail(&program, "poll: %m");
			continue;
		}
		if (polled[SIGNALS].revents)
			ret = take_signal(signals);
		if (polled[CHANNEL].revents && worker_channel() >= 0)
			worker_listen();
		if (polled[LISTENER].revents)
			peers_accept(listener);
		peers_go_on(polled + PEERS);
	}
	return ret;
}

static int run(void)
{
	struct worker_user user;
	CredHandle credential;
	int listener, signals;

	if (worker_find_user(&program, &user) ||
	    program_credential(&program, SECPKG_CRED_INBOUND, &credential))
		return -1;
	signals = open_signals();
	if (signals < 0 || worker_start(&program, &user))
		return -1;
	listener = program_listen(&program);
	if (listener < 0 || fcntl(listener, F_SETFL, O_NONBLOCK))
		return -1;
	peers_init(&program, &credential);
	return serve(listener, signals);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], WORKER_ARGUMENT))
		worker_main(argv + 2);
	program_arguments(&program, argc, argv);
	run();
	return EXIT_FAILURE;
}

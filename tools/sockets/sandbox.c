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
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "worker.h"

/* A peer that is slow holds up the next ones for so long at most. */
#define HANDSHAKE_SECONDS	2

static const char help[] =
"Usage: sspseal-sandbox --key KEY [OPTION]... ADDRESS\n"
"\n"
"Accepts connections, and has a worker without privileges send each sealed\n"
"message back, sealed. Needs root, to give the worker another user.\n"
"\n"
"  --key KEY         sspseal:NAME, a logon key of the kernel, or a file\n"
"  --identity NAME   of this end (server)\n"
"  --user USER       of the worker, a name or a number (nobody)\n"
"  --expire SECONDS  after which the worker may not use a context any more\n"
"  --probe           have the worker try what it must not be able to do\n"
"  --no-filter       without the filter of system calls: rights alone must do\n"
"  --help            show this\n"
"\n"
"ADDRESS is the path of a Unix socket, with a slash, or HOST:PORT.\n"
"\n"
"SIGUSR1 revokes all that the worker has, SIGUSR2 kills it: another takes its\n"
"place.\n";

static struct program program = {
	.name = "sspseal-sandbox",
	.help = help,
	.identity = "server",
	.user = "nobody",
};

/* What the worker has: a revoker for each connection, 0 if that was used. */
static struct grant {
	bool given;
	__u32 revoker;
} grants[WORKER_CONNECTIONS];

static CredHandle credential;
static uid_t uid;
static gid_t gid;
static pid_t worker;
static int channel;

/* ---- the worker ---- */

static int find_user(void)
{
	struct passwd *user;
	char *end;

	uid = strtoul(program.user, &end, 10);
	gid = uid;
	if (!*end && *program.user)
		return 0;
	user = getpwnam(program.user);
	if (!user)
		return program_fail(&program, "no user %s", program.user);
	uid = user->pw_uid;
	gid = user->pw_gid;
	return 0;
}

static void __attribute((__noreturn__)) be_worker(int its_end)
{
	sigset_t none;
	int ret;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	ret = worker_confine(its_end, uid, gid, !program.no_filter);
	if (ret) {
		program_fail(&program, "worker: %s", strerror(-ret));
		_exit(1);
	}
	worker_serve(program.probe);
}

static int start_worker(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return program_fail(&program, "%m");
	worker = fork();
	if (worker < 0)
		return program_fail(&program, "%m");
	if (!worker)
		be_worker(ends[1]);
	close(ends[1]);
	channel = ends[0];
	return 0;
}

/* ---- what it is given ---- */

static void withdraw(struct grant *grant)
{
	if (grant->revoker)
		sspseal_destroy(sspseal_device(), grant->revoker, NULL);
	grant->revoker = 0;
}

static void withdraw_all(void)
{
	int i;

	for (i = 0; i < WORKER_CONNECTIONS; i++)
		withdraw(&grants[i]);
}

/* The place of a connection that may come, or -1. */
static int free_number(void)
{
	int i;

	for (i = 0; i < WORKER_CONNECTIONS; i++)
		if (!grants[i].given)
			return i;
	return -1;
}

/* Returns the descriptor that has these rights in the context, or -1. */
static int make_grant(const struct session *session, struct grant *grant)
{
	struct sspseal_export request = {
		.handle = sspseal_from_context(&session->context),
		.flags = SSPSEAL_EXPORT_REVOCABLE,
		.rights = SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL,
		.expiry = program.expire ? time(NULL) + program.expire : 0,
	};

	if (sspseal_export(sspseal_device(), &request))
		return program_fail(&program, "export: %s",
				    sspseal_status_name(request.status));
	grant->revoker = request.revoker;
	return request.fd;
}

static void give(const struct session *session, int number)
{
	struct grant *grant = &grants[number];
	int fds[WORKER_DESCRIPTORS] = { session->fd, make_grant(session, grant) };
	int ret;

	if (fds[WORKER_GRANT] < 0)
		return;
	fcntl(session->fd, F_SETFL, O_NONBLOCK);
	ret = descriptors_send(channel, number, fds, WORKER_DESCRIPTORS);
	close(fds[WORKER_GRANT]);
	grant->given = !ret;
	if (ret)
		withdraw(grant);
}

/* The parent's own handle is given up: the worker's is all that remains. */
static void accept_one(int listener)
{
	static struct session session;
	int fd = transport_accept(listener);

	if (fd < 0) {
		program_fail(&program, "%s", strerror(-fd));
		sleep(1);
		return;
	}
	transport_set_timeout(fd, HANDSHAKE_SECONDS);
	if (session_accept(&session, fd, &credential)) {
		program_fail(&program, "%s", session.error);
	} else {
		give(&session, free_number());
		session_end(&session);
	}
	close(fd);
}

/* The worker has closed a connection. It may say anything. */
static void take_back(void)
{
	uint32_t number;

	if (recv(channel, &number, sizeof(number), MSG_DONTWAIT) !=
	    sizeof(number) || number >= WORKER_CONNECTIONS)
		return;
	withdraw(&grants[number]);
	grants[number].given = false;
}

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

static int replace_worker(void)
{
	int status, i;

	if (waitpid(worker, &status, WNOHANG) != worker)
		return 0;
	if (WIFSIGNALED(status))
		program_fail(&program, "the worker was killed by signal %d",
			     WTERMSIG(status));
	else
		return program_fail(&program, "the worker ended with status %d",
				    WEXITSTATUS(status));
	close(channel);
	withdraw_all();
	for (i = 0; i < WORKER_CONNECTIONS; i++)
		grants[i].given = false;
	return start_worker();
}

static int take_signal(int signals)
{
	struct signalfd_siginfo signal;

	if (read(signals, &signal, sizeof(signal)) != sizeof(signal))
		return 0;
	switch (signal.ssi_signo) {
	case SIGUSR1:
		withdraw_all();
		program_fail(&program, "revoked");
		return 0;
	case SIGUSR2:
		kill(worker, SIGKILL);
		return 0;
	default:
		return replace_worker();
	}
}

/* ---- the loop ---- */

static int serve(int listener, int signals)
{
	struct pollfd polled[3];
	int ret = start_worker();

	while (!ret) {
		/* With no place left, the next peer waits. */
		polled[0] = (struct pollfd){
			free_number() < 0 ? -1 : listener, POLLIN, 0
		};
		polled[1] = (struct pollfd){ channel, POLLIN, 0 };
		polled[2] = (struct pollfd){ signals, POLLIN, 0 };
		if (poll(polled, 3, -1) < 0)
			continue;
		if (polled[2].revents)
			ret = take_signal(signals);
		else if (polled[1].revents)
			take_back();
		else if (polled[0].revents)
			accept_one(listener);
	}
	return ret;
}

int main(int argc, char **argv)
{
	int listener, signals, ret = program_arguments(&program, argc, argv);

	if (ret >= 0)
		return ret;
	if (find_user() ||
	    program_credential(&program, SECPKG_CRED_INBOUND, &credential))
		return EXIT_FAILURE;
	listener = program_listen(&program);
	signals = open_signals();
	if (listener < 0 || signals < 0)
		return EXIT_FAILURE;
	serve(listener, signals);
	return EXIT_FAILURE;
}

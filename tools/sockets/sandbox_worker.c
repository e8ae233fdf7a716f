// SPDX-License-Identifier: MIT
/*
 * The parent's side of the worker: a process, a channel to it, and what it was
 * given. It reads what peers send, so it may belong to one of them by now: nothing
 * that it says is believed, and nothing that it fails to do is waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "sandbox.h"
#include "worker.h"

/* A connection that the worker has: its revoker is 0 if that was used. */
static struct grant {
	bool given;
	__u32 revoker;
} grants[WORKER_CONNECTIONS];

static const struct program *sandbox;
static struct worker_user user;
static pid_t worker;
/* -1 as long as there is none to talk to. */
static int channel = -1;

/* ---- the process ---- */

static int leave_only(int its_end)
{
	sigset_t none;

	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) ||
	    (its_end == WORKER_CHANNEL ? fcntl(its_end, F_SETFD, 0) :
					 dup2(its_end, WORKER_CHANNEL)) < 0)
		return -1;
	return close_range(WORKER_CHANNEL + 1, ~0U, 0);
}

/*
 * The program again, so that the worker has nothing of this process: no file, no
 * memory, and none of its addresses.
 */
static void __attribute((__noreturn__)) be_worker(int its_end)
{
	char uid[16], gid[16];

	snprintf(uid, sizeof(uid), "%u", user.uid);
	snprintf(gid, sizeof(gid), "%u", user.gid);
	if (!leave_only(its_end))
		execl("/proc/self/exe", sandbox->name, WORKER_ARGUMENT, uid,
		      gid, sandbox->no_filter ? "" : WORKER_FILTER,
		      sandbox->probe ? WORKER_PROBE : "", NULL);
	program_fail(sandbox, "worker: %m");
	_exit(1);
}

/* No peer has reached it yet: until it has given up its privileges it is trusted. */
static int wait_until_confined(void)
{
	uint32_t word;

	if (recv(channel, &word, sizeof(word), 0) == sizeof(word) &&
	    word == WORKER_READY)
		return 0;
	return program_fail(sandbox, "the worker could not be started");
}

static int start(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return program_fail(sandbox, "%m");
	worker = fork();
	if (worker < 0)
		return program_fail(sandbox, "%m");
	if (!worker)
		be_worker(ends[1]);
	close(ends[1]);
	channel = ends[0];
	return wait_until_confined();
}

int worker_start(const struct program *program, const struct worker_user *who)
{
	sandbox = program;
	user = *who;
	return start();
}

/* ---- what it is given ---- */

static void withdraw(struct grant *grant)
{
	if (grant->revoker)
		sspseal_destroy(sspseal_device(), grant->revoker, NULL);
	grant->revoker = 0;
}

void worker_revoke(void)
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

bool worker_has_room(void)
{
	return channel >= 0 && free_number() >= 0;
}

/* Returns the descriptor that has these rights in the context, or -1. */
static int make_grant(const struct session *session, struct grant *grant)
{
	struct sspseal_export request = {
		.handle = sspseal_from_context(&session->context),
		.flags = SSPSEAL_EXPORT_REVOCABLE,
		.rights = SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL,
		.expiry = sandbox->expire ? time(NULL) + sandbox->expire : 0,
	};

	if (sspseal_export(sspseal_device(), &request))
		return program_fail(sandbox, "export: %s",
				    sspseal_status_name(request.status));
	grant->revoker = request.revoker;
	return request.fd;
}

/*
 * The worker gets a session that worker_has_room() for. The caller gives up its
 * own handle then: the worker's is all that remains.
 */
void worker_give(struct session *session)
{
	int number = free_number();
	struct grant *grant = &grants[number];
	int fds[WORKER_DESCRIPTORS] = { session->fd, make_grant(session, grant) };
	int ret;

	if (fds[WORKER_GRANT] < 0)
		return;
	grant->given = true;
	ret = descriptors_send(channel, number, fds, WORKER_DESCRIPTORS);
	close(fds[WORKER_GRANT]);
	if (ret == -EAGAIN)
		worker_kill("the worker does not read: killed");
	/* After any other error it is about to end, and to be replaced. */
}

/* ---- what it says ---- */

int worker_channel(void)
{
	return channel;
}

/* The number of a connection that it has closed, and nothing else. */
void worker_listen(void)
{
	uint32_t number;
	ssize_t size = recv(channel, &number, sizeof(number),
			    MSG_DONTWAIT | MSG_TRUNC);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0) {
		/* It has ended, or will not be heard of any more. */
		worker_kill(NULL);
		return;
	}
	if (size != sizeof(number) || number >= WORKER_CONNECTIONS ||
	    !grants[number].given) {
		worker_kill("the worker does not keep the rules: killed");
		return;
	}
	withdraw(&grants[number]);
	grants[number].given = false;
}

/* ---- its end ---- */

/* What it has is taken at once, whenever the process may be gone. */
static void forget(void)
{
	int i;

	worker_revoke();
	for (i = 0; i < WORKER_CONNECTIONS; i++)
		grants[i].given = false;
	if (channel >= 0)
		close(channel);
	channel = -1;
}

/* @why: may be NULL. worker_replace() when it has ended. */
void worker_kill(const char *why)
{
	if (why)
		program_fail(sandbox, "%s", why);
	kill(worker, SIGKILL);
	forget();
}

/* After SIGCHLD. Returns 0, or -1 if there cannot be another one. */
int worker_replace(void)
{
	int status;

	if (waitpid(worker, &status, WNOHANG) != worker)
		return 0;
	forget();
	if (WIFSIGNALED(status))
		program_fail(sandbox, "the worker was killed by signal %d",
			     WTERMSIG(status));
	else
		program_fail(sandbox, "the worker ended with status %d",
			     WEXITSTATUS(status));
	return start();
}

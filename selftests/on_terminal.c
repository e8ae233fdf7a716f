// SPDX-License-Identifier: GPL-2.0-only
/*
 * on_terminal COMMAND [ARGUMENT]...
 *
 * Runs a command whose standard error is a terminal; what the terminal gets goes
 * to this one's. Exits with the command's status.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int open_terminal(int *other_end)
{
	struct termios settings;
	int fd;

	*other_end = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*other_end < 0 || grantpt(*other_end) || unlockpt(*other_end))
		return -1;
	fd = open(ptsname(*other_end), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &settings))
		return -1;
	/* What is written comes out as it is. */
	cfmakeraw(&settings);
	return tcsetattr(fd, TCSANOW, &settings) ? -1 : fd;
}

int main(int argc, char **argv)
{
	int other_end, terminal, status;
	char output[4096];
	ssize_t size;
	pid_t child;

	terminal = open_terminal(&other_end);
	if (argc < 2 || terminal < 0)
		return 127;
	child = fork();
	if (child == 0) {
		dup2(terminal, STDERR_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(terminal);
	/* An error is how a terminal ends that nobody has open. */
	while ((size = read(other_end, output, sizeof(output))) > 0)
		if (write(STDERR_FILENO, output, size) != size)
			return 127;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 127;
	return WEXITSTATUS(status);
}

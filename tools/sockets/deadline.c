// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "deadline.h"

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

int64_t deadline_in(unsigned long seconds)
{
	return now() + (seconds < INT_MAX ? seconds : INT_MAX) * INT64_C(1000);
}

/* As poll() wants it: milliseconds, 0 when it has passed, -1 for no deadline. */
int deadline_left(int64_t deadline)
{
	int64_t left;

	if (deadline == NO_DEADLINE)
		return -1;
	left = deadline - now();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : left;
}

/* Returns 0 when @events, POLLIN or POLLOUT, have come; -ETIMEDOUT; -errno. */
int deadline_wait(int fd, short events, int64_t deadline)
{
	struct pollfd polled = { fd, events, 0 };
	int ret;

	do
		ret = poll(&polled, 1, deadline_left(deadline));
	while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "descriptors.h"

#define DESCRIPTORS_MAX	2

union control {
	char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* Returns 0, -EAGAIN if there is no room: the other end does not read. */
int descriptors_send(int fd, uint32_t number, const int *fds, int nr)
{
	union control control = { { 0 } };
	struct iovec part = { &number, sizeof(number) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(nr * sizeof(int)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(nr * sizeof(int));
	memcpy(CMSG_DATA(header), fds, nr * sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno :
									0;
}

/* Returns 1, 0 if the other end is closed, -EPROTO for anything else. */
int descriptors_receive(int fd, uint32_t *number, int *fds, int nr)
{
	union control control;
	struct iovec part = { number, sizeof(*number) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (got <= 0)
		return got ? -errno : 0;
	header = CMSG_FIRSTHDR(&message);
	if (got != sizeof(*number) || !header ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(nr * sizeof(int)))
		return -EPROTO;
	memcpy(fds, CMSG_DATA(header), nr * sizeof(int));
	return 1;
}

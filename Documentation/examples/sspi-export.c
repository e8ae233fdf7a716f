// SPDX-License-Identifier: MIT
/*
 * A process gives a context to another one over a socket: the packed context as
 * bytes, and the descriptor with them. The worker answers with a sealed message.
 *
 * cc -o sspi-export sspi-export.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sspi.h>
#include <sspseal.h>

struct packet {
	unsigned char token[SSPSEAL_TOKEN_SIZE];
	char text[16];
};

/* What sendmsg() and recvmsg() want to know to pass bytes and one descriptor. */
struct parcel {
	struct msghdr message;
	struct iovec part;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
};

static struct msghdr *wrap(struct parcel *parcel, void *bytes, size_t size)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->part.iov_base = bytes;
	parcel->part.iov_len = size;
	parcel->message.msg_iov = &parcel->part;
	parcel->message.msg_iovlen = 1;
	parcel->message.msg_control = &parcel->control;
	parcel->message.msg_controllen = sizeof(parcel->control);
	return &parcel->message;
}

static int send_context(int wire, const SecBuffer *packed, void *token)
{
	int fd = SSPSEAL_TOKEN_FD(token);
	struct parcel parcel;
	struct msghdr *message = wrap(&parcel, packed->pvBuffer,
				      packed->cbBuffer);

	parcel.control.header.cmsg_level = SOL_SOCKET;
	parcel.control.header.cmsg_type = SCM_RIGHTS;
	parcel.control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&parcel.control.header), &fd, sizeof(fd));
	return sendmsg(wire, message, 0) == packed->cbBuffer ? 0 : -1;
}

static SECURITY_STATUS receive_context(int wire, PCtxtHandle context)
{
	char name[] = SSPSEAL_NAME_A, bytes[256];
	SecBuffer packed = { 0, SECBUFFER_TOKEN, bytes };
	SECURITY_STATUS status;
	struct parcel parcel;
	ssize_t size;
	int fd;

	size = recvmsg(wire, wrap(&parcel, bytes, sizeof(bytes)),
		       MSG_CMSG_CLOEXEC);
	if (size < 0 || !CMSG_FIRSTHDR(&parcel.message))
		return SEC_E_INVALID_TOKEN;
	packed.cbBuffer = size;
	memcpy(&fd, CMSG_DATA(&parcel.control.header), sizeof(fd));
	status = ImportSecurityContextA(name, &packed, SSPSEAL_FD_TOKEN(fd),
					context);
	close(fd);
	return status;
}

static SecBufferDesc describe(struct packet *packet, SecBuffer *buffers)
{
	buffers[0] = (SecBuffer){ sizeof(packet->text), SECBUFFER_DATA,
				  packet->text };
	buffers[1] = (SecBuffer){ sizeof(packet->token), SECBUFFER_TOKEN,
				  packet->token };
	return (SecBufferDesc){ SECBUFFER_VERSION, 2, buffers };
}

static int work(int wire)
{
	struct packet packet = { .text = "from the worker" };
	SecBuffer buffers[2];
	SecBufferDesc desc = describe(&packet, buffers);
	CtxtHandle context;

	if (receive_context(wire, &context) != SEC_E_OK ||
	    EncryptMessage(&context, 0, &desc, 0) != SEC_E_OK ||
	    DeleteSecurityContext(&context) != SEC_E_OK)
		return 1;
	return write(wire, &packet, sizeof(packet)) != sizeof(packet);
}

static int make_context(__u32 role, const void *key, size_t size,
			PCtxtHandle context)
{
	struct sspseal_create create = {
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = role,
		.services = SSPSEAL_CONFIDENTIALITY,
		.key = (uintptr_t)key,
		.key_size = size,
	};

	if (sspseal_create(sspseal_device(), &create))
		return -1;
	sspseal_to_context(create.handle, context);
	return 0;
}

/* Both ends are here, for want of a peer. */
static int make_both(PCtxtHandle initiator, PCtxtHandle acceptor)
{
	unsigned char key[32];
	int ret = -1;

	if (getrandom(key, sizeof(key), 0) == sizeof(key))
		ret = make_context(SSPSEAL_ROLE_INITIATOR, key, sizeof(key),
				   initiator);
	if (!ret)
		ret = make_context(SSPSEAL_ROLE_ACCEPTOR, key, sizeof(key),
				   acceptor);
	explicit_bzero(key, sizeof(key));
	return ret;
}

static int hold(int wire)
{
	CtxtHandle given, kept;
	SecBuffer buffers[2], packed = { 0 };
	struct packet packet;
	SecBufferDesc desc = describe(&packet, buffers);
	void *token;

	if (make_both(&given, &kept) ||
	    ExportSecurityContext(&given, SECPKG_CONTEXT_EXPORT_DELETE_OLD,
				  &packed, &token) != SEC_E_OK ||
	    send_context(wire, &packed, token))
		return 1;
	printf("a context of %u bytes, and a descriptor\n", packed.cbBuffer);
	FreeContextBuffer(packed.pvBuffer);
	close(SSPSEAL_TOKEN_FD(token));

	if (recv(wire, &packet, sizeof(packet), MSG_WAITALL) !=
	    sizeof(packet) ||
	    DecryptMessage(&kept, &desc, 0, NULL) != SEC_E_OK)
		return 1;
	printf("%s\n", packet.text);
	return 0;
}

int main(void)
{
	int wire[2], status, failure;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, wire))
		return 1;
	child = fork();
	if (child < 0)
		return 1;
	close(wire[child ? 1 : 0]);
	if (!child)
		return work(wire[1]);
	failure = hold(wire[0]);
	close(wire[0]);
	if (waitpid(child, &status, 0) != child || status)
		failure = 1;
	return failure;
}

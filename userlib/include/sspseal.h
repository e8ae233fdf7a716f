/* SPDX-License-Identifier: MIT */
/*
 * libsspseal: the native interface, which is the kernel's with functions for
 * its commands. <sspi.h> and <ntsecpkg.h> have the SSPI calls above it.
 */
#ifndef SSPSEAL_H
#define SSPSEAL_H

#include <linux/sspseal.h>

#define SSPSEAL_VERSION		"0.1.0"

#ifdef __cplusplus
extern "C" {
/* Some functions have the names of their structs, as stat() has. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif

/**
 * DOC: Rules of the native interface
 *
 * A function returns 0 (or a descriptor) on success and -errno on failure, and
 * leaves errno alone. Those that take a struct fill its size field and set its
 * status: on failure to the rule that refused the call, or to SSPSEAL_STATUS_OK
 * if the module was never asked, because @fd is not open (-EBADF) or something
 * else than an sspseal file (-ENOTTY). All other outputs are written only on
 * success, except as SSPSEAL_STATUS_FAULT_AFTER_COMMIT tells. What a struct's
 * fields mean, and which errors a command has, stands beside the struct in
 * <linux/sspseal.h>. The caller owns all memory, and nothing of it is used
 * after the return.
 *
 * -EINTR (SSPSEAL_STATUS_INTERRUPTED) means that a signal came before anything
 * was done. The library does not call again: whether to do so is for the caller
 * to decide, who knows what the signal meant.
 *
 * There is no state in the library, so every function may be called by any
 * number of threads at a time, with the same @fd and handle too; only a struct
 * belongs to one call at a time.
 */

/**
 * sspseal_open() - open the device
 *
 * Opens SSPSEAL_DEVICE for a file of its own: handles made with it are known to
 * nobody who does not have this descriptor, and end when its last copy is
 * closed. It is close-on-exec. close() it when done.
 *
 * Return: the descriptor, or -errno of open(): -ENOENT if the module is not
 * loaded, -EACCES if the caller may not use it.
 */
int sspseal_open(void);

/**
 * sspseal_info() - what the module offers
 * @fd: an sspseal file
 * @info: in: suite; out: all else
 *
 * Return: 0 or -errno, with @info->status.
 */
int sspseal_info(int fd, struct sspseal_info *info);

/**
 * sspseal_create() - make a context from a session key
 * @fd: an sspseal file
 * @create: in: all fields up to expiry, and key_serial; out: handle, and in the
 *	mechanism's parameters what is marked so. Wipe the key's memory after
 *	the call
 *
 * May wait for the kernel's random generator, early after boot.
 *
 * Return: 0 or -errno, with @create->status.
 */
int sspseal_create(int fd, struct sspseal_create *create);

/**
 * sspseal_keyring_find() - the serial of a kernel key, for sspseal_create()
 * @description: of the key
 * @serial: out: for @key_serial of &struct sspseal_create
 *
 * A description that begins "sspseal:" is that of a key of type "logon", any other
 * that of one of type "user". Searches the keyrings of the calling thread, as
 * request_key(2) does: those of the thread, the process and the session. Nothing
 * is asked to make a key that is not there.
 *
 * The keys that a thread may find are those that it may use: call
 * sspseal_create() in the same one. No sspseal file is needed.
 *
 * Return: 0, or -errno of request_key(): -ENOKEY if there is none, or only one
 * that has expired; -EKEYREVOKED, -EACCES if there is one of no use. There is no
 * status.
 */
int sspseal_keyring_find(const char *description, __s32 *serial);

/**
 * sspseal_bind() - tie a context to its peer
 * @fd: an sspseal file
 * @bind: in: all fields
 *
 * For a context that was made with SSPSEAL_CREATE_UNBOUND, once, through the
 * handle that sspseal_create() gave.
 *
 * Return: 0 or -errno, with @bind->status.
 */
int sspseal_bind(int fd, struct sspseal_bind *bind);

/**
 * sspseal_export() - make a file that has the use of a context
 * @fd: an sspseal file
 * @request: in: handle, flags, rights, expiry; out: fd, revoker
 *
 * The new file is to be passed to another process, which uses the handle
 * SSPSEAL_EXPORTED_HANDLE in it or takes it over with sspseal_import(). Whoever
 * has @fd itself has all its handles: give away what this call makes.
 * close() it here when it is on its way.
 *
 * Return: 0 or -errno, with @request->status.
 */
int sspseal_export(int fd, struct sspseal_export *request);

/**
 * sspseal_import() - copy a handle from another sspseal file
 * @fd: an sspseal file: where the copy is to be; with SSPSEAL_IMPORT_NEW_FILE any
 *	one, @request->fd too
 * @request: in: fd, source, flags; out: handle, new_fd
 *
 * With sspseal_device() as @fd, the handle is one of the SSPI calls.
 * @request->fd stays open.
 *
 * Return: 0 or -errno, with @request->status.
 */
int sspseal_import(int fd, struct sspseal_import *request);

/**
 * sspseal_destroy() - give up a handle
 * @fd: an sspseal file
 * @handle: the handle
 * @status: out: &enum sspseal_status, may be NULL
 *
 * Return: 0 or -ENOENT, -EBADF, -ENOTTY.
 */
int sspseal_destroy(int fd, __u32 handle, __u32 *status);

/**
 * sspseal_query() - what is known of a context
 * @fd: an sspseal file
 * @query: in: handle; out: all else
 *
 * Return: 0 or -errno, with @query->status.
 */
int sspseal_query(int fd, struct sspseal_query *query);

/**
 * sspseal_seal() - encrypt and authenticate a message
 * @fd: an sspseal file
 * @message: in: handle, qop, sequence and an array of 1 to SSPSEAL_BUFFERS_MAX
 *	buffers; out: DATA is encrypted where it is, TOKEN is written
 *
 * Return: 0 or -errno, with @message->status.
 */
int sspseal_seal(int fd, struct sspseal_message *message);

/**
 * sspseal_unseal() - check and decrypt a message
 * @fd: an sspseal file
 * @message: in: handle, sequence and an array of 1 to SSPSEAL_BUFFERS_MAX
 *	buffers; out: qop, DATA is decrypted where it is
 *
 * Return: 0 or -errno, with @message->status.
 */
int sspseal_unseal(int fd, struct sspseal_message *message);

/**
 * sspseal_sign() - authenticate a message
 * @fd: an sspseal file
 * @message: in: handle, qop, sequence and an array of 1 to SSPSEAL_BUFFERS_MAX
 *	buffers; out: TOKEN is written
 *
 * Return: 0 or -errno, with @message->status.
 */
int sspseal_sign(int fd, struct sspseal_message *message);

/**
 * sspseal_verify() - check a signed message
 * @fd: an sspseal file
 * @message: in: handle, sequence and an array of 1 to SSPSEAL_BUFFERS_MAX
 *	buffers; out: qop
 *
 * Return: 0 or -errno, with @message->status.
 */
int sspseal_verify(int fd, struct sspseal_message *message);

/**
 * sspseal_batch() - several messages in one call
 * @fd: an sspseal file
 * @batch: in: operations, stride, nr; out: done
 *
 * In each operation: in: command and message, as for that command alone, but size
 * is not looked at; out: error, message.status, and what the command alone writes.
 *
 * Return: 0 or -errno, with @batch->status. 0 says that the first @batch->done
 * operations were done, not that they succeeded, nor that these were all.
 */
int sspseal_batch(int fd, struct sspseal_batch *batch);

/**
 * sspseal_status_name() - the name of a status, for logs
 * @status: &enum sspseal_status
 *
 * Return: for SSPSEAL_STATUS_ALTERED "ALTERED", and so on; "UNKNOWN" for a
 * number that this library does not know. Never freed.
 */
const char *sspseal_status_name(__u32 status);

/**
 * sspseal_status_text() - what a status means, for people
 * @status: &enum sspseal_status
 *
 * Return: one clause without a capital or a full stop. Never freed.
 */
const char *sspseal_status_text(__u32 status);

/**
 * DOC: Beside the SSPI calls
 *
 * The calls of <ntsecpkg.h> and <sspi.h> take no descriptor: they use the one of
 * the process. A context is made in it by sspseal_create() with sspseal_device().
 * The handle is the LSA_SEC_HANDLE of <ntsecpkg.h>, and sspseal_to_context() makes
 * the CtxtHandle of <sspi.h> from it.
 */

/**
 * sspseal_device() - the descriptor that the SSPI calls of this process use
 *
 * Opened by the first call, and closed by sspseal_detach() only. In a process that
 * may not open the device (-EACCES, -EPERM), or has none (-ENOENT, -ENXIO, -ENODEV),
 * it is the file that SpImportSecurityContext() or ImportSecurityContextA() made
 * when it first succeeded; contexts can be imported into it, not created. It is
 * close-on-exec, and kept over fork(): parent and child then use the same contexts.
 * A process that closes descriptors which it does not know ends all its contexts so.
 *
 * Any thread may call this at any time.
 *
 * Return: the descriptor, which belongs to the library, or an error of
 * sspseal_open(); then a later call tries again.
 */
int sspseal_device(void);

/* The package of the SSPI calls: texts as char, and as SEC_WCHAR (C11, C++11). */
#define SSPSEAL_NAME_A		"SspSeal"
#define SSPSEAL_NAME_W		u"SspSeal"
#define SSPSEAL_COMMENT_A	"Message protection with the keys in the kernel"
#define SSPSEAL_COMMENT_W	u"Message protection with the keys in the kernel"
#ifdef UNICODE
#define SSPSEAL_NAME		SSPSEAL_NAME_W
#define SSPSEAL_COMMENT		SSPSEAL_COMMENT_W
#else
#define SSPSEAL_NAME		SSPSEAL_NAME_A
#define SSPSEAL_COMMENT		SSPSEAL_COMMENT_A
#endif

/* No token is longer, neither of the handshake nor of a message. */
#define SSPSEAL_MAX_TOKEN	4096

/*
 * The HANDLE that an export has as its token is a descriptor, and one more, so that
 * NULL is none: -1.
 */
#define SSPSEAL_FD_TOKEN(fd)	((void *)((__PTRDIFF_TYPE__)(fd) + 1))
#define SSPSEAL_TOKEN_FD(token)	((int)((__PTRDIFF_TYPE__)(token) - 1))

struct _SecHandle;

/**
 * sspseal_to_context() - a CtxtHandle for a handle
 * @handle: a handle of the file that sspseal_device() returns
 * @context: out: for the calls of <sspi.h>
 *
 * Nothing is checked or made: calls with either are calls on the same context,
 * and DeleteSecurityContext() destroys the handle.
 */
void sspseal_to_context(__u32 handle, struct _SecHandle *context);

/**
 * sspseal_from_context() - the handle of a CtxtHandle
 * @context: one that a call of <sspi.h> or sspseal_to_context() made
 *
 * For what <sspi.h> does not have, such as sspseal_query() and sspseal_export(),
 * with sspseal_device().
 *
 * Return: a handle of the file that sspseal_device() returns, or 0, which is
 * none, if @context is NULL or not of this package.
 */
__u32 sspseal_from_context(const struct _SecHandle *context);

/**
 * sspseal_detach() - close the descriptor that the SSPI calls of this process use
 *
 * For a child that is to be trusted less than the process which forked it: the
 * contexts of that process are out of its reach then, and live on there. In a
 * process that shares its file with no other, all its contexts end. A later call
 * begins with a new file. It gives the same numbers again: a CtxtHandle of before is
 * refused then (in a 32-bit program until the 65,536th call of this function), but an
 * LSA_SEC_HANDLE is a number alone.
 *
 * No other call may be in progress that uses sspseal_device(). Those of its parent's
 * threads are not in progress in a child.
 */
void sspseal_detach(void);

/**
 * sspseal_last_status() - which rule refused this thread's last failed SSPI call
 *
 * An NTSTATUS stands for many rules, STATUS_INVALID_PARAMETER for sixteen;
 * this is the one. Like errno it keeps its value over calls that succeed, and over
 * those that the library itself refused, such as an unknown attribute or package.
 *
 * Return: &enum sspseal_status; SSPSEAL_STATUS_OK if no call has failed yet.
 */
__u32 sspseal_last_status(void);

/**
 * sspseal_ntstatus_name() - the name of what an SSPI call returned, for logs
 * @status: NTSTATUS or SECURITY_STATUS
 *
 * Return: for 0x8009030f "SEC_E_MESSAGE_ALTERED", and so on; "UNKNOWN" for a
 * number that no SSPI call of this library returns. Never freed.
 */
const char *sspseal_ntstatus_name(__s32 status);

#define SSPSEAL_PACKED_VERSION	1

/**
 * struct sspseal_packed_context - tells which context a handle is to stand for
 * @version: SSPSEAL_PACKED_VERSION
 * @mechanism: SSPSEAL_MECH_*
 * @role: SSPSEAL_ROLE_*
 * @salt: this end's salt, which no other context has
 *
 * Holds no secret and gives no access. To be passed on as bytes, within one
 * machine.
 */
struct sspseal_packed_context {
	__u32 version;
	__u32 mechanism;
	__u32 role;
	__u8 salt[SSPSEAL_SALT_SIZE];
};

/**
 * sspseal_pack_context() - make the PackedContext of SpInitUserModeContext
 * @fd: an sspseal file
 * @handle: the context, with the right SSPSEAL_RIGHT_QUERY
 * @packed: out
 *
 * Return: 0, or -errno of sspseal_query().
 */
int sspseal_pack_context(int fd, __u32 handle,
			 struct sspseal_packed_context *packed);

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif /* SSPSEAL_H */

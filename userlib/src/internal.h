/* SPDX-License-Identifier: MIT */
/* What the files of the library share. */
#ifndef SSPSEAL_INTERNAL_H
#define SSPSEAL_INTERNAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "ntsecpkg.h"
#include "sspseal.h"

#define LIBEXPORT __attribute__((visibility("default")))

/* ---- handles ---- */

/* 0, which is never given out, for what cannot be a handle: the kernel refuses
 * it in its place among the checks.
 */
static inline __u32 sspseal_handle(LSA_SEC_HANDLE handle)
{
	return handle <= UINT32_MAX ? (__u32)handle : 0;
}

/*
 * device.c: dwUpper of what this package gave out: that it did, and in which file
 * of the process, since each begins with the same numbers.
 */
extern _Atomic ULONG_PTR sspseal_context_tag;

/* The same for the application level. */
static inline LSA_SEC_HANDLE sspseal_context(const SecHandle *context)
{
	ULONG_PTR tag = atomic_load_explicit(&sspseal_context_tag,
					     memory_order_relaxed);

	return context && context->dwUpper == tag ? context->dwLower : 0;
}

/* device.c: the descriptor of the process, negative if there is none yet. */
extern atomic_int sspseal_process_device;

/* sspseal_device(), which messages do not call through the linkage table. */
static inline int sspseal_device_now(void)
{
	int fd = atomic_load_explicit(&sspseal_process_device,
				      memory_order_relaxed);

	return fd >= 0 ? fd : sspseal_device();
}

/* device.c: a handle from another file, in that of the process. */
int sspseal_device_import(struct sspseal_import *request, int *file);
bool sspseal_device_keep(const struct sspseal_import *request);
void sspseal_device_drop(const struct sspseal_import *request);

/* ---- lock.c: of the lists that there are ---- */

void sspseal_lock(void);
void sspseal_unlock(void);

/* ---- messages ---- */

/* Whether a SecBuffer is a struct sspseal_buffer: see message.c. */
#define SSPSEAL_SAME_BUFFERS	(sizeof(void *) == sizeof(__u64))

/* A descriptor that the kernel cannot see is wrong becomes one without buffers. */
static inline SecBuffer *sspseal_describe(const SecBufferDesc *desc,
					  struct sspseal_message *message)
{
	if (!desc || desc->ulVersion != SECBUFFER_VERSION || !desc->pBuffers)
		return NULL;
	message->nr_buffers = desc->cBuffers;
	return desc->pBuffers;
}

void sspseal_convert(struct sspseal_buffer *to, const SecBuffer *from, __u32 nr);
void sspseal_convert_back(SecBuffer *to, const struct sspseal_buffer *from,
			  __u32 nr);

/* ---- codes ---- */

/* Microsoft's pages give families of calls different codes for one thing. */
enum sspseal_family {
	SSPSEAL_FAMILY_SEAL,	/* SpSealMessage and SpUnsealMessage: STATUS_ */
	SSPSEAL_FAMILY_OTHER,	/* all other calls of ntsecpkg.h: SEC_E_ */
	SSPSEAL_FAMILY_ENCRYPT,	/* EncryptMessage: BUFFER_TOO_SMALL */
	SSPSEAL_FAMILY_APPLICATION	/* all other calls of sspi.h */
};

NTSTATUS sspseal_ntstatus(enum sspseal_family family, int ret, __u32 status);

/* ---- one ioctl ---- */

static inline int sspseal_command(int fd, unsigned long request, void *argument)
{
	int saved = errno;
	int ret = 0;

	if (ioctl(fd, request, argument) < 0) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}

/* What sspseal_seal() and its like do. */
static inline int sspseal_message_command(int fd, unsigned long request,
					  struct sspseal_message *message)
{
	message->size = sizeof(*message);
	message->status = SSPSEAL_STATUS_OK;
	return sspseal_command(fd, request, message);
}

/* ---- memory.c: what a call gives to its caller ---- */

/**
 * struct sspseal_style - how the caller has it
 * @family: of the call
 * @wide: strings are of WCHAR, not of CHAR
 * @allocate: makes memory that the caller frees
 * @release: frees it here
 */
struct sspseal_style {
	enum sspseal_family family;
	bool wide;
	PVOID (*allocate)(ULONG size);
	void (*release)(PVOID memory);
};

extern const struct sspseal_style sspseal_style_sp;
extern const struct sspseal_style sspseal_style_a;
extern const struct sspseal_style sspseal_style_w;

NTSTATUS sspseal_no_memory(const struct sspseal_style *style);
size_t sspseal_string_size(const struct sspseal_style *style,
			   const char *text);
void sspseal_put_string(const struct sspseal_style *style, void *at,
			const char *text);
void *sspseal_string(const struct sspseal_style *style, const char *text);

/* text.c */
ssize_t sspseal_utf16(const char *text, WCHAR *out);

/* ---- context.c, attribute.c, package.c ---- */

NTSTATUS sspseal_context_query(enum sspseal_family family,
			       LSA_SEC_HANDLE handle,
			       struct sspseal_query *query);
void sspseal_pack(const struct sspseal_query *query,
		  struct sspseal_packed_context *packed);
bool sspseal_unpack(const SecBuffer *buffer,
		    struct sspseal_packed_context *packed);
bool sspseal_packed_is(const struct sspseal_packed_context *packed,
		       const struct sspseal_query *query);

LONGLONG sspseal_timestamp(__u64 second);
ULONG sspseal_context_flags(__u32 role, __u32 services);

PSecPkgInfoW sspseal_package_info(const struct sspseal_style *style);
bool sspseal_is_package(const struct sspseal_style *style, const void *name);

#endif /* SSPSEAL_INTERNAL_H */

/* SPDX-License-Identifier: MIT */
/* What the files of the library share. */
#ifndef SSPSEAL_INTERNAL_H
#define SSPSEAL_INTERNAL_H

#include "ntsecpkg.h"
#include "sspseal.h"

#define LIBEXPORT __attribute__((visibility("default")))

/* 0, which is never given out, for what cannot be a handle: the kernel refuses
 * it in its place among the checks.
 */
static inline __u32 sspseal_handle(LSA_SEC_HANDLE handle)
{
	return handle <= UINT32_MAX ? (__u32)handle : 0;
}

NTSTATUS sspseal_ntstatus(int ret, __u32 status);

#endif /* SSPSEAL_INTERNAL_H */

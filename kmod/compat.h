/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernels stand here and nowhere else.
 */
#ifndef _SSPSEAL_COMPAT_H
#define _SSPSEAL_COMPAT_H

/* Moved in 6.12. */
#if __has_include("linux/unaligned.h")
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* _SSPSEAL_COMPAT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface of the module rawaead. */
#ifndef SSPSEAL_RAWAEAD_H
#define SSPSEAL_RAWAEAD_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define RAWAEAD_DEVICE	"/dev/sspseal-rawaead"

/* Does nothing. */
#define RAWAEAD_NULL	_IO('r', 0)
/* Encrypts with gcm(aes), and decrypts again: struct rawaead_run. */
#define RAWAEAD_RUN	_IO('r', 1)

/**
 * struct rawaead_run - a number of messages, one after the other
 * @associated: bytes of associated data
 * @size: bytes of each
 * @nr: how many
 * @decrypt: whether each is decrypted after it was encrypted
 * @ns: out: what they took, by the clock of CLOCK_MONOTONIC_RAW
 */
struct rawaead_run {
	__u32 associated;
	__u32 size;
	__u32 nr;
	__u32 decrypt;
	__aligned_u64 ns;
};

#endif /* SSPSEAL_RAWAEAD_H */

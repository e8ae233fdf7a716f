/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies from and to the caller.
 *
 * The kernel's copy is for any size: before it copies, it finds out what kernel
 * object the bytes are to lie in, which costs as much as a copy of 1 KiB. Most of
 * what is copied here is shorter.
 */
#ifndef SSPSEAL_USER_H
#define SSPSEAL_USER_H

#include <linux/uaccess.h>

/* Up to here the short copies are cheaper than the kernel's. */
#define SSPSEAL_SHORT	128

/**
 * sspseal_read_short() - copy_from_user() for structs, tokens and short data
 * @to: kernel memory, of at least @size bytes
 * @from: the caller's
 * @size: bytes; cheapest if it is known when this is compiled
 *
 * Return: false if not all could be read; then @to is undefined.
 */
static __always_inline bool
sspseal_read_short(void *to, const void __user *from, size_t size)
{
	const size_t words = round_down(size, sizeof(u64));
	const u8 __user *at = from;
	size_t i;

	if (!user_read_access_begin(from, size))
		return false;
#pragma GCC unroll 8
	for (i = 0; i < words; i += sizeof(u64))
		unsafe_get_user(*(u64 *)(to + i), (const u64 __user *)(at + i),
				fault);
	for (; i < size; i++)
		unsafe_get_user(*(u8 *)(to + i), at + i, fault);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

/**
 * sspseal_write_short() - copy_to_user() for tokens and short data
 * @to: the caller's
 * @from: kernel memory
 * @size: bytes; cheapest if it is known when this is compiled
 *
 * Return: false if not all could be written.
 */
static __always_inline bool
sspseal_write_short(void __user *to, const void *from, size_t size)
{
	const size_t words = round_down(size, sizeof(u64));
	u8 __user *at = to;
	size_t i;

	if (!user_write_access_begin(to, size))
		return false;
#pragma GCC unroll 8
	for (i = 0; i < words; i += sizeof(u64))
		unsafe_put_user(*(const u64 *)(from + i),
				(u64 __user *)(at + i), fault);
	for (; i < size; i++)
		unsafe_put_user(*(const u8 *)(from + i), at + i, fault);
	user_write_access_end();
	return true;
fault:
	user_write_access_end();
	return false;
}

#endif /* SSPSEAL_USER_H */

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

#include <linux/build_bug.h>
#include <linux/kconfig.h>
#include <linux/uaccess.h>

/* Not for POWER's guard of user memory; and words are read at any address. */
static_assert(IS_ENABLED(CONFIG_64BIT) &&
	      IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) &&
	      !IS_ENABLED(CONFIG_PPC_KUAP),
	      "sspseal is for x86-64, arm64, s390x and their like");

/* Up to here the short copies are cheaper than the kernel's. */
#define SSPSEAL_SHORT	64

/* Words that are copied at a time, where their number is not a constant. */
#define SSPSEAL_BLOCK	4

static __always_inline bool
sspseal_get_words(void *to, const void __user *from, size_t nr)
{
	const u64 __user *at = from;
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < nr; i++)
		unsafe_get_user(*((u64 *)to + i), at + i, fault);
	return true;
fault:
	return false;
}

static __always_inline bool
sspseal_put_words(void __user *to, const void *from, size_t nr)
{
	u64 __user *at = to;
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < nr; i++)
		unsafe_put_user(*((const u64 *)from + i), at + i, fault);
	return true;
fault:
	return false;
}

/**
 * sspseal_get() - read between user_read_access_begin() and its end
 * @to: kernel memory, of at least @size bytes
 * @from: the caller's
 * @size: bytes; cheapest if it is known when this is compiled
 *
 * Return: false if not all could be read; then @to is undefined.
 */
static __always_inline bool
sspseal_get(void *to, const void __user *from, size_t size)
{
	const size_t block = SSPSEAL_BLOCK * sizeof(u64);
	size_t i;

	if (__builtin_constant_p(size) && !(size % sizeof(u64)))
		return sspseal_get_words(to, from, size / sizeof(u64));
	for (i = 0; i < round_down(size, block); i += block)
		if (!sspseal_get_words(to + i, from + i, SSPSEAL_BLOCK))
			return false;
	for (; i < round_down(size, sizeof(u64)); i += sizeof(u64))
		if (!sspseal_get_words(to + i, from + i, 1))
			return false;
	if (likely(i == size))
		return true;
	for (; i < size; i++)
		unsafe_get_user(*(u8 *)(to + i), (const u8 __user *)(from + i),
				fault);
	return true;
fault:
	return false;
}

/**
 * sspseal_put() - write between user_write_access_begin() and its end
 * @to: the caller's
 * @from: kernel memory
 * @size: bytes; cheapest if it is known when this is compiled
 *
 * Return: false if not all could be written.
 */
static __always_inline bool
sspseal_put(void __user *to, const void *from, size_t size)
{
	const size_t block = SSPSEAL_BLOCK * sizeof(u64);
	size_t i;

	if (__builtin_constant_p(size) && !(size % sizeof(u64)))
		return sspseal_put_words(to, from, size / sizeof(u64));
	for (i = 0; i < round_down(size, block); i += block)
		if (!sspseal_put_words(to + i, from + i, SSPSEAL_BLOCK))
			return false;
	for (; i < round_down(size, sizeof(u64)); i += sizeof(u64))
		if (!sspseal_put_words(to + i, from + i, 1))
			return false;
	if (likely(i == size))
		return true;
	for (; i < size; i++)
		unsafe_put_user(*(const u8 *)(from + i), (u8 __user *)(to + i),
				fault);
	return true;
fault:
	return false;
}

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
	bool ok;

	might_fault();
	/* No bytes at all can be read from any address. */
	if (!user_read_access_begin(from, size))
		return !size;
	ok = sspseal_get(to, from, size);
	user_read_access_end();
	return ok;
}

#endif /* SSPSEAL_USER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that the linker gives to what the library calls of libc: its --wrap. */
#ifndef SSPI_MEMORY_H
#define SSPI_MEMORY_H

#include <linux/types.h>
#include <stddef.h>
#include <sys/types.h>

/* Of libc. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void __real_free(void *memory);
ssize_t __real_read(int fd, void *to, size_t size);
/* Of the library. */
int __real_sspseal_keyring_find(const char *description, __s32 *serial);

/* The test's own in their place. */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void __wrap_free(void *memory);
ssize_t __wrap_read(int fd, void *to, size_t size);
int __wrap_sspseal_keyring_find(const char *description, __s32 *serial);

#endif /* SSPI_MEMORY_H */

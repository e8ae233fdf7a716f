/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cipher of faulty/faulty_aead.c, which fails when it is told to. A module that is
 * loaded behind it has it for AES-256-GCM and AES-128-GCM.
 */
#ifndef FAULTY_CIPHER_H
#define FAULTY_CIPHER_H

#include <stdbool.h>

/* What of it fails. */
#define FAULTY_INIT	"init_error"
#define FAULTY_SETKEY	"setkey_error"
#define FAULTY_CRYPT	"crypt_error"

/*
 * If module_is_ours(): loads the cipher, and sspseal again behind it, and the other way
 * round. No file of sspseal may be open, nor may one of the library.
 */
bool faulty_cipher_open(void);
bool faulty_cipher_close(void);
/* Beside a module that was there before. */
bool faulty_cipher_add(void);
bool faulty_cipher_take_away(void);
/* With this errno, 0 for not any more. */
bool faulty_cipher_fail(const char *what, int error);
/* So many requests go through before any fails. */
bool faulty_cipher_spare(unsigned int requests);
/* Requests take so many bytes more, with transforms that are made from now on. */
bool faulty_cipher_grow(unsigned int bytes);
/* Failing requests do so at once, or after the call has returned. */
bool faulty_cipher_delay(bool later);

#endif /* FAULTY_CIPHER_H */

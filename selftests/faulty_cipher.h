/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cipher of faulty/faulty_aead.c, which fails when it is told to. Contexts made
 * while it is there have it for AES-256-GCM and AES-128-GCM.
 */
#ifndef FAULTY_CIPHER_H
#define FAULTY_CIPHER_H

#include <stdbool.h>

/* What of it fails. */
#define FAULTY_INIT	"init_error"
#define FAULTY_SETKEY	"setkey_error"
#define FAULTY_CRYPT	"crypt_error"

/* Only on the tests' own machine. @parameters: of its module. */
bool faulty_cipher_open_with(const char *parameters);
bool faulty_cipher_open(void);
/* With this errno, 0 for not any more. */
bool faulty_cipher_fail(const char *what, int error);
/* So many requests go through before any fails. */
bool faulty_cipher_spare(unsigned int requests);
/* Failing requests do so at once, or after the call has returned. */
bool faulty_cipher_delay(bool later);
/* No context may be left that has it. */
bool faulty_cipher_close(void);

#endif /* FAULTY_CIPHER_H */

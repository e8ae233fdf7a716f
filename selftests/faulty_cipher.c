// SPDX-License-Identifier: GPL-2.0-only
/* The cipher that fails when it is told to. */
#include <stdio.h>

#include "faulty_cipher.h"
#include "sspseal_test.h"

#define MODULE		"faulty_aead"

bool faulty_cipher_add(void)
{
	return module_load(MODULE ".ko", "");
}

bool faulty_cipher_take_away(void)
{
	return module_unload(MODULE);
}

bool faulty_cipher_open(void)
{
	return module_unload("sspseal") && faulty_cipher_add() &&
	       module_restore();
}

bool faulty_cipher_close(void)
{
	return module_unload("sspseal") && faulty_cipher_take_away() &&
	       module_restore();
}

static bool set(const char *name, long value)
{
	char path[128];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/sys/module/" MODULE "/parameters/%s",
		 name);
	file = fopen(path, "we");
	if (!file)
		return false;
	ok = fprintf(file, "%ld\n", value) > 0;
	return !fclose(file) && ok;
}

bool faulty_cipher_fail(const char *what, int error)
{
	return set(what, -error);
}

bool faulty_cipher_spare(unsigned int requests)
{
	return set("crypt_good", requests);
}

bool faulty_cipher_grow(unsigned int bytes)
{
	return set("more", bytes);
}

bool faulty_cipher_delay(bool later)
{
	return set("later", later);
}

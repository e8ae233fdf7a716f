// SPDX-License-Identifier: MIT
/*
 * Three ways to say why a call failed: its code, the rule, and the rule in words.
 *
 * cc -o say-why say-why.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>

#include <ntsecpkg.h>
#include <sspseal.h>

int main(void)
{
	SecBufferDesc nothing = { SECBUFFER_VERSION, 0, NULL };
	NTSTATUS status;

	/* No handle is 0. */
	status = SpSealMessage(0, 0, &nothing, 0);
	printf("%s (%s): %s\n", sspseal_ntstatus_name(status),
	       sspseal_status_name(sspseal_last_status()),
	       sspseal_status_text(sspseal_last_status()));
	return status == STATUS_INVALID_HANDLE ? 0 : 1;
}

// SPDX-License-Identifier: MIT
/*
 * A host of security packages: it finds the functions of this one in its table.
 *
 * cc -o host-package host-package.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <stdlib.h>

#include <ntsecpkg.h>
#include <sspseal.h>

static PVOID heap_allocate(ULONG size)
{
	return malloc(size);
}

static void heap_free(PVOID memory)
{
	free(memory);
}

int main(void)
{
	SECPKG_DLL_FUNCTIONS host = {
		.AllocateHeap = heap_allocate,
		.FreeHeap = heap_free,
	};
	PSECPKG_USER_FUNCTION_TABLE package;
	ULONG version, count;
	NTSTATUS status;

	status = SpUserModeInitialize(SECPKG_INTERFACE_VERSION, &version,
				      &package, &count);
	if (status == STATUS_SUCCESS)
		status = package->InstanceInit(version, &host, NULL);
	if (status != STATUS_SUCCESS)
		return 1;

	/* No handle is 0. */
	status = package->DeleteUserModeContext(0);
	printf("%u package, delete: %s\n", count, sspseal_ntstatus_name(status));
	return status == SEC_E_INVALID_HANDLE ? 0 : 1;
}

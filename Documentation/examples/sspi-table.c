// SPDX-License-Identifier: MIT
/*
 * The package, by the table of functions.
 *
 * cc -o sspi-table sspi-table.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>

#include <sspi.h>
#include <sspseal.h>

int main(void)
{
	PSecurityFunctionTableA sspi = InitSecurityInterfaceA();
	char name[] = SSPSEAL_NAME_A;
	PSecPkgInfoA package;

	if (sspi->QuerySecurityPackageInfoA(name, &package) != SEC_E_OK)
		return 1;
	printf("%s: %s, tokens of up to %u bytes\n", package->Name,
	       package->Comment, package->cbMaxToken);
	if (package->fCapabilities & SECPKG_FLAG_READONLY_WITH_CHECKSUM)
		puts("can authenticate what it does not encrypt");
	return sspi->FreeContextBuffer(package) == SEC_E_OK ? 0 : 1;
}

// SPDX-License-Identifier: MIT
/*
 * Memory that calls give to their callers. That of the application level is
 * freed with FreeContextBuffer(); that of the Sp layer comes from the host, if
 * it gave functions for it to SpInstanceInit().
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* NULL, or one with both functions. */
static PSECPKG_DLL_FUNCTIONS _Atomic host;

static PVOID own_allocate(ULONG size)
{
	return malloc(size);
}

static void own_release(PVOID memory)
{
	free(memory);
}

static PVOID host_allocate(ULONG size)
{
	PSECPKG_DLL_FUNCTIONS functions = atomic_load(&host);

	return functions ? functions->AllocateHeap(size) : malloc(size);
}

static void host_release(PVOID memory)
{
	PSECPKG_DLL_FUNCTIONS functions = atomic_load(&host);

	if (functions)
		functions->FreeHeap(memory);
	else
		free(memory);
}

const struct sspseal_style sspseal_style_sp = {
	.family = SSPSEAL_FAMILY_OTHER,
	.wide = true,
	.allocate = host_allocate,
	.release = host_release,
};

const struct sspseal_style sspseal_style_a = {
	.family = SSPSEAL_FAMILY_APPLICATION,
	.wide = false,
	.allocate = own_allocate,
	.release = own_release,
};

const struct sspseal_style sspseal_style_w = {
	.family = SSPSEAL_FAMILY_APPLICATION,
	.wide = true,
	.allocate = own_allocate,
	.release = own_release,
};

/* What an allocation that failed is to the caller. */
NTSTATUS sspseal_no_memory(const struct sspseal_style *style)
{
	return sspseal_ntstatus(style->family, -ENOMEM,
				SSPSEAL_STATUS_NO_MEMORY);
}

/* Bytes of a text as the caller has it, which must be UTF-8 for WCHAR. */
size_t sspseal_string_size(const struct sspseal_style *style, const char *text)
{
	return style->wide ? (sspseal_utf16(text, NULL) + 1) * sizeof(WCHAR) :
			     strlen(text) + 1;
}

/**
 * sspseal_put_string() - write a text as the caller has it
 * @style: of CHAR or of WCHAR
 * @at: where to, sspseal_string_size() bytes
 * @text: UTF-8; for CHAR any bytes
 */
void sspseal_put_string(const struct sspseal_style *style, void *at,
			const char *text)
{
	if (style->wide)
		sspseal_utf16(text, at);
	else
		memcpy(at, text, strlen(text) + 1);
}

/* Memory of its own for a text; NULL if there is none. */
void *sspseal_string(const struct sspseal_style *style, const char *text)
{
	void *string = style->allocate(sspseal_string_size(style, text));

	if (string)
		sspseal_put_string(style, string, text);
	return string;
}

LIBEXPORT NTSTATUS NTAPI SpInstanceInit(ULONG Version,
					PSECPKG_DLL_FUNCTIONS FunctionTable,
					PVOID *UserFunctions)
{
	(void)Version;
	(void)UserFunctions;
	if (FunctionTable &&
	    (!FunctionTable->AllocateHeap || !FunctionTable->FreeHeap))
		FunctionTable = NULL;
	atomic_store(&host, FunctionTable);
	return STATUS_SUCCESS;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY FreeContextBuffer(void *pvContextBuffer)
{
	free(pvContextBuffer);
	return SEC_E_OK;
}

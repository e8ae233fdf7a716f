/* SPDX-License-Identifier: MIT */
/*
 * The Windows types that the other headers need, with their Windows sizes:
 * ULONG and LONG have 32 bits here as there, though long has 64 on LP64 Linux,
 * and a WCHAR has 16, so that u"text" is a text of them.
 */
#ifndef SSPI_TYPES_H
#define SSPI_TYPES_H

#include <stdint.h>

#define NTAPI
#define SEC_ENTRY

typedef void *PVOID;
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t *PULONG;
typedef uintptr_t ULONG_PTR;
typedef uint16_t USHORT;
typedef unsigned char UCHAR;
typedef unsigned char *PUCHAR;
typedef UCHAR BOOLEAN;
typedef int64_t LONGLONG;

typedef char CHAR;
#if defined(__cplusplus) && __cplusplus >= 201103L
typedef char16_t WCHAR;
#else
typedef __CHAR16_TYPE__ WCHAR;
#endif

typedef void *HANDLE;
typedef void **PHANDLE;

typedef LONG HRESULT;
typedef LONG NTSTATUS;
typedef LONG SECURITY_STATUS;

typedef struct _LUID {
	ULONG LowPart;
	LONG HighPart;
} LUID, *PLUID;

typedef union _LARGE_INTEGER {
	__extension__ struct {
		ULONG LowPart;
		LONG HighPart;
	};
	struct {
		ULONG LowPart;
		LONG HighPart;
	} u;
	LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

#endif /* SSPI_TYPES_H */

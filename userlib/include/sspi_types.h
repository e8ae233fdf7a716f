/* SPDX-License-Identifier: MIT */
/*
 * The Windows types that the other headers need, with their Windows sizes:
 * ULONG and LONG have 32 bits here as there, though long has 64 on LP64 Linux.
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

typedef LONG HRESULT;
typedef LONG NTSTATUS;
typedef LONG SECURITY_STATUS;

#endif /* SSPI_TYPES_H */

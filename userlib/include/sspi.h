/* SPDX-License-Identifier: MIT */
/*
 * SSPI: buffers, handles and attributes, as Microsoft's sspi.h has them. Names,
 * values and layouts: Microsoft, "SecBuffer", "SecBufferDesc" and
 * "SecPkgContext_Sizes" structures (sspi.h), "QueryContextAttributes (General)".
 * SECURITY_WIN32 may be defined, and need not be.
 */
#ifndef SSPI_H
#define SSPI_H

#include "sspi_types.h"
#include "winerror.h"

typedef struct _SecHandle {
	ULONG_PTR dwLower;
	ULONG_PTR dwUpper;
} SecHandle, *PSecHandle;

typedef SecHandle CredHandle;
typedef PSecHandle PCredHandle;
typedef SecHandle CtxtHandle;
typedef PSecHandle PCtxtHandle;

typedef struct _SecBuffer {
	ULONG cbBuffer;
	ULONG BufferType;
	void *pvBuffer;
} SecBuffer, *PSecBuffer;

typedef struct _SecBufferDesc {
	ULONG ulVersion;
	ULONG cBuffers;
	PSecBuffer pBuffers;
} SecBufferDesc, *PSecBufferDesc;

#define SECBUFFER_VERSION			0

#define SECBUFFER_EMPTY				0
#define SECBUFFER_DATA				1
#define SECBUFFER_TOKEN				2
#define SECBUFFER_PKG_PARAMS			3
#define SECBUFFER_MISSING			4
#define SECBUFFER_EXTRA				5
#define SECBUFFER_STREAM_TRAILER		6
#define SECBUFFER_STREAM_HEADER			7
#define SECBUFFER_NEGOTIATION_INFO		8
#define SECBUFFER_PADDING			9
#define SECBUFFER_STREAM			10
#define SECBUFFER_MECHLIST			11
#define SECBUFFER_MECHLIST_SIGNATURE		12
#define SECBUFFER_TARGET			13
#define SECBUFFER_CHANNEL_BINDINGS		14
#define SECBUFFER_CHANGE_PASS_RESPONSE		15
#define SECBUFFER_TARGET_HOST			16
#define SECBUFFER_ALERT				17
#define SECBUFFER_APPLICATION_PROTOCOLS		18
#define SECBUFFER_SRTP_PROTECTION_PROFILES	19
#define SECBUFFER_SRTP_MASTER_KEY_IDENTIFIER	20
#define SECBUFFER_TOKEN_BINDING			21
#define SECBUFFER_PRESHARED_KEY			22
#define SECBUFFER_PRESHARED_KEY_IDENTITY	23
#define SECBUFFER_DTLS_MTU			24
#define SECBUFFER_SEND_GENERIC_TLS_EXTENSION	25
#define SECBUFFER_SUBSCRIBE_GENERIC_TLS_EXTENSION 26
#define SECBUFFER_FLAGS				27
#define SECBUFFER_TRAFFIC_SECRETS		28

#define SECBUFFER_ATTRMASK			0xF0000000U
#define SECBUFFER_READONLY			0x80000000U
#define SECBUFFER_READONLY_WITH_CHECKSUM	0x10000000U
#define SECBUFFER_RESERVED			0x60000000U

#define SECQOP_WRAP_NO_ENCRYPT			0x80000001U
#define SECQOP_WRAP_OOB_DATA			0x40000000U

#define SECPKG_ATTR_SIZES			0
#define SECPKG_ATTR_NAMES			1
#define SECPKG_ATTR_LIFESPAN			2
#define SECPKG_ATTR_DCE_INFO			3
#define SECPKG_ATTR_STREAM_SIZES		4
#define SECPKG_ATTR_KEY_INFO			5
#define SECPKG_ATTR_AUTHORITY			6
#define SECPKG_ATTR_PASSWORD_EXPIRY		8
#define SECPKG_ATTR_SESSION_KEY			9
#define SECPKG_ATTR_PACKAGE_INFO		10
#define SECPKG_ATTR_NEGOTIATION_INFO		12
#define SECPKG_ATTR_NATIVE_NAMES		13
#define SECPKG_ATTR_FLAGS			14
#define SECPKG_ATTR_TARGET_INFORMATION		17
#define SECPKG_ATTR_ACCESS_TOKEN		18
#define SECPKG_ATTR_UNIQUE_BINDINGS		25
#define SECPKG_ATTR_ENDPOINT_BINDINGS		26
#define SECPKG_ATTR_CLIENT_SPECIFIED_TARGET	27
#define SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS	30

typedef struct _SecPkgContext_Sizes {
	ULONG cbMaxToken;
	ULONG cbMaxSignature;
	ULONG cbBlockSize;
	ULONG cbSecurityTrailer;
} SecPkgContext_Sizes, *PSecPkgContext_Sizes;

#endif /* SSPI_H */

/* SPDX-License-Identifier: MIT */
/*
 * SSPI: what a program that is written to it includes. Names, values and layouts
 * are those of Microsoft's sspi.h; the functions speak for the one package,
 * "SspSeal".
 *
 * Windows' header wants one of SECURITY_WIN32, SECURITY_KERNEL and SECURITY_MAC
 * defined. Any will do here, and none: the declarations are those of the
 * library, which are those of SECURITY_WIN32. UNICODE chooses what a name
 * without A or W at its end stands for.
 */
#ifndef SSPI_H
#define SSPI_H

#include "sspi_types.h"
#include "winerror.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ISSP_LEVEL				32
#define ISSP_MODE				1

typedef CHAR SEC_CHAR;
typedef WCHAR SEC_WCHAR;

#ifdef UNICODE
#define SEC_TEXT(text)				u##text
#else
#define SEC_TEXT(text)				text
#endif

/* --- handles */

typedef struct _SecHandle {
	ULONG_PTR dwLower;
	ULONG_PTR dwUpper;
} SecHandle, *PSecHandle;

typedef SecHandle CredHandle;
typedef PSecHandle PCredHandle;
typedef SecHandle CtxtHandle;
typedef PSecHandle PCtxtHandle;

#define SEC_DELETED_HANDLE			((ULONG_PTR)(-2))

static __attribute__((__unused__)) void sspi_invalidate_handle(PSecHandle handle)
{
	handle->dwLower = (ULONG_PTR)-1;
	handle->dwUpper = (ULONG_PTR)-1;
}

static __attribute__((__unused__)) int sspi_is_valid_handle(PSecHandle handle)
{
	return handle->dwLower != (ULONG_PTR)-1 &&
	       handle->dwUpper != (ULONG_PTR)-1;
}

#define SecInvalidateHandle(handle)	sspi_invalidate_handle((PSecHandle)(handle))
#define SecIsValidHandle(handle)	sspi_is_valid_handle((PSecHandle)(handle))

/* 100 ns since 1601-01-01, UTC. */
typedef LARGE_INTEGER SECURITY_INTEGER, *PSECURITY_INTEGER;
typedef LARGE_INTEGER TimeStamp, *PTimeStamp;

/* --- packages */

typedef struct _SecPkgInfoW {
	ULONG fCapabilities;
	USHORT wVersion;
	USHORT wRPCID;
	ULONG cbMaxToken;
	SEC_WCHAR *Name;
	SEC_WCHAR *Comment;
} SecPkgInfoW, *PSecPkgInfoW;

typedef struct _SecPkgInfoA {
	ULONG fCapabilities;
	USHORT wVersion;
	USHORT wRPCID;
	ULONG cbMaxToken;
	SEC_CHAR *Name;
	SEC_CHAR *Comment;
} SecPkgInfoA, *PSecPkgInfoA;

#define SECPKG_FLAG_INTEGRITY			0x00000001
#define SECPKG_FLAG_PRIVACY			0x00000002
#define SECPKG_FLAG_TOKEN_ONLY			0x00000004
#define SECPKG_FLAG_DATAGRAM			0x00000008
#define SECPKG_FLAG_CONNECTION			0x00000010
#define SECPKG_FLAG_MULTI_REQUIRED		0x00000020
#define SECPKG_FLAG_CLIENT_ONLY			0x00000040
#define SECPKG_FLAG_EXTENDED_ERROR		0x00000080
#define SECPKG_FLAG_IMPERSONATION		0x00000100
#define SECPKG_FLAG_ACCEPT_WIN32_NAME		0x00000200
#define SECPKG_FLAG_STREAM			0x00000400
#define SECPKG_FLAG_NEGOTIABLE			0x00000800
#define SECPKG_FLAG_GSS_COMPATIBLE		0x00001000
#define SECPKG_FLAG_LOGON			0x00002000
#define SECPKG_FLAG_ASCII_BUFFERS		0x00004000
#define SECPKG_FLAG_FRAGMENT			0x00008000
#define SECPKG_FLAG_MUTUAL_AUTH			0x00010000
#define SECPKG_FLAG_DELEGATION			0x00020000
#define SECPKG_FLAG_READONLY_WITH_CHECKSUM	0x00040000
#define SECPKG_FLAG_RESTRICTED_TOKENS		0x00080000
#define SECPKG_FLAG_NEGO_EXTENDER		0x00100000
#define SECPKG_FLAG_NEGOTIABLE2			0x00200000
#define SECPKG_FLAG_APPCONTAINER_PASSTHROUGH	0x00400000
#define SECPKG_FLAG_APPCONTAINER_CHECKS		0x00800000
#define SECPKG_FLAG_CREDENTIAL_ISOLATION_ENABLED	0x01000000
#define SECPKG_FLAG_APPLY_LOOPBACK		0x02000000

#define SECPKG_ID_NONE				0xFFFF

/* --- buffers */

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

#define SECBUFFER_ATTRMASK			0xF0000000
#define SECBUFFER_READONLY			0x80000000
#define SECBUFFER_READONLY_WITH_CHECKSUM	0x10000000
#define SECBUFFER_RESERVED			0x60000000

typedef struct _SEC_NEGOTIATION_INFO {
	ULONG Size;
	ULONG NameLength;
	SEC_WCHAR *Name;
	void *Reserved;
} SEC_NEGOTIATION_INFO, *PSEC_NEGOTIATION_INFO;

typedef struct _SEC_CHANNEL_BINDINGS {
	ULONG dwInitiatorAddrType;
	ULONG cbInitiatorLength;
	ULONG dwInitiatorOffset;
	ULONG dwAcceptorAddrType;
	ULONG cbAcceptorLength;
	ULONG dwAcceptorOffset;
	ULONG cbApplicationDataLength;
	ULONG dwApplicationDataOffset;
} SEC_CHANNEL_BINDINGS, *PSEC_CHANNEL_BINDINGS;

#define SECURITY_NATIVE_DREP			0x00000010
#define SECURITY_NETWORK_DREP			0x00000000

/* --- credentials and contexts */

#define SECPKG_CRED_INBOUND			0x00000001
#define SECPKG_CRED_OUTBOUND			0x00000002
#define SECPKG_CRED_BOTH			0x00000003
#define SECPKG_CRED_DEFAULT			0x00000004
#define SECPKG_CRED_RESERVED			0xF0000000
#define SECPKG_CRED_AUTOLOGON_RESTRICTED	0x00000010
#define SECPKG_CRED_PROCESS_POLICY_ONLY		0x00000020

#define ISC_REQ_DELEGATE			0x00000001
#define ISC_REQ_MUTUAL_AUTH			0x00000002
#define ISC_REQ_REPLAY_DETECT			0x00000004
#define ISC_REQ_SEQUENCE_DETECT			0x00000008
#define ISC_REQ_CONFIDENTIALITY			0x00000010
#define ISC_REQ_USE_SESSION_KEY			0x00000020
#define ISC_REQ_PROMPT_FOR_CREDS		0x00000040
#define ISC_REQ_USE_SUPPLIED_CREDS		0x00000080
#define ISC_REQ_ALLOCATE_MEMORY			0x00000100
#define ISC_REQ_USE_DCE_STYLE			0x00000200
#define ISC_REQ_DATAGRAM			0x00000400
#define ISC_REQ_CONNECTION			0x00000800
#define ISC_REQ_CALL_LEVEL			0x00001000
#define ISC_REQ_FRAGMENT_SUPPLIED		0x00002000
#define ISC_REQ_EXTENDED_ERROR			0x00004000
#define ISC_REQ_STREAM				0x00008000
#define ISC_REQ_INTEGRITY			0x00010000
#define ISC_REQ_IDENTIFY			0x00020000
#define ISC_REQ_NULL_SESSION			0x00040000
#define ISC_REQ_MANUAL_CRED_VALIDATION		0x00080000
#define ISC_REQ_RESERVED1			0x00100000
#define ISC_REQ_FRAGMENT_TO_FIT			0x00200000
#define ISC_REQ_FORWARD_CREDENTIALS		0x00400000
#define ISC_REQ_NO_INTEGRITY			0x00800000
#define ISC_REQ_USE_HTTP_STYLE			0x01000000
#define ISC_REQ_UNVERIFIED_TARGET_NAME		0x20000000
#define ISC_REQ_CONFIDENTIALITY_ONLY		0x40000000
#define ISC_REQ_MESSAGES			0x0000000100000000

#define ISC_RET_DELEGATE			0x00000001
#define ISC_RET_MUTUAL_AUTH			0x00000002
#define ISC_RET_REPLAY_DETECT			0x00000004
#define ISC_RET_SEQUENCE_DETECT			0x00000008
#define ISC_RET_CONFIDENTIALITY			0x00000010
#define ISC_RET_USE_SESSION_KEY			0x00000020
#define ISC_RET_USED_COLLECTED_CREDS		0x00000040
#define ISC_RET_USED_SUPPLIED_CREDS		0x00000080
#define ISC_RET_ALLOCATED_MEMORY		0x00000100
#define ISC_RET_USED_DCE_STYLE			0x00000200
#define ISC_RET_DATAGRAM			0x00000400
#define ISC_RET_CONNECTION			0x00000800
#define ISC_RET_INTERMEDIATE_RETURN		0x00001000
#define ISC_RET_CALL_LEVEL			0x00002000
#define ISC_RET_EXTENDED_ERROR			0x00004000
#define ISC_RET_STREAM				0x00008000
#define ISC_RET_INTEGRITY			0x00010000
#define ISC_RET_IDENTIFY			0x00020000
#define ISC_RET_NULL_SESSION			0x00040000
#define ISC_RET_MANUAL_CRED_VALIDATION		0x00080000
#define ISC_RET_RESERVED1			0x00100000
#define ISC_RET_FRAGMENT_ONLY			0x00200000
#define ISC_RET_FORWARD_CREDENTIALS		0x00400000
#define ISC_RET_USED_HTTP_STYLE			0x01000000
#define ISC_RET_NO_ADDITIONAL_TOKEN		0x02000000
#define ISC_RET_REAUTHENTICATION		0x08000000
#define ISC_RET_CONFIDENTIALITY_ONLY		0x40000000
#define ISC_RET_MESSAGES			0x0000000100000000

#define ASC_REQ_DELEGATE			0x00000001
#define ASC_REQ_MUTUAL_AUTH			0x00000002
#define ASC_REQ_REPLAY_DETECT			0x00000004
#define ASC_REQ_SEQUENCE_DETECT			0x00000008
#define ASC_REQ_CONFIDENTIALITY			0x00000010
#define ASC_REQ_USE_SESSION_KEY			0x00000020
#define ASC_REQ_SESSION_TICKET			0x00000040
#define ASC_REQ_ALLOCATE_MEMORY			0x00000100
#define ASC_REQ_USE_DCE_STYLE			0x00000200
#define ASC_REQ_DATAGRAM			0x00000400
#define ASC_REQ_CONNECTION			0x00000800
#define ASC_REQ_CALL_LEVEL			0x00001000
#define ASC_REQ_FRAGMENT_SUPPLIED		0x00002000
#define ASC_REQ_EXTENDED_ERROR			0x00008000
#define ASC_REQ_STREAM				0x00010000
#define ASC_REQ_INTEGRITY			0x00020000
#define ASC_REQ_LICENSING			0x00040000
#define ASC_REQ_IDENTIFY			0x00080000
#define ASC_REQ_ALLOW_NULL_SESSION		0x00100000
#define ASC_REQ_ALLOW_NON_USER_LOGONS		0x00200000
#define ASC_REQ_ALLOW_CONTEXT_REPLAY		0x00400000
#define ASC_REQ_FRAGMENT_TO_FIT			0x00800000
#define ASC_REQ_NO_TOKEN			0x01000000
#define ASC_REQ_PROXY_BINDINGS			0x04000000
#define ASC_REQ_ALLOW_MISSING_BINDINGS		0x10000000
#define ASC_REQ_MESSAGES			0x0000000100000000

#define ASC_RET_DELEGATE			0x00000001
#define ASC_RET_MUTUAL_AUTH			0x00000002
#define ASC_RET_REPLAY_DETECT			0x00000004
#define ASC_RET_SEQUENCE_DETECT			0x00000008
#define ASC_RET_CONFIDENTIALITY			0x00000010
#define ASC_RET_USE_SESSION_KEY			0x00000020
#define ASC_RET_SESSION_TICKET			0x00000040
#define ASC_RET_ALLOCATED_MEMORY		0x00000100
#define ASC_RET_USED_DCE_STYLE			0x00000200
#define ASC_RET_DATAGRAM			0x00000400
#define ASC_RET_CONNECTION			0x00000800
#define ASC_RET_CALL_LEVEL			0x00002000
#define ASC_RET_THIRD_LEG_FAILED		0x00004000
#define ASC_RET_EXTENDED_ERROR			0x00008000
#define ASC_RET_STREAM				0x00010000
#define ASC_RET_INTEGRITY			0x00020000
#define ASC_RET_LICENSING			0x00040000
#define ASC_RET_IDENTIFY			0x00080000
#define ASC_RET_NULL_SESSION			0x00100000
#define ASC_RET_ALLOW_NON_USER_LOGONS		0x00200000
#define ASC_RET_ALLOW_CONTEXT_REPLAY		0x00400000
#define ASC_RET_FRAGMENT_ONLY			0x00800000
#define ASC_RET_NO_TOKEN			0x01000000
#define ASC_RET_NO_ADDITIONAL_TOKEN		0x02000000
#define ASC_RET_MESSAGES			0x0000000100000000

#define SECPKG_CONTEXT_EXPORT_RESET_NEW		0x00000001
#define SECPKG_CONTEXT_EXPORT_DELETE_OLD	0x00000002
#define SECPKG_CONTEXT_EXPORT_TO_KERNEL		0x00000004

#define SECQOP_WRAP_NO_ENCRYPT			0x80000001
#define SECQOP_WRAP_OOB_DATA			0x40000000
#define KERB_WRAP_NO_ENCRYPT			0x80000001

#define SEC_WINNT_AUTH_IDENTITY_ANSI		0x1
#define SEC_WINNT_AUTH_IDENTITY_UNICODE		0x2

typedef struct _SEC_WINNT_AUTH_IDENTITY_W {
	USHORT *User;
	ULONG UserLength;
	USHORT *Domain;
	ULONG DomainLength;
	USHORT *Password;
	ULONG PasswordLength;
	ULONG Flags;
} SEC_WINNT_AUTH_IDENTITY_W, *PSEC_WINNT_AUTH_IDENTITY_W;

typedef struct _SEC_WINNT_AUTH_IDENTITY_A {
	UCHAR *User;
	ULONG UserLength;
	UCHAR *Domain;
	ULONG DomainLength;
	UCHAR *Password;
	ULONG PasswordLength;
	ULONG Flags;
} SEC_WINNT_AUTH_IDENTITY_A, *PSEC_WINNT_AUTH_IDENTITY_A;

/* --- attributes */

#define SECPKG_CRED_ATTR_NAMES			1
#define SECPKG_CRED_ATTR_SSI_PROVIDER		2
#define SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS	3
#define SECPKG_CRED_ATTR_CERT			4
#define SECPKG_CRED_ATTR_PAC_BYPASS		5

#define SECPKG_ATTR_SIZES			0
#define SECPKG_ATTR_NAMES			1
#define SECPKG_ATTR_LIFESPAN			2
#define SECPKG_ATTR_DCE_INFO			3
#define SECPKG_ATTR_STREAM_SIZES		4
#define SECPKG_ATTR_KEY_INFO			5
#define SECPKG_ATTR_AUTHORITY			6
#define SECPKG_ATTR_PROTO_INFO			7
#define SECPKG_ATTR_PASSWORD_EXPIRY		8
#define SECPKG_ATTR_SESSION_KEY			9
#define SECPKG_ATTR_PACKAGE_INFO		10
#define SECPKG_ATTR_USER_FLAGS			11
#define SECPKG_ATTR_NEGOTIATION_INFO		12
#define SECPKG_ATTR_NATIVE_NAMES		13
#define SECPKG_ATTR_FLAGS			14
#define SECPKG_ATTR_USE_VALIDATED		15
#define SECPKG_ATTR_CREDENTIAL_NAME		16
#define SECPKG_ATTR_TARGET_INFORMATION		17
#define SECPKG_ATTR_ACCESS_TOKEN		18
#define SECPKG_ATTR_TARGET			19
#define SECPKG_ATTR_AUTHENTICATION_ID		20
#define SECPKG_ATTR_LOGOFF_TIME			21
#define SECPKG_ATTR_NEGO_KEYS			22
#define SECPKG_ATTR_PROMPTING_NEEDED		24
#define SECPKG_ATTR_UNIQUE_BINDINGS		25
#define SECPKG_ATTR_ENDPOINT_BINDINGS		26
#define SECPKG_ATTR_CLIENT_SPECIFIED_TARGET	27
#define SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS	30
#define SECPKG_ATTR_NEGO_PKG_INFO		31
#define SECPKG_ATTR_NEGO_STATUS			32
#define SECPKG_ATTR_CONTEXT_DELETED		33
#define SECPKG_ATTR_DTLS_MTU			34
#define SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES	128
#define SECPKG_ATTR_APPLICATION_PROTOCOL	35
#define SECPKG_ATTR_NEGOTIATED_TLS_EXTENSIONS	36
#define SECPKG_ATTR_IS_LOOPBACK			37

#define SECPKG_NEGOTIATION_COMPLETE		0
#define SECPKG_NEGOTIATION_OPTIMISTIC		1
#define SECPKG_NEGOTIATION_IN_PROGRESS		2
#define SECPKG_NEGOTIATION_DIRECT		3
#define SECPKG_NEGOTIATION_TRY_MULTICRED	4

typedef enum _SECPKG_ATTR_LCT_STATUS {
	SecPkgAttrLastClientTokenYes,
	SecPkgAttrLastClientTokenNo,
	SecPkgAttrLastClientTokenMaybe
} SECPKG_ATTR_LCT_STATUS, *PSECPKG_ATTR_LCT_STATUS;

typedef struct _SecPkgCredentials_NamesA {
	SEC_CHAR *sUserName;
} SecPkgCredentials_NamesA, *PSecPkgCredentials_NamesA;

typedef struct _SecPkgCredentials_NamesW {
	SEC_WCHAR *sUserName;
} SecPkgCredentials_NamesW, *PSecPkgCredentials_NamesW;

typedef struct _SecPkgContext_Sizes {
	ULONG cbMaxToken;
	ULONG cbMaxSignature;
	ULONG cbBlockSize;
	ULONG cbSecurityTrailer;
} SecPkgContext_Sizes, *PSecPkgContext_Sizes;

typedef struct _SecPkgContext_StreamSizes {
	ULONG cbHeader;
	ULONG cbTrailer;
	ULONG cbMaximumMessage;
	ULONG cBuffers;
	ULONG cbBlockSize;
} SecPkgContext_StreamSizes, *PSecPkgContext_StreamSizes;

typedef struct _SecPkgContext_NamesA {
	SEC_CHAR *sUserName;
} SecPkgContext_NamesA, *PSecPkgContext_NamesA;

typedef struct _SecPkgContext_NamesW {
	SEC_WCHAR *sUserName;
} SecPkgContext_NamesW, *PSecPkgContext_NamesW;

typedef struct _SecPkgContext_Lifespan {
	TimeStamp tsStart;
	TimeStamp tsExpiry;
} SecPkgContext_Lifespan, *PSecPkgContext_Lifespan;

typedef struct _SecPkgContext_DceInfo {
	ULONG AuthzSvc;
	void *pPac;
} SecPkgContext_DceInfo, *PSecPkgContext_DceInfo;

typedef struct _SecPkgContext_KeyInfoA {
	SEC_CHAR *sSignatureAlgorithmName;
	SEC_CHAR *sEncryptAlgorithmName;
	ULONG KeySize;
	ULONG SignatureAlgorithm;
	ULONG EncryptAlgorithm;
} SecPkgContext_KeyInfoA, *PSecPkgContext_KeyInfoA;

typedef struct _SecPkgContext_KeyInfoW {
	SEC_WCHAR *sSignatureAlgorithmName;
	SEC_WCHAR *sEncryptAlgorithmName;
	ULONG KeySize;
	ULONG SignatureAlgorithm;
	ULONG EncryptAlgorithm;
} SecPkgContext_KeyInfoW, *PSecPkgContext_KeyInfoW;

typedef struct _SecPkgContext_AuthorityA {
	SEC_CHAR *sAuthorityName;
} SecPkgContext_AuthorityA, *PSecPkgContext_AuthorityA;

typedef struct _SecPkgContext_AuthorityW {
	SEC_WCHAR *sAuthorityName;
} SecPkgContext_AuthorityW, *PSecPkgContext_AuthorityW;

typedef struct _SecPkgContext_PasswordExpiry {
	TimeStamp tsPasswordExpires;
} SecPkgContext_PasswordExpiry, *PSecPkgContext_PasswordExpiry;

typedef struct _SecPkgContext_SessionKey {
	ULONG SessionKeyLength;
	UCHAR *SessionKey;
} SecPkgContext_SessionKey, *PSecPkgContext_SessionKey;

typedef struct _SecPkgContext_PackageInfoA {
	PSecPkgInfoA PackageInfo;
} SecPkgContext_PackageInfoA, *PSecPkgContext_PackageInfoA;

typedef struct _SecPkgContext_PackageInfoW {
	PSecPkgInfoW PackageInfo;
} SecPkgContext_PackageInfoW, *PSecPkgContext_PackageInfoW;

typedef struct _SecPkgContext_NegotiationInfoA {
	PSecPkgInfoA PackageInfo;
	ULONG NegotiationState;
} SecPkgContext_NegotiationInfoA, *PSecPkgContext_NegotiationInfoA;

typedef struct _SecPkgContext_NegotiationInfoW {
	PSecPkgInfoW PackageInfo;
	ULONG NegotiationState;
} SecPkgContext_NegotiationInfoW, *PSecPkgContext_NegotiationInfoW;

typedef struct _SecPkgContext_NativeNamesA {
	SEC_CHAR *sClientName;
	SEC_CHAR *sServerName;
} SecPkgContext_NativeNamesA, *PSecPkgContext_NativeNamesA;

typedef struct _SecPkgContext_NativeNamesW {
	SEC_WCHAR *sClientName;
	SEC_WCHAR *sServerName;
} SecPkgContext_NativeNamesW, *PSecPkgContext_NativeNamesW;

typedef struct _SecPkgContext_Flags {
	ULONG Flags;
} SecPkgContext_Flags, *PSecPkgContext_Flags;

typedef struct _SecPkgContext_TargetInformation {
	ULONG MarshalledTargetInfoLength;
	UCHAR *MarshalledTargetInfo;
} SecPkgContext_TargetInformation, *PSecPkgContext_TargetInformation;

typedef struct _SecPkgContext_AccessToken {
	void *AccessToken;
} SecPkgContext_AccessToken, *PSecPkgContext_AccessToken;

typedef struct _SecPkgContext_Bindings {
	ULONG BindingsLength;
	SEC_CHANNEL_BINDINGS *Bindings;
} SecPkgContext_Bindings, *PSecPkgContext_Bindings;

typedef struct _SecPkgContext_ClientSpecifiedTarget {
	SEC_WCHAR *sTargetName;
} SecPkgContext_ClientSpecifiedTarget, *PSecPkgContext_ClientSpecifiedTarget;

typedef struct _SecPkgContext_LastClientTokenStatus {
	SECPKG_ATTR_LCT_STATUS LastClientTokenStatus;
} SecPkgContext_LastClientTokenStatus, *PSecPkgContext_LastClientTokenStatus;

typedef void (*SEC_GET_KEY_FN)(void *Arg, void *Principal, ULONG KeyVer,
			       void **Key, SECURITY_STATUS *Status);

/**
 * DOC: Rules of the application level
 *
 * There is one package, SSPSEAL_NAME_A of <sspseal.h>: "SspSeal". A CtxtHandle
 * stands for a handle of the file that sspseal_device() returns; it is made by
 * the handshake, by ImportSecurityContextA() or by sspseal_to_context(). It may
 * be copied, and all copies are one context.
 *
 * "No such handle" is said of a handle that is NULL or not one of this package,
 * of a number that the process does not have (any more), and of all in a process
 * without a device. Every message call may be made by any number of threads at a
 * time, on one context too; only a descriptor and its buffers belong to one call
 * at a time. What a call gives its caller is freed with FreeContextBuffer(), if
 * nothing else is said; a credential and a handshake take some memory of the
 * library's. Calls for messages allocate nothing.
 *
 * A call that fails changes nothing, neither buffers and their cbBuffer nor
 * counters and windows. There are four exceptions. A number that was used stays
 * used if the cipher fails then (SEC_E_CRYPTO_SYSTEM_INVALID), or if the caller's
 * memory cannot be written (SSPSEAL_STATUS_FAULT_AFTER_COMMIT, here
 * SEC_E_INTERNAL_ERROR); with SEQUENCE_DETECT that was the last one. An altered
 * message is counted. And a handshake ends if the peer's token is refused.
 *
 * sspseal_last_status() tells which of the kernel's rules it was. What the library
 * refuses by itself, a flag or a pointer that is NULL, leaves that as it was.
 *
 * For memory that cannot be read or written, see the rules in <ntsecpkg.h>.
 */

/**
 * EncryptMessage() - encrypt and authenticate a message
 * @phContext: the context, with the right SSPSEAL_RIGHT_SEAL
 * @fQOP: 0; SECQOP_WRAP_NO_ENCRYPT to authenticate without encrypting; either
 *	with SSPSEAL_QOP_SUITE()
 * @pMessage: the buffers, as for SpSealMessage()
 * @MessageSeqNo: the caller's own number of the message, or 0. It is
 *	authenticated, and has no other effect on this side
 *
 * Source: Microsoft, "EncryptMessage (General) function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context, its sending, or the handle has come to
 *   its end, or was revoked
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services, or @fQOP has an unknown
 *   bit or suite, or asks for encryption on a context without CONFIDENTIALITY
 * * SEC_E_INVALID_TOKEN - @pMessage is NULL, empty or of another version; no
 *   TOKEN, or it is read-only or NULL; not exactly one plain DATA; buffers that
 *   overlap, are NULL with a length, of an unknown type, or too many
 * * SEC_E_BUFFER_TOO_SMALL - TOKEN is smaller than cbSecurityTrailer
 * * SEC_E_INVALID_PARAMETER - the message is too long
 * * SEC_E_INTERNAL_ERROR - memory that cannot be read or written
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or too much in flight
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle phContext, ULONG fQOP,
					 PSecBufferDesc pMessage,
					 ULONG MessageSeqNo);

/**
 * DecryptMessage() - check and decrypt a message
 * @phContext: the context, with the right SSPSEAL_RIGHT_UNSEAL
 * @pMessage: the buffers, as for SpUnsealMessage()
 * @MessageSeqNo: the number that the sender must have passed, or 0 for any
 * @pfQOP: out: 0, or SECQOP_WRAP_NO_ENCRYPT if the message was authenticated
 *	only; may be NULL
 *
 * Source: Microsoft, "DecryptMessage (General) function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context or the handle has come to its end, or was
 *   revoked
 * * SEC_E_INVALID_TOKEN - as for EncryptMessage(), but TOKEN may be read-only; or
 *   both TOKEN and STREAM; or TOKEN is shorter than a token; or the token is
 *   malformed, a signature, one of this end's own, or of another session
 * * SEC_E_INCOMPLETE_MESSAGE - STREAM is shorter than a token
 * * SEC_E_INVALID_PARAMETER - the message is too long
 * * SEC_E_INTERNAL_ERROR - memory that cannot be read or written
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or too much in flight
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services; a sealed message on one
 *   without CONFIDENTIALITY, or one that is not on a context made with
 *   REQUIRE_SEAL
 * * SEC_E_MESSAGE_ALTERED - the message is not authentic
 * * SEC_E_OUT_OF_SEQUENCE - authentic, but a replay, not the next one where the
 *   context asks for that, or with another number than @MessageSeqNo
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle phContext,
					 PSecBufferDesc pMessage,
					 ULONG MessageSeqNo, ULONG *pfQOP);

/**
 * MakeSignature() - authenticate a message
 * @phContext: the context, with the right SSPSEAL_RIGHT_SIGN
 * @fQOP: 0 or SECQOP_WRAP_NO_ENCRYPT, which are the same here; either with
 *	SSPSEAL_QOP_SUITE()
 * @pMessage: the buffers, as for SpMakeSignature()
 * @MessageSeqNo: the caller's own number of the message, or 0. It is
 *	authenticated, and has no other effect on this side
 *
 * Source: Microsoft, "MakeSignature function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context, its sending, or the handle has come to
 *   its end, or was revoked
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services, or @fQOP has an unknown
 *   bit or suite
 * * SEC_E_INVALID_TOKEN - @pMessage is NULL, empty or of another version; no
 *   TOKEN, or it is too small, read-only or NULL; nothing to sign; buffers that
 *   overlap, are NULL with a length, of an unknown type, or too many
 * * SEC_E_INVALID_PARAMETER - the message is too long
 * * SEC_E_INTERNAL_ERROR - memory that cannot be read or written
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or too much in flight
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle phContext, ULONG fQOP,
					PSecBufferDesc pMessage,
					ULONG MessageSeqNo);

/**
 * VerifySignature() - check a message that MakeSignature() authenticated
 * @phContext: the context, with the right SSPSEAL_RIGHT_VERIFY
 * @pMessage: the buffers, as for SpVerifySignature()
 * @MessageSeqNo: the number that the sender must have passed, or 0 for any
 * @pfQOP: out: 0; may be NULL
 *
 * Source: Microsoft, "VerifySignature function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context or the handle has come to its end, or was
 *   revoked
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services
 * * SEC_E_INVALID_TOKEN - as for MakeSignature(), but TOKEN may be read-only; or
 *   the token is malformed, of a sealed message, one of this end's own, or of
 *   another session
 * * SEC_E_INVALID_PARAMETER - the message is too long
 * * SEC_E_INTERNAL_ERROR - memory that cannot be read or written
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or too much in flight
 * * SEC_E_MESSAGE_ALTERED - the message is not authentic
 * * SEC_E_OUT_OF_SEQUENCE - authentic, but a replay, not the next one where the
 *   context asks for that, or with another number than @MessageSeqNo
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle phContext,
					  PSecBufferDesc pMessage,
					  ULONG MessageSeqNo, ULONG *pfQOP);

/**
 * SealMessage() - the name that EncryptMessage() had before Windows XP
 * @phContext: as for EncryptMessage()
 * @fQOP: as for EncryptMessage()
 * @pMessage: as for EncryptMessage()
 * @MessageSeqNo: as for EncryptMessage()
 *
 * Return: as EncryptMessage().
 */
SECURITY_STATUS SEC_ENTRY SealMessage(PCtxtHandle phContext, ULONG fQOP,
				      PSecBufferDesc pMessage,
				      ULONG MessageSeqNo);

/**
 * UnsealMessage() - the name that DecryptMessage() had before Windows XP
 * @phContext: as for DecryptMessage()
 * @pMessage: as for DecryptMessage()
 * @MessageSeqNo: as for DecryptMessage()
 * @pfQOP: as for DecryptMessage()
 *
 * Return: as DecryptMessage().
 */
SECURITY_STATUS SEC_ENTRY UnsealMessage(PCtxtHandle phContext,
					PSecBufferDesc pMessage,
					ULONG MessageSeqNo, ULONG *pfQOP);

/**
 * QueryContextAttributesA() - what a caller needs to know of a context
 * @phContext: the context, with the right SSPSEAL_RIGHT_QUERY
 * @ulAttribute: one of these, which decides what is at @pBuffer:
 *	SECPKG_ATTR_SIZES: SecPkgContext_Sizes, as SpQueryContextAttributes();
 *	SECPKG_ATTR_LIFESPAN: SecPkgContext_Lifespan. tsStart is 0, which is not
 *	kept; tsExpiry is when the context or the handle ends, whichever is
 *	earlier, or 0x7fffffffffffffff for never;
 *	SECPKG_ATTR_FLAGS: SecPkgContext_Flags: the services, as ISC_RET_* of an
 *	initiator and ASC_RET_* of an acceptor; of a handshake that is over, all
 *	that pfContextAttr had but ALLOCATED_MEMORY;
 *	SECPKG_ATTR_NAMES: SecPkgContext_NamesA: the identity of the initiator, of
 *	whichever end it is asked;
 *	SECPKG_ATTR_NATIVE_NAMES: SecPkgContext_NativeNamesA: sClientName is the
 *	identity of the initiator, sServerName that of the acceptor. These names
 *	are to be freed with FreeContextBuffer() each;
 *	SECPKG_ATTR_KEY_INFO: SecPkgContext_KeyInfoA of the default suite. Both
 *	names are its own, such as "AES-256-GCM", and to be freed with
 *	FreeContextBuffer() each; KeySize is in bits; both algorithms are
 *	SSPSEAL_SUITE_*. EncryptAlgorithm is 0 and its name empty without
 *	CONFIDENTIALITY;
 *	SECPKG_ATTR_PACKAGE_INFO: SecPkgContext_PackageInfoA, whose PackageInfo
 *	is as QuerySecurityPackageInfoA() gives it, and freed as that;
 *	SECPKG_ATTR_NEGOTIATION_INFO: SecPkgContext_NegotiationInfoA: the same,
 *	with SECPKG_NEGOTIATION_COMPLETE if messages may pass, else
 *	SECPKG_NEGOTIATION_IN_PROGRESS
 * @pBuffer: out: the struct
 *
 * Names, and what SECPKG_ATTR_FLAGS has beyond services, are known of a handle that
 * a handshake of this process, or of one that it was forked from, has made ready.
 * They are not exported. A name is what the peer calls itself, and it has shown that
 * it has the key: Documentation/protocol.rst tells what that is worth. A hands out
 * the bytes that the peer sent; W needs them to be UTF-8.
 *
 * SECPKG_ATTR_SESSION_KEY is refused as any other attribute: the key does not
 * leave the kernel. An expired context can still be queried.
 *
 * Source: Microsoft, "QueryContextAttributes (General) function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the right; or another
 *   attribute; or names that are not known, or cannot be told with W
 * * SEC_E_CONTEXT_EXPIRED - the handle has expired or was revoked
 * * SEC_E_INVALID_PARAMETER - @pBuffer is NULL
 * * SEC_E_INSUFFICIENT_MEMORY - no memory
 */
SECURITY_STATUS SEC_ENTRY QueryContextAttributesA(PCtxtHandle phContext,
						  ULONG ulAttribute,
						  void *pBuffer);

/**
 * QueryContextAttributesW() - what a caller needs to know of a context
 * @phContext: as for QueryContextAttributesA()
 * @ulAttribute: as for QueryContextAttributesA(), with the structs that end in W
 * @pBuffer: out: the struct
 *
 * Return: as QueryContextAttributesA().
 */
SECURITY_STATUS SEC_ENTRY QueryContextAttributesW(PCtxtHandle phContext,
						  ULONG ulAttribute,
						  void *pBuffer);

/**
 * EnumerateSecurityPackagesA() - the packages there are
 * @pcPackages: out: 1
 * @ppPackageInfo: out: an array of as many, as QuerySecurityPackageInfoA() has
 *	it. Freed with one FreeContextBuffer()
 *
 * Source: Microsoft, "EnumerateSecurityPackagesW function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_PARAMETER - @pcPackages or @ppPackageInfo is NULL
 * * SEC_E_INSUFFICIENT_MEMORY - no memory
 */
SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesA(ULONG *pcPackages,
						     PSecPkgInfoA *ppPackageInfo);

/**
 * EnumerateSecurityPackagesW() - the packages there are
 * @pcPackages: as for EnumerateSecurityPackagesA()
 * @ppPackageInfo: as for EnumerateSecurityPackagesA()
 *
 * Return: as EnumerateSecurityPackagesA().
 */
SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesW(ULONG *pcPackages,
						     PSecPkgInfoW *ppPackageInfo);

/**
 * QuerySecurityPackageInfoA() - what a package is able to do
 * @pszPackageName: "SspSeal", in capitals or not
 * @ppPackageInfo: out: the struct and its texts, in one piece. Freed with
 *	FreeContextBuffer(). fCapabilities are SECPKG_FLAG_INTEGRITY, PRIVACY,
 *	CONNECTION, DATAGRAM and READONLY_WITH_CHECKSUM; wVersion is 1; wRPCID is
 *	SECPKG_ID_NONE; cbMaxToken is SSPSEAL_MAX_TOKEN; Name and Comment are
 *	SSPSEAL_NAME_A and SSPSEAL_COMMENT_A
 *
 * Source: Microsoft, "QuerySecurityPackageInfoW function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_SECPKG_NOT_FOUND - another name, or NULL
 * * SEC_E_INVALID_PARAMETER - @ppPackageInfo is NULL
 * * SEC_E_INSUFFICIENT_MEMORY - no memory
 */
SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoA(SEC_CHAR *pszPackageName,
						    PSecPkgInfoA *ppPackageInfo);

/**
 * QuerySecurityPackageInfoW() - what a package is able to do
 * @pszPackageName: as for QuerySecurityPackageInfoA()
 * @ppPackageInfo: as for QuerySecurityPackageInfoA()
 *
 * Return: as QuerySecurityPackageInfoA().
 */
SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoW(SEC_WCHAR *pszPackageName,
						    PSecPkgInfoW *ppPackageInfo);

/**
 * FreeContextBuffer() - free what a call of this header allocated
 * @pvContextBuffer: the memory, or NULL
 *
 * Source: Microsoft, "FreeContextBuffer function (sspi.h)".
 *
 * Return: SEC_E_OK.
 */
SECURITY_STATUS SEC_ENTRY FreeContextBuffer(void *pvContextBuffer);

/**
 * DeleteSecurityContext() - give up a context
 * @phContext: the context. It is left as it is
 *
 * Calls in progress finish. The keys are gone when all handles of the context
 * are. A number is not given again soon, so to delete a context twice harms no
 * other.
 *
 * Source: Microsoft, "DeleteSecurityContext function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK - deleted now or before
 * * SEC_E_INVALID_HANDLE - never one of this process
 */
SECURITY_STATUS SEC_ENTRY DeleteSecurityContext(PCtxtHandle phContext);

/**
 * ExportSecurityContext() - make what another process needs to use a context
 * @phContext: the context, with the rights SSPSEAL_RIGHT_EXPORT and
 *	SSPSEAL_RIGHT_QUERY; bound and confirmed
 * @fFlags: 0, or SECPKG_CONTEXT_EXPORT_DELETE_OLD to give up @phContext
 * @pPackedContext: out: cbBuffer bytes at pvBuffer, without a secret, to be freed
 *	with FreeContextBuffer(). What it held before is not looked at
 * @pToken: out: the descriptor of an sspseal file with all rights of @phContext,
 *	as SSPSEAL_TOKEN_FD() makes of it. Whoever has it has the context: pass
 *	it with SCM_RIGHTS, and close() it when it is on its way
 *
 * Both ends use one context, with one pair of counters. For fewer rights, an end
 * in time or a way back use sspseal_export().
 *
 * Source: Microsoft, "ExportSecurityContext function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * SEC_E_UNSUPPORTED_FUNCTION - the handle does not have the rights
 * * SEC_E_CONTEXT_EXPIRED - the handle has expired or was revoked
 * * SEC_E_NOT_SUPPORTED - another flag: a context begun anew would repeat its
 *   nonces
 * * SEC_E_INVALID_PARAMETER - @pPackedContext or @pToken is NULL. Microsoft's
 *   page has @pToken as optional; here nothing could be imported without it
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or no descriptor left
 */
SECURITY_STATUS SEC_ENTRY ExportSecurityContext(PCtxtHandle phContext,
						ULONG fFlags,
						PSecBuffer pPackedContext,
						void **pToken);

/**
 * ImportSecurityContextA() - use a context that ExportSecurityContext() gave away
 * @pszPackage: "SspSeal", in capitals or not
 * @pPackedContext: what that made. The buffer's type is not looked at
 * @Token: what that made, or SSPSEAL_FD_TOKEN() of the descriptor that came over
 *	a socket. It stays open: close() it when done
 * @phContext: out: the context
 *
 * A process that may not open the device needs nothing else. The handle has the
 * rights and the end of what was exported, and is revoked with it.
 *
 * Source: Microsoft, "ImportSecurityContextW function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_SECPKG_NOT_FOUND - another package, or NULL
 * * SEC_E_INVALID_PARAMETER - @phContext is NULL
 * * SEC_E_INVALID_TOKEN - @pPackedContext or its memory is NULL, or it is not of
 *   the size and version that this library makes
 * * SEC_E_INVALID_HANDLE - @Token is not an sspseal file, or one of another
 *   context
 * * SEC_E_UNSUPPORTED_FUNCTION - it does not have the right SSPSEAL_RIGHT_QUERY
 * * SEC_E_CONTEXT_EXPIRED - it has expired or was revoked
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, no descriptor left, or too many handles
 */
SECURITY_STATUS SEC_ENTRY ImportSecurityContextA(SEC_CHAR *pszPackage,
						 PSecBuffer pPackedContext,
						 void *Token,
						 PCtxtHandle phContext);

/**
 * ImportSecurityContextW() - use a context that ExportSecurityContext() gave away
 * @pszPackage: as for ImportSecurityContextA()
 * @pPackedContext: as for ImportSecurityContextA()
 * @Token: as for ImportSecurityContextA()
 * @phContext: as for ImportSecurityContextA()
 *
 * Return: as ImportSecurityContextA().
 */
SECURITY_STATUS SEC_ENTRY ImportSecurityContextW(SEC_WCHAR *pszPackage,
						 PSecBuffer pPackedContext,
						 void *Token,
						 PCtxtHandle phContext);

/**
 * AcquireCredentialsHandleA() - make ready the key of a handshake
 * @pszPrincipal: this end's identity, if @pAuthData has none; else the same, or
 *	NULL
 * @pszPackage: "SspSeal", in capitals or not
 * @fCredentialUse: SECPKG_CRED_OUTBOUND for InitializeSecurityContextA(),
 *	SECPKG_CRED_INBOUND for AcceptSecurityContext(), SECPKG_CRED_BOTH
 * @pvLogonId: not used
 * @pAuthData: SEC_WINNT_AUTH_IDENTITY_A or _W, as its Flags say. User is this
 *	end's identity, 1 to 255 bytes of UTF-8 without control characters;
 *	Password tells where the pre-shared key is: "sspseal:NAME", the
 *	description of a key of type "logon", or "file:/PATH", a file of 16 to
 *	64 bytes. Domain is empty
 * @pGetKeyFn: not used
 * @pvGetKeyArgument: not used
 * @phCredential: out: the credential. Give it up with FreeCredentialsHandle()
 * @ptsExpiry: out: never: when the key expires shows in the contexts that are
 *	made of it; may be NULL
 *
 * The key is not kept: it has to be there, and is looked up again at the first call
 * of each handshake.
 *
 * Source: Microsoft, "AcquireCredentialsHandle (General) function".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_SECPKG_NOT_FOUND - another package, or NULL
 * * SEC_E_INVALID_PARAMETER - @phCredential is NULL, or an unknown use
 * * SEC_E_UNKNOWN_CREDENTIALS - @pAuthData is not understood, there is no
 *   identity, or the file is not one of a key's size
 * * SEC_E_NO_CREDENTIALS - no such key, or @pAuthData is NULL
 * * SEC_E_NOT_OWNER - the caller may not use the key, or the device
 * * SEC_E_INSUFFICIENT_MEMORY - no memory
 * * SEC_E_INTERNAL_ERROR - there is no device
 */
SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleA(SEC_CHAR *pszPrincipal,
						    SEC_CHAR *pszPackage,
						    ULONG fCredentialUse,
						    void *pvLogonId,
						    void *pAuthData,
						    SEC_GET_KEY_FN pGetKeyFn,
						    void *pvGetKeyArgument,
						    PCredHandle phCredential,
						    PTimeStamp ptsExpiry);

/**
 * AcquireCredentialsHandleW() - make ready the key of a handshake
 * @pszPrincipal: as for AcquireCredentialsHandleA()
 * @pszPackage: as for AcquireCredentialsHandleA()
 * @fCredentialUse: as for AcquireCredentialsHandleA()
 * @pvLogonId: as for AcquireCredentialsHandleA()
 * @pAuthData: as for AcquireCredentialsHandleA()
 * @pGetKeyFn: as for AcquireCredentialsHandleA()
 * @pvGetKeyArgument: as for AcquireCredentialsHandleA()
 * @phCredential: as for AcquireCredentialsHandleA()
 * @ptsExpiry: as for AcquireCredentialsHandleA()
 *
 * Return: as AcquireCredentialsHandleA().
 */
SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleW(SEC_WCHAR *pszPrincipal,
						    SEC_WCHAR *pszPackage,
						    ULONG fCredentialUse,
						    void *pvLogonId,
						    void *pAuthData,
						    SEC_GET_KEY_FN pGetKeyFn,
						    void *pvGetKeyArgument,
						    PCredHandle phCredential,
						    PTimeStamp ptsExpiry);

/**
 * FreeCredentialsHandle() - give up a credential
 * @phCredential: the credential
 *
 * Handshakes begun with it, and contexts made with it, go on.
 *
 * Source: Microsoft, "FreeCredentialsHandle function (sspi.h)".
 *
 * Return:
 * * SEC_E_OK
 * * SEC_E_INVALID_HANDLE - no such credential
 */
SECURITY_STATUS SEC_ENTRY FreeCredentialsHandle(PCredHandle phCredential);

/**
 * InitializeSecurityContextA() - the initiator's part of a handshake
 * @phCredential: the credential; at the second call the same, or NULL
 * @phContext: NULL at the first call, then what the first left in @phNewContext
 * @pszTargetName: the identity that the acceptor must have, or NULL or "" for any.
 *	Not looked at in the second call
 * @fContextReq: ISC_REQ_*. At the second call only ISC_REQ_ALLOCATE_MEMORY means
 *	something
 * @Reserved1: 0
 * @TargetDataRep: not used
 * @pInput: NULL at the first call, or without a TOKEN that has bytes; then a TOKEN
 *	with what the acceptor sent
 * @Reserved2: 0
 * @phNewContext: out: the context. May be @phContext
 * @pOutput: a TOKEN, which is written and whose cbBuffer becomes the size used;
 *	with ISC_REQ_ALLOCATE_MEMORY its memory is allocated, to be freed with
 *	FreeContextBuffer()
 * @pfContextAttr: out: ISC_RET_*, complete when the context is ready; may be NULL
 * @ptsExpiry: out: when the context ends, known when it is ready; may be NULL
 *
 * Documentation/protocol.rst has the tokens, and what is given of what is asked
 * for. A call that fails for @pOutput, the handles or the flags changes nothing.
 * One that fails for what the acceptor sent ends the handshake, and destroys the
 * context.
 *
 * Source: Microsoft, "InitializeSecurityContext (General) function".
 *
 * Return:
 * * SEC_E_OK - the context is ready. Send @pOutput, and messages behind it
 * * SEC_I_CONTINUE_NEEDED - send @pOutput and call again with the answer
 * * SEC_E_INVALID_HANDLE - no such credential; no such context, another one's, one
 *   that has waited for 60 seconds, or one that another thread has destroyed
 * * SEC_E_INVALID_TOKEN - @pInput or @pOutput has not exactly one TOKEN that can be
 *   read or written, or at the first call @pInput has bytes in one or is malformed;
 *   what the acceptor sent is malformed, or no answer to this handshake
 * * SEC_E_BUFFER_TOO_SMALL - TOKEN of @pOutput is too small
 * * SEC_E_UNSUPPORTED_FUNCTION - ISC_REQ_DELEGATE, ISC_REQ_PROMPT_FOR_CREDS,
 *   channel bindings in @pInput, or a process that may not make contexts
 * * SEC_E_TARGET_UNKNOWN - @pszTargetName cannot be an identity
 * * SEC_E_WRONG_PRINCIPAL - the acceptor is not @pszTargetName
 * * SEC_E_LOGON_DENIED - the acceptor does not have the key, or has this end's own
 *   identity, or somebody has changed a token
 * * SEC_E_NO_CREDENTIALS - the key is not there (any more), or the credential is
 *   not for SECPKG_CRED_OUTBOUND
 * * SEC_E_CONTEXT_EXPIRED - the key has expired meanwhile
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, too many contexts, or 1,024 that wait
 *   for an acceptor's answer
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 * * SEC_E_INTERNAL_ERROR - all else
 */
SECURITY_STATUS SEC_ENTRY InitializeSecurityContextA(PCredHandle phCredential,
						     PCtxtHandle phContext,
						     SEC_CHAR *pszTargetName,
						     ULONG fContextReq,
						     ULONG Reserved1,
						     ULONG TargetDataRep,
						     PSecBufferDesc pInput,
						     ULONG Reserved2,
						     PCtxtHandle phNewContext,
						     PSecBufferDesc pOutput,
						     ULONG *pfContextAttr,
						     PTimeStamp ptsExpiry);

/**
 * InitializeSecurityContextW() - the initiator's part of a handshake
 * @phCredential: as for InitializeSecurityContextA()
 * @phContext: as for InitializeSecurityContextA()
 * @pszTargetName: as for InitializeSecurityContextA()
 * @fContextReq: as for InitializeSecurityContextA()
 * @Reserved1: as for InitializeSecurityContextA()
 * @TargetDataRep: as for InitializeSecurityContextA()
 * @pInput: as for InitializeSecurityContextA()
 * @Reserved2: as for InitializeSecurityContextA()
 * @phNewContext: as for InitializeSecurityContextA()
 * @pOutput: as for InitializeSecurityContextA()
 * @pfContextAttr: as for InitializeSecurityContextA()
 * @ptsExpiry: as for InitializeSecurityContextA()
 *
 * Return: as InitializeSecurityContextA().
 */
SECURITY_STATUS SEC_ENTRY InitializeSecurityContextW(PCredHandle phCredential,
						     PCtxtHandle phContext,
						     SEC_WCHAR *pszTargetName,
						     ULONG fContextReq,
						     ULONG Reserved1,
						     ULONG TargetDataRep,
						     PSecBufferDesc pInput,
						     ULONG Reserved2,
						     PCtxtHandle phNewContext,
						     PSecBufferDesc pOutput,
						     ULONG *pfContextAttr,
						     PTimeStamp ptsExpiry);

/**
 * AcceptSecurityContext() - the acceptor's part of a handshake
 * @phCredential: the credential; at the second call the same, or NULL
 * @phContext: NULL at the first call, then what the first left in @phNewContext
 * @pInput: a TOKEN with what the initiator sent
 * @fContextReq: ASC_REQ_*
 * @TargetDataRep: not used
 * @phNewContext: out: the context. May be @phContext
 * @pOutput: as for InitializeSecurityContextA(), with ASC_REQ_ALLOCATE_MEMORY. Not
 *	needed at the second call, which makes its cbBuffer 0, and with that flag
 *	its pvBuffer NULL
 * @pfContextAttr: out: ASC_RET_*, complete when the context is ready; may be NULL
 * @ptsExpiry: out: when the context ends, known when it is ready; may be NULL
 *
 * Documentation/protocol.rst has the tokens, and what is given of what is asked
 * for. A call that fails for @pOutput, the handles or the flags changes nothing.
 * One that fails for what the initiator sent ends the handshake, and destroys the
 * context. So does the 1,024th handshake that is begun after it, if it still waits.
 *
 * Source: Microsoft, "AcceptSecurityContext (General) function".
 *
 * Return:
 * * SEC_E_OK - the context is ready: the initiator has shown that it has the key
 * * SEC_I_CONTINUE_NEEDED - send @pOutput and call again with the answer
 * * SEC_E_INVALID_HANDLE - no such credential; no such context, another one's, one
 *   that has waited for 60 seconds or longer than 1,024 others, or one that another
 *   thread has destroyed
 * * SEC_E_INVALID_TOKEN - @pInput or @pOutput has not exactly one TOKEN that can be
 *   read or written, or what the initiator sent is malformed, or no part of
 *   this handshake
 * * SEC_E_BUFFER_TOO_SMALL - TOKEN of @pOutput is too small
 * * SEC_E_UNSUPPORTED_FUNCTION - ASC_REQ_DELEGATE, channel bindings in @pInput, or a
 *   process that may not make contexts
 * * SEC_E_ALGORITHM_MISMATCH - the initiator offers no suite that is known here
 * * SEC_E_WRONG_PRINCIPAL - the initiator means another acceptor
 * * SEC_E_LOGON_DENIED - the initiator does not have the key, or has this end's
 *   own identity
 * * SEC_E_NO_CREDENTIALS - the key is not there (any more), or the credential is
 *   not for SECPKG_CRED_INBOUND
 * * SEC_E_CONTEXT_EXPIRED - the key has expired meanwhile
 * * SEC_E_INSUFFICIENT_MEMORY - no memory, or too many contexts
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 * * SEC_E_INTERNAL_ERROR - all else
 */
SECURITY_STATUS SEC_ENTRY AcceptSecurityContext(PCredHandle phCredential,
						PCtxtHandle phContext,
						PSecBufferDesc pInput,
						ULONG fContextReq,
						ULONG TargetDataRep,
						PCtxtHandle phNewContext,
						PSecBufferDesc pOutput,
						ULONG *pfContextAttr,
						PTimeStamp ptsExpiry);

/**
 * CompleteAuthToken() - finish a token of the handshake
 * @phContext: the context
 * @pToken: the token
 *
 * The tokens of this package are complete: no call asks for this one.
 *
 * Source: Microsoft, "CompleteAuthToken function (sspi.h)".
 *
 * Return:
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_UNSUPPORTED_FUNCTION - any other
 */
SECURITY_STATUS SEC_ENTRY CompleteAuthToken(PCtxtHandle phContext,
					    PSecBufferDesc pToken);

/**
 * ApplyControlToken() - give a context a token of control
 * @phContext: the context
 * @pInput: the token
 *
 * Source: Microsoft, "ApplyControlToken function (sspi.h)".
 *
 * Return:
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_UNSUPPORTED_FUNCTION - any other: there are no such tokens
 */
SECURITY_STATUS SEC_ENTRY ApplyControlToken(PCtxtHandle phContext,
					    PSecBufferDesc pInput);

/**
 * ImpersonateSecurityContext() - become the peer
 * @phContext: the context
 *
 * Source: Microsoft, "ImpersonateSecurityContext function (sspi.h)".
 *
 * Return:
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_NO_IMPERSONATION - any other: a peer is no user of this system
 */
SECURITY_STATUS SEC_ENTRY ImpersonateSecurityContext(PCtxtHandle phContext);

/**
 * RevertSecurityContext() - end what ImpersonateSecurityContext() began
 * @phContext: the context
 *
 * Source: Microsoft, "RevertSecurityContext function (sspi.h)".
 *
 * Return: as ImpersonateSecurityContext().
 */
SECURITY_STATUS SEC_ENTRY RevertSecurityContext(PCtxtHandle phContext);

/**
 * QuerySecurityContextToken() - the peer's access token
 * @phContext: the context
 * @Token: out: not written
 *
 * Source: Microsoft, "QuerySecurityContextToken function (sspi.h)".
 *
 * Return: as ImpersonateSecurityContext().
 */
SECURITY_STATUS SEC_ENTRY QuerySecurityContextToken(PCtxtHandle phContext,
						    HANDLE *Token);

/**
 * DOC: Calls that are not offered
 *
 * They are there because the table of InitSecurityInterfaceA() has them, and
 * return SEC_E_UNSUPPORTED_FUNCTION whatever they are given.
 */

SECURITY_STATUS SEC_ENTRY AddCredentialsA(PCredHandle hCredentials,
					  SEC_CHAR *pszPrincipal,
					  SEC_CHAR *pszPackage,
					  ULONG fCredentialUse, void *pAuthData,
					  SEC_GET_KEY_FN pGetKeyFn,
					  void *pvGetKeyArgument,
					  PTimeStamp ptsExpiry);
SECURITY_STATUS SEC_ENTRY AddCredentialsW(PCredHandle hCredentials,
					  SEC_WCHAR *pszPrincipal,
					  SEC_WCHAR *pszPackage,
					  ULONG fCredentialUse, void *pAuthData,
					  SEC_GET_KEY_FN pGetKeyFn,
					  void *pvGetKeyArgument,
					  PTimeStamp ptsExpiry);
SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesA(PCredHandle phCredential,
						      ULONG ulAttribute,
						      void *pBuffer);
SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesW(PCredHandle phCredential,
						      ULONG ulAttribute,
						      void *pBuffer);
SECURITY_STATUS SEC_ENTRY SetContextAttributesA(PCtxtHandle phContext,
						ULONG ulAttribute,
						void *pBuffer, ULONG cbBuffer);
SECURITY_STATUS SEC_ENTRY SetContextAttributesW(PCtxtHandle phContext,
						ULONG ulAttribute,
						void *pBuffer, ULONG cbBuffer);
SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesA(PCredHandle phCredential,
						    ULONG ulAttribute,
						    void *pBuffer,
						    ULONG cbBuffer);
SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesW(PCredHandle phCredential,
						    ULONG ulAttribute,
						    void *pBuffer,
						    ULONG cbBuffer);
SECURITY_STATUS SEC_ENTRY ChangeAccountPasswordA(SEC_CHAR *pszPackageName,
						 SEC_CHAR *pszDomainName,
						 SEC_CHAR *pszAccountName,
						 SEC_CHAR *pszOldPassword,
						 SEC_CHAR *pszNewPassword,
						 BOOLEAN bImpersonating,
						 ULONG dwReserved,
						 PSecBufferDesc pOutput);
SECURITY_STATUS SEC_ENTRY ChangeAccountPasswordW(SEC_WCHAR *pszPackageName,
						 SEC_WCHAR *pszDomainName,
						 SEC_WCHAR *pszAccountName,
						 SEC_WCHAR *pszOldPassword,
						 SEC_WCHAR *pszNewPassword,
						 BOOLEAN bImpersonating,
						 ULONG dwReserved,
						 PSecBufferDesc pOutput);

/* --- the table of functions */

typedef SECURITY_STATUS (*ENUMERATE_SECURITY_PACKAGES_FN_W)(ULONG *,
							    PSecPkgInfoW *);
typedef SECURITY_STATUS (*ENUMERATE_SECURITY_PACKAGES_FN_A)(ULONG *,
							    PSecPkgInfoA *);
typedef SECURITY_STATUS (*QUERY_CREDENTIALS_ATTRIBUTES_FN_W)(PCredHandle, ULONG,
							     void *);
typedef SECURITY_STATUS (*QUERY_CREDENTIALS_ATTRIBUTES_FN_A)(PCredHandle, ULONG,
							     void *);
typedef SECURITY_STATUS (*ACQUIRE_CREDENTIALS_HANDLE_FN_W)(SEC_WCHAR *,
							   SEC_WCHAR *, ULONG,
							   void *, void *,
							   SEC_GET_KEY_FN,
							   void *, PCredHandle,
							   PTimeStamp);
typedef SECURITY_STATUS (*ACQUIRE_CREDENTIALS_HANDLE_FN_A)(SEC_CHAR *,
							   SEC_CHAR *, ULONG,
							   void *, void *,
							   SEC_GET_KEY_FN,
							   void *, PCredHandle,
							   PTimeStamp);
typedef SECURITY_STATUS (*FREE_CREDENTIALS_HANDLE_FN)(PCredHandle);
typedef SECURITY_STATUS (*INITIALIZE_SECURITY_CONTEXT_FN_W)(PCredHandle,
							    PCtxtHandle,
							    SEC_WCHAR *, ULONG,
							    ULONG, ULONG,
							    PSecBufferDesc,
							    ULONG, PCtxtHandle,
							    PSecBufferDesc,
							    ULONG *,
							    PTimeStamp);
typedef SECURITY_STATUS (*INITIALIZE_SECURITY_CONTEXT_FN_A)(PCredHandle,
							    PCtxtHandle,
							    SEC_CHAR *, ULONG,
							    ULONG, ULONG,
							    PSecBufferDesc,
							    ULONG, PCtxtHandle,
							    PSecBufferDesc,
							    ULONG *,
							    PTimeStamp);
typedef SECURITY_STATUS (*ACCEPT_SECURITY_CONTEXT_FN)(PCredHandle, PCtxtHandle,
						      PSecBufferDesc, ULONG,
						      ULONG, PCtxtHandle,
						      PSecBufferDesc, ULONG *,
						      PTimeStamp);
typedef SECURITY_STATUS (*COMPLETE_AUTH_TOKEN_FN)(PCtxtHandle, PSecBufferDesc);
typedef SECURITY_STATUS (*DELETE_SECURITY_CONTEXT_FN)(PCtxtHandle);
typedef SECURITY_STATUS (*APPLY_CONTROL_TOKEN_FN)(PCtxtHandle, PSecBufferDesc);
typedef SECURITY_STATUS (*QUERY_CONTEXT_ATTRIBUTES_FN_W)(PCtxtHandle, ULONG,
							 void *);
typedef SECURITY_STATUS (*QUERY_CONTEXT_ATTRIBUTES_FN_A)(PCtxtHandle, ULONG,
							 void *);
typedef SECURITY_STATUS (*IMPERSONATE_SECURITY_CONTEXT_FN)(PCtxtHandle);
typedef SECURITY_STATUS (*REVERT_SECURITY_CONTEXT_FN)(PCtxtHandle);
typedef SECURITY_STATUS (*MAKE_SIGNATURE_FN)(PCtxtHandle, ULONG, PSecBufferDesc,
					     ULONG);
typedef SECURITY_STATUS (*VERIFY_SIGNATURE_FN)(PCtxtHandle, PSecBufferDesc,
					       ULONG, ULONG *);
typedef SECURITY_STATUS (*FREE_CONTEXT_BUFFER_FN)(void *);
typedef SECURITY_STATUS (*QUERY_SECURITY_PACKAGE_INFO_FN_W)(SEC_WCHAR *,
							    PSecPkgInfoW *);
typedef SECURITY_STATUS (*QUERY_SECURITY_PACKAGE_INFO_FN_A)(SEC_CHAR *,
							    PSecPkgInfoA *);
typedef SECURITY_STATUS (*EXPORT_SECURITY_CONTEXT_FN)(PCtxtHandle, ULONG,
						      PSecBuffer, void **);
typedef SECURITY_STATUS (*IMPORT_SECURITY_CONTEXT_FN_W)(SEC_WCHAR *, PSecBuffer,
							void *, PCtxtHandle);
typedef SECURITY_STATUS (*IMPORT_SECURITY_CONTEXT_FN_A)(SEC_CHAR *, PSecBuffer,
							void *, PCtxtHandle);
typedef SECURITY_STATUS (*ADD_CREDENTIALS_FN_W)(PCredHandle, SEC_WCHAR *,
						SEC_WCHAR *, ULONG, void *,
						SEC_GET_KEY_FN, void *,
						PTimeStamp);
typedef SECURITY_STATUS (*ADD_CREDENTIALS_FN_A)(PCredHandle, SEC_CHAR *,
						SEC_CHAR *, ULONG, void *,
						SEC_GET_KEY_FN, void *,
						PTimeStamp);
typedef SECURITY_STATUS (*QUERY_SECURITY_CONTEXT_TOKEN_FN)(PCtxtHandle,
							   HANDLE *);
typedef SECURITY_STATUS (*ENCRYPT_MESSAGE_FN)(PCtxtHandle, ULONG,
					      PSecBufferDesc, ULONG);
typedef SECURITY_STATUS (*DECRYPT_MESSAGE_FN)(PCtxtHandle, PSecBufferDesc,
					      ULONG, ULONG *);
typedef SECURITY_STATUS (*SET_CONTEXT_ATTRIBUTES_FN_W)(PCtxtHandle, ULONG,
						       void *, ULONG);
typedef SECURITY_STATUS (*SET_CONTEXT_ATTRIBUTES_FN_A)(PCtxtHandle, ULONG,
						       void *, ULONG);
typedef SECURITY_STATUS (*SET_CREDENTIALS_ATTRIBUTES_FN_W)(PCredHandle, ULONG,
							   void *, ULONG);
typedef SECURITY_STATUS (*SET_CREDENTIALS_ATTRIBUTES_FN_A)(PCredHandle, ULONG,
							   void *, ULONG);
typedef SECURITY_STATUS (*CHANGE_PASSWORD_FN_W)(SEC_WCHAR *, SEC_WCHAR *,
						SEC_WCHAR *, SEC_WCHAR *,
						SEC_WCHAR *, BOOLEAN, ULONG,
						PSecBufferDesc);
typedef SECURITY_STATUS (*CHANGE_PASSWORD_FN_A)(SEC_CHAR *, SEC_CHAR *,
						SEC_CHAR *, SEC_CHAR *,
						SEC_CHAR *, BOOLEAN, ULONG,
						PSecBufferDesc);

typedef struct _SECURITY_FUNCTION_TABLE_W {
	ULONG dwVersion;
	ENUMERATE_SECURITY_PACKAGES_FN_W EnumerateSecurityPackagesW;
	QUERY_CREDENTIALS_ATTRIBUTES_FN_W QueryCredentialsAttributesW;
	ACQUIRE_CREDENTIALS_HANDLE_FN_W AcquireCredentialsHandleW;
	FREE_CREDENTIALS_HANDLE_FN FreeCredentialsHandle;
	void *Reserved2;
	INITIALIZE_SECURITY_CONTEXT_FN_W InitializeSecurityContextW;
	ACCEPT_SECURITY_CONTEXT_FN AcceptSecurityContext;
	COMPLETE_AUTH_TOKEN_FN CompleteAuthToken;
	DELETE_SECURITY_CONTEXT_FN DeleteSecurityContext;
	APPLY_CONTROL_TOKEN_FN ApplyControlToken;
	QUERY_CONTEXT_ATTRIBUTES_FN_W QueryContextAttributesW;
	IMPERSONATE_SECURITY_CONTEXT_FN ImpersonateSecurityContext;
	REVERT_SECURITY_CONTEXT_FN RevertSecurityContext;
	MAKE_SIGNATURE_FN MakeSignature;
	VERIFY_SIGNATURE_FN VerifySignature;
	FREE_CONTEXT_BUFFER_FN FreeContextBuffer;
	QUERY_SECURITY_PACKAGE_INFO_FN_W QuerySecurityPackageInfoW;
	void *Reserved3;
	void *Reserved4;
	EXPORT_SECURITY_CONTEXT_FN ExportSecurityContext;
	IMPORT_SECURITY_CONTEXT_FN_W ImportSecurityContextW;
	ADD_CREDENTIALS_FN_W AddCredentialsW;
	void *Reserved8;
	QUERY_SECURITY_CONTEXT_TOKEN_FN QuerySecurityContextToken;
	ENCRYPT_MESSAGE_FN EncryptMessage;
	DECRYPT_MESSAGE_FN DecryptMessage;
	SET_CONTEXT_ATTRIBUTES_FN_W SetContextAttributesW;
	SET_CREDENTIALS_ATTRIBUTES_FN_W SetCredentialsAttributesW;
	CHANGE_PASSWORD_FN_W ChangeAccountPasswordW;
} SecurityFunctionTableW, *PSecurityFunctionTableW;

typedef struct _SECURITY_FUNCTION_TABLE_A {
	ULONG dwVersion;
	ENUMERATE_SECURITY_PACKAGES_FN_A EnumerateSecurityPackagesA;
	QUERY_CREDENTIALS_ATTRIBUTES_FN_A QueryCredentialsAttributesA;
	ACQUIRE_CREDENTIALS_HANDLE_FN_A AcquireCredentialsHandleA;
	FREE_CREDENTIALS_HANDLE_FN FreeCredentialsHandle;
	void *Reserved2;
	INITIALIZE_SECURITY_CONTEXT_FN_A InitializeSecurityContextA;
	ACCEPT_SECURITY_CONTEXT_FN AcceptSecurityContext;
	COMPLETE_AUTH_TOKEN_FN CompleteAuthToken;
	DELETE_SECURITY_CONTEXT_FN DeleteSecurityContext;
	APPLY_CONTROL_TOKEN_FN ApplyControlToken;
	QUERY_CONTEXT_ATTRIBUTES_FN_A QueryContextAttributesA;
	IMPERSONATE_SECURITY_CONTEXT_FN ImpersonateSecurityContext;
	REVERT_SECURITY_CONTEXT_FN RevertSecurityContext;
	MAKE_SIGNATURE_FN MakeSignature;
	VERIFY_SIGNATURE_FN VerifySignature;
	FREE_CONTEXT_BUFFER_FN FreeContextBuffer;
	QUERY_SECURITY_PACKAGE_INFO_FN_A QuerySecurityPackageInfoA;
	void *Reserved3;
	void *Reserved4;
	EXPORT_SECURITY_CONTEXT_FN ExportSecurityContext;
	IMPORT_SECURITY_CONTEXT_FN_A ImportSecurityContextA;
	ADD_CREDENTIALS_FN_A AddCredentialsA;
	void *Reserved8;
	QUERY_SECURITY_CONTEXT_TOKEN_FN QuerySecurityContextToken;
	ENCRYPT_MESSAGE_FN EncryptMessage;
	DECRYPT_MESSAGE_FN DecryptMessage;
	SET_CONTEXT_ATTRIBUTES_FN_A SetContextAttributesA;
	SET_CREDENTIALS_ATTRIBUTES_FN_A SetCredentialsAttributesA;
	CHANGE_PASSWORD_FN_A ChangeAccountPasswordA;
} SecurityFunctionTableA, *PSecurityFunctionTableA;

#define SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION	1
#define SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_2	2
#define SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_3	3
#define SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4	4
#define SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_5	5

/**
 * InitSecurityInterfaceA() - all functions of this header, in a table
 *
 * dwVersion is SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4, which says that the
 * table ends with ChangeAccountPassword. Reserved3 and Reserved4 are
 * EncryptMessage() and DecryptMessage(), which old programs look for there;
 * Reserved2 and Reserved8 are NULL.
 *
 * Source: Microsoft, "InitSecurityInterfaceA function (sspi.h)".
 *
 * Return: the table, which belongs to the library. Never NULL.
 */
PSecurityFunctionTableA SEC_ENTRY InitSecurityInterfaceA(void);

/**
 * InitSecurityInterfaceW() - all functions of this header, in a table
 *
 * As InitSecurityInterfaceA(), with the functions that end in W.
 *
 * Return: the table, which belongs to the library. Never NULL.
 */
PSecurityFunctionTableW SEC_ENTRY InitSecurityInterfaceW(void);

typedef struct _SECURITY_FUNCTION_TABLE_A *(*INIT_SECURITY_INTERFACE_A)(void);
typedef struct _SECURITY_FUNCTION_TABLE_W *(*INIT_SECURITY_INTERFACE_W)(void);

#define SECURITY_ENTRYPOINT_ANSIA		"InitSecurityInterfaceA"
#define SECURITY_ENTRYPOINT_ANSIW		"InitSecurityInterfaceW"
#define SECURITY_ENTRYPOINTA			SEC_TEXT("InitSecurityInterfaceA")
#define SECURITY_ENTRYPOINTW			SEC_TEXT("InitSecurityInterfaceW")

/* --- names without A or W */

#define FreeCredentialHandle			FreeCredentialsHandle

#ifdef UNICODE
#define SecPkgInfo				SecPkgInfoW
#define PSecPkgInfo				PSecPkgInfoW
#define SecPkgCredentials_Names			SecPkgCredentials_NamesW
#define PSecPkgCredentials_Names		PSecPkgCredentials_NamesW
#define SecPkgContext_Names			SecPkgContext_NamesW
#define PSecPkgContext_Names			PSecPkgContext_NamesW
#define SecPkgContext_KeyInfo			SecPkgContext_KeyInfoW
#define PSecPkgContext_KeyInfo			PSecPkgContext_KeyInfoW
#define SecPkgContext_Authority			SecPkgContext_AuthorityW
#define PSecPkgContext_Authority		PSecPkgContext_AuthorityW
#define SecPkgContext_PackageInfo		SecPkgContext_PackageInfoW
#define PSecPkgContext_PackageInfo		PSecPkgContext_PackageInfoW
#define SecPkgContext_NegotiationInfo		SecPkgContext_NegotiationInfoW
#define PSecPkgContext_NegotiationInfo		PSecPkgContext_NegotiationInfoW
#define SecPkgContext_NativeNames		SecPkgContext_NativeNamesW
#define PSecPkgContext_NativeNames		PSecPkgContext_NativeNamesW
#define SecurityFunctionTable			SecurityFunctionTableW
#define PSecurityFunctionTable			PSecurityFunctionTableW
#define SEC_WINNT_AUTH_IDENTITY			SEC_WINNT_AUTH_IDENTITY_W
#define PSEC_WINNT_AUTH_IDENTITY		PSEC_WINNT_AUTH_IDENTITY_W
#define QueryContextAttributes			QueryContextAttributesW
#define EnumerateSecurityPackages		EnumerateSecurityPackagesW
#define QuerySecurityPackageInfo		QuerySecurityPackageInfoW
#define ImportSecurityContext			ImportSecurityContextW
#define AcquireCredentialsHandle		AcquireCredentialsHandleW
#define InitializeSecurityContext		InitializeSecurityContextW
#define AddCredentials				AddCredentialsW
#define QueryCredentialsAttributes		QueryCredentialsAttributesW
#define SetContextAttributes			SetContextAttributesW
#define SetCredentialsAttributes		SetCredentialsAttributesW
#define ChangeAccountPassword			ChangeAccountPasswordW
#define InitSecurityInterface			InitSecurityInterfaceW
#define ENUMERATE_SECURITY_PACKAGES_FN		ENUMERATE_SECURITY_PACKAGES_FN_W
#define QUERY_CREDENTIALS_ATTRIBUTES_FN		QUERY_CREDENTIALS_ATTRIBUTES_FN_W
#define ACQUIRE_CREDENTIALS_HANDLE_FN		ACQUIRE_CREDENTIALS_HANDLE_FN_W
#define INITIALIZE_SECURITY_CONTEXT_FN		INITIALIZE_SECURITY_CONTEXT_FN_W
#define QUERY_CONTEXT_ATTRIBUTES_FN		QUERY_CONTEXT_ATTRIBUTES_FN_W
#define QUERY_SECURITY_PACKAGE_INFO_FN		QUERY_SECURITY_PACKAGE_INFO_FN_W
#define IMPORT_SECURITY_CONTEXT_FN		IMPORT_SECURITY_CONTEXT_FN_W
#define ADD_CREDENTIALS_FN			ADD_CREDENTIALS_FN_W
#define SET_CONTEXT_ATTRIBUTES_FN		SET_CONTEXT_ATTRIBUTES_FN_W
#define SET_CREDENTIALS_ATTRIBUTES_FN		SET_CREDENTIALS_ATTRIBUTES_FN_W
#define CHANGE_PASSWORD_FN			CHANGE_PASSWORD_FN_W
#define INIT_SECURITY_INTERFACE			INIT_SECURITY_INTERFACE_W
#define SECURITY_ENTRYPOINT			SECURITY_ENTRYPOINTW
#define SECURITY_ENTRYPOINT_ANSI		SECURITY_ENTRYPOINT_ANSIW
#else
#define SecPkgInfo				SecPkgInfoA
#define PSecPkgInfo				PSecPkgInfoA
#define SecPkgCredentials_Names			SecPkgCredentials_NamesA
#define PSecPkgCredentials_Names		PSecPkgCredentials_NamesA
#define SecPkgContext_Names			SecPkgContext_NamesA
#define PSecPkgContext_Names			PSecPkgContext_NamesA
#define SecPkgContext_KeyInfo			SecPkgContext_KeyInfoA
#define PSecPkgContext_KeyInfo			PSecPkgContext_KeyInfoA
#define SecPkgContext_Authority			SecPkgContext_AuthorityA
#define PSecPkgContext_Authority		PSecPkgContext_AuthorityA
#define SecPkgContext_PackageInfo		SecPkgContext_PackageInfoA
#define PSecPkgContext_PackageInfo		PSecPkgContext_PackageInfoA
#define SecPkgContext_NegotiationInfo		SecPkgContext_NegotiationInfoA
#define PSecPkgContext_NegotiationInfo		PSecPkgContext_NegotiationInfoA
#define SecPkgContext_NativeNames		SecPkgContext_NativeNamesA
#define PSecPkgContext_NativeNames		PSecPkgContext_NativeNamesA
#define SecurityFunctionTable			SecurityFunctionTableA
#define PSecurityFunctionTable			PSecurityFunctionTableA
#define SEC_WINNT_AUTH_IDENTITY			SEC_WINNT_AUTH_IDENTITY_A
#define PSEC_WINNT_AUTH_IDENTITY		PSEC_WINNT_AUTH_IDENTITY_A
#define QueryContextAttributes			QueryContextAttributesA
#define EnumerateSecurityPackages		EnumerateSecurityPackagesA
#define QuerySecurityPackageInfo		QuerySecurityPackageInfoA
#define ImportSecurityContext			ImportSecurityContextA
#define AcquireCredentialsHandle		AcquireCredentialsHandleA
#define InitializeSecurityContext		InitializeSecurityContextA
#define AddCredentials				AddCredentialsA
#define QueryCredentialsAttributes		QueryCredentialsAttributesA
#define SetContextAttributes			SetContextAttributesA
#define SetCredentialsAttributes		SetCredentialsAttributesA
#define ChangeAccountPassword			ChangeAccountPasswordA
#define InitSecurityInterface			InitSecurityInterfaceA
#define ENUMERATE_SECURITY_PACKAGES_FN		ENUMERATE_SECURITY_PACKAGES_FN_A
#define QUERY_CREDENTIALS_ATTRIBUTES_FN		QUERY_CREDENTIALS_ATTRIBUTES_FN_A
#define ACQUIRE_CREDENTIALS_HANDLE_FN		ACQUIRE_CREDENTIALS_HANDLE_FN_A
#define INITIALIZE_SECURITY_CONTEXT_FN		INITIALIZE_SECURITY_CONTEXT_FN_A
#define QUERY_CONTEXT_ATTRIBUTES_FN		QUERY_CONTEXT_ATTRIBUTES_FN_A
#define QUERY_SECURITY_PACKAGE_INFO_FN		QUERY_SECURITY_PACKAGE_INFO_FN_A
#define IMPORT_SECURITY_CONTEXT_FN		IMPORT_SECURITY_CONTEXT_FN_A
#define ADD_CREDENTIALS_FN			ADD_CREDENTIALS_FN_A
#define SET_CONTEXT_ATTRIBUTES_FN		SET_CONTEXT_ATTRIBUTES_FN_A
#define SET_CREDENTIALS_ATTRIBUTES_FN		SET_CREDENTIALS_ATTRIBUTES_FN_A
#define CHANGE_PASSWORD_FN			CHANGE_PASSWORD_FN_A
#define INIT_SECURITY_INTERFACE			INIT_SECURITY_INTERFACE_A
#define SECURITY_ENTRYPOINT			SECURITY_ENTRYPOINTA
#define SECURITY_ENTRYPOINT_ANSI		SECURITY_ENTRYPOINT_ANSIA
#endif

#ifdef __cplusplus
}
#endif

#endif /* SSPI_H */

/* SPDX-License-Identifier: MIT */
/*
 * The user-mode calls of a security package on contexts, as Microsoft's
 * ntsecpkg.h has them.
 */
#ifndef NTSECPKG_H
#define NTSECPKG_H

#include "ntstatus.h"
#include "sspi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef ULONG_PTR LSA_SEC_HANDLE, *PLSA_SEC_HANDLE;

#define SECPKG_INTERFACE_VERSION	0x00010000
#define SECPKG_INTERFACE_VERSION_2	0x00020000
#define SECPKG_INTERFACE_VERSION_3	0x00040000

#define SECPKG_USERMODEINIT_NAME	"SpUserModeInitialize"

/* --- what a host gives a package */

typedef PVOID (*PLSA_ALLOCATE_LSA_HEAP)(ULONG Length);
typedef void (*PLSA_FREE_LSA_HEAP)(PVOID Base);
typedef NTSTATUS (*PLSA_CALLBACK_FUNCTION)(ULONG_PTR Argument1,
					   ULONG_PTR Argument2,
					   PSecBuffer InputBuffer,
					   PSecBuffer OutputBuffer);
typedef NTSTATUS (*PLSA_REGISTER_CALLBACK)(ULONG CallbackId,
					   PLSA_CALLBACK_FUNCTION Callback);

typedef struct _SECPKG_DLL_FUNCTIONS {
	PLSA_ALLOCATE_LSA_HEAP AllocateHeap;
	PLSA_FREE_LSA_HEAP FreeHeap;
	PLSA_REGISTER_CALLBACK RegisterCallback;
} SECPKG_DLL_FUNCTIONS, *PSECPKG_DLL_FUNCTIONS;

/* --- what a package gives a host */

typedef NTSTATUS SpInstanceInitFn(ULONG Version,
				  PSECPKG_DLL_FUNCTIONS FunctionTable,
				  PVOID *UserFunctions);
typedef NTSTATUS SpInitUserModeContextFn(LSA_SEC_HANDLE ContextHandle,
					 PSecBuffer PackedContext);
typedef NTSTATUS SpMakeSignatureFn(LSA_SEC_HANDLE ContextHandle,
				   ULONG QualityOfProtection,
				   PSecBufferDesc MessageBuffers,
				   ULONG MessageSequenceNumber);
typedef NTSTATUS SpVerifySignatureFn(LSA_SEC_HANDLE ContextHandle,
				     PSecBufferDesc MessageBuffers,
				     ULONG MessageSequenceNumber,
				     PULONG QualityOfProtection);
typedef NTSTATUS SpSealMessageFn(LSA_SEC_HANDLE ContextHandle,
				 ULONG QualityOfProtection,
				 PSecBufferDesc MessageBuffers,
				 ULONG MessageSequenceNumber);
typedef NTSTATUS SpUnsealMessageFn(LSA_SEC_HANDLE ContextHandle,
				   PSecBufferDesc MessageBuffers,
				   ULONG MessageSequenceNumber,
				   PULONG QualityOfProtection);
typedef NTSTATUS SpGetContextTokenFn(LSA_SEC_HANDLE ContextHandle,
				     PHANDLE ImpersonationToken);
typedef NTSTATUS SpQueryContextAttributesFn(LSA_SEC_HANDLE ContextHandle,
					    ULONG ContextAttribute,
					    PVOID Buffer);
typedef NTSTATUS SpCompleteAuthTokenFn(LSA_SEC_HANDLE ContextHandle,
				       PSecBufferDesc InputBuffer);
typedef NTSTATUS SpDeleteContextFn(LSA_SEC_HANDLE ContextHandle);
typedef NTSTATUS SpFormatCredentialsFn(PSecBuffer Credentials,
				       PSecBuffer FormattedCredentials);
typedef NTSTATUS SpMarshallSupplementalCredsFn(ULONG CredentialSize,
					       PUCHAR Credentials,
					       PULONG MarshalledCredSize,
					       PVOID *MarshalledCreds);
typedef NTSTATUS SpExportSecurityContextFn(LSA_SEC_HANDLE phContext,
					   ULONG fFlags,
					   PSecBuffer pPackedContext,
					   PHANDLE pToken);
typedef NTSTATUS SpImportSecurityContextFn(PSecBuffer pPackedContext,
					   HANDLE Token,
					   PLSA_SEC_HANDLE phContext);

typedef struct _SECPKG_USER_FUNCTION_TABLE {
	SpInstanceInitFn *InstanceInit;
	SpInitUserModeContextFn *InitUserModeContext;
	SpMakeSignatureFn *MakeSignature;
	SpVerifySignatureFn *VerifySignature;
	SpSealMessageFn *SealMessage;
	SpUnsealMessageFn *UnsealMessage;
	SpGetContextTokenFn *GetContextToken;
	SpQueryContextAttributesFn *QueryContextAttributes;
	SpCompleteAuthTokenFn *CompleteAuthToken;
	SpDeleteContextFn *DeleteUserModeContext;
	SpFormatCredentialsFn *FormatCredentials;
	SpMarshallSupplementalCredsFn *MarshallSupplementalCreds;
	SpExportSecurityContextFn *ExportContext;
	SpImportSecurityContextFn *ImportContext;
} SECPKG_USER_FUNCTION_TABLE, *PSECPKG_USER_FUNCTION_TABLE;

/* As Windows' kernel has them in its own table, SECPKG_KERNEL_FUNCTION_TABLE. */
typedef SpMakeSignatureFn KspMakeSignatureFn;
typedef SpVerifySignatureFn KspVerifySignatureFn;
typedef SpSealMessageFn KspSealMessageFn;
typedef SpUnsealMessageFn KspUnsealMessageFn;

typedef NTSTATUS (*SpUserModeInitializeFn)(ULONG LsaVersion,
					   PULONG PackageVersion,
					   PSECPKG_USER_FUNCTION_TABLE *ppTables,
					   PULONG pcTables);

/**
 * DOC: Rules of the SSPI calls
 *
 * An LSA_SEC_HANDLE is a handle of the file that sspseal_device() returns; a
 * process whose device cannot be opened has none, and every call then returns
 * the invalid handle of its page. Contexts are made with sspseal_create().
 *
 * Every call but SpInstanceInit() may be made by any number of threads at a time,
 * on one context too; only a descriptor and its buffers belong to one call at a time. The
 * caller's memory is not used after the return. What a call allocates is memory
 * of AllocateHeap of the host's table if SpInstanceInit() was given one, to be
 * freed with the host's FreeHeap, or else of the library, to be freed with
 * FreeContextBuffer().
 *
 * A call that fails changes nothing, neither buffers and their cbBuffer nor
 * counters and windows. There are three exceptions. A number that was used stays
 * used if the cipher fails then (SSPSEAL_STATUS_CIPHER), or if the caller's memory
 * cannot be written (SSPSEAL_STATUS_FAULT_AFTER_COMMIT); with SEQUENCE_DETECT that
 * was the last one. And an altered message is counted.
 *
 * sspseal_last_status() tells which of the kernel's rules it was. What the library
 * refuses by itself, a flag or a pointer that is NULL, leaves that as it was.
 *
 * A descriptor is read by the library, so that one that cannot be read is a fault of
 * the program. Its array of SecBuffer, and all that they point to, is read and
 * written by the kernel, which refuses memory that cannot be. Only in a 32-bit
 * program the library reads and writes the array too, since the kernel has another
 * layout.
 */

/**
 * SpUserModeInitialize() - the functions of the package, in a table
 * @LsaVersion: version of the host's interface. It is not looked at
 * @PackageVersion: out: SECPKG_INTERFACE_VERSION
 * @ppTables: out: the table, which belongs to the library. No entry is NULL
 * @pcTables: out: 1
 *
 * Source: Microsoft, "SpUserModeInitializeFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * STATUS_INVALID_PARAMETER - a pointer is NULL
 */
NTSTATUS SEC_ENTRY SpUserModeInitialize(ULONG LsaVersion, PULONG PackageVersion,
					PSECPKG_USER_FUNCTION_TABLE *ppTables,
					PULONG pcTables);

/**
 * SpInstanceInit() - begin to use the package
 * @Version: of the interface. It is not looked at
 * @FunctionTable: the host's functions, which must stay there; or NULL for none.
 *	Of these, AllocateHeap and FreeHeap are used; if one is NULL, neither
 * @UserFunctions: not used
 *
 * For a host that has memory of its own; nothing else needs this call. It may be
 * made again, but not while another call of this header is in progress.
 *
 * Source: Microsoft, "SpInstanceInitFn callback function (ntsecpkg.h)".
 *
 * Return: STATUS_SUCCESS.
 */
NTSTATUS NTAPI SpInstanceInit(ULONG Version, PSECPKG_DLL_FUNCTIONS FunctionTable,
			      PVOID *UserFunctions);

/**
 * SpInitUserModeContext() - take over a context
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_QUERY
 * @PackedContext: a struct sspseal_packed_context, made by
 *	sspseal_pack_context() for this context in this or another process. The
 *	buffer's type is not looked at
 *
 * There is nothing to set up: it checks that the handle stands for the context
 * that the blob was made for.
 *
 * Source: Microsoft, "SpInitUserModeContextFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle, or another context
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the handle has expired or was revoked
 * * SEC_E_INVALID_TOKEN - @PackedContext or its memory is NULL, or it is not of
 *   the size and version that this library makes
 */
NTSTATUS NTAPI SpInitUserModeContext(LSA_SEC_HANDLE ContextHandle,
				     PSecBuffer PackedContext);

/**
 * SpSealMessage() - encrypt and authenticate a message
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_SEAL
 * @QualityOfProtection: 0; SECQOP_WRAP_NO_ENCRYPT to authenticate without
 *	encrypting; either with SSPSEAL_QOP_SUITE()
 * @MessageBuffers: ulVersion SECBUFFER_VERSION and 1 to 32 buffers, in an order
 *	that the receiver keeps:
 *	one DATA, encrypted where it is;
 *	any number of DATA|READONLY_WITH_CHECKSUM, authenticated and not changed;
 *	one TOKEN, of the size cbSecurityTrailer at least: it is written, and its
 *	cbBuffer becomes the size used;
 *	PADDING, whose cbBuffer becomes 0;
 *	DATA|READONLY and other types, left alone and not authenticated
 * @MessageSequenceNumber: the caller's own number of the message, or 0. It is
 *	authenticated, and has no other effect on this side
 *
 * Source: Microsoft, "SpSealMessageFn callback function (ntsecpkg.h)" and
 * "EncryptMessage (General) function".
 *
 * Return:
 * * STATUS_SUCCESS
 * * STATUS_INVALID_HANDLE - no such handle, or a context without services
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_INVALID_HANDLE - the context is not bound or not confirmed yet
 * * SEC_E_CONTEXT_EXPIRED - the context, its sending, or the handle has come to
 *   its end, or was revoked
 * * SEC_E_QOP_NOT_SUPPORTED - @QualityOfProtection has an unknown bit or suite, or
 *   asks for encryption on a context without CONFIDENTIALITY
 * * STATUS_INVALID_PARAMETER - @MessageBuffers is NULL, empty or of another
 *   version; no TOKEN, or it is too small, read-only or NULL; not exactly one
 *   plain DATA; buffers that overlap, are NULL with a length, of an unknown type,
 *   too many or too long
 * * STATUS_ACCESS_VIOLATION - memory that cannot be read or written
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, or too much in flight
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
NTSTATUS NTAPI SpSealMessage(LSA_SEC_HANDLE ContextHandle,
			     ULONG QualityOfProtection,
			     PSecBufferDesc MessageBuffers,
			     ULONG MessageSequenceNumber);

/**
 * SpUnsealMessage() - check and decrypt a message
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_UNSEAL
 * @MessageBuffers: the buffers in the sender's order, as for SpSealMessage(), with
 *	TOKEN read (bytes beyond the token are ignored) and DATA decrypted where
 *	it is. Or, in place of TOKEN, STREAM: token and data one behind the other;
 *	DATA's pvBuffer and cbBuffer are then set to the plaintext inside STREAM
 * @MessageSequenceNumber: the number that the sender must have passed, or 0 for
 *	any
 * @QualityOfProtection: out: 0, or SECQOP_WRAP_NO_ENCRYPT if the message was
 *	authenticated only; may be NULL
 *
 * Source: Microsoft, "SpUnsealMessageFn callback function (ntsecpkg.h)" and
 * "DecryptMessage (General) function".
 *
 * Return:
 * * STATUS_SUCCESS
 * * STATUS_INVALID_HANDLE - no such handle, or a context without services
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_INVALID_HANDLE - the context is not bound or not confirmed yet
 * * SEC_E_CONTEXT_EXPIRED - the context or the handle has come to its end, or was
 *   revoked
 * * STATUS_INVALID_PARAMETER - as for SpSealMessage(), but TOKEN may be read-only;
 *   or both TOKEN and STREAM
 * * SEC_E_INCOMPLETE_MESSAGE - STREAM is shorter than a token
 * * STATUS_ACCESS_VIOLATION - memory that cannot be read or written
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, or too much in flight
 * * SEC_E_INVALID_TOKEN - the token is malformed, a signature, one of this end's
 *   own, or of another session
 * * SEC_E_QOP_NOT_SUPPORTED - a sealed message on a context without
 *   CONFIDENTIALITY, or one that is not on a context made with REQUIRE_SEAL
 * * SEC_E_MESSAGE_ALTERED - the message is not authentic
 * * SEC_E_OUT_OF_SEQUENCE - authentic, but a replay, not the next one where the
 *   context asks for that, or with another number than @MessageSequenceNumber
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
NTSTATUS NTAPI SpUnsealMessage(LSA_SEC_HANDLE ContextHandle,
			       PSecBufferDesc MessageBuffers,
			       ULONG MessageSequenceNumber,
			       PULONG QualityOfProtection);

/**
 * SpMakeSignature() - authenticate a message
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_SIGN
 * @QualityOfProtection: 0 or SECQOP_WRAP_NO_ENCRYPT, which are the same here;
 *	either with SSPSEAL_QOP_SUITE()
 * @MessageBuffers: ulVersion SECBUFFER_VERSION and 1 to 32 buffers, in an order
 *	that the receiver keeps:
 *	DATA and DATA|READONLY_WITH_CHECKSUM, one or more in all, authenticated
 *	and not changed;
 *	one TOKEN, of the size cbMaxSignature at least: it is written, and its
 *	cbBuffer becomes the size used;
 *	PADDING, whose cbBuffer becomes 0;
 *	DATA|READONLY and other types, left alone and not authenticated
 * @MessageSequenceNumber: the caller's own number of the message, or 0. It is
 *	authenticated, and has no other effect on this side
 *
 * Source: Microsoft, "SpMakeSignatureFn callback function (ntsecpkg.h)" and
 * "MakeSignature function".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context, its sending, or the handle has come to
 *   its end, or was revoked
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services, or
 *   @QualityOfProtection has an unknown bit or suite
 * * SEC_E_INVALID_TOKEN - @MessageBuffers is NULL, empty or of another version; no
 *   TOKEN, or it is too small, read-only or NULL; nothing to sign; buffers that
 *   overlap, are NULL with a length, of an unknown type, or too many
 * * STATUS_INVALID_PARAMETER - the message is too long
 * * STATUS_ACCESS_VIOLATION - memory that cannot be read or written
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, or too much in flight
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
NTSTATUS NTAPI SpMakeSignature(LSA_SEC_HANDLE ContextHandle,
			       ULONG QualityOfProtection,
			       PSecBufferDesc MessageBuffers,
			       ULONG MessageSequenceNumber);

/**
 * SpVerifySignature() - check a message that SpMakeSignature() authenticated
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_VERIFY
 * @MessageBuffers: the buffers in the sender's order, as for SpMakeSignature(),
 *	with TOKEN read (bytes beyond the token are ignored). STREAM is not taken
 * @MessageSequenceNumber: the number that the sender must have passed, or 0 for
 *	any
 * @QualityOfProtection: out: 0; may be NULL
 *
 * Source: Microsoft, "SpVerifySignatureFn callback function (ntsecpkg.h)" and
 * "VerifySignature function".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the context or the handle has come to its end, or was
 *   revoked
 * * SEC_E_QOP_NOT_SUPPORTED - a context without services
 * * SEC_E_INVALID_TOKEN - as for SpMakeSignature(), but TOKEN may be read-only; or
 *   the token is malformed, of a sealed message, one of this end's own, or of
 *   another session
 * * STATUS_INVALID_PARAMETER - the message is too long
 * * STATUS_ACCESS_VIOLATION - memory that cannot be read or written
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, or too much in flight
 * * SEC_E_MESSAGE_ALTERED - the message is not authentic
 * * SEC_E_OUT_OF_SEQUENCE - authentic, but a replay, not the next one where the
 *   context asks for that, or with another number than @MessageSequenceNumber
 * * SEC_E_CRYPTO_SYSTEM_INVALID - the cipher failed
 */
NTSTATUS NTAPI SpVerifySignature(LSA_SEC_HANDLE ContextHandle,
				 PSecBufferDesc MessageBuffers,
				 ULONG MessageSequenceNumber,
				 PULONG QualityOfProtection);

/**
 * SpGetContextToken() - the peer's access token
 * @ContextHandle: the context
 * @ImpersonationToken: out: not written
 *
 * Source: Microsoft, "SpGetContextTokenFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_NO_IMPERSONATION - any other: a peer is no user of this system
 */
NTSTATUS NTAPI SpGetContextToken(LSA_SEC_HANDLE ContextHandle,
				 PHANDLE ImpersonationToken);

/**
 * SpQueryContextAttributes() - what a caller needs to know of a context
 * @ContextHandle: the context, with the right SSPSEAL_RIGHT_QUERY
 * @ContextAttribute: one of those of QueryContextAttributesW()
 * @Buffer: out: the struct. SecPkgContext_Sizes: cbMaxSignature and
 *	cbSecurityTrailer are the TOKEN sizes of signing and sealing, in bytes, 0
 *	without INTEGRITY; cbMaxToken is SSPSEAL_MAX_TOKEN, for a handshake's;
 *	cbBlockSize is 1: no padding is needed. The others: as
 *	QueryContextAttributesW()
 *
 * Source: Microsoft, "SpQueryContextAttributesFn callback function (ntsecpkg.h)"
 * and "SecPkgContext_Sizes structure (sspi.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle
 * * STATUS_ACCESS_DENIED - the handle does not have the right
 * * SEC_E_CONTEXT_EXPIRED - the handle has expired or was revoked
 * * SEC_E_UNSUPPORTED_FUNCTION - another attribute; or names that are not known, or
 *   not UTF-8
 * * SEC_E_INVALID_PARAMETER - @Buffer is NULL
 * * STATUS_INSUFFICIENT_RESOURCES - no memory
 */
NTSTATUS NTAPI SpQueryContextAttributes(LSA_SEC_HANDLE ContextHandle,
					ULONG ContextAttribute, PVOID Buffer);

/**
 * SpCompleteAuthToken() - finish a token of the handshake
 * @ContextHandle: the context
 * @InputBuffer: the token
 *
 * Source: Microsoft, "SpCompleteAuthTokenFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * SEC_E_INVALID_HANDLE - no such handle
 * * SEC_E_UNSUPPORTED_FUNCTION - any other: the tokens of this package are
 *   complete
 */
NTSTATUS NTAPI SpCompleteAuthToken(LSA_SEC_HANDLE ContextHandle,
				   PSecBufferDesc InputBuffer);

/**
 * SpDeleteUserModeContext() - give up a context
 * @ContextHandle: the context
 *
 * Calls in progress finish. The keys are gone when all handles of the context
 * are.
 *
 * Source: Microsoft, "SpDeleteContextFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle, or deleted before
 */
NTSTATUS NTAPI SpDeleteUserModeContext(LSA_SEC_HANDLE ContextHandle);

/**
 * SpFormatCredentials() - credentials in the form of the package
 * @Credentials: not used
 * @FormattedCredentials: out: not written
 *
 * Source: Microsoft, "SpFormatCredentialsFn callback function (ntsecpkg.h)".
 *
 * Return: SEC_E_UNSUPPORTED_FUNCTION: a package without logons has none.
 */
NTSTATUS NTAPI SpFormatCredentials(PSecBuffer Credentials,
				   PSecBuffer FormattedCredentials);

/**
 * SpMarshallSupplementalCreds() - credentials in the form of the host
 * @CredentialSize: not used
 * @Credentials: not used
 * @MarshalledCredSize: out: not written
 * @MarshalledCreds: out: not written
 *
 * Source: Microsoft, "SpMarshallSupplementalCredsFn callback function
 * (ntsecpkg.h)".
 *
 * Return: SEC_E_UNSUPPORTED_FUNCTION: a package without logons has none.
 */
NTSTATUS NTAPI SpMarshallSupplementalCreds(ULONG CredentialSize,
					   PUCHAR Credentials,
					   PULONG MarshalledCredSize,
					   PVOID *MarshalledCreds);

/**
 * SpExportSecurityContext() - make what another process needs to use a context
 * @phContext: the context, with the rights SSPSEAL_RIGHT_EXPORT and
 *	SSPSEAL_RIGHT_QUERY; bound and confirmed
 * @fFlags: as for ExportSecurityContext()
 * @pPackedContext: as for ExportSecurityContext(), but for who frees it
 * @pToken: as for ExportSecurityContext()
 *
 * Source: Microsoft, "SpExportSecurityContextFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_HANDLE - no such handle, or the context is not bound or not
 *   confirmed yet
 * * STATUS_ACCESS_DENIED - the handle does not have the rights
 * * SEC_E_CONTEXT_EXPIRED - the handle has expired or was revoked
 * * SEC_E_NOT_SUPPORTED - another flag
 * * SEC_E_INVALID_PARAMETER - @pPackedContext or @pToken is NULL
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, or no descriptor left
 */
NTSTATUS NTAPI SpExportSecurityContext(LSA_SEC_HANDLE phContext, ULONG fFlags,
				       PSecBuffer pPackedContext, PHANDLE pToken);

/**
 * SpImportSecurityContext() - use a context that was given away
 * @pPackedContext: as for ImportSecurityContextA()
 * @Token: as for ImportSecurityContextA()
 * @phContext: out: the context
 *
 * Source: Microsoft, "SpImportSecurityContextFn callback function (ntsecpkg.h)".
 *
 * Return:
 * * STATUS_SUCCESS
 * * SEC_E_INVALID_PARAMETER - @phContext is NULL
 * * SEC_E_INVALID_TOKEN - @pPackedContext or its memory is NULL, or it is not of
 *   the size and version that this library makes
 * * SEC_E_INVALID_HANDLE - @Token is not an sspseal file, or one of another
 *   context
 * * STATUS_ACCESS_DENIED - it does not have the right SSPSEAL_RIGHT_QUERY
 * * SEC_E_CONTEXT_EXPIRED - it has expired or was revoked
 * * STATUS_INSUFFICIENT_RESOURCES - no memory, no descriptor left, or too many
 *   handles
 */
NTSTATUS NTAPI SpImportSecurityContext(PSecBuffer pPackedContext, HANDLE Token,
				       PLSA_SEC_HANDLE phContext);

#ifdef __cplusplus
}
#endif

#endif /* NTSECPKG_H */

// SPDX-License-Identifier: MIT
/*
 * What can be asked of a context, at both layers: each attribute is made of
 * what QUERY says.
 */
#include <stdint.h>

#include "internal.h"
#include "names.h"

/* From the epoch of FILETIME to that of Linux. */
#define EPOCH_SECONDS	11644473600ULL
#define TICKS		10000000ULL

/* The A structs have pointers of another type in the same places. */
_Static_assert(sizeof(SecPkgContext_PackageInfoA) ==
	       sizeof(SecPkgContext_PackageInfoW), "one layout");
_Static_assert(offsetof(SecPkgContext_NegotiationInfoA, NegotiationState) ==
	       offsetof(SecPkgContext_NegotiationInfoW, NegotiationState),
	       "one layout");
_Static_assert(offsetof(SecPkgContext_KeyInfoA, KeySize) ==
	       offsetof(SecPkgContext_KeyInfoW, KeySize), "one layout");
_Static_assert(sizeof(SecPkgContext_NamesA) == sizeof(SecPkgContext_NamesW) &&
	       sizeof(SecPkgContext_NativeNamesA) ==
	       sizeof(SecPkgContext_NativeNamesW), "one layout");

/* Writes the caller's struct. */
typedef NTSTATUS attribute_get(const struct sspseal_style *style,
			       const struct sspseal_query *query, void *buffer);

static NTSTATUS get_sizes(const struct sspseal_style *style,
			  const struct sspseal_query *query, void *buffer)
{
	SecPkgContext_Sizes *sizes = buffer;

	(void)style;
	/* Of a handshake, not of a message. */
	sizes->cbMaxToken = SSPSEAL_MAX_TOKEN;
	sizes->cbMaxSignature = query->max_signature;
	sizes->cbBlockSize = 1;
	sizes->cbSecurityTrailer = query->security_trailer;
	return STATUS_SUCCESS;
}

/**
 * sspseal_timestamp() - a time as SSPI has it
 * @second: of CLOCK_REALTIME; 0 for never, as the kernel has it
 *
 * Return: in units of 100 ns, UTC. Never, and what does not fit, is the last
 * time that there is.
 */
LONGLONG sspseal_timestamp(__u64 second)
{
	if (!second || second > INT64_MAX / TICKS - EPOCH_SECONDS)
		return INT64_MAX;
	return (second + EPOCH_SECONDS) * TICKS;
}

static NTSTATUS get_lifespan(const struct sspseal_style *style,
			     const struct sspseal_query *query, void *buffer)
{
	SecPkgContext_Lifespan *lifespan = buffer;

	(void)style;
	/* The kernel does not keep when a context was made. */
	lifespan->tsStart.QuadPart = 0;
	lifespan->tsExpiry.QuadPart = sspseal_timestamp(query->expiry);
	return STATUS_SUCCESS;
}

/**
 * sspseal_context_flags() - services as one end has them in SSPI
 * @role: SSPSEAL_ROLE_*
 * @services: SSPSEAL_CONFIDENTIALITY and others
 *
 * Return: ISC_RET_* for the initiator, ASC_RET_* for the acceptor: INTEGRITY of
 * one is another flag of the other.
 */
ULONG sspseal_context_flags(__u32 role, __u32 services)
{
	bool initiator = role == SSPSEAL_ROLE_INITIATOR;
	ULONG flags = 0;

	if (services & SSPSEAL_CONFIDENTIALITY)
		flags |= initiator ? ISC_RET_CONFIDENTIALITY :
				     ASC_RET_CONFIDENTIALITY;
	if (services & SSPSEAL_INTEGRITY)
		flags |= initiator ? ISC_RET_INTEGRITY : ASC_RET_INTEGRITY;
	if (services & SSPSEAL_REPLAY_DETECT)
		flags |= initiator ? ISC_RET_REPLAY_DETECT :
				     ASC_RET_REPLAY_DETECT;
	if (services & SSPSEAL_SEQUENCE_DETECT)
		flags |= initiator ? ISC_RET_SEQUENCE_DETECT :
				     ASC_RET_SEQUENCE_DETECT;
	return flags;
}

static NTSTATUS get_flags(const struct sspseal_style *style,
			  const struct sspseal_query *query, void *buffer)
{
	SecPkgContext_Flags *flags = buffer;
	struct names names = { .flags = 0 };

	(void)style;
	sspseal_names_find(query->handle, &names);
	flags->Flags = sspseal_context_flags(query->role, query->services) |
		       names.flags;
	return STATUS_SUCCESS;
}

static NTSTATUS get_package_info(const struct sspseal_style *style,
				 const struct sspseal_query *query,
				 void *buffer)
{
	SecPkgContext_PackageInfoW *info = buffer;
	PSecPkgInfoW package = sspseal_package_info(style);

	(void)query;
	if (!package)
		return sspseal_no_memory(style);
	info->PackageInfo = package;
	return STATUS_SUCCESS;
}

static NTSTATUS get_negotiation_info(const struct sspseal_style *style,
				     const struct sspseal_query *query,
				     void *buffer)
{
	SecPkgContext_NegotiationInfoW *info = buffer;
	PSecPkgInfoW package = sspseal_package_info(style);

	if (!package)
		return sspseal_no_memory(style);
	info->PackageInfo = package;
	info->NegotiationState = query->ready ? SECPKG_NEGOTIATION_COMPLETE :
						SECPKG_NEGOTIATION_IN_PROGRESS;
	return STATUS_SUCCESS;
}

static const struct suite {
	__u32 id;
	ULONG bits;
	const char *name;
} suites[] = {
	{ SSPSEAL_SUITE_AES_256_GCM, 256, "AES-256-GCM" },
	{ SSPSEAL_SUITE_AES_128_GCM, 128, "AES-128-GCM" },
	{ SSPSEAL_SUITE_CHACHA20_POLY1305, 256, "CHACHA20-POLY1305" },
	/* One that is newer than this library. */
	{ 0, 0, "" },
};

static const struct suite *find_suite(__u32 id)
{
	const struct suite *suite = suites;

	while (suite->id && suite->id != id)
		suite++;
	return suite;
}

/* ---- names, each of which is freed by itself, as Microsoft's pages have it ---- */

/* @name: bytes that a peer chose, and that it should have chosen to be UTF-8. */
static NTSTATUS give_name(const struct sspseal_style *style, const char *name,
			  void **string)
{
	if (style->wide && sspseal_utf16(name, NULL) < 0)
		return SEC_E_UNSUPPORTED_FUNCTION;
	*string = sspseal_string(style, name);
	return *string ? STATUS_SUCCESS : sspseal_no_memory(style);
}

static NTSTATUS give_two(const struct sspseal_style *style, const char *first,
			 const char *second, void *string[2])
{
	NTSTATUS status = give_name(style, first, &string[0]);

	if (status != STATUS_SUCCESS)
		return status;
	status = give_name(style, second, &string[1]);
	if (status != STATUS_SUCCESS)
		style->release(string[0]);
	return status;
}

/* The user is whoever began. */
static NTSTATUS get_names(const struct sspseal_style *style,
			  const struct sspseal_query *query, void *buffer)
{
	SecPkgContext_NamesW *result = buffer;
	struct names names;
	NTSTATUS status;
	void *user;

	if (!sspseal_names_find(query->handle, &names))
		return SEC_E_UNSUPPORTED_FUNCTION;
	status = give_name(style, names.initiator, &user);
	if (status == STATUS_SUCCESS)
		result->sUserName = user;
	return status;
}

static NTSTATUS get_native_names(const struct sspseal_style *style,
				 const struct sspseal_query *query,
				 void *buffer)
{
	SecPkgContext_NativeNamesW *result = buffer;
	struct names names;
	NTSTATUS status;
	void *string[2];

	if (!sspseal_names_find(query->handle, &names))
		return SEC_E_UNSUPPORTED_FUNCTION;
	status = give_two(style, names.initiator, names.acceptor, string);
	if (status != STATUS_SUCCESS)
		return status;
	result->sClientName = string[0];
	result->sServerName = string[1];
	return STATUS_SUCCESS;
}

static NTSTATUS get_key_info(const struct sspseal_style *style,
			     const struct sspseal_query *query, void *buffer)
{
	const struct suite *suite = find_suite(query->default_suite);
	bool sign = query->services & SSPSEAL_INTEGRITY;
	bool seal = query->services & SSPSEAL_CONFIDENTIALITY;
	SecPkgContext_KeyInfoW *info = buffer;
	NTSTATUS status;
	void *string[2];

	status = give_two(style, sign ? suite->name : "",
			  seal ? suite->name : "", string);
	if (status != STATUS_SUCCESS)
		return status;
	info->sSignatureAlgorithmName = string[0];
	info->sEncryptAlgorithmName = string[1];
	info->KeySize = sign ? suite->bits : 0;
	info->SignatureAlgorithm = sign ? query->default_suite : 0;
	info->EncryptAlgorithm = seal ? query->default_suite : 0;
	return STATUS_SUCCESS;
}

/* NULL for what is not offered, SECPKG_ATTR_SESSION_KEY above all. */
static attribute_get *find_attribute(ULONG attribute)
{
	switch (attribute) {
	case SECPKG_ATTR_SIZES:
		return get_sizes;
	case SECPKG_ATTR_LIFESPAN:
		return get_lifespan;
	case SECPKG_ATTR_FLAGS:
		return get_flags;
	case SECPKG_ATTR_PACKAGE_INFO:
		return get_package_info;
	case SECPKG_ATTR_NEGOTIATION_INFO:
		return get_negotiation_info;
	case SECPKG_ATTR_KEY_INFO:
		return get_key_info;
	case SECPKG_ATTR_NAMES:
		return get_names;
	case SECPKG_ATTR_NATIVE_NAMES:
		return get_native_names;
	default:
		return NULL;
	}
}

static NTSTATUS query_attribute(const struct sspseal_style *style,
				LSA_SEC_HANDLE handle, ULONG attribute,
				void *buffer)
{
	attribute_get *get = find_attribute(attribute);
	struct sspseal_query query;
	NTSTATUS status;

	status = sspseal_context_query(style->family, handle, &query);
	if (status != STATUS_SUCCESS)
		return status;
	if (!get)
		return SEC_E_UNSUPPORTED_FUNCTION;
	if (!buffer)
		return SEC_E_INVALID_PARAMETER;
	return get(style, &query, buffer);
}

LIBEXPORT NTSTATUS NTAPI SpQueryContextAttributes(LSA_SEC_HANDLE ContextHandle,
						  ULONG ContextAttribute,
						  PVOID Buffer)
{
	return query_attribute(&sspseal_style_sp, ContextHandle,
			       ContextAttribute, Buffer);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QueryContextAttributesA(PCtxtHandle phContext, ULONG ulAttribute, void *pBuffer)
{
	return query_attribute(&sspseal_style_a, sspseal_context(phContext),
			       ulAttribute, pBuffer);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
QueryContextAttributesW(PCtxtHandle phContext, ULONG ulAttribute, void *pBuffer)
{
	return query_attribute(&sspseal_style_w, sspseal_context(phContext),
			       ulAttribute, pBuffer);
}

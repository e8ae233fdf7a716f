// SPDX-License-Identifier: MIT
/*
 * InitializeSecurityContext and AcceptSecurityContext: the two ends of the
 * handshake in Documentation/protocol.rst.
 *
 * All that is secret is done by the kernel: the keys come from CREATE and BIND, a
 * confirmation is a SIGN, and until the peer's was accepted the kernel lets no
 * message pass. Here tokens are taken apart, compared and put together.
 *
 * What the caller does wrong is refused before anything changes. What the peer does
 * wrong ends the handshake.
 */
#include <string.h>

#include "handshake.h"

_Static_assert(HANDSHAKE_TOKEN_MAX <= SSPSEAL_MAX_TOKEN, "as the header says");

/* Both ends have the same bits for these, in what is asked for and given. */
#define ALLOCATE	ISC_REQ_ALLOCATE_MEMORY
#define MUTUAL		ISC_REQ_MUTUAL_AUTH
#define BOTH_GIVE	(ISC_REQ_CONNECTION | ISC_REQ_USE_DCE_STYLE)

/**
 * struct call - what a call of either end was given
 * @role: SSPSEAL_ROLE_*
 * @credential: may be NULL
 * @context: NULL at the first call of a handshake
 * @target: name that the peer must have
 * @asked: ISC_REQ_* or ASC_REQ_*
 * @input: what the peer sent
 * @new_context: out
 * @output: out: what the peer is to be sent
 * @given: out: ISC_RET_* or ASC_RET_*, may be NULL
 * @expiry: out, may be NULL
 */
struct call {
	__u32 role;
	PCredHandle credential;
	PCtxtHandle context;
	struct text target;
	ULONG asked;
	PSecBufferDesc input;
	PCtxtHandle new_context;
	PSecBufferDesc output;
	PULONG given;
	PTimeStamp expiry;
};

/* ---- what is asked for, and given ---- */

/*
 * DELEGATE and PROMPT_FOR_CREDS are refused, as Microsoft's pages have it; the bit
 * of the second is another one for ASC.
 */
static bool is_refused(const struct call *call)
{
	if (call->role == SSPSEAL_ROLE_INITIATOR)
		return call->asked & (ISC_REQ_DELEGATE |
				      ISC_REQ_PROMPT_FOR_CREDS);
	return call->asked & ASC_REQ_DELEGATE;
}

/* INTEGRITY, whose bits differ, is given whether it is asked for or not. */
static __u32 asked_services(const struct call *call)
{
	__u32 services = 0;

	if (call->asked & ISC_REQ_CONFIDENTIALITY)
		services |= SSPSEAL_CONFIDENTIALITY;
	if (call->asked & ISC_REQ_REPLAY_DETECT)
		services |= SSPSEAL_REPLAY_DETECT;
	if (call->asked & ISC_REQ_SEQUENCE_DETECT)
		services |= SSPSEAL_SEQUENCE_DETECT;
	return services;
}

static ULONG given_flags(const struct half_open *half, __u32 services)
{
	ULONG identify = half->role == SSPSEAL_ROLE_INITIATOR ?
			 ISC_REQ_IDENTIFY : ASC_REQ_IDENTIFY;

	return sspseal_context_flags(half->role, services) | MUTUAL |
	       (half->asked & (BOTH_GIVE | identify));
}

/* ---- the end of a call ---- */

static void tell_context(const struct call *call, __u32 handle)
{
	if (call->new_context)
		sspseal_to_context(handle, call->new_context);
}

/* The peer has to answer: what both agree on is not known yet. */
static SECURITY_STATUS go_on(const struct call *call, struct half_open *half)
{
	tell_context(call, half->handle);
	if (call->given)
		*call->given = call->asked & ALLOCATE;
	if (call->expiry)
		call->expiry->QuadPart = sspseal_timestamp(0);
	sspseal_half_open_wait(half);
	return SEC_I_CONTINUE_NEEDED;
}

/* The last that may fail: another thread may have destroyed the handle. */
static SECURITY_STATUS tell_expiry(const struct call *call,
				   const struct half_open *half)
{
	struct sspseal_query query;
	SECURITY_STATUS status;

	if (!call->expiry)
		return SEC_E_OK;
	status = sspseal_context_query(SSPSEAL_FAMILY_APPLICATION, half->handle,
				       &query);
	if (status == SEC_E_OK)
		call->expiry->QuadPart = sspseal_timestamp(query.expiry);
	return status;
}

static SECURITY_STATUS finish(const struct call *call, struct half_open *half,
			      __u32 services, ULONG allocated)
{
	ULONG given = given_flags(half, services);

	tell_context(call, half->handle);
	if (call->given)
		*call->given = given | allocated;
	sspseal_names_add(half->names, half->handle, given);
	half->names = NULL;
	sspseal_half_open_done(half);
	return SEC_E_OK;
}

/* ---- what both ends do ---- */

static struct span own_identity(const struct half_open *half)
{
	return (struct span){
		(const __u8 *)half->credential->identity,
		half->credential->identity_size
	};
}

static struct span text_span(const char *text)
{
	return (struct span){ (const __u8 *)text, strlen(text) };
}

/* While there may still be no memory: finish() does not fail. */
static SECURITY_STATUS keep_names(struct half_open *half,
				  const struct handshake_token *peer)
{
	struct span own = own_identity(half);
	struct span other = peer->field[HANDSHAKE_IDENTITY];

	half->names = half->role == SSPSEAL_ROLE_INITIATOR ?
		      sspseal_names_make(own, other) :
		      sspseal_names_make(other, own);
	return half->names ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS prepare(const struct call *call, size_t size,
			       struct reply *reply)
{
	return sspseal_reply_prepare(call->output, call->asked & ALLOCATE,
				     size, reply);
}

static bool parse(enum handshake_type type, const struct received *received,
		  struct handshake_token *token)
{
	return sspseal_handshake_parse(type, received->bytes, received->size,
				       token);
}

static struct half_open *take(const struct call *call)
{
	return sspseal_half_open_take(sspseal_from_context(call->context),
				      call->role, call->credential);
}

static SECURITY_STATUS begin(const struct call *call, ULONG use,
			     struct half_open **half)
{
	struct credential *credential;

	if (!call->new_context)
		return SEC_E_INVALID_HANDLE;
	credential = sspseal_credential_get(call->credential);
	if (!credential)
		return SEC_E_INVALID_HANDLE;
	if (!(credential->use & use)) {
		sspseal_credential_put(credential);
		return SEC_E_NO_CREDENTIALS;
	}
	*half = sspseal_half_open_new(credential, call->role);
	if (!*half)
		return SEC_E_INSUFFICIENT_MEMORY;
	(*half)->asked = call->asked;
	(*half)->services = asked_services(call);
	return SEC_E_OK;
}

/* ---- the initiator ---- */

static SECURITY_STATUS take_target(struct half_open *half, struct text target)
{
	ssize_t size = sspseal_utf8(target, half->target, sizeof(half->target));

	if (size < 0 || (size && !sspseal_is_name(text_span(half->target))))
		return SEC_E_TARGET_UNKNOWN;
	return SEC_E_OK;
}

/* Token 1. Nothing but its size is known before there is a context. */
static SECURITY_STATUS make_offer(const struct call *call,
				  struct half_open *half)
{
	__u8 salt[SSPSEAL_SALT_SIZE], suites[HANDSHAKE_SUITES_MAX];
	__u8 services[4] = { 0, 0, 0, half->services };
	struct handshake_token offer = {
		.type = HANDSHAKE_OFFER,
		.version = HANDSHAKE_VERSION,
		.field = {
			[HANDSHAKE_SALT] = { salt, sizeof(salt) },
			[HANDSHAKE_SERVICES] = { services, sizeof(services) },
			[HANDSHAKE_SUITES].at = suites,
			[HANDSHAKE_IDENTITY] = own_identity(half),
			[HANDSHAKE_TARGET] = text_span(half->target),
		},
	};
	struct reply reply;
	SECURITY_STATUS status;

	offer.field[HANDSHAKE_SUITES].size = sspseal_list_suites(suites);
	half->offer_size = sspseal_handshake_size(&offer);
	status = prepare(call, half->offer_size, &reply);
	if (status != SEC_E_OK)
		return status;
	status = sspseal_handshake_create(half, salt);
	if (status == SEC_E_OK) {
		sspseal_handshake_write(&offer, half->offer);
		sspseal_reply_send(&reply, half->offer, half->offer_size);
	}
	sspseal_reply_drop(&reply);
	return status;
}

static SECURITY_STATUS initiator_begin(const struct call *call)
{
	struct half_open *half;
	SECURITY_STATUS status;

	/* The acceptor cannot have, before it was sent an offer. */
	if (!sspseal_says_nothing(call->input))
		return SEC_E_INVALID_TOKEN;
	status = begin(call, SECPKG_CRED_OUTBOUND, &half);
	if (status != SEC_E_OK)
		return status;
	status = take_target(half, call->target);
	if (status == SEC_E_OK)
		status = make_offer(call, half);
	if (status == SEC_E_OK)
		return go_on(call, half);
	sspseal_half_open_end(half);
	return status;
}

/* Is this an answer to what was asked? */
static SECURITY_STATUS check_answer(const struct half_open *half,
				    const struct handshake_token *answer)
{
	struct span name = answer->field[HANDSHAKE_IDENTITY];
	__u32 services = sspseal_handshake_services(answer);
	__u32 wanted = half->services | SSPSEAL_INTEGRITY;
	struct handshake_token offer;

	if (!sspseal_handshake_parse(HANDSHAKE_OFFER, half->offer,
				     half->offer_size, &offer))
		return SEC_E_INTERNAL_ERROR;
	if (answer->version != HANDSHAKE_VERSION ||
	    answer->field[HANDSHAKE_SHARE].size ||
	    services & ~ALL_SERVICES || (services & wanted) != wanted ||
	    !memchr(offer.field[HANDSHAKE_SUITES].at,
		    answer->field[HANDSHAKE_SUITES].at[0],
		    offer.field[HANDSHAKE_SUITES].size))
		return SEC_E_INVALID_TOKEN;
	if (sspseal_span_equal(name, own_identity(half)))
		return SEC_E_LOGON_DENIED;
	if (half->target[0] &&
	    !sspseal_span_equal(name, text_span(half->target)))
		return SEC_E_WRONG_PRINCIPAL;
	return SEC_E_OK;
}

/* Token 3, if the acceptor has shown that it has the key. */
static SECURITY_STATUS answer_answer(const struct half_open *half,
				     const struct received *received,
				     const struct handshake_token *answer,
				     struct handshake_token *last, __u8 *token)
{
	struct span offer = { half->offer, half->offer_size };
	struct span head = { received->bytes, answer->head };
	SECURITY_STATUS status;

	status = check_answer(half, answer);
	if (status == SEC_E_OK)
		status = sspseal_handshake_bind(half, answer, answer, offer,
						head);
	if (status == SEC_E_OK)
		status = sspseal_check_confirmation(half, answer);
	if (status != SEC_E_OK)
		return status;
	sspseal_handshake_write(last, token);
	return sspseal_make_confirmation(half, token + last->head + 2);
}

static SECURITY_STATUS initiator_finish(const struct call *call)
{
	struct handshake_token answer, last = {
		.type = HANDSHAKE_FINISH,
		.version = HANDSHAKE_VERSION,
		.field[HANDSHAKE_CONFIRMATION].size = SSPSEAL_TOKEN_SIZE,
	};
	size_t size = sspseal_handshake_size(&last);
	__u8 token[HANDSHAKE_TOKEN_MAX];
	struct received received;
	struct half_open *half;
	SECURITY_STATUS status;
	struct reply reply;

	status = sspseal_receive(call->input, &received);
	if (status == SEC_E_OK)
		status = prepare(call, size, &reply);
	if (status != SEC_E_OK)
		return status;
	half = take(call);
	if (!half) {
		sspseal_reply_drop(&reply);
		return SEC_E_INVALID_HANDLE;
	}
	status = SEC_E_INVALID_TOKEN;
	if (parse(HANDSHAKE_ANSWER, &received, &answer))
		status = answer_answer(half, &received, &answer, &last, token);
	if (status == SEC_E_OK)
		status = keep_names(half, &answer);
	if (status == SEC_E_OK)
		status = tell_expiry(call, half);
	if (status == SEC_E_OK) {
		sspseal_reply_send(&reply, token, size);
		return finish(call, half, sspseal_handshake_services(&answer),
			      call->asked & ALLOCATE);
	}
	sspseal_reply_drop(&reply);
	sspseal_half_open_end(half);
	return status;
}

/* ---- the acceptor ---- */

static SECURITY_STATUS check_offer(const struct half_open *half,
				   const struct handshake_token *offer,
				   struct span *suite)
{
	struct span target = offer->field[HANDSHAKE_TARGET];
	struct span own = own_identity(half);

	if (sspseal_span_equal(offer->field[HANDSHAKE_IDENTITY], own))
		return SEC_E_LOGON_DENIED;
	if (target.size && !sspseal_span_equal(target, own))
		return SEC_E_WRONG_PRINCIPAL;
	return sspseal_choose_suite(offer, suite);
}

/* Token 2. */
static SECURITY_STATUS make_answer(const struct call *call,
				   struct half_open *half,
				   const struct received *received,
				   const struct handshake_token *offer,
				   struct span suite)
{
	__u8 salt[SSPSEAL_SALT_SIZE], services[4] = { 0, 0, 0, half->services };
	struct handshake_token answer = {
		.type = HANDSHAKE_ANSWER,
		.version = HANDSHAKE_VERSION,
		.field = {
			[HANDSHAKE_SALT] = { salt, sizeof(salt) },
			[HANDSHAKE_SERVICES] = { services, sizeof(services) },
			[HANDSHAKE_SUITES] = suite,
			[HANDSHAKE_IDENTITY] = own_identity(half),
			[HANDSHAKE_CONFIRMATION] = { NULL, SSPSEAL_TOKEN_SIZE },
		},
	};
	struct span all_of_offer = { received->bytes, received->size }, head;
	size_t size = sspseal_handshake_size(&answer);
	__u8 token[HANDSHAKE_TOKEN_MAX];
	SECURITY_STATUS status;
	struct reply reply;

	status = prepare(call, size, &reply);
	if (status != SEC_E_OK)
		return status;
	status = sspseal_handshake_create(half, salt);
	if (status == SEC_E_OK) {
		sspseal_handshake_write(&answer, token);
		head = (struct span){ token, answer.head };
		status = sspseal_handshake_bind(half, offer, &answer,
						all_of_offer, head);
	}
	if (status == SEC_E_OK)
		status = sspseal_make_confirmation(half, token +
						   answer.head + 2);
	if (status == SEC_E_OK)
		sspseal_reply_send(&reply, token, size);
	sspseal_reply_drop(&reply);
	return status;
}

static SECURITY_STATUS acceptor_begin(const struct call *call)
{
	struct handshake_token offer;
	struct received received;
	struct half_open *half;
	SECURITY_STATUS status;
	struct span suite;

	status = sspseal_receive(call->input, &received);
	if (status == SEC_E_OK)
		status = begin(call, SECPKG_CRED_INBOUND, &half);
	if (status != SEC_E_OK)
		return status;
	status = SEC_E_INVALID_TOKEN;
	if (parse(HANDSHAKE_OFFER, &received, &offer))
		status = check_offer(half, &offer, &suite);
	if (status == SEC_E_OK)
		status = keep_names(half, &offer);
	if (status == SEC_E_OK) {
		half->services |= SSPSEAL_INTEGRITY | (ALL_SERVICES &
				  sspseal_handshake_services(&offer));
		status = make_answer(call, half, &received, &offer, suite);
	}
	if (status == SEC_E_OK)
		return go_on(call, half);
	sspseal_half_open_end(half);
	return status;
}

/* Nor is any memory given, where it would be: the caller frees what stands there. */
static void say_nothing(const struct call *call)
{
	SecBuffer *output;
	ULONG nr;

	output = sspseal_find_buffer(call->output, SECBUFFER_TOKEN, &nr);
	if (!output)
		return;
	output->cbBuffer = 0;
	if (call->asked & ALLOCATE)
		output->pvBuffer = NULL;
}

static SECURITY_STATUS acceptor_finish(const struct call *call)
{
	struct handshake_token last;
	struct received received;
	struct half_open *half;
	SECURITY_STATUS status;

	status = sspseal_receive(call->input, &received);
	if (status != SEC_E_OK)
		return status;
	half = take(call);
	if (!half)
		return SEC_E_INVALID_HANDLE;
	status = SEC_E_INVALID_TOKEN;
	if (parse(HANDSHAKE_FINISH, &received, &last) &&
	    last.version == HANDSHAKE_VERSION)
		status = sspseal_check_confirmation(half, &last);
	if (status == SEC_E_OK)
		status = tell_expiry(call, half);
	if (status != SEC_E_OK) {
		sspseal_half_open_end(half);
		return status;
	}
	say_nothing(call);
	return finish(call, half, half->services, 0);
}

/* ---- the calls ---- */

static SECURITY_STATUS initialize(const struct call *call)
{
	if (is_refused(call) || sspseal_has_bindings(call->input))
		return SEC_E_UNSUPPORTED_FUNCTION;
	return call->context ? initiator_finish(call) : initiator_begin(call);
}

/* The second call may be given anything: the first one's name counts. */
static struct text target_text(bool wide, const SecHandle *context,
			       const void *name)
{
	return sspseal_text(wide, context ? NULL : name);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
InitializeSecurityContextA(PCredHandle phCredential, PCtxtHandle phContext,
			   SEC_CHAR *pszTargetName, ULONG fContextReq,
			   ULONG Reserved1, ULONG TargetDataRep,
			   PSecBufferDesc pInput, ULONG Reserved2,
			   PCtxtHandle phNewContext, PSecBufferDesc pOutput,
			   ULONG *pfContextAttr, PTimeStamp ptsExpiry)
{
	const struct call call = {
		.role = SSPSEAL_ROLE_INITIATOR,
		.credential = phCredential,
		.context = phContext,
		.target = target_text(false, phContext, pszTargetName),
		.asked = fContextReq,
		.input = pInput,
		.new_context = phNewContext,
		.output = pOutput,
		.given = pfContextAttr,
		.expiry = ptsExpiry,
	};

	(void)Reserved1;
	(void)TargetDataRep;
	(void)Reserved2;
	return initialize(&call);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
InitializeSecurityContextW(PCredHandle phCredential, PCtxtHandle phContext,
			   SEC_WCHAR *pszTargetName, ULONG fContextReq,
			   ULONG Reserved1, ULONG TargetDataRep,
			   PSecBufferDesc pInput, ULONG Reserved2,
			   PCtxtHandle phNewContext, PSecBufferDesc pOutput,
			   ULONG *pfContextAttr, PTimeStamp ptsExpiry)
{
	const struct call call = {
		.role = SSPSEAL_ROLE_INITIATOR,
		.credential = phCredential,
		.context = phContext,
		.target = target_text(true, phContext, pszTargetName),
		.asked = fContextReq,
		.input = pInput,
		.new_context = phNewContext,
		.output = pOutput,
		.given = pfContextAttr,
		.expiry = ptsExpiry,
	};

	(void)Reserved1;
	(void)TargetDataRep;
	(void)Reserved2;
	return initialize(&call);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
AcceptSecurityContext(PCredHandle phCredential, PCtxtHandle phContext,
		      PSecBufferDesc pInput, ULONG fContextReq,
		      ULONG TargetDataRep, PCtxtHandle phNewContext,
		      PSecBufferDesc pOutput, ULONG *pfContextAttr,
		      PTimeStamp ptsExpiry)
{
	const struct call call = {
		.role = SSPSEAL_ROLE_ACCEPTOR,
		.credential = phCredential,
		.context = phContext,
		.asked = fContextReq,
		.input = pInput,
		.new_context = phNewContext,
		.output = pOutput,
		.given = pfContextAttr,
		.expiry = ptsExpiry,
	};

	(void)TargetDataRep;
	if (is_refused(&call) || sspseal_has_bindings(pInput))
		return SEC_E_UNSUPPORTED_FUNCTION;
	return phContext ? acceptor_finish(&call) : acceptor_begin(&call);
}

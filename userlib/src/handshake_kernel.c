// SPDX-License-Identifier: MIT
/*
 * The kernel's part of a handshake, which is all of its cryptography: a context from
 * the key, its binding to the transcript, and the confirmations.
 */
#include <string.h>

#include "handshake.h"

#define BINDING_MAX	(2 * (2 + HANDSHAKE_TOKEN_MAX))

_Static_assert(BINDING_MAX <= SSPSEAL_BINDING_MAX, "a binding for BIND");

/* What a refusal by the kernel is to the caller of a handshake. */
static SECURITY_STATUS refusal(int ret, __u32 status)
{
	SECURITY_STATUS code = sspseal_ntstatus(SSPSEAL_FAMILY_APPLICATION, ret,
						status);

	switch (status) {
	case SSPSEAL_STATUS_ALTERED:
		/* Another key, or somebody changed what was said. */
		return SEC_E_LOGON_DENIED;
	case SSPSEAL_STATUS_PEER_SALT:
		return SEC_E_INVALID_TOKEN;
	default:
		return code;
	}
}

/* SSPSEAL_SUITE_BIT() each. */
static __u32 known_suites(void)
{
	struct sspseal_info info = { .suite = 0 };

	return sspseal_info(sspseal_device(), &info) ? 0 : info.suites;
}

static bool is_in(__u32 suites, __u8 suite)
{
	return suite < 32 && suites & SSPSEAL_SUITE_BIT(suite);
}

/* The best first; those of 256 bits before the other. */
size_t sspseal_list_suites(__u8 *list)
{
	static const __u8 order[] = {
		SSPSEAL_SUITE_AES_256_GCM,
		SSPSEAL_SUITE_CHACHA20_POLY1305,
		SSPSEAL_SUITE_AES_128_GCM,
	};
	__u32 known = known_suites();
	size_t i, nr = 0;

	for (i = 0; i < sizeof(order); i++)
		if (is_in(known, order[i]))
			list[nr++] = order[i];
	return nr;
}

/* The first suite of the initiator's that there is here. */
SECURITY_STATUS sspseal_choose_suite(const struct handshake_token *offer,
				     struct span *suite)
{
	struct span suites = offer->field[HANDSHAKE_SUITES];
	__u32 known = known_suites();
	size_t i;

	/* There is no device: not the initiator's fault. */
	if (!known)
		return SEC_E_INTERNAL_ERROR;
	for (i = 0; i < suites.size; i++) {
		if (is_in(known, suites.at[i])) {
			*suite = (struct span){ suites.at + i, 1 };
			return SEC_E_OK;
		}
	}
	return SEC_E_ALGORITHM_MISMATCH;
}

/* CREATE has all services, BIND then has those that were agreed on. */
SECURITY_STATUS sspseal_handshake_create(struct half_open *half, __u8 *salt)
{
	struct sspseal_native native = { .suites = 0 };
	struct sspseal_create request = {
		.flags = SSPSEAL_CREATE_UNBOUND,
		.mechanism = SSPSEAL_MECH_NATIVE,
		.role = half->role,
		.services = ALL_SERVICES,
		.params = (uintptr_t)&native,
		.params_size = sizeof(native),
	};
	SECURITY_STATUS status;

	status = sspseal_credential_create(half->credential, &request);
	if (status != SEC_E_OK)
		return status;
	half->handle = request.handle;
	memcpy(salt, native.salt, sizeof(native.salt));
	return SEC_E_OK;
}

static __u8 *put_prefixed(__u8 *to, struct span bytes)
{
	to[0] = bytes.size >> 8;
	to[1] = bytes.size;
	memcpy(to + 2, bytes.at, bytes.size);
	return to + 2 + bytes.size;
}

/**
 * sspseal_handshake_bind() - tie a context to its peer, and to all that was said
 * @half: the context
 * @peer: the token with the peer's salt
 * @answer: the token with what was agreed on
 * @offer_bytes: token 1
 * @answer_head: token 2, up to the confirmation
 *
 * Return: SEC_E_OK, SEC_E_INVALID_TOKEN for a salt that cannot be, or as the
 * application level has it.
 */
SECURITY_STATUS sspseal_handshake_bind(const struct half_open *half,
				       const struct handshake_token *peer,
				       const struct handshake_token *answer,
				       struct span offer_bytes,
				       struct span answer_head)
{
	__u8 binding[BINDING_MAX];
	struct sspseal_bind request = {
		.handle = half->handle,
		.flags = SSPSEAL_BIND_CONFIRM,
		.services = sspseal_handshake_services(answer),
		.suite = answer->field[HANDSHAKE_SUITES].at[0],
		.binding = (uintptr_t)binding,
	};
	__u8 *end;
	int ret;

	end = put_prefixed(binding, offer_bytes);
	end = put_prefixed(end, answer_head);
	request.binding_size = end - binding;
	memcpy(request.peer_salt, peer->field[HANDSHAKE_SALT].at,
	       sizeof(request.peer_salt));
	ret = sspseal_bind(sspseal_device(), &request);
	return ret ? refusal(ret, request.status) : SEC_E_OK;
}

/* A signature of nothing: its token. */
static SECURITY_STATUS
confirmation(int (*command)(int fd, struct sspseal_message *message),
	     const struct half_open *half, __u8 *token)
{
	struct sspseal_buffer b[] = {
		{ SSPSEAL_TOKEN_SIZE, SSPSEAL_BUFFER_TOKEN, (uintptr_t)token },
		{ 0, SSPSEAL_BUFFER_DATA, 0 },
	};
	struct sspseal_message message = {
		.handle = half->handle,
		.nr_buffers = 2,
		.buffers = (uintptr_t)b,
	};
	int ret = command(sspseal_device(), &message);

	return ret ? refusal(ret, message.status) : SEC_E_OK;
}

SECURITY_STATUS sspseal_make_confirmation(const struct half_open *half,
					  __u8 *token)
{
	return confirmation(sspseal_sign, half, token);
}

SECURITY_STATUS sspseal_check_confirmation(const struct half_open *half,
					   const struct handshake_token *token)
{
	__u8 copy[SSPSEAL_TOKEN_SIZE];

	memcpy(copy, token->field[HANDSHAKE_CONFIRMATION].at, sizeof(copy));
	return confirmation(sspseal_verify, half, copy);
}

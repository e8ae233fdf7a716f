// SPDX-License-Identifier: GPL-2.0-only
/* What the tests of the SSPI calls share. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sspi_test.h"

#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)

static const struct {
	const char *name;
	__u32 status;
} states[] = {
	[FINE] = { "fine", SSPSEAL_STATUS_OK },
	[ZERO] = { "zero", SSPSEAL_STATUS_NO_HANDLE },
	[NEVER_GIVEN] = { "never given", SSPSEAL_STATUS_NO_HANDLE },
	[DELETED] = { "deleted", SSPSEAL_STATUS_ALREADY_DESTROYED },
	[REVOKED] = { "revoked", SSPSEAL_STATUS_REVOKED },
	[HANDLE_EXPIRED] = { "handle expired", SSPSEAL_STATUS_HANDLE_EXPIRED },
	[NO_RIGHT] = { "no right", SSPSEAL_STATUS_NO_RIGHT },
	[NO_SERVICE] = { "no service", SSPSEAL_STATUS_NO_SERVICE },
	[UNBOUND] = { "unbound", SSPSEAL_STATUS_NOT_BOUND },
	[UNCONFIRMED] = { "unconfirmed", SSPSEAL_STATUS_UNCONFIRMED },
	[EXPIRED] = { "expired", SSPSEAL_STATUS_EXPIRED },
	[SEND_ENDED] = { "send ended", SSPSEAL_STATUS_SEND_ENDED },
};

__u32 state_status(enum state state)
{
	return states[state].status;
}

const char *state_name(enum state state)
{
	return state < STATES ? states[state].name : "?";
}

LSA_SEC_HANDLE new_context(__u32 role, __u32 services, __u32 flags)
{
	struct sspseal_create c = create_args(role, services);

	c.flags = flags;
	return sspseal_create(sspseal_device(), &c) ? POISON32 : c.handle;
}

CtxtHandle ctxt(LSA_SEC_HANDLE handle)
{
	CtxtHandle context;

	sspseal_to_context(handle, &context);
	return context;
}

SecBuffer sec_buffer(ULONG type, void *memory, ULONG size)
{
	SecBuffer b = {
		.cbBuffer = size,
		.BufferType = type,
		.pvBuffer = memory,
	};

	return b;
}

SecBufferDesc describe(SecBuffer *b, ULONG nr)
{
	SecBufferDesc desc = {
		.ulVersion = SECBUFFER_VERSION,
		.cBuffers = nr,
		.pBuffers = b,
	};

	return desc;
}

/* A second handle of a new context, made by EXPORT and IMPORT. */
static LSA_SEC_HANDLE imported(struct sspseal_export *request, __u32 role)
{
	struct sspseal_import import = { .source = 0 };
	int ret;

	request->handle = new_context(role, SERVICES, 0);
	if (sspseal_export(sspseal_device(), request))
		return POISON32;
	import.fd = request->fd;
	ret = sspseal_import(sspseal_device(), &import);
	close(request->fd);
	return ret ? POISON32 : import.handle;
}

static LSA_SEC_HANDLE revoked(__u32 role)
{
	struct sspseal_export request = {
		.rights = SSPSEAL_RIGHT_QUERY,
		.flags = SSPSEAL_EXPORT_REVOCABLE,
	};
	LSA_SEC_HANDLE handle = imported(&request, role);

	if (sspseal_destroy(sspseal_device(), request.revoker, NULL))
		return POISON32;
	return handle;
}

static LSA_SEC_HANDLE handle_expired(__u32 role)
{
	struct sspseal_export request = {
		.rights = SSPSEAL_RIGHT_QUERY,
		.expiry = soon(),
	};
	LSA_SEC_HANDLE handle = imported(&request, role);

	sleep_until(request.expiry);
	return handle;
}

static LSA_SEC_HANDLE no_right(__u32 role)
{
	struct sspseal_export request = { .rights = SSPSEAL_RIGHT_EXPORT };

	return imported(&request, role);
}

static LSA_SEC_HANDLE unconfirmed(__u32 role)
{
	LSA_SEC_HANDLE handle = new_context(role, SERVICES,
					    SSPSEAL_CREATE_UNBOUND);
	struct sspseal_bind bind = {
		.handle = handle,
		.flags = SSPSEAL_BIND_CONFIRM,
		.services = SERVICES,
		.suite = SSPSEAL_SUITE_AES_256_GCM,
		.peer_salt = { 1 },
	};
	__u8 token[TOKEN_SIZE];
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_TOKEN, token, sizeof(token)),
		sec_buffer(SECBUFFER_DATA, NULL, 0),
	};
	SecBufferDesc desc = describe(b, 2);

	if (sspseal_bind(sspseal_device(), &bind) ||
	    SpMakeSignature(handle, 0, &desc, 0))
		return POISON32;
	return handle;
}

static LSA_SEC_HANDLE expired(__u32 role)
{
	struct sspseal_create c = create_args(role, SERVICES);

	c.expiry = soon();
	if (sspseal_create(sspseal_device(), &c))
		return POISON32;
	sleep_until(c.expiry);
	return c.handle;
}

/* A token that cannot be written burns its number. */
static LSA_SEC_HANDLE send_ended(__u32 role)
{
	LSA_SEC_HANDLE handle = new_context(role, ALL_SERVICES, 0);
	SecBuffer b[] = {
		sec_buffer(SECBUFFER_TOKEN, fence(), TOKEN_SIZE),
		sec_buffer(SECBUFFER_DATA, NULL, 0),
	};
	SecBufferDesc desc = describe(b, 2);

	return SpSealMessage(handle, 0, &desc, 0) ? handle : POISON32;
}

static LSA_SEC_HANDLE deleted(__u32 role)
{
	LSA_SEC_HANDLE handle = new_context(role, SERVICES, 0);

	return SpDeleteUserModeContext(handle) ? POISON32 : handle;
}

LSA_SEC_HANDLE context_in(enum state state, __u32 role)
{
	switch (state) {
	case FINE:
		return new_context(role, SERVICES, 0);
	case ZERO:
		return 0;
	case NEVER_GIVEN:
		return 123456;
	case DELETED:
		return deleted(role);
	case REVOKED:
		return revoked(role);
	case HANDLE_EXPIRED:
		return handle_expired(role);
	case NO_RIGHT:
		return no_right(role);
	case NO_SERVICE:
		return new_context(role, 0, 0);
	case UNBOUND:
		return new_context(role, SERVICES, SSPSEAL_CREATE_UNBOUND);
	case UNCONFIRMED:
		return unconfirmed(role);
	case EXPIRED:
		return expired(role);
	case SEND_ENDED:
		return send_ended(role);
	case STATES:
		break;
	}
	return POISON32;
}

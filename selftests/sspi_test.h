/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the SSPI calls share. They use the file of the process,
 * sspseal_device().
 */
#ifndef SSPI_TEST_H
#define SSPI_TEST_H

#include <ntsecpkg.h>
#include <sspseal.h>

#include "sspseal_test.h"

/* The calls of ntsecpkg.h, and those of sspi.h. */
enum layer {
	SP,
	SSPI,
	LAYERS
};

/* What may be the matter with a handle, in the order of the kernel's checks. */
enum state {
	FINE,
	ZERO,
	NEVER_GIVEN,
	DELETED,
	REVOKED,
	HANDLE_EXPIRED,
	NO_RIGHT,	/* but EXPORT */
	NO_SERVICE,
	UNBOUND,
	UNCONFIRMED,	/* but this end's confirmation was made */
	EXPIRED,
	SEND_ENDED,
	STATES
};

/* The status that a message call has for it. */
__u32 state_status(enum state state);
const char *state_name(enum state state);

/* POISON32 if it cannot be made. Waits up to 3 s for those that expire. */
LSA_SEC_HANDLE context_in(enum state state, __u32 role);

LSA_SEC_HANDLE new_context(__u32 role, __u32 services, __u32 flags);
CtxtHandle ctxt(LSA_SEC_HANDLE handle);

SecBuffer sec_buffer(ULONG type, void *memory, ULONG size);
SecBufferDesc describe(SecBuffer *b, ULONG nr);

#endif /* SSPI_TEST_H */

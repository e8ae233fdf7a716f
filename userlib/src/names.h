/* SPDX-License-Identifier: MIT */
/* What a handshake has settled that the kernel does not keep: who both ends are. */
#ifndef SSPSEAL_NAMES_H
#define SSPSEAL_NAMES_H

#include "handshake_token.h"
#include "sspi.h"

/**
 * struct names - of one context
 * @initiator: identity of that end, as it stands in its token
 * @acceptor: of the other
 * @flags: ISC_RET_* or ASC_RET_*, what this end was given
 */
struct names {
	char initiator[HANDSHAKE_NAME_MAX + 1];
	char acceptor[HANDSHAKE_NAME_MAX + 1];
	ULONG flags;
};

struct named;

struct named *sspseal_names_make(struct span initiator, struct span acceptor);
void sspseal_names_add(struct named *named, __u32 handle, ULONG flags);
bool sspseal_names_find(__u32 handle, struct names *names);
void sspseal_names_drop(__u32 handle);
void sspseal_names_drop_all(void);

#endif /* SSPSEAL_NAMES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program in the VM, whose keys are looked for, and the one outside, which
 * looks for them, have agreed on. They speak over a port of the VM, a line at a time:
 *
 *   key N BYTES, text BYTES	secrets to come, masked: in memory like this only
 *   salts N BYTES BYTES	of a session's initiator and acceptor
 *   stage NAME			now look; answered by "go" in the end
 *   where ADDRESS		asked meanwhile, answered by "is WHAT"
 */
#ifndef HYGIENE_H
#define HYGIENE_H

#include <stdbool.h>
#include <linux/sspseal.h>

#define HYGIENE_PORT	"sspseal.hygiene"
#define MASK		0x5a
#define SESSION_KEY	32
#define TEXT		96
/* The text, over and over. */
#define BINDING		(32 * TEXT)
#define SESSIONS	6
/* By each end of a session, at most. */
#define MESSAGES	32

/**
 * struct hygiene_session - two contexts of one key
 * @suite: of both
 * @bound: by BIND
 * @keyring: the key is the kernel's, for a while
 * @left: to the end of the process, not destroyed
 */
struct hygiene_session {
	__u32 suite;
	bool bound;
	bool keyring;
	bool left;
};

static const struct hygiene_session hygiene_sessions[SESSIONS] = {
	{ SSPSEAL_SUITE_AES_256_GCM, false, false, false },
	{ SSPSEAL_SUITE_AES_128_GCM, false, true, true },
	{ SSPSEAL_SUITE_CHACHA20_POLY1305, false, false, false },
	{ SSPSEAL_SUITE_AES_256_GCM, true, true, false },
	{ SSPSEAL_SUITE_AES_128_GCM, true, false, false },
	{ SSPSEAL_SUITE_CHACHA20_POLY1305, true, false, true },
};

#endif /* HYGIENE_H */

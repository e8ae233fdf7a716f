// SPDX-License-Identifier: MIT
/* What the suites are called. */
#include "sspsealctl.h"

const char *suite_name(__u32 suite)
{
	switch (suite) {
	case SSPSEAL_SUITE_AES_256_GCM:
		return "AES-256-GCM";
	case SSPSEAL_SUITE_AES_128_GCM:
		return "AES-128-GCM";
	case SSPSEAL_SUITE_CHACHA20_POLY1305:
		return "ChaCha20-Poly1305";
	default:
		return "unknown";
	}
}

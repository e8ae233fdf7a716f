// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of a message, as one unit for the compiler: a message is worth some
 * hundred instructions beside its cipher, and calls between these files, which
 * save and load what the next one saves and loads again, would be a third of them.
 */
#include "handle.c"
#include "sequence.c"
#include "work.c"
#include "buffers.c"
#include "mech_native.c"
#include "message.c"
#include "batch.c"

/* SPDX-License-Identifier: GPL-2.0-only */
/* The name that the linker gives to the library's QUERY: its --wrap. */
#ifndef NTSTATUS_QUERY_H
#define NTSTATUS_QUERY_H

#include <sspseal.h>

/* The test's own, in the place of that of native.c. */
int __wrap_sspseal_query(int fd, struct sspseal_query *query);

#endif /* NTSTATUS_QUERY_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface by value: whoever compiles this with a header of another layout, or
 * with other numbers, does not get far.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <assert.h>
#include <stddef.h>
#include <linux/sspseal.h>

/* The layout is the same for every program, 32-bit and 64-bit. */
#define AT(type, field, offset)						\
	static_assert(offsetof(struct sspseal_##type, field) == (offset), \
		       #type "." #field)
#define SIZE(type, size)						\
	static_assert(sizeof(struct sspseal_##type) == (size), #type)

SIZE(info, 200);
AT(info, size, 0);
AT(info, status, 4);
AT(info, suite, 8);
AT(info, abi_version, 12);
AT(info, mechanisms, 16);
AT(info, suites, 20);
AT(info, max_buffers, 24);
AT(info, max_data, 28);
AT(info, max_associated, 32);
AT(info, max_signed, 36);
AT(info, window, 40);
AT(info, max_handles, 44);
AT(info, max_contexts, 48);
AT(info, key_size, 52);
AT(info, tag_size, 56);
AT(info, token_size, 60);
AT(info, __reserved, 64);
AT(info, driver, 72);

SIZE(native, 24);
AT(native, suites, 0);
AT(native, default_suite, 4);
AT(native, salt, 8);

SIZE(create, 64);
AT(create, size, 0);
AT(create, status, 4);
AT(create, flags, 8);
AT(create, mechanism, 12);
AT(create, role, 16);
AT(create, services, 20);
AT(create, key, 24);
AT(create, key_size, 32);
AT(create, params_size, 36);
AT(create, params, 40);
AT(create, expiry, 48);
AT(create, handle, 56);
AT(create, key_serial, 60);

SIZE(destroy, 16);
AT(destroy, size, 0);
AT(destroy, status, 4);
AT(destroy, handle, 8);
AT(destroy, __reserved, 12);

SIZE(buffer, 16);
AT(buffer, cb, 0);
AT(buffer, type, 4);
AT(buffer, ptr, 8);

SIZE(message, 32);
AT(message, size, 0);
AT(message, status, 4);
AT(message, handle, 8);
AT(message, qop, 12);
AT(message, sequence, 16);
AT(message, nr_buffers, 20);
AT(message, buffers, 24);

SIZE(query, 232);
AT(query, size, 0);
AT(query, status, 4);
AT(query, handle, 8);
AT(query, mechanism, 12);
AT(query, role, 16);
AT(query, services, 20);
AT(query, flags, 24);
AT(query, rights, 28);
AT(query, suites, 32);
AT(query, default_suite, 36);
AT(query, max_signature, 40);
AT(query, security_trailer, 44);
AT(query, expired, 48);
AT(query, ready, 52);
AT(query, expiry, 56);
AT(query, sent, 64);
AT(query, received, 72);
AT(query, failed, 80);
AT(query, salt, 88);
AT(query, driver, 104);

SIZE(bind, 56);
AT(bind, size, 0);
AT(bind, status, 4);
AT(bind, handle, 8);
AT(bind, flags, 12);
AT(bind, services, 16);
AT(bind, suite, 20);
AT(bind, binding, 24);
AT(bind, binding_size, 32);
AT(bind, __reserved, 36);
AT(bind, peer_salt, 40);

SIZE(export, 40);
AT(export, size, 0);
AT(export, status, 4);
AT(export, handle, 8);
AT(export, flags, 12);
AT(export, rights, 16);
AT(export, fd, 20);
AT(export, expiry, 24);
AT(export, revoker, 32);
AT(export, __reserved, 36);

SIZE(import, 32);
AT(import, size, 0);
AT(import, status, 4);
AT(import, fd, 8);
AT(import, source, 12);
AT(import, flags, 16);
AT(import, handle, 20);
AT(import, new_fd, 24);
AT(import, __reserved, 28);

SIZE(operation, 40);
AT(operation, command, 0);
AT(operation, error, 4);
AT(operation, message, 8);

SIZE(batch, 32);
AT(batch, size, 0);
AT(batch, status, 4);
AT(batch, operations, 8);
AT(batch, stride, 16);
AT(batch, nr, 20);
AT(batch, done, 24);
AT(batch, __reserved, 28);

/* Numbers that are part of the interface. */
static_assert(SSPSEAL_INFO == 0xe800, "INFO");
static_assert(SSPSEAL_CREATE == 0xe801, "CREATE");
static_assert(SSPSEAL_DESTROY == 0xe802, "DESTROY");
static_assert(SSPSEAL_QUERY == 0xe803, "QUERY");
static_assert(SSPSEAL_SEAL == 0xe804, "SEAL");
static_assert(SSPSEAL_UNSEAL == 0xe805, "UNSEAL");
static_assert(SSPSEAL_SIGN == 0xe806, "SIGN");
static_assert(SSPSEAL_VERIFY == 0xe807, "VERIFY");
static_assert(SSPSEAL_BIND == 0xe808, "BIND");
static_assert(SSPSEAL_EXPORT == 0xe809, "EXPORT");
static_assert(SSPSEAL_IMPORT == 0xe80a, "IMPORT");
static_assert(SSPSEAL_BATCH == 0xe80b, "BATCH");
static_assert(SSPSEAL_STATUS_NO_HANDLE == 1, "NO_HANDLE");
static_assert(SSPSEAL_STATUS_NO_RIGHT == 3, "NO_RIGHT");
static_assert(SSPSEAL_STATUS_NO_SERVICE == 16, "NO_SERVICE");
static_assert(SSPSEAL_STATUS_SEND_ENDED == 18, "SEND_ENDED");
static_assert(SSPSEAL_STATUS_RESERVED == 32, "RESERVED");
static_assert(SSPSEAL_STATUS_EXPIRY == 42, "EXPIRY");
static_assert(SSPSEAL_STATUS_NO_MEMORY == 64, "NO_MEMORY");
static_assert(SSPSEAL_STATUS_INTERRUPTED == 71, "INTERRUPTED");
static_assert(SSPSEAL_STATUS_NO_CONFIDENTIALITY == 96, "NO_CONFIDENTIALITY");
static_assert(SSPSEAL_STATUS_INCOMPLETE == 115, "INCOMPLETE");
static_assert(SSPSEAL_STATUS_TOKEN_VERSION == 128, "TOKEN_VERSION");
static_assert(SSPSEAL_STATUS_TOKEN_SALT == 135, "TOKEN_SALT");
static_assert(SSPSEAL_STATUS_OUT_OF_ORDER == 142, "OUT_OF_ORDER");

#undef AT
#undef SIZE

#endif /* LAYOUT_H */

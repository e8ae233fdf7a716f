// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session key from the kernel's keyrings: with a "logon" key it never is in the
 * memory of a process.
 */
#include <keys/user-type.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "sspseal.h"

static enum sspseal_status status_of(long err)
{
	switch (err) {
	case -EACCES:
		return SSPSEAL_STATUS_KEY_PERMISSION;
	case -EKEYEXPIRED:
		return SSPSEAL_STATUS_KEY_EXPIRED;
	case -EKEYREVOKED:
		return SSPSEAL_STATUS_KEY_REVOKED;
	case -ERESTARTSYS:
		/* While it waited for another process to make the key. */
		return SSPSEAL_STATUS_INTERRUPTED;
	default:
		return SSPSEAL_STATUS_KEY_SERIAL;
	}
}

/* Whoever may search for a logon key could use any: ours say that they are. */
static bool has_prefix(const struct key *key)
{
	return !strncmp(key->description, SSPSEAL_LOGON_PREFIX,
			sizeof(SSPSEAL_LOGON_PREFIX) - 1);
}

static enum sspseal_status lookup(s32 serial, enum key_need_perm need,
				  struct key **key)
{
	key_ref_t ref = lookup_user_key(serial, 0, need);

	if (IS_ERR(ref))
		return status_of(PTR_ERR(ref));
	*key = key_ref_to_ptr(ref);
	return SSPSEAL_STATUS_OK;
}

/* Nobody can read a logon key: the right to search for it is that to use it. */
static enum sspseal_status find_logon_key(s32 serial, struct key **key)
{
	enum sspseal_status status = lookup(serial, KEY_NEED_SEARCH, key);

	if (status)
		return status;
	if ((*key)->type == &key_type_logon && has_prefix(*key))
		return SSPSEAL_STATUS_OK;
	/* Its prefix is wrong, or it is to be looked up in another way. */
	status = (*key)->type == &key_type_user ? SSPSEAL_STATUS_KEY_PERMISSION :
						  SSPSEAL_STATUS_KEY_TYPE;
	key_put(*key);
	return status;
}

static enum sspseal_status find_user_key(s32 serial, struct key **key)
{
	enum sspseal_status status = lookup(serial, KEY_NEED_READ, key);

	if (status || (*key)->type == &key_type_user)
		return status;
	/* A logon key that may be read may not be searched for. */
	status = (*key)->type == &key_type_logon ?
		 SSPSEAL_STATUS_KEY_PERMISSION : SSPSEAL_STATUS_KEY_TYPE;
	key_put(*key);
	return status;
}

/*
 * What one type needs does not help with the other: a user key that can be
 * searched for need not be readable, and one that is readable not found.
 */
static enum sspseal_status find_key(s32 serial, struct key **key)
{
	enum sspseal_status status = find_logon_key(serial, key);

	return status == SSPSEAL_STATUS_KEY_PERMISSION ?
	       find_user_key(serial, key) : status;
}

/* Under the key's semaphore. */
static enum sspseal_status copy_payload(const struct key *key, u8 *out,
					u32 *size, u64 *expiry)
{
	const struct user_key_payload *payload;
	int err = key_validate(key);

	if (err)
		return status_of(err);
	payload = user_key_payload_locked(key);
	if (!payload)
		return SSPSEAL_STATUS_KEY_REVOKED;
	if (payload->datalen < SSPSEAL_KEY_MIN ||
	    payload->datalen > SSPSEAL_KEY_MAX)
		return SSPSEAL_STATUS_KEY_SIZE;
	memcpy(out, payload->data, payload->datalen);
	*size = payload->datalen;
	/* "Never" is 0 or TIME64_MAX, by the kernel's age. */
	*expiry = key->expiry == TIME64_MAX ? 0 : key->expiry;
	return SSPSEAL_STATUS_OK;
}

/**
 * sspseal_keyring_copy() - copy a session key that a kernel key holds
 * @serial: of the kernel key
 * @out: SSPSEAL_KEY_MAX bytes, to be zeroed by the caller
 * @size: bytes of the key
 * @expiry: CLOCK_REALTIME second of the kernel key, 0 for never
 *
 * Return: OK, KEY_SERIAL, KEY_PERMISSION, KEY_TYPE, KEY_EXPIRED, KEY_REVOKED,
 * KEY_SIZE or INTERRUPTED.
 */
enum sspseal_status sspseal_keyring_copy(s32 serial, u8 *out, u32 *size,
					 u64 *expiry)
{
	enum sspseal_status status;
	struct key *key;

	status = find_key(serial, &key);
	if (status)
		return status;
	down_read(&key->sem);
	status = copy_payload(key, out, size, expiry);
	up_read(&key->sem);
	key_put(key);
	return status;
}

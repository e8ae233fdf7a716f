// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles for others: each does what its rights are for, and nothing else, in
 * whatever way it came; all are taken back at once. And contexts that are passed on
 * whole, by the calls of SSPI.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define SHARES		4
#define ALL_RIGHTS	63

/* A handle, its rights, its end in time, and its file. */
struct share {
	int fd;
	__u32 handle;
	__u32 rights;
	__u64 expiry;
};

static bool no_right(int status)
{
	count(REFUSED);
	count(NO_RIGHTS);
	return MUST_BE(S(NO_RIGHT), status);
}

/* ---- what one can do ---- */

static __u32 sending_right(const struct parcel *p)
{
	return p->op == SIGN ? SSPSEAL_RIGHT_SIGN : SSPSEAL_RIGHT_SEAL;
}

static __u32 receiving_right(const struct parcel *p)
{
	return p->op == SIGN ? SSPSEAL_RIGHT_VERIFY : SSPSEAL_RIGHT_UNSEAL;
}

static void use(struct side *side, int fd, __u32 handle)
{
	side->fd = fd;
	side->handle = handle;
}

static bool share_sends(struct session *s, unsigned int at,
			const struct share *share, struct parcel *p)
{
	struct side *side = &s->side[at], own = *side;
	bool ok;

	parcel_pack(p, s, 5000);
	if (!(share->rights & sending_right(p)))
		return no_right(simple_refused(share->fd, send_command(p),
					       share->handle, p->memory,
					       p->plain, 10));
	use(side, share->fd, share->handle);
	ok = parcel_send(s, at, p);
	use(side, own.fd, own.handle);
	return ok && parcel_deliver(s, at, p);
}

/* What it may not open, the owner can. */
static bool share_receives(struct session *s, unsigned int at,
			   const struct share *share, struct parcel *p)
{
	struct side *side = &s->side[at], own = *side;
	bool ok;

	parcel_pack(p, s, 5000);
	if (!parcel_send(s, !at, p))
		return false;
	if (!(share->rights & receiving_right(p)))
		return no_right(simple_refused(share->fd, receive_command(p),
					       share->handle, p->memory,
					       p->plain, 10)) &&
		       parcel_deliver(s, !at, p);
	use(side, share->fd, share->handle);
	ok = parcel_deliver(s, !at, p);
	use(side, own.fd, own.handle);
	return ok;
}

static bool share_tells(const struct side *side, const struct share *share)
{
	struct sspseal_query q;
	int status = query(share->fd, share->handle, &q);

	if (!(share->rights & SSPSEAL_RIGHT_QUERY))
		return no_right(status);
	count(QUERIED);
	return MUST_BE(S(OK), status) && MUST_BE(share->rights, q.rights) &&
	       MUST_BE(share->expiry, q.expiry) &&
	       MUST_BE(side->sent, q.sent) &&
	       MUST_BE(side->received, q.received);
}

/* In all that it does not have, and for longer than it lasts. */
static bool share_gives_no_more(const struct share *share)
{
	struct sspseal_export e = export_args(share->handle, ALL_RIGHTS);
	__u32 right = share->rights & SSPSEAL_RIGHT_EXPORT;

	if (!right)
		return no_right(call(share->fd, SSPSEAL_EXPORT, &e));
	count(REFUSED);
	if (share->rights != ALL_RIGHTS && one_in(2))
		return MUST_BE(S(RIGHTS), call(share->fd, SSPSEAL_EXPORT, &e));
	e.rights = share->rights;
	e.expiry = share->expiry ? share->expiry + 1 : 1;
	return MUST_BE(S(EXPIRY), call(share->fd, SSPSEAL_EXPORT, &e));
}

static bool share_works(struct session *s, unsigned int at,
			const struct share *share, struct desk *desk)
{
	struct parcel *p = &desk->parcel[0];

	return share_sends(s, at, share, p) &&
	       share_receives(s, at, share, p) &&
	       share_tells(&s->side[at], share) && share_gives_no_more(share);
}

/* ---- where one comes from ---- */

/* @e: with the handle; some of its rights, and perhaps an end that is not soon. */
static bool export_some(int fd, struct sspseal_export *e, struct share *to)
{
	if (!e->expiry && one_in(2))
		e->expiry = time(NULL) + 10000;
	count(EXPORTED);
	if (!MUST_BE(S(OK), call(fd, SSPSEAL_EXPORT, e)))
		return false;
	*to = (struct share) { e->fd, SSPSEAL_EXPORTED_HANDLE, e->rights,
			       e->expiry };
	return true;
}

static bool share_import(const struct share *from, struct share *to,
			 bool new_file)
{
	struct sspseal_import i = import_args(from->fd, from->handle);
	int fd = device_open();

	i.flags = new_file ? SSPSEAL_IMPORT_NEW_FILE : 0;
	count(IMPORTED);
	if (!MUST_BE(S(OK), call(fd, SSPSEAL_IMPORT, &i))) {
		close(fd);
		return false;
	}
	*to = *from;
	to->handle = i.handle;
	to->fd = fd;
	if (!new_file)
		return MUST_BE(-1, i.new_fd);
	count(NEW_FILES);
	to->fd = i.new_fd;
	close(fd);
	return MUST(file_rests(to->fd, 1)) &&
	       MUST(!create_context(to->fd, SSPSEAL_ROLE_ACCEPTOR, WINDOWED));
}

static bool share_copy(const struct share *from, struct share *to)
{
	struct sspseal_export e = export_args(from->handle, from->rights);

	if (!(from->rights & SSPSEAL_RIGHT_EXPORT) || one_in(3))
		return share_import(from, to, one_in(2));
	e.rights &= SSPSEAL_RIGHT_EXPORT | 1 << pick(6) | 1 << pick(6);
	e.expiry = from->expiry;
	return export_some(from->fd, &e, to);
}

/* ---- all of them ---- */

static bool share_is_revoked(const struct share *share)
{
	__u8 token[TOKEN_SIZE] = { }, data[10] = { };
	struct sspseal_query q;

	return MUST_BE(S(REVOKED), simple_call(share->fd, SSPSEAL_SEAL,
					       share->handle, token, data,
					       sizeof(data))) &&
	       MUST_BE(S(REVOKED), query(share->fd, share->handle, &q)) &&
	       MUST(!import_handle(share->fd, share->fd, share->handle));
}

bool delegate(struct session *s, unsigned int at, struct desk *desk)
{
	struct side *side = &s->side[at];
	struct sspseal_export e = export_args(side->handle,
					      1 + pick(ALL_RIGHTS));
	unsigned int i, nr = 1, most = 1 + pick(SHARES);
	struct share share[SHARES];
	bool ok;

	if (!is_kernel(side))
		return true;
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (!export_some(side->fd, &e, &share[0]))
		return false;
	ok = share_works(s, at, &share[0], desk);
	while (ok && nr < most) {
		ok = share_copy(&share[pick(nr)], &share[nr]);
		ok = ok && share_works(s, at, &share[nr++], desk);
	}
	ok = ok && MUST_BE(S(OK), destroy(side->fd, e.revoker)) &&
	     side_agrees(side);
	count(REVOKED);
	for (i = 0; i < nr; i++) {
		ok = ok && share_is_revoked(&share[i]);
		close(share[i].fd);
	}
	return ok;
}

/* ---- by SSPI ---- */

static bool take_over(SecBuffer *packed, void *token, CtxtHandle *context)
{
	char package[] = SSPSEAL_NAME_A;
	struct sspseal_packed_context other = *(typeof(other) *)packed->pvBuffer;
	SecBuffer wrong_one = { sizeof(other), SECBUFFER_EMPTY, &other };

	other.salt[pick(sizeof(other.salt))]++;
	count(REFUSED);
	return MUST_BE(SEC_E_INVALID_HANDLE,
		       ImportSecurityContextA(package, &wrong_one, token,
					      context)) &&
	       MUST_BE(SEC_E_OK, ImportSecurityContextA(package, packed, token,
							context));
}

static bool exchange(struct session *s, unsigned int at, struct desk *desk)
{
	return parcel_carry(s, at, &desk->parcel[0], 5000) &&
	       parcel_carry(s, !at, &desk->parcel[0], 5000);
}

/* To this process; with the old handle kept, or given up. */
bool pass_on(struct session *s, unsigned int at, struct desk *desk)
{
	struct side *side = &s->side[at], own = *side;
	SecBuffer packed = { 0, SECBUFFER_EMPTY, NULL };
	bool give_up = one_in(2), ok;
	CtxtHandle context;
	void *token;

	if (side->fd != sspseal_device())
		return true;
	sspseal_to_context(side->handle, &context);
	count(PASSED_ON);
	if (!MUST_BE(SEC_E_OK, ExportSecurityContext(&context, give_up ?
				SECPKG_CONTEXT_EXPORT_DELETE_OLD : 0, &packed,
				&token)))
		return false;
	ok = take_over(&packed, token, &context);
	FreeContextBuffer(packed.pvBuffer);
	close(SSPSEAL_TOKEN_FD(token));
	if (!ok)
		return false;
	use(side, own.fd, sspseal_from_context(&context));
	if (give_up)
		return MUST_BE(S(ALREADY_DESTROYED), destroy(own.fd,
							     own.handle)) &&
		       exchange(s, at, desk);
	ok = exchange(s, at, desk);
	use(side, own.fd, own.handle);
	return MUST_BE(SEC_E_OK, DeleteSecurityContext(&context)) && ok &&
	       exchange(s, at, desk);
}

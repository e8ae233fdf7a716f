// SPDX-License-Identifier: GPL-2.0-only
/* The two ends of a handshake, for tests. */
#include <errno.h>
#include <string.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sspi_ends.h"
#include "sspseal_test.h"

#define CB	100

bool own_session(void)
{
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) > 0;
}

bool logon_key(const char *description, const void *key, size_t size)
{
	return syscall(SYS_add_key, "logon", description, key, size,
		       KEY_SPEC_SESSION_KEYRING) > 0;
}

SECURITY_STATUS acquire(const char *user, const char *key, ULONG use,
			PCredHandle credential)
{
	SEC_WINNT_AUTH_IDENTITY_A identity = {
		.User = (UCHAR *)user,
		.UserLength = strlen(user),
		.Password = (UCHAR *)key,
		.PasswordLength = strlen(key),
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};

	return AcquireCredentialsHandleA(NULL, SSPSEAL_NAME_A, use, NULL,
					 &identity, NULL, NULL, credential,
					 NULL);
}

SECURITY_STATUS end_open_with(struct end *e, bool initiator, const char *user,
			      const char *key)
{
	memset(e, 0, sizeof(*e));
	e->initiator = initiator;
	return acquire(user, key, initiator ? SECPKG_CRED_OUTBOUND :
					      SECPKG_CRED_INBOUND,
		       &e->credential);
}

SECURITY_STATUS end_open(struct end *e, bool initiator)
{
	return end_open_with(e, initiator, initiator ? ALICE : BOB, LOGON_KEY);
}

void end_reset(struct end *e)
{
	if (e->begun)
		DeleteSecurityContext(&e->context);
	e->begun = false;
}

void end_close(struct end *e)
{
	end_reset(e);
	FreeCredentialsHandle(&e->credential);
}

SECURITY_STATUS step(struct end *e, const struct letter *in,
		     struct letter *out)
{
	SecBuffer input = {
		.cbBuffer = in ? in->size : 0,
		.BufferType = SECBUFFER_TOKEN,
		.pvBuffer = in ? (void *)in->bytes : NULL,
	};
	SecBuffer output = {
		.cbBuffer = sizeof(out->bytes),
		.BufferType = SECBUFFER_TOKEN,
		.pvBuffer = out->bytes,
	};
	SecBufferDesc from = { SECBUFFER_VERSION, 1, &input };
	SecBufferDesc to = { SECBUFFER_VERSION, 1, &output };
	PCtxtHandle context = e->begun ? &e->context : NULL;
	SECURITY_STATUS status;

	if (e->initiator)
		status = InitializeSecurityContextA(&e->credential, context,
						    (SEC_CHAR *)e->target,
						    e->asked, 0,
						    SECURITY_NATIVE_DREP,
						    in ? &from : NULL, 0,
						    &e->context, &to,
						    &e->given, &e->expiry);
	else
		status = AcceptSecurityContext(&e->credential, context, &from,
					       e->asked, SECURITY_NATIVE_DREP,
					       &e->context, &to, &e->given,
					       &e->expiry);
	if (status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED) {
		e->begun = true;
		out->size = output.cbBuffer;
	}
	return status;
}

SECURITY_STATUS connect_ends(struct end *initiator, struct end *acceptor)
{
	struct letter one, two, three, none;
	SECURITY_STATUS status;

	status = step(initiator, NULL, &one);
	if (status == SEC_I_CONTINUE_NEEDED)
		status = step(acceptor, &one, &two);
	if (status == SEC_I_CONTINUE_NEEDED)
		status = step(initiator, &two, &three);
	if (status == SEC_E_OK)
		status = step(acceptor, &three, &none);
	return status == SEC_E_OK && none.size ? SEC_E_INTERNAL_ERROR : status;
}

int end_ready(const struct end *e)
{
	struct sspseal_query q = {
		.handle = sspseal_from_context(&e->context),
	};

	return sspseal_query(sspseal_device(), &q) ? -1 : (int)q.ready;
}

struct message {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	SecBuffer b[2];
	SecBufferDesc desc;
};

static void compose(struct message *m, __u8 *plain)
{
	fill(plain, CB);
	memcpy(m->data, plain, CB);
	m->b[0] = (SecBuffer){ TOKEN_SIZE, SECBUFFER_TOKEN, m->token };
	m->b[1] = (SecBuffer){ CB, SECBUFFER_DATA, m->data };
	m->desc = (SecBufferDesc){ SECBUFFER_VERSION, 2, m->b };
}

bool carry_sealed(struct end *from, struct end *to)
{
	struct message m;
	__u8 plain[CB];

	compose(&m, plain);
	return EncryptMessage(&from->context, 0, &m.desc, 0) == SEC_E_OK &&
	       memcmp(plain, m.data, CB) &&
	       DecryptMessage(&to->context, &m.desc, 0, NULL) == SEC_E_OK &&
	       !memcmp(plain, m.data, CB);
}

bool carry_signed(struct end *from, struct end *to)
{
	struct message m;
	__u8 plain[CB];

	compose(&m, plain);
	return MakeSignature(&from->context, 0, &m.desc, 0) == SEC_E_OK &&
	       VerifySignature(&to->context, &m.desc, 0, NULL) == SEC_E_OK;
}

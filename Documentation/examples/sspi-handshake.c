// SPDX-License-Identifier: MIT
/*
 * Both ends of a handshake in one process. The key is a kernel key:
 *
 *	head -c 32 /dev/urandom | keyctl padd logon sspseal:example @u
 *
 * cc -o sspi-handshake sspi-handshake.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>

#include <sspi.h>
#include <sspseal.h>

#define KEY	"sspseal:example"

struct end {
	CredHandle credential;
	CtxtHandle context;
	SecBuffer token;
	SECURITY_STATUS status;
};

static SECURITY_STATUS acquire(struct end *end, const char *identity, ULONG use)
{
	SEC_WINNT_AUTH_IDENTITY_A who = {
		.User = (unsigned char *)identity,
		.UserLength = strlen(identity),
		.Password = (unsigned char *)KEY,
		.PasswordLength = strlen(KEY),
		.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI,
	};
	char package[] = SSPSEAL_NAME_A;

	SecInvalidateHandle(&end->context);
	end->status = SEC_I_CONTINUE_NEEDED;
	return AcquireCredentialsHandleA(NULL, package, use, NULL, &who, NULL,
					 NULL, &end->credential, NULL);
}

static void initiate(struct end *end, PSecBufferDesc in, PSecBufferDesc out)
{
	ULONG flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_MUTUAL_AUTH |
		      ISC_REQ_ALLOCATE_MEMORY;
	PCtxtHandle context = NULL;

	if (SecIsValidHandle(&end->context))
		context = &end->context;
	end->status = InitializeSecurityContextA(&end->credential, context, NULL,
						 flags, 0, SECURITY_NATIVE_DREP,
						 context ? in : NULL, 0,
						 &end->context, out, &flags,
						 NULL);
}

static void accept(struct end *end, PSecBufferDesc in, PSecBufferDesc out)
{
	ULONG flags = ASC_REQ_CONFIDENTIALITY | ASC_REQ_MUTUAL_AUTH |
		      ASC_REQ_ALLOCATE_MEMORY;
	PCtxtHandle context = NULL;

	if (SecIsValidHandle(&end->context))
		context = &end->context;
	end->status = AcceptSecurityContext(&end->credential, context, in, flags,
					    SECURITY_NATIVE_DREP, &end->context,
					    out, &flags, NULL);
}

/* Makes the token that answers the one of @peer, and frees that. */
static void step(struct end *end, struct end *peer,
		 void (*side)(struct end *, PSecBufferDesc, PSecBufferDesc))
{
	SecBufferDesc in = { SECBUFFER_VERSION, 1, &peer->token };
	SecBufferDesc out = { SECBUFFER_VERSION, 1, &end->token };

	end->token = (SecBuffer){ 0, SECBUFFER_TOKEN, NULL };
	side(end, &in, &out);
	FreeContextBuffer(peer->token.pvBuffer);
	peer->token.pvBuffer = NULL;
}

/* Who is at the other end? A client that has named no target asks that too. */
static void print_peer(struct end *end)
{
	SecPkgContext_NativeNamesA names;

	if (QueryContextAttributesA(&end->context, SECPKG_ATTR_NATIVE_NAMES,
				    &names))
		return;
	printf("%s talks to %s\n", names.sServerName, names.sClientName);
	FreeContextBuffer(names.sClientName);
	FreeContextBuffer(names.sServerName);
}

int main(void)
{
	struct end client = { 0 }, server = { 0 };

	if (acquire(&client, "client", SECPKG_CRED_OUTBOUND) ||
	    acquire(&server, "server", SECPKG_CRED_INBOUND)) {
		printf("no credentials from %s\n", KEY);
		return 1;
	}
	do {
		step(&client, &server, initiate);
		if (client.status >= 0 && client.token.cbBuffer)
			step(&server, &client, accept);
	} while (client.status == SEC_I_CONTINUE_NEEDED &&
		 server.status == SEC_I_CONTINUE_NEEDED);
	printf("client: %s, server: %s\n", sspseal_ntstatus_name(client.status),
	       sspseal_ntstatus_name(server.status));
	FreeContextBuffer(server.token.pvBuffer);
	print_peer(&server);

	DeleteSecurityContext(&client.context);
	DeleteSecurityContext(&server.context);
	FreeCredentialsHandle(&client.credential);
	FreeCredentialsHandle(&server.credential);
	return client.status || server.status;
}

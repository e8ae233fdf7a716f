// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program written to SSPI as programs for Windows are: through the table of
 * functions, with descriptors on the stack, for char and wide characters. compile.sh
 * compiles it in the dialects of C and C++ that there are, which is all it is for.
 */
#include <stdio.h>
#include <string.h>

#include <sspi.h>
#include <ntsecpkg.h>

#ifdef UNICODE
typedef SEC_WCHAR text;
#else
typedef SEC_CHAR text;
#endif

struct connection {
	CredHandle credentials;
	CtxtHandle context;
	TimeStamp expiry;
	SecPkgContext_Sizes sizes;
	ULONG flags;
};

static PSecurityFunctionTable table;

static int exchange(const void *out, size_t out_size, void *in, ULONG *in_size)
{
	size_t size = *in_size;

	if (fwrite(out, 1, out_size, stdout) != out_size)
		return -1;
	size = fread(in, 1, size, stdin);
	*in_size = (ULONG)size;
	return size > 0 ? 0 : -1;
}

static void print_package(text *name)
{
	SECURITY_STATUS status;
	PSecPkgInfo package;
	ULONG count;

	status = table->EnumerateSecurityPackages(&count, &package);
	if (status != SEC_E_OK)
		return;
	printf("%u packages, cbMaxToken %u\n", (unsigned int)count,
	       (unsigned int)package->cbMaxToken);
	table->FreeContextBuffer(package);

	if (QuerySecurityPackageInfo(name, &package) != SEC_E_OK)
		return;
	if (package->fCapabilities & SECPKG_FLAG_READONLY_WITH_CHECKSUM)
		printf("associated data\n");
	FreeContextBuffer(package);
}

static SECURITY_STATUS acquire(struct connection *connection, text *name)
{
	static unsigned char user[] = "client", password[] = "sspseal:example";
	SEC_WINNT_AUTH_IDENTITY_A identity;

	memset(&identity, 0, sizeof(identity));
	identity.User = user;
	identity.UserLength = sizeof(user) - 1;
	identity.Password = password;
	identity.PasswordLength = sizeof(password) - 1;
	identity.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
	return table->AcquireCredentialsHandle(NULL, name, SECPKG_CRED_OUTBOUND,
					       NULL, &identity, NULL, NULL,
					       &connection->credentials,
					       &connection->expiry);
}

/* One step; whether there is another. */
static SECURITY_STATUS step(struct connection *connection, SecBuffer *received,
			    SecBuffer *answer)
{
	SecBufferDesc in, out;
	PCtxtHandle context = NULL;

	in.ulVersion = SECBUFFER_VERSION;
	in.cBuffers = 1;
	in.pBuffers = received;
	out.ulVersion = SECBUFFER_VERSION;
	out.cBuffers = 1;
	out.pBuffers = answer;
	if (SecIsValidHandle(&connection->context))
		context = &connection->context;
	return table->InitializeSecurityContext(&connection->credentials, context,
						NULL, connection->flags, 0,
						SECURITY_NATIVE_DREP,
						context ? &in : NULL, 0,
						&connection->context, &out,
						&connection->flags,
						&connection->expiry);
}

static SECURITY_STATUS connect(struct connection *connection)
{
	unsigned char token[4096];
	SecBuffer received, answer;
	SECURITY_STATUS status;

	SecInvalidateHandle(&connection->context);
	connection->flags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_SEQUENCE_DETECT |
			    ISC_REQ_MUTUAL_AUTH | ISC_REQ_ALLOCATE_MEMORY;
	received.BufferType = SECBUFFER_TOKEN;
	received.pvBuffer = token;
	received.cbBuffer = 0;
	do {
		answer.BufferType = SECBUFFER_TOKEN;
		answer.pvBuffer = NULL;
		answer.cbBuffer = 0;
		status = step(connection, &received, &answer);
		if (status == SEC_I_COMPLETE_NEEDED)
			return SEC_E_UNSUPPORTED_FUNCTION;
		if (answer.cbBuffer) {
			received.cbBuffer = sizeof(token);
			if (exchange(answer.pvBuffer, answer.cbBuffer, token,
				     &received.cbBuffer))
				status = SEC_E_INTERNAL_ERROR;
			table->FreeContextBuffer(answer.pvBuffer);
		}
	} while (status == SEC_I_CONTINUE_NEEDED);
	return status;
}

/* The layout of RPC: header, message, trailer, token. */
static SECURITY_STATUS converse(struct connection *connection, ULONG number)
{
	char header[24], message[] = "a message", trailer[8];
	unsigned char token[64];
	SecBufferDesc desc;
	SecBuffer buffers[4];
	SECURITY_STATUS status;
	ULONG qop = 0;

	memset(header, 0, sizeof(header));
	memset(trailer, 0, sizeof(trailer));
	buffers[0].BufferType = SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM;
	buffers[0].pvBuffer = header;
	buffers[0].cbBuffer = sizeof(header);
	buffers[1].BufferType = SECBUFFER_DATA;
	buffers[1].pvBuffer = message;
	buffers[1].cbBuffer = sizeof(message);
	buffers[2].BufferType = SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM;
	buffers[2].pvBuffer = trailer;
	buffers[2].cbBuffer = sizeof(trailer);
	buffers[3].BufferType = SECBUFFER_TOKEN;
	buffers[3].pvBuffer = token;
	buffers[3].cbBuffer = connection->sizes.cbSecurityTrailer;
	desc.ulVersion = SECBUFFER_VERSION;
	desc.cBuffers = 4;
	desc.pBuffers = buffers;

	status = table->EncryptMessage(&connection->context, 0, &desc, number);
	if (status != SEC_E_OK)
		return status;
	status = table->DecryptMessage(&connection->context, &desc, number, &qop);
	switch (status) {
	case SEC_E_OK:
		return qop == SECQOP_WRAP_NO_ENCRYPT ? SEC_E_QOP_NOT_SUPPORTED :
						       SEC_E_OK;
	case SEC_E_MESSAGE_ALTERED:
	case SEC_E_OUT_OF_SEQUENCE:
		printf("refused: 0x%08x\n", (unsigned int)status);
		return status;
	default:
		return status;
	}
}

/* A host of security packages looks into the package's own table. */
static NTSTATUS load(void)
{
	SECPKG_USER_FUNCTION_TABLE *functions;
	ULONG version, count;
	NTSTATUS status;

	status = SpUserModeInitialize(SECPKG_INTERFACE_VERSION, &version,
				      &functions, &count);
	if (status != STATUS_SUCCESS || count != 1)
		return status;
	return functions->InstanceInit(version, NULL, NULL);
}

int main(void)
{
	static text name[] = { 'S', 's', 'p', 'S', 'e', 'a', 'l', 0 };
	INIT_SECURITY_INTERFACE init = InitSecurityInterface;
	struct connection connection;
	SECURITY_STATUS status;

	table = init();
	if (!table || load() != STATUS_SUCCESS)
		return 1;
	print_package(name);
	status = acquire(&connection, name);
	if (status != SEC_E_OK)
		return 1;
	status = connect(&connection);
	if (status == SEC_E_OK)
		status = table->QueryContextAttributes(&connection.context,
						       SECPKG_ATTR_SIZES,
						       &connection.sizes);
	if (status == SEC_E_OK)
		status = converse(&connection, 1);
	if (connection.expiry.QuadPart < 0 || connection.expiry.HighPart < 0)
		status = SEC_E_CONTEXT_EXPIRED;
	table->DeleteSecurityContext(&connection.context);
	table->FreeCredentialHandle(&connection.credentials);
	return status == SEC_E_OK ? 0 : 1;
}

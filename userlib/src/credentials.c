// SPDX-License-Identifier: MIT
/*
 * Credentials: the name of this end, and where its pre-shared key is. The key
 * itself is not kept here: it is looked up for each context, and of a logon key
 * only the serial number is ever known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handshake.h"

#define CREDENTIAL_TAG	((ULONG_PTR)0x53534352)	/* "SSCR" */
#define LOGON_PREFIX	SSPSEAL_LOGON_PREFIX
#define FILE_PREFIX	"file:"

static struct credential *list;
static ULONG_PTR last_number;

/* ---- the list ---- */

/* Under the lock. @handle: what may be one. */
static struct credential **find(const SecHandle *handle)
{
	struct credential **place;

	if (!handle || handle->dwUpper != CREDENTIAL_TAG)
		return NULL;
	for (place = &list; *place; place = &(*place)->next)
		if ((*place)->number == handle->dwLower)
			return place;
	return NULL;
}

static void add(struct credential *credential, PCredHandle handle)
{
	sspseal_lock();
	credential->number = ++last_number;
	credential->references = 1;
	credential->next = list;
	list = credential;
	handle->dwLower = credential->number;
	handle->dwUpper = CREDENTIAL_TAG;
	sspseal_unlock();
}

/**
 * sspseal_credential_get() - the credential of a handle, with a reference
 * @handle: of a caller, may be NULL
 *
 * Return: the credential, or NULL if the handle has none.
 */
struct credential *sspseal_credential_get(const SecHandle *handle)
{
	struct credential **place, *credential = NULL;

	sspseal_lock();
	place = find(handle);
	if (place) {
		credential = *place;
		credential->references++;
	}
	sspseal_unlock();
	return credential;
}

/* Is this the handle that the credential had from the beginning? */
bool sspseal_credential_is(const struct credential *credential,
			   const SecHandle *handle)
{
	return handle->dwUpper == CREDENTIAL_TAG &&
	       handle->dwLower == credential->number;
}

void sspseal_credential_put(struct credential *credential)
{
	bool last;

	sspseal_lock();
	last = !--credential->references;
	sspseal_unlock();
	if (last)
		free(credential);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
FreeCredentialsHandle(PCredHandle phCredential)
{
	struct credential **place, *credential = NULL;

	sspseal_half_open_end_late();
	sspseal_lock();
	place = find(phCredential);
	if (place) {
		credential = *place;
		*place = credential->next;
	}
	sspseal_unlock();
	if (!credential)
		return SEC_E_INVALID_HANDLE;
	sspseal_credential_put(credential);
	return SEC_E_OK;
}

/* ---- keys ---- */

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* The path, if the key is in a file. */
static const char *key_path(const char *key)
{
	return begins(key, FILE_PREFIX) ? key + strlen(FILE_PREFIX) : NULL;
}

/*
 * A FIFO or a terminal would wait for somebody to write the key into it.
 * @size: out: bytes of the key
 */
static int open_key(const char *path, ssize_t *size)
{
	struct stat about;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &about) && S_ISREG(about.st_mode) &&
	    about.st_size >= SSPSEAL_KEY_MIN &&
	    about.st_size <= SSPSEAL_KEY_MAX) {
		*size = about.st_size;
		return fd;
	}
	close(fd);
	return -EINVAL;
}

/* As much as there is, or -errno. */
static ssize_t read_all(int fd, __u8 *to, size_t room)
{
	size_t done = 0;
	ssize_t got;

	do {
		got = read(fd, to + done, room - done);
		if (got > 0)
			done += got;
	} while (done < room && (got > 0 || (got < 0 && errno == EINTR)));
	return got < 0 ? -errno : (ssize_t)done;
}

/*
 * @key: SSPSEAL_KEY_MAX bytes and one more, which tells a longer file. A file that
 * somebody writes meanwhile has no key: part of one would be one, too.
 */
static ssize_t read_key(const char *path, __u8 *key)
{
	ssize_t size = 0, got;
	int fd = open_key(path, &size);

	if (fd < 0)
		return fd;
	got = read_all(fd, key, SSPSEAL_KEY_MAX + 1);
	close(fd);
	return got < 0 || got == size ? got : -EINVAL;
}

/* Is there a key? Its bytes are not read. */
static int check_key(const char *key)
{
	const char *path = key_path(key);
	__s32 serial;
	ssize_t size;
	int fd;

	if (!path)
		return sspseal_keyring_find(key, &serial);
	fd = open_key(path, &size);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* What Microsoft's page has for a key that cannot be had. */
static SECURITY_STATUS key_status(int error)
{
	switch (error) {
	case 0:
		return SEC_E_OK;
	case -EACCES:
	case -EPERM:
		return SEC_E_NOT_OWNER;
	case -EINVAL:
		return SEC_E_UNKNOWN_CREDENTIALS;
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return SEC_E_INSUFFICIENT_MEMORY;
	case -EIO:
		return SEC_E_INTERNAL_ERROR;
	default:
		return SEC_E_NO_CREDENTIALS;
	}
}

/* The key was there when there was a credential made of it. */
static SECURITY_STATUS lost_key_status(int error)
{
	SECURITY_STATUS status = key_status(error);

	return status == SEC_E_INSUFFICIENT_MEMORY ? status :
						     SEC_E_NO_CREDENTIALS;
}

static SECURITY_STATUS create_status(int ret, __u32 status)
{
	SECURITY_STATUS code = sspseal_ntstatus(SSPSEAL_FAMILY_APPLICATION, ret,
						status);

	switch (status) {
	case SSPSEAL_STATUS_OK:
		/* There is no device to make a context in. */
		return ret ? SEC_E_INTERNAL_ERROR : SEC_E_OK;
	case SSPSEAL_STATUS_KEY_SIZE:
	case SSPSEAL_STATUS_KEY_SERIAL:
	case SSPSEAL_STATUS_KEY_PERMISSION:
	case SSPSEAL_STATUS_KEY_TYPE:
	case SSPSEAL_STATUS_KEY_EXPIRED:
	case SSPSEAL_STATUS_KEY_REVOKED:
		return SEC_E_NO_CREDENTIALS;
	default:
		return code;
	}
}

static SECURITY_STATUS create_from_file(const char *path,
					struct sspseal_create *create)
{
	__u8 key[SSPSEAL_KEY_MAX + 1];
	SECURITY_STATUS code;
	ssize_t size;
	int ret;

	size = read_key(path, key);
	if (size > 0) {
		create->key = (uintptr_t)key;
		create->key_size = size;
		ret = sspseal_create(sspseal_device(), create);
		code = create_status(ret, create->status);
		create->key = 0;
	} else {
		code = lost_key_status(size);
	}
	explicit_bzero(key, sizeof(key));
	return code;
}

/**
 * sspseal_credential_create() - make a context from the key of a credential
 * @credential: referenced
 * @create: as for sspseal_create(), without a key
 *
 * Return: SEC_E_OK; SEC_E_NO_CREDENTIALS if the key cannot be had now, but for
 * SEC_E_INSUFFICIENT_MEMORY; or as the application level has it.
 */
SECURITY_STATUS sspseal_credential_create(const struct credential *credential,
					  struct sspseal_create *create)
{
	const char *path = key_path(credential->key);
	int ret;

	if (path)
		return create_from_file(path, create);
	ret = sspseal_keyring_find(credential->key, &create->key_serial);
	if (ret)
		return lost_key_status(ret);
	ret = sspseal_create(sspseal_device(), create);
	return create_status(ret, create->status);
}

/* ---- the identity structure ---- */

/**
 * struct identity - a SEC_WINNT_AUTH_IDENTITY of either sort
 * @user: name of this end
 * @domain: has to be empty
 * @key: where the key is
 */
struct identity {
	struct text user;
	struct text domain;
	struct text key;
};

_Static_assert(sizeof(SEC_WINNT_AUTH_IDENTITY_A) ==
	       sizeof(SEC_WINNT_AUTH_IDENTITY_W) &&
	       offsetof(SEC_WINNT_AUTH_IDENTITY_A, Flags) ==
	       offsetof(SEC_WINNT_AUTH_IDENTITY_W, Flags), "one layout");

/* Its own flags tell which sort it is, and not the function it is given to. */
static bool read_identity(const SEC_WINNT_AUTH_IDENTITY_A *auth,
			  struct identity *identity)
{
	bool wide = auth->Flags == SEC_WINNT_AUTH_IDENTITY_UNICODE;

	if (!wide && auth->Flags != SEC_WINNT_AUTH_IDENTITY_ANSI)
		return false;
	identity->user = (struct text){ wide, auth->User, auth->UserLength };
	identity->domain = (struct text){ wide, auth->Domain,
					  auth->DomainLength };
	identity->key = (struct text){ wide, auth->Password,
				       auth->PasswordLength };
	return true;
}

/* The name is the identity's, or the principal's; if both tell, they agree. */
static bool take_name(struct credential *credential, struct text user,
		      struct text principal)
{
	char other[HANDSHAKE_NAME_MAX + 1];
	ssize_t size, other_size;
	struct span name;

	size = sspseal_utf8(user, credential->identity,
			    sizeof(credential->identity));
	other_size = sspseal_utf8(principal, other, sizeof(other));
	if (size < 0 || other_size < 0)
		return false;
	if (!size) {
		memcpy(credential->identity, other, sizeof(other));
		size = other_size;
	} else if (other_size && strcmp(other, credential->identity)) {
		return false;
	}
	credential->identity_size = size;
	name = (struct span){ (const __u8 *)credential->identity, size };
	return sspseal_is_name(name);
}

/* A relative path would mean another file after chdir(). */
static bool take_key(struct credential *credential, struct text key)
{
	const char *path;

	if (sspseal_utf8(key, credential->key, sizeof(credential->key)) < 0)
		return false;
	path = key_path(credential->key);
	return path ? path[0] == '/' : begins(credential->key, LOGON_PREFIX);
}

static SECURITY_STATUS fill(struct credential *credential,
			    const struct identity *identity,
			    struct text principal)
{
	if (identity->domain.length ||
	    !take_name(credential, identity->user, principal) ||
	    !take_key(credential, identity->key))
		return SEC_E_UNKNOWN_CREDENTIALS;
	return key_status(check_key(credential->key));
}

static SECURITY_STATUS device_status(void)
{
	int fd = sspseal_device();

	if (fd >= 0)
		return SEC_E_OK;
	/* By the rights of the file, or those of the control group. */
	return fd == -EACCES || fd == -EPERM ? SEC_E_NOT_OWNER :
					       SEC_E_INTERNAL_ERROR;
}

static SECURITY_STATUS acquire(const struct identity *identity,
			       struct text principal, ULONG use,
			       PCredHandle handle)
{
	struct credential *credential;
	SECURITY_STATUS status;

	status = device_status();
	if (status != SEC_E_OK)
		return status;
	credential = calloc(1, sizeof(*credential));
	if (!credential)
		return SEC_E_INSUFFICIENT_MEMORY;
	credential->use = use;
	status = fill(credential, identity, principal);
	if (status == SEC_E_OK)
		add(credential, handle);
	else
		free(credential);
	return status;
}

static SECURITY_STATUS acquire_call(const struct sspseal_style *style,
				    const void *principal, const void *package,
				    ULONG use, const void *auth,
				    PCredHandle handle, PTimeStamp expiry)
{
	struct identity identity;
	SECURITY_STATUS status;

	sspseal_half_open_end_late();
	if (!sspseal_is_package(style, package))
		return SEC_E_SECPKG_NOT_FOUND;
	if (!handle || !(use & SECPKG_CRED_BOTH) || use & ~SECPKG_CRED_BOTH)
		return SEC_E_INVALID_PARAMETER;
	/* Nobody has a key by being who he is. */
	if (!auth)
		return SEC_E_NO_CREDENTIALS;
	if (!read_identity(auth, &identity))
		return SEC_E_UNKNOWN_CREDENTIALS;
	status = acquire(&identity, sspseal_text(style->wide, principal), use,
			 handle);
	/* When the key ends is not known before a context is made of it. */
	if (status == SEC_E_OK && expiry)
		expiry->QuadPart = sspseal_timestamp(0);
	return status;
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
AcquireCredentialsHandleA(SEC_CHAR *pszPrincipal, SEC_CHAR *pszPackage,
			  ULONG fCredentialUse, void *pvLogonId,
			  void *pAuthData, SEC_GET_KEY_FN pGetKeyFn,
			  void *pvGetKeyArgument, PCredHandle phCredential,
			  PTimeStamp ptsExpiry)
{
	(void)pvLogonId;
	(void)pGetKeyFn;
	(void)pvGetKeyArgument;
	return acquire_call(&sspseal_style_a, pszPrincipal, pszPackage,
			    fCredentialUse, pAuthData, phCredential, ptsExpiry);
}

LIBEXPORT SECURITY_STATUS SEC_ENTRY
AcquireCredentialsHandleW(SEC_WCHAR *pszPrincipal, SEC_WCHAR *pszPackage,
			  ULONG fCredentialUse, void *pvLogonId,
			  void *pAuthData, SEC_GET_KEY_FN pGetKeyFn,
			  void *pvGetKeyArgument, PCredHandle phCredential,
			  PTimeStamp ptsExpiry)
{
	(void)pvLogonId;
	(void)pGetKeyFn;
	(void)pvGetKeyArgument;
	return acquire_call(&sspseal_style_w, pszPrincipal, pszPackage,
			    fCredentialUse, pAuthData, phCredential, ptsExpiry);
}

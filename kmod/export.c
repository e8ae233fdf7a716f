// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delegation: EXPORT makes a file with one handle, IMPORT copies a handle into a
 * file, and a revocable export can be taken back with all that came from it.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "sspseal.h"

/* ---- revocation ---- */

/**
 * struct sspseal_revocation - what one revocable export can take back
 * @ref: held by the revoker, and by each grant and revocation below it
 * @parent: of the export that this one was made from, or NULL; referenced
 * @depth: how many there are above
 * @revoked: final
 * @rcu: lookups walk up the parents under RCU
 */
struct sspseal_revocation {
	refcount_t ref;
	struct sspseal_revocation *parent;
	unsigned int depth;
	bool revoked;
	struct rcu_head rcu;
};

/* Under RCU; true if there is nothing to get. */
bool sspseal_revocation_tryget(struct sspseal_revocation *revocation)
{
	return !revocation || refcount_inc_not_zero(&revocation->ref);
}

static struct sspseal_revocation *
revocation_get(struct sspseal_revocation *revocation)
{
	if (revocation)
		refcount_inc(&revocation->ref);
	return revocation;
}

void sspseal_revocation_put(struct sspseal_revocation *revocation)
{
	struct sspseal_revocation *parent;

	while (revocation && refcount_dec_and_test(&revocation->ref)) {
		parent = revocation->parent;
		kfree_rcu(revocation, rcu);
		revocation = parent;
	}
}

/**
 * sspseal_revoke() - take back what an export gave
 * @revocation: the export's; calls in progress finish
 */
void sspseal_revoke(struct sspseal_revocation *revocation)
{
	WRITE_ONCE(revocation->revoked, true);
}

/* Under RCU. */
bool sspseal_revoked(const struct sspseal_revocation *revocation)
{
	for (; revocation; revocation = revocation->parent) {
		if (READ_ONCE(revocation->revoked))
			return true;
	}
	return false;
}

static enum sspseal_status
revocation_new(struct sspseal_revocation *parent,
	       struct sspseal_revocation **result)
{
	unsigned int depth = parent ? parent->depth + 1 : 0;
	struct sspseal_revocation *revocation;

	if (depth >= SSPSEAL_REVOCABLE_DEPTH)
		return SSPSEAL_STATUS_LIMIT_DEPTH;
	revocation = kzalloc(sizeof(*revocation), SSPSEAL_GFP);
	if (!revocation)
		return SSPSEAL_STATUS_NO_MEMORY;
	refcount_set(&revocation->ref, 1);
	revocation->parent = revocation_get(parent);
	revocation->depth = depth;
	*result = revocation;
	return SSPSEAL_STATUS_OK;
}

/* ---- files ---- */

/**
 * struct new_file - a file that nobody has yet
 * @fd: reserved in the caller's table
 * @filp: owns @file
 * @file: the sspseal file
 */
struct new_file {
	int fd;
	struct file *filp;
	struct sspseal_file *file;
};

static enum sspseal_status new_file_make(struct new_file *new,
					 enum sspseal_kind kind)
{
	int err;

	new->file = sspseal_file_new(kind);
	if (!new->file)
		return SSPSEAL_STATUS_NO_MEMORY;
	err = get_unused_fd_flags(O_CLOEXEC);
	if (err < 0)
		goto err_file;
	new->fd = err;
	new->filp = anon_inode_getfile("[sspseal]", &sspseal_fops, new->file,
				       O_RDWR);
	if (IS_ERR(new->filp)) {
		err = PTR_ERR(new->filp);
		goto err_fd;
	}
	return SSPSEAL_STATUS_OK;

err_fd:
	put_unused_fd(new->fd);
err_file:
	sspseal_file_free(new->file);
	return err == -ENOMEM ? SSPSEAL_STATUS_NO_MEMORY :
				SSPSEAL_STATUS_NO_DESCRIPTOR;
}

static void new_file_drop(struct new_file *new)
{
	put_unused_fd(new->fd);
	fput(new->filp);
}

/* ---- SSPSEAL_EXPORT ---- */

static enum sspseal_status check_ready(const struct sspseal_context *ctx)
{
	/* Pairs with bind.c. */
	if (!smp_load_acquire(&ctx->bound))
		return SSPSEAL_STATUS_NOT_BOUND;
	return ctx->confirm && !READ_ONCE(ctx->ready) ?
	       SSPSEAL_STATUS_UNCONFIRMED : SSPSEAL_STATUS_OK;
}

static enum sspseal_status check_export(const struct sspseal_export *export,
					const struct sspseal_grant *source)
{
	enum sspseal_status status = check_ready(source->ctx);
	u64 now = ktime_get_real_seconds();

	if (status)
		return status;
	if (!export->rights ||
	    export->rights & ~(source->rights & SSPSEAL_ALL_RIGHTS))
		return SSPSEAL_STATUS_RIGHTS;
	if (export->expiry && (export->expiry <= now ||
			       (source->expiry &&
				export->expiry > source->expiry)))
		return SSPSEAL_STATUS_EXPIRY;
	return SSPSEAL_STATUS_OK;
}

/*
 * The two grants of an export: @given goes to the new file, and @revoker, if
 * asked for, to the exporter's.
 */
struct export_grants {
	struct sspseal_grant *given;
	struct sspseal_grant *revoker;
};

static void export_grants_free(struct export_grants *grants)
{
	sspseal_grant_free(grants->given);
	sspseal_grant_free(grants->revoker);
}

static enum sspseal_status export_grants_make(struct export_grants *grants,
					      const struct sspseal_export *export,
					      const struct sspseal_grant *source)
{
	struct sspseal_revocation *revocation = source->revocation;
	enum sspseal_status status;

	*grants = (struct export_grants) {};
	if (export->flags & SSPSEAL_EXPORT_REVOCABLE) {
		status = revocation_new(source->revocation, &revocation);
		if (status)
			return status;
		/* The revoker owns the record. */
		grants->revoker = sspseal_grant_new(NULL, 0);
		if (!grants->revoker) {
			sspseal_revocation_put(revocation);
			return SSPSEAL_STATUS_NO_MEMORY;
		}
		grants->revoker->revokes = revocation;
	}
	grants->given = sspseal_grant_new(source->ctx, export->rights);
	if (!grants->given) {
		export_grants_free(grants);
		return SSPSEAL_STATUS_NO_MEMORY;
	}
	grants->given->expiry = export->expiry ?: source->expiry;
	grants->given->revocation = revocation_get(revocation);
	return SSPSEAL_STATUS_OK;
}

/* Nobody sees anything of it before it can no longer fail. */
static enum sspseal_status export_grants_publish(struct sspseal_command *command,
						 struct export_grants *grants)
{
	struct sspseal_export *export = command->arg;
	enum sspseal_status status;
	struct new_file new;
	u32 handle;

	status = new_file_make(&new, SSPSEAL_KIND_EXPORTED);
	if (status)
		return status;
	status = sspseal_handle_reserve(new.file, &handle);
	if (!status && grants->revoker)
		status = sspseal_handle_reserve(command->file,
						&export->revoker);
	if (status)
		goto err_file;
	export->fd = new.fd;
	status = sspseal_respond(command);
	if (status)
		goto err_revoker;
	sspseal_handle_publish(new.file, handle, grants->given);
	if (grants->revoker)
		sspseal_handle_publish(command->file, export->revoker,
				       grants->revoker);
	fd_install(new.fd, new.filp);
	return SSPSEAL_STATUS_OK;

err_revoker:
	if (grants->revoker)
		sspseal_handle_abort(command->file, export->revoker);
err_file:
	new_file_drop(&new);
	return status;
}

enum sspseal_status sspseal_handle_export(struct sspseal_command *command)
{
	struct sspseal_export *export = command->arg;
	struct export_grants grants;
	struct sspseal_grant source;
	enum sspseal_status status;

	if (export->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	if (export->flags & ~SSPSEAL_EXPORT_REVOCABLE)
		return SSPSEAL_STATUS_FLAGS;
	status = sspseal_grant_copy(command->file, export->handle,
				    SSPSEAL_RIGHT_EXPORT, &source);
	if (status)
		return status;
	export->revoker = 0;
	status = check_export(export, &source);
	if (!status)
		status = export_grants_make(&grants, export, &source);
	if (!status) {
		status = export_grants_publish(command, &grants);
		if (status)
			export_grants_free(&grants);
	}
	sspseal_grant_release(&source);
	return status;
}

/* ---- SSPSEAL_IMPORT ---- */

static enum sspseal_status copy_from_fd(int fd, u32 handle,
					struct sspseal_grant *source)
{
	enum sspseal_status status = SSPSEAL_STATUS_DESCRIPTOR;
	struct file *filp = fget(fd);

	if (!filp)
		return status;
	if (filp->f_op == &sspseal_fops)
		status = sspseal_grant_copy(filp->private_data, handle, 0,
					    source);
	fput(filp);
	return status;
}

static enum sspseal_status import_here(struct sspseal_command *command,
				       struct sspseal_grant *grant)
{
	struct sspseal_import *import = command->arg;
	enum sspseal_status status;

	status = sspseal_handle_reserve(command->file, &import->handle);
	if (status)
		return status;
	status = sspseal_respond(command);
	if (status) {
		sspseal_handle_abort(command->file, import->handle);
		return status;
	}
	sspseal_handle_publish(command->file, import->handle, grant);
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status import_new_file(struct sspseal_command *command,
					   struct sspseal_grant *grant)
{
	struct sspseal_import *import = command->arg;
	enum sspseal_status status;
	struct new_file new;

	status = new_file_make(&new, SSPSEAL_KIND_IMPORTED);
	if (status)
		return status;
	status = sspseal_handle_reserve(new.file, &import->handle);
	if (!status) {
		import->new_fd = new.fd;
		status = sspseal_respond(command);
	}
	if (status) {
		new_file_drop(&new);
		return status;
	}
	sspseal_handle_publish(new.file, import->handle, grant);
	fd_install(new.fd, new.filp);
	return SSPSEAL_STATUS_OK;
}

static enum sspseal_status import_copy(struct sspseal_command *command,
				       const struct sspseal_grant *source)
{
	struct sspseal_import *import = command->arg;
	struct sspseal_grant *grant;
	enum sspseal_status status;

	/* The right to BIND stays where CREATE gave it. */
	grant = sspseal_grant_new(source->ctx,
				  source->rights & SSPSEAL_ALL_RIGHTS);
	if (!grant)
		return SSPSEAL_STATUS_NO_MEMORY;
	grant->expiry = source->expiry;
	grant->revocation = revocation_get(source->revocation);

	import->new_fd = -1;
	if (import->flags & SSPSEAL_IMPORT_NEW_FILE)
		status = import_new_file(command, grant);
	else
		status = import_here(command, grant);
	if (status)
		sspseal_grant_free(grant);
	return status;
}

enum sspseal_status sspseal_handle_import(struct sspseal_command *command)
{
	const struct sspseal_import *import = command->arg;
	struct sspseal_grant source;
	enum sspseal_status status;

	if (import->__reserved)
		return SSPSEAL_STATUS_RESERVED;
	if (import->flags & ~SSPSEAL_IMPORT_NEW_FILE)
		return SSPSEAL_STATUS_FLAGS;
	if (!(import->flags & SSPSEAL_IMPORT_NEW_FILE) &&
	    command->file->kind == SSPSEAL_KIND_EXPORTED)
		return SSPSEAL_STATUS_ANONYMOUS;
	status = copy_from_fd(import->fd,
			      import->source ?: SSPSEAL_EXPORTED_HANDLE,
			      &source);
	if (status)
		return status;
	status = import_copy(command, &source);
	sspseal_grant_release(&source);
	return status;
}

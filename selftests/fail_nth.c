// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation and each copy from or to the caller fails once, in each
 * command: the n-th of a call, for n = 1, 2, ... until there are no more. Whatever
 * fails, nothing has changed and the same call then succeeds; or the number was
 * used and is not used again.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "injection.h"
#include "sspseal_test.h"

#define S(name)		SSPSEAL_STATUS_##name
#define SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT)
/*
 * Beyond SSPSEAL_SHORT of kmod/user.h: no fault can be planted in the word by word
 * copies of what is shorter. Addresses that fault, in faults.c, reach those.
 */
#define SHORT		200
#define LONG		0x100000
#define BINDING		1000
#define OPERATIONS	3
/* More points than any command has. */
#define POINTS_MAX	2000

/* ---- a call, and all that it could change ---- */

struct figures {
	long handles;
	/* Where the command goes, if that is another file. */
	long others;
	long in_flight;
	unsigned int descriptors;
	__s64 sent[2];
	__s64 received[2];
};

/*
 * @end: initiator and acceptor
 * @fd: where the command goes
 * @cmd, @arg, @size: the command
 * @ours: the end that it is about: 0 or 1
 * @revoker: of what was exported
 * @b, @token, @data, @cb: of a message; there is room for a token before @data
 * @plain, @given: DATA as it was before it was sealed, and before the call
 */
struct world {
	int device;
	int fd;
	__u32 end[2];
	__u8 salt[2][SSPSEAL_SALT_SIZE];
	int exported;
	__u32 revoker;
	unsigned long cmd;
	void *arg;
	__u8 before[256];
	union {
		struct sspseal_info info;
		struct sspseal_create create;
		struct sspseal_destroy destroy;
		struct sspseal_query query;
		struct sspseal_message message;
		struct sspseal_bind bind;
		struct sspseal_export export;
		struct sspseal_import import;
		struct sspseal_batch batch;
	} u;
	struct sspseal_native params, given_params;
	unsigned int ours;
	/* Of all points of a sweep. */
	unsigned int commits;
	size_t cb;
	struct sspseal_buffer b[5], given_b[5];
	struct sspseal_operation operation[OPERATIONS];
	__u8 token[OPERATIONS][TOKEN_SIZE];
	__u8 given_token[TOKEN_SIZE];
	__u8 associated[SHORT];
	__u8 binding[BINDING];
	__u8 *plain;
	__u8 *given;
	__u8 *memory;
	__u8 *data;
	struct figures figures;
};

static void figures_take(struct world *w, struct figures *f)
{
	unsigned int i;

	memset(f, 0, sizeof(*f));
	f->handles = fdinfo_number(w->device, "sspseal-handles");
	f->others = fdinfo_number(w->fd, "sspseal-handles");
	f->in_flight = fdinfo_number(w->device, "sspseal-in-flight");
	f->descriptors = descriptors();
	for (i = 0; i < 2; i++) {
		f->sent[i] = sent(w->device, w->end[i]);
		f->received[i] = received(w->device, w->end[i]);
	}
}

static size_t arg_size(const struct world *w)
{
	return *(__u32 *)w->arg;
}

static void remember(struct world *w)
{
	memcpy(w->before, w->arg, arg_size(w));
	memcpy(w->given, w->data, w->cb);
	memcpy(w->given_token, w->token[0], TOKEN_SIZE);
	memcpy(w->given_b, w->b, sizeof(w->b));
	w->given_params = w->params;
	figures_take(w, &w->figures);
}

static const char *what_changed(struct world *w)
{
	/* What stands before @status and behind it: @size is what it was. */
	static const size_t status = offsetof(struct sspseal_message, status);
	size_t rest = status + sizeof(__u32);
	struct figures now;

	figures_take(w, &now);
	if (memcmp(&now, &w->figures, sizeof(now)))
		return "handles, descriptors, bytes in flight or counters have changed";
	if (memcmp(w->arg, w->before, status) ||
	    memcmp((__u8 *)w->arg + rest, w->before + rest,
		   arg_size(w) - rest))
		return "the struct has changed";
	if (memcmp(&w->params, &w->given_params, sizeof(w->params)))
		return "the parameters have changed";
	if (memcmp(w->data, w->given, w->cb) ||
	    memcmp(w->token[0], w->given_token, TOKEN_SIZE))
		return "the message has changed";
	return memcmp(w->b, w->given_b, sizeof(w->b)) ?
	       "the array has changed" : NULL;
}

/* ---- what a command should have done ---- */

static int message_of(struct world *w, unsigned long cmd, unsigned int end)
{
	struct sspseal_message m = w->u.message;

	m.handle = w->end[end];
	return call(w->device, cmd, &m);
}

static bool sends(unsigned long cmd)
{
	return cmd == SSPSEAL_SEAL || cmd == SSPSEAL_SIGN;
}

static unsigned long opposite(unsigned long cmd)
{
	switch (cmd) {
	case SSPSEAL_SEAL:
		return SSPSEAL_UNSEAL;
	case SSPSEAL_SIGN:
		return SSPSEAL_VERIFY;
	case SSPSEAL_UNSEAL:
		return SSPSEAL_SEAL;
	default:
		return SSPSEAL_SIGN;
	}
}

/* The peer opens what was sent, and its number is the one expected. */
static const char *opens(struct world *w, __s64 number)
{
	if (token_counter(w->token[0]) != (__u64)number)
		return "another number";
	if (message_of(w, opposite(w->cmd), !w->ours))
		return "the peer refuses it";
	return memcmp(w->data, w->plain, w->cb) ? "the peer reads else" : NULL;
}

static const char *sent_well(struct world *w)
{
	return opens(w, w->figures.sent[w->ours]);
}

static const char *received_well(struct world *w)
{
	if (received(w->device, w->end[w->ours]) !=
	    w->figures.received[w->ours] + 1)
		return "not counted as received";
	return memcmp(w->data, w->plain, w->cb) ? "other DATA" : NULL;
}

/* The array tells where DATA lies. */
static const char *stream_done(struct world *w)
{
	if (w->b[1].ptr != (uintptr_t)w->data || w->b[1].cb != w->cb)
		return "DATA lies elsewhere";
	return received_well(w);
}

static const char *message_done(struct world *w)
{
	return sends(w->cmd) ? sent_well(w) : received_well(w);
}

/* A number was used. If the token is there, so is its message. */
static const char *burned(struct world *w)
{
	__s64 number = w->figures.sent[w->ours];
	const char *wrong;

	if (sent(w->device, w->end[w->ours]) != number + 1)
		return "not one number was used";
	if (memcmp(w->token[0], w->given_token, TOKEN_SIZE)) {
		wrong = opens(w, number);
		if (wrong)
			return wrong;
	}
	memcpy(w->data, w->plain, w->cb);
	if (message_of(w, w->cmd, w->ours))
		return "nothing can be sent any more";
	return opens(w, number + 1);
}

/* It counts as received, whatever the caller has of it. */
static const char *lost(struct world *w)
{
	size_t i;

	if (received(w->device, w->end[w->ours]) !=
	    w->figures.received[w->ours] + 1)
		return "not counted as received";
	for (i = 0; i < w->cb; i++) {
		if (w->data[i] != w->given[i] && w->data[i] != w->plain[i])
			return "DATA that was never sent";
	}
	memcpy(w->data, w->given, w->cb);
	return message_of(w, w->cmd, w->ours) == S(REPLAYED) ?
	       NULL : "received twice";
}

static const char *message_committed(struct world *w)
{
	return sends(w->cmd) ? burned(w) : lost(w);
}

/* The peer of a strict context would wait for the number for ever. */
static const char *ends_sending(struct world *w)
{
	memcpy(w->data, w->plain, w->cb);
	return message_of(w, w->cmd, w->ours) == S(SEND_ENDED) ?
	       NULL : "goes on after a gap";
}

static const char *was_created(struct world *w)
{
	struct figures now;

	figures_take(w, &now);
	if (now.handles != w->figures.handles + 1)
		return "not one more handle";
	/* A number that was not given out is given to the next. */
	if (w->u.create.handle != w->end[1] + 1)
		return "a gap in the handles";
	return carries(w->device, w->u.create.handle, w->device, w->end[1]) ?
	       NULL : "the new context does not work";
}

static const char *was_created_unbound(struct world *w)
{
	__u8 data[SHORT];

	if (all_bytes(w->params.salt, POISON, SSPSEAL_SALT_SIZE))
		return "no salt";
	return simple_call(w->device, SSPSEAL_SEAL, w->u.create.handle,
			   w->token[1], data, SHORT) == S(NOT_BOUND) ?
	       NULL : "bound from the beginning";
}

static const char *was_bound(struct world *w)
{
	struct sspseal_bind peer = w->u.bind;

	if (call(w->device, SSPSEAL_BIND, w->arg) != S(ALREADY_BOUND))
		return "bound twice";
	peer.handle = w->end[1];
	memcpy(peer.peer_salt, w->salt[0], SSPSEAL_SALT_SIZE);
	if (call(w->device, SSPSEAL_BIND, &peer))
		return "the peer cannot be bound";
	return carries(w->device, w->end[0], w->device, w->end[1]) ?
	       NULL : "the two do not agree";
}

static const char *was_destroyed(struct world *w)
{
	struct figures now;

	figures_take(w, &now);
	if (now.handles != w->figures.handles - 1)
		return "not one handle less";
	return destroy(w->device, w->end[0]) == S(ALREADY_DESTROYED) ?
	       NULL : "destroyed twice";
}

/* The same as it is told again. */
static const char *was_told(struct world *w)
{
	__u8 told[sizeof(w->u)];

	memcpy(told, &w->u, sizeof(w->u));
	return call(w->fd, w->cmd, w->arg) ||
	       memcmp(told, &w->u, sizeof(w->u)) ?
	       "another time it is told something else" : NULL;
}

static const char *was_exported(struct world *w)
{
	int fd = w->u.export.fd;
	const char *wrong = NULL;

	if (!carries(fd, SSPSEAL_EXPORTED_HANDLE, w->device, w->end[1]))
		wrong = "what was exported does not work";
	if (w->u.export.flags && !wrong) {
		destroy(w->fd, w->u.export.revoker);
		if (carries(fd, SSPSEAL_EXPORTED_HANDLE, w->device, w->end[1]))
			wrong = "cannot be revoked";
	}
	close(fd);
	return wrong;
}

static const char *was_imported(struct world *w)
{
	int fd = w->u.import.new_fd < 0 ? w->fd : w->u.import.new_fd;
	bool works = carries(fd, w->u.import.handle, w->device, w->end[1]);

	if (fd != w->fd)
		close(fd);
	return works ? NULL : "what was imported does not work";
}

/* What comes of it is revoked with it. */
static const char *was_imported_revocable(struct world *w)
{
	__u32 handle = w->u.import.handle;

	if (!carries(w->fd, handle, w->device, w->end[1]))
		return "what was imported does not work";
	if (destroy(w->device, w->revoker))
		return "nothing is there to revoke";
	return carries(w->fd, handle, w->device, w->end[1]) ?
	       "cannot be revoked" : NULL;
}

/* Those that were done have results; the rest is as it was. */
static const char *batch_done(struct world *w)
{
	struct sspseal_message m;
	unsigned int i;

	for (i = 0; i < w->u.batch.done; i++) {
		if (w->operation[i].error)
			continue;
		m = w->operation[i].message;
		m.handle = w->end[1];
		if (call(w->device, SSPSEAL_UNSEAL, &m))
			return "an operation that counts as done is not";
	}
	for (; i < OPERATIONS; i++) {
		if (!all_bytes(w->token[i], POISON, TOKEN_SIZE))
			return "an operation was done and is not counted";
	}
	return carries(w->device, w->end[0], w->device, w->end[1]) ?
	       NULL : "the context does not work";
}

/* Only that could not be told. */
static const char *batch_committed(struct world *w)
{
	w->u.batch.done = OPERATIONS;
	return batch_done(w);
}

/* An operation that was done cannot be done again, and each other one can. */
static const char *received_once(struct world *w, unsigned int i)
{
	struct sspseal_operation *op = &w->operation[i];
	__u8 *data = w->data + i * SHORT;
	__u32 told = op->message.status;
	bool done = i < w->u.batch.done &&
		    (!op->error || told == S(FAULT_AFTER_COMMIT));

	if (done && !op->error && memcmp(data, w->plain + i * SHORT, SHORT))
		return "other DATA";
	memcpy(data, w->given + i * SHORT, SHORT);
	return call(w->device, op->command, &op->message) ==
	       (done ? S(REPLAYED) : S(OK)) ? NULL : "not received once";
}

static const char *batch_received(struct world *w)
{
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < OPERATIONS && !wrong; i++)
		wrong = received_once(w, i);
	return wrong;
}

static const char *batch_received_untold(struct world *w)
{
	w->u.batch.done = OPERATIONS;
	return batch_received(w);
}

/* ---- what they are called with ---- */

static bool command(struct world *w, unsigned long cmd, size_t size)
{
	w->cmd = cmd;
	w->arg = &w->u;
	*(__u32 *)w->arg = size;
	return true;
}

static bool make_ends(struct world *w, __u32 services, __u32 flags)
{
	static const __u32 role[] = {
		SSPSEAL_ROLE_INITIATOR, SSPSEAL_ROLE_ACCEPTOR,
	};
	struct sspseal_native native;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		memset(&native, 0, sizeof(native));
		w->end[i] = create_native(w->device, role[i], services, flags,
					  &native);
		memcpy(w->salt[i], native.salt, SSPSEAL_SALT_SIZE);
	}
	return w->end[0] && w->end[1];
}

/* Associated data, DATA, TOKEN, PADDING; the caller's number is 7. */
static bool make_message(struct world *w, unsigned long cmd, size_t cb,
			 __u32 qop)
{
	w->cb = cb;
	memcpy(w->data, w->plain, cb);
	w->b[0] = buffer(DATA | RWC, w->associated, sizeof(w->associated));
	w->b[1] = buffer(DATA, w->data, cb);
	w->b[2] = buffer(TOKEN, w->token[0], TOKEN_SIZE);
	w->b[3] = buffer(PADDING, NULL, 0);
	w->u.message = message(0, w->b, 4);
	w->u.message.sequence = 7;
	w->u.message.qop = qop;
	w->ours = !sends(cmd);
	if (!sends(cmd) && message_of(w, opposite(cmd), 0))
		return false;
	w->u.message.handle = w->end[w->ours];
	return command(w, cmd, sizeof(w->u.message));
}

static bool seal_first(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SEAL, SHORT, 0);
}

static bool seal_next(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       carries(w->device, w->end[0], w->device, w->end[1]) &&
	       make_message(w, SSPSEAL_SEAL, SHORT, 0);
}

static bool seal_other_suite(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SEAL, SHORT, SSPSEAL_QOP_SUITE(3));
}

static bool seal_long(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SEAL, LONG, 0);
}

static bool seal_unencrypted(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SEAL, SHORT, SSPSEAL_QOP_NO_ENCRYPT);
}

/* Memory that nobody has to look at, and that cannot be looked at. */
static bool with_readonly(struct world *w, unsigned long cmd)
{
	if (!make_ends(w, SERVICES, 0) || !make_message(w, cmd, SHORT, 0))
		return false;
	w->b[4] = buffer(DATA | READONLY, fence(), SHORT);
	w->u.message.nr_buffers = 5;
	return true;
}

static bool seal_with_readonly(struct world *w)
{
	return with_readonly(w, SSPSEAL_SEAL);
}

static bool sign_with_readonly(struct world *w)
{
	return with_readonly(w, SSPSEAL_SIGN);
}

static bool unseal_with_readonly(struct world *w)
{
	return with_readonly(w, SSPSEAL_UNSEAL);
}

static bool seal_strict(struct world *w)
{
	return make_ends(w, ALL_SERVICES, 0) &&
	       make_message(w, SSPSEAL_SEAL, SHORT, 0);
}

static bool sign(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SIGN, SHORT, 0);
}

/* As much as may be signed: in one piece, beside a table without DATA. */
static bool sign_long(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_SIGN, LONG - SHORT, 0);
}

static bool unseal_first(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_UNSEAL, SHORT, 0);
}

static bool unseal_next(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       carries(w->device, w->end[0], w->device, w->end[1]) &&
	       make_message(w, SSPSEAL_UNSEAL, SHORT, 0);
}

static bool unseal_other_suite(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_UNSEAL, SHORT, SSPSEAL_QOP_SUITE(2));
}

static bool unseal_long(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_UNSEAL, LONG, 0);
}

static bool unseal_unencrypted(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_UNSEAL, SHORT, SSPSEAL_QOP_NO_ENCRYPT);
}

static bool unseal_stream(struct world *w, size_t cb)
{
	__u8 *stream = w->data - TOKEN_SIZE;

	if (!make_ends(w, SERVICES, 0) ||
	    !make_message(w, SSPSEAL_UNSEAL, cb, 0))
		return false;
	memcpy(stream, w->token[0], TOKEN_SIZE);
	w->b[1] = buffer(DATA, NULL, 0);
	w->b[2] = buffer(STREAM, stream, TOKEN_SIZE + cb);
	return true;
}

static bool stream(struct world *w)
{
	return unseal_stream(w, SHORT);
}

static bool stream_long(struct world *w)
{
	return unseal_stream(w, LONG);
}

static bool verify(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_VERIFY, SHORT, 0);
}

static bool verify_long(struct world *w)
{
	return make_ends(w, SERVICES, 0) &&
	       make_message(w, SSPSEAL_VERIFY, LONG - SHORT, 0);
}

static bool create(struct world *w)
{
	w->u.create = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);
	return make_ends(w, SERVICES, 0) &&
	       command(w, SSPSEAL_CREATE, sizeof(w->u.create));
}

static bool create_unbound(struct world *w)
{
	w->u.create = create_args(SSPSEAL_ROLE_INITIATOR, SERVICES);
	w->u.create.flags = SSPSEAL_CREATE_UNBOUND;
	memset(&w->params, 0, sizeof(w->params));
	memset(w->params.salt, POISON, sizeof(w->params.salt));
	w->u.create.params = (uintptr_t)&w->params;
	w->u.create.params_size = sizeof(w->params);
	return make_ends(w, SERVICES, 0) &&
	       command(w, SSPSEAL_CREATE, sizeof(w->u.create));
}

static bool create_from(struct world *w, const char *type)
{
	bool ok = create(w);

	w->u.create.key = 0;
	w->u.create.key_size = 0;
	w->u.create.key_serial = syscall(SYS_add_key, type,
					 SSPSEAL_LOGON_PREFIX "fail_nth",
					 test_key, (size_t)TEST_KEY_SIZE,
					 KEY_SPEC_PROCESS_KEYRING);
	return ok && w->u.create.key_serial > 0;
}

static bool create_from_key(struct world *w)
{
	return create_from(w, "logon");
}

static bool create_from_user_key(struct world *w)
{
	return create_from(w, "user");
}

static bool bind(struct world *w)
{
	if (!make_ends(w, SERVICES, SSPSEAL_CREATE_UNBOUND))
		return false;
	w->u.bind = bind_args(w->end[0], SERVICES, w->salt[1]);
	w->u.bind.binding = (uintptr_t)w->binding;
	w->u.bind.binding_size = sizeof(w->binding);
	return command(w, SSPSEAL_BIND, sizeof(w->u.bind));
}

/* Both ends wait for the other's confirmation. */
static bool make_unconfirmed(struct world *w)
{
	struct sspseal_bind b;
	unsigned int i;

	if (!make_ends(w, SERVICES, SSPSEAL_CREATE_UNBOUND))
		return false;
	for (i = 0; i < 2; i++) {
		b = bind_args(w->end[i], SERVICES, w->salt[!i]);
		b.flags = SSPSEAL_BIND_CONFIRM;
		if (call(w->device, SSPSEAL_BIND, &b))
			return false;
	}
	return true;
}

static bool confirm(struct world *w)
{
	return make_unconfirmed(w) && make_message(w, SSPSEAL_SIGN, SHORT, 0);
}

static bool be_confirmed(struct world *w)
{
	return make_unconfirmed(w) && make_message(w, SSPSEAL_VERIFY, SHORT, 0);
}

static bool destroy_handle(struct world *w)
{
	if (!make_ends(w, SERVICES, 0))
		return false;
	w->u.destroy = (struct sspseal_destroy) { .handle = w->end[0] };
	return command(w, SSPSEAL_DESTROY, sizeof(w->u.destroy));
}

static bool query_context(struct world *w)
{
	if (!make_ends(w, SERVICES, 0))
		return false;
	w->u.query = (struct sspseal_query) { .handle = w->end[0] };
	return command(w, SSPSEAL_QUERY, sizeof(w->u.query));
}

static bool module_info(struct world *w)
{
	w->u.info = (struct sspseal_info) { };
	return make_ends(w, SERVICES, 0) &&
	       command(w, SSPSEAL_INFO, sizeof(w->u.info));
}

static bool export(struct world *w)
{
	if (!make_ends(w, SERVICES, 0))
		return false;
	w->u.export = export_args(w->end[0], SSPSEAL_RIGHT_SEAL);
	return command(w, SSPSEAL_EXPORT, sizeof(w->u.export));
}

static bool export_revocable(struct world *w)
{
	bool ok = export(w);

	w->u.export.flags = SSPSEAL_EXPORT_REVOCABLE;
	return ok;
}

/* By who has only what was exported, and can be taken back, to another. */
static bool export_again(struct world *w)
{
	struct sspseal_export e;

	if (!make_ends(w, SERVICES, 0))
		return false;
	e = export_args(w->end[0], SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_EXPORT);
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (call(w->device, SSPSEAL_EXPORT, &e))
		return false;
	w->exported = e.fd;
	w->fd = e.fd;
	w->u.export = export_args(SSPSEAL_EXPORTED_HANDLE, SSPSEAL_RIGHT_SEAL);
	w->u.export.flags = SSPSEAL_EXPORT_REVOCABLE;
	return command(w, SSPSEAL_EXPORT, sizeof(w->u.export));
}

static bool import(struct world *w)
{
	if (!make_ends(w, SERVICES, 0))
		return false;
	w->exported = export_handle(w->device, w->end[0], SSPSEAL_RIGHT_SEAL);
	w->u.import = import_args(w->exported, 0);
	return w->exported >= 0 &&
	       command(w, SSPSEAL_IMPORT, sizeof(w->u.import));
}

static bool import_new_file(struct world *w)
{
	bool ok = import(w);

	w->u.import.flags = SSPSEAL_IMPORT_NEW_FILE;
	w->fd = w->exported;
	return ok;
}

static bool import_revocable(struct world *w)
{
	struct sspseal_export e;

	if (!make_ends(w, SERVICES, 0))
		return false;
	e = export_args(w->end[0], SSPSEAL_RIGHT_SEAL);
	e.flags = SSPSEAL_EXPORT_REVOCABLE;
	if (call(w->device, SSPSEAL_EXPORT, &e))
		return false;
	w->exported = e.fd;
	w->revoker = e.revoker;
	w->u.import = import_args(e.fd, 0);
	return command(w, SSPSEAL_IMPORT, sizeof(w->u.import));
}

/* Each operation has a third of DATA. */
static bool batch_of(struct world *w, unsigned int end,
		     const unsigned long *cmds)
{
	static struct sspseal_buffer b[OPERATIONS][2];
	unsigned int i;

	for (i = 0; i < OPERATIONS; i++) {
		b[i][0] = buffer(TOKEN, w->token[i], TOKEN_SIZE);
		b[i][1] = buffer(DATA, w->data + i * SHORT, SHORT);
		w->operation[i] = (struct sspseal_operation) {
			.command = cmds[i],
			.message = message(w->end[end], b[i], 2),
		};
		if (end && message_call(w->device, opposite(cmds[i]),
					w->end[0], b[i], 2))
			return false;
	}
	w->u.batch = (struct sspseal_batch) {
		.operations = (uintptr_t)w->operation,
		.stride = sizeof(w->operation[0]),
		.nr = OPERATIONS,
	};
	return command(w, SSPSEAL_BATCH, sizeof(w->u.batch));
}

static bool batch(struct world *w)
{
	static const unsigned long cmds[OPERATIONS] = {
		SSPSEAL_SEAL, SSPSEAL_SEAL, SSPSEAL_SEAL,
	};

	return make_ends(w, SERVICES, 0) && batch_of(w, 0, cmds);
}

static bool batch_receives(struct world *w)
{
	static const unsigned long cmds[OPERATIONS] = {
		SSPSEAL_UNSEAL, SSPSEAL_VERIFY, SSPSEAL_UNSEAL,
	};

	w->cb = OPERATIONS * SHORT;
	return make_ends(w, SERVICES, 0) && batch_of(w, 1, cmds);
}

/* ---- the work slot of each CPU, held by a call that waits ---- */

struct slots {
	int fd;
	__u32 handle;
	int pages;
	unsigned int nr;
	struct team team;
	struct holder {
		struct slots *slots;
		__u8 *data;
		int status;
	} holder[TEAM_MAX];
};

static void hold_slot(void *job)
{
	struct holder *h = job;
	__u8 token[TOKEN_SIZE];
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(h - h->slots->holder, &cpu);
	h->status = sched_setaffinity(0, sizeof(cpu), &cpu) ? BROKEN :
		    simple_call(h->slots->fd, SSPSEAL_SEAL, h->slots->handle,
				token, h->data, SHORT);
}

static bool slots_take(struct slots *s)
{
	__u8 *data = mmap(NULL, TEAM_MAX * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	s->nr = possible_cpus();
	s->fd = device_open();
	s->handle = create_context(s->fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	/* All memory of this program is locked; this is to be missing. */
	if (munlock(data, TEAM_MAX * PAGE))
		return false;
	s->pages = pages_missing(data, TEAM_MAX * PAGE);
	for (i = 0; i < TEAM_MAX; i++)
		s->holder[i] = (struct holder) {
			.slots = s, .data = data + i * PAGE,
		};
	return s->handle && s->pages >= 0 &&
	       team_start(&s->team, s->holder, sizeof(*s->holder), s->nr,
			  hold_slot) && pages_await(s->pages, s->nr) &&
	       !fdinfo_number(s->fd, "sspseal-in-flight");
}

static bool slots_give_back(struct slots *s)
{
	unsigned int i;
	bool ok = true;

	close(s->pages);
	team_join(&s->team);
	for (i = 0; i < s->nr; i++)
		ok = ok && !s->holder[i].status;
	munmap(s->holder[0].data, TEAM_MAX * PAGE);
	close(s->fd);
	return ok;
}

/* ---- the sweep ---- */

FIXTURE(sweep)
{
	int fault;
	struct world w;
};

/*
 * @prepare: makes contexts and arguments
 * @done: NULL if the effects of success are right, else what is wrong
 * @committed: likewise when the number was used; NULL if no point is behind that: up to
 *	64 bytes are written without the functions that fail
 * @no_slot: others have all work slots
 * @copes: with some faults, and succeeds
 */
FIXTURE_VARIANT(sweep)
{
	bool (*prepare)(struct world *w);
	const char *(*done)(struct world *w);
	const char *(*committed)(struct world *w);
	bool no_slot;
	bool copes;
};

FIXTURE_VARIANT_ADD(sweep, seal_no_slot)
{
	.prepare = seal_first, .done = message_done,
	.committed = message_committed, .no_slot = true, .copes = true,
};

FIXTURE_VARIANT_ADD(sweep, sign_no_slot)
{
	.prepare = sign, .done = message_done, .no_slot = true,
};

FIXTURE_VARIANT_ADD(sweep, unseal_no_slot)
{
	.prepare = unseal_first, .done = message_done,
	.committed = message_committed, .no_slot = true, .copes = true,
};

FIXTURE_VARIANT_ADD(sweep, seal_first)
{
	.prepare = seal_first, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, seal_next)
{
	.prepare = seal_next, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, seal_other_suite)
{
	.prepare = seal_other_suite, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, seal_long)
{
	.prepare = seal_long, .done = message_done,
	.committed = message_committed, .copes = true,
};

FIXTURE_VARIANT_ADD(sweep, seal_unencrypted)
{
	.prepare = seal_unencrypted, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, seal_strict)
{
	.prepare = seal_strict, .done = message_done,
	.committed = ends_sending,
};

FIXTURE_VARIANT_ADD(sweep, sign)
{
	.prepare = sign, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, sign_long)
{
	.prepare = sign_long, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, confirm)
{
	.prepare = confirm, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, be_confirmed)
{
	.prepare = be_confirmed, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, unseal_first)
{
	.prepare = unseal_first, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, unseal_next)
{
	.prepare = unseal_next, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, unseal_other_suite)
{
	.prepare = unseal_other_suite, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, unseal_long)
{
	.prepare = unseal_long, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, unseal_unencrypted)
{
	.prepare = unseal_unencrypted, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, seal_with_readonly)
{
	.prepare = seal_with_readonly, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, sign_with_readonly)
{
	.prepare = sign_with_readonly, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, unseal_with_readonly)
{
	.prepare = unseal_with_readonly, .done = message_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, stream)
{
	.prepare = stream, .done = stream_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, stream_long)
{
	.prepare = stream_long, .done = stream_done,
	.committed = message_committed,
};

FIXTURE_VARIANT_ADD(sweep, verify)
{
	.prepare = verify, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, verify_long)
{
	.prepare = verify_long, .done = message_done,
};

FIXTURE_VARIANT_ADD(sweep, create)
{
	.prepare = create, .done = was_created,
};

FIXTURE_VARIANT_ADD(sweep, create_unbound)
{
	.prepare = create_unbound, .done = was_created_unbound,
};

FIXTURE_VARIANT_ADD(sweep, create_from_key)
{
	.prepare = create_from_key, .done = was_created,
};

FIXTURE_VARIANT_ADD(sweep, create_from_user_key)
{
	.prepare = create_from_user_key, .done = was_created,
};

FIXTURE_VARIANT_ADD(sweep, bind)
{
	.prepare = bind, .done = was_bound, .committed = was_bound,
};

FIXTURE_VARIANT_ADD(sweep, destroy_handle)
{
	.prepare = destroy_handle, .done = was_destroyed,
	.committed = was_destroyed,
};

FIXTURE_VARIANT_ADD(sweep, query_context)
{
	.prepare = query_context, .done = was_told,
};

FIXTURE_VARIANT_ADD(sweep, module_info)
{
	.prepare = module_info, .done = was_told,
};

FIXTURE_VARIANT_ADD(sweep, export)
{
	.prepare = export, .done = was_exported,
};

FIXTURE_VARIANT_ADD(sweep, export_revocable)
{
	.prepare = export_revocable, .done = was_exported,
};

FIXTURE_VARIANT_ADD(sweep, export_again)
{
	.prepare = export_again, .done = was_exported,
};

FIXTURE_VARIANT_ADD(sweep, import)
{
	.prepare = import, .done = was_imported,
};

FIXTURE_VARIANT_ADD(sweep, import_new_file)
{
	.prepare = import_new_file, .done = was_imported,
};

FIXTURE_VARIANT_ADD(sweep, import_revocable)
{
	.prepare = import_revocable, .done = was_imported_revocable,
};

FIXTURE_VARIANT_ADD(sweep, batch_receives)
{
	.prepare = batch_receives, .done = batch_received,
	.committed = batch_received_untold,
};

FIXTURE_VARIANT_ADD(sweep, batch)
{
	.prepare = batch, .done = batch_done, .committed = batch_committed,
};

FIXTURE_SETUP(sweep)
{
	struct world *w = &self->w;

	self->fault = faults_open();
	if (self->fault < 0)
		SKIP(return, "a kernel without fault injection");
	w->plain = malloc(LONG);
	w->given = malloc(LONG);
	w->memory = malloc(TOKEN_SIZE + LONG);
	ASSERT_TRUE(w->plain && w->given && w->memory);
	w->data = w->memory + TOKEN_SIZE;
	fill(w->plain, LONG);
	fill(w->associated, sizeof(w->associated));
	fill(w->binding, sizeof(w->binding));
}

FIXTURE_TEARDOWN(sweep)
{
	free(self->w.plain);
	free(self->w.given);
	free(self->w.memory);
}

static bool world_make(struct world *w, bool (*prepare)(struct world *w))
{
	memset(w->token, POISON, sizeof(w->token));
	memcpy(w->data, w->plain, LONG);
	w->cb = SHORT;
	w->ours = 0;
	w->exported = -1;
	w->device = device_open();
	w->fd = w->device;
	if (w->device < 0 || !prepare(w))
		return false;
	remember(w);
	return true;
}

static void world_end(struct world *w)
{
	if (w->exported >= 0)
		close(w->exported);
	close(w->device);
}

static const char *judge_commit(struct world *w,
				const char *(*committed)(struct world *w))
{
	w->commits++;
	return committed ? committed(w) : "nothing to commit";
}

/* Nothing has changed, and the same call succeeds: or a cipher failed late. */
static const char *judge_refusal(struct world *w, int status,
				 const char *(*done)(struct world *w),
				 const char *(*committed)(struct world *w))
{
	const char *wrong = what_changed(w);

	if (status == S(CIPHER) && sends(w->cmd) &&
	    sent(w->device, w->end[0]) == w->figures.sent[0] + 1)
		return judge_commit(w, committed);
	if (wrong)
		return wrong;
	return call(w->fd, w->cmd, w->arg) ? "the context does not work" :
					     done(w);
}

static const char *judge(struct world *w, int status,
			 const char *(*done)(struct world *w),
			 const char *(*committed)(struct world *w))
{
	switch (status) {
	case S(OK):
		return done(w);
	case S(FAULT_AFTER_COMMIT):
		return judge_commit(w, committed);
	case S(NO_MEMORY):
	case S(FAULT):
	case S(CIPHER):
	case -EFAULT:
		return judge_refusal(w, status, done, committed);
	default:
		return "an unexpected status";
	}
}

/* One point after the other, until there is none left. */
static void sweep(struct __test_metadata *_metadata, FIXTURE_DATA(sweep) * self,
		  const FIXTURE_VARIANT(sweep) * variant)
{
	unsigned int n, failures = 0;
	struct world *w = &self->w;
	const char *wrong;
	bool left = false;
	int status;

	for (n = 1; n < POINTS_MAX && !left; n++) {
		ASSERT_TRUE(world_make(w, variant->prepare));
		fault_set(self->fault, n);
		status = call(w->fd, w->cmd, w->arg);
		left = fault_left(self->fault);
		failures += status != 0;
		wrong = judge(w, status, variant->done, variant->committed);
		EXPECT_EQ(NULL, wrong)
			TH_LOG("point %u, status %d: %s", n, status, wrong);
		EXPECT_FALSE(left && status);
		world_end(w);
	}
	TH_LOG("%u points, %u failures, %u after the commit", n - 2, failures,
	       w->commits);
	EXPECT_TRUE(left);
	EXPECT_NE(0, failures);
	if (variant->copes)
		EXPECT_LT(failures, n - 2);
}

#define SWEEPS	5

TEST_F_TIMEOUT(sweep, each_point, 120)
{
	struct slots slots = { };
	unsigned int i;

	if (variant->no_slot)
		ASSERT_TRUE(slots_take(&slots));
	/*
	 * An allocation that fills one of the kernel's caches is one point more, and the
	 * last one, which is behind the commit, may be missed for it.
	 */
	for (i = 0; !i || (variant->committed && !self->w.commits && i < SWEEPS);
	     i++)
		sweep(_metadata, self, variant);
	if (variant->no_slot)
		EXPECT_TRUE(slots_give_back(&slots));
	EXPECT_TRUE(no_context_is_left());
	EXPECT_EQ(!variant->committed, !self->w.commits);
}

/* ---- memory in small pieces ---- */

/*
 * Threads that say so are not given more than two pages in one piece, or are again.
 * Kernels that debug their caches may need two for an object.
 */
static bool large_pieces(bool on)
{
	return file_write(DEBUGFS "fail_page_alloc/probability", "0") &&
	       file_write(DEBUGFS "fail_page_alloc/min-order", on ? "0" : "2") &&
	       file_write(DEBUGFS "fail_page_alloc/task-filter", on ? "N" : "Y") &&
	       file_write(DEBUGFS "fail_page_alloc/times", on ? "1" : "-1") &&
	       (on || file_write(DEBUGFS "fail_page_alloc/probability", "100"));
}

/* What is signed has to lie in one piece, beyond a slot; nothing else has. */
TEST(no_large_pieces)
{
	static const size_t sizes[] = { 100, 5000, 30000, 65536, LONG };
	int fd, fails, status[ARRAY_SIZE(sizes)][2], signs;
	struct slots slots = { };
	__u8 token[TOKEN_SIZE];
	__u8 *data = calloc(1, LONG);
	__u32 end[2];
	unsigned int i;

	if (faults_open() < 0)
		SKIP(return, "a kernel without fault injection");
	fd = device_open();
	end[0] = create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES);
	end[1] = create_context(fd, SSPSEAL_ROLE_ACCEPTOR, SERVICES);
	ASSERT_TRUE(data && end[0] && end[1] && slots_take(&slots));
	fails = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	ASSERT_TRUE(large_pieces(false));
	ASSERT_EQ(1, write(fails, "1", 1));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		status[i][0] = simple_call(fd, SSPSEAL_SEAL, end[0], token,
					   data, sizes[i]);
		status[i][1] = simple_call(fd, SSPSEAL_UNSEAL, end[1], token,
					   data, sizes[i]);
	}
	signs = simple_call(fd, SSPSEAL_SIGN, end[0], token, data, LONG / 2);
	EXPECT_EQ(1, pwrite(fails, "0", 1, 0));
	EXPECT_TRUE(large_pieces(true));
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(0, status[i][0])
			TH_LOG("%zu bytes", sizes[i]);
		EXPECT_EQ(0, status[i][1])
			TH_LOG("%zu bytes", sizes[i]);
	}
	EXPECT_EQ(S(NO_MEMORY), signs);
	EXPECT_TRUE(all_bytes(data, 0, LONG));
	EXPECT_EQ(ARRAY_SIZE(sizes), sent(fd, end[0]));
	EXPECT_TRUE(slots_give_back(&slots));
	close(fd);
}

/* ---- what is not a command ---- */

TEST(opening)
{
	unsigned int n, failures = 0, before;
	int fd, fault = faults_open();
	bool left = false;

	if (fault < 0)
		SKIP(return, "a kernel without fault injection");
	for (n = 1; n < POINTS_MAX && !left; n++) {
		before = descriptors();
		fault_set(fault, n);
		fd = device_open();
		left = fault_left(fault);
		if (fd < 0) {
			EXPECT_TRUE(errno == ENOMEM || errno == EFAULT ||
				    errno == ENFILE)
				TH_LOG("point %u: errno %d", n, errno);
			failures++;
		} else {
			EXPECT_EQ(0, fdinfo_number(fd, "sspseal-handles"));
			close(fd);
		}
		EXPECT_EQ(before, descriptors());
	}
	EXPECT_TRUE(left);
	EXPECT_NE(0, failures);
}

/* ---- loading the module: of what width the program is makes no difference ---- */

#if __SIZEOF_POINTER__ == 8

#define UNTOUCHED	1000000

/* The order of the pages of a slot, and of those of a short message without one. */
#define SLOT_ORDER	5
#define SHORT_ORDER	1
/* No more than what a message takes beside its pages, in bytes. */
#define STEP		512
/* Of the self-test: each of three is opened, altered, replied to, and the reply opened. */
#define MESSAGES	12

FIXTURE(loading)
{
	int fault;
	int asks;
	int module;
	int log;
};

static bool set_fault(const char *sort, const char *setting, long value)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", sort, setting);
	snprintf(text, sizeof(text), "%ld", value);
	return file_write(path, text);
}

/* Each one of @sort fails, up to @times, in the task that asks for it. */
static bool set_faults(const char *sort, long times)
{
	return set_fault(sort, "task-filter", 1) &&
	       set_fault(sort, "times", times) &&
	       set_fault(sort, "probability", times ? 100 : 0);
}

/* What is charged to a cgroup comes from caches of its own. */
static bool set_charged_faults(bool on)
{
	glob_t found;
	bool ok;
	size_t i;

	if (glob("/sys/kernel/slab/kmalloc-cg-*/failslab", 0, NULL, &found))
		return false;
	ok = set_fault("failslab", "cache-filter", on);
	for (i = 0; i < found.gl_pathc; i++)
		ok = ok && file_write(found.gl_pathv[i], on ? "1" : "0");
	globfree(&found);
	return ok;
}

static int load(int module, const char *parameters)
{
	return syscall(SYS_finit_module, module, parameters, 0) ? -errno : 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "sspseal", O_NONBLOCK) ? -errno : 0;
}

/* How many points there are. */
static unsigned int points_of_loading(int fault, int module)
{
	char text[16] = "";

	fault_set(fault, UNTOUCHED);
	if (load(module, "") ||
	    pread(fault, text, sizeof(text) - 1, 0) < 0)
		abort();
	fault_set(fault, 0);
	return UNTOUCHED - atoi(text);
}

/* Has the module said something like that since the last question? */
static bool has_said(int log, const char *words)
{
	char line[1024];
	bool said = false;
	ssize_t size;

	for (;;) {
		size = read(log, line, sizeof(line) - 1);
		if (size < 0 && errno == EAGAIN)
			return said;
		if (size > 0) {
			line[size] = '\0';
			said = said || strstr(line, words);
		}
	}
}

/* It is there and works, or it is not there. Then nothing is. */
static void whole_or_not(struct __test_metadata *_metadata, unsigned int n,
			 int err)
{
	int fd = device_open();

	EXPECT_EQ(!err, fd >= 0)
		TH_LOG("point %u: error %d", n, err);
	if (fd < 0)
		return;
	EXPECT_NE(0, create_context(fd, SSPSEAL_ROLE_INITIATOR, SERVICES));
	close(fd);
	ASSERT_EQ(0, unload());
}

FIXTURE_SETUP(loading)
{
	const char *file = getenv("SSPSEAL_MODULE");

	if (!own_machine() || !file)
		SKIP(return, OWN_MACHINE);
	self->fault = faults_open();
	if (self->fault < 0)
		SKIP(return, "a kernel without fault injection");
	self->asks = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, self->asks);
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
	self->module = open(file, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->module);
	ASSERT_EQ(0, unload());
}

/* As host.sh has loaded it. */
FIXTURE_TEARDOWN(loading)
{
	const char *parameters = getenv("SSPSEAL_PARAMETERS");

	EXPECT_EQ(0, load(self->module, parameters ?: ""));
}

/* More points in a row than those of making the device, which says nothing. */
#define QUIET		100
/* The module says which of its parts cannot be had at more points than these. */
#define SAID		50

/*
 * From the last point to the first of the module's own: there are hundreds of the
 * kernel's before, where the module says nothing. How many differs from time to time, so
 * that not each point is met.
 */
TEST_F_TIMEOUT(loading, no_half_module, 600)
{
	unsigned int n, last, failures = 0, quiet = 0, said = 0;
	int err;

	last = points_of_loading(self->fault, self->module);
	ASSERT_EQ(0, unload());
	for (n = last; n && quiet < QUIET; n--) {
		fault_set(self->fault, n);
		err = load(self->module, "");
		fault_left(self->fault);
		failures += err != 0;
		quiet = has_said(self->log, "sspseal: ") ? 0 : quiet + 1;
		said += !quiet;
		whole_or_not(_metadata, n, err);
	}
	TH_LOG("points %u to %u, %u failures, %u said why", n + 1, last,
	       failures, said);
	EXPECT_NE(0, n);
	EXPECT_LT(SAID, said);
}

static int load_with_faults(FIXTURE_DATA(loading) * self)
{
	int err;

	if (pwrite(self->asks, "1", 1, 0) != 1)
		abort();
	err = load(self->module, "");
	if (pwrite(self->asks, "0", 1, 0) != 1)
		abort();
	return err;
}

/* No slot is there for any message of the self-test, and once not what it takes then. */
TEST_F_TIMEOUT(loading, no_slots, 300)
{
	unsigned int n, failures = 0;
	int err = -1;

	ASSERT_TRUE(set_fault("fail_page_alloc", "min-order", SLOT_ORDER));
	ASSERT_TRUE(set_faults("fail_page_alloc", INT_MAX));
	ASSERT_TRUE(set_charged_faults(true));
	for (n = 0; n < POINTS_MAX && err; n++) {
		ASSERT_TRUE(set_fault("failslab", "space", n * STEP));
		ASSERT_TRUE(set_faults("failslab", 1));
		err = load_with_faults(self);
		failures += has_said(self->log, "self-test failed: token");
		whole_or_not(_metadata, n, err);
	}
	TH_LOG("%u points, %u failures", n, failures);
	EXPECT_EQ(0, err);
	EXPECT_LE(MESSAGES, failures);
	EXPECT_TRUE(set_charged_faults(false));
	EXPECT_TRUE(set_faults("failslab", 0));
	EXPECT_TRUE(set_faults("fail_page_alloc", 0));
}

/* Is it a message of the self-test that fails? Each time something must. */
static bool fails_for_pages(FIXTURE_DATA(loading) * self)
{
	return set_faults("fail_page_alloc", INT_MAX) &&
	       load_with_faults(self) &&
	       set_faults("fail_page_alloc", 0) &&
	       has_said(self->log, "self-test failed: token");
}

/*
 * Neither a slot, nor the pages that would do in its place. Where a cache has no free
 * object, the kernel fails before: it has some again after a load.
 */
TEST_F(loading, no_pages)
{
	unsigned int tries = 10;

	ASSERT_TRUE(set_fault("fail_page_alloc", "min-order", SHORT_ORDER));
	while (!fails_for_pages(self) && --tries) {
		ASSERT_TRUE(set_faults("fail_page_alloc", 0));
		ASSERT_EQ(0, load(self->module, ""));
		ASSERT_EQ(0, unload());
	}
	EXPECT_NE(0, tries);
	whole_or_not(_metadata, 0, -1);
}
#endif

TEST_HARNESS_MAIN

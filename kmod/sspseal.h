/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the module share. Data flows one way:
 *
 *   device -> handle, context, message -> buffers, mechanism, sequence -> work
 *
 * message.c knows the order of things, but no nonce, suite or key; a mechanism
 * knows no user pointer and no ioctl; device.c knows no cryptography.
 */
#ifndef _SSPSEAL_H
#define _SSPSEAL_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/crypto.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/sspseal.h>

/*
 * For what a caller makes: charged to the cgroup, and refused where that is full
 * without a word in the log and without anybody being killed for it.
 */
#define SSPSEAL_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

struct aead_request;
struct crypto_aead;
struct seq_file;
struct sspseal_call;
struct sspseal_context;
struct sspseal_mech;
struct sspseal_revocation;

#define SSPSEAL_ALL_SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
				 SSPSEAL_REPLAY_DETECT | \
				 SSPSEAL_SEQUENCE_DETECT)
#define SSPSEAL_ALL_RIGHTS	(SSPSEAL_RIGHT_SEAL | SSPSEAL_RIGHT_UNSEAL | \
				 SSPSEAL_RIGHT_SIGN | SSPSEAL_RIGHT_VERIFY | \
				 SSPSEAL_RIGHT_QUERY | SSPSEAL_RIGHT_EXPORT)
/* Only CREATE's own handle has it, and the caller never sees it. */
#define SSPSEAL_RIGHT_BIND	BIT(31)

/* Bytes that are only authenticated: beside a sealed DATA, and without one. */
#define SSPSEAL_MAX_ASSOCIATED	SZ_64K
#define SSPSEAL_MAX_SIGNED	SZ_1M
/* The largest of all mechanisms' tokens. */
#define SSPSEAL_TOKEN_MAX	SSPSEAL_TOKEN_SIZE

/* ---- status.c: what a caller is told ---- */

struct sspseal_command;

enum sspseal_status sspseal_respond(struct sspseal_command *command);
int sspseal_errno(enum sspseal_status status);
enum sspseal_status sspseal_crypto_status(int err);

/* ---- main.c: module parameters, which may change at any time ---- */

extern unsigned int sspseal_max_data_now;

/* Each message asks for it. */
static inline unsigned int sspseal_max_data(void)
{
	return READ_ONCE(sspseal_max_data_now);
}

unsigned int sspseal_max_handles(void);
unsigned int sspseal_max_contexts(void);

/* ---- device.c ---- */

extern const struct file_operations sspseal_fops;

/**
 * struct sspseal_command - one ioctl in progress
 * @file: the file it came through
 * @user: the caller's struct
 * @size: how much of it both caller and kernel know
 * @arg: kernel copy of the struct, the only one that is looked at
 *
 * A command writes its outputs to the caller itself, and only on success.
 */
struct sspseal_command {
	struct sspseal_file *file;
	void __user *user;
	u32 size;
	void *arg;
};

/* The beginning of every command's struct. */
struct sspseal_header {
	__u32 size;
	__u32 status;
};

/* ---- handle.c: files and their grants ---- */

/* How a file came into being. */
enum sspseal_kind {
	SSPSEAL_KIND_DEVICE,	/* by open: everything works */
	SSPSEAL_KIND_EXPORTED,	/* by EXPORT: no CREATE, no IMPORT into it */
	SSPSEAL_KIND_IMPORTED,	/* by IMPORT: no CREATE */
};

#define SSPSEAL_RECENT	64

/**
 * struct sspseal_file - one open of the device, or what EXPORT or IMPORT made
 * @kind: how it came into being
 * @lock: serialises changes of @grants; lookups go under RCU
 * @grants: handle -> struct sspseal_grant
 * @recent: the same for some of them, by the low bits of the handle: found at
 *	once, if it is the right one
 * @nr: numbers taken in @grants, under @lock
 * @given: the highest handle ever given to the caller
 * @in_flight: bytes of messages beyond the work slots
 */
struct sspseal_file {
	enum sspseal_kind kind;
	struct mutex lock;	/* changes of grants */
	struct idr grants;
	struct sspseal_grant __rcu *recent[SSPSEAL_RECENT];
	unsigned int nr;
	u32 given;
	atomic64_t in_flight;
};

/**
 * struct sspseal_grant - what a handle stands for
 * @handle: its number, once it was published
 * @ctx: referenced; NULL for a revoker
 * @rights: SSPSEAL_RIGHT_*
 * @expired: its time has come; never unset
 * @expiry: CLOCK_REALTIME second, 0 for never
 * @revocation: what can take the grant back, referenced; NULL if nothing can
 * @revokes: what the end of this grant takes back, referenced; NULL if nothing
 * @rcu: freed after a grace period
 *
 * Does not change after it was published, but for @expired.
 */
struct sspseal_grant {
	u32 handle;
	struct sspseal_context *ctx;
	u32 rights;
	bool expired;
	u64 expiry;
	struct sspseal_revocation *revocation;
	struct sspseal_revocation *revokes;
	struct rcu_head rcu;
};

struct sspseal_file *sspseal_file_new(enum sspseal_kind kind);
void sspseal_file_free(struct sspseal_file *file);
void sspseal_file_show(struct sspseal_file *file, struct seq_file *seq);

enum sspseal_status sspseal_handle_reserve(struct sspseal_file *file,
					   u32 *handle);
void sspseal_handle_abort(struct sspseal_file *file, u32 handle);
struct sspseal_grant *sspseal_grant_new(struct sspseal_context *ctx,
					u32 rights);
void sspseal_handle_publish(struct sspseal_file *file, u32 handle,
			    struct sspseal_grant *grant);
enum sspseal_status sspseal_handle_get(struct sspseal_file *file, u32 handle,
				       u32 right, struct sspseal_context **ctx);
enum sspseal_status sspseal_grant_copy(struct sspseal_file *file, u32 handle,
				       u32 right, struct sspseal_grant *copy);
void sspseal_grant_release(struct sspseal_grant *copy);
void sspseal_grant_free(struct sspseal_grant *grant);
enum sspseal_status sspseal_handle_destroy(struct sspseal_command *command);

/* ---- export.c: delegation ---- */

enum sspseal_status sspseal_handle_export(struct sspseal_command *command);
enum sspseal_status sspseal_handle_import(struct sspseal_command *command);
bool sspseal_revocation_tryget(struct sspseal_revocation *revocation);
void sspseal_revocation_put(struct sspseal_revocation *revocation);
void sspseal_revoke(struct sspseal_revocation *revocation);
bool sspseal_revoked(const struct sspseal_revocation *revocation);

/* ---- sequence.c: numbers of messages ---- */

/*
 * Where a context ends: Documentation/token-format.rst, "Limits". A test builds
 * a module with limits that it can reach.
 */
#ifndef SSPSEAL_SEND_LIMIT
#define SSPSEAL_SEND_LIMIT	BIT_ULL(40)
#endif
#ifndef SSPSEAL_FAILED_LIMIT
#define SSPSEAL_FAILED_LIMIT	BIT_ULL(36)
#endif

/* RFC 6479: one more word than the window needs, so that a move never clears
 * numbers that are still in it.
 */
#define SSPSEAL_WINDOW		2048
#define SSPSEAL_WINDOW_WORDS	(SSPSEAL_WINDOW / BITS_PER_LONG + 1)

/**
 * struct sspseal_window - which numbers were accepted
 * @next: one more than the highest accepted number
 * @accepted: messages accepted
 * @bits: one for each number within SSPSEAL_WINDOW of @next
 */
struct sspseal_window {
	u64 next;
	u64 accepted;
	unsigned long bits[SSPSEAL_WINDOW_WORDS];
};

enum sspseal_status sspseal_send_take(struct sspseal_context *ctx, u64 *number);
void sspseal_send_burned(struct sspseal_context *ctx);
void sspseal_send_end(struct sspseal_context *ctx);
u64 sspseal_send_count(const struct sspseal_context *ctx);
enum sspseal_status sspseal_window_check(const struct sspseal_window *window,
					 u32 services, u64 number);
void sspseal_window_accept(struct sspseal_window *window, u64 number);

/* ---- context.c ---- */

/**
 * struct sspseal_context - one end of a session
 * @ref: held by each grant and each call in progress
 * @expired: final; set before the send counter is ended
 * @ready: messages may pass: see bind.c
 * @send_next: the number that the next message sent will have
 * @mech: its token format
 * @role: SSPSEAL_ROLE_*
 * @services: with all that are implied
 * @flags: SSPSEAL_CREATE_*
 * @expiry: CLOCK_REALTIME second, 0 for never
 * @bound: the mechanism has all its keys; set once
 * @confirm: before messages pass, both ends confirm; set before @bound
 * @confirm_sent: how far this end's confirmation is
 * @confirm_received: the peer's was accepted
 * @bind_lock: serialises BIND
 * @list: of all contexts, see expire.c
 * @failed: failed authentications
 * @receive_lock: guards @window, @confirm_received, and what the mechanism
 *	commits with them
 * @window: numbers received
 * @rcu: the husk is freed after a grace period, as lookups may still see it
 * @private: of the mechanism; zeroed when the last reference is dropped
 *
 * Whatever is not named above as changing is set before the context is
 * published, or by BIND before @bound. The first members are those that each
 * message writes.
 */
struct sspseal_context {
	refcount_t ref;
	bool expired;
	bool ready;
	atomic64_t send_next;

	const struct sspseal_mech *mech ____cacheline_aligned;
	u32 role;
	u32 services;
	u32 flags;
	u64 expiry;
	bool bound;
	bool confirm;
	bool confirm_received;
	atomic_t confirm_sent;
	atomic64_t failed;
	struct mutex bind_lock;	/* BIND */
	struct list_head list;

	/* The window, and what is committed with it. */
	spinlock_t receive_lock ____cacheline_aligned;
	struct sspseal_window window;

	struct rcu_head rcu;
	u8 private[] __aligned(8);
};

/* Each service implies INTEGRITY; none is none. */
static inline u32 sspseal_implied_services(u32 services)
{
	return services ? services | SSPSEAL_INTEGRITY : 0;
}

void sspseal_context_free(struct sspseal_context *ctx);

static inline void sspseal_context_put(struct sspseal_context *ctx)
{
	if (refcount_dec_and_test(&ctx->ref))
		sspseal_context_free(ctx);
}

enum sspseal_status sspseal_context_new(const struct sspseal_mech *mech,
					u32 role, u32 services, u32 flags,
					struct sspseal_context **result);
enum sspseal_status sspseal_context_create(struct sspseal_command *command);
enum sspseal_status sspseal_context_query(struct sspseal_command *command);
void sspseal_context_show(struct sspseal_context *ctx, struct seq_file *seq);

/* ---- bind.c: from UNBOUND to ready ---- */

enum sspseal_confirm {
	SSPSEAL_CONFIRM_NONE,
	SSPSEAL_CONFIRM_CLAIMED,
	SSPSEAL_CONFIRM_MADE,
};

enum sspseal_status sspseal_context_bind(struct sspseal_command *command);
enum sspseal_status sspseal_confirm_gate(struct sspseal_call *call);
enum sspseal_status sspseal_confirm_token(const struct sspseal_call *call);
enum sspseal_status sspseal_confirm_claim(struct sspseal_call *call);
void sspseal_confirm_made(struct sspseal_context *ctx);
enum sspseal_status sspseal_confirm_check(const struct sspseal_call *call);
void sspseal_confirm_keep(const struct sspseal_call *call);

/* ---- expire.c: end of trust ---- */

int sspseal_expire_init(void);
void sspseal_expire_exit(void);
void sspseal_context_watch(struct sspseal_context *ctx);
void sspseal_context_unwatch(struct sspseal_context *ctx);
void sspseal_context_expire(struct sspseal_context *ctx);
bool sspseal_context_past(struct sspseal_context *ctx);
void sspseal_context_failed(struct sspseal_context *ctx);

/**
 * sspseal_context_expired() - has a context come to its end?
 * @ctx: the context
 *
 * Its time is noticed by the first look at it afterwards.
 *
 * Return: true if it has.
 */
static inline bool sspseal_context_expired(struct sspseal_context *ctx)
{
	return READ_ONCE(ctx->expired) ||
	       (unlikely(ctx->expiry) && sspseal_context_past(ctx));
}

/* ---- keyring.c ---- */

enum sspseal_status sspseal_keyring_copy(s32 serial, u8 *out, u32 *size,
					 u64 *expiry);

/* ---- work.c: the memory of one message ---- */

/* Room behind DATA, for tags. */
#define SSPSEAL_TAIL_MAX	64
#define SSPSEAL_IV_MAX		16

/**
 * struct sspseal_work - the memory of one message
 * @associated: authenticated bytes, linear
 * @associated_size: bytes at @associated
 * @data: DATA if it is linear, else NULL
 * @data_size: bytes of DATA
 * @tail: bytes behind DATA
 * @sg: all of that: @associated is wholly in the first entry
 * @iv: the cipher's, valid until the request is complete
 * @wait: completion of the request
 * @request: for a cipher with up to @request_size bytes of its own there
 * @request_size: bytes
 * @request_used: bytes, which hold state of the cipher
 *
 * The rest belongs to work.c.
 */
struct sspseal_work {
	u8 *associated;
	u32 associated_size;
	u32 data_size;
	u8 *data;
	u8 *tail;
	struct scatterlist *sg;
	u8 iv[SSPSEAL_IV_MAX];
	struct crypto_wait wait;
	struct aead_request *request;
	size_t request_size;
	size_t request_used;

	/* Private: */
	bool slot;
	bool usual;	/* a slot, and nothing is to be freed after the call */
	struct sspseal_file *charged;
	u64 charge;
	u8 *linear;
	size_t linear_size;
	struct aead_request *own_request;
	struct scatterlist one;
	struct scatterlist *table;
	u8 table_tail[SSPSEAL_TAIL_MAX];
	u8 memory[] __aligned(CRYPTO_MINALIGN);
};

/**
 * struct sspseal_extent - how much memory a message takes
 * @associated: bytes of associated data
 * @data: bytes of DATA that is encrypted
 * @offset: where DATA begins, if all of it is linear: at a page, since the cipher
 *	walks it page by page
 */
struct sspseal_extent {
	u32 associated;
	u32 data;
	u32 offset;
};

static inline struct sspseal_extent sspseal_extent(u32 associated, u32 data)
{
	return (struct sspseal_extent) {
		.associated = associated,
		.data = data,
		.offset = data ? round_up(associated, PAGE_SIZE) : associated,
	};
}

enum sspseal_status sspseal_work_get(struct sspseal_file *file,
				     struct sspseal_extent extent, u32 tail,
				     struct sspseal_work **work);
enum sspseal_status sspseal_work_layout(struct sspseal_work *work,
					struct sspseal_extent extent, u32 tail);
struct aead_request *sspseal_work_request(struct sspseal_work *work,
					  struct crypto_aead *tfm);
void sspseal_work_put(struct sspseal_work *work, bool data_is_secret);
void sspseal_slots_init(size_t request_size);
void sspseal_slots_exit(void);

/* ---- buffers.c: the caller's buffer list ---- */

/**
 * struct sspseal_list - kernel copy of the caller's buffer array
 * @user: where it came from
 * @nr: entries
 * @stream: @token is a STREAM
 * @token: the entry of TOKEN or STREAM
 * @data: that of the first plain DATA, the only one of SEAL and UNSEAL
 * @plain_set: which entries are plain DATA, bit n for entry n
 * @associated_set: which are DATA|READONLY_WITH_CHECKSUM
 * @padding_set: which are PADDING that may be written
 * @pieces: entries that are authenticated
 * @associated: bytes of DATA|READONLY_WITH_CHECKSUM
 * @plain: bytes of plain DATA
 * @sealed_limits: of UNSEAL: OK, or what is too long if DATA is encrypted
 * @entry: the entries; with @stream, that of DATA is set to where DATA lies
 */
struct sspseal_list {
	struct sspseal_buffer __user *user;
	u32 nr;
	bool stream;
	struct sspseal_buffer *token;
	struct sspseal_buffer *data;
	u32 plain_set;
	u32 associated_set;
	u32 padding_set;
	u32 pieces;
	u64 associated;
	u64 plain;
	enum sspseal_status sealed_limits;
	struct sspseal_buffer entry[SSPSEAL_BUFFERS_MAX];
};

/* ---- message.c ---- */

enum sspseal_op {
	SSPSEAL_OP_SEAL,
	SSPSEAL_OP_UNSEAL,
	SSPSEAL_OP_SIGN,
	SSPSEAL_OP_VERIFY,
};

static inline bool sspseal_op_sends(enum sspseal_op op)
{
	return op == SSPSEAL_OP_SEAL || op == SSPSEAL_OP_SIGN;
}

static inline bool sspseal_op_signature(enum sspseal_op op)
{
	return op == SSPSEAL_OP_SIGN || op == SSPSEAL_OP_VERIFY;
}

/**
 * struct sspseal_room - what a message of a mechanism needs
 * @front: bytes before the first piece of associated data
 * @piece: bytes before each piece
 * @tail: bytes behind DATA
 *
 * @front and @tail together are the token that is sent.
 */
struct sspseal_room {
	u32 front;
	u32 piece;
	u32 tail;
};

/* Inline where user memory is open. */
static __always_inline u32 sspseal_token_size(struct sspseal_room room)
{
	return room.front + room.tail;
}

/**
 * struct sspseal_call - one message in progress
 * @ctx: referenced
 * @op: what is done
 * @sealed: DATA is encrypted; on receipt, the token says so
 * @confirmation: the message is one end's confirmation
 * @unconfirmed: the context is not confirmed yet
 * @qop: QualityOfProtection, of the caller or for him
 * @sequence: the caller's MessageSequenceNumber
 * @token_sequence: the one in the token received
 * @number: the message's number
 * @work: memory
 * @list: the caller's buffers
 * @token: the token received
 * @suite: of the mechanism
 * @key: of the mechanism, from prepare() on
 * @request: of the mechanism, likewise
 * @from_peer: of the mechanism: the token has the salt of the peer that is pinned
 * @fresh: of the mechanism: @key belongs to this call alone
 */
struct sspseal_call {
	struct sspseal_context *ctx;
	enum sspseal_op op;
	bool sealed;
	bool confirmation;
	bool unconfirmed;
	u32 qop;
	u32 sequence;
	u32 token_sequence;
	u64 number;
	struct sspseal_work *work;
	struct sspseal_list list;
	u8 token[SSPSEAL_TOKEN_MAX];

	const struct sspseal_suite *suite;
	struct sspseal_key *key;
	struct aead_request *request;
	bool from_peer;
	bool fresh;
};

/* What an entry of the list is to the mechanism. */
enum sspseal_piece {
	SSPSEAL_PIECE_ASSOCIATED,	/* its bytes stand in work->associated */
	SSPSEAL_PIECE_SEALED,		/* its bytes are work's DATA */
	SSPSEAL_PIECE_PLAIN,		/* its bytes stand in work->associated */
};

/* Which entries are authenticated: bits, from the lowest on. */
static inline u32 sspseal_pieces(const struct sspseal_call *call)
{
	return call->list.plain_set | call->list.associated_set;
}

/* What one of them is; with call->sealed set. */
static inline enum sspseal_piece sspseal_piece(const struct sspseal_call *call,
					       u32 i)
{
	if (call->list.associated_set & BIT(i))
		return SSPSEAL_PIECE_ASSOCIATED;
	return call->sealed ? SSPSEAL_PIECE_SEALED : SSPSEAL_PIECE_PLAIN;
}

/* As most are: DATA, which is encrypted, and nothing else. */
static inline bool sspseal_only_data(const struct sspseal_call *call)
{
	return call->sealed && call->list.pieces == 1;
}

enum sspseal_status sspseal_buffers_read(struct sspseal_call *call,
					 enum sspseal_op op,
					 struct sspseal_room room,
					 const struct sspseal_message *message);
enum sspseal_status sspseal_buffers_limits(const struct sspseal_call *call);
u32 sspseal_buffers_associated(const struct sspseal_call *call,
			       struct sspseal_room room, bool sealed);
enum sspseal_status sspseal_buffers_token(struct sspseal_call *call,
					  struct sspseal_room room);
enum sspseal_status sspseal_buffers_copy_in(struct sspseal_call *call,
					    struct sspseal_room room);
enum sspseal_status
sspseal_buffers_copy_out(struct sspseal_call *call, enum sspseal_op op,
			 struct sspseal_room room,
			 struct sspseal_message __user *user);

enum sspseal_status sspseal_message_seal(struct sspseal_command *command);
enum sspseal_status sspseal_message_unseal(struct sspseal_command *command);
enum sspseal_status sspseal_message_sign(struct sspseal_command *command);
enum sspseal_status sspseal_message_verify(struct sspseal_command *command);

/* ---- batch.c ---- */

enum sspseal_status sspseal_batch(struct sspseal_command *command);

/* ---- mechanisms ---- */

/**
 * struct sspseal_mech - a token format
 * @id: SSPSEAL_MECH_*
 * @params_size: bytes of its parameters of CREATE
 * @params_min: of their first version
 * @private_size: bytes of its part of a context
 * @check_params: check the parameters: kernel memory, zero if the caller gave none
 * @create: take the session key and the parameters, which were checked, and write
 *	the outputs among them
 * @check_bind: check what BIND brings; under the bind mutex
 * @bind: make the keys, from what was checked and @binding; under the bind mutex.
 *	Changes nothing if it fails
 * @destroy: free all keys; called once, also after a failed @create. Its part of
 *	the context is zeroed then
 * @query: fill in what only the mechanism knows, sizes of tokens among it
 * @room: what a message needs; the same whenever it is asked for one message
 * @qop: of a message sent: check it, and say whether DATA is encrypted
 * @parse: take apart call->token: number, caller's number, sealed or not; or say
 *	which way it is malformed, leaving call->sealed as it was
 * @prepare: get the key and whatever else can fail for want of memory
 * @protect: make ciphertext and token from call->number and call->work, the token
 *	where @room is for it
 * @unprotect: check and decrypt; what it leaves in call->work is authentic if it
 *	succeeds
 * @admit: under ctx->receive_lock: is the token still one of this session?
 * @keep: under ctx->receive_lock: the message is accepted; keep what prepare()
 *	made for it
 * @finish: of a message received: drop what prepare() made and keep() did not take
 *
 * Where @op is given, it is call->op, but known when message.c is compiled.
 */
struct sspseal_mech {
	u32 id;
	u32 params_size;
	u32 params_min;
	u32 private_size;
	enum sspseal_status (*check_params)(const void *params);
	enum sspseal_status (*create)(struct sspseal_context *ctx,
				      const u8 *key, u32 key_size,
				      void *params);
	enum sspseal_status (*check_bind)(const struct sspseal_context *ctx,
					  const struct sspseal_bind *bind);
	enum sspseal_status (*bind)(struct sspseal_context *ctx,
				    const struct sspseal_bind *bind,
				    const u8 *binding);
	void (*destroy)(struct sspseal_context *ctx);
	void (*query)(struct sspseal_context *ctx, struct sspseal_query *query);
	struct sspseal_room (*room)(const struct sspseal_call *call);
	enum sspseal_status (*qop)(struct sspseal_call *call,
				   enum sspseal_op op);
	enum sspseal_status (*parse)(struct sspseal_call *call,
				     enum sspseal_op op);
	enum sspseal_status (*prepare)(struct sspseal_call *call,
				       enum sspseal_op op);
	enum sspseal_status (*protect)(struct sspseal_call *call,
				       enum sspseal_op op);
	enum sspseal_status (*unprotect)(struct sspseal_call *call);
	enum sspseal_status (*admit)(struct sspseal_call *call);
	void (*keep)(struct sspseal_call *call);
	void (*finish)(struct sspseal_call *call);
};

/* The largest parameters of all mechanisms. */
union sspseal_params {
	struct sspseal_native native;
};

extern const struct sspseal_mech sspseal_mech_native;

/* ---- suite.c: AEAD suites and their transforms ---- */

#define SSPSEAL_AEAD_IV_SIZE	12
#define SSPSEAL_AEAD_TAG_SIZE	16
#define SSPSEAL_AEAD_KEY_MAX	32
#define SSPSEAL_SUITES		3

/**
 * struct sspseal_suite - an AEAD algorithm
 * @id: SSPSEAL_SUITE_*
 * @index: where it stands in arrays of SSPSEAL_SUITES
 * @algorithm: the kernel's name
 * @key_size: bytes
 */
struct sspseal_suite {
	u32 id;
	u32 index;
	const char *algorithm;
	u32 key_size;
};

/**
 * struct sspseal_key - a key ready for use
 * @tfm: keyed transform; any number of calls may use it at a time
 * @iv: derived with the key, for the nonce
 */
struct sspseal_key {
	struct crypto_aead *tfm;
	u8 iv[SSPSEAL_AEAD_IV_SIZE];
};

int sspseal_suites_init(void);
void sspseal_suites_exit(void);
size_t sspseal_suites_request_size(void);
u32 sspseal_suites_all(void);
const struct sspseal_suite *sspseal_suite(u32 id);
enum sspseal_status sspseal_suite_info(struct sspseal_info *info);
enum sspseal_status sspseal_key_new(const struct sspseal_suite *suite,
				    struct sspseal_key **result);
enum sspseal_status sspseal_key_set(struct sspseal_key *key, const u8 *material,
				    u32 key_size);
void sspseal_key_free(struct sspseal_key *key);
const char *sspseal_key_driver(const struct sspseal_key *key);

/* ---- kdf.c ---- */

#define SSPSEAL_PRK_SIZE	32

struct kvec;

int sspseal_kdf_init(void);
void sspseal_kdf_exit(void);
enum sspseal_status sspseal_kdf_extract(const u8 *salt, u32 salt_size,
					const u8 *key, u32 key_size,
					u8 prk[SSPSEAL_PRK_SIZE]);
enum sspseal_status sspseal_kdf_expand(const u8 prk[SSPSEAL_PRK_SIZE],
				       const struct kvec *info, size_t nr,
				       u8 *out, u32 size);

/* ---- selftest.c ---- */

int sspseal_selftest(void);

#endif /* _SSPSEAL_H */

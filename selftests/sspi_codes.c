// SPDX-License-Identifier: GPL-2.0-only
/*
 * What EncryptMessage, DecryptMessage, MakeSignature, VerifySignature and their
 * Sp functions return for each handle, descriptor, buffer list and token that
 * they refuse: tables of what Microsoft's pages have at each of the two layers.
 */
#include <errno.h>
#include <sys/mman.h>

#include <ntsecpkg.h>
#include <sspseal.h>

#include "faulty_cipher.h"
#include "kselftest_harness.h"
#include "sspi_test.h"

enum operation {
	SEAL,
	UNSEAL,
	SIGN,
	VERIFY,
	OPERATIONS
};

#define BIT(operation)	(1U << (operation))
#define SENDING		(BIT(SEAL) | BIT(SIGN))
#define RECEIVING	(BIT(UNSEAL) | BIT(VERIFY))
#define SEALING		(BIT(SEAL) | BIT(UNSEAL))
#define SIGNING		(BIT(SIGN) | BIT(VERIFY))
#define ALL		(SENDING | RECEIVING)

/*
 * The codes of one reason: of SpSealMessage and SpUnsealMessage, of
 * SpMakeSignature and SpVerifySignature, of EncryptMessage, and of the others
 * of sspi.h.
 */
struct codes {
	LONG sp_seal;
	LONG sp_sign;
	LONG encrypt;
	LONG sspi;
	/* Or the same of all. */
	LONG all;
};

#define SAME(code)	{ .all = (code) }

#define HANDLE_CODES {				\
	.sp_seal = STATUS_INVALID_HANDLE,	\
	.sp_sign = SEC_E_INVALID_HANDLE,	\
	.encrypt = SEC_E_INVALID_HANDLE,	\
	.sspi = SEC_E_INVALID_HANDLE,		\
}

#define SERVICE_CODES {				\
	.sp_seal = STATUS_INVALID_HANDLE,	\
	.sp_sign = SEC_E_QOP_NOT_SUPPORTED,	\
	.encrypt = SEC_E_QOP_NOT_SUPPORTED,	\
	.sspi = SEC_E_QOP_NOT_SUPPORTED,	\
}

#define RIGHT_CODES {				\
	.sp_seal = STATUS_ACCESS_DENIED,	\
	.sp_sign = STATUS_ACCESS_DENIED,	\
	.encrypt = SEC_E_UNSUPPORTED_FUNCTION,	\
	.sspi = SEC_E_UNSUPPORTED_FUNCTION,	\
}

#define BUFFER_CODES {				\
	.sp_seal = STATUS_INVALID_PARAMETER,	\
	.sp_sign = SEC_E_INVALID_TOKEN,		\
	.encrypt = SEC_E_INVALID_TOKEN,		\
	.sspi = SEC_E_INVALID_TOKEN,		\
}

#define ROOM_CODES {				\
	.sp_seal = STATUS_INVALID_PARAMETER,	\
	.sp_sign = SEC_E_INVALID_TOKEN,		\
	.encrypt = SEC_E_BUFFER_TOO_SMALL,	\
	.sspi = SEC_E_INVALID_TOKEN,		\
}

#define LENGTH_CODES {				\
	.sp_seal = STATUS_INVALID_PARAMETER,	\
	.sp_sign = STATUS_INVALID_PARAMETER,	\
	.encrypt = SEC_E_INVALID_PARAMETER,	\
	.sspi = SEC_E_INVALID_PARAMETER,	\
}

#define FAULT_CODES {				\
	.sp_seal = STATUS_ACCESS_VIOLATION,	\
	.sp_sign = STATUS_ACCESS_VIOLATION,	\
	.encrypt = SEC_E_INTERNAL_ERROR,	\
	.sspi = SEC_E_INTERNAL_ERROR,		\
}

#define MEMORY_CODES {					\
	.sp_seal = STATUS_INSUFFICIENT_RESOURCES,	\
	.sp_sign = STATUS_INSUFFICIENT_RESOURCES,	\
	.encrypt = SEC_E_INSUFFICIENT_MEMORY,		\
	.sspi = SEC_E_INSUFFICIENT_MEMORY,		\
}

static LONG code_of(const struct codes *codes, enum operation op,
		    enum layer layer)
{
	if (codes->all)
		return codes->all;
	if (layer == SP)
		return op == SEAL || op == UNSEAL ? codes->sp_seal :
						    codes->sp_sign;
	return op == SEAL ? codes->encrypt : codes->sspi;
}

/* In a 32-bit program the library reads it, and faults as the program would. */
#define KERNEL_READS_ARRAY	(sizeof(void *) == sizeof(__u64))

/* What a call is given beside its buffers. */
struct arguments {
	LSA_SEC_HANDLE handle;
	ULONG qop;
	ULONG number;
};

/* @qop is written by those that receive. */
static LONG sp_call(enum operation op, const struct arguments *a,
		    SecBufferDesc *desc, ULONG *qop)
{
	switch (op) {
	case SEAL:
		return SpSealMessage(a->handle, a->qop, desc, a->number);
	case UNSEAL:
		return SpUnsealMessage(a->handle, desc, a->number, qop);
	case SIGN:
		return SpMakeSignature(a->handle, a->qop, desc, a->number);
	case VERIFY:
		return SpVerifySignature(a->handle, desc, a->number, qop);
	default:
		return -1;
	}
}

static LONG sspi_call(enum operation op, const struct arguments *a,
		      SecBufferDesc *desc, ULONG *qop)
{
	CtxtHandle context = ctxt(a->handle);

	switch (op) {
	case SEAL:
		return EncryptMessage(&context, a->qop, desc, a->number);
	case UNSEAL:
		return DecryptMessage(&context, desc, a->number, qop);
	case SIGN:
		return MakeSignature(&context, a->qop, desc, a->number);
	case VERIFY:
		return VerifySignature(&context, desc, a->number, qop);
	default:
		return -1;
	}
}

static LONG layer_call(enum layer layer, enum operation op,
		       const struct arguments *a, SecBufferDesc *desc,
		       ULONG *qop)
{
	return layer == SP ? sp_call(op, a, desc, qop) :
			     sspi_call(op, a, desc, qop);
}

/* ---- messages ---- */

#define CB		100
#define EDGE		8

/* A message as it lies in a stream, and what else a row may point to. */
struct memory {
	__u8 token[TOKEN_SIZE];
	__u8 data[CB];
	__u8 associated[EDGE];
	__u8 second[CB];
};

enum place {
	NOTHING = 1,	/* NULL */
	AT_TOKEN,
	AT_TOKEN_END,	/* its last byte */
	AT_DATA,
	AT_DATA_END,
	AT_ASSOCIATED,
	AT_SECOND,
	AT_FENCE,
	AT_LONG		/* more than fits */
};

struct entry {
	ULONG type;
	enum place place;
	ULONG size;
};

enum descriptor {
	USUAL,
	NO_DESCRIPTOR,
	NO_ARRAY,
	EMPTY_ARRAY,
	FENCED_ARRAY,
	OTHER_VERSION,
	LONG_ARRAY
};

/* Which context a row is about. */
enum kind {
	RELAXED,	/* CONFIDENTIALITY and REPLAY_DETECT */
	PLAIN,		/* INTEGRITY */
	CAREFUL,	/* REQUIRE_SEAL */
	STRICT,		/* SEQUENCE_DETECT */
	KINDS
};

/* How the message came about that a receiver gets. */
enum made {
	AS_USUAL,	/* sealed for UNSEAL, signed for VERIFY */
	WRAPPED,	/* NO_ENCRYPT */
	SEALED,
	SIGNED,
	REFLECTED,	/* by the receiver itself */
	FOREIGN,	/* in another session */
	RECEIVED,	/* and received already */
	SKIPPED,	/* the one before it was not received */
	OLD		/* 2,048 later ones were received */
};

struct row {
	const char *what;
	unsigned int operations;
	__u32 reason;
	struct codes codes;
	enum kind kind;
	enum made made;
	ULONG qop;
	ULONG number;
	enum descriptor descriptor;
	/* Of struct memory, after the message was made. */
	unsigned int at;
	__u8 flip;
	/* Instead of the usual TOKEN, DATA and DATA|RWC. */
	struct entry entry[4];
};

#define S(reason)	SSPSEAL_STATUS_##reason

#define USUAL_TOKEN	{ TOKEN, AT_TOKEN, TOKEN_SIZE }
#define USUAL_DATA	{ DATA, AT_DATA, CB }
#define USUAL_RWC	{ DATA | RWC, AT_ASSOCIATED, EDGE }
#define USUAL_STREAM	{ STREAM, AT_TOKEN, TOKEN_SIZE + CB }

static const struct row rows[] = {
	/* Quality of protection. */
	{ "no encryption, none asked", BIT(SEAL), S(NO_CONFIDENTIALITY),
	  SAME(SEC_E_QOP_NOT_SUPPORTED), .kind = PLAIN },
	{ "OOB_DATA", SENDING, S(QOP), SAME(SEC_E_QOP_NOT_SUPPORTED),
	  .qop = SECQOP_WRAP_OOB_DATA },
	{ "NO_ENCRYPT and OOB_DATA", SENDING, S(QOP),
	  SAME(SEC_E_QOP_NOT_SUPPORTED),
	  .qop = SECQOP_WRAP_NO_ENCRYPT | SECQOP_WRAP_OOB_DATA },
	{ "half of NO_ENCRYPT", SENDING, S(QOP),
	  SAME(SEC_E_QOP_NOT_SUPPORTED), .qop = 1 },
	{ "SIGN_ONLY of Digest", SENDING, S(QOP),
	  SAME(SEC_E_QOP_NOT_SUPPORTED), .qop = 0x80000000 },
	{ "bit 16", SENDING, S(QOP), SAME(SEC_E_QOP_NOT_SUPPORTED),
	  .qop = 0x10000 },
	{ "suite 4", SENDING, S(QOP_SUITE), SAME(SEC_E_QOP_NOT_SUPPORTED),
	  .qop = SSPSEAL_QOP_SUITE(4) },
	{ "suite 255, not encrypted", SENDING, S(QOP_SUITE),
	  SAME(SEC_E_QOP_NOT_SUPPORTED),
	  .qop = SSPSEAL_QOP_SUITE(255) | SECQOP_WRAP_NO_ENCRYPT },

	/* The descriptor. */
	{ "no descriptor", ALL, S(NO_BUFFERS), BUFFER_CODES,
	  .descriptor = NO_DESCRIPTOR },
	{ "no array", ALL, S(NO_BUFFERS), BUFFER_CODES,
	  .descriptor = NO_ARRAY },
	{ "no entries", ALL, S(NO_BUFFERS), BUFFER_CODES,
	  .descriptor = EMPTY_ARRAY },
	{ "array cannot be read", ALL, S(FAULT), FAULT_CODES,
	  .descriptor = FENCED_ARRAY },
	{ "another version", ALL, S(NO_BUFFERS), BUFFER_CODES,
	  .descriptor = OTHER_VERSION },
	{ "33 entries", ALL, S(TOO_MANY_BUFFERS), BUFFER_CODES,
	  .descriptor = LONG_ARRAY },

	/* TOKEN. */
	{ "no token", ALL, S(NO_TOKEN), BUFFER_CODES,
	  .entry = { USUAL_DATA } },
	{ "token too small", SENDING, S(TOKEN_TOO_SMALL), ROOM_CODES,
	  .entry = { { TOKEN, AT_TOKEN, TOKEN_SIZE - 1 }, USUAL_DATA } },
	{ "token of 0 bytes", SENDING, S(TOKEN_TOO_SMALL), ROOM_CODES,
	  .entry = { { TOKEN, AT_TOKEN, 0 }, USUAL_DATA } },
	{ "token too short", RECEIVING, S(TOKEN_TOO_SMALL), ROOM_CODES,
	  .entry = { { TOKEN, AT_TOKEN, TOKEN_SIZE - 1 }, USUAL_DATA } },
	{ "token to be read only", SENDING, S(TOKEN_READONLY), BUFFER_CODES,
	  .entry = { { TOKEN | READONLY, AT_TOKEN, TOKEN_SIZE },
		     USUAL_DATA } },
	{ "token with a checksum", SENDING, S(TOKEN_READONLY), BUFFER_CODES,
	  .entry = { { TOKEN | RWC, AT_TOKEN, TOKEN_SIZE }, USUAL_DATA } },
	{ "token without memory", ALL, S(TOKEN_NULL), BUFFER_CODES,
	  .entry = { { TOKEN, NOTHING, TOKEN_SIZE }, USUAL_DATA } },
	{ "two tokens", ALL, S(TWO_TOKENS), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, { TOKEN, AT_SECOND, TOKEN_SIZE },
		     USUAL_DATA } },

	/* STREAM. */
	{ "token and stream", BIT(UNSEAL), S(TOKEN_AND_STREAM), BUFFER_CODES,
	  .entry = { USUAL_STREAM, USUAL_TOKEN, USUAL_DATA } },
	{ "two streams", BIT(UNSEAL), S(TWO_TOKENS), BUFFER_CODES,
	  .entry = { USUAL_STREAM, USUAL_STREAM, USUAL_DATA } },
	{ "stream without data", BIT(UNSEAL), S(NO_DATA), BUFFER_CODES,
	  .entry = { USUAL_STREAM } },
	{ "stream of 47 bytes", BIT(UNSEAL), S(INCOMPLETE),
	  SAME(SEC_E_INCOMPLETE_MESSAGE),
	  .entry = { { STREAM, AT_TOKEN, TOKEN_SIZE - 1 },
		     { DATA, NOTHING, 0 } } },
	{ "stream of 0 bytes", BIT(UNSEAL), S(INCOMPLETE),
	  SAME(SEC_E_INCOMPLETE_MESSAGE),
	  .entry = { { STREAM, AT_TOKEN, 0 }, { DATA, NOTHING, 0 } } },
	{ "part of a stream", BIT(UNSEAL), S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED),
	  .entry = { { STREAM, AT_TOKEN, TOKEN_SIZE + CB - 1 },
		     { DATA, NOTHING, 0 }, USUAL_RWC } },
	{ "stream for a signature", BIT(VERIFY), S(NO_TOKEN), BUFFER_CODES,
	  .entry = { USUAL_STREAM, USUAL_DATA } },

	/* DATA. */
	{ "no data", ALL, S(NO_DATA), BUFFER_CODES,
	  .entry = { USUAL_TOKEN } },
	{ "all data with checksum", SEALING, S(NO_DATA), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_RWC } },
	{ "two plain data", SEALING, S(TWO_DATA), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA, { DATA, AT_SECOND, CB } } },
	{ "all data read only", SEALING, S(DATA_READONLY), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, { DATA | READONLY, AT_DATA, CB } } },
	{ "nothing to sign", SIGNING, S(NO_DATA), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, { DATA | READONLY, AT_DATA, CB } } },
	{ "data without memory", ALL, S(NULL_BUFFER), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, { DATA, NOTHING, CB } } },
	{ "checksum without memory", ALL, S(NULL_BUFFER), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA, { DATA | RWC, NOTHING, 1 } } },
	{ "token on data", BIT(SEAL) | BIT(UNSEAL) | BIT(SIGN), S(OVERLAP),
	  BUFFER_CODES,
	  .entry = { USUAL_TOKEN, { DATA, AT_TOKEN_END, 10 } } },
	{ "token on checksum", SENDING, S(OVERLAP), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA,
		     { DATA | RWC, AT_TOKEN_END, 1 } } },
	{ "data on checksum", SEALING, S(OVERLAP), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA,
		     { DATA | RWC, AT_DATA_END, 2 } } },
	{ "stream on checksum", BIT(UNSEAL), S(OVERLAP), BUFFER_CODES,
	  .entry = { USUAL_STREAM, { DATA, NOTHING, 0 },
		     { DATA | RWC, AT_DATA_END, 2 } } },
	{ "type 29", ALL, S(BUFFER_TYPE), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA, { 29, NOTHING, 0 } } },
	{ "reserved attribute", ALL, S(BUFFER_TYPE), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA,
		     { SECBUFFER_RESERVED, NOTHING, 0 } } },
	{ "both read-only attributes", ALL, S(BUFFER_TYPE), BUFFER_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA,
		     { DATA | RWC | READONLY, AT_SECOND, 1 } } },

	/* Lengths and memory. */
	{ "data too long", ALL, S(DATA_TOO_LONG), LENGTH_CODES,
	  .entry = { USUAL_TOKEN, { DATA, AT_LONG, 0 } } },
	{ "associated too long", ALL, S(ASSOCIATED_TOO_LONG), LENGTH_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA, { DATA | RWC, AT_LONG, 0 } } },
	{ "data cannot be read", ALL, S(FAULT), FAULT_CODES,
	  .entry = { USUAL_TOKEN, { DATA, AT_FENCE, CB } } },
	{ "checksum cannot be read", ALL, S(FAULT), FAULT_CODES,
	  .entry = { USUAL_TOKEN, USUAL_DATA, { DATA | RWC, AT_FENCE, 1 } } },
	{ "token cannot be read", RECEIVING, S(FAULT), FAULT_CODES,
	  .entry = { { TOKEN, AT_FENCE, TOKEN_SIZE }, USUAL_DATA } },

	/* The form of the token. Flags are 1 when sealed, 4 when signed. */
	{ "token version", RECEIVING, S(TOKEN_VERSION),
	  SAME(SEC_E_INVALID_TOKEN), .at = 0, .flip = 3 },
	{ "token of suite 0", RECEIVING, S(TOKEN_SUITE),
	  SAME(SEC_E_INVALID_TOKEN), .at = 1, .flip = 1 },
	{ "token of suite 9", RECEIVING, S(TOKEN_SUITE),
	  SAME(SEC_E_INVALID_TOKEN), .at = 1, .flip = 8 },
	{ "token flag 16", RECEIVING, S(TOKEN_FLAGS),
	  SAME(SEC_E_INVALID_TOKEN), .at = 2, .flip = 0x10 },
	{ "sealed signature", BIT(UNSEAL), S(TOKEN_FLAGS),
	  SAME(SEC_E_INVALID_TOKEN), .at = 2, .flip = 4 },
	{ "signature sealed", BIT(VERIFY), S(TOKEN_FLAGS),
	  SAME(SEC_E_INVALID_TOKEN), .at = 2, .flip = 1 },
	{ "reserved byte", RECEIVING, S(TOKEN_FLAGS),
	  SAME(SEC_E_INVALID_TOKEN), .at = 3, .flip = 1 },
	{ "token of own side", RECEIVING, S(TOKEN_REFLECTED),
	  SAME(SEC_E_INVALID_TOKEN), .at = 2, .flip = 2 },
	{ "own message", RECEIVING, S(TOKEN_REFLECTED),
	  SAME(SEC_E_INVALID_TOKEN), .made = REFLECTED },
	{ "signature to UNSEAL", BIT(UNSEAL), S(TOKEN_KIND),
	  SAME(SEC_E_INVALID_TOKEN), .made = SIGNED },
	{ "sealed to VERIFY", BIT(VERIFY), S(TOKEN_KIND),
	  SAME(SEC_E_INVALID_TOKEN), .made = SEALED },
	{ "wrapped to VERIFY", BIT(VERIFY), S(TOKEN_KIND),
	  SAME(SEC_E_INVALID_TOKEN), .made = WRAPPED },
	{ "confirmation", BIT(VERIFY), S(TOKEN_CONFIRMATION),
	  SAME(SEC_E_INVALID_TOKEN), .at = 2, .flip = 8 },
	{ "token counter", RECEIVING, S(TOKEN_COUNTER),
	  SAME(SEC_E_INVALID_TOKEN), .at = 8, .flip = 1 },
	{ "token salt", RECEIVING, S(TOKEN_SALT), SAME(SEC_E_INVALID_TOKEN),
	  .at = 16, .flip = 1 },
	{ "other session", RECEIVING, S(TOKEN_SALT),
	  SAME(SEC_E_INVALID_TOKEN), .made = FOREIGN },

	/* Policy. */
	{ "sealed, no encryption", BIT(UNSEAL), S(SEALED),
	  SAME(SEC_E_QOP_NOT_SUPPORTED), .kind = PLAIN },
	{ "not sealed, but must be", BIT(UNSEAL), S(NOT_SEALED),
	  SAME(SEC_E_QOP_NOT_SUPPORTED), .kind = CAREFUL, .made = WRAPPED },

	/* The tag. */
	{ "data changed", RECEIVING, S(ALTERED), SAME(SEC_E_MESSAGE_ALTERED),
	  .at = offsetof(struct memory, data), .flip = 1 },
	{ "wrapped data changed", BIT(UNSEAL), S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED), .made = WRAPPED,
	  .at = offsetof(struct memory, data), .flip = 1 },
	{ "associated changed", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED),
	  .at = offsetof(struct memory, associated), .flip = 0x80 },
	{ "associated left out", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED), .entry = { USUAL_TOKEN, USUAL_DATA } },
	{ "associated first", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED),
	  .entry = { USUAL_RWC, USUAL_TOKEN, USUAL_DATA } },
	{ "associated twice", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED),
	  .entry = { USUAL_TOKEN, USUAL_DATA, USUAL_RWC, USUAL_RWC } },
	{ "data shorter", RECEIVING, S(ALTERED), SAME(SEC_E_MESSAGE_ALTERED),
	  .entry = { USUAL_TOKEN, { DATA, AT_DATA, CB - 1 }, USUAL_RWC } },
	{ "tag changed", RECEIVING, S(ALTERED), SAME(SEC_E_MESSAGE_ALTERED),
	  .at = TOKEN_SIZE - 1, .flip = 1 },
	{ "caller's number changed", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED), .at = 7, .flip = 1 },
	{ "counter changed", RECEIVING, S(ALTERED),
	  SAME(SEC_E_MESSAGE_ALTERED), .at = 15, .flip = 0x40 },

	/* The order. */
	{ "not the number expected", RECEIVING, S(CALLER_SEQUENCE),
	  SAME(SEC_E_OUT_OF_SEQUENCE), .number = 8 },
	{ "replay", RECEIVING, S(REPLAYED), SAME(SEC_E_OUT_OF_SEQUENCE),
	  .made = RECEIVED },
	{ "too old", RECEIVING, S(TOO_OLD), SAME(SEC_E_OUT_OF_SEQUENCE),
	  .made = OLD },
	{ "replay on a strict context", RECEIVING, S(OUT_OF_ORDER),
	  SAME(SEC_E_OUT_OF_SEQUENCE), .kind = STRICT, .made = RECEIVED },
	/* The last, for the context now waits for a message that is lost. */
	{ "gap", RECEIVING, S(OUT_OF_ORDER), SAME(SEC_E_OUT_OF_SEQUENCE),
	  .kind = STRICT, .made = SKIPPED },
};

/* What every sender puts into its tokens. */
#define NUMBER	7

FIXTURE(codes)
{
	/* Of each kind one of either end. */
	LSA_SEC_HANDLE initiator[KINDS];
	LSA_SEC_HANDLE acceptor[KINDS];
	LSA_SEC_HANDLE stranger;
	struct memory m;
	SecBuffer b[4];
	SecBufferDesc desc;
	__u8 *longest;
	ULONG too_long;
	void *fence;
};

static LONG make(FIXTURE_DATA(codes) * self, enum operation op,
		 LSA_SEC_HANDLE handle, ULONG qop)
{
	const struct arguments a = { handle, qop, NUMBER };
	ULONG ignored;

	self->b[0] = sec_buffer(TOKEN, self->m.token, TOKEN_SIZE);
	self->b[1] = sec_buffer(DATA, self->m.data, CB);
	self->b[2] = sec_buffer(DATA | RWC, self->m.associated, EDGE);
	self->desc = describe(self->b, 3);
	return sp_call(op, &a, &self->desc, &ignored);
}

static const struct {
	__u32 services;
	__u32 flags;
} kinds[] = {
	[RELAXED] = { SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT },
	[PLAIN] = { SSPSEAL_INTEGRITY },
	[CAREFUL] = { SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT,
		      SSPSEAL_CREATE_REQUIRE_SEAL },
	[STRICT] = { ALL_SERVICES },
};

static bool pair_make(FIXTURE_DATA(codes) * self, unsigned int k)
{
	LSA_SEC_HANDLE *a = &self->initiator[k], *b = &self->acceptor[k];

	*a = new_context(SSPSEAL_ROLE_INITIATOR, kinds[k].services,
			 kinds[k].flags);
	*b = new_context(SSPSEAL_ROLE_ACCEPTOR, kinds[k].services,
			 kinds[k].flags);
	if (*a == POISON32 || *b == POISON32)
		return false;
	/* From now on they know each other; one gets it sealed yet. */
	return k == PLAIN ||
	       (!make(self, SIGN, *a, 0) && !make(self, VERIFY, *b, 0));
}

static bool pairs_make(FIXTURE_DATA(codes) * self)
{
	unsigned int k;

	for (k = 0; k < KINDS; k++)
		if (!pair_make(self, k))
			return false;
	return true;
}

FIXTURE_SETUP(codes)
{
	struct sspseal_info i = { .suite = 0 };

	ASSERT_LE(0, sspseal_device());
	ASSERT_EQ(0, sspseal_info(sspseal_device(), &i));
	fill(&self->m, sizeof(self->m));
	ASSERT_TRUE(pairs_make(self));
	self->stranger = new_context(SSPSEAL_ROLE_INITIATOR, ALL_SERVICES, 0);
	self->too_long = i.max_data > i.max_signed ? i.max_data : i.max_signed;
	self->too_long++;
	self->longest = calloc(1, self->too_long);
	ASSERT_NE(NULL, self->longest);
	self->fence = fence();
}

FIXTURE_TEARDOWN(codes)
{
	unsigned int k;

	for (k = 0; k < KINDS; k++) {
		EXPECT_EQ(0, SpDeleteUserModeContext(self->initiator[k]));
		EXPECT_EQ(0, SpDeleteUserModeContext(self->acceptor[k]));
	}
	free(self->longest);
}

static SecBuffer row_buffer(FIXTURE_DATA(codes) * self,
			    const struct entry *entry)
{
	struct memory *m = &self->m;

	switch (entry->place) {
	case AT_TOKEN:
		return sec_buffer(entry->type, m->token, entry->size);
	case AT_TOKEN_END:
		return sec_buffer(entry->type, m->token + TOKEN_SIZE - 1,
				  entry->size);
	case AT_DATA:
		return sec_buffer(entry->type, m->data, entry->size);
	case AT_DATA_END:
		return sec_buffer(entry->type, m->data + CB - 1, entry->size);
	case AT_ASSOCIATED:
		return sec_buffer(entry->type, m->associated, entry->size);
	case AT_SECOND:
		return sec_buffer(entry->type, m->second, entry->size);
	case AT_FENCE:
		return sec_buffer(entry->type, self->fence, entry->size);
	case AT_LONG:
		return sec_buffer(entry->type, self->longest, self->too_long);
	case NOTHING:
		break;
	}
	return sec_buffer(entry->type, NULL, entry->size);
}

/* The messages of others that a row's comes after. */
static LONG before_made(FIXTURE_DATA(codes) * self, const struct row *row,
			enum operation send)
{
	LSA_SEC_HANDLE sender = self->initiator[row->kind];

	return row->made == SKIPPED ? make(self, send, sender, 0) : 0;
}

static LONG after_made(FIXTURE_DATA(codes) * self, const struct row *row,
		       enum operation send, enum operation receive)
{
	LSA_SEC_HANDLE sender = self->initiator[row->kind];
	LSA_SEC_HANDLE receiver = self->acceptor[row->kind];
	struct memory saved = self->m;
	int later = 0;
	LONG status = 0;

	if (row->made == RECEIVED)
		status = make(self, receive, receiver, 0);
	if (row->made == OLD)
		for (; !status && later < 2048; later++)
			status = make(self, send, sender, 0);
	if (later)
		status = status ?: make(self, receive, receiver, 0);
	self->m = saved;
	return status;
}

/* What a receiver is to get. */
static LONG make_message(FIXTURE_DATA(codes) * self, const struct row *row,
			 enum operation receive)
{
	enum operation send = receive == UNSEAL ? SEAL : SIGN;
	LSA_SEC_HANDLE sender = self->initiator[row->kind];
	ULONG qop = 0;
	LONG status = before_made(self, row, send);

	if (row->made == WRAPPED)
		qop = SECQOP_WRAP_NO_ENCRYPT;
	if (row->made == WRAPPED || row->made == SEALED)
		send = SEAL;
	if (row->made == SIGNED)
		send = SIGN;
	if (row->made == REFLECTED)
		sender = self->acceptor[row->kind];
	if (row->made == FOREIGN)
		sender = self->stranger;
	/* Only another one can seal for a context that does not encrypt. */
	if (row->reason == S(SEALED))
		sender = self->initiator[RELAXED];
	status = status ?: make(self, send, sender, qop);
	return status ?: after_made(self, row, send, receive);
}

static void prepare(FIXTURE_DATA(codes) * self, const struct row *row)
{
	unsigned int i;

	self->b[0] = sec_buffer(TOKEN, self->m.token, TOKEN_SIZE);
	self->b[1] = sec_buffer(DATA, self->m.data, CB);
	self->b[2] = sec_buffer(DATA | RWC, self->m.associated, EDGE);
	self->desc = describe(self->b, 3);
	((__u8 *)&self->m)[row->at] ^= row->flip;
	if (row->descriptor == NO_ARRAY)
		self->desc.pBuffers = NULL;
	if (row->descriptor == FENCED_ARRAY)
		self->desc.pBuffers = self->fence;
	if (row->descriptor == EMPTY_ARRAY)
		self->desc.cBuffers = 0;
	if (row->descriptor == OTHER_VERSION)
		self->desc.ulVersion = 1;
	/* It is refused before it is looked at. */
	if (row->descriptor == LONG_ARRAY)
		self->desc.cBuffers = SSPSEAL_BUFFERS_MAX + 1;
	if (!row->entry[0].place)
		return;
	for (i = 0; i < ARRAY_SIZE(self->b) && row->entry[i].place; i++)
		self->b[i] = row_buffer(self, &row->entry[i]);
	self->desc.cBuffers = i;
}

static const char *last_name(void)
{
	return sspseal_status_name(sspseal_last_status());
}

/* One call that must be refused and leave no trace, at each layer. */
static void check(struct __test_metadata *_metadata,
		  FIXTURE_DATA(codes) * self, const struct arguments *a,
		  const struct row *row, enum operation op)
{
	SecBufferDesc *desc = row->descriptor == NO_DESCRIPTOR ? NULL :
								 &self->desc;
	const struct memory m = self->m;
	const SecBufferDesc given = self->desc;
	SecBuffer b[ARRAY_SIZE(self->b)];
	enum layer layer;
	LONG status;
	ULONG qop;

	memcpy(b, self->b, sizeof(b));
	for (layer = 0; layer < LAYERS; layer++) {
		qop = POISON32;
		status = layer_call(layer, op, a, desc, &qop);
		EXPECT_EQ(code_of(&row->codes, op, layer), status)
			TH_LOG("%s: operation %u, layer %u, %s", row->what, op,
			       layer, last_name());
		EXPECT_STRNE("UNKNOWN", sspseal_ntstatus_name(status));
		EXPECT_EQ(row->reason, sspseal_last_status())
			TH_LOG("%s: operation %u, layer %u, %s", row->what, op,
			       layer, last_name());
		EXPECT_EQ(POISON32, qop);
		EXPECT_EQ(0, memcmp(&m, &self->m, sizeof(m)));
		EXPECT_EQ(0, memcmp(b, self->b, sizeof(b)));
		EXPECT_EQ(0, memcmp(&given, &self->desc, sizeof(given)));
	}
}

static void check_row(struct __test_metadata *_metadata,
		      FIXTURE_DATA(codes) * self, const struct row *row,
		      enum operation op)
{
	bool receives = BIT(op) & RECEIVING;
	LSA_SEC_HANDLE handle = receives ? self->acceptor[row->kind] :
					   self->initiator[row->kind];
	struct arguments a = { handle, row->qop, row->number };
	struct sspseal_query before = { .handle = handle }, after = before;

	if (receives) {
		ASSERT_EQ(0, make_message(self, row, op))
			TH_LOG("%s: cannot be made", row->what);
	}
	prepare(self, row);
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &before));
	check(_metadata, self, &a, row, op);
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &after));
	/* A wrong tag is counted, and nothing else. */
	if (row->reason == S(ALTERED))
		before.failed += LAYERS;
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)))
		TH_LOG("%s, operation %u: the context has changed", row->what,
		       op);
}

static void check_rows(struct __test_metadata *_metadata,
		       FIXTURE_DATA(codes) * self, enum operation op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].descriptor == FENCED_ARRAY && !KERNEL_READS_ARRAY)
			continue;
		if (rows[i].operations & BIT(op))
			check_row(_metadata, self, &rows[i], op);
	}
}

TEST_F(codes, seal)
{
	check_rows(_metadata, self, SEAL);
}

TEST_F(codes, unseal)
{
	check_rows(_metadata, self, UNSEAL);
}

TEST_F(codes, sign)
{
	check_rows(_metadata, self, SIGN);
}

TEST_F(codes, verify)
{
	check_rows(_metadata, self, VERIFY);
}

/* ---- handles and states of contexts ---- */

static const struct {
	enum state state;
	unsigned int operations;
	struct codes codes;
} handles[] = {
	{ ZERO, ALL, HANDLE_CODES },
	{ NEVER_GIVEN, ALL, HANDLE_CODES },
	{ DELETED, ALL, HANDLE_CODES },
	{ REVOKED, ALL, SAME(SEC_E_CONTEXT_EXPIRED) },
	{ HANDLE_EXPIRED, ALL, SAME(SEC_E_CONTEXT_EXPIRED) },
	{ NO_RIGHT, ALL, RIGHT_CODES },
	{ NO_SERVICE, ALL, SERVICE_CODES },
	{ UNBOUND, ALL, SAME(SEC_E_INVALID_HANDLE) },
	/* VERIFY may bring what is missing. */
	{ UNCONFIRMED, ALL & ~BIT(VERIFY), SAME(SEC_E_INVALID_HANDLE) },
	{ EXPIRED, ALL, SAME(SEC_E_CONTEXT_EXPIRED) },
	{ SEND_ENDED, SENDING, SAME(SEC_E_CONTEXT_EXPIRED) },
};

/* Before anything else is looked at: there is not even a descriptor. */
TEST_F(codes, states)
{
	struct row row = { .descriptor = NO_DESCRIPTOR };
	struct arguments a = { .qop = SECQOP_WRAP_OOB_DATA };
	enum operation op;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(handles); i++) {
		row.what = state_name(handles[i].state);
		row.reason = state_status(handles[i].state);
		row.codes = handles[i].codes;
		a.handle = context_in(handles[i].state, SSPSEAL_ROLE_INITIATOR);
		ASSERT_NE(POISON32, a.handle)
			TH_LOG("%s: cannot be made", row.what);
		/* But for QualityOfProtection and buffers. */
		if (handles[i].state == SEND_ENDED) {
			row.descriptor = USUAL;
			a.qop = 0;
		}
		prepare(self, &row);
		for (op = 0; op < OPERATIONS; op++)
			if (handles[i].operations & BIT(op))
				check(_metadata, self, &a, &row, op);
	}
}

TEST_F(codes, handles_of_no_package)
{
	const ULONG_PTR good = self->initiator[RELAXED];
	const CtxtHandle right = ctxt(good);
	CtxtHandle bad[] = {
		{ 0, 0 }, { good, 0 }, { good, (ULONG_PTR)-1 },
		{ good, right.dwUpper ^ 1 }, { right.dwUpper, good },
		{ good, right.dwUpper << 16 << 16 },
		/* Not what is left of it in 32 bits. */
		{ sizeof(good) == 8 ? good | (ULONG_PTR)1 << 16 << 16 : 0,
		  right.dwUpper },
	};
	CtxtHandle invalid = right;
	unsigned int i;

	SecInvalidateHandle(&invalid);
	prepare(self, &(struct row){ .what = "usual" });
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  EncryptMessage(NULL, 0, &self->desc, 0));
	EXPECT_EQ(SEC_E_INVALID_HANDLE,
		  EncryptMessage(&invalid, 0, &self->desc, 0));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  EncryptMessage(&bad[i], 0, &self->desc, 0))
			TH_LOG("handle %u", i);
		EXPECT_EQ(S(NO_HANDLE), sspseal_last_status());
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  DecryptMessage(&bad[i], &self->desc, 0, NULL));
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  MakeSignature(&bad[i], 0, &self->desc, 0));
		EXPECT_EQ(SEC_E_INVALID_HANDLE,
			  VerifySignature(&bad[i], &self->desc, 0, NULL));
		EXPECT_EQ(0, sspseal_from_context(&bad[i]) == good);
	}
	EXPECT_EQ(0, sspseal_from_context(NULL));
	EXPECT_EQ(good, sspseal_from_context(&right));
	bad[0] = right;
	EXPECT_EQ(SEC_E_OK, EncryptMessage(&bad[0], 0, &self->desc, 0));
}

/* ---- what comes after the number was used, or from others ---- */

/* The number is used, and by this call alone. */
static void check_used(struct __test_metadata *_metadata,
		       const struct arguments *a, enum operation op,
		       const struct sspseal_query *before)
{
	struct sspseal_query after = { .handle = a->handle };
	bool receives = BIT(op) & RECEIVING;

	EXPECT_EQ(S(FAULT_AFTER_COMMIT), sspseal_last_status());
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &after));
	EXPECT_EQ(before->sent + !receives, after.sent);
	EXPECT_EQ(before->received + receives, after.received);
	EXPECT_EQ(before->failed, after.failed);
}

/* The number that a token has. */
static __u64 counter_of(const __u8 *token)
{
	__u64 counter = 0;
	unsigned int i;

	for (i = 8; i < 16; i++)
		counter = counter << 8 | token[i];
	return counter;
}

/* After a SEAL or SIGN that failed, and after an UNSEAL that did. */
static void check_not_again(struct __test_metadata *_metadata,
			    FIXTURE_DATA(codes) * self,
			    const struct arguments *a, enum operation op,
			    const struct sspseal_query *before)
{
	LONG status;

	if (BIT(op) & RECEIVING) {
		status = make(self, op, a->handle, 0);
		EXPECT_EQ(SEC_E_OUT_OF_SEQUENCE, status);
		EXPECT_EQ(S(REPLAYED), sspseal_last_status());
		return;
	}
	ASSERT_EQ(0, make(self, op, a->handle, 0));
	EXPECT_EQ(before->sent + 1, counter_of(self->m.token));
}

static void check_commit(struct __test_metadata *_metadata,
			 FIXTURE_DATA(codes) * self, enum operation op,
			 enum layer layer)
{
	static const struct codes codes = FAULT_CODES;
	LSA_SEC_HANDLE handle = op == UNSEAL ? self->acceptor[RELAXED] :
					       self->initiator[RELAXED];
	struct arguments a = { handle, 0, 0 };
	struct sspseal_query before = { .handle = handle };
	ULONG qop;

	ASSERT_EQ(0, make(self, SEAL, self->initiator[RELAXED], 0));
	self->b[op == UNSEAL ? 1 : 0].pvBuffer = op == UNSEAL ?
		make_readonly(self->m.data, CB) : self->fence;
	ASSERT_EQ(0, sspseal_query(sspseal_device(), &before));
	EXPECT_EQ(code_of(&codes, op, layer),
		  layer_call(layer, op, &a, &self->desc, &qop));
	check_used(_metadata, &a, op, &before);
	check_not_again(_metadata, self, &a, op, &before);
}

TEST_F(codes, fault_after_commit)
{
	enum operation op;
	enum layer layer;

	/* VERIFY writes nothing but the struct. */
	for (op = 0; op < OPERATIONS; op++)
		for (layer = 0; op != VERIFY && layer < LAYERS; layer++)
			check_commit(_metadata, self, op, layer);
}

/* The kernel writes TOKEN's cbBuffer; the library only what changes. */
TEST_F(codes, readonly_array)
{
	static const struct codes codes = FAULT_CODES;
	struct arguments a = { self->initiator[RELAXED], 0, 0 };
	struct sspseal_query before = { .handle = a.handle };
	enum layer layer;
	LONG status;

	for (layer = 0; layer < LAYERS; layer++) {
		ASSERT_EQ(0, make(self, SIGN, a.handle, 0));
		self->desc.pBuffers = make_readonly(self->b, sizeof(self->b));
		ASSERT_EQ(0, sspseal_query(sspseal_device(), &before));
		status = layer_call(layer, SEAL, &a, &self->desc, NULL);
		if (KERNEL_READS_ARRAY) {
			EXPECT_EQ(code_of(&codes, SEAL, layer), status);
			check_used(_metadata, &a, SEAL, &before);
		} else {
			EXPECT_EQ(0, status);
		}
	}
}

struct waiting {
	LSA_SEC_HANDLE handle;
	void *data;
	ULONG size;
	LONG status;
};

static void wait_in_kernel(void *job)
{
	struct waiting *w = job;
	__u8 token[TOKEN_SIZE];
	SecBuffer b[] = {
		sec_buffer(TOKEN, token, sizeof(token)),
		sec_buffer(DATA, w->data, w->size),
	};
	SecBufferDesc desc = describe(b, 2);
	CtxtHandle context = ctxt(w->handle);

	w->status = EncryptMessage(&context, 0, &desc, 0);
}

#define HELD	2

/* Two messages of the largest size are waited for: no room for more. */
TEST_F(codes, busy)
{
	static const struct row row = {
		.what = "busy",
		.reason = S(BUSY),
		.codes = MEMORY_CODES,
		.entry = { USUAL_TOKEN, { DATA, AT_LONG, 0 } },
	};
	struct arguments a = { self->initiator[RELAXED], 0, 0 };
	struct waiting waiting[HELD];
	struct team team;
	__u8 *missing;
	int pages, i;

	self->too_long = parameter_get("max_data");
	missing = mmap(NULL, HELD * self->too_long, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT_NE(MAP_FAILED, missing);
	pages = pages_missing(missing, HELD * self->too_long);
	if (pages < 0)
		SKIP(return, "no userfaultfd");
	for (i = 0; i < HELD; i++)
		waiting[i] = (struct waiting){
			.handle = self->initiator[RELAXED],
			.data = missing + i * self->too_long,
			.size = self->too_long,
			.status = -1,
		};
	ASSERT_TRUE(team_start(&team, waiting, sizeof(*waiting), HELD,
			       wait_in_kernel));
	ASSERT_TRUE(pages_await(pages, HELD));
	prepare(self, &row);
	check(_metadata, self, &a, &row, SEAL);
	check(_metadata, self, &a, &row, SIGN);
	close(pages);
	team_join(&team);
	for (i = 0; i < HELD; i++)
		EXPECT_EQ(SEC_E_OK, waiting[i].status);
	prepare(self, &row);
	EXPECT_EQ(SEC_E_OK, sspi_call(SEAL, &a, &self->desc, NULL));
}

/* ---- a cipher that fails ---- */

static const struct {
	int error;
	unsigned int operations;
	struct row row;
} faults[] = {
	/* A sender's number is used: it is not told to try again. */
	{ EIO, ALL, { .what = "cipher", .reason = S(CIPHER),
		      .codes = SAME(SEC_E_CRYPTO_SYSTEM_INVALID) } },
	{ ENOMEM, SENDING, { .what = "no memory for the cipher",
			     .reason = S(CIPHER),
			     .codes = SAME(SEC_E_CRYPTO_SYSTEM_INVALID) } },
	{ ENOMEM, RECEIVING, { .what = "no memory", .reason = S(NO_MEMORY),
			       .codes = MEMORY_CODES } },
};

static void check_fault(struct __test_metadata *_metadata,
			FIXTURE_DATA(codes) * self, unsigned int fault,
			enum operation op)
{
	bool receives = BIT(op) & RECEIVING;
	struct arguments a = { self->initiator[RELAXED], 0, 0 };
	ULONG qop;

	if (receives) {
		ASSERT_EQ(0, make(self, op == UNSEAL ? SEAL : SIGN, a.handle,
				  0));
		a.handle = self->acceptor[RELAXED];
	}
	prepare(self, &faults[fault].row);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, faults[fault].error));
	check(_metadata, self, &a, &faults[fault].row, op);
	ASSERT_TRUE(faulty_cipher_fail(FAULTY_CRYPT, 0));
	EXPECT_EQ(0, sspi_call(op, &a, &self->desc, &qop));
}

/* With a module that has another cipher, and contexts of that. */
TEST_F(codes, cipher)
{
	enum operation op;
	unsigned int i;

	if (!module_is_ours())
		SKIP(return, OWN_MACHINE);
	sspseal_detach();
	ASSERT_TRUE(faulty_cipher_open());
	ASSERT_TRUE(pairs_make(self));
	for (i = 0; i < ARRAY_SIZE(faults); i++)
		for (op = 0; op < OPERATIONS; op++)
			if (faults[i].operations & BIT(op))
				check_fault(_metadata, self, i, op);
	sspseal_detach();
	EXPECT_TRUE(faulty_cipher_close());
	ASSERT_TRUE(pairs_make(self));
}

/* ---- after all these refusals ---- */

/* What a row is checked with is a message that goes through. */
TEST_F(codes, usual_messages_go_through)
{
	static const struct row usual = { .what = "usual" };
	const struct memory plain = self->m;
	struct arguments a = { .number = NUMBER };
	enum layer layer;
	enum kind kind;
	ULONG qop;

	for (kind = 0; kind < KINDS; kind++) {
		for (layer = 0; layer < LAYERS; layer++) {
			a.qop = kind == PLAIN ? SECQOP_WRAP_NO_ENCRYPT : 0;
			prepare(self, &usual);
			memcpy(self->m.data, plain.data, CB);
			a.handle = self->initiator[kind];
			EXPECT_EQ(0, layer_call(layer, SEAL, &a, &self->desc,
						NULL));
			a.handle = self->acceptor[kind];
			EXPECT_EQ(0, layer_call(layer, UNSEAL, &a, &self->desc,
						&qop));
			EXPECT_EQ(a.qop, qop);
			EXPECT_EQ(0, memcmp(plain.data, self->m.data, CB));
			a.handle = self->initiator[kind];
			EXPECT_EQ(0, layer_call(layer, SIGN, &a, &self->desc,
						NULL));
			a.handle = self->acceptor[kind];
			EXPECT_EQ(0, layer_call(layer, VERIFY, &a, &self->desc,
						&qop));
			EXPECT_EQ(0, qop);
		}
	}
}

TEST_HARNESS_MAIN

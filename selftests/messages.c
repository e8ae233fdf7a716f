// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays of messages in one call of the library: each is done as SpSealMessage()
 * or SpUnsealMessage() would do it, in the order of the array, with a status of its
 * own; and what there is when a signal ends the call early.
 */
#include <sys/mman.h>

#include <sspseal.h>
#include <sspseal_messages.h>

#include "kselftest_harness.h"
#include "sspseal_test.h"

#define CB	32
/* More than go to the kernel at once, and not a multiple of that. */
#define NR	70
#define ORDERED	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_REPLAY_DETECT | \
		 SSPSEAL_SEQUENCE_DETECT)

struct letter {
	__u8 token[TOKEN_SIZE + 2];
	__u8 data[CB];
	SecBuffer b[2];
};

FIXTURE(messages)
{
	LSA_SEC_HANDLE initiator;
	LSA_SEC_HANDLE acceptor;
	struct letter letters[NR];
	SecBufferDesc descs[NR];
	ULONG numbers[NR];
	ULONG qops[NR];
	NTSTATUS statuses[NR];
	ULONG done;
};

FIXTURE_SETUP(messages)
{
	unsigned int i;

	self->initiator = create_context(sspseal_device(),
					 SSPSEAL_ROLE_INITIATOR, ORDERED);
	self->acceptor = create_context(sspseal_device(),
					SSPSEAL_ROLE_ACCEPTOR, ORDERED);
	ASSERT_NE(0, self->initiator);
	ASSERT_NE(0, self->acceptor);
	for (i = 0; i < NR; i++) {
		struct letter *l = &self->letters[i];

		memset(l->data, i, CB);
		l->b[0].cbBuffer = sizeof(l->token);
		l->b[0].BufferType = TOKEN;
		l->b[0].pvBuffer = l->token;
		l->b[1].cbBuffer = CB;
		l->b[1].BufferType = DATA;
		l->b[1].pvBuffer = l->data;
		self->descs[i].ulVersion = SECBUFFER_VERSION;
		self->descs[i].cBuffers = 2;
		self->descs[i].pBuffers = l->b;
		self->numbers[i] = 1000 + i;
	}
	memset(self->qops, POISON, sizeof(self->qops));
	memset(self->statuses, POISON, sizeof(self->statuses));
	self->done = POISON32;
}

FIXTURE_TEARDOWN(messages)
{
	sspseal_destroy(sspseal_device(), self->initiator, NULL);
	sspseal_destroy(sspseal_device(), self->acceptor, NULL);
}

#define SEAL(nr) \
	sspseal_seal_messages(self->initiator, 0, self->descs, nr, NULL, \
			      self->statuses, &self->done)
#define UNSEAL(nr) \
	sspseal_unseal_messages(self->acceptor, self->descs, nr, NULL, \
				self->qops, self->statuses, &self->done)

TEST_F(messages, there_and_back)
{
	unsigned int i;

	EXPECT_EQ(STATUS_SUCCESS, SEAL(NR));
	EXPECT_EQ(NR, self->done);
	for (i = 0; i < NR; i++) {
		EXPECT_EQ(STATUS_SUCCESS, self->statuses[i]);
		EXPECT_EQ(TOKEN_SIZE, self->letters[i].b[0].cbBuffer);
		EXPECT_FALSE(all_bytes(self->letters[i].data, i, CB));
	}
	memset(self->statuses, POISON, sizeof(self->statuses));
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL(NR));
	EXPECT_EQ(NR, self->done);
	for (i = 0; i < NR; i++) {
		EXPECT_EQ(STATUS_SUCCESS, self->statuses[i]);
		EXPECT_EQ(0, self->qops[i]);
		EXPECT_TRUE(all_bytes(self->letters[i].data, i, CB));
	}
}

/* The calls for one message open what those for many sealed. */
TEST_F(messages, numbers_and_qop)
{
	ULONG qop = POISON32;

	EXPECT_EQ(STATUS_SUCCESS,
		  sspseal_seal_messages(self->initiator, SECQOP_WRAP_NO_ENCRYPT,
					self->descs, 2, self->numbers,
					self->statuses, &self->done));
	EXPECT_TRUE(all_bytes(self->letters[1].data, 1, CB));
	EXPECT_EQ(SEC_E_OUT_OF_SEQUENCE,
		  SpUnsealMessage(self->acceptor, &self->descs[0], 1001, &qop));
	EXPECT_EQ(STATUS_SUCCESS,
		  SpUnsealMessage(self->acceptor, &self->descs[0], 1000, &qop));
	EXPECT_EQ(SECQOP_WRAP_NO_ENCRYPT, qop);
	EXPECT_EQ(STATUS_SUCCESS,
		  sspseal_unseal_messages(self->acceptor, self->descs + 1, 1,
					  self->numbers, self->qops,
					  self->statuses, &self->done));
	EXPECT_EQ(SEC_E_OUT_OF_SEQUENCE, self->statuses[0]);
	EXPECT_EQ(POISON32, self->qops[0]);
	EXPECT_EQ(STATUS_SUCCESS,
		  sspseal_unseal_messages(self->acceptor, self->descs + 1, 1,
					  self->numbers + 1, self->qops,
					  self->statuses, &self->done));
	EXPECT_EQ(STATUS_SUCCESS, self->statuses[0]);
	EXPECT_EQ(SECQOP_WRAP_NO_ENCRYPT, self->qops[0]);
}

/* In strict order only the first of two that were swapped is the wrong one. */
TEST_F(messages, unseal_keeps_the_order_of_the_array)
{
	SecBufferDesc desc;

	EXPECT_EQ(STATUS_SUCCESS, SEAL(NR));
	desc = self->descs[40];
	self->descs[40] = self->descs[41];
	self->descs[41] = desc;
	EXPECT_EQ(STATUS_SUCCESS, UNSEAL(42));
	EXPECT_EQ(42, self->done);
	EXPECT_EQ(STATUS_SUCCESS, self->statuses[39]);
	EXPECT_EQ(SEC_E_OUT_OF_SEQUENCE, self->statuses[40]);
	EXPECT_EQ(SSPSEAL_STATUS_OUT_OF_ORDER, sspseal_last_status());
	EXPECT_EQ(STATUS_SUCCESS, self->statuses[41]);
	EXPECT_FALSE(all_bytes(self->letters[41].data, 41, CB));
	EXPECT_TRUE(all_bytes(self->letters[40].data, 40, CB));
}

TEST_F(messages, each_has_its_own_status)
{
	unsigned int i;

	self->descs[1].ulVersion = 1;
	self->descs[2].pBuffers = NULL;
	self->descs[3].cBuffers = 1;
	self->descs[4].cBuffers = 33;
	self->letters[5].b[1].pvBuffer = (void *)8;
	EXPECT_EQ(STATUS_SUCCESS, SEAL(NR));
	EXPECT_EQ(NR, self->done);
	for (i = 0; i < NR; i++)
		EXPECT_EQ(i == 0 || i > 5 ? STATUS_SUCCESS :
			  i < 5 ? STATUS_INVALID_PARAMETER :
				  STATUS_ACCESS_VIOLATION, self->statuses[i]);
	EXPECT_EQ(sizeof(self->letters[5].token),
		  self->letters[5].b[0].cbBuffer);
}

TEST_F(messages, no_context)
{
	EXPECT_EQ(STATUS_SUCCESS,
		  sspseal_seal_messages(12345, 0, self->descs, 2, NULL,
					self->statuses, &self->done));
	EXPECT_EQ(2, self->done);
	EXPECT_EQ(STATUS_INVALID_HANDLE, self->statuses[0]);
	EXPECT_EQ(STATUS_INVALID_HANDLE, self->statuses[1]);
}

TEST_F(messages, arguments)
{
	EXPECT_EQ(STATUS_SUCCESS, SEAL(0));
	EXPECT_EQ(0, self->done);
	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  sspseal_seal_messages(self->initiator, 0, NULL, 1, NULL,
					self->statuses, &self->done));
	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  sspseal_seal_messages(self->initiator, 0, self->descs, 1,
					NULL, NULL, &self->done));
	EXPECT_EQ(STATUS_INVALID_PARAMETER,
		  sspseal_seal_messages(self->initiator, 0, self->descs, 1,
					NULL, self->statuses, NULL));
}

/* ---- signals ---- */

struct runner {
	struct _test_data_messages *self;
	NTSTATUS ret;
};

static void *seal_all(void *argument)
{
	struct runner *r = argument;
	struct _test_data_messages *self = r->self;

	r->ret = SEAL(NR);
	return NULL;
}

static void check_interrupted(struct __test_metadata *_metadata,
			      struct _test_data_messages *self, unsigned int at)
{
	struct runner r = { .self = self };
	__u8 content[PAGE] = { };
	void *page = page_new();
	unsigned int i;

	ASSERT_NE(NULL, page);
	self->letters[at].b[1].pvBuffer = page;
	ASSERT_TRUE(interrupt_at(seal_all, &r, page, content));
	EXPECT_EQ(STATUS_SUCCESS, r.ret);
	EXPECT_EQ(at + 1, self->done);
	for (i = 0; i < NR; i++)
		EXPECT_EQ(i <= at ? STATUS_SUCCESS : (NTSTATUS)POISON32,
			  self->statuses[i]);
	for (i = at + 1; i < NR; i++)
		EXPECT_TRUE(all_bytes(self->letters[i].data, i, CB));
	munmap(page, PAGE);
}

TEST_F(messages, signal_in_the_middle)
{
	check_interrupted(_metadata, self, 2);
}

/* In a later call of the kernel; and the rest can be done afterwards. */
TEST_F(messages, signal_in_a_later_part)
{
	ULONG done;

	check_interrupted(_metadata, self, 40);
	done = self->done;
	EXPECT_EQ(STATUS_SUCCESS,
		  sspseal_seal_messages(self->initiator, 0, self->descs + done,
					NR - done, NULL, self->statuses + done,
					&self->done));
	EXPECT_EQ(NR - done, self->done);
	EXPECT_EQ(STATUS_SUCCESS, self->statuses[NR - 1]);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts, handles and files that come and go leave nothing behind.
 */
#include "kselftest_harness.h"
#include "kernel_count.h"
#include "memory_test.h"

/* Is there as much as before? */
static bool all_is_back(const struct kernel_count *before)
{
	struct kernel_count now;

	return kernel_count(&now) && kernel_counts_agree(before, &now);
}

FIXTURE(churn)
{
	int fd;
	struct kernel_count before;
};

FIXTURE_SETUP(churn)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
	if (!kernel_count(&self->before))
		SKIP(return, "no figures of slabs and ciphers");
}

FIXTURE_TEARDOWN(churn)
{
	close(self->fd);
}

TEST_F_TIMEOUT(churn, create_and_destroy, 250)
{
	const unsigned int nr = rounds(20000);
	unsigned int i;
	__u32 handle;

	for (i = 0; i < nr; i++) {
		/* The first ones fill caches. */
		if (i == 100)
			ASSERT_TRUE(kernel_count(&self->before));
		handle = create_context(self->fd, 1 + i % 2, ALL_SERVICES);
		ASSERT_NE(0, handle);
		ASSERT_EQ(0, destroy(self->fd, handle));
	}
	EXPECT_TRUE(all_is_back(&self->before));
	EXPECT_EQ(0, fdinfo_number(self->fd, "sspseal-handles"));
}

/*
 * A life with all that there is in it; what fails is given back, too. @nowhere: an
 * address where no memory is; the caller's, since its mapping lasts.
 */
static bool live(int fd, const void *nowhere)
{
	__u8 token[TOKEN_SIZE], data[100] = { };
	struct sspseal_native here = { }, there = { };
	struct sspseal_create create = create_args(SSPSEAL_ROLE_INITIATOR, 0);
	struct sspseal_export e, child;
	struct sspseal_import i;
	struct sspseal_bind bind;
	__u32 a, b, c;
	bool ok;

	a = initiator(fd);
	b = create_native(fd, SSPSEAL_ROLE_ACCEPTOR, SSPSEAL_CONFIDENTIALITY,
			  0, &there);
	c = create_native(fd, SSPSEAL_ROLE_INITIATOR, SSPSEAL_CONFIDENTIALITY,
			  SSPSEAL_CREATE_UNBOUND, &here);
	bind = bind_args(c, SSPSEAL_CONFIDENTIALITY, there.salt);
	bind.suite = 1 + pick(3);
	bind.binding = (uintptr_t)data;
	bind.binding_size = sizeof(data);
	create.key = (uintptr_t)nowhere;
	ok = call(fd, SSPSEAL_CREATE, &create) == S(FAULT) &&
	     !simple_call(fd, SSPSEAL_SEAL, a, token, data, sizeof(data)) &&
	     !simple_call(fd, SSPSEAL_UNSEAL, b, token, data, sizeof(data)) &&
	     simple_call(fd, SSPSEAL_UNSEAL, b, data, token, 40) > 0 &&
	     !call(fd, SSPSEAL_BIND, &bind) &&
	     !export_call(fd, c, SSPSEAL_EXPORT_REVOCABLE, &e) &&
	     !export_call(e.fd, 1, SSPSEAL_EXPORT_REVOCABLE, &child) &&
	     !import_call(fd, child.fd, 0, &i) &&
	     !simple_call(fd, SSPSEAL_SEAL, i.handle, token, data, 10);
	if (!ok)
		return false;
	switch (pick(3)) {
	case 0:
		ok = !destroy(fd, e.revoker) && !destroy(fd, i.handle);
		close(e.fd);
		close(child.fd);
		break;
	case 1:
		close(e.fd);
		close(child.fd);
		ok = !destroy(fd, i.handle) && !destroy(fd, e.revoker);
		break;
	default:
		/* The rest ends with the file. */
		ok = !destroy(child.fd, 1) && !destroy(e.fd, 1);
		close(child.fd);
		close(e.fd);
		return ok;
	}
	return ok && !destroy(fd, a) && !destroy(fd, b) && !destroy(fd, c);
}

TEST_F_TIMEOUT(churn, lives, 250)
{
	const unsigned int nr = rounds(2000);
	const void *nowhere = fence();
	unsigned int i;
	int fd;

	for (i = 0; i < nr; i++) {
		if (i == 50)
			ASSERT_TRUE(kernel_count(&self->before));
		fd = device_open();
		ASSERT_TRUE(live(fd, nowhere));
		close(fd);
	}
	EXPECT_TRUE(all_is_back(&self->before));
}

TEST_HARNESS_MAIN

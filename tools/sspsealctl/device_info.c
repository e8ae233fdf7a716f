// SPDX-License-Identifier: MIT
/* sspsealctl info: what the module offers. */
#include <stdio.h>

#include "sspsealctl.h"

static int get_info(struct job *job, int fd, __u32 suite,
		    struct sspseal_info *info)
{
	int ret;

	*info = (struct sspseal_info){ .suite = suite };
	ret = sspseal_info(fd, info);
	if (ret)
		return fail_native(job, SSPSEAL_DEVICE, ret, info->status);
	return 0;
}

static void print_limits(const struct sspseal_info *info)
{
	printf("%s: ABI version %u\n\n", SSPSEAL_DEVICE, info->abi_version);
	printf("Limits\n");
	printf("  buffers of a message        %10u\n", info->max_buffers);
	printf("  data of a sealed message    %10u bytes\n", info->max_data);
	printf("  associated data beside it   %10u bytes\n",
	       info->max_associated);
	printf("  data of a signed message    %10u bytes\n", info->max_signed);
	printf("  replay window               %10u messages\n", info->window);
	printf("  handles of a file           %10u\n", info->max_handles);
	printf("  contexts of the system      %10u\n", info->max_contexts);
}

static int print_suite(struct job *job, int fd, __u32 suite, bool standard)
{
	struct sspseal_info info;

	if (get_info(job, fd, suite, &info))
		return -1;
	printf("  %3u  %-18s key %u, tag %u, token %u bytes, driver %s%s\n",
	       suite, suite_name(suite), info.key_size, info.tag_size,
	       info.token_size, info.driver, standard ? " (default)" : "");
	return 0;
}

int device_info(struct job *job)
{
	int fd = device_open(job);
	struct sspseal_info info;
	__u32 suite;

	if (fd < 0 || get_info(job, fd, 0, &info))
		return -1;
	print_limits(&info);
	printf("\nSuites\n");
	for (suite = 1; suite < 32; suite++)
		if (info.suites & SSPSEAL_SUITE_BIT(suite) &&
		    print_suite(job, fd, suite, suite == info.suite))
			return -1;
	return 0;
}

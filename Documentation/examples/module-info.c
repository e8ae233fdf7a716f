// SPDX-License-Identifier: MIT
/*
 * What the module offers.
 *
 * cc -o module-info module-info.c $(pkg-config --cflags --libs libsspseal)
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sspseal.h>

int main(void)
{
	struct sspseal_info info = { .suite = SSPSEAL_SUITE_AES_256_GCM };
	int fd = sspseal_open();
	int ret;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", SSPSEAL_DEVICE, strerror(-fd));
		return 1;
	}
	ret = sspseal_info(fd, &info);
	close(fd);
	if (ret) {
		fprintf(stderr, "info: %s\n", sspseal_status_text(info.status));
		return 1;
	}
	printf("messages of up to %u bytes, by %s\n", info.max_data, info.driver);
	return 0;
}

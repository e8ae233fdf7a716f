#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-variants.sh KERNEL-BUILD-DIR OBJECTS DIR
#
# Builds the modules that tests load instead of the normal one, and copies them to
# DIR. OBJECTS is where kbuild's objects stay.
#
#   sspseal-small.ko   contexts end after 64 messages, and after 32 failures
#   sspseal-broken.ko  one known answer of the self-test is wrong
set -euo pipefail

kernel=$1 objects=$2 dir=$3
top=$(cd "$(dirname "$0")/.." && pwd)
tree=$objects/broken/tree

# A copy of what the module is built from, with another last byte of a tag. It is
# as old as the original: what is not edited again is not built again.
make_broken_tree() {
	local file=$tree/kmod/selftest.c
	mkdir -p "$tree/selftests"
	cp -ru "$top/Kbuild" "$top/kmod" "$top/uapi" "$tree"
	cp -u "$top/selftests/build-module.sh" "$tree/selftests"
	grep -q '0x4a, 0xe6 }' "$file" || sed -i 's/0x4a, 0xe7 }/0x4a, 0xe6 }/' "$file"
	if [ "$(diff "$top/kmod/selftest.c" "$file" | grep -c '^>')" -ne 1 ]; then
		echo "build-variants.sh: cannot find the known answer to change in selftest.c" >&2
		exit 1
	fi
}

"$top/selftests/build-module.sh" "$kernel" "$objects/small/sspseal.ko" W=1 \
	KCFLAGS='-Werror -DSSPSEAL_SEND_LIMIT=64ULL -DSSPSEAL_FAILED_LIMIT=32ULL'
make_broken_tree
"$tree/selftests/build-module.sh" "$kernel" "$objects/broken/sspseal.ko" W=1 \
	KCFLAGS=-Werror
cp "$objects/small/sspseal.ko" "$dir/sspseal-small.ko"
cp "$objects/broken/sspseal.ko" "$dir/sspseal-broken.ko"

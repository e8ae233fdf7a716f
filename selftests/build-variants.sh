#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-variants.sh KERNEL-BUILD-DIR OBJECTS DIR
#
# Builds the modules that tests load instead of the normal one, or beside it, and
# copies them to DIR. OBJECTS is where kbuild's objects stay.
#
#   sspseal-small.ko          contexts end after 64 messages, and after 32 failures
#   sspseal-broken-WHAT.ko    one known answer of the self-test is wrong: of the
#                             key derivation, the replay window, or a token
#   faulty_aead.ko            a cipher that fails when it is told to
#   faulty_hash.ko            an HMAC that takes no key
#   faulty_parts.ko           what an HMAC and an AEAD are made of, that does nothing
#   later_aead.ko             makes ciphers that complete later
set -euo pipefail

kernel=$1 objects=$2 dir=$3
top=$(cd "$(dirname "$0")/.." && pwd)

# build_broken WHAT EDIT: from a copy of the tree with one other line in the
# self-test. The copy is as old as the original: what is not edited again is not
# built again.
build_broken() {
	local tree=$objects/broken-$1/tree
	local file=$tree/kmod/selftest.c
	mkdir -p "$tree/selftests"
	cp -ru "$top/Kbuild" "$top/kmod" "$top/uapi" "$tree"
	cp -u "$top"/selftests/{build-module,kbuild}.sh "$tree/selftests"
	! cmp -s "$top/kmod/selftest.c" "$file" || sed -i "$2" "$file"
	if [ "$(diff "$top/kmod/selftest.c" "$file" | grep -c '^>')" -ne 1 ]; then
		echo "build-variants.sh: cannot find the answer to change: $1" >&2
		exit 1
	fi
	"$tree/selftests/build-module.sh" "$kernel" \
		"$objects/broken-$1/sspseal.ko" W=1 KCFLAGS=-Werror
	cp "$objects/broken-$1/sspseal.ko" "$dir/sspseal-broken-$1.ko"
}

"$top/selftests/build-module.sh" "$kernel" "$objects/small/sspseal.ko" W=1 \
	KCFLAGS='-Werror -DSSPSEAL_SEND_LIMIT=64ULL -DSSPSEAL_FAILED_LIMIT=32ULL'
cp "$objects/small/sspseal.ko" "$dir/sspseal-small.ko"
build_broken kdf 's/0x58, 0x65,$/0x58, 0x64,/'
build_broken window 's/{ W - 1, NEW }, { 0, NEW }, { 0, SEEN },/{ W - 1, NEW }, { 0, NEW }, { 0, NEW },/'
build_broken token 's/0x4a, 0xe7 }/0x4a, 0xe6 }/'
for module in faulty later; do
	"$top/selftests/build-test-module.sh" "$kernel" "$top/selftests/$module" \
		"$objects/$module"
	cp "$objects/$module/${module}"_*.ko "$dir"
done

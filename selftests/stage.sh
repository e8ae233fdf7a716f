#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stage.sh DIR
#
# Builds module, library, tool and tests, and puts into DIR what runs on the
# kernel under test: that of the VM (KERNEL), or with HOST=1 the running one.
# Warnings are errors. BUILD says where objects go.
set -euo pipefail

stage=$1
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}

# The tests need the library's and OpenSSL's headers, and so on.
"$top/selftests/deps.sh" gcc make libc6-dev libssl-dev

if [ -n "${HOST:-}" ]; then
	kernel=${KDIR:-/lib/modules/$(uname -r)/build} label=$(uname -r)
else
	kernel=$("$top/selftests/vm/kernel.sh" "${KERNEL:-6.1}")/build
	label=${KERNEL:-6.1}
fi
"$top/selftests/build-module.sh" "$kernel" \
	"$build/kmod/$label/sspseal.ko" W=1 KCFLAGS=-Werror
make -s -C "$top" tools BUILD="$build"

rm -rf "$stage"
mkdir -p "$stage"
cp "$build/kmod/$label/sspseal.ko" "$build/userlib/libsspseal.so.0" \
	"$build/tools/sspsealctl" "$stage"
cp "$top/selftests/host.sh" "$top/selftests/vm/badlog.txt" \
	"$top/selftests/vm/crypto-modules.txt" "$stage"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stage.sh DIR
#
# Builds module, library and tool, and puts into DIR what runs on the kernel
# under test: that of the VM (KERNEL), or with HOST=1 the running one. Warnings
# are errors. BUILD says where objects go.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

stage=$1
if on_this_machine; then
	label=$(uname -r)
	headers=${KDIR:-/lib/modules/$label/build}
else
	label=$kernel
	headers=$("$top/selftests/vm/kernel.sh" "$kernel")/build
fi
"$top/selftests/build-module.sh" "$headers" \
	"$build/kmod/$label/sspseal.ko" W=1 KCFLAGS=-Werror
make -s -C "$top" tools BUILD="$build" WERROR=1

rm -rf "$stage"
mkdir -p "$stage"
cp "$build/kmod/$label/sspseal.ko" "$build/userlib/libsspseal.so.0" \
	"$build"/tools/sspsealctl "$build"/tools/sspseal-{client,server,sandbox} "$stage"
cp "$top/selftests/host.sh" "$top/selftests/vm/badlog.txt" \
	"$top/selftests/vm/crypto-modules.txt" "$stage"
# For who builds other modules for the same kernel.
echo "$headers" > "$build/kmod/$label/headers"

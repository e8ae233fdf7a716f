#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-module.sh KERNEL-BUILD-DIR MODULE [KBUILD-ARGUMENT]...
#
# Builds the module for a kernel and copies it to MODULE. kbuild leaves its
# objects beside the sources: they are linked into a folder beside MODULE, so
# that several kernels can be built for, and the tree stays clean.
#
# KBUILD_OPTIONS has more arguments for kbuild: GCOV_PROFILE=y, KCOV_INSTRUMENT=y.
set -euo pipefail

kernel=$1 module=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)
objects=$(dirname "$module")/objects

if [ ! -d "$kernel" ]; then
	echo "build-module.sh: no $kernel: install the kernel's headers, or set KDIR" >&2
	exit 1
fi

mkdir -p "$objects"
find "$objects" -xtype l -delete
cp -rsf "$top/Kbuild" "$top/kmod" "$top/uapi" "$objects"

# Without pahole and the kernel's own the type information cannot be added, and is
# not missed.
if [ ! -e "$kernel/vmlinux" ] || ! command -v pahole > /dev/null; then
	set -- CONFIG_DEBUG_INFO_BTF_MODULES= "$@"
fi
# shellcheck disable=SC2086 # a list of arguments
"$top/selftests/kbuild.sh" "$kernel" M="$objects" "$@" ${KBUILD_OPTIONS:-} modules
cp -u "$objects/kmod/sspseal.ko" "$module"

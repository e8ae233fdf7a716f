#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# install.sh KERNEL-BUILD-DIR
#
# Does what quick-start.rst and tutorial.rst begin with, make and make install, for
# that kernel, into a root of its own, as somebody would who makes a package. Is all
# of it there, can a program be built with it alone and with what pkg-config says,
# and is nothing left after make uninstall?
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

kernel_build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

die() {
	echo "install.sh: $*" >&2
	exit 1
}

# As users call it, and not as the tests do.
run_make() {
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" BUILD="$build/install" \
		KDIR="$kernel_build" RELEASE="$release" PREFIX=/usr "$@"
}

expected() {
	local file
	echo "lib/modules/$release/updates/sspseal.ko"
	echo usr/bin/sspsealctl
	printf 'usr/lib/%s\n' libsspseal.{a,so,so.0} pkgconfig/libsspseal.pc
	echo usr/include/sspseal/linux/sspseal.h
	for file in "$top"/userlib/include/*.h; do
		echo "usr/include/sspseal/${file##*/}"
	done
	for file in "$build"/install/man/*; do
		echo "usr/share/man/man${file##*.}/${file##*/}"
	done
}

installed() {
	(cd "$root" && find . -type f -o -type l) | sed 's|^\./||' | LC_ALL=C sort
}

# A program of the documentation, which says who it is about without a device.
build_program() {
	local flags
	flags=$(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/pkgconfig \
		pkg-config --cflags --libs libsspseal)
	# shellcheck disable=SC2086 # a list of flags
	gcc -Wall -Werror -o "$work/program" \
		"$top/Documentation/examples/sspi-table.c" $flags
	LD_LIBRARY_PATH=$root/usr/lib "$work/program" | grep -q SspSeal ||
		die "sspi-table does not know the package"
}

release=$(sed -n 's/.*"\(.*\)".*/\1/p' "$kernel_build/include/generated/utsrelease.h")
"$top/selftests/deps.sh" gcc kmod make man-db pkg-config
run_make > "$work/log" 2>&1 || { cat "$work/log"; die "make"; }
[ ! -s "$work/log" ] || { cat "$work/log"; die "make has something to say"; }
run_make install DESTDIR="$root"
diff <(expected | LC_ALL=C sort) <(installed) || die "expected (<) and installed (>)"
modinfo -F vermagic "$root/lib/modules/$release/updates/sspseal.ko" |
	grep -q "^$release " || die "a module for another kernel"
build_program
LD_LIBRARY_PATH=$root/usr/lib "$root/usr/bin/sspsealctl" --help > /dev/null
man -M "$root/usr/share/man" -w sspsealctl SpSealMessage sspseal > /dev/null
run_make uninstall DESTDIR="$root"
[ -z "$(installed)" ] || die "left: $(installed)"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh [LABEL]
#
# Makes sure that Debian's newest kernel of the series LABEL (6.1 if not given)
# is in the cache, unpacked from its packages and not installed, and that its
# compiler is installed. Prints the directory it is in. Those called "debug" and
# "kcsan" are built from source, see debug-kernel.sh, and have only some of this:
#
#   build            for make -C DIR/build M=...
#   vmlinuz
#   pvh              the same uncompressed, for a VM to enter directly: under
#                    emulation the decompressor would take a second or two
#   modules          its modules (.../lib/modules/RELEASE)
#   release          a line: RELEASE
#   needs            a line: packages to build a module with it
#   packages.sha256  the sum of each package it came from
#   slowness         a line, if it is slower than others by design: how many times
#   memory           a line, if it needs more than others: MiB
#
# To get a newer one, remove that directory.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"
# shellcheck source-path=SCRIPTDIR
. "$vm_dir/apt.sh"

# A kernel is a row: label, suite, the package that depends on the newest image.
# The compiler follows from the headers' dependencies and must be one that this
# Debian has. 7.x has not (trixie's gcc-14): it needs a `needs` of its own.
# In the place of a suite, "built" stands for configurations of our own.
kernels() {
	cat <<-END
		6.1   bookworm  linux-image-cloud-amd64
		6.12  bookworm  linux-image-6.12-cloud-amd64
		debug built     config/debug.config
		kcsan built     config/kcsan.config
	END
}

# The packages of image $1 = linux-image-RELEASE. Newer kernels have binary and
# modules in packages of their own.
packages() {
	local image=$1 release=${1#linux-image-} headers part
	headers=linux-headers-$release
	printf '%s\n' "$image" "$headers"
	for part in linux-binary-$release linux-modules-$release linux-base-$release; do
		! apt_has "$part" || echo "$part"
	done
	apt_depends "$headers" |
		grep -E '^linux-(headers-.*-common|kbuild-|compiler-)' || :
}

# Packages for a build on this machine. libelf-dev brings the library that
# objtool is linked with, whose own package changes its name between releases.
needs() {
	echo make libelf-dev "$(apt_depends "linux-headers-$1" | grep -Eo 'gcc-[0-9]+' | sort -u)"
}

fetch() {
	local suite=$1 meta=$2 dir=$3 image release parts
	apt_root "$suite" "$dir/apt"
	image=$(apt_depends "$meta" | grep '^linux-image-[0-9]') ||
		die "no $meta in $suite and $suite-security"
	release=${image#linux-image-}
	echo "${0##*/}: fetching $image" >&2

	parts=$(packages "$image")
	# shellcheck disable=SC2086 # a list of package names
	apt_unpack "$dir" $parts > "$dir/packages.sha256"
	needs "$release" > "$dir/needs"
	echo "$release" > "$dir/release"
	rm -rf "$dir/apt"
	link "$dir" "$release"
	uncompress "$dir/vmlinuz" "$dir/pvh"
}

# Everything relative, so that the directory may be renamed and moved.
link() {
	local dir=$1 release=$2 modules image
	modules=$(cd "$dir" && find . -path "*/lib/modules/$release/kernel" -print -quit)
	[ -n "$modules" ] || die "$release came without modules"
	modules=${modules%/kernel}
	image=boot/vmlinuz-$release
	# Where newer packages have it:
	[ -e "$dir/$image" ] || image=$modules/vmlinuz
	[ -e "$dir/$image" ] || die "$release came without an image"
	ln -s "$modules" "$dir/modules"
	ln -s "$image" "$dir/vmlinuz"
	ln -s "usr/src/linux-headers-$release" "$dir/build"
	[ -e "$dir/build/Makefile" ] || die "$release came without headers"

	# The header package's Makefile does little but include the common one,
	# from where installing would have put it.
	# shellcheck disable=SC2016 # expanded by make
	sed -i -e 's#^include /usr/src/#include $(dir $(lastword $(MAKEFILE_LIST)))../#' \
		-e 's#^KBUILD_OUTPUT=/usr/src/.*#KBUILD_OUTPUT := $(CURDIR)#' \
		"$dir/build/Makefile"
}

# The kernel inside the bzImage $1, into $2. Where it is, the header tells
# (Documentation/arch/x86/boot.rst); after it stands its length.
uncompress() {
	local start length tool
	start=$((($(header "$1" 0x1f1 1) + 1) * 512 + $(header "$1" 0x248 4)))
	length=$(($(header "$1" 0x24c 4) - 4))
	case $(od -An -tx4 -j "$start" -N 4 "$1") in
	*184c2102) tool=lz4 ;;
	*fd2fb528) tool=zstd ;;
	*) die "$1 is compressed in an unknown way" ;;
	esac
	dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$length" \
		status=none | "$tool" -dc > "$2"
}

# header FILE OFFSET SIZE: a little-endian number.
header() {
	od -An "-tu$3" -j "$2" -N "$3" "$1"
}

label=${1:-6.1}
read -r suite meta < <(kernels | awk -v label="$label" '$1 == label { print $2, $3 }') ||
	die "no kernel $label; there are:$(kernels | awk '{ printf " %s", $1 }')"

[ "$suite" != built ] || exec "$vm_dir/debug-kernel.sh" "$label"
dir=$cache/kernel/$label
[ -d "$dir" ] || "$vm_dir/../deps.sh" lz4 zstd
once "$dir" fetch "$suite" "$meta"
# shellcheck disable=SC2046 # a list of package names
"$vm_dir/../deps.sh" $(< "$dir/needs")
echo "$dir"

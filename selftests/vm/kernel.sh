#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh [LABEL]
#
# Makes sure that Debian's newest kernel of the series LABEL (6.1 if not given)
# is in the cache, unpacked from its packages and not installed, and that its
# compiler is there. Prints the directory it is in. Of other flavours than "cloud"
# (6.1-rt) only what it takes to build for them is fetched. Those called "debug",
# "kcsan" and "gcov" are built from source, see debug-kernel.sh. So each has some of this:
#
#   build            for kbuild.sh DIR/build M=...
#   tools            what that takes if not this machine's tools: see tools.sh
#   vmlinuz
#   pvh              the same uncompressed, for a VM to enter directly: under
#                    emulation the decompressor would take a second or two
#   modules          its modules (.../lib/modules/RELEASE)
#   release          a line: RELEASE
#   needs            a line: packages to build a module with it
#   debian           a line: whose packages those are, if not this machine's
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

# A kernel is a row: label, suite, the package that depends on the newest image, or
# on the newest headers where nothing is to be booted. The compiler follows from the
# headers' dependencies.
# In the place of a suite, "built" stands for configurations of our own.
kernels() {
	cat <<-END
		6.1         bookworm         linux-image-cloud-amd64
		6.1-rt      bookworm         linux-headers-rt-amd64
		6.1-normal  bookworm         linux-headers-amd64
		6.12        bookworm         linux-image-6.12-cloud-amd64
		6.12-rt     bookworm         linux-headers-6.12-rt-amd64
		6.12-normal bookworm         linux-headers-6.12-amd64
		7.x         trixie-backports linux-image-cloud-amd64
		7.x-rt      trixie-backports linux-headers-rt-amd64
		7.x-normal  trixie-backports linux-headers-amd64
		debug       built            config/debug.config
		kcsan       built            config/kcsan.config
		gcov        built            config/gcov.config
	END
}

# The packages of the headers $1 = linux-headers-RELEASE.
header_packages() {
	echo "$1"
	apt_depends "$1" | grep -E '^linux-(headers-.*-common|kbuild-|compiler-)' || :
}

# Those of the image for RELEASE. Newer kernels have binary and modules in packages
# of their own.
image_packages() {
	local part
	echo "linux-image-$1"
	for part in "linux-binary-$1" "linux-modules-$1" "linux-base-$1"; do
		! apt_has "$part" || echo "$part"
	done
}

# What building takes. libelf-dev brings the library that objtool is linked with,
# whose own package changes its name between releases.
needs() {
	echo make libelf-dev "$(apt_depends "linux-headers-$1" | grep -Eo 'gcc-[0-9]+' | sort -u)"
}

# Does suite $1 belong to another Debian than this machine's?
foreign() {
	# shellcheck source=/dev/null # this machine's
	[ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" != "${1%-backports}" ]
}

# What a build with the kernel in directory $1 takes. Of another Debian than this
# machine's it is not installed but linked.
provide_tools() {
	local dir=$1 tools
	local -a needs
	read -ra needs < "$dir/needs"
	if [ -e "$dir/debian" ]; then
		tools=$("$vm_dir/tools.sh" "$(< "$dir/debian")" "${needs[@]}")
		[ "$dir/tools" -ef "$tools" ] ||
			ln -sfn "../../tools/${tools##*/}" "$dir/tools"
	else
		"$vm_dir/../deps.sh" "${needs[@]}"
	fi
}

fetch() {
	local suite=$1 meta=$2 dir=$3 newest release parts
	apt_root "$suite" "$dir/apt"
	newest=$(apt_depends "$meta" | grep -E '^linux-(image|headers)-[0-9]') ||
		die "no $meta in $suite and $suite-security"
	release=${newest#linux-*-}
	echo "${0##*/}: fetching $newest" >&2

	parts=$(header_packages "linux-headers-$release")
	[ "$newest" != "linux-image-$release" ] || parts+=" $(image_packages "$release")"
	# shellcheck disable=SC2086 # a list of package names
	apt_unpack "$dir" $parts > "$dir/packages.sha256"
	echo "$release" > "$dir/release"
	needs "$release" > "$dir/needs"
	! foreign "$suite" || echo "${suite%-backports}" > "$dir/debian"
	rm -rf "$dir/apt"
	link_headers "$dir" "$release"
	[ "$newest" != "linux-image-$release" ] || link_image "$dir" "$release"
}

# Everything relative, so that the directory may be renamed and moved.
link_image() {
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
	uncompress "$dir/vmlinuz" "$dir/pvh"
}

link_headers() {
	local dir=$1 release=$2
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
provide_tools "$dir"
echo "$dir"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# initramfs.sh KERNEL_DIR OUT PAYLOAD [TREE]
#
# Writes to OUT an initramfs for the kernel in KERNEL_DIR (see kernel.sh), with
# the files of the directory PAYLOAD in /sspseal and those of TREE, if given,
# laid over the root; and the shared libraries that programs in PAYLOAD need.
# Libraries in PAYLOAD come first, whatever directory they are in.
#
# It is two archives in a row, as the kernel allows: busybox, init and modules,
# which are cached, and the payload, which is not. Neither is compressed:
# decompressing in an emulated CPU takes longer than loading more.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

# What the VM itself needs; for async.sh pcrypt and what cryptd is to have; and for the
# benchmark AF_ALG, and what libkcapi asks about algorithms.
vm_modules=(virtio_pci virtio_console virtio_rng
	af_alg algif_aead algif_hash algif_skcipher crypto_user
	pcrypt aes_generic ghash-generic)

usage() {
	sed -n '4,5s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# archive DIR: the files of DIR as an archive that differs only if they do.
archive() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --quiet --reproducible)
}

# --- the base: what depends on the kernel and these scripts only

# Its name in the cache: a hash of all that goes into it. A kernel of the
# user's own is told by the names, sizes and times of its modules.
base_name() {
	{
		cat "$0" "$vm_dir/init.sh" "$vm_dir/crypto-modules.txt" "$busybox"
		if [ -e "$kernel/packages.sha256" ]; then
			cat "$kernel/packages.sha256"
		elif [ -e "$kernel/modules" ]; then
			find -L "$kernel/modules" -name '*.ko*' -printf '%P %s %T@\n' | sort
		fi
	} | sha256sum | cut -c 1-32
}

make_base() {
	local out=$1 root
	root=$(mktemp -d "$work/base.XXXXXX")
	mkdir -p "$root"/{bin,dev,etc,lib/modules,out,proc,root,run,sspseal,sys,tmp,usr,vm}
	ln -s bin "$root/sbin"
	ln -s ../bin "$root/usr/bin"
	cp "$busybox" "$root/bin/busybox"
	for applet in $("$busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
	done
	install "$vm_dir/init.sh" "$root/init"
	make_accounts "$root/etc"
	take_modules "$root"
	archive "$root" > "$out"
}

# Enough for tests that drop root, and for the device's group.
make_accounts() {
	printf '%s\n' root:x:0:0:root:/root:/bin/sh \
		nobody:x:65534:65534:nobody:/:/bin/sh > "$1/passwd"
	printf '%s\n' root:x:0: tty:x:5: sspseal:x:990: nogroup:x:65534: > "$1/group"
}

# Module files go flat into /lib/modules, and their names, in an order in which
# they can be inserted, into /vm/modules.
declare -A module_file taken

take_modules() {
	local root=$1 file name
	: > "$root/vm/modules"
	[ -e "$kernel/modules" ] || return 0
	while read -r file; do
		name=${file##*/}
		name=${name%%.ko*}
		module_file[${name//-/_}]=$file
	done < <(find -L "$kernel/modules" -name '*.ko' -o -name '*.ko.xz' -o -name '*.ko.zst')
	for name in "${vm_modules[@]}" $(grep -v '^#' "$vm_dir/crypto-modules.txt"); do
		take_module "$root" "$name"
	done
}

take_module() {
	local root=$1 name=${2//-/_} file first
	file=${module_file[$name]:-}
	if [ -n "$file" ] && [ -z "${taken[$name]:-}" ]; then
		taken[$name]=1
		uncompressed "$file" > "$root/lib/modules/$name.ko"
		for first in $(needed_first "$root/lib/modules/$name.ko"); do
			take_module "$root" "$first"
		done
		echo "$name" >> "$root/vm/modules"
	fi
}

uncompressed() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# What the module file $1 says must be there before it: kmod, which would tell,
# may be missing here.
needed_first() {
	readelf -W -p .modinfo "$1" | sed -nE 's/^ *\[[ 0-9a-f]+\] +//
		s/^depends=//p
		s/^softdep=.*pre: *//; T; s/ *post:.*//; p' | tr ',' ' '
}

# --- the payload

# The ELF files below $1 that are linked dynamically.
dynamic_files() {
	find "$1" -type f -exec readelf -lW {} + 2> /dev/null |
		awk '/^File: / { file = substr($0, 7) } $1 == "DYNAMIC" { print file }'
}

# Copies what the programs in /sspseal need from this machine to the same place
# in the guest, and says in /vm/environment where the loader has to look.
take_libraries() {
	local root=$1 files own missing library
	mapfile -t files < <(dynamic_files "$root/sspseal")
	[ ${#files[@]} -gt 0 ] || return 0
	own=$(find "$root/sspseal" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)

	LD_LIBRARY_PATH=$own ldd "${files[@]}" > "$work/ldd" 2> /dev/null || :
	missing=$(sed -n 's/^\t\(.*\) => not found.*/\1/p' "$work/ldd" | sort -u | paste -sd' ')
	[ -z "$missing" ] || die "the payload needs libraries that are not here: $missing"

	sed -nE 's/^\t(.* => )?(\/.*) \(0x.*/\2/p' "$work/ldd" | sort -u |
		grep -v "^$root/" > "$work/libraries" || :
	# glibc opens this one only when a thread is cancelled.
	sed -n 's/libc\.so\.6$/libgcc_s.so.1/p' "$work/libraries" > "$work/more"
	while read -r library; do
		[ -e "$library" ] || continue
		mkdir -p "$root${library%/*}"
		cp -L "$library" "$root$library"
	done < <(cat "$work/libraries" "$work/more")
	[ -z "$own" ] || echo "export LD_LIBRARY_PATH=${own//"$root"/}" > "$root/vm/environment"
}

make_payload() {
	local root=$work/payload
	mkdir -p "$root/sspseal" "$root/vm"
	: > "$root/vm/environment"
	cp -a "$payload/." "$root/sspseal"
	[ -z "$tree" ] || cp -a "$tree/." "$root"
	take_libraries "$root"
	archive "$root"
}

case $# in
3 | 4) ;;
*) usage ;;
esac
kernel=$1 out=$2 payload=$3 tree=${4:-}
[ -d "$payload" ] || die "no directory $payload"

"$vm_dir/../deps.sh" busybox-static cpio binutils xz-utils
busybox=$(command -v busybox)
work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-initramfs.XXXXXX")
trap 'rm -rf "$work"' EXIT

base=$cache/initramfs/$(base_name).cpio
if [ ! -e "$base" ]; then
	mkdir -p "${base%/*}"
	find "${base%/*}" -name '*.cpio' -mtime +30 -delete
	fresh=$(mktemp "$base.XXXXXX")
	make_base "$fresh"
	mv "$fresh" "$base"
fi
{
	cat "$base"
	make_payload
} > "$out"

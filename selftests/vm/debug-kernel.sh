#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# debug-kernel.sh NAME
#
# Makes sure that the kernel of config/base.config and config/NAME.config, built
# from Debian's source, is in the cache, and prints its directory, which has the
# shape of kernel.sh's. It is built again when the source, an option, the compiler
# or how it is built is another.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

# libelf-dev is for objtool, which a module needs too.
needs='make gcc libelf-dev'
# How many times longer a test may take, and how much memory a VM wants, in MiB.
slowness=10
memory=1536

options() {
	grep -hE '^(CONFIG_|# CONFIG_.* is not set)' "${fragments[@]}" | sort -u
}

# What make finds in its environment, from lines "# make: VARIABLE=value".
variables() {
	sed -n 's/^# make: //p' "${fragments[@]}"
}

# A hash of what goes into it.
kernel_name() {
	{
		cat "$source/packages.sha256"
		options
		variables
		gcc --version
		ld --version
		declare -p needs slowness memory
		declare -f build_kernel prune keep
	} | sha256sum | cut -c 1-16
}

# An option that the source does not know, or whose dependencies are missing, is
# dropped without a word: then this is not the kernel that was asked for.
check_options() {
	local config=$1 line missing=
	while read -r line; do
		case $line in
		CONFIG_*) grep -qxF "$line" "$config" || missing+=" ${line%%=*}" ;;
		*)
			line=${line#\# }
			! grep -q "^${line%% *}=" "$config" || missing+=" ${line%% *}"
			;;
		esac
	done < <(options)
	[ -z "$missing" ] || die "options that do not take:$missing"
}

build_kernel() {
	local dir=$1 tree=$1/build
	mkdir "$tree"
	tar -x -I 'xz -T0' -f "$source/linux-source.tar.xz" -C "$tree" \
		--strip-components=1
	options > "$dir/options"
	make -s -C "$tree" KCONFIG_ALLCONFIG="$dir/options" allnoconfig >&2
	check_options "$tree/.config"
	echo "${0##*/}: building the kernel \"$name\"" >&2
	nice make -s -C "$tree" -j"$(nproc)" vmlinux modules > "$dir/log" 2>&1 || {
		tail -n 20 "$dir/log" >&2
		die "the kernel does not build"
	}
	objcopy -S "$tree/vmlinux" "$dir/pvh"
	make -s -C "$tree" kernelrelease > "$dir/release"
	echo "$needs" > "$dir/needs"
	echo "$slowness" > "$dir/slowness"
	echo "$memory" > "$dir/memory"
	cp "$source/packages.sha256" "$dir"
	prune "$tree"
}

# Leaves what building a module needs, 66 MB of 1.8 GB.
prune() {
	local tree=$1
	keep "$tree" arch include scripts tools Makefile Module.symvers .config
	keep "$tree/arch" x86
	keep "$tree/arch/x86" include 'Makefile*'
	keep "$tree/tools" objtool
	keep "$tree/tools/objtool" objtool
	find "$tree" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) -delete
}

# keep DIR PATTERN...: what is in DIR and matches none goes.
keep() {
	local dir=$1 pattern others=()
	shift
	for pattern in "$@"; do
		others+=(! -name "$pattern")
	done
	find "$dir" -mindepth 1 -maxdepth 1 "${others[@]}" -exec rm -rf {} +
}

name=$1
fragments=("$vm_dir/config/base.config" "$vm_dir/config/$name.config")
[ -r "${fragments[1]}" ] || die "no configuration $name"
# shellcheck disable=SC2086 # a list of package names
"$vm_dir/../deps.sh" $needs bc binutils bison flex xz-utils
source=$("$vm_dir/source.sh")
dir=$cache/kernel/$name-$(kernel_name)
while read -r variable; do
	export "${variable?}"
done < <(variables)
once "$dir" build_kernel
# What nobody has wanted for two weeks.
touch "$dir"
find "$cache/kernel" -maxdepth 1 -name "$name-*" ! -path "$dir*" -mtime +14 \
	-exec rm -rf {} +
echo "$dir"

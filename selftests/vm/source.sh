#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh
#
# Makes sure that Debian's package of the kernel's source is in the cache, and
# prints the directory: linux-source.tar.xz, and in packages.sha256 what it came
# from. To get a newer one, remove that directory.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"
# shellcheck source-path=SCRIPTDIR
. "$vm_dir/apt.sh"

suite=bookworm
package=linux-source-6.12

fetch() {
	local dir=$1
	apt_root "$suite" "$dir/apt"
	echo "${0##*/}: fetching $package" >&2
	apt_unpack "$dir/apt/unpacked" "$package" > "$dir/packages.sha256"
	find "$dir/apt/unpacked" -name 'linux-source-*.tar.xz' \
		-exec mv {} "$dir/linux-source.tar.xz" \;
	rm -rf "$dir/apt"
}

dir=$cache/source/$package
once "$dir" fetch
echo "$dir"

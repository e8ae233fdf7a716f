#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools.sh DEBIAN PACKAGE...
#
# Makes sure that the cache has the files of PACKAGE... of that release, of all that
# they depend on, and of what kbuild calls besides: a /usr for kbuild.sh. No script
# of a package is run. Prints the directory; packages.sha256 there names what it
# came from.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"
# shellcheck source-path=SCRIPTDIR
. "$vm_dir/apt.sh"

# What is on every Debian no package says that it needs; and kbuild compares pahole's
# version even if it does not use it.
besides=(bash coreutils dash diffutils findutils grep mawk sed pahole)

fetch() {
	local debian=$1 dir packages
	dir=${!#}
	shift
	apt_root "$debian" "$dir/apt"
	echo "${0##*/}: fetching the tools of Debian's $debian" >&2
	packages=$(apt_closure "${besides[@]}" "${@:1:$#-1}")
	# shellcheck disable=SC2086 # a list of package names
	apt_unpack "$dir" $packages > "$dir/packages.sha256"
	# Where installing would have put a link to an alternative.
	[ -e "$dir/usr/bin/awk" ] || ln -s mawk "$dir/usr/bin/awk"
	find "$dir" -mindepth 1 -maxdepth 1 ! -name usr ! -name packages.sha256 \
		-exec rm -rf {} +
	rm -rf "$dir"/usr/share/{doc,info,locale,man}
}

dir=$cache/tools/$(IFS=- && echo "$*")
once "$dir" fetch "$@"
echo "$dir"

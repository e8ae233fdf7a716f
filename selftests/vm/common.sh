# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the host-side scripts of the VM runner share. Sourced, not run.
# shellcheck disable=SC2034 # variables for those who source this

vm_dir=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# Who has no home keeps it with what is built.
home=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)} || :
[ -w "$home" ] || home=$(realpath -m "${BUILD:-$vm_dir/../../build}")

# The number changes with the shape of what is cached, so that another version
# of these scripts never reads what this one left.
cache=${SSPSEAL_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/sspseal}/1

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# once DIR COMMAND...: unless DIR exists, makes it: COMMAND fills a new
# directory, whose path it gets as its last argument, and that becomes DIR in
# one step. Of several that ask at the same time one works and the others wait.
# Call it as a plain statement: under `if` or `||` errors would pass unseen.
once() {
	local dir=$1
	shift
	if [ ! -d "$dir" ]; then
		mkdir -p "${dir%/*}"
		(
			exec 9> "$dir.lock"
			flock 9
			make_unless_there "$dir" "$@"
		)
	fi
}

# Under the lock, what an interrupted run left behind is nobody's.
make_unless_there() {
	local dir=$1
	shift
	rm -rf "$dir".new.*
	if [ ! -d "$dir" ]; then
		fresh=$(mktemp -d "$dir.new.XXXXXX")
		trap 'rm -rf "$fresh"' EXIT
		chmod 755 "$fresh"
		"$@" "$fresh"
		mv -T "$fresh" "$dir"
	fi
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kbuild.sh KERNEL-BUILD-DIR ARGUMENT...
#
# make -C KERNEL-BUILD-DIR ARGUMENT... If the kernel is from another Debian than this
# machine's, kernel.sh has put that one's tools beside it: for this command, and for
# no other process, they take the place of /usr.
set -euo pipefail

kernel=$1
shift
tools=$(dirname "$kernel")/tools/usr
[ -d "$tools" ] || exec make -s -C "$kernel" "$@"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(--map-root-user)
# shellcheck disable=SC2016 # the inner shell expands it
exec unshare --mount "${as_root[@]}" -- sh -euc 'mount --bind "$0" /usr; exec make -s -C "$@"' \
	"$tools" "$kernel" "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deps.sh PACKAGE...
#
# Makes sure that the Debian packages named are installed. Silent when they
# are; as root it installs what is missing; otherwise it says how to.
set -eu

absent() {
	for package in "$@"; do
		case $installed in
		*" $package "*) ;;
		*) printf ' %s' "$package" ;;
		esac
	done
}

install() {
	# shellcheck disable=SC2086 # a list of package names
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 $missing
}

if ! command -v dpkg-query > /dev/null; then
	echo "deps.sh: not a Debian system: install the programs of these Debian packages yourself: $*" >&2
	exit 1
fi

# dpkg-query complains about names it has never heard of: those are absent too.
# shellcheck disable=SC2016 # the format is dpkg-query's
installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null |
	sed -n 's/^installed //p' | tr '\n' ' ')"
missing=$(absent "$@")
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps.sh: missing packages, as root: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi

echo "deps.sh: installing$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One at a time: apt would not wait for another that fetches package lists. What
# a package starts must not keep the lock.
exec 9> /run/sspseal-deps.lock
flock 9

# Fresh package lists are fetched only if the ones at hand will not do: there
# are none, or they name versions that the mirror has replaced.
if ! install > "$log" 2>&1 9>&-; then
	apt-get update >> "$log" 2>&1 9>&- || :
	if ! install >> "$log" 2>&1 9>&-; then
		tail -n 20 "$log" >&2
		echo "deps.sh: could not install$missing" >&2
		exit 1
	fi
fi

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# host.sh MODULE_KO [PARAMETER=VALUE]... -- COMMAND [ARGUMENT]...
#
# Runs COMMAND on this machine's kernel, a VM's or a real one's, with the module
# sspseal loaded. A module that is loaded already is used as it is and stays.
# Exits with COMMAND's status; when that is 0, still with
#   1    the module could not be unloaded afterwards
#   126  the kernel log has a line that no test may leave there (badlog.txt, or
#        one of the module, which says something only when it cannot be loaded),
#        or a kernel that is to look for leaks, data races or wrong locks does not
# and with 125 when COMMAND could not be started like this at all.
#
# badlog.txt and crypto-modules.txt lie beside this file or in vm/ below it.
set -u

die() {
	echo "host.sh: $*" >&2
	exit 125
}

# The path of one of the files that belong to this script.
data() {
	for file in "${0%/*}/$1" "${0%/*}/vm/$1"; do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
	die "no $1"
}

# What the module would ask for by itself, but then the fast drivers might come
# too late to be chosen. Some of it is built in, or not known to this kernel.
load_crypto() {
	command -v modprobe > /dev/null || return 0
	grep -v '^#' "$crypto_modules" | while read -r name; do
		[ -d "/sys/module/$(echo "$name" | tr - _)" ] || modprobe -q "$name"
	done > /dev/null 2>&1
}

# The device appears with the module, or when udev has come round to it.
wait_for_device() {
	tries=100
	until [ -c /dev/sspseal ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# A file that was passed on in a message may be closed a moment after the last
# process that could have had it is gone.
unload() {
	tries=100
	until rmmod sspseal 2> /dev/null; do
		tries=$((tries - 1))
		if [ "$tries" -eq 0 ]; then
			rmmod sspseal
			return 1
		fi
		sleep 0.1
	done
}

# The kernel log from the mark on, or all there is of it if the mark has been
# overwritten since.
log_since_mark() {
	dmesg > "$work/log"
	if grep -q "$mark" "$work/log"; then
		sed "1,/$mark/d" "$work/log"
	else
		cat "$work/log"
	fi
}

# A kernel with kmemleak looks for memory that nobody points to any more, young
# memory excepted, unless it has given up. It reports in its log; the details are here.
find_leaks() {
	[ -e "$kmemleak" ] || return 0
	echo scan > "$kmemleak" && sleep 6 && echo scan > "$kmemleak" &&
		cat "$kmemleak"
}

looks_for() {
	case $1 in
	races) grep -qs '^enabled: 1' /sys/kernel/debug/kcsan ;;
	locks)
		grep -qs 'debug_locks: *1' /proc/lockdep_stats &&
			grep -qsx 1 /proc/sys/kernel/prove_locking
		;;
	objects) grep -qs . /sys/kernel/debug/debug_objects/stats ;;
	leaks) [ -w "$kmemleak" ] ;;
	esac
}

# What the kernels of vm/config are there for, and this one does not look for: they can be
# built, or told, not to, and give up after a first report.
blind() {
	case $(uname -r) in
	*-kcsan) set -- races leaks ;;
	*-debug) set -- locks objects leaks ;;
	*) return ;;
	esac
	for fault; do
		looks_for "$fault" || echo "$fault"
	done
}

# What the kernel says of a module that it loads, or does not.
loading='taints kernel|module verification failed|invalid for parameter|self-test failed|no .*: error '

bad_lines() {
	log_since_mark > "$work/since"
	{
		grep -E -f "$bad_log" "$work/since"
		grep 'sspseal: ' "$work/since" | grep -v -E "$loading"
	} > "$work/bad"
	[ -s "$work/bad" ]
}

[ $# -gt 0 ] || die "usage: host.sh MODULE_KO [PARAMETER=VALUE]... -- COMMAND..."
module=$1
shift
parameters=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	parameters="$parameters $1"
	shift
done
[ $# -gt 1 ] || die "no command"
shift

[ "$(id -u)" -eq 0 ] || die "needs root, to load a module and to read the kernel log"
bad_log=$(data badlog.txt) || exit
crypto_modules=$(data crypto-modules.txt) || exit
kmemleak=/sys/kernel/debug/kmemleak
work=$(mktemp -d) || die "no directory for temporary files"
trap 'rm -rf "$work"' EXIT
# COMMAND is ended by a ^C like anything else; what it leaves is cleared up.
trap : INT TERM HUP

mark="sspseal host.sh: begin $$ $(date +%s)"
echo "$mark" > /dev/kmsg || die "cannot write to the kernel log"

ours=
if [ ! -d /sys/module/sspseal ]; then
	[ -r "$module" ] || die "no module $module"
	load_crypto
	# shellcheck disable=SC2086 # a list of parameters
	insmod "$module" $parameters || die "cannot load $module"
	ours=yes
	# For tests that load others for a while: see module.sh.
	SSPSEAL_MODULE=$(realpath "$module") SSPSEAL_PARAMETERS=$parameters
	export SSPSEAL_MODULE SSPSEAL_PARAMETERS
fi
if wait_for_device; then
	"$@"
	status=$?
else
	echo "host.sh: no /dev/sspseal" >&2
	status=125
fi
if [ -n "$ours" ] && ! unload; then
	echo "host.sh: the module cannot be unloaded" >&2
	[ "$status" -ne 0 ] || status=1
fi
if ! find_leaks >&2; then
	echo "host.sh: kmemleak does not look for leaks" >&2
	[ "$status" -ne 0 ] || status=126
fi
if [ -n "$(blind)" ]; then
	echo "host.sh: the kernel does not look for $(blind)" >&2
	[ "$status" -ne 0 ] || status=126
fi
if bad_lines; then
	echo "host.sh: the kernel log has lines that no test may leave there:" >&2
	head -n 40 "$work/bad" >&2
	[ "$status" -ne 0 ] || status=126
fi
exit "$status"

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Loading and unloading sspseal, for tests that need another module or other
# parameters for a while. Sourced, not run. host.sh says in SSPSEAL_MODULE which
# module it has loaded, and in SSPSEAL_PARAMETERS how: it expects to find that
# again. One that was there before is not theirs to touch.

# A file that was passed on may be closed a moment after its last process is gone.
module_unload() {
	tries=100
	until rmmod sspseal 2> /dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# module_load FILE [PARAMETER=VALUE]...: and waits for the device.
module_load() {
	insmod "$@" > /dev/null 2>&1 || return 1
	tries=100
	until [ -c /dev/sspseal ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# The normal one again, whatever is loaded now.
module_restore() {
	[ ! -d /sys/module/sspseal ] || module_unload || return 1
	# shellcheck disable=SC2086 # a list of parameters
	module_load "$SSPSEAL_MODULE" ${SSPSEAL_PARAMETERS:-}
}

# module_ours TEST: ends the test unless the module may be unloaded, and others
# loaded: on the tests' own machine, by host.sh.
module_ours() {
	if [ -z "${SSPSEAL_VM:-}" ]; then
		skip_all "$1" "concerns all of the machine"
	elif [ -z "${SSPSEAL_MODULE:-}" ]; then
		skip_all "$1" "sspseal was loaded before: unload it first"
	fi
}

skip_all() {
	echo "TAP version 13"
	echo "1..1"
	echo "ok 1 $1 # SKIP $2"
	exit
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh [KERNEL]
#
# Tests run.sh: that it tells a run that passed from one that did not. In TAP.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

kernel=${1:-6.1}
work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-vm-selftest.XXXXXX")
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# run [OPTION]... -- COMMAND: output, errors, kernel log and exit status of a VM.
run() {
	"$vm_dir/run.sh" --kernel "$kernel" --log "$work/log" "$@" \
		> "$work/output" 2> "$work/errors"
	status=$?
}

# check DESCRIPTION TEST...: a result; what the last VM gave explains a failure.
check() {
	local description=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $description"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $number $description"
	{
		echo "exit status $status; output:"
		cat "$work/output"
		echo "errors:"
		cat "$work/errors"
	} | sed 's/^/# /'
}

# The tests below are written for the guest's shell: SC2016 is theirs.
# shellcheck disable=SC2016
{
	echo TAP version 13
	echo 1..14

	mkdir -p "$work/payload/a directory"
	echo data > "$work/payload/a directory/file"
	run --payload "$work/payload" -- sh -c 'cat "$1"; pwd; id -u; echo error >&2' \
		"it's" 'a directory/file'
	check "success comes back" [ "$status" -eq 0 ]
	check "output, payload and words come through" \
		[ "$(< "$work/output")" = $'data\n/sspseal\n0\nerror' ]
	check "nothing else is said of a success" [ ! -s "$work/errors" ]

	run -- sh -c 'exit 7'
	check "failure comes back" [ "$status" -eq 7 ]

	run -- sh -c '
		for device in /dev/console /dev/ttyS0 /dev/kmsg; do
			echo "exit 0" > $device
		done
		for port in /dev/vport*; do
			echo "exit 0" > $port
		done
		echo "exit 0"
		exit 3'
	check "a faked result is not believed" [ "$status" -eq 3 ]

	SECONDS=0
	run --timeout 20 -- sleep 1000
	check "the time limit ends the VM" [ "$status" -eq 124 ]
	check "and in time" [ "$SECONDS" -lt 40 ]

	run -- sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at x.c" > /dev/kmsg'
	check "a warning in the kernel log fails a run that passed" [ "$status" -eq 126 ]
	check "and is shown" grep -q 'WARNING: CPU: 0 PID: 1 at x.c' "$work/errors"

	run -- sh -c 'echo "<4>BUG: x" > /dev/kmsg; exit 9'
	check "but leaves the status of one that failed" [ "$status" -eq 9 ]

	run --out "$work/out" -- sh -c 'mkdir /out/b && echo back > "/out/b/a file"'
	check "files in /out come back" [ "$(cat "$work/out/b/a file")" = back ]

	run -- sh -c 'echo c > /proc/sysrq-trigger; sleep 100'
	check "a panic is a failure" [ "$status" -eq 125 ]
	check "and is shown" grep -q 'Kernel panic' "$work/errors"

	run -- sh -c 'sleep 1000 & echo "last words"'
	check "a process left behind holds nothing up" \
		[ "$status $(< "$work/output")" = "0 last words" ]
}

echo "# $((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]

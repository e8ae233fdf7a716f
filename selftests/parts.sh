# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A run of several parts, with one closing line for all. Sourced, not run.

parts_passed=0 parts_failed=0

# What the last line of the form "N passed, N failed" in the file $1 says, or nothing.
closing_line() {
	awk '/^[0-9]+ passed, [0-9]+ failed$/ { counts = $1 " " $3 }
		END { print counts }' "$1"
}

# part LOG COMMAND...: whose closing line counts. A command that says nothing of
# failures, but ends with a status, counts as one more; so does one without that line.
part() {
	local log=$1 status=0 counts passed failed
	shift
	"$@" 2>&1 | tee "$log" || status=$?
	counts=$(closing_line "$log")
	read -r passed failed <<< "${counts:-0 0}"
	if [ -z "$counts" ] || { [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "not ok $*: exit status $status${counts:+, no failure}"
		failed=1
	fi
	parts_passed=$((parts_passed + passed))
	parts_failed=$((parts_failed + failed))
}

# The closing line; fails if anything did, or if there was nothing to do.
parts_end() {
	echo "$parts_passed passed, $parts_failed failed"
	[ "$parts_failed" -eq 0 ] && [ "$parts_passed" -gt 0 ]
}

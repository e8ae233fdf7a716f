# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Tests that are functions of a shell script, and their TAP output. Sourced, not
# run. Each is a subshell with "set -e", in an empty directory of its own.

fail() {
	echo "$*"
	exit 1
}

# children_of PID: their numbers. Not all kernels have them in /proc.
children_of() {
	ps -A -o pid,ppid | awk -v parent="$1" '$2 == parent { print $1 }'
}

run_test() {
	number=$((number + 1))
	begin=$(date +%s)
	mkdir "$work/$1"
	# Not as a condition: that would turn set -e off.
	(
		cd "$work/$1" || exit 1
		set -e
		"$1"
	) > "$work/output" 2>&1
	status=$?
	rm -rf "${work:?}/$1"
	if [ "$status" -eq 0 ]; then
		echo "ok $number $1"
	else
		sed 's/^/# /' "$work/output"
		echo "not ok $number $1"
		failed=1
	fi
	took=$(($(date +%s) - begin))
	[ "$took" -lt 5 ] || echo "# $1: $took s"
}

# run_tests [-t TEST]: those that the variable tests has, or one. Ends the script.
run_tests() {
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	number=0
	failed=0
	# shellcheck disable=SC2154 # the script's
	[ "$1" != -t ] || tests=$(echo "$tests" | grep -x "$2")
	# shellcheck disable=SC2086 # one name is one word
	set -- $tests
	echo 'TAP version 13'
	echo "1..$#"
	for name in "$@"; do
		run_test "$name"
	done
	exit "$failed"
}

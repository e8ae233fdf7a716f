#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run-tests.sh [PROGRAM[.TEST]]...
#
# Runs the test programs that kselftest-list.txt names, or those given, on the
# running kernel. TEST is the name of a test in all its variants, or a full name
# as the TAP lines have it: sequence.gap, sequence.sequence.strict.gap.
#
# A program that crashes, takes longer than TEST_TIMEOUT seconds (600), or does
# not keep its plan counts as failed, and so does a skipped test that
# expected-skips.txt does not name. Exit status 1 on any failure.
#
# SSPSEAL_VM=1 in the environment, which the VM sets, allows tests what concerns
# all of a machine: setting its clock, changing the module's parameters, loading
# other modules in its place, ending all contexts.
#
# TEST_SLOWNESS says how many times longer everything may take; TEST_SKIPS=none
# that the kernel has all that tests need, and no skip is expected.

cd "$(dirname "$0")" || exit 1
# The library that was built with the tests, if it is here.
export LD_LIBRARY_PATH="$PWD${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
limit=$((${TEST_TIMEOUT:-600} * ${TEST_SLOWNESS:-1}))
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
: > "$work/skips"

# The name without suffix, as it stands in the list.
program_file() {
	sed -n "s/^[^:]*:\($1\(\.sh\)\{0,1\}\)\$/\1/p" kselftest-list.txt
}

# run PROGRAM [OPTION...]: its TAP goes to stdout and to $work/tap.
run() {
	executable=$1
	shift
	{
		timeout "$limit" "./$executable" "$@" 2>&1
		echo $? > "$work/status"
	} < /dev/null | tee "$work/tap"
}

# Counts the lines of $work/tap: tests that passed, failed, were skipped, and
# how many more the plan has.
count() {
	awk '
		/^ok [0-9]+.*# SKIP/ { skipped++; next }
		/^ok [0-9]+/ { passed++; next }
		/^not ok [0-9]+/ { failed++; next }
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
		END {
			missing = planned ? plan - passed - failed - skipped : 1
			print passed + 0, failed + 0, skipped + 0, missing
		}
	' "$work/tap"
}

list_skips() {
	sed -n "s/^ok [0-9]* \([^ ]*\).*# SKIP */$1.\1 /p" "$work/tap" \
		>> "$work/skips"
}

problem() {
	echo "not ok $*"
	failed=$((failed + 1))
}

judge() {
	program=$1
	status=$(cat "$work/status")
	count > "$work/count"
	read -r good bad skipped missing < "$work/count"
	list_skips "$program"
	passed=$((passed + good))
	failed=$((failed + bad))
	if [ "$missing" -gt 0 ]; then
		problem "$program: $missing tests gave no result, exit status $status"
		failed=$((failed + missing - 1))
	elif [ "$missing" -lt 0 ]; then
		problem "$program: more results than planned"
	elif [ $((good + bad + skipped)) -eq 0 ]; then
		problem "$program: no such test"
	elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		problem "$program: exit status $status"
	fi
}

run_named() {
	name=${1%%.*}
	test=${1#"$name"}
	test=${test#.}
	file=$(program_file "$name")
	if [ -z "$file" ]; then
		problem "$name: no such program in kselftest-list.txt"
		return
	fi
	case $test in
	sh | '') set -- "$file" ;;
	*.*) set -- "$file" -r "$test" ;;
	*) set -- "$file" -t "$test" ;;
	esac
	echo "# $*"
	begin=$(date +%s)
	run "$@"
	judge "$name"
	echo "# $name: $(($(date +%s) - begin)) s"
}

# Is the skipped test $1 one of those in expected-skips.txt?
expected() {
	[ "${TEST_SKIPS:-}" != none ] || return 1
	while read -r where pattern; do
		case $where${SSPSEAL_VM:-} in
		any* | host) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in
		$pattern) return 0 ;;
		esac
	done < expected-skips.txt
	return 1
}

judge_skips() {
	while read -r name reason; do
		if expected "$name"; then
			echo "# skipped, as expected: $name: $reason"
		else
			problem "skipped: $name: $reason"
		fi
	done < "$work/skips"
}

if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	sed 's/^[^:]*://; s/\.sh$//' kselftest-list.txt
fi > "$work/tests"
while read -r test; do
	run_named "$test"
done < "$work/tests"
judge_skips
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

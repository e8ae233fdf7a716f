#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# coverage.sh: which lines of the module and of the library do the tests execute? Runs
# them in a VM (or those that TEST names), with a module and programs that count. The
# tests' verdict is that of make check-debug: here only the report matters, and, after
# a run of all tests, whether coverage-reasons.txt agrees with it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/parts.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/shares.sh"

# share_of_tests NUMBER PROGRAM...
share_of_tests() {
	"$top/selftests/vm/run.sh" --kernel gcov --payload "$work/stage/check" \
		--out "$work/out/$1" --log "$work/kernel-$1.log" --timeout 18000 -- \
		env TEST_SLOWNESS=10 ./gcov-guest.sh "$work" ./host.sh ./sspseal.ko -- \
		./run-tests.sh "${@:2}"
}

# What is executed in a copy of a VM, too.
copies() {
	COUNTS=$work/out "$top/selftests/vmfork.sh" > "$work/vmfork.log" 2>&1 || :
	tail -n 1 "$work/vmfork.log"
}

install_packages demo check coverage
work=$build/coverage
# What is inlined before it counts has a copy of its counts everywhere, and where one of
# them is 0, gcov tends to say that all are.
export BUILD=$work KERNEL=gcov KBUILD_OPTIONS='GCOV_PROFILE=y CFLAGS_MODULE=-fno-early-inlining'
# The library counts, as part of a test too, and is not optimized: else some lines have
# no count of their own. Counts are written by exit(), which the tests' children would
# leave out. What gcc puts in the place of fork() does not work in static programs:
# children begin with the counts of their parents instead.
export CFLAGS='-O0 -g --coverage -fprofile-filter-files=src/ -fno-builtin-fork'
export CFLAGS+=' -D_exit=exit' CPPFLAGS=-O0

"$top/selftests/check.sh" --stage
cp "$top/selftests/gcov-guest.sh" "$work/stage/check"
find "$work/userlib" "$work/selftests" -name '*.gcno' | sed 's/gcno$/gcda/' \
	> "$work/stage/check/gcov-files"
rm -rf "$work/out"
if [ "${TEST:-}" = vmfork ]; then
	copies
elif [ -n "${TEST:-}" ]; then
	# shellcheck disable=SC2086 # a list of tests
	share_of_tests 0 $TEST > "$work/tests.log" || :
	tail -n 1 "$work/tests.log"
else
	run_shares "$work/stage/check" "$work/tests" share_of_tests > "$work/tests.log" || :
	tail -n 1 "$work/tests.log"
	copies
fi
"$top/selftests/gcov-report.sh" "$work"
[ -n "${TEST:-}" ] || "$top/selftests/coverage-reasons.sh" "$work/coverage.info"

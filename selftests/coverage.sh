#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# coverage.sh: which lines of the module do the tests execute? Runs them in a VM (or
# those that TEST names), on a module that counts. The tests' verdict is that of
# make check-debug: here only the report matters.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

work=$build/coverage
export BUILD=$work KERNEL=debug KBUILD_OPTIONS=GCOV_PROFILE=y

"$top/selftests/check.sh" --stage
cp "$top/selftests/gcov-guest.sh" "$work/stage/check"
rm -rf "$work/out"
# shellcheck disable=SC2086 # no test is one word too few
"$top/selftests/vm/run.sh" --kernel debug --payload "$work/stage/check" \
	--out "$work/out" --log "$work/kernel.log" --timeout 18000 -- \
	env TEST_SLOWNESS=10 ./gcov-guest.sh ./host.sh ./sspseal.ko -- \
	./run-tests.sh ${TEST:-} > "$work/tests.log" || :
tail -n 1 "$work/tests.log"
"$top/selftests/gcov-report.sh" "$work"

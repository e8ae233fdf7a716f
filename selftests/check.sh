#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh: runs the tests, or the one that TEST names, in a VM, or with HOST=1
# on the running kernel.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
stage=$build/stage/check

"$top/selftests/stage.sh" "$stage"
make -s -C "$top/selftests" OUTPUT="$build/selftests" BUILD="$build" \
	KSFT="$("$top/selftests/vm/kselftest.sh")" install INSTALL_PATH="$stage"

# shellcheck disable=SC2206 # no test is one word too few
test=(${TEST:-})
if [ -n "${HOST:-}" ]; then
	cd "$stage"
	exec ./host.sh ./sspseal.ko -- ./run-tests.sh "${test[@]}"
fi
exec "$top/selftests/vm/run.sh" --kernel "${KERNEL:-6.1}" --payload "$stage" \
	--timeout 1800 --log "$build/kernel.log" -- \
	./host.sh ./sspseal.ko -- ./run-tests.sh "${test[@]}"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.sh
#
# Fuzzes the device in a VM, for TIME seconds (default 300), beginning with
# fuzz/corpus.txt and SEED (default: the time). Ends with "N executions, N edges, N
# findings", what was reached, and which lines of the module were. In build/fuzz:
#
#   last.txt      what was run last, after a crash the cause of it
#   findings.txt  what broke a rule, if anything did
#   corpus.txt    what reached something new, in the format of fuzz/corpus.txt
#
# INPUT=file runs the programs in that file only: last.txt, for example, or
# findings.txt, which it leaves as it is. MODULE=file fuzzes that module, which tells
# nothing of what was reached.
#
# Beside a finding it is a failure if in 300 s or more a command never succeeded, or
# in 1800 s or more under 80 % of the module's lines were reached by the fuzzer.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

kernel=debug
seconds=${TIME:-300}
seed=${SEED:-$(date +%s)}
work=$build/fuzz
# Without early inlining lines are counted where they stand: see coverage.sh.
export BUILD=$work KERNEL=$kernel \
	KBUILD_OPTIONS='KCOV_INSTRUMENT=y GCOV_PROFILE=y CFLAGS_MODULE=-fno-early-inlining'

# What is about to be run is kept apart, and forgotten when it has been.
sort_output() {
	awk -v last="$work/last.txt" -v corpus="$work/corpus.txt" \
		-v findings="$findings" '
		/^> new group/ { close(last); printf "" > last; next }
		/^>/ { print > last; fflush(last); next }
		/^\+/ { print > corpus; next }
		/^!/ { print > findings; fflush(findings) }
		{ print; fflush() }
	'
}

# lines_reached INFO: percent of the module's, with those of its self-test, which is over
# before.
lines_reached() {
	awk -F: '
		/^SF:/ { counts = /\/kmod\// }
		counts && /^LF:/ { lines += $2 }
		counts && /^LH:/ { reached += $2 }
		END { print lines ? int(100 * reached / lines) : 0 }
	' "$1"
}

vm_only
install_packages demo check
"$top/selftests/stage.sh" "$work/stage"
make -s -C "$top/selftests/fuzz" OUTPUT="$work" \
	KSFT="$("$top/selftests/vm/kselftest.sh")" abi_fuzz
cp "$work/abi_fuzz" "$top/selftests/gcov-guest.sh" "$work/stage"
[ -z "${MODULE:-}" ] || cp "$MODULE" "$work/stage/sspseal.ko"
cp "${INPUT:-$top/selftests/fuzz/corpus.txt}" "$work/stage/corpus.txt"
findings=$work/findings.txt
if [ -n "${INPUT:-}" ]; then
	seconds=0
	findings=/dev/null
fi

say "fuzzing for $seconds s, SEED=$seed"
rm -rf "$work/out" "$work/last.txt" "$work/corpus.txt"
[ -n "${INPUT:-}" ] || rm -f "$findings"
status=0
# shellcheck disable=SC2016 # the guest's shell expands it
"$top/selftests/vm/run.sh" --kernel "$kernel" --payload "$work/stage" \
	--out "$work/out/0" --log "$work/kernel.log" \
	--timeout $((seconds + 300 * $(slowness))) -- \
	./gcov-guest.sh "$work" ./host.sh ./sspseal.ko -- \
	sh -c 'echo 0 > /sys/kernel/debug/gcov/reset && exec ./abi_fuzz "$1" "$2" < corpus.txt' \
	fuzz "$seconds" "$seed" |
	sort_output || status=$?
[ -n "${MODULE:-}" ] || [ ! -d "$work/out" ] || "$top/selftests/gcov-report.sh" "$work"
if [ "$status" -eq 0 ] && [ "$seconds" -ge 1800 ] && [ -z "${MODULE:-}" ]; then
	reached=$(lines_reached "$work/coverage.info")
	if [ "$reached" -lt 80 ]; then
		echo "fuzz.sh: $reached % of the lines reached, 80 % are wanted" >&2
		status=1
	fi
fi
exit "$status"

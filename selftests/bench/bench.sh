#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench.sh [gate [--update]]
#
# Measures what messages cost: in instructions, in a VM of one CPU that counts
# them, and then with threads, in a VM of several; or with HOST=1 in nanoseconds,
# on the running kernel. The table beside the goals is printed; with TEST only the
# rows that it names are measured and printed. All of it, as text, JSON and plots,
# goes to Documentation/performance/, of other kernels than 6.1 to BUILD/bench/results-KERNEL/,
# and with HOST=1 to BUILD/bench/host/.
#
# With "gate" a few rows are compared with what they cost before, or with --update
# kept as that: gate.py.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../target.sh"

here=$top/selftests/bench
stage=$build/stage/bench out=$build/bench

# With ERMS a copy would count an instruction for each byte. What the tests have
# the kernel check costs nothing here.
counting=(--accel tcg --smp 1 --qemu-args "-icount shift=0,sleep=off -cpu max,-erms"
	--append "clocksource=tsc tsc=reliable slub_debug=- kfence.sample_interval=0")

put_together() {
	local label=$kernel
	! on_this_machine || label=$(uname -r)
	"$top/selftests/stage.sh" "$stage"
	make -s -C "$here" HEADERS="$(< "$build/kmod/$label/headers")" BUILD="$build" \
		OUTPUT="$out/$label"
	cp "$out/$label"/{bench,bench_32,threads,rawaead.ko} "$here/guest.sh" "$stage"
}

# run RESULTS WORD...: guest.sh's, with the options for the VM in vm_options.
run() {
	local results=$1
	shift
	rm -rf "$out/run"
	mkdir -p "$out/run"
	run_staged "$stage" "$out/run" ./guest.sh "$@" >&2
	mv "$out/run/results" "$results"
}

# As many CPUs as this machine has, so that none of them waits for another.
threads() {
	local cpus
	cpus=$(nproc)
	vm_options=(--smp "$((cpus < 2 ? 2 : cpus > 8 ? 8 : cpus))")
	run "$out/threads" threads
}

cost() {
	vm_options=("${counting[@]}")
	# shellcheck disable=SC2086 # a list of rows
	run "$out/cost" cost ${TEST:-}
}

# collect OUT [THREADS]: all that was measured, in one file.
collect() {
	local unit=instructions name
	! on_this_machine || unit=nanoseconds
	name=$(cat "$out/run/release")
	"$here/collect.py" "$unit" "$name" "$out/cost" "${@:2}" "$1"
}

plot() {
	mkdir -p "$out/plot"
	"$here/plotdata.py" "$1/results.json" "$out/plot"
	gnuplot -e "data='$out/plot'; out='$1'; unit='$(on_this_machine &&
		echo nanoseconds || echo instructions)'" "$here/plot.gp"
}

install_packages demo check
mkdir -p "$out"
put_together >&2
if [ "${1:-}" = gate ]; then
	vm_options=("${counting[@]}")
	run "$out/gate" gate
	exec "$here/gate.py" ${2:+"$2"} "$here/baseline-$kernel.txt" "$out/gate"
fi

cost
if [ -n "${TEST:-}" ]; then
	for row in $TEST; do
		grep -q "^$row " "$out/cost" || {
			echo "bench.sh: no row $row" >&2
			exit 1
		}
	done
	collect "$out/results.json"
	exec "$here/table.py" "$here/goals.txt" "$out/results.json"
fi
install_packages bench
threads
target=$out/results-$kernel
[ "$kernel" != 6.1 ] || target=$top/Documentation/performance
! on_this_machine || target=$out/host
mkdir -p "$target"
collect "$target/results.json" "$out/threads"
"$here/table.py" "$here/goals.txt" "$target/results.json" | tee "$target/results.txt"
plot "$target"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants.sh [--edits] [NAME]...
#
# Do the tests notice? Each mutant of mutants/list (or those named) changes one
# line of the module or the library in a copy of the tree; each test that the list
# names must then fail. One that survives means that a test is missing. First all
# those tests are run without a mutant, and must pass.
#
# With --edits only the lists are checked: does each edit change one line?
#
# A mutant is four lines, and an empty one behind:
#   mutant: a name
#   file:   the file it changes
#   test:   the tests that must fail, as run-tests.sh takes them: one or more
#   edit:   a sed expression that changes exactly one line
#
# Each file with code has two or more.
#
# LIST names another list than "list". Mutants with faults that the kernel, or the
# fuzzer, has to notice add
#   report: what it must say then, an extended regular expression
# and may change several lines. Each such list says for which KERNEL it is.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
list=${LIST:-list}
work=$build/mutants/$list
jobs=${JOBS:-$(nproc)}
label=${KERNEL:-6.1}
# The fuzzer wants to know where it has been.
[ "$list" != fuzz ] || export KBUILD_OPTIONS=KCOV_INSTRUMENT=y
# Debian's 6.1 does not know the generation IDs of virtual machines.
vmfork_label=6.12

# name file test edit report: one of them to a line, separated by tabs.
list() {
	awk -F': *' '
		function flush() {
			if (name)
				print name "\t" file "\t" test "\t" edit "\t" report
			name = report = ""
		}
		/^#/ { next }
		/^mutant:/ { flush(); name = $2 }
		/^file:/ { file = $2 }
		/^test:/ { test = $2 }
		/^edit:/ { sub(/^edit: */, ""); edit = $0 }
		/^report:/ { sub(/^report: */, ""); report = $0 }
		END { flush() }
	' "$top/selftests/mutants/$list"
}

# Those named on the command line, or all.
chosen() {
	local line name
	for name; do
		grep -qxF "mutant: $name" "$top/selftests/mutants/$list" || {
			echo "mutants.sh: no mutant $name in the list $list" >&2
			return 1
		}
	done
	while read -r line; do
		[ "$#" -gt 0 ] && [[ " $* " != *" ${line%%$'\t'*} "* ]] || echo "$line"
	done < <(list)
}

# --- the list alone

changed_lines() {
	sed "$2" "$top/$1" | diff "$top/$1" - | grep -c '^>' || :
}

check_edits() {
	local name file edit report changed
	while IFS=$'\t' read -r name file _ edit report; do
		changed=$(changed_lines "$file" "$edit")
		[ "$changed" -eq 1 ] || { [ -n "$report" ] && [ "$changed" -gt 0 ]; } ||
			echo "mutants/$list: $name: changes $changed lines of $file"
	done < <(list)
}

check_lists() {
	for list in sanitizers races slub fuzz list; do
		check_edits
		list | cut -f 2,4 | sort | uniq -d | sed "s#^#mutants/$list: twice: #"
	done
	(cd "$top" && grep -L '^#include ".*\.c"' kmod/*.c userlib/src/*.c) | while read -r file; do
		[ "$(list | cut -f 2 | grep -cxF "$file")" -ge 2 ] ||
			echo "mutants/list: $file has fewer than two"
	done
}

# --- building

# What "make check" would run, and what a mutant is built from.
prepare() {
	kernel=$("$top/selftests/vm/kernel.sh" "$label")
	slowness=$(cat "$kernel/slowness" 2> /dev/null || echo 1)
	"$top/selftests/check.sh" --stage
	rm -rf "$work"
	mkdir -p "$work/base/selftests"
	cp -r "$top/kmod" "$top/uapi" "$top/userlib" "$top/Kbuild" "$work/base"
	cp -r "$top"/selftests/{*.sh,*.[ch],Makefile,faulty,later} "$work/base/selftests"
	without_selftest "$work/base/kmod/main.c"
	build_module "$work/base"
	build_library "$work/base"
}

# The module would refuse to be loaded before the test had a chance to notice.
without_selftest() {
	sed -i 's/err = \(sspseal_selftest();\)/err = 0 \&\& \1/' "$1"
	! cmp -s "$1" "$top/kmod/main.c"
}

build_module() {
	# shellcheck disable=SC2086 # a list of arguments
	"$top/selftests/kbuild.sh" "$kernel/build" M="$1" CONFIG_DEBUG_INFO_BTF_MODULES= \
		${KBUILD_OPTIONS:-} modules
}

# All of it: what depends on a header was noted with the names of the first copy.
build_library() {
	make -s -B -C "$1/userlib" BUILD="$1/lib"
}

# The copy keeps the objects, so that only what changed is built again.
make_mutant() {
	local dir=$1 file=$2 edit=$3 tests=$4
	cp -a "$work/base" "$dir"
	[ "$tests" != load ] || cp "$top/kmod/main.c" "$dir/kmod"
	sed -i "$edit" "$dir/$file"
	case $file in
	kmod/*) build_module "$dir" ;;
	*) build_library "$dir" ;;
	esac > "$dir/build.log" 2>&1
}

# stage_mutant DIR TEST...: what the tests load instead of the module comes from the
# mutant as well.
stage_mutant() {
	local dir=$1 test
	shift
	cp -rl "$build/stage/check" "$dir/stage"
	rm "$dir/stage/sspseal.ko" "$dir/stage/libsspseal.so.0"
	cp "$dir/kmod/sspseal.ko" "$dir/stage"
	cp "$dir/lib/libsspseal.so.0" "$dir/stage"
	for test; do
		stage_for "$dir" "$test" > "$dir/build.log" 2>&1 || return
	done
}

stage_for() {
	local dir=$1 test=$2
	case $test in
	limits* | load*)
		rm -f "$dir"/stage/sspseal-*.ko
		"$dir/selftests/build-variants.sh" "$kernel/build" "$dir/variants" \
			"$dir/stage"
		;;
	vmfork)
		"$dir/selftests/build-module.sh" \
			"$("$top/selftests/vm/kernel.sh" "$vmfork_label")/build" \
			"$dir/vmfork/sspseal.ko"
		cp "$dir/vmfork/sspseal.ko" "$dir/stage/vmfork.ko"
		;;
	# The library, or its parser, is compiled in. Warnings are not what is to notice.
	handshake_limits* | handshake_token* | ntstatus* | sspi_memory* | *_32*)
		rm -f "$dir/stage/${test%%.*}"
		make -s -C "$dir/selftests" OUTPUT="$dir/stage" BUILD="$dir" CPPFLAGS=-w \
			KSFT="$("$top/selftests/vm/kselftest.sh")" \
			"$dir/stage/${test%%.*}"
		;;
	esac
}

# --- running

# run_own TEST STAGE: one that boots VMs of its own. Without a mutant there is no
# module for vmfork: it builds one.
run_own() {
	local module=$2/vmfork.ko
	case $1 in
	fuzz)
		MODULE=$2/sspseal.ko TIME=${TIME:-60} SEED=1 BUILD=$2-fuzz \
			"$top/selftests/fuzz.sh"
		;;
	hygiene)
		KERNEL=$label "$top/selftests/hygiene.sh" "$2/sspseal.ko"
		;;
	vmfork)
		[ -e "$module" ] || module=
		KERNEL=$vmfork_label "$top/selftests/vmfork.sh" "$module"
		;;
	esac
}

# run_tests STAGE LOG TEST...
run_tests() {
	local tests=() test
	: > "$2"
	for test in "${@:3}"; do
		case $test in
		fuzz | hygiene | vmfork) run_own "$test" "$1" >> "$2" 2>&1 || return ;;
		*) tests+=("$test") ;;
		esac
	done
	[ ${#tests[@]} -eq 0 ] ||
		"$top/selftests/vm/run.sh" --kernel "$label" \
			--timeout $((600 * slowness)) --payload "$1" --log "$2.kernel" -- \
			env TEST_SLOWNESS="$slowness" ./host.sh ./sspseal.ko -- \
			./run-tests.sh "${tests[@]}" >> "$2" 2>&1
}

# A test that failed, or a line in the kernel log that no test may leave there: all else
# says nothing about the mutant. Or what the mutant says that the kernel reports.
noticed() {
	if [ -n "$2" ]; then
		grep -hm1 -E -e "$2" "$1"* | head -n 1
		return
	fi
	! grep -q 'no such' "$1" &&
		grep -v '^not ok skipped: ' "$1" | \
			grep -m1 -E '^not ok|^(host|run).sh: the kernel log'
}

# What a log has about one of several tests.
part_of() {
	local program=${2%%.*} test
	test=${2#"$program"}
	sed -nE "/^# $program(\.sh)?( -[rt] ${test#.})?\$/,/^# $program: [0-9]+ s/p" "$1"
}

# One line of TAP for a mutant and a test: it passes if the test fails.
judge_alone() {
	local what="$1: $2" test=$3 dir=$work/$1 report=$4 how
	if run_tests "$dir/stage" "$dir/log" "$test"; then
		echo "not ok $what: $test does not notice"
	elif how=$(noticed "$dir/log" "$report"); then
		echo "ok $what: $test: $how"
	else
		echo "not ok $what: $test gave no result: $(tail -n 1 "$dir/log")"
	fi
}

# One after the other in one VM. Those that say nothing there, as the mutant may have
# ended it before, get one of their own; so do all if the kernel is to say something.
judge_tests() {
	local name=$1 file=$2 report=$3 dir=$work/$1 test how
	shift 3
	: > "$dir/all"
	[ $# -eq 1 ] || [ -n "$report" ] || run_tests "$dir/stage" "$dir/all" "$@" || :
	for test; do
		part_of "$dir/all" "$test" > "$dir/part"
		if how=$(noticed "$dir/part" ""); then
			echo "ok $name: $file: $test: $how"
		else
			judge_alone "$name" "$file" "$test" "$report"
		fi
	done
}

# Its folder stays if something went wrong.
judge() {
	local name=$1 file=$2 edit=$4 report=$5 dir=$work/$1 names
	read -ra names <<< "$3"
	if ! make_mutant "$dir" "$file" "$edit" "$3" || ! stage_mutant "$dir" "${names[@]}"; then
		echo "not ok $name: $file: does not build"
		return
	fi
	judge_tests "$name" "$file" "$report" "${names[@]}" > "$dir/results"
	cat "$dir/results"
	grep -q '^not ok' "$dir/results" || rm -rf "$dir"
}

judge_all() {
	local name file tests edit report
	while IFS=$'\t' read -r name file tests edit report; do
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
			wait -n || :
		done
		judge "$name" "$file" "$tests" "$edit" "$report" >> "$work/results" &
	done
	wait
}

if [ "${1:-}" = --edits ]; then
	check_lists
	exit
fi
mutants=$(chosen "$@")
prepare
mapfile -t tests < <(cut -f 3 <<< "$mutants" | tr ' ' '\n' | sort -u)
if ! run_tests "$build/stage/check" "$work/control.log" "${tests[@]}"; then
	echo "mutants.sh: the tests fail without a mutant: $work/control.log" >&2
	exit 1
fi
judge_all <<< "$mutants"
# Each test of each mutant has its line, or something else has failed.
missing=$(($(cut -f 3 <<< "$mutants" | wc -w) - $(wc -l < "$work/results")))
[ "$missing" -le 0 ] ||
	echo "not ok $missing lines are missing: see $work" >> "$work/results"
cat "$work/results"
echo "$(grep -c '^ok' "$work/results" || :) passed," \
	"$(grep -c '^not ok' "$work/results" || :) failed"
! grep -q '^not ok' "$work/results"

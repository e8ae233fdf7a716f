#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants.sh [NAME]...
#
# Do the tests notice? Each mutant of mutants/list (or those named) changes one
# line of the module or the library in a copy of the tree; the test that the list
# names must then fail. One that survives means that a test is missing.
#
# A mutant is four lines, and an empty one behind:
#   mutant: a name
#   file:   the file it changes
#   test:   the test that must fail, as run-tests.sh takes it
#   edit:   a sed expression that changes exactly one line
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
work=$build/mutants
jobs=${JOBS:-$(nproc)}
kernel=$("$top/selftests/vm/kernel.sh" "${KERNEL:-6.1}")

# What "make check" would run, and what a mutant is built from.
prepare() {
	"$top/selftests/check.sh" --stage
	rm -rf "$work"
	mkdir -p "$work/base"
	cp -r "$top/kmod" "$top/uapi" "$top/userlib" "$top/Kbuild" "$work/base"
	build_module "$work/base"
	build_library "$work/base"
}

build_module() {
	make -s -C "$kernel/build" M="$1" CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

build_library() {
	make -s -C "$1/userlib" BUILD="$1/lib"
}

# name file test edit: one of them to a line, separated by tabs.
list() {
	awk -F': *' '
		/^#/ { next }
		/^mutant:/ { name = $2 }
		/^file:/ { file = $2 }
		/^test:/ { test = $2 }
		/^edit:/ { sub(/^edit: */, ""); print name "\t" file "\t" test "\t" $0 }
	' "$top/selftests/mutants/list"
}

# The copy keeps the objects, so that only what changed is built again.
make_mutant() {
	local dir=$1 file=$2 edit=$3 changed
	cp -a "$work/base" "$dir"
	sed -i "$edit" "$dir/$file"
	changed=$(diff "$work/base/$file" "$dir/$file" | grep -c '^>') || :
	if [ "$changed" -ne 1 ]; then
		echo "changes $changed lines"
		return 1
	fi
	case $file in
	kmod/*) build_module "$dir" ;;
	*) build_library "$dir" ;;
	esac > "$dir/build.log" 2>&1 || {
		echo "does not build"
		return 1
	}
}

run_mutant() {
	local dir=$1 test=$2
	cp -rl "$build/stage/check" "$dir/stage"
	rm "$dir/stage/sspseal.ko" "$dir/stage/libsspseal.so.0"
	cp "$dir/kmod/sspseal.ko" "$dir/stage"
	cp "$dir/lib/libsspseal.so.0" "$dir/stage"
	"$top/selftests/vm/run.sh" --kernel "${KERNEL:-6.1}" --timeout 300 \
		--payload "$dir/stage" --log "$dir/kernel.log" -- \
		./host.sh ./sspseal.ko -- ./run-tests.sh "$test" > "$dir/log" 2>&1
}

# One line of TAP for a mutant: it passes if its test fails.
judge() {
	local name=$1 file=$2 test=$3 edit=$4 dir=$work/$1 reason
	mkdir -p "$work"
	if ! reason=$(make_mutant "$dir" "$file" "$edit"); then
		echo "not ok $name: $file: $reason"
		return
	fi
	if run_mutant "$dir" "$test"; then
		echo "not ok $name: $file: $test does not notice"
	elif grep -q 'no such' "$dir/log"; then
		echo "not ok $name: $file: no test $test"
	else
		echo "ok $name: $file: $test:" \
			"$(grep -m1 -E '^not ok|^host.sh|^run.sh|^insmod' "$dir/log")"
		rm -rf "$dir"
	fi
}

wanted() {
	[ "$#" -eq 1 ] || [[ " ${*:2} " == *" $1 "* ]]
}

prepare
while IFS=$'\t' read -r name file test edit; do
	wanted "$name" "$@" || continue
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || :
	done
	judge "$name" "$file" "$test" "$edit" >> "$work/results" &
done < <(list)
wait

cat "$work/results"
echo "$(grep -c '^ok' "$work/results" || :) passed," \
	"$(grep -c '^not ok' "$work/results" || :) failed"
! grep -q '^not ok' "$work/results"

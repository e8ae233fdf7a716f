#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [--stage | --static | --tests]: runs the static checks, those of the
# documentation, and the tests in a VM, or with HOST=1 on the running kernel. With
# TEST only the tests that it names, with --tests only tests, but all of them, with
# --static only the other checks. With --stage nothing is run: what would be is put
# together.
#
# Ends with a line "N passed, N failed".
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/parts.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/shares.sh"

stage=$build/stage/check

# Everything that runs on the kernel under test.
put_together() {
	local label=$kernel
	! on_this_machine || label=$(uname -r)
	"$top/selftests/stage.sh" "$stage"
	"$top/selftests/build-variants.sh" "$(< "$build/kmod/$label/headers")" \
		"$build/kmod/$label" "$stage"
	make -s -j"$(nproc)" -C "$top/selftests" OUTPUT="$build/selftests" BUILD="$build" \
		KSFT="$("$top/selftests/vm/kselftest.sh")" install INSTALL_PATH="$stage"
	rm -rf "$build/examples"
	make -s -C "$top" examples BUILD="$build" WERROR=1
	cp -r "$build/examples" "$stage"
}

# A check of this machine: one line of TAP; what it says only if it fails, but for
# lines that begin with "# ".
host_check() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok $name"
		grep '^# ' <<< "$output" || :
		passed=$((passed + 1))
	else
		printf '%s\n' "$output" "not ok $name"
		failed=$((failed + 1))
	fi
}

man_pages() {
	make -s -C "$top" man userlib BUILD="$build" &&
		"$top/selftests/man-check.sh" "$build/man" "$build/userlib/libsspseal.so"
}

# On one CPU, while another checks the documentation.
begin_lint() {
	rm -f "$build"/lint.{status,log}
	(
		status=0
		"$top/selftests/lint.sh" > "$build/lint.log" 2>&1 || status=$?
		echo "$status" > "$build/lint.status"
	) &
}

end_lint() {
	cat "$build/lint.log"
	return "$(< "$build/lint.status")"
}

documentation() {
	local page=$top/Documentation/token-format.rst passed=0 failed=0
	host_check vectors /usr/bin/python3 "$top/Documentation/vectors.py" --check "$page"
	host_check handshake-vectors /usr/bin/python3 \
		"$top/Documentation/handshake-vectors.py" --check "$top/Documentation/protocol.rst"
	host_check opener /usr/bin/python3 "$top/selftests/opener/opener.py" vectors "$page"
	host_check pages-agree-with-headers "$top/selftests/docs-check.sh"
	host_check headers-agree-with-windows "$top/selftests/headers/agreement.sh"
	host_check headers-compile "$top/selftests/headers/compile.sh"
	host_check man-pages man_pages
	host_check install "$top/selftests/install.sh" "$(< "$build/kmod/$kernel/headers")"
	host_check sphinx sphinx-build -q -W -n -d "$build/doctrees" \
		"$top/Documentation" "$build/html"
	host_check fuzz-user env TIME=3 "$top/selftests/fuzz-user.sh"
	host_check vm-runner "$top/selftests/vm/selftest.sh"
	echo "$passed passed, $failed failed"
}

# Instructions can be counted only where QEMU emulates all of them.
gate() {
	"$top/selftests/bench/bench.sh" gate
}

# share_of_tests NUMBER PROGRAM...
share_of_tests() {
	kernel_log=$build/kernel-$1.log
	run_staged "$stage" "" ./run-tests.sh "${@:2}"
}

tests() {
	if [ ${#programs[@]} -gt 0 ] || on_this_machine; then
		run_staged "$stage" "" ./run-tests.sh "${programs[@]}"
	else
		run_shares "$stage" "$build/check.tests" share_of_tests
	fi
}

# Its output is kept, beside the others'.
check_part() {
	part "$build/check.$1" "${@:2}"
}

all_static() {
	begin_lint
	check_part documentation documentation
	wait
	check_part lint end_lint
}

# Is the test $1 wanted, which boots VMs of its own?
wanted() {
	[[ " ${TEST:-$1} " == *" $1 "* ]] && ! on_this_machine
}

knows_generation_ids() {
	grep -q '^CONFIG_VMGENID=y' "$(< "$build/kmod/$kernel/headers")/.config"
}

# The kernel for such a test, or nothing: for one without generation IDs 6.12 has to
# do, but not where each kernel has its turn.
kernel_for() {
	if [ "$1" = hygiene ] || knows_generation_ids; then
		echo "$kernel"
	elif [ "$only" != --tests ]; then
		echo 6.12
	fi
}

# What boots VMs of its own is no program of the kernel under test.
all_tests() {
	local name its own=(vmfork hygiene)
	for name in "${own[@]}"; do
		wanted "$name" || continue
		its=$(kernel_for "$name")
		[ -z "$its" ] ||
			check_part "$name" env KERNEL="$its" "$top/selftests/$name.sh"
	done
	read -ra programs <<< "${TEST:-}"
	on_this_machine || mapfile -t programs < <(printf '%s\n' "${programs[@]}" |
		grep -vx "${own[@]/#/-e}" -e '')
	if [ -z "${TEST:-}" ] || [ ${#programs[@]} -gt 0 ]; then
		check_part tests tests
	fi
	if [ -z "${TEST:-}" ] && ! on_this_machine &&
		[ -e "$top/selftests/bench/baseline-$kernel.txt" ]; then
		check_part gate gate
	fi
}

only=${1:-}
install_packages demo check
put_together
[ "$only" != --stage ] || exit 0

[ -n "${TEST:-}" ] || [ "$only" = --tests ] || on_this_machine || all_static
[ "$only" = --static ] || all_tests
parts_end

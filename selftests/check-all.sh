#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-all.sh [PART]
#
# All that there is to check, on every kernel: each part with its output in
# build/check-all/PART.log, three parts at a time. Then a table, and a line
# "N passed, N failed". With PART only that.
#
# What stands in a row of the table: for which flavours of the kernel the modules
# build; the tests that passed, failed, and were skipped as expected; whether the
# kernel log was clean; minutes and seconds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/parts.sh"

logs=$build/check-all
kernels=(6.1 6.12 7.x debug kcsan)
others=(builds static fuzz fuzz-user)

# PART COMMAND: the longest first, so that none is left to run alone. A VM waits much,
# so that there may be more of them than processors.
parts() {
	cat <<-END
		debug     VMS=2 KERNEL=debug selftests/check.sh --tests
		kcsan     VMS=1 KERNEL=kcsan selftests/check.sh --tests
		6.1       VMS=1 KERNEL=6.1 selftests/check.sh --tests
		6.12      VMS=1 KERNEL=6.12 selftests/check.sh --tests
		7.x       VMS=1 KERNEL=7.x selftests/check.sh --tests
		static    KERNEL=6.1 selftests/check.sh --static
		fuzz      TIME=300 selftests/fuzz.sh
		fuzz-user TIME=25  selftests/fuzz-user.sh
		builds    selftests/build-flavours.sh 6.1 6.12 7.x
	END
}

minutes() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# Of the parts that run at a time each has a folder to build in, whose objects the
# next one finds.
run_part() {
	local name=$1 command passed failed begin=$SECONDS status=0
	command=$(parts | awk -v name="$name" '$1 == name { $1 = ""; print }')
	[ -n "$command" ] || {
		echo "check-all.sh: no part $name; there are: ${kernels[*]} ${others[*]}" >&2
		exit 1
	}
	# shellcheck disable=SC2086 # a command and its arguments
	env TEST= BUILD="$logs/lane-${lane:-0}" $command > "$logs/$name.log" 2>&1 ||
		status=$?
	echo "$status $((SECONDS - begin))" > "$logs/$name.status"
	read -r passed failed < <(counts "$name")
	[ "$failed" -eq 0 ] || grep -q '^not ok' "$logs/$name.log" ||
		echo "not ok $name: exit status $status" >> "$logs/$name.log"
	echo "$name: $passed passed, $failed failed, $(minutes $((SECONDS - begin)))"
}

# --- what became of part $1

status_of() {
	cut -d ' ' -f 1 "$logs/$1.status"
}

# What its last closing line says. A part without one is a single test, and one that
# fails without a count of it has failed once.
counts() {
	local passed failed status
	status=$(status_of "$1")
	read -r passed failed < <(closing_line "$logs/$1.log")
	[ -n "$passed" ] || passed=$((status == 0))
	[ "$status" -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
	echo "$passed ${failed:-0}"
}

flavours() {
	sed -n "s/^ok [0-9]* build: ${1/./\\.}\(-\(.*\)\)\{0,1\}$/\2/p" "$logs/builds.log" |
		sed 's/^$/cloud/' | paste -sd ' '
}

skipped() {
	grep -c '^# skipped, as expected' "$logs/$1.log" || :
}

# Of a part that came to its end, in VMs that did, on kernels that looked.
kernel_log() {
	local blind='VM gave no result|VM was ended after|does not look for'
	if grep -q 'the kernel log has lines' "$logs/$1.log"; then
		echo "not clean"
	elif [ -n "$(closing_line "$logs/$1.log")" ] &&
		! grep -qE "$blind" "$logs/$1.log"; then
		echo clean
	else
		echo -
	fi
}

# --- the table

release() {
	cat "$(selftests/vm/kernel.sh "$1")/release"
}

row() {
	printf '%-28s %-16s %7s %7s %7s  %-9s %7s\n' "$@"
}

# part_row PART NAME BUILDS SKIPPED LOG
part_row() {
	local passed failed seconds
	read -r passed failed < <(counts "$1")
	read -r _ seconds < "$logs/$1.status"
	row "$2" "$3" "$passed" "$failed" "$4" "$5" "$(minutes "$seconds")"
	parts_passed=$((parts_passed + passed))
	parts_failed=$((parts_failed + failed))
	[ "$failed" -eq 0 ] || parts_logs+=("$logs/$1.log")
}

table() {
	local part
	echo
	row "" builds passed failed skipped log time
	for part in "${kernels[@]}"; do
		part_row "$part" "$part: $(release "$part")" "$(flavours "$part")" \
			"$(skipped "$part")" "$(kernel_log "$part")"
	done
	for part in "${others[@]}"; do
		part_row "$part" "$part" "" "" ""
	done
}

mkdir -p "$logs"
cd "$top"
if [ $# -gt 0 ]; then
	run_part "$1"
	[ "$(status_of "$1")" -eq 0 ]
	exit
fi
install_packages demo check
say "three parts at a time, logs in $logs"
# Who does not come to its end has failed, and does so in the table.
for part in "${kernels[@]}" "${others[@]}"; do
	: > "$logs/$part.log"
	echo "1 0" > "$logs/$part.status"
done
parts | awk '{ print $1 }' |
	xargs -n 1 -P 3 --process-slot-var=lane selftests/check-all.sh || :
table
echo "It took $(minutes "$SECONDS")."
parts_end

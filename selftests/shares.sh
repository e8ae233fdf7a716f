# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# All programs, dealt out to VMs of which some run at a time. Sourced, after parts.sh.

# The list has the long ones side by side: dealt out one by one they do not meet.
shares=8

# share STAGE NUMBER: the programs of that share, from 0.
share() {
	sed 's/^[^:]*://; s/\.sh$//' "$1/kselftest-list.txt" |
		awk -v number="$2" -v shares="$shares" 'NR % shares == number'
}

# What it says appears in one piece.
run_share() {
	local log=$1 parts_passed=0 parts_failed=0
	shift
	part "$log" "$@" > "$log.output"
	echo "$parts_passed $parts_failed" > "$log.counts"
	flock "${log%.*}.lock" cat "$log.output"
}

sum_up() {
	awk -v shares="$shares" '
		{ passed += $1; failed += $2 }
		END {
			failed += shares - NR
			print passed + 0 " passed, " failed + 0 " failed"
			exit failed > 0
		}
	' "$@"
}

# run_shares STAGE LOG COMMAND...: COMMAND is called with the number of a share and its
# programs. VMS (2) of them run at a time, with their output in LOG.NUMBER. Ends with a
# closing line for all.
run_shares() {
	local stage=$1 log=$2 number programs
	shift 2
	rm -f "$log".[0-9]*
	# A ^C does not reach what runs in the background.
	trap 'trap - TERM; kill 0' INT TERM
	for ((number = 0; number < shares; number++)); do
		while [ "$(jobs -rp | wc -l)" -ge "${VMS:-2}" ]; do
			wait -n || :
		done
		mapfile -t programs < <(share "$stage" "$number")
		run_share "$log.$number" "$@" "$number" "${programs[@]}" &
	done
	wait
	trap - INT TERM
	sum_up "$log".*.counts
}

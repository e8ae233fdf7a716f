# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A run of several parts, with one closing line for all. Sourced, not run.

parts_passed=0 parts_failed=0 parts_logs=()

# What the last line of the form "N passed, N failed" in the file $1 says, or nothing.
closing_line() {
	awk '/^[0-9]+ passed, [0-9]+ failed$/ { counts = $1 " " $3 }
		END { print counts }' "$1"
}

# What was said since the last result before each failure in the files; not what another
# run of parts has repeated in the same way.
failures() {
	awk '
		FNR == 1 { lines = 0 }
		/^\| / || /^# [0-9]+ executions/ { next }
		/^(FINDING|# WRONG)/ { print "| " $0; next }
		/^(ok |# +RUN |TAP version|# [^ ]+: [0-9]+ s$|[0-9]+ passed, )/ { lines = 0; next }
		{ said[lines++] = $0 }
		/^(not ok |run\.sh: exit status )/ {
			for (i = lines > 40 ? lines - 40 : 0; i < lines; i++)
				print "| " said[i]
			lines = 0
		}
	' "$@"
}

# part LOG COMMAND...: whose closing line counts. A command that says nothing of
# failures, but ends with a status, counts as one more; so does one without that line.
part() {
	local log=$1 status=0 counts passed failed
	shift
	"$@" 2>&1 | tee "$log" || status=$?
	counts=$(closing_line "$log")
	read -r passed failed <<< "${counts:-0 0}"
	if [ -z "$counts" ] || { [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "not ok $*: exit status $status${counts:+, no failure}" | tee -a "$log"
		failed=1
	fi
	[ "$failed" -eq 0 ] || parts_logs+=("$log")
	parts_passed=$((parts_passed + passed))
	parts_failed=$((parts_failed + failed))
}

# What failed, once more where it is found, and the closing line; fails if anything did,
# or if there was nothing to do.
parts_end() {
	[ ${#parts_logs[@]} -eq 0 ] || failures "${parts_logs[@]}"
	echo "$parts_passed passed, $parts_failed failed"
	[ "$parts_failed" -eq 0 ] && [ "$parts_passed" -gt 0 ]
}

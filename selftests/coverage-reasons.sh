#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# coverage-reasons.sh [INFO]
#
# Has each line that INFO, from gcov-report.sh, counts as never executed a reason in
# coverage-reasons.txt? And is each of those named there never executed? Prints what is
# not so, and exits with 1 then. Without INFO only: is each line named there in the
# source?
#
# A reason is some lines, and an empty one behind:
#   reason: why no test can execute it; what does not fit follows in lines that begin
#           with a blank
#   file:   where it is
#   in:     the function
#   line:   the text of a line, as it stands there; once for each
#   race:   likewise, of one that is executed if threads meet at the right moment, or is
#           not always counted: it may be executed or not, but must be there
# There may be several "in:", "line:" and "race:" in one.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
reasons=selftests/coverage-reasons.txt

# with_reason KIND: FILE:FUNCTION:TEXT of each line with a reason.
with_reason() {
	awk -v kind="$1:" '
		/^#/ { next }
		/^$/ { reason = file = function_ = "" }
		$1 == "reason:" { reason = $2 }
		$1 == "file:" { file = $2; function_ = "" }
		$1 == "in:" { function_ = $2 }
		$1 == kind {
			sub(/^[a-z]*: */, "")
			if (reason == "" || file == "" || function_ == "")
				$0 = "reason, file or function missing: " $0
			print file ":" function_ ":" $0
		}
	' "$top/$reasons" | LC_ALL=C sort
}

# NUMBER:FUNCTION:TEXT of each line of a file: a function begins with the last line at
# the left margin that has a name and a parenthesis.
lines_of() {
	awk '
		/^[a-zA-Z_].*\(/ && !/;$/ {
			name = $0
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		}
		{
			sub(/^[ \t]*/, "")
			print NR ":" name ":" $0
		}
	' "$1"
}

# counted INFO PATTERN: FILE:FUNCTION:TEXT of each line whose count is like that.
counted() {
	local file
	sed -n 's/^SF://p' "$1" | while read -r file; do
		awk -F '[:,]' -v file="$file" -v name="${file#"$top/"}" -v pattern="$2" '
			NR == FNR {
				if ($1 == "SF")
					ours = $2 == file
				else if (ours && $1 == "DA" && $3 ~ pattern)
					wanted[$2]
				next
			}
			$1 in wanted {
				sub(/^[0-9]*/, name)
				print
			}
		' "$1" <(lines_of "$file")
	done | LC_ALL=C sort
}

# Files with functions of which INFO says nothing at all.
uncounted() {
	(cd "$top" && grep -l '^{' kmod/*.c userlib/src/*.c) | while read -r file; do
		grep -qxF "SF:$top/$file" "$1" || echo "no counts: $file"
	done
}

# FILE:FUNCTION:TEXT of each line of the files that have reasons.
in_source() {
	sed -n 's/^file: *//p' "$top/$reasons" | sort -u | while read -r file; do
		[ ! -f "$top/$file" ] || lines_of "$top/$file" | sed "s#^[0-9]*#$file#"
	done | LC_ALL=C sort
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
with_reason line > "$work/reasons"
with_reason race > "$work/races"
if [ $# -eq 0 ]; then
	LC_ALL=C sort "$work/reasons" "$work/races" |
		LC_ALL=C comm -23 - <(in_source) > "$work/wrong"
	sed "s#^#$reasons: a reason, but gone: #" "$work/wrong"
	[ ! -s "$work/wrong" ]
	exit
fi
counted "$1" '.' > "$work/code"
counted "$1" '^0$' > "$work/never"
export LC_ALL=C
comm -13 "$work/races" "$work/never" > "$work/surely"
{
	uncounted "$1"
	comm -13 "$work/reasons" "$work/surely" | sed 's/^/no reason: /'
	comm -23 "$work/reasons" "$work/surely" | sed 's/^/a reason, but executed or gone: /'
	comm -23 "$work/races" "$work/code" | sed 's/^/a reason, but gone: /'
} > "$work/wrong"
cat "$work/wrong"
echo "$(wc -l < "$work/never") lines never executed," \
	"$(wc -l < "$work/reasons") with a reason, $(wc -l < "$work/wrong") mistakes"
[ ! -s "$work/wrong" ]

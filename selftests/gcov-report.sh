#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov-report.sh DIR
#
# Prints how many lines of each file of the module were executed, from what
# gcov-guest.sh left in DIR/out. The module was built in DIR; where several builds
# of it were run, a line counts if it was executed in any. DIR/uncovered.txt lists
# the lines that were not.
set -euo pipefail

dir=$(realpath "$1")
counts=$dir/counts

# Beside each object lie its notes; the counts go there too. gcov writes into the
# directory it is called in.
count() {
	local data=$1 object=${1#"$dir/out/gcov"}
	[ -e "${object%.gcda}.gcno" ] || return 0
	cp "$data" "$object"
	(cd "$(mktemp -d -p "$counts")" && gcov "$object" > /dev/null 2>&1)
}

rm -rf "$counts"
mkdir -p "$counts"
while read -r data; do
	count "$data"
done < <(find "$dir/out/gcov" -name '*.gcda')

# count:line:text, the count being "-" for what is no code and ##### for never.
# shellcheck disable=SC2016 # the fields are awk's
find "$counts" -path '*/*.c.gcov' -print0 | xargs -0 awk -F: '
	$3 == "Source" {
		n = split($4, part, "/")
		file = part[n]
		next
	}
	$2 + 0 == 0 || $1 ~ /-$/ { next }
	{
		key = file ":" $2 + 0
		if (!(key in code)) {
			code[key] = substr($0, length($1) + length($2) + 3)
			lines[file]++
		}
		if ($1 !~ /[#=]$/ && !hit[key]++)
			executed[file]++
	}
	END {
		for (file in lines)
			printf "file %s %d %d\n", file, executed[file], lines[file]
		for (key in code)
			if (!hit[key])
				printf "never %s:%s\n", key, code[key]
	}
' > "$dir/coverage"

sed -n 's/^never //p' "$dir/coverage" | sort -t: -k1,1 -k2,2n > "$dir/uncovered.txt"
sort "$dir/coverage" | awk '
	$1 == "file" {
		printf "%-16s %5d of %5d lines  %5.1f %%\n", $2, $3, $4, 100 * $3 / $4
		executed += $3
		lines += $4
	}
	END {
		if (!lines)
			exit 1
		printf "%-16s %5d of %5d lines  %5.1f %%\n", "all", executed, lines,
			100 * executed / lines
	}
'

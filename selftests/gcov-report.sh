#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov-report.sh DIR
#
# Prints how many lines and functions of each file of the module and of the library
# were executed, from what gcov-guest.sh left in the directories DIR/out/*. All was built
# in DIR; where several builds of a file were run, or one in several VMs, a line counts if
# it was executed in any. Leaves
# it line by line in DIR/coverage.info, and to be read with a browser in DIR/html.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
dir=$(realpath "$1")
"$top/selftests/deps.sh" lcov

# counts_of DIR INFO: what one VM has counted. Beside the counts of an object belong the
# compiler's notes on it. What did not run has no counts.
counts_of() {
	local counts=$1 data object
	find "$counts" -name '*.gcda' -empty -delete
	while read -r data; do
		object=${data#"$counts"}
		cp "${object%.gcda}.gcno" "${data%/*}"
	done < <(find "$counts" -name '*.gcda')
	geninfo -q -o "$2" "$counts" 2> "$2.log" || {
		cat "$2.log" >&2
		exit 1
	}
}

all=()
for out in "$dir"/out/*; do
	counts_of "$out/gcov" "$out/counted.info"
	all+=(-a "$out/counted.info")
done
lcov -q "${all[@]}" -o "$dir/all.info"

# Of all builds of a file one: the builds are made of links and copies.
lcov -q -e "$dir/all.info" '*/kmod/*' '*/userlib/src/*' -o "$dir/builds.info"
sed -i -E "s#^SF:.*/(kmod|userlib/src)/#SF:$top/\1/#" "$dir/builds.info"
lcov -q -a "$dir/builds.info" -o "$dir/coverage.info"

rm -rf "$dir/html"
genhtml -q --prefix "$top" -o "$dir/html" "$dir/coverage.info"
lcov --list "$dir/coverage.info"

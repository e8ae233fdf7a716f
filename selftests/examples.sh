#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# examples.sh
#
# Runs the programs of Documentation/examples/. Each must succeed; those that a
# page shows must print what the page says. TAP output.

cd "$(dirname "$0")" || exit 1
pages='quick-start.rst keys-and-binding.rst delegation.rst'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# promised NAME: the block that follows "It prints" behind the program.
promised() {
	# shellcheck disable=SC2086 # a list of files
	awk -v name="$1" '
		/^\.\. literalinclude:: examples\// { shown = $3 == "examples/" name ".c" }
		shown && /^It prints/ { printing = 1; next }
		printing && /^    / { print substr($0, 5); said = 1; next }
		printing && said { exit }
	' $pages
}

# Those that these pages have print what follows them there: two ends at once in some
# order.
compare() {
	# shellcheck disable=SC2086 # a list of files
	grep -q "literalinclude:.*/$1\.c\$" $pages || return 0
	compared=$((compared + 1))
	promised "$1" | sort > "$work/promised"
	sort "$work/output" | diff "$work/promised" - | sed 's/^/# /' > "$work/diff"
	cat "$work/diff"
	[ ! -s "$work/diff" ]
}

# run NUMBER NAME
run() {
	head -c 32 /dev/urandom > "$work/key"
	if ! ./with_key logon sspseal:example "$work/key" "./examples/$2" \
		> "$work/output" 2>&1; then
		sed 's/^/# /' "$work/output"
		echo "not ok $1 $2"
		return 1
	fi
	if compare "$2"; then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2"
		return 1
	fi
}

echo "TAP version 13"
number=0
compared=0
for program in examples/*; do
	number=$((number + 1))
	run "$number" "${program#examples/}" || failed=1
done
echo "1..$number"
if [ "$compared" -eq 0 ]; then
	echo "# no page has an example"
	failed=1
fi
exit "$failed"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# man-check.sh PAGES LIBRARY: checks the man pages that are in the folder PAGES,
# as a reader sees them, against what they are about:
#
# - neither man nor mandoc has anything to say about them;
# - each function that the library exports has a page, with the prototype that the
#   compiler sees, and a row in the table of attributes;
# - a page of a function has all sections, and all pages that one refers to exist;
# - constants that a page names exist, as do names of which it has the beginning and
#   a star; sspseal(4) names each command, errno, status and other constant of the
#   kernel's header, and the pages of functions each SSPSEAL_ name of the library's;
# - sspsealctl(1) has each command and option of the program;
# - the programs in the pages compile and link with LIBRARY, as cut out of them.
set -euo pipefail

pages=$(realpath "$1")
library=$(realpath "$2")
top=$(cd "$(dirname "$0")/.." && pwd)
"$top/selftests/deps.sh" gcc man-db mandoc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

include=(-I"$top/userlib/include" -I"$top/uapi")
headers=("$top"/userlib/include/*.h)
uapi=$top/uapi/linux/sspseal.h

# wrong PAGE TEXT...
wrong() {
	printf '%s: %s\n' "${1##*/}" "${*:2}" >> "$work/wrong"
}

# section PAGE TITLE: the lines of a section.
section() {
	awk -v title="$2" '/^[A-Z]/ { inside = ($0 == title); next } inside' \
		"$work/$(basename "$(realpath "$1")")"
}

# without FILE FILE TEXT: what the first has and not the second is wrong, and that it has
# nothing.
without() {
	[ -s "$1" ] || echo "$3nothing was found to look for" >> "$work/wrong"
	sort -u "$1" > "$work/a"
	sort -u "$2" > "$work/b"
	comm -23 "$work/a" "$work/b" | sed "s/^/$3/" >> "$work/wrong"
}

# words EXTENDED-EXPRESSION [FILE]...
words() {
	grep -ohwE "$@" | sort -u || :
}

# Each page as text without head and foot, in lines long enough not to be broken.
render() {
	local page
	for page in "$pages"/*.[1-8]; do
		[ ! -L "$page" ] || continue
		mandoc -T lint "$page" >> "$work/wrong" || :
		man --warnings -E UTF-8 -l "$page" 2>> "$work/wrong" > /dev/null
		mandoc -T ascii -O width=1000 "$page" | col -bx | sed '1d; $d' \
			> "$work/${page##*/}"
	done
}

check_functions() {
	local function page squeezed
	gcc -E -P "${include[@]}" -include sspseal.h -include ntsecpkg.h \
		-include sspseal_messages.h -x c /dev/null |
		tr -s ' \n' ' ' | tr ';{}' '\n' | sed 's/^ //' > "$work/declarations"
	sed -n 's/^\t\([A-Za-z_]*\);$/\1/p' "$top/userlib/libsspseal.map" > "$work/functions"
	while read -r function; do
		page=$pages/$function.3
		if [ ! -e "$page" ]; then
			wrong libsspseal.map "no page for $function"
			continue
		fi
		squeezed=$(grep -E "(^|[ *])$function ?\(" "$work/declarations" | tr -d ' ')
		section "$page" SYNOPSIS | tr -d ' \n' | grep -qF "$squeezed;" ||
			wrong "$page" "another prototype than $squeezed"
		section "$page" ATTRIBUTES | grep -q "\b$function()" ||
			wrong "$page" "no attributes of $function"
	done < "$work/functions"
}

check_sections() {
	local page title reference
	for page in "$pages"/*.[1-8]; do
		[[ ! -L $page && $page == *.3 ]] || continue
		for title in NAME LIBRARY SYNOPSIS DESCRIPTION 'RETURN VALUE' ATTRIBUTES \
			EXAMPLES 'SEE ALSO'; do
			[ -n "$(section "$page" "$title")" ] || wrong "$page" "no $title"
		done
	done
	for page in "$work"/*.[1-8]; do
		for reference in $(words '[A-Za-z_]+\([1-8]\)' "$page"); do
			reference=${reference%)}
			[ -e "$pages/${reference/\(/.}" ] ||
				grep -qxF "$reference)" <<< "${others// /$'\n'}" ||
				wrong "$page" "there is no $reference)"
		done
	done
}
# Of other packages.
others='keyctl(1) ioctl(2) request_key(2) stat(2) keyrings(7) unix(7)'

check_constants() {
	local names='(SSPSEAL|SEC|STATUS|SECPKG|SECBUFFER|SECQOP|ISC|ASC)_[A-Z0-9_]*[A-Z0-9]'
	words "$names" "${headers[@]}" "$uapi" > "$work/known"
	awk '{ print; while (sub(/_[A-Z0-9]+$/, "")) print $0 "_*" }' \
		"$work/known" > "$work/beginnings"
	grep -ohE "\b$names(_\*)?" "$work"/*.[1-8] > "$work/named"
	without "$work/named" "$work/beginnings" "no such constant: "
	sed -nE 's/^#define[[:space:]]+(SSPSEAL_[A-Z0-9_]+)\>.*/\1/p' "${headers[@]}" |
		grep -v '_H$' > "$work/defined"
	words 'SSPSEAL_[A-Z0-9_]*[A-Z0-9]' "$work"/*.3 > "$work/named"
	without "$work/defined" "$work/named" "no page of a function has "

	words 'SSPSEAL_[A-Z0-9_]*[A-Z0-9]' "$work/sspseal.4" > "$work/named"
	sed -nE 's/^(#define[[:space:]]+|\t)(SSPSEAL_[A-Z0-9_]+).*/\2/p' "$uapi" > "$work/defined"
	without "$work/defined" "$work/named" "sspseal.4: not there: "
	sed -n '/DOC: General/,/\*\//p' "$uapi" | words 'E[A-Z0-9]{2,}' > "$work/defined"
	section "$pages/sspseal.4" ERRORS | words 'E[A-Z0-9]{2,}' > "$work/named"
	without "$work/defined" "$work/named" "sspseal.4: not there: "
	words 'struct sspseal_[a-z]+' "$uapi" > "$work/defined"
	words 'struct sspseal_[a-z]+' "$work/sspseal.4" > "$work/named"
	without "$work/defined" "$work/named" "sspseal.4: not there: "
}

check_tool() {
	local main=$top/tools/sspsealctl/main.c
	{
		sed -nE 's/^\t\{ "([a-z-]+)", (no|required)_argument.*/--\1/p' "$main"
		sed -nE 's/^\t\{ "([a-z]+)", [a-z_]+_command,.*/\1/p' "$main"
	} > "$work/defined"
	grep -oE -- '(--)?[a-z-]+' "$work/sspsealctl.1" > "$work/named"
	without "$work/defined" "$work/named" "sspsealctl.1: not there: "
}

# The examples of a page of functions are one program.
check_examples() {
	local page compiled=0
	for page in "$work"/*.[34]; do
		section "$pages/${page##*/}" EXAMPLES | sed 's/^ \{7\}//' > "$work/example.c"
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror "${include[@]}" -o "$work/example" \
			"$work/example.c" "$library" >> "$work/wrong" 2>&1 ||
			wrong "$page" "the example does not compile"
		compiled=$((compiled + 1))
	done
	echo "# $(wc -l < "$work/functions") functions, $compiled examples"
}

touch "$work/wrong"
render
check_functions
check_sections
check_constants
check_tool
check_examples
if [ -s "$work/wrong" ]; then
	cat "$work/wrong"
	exit 1
fi

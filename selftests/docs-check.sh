#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs-check.sh
#
# Compares the pages on the interface with what they are about:
#
# - every command, struct, field, flag, right, status and other constant of
#   uapi/linux/sspseal.h is named in uapi.rst or semantics.rst, and a field of a
#   struct in uapi.rst;
# - what these two pages name exists, in that header or in the library's;
# - constants, functions and module parameters that any page names exist;
# - the tables of statuses have the errno of the header's comment and the codes of
#   userlib/src/ntstatus.c, at both layers;
# - every module parameter is in limits.rst;
# - the tests that security.rst names exist, and each stands in a list of mutants that
#   it must notice; so does each test of callers that disturb each other, as
#   testing.rst promises.
#
# Needs nothing but a POSIX system. Silent, with exit status 0, if all agree.
# shellcheck disable=SC2016 # backquotes are those of reStructuredText
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
header=$top/uapi/linux/sspseal.h
map=$top/userlib/src/ntstatus.c
docs=$top/Documentation
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL

# Prints what stands in list $1 and not in list $2, with a text before it. An empty list
# is one that was looked for in the wrong form.
without() {
	[ -s "$1" ] || echo "$3nothing was found to look for" >> "$work/wrong"
	sort -u "$1" > "$work/a"
	sort -u "$2" > "$work/b"
	comm -23 "$work/a" "$work/b" | sed "s|^|$3|" >> "$work/wrong"
}

# The words of files that the extended regular expression $1 matches wholly.
words() {
	expression=$1
	shift
	cat "$@" | tr -c 'A-Za-z0-9_' '\n' | grep -Ex "$expression" || :
}

# What the pages call ``LIKE_THIS``, but for the beginnings of names.
literals() {
	cat "$@" | grep -Eo '``[A-Z][A-Z0-9_]*[A-Z0-9]``' | tr -d '`' || :
}

# --- what there is

# Constants: defines and statuses, but for the guard.
{
	sed -n 's/^#define[[:space:]]*\(SSPSEAL_[A-Z0-9_]*\).*/\1/p' "$header"
	sed -n 's/^	\(SSPSEAL_STATUS_[A-Z0-9_]*\).*/\1/p' "$header"
} > "$work/constants"
sed -n 's/^\(struct\|enum\) \(sspseal_[a-z0-9_]*\) {$/\2/p' "$header" > "$work/types"
awk '
	/^struct sspseal_[a-z0-9_]* \{$/ { inside = 1; next }
	/^\}/ { inside = 0 }
	inside {
		sub(/;.*/, "")
		sub(/\[.*/, "")
		print $NF
	}
' "$header" > "$work/fields"
sed -n 's/^	SSPSEAL_STATUS_\([A-Z0-9_]*\).*/\1/p' "$header" > "$work/statuses"
words 'E[A-Z0-9]+' "$header" > "$work/errnos"
words '(SSPSEAL|STATUS|SEC|SECBUFFER|SECQOP|SECPKG)_[A-Z0-9_]+|sspseal_[a-z0-9_]+' \
	"$header" "$top"/userlib/include/*.h > "$work/library"
sed -n 's/^module_param[a-z_]*(\([a-z_]*\),.*/\1/p' "$top"/kmod/*.c > "$work/parameters"

# A short name is what remains of a long one when words are left out at its
# beginning: RIGHT_SEAL and SEAL are short for SSPSEAL_RIGHT_SEAL.
awk '{ while (sub(/^[A-Z0-9]+_/, "")) print }' "$work/constants" > "$work/short"

# --- what is missing

words 'SSPSEAL_[A-Z0-9_]+' "$docs/uapi.rst" "$docs/semantics.rst" > "$work/named"
sed -n 's/^   \* - ``\([A-Z0-9_]*\)``$/\1/p' "$docs/semantics.rst" |
	grep -Fx -f "$work/statuses" > "$work/rows"
sed 's/^/SSPSEAL_STATUS_/' "$work/rows" >> "$work/named"
without "$work/constants" "$work/named" "uapi.rst, semantics.rst: not there: "
without "$work/statuses" "$work/rows" "semantics.rst: no row for "

words 'sspseal_[a-z0-9_]+' "$docs/uapi.rst" "$docs/semantics.rst" > "$work/named"
without "$work/types" "$work/named" "uapi.rst: not there: "
grep -Eo '``[a-z_]+``' "$docs/uapi.rst" | tr -d '`' > "$work/named"
without "$work/fields" "$work/named" "uapi.rst: not there: field "

# Parameters are named in limits.rst, with the value that they have at first.
while read -r name; do
	grep -q "^   \* - \`\`$name\`\`\$" "$docs/limits.rst" ||
		echo "limits.rst: no row for module parameter $name"
done < "$work/parameters" >> "$work/wrong"
[ -s "$work/parameters" ] || echo "no module parameters were found" >> "$work/wrong"

# --- what does not exist

{
	cat "$work/constants" "$work/library" "$work/types"
	# The environment of the scripts.
	words 'SSPSEAL_[A-Z]+' "$top/selftests/vm/common.sh" "$top/selftests/vm/init.sh"
} > "$work/long"
words 'SSPSEAL_[A-Z0-9_]*[A-Z0-9]' "$docs"/*.rst "$top/README.md" "$docs"/examples/*.c |
	sort -u > "$work/named"
without "$work/named" "$work/long" "Documentation: no such constant: "

words 'sspseal_[a-z0-9_]+' "$docs"/uapi.rst "$docs"/semantics.rst "$docs"/keys-and-binding.rst \
	"$docs"/delegation.rst "$docs"/limits.rst "$docs"/quick-start.rst "$top/README.md" \
	> "$work/named"
without "$work/named" "$work/long" "Documentation: no such name: "

cat "$work/long" "$work/short" "$work/errnos" > "$work/known"
literals "$docs/uapi.rst" "$docs/semantics.rst" > "$work/named"
without "$work/named" "$work/known" "uapi.rst, semantics.rst: no such name: "

# --- the tables of statuses

# STATUS ERRNO, from the comment of the header.
{
	echo OK 0
	sed -n 's/^ \* @SSPSEAL_STATUS_\([A-Z0-9_]*\): \(E[A-Z0-9]*\):.*/\1 \2/p' "$header"
} > "$work/errno"

# STATUS CODE CODE CODE CODE, from the library: those of the families of calls.
awk '
	/\[SSPSEAL_FAMILY_SEAL\]/ { family = 1 }
	/\[SSPSEAL_FAMILY_OTHER\]/ { family = 2 }
	/\[SSPSEAL_FAMILY_ENCRYPT\]/ { family = 3 }
	/\[SSPSEAL_FAMILY_APPLICATION\]/ { family = 4 }
	family && /^\t\t\.[a-z_]+ = / {
		name = $1
		sub(/^\./, "", name)
		sub(/,$/, "", $3)
		code[family, name] = $3
	}
	/^\};/ { family = 0 }
	/^static NTSTATUS status_ntstatus/ { inside = 1 }
	/^\}/ { inside = 0 }
	inside && /case SSPSEAL_STATUS_/ {
		sub(/^SSPSEAL_STATUS_/, "", $2)
		sub(/:$/, "", $2)
		pending[nr++] = $2
	}
	inside && /return / {
		value = $2
		sub(/;$/, "", value)
		member = sub(/^codes->/, "", value)
		for (i = 0; i < nr; i++) {
			printf "%s", pending[i]
			for (family = 1; family <= 4; family++)
				printf " %s", member ? code[family, value] : value
			print ""
		}
		family = nr = 0
	}
' "$map" > "$work/four"
cut -d " " -f 1-3 "$work/four" > "$work/codes"

# STATUS ERRNO CODE CODE, from the page.
awk '
	/^   \* - ``[A-Z0-9_]+``$/ { gsub(/`/, "", $3); row = $3; nr = 0; next }
	/^     - / && row != "" {
		line = line " " $2
		if (++nr == 3) {
			print row line
			row = line = ""
		}
	}
	/^$/ { row = line = "" }
' "$docs/semantics.rst" > "$work/tables"
awk '
	NR == FNR { status[$1]; next }
	$1 in status
' "$work/statuses" "$work/tables" > "$work/table"

sort -u "$work/errno" > "$work/a"
sort -u "$work/codes" > "$work/b"
join "$work/a" "$work/b" > "$work/right"
without "$work/table" "$work/right" "semantics.rst: not so: "
without "$work/right" "$work/table" "semantics.rst: but so: "

# CODE CODE, where the application level has another code; then STATUS CODE, where
# EncryptMessage has one more.
awk '
	$3 != $5 { print $3, $5 }
	$4 != $5 { print $1, $4 }
' "$work/four" | sort -u > "$work/right"
awk '
	/^   \* - STATUS_[A-Z_]+$/ { row = $3; next }
	/^     - / && row != "" { print row, $2 }
	{ row = "" }
' "$docs/semantics.rst" > "$work/table"
sed -n 's/^One code.*``\([A-Z_]*\)`` is \([A-Z_]*\) there\.$/\1 \2/p' "$docs/semantics.rst" \
	>> "$work/table"
without "$work/table" "$work/right" "semantics.rst: not so: "
without "$work/right" "$work/table" "semantics.rst: but so: "

# --- PROGRAM, if it is a script, or PROGRAM.TEST

grep -oE '``[a-z0-9_]+(\.[a-z0-9_]+)?``' "$docs/security.rst" | tr -d '`' |
	grep -vx -e authencesn -e pcrypt > "$work/named"
for file in "$top"/selftests/*.c "$top"/selftests/*.sh; do
	program=$(basename "$file")
	case $program in
	*.sh) echo "${program%.sh}" ;;
	*) sed -nE "s/^TEST[A-Z_]*\(([a-z_0-9]+, )?([a-z_0-9]+)(,.*)?\)?$/${program%.c}.\2/p" "$file" ;;
	esac
done > "$work/tests"
without "$work/named" "$work/tests" "security.rst: no such test: "

# The lists name some tests as 32-bit programs, or in one variant: PROGRAM.TEST again.
awk '
	/^test:/ {
		for (i = 2; i <= NF; i++) {
			nr = split($i, part, ".")
			sub(/_32$/, "", part[1])
			print part[1]
			if (nr > 1)
				print part[1] "." part[nr]
		}
	}
' "$top"/selftests/mutants/* > "$work/noticing"
without "$work/named" "$work/noticing" "security.rst: notices no mutant: "
grep -E '^(concurrency|lifecycle|late|meanwhile|taken|rewrite|churn|memory|in_flight)\.' \
	"$work/tests" > "$work/races"
without "$work/races" "$work/noticing" "testing.rst: notices no naive build: "

if [ -s "$work/wrong" ]; then
	cat "$work/wrong"
	exit 1
fi

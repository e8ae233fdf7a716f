#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lint.sh [CHECK]...
#
# Runs the static checks, or those named, on the files that git has or would
# add. A check passes if its tools find nothing; what they find stands above its
# line of TAP. All run at once. lint/selftest.sh shows that each of them can fail.
set -euo pipefail

checks=(spdx private function-length headers kernel-doc python codespell
	shellcheck mutants coverage checkpatch sparse analyzer warnings)

packages=(clang codespell g++ gcc git libc6-dev make perl python3-flake8
	shellcheck sparse)

# Sparse cannot read the headers of 7.x.
label=6.1

top=$(cd "$(dirname "$0")/.." && pwd)
lint=$top/selftests/lint
build=$(realpath -m "${BUILD:-$top/build}")
jobs=$(nproc)

die() {
	echo "lint.sh: $*" >&2
	exit 1
}

# --- the files

# Without git, in an unpacked archive, all there are but for what is built.
list_files() {
	{
		git ls-files --cached --others --exclude-standard 2> /dev/null ||
			find . -type d \( -name .git -o -name build -o -name __pycache__ \) \
				-prune -o -type f -printf '%P\n'
	} | while read -r file; do
		[ ! -f "$file" ] || [ -L "$file" ] || echo "$file"
	done
}

# files PATTERN...: those that match one of the patterns; * matches / as well.
files() {
	local file pattern
	for file in "${all[@]}"; do
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # it is a pattern
			if [[ $file == $pattern ]]; then
				echo "$file"
				break
			fi
		done
	done
}

# scripts SUFFIX INTERPRETER: programs in a language, by name or first line.
scripts() {
	{
		files "*.$1"
		awk -v interpreter="^#!.*[/ ]($2)( |$)" \
			'$0 ~ interpreter { print FILENAME } { nextfile }' "${all[@]}"
	} | sort -u
}

# The programs that run as processes.
user_sources() {
	files 'userlib/*.c' 'tools/*.c' 'Documentation/examples/*.c'
}
user_flags=(-std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iuserlib/include -Iuapi)

# on N COMMAND...: runs it with up to N of the lines of stdin as arguments. That
# it found something shows in what it prints.
on() {
	xargs -r -d '\n' -P "$jobs" -n "$1" "${@:2}" 2>&1 || [ $? -eq 123 ]
}

# --- licences, names, lengths

licence() {
	case $1 in
	COPYING | LICENSES/* | *.md | *.json | Documentation/performance/*) ;;
	uapi/*) echo "GPL-2.0-only WITH Linux-syscall-note OR MIT" ;;
	userlib/* | tools/* | Documentation/examples/*) echo MIT ;;
	*) echo GPL-2.0-only ;;
	esac
}

# Every file that can have one says its licence in its first lines, and the one
# that its folder has.
check_spdx() {
	local file wanted found
	for file in "${all[@]}"; do
		wanted=$(licence "$file")
		found=$(sed -n '1,3s,^.*SPDX-License.Identifier: \(.*[^ */]\)[ */]*$,\1,p' "$file")
		[ -z "$wanted" ] || [ "$found" = "$wanted" ] ||
			echo "$file:1: SPDX licence '$found', wanted '$wanted'"
	done
}

# Nothing here depends on one person's machine: no paths in home directories or
# to this tree, no hosts that packages come from.
check_private() {
	{
		grep -v '^#' "$lint/private.txt"
		echo "(^|[^[:alnum:]_.}/-])$(quoted <<< "$top")/"
		apt_hosts | quoted
	} > "$work/private.txt"
	grep -nHE -f "$work/private.txt" -- "${all[@]}" || [ $? -eq 1 ]
}

# What has a letter and a dot: "localhost" is no secret.
apt_hosts() {
	command -v apt-get > /dev/null || return 0
	# shellcheck disable=SC2016 # the format is apt's
	apt-get indextargets --format '$(REPO_URI)' |
		sed -nE 's,^[a-z+]+://([^/@]*@)?([^/:@]*[a-z][^/:@]*\.[^/:@]+)[/:].*,\2,p' | sort -u
}

# Makes text a regular expression that matches it.
quoted() {
	sed 's/[][\.*^$+?(){}|]/\\&/g'
}

# 60 lines from brace to brace. A table written as a switch may be longer: its
# rows, a case and what it returns, are not counted.
check_function_length() {
	files 'kmod/*.c' 'userlib/*.c' 'tools/*.c' 'selftests/*.c' | on 1000 awk -v limit=60 '
		FNR == 1 { inside = 0 }
		/^{/ { inside = 1; start = FNR; lines = 0 }
		/^\t+(case .*|default):$/ { row = 1; next }
		row && /^\t+return .*;$/ { row = 0; next }
		{ row = 0; lines++ }
		/^}/ {
			if (inside && lines > limit)
				printf "%s:%d: a function of %d lines, not %d\n",
					FILENAME, start, lines, limit
			inside = 0
		}'
}

# --- languages

# Each public header alone, in the oldest C and C++. The kernel's has no padding:
# compilers might differ on where it is.
check_headers() {
	local header
	for header in $(files 'uapi/*.h'); do
		header_alone "$header" -Wpadded
	done
	for header in $(files 'userlib/include/*.h'); do
		header_alone "$header" -Iuserlib/include
	done
}

header_alone() {
	local header=$1
	shift
	set -- -fsyntax-only -pedantic-errors -Wall -Wextra -Werror -Iuapi "$@"
	gcc -std=c89 "$@" -x c -include "$header" /dev/null || :
	g++ -std=c++98 "$@" -x c++ -include "$header" /dev/null || :
}

check_kernel_doc() {
	files '*.c' '*.h' | on 1000 "$kernel_scripts/kernel-doc" -none -Wall
}

# The system's python3: its flake8 is not there for others.
check_python() {
	scripts py 'python3?' > "$work/python"
	PYTHONPYCACHEPREFIX=$work/pycache \
		on 1000 /usr/bin/python3 -m py_compile < "$work/python"
	on 1000 /usr/bin/python3 -m flake8 --isolated --max-line-length 100 < "$work/python"
}

check_codespell() {
	files '*' | grep -vE '^(COPYING$|LICENSES/)' |
		on 1000 codespell --check-hidden --ignore-words "$lint/codespell.txt"
}

check_shellcheck() {
	scripts sh '(ba|da)?sh' | on 12 shellcheck -x -f gcc
}

# A list of edits goes out of date with what it edits.
check_mutants() {
	"$top/selftests/mutants.sh" --edits
}

# So do reasons why lines are not executed.
check_coverage() {
	"$top/selftests/coverage-reasons.sh"
}

# --- the kernel's tools

# SSPI's names are not the kernel's, nor are its types, and programs do not have
# the kernel's macros. Scripts are shellcheck's: what checkpatch takes for a
# repeated word is a command and its argument.
check_checkpatch() {
	local kernel_macros=ARRAY_SIZE,PREFER_DEFINED_ATTRIBUTE_MACRO
	prepare_checkpatch
	files 'kmod/*' 'uapi/*' 'selftests/*.[ch]' '*Makefile' '*Kbuild' |
		checkpatch
	files 'userlib/*.[ch]' 'tools/*.[ch]' 'Documentation/examples/*.[ch]' |
		checkpatch --ignore "CAMELCASE,NEW_TYPEDEFS,PREFER_KERNEL_TYPES,$kernel_macros"
}

# checkpatch takes CamelCase that it knows from the tree's include/: the names of
# the library's headers, for the tests of the library. It keeps a list of them in
# its directory; the first run makes that, so that no two do at the same time. The
# types among them it has to be told of, to know a pointer from a product, and a
# longer one before its beginning.
prepare_checkpatch() {
	mkdir -p "$work/checkpatch/include"
	ln -s "$top" "$work/checkpatch/tree"
	grep -ohE '\w*([a-z][A-Z]|[A-Z][a-z])\w*' userlib/include/*.h | sort -u |
		sed 's/^/#define /' > "$work/checkpatch/include/sspi.h"
	grep -hE '^(typedef [^(]*|\}.*);$' userlib/include/*.h | grep -oE '\w+[,;]' |
		tr -d ',;' | sort -ru > "$work/checkpatch/types"
	(cd "$work/checkpatch" && "${run_checkpatch[@]}" -f include/sspi.h) > /dev/null || :
}

checkpatch() {
	sed 's,^,tree/,' | (cd "$work/checkpatch" && on 4 "${run_checkpatch[@]}" "$@" -f) |
		sed 's,^tree/,,'
}

# build_module MODULE ARGUMENT...: prints what there is to say about the code.
build_module() {
	local module=$1
	shift
	selftests/build-module.sh "$kernel/build" "$module" -k -j "$jobs" \
		CONFIG_DEBUG_INFO_BTF_MODULES= "$@" 2>&1 |
		sed -E -e '/^make.*( Error [0-9]+$|Waiting for|not remade because)/d' \
			-e '/^warning: the compiler differs/d' \
			-e '/^  (The kernel was built by|You are using):/d' \
			-e "s,${module%/*}/objects/,,g"
}

# With C=2 kbuild runs CHECK on every file. What the compiler itself says about
# them is for check_warnings: hence other objects, and -w.
each_source() {
	(
		mkdir -p "$build/lint"
		exec 9> "$build/lint/lock"
		flock 9
		build_module "$build/lint/sspseal.ko" KCFLAGS=-w C=2 CHECK="$1"
	)
}

check_sparse() {
	local sparse="sparse -Wsparse-error -D__CHECK_ENDIAN__" status=0
	each_source "$sparse" || status=$?
	# shellcheck disable=SC2086 # a command and its arguments
	user_sources | on 1 $sparse "${user_flags[@]}"
	return "$status"
}

check_analyzer() {
	local status=0
	each_source "$lint/analyze.sh" || status=$?
	user_sources | on 1 "$lint/analyze.sh" "${user_flags[@]}"
	return "$status"
}

# The same objects as the tests', so that they are built once. A mismatch of
# sections must be an error to be said again by the next run; kernel-doc, which
# W=1 brings, has a check of its own.
check_warnings() {
	build_module "$build/kmod/$label/sspseal.ko" W=1 KCFLAGS=-Werror \
		CONFIG_SECTION_MISMATCH_WARN_ONLY= cmd_checkdoc=
}

# --- all of them

# In a process group of its own, so that all of it can be ended.
start() {
	set -m
	"check_${1//-/_}" > "$work/found/$1" 2>&1 < /dev/null &
	set +m
	running+=($!)
}

judge() {
	local number=$1 check=$2 found=$work/found/$2 status=0
	wait "${running[number - 1]}" || status=$?
	cat "$found"
	if [ "$status" -eq 0 ] && [ ! -s "$found" ]; then
		echo "ok $number lint: $check"
		passed=$((passed + 1))
	else
		[ -s "$found" ] || echo "lint.sh: the check ended with status $status"
		echo "not ok $number lint: $check"
		failed=$((failed + 1))
	fi
}

# shellcheck disable=SC2317 # called by a trap
clean_up() {
	local group
	for group in "${running[@]}"; do
		kill -- "-$group" 2> /dev/null || :
	done
	rm -rf "$work"
}

wanted() {
	local check
	for check in "$@"; do
		[[ " ${checks[*]} " == *" $check "* ]] ||
			die "no check $check; there are: ${checks[*]}"
	done
	[ $# -eq 0 ] || checks=("$@")
}

wanted "$@"
cd "$top"
"$top/selftests/deps.sh" "${packages[@]}"
kernel=$("$top/selftests/vm/kernel.sh" "$label")
kernel_scripts=$("$top/selftests/vm/kselftest.sh")/scripts

# Nothing of a make that called this is for those that it calls.
unset MAKEFLAGS MFLAGS MAKELEVEL

running=() passed=0 failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-lint.XXXXXX")
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

run_checkpatch=("$kernel_scripts/checkpatch.pl" --no-tree "--root=$work/checkpatch"
	"--typedefsfile=$work/checkpatch/types" --strict --terse --show-types
	--quiet --no-summary)
mkdir "$work/found"
mapfile -t all < <(list_files)
[ ${#all[@]} -gt 0 ] || die "no files"

echo "1..${#checks[@]}"
for check in "${checks[@]}"; do
	start "$check"
done
for number in $(seq ${#checks[@]}); do
	judge "$number" "${checks[number - 1]}"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# compile.sh: does code written to SSPI compile? usual.c, in the dialects of C and
# C++, with gcc and clang, for 64 and 32 bits, with UNICODE and without, and with
# what Windows' header wants defined, or none of it. Warnings are errors.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
"$here/../deps.sh" clang g++ gcc gcc-multilib

flags=(-fsyntax-only -pedantic-errors -Wall -Wextra -Wconversion -Wshadow -Werror
	-I"$top/userlib/include")
compiled=0 failed=0

# compile COMPILER FLAG...: without the first line, which C89 has no such comment
# for.
compile() {
	compiled=$((compiled + 1))
	sed '1s/.*//' "$here/usual.c" | "$@" "${flags[@]}" - || {
		echo "not compiled by: $*"
		failed=$((failed + 1))
	}
}

for bits in -m64 -m32; do
	for characters in -UUNICODE -DUNICODE; do
		for standard in c89 c99 c11 c17; do
			for compiler in gcc clang; do
				compile $compiler $bits $characters -std=$standard \
					-x c -Wstrict-prototypes -DSECURITY_WIN32
			done
		done
		for standard in c++98 c++11 c++17 c++20; do
			for compiler in g++ clang++; do
				compile $compiler $bits $characters -std=$standard \
					-x c++ -DSECURITY_WIN32
			done
		done
	done
done
for define in -DSECURITY_KERNEL -DSECURITY_MAC -USECURITY_WIN32; do
	compile gcc -std=c11 -x c $define
	compile g++ -std=c++20 -x c++ $define
done

echo "# a program of SSPI compiled in $compiled ways"
[ "$failed" -eq 0 ]

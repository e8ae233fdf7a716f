#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# compile.sh: does code written to SSPI compile? usual.c, in the dialects of C and
# C++, with gcc and clang, for 64 and 32 bits, with UNICODE and without, and with
# what Windows' header wants defined, or none of it. Warnings are errors. Then the
# same file with MinGW-w64's headers, for Windows: it uses nothing that is not there.
#
# And does the library refuse to compile with a reason that it has no code for?
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
"$here/../deps.sh" clang g++ gcc gcc-multilib mingw-w64-common

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

# What a program for Windows has before: and the package's entry point, which it
# would look up.
on_windows() {
	cat <<'END'
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <sspi.h>
#include <ntsecpkg.h>
NTSTATUS SEC_ENTRY SpUserModeInitialize(ULONG, PULONG, PSECPKG_USER_FUNCTION_TABLE *,
					PULONG);
END
	sed '1s/.*//' "$here/usual.c"
}

compile_for_windows() {
	compiled=$((compiled + 1))
	on_windows | clang -target "$1" "$2" -fsyntax-only -Wall -Wextra -Werror \
		-DSECURITY_WIN32 -DWIN32_LEAN_AND_MEAN -D_WIN32_WINNT=0x0603 \
		-isystem /usr/share/mingw-w64/include -x c - || {
		echo "not compiled for: $*"
		failed=$((failed + 1))
	}
}

# refuses_new_reason FILE: the build has to end, whatever CFLAGS say.
refuses_new_reason() {
	if make -s -C "$top/userlib" BUILD="$work" UAPI="$work" "$work/$1.o" \
		2> "$work/errors" || ! grep -q 'SSPSEAL_STATUS_NEW.*not handled' "$work/errors"; then
		echo "$1.c compiles without a code for a new reason"
		failed=$((failed + 1))
	fi
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

for target in x86_64-w64-mingw32 i686-w64-mingw32; do
	for characters in -UUNICODE -DUNICODE; do
		compile_for_windows $target $characters
	done
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/linux"
sed 's/^\tSSPSEAL_STATUS_CIPHER,/&\n\tSSPSEAL_STATUS_NEW,/' \
	"$top/uapi/linux/sspseal.h" > "$work/linux/sspseal.h"
refuses_new_reason status
refuses_new_reason ntstatus

echo "# a program of SSPI compiled in $compiled ways"
[ "$failed" -eq 0 ]

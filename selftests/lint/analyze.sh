#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# analyze.sh FLAG... FILE: clang's analyzer on a file.
#
# For the module kbuild runs it in sparse's place, with the flags that sparse
# and gcc get. clang gets those that decide what the code means; many others it
# does not know. What is in others' headers is not reported.
set -euo pipefail

flags=(-w)
while [ $# -gt 1 ]; do
	case $1 in
	-include | -isystem)
		flags+=("$1" "$2")
		shift
		;;
	-I*) flags+=(-isystem "${1#-I}") ;;
	-D* | -U* | -O? | -std=* | -m64 | -nostdinc | -funsigned-char | -fshort-wchar)
		flags+=("$1")
		;;
	esac
	shift
done
exec clang --analyze -Xclang -analyzer-output=text -Xclang -analyzer-werror \
	-fno-caret-diagnostics "${flags[@]}" "$1" -o /dev/null

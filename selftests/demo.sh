#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh: seals FILE (default: a page of the documentation) with the module in a
# VM, or with HOST=1 in the running kernel, unseals it, shows a token and what
# becomes of a flipped bit, and lets a program that knows nothing but the format
# open the result.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

stage=$build/stage/demo out=$build/demo
file=$(realpath "${FILE:-$top/Documentation/token-format.rst}")
if [ ! -r "$file" ]; then
	echo "demo.sh: cannot read $file" >&2
	exit 1
fi

install_packages demo
say "Building the module, the library and the tool"
"$top/selftests/stage.sh" "$stage"

# The file may be private, and the key is.
umask 077
rm -rf "$out"
mkdir -p "$out"
trap 'rm -rf "$stage/key" "$stage/input" "$out"' EXIT
cp "$top/selftests/demo-guest.sh" "$stage"
cp "$file" "$stage/input"
head -c 32 /dev/urandom > "$stage/key"

on_this_machine || say "Booting Debian's kernel $kernel in a VM"
run_staged "$stage" "$out" ./demo-guest.sh

say "An independent program, written from Documentation/token-format.rst alone, opens it"
/usr/bin/python3 "$top/selftests/opener/opener.py" open -v \
	--key-file "$stage/key" -o "$out/opened" "$out/input.sealed"
cmp "$file" "$out/opened"
echo "It found what was in $file."

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh: seals FILE (default: a page of the documentation) with the module in a VM, or with HOST=1
# in the running kernel, unseals it, shows a token and what becomes of a flipped
# bit, and lets a program that knows nothing but the format open the result.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
stage=$build/stage/demo out=$build/demo
file=${FILE:-$top/Documentation/token-format.rst}

say() {
	printf '\n==> %s\n' "$*"
}

[ -r "$file" ] || { echo "demo.sh: cannot read $file" >&2; exit 1; }
"$top/selftests/deps.sh" python3-cryptography

say "Building the module, the library and the tool"
"$top/selftests/stage.sh" "$stage"
cp "$top/selftests/demo-guest.sh" "$stage"
cp "$file" "$stage/input"
head -c 32 /dev/urandom > "$stage/key"
rm -rf "$out"
mkdir -p "$out"

if [ -n "${HOST:-}" ]; then
	cd "$stage"
	./host.sh ./sspseal.ko -- ./demo-guest.sh "$out"
else
	say "Booting Debian's kernel ${KERNEL:-6.1} in a VM"
	"$top/selftests/vm/run.sh" --kernel "${KERNEL:-6.1}" --payload "$stage" \
		--out "$out" -- ./host.sh ./sspseal.ko -- ./demo-guest.sh /out
fi

say "An independent program, written from Documentation/token-format.rst alone, opens it"
/usr/bin/python3 "$top/selftests/opener/opener.py" open -v \
	--key-file "$stage/key" -o "$out/opened" "$out/input.sealed"
cmp "$file" "$out/opened"
echo "It found what was in $file."

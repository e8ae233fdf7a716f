#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# demo-guest.sh OUT: the part of the demo that runs on the kernel with the
# module, beside the files "input" and "key". Leaves OUT/input.sealed.
set -eu

out=$1
LD_LIBRARY_PATH=.${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

step() {
	printf '\n==> %s\n' "$*"
}

# The last byte of a file, with its lowest bit flipped.
flip_last_bit() {
	size=$(wc -c < "$1")
	last=$(tail -c 1 "$1" | od -An -tu1)
	flipped=$((last ^ 1))
	head -c $((size - 1)) "$1" > "$2"
	# shellcheck disable=SC2059 # an octal escape is a format
	printf "\\$(printf %03o "$flipped")" >> "$2"
}

step "The module is loaded on Linux $(uname -r); it offers"
./sspsealctl info

step "Sealing $(wc -c < input) bytes as initiator: the kernel holds the key"
./sspsealctl seal --key-file key -o "$out/input.sealed" input

step "What is in the sealed file, and its first token"
./sspsealctl info "$out/input.sealed"

step "Unsealing it as acceptor"
./sspsealctl unseal --key-file key -o unsealed "$out/input.sealed"
cmp input unsealed
echo "The result is the input."

step "Flipping one bit"
flip_last_bit "$out/input.sealed" flipped
if ./sspsealctl unseal --key-file key -o unsealed flipped 2> refusal; then
	echo "A forged message was accepted." >&2
	exit 1
fi
cat refusal
grep -q ALTERED refusal
rm -f flipped unsealed refusal

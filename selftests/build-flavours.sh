#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-flavours.sh LABEL...
#
# Builds the module, and those that are for tests, for the kernels LABEL..., and for
# the other flavours of them that Debian has: 6.1, 6.1-rt, 6.1-normal. Whatever make
# has to say is a failure. Ends with a line "N passed, N failed".
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

# From the beginning: what was built before says nothing again.
build_all() {
	local headers name objects=$build/flavours/$1
	rm -rf "$objects"
	headers=$("$top/selftests/vm/kernel.sh" "$1")/build &&
		"$top/selftests/build-module.sh" "$headers" "$objects/sspseal.ko" \
			W=1 KCFLAGS=-Werror || return
	for name in faulty later where bench; do
		"$top/selftests/build-test-module.sh" "$headers" \
			"$top/selftests/$name" "$objects/$name" || return
	done
}

install_packages demo
passed=0 failed=0
for label in $(printf '%s\n' "$@" | sed 'p; s/$/-rt/; p; s/-rt$/-normal/'); do
	"$top/selftests/vm/kernel.sh" "$label" > /dev/null
	if said=$(build_all "$label" 2>&1) && [ -z "$said" ]; then
		echo "ok $((passed += 1)) build: $label"
	else
		printf '%s\n' "$said" "not ok build: $label"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kselftest.sh
#
# Makes sure that what Debian has only in the kernel's source package is in the
# cache: kselftest's headers, lib.mk and runner, checkpatch.pl and kernel-doc
# with what they read. Prints the directory, laid out like a kernel tree; beside
# that, packages.sha256 names the package. To get a newer one, remove it, and what
# source.sh has.
#
# It is 6.12's for every kernel: in 6.1's harness a SKIP in FIXTURE_SETUP still runs
# the test.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

wanted=(
	'*/tools/testing/selftests/kselftest*'
	'*/tools/testing/selftests/lib.mk'
	'*/tools/testing/selftests/run_kselftest.sh'
	'*/scripts/Makefile.arch'
	'*/scripts/subarch.include'
	'*/scripts/checkpatch.pl'
	'*/scripts/spelling.txt'
	'*/scripts/const_structs.checkpatch'
	'*/scripts/kernel-doc*'
	'*/scripts/spdxcheck.py'
	'*/scripts/coccicheck'
	'*/scripts/coccinelle'
	'*/scripts/decode_stacktrace.sh'
	'*/scripts/faddr2line'
	'*/Documentation/dev-tools/checkpatch.rst'
	'*/LICENSES'
	'*/.clang-format'
)

take() {
	local source=$1 dir=$2
	tar -x -I 'xz -T0' -f "$source/linux-source.tar.xz" -C "$dir" \
		--strip-components=1 --wildcards "${wanted[@]}"
	cp "$source/packages.sha256" "$dir"
}

dir=$cache/kselftest
if [ ! -d "$dir" ]; then
	"$vm_dir/../deps.sh" xz-utils
	source=$("$vm_dir/source.sh")
	once "$dir" take "$source"
fi
echo "$dir"

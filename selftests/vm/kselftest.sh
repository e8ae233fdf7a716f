#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kselftest.sh
#
# Makes sure that what Debian has only in the kernel's source package is in the
# cache: kselftest's headers, lib.mk and runner, checkpatch.pl and kernel-doc
# with what they read. Prints the directory, laid out like a kernel tree; beside
# that, packages.sha256 names the package. To get a newer one, remove it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"
# shellcheck source-path=SCRIPTDIR
. "$vm_dir/apt.sh"

# 6.12's for every kernel: in 6.1's harness a SKIP in FIXTURE_SETUP still runs
# the test.
suite=bookworm
package=linux-source-6.12

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

fetch() {
	local dir=$1 tarball
	apt_root "$suite" "$dir/apt"
	echo "${0##*/}: fetching $package" >&2
	apt_unpack "$dir/apt/unpacked" "$package" > "$dir/packages.sha256"
	tarball=$(find "$dir/apt/unpacked" -name 'linux-source-*.tar.xz')
	tar -x -I 'xz -T0' -f "$tarball" -C "$dir" --strip-components=1 \
		--wildcards "${wanted[@]}"
	rm -rf "$dir/apt"
}

dir=$cache/kselftest
"$vm_dir/../deps.sh" xz-utils
once "$dir" fetch
echo "$dir"

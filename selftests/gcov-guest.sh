#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov-guest.sh COMMAND...
#
# In the VM: runs COMMAND, and leaves in /out what the kernel counted meanwhile in
# modules that were built for it.

"$@"
status=$?
cd /sys/kernel/debug/gcov || exit
find . -name '*.gcda' | while read -r file; do
	mkdir -p "/out/gcov/${file%/*}"
	# The size that the file system tells is 0.
	cat "$file" > "/out/gcov/$file"
done
exit "$status"

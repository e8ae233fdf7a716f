#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov-guest.sh OBJECTS COMMAND...
#
# In the VM: runs COMMAND, and leaves in /out/gcov what was counted meanwhile: by the
# kernel, in modules that were built for it, and by programs. These write where they
# were built, below OBJECTS, into the files that the list gcov-files names: whoever
# they run as.
objects=$1
shift

if [ -e gcov-files ]; then
	while read -r file; do
		mkdir -p "/out/gcov${file%/*}"
		: > "/out/gcov$file"
	done < gcov-files
	chmod -R a+rwX /out/gcov
	mkdir -p "${objects%/*}"
	ln -s "/out/gcov$objects" "$objects"
fi

"$@"
status=$?
cd /sys/kernel/debug/gcov || exit
find . -name '*.gcda' | while read -r file; do
	mkdir -p "/out/gcov/${file%/*}"
	# The size that the file system tells is 0.
	cat "$file" > "/out/gcov/$file"
done
exit "$status"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# hygiene.sh [MODULE]
#
# Are keys and messages anywhere in a machine's memory when they should not be? Boots
# a VM whose memory is a file here, has hygiene.c make and give up contexts in it, and
# searches all of that file meanwhile. Ends with a line "N passed, N failed".
#
# Nothing is poisoned or zeroed for the kernel here: what it leaves can be found. With
# MODULE, that one is looked at, not the one just built.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

module=${1:-}
stage=$build/stage/hygiene${module:+.$$}
kernel_dir=$("$top/selftests/vm/kernel.sh" "$kernel")
size=$(cat "$kernel_dir/memory" 2> /dev/null || echo 512)

put_together() {
	"$top/selftests/stage.sh" "$stage"
	make -s -C "$top/selftests" OUTPUT="$build/selftests" BUILD="$build" \
		KSFT="$("$top/selftests/vm/kselftest.sh")" \
		"$build/selftests/hygiene" "$build/selftests/hygiene_search"
	"$top/selftests/build-test-module.sh" "$(< "$build/kmod/$kernel/headers")" \
		"$top/selftests/where" "$build/kmod/$kernel/where"
	cp "$build/selftests/hygiene" "$build/kmod/$kernel/where/where.ko" "$stage"
	[ -z "$module" ] || cp "$module" "$stage/sspseal.ko"
}

boot() {
	"$top/selftests/vm/run.sh" --kernel "$kernel" --payload "$stage" \
		--mem "$size" --timeout $((900 * $(slowness))) --log "$build/hygiene.log" \
		--append 'slub_debug=- kfence.sample_interval=0' \
		--qemu-args "-machine memory-backend=memory
			-object memory-backend-file,id=memory,size=${size}M,mem-path=$work/memory,share=on
			-chardev socket,id=hygiene,path=$work/socket,server=on,wait=off
			-device virtserialport,chardev=hygiene,name=sspseal.hygiene" \
		-- sh -c 'insmod ./where.ko && ./host.sh ./sspseal.ko -- ./hygiene'
}

# shellcheck disable=SC2317 # called by a trap
clean_up() {
	[ -z "$vm" ] || kill "$vm" 2> /dev/null || :
	wait
	rm -rf "$work"
	[ -z "$module" ] || rm -rf "$stage"
}

# In memory, if there is room for it.
place=/dev/shm
room=$(df -m --output=avail "$place" 2> /dev/null | tail -n 1)
[ "${room:-0}" -gt "$size" ] || place=${TMPDIR:-/tmp}
vm=
work=$(mktemp -d -p "$place" sspseal-hygiene.XXXXXX)
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

put_together
boot &
vm=$!
status=0
"$build/selftests/hygiene_search" "$work/memory" "$work/socket" \
	"$(< "$kernel_dir/release")" || status=$?
[ "$status" -ne 0 ] || wait "$vm" || status=$?
exit "$status"

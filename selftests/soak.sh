#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh [crowd]
#
# Everything at random in a VM for MINUTES (default 60), every result verified:
# soak/. SEED repeats a run, as far as processes and threads allow; LIFE, with what a
# report names, makes that one life again. Ends with "N operations, N wrong".
#
# With "crowd" 100,000 contexts at once, and 1,000,000 one after the other.
#
# The output is in build/soak as well, soak.log or crowd.log.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

what=${1:-soak}
minutes=${MINUTES:-60}
seed=${SEED:-$(date +%s)}
work=$build/soak
stage=$work/stage

vm_only
install_packages demo check
"$top/selftests/stage.sh" "$stage"
make -s -C "$top/selftests/soak" OUTPUT="$work" LIB="$build/userlib" "$what"
cp "$work/$what" "$stage"
kernel_log=$work/kernel.log
case $what in
soak)
	vm_options=(--mem 1024 --timeout $((minutes * 60 + 600 * $(slowness))))
	arguments=($((minutes * 60)) "$seed" ${LIFE:+"$LIFE"})
	;;
crowd)
	# Who debugs the caches needs more memory, and time. Each cache by its name.
	vm_options=(--mem 1536 --timeout 7200 --append "slub_debug=- slab_nomerge")
	arguments=(100000 1000000)
	;;
esac
run_staged "$stage" "" env LD_LIBRARY_PATH=. "./$what" "${arguments[@]}" |
	tee "$work/$what.log"

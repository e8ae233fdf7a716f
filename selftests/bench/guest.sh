#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh cost|threads|gate [ROW]... OUT: the part of the benchmark that runs on
# the kernel with the module. What was measured goes to the file OUT/results.
set -eu

what=$1
shift
rows=
while [ $# -gt 1 ]; do
	rows="$rows $1"
	shift
done
out=$1
LD_LIBRARY_PATH=.${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

# AF_ALG needs the memory for messages of 1 MiB.
optmem=$(cat /proc/sys/net/core/optmem_max)
undo() {
	echo "$optmem" > /proc/sys/net/core/optmem_max
	rmmod rawaead
}
insmod ./rawaead.ko
trap undo EXIT
echo 1048576 > /proc/sys/net/core/optmem_max

uname -r > "$out/release"
case $what in
cost)
	# shellcheck disable=SC2086 # a list of rows
	./bench $rows > "$out/results"
	# shellcheck disable=SC2086 # the same
	./bench_32 ${rows:-seal-32bit unseal-32bit} >> "$out/results"
	;;
threads)
	./threads > "$out/results"
	;;
gate)
	./bench -s 64 -s 4096 null-ioctl raw raw-both seal unseal batch-32 > "$out/results"
	;;
*)
	exit 2
	;;
esac

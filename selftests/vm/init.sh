#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# /init of the test VM. Loads modules, runs /vm/command in /sspseal, hands the
# results to the host and ends the VM.
#
# The host gets them over virtio ports, apart from the console, where anything
# may write: sspseal.output is what the command prints, sspseal.out the files it
# left in /out (a tar), sspseal.result how it ended. A port can be open only
# once, and this process keeps the result's, so nobody else can write to it.
export PATH=/sbin:/bin HOME=/root
# For tests that concern all of a machine.
export SSPSEAL_VM=1

say() {
	echo "sspseal-vm: $*" > /dev/kmsg
}

# No disks, nothing to sync: end without further ado. What the host has by now
# is what counts.
finish() {
	[ $# -eq 0 ] || say "$@"
	reboot -f
}

# A kernel need not know every one of these.
mount_all() {
	mount -t devtmpfs dev /dev
	mount -t proc none /proc
	mount -t sysfs sys /sys
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o gid=5,mode=620 pts /dev/pts
	mount -t tmpfs -o mode=1777 shm /dev/shm
	mount -t tmpfs -o mode=1777 tmp /tmp
	mount -t tmpfs run /run
	mount -t debugfs debug /sys/kernel/debug
	mount -t tracefs trace /sys/kernel/tracing
	mount -t cgroup2 cgroup /sys/fs/cgroup
	ln -s /proc/self/fd /dev/fd
	ln -s fd/0 /dev/stdin
	ln -s fd/1 /dev/stdout
	ln -s fd/2 /dev/stderr
}

load_modules() {
	while read -r module; do
		insmod "/lib/modules/$module.ko" > /dev/kmsg 2>&1
	done < /vm/modules
}

# The kernel was told to boot on one CPU.
start_cpus() {
	for file in /sys/devices/system/cpu/cpu[1-9]*/online; do
		[ ! -e "$file" ] || echo 1 > "$file" || finish "not all processors start"
	done
}

# Prints the device of the port called $1, which appears some time after the
# driver.
port() {
	tries=300
	while [ "$tries" -gt 0 ]; do
		for file in /sys/class/virtio-ports/*/name; do
			name=
			[ ! -e "$file" ] || read -r name < "$file"
			if [ "$name" = "$1" ]; then
				file=${file%/name}
				echo "/dev/${file##*/}"
				return
			fi
		done
		tries=$((tries - 1))
		sleep 0.1
	done
	finish "no virtio port $1"
}

# The command may open /dev/stdout anew, which a port would refuse: a pipe
# stands between. It is read to its end, after whoever else holds it is gone.
run_piped() {
	mkfifo /run/output
	cat < /run/output > "$(port sspseal.output)" &
	reader=$!
	/vm/command < /dev/null > /run/output 2>&1 3>&-
	status=$?
	end_leftovers
	wait "$reader"
}

# A terminal of its own, for job control and ^C.
run_interactive() {
	setsid cttyhack /vm/command 3>&-
	status=$?
	end_leftovers
}

# Processes that outlive the command; kernel threads have no exe.
end_leftovers() {
	for process in /proc/[0-9]*; do
		pid=${process#/proc/}
		case $pid in
		"$$" | "$reader") ;;
		*) [ ! -e "$process/exe" ] || kill -9 "$pid" ;;
		esac
	done
}

hand_over() {
	tar -C /out -cf - . > "$(port sspseal.out)"
	echo "exit $status" >&3
}

mount_all 2> /dev/null
ifconfig lo 127.0.0.1 up 2> /dev/null
load_modules
start_cpus
result=$(port sspseal.result)
exec 3> "$result"
mkdir -p /out
cd /sspseal || finish "no /sspseal"

reader=
say "the command begins"
if [ -e /vm/interactive ]; then
	run_interactive
else
	run_piped
fi
say "the command ended with status $status"
hand_over
finish

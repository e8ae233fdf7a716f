#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [OPTION]... -- COMMAND [ARGUMENT]...
#
# Boots a kernel in a VM and runs COMMAND there, as root, in /sspseal. What it
# prints appears on stdout; its exit status becomes this script's, but for
#   124  the time limit ended the VM
#   125  the VM gave no result: it could not be started, or crashed
#   126  COMMAND succeeded, and the kernel log has a line that no test may leave
#        there (badlog.txt)
#
#   --kernel K       a label that kernel.sh knows (default 6.1), or a directory
#                    shaped like those it makes, for a kernel of your own
#   --payload DIR    what is to be in /sspseal; host.sh and its data always are
#   --out DIR        what COMMAND leaves in /out comes back into DIR
#   --log FILE       keep the kernel log there (else it is kept on failure only)
#   --timeout S      time limit for the VM in seconds (default 120)
#   --smp N          CPUs (default 2)
#   --mem MIB        memory (default 512, or what the kernel or a large payload
#                    needs)
#   --append 'ARGS'  more kernel arguments; they come last
#   --qemu-args 'ARGS'
#   --accel A        tcg, kvm, or auto (default): kvm where a trial boot of this
#                    kernel has shown that it works
#   --shell          interactive: COMMAND (default: a shell) gets the terminal,
#                    where the kernel's warnings appear too; no time limit
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/common.sh"

usage() {
	sed -n '4,/^set/s/^# \{0,1\}//p' "$0"
}

kernel=6.1 payload='' out='' log='' limit=120 cpus=2 memory='' append='' qemu_args=''
accel=auto shell=

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --payload | --out | --log | --timeout | --smp | --mem | --append | \
			--qemu-args | --accel)
			[ $# -gt 1 ] || die "$1 needs a value"
			;;
		esac
		case $1 in
		--kernel) kernel=$2 ;;
		--payload) payload=$2 ;;
		--out) out=$2 ;;
		--log) log=$2 ;;
		--timeout) limit=$2 ;;
		--smp) cpus=$2 ;;
		--mem) memory=$2 ;;
		--append) append=$2 ;;
		--qemu-args) qemu_args=$2 ;;
		--accel) accel=$2 ;;
		--shell) shell=yes && shift && continue ;;
		--help) usage && exit ;;
		--) shift && break ;;
		*) die "unknown option $1 (--help lists them)" ;;
		esac
		shift 2
	done
	command=("$@")
	if [ ${#command[@]} -eq 0 ]; then
		[ -n "$shell" ] || die "no command (--help tells how)"
		command=(sh -l)
	fi
}

# --- what goes into the VM

# The words given, quoted for any shell.
quoted() {
	local word
	for word in "$@"; do
		printf " '%s'" "${word//\'/\'\\\'\'}"
	done
}

# The tree laid over the guest's root: the command, and host.sh beside it.
make_tree() {
	local tree=$work/tree
	mkdir -p "$tree/vm" "$tree/sspseal"
	install "$vm_dir/../host.sh" "$tree/sspseal"
	cp "$vm_dir/badlog.txt" "$vm_dir/crypto-modules.txt" "$tree/sspseal"
	{
		echo '#!/bin/sh'
		echo '. /vm/environment'
		[ -z "$shell" ] || terminal_settings
		echo "exec$(quoted "${command[@]}")"
	} > "$tree/vm/command"
	chmod +x "$tree/vm/command"
	[ -z "$shell" ] || : > "$tree/vm/interactive"
}

# A serial line does not tell the size of the terminal behind it.
terminal_settings() {
	local rows columns
	read -r rows columns < <(stty size 2> /dev/null) || return 0
	echo "stty rows $rows cols $columns"
	echo "export TERM=$(quoted "${TERM:-vt100}")"
}

make_initramfs() {
	mkdir -p "$work/empty"
	make_tree
	"$vm_dir/initramfs.sh" "$kernel_dir" "$work/initramfs" \
		"${payload:-$work/empty}" "$work/tree"
}

# The archive and its unpacked files are in memory together for a while, and the
# files' file system takes half of the memory at most.
memory_needed() {
	local size=$(($(stat -c %s "$work/initramfs") >> 20))
	local least=512
	[ ! -e "$kernel_dir/memory" ] || least=$(< "$kernel_dir/memory")
	echo $((3 * size + 256 > least ? 3 * size + 256 : least))
}

# --- the VM

# So that the first thing wrong ends the VM: oops=panic, panic_on_warn, panic.
# To find misuse of memory, where the kernel can: slub_debug and KFENCE; without
# slub_debug's U, who allocated what, with which a boot takes four times as long.
#
# The other CPUs are started by init. A kernel changes its own code a lot while
# it boots, and QEMU 7.2's emulation of several CPUs can miss such a change when
# one CPU makes it while another is about to run that code: about one boot in a
# hundred died of it ("Oops: int3"). One CPU boots faster, too, and with
# noreplace-smp and lpj those that come later neither have code changed for them
# nor spend a second on calibrating a delay loop.
#
# The kernel's tests of its own algorithms would take most of a second, and its
# check of the timer can fail on an emulated machine when the host is busy. Such a host
# can hold an emulated CPU up for half a minute.
kernel_arguments() {
	echo console=ttyS0 printk.devkmsg=on log_buf_len=2M \
		oops=panic panic_on_warn=1 panic=-1 \
		slub_debug=FZP kfence.sample_interval=1 \
		maxcpus=1 noreplace-smp lpj=10000000 \
		cryptomgr.notests no_timer_check \
		watchdog_thresh=60 workqueue.watchdog_thresh=120 \
		rcupdate.rcu_cpu_stall_timeout=300 \
		"$([ -n "$shell" ] && echo loglevel=5 || echo ignore_loglevel)" \
		"$append"
}

# The console goes to the log; for an interactive run to the terminal as well.
console() {
	if [ -n "$shell" ]; then
		printf '%s\n' -chardev "stdio,id=console,mux=on,signal=off,logfile=$work/log"
	else
		printf '%s\n' -chardev "file,id=console,path=$work/log"
	fi
	printf '%s\n' -serial chardev:console
}

port() {
	printf '%s\n' -chardev "file,id=$1,path=$2" \
		-device "virtserialport,chardev=$1,name=sspseal.$1"
}

# Boots $kernel_dir with accelerator $1, and waits for the end.
boot() {
	local arguments console_arguments ports
	mapfile -t console_arguments < <(console)
	mapfile -t ports < <(
		port output "$work/output"
		port out "$work/out"
		port result "$work/result"
	)
	arguments=(-machine q35 -accel "$1" -cpu max -smp "$cpus"
		-m "${memory:-$(memory_needed)}"
		-nodefaults -no-user-config -no-reboot -display none
		-kernel "$image" -initrd "$work/initramfs"
		-append "$(kernel_arguments)"
		-device virtio-rng-pci -device virtio-serial-pci
		"${ports[@]}" "${console_arguments[@]}")
	# shellcheck disable=SC2206 # words are what the option is for
	arguments+=($qemu_args)

	if [ -n "$shell" ]; then
		qemu-system-x86_64 "${arguments[@]}" || status=$?
		return
	fi

	# In the background, so that a signal to this script need not wait for
	# the VM but ends it.
	timeout -k 10 "$limit" qemu-system-x86_64 "${arguments[@]}" < /dev/null &
	vm=$!
	wait "$vm" || status=$?
	vm=
}

run_vm() {
	local reader
	: > "$work/log"
	: > "$work/result"
	# Opened here too, so that its reader ends even if no VM ever opens it.
	mkfifo "$work/output"
	exec 3<> "$work/output"
	cat "$work/output" 3>&- &
	reader=$!
	status=0
	boot "$accel" 3>&-
	exec 3>&-
	wait "$reader" || :
	sed -i 's/\r$//' "$work/log"
}

# --- the accelerator

# /dev/kvm alone says little: in a VM without working nesting a guest may hang
# or die early. A trial boot tells, once for what matters to it.
choose_accelerator() {
	local answer
	[ "$accel" = auto ] || return 0
	accel=tcg
	[ -w /dev/kvm ] || return 0
	answer=$cache/kvm/$(accelerator_key)
	if [ ! -e "$answer" ]; then
		mkdir -p "${answer%/*}"
		if "$0" --kernel "$kernel_dir" --accel kvm --timeout 20 --log /dev/null \
			-- true > /dev/null 2>&1; then
			echo kvm > "$answer.$$"
		else
			echo tcg > "$answer.$$"
		fi
		mv "$answer.$$" "$answer"
	fi
	accel=$(< "$answer")
}

accelerator_key() {
	{
		uname -r
		grep -m1 'model name' /proc/cpuinfo
		qemu-system-x86_64 --version
		stat -L -c '%n %s %Y' "$image"
	} | sha256sum | cut -c 1-32
}

# --- the verdict

# Of what COMMAND did, by the one channel that only init writes to.
verdict() {
	local result
	result=$(< "$work/result")
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		echo "run.sh: the VM was ended after $limit s" >&2
		status=124
	elif [[ $result =~ ^exit\ ([0-9]+)$ ]]; then
		status=${BASH_REMATCH[1]}
	else
		echo "run.sh: the VM gave no result" >&2
		status=125
	fi
}

search_log() {
	if grep -E -f "$vm_dir/badlog.txt" "$work/log" > "$work/bad"; then
		echo "run.sh: the kernel log has lines that no test may leave there:" >&2
		head -n 40 "$work/bad" >&2
		[ "$status" -ne 0 ] || status=126
	elif [ "$status" -eq 125 ] && [ -s "$work/log" ]; then
		echo "run.sh: the end of the kernel log:" >&2
		tail -n 15 "$work/log" >&2
	fi
}

keep_log() {
	if [ -n "$log" ]; then
		cp "$work/log" "$log"
	elif [ "$status" -ne 0 ]; then
		mkdir -p "$cache/log"
		find "$cache/log" -name '*.log' -mtime +14 -delete
		log=$(mktemp "$cache/log/$(date +%F-%H%M%S).XXXX.log")
		cp "$work/log" "$log"
	fi
	[ "$status" -eq 0 ] || echo "run.sh: exit status $status; kernel log: $log" >&2
}

take_out() {
	[ -n "$out" ] && [ -s "$work/out" ] || return 0
	mkdir -p "$out"
	tar -x -f "$work/out" -C "$out" --no-same-owner
}

# However this script ends. What failed before there was a verdict is not to look
# like a failure of COMMAND.
# shellcheck disable=SC2317 # called by a trap
clean_up() {
	local code=$?
	[ -z "$vm" ] || kill "$vm"
	[ -z "$work" ] || rm -rf "$work"
	[ -n "$judged" ] || [ "$code" -eq 0 ] || [ "$code" -eq 143 ] || exit 125
}

vm='' work='' judged=''
trap clean_up EXIT
trap 'exit 143' TERM INT HUP
parse "$@"
"$vm_dir/../deps.sh" qemu-system-x86
case $kernel in
*/*) kernel_dir=$(realpath "$kernel") ;;
*) kernel_dir=$("$vm_dir/kernel.sh" "$kernel") ;;
esac
image=$kernel_dir/pvh
[ -e "$image" ] || image=$kernel_dir/vmlinuz
[ -e "$image" ] || die "no kernel in $kernel_dir"
work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-vm.XXXXXX")

choose_accelerator
make_initramfs
run_vm
verdict
search_log
keep_log
take_out
judged=yes
exit "$status"

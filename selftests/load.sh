#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# load.sh
#
# Loading and unloading the module: its self-test, its parameters, what it leaves
# behind, and that it finds the fast ciphers.

cd "$(dirname "$0")" || exit 1
# shellcheck source-path=SCRIPTDIR
. ./module.sh
LD_LIBRARY_PATH=.${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
tests=0
failed=0

# check NAME COMMAND...: a test, which passes if COMMAND does.
check() {
	checked=$1
	shift
	tests=$((tests + 1))
	if "$@"; then
		echo "ok $tests $checked"
	else
		echo "not ok $tests $checked"
		failed=$((failed + 1))
	fi
}

complain() {
	echo "# $*"
	return 1
}

loaded() {
	[ -d /sys/module/sspseal ]
}

# Nothing of it is there.
gone() {
	! loaded || complain "the module is loaded" || return
	[ ! -e /dev/sspseal ] || complain "there is a device"
}

load_and_unload() {
	module_load "$SSPSEAL_MODULE" || complain "cannot be loaded" || return
	module_unload || complain "cannot be unloaded"
}

parameter() {
	cat "/sys/module/sspseal/parameters/$1"
}

# --- the self-test

# refuses_saying FILE REASON: a module that must not load, and what it says.
refuses_saying() {
	begin="$mark: ${1##*/}: $2"
	echo "$begin" > /dev/kmsg
	if insmod "$1" 2> /dev/null; then
		module_unload
		complain "was loaded"
		return
	fi
	# insmod may have tried twice.
	said=$(log_since "$begin" | sed -n 's/.*sspseal: //p' | sort -u)
	[ "$said" = "$2" ] || complain "said: $said" || return
	gone
}

# A module with a wrong known answer.
refuses_if_broken() {
	refuses_saying "./sspseal-broken-$1.ko" "self-test failed: $2"
}

# refuses_with NAME REASON [HOW]: with a cipher or hash that fails, or does in this way.
refuses_with() {
	# shellcheck disable=SC2086 # one parameter at most
	insmod "./$1.ko" ${3:-} || complain "no $1" || return
	refuses_saying "$SSPSEAL_MODULE" "$2"
	refused=$?
	rmmod "$1" || complain "holds $1" || return
	return "$refused"
}

refuses_cipher() {
	refuses_with faulty_aead "$2" "$1"
}

# What failed has left nothing that the next one would stumble over.
loads_after_that() {
	load_and_unload
}

# --- parameters

# loads_with NAME VALUE: and says so.
loads_with() {
	module_load "$SSPSEAL_MODULE" "$1=$2" || complain "cannot be loaded with $1=$2" ||
		return
	seen=$(parameter "$1")
	./sspsealctl info > /dev/null
	status=$?
	module_unload || return
	[ "$status" -eq 0 ] || complain "with $1=$2 the device does not answer" || return
	[ "$seen" = "$2" ] || complain "$1=$2 became $seen"
}

refuses() {
	if insmod "$SSPSEAL_MODULE" "$1=$2" 2> /dev/null; then
		module_unload
		complain "was loaded with $1=$2"
		return
	fi
	gone
}

refuses_bad_parameters() {
	bad=
	for name in max_data max_handles max_contexts; do
		for value in 0 -1 x 4294967295 4294967296 1x ''; do
			refuses "$name" "$value" || bad="$bad $name=$value"
		done
	done
	refuses max_data 16777216 || bad="$bad max_data"
	refuses max_handles 2147483648 || bad="$bad max_handles"
	refuses max_contexts 2147483648 || bad="$bad max_contexts"
	[ -z "$bad" ]
}

default_parameters() {
	module_load "$SSPSEAL_MODULE" || return
	seen="$(parameter max_data) $(parameter max_handles) $(parameter max_contexts)"
	modes=$(stat -c %a /sys/module/sspseal/parameters/*)
	module_unload || return
	[ "$seen" = "1048576 16384 131072" ] || complain "$seen" || return
	[ "$modes" = "$(printf '644\n644\n644')" ] || complain "modes $modes"
}

# --- the device

# udev may give it to a group of its own.
device_is_not_for_everyone() {
	module_load "$SSPSEAL_MODULE" || return
	seen=$(stat -c '%F %a %U' /dev/sspseal)
	module_unload || return
	[ "$seen" = "character special file 660 root" ] || complain "$seen"
}

# Open files hold the module.
stays_while_in_use() {
	module_load "$SSPSEAL_MODULE" || return
	exec 3<> /dev/sspseal
	rmmod sspseal 2> /dev/null
	loaded
	status=$?
	exec 3>&-
	module_unload || complain "not unloaded after the last close" || return
	[ "$status" -eq 0 ] || complain "unloaded while a file was open"
}

# --- ciphers

drivers() {
	module_load "$SSPSEAL_MODULE" || return
	./sspsealctl info | sed -n 's/^ *\([0-9]\) .*driver \([^ ]*\).*/\1:\2/p'
	module_unload
}

# fast_driver SUITE: generic C would be ten times as slow. In 7.x ChaCha20 and Poly1305
# are the kernel library's, which chooses by itself what the processor can do: the
# driver's name does not tell, and has a "generic" in it.
fast_driver() {
	driver=$(drivers | grep "^$1:") || complain "no driver" || return
	echo "# suite $1 is done by ${driver#*:}"
	case $driver in
	[12]:generic-gcm-aesni* | [12]:generic-gcm-vaes*) ;;
	3:rfc7539\(chacha20-simd,poly1305-simd\) | 3:rfc7539\(chacha20-lib*) ;;
	*) return 1 ;;
	esac
}

# fast_cipher SUITE INSTRUCTION...: where the processor has these.
fast_cipher() {
	suite=$1
	shift
	for instruction; do
		grep -qw "$instruction" /proc/cpuinfo && continue
		tests=$((tests + 1))
		echo "ok $tests fast_cipher.$suite # SKIP no $instruction here"
		return
	done
	check "fast_cipher.$suite" fast_driver "$suite"
}

# --- again and again

log_since() {
	dmesg | awk -v mark="$1" 'seen; index($0, mark) { seen = 1 }
		END { if (!seen) print "sspseal: too much was logged since then" }'
}

# Objects in the kernel's general caches. Free ones at the CPUs, and in KASAN's
# quarantine, count until they are brought back. What is freed after a grace period is
# freed with what else comes in five seconds, and each file that is written here leaves
# such an object: so it is counted seldom.
objects() {
	sleep 6
	for cache in /sys/kernel/slab/kmalloc-*; do
		[ ! -w "$cache/shrink" ] || echo 1 > "$cache/shrink"
	done
	awk '/^kmalloc-/ { sum += $2 } END { print sum }' /proc/slabinfo
}

cycles() {
	count=$1
	while [ "$count" -gt 0 ]; do
		load_and_unload || return
		count=$((count - 1))
	done
}

# Until grace periods and delayed work are over.
objects_fall_to() {
	for tries in 1 2 3; do
		after=$(objects)
		echo "# $after objects"
		[ "$after" -gt "$1" ] || return 0
	done
	complain "more than $1 objects"
}

# KiB that are free when no file is cached: in the zones, and at the CPUs.
free_memory() {
	echo 3 > /proc/sys/vm/drop_caches
	awk '$1 == "pages" && $2 == "free" { n += $3 }
		$1 == "count:" { n += $2 }
		END { print 4 * n }' /proc/zoneinfo
}

# Pages are in no cache: a work slot has 18, and each load that kept one would be
# noticed. Kernels that watch memory keep some of what is freed for a while.
memory_rises_to() {
	if [ "${TEST_SLOWNESS:-1}" -ne 1 ]; then
		echo "# free memory is looked at on kernels without sanitizers only"
		return
	fi
	for tries in 1 2 3 4 5; do
		after=$(free_memory)
		echo "# $after KiB free"
		[ "$after" -lt "$1" ] || return 0
		sleep 1
	done
	complain "less than $1 KiB"
}

# One object for each load would be noticed.
fifty_times_without_a_trace() {
	cycles 5 || return
	before=$(objects)
	free=$(free_memory)
	echo "$mark: cycles" > /dev/kmsg
	cycles 50 || return
	log_since "$mark: cycles" | grep sspseal | sed 's/^/# /'
	! log_since "$mark: cycles" | grep -q sspseal || complain "log lines" || return
	echo "# $before objects before, $free KiB free"
	objects_fall_to $((before + 40)) && memory_rises_to $((free - 50 * 36))
}

module_ours load
mark="sspseal load.sh: begin $$ $(date +%s)"
trap 'module_restore' EXIT
echo "TAP version 13"
module_unload || complain "the module is in use" || exit

check refuses_if_broken.kdf refuses_if_broken kdf "key derivation"
check refuses_if_broken.window refuses_if_broken window "replay window"
check refuses_if_broken.token refuses_if_broken token token
check refuses_cipher.none refuses_cipher init_error=-5 "no gcm(aes): error -5"
check refuses_cipher.shape refuses_cipher ivsize=8 "no gcm(aes): error -22"
check refuses_cipher.setkey refuses_cipher setkey_error=-5 "self-test failed: token"
check refuses_cipher.crypt refuses_cipher crypt_error=-5 "self-test failed: token"
check refuses_hash refuses_with faulty_hash "self-test failed: key derivation"
check loads_after_that loads_after_that
for p in max_data=1 max_data=16777215 max_handles=1 max_handles=2147483647 \
	max_contexts=1 max_contexts=2147483647; do
	check "loads_with.$p" loads_with "${p%=*}" "${p#*=}"
done
check refuses_bad_parameters refuses_bad_parameters
check default_parameters default_parameters
check device_is_not_for_everyone device_is_not_for_everyone
check stays_while_in_use stays_while_in_use
fast_cipher 1 aes pclmulqdq
fast_cipher 2 aes pclmulqdq
fast_cipher 3 ssse3
check fifty_times_without_a_trace fifty_times_without_a_trace
echo "1..$tests"
[ "$failed" -eq 0 ]

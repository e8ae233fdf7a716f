#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# async.sh
#
# With ciphers that really complete later: cryptd, which hands each request to a
# thread of its own, and pcrypt, which has many. When they come after the module it does
# not take them; when they are there before, it does; and a driver that it has already
# may take them for what it does not do itself: then its requests are larger than the
# module has room for. Linux 7 has no cryptd any more.
#
# cryptd wants what completes at once, as the fast AES-GCM of x86 says that it does not:
# there it has the generic one.

cd "$(dirname "$0")" || exit 1
# shellcheck source-path=SCRIPTDIR
. ./module.sh
LD_LIBRARY_PATH=.${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
number=0
failed=0
# Where all takes longer, half of it.
suites='aes_256_gcm chacha20_poly1305'
slow=
[ "${TEST_SLOWNESS:-1}" -eq 1 ] || suites=chacha20_poly1305 slow=yes
proving=/proc/sys/kernel/prove_locking

# check NAME COMMAND...: a test, which passes if COMMAND does, and does something.
check() {
	checked=$1
	shift
	number=$((number + 1))
	if "$@" > "$output" 2>&1 && ! grep -q '^1\.\.0\|# SKIP' "$output"; then
		echo "ok $number $checked"
	else
		sed 's/^/# /' "$output"
		echo "not ok $number $checked"
		failed=$((failed + 1))
	fi
}

# For that reason, and no other.
all_stay_on_the_cpu() {
	./async -t calls_leave_the_cpu_until_it_is_done > "$output"
	[ "$(grep -c 'Expected CALLS / 2 (100) <= most' "$output")" -eq 3 ]
}

prove_locking() {
	[ ! -w "$proving" ] || echo "$1" > "$proving"
}

# The driver of each suite, a line each.
drivers() {
	./sspsealctl info | sed -n 's/.*, driver \([^ ]*\).*/\1/p'
}

all_are() {
	drivers
	[ "$(drivers | grep -c "^$1(")" -eq 3 ]
}

none_is() {
	drivers
	[ "$(drivers | grep -vc "^$1(")" -eq 3 ]
}

what_completes_at_once() {
	echo "gcm_base(ctr(aes-generic),ghash-generic)"
	drivers | grep chacha
}

# ciphers_load TEMPLATE DRIVER...: its variants of these
ciphers_load() {
	template=$1
	shift
	modprobe -q "$template" 2> /dev/null ||
		insmod "/lib/modules/$template.ko" 2> /dev/null || :
	insmod ./later_aead.ko \
		drivers="$(printf '%s\n' "$@" | sort -u | sed "s/.*/$template(&)/" | paste -sd ';')"
}

ciphers_unload() {
	rmmod later_aead
}

# check_against_openssl NAME VARIANTS: messages with each of their bits changed included.
check_against_openssl() {
	for variant in $2; do
		check "$1.against_openssl.$variant" ./crypto -v "$variant"
	done
}

check_threads() {
	check "$1.threads" ./concurrency
	check "$1.rewriting" ./rewrite -t all_that_was_read
	for end in destroyed_during_use closed_during_use killed_in_the_middle; do
		check "$1.$end" ./lifecycle -t "$end"
	done
}

# A driver that lets the best one do what it does not do itself.
below_load() {
	insmod ./faulty_aead.ko && module_load "$SSPSEAL_MODULE" && drivers &&
		[ "$(drivers | grep -c '^gcm-aes-faulty$')" -eq 2 ]
}

# check_template TEMPLATE DRIVER...: the module is loaded, before and after.
check_template() {
	check "$1.later.load" ciphers_load "$@"
	check "$1.later.info_names_what_was_there" none_is "$1"
	check "$1.later.contexts_have_that" ./async -t query_names_what_info_does
	check "$1.later.unload" module_unload

	check "$1.before.load" module_load "$SSPSEAL_MODULE"
	check "$1.before.info_names_it" all_are "$1"
	check "$1.before.it_is_at_work" ./async
	check_against_openssl "$1.before" "$suites"
	check_threads "$1.before"
	check "$1.before.unload" module_unload
	check "$1.before.unload_ciphers" ciphers_unload

	check "$1.below.load" below_load
	check "$1.below.load_ciphers" ciphers_load "$@"
	check "$1.below.it_is_at_work" ./async -v aes_256_gcm -v aes_128_gcm
	check_against_openssl "$1.below" aes_128_gcm_acceptor
	[ "$slow" ] || check_threads "$1.below"
	check "$1.below.unload" module_unload
	check "$1.below.unload_ciphers" ciphers_unload
	check "$1.below.unload_driver" rmmod faulty_aead

	check "$1.without.load" module_load "$SSPSEAL_MODULE"
	check "$1.without.info_names_others" none_is "$1"
}

clean_up() {
	[ ! -d /sys/module/sspseal ] || module_unload
	[ ! -d /sys/module/later_aead ] || ciphers_unload
	[ ! -d /sys/module/faulty_aead ] || rmmod faulty_aead
	module_restore
	prove_locking 1
	rm -f "$output"
}

module_ours async
output=$(mktemp) || exit 1
trap 'clean_up' EXIT
trap 'exit 1' HUP INT TERM
echo "TAP version 13"

check others_stay_on_the_cpu all_stay_on_the_cpu
# padata of 6.12, below pcrypt, nests two locks of one class without telling lockdep,
# which looks no further once it has reported something.
prove_locking 0
# shellcheck disable=SC2046 # a name is a word
check_template pcrypt $(drivers)
prove_locking 1
# shellcheck disable=SC2046
case $(uname -r) in
[1-6].*) check_template cryptd $(what_completes_at_once) ;;
esac
echo "1..$number"
[ "$failed" -eq 0 ]

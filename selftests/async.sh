#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# async.sh
#
# With ciphers that really complete later: cryptd, which hands each request to a
# thread of its own, and pcrypt, which has many. Once they are there before the module,
# which then takes its measure from them, and once they come later, with larger requests
# than it has room for. Linux 7 has no cryptd any more.
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
proving=/proc/sys/kernel/prove_locking

# check NAME COMMAND...: a test, which passes if COMMAND does.
check() {
	checked=$1
	shift
	number=$((number + 1))
	if "$@" > "$output" 2>&1; then
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

# ciphers_load TEMPLATE COMMAND: its variants of the drivers that COMMAND names
ciphers_load() {
	modprobe -q "$1" 2> /dev/null || insmod "/lib/modules/$1.ko" 2> /dev/null || :
	insmod ./later_aead.ko \
		drivers="$("$2" | sort -u | sed "s/.*/$1(&)/" | paste -sd ';')"
}

ciphers_unload() {
	rmmod later_aead
}

# check_with TEMPLATE NAME VARIANTS: what matters with such a driver; in these variants
# against OpenSSL, messages with each of their bits changed included. Threads meet once
# where that takes minutes.
check_with() {
	check "$1.$2.it_is_at_work" env ASYNC_TEMPLATE="$1" ./async
	for variant in $3; do
		check "$1.$2.against_openssl.$variant" ./crypto -v "$variant"
	done
	if [ "$2" = before ] || [ "${TEST_SLOWNESS:-1}" -eq 1 ]; then
		check "$1.$2.threads" ./concurrency
	fi
	check "$1.$2.rewriting" ./rewrite -t all_that_was_read
	check "$1.$2.ends" ./lifecycle -t destroyed_during_use -t closed_during_use \
		-t killed_in_the_middle
	check "$1.$2.unload" module_unload
}

# check_template TEMPLATE COMMAND: the module is loaded, before and after.
check_template() {
	check "$1.later.load" ciphers_load "$1" "$2"
	check "$1.later.info_names_what_was_there" none_is "$1"
	check_with "$1" later 'aes_256_gcm chacha20_poly1305'

	check "$1.before.load" module_load "$SSPSEAL_MODULE"
	check "$1.before.info_names_it" all_are "$1"
	check_with "$1" before aes_128_gcm_acceptor

	check "$1.unload" ciphers_unload
	check "$1.without.load" module_load "$SSPSEAL_MODULE"
	check "$1.without.info_names_others" none_is "$1"
}

clean_up() {
	[ ! -d /sys/module/sspseal ] || module_unload
	[ ! -d /sys/module/later_aead ] || ciphers_unload
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
check_template pcrypt drivers
prove_locking 1
case $(uname -r) in
[1-6].*) check_template cryptd what_completes_at_once ;;
esac
echo "1..$number"
[ "$failed" -eq 0 ]

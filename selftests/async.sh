#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# async.sh
#
# With ciphers that really complete later: pcrypt, which hands each request to
# another thread. Once they are there before the module, which then takes its
# measure from them, and once they come later, with larger requests than it has
# room for.

cd "$(dirname "$0")" || exit 1
# shellcheck source-path=SCRIPTDIR
. ./module.sh
LD_LIBRARY_PATH=.${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
restrict=/proc/sys/crypto/af_alg_restrict
number=0
failed=0

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

fails() {
	! "$@"
}

# The driver of each suite, a line each.
drivers() {
	./sspsealctl info | sed -n 's/.*, driver \([^ ]*\).*/\1/p'
}

all_are_pcrypt() {
	drivers
	[ "$(drivers | grep -c '^pcrypt(')" -eq 3 ]
}

none_is_pcrypt() {
	drivers
	[ "$(drivers | grep -vc '^pcrypt(')" -eq 3 ]
}

# Makes pcrypt's variants of what the module has: new transforms prefer them. From
# 7.3 on AF_ALG takes few names unless it is told to.
pcrypt_load() {
	modprobe -q pcrypt 2> /dev/null || insmod /lib/modules/pcrypt.ko || return
	restricted=$(cat "$restrict" 2> /dev/null)
	[ -z "$restricted" ] || echo 0 > "$restrict"
	status=0
	for driver in $(drivers | sort -u); do
		./use_alg aead "pcrypt($driver)" || status=1
	done
	[ -z "$restricted" ] || echo "$restricted" > "$restrict"
	return "$status"
}

# They go with their template.
pcrypt_unload() {
	rmmod pcrypt
}

# check_with NAME VARIANTS: what matters with such a driver; in these variants
# against OpenSSL, messages with each of their bits changed included.
check_with() {
	check "$1.it_is_at_work" ./async
	for variant in $2; do
		check "$1.against_openssl.$variant" ./crypto -v "$variant"
	done
	check "$1.threads" ./concurrency
	check "$1.killed" ./lifecycle -t killed_in_the_middle
	check "$1.unload" module_unload
}

clean_up() {
	[ ! -d /sys/module/sspseal ] || module_unload
	[ ! -d /sys/module/pcrypt ] || pcrypt_unload
	module_restore
	rm -f "$output"
}

module_ours async
output=$(mktemp) || exit 1
trap 'clean_up' EXIT
trap 'exit 1' HUP INT TERM
echo "TAP version 13"
[ ! -d /sys/module/pcrypt ] || pcrypt_unload

check others_do_not_sleep fails ./async -t calls_sleep_until_it_is_done
check later.load pcrypt_load
check later.info_names_what_was_there none_is_pcrypt
check_with later 'aes_256_gcm chacha20_poly1305'

check before.load module_load "$SSPSEAL_MODULE"
check before.info_names_it all_are_pcrypt
check_with before aes_128_gcm_acceptor

check before.pcrypt_unload pcrypt_unload
check without.load module_load "$SSPSEAL_MODULE"
check without.info_names_others none_is_pcrypt
echo "1..$number"
[ "$failed" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tool.sh [-t TEST]
#
# sspsealctl on files and pipes: round trips of all sizes, and everything that
# can be done to a sealed stream without the key. TAP output. SSPSEALCTL names
# the program; else it is beside this script, or in PATH.
#
# Tests are called by their names:
# shellcheck disable=SC2317

here=$(cd "$(dirname "$0")" && pwd)
tool=${SSPSEALCTL:-$here/sspsealctl}
[ -x "$tool" ] || tool=$(command -v sspsealctl) || tool=

tests='
sizes_of_files
sizes_of_pipes
slow_pipe
in_place
ciphertext_differs
key_sizes
key_files
wrong_key
cut_off_in_a_header
cut_off_in_a_record
cut_off_between_records
made_to_look_complete
flipped_in_headers
flipped_in_tokens
flipped_in_data
records_in_another_order
record_missing
record_twice
record_of_another_stream
header_of_another_stream
something_appended
not_a_stream
output_is_a_prefix
output_is_replaced_at_the_end
output_is_private
output_cannot_be_written
memory_is_constant
information
usage
'

# ---- helpers; each test is a subshell in an empty directory of its own

fail() {
	echo "$*"
	exit 1
}

# make FILE SIZE: random bytes
make() {
	head -c "$2" /dev/urandom > "$1"
}

# new_key FILE [SIZE]
new_key() {
	make "$1" "${2:-32}"
}

size() {
	wc -c < "$1"
}

seal() {
	"$tool" seal -k key "$@"
}

unseal() {
	"$tool" unseal -k key "$@"
}

# The one line that is in the file error.
error_line() {
	{
		read -r line && ! read -r _
	} < error || fail "not one line: $(cat error)"
	case $line in
	'sspsealctl: '*"$1"*) ;;
	*) fail "expected $1, seen: $line" ;;
	esac
}

# refuses STATUS-OR-TEXT COMMAND...: the command must fail with exit status 1 and
# one line on standard error that has the text.
refuses() {
	text=$1
	shift
	status=0
	"$@" 2> error || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status: $*: $(cat error)"
	error_line "$text"
}

# cannot_unseal STATUS-OR-TEXT FILE: refused, and no output appears.
cannot_unseal() {
	refuses "$1" unseal -o out "$2"
	for file in * .[!.]*; do
		case $file in
		out | .*) [ ! -e "$file" ] || fail "$file was left behind" ;;
		esac
	done
}

# part FILE OFFSET SIZE: these bytes
part() {
	tail -c +$(($2 + 1)) "$1" | head -c "$3"
}

# flip FILE OFFSET NEW: a copy with one bit of one byte changed
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	cp "$1" "$3"
	set_byte "$3" "$2" $((byte ^ 1 << $2 % 8))
}

# set_byte FILE OFFSET VALUE
set_byte() {
	octal=$(($3 >> 6))$(($3 >> 3 & 7))$(($3 & 7))
	# shellcheck disable=SC2059 # the byte is made by printf
	printf "\\$octal" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null
}

# A stream of three records: 65,536, 65,536 and 1,000 bytes. See tools' stream.h:
# 16 bytes, then for each record 8 of header, 48 of token and the data.
header=16
record=$((8 + 48 + 65536))
two=$((header + record))
three=$((two + record))

three_records() {
	new_key key
	make plain $((2 * 65536 + 1000))
	seal -o sealed plain
	[ "$(size sealed)" -eq $((three + 8 + 48 + 1000)) ] ||
		fail "a stream of $(size sealed) bytes"
}

# ---- round trips

all_sizes='0 1 65535 65536 65537 131072 1048576 5000000'

sizes_of_files() {
	new_key key
	for n in $all_sizes; do
		make plain "$n"
		seal -o sealed plain
		records=$((n / 65536 + 1))
		[ "$(size sealed)" -le $((n + 16 + 56 * records)) ] ||
			fail "$n bytes became $(size sealed)"
		unseal -o out sealed
		cmp plain out
	done
}

sizes_of_pipes() {
	new_key key
	for n in $all_sizes; do
		make plain "$n"
		# shellcheck disable=SC2002 # pipes are what is tested
		cat plain | seal | unseal - | cat > out
		cmp plain out
	done
}

slow_pipe() {
	new_key key
	for n in 1 22 333 4444 55555; do
		make part "$n"
		cat part >> plain
		cat part
		sleep 0.02
	done | seal > sealed
	# The reader's pieces do not show: one record of 60,355 bytes.
	[ "$(size sealed)" -eq $((16 + 56 + 60355)) ]
	{
		part sealed 0 10
		sleep 0.02
		part sealed 10 1000
		sleep 0.02
		part sealed 1010 99999
	} | unseal > out
	cmp plain out
}

in_place() {
	new_key key
	make plain 100000
	cp plain file
	seal -o file file
	! cmp -s plain file || fail "not sealed"
	unseal -o file file
	cmp plain file
}

ciphertext_differs() {
	new_key key
	make plain 1000
	seal -o one plain
	seal -o two plain
	part one 16 9999 > one.rest
	part two 16 9999 > two.rest
	! cmp -s one.rest two.rest || fail "the same stream twice"
}

# ---- keys

key_sizes() {
	make plain 10
	for n in 16 64; do
		new_key key "$n"
		seal -o sealed plain
		unseal -o out sealed
		cmp plain out
	done
	rm out
	for n in 0 15 65; do
		new_key key "$n"
		refuses '16 to 64' seal -o out plain
		[ ! -e out ] || fail "an output without a key"
	done
	refuses '16 to 64' unseal -o out sealed
	[ ! -e out ] || fail "an output without a key"
}

key_files() {
	make plain 10
	refuses 'No such file' seal -o out plain
	mkdir key
	refuses 'directory' seal -o out plain
	[ ! -e out ] || fail "an output without a key"
}

wrong_key() {
	three_records
	new_key key
	cannot_unseal ALTERED sealed
	cannot_unseal SEC_E_MESSAGE_ALTERED sealed
	refuses ALTERED unseal sealed > out
	[ "$(size out)" -eq 0 ] || fail "bytes came out"
}

# ---- cutting

# cut_at OFFSET...: each beginning of the stream is refused
cut_at() {
	for at in "$@"; do
		head -c "$at" sealed > short
		cannot_unseal unseal: short
	done
}

cut_off_in_a_header() {
	three_records
	cut_at 0 1 15 16 17 23
}

cut_off_in_a_record() {
	three_records
	cut_at 24 25 71 72 73 $((two - 1)) $((two + 1)) $((two + 56)) \
		$((three - 1)) $((three + 56)) $(($(size sealed) - 1))
}

cut_off_between_records() {
	three_records
	cut_at "$two" "$three"
	# What came out before the end was noticed is a beginning.
	refuses unseal: unseal < short > out
	head -c 131072 plain > prefix
	cmp prefix out
}

# The kind of a record is at its fourth byte: 1 is the last one's.
made_to_look_complete() {
	three_records
	head -c "$three" sealed > short
	set_byte short $((two + 3)) 1
	cannot_unseal ALTERED short
	head -c "$two" sealed > short
	set_byte short $((header + 3)) 1
	cannot_unseal ALTERED short
}

# ---- changing

# flip_at OFFSET...
flip_at() {
	for at in "$@"; do
		flip sealed "$at" flipped
		cannot_unseal unseal: flipped
	done
}

flipped_in_headers() {
	three_records
	flip_at 0 7 8 11 12 15 16 19 20 22 23 $((two + 3)) $((two + 7)) \
		$((three + 3)) $((three + 7))
}

flipped_in_tokens() {
	three_records
	flip_at 24 25 26 27 31 39 40 55 56 71 $((two + 20)) $((three + 55))
}

flipped_in_data() {
	three_records
	for at in 72 $((two - 1)) $((two + 56)) $((three + 56)) \
		$(($(size sealed) - 1)); do
		flip sealed "$at" flipped
		cannot_unseal '(ALTERED, SEC_E_MESSAGE_ALTERED 0x8009030f)' flipped
	done
}

# ---- moving records about

records_in_another_order() {
	three_records
	{
		part sealed 0 "$header"
		part sealed "$two" "$record"
		part sealed "$header" "$record"
		part sealed "$three" 99999
	} > moved
	[ "$(size moved)" -eq "$(size sealed)" ]
	cannot_unseal OUT_OF_ORDER moved
}

record_missing() {
	three_records
	{
		part sealed 0 "$header"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal OUT_OF_ORDER moved
	{
		part sealed 0 "$two"
		part sealed "$three" 99999
	} > moved
	cannot_unseal OUT_OF_ORDER moved
}

record_twice() {
	three_records
	{
		part sealed 0 "$two"
		part sealed "$header" "$record"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal OUT_OF_ORDER moved
}

record_of_another_stream() {
	three_records
	seal -o other plain
	{
		part sealed 0 "$two"
		part other "$two" "$record"
		part sealed "$three" 99999
	} > moved
	cannot_unseal TOKEN_SALT moved
	{
		part sealed 0 "$three"
		part other "$three" 99999
	} > moved
	cannot_unseal TOKEN_SALT moved
}

# The first record tells the stream: what follows must be of the same one.
header_of_another_stream() {
	three_records
	seal -o other plain
	{
		part other 0 "$two"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal TOKEN_SALT moved
}

something_appended() {
	three_records
	cp sealed longer
	printf x >> longer
	cannot_unseal unseal: longer
	cat sealed sealed > longer
	cannot_unseal unseal: longer
	{
		cat sealed
		part sealed "$three" 99999
	} > longer
	cannot_unseal unseal: longer
	head -c 100000 /dev/zero | cat sealed - > longer
	cannot_unseal unseal: longer
}

not_a_stream() {
	new_key key
	for n in 1 16 200000; do
		make plain "$n"
		cannot_unseal unseal: plain
		head -c "$n" /dev/zero > zeros
		cannot_unseal unseal: zeros
	done
	refuses 'No such file' unseal -o out missing
}

# ---- output

output_is_a_prefix() {
	three_records
	flip sealed $((two + 100)) flipped
	refuses ALTERED unseal flipped > out
	head -c 65536 plain > prefix
	cmp prefix out
	flip sealed $((three + 100)) flipped
	refuses ALTERED unseal flipped > out
	head -c 131072 plain > prefix
	cmp prefix out
}

output_is_replaced_at_the_end() {
	three_records
	echo before > file
	flip sealed $((three + 100)) flipped
	refuses ALTERED unseal -o file flipped
	[ "$(cat file)" = before ] || fail "the old file has changed"
	cp sealed both
	flip both 100 flipped
	refuses ALTERED unseal -o flipped flipped
	! cmp -s flipped both || fail "input was written over"
	unseal -o file sealed
	cmp plain file
}

output_is_private() {
	three_records
	umask 000
	unseal -o out sealed
	seal -o again plain
	for file in out again; do
		case $(ls -l "$file") in
		-rw-------*) ;;
		*) fail "$(ls -l "$file")" ;;
		esac
	done
}

output_cannot_be_written() {
	three_records
	refuses unseal: unseal -o missing/out sealed
	refuses seal: seal -o missing/out plain
	refuses 'No space' unseal sealed > /dev/full
	refuses 'No space' seal plain > /dev/full
	mkdir directory
	refuses unseal: unseal -o directory sealed
	[ -d directory ]
}

# 6 MiB through processes that may have 5 MiB of addresses.
memory_is_constant() {
	new_key key
	head -c 6291456 /dev/zero > plain
	(
		# shellcheck disable=SC3045 # dash and busybox have it
		ulimit -v 5120
		seal < plain | unseal > out
	)
	cmp plain out
}

# ---- the rest

information() {
	three_records
	"$tool" info > out
	grep -q 'AES-256-GCM' out
	grep -q 'ABI version 1' out
	"$tool" info sealed > out
	grep -q 3 out
	# Without a key it reads the form of any stream, and refuses others.
	refuses info: "$tool" info plain
	head -c $((two + 3)) sealed > short
	refuses info: "$tool" info short
}

# usage_error ARGUMENT...
usage_error() {
	status=0
	"$tool" "$@" > out 2> error || status=$?
	[ "$status" -eq 2 ] || fail "exit status $status: $*"
	[ ! -s out ] || fail "output: $(cat out)"
	error_line "$1"
}

usage() {
	new_key key
	make plain 10
	usage_error
	usage_error nothing
	usage_error seal plain
	usage_error unseal
	usage_error seal -k
	usage_error seal -k key -x plain
	usage_error seal -k key plain plain
	usage_error info -k key
	"$tool" --help | grep -q Usage
	"$tool" seal --help | grep -q Usage
	"$tool" --version | grep -q sspsealctl
}

# ---- running

run_test() {
	number=$((number + 1))
	mkdir "$work/$1"
	# Not as a condition: that would turn set -e off.
	(
		cd "$work/$1" || exit 1
		set -e
		"$1"
	) > "$work/output" 2>&1
	status=$?
	rm -rf "${work:?}/$1"
	if [ "$status" -eq 0 ]; then
		echo "ok $number $1"
	else
		sed 's/^/# /' "$work/output"
		echo "not ok $number $1"
		failed=1
	fi
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
number=0
failed=0
[ "$1" != -t ] || tests=$(echo "$tests" | grep -x "$2")
# shellcheck disable=SC2086 # one name is one word
set -- $tests
echo 'TAP version 13'
echo "1..$#"
for name in "$@"; do
	run_test "$name"
done
exit "$failed"

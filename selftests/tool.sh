#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tool.sh [-t TEST]
#
# sspsealctl on files and pipes: round trips of all sizes, and everything that
# can be done to a sealed stream or a signature without the key. TAP output.
# SSPSEALCTL names the program; else it is beside this script, or in PATH.
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
output_is_not_the_key
output_cannot_be_written
output_beyond_the_limit
output_ended_by_a_signal
memory_is_constant
progress_on_a_terminal
progress_gives_way_to_an_error
progress_only_where_it_is_wanted
signatures
signed_data_changed
signature_changed
signature_is_no_stream
key_of_a_keyring
key_not_in_a_keyring
information
information_on_a_stream
information_on_a_signature
information_on_what_is_damaged
usage
'

# shellcheck source-path=SCRIPTDIR
. "$here/tap.sh"

# ---- helpers

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

# What the kernel refuses, the tool says like this, between a sentence and ")".
altered='(ALTERED, SEC_E_MESSAGE_ALTERED 0x8009030f)'
out_of_order='(OUT_OF_ORDER, SEC_E_OUT_OF_SEQUENCE 0x80090310)'
other_salt='(TOKEN_SALT, SEC_E_INVALID_TOKEN 0x80090308)'

# The file error is one line, and says this: a pattern for all behind the name.
error_line() {
	{
		read -r line && ! read -r _
	} < error || fail "not one line: $(cat error)"
	# shellcheck disable=SC2254 # it is a pattern
	case $line in
	"sspsealctl: "$1) ;;
	*) fail "expected $1, seen: $line" ;;
	esac
}

# refuses WHAT COMMAND...: the command must fail with exit status 1 and this one
# line on standard error.
refuses() {
	text=$1
	shift
	status=0
	"$@" 2> error || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status: $*: $(cat error)"
	error_line "$text"
}

# Neither an output nor a temporary file.
nothing_left() {
	for file in * .[!.]*; do
		case $file in
		out | .*) [ ! -e "$file" ] || fail "$file was left behind" ;;
		esac
	done
}

# cannot_unseal FILE WHAT: refused with these words, and no output appears.
cannot_unseal() {
	refuses "unseal: $1: $2" unseal -o out "$1"
	nothing_left
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
		seen=$n
		[ "$n" -le 64 ] || seen="at least $n"
		refuses "seal: key: a key has 16 to 64 bytes, this file $seen" \
			seal -o out plain
		[ ! -e out ] || fail "an output without a key"
	done
	refuses 'unseal: key: a key has 16 to 64 bytes, this file at least 65' \
		unseal -o out sealed
	[ ! -e out ] || fail "an output without a key"
}

key_files() {
	make plain 10
	refuses 'seal: key: No such file or directory' seal -o out plain
	mkdir key
	refuses 'seal: key: Is a directory' seal -o out plain
	[ ! -e out ] || fail "an output without a key"
}

wrong_key() {
	three_records
	new_key key
	cannot_unseal sealed "record 1: * $altered"
	refuses "unseal: sealed: record 1: * $altered" unseal sealed > out
	[ "$(size out)" -eq 0 ] || fail "bytes came out"
}

# ---- cutting

# cut_at WHAT OFFSET...: each beginning of the stream is refused like this
cut_at() {
	what=$1
	shift
	for at in "$@"; do
		head -c "$at" sealed > short
		cannot_unseal short "$what"
	done
}

cut_off_in_a_header() {
	three_records
	cut_at 'not a sealed stream' 0 1 15
	cut_at 'record 1: missing: the stream has lost its end' 16
	cut_at 'record 1: the stream ends inside it' 17 23
}

cut_off_in_a_record() {
	three_records
	cut_at 'record 1: the stream ends inside it' 24 25 71 72 73 $((two - 1))
	cut_at 'record 2: the stream ends inside it' $((two + 1)) \
		$((two + 56)) $((three - 1))
	cut_at 'record 3: the stream ends inside it' $((three + 56)) \
		$(($(size sealed) - 1))
}

cut_off_between_records() {
	three_records
	cut_at 'record 2: missing: the stream has lost its end' "$two"
	cut_at 'record 3: missing: the stream has lost its end' "$three"
	# What came out before the end was noticed is a beginning.
	refuses 'unseal: standard input: record 3: missing: *' \
		unseal < short > out
	head -c 131072 plain > prefix
	cmp prefix out
}

# The kind of a record is at its fourth byte: 1 is the last one's.
made_to_look_complete() {
	three_records
	head -c "$three" sealed > short
	set_byte short $((two + 3)) 1
	cannot_unseal short "record 2: * $altered"
	head -c "$two" sealed > short
	set_byte short $((header + 3)) 1
	cannot_unseal short "record 1: * $altered"
}

# ---- changing

# flip_at WHAT OFFSET...: one bit, another one of the eight at each offset
flip_at() {
	what=$1
	shift
	for at in "$@"; do
		flip sealed "$at" flipped
		cannot_unseal flipped "$what"
	done
}

flipped_in_headers() {
	three_records
	flip_at 'not a sealed stream' 0 7
	flip_at 'stream version 16777217 is not known' 8
	flip_at 'stream version 9 is not known' 11
	flip_at 'malformed stream header' 12 15
	flip_at 'record 1: kind 16777216 is not known' 16
	flip_at 'record 1: kind 8 is not known' 19
	flip_at 'record 1: wrong length 268500992' 20
	flip_at 'record 1: wrong length 81920' 22
	flip_at 'record 1: wrong length 65664' 23
	flip_at 'record 2: kind 8 is not known' $((two + 3))
	flip_at 'record 2: wrong length 65664' $((two + 7))
	flip_at 'record 3: kind 9 is not known' $((three + 3))
	# 872 bytes are a length, but not this record's.
	flip_at "record 3: * $altered" $((three + 7))
}

flipped_in_tokens() {
	three_records
	flip_at 'record 1: * (TOKEN_VERSION, SEC_E_INVALID_TOKEN *)' 24
	# Another suite that the context allows, so another key.
	flip_at "record 1: * $altered" 25
	flip_at 'record 1: * (TOKEN_FLAGS, SEC_E_INVALID_TOKEN *)' 26 27
	# The caller's number, the counter, the salt, the tag.
	flip_at "record 1: * $altered" 31 39 40 55 56 71
	flip_at "record 2: * $altered" $((two + 20))
	flip_at "record 3: * $altered" $((three + 55))
}

flipped_in_data() {
	three_records
	flip_at "record 1: * $altered" 72 $((two - 1))
	flip_at "record 2: * $altered" $((two + 56))
	flip_at "record 3: * $altered" $((three + 56)) $(($(size sealed) - 1))
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
	cannot_unseal moved "record 1: * $out_of_order"
}

record_missing() {
	three_records
	{
		part sealed 0 "$header"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal moved "record 1: * $out_of_order"
	{
		part sealed 0 "$two"
		part sealed "$three" 99999
	} > moved
	cannot_unseal moved "record 2: * $out_of_order"
}

record_twice() {
	three_records
	{
		part sealed 0 "$two"
		part sealed "$header" "$record"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal moved "record 2: * $out_of_order"
}

record_of_another_stream() {
	three_records
	seal -o other plain
	{
		part sealed 0 "$two"
		part other "$two" "$record"
		part sealed "$three" 99999
	} > moved
	cannot_unseal moved "record 2: * $other_salt"
	{
		part sealed 0 "$three"
		part other "$three" 99999
	} > moved
	cannot_unseal moved "record 3: * $other_salt"
}

# The first record tells the stream: what follows must be of the same one.
header_of_another_stream() {
	three_records
	seal -o other plain
	{
		part other 0 "$two"
		part sealed "$two" 9999999
	} > moved
	cannot_unseal moved "record 2: * $other_salt"
}

something_appended() {
	three_records
	cp sealed longer
	printf x >> longer
	cannot_unseal longer 'more bytes after the last record'
	cat sealed sealed > longer
	cannot_unseal longer 'more bytes after the last record'
	{
		cat sealed
		part sealed "$three" 99999
	} > longer
	cannot_unseal longer 'more bytes after the last record'
	head -c 100000 /dev/zero | cat sealed - > longer
	cannot_unseal longer 'more bytes after the last record'
}

not_a_stream() {
	new_key key
	for n in 1 16 200000; do
		make plain "$n"
		cannot_unseal plain 'not a sealed stream'
		head -c "$n" /dev/zero > zeros
		cannot_unseal zeros 'not a sealed stream'
	done
	refuses 'unseal: missing: No such file or directory' unseal -o out missing
}

# ---- output

output_is_a_prefix() {
	three_records
	flip sealed $((two + 100)) flipped
	refuses "unseal: flipped: record 2: * $altered" unseal flipped > out
	head -c 65536 plain > prefix
	cmp prefix out
	flip sealed $((three + 100)) flipped
	refuses "unseal: flipped: record 3: * $altered" unseal flipped > out
	head -c 131072 plain > prefix
	cmp prefix out
}

output_is_replaced_at_the_end() {
	three_records
	echo before > file
	flip sealed $((three + 100)) flipped
	refuses "unseal: flipped: record 3: * $altered" unseal -o file flipped
	[ "$(cat file)" = before ] || fail "the old file has changed"
	cp sealed both
	flip both 100 flipped
	refuses "unseal: flipped: record 1: * $altered" unseal -o flipped flipped
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

# Nobody could unseal what was sealed with it.
output_is_not_the_key() {
	new_key key
	cp key before
	make plain 10
	seal -o sealed plain
	ln -s key link
	is_the_key='key: is the key, which would be lost'
	refuses "seal: $is_the_key" seal -o key plain
	refuses "seal: ./$is_the_key" "$tool" seal -k link -o ./key plain
	refuses "seal: $is_the_key" seal -o key key
	refuses "sign: $is_the_key" sign -o key plain
	refuses "unseal: $is_the_key" unseal -o key sealed
	cmp key before
	# A copy of it is a file like others.
	seal -o before plain
}

output_cannot_be_written() {
	three_records
	no_temporary='missing/out: cannot make a temporary file: *'
	refuses "unseal: $no_temporary" unseal -o missing/out sealed
	refuses "seal: $no_temporary" seal -o missing/out plain
	no_space='standard output: No space left on device'
	refuses "unseal: $no_space" unseal sealed > /dev/full
	refuses "seal: $no_space" seal plain > /dev/full
	mkdir directory
	refuses 'unseal: directory: not a regular file; *' \
		unseal -o directory sealed
	[ -d directory ]
}

output_beyond_the_limit() {
	three_records
	(
		ulimit -f 16
		refuses 'seal: out: File too large' seal -o out plain
		refuses 'unseal: out: File too large' unseal -o out sealed
	)
	nothing_left
}

# ends SIGNAL: what reads the pipe, when that has begun to do its work
ends() {
	exec 3> pipe
	head -c 200000 /dev/zero >&3
	kill -s "$1" "$(cat pid)"
}

output_ended_by_a_signal() {
	new_key key
	mkfifo pipe
	for signal in HUP INT QUIT TERM XCPU; do
		ends "$signal" &
		status=0
		# shellcheck disable=SC2016 # the variables are the shell's in there
		sh -c 'echo $$ > pid; exec "$0" "$@"' "$tool" seal -k key \
			-o out < pipe || status=$?
		wait
		# It stays ignored if it was when this began.
		if [ "$status" -eq 0 ]; then
			rm out
		else
			[ "$(kill -l "$status")" = "$signal" ] ||
				fail "$signal: exit status $status"
		fi
		nothing_left
	done
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

# ---- progress

# The input of work that takes longer than a second: 1 MiB and more at once, the
# rest after that time, so that only one number can be shown.
slowly() {
	head -c 1114112 "$1"
	sleep 1.2
	tail -c +1114113 "$1"
}

on_terminal() {
	"$here/on_terminal" "$tool" "$@" 2> screen
}

# A line each time something was written. Numbers may be repeated, and where a second
# does not suffice for 1 MiB there is another before that.
screen_lines() {
	tr '\r' '\n' < screen | uniq | grep -v ': 0 MiB$'
}

screen_shows() {
	[ "$(screen_lines)" = "$(printf %b "$1")" ] ||
		fail "on the screen: $(od -c screen)"
}

progress_on_a_terminal() {
	new_key key
	make plain 1200000
	slowly plain | on_terminal seal -k key > sealed
	screen_shows '\nsspsealctl: seal: 1 MiB\n\033[K'
	slowly sealed | on_terminal unseal -k key > out
	screen_shows '\nsspsealctl: unseal: 1 MiB\n\033[K'
	cmp plain out
}

progress_gives_way_to_an_error() {
	new_key key
	make plain 1200000
	seal -o sealed plain
	flip sealed $(($(size sealed) - 1)) flipped
	status=0
	slowly flipped | on_terminal unseal -k key > out || status=$?
	[ "$status" -eq 1 ]
	# A line of its own: what was shown before is wiped out.
	screen_lines > lines
	[ "$(sed -n 2p lines)" = 'sspsealctl: unseal: 1 MiB' ]
	[ "$(sed -n 3p lines | cut -c 1-3)" = "$(printf '\033[K')" ]
	sed -n 3p lines | cut -c 4- > error
	error_line "unseal: standard input: record 19: * $altered"
	[ "$(wc -l < lines)" -eq 3 ]
}

progress_only_where_it_is_wanted() {
	new_key key
	make plain 1200000
	# Not in a file; and not before a second is over, which one record does not take.
	slowly plain | seal > sealed 2> error
	[ ! -s error ] || fail "in the file: $(od -c error)"
	make plain 1000
	on_terminal seal -k key plain > sealed
	[ ! -s screen ] || fail "on the screen: $(od -c screen)"
}

# ---- signatures

sign() {
	"$tool" sign -k key "$@"
}

verify() {
	"$tool" verify -k key "$@"
}

# Of three records: 16 bytes, then 8 of header and 48 of token for each.
three_signed() {
	new_key key
	make plain $((2 * 65536 + 1000))
	cp plain before
	sign -o signature plain
	cmp plain before
	[ "$(size signature)" -eq $((16 + 3 * 56)) ] ||
		fail "a signature of $(size signature) bytes"
}

signatures() {
	three_signed
	verify signature plain
	verify signature < plain
	verify - plain < signature
	sign < plain > other
	verify other plain
	for n in 0 1 65535 65536; do
		make plain "$n"
		sign -o signature plain
		verify signature plain > out
		[ ! -s out ] || fail "output: $(cat out)"
	done
	refuses 'sign: plain: is the input, which would be lost' \
		sign -o plain plain
}

signed_data_changed() {
	three_signed
	flip plain 65535 flipped
	refuses "verify: signature: record 1: * $altered" \
		verify signature flipped
	flip plain $((2 * 65536)) flipped
	refuses "verify: signature: record 3: * $altered" \
		verify signature flipped
	for n in 0 65535; do
		head -c "$n" plain > short
		refuses 'verify: short: ends inside the data of record 1' \
			verify signature short
	done
	head -c $((2 * 65536 + 999)) plain > short
	refuses 'verify: short: ends inside the data of record 3' \
		verify signature short
	cp plain longer
	printf x >> longer
	refuses 'verify: longer: more bytes than were signed' \
		verify signature longer
	new_key key
	refuses "verify: signature: record 1: * $altered" \
		verify signature plain
}

signature_changed() {
	three_signed
	for at in 39 40 71; do
		flip signature "$at" flipped
		refuses "verify: flipped: record 1: * $altered" \
			verify flipped plain
	done
	for n in 71 72; do
		head -c "$n" signature > short
		refuses "verify: short: record *" verify short plain
	done
	error_line 'verify: short: record 2: missing: the stream has lost its end'
	cat signature signature > longer
	refuses 'verify: longer: more bytes after the last record' \
		verify longer plain
	{
		part signature 0 16
		part signature 72 56
		part signature 16 56
		part signature 128 56
	} > moved
	refuses "verify: moved: record 1: * $altered" verify moved plain
}

# Nor is a stream a signature, whatever its header says.
signature_is_no_stream() {
	three_signed
	seal -o sealed plain
	cannot_unseal signature 'not a sealed stream'
	refuses 'verify: sealed: not a signature' verify sealed plain
	make plain 0
	seal -o sealed plain
	sign -o signature plain
	set_byte sealed 7 83
	set_byte signature 7 70
	refuses 'verify: sealed: record 1: * (TOKEN_KIND, SEC_E_INVALID_TOKEN *)' \
		verify sealed plain
	cannot_unseal signature \
		'record 1: * (TOKEN_KIND, SEC_E_INVALID_TOKEN *)'
}

# ---- keyrings

with_key() {
	"$here/with_key" "$@"
}

key_of_a_keyring() {
	new_key key
	make plain 1000
	with_key logon sspseal:test key \
		"$tool" seal -K sspseal:test -o sealed plain
	unseal -o out sealed
	cmp plain out
	with_key user test key "$tool" unseal --keyring test -o again sealed
	cmp plain again
	# shellcheck disable=SC2016 # the variable is with_key's
	with_key user test key sh -c '"$0" unseal -K "$KEY_SERIAL" sealed' \
		"$tool" > third
	cmp plain third
}

key_not_in_a_keyring() {
	new_key key
	make plain 10
	missing='Required key not available'
	refuses "seal: key sspseal:test: $missing" \
		with_key user test key "$tool" seal -K sspseal:test -o out plain
	refuses "seal: key test: $missing" \
		with_key logon sspseal:test key "$tool" seal -K test -o out plain
	for serial in 0 99999999999999999999; do
		refuses "seal: key $serial: $missing" \
			"$tool" seal -K "$serial" -o out plain
	done
	new_key key 15
	refuses 'seal: cannot make a context: * (KEY_SIZE, Invalid argument)' \
		with_key user test key "$tool" seal -K test -o out plain
	[ ! -e out ] || fail "an output without a key"
}

# ---- information

# hex FILE OFFSET SIZE
hex() {
	printf 0x
	od -An -v -tx1 -j "$2" -N "$3" "$1" | tr -d ' \n'
}

information() {
	"$tool" info > out
	sed -i 's/driver [^ ][^ ]*/driver NAME/' out
	cat > expected <<-'END'
		/dev/sspseal: ABI version 1

		Limits
		  buffers of a message                32
		  data of a sealed message       1048576 bytes
		  associated data beside it        65536 bytes
		  data of a signed message       1048576 bytes
		  replay window                     2048 messages
		  handles of a file                16384
		  contexts of the system          131072

		Suites
		    1  AES-256-GCM        key 32, tag 16, token 48 bytes, driver NAME (default)
		    2  AES-128-GCM        key 16, tag 16, token 48 bytes, driver NAME
		    3  ChaCha20-Poly1305  key 32, tag 16, token 48 bytes, driver NAME
	END
	diff expected out
}

# first_token FILE FLAGS MEANING: what is said of it
first_token() {
	cat <<-END

		First token
		  offset  size  field          value
		       0     1  version        0x01  1
		       1     1  suite          0x01  AES-256-GCM
		       2     1  flags          $2  $3, sent by the initiator$4
		       3     1  reserved       0x00
		       4     4  caller number  0x00000000  not in use
		       8     8  counter        0x0000000000000000  0
		      16    16  sender salt    $(hex "$1" 40 16)
		      32    16  tag            $(hex "$1" 56 16)
	END
}

information_on_a_stream() {
	three_records
	"$tool" info sealed > out
	{
		cat <<-END
			sealed: sealed stream, version 1 (not authenticated: that takes the key)
			  records     2 of kind 0 (more follow), 1 of kind 1 (the last)
			  data bytes  132072
		END
		first_token sealed 0x01 encrypted
	} > expected
	diff expected out
}

information_on_a_signature() {
	three_signed
	"$tool" info - < signature > out
	{
		cat <<-END
			standard input: signature, version 1 (not authenticated: that takes the key)
			  records     2 of kind 0 (more follow), 1 of kind 1 (the last)
			  data bytes  132072
		END
		first_token signature 0x04 'not encrypted' ', signature'
	} > expected
	diff expected out
}

# As far as it goes.
information_on_what_is_damaged() {
	three_records
	refuses 'info: plain: not a sealed stream or signature' \
		"$tool" info plain > out
	[ ! -s out ] || fail "output: $(cat out)"
	head -c $((two + 3)) sealed > short
	refuses 'info: short: record 2: the stream ends inside it' \
		"$tool" info short > out
	[ "$(sed -n 2,3p out)" = "\
  records     1 of kind 0 (more follow), 0 of kind 1 (the last)
  data bytes  65536" ]
	printf x >> sealed
	refuses 'info: sealed: more bytes after the last record' \
		"$tool" info sealed > out
	grep -qx '  data bytes  132072' out
}

# ---- usage

# usage_error WHAT ARGUMENT...
usage_error() {
	text=$1
	shift
	status=0
	"$tool" "$@" > out 2> error || status=$?
	[ "$status" -eq 2 ] || fail "exit status $status: $*"
	[ ! -s out ] || fail "output: $(cat out)"
	error_line "$text; see sspsealctl --help"
}

# shows_help ARGUMENT...
shows_help() {
	"$tool" "$@" > out 2> error
	[ ! -s error ]
	[ "$(head -n 1 out)" = \
		'Usage: sspsealctl seal   --key-file KEY [-o OUT] [IN]' ]
}

usage() {
	new_key key
	make plain 10
	usage_error 'no command'
	usage_error 'unknown command: nothing' nothing
	usage_error 'seal: --key-file or --keyring is missing' seal plain
	usage_error 'unseal: --key-file or --keyring is missing' unseal
	usage_error 'seal: both --key-file and --keyring' seal -k key -K 1 plain
	usage_error 'seal: option without its value: -k' seal -k
	usage_error 'seal: unknown option: -x' seal -k key -x plain
	usage_error 'seal: too many files: more' seal -k key plain more
	usage_error 'verify: SIGNATURE is missing' verify -k key
	usage_error 'verify: takes no output' verify -k key -o out plain
	usage_error 'verify: SIGNATURE and FILE are both standard input' \
		verify -k key -
	usage_error 'info: takes no key' info -k key
	usage_error 'info: takes no output' info -o out
	shows_help --help
	shows_help -h
	shows_help seal --help
	case $("$tool" --version) in
	'sspsealctl '[0-9]*.[0-9]*) ;;
	*) fail "$("$tool" --version)" ;;
	esac
}

run_tests "$@"

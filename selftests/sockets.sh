#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sockets.sh [-t TEST]
#
# The programs of tools/sockets/ and "sspsealctl chat" with each other: over Unix
# sockets and TCP, with keys and names that do not fit, with a worker that is
# killed, revoked and expires, and under load. TAP output. The programs are beside
# this script, or in PATH.
#
# Tests are called by their names, which are assigned to be read elsewhere:
# shellcheck disable=SC2317,SC2034

here=$(cd "$(dirname "$0")" && pwd)
PATH=$here:$PATH

tests='
lines
lines_over_tcp
key_of_a_keyring
wrong_key
wrong_name
own_name
no_key
not_a_handshake
wrong_lengths
load
load_in_a_sandbox
silent_peer
worker_is_confined
worker_is_confined_without_filter
worker_is_killed
worker_is_revoked
worker_expires
worker_ends_with_its_parent
chat
chat_over_tcp
chat_with_key_of_a_keyring
chat_long_lines
chat_control_characters
chat_wrong_key
chat_wrong_name
chat_cut
chat_something_else
chat_usage
'

# shellcheck source-path=SCRIPTDIR
. "$here/tap.sh"

# ---- helpers

new_key() {
	head -c 32 /dev/urandom > "$1"
}

# What runs in the background ends with the test.
end_started() {
	# shellcheck disable=SC2046 # one number is one word
	[ ! -e started ] || kill -9 $(cat started) 2> /dev/null || :
}

# start NAME COMMAND...: in the background. Its output is in NAME.out, what it says
# in NAME.err, its number in the variable pid. Its input is NAME.in if that is
# there.
start() {
	name=$1
	shift
	trap end_started EXIT
	[ -e "$name.in" ] || : > "$name.in"
	"$@" < "$name.in" > "$name.out" 2> "$name.err" 3>&- 4>&- &
	pid=$!
	echo "$pid" >> started
}

# within COMMAND...: it succeeds before ten seconds are over
within() {
	left=$((100 * ${TEST_SLOWNESS:-1}))
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || fail "in vain: $*: $(tail -n 5 ./*.err ./*.out)"
		sleep 0.1
	done
}

# ended NUMBER
ended() {
	[ ! -e "/proc/$1/exe" ]
}

# server ADDRESS [OPTION]...
server() {
	address=$1
	shift
	start server sspseal-server --key key "$@" "$address"
	within grep listening server.out
}

# sandbox ADDRESS [OPTION]...
sandbox() {
	address=$1
	shift
	start server sspseal-sandbox --key key --user 65534 "$@" "$address"
	within grep listening server.out
	sandbox=$pid
}

# client [OPTION]...: of the server that was started last
client() {
	sspseal-client --key key "$@" "$address"
}

# refuses PROGRAM WHAT COMMAND...: it fails, and says this line and no other.
refuses() {
	text="$1: $2"
	shift 2
	status=0
	"$@" > out 2> error || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status: $*: $(cat error)"
	says error "$text"
	[ "$(wc -l < error)" -eq 1 ] || fail "more than: $(cat error)"
}

# says FILE LINE
says() {
	grep -qxF "$2" "$1" || fail "expected in $1: $2: $(cat "$1")"
}

# The server has not noticed anything.
still_serves() {
	client --messages 3 > out
	says out '1 connections, 3 messages came back right'
}

denied='handshake: the peer has another key, or the name of this end (SEC_E_LOGON_DENIED)'
other_name='handshake: the end that was asked for has another name (SEC_E_WRONG_PRINCIPAL)'
hung_up='handshake: the peer closed the connection'

# ---- client and server

exchange_lines() {
	printf 'one\n\ntwo words\nno newline' > lines
	client < lines > out
	cmp lines out
	: > empty
	client < empty > out
	[ ! -s out ]
	[ ! -s server.err ] || fail "$(cat server.err)"
}

lines() {
	new_key key
	server ./socket
	exchange_lines
}

lines_over_tcp() {
	new_key key
	server 127.0.0.1:7301
	exchange_lines
}

key_of_a_keyring() {
	new_key key
	# shellcheck disable=SC2016 # the variable is the inner shell's
	"$here/with_key" logon sspseal:test key sh -c '
		sspseal-server --key sspseal:test ./socket > out & server=$!
		until grep -q listening out; do sleep 0.1; done
		sspseal-client --key sspseal:test --messages 5 ./socket
		kill $server' > out
	says out '1 connections, 5 messages came back right'
}

wrong_key() {
	new_key key
	new_key other
	server ./socket
	refuses sspseal-client "$denied" \
		sspseal-client --key other --messages 1 ./socket
	within grep -xF "sspseal-server: $hung_up" server.err
	still_serves
}

wrong_name() {
	new_key key
	server ./socket --identity tiger
	refuses sspseal-client "$hung_up" client --peer lion --messages 1
	within grep -xF "sspseal-server: $other_name" server.err
	client --peer tiger --messages 1 > out
	still_serves
}

own_name() {
	new_key key
	server ./socket
	refuses sspseal-client "$hung_up" client --identity server --messages 1
	within grep -xF "sspseal-server: $denied" server.err
	still_serves
}

no_key() {
	new_key short
	head -c 15 short > key
	refuses sspseal-client 'key missing: there is no such key' \
		sspseal-client --key missing ./socket
	refuses sspseal-client 'key sspseal:missing: there is no such key' \
		sspseal-client --key sspseal:missing ./socket
	refuses sspseal-client \
		'key key: not a name and a key of 16 to 64 bytes' \
		sspseal-client --key key ./socket
	new_key key
	refuses sspseal-client './socket: No such file or directory' \
		sspseal-client --key key ./socket
}

# say BYTES: to the server, in octal as printf has it
say() {
	# shellcheck disable=SC2059 # the bytes are made by printf
	printf "$1" | busybox nc 127.0.0.1 7302 > /dev/null || :
}

not_a_handshake() {
	new_key key
	server 127.0.0.1:7302
	say '\000\000\000\005hello'
	within grep 'server: handshake: the peer does not speak this protocol' \
		server.err
	say '\000\000\000\005hell'
	within grep 'server: handshake: Connection reset by peer' server.err
	still_serves
}

wrong_lengths() {
	new_key key
	server 127.0.0.1:7302
	for length in '\000\000\000\000' '\000\000\020\001' '\377\377\377\377'; do
		: > server.err
		say "$length"hello
		within grep 'server: handshake: Protocol error' server.err
	done
	still_serves
}

# ---- load: together 1,000 connections and 100,000 messages

half_of_the_load() {
	start one client --connections 250 --messages 100
	one=$pid
	client --connections 250 --messages 100 > two.out
	wait "$one" || fail "$(cat one.err)"
	for name in one two; do
		says "$name.out" \
			'250 connections, 25000 messages came back right'
	done
	[ ! -s server.err ] || fail "$(cat server.err)"
}

load() {
	new_key key
	server ./socket
	half_of_the_load
}

load_in_a_sandbox() {
	new_key key
	sandbox 127.0.0.1:7303
	half_of_the_load
}

# ---- the worker

# A client whose lines are written to descriptor 3.
slow_client() {
	mkfifo slow.in
	exec 3<> slow.in
	start slow sspseal-client --key key "$address"
	slow=$pid
	echo first >&3
	within grep first slow.out
}

# slow_client_ends: at its next line, which is not answered
slow_client_ends() {
	echo second >&3
	within ended "$slow"
	status=0
	wait "$slow" || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status"
	! grep second slow.out || fail "the worker has answered"
	grep -qxE "sspseal-client: (the server closed the connection|receive: Connection reset by peer|send: Broken pipe)" \
		slow.err || fail "$(cat slow.err)"
}

# One who says nothing holds up nobody.
silent_peer() {
	new_key key
	sandbox ./socket
	slow_client
	still_serves
	echo second >&3
	within grep second slow.out
}

find_worker() {
	tr -d ' ' < "/proc/$sandbox/task/$sandbox/children"
}

# probed TEXT...: what became of each attempt
probed() {
	client --messages 1 > out
	for what in 'open the device' export sign 'make a context'; do
		within grep -x "worker probe: $what: $1" server.err
		shift
	done
}

# in_status FIELD VALUE: of the worker
in_status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(find_worker)/status" |
		tr '\t' ' ' > out
	says out "$2"
}

# What process $1 has open.
open_files() {
	for file in "/proc/$1"/fd/*; do
		readlink "$file" || :
	done
}

# Three standard files, the channel, and the file of its handles: the connections
# that it had are closed.
worker_has_five_files() {
	open_files "$(find_worker)" > out
	[ "$(wc -l < out)" -eq 5 ]
}

is_unprivileged() {
	in_status Uid '65534 65534 65534 65534'
	in_status Gid '65534 65534 65534 65534'
	in_status Groups ''
	in_status CapEff 0000000000000000
	in_status NoNewPrivs 1
	open_files "$sandbox" > out
	says out /dev/sspseal
	within worker_has_five_files
	! grep -x /dev/sspseal out || fail "the worker has the device"
}

worker_is_confined() {
	new_key key
	sandbox ./socket --probe
	no='Operation not permitted'
	probed "$no" "$no" "$no" "$no"
	is_unprivileged
	in_status Seccomp 2
	still_serves
}

worker_is_confined_without_filter() {
	new_key key
	sandbox ./socket --probe --no-filter
	probed 'Permission denied' NO_RIGHT NO_RIGHT ANONYMOUS
	is_unprivileged
	in_status Seccomp 0
	still_serves
}

worker_is_killed() {
	new_key key
	sandbox ./socket
	slow_client
	old=$(find_worker)
	kill -USR2 "$sandbox"
	within grep 'the worker was killed by signal 9' server.err
	slow_client_ends
	[ "$(find_worker)" != "$old" ] || fail "no other worker"
	still_serves
}

worker_is_revoked() {
	new_key key
	sandbox ./socket
	slow_client
	kill -USR1 "$sandbox"
	within grep 'sandbox: revoked' server.err
	slow_client_ends
	says server.err 'worker: connection 0: unseal: REVOKED'
	still_serves
}

worker_expires() {
	new_key key
	sandbox ./socket --expire $((3 * ${TEST_SLOWNESS:-1}))
	slow_client
	sleep $((4 * ${TEST_SLOWNESS:-1}))
	slow_client_ends
	says server.err 'worker: connection 0: unseal: HANDLE_EXPIRED'
	still_serves
}

worker_ends_with_its_parent() {
	new_key key
	sandbox ./socket
	slow_client
	worker=$(find_worker)
	kill -9 "$sandbox"
	within ended "$worker"
	slow_client_ends
}

# ---- chat

# listen ADDRESS [OPTION]...: what is written to descriptor 3 it says
listen() {
	address=$1
	shift
	rm -f listener.in
	mkfifo listener.in
	exec 3<> listener.in
	start listener sspsealctl chat --listen "$@" "$address"
	listener=$pid
	case $address in
	*/*) within test -S "$address" ;;
	# One connection is all that it takes, so none can be tried out.
	*) within grep -i ":$(printf %x "${address#*:}") .* 0A " /proc/net/tcp ;;
	esac
}

# call COMMAND...: what is written to descriptor 4 it says
call() {
	mkfifo caller.in
	exec 4<> caller.in
	start caller "$@" "$address"
	caller=$pid
}

# The input of the caller is over: both ends are content.
end_of_talk() {
	exec 4>&-
	wait "$caller" || fail "$(cat caller.err listener.err)"
	wait "$listener" || fail "$(cat listener.err)"
	[ ! -s caller.err ] || fail "$(cat caller.err)"
	[ ! -s listener.err ] || fail "$(cat listener.err)"
}

exchange_words() {
	printf 'good morning\n\nis it raining?\n' > words
	seq 1 500 > numbers
	cat words >&3
	cat numbers >&4
	within cmp words caller.out
	end_of_talk
	cmp numbers listener.out
	cmp words caller.out
}

chat() {
	new_key key
	listen ./socket -k key
	call sspsealctl chat -k key
	exchange_words
	[ ! -e socket ] || fail "the socket was left behind"
}

chat_over_tcp() {
	new_key key
	listen 127.0.0.1:7304 -k key
	call sspsealctl chat --key-file key
	exchange_words
}

chat_with_key_of_a_keyring() {
	new_key key
	listen ./socket -k key --identity tiger
	call "$here/with_key" logon sspseal:test key sspsealctl chat \
		-K sspseal:test --peer tiger
	exchange_words
}

# A line of more than 4,096 bytes arrives in pieces, the last line ends.
chat_long_lines() {
	new_key key
	listen ./socket -k key
	call sspsealctl chat -k key
	head -c 10000 /dev/zero | tr '\0' x > line
	cat line >&4
	end_of_talk
	fold -w 4096 line > expected
	echo >> expected
	cmp expected listener.out
}

chat_control_characters() {
	new_key key
	listen ./socket -k key
	call sspsealctl chat -k key
	printf 'a\033[2Jb\177c\302\233d\td\303\251\n' >&4
	end_of_talk
	printf 'a?[2Jb?c??d\td\303\251\n' > expected
	cmp expected listener.out
}

chat_wrong_key() {
	new_key key
	new_key other
	listen ./socket -k key
	refuses 'sspsealctl: chat' "$denied" \
		sspsealctl chat -k other ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $hung_up"
}

chat_wrong_name() {
	new_key key
	listen ./socket -k key --identity tiger
	refuses 'sspsealctl: chat' "$hung_up" \
		sspsealctl chat -k key --peer lion ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $other_name"
	listen ./socket -k key --identity tiger
	refuses 'sspsealctl: chat' "$hung_up" \
		sspsealctl chat -k key --identity tiger ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $denied"
}

# The end of a connection is not the end of a talk.
chat_cut() {
	new_key key
	listen ./socket -k key
	call sspsealctl chat -k key
	echo hello >&4
	within grep hello listener.out
	kill -9 "$caller"
	! wait "$listener" || fail "the listener is content"
	says listener.err \
		'sspsealctl: chat: the connection was cut: lines may be missing'
}

chat_something_else() {
	new_key key
	listen ./socket -k key
	! echo line | client 2> error || fail "a chat has answered"
	! wait "$listener" || fail "the listener is content"
	says listener.err \
		'sspsealctl: chat: the peer sent something else than lines'
}

# usage_error WHAT ARGUMENT...
usage_error() {
	text="sspsealctl: chat: $1; see sspsealctl --help"
	shift
	status=0
	sspsealctl chat "$@" 2> error || status=$?
	[ "$status" -eq 2 ] || fail "exit status $status"
	says error "$text"
}

chat_usage() {
	new_key key
	usage_error '--key-file or --keyring is missing' ./socket
	usage_error 'ADDRESS is missing' -k key
	usage_error 'too many files: more' -k key ./socket more
	usage_error 'takes no output' -k key -o out ./socket
	usage_error 'needs a key that begins sspseal:' -K 17 ./socket
	usage_error '--peer is for the end that connects' -k key --listen \
		--peer tiger ./socket
	refuses 'sspsealctl: chat' 'missing: No such file or directory' \
		sspsealctl chat -k missing ./socket
	refuses 'sspsealctl: chat' './socket: No such file or directory' \
		sspsealctl chat -k key ./socket
}

run_tests "$@"

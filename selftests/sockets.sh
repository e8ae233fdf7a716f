#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sockets.sh [-t TEST]
#
# The programs of tools/sockets/ and "sspsealctl chat" with each other: over Unix
# sockets and TCP, with keys and names that do not fit, with peers that have no key
# and all the time, with a worker that is killed, revoked and expires and one that
# keeps no rules, and under load. TAP output. The programs are beside this script, or
# in PATH.
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
name_that_is_not_served
own_name
no_key
usage
not_a_handshake
wrong_lengths
strangers
patience
less_than_sealed
complete_token
cut_off
changed
no_kind
load
load_in_a_sandbox
more_than_the_worker_takes
silent_peer
strangers_at_a_sandbox
worker_has_no_privileges
worker_has_no_privileges_without_filter
worker_is_another_program
worker_has_no_key
worker_user
worker_group
few_descriptors
worker_is_killed
worker_is_revoked
worker_expires
worker_does_not_read
worker_keeps_no_rules
worker_gives_up
worker_ends_with_its_parent
chat
chat_over_tcp
chat_with_key_of_a_keyring
chat_long_lines
chat_control_characters
chat_wrong_key
chat_wrong_name
chat_stranger
chat_cut
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
	# Here, not only there: what an earlier one has said is not this one's.
	: > "$name.out"
	: > "$name.err"
	"$@" < "$name.in" > "$name.out" 2> "$name.err" 3>&- 4>&- &
	pid=$!
	echo "$pid" >> started
}

# within COMMAND...: it succeeds before ten seconds are over
within() {
	end=$(($(date +%s) + 10 * ${TEST_SLOWNESS:-1}))
	until "$@" > /dev/null 2>&1; do
		[ "$(date +%s)" -le "$end" ] || fail "in vain: $*: $(tail -n 5 ./*.err ./*.out)"
		sleep 0.1
	done
}

# ended NUMBER
ended() {
	[ ! -e "/proc/$1/exe" ]
}

# soon COMMAND...: it has an end before thirty seconds are over
soon() {
	timeout $((30 * ${TEST_SLOWNESS:-1})) "$@"
}

# server ADDRESS [OPTION]...
server() {
	address=$1
	shift
	start server sspseal-server --key key --identity server "$@" "$address"
	server=$pid
	within grep listening server.out
}

# sandbox ADDRESS [OPTION]...: with a key of the keyring that is the same
sandbox() {
	address=$1
	shift
	start server "$here/with_key" logon sspseal:test key \
		sspseal-sandbox --key sspseal:test --identity server \
		--user 65534 "$@" "$address"
	sandbox=$pid
	within grep listening server.out
}

# sandbox_with_file ADDRESS
sandbox_with_file() {
	address=$1
	start server sspseal-sandbox --key key --identity server "$address"
	sandbox=$pid
	within grep listening server.out
}

# client [OPTION]...: of the server that was started last
client() {
	soon sspseal-client --key key --identity client "$@" "$address"
}

# refuses PROGRAM WHAT COMMAND...: it fails, and says this line and no other.
refuses() {
	text="$1: $2"
	shift 2
	status=0
	"$@" > out 2> error || status=$?
	[ "$status" -eq "${refusal:-1}" ] ||
		fail "exit status $status: $*: $(cat error)"
	says error "$text"
	[ "$(wc -l < error)" -eq 1 ] || fail "more than: $(cat error)"
}

# was_cut_off PROGRAM FILE: whatever it was about when it noticed
was_cut_off() {
	grep -qxE "$1: (receive: $cut|receive: Connection reset by peer|send: Broken pipe)" \
		"$2" || fail "$(cat "$2")"
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
other_name='handshake: the peer has another name, or wants another peer (SEC_E_WRONG_PRINCIPAL)'
hung_up='handshake: the peer closed the connection'
timed_out='handshake: Connection timed out'
cut='the connection was cut: messages may be missing'

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
		sspseal-server --key sspseal:test --identity a ./socket > out &
		server=$!
		until grep -q listening out; do kill -0 $server || exit; sleep 0.1; done
		sspseal-client --key sspseal:test --identity b --messages 5 ./socket
		kill $server' > out
	says out '1 connections, 5 messages came back right'
}

wrong_key() {
	new_key key
	new_key other
	server ./socket
	refuses sspseal-client "$denied" \
		sspseal-client --key other --identity client --messages 1 ./socket
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

# Whose handshake is over first: it learns that from the connection.
name_that_is_not_served() {
	new_key key
	server ./socket --peer friend
	! client --messages 1 2> error || fail "the client is content"
	was_cut_off sspseal-client error
	within grep -xF "sspseal-server: $other_name" server.err
	client --identity friend --messages 1 > out
	says out '1 connections, 1 messages came back right'
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
		sspseal-client --key missing --identity a ./socket
	refuses sspseal-client 'key sspseal:missing: there is no such key' \
		sspseal-client --key sspseal:missing --identity a ./socket
	refuses sspseal-client \
		'key key: not a name and a key of 16 to 64 bytes' \
		sspseal-client --key key --identity a ./socket
	new_key key
	refuses sspseal-client './socket: No such file or directory' \
		sspseal-client --key key --identity a ./socket
}

# No end has a name that nobody has given it.
usage() {
	refusal=2
	new_key key
	for program in client server sandbox; do
		refuses "sspseal-$program" \
			'--key or --identity is missing; see --help' \
			"sspseal-$program" --key key ./socket
		refuses "sspseal-$program" 'one ADDRESS is needed; see --help' \
			"sspseal-$program" --key key --identity a
	done
	set -- sspseal-client --key key --identity a
	refuses sspseal-client '--connections is for --messages; see --help' \
		"$@" --connections 2 ./socket
	refuses sspseal-client 'option: --probe; see --help' "$@" --probe ./socket
	refuses sspseal-client 'not a number: x; see --help' \
		"$@" --messages x ./socket
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

# strangers_come NUMBER silent|drip: see strangers.c
strangers_come() {
	start "$2" "$here/strangers" "$address" "$1" "$2"
	strangers="$strangers $pid"
	within grep here "$2.out"
}

# Whatever they do: their time was over.
strangers_are_gone() {
	sleep 8
	for stranger in $strangers; do
		within ended "$stranger"
		wait "$stranger" || fail "the strangers have failed"
	done
}

# As many as the server has places.
strangers() {
	new_key key
	server ./socket
	strangers_come 64 drip
	still_serves
	strangers_are_gone
	says server.err "sspseal-server: $timed_out"
}

# Before the time is over that a server has if nothing is said.
patience() {
	new_key key
	for program in server sandbox; do
		"$program" "./$program" --patience 1
		timeout 8 "$here/strangers" "$address" 1 silent > /dev/null ||
			fail "$program waits"
		within grep -xF "sspseal-$program: $timed_out" server.err
	done
}

# ---- what a session needs

# Of what each end asks for nothing is left out.
less_than_sealed() {
	new_key key
	less='handshake: the session would be less than sealed'
	server ./socket
	export LD_PRELOAD="$here/weak_package.so"
	for WEAK in 0x10 0x8 0x2; do
		export WEAK
		refuses sspseal-client "$less" client --messages 1
	done
	server ./another
	unset LD_PRELOAD
	! client --messages 1 2> error || fail "the server has answered"
	within grep -xF "sspseal-server: $less" server.err
}

# A package that wants CompleteAuthToken gets it, at both ends.
complete_token() {
	new_key key
	export LD_PRELOAD="$here/weak_package.so"
	server ./socket
	still_serves
}

# The end of a connection is not the end of a session, at either end of it.
cut_off() {
	new_key key
	server ./socket
	slow_client
	kill -9 "$slow"
	within grep -xF "sspseal-server: receive: $cut" server.err
	sandbox ./another
	slow_client
	kill -9 "$slow"
	within grep -xF 'worker: connection 0: receive: cut: messages may be missing' \
		server.err
	server ./third
	slow_client
	kill -9 "$server"
	slow_client_ends
}

# What comes back must be what was sent: a talker is no server.
changed() {
	new_key key
	listen ./socket -k key
	echo something else >&3
	refuses sspseal-client 'a message came back changed' \
		sh -c 'echo one | "$@"' sh sspseal-client --key key --identity client \
		./socket
}

# refusals NUMBER
refusals() {
	[ "$(grep -cF ': receive: not a message of a session' server.err)" -eq "$1" ]
}

# Messages that are authentic, and neither DATA nor END.
no_kind() {
	new_key key
	for program in server sandbox; do
		"$program" "./$program"
		"$here/session_peer" key "$address" send 'D: as it should be'
		for text in 'X: of no kind' 'E: an end with something behind it' ''; do
			! "$here/session_peer" key "$address" send "$text" ||
				fail "$program has answered $text"
		done
		within refusals 3
		still_serves
	done
}

# ---- load

# On a slow machine the last of many clients waits long.
crowded=$((10 * ${TEST_SLOWNESS:-1}))

# burden CLIENTS CONNECTIONS MESSAGES: so many at once, each with so many connections
# one after the other, each for so many messages
burden() {
	clients=
	for number in $(seq "$1"); do
		sspseal-client --key key --identity "client $number" \
			--connections "$2" --messages "$3" "$address" \
			> "$number.back" 2> "$number.err" &
		clients="$clients $!"
	done
	# shellcheck disable=SC2086 # one number is one word
	echo $clients >> started
	for number in $clients; do
		wait "$number" || fail "$(cat ./*.err)"
	done
	for number in $(seq "$1"); do
		says "$number.back" \
			"$2 connections, $(($2 * $3)) messages came back right"
	done
	[ ! -s server.err ] || fail "$(cat server.err)"
}

# On a slow machine as many clients, and each has less to say.
is_slow() {
	[ "${TEST_SLOWNESS:-1}" -gt 1 ]
}

load() {
	new_key key
	server 127.0.0.1:7303 --patience "$crowded"
	if is_slow; then burden 16 1 20; else burden 16 4 50; fi
}

# 1,000 connections and 100,000 messages, over more connections at a time than the
# worker takes.
load_in_a_sandbox() {
	new_key key
	sandbox ./socket --patience "$crowded"
	if is_slow; then burden 72 1 3; else burden 72 14 100; fi
}

# ---- the worker

# A client whose lines are written to descriptor 3.
slow_client() {
	rm -f slow.in
	mkfifo slow.in
	exec 3<> slow.in
	start slow sspseal-client --key key --identity slow "$address"
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
	was_cut_off sspseal-client slow.err
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
	children_of "$sandbox"
}

# What process $1 has open.
open_files() {
	for file in "/proc/$1"/fd/*; do
		readlink "$file" || :
	done
}

# worker_has_connections NUMBER: beside its channel
worker_has_connections() {
	[ "$(open_files "$(find_worker)" | grep -c ^socket:)" -eq $((1 + $1)) ]
}

has_a_socket() {
	open_files "$1" | grep -q ^socket:
}

# 64, and the next one waits: it has been let in, and nobody answers.
more_than_the_worker_takes() {
	new_key key
	sandbox ./socket
	mkfifo hold
	exec 3<> hold
	for number in $(seq 64); do
		ln hold "idle.$number.in"
		start "idle.$number" sspseal-client --key key \
			--identity "client $number" "$address"
	done
	idle=$pid
	within worker_has_connections 64
	start late sspseal-client --key key --identity late --messages 1 "$address"
	within has_a_socket "$pid"
	sleep $((2 * ${TEST_SLOWNESS:-1}))
	! ended "$pid" || fail "there was a place for one more: $(cat late.err)"
	kill "$idle"
	within grep -xF '1 connections, 1 messages came back right' late.out
}

# They hold up nobody, and not the parent.
strangers_at_a_sandbox() {
	new_key key
	sandbox ./socket
	strangers_come 40 silent
	strangers_come 40 drip
	still_serves
	kill -USR1 "$sandbox"
	within grep 'sandbox: revoked' server.err
	kill -USR2 "$sandbox"
	within grep 'the worker was killed by signal 9' server.err
	still_serves
	strangers_are_gone
	says server.err "sspseal-sandbox: $timed_out"
}

# probed TEXT...: what became of each attempt
probed() {
	client --messages 1 > out
	for what in 'open the device' "read the parent's memory" 'find a key' \
		export sign 'make a context'; do
		within grep -xF "worker: probe: $what: $1" server.err
		shift
	done
}

# in_status FIELD VALUE: of the worker
in_status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(find_worker)/status" |
		tr '\t' ' ' > out
	says out "$2"
}

# Three standard files, the channel, and the file of its handles: the connections
# that it had are closed.
worker_has_five_files() {
	open_files "$(find_worker)" > out
	[ "$(wc -l < out)" -eq 5 ]
}

# The session, and the terminal, of process $1: what stands behind its name and
# state, its parent and its group.
session_of() {
	sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 4,5
}

is_unprivileged() {
	in_status Uid '65534 65534 65534 65534'
	in_status Gid '65534 65534 65534 65534'
	in_status Groups ''
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		in_status "$set" 0000000000000000
	done
	in_status NoNewPrivs 1
	open_files "$sandbox" > out
	says out /dev/sspseal
	within worker_has_five_files
	! grep -x /dev/sspseal out || fail "the worker has the device"
	[ "$(grep -cx /dev/null out)" -eq 2 ] || fail "it has other files: $(cat out)"
	worker=$(find_worker)
	session_of "$worker" > out
	says out "$worker 0"
}

worker_has_no_privileges() {
	new_key key
	sandbox ./socket --probe
	no='Operation not permitted'
	probed "$no" "$no" "$no" "$no" "$no" "$no"
	is_unprivileged
	in_status Seccomp 2
	still_serves
}

worker_has_no_privileges_without_filter() {
	new_key key
	sandbox ./socket --probe --no-filter
	probed 'Permission denied' 'Permission denied' \
		'Required key not available' NO_RIGHT NO_RIGHT ANONYMOUS
	is_unprivileged
	in_status Seccomp 0
	still_serves
}

# Where its program lies in memory tells nothing of the parent, nor does its command
# line.
worker_is_another_program() {
	new_key key
	sandbox ./socket
	[ "$(cat /proc/sys/kernel/randomize_va_space)" -ne 0 ]
	for process in "$sandbox" "$(find_worker)"; do
		sed 's/-.*//;q' "/proc/$process/maps"
	done > out
	[ "$(sort -u out | wc -l)" -eq 2 ] || fail "the same place: $(cat out)"
	! grep sspseal:test "/proc/$(find_worker)/cmdline" ||
		fail "it knows the key's name"
}

# In the memory of neither: what both made of the key is found only at the other end.
nobody_has_the_key() {
	still_serves
	"$here/session_peer" key "$address" search "$sandbox" "$(find_worker)" > found
	[ "$(wc -l < found)" -eq 2 ]
	[ "$(grep -cx '0 of 4 secrets, 1 of 2 others' found)" -eq 2 ] ||
		fail "parent and worker: $(cat found)"
}

worker_has_no_key() {
	new_key key
	sandbox ./socket
	nobody_has_the_key
	sandbox_with_file ./another
	nobody_has_the_key
}

# Fewer than the parent has to wait for.
few_descriptors() {
	new_key key
	# shellcheck disable=SC3045 # what sh is here has it
	ulimit -n 100
	refuses sspseal-sandbox 'poll: Invalid argument' \
		soon sspseal-sandbox --key key --identity server ./socket
}

# Nobody who is root by another name, or whom setresuid() does not know.
worker_user() {
	new_key key
	set -- soon sspseal-sandbox --key key --identity server
	for user in -1 4294967295 4294967296 65534x '' no-such-user; do
		refuses sspseal-sandbox "no user $user" \
			"$@" --user "$user" ./socket
	done
	for user in 0 00 root; do
		refuses sspseal-sandbox "user $user has the rights of root" \
			"$@" --user "$user" ./socket
	done
	sandbox ./socket --user nobody
	in_status Uid '65534 65534 65534 65534'
}

# The group of a user is not its number.
worker_group() {
	new_key key
	echo sspseal-test:x:1234:4321:::/bin/false > passwd
	cat > in_namespace <<- 'END'
		mount --bind passwd /etc/passwd
		exec "$@"
	END
	start server unshare -m sh -e in_namespace sspseal-sandbox --key key \
		--identity server --user 1234 ./socket
	sandbox=$pid
	within grep listening server.out
	in_status Uid '1234 1234 1234 1234'
	in_status Gid '4321 4321 4321 4321'
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

# What a worker may do that belongs to a peer by now: see worker_channel.c. It gets no
# further than to be replaced.
worker_does_not_read() {
	new_key key
	sandbox ./socket
	"$here/worker_channel" "$sandbox" narrow
	worker=$(find_worker)
	# It would not notice that its parent has ended.
	echo "$worker" >> started
	kill -STOP "$worker"
	for number in $(seq 20); do
		start "client.$number" client --messages 1
	done
	within grep -xF 'sspseal-sandbox: the worker does not read: killed' server.err
	kill -USR1 "$sandbox"
	within grep -xF 'sspseal-sandbox: revoked' server.err
	still_serves
}

worker_keeps_no_rules() {
	new_key key
	for number in 0 63 64 4294967295; do
		sandbox "./socket.$number"
		"$here/worker_channel" "$(find_worker)" say "$number"
		within grep -xF \
			'sspseal-sandbox: the worker does not keep the rules: killed' server.err
		still_serves
	done
}

worker_gives_up() {
	new_key key
	sandbox ./socket
	old=$(find_worker)
	# It lives on, and cannot be talked to.
	echo "$old" >> started
	kill -STOP "$old"
	"$here/worker_channel" "$old" close
	within ended "$old"
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
	start listener sspsealctl chat --listen --identity listener "$@" "$address"
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
	start caller "$@" --identity caller "$address"
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
	for n in 4095 4096 4097 8192 10000; do
		head -c "$n" /dev/zero | tr '\0' x
		[ "$n" -eq 10000 ] || echo
	done > lines
	cat lines >&4
	end_of_talk
	fold -w 4096 lines > expected
	echo >> expected
	cmp expected listener.out
}

chat_control_characters() {
	new_key key
	listen ./socket -k key
	call sspsealctl chat -k key
	printf 'a\033[2Jb\177c\302\233d\td\303\251\233[2J\340\202\233\n' >&4
	end_of_talk
	printf 'a?[2Jb?c??d\td\303\251?[2J???\n' > expected
	cmp expected listener.out
}

chat_wrong_key() {
	new_key key
	new_key other
	listen ./socket -k key
	refuses 'sspsealctl: chat' "$denied" \
		sspsealctl chat -k other --identity caller ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $hung_up"
}

chat_wrong_name() {
	new_key key
	listen ./socket -k key --identity tiger
	refuses 'sspsealctl: chat' "$hung_up" \
		sspsealctl chat -k key --identity caller --peer lion ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $other_name"
	listen ./socket -k key --identity tiger
	refuses 'sspsealctl: chat' "$hung_up" \
		sspsealctl chat -k key --identity tiger ./socket
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $denied"
	listen ./socket -k key --peer friend
	call sspsealctl chat -k key
	! wait "$caller" || fail "the caller is content"
	was_cut_off 'sspsealctl: chat' caller.err
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $other_name"
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
	says listener.err "sspsealctl: chat: receive: $cut"
}

# One who has no key, and takes all the time.
chat_stranger() {
	new_key key
	listen ./socket -k key
	strangers_come 1 drip
	strangers_are_gone
	! wait "$listener" || fail "the listener is content"
	says listener.err "sspsealctl: chat: $timed_out"
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
	usage_error '--identity is missing' -k key ./socket
	usage_error '--identity is missing' -k key --listen ./socket
	usage_error 'too many files: more' -k key ./socket more
	usage_error 'takes no output' -k key -o out ./socket
	usage_error 'needs a key that begins sspseal:' -K 17 --identity a ./socket
	refuses 'sspsealctl: chat' 'missing: No such file or directory' \
		sspsealctl chat -k missing --identity a ./socket
	refuses 'sspsealctl: chat' './socket: No such file or directory' \
		sspsealctl chat -k key --identity a ./socket
}

run_tests "$@"

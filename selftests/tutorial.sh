#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tutorial.sh [-t TEST]
#
# Executes Documentation/tutorial.rst, which lies beside this script: TAP output, a
# test for each mark. A mark is a comment of the page, ".. tutorial: WHAT TERMINAL",
# and is about the literal block behind it:
#
#   install           not executed, but looked for: see below
#   run TERMINAL      commands for the shell of a terminal, which must succeed
#   start TERMINAL    commands that go on for a while
#   type TERMINAL     what somebody types into what runs there
#   shows TERMINAL    lines that appear, in this order, behind those that were found
#                     there before
#   end TERMINAL      ^D: what runs there must succeed (no block)
#   ended TERMINAL    what runs there must end by itself and succeed (no block)
#   failed TERMINAL   what runs there must end by itself and fail (no block)
#
# A literal block without a mark is a failure. So that no command is left out
# silently, "install" may have no lines but those that this script knows, and the
# kernel under test must have what they lead to: the module, the programs where
# "make" puts them (links here), and root.
#
# Steps are called by their names:
# shellcheck disable=SC2317

here=$(cd "$(dirname "$0")" && pwd)
PATH=$here:$PATH
page=$here/tutorial.rst

# shellcheck source-path=SCRIPTDIR
. "$here/tap.sh"

# What lines of "install" lead to.
installed() {
	case $1 in
	make) [ -x build/tools/sspseal-client ] ;;
	'sudo make install') command -v sspsealctl > /dev/null ;;
	'sudo modprobe sspseal') [ -c /dev/sspseal ] ;;
	'sudo -s') [ "$(id -u)" -eq 0 ] ;;
	*) fail "not known how to do without: $1" ;;
	esac || fail "not so here: $1"
}

# split PAGE: steps/NUMBER has the block of the mark steps/NUMBER.mark.
split() {
	mkdir steps
	awk '
		/^\.\. tutorial: / {
			step = sprintf("steps/%03d", ++nr)
			print $3, $4 > (step ".mark")
			printf "" > step
			marked = 1
			next
		}
		/::$/ && !/^\.\. / {
			if (!marked || $0 != "::") {
				print "line " NR ": a block without a mark"
				exit 1
			}
			inside = 1
			marked = 0
			next
		}
		inside && /^    / { print substr($0, 5) > step; next }
		inside && /^[^ ]/ { inside = 0 }
		/^[A-Z]/ { marked = 0 }
	' "$1"
}

# A terminal does one block after the other; its number goes to NAME.pid.
begin() {
	keyboard=$2.keyboard
	rm -f "$keyboard"
	mkfifo "$keyboard"
	sh -e "$1" < "$keyboard" >> "$2.screen" 2>&1 5>&- 6>&- 7>&- &
	echo $! > "$2.pid"
	case $2 in
	one) exec 5> "$keyboard" ;;
	two) exec 6> "$keyboard" ;;
	three) exec 7> "$keyboard" ;;
	*) fail "no terminal $2" ;;
	esac
}

hang_up() {
	case $1 in
	one) exec 5>&- ;;
	two) exec 6>&- ;;
	three) exec 7>&- ;;
	esac
}

type_in() {
	case $2 in
	one) cat "$1" >&5 ;;
	two) cat "$1" >&6 ;;
	three) cat "$1" >&7 ;;
	esac
}

# within WHAT COMMAND...: it succeeds before ten seconds are over
within() {
	what=$1
	shift
	end=$(($(date +%s) + 10 * ${TEST_SLOWNESS:-1}))
	until "$@" 2> /dev/null; do
		[ "$(date +%s)" -le "$end" ] || fail "$what: $(tail ./*.screen)"
		sleep 0.1
	done
}

# What the shell of terminal $1 runs.
child() {
	children_of "$(cat "$1.pid")"
}

sleeps() {
	grep -q '^State:[[:space:]]*S' "/proc/$(child "$1")/status"
}

# A program that was started is ready for what comes next when it waits, now and
# half a second later.
settled() {
	within "terminal $1 is busy" sleeps "$1"
	sleep 0.5
	within "terminal $1 is busy" sleeps "$1"
}

gone() {
	[ ! -e "/proc/$1/exe" ]
}

# finished TERMINAL: sets status to what its block ended with
finished() {
	pid=$(cat "$1.pid")
	within "terminal $1 goes on" gone "$pid"
	hang_up "$1"
	status=0
	wait "$pid" || status=$?
}

finishes() {
	finished "$1"
	[ "$status" -eq 0 ] || fail "status $status: $(cat "$1.screen")"
}

breaks_off() {
	finished "$1"
	[ "$status" -ne 0 ] || fail "has succeeded: $(cat "$1.screen")"
}

# However this ends, nothing goes on: what was started, and the page's servers.
switch_off() {
	for name in one two three; do
		[ ! -e "$name.pid" ] || gone "$(cat "$name.pid")" ||
			kill -9 "$(child "$name")" "$(cat "$name.pid")" || :
	done
	[ ! -e /run/tutorial.pid ] || kill -9 "$(cat /run/tutorial.pid)" || :
	rm -f /run/tutorial.*
}

# Takes the lines of $1 from what terminal $2 shows and has not been taken yet.
take_lines() {
	[ -e "$2.seen" ] || echo 0 > "$2.seen"
	touch "$2.screen"
	awk -v seen="$(cat "$2.seen")" '
		NR == FNR { wanted[++nr] = $0; next }
		FNR > seen && done < nr && $0 == wanted[done + 1] {
			done++
			last = FNR
		}
		END {
			print last + 0
			exit done != nr
		}
	' "$1" "$2.screen" > taken && mv taken "$2.seen"
}

step() {
	case $2 in
	install)
		while read -r line; do
			installed "$line"
		done < "$1"
		;;
	run)
		begin "$1" "$3"
		hang_up "$3"
		finishes "$3"
		;;
	start) begin "$1" "$3" && settled "$3" ;;
	type) type_in "$1" "$3" ;;
	shows) within "terminal $3 does not show this" take_lines "$1" "$3" ;;
	end) hang_up "$3" && finishes "$3" ;;
	ended) finishes "$3" ;;
	failed) breaks_off "$3" ;;
	*) fail "mark not known: $2" ;;
	esac
}

tutorial() {
	trap switch_off EXIT
	mkdir -p build/tools
	ln -s "$here"/sspseal-* build/tools
	split "$page"
	set -- steps/*.mark
	[ $# -gt 30 ] || fail "$# steps only"
	for mark in "$@"; do
		echo "${mark%.mark}: $(cat "$mark")"
		# shellcheck disable=SC2046 # two words
		step "${mark%.mark}" $(cat "$mark")
	done
}

# shellcheck disable=SC2034 # for tap.sh
tests=tutorial
run_tests "$@"

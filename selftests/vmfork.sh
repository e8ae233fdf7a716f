#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# vmfork.sh [MODULE]
#
# What becomes of contexts when a virtual machine is copied. Boots one that has a
# generation ID, saves it while it holds contexts, and resumes what was saved
# four times: twice with the same ID, as a machine that was moved, or was copied and
# nobody told it, and twice with another. Ends with a line "N passed, N failed".
#
# With MODULE, that one is looked at, not the one just built.
#
# KERNEL must know generation IDs, as Debian's 6.1 does not. With COUNTS=DIR, what the
# copies have executed of a module that was built for it is left there: see
# gcov-guest.sh.
set -euo pipefail
export KERNEL=${KERNEL:-6.12}
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

module=${1:-}
stage=$build/stage/vmfork${module:+.$$}
slowness=$(slowness)
id=11111111-1111-4111-8111-111111111111
declare -A vm

# boot NAME ID [QEMU-ARGUMENT]...: what it prints goes to the file NAME.
boot() {
	local name=$1 id=$2
	shift 2
	mkfifo "$work/$name.monitor.in" "$work/$name.monitor.out"
	cat "$work/$name.monitor.out" > "$work/$name.answers" &
	"$top/selftests/vm/run.sh" --kernel "$kernel" --payload "$stage" \
		--smp 1 --accel tcg --timeout $((300 * slowness)) \
		--log "$work/$name.log" ${COUNTS:+--out "$COUNTS/vmfork-$name"} \
		--qemu-args "-device vmgenid,guid=$id
			-chardev pipe,id=monitor,path=$work/$name.monitor
			-mon chardev=monitor,mode=readline $*" \
		-- env TEST_SLOWNESS="$slowness" ${COUNTS:+./gcov-guest.sh "$build"} \
		./host.sh ./sspseal.ko -- ./vmfork > "$work/$name" 2>&1 &
	vm[$name]=$!
}

# Opened like this, a pipe whose reader is gone holds nothing up.
ask() {
	echo "$2" 1<> "$work/$1.monitor.in"
}

runs() {
	kill -0 "${vm[$1]}" 2> /dev/null
}

# await NAME PATTERN: for a line that it prints, as long as it runs.
await() {
	until grep -q "$2" "$work/$1"; do
		runs "$1" || break
		sleep 0.2
	done
	grep -q "$2" "$work/$1"
}

# The machine goes into a file, and is ended.
save() {
	ask original "migrate -d \"exec:cat>$work/saved\""
	until grep -q 'Migration status: completed' "$work/original.answers"; do
		runs original || return
		! grep -q 'Migration status: failed' "$work/original.answers" || return
		sleep 0.2
		ask original "info migrate"
	done
	ask original quit
	wait "${vm[original]}" || :
}

resume() {
	boot "$1" "$2" "-incoming exec:cat<$work/saved"
}

ended() {
	wait "${vm[$1]}" && grep -q '^ok 1 ' "$work/$1"
}

# It goes on for seconds after both copies have noticed, and nothing has ended.
lives() {
	local seconds
	seconds=$(sed -n 's/^# vmfork: \([0-9]*\): .*/\1/p' "$work/same" | tail -n 1)
	await same "vmfork: $((${seconds:-2} + 5)): the context lives" &&
		! grep -q '^\(not \)\?ok' "$work/same"
}

# salts_differ NAME NAME WHEN: at the same point of the program, of which both have told.
salts_differ() {
	[ "$(sed -n "s/^# vmfork: $3, a new salt //p" "$work/$1" "$work/$2" |
		sort -u | grep -c '^[0-9a-f]\{32\}$')" -eq 2 ]
}

# What the kernel's generator has in common in both is not in their salts, from the first
# second on that they have told of before they drew one.
unnoticed_salts_differ() {
	local second lives='^# vmfork: \([0-9]*\): the context lives$'
	await unnoticed "$lives" || return
	second=$(sed -n "s/$lives/\1/p" "$work/unnoticed" | head -n 1)
	grep -q "^# vmfork: $second: the context lives$" "$work/same" &&
		await unnoticed "^# vmfork: $second, a new salt [0-9a-f]\{32\}$" &&
		salts_differ same unnoticed "$second"
}

# check NAME COMMAND...
check() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number vmfork on $kernel: $name"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $number vmfork on $kernel: $name"
	tail -n 15 "$work"/{original,same,unnoticed,first,second} 2> /dev/null | sed 's/^/# /'
}

# shellcheck disable=SC2317 # called by a trap
clean_up() {
	kill "${vm[@]}" 2> /dev/null || :
	wait
	rm -rf "$work"
	[ -z "$module" ] || rm -rf "$stage"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-vmfork.XXXXXX")
trap clean_up EXIT
trap 'exit 143' TERM INT HUP
number=0 failed=0

"$top/selftests/stage.sh" "$stage"
make -s -C "$top/selftests" OUTPUT="$build/selftests" BUILD="$build" \
	KSFT="$("$top/selftests/vm/kselftest.sh")" "$build/selftests/vmfork"
cp "$build/selftests/vmfork" "$top/selftests/gcov-guest.sh" "$stage"
[ -z "$module" ] || cp "$module" "$stage/sspseal.ko"

echo "TAP version 13"
echo "1..7"
boot original "$id"
check "a machine holds contexts" await original 'vmfork: 2: the context lives'
check "it is saved" save
resume first auto
resume second auto
resume same "$id"
resume unnoticed "$id"
check "contexts end in a copy" ended first
check "contexts end in another copy" ended second
check "the copies' new contexts have nothing in common" \
	salts_differ first second 'at last'
check "contexts go on where the machine is the same" lives
check "new contexts of unnoticed copies have nothing in common" unnoticed_salts_differ
echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz-user.sh
#
# Fuzzes what parses in user space, on this machine, TIME seconds each (default 60),
# with AddressSanitizer and UndefinedBehaviorSanitizer. The targets:
#
#   stream       the tool's streams
#   library      the library between a program and a kernel that may answer anything
#   handshake    the library's handshake with a peer that may send anything
#   credentials  who asks for credentials how, and what is in the file of a key
#   attributes   attributes of contexts, and texts of both sorts
#   messages     arrays of messages, and what a kernel may answer to them
#   session      a sealed connection of tools/sockets, and a peer
#   worker       the worker of sspseal-sandbox, and peers
#   sandbox      its parent, and a worker that belongs to a peer
#   transport    the ADDRESS of tools/sockets
#   arguments    command lines, and the key and the user that they name
#   harmless     what the tool prints of what a peer says
#
# Inputs that reach something new are kept in build/fuzz; one that crashes is named,
# and INPUT=file TARGET=target repeats it. TARGET alone fuzzes that one only.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

work=$build/fuzz

# In the form that stream_fuzz.c takes: streams of two records, valid as far as that
# goes without a key.
seed_streams() {
	local records='\0\0\0\0\0\1\0\0\0\0\0\0\1\0\0\0\5\0'
	# shellcheck disable=SC2059 # escapes are what it is for
	{
		printf "\1\0\0SSPSEALF\0\0\0\1\0\0\0\0$records" > "$1/sealed"
		printf "\3\0\0SSPSEALS\0\0\0\1\0\0\0\0$records" > "$1/signature"
		printf "\5\0\0SSPSEALF\0\0\0\1\0\0\0\0$records" > "$1/unsealed"
		printf "\5\2\0SSPSEALF\0\0\0\1\0\0\0\0$records" > "$1/altered"
		printf "\13\0\0SSPSEALS\0\0\0\1\0\0\0\0$records" > "$1/verified"
		printf "\13\0\1SSPSEALS\0\0\0\1\0\0\0\0$records" > "$1/longer"
	}
}

# In the form that handshake_fuzz.c takes: the tokens of the protocol's vectors.
seed_handshakes() {
	awk -v dir="$1" '
		/^    (vector|token_[123]) = / {
			if ($1 == "vector")
				name = $3
			else
				token[name, substr($1, 7)] = token[name, substr($1, 7)] $3
		}
		function chunk(hex) {
			return sprintf("%02x%02x", length(hex) / 2 % 256, \
				int(length(hex) / 512)) hex
		}
		function put(name, hex) {
			gsub(/../, "\\x&", hex)
			print dir "/" name, hex
		}
		END {
			for (key in token) {
				split(key, part, SUBSEP)
				if (part[2] == 1)
					put(part[1] "-1", "00" chunk(token[key]) \
						chunk(token[part[1], 3]))
				if (part[2] == 2)
					put(part[1] "-2", "01" chunk(token[key]))
			}
		}
	' "$top/Documentation/protocol.rst" | while read -r file bytes; do
		# shellcheck disable=SC2059 # escapes are what it is for
		printf "$bytes" > "$file"
	done
}

# Those of fuzz/seeds.txt. seed_listed TARGET DIR
seed_listed() {
	local nr=0 bytes
	sed -n "s/^$1 //p" "$top/selftests/fuzz/seeds.txt" | sed 's/../\\x&/g' |
		while read -r bytes; do
			nr=$((nr + 1))
			# shellcheck disable=SC2059 # escapes are what it is for
			printf "$bytes" > "$2/listed-$nr"
		done
}

fuzz() {
	local name=$1 corpus=$work/corpus-$1
	shift
	mkdir -p "$corpus" "$work/crash"
	case $name in
	stream) seed_streams "$corpus" ;;
	handshake) seed_handshakes "$corpus" ;;
	*) seed_listed "$name" "$corpus" ;;
	esac
	if "$work/${name}_fuzz" -max_total_time="${TIME:-60}" \
		-artifact_prefix="$work/crash/$name-" -print_final_stats=1 "$@" \
		"$corpus" > "$work/$name.log" 2>&1; then
		echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
			"$work/$name.log") executions," \
			"$(grep -o 'cov: [0-9]*' "$work/$name.log" | tail -n 1)"
		return
	fi
	tail -n 60 "$work/$name.log"
	echo "not ok $name: see $work/$name.log"
	return 1
}

"$top/selftests/deps.sh" clang make
make -s -C "$top/selftests/fuzz" OUTPUT="$work" libfuzzer
if [ -n "${INPUT:-}" ]; then
	exec "$work/${TARGET:-stream}_fuzz" "$INPUT"
fi
status=0
for target in ${TARGET:-stream library handshake credentials attributes messages \
	session worker sandbox transport arguments harmless}; do
	case $target in
	# The tools print a line for each input.
	stream | arguments) fuzz "$target" -close_fd_mask=3 || status=1 ;;
	*) fuzz "$target" || status=1 ;;
	esac
done
exit "$status"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh
#
# Does lint notice? In a copy of the tree, which must pass without, the faults
# below are added, each to another file. Then the check that a fault is meant for
# must name that file, and no other check may. The copy lacks the tests in C,
# which would take most of the time.
set -euo pipefail

# fault CHECK FILE: adds the text on stdin, without its ~, at FILE's end. They
# keep lint from finding the faults here.
first_faults() {
	# SSPI's names and types are no fault in the library.
	fault none userlib/src/native.c <<'END'

typedef uint32_t LintFault;

static inline LintFault lint_fault(LintFault LintArgument)
{
	return LintArgument;
}
END
	fault spdx kmod/fault.h <<'END'
/* SPDX-License~-Identifier: MIT */
END
	fault spdx userlib/src/fault.h <<'END'
/* SPDX-License~-Identifier: GPL-2.0-only */
END
	fault spdx selftests/fault.txt <<'END'
No licence.
END
	fault private Documentation/architecture.rst <<'END'
The key is in /ho~me/someone/key.
END
	fault private README.md <<'END'
It comes from http://deb~.debian.org/debian.
END
	fault private selftests/vm/badlog.txt <<END
# $tree/selftests
END
	fault function-length kmod/kdf.c < <(function_of 61)
	fault function-length userlib/src/device.c < <(function_of 61)
	fault none kmod/bind.c < <(function_of 60)
	fault headers userlib/include/winerror.h <<'END'

static inline void lint_header(void)
{
}
END
	fault headers uapi/linux/sspseal.h <<'END'

enum lint_uapi {
	LINT_UAPI,
};
END
	fault kernel-doc kmod/batch.c <<'END'

/**
 * lint_fault() - does nothing
 */
static inline void lint_fault(int undescribed)
{
}
END
	fault kernel-doc userlib/src/context.c <<'END'

/**
 * struct lint_fault - says nothing of its member
 */
struct lint_fault {
	int undescribed;
};
END
	fault python selftests/opener/opener.py <<'END'
import os
END
	fault python selftests/fault-python <<'END'
#!/usr/bin/env python3
# SPDX-License~-Identifier: GPL-2.0-only
print(fault)
END
	fault codespell Documentation/quick-start.rst <<'END'
The kernel rec~ieves a message.
END
	fault codespell .ci/run <<'END'
# Rec~ieved.
END
	fault shellcheck selftests/stage.sh <<'END'
rm $fault
END
	fault shellcheck selftests/fault-shell <<'END'
#!/bin/sh
# SPDX-License~-Identifier: GPL-2.0-only
[[ -n x ]]
END
	fault coverage selftests/coverage-reasons.txt <<'END'

reason: A line of another function.
file: kmod/kdf.c
in: hmac_new
line: wipe_stack();
END
	fault checkpatch kmod/status.c <<'END'

static inline bool lint_fault(int *p)
{
	return p == NULL;
}
END
	fault checkpatch userlib/src/status.c <<'END'

static inline int lint_fault(int x)
{
	return(x);
}
END
	fault checkpatch tools/sspsealctl/main.c <<'END'

static inline int lint_fault(int x)
{
	return(x);
}
END
	fault checkpatch Documentation/examples/seal-native.c <<'END'

static inline int lint_fault(unsigned x)
{
	return x;
}
END
	fault checkpatch selftests/fault.c <<'END'
// SPDX-License~-Identifier: GPL-2.0-only
int LintFault;
END
	fault none selftests/sspi-fault.c <<'END'
// SPDX-License~-Identifier: GPL-2.0-only
SecBufferDesc lint_fault;
END
	fault checkpatch selftests/Makefile <<'END'
# trailing space ~
END
	fault sparse kmod/sequence.c <<'END'

static __maybe_unused __be32 lint_fault(u32 x)
{
	return x;
}
END
	fault sparse userlib/src/message.c <<'END'

static int *lint_fault(void)
{
	return 0;
}
END
	fault sparse tools/sspsealctl/io.c <<'END'

static __be32 lint_fault(__u32 x)
{
	return x;
}
END
	fault analyzer kmod/work.c <<'END'

static inline int lint_fault(int *p)
{
	return p ? 0 : *p;
}
END
	fault analyzer userlib/src/ntstatus.c <<'END'

static inline int lint_fault(int x)
{
	int y;

	if (x)
		y = 1;
	return y;
}
END
	fault analyzer tools/sspsealctl/stream.c <<'END'

static inline int lint_fault(int x)
{
	return x ? 1 : 1 / x;
}
END
	fault warnings kmod/suite.c <<'END'

static const int lint_fault = 1;
END
}

# The kernel's public header is one file, and takes one fault at a time. So do the reasons.
second_faults() {
	fault coverage selftests/coverage-reasons.txt <<'END'

reason: Twice, and the function has it once.
file: kmod/kdf.c
in: expand_block
race: desc->tfm = hmac;
race: desc->tfm = hmac;
END
	fault headers uapi/linux/sspseal.h <<'END'

struct lint_fault {
	__u32 class;
};
END
}

third_faults() {
	fault coverage selftests/coverage-reasons.txt <<'END'

reason: No such file.
file: kmod/fault.c
in: lint_fault
race: return 0;
END
	fault headers uapi/linux/sspseal.h <<'END'

struct lint_fault {
	__u16 small;
	__u32 large;
};
END
}

fourth_faults() {
	fault kernel-doc uapi/linux/sspseal.h <<'END'

/**
 * struct lint_fault - says nothing of its member
 */
struct lint_fault {
	__u32 undescribed;
};
END
}

# That many lines from brace to brace.
function_of() {
	printf '\nstatic inline int lint_fault(int x)\n{\n'
	seq "$(($1 - 3))" | sed 's/.*/\tx++;/'
	printf '\treturn x;\n}\n'
}

fault() {
	tr -d '~' >> "$tree/$2"
	faults+=("$1 $2")
}

# --- a run of lint

# lint [CHECK]...: what each check says goes to a file of its name in $work/found.
lint() {
	rm -rf "$work/found"
	mkdir "$work/found"
	BUILD=$work/build "$tree/selftests/lint.sh" "$@" > "$work/log" 2>&1 || :
	awk -v dir="$work/found" '
		/^1\.\.[0-9]+$/ { next }
		/^(not )?ok [0-9]+ lint: / {
			printf "%s", text > (dir "/" $NF)
			text = ""
			next
		}
		{ text = text $0 "\n" }
	' "$work/log"
}

# The checks that name file $1.
naming() {
	(cd "$work/found" && grep -l -F "$1:" -- * | paste -sd ' ')
}

failing() {
	sed -n 's/^not ok [0-9]* lint: //p' "$work/log" | sort | paste -sd ' '
}

# The checks that the faults are meant for.
meant() {
	printf '%s\n' "${faults[@]}" | sed 's/ .*//' | grep -v none | sort -u | paste -sd ' '
}

# round FAULTS [CHECK]...: adds them, and runs all checks or those.
round() {
	local fault check file got
	faults=()
	"$1"
	lint "${@:2}"
	for fault in "${faults[@]}"; do
		read -r check file <<< "$fault"
		got=$(naming "$file") || got=none
		report "$check finds the fault in $file" "$check" "$got"
	done
	report "the rest passes" "$(meant)" "$(failing)"
	git -C "$tree" clean -dfq
	git -C "$tree" checkout -q .
}

no_faults() {
	lint
	report "the tree passes" "" "$(failing)"
	report "each check was run" "13 passed, 0 failed" "$(tail -n 1 "$work/log")"
}

report() {
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number $1"
	else
		failed=$((failed + 1))
		cp "$work/log" "$log"
		echo "not ok $number $1: wanted '$2', got '$3'; see $log"
	fi
}

top=$(cd "$(dirname "$0")/../.." && pwd)
log=${BUILD:-$top/build}/lint-selftest.log
work=$(mktemp -d "${TMPDIR:-/tmp}/sspseal-lint-selftest.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM INT HUP
tree=$work/tree number=0 failed=0

mkdir -p "$tree" "${log%/*}"
(cd "$top" && git ls-files -z --cached --others --exclude-standard -- . ':!selftests/*.[ch]' |
	tar -c --ignore-failed-read --null -T - 2> /dev/null) | tar -x -C "$tree"
git -C "$tree" init -q
git -C "$tree" add -A

no_faults
if [ "$failed" -eq 0 ]; then
	round first_faults
	round second_faults headers coverage
	round third_faults headers coverage
	round fourth_faults kernel-doc
fi
echo "1..$number"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]

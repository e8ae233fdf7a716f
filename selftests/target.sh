# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts behind "make demo", "make check" and "make shell" share.
# Sourced, not run. KERNEL, BUILD and HOST are as the Makefile tells.
# shellcheck disable=SC2034 # variables for those who source this

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${BUILD:-$top/build}")
kernel=${KERNEL:-6.1}

say() {
	printf '\n==> %s\n' "$*"
}

# Compilers of other systems' tool chains are called HOST too: only 1 counts.
on_this_machine() {
	[ "${HOST:-}" = 1 ]
}

# For what kills, or takes all the memory there is.
vm_only() {
	! on_this_machine || { echo "${0##*/}: in a VM only" >&2; exit 1; }
}

# install_packages TARGET...: all of them at once, or one line that names them.
install_packages() {
	local target packages
	packages=$(for target in "$@"; do
		sed -n "s/^$target: //p" "$top/selftests/packages.txt"
	done)
	# shellcheck disable=SC2086 # a list of package names
	"$top/selftests/deps.sh" $packages
}

# What must not run twice would be another module than the one just built.
refuse_loaded_module() {
	if [ -d /sys/module/sspseal ]; then
		echo "${0##*/}: sspseal is loaded here: unload it, to try the one just built" >&2
		exit 1
	fi
}

# Of a kernel that is slow by design, as kernel.sh tells: how many times longer
# anything may take. Such kernels are built for the tests and have all they need.
slowness() {
	local file
	file=$("$top/selftests/vm/kernel.sh" "$kernel")/slowness
	if [ -e "$file" ]; then
		cat "$file"
	else
		echo 1
	fi
}

# run_staged STAGE OUT COMMAND...: with the module of STAGE loaded, in STAGE, in a
# VM or here. What COMMAND leaves in the directory OUT is there afterwards: it is
# called with that directory, as it knows it, as last argument if OUT is given.
# The array vm_options has more options for the VM, whose log goes to kernel_log.
vm_options=()
kernel_log=$build/kernel.log
run_staged() {
	local stage=$1 out=$2 slowness skips='' timeout=900
	shift 2
	if on_this_machine; then
		refuse_loaded_module
		(cd "$stage" && ./host.sh ./sspseal.ko -- "$@" ${out:+"$out"})
	else
		slowness=$(slowness)
		# Of what slowness says too much, as programs are shorter there.
		[ "$slowness" -eq 1 ] || { skips=none timeout=200; }
		"$top/selftests/vm/run.sh" --kernel "$kernel" --payload "$stage" \
			${out:+--out "$out"} --timeout $((1800 * slowness)) \
			--log "$kernel_log" "${vm_options[@]}" -- \
			env TEST_SLOWNESS="$slowness" TEST_SKIPS="$skips" \
			TEST_TIMEOUT="$timeout" \
			./host.sh ./sspseal.ko -- "$@" ${out:+/out}
	fi
}

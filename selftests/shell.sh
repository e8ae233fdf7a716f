#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shell.sh: a prompt in a VM with the module loaded and the tool at hand. "exit"
# ends it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/target.sh"

install_packages demo
"$top/selftests/stage.sh" "$build/stage/shell"
exec "$top/selftests/vm/run.sh" --kernel "$kernel" \
	--payload "$build/stage/shell" --shell -- \
	./host.sh ./sspseal.ko -- sh -l

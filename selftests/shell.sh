#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# shell.sh: a prompt in a VM with the module loaded, and the tool and tests at
# hand. "exit" ends it.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
stage=${BUILD:-$top/build}/stage/shell

"$top/selftests/stage.sh" "$stage"
exec "$top/selftests/vm/run.sh" --kernel "${KERNEL:-6.1}" --payload "$stage" \
	--shell -- ./host.sh ./sspseal.ko -- sh -l

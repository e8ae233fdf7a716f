#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# limits.sh [OPTION]...
#
# Runs the program "limits" with a module whose contexts end after 64 messages and
# after 32 failed authentications, in the place of the normal one.

cd "$(dirname "$0")" || exit 1
# shellcheck source-path=SCRIPTDIR
. ./module.sh

fail() {
	echo "TAP version 13"
	echo "1..1"
	echo "not ok 1 limits # $*"
	exit 1
}

module_ours limits
trap 'module_restore' EXIT
module_unload || fail "the module is in use"
module_load ./sspseal-small.ko || fail "cannot load the module with small limits"
./limits "$@"

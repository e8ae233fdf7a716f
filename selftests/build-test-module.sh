#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-test-module.sh KERNEL-BUILD-DIR SOURCES OBJECTS
#
# Builds what the Kbuild file in the folder SOURCES says: a module for tests only.
# kbuild leaves its objects beside the sources: they are linked into the folder
# OBJECTS, where the module is then.
set -euo pipefail

kernel=$1 sources=$(cd "$2" && pwd) objects=$3

mkdir -p "$objects"
find "$objects" -xtype l -delete
cp -sf "$sources"/{Kbuild,*.[ch]} "$objects"
"$(dirname "$0")/kbuild.sh" "$kernel" M="$(cd "$objects" && pwd)" W=1 KCFLAGS=-Werror \
	CONFIG_DEBUG_INFO_BTF_MODULES= modules

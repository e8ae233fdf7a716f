#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# agreement.sh: compares the library's headers with Windows', as agreement.py does.
#
# Then it does the same with a copy that has a fault of each sort planted, and wants
# each of them named, and nothing else: a comparison that finds nothing must have
# looked.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
include=$here/../../userlib/include
"$here/../deps.sh" clang mingw-w64-common python3-clang

# plant HEADER SED-SCRIPT NAME...: a fault that is to be reported under these names.
plant() {
	local header=$copy/$1 before
	before=$(cksum < "$header")
	sed -E -i "$2" "$header"
	[ "$before" != "$(cksum < "$header")" ] || die "nothing to change for $3"
	shift 2
	printf '%s\n' "$@" >> "$copy/planted"
}

die() {
	echo "agreement.sh: $*" >&2
	exit 1
}

"$here/agreement.py"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp "$include"/*.h "$copy"

# Values, one of a name for a name, and a name that is gone.
plant winerror.h '/_BUFFER_TOO_SMALL/s/0321/0320/' SEC_E_BUFFER_TOO_SMALL
plant winerror.h '/_NO_SPM/s/INTERNAL_ERROR/NOT_OWNER/' SEC_E_NO_SPM
plant ntstatus.h '/_INVALID_HANDLE/s/8L/9L/' STATUS_INVALID_HANDLE
plant sspi.h '/ASC_REQ_INTEGRITY/s/2/1/' ASC_REQ_INTEGRITY
plant sspi.h '/SECPKG_ATTR_FLAGS/d' SECPKG_ATTR_FLAGS
# The type of a value, a text, and a name with UNICODE.
plant sspi.h '/SECBUFFER_ATTRMASK/s/$/ULL/' SECBUFFER_ATTRMASK
plant ntsecpkg.h '/USERMODEINIT_NAME/s/Mode/mode/' SECPKG_USERMODEINIT_NAME
plant sspi.h '/^#define QuerySecurityPackageInfo\t.*W$/s/W$/A/' QuerySecurityPackageInfo
# Layouts: a member's size, the order of members, of a table, of an enum.
plant sspi.h '/_SecPkgContext_Flags \{/,/^}/s/ULONG/USHORT/' SecPkgContext_Flags
plant sspi.h '/_SecPkgContext_Sizes \{/,/^}/{s/cbMaxToken/cbX/; s/cbMaxSignature/cbMaxToken/
	s/cbX/cbMaxSignature/}' SecPkgContext_Sizes
plant sspi.h '/_SecPkgContext_NativeNamesA \{/,/^}/{s/sClientName/sX/; s/sServerName/sClientName/
	s/sX/sServerName/}' SecPkgContext_NativeNamesA
plant sspi.h '/_SecPkgContext_NamesW \{/,/^}/s/SEC_WCHAR/SEC_CHAR/' SecPkgContext_NamesW
plant sspi.h '/_FUNCTION_TABLE_A \{/,/^}/{s/ MakeSign/ X/; s/ VerifySign/ MakeSign/
	s/ X/ VerifySign/}' SecurityFunctionTableA SECURITY_FUNCTION_TABLE_A \
	InitSecurityInterfaceA INIT_SECURITY_INTERFACE_A
plant sspi.h '/SecPkgAttrLastClientTokenNo/s/,/ = 2,/' SECPKG_ATTR_LCT_STATUS \
	SecPkgContext_LastClientTokenStatus
# Functions: one more argument, another argument, another result.
plant sspi.h '/SEC_ENTRY FreeContextBuffer\(/s/\)/, int)/' FreeContextBuffer
plant sspi.h '/SEC_ENTRY DecryptMessage\(/,/;/s/ULONG \*/LONG */' DecryptMessage
plant ntsecpkg.h '/NTAPI SpGetContextToken\(/s/NTSTATUS/ULONG/' SpGetContextToken
# A struct, a function and a code of no complete family that are gone.
plant sspi.h '/_SecPkgContext_StreamSizes \{/,/^}/d' \
	SecPkgContext_StreamSizes
plant sspi.h '/SEC_ENTRY ApplyControlToken\(/,/;/d' ApplyControlToken
plant ntstatus.h '/STATUS_CANCELLED/d' STATUS_CANCELLED

! "$here/agreement.py" "$copy" > "$copy/found" || die "found none of the faults"
sed -nE 's/^[0-9]+ bits[^:]*: ((tag _|P)?([A-Za-z_0-9]+)).*/\3/p' "$copy/found" |
	LC_ALL=C sort -u > "$copy/named"
LC_ALL=C sort -u "$copy/planted" | diff - "$copy/named" ||
	die "planted (<) and found (>) differ"

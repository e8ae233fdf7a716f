#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""agreement.py [--update | HEADERS]: do our headers agree with Windows'?

Reads userlib/include (or HEADERS, a copy of it) as a compiler for Linux does, and
MinGW-w64's sspi.h, ntsecpkg.h, winerror.h and ntstatus.h as one for Windows does,
for 64 and for 32 bits, with UNICODE and without. Each constant, type and function
that both have must be the same: values and their types, sizes, offsets and types of
members, types of arguments and results. Types are compared by what they are, and
not by their names: ULONG is unsigned long there and unsigned int here, and has 32
bits in both. Of the families of names that are complete here none of theirs may
be missing, and none of compared.txt: names that were compared once. It is written
anew with --update.

Prints what disagrees, and in its last line how much was compared.
"""

import re
import subprocess
import sys
from pathlib import Path

from clang.cindex import CursorKind, Index, TranslationUnit, TypeKind

TOP = Path(__file__).resolve().parents[2]
MINGW = '/usr/share/mingw-w64/include'
MINIMUM = 150
LICENCE = '# SPDX-License-Identifier: GPL-2.0-only'
COMPARED = Path(__file__).with_name('compared.txt')

OUR_FILES = {'sspi_types.h', 'sspi.h', 'ntsecpkg.h', 'winerror.h', 'ntstatus.h'}
OURS = '''
#include <ntsecpkg.h>
'''
# As Windows 8.1 has them, whose table of functions is that of version 4.
THEIRS = '''
#define WIN32_LEAN_AND_MEAN
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <sspi.h>
#include <ntsecpkg.h>
'''
MODES = (
    ('64 bits', '-UUNICODE', 'x86_64-linux-gnu', 'x86_64-w64-mingw32'),
    ('64 bits, UNICODE', '-DUNICODE', 'x86_64-linux-gnu', 'x86_64-w64-mingw32'),
    ('32 bits', '-UUNICODE', 'i386-linux-gnu', 'i686-w64-mingw32'),
)
WINDOWS_8_1 = ['-D_WIN32_WINNT=0x0603', '-DNTDDI_VERSION=0x06030000']
# Most of what there is to read, and nothing of it is compared.
NO_INTRINSICS = ['-D__X86INTRIN_H', '-D__EMMINTRIN_H']

# Names of sspi.h and winerror.h of which all must be here, but for those that
# Microsoft keeps for itself.
COMPLETE = re.compile(
    r'(SECBUFFER|SEC_[EI]|[IA]SC_RE[QT]|SECPKG_(FLAG|ATTR|CRED|NEGOTIATION)|'
    r'SECQOP|SECPKG_CONTEXT_EXPORT|SECURITY_(NATIVE|NETWORK))_[A-Z0-9_]+')
INTERNAL = re.compile(r'SECPKG_ATTR_(NEGO_INFO_\w+|DATAGRAM_SIZES)')

# The package's functions, of which Windows has the types only.
TYPE_OF = {'SpDeleteUserModeContext': 'SpDeleteContextFn'}

# How arguments are passed, which is for the compiler to know.
CONVENTIONS = {'NTAPI', 'SEC_ENTRY'}

SIGNED = {TypeKind.SCHAR, TypeKind.SHORT, TypeKind.INT, TypeKind.LONG,
          TypeKind.LONGLONG}
UNSIGNED = {TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT, TypeKind.ULONG,
            TypeKind.ULONGLONG}
RECORDS = {CursorKind.STRUCT_DECL, CursorKind.UNION_DECL}


def origin(cursor):
    """The header that it is from."""
    file = cursor.location.file
    return file.name.rpartition('/')[2] if file else ''


def is_named(cursor):
    """Newer versions of the library give a text for those without a name too."""
    return bool(re.fullmatch(r'\w+', cursor.spelling))


def describe(kind, inside=()):
    """What a type is, in words that are the same for all compilers."""
    kind = kind.get_canonical()
    const = 'const ' if kind.is_const_qualified() else ''
    if kind.kind in SIGNED:
        return f'{const}i{8 * kind.get_size()}'
    if kind.kind in UNSIGNED:
        return f'{const}u{8 * kind.get_size()}'
    if kind.kind == TypeKind.CHAR_S:
        return const + 'char'
    if kind.kind == TypeKind.VOID:
        return const + 'void'
    if kind.kind == TypeKind.POINTER:
        return f'{const}pointer to {describe(kind.get_pointee(), inside)}'
    if kind.kind == TypeKind.CONSTANTARRAY:
        return f'{kind.element_count} times {describe(kind.element_type, inside)}'
    if kind.kind == TypeKind.FUNCTIONPROTO:
        arguments = ', '.join(describe(each, inside) for each in kind.argument_types())
        return f'function of ({arguments}) to {describe(kind.get_result(), inside)}'
    if kind.kind == TypeKind.ENUM:
        return const + describe_enum(kind.get_declaration())
    if kind.kind == TypeKind.RECORD:
        return const + describe_record(kind, inside)
    raise ValueError(f'a type that is not expected: {kind.kind}')


def describe_enum(declaration):
    values = ', '.join(f'{value.spelling} = {value.enum_value}'
                       for value in declaration.get_children()
                       if value.kind == CursorKind.ENUM_CONSTANT_DECL)
    return f'enum ({values})'


def describe_record(kind, inside):
    """A record by its members, but one that points to itself by its name."""
    name = kind.get_declaration().spelling
    if name and name in inside:
        return f'the record {name}'
    members = ', '.join(f'{member.spelling} at {member.get_field_offsetof() // 8}: '
                        f'{describe(member.type, (*inside, name))}'
                        for member in kind.get_fields())
    return f'record of {kind.get_size()} bytes ({members})'


class Side:
    """What the headers of one side have, by name."""

    def __init__(self, source, flags, wanted):
        """WANTED tells by name and file what is worth a look."""
        self.source = source
        self.flags = flags
        self.wanted = wanted
        self.macros = set()
        self.types = {}
        self.functions = {}
        self.origin = {}
        options = TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
        for cursor in self.parse('', options).cursor.get_children():
            self.take(cursor)

    def parse(self, more, options=0):
        source = self.source + more
        unit = Index.create().parse('side.c', self.flags, [('side.c', source)], options)
        for message in unit.diagnostics:
            if message.severity >= message.Error:
                sys.exit(f'agreement.py: {message.location.file}: {message.spelling}')
        return unit

    def take(self, cursor):
        name = cursor.spelling
        if not self.wanted(name, cursor) or not is_named(cursor):
            return
        self.origin[name] = origin(cursor)
        if cursor.kind == CursorKind.MACRO_DEFINITION:
            self.macros.add(cursor.spelling)
        elif cursor.kind == CursorKind.TYPEDEF_DECL:
            self.types[cursor.spelling] = cursor.underlying_typedef_type
        elif cursor.kind in RECORDS and cursor.is_definition() or \
                cursor.kind == CursorKind.ENUM_DECL:
            self.types[f'tag {cursor.spelling}'] = cursor.type
        elif cursor.kind == CursorKind.FUNCTION_DECL:
            self.functions[cursor.spelling] = cursor.type

    def constants(self, names):
        """What macros without arguments stand for: a name, a text, or a number."""
        texts = self.expand(names)
        constants = {}
        numbers = []
        for name, text in texts.items():
            if re.fullmatch(r'[a-zA-Z_]\w*|[Lu]?"[^"]*"', text):
                constants[name] = re.sub(r'^[Lu]"', 'wide "', text)
            else:
                numbers.append(name)
        constants.update(self.evaluate(numbers))
        return constants

    def expand(self, names):
        lines = ''.join(f'\nagreement {name}_ = {name}' for name in sorted(names))
        text = subprocess.run(['clang', '-E', '-P', *self.flags, '-x', 'c', '-'],
                              input=self.source + lines, check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        found = dict(re.findall(r'^agreement (\w+)_ = (.*)$', text, re.M))
        return {name: value for name, value in found.items() if value != name}

    def evaluate(self, names):
        lines = '\n'.join(f'static __typeof__({name}) {name}_type;'
                          f'enum {name}_value {{'
                          f'{name}_low = (int)((unsigned long long)({name}) & 0xffffffff),'
                          f'{name}_high = (int)((unsigned long long)({name}) >> 32) }};'
                          for name in names)
        kinds, values = {}, {}
        for cursor in self.parse(lines).cursor.get_children():
            if cursor.spelling.endswith('_type') and cursor.kind == CursorKind.VAR_DECL:
                kinds[cursor.spelling[:-len('_type')]] = describe(cursor.type)
            elif cursor.spelling.endswith('_value'):
                low, high = (value.enum_value & 0xffffffff
                             for value in cursor.get_children())
                values[cursor.spelling[:-len('_value')]] = high << 32 | low
        return {name: f'{values[name]:#x} as {kinds[name]}' for name in names}


class Comparison:
    """Of the two sides, in one mode of the compilers."""

    def __init__(self, ours, theirs, mode):
        self.ours = ours
        self.theirs = theirs
        self.mode = mode
        self.compared = {'constants': set(), 'types': set(), 'functions': set()}
        self.wrong = []

    def same(self, group, name, our, their):
        self.compared[group].add(name)
        if our != their:
            self.wrong.append(f'{self.mode}: {name}:\n  here:  {our}\n  there: {their}')

    def run(self):
        both = self.ours.macros & self.theirs.macros - CONVENTIONS
        our, their = self.ours.constants(both), self.theirs.constants(both)
        for name, value in sorted(our.items()):
            self.same('constants', name, value, their.get(name))
        self.types()
        self.functions()
        self.missing()

    def types(self):
        for name in sorted(self.ours.types.keys() & self.theirs.types.keys()):
            self.same('types', name, describe(self.ours.types[name]),
                      describe(self.theirs.types[name]))

    def functions(self):
        for name, kind in sorted(self.ours.functions.items()):
            their = self.theirs.functions.get(name)
            if name.startswith('Sp'):
                their = self.theirs.types[TYPE_OF.get(name, name + 'Fn')]
                if their.kind == TypeKind.POINTER:
                    their = their.get_pointee()
            if their:
                self.same('functions', name, describe(kind), describe(their))

    def missing(self):
        for name in sorted(self.theirs.macros - self.ours.macros):
            if self.theirs.origin[name] in ('sspi.h', 'winerror.h') and \
                    COMPLETE.fullmatch(name) and not INTERNAL.fullmatch(name):
                self.wrong.append(f'{self.mode}: {name} is not here')
        compared = set().union(*self.compared.values())
        for name in sorted(set(COMPARED.read_text().splitlines()[1:]) - compared):
            self.wrong.append(f'{self.mode}: {name} was compared once')


def main():
    update = '--update' in sys.argv
    headers = sys.argv[1] if len(sys.argv) > 1 and not update else TOP / 'userlib/include'
    resources = subprocess.run(['clang', '-print-resource-dir'], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.strip()
    compared = {}
    wrong = []
    for mode, define, linux, windows in MODES:
        flags = ['-std=gnu11', '-w', '-DSECURITY_WIN32', define, '-resource-dir', resources]
        ours = Side(OURS, [*flags, '-target', linux, f'-I{headers}'],
                    lambda _, cursor: origin(cursor) in OUR_FILES)
        theirs = Side(THEIRS, [*flags, '-target', windows, *WINDOWS_8_1, *NO_INTRINSICS,
                               '-isystem', MINGW],
                      lambda name, _: name in ours.origin or COMPLETE.match(name))
        comparison = Comparison(ours, theirs, mode)
        comparison.run()
        wrong += comparison.wrong
        for group, names in comparison.compared.items():
            compared.setdefault(group, set()).update(names)
    if update:
        names = sorted(set().union(*compared.values()))
        COMPARED.write_text('\n'.join([LICENCE, *names, '']))
    print(*wrong, sep='\n', end='\n' if wrong else '')
    total = sum(len(names) for names in compared.values())
    figures = ', '.join(f'{len(names)} {group}' for group, names in compared.items())
    print(f'# {total} names compared with MinGW-w64: {figures}')
    if total < MINIMUM:
        print(f'# fewer than {MINIMUM}')
    return 1 if wrong or total < MINIMUM else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""pages.py OUTPUT: makes the man pages.

Each *.in beside this program is a page in the language of man(7), but for lines
that begin with @. These are replaced by what the headers and their kernel-doc say,
so that pages cannot differ from them:

@title NAME SECTION             the page's first line
@synopsis HEADER FUNCTION...    the header and the prototypes of functions in it
@describe FUNCTION...           what they do, and their arguments
@returns FUNCTION...            what they return
@safety CLASS FUNCTION...       a table of attributes(7); lines one after another
                                are one table
@struct NAME                    a struct of <linux/sspseal.h>: its fields
@statuses                       enum sspseal_status, with the errno of each
@errnos                         the general list of errnos
@ioctls                         the commands and the numbers they have
@constants                      all other constants of <linux/sspseal.h>
@example FILE                   a program of Documentation/examples

Other functions that a page has prototypes of become links to it.
"""

import re
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
LIBRARY = TOP / 'userlib/include'
UAPI = TOP / 'uapi/linux/sspseal.h'
EXAMPLES = HERE.parent / 'examples'
DATE = '2026-11-22'
WIDTH = 76
# An argument whose doc is a list has this between the items.
BREAK = '\v'


class Doc:
    """One comment of kernel-doc."""

    def __init__(self, comment):
        lines = [re.sub(r'^ ?\* ?', '', line) for line in comment.split('\n')]
        text = '\n'.join(lines).strip('\n')
        head, _, rest = text.partition('\n@')
        self.arguments = []
        if rest and not text.startswith('DOC:'):
            self.body = self.take_arguments('@' + rest)
        else:
            head, _, self.body = text.partition('\n\n')
        self.name, _, self.summary = (
            part.strip() for part in ' '.join(head.split()).partition(' - '))
        self.returns = ''
        if re.search(r'^Return:', self.body, re.M):
            self.body, _, self.returns = self.body.partition('Return:')

    def take_arguments(self, text):
        """Arguments come first, a blank line ends the last one but in lists."""
        block = []
        lines = text.split('\n')
        for number, line in enumerate(lines):
            if line.startswith('@'):
                block.append(line[1:])
            elif line.startswith('\t'):
                block[-1] += (BREAK if block[-1][-1] in ':;' else ' ') + line.strip()
            elif line.strip() or not self.goes_on(lines[number + 1:]):
                self.arguments = [tuple(part.split(': ', 1)) for part in block]
                return '\n'.join(lines[number:]).strip('\n')
        self.arguments = [tuple(part.split(': ', 1)) for part in block]
        return ''

    @staticmethod
    def goes_on(lines):
        return bool(lines) and lines[0].startswith('@')


def read_docs(path):
    docs = {}
    for comment in re.findall(r'^/\*\*\n(.*?)^ \*/$', path.read_text(), re.S | re.M):
        doc = Doc(comment)
        docs[doc.name.removesuffix('()')] = doc
    return docs


def read_prototypes(path):
    """Name: prototype in one line."""
    text = re.sub(r'/\*.*?\*/|^#.*?(?<!\\)$', '', path.read_text(), flags=re.S | re.M)
    pattern = re.compile(r'^((?:const )?[A-Za-z_]\w*[ *]+(?:SEC_ENTRY |NTAPI )?)'
                         r'(\w+)(\([^;{]*\));', re.M)
    return {name: ' '.join(re.sub('SEC_ENTRY|NTAPI', '', result + name + arguments).split())
            for result, name, arguments in pattern.findall(text)
            if not result.startswith('typedef')}


HEADERS = {path.name: path for path in sorted(LIBRARY.glob('*.h'))}
DOCS = {}
PROTOTYPES = {}
for header in HEADERS.values():
    DOCS.update(read_docs(header))
    PROTOTYPES.update(read_prototypes(header))
KERNEL = read_docs(UAPI)


# --- text

def escape(text):
    return text.replace('\\', '\\e')


def markup(text):
    """Kernel-doc's marks as fonts."""
    text = escape(text)
    text = re.sub(r'&(struct|enum) (\w+)', r'\\fI\1 \2\\fP', text)
    text = re.sub(r'@(\w+(?:->\w+)?)', r'\\fI\1\\fP', text)
    text = re.sub(r'\b(\w+)\(\)', r'\\fB\1\\fP()', text)
    text = re.sub(r'<(\w+(?:/\w+)?\.h)>', r'\\fI<\1>\\fP', text)
    text = re.sub(r'(?<![\w\\])((?:SSPSEAL|SEC|STATUS|SECPKG|SECBUFFER|SECQOP|ISC|ASC)_'
                  r'[A-Z0-9_]*\*?)', r'\\fB\1\\fP', text)
    text = re.sub(r'(?<!\w)-(?=E[A-Z]+\b|errno\b|1\b)', r'\\-', text)
    return text.replace('->', '\\->')


def lines_of(text):
    """A new line for each sentence, none that begins with a control character."""
    if BREAK in text:
        return '\n.br\n'.join(lines_of(part) for part in text.split(BREAK))
    sentences = re.split(r'(?<=[.:;]) (?=[A-Z\\])', ' '.join(text.split()))
    lines = (line for sentence in sentences for line in
             textwrap.wrap(sentence, WIDTH, break_long_words=False,
                           break_on_hyphens=False))
    return '\n'.join('\\&' + line if line[0] in ".'" else line for line in lines)


def paragraphs(text):
    """Roff of paragraphs and of lists whose items begin with a hyphen."""
    result = []
    for block in re.split(r'\n\s*\n', text.strip()):
        if re.match(r'[-*] ', block):
            for item in re.split(r'\n(?=[-*] )', block):
                result += ['.IP \\(bu 3', lines_of(markup(item[2:]))]
        else:
            result += ['.PP', lines_of(markup(block))]
    return '\n'.join(result)


def sentence(text):
    """With a capital and a full stop."""
    text = text.strip()
    if re.match(r'[a-z]+(?!\w)', text):
        text = text[0].upper() + text[1:]
    end = '' if text.endswith(('.', ':')) else '.'
    return lines_of(markup(text + end))


def tagged(items):
    return '\n'.join(f'.TP\n{tag}\n{sentence(text)}' for tag, text in items)


# --- directives

def prototype(text):
    """In bold, arguments in italics, in lines that fit."""
    head, _, rest = text.partition('(')
    arguments = [part.strip() for part in rest.rstrip(')').split(',')]
    lines = [head + '(']
    for number, argument in enumerate(arguments):
        piece = argument + (');' if number == len(arguments) - 1 else ',')
        if number and len(lines[-1] + piece) >= WIDTH:
            lines.append('    ' + piece)
        else:
            lines[-1] += (' ' if number else '') + piece
    text = escape('\n'.join(lines))
    text = re.sub(r'(\w+)(?=[,)])', r'\\fI\1\\fB', text)
    return '\n'.join(f'\\fB{line}\\fP' for line in text.replace('\\fIvoid\\fB', 'void')
                     .split('\n')).replace('\\fB\\fP', '')


def synopsis(header, *functions):
    parts = ['.nf', f'\\fB#include <{header}>\\fP']
    parts += [f'.PP\n{prototype(PROTOTYPES[name])}' for name in functions]
    return '\n'.join(parts) + '\n.fi'


def describe(*functions):
    parts = []
    for name in functions:
        doc = DOCS[name]
        parts += [f'.SS {name}()', sentence(doc.summary)]
        body = re.sub(r'^Source: .*?(?=\n\n|\Z)', '', doc.body, flags=re.M | re.S)
        parts.append(tagged((f'.I {argument}', text)
                            for argument, text in doc.arguments))
        if body.strip():
            parts.append(paragraphs(body))
    return '\n'.join(part for part in parts if part)


def returns(*functions):
    parts = []
    for name in functions:
        text = DOCS[name].returns.strip() or 'Nothing.'
        parts.append(f'.SS {name}()')
        if text.startswith('* '):
            items = [' '.join(item[2:].split()).partition(' - ')
                     for item in re.split(r'\n(?=\* )', text)]
            parts.append(tagged((f'.B {code}', what or 'success')
                                for code, _, what in items))
        else:
            parts.append(sentence(text))
    return '\n'.join(parts)


def safety(rows):
    body = '\n'.join(f'\\fB{name}\\fP()\tThread safety\t{kind}'
                     for kind, *names in rows for name in names)
    return ('.TS\ntab(\t) allbox nokeep;\nlb lb lb\nl l l.\n'
            f'Interface\tAttribute\tValue\n{body}\n.TE')


def struct(name):
    doc = KERNEL[f'struct {name}']
    parts = [sentence(doc.summary),
             tagged((f'.I {field}', text) for field, text in doc.arguments
                    if field not in ('size', 'status', '__reserved')),
             paragraphs(doc.body)]
    return '\n'.join(part for part in parts if part)


def statuses():
    rows = []
    for status, text in KERNEL['enum sspseal_status'].arguments:
        code, _, meaning = text.partition(': ')
        rows.append((f'.BR {status} " (" {code} )' if meaning else f'.B {status}',
                     meaning or text))
    return tagged(rows)


def errnos():
    text = KERNEL['DOC: General ioctl format'].body
    return tagged((f'.B {codes}', meaning) for codes, meaning in
                  re.findall(r'^- (E[A-Z0-9, ]+): (.*?)(?=\n- |\Z)', text, re.M | re.S))


def ioctls():
    rows = re.findall(r'^#define (SSPSEAL_\w+)\s+_IO\(SSPSEAL_TYPE, (\w+)\)',
                      UAPI.read_text(), re.M)
    body = '\n'.join(f'{name}\t{number}' for name, number in rows)
    return f'.TS\ntab(\t);\nlb l.\n{body}\n.TE'


def constants():
    """Each with the comment before its group."""
    parts = []
    text = re.sub(r'^/\*\*.*?\*/', '', UAPI.read_text(), flags=re.S | re.M)
    for block in re.split(r'\n\n|\n(?=/\*)', text):
        match = re.match(r'/\* (.*?) \*/\n(.*)', block.strip(), re.S)
        names = re.findall(r'^#define\s+(SSPSEAL_\w+)(\(\w+\))?\s+(\S.*)$',
                           match[2] if match else block, re.M)
        names = [each for each in names if '_IO(' not in each[2]]
        if match and names:
            parts.append('.PP\n' + lines_of(markup(match[1])))
        if names:
            rows = '\n'.join(f'{name}{argument}\t{escape(value)}'
                             for name, argument, value in names)
            parts.append(f'.PP\n.TS\ntab(\t);\nlb l.\n{rows}\n.TE')
    return '\n'.join(parts)


def example(file):
    text = (EXAMPLES / file).read_text()
    text = escape(re.sub(r'^// SPDX.*\n', '', text)).replace('-', '\\-')
    text = re.sub(r"^([.'])", r'\\&\1', text, flags=re.M)
    return f'.EX\n{text.expandtabs(8).rstrip()}\n.EE'


def title(name, section):
    version = re.search(r'SSPSEAL_VERSION\s+"(.*)"', HEADERS['sspseal.h'].read_text())[1]
    return f'.TH {name.upper()} {section} {DATE} "sspseal {version}"'


DIRECTIVES = {each.__name__: each for each in (
    title, synopsis, describe, returns, struct, statuses, errnos, ioctls, constants,
    example)}


def make(template):
    """The text of a page."""
    result = []
    rows = []
    for line in template.read_text().split('\n'):
        word, *arguments = line[1:].split() or ['']
        if line.startswith('@safety'):
            rows.append(arguments)
            continue
        if rows:
            result.append(safety(rows))
            rows = []
        result.append(DIRECTIVES[word](*arguments) if line.startswith('@') else line)
    return "'\\\" t\n" + '\n'.join(result).rstrip('\n') + '\n'


def links(template):
    """What else the page is about, by its NAME section."""
    names = re.search(r'^\.SH NAME\n(.*?) \\-', template.read_text(), re.M | re.S)[1]
    return [name for name in re.split(r',\s*', names) if name != template.stem[:-2]]


def main():
    output = Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob('*.[1-8]'):
        old.unlink()
    for template in sorted(HERE.glob('*.in')):
        page = template.stem
        (output / page).write_text(make(template))
        for name in links(template):
            (output / f'{name}.{page[-1]}').symlink_to(page)


if __name__ == '__main__':
    main()

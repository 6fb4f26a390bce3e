#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manners of HACKING.md that a machine can judge."""
import re
import sys

import tap

PRODUCT = ('lib', 'pam_sigra', 'sigractl')
EVERYWHERE = PRODUCT + ('bench', 'man', 'packaging', 'tests', 'tools')
C = ('.c', '.h', '.def')
TEXT = C + ('.py', '.sh', '.sql')
MARKS = re.compile(r'\b(' + '|'.join(('X' * 3, 'TO' 'DO', 'FIX' 'ME')) +
                   r')\b')
SPDX = 'SPDX-License-' 'Identifier: MIT'
COLUMNS = 79
FILE_LINES = 500
FUNCTION_LINES = 60

# Who may look into a secret.
OPEN = ('lib/base/secret.', 'lib/crypto/', 'lib/wire/')
NAMED = re.compile(r'\bSECRET\((\w+)\)|\bstruct\s+secret\s*\*?\s*(\w+)')
MEMBER = re.compile(r'^\s+struct\s+secret\s*\*?\s*(\w+)(?:\[\w+\])?\s*;',
                    re.M)
BARE = re.compile(r'\bstruct\s+secret\s+\w+\s*[;=\[,]')


# Names of the members of headers that are secrets.
members = set()


def at(path, text, offset):
    return f"{path}:{text.count(chr(10), 0, offset) + 1}"


def found(pattern, path, text, what):
    return [f'{at(path, text, m.start())}: {what}'
            for m in pattern.finditer(text)]


def licence(path, text):
    head = text.split('\n', 3)[:2]
    return [] if any(SPDX in line for line in head) else [
        f'{path}: the first line (the second, below a #!) is not {SPDX}']


def columns(path, text):
    return [f'{path}:{n}: longer than {COLUMNS} columns'
            for n, line in enumerate(text.split('\n'), 1)
            if len(line.expandtabs(8)) > COLUMNS]


def blanks(path, text):
    wrong = [f'{path}:{n}: blanks at the end'
             for n, line in enumerate(text.split('\n'), 1)
             if line != line.rstrip()]
    if not text.endswith('\n') or text.endswith('\n\n'):
        wrong.append(f'{path}: does not end in one newline')
    return wrong


def length(path, text):
    n = text.count('\n')
    return [] if n < FILE_LINES else [f'{path}: has {n} lines']


def marks(path, text):
    return found(MARKS, path, text, 'a mark of unfinished work')


def functions(path, text):
    wrong, begin = [], None
    for n, line in enumerate(text.split('\n'), 1):
        if line == '{':
            begin = n
        elif line == '}' and begin:
            if n - begin + 1 >= FUNCTION_LINES:
                wrong.append(f'{path}:{begin}: a function of '
                             f'{n - begin + 1} lines')
            begin = None
    return wrong


def jumps(path, text):
    return found(re.compile(r'\bgoto\b'), path, tap.code(text), 'jumps')


def typedefs(path, text):
    return found(re.compile(r'^\s*typedef\b', re.M), path, tap.code(text),
                 'hides a type')


def secret_bytes(path, text):
    """NAME.b where this file, or a struct of any header, has a secret NAME."""
    if path.startswith(OPEN):
        return []
    bare = tap.code(text)
    names = {a or b for a, b in NAMED.findall(bare)} | members
    look = re.compile(r'\b(' + '|'.join(sorted(names | {'secret'})) +
                      r')(\[\w+\])?\s*(\.|->)\s*b\b')
    return found(look, path, bare, 'looks into a secret')


def secret_bare(path, text):
    """A bare secret, but as a member of a struct that wipes itself."""
    if path.startswith(OPEN):
        return []
    bare = tap.code(text)
    if path.endswith('.h') and re.search(r'\bcleanup\([\s\\]*\w+_wipe\)',
                                         bare):
        bare = MEMBER.sub(lambda m: '\n' * m.group().count('\n'), bare)
    return found(BARE, path, bare,
                 'a secret that nobody wipes: use SECRET()')


RULES = (
    (licence, EVERYWHERE, TEXT),
    (columns, EVERYWHERE, TEXT),
    (blanks, EVERYWHERE, TEXT + ('.build', '.def')),
    (length, EVERYWHERE, TEXT),
    (marks, EVERYWHERE, TEXT + ('.build',)),
    (functions, EVERYWHERE, C),
    (jumps, EVERYWHERE, C),
    (typedefs, EVERYWHERE, C),
    (secret_bytes, PRODUCT, C),
    (secret_bare, PRODUCT, C),
)

# What each rule must find, and what it must leave alone.
BAD = {
    licence: '/* hello */\n',
    columns: '\t' * 9 + 'int abc;\n',
    blanks: 'int a; \n',
    length: '\n' * FILE_LINES,
    marks: '/* XX' 'X: later */\n',
    functions: 'f(void)\n{\n' + '\n' * 58 + '}\n',
    jumps: 'if (a)\n\tgoto out;\n',
    typedefs: 'typedef int number;\n',
    secret_bytes: 'f(const struct secret *pin)\n{\n\tsend(fd, pin->b);\n}\n',
    secret_bare: 'struct secret pin = { .len = 0 };\n',
}
GOOD = {
    licence: f'#!/bin/sh\n# {SPDX}\n',
    columns: '\t' * 9 + 'int ab;\n',
    blanks: 'int a;\n',
    length: '\n' * (FILE_LINES - 1),
    marks: f'mkdtemp("{"X" * 6}");\n',
    functions: 'f(void)\n{\n' + '\n' * 57 + '}\n',
    jumps: '/* no goto */ s = "goto";\n',
    typedefs: '/* typedef */\n',
    secret_bytes: 'SECRET(pin); line.b; pin.len; "pin.b"; /* pin.b */\n',
    secret_bare: 'SECRET(pin); f(const struct secret *pin);\n',
}


def main():
    root = sys.argv[1]
    for path, text in tap.sources(root, PRODUCT, ('.h',)):
        members.update(MEMBER.findall(tap.code(text)))
    for rule, folders, suffixes in RULES:
        wrong = []
        for path, text in tap.sources(root, folders, suffixes):
            wrong += rule(path, text)
        tap.point(f'{rule.__name__}: nothing to say', wrong)
        tap.point(f'{rule.__name__}: finds a planted fault',
                  () if rule('a.c', BAD[rule]) else ('it does not',))
        tap.point(f'{rule.__name__}: leaves the good alone',
                  rule('a.c', GOOD[rule]))
    tap.done()


if __name__ == '__main__':
    main()

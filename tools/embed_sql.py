#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turn an engine's .sql files into one C header.

usage: embed_sql.py ENGINE OUTPUT STATEMENTS.sql... MIGRATION.sql...

STATEMENTS.sql holds blocks that begin with a line `-- name: account_get`.
A migration is called NNNN_name.sql, and no other file's name begins with a
digit; the numbers run 0001, 0002, ... without a gap.  A statement's place in
the table is STORE_SQL_<NAME> of store/engine.h, so that a name which the other
engines do not know fails to compile.
"""
import os
import re
import sys

NAME = re.compile(r'^-- name:\s*(\S*)\s*$')


def fail(where, why):
    sys.exit(f'embed_sql.py: {where}: {why}')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read().splitlines()


def check(where, text):
    if not text:
        fail(where, 'is empty')
    if not text.endswith(';'):
        fail(where, 'does not end in ";"')
    if text.count("'") % 2:
        fail(where, 'has an open quote')


def body(lines):
    """The SQL of these lines, without blank ones and comments of their own."""
    kept = (line.rstrip() for line in lines)
    return '\n'.join(k for k in kept
                     if k and not k.lstrip().startswith('--')).strip()


def statements(paths):
    """By name, of all the files."""
    found = {}
    for path in paths:
        for name, text in statements_of(path).items():
            if name in found:
                fail(path, f"'{name}' is there already")
            found[name] = text
    return found


def statements_of(path):
    found, name = {}, None
    for number, line in enumerate(read(path), 1):
        where = f'{path}:{number}'
        match = NAME.match(line)
        if match:
            name = match[1]
            if not re.fullmatch(r'[a-z][a-z0-9_]*', name):
                fail(where, f"'{name}' is no name")
            if name in found:
                fail(where, f"'{name}' is there already")
            found[name] = []
        elif name is not None:
            found[name].append(line)
        elif line.strip() and not line.startswith('--'):
            fail(where, 'SQL before the first name')
    if not found:
        fail(path, 'has no statement')
    found = {n: body(lines) for n, lines in found.items()}
    for n, text in found.items():
        check(f'{path}: {n}', text)
        if text.count(';') != 1:
            fail(f'{path}: {n}', 'is more than one statement')
    return found


def migrations(paths):
    found = []
    for path in sorted(paths, key=os.path.basename):
        match = re.fullmatch(r'([0-9]{4})_[a-z0-9_]+\.sql',
                             os.path.basename(path))
        if not match:
            fail(path, 'is not called NNNN_name.sql')
        if int(match[1]) != len(found) + 1:
            fail(path, f'expected migration {len(found) + 1:04}')
        text = body(read(path))
        check(path, text)
        found.append(f'{text}\nPRAGMA user_version = {len(found) + 1};\n')
    if not found:
        fail('migrations', 'there are none')
    return found


def quoted(text):
    text = text.replace('\\', '\\\\').replace('"', '\\"')
    return '\n'.join(f'\t\t"{line}\\n"' for line in text.split('\n'))


def bytes_of(text):
    """As numbers: ISO C promises no more than 4095 characters a literal."""
    values = [str(b) for b in text.encode()] + ['0']
    return '\n'.join('\t' + ' '.join(v + ',' for v in values[i:i + 16])
                     for i in range(0, len(values), 16))


def render(engine, named, steps):
    out = ['/* Made by tools/embed_sql.py; edit the .sql files instead. */']
    out.append(f'static const char *const {engine}_statements[] = {{')
    out += [f'\t[STORE_SQL_{n.upper()}] =\n{quoted(t)},'
            for n, t in named.items()]
    out.append('};\n')
    out.append(f'static const char *const {engine}_names[] = {{')
    out += [f'\t[STORE_SQL_{n.upper()}] = "{n}",' for n in named]
    out.append('};\n')
    out.append(f'_Static_assert({len(named)} == STORE_SQL_COUNT,\n'
               '\t"every statement of store/engine.h has its SQL");\n')
    for i, text in enumerate(steps, 1):
        out.append(f'static const char {engine}_migration_{i}[] = {{\n'
                   f'{bytes_of(text)}\n}};\n')
    out.append(f'static const char *const {engine}_migrations[] = {{')
    out += [f'\t{engine}_migration_{i},' for i in range(1, len(steps) + 1)]
    out.append('};')
    return '\n'.join(out) + '\n'


def main(argv):
    if len(argv) < 5:
        sys.exit(__doc__.split('\n\n')[1])
    engine, output, files = argv[1], argv[2], argv[3:]
    steps = [p for p in files if os.path.basename(p)[:1].isdigit()]
    named = [p for p in files if p not in steps]
    text = render(engine, statements(named), migrations(steps))
    with open(output, 'w', encoding='utf-8') as f:
        f.write(text)


if __name__ == '__main__':
    main(sys.argv)

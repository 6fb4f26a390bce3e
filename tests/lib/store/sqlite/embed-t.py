#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/embed_sql.py refuses what it must, and statements.sql keeps to what
every engine can do.  usage: embed-t.py EMBED STATEMENTS... MIGRATION..."""
import os
import re
import subprocess
import sys
import tempfile

embed, files = sys.argv[1], sys.argv[2:]
migrations = [p for p in files if os.path.basename(p)[0].isdigit()]
ours = [p for p in files if p not in migrations]
points = failures = 0


def check(ok, what):
    global points, failures
    points += 1
    failures += not ok
    print(f'{"" if ok else "not "}ok {points} - {what}')


def run(folder, statements, *steps):
    """Exit code, complaint and header of a run over these texts."""
    paths = [os.path.join(folder, 's.sql')]
    with open(paths[0], 'w', encoding='utf-8') as f:
        f.write(statements)
    for name, text in steps:
        paths.append(os.path.join(folder, name))
        with open(paths[-1], 'w', encoding='utf-8') as f:
            f.write(text)
    out = os.path.join(folder, 'out.h')
    if os.path.exists(out):
        os.remove(out)
    done = subprocess.run([sys.executable, embed, 'e', out] + paths,
                          capture_output=True, text=True, check=False)
    text = ''
    if os.path.exists(out):
        with open(out, encoding='utf-8') as f:
            text = f.read()
    return done.returncode, done.stderr, text


GOOD = '-- name: a\nSELECT 1;\n-- why\n-- name: b\nSELECT\n"x\\";\n'
MORE = '-- name: c\nSELECT 3;\n'
ONE = ('0001_init.sql', 'CREATE TABLE t (x);\n')
TWO = ('0002_more.sql', 'DROP TABLE t;\n')
BAD = [
    ('the same name twice', GOOD + '-- name: a\nSELECT 2;\n', [ONE],
     'there already'),
    ('a block without SQL', '-- name: a\n-- name: b\nSELECT 1;\n', [ONE],
     'is empty'),
    ('a last block without SQL', GOOD + '-- name: c\n\n', [ONE], 'is empty'),
    ('a block without an end', '-- name: a\nSELECT 1\n-- name: b\nSELECT 1;\n',
     [ONE], 'does not end'),
    ('two statements in one', '-- name: a\nSELECT 1; SELECT 2;\n', [ONE],
     'more than one'),
    ('an open quote', "-- name: a\nSELECT 'x;\n", [ONE], 'open quote'),
    ('SQL before a name', 'SELECT 1;\n' + GOOD, [ONE], 'before the first'),
    ('a name that is none', '-- name: A-b\nSELECT 1;\n', [ONE], 'no name'),
    ('no name at all', '-- name:\nSELECT 1;\n', [ONE], 'no name'),
    ('no statement', '-- nothing\n', [ONE], 'has no statement'),
    ('a gap', GOOD, [ONE, ('0003_x.sql', 'DROP TABLE t;\n')], '0002'),
    ('a name in two files', GOOD, [ONE, ('more.sql', GOOD)],
     'there already'),
    ('another file without statements', GOOD, [ONE, ('more.sql', '')],
     'has no statement'),
    ('a number twice', GOOD, [ONE, ('0001_other.sql', 'SELECT 1;\n')], '0002'),
    ('a first that is not 1', GOOD, [TWO], '0001'),
    ('an odd file name', GOOD, [('1_init.sql', 'SELECT 1;\n')], 'NNNN'),
    ('an empty migration', GOOD, [('0001_x.sql', '-- later\n')], 'is empty'),
    ('an unended migration', GOOD, [('0001_x.sql', 'SELECT 1\n')],
     'does not end'),
]

with tempfile.TemporaryDirectory() as folder:
    code, why, text = run(folder, GOOD, TWO, ONE)
    check(code == 0, f'good input is taken {why}')
    check('[STORE_SQL_A] =' in text and '[STORE_SQL_B] =' in text,
          'both statements are in the table')
    check('"\\"x\\\\\\";\\n"' in text, 'quotes and backslashes are escaped')
    check('2 == STORE_SQL_COUNT' in text, 'their number is asserted')
    check('why' not in text, 'comments stay behind')
    numbers = re.findall(r'e_migration_(\d)\[\] = \{\n(.*?)\n\};', text, re.S)
    steps = [bytes(int(n) for n in re.findall(r'\d+', body)).decode()
             for _, body in numbers]
    check([s.split('\n')[0] for s in steps] ==
          ['CREATE TABLE t (x);', 'DROP TABLE t;'], 'migrations in order')
    check(all(s.endswith(f'PRAGMA user_version = {i};\n\0')
              for i, s in enumerate(steps, 1)), 'each sets its version')
    code, why, text = run(folder, GOOD, ONE, ('more.sql', MORE))
    check(code == 0 and '[STORE_SQL_C] =' in text and
          '3 == STORE_SQL_COUNT' in text, f'two files are one table {why}')
    for name, statements, given, word in BAD:
        code, why, text = run(folder, statements, *given)
        check(code != 0 and word in why and text == '',
              f'{name} is refused ({why.strip()})')

sql = ''
for path in ours:
    with open(path, encoding='utf-8') as f:
        sql += '\n'.join(l for l in f.read().splitlines()
                         if not l.startswith('--'))
for word in ('LIKE', 'GLOB', 'REGEXP', 'COLLATE', 'julianday', 'strftime',
             'datetime', 'date', 'time', 'unixepoch', 'json', 'random',
             'rowid', 'CURRENT_TIMESTAMP', 'last_insert_rowid'):
    check(not re.search(rf'\b{word}\w*\s*\(|\b{word}\b', sql, re.I),
          f'no {word} in a statement')
check(not re.search(r"[?:@#]|\$\D", re.sub(r"'[^']*'", '', sql)),
      'placeholders are $1..$n')
for path in migrations:
    with open(path, encoding='utf-8') as f:
        sql = f.read()
    tables = re.findall(r'CREATE TABLE (\w+) \(.*?\n\)([^;]*);', sql, re.S)
    check(len(tables) == sql.count('CREATE TABLE') and
          all('STRICT' in rest for _, rest in tables), 'tables are STRICT')
    check('AUTOINCREMENT' not in sql.upper(), 'no AUTOINCREMENT')

print(f'1..{points}')
sys.exit(failures != 0)

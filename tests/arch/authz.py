#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command of sigractl has a row in lib/authz/authz.def, once, and every
row has a command."""
import os
import re
import subprocess
import sys

import tap

ROW = re.compile(r'^ROW\("([^"]+)", ', re.M)


def judge(table, commands):
    rows = ROW.findall(table)
    wrong = [f'authz.def has no row for: {c}' for c in commands
             if c not in rows]
    wrong += [f'there is no command for the row: {r}' for r in rows
              if r not in commands]
    return wrong + [f'authz.def has two rows for: {r}'
                    for r in sorted(set(rows)) if rows.count(r) > 1]


def main():
    root, sigractl = sys.argv[1:3]
    with open(os.path.join(root, 'lib', 'authz', 'authz.def'),
              encoding='utf-8') as f:
        table = f.read()
    commands = subprocess.run([sigractl, '--commands'], capture_output=True,
                              check=True, text=True).stdout.splitlines()
    wrong = judge(table, commands) if commands else ['no commands']
    tap.point('each command has a row, each row a command', wrong)
    row = 'ROW("user add", ADMINISTRATOR, NEVER, NONE)\n'
    for what, other in (('a missing', ''), ('a second', row + row),
                        ('an idle', row + row.replace('add', 'praise'))):
        tap.point(f'{what} row is found',
                  () if row in table and
                  set(judge(table.replace(row, other), commands)) -
                  set(wrong) else ['no'])
    tap.done()


if __name__ == '__main__':
    main()

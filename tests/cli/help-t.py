#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Usage, help, the table itself, and how argv is taken apart.
from cli import *

r = call()
expect(r, 2, 'no command is a usage error', err='^usage: sigractl')
for args in (['help'], ['--help'], ['-h']):
    r = call(*args)
    expect(r, 0, ' '.join(args) + ' goes to standard output',
           out='(?m)^  user add NAME')
    check(r.err == '', 'and nothing to standard error', r.err)
    check(wide(r.out) == [], 'and fits 80 columns', wide(r.out))

rows = call('--commands').out.splitlines()
check(len(rows) > 20 and 'user add' in rows and 'init' in rows,
      '--commands names each command', rows)
for row in rows:
    r = call('help', *row.split())
    expect(r, 0, 'help ' + row,
           out='^usage: sigractl ' + row)
    check(wide(r.out) == [] and r.err == '', 'help ' + row + ' fits',
          wide(r.out))
    same = call(*row.split(), '--help')
    check(same.out == r.out and same.code == 0, row + ' --help is the same',
          same.text())

table = json.loads(call('--json', 'help').out)
check([c['command'] for c in table['commands']] == rows,
      'help --json has the same rows')
for c in table['commands']:
    check(len(shape_parse(c['json'])) > 0,
          'the JSON of ' + c['command'] + ' is described', c['json'])
one = json.loads(call('--json', 'help', 'user', 'add').out)
check([c['command'] for c in one['commands']] == ['user add'],
      'help --json of one command', one)
mine = [c['json'] for c in table['commands'] if c['command'] == 'help'][0]
check(shape_wrong(shape_parse(mine), table) is None,
      'help --json is as described', shape_wrong(shape_parse(mine), table))

expect(call('--version'), 0, '--version', out=r'^sigractl \d+\.\d+\.\d+\n$')
expect(call('help', 'user'), 0, 'help of a noun', out='user rename NAME NEW')
check('policy' not in call('help', 'user').out, 'has only its commands')
expect(call('help', 'usr', 'add'), 3, 'help of nothing', err='user add')

expect(call('user'), 2, 'half a command', err="help user")
expect(call('user', 'ad', 'x'), 2, 'a typo', err="did you mean 'user add'")
expect(call('polcy', 'list'), 2, 'a typo in the noun',
       err="did you mean 'policy list'")
expect(call('qwertyuiop'), 2, 'nothing near', err='no command')
check('did you mean' not in call('qwertyuiop').err, 'and no wild guess')
expect(call('enroll', 'qwertyuiop', 'x'), 2, 'of a word that there is',
       err="no command 'enroll qwertyuiop'; see sigractl help enroll\n")
expect(call('qwertyuiop', 'enroll'), 2, 'of one that there is not',
       err='see sigractl help\n')
expect(call('user', 'add'), 2, 'too few arguments', err='user add NAME')
expect(call('user', 'add', 'a', 'b'), 2, 'too many arguments', err="'b'")
expect(call('user', 'list', 'x'), 2, 'an argument where none is wanted',
       err="'x'")
expect(call('user', 'add', '--emial', 'x', 'a'), 2, 'an unknown option',
       err="did you mean '--email'")
check("'?)" in call('user', 'ad', 'x').err, 'the hint stands in brackets')
expect(call('user', 'delete', 'a', '--y'), 2, '--yes is no slip',
       err="'--y' has to be written in full: --yes")
expect(call('user', 'delete', 'a', '--no'), 2, 'nor is --now', err='--now')
expect(call('--nonsense'), 2, 'an unknown global option',
       err='--nonsense')
expect(call('user', 'add', 'a', '--email'), 2, 'a value is missing',
       err='needs a value')
expect(call('user', 'add', 'a', '--email', 'a@b', '--email', 'a@c'), 2,
       'an option given twice', err='twice')
expect(call('-c', '/a', '-c', '/b', 'user', 'list'), 2,
       'a global option given twice', err='twice')
expect(call('user', 'list', '-x'), 2, 'an unknown letter', err='-x')
expect(call('user', 'delete', 'a', '--yes=no'), 2,
       'a flag takes no value')
expect(call('', 'x'), 2, 'an empty word')
expect(call('x' * 5000), 2, 'a very long word')
r = call('\x1b[2Jx')
check(r.code == 2 and '\x1b' not in r.err, 'bytes of argv are escaped',
      r.text())
expect(call('-s', 'sqlite:x.db', 'user', 'list'), 2, 'a relative store',
       err='absolute')
expect(call('-s', 'mysql:/x', 'user', 'list'), 2, 'a foreign engine',
       err='sqlite:')
expect(call('-c', '/nonexistent/sigra.conf', 'user', 'list'), 7,
       'no config', err='init')
r = call('-s', 'sqlite:/nonexistent/dir/x.db', 'user', 'list')
expect(r, 7, 'no store')

# POSIXLY_CORRECT changes nothing: options may follow arguments.
t = Trial()
r = t('user', 'add', 'ann', '--email', 'a@b.c',
      env=environment(POSIXLY_CORRECT='1'))
expect(r, 0, 'the environment does not change how options are read')
expect(t('user', 'show', '--', 'ann'), 0, '-- ends the options', out='ann')
expect(t('user', 'show', '--', '-x'), 3, 'and what follows is no option')
with open('/dev/full', 'w') as full:
    p = subprocess.run([SIGRACTL, 'help'], stdout=full,
                       stderr=subprocess.PIPE, env=environment())
check(p.returncode == 1 and b'standard output' in p.stderr,
      'a full disk under standard output is said', p)
t.end()
done()

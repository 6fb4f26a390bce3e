#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Who is logged in, hostile bytes included.
from cli import *
import uuid

t = Trial()
expect(t('session', 'list'), 0, 'no sessions', out='no sessions')
t('user', 'add', 'ann')
t('user', 'add', 'bob')
ids = {n: t.json('user', 'show', n)['id'] for n in ('ann', 'bob')}


def session(who, closed, opened, rhost='192.0.2.1', tty='pts/1',
            service='sshd'):
    t.sql('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          str(uuid.uuid4()), ids[who], '', service, tty, rhost, 'password',
          'host', '', 42, 4242, opened, closed)


session('ann', 0, 1700000000)
session('ann', 1700000500, 1700000100)
t('user', 'rename', 'bob', 'b' * 32)
session('bob', 0, 1700000200, service='s' * 64, tty='t' * 64,
        rhost='\x1b]0;x\x07evil' + 'w' * 200)
s = t.json('session', 'list')['sessions']
check([x['user'] for x in s] == ['b' * 32, 'ann'],
      'the open ones, newest first', s)
check(s[1]['opened_at'] == '2023-11-14T22:13:20Z' and
      s[1]['closed_at'] is None and s[1]['pid'] == 42, 'what is known', s[1])
check(len(t.json('session', 'list', '--all')['sessions']) == 3, '--all')
s = t.json('session', 'list', '--user', 'ann', '--all')['sessions']
check(len(s) == 2 and s[0]['closed_at'] is not None, '--user', s)
expect(t('session', 'list', '--user', 'zoe'), 3, 'of nobody')
r = t('session', 'list')
check(r.code == 0 and '\x1b' not in r.out and '\x07' not in r.out and
      '\\x1b' in r.out, 'hostile bytes are escaped', r.text())
expect(t('session', 'list', '--all'), 0, '--all tells the end', out='CLOSED')
check(t.json('user', 'show', 'ann')['open_sessions'] == 1,
      'user show counts the open ones')

# On a terminal of 80 columns no line breaks.
term = Terminal('-s', t.where, 'session', 'list')
import fcntl
import struct
import termios
fcntl.ioctl(term.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
code = term.wait()
lines = term.seen.decode().splitlines()
check(code == (0, None) and 3 <= len(lines) <= 6 and
      wide('\n'.join(lines)) == [], 'a table fits a terminal', (code, lines))
check(sum(l.split(' ')[0].count('b') for l in lines) == 32,
      'and who it is, stands there whole', lines)
t('user', 'delete', 'b' * 32, '--yes', '--grace', '0')
check([x['user'] for x in t.json('session', 'list')['sessions']] ==
      ['b' * 32, 'ann'], 'a deleted user still has a name')
t.end()
done()

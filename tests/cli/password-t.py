#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Passwords: from a pipe, at a terminal, imported.
from cli import *

t = Trial()
GOOD = 'correct horse 7'
expect(t('user', 'add', 'ann'), 0, 'a user')


def set_to(data, *more):
    return t('password', 'set', 'ann', '--stdin', *more, data=data)


expect(set_to(GOOD + '\n'), 0, 'password set --stdin', out='password of ann')
u = t.json('user', 'show', 'ann')
check(u['password']['kind'] == 'argon2id' and not u['must_change'],
      'is there', u)
check(all(w not in json.dumps(u) for w in ['hash', 'salt', 'sealed']),
      'user show has no hash', u)
expect(set_to('another horse 8'), 0, 'the newline may be missing')
expect(set_to(GOOD), 6, 'not one of the last five')
expect(set_to('third horse 9', '--must-change'), 0, '--must-change')
check(t.json('user', 'show', 'ann')['must_change'], 'is remembered')
expect(set_to('fourth horse 1'), 0, 'without it')
check(not t.json('user', 'show', 'ann')['must_change'], 'it is cleared')

count = len(t.audit())
kept = t.sql('SELECT sealed FROM password')
for data, what in [(b'', 'nothing'), (b'\n', 'an empty line'),
                   (b'short', 'a short one'),
                   (b'password', 'a common one'),
                   (b'x' * 510 + b'1', '511 bytes'),
                   (b'x' * 512, '512 bytes'),
                   (b'x' * 512 + b'\n', '512 bytes and a newline'),
                   (b'y' * 100000, 'very many bytes'),
                   (b'abcd\0efghij\n', 'a NUL byte'),
                   (b'abcdefgh\xff\xfe\n', 'bytes that are no UTF-8')]:
    expect(set_to(data), 6, what + ' is refused')
expect(set_to('one line here\nand another\n'), 2, 'two lines')
expect(set_to('long enough 1\n\n'), 2, 'a line and an empty one')
check(t.sql('SELECT sealed FROM password') == kept and
      len(t.audit()) == count, 'none of which changed anything')
expect(set_to(b'z' * 509 + b'1\n'), 0, '510 bytes are fine')
expect(t('password', 'set', 'zoe', '--stdin', data='x'), 3, 'of nobody')
expect(t('password', 'set', 'ann', 'secret', '--stdin'), 2,
       'never on the command line')
expect(t('password', 'set', 'ann'), 2, 'no terminal', err='--stdin')
check(t.audit()[-1][0] == 'password.set', 'is audited')
check('horse' not in json.dumps(t.audit()), 'without it')

expect(t('password', 'check', '--stdin', data=GOOD), 0, 'password check',
       out='accepted')
r = t('password', 'check', '--stdin', data='short')
expect(r, 6, 'and refuses', err='.')
check(r.out == '', 'with nothing on standard output')
expect(t('password', 'check', 'ann', '--stdin', data='z' * 509 + '1'), 6,
       'the current one of a user')
expect(t('password', 'check', 'zoe', '--stdin', data=GOOD), 3, 'of nobody')
r = t('--json', 'password', 'check', '--stdin', data='short')
check(r.code == 6 and r.json()['acceptable'] is False and
      r.json()['reason'], 'in JSON', r.text())
check(t.json('password', 'check', '--stdin', data=GOOD) ==
      {'acceptable': True, 'reason': None}, 'either way')

SIX = ('$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE3'
       'c69D2USCVRgwLS1sU4.Cx9HTKt8hy1')


def take(data):
    return t('password', 'import', 'ann', '--stdin', data=data)


expect(take(SIX + '\n'), 0, 'password import')
check(t.json('user', 'show', 'ann')['password']['kind'] == 'crypt',
      'is of kind crypt')
check(t.audit()[-1][0] == 'password.imported', 'is audited')
kept = t.sql('SELECT sealed FROM password')
for data in ['', '\n', 'x', '*', '!', SIX[:20], '$1$abc$' + 'x' * 22,
             'plain password', SIX + 'é', '!' + SIX]:
    expect(take(data), 6, 'the string %r is refused' % data[:20])
expect(take(SIX + '\n' + SIX), 2, 'two of them')
expect(t('password', 'import', 'ann'), 2, 'only by --stdin', err='--stdin')
expect(t('password', 'import', 'zoe', '--stdin', data=SIX), 3, 'of nobody')
check(t.sql('SELECT sealed FROM password') == kept, 'nothing changed')
check(t.sql("SELECT count(*) FROM password WHERE instr(sealed, ?) > 0",
            SIX[20:40].encode()) == [(0,)], 'it is sealed')

# A password never stands where others look: argv, environment.
p = subprocess.Popen([SIGRACTL, '-s', t.where, 'password', 'set', 'ann',
                      '--stdin'], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, env=environment())
p.stdin.write(b'seventh horse')
p.stdin.flush()
seen = b''
for name in ['cmdline', 'environ']:
    try:
        with open('/proc/%d/%s' % (p.pid, name), 'rb') as f:
            seen += f.read()
    except PermissionError:
        pass
p.communicate(b' 3\n')
check(b'seventh' not in seen and p.returncode == 0,
      'nothing of it in argv or environment', seen)
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Passwords: from a pipe, at a terminal, imported.
import hashlib

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

check(t.json('user', 'show', 'ann')['password']['expires_at'] is None,
      'it never expires')
t('policy', 'passwords', '--max-age', '10')
u = t.json('user', 'show', 'ann')['password']
check(u['expires_at'][:10] > u['set_at'][:10] and 'Change it by' in
      t('user', 'show', 'ann').out, 'it expires', u)
t('policy', 'passwords', '--max-age', 'off')
expect(t('user', 'add', 'eve', '--email', 'Eve@Some.Example.org'), 0, 'eve')
expect(t('password', 'set', 'eve', '--stdin', data='eve@SOME.example.org'), 6,
       'the whole address is refused', err='is the e-mail address')
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
j = t.json('password', 'check', '--stdin', data=GOOD)
check(j['acceptable'] is True and j['reason'] is None, 'either way', j)

# How strong, which rejects nothing.
STRONG = 'vivid-otter-plinth-quota-7'


def strength(data, *name):
    return t('--json', 'password', 'check', *name, '--stdin',
             data=data).json()['strength']


check(strength(STRONG)['score'] == 4 and strength(STRONG)['hints'] == [] and
      strength(STRONG)['guesses_log10'] > 10, 'a strong one', strength(STRONG))
for word, hint in [('abcdefgh', 'sequence'), ('xxxxxxxxxxxq', 'repeats'),
                   ('sdfghjkl;', 'keys'), ('dr4g0nfly', 'signs'),
                   ('19.04.1987', 'date'), ('princess7', 'word')]:
    got = strength(word)
    check(got['score'] < 3 and any(hint in h for h in got['hints']),
          'a weak one: ' + word, got)
expect(t('password', 'check', '--stdin', data='xxxxxxxxxxxq'), 0,
       'a weak one is no refused one', out='Hint')
expect(t('password', 'check', '--stdin', data=STRONG), 0, 'strong, as text',
       out='4 of 4')
check(strength('')['score'] == 0, 'of nothing')
check(strength('z' * 509 + '1')['score'] >= 0, 'of very much')

# Names that go with an account.
expect(t('user', 'add', 'jane', '--email', 'jane@roadrunner.example'), 0,
       'a user with an address')
expect(t('password', 'check', 'jane', '--stdin', data='RoadRunner2024!'), 6,
       'her address is no password', err='goes with this account')
expect(t('password', 'check', 'ann', '--stdin', data='RoadRunner2024!'), 0,
       'of another account it may be')
check(any('goes with the account' in h for h in
          strength('roadrunner2024', 'jane')['hints']), 'and it is a hint')
expect(t('password', 'set', 'jane', '--stdin', data='RoadRunner2024!'), 6,
       'nor may an administrator set it')

# Breached ones: a list of one's own, in order.
LIST = os.path.join(t.dir, 'breached')


def breached(*words, **more):
    lines = sorted(hashlib.sha1(w.encode()).hexdigest().upper() + ':%d' % n
                   for n, w in enumerate(words, 1))
    if more.get('backwards'):
        lines.reverse()
    with open(LIST, 'w') as f:
        f.write(''.join(line + '\r\n' for line in lines))


def against(data, *more):
    return t('password', 'check', '--stdin', '--breach-file', LIST, *more,
             data=data)


breached(GOOD, *('word number %d' % n for n in range(1000)))
expect(against(GOOD), 6, 'a breached one', err='breach')
for n in 0, 1, 500, 999:
    expect(against('word number %d' % n), 6, 'number %d' % n)
expect(against('word number 1000'), 0, 'not in it')
expect(t('password', 'check', '--stdin', data=GOOD), 0, 'without the list')
j = t('--json', 'password', 'check', '--stdin', '--breach-file', LIST,
      data=GOOD).json()
check(j['acceptable'] is False and 'breach' in j['reason'], 'in JSON', j)
breached(*('word number %d' % n for n in range(50)), backwards=True)
expect(against(GOOD), 7, 'a list that is not in order', err='order')
with open(LIST, 'w') as f:
    f.write('password\nqwerty\n')
expect(against(GOOD), 7, 'no such list', err='fetch it again')
with open(LIST, 'w') as f:
    pass
expect(against(GOOD), 7, 'an empty one', err='empty')
os.unlink(LIST)
expect(against(GOOD), 3, 'none at all', err='breached')

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

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What holds for passwords: shown, changed, and kept to by all who set one.
import hashlib

from cli import *

t = Trial()
DEFAULT = {'min_length': 8, 'history': 5, 'max_days': None, 'warn_days': 14,
           'min_days': None, 'breached': True}
check(t.json('policy', 'passwords') == DEFAULT, 'the policy of a new store')
expect(t('policy', 'passwords'), 0, 'as text',
       out=r'(?s)Least length: +8.*Greatest age: +off.*refused, where')
rows = len(t.audit())
for bad in [('--min-length', '7'), ('--min-length', '129'),
            ('--min-length', 'x'), ('--min-length', 'off'),
            ('--history', '25'), ('--history', '-1'), ('--history', '5x'),
            ('--max-age', '0'), ('--max-age', '3651'), ('--max-age', '30d'),
            ('--max-age', ''), ('--warn', '366'), ('--warn', 'off'),
            ('--min-age', '366'), ('--min-age', '99999999999999999999'),
            ('--breached', 'maybe'), ('--breached', ''),
            ('--max-age', '10', '--min-age', '10')]:
    expect(t('policy', 'passwords', *bad), 2, 'refused: ' + ' '.join(bad),
           err='.')
expect(t('policy', 'passwords', '8'), 2, 'no arguments')
check(t.json('policy', 'passwords') == DEFAULT and len(t.audit()) == rows,
      'nothing has changed')

got = t.json('policy', 'passwords', '--min-length', '12', '--history', '1',
             '--max-age', '90', '--warn', '7', '--min-age', '2',
             '--breached', 'no')
want = {'min_length': 12, 'history': 1, 'max_days': 90, 'warn_days': 7,
        'min_days': 2, 'breached': False}
check(got == want and t.json('policy', 'passwords') == want, 'changed', got)
action, meta = t.audit()[-1]
check(action == 'policy.passwords_changed' and meta['min_length'] == '12' and
      meta['breached'] == 'no' and len(t.audit()) == rows + 1,
      'is audited', meta)
expect(t('policy', 'passwords'), 0, 'as text',
       out=r'(?s)90 days.*7 days.*2 days.*not looked for')
expect(t('policy', 'passwords', '--min-age', '90'), 2,
       'against what holds already', err='least age')
got = t.json('policy', 'passwords', '--max-age', 'off', '--min-age', 'off')
check(got == dict(want, max_days=None, min_days=None), 'off', got)

# Whoever sets one is held to it.
expect(t('user', 'add', 'ann'), 0, 'a user')


def set_to(data):
    return t('password', 'set', 'ann', '--stdin', data=data)


expect(set_to('eleven chrs'), 6, 'too short now', err='12 characters')
expect(set_to('the first of them'), 0, 'long enough')
expect(set_to('the second of them'), 0, 'another')
expect(set_to('the first of them'), 6, 'the last one', err='last 1')
expect(set_to('the third of them'), 0, 'a third')
expect(set_to('the first of them'), 0, 'the one before the last')
t('user', 'force-password-change', 'ann')
expect(t('policy', 'explain', 'ann', '--service', 'login'), 0,
       'a change that is due', out='let in.*a new password has to be chosen')
expect(t('policy', 'passwords', '--history', '0'), 0, 'no history')
expect(set_to('the third of them'), 0, 'old ones are taken')
expect(set_to('the third of them'), 6, 'but for the present one')
check(t.sql('SELECT count(*) FROM password_history') == [(0,)],
      'and none is kept')

# A list that sigra.conf names.
home = os.path.join(t.dir, 'etc')
conf, taken = os.path.join(home, 'sigra.conf'), os.path.join(home, 'breached')
os.mkdir(home, 0o755)
with open(conf, 'w') as f:
    f.write('[store]\nwhere = %s\nkey = %s\n[password]\nbreach_file = %s\n'
            '[argon2]\nmemory_kib = 8192\npasses = 1\n'
            % (t.where, t.key, taken))
KNOWN = 'everybody knows it 1'


def write(text):
    with open(taken, 'w') as f:
        f.write(text)
    os.chmod(taken, 0o644)


def finding():
    found = of('--json', 'doctor', '--all').json()['findings']
    return [(f['severity'], f['text']) for f in found
            if f['id'] == 'breach-file']


def of(*args, **more):
    return call('-c', conf, *args, **more)


expect(of('policy', 'passwords', '--breached', 'yes'), 0, 'yes',
       out='Breached ones: +refused; .*password.breach_file.*%s' % taken)
expect(of('policy', 'passwords', '--max-age', '5', '--warn', '7'), 0,
       'warned of at every login', err='--warn less than --max-age')
expect(of('policy', 'passwords', '--max-age', 'off'), 0, 'off again')
expect(of('password', 'set', 'ann', '--stdin', data=KNOWN), 7,
       'a list that is missing takes no password',
       err=taken + '.*does not exist.*--breached no')
check([s for s, _ in finding()] == ['error'], 'doctor says so', finding())
line = hashlib.sha1(KNOWN.encode()).hexdigest().upper() + ':7\r\n'
write(line)
expect(of('password', 'set', 'ann', '--stdin', data=KNOWN), 6, 'in it',
       err='breach')
expect(of('password', 'check', '--stdin', data=KNOWN), 6, 'checked')
check([s for s, _ in finding()] == ['ok'], 'doctor likes it', finding())
expect(of('password', 'set', 'ann', '--stdin', data=KNOWN + '!'), 0,
       'not in it')
write(line + 'and more\n')
expect(of('password', 'set', 'ann', '--stdin', data='another one 234'), 7,
       'no such list', err='fetch it again')
write(line)
os.chmod(taken, 0o666)
expect(of('password', 'set', 'ann', '--stdin', data='another one 234'), 7,
       'which anybody may write', err='chmod')
expect(of('policy', 'passwords', '--breached', 'no'), 0, 'no')
expect(of('password', 'set', 'ann', '--stdin', data=KNOWN), 0,
       'then nobody looks')
t.end()
done()

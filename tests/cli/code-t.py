#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Codes that an administrator hands out, and how long they are good.
from cli import *
import calendar
import socket
from otp import *

t = Trial()
t('user', 'add', 'ann')

COMMANDS = [(['user', 'login-code'], 2, 'login', 600),
            (['user', 'reset'], 3, 'reset', 600),
            (['enroll', 'ticket'], 4, 'ticket', 7 * 86400)]
DAY = 86400
TICK = 1  # time() may be a tick behind the clock that Python reads


def rows(kind):
    return t.sql('SELECT expires_at, spent_at FROM code WHERE kind = ?', kind)


def seconds(text):
    return calendar.timegm(time.strptime(text, '%Y-%m-%dT%H:%M:%SZ'))


for words, kind, name, ttl in COMMANDS:
    what = ' '.join(words)
    before = int(time.time())
    r = t(*words, 'ann')
    after = int(time.time())
    code = backup_codes(r.out)
    check(r.code == 0 and len(code) == 1 and 'not shown again' in r.out,
          what + ' shows one', r.text())
    check(wide(r.out) == [], what + ' in 80 columns')
    got = rows(kind)
    check(len(got) == 1 and got[0][1] == 0
          and before - TICK + ttl <= got[0][0] <= after + ttl,
          what + ': good for as long as it should be', got)
    check(t.audit()[-1][0] == 'code.issued'
          and t.audit()[-1][1]['kind'] == name, what + ': audit',
          t.audit()[-1])
    check(("Type it at 'One-time code for ann@%s: ', after the password.\n"
           % socket.gethostname() if name == 'login' else
           'Type it where the password is asked for.\n') in r.out,
          what + ' says where', r.text())
    letters = code[0].replace('-', '')
    check(letters not in json.dumps(t.audit()) and
          code[0] not in json.dumps(t.audit()), what + ': not its letters')
    blob = b''.join(open(f, 'rb').read() for f in (t.db, t.db + '-wal')
                    if os.path.exists(f))
    check(letters.encode() not in blob and code[0].encode() not in blob,
          what + ': nor in the store')
    r = t('--json', *words, 'ann', '--ttl', '1h')
    doc = r.json()
    again = seconds(doc['expires_at'])
    check(backup_codes(doc['code']) == [doc['code']] and doc['code'] != code[0]
          and doc['name'] == 'ann', what + ': json, and another one', doc)
    check(abs(again - time.time() - 3600) < 120 and len(rows(kind)) == 1,
          what + ': the older is void', (doc, rows(kind)))
    for text in ['0s', '0', '10', 'x', '', '1', '-1m', '1.5h', '1 h', 'm',
                 '31d', '5w', '721h', '1y', '01h', '1hh', '999999999999999d',
                 '99999999999999999999s', '10M', '10m ']:
        expect(t(*words, 'ann', '--ttl', text), 2,
               '%s --ttl %r is refused' % (what, text), err='--ttl')
    for text, n in [('1s', 1), ('90s', 90), ('45m', 2700), ('720h', 30 * DAY),
                    ('30d', 30 * DAY), ('2w', 14 * DAY)]:
        before = int(time.time())
        t(*words, 'ann', '--ttl', text)
        check(before - TICK + n <= rows(kind)[0][0] <= time.time() + n,
              '%s --ttl %s' % (what, text), rows(kind))
    expect(t(*words, 'zoe'), 3, what + ' of nobody')
    expect(t(*words), 2, what + ' of whom?')

r = t('user', 'login-code', 'ann')
check('warning: ann has no device: until this code is used or over, it is '
      'asked for wherever a rule names otp' in r.err.replace('\n', ' '),
      'a login code for whoever has no device: a warning', r.text())
enroll(t, 'ann')
r = t('user', 'login-code', 'ann')
check(r.code == 0 and r.err == '', 'and none for others', r.text())
check(t('user', 'reset', 'ann').err == '', 'nor for a reset code')

t('user', 'disable', 'ann', '--reason', 'x')
for words, kind, name, ttl in COMMANDS:
    expect(t(*words, 'ann'), 4, ' '.join(words) + ' of a disabled account',
           err='disabled')
t('user', 'enable', 'ann')
t('user', 'reset', 'ann')
t('enroll', 'ticket', 'ann')
check(len(rows(3)) == 1 and len(rows(4)) == 1 and len(rows(2)) == 1, 'all out')
t('password', 'set', 'ann', '--stdin', data='correct horse 1\n')
check(rows(3) == rows(4) == rows(2) == [],
      'a new password voids what stood for the old one')
check(t.sql("SELECT epoch FROM account") == [(3,)],
      'and trust, as disabling did')

# Away again, before anybody has used one.
enroll(t, 'ann')
t('user', 'login-code', 'ann')
t('user', 'reset', 'ann', '--ttl', '1h')
t('enroll', 'ticket', 'ann')
t('user', 'add', 'bob')
t('enroll', 'ticket', 'bob')
u = t.json('user', 'show', 'ann')['codes_out']
check(all(u[k] is not None for k in ('login', 'reset', 'ticket')),
      'user show knows what is out', u)
expect(t('user', 'show', 'ann'), 0, 'in words, too',
       out=r'(?s)\nLogin code: +until 20.*\nReset code: +until 20.*'
       r'\nTicket: +until 20')
doc = t.json('user', 'revoke-codes', 'ann')
check((doc['login_codes'], doc['reset_codes'], doc['tickets']) == (1, 1, 1),
      'user revoke-codes', doc)
check(rows(2) == rows(3) == [] and len(rows(4)) == 1
      and t.json('enroll', 'list', 'ann')['backup_codes']['left'] == 10,
      'is about one user, and leaves backup codes', rows(4))
check(t.audit()[-1] == ('code.revoked', {'login': '1', 'reset': '1',
                                         'ticket': '1'}), 'audited',
      t.audit()[-1])
before = len(t.audit())
expect(t('user', 'revoke-codes', 'ann'), 0, 'and none is out',
       out='No code of ann was out')
check(len(t.audit()) == before, 'which is no row')
u = t.json('user', 'show', 'ann')['codes_out']
check(u == {'login': None, 'reset': None, 'ticket': None}, 'none', u)
check('Ticket' not in t('user', 'show', 'ann').out, 'nor in words')
expect(t('user', 'revoke-codes', 'bob'), 0, 'in words',
       out='^The ticket of bob is void.\n$')
expect(t('user', 'revoke-codes', 'zoe'), 3, 'of nobody')
t('enroll', 'ticket', 'bob', '--ttl', '1s')
time.sleep(2)
check(t.json('user', 'revoke-codes', 'bob')['tickets'] == 0 and rows(4) == [],
      'one that is over is none')
t.end()
done()

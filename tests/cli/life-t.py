#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What an account is over the years: attributes, addresses, its end.
from cli import *
import os
from otp import *

t = Trial()
t('user', 'add', 'ann', '--email', 'ann@example.org')
ann = t.json('user', 'show', 'ann')

# Attributes.
expect(t('user', 'set', 'ann', 'cost_center=42'), 0, 'user set',
       out='cost_center is set for ann.')
expect(t('user', 'set', 'ann', 'team=a=b c', '--export'), 0,
       'a value with signs and blanks', out='exported to sessions')
check(t.json('user', 'show', 'ann')['attributes'] == [
    {'key': 'cost_center', 'value': '42', 'exported': False},
    {'key': 'team', 'value': 'a=b c', 'exported': True}], 'user show has them')
expect(t('user', 'show', 'ann'), 0, 'in words',
       out=r'Attribute: +team = a=b c \(exported\)')
expect(t('user', 'set', 'ann', 'team='), 0, 'an empty value, not exported')
doc = t.json('user', 'set', 'ann', 'team=x', '--export')
check(doc['attribute'] == {'key': 'team', 'value': 'x', 'exported': True}
      and doc['name'] == 'ann', 'set again, as JSON', doc)
for bad in ['team', '=x', 'Team=x', '1x=y', 'a-b=c', 'a' * 33 + '=x', 'ä=x',
            ' a=x']:
    expect(t('user', 'set', 'ann', bad), 2, '%r sets nothing' % bad)
expect(t('user', 'set', 'ann', 'a=' + 'x' * 256), 2, 'a long value')
expect(t('user', 'set', 'ann', 'a=x\ny'), 2, 'a value of two lines',
       err='control')
expect(t('user', 'set', 'ann', b'a=\xff'), 2, 'a value of no UTF-8')
expect(t('user', 'set', 'ann', 'a=', '--export'), 2, 'nothing exported')
expect(t('user', 'set', 'zoe', 'a=b'), 3, 'of nobody')
for n in range(15):
    t('user', 'set', 'ann', 'e%d=x' % n, '--export')
expect(t('user', 'set', 'ann', 'e99=x', '--export'), 6, '16 are exported',
       err='at most 16')
expect(t('user', 'set', 'ann', 'e0=y', '--export'), 0, 'one of them again')
for n in range(15):
    t('user', 'set', 'ann', 'f%d=x' % n)
expect(t('user', 'set', 'ann', 'g=x'), 6, '32 are all', err='32')
expect(t('user', 'unset', 'ann', 'g'), 3, 'no such attribute', err="'g'")
doc = t.json('user', 'unset', 'ann', 'team')
check(doc == {'id': ann['id'], 'name': 'ann', 'key': 'team'}, 'user unset',
      doc)
rows = [e for e in t.audit() if e[0].startswith('user.attribute')]
check(rows[0][1] == {'attribute': 'cost_center', 'exported': 'no'} and
      '42' not in str(rows), 'the audit knows the key, not the value',
      rows[:2])

# Addresses.
doc = t.json('user', 'set-email', 'ann', ' New@Example.ORG ')
code = doc['code']
check(doc['email'] == 'new@example.org' and doc['confirmed_at'] is None and
      len(code) == 14, 'an address waits for its code', doc)
u = t.json('user', 'show', 'ann')
check(u['email'] == 'ann@example.org' and u['email_confirmed_at'] is None,
      'until then it is the old one', u)
blob = b''.join(open(f, 'rb').read() for f in (t.db, t.db + '-wal')
                if os.path.exists(f))
check(code.encode() not in blob and
      code.replace('-', '').encode() not in blob, 'the code is not stored')
expect(t('user', 'confirm-email', 'ann', '--stdin', data='aaaa-bbbb-cccc\n'),
       6, 'another code', err='not the code')
expect(t('user', 'confirm-email', 'ann', '--stdin', data='x\n'), 6,
       'no code at all')
check(t.audit()[-1][0] == 'user.email_confirmed',
      'which is audited')
expect(t('user', 'confirm-email', 'zoe', '--stdin', data=code + '\n'), 3,
       'of nobody')
expect(t('user', 'confirm-email', 'ann'), 2, 'nobody to ask')
expect(t('user', 'confirm-email', 'ann', '--stdin',
         data=code.upper() + '\n'), 0, 'the code, in capitals',
       out='new@example.org')
u = t.json('user', 'show', 'ann')
check(u['email'] == 'new@example.org' and u['email_confirmed_at'],
      'it is confirmed', u)
expect(t('user', 'confirm-email', 'ann', '--stdin', data=code + '\n'), 4,
       'once', err='waits')
t('user', 'add', 'eve')
old = t.json('user', 'set-email', 'eve', 'a@b.example')['code']
new = t.json('user', 'set-email', 'eve', 'c@d.example')['code']
expect(t('user', 'confirm-email', 'eve', '--stdin', data=old + '\n'), 6,
       'the older code is void')
t.sql('UPDATE email_change SET expires_at = 1000')
expect(t('user', 'confirm-email', 'eve', '--stdin', data=new + '\n'), 6,
       'so is one that is over')
expect(t('user', 'set-email', 'eve', 'nonsense'), 2, 'no address')
expect(t('user', 'set-email', 'eve', 'e@f.example', '--confirmed'), 0,
       'at once', out='e@f.example')
check(t.json('user', 'show', 'eve')['email_confirmed_at'] is not None and
      t.sql('SELECT count(*) FROM email_change') == [(0,)],
      'which ends what waited')
expect(t('user', 'set-email', 'eve', 'none'), 0, 'none')
u = t.json('user', 'show', 'eve')
check(u['email'] is None and u['email_confirmed_at'] is None, 'is none', u)

# A new password is wanted.
expect(t('user', 'force-password-change', 'eve'), 4, 'there is no password',
       err='no password')
t('password', 'set', 'eve', '--stdin', data='correct horse 1\n')
expect(t('user', 'force-password-change', 'eve'), 0, 'force-password-change')
check(t.json('user', 'show', 'eve')['must_change'], 'at the next login')

# The end.
KINDS = ['soft', 'anonymize', 'hard']


def furnish(name):
    t('user', 'add', name, '--email', name + '@example.org')
    t('password', 'set', name, '--stdin', data='correct horse %s\n' % name)
    t('user', 'set', name, 'color=blue')
    enroll(t, name)
    t('user', 'login-code', name)
    t('user', 'set-email', name, 'other@example.org')
    account = t.json('user', 'show', name)['id']
    t.sql("INSERT INTO session (id, account, login, service, tty, rhost,"
          " factors, host, boot, pid, pid_start, opened_at, closed_at)"
          " VALUES (?, ?, '', 'sshd', 'ssh', '192.0.2.7', 'password', 'h',"
          " ?, 1, 1, 1000, 0)", 's' + account[1:], account, 'b' * 36)
    t.sql("INSERT INTO seen VALUES (?, '192.0.2.7', 1000)", account)
    return account


def tables_of(account):
    """Where a row still refers to it, and how many do."""
    got = {}
    for (table,) in t.sql("SELECT name FROM sqlite_master"
                          " WHERE type = 'table'"):
        columns = [c[1] for c in t.sql('PRAGMA table_info(%s)' % table)]
        for column in ('account', 'id'):
            if column in columns and table != 'audit':
                n = t.sql('SELECT count(*) FROM %s WHERE %s = ?' % (
                    table, column), account)[0][0]
                if n:
                    got[table] = n
    return got


LEFT = {'soft': {'account', 'person', 'attribute', 'session', 'seen',
                 'login', 'outbox', 'guess'},
        'anonymize': {'account'}, 'hard': set()}
for kind in KINDS:
    name = 'g' + kind
    account = furnish(name)
    expect(t('user', 'delete', name, '--yes', '--grace', '3', '--strategy',
             kind), 0, kind + ': pending', out='user undelete ' + name)
    u = t.json('user', 'show', name)
    check(u['state'] == 'pending' and u['strategy'] == kind and
          u['codes_out']['login'] is None and u['open_sessions'] == 0 and
          u['devices'] == 1, kind + ': what is out is void', u)
    check(t.sql('SELECT ended FROM session WHERE account = ?', account) ==
          [('deleted',)], kind + ': why the session is closed')
    expect(t('user', 'undelete', name), 0, kind + ': back',
           out='is active again')
    u = t.json('user', 'show', name)
    check(u['state'] == 'active' and u['delete_at'] is None and
          u['strategy'] is None and u['devices'] == 1,
          kind + ': with what it had', u)
    expect(t('user', 'undelete', name), 4, kind + ': once')
    expect(t('user', 'delete', name, '--yes', '--now', '--strategy', kind), 0,
           kind + ': now', out='Deleted user ' + name)
    expect(t('user', 'show', name), 3, kind + ': gone')
    left = set(tables_of(account))
    check(left <= LEFT[kind], kind + ': what is left', left)
    check(('account' in left) == (kind != 'hard'), kind + ': the row', left)
    names = [n for (n,) in t.sql('SELECT name FROM account')]
    check((name in names) == (kind == 'soft'), kind + ': its name', names)
    entries = t.json('audit', 'list', '--action', 'user.deleted')['entries']
    check(entries[0]['target'] == account and
          entries[0]['meta']['strategy'] == kind and
          (entries[0]['target_name'] == name) == (kind == 'soft'),
          kind + ': the audit', entries[0])
    expect(t('user', 'add', name), 0, kind + ': its name is free')
t.sql('PRAGMA wal_checkpoint(TRUNCATE)')
t.sql('VACUUM')
check(b'ganonymize@' not in open(t.db, 'rb').read(),
      'no address of who is anonymous')

# Pending ends by itself, as it was said.
account = furnish('gone')
t('user', 'delete', 'gone', '--yes', '--strategy', 'anonymize')
t('user', 'disable', 'ann', '--reason', 'on leave')
t.sql('UPDATE account SET delete_at = 1000 WHERE name = ?', 'gone')
expect(t('user', 'add', 'gone'), 0, 'the name is free once it is due')
check(set(tables_of(account)) <= LEFT['anonymize'],
      'and the strategy was kept', tables_of(account))
t('user', 'delete', 'ann', '--yes')
expect(t('user', 'undelete', 'ann'), 0, 'a disabled one comes back',
       out='is disabled again')
for bad in (['--strategy', 'nice'], ['--now', '--grace', '1'],
            ['--strategy', '']):
    expect(t('user', 'delete', 'ann', '--yes', *bad), 2,
           'user delete %s' % ' '.join(bad))
# What a deletion will do is said before the name is typed.
t = Trial()
t('user', 'add', 'old')
expect(t('user', 'add', 'older', '--expires', '2001-01-01'), 0,
       'an expiry in the past', err='warning: that is in the past')
t('org', 'add', 'mill', '--owner', 'old')
t('member', 'add', 'mill', 'older')
term = Terminal('-s', t.where, 'user', 'delete', 'older', '--strategy', 'hard')
check(term.read_until(b'Type the name again'), 'it is asked for', term.seen)
check(b'Strategy: hard' in term.seen and b'deleted on 20' in term.seen and
      b'Organizations of the user: mill.' in term.seen, 'and said', term.seen)
term.type(b'no\n')
check(term.wait() == (1, None), 'given up')
t.end()
done()

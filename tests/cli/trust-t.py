#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Trusted devices, listed and revoked.
from cli import *
import uuid

t = Trial()
for name in ['ann', 'bob']:
    t('user', 'add', name)
ids = dict(t.sql('SELECT name, id FROM account'))


def trust(name, kind, shown, at):
    row = str(uuid.uuid4())
    epoch = t.sql('SELECT epoch FROM account WHERE name = ?', name)[0][0]
    t.sql('INSERT INTO trust (id, account, kind, binding, shown, epoch, '
          'created_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', row,
          ids[name], kind, os.urandom(32), shown, epoch, at, at)
    return row


def listed(*who):
    return [(r['user'], r['kind'], r['shown'])
            for r in t.json('trust', 'list', *who)['trusted']]


expect(t('trust', 'list'), 0, 'none', out='No device is trusted')
check(listed() == [], 'none in JSON')
key = trust('ann', 1, 'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
            1700000000)
address = trust('ann', 2, '192.0.2.1', 1700000100)
other = trust('bob', 2, '2001:db8::1\x1b[2J', 1700000200)
check(listed('ann') == [('ann', 'address', '192.0.2.1'),
                        ('ann', 'ssh-key', 'SHA256:abcdefghijklmnopqrstuvwxyz'
                         '0123456789ABCDEFG')], 'of one, the newest first',
      listed('ann'))
check(len(listed()) == 3, 'of all')
r = t('trust', 'list')
check(r.code == 0 and key in r.out and '192.0.2.1' in r.out
      and '\x1b' not in r.out, 'in words', r.text())
expect(t('trust', 'list', 'zoe'), 3, 'of nobody')
check(t.json('user', 'show', 'ann')['trusted_devices'] == 2,
      'user show counts them')

expect(t('trust', 'revoke', str(uuid.uuid4())), 3, 'none of that id',
       err='trust list')
expect(t('trust', 'revoke', "x' OR '1'='1"), 3, 'nor of that')
doc = t.json('trust', 'revoke', key)
check(doc['user'] == 'ann' and doc['kind'] == 'ssh-key', 'trust revoke', doc)
expect(t('trust', 'revoke', key), 3, 'once')
check([s for _, _, s in listed('ann')] == ['192.0.2.1'], 'the others stay')
action, meta = t.audit()[-1]
check(action == 'trust.revoked' and meta['device'] == key, 'audited', meta)
trust('ann', 2, '192.0.2.2', 1700000300)
doc = t.json('trust', 'revoke-all', 'ann')
check(doc['dropped'] == 2 and doc['name'] == 'ann', 'trust revoke-all', doc)
check(listed('ann') == [] and len(listed('bob')) == 1, 'of one user')
check(t.sql("SELECT epoch FROM account ORDER BY name") == [(2,), (1,)],
      'and the epoch is a later one')
expect(t('trust', 'revoke-all', 'ann'), 0, 'none are left',
       out='^ann had no trusted device.\n$')
expect(t('trust', 'revoke-all', 'zoe'), 3, 'of nobody')
expect(t('trust', 'revoke', other), 0, 'in words, escaped',
       out=r'2001:db8::1\\x1b\[2J of bob')
trust('bob', 2, '192.0.2.3', 1700000300)
t('password', 'set', 'bob', '--stdin', data='correct horse 1\n')
check(t.sql('SELECT count(*) FROM trust') == [(0,)],
      'a new password ends it, too')
trust('bob', 2, '192.0.2.3', 1700000300)
t.sql("UPDATE account SET epoch = epoch + 1 WHERE name = 'bob'")
check(listed() == [], 'what is of an earlier epoch stands for nothing')
t.end()
done()

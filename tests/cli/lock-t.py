#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Failures and locks, as the store has them.
from cli import *
import uuid

t = Trial()
expect(t('lock', 'list'), 0, 'no failures', out='no failures')
check(t.json('lock', 'list') == {'locks': []}, 'in JSON')
t('user', 'add', 'ann')
ann = t.json('user', 'show', 'ann')['id']
now = int(time.time())


def fail(subject, source, n, at):
    for i in range(n):
        t.sql('INSERT INTO guess VALUES (?, ?, ?, ?, (SELECT 1 + '
              'coalesce(max(seq), 0) FROM guess), ?, ?, 2, 0)',
              str(uuid.uuid4()), subject, source, 'password', at, at)


fail(ann, 'ip:192.0.2.1', 2, now - 100)
fail(ann, 'ip:192.0.2.2', 5, now - 100)
fail('?' + 'ab' * 32, 'ip:192.0.2.3', 1, now - 50)
fail('-', 'ip:192.0.2.4', 3, now - 40)
locks = {l['source']: l for l in t.json('lock', 'list')['locks']}
check(len(locks) == 4, 'lock list', locks)
one, two = locks['ip:192.0.2.1'], locks['ip:192.0.2.2']
check(one['user'] == 'ann' and one['account'] == ann and one['failed'] == 2
      and not one['locked'] and one['until'] is None, 'who is not locked',
      one)
check(two['locked'] and two['failed'] == 5 and two['until'] is not None,
      'who is', two)
check(locks['ip:192.0.2.3']['subject'] == 'unknown' and
      locks['ip:192.0.2.3']['user'] is None, 'an unknown name')
check(locks['ip:192.0.2.4']['subject'] == 'source', 'and no guess at all')
r = t('lock', 'list')
expect(r, 0, 'in words', out=r'ann +ip:192.0.2.2 +password +5 .*Z +20')
check('(unknown abababab)' in r.out and 'ab' * 5 not in r.out,
      'the hash is never shown whole', r.out)
check('ab' * 5 not in t('--json', 'lock', 'list').out, 'nor in JSON')
u = t.json('user', 'show', 'ann')
check(sorted(l['source'] for l in u['locks']) == ['ip:192.0.2.1',
                                                  'ip:192.0.2.2'],
      'user show has those of the user', u)
expect(t('user', 'show', 'ann'), 0, 'in words, too',
       out='Locked: +from ip:192.0.2.2 until 20')

expect(t('lock', 'clear', 'zoe'), 3, 'lock clear of nobody')
expect(t('lock', 'clear', 'ann', '--source', 'ip:192.0.2.9'), 3,
       'of what is not there', err='no failures')
count = len(t.audit())
r = t.json('lock', 'clear', 'ann', '--source', 'ip:192.0.2.2')
check(r['dropped'] == 5 and r['name'] == 'ann', 'from one source', r)
check(len(t.json('lock', 'list')['locks']) == 3, 'the others stay')
check(t.audit()[count:] == [('lock.cleared', {'source': 'ip:192.0.2.2'})],
      'is audited', t.audit()[count:])
expect(t('lock', 'clear', 'ann'), 0, 'from everywhere', out='2 failures')
expect(t('lock', 'clear', 'ann'), 3, 'and none is left')
expect(t('user', 'show', 'ann'), 0, 'user show, too', out='Failures: +none')
t.end()
done()

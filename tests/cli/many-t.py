#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# A hundred thousand users in a thousand organizations: everything is found,
# by index.  Which way the store looks is judged in tests/lib/store.
from cli import *
import uuid

USERS, ORGS, EACH = 100000, 1000, 100
t = Trial()
con = sqlite3.connect(t.db)
con.execute('PRAGMA synchronous = OFF')


def ids(n, kind):
    return [str(uuid.UUID(int=kind << 64 | i)) for i in range(1, n + 1)]


users, orgs = ids(USERS, 1), ids(ORGS, 2)
with con:
    con.executemany(
        "INSERT INTO account (id, name, email, state, reason, created_at,"
        " updated_at, expires_at, delete_at, must_change, epoch, version)"
        " VALUES (?, ?, '', 1, '', 1000, 1000, 0, 0, 0, 1, 1)",
        ((u, 'u%06d' % i) for i, u in enumerate(users)))
    con.executemany(
        "INSERT INTO org VALUES (?, ?, ?, '', 0, 0, 1000, 0, 1, 0, 0)",
        ((o, 'org-%04d' % i, 'Organization %d' % i)
         for i, o in enumerate(orgs)))
    con.executemany(
        'INSERT INTO member VALUES (?, ?, ?, 1000, 0)',
        ((orgs[i // EACH], u, 1 if i % EACH == 0 else 3)
         for i, u in enumerate(users)))
con.close()

r = t('--json', 'user', 'list')
listed = r.json()['users']
check(r.code == 0 and len(listed) == USERS and
      listed[77777]['name'] == 'u077777', 'user list has all of them')
u = t.json('user', 'show', 'u099999')
check(u['id'] == users[-1] and
      [o['slug'] for o in u['organizations']] == ['org-0999'],
      'user show finds the last', u)
r = t('--json', 'org', 'list')
listed = r.json()['orgs']
check(r.code == 0 and len(listed) == ORGS and
      listed[-1]['slug'] == 'org-0999', 'org list has all of them')
expect(t('org', 'show', 'org-0500'), 0, 'org show', out='Organization 500')
r = t('--json', 'member', 'list', 'org-0500')
members = r.json()['members']
check(r.code == 0 and [m['user'] for m in members] ==
      ['u%06d' % n for n in range(50000, 50100)] and
      members[0]['role'] == 'owner', 'member list is that of one', members[:2])
expect(t('policy', 'add', '--require', 'password', '--org', 'org-0777',
         '--at', '1'), 0, 'a rule of one organization')
doc = t.json('policy', 'explain', 'u077701', '--service', 'sshd')
check(doc['rule']['position'] == 1, 'policy explain knows who is in it',
      doc['rule'])
doc = t.json('policy', 'explain', 'u077601', '--service', 'sshd')
check(doc['rule']['position'] != 1, 'and who is not', doc['rule'])
expect(t('member', 'role', 'org-0500', 'u050000', 'member'), 6,
       'the last owner stays one')
done()

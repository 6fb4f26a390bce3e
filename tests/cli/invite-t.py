#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Invitations: made, listed, revoked, and accepted by root.
from cli import *

CODE = re.compile(r'^    ([a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})$', re.M)
NO = 'this invitation cannot be accepted'

t = Trial()
for name in ('ann', 'bob', 'cat'):
    t('user', 'add', name)
t('user', 'add', 'dora', '--email', 'dora@example.org')
t('org', 'add', 'acme', '--owner', 'ann')
t('org', 'add', 'mill')


def accept(user, code, status=6):
    return expect(t('invite', 'accept', user, '--stdin', data=code + '\n'),
                  status, '%s: %s' % (user, code),
                  err=NO if status == 6 else None)


expect(t('invite', 'list', 'acme'), 0, 'nobody', out='Nobody is invited')
r = t('org', 'invite', 'acme', 'bob', '--role', 'admin')
code = CODE.search(r.out)
check(r.code == 0 and code is not None and 'as admin' in r.out,
      'org invite', r.text())
code = code.group(1)
check(wide(r.out) == [], 'in 80 columns')
check(t.sql('SELECT count(*) FROM outbox') == [(0,)], 'nothing is mailed')
for table, in t.sql("SELECT name FROM sqlite_schema WHERE type = 'table'"):
    check(code not in str(t.sql('SELECT * FROM ' + table)),
          'the code is not in ' + table)
expect(t('org', 'invite', 'acme', 'bob'), 4, 'one at a time',
       err='invite list')
expect(t('org', 'invite', 'acme', 'ann'), 4, 'not who belongs to it')
expect(t('org', 'invite', 'nixx', 'bob'), 3, 'nowhere')
for bad in ('', 'a b', 'x@', '@y', 'a@b@c', 'x' * 33, 'x' * 250 + '@example',
            b'\xff'):
    expect(t('org', 'invite', 'acme', bad), 2, 'nobody: %r' % bad[:20])
for ttl in ('0s', '31d', 'ever', '-1d'):
    expect(t('org', 'invite', 'acme', 'eve', '--ttl=' + ttl), 2,
           '--ttl ' + ttl)
expect(t('org', 'invite', 'acme', 'eve', '--role', 'king'), 2, 'no role')
expect(t('org', 'invite', 'acme', 'eve', '--mail'), 2, 'a name has no mail',
       err='--mail')
check(len(t.json('invite', 'list', 'acme')['invitations']) == 1,
      'none of them is one')

# --- accepted ---
accept('cat', code)
accept('bob', 'abcd-efgh-ijkl')
accept('bob', 'what is this')
accept('zoe', code, 3)
accept('bob', '')
expect(t('invite', 'accept', 'bob', code, '--stdin'), 2,
       'never on the command line')
before = t.sql("SELECT count(*) FROM audit WHERE action = "
               "'invitation.accepted' AND outcome = 'failure'")
check(before == [(4,)], 'each refusal is audited', before)
accept('bob', code.upper().replace('-', ' '), 0)
doc = t.json('member', 'list', 'acme')['members']
check([(m['user'], m['role']) for m in doc] ==
      [('ann', 'owner'), ('bob', 'admin')], 'a member now', doc)
accept('bob', code)
doc = t.json('invite', 'list', 'acme', '--all')['invitations'][0]
check(doc['state'] == 'accepted' and doc['address'] == 'bob'
      and doc['account'] == t.json('user', 'show', 'bob')['id'],
      'and says so', doc)
check(t.json('invite', 'list', 'acme')['invitations'] == [], 'it has ended')

# --- on a terminal ---
doc = t.json('org', 'invite', 'acme', 'cat')
term = Terminal('-s', t.where, 'invite', 'accept', 'cat')
check(term.read_until(b'Invitation code: '), 'the code is asked for',
      term.seen)
term.type(doc['code'].encode() + b'\n')
check(term.wait() == (0, None) and b'cat is member of acme' in term.seen
      and doc['code'].encode() not in term.seen, 'without an echo', term.seen)
term = Terminal('-s', t.where, 'org', 'invite', 'acme', 'fay')
check(term.wait() == (0, None) and '█'.encode() in term.seen
      and term.seen.count(b'\n') < 40, 'a QR code on a terminal', term.seen)

# --- an address of mail ---
doc = t.json('org', 'invite', 'acme', 'Dora@Example.org', '--mail')
check(doc['mailed'] and doc['address'] == 'dora@example.org', '--mail', doc)
event, sealed = t.sql('SELECT event, sealed FROM outbox')[0]
check(event == 'invitation.created' and doc['code'].encode() not in sealed
      and b'dora' not in sealed, 'sealed in the outbox')
accept('dora', doc['code'])
t.sql("UPDATE account SET email_at = 1 WHERE name = 'dora'")
accept('dora', doc['code'], 0)

# --- revoked, run out ---
doc = t.json('org', 'invite', 'acme', 'gil')
expect(t('invite', 'revoke', 'mill', doc['id']), 3, 'not of that one')
expect(t('invite', 'revoke', 'acme', 'x'), 3, 'no id')
check(t.json('invite', 'revoke', 'acme', doc['id'])['state'] == 'revoked',
      'invite revoke')
expect(t('invite', 'revoke', 'acme', doc['id']), 4, 'once')
t('user', 'add', 'gil')
accept('gil', doc['code'])
doc = t.json('org', 'invite', 'acme', 'gil', '--ttl', '1s')
made = t.sql('SELECT max(created_at) FROM invitation')[0][0]
while int(time.time()) <= made:
    time.sleep(0.05)
accept('gil', doc['code'])
doc = t.json('invite', 'list', 'acme', '--all')['invitations']
check(sorted(i['state'] for i in doc if i['address'] == 'gil') ==
      ['expired', 'revoked'], 'has run out', doc)
doc = t.json('org', 'invite', 'acme', 'gil')
t('org', 'delete', 'acme', '--yes')
accept('gil', doc['code'])

# --- into files ---
png, svg = t.dir + '/code.png', t.dir + '/code.svg'
r = t('org', 'invite', 'mill', 'hal', '--png', png, '--svg', svg)
check(r.code == 0 and CODE.search(r.out) is not None
      and open(png, 'rb').read(4) == b'\x89PNG' and 'svg' in open(svg).read(),
      '--png and --svg', r.text())
check(os.stat(png).st_mode & 0o777 == 0o600, 'for nobody else')
expect(t('org', 'invite', 'mill', 'ida', '--png', png), 4, 'not over another')
check(len(t.json('invite', 'list', 'mill')['invitations']) == 1,
      'and nobody was invited')

# --- too many ---
made = 1
while t('org', 'invite', 'mill', 'p%d@example.org' % made).code == 0:
    made += 1
check(made + t.sql("SELECT count(*) FROM invitation WHERE org <> "
                   "(SELECT id FROM org WHERE slug = 'mill')")[0][0] == 20,
      '20 a day of one maker', made)
expect(t('org', 'invite', 'mill', 'q@example.org'), 6, 'is the limit',
       err='within a day')
r = t('invite', 'list', 'mill')
check(r.code == 0 and wide(r.out) == [], 'in 80 columns', r.text())
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit list: filters, pages, names.
from cli import *

t = Trial()
for i in range(60):
    expect(t('user', 'add', 'user%d' % i), 0, 'user %d' % i)
t('user', 'disable', 'user7', '--reason', 'x')
page = t.json('audit', 'list')
check(len(page['entries']) == 50 and page['next'], '50 a page', page['next'])
check(page['entries'][0]['action'] == 'user.disabled', 'newest first')
seen = [e['seq'] for e in page['entries']]
while page['next']:
    page = t.json('audit', 'list', '--before', page['next'])
    seen += [e['seq'] for e in page['entries']]
check(seen == list(range(62, 0, -1)), 'pages have each row once', seen)
r = t('audit', 'list', '--limit', '10')
m = re.search(r'--before ([0-9a-f-]{36})\n$', r.out)
check(r.code == 0 and m is not None, 'the cursor is printed', r.text())
check(t.json('audit', 'list', '--limit', '1', '--before', m.group(1))
      ['entries'][0]['seq'] == 52, 'and goes on where it ended')
check('--before' not in t('audit', 'list', '--limit', '62').out,
      'not on the last page')

one = t.json('audit', 'list', '--user', 'user7')['entries']
check([e['action'] for e in one] == ['user.disabled', 'user.created'] and
      all(e['target_name'] == 'user7' for e in one), '--user', one)
check(len(t.json('audit', 'list', '--action', 'user.disabled')['entries'])
      == 1, '--action')
check(len(t.json('audit', 'list', '--action', 'store.')['entries']) == 1,
      '--action, a whole class')
check(t.json('audit', 'list', '--action', 'nothing.here') ==
      {'entries': [], 'next': None}, 'none of them')
expect(t('audit', 'list', '--action', 'nothing.here'), 0, 'in words',
       out='Nothing')
check(len(t.json('audit', 'list', '--outcome', 'success', '--limit', '99')
          ['entries']) == 62, '--outcome')
check(t.json('audit', 'list', '--outcome', 'failure')['entries'] == [],
      'no failure')
check(t.json('audit', 'list', '--until', '2001-01-01')['entries'] == [],
      '--until')
check(len(t.json('audit', 'list', '--since', '2001-01-01')['entries']) == 50,
      '--since')
check(t.json('audit', 'list', '--since', '2999-01-01')['entries'] == [],
      'in the future')
check(t.json('audit', 'list', '--service', 'sshd')['entries'] == [],
      '--service')
check(t.json('audit', 'list', '--rhost', '192.0.2.1')['entries'] == [],
      '--rhost')
for args in [['--outcome', 'maybe'], ['--limit', '0'], ['--limit', '1001'],
             ['--limit', '5x'], ['--before', '5'], ['--before', 'x.1'],
             ['--before', '1.1'], ['--before', ''], ['--since', 'now'],
             ['--until', '2001-02-29'], ['--since', '5'], ['--since', '0d'],
             ['--action', 'x' * 100], ['--service', 'x' * 100],
             ['--rhost', 'x' * 300], ['--host', 'x' * 300],
             ['--actor', 'uid:' + '1' * 99], ['--actor', 'uid:abc'],
             ['--actor', 'uid:']]:
    expect(t('audit', 'list', *args), 2, 'refused: %s %.9s' % tuple(args))
expect(t('audit', 'list', '--user', 'zoe'), 3, '--user nobody')
expect(t('audit', 'list', '--actor', 'zoe'), 3, '--actor nobody')
expect(t('audit', 'list', '--before', '0190a000-0000-7000-8000-00000000ffff'),
       3, '--before a row that is gone', err='any more')
me = t.json('audit', 'list', '--limit', '1')['entries'][0]['actor']
check(len(t.json('audit', 'list', '--actor', me, '--limit', '99')['entries'])
      == 62, '--actor', me)
check(t.json('audit', 'list', '--actor', 'uid:4711')['entries'] == [],
      'another actor')
check(len(t.json('audit', 'list', '--since', '1h', '--limit', '99')
          ['entries']) == 62, '--since an hour ago')
check(t.json('audit', 'list', '--until', '1h')['entries'] == [],
      '--until an hour ago')

# A row with hostile bytes and more than one person.
a, b = [t.json('user', 'show', n)['id'] for n in ('user1', 'user2')]
t.sql("INSERT INTO audit VALUES ('other', 1, "
      "'0190a000-0000-7000-8000-000000000000', 4000000000, 'login.granted', "
      "'success', ?, ?, ?, '', ?, '', '', 7, ?, x'')", a, b, a,
      'ssh\x1b[2Jd\u202e', '{"x": "\u001b[2J"}')
e = t.json('audit', 'list', '--limit', '1')['entries'][0]
check((e['actor_name'], e['effective_name'], e['target_name']) ==
      ('user1', 'user2', 'user1') and e['host'] == 'other',
      'each person has a name', e)
r = t('audit', 'list', '--limit', '1')
check('\x1b' not in r.out and '\u202e' not in r.out and 'user1' in r.out,
      'a table is escaped', r.out)
r = t('--json', 'audit', 'list', '--limit', '1')
check('\x1b' not in r.out and '\u202e' not in r.out and r.out.isascii(),
      'and so is JSON')
check(len(t.json('audit', 'list', '--user', 'user2')['entries']) == 2,
      'whoever was acted as is found')
check([x['seq'] for x in t.json('audit', 'list', '--host', 'other')
       ['entries']] == [1], '--host')
check(t.json('audit', 'list', '--actor', 'user1')['entries'] == [e],
      '--actor, by name')

# Two hosts, the same second, the same number: no page leaves one out.
for i in range(1, 7):
    t.sql("INSERT INTO audit VALUES (?, 2, ?, 4000000001, 'login.denied', "
          "'failure', '', '', '', '', 'sshd', '', ?, 0, '{}', x'')",
          'host%d' % i, '0190a000-0000-7000-8000-00000000001%d' % i,
          '192.0.2.%d' % (i * 10))
seen, before = [], []
while True:
    page = t('--json', 'audit', 'list', '--action', 'login.denied', '--limit',
             '2', *before).json()
    seen += [x['host'] for x in page['entries']]
    if page['next'] is None:
        break
    before = ['--before', page['next']]
check(seen == ['host%d' % i for i in range(6, 0, -1)], 'pages and hosts',
      seen)
for pattern, n in [('192.0.2.10', 1), ('192.0.2.1*', 1), ('192.0.2.*', 6),
                   ('192.0.2.1', 0), ('192.0.2.5*', 1), ('*', 50)]:
    found = t.json('audit', 'list', '--rhost', pattern)['entries']
    check(len(found) == n, '--rhost ' + pattern, len(found))

# show: by id, by number, by both.
one = t.json('audit', 'list', '--action', 'user.disabled')['entries'][0]
r = t.json('audit', 'show', one['id'])
check({k: r[k] for k in one} == one and r['org_slug'] is None, 'by its id', r)
check(t.json('audit', 'show', '%d' % one['seq']) == r, 'by its number')
check(t.json('audit', 'show', '%s:%d' % (one['host'], one['seq'])) == r,
      'by host and number')
expect(t('audit', 'show', '2'), 4, 'more than one host has it',
       err='more than one')
expect(t('audit', 'show', 'host3:2'), 0, 'which one is said',
       out='(?s)Row:  +host3:2\n.*From:  +192.0.2.30\n')
for no in ['host3:1', 'host9:2', '777', '0190a000-0000-7000-8000-0000000000ff',
           ':7']:
    expect(t('audit', 'show', no), 3, 'no such row: ' + no, err='no row')
for bad in ['x', '', '0', '-1', '1x', 'host3:', 'host3:x', 'h' * 300 + ':1',
            '99999999999999999999']:
    expect(t('audit', 'show', '--', bad), 2, 'no row at all: %.9s' % bad)
r = t('audit', 'show', one['id'])
check(re.search(r'(?m)^Target: +user7 \(', r.out) is not None and
      re.search(r'(?s)Details:\n\{\n  "reason": "x"\n\}\n$', r.out)
      is not None, 'in words', r.out)
r = t('audit', 'show', 'other:1')
check('\x1b' not in r.out and '\u202e' not in r.out, 'escaped', r.out)
t.end()
done()

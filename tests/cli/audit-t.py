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
m = re.search(r'--before (\d+\.\d+)\n$', r.out)
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
             ['--before', '1.'], ['--before', '1.0'], ['--before', '1.1.1'],
             ['--since', 'now'], ['--until', '2001-02-29'],
             ['--action', 'x' * 100], ['--service', 'x' * 100],
             ['--rhost', 'x' * 300]]:
    expect(t('audit', 'list', *args), 2, 'refused: %s %.9s' % tuple(args))
expect(t('audit', 'list', '--user', 'zoe'), 3, '--user nobody')

# A row with hostile bytes and more than one person.
a, b = [t.json('user', 'show', n)['id'] for n in ('user1', 'user2')]
t.sql("INSERT INTO audit VALUES ('other', 1, "
      "'0190a000-0000-7000-8000-000000000000', 4000000000, 'login.granted', "
      "'success', ?, ?, ?, '', ?, '', '', 7, ?)", a, b, a,
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
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Accounts, from added to deleted.
from cli import *

t = Trial()
expect(t('user', 'list'), 0, 'an empty list', out='no users')
expect(t('user', 'add', 'ann', '--email', '  Ann@Example.ORG '), 0,
       'user add', out='password set ann')
u = t.json('user', 'show', 'ann')
check(u['email'] == 'ann@example.org', 'the address is trimmed, lower-cased',
      u)
check(u['state'] == 'active' and u['password'] is None and u['locks'] == []
      and u['open_sessions'] == 0 and u['expires_at'] is None, 'user show', u)
expect(t('user', 'show', 'ann'), 0, 'user show in words',
       out='(?s)Name: +ann\n.*State: +active\n.*Expires: +never')
expect(t('user', 'add', 'ann'), 4, 'a name that is taken', err='already')
for name in ['Ann', '1x', 'a b', 'a:b', 'a/b', '', 'x' * 33, 'a\nb', 'ä',
             '../x', '-x', 'a\x1b[m']:
    r = t('user', 'add', '--', name)
    expect(r, 2, 'the name %r is refused' % name)
    check('\x1b' not in r.err, 'and said without its bytes')
check(t('user', 'add', b'\xff\xfe').code == 2, 'a name of no UTF-8')
expect(t('user', 'add', 'x' * 32), 0, 'a name of 32 bytes')
for mail in ['x', '@b', 'a@', 'a@b@c', 'a b@c', 'a@.b', 'a@b.',
             'a@' + 'b' * 300]:
    expect(t('user', 'add', 'bob', '--email', mail), 2,
           'the address %r is refused' % mail[:20])
for date in ['2026-02-30', '2026-13-01', '26-01-01', 'tomorrow', '',
             '2026-01-01T00:00:00', '2026-01-01T24:00:00Z',
             '2026-01-01T00:60:00Z', ' 2026-01-01', '2026-01-01 ',
             '1969-12-31', '2026-1-1', '+026-01-01']:
    expect(t('user', 'add', 'bob', '--expires', date), 2,
           'the date %r is refused' % date)
expect(t('user', 'show', 'bob'), 3, 'nothing of it made a user')
expect(t('user', 'add', 'bob', '--expires', '2001-02-03'), 0,
       'an expiry in the past')
u = t.json('user', 'show', 'bob')
check(u['expired'] and u['expires_at'] == '2001-02-03T00:00:00Z',
      'has expired', u)
expect(t('user', 'list'), 0, 'the list says so', out='bob +expired')
expect(t('user', 'expire', 'bob', '2999-12-31T23:59:59Z'), 0, 'user expire')
check(t.json('user', 'show', 'bob')['expires_at'] == '2999-12-31T23:59:59Z',
      'to the second')
expect(t('user', 'expire', 'bob', 'never'), 0, 'never')
expect(t('user', 'expire', 'bob', 'Never'), 2, 'Never is no date')
expect(t('user', 'expire', 'zoe', 'never'), 3, 'of nobody')

expect(t('user', 'disable', 'ann'), 2, 'a reason is wanted', err='--reason')
expect(t('user', 'disable', 'ann', '--reason', ''), 2, 'not an empty one')
expect(t('user', 'disable', 'ann', '--reason', 'x' * 257), 2, 'nor a novel')
expect(t('user', 'disable', 'ann', '--reason', 'left \x1b]0;x\x07 "us"'), 0,
       'user disable')
r = t('user', 'show', 'ann')
check('\x1b' not in r.out and '\\x1b' in r.out and 'disabled' in r.out,
      'the reason is shown, escaped', r.text())
check(t.json('user', 'show', 'ann')['reason'] == 'left \x1b]0;x\x07 "us"',
      'whole in JSON')
expect(t('user', 'disable', 'ann', '--reason', 'again'), 4, 'once only',
       err='disabled already')
expect(t('user', 'enable', 'ann'), 0, 'user enable')
expect(t('user', 'enable', 'ann'), 4, 'once only', err='active already')
check(t.json('user', 'show', 'ann')['reason'] is None, 'the reason is gone')

expect(t('user', 'rename', 'ann', 'bob'), 4, 'to a name that is taken')
expect(t('user', 'rename', 'ann', 'Eve'), 2, 'to a bad name')
expect(t('user', 'rename', 'zoe', 'eve'), 3, 'of nobody')
expect(t('user', 'rename', 'ann', 'eve'), 0, 'user rename')
expect(t('user', 'show', 'ann'), 3, 'the old name is nobody')
eve = t.json('user', 'show', 'eve')
entries = t.json('audit', 'list', '--user', 'eve')['entries']
check([e['action'] for e in entries] ==
      ['user.renamed', 'user.enabled', 'user.disabled', 'user.created'],
      'the audit of all that', entries)
check(all(e['target'] == eve['id'] and e['target_name'] == 'eve'
          for e in entries), 'by id, with the name of today')
check('ann' not in json.dumps(t.audit()), 'no name stands in a row',
      t.audit())

expect(t('user', 'delete', 'eve'), 2, 'no terminal to confirm on',
       err='--yes')
expect(t('user', 'delete', 'eve', '--yes', '--grace', '-1'), 2, 'bad days')
expect(t('user', 'delete', 'eve', '--yes', '--grace', '99999'), 2,
       'too many days')
expect(t('user', 'delete', 'zoe', '--yes'), 3, 'of nobody')
expect(t('user', 'delete', 'eve', '--yes'), 0, 'user delete',
       out='user undelete eve')
u = t.json('user', 'show', 'eve')
check(u['state'] == 'pending' and u['delete_at'] is not None, 'is pending',
      u)
expect(t('user', 'delete', 'eve', '--yes'), 4, 'once only')
expect(t('user', 'disable', 'eve', '--reason', 'x'), 4, 'nor disabled')
expect(t('user', 'add', 'eve'), 4, 'the name is still taken',
       err='user undelete')
expect(t('user', 'enable', 'eve'), 4, 'enable is not for that',
       err='user undelete')
expect(t('user', 'undelete', 'eve'), 0, 'undelete brings it back')
expect(t('user', 'delete', 'eve', '--yes', '--grace', '3'), 0, 'again')
t.sql('UPDATE account SET delete_at = 1000 WHERE name = ?', 'eve')
expect(t('user', 'show', 'eve'), 3, 'a deletion that is due is one')
check('eve' not in t('user', 'list').out, 'nor is it listed')
expect(t('user', 'undelete', 'eve'), 3, 'nor brought back')
expect(t('user', 'add', 'eve'), 0, 'and its name is free')
check(t.json('user', 'show', 'eve')['id'] != eve['id'], 'for somebody new')
check(t.audit()[-2][0] == 'user.deleted', 'that is audited', t.audit()[-2:])
e = t.json('audit', 'list', '--user', eve['id'], '--limit', '1')['entries']
check(e[0]['actor'] == 'system' and e[0]['target_name'] == 'eve',
      'as done by nobody; the deleted one is found by id', e)
expect(t('password', 'set', 'eve', '--stdin', data='correct horse 1\n'), 0,
       'a password')
expect(t('user', 'delete', 'eve', '--yes', '--grace', '0'), 0, 'now',
       out='Deleted')
check(t.sql('SELECT count(*) FROM password') == [(0,)],
      'its password is forgotten')

d = t.json('user', 'list')
check([u['name'] for u in d['users']] == ['bob', 'x' * 32],
      'user list is in order', d)

# Root in the store: no slip of the finger shuts it out.
doings = [(['disable', 'root', '--reason', 'x'], 'is disabled'),
          (['expire', 'root', '2001-01-01'], 'has expired'),
          (['delete', 'root'], 'is deleted'),
          (['delete', 'root', '--grace', '0'], 'is deleted')]
for words, what in doings:
    expect(t('user', *words), 3, 'no root is there: user ' + words[0])
r = t('user', 'add', 'root')
expect(r, 0, 'user add root', out='Added',
       err='warning: .*password set root now')
r = t('policy', 'check')
expect(r, 6, 'without a password it strands root',
       out='error: strands root: .*password set root')
expect(t('policy', 'add', '--deny', '--user', 'eve', '--at', '1'), 0,
       'rules can be changed all the same', err='warning: strands root')
expect(t('policy', 'remove', '1'), 0, 'and back')
expect(t('password', 'set', 'root', '--stdin', data='correct horse 2\n'), 0,
       'its password')
expect(t('policy', 'check'), 0, 'and all is well')
for words, what in doings:
    expect(t('user', *words), 6, 'user %s root is refused' % words[0],
           err='(?s)root.*' + what + '.*--yes')
u = t.json('user', 'show', 'root')
check(u['state'] == 'active' and u['expires_at'] is None, 'it is as it was', u)
expect(t('user', 'expire', 'root', 'never'), 0, 'never is no harm')
for words, back in [(doings[0][0], ['enable', 'root']),
                    (doings[1][0], ['expire', 'root', 'never']),
                    (doings[2][0], ['undelete', 'root'])]:
    expect(t('user', *words, '--yes'), 0, 'user %s root --yes' % words[0])
    expect(t('policy', 'check'), 6, 'policy check says so',
           out='error: strands root: .*sigractl user ' + ' '.join(back))
    expect(t('user', *back), 0, 'and back')
    expect(t('policy', 'check'), 0, 'all is well')
expect(t('user', 'delete', 'root', '--grace', '0', '--yes'), 0, 'for good')
expect(t('policy', 'check'), 6, 'a deleted root is refused, and stranded',
       out='error: strands root: .*sigractl user add root')
t('user', 'add', 'toor')
expect(t('user', 'rename', 'toor', 'root'), 0, 'to be called root',
       err='warning: .*password set root now')
expect(t('user', 'rename', 'root', 'toor'), 0, 'and no more')
expect(t('user', 'delete', 'toor', '--grace', '0', '--yes'), 0, 'and gone')

# The confirmation on a terminal.
term = Terminal('-s', t.where, 'user', 'delete', 'bob')
check(term.read_until(b'Type the name again to delete bob: '), 'it asks')
term.type(b'bbo\n')
code = term.wait()
check(code == (1, None) and b'nothing was deleted' in term.seen,
      'a wrong answer deletes nothing', (code, term.seen))
check(t.json('user', 'show', 'bob')['state'] == 'active', 'nothing')
term = Terminal('-s', t.where, 'user', 'delete', 'bob')
term.read_until(b'bob: ')
term.type(b'bob\n')
code = term.wait()
check(code == (0, None), 'the name does', (code, term.seen))
check(t.json('user', 'show', 'bob')['state'] == 'pending', 'and deletes')

# Hostile bytes that got into the store all the same.
t.sql("UPDATE account SET email = CAST(x'ff1b5b324a' AS TEXT)")
r = t('user', 'list')
check(r.code == 0 and '\x1b' not in r.out and '\\xff\\x1b' in r.out,
      'bytes of the store are escaped', r.text())
check(t.json('user', 'list')['users'][0]['email'] == '\\xff\\x1b[2J',
      'and are still JSON')
t.end()
done()

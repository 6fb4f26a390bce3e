#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Organizations and their members, as an administrator runs them.
from cli import *
import fcntl
import struct
import termios
import uuid

t = Trial()
for name in ('ann', 'bob', 'cat', 'root'):
    t('user', 'add', name)

# --- what it may be called ---
expect(t('org', 'list'), 0, 'none', out='^There are no organizations.\n$')
expect(t('org', 'add', 'acme', '--name', 'Acme Zoë', '--owner', 'ann'), 0,
       'org add', out='^Added organization acme, owned by ann.\n$')
for bad in ('ab', 'Acme', '1st', '-abc', 'abc-', 'a_b', 'a b', 'ä' * 5,
            'a' * 64, 'x\n', ''):
    expect(t('org', 'add', '--', bad), 2, 'no slug: %r' % bad)
for word in ('admin', 'api', 'root', 'sigra', 'system'):
    expect(t('org', 'add', word), 2, word + ' is reserved', err='reserved')
page = open(os.path.join(os.path.dirname(__file__), '..', '..', 'man',
                         'sigractl.8'), encoding='utf-8').read()
said = re.search(r'These 26 words are reserved:\n(.*?)\.\n', page,
                 re.S)
words = re.findall(r'[a-z]+', re.sub(r'^\.Ql ', '', said.group(1),
                                     flags=re.M)) if said else []
check(len(set(words)) == 26, 'sigractl(8) lists them', words)
for word in words:
    check(t('org', 'add', word).code == 2, 'and %s is one' % word)
expect(t('org', 'add', 'a' * 63), 0, 'the longest')
expect(t('org', 'add', 'acme'), 4, 'one is there', err='not free')
expect(t('org', 'add', 'mill', '--owner', 'zoe'), 3, 'an owner who is not')
expect(t('org', 'add', 'mill', '--owner', 'root'), 6, 'root is none')
expect(t('org', 'show', 'mill'), 3, 'and nothing was added')
for bad in ('', ' x', 'a\tb', 'x' * 129, b'\xff\xfe', '\u202eabc'):
    expect(t('org', 'rename', 'acme', bad), 2, 'no name: %r' % bad)
expect(t('org', 'rename', 'acme', 'x' * 128), 0, 'the longest name')
expect(t('org', 'rename', 'acme', 'Acme & Söhne'), 0, 'a short one')
doc = t.json('org', 'show', 'acme')
check(doc['slug'] == 'acme' and doc['name'] == 'Acme & Söhne'
      and doc['members'] == doc['owners'] == 1 and not doc['personal']
      and not doc['require_mfa'] and doc['words'] is None, 'org show', doc)
expect(t('org', 'show', 'acme'), 0, 'in words', out='Name: +Acme & Söhne')
expect(t('org', 'list', env=environment(LC_ALL='C')), 0, 'in C',
       out=r'Acme & S\\xc3\\xb6hne')
for name in ('nix', "x' OR '1'='1", 'x' * 300, ''):
    expect(t('org', 'show', name), 3, 'none of that slug: %r' % name[:20],
           err='there is no organization')

# --- slugs change ---
expect(t('org', 'set-slug', 'acme', 'apex'), 0, 'org set-slug',
       out='answers for 7 days')
check(t.json('org', 'show', 'acme')['slug'] == 'apex', 'the old one answers')
expect(t('org', 'add', 'acme'), 4, 'and is not free yet', err='7 days')
t.sql('UPDATE org_past SET until = until - 7 * 86400')
expect(t('org', 'show', 'acme'), 3, 'for a week')
expect(t('org', 'add', 'acme'), 0, 'then it is free')

# --- what it asks of members ---
expect(t('org', 'set', 'apex'), 2, 'say what')
expect(t('org', 'set', 'apex', '--require-mfa', 'maybe'), 2, 'yes or no')
expect(t('org', 'set', 'apex', '--require-mfa', 'yes', '--words', 'apex'), 0,
       'org set', out='second factor')
doc = t.json('org', 'show', 'apex')
check(doc['require_mfa'] and doc['words'] == 'apex', 'is set', doc)
expect(t('org', 'set', 'apex', '--words', 'x' * 256), 2, 'words too long')
expect(t('org', 'set', 'apex', '--words', ''), 0, 'none', out='none')
check(t.json('org', 'show', 'apex')['require_mfa'], 'the other one stays')
words = 'policy', 'explain', 'ann', '--service', 'sshd'
expect(t(*words), 0, 'policy explain knows why a code is asked for',
       out='Active: +apex\n(.*\n)*Needs: +a second factor, for its '
       'organization\n')
doc = t.json(*words)['facts']
check((doc['org'], doc['second'], doc['unenrolled']) ==
      ('apex', 'organization', 'enroll'), 'likewise', doc)

# --- members ---
expect(t('member', 'add', 'apex', 'bob'), 0, 'member add',
       out='^bob is member of apex.\n$')
expect(t('member', 'add', 'apex', 'bob', '--role', 'admin'), 4, 'once')
expect(t('member', 'add', 'apex', 'cat', '--role', 'boss'), 2, 'no role')
expect(t('member', 'add', 'apex', 'zoe'), 3, 'nobody')
expect(t('member', 'add', 'apex', 'root'), 6, 'not root', err='root')
expect(t('member', 'add', 'nixx', 'cat'), 3, 'nowhere')
expect(t('member', 'role', 'apex', 'bob', 'admin'), 0, 'member role',
       out='^bob is admin of apex now.\n$')
expect(t('member', 'role', 'apex', 'cat', 'admin'), 3, 'no member')
expect(t('member', 'role', 'apex', 'bob', 'king'), 2, 'no role')
doc = t.json('member', 'list', 'apex')
check(doc['org'] == 'apex' and [(m['user'], m['role'])
                                for m in doc['members']] ==
      [('ann', 'owner'), ('bob', 'admin')], 'member list', doc)
expect(t('member', 'remove', 'apex', 'ann'), 6, 'the last owner stays',
       err="sole owner of 'apex'")
expect(t('member', 'role', 'apex', 'ann', 'member'), 6, 'and stays owner')
expect(t('user', 'delete', 'ann', '--yes'), 6, 'and is not deleted',
       err="sole owner of 'apex'")
ids = dict(t.sql('SELECT name, id FROM account'))
orgs = dict(t.sql('SELECT slug, id FROM org'))
now = int(time.time())
for who, org in (('bob', 'apex'), ('bob', 'apex'), ('bob', ''),
                 ('ann', 'apex')):
    t.sql('INSERT INTO session (id, account, login, service, tty, rhost, '
          'factors, host, boot, pid, pid_start, opened_at, closed_at, org) '
          "VALUES (?, ?, '', 'sshd', '', '', '', '', '', 1, 1, ?, 0, ?)",
          str(uuid.uuid4()), ids[who], now, orgs.get(org, ''))
doc = t.json('member', 'remove', 'apex', 'bob')
check(doc['user'] == 'bob' and doc['sessions'] == 2, 'member remove', doc)
check(t.sql('SELECT count(*) FROM session WHERE closed_at = 0') == [(2,)],
      'ends the sessions in its name, and no others')
expect(t('member', 'remove', 'apex', 'bob'), 3, 'once')
row = t.sql("SELECT action, org, target FROM audit ORDER BY seq DESC")[0]
check(row == ('member.removed', orgs['apex'], ids['bob']), 'audited', row)

# --- for one alone, another is as none ---
check(t('--org', 'apex', 'org', 'show', 'apex').out ==
      t('org', 'show', 'apex').out, '--org, and its own')
for words in (('org', 'show'), ('member', 'list'), ('invite', 'list'),
              ('service', 'list'), ('org', 'set', '--words', 'x'),
              ('org', 'delete', '--yes')):
    said = [t('--org', 'apex', *words, slug) for slug in ('acme', 'nixx')]
    check({(r.code, r.out, r.err.replace('nixx', 'acme')) for r in said} ==
          {(3, '', "sigractl: there is no organization 'acme' that you "
            'administer\n')}, '--org and another: ' + ' '.join(words),
          said[0].text() + said[1].text())

# --- one's own ---
expect(t('user', 'add', 'dan', '--personal-org'), 0, '--personal-org',
       out='^Added user dan and organization dan[.]')
check(t.json('org', 'show', 'dan')['personal'], 'is personal')
expect(t('user', 'add', 'mill', '--personal-org'), 0, 'another')
expect(t('user', 'add', 'admin', '--personal-org'), 0, 'a word reserved',
       out='organization admin-org[.]')
expect(t('user', 'add', 'x', '--personal-org'), 0, 'too short',
       out='organization x-org[.]')
expect(t('user', 'delete', 'dan', '--now', '--yes'), 0, 'goes with its owner')
expect(t('org', 'show', 'dan'), 3, 'it is gone')

# --- the end ---
t('policy', 'add', '--deny', '--org', 'apex', '--at', '1')
expect(t('org', 'delete', 'apex', '--yes'), 6, 'a rule is about it',
       err='rule 1 is about')
t('policy', 'remove', '1')
expect(t('org', 'delete', 'apex'), 2, 'nobody is there', err='--yes')
expect(t('org', 'delete', 'nixx'), 3, 'nobody is asked about nothing')
term = Terminal('-s', t.where, 'org', 'delete', 'apex')
check(term.read_until(b'again to delete apex: '), 'is asked', term.seen)
term.type(b'acme\n')
check(term.wait() == (1, None), 'another slug is a no', term.seen)
term = Terminal('-s', t.where, 'org', 'delete', 'apex')
term.read_until(b'again to delete apex: ')
term.type(b'apex\n')
check(term.wait() == (0, None), 'the slug is a yes', term.seen)
expect(t('org', 'show', 'apex'), 3, 'it is gone')
check(t.sql('SELECT count(*) FROM session WHERE closed_at = 0') == [(1,)],
      'with the sessions in its name')
check([a for a, _ in t.audit()].count('org.deleted') == 2, 'audited')
expect(t('user', 'delete', 'ann', '--yes'), 0, 'who owns nothing may go')

# --- many, and narrow ---
con = sqlite3.connect(t.db)
con.executemany('INSERT INTO org VALUES (?, ?, ?, ?, 0, 0, ?, 0, 1, 0, 0)',
                [(str(uuid.uuid4()), 'team-%04d' % i, 'Team %d' % i, '', now)
                 for i in range(1000)])
con.commit()
con.close()
began = time.monotonic()
doc = t.json('org', 'list')
print('# list of %d: %.2f s' % (len(doc['orgs']), time.monotonic() - began))
slugs = [o['slug'] for o in doc['orgs']]
check(len(slugs) > 1000 and slugs == sorted(slugs), '1,000 of them, in order')


def narrow(*words):
    term = Terminal('-s', t.where, *words)
    fcntl.ioctl(term.fd, termios.TIOCSWINSZ,
                struct.pack('HHHH', 24, 80, 0, 0))
    term.wait()
    text = term.seen.decode()
    check(text != '' and wide(text) == [], '80 columns: ' + ' '.join(words),
          wide(text))


t('org', 'rename', 'a' * 63, 'y' * 128)
t('user', 'add', 'b' * 32)
t('member', 'add', 'a' * 63, 'b' * 32)
narrow('org', 'list')
narrow('member', 'list', 'a' * 63)
t.end()
done()

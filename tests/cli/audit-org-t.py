#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Reading the audit of one organization: nothing of another is to be seen.
import pwd
import uuid

from cli import *

if os.getuid() != 0 or open('/proc/self/loginuid').read() != '4294967295':
    print('1..0 # SKIP needs to be root, and nobody behind it')
    sys.exit(0)

conf = machine()
if not conf:
    print('1..0 # SKIP no namespaces here')
    sys.exit(0)

# ADA is an admin of acme, MEG a member; FOE is an admin of other.
ADA, MEG, FOE = [p.pw_name for p in pwd.getpwall() if 0 < p.pw_uid < 65000
                 and re.fullmatch('[a-z]{2,9}', p.pw_name)][:3]
t = Trial()
os.chmod(t.dir, 0o755)
with open(conf, 'w') as f:
    f.write('[store]\nwhere = %s\nkey = %s\n' % (t.where, t.key))


def behind(name):
    return environment(SUDO_UID=str(pwd.getpwnam(name).pw_uid))


def own(name, *args, slug='acme'):
    return call('--org', slug, *args, env=behind(name))


def account(name):
    return t.sql('SELECT id FROM account WHERE name = ?', name)[0][0]


for name in (ADA, MEG, FOE):
    check(call('user', 'add', name).code == 0, 'an account: ' + name)
orgs = {}
for slug, members in (('acme', {ADA: 2, MEG: 3}), ('other', {FOE: 2})):
    orgs[slug] = str(uuid.uuid4())
    t.sql('INSERT INTO org (id, slug, name, words, personal, require_mfa, '
          "created_at, deleted_at, version) VALUES (?, ?, ?, '', 0, 0, 1, 0, "
          '1)', orgs[slug], slug, slug)
    for name, role in members.items():
        t.sql('INSERT INTO member (org, account, role, joined_at, used_at) '
              'VALUES (?, ?, ?, 1, 0)', orgs[slug], account(name), role)
ids = {}
for seq in range(1, 13):
    ids[seq] = str(uuid.uuid4())
    slug = ('acme', 'other', '')[seq % 3]
    t.sql("INSERT INTO audit VALUES ('web', ?, ?, ?, 'login.denied', "
          "'failure', '', '', ?, ?, 'sshd', '', ?, 0, '{}', x'')", seq,
          ids[seq], int(time.time()) - 60, account(MEG), orgs.get(slug, ''),
          '192.0.2.%d' % seq)
MINE = [3, 6, 9, 12]
HIS = [1, 4, 7, 10]


def seqs(result, member=None):
    lines = [json.loads(x) for x in result.out.splitlines()] if not member \
        else result.json()[member]
    return sorted(x['seq'] for x in lines)


r = own(ADA, '--json', 'audit', 'list')
check(r.code == 0 and seqs(r, 'entries') == MINE, 'list', r.text())
r = own(ADA, '--json', 'audit', 'list', '--rhost', '192.0.2.*')
check(seqs(r, 'entries') == MINE, 'list, by source', r.text())
r = own(ADA, '--json', 'audit', 'list', '--rhost', '192.0.2.4')
check(seqs(r, 'entries') == [], 'list, by a source of others', r.text())
r = own(ADA, '--json', 'audit', 'list', '--user', MEG)
check(seqs(r, 'entries') == MINE, 'list, by user', r.text())
r = own(ADA, '--json', 'audit', 'tail')
check(r.code == 0 and seqs(r) == MINE, 'tail', r.text())
r = own(ADA, 'audit', 'export', '--format', 'jsonl')
check(r.code == 0 and seqs(r) == MINE, 'export', r.text())
r = own(ADA, '--json', 'audit', 'stats')
check(r.code == 0 and r.json()['failures'] == 4 and
      sorted(s['source'] for s in r.json()['sources']) ==
      sorted('192.0.2.%d' % s for s in MINE), 'stats', r.text())
r = own(FOE, 'audit', 'export', '--format', 'jsonl', slug='other')
check(seqs(r) == HIS, 'each its own', r.text())
r = call('--org', 'acme', 'audit', 'export', '--format', 'jsonl')
check(seqs(r) == MINE, 'root, too, sees no more than it asks for', r.text())

# What is another's is as what is not there.
none = str(uuid.uuid4())
for row, absent in ((ids[4], none), ('web:4', 'web:99'), ('4', '99'),
                    (ids[5], none), ('web:5', 'web:99')):
    a, b = own(ADA, 'audit', 'show', row), own(ADA, 'audit', 'show', absent)
    expect(a, 3, 'show of another row: ' + row)
    check(a.err.replace(row, '') == b.err.replace(absent, '') and
          b.code == 3, 'no different from one that is not there', a.err)
r = own(ADA, '--json', 'audit', 'show', 'web:6')
check(r.code == 0 and r.json()['org_slug'] == 'acme', 'the own ones', r.text())
check(own(ADA, '--json', 'audit', 'show', '6').json() == r.json(),
      'by number, too')
a, b = [own(ADA, 'audit', 'list', '--before', x) for x in (ids[4], none)]
expect(a, 3, 'nor does a cursor tell')
check(a.err.replace(ids[4], '') == b.err.replace(none, ''), 'anything', a.err)
expect(own(ADA, 'audit', 'list', '--user', FOE), 3, 'nobody of another')
expect(own(ADA, 'audit', 'stats', '--user', FOE), 3, 'nor here')
for words in (['list'], ['show', 'web:6'], ['tail'],
              ['export', '--format', 'csv'], ['stats']):
    expect(own(MEG, 'audit', *words), 5, 'no member: ' + words[0])
    expect(own(FOE, 'audit', *words), 3, 'nor anybody else: ' + words[0])
    expect(call('audit', *words, env=behind(ADA)), 5,
           'nor without --org: ' + words[0])

# Files are the actor's.
place = t.dir + '/place'
os.mkdir(place)
os.chown(place, pwd.getpwnam(ADA).pw_uid, -1)
expect(own(ADA, 'audit', 'export', '--format', 'csv', '--output',
           place + '/a.csv'), 0, 'a file')
expect(own(ADA, 'audit', 'stats', '--svg', place + '/a.svg', '--html',
           place + '/a.html'), 0, 'and two more')
for name in ('a.csv', 'a.svg', 'a.html'):
    sb = os.stat(place + '/' + name)
    check(sb.st_uid == pwd.getpwnam(ADA).pw_uid and
          sb.st_mode & 0o777 == 0o600, 'the own: ' + name)
root = t.dir + '/root'
os.mkdir(root, 0o755)
expect(own(ADA, 'audit', 'export', '--format', 'csv', '--output',
           root + '/a.csv'), 5, 'none where he may not')
expect(own(ADA, 'audit', 'stats', '--html', root + '/a.html'), 5,
       'of either kind')
check(os.listdir(root) == [], 'and no trace')

# A disk that is full: not all of it is nothing of it.
small = t.dir + '/small'
os.mkdir(small)
con = sqlite3.connect(t.db)
con.executemany(
    "INSERT INTO audit VALUES ('big', ?, ?, 1, 'a.b', 'success', '', '', '', "
    "'', '', '', '', 0, ?, x'')",
    ((i, str(uuid.uuid4()), json.dumps({'x': 'y' * 500}))
     for i in range(1, 401)))
con.commit()
con.close()
subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', small],
               check=True)
for form in ('csv', 'jsonl'):
    expect(call('audit', 'export', '--format', form, '--output',
                small + '/a'), 1, 'a full disk', err='No space left')
    check(os.listdir(small) == [], 'leaves no file', os.listdir(small))
subprocess.run(['umount', small], check=True)

# Who may not see it any more sees no more of it.
p = subprocess.Popen([SIGRACTL, '--org', 'acme', '--json', 'audit', 'tail',
                      '--follow', '--lines', '1'], stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, env=behind(ADA))
check(json.loads(p.stdout.readline())['seq'] == 12, 'one follows')
con = sqlite3.connect(t.db)
con.execute('UPDATE member SET role = 3 WHERE org = ? AND account = ?',
            (orgs['acme'], account(ADA)))
con.execute("INSERT INTO audit VALUES ('web', 13, ?, 4000000000, 'a.b', "
            "'success', '', '', '', ?, '', '', '', 0, '{}', x'')",
            (str(uuid.uuid4()), orgs['acme']))
con.commit()
con.close()
out, err = p.communicate(timeout=60)
check(p.returncode == 5 and out == b'', 'until he may not', (out, err))
t.end()
done()

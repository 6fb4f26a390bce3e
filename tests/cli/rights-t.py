#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Who may do what behind sudo: roles, organizations, fresh proofs, and how it
# all begins.  Logins and organizations are written into the store.
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

BOOT = open('/proc/sys/kernel/random/boot_id').read().strip()
# Whoever has an account: ADA is an admin of acme, MEG a member, OLE its owner.
# LEN is in it and in other, NED in none, AMY will administer everything.
NAMES = [p.pw_name for p in pwd.getpwall()
         if 0 < p.pw_uid < 65000 and re.fullmatch('[a-z]{2,9}', p.pw_name)]
ADA, MEG, OLE, LEN, NED, AMY, FOE = NAMES[:7]
t = Trial()
with open(conf, 'w') as f:
    f.write('[store]\nwhere = %s\nkey = %s\n' % (t.where, t.key))


def sudo(name, *args, **more):
    uid = pwd.getpwnam(name).pw_uid
    return call(*args, env=environment(SUDO_UID=str(uid)), **more)


def own(name, *args, **more):
    return sudo(name, '--org', 'acme', *args, **more)


def root(*args, **more):
    return call(*args, **more)


def account(name):
    return t.sql('SELECT id FROM account WHERE name = ?', name)[0][0]


def org(slug, personal=0, **members):
    one = str(uuid.uuid4())
    t.sql('INSERT INTO org (id, slug, name, words, personal, require_mfa, '
          'created_at, deleted_at, version) VALUES (?, ?, ?, ?, ?, 0, 1, 0, '
          '1)', one, slug, slug, '', personal)
    for name, role in members.items():
        t.sql('INSERT INTO member (org, account, role, joined_at, used_at) '
              'VALUES (?, ?, ?, 1, 0)', one, account(name), role)
    return one


def login(name, age=1, ruid=None, uptime=None, boot=BOOT, acting='',
          keep=False):
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    if not keep:
        t.sql('DELETE FROM login')
    t.sql('INSERT INTO login (id, account, rule, user, service, source, boot, '
          'factors, at, consumed_at, ruid, uptime, impersonator) VALUES '
          '(?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)', str(uuid.uuid4()),
          account(name), str(uuid.uuid4()), name, 'sudo', 'console', boot,
          'password', int(time.time()) - age,
          pwd.getpwnam(name).pw_uid if ruid is None else ruid,
          int(now) - age if uptime is None else uptime, acting)


def names(result):
    return sorted(u['name'] for u in result.json()['users'])


for name in (ADA, MEG, OLE, LEN, NED, AMY, FOE):
    check(root('user', 'add', name).code == 0, 'an account: ' + name)

# Before anybody is granted anything, and there is no organization.
expect(sudo(NED, 'user', 'list'), 0, 'root by sudo is root at first')
expect(call('user', 'list', env=environment(SUDO_UID='64999')), 0,
       'without an account, too')
expect(call('user', 'list', env=environment(SUDO_UID='0')), 0,
       'root by way of root')
expect(sudo(NED, 'store', 'check'), 0, 'it checks the store')
expect(sudo(NED, 'org', 'add', 'acme'), 6, 'but it adds no organization',
       err='first: sigractl admin grant YOURSELF')
expect(sudo(NED, 'member', 'add', 'acme', MEG), 3, 'nor is there one')
for how in (('user', 'disable', NED, '--reason', 'x'),
            ('user', 'expire', NED, '2020-01-01'),
            ('user', 'delete', NED, '--yes')):
    expect(root(*how), 0, ' '.join(how[:2]))
    expect(sudo(NED, 'user', 'list'), 5, 'whose account is not good, is '
           'nobody', err='administrators')
    back = {'disable': ('user', 'enable', NED),
            'expire': ('user', 'expire', NED, 'never'),
            'delete': ('user', 'undelete', NED)}[how[1]]
    expect(root(*back), 0, ' '.join(back[:2]))
t.sql('UPDATE account SET state = 4 WHERE name = ?', NED)
expect(sudo(NED, 'user', 'list'), 5, 'who was deleted is nobody, too',
       err='administrators')
t.sql('UPDATE account SET state = 1 WHERE name = ?', NED)
mine = org('mine', personal=1, **{NED: 1, MEG: 1})
expect(sudo(NED, 'user', 'list'), 0, 'personal ones do not count')
expect(sudo(NED, '--org', 'mine', 'user', 'list'), 5, 'nobody is first for '
       'an organization')
gone = org('gone')
t.sql('UPDATE org SET deleted_at = 2 WHERE id = ?', gone)
expect(sudo(NED, 'user', 'list'), 5, 'one that was there is enough',
       err='administrators')
t.sql('DELETE FROM org WHERE id = ?', gone)

acme = org('acme', **{ADA: 2, MEG: 3, OLE: 1, LEN: 3})
other = org('other', **{LEN: 3, FOE: 2})
expect(sudo(ADA, 'user', 'list'), 5, 'with one there is nobody first',
       err='administrators')
expect(sudo(NED, 'user', 'list'), 5, 'nor whoever belongs to none')
expect(sudo(ADA, 'store', 'check'), 5, 'to check the store', err='root itself')

# Nobody brings a configuration of his own, or learns what files hold.
bare = t.dir + '/secret'
with open(bare, 'w') as f:
    f.write('[hush-hush]\nx = 1\n')
os.chmod(t.dir, 0o755)
for words in (('user', 'list'), ('doctor',), ('help',)):
    r = sudo(ADA, '-c', bare, *words)
    expect(r, 5, 'no -c behind sudo: ' + words[0], err='-c is not for sudo')
    check('hush' not in r.text(), 'not a word of it', r.text())
expect(own(ADA, '-c', conf, 'user', 'list'), 0, 'but the installed one')
os.rename(conf, conf + '.good')
shutil.copy(bare, conf)
r = own(ADA, 'user', 'list')
expect(r, 7, 'a broken one', err='sigractl doctor')
check('hush' not in r.text(), 'is not quoted, either', r.text())
expect(root('user', 'list'), 7, 'but to root', err='hush-hush')
os.rename(conf + '.good', conf)

# In an organization.
r = own(ADA, '--json', 'user', 'list')
check(r.code == 0 and names(r) == sorted([ADA, MEG, OLE, LEN]),
      'an admin sees its people', r.text())
expect(own(MEG, 'user', 'list'), 5, 'a member does not',
       err='admins and owners')
expect(own(ADA, 'policy', 'list'), 5, 'what is for no organization',
       err='not for one organization')
expect(own(ADA, 'user', 'show', MEG), 0, 'a colleague')
foreign, absent = (own(ADA, 'user', 'show', n) for n in (FOE, 'x' * len(FOE)))
expect(foreign, 3, 'a foreign user is none')
check(foreign.err.replace(FOE, '?') == absent.err.replace('x' * len(FOE), '?')
      and absent.code == 3, 'and told from an absent one by nothing',
      foreign.text() + absent.text())
said = [sudo(ADA, '--org', s, 'user', 'list') for s in ('other', 'nixda')]
check(said[0].code == 3 and said[1].code == 3 and
      said[0].err.replace('other', '?') == said[1].err.replace('nixda', '?'),
      'nor is a foreign organization', said[0].text() + said[1].text())
for slug in ('', 'x' * 500, 'ACME', "'; --", '\N{SNOWMAN}'):
    expect(sudo(ADA, '--org', slug, 'user', 'list'), 3,
           'no organization: %.6r' % slug, err='there is no organization')
expect(own(ADA, '--org', 'acme', 'user', 'list'), 2, '--org twice',
       err='twice')
expect(sudo(ADA, 'user', 'list', '--org'), 2, '--org without a value')
expect(sudo(MEG, '--org', 'mine', 'user', 'list'), 5,
       'in a personal one there is nothing to administer')
expect(own(AMY, 'user', 'list'), 3, 'who is not of it is told nothing')
r = root('--org', 'acme', '--json', 'user', 'list')
check(r.code == 0 and len(names(r)) == 4, 'and root sees no more by it',
      r.text())
expect(root('--org', 'nixda', 'user', 'list'), 3, 'no such one for root')
r = t('--org', 'acme', '--json', 'user', 'list')
check(r.code == 0 and len(names(r)) == 4, 'in a trial as well', r.text())
for words in (('doctor',), ('help',), ('init',), ('calibrate',),
              ('answer',)):
    expect(own(ADA, *words), 5, 'not for an organization: ' + words[0],
           err='leave --org out')

# Lists, and rows of the audit.
expect(own(ADA, 'user', 'disable', MEG, '--reason', 'gone'), 0, 'disable')
rows = own(ADA, '--json', 'audit', 'list').json()['entries']
check([r['action'] for r in rows] == ['user.disabled'] and
      rows[0]['actor'] == 'uid:%d' % pwd.getpwnam(ADA).pw_uid,
      'only its own rows', rows)
expect(own(ADA, 'user', 'enable', MEG), 0, 'enable')
for words in (('session', 'list'), ('trust', 'list'), ('lock', 'list')):
    expect(own(ADA, *words), 0, ' '.join(words))
    expect(own(MEG, *words), 5, '... not for a member')
for who, why in ((LEN, 'another organization'), (OLE, 'an owner'),
                 (ADA, 'yourself')):
    expect(own(ADA, 'user', 'disable', who, '--reason', 'x'), 6,
           'not whoever is ' + why, err=why)

# A fresh proof.
code = ('user', 'login-code', MEG)
expect(own(ADA, *code), 5, 'without a proof', err='sudo -k')
login(ADA)
expect(own(ADA, *code), 0, 'with one')
uid = pwd.getpwnam(ADA).pw_uid
for what, row in (('too old', {'age': 302}), ('of another', {'ruid': uid + 1}),
                  ('of root', {'ruid': 0}), ('by a step-up', {'uptime': -1}),
                  ('of another boot', {'boot': str(uuid.uuid4())}),
                  ('of somebody who acts', {'acting': 'uid:7'}),
                  ('of tomorrow', {'age': -86400, 'uptime': 1})):
    login(ADA, **row)
    expect(own(ADA, *code), 5, 'a proof ' + what, err='sudo -k')
login(MEG)
expect(own(ADA, *code), 5, "a colleague's proof")
login(ADA)
expect(own(MEG, *code), 5, 'a role is not made up for', err='owners')

# Whatever an owner names of another organization is not there: in exit status
# and words like what is nowhere.
login(OLE)
theirs = str(uuid.uuid4())
t.sql('INSERT INTO session (id, account, login, service, tty, rhost, factors, '
      'host, boot, pid, pid_start, opened_at, closed_at, org) VALUES '
      "(?, ?, '', 'sshd', '', '', '', '', '', 0, 0, 1, 0, ?)", theirs,
      account(FOE), other)
expect(root('service', 'add', 'other', 'other-bot'), 0, 'a service account')
expect(root('secret', 'add', 'other', 'other-bot', 'one'), 0, 'its secret')
r = root('--json', 'org', 'invite', 'other', 'zoe')
check(r.code == 0, 'an invitation', r.text())
invited = root('--json', 'invite', 'list', 'other').json()['invitations'][0]
NONE = '00000000-0000-4000-8000-000000000000'
r = root('--json', 'token', 'create', FOE, '--name', 'theirs', '--scope',
         'login:dovecot')
check(r.code == 0, 'an app token', r.text())
theirs_token = r.json()['id']
for what, foreign, absent in (
        ('user show ?', FOE, None), ('user login-code ?', FOE, None),
        ('user reset ?', FOE, None), ('user revoke-codes ?', FOE, None),
        ('user disable ? --reason x', FOE, None),
        ('user enable ?', FOE, None), ('enroll list ?', FOE, None),
        ('enroll show ? x', FOE, None), ('enroll ticket ?', FOE, None),
        ('session list --user ?', FOE, None),
        ('session revoke-all ? --yes', FOE, None),
        ('trust list ?', FOE, None), ('trust revoke-all ?', FOE, None),
        ('lock clear ?', FOE, None), ('audit list --user ?', FOE, None),
        ('member remove acme ?', FOE, None),
        ('member role acme ? member', FOE, None),
        ('service remove acme ?', 'other-bot', None),
        ('secret add acme ? one', 'other-bot', None),
        ('secret list acme ?', 'other-bot', None),
        ('secret revoke acme ? one', 'other-bot', None),
        ('token create ? --name x --scope login:x', FOE, None),
        ('token list ?', FOE, None), ('token show ? theirs', FOE, None),
        ('token revoke ? theirs', FOE, None),
        ('token revoke-all ?', FOE, None),
        ('token show ?', theirs_token, NONE),
        ('token revoke ?', theirs_token, NONE),
        ('org show ?', 'other', None), ('org rename ? x', 'other', None),
        ('org set ? --words x', 'other', None),
        ('org delete ? --yes', 'other', None),
        ('org invite ? zoe', 'other', None), ('member list ?', 'other', None),
        ('invite list ?', 'other', None), ('service list ?', 'other', None),
        ('service add ? acme-b', 'other', None),
        ('session show ?', theirs, NONE),
        ('session revoke ? --yes', theirs, NONE),
        ('invite revoke acme ?', invited['id'], NONE)):
    absent = 'z' * len(foreign) if absent is None else absent
    one, two = (own(OLE, *(name if w == '?' else w for w in what.split()))
                for name in (foreign, absent))
    check(one.code == two.code == 3 and one.out == two.out == '' and
          one.err.replace(foreign, '?') == two.err.replace(absent, '?'),
          'foreign is absent: ' + what, one.text() + two.text())
login(ADA)

# App tokens, as far as the organization reaches.
mail = ('token', 'create', MEG, '--name', 'mail', '--scope', 'login:dovecot')
expect(own(ADA, *mail), 0, 'an app token for a colleague')
expect(own(MEG, 'token', 'list'), 5, '... not by a member')
r = own(ADA, '--json', 'token', 'list')
check([x['user'] for x in r.json()['tokens']] == [MEG],
      'of others there are none', r.text())
for who, why in ((LEN, 'another organization'), (OLE, 'an owner'),
                 (ADA, 'yourself')):
    expect(own(ADA, 'token', 'create', who, '--name', 'x', '--scope',
               'login:x'), 6, 'not for whoever is ' + why, err=why)
expect(own(ADA, 'token', 'revoke', MEG, 'mail'), 0, 'and revoked')
login(ADA, age=302)
expect(own(ADA, *mail), 5, 'not without a proof', err='sudo -k')
expect(own(ADA, 'token', 'revoke-all', MEG), 0, 'revoked without one')
login(ADA)

# What is not given to somebody is not got by a name.
expect(own(ADA, 'service', 'add', 'acme', 'postgres'), 6,
       'no service account like a user of the host', err='acme-')
expect(own(ADA, 'service', 'add', 'acme', 'acme-bot'), 0, 'but one like this')
expect(own(ADA, 'org', 'invite', 'acme', 'root'), 6, 'nor is root invited')
expect(root('service', 'add', 'acme', 'root'), 6, 'not by root, either')
expect(own(ADA, 'user', 'reset', 'acme-bot'), 4, 'it has no password')
r = own(ADA, '--json', 'user', 'show', LEN)
check([o['slug'] for o in r.json()['organizations']] == ['acme'],
      'where else a colleague belongs is not told', r.text())

# While somebody acts as the actor.
t.sql('INSERT INTO session (id, account, login, service, tty, rhost, factors, '
      'host, boot, pid, pid_start, opened_at, closed_at, impersonator, '
      "ends_at) VALUES (?, ?, '', 'sshd', '', '', '', '', '', 0, 0, ?, 0, "
      "'uid:7', ?)", str(uuid.uuid4()), account(ADA), int(time.time()),
      int(time.time()) + 60)
expect(own(ADA, *code), 5, 'acted as: no code', err='acts as you')
expect(own(ADA, *mail), 5, 'nor an app token', err='acts as you')
expect(own(ADA, 'user', 'list'), 0, 'but looking')
t.sql("UPDATE session SET closed_at = 1, ended = 'closed'")
expect(own(ADA, *code), 0, 'until that has ended')

# Whatever has to stay root for a while asks first, too.
listed = t.dir + '/users.oath'
open(listed, 'w').close()
expect(sudo(ADA, 'import', 'oath', listed), 5, 'no import')
expect(sudo(ADA, 'enroll', 'totp', MEG), 5, 'no enrolment')
expect(sudo(ADA, 'store', 'backup', '/tmp/x'), 5, 'no backup')
expect(own(ADA, 'enroll', 'totp', MEG), 5, 'nor in the organization')

# The first administrator, as before there were organizations.
t.sql('UPDATE org SET personal = 1')
expect(sudo(NED, 'admin', 'grant', AMY), 6, 'first oneself', err='--yes')
expect(sudo(NED, 'admin', 'list'), 0, 'none yet', out='no administrators')
r = sudo(NED, '--json', 'admin', 'grant', AMY, '--yes')
check(r.code == 0 and r.json()['first'] is True, 'or nobody but another',
      r.text())
expect(sudo(NED, 'user', 'list'), 5, 'that is the end of root by sudo')
expect(call('user', 'list', env=environment(SUDO_UID='64999')), 5,
       'for whoever has no account, too')
t.sql("UPDATE org SET personal = 0 WHERE slug <> 'mine'")
expect(root('user', 'list'), 0, 'root itself is what it was')
expect(sudo(AMY, 'user', 'list'), 0, 'the administrator')
expect(own(AMY, 'user', 'list'), 0, 'in an organization that is not hers')
expect(sudo(AMY, 'store', 'check'), 5, 'what is for root alone',
       err='root itself')
expect(sudo(AMY, 'import', 'oath', listed), 5, 'what stays root')
expect(sudo(AMY, 'admin', 'grant', NED), 5, 'without a proof', err='sudo -k')
login(AMY)
expect(sudo(AMY, 'admin', 'grant', AMY), 4, 'is one already')
expect(sudo(AMY, 'admin', 'grant', 'zoe'), 3, 'nobody')
expect(sudo(AMY, 'admin', 'revoke', NED), 4, 'is none')
expect(sudo(AMY, 'admin', 'list'), 0, 'the list', out=AMY)
r = sudo(AMY, '--json', 'admin', 'list')
check([(a['name'], a['state'], a['granted_by']) for a in
       r.json()['administrators']] ==
      [(AMY, 'active', 'uid:%d' % pwd.getpwnam(NED).pw_uid)], 'as JSON',
      r.text())
expect(sudo(AMY, 'user', 'disable', AMY, '--reason', 'x'), 0, 'disabled')
expect(sudo(AMY, 'user', 'list'), 5, 'an administrator is no more one')
expect(root('user', 'enable', AMY), 0, 'enabled')

# To act as somebody.
login(AMY)
acts = ('admin', 'impersonate')
expect(sudo(AMY, *acts, MEG), 2, 'why?', err='--reason')
expect(sudo(AMY, *acts, MEG, '--reason', ''), 2, 'an empty reason')
expect(sudo(AMY, *acts, MEG, '--reason', 'x' * 300), 2, 'a long one')
expect(sudo(AMY, *acts, AMY, '--reason', 'x'), 6, 'as oneself')
r = sudo(AMY, *acts, MEG, '--reason', 'case 7')
expect(r, 0, 'a code', out=r'(?m)^    [a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$')
check(wide(r.out) == [], 'in 80 columns', r.out)
r = sudo(AMY, '--json', *acts, MEG, '--reason', 'case 8')
check(r.code == 0 and r.json()['name'] == MEG, 'as JSON', r.text())
check(t.sql('SELECT actor, reason FROM impersonation WHERE spent_at = 0') ==
      [(account(AMY), 'case 8')], 'one at a time, with who and why')
check(r.json()['code'] not in str(t.audit()), 'the code is in no audit')
expect(own(OLE, *acts, MEG, '--reason', 'x'), 5, 'not for an organization')

# A store that cannot be asked.
os.rename(t.db, t.db + '.away')
expect(sudo(NED, 'store', 'check'), 1, 'gone: who may repair it is told so',
       out='there is no store')
expect(sudo(NED, 'store', 'backup', '/tmp/x'), 7, 'and nobody does the rest')
os.rename(t.db + '.away', t.db)
expect(sudo(NED, 'store', 'check'), 5, 'there again')

# A store that is there, but cannot be asked.
os.chmod(t.db, 0o644)
expect(sudo(NED, 'store', 'check'), 5, 'is no reason to be root',
       err='cannot be learned')
os.chmod(t.db, 0o600)

# Two people: what both may do.
def both(one, two, *args):
    """As ONE for the kernel, and TWO for sudo."""
    p = subprocess.run(['sh', '-c', 'echo $0 >/proc/self/loginuid && '
                        'exec "$@"', str(pwd.getpwnam(one).pw_uid),
                        SIGRACTL] + list(args), stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=environment(
                           SUDO_UID=str(pwd.getpwnam(two).pw_uid)))
    return Result(args, p.returncode, p.stdout.decode(), p.stderr.decode())


if both(ADA, ADA, 'help').code != 0:
    skip('the kernel lets nobody say who he is')
else:
    org_of = ('--org', 'acme')
    expect(both(AMY, AMY, 'user', 'list'), 0, 'the same twice')
    for one, two in ((AMY, NED), (NED, AMY)):
        expect(both(one, two, 'user', 'list'), 5, 'an administrator, and '
               'nobody')
        expect(both(one, two, *org_of, 'user', 'list'), 3, '... nor there')
    for one, two in ((ADA, MEG), (MEG, ADA)):
        expect(both(one, two, *org_of, 'user', 'list'), 5, 'and a member',
               err='admins and owners')
        expect(both(one, two, *org_of, 'member', 'list', 'acme'), 0,
               'what both may')
    t.sql('UPDATE member SET role = 1 WHERE account = ?', account(LEN))
    for one, two in ((ADA, LEN), (LEN, ADA)):
        login(one)
        expect(both(one, two, *org_of, *code), 5, 'a proof of one of them',
               err='both users')
        expect(both(one, two, *org_of, 'session', 'list'), 0, 'without')
        expect(both(one, two, *org_of, 'user', 'disable', OLE, '--reason',
                    'x'), 6, 'an admin is what there is of the two')
    login(ADA)
    login(LEN, keep=True)
    expect(both(ADA, LEN, *org_of, *code), 0, 'with a proof of each')
    t.sql('UPDATE member SET role = 3 WHERE account = ?', account(LEN))

# The last one.
login(AMY)
expect(sudo(AMY, 'admin', 'revoke', AMY), 0, 'the last one goes',
       err='last one')
expect(sudo(NED, 'user', 'list'), 5, 'nobody is first any more')
t.sql('UPDATE org SET personal = 1')
expect(sudo(NED, 'user', 'list'), 0, 'but where there never was an '
       'organization')
done()

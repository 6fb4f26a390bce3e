#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# doctor: good and bad stacks, sshd's settings, the store, key and clock.
# doctor-t.py SIGRACTL MODULE SOURCE-ROOT
from cli import *
import pwd
import socket

MODULE, ROOT = os.path.abspath(sys.argv[2]), sys.argv[3]
t = Trial()
t('policy', 'keys', '--rp-id', 'example.org')
pam = t.dir + '/pam.d'
os.mkdir(pam)
AUTH = 'auth [success=done ignore=ignore default=die] %s' % MODULE
ACCOUNT = ('account [success=ok new_authtok_reqd=ok ignore=ignore '
           'default=die] %s\naccount required pam_unix.so\n' % MODULE)
UNIX = 'auth required pam_unix.so\n'
GOOD = AUTH + '\n' + UNIX + ACCOUNT
COMMON = ('auth [success=1 default=ignore] pam_unix.so nullok\n'
          'auth requisite pam_deny.so\nauth required pam_permit.so\n')
SSHD = {'usepam': 'yes', 'kbdinteractiveauthentication': 'yes',
        'passwordauthentication': 'no', 'pubkeyauthentication': 'no',
        'permitrootlogin': 'no', 'authenticationmethods': 'any'}
# Whether Sigra is installed on this host is not this test's business.
HOST = ('module', 'verifier', 'verifier-version', 'sigra-fido', 'sigra-agent',
        'fido-group', 'fido-udev',
        # ... nor is how full its disk is.
        'store-room')


def stacks(**files):
    shutil.rmtree(pam)
    os.mkdir(pam)
    for name, text in files.items():
        with open(pam + '/' + name.replace('_', '-'), 'w') as f:
            f.write(text)


def doctor(*args, who=None):
    r = (who or t)('--json', 'doctor', '--pam-dir', pam, *args)
    try:
        found = r.json()['findings']
    except (ValueError, KeyError):
        found = []
        check(False, 'doctor prints JSON', r.text())
    found = [f for f in found if f['id'] not in HOST]
    return r, {(f['severity'], f['id']): f['text'] for f in found}


def finds(what, expected, *args, **more):
    r, found = doctor(*args, **more)
    check(set(found) == set(expected), what,
          '%s\nexpected %s\n%s' % (set(found), expected, r.text()))
    wrong = any(s == 'error' for s, _ in expected)
    check(r.code == (1 if wrong else 0), what + ': exit status', r.text())
    return found


# --- stacks ---
stacks(imap=GOOD)
finds('the stack of the manual is good', [])
stacks(sshd=AUTH + '\n@include common-auth\n' + ACCOUNT, common_auth=COMMON)
finds('and above common-auth, whose pam_permit decides nothing', [])
stacks(sshd='auth\trequisite \\\n  %s   # a comment\n' % MODULE +
       'auth substack common-auth\n' + ACCOUNT, common_auth=COMMON)
finds('lines go on, and substacks are walked', [])
stacks(imap='auth requisite %s\naccount requisite %s\n' % (MODULE, MODULE))
finds('alone it leaves no way for root', [('warning', 'pam-root')])
stacks(su='auth sufficient pam_rootok.so\n' + GOOD)
finds('pam_rootok may stand above', [])
stacks(other='auth required pam_deny.so\naccount required pam_deny.so\n',
       cron='auth required pam_unix.so\n')
finds('services without Sigra are not judged', [])

HOLE = ('error', 'pam-refusal-passes')
for control in ('sufficient', 'optional',
                '[success=done default=ignore]',
                '[success=done authinfo_unavail=ignore default=die]',
                '[success=done module_unknown=1 default=die]'):
    stacks(imap='auth %s %s\n%s' % (control, MODULE, UNIX * 2) + ACCOUNT)
    found = finds(control + ' lets refusals through', [HOLE])
    check('line 1' in found[HOLE], 'and the line is named', found)
stacks(imap=GOOD.replace('account [', 'account sufficient %s #' % MODULE))
finds('so does sufficient in account', [HOLE])
stacks(imap=AUTH.replace('ignore=ignore', 'ignore=ok') + '\n' + UNIX +
       ACCOUNT)
finds('ignore=ok is odd', [('warning', 'pam-control'),
                           ('warning', 'pam-root')])
stacks(imap=AUTH + '\nauth required pam_permit.so\n' + ACCOUNT)
finds('pam_permit behind it decides', [('error', 'pam-abstain-admits')])
stacks(imap=AUTH + '\nauth required pam_env.so\n' + ACCOUNT)
finds('so does pam_env', [('error', 'pam-abstain-admits')])
stacks(imap='auth sufficient pam_unix.so\n' + GOOD)
finds('a sufficient line above it', [('error', 'pam-bypass')])
stacks(imap='auth [success=1 default=ignore] pam_succeed_if.so uid = 0\n' +
       AUTH + '\n' + UNIX + ACCOUNT)
found = finds('a jump over it on a condition', [('warning', 'pam-bypass')])
stacks(imap=AUTH + '\n' + UNIX)
finds('auth without account', [('error', 'pam-no-account')])
stacks(imap=AUTH + '\n' + UNIX + '@include missing\n' + ACCOUNT)
finds('an include that is not there', [('warning', 'pam-syntax'),
                                       ('warning', 'pam-root')])
stacks(imap=GOOD.replace(MODULE, '/nonexistent/pam_sigra.so', 1))
finds('a module that is not there', [('error', 'pam-module')])
stacks(imap=GOOD.replace(MODULE, MODULE + ' config=x nullok', 1))
r, found = doctor()
check(r.code == 1 and r.out.count('"pam-argument"') == 2,
      'unknown arguments', r.text())
table = open(ROOT + '/pam_sigra/module/args.c').read()
known = re.findall(r'\{ "(\w+=?)"', table[table.index('args_rows[] ='):])
check(len(known) >= 6, 'the module has arguments', known)
stacks(imap=GOOD.replace(MODULE, ' '.join(
    [MODULE] + [k + '/x' if k.endswith('=') else k for k in known]), 1))
finds('each of the module is known', [])
stacks(imap=AUTH + '\nauth requisite pam_deny.so\n' + ACCOUNT,
       imap_bak_=AUTH, **{'x.dpkg-old': AUTH, 'y~': AUTH, '.z': AUTH})
os.unlink(pam + '/imap-bak-')
finds('files that are no services', [('warning', 'pam-root')])
stacks(imap='[' * 70000)
finds('too long a file is none', [])
os.mkfifo(pam + '/fifo')
finds('nor is a pipe waited for', [])
r = t('doctor', '--pam-dir', t.dir + '/nonexistent')
expect(r, 1, 'no directory', out='pam-directory')

# --- what security keys are made for ---
stacks(imap=GOOD)
t('policy', 'keys', '--rp-id', 'localhost')
found = finds('an RP id of one machine, and no key yet',
              [('warning', 'rp-id')])
t('user', 'add', 'key')
t.sql("INSERT INTO key SELECT ?, id, 'k', 'localhost', x'00', -7, x'00', "
      "zeroblob(16), '', 0, 1, 0, x'00', 1, 1 FROM account", 'x' * 36)
finds('one is enrolled, and it is too late', [])
t.sql('DELETE FROM key')
t('user', 'delete', 'key', '--grace', '0', '--yes')
t('policy', 'keys', '--rp-id', 'example.org')

# --- sshd ---
stacks(sshd=GOOD)
fake = t.dir + '/sshd'


def sshd(what, expected, code=0, said='', **changed):
    text = said or ''.join('%s %s\n' % kv
                           for kv in {**SSHD, **changed}.items())
    with open(fake, 'w') as f:
        f.write("#!/bin/sh\n[ -z \"$LEAK\" ] || exit 9\n[ \"$1\" = -T ] || "
                "exit 8\ncat <<'EOF'\n%s\nEOF\nexit %d\n" % (text, code))
    os.chmod(fake, 0o755)
    finds(what, expected, '--sshd', fake)


os.environ['LEAK'] = '1'
sshd('good settings', [])
sshd('UsePAM no', [('error', 'sshd-usepam')], usepam='no')
sshd('no prompts and no passwords', [('error', 'sshd-keyboard-interactive')],
     kbdinteractiveauthentication='no')
sshd('no prompts', [('error', 'sshd-keyboard-interactive'),
                    ('warning', 'sshd-password')],
     kbdinteractiveauthentication='no', passwordauthentication='yes')
sshd('keys alone', [('warning', 'sshd-publickey')],
     pubkeyauthentication='yes')
sshd('keys and factors', [], pubkeyauthentication='yes',
     authenticationmethods='publickey,keyboard-interactive:pam')
sshd('keys alone as one way of two', [('warning', 'sshd-publickey')],
     pubkeyauthentication='yes',
     authenticationmethods='publickey,keyboard-interactive publickey')
t('policy', 'add', '--require', 'ssh-sk | password+otp', '--service', 'sshd',
  '--at', '1')
sshd('keys that are never shown', [('warning', 'sshd-shown')])
sshd('keys alone, which nobody hears of',
     [('warning', 'sshd-shown'), ('warning', 'sshd-publickey')],
     pubkeyauthentication='yes')
sshd('the other way round', [('warning', 'sshd-shown')],
     pubkeyauthentication='yes',
     authenticationmethods='keyboard-interactive,publickey')
sshd('keys that are shown, and none', [], pubkeyauthentication='yes',
     authenticationmethods='publickey,keyboard-interactive:pam '
     'keyboard-interactive:pam')
sshd('a password for many prompts', [('warning', 'sshd-password')],
     passwordauthentication='yes', pubkeyauthentication='yes',
     authenticationmethods='publickey,keyboard-interactive')
t('policy', 'remove', '1')
sshd('root by password', [('warning', 'sshd-root')], permitrootlogin='yes')
sshd('an sshd that fails', [('warning', 'sshd')], code=1, said='no hostkeys')
sshd('one that talks much', [('warning', 'sshd')],
     said='x' * 100000 + '\nusepam yes\n')
finds('one that is not there', [('warning', 'sshd')], '--sshd', '/nonexistent')
stacks(imap=GOOD)
sshd('a service sshd without Sigra', [], usepam='no')

# --- store, key, clock, rules, config ---
os.chmod(t.key, 0o644)
finds('a key that others read', [('error', 'key')])
os.chmod(t.key, 0o600)
key = open(t.key, 'rb').read()
open(t.key, 'wb').write(b'x' * 32)
finds('another key', [('error', 'key-foreign')])
with open(os.open(t.key + '.new', os.O_CREAT | os.O_WRONLY, 0o600),
          'wb') as f:
    f.write(key)
found = finds('a rekey that broke off', [('error', 'key-foreign')])
check('rekey broke off' in found[('error', 'key-foreign')], 'and said so',
      found)
os.unlink(t.key + '.new')
open(t.key, 'wb').write(key[:31])
finds('a short key', [('error', 'key')])
open(t.key, 'wb').write(key)
t.sql("UPDATE rule SET phases = 'lunch' WHERE position = 1")
finds('a rule that cannot be read', [('error', 'rules-unreadable')])
t.sql("UPDATE rule SET phases = 'all' WHERE position = 1")
t.sql("UPDATE rule SET action = 'deny', require = '' WHERE position = 2")
found = finds('root stranded', [('error', 'rules')])
check('root' in found[('error', 'rules')], 'and said so', found)
r = t('doctor', '--all', '--pam-dir', pam)
expect(r, 1, 'as text', out=r'(?m)^error: rules\n    the rules: strands root')
check('\nok: key\n' in '\n' + r.out and wide(r.out) == [],
      'with what is well', r.text())
check(re.search(r'(?m)^\w+: store-room\n    the store takes \d.* are left',
                r.out) and
      re.search(r'(?m)^ok: audit-size\n    the audit has \d+ rows since 2',
                r.out) and 'store-reserve' not in r.out,
      'how large it is; a trial has no reserve', r.text())
t.sql("UPDATE rule SET action = 'abstain' WHERE position = 2")
os.chmod(t.db, 0o644)
finds('a store that others read', [('error', 'store')])
os.chmod(t.db, 0o600)
t.sql("INSERT INTO audit_guard VALUES ('x', 9)")
finds('rows that may be deleted', [('error', 'audit-guard')])
t.sql('DELETE FROM audit_guard')
columns = [c[1] for c in t.sql('PRAGMA table_info(audit)')]
t.sql('INSERT INTO audit (%s) SELECT %s FROM audit WHERE seq = 1' % (
    ', '.join(columns), ', '.join(
        {'seq': '999', 'at': '9999999999',
         'id': "'00000000-0000-7000-8000-000000000000'"}.get(c, c)
        for c in columns)))
finds('a clock behind the audit', [('error', 'clock')])
t.sql('PRAGMA user_version = 99')
finds('a newer schema', [('error', 'store-schema')])
os.unlink(t.db)
finds('no store', [('error', 'store')])
r = call('-c', '/nonexistent/sigra.conf', 'doctor', '--pam-dir', pam)
expect(r, 1, 'no config', out='error: config\n')
t.end()

# --- a real config, and the socket it names ---
t = Trial(init=False)
os.mkdir(t.dir + '/etc')
os.mkdir(t.dir + '/run')
conf, path = t.dir + '/etc/sigra.conf', t.dir + '/run/s'
pam = t.dir + '/pam.d'
os.mkdir(pam)
me = pwd.getpwuid(os.getuid()).pw_name
r = call('-c', conf, '-s', t.where, 'init', '--owner', me)
check(r.code == 0, 'a store with a config', r.text())
call('-c', conf, 'policy', 'keys', '--rp-id', 'example.org')
with open(conf, 'a') as f:
    f.write('\n[verifier]\nsocket = %s\n' % path)


def configured(*args):
    return call('-c', conf, *args)


finds('no chain', [('warning', 'socket'), ('warning', 'chain')],
      who=configured)
expect(configured('audit', 'init-key'), 0, 'a chain')
finds('no daemon', [('warning', 'socket')], who=configured)
expect(configured('user', 'add', 'mia', '--email', 'mia@example.org'), 0,
       'a user')
finds('nobody has run gc', [('warning', 'socket'), ('warning', 'gc')],
      who=configured)
check(os.stat(t.db + '-reserve').st_blocks * 512 >= 4 << 20,
      'init has made a reserve')
os.truncate(t.db + '-reserve', 1 << 20)
finds('most of the reserve is used',
      [('warning', 'socket'), ('warning', 'gc'), ('warning', 'store-reserve')],
      who=configured)
expect(configured('gc'), 0, 'gc')
expect(configured('user', 'set-email', 'mia', 'mia@example.org',
                  '--confirmed'), 0, 'an address')
with open(conf, 'a') as f:
    f.write('[notify]\nsendmail = /nonexistent/sendmail\n')
finds('and no mailer', [('warning', 'socket'), ('warning', 'sendmail')],
      who=configured)
configured('user', 'set-email', 'mia', 'none')
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(path)
if os.getuid() == 0:
    finds('nobody listens', [('error', 'socket-connect')], who=configured)
    s.listen(64)
    finds('a daemon', [], who=configured)
    os.chmod(t.dir + '/run', 0o777)
    finds('a directory for all', [('error', 'socket-directory')],
          who=configured)
    os.chmod(t.dir + '/run', 0o755)
else:
    finds('a directory that is not root\'s', [('error', 'socket-directory')],
          who=configured)
if os.getuid() == 0:
    os.chmod(t.dir, 0o755)
    os.chmod(path, 0o666)
    r = call('-c', conf, 'doctor', '--pam-dir', pam, user='nobody')
    expect(r, 0, 'without rights it says what it could not see',
           out='warning: unprivileged')
    r = call('-c', conf, 'doctor', '--pam-dir', pam,
             env=environment(SUDO_UID='1000'))
    expect(r, 5, 'nothing is read for callers of sudo', err='not for sudo')

# --- the installed programs, in a mount namespace of its own ---
IN = """set -e
mount -t tmpfs none /usr/local
mkdir -p "$(dirname "$1")" "$(dirname "$2")"
cp "$3" "$1"
printf '#!/bin/sh\\necho %s\\n' "$4" >"$2"
chmod "$5" "$1" && chmod 755 "$2"
shift 5
exec "$@"
"""


def installed(what, expected, version, mode='644'):
    paths = [f['text'].split()[0] for f in json.loads(configured(
        '--json', 'doctor', '--all', '--pam-dir', pam).out)['findings']
        if f['id'] in ('module', 'verifier')]
    p = subprocess.run(
        ['unshare', '-m', 'sh', '-c', IN, 'sh'] + paths +
        [MODULE, version, mode, SIGRACTL, '-c', conf, '--json', 'doctor',
         '--pam-dir', pam], capture_output=True, text=True,
        env=environment())
    found = {(f['severity'], f['id']) for f in
             json.loads(p.stdout or '{"findings": []}')['findings']
             if f['id'] not in HOST[3:]}
    check(found == set(expected) and p.stdout != '', what,
          '%s\n%s%s' % (paths, p.stdout, p.stderr))


release = call('--version').out.split()[1]
if os.getuid() != 0 or SIGRACTL.startswith('/usr/local/') or \
        subprocess.run(['unshare', '-m', 'true']).returncode != 0:
    skip('programs are installed in a mount namespace')
else:
    installed('all is installed', [], "'sigrad %s'" % release)
    installed('a verifier of another release',
              [('error', 'verifier-version')], "'sigrad 99.9.9'")
    installed('a module that others can write', [('error', 'module')],
              "'sigrad %s'" % release, mode='666')
with open(conf, 'a') as f:
    f.write('nonsense = 1\n')
finds('a broken config', [('error', 'config')], who=configured)
t.end()
done()

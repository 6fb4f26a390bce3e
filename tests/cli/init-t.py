#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# init, without touching the machine it runs on.
from cli import *
import fcntl
import stat


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


t = Trial(init=False)
r = t('--json', 'init')
check(r.code == 0 and r.json()['store'] == t.where, 'init of a trial',
      r.text())
check(r.json()['config'] is None, 'a trial has no config')
check(mode(t.dir + '/store') == 0o700, 'its directory is 0700')
check(mode(t.db) == 0o600, 'the store is 0600')
check(mode(t.key) == 0o600 and os.path.getsize(t.key) == 32,
      'the key is 32 bytes, 0600')
check([a for a, _ in t.audit()] == ['store.created'], 'its first audit row',
      t.audit())
rules = t.json('policy', 'list')['rules']
check(len(rules) >= 3 and rules[0]['action'] == 'abstain',
      'it has the default rules', rules)
expect(t('policy', 'check'), 0, 'and they are sane', out='sane')
expect(t('store', 'check'), 0, 'and so is the store', out='sound')

before = open(t.key, 'rb').read()
expect(t('init'), 4, 'a second init', err='exists')
check(open(t.key, 'rb').read() == before, 'leaves the key alone')
os.rename(t.db, t.db + '.away')
expect(t('init'), 4, 'nor is a key overwritten without a store', err='key')
check(open(t.key, 'rb').read() == before, 'the key is still the same')
os.rename(t.db + '.away', t.db)
expect(t('user', 'list'), 0, 'the store still works')
os.rename(t.key, t.key + '.away')
expect(t('user', 'list'), 7, 'a missing key', err='key')
with open(t.key, 'wb') as f:
    f.write(b'x' * 32)
os.chmod(t.key, 0o600)
expect(t('user', 'list'), 7, 'a wrong key', err='key')
expect(t('store', 'check'), 1, 'store check says so', out='(?m)^key: ')
os.rename(t.key + '.away', t.key)
os.chmod(t.key, 0o644)
expect(t('user', 'list'), 7, 'a key that others may read', err='key')
t.end()

# What security keys are made for.
for given, code in (('example.org', 0), ('a.b.example.org', 0), ('', 2),
                    ('Example.org', 2), ('https://example.org', 2)):
    t = Trial(init=False)
    r = t('--json', 'init', '--rp-id', given)
    check(r.code == code and os.path.exists(t.db) == (code == 0),
          '--rp-id ' + given, r.text())
    if code == 0:
        check(r.json()['rp_id'] == given and r.err == ''
              and t.json('policy', 'keys')['rp_id'] == given
              and t.audit()[0][1] == {'rp': given}, 'is set', r.text())
    t.end()
t = Trial(init=False)
r = t('init', '--rp-id', 'localhost')
check(r.code == 0 and 'name of one machine' in r.err, 'a name without a dot',
      r.text())
t.end()
t = Trial(init=False)
r = t('init')
rp = t.json('policy', 'keys')['rp_id']
host = os.uname().nodename.lower()
single = rp is not None and ('.' not in rp or rp == host)
check(rp is None and 'no security key' in r.err or
      rp is not None and "made for the RP id '%s'." % rp in r.out and
      ('name of one machine' in r.err) == single,
      'the default is told, and warned of', (rp, r.text()))
t.end()

# What a failed init made is gone, and it can be run again.
t = Trial(init=False)
os.mkdir(t.dir + '/store', 0o700)
with open(t.db + '.backup', 'w') as f:
    f.write('precious')
os.mkdir(t.db + '-shm')
r = t('init')
check(r.code != 0 and 'is removed again' in r.err,
      'init over a broken place fails', r.text())
os.rmdir(t.db + '-shm')
check(sorted(os.listdir(t.dir + '/store')) == ['sigra.db.backup'],
      'and leaves only what was there', os.listdir(t.dir + '/store'))
expect(t('init'), 0, 'it can be run again')
t.end()

# What another store left is neither believed nor removed.
for end in ['-wal', '-journal']:
    t = Trial(init=False)
    os.mkdir(t.dir + '/store', 0o700)
    with open(t.db + end, 'w') as f:
        f.write('precious')
    expect(t('init'), 4, 'what is left of another store', err='sigra.db' + end)
    check(os.listdir(t.dir + '/store') == ['sigra.db' + end] and
          open(t.db + end).read() == 'precious', 'stays as it is',
          os.listdir(t.dir + '/store'))
    t.end()

# One init at a time.
t = Trial(init=False)
held = os.open(t.dir, os.O_RDONLY)
fcntl.flock(held, fcntl.LOCK_EX)
expect(t('init'), 4, 'another init is running', err='another init is running')
check(os.listdir(t.dir) == [], 'and nothing was made beside it',
      os.listdir(t.dir))
os.close(held)
expect(t('init'), 0, 'it has ended')
t.end()
wrong = []
for _ in range(12):
    t = Trial(init=False)
    racers = [subprocess.Popen([SIGRACTL, '-s', t.where, 'init'],
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment())
              for _ in range(3)]
    said = [p.communicate()[0].decode() for p in racers]
    codes = sorted(p.returncode for p in racers)
    after = t('store', 'check')
    if codes != [0, 4, 4] or after.code != 0:
        wrong.append('%r\n%s%s' % (codes, ''.join(said), after.text()))
    t.end()
check(wrong == [], 'of three at once one makes a store, and it stays',
      '\n'.join(wrong))

# With a config of one's own.
t = Trial(init=False)
os.mkdir(t.dir + '/etc', 0o755)
conf = t.dir + '/etc/sigra.conf'
me = ['--owner', 'root'] if os.getuid() == 0 else []
r = call('-c', conf, '-s', t.where, 'init', *me)
expect(r, 0, 'init with a config', out='(?s)sigra.conf.*sigra.key')
check(mode(conf) == 0o644, 'the config is 0644')
check(os.path.exists(t.dir + '/etc/sigra.key'), 'the key is beside it')
text = open(conf).read()
check('where = ' + t.where in text and '\n#memory_kib = 65536\n' in text,
      'it names the store, and the defaults in comment', text)
expect(call('-c', conf, 'user', 'list'), 0, 'the config alone will do')
expect(call('-c', 'sigra.conf', 'user', 'list', cwd=t.dir + '/etc'), 0,
       'also by a relative path')
os.unlink(t.db)
os.unlink(t.dir + '/etc/sigra.key')
with open(conf, 'a') as f:
    f.write('# mine\n')
expect(call('-c', conf, '-s', t.where + '2', 'init', *me), 4,
       'a config that names another store', err='names another store')
expect(call('-c', conf, 'init', *me), 0 if os.getuid() == 0 else 5,
       'only root inits without -s')
check(open(conf).read().endswith('# mine\n'), 'a config is not overwritten')
bad = text.replace('sqlite:', 'postgres:')
with open(t.dir + '/etc/other.conf', 'w') as f:
    f.write(bad)
expect(call('-c', t.dir + '/etc/other.conf', 'user', 'list'), 7,
       'a config that names a strange store')
with open(conf, 'a') as f:
    f.write('[nonsense]\n')
expect(call('-c', conf, 'user', 'list'), 7, 'a broken config',
       err='nonsense')
t.end()

if os.getuid() == 0:
    t = Trial(init=False)
    os.chmod(t.dir, 0o755)
    expect(t('init', '--owner', 'nobody'), 0, 'root inits for another')
    import pwd
    nobody = pwd.getpwnam('nobody').pw_uid
    check(all(os.lstat(p).st_uid == nobody for p in
              [t.dir + '/store', t.db, t.key]),
          'who then owns it all')
    expect(t('user', 'add', 'ann'), 0, 'root may use it')
    check({os.lstat(t.dir + '/store/' + n).st_uid
           for n in os.listdir(t.dir + '/store')} == {nobody},
          'and leaves no file of its own',
          os.listdir(t.dir + '/store'))
    expect(t('init', '--owner', 'no-such-user'), 4, 'what is there is first')
    t.end()
    t = Trial(init=False)
    expect(t('init', '--owner', 'no-such-user'), 3, 'an unknown owner',
           err='no-such-user')
    check(os.listdir(t.dir) == [], 'makes nothing')
    expect(t('init'), 0, 'a trial of root')
    os.chmod(t.dir, 0o755)
    expect(t('user', 'list', user='nobody'), 5,
           'nobody else may use it', err='sudo')
    t.end()
    # In a mount namespace of its own, the real thing.
    place = Trial(init=False)
    p = subprocess.run(
        ['unshare', '--mount', 'sh', '-ec', r'''
        mount --make-rprivate /
        mount -t tmpfs none "$1"
        mkdir -p "$1/eu" "$1/ew" "$1/vu" "$1/vw"
        mount -t overlay -o "lowerdir=/etc,upperdir=$1/eu,workdir=$1/ew" \
            none /etc
        mount -t overlay -o "lowerdir=/var,upperdir=$1/vu,workdir=$1/vw" \
            none /var
        # A log of our own: /dev is only this one.
        mkdir "$1/d"
        for n in null zero urandom random tty; do
            : >"$1/d/$n"
            mount --bind "/dev/$n" "$1/d/$n"
        done
        mount --rbind "$1/d" /dev
        python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
open(sys.argv[1], "w").close()
while True:
    with open(sys.argv[1], "ab") as f:
        f.write(s.recv(65536) + b"\n")' "$1/syslog" &
        log=$!
        while [ ! -e "$1/syslog" ]; do kill -0 $log; done
        chmod 666 /dev/log
        ! getent passwd sigra || userdel sigra
        rm -rf /etc/sigra /var/lib/sigra
        ! flock /etc "$2" init
        ! getent passwd sigra
        ! ls -d /etc/sigra /var/lib/sigra
        "$2" init
        getent passwd sigra
        stat -c '%U %a %n' /etc/sigra /etc/sigra/sigra.conf \
            /etc/sigra/sigra.key /var/lib/sigra /var/lib/sigra/sigra.db
        "$2" user add ann
        "$2" store check
        SUDO_UID=4242 "$2" user disable ann --reason test
        "$2" --json audit list
        ! "$2" user add ann
        cat "$1/syslog"
        kill $log
        ''', 'sh', place.dir, SIGRACTL],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(
            PATH='/usr/sbin:/usr/bin:/sbin:/bin'), text=True)
    if 'unshare failed' in p.stdout or 'mount:' in p.stdout:
        skip('no namespaces here: ' + p.stdout.splitlines()[0])
    elif '/etc/sigra/sigra.conf' not in call('help').out:
        skip('built for another sysconfdir')
    else:
        check(p.returncode == 0, 'init of a machine', p.stdout)
        check('another init is running: it holds the lock of /etc' in
              p.stdout, 'one init a machine', p.stdout)
        check('/nonexistent:/usr/sbin/nologin' in p.stdout,
              'makes the user', p.stdout)
        for line in ['root 755 /etc/sigra', 'root 644 /etc/sigra/sigra.conf',
                     'sigra 600 /etc/sigra/sigra.key',
                     'sigra 700 /var/lib/sigra',
                     'sigra 600 /var/lib/sigra/sigra.db']:
            check('\n' + line + '\n' in p.stdout, line, p.stdout)
        # <80+5>: authpriv.notice; one line a committed row, no name in it.
        lines = [l for l in p.stdout.splitlines() if l.startswith('<85>')]
        check(len(lines) == 3 and
              all('sigractl[' in l and 'action=' + a in l
                  for l, a in zip(lines, ['store.created', 'user.created',
                                          'user.disabled'])) and
              'ann' not in ''.join(lines), 'is mirrored to syslog', p.stdout)
        check('"actor": "uid:4242"' in p.stdout or
              open('/proc/self/loginuid').read() != '4294967295',
              'who calls by sudo is the actor', p.stdout)
else:
    t = Trial(init=False)
    expect(call('init'), 5, 'only root makes the store of a host',
           err='sudo')
    expect(t('init', '--owner', 'root'), 5, 'nor one for others',
           err='sudo')
    t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# store backup and restore, store rekey, key export and import.
from cli import *
import contextlib
import ctypes
import random
import stat
import threading

GOOD = 'correct horse 7711'
conf = machine()


def verifies(t, name='ann', password=GOOD):
    """Is it the present password?  That is found out as at a login."""
    r = t('password', 'check', name, '--stdin', data=password)
    return r.code == 6 and 'the one you have now' in r.err


def furnished():
    t = Trial()
    t('user', 'add', 'ann', '--email', 'a@b.c')
    t('password', 'set', 'ann', '--stdin', data='an older one 7710')
    t('password', 'set', 'ann', '--stdin', data=GOOD)
    check(verifies(t), 'the password is right to begin with')
    t.rest = set(os.listdir(t.dir + '/store')) | \
        {'sigra.db-wal', 'sigra.db-shm'}
    return t


def holds(path, text):
    with open(path, 'rb') as f:
        return text in f.read()


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def beside(t):
    """What is in the store's directory besides a store at rest."""
    return sorted(set(os.listdir(t.dir + '/store')) - t.rest)


t = furnished()
bak = t.dir + '/bak'

# Backup.
r = t.json('store', 'backup', bak)
check(r['file'] == bak and r['bytes'] == os.path.getsize(bak), 'a backup', r)
check(mode(bak) == 0o600, 'is 0600')
check(beside(t) == [] and sorted(os.listdir(t.dir)) == ['bak', 'store'],
      'nothing is left behind', (os.listdir(t.dir), beside(t)))
con = sqlite3.connect('file:%s?mode=ro' % bak, uri=True)
check(con.execute('PRAGMA journal_mode').fetchone()[0] == 'delete' and
      con.execute('PRAGMA integrity_check').fetchone()[0] == 'ok',
      'is whole in its one file')
con.close()
check(holds(bak, b'ann') and not holds(bak, GOOD.encode()) and
      not holds(bak, open(t.key, 'rb').read()), 'names yes, secrets no')
before = open(bak, 'rb').read()
expect(t('store', 'backup', bak), 4, 'is not overwritten', err='--force')
check(open(bak, 'rb').read() == before, 'really not')
expect(t('store', 'backup', bak, '--force'), 0, 'but by force')
check(t.audit()[-1] == ('store.backed_up', {'file': bak}), 'is audited',
      t.audit()[-1])
expect(t('store', 'backup', t.dir + '/none/bak'), 3, 'no such directory',
       err='none/bak')
expect(t('store', 'backup', t.dir + '/'), 2, 'no name', err='name a file')
expect(t('store', 'backup', t.dir, '--force'), 2, 'a directory')
expect(t('store', 'backup', t.dir + '/store/sigra.db', '--force'), 6,
       'not over the store', err='in use')
expect(t('store', 'backup', t.key, '--force'), 6, 'nor over the key',
       err='in use')
os.symlink(t.dir + '/elsewhere', t.dir + '/link')
expect(t('store', 'backup', t.dir + '/link'), 4, 'a link counts as there')
expect(t('store', 'backup', t.dir + '/link', '--force'), 0,
       'and by force is replaced')
check(not os.path.islink(t.dir + '/link') and
      not os.path.exists(t.dir + '/elsewhere'), 'not followed')
expect(t('store', 'backup', 'rel', cwd=t.dir), 0, 'a relative path')
check(os.path.exists(t.dir + '/rel'), 'is where we were')
expect(t('store', 'backup'), 2, 'a name is needed')

# While others write: it is of one moment, and nobody waits for it.
stop = threading.Event()
written = [0, 0]


def writer():
    while not stop.is_set():
        r = t('user', 'expire', 'ann', 'never')
        written[0 if r.code == 0 else 1] += 1


threads = [threading.Thread(target=writer) for _ in range(2)]
for th in threads:
    th.start()
busy = [t('store', 'backup', bak, '--force').code for _ in range(5)]
stop.set()
for th in threads:
    th.join()
check(busy == [0] * 5 and written[0] > 0 and written[1] == 0,
      'while others write', (busy, written))
check(sqlite3.connect(bak).execute('PRAGMA integrity_check').fetchone()[0] ==
      'ok', 'it is sound')

# Restore.
count = len(t.audit())
now = int(time.time())
ann = t.sql("SELECT id, version FROM account WHERE name = 'ann'")[0]
gone = 'a' * 36
t.sql('INSERT INTO session (id, account, login, service, tty, rhost, '
      'factors, host, boot, pid, pid_start, opened_at, closed_at) VALUES '
      '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      gone, ann[0], '', 'sshd', '', '', '', '', '', 1, 1, now, 0)
t.sql('INSERT INTO login (id, account, rule, user, service, source, boot, '
      'factors, at, consumed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)', gone,
      ann[0], '', 'ann', 'sshd', 'ip:192.0.2.1', '', 'password', now)
for n, state, forgiven in [(1, 1, 0), (2, 1, 1), (3, 3, 0)]:
    t.sql('INSERT INTO guess VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          str(n) * 36, ann[0], 'ip:192.0.2.1', 'password', n, now, now + 60,
          state, forgiven)
expect(t('store', 'backup', bak, '--force'), 0, 'one with much under way')
t('user', 'add', 'bob')
t('password', 'set', 'ann', '--stdin', data='a later one 7712')
expect(t('store', 'restore', bak), 2, 'it asks first', err='--yes')
check(beside(t) == [], 'and leaves nothing behind', beside(t))
r = t.json('store', 'restore', bak, '--yes')
check(re.fullmatch(re.escape(t.db) + r'\.before-restore-\d{8}T\d{6}Z',
                   r['kept']) is not None and r['rekeyed'] is False and
      r['backup_at'] is not None, 'a restore', r)
check([u['name'] for u in t.json('user', 'list')['users']] == ['ann'] and
      verifies(t), 'it is as it was')
check(t.audit()[-1] == ('store.restored', {
    'backup_at': r['backup_at'], 'unspent_voided': '0', 'trust_voided': '0',
    'invitations_voided': '0', 'apps_voided': '0'}),
      'it is audited', t.audit()[-1])
check(t.sql('SELECT closed_at > 0 FROM session') == [(1,)] and
      t.sql('SELECT consumed_at > 0 FROM login') == [(1,)],
      'logins and sessions are over')
check(t.sql('SELECT state FROM guess ORDER BY seq') == [(2,), (1,), (3,)],
      'a pending guess is a failure', t.sql('SELECT * FROM guess'))
check(t.sql('SELECT version FROM account')[0][0] == ann[1] + 1,
      'accounts have a later version')
check(sqlite3.connect(r['kept']).execute(
    "SELECT count(*) FROM account WHERE name = 'bob'").fetchone()[0] == 1,
      'the old store is kept, whole')
check(beside(t) == [os.path.basename(r['kept'])] and mode(r['kept']) == 0o600,
      'and nothing else', beside(t))
expect(t('store', 'check'), 0, 'the new one is sound')

# What is not restored, and then nothing has changed.
was = open(t.db, 'rb').read()


def refused(path, code, what, err=None):
    expect(t('store', 'restore', path, '--yes'), code, what, err=err)
    check(len(beside(t)) == 1 and open(t.db, 'rb').read() == was,
          'and nothing has changed', beside(t))


def altered(what, code, err=None, sql=None, change=None):
    shutil.copy(bak, t.dir + '/bad')
    if sql is not None:
        con = sqlite3.connect(t.dir + '/bad')
        con.execute(sql)
        con.commit()
        con.close()
    if change is not None:
        change(t.dir + '/bad')
    refused(t.dir + '/bad', code, what, err)


def spoil(path):
    with open(path, 'r+b') as f:
        f.seek(os.path.getsize(path) // 2)
        f.write(b'\xa5' * 20000)


def cut(path):
    os.truncate(path, 4096 * 5)


def text(path):
    with open(path, 'w') as f:
        f.write('no database at all ' * 500)


altered('a foreign database', 7, 'not a sigra store',
        sql='PRAGMA application_id = 7')
altered('a newer one', 7, 'newer', sql='PRAGMA user_version = 99')
altered('one without a guard', 7, 'audit',
        sql='DROP TRIGGER %s' % t.sql(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'")[0][0])
altered('one with more tables', 7, 'none of ours',
        sql='CREATE TABLE more (a)')
altered('of another key', 7, '--key',
        sql="UPDATE meta SET value = 'x' WHERE key = 'key_check'")
altered('a damaged one', 7, change=spoil)
altered('one that was cut', 7, change=cut)
altered('an empty one', 7, change=lambda p: os.truncate(p, 0))
altered('text', 7, change=text)
refused(t.dir + '/none', 3, 'one that is not there', 'none')
os.unlink(t.dir + '/link')
os.symlink(bak, t.dir + '/link')
refused(t.dir + '/link', 2, 'a link', 'symbolic link')
refused(t.dir, 2, 'a directory', 'regular')
os.mkfifo(t.dir + '/fifo')
refused(t.dir + '/fifo', 2, 'a pipe', 'regular')
con = sqlite3.connect(t.db)
con.execute('SELECT * FROM meta').fetchall()
expect(t('store', 'restore', bak, '--yes'), 7, 'while somebody has it open',
       err='stop sigrad')
con.close()
os.rename(t.key, t.key + '.away')
expect(t('store', 'restore', bak, '--yes'), 7, 'without a key', err='key')
os.rename(t.key + '.away', t.key)

term = Terminal('-s', t.where, 'store', 'restore', bak)
check(term.read_until(b'Type yes to restore: '), 'it asks', term.seen)
term.type(b'no\n')
check(term.wait() == (1, None) and b'nothing was restored' in term.seen,
      'no is no', term.seen)
term = Terminal('-s', t.where, 'store', 'restore', bak)
term.read_until(b'Type yes to restore: ')
term.type(b'yes\n')
check(term.wait() == (0, None) and b'is kept as' in term.seen, 'yes is yes',
      term.seen)

# The old one's log must not meet the new one's file.
t('user', 'expire', 'ann', 'never')
t.sql("UPDATE account SET email = 'old@b.c'")
pid = os.fork()
if pid == 0:
    con = sqlite3.connect(t.db)
    con.execute("UPDATE account SET email = 'log@b.c'")
    con.commit()
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(pid, 0)
check(os.path.getsize(t.db + '-wal') > 0, 'a log is left behind by a crash')
r = t.json('store', 'restore', bak, '--yes')
check(t.json('user', 'show', 'ann')['email'] == 'a@b.c',
      'it is not the new one\'s')
check(sqlite3.connect(r['kept']).execute('SELECT email FROM account')
      .fetchone()[0] == 'log@b.c', 'and is in the old one')
spoil(t.db)
r = t.json('store', 'restore', bak, '--yes')
check(verifies(t), 'also over a damaged one')
os.unlink(t.db)
r = t.json('store', 'restore', bak, '--yes')
check(r['kept'] is None and verifies(t), 'and where there is none')

# Export and import.
expect(t('key', 'export'), 2, 'a key is not for a pipe', err='--file')
paper = t.dir + '/paper'
check(t.json('key', 'export', '--file', paper) == {'file': paper},
      'the key in a file')
line = open(paper).read()
check(mode(paper) == 0o600 and
      re.fullmatch(r'SIGRA1(-[A-Z2-7]{4}){14}\n', line) is not None,
      'is a line of text, 0600', line)
check(t.audit()[-1] == ('key.exported', {'file': paper}), 'is audited')
expect(t('key', 'export', '--file', paper), 4, 'is not overwritten')
expect(t('key', 'import', '--file', paper), 4, 'nor is a key',
       err='never overwritten')
key = open(t.key, 'rb').read()
os.unlink(t.key)
for what, wrong in [
        ('mistyped', line.replace(line[20], 'B' if line[20] == 'A' else 'A',
                                  1)),
        ('cut', line[:-6]), ('longer', line.strip() + 'A'), ('empty', ''),
        ('another word', 'SIGRA2' + line[6:]), ('long', 'A' * 5000),
        ('two lines', line + line)]:
    r = t('key', 'import', '--stdin', data=wrong)
    check(r.code in (2, 6) and not os.path.exists(t.key), what, r.text())
u = Trial()
u('key', 'export', '--file', t.dir + '/foreign')
u.end()
expect(t('key', 'import', '--file', t.dir + '/foreign'), 6,
       'a key of another store', err='another store')
expect(t('key', 'import', '--file', paper, '--stdin', data=line), 2, 'both')
expect(t('key', 'import', '--file', t.dir + '/none'), 3, 'no such file')
check(t.json('key', 'import', '--stdin', data=line.lower().replace('-', ' '))
      == {'key': t.key}, 'typed by hand')
check(open(t.key, 'rb').read() == key and mode(t.key) == 0o600 and
      verifies(t), 'it is the key again')
check(t.audit()[-1] == ('key.imported', {}), 'is audited')
os.unlink(t.key)
term = Terminal('-s', t.where, 'key', 'import')
term.read_until(b'Key: ')
term.type(line.encode())
check(term.wait() == (0, None) and open(t.key, 'rb').read() == key,
      'typed at the terminal', term.seen)
os.unlink(t.key)
os.rename(t.db, t.db + '.away')
expect(t('key', 'import', '--file', paper), 0, 'before there is a store',
       out='no store')
os.rename(t.db + '.away', t.db)
check(verifies(t), 'is taken at its word')

# Rekey.
fake = '?' + 'ab' * 32
t.sql('INSERT INTO guess VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', 'f' * 36, fake,
      'ip:192.0.2.9', 'password', 1, now, now, 2, 0)
r = t.json('store', 'rekey')
check(r['rows'] == 3 and r['finished'] is False, 'a rekey', r)
check(open(t.key, 'rb').read() != key and mode(t.key) == 0o600 and
      not os.path.exists(t.key + '.new'), 'makes another key')
check(verifies(t), 'which opens the password')
expect(t('password', 'set', 'ann', '--stdin', data='an older one 7710'), 6,
       'and the one before')
check(t.audit()[-1] == ('store.rekeyed', {
    'rows': '3', 'unspent_voided': '0', 'trust_voided': '0',
    'invitations_voided': '0', 'apps_voided': '0'}), 'is audited',
      t.audit()[-1])
check(t.sql("SELECT count(*), sum(source = 'ip:192.0.2.9') FROM guess "
            "WHERE subject = '?'") == [(1, 1)] and
      t.sql('SELECT count(*) FROM guess WHERE subject = ?', fake) == [(0,)],
      'no hash of the old key is left')
expect(t('lock', 'list'), 0, 'and can be listed')
expect(t('store', 'restore', bak, '--yes'), 7,
       'the old backup is of the old key', err='--key')
expect(t('store', 'restore', bak, '--yes', '--key', t.dir + '/foreign'), 7,
       'not of any key', err='--key')
r = t.json('store', 'restore', bak, '--yes', '--key', paper)
check(r['rekeyed'] is True and verifies(t), 'with it, it is restored', r)
check(t.audit()[-1][1].get('rekeyed') == 'yes', 'is audited')

# A rekey that breaks off.
shutil.copy(t.key, t.key + '.new')
with open(t.key + '.new', 'wb') as f:
    f.write(b'half')
check(t.json('store', 'rekey')['finished'] is False and verifies(t),
      'half a new key is thrown away')
shutil.copy(t.key, t.key + '.right')
os.rename(t.key, t.key + '.new')
with open(t.key, 'wb') as f:
    f.write(key)
os.chmod(t.key, 0o600)
r = t('--json', 'store', 'check')
check(r.code == 1 and any('rekey' in f['text'] for f in
                          r.json()['findings']), 'store check knows',
      r.text())
check(verifies(t) and 'rekey broke off' in
      t('password', 'check', 'ann', '--stdin', data=GOOD).err,
      'the store\'s key is used from beside the other, and that is said')
check(t.json('store', 'rekey')['finished'] is True and verifies(t) and
      open(t.key, 'rb').read() == open(t.key + '.right', 'rb').read(),
      'the next one finishes it')
with open(t.key, 'r+b') as f:
    other = f.read(1)[0] ^ 1
    f.seek(0)
    f.write(bytes([other]))
expect(t('store', 'rekey'), 7, 'a wrong key')
check(not os.path.exists(t.key + '.new'), 'makes none')
os.unlink(t.key)
expect(t('store', 'rekey'), 7, 'no key', err='key import')
os.rename(t.key + '.right', t.key)


def settled():
    """The key file is the store's, and the password opens with it."""
    return verifies(t) and t('store', 'check').code == 0


# Killed at any moment, one of the two keys is the store's.  Which one shows
# when all of them have died: one that waits for the disk finishes its commit,
# long after its parent has gone.  Orphans become ours, to wait for.
PR_SET_CHILD_SUBREAPER = 36
check(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0,
      'orphans are waited for')
rounds = {'old': 0, 'new': 0, 'finished': 0, 'neither': 0}
for i in range(30):
    was = open(t.key, 'rb').read()
    p = subprocess.Popen([SIGRACTL, '-s', t.where, 'store', 'rekey'],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         env=environment(), start_new_session=True)
    time.sleep(random.random() * 0.03 if i % 2 else random.random() * 0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-p.pid, 0)
    r = t('--json', 'store', 'check')
    if r.code == 0:
        rounds['old' if open(t.key, 'rb').read() == was else 'new'] += 1
    elif t.json('store', 'rekey')['finished']:
        rounds['finished'] += 1
    if not settled():
        # Which key it is, is for good: what was busy answers the second time.
        print('# once: ' + repr(t('password', 'check', 'ann', '--stdin',
                                  data=GOOD).text()))
        rounds['neither'] += not settled()
check(rounds['neither'] == 0 and sum(rounds.values()) == 30,
      '30 rekeys killed', rounds)
print('# %r' % rounds)
expect(t('store', 'rekey'), 0, 'and once more in peace')
check(not os.path.exists(t.key + '.new') and beside(t) and verifies(t),
      'nothing is left over', beside(t))

# Full.
if os.getuid() == 0:
    p = subprocess.run(
        ['unshare', '--mount', 'sh', '-ec', r'''
        mount --make-rprivate /
        mkdir "$1/small" && mount -t tmpfs -o size=64k none "$1/small"
        "$2" -s "$3" store backup "$1/small/bak" && exit 99
        ls -A "$1/small"; echo "left $?"
        umount "$1/small"
        mount -t tmpfs -o "size=$5k,mode=0700" none "$1/small"
        cp "$1"/store/sigra.key "$4" "$1/small/"
        mv "$1/small/$(basename "$4")" "$1/small/sigra.db"
        "$2" -s "sqlite:$1/small/sigra.db" store backup "$1/bak2" && exit 98
        test ! -e "$1/bak2"
        ls -A "$1/small"
        ''', 'sh', t.dir, SIGRACTL, t.where, bak,
         str(os.path.getsize(bak) // 1024 + 16)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment(PATH='/usr/sbin:/usr/bin:/sbin:/bin'))
    if 'unshare failed' in p.stdout or 'mount:' in p.stdout:
        skip('no namespaces here')
    else:
        check('No space left' in p.stdout and '.sigra' not in p.stdout and
              '.backup' not in p.stdout and p.returncode == 0,
              'on a full disk, nothing is half written', p.stdout)
    # As the actor: who calls by sudo gets no more than is his.
    sudo = environment(SUDO_UID='65534')
if os.getuid() == 0 and conf:
    with open(conf, 'w') as f:
        f.write('[store]\nwhere = %s\nkey = %s\n' % (t.where, t.key))
    os.chmod(t.dir, 0o755)
    expect(call('store', 'backup', t.dir + '/mine', env=sudo), 5,
           'a directory that is not the actor\'s', err='Permission denied')
    expect(call('store', 'restore', bak, '--yes', env=sudo), 5,
           'a file that is not the actor\'s', err='Permission denied')
    expect(call('store', 'backup', '/dev/../etc/shadow',
                '--force', env=sudo), 5, 'least of all that')
    os.mkdir(t.dir + '/his', 0o700)
    os.chown(t.dir + '/his', 65534, 65534)
    expect(call('store', 'backup', t.dir + '/his/bak', env=sudo),
           0, 'one that is')
    check(os.lstat(t.dir + '/his/bak').st_uid == 65534 and
          os.listdir(t.dir + '/his') == ['bak'], 'and the file, too')
    expect(call('store', 'restore', t.dir + '/his/bak', '--yes',
                env=sudo), 0, 'and back')
    for words in (['export', '--file', t.dir + '/his/key'], ['import']):
        expect(call('key', *words, env=sudo), 5,
               'the key is not for sudo: ' + words[0], err='root alone')
    t2 = Trial(init=False)
    os.chmod(t2.dir, 0o755)
    t2('init', '--owner', 'nobody')
    for words in (['store', 'backup', t2.dir + '/bak'], ['store', 'rekey'],
                  ['key', 'export', '--file', t2.dir + '/key']):
        expect(t2(*words), 0, 'for another owner: ' + ' '.join(words[:2]))
    expect(t2('store', 'restore', t2.dir + '/bak', '--yes', '--key',
              t2.dir + '/key'), 7, 'the backup was of the old key')
    t2('store', 'backup', t2.dir + '/bak', '--force')
    expect(t2('store', 'restore', t2.dir + '/bak', '--yes'), 0, 'restored')
    os.unlink(t2.key)
    expect(t2('key', 'import', '--file', t2.dir + '/key'), 0, 'imported')
    check({os.lstat(t2.dir + '/store/' + n).st_uid for n in
           os.listdir(t2.dir + '/store')} == {65534},
          'all of it is the owner\'s')
    check(os.lstat(t2.dir + '/bak').st_uid == 0, 'but the copy is not')
    t2.end()
t.end()
done()

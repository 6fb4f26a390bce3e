# SPDX-License-Identifier: MIT
"""audit init-key, what a chained store does and refuses, and how copies of it
come back.  Every chain is proved by another program: tests/ladder.py."""
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from cli import (SIGRACTL, Terminal, Trial, check, done, environment,
                 expect, skip)
from ladder import climb, rows_of

TEXT = r'SIGRA-AUDIT1-\d+(-[A-Z2-7]{4}){14}\n'
HOST = os.uname().nodename


class Chained(Trial):
    """A trial store whose audit is chained; its gaps are known."""

    def __init__(self):
        super().__init__()
        self.file = self.db + '-chain'
        self.made = self.json('audit', 'init-key')
        self.gaps = []

    def replace(self):
        self.made = self.json('audit', 'init-key', '--replace')
        self.gaps = []

    def proved(self, what, rows=None):
        n, bad, anchor = climb(rows_of(self.db), self.made['host'],
                               self.made['key'], self.gaps)
        check(bad is None and n > 0 and rows in (None, n), what,
              (n, bad, anchor))
        return anchor

    def restored(self, path, what):
        r = self.json('store', 'restore', path, '--yes')
        action, meta = self.audit()[-1]
        check(action == 'store.restored', what + ': is audited', action)
        if r['missing_to'] != 0:
            check((meta['missing_from'], meta['missing_to']) ==
                  (str(r['missing_from']), str(r['missing_to'])),
                  what + ': the row says what is missing', meta)
            self.gaps.append((r['missing_from'], r['missing_to'],
                              meta['head_before']))
        return r, meta

    def last(self):
        return self.sql('SELECT max(seq) FROM audit')[0][0]


def begun():
    t = Trial()
    expect(t('audit', 'init-key', 'x'), 2, 'it takes no argument')
    r = t('audit', 'init-key')
    expect(r, 0, 'a key', out=TEXT)
    check(r.err == '' and 'Keep it away' in r.out and
          '█' not in r.out and '##' not in r.out,
          'text alone, where there is no terminal', r.text())
    text = re.search(TEXT, r.out).group(0)
    first = rows_of(t.db)
    check(first[-1][4] == 'audit.key_made' and first[0][-1] == b'' and
          len(first[-1][-1]) == 32, 'its row is the first that has a MAC')
    n, bad, _ = climb(first, HOST, text)
    check((n, bad) == (1, None), 'which the key proves', (n, bad))
    check(text.split('-')[2] == '2' and
          json.loads(first[-1][14])['start'] == '2', 'from there on')
    mode = os.lstat(t.db + '-chain')
    check(stat.S_IMODE(mode.st_mode) == 0o600 and mode.st_size == 512 and
          mode.st_uid == os.getuid(), 'the file is its owner\'s alone')
    before = open(t.db + '-chain', 'rb').read()
    expect(t('audit', 'init-key'), 4, 'a second one is a conflict',
           err='--replace')
    check(open(t.db + '-chain', 'rb').read() == before and
          rows_of(t.db) == first, '... and nothing has changed')
    r = t('audit', 'init-key', '--replace', '--no-qr')
    expect(r, 0, 'unless it is wanted', out='chain before it ends at 2:')
    check(re.search(TEXT, r.out).group(0) != text, '... it is another one')
    with open(t.db + '-chain', 'rb') as f:
        check(before[72:104] not in f.read(), 'the old key is gone')


def shown():
    """On a terminal there is a QR code above it."""
    for option, seen in ((None, True), ('--no-qr', False)):
        t = Trial()
        term = Terminal('-s', t.where, 'audit', 'init-key',
                        *([option] if option else []))
        code = term.wait()
        check(code == (0, None) and re.search(
            TEXT.replace('\\n', '\r?\n').encode(), term.seen) and
              ('▀'.encode() in term.seen or '█'.encode() in term.seen)
              is seen, 'on a terminal, %s' % (option or 'with a QR code'),
              (code, term.seen))
        check(term.seen.rstrip().endswith(
            b'It is not shown again. Keep it away from this machine.') and
              term.seen.count(b'not shown again') == 1,
              'what to do with it is said below', term.seen)
    term = Terminal('-s', t.where, 'audit', 'verify')
    code = term.wait()
    lines = term.seen.decode().replace('\r', '').splitlines()
    text = t('audit', 'verify').out
    check(max(map(len, lines)) < 80 and
          any(l.endswith('is proved by --key.') for l in text.splitlines())
          and ' '.join(lines).split() == text.split(),
          'audit verify folds its sentences on a terminal', lines)


def written():
    t = Chained()
    check(set(t.made) == {'key', 'id', 'host', 'start', 'head_before',
                          'missing_from', 'missing_to', 'bare_from',
                          'bare_to'} and t.made['missing_to'] == 0 and
          t.made['host'] == HOST and t.made['start'] == 2 and
          re.fullmatch('[0-9a-f]{16}', t.made['id']) and
          t.made['head_before'] is None, '--json', t.made)
    for name in ('ann', 'bob'):
        expect(t('user', 'add', name), 0, 'a change')
    expect(t('user', 'add', 'ann'), 4, 'none')
    expect(t('user', 'disable', 'ann', '--reason', 'häß\x01 "'), 0, 'one more')
    anchor = t.proved('all rows are proved', 4)
    expect(t('store', 'rekey'), 0, 'a new key of the store')
    expect(t('gc'), 0, 'gc')
    t.proved('the chain does not care')
    t.replace()
    check(t.made['head_before'].split(':')[0] ==
          str(t.made['start'] - 1) and anchor.split(':')[0] == '5',
          'the next one says where the first has ended', t.made)
    expect(t('user', 'enable', 'ann'), 0, 'a change')
    t.proved('the new key proves the rows behind it', 2)
    check(t.sql('SELECT count(*) FROM chain')[0][0] == 2, 'two chains')


def refused():
    t = Chained()
    aside = t.dir + '/aside'
    expect(t('user', 'add', 'ann'), 0, 'a change')
    shutil.copy(t.db, t.dir + '/yesterday')
    rows = rows_of(t.db)

    def fails(what, err):
        expect(t('user', 'add', 'cid'), 7, what, err=err)
        check(rows_of(t.db) == rows, '... and nothing has changed')
        expect(t('audit', 'list'), 0, '... reading is as ever')
        r = t('doctor', '--json')
        r = [f for f in r.json()['findings'] if f['id'] == 'chain']
        check(len(r) == 1 and r[0]['severity'] == 'error', '... doctor', r)

    os.rename(t.file, aside)
    fails('without its file', 'sigra.db-chain is missing')
    expect(t('audit', 'init-key'), 4, '... is no first key', err='--replace')
    shutil.copy(aside, t.file)
    os.chmod(t.file, 0o644)
    fails('a file that others can read', 'chmod')
    expect(t('audit', 'init-key', '--replace'), 7,
           '... which can be mended, is not passed over', err='chmod')
    check(not os.path.exists(t.file + '.new'), '... nothing is left of that')
    os.chmod(t.file, 0o600)
    with open(t.file, 'r+b') as f:
        f.seek(80)
        f.write(b'\0\0\0\0')
    fails('a damaged file', 'sigra.db-chain .*damaged')
    other = Chained()
    shutil.copy(other.file, t.file)
    fails('the file of another store', 'another chain')
    shutil.copy(aside, t.file)
    os.chmod(t.file, 0o600)
    expect(t('user', 'add', 'bob'), 0, 'its own file again')
    t.proved('... and the chain goes on', 3)
    # Somebody puts yesterday's store back by hand.
    expect(t('user', 'add', 'eve'), 0, 'a change')
    shutil.copy(t.db, t.dir + '/today')
    shutil.copy(t.dir + '/yesterday', t.db)
    rows = rows_of(t.db)
    fails('an older store in its place', 'store restore')
    shutil.copy(t.db, t.dir + '/by-hand')
    r, _ = t.restored(t.dir + '/by-hand', 'restored as it should be')
    check((r['missing_from'], r['missing_to']) == (4, 5), '... lacks two', r)
    expect(t('user', 'add', 'eve'), 0, 'a change')
    t.proved('the chain is proved over the gap')


def tampered():
    """A row that is changed while the file is behind."""
    t = Chained()
    behind = t.dir + '/behind'
    shutil.copy(t.file, behind)
    for name in ('ann', 'bob', 'cid'):
        expect(t('user', 'add', name), 0, 'a change')
    ahead = open(t.file, 'rb').read()
    shutil.copy(behind, t.file)
    db = sqlite3.connect(t.db)
    trigger = db.execute("SELECT sql FROM sqlite_master WHERE name = "
                         "'audit_keep_update'").fetchone()[0]
    actor = db.execute("SELECT actor FROM audit WHERE seq = 4").fetchone()
    db.execute('DROP TRIGGER audit_keep_update')
    db.execute("UPDATE audit SET actor = 'uid:7' WHERE seq = 4")
    db.execute(trigger)
    db.commit()
    expect(t('user', 'add', 'dan'), 7, 'a row that was changed',
           err='row 4 .*audit verify')
    db.execute('DROP TRIGGER audit_keep_update')
    db.execute("UPDATE audit SET actor = ? WHERE seq = 4", actor)
    db.execute(trigger)
    db.commit()
    db.close()
    r = [f for f in t('doctor', '--json').json()['findings']
         if f['id'] == 'chain']
    check(r and '3 rows behind' in r[0]['text'], 'doctor: it is behind', r)
    expect(t('user', 'add', 'dan'), 0, 'as it was')
    t.proved('rolled forward', 5)
    check(open(t.file, 'rb').read() != ahead, 'and the file went on')


def copied():
    t = Chained()
    bak = t.dir + '/bak'
    expect(t('user', 'add', 'ann'), 0, 'a change')
    expect(t('store', 'backup', bak), 0, 'a backup')
    with open(bak, 'rb') as f, open(t.file, 'rb') as key:
        check(key.read()[72:104] not in f.read(), 'it has no key in it')
    check(sorted(os.listdir(t.dir)) == ['bak', 'store'], '... and no file')
    for name in ('bob', 'cid'):
        expect(t('user', 'add', name), 0, 'a change')
    anchor = t.proved('before', 5)
    r, meta = t.restored(bak, 'a restore')
    check((r['missing_from'], r['missing_to'], r['chain_ended']) ==
          (4, 6, False) and meta['head_before'] == anchor, 'rows are missing',
          (r, meta, anchor))
    check(t.last() == 7, 'no number is used twice')
    expect(t('user', 'add', 'bob'), 0, 'a change')
    t.proved('and the chain goes on', 4)
    # Once more the same copy, and a copy of what has come of it.
    r, _ = t.restored(bak, 'the same again')
    check((r['missing_from'], r['missing_to']) == (4, 8), 'all since', r)
    t.gaps = t.gaps[-1:]
    t.proved('its chain', 3)
    out = t('store', 'restore', bak, '--yes')
    expect(out, 0, 'told to people', out='lacks rows 4 to 9; row 10 says so')
    t.gaps = [(4, 9, t.audit()[-1][1]['head_before'])]
    t.proved('its chain', 3)
    # A key that is younger than the copy.
    t.replace()
    expect(t('user', 'add', 'dan'), 0, 'a change')
    r, meta = t.restored(bak, 'a copy older than the key')
    check((r['missing_from'], r['missing_to']) == (4, 12), 'all since', r)
    check(t.sql('SELECT start, key FROM chain ORDER BY start') ==
          [(2, t.sql('SELECT key FROM chain')[0][0]),
           (t.made['start'], t.made['id'])], 'the key is known again')
    t.gaps = [(t.made['start'], 12, meta['head_before'])]
    t.proved('and proves what it wrote', 1)
    expect(t('user', 'add', 'dan'), 0, 'a change')
    t.proved('and writes', 2)
    return bak


def elsewhere():
    t = Chained()
    bak = t.dir + '/bak'
    expect(t('user', 'add', 'ann'), 0, 'a change')
    expect(t('store', 'backup', bak), 0, 'a backup')
    other = Trial()
    shutil.copy(t.key, other.key)
    r = other.json('store', 'restore', bak, '--yes')
    check(r['chain_ended'] is True and r['missing_to'] == 0, 'a machine '
          'without the file: the chain ends', r)
    check(other.audit()[-1][1]['chain_ended'] == 'yes', '... is audited')
    expect(other('user', 'add', 'bob'), 0, 'a change')
    rows = rows_of(other.db)
    check(rows[-1][-1] == b'' and rows[-2][-1] == b'' and
          len(rows[-3][-1]) == 32, 'it has no MAC')
    check(other.sql('SELECT start, key FROM chain ORDER BY start')[-1] ==
          (4, ''), 'since there')
    made = other.json('audit', 'init-key')
    check((made['start'], made['bare_from'], made['bare_to']) == (6, 4, 5),
          'a new key needs no --replace', made)
    meta = other.audit()[-1][1]
    check((meta['bare_from'], meta['bare_to']) == ('4', '5'),
          '... and says which rows have no MAC', meta)
    n, bad, _ = climb(rows_of(other.db), HOST, made['key'])
    check((n, bad) == (1, None), 'and proves', (n, bad))
    # One that has a chain of its own goes on with that.
    third = Chained()
    shutil.copy(t.key, third.key)
    before = open(third.file, 'rb').read()
    expect(third('store', 'restore', bak, '--yes'), 7,
           'a machine of that name with a chain of its own',
           err='move that file away')
    check(open(third.file, 'rb').read() == before, '... which is as it was')
    third.proved('... and goes on', 1)
    os.rename(third.file, third.dir + '/aside')
    with open(third.file, 'wb') as f:
        f.write(bytes(512))
    os.chmod(third.file, 0o600)
    expect(third('store', 'restore', bak, '--yes'), 7, 'nor with a damaged '
           'one', err='damaged: move it away')
    os.unlink(third.file)
    r = third.json('store', 'restore', bak, '--yes')
    check(r['chain_ended'] is True, '... until it is moved away', r)


def renamed():
    if os.getuid() != 0 or subprocess.run(
            ['unshare', '--uts', 'true'], check=False).returncode != 0:
        skip('a name of our own needs root')
        return
    t = Chained()
    script = 'hostname other.example && exec "$@"'

    def there(*args):
        return subprocess.run(
            ['unshare', '--uts', 'sh', '-c', script, 'sh', SIGRACTL, '-s',
             t.where, *args], stdout=subprocess.PIPE, env=environment(
                 PATH='/usr/sbin:/usr/bin:/sbin:/bin'),
            stderr=subprocess.PIPE, text=True, check=False)

    r = there('user', 'add', 'ann')
    check(r.returncode == 0, 'a change by another name', r)
    t.proved('is a row of the chain', 2)
    r = json.loads(there('doctor', '--json').stdout)
    r = [f for f in r['findings'] if f['id'] == 'chain']
    check(r and r[0]['severity'] == 'warning' and
          'other.example' in r[0]['text'], 'doctor says so', r)
    os.rename(t.file, t.dir + '/aside')
    r = there('user', 'add', 'bob')
    check(r.returncode == 7, 'which is no way round it', r)
    os.rename(t.dir + '/aside', t.file)
    r = json.loads(there('audit', 'init-key', '--replace', '--json').stdout)
    check(r['host'] == 'other.example', 'a new key takes the new name', r)
    n, bad, _ = climb(rows_of(t.db), r['host'], r['key'])
    check((n, bad) == (1, None), '... and proves', (n, bad))
    check(t.sql('SELECT start, key FROM chain WHERE host = ? '
                'ORDER BY start', HOST)[-1] == (4, ''), 'the old one ended')
    t.replace()
    check((t.made['host'], t.made['start']) == (HOST, 4) and
          t.audit()[-1][1]['host_before'] == 'other.example',
          'and its own again', t.made)
    expect(t('user', 'add', 'bob'), 0, 'a change')
    t.proved('... which goes on', 2)


def cut(db, seq):
    """Rows from SEQ on are gone."""
    con = sqlite3.connect(db)
    trigger = con.execute("SELECT sql FROM sqlite_master WHERE name = "
                          "'audit_keep_delete'").fetchone()[0]
    con.execute('DROP TRIGGER audit_keep_delete')
    con.execute('DELETE FROM audit WHERE seq >= ?', (seq,))
    con.execute(trigger)
    con.commit()
    con.close()


def short():
    """Rows are cut off, and the help that is printed is followed."""
    t = Chained()
    for name in ('ann', 'bob', 'eve'):
        expect(t('user', 'add', name), 0, 'a change')
    anchor = t.proved('before', 4)
    cut(t.db, 4)
    expect(t('user', 'add', 'dan'), 7, 'rows are cut off', err='older store')
    r = t('audit', 'init-key', '--replace')
    expect(r, 0, 'a new key', out='Rows 4 to 5 of .* row 6 says so')
    action, meta = t.audit()[-1]
    check(action == 'audit.key_made' and
          (meta['start'], meta['missing_from'], meta['missing_to'],
           meta['head_before']) == ('6', '4', '5', anchor) and
          'bare_from' not in meta, '... says what is missing', meta)
    check([r[1] for r in rows_of(t.db)] == [1, 2, 3, 6], 'and is not theirs')
    expect(t('user', 'add', 'dan'), 0, 'it goes on')


def failed():
    """Of a key that comes to nothing no file stays."""
    t = Chained()
    t.sql("CREATE TRIGGER no BEFORE INSERT ON audit WHEN NEW.action = "
          "'audit.key_made' BEGIN SELECT RAISE(ABORT, 'no'); END")
    r = t('audit', 'init-key', '--replace')
    check(r.code != 0 and r.out == '', 'a key that cannot be begun', r.text())
    t.sql('DROP TRIGGER no')
    check(not os.path.exists(t.file + '.new'), '... leaves no file')
    expect(t('user', 'add', 'ann'), 0, 'the old one goes on')
    t.proved('... and proves', 2)


def others():
    if os.getuid() != 0:
        skip('another user needs root')
        return
    t = Chained()
    os.chmod(t.dir, 0o755)
    r = t('audit', 'init-key', '--replace', user=65534)
    check(r.code not in (0, 1) and r.out == '', 'not for others', r.text())
    r = t('audit', 'init-key', '--replace',
          env=environment(SUDO_UID='1000', SUDO_USER='x'))
    check(r.code in (2, 5) and r.out == '', 'nor by sudo', r.text())
    t.proved('nothing happened', 1)


begun()
shown()
written()
refused()
tampered()
copied()
elsewhere()
renamed()
short()
failed()
others()
done()

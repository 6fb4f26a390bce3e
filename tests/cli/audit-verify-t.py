#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit verify, audit head: every change has a name and a place, and another
# program, which shares no code with ours, says the same.
import hashlib
import hmac

from cli import *

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'audit'))
import verify as other

COLUMNS = ('id', 'at', 'action', 'outcome', 'actor', 'effective', 'target',
           'org', 'service', 'tty', 'rhost', 'pid', 'meta', 'mac')
TRIGGERS = ('audit_keep_update', 'audit_keep_delete', 'audit_keep_insert')


def tamper(trial):
    """The file behind the store's back."""
    con = sqlite3.connect(trial.db, isolation_level=None)
    con.execute('PRAGMA synchronous = OFF')
    con.execute('PRAGMA ignore_check_constraints = ON')
    for name in TRIGGERS:
        con.execute('DROP TRIGGER IF EXISTS ' + name)
    return con


def rows_of(con):
    return con.execute('SELECT * FROM audit ORDER BY host, seq').fetchall()


def put_back(con, rows):
    con.execute('BEGIN')
    con.execute('DELETE FROM audit')
    con.executemany('INSERT INTO audit VALUES (%s)' %
                    ', '.join('?' * len(rows[0])), rows)
    con.execute('COMMIT')


def found(trial, *args):
    r = trial('--json', 'audit', 'verify', *args)
    if r.code not in (0, 1):
        return None
    j = r.json()
    if (r.code == 0) != (j['findings'] == []):
        return None
    return [(x['kind'], x['first'], x['last']) for x in j['findings']]


def others(path, key, anchor=None):
    """The first row that the other program complains of; None: of none."""
    rows = list(other.rows_of(path))
    try:
        other.prove(rows, [other.key_of(key)],
                    other.anchor_of(anchor) if anchor else None)
    except other.Wrong as e:
        return e.args[0]
    return None


t = Trial()
r = t('audit', 'verify')
expect(r, 0, 'without a chain nothing is proved', out='no chain')
check(t.json('audit', 'verify')['proved'] is False, '... in JSON')
expect(t('audit', 'head'), 3, 'and there is no head', err='init-key')
key = t.json('audit', 'init-key')['key']
KEY = t.dir + '/key'
with open(KEY, 'w') as f:
    f.write('# of this host\n\n' + key + '\n')
for i in range(8):
    expect(t('user', 'add', 'user%d' % i), 0, 'user %d' % i)
head = t('audit', 'head').out.strip()
check(re.match(r'\A10:[0-9a-f]{64}\Z', head), 'the head is an anchor', head)
check(t.json('audit', 'head')['anchor'] == head, '... in JSON')

expect(t('audit', 'verify', '--key', KEY), 0, 'all is as it was written',
       out=r'rows 2 to 10 are as they were.*\nAnchor: %s\n\Z' % head)
j = t.json('audit', 'verify', '--key', KEY, '--anchor', head)
check(j['proved'] and j['hosts'][0]['proved'] == 9 and
      j['hosts'][0]['anchor'] == head, 'and in JSON', j)
expect(t('audit', 'verify', '--key', '-', data=key + '\n'), 0,
       'the key from standard input', out='as they were')
expect(t('audit', 'verify'), 0, 'without it only the order',
       out='in order.*--key')
check(t.json('audit', 'verify')['proved'] is False, '... is not proved')
check(others(t.db, key) is None and others(t.db, key, head) is None,
      'the other program says so, too')

# --- what is typed ---

WRONG = key[:-1] + ('A' if key[-1] != 'A' else 'B')
expect(t('audit', 'verify', '--key', '-', data=WRONG), 2, 'a mistyped key',
       err='checksum')
expect(t('audit', 'verify', '--key', '-', data=''), 2, 'none',
       err='no key')
expect(t('audit', 'verify', '--key', '-', data=key + '\n' + key), 2, 'twice',
       err='twice')
expect(t('audit', 'verify', '--key', t.dir + '/none'), 3, 'no such file')
for anchor in ('', '5', ':' + '0' * 64, '5:' + '0' * 63, 'x:' + '0' * 64,
               '-1:' + '0' * 64):
    expect(t('audit', 'verify', '--anchor', anchor), 2,
           'no anchor: %.9s' % anchor, err='--anchor')
expect(t('audit', 'verify', '--host', 'elsewhere'), 3, 'no such host')
expect(t('audit', 'verify', '--in', t.dir + '/none'), 3, 'no such export')
p = Terminal('-s', t.where, 'audit', 'verify', '--key', '-')
check(p.read_until(b'Verification key: '), 'asked on a terminal', p.seen)
p.type(key.encode() + b'\n')
check(p.wait() == (0, None) and b'as they were' in p.seen and
      key.encode() not in p.seen, '... which does not show it', p.seen)

# --- every column of every row ---

con = tamper(t)
saved = rows_of(con)
wrong = []
for row in saved[1:]:
    for column in COLUMNS:
        was = con.execute('SELECT %s FROM audit WHERE seq = ?' % column,
                          (row[1],)).fetchone()[0]
        if isinstance(was, int):
            now = was + 1
        elif isinstance(was, bytes):
            now = bytes([was[0] ^ 1]) + was[1:]
        else:
            now = was[:-1] + ('y' if was[-1:] == 'x' else 'x')
        con.execute('UPDATE audit SET %s = ? WHERE seq = ?' % column,
                    (now, row[1]))
        got = found(t, '--key', KEY)
        if got != [('altered', row[1], row[1])] or \
                others(t.db, key) != row[1]:
            wrong.append((row[1], column, got))
        con.execute('UPDATE audit SET %s = ? WHERE seq = ?' % column,
                    (was, row[1]))
check(wrong == [], 'each column of each row', wrong)
check(found(t, '--key', KEY) == [], 'and back')

# Bytes that no row of ours can have.
for value, what in ((b'a\0b', 'a NUL'), (b'\xff\xfe', 'no UTF-8'),
                    (b'x' * 300, 'too long')):
    con.execute("UPDATE audit SET service = CAST(? AS TEXT) WHERE seq = 5",
                (value,))
    got = found(t, '--key', KEY)
    check(got is not None and got[0][1:] == (5, 5), what, got)
put_back(con, saved)

# --- rows ---


def numbered(rows):
    """As if they had been written one after the other."""
    return [r[:1] + (i + 1,) + r[2:] for i, r in enumerate(rows)]


def forged(row):
    return row[:2] + (row[2][:-3] + 'abc',) + row[3:4] + ('user.forged',) + \
        row[5:]


TESTS = {
    'removed': (saved[:4] + saved[6:], [('removed', 5, 6)], 5),
    'removed and renumbered': (numbered(saved[:4] + saved[6:]),
                               [('removed', 5, 6)], 5),
    'inserted': (numbered(saved[:4] + [forged(saved[7])] + saved[4:]),
                 [('inserted', 5, 5)], 5),
    'swapped': (numbered(saved[:4] + [saved[7]] + saved[5:7] + [saved[4]] +
                         saved[8:]), [('swapped', 5, 5)], 5),
    'the beginning': (saved[:1] + saved[3:], [('beginning', 2, 3)], 2),
    'the end': (saved[:7], [('cut', 8, 10)], None),
    'all': (saved[:1], [('cut', 2, 10), ('key_unused', 2, 2)], None),
}
for what, (rows, want, elsewhere) in TESTS.items():
    put_back(con, rows)
    got = found(t, '--key', KEY)
    if what.startswith('removed and'):
        # The rows that are left end before the file says.
        got, want = got[:1], want
    check(got == want, what, got)
    if what != 'all':
        check(others(t.db, key) == elsewhere,
              '... and by the other program', others(t.db, key))
        check(elsewhere is not None or others(t.db, key, head) == 10,
              '... which wants an anchor for it')
expect(t('audit', 'verify', '--key', KEY), 1, 'in words',
       out=r': rows 2 to 10, the last that were written')
put_back(con, saved)
expect(t('audit', 'verify', '--key', KEY), 0, 'and all is well again')

# --- the database of yesterday ---

CHAIN = t.db + '-chain'
with open(CHAIN, 'rb') as f:
    chain_now = f.read()
for i in range(3):
    expect(t('user', 'add', 'late%d' % i), 0, 'one more')
later = t('audit', 'head').out.strip()
check(found(t, '--key', KEY, '--anchor', head) == [],
      'an older anchor is as good')
full = rows_of(con)
put_back(con, saved)
check(found(t, '--key', KEY) == [('cut', 11, 13)], 'the rows of yesterday')
with open(CHAIN, 'rb') as f:
    chain_later = f.read()
with open(CHAIN, 'r+b') as f:
    f.write(chain_now)
check(found(t, '--key', KEY) == [], '... and its file, as nobody can tell')
check(found(t, '--key', KEY, '--anchor', later) == [('anchor', 13, 13)],
      '... without an anchor')
check(others(t.db, key, later) == 13, '... by which the other program does')
for i in range(3):
    expect(t('user', 'add', 'false%d' % i), 0, 'written anew')
check(found(t, '--key', KEY) == [], 'with its own key')
check(found(t, '--key', KEY, '--anchor', later) == [('anchor', 13, 13)],
      '... the anchor tells')
put_back(con, full)
with open(CHAIN, 'r+b') as f:
    f.write(chain_later)
check(found(t, '--key', KEY, '--anchor', later) == [], 'and today again')
os.rename(CHAIN, CHAIN + '.away')
check(found(t, '--key', KEY) == [('no_file', 0, 0)], 'without the file')
os.rename(CHAIN + '.away', CHAIN)

# --- two chains ---

u = Trial()
its = u.json('audit', 'init-key')['key']
for i in range(14):
    expect(u('user', 'add', 'user%d' % i), 0, 'in another store')
foreign = tamper(u)
put_back(con, full[:6] + rows_of(foreign)[6:])
check(found(t, '--key', KEY)[0] == ('spliced', 7, 16), 'spliced',
      found(t, '--key', KEY))
check(others(t.db, key) == 7, '... and by the other program')
got = found(t, '--key', '-', )
put_back(con, full)
with open(t.dir + '/its', 'w') as f:
    f.write(its)
got = found(t, '--key', t.dir + '/its')
check(got is not None and ('key_unused', 2, 2) in got,
      'the key of another store', got)

# --- another key ---

second = t.json('audit', 'init-key', '--replace')['key']
expect(t('user', 'add', 'last'), 0, 'under another key')
check(found(t, '--key', KEY) == [('other_key', 14, 15)],
      'rows of a key that is not given')
with open(KEY, 'a') as f:
    f.write(second + '\n')
j = t.json('audit', 'verify', '--key', KEY)
check(j['proved'] and j['hosts'][0]['proved'] == 14, 'both of them', j)

# --- an export, anywhere ---

OUT = t.dir + '/rows.jsonl'
expect(t('audit', 'export', '--format', 'jsonl', '--output', OUT), 0,
       'an export')
os.chmod(t.dir, 0o755)
os.chmod(OUT, 0o644)
os.chmod(KEY, 0o644)
user = 65534 if os.getuid() == 0 else None
head = t('audit', 'head').out.strip()
expect(call('audit', 'verify', '--in', OUT, '--key', KEY, user=user), 0,
       'is proved by anybody', out='only --anchor')
expect(call('audit', 'verify', '--in', OUT, '--key', KEY, '--anchor', head,
            user=user), 0, '... with an anchor', out='as they were')
check(other.prove(list(other.rows_of(OUT)),
                  [other.key_of(key), other.key_of(second)],
                  other.anchor_of(head)) == head, 'and the other program')
with open(OUT) as f:
    lines = f.read().splitlines()


def of_lines(lines):
    with open(OUT, 'w') as f:
        f.write(''.join(l + '\n' for l in lines))
    r = call('--json', 'audit', 'verify', '--in', OUT, '--key', KEY)
    return [(x['kind'], x['first'], x['last']) for x in r.json()['findings']]


check(of_lines(lines) == [], 'line by line')
check(of_lines(lines[:4] + lines[5:]) == [('removed', 5, 5)], 'one less')
check(of_lines(lines[:4] + ['{}'] + lines[5:]) == [('unreadable', 5, 5)],
      'one that is none')
check(of_lines(lines[:4] + ['x' * (1 << 20)] + lines[5:]) ==
      [('unreadable', 5, 5)], 'one that is too long')
check(of_lines(lines[:4] + [lines[4].replace('"meta":{', '"meta":{"x":"y",')
                            .replace(',}', '}')] + lines[5:]) ==
      [('altered', 5, 5)], 'other metadata for people than for the proof')
check(('out_of_order', 5, 5) in of_lines(lines[:4] + lines[5:6] + lines[4:5]
                                         + lines[6:]), 'out of order')
check(of_lines(lines[:5] + lines[4:]) == [('out_of_order', 5, 5)], 'twice')
with open(OUT, 'w') as f:
    f.write('nothing\n')
expect(call('audit', 'verify', '--in', OUT), 2, 'no export', err='no row')
expect(call('audit', 'verify', '--in', t.dir), 2, 'a directory')
con.close()
foreign.close()
t.end()
u.end()


# --- who takes the host cannot have rows given up unseen ---

class File:
    """The chain's file, as root can read and write it."""

    def __init__(self, path):
        self.path = path
        with open(path, 'rb') as f:
            self.b = bytearray(f.read())
        self.host = self.b[104:360].rstrip(b'\0').decode()

    def write(self, con, action, meta, skip=0):
        """One more row, SKIP numbers behind the last."""
        head, key = bytes(self.b[40:72]), bytes(self.b[72:104])
        seq = int.from_bytes(self.b[24:32], 'big')
        for _ in range(skip):
            key = hmac.digest(key, b'sigra audit next key', 'sha256')
            seq += 1
        row = dict.fromkeys(other.FIELDS, '')
        row.update(host=self.host, seq=seq, at=int(time.time()),
                   id='01890a5d-ac96-774b-bcce-%012x' % seq, action=action,
                   outcome='success', actor='system', pid=1,
                   meta=json.dumps(meta))
        mac = hmac.digest(key, other.text_of(row), 'sha256')
        con.execute('INSERT INTO audit (%s, mac) VALUES (%s)' % (
            ', '.join(other.FIELDS), ', '.join('?' * 16)),
            [row[f] for f in other.FIELDS] + [mac])
        self.b[24:32] = (seq + 1).to_bytes(8, 'big')
        self.b[40:72] = hashlib.sha256(head + mac).digest()
        self.b[72:104] = hmac.digest(key, b'sigra audit next key', 'sha256')

    def save(self):
        self.b[480:] = hashlib.sha256(self.b[:480]).digest()
        with open(self.path, 'r+b') as f:
            f.write(self.b)


def taken():
    """Nine rows, the anchor of the last, and the file as of row 6."""
    t = Trial()
    key = t.json('audit', 'init-key')['key']
    with open(t.dir + '/key', 'w') as f:
        f.write(key + '\n')
    for i in range(7):
        if i == 3:
            then = File(t.db + '-chain')
        expect(t('user', 'add', 'user%d' % i), 0, 'a row')
    return t, key, t('audit', 'head').out.strip(), then


def both(t, key, anchor, want, elsewhere, what):
    """Of the store, of an export, and by the other program."""
    got = found(t, '--key', t.dir + '/key', '--anchor', anchor)
    check(got == want, what, got)
    OUT = t.dir + '/rows.jsonl'
    with open(OUT, 'w') as f:
        f.write(t('audit', 'export', '--format', 'jsonl').out)
    got = [(x['kind'], x['first'], x['last']) for x in call(
        '--json', 'audit', 'verify', '--in', OUT, '--key', t.dir + '/key',
        '--anchor', anchor).json()['findings']]
    check(got == want, '... of an export', got)
    got = others(OUT, key, anchor)
    check(got == elsewhere, '... by the other program', got)


t, key, anchor, file = taken()
con = tamper(t)
con.execute('DELETE FROM audit WHERE seq >= 6')
file.write(con, 'store.restored', {'missing_from': '6', 'missing_to': '6'}, 1)
for i in range(6):
    file.write(con, 'user.forged', {})
file.save()
both(t, key, anchor, [('removed', 6, 6), ('anchor_gone', 9, 9)], 6,
     'a restore without a head')
con.close()
t.end()

t, key, anchor, file = taken()
con = tamper(t)
con.execute('DELETE FROM audit')
file.write(con, 'audit.pruned', {'host': file.host, 'to': '5',
                                 'newest': '2020-01-01T00:00:00Z'})
for i in range(6):
    file.write(con, 'user.forged', {})
file.save()
both(t, key, anchor, [('anchor_gone', 9, 9), ('pruned_broken', 2, 5)], 2,
     'a stump without a head')
con.close()
t.end()

t, key, anchor, file = taken()
file = File(t.db + '-chain')
con = tamper(t)
con.execute('DELETE FROM audit')
file.write(con, 'audit.pruned', {
    'host': file.host, 'to': '9', 'head': anchor,
    'newest': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())})
file.save()
both(t, key, anchor, [('pruned_early', 2, 9)], 9, 'rows of today pruned')
con.close()
t.end()

t, key, anchor, file = taken()
file = File(t.db + '-chain')
con = tamper(t)
con.execute('DELETE FROM audit WHERE seq >= 3')
file.write(con, 'store.restored', {'missing_from': '3', 'missing_to': '9',
                                   'head_before': anchor})
file.save()
both(t, key, anchor, [('lost', 3, 9)], 3, 'the past declared lost')
KEY = t.dir + '/key'
expect(t('audit', 'verify', '--key', KEY), 1, '... says what to do',
       out='rows 3 to 9 are lost, as row 10 declares.*--allow-lost 3-9')
expect(t('audit', 'verify', '--key', KEY, '--anchor', anchor,
         '--allow-lost', '3-9'), 0, 'and if it is known',
       out='of rows 2 to 10 all but 7 are as they were written')
check(found(t, '--key', KEY, '--allow-lost', '3-8,12') == [('lost', 3, 9)],
      '... all of it')
for lost in ('', '3-', '-9', '9-3', '0', '3-9,', '3-9-10', 'x',
             ','.join('1' * 17)):
    expect(t('audit', 'verify', '--allow-lost', lost), 2, 'no rows: ' + lost,
           err='--allow-lost')
con.close()
t.end()

# --- without the file, whatever the store says of chains ---

t, key, anchor, file = taken()
KEY = t.dir + '/key'
COPY = t.dir + '/copy.jsonl'
con = tamper(t)
with open(COPY, 'w') as f:
    f.write(t('audit', 'export', '--format', 'jsonl').out)
os.unlink(t.db + '-chain')
con.execute('DELETE FROM audit WHERE seq > 7')
con.execute("INSERT INTO chain SELECT host, 8, '', made_at FROM chain")
check(found(t, '--key', KEY) == [('no_file', 0, 0)], 'a chain that ended')
for name in ('update', 'delete', 'insert'):
    con.execute('DROP TRIGGER chain_keep_' + name)
con.execute('DELETE FROM chain')
check(found(t, '--key', KEY) == [('no_file', 0, 0)], 'or that never was')
expect(call('audit', 'verify', '--in', COPY, '--key', KEY, '--anchor',
            anchor), 0, 'a copy is proved by an anchor', out='as they were')
con.close()
t.end()

# --- a new key ---

t, key, anchor, file = taken()
KEY = t.dir + '/key'
con = tamper(t)
con.execute('DELETE FROM audit WHERE seq > 7')
second = t.json('audit', 'init-key', '--replace')['key']
with open(KEY, 'a') as f:
    f.write(second + '\n')
check(found(t, '--key', KEY) == [('lost', 8, 9)], 'the end cut off before',
      found(t, '--key', KEY))
rows = list(other.rows_of(t.db))
for lost in (), (8, 9):
    try:
        other.prove(rows, [other.key_of(key), other.key_of(second)], None,
                    lost)
        first = None
    except other.Wrong as e:
        first = e.args[0]
    check(first == (None if lost else 8), '... by the other program', first)
check(found(t, '--key', KEY, '--allow-lost', '8-9') == [], '... is known')
con.close()
t.end()

# Its file has not taken the other's place yet, and says more than that.
t, key, anchor, file = taken()
KEY = t.dir + '/key'
shutil.copy(t.db + '-chain', t.dir + '/old')
with open(KEY, 'a') as f:
    f.write(t.json('audit', 'init-key', '--replace')['key'] + '\n')
expect(t('user', 'add', 'last'), 0, 'one more')
os.rename(t.db + '-chain', t.db + '-chain.new')
shutil.copy(t.dir + '/old', t.db + '-chain')
check(found(t, '--key', KEY) == [], 'two files')
con = tamper(t)
con.execute('DELETE FROM audit WHERE seq > 10')
check(found(t, '--key', KEY) == [('cut', 11, 11)], '... the new one counts',
      found(t, '--key', KEY))
con.close()
t.end()
done()

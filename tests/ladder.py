# SPDX-License-Identifier: MIT
"""The chain of the audit once more, for tests: proves the rows of a store's
file, by sigra-audit(5) and not by our code."""
import base64
import hashlib
import hmac
import sqlite3

COLUMNS = ('host', 'seq', 'id', 'at', 'action', 'outcome', 'actor',
           'effective', 'target', 'org', 'service', 'tty', 'rhost', 'pid',
           'meta')


def key_of(text):
    """(the first row, the key) of what init-key showed."""
    plain = text.replace('-', '').strip()
    assert plain.startswith('SIGRAAUDIT1'), text
    start, digits = plain[11:-56], plain[-56:]
    both = base64.b32decode(digits)
    word = b'SIGRA-AUDIT1-' + start.encode()
    total = hashlib.blake2b(word + both[:32], digest_size=32).digest()
    assert total[:3] == both[32:], 'mistyped'
    return int(start), both[:32]


def rows_of(path):
    db = sqlite3.connect(path)
    try:
        return db.execute('SELECT %s, mac FROM audit ORDER BY host, seq'
                          % ', '.join(COLUMNS)).fetchall()
    finally:
        db.close()


def canonical(row):
    text = b'sigra-audit-row-1\n'
    for value in row[:len(COLUMNS)]:
        value = str(value).encode()
        text += len(value).to_bytes(4, 'big') + value
    return text


def climb(rows, host, text, gaps=()):
    """(rows that are proved, the first that is not or None, the anchor);
    GAPS: (first missing, last missing, anchor before the row behind)."""
    at, key = key_of(text)
    head, proved = bytes(32), 0
    known = dict((int(a), (int(b), h)) for a, b, h in gaps)
    for row in rows:
        if row[0] != host or row[1] < at:
            continue
        while at in known and row[1] != at:
            last, anchor = known.pop(at)
            for _ in range(last + 1 - at):
                key = hmac.digest(key, b'sigra audit next key', 'sha256')
            at, head = last + 1, bytes.fromhex(anchor.split(':')[1])
        mac = hmac.digest(key, canonical(row), 'sha256')
        if row[1] != at or mac != row[-1]:
            return proved, row[1], '%d:%s' % (at - 1, head.hex())
        head = hashlib.sha256(head + mac).digest()
        key = hmac.digest(key, b'sigra audit next key', 'sha256')
        at, proved = at + 1, proved + 1
    return proved, None, '%d:%s' % (at - 1, head.hex())

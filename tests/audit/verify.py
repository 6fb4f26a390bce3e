#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The chain of the audit, proved by somebody else: written from sigra-audit(5)
alone.  verify.py [--host HOST] [--anchor SEQ:HEX] [--lost A B] ROWS KEY...

ROWS: lines of sigractl audit export, or the store's file.  KEY: the text that
sigractl audit init-key showed.  Says which row is the first that is not as it
was written, and exits 1."""
import argparse
import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import time

FIELDS = ('host', 'seq', 'id', 'at', 'action', 'outcome', 'actor',
          'effective', 'target', 'org', 'service', 'tty', 'rhost', 'pid',
          'meta')


def rows_of(path):
    with open(path, 'rb') as f:
        store = f.read(16) == b'SQLite format 3\0'
    if not store:
        with open(path) as f:
            for line in f:
                row = json.loads(line)
                if row['meta'] != json.loads(row['meta_text']):
                    row['mac'] = ''
                row['meta'] = row['meta_text']
                row['mac'] = bytes.fromhex(row['mac'])
                yield row
        return
    db = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    db.text_factory = bytes
    for row in db.execute('SELECT %s, mac FROM audit ORDER BY host, seq' %
                          ', '.join(FIELDS)):
        yield dict(zip(FIELDS + ('mac',), row))


def octets(value):
    return value if isinstance(value, bytes) else str(value).encode()


def text_of(row):
    text = b'sigra-audit-row-1\n'
    for field in FIELDS:
        value = octets(row[field])
        text += len(value).to_bytes(4, 'big') + value
    return text


def key_of(text):
    word, number, start, *groups = text.strip().upper().split('-')
    raw = base64.b32decode(''.join(groups))
    words = '-'.join((word, number, start)).encode()
    check = hashlib.blake2b(words + raw[:32], digest_size=32).digest()[:3]
    assert words.startswith(b'SIGRA-AUDIT1-') and check == raw[32:], 'mistyped'
    return int(start), raw[:32]


def anchor_of(text):
    seq, head = text.split(':')
    return int(seq), bytes.fromhex(head)


class Wrong(Exception):
    pass


def right(row, key):
    return hmac.compare_digest(hmac.digest(key, text_of(row), 'sha256'),
                               bytes(row['mac'] or b''))


def meta_of(row):
    return json.loads(row['meta'])


def own_head(row, meta):
    """What it says was behind the row before it, of the same host."""
    if meta.get('host_before', octets(row['host']).decode()) == \
            octets(row['host']).decode() and 'head_before' in meta:
        return anchor_of(meta['head_before'])
    return None, None


def stump_of(rows, lost):
    """The last that was pruned, and the head there."""
    said = [(int(meta_of(r)['to']), r) for r in rows
            if octets(r['action']) == b'audit.pruned' and
            octets(meta_of(r)['host']) == octets(rows[0]['host'])]
    to, row = max(said, key=lambda s: s[0], default=(0, None))
    meta = meta_of(row) if row else {}
    if 'head' not in meta:
        return None
    least = time.strftime('%Y-%m-%dT%H:%M:%SZ',
                          time.gmtime(int(row['at']) - 30 * 86400))
    if meta['newest'] > least and to not in lost:
        raise Wrong(to, 'was pruned too early')
    return anchor_of(meta['head'])


def prove(rows, keys, anchor, lost=()):
    """Raises Wrong(seq, why); returns the anchor of the last row."""
    starts = dict(keys)
    first = min(starts)
    stump = stump_of(rows, lost)
    last, key, at, head, met = first - 1, None, 0, bytes(32), not anchor
    if stump and stump[0] >= first:
        last, head = stump
        at = max(s for s in starts if s <= last + 1)
        key = starts[at]
    for row in rows:
        seq = int(row['seq'])
        if seq < first:
            continue
        before = head
        if seq in starts:
            key, at, head = starts[seq], seq, bytes(32)
        while key is not None and at < seq <= at + 10 ** 7:
            key = hmac.digest(key, b'sigra audit next key', 'sha256')
            at += 1
        good = key is not None and at == seq and right(row, key)
        meta = meta_of(row) if good else {}
        if seq != last + 1:
            said = own_head(row, meta)
            if int(meta.get('missing_from', seq + 1)) > last + 1 or \
                    said[0] != int(meta['missing_to']) or said[0] != seq - 1:
                raise Wrong(min(last + 1, seq), 'is missing')
            if any(n not in lost for n in range(last + 1, seq)):
                raise Wrong(last + 1, 'is lost, as row %d declares' % seq)
            before = said[1]
            head = head if seq in starts else before
            if anchor == (seq - 1, before):
                met = True
        if not good:
            if row['mac'] or seq not in lost:
                raise Wrong(seq, 'is not as it was written')
            last = seq
            continue
        if seq in starts and seq != first and seq not in lost and \
                'bare_from' not in meta and \
                own_head(row, meta) != (seq - 1, before):
            raise Wrong(seq, 'is of a key made behind other rows')
        last, head = seq, hashlib.sha256(head + bytes(row['mac'])).digest()
        if anchor and anchor[0] == seq:
            met = anchor[1] == head
            if not met:
                raise Wrong(seq, 'is not that of the anchor')
    if not met and stump != anchor:
        raise Wrong(anchor[0], 'of the anchor is missing')
    return '%d:%s' % (last, head.hex())


def main():
    args = argparse.ArgumentParser()
    args.add_argument('--host')
    args.add_argument('--anchor', type=anchor_of)
    args.add_argument('--lost', type=int, nargs=2, default=(0, 0))
    args.add_argument('rows')
    args.add_argument('key', nargs='+', type=key_of)
    args = args.parse_args()
    rows = [r for r in rows_of(args.rows)
            if args.host in (None, octets(r['host']).decode())]
    try:
        print('anchor ' + prove(rows, args.key, args.anchor,
                                range(args.lost[0], args.lost[1] + 1)))
    except Wrong as e:
        print('row %d %s' % e.args)
        sys.exit(1)


if __name__ == '__main__':
    main()

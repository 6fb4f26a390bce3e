#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The test vectors of sigra-audit(5), by our program and by the other one:
vectors-t.py SIGRACTL PAGE."""
import hashlib
import hmac
import json
import re
import subprocess
import sys
import tempfile

import verify

points = failures = 0


def check(ok, what, note=''):
    global points, failures
    points += 1
    failures += not ok
    print('%sok %d - %s' % ('' if ok else 'not ', points, what))
    if not ok:
        print('# %s' % (note,))


with open(sys.argv[2]) as f:
    page = f.read().split('.Sh TEST VECTORS')[1]
blocks = [b.replace('\\e', '\\').strip() for b in
          re.findall(r'^\.Bd -literal\n(.*?)^\.Ed', page, re.M | re.S)]
key, next_key, rows, hashes, anchors = blocks
key = key.replace('\n', '')
rows = rows.replace('\n', '').replace('}{"host"', '}\n{"host"').split('\n')
parsed = [json.loads(r) for r in rows]
for row in parsed:
    row['meta'], row['mac'] = row['meta_text'], bytes.fromhex(row['mac'])
start, raw = verify.key_of(key)
check((start, raw) == (43, bytes(range(32))), 'the text of the key')
check(hashlib.sha256(b'sigra audit key id' + raw).hexdigest()[:16] in page,
      'its id')
check(hmac.digest(raw, b'sigra audit next key', 'sha256').hex() == next_key,
      'the next key')
check([hashlib.sha256(verify.text_of(r)).hexdigest() for r in parsed] ==
      hashes.split('\n') and
      all(' %d' % len(verify.text_of(r)) in page for r in parsed),
      'the bytes of the rows')
for n, anchor in enumerate(anchors.split('\n'), 1):
    check(verify.prove(parsed[:n], [(start, raw)], None) == anchor,
          'the head behind row %d' % (42 + n))
    with tempfile.NamedTemporaryFile('w') as lines, \
            tempfile.NamedTemporaryFile('w') as secret:
        lines.write(''.join(r + '\n' for r in rows[:n]))
        lines.flush()
        secret.write(key + '\n')
        secret.flush()
        r = subprocess.run([sys.argv[1], 'audit', 'verify', '--in',
                            lines.name, '--key', secret.name, '--anchor',
                            anchor], stdout=subprocess.PIPE, text=True,
                           env={'ASAN_OPTIONS': 'detect_leaks=0'})
        check(r.returncode == 0 and r.stdout.endswith(
            'Anchor: %s\n' % anchor), '... by sigractl', r.stdout)
print('1..%d' % points)
sys.exit(failures > 0)

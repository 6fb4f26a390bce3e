# SPDX-License-Identifier: MIT
"""What an authenticator app does, and how devices are enrolled on a
terminal."""
import os
import re
import sys
import time

from cli import Terminal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

# pylint: disable=wrong-import-position
from hotp import hotp

PROMPT = b'One-time code: '


def totp(secret, ahead=0, digits=6, period=30, algorithm='SHA1'):
    return hotp(secret, int(time.time()) // period + ahead, digits, algorithm)


def wrong(secret):
    """No code of these minutes."""
    near = {totp(secret, i) for i in range(-5, 6)}
    return next(c for c in ('%06d' % i for i in range(100)) if c not in near)


def secret_of(seen):
    """The key that stands on the terminal."""
    m = re.search(rb'ype in the key:((?:\s+[A-Z2-7]{1,4}(?=\s))+)', seen)
    return ''.join(m.group(1).decode().split()) if m else None


def begin(t, *args, out=None, env=None):
    """`enroll ...` up to its question: the terminal, the key."""
    term = Terminal('-s', t.where, *args, out=out, env=env)
    term.read_until(PROMPT)
    return term, secret_of(term.seen)


def enroll(t, user, *more, kind='totp'):
    """A device, whole: its key, and what the terminal showed afterwards."""
    term, secret = begin(t, 'enroll', kind, user, *more)
    code = totp(secret) if kind == 'totp' else hotp(secret, 0)
    term.type(code.encode() + b'\n')
    how = term.wait()
    if how != (0, None):
        raise RuntimeError('%r %r' % (how, term.seen))
    return secret, term.seen.decode().replace('\r\n', '\n')


def backup_codes(text):
    return re.findall(r'[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}', text)


def gone(path, seconds=20):
    """A file goes when what kept it has heard that its parent ended."""
    end = time.monotonic() + seconds
    while os.path.lexists(path) and time.monotonic() < end:
        time.sleep(0.05)
    return not os.path.lexists(path)

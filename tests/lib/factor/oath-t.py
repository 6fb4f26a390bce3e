#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every kind of code that oathtool(1) makes is taken by otp_match(), at its
time and at no other: oath-t.py OATH"""
import base64
import hashlib
import itertools
import shutil
import subprocess
import sys

ALGORITHMS = ('sha1', 'sha256', 'sha512')
DIGITS = (6, 7, 8)
PERIODS = (15, 30, 60, 120)
# Of RFC 6238, of now, and beyond 32 bits; each in the middle of nowhere.
TIMES = (1234567890, 1111111109, 1763712345, 20000000000)
KEYS = (10, 20, 33, 64, 128)  # bytes
AROUND = 2   # steps on either side, one more than is taken
AHEAD = 10   # counters that may be skipped
COUNTERS = (0, 1, 255, 65535, 4294967290, 1 << 40)

points = 0
failures = 0


def check(what, wrong):
    global points, failures
    points += 1
    failures += bool(wrong)
    print('%sok %d - %s' % ('not ' if wrong else '', points, what))
    for line in wrong[:5]:
        print('# ' + line)


def key_of(length):
    """Bytes that look like nothing, the same each time, in base32."""
    raw = hashlib.shake_256(b'key %d' % length).digest(length)
    return base64.b32encode(raw).decode().rstrip('=')


def oathtool(*args):
    return subprocess.run(('oathtool', '-b') + args, check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split()


def judged(lines):
    """The words of the helper for each line, all in one go."""
    out = subprocess.run([sys.argv[1]], check=True, text=True,
                         input=''.join(' '.join(map(str, line)) + '\n'
                                       for line in lines),
                         stdout=subprocess.PIPE).stdout.splitlines()
    assert len(out) == len(lines)
    return out


def compared(rows):
    """ROWS: pairs of a line and what must be said of it."""
    said = judged([line for line, _ in rows])
    return ['%s: %s instead of %s' % (line, got, want)
            for (line, want), got in zip(rows, said) if got != want]


def totp(algorithm, digits, period, length):
    rows, key = [], key_of(length)
    for now in TIMES:
        step = now // period
        codes = oathtool('--totp=' + algorithm, '-d', str(digits), '-s',
                         '%ds' % period, '-w', str(2 * AROUND), '-N',
                         '@%d' % (now - AROUND * period), key)
        first = step - AROUND
        assert len(set(codes)) == len(codes) == 2 * AROUND + 1
        for i, code in enumerate(codes):
            at = first + i
            line = ['totp', algorithm, digits, period, key]
            near = abs(at - step) <= 1
            rows.append((line + [0, now, code],
                         f'right {at}' if near else 'wrong'))
            # At the last step only what comes behind it is new.
            spent = 'right' if at > step else 'spent'
            rows.append((line + [step, now, code],
                         f'{spent} {at}' if near else 'wrong'))
    return compared(rows)


def hotp(digits, counter, length):
    rows, key = [], key_of(length)
    codes = oathtool('--hotp', '-d', str(digits), '-c', str(counter), '-w',
                     str(AHEAD + 2), key)
    assert len(set(codes)) == len(codes) == AHEAD + 3
    for i, code in enumerate(codes):
        line = ['hotp', 'sha1', digits, 0, key]
        rows.append((line + [counter, 0, code],
                     f'right {counter + i}' if i <= AHEAD else 'wrong'))
        rows.append((line + [counter + i, 0, code], f'right {counter + i}'))
        rows.append((line + [counter + i + 1, 0, code],
                     f'spent {counter + i}'))
        rows.append((line + [counter + i + 2, 0, code], 'wrong'))
    return compared(rows)


def main():
    if shutil.which('oathtool') is None:
        print('1..0 # SKIP no oathtool')
        return
    for algorithm, digits, period in itertools.product(ALGORITHMS, DIGITS,
                                                       PERIODS):
        wrong = []
        for length in KEYS:
            wrong += totp(algorithm, digits, period, length)
        check('totp, %s, %d digits, %d seconds' %
              (algorithm, digits, period), wrong)
    for digits, length in itertools.product(DIGITS, KEYS):
        wrong = []
        for counter in COUNTERS:
            wrong += hotp(digits, counter, length)
        check('hotp, %d digits, a key of %d bytes' % (digits, length), wrong)
    print('1..%d' % points)
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()

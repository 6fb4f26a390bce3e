#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reading a large audit: time and memory, at two sizes, to see what grows.

usage: audit.py SIGRACTL [ROWS...]

The rows are written into a trial store by SQL, past the program.  Columns:
seconds of the processor, of the clock, and the peak of memory in MiB; last,
how many times as long as at the size before.
"""
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

USERS = 20
COMMANDS = (
    ('list', ),
    ('list', '--user', 'user3'),
    ('list', '--rhost', '192.0.3.4'),
    ('list', '--actor', 'system', '--outcome', 'error'),
    ('list', '--service', 'none'),
    ('tail', ),
    ('show', 'bench:77'),
    ('stats', '--since', '2001-01-01'),
    ('export', '--format', 'csv'),
    ('export', '--format', 'jsonl'),
    ('verify', ),
)


def rows(people, n):
    """Most logins fail, by few sources and many, as they do."""
    now = int(time.time())
    for i in range(1, n + 1):
        bad = random.random() < 0.6
        yield ('bench', i, '%08x-0000-7000-8000-%012x' % (
            i, random.getrandbits(48)), now - n + i,
            'login.denied' if bad else 'login.granted',
            'failure' if bad else 'success', '', '',
            random.choice(people) if random.random() < 0.8 else '', '',
            'sshd', 'ssh', '192.0.%d.%d' % (random.expovariate(.3),
                                            random.expovariate(.1)),
            random.randrange(1, 30000),
            '{"reason": "password", "source": "192.0.2.1"}')


def fill(call, path, n):
    subprocess.run(call + ['init'], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    for i in range(USERS):
        subprocess.run(call + ['user', 'add', 'user%d' % i], check=True,
                       stdout=subprocess.DEVNULL)
    people = [u['id'] for u in json.loads(subprocess.run(
        call + ['--json', 'user', 'list'], check=True,
        stdout=subprocess.PIPE).stdout)['users']]
    con = sqlite3.connect(path)
    con.execute('PRAGMA synchronous = OFF')
    con.executemany(
        'INSERT INTO audit (host, seq, id, at, action, outcome, actor, '
        'effective, target, org, service, tty, rhost, pid, meta) VALUES (' +
        ', '.join('?' * 15) + ')', rows(people, n))
    con.commit()
    con.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    con.close()


def peak(pid):
    """KiB so far; what getrusage(2) says counts ours before exec(2), too."""
    try:
        with open('/proc/%d/status' % pid) as f:
            found = [line.split()[1] for line in f if 'VmHWM' in line]
            return int(found[0]) if found else 0
    except (FileNotFoundError, ProcessLookupError):
        return 0


def measure(call):
    """(seconds of the processor, of the clock, MiB, exit)"""
    begun = time.monotonic()
    p = subprocess.Popen(call, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    most, ended = 0, 0
    while ended == 0:
        time.sleep(0.002)
        most = max(most, peak(p.pid))
        ended, how, used = os.wait4(p.pid, os.WNOHANG)
    p.returncode = os.waitstatus_to_exitcode(how)
    return (used.ru_utime + used.ru_stime, time.monotonic() - begun,
            most / 1024, p.returncode)


def main(argv):
    if len(argv) < 2:
        sys.exit(__doc__)
    sizes = [int(n) for n in argv[2:]] or [100000, 1000000]
    before = {}
    for n in sizes:
        top = tempfile.mkdtemp(prefix='sigra-bench.')
        path = top + '/store/sigra.db'
        call = [os.path.abspath(argv[1]), '-s', 'sqlite:' + path]
        try:
            fill(call, path, n)
            print('%d rows, %.0f bytes each' % (
                n, os.path.getsize(path) / n), flush=True)
            for words in COMMANDS:
                cpu, clock, mib, code = measure(
                    call + ['audit'] + list(words))
                grown = '%6.1f x' % (cpu / before[words]) \
                    if words in before else ''
                before[words] = max(cpu, 0.001)
                print('  %-40s %8.2f s %8.2f s %6.1f MiB%s%s' % (
                    ' '.join(words), cpu, clock, mib, grown,
                    '' if code == 0 else '  (exit %d)' % code), flush=True)
        finally:
            shutil.rmtree(top)


if __name__ == '__main__':
    main(sys.argv)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""However it ends, no process is left, and no key blinks; and what a child
may do while it lives."""
import os
import random
import re
import signal
import time

import frames
from case import RP, Desk, check, done, skip
from frames import REQUIRED, ask, children, gone, make

SANDBOXED = os.environ.get('FIDO_SANDBOXED', '1') == '1'


def stages(desk, key, mine):
    """(name, request, how to get there, does the key wait for a touch?)"""
    absent = [(RP, b'o' * 48)]
    yield 'insertion', ask(absent, insert=30), lambda p: p.until(
        'insert'), False
    waits = key.count('waits')
    yield 'touch', ask(mine, touch=30, uv=frames.DISCOURAGED), \
        lambda p: key.wait('waits', waits + 1), True
    yield 'pin', ask(mine, uv=REQUIRED, touch=30), lambda p: p.until(
        'pin'), False
    yield 'new', make(touch=30), lambda p: p.until('pin'), False

    def after_pin(p):
        waits = key.count('waits')
        p.until('pin')
        p.pin('1234')
        return key.wait('waits', waits + 1)
    yield 'touch of a new one', make(touch=30), after_pin, True


def key_with_one(desk, **options):
    key = desk.key(**options)
    mine = [(RP, desk.made(pins=['1234'])['id'])]
    key.autotouch(-1)
    return key, mine


def test_stages():
    with Desk() as desk:
        key, mine = key_with_one(desk, pin='1234')
        for how in ('cancel', 'eof', 'term', 'kill'):
            for name, request, there, blinks in stages(desk, key, mine):
                what = '%s at %s: ' % (how, name)
                cancels = key.count('cancel')
                with desk.program() as p:
                    p.send(request)
                    check(there(p), what + 'it is there', p.seen)
                    if how == 'cancel':
                        p.cancel()
                        check(p.reply() == {'end': 'cancelled'},
                              what + 'so it says', p.seen)
                    elif how == 'eof':
                        p.socket.close()
                    else:
                        p.process.send_signal(
                            signal.SIGTERM if how == 'term'
                            else signal.SIGKILL)
                    p.wait()
                check(gone(p.process.pid), what + 'no process is left')
                if blinks:
                    check(key.wait('cancel', cancels + 1),
                          what + 'the key is told')


def test_moments():
    """SIGKILL whenever it may be."""
    chance = random.Random(5)
    with Desk() as desk:
        key, mine = key_with_one(desk, pin='1234')
        key.autotouch(10)
        left = 0
        for _ in range(30):
            with desk.program() as p:
                p.send(ask(mine, uv=frames.DISCOURAGED, touch=20))
                time.sleep(chance.random() * 0.08)
                p.process.kill()
                p.wait()
            left += not gone(p.process.pid)
        check(left == 0, 'killed at 30 moments: no process is left', left)
        got = desk.run(ask(mine, uv=frames.DISCOURAGED))[1]
        check(got['end'] == 'done', 'and the key works', got)


def status(pid, name):
    with open('/proc/%d/status' % pid, encoding='ascii') as f:
        return re.search(r'^%s:[ \t]*(.*)$' % name, f.read(), re.M).group(1)


def test_child():
    with Desk() as desk:
        key, mine = key_with_one(desk, pin='1234')
        waits = key.count('waits')
        with desk.program() as p:
            p.send(ask(mine, uv=frames.DISCOURAGED))
            check(key.wait('waits', waits + 1), 'a child is at work')
            pids = children(p.process.pid)
            check(len(pids) == 1, 'and only one', pids)
            child = pids[0]
            check(status(child, 'NoNewPrivs') == '1', 'it gets no rights')
            if SANDBOXED:
                check(status(child, 'Seccomp') == '2', 'its calls are few')
            if os.geteuid() == 0:
                check(status(child, 'Uid').split() == ['65534'] * 4 and
                      status(child, 'Gid').split() == ['65534'] * 4 and
                      status(child, 'Groups').split() == [],
                      'it is nobody')
                open_ones = sorted(
                    os.readlink('/proc/%d/fd/%s' % (child, n))
                    for n in os.listdir('/proc/%d/fd' % child))
                check(len(open_ones) == 4 and key.node in open_ones and
                      sum(x.startswith('socket:') for x in open_ones) == 1,
                      'it holds its key and its socket', open_ones)
                check(os.stat('/proc/%d/environ' % child).st_uid == 0,
                      'nobody else reads it')
            else:
                skip('only root becomes nobody')
            key.touch()
            check(p.reply()['end'] == 'done', 'it answers')


def test_signals():
    """A terminal's signals are not for us."""
    with Desk() as desk:
        key, mine = key_with_one(desk, pin='1234')
        waits = key.count('waits')
        with desk.program() as p:
            p.send(ask(mine, uv=frames.DISCOURAGED))
            check(key.wait('waits', waits + 1), 'it waits for a touch')
            for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP,
                        signal.SIGTSTP, signal.SIGPIPE):
                p.process.send_signal(sig)
            check(os.getsid(p.process.pid) == p.process.pid,
                  'it has a session of its own')
            key.touch()
            check(p.reply()['end'] == 'done', 'and goes on')


def main():
    test_stages()
    test_moments()
    test_child()
    test_signals()
    done()


if __name__ == '__main__':
    main()

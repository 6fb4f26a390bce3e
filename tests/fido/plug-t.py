#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keys that come, go, are used by others, or may not be opened."""
import os
import subprocess
import tempfile

import frames
from case import PROGRAM, RP, Desk, check, done, skip
from frames import ask, make

OTHER = (RP, b'o' * 48)


def test_insertion():
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        key.unplug()
        desk.expect(ask(mine), 'no_key', 'none, and nobody waits', [])
        desk.expect(ask(mine, insert=1), 'no_key', 'none comes', ['insert'])
        desk.expect(ask(mine, insert=20), 'done', 'it comes',
                    ['insert', 'touch'], on={'insert': key.plug})
        desk.expect(make(insert=1), 'done', 'it is there for a new one',
                    ['touch'])
        key.unplug()
        desk.expect(make(insert=20), 'done', 'it comes for a new one',
                    ['insert', 'touch'], on={'insert': key.plug})


def test_wrong_one():
    with Desk() as desk:
        key, other = desk.key(), desk.key(plugged=False)
        mine = [(RP, desk.made()['id'])]
        key.unplug()
        other.plug()
        desk.expect(ask(mine, insert=20), 'done', 'another is there first',
                    ['insert', 'touch'], on={'insert': key.plug})
        check(not other.count('waits'), 'which does not blink')
        check(other.count('init') == 1, 'and is looked at once')


def test_again():
    """Pulled out and plugged in, it is looked at anew."""
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        credentials = key.get('credentials')
        key.set('credentials', [])
        times = key.count('init')

        def replug():
            key.unplug()
            key.set('credentials', credentials)
            # As long as a person takes at the least: it has to be missed.
            looked = key.count('unplugged')
            check(looked == 1, 'pulled out')
            subprocess.run(['sleep', '0.6'], check=True)
            key.plug()

        desk.expect(ask(mine, insert=20), 'done', 'plugged in anew',
                    ['insert', 'touch'], on={'insert': replug})
        check(key.count('init') == times + 2, 'it is looked at twice')


def test_busy():
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        key.busy()
        desk.expect(ask(mine), 'in_use', 'in use for all of the time',
                    ['busy'])
        desk.expect(ask(mine, insert=20), 'done', 'in use for a while',
                    ['busy', 'touch'], on={'busy': lambda: key.busy(False)})
        key.fault('another')
        desk.expect(ask(mine), 'done', 'opened by another at that moment',
                    ['touch'])
        key.busy()
        desk.expect(make(insert=20), 'done', 'a new one likewise',
                    ['busy', 'touch'], on={'busy': lambda: key.busy(False)})


def test_denied():
    if os.geteuid() != 0:
        skip('only root can be somebody else')
        return
    with Desk() as desk:
        desk.key(mode=600)
        made = desk.run(make())[1]
        check(made['end'] == 'done', 'root may open it')
        with desk.program(user=65534) as p:
            p.send(ask([OTHER], insert=20))
            check(p.reply() == {'end': 'denied'}, 'others may not', p.seen)
            check(p.events() == [], 'and nobody waits')
        with desk.program(user=65534) as p:
            p.send(make(insert=20))
            check(p.reply() == {'end': 'denied'}, 'nor for a new one')
        # One of two that may be opened is enough to go on.
        desk.key()
        with desk.program(user=65534) as p:
            p.send(ask([OTHER]))
            check(p.reply() == {'end': 'no_key'}, 'one of two', p.seen)


def test_many():
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        # Ends of pseudo-terminals where nobody answers.
        silent = [os.openpty() for _ in range(70)]
        try:
            with open(desk.devices, 'w', encoding='ascii') as f:
                for _, host in silent[:63]:
                    f.write(os.ttyname(host) + '\n')
                f.write(key.node + '\n')
                for _, host in silent[63:]:
                    f.write(os.ttyname(host) + '\n')
            desk.expect(ask(mine), 'done', 'the last of 64', ['touch'])
        finally:
            for pair in silent:
                os.close(pair[0])
                os.close(pair[1])


def test_nonsense():
    """Nodes that are none."""
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        with tempfile.NamedTemporaryFile() as f:
            with open(desk.devices, 'w', encoding='ascii') as lines:
                for path in (f.name, '/dev/none', '/dev/null', '/dev/zero',
                             '/dev/' + 'x' * 200, '/sys/x/nfc', '/dev/fd/0',
                             key.node):
                    lines.write(path + '\n')
            desk.expect(ask(mine), 'done', 'nodes that are none', ['touch'])
            key.unplug()
            desk.expect(ask(mine), 'broken', 'and nothing else')


def test_starting():
    p = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, check=False)
    check(p.returncode == 1, 'not without a socket')
    for data, what in ((b'', 'nothing'), (b'\1', 'half a frame'),
                       (frames.frame(frames.CANCEL), 'a cancel'),
                       (make() + b'\0', 'a byte too many'),
                       (b'\2' + make()[1:], 'another version'),
                       (frames.frame(frames.EVENT, b'\1'), 'an event'),
                       (b'\0' * 9000, 'too long')):
        with frames.Program(PROGRAM) as p:
            p.send(data)
            check(p.next() is None and p.wait() == 1,
                  'a request that is %s' % what)
    with frames.Program(PROGRAM) as p:
        p.socket.close()
        check(p.wait() == 1, 'no request at all')


def main():
    test_insertion()
    test_wrong_one()
    test_again()
    test_busy()
    test_denied()
    test_many()
    test_nonsense()
    test_starting()
    done()


if __name__ == '__main__':
    main()

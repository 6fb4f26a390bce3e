#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Assertions: who answers, with what, and what the person is told."""
import hashlib

import frames
from case import RP, Desk, check, done

OTHER = (RP, b'o' * 48)


def right(got, entry, flags, rp=RP):
    data = got.get('authdata', b'')
    return len(data) == 37 and got['entry'] == entry and \
        data[:32] == hashlib.sha256(rp.encode()).digest() and \
        data[32] == flags and len(got['signature']) >= 60


def test_algorithms():
    for number, name in ((-7, 'ES256'), (-8, 'EdDSA'), (-257, 'RS256')):
        with Desk() as desk:
            key = desk.key(algorithms=[number])
            made = desk.made()
            check(made['algorithm'] == number, name + ': is made', made)
            got = desk.expect(frames.ask([OTHER, (RP, made['id'])]), 'done',
                              name + ': answers', ['touch'])
            check(right(got, 1, 1), name + ': entry, RP, UP, no more', got)
            first = int.from_bytes(got['authdata'][33:37], 'big')
            got = desk.run(frames.ask([(RP, made['id'])]))[1]
            check(int.from_bytes(got['authdata'][33:37], 'big') > first,
                  name + ': it counts')
            check(not key.count('cancel'), name + ': nothing to cancel')


def test_relying_parties():
    with Desk() as desk:
        desk.key()
        old = desk.made(rp='pam://host')
        listed = [OTHER, (RP, old['id']), ('pam://host', old['id'])]
        got = desk.expect(frames.ask(listed), 'done',
                          'an entry of an older RP id answers', ['touch'])
        check(right(got, 2, 1, 'pam://host'), 'and it is that one', got)
        desk.expect(frames.ask(listed[:2]), 'no_key',
                    'the same credential of another RP does not', [])


def test_u2f():
    with Desk() as desk:
        key = desk.key(u2f=True)
        made = desk.made()
        before = key.count('msg final')
        got = desk.expect(frames.ask([OTHER, (RP, made['id'])]), 'done',
                          'U2F: answers', ['touch'])
        check(right(got, 1, 1), 'U2F: entry, RP, UP', got)
        check(key.count('msg final') == before + 1,
              'U2F: no touch was wanted before', key.log())
        desk.expect(frames.ask([OTHER]), 'no_key', 'U2F: not its own', [])
        desk.expect(frames.ask([(RP, made['id'])], uv=frames.REQUIRED),
                    'no_pin', 'U2F: it cannot verify', [])
        key.autotouch(-1)
        desk.expect(frames.ask([(RP, made['id'])], touch=1), 'timeout',
                    'U2F: not touched in time', ['touch'])


def test_two_keys():
    with Desk() as desk:
        first, second = desk.key(), desk.key(plugged=False)
        first.unplug()
        second.plug()
        made = desk.made()
        first.plug()
        got = desk.expect(frames.ask([(RP, made['id'])]), 'done',
                          'of two, the one that can answers', ['touch'])
        check(right(got, 0, 1), 'as it should', got)
        check(not first.count('waits'), 'and the other does not blink')


def test_resident():
    with Desk() as desk:
        key = desk.key(rooms=1)
        made = desk.made(resident=True)
        check(key.get('credentials')[0]['resident'], 'resident: it is')
        got = desk.expect(frames.ask([(RP, made['id'])]), 'done',
                          'resident: answers by its id', ['touch'])
        check(right(got, 0, 1), 'resident: as it should', got)
        desk.expect(frames.make(resident=True), 'full',
                    'resident: the key is full')


def test_touch():
    with Desk() as desk:
        key = desk.key()
        made = desk.made()
        key.autotouch(-1)
        desk.expect(frames.ask([(RP, made['id'])], touch=1), 'timeout',
                    'not touched in time', ['touch'])
        check(key.wait('cancel'), 'and the key stops blinking')
        desk.expect(frames.ask([(RP, made['id'])]), 'done',
                    'a touch after the cue', ['touch'],
                    on={'touch': key.touch})


def main():
    test_algorithms()
    test_relying_parties()
    test_u2f()
    test_two_keys()
    test_resident()
    test_touch()
    done()


if __name__ == '__main__':
    main()

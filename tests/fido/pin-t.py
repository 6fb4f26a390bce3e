#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""User verification: by PIN, by the key's own reader, or not at all."""
import frames
from case import RP, Desk, check, done
from frames import DISCOURAGED, PREFERRED, REQUIRED, ask, make

VERIFIED = 0x04


def verified(got):
    return got['end'] == 'done' and got['authdata'][32] & VERIFIED != 0


def test_pin():
    for v21 in (False, True):
        with Desk() as desk:
            name = '2.1: ' if v21 else '2.0: '
            key = desk.key(pin='1234', v21=v21)
            made = desk.made(pins=['1234'])
            check(made['uv'], name + 'made with the PIN', made)
            mine = [(RP, made['id'])]
            for uv in (PREFERRED, REQUIRED):
                got = desk.expect(ask(mine, uv=uv), 'done', name + 'asked',
                                  ['pin', 'touch'], pins=['1234'])
                check(verified(got), name + 'and verified', got)
            got = desk.expect(ask(mine, uv=DISCOURAGED), 'done',
                              name + 'not asked', ['touch'])
            check(not verified(got), name + 'and not verified', got)
            with desk.program() as p:
                p.send(ask(mine))
                got = p.reply(['0000', '1234'])
                check(verified(got), name + 'right at the second try', got)
                check(p.seen[:3] == [('pin', 8), ('pin_wrong', 7),
                                     ('pin', 7)],
                      name + 'with the tries that are left', p.seen)
            check(key.get('pin_tries') == 8, name + 'which are all back')


def test_wrong():
    with Desk() as desk:
        key = desk.key(pin='1234')
        mine = [(RP, desk.made(pins=['1234'])['id'])]
        with desk.program() as p:
            p.send(ask(mine))
            got = p.reply(['0000', '1111', '2222', '1234'])
            check(got == {'end': 'pin_paused'},
                  'three wrong: paused', p.seen)
        desk.expect(ask(mine), 'pin_paused', 'and still is', pins=['1234'])
        key.unplug()
        key.plug()
        check(key.get('pin_tries') == 5, 'five are left')
        desk.expect(ask(mine), 'done', 'plugged in anew: right',
                    pins=['1234'])
        key.set('pin_tries', 1)
        with desk.program() as p:
            p.send(ask(mine))
            check(p.until('pin') and p.seen[-1] == ('pin', 1),
                  'the last try is said to be it', p.seen)
            p.cancel()
            check(p.reply() == {'end': 'cancelled'}, 'and not risked')
        check(key.get('pin_tries') == 1, 'so it is left')
        desk.expect(ask(mine), 'pin_blocked', 'a wrong last try blocks',
                    pins=['0000'])
        desk.expect(ask(mine), 'pin_blocked', 'for good, unasked', [])
        desk.expect(make(uv=REQUIRED), 'pin_blocked', 'for new ones too',
                    [])
        desk.expect(ask(mine, uv=DISCOURAGED), 'done',
                    'what needs none goes on')


def test_none():
    with Desk() as desk:
        desk.key()
        mine = [(RP, desk.made()['id'])]
        desk.expect(ask(mine, uv=REQUIRED), 'no_pin',
                    'required, and there is none', [])
        desk.expect(ask(mine, uv=REQUIRED, pin=True), 'no_pin',
                    'the PIN, and there is none', [])
        desk.expect(make(uv=REQUIRED), 'no_pin', 'nor for a new one', [])
        got = desk.expect(ask(mine, uv=PREFERRED), 'done',
                          'preferred: a touch has to do', ['touch'])
        check(not verified(got), 'and says no more', got)


def test_sensor():
    for v21 in (False, True):
        with Desk() as desk:
            name = 'reader, 2.%d: ' % v21
            key = desk.key(pin='1234', uv=True, v21=v21)
            mine = [(RP, desk.made()['id'])]
            for uv in (PREFERRED, REQUIRED):
                got = desk.expect(ask(mine, uv=uv), 'done', name + 'asked',
                                  ['finger'])
                check(verified(got), name + 'and verified', got)
            got = desk.expect(ask(mine, uv=REQUIRED, pin=True), 'done',
                              name + 'the PIN instead', ['pin', 'touch'],
                              pins=['1234'])
            check(verified(got), name + 'verified by it', got)
            key.finger(False)
            got = desk.expect(
                ask(mine, uv=REQUIRED), 'done', name + 'a wrong finger',
                ['finger'] * 3 + ['pin', 'touch'], pins=['1234'])
            check(verified(got), name + 'the PIN does', got)
            key.set('uv_tries', 0)
            desk.expect(ask(mine, uv=REQUIRED), 'done',
                        name + 'blocked: the PIN at once', ['pin', 'touch'],
                        pins=['1234'])
        with Desk() as desk:
            key = desk.key(uv=True, v21=v21)
            mine = [(RP, desk.made()['id'])]
            key.set('uv_tries', 0)
            desk.expect(ask(mine, uv=REQUIRED), 'no_pin',
                        name + 'blocked, and no PIN', [])
            got = desk.expect(ask(mine), 'done', name + 'a touch, then',
                              ['touch'])
            check(not verified(got), name + 'that is no more', got)


def test_always():
    with Desk() as desk:
        desk.key(pin='1234', v21=True, always_uv=True)
        mine = [(RP, desk.made(pins=['1234'])['id'])]
        got = desk.expect(ask(mine, uv=DISCOURAGED), 'done',
                          'a key that always verifies', pins=['1234'])
        check(verified(got), 'has its way', got)


def test_slow():
    with Desk() as desk:
        key = desk.key(pin='1234')
        mine = [(RP, desk.made(pins=['1234'])['id'])]
        with desk.program() as p:
            p.send(ask(mine, touch=1))
            check(p.until('pin'), 'a PIN is wanted')
            check(p.next() == {'end': 'timeout'}, 'but not for ever')
        with desk.program() as p:
            p.send(ask(mine))
            check(p.until('pin'), 'a PIN is wanted')
            key.unplug()
            check(p.next() == {'end': 'no_key'}, 'not of a key that is gone')
        key.plug()
        with desk.program() as p:
            p.send(ask(mine))
            p.pin('1234')
            check(p.until('pin'), 'a PIN that nobody wanted is none', p.seen)
            p.pin('1234')
            check(p.reply()['end'] == 'done', 'the wanted one is')


def main():
    test_pin()
    test_wrong()
    test_none()
    test_sensor()
    test_always()
    test_slow()
    done()


if __name__ == '__main__':
    main()

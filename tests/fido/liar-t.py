#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keys that lie, stammer or fall silent: each ends in bounded time, cleanly,
and what is refused at once is never called done."""
import time

from case import RP, Desk, check, done
from frames import ask, make

STAGES = ('init', 'info', 'pin', 'probe', 'final')
HOW = ('bad_cbor', 'truncated', 'short', 'huge', 'order', 'wrong_channel',
       'garbage', 'error', 'silent', 'vanish')
BOUND = 30  # far above what any of these may take

# What the verifier has to find out by itself passes here.
WHAT = ('no_presence', 'no_uv', 'always_uv_flag', 'wrong_rp', 'other_key',
        'bad_signature', 'old_counter', 'replay')


def lie(desk, key, fault, request, what):
    key.clear()
    key.fault(fault)
    before = time.monotonic()
    events, got, code = desk.run(request, ['1234'] * 4)
    took = time.monotonic() - before
    check(got['end'] is not None and code == 0 and took < BOUND,
          '%s: %s' % (what, fault), '%r, %r, %r, %r s' % (
              events, got, code, took))
    key.clear()
    key.unplug()
    key.plug()
    return got


def harmless(name, stage):
    """An answer of one frame has no order, only CBOR can be bad, and a key
    that cannot say what it is is spoken to in U2F."""
    return name == 'order' or stage == 'info' or (
        stage == 'init' and name in ('bad_cbor', 'error'))


def test_how():
    with Desk() as desk:
        key = desk.key(pin='1234')
        mine = [(RP, desk.made(pins=['1234'])['id'])]
        for stage in STAGES:
            for name in HOW:
                fault = '%s@%s' % (name, stage)
                got = lie(desk, key, fault, ask(mine, touch=1), 'assertion')
                check(got['end'] != 'done' or harmless(name, stage),
                      '%s is not done' % fault, got)
        for name in HOW:
            lie(desk, key, name + '@final', make(touch=1), 'registration')


def test_what():
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        desk.run(ask(mine))
        for name in WHAT:
            got = lie(desk, key, name, ask(mine), 'assertion')
            check(got['end'] == 'done', name + ' is for the verifier', got)
        got = lie(desk, key, 'other_credential', ask(mine), 'assertion')
        check(got['end'] == 'broken', 'a credential that was not asked for')
        got = lie(desk, key, 'claims', ask([(RP, b'o' * 48)]), 'assertion')
        check(got['end'] != 'done' or got['entry'] == 0, 'one that claims')


def test_when():
    with Desk() as desk:
        key = desk.key()
        mine = [(RP, desk.made()['id'])]
        for name in ('keepalive', 'no_touch'):
            got = lie(desk, key, name, ask(mine, touch=1), 'assertion')
            check(got['end'] == 'timeout', name + ' is a timeout', got)
            got = lie(desk, key, name, make(touch=1), 'registration')
            check(got['end'] == 'timeout', name + ' is a timeout', got)


def test_beside():
    """A liar beside an honest key is in nobody's way."""
    with Desk() as desk:
        liar, key = desk.key(), desk.key(plugged=False)
        liar.unplug()
        key.plug()
        mine = [(RP, desk.made()['id'])]
        key.unplug()
        liar.set('credentials', key.get('credentials'))
        liar.plug()
        key.plug()
        for stage in ('init', 'probe', 'final'):
            for name in ('garbage', 'vanish', 'bad_cbor'):
                # One that was asked first, and never answers, is waited for.
                if (name, stage) == ('garbage', 'final'):
                    continue
                fault = '%s@%s' % (name, stage)
                liar.fault(fault)
                desk.expect(ask(mine, touch=5), 'done', 'beside ' + fault)
                liar.clear()
                liar.plug()
        liar.busy()
        desk.expect(ask(mine), 'done', 'beside one that is in use')


def main():
    test_what()
    test_when()
    test_beside()
    test_how()
    done()


if __name__ == '__main__':
    main()

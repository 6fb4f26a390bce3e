#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Registrations, and what is said of them when they are taken apart."""
import frames
from case import RP, Desk, check, done
from frames import make, parse


def test_formats():
    for kind, name, direct in (('packed', 'packed', True),
                               ('self', 'packed', False),
                               ('none', 'none', False)):
        with Desk() as desk:
            desk.key(attestation=kind)
            made = desk.expect(make(), 'done', kind + ': is made', ['touch'])
            check(made['format'] == name and made['transports'] == 'usb',
                  kind + ': format and transports', made)
            got = desk.expect(parse(made), 'done' if direct else
                              'attestation', kind + ': as attested', [])
            check(not direct or got['attested'], kind + ': attested')
            got = desk.expect(parse(made, attestation=False), 'done',
                              kind + ': as not attested', [])
            check(len(got['id']) == 48 and len(got['public']) == 64 and
                  got['algorithm'] == -7 and not got['uv'] and
                  got['sign_count'] == 1 and
                  got['aaguid'].startswith(b'Q`\xa5'),
                  kind + ': its fields', got)


def test_dropped():
    with Desk() as desk:
        desk.key()
        made = desk.run(make(attestation=False))[1]
        check(made['format'] == 'none' and made['statement'] == b'\xa0',
              'the model is not passed on when nobody asked', made)
        desk.expect(parse(made), 'attestation', 'so it is not attested')


def test_forged():
    with Desk() as desk:
        key = desk.key()
        good = desk.run(make())[1]
        data = bytearray(good['authdata'])
        flip = bytes(data[:40]) + bytes([data[40] ^ 1]) + bytes(data[41:])
        untouched = bytes(data[:32]) + b'\x40' + bytes(data[33:])
        bare = bytes(data[:32]) + b'\x01' + bytes(data[33:])
        for attested in (True, False):
            for what, request, end in (
                    ('another hash', parse(good, hashed=b'x' * 32,
                                           attestation=attested),
                     'attestation'),
                    ('another AAGUID', parse(good, authdata=flip,
                                             attestation=attested),
                     'attestation'),
                    ('another RP', parse(good, rp='ex.example2',
                                         attestation=attested), 'broken'),
                    ('not touched', parse(good, authdata=untouched,
                                          attestation=attested), 'broken'),
                    ('no credential', parse(good, authdata=bare,
                                            attestation=attested),
                     'broken'),
                    ('cut', parse(good, authdata=bytes(data[:-1]),
                                  attestation=attested), 'broken'),
                    ('longer', parse(good, authdata=bytes(data) + b'\0',
                                     attestation=attested), 'attestation'),
                    ('empty', parse(good, authdata=b'',
                                    attestation=attested), 'broken'),
                    ('verified', parse(good, uv=frames.REQUIRED,
                                       attestation=attested), 'broken'),
                    ('a statement of nothing', parse(
                        good, statement=b'\xa0', attestation=attested),
                     'attestation'),
                    ('a statement that is none', parse(
                        good, statement=b'\xbf\xff\x9f',
                        attestation=attested), 'attestation'),
                    ('another format', parse(
                        good, format='android-key', attestation=attested),
                     'unsupported')):
                desk.expect(request, end, 'refused: ' + what)
        none = dict(good, format='none', statement=b'\xa0')
        desk.expect(parse(none, rp='ex.example2', attestation=False),
                    'broken', 'none: another RP')
        desk.expect(parse(none, authdata=untouched, attestation=False),
                    'broken', 'none: not touched')
        key.fault('other_model')
        desk.expect(parse(desk.run(make())[1]), 'attestation',
                    'refused: a certificate of another model')
        key.clear()
        key.fault('bad_signature')
        desk.expect(parse(desk.run(make())[1]), 'attestation',
                    'refused: a wrong signature')


def test_exclude():
    with Desk() as desk:
        key = desk.key()
        made = desk.made()
        desk.expect(make(excluded=[(RP, b'o' * 32), (RP, made['id'])]),
                    'excluded', 'excluded: it holds one', ['touch'])
        desk.expect(make(excluded=[('other.example', made['id'])]), 'done',
                    'excluded: of another RP', ['touch'])
        check(key.count('touched') == 3, 'each with a touch', key.log())
    with Desk() as desk:
        desk.key(u2f=True)
        made = desk.made()
        desk.expect(make(excluded=[(RP, made['id'])]), 'excluded',
                    'U2F: excluded')
        desk.expect(make(resident=True), 'unsupported', 'U2F: resident', [])
        desk.expect(make(uv=frames.REQUIRED), 'no_pin', 'U2F: verified', [])


def test_several():
    """Only the person can say which key is meant."""
    for old in (False, True):
        with Desk() as desk:
            keys = [desk.key(touch=-1), desk.key(touch=-1, u2f=old),
                    desk.key(touch=-1)]
            touches = []

            def touch():
                touches.append(1)
                keys[1].touch()

            what = 'U2F of three: ' if old else 'of three: '
            desk.expect(make(), 'done', what + 'the touched one',
                        ['touch', 'touch'], on={'touch': touch})
            check(keys[1].get('credentials') != [] and
                  keys[0].get('credentials') == [], what + 'and no other')
            check(keys[0].wait('cancel') and keys[2].wait('cancel'),
                  what + 'the others stop blinking')
            desk.expect(make(touch=1), 'timeout', what + 'none touched',
                        ['touch'])


def test_algorithms():
    for offered, chosen in (([-8], -8), ([-257], -257), ([-257, -8], -8),
                            ([-257, -8, -7], -7)):
        with Desk() as desk:
            desk.key(algorithms=offered)
            made = desk.made()
            check(made['algorithm'] == chosen and len(made['public']) ==
                  {-7: 64, -8: 32, -257: 259}[chosen],
                  'of %r it is %d' % (offered, chosen), made)
    with Desk() as desk:
        desk.key(algorithms=[-36])
        desk.expect(make(), 'unsupported', 'none that we know')


def main():
    test_formats()
    test_dropped()
    test_forged()
    test_exclude()
    test_several()
    test_algorithms()
    done()


if __name__ == '__main__':
    main()

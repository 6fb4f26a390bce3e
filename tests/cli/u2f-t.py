#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# import u2f-keys: what pam_u2f keeps, in every form that it has had.
from cli import *
import base64
import socket
from homes import Homes

POINT = bytes(range(64))
TYPES = {'es256': 64, 'eddsa': 32, 'rs256': 259}


def b64(data):
    return base64.b64encode(data).decode()


def new(name, kind='es256', options='+presence'):
    return '%s,%s,%s,%s' % (b64(name.encode() * 8),
                            b64((POINT * 5)[:TYPES[kind]]), kind, options)


def old(name):
    return '%s,04%s' % (base64.urlsafe_b64encode(name.encode() * 9)
                        .decode().rstrip('='), POINT.hex())


def string(data):
    return len(data).to_bytes(4, 'big') + data


def ssh(name, application=b'ssh:', flags=1, cipher=b'none'):
    """A private key file of OpenSSH's (PROTOCOL.key, PROTOCOL.u2f)."""
    public = (string(b'sk-ssh-ed25519@openssh.com') + string(POINT[:32]) +
              string(application))
    private = (b'chckchck' + public + bytes([flags]) + string(name) +
               string(b'') + string(b'a comment') + b'\1\2\3')
    whole = (b'openssh-key-v1\0' + string(cipher) + string(b'none') +
             string(b'') + b'\0\0\0\1' + string(public) + string(private))
    text = b64(whole)
    return ('-----BEGIN OPENSSH PRIVATE KEY-----\n' +
            '\n'.join(text[i:i + 70] for i in range(0, len(text), 70)) +
            '\n-----END OPENSSH PRIVATE KEY-----\n')


def written(t, name, text, mode=0o600):
    path = t.dir + '/' + name
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def rows(r):
    return [(x['line'], x['user'], x['what'], x['taken']) for x in r['rows']]


def trial(*users):
    t = Trial()
    for user in users:
        t('user', 'add', user)
    return t


def mapping():
    t = trial('ann', 'bob', 'cat')
    path = written(t, 'u2f', '\n'.join([
        '# a comment', '',
        'ann:%s:%s:%s' % (new('one'), new('two', 'eddsa', '+presence+pin'),
                          new('six', 'rs256', '')),
        'bob:' + old('old'),
        'zoe:' + new('zoe'),
        'cat:*,%s,es256,+presence:%s' % (b64(POINT), new('cat')),
        ':' + new('nobody'), 'dog', 'ann2:']) + '\n')
    before = t.sql('SELECT count(*) FROM audit')
    dry = t.json('import', 'u2f-keys', path, '--dry-run')
    check(t.sql('SELECT * FROM key') == [] and
          t.sql('SELECT count(*) FROM audit') == before,
          'a dry run changes nothing')
    r = t.json('import', 'u2f-keys', path)
    check(dry == dict(r, dry_run=True), 'and tells the same', (dry, r))
    check(rows(r) == [
        (3, 'ann', "fido2 'u2f-1'", True), (3, 'ann', "fido2 'u2f-2'", True),
        (3, 'ann', "fido2 'u2f-3'", True), (4, 'bob', "fido2 'u2f-1'", True),
        (5, 'zoe', 'line', False), (6, 'cat', 'fido2', False),
        (6, 'cat', "fido2 'u2f-1'", True), (7, None, 'line', False),
        (8, None, 'line', False), (9, 'ann2', 'line', False)],
        'line by line, and key by key', r)
    notes = [x['note'] for x in r['rows']]
    check('--uv required' in notes[1] and notes[2] is None and
          'U2F' in notes[3] and 'zoe' in notes[4] and
          'enroll key' in notes[5] and 'no user' in notes[7],
          'says why not, and what to know', notes)
    here = 'pam://' + socket.gethostname()
    check(r['origin'] == here, 'of this host, as pam_u2f has it', r)
    check(t.sql('SELECT label, rp, algorithm, length(public), transports, '
                'hex(aaguid), flags, state, sign_count FROM key '
                'ORDER BY algorithm, label, flags') ==
          [('u2f-3', here, -257, 259, '', '0' * 32, 0, 1, 0),
           ('u2f-2', here, -8, 32, '', '0' * 32, 0, 1, 0),
           ('u2f-1', here, -7, 64, '', '0' * 32, 0, 1, 0),
           ('u2f-1', here, -7, 64, '', '0' * 32, 0, 1, 0),
           ('u2f-1', here, -7, 64, '', '0' * 32, 8, 1, 0)],
          'as they stand in the store',
          t.sql('SELECT label, rp, algorithm, flags FROM key'))
    check(('key.adopted', 'pam_u2f', 'EdDSA') in
          [(a, m.get('from'), m.get('algorithm')) for a, m in t.audit()],
          'each is audited', t.audit()[-1])
    r = t.json('import', 'u2f-keys', path)
    check([x['taken'] for x in r['rows']] == [False] * 10 and
          [x['note'] for x in r['rows']].count('already there') == 5,
          'not twice', r)
    r = t('import', 'u2f-keys', path)
    expect(r, 0, 'all of it was there',
           out=r'LINE(.|\n)*3 +ann +fido2 .u2f-1. +no +already(.|\n)*'
               r'Took 0 of 10')
    check('--origin' not in r.out, 'and nothing is assumed of it', r.out)
    t.sql("DELETE FROM key WHERE label = 'u2f-3'")
    r = t('import', 'u2f-keys', path, '--dry-run')
    check(here in r.out and '--origin' in r.out, 'what would be, is said',
          r.out)
    t('import', 'u2f-keys', path)
    r = t('enroll', 'list', 'ann')
    check(r.out.count('fido2') >= 3 or r.out.count('u2f-') == 3,
          'they are listed', r.text())


def origin():
    t = trial('ann', 'bob')
    path = written(t, 'u2f', 'ann:%s\n' % new('one'))
    r = t('import', 'u2f-keys', path, '--origin', 'https://x.org')
    expect(r, 0, 'another origin', out='Took 1 of 1')
    check('origin' not in r.out, 'nothing was assumed', r.out)
    check(t.sql('SELECT rp FROM key') == [('https://x.org',)], 'is kept')
    r = t('--json', 'import', 'u2f-keys', path)
    check(r.code == 6 and 'RP id' in r.json()['rows'][0]['note'],
          'another time with another', r.text())
    for bad in ('', 'a b', 'x' * 129, 'pam://\u00e4'):
        expect(t('import', 'u2f-keys', path, '--origin', bad), 2,
               'no origin: %r' % bad[:9], err='--origin')
    other = written(t, 'other', 'bob:%s:%s\n' % (new('one'), new('two')))
    r = t.json('import', 'u2f-keys', other)
    check(rows(r) == [(1, 'bob', 'fido2', False),
                      (1, 'bob', "fido2 'u2f-1'", True)] and
          'another account' in r['rows'][0]['note'],
          'a key of somebody else', r)


def doubled():
    """Of a user's lines pam_u2f heeds the last."""
    t = trial('ann', 'an')
    path = written(t, 'u2f', 'ann:%s\nan:%s\nann:%s\n' %
                   (new('one'), new('ann'), new('two')))
    r = t.json('import', 'u2f-keys', path)
    check(rows(r) == [(1, 'ann', 'line', False),
                      (2, 'an', "fido2 'u2f-1'", True),
                      (3, 'ann', "fido2 'u2f-1'", True)] and
          'later' in r['rows'][0]['note'], 'several lines of one user', r)
    r = t('--json', 'import', 'u2f-keys', written(t, 'none', 'an:%s\nan\n' %
                                                  new('no')))
    check(r.code == 6 and 'later' in r.json()['rows'][0]['note'],
          'even if that has none', r.text())
    path = written(t, 'many', 'ann:' + ':'.join(
        new('key%02d' % i) for i in range(12)) + '\n')
    r = t.json('import', 'u2f-keys', path)
    check([x['taken'] for x in r['rows']] == [True] * 9 + [False] * 3 and
          '10' in r['rows'][-1]['note'], 'no more than ten', r)
    labels = [x[0] for x in t.sql("SELECT label FROM key WHERE label LIKE "
                                  "'u2f-%' AND account = (SELECT id FROM "
                                  "account WHERE name = 'ann')")]
    check(len(set(labels)) == len(labels) == 10, 'labels of their own', labels)
    path = written(t, 'long', 'x:y\n' * 100001)
    expect(t('import', 'u2f-keys', path), 6, 'too many lines', err='100000')


def policy():
    t = trial('ann')
    path = written(t, 'u2f', 'ann:%s\n' % new('one'))
    t('policy', 'keys', '--attestation', 'direct')
    r = t('--json', 'import', 'u2f-keys', path)
    check(r.code == 6 and 'attest' in r.json()['rows'][0]['note'],
          'the policy for keys holds', r.text())
    check(t.sql('SELECT * FROM key') == [], 'none was taken')


def openssh():
    t = trial('ann', 'bob')
    path = written(t, 'id', ssh(b'handle' * 9))
    expect(t('import', 'u2f-keys', path), 2, 'whose is it?', err='--user')
    r = t.json('import', 'u2f-keys', path, '--user', 'ann')
    check(rows(r) == [(None, 'ann', "fido2 'u2f-1'", True)] and
          'ssh:' in r['rows'][0]['note'], 'a key of OpenSSH', r)
    check(t.sql('SELECT rp, algorithm, length(credential) FROM key') ==
          [('ssh:', -8, 54)], 'with its own application')
    r = t('import', 'u2f-keys', path, '--user', 'ann')
    expect(r, 0, 'again', out='already there')
    check('pam://' not in r.out, 'and no origin is assumed', r.out)
    locked = written(t, 'locked', ssh(b'x', cipher=b'aes256-ctr'))
    expect(t('import', 'u2f-keys', locked, '--user', 'ann'), 6,
           'with a passphrase', out='passphrase')
    public = written(t, 'id.pub', 'sk-ssh-ed25519@openssh.com AAAA ann\n')
    expect(t('import', 'u2f-keys', public), 2, 'a public key',
           err='enroll ssh-key')
    expect(t('import', 'u2f-keys', path, '--user', 'zoe'), 3, 'for nobody',
           err='zoe')
    path = written(t, 'u2f', 'ann:%s\nbob:%s\n' % (new('one'), new('two')))
    r = t.json('import', 'u2f-keys', path, '--user', 'bob')
    check([x[3] for x in rows(r)] == [False, True], "one user's alone", r)


def arguments():
    t = trial('ann')
    path = written(t, 'u2f', 'ann:%s\n' % new('one'))
    for words in ((), (path, '--all-homes'), ('--all-homes', '--user', 'ann'),
                  (path, path)):
        expect(t('import', 'u2f-keys', *words), 2, 'arguments')
    expect(t('import', 'u2f-keys', t.dir + '/none'), 3, 'no file')
    expect(t('import', 'u2f-keys', written(t, 'empty', '')), 6, 'nothing',
           out='nothing to import')
    big = written(t, 'big', '#' * ((8 << 20) + 1))
    expect(t('import', 'u2f-keys', big), 2, 'too long', err='longer')
    if os.geteuid() != 0:
        expect(t('import', 'u2f-keys', '--all-homes'), 5, 'for root only',
               err='sudo')
    check(t.sql('SELECT * FROM key') == [], 'none was taken')


def home(user, text, uid=None, mode=0o644):
    path = user.pw_dir + '/.config/Yubico'
    os.makedirs(path, exist_ok=True)
    with open(path + '/u2f_keys', 'w') as f:
        f.write(text)
    os.chmod(path + '/u2f_keys', mode)
    own = int(user.pw_uid)
    os.chown(path + '/u2f_keys', own if uid is None else uid, -1)
    for d in (user.pw_dir + '/.config', path):
        os.chown(d, own, own)


def homes():
    if os.geteuid() != 0:
        skip('not root')
        return
    t, host = Trial(), Homes()
    for user in host.users:
        t('user', 'add', user.pw_name)
    words = ('import', 'u2f-keys', '--all-homes')
    # One who claims another's account, too.
    home(host.users[0], 'sigra-t1:%s\nsigra-t2:%s\n' % (new('one'),
                                                        new('evil')))
    home(host.users[1], 'sigra-t2:%s\n' % new('two'), mode=0o666)
    home(host.users[2], ssh(b'three' * 9))
    r = host.json(t, *words)
    if r is None:
        skip('no mount namespace to be had')
        return
    check(rows(r) == [(1, 'sigra-t1', "fido2 'u2f-1'", True),
                      (2, 'sigra-t2', 'line', False),
                      (None, 'sigra-t2', 'file', False),
                      (None, 'sigra-t3', "fido2 'u2f-1'", True)],
          'every home that has one', r)
    check('sigra-t1' in r['rows'][1]['note'] and
          '666' in r['rows'][2]['note'], 'and nobody speaks for another', r)
    home(host.users[1], 'sigra-t2:%s\n' % new('two'), uid=0)
    r = host.json(t, *words)
    check((1, 'sigra-t2', "fido2 'u2f-1'", True) in rows(r),
          "a file of root's, as pam_u2f takes it", r)
    home(host.users[3], 'sigra-t4:%s\n' % new('four'),
         uid=int(host.users[0].pw_uid))
    r = host.json(t, *words)
    check((None, 'sigra-t4', 'file', False) in rows(r), "somebody else's", r)


mapping()
origin()
doubled()
policy()
openssh()
arguments()
homes()
done()

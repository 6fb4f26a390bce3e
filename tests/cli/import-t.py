#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# import google-authenticator, oath, otpauth and shadow.
from cli import *
import time
from homes import Homes

KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
OTHER = 'KRUGS4ZANFZSA3TPOQQGCIDLMV4Q'
HEX = '3132333435363738393031323334353637383930'
URI = 'otpauth://totp/Example:ann%40host?secret=' + KEY
HASH = ('$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE'
        '3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1')
# The host's own, of one login.
GOOGLE = ('%s\n" RATE_LIMIT 3 30\n" WINDOW_SIZE 17\n" HOTP_COUNTER 7\n'
          '12345678\n87654321\n')


def taken(r):
    return [(x['user'], x['what'], x['taken']) for x in r['rows']]


def unchanged(t):
    return t.sql('SELECT count(*) FROM audit')[0][0]


def written(t, name, text, mode=0o600):
    path = t.dir + '/' + name
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def otpauth():
    t = Trial()
    t('user', 'add', 'ann')
    before = unchanged(t)
    r = t.json('import', 'otpauth', 'ann', '--stdin', '--dry-run',
               data=URI + '\n')
    check(r['dry_run'] and taken(r) == [('ann', "totp 'ann@host'", True)],
          'a dry run tells', r)
    check(unchanged(t) == before and t.sql('SELECT * FROM otp') == [],
          'and changes nothing')
    r = expect(t('import', 'otpauth', 'ann', '--stdin', data=URI), 0,
               'a URI from standard input', out='yes.*\n.*Took 1 of 1')
    check(t.sql('SELECT kind, label, digits, period, moved FROM otp') ==
          [(1, 'ann@host', 6, 30, 0)], 'is a device')
    check(t.audit()[-1] == ('otp.imported', {
        'kind': 'totp', 'label': 'ann@host', 'from': 'otpauth'}),
        'is audited', t.audit()[-1])
    r = t.json('import', 'otpauth', 'ann', '--stdin', data=URI)
    check(r['rows'][0]['taken'] is False and
          'already there' in r['rows'][0]['note'], 'not twice', r)
    path = written(t, 'uris', '# mine\n\n%s\notpauth://totp/x\n' %
                   URI.replace(KEY, OTHER))
    expect(t('import', 'otpauth', 'ann', path), 0, 'of a file, partly',
           out=r"3 .*ann@host-2' +yes(.|\n)*4 .*no .*secret(.|\n)*"
               r'Took 1 of 2')
    r = t('import', 'otpauth', 'ann', '--stdin', data='otpauth://totp/x\n')
    expect(r, 6, 'nothing that can be taken', out='no .*secret')
    expect(t('import', 'otpauth', 'ann', '--stdin', data=''), 6,
           'nothing at all', out='nothing to import')
    expect(t('import', 'otpauth', 'zoe', '--stdin', data=URI), 3,
           'for nobody', err='zoe')
    for word in (URI, URI.upper(), 'otpauth-migration://offline?data=x'):
        r = expect(t('import', 'otpauth', 'ann', word), 2,
                   'no secret as an argument', err='--stdin')
    expect(t('import', 'otpauth', 'ann'), 2, 'neither', err='either')
    expect(t('import', 'otpauth', 'ann', path, '--stdin'), 2, 'both',
           err='either')
    r = t('import', 'otpauth', 'ann', '--stdin', data=URI * 200000)
    expect(r, 2, 'too much of it', err='longer')
    check(all(KEY not in text and HEX not in text for text in
              (open(t.db, 'rb').read().decode('latin-1'), str(t.audit()))),
          'no key lies open')


def google():
    t = Trial()
    t('user', 'add', 'ann')
    path = written(t, 'ga', GOOGLE % KEY)
    expect(t('import', 'google-authenticator', 'ann', path, '--dry-run'), 0,
           'a dry run', out='Would take 2 of 2; nothing was changed')
    check(t.sql('SELECT * FROM otp') == [], 'changes nothing')
    r = t.json('import', 'google-authenticator', 'ann', path)
    check(taken(r) == [('ann', "hotp 'google-authenticator'", True),
                       ('ann', '2 emergency codes', True)], 'a file', r)
    check(t.sql('SELECT count(*) FROM code WHERE kind = 1') == [(2,)],
          'whose emergency codes go on')
    check(t.sql('SELECT kind, moved FROM otp') == [(2, 7)], 'its counter')
    os.symlink(path, t.dir + '/link')
    os.mkfifo(t.dir + '/fifo')
    expect(t('import', 'google-authenticator', 'ann', t.dir + '/link'), 2,
           'a link is not followed', err='symbolic link')
    expect(t('import', 'google-authenticator', 'ann', t.dir + '/fifo'), 2,
           'a pipe is not waited for', err='no regular file')
    expect(t('import', 'google-authenticator', 'ann', t.dir + '/none'), 3,
           'no file')
    big = written(t, 'big', GOOGLE % OTHER + '\n' * 65536)
    expect(t('import', 'google-authenticator', 'ann', big), 2,
           'a file that is too long', err='longer than 65536')
    for words in ((), ('ann',), ('ann', path, '--all-homes'),
                  ('ann', '--all-homes')):
        expect(t('import', 'google-authenticator', *words), 2,
               'arguments ' + ' '.join(words), err='either')
    check(t.sql('SELECT count(*) FROM otp') == [(1,)], 'still one')


def oath():
    t = Trial()
    t('user', 'add', 'ann')
    path = written(t, 'users.oath', (
        '# of pam_oath\nHOTP\tann\t-\t%s\t2\t359152\t2026-01-02T03:04:05L\n'
        'HOTP/T30/6 ann - %s 0 000000 %s\nHOTP/E/8 bob - %s\n'
        'HOTP ann 0000 %s\n') % (HEX, HEX[2:], '2025-06-01T12:00:00L', HEX,
                                 HEX))
    r = t.json('import', 'oath', path)
    check(taken(r) == [('ann', "hotp 'oath'", True),
                       ('ann', "totp 'oath-2'", True),
                       ('bob', 'device', False), ('ann', 'device', False)],
          'a users.oath', r)
    check([x['line'] for x in r['rows']] == [2, 3, 4, 5] and
          'PIN' in r['rows'][3]['note'], 'line by line', r)
    here = time.mktime(time.strptime('2025-06-01 12:00:00',
                                     '%Y-%m-%d %H:%M:%S'))
    check(t.sql('SELECT moved FROM otp ORDER BY label') ==
          [(3,), (int(here) // 30,)], 'with its counter and its step',
          t.sql('SELECT label, moved FROM otp'))


def shadow():
    t = Trial()
    t('user', 'add', 'ann')
    path = written(t, 'shadow', (
        'root:*:20000:0:99999:7:::\nann:%s:0:0:99999:7::40000:\n'
        'bob:%s:20000:0:99999:7:::\ncat:!%s:20000:0:99999:7:::\n'
        'dan:$1$abcdefgh$TKQ/3yZ5sVaTGTXYYUOhe0:20000::::::\n') %
        (HASH, HASH, HASH))
    r = t.json('import', 'shadow', path)
    check(taken(r) == [('root', 'password', False),
                       ('ann', 'password', True),
                       ('bob', 'password', False),
                       ('cat', 'password', False),
                       ('dan', 'password', False)], 'a shadow', r)
    user = t.json('user', 'show', 'ann')
    check(user['must_change'] and user['expires_at'].startswith('2079-07-'),
          'expires and has to be changed', user)
    r = t.json('import', 'shadow', path, '--add-accounts')
    check(taken(r)[1:3] == [('ann', 'password', False),
                            ('bob', 'password', True)], 'adds accounts', r)
    check([n for n, in t.sql('SELECT name FROM account ORDER BY name')] ==
          ['ann', 'bob'], 'but no more')
    r = t('password', 'check', 'bob', '--stdin', data='import me 1')
    check(r.code == 6 and 'you have now' in r.err, 'which can log in',
          r.text())
    check(HASH not in str(t.audit()), 'no hash in the audit')
    path = written(t, 'rooted', 'root:%s:20000:0:99999:7:::\n' % HASH)
    expect(t('import', 'shadow', path), 6, 'without --add-accounts',
           out='--add-accounts')
    r = t('import', 'shadow', path, '--add-accounts', '--dry-run')
    check('warning' not in r.err and "decides root's logins" in
          re.sub(r'\s+', ' ', r.out), 'root, to be seen before', r.text())
    r = t('import', 'shadow', path, '--add-accounts')
    check(r.code == 0 and "decides root's logins from now on" in
          re.sub(r'\s+', ' ', r.out) and
          "warning: this account decides root's logins from now on: try its "
          'password' in r.err, 'and done: a warning', r.text())
    if os.geteuid() == 0:
        expect(t('import', 'shadow', '--dry-run'), 6,
               "the host's own, with no account of it", out='Would take 0')


def home(user, text, mode=0o600, uid=None):
    path = user.pw_dir + '/.google_authenticator'
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, mode)
    uid = int(user.pw_uid) if uid is None else uid
    os.chown(path, uid, int(user.pw_gid))


def all_homes():
    if os.geteuid() != 0:
        skip('only root becomes other users')
        return
    t, host = Trial(), Homes()
    users = host.users
    for user in users:
        t('user', 'add', user.pw_name)
    t('user', 'add', 'of-no-host')
    words = ('import', 'google-authenticator', '--all-homes')
    expect(t(*words), 6, 'none of the host has an account',
           out='nothing to import')
    home(users[0], GOOGLE % KEY)
    home(users[1], GOOGLE % OTHER, mode=0o644)
    # A file of root's, which root must not read for him.
    secret = written(t, 'secret', GOOGLE % KEY)
    os.symlink(secret, users[2].pw_dir + '/.google_authenticator')
    dry = host.json(t, *words, '--dry-run')
    if dry is None:
        skip('no mount namespace to be had')
        return
    check(t.sql('SELECT * FROM otp') == [], 'a dry run changes nothing')
    r = host.json(t, *words)
    check(r['rows'] == dry['rows'], 'and tells the same', r)
    check(taken(r) == [('sigra-t1', "hotp 'google-authenticator'", True),
                       ('sigra-t1', '2 emergency codes', True),
                       ('sigra-t2', 'file', False),
                       ('sigra-t3', 'file', False)],
          'every home that has one', r)
    check('644' in r['rows'][2]['note'] and
          'symbolic link' in r['rows'][3]['note'], 'says why not', r)
    # A file of root's that only root could read, and a home that leads to
    # somebody else's.
    home(users[1], GOOGLE % OTHER, uid=0)
    os.rmdir(users[3].pw_dir)
    os.symlink(users[0].pw_dir, users[3].pw_dir)
    r = host.json(t, *words)
    notes = {x['user']: x['note'] for x in r['rows']}
    check('already there' in str(r['rows'][0]), 'not twice', r)
    check('ermission' in notes['sigra-t2'] and
          'ermission' in notes['sigra-t4'], 'each is read as the user', r)
    # One that others can read, of another owner.
    home(users[1], GOOGLE % OTHER, uid=0, mode=0o644)
    r = host.json(t, *words)
    check('uid 0' in {x['user']: x['note'] for x in r['rows']}['sigra-t2'],
          'and has to be his', r)
    check(t.sql('SELECT count(*) FROM otp') == [(1,)], 'one was taken')
    # One whose deletion is due is nobody's, and stops nobody.
    expect(t('user', 'delete', 'sigra-t1', '--yes'), 0, 'deleted later')
    t.sql("UPDATE account SET delete_at = 1 WHERE name = 'sigra-t1'")
    home(users[1], GOOGLE % OTHER)
    r = host.json(t, *words)
    check(taken(r)[:2] == [('sigra-t2', "hotp 'google-authenticator'", True),
                           ('sigra-t2', '2 emergency codes', True)] and
          'sigra-t1' not in str(r), 'who is to be deleted is left out', r)


os.environ.pop('TZ', None)
time.tzset()
otpauth()
google()
oath()
shadow()
all_homes()
done()

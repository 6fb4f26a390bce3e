#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# JWTs and refresh tokens; what is made is checked by another implementation
# (Python's cryptography), with nothing but what `token jwks` prints.
import base64
import hashlib
import threading

from cli import *

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import \
        Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

REFRESH = r'sigra_rt_[A-Za-z0-9_-]{49}'


def plain(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def compact(doc):
    return json.dumps(doc, separators=(',', ':')).encode()


def claims(jwt):
    return json.loads(plain(jwt.split('.')[1]))


def independent(jwt, jwks, service):
    """As any service would: whose is it?  None: it is not good."""
    header, body, signature = jwt.split('.')
    head = json.loads(plain(header))
    keys = [k for k in jwks['keys'] if k['kid'] == head['kid']]
    if head['alg'] != 'EdDSA' or len(keys) != 1:
        return None
    if Ed25519PublicKey is not None:
        try:
            Ed25519PublicKey.from_public_bytes(plain(keys[0]['x'])).verify(
                plain(signature), (header + '.' + body).encode())
        except InvalidSignature:
            return None
    said = json.loads(plain(body))
    if said['aud'] != service or not (
            said['iat'] <= time.time() < said['exp']):
        return None
    return said['sub']


t = Trial()
for user in ('ann', 'bob'):
    t('user', 'add', user)
t('org', 'add', 'acme')
t('service', 'add', 'acme', 'bot')
expect(t('token', 'issue-jwt', 'ann', '--service', 'dovecot'), 6,
       'off unless sigra.conf says so', err='accept = yes')
expect(t('token', 'refresh', '--stdin', data='sigra_rt_\n'), 6, 'both')

home = os.path.join(t.dir, 'etc')
conf = os.path.join(home, 'sigra.conf')
os.mkdir(home, 0o755)


def configure(**jwt):
    with open(conf, 'w') as f:
        f.write('[store]\nwhere = %s\nkey = %s\n[jwt]\n' % (t.where, t.key))
        for name, value in jwt.items():
            f.write('%s = %s\n' % (name, value))


def of(*args, **more):
    return call('-c', conf, *args, **more)


def issue(user='ann', service='dovecot', *more):
    return of('--json', 'token', 'issue-jwt', user, '--service', service,
              *more)


def refresh(text, *more):
    return of(*more, 'token', 'refresh', '--stdin', data=text + '\n')


configure(accept='perhaps')
expect(of('token', 'jwks'), 7, 'yes or no', err='jwt.accept must be yes or no')
configure(accept='yes')

# --- the key ---
doc = of('--json', 'token', 'jwks').json()
key = doc['keys'][0]
check(len(doc['keys']) == 1 and key['kty'] == 'OKP' and key['crv'] == 'Ed25519'
      and key['alg'] == 'EdDSA' and key['use'] == 'sig' and 'd' not in key
      and len(plain(key['x'])) == 32, 'token jwks', doc)
thumb = hashlib.sha256(compact({'crv': 'Ed25519', 'kty': 'OKP',
                                'x': key['x']})).digest()
check(plain(key['kid']) == thumb, 'kid is the thumbprint of RFC 7638')
check(of('token', 'jwks').json() == doc, 'the same without --json')

# --- what is made ---
made = issue().json()
jwt = made['jwt']
check(re.fullmatch(REFRESH, made['refresh_token']) is not None
      and made['user'] == 'ann' and made['service'] == 'dovecot',
      'token issue-jwt', made)
check(len(jwt) <= 510 and all(re.fullmatch('[A-Za-z0-9_-]+', p)
                              for p in jwt.split('.')), 'compact', jwt)
check(plain(jwt.split('.')[0]) == compact(
    {'alg': 'EdDSA', 'kid': key['kid'], 'typ': 'JWT'}), 'the header')
said = claims(jwt)
check(sorted(said) == ['aud', 'epoch', 'exp', 'iat', 'iss', 'jti', 'sub']
      and said['aud'] == 'dovecot' and said['sub'] == made['account']
      and said['exp'] - said['iat'] == 900
      and said['iss'].startswith('sigra:'), 'the claims', said)
if Ed25519PublicKey is None:
    skip('there is no Python cryptography to check a signature by')
check(independent(jwt, doc, 'dovecot') == made['account'],
      'another implementation takes it')
check(independent(jwt, doc, 'sshd') is None, 'for its service alone')
if Ed25519PublicKey is not None:
    head, body, signature = jwt.split('.')
    said['sub'] = 'x' * 36
    forged = base64.urlsafe_b64encode(compact(said)).rstrip(b'=').decode()
    check(independent('.'.join((head, forged, signature)), doc, 'dovecot')
          is None, 'and no other')
r = of('token', 'issue-jwt', 'ann', '--service', 'dovecot')
check(r.code == 0 and re.search('^eyJ', r.out, re.M)
      and re.search('^    ' + REFRESH + '$', r.out, re.M)
      and [x for x in wide(r.out) if not x.startswith('eyJ')] == [],
      'in words', r.text())
expect(of('token', 'issue-jwt', 'ann', '--service', 'dovecot',
          env=environment(LC_ALL='C')), 0, 'in C')
configure(accept='yes', issuer='https://id.example')
check(claims(issue().json()['jwt'])['iss'] == 'https://id.example',
      'whose they are sigra.conf says')
configure(accept='yes', issuer='x' * 64)
expect(issue('ann', 's' * 64), 6, 'too long for a prompt', err='jwt.issuer')
check(len(issue('ann', 's' * 14).json()['jwt']) <= 510, 'not too long')
configure(accept='yes')

# --- what is not ---
expect(of('token', 'issue-jwt', 'ann'), 2, 'for what?', err='--service')
expect(issue('nobody'), 3, 'for whom?')
expect(issue('bot'), 4, 'a service account has secrets')
for bad in ('', 'a b', 'a/b', 'Zoë', 'x' * 65, 'a\nb', b'\xff'):
    expect(issue('ann', bad), 2, 'no service: %r' % bad)
for bad in ('0', '91', '-1', '1d', '', '1.5'):
    expect(issue('ann', 'a', '--refresh-days', bad), 2, 'no days: %r' % bad)
made = issue('ann', 'a', '--refresh-days', '1').json()
check(made['refresh_expires_at'] > made['expires_at'], 'a day')
for bad in ('', 'hunter2', 'sigra_rt_', made['refresh_token'][:-1],
            made['refresh_token'] + 'A', made['jwt'],
            made['refresh_token'][:-1] + '.'):
    expect(refresh(bad), 2, 'no refresh token: %r' % bad[:12],
           err='no refresh token' if bad else None)
check(of('token', 'refresh', made['refresh_token']).code == 2,
      'never in the arguments')
expect(of('token', 'refresh'), 2, 'nobody to ask', err='--stdin')

# --- one after the other ---
of('token', 'revoke-jwt', 'ann')
first = issue().json()
second = refresh(first['refresh_token'], '--json').json()
check(second['family'] == first['family'] and second['jwt'] != first['jwt']
      and second['refresh_expires_at'] == first['refresh_expires_at']
      and independent(second['jwt'], doc, 'dovecot') == first['account'],
      'token refresh', second)
r = refresh(second['refresh_token'])
check(r.code == 0 and re.search(REFRESH, r.out), 'in words', r.text())
expect(refresh(first['refresh_token']), 6, 'a spent one', err='two hands')
expect(refresh(re.search(REFRESH, r.out).group(0)), 6, 'ends the family',
       err='not good')
expect(refresh(second['refresh_token']), 6, 'all of it')
tables = t.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
for table, in tables:
    text = str(t.sql('SELECT * FROM ' + table))
    check(first['refresh_token'] not in text and first['jwt'] not in text,
          'neither is in ' + table)

# --- two at the same moment ---
for i in range(20):
    made, ends = issue('bob').json(), []
    gate = threading.Barrier(2)

    def race():
        gate.wait()
        ends.append(refresh(made['refresh_token'], '--json'))
    both = [threading.Thread(target=race) for _ in range(2)]
    for b in both:
        b.start()
    for b in both:
        b.join()
    won = [e for e in ends if e.code == 0]
    ok = len(won) == 1 and sorted(e.code for e in ends) == [0, 6]
    check(ok and refresh(won[0].json()['refresh_token']).code == 6,
          'one of two wins, and the family ends: %d' % i,
          '\n'.join(e.text() for e in ends))
check(t.sql('SELECT count(*) FROM refresh WHERE spent_at = 0 AND '
            'revoked_at = 0 AND account = ?', made['account']) == [(0,)],
      'none of them is left')

# --- the end of them ---
first, second = issue('bob').json(), issue('bob', 'sshd').json()
expect(of('token', 'revoke-jwt', 'nobody'), 3, 'of whom?')
check(of('--json', 'token', 'revoke-jwt', 'bob').json()['revoked'] == 2,
      'token revoke-jwt')
expect(of('token', 'revoke-jwt', 'bob'), 0, 'none is left', out='now: 0')
expect(refresh(second['refresh_token']), 6, 'void')
for i in range(10):
    made = issue('bob').json()
expect(issue('bob'), 6, '10 families at most', err='limit')
check(of('--json', 'token', 'revoke-all', 'bob').json()['revoked'] == 10,
      'with all that programs show')
made = issue('bob').json()
expect(of('password', 'set', 'bob', '--stdin', data='a good new one\n'), 0,
       'a new password')
expect(refresh(made['refresh_token']), 6, 'ends what was before')
made = issue('bob').json()
expect(of('user', 'delete', 'bob', '--yes', '--now'), 0, 'deleted')
expect(refresh(made['refresh_token']), 6, 'ends it, too')
configure(accept='no')
made = refresh(made['refresh_token'])
expect(made, 6, 'off again', err='accept = yes')

actions = {a for a, _ in t.audit()}
check({'token.jwt_issued', 'token.refreshed', 'token.refresh_reused',
       'token.jwt_revoked'} <= actions, 'audited', actions)
check(not re.search('sigra_rt_|eyJ', str(t.audit())), 'and never what they '
      'are')
t.end()
done()

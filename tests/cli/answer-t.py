#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# answer: a challenge from far away, and a key of software here.
# arguments: sigractl, sigra-fido, softkey_preload.so
from cli import *
import base64
import hashlib
import shlex

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'softkey'))
from softkeys import SoftKey  # noqa: E402

FIDO, PRELOAD = os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
PREFERRED, REQUIRED, DISCOURAGED = 1, 2, 3
ATTEMPT = '01920000-0000-7000-8000-000000000001'
RANDOM = bytes(range(32))
# By another implementation, in the Python that has one.
JUDGE = '''
import sys
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives import hashes
point, data, signature = [bytes.fromhex(x) for x in sys.argv[1:]]
key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
'''


def url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def unurl(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def put(data, width):
    data = data.encode() if isinstance(data, str) else data
    return len(data).to_bytes(width, 'big') + data


def challenge(entries, user='ann', service='sshd', host='box.example',
              uv=DISCOURAGED):
    body = (b'\1' + RANDOM + put(user, 2) + put(service, 2) + put(host, 2) +
            put(ATTEMPT, 2) + bytes([uv, len(entries)]))
    for rp, identity in entries:
        body += put(rp, 2) + put(identity, 2)
    word = 'sigra-challenge:'
    total = hashlib.blake2b(word.encode() + body, digest_size=32).digest()
    return word + url(body + total[:4])


def hashed(user='ann', service='sshd', host='box.example'):
    return hashlib.sha256(b''.join(
        put(x, 4) for x in ('sigra-assert-1', RANDOM, user, service, host,
                            ATTEMPT))).digest()


def opened(line):
    """(entry, authenticator data, signature)"""
    word = 'sigra-answer:'
    assert line.startswith(word)
    whole = unurl(line[len(word):])
    body, total = whole[:-4], whole[-4:]
    assert hashlib.blake2b(word.encode() + body,
                           digest_size=32).digest()[:4] == total
    assert body[0] == 1
    n = int.from_bytes(body[39:41], 'big')
    assert len(body) == 41 + n
    return body[1], body[2:39], body[41:]


def right(key, line, rp, **whom):
    entry, data, signature = opened(line)
    p = subprocess.run(['/usr/bin/python3', '-c', JUDGE, key.hex(),
                        (data + hashed(**whom)).hex(), signature.hex()],
                       capture_output=True)
    return (p.returncode == 0 and
            data[:32] == hashlib.sha256(rp.encode()).digest())


d = tempfile.mkdtemp(prefix='sigra-cli.')
atexit.register(shutil.rmtree, d, ignore_errors=True)
# sigractl's descriptors are taken from it: standard output goes to a file.
OUT = d + '/out'


def said():
    with open(OUT) as f:
        return f.read()


def person(*words, libexec, data=None):
    """At a terminal; DATA: the challenge comes by a pipe."""
    args = ['--libexec', libexec, *words]
    if data is None:
        return Terminal('answer', *args, out=OUT)
    with open(d + '/in', 'w') as f:
        f.write(data)
    line = ' '.join(shlex.quote(w) for w in [SIGRACTL, 'answer', *args])
    return Terminal('-c', 'exec %s < %s' % (line, d + '/in'),
                    program='/bin/sh', out=OUT)


def made(key, rp):
    """A credential of pam_u2f's own making: (id, point)."""
    p = subprocess.run(['pamu2fcfg', '-n', '-o', rp], input=b'1234\n',
                       env={**os.environ, **key.preload_env()},
                       capture_output=True, timeout=60)
    assert p.returncode == 0, p.stderr
    identity, point = p.stdout.decode().split(':')[-1].split(',')[:2]
    return base64.b64decode(identity), b'\4' + base64.b64decode(point)


def with_key(key, libexec):
    rp = 'pam://old-host'
    key.autotouch(20)
    identity, point = made(key, rp)
    whole = challenge([('example.org', b'other'), (rp, identity)])

    term = person(libexec=libexec)
    check(term.read_until(b'sigra-challenge:'), 'asks for it', term.seen)
    term.type(whole.encode() + b'\n')
    check(term.read_until(b'[y/N] '), 'asks', term.seen)
    check(all(x in term.seen for x in (b'user  ann', b'host  box.example',
                                       b'by       sshd')),
          'who wants to log in where', term.seen)
    term.type(b'y\n')
    code = term.wait()
    check(code == (0, None) and b'Touch your security key' in term.seen,
          'says what to do', (code, term.seen))
    check(said().count('\n') == 1 and opened(said().strip())[0] == 1 and
          right(point, said().strip(), rp), 'and the key has signed', said())
    check(b'sigra-answer' not in term.seen, 'on standard output alone')

    # What is shown is what is signed.
    check(not right(point, said().strip(), rp, user='root') and
          not right(point, said().strip(), rp, host='other') and
          not right(point, said().strip(), rp, service='su'),
          'for nobody else and nowhere else')

    term = person('--json', libexec=libexec, data=whole + '\n')
    check(term.read_until(b'[y/N] '), 'by a pipe', term.seen)
    term.type(b'yes\n')
    code = term.wait()
    r = json.loads(said())
    names = call('--json', 'help', 'answer').json()['commands'][0]
    check(code == (0, None) and right(point, r['answer'], rp) and
          (r['user'], r['host'], r['service']) ==
          ('ann', 'box.example', 'sshd') and
          shape_wrong(shape_parse(names['json']), r) is None, 'in JSON', r)

    # A terminal that broke the line, and one that is longer than it keeps.
    far = [('far-%d.example' % i, bytes([i]) * 400) for i in range(9)]
    long = challenge(far + [(rp, identity)])
    check(len(long) > 4200, 'a long one', len(long))
    for name, text in (('in pieces', '\n'.join(
            whole[i:i + 80] for i in range(0, len(whole), 80))),
                       ('of many keys', long)):
        term = person(libexec=libexec)
        term.read_until(b'sigra-challenge:')
        term.type(text.encode() + b'\n')
        check(term.read_until(b'[y/N] '), 'one ' + name, term.seen)
        check(b'not all' not in term.seen, 'is one', term.seen)
        term.type(b'y\n')
        code = term.wait()
        check(code == (0, None) and right(point, said().strip(), rp),
              'and is answered', (code, term.seen))

    # No means no, and so does anything else.
    for answer in (b'n\n', b'\n', b'\x04', b'Y e s\n', b'no way at all\n'):
        before = key.count('cbor')
        term = person(libexec=libexec, data=whole)
        term.read_until(b'[y/N] ')
        term.type(answer)
        code = term.wait()
        check(code == (1, None) and said() == '' and
              key.count('cbor') == before, 'no: %r' % answer,
              (code, term.seen))

    # Ctrl-C while it waits to be touched takes the request back.
    key.autotouch(-1)
    before = key.count('cancel')
    term = person(libexec=libexec, data=whole)
    term.read_until(b'[y/N] ')
    term.type(b'y\n')
    check(term.read_until(b'Touch your'), 'waits', term.seen)
    term.type(b'\x03')
    code = term.wait()
    check(code == (None, signal.SIGINT) and said() == '', 'Ctrl-C ends it',
          (code, term.seen))
    check(key.wait('cancel', before + 1), 'and the key blinks no more')
    key.autotouch(20)

    # Verification, with the PIN.
    term = person(libexec=libexec, data=challenge([(rp, identity)],
                                                  uv=REQUIRED))
    term.read_until(b'[y/N] ')
    term.type(b'y\n')
    check(term.read_until(b'PIN'), 'asks for the PIN', term.seen)
    term.type(b'1234\n')
    code = term.wait()
    check(code == (0, None) and right(point, said().strip(), rp) and
          opened(said().strip())[1][32] & 4 == 4 and
          b'1234' not in term.seen, 'and the user is verified',
          (code, term.seen))


def names(libexec):
    """What is shown cannot lie by its characters."""
    whole = challenge([('x.org', b'x')], user='ann\x1b[2J\nhost  safe',
                      host='box\u202e')
    term = person(libexec=libexec, data=whole)
    term.read_until(b'[y/N] ')
    check(b'\x1b' not in term.seen and b'\xe2\x80\xae' not in term.seen and
          b'\\x1b[2J\\x0ahost' in term.seen, 'names are shown safely',
          term.seen)
    term.type(b'n\n')
    term.wait()


def torn(libexec):
    whole = challenge([('x.org', b'x' * 64)])
    for name, text in (('torn', whole[:-7]), ('torn within',
                                              whole[:40] + whole[44:]),
                       ('altered',
                        whole[:30] + whole[30:60].swapcase() + whole[60:]),
                       ('another', 'sigra-answer:AAAA'), ('none', 'hello'),
                       ('empty', ''), ('a NUL', '\0'),
                       ('too long', 'x' * 20000)):
        r = call('answer', '--libexec', libexec, data=text)
        expect(r, 2, name)
        check('or something in it has changed: copy the whole line' in r.err
              and 'sigra-challenge:' in r.err, 'and says what to do', r.err)
    r = call('answer', '--libexec', libexec, data=whole)
    expect(r, 2, 'nobody is there to ask', err='no terminal')
    term = person(libexec=libexec)
    term.read_until(b'sigra-challenge:')
    term.type(whole[:60].encode() + b'\n')
    check(term.read_until(b'not all of it'), 'half of it', term.seen)
    term.type(b'\n')
    code = term.wait()
    check(code == (2, None) and b'copy the whole line' in term.seen,
          'and no more', (code, term.seen))
    for typed, how in ((b'sigra\x04', (2, None)), (b'\x04', (1, None)),
                       (b'\x03', (None, signal.SIGINT))):
        term = person(libexec=libexec)
        term.read_until(b'sigra-challenge:')
        term.type(typed)
        code = term.wait()
        check(code == how, 'given up: %r' % typed, (code, term.seen))


with SoftKey(d + '/key', preload=PRELOAD, pin='1234') as key:
    libexec = key.libexec(d + '/libexec', FIDO)
    if shutil.which('pamu2fcfg') is None:
        skip('no pamu2fcfg to make a credential with')
    else:
        with_key(key, libexec)
    names(libexec)
    torn(libexec)
    term = person(libexec=d + '/none')
    code = term.wait()
    check(code == (7, None) and b'install' in term.seen, 'no sigra-fido',
          (code, term.seen))
expect(call('answer', 'sigra-challenge:AAAA'), 2, 'never an argument')
done()

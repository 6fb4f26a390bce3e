#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# authorized-keys, against a verifier that says what it is told to.
from cli import *
import base64
import socket
import threading

HELLO, WELCOME, QUERY, ROW, END = 1, 2, 9, 10, 11
AUTHORIZED = 7
VERSION = 4


def string(text):
    data = text.encode() if isinstance(text, str) else text
    return len(data).to_bytes(2, 'big') + data


def ssh(*parts):
    out = b''
    for p in parts:
        p = p.encode() if isinstance(p, str) else p
        out += len(p).to_bytes(4, 'big') + p
    return base64.b64encode(out).decode()


def row(**pairs):
    key = pairs.pop('key', '')
    for n in range(0, len(key), 256):
        pairs['key%d' % (n // 256)] = key[n:n + 256]
    return bytes([ROW, len(pairs)]) + b''.join(
        string(k) + string(v) for k, v in pairs.items())


class Verifier:
    """Answers each connection with ROWS and END; silent: hangs up instead."""

    def __init__(self, directory):
        self.path = directory + '/verifier.sock'
        self.asked, self.rows, self.ends = [], [], True
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.s.bind(self.path)
        os.chmod(self.path, 0o666)
        self.s.listen(8)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            with self.s.accept()[0] as c:
                hello = c.recv(65536)
                assert hello[0] == HELLO
                c.send(bytes([WELCOME]) + VERSION.to_bytes(2, 'big'))
                query = c.recv(65536)
                self.asked.append(query)
                for r in self.rows:
                    c.send(r)
                if self.ends:
                    c.send(bytes([END]))


if os.geteuid() != 0:
    skip("a verifier's socket is in a directory of root's")
    done()

d = tempfile.mkdtemp(prefix='sigra-cli.')
atexit.register(shutil.rmtree, d, ignore_errors=True)
os.chmod(d, 0o755)
v = Verifier(d)
conf = d + '/sigra.conf'


def configured(**more):
    words = {'keys': 'nobody', **more}
    # There is no store, and nothing would open it.
    with open(conf, 'w') as f:
        f.write('[store]\nwhere = sqlite:%s/none/sigra.db\n'
                '[verifier]\nsocket = %s\n[service]\nkeys = %s\n' %
                (d, v.path, words['keys']))
    os.chmod(conf, 0o644)


def ask(*words, **more):
    return call('-c', conf, *words, **more)


configured()
POINT = bytes(range(32))
ED = ssh('ssh-ed25519', POINT)
SK = ssh('sk-ssh-ed25519@openssh.com', POINT, 'ssh:')
CA = ssh('ssh-ed25519', POINT[::-1])
RSA = ssh('ssh-rsa', b'\1\0\1', b'\0' + b'\xff' * 512)
CERT = ssh('ssh-ed25519-cert-v01@openssh.com', b'nonce', POINT)


def certificate(authority):
    body = base64.b64decode(CERT)
    for part, size in ((0, 8), (1, 4)):
        body += part.to_bytes(size, 'big')
    body += base64.b64decode(ssh('id', base64.b64decode(ssh('ann'))))
    body += bytes(8) + b'\xff' * 8
    body += base64.b64decode(ssh('', '', '', base64.b64decode(authority),
                                 base64.b64decode(ssh('ssh-ed25519',
                                                      b'x' * 64))))
    return base64.b64encode(body).decode()


OPTIONS = 'cert-authority,principals="ann"'
v.rows = [row(type='ssh-ed25519', options='', key=ED),
          row(type='sk-ssh-ed25519@openssh.com', options='', key=SK,
              label='my key'),
          row(type='ssh-rsa', options='', key=RSA, label='a"b\\c\n\u00e4'),
          row(type='ssh-ed25519', options=OPTIONS, key=CA, label='house')]
LINES = ['ssh-ed25519 ' + ED, 'sk-ssh-ed25519@openssh.com %s my key' % SK,
         'ssh-rsa %s a_b_c___' % RSA,
         '%s ssh-ed25519 %s house' % (OPTIONS, CA)]

r = ask('authorized-keys', 'ann')
check(r.code == 0 and r.out.splitlines() == LINES and r.err == '',
      'all of them, as sshd reads them', r.text())
check(v.asked[-1] == bytes([QUERY, AUTHORIZED]) + string('ann'),
      'of the verifier, by name', v.asked[-1])
with open(d + '/keys', 'w') as f:
    f.write(r.out)
p = subprocess.run(['ssh-keygen', '-l', '-f', d + '/keys'],
                   capture_output=True, text=True)
check(p.returncode == 0 and p.stdout.count('SHA256:') == 4,
      'and ssh-keygen, too', p.stdout + p.stderr)
r = call('-c', conf, '--json', 'authorized-keys', 'ann')
check([(k['options'], k['type'], k['key'], k['label'])
       for k in r.json()['keys']][3] == (OPTIONS, 'ssh-ed25519', CA, 'house'),
      'in JSON', r.text())
names = call('--json', 'help', 'authorized-keys').json()['commands'][0]
check(shape_wrong(shape_parse(names['json']), r.json()) is None,
      'of the shape that help says')


def offered(kind, key, lines, what):
    r = ask('authorized-keys', 'ann', '--type', kind, '--key', key)
    check(r.code == 0 and r.out.splitlines() == lines and r.err == '', what,
          r.text())


offered('ssh-ed25519', ED, [LINES[0]], 'only the key that is offered')
offered('sk-ssh-ed25519@openssh.com', SK, [LINES[1]], 'likewise')
offered('ssh-rsa', RSA, [LINES[2]], 'one of many pieces')
offered('ssh-ed25519', ssh('ssh-ed25519', b'y' * 32), [], 'a stranger')
offered('ssh-ed25519', CA, [], 'an authority is no key to log in with')
offered('ssh-ed25519-cert-v01@openssh.com', certificate(CA), [LINES[3]],
        'of a certificate, its authority')
offered('ssh-ed25519-cert-v01@openssh.com', certificate(ED), [],
        'signed by a key that is no authority')
for kind, key in (('ssh-dss', 'AAAA'), ('', ''), ('ssh-ed25519', SK),
                  ('ssh-ed25519', '!'), ('x' * 300, ED),
                  ('ssh-ed25519', 'A' * 20000)):
    n = len(v.asked)
    offered(kind, key, [], 'nonsense: %.12s %.12s' % (kind, key))
    check(len(v.asked) == n, 'asks nobody')
expect(ask('authorized-keys', 'ann', '--type', 'ssh-rsa'), 2, 'half of it',
       err='--key')
expect(ask('authorized-keys'), 2, 'for nobody')
expect(call('-s', 'sqlite:' + d + '/x/y', 'authorized-keys', 'ann'), 2,
       'of a store', err='verifier')

# Unknown, disabled, without keys: one and the same.
v.rows = []
r = ask('authorized-keys', 'zoe')
check((r.code, r.out, r.err) == (0, '', ''), 'none', r.text())
r = ask('authorized-keys', 'z' * 300)
check((r.code, r.out, r.err) == (0, '', ''), 'a name that is too long',
      r.text())

# Who may ask.
r = ask('authorized-keys', 'ann', user='nobody')
check((r.code, r.out) == (0, ''), 'the service of sshd may ask', r.text())
n = len(v.asked)
for keys in ('daemon', 'no-such-user', 'root'):
    configured(keys=keys)
    expect(ask('authorized-keys', 'ann', user='nobody'), 5,
           'nobody else: ' + keys, err='service.keys')
check(len(v.asked) == n, 'and is not even asked for')
configured()

# Not all of it is none of it.
v.rows = [row(type='ssh-ed25519', options='', key=ED)]
v.ends = False
expect(ask('authorized-keys', 'ann'), 7, 'it hangs up')
v.ends = True
for bad in (row(type='ssh-ed25519', options='', key=SK),
            row(type='ssh-ed25519', options='', key='x'),
            row(type='ssh-ed25519', options='a\nb', key=ED),
            row(type='ssh-ed25519\nssh-rsa', options='', key=ED),
            row(type='ssh-ed25519', options=''), b'\xff'):
    v.rows = [row(type='ssh-ed25519', options='', key=ED), bad]
    r = ask('authorized-keys', 'ann')
    expect(r, 7, 'it says nonsense: %.40r' % bad)
    check(len(r.err.splitlines()) == 1, 'in one line', r.err)
v.s.close()
os.unlink(v.path)
expect(ask('authorized-keys', 'ann'), 7, 'none listens',
       err=r'no verifier.*start sigrad, see sigrad\(8\)')
expect(call('-c', d + '/none', 'authorized-keys', 'ann'), 7, 'no config')
check(not os.path.exists(d + '/none'), 'nothing was made')
done()

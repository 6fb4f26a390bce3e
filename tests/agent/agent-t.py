#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sigra-agent, with a real ssh-agent and with ones that mean no good:
agent-t.py PROGRAM [sandboxed]"""
import base64
import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.path.abspath(sys.argv[1])
SANDBOXED = sys.argv[2:] == ['sandboxed']
# A leak checker would have to trace.
ENV = {'ASAN_OPTIONS': 'detect_leaks=0'}
DONE, NONE, REFUSED, GONE, BROKEN = 1, 2, 3, 4, 5
REQUEST, FOUND, REPLY = 1, 2, 3
LIST, LIST_ANSWER, SIGN, SIGN_ANSWER, FAILURE = 11, 12, 13, 14, 5
points = failures = 0


def check(ok, what, note=None):
    global points, failures
    points += 1
    failures += not ok
    print(f"{'' if ok else 'not '}ok {points} - {what}")
    if not ok and note is not None:
        print(f'# {note!r}')
    sys.stdout.flush()


def string(b, width=4):
    return len(b).to_bytes(width, 'big') + b


def request(blobs, data=b'data', seconds=20):
    """The frame as sigra-agent(8) has it."""
    return (bytes([1, REQUEST]) + struct.pack('>HB', seconds, len(blobs)) +
            b''.join(string(b, 2) for b in blobs) + string(data, 2))


def message(body):
    return string(body)


def identities(blobs):
    return message(bytes([LIST_ANSWER]) + struct.pack('>I', len(blobs)) +
                   b''.join(string(b) + string(b'comment') for b in blobs))


class Asked:
    """sigra-agent, started as the module does."""

    def __init__(self, path, frame=None):
        self.sock, other = socket.socketpair(socket.AF_UNIX,
                                             socket.SOCK_SEQPACKET)
        self.sock.settimeout(60)
        self.process = subprocess.Popen([PROGRAM, path], stdin=other,
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env=ENV)
        other.close()
        if frame is not None:
            self.sock.send(frame)

    def frame(self):
        return self.sock.recv(9000)

    def end(self):
        code = self.process.wait(60)
        self.sock.close()
        return code


def ask(path, frame):
    """All frames that come, and the exit status."""
    asked = Asked(path, frame)
    frames = []
    while True:
        got = asked.frame()
        if not got:
            return frames, asked.end()
        frames.append(got)


def ends(path, frame, end, what):
    """A reply without a signature, which is all that is said."""
    got = ask(path, frame)
    check(got == ([bytes([1, REPLY, end])], 0), what, got)


class Fake:
    """An agent that answers each message by what SAY returns; None: never."""

    def __init__(self, directory, say):
        self.path = os.path.join(directory, 'fake')
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.heard, self.say = [], say
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        conn, _ = self.listener.accept()
        with conn, conn.makefile('rb') as stream:
            try:
                while self.answer(conn, stream):
                    pass
            except OSError:
                pass

    def answer(self, conn, stream):
        head = stream.read(4)
        if len(head) < 4:
            return False
        body = stream.read(int.from_bytes(head, 'big'))
        self.heard.append(body)
        said = self.say(body)
        if said is not None:
            conn.sendall(said)
        return said != b''


def verifies(directory, public, signature, wrapped_for):
    """By ssh-keygen, which knows more of it than we do."""
    blob = base64.b64decode(public.split()[1])
    body = (b'SSHSIG' + struct.pack('>I', 1) + string(blob) +
            string(b'login@sigra') + string(b'') + string(b'sha256') +
            string(signature))
    text = base64.encodebytes(body).decode()
    sig, allowed = (os.path.join(directory, n) for n in ('sig', 'allowed'))
    with open(sig, 'w', encoding='ascii') as f:
        f.write('-----BEGIN SSH SIGNATURE-----\n' + text +
                '-----END SSH SIGNATURE-----\n')
    with open(allowed, 'w', encoding='ascii') as f:
        f.write('ann ' + ' '.join(public.split()[:2]) + '\n')
    done = subprocess.run(['ssh-keygen', '-Y', 'verify', '-f', allowed, '-I',
                           'ann', '-n', 'login@sigra', '-s', sig],
                          input=wrapped_for, capture_output=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def wrapped(content):
    return (b'SSHSIG' + string(b'login@sigra') + string(b'') +
            string(b'sha256') + string(hashlib.sha256(content).digest()))


class Real:
    """ssh-agent with keys, and with a certificate of the third."""

    def __init__(self, directory):
        self.path = os.path.join(directory, 'real')
        self.public, self.blob = [], []
        self.process = subprocess.Popen(
            ['ssh-agent', '-D', '-a', self.path], stdout=subprocess.DEVNULL)
        while not os.path.exists(self.path) and self.process.poll() is None:
            time.sleep(0.01)
        for name in ('one', 'two', 'three'):
            file = os.path.join(directory, name)
            subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '',
                            '-C', name, '-f', file], check=True)
            self.keep(file + '.pub')
        subprocess.run(['ssh-keygen', '-q', '-s', directory + '/one', '-I',
                        'x', '-n', 'ann', directory + '/three.pub'],
                       check=True, stderr=subprocess.DEVNULL)
        self.keep(directory + '/three-cert.pub')
        # "three" with its certificate, then only the certificate.
        self.add(directory + '/one')
        self.add(directory + '/two')
        self.add(directory + '/three')
        self.add('-d', directory + '/three.pub')
        self.add('-C', directory + '/three')

    def keep(self, file):
        with open(file, encoding='ascii') as f:
            self.public.append(f.read())
        self.blob.append(base64.b64decode(self.public[-1].split()[1]))

    def add(self, *args):
        subprocess.run(['ssh-add', '-q', *args], check=False,
                       env={**os.environ, 'SSH_AUTH_SOCK': self.path},
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        self.process.terminate()
        self.process.wait()


def test_real(directory):
    if not all(map(shutil.which, ('ssh-agent', 'ssh-keygen', 'ssh-add'))):
        print(f'ok {points + 1} # SKIP no OpenSSH')
        return
    real = Real(directory)
    one, two, three, certificate = real.blob
    content = b'who is it'
    frames, code = ask(real.path, request([b'other', two],
                                          wrapped(content)))
    check(code == 0 and len(frames) == 2 and
          frames[0] == bytes([1, FOUND]) and
          frames[1][:4] == bytes([1, REPLY, DONE, 1]),
          'a real agent signs, and says with which key', (frames, code))
    signature = frames[-1][6:]
    check(len(signature) == int.from_bytes(frames[-1][4:6], 'big'),
          'the signature is whole')
    good, note = verifies(directory, real.public[1], signature, content)
    check(good, 'ssh-keygen verifies it', note)
    good, _ = verifies(directory, real.public[1], signature, b'another')
    check(not good, '... and not over anything else')
    frames, _ = ask(real.path, request([two, one]))
    check(frames[-1][3] == 1, "the first in the agent's order is asked",
          frames)
    ends(real.path, request([three]), NONE,
         'a certificate of a key is not the key')
    frames, _ = ask(real.path, request([certificate]))
    check(frames[-1][2] == DONE, '... but can be asked for as itself',
          frames)
    ends(real.path, request([one[:-1], one + b'x']), NONE,
         'what is like a key is none')
    subprocess.run(['ssh-add', '-q', '-D'], check=True,
                   stderr=subprocess.DEVNULL,
                   env={**os.environ, 'SSH_AUTH_SOCK': real.path})
    ends(real.path, request([one]), NONE, 'an agent without keys')
    real.end()
    ends(real.path, request([one]), GONE, 'an agent that has ended')


def test_gone(directory):
    regular = os.path.join(directory, 'regular')
    with open(regular, 'w', encoding='ascii'):
        pass
    for path in ('', 'relative', '/nowhere/agent', regular, directory,
                 '/' + 'x' * 107, '/' + 'x' * 4000):
        ends(path, request([b'key']), GONE, f'no agent at {path[:20]!r}')
    # One whose queue is full accepts nobody.
    path = os.path.join(directory, 'full')
    full = socket.socket(socket.AF_UNIX)
    full.bind(path)
    full.listen(0)
    waiting = []
    for _ in range(4):
        waiting.append(socket.socket(socket.AF_UNIX))
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(path)
    ends(path, request([b'key']), GONE, 'an agent that accepts nobody')


def lists(answer):
    return lambda body: answer


def signs(answer, blobs=(b'key',)):
    return lambda body: identities(blobs) if body[0] == LIST else answer


def test_hostile_list(directory):
    good = identities([b'key'])
    for what, say, end in (
            ('hangs up at once', b'', GONE),
            ('says that it may not', message(bytes([FAILURE])), REFUSED),
            ('answers something else', message(bytes([SIGN_ANSWER])),
             BROKEN),
            ('has a message of length 0', bytes(4), BROKEN),
            ('has one of 4 GiB', b'\xff' * 4, BROKEN),
            ('has one a byte too long', struct.pack('>I', 256 * 1024 + 1),
             BROKEN),
            ('says garbage', bytes(range(255, -1, -1)) * 40, BROKEN),
            ('has fewer keys than it says',
             message(bytes([LIST_ANSWER]) + struct.pack('>I', 2) +
                     good[9:]), BROKEN),
            ('has more keys than it says',
             message(bytes([LIST_ANSWER]) + struct.pack('>I', 0) +
                     good[9:]), BROKEN),
            ('has a key of 4 GiB',
             message(bytes([LIST_ANSWER]) + struct.pack('>I', 1) +
                     b'\xff' * 4 + b'key'), BROKEN),
            ('tells nothing', None, GONE),
            ('stops in the middle', good[:-3], GONE)):
        fake = Fake(directory, lists(say))
        ends(fake.path, request([b'key'], seconds=1), end,
             f'an agent that {what}')
    heard = fake.heard
    check(heard == [bytes([LIST])], 'it was only asked what it has', heard)


def test_hostile_sign(directory):
    for what, say, end in (
            ('hangs up', b'', GONE),
            ('says no', message(bytes([FAILURE])), REFUSED),
            ('is not touched', None, REFUSED),
            ('lists again', identities([b'key']), BROKEN),
            ('signs nothing', message(bytes([SIGN_ANSWER]) + string(b'')),
             BROKEN),
            ('signs too much', message(bytes([SIGN_ANSWER]) +
                                       string(b'x' * 601)), BROKEN),
            ('signs and more', message(bytes([SIGN_ANSWER]) + string(b'x') +
                                       b'y'), BROKEN),
            ('signs less than it says',
             message(bytes([SIGN_ANSWER]) + string(b'xyz')[:-1]), BROKEN)):
        fake = Fake(directory, signs(say))
        got = ask(fake.path, request([b'key'], seconds=1))
        check(got == ([bytes([1, FOUND]), bytes([1, REPLY, end])], 0),
              f'an agent that {what}', got)
    fake = Fake(directory, signs(message(bytes([SIGN_ANSWER]) +
                                         string(b'x' * 600))))
    got = ask(fake.path, request([b'no', b'key'], b'to sign'))
    check(got == ([bytes([1, FOUND]), bytes([1, REPLY, DONE, 1]) +
                   string(b'x' * 600, 2)], 0),
          'the longest signature', got)
    check(fake.heard == [bytes([LIST]), bytes([SIGN]) + string(b'key') +
                         string(b'to sign') + bytes(4)],
          'it is asked to sign without flags', fake.heard)


def test_many(directory):
    many = [b'k%062d' % i for i in range(1000)]
    fake = Fake(directory, signs(message(bytes([SIGN_ANSWER]) +
                                         string(b's')), many))
    got = ask(fake.path, request([many[999]]))
    check(got[0][-1:] == [bytes([1, REPLY, DONE, 0]) + string(b's', 2)],
          'the last of a thousand keys is found', got)
    most = 256 * 1024 - 5 - 11 - 4
    fake = Fake(directory, lists(identities([b'x' * most])))
    ends(fake.path, request([b'key']), NONE, 'the longest message')


def test_frames(directory):
    """Whoever starts it says nothing it does not know."""
    for what, frame in (
            ('no frame', b'\0'), ('none of this version',
                                  b'\2' + request([b'key'])[1:]),
            ('a reply', bytes([1, REPLY, NONE])),
            ('no key', request([])), ('eleven keys', request([b'k'] * 11)),
            ('a key too long', request([b'k' * 701])),
            ('nothing to sign', request([b'key'], b'')),
            ('too much to sign', request([b'key'], b'x' * 257)),
            ('no time', request([b'key'], seconds=0)),
            ('a byte more', request([b'key']) + b'x'),
            ('a frame too long', request([b'key']) + bytes(8192))):
        fake = Fake(directory, lists(identities([b'key'])))
        got = ask(fake.path, frame)
        check(got[0] == [] and got[1] == 1 and fake.heard == [],
              f'{what}: it ends, and says nothing', (got, fake.heard))


def test_left_alone(directory):
    """It does not outlive whoever waits for it, in no state."""
    asked = Asked('/nowhere')
    asked.sock.close()
    check(asked.process.wait(60) == 1, 'nobody asks: it ends')
    for frames, say in ((0, lists(None)), (1, signs(None))):
        fake = Fake(directory, say)
        asked = Asked(fake.path, request([b'key'], seconds=600))
        for _ in range(frames):
            asked.frame()
        while len(fake.heard) <= frames:
            time.sleep(0.01)
        asked.sock.close()
        check(asked.process.wait(60) == 1,
              f'nobody waits any more after {frames} frames: it ends')


def test_started_wrongly():
    for args, kind in (([], socket.SOCK_SEQPACKET),
                       (['/a', '/b'], socket.SOCK_SEQPACKET),
                       (['/a'], socket.SOCK_STREAM)):
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        done = subprocess.run([PROGRAM, *args], stdin=theirs,
                              capture_output=True, check=False, env=ENV)
        ours.close()
        theirs.close()
        check(done.returncode == 2 and b'pam_sigra' in done.stderr,
              f'started with {args} on a {kind.name}: it says what it is',
              done)
    done = subprocess.run([PROGRAM, '/a'], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, env=ENV)
    check(done.returncode == 2, 'started without a socket', done)


def test_person(directory):
    """Borrowed rights are none: run as somebody, with root left over."""
    if os.geteuid() != 0 or not SANDBOXED:
        print('# nobody to borrow from, or a leak checker that stumbles')
        return
    place = os.path.join(directory, 'bin')
    os.mkdir(place, 0o755)
    os.chmod(directory, 0o755)
    program = shutil.copy(PROGRAM, place)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for real, effective, saved in ((65534, 0, 0), (0, 65534, 65534)):
        done = subprocess.run(
            [program, '/a'], stdin=theirs, capture_output=True, env=ENV,
            check=False,
            preexec_fn=lambda: os.setresuid(real, effective, saved))
        check(done.returncode == 2, f'uid {real}, effective {effective}',
              done)
    done = subprocess.run(
        [program, '/a'], stdin=theirs, capture_output=True, env=ENV,
            check=False,
        preexec_fn=lambda: os.setresgid(65534, 0, 0))
    check(done.returncode == 2, 'gid 65534, effective 0', done)
    ours.send(request([b'key']))
    done = subprocess.run([program, '/a'], stdin=theirs, check=False, env=ENV,
                          user=65534, group=65534, extra_groups=[])
    check(done.returncode == 0 and ours.recv(9000) ==
          bytes([1, REPLY, GONE]), 'somebody, wholly', done)
    ours.close()
    theirs.close()


def status(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as f:
        return dict(line.split(':\t', 1) for line in f.read().split('\n')
                    if ':\t' in line)


def test_sandbox(directory):
    """It is shut before a byte of the agent is read."""
    if not SANDBOXED:
        print('# a build without the sandbox')
        return
    fake = Fake(directory, lists(None))
    asked = Asked(fake.path, request([b'key'], seconds=600))
    while not fake.heard:
        time.sleep(0.01)
    pid = asked.process.pid
    now = status(pid)
    check(now['Seccomp'].strip() == '2', 'a call filter stands', now)
    check(now['NoNewPrivs'].strip() == '1', 'no way up', now)
    check(all(int(now[c], 16) == 0 for c in ('CapPrm', 'CapEff', 'CapInh')),
          'no capability is left', now)
    with open(f'/proc/{pid}/limits', encoding='ascii') as f:
        limits = f.read()
    check('Max core file size        0                    0' in limits,
          'no core', limits)
    owner = os.stat(f'/proc/{pid}/mem').st_uid
    check(owner == 0, 'none of its user may look into it', owner)
    asked.sock.close()
    asked.process.wait(60)


def main():
    signal.alarm(250)
    directory = tempfile.mkdtemp()
    try:
        test_real(directory)
        test_gone(directory)
        test_hostile_list(directory)
        test_hostile_sign(directory)
        test_many(directory)
        test_frames(directory)
        test_left_alone(directory)
        test_started_wrongly()
        test_person(directory)
        test_sandbox(directory)
    finally:
        shutil.rmtree(directory)
    print(f'1..{points}')
    sys.exit(1 if failures or not points else 0)


if __name__ == '__main__':
    main()

# SPDX-License-Identifier: MIT
"""The verifier's side of sigra-fido(8)'s frames, for tests of the program."""
import os
import select
import socket
import struct
import subprocess
import time

ASSERT, MAKE, PARSE = 1, 2, 3
PREFERRED, REQUIRED, DISCOURAGED = 1, 2, 3
REQUEST, PIN, CANCEL, EVENT, REPLY = 1, 2, 3, 4, 5
EVENTS = [None, 'insert', 'touch', 'finger', 'pin', 'pin_wrong', 'busy']
ENDS = [None, 'done', 'no_key', 'timeout', 'cancelled', 'pin_invalid',
        'pin_blocked', 'pin_paused', 'no_pin', 'in_use', 'excluded', 'full',
        'unsupported', 'attestation', 'denied', 'broken']
HASH = b'h' * 32
PATIENCE = 40  # seconds, after which a test has failed


def string(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack('>H', len(data)) + data


def frame(kind, body=b''):
    return bytes([1, kind]) + body


def entries(listed):
    return bytes([len(listed)]) + b''.join(
        string(rp) + string(identity) for rp, identity in listed)


def head(verb, insert, touch, uv, pin, hashed):
    return struct.pack('>BHHBB', verb, insert, touch, uv, pin) + hashed


def ask(allowed, insert=0, touch=10, uv=PREFERRED, pin=False, hashed=HASH):
    return frame(REQUEST, head(ASSERT, insert, touch, uv, pin, hashed) +
                 entries(allowed))


def make(rp='ex.example', user=b'u' * 16, name='ann', insert=0, touch=10,
         uv=PREFERRED, pin=False, resident=False, attestation=True,
         excluded=(), hashed=HASH):
    return frame(REQUEST, head(MAKE, insert, touch, uv, pin, hashed) +
                 entries(excluded) + string(rp) + bytes([attestation]) +
                 string(user) + string(name) + bytes([resident]))


def parse(made, rp='ex.example', uv=PREFERRED, attestation=True,
          hashed=HASH, **other):
    made = dict(made, **other)
    return frame(REQUEST, head(PARSE, 0, 0, uv, False, hashed) + string(rp) +
                 bytes([attestation]) + string(made['format']) +
                 string(made['authdata']) + string(made['statement']))


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, n):
        out, self.data = self.data[:n], self.data[n:]
        assert len(out) == n, 'short frame'
        return out

    def number(self, n):
        return int.from_bytes(self.take(n), 'big')

    def string(self):
        return self.take(self.number(2))


def reply(r):
    out = {'end': ENDS[r.number(1)]}
    if out['end'] != 'done':
        return out
    out['entry'] = r.number(1)
    out['authdata'], out['signature'] = r.string(), r.string()
    out['format'], out['statement'] = r.string().decode(), r.string()
    out['transports'], out['id'] = r.string().decode(), r.string()
    if out['id']:
        out['algorithm'] = struct.unpack('>q', r.take(8))[0]
        out['public'], out['aaguid'] = r.string(), r.take(16)
        out['uv'], out['attested'] = bool(r.number(1)), bool(r.number(1))
        out['sign_count'] = r.number(4)
    return out


def decode(data):
    """('touch', tries) or a reply's dictionary."""
    r = Reader(data)
    assert r.number(1) == 1, 'another version'
    kind = r.number(1)
    if kind == EVENT:
        word = EVENTS[r.number(1)]
        out = (word, r.number(1) if word.startswith('pin') else 0)
    else:
        assert kind == REPLY, 'a frame that only we send'
        out = reply(r)
    assert not r.data, 'trailing bytes'
    return out


class Program:
    """sigra-fido, started as whoever starts it does, but for ENV."""

    def __init__(self, program, env=None, user=None):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [program], stdin=theirs, stdout=subprocess.DEVNULL,
                env=env or {}, user=user)
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def send(self, data):
        self.socket.send(data)

    def pin(self, text):
        self.send(frame(PIN, string(text)))

    def cancel(self):
        self.send(frame(CANCEL))

    def next(self, seconds=PATIENCE):
        """The next frame; None at the end, or when none came."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return None
        data = self.socket.recv(65536)
        if not data:
            return None
        got = decode(data)
        self.seen.append(got)
        return got

    def until(self, word):
        """Is there such an event, before the reply?"""
        while True:
            got = self.next()
            if got is None or isinstance(got, dict):
                return False
            if got[0] == word:
                return True

    def reply(self, pins=(), on=None):
        """To the reply, with PINs where one is wanted; ON[event]() when it
        comes."""
        pins = list(pins)
        while True:
            got = self.next()
            if got is None or isinstance(got, dict):
                return got
            if got[0] == 'pin':
                self.pin(pins.pop(0)) if pins else self.cancel()
            elif on and got[0] in on:
                on[got[0]]()

    def events(self):
        return [x[0] for x in self.seen if isinstance(x, tuple)]

    def wait(self, seconds=PATIENCE):
        return self.process.wait(seconds)


def processes():
    """(pid, state, parent, session) of each."""
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name, encoding='ascii') as f:
                    words = f.read().rsplit(')', 1)[1].split()
            except OSError:
                continue
            yield int(name), words[0], int(words[1]), int(words[3])


def children(pid):
    """Of this process, now."""
    return [p for p, _, parent, _ in processes() if parent == pid]


def gone(pid, seconds=PATIENCE):
    """The program and all of its children, which stay in its session, in
    time?  A zombie is: whoever reaps orphans here may take its time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(pid in (p, session) and state not in 'ZX'
                   for p, state, _, session in processes()):
            return True
        time.sleep(0.01)
    return False

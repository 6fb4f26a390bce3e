# SPDX-License-Identifier: MIT
"""TAP, keys and the program, for the tests of sigra-fido."""
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'softkey'))

import frames  # noqa: E402
import softkeys  # noqa: E402

PROGRAM, PRELOAD = (os.path.abspath(x) for x in sys.argv[1:3])
RP = 'ex.example'
points = failures = 0


def check(ok, what, note=None):
    global points, failures
    points += 1
    failures += 0 if ok else 1
    print('%sok %d - %s' % ('' if ok else 'not ', points, what), flush=True)
    if not ok and note is not None:
        for line in str(note).splitlines():
            print('# ' + line, flush=True)
    return ok


def skip(why):
    global points
    points += 1
    print('ok %d # SKIP %s' % (points, why))


class Desk:
    """A place to plug keys in."""

    def __init__(self):
        # /tmp itself: a socket's path is short.
        self.dir = tempfile.mkdtemp(dir='/tmp')
        self.devices = os.path.join(self.dir, 'devices')
        self.keys = []

    def __enter__(self):
        os.chmod(self.dir, 0o755)
        return self

    def __exit__(self, *_):
        for key in self.keys:
            key.stop()
        shutil.rmtree(self.dir)

    def key(self, **options):
        options.setdefault('touch', 20)
        key = softkeys.SoftKey(
            os.path.join(self.dir, 'k%d' % len(self.keys)), self.devices,
            PRELOAD, **options).start()
        self.keys.append(key)
        return key

    def program(self, user=None):
        return frames.Program(PROGRAM, softkeys.preload_env(
            PRELOAD, self.devices), user)

    def run(self, request, pins=(), on=None):
        """(events, reply, exit status)"""
        with self.program() as p:
            p.send(request)
            got = p.reply(pins, on)
            return p.events(), got or {'end': None}, p.wait()

    def expect(self, request, end, what, events=None, pins=(), on=None):
        """Run it; is it the end, and are these the events?"""
        seen, got, code = self.run(request, pins, on)
        check(got['end'] == end and code == 0 and
              (events is None or seen == events), what,
              'events %r, %r, exit %r' % (seen, got, code))
        return got

    def made(self, pins=(), **options):
        """A credential, as PARSE says it."""
        got = self.run(frames.make(**options), pins)[1]
        known = {k: v for k, v in options.items() if k == 'rp'}
        assert got['end'] == 'done', got
        return self.run(frames.parse(got, attestation=False, **known))[1]


def done():
    print('1..%d' % points)
    sys.exit(0 if failures == 0 and points > 0 else 1)

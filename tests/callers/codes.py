# SPDX-License-Identifier: MIT
"""A person's authenticator, and the accounts that have one."""
import base64
import os
import sys
import time
import urllib.parse

from project import ctl

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))

# pylint: disable=wrong-import-position,unused-import
from hotp import hotp
from scan import scan

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE = r"One-time code for \w+@machine: "


class Totp:
    """An authenticator app.  Its code is good once, so each is shown once:
    the step before this one, this one, the next, and then it waits."""

    def __init__(self, uri=None, secret=SECRET):
        self.secret, self.period, self.digits = secret, 30, 6
        self.algorithm, self.last = "SHA1", 0
        self.fast = 0  # seconds that its clock is ahead
        if uri:
            given = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)
            self.secret = given["secret"][0]
            self.period = int(given.get("period", ["30"])[0])
            self.digits = int(given.get("digits", ["6"])[0])
            self.algorithm = given.get("algorithm", ["SHA1"])[0]

    def at(self, step):
        return hotp(self.secret, step, self.digits, self.algorithm)

    def now(self):
        return int((time.time() + self.fast) // self.period)

    def code(self):
        """One that was not used yet."""
        # The one before this is soon too old.
        first = int((time.time() + self.fast + 5) // self.period) - 1
        step = max(first, self.last + 1)
        while step > self.now() + 1:
            time.sleep(0.2)
            if step == self.now() + 1:
                time.sleep(0.1)  # time(2) is a tick behind time.time()
        self.last = step
        return self.at(step)

    def wrong(self):
        """Six digits that no step near this one has."""
        near = {self.at(self.now() + n) for n in range(-9, 10)}
        return next(c for c in ("%06d" % n for n in range(100))
                    if c not in near)


class Apps:
    """Several apps of one account, so that a test need not wait for the next
    code of one."""

    def __init__(self, user, n):
        self.all = [app(user, base64.b32encode(bytes([i]) * 20).decode())
                    for i in range(n)]
        self.next = 0

    def code(self):
        self.next += 1
        return self.all[self.next % len(self.all)].code()

    def wrong(self):
        near = {a.at(a.now() + n) for a in self.all for n in range(-9, 10)}
        return next(c for c in ("%06d" % n for n in range(1000))
                    if c not in near)


class Hotp:
    """A token with a button: as many codes as anybody wants."""

    def __init__(self, secret=SECRET):
        self.secret, self.counter = secret, 0

    def code(self):
        self.counter += 1
        return hotp(self.secret, self.counter - 1)

    def wrong(self):
        near = {hotp(self.secret, self.counter + n) for n in range(40)}
        return next(c for c in ("%06d" % n for n in range(100))
                    if c not in near)


def app(user, secret=SECRET):
    """Give the account an authenticator app."""
    ctl("import", "otpauth", user, "--stdin",
        secret="otpauth://totp/%s?secret=%s" % (user, secret))
    return Totp(secret=secret)


def token(user, secret=SECRET):
    """Give the account a token with a button."""
    ctl("import", "otpauth", user, "--stdin",
        secret="otpauth://hotp/%s?secret=%s&counter=0" % (user, secret))
    return Hotp(secret)


def scanned(seen):
    """The app after it has scanned the QR code on this terminal."""
    uri = scan(seen)
    if not uri or not uri.startswith("otpauth://totp/"):
        raise RuntimeError("no code of ours on the terminal: %r, %s"
                           % (uri, seen))
    return Totp(uri)

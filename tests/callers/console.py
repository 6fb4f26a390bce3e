# SPDX-License-Identifier: MIT
"""A virtual console of the kernel's, and the person before it: what is local
for the verifier is a fact of the kernel, so that no pseudo-terminal will do.
The screen is read where the kernel keeps it (vcs(4)); what is typed is put
into the console's input as a keyboard would (TIOCSTI, ioctl_tty(2))."""
import contextlib
import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import termios
import time

from machine import PATIENCE
from programs import Lost, uid_of

VT_MAJOR, VCS_MAJOR = 4, 7
_minors = iter(range(20 + os.getpid() % 8 * 5, 63))

START = """
import fcntl, os, sys, termios
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
for n in range(3):
    os.dup2(fd, n)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def available():
    """Does this kernel have virtual consoles, and can they be typed into?"""
    try:
        with Console("true") as c:
            return c.end() == 0
    except OSError:
        return False


def _node(path, major, minor):
    with contextlib.suppress(FileExistsError):
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(major, minor))
    return path


class Console:
    """A program on a console of its own; as programs.Terminal."""

    def __init__(self, *argv, user=None, env=None):
        minor = next(_minors)
        self.tty = _node("/dev/tty%d" % minor, VT_MAJOR, minor)
        self.screen = _node("/dev/vcs%d" % minor, VCS_MAJOR, minor)
        self.fd = os.open(self.tty, os.O_RDWR | os.O_NOCTTY)
        os.write(self.fd, b"\033c")
        modes = termios.tcgetattr(self.fd)
        modes[3] &= ~termios.ECHO  # what is typed is no output
        modes[3] |= termios.ISIG | termios.ICANON
        termios.tcsetattr(self.fd, termios.TCSANOW, modes)
        self.columns = termios.tcgetwinsize(self.fd)[1]
        self.mark = 0
        argv = list(argv)
        if user:
            argv[:0] = ["setpriv", "--reuid", user, "--regid", user,
                        "--init-groups", "--"]
            os.chown(self.tty, uid_of(user), -1)
        self.child = subprocess.Popen(
            [sys.executable, "-c", START, self.tty, *argv], env=env, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        with contextlib.suppress(OSError):
            os.close(self.fd)

    @property
    def seen(self):
        """What is on the screen behind what was expected last."""
        with open(self.screen, "rb") as f:
            cells = f.read().decode("latin-1")
        lines = [cells[i:i + self.columns].rstrip()
                 for i in range(0, len(cells), self.columns)]
        return "\n".join(lines).rstrip("\n")[self.mark:]

    def expect(self, pattern):
        end = time.monotonic() + PATIENCE
        # Blanks at the end of a line are none on a screen.
        pattern = re.sub(r" $", "", pattern)
        while time.monotonic() < end:
            m = re.search(pattern, self.seen)
            if m:
                self.mark += m.end()
                return m.group(0)
            time.sleep(0.01)
        raise Lost("%r did not come; there is: %r" % (pattern, self.seen))

    def press(self, keys):
        for key in keys.encode():
            fcntl.ioctl(self.fd, termios.TIOCSTI, bytes([key]))

    def type(self, text):
        # Whoever asks without echo throws away what was typed before.
        time.sleep(0.1)
        self.press(text + "\n")

    def answer(self, pattern, text):
        self.expect(pattern)
        self.type(text)

    def end(self):
        """The exit status, negative for a signal."""
        return self.child.wait(PATIENCE)

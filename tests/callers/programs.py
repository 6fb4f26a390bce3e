# SPDX-License-Identifier: MIT
"""The programs that call the module, and the person before them."""
import codecs
import contextlib
import os
import pwd
import re
import select
import signal
import socket
import subprocess
import termios
import time

from machine import PATIENCE, WORK, run, until

# Results of PAM calls, <security/_pam_types.h>.
SUCCESS, PERM_DENIED, AUTH_ERR, UNAVAIL = 0, 6, 7, 9
RENEW, EXPIRED, SESSION_ERR = 12, 13, 14


def signals_default():
    """As at a login: who calls us by nohup(1), or in the background of a
    script, has them ignored, which is inherited."""
    for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(sig, signal.SIG_DFL)


class Lost(Exception):
    """What was expected did not come."""


class Terminal:
    """A program on a pseudo-terminal of its own, and the person before it."""

    def __init__(self, *argv, user=None, env=None, size=(24, 80)):
        self.seen = ""
        # A character may come in two halves.
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.master, slave = os.openpty()
        termios.tcsetwinsize(slave, size)
        modes = termios.tcgetattr(slave)
        modes[3] &= ~termios.ECHO  # what is typed is no output
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        argv = ["setsid", "--ctty", *argv]
        if user:
            argv[2:2] = ["setpriv", "--reuid", user, "--regid", user,
                         "--init-groups", "--"]
            os.chown(os.ttyname(slave), uid_of(user), -1)
        self.child = subprocess.Popen(argv, stdin=slave, stdout=slave,
                                      stderr=slave, env=env, cwd="/",
                                      preexec_fn=signals_default)
        os.close(slave)

    def expect(self, pattern):
        """Wait for the pattern; what came with it is consumed."""
        end = time.monotonic() + PATIENCE
        while True:
            m = re.search(pattern, self.seen)
            if m:
                self.seen = self.seen[m.end():]
                return m.group(0)
            if not self._read(end):
                raise Lost("%r did not come; there is: %r" % (pattern,
                                                              self.seen))

    def type(self, text):
        os.write(self.master, text.encode() + b"\n")

    def interrupt(self):
        """Ctrl-C until it ends: some programs miss one that comes between
        their prompt and their read.  The exit status."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            with contextlib.suppress(OSError):
                os.write(self.master, b"\x03")
            pause = time.monotonic() + 0.2
            while self._read(pause):
                pass
            if self.child.poll() is not None:
                break
        return self.end()

    def answer(self, pattern, text):
        self.expect(pattern)
        self.type(text)

    def end(self):
        """Read to the end; the exit status, negative for a signal."""
        limit = time.monotonic() + PATIENCE
        while self._read(limit):
            pass
        if time.monotonic() > limit:
            self.child.kill()
            raise Lost("it did not end; there is: %r" % self.seen)
        os.close(self.master)
        return self.child.wait(PATIENCE)

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        return self.end()

    def _read(self, end):
        left = end - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            return False
        try:
            more = os.read(self.master, 1 << 16)
        except OSError:  # EIO: the other side has closed
            return False
        self.seen += self.decoder.decode(more).replace("\r", "")
        return bool(more)


def uid_of(user):
    return pwd.getpwnam(user).pw_uid


# --- sshd -----------------------------------------------------------------

class Sshd:
    """A real sshd of its own on 127.0.0.1, with PAM service NAME."""
    next_port = 2200

    def __init__(self, name, *settings):
        self.port = Sshd.next_port
        Sshd.next_port += 1
        home = "%s/%s.d" % (WORK, name)
        os.mkdir(home, 0o755)
        program = "%s/%s" % (home, name)
        os.symlink("/usr/sbin/sshd", program)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
            home + "/key")
        with open(home + "/config", "w", encoding="utf-8") as f:
            f.write("UsePAM yes\nListenAddress 127.0.0.1\nPort %d\n"
                    "HostKey %s/key\nPidFile none\nMaxStartups 500\n"
                    "KbdInteractiveAuthentication yes\nPrintMotd no\n"
                    "PasswordAuthentication yes\nLoginGraceTime 0\n%s\n"
                    % (self.port, home, "\n".join(settings)))
        self.daemon = subprocess.Popen(
            [program, "-D", "-f", home + "/config"],
            stdin=subprocess.DEVNULL)
        until(self.listening, "sshd listens")

    def listening(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, user, *more, source="127.0.0.1",
               method="keyboard-interactive", command="id -un", tty=False,
               env=None):
        """ssh on a terminal, about to ask for a password."""
        return Terminal(
            "ssh", "-F", "none", "-p", str(self.port), "-b", source,
            *(["-tt"] if tty else []),
            "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
            "-o", "UserKnownHostsFile=/dev/null",
            "-o", "PreferredAuthentications=" + method,
            "-o", "NumberOfPasswordPrompts=1", *more,
            user + "@127.0.0.1", command, env=env)

    def login(self, user, *answers, **more):
        """Answer each prompt; (exit status, all that was shown at last)."""
        t = self.client(user, **more)
        for answer in answers:
            t.answer(r"[Pp]assword: ", answer)
        status = t.end()
        return status, t.seen


# --- libpam itself --------------------------------------------------------

class Login:
    """The client in login.c: one login on the real libpam."""

    def __init__(self, service, user, answer, rhost="", session=False):
        argv = [os.environ["SIGRA_BUILD"] + "/tests/callers/login",
                service, user, rhost] + (["session"] if session else [])
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        if answer is not None:
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.write(answer)
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.close()

    def end(self):
        """{"authenticate": 0, ...}: what each call has returned."""
        out = self.child.stdout.read()
        self.child.wait(PATIENCE)
        self.child.stdout.close()
        return {n: int(v) for n, v in
                (line.split() for line in out.splitlines())}


class Locker:
    """The screen locker in locker.c, run by that user, in whatever confines
    it."""

    def __init__(self, service, user, whom=None, confined=()):
        program = WORK + "/locker"
        if not os.path.exists(program):
            run("cp", os.environ["SIGRA_BUILD"] + "/tests/callers/locker",
                program)
        self.child = subprocess.Popen(
            [*confined, "setpriv", "--reuid", user, "--regid", user,
             "--init-groups", "--", program, service,
             *([whom] if whom else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")

    def type(self, *passwords):
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.write("".join(p + "\n" for p in passwords))
            self.child.stdin.flush()
        return self

    def end(self):
        """What it said to each."""
        return self.child.communicate(timeout=2 * PATIENCE)[0].splitlines()

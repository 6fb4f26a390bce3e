# SPDX-License-Identifier: MIT
"""The verifier as a service: the daemon, and peers of it that keep to no
protocol but their own."""
import contextlib
import fcntl
import glob
import os
import signal
import socket
import struct
import subprocess

from machine import PATIENCE, WORK, processes, until

SOCKET = "/run/sigra/sigrad.sock"
SIGRAD = "/usr/local/libexec/sigra/sigrad"
# For the module: only the daemon can serve, no verifier can be started.
ONLY = "socket=%s verifier=/missing" % SOCKET

AUTH, ACCOUNT, PRELIM, UPDATE, OPEN, CLOSE, ENROLL = range(1, 8)
HELLO = struct.pack(">BHH", 1, 4, 4)
PACKET = 12288  # bytes of the longest
WELCOME, PROMPT, MEMBER, VERDICT = 2, 4, 6, 8
DENY, ALLOW = 0, 0xca


# --- the daemon -----------------------------------------------------------

WAITING = 3  # its children at rest: the keeper and two spare workers
# ... with whom it holds 0 to 2, the log, the socket, signals and a control
# socket each.
RESTS = (1 + WAITING, 6 + WAITING, 0)


def listens(path=SOCKET):
    """Does somebody listen there?  Without a connection of ours."""
    with open("/proc/net/unix", encoding="utf-8") as f:
        return any(line.split()[3:4] == ["00010000"] and
                   line.split()[-1] == path for line in f)


def parent(pid):
    """Its parent, or None."""
    with contextlib.suppress(OSError):
        with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
            return int(f.read().rsplit(")", 1)[1].split()[1])
    return None


def serves(pid):
    """Has it shut its sandbox, for a peer that it serves?"""
    with contextlib.suppress(OSError):
        with open("/proc/%d/status" % pid, encoding="utf-8") as f:
            return "Seccomp:\t2\n" in f.read()
    return False


class Daemon:
    """sigrad, listening."""

    def __init__(self, *before, config="/etc/sigra/sigra.conf"):
        with open(WORK + "/sigrad.err", "ab") as err:
            self.child = subprocess.Popen(
                [*before, SIGRAD, "--config", config], stderr=err,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until(listens, "the daemon listens")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """SIGTERM, and its end; the exit status."""
        self.child.terminate()
        return self.child.wait(PATIENCE)

    def kill(self):
        self.child.kill()
        return self.child.wait(PATIENCE)

    def workers(self):
        return [p for p in processes("sigrad") if parent(p) == self.child.pid]

    def busy(self):
        return [p for p in self.workers() if serves(p)]

    def send_workers(self, sig):
        """To all processes of it but the first."""
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)

    @contextlib.contextmanager
    def stopped(self, everything=True):
        """Hung, as SIGSTOP does it; or its workers are."""
        pids = self.workers() + ([self.child.pid] if everything else [])
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def resources(self):
        """(processes, descriptors of the master, of slots those held)"""
        held = 0
        for path in glob.glob("/var/lib/sigra/sigra.slot-*"):
            with open(path, "rb") as f:
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held += 1
        return (len(processes("sigrad")),
                len(os.listdir("/proc/%d/fd" % self.child.pid)), held)

    def ready(self):
        """Wait until it has its keeper and two spare workers; what it holds
        then.  What an earlier one left is no part of it, and while it forks
        it holds a descriptor more."""
        until(lambda: len(self.workers()) == WAITING and
              self.resources() == RESTS, "spare workers are ready")
        return RESTS

    def rests(self, as_before):
        """Wait until its resources are what they were; what they are."""
        with contextlib.suppress(RuntimeError):
            until(lambda: self.resources() == as_before, "it rests")
        return self.resources()


# --- its peers ------------------------------------------------------------

def string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">H", len(data)) + data


def request(phase=AUTH, user="", service="", tty="", rhost="", ruser="",
            connection="", info="", flags=0, ruid=0, pid=0, start=0,
            leader=(0, 0), ancestors=(), logind="", login="", session=""):
    return (struct.pack(">BBI", 3, phase, flags) +
            b"".join(string(s) for s in (user, service, tty, rhost, ruser,
                                         connection, info)) +
            struct.pack(">IIQ", ruid, pid, start) +
            struct.pack(">IQB", *leader, len(ancestors)) +
            b"".join(struct.pack(">IQ", *a) for a in ancestors) +
            string(logind) + string(login) + string(session))


def answer(text):
    return b"\5\1" + string(text)


@contextlib.contextmanager
def as_uid(uid, groups=()):
    """What is done meanwhile is done with this effective uid."""
    if uid == 0:
        yield
        return
    before = os.getgroups()
    os.setgroups(groups)
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)


class Peer:
    """A raw connection, of any uid."""

    def __init__(self, uid=0, groups=(), path=SOCKET):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with as_uid(uid, groups):
            self.socket.connect(path)
        self.socket.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """The peer may have hung up by now; that shows when we listen."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.send(data)

    def receive(self):
        """A packet; b"" when it has hung up."""
        try:
            return self.socket.recv(PACKET)
        except ConnectionResetError:
            return b""

    def closed(self):
        """Did it hang up without another word?"""
        return self.receive() == b""

    def ask(self, data, password=None):
        """A request; (step, reason, login, prompts), or None when it hung
        up without a verdict."""
        self.send(HELLO)
        if self.receive()[:1] != bytes([WELCOME]):
            return None
        self.send(data)
        prompts = 0
        while True:
            got = self.receive()
            if got[:1] == bytes([PROMPT]):
                prompts += got[1] in (1, 2)
                if got[1] in (1, 2) and password is not None:
                    self.send(answer(password))
            elif got[:1] == bytes([VERDICT]):
                size = struct.unpack(">H", got[4:6])[0]
                return got[1], got[2], got[6:6 + size].decode(), prompts
            else:
                return None


def ask(data, password=None, uid=0, groups=()):
    """One request by a peer of that uid."""
    with Peer(uid, groups) as peer:
        return peer.ask(data, password)

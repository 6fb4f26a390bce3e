# SPDX-License-Identifier: MIT
"""The daemon: with it, without it, hung, killed in the middle of a login,
flooded by idle clients, restarted without end, impersonated; whatever becomes
of it, root gets in, and what it took it gives back."""
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time

from machine import (PATIENCE, WORK, check, equal, main, note, processes, run,
                     until)
from project import (STORE, audit, ctl, initialise, lines, options, person,
                     reason, sessions, stack, syslog)
from programs import AUTH_ERR, Locker, Login, SUCCESS, UNAVAIL, uid_of
from service import (DENY, Daemon, HELLO, ONLY, Peer, RESTS, SIGRAD, SOCKET,
                     as_uid, ask, request)

GOOD, SLOW, WRONG = "correct horse 4711", "slow horse 4712", "no such 4713"
CLIENTS, RESTARTS = 1000, 100
LIBC, PIDFD_GETFD = ctypes.CDLL(None, use_errno=True), 438
EITHER, SERVED = "either", "served"  # services; served: by the daemon alone
WHOLE = {"authenticate": SUCCESS, "account": SUCCESS, "setcred": SUCCESS,
         "open": SUCCESS, "close": SUCCESS}
DENIED = {"authenticate": UNAVAIL}
sources = iter("127.%d.%d.1" % (n // 250, n % 250) for n in range(50000))
turn = threading.Lock()


def login(service, user="ann", password=GOOD):
    with turn:
        source = next(sources)
    return Login(service, user, password, source, session=True).end()


def unlock(user, password=GOOD, service=SERVED):
    """What a locker of that user says to one password."""
    return Locker(service, user).type(password).end()


def check_served():
    with Daemon() as d:
        before = d.ready()
        source = next(sources)
        equal(Login(SERVED, "ann", GOOD, source, session=True).end(), WHOLE,
              "a login through the daemon, and through nothing else")
        equal([(r["action"], reason(r), r["service"])
               for r in reversed(audit("--rhost", source))],
              [(a, "granted", SERVED) for a in (
                  "login.granted", "account.granted", "session.opened",
                  "session.closed")], "... audit")
        equal(login(SERVED, "ann", WRONG), {"authenticate": AUTH_ERR},
              "a wrong password")
        equal(unlock("ann"), ["unlocked"], "an ordinary user for itself")
        equal(d.rests(before), before, "resources are back where they were")
        equal(d.stop(), 0, "SIGTERM ends it")
    until(lambda: not processes("sigrad"), "the workers are gone")
    check(True, "... and all its workers")
    equal(login(SERVED), DENIED, "without it, where only it may serve: denied")
    equal(login(EITHER), WHOLE, "without it, root starts a verifier itself")
    equal(unlock("ann", service=EITHER), ["authenticate %d" % UNAVAIL],
          "... which an ordinary user cannot")
    check("only a service run by root" in syslog() or
          "no verifier listens" in syslog() or
          "takes no connection" in syslog(), "... and the log says why",
          syslog()[-600:])


def check_hung():
    with Daemon() as d:
        before = d.ready()
        with d.stopped():
            equal(login(EITHER), WHOLE, "all of it hangs: root gets in")
        d.rests(before)
        with d.stopped(everything=False):
            equal(login(EITHER), WHOLE, "its workers hang: root gets in")
        equal(login(SERVED), WHOLE, "it goes on: it serves again")
        equal(d.rests(before), before, "resources are back where they were")


def one(query):
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        return db.execute(query).fetchone()[0]


def charged():
    return one("SELECT count(*) FROM guess WHERE state = 1")


def check_killed():
    """The worker, in the middle; then the caller, in the middle."""
    with Daemon() as d:
        before = d.ready()
        for what in ("worker", "caller"):
            granted = len(audit("--action", "login.granted"))
            asked = Login(SERVED, "vic", SLOW, next(sources))
            until(lambda: charged() == 1, "the guess is charged")
            if what == "worker":
                equal(len(d.busy()), 1, "one worker serves")
                os.kill(d.busy()[0], signal.SIGKILL)
                equal(asked.end(), DENIED, "the worker is killed: denied")
                equal(len(audit("--action", "login.granted")), granted,
                      "... nobody was granted anything")
                equal(charged(), 1, "... and the guess stays a guess")
                ctl("lock", "clear", "vic")
            else:
                asked.child.kill()
                equal(asked.end(), {}, "the caller is killed")
            equal(d.rests(before), before,
                  "... resources are back where they were")
        equal(login(SERVED), WHOLE, "the daemon serves the next one")
        d.send_workers(signal.SIGKILL)
        equal(login(SERVED), WHOLE, "all that wait are killed: it serves")
        equal(d.rests(before), before, "... with as many as before")
    ctl("store", "check")
    check(True, "store check")


def crowd(users, n):
    """So many connections that say nothing, by turns."""
    peers = []
    for i in range(n):
        uid = users[i % len(users)]
        with contextlib.suppress(BlockingIOError):
            peers.append(Peer(uid))
    return peers


def check_idle():
    people = ["crowd%02d" % n for n in range(12)]
    for name in people:
        run("useradd", name)
    for who, users in (("one user", [uid_of("crowd00")]),
                       ("twelve users", [uid_of(n) for n in people]),
                       ("root", [0])):
        with Daemon() as d:
            before = d.ready()
            peers = crowd(users, CLIENTS)
            equal(login(EITHER), WHOLE, "%d idle clients of %s: root logs in"
                  % (len(peers), who))
            if who != "root":
                equal(login(SERVED), WHOLE, "... through the daemon, too")
            if who == "one user":
                equal(unlock("ann"), ["unlocked"], "... others, too")
            held = d.resources()[0] - 4
            check(held <= 64, "... no more workers than sigra.conf says",
                  held)
            for peer in peers:
                peer.socket.close()
            equal(d.rests(before), before,
                  "... resources are back where they were")
            equal(unlock("ann"), ["unlocked"], "... and it serves everybody")


def check_one_at_a_time():
    """The next call comes before the last one's worker has quite ended."""
    options(verifier_per_uid=1)
    with Daemon():
        equal([unlock("ann") for _ in range(20)], [["unlocked"]] * 20,
              "per_uid = 1: a locker is never refused on its own account")
    options(verifier_per_uid=8)


def check_rate():
    """A loop of requests that takes no privilege is no flood of rows."""
    def denied():
        return lines("login.denied")
    options(verifier_per_uid_minute=4)
    run("groupadd", "-f", "sigra-service")
    group = int(run("getent", "group", "sigra-service").split(":")[2])
    ann = uid_of("ann")
    with Daemon():
        began = time.monotonic()
        rows = len(denied())
        got = [ask(request(user="ann"), WRONG, ann) for _ in range(20)]
        took = time.monotonic() - began
        served = sum(g is not None and g[0] == DENY for g in got)
        check(4 <= served <= 4 + took / 15,
              "4 a minute: the others are hung up on", (served, took))
        equal(len(denied()) - rows, served,
              "... and leave no row")
        equal(unlock("vic"), ["unlocked"], "... another user is served")
        equal(login(SERVED), WHOLE, "... and root, all the time")
        peers = [Peer(ann, [group]) for _ in range(6)]
        for peer in peers:
            peer.send(HELLO)
        equal([peer.receive()[:1] for peer in peers], [b"\2"] * 6,
              "... and whoever is in the group of servers")
        for peer in peers:
            peer.socket.close()
    ctl("lock", "clear", "ann")
    options(verifier_per_uid_minute=10000)


def held(pid):
    """The socket that the process listens on, ours too from now on."""
    for name in os.listdir("/proc/%d/fd" % pid):
        pidfd = os.pidfd_open(pid)
        fd = LIBC.syscall(PIDFD_GETFD, pidfd, int(name), 0)
        os.close(pidfd)
        with contextlib.suppress(OSError), socket.socket(fileno=fd) as s:
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return s.dup()
    raise RuntimeError("process %d listens on nothing" % pid)


def check_lingering():
    """A worker that was being forked holds its dead master's socket."""
    daemon = Daemon()
    with held(daemon.child.pid):
        daemon.kill()
        with Daemon() as successor:
            equal(successor.ready(), RESTS, "its successor takes its place")
            equal(login(SERVED), WHOLE, "... and serves")
    with Daemon() as daemon:
        second = subprocess.run([SIGRAD], stderr=subprocess.PIPE, text=True,
                                check=False, timeout=PATIENCE)
        check(second.returncode == 1 and
              "another verifier listens" in second.stderr,
              "one who lives keeps its own", second.stderr)
        equal(login(SERVED), WHOLE, "... and serves on")


def check_restarted():
    """Half of them by SIGTERM, half by SIGKILL."""
    results, over = [], threading.Event()

    def stream():
        while not over.is_set():
            results.append(login(EITHER))
    streams = [threading.Thread(target=stream) for _ in range(2)]
    daemon = Daemon()
    for each in streams:
        each.start()
    try:
        for n in range(RESTARTS):
            (daemon.kill if n % 2 else daemon.stop)()
            daemon = Daemon()
            time.sleep(0.01 * (n % 7))  # some get as far as to serve
    finally:
        over.set()
        for each in streams:
            each.join()
    equal([r for r in results if r != WHOLE], [],
          "restarted %d times: no login of root's is refused" % RESTARTS)
    note("%d logins meanwhile" % len(results))
    check(len(results) >= 20, "... and there were some", len(results))
    with daemon:
        equal(daemon.rests(RESTS), RESTS,
              "no process, descriptor or slot stays behind")
        equal(login(SERVED), WHOLE, "the last one serves")
    equal(sessions(), [], "no session stays open")
    ctl("store", "check")
    check(True, "store check")


class Fake(threading.Thread):
    """Somebody at the socket's path who answers each greeting the same."""

    def __init__(self, reply, uid=0):
        super().__init__(daemon=True)
        self.reply, self.heard = reply, []
        with contextlib.suppress(FileNotFoundError):
            os.unlink(SOCKET)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        with as_uid(uid):
            self.socket.listen(64)
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                self.heard.append(peer.recv(8192))
                peer.send(self.reply)
                self.heard.append(peer.recv(8192))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()
        os.unlink(SOCKET)


def check_fake():
    folder = os.path.dirname(SOCKET)
    welcome = struct.pack(">BH", 2, 2)
    mallory = uid_of("crowd00")
    for what, reply in (("no common version", struct.pack(">BH", 2, 0)),
                        ("a version of the future", b"\2\0\x63"),
                        ("no greeting", b"\xff" * 100),
                        ("a verdict at once", b"\x08\xca\0\1\0\0\0\0\0")):
        with Fake(reply) as fake:
            equal(login(EITHER), WHOLE, what + ": root starts its own")
            equal(unlock("ann"), ["authenticate %d" % UNAVAIL],
                  "... everybody else is denied")
            equal(set(fake.heard), {HELLO, b""},
                  "... and it heard a greeting, nothing else")

    def refused(what, fake):
        equal(login(EITHER), WHOLE, what + ": root starts its own")
        equal(login(SERVED), DENIED, "... where only the daemon may: denied")
        equal(unlock("ann"), ["authenticate %d" % UNAVAIL],
              "... everybody else is denied")
        equal([h for h in fake.heard if h], [], "... and it heard nothing")
    with Fake(welcome, uid=mallory) as fake:
        refused("another uid listens", fake)
    for what, owner, mode in (("a directory open to all", 0, 0o777),
                              ("... with the sticky bit", 0, 0o1777),
                              ("... to a group", 0, 0o775),
                              ("a directory of somebody", mallory, 0o755)):
        with Fake(welcome) as fake:
            os.chown(folder, owner, -1)
            os.chmod(folder, mode)
            refused(what, fake)
            os.chown(folder, 0, -1)
            os.chmod(folder, 0o755)
    with Fake(welcome) as fake:
        os.rename(folder, WORK + "/moved")
        os.symlink(WORK + "/moved", folder)
        refused("a directory that is a symbolic link", fake)
        os.unlink(folder)
        os.rename(WORK + "/moved", folder)
        os.rename(SOCKET, SOCKET + ".real")
        os.symlink(SOCKET + ".real", SOCKET)
        refused("a socket that is a symbolic link", fake)


def check_activated():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    with Daemon("systemd-socket-activate", "--seqpacket", "-l",
                SOCKET) as d:
        os.chmod(SOCKET, 0o666)
        equal(processes("sigrad"), [], "a socket, and nobody behind it yet")
        equal(login(SERVED), WHOLE, "activated by its first login")
        equal(unlock("ann"), ["unlocked"], "... an ordinary user, too")
        equal(d.stop(), 0, "SIGTERM ends it")
    check(os.path.exists(SOCKET), "the socket is not its own to remove")
    os.unlink(SOCKET)


def body():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    initialise()
    person("ann", GOOD)
    person("vic", GOOD)
    stack(EITHER, unix=False)
    stack(SERVED, unix=False, args=ONLY)
    options(verifier_per_uid_minute=10000)
    check_served()
    check_hung()
    check_idle()
    check_one_at_a_time()
    check_rate()
    check_lingering()
    check_restarted()
    check_fake()
    check_activated()
    options(argon2_memory_kib=65536, argon2_passes=64)
    ctl("password", "set", "vic", "--stdin", secret=SLOW)
    check_killed()


main(body)

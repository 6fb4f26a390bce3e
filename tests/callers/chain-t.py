# SPDX-License-Identifier: MIT
"""The chain of the audit under real logins: through the daemon and without,
of many programs at once, killed at random moments, and without its file."""
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

from machine import WORK, check, equal, main, note, processes, until
from project import (STORE, ctl, ctl_code, initialise, options, person, stack,
                     syslog)
from programs import Login, Lost, SUCCESS, Sshd, Terminal, UNAVAIL
from servers import Dovecot
from service import Daemon, ONLY, serves

GOOD, WRONG = "correct horse 7711", "no such 7713"
KILLS = int(os.environ.get("SIGRA_KILLS", "200"))
PEOPLE = ["user%02d" % n for n in range(8)]
SERVED, ONCE = "served", "once"  # by the daemon; by a verifier of one login
ROWS = {"authenticate": "login.granted", "account": "account.granted",
        "open": "session.opened", "close": "session.closed"}
KEY, EXPORT = WORK + "/audit.key", WORK + "/audit.jsonl"
CHAIN = STORE + "-chain"
VERIFY = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../audit/verify.py")


class Crowd:
    """Programs that log in again and again, all at once."""

    def __init__(self, *kinds):
        self.over, self.lock = threading.Event(), threading.Lock()
        self.calls = []  # (source, {call: code}) of logins on libpam
        self.ends = {}   # of the others: how many came to which end
        self.threads = [threading.Thread(target=self.again, args=(n, kind))
                        for n, kind in enumerate(kinds)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for t in self.threads:
            t.join()

    def again(self, number, kind):
        turn = 0
        while not self.over.is_set():
            turn += 1
            if callable(kind):
                try:
                    end = kind()
                except Lost:
                    end = "lost"
                with self.lock:
                    at = kind.__name__, end
                    self.ends[at] = self.ends.get(at, 0) + 1
                continue
            source = "127.%d.%d.%d" % (number + 1, turn // 250,
                                       turn % 250 + 1)
            calls = Login(kind, PEOPLE[number], WRONG if turn % 4 == 3 else
                          GOOD, source, session=True).end()
            with self.lock:
                self.calls.append((source, calls))


def exported():
    """All rows, as stored."""
    lines = ctl("audit", "export", "--format", "jsonl")
    with open(EXPORT, "w", encoding="ascii") as f:
        f.write(lines)
    return [json.loads(line) for line in lines.splitlines()]


def separate():
    """A program that shares nothing with ours reads the export."""
    with open(KEY, encoding="ascii") as f:
        keys = f.read().split()
    return subprocess.run([sys.executable, VERIFY, EXPORT, *keys],
                          capture_output=True, text=True, check=False)


def proved(what):
    """Both who read the chain say that it is whole."""
    rows = exported()
    equal(ctl_code("audit", "verify", "--key", KEY)[0], 0,
          "%s: audit verify" % what)
    done = separate()
    equal(done.returncode, 0, "... and so does another program",
          done.stdout + done.stderr)
    return rows


def kill(master, dice):
    """One verifier, most often one that serves somebody; did it?"""
    pids = [p for p in processes("sigrad") if p != master]
    busy = [p for p in pids if serves(p)]
    if busy and dice.random() < 0.9:
        pids = busy
    if not pids:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(dice.choice(pids), signal.SIGKILL)
        return True
    return False


def killed(daemon, *others):
    seed = random.randrange(1 << 32)
    dice, hits = random.Random(seed), 0
    note("seed %d" % seed)
    with Crowd(SERVED, ONCE, *others) as crowd:
        while hits < KILLS:
            time.sleep(dice.uniform(0, 0.05))
            hits += kill(daemon.child.pid, dice)
    until(lambda: not daemon.busy(), "those under way have ended")
    rows = proved("after %d kills, among real programs" % KILLS)
    there = {(r["rhost"], r["action"]) for r in rows}
    lost = [(source, call) for source, calls in crowd.calls
            for call, code in calls.items() if code == SUCCESS
            and call in ROWS and (source, ROWS[call]) not in there]
    equal(lost, [], "every success that a caller saw has its row")
    whole = [c for _, c in crowd.calls if c.get("close") == SUCCESS]
    note("%d of %d logins were whole; %s" % (len(whole), len(crowd.calls),
                                             crowd.ends))
    check(0 < len(whole) < len(crowd.calls), "some got through, some did not")


def begins(daemon):
    """The key is made while workers wait that opened the store before."""
    Login(SERVED, PEOPLE[0], GOOD, "127.9.0.1").end()
    equal({r["mac"] for r in exported()}, {""}, "before there is a key")
    daemon.ready()
    key = json.loads(ctl("--json", "audit", "init-key"))
    with open(KEY, "w", encoding="ascii") as f:
        f.write(key["key"] + "\n")
    equal(Login(SERVED, PEOPLE[0], GOOD, "127.9.0.2").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "a spare worker from before the key lets in")
    rows = [r for r in exported() if r["seq"] >= key["start"]]
    check(rows[0]["action"] == "audit.key_made" and
          {"login.granted", "account.granted"} < {r["action"] for r in rows}
          and all(len(r["mac"]) == 64 for r in rows),
          "... and what it writes is chained", rows)
    equal(Login(ONCE, PEOPLE[0], GOOD, "127.9.0.3").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "so it is without the daemon")
    proved("two ways of one chain")


def gone():
    """No row, no login; and what then helps is what sigra(7) says."""
    os.rename(CHAIN, CHAIN + ".away")
    for service in (SERVED, ONCE):
        equal(Login(service, PEOPLE[0], GOOD, "127.9.1.1").end(),
              {"authenticate": UNAVAIL},
              "%s: without the chain's file nobody gets in" % service)
    check("-chain" in syslog(), "... and the log says which it is")
    os.rename(CHAIN + ".away", CHAIN)
    for service in (SERVED, ONCE):
        equal(Login(service, PEOPLE[0], GOOD, "127.9.1.2").end(),
              {"authenticate": SUCCESS, "account": SUCCESS},
              "%s: once it is back, it goes on" % service)
    proved("after its file was away")


def lost():
    """... for good: a new key goes on, and each proves its own part; but not
    that none was cut off between the two, which somebody has to know."""
    os.unlink(CHAIN)
    key = json.loads(ctl("--json", "audit", "init-key", "--replace"))
    for service in (SERVED, ONCE):
        equal(Login(service, PEOPLE[0], GOOD, "127.9.1.3").end(),
              {"authenticate": SUCCESS, "account": SUCCESS},
              "%s: with a new key" % service)
    with open(KEY, "a", encoding="ascii") as f:
        f.write(key["key"] + "\n")
    exported()
    equal(ctl_code("audit", "verify", "--key", KEY)[0], 1,
          "nothing ties the two parts together")
    check("row %d " % key["start"] in separate().stdout + separate().stderr,
          "... as another program finds", separate())
    equal(ctl_code("audit", "verify", "--key", KEY, "--allow-lost",
                   str(key["start"]))[0], 0,
          "... and each is proved with its key")


def changed():
    """Who reads the chain would see it."""
    with open(EXPORT, encoding="ascii") as f:
        lines = f.read()
    for what, text in (
            ("another outcome", lines.replace('"failure"', '"success"', 1)),
            ("a row less", "\n".join(lines.split("\n")[:-4] +
                                     lines.split("\n")[-3:]))):
        with open(EXPORT, "w", encoding="ascii") as f:
            f.write(text)
        equal(ctl_code("audit", "verify", "--key", KEY, "--in", EXPORT)[0], 1,
              "%s is found" % what)
        equal(separate().returncode, 1, "... by another program, too")


def body():
    initialise()
    options(guess_source_tries=10000, guess_pair_tries=1000,
            guess_user_tries=100000, verifier_per_uid_minute=10000)
    person("ann", GOOD)
    person("ben", GOOD)
    for name in PEOPLE:
        person(name, GOOD, unix=False)
    for service in ("sigra-chain", "su", "dovecot"):
        stack(service)
    stack(SERVED, unix=False, args=ONLY)
    stack(ONCE, unix=False, args="socket=/missing")
    sshd, mail = Sshd("sigra-chain"), Dovecot("dovecot")

    def ssh():
        return sshd.login("ann", GOOD)[0]

    def su():
        t = Terminal("su", "ann", "-c", "id -un", user="ben")
        t.answer("Password: ", GOOD)
        return t.end()

    def imap():
        return mail.login("ann", GOOD)
    try:
        with Daemon() as daemon:
            begins(daemon)
            killed(daemon, ssh, su, imap)
            gone()
            changed()
            lost()
    finally:
        mail.stop()
        note(syslog()[-20000:])


main(body)

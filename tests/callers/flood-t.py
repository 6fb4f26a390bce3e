# SPDX-License-Identifier: MIT
"""64 at once, through the socket and without it: nobody is refused, and they
never take more memory than so many runs of Argon2 as there are slots."""
import contextlib
import re
import threading
import time

from machine import check, equal, main, note, processes, run, until
from project import (audit, ctl, initialise, options, person, reason,
                     sessions, stack)
from programs import Locker, Login, SUCCESS
from service import Daemon, ONLY

GOOD = "correct horse 4911"
PEOPLE = ["user%02d" % n for n in range(64)]
LOCKERS = 5  # of each of eight users
PER_UID = 8  # of one user, whom sigra.conf serves 8 at a time
SLOTS, ARGON2 = 2, 64 << 10  # KiB
APIECE = 2048  # KiB that a verifier may have apart from that
WHOLE = {"authenticate": SUCCESS, "account": SUCCESS, "setcred": SUCCESS,
         "open": SUCCESS, "close": SUCCESS}


class Memory(threading.Thread):
    """The most that all verifiers have at a time, and how many they are.

    Reading them one after the other is no moment: a run that ends and the
    next in its slot would both be seen.  Who has its memory in two rounds
    had it in between, and at that moment all of them did."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.most, self.verifiers = threading.Event(), 0, 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.02):
            pids = processes("sigrad")
            first, second = ([private(p) for p in pids] for _ in range(2))
            self.most = max(self.most, sum(map(min, first, second)))
            self.verifiers = max(self.verifiers, len(pids))


def private(pid):
    """KiB of a process that no other has."""
    with contextlib.suppress(OSError):
        with open("/proc/%d/smaps_rollup" % pid, encoding="utf-8") as f:
            return sum(int(n) for n in re.findall(
                r"^Private_\w+:\s+(\d+) kB", f.read(), re.M))
    return 0


def timed(attempts, answers):
    """Let all of them go at once; (what each came to, seconds it took)."""
    results = [None] * len(attempts)

    def one(n):
        begun = time.monotonic()
        answers(attempts[n])
        got = attempts[n].end()
        results[n] = (got, time.monotonic() - begun)
    threads = [threading.Thread(target=one, args=(n,))
               for n in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def type_answer(login):
    login.child.stdin.write(GOOD)
    login.child.stdin.close()


def judge(results, expected, what, memory):
    equal([r for r, _ in results if r != expected], [],
          what + ": none is refused")
    waits = sorted(seconds for _, seconds in results)
    note("%s: longest wait %.1f s, half below %.1f s" % (
        what, waits[-1], waits[len(waits) // 2]))
    note("%d verifiers at most, %d MiB at most" % (
        memory.verifiers, memory.most >> 10))
    check(memory.most > ARGON2, "... the sampling saw Argon2 at work",
          memory.most)
    check(memory.most <= SLOTS * ARGON2 + memory.verifiers * APIECE,
          "... %d runs of Argon2 at most take memory" % SLOTS, memory.most)


def at_once(service, what):
    logins = [Login(service, user, None, "127.0.0.%d" % (n + 1),
                    session=True) for n, user in enumerate(PEOPLE)]
    with Memory() as memory:
        results = timed(logins, type_answer)
    judge(results, WHOLE, what, memory)
    count = {}
    for r in audit("--service", service):
        count[r["action"], reason(r)] = count.get((r["action"], reason(r)),
                                                  0) + 1
    equal(count, {(a, "granted"): 64 for a in (
        "login.granted", "account.granted", "session.opened",
        "session.closed")}, "... audit")
    equal(sessions(), [], "... no session stays open")


def lockers():
    people = PEOPLE[:8]
    for name in people:
        run("useradd", name)
    waiting = [Locker("served", name) for name in people * LOCKERS]
    with Memory() as memory:
        results = timed(waiting, lambda l: l.type(GOOD))
    judge(results, ["unlocked"], "%d lockers at once" % len(waiting), memory)
    waiting = [Locker("served", people[0]) for _ in range(PER_UID)]
    results = timed(waiting, lambda l: l.type(GOOD))
    equal([r for r, _ in results if r != ["unlocked"]], [],
          "%d lockers of one user: none is refused" % PER_UID)


def body():
    initialise()
    options(argon2_memory_kib=ARGON2, argon2_passes=1, verifier_slots=SLOTS)
    for name in PEOPLE:
        person(name, GOOD, unix=False)
    stack("served", unix=False, args=ONLY)
    stack("once", unix=False)
    with Daemon() as d:
        before = d.ready()
        at_once("served", "64 at once through the socket")
        lockers()
        equal(d.rests(before), before, "resources are back where they were")
    until(lambda: not processes("sigrad"), "the daemon is gone")
    at_once("once", "64 at once without a daemon")
    until(lambda: not processes("sigrad"), "the verifiers are gone")
    ctl("store", "check")
    check(True, "store check")


main(body)

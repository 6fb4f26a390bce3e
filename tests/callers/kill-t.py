# SPDX-License-Identifier: MIT
"""kill -9 at random moments of a login, of the verifier, its host or both:
nothing half-done, nothing that was reported done is lost."""
import contextlib
import os
import random
import signal
import sqlite3
import statistics
import tempfile
import time

from machine import WORK, check, equal, main, note, processes, run, until
from project import (STORE, audit, ctl, initialise, options, person, reason,
                     stack)
from programs import AUTH_ERR, Login, SUCCESS

GOOD, WRONG = "correct horse 3711", "no such 3713"
KILLS = int(os.environ.get("SIGRA_KILLS", "200"))
PEOPLE = ["user%02d" % n for n in range(20)]
SERVICE = "sigra-kill"
ROWS = {"authenticate": "login.granted", "account": "account.granted",
        "open": "session.opened", "close": "session.closed"}


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def attempt(number, after):
    """One login, killed; (its source, right answer?, what it reported)."""
    source = "127.1.%d.%d" % (number // 250, number % 250 + 1)
    right = number % 4 != 3
    login = Login(SERVICE, PEOPLE[number % len(PEOPLE)],
                  GOOD if right else WRONG, source, session=True)
    time.sleep(after)
    if number % 3 != 0:
        kill(login.child.pid)
    if number % 3 != 1:
        for pid in processes("sigrad"):
            kill(pid)
    calls = login.end()
    until(lambda: not processes("sigrad"), "the verifier is gone")
    return source, right, calls


def span():
    """Seconds that a whole login takes."""
    times = []
    for n in range(5):
        start = time.monotonic()
        Login(SERVICE, PEOPLE[n], GOOD, "127.1.9.%d" % n, True).end()
        times.append(time.monotonic() - start)
    return statistics.median(times)


def check_reported(attempts):
    rows = {}
    for action in ROWS.values():
        for r in audit("--action", action):
            rows.setdefault(r["rhost"], set()).add(action)
    lost = [(source, call) for source, _, calls in attempts
            for call, code in calls.items()
            if code == SUCCESS and call in ROWS
            and ROWS[call] not in rows.get(source, ())]
    equal(lost, [], "every success that a caller saw has its row")
    equal([a for a in attempts
           if not a[1] and a[2].get("authenticate") == SUCCESS], [],
          "no wrong answer became a success")
    whole = sum(1 for _, right, calls in attempts
                if calls.get("close") == SUCCESS)
    early = sum(1 for _, _, calls in attempts if "authenticate" not in calls)
    note("%d of %d came to their end, %d ended within authenticate"
         % (whole, len(attempts), early))
    check(whole < len(attempts) * 9 // 10, "the kills hit something")


@contextlib.contextmanager
def snapshot():
    """A copy of the store, open."""
    with tempfile.TemporaryDirectory(dir=WORK) as copy:
        run("sh", "-c", "cp %s* %s/" % (STORE, copy))
        with contextlib.closing(sqlite3.connect(copy + "/sigra.db")) as db:
            yield lambda query: db.execute(query).fetchone()[0]


def check_whole():
    """Rows that one transaction writes are there together."""
    with snapshot() as one:
        equal(one("PRAGMA integrity_check"), "ok", "PRAGMA integrity_check")
        equal(one("SELECT count(*) FROM pragma_foreign_key_check"), 0,
              "PRAGMA foreign_key_check")
        count = "SELECT count(*) FROM audit WHERE action = '%s'"
        equal(one("SELECT count(*) FROM login"), one(count % "login.granted"),
              "as many logins as rows that say so")
        equal(one("SELECT count(*) FROM session"),
              one(count % "session.opened"),
              "as many sessions as rows that say so")
        equal(one("SELECT count(*) FROM session WHERE closed_at <> 0"),
              one(count % "session.closed"),
              "as many closed ones as rows that say so")


def charged():
    """Guesses that are being checked, or whose check was killed."""
    with snapshot() as one:
        return one("SELECT count(*) FROM guess WHERE state = 1 AND "
                   "source = 'ip:192.0.2.1'")


def guesses():
    """Who is killed while the answer is checked has guessed."""
    options(argon2_memory_kib=65536, argon2_passes=64)
    person("vic", GOOD, unix=False)
    for n in range(1, 6):
        login = Login(SERVICE, "vic", WRONG, "192.0.2.1")
        until(lambda n=n: charged() == n, "the guess is charged")
        kill(login.child.pid)
        for pid in processes("sigrad"):
            kill(pid)
        equal(login.end(), {}, "guess %d: killed before its verdict" % n)
    db = sqlite3.connect(STORE)
    with db:  # a minute later
        db.execute("UPDATE guess SET deadline = deadline - 60")
    db.close()
    equal(Login(SERVICE, "vic", GOOD, "192.0.2.1").end(),
          {"authenticate": AUTH_ERR}, "five killed guesses are five guesses")
    equal(reason(audit("--rhost", "192.0.2.1")[0]), "locked", "... audit")


def body():
    initialise()
    for name in PEOPLE:
        person(name, GOOD, unix=False)
    stack(SERVICE, unix=False)
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    length = span()
    note("seed %d; a login takes %.0f ms" % (seed, length * 1000))
    attempts = [attempt(n, dice.uniform(0, length)) for n in range(KILLS)]
    check_reported(attempts)
    ctl("store", "check")
    check(True, "store check after %d kills" % KILLS)
    check_whole()
    equal(set(Login(SERVICE, PEOPLE[0], GOOD, "127.1.8.1", True).end()
              .values()), {SUCCESS}, "logins go on as if nothing had been")
    guesses()


main(body)

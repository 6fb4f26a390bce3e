# SPDX-License-Identifier: MIT
"""Many logins at once: right ones get in, wrong ones are not verified beyond
the limits."""
import sqlite3

from machine import check, equal, main, processes, until
from project import (STORE, audit, ctl, initialise, person, reason, sessions,
                     stack)
from programs import AUTH_ERR, Login, SUCCESS

GOOD, WRONG = "correct horse 9711", "no such 9713"
WHOLE = {"authenticate": SUCCESS, "account": SUCCESS, "setcred": SUCCESS,
         "open": SUCCESS, "close": SUCCESS}
REFUSED = {"authenticate": AUTH_ERR}
PEOPLE = ["user%02d" % n for n in range(64)]


def at_once(service, attempts, held=False):
    """attempts: (user, answer, source); what each came to, in order.  HELD:
    none can charge its guess before all of them have seen that they may."""
    stack(service, unix=False)
    # All wait for their answer before the first of them gets one.
    logins = [Login(service, user, None, source, session=True)
              for user, _, source in attempts]
    store = sqlite3.connect(STORE, isolation_level=None)
    if held:
        store.execute("BEGIN IMMEDIATE")
    for login, (_, answer, _) in zip(logins, attempts):
        login.child.stdin.write(answer)
        login.child.stdin.close()
    if held:
        until(lambda: len(processes("sigrad")) == len(logins) and
              all(map(sleeps, processes("sigrad"))), "all want to write")
    store.close()
    return [login.end() for login in logins]


def sleeps(pid):
    """Does this process wait, not for a second only?"""
    with open("/proc/%d/wchan" % pid, encoding="ascii") as f:
        return "nanosleep" in f.read()


def odd(got, *expected):
    """The ones that did not come to what was expected; EXPECTED repeats."""
    return [(n, g) for n, g in enumerate(got)
            if g != expected[n % len(expected)]]


def outcomes(service):
    """How many rows of each (action, reason)."""
    count = {}
    for r in audit("--service", service):
        key = (r["action"], reason(r))
        count[key] = count.get(key, 0) + 1
    return count


def distinct():
    got = at_once("distinct", [
        (user, WRONG if n % 2 else GOOD, "127.0.0.%d" % (n + 1))
        for n, user in enumerate(PEOPLE)])
    equal(odd(got, WHOLE, REFUSED), [],
          "64 users, 64 sources: all right ones get in, no wrong one does")
    equal(outcomes("distinct"), {
        ("login.granted", "granted"): 32, ("login.denied", "wrong"): 32,
        ("account.granted", "granted"): 32,
        ("session.opened", "granted"): 32,
        ("session.closed", "granted"): 32}, "... audit")
    equal(sessions(), [], "... no session stays open")


def one_source():
    got = at_once("behind-nat", [(user, GOOD, "127.0.1.1")
                                 for user in PEOPLE])
    equal(odd(got, WHOLE), [],
          "64 users behind one address do not shut each other out")
    got = at_once("spray", [(user, WRONG, "127.0.1.2") for user in PEOPLE])
    equal(odd(got, REFUSED), [], "64 wrong ones from one address: refused")
    count = outcomes("spray")
    verified = count.get(("login.denied", "wrong"), 0)
    check(0 < verified <= 10, "... at most 10 of them are verified", count)
    equal(sum(count.values()), 64, "... and each has its row", count)
    equal(Login("spray", PEOPLE[0], GOOD, "127.0.1.2").end(), REFUSED,
          "... that source has to wait, right or wrong")
    equal(Login("spray", PEOPLE[0], GOOD, "127.0.1.3").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "... another need not")


def one_user():
    got = at_once("race", [("rae", WRONG, "127.0.2.9")] * 16, held=True)
    equal(odd(got, REFUSED), [], "16 guesses in the same moment: refused")
    count = outcomes("race")
    verified = count.get(("login.denied", "wrong"), 0)
    check(0 < verified <= 5, "... at most 5 of them are verified", count)
    got = at_once("pair", [("vic", WRONG, "127.0.2.1")] * 256)
    equal(odd(got, REFUSED), [], "256 guesses for one user: refused")
    count = outcomes("pair")
    verified = count.get(("login.denied", "wrong"), 0)
    check(0 < verified <= 5, "... at most 5 of them are verified", count)
    equal(Login("pair", "vic", GOOD, "127.0.2.1").end(), REFUSED,
          "... the right one from there is refused")


def all_sources():
    equal(Login("pair", "vic", GOOD, "127.0.2.2").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "the user is known at a source of their own")
    got = at_once("botnet", [("vic", WRONG, "127.0.3.%d" % n)
                             for n in range(256)])
    equal(odd(got, REFUSED), [], "256 guesses from 256 sources: refused")
    count = outcomes("botnet")
    verified = count.get(("login.denied", "wrong"), 0)
    check(0 < verified <= 50, "... at most 50 of them are verified", count)
    equal(Login("botnet", "vic", GOOD, "127.0.4.1").end(), REFUSED,
          "... a new source has to wait")
    equal(Login("botnet", "vic", GOOD, "127.0.2.2").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "... the known one need not")


def body():
    initialise()
    for name in PEOPLE + ["rae", "vic"]:
        person(name, GOOD, unix=False)
    distinct()
    one_source()
    one_user()
    all_sources()
    ctl("store", "check")
    check(True, "store check")


main(body)

# SPDX-License-Identifier: MIT
"""One code, many logins in the same moment: one of them gets in.  And a guess
counts, whoever is killed the moment it is made."""
import contextlib
import json
import os
import signal
import sqlite3

from codes import app, token
from machine import equal, main, processes, until
from project import (STORE, ctl, initialise, lines, options, person, stack)
from programs import AUTH_ERR, Login, SUCCESS

GOOD = "correct horse 4411"
WHOLE = {"authenticate": SUCCESS, "account": SUCCESS}
REFUSED = {"authenticate": AUTH_ERR}
AT_ONCE, ROUNDS = 64, int(os.environ.get("SIGRA_ROUNDS", "6"))
GUESSERS, EACH = 40, 5


def at_once(user, code, sources):
    """How many got in, how many were refused."""
    logins = [Login("race", user, None, source) for source in sources]
    for login in logins:
        login.child.stdin.write(GOOD + "\n" + code)
        login.child.stdin.close()
    got = [login.end() for login in logins]
    return got.count(WHOLE), got.count(REFUSED)


def reasons(user):
    count = {}
    for l in lines("login.granted", user) + lines("login.denied", user):
        count[l["reason"]] = count.get(l["reason"], 0) + 1
    return count


def charged(user):
    return [l for l in json.loads(ctl("--json", "lock", "list"))["locks"]
            if l["user"] == user]


def guesses():
    """How many code guesses count as failed, or will."""
    store = sqlite3.connect("file:%s?mode=ro" % STORE, uri=True)
    try:
        return store.execute("SELECT count(*) FROM guess WHERE factor = 'otp'"
                             " AND state IN (1, 2)").fetchone()[0]
    finally:
        store.close()


def killed():
    """Password right, code wrong, and dead the moment that is written."""
    before = guesses()
    for n in range(GUESSERS):
        user = "guess%02d" % n
        person(user, GOOD, unix=False)
        button = token(user)
        for each in range(EACH):
            count = guesses()
            login = Login("race", user, GOOD + "\n" + button.wrong(),
                          "127.0.6.%d" % (n + 1))
            until(lambda: guesses() > count,  # pylint: disable=W0640
                  "the guess is written down")
            login.child.send_signal(signal.SIGKILL)
            for pid in processes("sigrad"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            login.end()
            until(lambda: not processes("sigrad"), "the verifier is gone")
            if each == EACH - 1:
                equal(Login("race", user, GOOD + "\n" + button.code(),
                            "127.0.6.%d" % (n + 1)).end(), REFUSED,
                      "%s has guessed %d times" % (user, EACH))
    equal(guesses() - before, GUESSERS * EACH,
          "killed %d times right after a guess: all count"
          % (GUESSERS * EACH))


def body():
    initialise()
    # As many as there are can wait for a prompt at the same time.
    options(guess_source_tries=1000)
    stack("race", unix=False)
    for user in ("tom", "hal", "bea"):
        person(user, GOOD, unix=False)
    phone, button = app("tom"), token("hal")
    one = ["127.0.0.1"] * AT_ONCE
    many = ["127.0.5.%d" % n for n in range(1, AT_ONCE + 1)]
    equal(at_once("tom", phone.code(), many), (1, AT_ONCE - 1),
          "64 logins with one time code from 64 sources: one gets in")
    equal(at_once("tom", phone.code(), one), (1, AT_ONCE - 1),
          "... and from one source")
    equal(reasons("tom"), {"granted": 2, "spent": 2 * AT_ONCE - 2},
          "... the others are told apart from guesses")
    equal(charged("tom"), [], "... and nobody is locked out by them")
    got = [at_once("hal", button.code(), many) for _ in range(ROUNDS)]
    equal(set(got), {(1, AT_ONCE - 1)},
          "a counter's code, %d rounds of 64" % ROUNDS)
    equal(charged("hal"), [], "... and nobody is locked out by them")
    app("bea", button.secret)
    codes = json.loads(ctl("--json", "enroll", "backup", "bea",
                           "--without-code"))["backup_codes"]
    equal(at_once("bea", codes[0], many), (1, AT_ONCE - 1),
          "64 logins with one backup code: one gets in")
    left = json.loads(ctl("--json", "enroll", "list", "bea"))
    equal(left["backup_codes"]["left"], 9, "... and one is spent")
    equal(charged("bea"), [], "... nobody is locked out")
    killed()


main(body)

# SPDX-License-Identifier: MIT
"""login on a terminal, as getty starts it."""
from machine import check, equal, main, run, until
from project import (Watch, audit, check_leaks, given_up, initialise, person,
                     reason, sessions, stack)
from programs import Terminal

GOOD, WRONG, UNIX = "correct horse 7711", "no such 7713", "root only 7714"


def newest(n):
    """(action, reason) of the last N rows, oldest first."""
    rows = audit("--service", "login")[:n]
    return [(r["action"], reason(r)) for r in reversed(rows)]


def right():
    t = Terminal("login")
    t.answer("login: ", "ann")
    t.answer("Password: ", GOOD)
    t.answer(r"\$ ", "id -un")
    t.expect("ann\n")
    equal([(r["service"], r["user"]) for r in sessions()],
          [("login", "ann")], "the session's row is open")
    t.type("exit")
    equal(t.end(), 0, "right password")
    until(lambda: newest(1) == [("session.closed", "granted")],
          "the session is closed in the audit")
    equal(newest(4), [("login.granted", "granted"),
                      ("account.granted", "granted"),
                      ("session.opened", "granted"),
                      ("session.closed", "granted")], "... audit")


def wrong(user, answer, why, what):
    t = Terminal("login")
    t.answer("login: ", user)
    t.answer("Password: ", answer)
    t.expect("Login incorrect")
    equal(newest(1), [("login.denied", why)], what)
    t.kill()


def gives_up():
    t = Terminal("login")
    t.answer("login: ", "ann")
    t.expect("Password: ")
    check(t.interrupt() != 0, "Ctrl-C")
    until(given_up, "the log tells of it")


def root():
    t = Terminal("login")
    t.answer("login: ", "root")
    t.answer("Password: ", UNIX)
    t.answer(r"# ", "id -un; exit")
    t.expect("root\n")
    equal(t.end(), 0, "root is not stranded: pam_unix lets it in")


def body():
    initialise()
    person("ann", GOOD)
    run("sed", "-i", "s/^FAIL_DELAY.*/FAIL_DELAY 0/", "/etc/login.defs")
    run("chpasswd", input="root:%s\n" % UNIX)
    stack("login")
    with Watch(GOOD, WRONG, UNIX) as watch:
        right()
        wrong("ann", WRONG, "wrong", "wrong password")
        wrong("ghost", GOOD, "unknown_account", "unknown user")
        wrong("ann", "", "malformed", "empty answer")
        gives_up()
        root()
    equal(sessions(), [], "no session row stays open")
    check_leaks(watch, GOOD, WRONG, UNIX)


main(body)

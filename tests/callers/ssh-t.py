# SPDX-License-Identifier: MIT
"""A real sshd: keyboard-interactive, password and public key."""
import os

from machine import WORK, check, equal, main, run, until
from project import (CTL, Watch, audit, check_leaks, ctl, given_up,
                     initialise, lines, person, reason, sessions, stack,
                     syslog)
from programs import Sshd, Terminal

GOOD, NEW, WRONG = "correct horse 4711", "battery staple 4712", "no such 4713"
OLD = "from an administrator 4714"
PAST = "2020-01-01"


def told(source):
    """(action, reason) of all rows from this source, oldest first, but of
    those that say no more than that it was new, or that it locked."""
    return [(r["action"], reason(r)) for r in
            reversed(audit("--rhost", source))
            if r["action"] not in ("login.new_source", "account.locked")]


def refused(daemon, user, answer, source, why, what):
    status, seen = daemon.login(user, answer, source=source)
    check(status == 255 and "Permission denied" in seen, what + ": refused",
          status, seen)
    equal(told(source), [("login.denied", why)], what + ": audit")


def let_in(daemon, source, what, *answers, method="keyboard-interactive"):
    equal(daemon.login("ann", *answers, source=source, method=method),
          (0, "\nann\n"), what + ": gets in")
    rows = until(lambda: len(told(source)) >= 4 and told(source),
                 "the session is closed in the audit")
    equal(rows, [("login.granted", "granted"),
                 ("account.granted", "granted"),
                 ("session.opened", "granted"),
                 ("session.closed", "granted")], what + ": audit")


def passwords(daemon):
    let_in(daemon, "127.0.0.10", "right password", GOOD)
    refused(daemon, "ann", WRONG, "127.0.0.11", "wrong", "wrong password")
    refused(daemon, "ghost", GOOD, "127.0.0.12", "unknown_account",
            "unknown user")
    refused(daemon, "osonly", GOOD, "127.0.0.13", "unknown_account",
            "user of the system alone")
    refused(daemon, "dora", GOOD, "127.0.0.14", "disabled", "disabled user")
    refused(daemon, "eve", GOOD, "127.0.0.15", "expired", "expired user")
    refused(daemon, "ann", "", "127.0.0.16", "malformed", "empty answer")
    let_in(daemon, "127.0.0.17", "method password", GOOD, method="password")
    row = sessions("--user", "ann", "--all")[0]
    check(row["service"] == "sigra-ssh" and row["rhost"] == "127.0.0.17",
          "the session's row names service and source", row)
    line = [l for l in syslog().splitlines()
            if "sigrad" in l and "login.granted" in l]
    check(line and line[0].startswith("<85>"),
          "a login is one authpriv.notice line of syslog", line)


def huge(daemon):
    """ssh itself hands on the first 1023 bytes of it."""
    helper = WORK + "/askpass"
    with open(helper, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\nhead -c 1048576 /dev/zero | tr '\\0' x\n")
    os.chmod(helper, 0o755)
    t = daemon.client("ann", source="127.0.0.20", env={
        **os.environ, "SSH_ASKPASS": helper, "SSH_ASKPASS_REQUIRE": "force",
        "DISPLAY": "none"})
    equal(t.end(), 255, "1 MiB answer: refused")
    equal(told("127.0.0.20"), [("login.denied", "malformed")],
          "1 MiB answer: audit")


def gives_up(daemon):
    for _ in range(6):
        t = daemon.client("ann", source="127.0.0.21")
        t.expect("Password: ")
        t.interrupt()
    until(lambda: given_up() >= 6, "the log tells of all six")
    check(True, "Ctrl-C: six times given up")
    equal(daemon.login("ann", GOOD, source="127.0.0.21")[0], 0,
          "Ctrl-C is no guess: six of them lock nobody out")


def locked(daemon):
    for _ in range(5):
        daemon.login("lea", WRONG, source="127.0.0.22")
    status, seen = daemon.login("lea", GOOD, source="127.0.0.22")
    check(status == 255 and "Permission denied" in seen,
          "after five wrong ones the right one is refused", status, seen)
    equal(told("127.0.0.22"), [("login.denied", "wrong"),
                               ("login.denied", "locked")],
          "locked: audit, one row for what is the same")
    equal([(l["reason"], l.get("repeat"))
           for l in lines("login.denied", "lea")],
          [("wrong", None)] + [("wrong", "%d" % n) for n in range(1, 5)] +
          [("locked", None)], "... and each of them in the log")
    equal(daemon.login("lea", GOOD, source="127.0.0.23")[0], 0,
          "... but accepted from another source")
    equal([(a, r) for a, r in told("127.0.0.22") if "repeated" in a],
          [("login.repeated", "wrong")], "... before which those have a row")
    ctl("lock", "clear", "lea")
    equal(daemon.login("lea", GOOD, source="127.0.0.22")[0], 0,
          "lock clear lets the source in again")


def must_change(daemon):
    ctl("password", "set", "mia", "--stdin", "--must-change", secret=OLD)
    t = daemon.client("mia", source="127.0.0.24", tty=True)
    t.answer(r"Password: ", OLD)
    t.answer(r"New password: ", "short")
    t.answer(r"New password: ", NEW)
    t.answer(r"Retype new password: ", NEW)
    check(t.end() == 0 and "mia" in t.seen.split(),
          "a password that must be changed is changed on the way in", t.seen)
    check(("password.changed", "granted") in told("127.0.0.24"),
          "change: audit", told("127.0.0.24"))
    equal(daemon.login("mia", OLD, source="127.0.0.25")[0], 255,
          "the old password is gone")
    equal(daemon.login("mia", NEW, source="127.0.0.25")[0], 0,
          "the new one gets in, and is asked for nothing more")


def key_login(daemon, user, source):
    t = daemon.client(user, "-i", WORK + "/id", source=source,
                      method="publickey")
    return t.end(), t.seen


def public_key(daemon):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", WORK + "/id")
    for user in ("ann", "dora", "eve", "osonly"):
        run("install", "-d", "-m", "700", "-o", user, "-g", user,
            "/home/%s/.ssh" % user)
        run("install", "-m", "600", "-o", user, "-g", user, WORK + "/id.pub",
            "/home/%s/.ssh/authorized_keys" % user)
    equal(key_login(daemon, "ann", "127.0.0.30"), (0, "ann\n"),
          "public key: an enabled user gets in")
    check(("session.opened", "granted") in told("127.0.0.30"),
          "public key: session in the audit", told("127.0.0.30"))
    equal(sessions("--user", "ann", "--all")[0]["rhost"], "127.0.0.30",
          "public key: session row")
    for user, source, why in (("dora", "127.0.0.31", "disabled"),
                              ("eve", "127.0.0.32", "expired"),
                              ("osonly", "127.0.0.33", None)):
        equal(key_login(daemon, user, source)[0], 255,
              "public key: %s is stopped by account management" % user)
        rows = told(source)
        check(len(rows) == 1 and rows[0][0] == "account.denied" and
              rows[0][1] == (why or rows[0][1]),
              "public key: %s: audit" % user, rows)


def body():
    initialise()
    for name in ("ann", "dora", "eve", "lea", "mia"):
        person(name, GOOD)
    ctl("user", "disable", "dora", "--reason", "left")
    ctl("user", "expire", "eve", PAST)
    run("useradd", "-m", "-s", "/bin/sh", "osonly")
    run("chpasswd", input="osonly:%s\n" % GOOD)
    stack("sigra-ssh")
    daemon = Sshd("sigra-ssh")
    with Watch(GOOD, NEW, WRONG, OLD) as watch:
        for part in (passwords, huge, gives_up, locked, must_change,
                     public_key):
            part(daemon)
    until(lambda: not sessions(), "all sessions are closed")
    check(True, "no session row stays open")
    check_leaks(watch, GOOD, NEW, WRONG, OLD)
    equal(Terminal(CTL, "store", "check").end(), 0, "store check")


main(body)

# SPDX-License-Identifier: MIT
"""passwd(1), and passwords that have become too old at login and sshd."""
import contextlib
import hashlib
import os
import sqlite3

from machine import check, equal, main, run, until
from project import (CTL, STORE, Watch, audit, check_leaks, ctl, initialise,
                     options, person, reason, sessions, stack, syslog)
from programs import Sshd, Terminal
from service import Daemon

GOOD, WRONG = "correct horse 6711", "no such 6712"
NEXT, THIRD, FOURTH = "battery staple 6713", "third one 6714", "fourth 6715!"
FIFTH, SIXTH = "and a fifth 6716", "and a sixth 6717"
SEVENTH = "and a seventh 6719"
KNOWN = "lost elsewhere 6718"
NOW, NEW, AGAIN = ("Current password: ", "New password: ",
                   "Retype new password: ")
DAY = 86400
LIST = "/etc/sigra/breached"


def passwd(*answers, user="ann", whom=()):
    """To each prompt its answer; (exit status, the rest)."""
    t = Terminal("passwd", *whom, user=user)
    for prompt, answer in answers:
        t.answer(prompt, answer)
    return t.end(), t.seen


def right(password, user="ann"):
    t = Terminal("su", user, "-c", "id -un", user="ben")
    t.answer("Password: ", password)
    return t.end() == 0


def age(days, user="ann"):
    """As if it had been set so many days earlier."""
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        db.execute("UPDATE password SET set_at = set_at - ? WHERE account = "
                   "(SELECT id FROM account WHERE name = ?)",
                   (days * DAY, user))
        db.commit()


def last():
    return [(r["action"], reason(r)) for r in audit("--service", "passwd")][0]


def changes():
    t = Terminal("login")
    t.answer("login: ", "ann")
    t.answer("Password: ", GOOD)
    t.answer(r"\$ ", "id -un")
    t.expect("ann\n")
    equal(len(sessions("--user", "ann")), 1, "a session is open")
    code, seen = passwd((NOW, GOOD), (NEW, NEXT), (AGAIN, NEXT))
    check(code == 0 and "updated successfully" in seen, "a change", seen)
    equal(last(), ("password.changed", "granted"), "... audit")
    equal(sessions("--user", "ann"), [], "... closes the other session")
    t.kill()
    check(right(NEXT) and not right(GOOD), "... and is one")
    shadow = run("getent", "shadow", "ann").split(":")[1]
    check(shadow.startswith("!"), "the system's own is none", shadow)
    code, seen = passwd((NOW, WRONG))
    check(code != 0 and "password unchanged" in seen, "a wrong old one", seen)
    equal(last(), ("login.denied", "wrong"), "... audit")
    code, seen = passwd((NOW, NEXT), (NEW, "short"), (NEW, "password"),
                        (NEW, GOOD))
    check(code != 0 and "not among the last 5" in seen,
          "three that are refused", seen)
    equal(last(), ("password.refused", "password_refused"), "... audit")
    code, seen = passwd((NOW, NEXT), (NEW, "Roadrunner77"), (NEW, THIRD),
                        (AGAIN, THIRD))
    check(code == 0 and right(THIRD), "her address is none, another is", seen)
    ctl("lock", "clear", "ann", code=None)


def by_root():
    code, seen = passwd((NEW, FOURTH), (AGAIN, FOURTH), user=None,
                        whom=["ann"])
    check(code == 0 and right(FOURTH), "root is not asked for the old", seen)


def young():
    ctl("policy", "passwords", "--min-age", "2")
    code, seen = passwd((NOW, FOURTH))
    check(code != 0 and "it can be changed again from 20" in seen,
          "too young", seen)
    check(code == 10 and "token manipulation error" in seen,
          "... which passwd calls what it calls any refused one", code, seen)
    equal(last(), ("login.denied", "password_refused"), "... audit")
    age(3)
    code, seen = passwd((NOW, FOURTH), (NEW, FIFTH), (AGAIN, FIFTH))
    check(code == 0 and right(FIFTH), "two days later", seen)
    ctl("policy", "passwords", "--min-age", "off")


def young_self():
    """The same by sigractl, which asks the daemon."""
    ctl("policy", "passwords", "--min-age", "2")
    t = Terminal(CTL, "password", "set", user="ann")
    t.answer(NOW, SEVENTH)
    code = t.end()
    check(code == 6 and "it can be changed again from 20" in t.seen,
          "sigractl password set: too young", code, t.seen)
    ctl("policy", "passwords", "--min-age", "off")


def listed():
    with open(LIST, "w", encoding="ascii") as f:
        f.write("".join(sorted(
            hashlib.sha1(w.encode()).hexdigest().upper() + ":2\r\n"
            for w in [KNOWN, *map(str, range(500))])))
    options(password_breach_file=LIST)


def breached(what, now, new):
    t = Terminal("passwd", user="ann")
    t.answer(NOW, now)
    t.answer(NEW, KNOWN)
    t.expect("known from a breach")
    t.answer(NEW, new)
    t.answer(AGAIN, new)
    check(t.end() == 0 and right(new), what + ": breached, and another",
          t.seen)


def broken():
    os.chmod(LIST, 0o666)
    code, seen = passwd((NOW, SEVENTH), (NEW, GOOD + GOOD))
    check(code != 0 and "No new password can be checked" in seen,
          "a list that anybody may write", seen)
    check("list of breached passwords" in syslog(), "... the log says why")
    check(right(SEVENTH), "... and it keeps nobody out")
    options(password_breach_file="-")
    ctl("policy", "passwords", "--history", "0")


def expired(daemon):
    ctl("policy", "passwords", "--max-age", "30", "--warn", "3")
    ctl("password", "set", "ann", "--stdin", secret=GOOD)
    age(28)
    t = Terminal("login")
    t.answer("login: ", "ann")
    t.answer("Password: ", GOOD)
    t.expect(r"Your password expires on 20\d\d-\d\d-\d\d \(UTC\)\.")
    t.answer(r"\$ ", "exit")
    equal(t.end(), 0, "login: it is near")
    age(3)
    t = Terminal("login")
    t.answer("login: ", "ann")
    t.answer("Password: ", GOOD)
    t.answer(NEW, GOOD)
    t.expect("the one you have now")
    t.answer(NEW, NEXT)
    t.answer(AGAIN, NEXT)
    t.answer(r"\$ ", "exit")
    equal(t.end(), 0, "login: changed on the way in")
    age(31)
    t = daemon.client("ann", source="127.0.0.30", tty=True)
    t.answer("Password: ", NEXT)
    t.answer(NEW, THIRD)
    t.answer(AGAIN, THIRD)
    check(t.end() == 0 and "ann" in t.seen.split(),
          "sshd: changed on the way in", t.seen)
    equal(daemon.login("ann", THIRD, source="127.0.0.31"), (0, "\nann\n"),
          "... and no more due")
    age(31)
    equal(passwd((NOW, THIRD), (NEW, FOURTH), (AGAIN, FOURTH))[0], 0,
          "passwd, too, changes an old one")
    check(until(lambda: right(FOURTH), "it is"), "... and that is it")


def body():
    initialise()
    person("ann", GOOD, "--email", "ann@roadrunner.example")
    person("ben", GOOD)
    run("sed", "-i", "s/^FAIL_DELAY.*/FAIL_DELAY 0/", "/etc/login.defs")
    for service in ("passwd", "login", "su", "sigra-passwd"):
        stack(service)
    with Watch(GOOD, WRONG, KNOWN) as watch:
        changes()
        by_root()
        young()
        listed()
        breached("--once", FIFTH, SIXTH)
        with Daemon() as daemon:
            breached("the daemon", SIXTH, SEVENTH)
            young_self()
            equal(daemon.stop(), 0, "SIGTERM ends it")
        broken()
        expired(Sshd("sigra-passwd"))
    equal(sessions(), [], "no session row stays open")
    check_leaks(watch, GOOD, WRONG, KNOWN)


main(body)

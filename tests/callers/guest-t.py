# SPDX-License-Identifier: MIT
"""Who comes in without being the holder of an account: an administrator who
acts as somebody, and somebody who is invited; through sshd."""
import json
import re

from codes import CODE, app, scanned
from machine import check, equal, main, run, until
from project import (CTL, Watch, audit, check_leaks, ctl, initialise, person,
                     sessions, stack)
from programs import Sshd, Terminal
from service import Daemon

GOOD, NEW = "correct horse 2811", "battery staple 2812"
CONFIRM = r"(?s).*One-time code: "
TYPE_BACK = r"(?s).*Type one of them back: "
BACKUP = r"\b[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}\b"


def code(*args):
    return json.loads(ctl("--json", *args))["code"]


def members(slug):
    return [m["user"] for m in
            json.loads(ctl("--json", "member", "list", slug))["members"]]


def acted(daemon, phone):
    ctl("user", "force-password-change", "ann")
    secret = code("admin", "impersonate", "ann", "--reason", "cannot print")
    t = daemon.client("ann", command="env; sleep 100")
    t.answer(r"Password: ", secret)
    until(lambda: sessions("--user", "ann"), "an administrator acts as ann")
    row = sessions("--user", "ann")[0]
    equal(row["factors"], "impersonation", "... and no code was asked for")
    check("SIGRA_IMPERSONATOR=system" in t.expect(r"(?s).*IMPERSONATOR=\w+\n"),
          "... nor a new password; the session says who it is", t.seen)
    opened = audit("--action", "session.opened")[0]
    check(opened["actor"] == "system" and
          opened["effective"] == row["account"],
          "... and so does the audit", opened)
    u = daemon.client("ann")
    u.answer(r"Password: ", secret)
    check(u.end() != 0, "the code is good once", u.seen)
    u = daemon.client("ann")
    u.answer(r"Password: ", GOOD)
    u.answer(CODE, phone.code())
    check(u.end() != 0, "she cannot change her password meanwhile", u.seen)
    equal(audit("--action", "login.denied")[0]["meta"].get("refusal"),
          "password:acted_as", "... which the audit says")
    t.kill()
    until(lambda: not sessions("--user", "ann"), "the session has ended")
    u = daemon.client("ann", tty=True)
    u.answer(r"Password: ", GOOD)
    u.answer(CODE, phone.code())
    u.answer(r"(?s).*New password: ", NEW)
    u.answer(r"Retype new password: ", NEW)
    equal(u.end(), 0, "... but afterwards")


def invited(daemon):
    secret = code("org", "invite", "acme", "carl", "--role", "admin")
    t = daemon.client("carl")
    t.answer(r"Password: ", secret)
    check(t.end() != 0, "invited, and no user of this system", t.seen)
    run("useradd", "-m", "-s", "/bin/sh", "carl")
    t = daemon.client("carl", tty=True)
    t.answer(r"Password: ", secret)
    t.expect(CONFIRM)
    t.kill()
    equal(members("acme"), [], "given up: nobody has come")
    t = daemon.client("carl", tty=True, command="env")
    t.answer(r"Password: ", secret)
    phone = scanned(t.expect(CONFIRM))
    t.type(phone.code())
    t.type(re.findall(BACKUP, t.expect(TYPE_BACK))[3])
    t.answer(r"New password: ", NEW)
    t.answer(r"Retype new password: ", NEW)
    equal(t.end(), 0, "a first login by an invitation")
    check("SIGRA_ORG=acme" in t.seen and "SIGRA_ROLE=admin" in t.seen,
          "... is one of that organization", t.seen)
    equal(members("acme"), ["carl"], "... and makes a member")
    t = daemon.client("carl")
    t.answer(r"Password: ", NEW)
    t.answer(CODE, phone.code())
    equal(t.end(), 0, "who then logs in like others")
    t = daemon.client("carl")
    t.answer(r"Password: ", secret)
    check(t.end() != 0, "the invitation is spent", t.seen)


def joined(phone):
    """Whoever has an account proves who he is, and gives the code."""
    secret = code("org", "invite", "acme", "ann")
    t = Terminal(CTL, "invite", "accept", user="ann")
    t.answer(r"(?s).*Password: ", NEW)
    t.answer(CODE, phone.code())
    t.answer(r"Invitation code: ", "abcd-efgh-ijkl")
    t.answer(r"(?s).*no invitation of that code.*Invitation code: ", secret)
    equal(t.end(), 0, "sigractl invite accept")
    equal(members("acme"), ["ann", "carl"], "... makes a member")
    t = Terminal(CTL, "invite", "accept", user="ann")
    t.answer(r"(?s).*Password: ", NEW)
    t.answer(CODE, phone.code())
    for _ in range(3):
        t.answer(r"(?s).*Invitation code: ", secret)
    equal(t.end(), 5, "... once")


def body():
    initialise()
    person("ann", GOOD)
    phone = app("ann")
    ctl("org", "add", "acme")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "enroll", "--phase", "auth,password", "--service", "sigra-ssh",
        "--invite", "--at", "1")
    stack("sigra-ssh")
    daemon = Sshd("sigra-ssh")
    with Watch(GOOD, NEW) as watch:
        acted(daemon, phone)
        invited(daemon)
        with Daemon():
            joined(phone)
    check_leaks(watch, GOOD, NEW, phone.secret)


main(body)

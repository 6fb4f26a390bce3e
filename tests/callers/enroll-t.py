# SPDX-License-Identifier: MIT
"""Enrollment inside a login: sshd, su, sudo and login, each with a QR code
that is read off the terminal; tickets; and giving up half-way."""
import json
import os
import re

from codes import CODE, scanned
from machine import check, equal, main, until
from project import (Watch, audit, check_leaks, ctl, initialise, person,
                     sessions, stack)
from programs import Sshd, Terminal

GOOD, NEW = "correct horse 2711", "battery staple 2712"
CONFIRM = r"(?s).*One-time code: "
TYPE_BACK = r"(?s).*Type one of them back: "
BACKUP = r"\b[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}\b"
SUDO = r"\[sudo\] password for \w+: "


def devices(user):
    return json.loads(ctl("--json", "enroll", "list", user))["devices"]


def enroll(t):
    """What a person does who is shown the code; the app, the codes."""
    shown = t.expect(CONFIRM)
    phone = scanned(shown)
    check(max(map(len, shown.split("\n"))) <= 79 or "##" in shown,
          "what is shown fits 80 columns", shown)
    key = re.sub(r"\s", "", re.search(r"key: ([A-Z2-7 ]+)", shown).group(1))
    equal(key, phone.secret, "the key stands there as text, too")
    check("\x1b" not in shown, "no escape code in a PAM conversation")
    t.type(phone.code())
    shown = t.expect(TYPE_BACK)
    codes = re.findall(BACKUP, shown)
    equal(len(set(codes)), 10, "ten backup codes are shown", shown)
    t.type(codes[3])
    return phone, codes


def by_ssh(daemon):
    t = daemon.client("ann", tty=True)
    t.answer(r"Password: ", GOOD)
    phone, codes = enroll(t)
    check(t.end() == 0 and "ann" in t.seen.split(),
          "sshd: enrolled on the way in", t.seen)
    rows = audit("--user", "ann", "--action", "otp.")
    equal([r["action"] for r in rows], ["otp.enrolled"], "... audit")
    t = daemon.client("ann")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, phone.at(phone.last))
    equal(t.end(), 255, "the code that confirmed is spent")
    t = daemon.client("ann")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, phone.code())
    equal(t.end(), 0, "the next login asks for a code, and takes the next")
    t = daemon.client("ann")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, codes[3])
    equal(t.end(), 0, "typing a backup code back has not spent it")
    return phone


def by_su():
    t = Terminal("su", "bob", "-c", "id -un", user="ann")
    t.answer("Password: ", GOOD)
    enroll(t)
    equal((t.end(), t.seen.split("\n")[-2]), (0, "bob"),
          "su: enrolled on the way in")


def by_sudo():
    t = Terminal("sudo", "id", "-un", user="cleo")
    t.answer(SUDO, GOOD)
    enroll(t)
    equal((t.end(), t.seen.split("\n")[-2]), (0, "root"),
          "sudo: enrolled on the way in")


def by_login():
    t = Terminal("login", "dan", env={**os.environ, "TERM": "linux"})
    t.answer("Password: ", GOOD)
    enroll(t)
    t.answer(r"\$ ", "id -un; exit")
    check(t.end() == 0 and "\ndan\n" in "\n" + t.seen,
          "login: enrolled on the way in", t.seen)


def in_c_locale():
    t = Terminal("su", "emil", "-c", "id -un", user="ann",
                 env={**os.environ, "LC_ALL": "C"})
    t.answer("Password: ", GOOD)
    enroll(t)
    equal(t.end(), 0, "su in a C locale: drawn in ASCII, where a rule says so")


def given_up(daemon):
    for where in ("at the code", "after wrong codes", "at the backup codes"):
        t = daemon.client("fay", tty=True)
        t.answer(r"Password: ", GOOD)
        shown = t.expect(CONFIRM)
        phone = scanned(shown)
        if where == "after wrong codes":
            for _ in range(2):
                t.answer("", phone.wrong())
                t.expect(CONFIRM)
            t.type(phone.wrong())
            check(t.end() != 0, "three wrong codes end it", t.seen)
        elif where == "at the backup codes":
            t.type(phone.code())
            t.expect(TYPE_BACK)
            t.kill()
        else:
            t.kill()
        until(lambda: not [s for s in sessions("--user", "fay")],
              "no session")
        equal(devices("fay"), [], "given up %s: nothing is enrolled" % where)
    left = json.loads(ctl("--json", "enroll", "list", "fay"))["backup_codes"]
    equal(left["left"], 0, "... and there are no backup codes")


def ticket(daemon):
    ctl("user", "add", "gus")
    os.system("useradd -m -s /bin/sh gus")
    code = json.loads(ctl("--json", "enroll", "ticket", "gus"))["code"]
    t = daemon.client("gus", tty=True)
    t.answer(r"Password: ", code)
    t.expect(CONFIRM)
    t.kill()
    equal(devices("gus"), [], "a ticket, given up")
    t = daemon.client("gus", tty=True)
    t.answer(r"Password: ", code)
    phone, _ = enroll(t)
    t.answer(r"New password: ", NEW)
    t.answer(r"Retype new password: ", NEW)
    check(t.end() == 0 and "gus" in t.seen.split(),
          "... is good still, and walks a new person through all of it",
          t.seen)
    t = daemon.client("gus")
    t.answer(r"Password: ", NEW)
    t.answer(CODE, phone.code())
    equal(t.end(), 0, "who then logs in with password and code")
    t = daemon.client("gus")
    t.answer(r"Password: ", code)
    check(t.end() != 0, "the ticket is spent", t.seen)


def reset(daemon, phone):
    t = daemon.client("ann", command="sleep 100", source="127.0.0.9")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, phone.code())
    until(lambda: sessions("--user", "ann"), "a session is open")
    code = json.loads(ctl("--json", "user", "reset", "ann"))["code"]
    u = daemon.client("ann", tty=True, command="true")
    u.answer(r"Password: ", code)
    u.answer(CODE, phone.code())
    u.answer(r"New password: ", NEW)
    u.answer(r"Retype new password: ", NEW)
    equal(u.end(), 0, "a reset code, the one-time code, a new password")
    rows = sessions("--user", "ann", "--all")
    check([r for r in rows if r["rhost"] == "127.0.0.9" and r["closed_at"]],
          "the session of before is dropped", rows)
    t.kill()
    u = daemon.client("ann")
    u.answer(r"Password: ", GOOD)
    check(u.end() != 0, "the old password is dead")
    u = daemon.client("ann")
    u.answer(r"Password: ", NEW)
    u.answer(CODE, phone.code())
    equal(u.end(), 0, "the new one is not")


def body():
    initialise()
    for name in ("ann", "bob", "cleo", "dan", "emil", "fay"):
        person(name, GOOD)
    with open("/etc/sudoers", "w", encoding="utf-8") as f:
        f.write("Defaults timestamp_timeout=0\nDefaults passwd_tries=1\n"
                "cleo ALL=(ALL) ALL\n")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "enroll", "--phase", "auth,password", "--account", "known", "--at",
        "1")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "enroll", "--phase", "auth", "--user", "emil", "--qr", "ascii",
        "--at", "1")
    for service in ("sigra-ssh", "sudo", "su", "login"):
        stack(service, session=service != "sudo")
    daemon = Sshd("sigra-ssh")
    with Watch(GOOD, NEW) as watch:
        phone = by_ssh(daemon)
        by_su()
        by_sudo()
        by_login()
        in_c_locale()
        given_up(daemon)
        ticket(daemon)
        reset(daemon, phone)
    check_leaks(watch, GOOD, NEW, phone.secret)


main(body)

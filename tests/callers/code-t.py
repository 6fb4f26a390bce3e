# SPDX-License-Identifier: MIT
"""Password and one-time code in real programs: sshd, su, sudo and login."""
import json
import os
import subprocess

from codes import CODE, Apps, app, token
from machine import PATIENCE, check, equal, main, until
from project import (Watch, audit, check_leaks, ctl, initialise, lines,
                     person, reason, sessions, stack)
from programs import Sshd, Terminal

GOOD, WRONG = "correct horse 8711", "no such 8713"
SUDO = r"\[sudo\] password for \w+: "


def last(service):
    """(action, reason, factors) of the newest decision about a login."""
    rows = [r for r in audit("--service", service)
            if r["action"].startswith("login.")]
    return rows[0]["action"], reason(rows[0]), rows[0]["meta"].get("factors")


GRANTED = ("login.granted", "granted", "password+totp")


def ssh(daemon, user, password, code, source="127.0.0.1"):
    t = daemon.client(user, source=source)
    t.answer(r"Password: ", password)
    if code is not None:
        t.answer(CODE, code)
    return t.end(), t.seen.split("\n")[-2]


def on_sshd(daemon, phone):
    equal(ssh(daemon, "ann", GOOD, phone.code()), (0, "ann"),
          "sshd: password and code")
    equal(last("sigra-ssh"), GRANTED, "... audit")
    row = sessions("--user", "ann", "--all")[0]
    equal(row["factors"], "password+totp", "... its session says with what")
    equal(ssh(daemon, "ann", GOOD, phone.wrong())[0], 255,
          "sshd: a wrong code")
    equal(last("sigra-ssh")[:2], ("login.denied", "wrong"), "... audit")
    equal(ssh(daemon, "ann", WRONG, None)[0], 255,
          "sshd: no code is asked for after a wrong password")
    equal(ssh(daemon, "bob", GOOD, None), (0, "bob"),
          "sshd: nor from whoever has none")


def shell(daemon, code):
    """A login without a command, as people have it; sshd shows what it was
    told in those alone."""
    t = daemon.client("ann", tty=True, command="")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, code)
    shown = t.expect(r"(?s).*\$ ")
    t.type("exit")
    return t.end(), shown


def backup(daemon):
    ctl("enroll", "backup", "ann", "--without-code")
    held = json.loads(
        ctl("--json", "enroll", "backup", "ann", "--without-code"))
    codes = held["backup_codes"]
    equal(len(codes), 10, "ten backup codes")
    status, seen = shell(daemon, codes[0].upper().replace("-", " "))
    check(status == 0 and "9 backup codes are left" in seen,
          "sshd: a backup code, read back in capitals and with blanks, and "
          "the number left is told", seen)
    equal(last("sigra-ssh"), ("login.granted", "granted",
                              "password+backup_code"), "... audit")
    equal(ssh(daemon, "ann", GOOD, codes[0])[0], 255, "... once")
    equal(last("sigra-ssh")[:2], ("login.denied", "spent"), "... audit")
    for n in range(1, 8):
        _, seen = shell(daemon, codes[n])
    check("Only 2 backup codes are left" in seen,
          "two are left: a warning", seen)


def login_code(daemon):
    code = json.loads(
        ctl("--json", "user", "login-code", "ann"))["code"]
    equal(ssh(daemon, "ann", GOOD, code), (0, "ann"),
          "sshd: an administrator's login code")
    equal(ssh(daemon, "ann", GOOD, code)[0], 255, "... once")


def sudo(password, code, *argv):
    t = Terminal("sudo", *argv, "id", "-un", user="ann")
    t.answer(SUDO, password)
    if code is not None:
        t.answer(CODE, code)
    return t.end(), t.seen.split("\n")[-2]


def on_sudo(phone):
    equal(sudo(GOOD, phone.code()), (0, "root"), "sudo: password and code")
    equal(last("sudo"), GRANTED, "... audit")
    equal(sudo(GOOD, phone.wrong())[0], 1, "sudo: a wrong code")
    r = subprocess.run(
        ["setpriv", "--reuid", "ann", "--regid", "ann", "--init-groups",
         "--", "sudo", "-S", "id", "-un"], cwd="/", timeout=PATIENCE,
        input=GOOD + "\n" + phone.code() + "\n", text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    equal((r.returncode, r.stdout), (0, "root\n"), "sudo -S", r.stderr)


def on_su(phone):
    t = Terminal("su", "ann", "-c", "id -un", user="bob")
    t.answer("Password: ", GOOD)
    t.answer(CODE, phone.code())
    equal((t.end(), t.seen.split("\n")[-2]), (0, "ann"),
          "su: password and code")
    t = Terminal("su", "ann", "-c", "id -un", user="bob")
    t.answer("Password: ", GOOD)
    t.expect(CODE)
    check(t.interrupt() != 0, "su: Ctrl-C at the code")
    until(lambda: last("su")[1] == "cancelled", "Ctrl-C in the audit")


def on_login(phone):
    t = Terminal("login", "ann", env={**os.environ, "TERM": "linux"})
    t.answer("Password: ", GOOD)
    t.answer(CODE, phone.code())
    t.answer(r"\$ ", "id -un; exit")
    status = t.end()
    check(status == 0 and "\nann\n" in "\n" + t.seen,
          "login: password and code", status, t.seen)
    equal(last("login"), GRANTED, "... audit")


def same_code(daemon, phone):
    code = phone.code()
    equal(ssh(daemon, "ann", GOOD, code)[0], 0, "a code at sshd")
    equal(sudo(GOOD, code)[0], 1, "... is refused by sudo")
    equal(last("sudo")[:2], ("login.denied", "spent"), "... audit")
    equal(sudo(GOOD, phone.code())[0], 0, "... which takes the next one")


def method_password(daemon):
    """sshd gives the password to every prompt: that is no guess."""
    for _ in range(6):
        t = daemon.client("ann", method="password", source="127.0.0.40")
        t.answer(r"[Pp]assword: ", GOOD)
        equal(t.end(), 255, "method password cannot ask for a code")
    locks = json.loads(ctl("--json", "lock", "list"))["locks"]
    check(not [l for l in locks if l["user"] == "ann" and
               l["factor"] == "otp"], "... and no code guess is charged",
          locks)


def second_limit(daemon):
    button = token("lea")
    for _ in range(5):
        ssh(daemon, "lea", GOOD, button.wrong(), source="127.0.0.50")
    equal(ssh(daemon, "lea", GOOD, button.code(), source="127.0.0.51")[0],
          255, "five wrong codes: the right one has to wait, from anywhere")
    equal(last("sigra-ssh")[:2], ("login.denied", "locked"), "... audit")
    ctl("lock", "clear", "lea")
    equal(ssh(daemon, "lea", GOOD, button.code(), source="127.0.0.51")[0],
          0, "lock clear lets in again")
    for _ in range(5):
        ssh(daemon, "lea", GOOD, button.wrong(), source="127.0.0.52")
    equal(ssh(daemon, "lea", GOOD, button.code(), source="127.0.0.51")[0],
          0, "a known source is not shut by a strange one's wrong codes")


def dropped(daemon):
    """Who hangs up after the right password has still guessed."""
    person("dan", GOOD)
    app("dan")
    for _ in range(4):
        t = daemon.client("dan", source="127.0.0.60")
        t.answer(r"Password: ", GOOD)
        t.expect(CODE)
        t.kill()
    counted = until(lambda: [l for l in lines("login.denied", "dan") if
                             l["reason"] == "cancelled"][3:],
                    "all four are told of")
    check(counted, "a connection dropped at the code is a failed login")


def body():
    initialise()
    for name in ("ann", "bob", "lea"):
        person(name, GOOD)
    with open("/etc/sudoers", "w", encoding="utf-8") as f:
        f.write("Defaults timestamp_timeout=0\nDefaults passwd_tries=1\n"
                "ann ALL=(ALL) ALL\n")
    phone = Apps("ann", 5)
    for service in ("sigra-ssh", "sudo", "su", "login"):
        stack(service, session=service != "sudo")
    daemon = Sshd("sigra-ssh")
    with Watch(GOOD, WRONG) as watch:
        on_sshd(daemon, phone)
        on_sudo(phone)
        on_su(phone)
        on_login(phone)
        same_code(daemon, phone)
        backup(daemon)
        login_code(daemon)
        method_password(daemon)
        second_limit(daemon)
        dropped(daemon)
    check_leaks(watch, GOOD, WRONG, *(a.secret for a in phone.all))


main(body)

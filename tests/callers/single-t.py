# SPDX-License-Identifier: MIT
"""Password and code in one string: dovecot's IMAP, and sshd's password
method where a rule says so."""
import json

from codes import token
from machine import check, equal, main, note
from project import (Watch, audit, check_leaks, ctl, initialise, person,
                     reason, stack, syslog)
from programs import Sshd
from servers import Dovecot

GOOD, WRONG, DIGITS = "correct horse 1711", "no such 1713", "horse 123456"


def why(service):
    """(reason, factors) of the newest login."""
    row = [r for r in audit("--service", service)
           if r["action"].startswith("login.")][0]
    return reason(row), row["meta"].get("factors")


def imap(mail, button):
    check(mail.login("ann", GOOD + button.code()),
          "imap: the code stands right behind the password")
    equal(why("dovecot"), ("granted", "password+hotp"), "... audit")
    check(mail.login("ann", GOOD + "," + button.code()),
          "imap: ... or behind a comma")
    check(not mail.login("ann", GOOD), "imap: without the code")
    equal(why("dovecot")[0], "malformed", "... audit")
    check(not mail.login("ann", GOOD + button.wrong()), "imap: wrong code")
    equal(why("dovecot")[0], "wrong", "... audit")
    code = button.code()
    check(not mail.login("ann", WRONG + code), "imap: wrong password")
    check(mail.login("ann", GOOD + code),
          "imap: ... which has not spent the code")
    codes = json.loads(ctl("--json", "enroll", "backup", "ann",
                           "--without-code"))["backup_codes"]
    check(mail.login("ann", GOOD + "," + codes[0]),
          "imap: a backup code, behind a comma")
    check(mail.login("bob", DIGITS),
          "imap: who has no code, and a password that ends in six digits")
    check(not mail.login("ghost", GOOD + "123456"), "imap: unknown user")


def ssh_password(button):
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "exempt", "--phase", "auth", "--account", "known", "--service",
        "sigra-single", "--prompt", "single", "--at", "1")
    stack("sigra-single")
    daemon = Sshd("sigra-single")
    equal(daemon.login("ann", GOOD + button.code(), method="password")[0], 0,
          "sshd's method password, where the rule says single")
    t = daemon.client("ann")
    t.answer("Password and code: ", GOOD + button.code())
    equal(t.end(), 0, "... and keyboard-interactive asks in one prompt")


def body():
    initialise()
    person("ann", GOOD)
    person("bob", DIGITS)
    button = token("ann")
    stack("dovecot", unix=False, session=False)
    mail = Dovecot("dovecot")
    try:
        with Watch(GOOD, WRONG, DIGITS) as watch:
            imap(mail, button)
            ssh_password(button)
    finally:
        mail.stop()
        note(mail.log())
        note(syslog())
    check_leaks(watch, GOOD, WRONG, DIGITS, button.secret)


main(body)

# SPDX-License-Identifier: MIT
"""pamtester, and a client of our own for answers no terminal can give."""
from machine import check, equal, main, until
from project import (Watch, audit, check_leaks, ctl, given_up, initialise,
                     person, reason, sessions, stack, stack_alone)
from programs import (AUTH_ERR, EXPIRED, Login, PERM_DENIED, RENEW, SUCCESS,
                      Terminal)

GOOD, NEW, WRONG = "correct horse 8711", "battery staple 8712", "no such 8713"
THIRD = "from an administrator 8714"
SERVICE = "sigra-test"


def pamtester(user, *calls, answers=(), source="192.0.2.1"):
    t = Terminal("pamtester", "-I", "rhost=" + source, SERVICE, user, *calls)
    for prompt, answer in answers:
        t.answer(prompt, answer)
    return t.end(), t.seen


def newest():
    row = audit("--service", SERVICE)[0]
    return row["action"], reason(row)


def logins():
    whole = ("authenticate", "acct_mgmt", "open_session", "close_session")
    status, seen = pamtester("ann", *whole, answers=[("^Password: ", GOOD)])
    equal(status, 0, "right password, through all phases", seen)
    row = sessions("--user", "ann", "--all")[0]
    equal((row["service"], row["rhost"]), (SERVICE, "192.0.2.1"),
          "the session's row")
    for user, answer, why in (("ann", WRONG, "wrong"),
                              ("ghost", GOOD, "unknown_account"),
                              ("ann", "", "malformed")):
        status, seen = pamtester(user, "authenticate",
                                 answers=[("Password: ", answer)])
        equal(status, 1, why + ": refused", seen)
        equal(newest(), ("login.denied", why), why + ": audit")
    t = Terminal("pamtester", SERVICE, "ann", "authenticate")
    t.expect("Password: ")
    check(t.interrupt() != 0, "Ctrl-C")
    until(given_up, "the log tells of it")


def changes():
    status, seen = pamtester("ann", "chauthtok", answers=[
        ("New password: ", NEW), ("Retype new password: ", NEW)])
    equal(status, 0, "root changes a password without the old one", seen)
    equal(newest(), ("password.changed", "granted"), "... audit")
    status, seen = pamtester("ann", "authenticate",
                             answers=[("Password: ", NEW)])
    equal(status, 0, "the new password is the password", seen)


def codes():
    def login(user, answer):
        return Login(SERVICE, user, answer, "192.0.2.9").end()
    equal(login("ann", NEW), {"authenticate": SUCCESS, "account": SUCCESS},
          "an answer without a terminal")
    equal(login("ann", "x" * (1 << 20)), {"authenticate": AUTH_ERR},
          "1 MiB answer: refused")
    equal(newest(), ("login.denied", "malformed"), "1 MiB answer: audit")
    equal(login("ann", ""), {"authenticate": AUTH_ERR}, "empty answer")
    equal(login("u" * 300, NEW), {"authenticate": AUTH_ERR},
          "a name of 300 bytes")
    ctl("password", "set", "ann", "--stdin", "--must-change", secret=THIRD)
    equal(login("ann", THIRD), {"authenticate": SUCCESS, "account": RENEW},
          "a password that must be changed: the account phase says so")


def account_alone():
    """A caller that never authenticates, as sshd with a public key."""
    stack_alone("account", "account-only")
    for command, result in (
            (("expire", "ann", "never"), RENEW),
            (("expire", "ann", "2020-01-01"), EXPIRED),
            (("disable", "ann", "--reason", "left"), PERM_DENIED)):
        ctl("user", *command)
        equal(Login("account-only", "ann", "").end(),
              {"authenticate": SUCCESS, "account": result},
              "account phase alone, after user " + " ".join(command))


def body():
    initialise()
    person("ann", GOOD)
    stack(SERVICE)
    with Watch(GOOD, NEW, WRONG, THIRD) as watch:
        logins()
        changes()
        codes()
        account_alone()
    equal(sessions(), [], "no session row stays open")
    check_leaks(watch, GOOD, NEW, WRONG, THIRD)


main(body)

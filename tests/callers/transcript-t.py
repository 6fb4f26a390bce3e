# SPDX-License-Identifier: MIT
"""What a person sees is the same, byte for byte, whatever was wrong."""
from codes import CODE, token
from machine import check, equal, main
from project import audit, ctl, initialise, person, reason, stack
from programs import Sshd

GOOD, WRONG = "correct horse 6611", "no such 6613"
PEOPLE = {"ann": "a good account", "lox": "locked", "dis": "disabled",
          "exp": "expired", "non": "not enrolled", "nob": "unknown"}


def seen(daemon, user, password, code, source):
    """All that stands on the terminal, and the end; the name left out."""
    t = daemon.client(user, source=source)
    shown = t.expect(r"(?s).*Password: ")
    t.type(password)
    if code is not None:
        shown += t.expect("(?s).*" + CODE)
        t.type(code)
    status = t.end()
    return (shown + t.seen).replace(user, "USER"), status


def same(daemon, cases, what):
    """cases: name -> (user, password, code, source)"""
    got = {name: seen(daemon, *case) for name, case in cases.items()}
    first = next(iter(got.values()))
    for name, text in got.items():
        equal(text, first, "%s: %s" % (what, name))
    equal(first[1], 255, what + ": refused")
    return first[0]


def reasons(n):
    rows = [r for r in audit() if r["action"].startswith("login.")]
    return [reason(r) for r in reversed(rows[:n])]


def everybody_asked(daemon, button):
    """The rule asks everyone for both: nothing is said before both came."""
    ctl("policy", "add", "--require", "password+otp", "--phase", "auth",
        "--service", "sigra-both", "--at", "1")
    text = same(daemon, {
        "wrong password, right code":
            ("ann", WRONG, button.code(), "127.0.7.1"),
        "right password, wrong code":
            ("ann", GOOD, button.wrong(), "127.0.7.2"),
        "both wrong": ("ann", WRONG, "000000", "127.0.7.3"),
        "no code at all": ("ann", GOOD, "", "127.0.7.4"),
        "no shape of a code": ("ann", GOOD, "what?", "127.0.7.5"),
        "unknown user": ("nob", GOOD, "000000", "127.0.7.6"),
        "disabled": ("dis", GOOD, "000000", "127.0.7.7"),
        "expired": ("exp", GOOD, "000000", "127.0.7.8"),
        "not enrolled": ("non", GOOD, "000000", "127.0.7.9"),
        "locked": ("lox", GOOD, "000000", "127.0.7.10"),
    }, "everybody is asked for both")
    check("One-time code for USER@machine: " in text, "both were asked for",
          text)
    equal(reasons(10), ["wrong", "wrong", "wrong", "malformed", "malformed",
                        "unknown_account", "disabled", "expired",
                        "not_enrolled", "locked"],
          "... and the audit knows which was which")
    t = daemon.client("ann", source="127.0.7.11")
    t.answer("Password: ", GOOD)
    t.answer(CODE, button.code())
    equal(t.end(), 0, "... the right ones get in; no code was spent by the "
          "wrong passwords")


def right_password_first(daemon):
    text = same(daemon, {
        "wrong password": ("ann", WRONG, None, "127.0.8.1"),
        "not enrolled, wrong password": ("non", WRONG, None, "127.0.8.2"),
        "unknown user": ("nob", GOOD, None, "127.0.8.3"),
        "disabled, right password": ("dis", GOOD, None, "127.0.8.4"),
        "expired, right password": ("exp", GOOD, None, "127.0.8.5"),
        "locked, right password": ("lox", GOOD, None, "127.0.7.10"),
    }, "a code is asked for after a right password")
    check("One-time" not in text, "nobody else learns of one", text)


def body():
    initialise()
    for name in PEOPLE:
        if name != "nob":
            person(name, GOOD)
    button = token("ann")
    for name in ("lox", "dis", "exp"):
        token(name)
    ctl("user", "disable", "dis", "--reason", "left")
    ctl("user", "expire", "exp", "2020-01-01")
    stack("sigra-both")
    stack("sigra-next")
    both, after = Sshd("sigra-both"), Sshd("sigra-next")
    for _ in range(5):
        after.login("lox", WRONG, source="127.0.7.10")
    everybody_asked(both, button)
    right_password_first(after)


main(body)

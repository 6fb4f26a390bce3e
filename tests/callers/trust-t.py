# SPDX-License-Identifier: MIT
"""Trusted devices over ssh, and the step-up of sudo."""
import json
import os

from codes import CODE, token
from machine import WORK, check, equal, main, run, until
from project import audit, ctl, initialise, person, sessions, stack
from programs import Sshd, Terminal

GOOD, NEW = "correct horse 9911", "battery staple 9912"
OFFER = r"Skip the one-time code on this device for 30 days\? \[y/N\] "
BOTH = "publickey,keyboard-interactive"
SUDO = r"\[sudo\] password for \w+: "


def rows():
    return json.loads(ctl("--json", "trust", "list", "ann"))["trusted"]


def asked(daemon, source, *more, method="keyboard-interactive"):
    """Is ann asked for a code from there?  Logs her in if so."""
    t = daemon.client("ann", *more, source=source, method=method)
    t.answer(r"Password: ", GOOD)
    got = t.expect(r"(%s)|\nann\n" % CODE)
    if "One-time" in got:
        t.type(button.code())
        t.answer(OFFER, "")
    t.end()
    return "One-time" in got


def by_address(daemon):
    t = daemon.client("ann", source="127.0.0.70")
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, button.code())
    t.answer(OFFER, "y")
    equal(t.end(), 0, "trust is offered after a full login")
    equal([(r["kind"], r["shown"]) for r in rows()],
          [("address", "127.0.0.70")], "... and listed")
    check(not asked(daemon, "127.0.0.70"), "no code is asked for from there")
    row = audit("--user", "ann", "--action", "login.granted")[0]
    equal(row["meta"]["factors"], "password+trust", "... audit")
    check(asked(daemon, "127.0.0.71"), "... but from anywhere else")
    equal(len(rows()), 1, "an empty answer is no")
    ctl("trust", "revoke", rows()[0]["id"])
    check(asked(daemon, "127.0.0.70"), "revoked: asked again")


def by_key(daemon):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", WORK + "/id")
    run("install", "-d", "-m", "700", "-o", "ann", "-g", "ann",
        "/home/ann/.ssh")
    run("install", "-m", "600", "-o", "ann", "-g", "ann", WORK + "/id.pub",
        "/home/ann/.ssh/authorized_keys")
    key = ("-i", WORK + "/id")
    t = daemon.client("ann", *key, source="127.0.0.72", method=BOTH)
    t.answer(r"Password: ", GOOD)
    t.answer(CODE, button.code())
    t.answer(OFFER, "yes")
    equal(t.end(), 0, "with a public key first")
    equal([r["kind"] for r in rows()], ["ssh-key"],
          "the key is what is trusted")
    check(not asked(daemon, "127.0.0.73", *key, method=BOTH),
          "... from any address with that key")
    ctl("password", "set", "ann", "--stdin", secret=NEW)
    ctl("password", "set", "ann", "--stdin", secret=GOOD + " 2")


def sudo(t):
    """Within the shell on T: is anything asked?"""
    t.type("sudo id -un; echo done")
    got = t.expect(r"(%s)|done\n" % SUDO)
    if "password" not in got:
        return False
    t.type(GOOD + " 2")
    t.answer(CODE, button.code())
    t.expect("root\ndone")
    return True


def step_up(daemon):
    for source, what in (("127.0.0.80", "first"), ("127.0.0.81", "second")):
        t = daemon.client("ann", source=source, tty=True,
                          command="PS1=; export PS1; exec sh")
        t.answer(r"Password: ", GOOD + " 2")
        t.answer(CODE, button.code())
        t.answer(OFFER, "")
        check(not sudo(t), what + " login a moment ago: sudo asks nothing")
        row = audit("--service", "sudo", "--action", "login.granted")[0]
        check(row["meta"].get("stepped"), "... the audit names the login",
              row)
        if what == "first":
            t.type("exit")
            t.end()
    t.type("setsid -w sudo -n id; echo tty gone")
    t.expect("password is required")
    t.expect("tty gone")
    check(True, "without a terminal sudo asks")
    t.type("exit")
    t.end()
    local = Terminal("sh", user="ann", env={**os.environ, "PS1": ""})
    check(sudo(local), "another session: sudo asks")
    check(not sudo(local), "... once, in that session")
    local.type("exit")
    local.end()


def body():
    global button
    initialise()
    person("ann", GOOD)
    with open("/etc/sudoers", "w", encoding="utf-8") as f:
        f.write("Defaults timestamp_timeout=0\nDefaults passwd_tries=1\n"
                "ann ALL=(ALL) ALL\n")
    button = token("ann")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "exempt", "--phase", "auth", "--account", "known", "--service",
        "sigra-*", "--trust-days", "30", "--at", "1")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "exempt", "--phase", "auth", "--account", "known", "--service",
        "sudo", "--step-up", "300", "--at", "1")
    stack("sigra-ssh")
    stack("sigra-key")
    stack("sudo", session=False)
    daemon = Sshd("sigra-ssh")
    by_address(daemon)
    by_key(Sshd("sigra-key", "AuthenticationMethods "
                "publickey,keyboard-interactive:pam"))
    equal(rows(), [], "a new password ends all trust")
    step_up(daemon)
    until(lambda: not sessions(), "all sessions are closed")


button = None
main(body)

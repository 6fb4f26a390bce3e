# SPDX-License-Identifier: MIT
"""What the session of a member says of his organization, by a real sshd."""
import re
import time

from machine import WORK, check, equal, main, run
from project import audit, check_leaks, Watch, ctl, initialise, person, \
    sessions, stack
from programs import Sshd

GOOD = "correct horse 9911"
SHOW = "env | grep ^SIGRA_ | grep -v ^SIGRA_LOGIN | sort"


def environment(t):
    """The end of a client's: what is ours in its environment."""
    status = t.end()
    return status, re.findall(r"^SIGRA_[A-Z_]+=.*?(?=\r?$)", t.seen, re.M)


def shell(daemon, user, source, *answers, **more):
    t = daemon.client(user, source=source, command=SHOW, **more)
    t.answer(r"Password: ", GOOD)
    for prompt, text in answers:
        t.answer(prompt, text)
    return environment(t)


def by_password(daemon):
    equal(shell(daemon, "ann", "127.0.0.10"),
          (0, ["SIGRA_ORG=acme", "SIGRA_ROLE=owner"]),
          "a member's session names organization and role")
    equal(shell(daemon, "bob", "127.0.0.11"), (0, []),
          "that of a member of none names none")
    equal(sessions("--user", "ann", "--all")[0]["org"], "acme",
          "the session's row has it")
    row = audit("--action", "login.granted", "--user", "ann")[0]
    check(row.get("org"), "and so has the audit", row)


def attributes(daemon):
    ctl("user", "set", "ann", "room=2.17", "--export")
    ctl("user", "set", "ann", "salary=much")
    equal(shell(daemon, "ann", "127.0.0.12"),
          (0, ["SIGRA_ATTR_ROOM=2.17", "SIGRA_ORG=acme",
               "SIGRA_ROLE=owner"]),
          "an attribute that is marked for it is there, too")
    ctl("user", "unset", "ann", "room")


def by_key(daemon):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", WORK + "/id")
    run("install", "-d", "-m", "700", "-o", "ann", "-g", "ann",
        "/home/ann/.ssh")
    run("install", "-m", "600", "-o", "ann", "-g", "ann", WORK + "/id.pub",
        "/home/ann/.ssh/authorized_keys")
    t = daemon.client("ann", "-i", WORK + "/id", source="127.0.0.13",
                      method="publickey", command=SHOW)
    equal(environment(t), (0, ["SIGRA_ORG=acme", "SIGRA_ROLE=owner"]),
          "by a public key alone: likewise")


def asked(daemon):
    ctl("org", "add", "beta")
    ctl("member", "add", "beta", "ann", "--role", "member")
    ctl("policy", "add", "--at", "1", "--require", "password",
        "--phase", "auth", "--service", "sigra-org", "--org-choice", "ask")
    prompt = r"Organization \(acme, beta\) \[acme\]: "
    now = int(time.time())
    while int(time.time()) == now:  # which was last is told by the second
        time.sleep(0.05)
    equal(shell(daemon, "ann", "127.0.0.14", (prompt, "beta")),
          (0, ["SIGRA_ORG=beta", "SIGRA_ROLE=member"]),
          "of several the one that is said")
    prompt = r"Organization \(beta, acme\) \[beta\]: "
    equal(shell(daemon, "ann", "127.0.0.15", (prompt, "")),
          (0, ["SIGRA_ORG=beta", "SIGRA_ROLE=member"]),
          "nothing said: the last used")
    t = daemon.client("ann", source="127.0.0.16", command=SHOW)
    t.answer(r"Password: ", GOOD)
    for text in ("gamma", "Beta", "x" * 600):
        t.answer(prompt, text)
    equal(t.end(), 255, "three answers that are none of them: refused")


def left(daemon):
    ctl("member", "remove", "beta", "ann")
    equal(shell(daemon, "ann", "127.0.0.17"),
          (0, ["SIGRA_ORG=acme", "SIGRA_ROLE=owner"]),
          "who has left is asked no more, and acts for the other")


def planted(daemon):
    """A client sends what sshd takes from it, before PAM adds its own."""
    t = daemon.client("bob", "-o", "SetEnv=SIGRA_ROLE=owner",
                      source="127.0.0.18", command=SHOW)
    t.answer(r"Password: ", GOOD)
    equal(environment(t), (0, []), "a client's own words are not there")


def body():
    initialise()
    person("ann", GOOD)
    person("bob", GOOD)
    ctl("org", "add", "acme", "--owner", "ann")
    stack("sigra-org")
    daemon = Sshd("sigra-org")
    with Watch(GOOD) as watch:
        for part in (by_password, attributes, by_key, asked, left, planted):
            part(daemon)
    check_leaks(watch, GOOD)


main(body)

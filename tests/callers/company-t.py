# SPDX-License-Identifier: MIT
"""A company of several teams, as sigra(7) tells it: invite, onboard,
delegate, step in, end a session, let somebody go; and what the audit says."""
import json
import os
import re

from codes import CODE, scanned
from machine import check, equal, main, run, until
from project import audit, ctl, initialise, person, sessions, stack
from programs import Sshd, Terminal, uid_of

GOOD, NEW = "correct horse 2911", "battery staple 2912"
CODE_LETTERS = r"\b[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}\b"
SUDO = r"\[sudo\] password for \w+: "


def furnish():
    initialise()
    person("ann", GOOD)
    person("bea", GOOD)
    with open("/etc/sudoers.d/sigra", "w", encoding="utf-8") as f:
        f.write("Defaults timestamp_timeout=0, passwd_tries=1, !lecture\n"
                "ann ALL = (root) ALL\n"
                "bea ALL = (root) /usr/local/bin/sigractl --org *\n")
    os.chmod("/etc/sudoers.d/sigra", 0o440)
    for service in ("sigra-ssh", "sudo"):
        stack(service, session=service != "sudo")
    ctl("admin", "grant", "ann")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "enroll", "--service", "sigra-ssh", "--invite", "--phase", "auth",
        "--at", "1")


def sudo(user, *args):
    t = Terminal("sudo", "/usr/local/bin/sigractl", *args, user=user)
    t.answer(SUDO, GOOD)
    code = t.end()
    return code, t.seen.strip()


def teams():
    equal(sudo("ann", "org", "add", "web", "--name", "Web team", "--owner",
               "bea")[0], 0, "an administrator makes a team")
    code, said = sudo("bea", "--org", "web", "org", "invite", "web", "carl",
                      "--role", "member")
    check(code == 0, "its owner invites", said)
    return re.search(CODE_LETTERS, said).group(0)


def onboard(daemon, code):
    run("useradd", "-m", "-s", "/bin/sh", "carl")
    t = daemon.client("carl", tty=True, command="env; sleep 300")
    t.answer(r"Password: ", code)
    shown = t.expect(r"(?s).*One-time code: ")
    phone = scanned(shown)
    t.type(phone.code())
    shown = t.expect(r"(?s).*Type one of them back: ")
    t.type(re.findall(CODE_LETTERS, shown)[0])
    t.answer(r"(?s).*New password: ", NEW)
    t.answer(r"Retype new password: ", NEW)
    seen = t.expect(r"(?s).*SIGRA_ROLE=\w+")
    check("SIGRA_ORG=web" in seen and "SIGRA_ROLE=member" in seen,
          "one conversation has made a member", seen)
    row = sessions("--user", "carl")[0]
    equal((row["org"], row["factors"]), ("web", "invitation+totp"),
          "... the session says how")
    return t, row, phone


def end(t, row):
    code, said = sudo("bea", "--org", "web", "session", "revoke", row["id"],
                      "--kill", "--yes")
    check(code == 0, "the owner of the team ends a session of it", said)
    check(t.end() != 0, "... which is gone")
    equal([r["ended"] for r in sessions("--user", "carl", "--all")],
          ["revoked"], "... and the store knows why")


def step_in(daemon):
    code, said = sudo("ann", "--json", "admin", "impersonate", "carl",
                      "--reason", "ticket 4711")
    check(code == 0, "an administrator steps in", said)
    t = daemon.client("carl", command="env; sigractl enroll totp </dev/null")
    t.answer(r"Password: ", json.loads(said)["code"])
    t.end()
    check("SIGRA_IMPERSONATOR=ann" in t.seen, "... and the session says who",
          t.seen)
    equal(len(json.loads(ctl("--json", "enroll", "list", "carl"))["devices"]),
          1, "... and has changed nothing")


def let_go(daemon, phone):
    equal(sudo("ann", "user", "delete", "carl", "--yes")[0], 0,
          "an administrator lets somebody go")
    t = daemon.client("carl")
    t.answer(r"Password: ", NEW)
    with_code = t.expect(r"(?s).*(%s|denied)" % CODE)
    if "denied" not in with_code:
        t.type(phone.code())
    check(t.end() != 0, "... who does not come in any more")
    equal(sudo("ann", "user", "undelete", "carl")[0], 0, "and back")
    t = daemon.client("carl")
    t.answer(r"Password: ", NEW)
    t.answer(CODE, phone.code())
    equal(t.end(), 0, "... with what he had")


def trail():
    rows = audit("--user", "carl")
    names = [r["action"] for r in rows][::-1]
    wanted = ["user.created", "invitation.accepted",
              "session.revoked", "admin.impersonation_granted",
              "user.deletion_scheduled", "user.undeleted"]
    check(set(wanted) <= set(names), "the audit tells all of it",
          sorted(set(wanted) - set(names)))
    by = {r["action"]: r["actor_name"] or r["actor"] for r in rows}
    equal([by["session.revoked"], by["user.undeleted"]],
          ["uid:%d" % uid for uid in
           (uid_of("bea"), uid_of("ann"))], "... and who did it")
    acted = [r for r in rows if r["action"] == "session.opened" and
             r["effective"]]
    check(acted and acted[0]["actor_name"] == "ann" and
          acted[0]["effective_name"] == "carl", "... as whom, too", acted)


def body():
    furnish()
    code = teams()
    daemon = Sshd("sigra-ssh")
    t, row, phone = onboard(daemon, code)
    end(t, row)
    step_in(daemon)
    let_go(daemon, phone)
    trail()
    until(lambda: not sessions("--user", "carl"), "nobody is left")


main(body)

# SPDX-License-Identifier: MIT
"""Administration by organization, through real sudo: the example for sudoers,
roles, a fresh proof by pam_sigra in sudo's stack, and the first grant."""
import os
import sqlite3

from machine import check, equal, main, run
from project import STORE, audit, ctl, ctl_code, initialise, person, stack
from programs import Terminal, uid_of

WORD = "correct horse %s"
PROMPT = r"\[sudo\] password for \w+: "
EXAMPLE = "/usr/local/share/doc/sigra/sudoers.example"


def sudoers(name, text):
    path = "/etc/sudoers.d/" + name
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o440)
    run("visudo", "-cf", path)


def sudo(user, *args, asked=True):
    """sudo sigractl ARGS at a terminal of its own: exit code, output."""
    t = Terminal("sudo", "sigractl", *args, user=user)
    if asked:
        t.answer(PROMPT, WORD % user)
    code = t.end()
    return code, t.seen.strip()


def forget(seconds=None):
    """No proof is left, or it was given SECONDS earlier."""
    with sqlite3.connect(STORE) as store:
        if seconds is None:
            store.execute("DELETE FROM login")
        else:
            store.execute("UPDATE login SET at = at - ?, uptime = uptime - ?",
                          (seconds, seconds))


def orgs():
    ctl("org", "add", "acme", "--owner", "dan")
    ctl("org", "add", "other", "--owner", "cat")
    ctl("member", "add", "acme", "ann", "--role", "admin")
    ctl("member", "add", "acme", "bob")


def people():
    initialise()
    for name in ("ann", "bob", "cat", "dan", "ned"):
        person(name, WORD % name)
    ctl("user", "add", "eve")  # not on this host
    run("groupadd", "sigra-delegates")
    for name in ("ann", "bob", "cat"):
        run("usermod", "-aG", "sigra-delegates", name)
    with open(EXAMPLE, encoding="utf-8") as f:
        sudoers("sigra", f.read())
    sudoers("test", "Defaults passwd_tries=1, timestamp_timeout=0, !lecture\n"
            "ned, eve ALL = (ALL) ALL\n")
    stack("sudo", session=False)


def delegated():
    code, said = sudo("ann", "--org", "acme", "user", "list")
    check(code == 0 and "bob" in said and "cat" not in said and
          "ned" not in said, "an admin of acme sees its people", said)
    code, said = sudo("ann", "--org", "acme", "audit", "list")
    check(code == 0 and "cat" not in said, "... and its rows", said)
    equal(sudo("ann", "user", "list")[0], 1, "sudo grants nothing else")
    equal(sudo("ann", "-s", "sqlite:/tmp/x/y.db", "--org", "acme", "user",
               "list")[0], 1, "... no other store in front")
    code, said = sudo("ann", "--org", "acme", "user", "list", "-s",
                      "sqlite:/tmp/x/y.db")
    check(code == 5 and "-s" in said, "... nor behind", said)
    foreign = sudo("ann", "--org", "other", "user", "list")
    absent = sudo("ann", "--org", "nixda", "user", "list")
    check(foreign[0] == absent[0] == 3, "foreign and absent: exit status",
          foreign, absent)
    equal(foreign[1].replace("other", "?"), absent[1].replace("nixda", "?"),
          "... and words")
    equal(sudo("ann", "--org", "acme", "user", "show", "cat")[0], 3,
          "nobody of another organization")
    equal(sudo("bob", "--org", "acme", "member", "list",
               "acme")[0], 0,
          "a member sees who is in it")
    equal(sudo("bob", "--org", "acme", "user", "list")[0], 5, "... no more")
    equal(sudo("cat", "--org", "acme", "user", "list")[0], 3,
          "an owner of another one is nobody")
    for words in (("doctor", "--sshd", "/bin/sh"), ("answer",), ("help",)):
        equal(sudo("ann", "--org", "acme", *words)[0], 5,
              "not for an organization: " + words[0])


def proofs():
    sudoers("trust", "%sigra-delegates ALL = (root) NOPASSWD: SIGRA_ORG\n")
    code = ("--org", "acme", "user", "login-code", "bob")
    forget()
    got, said = sudo("ann", *code, asked=False)
    check(got == 5 and "sudo -k" in said, "sudo has asked nothing", said)
    equal(sudo("ann", "--org", "acme", "user", "list", asked=False)[0], 0,
          "which is enough to look")
    os.unlink("/etc/sudoers.d/trust")
    got, said = sudo("ann", *code)
    check(got == 0 and "One-time code" in said, "sudo has asked", said)
    equal(audit("--action", "code.issued")[0]["actor"],
          "uid:%d" % uid_of("ann"), "... and the audit knows who it was")
    sudoers("trust", "%sigra-delegates ALL = (root) NOPASSWD: SIGRA_ORG\n")
    equal(sudo("ann", *code, asked=False)[0], 0, "that lasts a while")
    forget(280)
    equal(sudo("ann", *code, asked=False)[0], 0, "almost five minutes")
    forget(30)
    equal(sudo("ann", *code, asked=False)[0], 5, "and no longer")
    os.unlink("/etc/sudoers.d/trust")
    equal(sudo("ann", "--org", "acme", "user", "disable", "dan", "--reason",
               "x")[0], 6, "an owner is above an admin")
    equal(sudo("ann", "--org", "acme", "user", "disable", "bob", "--reason",
               "x")[0], 0, "a member is not")
    equal(sudo("bob", "--org", "acme", "member", "list",
               "acme")[0], 1,
          "whoever is disabled gets by no sudo")


def first():
    """Before there is any organization."""
    equal(sudo("ned", "user", "list")[0], 0, "root by sudo, at first")
    code, said = sudo("ned", "org", "add", "acme")
    check(code == 6 and "admin grant YOURSELF" in said,
          "... who has to be an administrator first", said)


def administrators():
    code, said = sudo("ned", "user", "list")
    check(code == 5 and "administrators" in said,
          "with one root by sudo is nobody", said)
    ctl("admin", "grant", "ned")
    equal(sudo("ned", "admin", "grant", "dan")[0], 0, "an administrator "
          "grants")
    ctl("admin", "revoke", "dan")
    ctl("admin", "revoke", "ned")


def put_out():
    """Who is being asked something is put out meanwhile."""
    ctl("member", "role", "acme", "ann", "owner")
    t = Terminal("sudo", "sigractl", "--org", "acme", "org", "delete", "acme",
                 user="ann")
    t.answer(PROMPT, WORD % "ann")
    t.expect(r"(?s).*acme.*: ")
    ctl("member", "remove", "acme", "ann")
    t.type("acme")
    equal(t.end(), 3, "an owner of before deletes nothing")
    check("acme" in ctl("org", "list"), "... it is there still", t.seen)
    ctl("admin", "grant", "ned")
    t = Terminal("sudo", "sigractl", "password", "set", "cat", user="ned")
    t.answer(PROMPT, WORD % "ned")
    t.expect(r"(?s).*New password: ")
    ctl("admin", "revoke", "ned")
    t.type("a whole new horse 1")
    t.answer(r"(?s).*: ", "a whole new horse 1")
    equal(t.end(), 5, "nor does an administrator of before set a password")
    forget()


def one_after_another():
    ctl("org", "delete", "acme", "--yes")
    ctl("org", "delete", "other", "--yes")
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE org SET personal = 1")
    equal(sudo("ned", "admin", "grant", "dan")[0], 6, "first oneself")
    code, said = sudo("ned", "admin", "grant", "ned")
    check(code == 0 and "administrator" in said, "the first one", said)
    equal(sudo("ned", "user", "list")[0], 0, "may do all")
    equal(sudo("ned", "admin", "grant", "dan")[0], 0, "and grant")
    equal(sudo("ned", "store", "check")[0], 5, "but what is root's")
    ctl("admin", "revoke", "ned")
    code, said = sudo("ned", "user", "list")
    check(code == 5 and "administrators" in said, "root by sudo is over",
          said)
    ctl("user", "list")
    check(True, "not for root itself")
    code, said = ctl_code("admin", "revoke", "dan")
    check(code == 0 and "last one" in said, "the last one is said to be",
          said)
    equal(sudo("ned", "user", "list")[0], 0, "then it is as at first")


def body():
    with open("/proc/self/loginuid", encoding="utf-8") as f:
        if f.read() != "4294967295":
            check(True, "# SKIP the kernel knows who is behind root here")
            return
    people()
    first()
    orgs()
    delegated()
    proofs()
    administrators()
    put_out()
    one_after_another()


main(body)

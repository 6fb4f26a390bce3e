# SPDX-License-Identifier: MIT
"""Ordinary users and their sigractl: each sees itself through the daemon,
changes its own password, and learns nothing of anybody else."""
import contextlib
import json
import os
import sqlite3
import subprocess

from machine import PATIENCE, check, equal, main, run
from programs import Terminal, uid_of
from project import (CTL, CONFIG, STORE, Watch, audit, check_leaks, ctl,
                     ctl_code, initialise, options, person, reason, sessions)
from service import (ALLOW, AUTH, CLOSE, DENY, Daemon, HELLO, OPEN, Peer, ask,
                     request)

GOOD, NEXT, WRONG = "correct horse 5811", "battery staple 5812", "no such 5813"
THIRD, FOURTH = "another staple 5814", "and a fourth 5815"
FIFTH, WEAK = "and a fifth 5816", "password"
SECRETS = GOOD, NEXT, WRONG, THIRD, FOURTH, FIFTH
# What is asked, and of whom: nobody else.
ACCOUNT, OPENED, ALL = b"\x09\1\0\0", b"\x09\2\0\0", b"\x09\3\0\0"
CODES, TRUST, KEYS = b"\x09\4\0\0", b"\x09\5\0\0", b"\x09\6\0\0"
TOKENS = b"\x09\x08\0\0"
END = b"\x0b"
ROWS = 1000  # sessions that are told of at most


def mine(user, *args, lines=None):
    """sigractl as an ordinary user without a terminal; (exit status, what it
    printed, what it complained of)."""
    r = subprocess.run(
        ["setsid", "--wait", "setpriv", "--reuid", user, "--regid", user,
         "--init-groups", "--", CTL, *args], cwd="/", text=True,
        input="" if lines is None else "".join(l + "\n" for l in lines),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
        check=False)
    return r.returncode, r.stdout, r.stderr


def refused(code, words, user, *args, **more):
    """It must end with CODE, print nothing, and complain with WORDS."""
    got = mine(user, *args, **more)
    check(got[0] == code and got[1] == "" and words in got[2],
          "%s: exit %d: %s" % (user, code, " ".join(args)), got)


def document(user, *args, **more):
    code, out, err = mine(user, "--json", *args, **more)
    equal((code, err), (0, ""), "%s: --json %s" % (user, " ".join(args)))
    return json.loads(out)


def right(user, password):
    """Is this the user's password, by the user's own word?"""
    got = ask(request(AUTH, user=user), password, uid_of(user))
    return got is not None and got[0] == ALLOW


def told(uid, query, groups=()):
    """Types of the packets that answer a query."""
    with Peer(uid, groups) as peer:
        peer.send(HELLO)
        peer.receive()
        peer.send(query)
        got = []
        while got[-1:] not in ([END], [b""]):
            got.append(peer.receive())
        return got


# --- without a daemon, and what is nobody's --------------------------------

def check_without():
    for args in (["user", "show"], ["session", "list"], ["password", "set"],
                 ["password", "set", "ann", "--stdin"]):
        refused(7, "without a running sigrad only root can do this", "ann",
                *args)


def check_denied():
    for args in (["user", "show", "ben"], ["user", "show", "ghost"],
                 ["session", "list", "--user", "ben"],
                 ["session", "list", "--user", "ghost", "--all"],
                 ["password", "set", "ben"],
                 ["password", "set", "ben", "--stdin"],
                 ["password", "set", "--must-change"],
                 ["user", "list"], ["user", "disable", "ann", "--reason", "x"],
                 ["user", "delete", "ann", "--yes"], ["policy", "list"],
                 ["password", "check", "ann"], ["lock", "list"],
                 ["lock", "clear", "ann"], ["audit", "list"],
                 ["store", "check"], ["store", "backup", "/tmp/x"]):
        refused(5, "sudo", "ann", *args)
    refused(3, "you have no account here", "osonly", "user", "show")
    refused(3, "you have no account here", "osonly", "session", "list")
    refused(3, "you have no account here", "osonly", "password", "set",
            "--stdin", lines=[GOOD, NEXT])
    for args in (["user", "show"], ["password", "set", "--stdin"]):
        code, said = ctl_code(*args)
        check(code == 2 and "say who is meant" in said,
              "root has to say who is meant: " + " ".join(args), said)


def check_config():
    """A config of one's own leads to no verifier of one's own."""
    own = "/home/ann/own.conf"
    for path in ("/home/ann/s", "/tmp/s", "/run/sigra/none"):
        with open(CONFIG, encoding="utf-8") as f:
            text = f.read()
        with open(own, "w", encoding="utf-8") as f:
            f.write(text + "\n[verifier]\nsocket = %s\n" % path)
        os.chown(own, uid_of("ann"), -1)
        refused(7, "sigrad", "ann", "-c", own, "user", "show")
    equal(mine("ann", "-c", CONFIG, "user", "show")[0], 0, "-c")


# --- what one sees --------------------------------------------------------

def as_root_sees(what):
    """But for the codes that are out, which are an administrator's to know."""
    equal(document("ann", "user", "show"),
          dict(json.loads(ctl("--json", "user", "show", "ann")),
               codes_out=None), what)


def check_account():
    before = len(audit())
    as_root_sees("the same as root sees")
    equal(mine("ann", "user", "show", "ann"),
          (0, ctl("user", "show", "ann"), ""), "with the name, as text")
    equal(document("ben", "user", "show")["name"], "ben", "ben sees ben")
    equal(len(audit()), before, "looking leaves no row in the audit")


def check_failures():
    uid = uid_of("ann")
    for _ in range(2):
        equal(ask(request(AUTH, user="ann"), WRONG, uid)[0], DENY,
              "a wrong password")
    as_root_sees("failures: as root sees them")
    locks = document("ann", "user", "show")["locks"]
    equal([(l["user"], l["source"], l["failed"]) for l in locks],
          [("ann", "uid:%d" % uid, 2)], "... two, of its own")
    check("2 from uid:%d" % uid in mine("ann", "user", "show")[1], "... text")
    equal(document("ben", "user", "show")["locks"], [], "ben has none")
    ctl("lock", "clear", "ann")


def check_states():
    ctl("user", "disable", "ann", "--reason", "hush hush")
    seen = document("ann", "user", "show")
    equal((seen["state"], seen["reason"]), ("disabled", None),
          "disabled, and not why")
    said = mine("ann", "user", "show")[1]
    check("disabled" in said and "hush" not in said and "Reason" not in said,
          "... nor as text", said)
    check(b"hush" not in b"".join(told(uid_of("ann"), ACCOUNT)),
          "... nor is it sent")
    refused(5, "nothing was changed", "ann", "password", "set", "--stdin",
            lines=[GOOD, NEXT])
    ctl("user", "enable", "ann")
    ctl("user", "expire", "ann", "2001-02-03")
    seen = document("ann", "user", "show")
    equal((seen["expires_at"], seen["expired"]),
          ("2001-02-03T00:00:00Z", True), "expired")
    ctl("user", "expire", "ann", "never")
    ctl("user", "delete", "ann", "--yes")
    equal(document("ann", "user", "show")["state"], "pending",
          "pending deletion")
    ctl("user", "undelete", "ann")
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        db.execute("UPDATE account SET state = 3, delete_at = 1 "
                   "WHERE name = 'ann'")
        db.commit()
        refused(3, "no account", "ann", "user", "show")
        db.execute("UPDATE account SET state = 1, delete_at = 0 "
                   "WHERE name = 'ann'")
        db.commit()


def check_sessions():
    equal(document("ann", "session", "list"), {"sessions": []}, "none yet")
    equal(mine("ann", "session", "list"), (0, "There are no sessions.\n", ""),
          "... as text")
    for who, host in (("ann", "192.0.2.7"), ("ann", "192.0.2.8"),
                      ("ben", "192.0.2.9")):
        equal(ask(request(OPEN, user=who, service="sshd", rhost=host,
                          tty="pts/7", pid=1))[0], ALLOW,
              "%s has a session" % who)
    closed = [s for s in sessions() if s["rhost"] == "192.0.2.8"][0]["id"]
    equal(ask(request(CLOSE, user="ann", service="sshd", session=closed))[0],
          ALLOW, "one is closed")
    for args in (["session", "list"], ["session", "list", "--all"]):
        equal(document("ann", *args)["sessions"], [
            dict(s, login=None) for s in sessions("--user", "ann", *args[2:])],
              "the same as root sees of ann: " + " ".join(args))
    equal([s["rhost"] for s in document("ann", "session", "list",
                                        "--user", "ann")["sessions"]],
          ["192.0.2.7"], "--user with the own name")
    text = mine("ann", "session", "list", "--all")[1]
    check("192.0.2.7" in text and "192.0.2.8" in text and
          "192.0.2.9" not in text, "as text: its own", text)
    equal(document("ann", "user", "show")["open_sessions"], 1,
          "and how many are open")
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        columns = ", ".join(c[1] for c in db.execute(
            "PRAGMA table_info(session)") if c[1] != "id")
        for n in range(ROWS + 5):
            db.execute("INSERT INTO session (id, %s) SELECT ?, %s FROM "
                       "session WHERE id = ?" % (columns, columns),
                       ("00000000-0000-7000-8000-%012d" % n, closed))
        db.commit()
    equal(len(document("ann", "session", "list", "--all")["sessions"]), ROWS,
          "of very many the newest")


# --- the own password -----------------------------------------------------

def change(*answers, user="ann"):
    """On a terminal: to each prompt its answer; (exit status, the rest)."""
    t = Terminal(CTL, "password", "set", user=user)
    for prompt, answer in answers:
        t.answer(prompt, answer)
    return t.end(), t.seen


def check_password():
    now, new, again = ("Current password: ", "New password: ",
                       "Retype new password: ")
    before = len(audit())
    code, seen = change((now, GOOD), (new, NEXT), (again, NEXT))
    check(code == 0 and "Changed the password of ann." in seen,
          "a change on the terminal", seen)
    check(right("ann", NEXT) and not right("ann", GOOD), "... is one")
    rows = audit()[:-before]
    equal([(r["action"], r["service"], r["target"], r["actor"])
           for r in rows if r["action"].startswith("password")],
          [("password.changed", "self", document("ann", "user", "show")["id"],
            "uid:%d" % uid_of("ann"))], "... audit", rows)
    code, seen = change((now, WRONG))
    check(code == 5 and "nothing was changed" in seen,
          "a wrong current password", seen)
    code, seen = change((now, NEXT), (new, WEAK), (new, "ann"), (new, NEXT))
    check(code == 6 and "nothing was changed" in seen,
          "three bad new ones", seen)
    equal(reason(audit("--action", "password.refused")[0]),
          "password_refused", "... audit")
    code, seen = change((now, NEXT), (new, WEAK), (new, THIRD),
                        (again, FOURTH), (new, THIRD), (again, THIRD))
    check(code == 0, "better ones after bad ones", seen)
    check(right("ann", THIRD), "... is the password")
    t = Terminal(CTL, "password", "set", "ann", user="ann")
    t.answer(now, THIRD)
    t.expect(new)
    check(t.interrupt() != 0 and right("ann", THIRD), "Ctrl-C")


def check_piped():
    ctl("lock", "clear", "ann", code=None)
    who = document("ann", "user", "show")
    equal(document("ann", "password", "set", "--stdin",
                   lines=[THIRD, FOURTH]),
          {"id": who["id"], "name": "ann", "must_change": False},
          "by --stdin")
    check(right("ann", FOURTH), "... is the password")
    for code, words, lines in (
            (5, "nothing was changed", [WRONG, NEXT]),
            (6, "nothing was changed", [FOURTH, WEAK]),
            (6, "nothing was changed", [FOURTH, FOURTH]),
            (6, "nothing was changed", [FOURTH, THIRD]),
            (2, "two lines", [FOURTH]), (2, "two lines", []),
            (2, "two lines", [FOURTH, NEXT, NEXT]),
            (6, "longer than", [FOURTH, "x" * 511]),
            (6, "longer than", ["x" * 511, NEXT]),
            (6, "NUL", [FOURTH, "a\0bcdefghijk"])):
        refused(code, words, "ann", "password", "set", "--stdin", lines=lines)
    refused(2, "--stdin", "ann", "password", "set")
    check(right("ann", FOURTH), "the password is what it was")
    ctl("password", "set", "ann", "--stdin", "--must-change", secret=FIFTH)
    equal(document("ann", "user", "show")["must_change"], True, "has to")
    equal(mine("ann", "password", "set", "ann", "--stdin",
               lines=[FIFTH, "x" * 510])[0], 0, "... does, of 510 bytes")
    equal(document("ann", "user", "show")["must_change"], False, "... did")
    equal(mine("ann", "password", "set", "--stdin",
               lines=["x" * 510, "y" * 509 + "z"])[0], 0, "... both of 510")
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        equal(db.execute("SELECT count(*) FROM login WHERE service = 'self' "
                         "AND consumed_at = 0").fetchone()[0], 0,
              "no proof is left that could be handed over")
    ctl("policy", "add", "--deny", "--phase", "password", "--service", "self",
        "--user", "ann", "--at", "1")
    refused(5, "nothing was changed", "ann", "password", "set", "--stdin",
            lines=["x" * 510, NEXT])
    ctl("policy", "remove", "1")
    ctl("policy", "add", "--abstain", "--phase", "password", "--service",
        "self", "--user", "ann", "--at", "1")
    refused(5, "leaves it to others", "ann", "password", "set", "--stdin",
            lines=["x" * 510, NEXT])
    ctl("policy", "remove", "1")


# --- whoever keeps to no sigractl -----------------------------------------

def check_peers():
    ann = uid_of("ann")
    group = int(run("getent", "group", "sigra-service").split(":")[2])
    for query in (ACCOUNT, OPENED, ALL, CODES, TRUST, KEYS, TOKENS):
        equal(told(0, query), [END], "root is told nothing")
        equal(told(uid_of("svc"), query, [group]), [END], "nor is a service")
        equal(told(uid_of("osonly"), query), [END], "nor who has no account")
        got = told(ann, query)
        check(len(got) > 1 and got[-1] == END and
              all(g[:1] == b"\x0a" and b"ben" not in g for g in got[:-1]),
              "ann is told of ann", got[:3])
    check(len(told(uid_of("svc"), ACCOUNT)) > 1,
          "outside of its group a service is an ordinary user")
    for query in (b"\x09", b"\x09\0", b"\x09\6", b"\x09\1ben",
                  b"\x09\1\0\3ben", b"\x0a\1\0\1k\0\1v", END):
        equal(told(ann, query), [b""], "no answer to %r" % query)
    with Peer(ann) as slow:
        slow.send(HELLO)
        slow.receive()
        slow.send(ALL)
        equal(document("ann", "user", "show")["name"], "ann",
              "one who does not read hinders nobody")


def check_tokens():
    equal(mine("ann", "token", "list"), (0, "There are no app tokens.\n", ""),
          "no tokens yet")
    networks = ",".join("192.0.2.%d" % n for n in range(70))
    shown = [json.loads(ctl("--json", "token", "create", who, "--name", label,
                            "--scope", "login:dovecot", *more))["token"]
             for who, label, more in (
                 ("ann", "mail", ("--from", networks, "--expires", "90d")),
                 ("ann", "old", ()), ("ben", "his", ()))]
    ctl("token", "revoke", "ann", "old")
    for args in (["token", "list"], ["token", "list", "--all"]):
        seen = document("ann", *args)
        equal(seen, json.loads(ctl("--json", *args[:2], "ann", *args[2:])),
              "the same as root sees of ann: " + " ".join(args))
    equal([(x["label"], x["state"], len(x["sources"]))
           for x in sorted(seen["tokens"], key=lambda x: x["label"])],
          [("mail", "active", 70), ("old", "revoked", 0)], "its own")
    text = mine("ann", "token", "list")[1]
    check("mail" in text and "old" not in text and "his" not in text,
          "as text", text)
    check(not any(x.encode() in b"".join(told(uid_of("ann"), TOKENS))
                  for x in shown), "and never what they are")
    for args in (["token", "list", "ben"], ["token", "show", "ann", "mail"],
                 ["token", "revoke", "ann", "mail"],
                 ["token", "create", "ann", "--name", "x", "--scope",
                  "login:x"]):
        refused(5, "", "ann", *args)


def body():
    initialise()
    person("ann", GOOD, "--email", "ann@example.org")
    person("ben", GOOD)
    ctl("user", "set", "ann", "team=blue", "--export")
    ctl("org", "add", "acme", "--name", "Acme")
    ctl("member", "add", "acme", "ann")
    person("svc", GOOD)
    run("useradd", "-m", "osonly")
    run("groupadd", "sigra-service")
    options(service_group="sigra-service", service_pins="svc:postgresql",
            verifier_per_uid_minute=10000)
    check_without()
    with Watch(*SECRETS) as watch, Daemon() as daemon:
        check_denied()
        check_config()
        check_account()
        check_failures()
        check_states()
        check_password()
        check_piped()
        check_sessions()
        check_tokens()
        check_peers()
        equal(daemon.stop(), 0, "SIGTERM ends it")
    check_without()
    check_leaks(watch, *SECRETS)


main(body)

# SPDX-License-Identifier: MIT
"""A full disk: codes can be spent as long as the reserve lasts; then nobody
gets in, and nothing is lost."""
import contextlib
import json
import os
import sqlite3
import uuid

from codes import token
from machine import WORK, check, equal, main, note, processes, run, until
from project import (STORE, audit, ctl, ctl_code, initialise, person, stack,
                     syslog)
from programs import AUTH_ERR, Login, SUCCESS, UNAVAIL

GOOD = "correct horse 9117"
SERVICE = "sigra-full"
HOME = os.path.dirname(STORE)
RESERVE = STORE + "-reserve"
FILLER = HOME + "/filler"
sources = iter("192.0.%d.%d" % (n // 250 + 2, n % 250 + 1)
               for n in range(2000))


def fill():
    """Somebody else takes all there is."""
    with contextlib.suppress(OSError):
        with open(FILLER, "ab", buffering=0) as f:
            while f.write(bytes(4096)):
                pass


def login(code, password=GOOD):
    calls = Login(SERVICE, "ann", password + "\n" + code,
                  next(sources)).end()
    until(lambda: not processes("sigrad"), "the verifier is gone")
    return calls


def granted():
    return len([r for r in audit("--service", SERVICE)
                if r["action"] == "login.granted"])


def kept():
    """Bytes of the reserve, as they lie on the disk."""
    return os.stat(RESERVE).st_blocks * 512


def doctor(word):
    found = json.loads(ctl("--json", "doctor", "--all", code=None))
    return [(d["severity"], d["text"]) for d in found["findings"]
            if d["id"] == word]


def disk():
    """A small one, under the store."""
    check(kept() >= 4 << 20, "init has made the reserve", kept())
    equal(oct(os.stat(RESERVE).st_mode), "0o100600", "... for its owner")
    equal(os.stat(RESERVE).st_uid, os.stat(STORE).st_uid, "... alone")
    run("cp", "-a", HOME, WORK + "/moved")
    run("mount", "-t", "tmpfs", "-o", "size=14m,mode=0700", "store", HOME)
    run("sh", "-c", "cp -a %s/moved/. %s/" % (WORK, HOME))
    run("chown", "--reference", WORK + "/moved", HOME)
    os.unlink(RESERVE)
    equal(doctor("store-reserve")[0][0], "warning",
          "doctor says that there is none")
    ctl("gc")
    check(kept() >= 4 << 20, "gc makes one", kept())
    equal(doctor("store-reserve")[0][0], "ok", "... and doctor sees it")


def grows():
    """Rows that others have written today, as a busy host does."""
    equal(doctor("audit-size")[0][0], "ok", "doctor knows how the audit grows")
    db = sqlite3.connect(STORE)
    columns = [c[1] for c in db.execute("PRAGMA table_info(audit)")]
    with db:
        db.executemany(
            "INSERT INTO audit (%s) SELECT %s FROM audit WHERE seq = 1 LIMIT 1"
            % (", ".join(columns), ", ".join(
                {"host": "'busy'", "seq": "?1", "id": "?2", "mac": "x''"}
                .get(c, c) for c in columns)),
            [(n, str(uuid.uuid4())) for n in range(1, 3001)])
    db.close()
    found = doctor("audit-size")[0]
    check(found[0] == "warning" and "full in" in found[1],
          "... and when it will have filled the disk", found)


def lasts(button):
    """Each time the rest of the disk is taken by others."""
    n = 0
    fill()
    before = len(syslog())
    while n < 40:
        code = button.code()
        calls = login(code)
        if calls != {"authenticate": SUCCESS, "account": SUCCESS}:
            break
        n += 1
        # From then on nobody else writes.
        if n <= 3:
            fill()
    note("%d logins on a full disk, %d KiB of the reserve left" % (
        n, kept() >> 10))
    check(n >= 20, "codes are spent, and logins written down, on a full disk",
          n, calls, syslog()[before:])
    equal(granted(), n + 1, "... a row each")
    alerts = [l for l in syslog()[before:].splitlines()
              if "the disk of the store is full" in l]
    check(alerts and all(l.startswith("<81>") or l.startswith("<9>")
                         or l.startswith("<33>") for l in alerts),
          "... and the log is loud", alerts)
    check(login(code)["authenticate"] != SUCCESS,
          "... a code that was used is used")
    return n + 1


def ends(button, before):
    """Until there is nothing left to give."""
    for _ in range(20):
        fill()
        if login("", "no such")["authenticate"] == UNAVAIL and kept() == 0:
            break
    equal(kept(), 0, "it is used up")
    fill()
    code = button.code()
    equal(login(code), {"authenticate": UNAVAIL}, "then everybody is denied")
    equal(login(code), {"authenticate": UNAVAIL}, "... again")
    equal(granted(), before, "... and nothing is half done")
    equal(doctor("store-room")[0][0], "error", "doctor says it")
    code_gc, said = ctl_code("gc")
    check(code_gc != 0 and said, "... and so does gc", said)
    os.unlink(FILLER)
    equal(login(code), {"authenticate": SUCCESS, "account": SUCCESS},
          "once there is room the same code is still good")
    equal(granted(), before + 1, "... with its row")
    check(login(code)["authenticate"] == AUTH_ERR, "... once")
    ctl("gc")
    check(kept() >= 4 << 20, "gc has made the reserve whole", kept())
    ctl("store", "check")
    check(True, "store check")


def body():
    initialise()
    person("ann", GOOD)
    stack(SERVICE)
    button = token("ann")
    disk()
    equal(login(button.code()), {"authenticate": SUCCESS,
                                 "account": SUCCESS}, "with room")
    grows()
    before = lasts(button)
    ends(button, before)


main(body)

# SPDX-License-Identifier: MIT
"""gc puts the head of the audit's chain into the system log, which is an
anchor where that log is kept elsewhere: it tells when the store is rolled
back together with its file."""
import json
import os
import re
import shutil
import sqlite3

from machine import WORK, check, equal, main
from project import STORE, ctl, ctl_code, initialise, syslog

KEY = WORK + "/audit.key"
FILES = [STORE, STORE + "-chain"]
HEAD = re.compile(r"sigra audit head host=(\S+) seq=(\d+) head=([0-9a-f]{64})"
                  r"$", re.M)


def heads():
    return HEAD.findall(syslog())


def sqlite(sql):
    con = sqlite3.connect(STORE)
    con.execute(sql)
    con.commit()
    con.close()


def body():
    initialise()
    equal(ctl_code("gc"), (0, ""), "gc without a chain")
    equal(heads(), [], "tells no head")
    made = json.loads(ctl("--json", "audit", "init-key"))
    with open(KEY, "w", encoding="ascii") as f:
        f.write(made["key"] + "\n")
    ctl("user", "add", "ann")
    ctl("gc", "--dry-run")
    equal(heads(), [], "nor does a dry run")
    ctl("gc")
    head = ctl("audit", "head").strip()
    found = heads()
    check(found and "%s:%s" % found[-1][1:] == head and
          found[-1][0] == made["host"], "gc tells the head", found, head)
    equal(ctl_code("audit", "verify", "--key", KEY, "--anchor", head)[0], 0,
          "it is an anchor")

    # Everything of the store is put back to what it was; but not the log.
    shutil.rmtree(WORK + "/old", ignore_errors=True)
    os.mkdir(WORK + "/old")
    for path in FILES + [STORE + "-wal"]:
        if os.path.exists(path):
            shutil.copy2(path, WORK + "/old")
    ctl("user", "add", "ben")
    ctl("gc")
    equal(len(heads()), 1, "not every minute that gc runs")
    sqlite("UPDATE meta SET value = '1:5' WHERE key = 'audit_told'")
    ctl("gc")
    late = "%s:%s" % heads()[-1][1:]
    check(late != head, "the next one is another")
    owner = os.stat(STORE)
    for path in FILES + [STORE + "-wal", STORE + "-shm"]:
        if os.path.exists(path):
            os.unlink(path)
        name = WORK + "/old/" + os.path.basename(path)
        if os.path.exists(name):
            shutil.copy2(name, path)
            os.chown(path, owner.st_uid, owner.st_gid)
    equal(ctl_code("audit", "verify", "--key", KEY)[0], 0,
          "rolled back, which the machine alone cannot tell")
    code, said = ctl_code("audit", "verify", "--key", KEY, "--anchor", late)
    check(code == 1 and "rolled back" in said, "the log can", said)


main(body)

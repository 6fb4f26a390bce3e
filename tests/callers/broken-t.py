# SPDX-License-Identifier: MIT
"""Broken ground: whatever is missing, damaged or full, nobody gets in, the
log says so, and after the repair nothing is lost."""
import contextlib
import os
import shutil
import sqlite3

from machine import WORK, check, equal, main, processes, run, until
from project import (CONFIG, KEY, STORE, audit, ctl, ctl_code, initialise,
                     person, stack, stack_alone, syslog)
from programs import Login, SUCCESS, UNAVAIL

GOOD = "correct horse 2711"
HOME = os.path.dirname(STORE)
SIGRAD = "/usr/local/libexec/sigra/sigrad"
SERVICE = "sigra-broken"
sources = iter("192.0.2.%d" % n for n in range(1, 255))


def login(service=SERVICE):
    calls = Login(service, "ann", GOOD, next(sources)).end()
    # It lives a moment longer than its verdict, with the store open.
    until(lambda: not processes("sigrad"), "the verifier is gone")
    return calls


def refuses(what):
    """Denied in both phases that matter, and the log says why."""
    before = len(syslog())
    equal(login(), {"authenticate": UNAVAIL}, what + ": denied")
    said = [line for line in syslog()[before:].splitlines()
            if line.startswith("<83>") and "sigra" in line]
    check(said, what + ": logged", syslog()[before:])
    equal(login("account-only"),
          {"authenticate": SUCCESS, "account": UNAVAIL},
          what + ": account phase denied")


@contextlib.contextmanager
def saved(*paths):
    """Put these files back as they were, owner and all."""
    for n, path in enumerate(paths):
        run("cp", "-a", path, "%s/saved%d" % (WORK, n))
    try:
        yield
    finally:
        for n, path in enumerate(paths):
            run("rm", "-rf", path)
            run("mv", "%s/saved%d" % (WORK, n), path)


def case(what, breaks, *paths, cli=True):
    """Break something that lives in these paths; refuse; repair; go on."""
    rows = len(audit("--action", "login.granted"))
    with saved(*paths):
        breaks()
        refuses(what)
        if cli:
            code, said = ctl_code("user", "list")
            check(code == 7 and said.startswith("sigractl: "),
                  what + ": sigractl says so, too", code, said)
    repaired(what, rows)


def repaired(what, rows):
    equal(login(), {"authenticate": SUCCESS, "account": SUCCESS},
          what + ": works again once repaired")
    equal(len(audit("--action", "login.granted")), rows + 1,
          what + ": no row lost")


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def pragma(text):
    db = sqlite3.connect(STORE)
    db.execute("PRAGMA " + text)
    db.close()


def link(path):
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


def files():
    case("store missing", lambda: run("sh", "-c", "rm " + STORE + "*"), HOME)
    case("directory missing", lambda: shutil.rmtree(HOME), HOME)
    case("store unreadable", lambda: os.chmod(STORE, 0), HOME)
    case("store of another owner", lambda: os.chown(STORE, 0, 0), HOME)
    case("store readable by others", lambda: os.chmod(STORE, 0o644), HOME)
    case("directory open to others", lambda: os.chmod(HOME, 0o777), HOME)
    case("store a symbolic link", lambda: link(STORE), HOME)
    case("store linked twice",
         lambda: os.link(STORE, HOME + "/second"), HOME)
    case("store a fifo", lambda: (os.unlink(STORE), os.mkfifo(STORE)), HOME)
    case("store empty", lambda: write(STORE, b""), HOME)
    case("store garbage", lambda: write(STORE, os.urandom(65536)), HOME)
    case("newer schema", lambda: pragma("user_version = 9999"), HOME)
    case("foreign database", lambda: pragma("application_id = 1"), HOME)
    case("key missing", lambda: os.unlink(KEY), KEY)
    case("wrong key", lambda: write(KEY, os.urandom(32)), KEY)
    case("short key", lambda: write(KEY, b"x" * 31), KEY)
    case("key readable by others", lambda: os.chmod(KEY, 0o644), KEY)
    case("config missing", lambda: os.unlink(CONFIG), CONFIG, cli=False)
    case("config garbage", lambda: write(CONFIG, os.urandom(300)), CONFIG,
         cli=False)
    case("unknown option", lambda: write(CONFIG, b"[store]\nfile = x\n"),
         CONFIG, cli=False)
    case("config writable by others", lambda: os.chmod(CONFIG, 0o666),
         CONFIG, cli=False)
    case("verifier missing", lambda: os.unlink(SIGRAD), SIGRAD, cli=False)
    case("verifier not executable", lambda: os.chmod(SIGRAD, 0o644), SIGRAD,
         cli=False)
    case("verifier no program", lambda: write(SIGRAD, b"#!/bin/false\n"),
         SIGRAD, cli=False)


def truncated():
    """Cut at every page; the log is folded in first, or it would heal it."""
    pragma("wal_checkpoint(TRUNCATE)")
    rows = len(audit("--action", "login.granted"))
    whole, page = os.path.getsize(STORE), 4096
    got = []
    with saved(HOME):
        for size in range(0, whole, page):
            run("sh", "-c", "rm -rf %s/* && cp -a %s/saved0/. %s/" % (
                HOME, WORK, HOME))
            os.truncate(STORE, size)
            got.append((size // page, login()))
    check(len(got) > 10, "the store has pages to lose", len(got))
    equal([g for g in got if g[1] != {"authenticate": UNAVAIL}], [],
          "store cut at each of its pages: denied")
    repaired("store cut", rows)


def full():
    """A disk of its own, filled to the last block."""
    rows = len(audit("--action", "login.granted"))
    run("cp", "-a", HOME, WORK + "/moved")
    run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "store", HOME)
    run("sh", "-c", "cp -a %s/moved/. %s/" % (WORK, HOME))
    run("chown", "--reference", WORK + "/moved", HOME)
    with contextlib.suppress(OSError):
        with open(HOME + "/filler", "wb", buffering=0) as f:
            while f.write(bytes(4096)):
                pass
    refuses("full disk")
    os.unlink(HOME + "/filler")
    repaired("full disk", rows)
    run("mount", "-o", "remount,ro", HOME)
    refuses("read-only file system")
    run("mount", "-o", "remount,rw", HOME)
    repaired("read-only file system", rows + 1)


def body():
    initialise()
    # Of a full disk that has one full-t.py tells.
    os.unlink(STORE + "-reserve")
    person("ann", GOOD, unix=True)
    stack(SERVICE)
    stack_alone("account", "account-only")
    equal(login(), {"authenticate": SUCCESS, "account": SUCCESS},
          "before anything breaks")
    files()
    truncated()
    full()
    ctl("store", "check")
    check(True, "store check")


main(body)

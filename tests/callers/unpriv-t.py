# SPDX-License-Identifier: MIT
"""Callers without privilege: lockers run by an ordinary user, a caller in a
sandbox like polkit's, PostgreSQL as its own user."""
import contextlib
import os
import shutil
import subprocess
import sys
import time

from machine import PATIENCE, WORK, check, equal, main, note, run, until
from project import (audit, ctl, initialise, options, person,
                     reason, sessions, stack)
from programs import AUTH_ERR, Locker, Login, SUCCESS, Terminal, uid_of
from service import Daemon, ONLY

GOOD, BEN, WRONG = "correct horse 6911", "battery staple 6912", "no such 6913"
LOCKER, REFUSED = "screen-locker", "authenticate %d" % AUTH_ERR
CONFINED = (sys.executable, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), "confine.py"))
POSTGRES = "/usr/lib/postgresql/15/bin/"
VLOCK = "/usr/sbin/vlock-main"


def newest():
    row = audit()[0]
    return (row["action"], reason(row), row["service"],
            row["meta"].get("source"))


# --- a locker run by its user ---------------------------------------------

def check_locker():
    me = "uid:%d" % uid_of("ann")
    lock = Locker(LOCKER, "ann").type(WRONG, "", GOOD)
    equal(lock.end(), [REFUSED, REFUSED, "unlocked"],
          "wrong, empty, right: unlocked by the right one alone")
    told = [(r["action"], reason(r), r["service"], r["meta"]["source"])
            for r in audit()[3::-1]]
    equal(told, [("login.denied", "wrong", "self", me),
                 ("login.denied", "malformed", "self", me),
                 ("login.granted", "granted", "self", me),
                 ("account.granted", "granted", "self", me)], "... audit")
    equal(Locker(LOCKER, "ann", whom="ben").type(BEN).end(), [REFUSED],
          "another user's name: refused, with the right password")
    equal(newest()[:3], ("login.denied", "rule_denies", "self"), "... audit")
    equal(Locker(LOCKER, "ben").type(BEN).end(), ["unlocked"],
          "... and unlocked by that user")
    equal(Locker(LOCKER, "ann", whom="root").type(GOOD).end(), [REFUSED],
          "root's name: refused")
    equal(Locker(LOCKER, "ann", whom="nobody-there").type(GOOD).end(),
          [REFUSED], "a name that is nobody's: refused")
    equal(Locker(LOCKER, "osonly").type(GOOD).end(), [REFUSED],
          "a user whom the store does not know: refused")


def check_lockout():
    """Five at the locker are five; root's door is another source."""
    lock = Locker(LOCKER, "cat").type(*[WRONG] * 5, GOOD)
    equal(lock.end(), [REFUSED] * 6, "five wrong ones: the right one is "
          "refused, too")
    equal(newest()[1], "locked", "... audit")
    ctl("lock", "clear", "cat")
    equal(Locker(LOCKER, "cat").type(GOOD).end(), ["unlocked"],
          "lock clear: unlocked")


def check_states():
    ctl("user", "disable", "cat", "--reason", "left")
    equal(Locker(LOCKER, "cat").type(GOOD).end(), [REFUSED],
          "a disabled account: refused")
    ctl("user", "enable", "cat")
    ctl("policy", "add", "--deny", "--service", "self", "--user", "cat",
        "--at", "1")
    equal(Locker(LOCKER, "cat").type(GOOD).end(), [REFUSED],
          "a rule against service self holds")
    equal(Login(LOCKER, "cat", GOOD, "192.0.2.5").end(),
          {"authenticate": SUCCESS, "account": SUCCESS},
          "... and is none against others")
    ctl("policy", "remove", "1")
    equal(Locker(LOCKER, "cat").type(GOOD).end(), ["unlocked"],
          "... until it is removed")


# --- vlock ----------------------------------------------------------------

def insist(t, answer, done):
    """Type until it was heard: vlock may drop what came with its prompt."""
    def heard():
        with contextlib.suppress(OSError):  # it has ended
            t.type(answer)
        time.sleep(1)
        return done()
    t.expect("Password: ")
    until(heard, "vlock has heard the answer")


def wrong_ones():
    """vlock tries root next, who is refused for another reason."""
    return [reason(r) for r in audit("--action", "login.denied")].count(
        "wrong")


def vlock(program, what):
    before = wrong_ones()
    t = Terminal(program, user="ann")
    t.type("")
    insist(t, WRONG, lambda: wrong_ones() > before)
    check(t.child.poll() is None, what + ": locked after a wrong password")
    t.kill()
    ctl("lock", "clear", "ann")
    t = Terminal(program, user="ann")
    t.type("")
    insist(t, GOOD, lambda: t.child.poll() is not None)
    equal(t.end(), 0, what + ": unlocks", t.seen)
    row = [r for r in audit() if r["action"] == "login.granted"][0]
    return row["service"]


def check_vlock():
    if not os.path.exists(VLOCK):
        note("no vlock here: not tested")
        return
    stack("vlock", args=ONLY)
    mine = "/usr/local/bin/vlock-main"
    shutil.copy(VLOCK, mine)
    os.chmod(mine, 0o755)
    equal(vlock(mine, "vlock without privilege"), "self", "... as self")
    equal(vlock(VLOCK, "vlock, setuid root"), "vlock", "... as vlock")


# --- a sandbox like polkit's ----------------------------------------------

def confined(*argv):
    return subprocess.run([*CONFINED, *argv], check=False, text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                          stdout=subprocess.PIPE, timeout=PATIENCE)


def check_confined():
    r = confined("sh", "-c", "for d in /var/lib/sigra /run /etc /tmp; do "
                 "touch $d/x 2>/dev/null && echo $d is writable; done; "
                 "ls /home/ann /dev/pts /dev/log 2>/dev/null; ulimit -l; "
                 "grep NoNewPrivs /proc/self/status; exit 0")
    equal(r.stdout.split(), ["0", "NoNewPrivs:", "1"], "the sandbox holds")
    r = confined(sys.executable, "-c", "import socket; socket.socket()")
    check("Address family not supported" in r.stdout,
          "... sockets of other families are refused", r.stdout)
    equal(Locker(LOCKER, "ann", confined=CONFINED).type(WRONG, GOOD).end(),
          [REFUSED, "unlocked"], "an ordinary user in it unlocks")
    program = os.environ["SIGRA_BUILD"] + "/tests/callers/login"
    for what, more in (("root", ()), (
            "root without capabilities",
            ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all"))):
        r = subprocess.run(
            [*CONFINED, *more, program, "polkit-1", "ann", ""], input=GOOD,
            text=True, stdout=subprocess.PIPE, timeout=PATIENCE, check=False)
        equal(r.stdout.split("\n")[:2], ["authenticate 0", "account 0"],
              what + " in it, as polkit's helper: the person is known")
        equal(newest()[2], "polkit-1", "... audit")


# --- PostgreSQL -----------------------------------------------------------

def as_postgres(*argv, **more):
    return run("setpriv", "--reuid", "postgres", "--regid", "postgres",
               "--init-groups", "--", *argv, cwd="/", **more)


def psql(user, password):
    r = subprocess.run(
        ["psql", "-h", "127.0.0.1", "-U", user, "-d", "postgres", "-Atc",
         "SELECT current_user"], text=True, stdin=subprocess.DEVNULL,
        env=dict(os.environ, PGPASSWORD=password), timeout=PATIENCE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return r.returncode, r.stdout.strip()


def check_psql():
    me = "uid:%d" % uid_of("postgres")
    equal(psql("ann", GOOD), (0, "ann"), "psql with the right password")
    told = [(r["action"], reason(r), r["service"], r["meta"]["source"])
            for r in audit()[1::-1]]
    equal(told, [("login.granted", "granted", "postgresql", me),
                 ("account.granted", "granted", "postgresql", me)],
          "... audit")
    code, said = psql("ann", WRONG)
    check(code != 0 and "PAM authentication failed" in said,
          "psql with a wrong password", said)
    equal(newest(), ("login.denied", "wrong", "postgresql", me), "... audit")
    code, said = psql("osonly", GOOD)
    check(code != 0, "a role whom the store does not know", said)
    equal(newest()[1:3], ("unknown_account", "postgresql"), "... audit")
    ctl("policy", "add", "--deny", "--service", "postgresql", "--user",
        "ben", "--at", "1")
    check(psql("ben", BEN)[0] != 0, "a rule against the service holds")
    ctl("policy", "remove", "1")
    equal(psql("ben", BEN), (0, "ben"), "... until it is removed")


def start_postgres(data, home):
    return subprocess.Popen(
        ["setpriv", "--reuid", "postgres", "--regid", "postgres",
         "--init-groups", "--", POSTGRES + "postgres", "-D", data, "-k",
         home, "-h", "127.0.0.1", "-c", "fsync=off"], cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def postgres_ready(home):
    return subprocess.call([POSTGRES + "pg_isready", "-q", "-h", home],
                           stdout=subprocess.DEVNULL) == 0


def stop_postgres(server):
    server.terminate()
    server.wait(PATIENCE)


def check_postgres():
    if not os.path.exists(POSTGRES + "initdb"):
        note("no PostgreSQL here: not tested")
        return
    home = WORK + "/postgres"
    data = home + "/data"
    os.mkdir(home)
    shutil.chown(home, "postgres")
    as_postgres(POSTGRES + "initdb", "-D", data, "-A", "trust", "--no-sync",
                "--locale=C")
    with open(data + "/pg_hba.conf", "w", encoding="utf-8") as f:
        f.write("local all postgres peer\n"
                "host all all 127.0.0.1/32 pam pamservice=postgresql\n")
    stack("postgresql", unix=False)
    server = start_postgres(data, home)
    try:
        until(lambda: postgres_ready(home), "PostgreSQL is ready")
        as_postgres("psql", "-h", home, "-d", "postgres", "-c",
                    "CREATE ROLE ann LOGIN; CREATE ROLE ben LOGIN; "
                    "CREATE ROLE osonly LOGIN")
        check(psql("ann", GOOD)[0] != 0,
              "pinned, but not in the service group: refused")
    finally:
        stop_postgres(server)
    run("gpasswd", "-a", "postgres", "sigra-service")
    server = start_postgres(data, home)
    try:
        until(lambda: postgres_ready(home), "PostgreSQL is ready")
        check_psql()
    finally:
        stop_postgres(server)


def body():
    initialise()
    for name, password in (("ann", GOOD), ("ben", BEN), ("cat", GOOD)):
        person(name, password)
    run("useradd", "osonly")
    run("groupadd", "-f", "sigra-service")
    options(service_pins="postgres:postgresql")
    stack(LOCKER, unix=False, args=ONLY)
    stack("polkit-1", unix=False, args=ONLY)
    with Daemon() as d:
        before = d.ready()
        check_locker()
        check_lockout()
        check_states()
        check_vlock()
        check_confined()
        check_postgres()
        equal(d.rests(before), before, "resources are back where they were")
    equal(sessions("--all"), [], "none of them has opened a session")


main(body)

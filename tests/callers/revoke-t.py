# SPDX-License-Identifier: MIT
"""Sessions that are ended from outside: sshd's, su's and sudo's."""
import contextlib
import json
import os
import sqlite3
import subprocess
import uuid

from machine import WORK, check, equal, main, processes, run, until
from project import (CTL, STORE, audit, ctl, ctl_code, initialise, person,
                     sessions, stack, syslog)
from programs import Sshd, Terminal

GOOD = "correct horse 6611"


def sql(text, *values):
    with contextlib.closing(sqlite3.connect(STORE)) as db:
        rows = db.execute(text, values).fetchall()
        db.commit()
        return rows


def there(pid):
    with contextlib.suppress(OSError):
        with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def row(sid):
    return json.loads(ctl("--json", "session", "show", sid))


def shell(daemon, source, user="ann"):
    """A shell of USER's over ssh: the terminal, its pid, its session."""
    t = daemon.client(user, source=source, tty=True, command="exec bash -i")
    t.answer(r"Password: ", GOOD)
    t.type("echo pid=$$.")
    pid = int(t.expect(r"pid=\d+\.")[4:-1])
    found = [s for s in sessions("--user", user) if s["rhost"] == source]
    equal(len(found), 1, "a session from " + source)
    return t, pid, found[0]


def background(t, command):
    t.type(command + " & echo bg=$!.")
    return int(t.expect(r"bg=\d+\.")[3:-1])


def revoke(sid, *more):
    return json.loads(ctl("--json", "session", "revoke", sid, "--yes", *more))


def by_ssh(daemon):
    t, pid, s = shell(daemon, "127.0.0.30")
    other, other_pid, other_s = shell(daemon, "127.0.0.31")
    children = [background(t, "sleep 600"),
                background(t, "nohup sleep 600 >/dev/null 2>&1"),
                background(t, "trap '' TERM HUP; sleep 600")]
    check(there(s["pid"]) and all(map(there, children)), "all of it runs")
    revoke(s["id"])
    t.type("echo still here")
    t.expect("still here")
    equal(row(s["id"])["ended"], "revoked", "revoked: the row is closed")
    got = revoke(s["id"], "--kill")
    equal((got["kill"]["result"], got["kill"]["left"]), ("ended", 0),
          "--kill ends what goes on", got)
    equal(t.end(), 255, "the client is disconnected", t.seen)
    check(not any(map(there, [s["pid"], pid] + children)),
          "and nothing of it is left")
    was = row(s["id"])
    check(there(other_pid), "the other session goes on")

    got = revoke(other_s["id"], "--kill")
    equal(got["kill"]["result"], "ended", "both at once")
    equal(other.end(), 255, "... disconnected")
    check(not there(other_pid), "... ended")
    # sshd closes the session that it had open; it has been closed already.
    until(lambda: not processes("sshd") or
          not there(other_s["pid"]), "sshd is gone")
    equal(row(s["id"]), was, "a session is closed once")
    equal([r["action"] for r in audit("--action", "session.")][:3],
          ["session.revoked"] * 3, "... and so it is audited")
    check("pam_sigra" not in "".join(
        l for l in syslog().splitlines() if "error" in l.lower()),
          "closing it once more is no error")
    equal(daemon.login("ann", GOOD, source="127.0.0.32"), (0, "\nann\n"),
          "ann comes in again")


def all_but_one(daemon):
    t, pid, s = shell(daemon, "127.0.0.40")
    other, other_pid, _ = shell(daemon, "127.0.0.41")
    # Root's shell in ann's session; root itself is nobody's to ask.
    t.type("su root -s /bin/bash")
    t.answer(r"Password: ", GOOD)
    t.expect("# ")
    t.type("echo uid=$(id -u).")
    t.expect(r"uid=0\.")
    t.type("%s session revoke-all ann --kill --yes --except-current; "
           "echo exit=$?." % CTL)
    t.expect(r"exit=0\.")
    equal(other.end(), 255, "the other one is disconnected")
    check(not there(other_pid) and there(pid), "... ended, and ours is not")
    equal([x["id"] for x in sessions("--user", "ann")], [s["id"]],
          "... and so it stands in the store")
    # And now the one that the command runs in.
    t.type("%s session revoke-all ann --kill --yes" % CTL)
    check(t.end() != 0, "our own: disconnected")
    check(not there(pid), "... ended")
    equal(sessions("--user", "ann"), [], "... and closed")


def by_su(daemon):
    t, pid, outer = shell(daemon, "127.0.0.50")
    t.type("su ben -s /bin/bash")
    t.answer(r"Password: ", GOOD)
    t.expect(r"ben@.*\$ ")
    t.type("echo inner=$$.")
    inner = int(t.expect(r"inner=\d+\.")[6:-1])
    s = sessions("--user", "ben")[0]
    equal(s["service"], "su", "a session of su")
    got = revoke(s["id"], "--kill")
    equal((got["kill"]["result"], got["kill"]["left"]), ("ended", 0),
          "is ended", got)
    t.type("echo outer=$$.")
    equal(t.expect(r"outer=\d+\."), "outer=%d." % pid,
          "... and the one around it is not")
    check(not there(inner) and not there(s["pid"]), "... nothing is left")
    equal((row(s["id"])["ended"], row(outer["id"])["ended"]),
          ("revoked", None), "... in the store")
    by_sudo(t, pid)
    t.type("exit")
    t.end()


def by_sudo(t, pid):
    # To whom one is, which needs no password.
    t.type("sudo -u ann sleep 600")
    s = until(lambda: [x for x in sessions("--user", "ann")
                       if x["service"] == "sudo"], "sudo's session")[0]
    equal(revoke(s["id"], "--kill")["kill"]["result"], "ended",
          "a session of sudo is ended")
    t.type("echo outer=$$.")
    equal(t.expect(r"outer=\d+\."), "outer=%d." % pid,
          "... and the one around it is not")
    check(not there(s["pid"]) and not processes("sleep"),
          "... nothing is left")


def by_time(daemon):
    t, pid, s = shell(daemon, "127.0.0.60")
    ctl("gc")  # whoever was hung up on may have left a row
    equal(ctl("gc"), "", "a session that is not over")
    sql("UPDATE session SET ends_at = 5 WHERE id = ?", s["id"])
    check("expired" in ctl("gc"), "one that has come to its end")
    equal(t.end(), 255, "... is disconnected")
    check(not there(pid), "... ended")
    equal(row(s["id"])["ended"], "expired", "... and closed")

    t, pid, s = shell(daemon, "127.0.0.61")
    sql("UPDATE session SET opened_at = opened_at - 2000, idle = 900 "
        "WHERE id = ?", s["id"])
    equal(ctl("gc"), "", "one whose terminal is used")
    tty = os.readlink("/proc/%d/fd/0" % pid)
    os.utime(tty, (1700000000, 1700000000))
    check("idle" in ctl("gc"), "one whose terminal is not")
    equal(t.end(), 255, "... is disconnected")
    equal(row(s["id"])["ended"], "idle", "... and closed")

    t, pid, s = shell(daemon, "127.0.0.62")
    os.kill(s["pid"], 9)
    until(lambda: not there(s["pid"]), "it is dead")
    equal(row(s["id"])["ended"], None, "sshd is killed: the row stays open")
    check("gone" in ctl("gc"), "... until gc looks")
    equal(row(s["id"])["ended"], "gone", "... and closes it")
    t.kill()


BUS = """<busconfig><type>system</type>
<listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/>
<allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
</busconfig>
"""


def session_of(pid, logind):
    """A row for a session of ann's by this process."""
    with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
        start = int(f.read().rsplit(")", 1)[1].split()[19])
    sid = str(uuid.uuid4())
    sql("INSERT INTO session (id, account, login, service, tty, rhost, "
        "factors, host, boot, pid, pid_start, opened_at, closed_at, logind) "
        "SELECT ?, id, '', 'sshd', '', '', '', 'machine', ?, ?, ?, 5, 0, ? "
        "FROM account WHERE name = 'ann'", sid, run(
            "cat", "/proc/sys/kernel/random/boot_id").strip(), pid, start,
        logind)
    return sid


def by_logind():
    """A logind that ends by another signal than we do."""
    os.makedirs("/run/dbus", exist_ok=True)
    with open(WORK + "/bus", "w", encoding="utf-8") as f:
        f.write(BUS)
    with contextlib.ExitStack() as stop:
        def start(*argv, **more):
            p = subprocess.Popen(argv, **more)
            stop.callback(p.wait)
            stop.callback(p.kill)
            return p
        start("dbus-daemon", "--nofork", "--config-file=" + WORK + "/bus")
        until(lambda: os.path.exists("/run/dbus/system_bus_socket"), "a bus")
        child, other = start("sleep", "600"), start("sleep", "600")
        logind = start(os.environ["SIGRA_BUILD"] + "/tests/callers/logind",
                       str(child.pid), stdout=subprocess.PIPE, text=True)
        equal(logind.stdout.readline(), "ready\n", "a logind")
        got = revoke(session_of(other.pid, "c1"), "--kill")
        equal((got["kill"]["result"], other.wait(60)), ("ended", -15),
              "a session of somebody else's is not named to logind")
        check(there(child.pid), "... and goes on")
        got = revoke(session_of(child.pid, "c1"), "--kill")
        equal((got["kill"]["result"], child.wait(60)), ("ended", -12),
              "logind ends what it has", got)
        equal(logind.stdout.readline(), "terminate c1\n", "... and only that")


def others():
    """What may not be ended, and who may not."""
    code, said = ctl_code("session", "revoke", "x", "--yes", "--kill")
    equal(code, 3, "no such session", said)
    t = Terminal(CTL, "session", "revoke-all", "ann", "--yes", "--kill",
                 user="ann")
    equal(t.end(), 5, "nobody else may", t.seen)
    t = Terminal(CTL, "gc", user="ann")
    equal(t.end(), 5, "nor may they run gc", t.seen)
    equal(run("stat", "-c", "%U %a", os.path.dirname(STORE) +
              "/gc.lock").strip(), "sigra 600", "the lock is the owner's")


def body():
    initialise()
    person("ann", GOOD)
    person("ben", GOOD)
    run("usermod", "--shell", "/bin/bash", "ann")
    person("root", GOOD, unix=False)
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as f:
        f.write("Defaults timestamp_timeout=0, !lecture\n"
                "ann ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    for service in ("sigra-ssh", "su", "sudo"):
        stack(service)
    ctl("policy", "add", "--admit", "--phase", "session", "--service", "sudo",
        "--at", "1")
    daemon = Sshd("sigra-ssh")
    by_ssh(daemon)
    all_but_one(daemon)
    by_su(daemon)
    by_time(daemon)
    by_logind()
    others()


main(body)

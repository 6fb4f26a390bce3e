# SPDX-License-Identifier: MIT
"""The project in a throw-away machine: its commands, its files, its rows."""
import contextlib
import glob
import json
import os
import re
import subprocess
import threading
import time

from machine import PATIENCE, SYSLOG, check, run

README = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../README.md")
CONFIG = "/etc/sigra/sigra.conf"
KEY = "/etc/sigra/sigra.key"
STORE = "/var/lib/sigra/sigra.db"
CTL = "/usr/local/sbin/sigractl"


def module():
    """Path of the installed module."""
    return glob.glob("/usr/local/lib/**/pam_sigra.so", recursive=True)[0]


def ctl(*args, secret=None, code=0):
    """Run sigractl; SECRET goes to its stdin.  Its stdout."""
    r = subprocess.run([CTL, *args], text=True, timeout=PATIENCE,
                       input="" if secret is None else secret + "\n",
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       check=False)
    if code is not None and r.returncode != code:
        raise RuntimeError("sigractl %s: exit %d, expected %d\n%s%s" % (
            " ".join(args), r.returncode, code, r.stdout, r.stderr))
    return r.stdout


def ctl_code(*args):
    """The exit code of sigractl, and all it said."""
    r = subprocess.run([CTL, *args], text=True, timeout=PATIENCE,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False)
    return r.returncode, r.stdout


def person(name, password, *args, unix=True):
    """An account with a password, and a Unix user of that name."""
    if unix:
        run("useradd", "-m", "-s", "/bin/sh", name)
    ctl("user", "add", name, *args)
    ctl("password", "set", name, "--stdin", secret=password)


def options(**values):
    """Change sigra.conf: section_name=value."""
    with open(CONFIG, encoding="utf-8") as f:
        lines = f.read().splitlines()
    for key, value in values.items():
        section, name = key.split("_", 1)
        kept = [l for l in lines
                if not re.match(r"\s*%s\s*=" % name, l)]
        head = "[%s]" % section
        if head not in kept:
            kept.append(head)
        kept.insert(kept.index(head) + 1, "%s = %s" % (name, value))
        lines = kept
    with open(CONFIG, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def advised_stack():
    """The lines that README.md tells people to write."""
    with open(README, encoding="utf-8") as f:
        return re.findall(r"^    ((?:auth|account|password|session) .*\.so)$",
                          f.read(), re.M)


def stack(service, first="", unix=True, session=True, args=""):
    """/etc/pam.d/SERVICE as advised; without UNIX, for people whom only the
    store knows; with ARGS behind our module."""
    with open("/etc/pam.d/" + service, "w", encoding="utf-8") as f:
        f.write(first + "\n")
        for line in advised_stack():
            ours = line.endswith(" pam_sigra.so")
            if ours and line.startswith("session") and not session:
                continue
            line = line.replace("pam_sigra.so",
                                module() + " nodelay " + args)
            if line.startswith("auth") and not ours:
                line += " nodelay"
            if not unix:
                line = line.replace("pam_unix.so", "pam_permit.so")
            f.write(line + "\n")


def stack_alone(phase, service):
    """/etc/pam.d/SERVICE in which only this phase is anybody's business."""
    with open("/etc/pam.d/" + service, "w", encoding="utf-8") as f:
        for each in ("auth", "account", "password", "session"):
            f.write("%s required %s\n" % (
                each, module() if each == phase else "pam_permit.so"))


def audit(*filters):
    """Rows of the audit, newest first."""
    return json.loads(ctl("--json", "audit", "list", "--limit", "1000",
                          *filters))["entries"]


def sessions(*filters):
    """Rows of the open sessions; with "--all", of the closed ones, too."""
    return json.loads(ctl("--json", "session", "list", *filters))["sessions"]


def reason(row):
    """Why the decision in this row of the audit was taken."""
    return row.get("meta", {}).get("reason")


def syslog():
    """All of the machine's log."""
    time.sleep(0.05)  # the drain is another thread
    with open(SYSLOG, encoding="utf-8", errors="replace") as f:
        return f.read()


def lines(action, user=None):
    """What the log says of each ACTION, also of failures that have no row of
    their own; of USER alone."""
    found = []
    for line in syslog().splitlines():
        _, ours, fields = line.partition(" sigra audit ")
        if ours:
            found.append({k: v.strip('"') for k, v in re.findall(
                r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', fields)})
    account = user and json.loads(ctl("--json", "user", "show", user))["id"]
    return [f for f in found if f["action"] == action and
            (not user or f.get("target") == account)]


def given_up():
    """How many logins the log says ended with the program that asked."""
    return sum(1 for line in syslog().splitlines()
               if "sigrad[" in line and "the peer has gone" in line)


def initialise():
    """sigractl init, for everything that follows."""
    ctl("init")
    # A hash of full size adds nothing here but waiting.
    options(argon2_memory_kib=8192, argon2_passes=1)


# --- where passwords must not be ------------------------------------------

class Watch(threading.Thread):
    """Looks for secrets in every process's arguments and environment while
    it is entered."""

    def __init__(self, *secrets):
        super().__init__(daemon=True)
        self.secrets = [s.encode() for s in secrets]
        self.found, self.looks, self.over = set(), 0, threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.005):
            self.looks += 1
            for path in (glob.glob("/proc/[0-9]*/cmdline") +
                         glob.glob("/proc/[0-9]*/environ")):
                with contextlib.suppress(OSError):
                    with open(path, "rb") as f:
                        held = f.read()
                    if any(s in held for s in self.secrets):
                        self.found.add(path + ": " + repr(held))


def check_leaks(watch, *secrets):
    """No secret in a log, the store, its side files, the audit, a process."""
    check(watch.looks > 0 and not watch.found,
          "no password in arguments or environment of any process",
          watch.found)
    for path in [SYSLOG] + glob.glob("/var/lib/sigra/*") + \
            glob.glob("/etc/sigra/*"):
        with open(path, "rb") as f:
            held = f.read()
        check(not any(s.encode() in held for s in secrets),
              "no password in " + path)
    told = json.dumps(audit())
    check(not any(s in told for s in secrets), "no password in the audit")

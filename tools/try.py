# SPDX-License-Identifier: MIT
"""The second half of tools/try: inside a throw-away machine."""
import os
import re
import secrets
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../tests/callers"))

# pylint: disable=wrong-import-position
from codes import CODE, scanned
from machine import PATIENCE, enter, until
from programs import Sshd, Terminal
from project import CTL, advised_stack, sessions, stack, syslog
from service import Daemon, SIGRAD

STEPS = 11
USER = "ann"
SERVICE = "try-sshd"
PORT = "2200"
FOR_REAL = """\
That machine is gone now, and nothing of it is left on this one.

To do the same for real, on a service of your own:
  meson setup build --prefix=/usr/local -Dbuildtype=release \\
      -Dpamdir="$(pkg-config --variable=libdir pam)/security"
  ninja -C build && sudo ninja -C build install
  sudo sigractl init && sudo sigractl audit init-key
  sudo sigractl user add YOU && sudo sigractl password set YOU
  sudo sigractl enroll totp YOU
and then the chapter "Into a PAM stack, without locking yourself out" of
README.md: keep a root shell open until a second login has worked.
"""
number = 0


def say(text=""):
    print(text, flush=True)


def step(text):
    global number
    number += 1
    say("\n[%d/%d] %s" % (number, STEPS, text))


def show(text):
    say(text.rstrip("\n"))


def command(*argv, secret=None):
    """Show the command, run it, show what it says."""
    say("# " + " ".join(os.path.basename(a) if not i else a
                          for i, a in enumerate(argv)))
    r = subprocess.run(argv, text=True, input=secret, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False,
                       timeout=PATIENCE,
                       stdin=None if secret else subprocess.DEVNULL)
    if r.stdout.strip():
        show(r.stdout)
    if r.returncode != 0:
        raise RuntimeError("%s ended with %d" % (argv[0], r.returncode))
    return r.stdout


def login(daemon, password, code, remote):
    """ssh on a terminal, and what a person would see there."""
    say("$ ssh -p %s %s@127.0.0.1 %s" % (PORT, USER, remote))
    t = daemon.client(USER, command=remote)
    asked = [(r"[^\n]*Password: ", password)]
    if code is not None:
        asked.append((r"[^\n]*" + CODE, code))
    for prompt, text in asked:
        say(t.expect(prompt) + "<%s>" % text)
        t.type(text)
    status = t.end()
    show(t.seen.strip())
    return status


def enroll():
    """What a person with a phone does; the phone."""
    say("# sigractl enroll totp " + USER)
    t = Terminal(CTL, "enroll", "totp", USER, env={
        **os.environ, "TERM": os.environ.get("TERM", "linux"),
        "NO_COLOR": "1"}, size=(60, 80))
    shown = t.expect(r"(?s).*[Cc]ode[^\n]*: $")
    phone = scanned(shown)
    code = phone.code()
    say(shown + "<%s>" % code)
    t.type(code)
    if t.end() != 0:
        raise RuntimeError("the code that the phone shows is refused")
    show(t.seen.strip())
    say("(this terminal was scanned by zbarimg, which played the phone)")
    return phone


def prepare(password):
    step("A machine of its own: /etc, /var, /home, /run, /dev, network")
    show("The project is installed there, in /usr/local.")
    step("The store, its key and its configuration")
    command(CTL, "init")
    step("A key that proves the audit, to be kept away from the machine")
    key = re.search(r"SIGRA-AUDIT1-\S+", command(CTL, "audit", "init-key"))
    step("A user of the system, and the same name in Sigra")
    command("useradd", "-m", "-s", "/bin/sh", USER)
    command(CTL, "user", "add", USER)
    say("(the password, made up just now: %s)" % password)
    command(CTL, "password", "set", USER, "--stdin",
            secret=password + "\n")
    return key.group()


def demonstrate():
    password = secrets.token_urlsafe(12)
    key = prepare(password)
    step("A PAM stack for one test service: /etc/pam.d/" + SERVICE)
    show("\n".join(advised_stack()))
    stack(SERVICE)
    step("A real sshd with that stack, on 127.0.0.1 port " + PORT)
    daemon = Sshd(SERVICE)
    show("%s -D -f %s" % tuple(daemon.daemon.args[i] for i in (0, 3)))
    step("A phone: scan the code, type what it shows")
    phone = enroll()
    step("Logging in: with a wrong password; a wrong code; then both right")
    if login(daemon, "not-the-password", None, "id") != 255:
        raise RuntimeError("a wrong password got in")
    if login(daemon, password, phone.wrong(), "id") != 255:
        raise RuntimeError("a wrong code got in")
    if login(daemon, password, phone.code(), "id") != 0:
        raise RuntimeError("the right password and code did not get in")
    until(lambda: not sessions(), "the session is closed")
    step("The same with the verifier as a service, which an ordinary user "
         "can ask, too")
    show("# %s &" % SIGRAD)
    with Daemon():
        if login(daemon, password, phone.code(), CTL + " user show") != 0:
            raise RuntimeError("the service did not let in")
    until(lambda: not sessions(), "the session is closed")
    step("The audit of these logins, newest first")
    command(CTL, "audit", "list", "--service", SERVICE)
    step("With the key: nobody has altered, added or removed a row")
    command(CTL, "audit", "verify", "--key", "-", secret=key + "\n")


def body():
    try:
        demonstrate()
    except Exception as e:  # pylint: disable=broad-except
        say("\nThis did not work: %s\nThe log of that machine says:" % e)
        show(syslog())
        return 1
    say()
    say(FOR_REAL)
    return 0


enter(body)

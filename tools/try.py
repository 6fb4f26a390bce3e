# SPDX-License-Identifier: MIT
"""The second half of tools/try: inside a throw-away machine."""
import os
import secrets
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../tests/callers"))

import machine  # pylint: disable=wrong-import-position

STEPS = 7
USER = "ann"
SERVICE = "try-sshd"
PORT = "2200"
STACK = """\
auth     [success=done ignore=ignore default=die] {module}
auth     required  pam_unix.so
account  [success=ok new_authtok_reqd=ok ignore=ignore default=die] {module}
account  required  pam_unix.so
password [success=done ignore=ignore default=die] {module}
password required  pam_unix.so
session  [success=ok ignore=ignore default=die] {module}
session  required  pam_unix.so
"""
FOR_REAL = """\
That machine is gone now, and nothing of it is left on this one.

To do the same for real, on a service of your own:
  meson setup build --prefix=/usr/local -Dbuildtype=release
  ninja -C build && sudo ninja -C build install
  sudo sigractl init
  sudo sigractl user add YOU && sudo sigractl password set YOU
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
    for line in text.rstrip("\n").split("\n"):
        say("    " + line)


def command(*argv, secret=None):
    """Show the command, run it, show what it says."""
    say("  # " + " ".join(os.path.basename(a) if not i else a
                          for i, a in enumerate(argv)))
    r = subprocess.run(argv, text=True, input=secret, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False,
                       timeout=machine.PATIENCE,
                       stdin=None if secret else subprocess.DEVNULL)
    if r.stdout.strip():
        show(r.stdout)
    if r.returncode != 0:
        raise RuntimeError("%s ended with %d" % (argv[0], r.returncode))


def login(daemon, password, remote):
    """ssh on a terminal, and what a person would see there."""
    say("  $ ssh -p %s %s@127.0.0.1 %s" % (PORT, USER, remote))
    t = daemon.client(USER, command=remote)
    prompt = t.expect(r"[^\n]*Password: ")
    say("    " + prompt + "(typed: %s)" % password)
    t.type(password)
    status = t.end()
    show(t.seen.strip())
    return status


def prepare(password):
    step("A machine of its own: /etc, /var, /home, /run, /dev, network")
    show("The project is installed there, in /usr/local.")
    step("The store, its key and its configuration")
    command(machine.CTL, "init")
    step("A user of the system, and the same name in Sigra")
    command("useradd", "-m", "-s", "/bin/sh", USER)
    command(machine.CTL, "user", "add", USER)
    say("  The password, made up just now: " + password)
    command(machine.CTL, "password", "set", USER, "--stdin",
            secret=password + "\n")


def demonstrate():
    password = secrets.token_urlsafe(12)
    prepare(password)
    step("A PAM stack for one test service: /etc/pam.d/" + SERVICE)
    stack = STACK.format(module="pam_sigra.so")
    show(stack)
    with open("/etc/pam.d/" + SERVICE, "w", encoding="utf-8") as f:
        f.write(STACK.format(module=machine.module()))
    step("A real sshd with that stack, on 127.0.0.1 port " + PORT)
    daemon = machine.Sshd(SERVICE)
    show("%s -D -f %s" % tuple(daemon.daemon.args[i] for i in (0, 3)))
    step("Logging in: first with a wrong password, then with the right one")
    if login(daemon, "not-the-password", "id") != 255:
        raise RuntimeError("a wrong password got in")
    if login(daemon, password, "id") != 0:
        raise RuntimeError("the right password did not get in")
    machine.until(lambda: not machine.sessions(), "the session is closed")
    step("The audit of these logins, newest first")
    command(machine.CTL, "audit", "list", "--service", SERVICE)


def body():
    try:
        demonstrate()
    except Exception as e:  # pylint: disable=broad-except
        say("\nThis did not work: %s\nThe log of that machine says:" % e)
        show(machine.syslog())
        return 1
    say()
    say(FOR_REAL)
    return 0


machine.enter(body)

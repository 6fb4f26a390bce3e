# SPDX-License-Identifier: MIT
"""sudo: on a terminal and with -S."""
import os
import subprocess

from machine import PATIENCE, check, equal, main, run, until
from project import (Watch, audit, check_leaks, initialise, person, reason,
                     stack)
from programs import Terminal

GOOD, WRONG = "correct horse 6711", "no such 6713"
PROMPT = r"\[sudo\] password for \w+: "


def sudo(answer, user="ann"):
    t = Terminal("sudo", "id", "-un", user=user)
    t.answer(PROMPT, answer)
    return t.end(), t.seen.split("\n")[-2]


def piped(answer):
    r = subprocess.run(
        ["setpriv", "--reuid", "ann", "--regid", "ann", "--init-groups",
         "sudo", "-S", "id", "-un"], input=answer, text=True, check=False,
        timeout=PATIENCE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return r.returncode, r.stdout


def logins():
    return [(r["action"], reason(r)) for r in audit("--service", "sudo")
            if r["action"].startswith("login.")]


def body():
    initialise()
    person("ann", GOOD)
    run("useradd", "-m", "osonly")
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as f:
        f.write("Defaults passwd_tries=1, timestamp_timeout=0, !lecture\n"
                "ann, osonly ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    # sudo opens the session as the user it becomes, not as the one it asked.
    stack("sudo", session=False)
    with Watch(GOOD, WRONG) as watch:
        equal(sudo(GOOD), (0, "root"), "terminal: right password")
        equal(logins()[0], ("login.granted", "granted"), "... audit")
        equal(sudo(WRONG)[0], 1, "terminal: wrong password")
        equal(logins()[0], ("login.denied", "wrong"), "... audit")
        equal(sudo(GOOD, "osonly")[0], 1, "unknown to the store")
        equal(logins()[0], ("login.denied", "unknown_account"),
              "... audit")
        t = Terminal("sudo", "id", "-un", user="ann")
        t.expect(PROMPT)
        check(t.interrupt() != 0, "Ctrl-C")
        until(lambda: logins()[0] == ("login.denied", "cancelled"),
              "Ctrl-C in the audit")
        equal(piped(GOOD + "\n"), (0, "root\n"), "-S: right password")
        equal(logins()[0], ("login.granted", "granted"), "... audit")
        equal(piped(WRONG + "\n"), (1, ""), "-S: wrong password")
        equal(piped("\n"), (1, ""), "-S: empty answer")
        equal(piped("x" * (1 << 20) + "\n"), (1, ""), "-S: 1 MiB answer")
        equal(piped(""), (1, ""), "-S: end of file")
        equal(piped(GOOD + "\n"), (0, "root\n"),
              "none of that locked the right one out")
    check_leaks(watch, GOOD, WRONG)


main(body)

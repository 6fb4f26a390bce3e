# SPDX-License-Identifier: MIT
"""Whole logins under another time of day: what has to end ends, and a clock
that was turned back stops time codes and nothing else."""
import json
import os
import shutil

from codes import CODE, app, token
from machine import check, equal, main
from project import (audit, ctl, ctl_code, initialise, person, reason, stack,
                     syslog)
from programs import Sshd

GOOD = "correct horse 3311"
DAY = 86400
OFFER = r"Skip the one-time code on this device for 30 days\? \[y/N\] "
daemons = []


def turn(days):
    """Every program from now on lives so many days later."""
    with open("/etc/clock-offset", "w", encoding="ascii") as f:
        f.write(str(days * DAY))
    for phone in phones.values():
        phone.fast = days * DAY
    if daemons:
        daemons[-1].daemon.terminate()
        daemons[-1].daemon.wait()
    stack("day%d" % len(daemons))
    daemons.append(Sshd("day%d" % len(daemons)))


def login(user, code, offer=None, source="127.0.0.1"):
    t = daemons[-1].client(user, source=source)
    t.answer(r"Password: ", GOOD)
    if code:
        t.answer(CODE, code)
    if offer is not None:
        t.answer(OFFER, offer)
    return t.end()


def why():
    rows = [r for r in audit() if r["action"].startswith("login.")]
    return reason(max(rows, key=lambda r: r["seq"]))


def lasts():
    turn(0)
    equal(login("ann", phones["ann"].code(), "y", "127.0.0.5"), 0,
          "today: password and code, and this device is trusted")
    equal(login("ann", None, None, "127.0.0.5"), 0, "... no code is asked")
    turn(29)
    equal(login("ann", None, None, "127.0.0.5"), 0, "29 days later, neither")
    turn(31)
    equal(login("ann", phones["ann"].code(), "", "127.0.0.5"), 0,
          "31 days later a code is asked for again")
    code = json.loads(ctl("--json", "user", "login-code", "ben", "--ttl",
                          "1h"))["code"]
    turn(32)
    equal(login("ben", code), 255, "a login code of yesterday is over")


def turned_back():
    turn(1)
    equal(login("ben", phones["ben"].code()), 255,
          "the clock is behind what the store has seen: no time code")
    equal(why(), "untimely", "... audit")
    equal(login("hal", phones["hal"].code()), 0,
          "... but a counter's code gets in")
    equal(login("bob", None), 0, "... and a password, where that is all")
    code, text = ctl_code("doctor")
    check(code == 1 and "clock" in text and "clock-accept" in text,
          "doctor explains, and says what helps", text)
    check("the clock is behind" in syslog(), "the log is loud about it")
    for _ in range(6):
        login("ben", phones["ben"].at(phones["ben"].now()),
              source="127.0.0.8")
    locks = json.loads(ctl("--json", "lock", "list"))["locks"]
    check(not [l for l in locks if l["user"] == "ben"],
          "none of these was a guess", locks)
    told = json.loads(ctl("--json", "store", "clock-accept"))
    check(told["devices"], "clock-accept names the devices that stay shut",
          told)
    equal(login("ben", phones["ben"].code()), 0,
          "clock-accept: time codes count again")
    equal(login("ann", phones["ann"].at(phones["ann"].now())), 255,
          "... but no step that was spent in that future")
    equal(audit("--action", "store.clock_accepted")[0]["outcome"], "success",
          "... audit")


def body():
    initialise()
    for name in ("ann", "ben", "bob", "hal"):
        person(name, GOOD)
    phones.update(ann=app("ann"), ben=app("ben"))
    phones["hal"] = token("hal")
    shutil.copy(os.environ["SIGRA_BUILD"] + "/tests/callers/libclock.so",
                "/usr/local/lib/libclock.so")
    with open("/etc/ld.so.preload", "w", encoding="ascii") as f:
        f.write("/usr/local/lib/libclock.so\n")
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "exempt", "--phase", "auth", "--account", "known", "--trust-days",
        "30", "--at", "1")
    lasts()
    turned_back()


phones = {}
main(body)

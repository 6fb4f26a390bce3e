# SPDX-License-Identifier: MIT
"""su: user to user, root to user, and root itself."""
from machine import check, equal, main, run, until
from project import (Watch, audit, check_leaks, ctl, given_up, initialise,
                     person, reason, sessions, stack)
from programs import Terminal

GOOD, WRONG, UNIX = "correct horse 5711", "no such 5713", "root only 5714"


def su(to, answer, user="ann"):
    t = Terminal("su", to, "-c", "id -un", user=user)
    if answer is not None:
        t.answer("Password: ", answer)
    return t.end(), t.seen.split("\n")[-2]


def last():
    """(action, reason) of the newest rows of one login, oldest first."""
    rows = audit("--service", "su")
    return [(r["action"], reason(r)) for r in reversed(rows)]


def users():
    equal(su("ben", GOOD), (0, "ben"), "right password")
    equal(last()[-4:], [("login.granted", "granted"),
                        ("account.granted", "granted"),
                        ("session.opened", "granted"),
                        ("session.closed", "granted")],
          "right password: audit")
    equal(audit("--service", "su", "--action", "login.granted")[0]["meta"]
          ["source"], "uid:%s" % run("id", "-u", "ann").strip(),
          "the source is the person who calls su")
    equal(su("ben", WRONG), (1, "su: Authentication failure"),
          "wrong password")
    equal(last()[-1], ("login.denied", "wrong"), "wrong password: audit")
    equal(su("osonly", GOOD)[0], 1, "unknown to the store")
    equal(last()[-1], ("login.denied", "unknown_account"),
          "unknown: audit")
    equal(su("ghost", None)[0], 1, "unknown to everybody")


HOSTILE = ["LD_PRELOAD=/tmp/x.so", "LD_LIBRARY_PATH=/tmp", "IFS=x",
           "PATH=/tmp",
           "SQLITE_TMPDIR=/tmp", "TMPDIR=/tmp", "MALLOC_CHECK_=3", "TZ=/x",
           "LC_ALL=xx", "LISTEN_FDS=1", "LISTEN_PID=1", "SIGRA_LOGIN=x",
           "LOCPATH=/tmp", "GCONV_PATH=/tmp", "HOSTALIASES=/tmp/h"]


def hostile():
    """What su's caller may lower or set must not break or bend a verdict."""
    env = HOSTILE + ["SIGRA_%d=%s" % (i, "x" * 200) for i in range(45)]
    for how, prefix in (
            ("60 variables", ["env", *env]),
            ("no file may be written",
             ["sh", "-c", 'ulimit -S -f 0; exec "$0" "$@"']),
            ("eight descriptors",
             ["sh", "-c", 'ulimit -S -n 8; exec "$0" "$@"']),
            ("a tiny stack",
             ["sh", "-c", 'ulimit -S -s 100; exec "$0" "$@"'])):
        for password, ends in ((GOOD, 0), (WRONG, 1)):
            t = Terminal(*prefix, "/bin/su", "ben", "-c", "/usr/bin/id -un",
                         user="ann")
            t.answer("Password: ", password)
            # su itself may die of a limit when it notes a failure.
            equal(int(t.end() != 0), ends,
                  "%s: %s" % (how, ("right", "wrong")[ends]))
            equal(last()[-1][0], ("session.closed", "login.denied")[ends],
                  "... audit")
        ctl("lock", "clear", "ben")


def gives_up():
    t = Terminal("su", "ben", "-c", "id -un", user="ann")
    t.expect("Password: ")
    check(t.interrupt() != 0, "Ctrl-C")
    until(given_up, "the log tells of it")
    equal(su("ben", ""), (1, "su: Authentication failure"), "empty answer")


def root():
    equal(su("ben", None, user=None), (0, "ben"), "root needs no password")
    equal(last()[-3:], [("account.granted", "granted"),
                        ("session.opened", "granted"),
                        ("session.closed", "granted")],
          "root to user: audit")
    equal(su("root", UNIX), (0, "root"),
          "root, whom the store does not know, is pam_unix's")
    equal(su("root", WRONG)[0], 1, "... with its password only")
    equal(su("osonly", None, user=None)[0], 1,
          "root to a user unknown to the store: refused")
    ctl("policy", "add", "--abstain", "--account", "unknown", "--service",
        "su,su-l", "--phase", "account,session", "--at", "1")
    equal(su("osonly", None, user=None), (0, "osonly"),
          "... until a rule abstains from it")


def body():
    initialise()
    person("ann", GOOD)
    person("ben", GOOD)
    run("useradd", "-m", "osonly")
    run("chpasswd", input="osonly:%s\nroot:%s\n" % (GOOD, UNIX))
    stack("su", first="auth sufficient pam_rootok.so")
    with Watch(GOOD, WRONG, UNIX) as watch:
        users()
        gives_up()
        hostile()
        root()
    equal(sessions(), [], "no session row stays open")
    check_leaks(watch, GOOD, WRONG, UNIX)


main(body)

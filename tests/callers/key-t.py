# SPDX-License-Identifier: MIT
"""Security keys in real programs: su, sudo and login at a console, and what
is never asked from far away."""
import json
import os

from codes import CODE, Apps, app
from console import Console, available
from keys import RP, TOUCH, enroll, last, plug_in
from machine import check, equal, main
from programs import Sshd, Terminal
from project import audit, ctl, initialise, options, person, stack
from service import Daemon

GOOD, WRONG, PIN = "correct horse 8811", "no such 8813", "8815"
PASSWORD = "Password: "
SIGNAL = "/run/sigra/touch/seat0"
SUDO = r"\[sudo\] password for \w+:"
KEYED = ("login.granted", "granted", "password+fido2", None)


def su(user, *touches, command="id -un"):
    """su to USER at a console; what it came to."""
    with Console("su", user, "-c", command, user="bob") as c:
        c.answer(PASSWORD, GOOD)
        for key in touches:
            c.expect(TOUCH)
            key.touch()
        status = c.end()
        return status, c.seen


def at_the_console(key):
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        cue = c.expect(TOUCH + r"[^\n]*\n?[^\n]*")
        check("su" in cue and "ann" in cue and "machine" in cue,
              "the cue names service, user and host", cue)
        with open(SIGNAL, encoding="utf-8") as f:
            said = f.read()
        check("service=su\n" in said and "user=ann\n" in said,
              "... and a file says that a touch is wanted", said)
        key.touch()
        equal((c.end(), c.seen.split("\n")[-1]), (0, "ann"),
              "su: password and touch")
    check(not os.path.exists(SIGNAL), "... which is gone then")
    equal(last("su"), KEYED, "... audit")
    with Console("login", "ann", env={**os.environ, "TERM": "linux"}) as c:
        c.answer(PASSWORD, GOOD)
        c.expect(TOUCH)
        key.touch()
        c.answer(r"\$ ", "id -un; exit")
        check(c.end() == 0, "login: password and touch", c.seen)
    equal(last("login"), KEYED, "... audit")
    with Console("sudo", "id", "-un", user="ann") as c:
        c.answer(SUDO, GOOD)
        c.expect(TOUCH)
        key.touch()
        equal((c.end(), c.seen.split("\n")[-1]), (0, "root"),
              "sudo: password and touch")
    equal(last("sudo"), KEYED, "... audit")


def wrong_password(key):
    asked = key.count("cbor")
    with Console("su", "ann", user="bob") as c:
        c.answer(PASSWORD, WRONG)
        check(c.end() != 0 and TOUCH not in c.seen,
              "no key is asked for after a wrong password", c.seen)
    equal(key.count("cbor"), asked, "... nor woken")


def other_way(key, phone):
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect(TOUCH)
        cancels = key.count("cancel")
        c.press("\x03")
        c.answer(CODE, phone.code())
        equal(c.end(), 0, "Ctrl-C goes on to the code")
        check(key.count("cancel") > cancels, "... the key no longer blinks",
              key.log()[-5:])
    equal(last("su")[:3], ("login.granted", "granted", "password+totp"),
          "... audit")
    key.unplug()
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect("Plug in")
        key.plug()
        c.expect(TOUCH)
        key.touch()
        equal(c.end(), 0, "a key may be plugged in late")
    key.unplug()
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect(CODE)
        c.type(phone.code())
        equal(c.end(), 0, "without a key the code is asked for in the end",
              last("su"))
    equal(last("su")[3], "fido2:no_key", "... audit says why")
    key.plug()


def killed(key):
    cancels = key.count("cancel")
    with Console("su", "ann", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect(TOUCH)
        c.child.kill()
    check(key.wait("cancel", cancels + 1), "a program that dies takes its "
          "request back", key.log()[-5:])


def one_touch(key):
    with Console("su", "ann", "-c", "id -un", user="bob") as first:
        first.answer(PASSWORD, GOOD)
        first.expect(TOUCH)
        with Console("sudo", "id", "-un", user="ann") as second:
            second.answer(SUDO, GOOD)
            second.expect(CODE)
            second.press("\x03")
            second.end()
        key.touch()
        equal(first.end(), 0, "the first of two touches at a seat is taken")
    refused = [r for r in audit("--service", "sudo")
               if "touch_busy" in json.dumps(r)]
    check(refused, "the second is refused, and audited")


LIES = {
    "no_presence": "fido2:presence",
    "wrong_rp": "fido2:relying_party",
    "other_key": "fido2:signature",
    "bad_signature": "fido2:signature",
    "replay": "fido2:signature",
}


def liars(key):
    for fault, refusal in LIES.items():
        key.fault(fault)
        status, seen = su("ann", key)
        key.clear()
        check(status != 0, "a key that lies: " + fault, seen)
        equal(last("su"), ("login.denied", "wrong", "password", refusal),
              "... audit")


def copied(key, phone):
    key.fault("old_counter")
    equal(su("ann", key)[0], 0, "a counter that goes back: warn")
    check(any(r["action"] == "key.counter" for r in audit()), "... audit")
    ctl("policy", "keys", "--sign-count", "reauth")
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect(TOUCH)
        key.touch()
        c.answer(CODE, phone.code())
        equal(c.end(), 0, "reauth: another factor has to do")
    equal(last("su")[2], "password+totp", "... audit")
    ctl("policy", "keys", "--sign-count", "revoke")
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.expect(TOUCH)
        key.touch()
        c.expect(CODE)
        c.press("\x03")
        c.end()
    key.clear()
    check(any(r["action"] == "key.revoked" for r in audit()), "revoke: audit")
    with Console("su", "ann", "-c", "id -un", user="bob") as c:
        c.answer(PASSWORD, GOOD)
        c.answer(CODE, phone.code())
        equal(c.end(), 0, "... and the key is not asked for any more")
    ctl("policy", "keys", "--sign-count", "warn")


def alone(key):
    """A rule for which the key is enough."""
    ctl("policy", "add", "--at", "1", "--service", "sudo", "--phase", "auth",
        "--require", "fido2 | password+otp", "--uv", "discouraged")
    with Console("sudo", "id", "-un", user="cat") as c:
        c.answer(r"PIN of your security key \(\d+ tries left\):", PIN)
        c.expect(TOUCH)
        key.touch()
        equal((c.end(), c.seen.split("\n")[-1]), (0, "root"),
              "sudo: a key alone, with its PIN, and no password")
    equal(last("sudo")[2], "fido2_uv", "... audit")
    with Console("sudo", "id", "-un", user="cat") as c:
        c.answer(r"PIN of your security key \(\d+ tries left\):", "9999")
        c.answer(r"PIN of your security key \(\d+ tries left\):", PIN)
        c.expect(TOUCH)
        key.touch()
        equal(c.end(), 0, "... a PIN that was wrong is asked for again")
    key.fault("no_uv")
    with Console("sudo", "id", "-un", user="cat") as c:
        c.answer(r"PIN of your security key \(\d+ tries left\):", PIN)
        c.expect(TOUCH)
        key.touch()
        check(c.end() != 0, "... without its user verified it is not enough",
              c.seen)
    key.clear()
    equal(last("sudo")[3], "fido2:verification", "... audit")


def far_away(key, phone):
    daemon = Sshd("sshd")
    asked = key.count("cbor")
    t = daemon.client("ann", tty=True, command="")
    t.answer(PASSWORD, GOOD)
    t.answer(CODE, phone.code())
    t.answer(r"\$ ", "sudo id -un")
    t.answer(r"\[sudo\] password for ann: ", GOOD)
    t.answer(CODE, phone.code())
    t.expect("root")
    t.answer(r"\$ ", "su bob -c 'su ann -c id'")
    t.answer(PASSWORD, GOOD)
    t.answer(PASSWORD, GOOD)
    t.answer(CODE, phone.code())
    t.answer(r"\$ ", "tmux -L far new 'sudo id -un; sleep 1'")
    t.answer(r"\[sudo\] password for ann: ", GOOD)
    t.answer(CODE, phone.code())
    t.expect("root")
    t.answer(r"\$ ", "exit")
    t.end()
    t = Terminal("su", "ann", "-c", "id -un", user="bob")
    t.answer(PASSWORD, GOOD)
    t.answer(CODE, phone.code())
    equal(t.end(), 0, "a pseudo-terminal alone is no place")
    equal(key.count("cbor"), asked,
          "from far away the key of this machine is never asked: sshd, and "
          "sudo, su and tmux inside")


def pasted(key):
    """A key at the person's own machine: one line each way."""
    ctl("policy", "add", "--at", "1", "--service", "sigra-paste", "--phase",
        "auth", "--require", "password+fido2", "--unenrolled", "exempt",
        "--key-paste")
    stack("sigra-paste")
    daemon = Sshd("sigra-paste")
    t = daemon.client("dan")
    t.answer(PASSWORD, GOOD)
    line = t.expect(r"sigra-challenge:[A-Za-z0-9_-]+")
    mine = Terminal("sigractl", "answer", user="bob")
    mine.answer("Paste the line", line)
    said = mine.expect(r"(?s).*\[y/N\] ")
    mine.type("y")
    mine.expect("(?i)touch")
    key.touch()
    answer = mine.expect(r"sigra-answer:[A-Za-z0-9_-]+")
    check(mine.end() == 0 and "sigra-paste" in said and "dan" in said,
          "answer says who asks, and has the key touched", said)
    t.answer("Answer: ", answer)
    equal(t.end(), 0, "sshd: a pasted answer")
    equal(last("sigra-paste"), KEYED, "... audit")
    t = daemon.client("dan")
    t.answer(PASSWORD, GOOD)
    t.answer("Answer: ", answer)
    check(t.end() != 0, "... is good for that login only")
    equal(last("sigra-paste")[3], "fido2:signature", "... audit")
    t = daemon.client("dan")
    t.answer(PASSWORD, WRONG)
    check(t.end() != 0 and "challenge" not in t.seen,
          "no challenge before a right password", t.seen)


def only_key(key):
    """Who has nothing else is refused where it cannot be asked."""
    t = Terminal("su", "dan", "-c", "id -un", user="bob")
    t.answer(PASSWORD, GOOD)
    t.answer(CODE, "123456")
    check(t.end() != 0, "a key never becomes nothing: no way in without it")
    equal(su("dan", key)[0], 0, "... and one with it")


def body():
    initialise()
    options(guess_pair_tries=1000, guess_source_tries=100000,
            guess_second_tries=1000)
    ctl("policy", "keys", "--rp-id", RP)
    for name in ("ann", "bob", "cat", "dan"):
        person(name, GOOD)
    with open("/etc/sudoers.d/all", "w", encoding="utf-8") as f:
        f.write("ALL ALL=(ALL) ALL\nDefaults !lecture,timestamp_timeout=0,"
                "passwd_tries=1\n")
    for service in ("su", "su-l", "login", "sshd"):
        stack(service)
    # Sudo opens its session for root, whom nobody has asked.
    stack("sudo", session=False)
    phone = Apps("ann", 4)
    with plug_in("blue") as blue:
        enroll("ann", blue, "--label", "blue")
        enroll("dan", blue, "--label", "shared")
        at_the_console(blue)
        wrong_password(blue)
        other_way(blue, phone)
        killed(blue)
        one_touch(blue)
        liars(blue)
        only_key(blue)
        pasted(blue)
        far_away(blue, phone)
        copied(blue, phone)
        blue.unplug()
        app("cat")
        with plug_in("green", pin=PIN) as green:
            green.autotouch(0)
            with Console("sigractl", "enroll", "key", "cat") as c:
                c.answer(r"PIN of your security key \(\d+ tries left\):",
                         PIN)
                equal(c.end(), 0, "a key with a PIN is enrolled", c.seen)
            green.autotouch(-1)
            alone(green)
    with plug_in("red") as red, Daemon():
        enroll("bob", red, "--label", "red")
        with Console("su", "bob", "-c", "id -un", user="ann") as c:
            c.answer(PASSWORD, GOOD)
            c.expect(TOUCH)
            red.touch()
            equal(c.end(), 0, "the same by the daemon")
        equal(last("su"), KEYED, "... audit")
    check(not os.path.exists(SIGNAL), "no touch is wanted in the end")


def test():
    if not available():
        check(True, "no virtual consoles here # SKIP")
        return
    body()


main(test)

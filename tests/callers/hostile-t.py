# SPDX-License-Identifier: MIT
"""Peers that keep to nothing: whatever they send, nobody is let in by it,
nothing is believed that only root may say, and the daemon stays healthy."""
import array
import contextlib
import os
import socket
import struct

from machine import check, equal, main, run, until
from project import (audit, ctl, initialise, options, person, reason,
                     sessions, stack, syslog)
from programs import Login, SUCCESS, uid_of
from service import (ACCOUNT, ALLOW, AUTH, CLOSE, DENY, Daemon, HELLO, ONLY,
                     OPEN, PACKET, PRELIM, PROMPT, Peer, UPDATE, VERDICT,
                     WELCOME, answer, ask, request, string)

GOOD, BEN, WRONG = "correct horse 4811", "battery staple 4812", "no such 4813"
SERVED = "served"
OTHER = {"service": "sshd", "tty": "tty1", "rhost": "192.0.2.77",
         "ruser": "root", "connection": "192.0.2.78 1 192.0.2.79 22",
         "info": "publickey ssh-ed25519 AAAA", "ruid": 0, "pid": 1,
         "start": 1, "leader": (1, 1), "ancestors": [(1, 1), (2, 2)]}
WRONG_HELLOS = {
    "nothing": b"", "one byte": b"\1", "a byte missing": HELLO[:-1],
    "a byte too many": HELLO + b"\0", "no type": b"\0" + HELLO[1:],
    "an unknown type": b"\xff" + HELLO[1:], "a verdict": b"\x08\xca\0\1",
    "version zero": b"\1\0\0\0\1", "versions crossed": b"\1\0\3\0\2",
    "a packet that fills": HELLO + bytes(PACKET - len(HELLO)),
    "a packet too long": HELLO + bytes(PACKET + 1 - len(HELLO)),
    "100,000 bytes": b"\1" * 100000,
}
REQUEST = request(user="ann", service=SERVED, rhost="192.0.2.1")
WRONG_REQUESTS = {
    "a trailing byte": REQUEST + b"\0",
    "phase 0": request(phase=0, user="ann"),
    "phase 9": request(phase=9, user="ann"),
    "unknown flags": request(user="ann", flags=64),
    "a name too long": request(user="a" * 257),
    "a service too long": request(user="ann", service="s" * 65),
    "a NUL in the name": request(user=b"ann\0"),
    "a string longer than the packet": b"\3\1\0\0\0\0\xff\xffann",
    "a login that is no id": request(user="ann", login="x" * 36),
    "a login half as long": request(user="ann", login="0" * 18),
    "a negative process": request(user="ann", pid=1 << 31),
    "a process 0": request(user="ann", ancestors=[(0, 1)]),
    "17 ancestors": request(user="ann", ancestors=[(2, 1)] * 17),
    "nobody leads": request(user="ann", leader=(0, 1)),
    "another greeting": HELLO, "an answer before the question":
        answer(GOOD), "too long": REQUEST + bytes(PACKET + 1 - len(REQUEST)),
}
WRONG_ANSWERS = {
    "nothing": b"", "a trailing byte": answer(GOOD) + b"\0",
    "a byte missing": answer(GOOD)[:-1], "given 0": b"\5\0" + string(GOOD),
    "given 4": b"\5\4" + string(GOOD),
    "cancelled, with a text": b"\5\2" + string(GOOD),
    "511 bytes": answer("x" * 511), "a NUL in it": answer(b"x\0y"),
    "the request again": REQUEST, "a verdict": b"\x08\xca\0\1\0\0\0\0\0",
}
WHOLE = {"authenticate": SUCCESS, "account": SUCCESS}


def ends(peer, *packets):
    """Send, up to the last; did it hang up, or deny?  Nothing else will do."""
    for n, packet in enumerate(packets):
        peer.send(packet)
        if n == len(packets) - 1:
            break
        if peer.receive()[:1] not in (bytes([WELCOME]), bytes([PROMPT])):
            return False
    got = peer.receive()
    if got[:2] == bytes([VERDICT, DENY]):
        got = peer.receive()
    return got == b"" or got == struct.pack(">BH", WELCOME, 0)


def check_malformed(uid):
    wrong = []
    for before, packets in (((), WRONG_HELLOS), ((HELLO,), WRONG_REQUESTS),
                            ((HELLO, REQUEST), WRONG_ANSWERS)):
        for what, packet in packets.items():
            with Peer(uid) as peer:
                if not ends(peer, *before, packet):
                    wrong.append((len(before), what))
    equal(wrong, [], "uid %d: %d packets that are none: refused" % (
        uid, len(WRONG_HELLOS) + len(WRONG_REQUESTS) + len(WRONG_ANSWERS)))
    wrong = []
    for size in range(1, len(REQUEST)):
        with Peer(uid) as peer:
            if not ends(peer, HELLO, REQUEST[:size]):
                wrong.append(size)
    equal(wrong, [], "uid %d: a request cut at each byte: refused" % uid)
    wrong = []
    for at in range(len(REQUEST)):
        with Peer(uid) as peer:
            data = bytearray(REQUEST)
            data[at] ^= 0x80
            got = peer.ask(bytes(data), WRONG)
            if got is not None and got[0] != DENY:
                wrong.append((at, got))
    equal(wrong, [], "uid %d: a request with each byte wrong: no allow" % uid)


def check_slow(uid):
    with Peer(uid) as peer:
        check(ends(peer, HELLO[:1]), "one byte at a time: refused")
    with Peer(uid) as mute, Peer(uid) as half:
        half.send(HELLO)
        equal(half.receive()[:1], bytes([WELCOME]), "greeted")
        check(mute.closed(), "who says nothing is hung up on")
        check(half.closed(), "who says nothing more, too")
    with Peer(uid) as peer:
        peer.send(HELLO)
        peer.socket.shutdown(socket.SHUT_WR)
        peer.receive()
        check(peer.closed(), "half a connection: hung up on")


def check_unread(uid):
    """Who sends without end and reads nothing; who sends descriptors."""
    with Peer(uid) as peer:
        peer.socket.settimeout(1)
        peer.send(HELLO)
        peer.send(REQUEST)
        with contextlib.suppress(TimeoutError, OSError):
            for _ in range(100000):
                peer.socket.send(answer(WRONG))
        peer.socket.settimeout(60)
        got = [peer.receive()[:1] for _ in range(4)]
        check(b"" in got, "answers without end: one counts, then it ends",
              got)
    with Peer(uid) as peer:
        fds = array.array("i", [os.open("/dev/null", os.O_RDONLY)
                                for _ in range(200)])
        peer.socket.sendmsg([HELLO], [(socket.SOL_SOCKET,
                                       socket.SCM_RIGHTS, fds)])
        equal(peer.receive()[:1], bytes([WELCOME]),
              "200 descriptors with a greeting: not looked at")
        for fd in fds:
            os.close(fd)


def newest():
    row = audit()[0]
    return row, (row["action"], reason(row), row.get("service"),
                 row.get("rhost") or "", row["meta"].get("source"))


def check_forged(ann, ben):
    """Of an ordinary user only the answers are believed."""
    step, _, login, _ = ask(request(user="ann", **OTHER), GOOD, ann)
    equal((step, login), (ALLOW, ""),
          "itself, by its password: yes; nothing to hand over")
    row, told = newest()
    equal(told, ("login.granted", "granted", "self", "", "uid:%d" % ann),
          "... service, host and person are not what it said", row)
    equal((row["pid"], row.get("tty") or ""), (os.getpid(), ""),
          "... nor process and terminal")
    for phase, name in ((AUTH, "authenticate"), (ACCOUNT, "account"),
                        (PRELIM, "chauthtok"), (UPDATE, "new password"),
                        (OPEN, "open session"), (CLOSE, "close session")):
        got = ask(request(phase=phase, user="ben", **OTHER), BEN, ann)
        equal((got[0], got[3]), (DENY, 0),
              name + " of another user: no, and nobody is asked anything")
    got = ask(request(user="nobody-there", **OTHER), GOOD, ann)
    equal((got[0], got[3]), (DENY, 0), "an unknown user: the same")
    got = ask(request(user="root", **OTHER), GOOD, ann)
    equal((got[0], got[3]), (DENY, 0), "root: the same, no rule abstains")
    equal([ask(request(phase=p, user="ann", **OTHER), GOOD, ann)[0]
           for p in (OPEN, CLOSE)], [DENY, DENY], "sessions: root's alone")
    equal(ask(request(phase=ACCOUNT, user="ann", **OTHER), None, ann)[0],
          ALLOW, "the own account: yes")
    equal(sessions("--all"), [], "no session was opened")
    equal(ask(request(user="ben", **OTHER), BEN, ben)[0], ALLOW,
          "ben's failures are not ben's: nobody has shut ben out")


def check_login_taken(ann):
    """A login that root proved cannot be taken over by who knows its id."""
    _, _, login, _ = ask(request(user="ann", service="sshd",
                                 rhost="192.0.2.9"), GOOD)
    check(len(login) == 36, "root gets an id to hand over", login)
    got = ask(request(phase=OPEN, user="ann", login=login, **OTHER), None,
              ann)
    equal(got[0], DENY, "its session, opened by ann: no")
    for phase in (PRELIM, UPDATE):
        got = ask(request(phase=phase, user="ann", login=login, **OTHER),
                  WRONG, ann)
        equal((got[0], got[3]), (DENY, 1),
              "ann's password, phase %d: the old one is asked for" % phase)
    got = ask(request(phase=OPEN, user="ann", service="sshd",
                      rhost="192.0.2.9", login=login))
    equal(got[0], ALLOW, "root's use of it is untouched")
    rows = sessions("--user", "ann")
    equal(len(rows), 1, "one session is open")
    got = ask(request(phase=CLOSE, user="ann", session=rows[0]["id"]), None,
              ann)
    equal((got[0], len(sessions())), (DENY, 1), "ann does not close it")
    equal(ask(request(phase=CLOSE, user="ann", session=rows[0]["id"]))[0],
          ALLOW, "root does")


def check_pinned(dba, ann):
    """In the group and in sigra.conf: any user, as that service alone."""
    group = int(run("getent", "group", "sigra-service").split(":")[2])
    step, _, login, _ = ask(request(user="ann", **OTHER), GOOD, dba, [group])
    equal((step, login), (ALLOW, ""),
          "a service for a user: yes; nothing to hand over")
    equal(newest()[1], ("login.granted", "granted", "database", "",
                        "uid:%d" % dba), "... as what it is pinned to")
    equal(ask(request(user="ann", **OTHER), WRONG, dba, [group])[0], DENY,
          "... not by a wrong password")
    equal(ask(request(phase=OPEN, user="ann", **OTHER), None, dba,
              [group])[0], DENY, "... and it opens no session")
    got = ask(request(user="ann", **OTHER), GOOD, dba)
    equal((got[0], got[3]), (DENY, 0), "pinned, but not in the group: no")
    got = ask(request(user="ben", **OTHER), BEN, ann, [group])
    equal((got[0], got[3]), (DENY, 0), "in the group, but not pinned: no")
    check(ask(request(user="ann"), GOOD, 54321) is None,
          "a uid without a name: hung up on")
    check("uid 54321" in syslog(), "... and the log says so")


def check_guesses(ann):
    """An ordinary user guesses no more than anybody else."""
    for n in range(1, 6):
        equal(ask(request(user="ann", rhost="192.0.2.%d" % n), WRONG,
                  ann)[0], DENY, "guess %d" % n)
    equal(ask(request(user="ann", rhost="192.0.2.200"), GOOD, ann)[0], DENY,
          "then the right one is refused, whatever host it claims")
    equal(reason(newest()[0]), "locked", "... audit")
    ctl("lock", "clear", "ann")


def body():
    initialise()
    person("ann", GOOD)
    person("ben", BEN)
    run("groupadd", "sigra-service")
    run("useradd", "dba")
    options(service_pins="dba:database", guess_pair_tries=1000,
            guess_source_tries=10000, guess_user_tries=100000,
            verifier_per_uid_minute=10000)
    stack(SERVED, unix=False, args=ONLY)
    ann, ben, dba = uid_of("ann"), uid_of("ben"), uid_of("dba")
    with Daemon() as d:
        before = d.ready()
        check_forged(ann, ben)
        check_login_taken(ann)
        check_pinned(dba, ann)
        for uid in (ann, 0):
            check_malformed(uid)
            check_slow(uid)
            check_unread(uid)
        equal(d.rests(before), before, "resources are back where they were")
        equal(Login(SERVED, "ann", GOOD, "192.0.2.99").end(), WHOLE,
              "it serves as if nothing had been")
        equal(d.child.poll(), None, "it is the same daemon")
    options(guess_pair_tries=5)
    with Daemon():
        check_guesses(ann)
    ctl("store", "check")
    check(True, "store check")


main(body)

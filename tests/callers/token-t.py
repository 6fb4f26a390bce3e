# SPDX-License-Identifier: MIT
"""App tokens at real servers, by the recipes of sigra-services(7): Dovecot,
saslauthd and vsftpd take the token and not the password, and everything else
takes the password and not the token."""
import json
import os
import shutil
import subprocess

from codes import token
from machine import check, equal, main, note, processes, run, until
from project import (Watch, audit, check_leaks, ctl, initialise, options,
                     person, reason, stack, syslog)
from programs import Sshd
from servers import Dovecot, Saslauthd, Vsftpd, follow
from service import Daemon

GOOD, WRONG = "correct horse 6711", "no such 6713"
DAY = 86400
secrets = []


def made(*words):
    """A token of the account, made like this."""
    secrets.append(json.loads(ctl("--json", "token", "create",
                                  *words))["token"])
    return secrets[-1]


def shown(user, label):
    return json.loads(ctl("--json", "token", "show", user, label))


def turn(days):
    """Every program from now on lives so many days later."""
    with open("/etc/clock-offset", "w", encoding="ascii") as f:
        f.write(str(days * DAY))


def why(service="dovecot"):
    """(reason, factors or why it was refused) of the newest login."""
    row = max((r for r in audit("--service", service)
               if r["action"] in ("login.granted", "login.denied")),
              key=lambda r: r["seq"])
    return reason(row), row["meta"].get("factors") or \
        row["meta"].get("refusal")


def mistyped(text):
    """One letter of it is another."""
    last = "A" if text[-1] != "A" else "B"
    return text[:-1] + last


# --- Dovecot --------------------------------------------------------------

def imap(mail, phone, button):
    check(mail.login("ann", phone), "imap: the token")
    equal(why(), ("granted", "token"), "... audit")
    row = shown("ann", "phone")
    check(row["used_at"] and row["used_from"] == "ip:127.0.0.1",
          "... when it was used last, and from where", row)
    told = {mail.answer(*each) for each in (
        ("ann", GOOD), ("ann", GOOD + button.code()),
        ("ann", GOOD + "," + button.code()), ("ann", WRONG),
        ("ann", mistyped(phone)), ("ann", phone + "x"), ("bob", phone),
        ("ghost", phone), ("ghost", GOOD), ("root", phone))}
    equal(len(told), 1, "imap: no password, code, slip of the pen, nor "
          "somebody else's: one answer to all", told)
    check(not told.pop()[0], "... which is no")
    check(mail.login("ann", phone), "imap: the token still gets in")
    return mail.answer("ann", WRONG)


def elsewhere(web, phone, button):
    check(web.login("ann", GOOD + "," + button.code()),
          "another service: password and code")
    check(not web.login("ann", phone), "... the token is refused there")
    stack("sigra-sshd")
    daemon = Sshd("sigra-sshd")
    for method in ("keyboard-interactive", "password"):
        status, _ = daemon.login("ann", phone, method=method)
        check(status != 0, "sshd, %s: the token is refused" % method)
    equal(daemon.login("bob", GOOD)[0], 0, "... and a password is not")


def refused(mail, no):
    """Right, but not here, not now, not any more."""
    near = made("bob", "--name", "near", "--scope", "login:dove*,login:x",
                "--from", "127.0.0.0/8,2001:db8::/32")
    for label, words, because in (
            ("scope", ("--scope", "login:smtp"), "token:scope"),
            ("away", ("--scope", "login:*", "--from", "192.0.2.0/24"),
             "token:source"),
            ("revoked", ("--scope", "login:dovecot"), "token:revoked")):
        text = made("bob", "--name", label, *words)
        # What fails like the one before it is only counted.
        check(mail.login("bob", near), "imap: a network and a pattern that "
              "fit")
        if label == "revoked":
            check(mail.login("bob", text), "imap: soon revoked")
            ctl("token", "revoke", "bob", label)
        equal(mail.answer("bob", text), no, "imap: %s" % because)
        equal(why()[1], because, "... audit")
    ctl("token", "revoke-all", "bob")
    check(not mail.login("bob", near), "... until all are revoked")


def worker(mail, phone):
    """One process of Dovecot's, a worker, does many logins."""
    right = [mail.login("ann", phone if n % 3 else mistyped(phone))
             for n in range(60)]
    equal(right, [n % 3 != 0 for n in range(60)],
          "imap: 60 logins, each judged by itself")
    pids = {r["pid"] for r in audit("--service", "dovecot", "--action",
                                    "login.granted")[:40]}
    check(len(pids) < 3, "... by one worker, or its successor", pids)
    until(lambda: not processes("sigrad"), "no verifier is left")
    with Daemon() as daemon:
        daemon.ready()
        right = [mail.login("ann", phone if n % 3 else mistyped(phone))
                 for n in range(12)]
        equal(right, [n % 3 != 0 for n in range(12)],
              "... and by the verifier that listens")


def machines(mail, web):
    told, _ = follow("MACHINES")
    text = told[-1]["secret"]
    secrets.append(text)
    check(mail.login("scanner", text), "imap: the secret of a service account")
    equal(why(), ("granted", "service_secret"), "... audit")
    check(not web.login("scanner", text), "... not where no rule takes it")
    check(not mail.login("ann", text), "... nor by somebody else")
    ctl("secret", "revoke", "acme", "scanner", "2026-11")
    check(not mail.login("scanner", text), "... nor once it is revoked")


# --- saslauthd ------------------------------------------------------------

def sasl():
    told, _ = follow("SASLAUTHD")
    laptop = told[-1]["token"]
    secrets.append(laptop)
    server = Saslauthd()
    check(server.login("ann", laptop, "smtp"), "saslauthd: the token")
    equal(why("smtp"), ("granted", "token"), "... audit")
    check(not server.login("ann", GOOD, "smtp"), "saslauthd: the password")
    check(not server.login("ann", mistyped(laptop), "smtp"),
          "saslauthd: a slip of the pen")
    ctl("policy", "add", "--require", "token", "--service", "imap",
        "--phase", "auth", "--at", "1")
    shutil.copy("/etc/pam.d/smtp", "/etc/pam.d/imap")
    check(not server.login("ann", laptop, "imap"),
          "saslauthd: at another service")
    equal(why("imap")[1], "token:scope", "... audit")
    near = made("ann", "--name", "near", "--scope", "login:smtp", "--from",
                "127.0.0.0/8")
    check(not server.login("ann", near, "smtp"),
          "saslauthd says no source, so a network is none of its own")
    equal(why("smtp")[1], "token:source", "... audit")
    ctl("token", "revoke", "ann", "laptop")
    check(not server.login("ann", laptop, "smtp"), "saslauthd: revoked")
    crowd(server)
    server.stop()
    cached()


def crowd(server):
    """The page says it: all of its clients are one source."""
    text = made("cat", "--name", "mail", "--scope", "login:smtp")
    ctl("policy", "add", "--require", "password | token", "--service",
        "both", "--phase", "auth", "--at", "1")
    shutil.copy("/etc/pam.d/smtp", "/etc/pam.d/both")
    options(guess_source_tries=10)
    for n in range(10):
        server.login("ghost%d" % n, text, "smtp")
    check(server.login("cat", text, "smtp"),
          "saslauthd: ten failures of others shut out no token")
    check(not server.login("cat", GOOD, "both"), "... but all passwords")
    equal(why("both")[0], "locked", "... audit")
    options(guess_source_tries=1000)
    check(server.login("cat", GOOD, "both"), "... as long as they count")


def cached():
    """... and why the page wants no cache."""
    text = made("cat", "--name", "kept", "--scope", "login:smtp")
    server = Saslauthd("-c")
    first = server.login("cat", text, "smtp")
    ctl("token", "revoke", "cat", "kept")
    check(first and server.login("cat", text, "smtp"),
          "saslauthd -c lets in whose token was revoked")
    server.stop()
    server = Saslauthd()
    check(not server.login("cat", text, "smtp"), "... and without -c not")
    text = made("cat", "--name", "argv", "--scope", "login:smtp")
    secrets.remove(text)  # of the next command's arguments
    server_says = subprocess.run(
        ["testsaslauthd", "-u", "cat", "-p", text, "-s", "smtp"],
        capture_output=True, text=True, check=False).stdout
    check("OK" in server_says, "testsaslauthd, too", server_says)
    server.stop()


# --- vsftpd ---------------------------------------------------------------

def ftp():
    told, rest = follow("VSFTPD")
    camera = told[-1]["token"]
    secrets.append(camera)
    home = run("getent", "passwd", "ftp").split(":")[5]
    os.makedirs(home, exist_ok=True)
    server = Vsftpd("vsftpd", rest[0])
    check(server.login("ann", camera), "vsftpd: the token")
    equal(why("vsftpd"), ("granted", "token"), "... audit")
    equal(shown("ann", "camera")["used_from"], "ip:127.0.0.1",
          "... it tells where its client is")
    check(not server.login("ann", GOOD), "vsftpd: the password")
    ctl("token", "revoke", "ann", "camera")
    check(not server.login("ann", camera), "vsftpd: revoked")
    server.stop()


# --- JWTs -----------------------------------------------------------------

def pair(*words, secret=None):
    """A JWT and what makes the next one."""
    got = json.loads(ctl("--json", "token", *words, secret=secret))
    secrets.extend((got["jwt"], got["refresh_token"]))
    return got["jwt"], got["refresh_token"]


def jwt(mail):
    ctl("token", "issue-jwt", "ann", "--service", "dovecot", code=6)
    options(jwt_accept="yes")
    first, refresh = pair("issue-jwt", "ann", "--service", "dovecot")
    check(mail.login("ann", first), "imap: a JWT, once that is on")
    equal(why(), ("granted", "jwt"), "... audit")
    check(not mail.login("bob", first), "imap: somebody else's JWT")
    check(not mail.login("ann", mistyped(first)), "imap: changed")
    other, _ = pair("issue-jwt", "ann", "--service", "smtp")
    check(not mail.login("ann", other), "imap: of another service")
    server = Saslauthd()
    check(len(other) > 256 and not server.login("ann", other, "smtp"),
          "saslauthd: a JWT is too long for it", len(other))
    server.stop()
    later, _ = pair("refresh", "--stdin", secret=refresh)
    check(mail.login("ann", later), "imap: the next one, by the refresh token")
    ctl("token", "refresh", "--stdin", secret=refresh, code=None)
    check(not mail.login("ann", later),
          "imap: the refresh token was used twice, which ends all of it")
    last, _ = pair("issue-jwt", "ann", "--service", "dovecot")
    ctl("token", "revoke-jwt", "ann")
    check(not mail.login("ann", last), "imap: revoked")
    last, _ = pair("issue-jwt", "ann", "--service", "dovecot")
    options(jwt_accept="no")
    check(not mail.login("ann", last), "imap: a JWT where they are off")


# --- time -----------------------------------------------------------------

def expires(mail, phone, no):
    turn(89)
    check(mail.login("ann", phone), "imap: after 89 of its 90 days")
    turn(91)
    equal(mail.answer("ann", phone), no, "imap: after 91")
    equal(why()[1], "token:expired", "... audit")
    turn(60)
    text = made("ann", "--name", "late", "--scope", "login:dovecot",
                "--expires", "90d")
    equal(mail.answer("ann", text), no,
          "imap: the clock was turned back, nobody can say what has expired")
    equal(why()[0], "untimely", "... audit")


def body():
    initialise()
    # Counted is what fails; here it is meant to, many times.
    options(guess_source_tries=1000, guess_pair_tries=1000,
            guess_user_tries=10000)
    person("ann", GOOD)
    person("bob", GOOD)
    person("cat", GOOD)
    button = token("ann")
    stack("web", unix=False, session=False)
    ctl("policy", "add", "--require", "password+otp", "--service", "web",
        "--phase", "auth", "--prompt", "single", "--at", "1")
    turn(0)
    shutil.copy(os.environ["SIGRA_BUILD"] + "/tests/callers/libclock.so",
                "/etc/libclock.so")
    with open("/etc/ld.so.preload", "w", encoding="ascii") as f:
        f.write("/etc/libclock.so\n")
    told, rest = follow("DOVECOT")
    phone = told[-1]["token"]
    secrets.append(phone)
    mail, web = Dovecot("dovecot", rest[0]), Dovecot("web")
    try:
        with Watch(GOOD, WRONG, phone) as watch:
            no = imap(mail, phone, button)
            elsewhere(web, phone, button)
            refused(mail, no)
            worker(mail, phone)
            machines(mail, web)
            ftp()
            sasl()
            jwt(mail)
            expires(mail, phone, no)
    finally:
        mail.stop()
        web.stop()
        note(mail.log())
        note(syslog())
    check_leaks(watch, GOOD, WRONG, button.secret, *secrets)


main(body)

# SPDX-License-Identifier: MIT
"""Password and code in one string: dovecot's IMAP, and sshd's password
method where a rule says so."""
import imaplib
import json
import os
import socket
import subprocess

from codes import token
from machine import PATIENCE, WORK, check, equal, main, note, run, until
from project import (Watch, audit, check_leaks, ctl, initialise, person,
                     reason, stack, syslog)
from programs import Sshd

GOOD, WRONG, DIGITS = "correct horse 1711", "no such 1713", "horse 123456"
PORT = 1143
DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = /run/dovecot
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%(work)s/mail/%%u
log_path = %(work)s/dovecot.log
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
auth_failure_delay = 0
passdb {
  driver = pam
  args = dovecot
}
userdb {
  driver = static
  args = uid=mail gid=mail home=%(work)s/mail/%%u
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = %(port)d
  }
}
"""


class Dovecot:
    """A real dovecot on 127.0.0.1, with PAM service dovecot."""

    def __init__(self):
        os.mkdir(WORK + "/mail")
        os.chmod(WORK, 0o755)
        run("chown", "mail", WORK + "/mail")
        path = WORK + "/dovecot.conf"
        with open(path, "w", encoding="utf-8") as f:
            f.write(DOVECOT % {"work": WORK, "port": PORT})
        self.daemon = subprocess.Popen(["dovecot", "-F", "-c", path],
                                       stdin=subprocess.DEVNULL)
        until(self.listening, "dovecot listens")

    def listening(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", PORT)) == 0

    def login(self, user, password):
        """Did it let in?"""
        mail = imaplib.IMAP4("127.0.0.1", PORT, timeout=PATIENCE)
        try:
            mail.login(user, password)
            return mail.noop()[0] == "OK"
        except imaplib.IMAP4.error:
            return False
        finally:
            mail.shutdown()

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE)


def why(service):
    """(reason, factors) of the newest login."""
    row = [r for r in audit("--service", service)
           if r["action"].startswith("login.")][0]
    return reason(row), row["meta"].get("factors")


def imap(mail, button):
    check(mail.login("ann", GOOD + button.code()),
          "imap: the code stands right behind the password")
    equal(why("dovecot"), ("granted", "password+hotp"), "... audit")
    check(mail.login("ann", GOOD + "," + button.code()),
          "imap: ... or behind a comma")
    check(not mail.login("ann", GOOD), "imap: without the code")
    equal(why("dovecot")[0], "malformed", "... audit")
    check(not mail.login("ann", GOOD + button.wrong()), "imap: wrong code")
    equal(why("dovecot")[0], "wrong", "... audit")
    code = button.code()
    check(not mail.login("ann", WRONG + code), "imap: wrong password")
    check(mail.login("ann", GOOD + code),
          "imap: ... which has not spent the code")
    codes = json.loads(ctl("--json", "enroll", "backup", "ann",
                           "--without-code"))["backup_codes"]
    check(mail.login("ann", GOOD + "," + codes[0]),
          "imap: a backup code, behind a comma")
    check(mail.login("bob", DIGITS),
          "imap: who has no code, and a password that ends in six digits")
    check(not mail.login("ghost", GOOD + "123456"), "imap: unknown user")


def ssh_password(button):
    ctl("policy", "add", "--require", "password+otp", "--unenrolled",
        "exempt", "--phase", "auth", "--account", "known", "--service",
        "sigra-single", "--prompt", "single", "--at", "1")
    stack("sigra-single")
    daemon = Sshd("sigra-single")
    equal(daemon.login("ann", GOOD + button.code(), method="password")[0], 0,
          "sshd's method password, where the rule says single")
    t = daemon.client("ann")
    t.answer("Password and code: ", GOOD + button.code())
    equal(t.end(), 0, "... and keyboard-interactive asks in one prompt")


def body():
    initialise()
    person("ann", GOOD)
    person("bob", DIGITS)
    button = token("ann")
    stack("dovecot", unix=False, session=False)
    mail = Dovecot()
    try:
        with Watch(GOOD, WRONG, DIGITS) as watch:
            imap(mail, button)
            ssh_password(button)
    finally:
        mail.stop()
        with open(WORK + "/dovecot.log", encoding="utf-8") as f:
            note(f.read())
        note(syslog())
    check_leaks(watch, GOOD, WRONG, DIGITS, button.secret)


main(body)

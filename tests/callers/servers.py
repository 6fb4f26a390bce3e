# SPDX-License-Identifier: MIT
"""Real servers whose clients hand over a name and one string: IMAP, SASL and
FTP, each on 127.0.0.1 with a PAM service of its own."""
import ftplib
import imaplib
import json
import os
import re
import shlex
import signal
import socket
import struct
import subprocess

from machine import PATIENCE, WORK, processes, run, until
from project import ctl, module

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../man/sigra-services.7")

DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = /run/dovecot-%(name)s
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%(mail)s/%%u
log_path = %(work)s/%(name)s.log
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
auth_failure_delay = 0
%(passdb)s
userdb {
  driver = static
  args = uid=mail gid=mail home=%(mail)s/%%u
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
PASSDB = """\
passdb {
  driver = pam
  args = %s
}
"""
VSFTPD = """\
listen=YES
listen_address=127.0.0.1
listen_port=%(port)d
background=NO
local_enable=YES
write_enable=NO
session_support=NO
secure_chroot_dir=%(empty)s
delay_failed_login=0
vsftpd_log_file=%(work)s/vsftpd.log
%(more)s
"""


def examples(section):
    """Of a section of sigra-services(7): (file or "", what stands there)."""
    with open(PAGE, encoding="utf-8") as f:
        part = re.search(r"^\.Sh %s\n(.*?)^\.Sh " % section, f.read(),
                         re.M | re.S).group(1)
    return [(path or "", text.replace("\\e", "\\").replace("\\&", ""))
            for path, text in re.findall(
                r"(?:^\.Pa (\S+)\n)?^\.Bd -literal.*\n((?:(?!\.Ed).*\n)*)",
                part, re.M)]


def follow(section):
    """Do what it says: write files, run sigractl.  What each command said,
    and the rest of the examples."""
    told, rest = [], []
    for path, text in examples(section):
        if path:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("pam_sigra.so", module() + " nodelay"))
        elif text.startswith("sigractl "):
            told += [json.loads(ctl("--json", *shlex.split(line)[1:]))
                     for line in text.splitlines()]
        else:
            rest.append(text)
    return told, rest


def listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Dovecot:
    """IMAP.  PASSDB: what is written for it, or the least there is."""
    next_port = 1143

    def __init__(self, name, passdb=None):
        self.port, self.name = Dovecot.next_port, name
        Dovecot.next_port += 1
        mail = "%s/mail-%s" % (WORK, name)
        os.mkdir(mail)
        os.chmod(WORK, 0o755)
        run("chown", "mail", mail)
        path = "%s/%s.conf" % (WORK, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(DOVECOT % {"work": WORK, "port": self.port, "name": name,
                               "mail": mail,
                               "passdb": passdb or PASSDB % name})
        self.daemon = subprocess.Popen(["dovecot", "-F", "-c", path],
                                       stdin=subprocess.DEVNULL)
        until(lambda: listening(self.port), "dovecot listens")

    def answer(self, user, password):
        """What it says to that, and whether it let in."""
        mail = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            mail.login(user, password)
            return mail.noop()[0] == "OK", ""
        except imaplib.IMAP4.error as e:
            return False, str(e)
        finally:
            mail.shutdown()

    def login(self, user, password):
        """Did it let in?"""
        return self.answer(user, password)[0]

    def log(self):
        with open("%s/%s.log" % (WORK, self.name), encoding="utf-8") as f:
            return f.read()

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE)


class Saslauthd:
    """What Postfix and Cyrus ask, with what /etc/default/saslauthd says, and
    MORE options."""
    home = "/run/saslauthd"

    def __init__(self, more=""):
        os.makedirs(self.home, exist_ok=True)
        run("sh", "-c", ". /etc/default/saslauthd; exec saslauthd "
            "-a $MECHANISMS $OPTIONS -n 2 " + more)
        self.mux = self.home + "/mux"
        until(lambda: os.path.exists(self.mux), "saslauthd listens")
        with open(self.home + "/saslauthd.pid", encoding="ascii") as f:
            self.pid = int(f.read())

    def answer(self, user, password, service):
        """What libsasl2 would be told: the password stands in no argument."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE)
            s.connect(self.mux)
            for word in (user, password, service, ""):
                word = word.encode()
                s.sendall(struct.pack(">H", len(word)) + word)
            told = b""
            while more := s.recv(1024):
                told += more
        return told[2:].rstrip(b"\0").decode()

    def login(self, user, password, service):
        """Did it let in?"""
        return self.answer(user, password, service).startswith("OK")

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        until(lambda: not processes("saslauthd"), "saslauthd ends")


class Vsftpd:
    """FTP.  MORE: lines of its configuration, with its PAM service."""
    next_port = 2121

    def __init__(self, name, more):
        self.port = Vsftpd.next_port
        Vsftpd.next_port += 1
        empty = "%s/empty-%s" % (WORK, name)
        os.mkdir(empty, 0o755)
        path = "%s/%s.conf" % (WORK, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(VSFTPD % {"work": WORK, "port": self.port,
                              "empty": empty, "more": more})
        self.daemon = subprocess.Popen(["vsftpd", path],
                                       stdin=subprocess.DEVNULL)
        until(lambda: listening(self.port), "vsftpd listens")

    def login(self, user, password):
        """Did it let in?"""
        with ftplib.FTP() as ftp:
            ftp.connect("127.0.0.1", self.port, PATIENCE)
            try:
                ftp.login(user, password)
                return bool(re.match("/", ftp.pwd()))
            except ftplib.error_perm:
                return False

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE)

# SPDX-License-Identifier: MIT
"""SSH keys as factors: what a real sshd has proved, keys that live in the
store, and sudo by a key in a forwarded agent."""
import os
import shutil
import subprocess

from codes import CODE, app
from keys import last
from machine import PATIENCE, WORK, check, equal, main, run
from programs import Sshd, Terminal
from project import audit, ctl, initialise, options, person, stack
from service import Daemon

GOOD = "correct horse 8911"
PASSWORD = "Password: "
BOTH = "AuthenticationMethods publickey,keyboard-interactive:pam"
SERVICE = "sigra-ssh"
PROVIDER = os.environ["SIGRA_BUILD"] + "/tests/softkey/softkey_provider.so"
ENV = {**os.environ, "SSH_SK_PROVIDER": PROVIDER}


class Keys:
    """Key files of the person at the other end."""

    def __init__(self):
        self.dir = WORK + "/client"
        os.mkdir(self.dir, 0o700)

    def path(self, name):
        return self.dir + "/" + name

    def make(self, name, kind):
        run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name,
            "-f", self.path(name), env=ENV)
        return self.public(name)

    def public(self, name):
        return self.path(name) + ".pub"

    def authorize(self, user, *names):
        home = "/home/%s/.ssh" % user
        os.makedirs(home, exist_ok=True)
        with open(home + "/authorized_keys", "w", encoding="utf-8") as f:
            for name in names:
                with open(self.public(name), encoding="utf-8") as key:
                    f.write(key.read())
        run("chown", "-R", user + ":" + user, home)


def client(daemon, keys, name, user, method="publickey", **more):
    return daemon.client(
        user, "-i", keys.path(name), "-o", "IdentitiesOnly=yes", "-o",
        "SecurityKeyProvider=" + PROVIDER, method=method, env=ENV, **more)


def both(daemon, keys, name, user, *answers):
    """Key first, then whatever Sigra asks for; (status, last line)."""
    t = client(daemon, keys, name, user, "publickey,keyboard-interactive")
    for pattern, text in answers:
        t.answer(pattern, text)
    return t.end(), t.seen.split("\n")[-2] if "\n" in t.seen else t.seen


def proved(keys, phone):
    """AuthenticationMethods publickey,keyboard-interactive."""
    daemon = Sshd(SERVICE, BOTH)
    equal(both(daemon, keys, "sk", "ann")[0], 0,
          "an enrolled sk key is enough where the rule says so")
    equal(last(SERVICE)[:3], ("login.granted", "granted", "ssh_key+ssh_sk"),
          "... audit")
    equal(both(daemon, keys, "plain", "ann", (CODE, phone.code()))[0], 0,
          "another enrolled key, and a code")
    equal(last(SERVICE)[2], "totp+ssh_key", "... audit")
    equal(both(daemon, keys, "stray", "ann", (PASSWORD, GOOD),
               (CODE, phone.code()))[0], 0,
          "a key that is not enrolled proves nothing: password and code")
    equal(last(SERVICE)[2], "password+totp", "... audit")
    check(both(daemon, keys, "sk", "bob", (PASSWORD, GOOD))[0] == 0,
          "a key of somebody else's proves nothing for this account")
    equal(last(SERVICE)[2], "password", "... audit")


def alone(keys):
    """A public key alone never reaches authenticate."""
    daemon = Sshd(SERVICE + "2")
    stack(SERVICE + "2")
    equal(client(daemon, keys, "sk", "ann").end(), 0,
          "publickey alone: an sk key opens the session")
    check(client(daemon, keys, "plain", "ann").end() != 0,
          "... a key that the rule does not take alone does not")
    check(client(daemon, keys, "stray", "ann").end() != 0,
          "... nor one that is not enrolled")


def certificates(keys):
    daemon = Sshd(SERVICE + "3", BOTH, "TrustedUserCAKeys " +
                  keys.public("ca"))
    stack(SERVICE + "3")
    for name, who in (("sk", "ann"), ("plain", "ann")):
        run("ssh-keygen", "-q", "-s", keys.path("ca"), "-I", "id", "-n", who,
            keys.public(name), env=ENV)
    ctl("policy", "add", "--at", "1", "--service", SERVICE + "3",
        "--require", "ssh-sk", "--phase", "auth,session")
    more = ("-o", "CertificateFile=" + keys.path("sk") + "-cert.pub")

    def login():
        return daemon.client(
            "ann", "-i", keys.path("sk"), *more, "-o", "IdentitiesOnly=yes",
            "-o", "SecurityKeyProvider=" + PROVIDER,
            method="publickey,keyboard-interactive", env=ENV).end()
    shutil.move("/home/ann/.ssh/authorized_keys", WORK + "/authorized")
    check(login() != 0, "a certificate of an authority nobody enrolled")
    check(
        any("certificate" in str(r) for r in audit()), "... audit says why",
        audit()[:2])
    ctl("enroll", "ssh-key", "ann", keys.public("ca"), "--ca",
        "--label", "authority")
    equal(login(), 0, "... and of one that is")
    ctl("enroll", "remove", "ann", "authority", "--yes")
    shutil.move(WORK + "/authorized", "/home/ann/.ssh/authorized_keys")


def in_the_store(keys):
    """AuthorizedKeysCommand."""
    run("useradd", "-r", "-s", "/usr/sbin/nologin", "sigra-keys")
    shutil.rmtree("/home/ann/.ssh")
    daemon = Sshd(SERVICE + "4", "AuthorizedKeysFile none",
                  "AuthorizedKeysCommand /usr/local/bin/sigractl "
                  "authorized-keys %u --type %t --key %k",
                  "AuthorizedKeysCommandUser sigra-keys")
    stack(SERVICE + "4")
    with Daemon():
        equal(client(daemon, keys, "sk", "ann").end(), 0,
              "keys that live in the store")
        check(client(daemon, keys, "stray", "ann").end() != 0,
              "... and no others")
        r = subprocess.run(
            ["setpriv", "--reuid", "sigra-keys", "--regid", "sigra-keys",
             "--init-groups", "--", "sigractl", "authorized-keys", "ann"],
            stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
        equal(len(r.stdout.splitlines()), 2, "sigra-keys sees all of them")
        r = subprocess.run(
            ["setpriv", "--reuid", "bob", "--regid", "bob", "--init-groups",
             "--", "sigractl", "authorized-keys", "ann"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=PATIENCE, check=False)
        check(r.returncode != 0 and r.stdout == "", "... nobody else does",
              r)
        ctl("user", "disable", "ann", "--reason", "test")
        check(client(daemon, keys, "sk", "ann").end() != 0,
              "... none of a disabled account")
        ctl("user", "enable", "ann")
        ctl("enroll", "remove", "ann", "sk", "--force")
        check(client(daemon, keys, "sk", "ann").end() != 0,
              "... one remove closes every host")


def agent(keys, phone):
    """sudo by a key in the agent that was forwarded."""
    with open("/etc/sudoers.d/all", "w", encoding="utf-8") as f:
        f.write("ALL ALL=(ALL) ALL\nDefaults !lecture,timestamp_timeout=0,"
                "passwd_tries=1\n")
    stack("sudo", session=False)
    ctl("policy", "add", "--at", "1", "--service", "sudo", "--phase", "auth",
        "--require", "ssh-sk | password+otp")
    daemon = Sshd(SERVICE + "5")
    stack(SERVICE + "5")
    path = WORK + "/agent"
    a = subprocess.Popen(["ssh-agent", "-D", "-P", "*", "-a", path], env=ENV,
                         stdout=subprocess.DEVNULL)
    env = {**ENV, "SSH_AUTH_SOCK": path}
    try:
        run("sh", "-c", "while [ ! -S %s ]; do sleep 0.01; done" % path)
        run("ssh-add", "-q", "-S", PROVIDER, keys.path("sk"), env=env)
        t = daemon.client("ann", "-A", "-o", "SecurityKeyProvider=" + PROVIDER,
                          method="publickey", tty=True, command="", env=env)
        t.answer(r"\$ ", "sudo id -un")
        seen = t.expect(r"(?s).*root")
        check("Touch your security key" in seen,
              "sudo by the forwarded agent: the cue", seen)
        equal(last("sudo")[:3], ("login.granted", "granted", "ssh_agent"),
              "... audit")
        with open("/run/sk-untouched", "w", encoding="utf-8"):
            pass
        t.answer(r"\$ ", "sudo id -un")
        t.expect("incorrect")
        os.unlink("/run/sk-untouched")
        t.answer(r"\$ ", "SSH_AUTH_SOCK=/nowhere sudo id -un")
        t.answer("password for ann", GOOD)
        t.expect(CODE)
        t.type(phone.code())
        t.expect("root")
        t.answer(r"\$ ", "exit")
        t.end()
        check(any("presence" in str(r) for r in audit("--service", "sudo")),
              "an agent that signs without a touch is refused, and audited",
              audit("--service", "sudo")[:2])
    finally:
        a.terminate()
        a.wait()


def body():
    initialise()
    options(guess_source_tries=100000, guess_pair_tries=1000)
    person("ann", GOOD)
    person("bob", GOOD)
    phone = app("ann")
    stack(SERVICE)
    keys = Keys()
    for name, kind in (("sk", "ed25519-sk"), ("plain", "ed25519"),
                       ("stray", "ed25519"), ("ca", "ed25519")):
        keys.make(name, kind)
    for name in ("sk", "plain"):
        ctl("enroll", "ssh-key", "ann", keys.public(name), "--label", name)
    for user in ("ann", "bob"):
        keys.authorize(user, "sk", "plain", "stray")
    ctl("policy", "add", "--at", "1", "--service", SERVICE + "*",
        "--phase", "auth,session", "--unenrolled", "exempt",
        "--require", "ssh-sk | ssh-key+otp | password+otp")
    proved(keys, phone)
    alone(keys)
    certificates(keys)
    agent(keys, phone)
    in_the_store(keys)


main(body)

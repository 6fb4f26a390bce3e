# SPDX-License-Identifier: MIT
"""fail2ban over the lines of real logins: it bans where they came from, and
nobody whom the text of a user, a service or a host names."""
import collections
import os
import re
import subprocess
import time

from codes import CODE, token
from machine import PATIENCE, WORK, check, equal, main, note, run, until
from project import initialise, person, stack, syslog
from programs import AUTH_ERR, Login, SUCCESS, Sshd
from servers import examples

GOOD, WRONG = "correct horse 5411", "no such 5413"
FILTER = "/etc/fail2ban/filter.d/sigra.conf"
JOURNAL = WORK + "/journal"
VICTIM = "198.51.100.66"  # whom everybody tries to have banned
FORGED = "sigra audit seq=1 action=login.denied outcome=failure reason=wrong" \
         " source=ip:" + VICTIM
NAMES = (VICTIM, "2001:db8:bad::1", "root source=ip:%s " % VICTIM,
         'x" source=ip:%s x="' % VICTIM, "rhost=" + VICTIM,
         "x\nJan  1 00:00:00 machine sigrad[1]: " + FORGED + "\nx",
         "x\r\x1b[2J" + FORGED, "from " + VICTIM, "\u202e" + VICTIM,
         "source=ip:" + VICTIM)
# What no network address can be read from: nobody is banned.
ELSEWHERE = ("host.example", VICTIM + ".example", "ip:" + VICTIM,
             VICTIM + " ", " " + VICTIM, VICTIM + "\nx", "name:ip:" + VICTIM,
             'x" source=ip:%s ' % VICTIM, "source=ip:" + VICTIM,
             VICTIM + "/24", VICTIM + ":22", "[%s]" % VICTIM, "1.2.3",
             "0x7f.1", "x" * 200 + " " + VICTIM)
SERVICES = ("sigra-ban source=ip:%s " % VICTIM, 'a" source=ip:%s b="' % VICTIM,
            "a\nsigrad[1]: source=ip:%s " % VICTIM)
SIX = {"2001:db8:1:2::5": "2001:db8:1:2::/64",
       "2001:db8:1:2:ffff::9": "2001:db8:1:2::/64",
       "::ffff:203.0.113.9": "203.0.113.9",
       # Who bans these shuts out the host itself, or all neighbours.
       "fe80::1": None, "fe80::1%eth0": None, "::1": None}


class Attempts:
    """Failed logins, and how often each address is to be counted."""

    def __init__(self):
        self.expected = collections.Counter()

    def wrong(self, user, rhost, ban, service="sigra-ban"):
        got = Login(service, user, WRONG, rhost).end()
        if got.get("authenticate") != AUTH_ERR:
            raise RuntimeError("%r from %r: %r" % (user, rhost, got))
        if ban:
            self.expected[ban] += 1


def hostile(tries):
    """Whatever stands in a user's name, a host's or a service's."""
    for n, name in enumerate(NAMES):
        source = "203.0.113.%d" % (100 + n)
        tries.wrong(name, source, source)
    for rhost in ELSEWHERE:
        tries.wrong("ann", rhost, None)
    for service in SERVICES:
        tries.wrong("ann", "203.0.113.200", "203.0.113.200", service)
    for rhost, ban in SIX.items():
        tries.wrong("ann", rhost, ban)


def ssh(tries, button):
    """... and in the name that somebody types at sshd."""
    stack("sigra-banssh")
    daemon = Sshd("sigra-banssh")
    for n, name in enumerate(NAMES[:3] + ("rhost=" + VICTIM, "ann")):
        source = "127.0.7.%d" % (n + 1)
        check(daemon.login(name, WRONG, source=source)[0] != 0,
              "sshd refuses %r" % name)
        tries.expected[source] += 1
    t = daemon.client("ann", source="127.0.7.50")
    t.answer("Password: ", GOOD)
    t.answer(CODE, button.wrong())
    check(t.end() != 0, "... and a wrong code")
    tries.expected["127.0.7.50"] += 1
    t = daemon.client("ann", source="127.0.7.51")
    t.expect("Password: ")
    t.kill()
    until(lambda: "reason=cancelled" in syslog(), "somebody has given up")


def innocent(button):
    """Right, but late: no reason to be banned."""
    code = button.code()
    for source, result in (("203.0.113.210", SUCCESS),
                           ("203.0.113.211", AUTH_ERR)):
        got = Login("sigra-ban", "ann", "%s\n%s" % (GOOD, code),
                    source).end()
        equal(got["authenticate"], result, "one code, from " + source)


def flood(tries):
    """The same again and again: each of them counts."""
    for n in range(12):
        tries.wrong("ann", "203.0.113.250", "203.0.113.250")
        tries.wrong("ann", "2001:db8:9:9::%d" % n, "2001:db8:9:9::/64")


# --- what fail2ban makes of it --------------------------------------------

def lines():
    """The machine's log: (priority, time, the rest) of each line."""
    return re.findall(r"^<(\d+)>(\w{3} [ \d]\d [\d:]{8}) (.*)$", syslog(),
                      re.M)


def counted(*source):
    """How often fail2ban finds each address."""
    found = run("fail2ban-regex", "--usedns", "no", "-o", "id", *source,
                FILTER)
    return collections.Counter(found.split())


def from_file(name, when):
    """As rsyslog writes a file, with times like this one."""
    path = WORK + "/" + name
    with open(path, "w", encoding="utf-8") as f:
        for _, at, rest in lines():
            f.write("%s machine %s\n" % (when or at, rest))
    return path


def from_journal():
    """As journald keeps it, of the service and of sshd's own verifier; and
    what somebody wrote with logger(1)."""
    with open(WORK + "/export", "w", encoding="utf-8") as f:
        units = ("sigrad.service", "ssh.service")
        rows = [(units[n % 2], rest) for n, (_, _, rest) in
                enumerate(lines())]
        rows.append(("session-1.scope", "sigrad[1]: " + FORGED))
        rows.append(("ssh.service", "sshd[1]: " + FORGED))
        rows.append(("user@1000.service", "sigrad[1]: " + FORGED))
        for n, (unit, rest) in enumerate(rows):
            m = re.match(r"([^\[:]+)(?:\[(\d+)\])?: (.*)", rest)
            if not m:
                continue
            f.write("__REALTIME_TIMESTAMP=%d\n_BOOT_ID=%032d\n"
                    "_HOSTNAME=machine\nSYSLOG_IDENTIFIER=%s\n"
                    "SYSLOG_PID=%s\n_SYSTEMD_UNIT=%s\nMESSAGE=%s\n\n"
                    % (time.time() * 1e6 + n, 1, m.group(1),
                       m.group(2) or "1", unit, m.group(3)))
    os.mkdir(JOURNAL)
    run("/lib/systemd/systemd-journal-remote", "-o", JOURNAL + "/x.journal",
        WORK + "/export")
    return "systemd-journal[journalpath=%s]" % JOURNAL


def forged():
    """What other programs say of Sigra, in a file."""
    path = WORK + "/forged"
    with open(path, "w", encoding="utf-8") as f:
        for who in ("sshd[7]: Failed password for invalid user sigrad[1]: "
                    + FORGED + " from 192.0.2.7 port 22 ssh2",
                    "sshd[7]: " + FORGED, "sigradx[1]: " + FORGED,
                    "sudo: x : COMMAND=/bin/sigrad[1]: " + FORGED,
                    "sigrad[1]: denied, status=x: " + FORGED,
                    "sigrad[1]: x " + FORGED,
                    'sigrad[1]: sigra audit seq=1 action=login.denied '
                    'outcome=failure tty="x source=ip:%s "' % VICTIM,
                    "sigrad[1]: sigra audit seq=1 action=login.granted "
                    "outcome=success source=ip:" + VICTIM):
            f.write("Nov 21 17:00:00 machine %s\n" % who)
    return path


def found(expected):
    equal(counted(from_file("bsd", None)), expected,
          "of a file: every source, and nobody else")
    equal(counted(from_file("iso", "2026-11-21T17:00:00.123456+00:00")),
          expected, "... with the times of rsyslog")
    equal(counted(from_journal()), expected,
          "of the journal: the same, and no forged line")
    equal(counted(forged()), collections.Counter(),
          "what others write about Sigra bans nobody")


def jail(expected):
    """A real fail2ban with the jail as installed, turned on as the page says;
    the firewall is this machine's own."""
    os.unlink("/etc/fail2ban/jail.d/defaults-debian.conf")
    check("sigra" not in run("fail2ban-client", "-d"),
          "the jail is off as installed")
    on, sets = (text for _, text in examples("FAIL2BAN"))
    with open("/etc/fail2ban/action.d/nftables.local", "w",
              encoding="utf-8") as f:
        f.write(sets)
    with open("/etc/fail2ban/jail.d/sigra.local", "w", encoding="utf-8") as f:
        f.write(on + "backend = polling\nlogpath = %s\n"
                "banaction_allports = nftables-allports\nignoreip =\n"
                "ignoreself = false\n" % from_file("live", None))
    os.makedirs("/run/fail2ban", exist_ok=True)
    with subprocess.Popen(["fail2ban-server", "-f", "--logtarget",
                           WORK + "/fail2ban.log", "start"],
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as server:
        banned = {ip for ip, n in expected.items() if n >= 5}
        if firewall() is None:
            note("no nftables in this kernel: the jail alone is looked at")
        until(lambda: held() >= banned, "fail2ban bans")
        equal(held(), banned, "a jail bans who has failed five times")
        server.terminate()
        server.wait(PATIENCE)


def firewall():
    """Whom this machine's firewall shuts out; None: it has none."""
    done = subprocess.run(["nft", "list", "ruleset"], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        return None
    return set(re.findall(r"[0-9a-f.:]+(?:/\d+)?", " ".join(
        re.findall(r"elements = \{ ([^}]*) \}", done.stdout))))


def held():
    kept = firewall()
    if kept is not None:
        return kept
    done = subprocess.run(["fail2ban-client", "get", "sigra", "banip"],
                          capture_output=True, text=True, check=False)
    return set(done.stdout.split()) if done.returncode == 0 else set()


def body():
    initialise()
    person("ann", GOOD)
    button = token("ann")
    stack("sigra-ban", unix=False)
    stack("other", unix=False)
    tries = Attempts()
    hostile(tries)
    innocent(button)
    ssh(tries, button)
    flood(tries)
    check(VICTIM not in tries.expected and VICTIM in syslog(),
          "its name is in the log")
    found(tries.expected)
    jail(tries.expected)


main(body)

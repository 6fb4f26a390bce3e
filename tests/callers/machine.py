# SPDX-License-Identifier: MIT
"""A throw-away machine for tests that need root and real programs.

main(body) starts this same script again in namespaces of its own, with its
own /etc, /var, /home, /root, /usr/local, /run, /dev and network, installs the
project in it and calls body().  Users, PAM stacks and daemons made there are
real, and gone when the script ends.  Output is TAP; without root the test is
skipped.  Only Python's standard library.
"""
import contextlib
import fcntl
import glob
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback

OVERLAID = ("/etc", "/var", "/home", "/root", "/usr/local", "/run")
NODES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
WORK = "/run/machine"  # for files of the tests, inside
SYSLOG = WORK + "/syslog"
CONFIG = "/etc/sigra/sigra.conf"
KEY = "/etc/sigra/sigra.key"
STORE = "/var/lib/sigra/sigra.db"
CTL = "/usr/local/sbin/sigractl"
PATIENCE = 60  # seconds until something that hangs is called broken
# Results of PAM calls, <security/_pam_types.h>.
SUCCESS, PERM_DENIED, AUTH_ERR, UNAVAIL = 0, 6, 7, 9
RENEW, EXPIRED, SESSION_ERR = 12, 13, 14


# --- the machine itself ---------------------------------------------------

def main(body):
    """Run body(), a test, in a new machine; does not return."""
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root: sudo tools/check")
        sys.exit(0)

    def test():
        try:
            body()
        except Exception:  # pylint: disable=broad-except
            check(False, "the test came to its end", traceback.format_exc())
        return done()
    enter(test)


def enter(body):
    """Run body() in a new machine and exit with what it returns."""
    if "SIGRA_MACHINE" in os.environ:
        _furnish(os.environ.pop("SIGRA_MACHINE"))
        _install()
        sys.exit(body())
    if "SIGRA_BUILD" not in os.environ:
        sys.exit("SIGRA_BUILD must name a build directory")
    top = tempfile.mkdtemp(prefix="sigra-machine-", dir="/tmp")
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                   "/sbin:/bin", "LC_ALL": "C.UTF-8", "SIGRA_MACHINE": top,
           "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("SIGRA_BUILD", "SIGRA_KILLS", "LC_ALL", "TERM"):
        if name in os.environ:
            env[name] = os.environ[name]
    try:
        status = subprocess.call(
            ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid",
             "--fork", "--kill-child", sys.executable,
             os.path.abspath(sys.argv[0])] + sys.argv[1:], env=env)
    finally:
        os.rmdir(top)
    sys.exit(status if status >= 0 else 1)


def run(*argv, **more):
    """Run to success; its stdout."""
    more.setdefault("stdin", subprocess.DEVNULL)
    if "input" in more:
        del more["stdin"]
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       text=True, errors="replace", timeout=PATIENCE,
                       check=False, **more)
    if r.returncode != 0:
        raise RuntimeError("%s: exit %d\n%s%s" % (
            " ".join(argv), r.returncode, r.stdout, r.stderr))
    return r.stdout


def _furnish(top):
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "machine", top)
    for number, path in enumerate(OVERLAID):
        upper, work = "%s/u%d" % (top, number), "%s/w%d" % (top, number)
        os.mkdir(upper)
        os.mkdir(work)
        shutil.copystat(path, upper)
        run("mount", "-t", "overlay", "-o",
            "lowerdir=%s,upperdir=%s,workdir=%s" % (path, upper, work),
            "overlay", path)
    run("mount", "-t", "proc", "proc", "/proc")
    _devices()
    run("ip", "link", "set", "lo", "up")
    socket.sethostname("machine")
    with open("/etc/hosts", "w", encoding="utf-8") as f:
        f.write("127.0.0.1 localhost machine\n")
    os.makedirs(WORK, exist_ok=True)
    os.makedirs("/run/sshd", exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink("/etc/nologin")
        os.unlink("/run/nologin")
    _syslog()


def _devices():
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "dev", "/dev")
    os.umask(0)
    for name, minor in NODES.items():
        os.mknod("/dev/" + name, 0o20666, os.makedev(1, minor))
    os.mknod("/dev/tty", 0o20666, os.makedev(5, 0))
    os.umask(0o022)
    os.mkdir("/dev/pts")
    run("mount", "-t", "devpts", "-o",
        "newinstance,ptmxmode=0666,mode=0620,gid=5", "devpts", "/dev/pts")
    os.symlink("pts/ptmx", "/dev/ptmx")
    os.mkdir("/dev/shm")
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "shm", "/dev/shm")
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        os.symlink("/proc/self/fd/%d" % number, "/dev/" + name)
    os.symlink("/proc/self/fd", "/dev/fd")


def _syslog():
    inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inlet.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    inlet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    log = os.open(SYSLOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def drain():
        while True:
            os.write(log, inlet.recv(1 << 16).rstrip(b"\0\n") + b"\n")
    threading.Thread(target=drain, daemon=True).start()


def _install():
    build = os.environ["SIGRA_BUILD"]
    with tempfile.TemporaryDirectory(dir=WORK) as stage:
        with open(build + "/build.ninja", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # meson writes a log there
            run("meson", "install", "-C", build, "--no-rebuild", "--quiet",
                "--destdir", stage)
        for path in OVERLAID:
            if os.path.isdir(stage + path):
                run("cp", "-r", "--preserve=mode,links", stage + path + "/.",
                    path)
                shutil.rmtree(stage + path)
        left = [n for _, _, names in os.walk(stage) for n in names]
    if left:
        raise RuntimeError("build with --prefix=/usr/local; outside: %s"
                           % left)


def module():
    """Path of the installed module."""
    return glob.glob("/usr/local/lib/**/pam_sigra.so", recursive=True)[0]


# --- TAP ------------------------------------------------------------------

_points = {True: 0, False: 0}


def check(ok, what, *diagnosis):
    """One test point; the diagnosis is shown when it failed."""
    ok = bool(ok)
    _points[ok] += 1
    print("%sok %d - %s" % ("" if ok else "not ", sum(_points.values()), what))
    if not ok:
        for text in diagnosis:
            note(text)
    sys.stdout.flush()
    return ok


def equal(got, expected, what, *diagnosis):
    return check(got == expected, what, "got %r, expected %r"
                 % (got, expected), *diagnosis)


def note(text):
    for line in str(text).splitlines():
        print("#   " + line.encode("ascii", "backslashreplace").decode())


def done():
    print("1..%d" % sum(_points.values()))
    sys.stdout.flush()
    return 1 if _points[False] else 0


# --- the project in it ----------------------------------------------------

def ctl(*args, secret=None, code=0):
    """Run sigractl; SECRET goes to its stdin.  Its stdout."""
    r = subprocess.run([CTL, *args], text=True, timeout=PATIENCE,
                       input="" if secret is None else secret + "\n",
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       check=False)
    if code is not None and r.returncode != code:
        raise RuntimeError("sigractl %s: exit %d, expected %d\n%s%s" % (
            " ".join(args), r.returncode, code, r.stdout, r.stderr))
    return r.stdout


def ctl_code(*args):
    """The exit code of sigractl, and all it said."""
    r = subprocess.run([CTL, *args], text=True, timeout=PATIENCE,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False)
    return r.returncode, r.stdout


def person(name, password, *args, unix=True):
    """An account with a password, and a Unix user of that name."""
    if unix:
        run("useradd", "-m", "-s", "/bin/sh", name)
    ctl("user", "add", name, *args)
    ctl("password", "set", name, "--stdin", secret=password)


def options(**values):
    """Change sigra.conf: section_name=value."""
    with open(CONFIG, encoding="utf-8") as f:
        lines = f.read().splitlines()
    for key, value in values.items():
        section, name = key.split("_", 1)
        kept = [l for l in lines
                if not re.match(r"\s*%s\s*=" % name, l)]
        head = "[%s]" % section
        if head not in kept:
            kept.append(head)
        kept.insert(kept.index(head) + 1, "%s = %s" % (name, value))
        lines = kept
    with open(CONFIG, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def stack(service, first="", unix=True, session=True):
    """/etc/pam.d/SERVICE as README.md advises it; without UNIX, for people
    whom only the store knows."""
    die = "[success=done ignore=ignore default=die] " + module() + " nodelay"
    ok = die.replace("done", "ok new_authtok_reqd=ok", 1)
    lines = [first, "auth " + die, "auth required %s nodelay", "account " + ok,
             "account required %s", "password " + die,
             "password required %s", "session required %s"]
    if session:
        lines.insert(-1, "session " + ok)
    other = "pam_unix.so" if unix else "pam_permit.so"
    with open("/etc/pam.d/" + service, "w", encoding="utf-8") as f:
        f.write("\n".join(lines).replace("%s", other) + "\n")


def stack_alone(phase, service):
    """/etc/pam.d/SERVICE in which only this phase is anybody's business."""
    with open("/etc/pam.d/" + service, "w", encoding="utf-8") as f:
        for each in ("auth", "account", "password", "session"):
            f.write("%s required %s\n" % (
                each, module() if each == phase else "pam_permit.so"))


def audit(*filters):
    """Rows of the audit, newest first."""
    return rows(ctl("--json", "audit", "list", "--limit", "1000", *filters))


def sessions(*filters):
    return rows(ctl("--json", "session", "list", *filters))


def rows(text):
    """The one list that a --json answer holds."""
    answer = json.loads(text)
    if isinstance(answer, list):
        return answer
    return next(v for v in answer.values() if isinstance(v, list))


def reason(row):
    return row.get("meta", {}).get("reason")


def syslog():
    time.sleep(0.05)  # the drain is another thread
    with open(SYSLOG, encoding="utf-8", errors="replace") as f:
        return f.read()


def given_up():
    """How many logins the log says ended with the program that asked."""
    return sum(1 for line in syslog().splitlines()
               if "sigrad[" in line and "the peer has gone" in line)


def initialise():
    """sigractl init, for everything that follows."""
    ctl("init")
    # A hash of full size adds nothing here but waiting.
    options(argon2_memory_kib=8192, argon2_passes=1)


def until(condition, what):
    """Wait for something another process does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise RuntimeError("waited in vain: " + what)


def processes(name):
    """Pids of the processes whose program has this name."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            with open(path, encoding="utf-8", errors="replace") as f:
                head, tail = f.read().rsplit(")", 1)
            if head.split("(", 1)[1] == name and tail.split()[0] != "Z":
                found.append(int(head.split()[0]))
    return found


# --- where passwords must not be ------------------------------------------

class Watch(threading.Thread):
    """Looks for secrets in every process's arguments and environment while
    it is entered."""

    def __init__(self, *secrets):
        super().__init__(daemon=True)
        self.secrets = [s.encode() for s in secrets]
        self.found, self.looks, self.over = set(), 0, threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.005):
            self.looks += 1
            for path in (glob.glob("/proc/[0-9]*/cmdline") +
                         glob.glob("/proc/[0-9]*/environ")):
                with contextlib.suppress(OSError):
                    with open(path, "rb") as f:
                        held = f.read()
                    if any(s in held for s in self.secrets):
                        self.found.add(path + ": " + repr(held))


def check_leaks(watch, *secrets):
    """No secret in a log, the store, its side files, the audit, a process."""
    check(watch.looks > 0 and not watch.found,
          "no password in arguments or environment of any process",
          watch.found)
    for path in [SYSLOG] + glob.glob("/var/lib/sigra/*") + \
            glob.glob("/etc/sigra/*"):
        with open(path, "rb") as f:
            held = f.read()
        check(not any(s.encode() in held for s in secrets),
              "no password in " + path)
    told = json.dumps(audit())
    check(not any(s in told for s in secrets), "no password in the audit")


# --- programs on a terminal -----------------------------------------------

class Lost(Exception):
    """What was expected did not come."""


class Terminal:
    """A program on a pseudo-terminal of its own, and the person before it."""

    def __init__(self, *argv, user=None, env=None):
        self.seen, self.status = "", None
        self.master, slave = os.openpty()
        modes = termios.tcgetattr(slave)
        modes[3] &= ~termios.ECHO  # what is typed is no output
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        argv = ["setsid", "--ctty", *argv]
        if user:
            argv[2:2] = ["setpriv", "--reuid", user, "--regid", user,
                         "--init-groups", "--"]
            os.chown(os.ttyname(slave), _uid(user), -1)
        self.child = subprocess.Popen(argv, stdin=slave, stdout=slave,
                                      stderr=slave, env=env, cwd="/")
        os.close(slave)

    def expect(self, pattern):
        """Wait for the pattern; what came with it is consumed."""
        end = time.monotonic() + PATIENCE
        while True:
            m = re.search(pattern, self.seen)
            if m:
                self.seen = self.seen[m.end():]
                return m.group(0)
            if not self._read(end):
                raise Lost("%r did not come; there is: %r" % (pattern,
                                                              self.seen))

    def type(self, text):
        os.write(self.master, text.encode() + b"\n")

    def interrupt(self):
        os.write(self.master, b"\x03")

    def answer(self, pattern, text):
        self.expect(pattern)
        self.type(text)

    def end(self):
        """Read to the end; the exit status, negative for a signal."""
        limit = time.monotonic() + PATIENCE
        while self._read(limit):
            pass
        if time.monotonic() > limit:
            self.child.kill()
        self.status = self.child.wait(PATIENCE)
        os.close(self.master)
        return self.status

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        return self.end()

    def _read(self, end):
        left = end - time.monotonic()
        if left <= 0 or not select.select([self.master], [], [], left)[0]:
            return False
        try:
            more = os.read(self.master, 1 << 16)
        except OSError:  # EIO: the other side has closed
            return False
        self.seen += more.decode(errors="replace").replace("\r", "")
        return bool(more)


def _uid(user):
    import pwd
    return pwd.getpwnam(user).pw_uid


# --- sshd -----------------------------------------------------------------

class Sshd:
    """A real sshd of its own on 127.0.0.1, with PAM service NAME."""
    next_port = 2200

    def __init__(self, name, *settings):
        self.port = Sshd.next_port
        Sshd.next_port += 1
        home = "%s/%s.d" % (WORK, name)
        os.mkdir(home, 0o755)
        program = "%s/%s" % (home, name)
        os.symlink("/usr/sbin/sshd", program)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
            home + "/key")
        with open(home + "/config", "w", encoding="utf-8") as f:
            f.write("UsePAM yes\nListenAddress 127.0.0.1\nPort %d\n"
                    "HostKey %s/key\nPidFile none\nMaxStartups 500\n"
                    "KbdInteractiveAuthentication yes\nPrintMotd no\n"
                    "PasswordAuthentication yes\nLoginGraceTime 0\n%s\n"
                    % (self.port, home, "\n".join(settings)))
        self.daemon = subprocess.Popen(
            [program, "-D", "-f", home + "/config"],
            stdin=subprocess.DEVNULL)
        until(self.listening, "sshd listens")

    def listening(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, user, *more, source="127.0.0.1",
               method="keyboard-interactive", command="id -un", tty=False,
               env=None):
        """ssh on a terminal, about to ask for a password."""
        return Terminal(
            "ssh", "-F", "none", "-p", str(self.port), "-b", source,
            *(["-tt"] if tty else []),
            "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
            "-o", "UserKnownHostsFile=/dev/null",
            "-o", "PreferredAuthentications=" + method,
            "-o", "NumberOfPasswordPrompts=1", *more,
            user + "@127.0.0.1", command, env=env)

    def login(self, user, *answers, **more):
        """Answer each prompt; (exit status, all that was shown at last)."""
        t = self.client(user, **more)
        for answer in answers:
            t.answer(r"[Pp]assword: ", answer)
        status = t.end()
        return status, t.seen


# --- libpam itself --------------------------------------------------------

class Login:
    """The client in login.c: one login on the real libpam."""

    def __init__(self, service, user, answer, rhost="", session=False):
        argv = [os.environ["SIGRA_BUILD"] + "/tests/callers/login",
                service, user, rhost] + (["session"] if session else [])
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        if answer is not None:
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.write(answer)
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.close()

    def end(self):
        """{"authenticate": 0, ...}: what each call has returned."""
        out = self.child.stdout.read()
        self.child.wait(PATIENCE)
        self.child.stdout.close()
        return {n: int(v) for n, v in
                (line.split() for line in out.splitlines())}

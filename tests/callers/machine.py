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
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

OVERLAID = ("/etc", "/var", "/home", "/root", "/usr/local", "/run")
NODES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
WORK = "/run/machine"  # for files of the tests, inside
SYSLOG = WORK + "/syslog"
PATIENCE = 60  # seconds until something that hangs is called broken


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
    # A time-out of meson's must not leave the directory behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    top = tempfile.mkdtemp(prefix="sigra-machine-", dir="/tmp")
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                   "/sbin:/bin", "LC_ALL": "C.UTF-8", "SIGRA_MACHINE": top,
           "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("SIGRA_BUILD", "SIGRA_KILLS", "SIGRA_ROUNDS", "TERM"):
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
    # What lies below an overlay can be neither moved nor trusted.
    shutil.rmtree("/run/sigra", ignore_errors=True)
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


# --- what else goes on in it ----------------------------------------------

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

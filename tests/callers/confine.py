# SPDX-License-Identifier: MIT
"""confine.py PROGRAM ARGUMENT...: run it as systemd runs polkit's helper:
NoNewPrivileges, ProtectSystem=strict, ProtectHome, PrivateDevices,
RestrictAddressFamilies=AF_UNIX, MemoryDenyWriteExecute, LimitMEMLOCK=0.
Privileges themselves are the program's to drop, or setpriv's."""
import ctypes
import errno
import os
import resource
import socket
import subprocess
import sys

ALLOW, ERRNO = 0x7fff0000, 0x00050000  # of <seccomp.h>, like these:
NE, MASKED_EQ = 1, 7
WRITE_EXEC, EXEC = 6, 4  # of <sys/mman.h>


class Compare(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def mount(*argv):
    subprocess.run(["mount", *argv], check=True)


def paths():
    """Everything read-only, no home, no device that is one."""
    with open("/proc/self/mounts", encoding="utf-8") as f:
        points = [line.split()[1] for line in f]
    for path in points:
        if not path.startswith(("/proc", "/dev", "/sys")):
            mount("-o", "remount,bind,ro", path)
    mount("-t", "tmpfs", "-o", "mode=0,ro", "none", "/home")
    mount("-t", "tmpfs", "-o", "mode=0755", "none", "/dev")
    for minor, name in ((3, "null"), (5, "zero"), (9, "urandom")):
        os.mknod("/dev/" + name, 0o20666, os.makedev(1, minor))
        os.chmod("/dev/" + name, 0o666)
    mount("-o", "remount,ro", "/dev")


def calls():
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p

    def refuse(name, code, compare):
        if lib.seccomp_rule_add_array(
                ctypes.c_void_p(ctx), ctypes.c_uint32(ERRNO | code),
                lib.seccomp_syscall_resolve_name(name), ctypes.c_uint(1),
                ctypes.byref(compare)) != 0:
            sys.exit("cannot add a rule")
    ctx = lib.seccomp_init(ctypes.c_uint32(ALLOW))
    refuse(b"socket", errno.EAFNOSUPPORT, Compare(0, NE, socket.AF_UNIX, 0))
    refuse(b"mmap", errno.EPERM,
           Compare(2, MASKED_EQ, WRITE_EXEC, WRITE_EXEC))
    refuse(b"mprotect", errno.EPERM, Compare(2, MASKED_EQ, EXEC, EXEC))
    if ctypes.CDLL(None).prctl(38, 1, 0, 0, 0) != 0:  # no new privileges
        sys.exit("cannot give up privileges")
    if lib.seccomp_load(ctypes.c_void_p(ctx)) != 0:
        sys.exit("cannot load the filter")


def main():
    if os.environ.pop("SIGRA_CONFINE", None) is None:
        os.environ["SIGRA_CONFINE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable,
                              *sys.argv])
    paths()
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    calls()
    os.execvp(sys.argv[1], sys.argv[1:])


main()

# SPDX-License-Identifier: MIT
"""TAP, a trial store in a directory of its own, and sigractl to call."""
import atexit
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

SIGRACTL = os.path.abspath(sys.argv[1])
points = 0
failures = 0


def check(ok, what, note=None):
    global points, failures
    points += 1
    failures += 0 if ok else 1
    print('%sok %d - %s' % ('' if ok else 'not ', points, what))
    if not ok and note is not None:
        for line in str(note).splitlines():
            print('# ' + line)
    sys.stdout.flush()
    return ok


def skip(why):
    global points
    points += 1
    print('ok %d # SKIP %s' % (points, why))


def done():
    print('1..%d' % points)
    sys.exit(0 if failures == 0 and points > 0 else 1)


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def text(self):
        return '%r: exit %d\n%s\n%s' % (self.args, self.code, self.out,
                                        self.err)

    def json(self):
        return json.loads(self.out)


def environment(**more):
    # No core dumps also means no leak checker: it would have to trace.
    env = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8',
           'ASAN_OPTIONS': 'detect_leaks=0'}
    env.update(more)
    return env


def call(*args, data=b'', env=None, cwd=None, user=None):
    if isinstance(data, str):
        data = data.encode()
    p = subprocess.run([SIGRACTL] + list(args), input=data,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=environment() if env is None else env, cwd=cwd,
                       user=user, start_new_session=True, timeout=120)
    return Result(args, p.returncode, p.stdout.decode(), p.stderr.decode())


def expect(result, code, what, out=None, err=None):
    """Exit code, and patterns that standard output and error must hold; an
    error leaves standard output empty."""
    ok = result.code == code
    if out is not None:
        ok = ok and re.search(out, result.out) is not None
    if err is not None:
        ok = ok and re.search(err, result.err) is not None
    if code in (2, 3, 4, 5, 7) and result.out != '':
        ok = False
    return check(ok, what, result.text())


class Trial:
    """A store, its key, and the directory they are in."""

    def __init__(self, init=True):
        self.dir = tempfile.mkdtemp(prefix='sigra-cli.')
        self.db = self.dir + '/store/sigra.db'
        self.key = self.dir + '/store/sigra.key'
        atexit.register(self.end)
        self.where = 'sqlite:' + self.db
        if init:
            r = self('init')
            check(r.code == 0, 'a trial store is made', r.text())

    def __call__(self, *args, **more):
        return call('-s', self.where, *args, **more)

    def json(self, *args, **more):
        r = self('--json', *args, **more)
        check(r.code == 0 and r.err == '', 'json of ' + ' '.join(args),
              r.text())
        return r.json()

    def sql(self, text, *values):
        con = sqlite3.connect(self.db)
        try:
            rows = con.execute(text, values).fetchall()
            con.commit()
            return rows
        finally:
            con.close()

    def audit(self):
        """(action, meta) of every row, oldest first."""
        return [(a, json.loads(m)) for a, m in
                self.sql('SELECT action, meta FROM audit ORDER BY seq')]

    def end(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def machine():
    """The test once more, in a mount namespace of its own where it is root and
    the directory of the installed configuration can be written; else False."""
    config = re.search(r'/\S+/sigra\.conf', call('help').out).group(0)
    top = os.path.dirname(os.path.dirname(config))
    if os.getuid() != 0 or not os.path.isdir(top):
        return False
    if os.environ.get('SIGRA_TEST_MACHINE') != str(os.getppid()):
        # The shell stays, and so it is our parent.
        script = ('copy=$(mktemp -d /tmp/sigra-cli.XXXXXX); '
                  'cp -a "$0/." "$copy" && mount --bind "$copy" "$0" && '
                  'SIGRA_TEST_MACHINE=$$ "$@"; end=$?; umount "$0"; '
                  'rm -rf "$copy"; exit $end')
        if subprocess.run(['unshare', '--mount', 'true'],
                          stderr=subprocess.DEVNULL).returncode != 0:
            return False
        sys.exit(subprocess.run(['unshare', '--mount', '--propagation',
                                 'private', 'sh', '-c', script, top,
                                 sys.executable] + sys.argv).returncode)
    os.makedirs(os.path.dirname(config), exist_ok=True)
    os.chmod(os.path.dirname(config), 0o755)
    return config


def terminal_fork():
    """pty.fork(), and signals as at a login: who calls us by nohup(1), or in
    the background of a script, has them ignored, which is inherited."""
    pid, fd = pty.fork()
    if pid == 0:
        for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(sig, signal.SIG_DFL)
    return pid, fd


class Terminal:
    """sigractl on a pseudo-terminal that is its controlling one; OUT: a file
    that standard output goes to instead."""

    def __init__(self, *args, env=None, program=SIGRACTL, out=None):
        self.seen = b''
        self.pid, self.fd = terminal_fork()
        if self.pid == 0:
            if out is not None:
                os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                                0o600), 1)
            os.execve(program, [program] + list(args),
                      environment() if env is None else env)

    def read_until(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            try:
                some = os.read(self.fd, 4096)
            except OSError:
                break
            if some == b'':
                break
            self.seen += some
        return text in self.seen

    def type(self, text):
        self.seen = b''
        os.write(self.fd, text)

    def wait(self):
        """(exit code, signal); the rest of the output is in seen."""
        while True:
            ended, how = os.waitpid(self.pid, os.WNOHANG)
            self.read_until(b'\0never', 0.05)
            if ended != 0:
                break
        if os.WIFSIGNALED(how):
            return None, os.WTERMSIG(how)
        return os.WEXITSTATUS(how), None


def shape_parse(text):
    """'a,b{c},d[e]' as nested dictionaries; the kind is the key's ending."""
    at = 0

    def members(end):
        nonlocal at
        out = {}
        while True:
            name = re.match(r'[a-z0-9_]+', text[at:]).group(0)
            at += len(name)
            kind, inner = '', None
            if at < len(text) and text[at] in '{[':
                kind = text[at]
                close = '}' if kind == '{' else ']'
                at += 1
                inner = {} if text[at] == close else members(close)
                assert text[at] == close
                at += 1
            out[name] = (kind, inner)
            if at == len(text) or text[at] == end:
                return out
            assert text[at] == ','
            at += 1

    return members(None)


def shape_wrong(shape, value, path=''):
    """Where VALUE is not as SHAPE says; None when it is."""
    if not isinstance(value, dict):
        return path + ': no object'
    if set(value) != set(shape):
        return '%s: %s' % (path, sorted(set(value) ^ set(shape)))
    for name, (kind, inner) in shape.items():
        v, here = value[name], path + '.' + name
        if kind == '' and isinstance(v, (dict, list)) and name != 'meta':
            return here + ': not a plain value'
        if kind == '{' and v is not None:
            wrong = shape_wrong(inner, v, here)
            if wrong is not None:
                return wrong
        if kind == '[':
            if not isinstance(v, list):
                return here + ': no array'
            for one in v:
                if inner == {} and not isinstance(one, str):
                    return here + ': not strings'
                wrong = shape_wrong(inner, one, here) if inner else None
                if wrong is not None:
                    return wrong
    return None


def wide(text, columns=80):
    """Lines that do not fit a terminal."""
    return [l for l in text.splitlines() if len(l) > columns]

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The hidden prompt: nothing is echoed, and the terminal survives anything.
from cli import *
import termios

t = Trial()
t('user', 'add', 'ann')


def echo(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def prompt(*more):
    term = Terminal('-s', t.where, 'password', 'set', 'ann', *more)
    # A descriptor of our own for the terminal outlives the program.
    term.slave = os.open(ptsname(term.fd), os.O_RDWR | os.O_NOCTTY)
    return term


def ptsname(fd):
    import ctypes
    libc = ctypes.CDLL(None)
    libc.ptsname.restype = ctypes.c_char_p
    return libc.ptsname(fd).decode()


term = prompt()
check(term.read_until(b'New password: '), 'the first prompt', term.seen)
check(not echo(term.slave), 'the echo is off')
term.type(b'typed horse 1\n')
check(term.read_until(b'Retype new password: '), 'the second prompt')
check(b'horse' not in term.seen, 'nothing was echoed', term.seen)
term.type(b'typed horse 1\n')
code = term.wait()
check(code == (0, None) and b'Set the password of ann' in term.seen and
      b'horse' not in term.seen, 'is set', (code, term.seen))
check(echo(term.slave), 'the echo is on again')
check(t.json('user', 'show', 'ann')['password']['kind'] == 'argon2id',
      'in the store, too')

for name, byte, sig in [('Ctrl-C', b'\x03', signal.SIGINT),
                        ('Ctrl-\\', b'\x1c', signal.SIGQUIT)]:
    for typed in [b'', b'half a pass']:
        term = prompt()
        term.read_until(b'New password: ')
        os.write(term.fd, typed + byte)
        code = term.wait()
        check(code == (None, sig), name + ' ends it as it ends anything',
              code)
        check(echo(term.slave), name + ' leaves the echo on')
        check(b'half' not in term.seen, 'and shows nothing')

for sig in [signal.SIGTERM, signal.SIGHUP]:
    term = prompt()
    term.read_until(b'New password: ')
    os.kill(term.pid, sig)
    code = term.wait()
    check(code == (None, sig) and echo(term.slave),
          '%s leaves the echo on' % sig.name, code)

# At the second prompt, too.
term = prompt()
term.read_until(b'New password: ')
term.type(b'typed horse 2\n')
term.read_until(b'Retype new password: ')
term.type(b'\x03')
code = term.wait()
check(code == (None, signal.SIGINT) and echo(term.slave),
      'Ctrl-C at the second prompt', code)

# Ctrl-Z: the echo is on while it is stopped, off again afterwards.  A shell
# with job control stands between, or nobody would be there to stop for.
term = Terminal('-mc', '"$0" "$@"; echo stopped; read x; fg', SIGRACTL, '-s',
                t.where, 'password', 'set', 'ann', program='/bin/bash')
term.slave = os.open(ptsname(term.fd), os.O_RDWR | os.O_NOCTTY)
check(term.read_until(b'New password: '), 'under a shell', term.seen)
term.type(b'\x1a')
check(term.read_until(b'stopped\r\n'), 'Ctrl-Z stops it', term.seen)
check(echo(term.slave), 'stopped, the echo is on')
term.type(b'\n')
check(term.read_until(b'New password: '), 'continued, it asks again',
      term.seen)
check(not echo(term.slave), 'and the echo is off')
term.type(b'typed horse 5\n')
term.read_until(b'Retype new password: ')
term.type(b'typed horse 5\n')
code = term.wait()
check(code == (0, None) and echo(term.slave) and b'Set the' in term.seen,
      'and goes on to the end', (code, term.seen))

term = prompt()
term.read_until(b'New password: ')
term.type(b'typed horse 3\n')
term.read_until(b'Retype new password: ')
term.type(b'typed horse 4\n')
code = term.wait()
check(code == (2, None) and b'do not match' in term.seen,
      'two that differ', (code, term.seen))

term = prompt()
term.read_until(b'New password: ')
term.type(b'\x04')
code = term.wait()
check(code == (1, None) and echo(term.slave), 'end of file', code)

term = prompt()
term.read_until(b'New password: ')
term.type(b'q' * 512 + b'\n')
code = term.wait()
check(code == (6, None) and b'longer than 510' in term.seen,
      'more than 510 bytes', (code, term.seen[-200:]))

term = prompt('--stdin')
code = term.wait()
check(code == (2, None) and b'leave --stdin out' in term.seen,
      '--stdin is not for a terminal', (code, term.seen))

# The prompt is not written into a file.
out = t.dir + '/out'
pid, fd = terminal_fork()
if pid == 0:
    o = os.open(out, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(o, 1)
    os.execve(SIGRACTL, [SIGRACTL, '-s', t.where, 'password', 'check'],
              environment())
seen = b''
while b'Password: ' not in seen:
    seen += os.read(fd, 1024)
os.write(fd, b'an unheard horse\n')
_, how = os.waitpid(pid, 0)
check(os.WEXITSTATUS(how) == 0 and
      open(out).read().startswith('It would be accepted.\n'),
      'prompts go to the terminal, answers to standard output')
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# key export on a terminal: text, and a QR code that a reader reads.
from cli import *
import fcntl
import struct
import termios

HALF = {' ': (0, 0), '\u2580': (1, 0), '\u2584': (0, 1), '\u2588': (1, 1)}
PIXELS = 4  # a module


def shown(t, columns=80, **env):
    """(exit, what stands on the terminal)"""
    pid, fd = pty.fork()
    if pid == 0:
        time.sleep(0.1)
        os.execve(SIGRACTL, [SIGRACTL, '-s', t.where, 'key', 'export'],
                  environment(**env))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('4H', 50, columns, 0, 0))
    seen = b''
    while True:
        try:
            some = os.read(fd, 65536)
        except OSError:
            break
        if not some:
            break
        seen += some
    return os.WEXITSTATUS(os.waitpid(pid, 0)[1]), \
        seen.decode().replace('\r\n', '\n')


def modules(lines):
    """Rows of modules, 1 for light, of either kind of glyphs."""
    if all(set(l) <= set('# ') for l in lines):
        return [[int(l[i] == '#') for i in range(0, len(l), 2)]
                for l in lines]
    rows = []
    for l in lines:
        rows.append([HALF[c][0] for c in l])
        rows.append([HALF[c][1] for c in l])
    return rows


def code(text):
    return [l for l in text.split('\n')
            if l and set(l) <= set('# ') | set(HALF)]


def pbm(rows, path):
    with open(path, 'w') as f:
        f.write('P1\n%d %d\n' % (len(rows[0]) * PIXELS, len(rows) * PIXELS))
        for row in rows:
            line = ' '.join(' '.join(str(1 - m) for _ in range(PIXELS))
                            for m in row)
            f.write((line + '\n') * PIXELS)


def read_back(rows, path):
    pbm(rows, path)
    return subprocess.run(['zbarimg', '-q', '--raw', path],
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout.strip()


t = Trial()
paper = t.dir + '/paper'
t('key', 'export', '--file', paper)
line = open(paper).read().strip()
for what, env, glyphs in [('UTF-8', {}, '\u2588'),
                          ('C', {'LC_ALL': 'C'}, '#')]:
    status, text = shown(t, **env)
    rows = modules(code(text))
    check(status == 0 and line in text.split('\n'), what + ': the text', text)
    check(glyphs in text and not wide("\n".join(code(text)), 79),
          what + ': it fits', text)
    quiet = rows[:4] + [r[:4] + r[-4:] for r in rows] + \
        rows[-4:] if rows else [[0]]
    check(all(all(r) for r in quiet), what + ': has its quiet zone', text)
    if shutil.which('zbarimg', path='/usr/bin:/bin'):
        got = read_back(rows, t.dir + '/qr.pbm')
        check(got == 'QR-Code:' + line or got == line,
              what + ': is read back', '%s\n%s' % (got, text))
    else:
        skip('no zbarimg')
status, text = shown(t, columns=30)
check(status == 0 and code(text) == [] and line in text and 'narrow' in text,
      'a narrow terminal has the text alone', text)
check([a for a, _ in t.audit()][-4:] == ['key.exported'] * 4,
      'each is audited')
r = t('key', 'export')
check(r.code == 2 and line not in r.out + r.err, 'never into a pipe',
      r.text())
r = t('--json', 'key', 'export')
check(r.code == 2 and line not in r.out + r.err, 'nor as JSON', r.text())
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# QR codes on a terminal and in files, read back; key export, which has one.
from cli import *
import fcntl
import struct
import termios
import terminal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

# pylint: disable=wrong-import-position
import scan

DRAW = os.path.abspath(sys.argv[2])
# As long as they get with a key of 32 letters.
URI = ('otpauth://totp/host.example:ann%40host.example'
       '?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=host.example')
UTF8, PLAIN = {'LC_ALL': 'C.UTF-8'}, {'LC_ALL': 'C'}

def shown(t, columns=80, **env):
    """(exit, what stands on the terminal)"""
    pid, fd = terminal_fork()
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


t = Trial()
paper = t.dir + '/paper'
t('key', 'export', '--file', paper)
line = open(paper).read().strip()
for what, env, glyphs in [('UTF-8', {}, '\u2588'),
                          ('C', {'LC_ALL': 'C'}, '#')]:
    status, text = shown(t, **env)
    rows = scan.modules(scan.glyphs(text))
    check(status == 0 and line in text.split('\n'), what + ': the text', text)
    check(glyphs in text and not wide("\n".join(scan.glyphs(text)), 79),
          what + ': it fits', text)
    quiet = rows[:4] + [r[:4] + r[-4:] for r in rows] + \
        rows[-4:] if rows else [[0]]
    check(all(all(r) for r in quiet), what + ': has its quiet zone', text)
    if shutil.which('zbarimg', path='/usr/bin:/bin'):
        got = scan.scan(text)
        check(got == 'QR-Code:' + line or got == line,
              what + ': is read back', '%s\n%s' % (got, text))
    else:
        skip('no zbarimg')
status, text = shown(t, columns=30)
check(status == 0 and scan.glyphs(text) == [] and line in text and
      'narrow' in text, 'a narrow terminal has the text alone', text)
check([a for a, _ in t.audit()][-4:] == ['key.exported'] * 4,
      'each is audited')
r = t('key', 'export')
check(r.code == 2 and line not in r.out + r.err, 'never into a pipe',
      r.text())
r = t('--json', 'key', 'export')
check(r.code == 2 and line not in r.out + r.err, 'nor as JSON', r.text())


def tool(name):
    return shutil.which(name, path='/usr/bin:/bin') is not None


def on_terminals():
    # what, how, the locale, without colours, columns, dark, is it drawn?
    cases = [(how, env, no, columns, dark, fits)
             for env, columns, fits in [(UTF8, 80, True), (UTF8, 132, True),
                                        (PLAIN, 132, True),
                                        (PLAIN, 80, False)]
             for how, no, dark in [('show', False, True),
                                   ('show', False, False),
                                   ('invert', False, True),
                                   ('show', True, True),
                                   ('invert', True, False)]]
    tmux = terminal.Tmux(t.dir)
    for how, env, no, columns, dark, fits in cases:
        seen = tmux.show([DRAW, how, URI], columns,
                         env={**env, **({'NO_COLOR': '1'} if no else {})})
        what = '%s, %d columns, %s ground, %s%s' % (
            env['LC_ALL'], columns, 'dark' if dark else 'light', how,
            ', NO_COLOR' if no else '')
        check(('\033' in seen) == (fits and not no),
              what + ': colours where they may be', seen)
        if fits:
            got = terminal.scan(seen, t.dir + '/seen.pgm', dark)
            check(got == URI, what + ': is read back', got + '\n' + seen)
        else:
            check('too narrow for the QR code (90 columns): give it up, or '
                  'a UTF-8 locale' in seen.replace('\n', '') and
                  '##' not in seen and 'Scan this' not in seen,
                  what + ': is too wide, and says so', seen)
    for rows, lines, no in [(25, 25, {}), (24, 23, {}), (23, 23, {}),
                            (24, 23, {'NO_COLOR': '1'})]:
        seen = tmux.show([DRAW, 'show', URI], 80, rows, {**UTF8, **no})
        check(terminal.scan(seen, t.dir + '/seen.pgm') == URI and
              len(seen.rstrip().split('\n')) == lines and
              'Scan this:' in seen and 'enlarge' not in seen,
              'with a line above and a prompt below it fits %d lines' % rows,
              seen)
    seen = tmux.show([DRAW, 'show', URI], 80, 22, UTF8)
    check(terminal.scan(seen, t.dir + '/seen.pgm') == URI and
          'enlarge' not in seen, 'in 22 lines without the line above', seen)
    seen = tmux.show([DRAW, 'show', URI], 80, 21, UTF8, history=True)
    check('this terminal has 21 lines, the code needs 22: enlarge it, or give '
          'it up' in seen.replace('\n', '').split('Scan this')[0],
          'where it does not fit this is said before', seen)
    seen = tmux.show([DRAW, 'show', 'x' * 600], 132, 24, UTF8)
    check('too long for a QR code' in seen, 'what has no code', seen)
    seen = tmux.show([SIGRACTL, '-s', t.where, 'key', 'export'], 80, 50, UTF8)
    check(terminal.scan(seen, t.dir + '/seen.pgm') == line and
          '\033[48;5;231m' in seen or '48;5;231' in seen,
          'key export has colours, too', seen)


def at_enrollment():
    """A person's whole view: the code, the key, the question."""
    tmux = terminal.Tmux(t.dir)
    t('user', 'add', 'alice')
    for kind, columns, rows, env in [('totp', 80, 24, UTF8),
                                     ('hotp', 80, 24, UTF8),
                                     ('totp', 80, 24,
                                      {**UTF8, 'NO_COLOR': '1'})]:
        seen = tmux.show([SIGRACTL, '-s', t.where, 'enroll', kind, 'alice',
                          '--issuer', 'web7.example.org'], columns, rows, env,
                         until='code: ')
        got = terminal.scan(seen, t.dir + '/seen.pgm')
        lines = re.sub('\033\\[[0-9;]*m', '', seen).rstrip().split('\n')
        key = re.search('secret=([A-Z2-7]+)', got)
        check(got.startswith('otpauth://%s/web7.example.org:alice?secret='
                             % kind) and key and
              lines[0].strip() == 'Scan this with an authenticator app:' and
              lines[-2].startswith('Or type in the key: ') and
              key.group(1) in lines[-2].replace(' ', '') and
              lines[-1].strip() == 'One-time code:' and
              'warning' not in seen and len(lines) <= 24,
              'enroll %s in %dx%d: all of it is there' % (kind, columns, rows),
              '%r\n%s' % (got, seen))
    seen = tmux.show([SIGRACTL, '-s', t.where, 'enroll', 'totp', 'alice'],
                     80, 18, UTF8, until='code: ', history=True)
    check('this terminal has 18 lines, the code needs ' in seen and
          'enlarge it, or use --png FILE' in seen.replace('\n', ''),
          'enroll in 18 lines', seen)
    seen = tmux.show([SIGRACTL, '-s', t.where, 'enroll', 'totp', 'alice'],
                     80, 24, PLAIN, until='code: ')
    text = seen.replace('\n', '')
    check('too narrow for the QR code (' in text and
          'use --png FILE, or a UTF-8 locale' in text and
          '\nType in the key: ' in seen and 'Scan this' not in seen,
          'enroll where it does not fit', seen)


def in_files():
    for text in [URI, 'a', 'x' * 500]:
        for ending in ['.png', '.SVG']:
            path = t.dir + '/code' + ending
            r = subprocess.run([DRAW, path, text], check=False)
            check(r.returncode == 0, 'a picture is written')
            if ending == '.SVG':
                svg = open(path).read()
                check('<script' not in svg and 'href' not in svg and
                      text[:20] not in svg or text == 'a',
                      'nothing but a picture', svg)
                if not tool('rsvg-convert'):
                    skip('no rsvg-convert')
                    continue
                subprocess.run(['rsvg-convert', '-o', path + '.png', path],
                               check=True)
                path += '.png'
            head = open(path, 'rb').read(33)
            side = struct.unpack('>II', head[16:24])
            check(side[0] == side[1] and side[0] % 8 == 0 and
                  (ending != '.png' or head[24:26] == b'\x01\x00'),
                  '%s of %d: 8 pixels a module' % (ending, len(text)), head)
            check(terminal.read(path) == text,
                  '%s of %d: is read back' % (ending, len(text)))
    r = subprocess.run([DRAW, t.dir + '/code.gif', 'a'], check=False,
                       stderr=subprocess.PIPE)
    check(r.returncode == 1, 'no other kind')
    for path in ['full.png', 'full.svg']:
        os.symlink('/dev/full', t.dir + '/' + path)
        r = subprocess.run([DRAW, t.dir + '/' + path, URI], check=False,
                           stderr=subprocess.PIPE)
        check(r.returncode == 1 and b'No space' in r.stderr,
              path + ': a disk that is full', r.stderr)
    r = subprocess.run([DRAW, t.dir + '/long.png', 'x' * 600], check=False,
                       stderr=subprocess.PIPE)
    check(r.returncode == 1 and b'too long' in r.stderr, 'too long', r.stderr)


if tool('zbarimg'):
    in_files()
    if tool('tmux'):
        on_terminals()
        at_enrollment()
    else:
        skip('no tmux')
else:
    skip('no zbarimg')
t.end()
done()

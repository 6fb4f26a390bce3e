# SPDX-License-Identifier: MIT
"""A terminal as a camera sees it: tmux runs the program, what it shows with
all its colours becomes a picture, and zbarimg reads that."""
import os
import re
import shlex
import subprocess
import time

# A cell is twice as high as it is wide: (upper, lower), 1 for ink.
CELLS = {' ': (0, 0), '\u2580': (1, 0), '\u2584': (0, 1), '\u2588': (1, 1),
         '#': (1, 1)}
LETTER = (1, 0)  # of any other: something that is neither
PIXELS = 4       # half a cell's side
GREY = {16: 0, 231: 255}
MARK = 'that-is-all'


class Tmux:
    def __init__(self, directory):
        self.directory, self.shows = directory, 0
        self.socket = None

    def call(self, *args):
        r = subprocess.run(['tmux', '-f', '/dev/null', '-S', self.socket] +
                           list(args), stdout=subprocess.PIPE, check=True,
                           env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8',
                                'SHELL': '/bin/sh'})
        return r.stdout.decode()

    def show(self, command, columns=80, rows=50, env=None, until=MARK,
             history=False):
        """What stands on the terminal, with its escape codes; and what has
        gone past its upper edge."""
        # The server of the last one may not have gone yet.
        self.shows += 1
        self.socket = os.path.join(self.directory, 'tmux.%d' % self.shows)
        line = ' '.join(shlex.quote(w) for w in
                        ['env', '-u', 'NO_COLOR', '-u', 'LANG'] +
                        ['%s=%s' % v for v in (env or {}).items()] + command)
        self.call('new-session', '-d', '-x', str(columns), '-y', str(rows),
                  'stty -echo; %s; printf %s; read x' % (line, MARK))
        end = time.monotonic() + 60
        seen = ''
        while until not in seen and time.monotonic() < end:
            time.sleep(0.02)
            seen = self.call('capture-pane', '-p', '-e', '-N',
                             *(['-S', '-'] if history else []))
        self.call('kill-server')
        return seen


def colours(params, state):
    """SGR, as far as any of ours goes."""
    codes = [int(p or 0) for p in params.split(';')]
    while codes:
        c = codes.pop(0)
        if c == 0:
            state.update(fg=None, bg=None, reverse=False)
        elif c in (7, 27):
            state['reverse'] = c == 7
        elif c in (39, 49):
            state['fg' if c == 39 else 'bg'] = None
        elif c in (38, 48) and codes[:1] == [5]:
            state['fg' if c == 38 else 'bg'] = GREY[codes[1]]
            codes = codes[2:]
        else:
            raise ValueError('SGR %d' % c)


def pixels(text, fg, bg):
    """Rows of half cells, as grey values."""
    out = []
    # tmux says a colour once, and not again in the next line.
    state = {'fg': None, 'bg': None, 'reverse': False}
    for line in text.rstrip('\n').split('\n'):
        upper, lower = [], []
        for sgr, glyph in re.findall(r'\033\[([0-9;]*)m|([^\033])', line):
            if not glyph:
                colours(sgr, state)
                continue
            ink = fg if state['fg'] is None else state['fg']
            ground = bg if state['bg'] is None else state['bg']
            if state['reverse']:
                ink, ground = ground, ink
            up, low = CELLS.get(glyph, LETTER)
            upper.append(ink if up else ground)
            lower.append(ink if low else ground)
        out += [upper, lower]
    wide = max(map(len, out))
    return [row + [bg] * (wide - len(row)) for row in out]


def read(path):
    """What zbarimg finds in a picture."""
    return subprocess.run(['zbarimg', '-q', '--raw', '-Sdisable',
                           '-Sqrcode.enable', path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL,
                          check=False).stdout.decode().rstrip('\n')


def scan(text, path, dark=True):
    """What a camera reads off a terminal with light letters on a dark
    ground, or the other way round."""
    rows = pixels(text, *((229, 26) if dark else (26, 229)))
    with open(path, 'wb') as f:
        f.write(b'P5\n%d %d\n255\n' % (len(rows[0]) * PIXELS,
                                       len(rows) * PIXELS))
        for row in rows:
            f.write(b''.join(bytes([v]) * PIXELS for v in row) * PIXELS)
    return read(path)

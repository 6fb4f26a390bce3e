# SPDX-License-Identifier: MIT
"""Reads QR codes off a terminal: what stands there becomes a picture, and
zbarimg, which knows nothing of us, says what it finds in it."""
import os
import subprocess
import tempfile

HALF = {' ': (0, 0), '\u2580': (1, 0), '\u2584': (0, 1), '\u2588': (1, 1)}
PIXELS = (4, 3, 6, 8)  # a module; no one size is read of every code
WIDTH_MIN = 25  # the smallest code with half its quiet zone


def glyphs(text):
    """The lines that a code is drawn with."""
    return [l for l in text.split('\n')
            if len(l) >= WIDTH_MIN and set(l) <= set('# ') | set(HALF)]


def modules(lines):
    """Rows of modules, 1 for what is drawn, of either kind of glyphs."""
    if all(set(l) <= set('# ') for l in lines):
        return [[int(l[i] == '#') for i in range(0, len(l), 2)]
                for l in lines]
    rows = []
    for l in lines:
        rows.append([HALF[c][0] for c in l])
        rows.append([HALF[c][1] for c in l])
    return rows


def picture(rows, path, light=1, pixels=PIXELS[0]):
    """A bitmap; LIGHT: whether what is drawn is the light part."""
    with open(path, 'w', encoding='ascii') as f:
        f.write('P1\n%d %d\n' % (len(rows[0]) * pixels, len(rows) * pixels))
        for row in rows:
            line = ' '.join(' '.join(str(int(m != light))
                                     for _ in range(pixels)) for m in row)
            f.write((line + '\n') * pixels)


def read(path):
    """What zbarimg finds in a picture."""
    r = subprocess.run(['zbarimg', '-q', '--raw', path],
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       text=True, check=False)
    return r.stdout.strip()


def scan(text, light=1):
    """What the code on this terminal says; None when there is none."""
    rows = modules(glyphs(text))
    if not rows:
        return None
    width = max(map(len, rows))
    rows = [r + [0] * (width - len(r)) for r in rows]
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'code.pbm')
        for pixels in PIXELS:
            picture(rows, path, light, pixels)
            found = read(path)
            if found:
                return found
    return ''

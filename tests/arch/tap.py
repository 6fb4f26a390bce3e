# SPDX-License-Identifier: MIT
"""TAP for the checks of this folder, and the sources they look at."""
import os
import re
import sys

points = 0
failures = 0


def point(what, wrong=()):
    """One test point; each of WRONG says what is wrong and where."""
    global points, failures
    points += 1
    failures += bool(wrong)
    print(f"{'not ' if wrong else ''}ok {points} - {what}")
    for line in wrong:
        print(f'# {line}')


def skip(what, why):
    global points
    points += 1
    print(f'ok {points} - {what} # SKIP {why}')


def done():
    print(f'1..{points}')
    sys.exit(1 if failures or not points else 0)


def sources(root, folders, suffixes):
    """(path below ROOT, its text) for each source file, in order."""
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below.sort()
            for name in sorted(names):
                if name.endswith(suffixes):
                    path = os.path.join(where, name)
                    with open(path, encoding='utf-8') as f:
                        yield os.path.relpath(path, root), f.read()


C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                     r"|'(?:\\.|[^'\\\n])*'", re.S)


def code(text):
    """C without comments and literals; every line keeps its number."""
    def blank(m):
        quote = m.group()[0]
        kept = '\n' * m.group().count('\n')
        return quote + kept + quote if quote in '"\'' else ' ' + kept
    return C_TOKEN.sub(blank, text)

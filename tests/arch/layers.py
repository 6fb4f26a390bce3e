#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds LAYERS: who may include whom, and which room may know which library.

A header that LAYERS names is for the rooms that name it; one that it does
not name must be of the C library or the kernel."""
import os
import re
import shutil
import sys
import tempfile

import tap

FOLDERS = ('lib', 'pam_sigra', 'sigractl')
SUFFIXES = ('.c', '.h', '.def')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
LIBC = re.compile(r'((asm|asm-generic|linux|sys|net|netinet|netpacket)/.*|'
                  r'(assert|byteswap|ctype|dirent|dlfcn|elf|endian|errno|'
                  r'execinfo|fcntl|fnmatch|ftw|getopt|glob|grp|ifaddrs|'
                  r'inttypes|langinfo|libgen|limits|link|locale|malloc|math|'
                  r'mntent|netdb|paths|poll|pthread|pty|pwd|regex|sched|'
                  r'search|semaphore|setjmp|shadow|signal|spawn|stdalign|'
                  r'stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|'
                  r'stdnoreturn|string|strings|syslog|termios|threads|time|'
                  r'uchar|ucontext|unistd|utime|utmp|utmpx|wait|wchar|wctype|'
                  r'wordexp|arpa/inet)\.h)$')


def layers(root):
    """room -> (rooms it may include, foreign headers it may include)"""
    rooms = {}
    with open(os.path.join(root, 'LAYERS'), encoding='utf-8') as f:
        for line in f:
            if line.startswith('#') or not line.strip():
                continue
            name, rest = line.split(':', 1)
            below, foreign = rest.split('|', 1)
            rooms[name.strip()] = (below.split(), foreign.split())
    return rooms


def room_of(path, rooms):
    """The room whose folder is the longest that PATH lies in, or None."""
    path = path[4:] if path.startswith('lib/') else path
    fits = [r for r in rooms if path.startswith(r + '/')]
    return max(fits, key=len, default=None)


def named(header, foreign):
    return any(header == f or f.endswith('/') and header.startswith(f)
               for f in foreign)


def judge(room, quote, header, rooms):
    """What is wrong with this include in this room, or None."""
    below, foreign = rooms[room]
    if quote == '<':
        if named(header, foreign):
            return None
        if any(named(header, f) for _, f in rooms.values()):
            return 'is fenced off: LAYERS gives it to other rooms'
        return None if LIBC.match(header) else 'stands nowhere in LAYERS'
    other = room_of(header, rooms)
    word = room.split('/')[-1]
    if other is None and header.startswith((word + '/', word + '_')):
        other = room  # "sigrad/host.h"; "sqlite_sql.h", which meson makes
    if other is None:
        return 'carries no room'
    if other != room and other not in below and header not in below:
        return f'is of a room that {room} may not include'
    return None


def check(root):
    """Each breach of LAYERS below ROOT, as one sentence."""
    rooms = layers(root)
    wrong = [f'LAYERS: {room} may include {other}, which is no room'
             for room, (below, _) in rooms.items() for other in below
             if other not in rooms and room_of(other, rooms) is None]
    for path, text in tap.sources(root, FOLDERS, SUFFIXES):
        room = room_of(path, rooms)
        if room is None:
            wrong.append(f'{path}: lies in no room of LAYERS')
            continue
        for m in INCLUDE.finditer(text):
            why = judge(room, m.group(1), m.group(2), rooms)
            if why:
                line = text.count('\n', 0, m.start(1)) + 1
                wrong.append(f'{path}:{line}: {m.group(2)} {why}')
    return wrong


PLANTS = (
    ('lib/policy/policy.h', '#include <stdio.h>'),
    ('lib/policy/policy.h', '#include "store/store.h"'),
    ('lib/store/store.h', '# include  "crypto/crypto.h"'),
    ('lib/store/store.h', '#include <sqlite3.h>'),
    ('lib/base/text.h', '#include "policy/policy.h"'),
    ('lib/config/config.h', '#include "text.h"'),
    ('lib/audit/audit.h', '#include <openssl/evp.h>'),
    ('lib/audit/audit.h', '#include <security/pam_modules.h>'),
    ('lib/wire/wire.h', '\t#\tinclude "session/session.h"'),
    ('lib/nowhere/nowhere.h', ''),
    ('sigractl/planted.c', '#include "store/sqlite/sqlite.h"'),
    ('sigractl/planted.c', '#include <security/pam_appl.h>'),
    ('pam_sigra/module/planted.c', '#include "store/store.h"'),
    ('pam_sigra/module/planted.c', '#include <jansson.h>'),
    ('pam_sigra/sigrad/planted.c', '#include <security/pam_appl.h>'),
    ('pam_sigra/planted.c', '#include <string.h>'),
)


def plant(root, path, line):
    """Is LINE in a copy of the tree, at the end of PATH, complained of?"""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(os.path.join(root, 'LAYERS'), copy)
        whole = os.path.join(copy, path)
        os.makedirs(os.path.dirname(whole))
        if os.path.exists(os.path.join(root, path)):
            shutil.copy(os.path.join(root, path), whole)
        with open(whole, 'a', encoding='utf-8') as f:
            f.write(line + '\n')
        return any(w.startswith(path + ':') for w in check(copy))


def main():
    root = sys.argv[1]
    tap.point('every include is as LAYERS says', check(root))
    for path, line in PLANTS:
        tap.point(f'{line.strip() or "a file"} planted in {path} is found',
                  () if plant(root, path, line) else ('it is not',))
    tap.done()


if __name__ == '__main__':
    main()

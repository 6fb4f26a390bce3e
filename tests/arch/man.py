#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the pages of man/ to what the programs do: every command, option,
module argument and exit status stands in its page, and nothing else does;
every MUST of sigra(7) names a test that exists, and every action of the audit
is listed."""
import os
import re
import shutil
import subprocess
import sys

import tap

PAGES = ('pam_sigra.8', 'sigra-agent.8', 'sigra-audit.5', 'sigra-fido.8',
         'sigra-services.7', 'sigractl.8', 'sigrad.8', 'sigra.conf.5',
         'sigra.7')
ROW = re.compile(r'^(TEXT|NUMBER|FLAG)\((\w+), (\w+), (.*)\)$', re.M)


# (page, words of it, other words that the checks are to complain of)
planted = ('', '', '')


def read(root, *path):
    try:
        with open(os.path.join(root, *path), encoding='utf-8') as f:
            text = f.read()
    except FileNotFoundError:
        return ''
    page, old, new = planted
    return text.replace(old, new, 1) if path[-1] == page else text


def plain(mdoc):
    """What a reader sees of some lines of mdoc: words, no macros."""
    lines = []
    for line in mdoc.split('\n'):
        if line.startswith('.\\"'):
            continue
        if line.startswith('.'):
            line = re.sub(r'^\.|(?<= )[A-Z][a-z](?= )', '', line)
        lines.append(line.replace('\\&', ''))
    return ' '.join(lines)


def items(mdoc, macro):
    """Each `.It MACRO word ...`: its words up to the next macro."""
    for m in re.finditer(rf'^\.It {macro} (.*)$', mdoc, re.M):
        words = []
        for word in m.group(1).split():
            if re.fullmatch(r'[A-Z][a-z]{1,2}', word):
                break
            words.append(word)
        yield ' '.join(words)


def section(mdoc, name):
    m = re.search(rf'^\.Sh {name}$(.*?)(?=^\.Sh |\Z)', mdoc, re.M | re.S)
    return m.group(1) if m else ''


def differ(said, real, page):
    return [f'{page} does not have: {x}' for x in sorted(real - said)] + [
        f'only {page} has: {x}' for x in sorted(said - real)]


def run(*words):
    return subprocess.run(words, capture_output=True, check=True,
                          text=True).stdout


def commands(root, sigractl):
    real = set(run(sigractl, '--commands').splitlines())
    return differ(set(items(read(root, 'man', 'sigractl.8'), 'Ic')), real,
                  'sigractl.8') if real else ['--commands prints nothing']


def command_options(root, sigractl):
    """What `sigractl help COMMAND` lists stands in the command's item."""
    wrong = []
    common = set(re.findall(r'--([a-z-]+)', run(sigractl, 'help')))
    page = read(root, 'man', 'sigractl.8')
    for item in re.split(r'^\.It Ic ', page, flags=re.M)[1:]:
        item = re.split(r'^\.(?:Sh|Ss|El)\b', item, flags=re.M)[0]
        words = next(items('.It Ic ' + item, 'Ic')).split()
        said = set(re.findall(r'\bFl -([a-z-]+)', item))
        heads = re.findall(r'^\.It .*', '.It ' + item, re.M)
        declared = set(re.findall(r'\bFl -([a-z-]+)', ' '.join(heads)))
        real = set(re.findall(r'--([a-z-]+)', run(sigractl, 'help', *words)))
        wrong += differ((declared | said & real) - common, real - common,
                        f"sigractl.8 ({' '.join(words)})")
    return wrong


def option_facts(kind, rest):
    """What the page has to say of an option, beside its name."""
    if kind == 'NUMBER':
        return [x.strip() for x in rest.split(',')]
    if kind == 'FLAG':
        return [f'default is {rest}']
    size, value = rest.split(', ', 1)
    return [str(int(size) - 1), value.strip('"')]


def options(root):
    page = read(root, 'man', 'sigra.conf.5')
    said, wrong = {}, []
    for part in re.split(r'^\.Ss Section ', page, flags=re.M)[1:]:
        name = re.match(r'\[(\w+)\]', part).group(1)
        part = re.split(r'^\.Sh ', part, flags=re.M)[0]
        for item in re.split(r'^\.It Cm ', part, flags=re.M)[1:]:
            option = item.split(None, 1)[0]
            said[f'{name}.{option}'] = plain(item)
    real = set()
    for kind, part, name, rest in ROW.findall(
            read(root, 'lib', 'config', 'options.def')):
        full = f'{part}.{name}'
        real.add(full)
        wrong += [f'sigra.conf.5 does not say {fact} of {full}'
                  for fact in option_facts(kind, rest)
                  if full in said and fact not in said[full]]
    return differ(set(said), real, 'sigra.conf.5') + wrong


def exit_status(root, page, header, pattern):
    real = {n for n in re.findall(pattern, read(root, *header))} | {'0'}
    said = set(re.findall(r'^\.It (\d+)', section(
        read(root, 'man', page), 'EXIT STATUS'), re.M))
    return differ(said, real, page)


def arguments(root):
    table = re.search(r'args_rows\[\] = \{(.*?)^\};',
                      read(root, 'pam_sigra', 'module', 'args.c'),
                      re.M | re.S)
    if not table:
        return ['pam_sigra/module/args.c has no args_rows']
    real = set(re.findall(r'\{ "(\w+)=?"', table.group(1)))
    page = read(root, 'man', 'pam_sigra.8')
    said = {x.split('=')[0] for x in items(page, 'Cm')}
    return differ(said, real, 'pam_sigra.8')


def musts(root):
    """`.It N`, what MUST be, and `Test: tests/...` lines."""
    page, number, wrong = read(root, 'man', 'sigra.7'), 0, []
    for part in re.split(r'^\.It (?=\d+$)', page, flags=re.M)[1:]:
        part = re.split(r'^\.(?:El|Sh|Ss|It)\b', part, flags=re.M)[0]
        if 'MUST' not in part:
            continue
        number += 1
        if part.split(None, 1)[0] != str(number):
            wrong.append(f'MUST {number} of sigra.7 has another number')
        tests = re.findall(r'^Test: (\S+)$', part, re.M)
        if not tests:
            wrong.append(f'MUST {number} of sigra.7 names no test')
        wrong += [f'MUST {number} of sigra.7 names {t}, which is not there'
                  for t in tests if not t.startswith('tests/') or
                  not os.path.isfile(os.path.join(root, t))]
    return wrong if number else ['sigra.7 has no MUST']


# What looks like an action, and is none.
NO_ACTION = re.compile(r'^in\.|^store\.where$|'
                       r'\.(so|lan|org|slice|lock|d|option|sealed)$')


def actions(root):
    """What the code writes into the audit stands in a page."""
    real = set()
    for room in ('lib/admin', 'lib/session', 'lib/audit', 'sigractl',
                 'pam_sigra/sigrad'):
        for name in sorted(os.listdir(os.path.join(root, room))):
            if name.endswith('.c'):
                real |= set(re.findall(
                    r'(?<!event = )"([a-z_]+\.[a-z_]+)"',
                    read(root, room, name)))
    real = {x for x in real if not NO_ACTION.search(x)}
    where = read(root, 'man', 'sigractl.8').split('.Ss Who did it\n')[-1]
    said = set()
    for text in (where.split('\n.Sh ')[0],
                 section(read(root, 'man', 'sigra.7'), 'AUDIT')):
        said |= set(re.findall(r'^\.Ql ([a-z_]+\.[a-z_]+)\b(?!\.)', text,
                               re.M))
    return differ(said, real, 'Who did it') if real else ['no action found']


def kinds(root):
    """What --json calls that which audit verify finds."""
    real = set(re.findall(r'\[VERIFY_\w+\] = \{ "(\w+)"',
                          read(root, 'lib', 'audit', 'verify_say.c')))
    text = read(root, 'man', 'sigractl.8').split('of a finding is one of')[-1]
    said = set(re.findall(r'^\.Ql ([a-z_]+)',
                          text.split('\n.It Ic audit head')[0], re.M))
    return differ(said - {'text'}, real, 'audit verify')


def quotes(root):
    """troff sets one pair of quotes around two."""
    return [f'{page}: {line}' for page in PAGES
            for line in read(root, 'man', page).split('\n')
            if re.match(r'\.Pq Ql \S+ , Ql |\.It Ql ".*" , Ql ', line)]


def lint(root, page):
    done = subprocess.run(
        ['mandoc', '-T', 'lint', '-W', 'warning',
         os.path.join(root, 'man', page)], capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() or (
        [f'mandoc ends with {done.returncode}'] if done.returncode else [])


def checks(root, sigractl):
    """name -> what the check of that name finds wrong"""
    return {
        'commands': lambda: commands(root, sigractl),
        'options of the commands': lambda: command_options(root, sigractl),
        'options of sigra.conf': lambda: options(root),
        'module arguments': lambda: arguments(root),
        'exit status of sigractl': lambda: exit_status(
            root, 'sigractl.8', ('sigractl', 'cmd.h'),
            r'\bCMD_\w+ = (\d),'),
        'exit status of sigrad': lambda: exit_status(
            root, 'sigrad.8', ('pam_sigra', 'sigrad', 'sigrad.c'),
            r'#define EXIT_\w+ (\d)'),
        'each MUST has its test': lambda: musts(root),
        'actions of the audit': lambda: actions(root),
        'kinds of findings': lambda: kinds(root),
        'quotes': lambda: quotes(root),
    }


PLANTS = (
    ('commands', 'sigractl.8', '.It Ic user list', '.It Ic user lists'),
    ('options of the commands', 'sigractl.8', '-email', '-mail'),
    ('options of sigra.conf', 'sigra.conf.5', '.It Cm passes', '.It Cm pass'),
    ('options of sigra.conf', 'sigra.conf.5', 'default is 50', 'default is 5'),
    ('module arguments', 'pam_sigra.8', '.It Cm nodelay', '.It Cm delay'),
    ('exit status of sigractl', 'sigractl.8', '.It 7', '.It 8'),
    ('exit status of sigrad', 'sigrad.8', '.It 2\nUsage', '.It 3\nUsage'),
    ('each MUST has its test', 'sigra.7', 'Test: tests/', 'Test: test/'),
    ('actions of the audit', 'sigractl.8', '.Ql member.removed',
     '.Ql member.gone'),
    ('kinds of findings', 'sigractl.8', '.Ql pruned_early', '.Ql early'),
    ('quotes', 'sigra.7', '.Pq Ql aud ,', '.Pq Ql aud , Ql exp ,'),
)


def main():
    global planted
    root, sigractl = sys.argv[1:3]
    known = checks(root, sigractl)
    for name, check in known.items():
        tap.point(name, check())
    for name, page, old, new in PLANTS:
        planted = ('', '', '')
        there, before = old in read(root, 'man', page), set(known[name]())
        planted = (page, old, new)
        tap.point(f'{name}: finds a planted fault', () if there and
                  set(known[name]()) - before else ('it does not',))
    for page in PAGES:
        if shutil.which('mandoc'):
            tap.point(f'lint of {page}', lint(root, page))
        else:
            tap.skip(f'lint of {page}', 'no mandoc')
    tap.done()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit stats: counted, drawn, and nothing of a row is markup.
import html.parser
import unicodedata
import uuid
import xml.etree.ElementTree as ElementTree

from cli import *

t = Trial()
for name in ('ann', 'bob'):
    expect(t('user', 'add', name), 0, name)
ann, bob = [t.json('user', 'show', n)['id'] for n in ('ann', 'bob')]
MIDNIGHT = int(time.time()) // 86400 * 86400 - 86400
seq = 0


def insert(rhost='', target='', hour=0, action='login.denied',
           outcome='failure', meta='{}', n=1, at=None, org=''):
    global seq
    con = sqlite3.connect(t.db)
    for _ in range(n):
        seq += 1
        con.execute(
            'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '
            '?, ?, ?, ?)',
            ('web', seq, str(uuid.uuid4()),
             MIDNIGHT + hour * 3600 + 7 if at is None else at, action,
             outcome, '', '', target, org, 'sshd', '', rhost, 0, meta, b''))
    con.commit()
    con.close()


r = t('audit', 'stats')
check(r.code == 0 and r.out.startswith('Failures: 0, ') and
      r.out.count('\n') == 1, 'nothing yet', r.text())
empty = t.json('audit', 'stats')
check(empty['failures'] == 0 and empty['sources'] == [] and
      len(empty['hours']) == 24, 'nothing, in JSON')

insert('192.0.2.1', ann, 3, n=20)
insert('192.0.2.2', bob, 4, n=10)
insert('', bob, 23, n=5)
insert('2001:db8::1', '', 0, n=2)
insert('192.0.2.1', ann, 3, outcome='success', n=9)
insert('192.0.2.9', ann, at=1000, n=9)
for i in range(12):
    insert('198.51.100.%d' % i, '', 12)
j = t.json('audit', 'stats')
check(j['failures'] == 49 and j['sources'][:3] ==
      [{'source': '192.0.2.1', 'failures': 20},
       {'source': '192.0.2.2', 'failures': 10},
       {'source': None, 'failures': 5}] and len(j['sources']) == 10 and
      j['other_sources'] == 6, 'by source', j)
check(j['users'] == [{'user': 'ann', 'account': ann, 'failures': 20},
                     {'user': 'bob', 'account': bob, 'failures': 15},
                     {'user': None, 'account': None, 'failures': 14}] and
      j['other_users'] == 0, 'by user', j['users'])
check({h['hour']: h['failures'] for h in j['hours'] if h['failures']} ==
      {0: 2, 3: 20, 4: 10, 12: 12, 23: 5}, 'by hour', j['hours'])
insert('192.0.2.3', ann, 5, action='login.repeated', meta='{"count": "1000"}')
check(t.json('audit', 'stats')['sources'][0] ==
      {'source': '192.0.2.3', 'failures': 1000},
      'a row may stand for many')
insert('192.0.2.3', '', 5, action='login.repeated',
       meta='{"count": "500", "of": "login.denied"}')
j = t.json('audit', 'stats')
check(j['sources'][0]['failures'] == 1500 and
      {'user': None, 'account': None, 'failures': 514} in j['users'],
      '... of nobody known, but from somewhere', j)
EVER = ['--since', '1970-01-01T00:00:01Z']
check(t.json('audit', 'stats', *EVER)['failures'] == 1558, '--since')
check(t.json('audit', 'stats', '--user', 'bob')['failures'] == 15, '--user')
check(t.json('audit', 'stats', '--rhost', '198.51.100.*')['failures'] == 12,
      '--rhost')
check(t.json('audit', 'stats', '--action', 'login.denied')['failures'] == 49,
      '--action')
check(t.json('audit', 'stats', '--service', 'su')['failures'] == 0,
      '--service')

# In words, on 80 columns, and on none at all.
r = t('audit', 'stats')
check(r.code == 0 and not wide(r.out) and '\u2588' in r.out and
      re.search(r'(?m)^  192\.0\.2\.1 +20  ', r.out) is not None and
      re.search(r'(?m)^  03 +20  ', r.out) is not None and
      '(no known user)' in r.out and '(no address)' in r.out, 'drawn',
      r.out)
a = t('audit', 'stats', env=environment(LC_ALL='C'))
check(a.code == 0 and a.out.isascii() and '#' in a.out and not wide(a.out),
      'in a locale without blocks', a.out)
check(t('audit', 'stats', env=environment(NO_COLOR='1')).out == r.out,
      'there is no colour to leave out')
term = Terminal('-s', t.where, 'audit', 'stats')
term.wait()
check(b'\x1b' not in term.seen and b'192.0.2.1' in term.seen, 'on a terminal')

# Counts and letters that need more room than most.
insert('\u6f22' * 60, ann, action='login.repeated', at=5 * 86400,
       meta='{"count": "%d"}' % (1 << 39))
insert('192.0.2.7', ann, at=5 * 86400, n=20)
DAYS = ['--since', '1970-01-05', '--until', '1970-01-08']
r = t('audit', 'stats', *DAYS)


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1
               for c in line)


check('\u6f22..' in r.out and max(columns(l) for l in r.out.splitlines()) <=
      80 and len({columns(l[:l.index(n)]) + len(n)
                  for l, n in zip(r.out.splitlines()[3:5],
                                  (str(1 << 39), ' 20'))}) == 1,
      'nothing overruns the line', r.out)
check(not wide(t('audit', 'stats', *DAYS,
                 env=environment(LC_ALL='C')).out),
      'nor where letters are escaped')

# Text that would be markup, or more.
EVIL = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
        "' onload='x", '&lt;b&gt;', 'a\x1b[2J\u202eb\nc\x9b', '\ufffe\uffff',
        ']]>', '<!--', '\\', 'x' * 255, '\u0416' * 120]
for i, text in enumerate(EVIL):
    insert(text, ann, 6, n=3010 - i)
r = t('audit', 'stats')
check(r.code == 0 and not wide(r.out) and not re.search(
    '[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]', r.out), 'the chart is escaped',
    r.out)
svg, page = t.dir + '/s.svg', t.dir + '/s.html'
expect(t('audit', 'stats', '--svg', svg, '--html', page), 0, 'two files',
       out='s.svg\nWritten: .*s.html\n')
text = open(svg).read()
root = ElementTree.fromstring(text)
SVG = '{http://www.w3.org/2000/svg}'
check(root.tag == SVG + 'svg' and {e.tag for e in root.iter()} ==
      {SVG + x for x in ('svg', 'title', 'style', 'rect', 'text')},
      'a picture of boxes and text alone')
check(not any(k.startswith('on') or 'href' in k for e in root.iter()
              for k in e.attrib) and 'url(' not in text, 'that loads nothing')
shown = [e.text for e in root.iter(SVG + 'text')]
check('<script>alert(1)</script>' in shown and '??' in shown,
      'text is text', shown)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.data = [], [], ''

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.data += data


source = open(page).read()
p = Page()
p.feed(source)
check(set(p.tags) == {'html', 'head', 'meta', 'style', 'title', 'body', 'h1',
                      'p', 'svg', 'rect', 'text', 'div', 'table',
                      'caption', 'tr', 'th', 'td'}, 'a page without a script',
      sorted(set(p.tags)))
check(not any(k.startswith('on') or k in ('src', 'href', 'style')
              for k, v in p.attributes), 'or anything outside of it')
check(p.tags.count('table') == 4 and '<script>alert(1)</script>' in p.data and
      'x' * 46 + '..' in p.data, 'with tables below')
for out in (text, source):
    check(not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ufffe]', out),
          'no control character')
expect(t('audit', 'stats', '--svg', svg), 4, 'nothing is overwritten')
check(t('audit', 'stats', '--svg', '-').out.startswith('<svg '), 'a picture')
check(t('audit', 'stats', '--html', '-').out.startswith('<!DOCTYPE html>'),
      'a page')
j = t.json('audit', 'stats', '--svg', t.dir + '/t.svg')
check(j['failures'] > 33000 and os.path.exists(t.dir + '/t.svg'),
      'a file and JSON')
for args in [['--svg', '-', '--html', '-'], ['--since', 'x'],
             ['--since', '2001-01-02', '--until', '2001-01-01'],
             ['--svg', '']]:
    expect(t('audit', 'stats', *args), 2, 'refused: ' + ' '.join(args))
expect(t('--json', 'audit', 'stats', '--svg', '-'), 2, 'one at a time')

# More sources than are counted each: what is frequent is found.
con = sqlite3.connect(t.db)
con.executemany(
    'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '
    '?)', (('flood', i, str(uuid.uuid4()), 100000 + i, 'login.denied',
            'failure', '', '', '', '', '', '', '203.0.113.7' if i % 20 == 0
            else '2001:db8::%x' % i, 0, '{}', b'')
           for i in range(1, 20001)))
con.commit()
con.close()
j = t.json('audit', 'stats', '--host', 'flood', *EVER)
check(j['failures'] == 20000 and j['sources'][0] ==
      {'source': '203.0.113.7', 'failures': 1000} and j['other_sources'] ==
      20000 - sum(s['failures'] for s in j['sources']), 'many sources',
      j['sources'][:3])
t.end()
done()

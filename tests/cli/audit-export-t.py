#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit export: exact for programs, harmless for spreadsheets.
import csv
import io
import uuid

from cli import *

CONTROL = re.compile('[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f'
                     '\u2028-\u202e\u2066-\u2069\ufeff]')
t = Trial()
expect(t('user', 'add', 'ann'), 0, 'ann')
ann = t.json('user', 'show', 'ann')['id']
FIELDS = ['host', 'seq', 'id', 'at', 'action', 'outcome', 'actor',
          'effective', 'target', 'org', 'service', 'tty', 'rhost', 'pid']

HOSTILE = ['=cmd|\'/C calc\'!A0', '+1', '-1', '@SUM(1)', '\t=1', '\r=1',
           '\n=1', ' =1', '"=1', "'=1", '\'" =1', '\uff1d1', '\uff0b1',
           '\uff0d1', '\uff201', 'a;=1', 'a; "=1', 'a,=1', 'a"b', 'a\nb',
           'a\r\nb', 'a\x1b[2Jb', 'a\x9bb', 'a\u202eb', 'a\u2028b', 'a\\b',
           'a\x7fb', 'x' * 255, '<b>&amp;', 'a\x00b'.replace('\x00', '\x01'),
           '\u00e4\u00f6', '192.0.2.1', "o'neil", '']


def insert(host, seq, rhost='', meta='{}', service='sshd', target='', mac=b'',
           at=None, org=''):
    t.sql('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '
          '?, ?, ?)', host, seq, str(uuid.uuid4()),
          4000000000 + seq if at is None else at, 'login.denied', 'failure',
          '', '', target, org, service, '', rhost, seq, meta, mac)


for i, text in enumerate(HOSTILE, 1):
    insert('hostile', i, rhost=text, meta=json.dumps({'text': text}),
           mac=bytes([i]) * 32)
insert('hostile', 98, meta='\x1b[2J\x9b\u202e\n"=;' * 600,
       rhost='\n=\x1b\u202e' * 40)
insert('hostile', 99, service='=1', target=ann)
insert('Zulu', 1, rhost='10.0.0.1', meta='no JSON')
insert('Zulu', 2, at=-5)
stored = t.sql('SELECT %s, meta, mac FROM audit ORDER BY host, seq' %
               ', '.join(FIELDS))

# Exactly what there is.
r = t('audit', 'export', '--format', 'jsonl')
lines = r.out.split('\n')
check(r.code == 0 and r.err == '' and r.out.isascii() and lines[-1] == '' and
      not CONTROL.search(r.out), 'plain lines', r.err)
rows = [json.loads(l) for l in lines[:-1]]
check(all(list(x) == FIELDS + ['meta', 'meta_text', 'mac'] for x in rows),
      'the members, in order')
check([[x[k] for k in FIELDS + ['meta_text', 'mac']] for x in rows] ==
      [list(s[:-1]) + [s[-1].hex()] for s in stored],
      'every field as it is stored, by host and number')
check([x['host'] for x in rows] == sorted(x['host'] for x in rows) and
      rows[0]['host'] == 'Zulu', 'hosts in order of bytes')
check(all(x['meta'] is None if x['meta_text'] == 'no JSON' else
          x['seq'] == 98 or x['meta'] == json.loads(x['meta_text'])
          for x in rows),
      'meta is parsed, where it can be')

# A spreadsheet.
r = t('audit', 'export', '--format', 'csv')
check(r.code == 0 and r.out.count('\n') == len(rows) + 1 and
      r.out.count('\r\n') == len(rows) + 1 and not CONTROL.search(r.out),
      'CSV: a row is a line, and no control byte is in it')
table = list(csv.DictReader(io.StringIO(r.out, newline='')))
check(len(table) == len(rows) and list(table[0]) ==
      ['host', 'seq', 'id', 'time', 'action', 'outcome', 'actor',
       'actor_name', 'effective', 'effective_name', 'target', 'target_name',
       'org', 'service', 'tty', 'rhost', 'pid', 'meta', 'mac'], 'its columns')
FORMULA = re.compile('[\\s"\']*[=+@\uff1d\uff0b\uff0d\uff20-]')
for x, text in zip(table[2:], HOSTILE):
    cell = x['rhost']
    check(cell.startswith("'") if FORMULA.match(text) else cell[:1] != "'",
          'a formula is text: %a' % text[:20], cell)
    check(not re.search(r';[ "]*[=+@-]', cell), 'behind a semicolon, too')
    if text.isprintable() and not FORMULA.match(text) and ';' not in text:
        check(cell == text, 'anything else is as it was: %a' % text[:20],
              cell)
check(all(not FORMULA.match(c) or c[0] == "'" for x in table
          for c in x.values()), 'no cell of any column begins one')
one = [x for x in table if x['seq'] == '99'][0]
check(one['target_name'] == 'ann' and one['target'] == ann and
      one['service'] == "'=1" and one['time'].startswith('2096-10-02T'),
      'people have their names', one)
check(all(len(l.split(',')) >= 19 for l in r.out.splitlines()), 'all cells')

for words in (['list', '--limit', '1000'], ['show', 'hostile:98'],
              ['tail', '--lines', '1000'], ['stats', '--until', '2999-01-01']):
    for more in ([], ['--json']):
        r = t(*more, 'audit', *words)
        check(r.code == 0 and not CONTROL.search(r.out),
              'nor in what is shown: %s %s' % (words[0], ' '.join(more)))
r = t('audit', 'tail', '--lines', '1000')
check(r.out.count('\n') == len(rows), 'a line a row')
r = t('audit', 'list', '--limit', '1000')
check(r.out.count('\n') == len(rows) + 1, 'here, too')

# Filters, files.
r = t('audit', 'export', '--format', 'jsonl', '--user', 'ann')
check(sorted(json.loads(l)['action'] for l in r.out.splitlines()) ==
      ['login.denied', 'user.created'], '--user')
r = t('audit', 'export', '--format', 'jsonl', '--host', 'Zulu')
check(len(r.out.splitlines()) == 2, '--host')
r = t('audit', 'export', '--format', 'jsonl', '--action', 'nothing.')
check(r.code == 0 and r.out == '', 'nothing')
r = t('audit', 'export', '--format', 'csv', '--action', 'nothing.')
check(r.code == 0 and r.out.count('\r\n') == 1, 'or only names of columns')
whole = t('audit', 'export', '--format', 'jsonl').out
path = t.dir + '/out.jsonl'
r = t('--json', 'audit', 'export', '--format', 'jsonl', '--output', path)
check(r.code == 0 and r.json() == {'file': path, 'format': 'jsonl',
                                   'rows': len(rows)}, '--output', r.text())
check(open(path).read() == whole and os.stat(path).st_mode & 0o777 == 0o600,
      'all of it, for its owner')
expect(t('audit', 'export', '--format', 'csv', '--output', path), 4,
       'nothing is overwritten', err='exists')
check(open(path).read() == whole, 'nor touched')
expect(t('audit', 'export', '--format', 'csv', '--output',
         t.dir + '/none/out.csv'), 3, 'no such directory')
expect(t('audit', 'export', '--format', 'csv', '--output', t.dir + '/a.csv'),
       0, 'in words', out='a.csv, %d rows' % len(rows))
r = t('audit', 'export', '--format', 'jsonl', '--output', '-')
check(r.code == 0 and r.out == whole and not os.path.exists('-'),
      '- is standard output', r.text())
for args in [[], ['--format', 'xml'], ['--format', 'csv', '--since', 'x'],
             ['--format', 'csv', '--outcome', 'x']]:
    expect(t('audit', 'export', *args), 2, 'refused: ' + ' '.join(args))
expect(t('--json', 'audit', 'export', '--format', 'csv'), 2,
       '--json needs a file')
expect(t('--json', 'audit', 'export', '--format', 'csv', '--output', '-'), 2,
       '... and that is none')
expect(t('audit', 'export', '--format', 'csv', '--user', 'zoe', '--output',
         t.dir + '/zoe.csv'), 3, 'nobody')
check(not os.path.exists(t.dir + '/zoe.csv') and
      not [n for n in os.listdir(t.dir) if n.startswith('.sigra-')],
      'and no file of it')

# Bytes that are no text can only have been put there.
t.sql('INSERT INTO audit VALUES (?, 1, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, '
      "CAST(x'61ff62' AS TEXT), 1, '{}', x'')", 'broken', str(uuid.uuid4()),
      'a.b', 'error', '', '', '', '', '', '')
r = t('audit', 'export', '--format', 'jsonl', '--host', 'broken')
check(json.loads(r.out)['rhost'] == 'a\\xffb', 'escaped', r.text())
r = t('audit', 'export', '--format', 'csv', '--host', 'broken')
check('"a\\xffb"' in r.out, 'in CSV, too', r.text())

# Many pages; a reader that goes; a disk that is full.
con = sqlite3.connect(t.db)
con.executemany(
    'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '
    '?)', (('many', i, str(uuid.uuid4()), i, 'a.b', 'success', '', '', '',
            '', '', '', '', 0, '{}', b'') for i in range(1, 2001)))
con.commit()
con.close()
r = t('audit', 'export', '--format', 'jsonl', '--host', 'many')
check([json.loads(l)['seq'] for l in r.out.splitlines()] ==
      list(range(1, 2001)), 'pages have each row once')
p = subprocess.Popen([SIGRACTL, '-s', t.where, 'audit', 'export', '--format',
                      'jsonl'], stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, env=environment())
p.stdout.readline()
p.stdout.close()
err = p.stderr.read().decode()
check(p.wait(60) == 1 and 'Broken pipe' in err and err.count('\n') == 1,
      'a reader that goes is a failure', err)
with open('/dev/full', 'w') as full:
    p = subprocess.run([SIGRACTL, '-s', t.where, 'audit', 'export',
                        '--format', 'csv'], stdout=full,
                       stderr=subprocess.PIPE, env=environment())
check(p.returncode == 1 and b'No space left' in p.stderr,
      'and so is a full disk', p.stderr)
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit tail: the newest rows, and those that come, each once.
import threading
import uuid

from cli import *

t = Trial()
names = ['user%d' % i for i in range(6)]
for name in names:
    expect(t('user', 'add', name), 0, name)


def row(host, seq, action='login.denied', at=4000000000, rhost='192.0.2.1',
        service='sshd', meta='{}'):
    return (host, seq, str(uuid.uuid4()), at, action, 'failure', '', '', '',
            '', service, '', rhost, 0, meta)


def insert(*rows):
    con = sqlite3.connect(t.db, timeout=60, isolation_level=None)
    for one in rows:
        con.execute('INSERT INTO audit (host, seq, id, at, action, outcome, '
                    'actor, effective, target, org, service, tty, rhost, pid,'
                    ' meta) VALUES (' + ', '.join('?' * 15) + ')', one)
    con.close()


class Follow:
    def __init__(self, *args):
        self.p = subprocess.Popen(
            [SIGRACTL, '-s', t.where, '--json', 'audit', 'tail', '--follow'] +
            list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(), start_new_session=True)
        self.lines = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.p.stdout:
            self.lines.append(json.loads(line))

    def until(self, wanted, seconds=60):
        end = time.monotonic() + seconds
        while not wanted(self.lines) and time.monotonic() < end:
            time.sleep(0.02)
        return wanted(self.lines)

    def end(self, sig=signal.SIGINT):
        self.p.send_signal(sig)
        self.thread.join(60)
        return self.p.wait(60), self.p.stderr.read().decode()


# What there is.
r = t('audit', 'tail')
lines = r.out.splitlines()
check(r.code == 0 and len(lines) == 7 and 'store.created' in lines[0] and
      lines[-1].split()[1:3] == ['user.created', 'success'] and
      'user5' in lines[-1], 'oldest first', r.text())
check(t('audit', 'tail', '--lines', '2').out.splitlines() == lines[-2:],
      '--lines')
check(t('audit', 'tail', '--user', 'user3').out.splitlines() == [lines[4]],
      '--user')
check(t('audit', 'tail', '--action', 'store.').out.splitlines() ==
      lines[:1], '--action')
check(t('audit', 'tail', '--service', 'sshd').out == '', 'none')
rows = [json.loads(l) for l in
        t('--json', 'audit', 'tail', '--lines', '3').out.splitlines()]
check([x['seq'] for x in rows] == [5, 6, 7] and rows[2]['target_name'] ==
      'user5', '--json: one object a line', rows)
shape = shape_parse('id,host,seq,at,action,outcome,actor,actor_name,'
                    'effective,effective_name,target,target_name,org,service,'
                    'tty,rhost,pid,meta')
check(all(shape_wrong(shape, x) is None for x in rows), 'as declared')
for args in [['--lines', '0'], ['--lines', '1001'], ['--lines', 'x'],
             ['--outcome', 'odd'], ['--since', 'odd']]:
    expect(t('audit', 'tail', *args), 2, 'refused: ' + ' '.join(args))
expect(t('audit', 'tail', '--user', 'zoe'), 3, 'nobody')

# Those that come: by writers that race, on several hosts.
follow = Follow('--lines', '2')
check(follow.until(lambda l: len(l) == 2), 'it begins with the last ones')


def people(n):
    for i in range(6):
        t('user', 'add', 'race%d-%d' % (n, i))


def one_by_one():
    for i in range(1, 201):
        insert(row('h0', i, at=4000000000 - i))


def at_once():
    con = sqlite3.connect(t.db, timeout=60)
    con.executemany(
        'INSERT INTO audit (host, seq, id, at, action, outcome, actor, '
        'effective, target, org, service, tty, rhost, pid, meta) VALUES (' +
        ', '.join('?' * 15) + ')', [row('h1', i) for i in range(1, 601)])
    con.commit()
    con.close()


writers = [threading.Thread(target=people, args=(n,)) for n in range(3)]
writers += [threading.Thread(target=one_by_one),
            threading.Thread(target=at_once)]
for w in writers:
    w.start()
for w in writers:
    w.join()
check(follow.until(lambda l: len(l) >= 2 + 18 + 800), 'all that came',
      len(follow.lines))
by = {}
for x in follow.lines:
    by.setdefault(x['host'], []).append(x['seq'])
own = [h for h in by if h not in ('h0', 'h1')]
check(len(own) == 1 and by[own[0]] == list(range(6, 26)) and
      by['h0'] == list(range(1, 201)) and by['h1'] == list(range(1, 601)),
      'each once, and in order', by)

# Rows that go meanwhile take none of the others with them.
t.sql('INSERT INTO audit_guard (host, seq) VALUES (?, 150)', 'h0')
t.sql('DELETE FROM audit WHERE host = ? AND seq <= 150', 'h0')
t.sql('DELETE FROM audit_guard')
insert(row('h0', 201), row('h2', 1))
check(follow.until(lambda l: len(l) == 822), 'on, after rows were pruned')
check(sorted((x['host'], x['seq']) for x in follow.lines[-2:]) ==
      [('h0', 201), ('h2', 1)], 'and a host that is new')
code, err = follow.end()
check((code, err) == (0, ''), 'Ctrl-C ends it in good order', (code, err))

follow = Follow('--lines', '1', '--rhost', '203.0.113.*')
insert(row('h2', 2), row('h2', 3, rhost='203.0.113.9'), row('h2', 4))
check(follow.until(lambda l: len(l) == 1), 'filters hold for what comes')
insert(row('h2', 5, rhost='203.0.113.8'))
check(follow.until(lambda l: len(l) == 2) and
      [x['seq'] for x in follow.lines] == [3, 5], 'and for that only')
code, err = follow.end(signal.SIGTERM)
check((code, err) == (0, ''), 'SIGTERM, too', (code, err))

# Nobody reads any more.
p = subprocess.Popen([SIGRACTL, '-s', t.where, 'audit', 'tail', '--follow'],
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                     env=environment())
p.stdout.readline()
p.stdout.close()
err = p.stderr.read().decode()
check(p.wait(60) == 1 and err.count('\n') == 1 and
      ('nobody reads' in err or 'Broken pipe' in err), 'a reader that goes',
      err)

# Bytes that would move a cursor, or look like a line of their own.
insert(row('h3', 1, rhost='a\nb\x1b[2J\x9b\u202e "q" \u2028', service='x y',
           meta='{"x": "\\u001b\\u007f\\u202e"}'))
for args in [[], ['--json']]:
    r = t(*args, 'audit', 'tail', '--lines', '1', '--host', 'h3')
    check(r.out.count('\n') == 1 and not re.search(
        '[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]', r.out),
        'one line, whatever is in it', r.out)

# A word is one word, and none is not "-".
insert(row('h4', 1, rhost='1.2.3.4 " x "-" y', service='-'))
r = t('audit', 'tail', '--lines', '1', '--host', 'h4')
check(r.out.endswith(r' "-" "1.2.3.4 \x22 x \x22-\x22 y"' + '\n'),
      'quotes are no end of a word', r.out)

# Bytes of letters that are control characters where letters are others.
insert(row('h5', 1, rhost='\u011b[31mRED'))
row_id = t.json('audit', 'tail', '--lines', '1', '--host', 'h5')['id']
for args in (['tail', '--lines', '1', '--host', 'h5'], ['show', row_id],
             ['list', '--host', 'h5'], ['stats', '--since',
                                        '1970-01-01T00:00:01Z', '--until',
                                        '2099-01-01']):
    p = subprocess.run([SIGRACTL, '-s', t.where, 'audit'] + args,
                       stdout=subprocess.PIPE,
                       env=environment(LC_ALL='C')).stdout
    check(p.isascii() and (args[0] == 'stats' or
                           rb'\xc4\x9b[31mRED' in p),
          'in C, ' + args[0], p)
    check(args[0] == 'stats' or '\u011b[31mRED' in t('audit', *args).out,
          'in UTF-8, ' + args[0])

# On a terminal.
term = Terminal('-s', t.where, 'audit', 'tail', '--follow')
check(term.read_until(b'h3') or b'login.denied' in term.seen, 'a terminal')
term.type(b'\x03')
check(term.wait() == (0, None), 'where Ctrl-C is typed')
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What time brings: sessions over, deletions due, old rows.
from cli import *
import fcntl
import socket
import uuid

t = Trial()
NOW = int(time.time())
DAY = 86400
with open('/proc/sys/kernel/random/boot_id') as f:
    BOOT = f.read().strip()
HERE = socket.gethostname()
ann = t.json('user', 'add', 'ann')['id']


def session(**more):
    row = dict(id=str(uuid.uuid4()), account=ann, login='', service='sshd',
               tty='', rhost='192.0.2.1', factors='password', host=HERE,
               boot=BOOT, pid=1 << 30, pid_start=42, opened_at=NOW - 60,
               closed_at=0)
    row.update(more)
    t.sql('INSERT INTO session (%s) VALUES (%s)' % (
        ', '.join(row), ', '.join('?' * len(row))), *row.values())
    return row['id']


def start_of(pid):
    with open('/proc/%d/stat' % pid) as f:
        return int(f.read().rsplit(')', 1)[1].split()[19])


def running(**more):
    child = subprocess.Popen(['sleep', '600'], start_new_session=True,
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)
    atexit.register(child.kill)
    return child, session(pid=child.pid, pid_start=start_of(child.pid),
                          **more)


def ended(sid):
    return t.sql('SELECT ended FROM session WHERE id = ?', sid)[0][0]


def actions():
    return [a for a, m in t.audit()]


expect(t('gc', '--dry-run'), 0, 'nothing to do', out='nothing to do')
expect(t('gc'), 0, 'and nothing to say', out=r'\A\Z')
check(int(t.sql("SELECT value FROM meta WHERE key = 'gc_at'")[0][0]) >= NOW,
      'it is written down when that was')

# --- sessions ---

gone = session()
boot = session(boot=str(uuid.uuid4()))
reused = session(pid=os.getpid(), pid_start=start_of(os.getpid()) - 1)
far = session(host='elsewhere.example.org')
late = session(host='elsewhere.example.org', ends_at=NOW - 1)
good, fine = running(ends_at=NOW + 3600, idle=1)
over, done_for = running(ends_at=NOW - 1)
r = t.json('gc', '--dry-run')
want = {gone: 'gone', boot: 'gone', reused: 'gone', late: 'expired',
        done_for: 'expired'}
check({x['id']: x['why'] for x in r['sessions']} == want and r['dry_run'],
      'what would be done', r)
check(all(ended(s) == '' for s in want) and over.poll() is None,
      '... is not')
n = len(actions())
r = t.json('gc')
check({x['id']: x['why'] for x in r['sessions']} == want and
      {x['id']: x['ended'] for x in r['sessions']} == want and
      r['failures'] == [], 'and then it is', r)
kills = {x['id']: x['kill'] for x in r['sessions']}
check(kills[done_for] == {'result': 'ended', 'ended': 1, 'left': 0} and
      kills[late]['result'] == 'elsewhere' and kills[gone] is None,
      'its programs, too', kills)
check(over.wait(60) == -15, '... by a signal')
check({s: ended(s) for s in want} == want, '... and the rows', want)
check(ended(fine) == ended(far) == '' and good.poll() is None,
      'what is not over goes on')
check(sorted(actions()[n:]) == ['session.expired'] * 2 +
      ['session.reaped'] * 3, '... and the audit', actions()[n:])
check(t.sql("SELECT DISTINCT actor FROM audit WHERE action LIKE "
            "'session.%'") == [('system',)], 'nobody did it')
expect(t('gc'), 0, 'once', out=r'\A\Z')

# --- rows that are closed while their programs run on ---


def gone_of(sid):
    return t.sql('SELECT gone FROM session WHERE id = ?', sid)[0][0]


runs, voided = running(ends_at=NOW + 3600, closed_at=NOW - 9, ended='password')
over, late = running(ends_at=NOW - 1, closed_at=NOW - 9, ended='password')
again, broken = running(closed_at=NOW - 9, ended='revoked', kill=1)
dead = session(closed_at=NOW - 9, ended='deleted')
there = session(host='elsewhere.example.org', closed_at=NOW - 9, kill=1,
                ended='revoked', ends_at=NOW - 1)
left, right = running(closed_at=NOW - 9, ended='closed', gone=1, kill=1,
                      ends_at=NOW - 1)
n = len(actions())
r = t.json('gc')
check({x['id']: (x['why'], x['ended'], x['kill']['result'])
       for x in r['sessions']} ==
      {late: ('expired', 'password', 'ended'),
       broken: ('revoked', 'revoked', 'ended')} and r['failures'] == [],
      'what a closed row left is ended in its time', r)
check(over.wait(60) == again.wait(60) == -15, '... by a signal')
check(actions()[n:] == ['session.expired'], '... which is audited once',
      actions()[n:])
check([gone_of(x) for x in (late, broken, dead, voided, there)] ==
      [1, 1, 1, 0, 0], '... and known then')
check(runs.poll() is None and left.poll() is None, 'and nothing else is')
t.sql('UPDATE session SET ends_at = 5 WHERE id = ?', voided)
expect(t('gc'), 0, 'later, the next', out='expired; 1 process ended')
runs.wait(60)
left.kill()
left.wait()
expect(t('gc'), 0, 'and then nothing', out=r'\A\Z')

# --- a process that is somebody else's session, too ---

both, mine = running(ends_at=NOW - 1)
bob = t.json('user', 'add', 'bob')['id']
t.sql('INSERT INTO session SELECT ?, ?, login, service, tty, rhost, factors, '
      'host, boot, pid, pid_start, opened_at, 0, org, impersonator, logind, '
      "0, 0, '', 0, 0 FROM session WHERE id = ?", str(uuid.uuid4()), bob,
      mine)
r = t('--json', 'gc')
check(r.code == 1 and r.json()['sessions'][0]['kill']['result'] == 'shared',
      'is nobody\'s to end', r.text())
check(both.poll() is None and ended(mine) == 'expired', '... but its row is')
t.sql('UPDATE session SET closed_at = 1, gone = 1 WHERE account = ?', bob)
expect(t('gc'), 0, 'once it is ours alone', out='expired; 1 process ended')
both.wait(60)

# --- idle: by the terminal that is used ---

child, fd = terminal_fork()
if child == 0:
    os.execv('/bin/sleep', ['sleep', '600'])
tty = ''
while not tty.startswith('/dev/pts/'):
    tty = os.readlink('/proc/%d/fd/0' % child)
sid = session(pid=child, pid_start=start_of(child), opened_at=NOW - 2000,
              idle=900)
os.utime(tty, (NOW - 800, NOW - 800))
expect(t('gc'), 0, 'used lately', out=r'\A\Z')
os.utime(tty, (NOW - 1000, NOW - 1000))
expect(t('gc'), 0, 'not used for long', out='idle; 1 process ended')
check(ended(sid) == 'idle', '... says the row')
os.kill(child, 9)
check(os.waitpid(child, 0)[1] == 15, '... and it is gone')
os.close(fd)
check(ended(fine) == '', 'without a terminal nothing is idle')
good.kill()
good.wait()
expect(t('gc'), 0, 'a session that died', out="ann's session.*: gone")

# --- one fault does not keep the rest from its end ---

first = session(opened_at=NOW - 10)
t.sql('CREATE TRIGGER broken BEFORE UPDATE ON session WHEN NEW.id = \'%s\' '
      "BEGIN SELECT RAISE(ABORT, 'broken'); END" % first)
rest = [session(opened_at=NOW - 20), session(opened_at=NOW - 5)]
r = t('--json', 'gc')
d = r.json()
check(r.code == 1 and [x['about'] for x in d['failures']] == [first],
      'a fault is told', r.text())
check([ended(s) for s in rest] == ['gone', 'gone'] and ended(first) == '',
      '... and the rest is done')
expect(t('gc'), 1, '... also to people', err=first)
t.sql('DROP TRIGGER broken')
expect(t('gc'), 0, 'mended')

# --- accounts and old rows ---

t('user', 'add', 'eve')
t('user', 'delete', 'eve', '--yes', '--grace', '3')
t.sql("UPDATE account SET delete_at = 5 WHERE name = 'eve'")
old = session(closed_at=NOW - 401 * DAY, opened_at=NOW - 402 * DAY)
r = t.json('gc', '--dry-run')
check(r['accounts'] == 1 and r['forgotten'] == 1, 'due and old', r)
r = t.json('gc')
check(r['accounts'] == 1 and r['forgotten'] == 1, '... deleted, forgotten', r)
check(t.sql("SELECT count(*) FROM account WHERE name = 'eve' AND "
            'state <> 4') == [(0,)], '... the account')
check(t.sql('SELECT count(*) FROM session WHERE id = ?', old) == [(0,)],
      '... the session')
r = t.json('gc')
check(r['accounts'] == 0 and r['forgotten'] == 0, 'and then no more', r)

# --- failures that were repeated ---

first = t.json('audit', 'list', '--limit', '1')['entries'][0]


def burst(what, age, count):
    t.sql("INSERT INTO burst (source, what, target, audit, seq, first_at, "
          "last_at, count) VALUES ('ip:192.0.2.1', ?, '', ?, 1, ?, ?, ?)",
          what * 32, first['id'], NOW - age, NOW - age, count)


burst(b'a', 900, 41)
burst(b'b', 900, 0)
burst(b'c', 1, 5)
expect(t('gc', '--dry-run'), 0, 'what would be told of',
       out='2 old rows would be')
check(actions()[-1] != 'login.repeated', '... is not yet')
expect(t('gc'), 0, 'and then is')
told = t.json('audit', 'list', '--action', 'login.repeated')['entries']
check(len(told) == 1 and told[0]['meta']['count'] == '41' and
      told[0]['outcome'] == 'failure', '... if there was more than one', told)
check(t.sql('SELECT count FROM burst') == [(5,)],
      '... and when ten minutes are over')
t.sql('DELETE FROM burst')

# --- a clock that leaps ---

def meta(key, value):
    t.sql('UPDATE meta SET value = ? WHERE key = ?', str(value), key)


check(dict(t.sql("SELECT key, value FROM meta WHERE key = 'gc_boot'")) ==
      {'gc_boot': BOOT}, 'a run notes the boot it was in')
meta('gc_at', int(time.time()) - 2 * 3600)
t('user', 'add', 'fay')
t('user', 'delete', 'fay', '--yes', '--grace', '3')
t.sql("UPDATE account SET delete_at = 5 WHERE name = 'fay'")
stays, limited = running(ends_at=NOW - 1)
dead = session()
r = t('--json', 'gc')
check(r.code == 1 and [x['about'] for x in r.json()['failures']] == ['clock']
      and [x['id'] for x in r.json()['sessions']] == [dead] and
      r.json()['accounts'] == 0, 'two hours since a moment ago', r.text())
check(ended(limited) == '' and stays.poll() is None,
      '... end no more than what is gone')
expect(t('gc'), 1, '... and are told of', err='leapt.*clock-accept')
r = t('--json', 'doctor').json()
check(any(x['id'] == 'gc' and 'leapt' in x['text']
          for x in r['findings']), '... by doctor, too', r)
expect(t('store', 'clock-accept'), 0, 'unless the clock is right')
check(actions()[-1] == 'store.clock_accepted', '... which is audited')
expect(t('gc'), 0, 'and then', out='expired; 1 process ended')
stays.wait(60)
meta('gc_at', int(time.time()) + 3600)
r = t('--json', 'doctor').json()
check(any(x['id'] == 'gc' and 'set back' in x['text']
          for x in r['findings']), 'a run to come is a finding', r)
expect(t('gc'), 0, '... until the next one')

# --- only one at a time ---

with open(t.dir + '/store/gc.lock', 'r') as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    expect(t('gc'), 7, 'not while another one works', err='another')
expect(t('gc'), 0, 'and then again')
check(os.stat(t.dir + '/store/gc.lock').st_mode & 0o777 == 0o600,
      'the lock is nobody else\'s')
expect(t('gc', 'now'), 2, 'takes no argument')
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Who is logged in, hostile bytes included; and how sessions are ended.
from cli import *
import fcntl
import socket
import struct
import termios
import uuid

t = Trial()
expect(t('session', 'list'), 0, 'no sessions', out='no sessions')
t('user', 'add', 'ann')
t('user', 'add', 'bob')
ids = {n: t.json('user', 'show', n)['id'] for n in ('ann', 'bob')}
with open('/proc/sys/kernel/random/boot_id') as f:
    BOOT = f.read().strip()
HERE = socket.gethostname()


def session(who, closed=0, opened=1700000000, rhost='192.0.2.1', tty='pts/1',
            service='sshd', **more):
    row = dict(id=str(uuid.uuid4()), account=ids[who], login='',
               service=service, tty=tty, rhost=rhost, factors='password',
               host='host', boot='', pid=42, pid_start=4242, opened_at=opened,
               closed_at=closed, ended='closed' if closed else '')
    row.update(more)
    t.sql('INSERT INTO session (%s) VALUES (%s)' % (
        ', '.join(row), ', '.join('?' * len(row))), *row.values())
    return row['id']


def running(who, *argv, **more):
    """A session of a program that runs; the program and the id."""
    child = subprocess.Popen(argv, start_new_session=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    atexit.register(child.kill)
    with open('/proc/%d/stat' % child.pid) as f:
        start = int(f.read().rsplit(')', 1)[1].split()[19])
    return child, session(who, host=HERE, boot=BOOT, pid=child.pid,
                          pid_start=start, opened=int(time.time()), **more)


def row_of(sid):
    return t.sql('SELECT closed_at <> 0, ended FROM session WHERE id = ?',
                 sid)[0]


def revoked():
    return [m for a, m in t.audit() if a == 'session.revoked']


# --- list and show ---

first = session('ann', 0, 1700000000)
session('ann', 1700000500, 1700000100)
t('user', 'rename', 'bob', 'b' * 32)
session('bob', 0, 1700000200, service='s' * 64, tty='t' * 64,
        rhost='\x1b]0;x\x07evil' + 'w' * 200)
s = t.json('session', 'list')['sessions']
check([x['user'] for x in s] == ['b' * 32, 'ann'],
      'the open ones, newest first', s)
check(s[1]['opened_at'] == '2023-11-14T22:13:20Z' and
      s[1]['closed_at'] is None and s[1]['pid'] == 42 and
      s[1]['org'] is None and s[1]['ends_at'] is None and s[1]['idle'] == 0,
      'what is known', s[1])
check(len(t.json('session', 'list', '--all')['sessions']) == 3, '--all')
s = t.json('session', 'list', '--user', 'ann', '--all')['sessions']
check(len(s) == 2 and s[0]['closed_at'] is not None, '--user', s)
expect(t('session', 'list', '--user', 'zoe'), 3, 'of nobody')
r = t('session', 'list')
check(r.code == 0 and '\x1b' not in r.out and '\x07' not in r.out and
      '\\x1b' in r.out and first in r.out, 'hostile bytes are escaped',
      r.text())
expect(t('session', 'list', '--all'), 0, '--all tells the end', out='closed')
check(t.json('user', 'show', 'ann')['open_sessions'] == 1,
      'user show counts the open ones')
check(t.json('session', 'show', first) ==
      t.json('session', 'list', '--user', 'ann')['sessions'][0],
      'show says what list does')
acting = session('ann', ends_at=1700001800, idle=900, impersonator=ids['bob'])
expect(t('session', 'show', acting), 0, 'who acts, and for how long',
       out=r'(?s)Acting: +b{32}\n.*900 seconds')
check(t.json('session', 'show', acting)['ends_at'] ==
      '2023-11-14T22:43:20Z', 'its end')
for wrong in ('', 'x', str(uuid.uuid4()), "' OR 1", 'ann'):
    expect(t('session', 'show', wrong), 3, 'show: no such session',
           err='there is no session')

# On a terminal of 80 columns no line breaks.
term = Terminal('-s', t.where, 'session', 'list')
fcntl.ioctl(term.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
code = term.wait()
lines = term.seen.decode().splitlines()
check(code == (0, None) and 4 <= len(lines) <= 9 and
      wide('\n'.join(lines)) == [], 'a table fits a terminal', (code, lines))
check(any(first in l for l in lines), 'and the id stands there whole', lines)
t('user', 'delete', 'b' * 32, '--yes', '--grace', '0')
check('b' * 32 in [x['user'] for x in
                   t.json('session', 'list', '--all')['sessions']],
      'a deleted user still has a name')

# --- revoke ---

ids['cleo'] = t.json('user', 'add', 'cleo')['id']
one = session('cleo')
expect(t('session', 'revoke', one), 2, 'asks first', err='--yes')
check(row_of(one) == (0, ''), '... and does nothing')
expect(t('session', 'revoke', str(uuid.uuid4()), '--yes'), 3,
       'revoke: no such session', err='there is no session')
r = t.json('session', 'revoke', one, '--yes')
check(r['ended'] == 'revoked' and r['kill'] is None and
      r['closed_at'] is not None, 'revoked', r)
check(row_of(one) == (1, 'revoked'), '... in the store')
check(revoked()[-1]['session'] == one and revoked()[-1]['killed'] == 'no',
      '... and the audit', revoked())
n = len(revoked())
expect(t('session', 'revoke', one, '--yes'), 4, 'once', err='closed already')
check(len(revoked()) == n, '... and audited once')
r = t.json('session', 'revoke', one, '--yes', '--kill')
check(r['kill'] == {'result': 'elsewhere', 'ended': 0, 'left': 0},
      'of another host nothing is ended', r)
expect(t('session', 'revoke', session('cleo', host=HERE, boot='x' * 36),
         '--yes', '--kill'), 0, 'nor of another boot',
       out='nothing was ended')
expect(t('session', 'revoke', session('cleo', host=HERE, boot=BOOT, pid=1,
                                      pid_start=0), '--yes', '--kill'),
       0, 'nor process 1', out='gone already')
mine = os.getpid()
expect(t('session', 'revoke', session('cleo', host=HERE, boot=BOOT, pid=mine,
                                      pid_start=1), '--yes', '--kill'),
       0, 'nor one that has the number of another', out='gone already')

# Children, grandchildren, what ignores a signal or is stopped, and what has
# left its parent: all of it; and nothing else.
other = subprocess.Popen(['sleep', '600'], stdout=subprocess.DEVNULL)
child, sid = running(
    'cleo', 'sh', '-c',
    'sleep 600 & nohup sleep 600 >/dev/null 2>&1 &'
    "sh -c 'trap \"\" TERM HUP; sleep 600; sleep 600' &"
    '(sleep 600 &) ; sh -c "kill -STOP \\$\\$" & echo here; wait; sleep 600')
check(child.stdout.readline() == b'here\n', 'a session runs')
time.sleep(0.1)


def members():
    found = set()
    for name in os.listdir('/proc'):
        try:
            with open('/proc/%s/stat' % name) as f:
                state = f.read().rsplit(')', 1)[1].split()
            if state[0] != 'Z' and state[3] == str(child.pid):
                found.add(int(name))
        except (OSError, IndexError):
            pass
    return found


before = members()
check(len(before) >= 6, '... in several processes', before)
expect(t('session', 'revoke', sid, '--yes'), 0, 'revoked, and still there')
check(members() == before, '... all of it')
r = t.json('session', 'revoke', sid, '--yes', '--kill')
check(r['kill']['result'] == 'ended' and r['kill']['left'] == 0 and
      r['kill']['ended'] >= len(before), '--kill ends it', r['kill'])
check(child.wait(60) != 0, '... the first')
check(members() <= {child.pid}, '... and all the others', members())
check(other.poll() is None, '... but nothing else')
other.kill()
other.wait()
check(revoked()[-1]['killed'] == 'yes', 'the audit says so')
r = t.json('session', 'revoke', sid, '--yes', '--kill')
check(r['kill']['result'] == 'gone', 'and then it is gone', r['kill'])

# --- revoke-all ---

a, b = session('cleo'), session('cleo')
expect(t('session', 'revoke-all', 'zoe', '--yes'), 3, 'of nobody')
expect(t('session', 'revoke-all', 'cleo'), 2, 'asks first', err='--yes')
expect(t('session', 'revoke-all', 'cleo', '--yes', '--except', 'x'), 3,
       'except one that is not there', err='no open session')
expect(t('session', 'revoke-all', 'cleo', '--yes', '--except', first), 3,
       'or is not the user\'s', err='no open session')
expect(t('session', 'revoke-all', 'cleo', '--yes', '--except-current'), 6,
       'except the one we are in, and we are in none', err='--except')
expect(t('session', 'revoke-all', 'cleo', '--yes', '--except-current',
         '--except', a), 2, 'not both')
check(row_of(a) == row_of(b) == (0, ''), 'none of that did anything')
r = t.json('session', 'revoke-all', 'cleo', '--yes', '--except', a)
check([x['id'] for x in r['sessions']] == [b] and r['name'] == 'cleo',
      'all but one', r)
check(row_of(a) == (0, '') and row_of(b) == (1, 'revoked'), '... so it is')
with open('/proc/self/stat') as f:
    start = int(f.read().rsplit(')', 1)[1].split()[19])
ours = session('cleo', host=HERE, boot=BOOT, pid=mine, pid_start=start)
r = t.json('session', 'revoke-all', 'cleo', '--yes', '--except-current')
check([x['id'] for x in r['sessions']] == [a] and row_of(ours) == (0, ''),
      'all but the one that we are in', r)
expect(t('session', 'revoke-all', 'cleo', '--yes', '--except-current'), 0,
       'there is no other', out='had no other session')
session('cleo')
child, sid = running('cleo', 'sleep', '600')
t.sql('UPDATE session SET closed_at = 1, gone = 1 WHERE id = ?',
      ours)
expect(t('session', 'revoke-all', 'cleo', '--yes', '--kill'), 0,
       'all of them, and their programs',
       out=r'(?s)1 process ended.*nothing was ended')
check(child.wait(60) == -15, '... which got a SIGTERM')
expect(t('session', 'revoke-all', 'cleo', '--yes'), 0, 'and then none',
       out='had no session')
check(t.json('session', 'revoke-all', 'cleo', '--yes')['sessions'] == [],
      '... as JSON')
check(row_of(first) == (0, ''), 'and nobody else\'s')

# Rows that are closed say nothing of their programs.
one, sid = running('cleo', 'sleep', '600', closed=1, ended='password')
two, other = running('cleo', 'sleep', '600', closed=1, ended='closed',
                     gone=1)
r = t.json('session', 'revoke-all', 'cleo', '--yes')
check(r['sessions'] == [] and one.poll() is None, 'the open ones', r)
t('user', 'delete', 'cleo', '--yes', '--now')
r = t.json('session', 'revoke-all', ids['cleo'], '--yes', '--kill')
check([(x['id'], x['kill']['result']) for x in r['sessions']] ==
      [(sid, 'ended')], '--kill: also those of a deleted user', r)
check(one.wait(60) == -15 and two.poll() is None, '... that are left')
r = t.json('session', 'revoke', other, '--yes', '--kill')
check(r['kill']['result'] == 'gone' and two.poll() is None,
      'one that was left is nobody\'s any more', r)
two.kill()
two.wait()
check(t.json('session', 'revoke-all', ids['cleo'], '--yes',
             '--kill')['sessions'] == [], 'and then none')
ids['cleo'] = t.json('user', 'add', 'cleo2')['id']
one, sid = running('cleo', 'sleep', '600')
shared = session('ann', host=HERE, boot=BOOT, pid=one.pid,
                 opened=int(time.time()),
                 pid_start=t.sql('SELECT pid_start FROM session WHERE id = ?',
                                 sid)[0][0])
two, last = running('cleo', 'sleep', '600')
r = t('--json', 'session', 'revoke-all', 'cleo2', '--yes', '--kill')
check(r.code == 1 and {x['id']: x['kill']['result']
                       for x in r.json()['sessions']} ==
      {sid: 'shared', last: 'ended'},
      'what is also another user\'s is not ended, the rest is', r.text())
check(two.wait(60) == -15 and one.poll() is None, '... indeed')
check(row_of(shared) == (0, '') and row_of(sid) == (1, 'revoked'),
      '... the rows')
one.kill()
one.wait()

# A person says yes or no.
sid = session('cleo')
term = Terminal('-s', t.where, 'session', 'revoke', sid, '--kill')
check(term.read_until(b'[y/N] ') and b"cleo2's session (sshd, 192.0.2.1), and "
      b'end all that runs in it?' in term.seen, 'a question', term.seen)
term.type(b'n\n')
check(term.wait() == (1, None) and row_of(sid) == (0, ''), 'no', term.seen)
term = Terminal('-s', t.where, 'session', 'revoke', sid)
check(term.read_until(b'[y/N] '), 'once more')
term.type(b'y\n')
check(term.wait() == (0, None) and row_of(sid) == (1, 'revoked'), 'yes',
      term.seen)
t.end()
done()

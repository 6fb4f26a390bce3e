#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What is shown once is shown: Ctrl-C waits for it, and a name cannot paint
# over it.
from cli import *
from otp import *

t = Trial()
t('user', 'add', 'ann')


def signals(pid, which):
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(which + r':\s*(\w+)', f.read()).group(1), 16)


def held(term, seconds=30):
    """SIGINT waits there, as the process says itself; a question that holds
    it for a while catches it, too."""
    bit = 1 << (signal.SIGINT - 1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (not signals(term.pid, 'SigCgt') & bit and
                signals(term.pid, 'SigBlk') & bit):
            return True
        time.sleep(0.02)
    return False


def interrupted(what, start):
    """Ctrl-C while the store keeps it waiting before the commit."""
    lock = sqlite3.connect(t.db, isolation_level=None)
    lock.execute('BEGIN IMMEDIATE')
    term = start()
    ok = check(held(term, 4), what + ' holds signals back')
    os.kill(term.pid, signal.SIGINT)
    lock.execute('ROLLBACK')
    lock.close()
    how = term.wait()
    check(ok and how == (None, signal.SIGINT) and
          len(set(backup_codes(term.seen.decode()))) == 10,
          what + ' shows the codes and then ends', (how, term.seen))


def totp_begun():
    term, secret = begin(t, 'enroll', 'totp', 'ann')
    term.type(totp(secret).encode() + b'\n')
    return term


def hotp_begun():
    term, secret = begin(t, 'enroll', 'hotp', 'ann')
    term.type(hotp(secret, 0).encode() + b'\n')
    return term


# With a device of each kind comes a set, when there is none.
interrupted('enroll totp', totp_begun)
check(t.sql('SELECT count(*) FROM otp') == [(1,)], 'it is there')
interrupted('enroll backup', lambda: Terminal(
    '-s', t.where, 'enroll', 'backup', 'ann', '--without-code'))
interrupted('enroll backup --json', lambda: Terminal(
    '-s', t.where, '--json', 'enroll', 'backup', 'ann', '--without-code'))
t.sql('DELETE FROM code')
interrupted('enroll hotp', hotp_begun)
check(t.sql('SELECT count(*) FROM otp') == [(2,)], 'it is there, too')

# A wrong code is worth a row.
expect(t('enroll', 'backup', 'ann', '--stdin', data='000000x\n'), 6,
       'a wrong proof')
check(t.sql("SELECT outcome FROM audit WHERE action = 'otp.backup_renewed' "
            'ORDER BY seq DESC LIMIT 1') == [('failure',)], 'is audited')
expect(t('enroll', 'resync', 'ann', 'token', '--stdin',
         data='000000\n111111\n'), 6, 'two wrong codes')
check(t.sql("SELECT outcome FROM audit WHERE action = 'otp.resynced'") ==
      [('failure',)], 'are audited')

# A name that no name_regex of today would take.
name = 'a\x1b[2J\u202e\u009bn'
t.sql('UPDATE account SET name = ?', name)


def plain(text):
    return not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]',
                         text.replace('\r\n', '\n')) and r'\x1b[2J' in text


for words in [('user', 'login-code', name), ('user', 'reset', name),
              ('enroll', 'ticket', name),
              ('enroll', 'backup', name, '--without-code'),
              ('user', 'show', name),
              ('user', 'list')]:
    r = t(*words)
    check(r.code == 0 and plain(r.out), ' '.join(words[:2]) +
          ' does not let it paint', r.text())
term = Terminal('-s', t.where, 'enroll', 'remove', name, 'token')
term.read_until(b'[y/N] ')
check(plain(term.seen.decode()), 'nor does enroll remove', term.seen)
term.type(b'n\n')
check(term.wait()[0] != 0, 'which is given up')
png = t.dir + '/there.png'
open(png, 'w').close()
term = Terminal('-s', t.where, 'enroll', 'totp', name, '--png', png)
how = term.wait()
check(how[0] not in (0, None) and b'exists: name another' in term.seen and
      b'--force' not in term.seen, 'no option is named that is not there',
      term.seen)
expect(t('store', 'backup', png), 4, 'but where it is', err='--force')

# Rows of a list that is imported: escaped once.
path = t.dir + '/shadow'
with open(path, 'w') as f:
    f.write('a\\ b:$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0L'
            'Mt6oMnZgE3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1:20000:0:99999:7:::\n')
r = t('import', 'shadow', path, '--add-accounts')
check(r.code == 6 and r"'a\\ b'" in r.out and r'\\\\' not in r.out,
      'a note is escaped once', r.text())
t.end()
done()

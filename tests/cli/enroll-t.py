#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Devices: enrolled on a terminal or not at all, listed, renamed, removed.
from cli import *
import base64
from otp import *

t = Trial()
t('user', 'add', 'ann')
t('user', 'add', 'bob')


def devices(user='ann'):
    return t.json('enroll', 'list', user)['devices']


def nothing(what):
    check(devices() == [] and t.sql('SELECT count(*) FROM code') == [(0,)]
          and 'otp.enrolled' not in [a for a, _ in t.audit()],
          what + ': nothing is stored')


# What is wrong is said before anything is shown.
expect(t('enroll', 'totp', 'ann'), 2, 'no terminal', err='no terminal')
expect(t('enroll', 'totp', 'nobody'), 3, 'nobody, and no terminal',
       err="no user 'nobody'")
for words, why in [(['--digits', 'six'], "--digits: 'six' is not 6, 7 or 8"),
                   (['--digits', '9'], "--digits: '9' is not 6, 7 or 8"),
                   (['--period', '5m'],
                    r"--period: '5m' is not 15 to 120 \(seconds\)"),
                   (['--issuer', 'a:b'],
                    "--issuer: no ':' and no control characters"),
                   (['--issuer', 'a\nb'],
                    "--issuer: no ':' and no control characters"),
                   (['--issuer', ' a'], '--issuer: .*blank'),
                   (['--label', 'a:b'], ':')]:
    expect(t('enroll', 'totp', 'ann', *words), 2,
           '%r, and no terminal' % words, err=why)
expect(t('enroll', 'totp'), 2, 'who is meant', err='say who')
for words in [['--digits', '5'], ['--digits', '9'], ['--digits', 'x'],
              ['--period', '14'], ['--period', '121'], ['--period', '0'],
              ['--algorithm', 'md5'], ['--label', ''], ['--label', ' x'],
              ['--label', 'a:b'], ['--label', 'x' * 65],
              ['--label', 'a\x1bb'], ['--issuer', 'x' * 300],
              ['--png', t.dir + '/p', '--invert']]:
    term = Terminal('-s', t.where, 'enroll', 'totp', 'ann', *words)
    how = term.wait()
    check(how == (2, None) and secret_of(term.seen) is None,
          'refused: %r' % words[-2:], (how, term.seen))
check(not os.path.exists(t.dir + '/p'), 'no file is left')
term = Terminal('-s', t.where, 'enroll', 'totp', 'zoe')
check(term.wait() == (3, None) and secret_of(term.seen) is None,
      'nobody to enroll', term.seen)

# Given up, or wrong.
term, secret = begin(t, 'enroll', 'totp', 'ann')
check(secret is not None and len(secret) == 32, 'the key is shown',
      term.seen)
check(re.search(rb'\nOr type in the key:( [A-Z2-7]{4}){8}\r\nOne-time code: ',
                term.seen) and b'Scan this with an auth' in term.seen,
      'in groups of four, on one line above the question', term.seen)
check('\u2588'.encode() in term.seen or b'\x1b[' in term.seen,
      'under a QR code')
os.write(term.fd, b'\x03')
check(term.wait() == (None, signal.SIGINT), 'Ctrl-C ends it')
nothing('Ctrl-C')

term, secret = begin(t, 'enroll', 'totp', 'ann')
for left in [b'2 tries are left', b'1 try is left']:
    term.type(wrong(secret).encode() + b'\n')
    check(term.read_until(PROMPT) and left in term.seen
          and re.search(rb'clock of the device right\?\r\nIt is \d\d:\d\d:'
                        rb'\d\d UTC here\. ' + left, term.seen),
          'a wrong code: ' + left.decode(),
          term.seen)
term.type(b'9' * 300 + b'\n')
how = term.wait()
check(how == (6, None) and b'nothing was enrolled' in term.seen,
      'three wrong ones end it', (how, term.seen))
nothing('wrong codes')

term, secret = begin(t, 'enroll', 'totp', 'ann')
term.type(totp(secret, -3).encode() + b'\n')
check(term.read_until(b'2 tries are left'), 'a code of long ago', term.seen)
term.type(b'\x04')
check(term.wait() == (1, None), 'end of file')
nothing('end of file')

# Right, at the second try.
term, secret = begin(t, 'enroll', 'totp', 'ann')
term.type(wrong(secret).encode() + b'\n')
term.read_until(PROMPT)
term.type(totp(secret).encode() + b'\n')
how = term.wait()
text = term.seen.decode()
check(how == (0, None) and "Added 'phone'" in text, 'a right code', text)
codes = backup_codes(text)
check(len(set(codes)) == 10, 'ten backup codes are shown', text)
check(wide(text.replace('\r', '')) == [], 'on lines that fit')
d = devices()
check(len(d) == 1 and d[0]['label'] == 'phone' and d[0]['kind'] == 'totp'
      and d[0]['state'] == 'active' and d[0]['used_at'] is None,
      'enroll list', d)
left = t.json('enroll', 'list', 'ann')['backup_codes']
check(left['left'] == 10 and left['total'] == 10, 'ten are left', left)
expect(t('enroll', 'list', 'ann'), 0, 'in words',
       out='(?s)phone +totp +SHA1 +6 +active.*Backup codes: 10 of 10 left')
expect(t('enroll', 'list', 'bob'), 0, 'of whoever has none',
       out='(?s)no devices.*Backup codes: none')
expect(t('enroll', 'list', 'zoe'), 3, 'of nobody')
entries = [m for a, m in t.audit() if a == 'otp.enrolled']
check(len(entries) == 1 and entries[0]['label'] == 'phone', 'is audited',
      entries)
blob = open(t.db, 'rb').read() + open(t.db + '-wal', 'rb').read() \
    if os.path.exists(t.db + '-wal') else open(t.db, 'rb').read()
check(secret.encode() not in blob and base64.b32decode(secret) not in blob
      and not any(c.encode() in blob or c.replace('-', '').encode() in blob
                  for c in codes), 'neither key nor codes are in the store')
u = t.json('user', 'show', 'ann')
check((u['devices'], u['backup_codes'], u['trusted_devices']) == (1, 10, 0),
      'user show counts', u)
expect(t('user', 'show', 'ann'), 0, 'in words, too',
       out='1 device, 10 backup codes left')

# One more: the codes that are left stay.
term, secret2 = begin(t, 'enroll', 'totp', 'ann', '--label', 'b\u00fcro',
                      '--algorithm', 'sha256', '--digits', '8', '--period',
                      '60', '--issuer', 'Ex Ample')
check(b'(SHA256, 8 digits, 60 seconds)' in term.seen, 'other codes')
check(wide(re.sub('\x1b\\[[0-9;]*m', '', term.seen.decode())
           .replace('\r', ''), 79) == [] and len(secret2) == 52,
      'and a longer key, on lines that fit', term.seen)
term.type(totp(secret2, 0, 8, 60, 'SHA256').encode() + b'\n')
how = term.wait()
check(how == (0, None) and backup_codes(term.seen.decode()) == [],
      'no new backup codes', (how, term.seen))
term = Terminal('-s', t.where, 'enroll', 'totp', 'ann', '--label', 'phone')
check(term.wait() == (4, None) and secret_of(term.seen) is None,
      'a label that is taken', term.seen)
secret3, _ = enroll(t, 'ann')
check([d['label'] for d in devices()] == ['b\u00fcro', 'phone', 'phone 2'],
      'the next free label', devices())

# Standard output is for JSON alone.
out = t.dir + '/out.json'
term = Terminal('-s', t.where, '--json', 'enroll', 'totp', 'bob', out=out)
term.read_until(PROMPT)
secret = secret_of(term.seen)
term.type(totp(secret).encode() + b'\n')
how = term.wait()
doc = json.load(open(out))
check(how == (0, None) and doc['device']['label'] == 'phone'
      and doc['user'] == 'bob', 'json', (how, doc))
check(len(doc['backup_codes']) == 10
      and backup_codes(term.seen.decode()) == [],
      'the backup codes are in it, and not on the terminal')
check(secret not in open(out).read(), 'the key is not in it')

# C locale, and no colours.
term, secret = begin(t, 'enroll', 'totp', 'ann', '--label', 'c',
                     env=environment(LC_ALL='C', NO_COLOR='1'))
check(b'##' in term.seen and all(b < 128 for b in term.seen)
      and b'\x1b' not in term.seen, 'a C locale', term.seen[:200])
term.type(b'\x03')
term.wait()

# Files.
png, svg = t.dir + '/key.png', t.dir + '/key.svg'
term, secret = begin(t, 'enroll', 'totp', 'bob', '--label', 'f', '--png',
                     png, '--svg', svg)
check(secret is None and os.stat(png).st_mode & 0o777 == 0o600
      and os.stat(svg).st_mode & 0o777 == 0o600
      and open(png, 'rb').read(8) == b'\x89PNG\r\n\x1a\n'
      and '<svg' in open(svg).read(), 'pictures in files, and no key in words',
      term.seen)
term.type(b'\x03')
term.wait()
check(gone(png) and gone(svg), 'Ctrl-C: the files are gone',
      os.listdir(t.dir))
term, _ = begin(t, 'enroll', 'totp', 'bob', '--label', 'f', '--png', png)
for i in range(3):
    term.type(b'000\n')
    if i < 2:
        term.read_until(PROMPT)
how = term.wait()
check(how == (6, None) and gone(png), 'wrong codes: likewise',
      (how, term.seen))
open(png, 'w').write('mine')
term = Terminal('-s', t.where, 'enroll', 'totp', 'bob', '--label', 'f',
                '--png', png)
check(term.wait() == (4, None) and open(png).read() == 'mine',
      'a file that is there is not replaced', term.seen)
os.unlink(png)
check(sorted(os.listdir(t.dir)) == ['out.json', 'store'],
      'and nothing is left', os.listdir(t.dir))
if shutil.which('zbarimg'):
    term, _ = begin(t, 'enroll', 'totp', 'bob', '--label', 'f', '--issuer',
                    'Ex Ample', '--png', png)
    uri = subprocess.run(['zbarimg', '-q', '--raw', png],
                         stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout.decode().strip()
    m = re.search(r'secret=([A-Z2-7]+)', uri)
    check(uri.startswith('otpauth://totp/Ex%20Ample:bob?') and m is not None,
          'the picture is read back', uri)
    term.type(totp(m.group(1)).encode() + b'\n')
    how = term.wait()
    check(how == (0, None) and os.path.exists(png),
          'a code of what it says is right, and the file stays',
          (how, term.seen))
    check(t('enroll', 'remove', 'bob', 'f', '--yes').code == 0, 'and away')
else:
    skip('no zbarimg')

# HOTP.
token, _ = enroll(t, 'ann', kind='hotp')
d = t.json('enroll', 'show', 'ann', 'token')
check(d['device']['kind'] == 'hotp' and d['counter'] == 1
      and d['device']['period'] is None, 'enroll hotp', d)
term, secret = begin(t, 'enroll', 'hotp', 'bob', '--counter', '70')
check(b' (hotp, counter 70)\r\n' in term.seen, 'from a counter on',
      term.seen)
term.type(hotp(secret, 69).encode() + b'\n')
term.read_until(PROMPT)
term.type(hotp(secret, 72).encode() + b'\n')
check(term.wait() == (0, None)
      and t.json('enroll', 'show', 'bob', 'token')['counter'] == 73,
      'not before it, but a little behind', term.seen)
expect(t('enroll', 'show', 'ann', 'none'), 3, 'no such device',
       err='enroll list ann')
expect(t('enroll', 'show', 'bob', 'b\u00fcro'), 3, 'nor another\'s')
expect(t('enroll', 'show', 'ann', 'phone'), 0, 'enroll show',
       out='(?s)Label: +phone\n.*Period: +30 seconds\n.*State: +active')

# Out of step.
lines = '%s\n%s\n' % (hotp(token, 300), hotp(token, 301))
expect(t('enroll', 'resync', 'ann', 'token', '--stdin',
         data='%s\n%s\n' % (hotp(token, 300), hotp(token, 302))), 6,
       'two codes that are not in a row')
expect(t('enroll', 'resync', 'ann', 'token', '--stdin', data='1\n'), 2,
       'one line')
expect(t('enroll', 'resync', 'ann', 'token'), 2, 'nobody to ask',
       err='--stdin')
expect(t('enroll', 'resync', 'ann', 'phone', '--stdin', data=lines), 4,
       'a device without a counter')
expect(t('enroll', 'resync', 'ann', 'phone'), 4, 'before anybody is asked')
expect(t('enroll', 'resync', 'ann', 'none', '--stdin', data=lines), 3,
       'no device')
t.sql("UPDATE otp SET state = 2 WHERE label = 'token'")
expect(t('enroll', 'list', 'ann'), 0, 'waits to be resynchronised',
       out='token +hotp .*resync')
expect(t('enroll', 'resync', 'ann', 'token', '--stdin', data=lines), 0,
       'two in a row', out='in step')
d = t.json('enroll', 'show', 'ann', 'token')
check(d['counter'] == 302 and d['device']['state'] == 'active',
      'are found far ahead', d)
expect(t('enroll', 'resync', 'ann', 'token', '--stdin', data=lines), 6,
       'once')
term = Terminal('-s', t.where, 'enroll', 'resync', 'ann', 'token')
term.read_until(b'A code of the device: ')
term.type(hotp(token, 310).encode() + b'\n')
term.read_until(b'The next one: ')
term.type(hotp(token, 311).encode() + b'\n')
check(term.wait() == (0, None), 'on a terminal', term.seen)

# Names.
expect(t('enroll', 'rename', 'ann', 'token', 'phone'), 4, 'to one taken')
expect(t('enroll', 'rename', 'ann', 'token', 'a:b'), 2, 'to a bad one')
expect(t('enroll', 'rename', 'ann', 'none', 'x'), 3, 'of none')
expect(t('enroll', 'rename', 'ann', 'token', 'yubi\\n'), 0, 'enroll rename')
check('yubi\\n' in [d['label'] for d in devices()], 'is renamed', devices())

# New backup codes, for a code.
expect(t('enroll', 'backup', 'ann'), 2, 'nobody to ask', err='--stdin')
expect(t('enroll', 'backup', 'zoe'), 3, 'of nobody')
expect(t('enroll', 'backup', 'ann', '--stdin', data=codes[0]), 6,
       'a backup code makes no others', err='backup code')
expect(t('enroll', 'backup', 'ann', '--stdin', data='12345678'), 6,
       'a wrong code')
expect(t('enroll', 'backup', 'ann', '--stdin', '--without-code', data='1'),
       2, 'not both')
code = hotp(token, 312)
r = t('enroll', 'backup', 'ann', '--stdin', data=code)
new = backup_codes(r.out)
check(r.code == 0 and len(set(new)) == 10 and not set(new) & set(codes),
      'ten new ones', r.text())
check(t.audit()[-1][1]['proof'] == 'device', 'audited', t.audit()[-1])
expect(t('enroll', 'backup', 'ann', '--stdin', data=code), 6,
       'the code is spent')
doc = t.json('enroll', 'backup', 'ann', '--without-code')
check(len(doc['backup_codes']) == 10
      and t.audit()[-1] == ('otp.backup_renewed', {'proof': 'none'}),
      'without a code, which is audited', t.audit()[-1])
t('user', 'add', 'eve')
expect(t('enroll', 'backup', 'eve'), 4, 'before anybody is asked',
       err='no device')
expect(t('enroll', 'backup', 'eve', '--without-code'), 4, 'no device',
       err='no device')

# Away.
expect(t('enroll', 'remove', 'ann', 'phone'), 2, 'nobody to ask',
       err='--yes')
expect(t('enroll', 'remove', 'ann', 'none', '--yes'), 3, 'none')
term = Terminal('-s', t.where, 'enroll', 'remove', 'ann', 'phone')
check(term.read_until(b"Remove 'phone' of ann? [y/N] ")
      and b'last' not in term.seen, 'it asks', term.seen)
term.type(b'\n')
check(term.wait() == (1, None) and len(devices()) == 4, 'no')
term = Terminal('-s', t.where, 'enroll', 'remove', 'ann', 'phone')
term.read_until(b'[y/N] ')
term.type(b'y\n')
check(term.wait() == (0, None) and len(devices()) == 3, 'yes', term.seen)
for label in ['b\u00fcro', 'phone 2']:
    expect(t('enroll', 'remove', 'ann', label, '--yes'), 0, 'one more')
check(t.json('enroll', 'list', 'ann')['backup_codes']['left'] == 10,
      'the codes are there as long as a device is')
term = Terminal('-s', t.where, 'enroll', 'remove', 'ann', 'yubi\\n')
check(term.read_until(b'[y/N] ') and b'the backup codes go' in term.seen,
      'the last: it says what goes with it', term.seen)
term.type(b'\x03')
term.wait()
d = t.json('enroll', 'remove', 'ann', 'yubi\\n', '--yes')
check(d['last'] is True, 'the last', d)
check(t.json('enroll', 'list', 'ann')['backup_codes']['total'] == 0,
      'and the backup codes are gone')
check(t.sql("SELECT epoch FROM account WHERE name = 'ann'") == [(5,)],
      'each raised the epoch')

# With its account.
expect(t('user', 'delete', 'bob', '--grace', '0', '--yes'), 0,
       'an account is deleted')
check(t.sql('SELECT (SELECT count(*) FROM otp), (SELECT count(*) FROM code)')
      == [(0, 0)], 'with devices and codes')

# A clock that was ahead once.
phone, _ = enroll(t, 'ann')
now = int(time.time())
check(abs(int(t.sql("SELECT value FROM meta WHERE key = 'clock_seen'")[0][0])
          - now) < 60, 'a step that is spent is a time that was seen')
t.sql("INSERT OR REPLACE INTO meta VALUES ('clock_seen', ?)",
      str(int(time.time()) + 10 * 86400))
term = Terminal('-s', t.where, 'enroll', 'totp', 'ann')
check(term.wait() == (6, None) and b'clock-accept' in term.seen
      and secret_of(term.seen) is None, 'no device that goes by it',
      term.seen)
enroll(t, 'ann', kind='hotp')
check(len(devices()) == 2, 'one that counts')
r = t('doctor', '--pam-dir', t.dir)
check('clock-behind' in r.out and 'clock-accept' in r.out, 'doctor says so',
      r.text())
t.sql("UPDATE otp SET state = 2 WHERE kind = 2")
r = t('doctor', '--pam-dir', t.dir)
check('otp-resync' in r.out and 'enroll resync' in r.out,
      'and which device waits', r.text())
step = int(time.time()) // 30
t.sql("UPDATE otp SET moved = ? WHERE kind = 1", step + 2880)
doc = t.json('store', 'clock-accept')
check(doc['was'] > doc['now'] and [d['label'] for d in doc['devices']] ==
      ['phone'], 'clock-accept names whose steps lie ahead', doc)
check(doc['accepted'] is True and
      t.audit()[-1][0] == 'store.clock_accepted', 'audited', t.audit()[-1])
before = len(t.audit())
expect(t('store', 'clock-accept'), 0, 'once; and in words',
       out='(?s)^The clock is not behind: nothing to accept.\n'
       "'phone' of ann accepts nothing before 20")
check(t.json('store', 'clock-accept')['accepted'] is False and
      len(t.audit()) == before, 'which is no row')
# A row of that future, which is the newest by its time.
columns = [c[1] for c in t.sql('PRAGMA table_info(audit)')]
t.sql('INSERT INTO audit (%s) SELECT %s FROM audit WHERE seq = 1' % (
    ', '.join(columns), ', '.join(
        {'seq': '999', 'at': '9999999999',
         'id': "'00000000-0000-7000-8000-000000000000'"}.get(c, c)
        for c in columns)))
r = t('doctor', '--pam-dir', t.dir)
check('error: clock' not in r.out and 'otp-ahead' in r.out and
      "'phone' of ann, which is refused until 20" in
      r.out.replace('\n    ', ' '),
      'and the clock is well, but not the device', r.text())
expect(t('enroll', 'list', 'ann'), 0, 'enroll list has it',
       out='phone .* refused until 20')
expect(t('enroll', 'show', 'ann', 'phone'), 0, 'and so has enroll show',
       out='State: +refused until 20')
d = t.json('enroll', 'show', 'ann', 'phone')
check(d['refused_until'] is not None, 'enroll show has it', d)
expect(t('enroll', 'backup', 'ann', '--stdin', data=totp(phone)), 6,
       'and whoever gives its code', err="'phone' .* refused until 20")
enroll(t, 'ann')
check(len(devices()) == 3, 'a new one')
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Tables: in every locale, and on a terminal of 80 columns.
from cli import *
import fcntl
import struct
import termios
import uuid

NAME = 'bob'
LABEL = 'Zoë at home'
KEY = ('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGYqrEUvo8hdxmXkUqjXhS4FNgoAvJWT'
       'hS0ZdUbwSbmN x\n')
SOURCE = 'ip:2001:db8:1234:5678:9abc:def0:1234:5678'

t = Trial()
t('user', 'add', NAME)
t('user', 'add', 'b' * 32, '--email', 'bob@example.org')
account = t.json('user', 'show', NAME)['id']
now = int(time.time())
expect(t('enroll', 'ssh-key', NAME, '-', '--label', LABEL, data=KEY), 0,
       'a label that is not ASCII')
t.sql('INSERT INTO key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      str(uuid.uuid4()), account, 'the blue one', 'example.org', b'x', -7,
      b'x' * 64, bytes(range(16)), 'usb,nfc', 3, 1, 7, b'x', now, now)
t('policy', 'add', '--deny', '--service', 'x', '--note', 'früher',
  '--at', '1')
for who in (NAME, 'b' * 32):
    t.sql('INSERT INTO session (id, account, login, service, tty, rhost, '
          'factors, host, boot, pid, pid_start, opened_at, closed_at) VALUES '
          '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          str(uuid.uuid4()), t.json('user', 'show', who)['id'], '', 'sshd',
          'ssh', 'hôte.example.org', 'password,fido2_uv', 'host', '', 42,
          4242, now, 0)
t.sql('INSERT INTO guess VALUES (?, ?, ?, ?, 1, ?, ?, 2, 0)',
      str(uuid.uuid4()), account, SOURCE, 'password', now, now)
t.sql('INSERT INTO trust (id, account, kind, binding, shown, epoch, '
      'created_at, used_at) SELECT ?, id, 1, ?, ?, epoch, ?, ? FROM account '
      'WHERE id = ?', str(uuid.uuid4()), b'x' * 32, SOURCE[3:], now, 0,
      account)
TABLES = [['enroll', 'list', NAME], ['policy', 'list'], ['session', 'list'],
          ['lock', 'list'], ['trust', 'list'], ['audit', 'list'],
          ['user', 'list']]

# Where ë is no character: libsmartcols would count it for ever.
for locale in 'C', 'POSIX', 'xx_XX.UTF-8', 'en_US.ISO-8859-1', 'C.UTF-8':
    for words in TABLES:
        r = t(*words, env=environment(LC_ALL=locale))
        check(r.code == 0, '%s: %s' % (locale, ' '.join(words)), r.text())
r = t('enroll', 'list', NAME, env=environment(LC_ALL='C'))
check(r'Zo\xc3\xab at home' in r.out and r.out.isascii(), 'is escaped there',
      r.text())
r = t('enroll', 'list', NAME)
check(LABEL in r.out, 'and stands as it is elsewhere', r.text())


def shown(*words, columns=80):
    """On a terminal; lines, and the cells of each column, joined."""
    out = Terminal('-s', t.where, *words)
    fcntl.ioctl(out.fd, termios.TIOCSWINSZ,
                struct.pack('HHHH', 24, columns, 0, 0))
    code = out.wait()
    lines = out.seen.decode().splitlines()
    check(code == (0, None) and wide('\n'.join(lines), columns) == [],
          '%s fits %d columns' % (' '.join(words), columns), (code, lines))
    heads = [(m.group(), m.start()) for m in re.finditer(r'\S+', lines[0])]
    ends = [at for _, at in heads[1:]] + [columns]
    return {name: ''.join(l[at:end].strip() for l in lines[1:])
            for (name, at), end in zip(heads, ends)}


cells = shown('enroll', 'list', NAME)
check('Zoëathome' in cells.get('LABEL', '').replace(' ', '') and
      'theblueone' in cells['LABEL'].replace(' ', ''), 'labels are whole',
      cells)
check('not known' in cells.get('MODEL', ''), 'a model that is not known',
      cells)
d = t.json('enroll', 'show', NAME, 'the blue one')
aaguid = '00010203-0405-0607-0809-0a0b0c0d0e0f'
check(d['key']['aaguid'] == aaguid and d['key']['model'] is None and
      aaguid in t('enroll', 'show', NAME, 'the blue one').out,
      'whose AAGUID enroll show tells', d)
cells = shown('lock', 'list')
check(cells['USER'] == NAME and cells['SOURCE'] == SOURCE,
      'lock list: user and source are whole', cells)
cells = shown('session', 'list')
check(cells['USER'].count('b') == 34 and len(cells['ID']) == 72 and
      len(cells['OPENED']) == 20 and 'sshd' in cells['SERVICE'],
      'session list', cells)
cells = shown('trust', 'list')
check(cells['USER'] == NAME and cells['DEVICE'] == SOURCE[3:] and
      len(cells['ID']) == 36, 'trust list', cells)
cells = shown('audit', 'list', '--user', 'b' * 32)
check('b' * 32 in cells['TARGET'] and cells['ACTOR'] not in ('', '-') and
      {'SERVICE', 'RHOST'} <= set(cells), 'audit list', cells)
# Whatever stands there, nothing is cut that has no mark.
gone = '01a1fe97-83e8-7e67-a427-ca50b9ac31ca'
long = 'user.password_change_forced'
for i, (action, target) in enumerate([(long, gone),
                                      ('invitation.created', gone)]):
    t.sql("INSERT INTO audit VALUES ('host', ?, ?, ?, ?, 'success', "
          "'uid:1000', '', ?, '', 'systemd-user', '', ?, 7, '{}', x'')",
          1000 + i, str(uuid.uuid4()), now + 100, action, target,
          '2001:db8:1234:5678:9abc:def0:1234:5678')
cells = shown('audit', 'list', '--action', long)
check(cells['ACTION'] == long and cells['SERVICE'] == 'systemd-user' and
      cells['RHOST'] == '2001:db8:1234:5678:9abc:def0:1234:5678' and
      cells['TARGET'] == '..ca50b9ac31ca' and cells['ACTOR'] == 'uid:1000',
      'the longest action', cells)
check(gone in t('audit', 'list', '--action', long).out,
      'an id is whole where it is no terminal')
cells = shown('audit', 'list', '--action', 'invitation.created')
check(cells['TARGET'] == 'invitation', 'what an invitation is', cells)
t.sql('INSERT INTO webhook VALUES (?, ?, ?, 0, ?, 1)', gone,
      'https://example.org/' + 'x' * 150, 'password.changed,factor.added,'
      'account.locked,login.new_source,invitation.created', b'x')
out = t('webhook', 'list').out
check(wide(out) == [] and 'x' * 150 in re.sub(r'\s', '', out) and
      'invitation.created' in out and gone in out, 'webhook list', out)
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SSH public keys: what is taken, what is refused in which words, and as whom
# files are read.
import base64
import struct

from cli import *

t = Trial()
for name in 'ann', 'bob':
    t('user', 'add', name)


def blob(*parts):
    return b''.join(struct.pack('>I', len(p)) + p for p in parts)


def line(kind, *parts, comment=''):
    text = base64.b64encode(blob(kind.encode(), *parts)).decode()
    return ' '.join(w for w in (kind, text, comment) if w) + '\n'


def ed25519(seed, comment=''):
    # Any 32 bytes are a point as far as a file can say.
    return line('ssh-ed25519', bytes([seed]) * 32, comment=comment)


def keys(user='ann'):
    return t.json('enroll', 'list', user)['ssh_keys']


def add(data, *words, user='ann'):
    return t('enroll', 'ssh-key', user, '-', *words, data=data)


expect(add(ed25519(1, 'ann@laptop')), 0, 'by standard input',
       out=r"Added 'ann@laptop' \(ssh-key\) to the keys of ann\.")
k = keys()
check(len(k) == 1 and k[0]['kind'] == 'ssh-key' and
      k[0]['type'] == 'ssh-ed25519' and k[0]['used_at'] is None and
      re.match(r'SHA256:[A-Za-z0-9+/]{43}$', k[0]['fingerprint']),
      'enroll list', k)
if shutil.which('ssh-keygen'):
    p = subprocess.run(['ssh-keygen', '-lf', '-'], input=ed25519(1),
                       capture_output=True, text=True, check=False)
    check(k[0]['fingerprint'] in p.stdout, 'ssh-keygen says the same',
          p.stdout)
else:
    skip('no ssh-keygen')
d = t.json('enroll', 'show', 'ann', 'ann@laptop')
check(d['public_key'] == ed25519(1).strip() and d['device'] is None
      and d['key'] is None, 'enroll show', d)
expect(t('enroll', 'show', 'ann', 'ann@laptop'), 0, 'in words',
       out='(?s)Kind: +ssh-key.*Fingerprint: +SHA256:.*Used: +never')
expect(t('enroll', 'list', 'ann'), 0, 'and in the table',
       out='ann@laptop +ssh-key +ssh-ed25519 +active')
check(t.audit()[-1][0] == 'ssh_key.enrolled' and
      t.audit()[-1][1]['fingerprint'] == k[0]['fingerprint'], 'audited',
      t.audit()[-1])

# A security key's, which counts.
sk = line('sk-ssh-ed25519@openssh.com', b'\7' * 32, b'ssh:')
expect(add(sk, '--label', 'blue'), 0, 'an sk key', out='ssh-sk')
check([x['kind'] for x in keys()] == ['ssh-key', 'ssh-sk'], 'is one', keys())

# The same again, and labels.
rows = len(t.audit())
expect(add(ed25519(1)), 4, 'the same key', err='has this key already')
expect(add(ed25519(2), '--label', 'blue'), 4, 'a label that is taken',
       err='--label')
expect(add(ed25519(2), '--label', ''), 2, 'an empty one', err='--label')
expect(add(ed25519(2), '--label', 'a:b'), 2, 'a bad one', err=':')
expect(add(ed25519(2), '--label', 'x' * 65), 2, 'a long one', err='64')
expect(add(ed25519(2), user='zoe'), 3, 'nobody', err="'zoe'")
check(len(keys()) == 2 and len(t.audit()) == rows, 'nothing has changed')
expect(add(ed25519(1), user='bob'), 0, "may be another user's, too")
expect(add(ed25519(2, 'ann@laptop')), 0, 'a comment that is taken',
       out="'ann@laptop 2'")
expect(add(ed25519(3, 'a:b')), 0, 'a comment that is no label',
       out="'ssh key'")

# What is no public key, each in its own words.
private = ('-----BEGIN OPENSSH PRIVATE KEY-----\n' +
           'b3BlbnNzaC1rZXktdjEAAAAA\n' * 5 +
           '-----END OPENSSH PRIVATE KEY-----\n')
for data, why in [(private, 'private key'),
                  (private.replace('OPENSSH', 'RSA'), 'private key'),
                  ('', 'standard input is empty'), ('\n', ''), ('hello\n', ''),
                  (ed25519(4) + ed25519(5), ''),
                  ('command="x" ' + ed25519(4), ''),
                  ('ssh-ed25519 AAAA\n', ''),
                  (line('ssh-ed25519', b'\1' * 31), ''),
                  (line('ssh-ed25519', b'\1' * 32, b'more'), ''),
                  (line('ssh-dss', b'1', b'2', b'3', b'4'), ''),
                  (line('ssh-rsa', b'\1\0\1', b'\0' + b'\xff' * 128),
                   'too short'),
                  (ed25519(4).replace(' ', ' x', 1), ''),
                  ('x' * 20000, 'more than a public key')]:
    r = add(data)
    check(r.code in (2, 6) and r.out == '' and why in r.err and
          r.err.count('\n') == 1 and 'b3BlbnNzaC1' not in r.err,
          'refused: %r' % data[:24], r.text())
r = add('ssh-ed25519 \x1b[2J\n')
check(r.code == 2 and '\x1b' not in r.err, 'bytes are escaped', r.text())
check(len(keys()) == 4, 'nothing of it is there', keys())

# An authority.
expect(add(ed25519(9, 'house'), '--ca'), 0, 'an authority',
       out=r'house.*ssh-ca.*no key to log in with')
check([x['kind'] for x in keys() if x['label'] == 'house'] == ['ssh-ca'],
      'is one', keys())
if shutil.which('ssh-keygen'):
    for name in 'ca', 'user':
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f',
                        t.dir + '/' + name], check=True)
    subprocess.run(['ssh-keygen', '-q', '-s', t.dir + '/ca', '-I', 'x', '-n',
                    'ann', t.dir + '/user.pub'], check=True)
    cert = t.dir + '/user-cert.pub'
    expect(t('enroll', 'ssh-key', 'ann', cert), 2, 'a certificate',
           err='user-cert.pub: .*certificate.*--ca')
    expect(t('enroll', 'ssh-key', 'ann', cert, '--ca'), 2, 'nor with --ca',
           err='authority')
    expect(t('enroll', 'ssh-key', 'ann', t.dir + '/user'), 2,
           'a real private key', err='private key')
    expect(t('enroll', 'ssh-key', 'ann', t.dir + '/user.pub', '--label',
             'file'), 0, 'a file')
else:
    skip('no ssh-keygen')

# Files.
path = t.dir + '/k.pub'
with open(path, 'w') as f:
    f.write(ed25519(11))
os.symlink(path, t.dir + '/link')
expect(t('enroll', 'ssh-key', 'ann', t.dir + '/link'), 2, 'a link',
       err='symbolic link.*name the file itself')
expect(t('enroll', 'ssh-key', 'ann', t.dir + '/none'), 3, 'no file')
expect(t('enroll', 'ssh-key', 'ann', t.dir), 2, 'a directory')
expect(t('enroll', 'ssh-key', 'ann'), 2, 'no file named', err='USER FILE')

# One of a user with ten.
for i in range(len(keys()), 10):
    expect(add(ed25519(100 + i)), 0, 'key %d' % (i + 1))
expect(add(ed25519(99)), 6, 'no more than ten', err='10 SSH keys')
u = t.json('user', 'show', 'ann')
check((u['keys'], u['ssh_keys'], u['devices']) == (0, 10, 0), 'user show', u)
expect(t('user', 'show', 'ann'), 0, 'in words',
       out='0 security keys, 10 SSH keys')

# What a rule makes of one that sshd has proved.
t('policy', 'add', '--require', 'ssh-sk | password+otp', '--service', 'sshd',
  '--at', '1')
d = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--rhost',
           '192.0.2.1', '--ssh-key', 'blue')
check(sorted(d['facts']['shown']) == ['ssh-key', 'ssh-sk'] and
      d['decision']['step'] == 'allow', 'shown by sshd', d)
d = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--ssh-key',
           'ann@laptop')
check(d['facts']['shown'] == ['ssh-key'] and
      d['decision']['step'] != 'allow', 'another does not do', d)
expect(t('policy', 'explain', 'ann', '--service', 'sshd', '--ssh-key',
         'blue'), 0, 'in words', out='Shown: +ssh-key, ssh-sk')
expect(t('policy', 'explain', 'ann', '--service', 'sshd', '--ssh-key',
         'house'), 2, 'an authority shows nothing', err='no SSH key')
expect(t('policy', 'explain', 'ann', '--service', 'sshd', '--ssh-key',
         'none'), 3, 'nor what is not there')

# Away: the last way in only by force.
expect(t('enroll', 'remove', 'ann', 'ann@laptop', '--yes'), 0, 'one',
       out="Removed 'ann@laptop' of ann")
expect(t('enroll', 'remove', 'ann', 'blue', '--yes'), 0,
       'an authority may have signed another')
add(sk, '--label', 'blue', user='bob')
expect(t('enroll', 'remove', 'bob', 'blue', '--yes'), 6, 'the last way in',
       err=r'rule 1 \(ssh-sk \| password\+otp\).*--force')
term = Terminal('-s', t.where, 'enroll', 'remove', 'bob', 'blue')
check(term.read_until(b'[y/N] ') and
      b'Without it rule 1 (ssh-sk | password+otp) lets bob in no more'
      in term.seen, 'on a terminal it is asked', term.seen)
term.type(b'n\n')
check(term.wait() == (1, None) and 'blue' in
      [x['label'] for x in keys('bob')], 'no')
expect(t('enroll', 'remove', 'bob', 'blue'), 2, 'nobody to ask',
       err='--yes, and --force')
term = Terminal('-s', t.where, 'enroll', 'remove', 'bob', 'blue')
term.read_until(b'[y/N] ')
term.type(b'y\n')
check(term.wait() == (0, None) and 'blue' not in
      [x['label'] for x in keys('bob')], 'yes', term.seen)
check(t.audit()[-1][0] == 'ssh_key.removed' and
      t.audit()[-1][1].get('stranded') == 'yes', 'audited', t.audit()[-1])
add(sk, '--label', 'blue', user='bob')
d = t.json('enroll', 'remove', 'bob', 'blue', '--force')
check(d['stranded'] is True and d['ssh_key']['label'] == 'blue',
      'by force', d)
expect(t('enroll', 'rename', 'ann', 'house', 'ann@laptop 2'), 4,
       'renamed to one taken')
expect(t('enroll', 'rename', 'ann', 'house', 'home'), 0, 'renamed')
check(t.audit()[-1][0] == 'ssh_key.renamed', 'audited', t.audit()[-1])

# What is taken over makes way for what has the label.
expect(t('import', 'otpauth', 'ann', '--stdin', data='otpauth://totp/home?'
         'secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n'), 0, 'an import',
       out='home-2')
check([d['label'] for d in t.json('enroll', 'list', 'ann')['devices']] ==
      ['home-2'], 'gets another label')
t.end()
done()

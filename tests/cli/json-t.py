#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Every command's --json is what its help says.
from cli import *
from otp import *
import uuid

t = Trial(init=False)
table = json.loads(call('--json', 'help').out)['commands']
shapes = {c['command']: shape_parse(c['json']) for c in table}
left = set(shapes)


def run(*args, conf=None, **more):
    command = ' '.join(args[:2]) if ' '.join(args[:2]) in shapes \
        else args[0]
    left.discard(command)
    r = t('--json', *(['-c', conf] if conf else []), *args, **more)
    wrong = 'no JSON'
    try:
        wrong = shape_wrong(shapes[command], r.json())
    except ValueError:
        pass
    check(wrong is None and r.code in (0, 1, 6), command, '%s\n%s' %
          (wrong, r.text()))


run('init')
run('help')
run('user', 'add', 'ann', '--email', 'a@b.c')
run('user', 'add', 'bob')
run('user', 'show', 'ann')
run('password', 'set', 'ann', '--stdin', data='correct horse 7')
run('password', 'check', '--stdin', data='correct horse 7')
run('password', 'check', '--stdin', data='x')
run('password', 'import', 'bob', '--stdin', data='$6$saltsalt$t16P1fZl7IfD3wrt'
    'UdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1')
ann = t.sql("SELECT id FROM account WHERE name = 'ann'")[0][0]
now = int(time.time())
t.sql('INSERT INTO guess VALUES (?, ?, ?, ?, 1, ?, ?, 2, 0)',
      str(uuid.uuid4()), ann, 'ip:192.0.2.1', 'password', now, now)
t.sql('INSERT INTO session (id, account, login, service, tty, rhost, '
      'factors, host, boot, pid, pid_start, opened_at, closed_at) VALUES '
      '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      str(uuid.uuid4()), ann, '', 'sshd', '', '', '', '', '', 1, 1, now, 0)
run('user', 'show', 'ann')
run('user', 'list')
run('lock', 'list')
run('lock', 'clear', 'ann')
run('session', 'list')
sid = t.sql('SELECT id FROM session')[0][0]
run('session', 'show', sid)
run('session', 'revoke', sid, '--yes', '--kill')
t.sql("UPDATE session SET closed_at = 0, ended = ''")
run('session', 'revoke-all', 'ann', '--yes')
t.sql("UPDATE session SET closed_at = 0, ended = ''")
run('gc', '--dry-run')
run('gc')
run('admin', 'impersonate', 'ann', '--reason', 'why')
run('admin', 'grant', 'ann')
run('admin', 'list')
run('admin', 'revoke', 'ann')
run('user', 'rename', 'bob', 'eve')
run('user', 'disable', 'eve', '--reason', 'why')
run('user', 'enable', 'eve')
run('user', 'expire', 'eve', '2030-01-01')
run('user', 'delete', 'eve', '--yes')
run('user', 'undelete', 'eve')
run('user', 'delete', 'eve', '--yes', '--strategy', 'anonymize')
run('user', 'force-password-change', 'ann')
run('user', 'set', 'ann', 'team=blue', '--export')
run('user', 'unset', 'ann', 'team')
run('user', 'set', 'ann', 'team=blue')
run('user', 'confirm-email', 'ann', '--stdin', data=json.loads(
    t('--json', 'user', 'set-email', 'ann', 'c@d.example').out)['code'])
run('user', 'set-email', 'ann', 'e@f.example')
run('user', 'export', 'ann')


def run_enroll(kind, user):
    """Questions on a terminal, and JSON on standard output."""
    left.discard('enroll ' + kind)
    out = t.dir + '/json'
    term, secret = begin(t, '--json', 'enroll', kind, user, out=out)
    code = totp(secret) if kind == 'totp' else hotp(secret, 0)
    term.type(code.encode() + b'\n')
    how = term.wait()
    wrong = shape_wrong(shapes['enroll ' + kind], json.load(open(out)))
    check(wrong is None and how == (0, None), 'enroll ' + kind,
          '%s\n%r' % (wrong, term.seen))
    os.unlink(out)
    return secret


run_enroll('totp', 'ann')
token = run_enroll('hotp', 'ann')
run('enroll', 'list', 'ann')
run('enroll', 'show', 'ann', 'token')
run('enroll', 'show', 'ann', 'phone')
run('enroll', 'rename', 'ann', 'phone', 'other')
run('enroll', 'resync', 'ann', 'token', '--stdin',
    data='%s\n%s\n' % (hotp(token, 5), hotp(token, 6)))
run('enroll', 'backup', 'ann', '--without-code')
run('enroll', 'ticket', 'ann')
run('user', 'login-code', 'ann')
run('user', 'reset', 'ann')
run('user', 'show', 'ann')
run('user', 'export', 'ann')
run('user', 'revoke-codes', 'ann')
trusted = str(uuid.uuid4())
t.sql('INSERT INTO trust (id, account, kind, binding, shown, epoch, '
      'created_at, used_at) VALUES (?, ?, 2, ?, ?, 1, ?, ?)', trusted, ann,
      os.urandom(32), '192.0.2.1', now, now)
run('token', 'create', 'ann', '--name', 'mail', '--scope', 'login:dovecot',
    '--from', '192.0.2.0/24', '--expires', '90d')
run('token', 'create', 'ann', '--name', 'other', '--scope', 'login:*')
run('token', 'list')
run('token', 'show', 'ann', 'mail')
run('user', 'export', 'ann')
run('token', 'revoke', 'ann', 'mail')
run('token', 'list', 'ann', '--all')
run('token', 'revoke-all', 'ann')
os.mkdir(t.dir + '/etc', 0o755)
conf = t.dir + '/etc/sigra.conf'
with open(conf, 'w') as f:
    f.write('[store]\nkey = %s\n[jwt]\naccept = yes\n' % t.key)
run('token', 'issue-jwt', 'ann', '--service', 'dovecot', conf=conf)
run('token', 'refresh', '--stdin', conf=conf, data=t(
    '--json', '-c', conf, 'token', 'issue-jwt', 'ann', '--service',
    'dovecot').json()['refresh_token'])
run('token', 'revoke-jwt', 'ann')
run('token', 'jwks')
run('trust', 'list')
run('trust', 'revoke', trusted)
run('trust', 'revoke-all', 'ann')
t.sql('UPDATE otp SET moved = moved + 99999 WHERE kind = 1')
run('store', 'clock-accept')
run('enroll', 'remove', 'ann', 'other', '--yes')
run('enroll', 'ssh-key', 'ann', '-', '--label', 'ssh', data='ssh-ed25519 '
    'AAAAC3NzaC1lZDI1NTE5AAAAIGYqrEUvo8hdxmXkUqjXhS4FNgoAvJWThS0ZdUbwSbmN\n')
run('enroll', 'show', 'ann', 'ssh')
run('enroll', 'list', 'ann')
run('user', 'show', 'ann')
run('enroll', 'rename', 'ann', 'ssh', 'shell')
run('enroll', 'remove', 'ann', 'shell', '--yes')
run('policy', 'passwords')
run('policy', 'passwords', '--max-age', '90', '--min-age', '1')
run('policy', 'passwords', '--max-age', 'off', '--min-age', 'off')
run('policy', 'keys')
run('policy', 'keys', '--rp-id', 'example.org', '--allow-aaguid',
    'cb69481e-8ff7-4039-93ec-0a2729a154a8')
# With a key of software, or a verifier: tests of their own.
left -= {'answer', 'authorized-keys', 'enroll key'}
run('policy', 'list')
run('policy', 'add', '--deny', '--user', 'eve', '--at', '1')
run('policy', 'move', '1', '2')
run('policy', 'remove', '2')
run('policy', 'check')
run('policy', 'explain', 'ann', '--service', 'sshd')
run('policy', 'explain', 'ann', '--service', 'sshd', '--phase', 'session')
run('org', 'add', 'acme', '--owner', 'ann')
run('org', 'list')
run('org', 'show', 'acme')
run('org', 'rename', 'acme', 'Acme')
run('org', 'set-slug', 'acme', 'apex')
run('org', 'set', 'apex', '--words', 'apex', '--require-mfa', 'yes')
run('org', 'set', 'apex', '--token-expiry', 'on', '--token-max', '90d')
run('user', 'add', 'dan', '--personal-org')
run('member', 'add', 'apex', 'dan')
run('member', 'role', 'apex', 'dan', 'admin')
run('member', 'list', 'apex')
run('member', 'remove', 'apex', 'dan')
run('org', 'invite', 'apex', 'x@example.org', '--mail')
run('invite', 'list', 'apex')
run('invite', 'revoke', 'apex', t.sql('SELECT id FROM invitation')[0][0])
run('invite', 'accept', 'dan', '--stdin', data=json.loads(
    t('--json', 'org', 'invite', 'apex', 'dan').out)['code'])
run('service', 'add', 'apex', 'bot')
run('service', 'list', 'apex')
run('secret', 'add', 'apex', 'bot', 'first')
run('secret', 'list', 'apex', 'bot')
run('secret', 'revoke', 'apex', 'bot', 'first')
run('service', 'remove', 'apex', 'bot')
run('org', 'delete', 'apex', '--yes')
# Whatever was to be told here is nothing for this host's mailer.
t.sql('UPDATE outbox SET spread = 1')
run('webhook', 'add', 'https://hooks.example.org/', '--events',
    'factor.removed')
run('webhook', 'list')
run('notify')
t.sql("INSERT INTO delivery SELECT id, id, 2, '', 3, 6, 1, 'why' FROM outbox "
      'LIMIT 1')
run('notify', 'list')
run('notify', 'replay', '--all')
run('webhook', 'remove', t.sql('SELECT id FROM webhook')[0][0])
run('audit', 'init-key')
run('audit', 'list')
run('audit', 'show', '1')
run('audit', 'tail', '--lines', '1')
run('audit', 'export', '--format', 'csv', '--output', t.dir + '/audit.csv')
run('audit', 'stats')
run('audit', 'verify')
run('audit', 'head')
run('audit', 'retention', '400d')
run('audit', 'prune', '--yes')
with open(t.dir + '/other', 'w') as f:
    f.write('otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n')
run('import', 'google-authenticator', 'ann', t.dir + '/other')
run('import', 'oath', t.dir + '/other')
run('import', 'otpauth', 'ann', t.dir + '/other')
run('import', 'shadow', t.dir + '/other')
run('import', 'u2f-keys', t.dir + '/other')
run('store', 'check')
run('store', 'migrate')
run('store', 'backup', t.dir + '/bak')
run('store', 'restore', t.dir + '/bak', '--yes')
run('store', 'rekey')
run('key', 'export', '--file', t.dir + '/paper')
os.unlink(t.key)
run('key', 'import', '--file', t.dir + '/paper')
t.sql("UPDATE meta SET value = 'x' WHERE key = 'key_check'")
run('store', 'check')
run('doctor', '--pam-dir', t.dir)
run('doctor', '--all', '--pam-dir', t.dir)
run('calibrate', '--milliseconds', '10', '--memory', '8192')
run('completion', 'bash')
check(left == set(), 'no command was left out', left)
t.end()
done()

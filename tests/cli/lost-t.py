#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What is shown once, and could not be: nothing is made, or it is said what to
# do about the loss.
from cli import *

t = Trial()
t('user', 'add', 'ann')
t('org', 'add', 'acme')
t('service', 'add', 'acme', 'bot')
conf = t.dir + '/sigra.conf'
with open(conf, 'w') as f:
    f.write('[store]\nwhere = %s\nkey = %s\n[jwt]\naccept = yes\n' %
            (t.where, t.key))
WITHOUT = {
    'closed': 'exec "$@" >&-',
    'to be read only': 'exec "$@" 1</dev/null',
}
AGAIN = 'the code is lost: run it again'
ONCE = [
    (['audit', 'init-key'], 'init-key --replace'),
    (['audit', 'init-key', '--replace'], 'init-key --replace'),
    (['token', 'create', 'ann', '--name', 'mail', '--scope', 'login:dovecot'],
     "sigractl token revoke ann 'mail'"),
    (['secret', 'add', 'acme', 'bot', 'one'],
     "sigractl secret revoke acme bot 'one'"),
    (['token', 'issue-jwt', 'ann', '--service', 'dovecot'],
     'the pair is lost: sigractl token issue-jwt'),
    (['user', 'login-code', 'ann'], AGAIN),
    (['user', 'reset', 'ann'], AGAIN),
    (['enroll', 'ticket', 'ann'], AGAIN),
    (['admin', 'impersonate', 'ann', '--reason', 'a ticket'], AGAIN),
    (['org', 'invite', 'acme', 'cat@example.org'], 'sigractl invite list'),
    (['webhook', 'add', 'https://hooks.example.org/x'],
     'sigractl webhook list'),
]


def to(script, *words, data=b''):
    """sigractl by a shell that has done something to standard output."""
    return subprocess.run(['sh', '-c', script, 'sh', SIGRACTL, '-c', conf] +
                          list(words), input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment())


def made():
    return t.sql('SELECT count(*) FROM audit')


def lost(p, says):
    err = p.stderr.decode()
    return p.returncode == 1 and says in err and \
        'cannot write to standard output' in err


def nobody_reads(*words, data=b''):
    read, write = os.pipe()
    os.close(read)
    p = subprocess.run([SIGRACTL, '-c', conf] + list(words), input=data,
                       stdout=write, stderr=subprocess.PIPE,
                       env=environment())
    os.close(write)
    return p


for words, says in ONCE:
    name = ' '.join(words[:2])
    for json_too in [], ['--json']:
        for how, script in WITHOUT.items():
            before = made()
            p = to(script, *json_too, *words)
            check(p.returncode == 2 and b'nothing was done' in p.stderr and
                  made() == before, '%s, output %s: nothing is made' %
                  (name, how), p)
    before = made()
    p = to('exec "$@" >/dev/full', *words)
    check(lost(p, says) and made() > before, name + ', a full disk', p)
    if words[0] == 'token' and words[1] == 'create':
        expect(t('token', 'revoke', 'ann', 'mail'), 0, 'as it says')
    if words[0] == 'secret':
        expect(t('secret', 'revoke', 'acme', 'bot', 'one'), 0, 'as it says')
    if words == ['audit', 'init-key'] or words[0] == 'org':
        continue
    p = nobody_reads('--json', *words)
    check(lost(p, says), name + ', nobody reads', p)

# The old refresh token is spent then, and says so.
new = ['token', 'refresh', '--stdin']
for run in (lambda *a, **m: to('exec "$@" >/dev/full', *a, **m),
            nobody_reads):
    pair = call('-c', conf, '--json', 'token', 'issue-jwt', 'ann',
                '--service', 'dovecot').json()
    spent = (pair['refresh_token'] + '\n').encode()
    p = to('exec "$@" >&-', *new, data=spent)
    check(p.returncode == 2, 'token refresh: refused before it is spent', p)
    p = run(*new, data=spent)
    check(lost(p, 'begin anew with sigractl token issue-jwt'),
          'token refresh: the new pair is lost', p)
p = to('exec "$@" >&-', 'enroll', 'backup', 'ann', '--without-code')
check(p.returncode == 2 and b'nothing was done' in p.stderr, 'enroll backup',
      p)

# What shows nothing that is lost does not mind.
p = to('exec "$@" >&-', 'user', 'add', 'bob')
check(p.returncode == 0 and t('user', 'show', 'bob').code == 0,
      'user add, without an output', p)
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# App tokens, as an administrator runs them.
from cli import *
import fcntl
import shlex
import struct
import termios
import uuid

TOKEN = re.compile(r'^    (sigra_sk_[A-Za-z0-9_-]{49})$', re.M)
NONE = '00000000-0000-4000-8000-000000000000'
DAY = 86400

t = Trial()
for name in ('ann', 'bob', 'cat'):
    t('user', 'add', name)


def create(user, label, *more, scope='login:dovecot', **how):
    return t('token', 'create', user, '--name', label, '--scope', scope,
             *more, **how)


expect(t('token', 'list'), 0, 'none', out='^There are no app tokens.\n$')
expect(t('token', 'list', 'ann'), 0, 'none of ann')

# --- one is made, and shown once ---
r = create('ann', 'Zoë’s phone')
text = TOKEN.search(r.out)
check(r.code == 0 and text is not None and r.err == '' and
      [l for l in wide(r.out) if '    sigractl' not in l] == [],
      'token create', r.text())
check('not shown again' in r.out and
      re.search("sigractl policy add --service dovecot --phase auth --require "
                "'password[+]fido2 [|] password[+]otp [|] token' "
                '--unenrolled exempt --at 3$', r.out, re.M) is not None,
      'it tells what else is needed', r.text())
for table, in t.sql("SELECT name FROM sqlite_schema WHERE type = 'table'"):
    check(text.group(1) not in str(t.sql('SELECT * FROM ' + table)),
          'the token is not in ' + table)
check(t.audit()[-1][0] == 'token.created' and
      t.audit()[-1][1]['label'] == 'Zoë’s phone' and
      t.audit()[-1][1]['scopes'] == 'login:dovecot', 'audited',
      t.audit()[-1])
check(t.sql('SELECT event, count(*) FROM outbox GROUP BY event') ==
      [('token.created', 1)], 'and its owner is told')
doc = t.json('token', 'create', 'ann', '--name', 'two', '--scope',
             'login:dovecot', '--scope', 'login:ftp*,login:smtp', '--from',
             '192.0.2.77/24', '--from', '2001:DB8::1/32,10.0.0.1',
             '--expires', '90d')
check(re.fullmatch(r'sigra_sk_[A-Za-z0-9_-]{49}', doc['token']) and
      doc['scopes'] == ['login:dovecot', 'login:ftp*', 'login:smtp'] and
      doc['sources'] == ['192.0.2.0/24', '2001:db8::/32', '10.0.0.1/32'] and
      doc['state'] == 'active' and doc['user'] == 'ann' and
      doc['used_at'] is None and doc['ends_at'] == doc['expires_at'],
      'in JSON, networks as they are always written', doc)
lasts = t.sql("SELECT expires_at - created_at FROM token WHERE label = 'two'")
check(lasts == [(90 * DAY,)], '--expires 90d', lasts)
doc = t.json('token', 'create', 'bob', '--name', 'two', '--scope', 'login:*',
             '--expires', '2099-01-01')
check(doc['expires_at'] == '2099-01-01T00:00:00Z', 'or a day', doc)
check(doc['token'] != text.group(1), 'each another')

# --- what is no token ---
for label in ('', 'a\nb', ' a', 'a ', 'a:b', 'x' * 65, b'\xff', '\x9b1m'):
    expect(create('ann', label), 2, 'no label: %r' % label[:20])
for scope in ('', 'login', 'login:', ':x', 'Login:x', 'login:x y', 'login:X',
              'login:x,', ',login:x', 'login:ë', 'login:x\n', "x:'; --",
              'login:' + 'x' * 250):
    expect(create('ann', 'x', scope=scope), 2, 'no scope: %r' % scope[:20])
expect(create('ann', 'x', '--scope', ''), 2, 'an empty one among them')
for net in ('', '10.0.0.0/33', '10.0.0', 'example.org', '10.0.0.0/8,',
            'fe80::1%lo', '::/129', ' 10.0.0.1', 'x' * 5000):
    expect(create('ann', 'x', '--from', net), 2, 'no network: %r' % net[:20])
expect(create('ann', 'x', *['--from', '10.0.0.1'] * 66), 2,
       'too many', err='commas')
expect(create('ann', 'x', '--from', ','.join(['10.0.0.1'] * 200)), 2,
       'too much')
for when in ('soon', '0d', '30s', '3651d', '2020-01-01', '2026-02-30', '',
             '-1d', '99999999999999999999d'):
    expect(create('ann', 'x', '--expires', when), 2, 'no end: %r' % when)
expect(t('token', 'create', 'ann', '--scope', 'login:x'), 2, 'no name',
       err='--name LABEL')
expect(t('token', 'create', 'ann', '--name', 'x'), 2, 'no scope',
       err='--scope login:SERVICE')
expect(create('ann', 'x', '--name', 'y'), 2, 'two names', err='twice')
expect(t('token', 'create', '--name', 'x', '--scope', 'login:x'), 2, 'whose?')
expect(create('zoe', 'x'), 3, 'of nobody')
expect(create('x' * 300, 'x'), 3, 'of nobody at length')
expect(create('ann', 'two'), 4, 'a name is one token', err="app token 'two'")
expect(create('ann', 'x', scope='mail:read'), 0, 'good for no login',
       err='opens no login')
r = create('ann', 'hush', scope='login:*')
expect(r, 0, 'for every service',
       out="--service SERVICE --phase auth --require 'password")
t('token', 'revoke', 'ann', 'hush')

# --- and for whom there is none ---
t('org', 'add', 'acme')
t('service', 'add', 'acme', 'acme-bot')
t('secret', 'add', 'acme', 'acme-bot', 'one')
for words in (('create', '--name', 'x', '--scope', 'login:x'), ('list',),
              ('revoke-all',)):
    expect(t('token', *words, 'acme-bot'), 4, 'not of a service account: ' +
           words[0], err='sigractl secret add')
expect(t('token', 'show', 'acme-bot', 'one'), 4, 'nor is it shown')
secret = t.json('secret', 'list', 'acme', 'acme-bot')['secrets'][0]['id']
for verb in 'show', 'revoke':
    expect(t('token', verb, secret), 3, 'a secret is none: ' + verb)
t('user', 'disable', 'cat', '--reason', 'x')
expect(create('cat', 'x'), 4, 'not of somebody who is disabled',
       err='disabled')
t('user', 'enable', 'cat')
t('user', 'delete', 'cat', '--yes')
expect(create('cat', 'x'), 4, 'or about to go', err='pending')
t('user', 'undelete', 'cat')
t('user', 'expire', 'cat', '2020-01-01')
expect(create('cat', 'x'), 4, 'or expired', err='expired')
t('user', 'expire', 'cat', 'never')

# --- what rules take them ---
for args, asked in (
        (('--service', 'dovecot', '--phase', 'auth', '--require',
          'password+otp'), False),
        (('--service', 'dovecot', '--user', 'bob', '--phase', 'auth',
          '--require', 'token'), False),
        (('--service', 'dovecot', '--network', '10.0.0.0/8', '--phase',
          'auth', '--require', 'token'), True),
        (('--service', 'd*', '--phase', 'auth', '--require',
          'password+otp | token'), True)):
    expect(t('policy', 'add', '--at', '1', *args), 0, ' '.join(args))
    r = create('ann', 'r')
    check(r.code == 0 and ('policy add' not in r.out) == asked,
          'it is %stold what rule to add' % ('not ' if asked else ''),
          r.text())
    t('token', 'revoke', 'ann', 'r')
    t('policy', 'remove', '1')
r = create('ann', 'r')
command = re.search(r'^    sigractl (policy add .*)$', r.out, re.M).group(1)
expect(t(*shlex.split(command)), 0, 'what it says can be run')
t('token', 'revoke', 'ann', 'r')
check('policy add' not in create('ann', 'r').out, 'and is enough')
doc = t.json('policy', 'list')['rules']
check(doc[2]['service'] == 'dovecot' and
      doc[2]['require'] == doc[3]['require'] + ' | token' and
      doc[2]['unenrolled'] == doc[3]['unenrolled'],
      'where the other decided, for who has passwords, too', doc[2])
t('policy', 'remove', '3')
t('token', 'revoke', 'ann', 'r')


def hint(*args):
    expect(t('policy', 'add', '--at', '1', '--phase', 'auth', '--service',
             'sshd', *args), 0, ' '.join(args))
    r = create('ann', 'r', scope='login:sshd')
    t('token', 'revoke', 'ann', 'r')
    found = re.search(r'^    sigractl (policy add .*)$', r.out, re.M)
    if found is not None:
        expect(t(*shlex.split(found.group(1))), 0, 'it can be run: ' +
               found.group(1))
        check('policy add' not in create('ann', 'r', scope='login:sshd').out,
              'and is enough')
        t('token', 'revoke', 'ann', 'r')
        t('policy', 'remove', '1')
    t('policy', 'remove', '1')
    return r.out if found is None else found.group(1)


check(hint('--require', 'password', '--account', 'known').endswith(
      "--account known --require 'password | token' --at 1"),
      'for whom the other is')
check("'password+otp | token' --unenrolled until:2099-01-01T00:00:00Z" in
      hint('--require', 'password+otp', '--unenrolled', 'until:2099-01-01'),
      'and until when')
for args in (('--abstain',), ('--deny',),
             ('--require', 'password | password+otp | fido2 | ssh-key')):
    said = hint(*args)
    check('rule 1 decides, and can have no alternative more' in
          ' '.join(said.split()), 'nothing is offered beside ' + args[0],
          said)
expect(t('policy', 'add', '--require', 'password', '--phase', 'auth',
         '--service', 'login', '--at', '4'), 0, 'for login alone')
t('policy', 'remove', '3')
check("--service dovecot --phase auth --require 'token'\n" in
      create('ann', 'r').out, 'where nobody gets in, by a token')
t('token', 'revoke', 'ann', 'r')
expect(t('policy', 'add', '--at', '3', '--require',
         'password+fido2 | password+otp', '--unenrolled', 'exempt', '--phase',
         'auth,password'), 0, 'as it was')
t('policy', 'remove', '4')

# --- looked at ---
doc = t.json('token', 'list')
check([x['user'] for x in doc['tokens']] == ['ann'] * 3 + ['bob'] and
      {x['label'] for x in doc['tokens'][:3]} == {'Zoë’s phone', 'two', 'x'},
      'token list', doc)
check('hash' not in str(doc) and 'sigra_sk_' not in str(doc), 'without any')
doc = t.json('token', 'list', '--all')
check(len(doc['tokens']) > 4 and
      {x['state'] for x in doc['tokens']} == {'active', 'revoked'}, '--all',
      doc)
doc = t.json('token', 'list', 'ann')
check({x['label'] for x in doc['tokens']} == {'Zoë’s phone', 'two', 'x'},
      "ann's", doc)
expect(t('token', 'list'), 0, 'in words',
       out='USER +LABEL +STATE +ENDS +USED +SCOPES\n')
expect(t('token', 'list', env=environment(LC_ALL='C')), 0, 'in C',
       out=r'Zo\\xc3\\xab')
expect(t('token', 'list', 'zoe'), 3, 'of nobody')
one = t.json('token', 'show', 'ann', 'two')
check(one == t.json('token', 'show', one['id']), 'token show, either way',
      one)
expect(t('token', 'show', 'ann', 'two'), 0, 'in words',
       out='From: +192.0.2.0/24\nFrom: +2001:db8::/32\n(.*\n)*'
       'Used: +never\n')
t.sql("UPDATE token SET used_at = 1700000000, used_from = '192.0.2.9' WHERE "
      "id = ?", one['id'])
expect(t('token', 'show', one['id']), 0, 'last use',
       out='Used: +2023-11-14T22:13:20Z from 192.0.2.9\n')
for words in (('ann',), (NONE,), ('x' * 300,), ('',), ("' OR 1 --",)):
    expect(t('token', 'show', *words), 3, 'none: %r' % words[0][:20],
           err='there is no app token')
for verb in 'show', 'revoke':
    expect(t('token', verb, 'ann'), 3, 'no label to ' + verb,
           err='give its LABEL, too')
for words in (('ann', 'none'), ('bob', 'Zoë’s phone'), ('ann', 'x' * 300),
              ('ann', ''), ('zoe', 'two')):
    for verb in 'show', 'revoke':
        expect(t('token', verb, *words), 3, 'none to %s: %.20s' %
               (verb, words[1]))
expect(t('token', 'show'), 2, 'which?')
for words in (('create', 'bob', '--name', 'ě[31m', '--scope', 'login:x'),
              ('show', 'bob', 'ě[31m'), ('show', 'bob', 'ě[32m'),
              ('revoke', 'bob', 'ě[31m')):
    r = t('token', *words, env=environment(LC_ALL='C'))
    check((r.out + r.err).isascii() and r'\xc4\x9b[3' in r.out + r.err,
          'in C no byte of a letter: token ' + words[0], r.text())
secret = t.json('token', 'create', 'bob', '--name', 'shown', '--scope',
                'login:x')['token']
for it in secret, secret[:-1] + '!', 'sigra_sa_x', 'sigra_rt_x':
    for words in (('show', it), ('show', 'bob', it), ('show', it, 'two'),
                  ('revoke', it), ('revoke', 'bob', it),
                  ('create', 'bob', '--name', it, '--scope', 'login:x')):
        r = t('token', *words)
        check(r.code == 2 and it not in r.out + r.err and 'revoke it' in r.err,
              'it is not repeated: token ' + words[0], r.text())
expect(t('token', 'revoke', 'bob', 'shown'), 0, 'but revoked')

# --- revoked ---
expect(t('token', 'revoke', 'ann', 'x'), 0, 'token revoke',
       out="^App token 'x' of ann is void.\n$")
check(t.audit()[-1][0] == 'token.revoked' and
      t.audit()[-1][1]['label'] == 'x', 'audited', t.audit()[-1])
expect(t('token', 'revoke', 'ann', 'x'), 3, 'once')
expect(create('ann', 'x'), 0, 'the name is free')
doc = t.json('token', 'revoke', one['id'])
check(doc['state'] == 'revoked' and doc['revoked_at'] is not None,
      'by its id', doc)
expect(t('token', 'revoke', one['id']), 4, 'once', err='already')
expect(t('token', 'show', one['id']), 0, 'it can still be looked at',
       out='Revoked: ')
doc = t.json('token', 'revoke-all', 'ann')
check(doc['name'] == 'ann' and doc['revoked'] == 2, 'token revoke-all', doc)
expect(t('token', 'revoke-all', 'ann'), 0, 'none is left', out=': 0[.]\n$')
expect(t('token', 'revoke-all', 'zoe'), 3, 'of nobody')
check([x['user'] for x in t.json('token', 'list')['tokens']] == ['bob'],
      'of others they stay')
for i in range(25):
    t('token', 'create', 'cat', '--name', str(i), '--scope', 'login:x')
expect(create('cat', 'more'), 6, '25 at most', err='limit')
check(t.sql("SELECT count(*) FROM token AS t JOIN account AS a ON "
            "a.id = t.account WHERE a.name = 'cat' AND revoked_at = 0") ==
      [(25,)], 'and no more')

# --- an account that goes takes them along ---
expect(t('user', 'delete', 'cat', '--now', '--yes'), 0, 'deleted')
check(t.sql('SELECT count(*) FROM token WHERE revoked_at = 0 AND kind = 1') ==
      [(1,)],
      'its tokens are void')

# --- what an organization wants ---
t('member', 'add', 'acme', 'ann')
create('ann', 'endless')
create('ann', 'long', '--expires', '90d')
expect(t('org', 'set', 'acme', '--token-expiry', 'maybe'), 2, 'on or off')
for bad in ('36h', '0d', '3651d', 'long', ''):
    expect(t('org', 'set', 'acme', '--token-max', bad), 2, 'no limit: ' + bad)
expect(t('org', 'set', 'acme', '--token-expiry', 'on'), 0, 'they end',
       out='have to expire[.]\n.*sooner than they say: 1[.]\n')
doc = t.json('token', 'show', 'ann', 'endless')
check(doc['state'] == 'refused' and doc['expires_at'] is None,
      'one without an end is refused', doc)
expect(t('token', 'show', 'ann', 'endless'), 0, 'and why',
       out='State: +refused, for what an organization wants')
expect(create('ann', 'y'), 6, 'nor is one made', err='organization acme .*'
       '--expires')
doc = t.json('org', 'set', 'acme', '--token-max', '30d')
check(doc['tokens_shortened'] == 2 and doc['token_max_days'] == 30 and
      doc['token_expiry'], 'nor do they last', doc)
doc = t.json('org', 'show', 'acme')
check(doc['token_max_days'] == 30 and doc['token_expiry'], 'org show', doc)
expect(t('org', 'show', 'acme'), 0, 'in words',
       out='App tokens: +good for 30 days at most, and have to expire\n')
check([o['token_max_days'] for o in t.json('org', 'list')['orgs']] == [30],
      'org list')
expect(create('ann', 'y', '--expires', '31d'), 6, 'a day too long',
       err='organization acme lets .* 30 days at most')
expect(create('ann', 'y'), 6, 'for ever', err='30 days at most')
expect(create('ann', 'y', '--expires', '30d'), 0, 'long enough')
doc = t.json('token', 'show', 'ann', 'long')
check(doc['state'] == 'active' and doc['ends_at'] < doc['expires_at'],
      'an older one ends sooner', doc)
expect(t('token', 'show', 'ann', 'long'), 0, 'and why',
       out='Ends: .*, for what an organization wants\n')
expect(t('org', 'set', 'acme', '--token-expiry', 'off', '--token-max',
         'none'), 0, 'no more', out='as they are made')
check(t.json('token', 'show', 'ann', 'endless')['state'] == 'active',
      'as it was')
check(t.sql("SELECT meta FROM audit WHERE action = 'org.changed' ORDER BY seq "
            'DESC LIMIT 1')[0][0].count('app_') == 2, 'audited')

# --- for one organization alone, others have none ---
own = ('--org', 'acme')
doc = t.json(*own, 'token', 'list')
check({x['user'] for x in doc['tokens']} == {'ann'}, '--org: its people', doc)
theirs = t.json('token', 'show', 'bob', 'two')['id']
for what, foreign, absent in (('show ?', theirs, NONE),
                              ('revoke ?', theirs, NONE),
                              ('show ? two', 'bob', 'zoe'),
                              ('revoke ? two', 'bob', 'zoe'),
                              ('list ?', 'bob', 'zoe'),
                              ('revoke-all ?', 'bob', 'zoe'),
                              ('create ? --name x --scope login:x', 'bob',
                               'zoe')):
    said = [t(*own, 'token', *(name if w == '?' else w for w in what.split()))
            for name in (foreign, absent)]
    check(said[0].code == said[1].code == 3 and
          said[0].out == said[1].out == '' and
          said[0].err.replace(foreign, '?') ==
          said[1].err.replace(absent, '?'), 'foreign is absent: ' + what,
          said[0].text() + said[1].text())
expect(t(*own, 'token', 'create', 'ann', '--name', 'o', '--scope',
         'login:x'), 0, "its people's")
expect(t(*own, 'token', 'revoke', 'ann', 'o'), 0, 'are revoked')
t('org', 'add', 'mill')
t('member', 'add', 'mill', 'ann')
for words in (('create', 'ann', '--name', 'o', '--scope', 'login:x'),
              ('revoke', 'ann', 'long'), ('revoke-all', 'ann')):
    expect(t(*own, 'token', *words), 6, 'whoever belongs elsewhere, too: ' +
           words[0], err='another organization')
t('member', 'remove', 'mill', 'ann')

# --- hostile names, and narrow ---
term_names = ('=cmd|calc', '"; rm', "'--", '%s%n', '\\x1b', 'a' * 64)
for label in term_names:
    r = create('bob', label, '--expires', '1d')
    check(r.code == 0 and '\x1b' not in r.out, 'hostile: %.20s' % label,
          r.text())
check({x['label'] for x in t.json('token', 'list', 'bob')['tokens']} ==
      {'two', *term_names}, 'as they are')


def narrow(*words):
    term = Terminal('-s', t.where, *words)
    fcntl.ioctl(term.fd, termios.TIOCSWINSZ,
                struct.pack('HHHH', 24, 80, 0, 0))
    term.wait()
    shown = term.seen.decode()
    check(shown != '' and wide(shown) == [], '80 columns: ' + ' '.join(words),
          wide(shown))


long = 'b' * 32
t('user', 'add', long)
r = create(long, 'y' * 64, '--scope', 'login:' + 'z' * 58)
check(r.code == 0 and TOKEN.search(r.out) is not None and
      [l for l in wide(r.out) if '    sigractl' not in l] == [],
      '80 columns: token create', r.text())
narrow('token', 'list')
narrow('token', 'list', '--all')
narrow('token', 'show', long, 'y' * 64)

# --- all that is held about somebody ---
doc = t.json('user', 'export', 'ann')
check({x['label'] for x in doc['tokens']} >= {'endless', 'long', 'x'} and
      'hash' not in str(doc['tokens']) and 'sigra_sk_' not in str(doc),
      'user export has them', doc.get('tokens'))

# --- those that nobody needs ---
def doctor():
    found = [f for f in t('--json', 'doctor', '--all').json()['findings']
             if f['id'] == 'tokens']
    return found[0] if found else {}


def older(label, age, used):
    now = int(time.time())
    t.sql('INSERT INTO token (id, account, kind, label, hash, scopes, '
          'sources, created_at, made_by, expires_at, used_at, used_from, '
          "revoked_at) SELECT ?, id, 1, ?, ?, 'login:x', '', ?, 'system', 0, "
          "?, '', 0 FROM account WHERE name = 'ann'", str(uuid.uuid4()), label,
          os.urandom(32), now - age * DAY, now - used * DAY if used else 0)


check(doctor().get('severity') == 'ok', 'doctor', doctor())
older('used', 729, 179)
older('young', 179, 0)
check(doctor().get('severity') == 'ok', 'almost', doctor())
older('idle', 500, 181)
older('never', 181, 0)
check(doctor().get('severity') == 'warning' and
      '180 days: 2; ' in doctor()['text'], 'not used', doctor())
older('old', 731, 1)
check('180 days: 2; ' in doctor()['text'] and
      '730 days ago: 1; ' in doctor()['text'], 'without an end', doctor())
t.json('token', 'revoke-all', 'ann')
check(doctor().get('severity') == 'ok', 'revoked they are no matter',
      doctor())
t.end()
done()

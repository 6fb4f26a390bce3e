#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Service accounts and their secrets.
from cli import *

SECRET = re.compile(r'^    (sigra_sa_[A-Za-z0-9_-]{49})$', re.M)

t = Trial()
t('user', 'add', 'ann')
for slug in ('acme', 'mill'):
    t('org', 'add', slug)
expect(t('service', 'list', 'acme'), 0, 'none', out='no service accounts')
expect(t('service', 'add', 'acme', 'bot'), 0, 'service add',
       out='secret add acme bot LABEL')
expect(t('service', 'add', 'mill', 'bot'), 4, 'a name is one account')
expect(t('service', 'add', 'acme', 'ann'), 4, 'a user has it')
expect(t('user', 'add', 'bot'), 4, 'the other way round')
expect(t('service', 'add', 'acme', 'b t'), 2, 'no name')
expect(t('service', 'add', 'nixx', 'bat'), 3, 'nowhere')
expect(t('member', 'add', 'acme', 'bot'), 6, 'is no member')
doc = t.json('service', 'list', 'acme')
check([s['name'] for s in doc['services']] == ['bot']
      and doc['services'][0]['secrets'] == 0, 'service list', doc)
check(t.json('service', 'list', 'mill')['services'] == [], 'of one')

r = t('secret', 'add', 'acme', 'bot', 'Zoë 1')
text = SECRET.search(r.out)
check(r.code == 0 and text is not None and wide(r.out) == [],
      'secret add', r.text())
for table, in t.sql("SELECT name FROM sqlite_schema WHERE type = 'table'"):
    check(text.group(1) not in str(t.sql('SELECT * FROM ' + table)),
          'the secret is not in ' + table)
expect(t('secret', 'add', 'acme', 'bot', 'Zoë 1'), 4, 'a label is one')
for bad in ('', 'a\nb', 'x' * 65, b'\xff'):
    expect(t('secret', 'add', 'acme', 'bot', bad), 2, 'no label: %r' % bad)
expect(t('secret', 'add', 'acme', 'bot', 'y', '--expires', '2020-01-01'), 2,
       'over before it began')
expect(t('secret', 'add', 'acme', 'bot', 'y', '--expires', 'soon'), 2,
       'no date')
for org, name in (('mill', 'bot'), ('acme', 'ann'), ('acme', 'nix')):
    expect(t('secret', 'add', org, name, 'y'), 3, '%s of %s' % (name, org))
    expect(t('secret', 'list', org, name), 3, 'nor listed')
    expect(t('secret', 'revoke', org, name, '--all'), 3, 'nor revoked')
    expect(t('service', 'remove', org, name), 3, 'nor removed')
doc = t.json('secret', 'add', 'acme', 'bot', 'two', '--expires', '2099-01-01')
check(doc['expires_at'] == '2099-01-01T00:00:00Z' and doc['service'] == 'bot'
      and re.fullmatch(r'sigra_sa_.{49}', doc['secret']), 'in JSON', doc)
doc = t.json('secret', 'list', 'acme', 'bot')
check(sorted((s['label'], s['state']) for s in doc['secrets']) ==
      [('Zoë 1', 'active'), ('two', 'active')], 'secret list', doc)
check('hash' not in str(doc) and 'sigra_sa_' not in str(doc), 'without any')
expect(t('secret', 'list', 'acme', 'bot'), 0, 'in words',
       out='STATE +CREATED +EXPIRES +USED +LABEL\n')
expect(t('secret', 'list', 'acme', 'bot', env=environment(LC_ALL='C')), 0,
       'in C', out=r'Zo\\xc3\\xab 1')

expect(t('secret', 'revoke', 'acme', 'bot'), 2, 'which one?', err='--all')
expect(t('secret', 'revoke', 'acme', 'bot', 'two', '--all'), 2, 'one of them')
expect(t('secret', 'revoke', 'acme', 'bot', 'none'), 3, 'no such label')
expect(t('secret', 'revoke', 'acme', 'bot', 'two'), 0, 'secret revoke',
       out='void now: 1')
expect(t('secret', 'revoke', 'acme', 'bot', 'two'), 3, 'once')
check(t.json('service', 'list', 'acme')['services'][0]['secrets'] == 1,
      'one is left')
for i in range(9):
    t('secret', 'add', 'acme', 'bot', str(i))
expect(t('secret', 'add', 'acme', 'bot', 'more'), 6, '10 at most')
check(t.json('secret', 'revoke', 'acme', 'bot', '--all')['revoked'] == 10,
      '--all')

t('secret', 'add', 'acme', 'bot', 'last')
doc = t.json('service', 'remove', 'acme', 'bot')
check(doc['state'] == 'deleted' and doc['secrets'] == 0, 'service remove',
      doc)
expect(t('service', 'remove', 'acme', 'bot'), 3, 'once')
expect(t('user', 'add', 'bot'), 0, 'the name is free')
actions = {a for a, _ in t.audit()}
check({'service.created', 'service.removed', 'service.credential_added',
       'service.credential_revoked'} <= actions, 'audited', actions)
t.end()
done()

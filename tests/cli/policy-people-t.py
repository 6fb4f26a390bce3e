#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# What rules say of people: organizations, invitations, what is told, how long
# sessions last.
import uuid
from cli import *

t = Trial()


def org(slug, **columns):
    """An organization, as it lies in the store."""
    row = {'id': str(uuid.uuid4()), 'slug': slug, 'name': slug.title(),
           'words': '', 'personal': 0, 'require_mfa': 0, 'created_at': 1,
           'deleted_at': 0, 'version': 1, **columns}
    t.sql('INSERT INTO org (%s) VALUES (%s)' %
          (', '.join(row), ', '.join('?' * len(row))), *row.values())
    return row['id']


def member(where, user):
    account = t.sql("SELECT id FROM account WHERE name = ?", user)[0][0]
    t.sql('INSERT INTO member VALUES (?, ?, 3, 1, 0)', where, account)


acme, mill = org('acme'), org('mill')
org('gone', deleted_at=5)
t.sql("INSERT INTO org_past VALUES ('acme-old', ?, 32503680000)", acme)
first = t.json('policy', 'list')['rules']
expect(t('policy', 'list'), 0, 'a new store says nothing of it',
       out=r'(?s)^(?!.*(org=|notice|new-source|invite|session-)).*$')
for rule in first:
    check(rule['org'] is None and rule['notice'] is False and
          rule['invite'] is False and rule['session_max'] is None and
          rule['session_idle'] == 0, 'nor does JSON', rule)
check([r['org_choice'] for r in first] == [None, None, 'last', None] and
      [r['new_source'] for r in first] == [None, None, 'audit', None],
      'but what a rule says that requires something', first)

# Organizations by their slugs; the store keeps ids.
r = t.json('policy', 'add', '--deny', '--org', 'acme,mill', '--service',
           'ftp', '--at', '1')['rule']
check(r['org'] == 'acme,mill', 'a rule for organizations', r)
check(t.sql('SELECT org FROM rule WHERE position = 1')[0][0] ==
      acme + ',' + mill, 'is kept by their ids')
check(t.audit()[-1][1]['org'] == acme + ',' + mill, 'and so audited',
      t.audit()[-1])
expect(t('policy', 'list'), 0, 'is listed by slugs',
       out=r'service=ftp org=acme,mill')
t.sql("UPDATE org SET slug = 'wheel' WHERE slug = 'mill'")
check(t.json('policy', 'list')['rules'][0]['org'] == 'acme,wheel',
      'follows a new slug')
t.sql("UPDATE org SET deleted_at = 9 WHERE slug = 'wheel'")
check(t.json('policy', 'list')['rules'][0]['org'] == 'acme,' + mill,
      'and has the id of one that is gone')
t.sql("UPDATE org SET deleted_at = 0, slug = 'mill' WHERE slug = 'wheel'")
expect(t('policy', 'remove', '1'), 0, 'and gone')
r = t.json('policy', 'add', '--deny', '--org=acme-old', '--service', 'ftp')
check(r['rule']['org'] == 'acme', 'a slug of before answers', r)
t('policy', 'remove', str(r['rule']['position']))
for slugs in ('nowhere', 'gone', '', 'acme,', ',acme', 'acme,,mill',
              'acme, mill', 'Acme', 'x' * 63, 'x' * 64, 'x' * 4000, acme,
              'a%sb', 'acme\x1b[2J', "acme' OR 1=1--"):
    expect(t('policy', 'add', '--deny', '--org', slugs), 3,
           'no organization %r' % slugs[:20], err='sigractl org list')
expect(t('policy', 'add', '--deny', '--org', ','.join(['acme'] * 7)), 2,
       'seven are too many', err='6 organizations')
expect(t('policy', 'add', '--deny', '--org', 'acme', '--account', 'unknown'),
       2, 'who is unknown belongs nowhere', err='unknown')
six = t.json('policy', 'add', '--deny', '--org', ','.join(['acme'] * 6),
             '--service', 'ftp', '--at', '1')
check(six['rule']['org'] == ','.join(['acme'] * 6), 'six are not', six)
t('policy', 'remove', '1')
check(t.json('policy', 'list')['rules'] == first, 'and all is as before')
# Behind its words the option is the rule's, not that of all commands.
r = call('-s', t.where, 'help', 'policy', 'add')
check(r.out.count('--org ') == 1 and '--org SLUGS' in r.out,
      'help has it once', r.text())

# The rest.
r = t.json('policy', 'add', '--require', 'password', '--phase',
           'auth,session', '--service', 'sshd', '--at', '1', '--org-choice',
           'ask', '--notice', '--new-source', 'second', '--invite',
           '--session-max', '12h', '--session-idle', '90s', '--group', 'staff')
check(r['findings'] == [] and r['rule']['org_choice'] == 'ask' and
      r['rule']['notice'] is True and r['rule']['new_source'] == 'second' and
      r['rule']['invite'] is True and r['rule']['session_max'] == 43200 and
      r['rule']['session_idle'] == 90, 'all that a rule says of people', r)
said = ('org-choice=ask notice new-source=second invite session-max=12h '
        'session-idle=90s')
expect(t('policy', 'list'), 0, 'it is listed', out=said)
meta = t.audit()[-1][1]['options']
check('org_choice=ask new_source=second notice invite session_max=43200 '
      'session_idle=90' in meta, 'and audited', meta)
t('policy', 'remove', '1')
r = t.json('policy', 'add', '--admit', '--service', 'sshd', '--at', '1',
           '--session-max', 'none', '--session-idle', 'none')
check(r['rule']['session_max'] == 0 and r['rule']['session_idle'] == 0 and
      r['rule']['org_choice'] is None, 'no limit at all', r)
expect(t('policy', 'list'), 0, 'which is listed', out=r'session-max=none *$|'
       r'session-max=none')
check(t.audit()[-1][1]['options'] == 'session_max=0', 'and audited, too',
      t.audit()[-1])
t('policy', 'remove', '1')
add = 'policy', 'add', '--require', 'password', '--service', 'ftp'
for option, values in (
        ('--org-choice', ('', 'first', 'Last', 'ask,last')),
        ('--new-source', ('', 'x', 'Tell', 'deny')),
        ('--session-max', ('', 'x', '0', '59s', '366d', '-1', '12', 'None',
                           '99999999999999999999d')),
        ('--session-idle', ('', 'x', '0', '59s', '31d', '-1h'))):
    for value in values:
        expect(t(*add, option, value), 2,
               'no value of %s: %r' % (option, value), err=option)
for action in '--deny', '--admit', '--abstain':
    for option in (('--org-choice', 'ask'), ('--notice',), ('--invite',),
                   ('--new-source', 'tell')):
        expect(t('policy', 'add', action, '--service', 'ftp', *option), 2,
               ' '.join((action,) + option) + ' makes no sense',
               err='--require only')
    if action != '--admit':
        for option in '--session-max', '--session-idle':
            expect(t('policy', 'add', action, '--service', 'ftp', option,
                     '1h'), 2, ' '.join((action, option)) + ' neither',
                   err='--require and --admit only')
check(t.json('policy', 'list')['rules'] == first, 'and nothing has changed')
for words, args in (
        ('session phase', ('--session-max', '1h')),
        ('asked for an organization', ('--org-choice', 'ask', '--prompt',
                                       'single')),
        ('told anything', ('--notice', '--prompt', 'single')),
        ('accounts of the store only', ('--invite', '--org', 'acme')),
        ('any user of the host', ('--invite',)),
        ('auth phase', ('--notice', '--phase', 'password'))):
    expect(t(*add, '--at', '1', *args), 0, 'a warning of ' + ' '.join(args),
           err=words)
    expect(t('policy', 'remove', '1'), 0, 'is no refusal')

# Who belongs where decides, and explain says so.
t('user', 'add', 'ann')
t('user', 'add', 'bob')
member(acme, 'ann')
member(mill, 'ann')
expect(t('policy', 'add', '--deny', '--org', 'acme', '--at', '1'), 0,
       'a team is shut out')


def explain(user):
    return t.json('policy', 'explain', user, '--service', 'sshd')


e = explain('ann')
check(e['rule']['org'] == 'acme' and e['decision']['step'] == 'deny' and
      sorted(e['facts']['orgs']) == ['acme', 'mill'], 'and its member', e)
expect(t('policy', 'explain', 'ann', '--service', 'sshd'), 0, 'in words',
       out=r'(?s)Belongs to: +(acme|mill)\n.*Rule for: +members of acme\n')
e = explain('bob')
check(e['decision']['step'] == 'ask' and e['facts']['orgs'] == [] and
      e['rule']['org'] is None, 'but nobody else', e)
e = explain('zoe')
check(e['decision']['step'] == 'ask' and e['facts']['orgs'] == [] and
      not e['facts']['known'], 'nor who is unknown', e)
t.sql("UPDATE org SET deleted_at = 9 WHERE slug = 'acme'")
check(explain('ann')['decision']['step'] == 'ask' and
      explain('ann')['facts']['orgs'] == ['mill'],
      'nor who belonged to one that is gone')
expect(t('policy', 'check'), 0, 'root is in none', out='sane')

# What it would be a pity to overlook on a terminal of 80 columns.
t.sql("UPDATE org SET deleted_at = 0 WHERE slug = 'acme'")
expect(t('policy', 'add', '--require', 'password', '--at', '1', '--org',
         'acme,mill', '--phase', 'auth,session', '--org-choice', 'ask',
         '--notice', '--new-source', 'second', '--session-max', '365d',
         '--session-idle', '30d'), 0, 'a long rule')
term = Terminal('-s', t.where, 'policy', 'list')
check(term.wait() == (0, None), 'on a terminal', term.seen)
lines = term.seen.decode().splitlines()
check(max(map(len, lines)) <= 80 and
      all(any(word in l for l in lines)
          for word in ('org=acme,mill', 'org-choice=ask', 'notice',
                       'new-source=second', 'session-max=365d',
                       'session-idle=30d')), 'has 80 columns',
      term.seen.decode())
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Rules: listed, added, moved, removed, judged, explained.
from cli import *

t = Trial()
first = t.json('policy', 'list')['rules']
expect(t('policy', 'list'), 0, 'policy list', out='require password')
expect(t('policy', 'check'), 0, 'policy check', out='sane')

expect(t('policy', 'add'), 2, 'what the rule says is wanted',
       err='--require SETS')
expect(t('policy', 'add', '--admit', '--deny'), 2, 'but once')
expect(t('policy', 'add', '--require', 'passwrod'), 2, 'a factor that is none',
       err='passwrod')
expect(t('policy', 'add', '--require', ''), 2, 'no factor')
expect(t('policy', 'add', '--deny', '--phase', 'auht'), 2, 'no phase')
expect(t('policy', 'add', '--deny', '--network', '10.0.0.0/33'), 2,
       'no network')
expect(t('policy', 'add', '--deny', '--network', 'example.org'), 2,
       'nor a name')
expect(t('policy', 'add', '--deny', '--account', 'some'), 2, 'no account')
expect(t('policy', 'add', '--deny', '--user', ''), 2,
       'an empty condition would match all')
expect(t('policy', 'add', '--deny', '--note', 'x' * 256), 2, 'a long note')
for at in ['0', 'x', '-1', '1x', '99', '257', '01']:
    expect(t('policy', 'add', '--deny', '--user', 'eve', '--at', at), 2,
           'no place ' + at)
check(t.json('policy', 'list')['rules'] == first, 'nothing has changed')

r = t.json('policy', 'add', '--deny', '--user', 'eve', '--service', 'sshd,su*',
           '--note', 'on leave', '--at', '1')
check(r['rule']['position'] == 1 and r['rule']['user'] == 'eve' and
      r['rule']['service'] == 'sshd,su*' and r['rule']['phases'] == 'all' and
      r['rule']['require'] is None, 'policy add', r)
rules = t.json('policy', 'list')['rules']
check([x['id'] for x in rules[1:]] == [x['id'] for x in first] and
      [x['position'] for x in rules] == list(range(1, len(rules) + 1)),
      'the others have moved down', rules)
action, meta = t.audit()[-1]
check(action == 'policy.added' and meta['user'] == 'eve' and
      meta['position'] == '1', 'is audited', meta)
r = t.json('policy', 'move', '1', '3')
check(r['rule']['position'] == 3, 'policy move', r)
check(t.json('policy', 'list')['rules'][2]['user'] == 'eve', 'it has moved')
expect(t('policy', 'move', '3', '3'), 4, 'to where it is')
expect(t('policy', 'move', '3', '99'), 3, 'to nowhere')
expect(t('policy', 'move', '99', '3'), 3, 'from nowhere')
expect(t('policy', 'move', 'x', '3'), 2, 'no number')
r = t.json('policy', 'remove', '3')
check(r['rule']['user'] == 'eve', 'policy remove', r)
check([x['id'] for x in t.json('policy', 'list')['rules']] ==
      [x['id'] for x in first], 'all as before')
expect(t('policy', 'remove', '99'), 3, 'what is not there')
check([a for a, m in t.audit()[-2:]] == ['policy.moved', 'policy.removed'],
      'both are audited')

# A set that would be wrong is refused as a whole.
count = len(t.audit())
expect(t('policy', 'add', '--admit', '--phase', 'auth', '--at', '1'), 6,
       'nobody is admitted with nothing')
root = [x for x in first if x['user'] == 'root'][0]
expect(t('policy', 'remove', str(root['position'])), 6,
       'root is not stranded', err='root')
expect(t('policy', 'add', '--deny', '--at', '1'), 6,
       'nor everybody shut out')
expect(t('policy', 'add', '--abstain', '--at', '1'), 6,
       'nor every login left to others', err='no login is decided by Sigra')
check(t.json('policy', 'list')['rules'] == first and
      len(t.audit()) == count, 'and nothing has changed')
# Warnings are said, and do not refuse.
r = t('policy', 'add', '--require', 'password', '--service', 'sshd')
expect(r, 0, 'a rule behind one that always matches', err='(?m)^.*warning: ')
last = len(t.json('policy', 'list')['rules'])
r = t('policy', 'check')
expect(r, 0, 'policy check tells it again', out='warning: rule %d' % last)
f = t.json('policy', 'check')['findings']
check(len(f) == 1 and f[0]['severity'] == 'warning' and
      f[0]['position'] == last, 'in JSON', f)
expect(t('policy', 'remove', str(last)), 0, 'and gone')
# A set that went wrong by other means.
t.sql("UPDATE rule SET user = 'toor' WHERE user = 'root'")
expect(t('policy', 'check'), 6, 'policy check of a wrong set', out='error: ')
t.sql("UPDATE rule SET user = 'root' WHERE user = 'toor'")

# Explain.
expect(t('policy', 'explain', 'ann'), 2, 'a service is wanted',
       err='--service')
expect(t('policy', 'explain', 'ann', '--service', 's', '--phase', 'x'), 2,
       'a phase that is none')
expect(t('policy', 'explain', '', '--service', 's'), 2, 'an empty user')
expect(t('policy', 'explain', 'a' * 300, '--service', 's'), 2, 'a long one')
t('user', 'add', 'ann')
count = len(t.audit())
unknown = t.json('policy', 'explain', 'zoe', '--service', 'sshd', '--rhost',
                 '192.0.2.7')
known = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--rhost',
               '192.0.2.7')
check(known['decision'] == {'step': 'ask', 'reason': None,
                            'factor': 'password'} and
      known['source'] == 'ip:192.0.2.7' and known['facts']['known'] and
      known['rule']['action'] == 'require', 'policy explain', known)
check(unknown['decision'] == known['decision'] and
      not unknown['facts']['known'], 'an unknown user is asked the same',
      unknown)
e = t.json('policy', 'explain', 'zoe', '--service', 'cron', '--phase',
           'account')
check(e['decision']['step'] == 'abstain', 'cron is not ours', e)
e = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--phase',
           'account')
check(e['decision']['step'] == 'allow', 'an active account may', e)
t('user', 'disable', 'ann', '--reason', 'x')
e = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--phase',
           'account')
check(e['decision']['step'] == 'deny' and
      e['decision']['reason'] == 'disabled' and
      e['facts']['account'] == 'disabled', 'a disabled one not', e)
expect(t('policy', 'explain', 'ann', '--service', 'sshd'), 0, 'in words',
       out='(?s)Account: +disabled.*Rule: +.*Next step: +ask for password')
import grp
group = grp.getgrgid(0).gr_name
expect(t('policy', 'add', '--deny', '--group', group, '--at', '1',
         '--service', 'imap'), 0, 'a rule for a group')
e = t.json('policy', 'explain', 'root', '--service', 'imap')
check(e['rule']['group'] == group and
      e['decision']['reason'] == 'rule_denies', 'groups are looked up', e)
e = t.json('policy', 'explain', 'zoe', '--service', 'imap')
check(e['rule']['group'] is None, 'and zoe is in none', e)
t('policy', 'remove', '1')
check([a for a, m in t.audit()[count:] if not a.startswith('policy.')] ==
      ['user.disabled'], 'explaining leaves no trace')
t.sql("DELETE FROM rule")
e = t.json('policy', 'explain', 'ann', '--service', 'sshd')
check(e['rule'] is None and e['decision']['step'] == 'deny',
      'without a rule nobody gets in', e)
expect(t('policy', 'list'), 0, 'an empty list', out='nobody gets in')
t.sql("INSERT INTO rule VALUES ('0190a000-0000-7000-8000-000000000000', 1, "
      "'lunch', 'deny', '', 'any', '', '', '', '', '', '')")
expect(t('policy', 'list'), 7, 'a rule that does not parse', err='rule 1')
t.end()
done()

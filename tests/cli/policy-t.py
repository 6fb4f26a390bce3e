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

# What a rule says beside its factors.
default = [x for x in first if x['action'] == 'require'][0]
check(default['require'] == 'password+fido2 | password+otp' and
      default['uv'] == 'preferred' and default['key_wait'] == 15 and
      default['key_paste'] is False and
      default['unenrolled'] == 'exempt' and
      default['unenrolled_until'] is None and default['trust_days'] == 0 and
      default['step_up'] == 0 and default['prompt'] == 'auto' and
      default['qr'] == 'auto' and default['qr_invert'] is False,
      'a code is asked of whoever has one', default)
other = [x for x in first if x['action'] == 'admit'][0]
check([other[x] for x in ('unenrolled', 'prompt', 'qr')] == [None] * 3,
      'what asks for nothing says nothing of it', other)
expect(t('policy', 'list'), 0, 'the list says it', out=r'(?m)\bexempt\b')


def added(*args):
    """The rule as it is listed, and its row; then it is gone."""
    r = t.json('policy', 'add', '--require', 'password+otp', '--service',
               'ftp', '--at', '1', *args)
    table = t('policy', 'list')
    expect(t('policy', 'remove', '1'), 0, 'and removed')
    rows = [x for x in table.out.splitlines() if re.match(r' *1 ', x)]
    check(table.code == 0 and len(rows) == 1, 'it is listed', table.text())
    return r['rule'], rows[0] if rows else ''


r, row = added('--unenrolled', 'enroll', '--trust-days', '30', '--step-up',
               '5m', '--prompt', 'multi', '--qr', 'ascii', '--qr-invert')
check(r['unenrolled'] == 'enroll' and r['trust_days'] == 30 and
      r['step_up'] == 300 and r['prompt'] == 'multi' and
      r['qr'] == 'ascii' and r['qr_invert'] is True, 'all options', r)
r, row = added('--unenrolled', 'exempt', '--trust-days', '30', '--step-up',
               '300')
check(r['step_up'] == 300 and r['prompt'] == 'auto' and
      'exempt trust=30d step-up=5m' in row, 'compactly', row)
r, row = added('--unenrolled', 'until:2038-01-31')
check(r['unenrolled'] == 'until' and
      r['unenrolled_until'] == '2038-01-31T00:00:00Z' and
      'until:2038-01-31 ' in row, 'for a time', (r, row))
r, row = added('--unenrolled', 'until:2038-01-31T12:00:00Z')
check(r['unenrolled_until'] == '2038-01-31T12:00:00Z', 'to the second', r)
r, row = added('--unenrolled', 'deny', '--trust-days', '0', '--step-up', '0',
               '--prompt', 'auto', '--qr', 'auto')
plain, bare = added()
check({k: v for k, v in r.items() if k != 'id'} ==
      {k: v for k, v in plain.items() if k != 'id'} and row == bare,
      'what would be said anyway', (r, row))
for text, seconds in ('90', 90), ('90s', 90), ('1h', 3600), ('24h', 86400):
    r, row = added('--step-up', text)
    check(r['step_up'] == seconds, 'step-up ' + text, r)
r, row = added('--prompt', 'single')
check(r['prompt'] == 'single' and 'prompt=single' in row, 'one prompt', row)
r = t.json('policy', 'add', '--require', 'password+fido2', '--at', '1',
           '--unenrolled', 'exempt', '--service', 'ftp2', '--uv', 'required',
           '--key-wait', '0', '--key-paste')['rule']
row = t('policy', 'list').out.splitlines()[1]
check((r['uv'], r['key_wait'], r['key_paste']) == ('required', 0, True) and
      'uv=required key-wait=0s key-paste' in row, 'what is said of keys',
      row)
check(any('uv=required wait=0 paste' in m.get('options', '')
          for a, m in t.audit()), 'is audited', t.audit()[-2:])
t('policy', 'remove', '1')
r, row = added('--uv', 'preferred', '--key-wait', '15')
check({k: v for k, v in r.items() if k != 'id'} ==
      {k: v for k, v in plain.items() if k != 'id'} and row == bare,
      'what would be said of keys anyway', (r, row))
for words in (['--uv', 'yes'], ['--key-wait', '121'], ['--key-wait', '1m'],
              ['--key-wait', '-1']):
    expect(t('policy', 'add', '--require', 'fido2', *words), 2,
           'refused: %r' % words, err=words[0])
expect(t('policy', 'add', '--deny', '--uv', 'required'), 2,
       'not with --deny', err='--uv goes with --require only')
# On a terminal it has room, whatever there is to say.
t('policy', 'add', '--require', 'password+otp', '--service', 'ftp', '--at',
  '1', '--unenrolled', 'until:2038-01-31T12:00:00Z', '--trust-days', '365',
  '--step-up', '301', '--prompt', 'single', '--qr', 'ascii', '--qr-invert',
  '--note', 'why ' * 20)
term = Terminal('-s', t.where, 'policy', 'list')
check(term.wait() == (0, None), 'policy list on a terminal', term.seen)
lines = term.seen.decode().splitlines()
check(max(map(len, lines)) <= 80 and 'OPTIONS' in lines[0] and
      all(
          any(word in l for l in lines)
          for word in ('password+otp', 'trust=365d', 'step-up=301s',
                       'prompt=single', 'qr=ascii', 'qr-invert')),
      'has 80 columns',
      term.seen.decode())
t('policy', 'remove', '1')
now = t.json('policy', 'list')['rules']
for option, values in (
        ('--unenrolled', ('', 'x', 'until', 'until:', 'until:x', 'Deny',
                          'until:2038-02-30', 'exempt:2038-01-31')),
        ('--trust-days', ('', 'x', '-1', '366', '1.5', '30d')),
        ('--step-up', ('', 'x', '-1', '86401', '25h', '5 m', '5mm', '0h')),
        ('--prompt', ('', 'x', 'Single', 'single,multi')),
        ('--qr', ('', 'x', 'utf-8', 'svg'))):
    for value in values:
        expect(t('policy', 'add', '--require', 'password+otp', '--service',
                 'ftp', '--at', '1', option, value), 2,
               'no value of %s: %r' % (option, value), err=option)
for action in '--deny', '--admit', '--abstain':
    for option in (('--unenrolled', 'exempt'), ('--trust-days', '30'),
                   ('--step-up', '5m'), ('--prompt', 'single'),
                   ('--qr', 'none'), ('--qr-invert',)):
        expect(t('policy', 'add', action, '--service', 'ftp', '--at', '1',
                 *option), 2, ' '.join((action,) + option) + ' makes no sense',
               err='--require only')
check(t.json('policy', 'list')['rules'] == now, 'and nothing has changed')


def warned(pattern, *args):
    r = t('policy', 'add', '--service', 'ftp', '--at', '1', *args)
    expect(r, 0, 'a warning of ' + ' '.join(args), err=pattern)
    expect(t('policy', 'remove', '1'), 0, 'is no refusal')


warned('second factor alone', '--require', 'otp')
warned('second factor alone', '--require', 'otp', '--unenrolled', 'exempt')
warned('names no second factor', '--require', 'password', '--unenrolled',
       'enroll')
warned('no second factor', '--require', 'password', '--trust-days', '30')
warned('nobody can enroll', '--require', 'password+otp', '--unenrolled',
       'enroll', '--prompt', 'single')
warned('auth phase', '--require', 'password+otp', '--step-up', '5m',
       '--phase', 'password')
r = t('policy', 'add', '--service', 'ftp', '--at', '1', '--require',
      'password', '--step-up', '5m')
check(r.code == 0 and r.err == '', 'a password of late may do', r.text())
t('policy', 'remove', '1')

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
check({k: known['decision'][k] for k in ('step', 'reason', 'factor')} ==
      {'step': 'ask', 'reason': None, 'factor': 'password'} and
      known['source'] == 'ip:192.0.2.7' and known['facts']['known'] and
      known['rule']['action'] == 'require', 'policy explain', known)
check(known['facts']['unenrolled'] == 'exempt' and
      known['facts']['waived'] == [] and known['facts']['stepped'] == [] and
      known['facts']['prompt'] == 'multi' and
      known['facts']['clock_behind'] is False and
      known['facts']['usable'] == ['password', 'otp', 'token'],
      'and what the rule makes of it', known)
check(unknown['decision'] == known['decision'] and
      not unknown['facts']['known'], 'an unknown user is asked the same',
      unknown)
check(known['facts']['org'] is None and known['facts']['second'] is None,
      'nor does she belong anywhere', known)
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
expect(t('policy', 'explain', 'ann', '--service', 'sshd'), 0,
       'and the prompts', out='Prompts: +one for each factor; '
       'unenrolled: exempt')
e = t.json('policy', 'explain', 'ann', '--service', 'dovecot')
check(e['facts']['prompt'] == 'single', 'dovecot takes one string', e)
expect(t('policy', 'explain', 'ann', '--service', 'dovecot'), 0, 'in words',
       out='(?s)one for password and code.*'
       'Next step: +ask for password and code in one answer')
e = t.json('policy', 'explain', 'ann', '--service', 'sshd', '--phase',
           'account')
check(e['facts']['unenrolled'] is None and e['facts']['prompt'] is None,
      'a rule that asks for nothing says nothing of it', e)
for when, word in ('2038-01-31', 'exempt'), ('2020-01-31', 'deny'):
    r = t('policy', 'add', '--require', 'password+otp', '--service', 'ftp',
          '--unenrolled', 'until:' + when, '--at', '1')
    check(('that date is past' in r.err) == (word == 'deny'),
          'a date that is past is warned of', r.text())
    e = t.json('policy', 'explain', 'ann', '--service', 'ftp')
    check(e['facts']['unenrolled'] == word and
          e['rule']['unenrolled'] == 'until', 'until ' + when, e)
    t('policy', 'remove', '1')
t('policy', 'add', '--require', 'password+otp', '--service', 'ftp',
  '--trust-days', '30', '--step-up', '5m', '--at', '1')
t('user', 'add', 'new')
t('enroll', 'ticket', 'new')
t('user', 'login-code', 'new')
expect(t('policy', 'explain', 'new', '--service', 'ftp'), 0,
       'what is out, and what the rule offers',
       out='(?s)\nLogin code: +counts as otp until 20.*\nTicket: +counts as '
       'the password until 20[^;\n]*; there is no password\n.*'
       '\nTrust: +offered for 30 days\nStep-up: +within 5m of a login')
t('user', 'revoke-codes', 'new')
check('counts as' not in t('policy', 'explain', 'new', '--service',
                           'ftp').out, 'and nothing of what is not')
t('user', 'delete', 'new', '--grace', '0', '--yes')
t('policy', 'remove', '1')
t('policy', 'add', '--require', 'password+otp', '--service', 'ftp',
  '--unenrolled', 'enroll', '--at', '1')
e = t.json('policy', 'explain', 'zoe', '--service', 'ftp')
check(e['facts']['unenrolled'] == 'enroll' and
      e['decision']['factor'] == 'password', 'nobody enrolls first', e)
t('policy', 'remove', '1')
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
      ['user.disabled', 'user.created', 'code.issued', 'code.issued',
       'code.revoked', 'user.deleted'], 'explaining leaves no trace')
t.sql("DELETE FROM rule")
e = t.json('policy', 'explain', 'ann', '--service', 'sshd')
check(e['rule'] is None and e['decision']['step'] == 'deny',
      'without a rule nobody gets in', e)
expect(t('policy', 'list'), 0, 'an empty list', out='nobody gets in')
t.sql("INSERT INTO rule (id, position, phases, action, require, account, "
      "service, host, user, unix_group, network, note) VALUES "
      "('0190a000-0000-7000-8000-000000000000', 1, "
      "'lunch', 'deny', '', 'any', '', '', '', '', '', '')")
expect(t('policy', 'list'), 7, 'a rule that does not parse', err='rule 1')
t.end()


def seen(columns):
    """policy list as on a terminal of so many columns."""
    term = Terminal('-c', 'stty cols %d; exec "$0" -s "$1" policy list' %
                    columns, SIGRACTL, t.where, program='/bin/sh')
    check(term.wait() == (0, None), 'on %d columns' % columns, term.seen)
    return term.seen.decode().replace('\r\n', '\n')


# A terminal of the usual width shows all that decides; the rest gives way.
t = Trial()
text = seen(80)
check(wide(text) == [], 'no line is too long', text)
check(all(w in text for w in (
    'account=unknown ', 'service=cron,atd,systemd-user ', 'user=root ',
    'account=known ', 'require password+fido2 ', '| password+otp', 'exempt',
    'account,session ')), 'nothing of the rules of init is cut', text)
check('NOTE' not in text and 'NOTE' in seen(200) and
      'NOTE' in t('policy', 'list').out, 'but the notes go')
wider = seen(90)
check(max(map(len, text.splitlines())) < max(map(len, wider.splitlines()))
      <= 90 and 'NOTE' not in wider, 'what a note has no use for is used',
      wider)
t('policy', 'add', '--require', 'password+otp', '--service', 'sshd', '--at',
  '1', '--unenrolled', 'enroll', '--trust-days', '30', '--step-up', '5m',
  '--network', '10.0.0.0/8,192.168.0.0/16,2001:db8:1234:5678::/64')
text = seen(80)
check(wide(text) == [] and re.search(
    r'(?s)service=sshd +enroll\n.*=10\.0\.0\.0/8,(192\.168\.0\.0/16,)? +'
    r'trust=30d\n.*2001:db8:1234:5678::/64 +step-up=5m\n', text),
    'options and networks stand below each other', text)
text = seen(60)
check(wide(text, 60) == [] and '2001:db8:' in text, 'even where it is narrow',
      text)
text = t('policy', 'list').out
check('enroll trust=30d step-up=5m' in text and len(text.splitlines()) == 6,
      'in a pipe a rule is a line', text)
t.end()
done()

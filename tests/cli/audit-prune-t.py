#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# audit prune and audit retention; and gc, which prunes by it.
from cli import *

DAY = 86400
NOW = int(time.time())


def aged(trial, days):
    """All that happened so far was DAYS ago."""
    con = sqlite3.connect(trial.db)
    con.execute('DROP TRIGGER IF EXISTS audit_keep_update')
    con.execute('UPDATE audit SET at = at - ?', (days * DAY,))
    con.commit()
    con.close()


def rows(trial):
    return [r[0] for r in trial.sql('SELECT seq FROM audit ORDER BY seq')]


t = Trial()
for i in range(5):
    expect(t('user', 'add', 'old%d' % i), 0, 'long ago')
aged(t, 500)
for i in range(3):
    expect(t('user', 'add', 'new%d' % i), 0, 'now')

# --- how long ---

expect(t('audit', 'retention'), 0, 'for ever', out=r'\Aforever\n\Z')
check(t.json('audit', 'retention') == {'keep': 'forever', 'seconds': None},
      '... in JSON')
for age in ('29d', '1h', '0d', 'x', '', '-40d', '40000d', '400'):
    expect(t('audit', 'retention', age), 2, 'not %s' % age)
    expect(t('audit', 'prune', '--yes', '--older-than', age), 2,
           '... nor is pruned by it', err='older-than')
expect(t('audit', 'prune', '--yes'), 2, 'without any age', err='for ever')
check(rows(t) == list(range(1, 10)), 'nothing is gone', rows(t))

# --- by hand ---

expect(t('audit', 'prune', '--older-than', '600d', '--dry-run'), 0,
       'nothing is that old', out='^0 rows .*would be')
r = t.json('audit', 'prune', '--older-than', '400d', '--dry-run')
check(r['rows'] == 6 and r['dry_run'], 'what would be', r)
check(rows(t) == list(range(1, 10)), '... is not', rows(t))
expect(t('audit', 'prune', '--older-than', '400d'), 2,
       'nobody confirms it', err='--yes')
p = Terminal('-s', t.where, 'audit', 'prune', '--older-than', '400d')
check(p.read_until(b'Type yes'), 'it is confirmed', p.seen)
p.type(b'no\n')
check(p.wait() == (1, None) and rows(t) == list(range(1, 10)),
      '... or not', p.seen)
expect(t('audit', 'prune', '--older-than', '400d', '--yes'), 0, 'pruned',
       out=r'^6 rows .* pruned\.\n\Z')
check(rows(t) == [7, 8, 9, 10], 'what is left', rows(t))
action, meta = t.audit()[-1]
check(action == 'audit.pruned' and meta['rows'] == '6' and
      meta['from'] == '1' and meta['to'] == '6' and 'head' not in meta and
      meta['oldest'] <= meta['newest'] < '2100', 'and its row', meta)
r = t.json('audit', 'prune', '--older-than', '400d', '--yes')
check(r['rows'] == 0 and rows(t) == [7, 8, 9, 10], 'once', r)
check(t.sql('SELECT count(*) FROM audit_guard') == [(0,)],
      'the guard is down')
con = sqlite3.connect(t.db)
try:
    con.execute('DELETE FROM audit WHERE seq = 7')
    check(False, 'a row can be deleted')
except sqlite3.IntegrityError as e:
    check('append-only' in str(e), 'rows are not deleted otherwise', e)
con.close()

# Somebody left one there: it is in nobody's way, and goes.
t.sql("INSERT INTO audit_guard SELECT host, 3 FROM audit LIMIT 1")
t.sql("INSERT INTO audit_guard VALUES ('other', 3)")

# --- by gc ---

aged(t, 100)
expect(t('gc'), 0, 'gc prunes nothing by itself', out=r'\A\Z')
expect(t('audit', 'retention', '60d'), 0, 'unless it is told',
       out=r'\A60d\n\Z')
action, meta = t.audit()[-1]
check((action, meta['seconds']) == ('audit.retention', str(60 * DAY)),
      '... which is audited', meta)
check(t.json('audit', 'retention') == {'keep': '60d', 'seconds': 60 * DAY},
      '... and told')
expect(t('gc', '--dry-run'), 0, 'what it would do',
       out='4 rows of the audit would be pruned')
r = t.json('gc')
check(r['pruned'] == 4 and r['failures'] == [], 'and does', r)
check(t.sql('SELECT count(*) FROM audit_guard') == [(0,)],
      'no guard is left')
check(rows(t) == [11, 12], 'what is left', rows(t))
expect(t('gc'), 0, 'once', out=r'\A\Z')
r = t.json('audit', 'prune', '--dry-run')
check(r['rows'] == 0 and r['before'] is not None, 'prune knows the age', r)

# --- a clock that has leapt ---

t.sql("UPDATE meta SET value = '5' WHERE key = 'gc_at'")
expect(t('audit', 'prune', '--yes'), 6, 'by a clock that leapt', err='clock')
check(rows(t) == [11, 12], '... nothing', rows(t))

# --- chained ---

u = Trial()
for i in range(3):
    expect(u('user', 'add', 'old%d' % i), 0, 'long ago')
aged(u, 500)
key = u.json('audit', 'init-key')['key']
expect(u('user', 'add', 'new'), 0, 'now')
expect(u('audit', 'prune', '--older-than', '400d', '--yes'), 0,
       'rows before the chain', out='^4 rows')
expect(u('audit', 'verify', '--key', '-', data=key), 0, 'the rest is proved',
       out='rows 5 to 7 are as they were')
u.end()
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# store check and migrate, and stores that are none.
from cli import *

t = Trial()
expect(t('store', 'check'), 0, 'store check', out='^The store is sound.\n$')
check(t.json('store', 'check') == {'findings': []}, 'in JSON')
expect(t('store', 'migrate'), 0, 'store migrate', out='Nothing to do')
m = t.json('store', 'migrate')
check(m['from'] == m['to'] and m['to'] >= 1, 'in JSON', m)
count = len(t.audit())
check('store.migrated' not in [a for a, _ in t.audit()],
      'what did nothing is not audited')

t.sql("UPDATE rule SET phases = 'lunch' WHERE position = 1")
expect(t('store', 'check'), 1, 'a rule that does not parse',
       out='(?m)^policy: rule 1: ')
t.sql("UPDATE rule SET phases = 'all' WHERE position = 1")
t.sql("UPDATE meta SET value = ? WHERE key = 'key_check'", 'ab' * 32)
r = t('--json', 'store', 'check')
check(r.code == 1 and [f['about'] for f in r.json()['findings']] == ['key'],
      'another key', r.text())
expect(t('user', 'list'), 7, 'is refused everywhere')
t.sql("DELETE FROM meta WHERE key = 'key_check'")
expect(t('user', 'list'), 7, 'as is one that was never finished')
t.end()

t = Trial()
os.chmod(t.db, 0o644)
expect(t('store', 'check'), 1, 'a store that others may read',
       out='(?m)^store: ')
expect(t('user', 'list'), 7, 'is not used')
os.chmod(t.db, 0o600)
os.chmod(t.dir + '/store', 0o755)
expect(t('store', 'check'), 1, 'nor one in an open directory')
os.chmod(t.dir + '/store', 0o700)
t.sql('PRAGMA user_version = 99')
expect(t('store', 'check'), 1, 'a newer schema', out='(?m)^store: ')
expect(t('user', 'list'), 7, 'is not used')
expect(t('store', 'migrate'), 7, 'nor migrated back')
t.sql('PRAGMA user_version = 1')
r = t('store', 'backup', t.dir + '/copy')
check(r.code == 7 and 'store migrate' in r.err, 'an older schema', r.text())
check('stop sigrad and copy' in ' '.join(r.err.split()) and
      not os.path.exists(t.dir + '/copy'), 'says how it is kept', r.text())
t.end()

t = Trial()
t('user', 'add', 'ann')
size = os.path.getsize(t.db)
for suffix in ['-wal', '-shm']:
    if os.path.exists(t.db + suffix):
        os.unlink(t.db + suffix)
with open(t.db, 'r+b') as f:
    f.seek(size // 2)
    f.write(b'\xa5' * (size - size // 2))
r = t('store', 'check')
check(r.code == 1 and r.out != '', 'a damaged store is found out', r.text())
os.unlink(t.db)
with open(t.db, 'w') as f:
    f.write('this is no database, but long enough to be one ' * 100)
os.chmod(t.db, 0o600)
expect(t('user', 'list'), 7, 'something else is not used')
expect(t('store', 'check'), 1, 'and found out')
expect(t('store', 'migrate'), 7, 'and not migrated')
os.unlink(t.db)
expect(t('store', 'migrate'), 7, 'there is nothing to migrate', err='init')
os.symlink('/etc/passwd', t.db)
expect(t('user', 'list'), 7, 'nor is a link followed')
t.end()
done()

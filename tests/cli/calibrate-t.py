#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# calibrate: costs between floor and ceiling, in a form sigra.conf takes.
from cli import *

r = call('calibrate', '--milliseconds', '60')
expect(r, 0, 'calibrate', out=r'^# One login takes \d+ ms.*\n\[argon2\]\n'
       r'memory_kib = \d+\npasses = \d+\nlanes = 1\n$')
check('passes:' not in r.err, 'no progress but on a terminal', r.err)

j = call('--json', 'calibrate', '--memory', '16384', '--milliseconds', '400')
got = j.json()
check(j.code == 0 and got['memory_kib'] in (8192, 16384) and
      3 <= got['passes'] <= 64 and got['lanes'] == 1 and
      got['wanted'] == 400, 'no more memory than asked for', j.text())
check(got['reached'] == (got['milliseconds'] <= 400), 'and says whether it '
      'was reached', got)
j = call('--json', 'calibrate', '--memory', '8192', '--milliseconds', '10')
got = j.json()
check((got['memory_kib'], got['passes'] >= 3) == (8192, True),
      'never below the floor', j.text())
check(got['reached'] or 'longer than wanted' in j.err, 'and warns', j.text())

for args in (['--milliseconds', '9'], ['--milliseconds', '10001'],
             ['--milliseconds', 'x'], ['--memory', '8191'],
             ['--memory', '4194305'], ['--memory', '-1'], ['x']):
    expect(call('calibrate', *args), 2, 'refused: ' + ' '.join(args))

# What it prints can stand in a configuration.
t = Trial(init=False)
os.mkdir(t.dir + '/etc')
conf = t.dir + '/etc/sigra.conf'
with open(conf, 'w') as f:
    f.write('[store]\nwhere = %s\n' % t.where + r.out)
os.chmod(conf, 0o644)
r = call('-c', conf, 'user', 'list')
check('sigractl init' in r.err, 'sigra.conf takes it',
      r.text())
w = Terminal('calibrate', '--milliseconds', '10', '--memory', '8192')
w.wait()
check(b'KiB' in w.seen and b'passes:' in w.seen, 'progress on a terminal',
      w.seen)
t.end()
done()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Who it was, and what the environment may not say.
from cli import *

conf = machine()
t = Trial()
login = open('/proc/self/loginuid').read().strip()
me = 'uid:' + login
if login == '4294967295':
    me = 'system' if os.getuid() == 0 else 'uid:%d' % os.getuid()


def actor():
    return t.json('audit', 'list', '--limit', '1')['entries'][0]


check(actor()['actor'] == me, 'the kernel says who it is', actor())
hostile = environment(SUDO_USER='eve', USER='eve', LOGNAME='eve', HOME='/x',
                      SUDO_GID='0', SUDO_COMMAND='x', LD_X='1', TZ='Mars',
                      SIGRA_CONFIG='/x', TMPDIR='/nonexistent',
                      SQLITE_TMPDIR='/nonexistent', COLUMNS='1',
                      LIBSMARTCOLS_DEBUG='all', NO_COLOR='1', TERM='dumb')
r = t('user', 'add', 'ann', env=hostile)
expect(r, 0, 'no other variable matters', out='Added')
check(actor()['actor'] == me, 'nor says who it is', actor())
check(t('user', 'list').out == t('user', 'list', env=hostile).out,
      'nor changes what is printed')

sudo = environment(SUDO_UID='4242')
if os.getuid() == 0:
    expect(t('user', 'list', env=sudo), 5, 'sudo gets no -s', err='-s')
    expect(t('-c', '/x', 'user', 'list', env=sudo), 5, 'nor -c', err='-c')
if conf:
    with open(conf, 'w') as f:
        f.write('[store]\nwhere = %s\nkey = %s\n' % (t.where, t.key))
    r = call('user', 'add', 'bob', env=sudo)
    expect(r, 0, 'but the configured store')
    a = actor()
    if login == '4294967295':
        check(a['actor'] == 'uid:4242' and a['meta'] == {},
              'whom sudo names is the actor', a)
    elif login != '4242':
        check(a['actor'] == me and a['meta'] ==
              {'loginuid': me, 'sudo_uid': 'uid:4242'},
              'the kernel is believed, both are audited', a)
    for bad in ['x', '-1', '4294967295', ' 1', '1 ', '9' * 100]:
        expect(call('user', 'list', env=environment(SUDO_UID=bad)), 5,
               'SUDO_UID=%.12s is no uid' % bad)
elif os.getuid() != 0:
    expect(t('user', 'add', 'bob', env=sudo), 0, 'an ordinary user')
    check(actor()['actor'] == me, 'is who the kernel says', actor())

# Lowered limits, closed descriptors, a strange umask: all as it should be.
p = subprocess.run(['sh', '-c', 'umask 000; ulimit -c unlimited; '
                    'exec "$0" "$@" 0<&- 2>&-', SIGRACTL, '-s', t.where,
                    'user', 'add', 'eve'], stdout=subprocess.PIPE,
                   env=environment())
check(p.returncode == 0 and b'Added' in p.stdout, 'with closed descriptors',
      p)
check({os.lstat(t.dir + '/store/' + n).st_mode & 0o077
       for n in os.listdir(t.dir + '/store')} == {0},
      'files are nobody else\'s')
# CAP_SYS_RESOURCE, without which nobody can raise a limit.
caps = int(re.search(r'CapEff:\s*(\w+)',
                     open('/proc/self/status').read()).group(1), 16)
if os.getuid() == 0 and caps >> 24 & 1:
    p = subprocess.run(['sh', '-c', 'ulimit -f 1; ulimit -t 1; '
                        'exec "$0" "$@"', SIGRACTL, '-s', t.where, 'user',
                        'add', 'joe'], stdout=subprocess.PIPE,
                       env=environment())
    check(p.returncode == 0, 'with a limit on the size of files', p)
else:
    skip('limits cannot be raised here')
t.end()
done()

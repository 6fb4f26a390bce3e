#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The chapter BREAK GLASS of sigra(7), as drills: each begins with something
# broken, which denies, and ends with a login through the real module and
# verifier.
# usage: drill-t.py SIGRACTL RUN MODULE PROBE SIGRAD
from cli import *

RUN, MODULE, PROBE, SIGRAD = sys.argv[2:6]
GOOD = 'correct horse 7721'


class Host:
    """A store with a config, ann in it, her backup and the key on paper."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='sigra-drill.')
        self.conf = self.dir + '/sigra.conf'
        self.db = self.dir + '/store/sigra.db'
        self.key = self.dir + '/sigra.key'
        self.backup = self.dir + '/safe.backup'
        self.paper = self.dir + '/safe.key'
        self.where = 'sqlite:' + self.db
        with open(self.conf, 'w') as f:
            f.write('[store]\nwhere = %s\nkey = %s\n'
                    '[argon2]\nmemory_kib = 8192\npasses = 1\n'
                    '[verifier]\nsocket = %s/run/sigrad.sock\n' %
                    (self.where, self.key, self.dir))
        os.chmod(self.conf, 0o644)

    def __call__(self, *args, **more):
        return call('-c', self.conf, *args, **more)

    def must(self, *args, **more):
        r = self(*args, **more)
        return check(r.code == 0, ' '.join(args[:2]), r.text())

    def init(self):
        me = ['--owner', 'root'] if os.getuid() == 0 else []
        r = self('-s', self.where, 'init', *me)
        return check(r.code == 0, 'init', r.text())

    def prepare(self):
        self.init()
        self.must('user', 'add', 'ann')
        self.must('password', 'set', 'ann', '--stdin', data=GOOD)
        self.must('store', 'backup', self.backup)
        self.must('key', 'export', '--file', self.paper)
        return self

    def login(self, code, password=GOOD, asked=False):
        """What a login says, as 'PAM_SUCCESS'; None: it cannot be tried."""
        scripts = tempfile.mkdtemp(dir=self.dir)
        with open(scripts + '/login', 'w') as f:
            f.write('[setup]\ncp %s "$DIR/sigra.conf"\n[call]\nuser = ann\n'
                    'authenticate() = %s%s\n' % (
                        self.conf, code,
                        '' if code == 'PAM_SUCCESS' else ' delayed'))
            if code == 'PAM_SUCCESS' or asked:
                f.write('[prompts]\nsecret = Password: |%s\n' % password)
            if code == 'PAM_SUCCESS':
                f.write('[env]\nSIGRA_LOGIN=.*\n')
            else:
                f.write('[log]\n.*verifier unavailable: .*\n')
        p = subprocess.run(
            [RUN, MODULE, PROBE, PROBE, scripts], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env=environment(SIGRAD=SIGRAD, SIGRACTL=SIGRACTL), timeout=120)
        shutil.rmtree(scripts)
        if '# SKIP' in p.stdout.upper():
            return None
        return (p.returncode == 0 and '\nnot ok' not in '\n' + p.stdout,
                p.stdout)

    def expect(self, code, what, **more):
        r = self.login(code, **more)
        if r is None:
            skip('neither root nor user namespaces')
        else:
            check(r[0], what, r[1])

    def end(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def drill(title):
    print('# ' + title)
    host = Host().prepare()
    host.expect('PAM_SUCCESS', title + ': before')
    return host


UNAVAILABLE = 'PAM_AUTHINFO_UNAVAIL'

h = drill('the store is gone')
for suffix in ['', '-wal', '-shm']:
    with open(h.db + suffix, 'a'):
        os.unlink(h.db + suffix)
h.expect(UNAVAILABLE, 'nobody gets in')
h.must('store', 'restore', h.backup, '--yes')
h.expect('PAM_SUCCESS', 'restored from the backup')
h.end()

h = drill('the store is damaged')
with open(h.db, 'r+b') as f:
    f.write(b'\xa5' * 4096)
h.expect(UNAVAILABLE, 'nobody gets in')
expect(h('store', 'check'), 1, 'store check finds it')
h.must('store', 'restore', h.backup, '--yes')
h.expect('PAM_SUCCESS', 'restored from the backup')
h.end()

h = drill('the key is gone')
os.unlink(h.key)
h.expect(UNAVAILABLE, 'nobody gets in')
h.must('key', 'import', '--file', h.paper)
h.expect('PAM_SUCCESS', 'the key is back from paper')
h.end()

h = drill('a wrong key')
with open(h.key, 'r+b') as f:
    f.write(b'x' * 32)
h.expect(UNAVAILABLE, 'nobody gets in')
expect(h('store', 'check'), 1, 'store check finds it', out='(?m)^key: ')
expect(h('key', 'import', '--file', h.paper), 4, 'it is not overwritten')
os.unlink(h.key)
h.must('key', 'import', '--file', h.paper)
h.expect('PAM_SUCCESS', 'the right key is back')
h.end()

h = drill('the host is gone')
shutil.rmtree(h.dir + '/store')
os.unlink(h.key)
h.expect(UNAVAILABLE, 'nobody gets in')
h.init()
h.must('store', 'restore', h.backup, '--key', h.paper, '--yes')
h.expect('PAM_SUCCESS', 'a new host has the old store')
h.end()

h = drill('both are gone, the config is not')
os.unlink(h.key)
os.unlink(h.db)
h.must('key', 'import', '--file', h.paper)
h.must('store', 'restore', h.backup, '--yes')
h.expect('PAM_SUCCESS', 'key first, then store')
h.end()

h = drill('somebody has seen the key')
h.must('store', 'rekey')
h.expect('PAM_SUCCESS', 'the new key opens what the old one sealed')
expect(h('store', 'restore', h.backup, '--yes'), 7, 'the backup is of the '
       'old one', err='--key')
h.must('store', 'restore', h.backup, '--key', h.paper, '--yes')
h.expect('PAM_SUCCESS', 'and is not lost')
h.end()

h = drill('a rekey was cut off before its key got its name')
with open(h.key, 'rb') as f:
    old = f.read()
h.must('store', 'rekey')
os.rename(h.key, h.key + '.new')
with open(os.open(h.key, os.O_CREAT | os.O_WRONLY, 0o600), 'wb') as f:
    f.write(old)
h.expect('PAM_SUCCESS', 'nobody is shut out')
h.must('store', 'rekey')
expect(h('store', 'check'), 0, 'run again, it is finished')
h.expect('PAM_SUCCESS', 'and logins go on')
h.end()

h = drill("the file of the audit's chain is gone")
h.must('audit', 'init-key')
h.must('store', 'backup', h.backup, '--force')
h.expect('PAM_SUCCESS', 'a login is chained')
os.rename(h.db + '-chain', h.dir + '/moved')
h.expect(UNAVAILABLE, 'nobody gets in', asked=True)
os.rename(h.dir + '/moved', h.db + '-chain')
h.expect('PAM_SUCCESS', 'it is put back')
os.unlink(h.db + '-chain')
h.expect(UNAVAILABLE, 'nobody gets in', asked=True)
h.must('audit', 'init-key', '--replace')
h.expect('PAM_SUCCESS', 'a new key is begun')
shutil.copy(h.backup, h.db)
h.expect(UNAVAILABLE, 'an old copy in its place', asked=True)
h.must('store', 'restore', h.backup, '--yes')
h.expect('PAM_SUCCESS', 'brought in as it should be')
os.unlink(h.db)
h.must('store', 'restore', h.backup, '--yes')
h.expect('PAM_SUCCESS', 'likewise, where nothing of the store was left')
shutil.rmtree(h.dir + '/store')
os.unlink(h.key)
h.init()
h.must('store', 'restore', h.backup, '--key', h.paper, '--yes')
h.expect('PAM_SUCCESS', 'a new host goes on without a chain')
os.unlink(h.db)
os.unlink(h.key)
with open(h.db + '-chain', 'w') as f:
    f.write('x')
expect(h('-s', h.where, 'init', *(['--owner', 'root'] if os.getuid() == 0
                                  else [])), 4,
       'no new store beside the chain of another', err='-chain is left')
h.end()

h = drill('the last administrator forgot the password')
h.must('user', 'disable', 'ann', '--reason', 'test')
expect(h('user', 'show', 'ann'), 0, 'what is needed', out='disabled')
h.must('user', 'enable', 'ann')
con = sqlite3.connect(h.db)
con.execute("INSERT INTO guess SELECT ?, id, 'ip:192.0.2.1', 'password', 1, "
            "?, ?, 2, 0 FROM account", ('1' * 36, int(time.time()),
                                        int(time.time())))
con.commit()
con.close()
h.must('lock', 'clear', 'ann')
h.must('password', 'set', 'ann', '--stdin', data='another horse 7722')
h.expect('PAM_SUCCESS', 'root has set another',
         password='another horse 7722')
h.end()
done()

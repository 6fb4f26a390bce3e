#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Security keys, enrolled at this machine with a key of software: sigractl, the
# real sigra-fido and libfido2.
import sys

from cli import *

FIDO, PRELOAD = os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'softkey'))
# pylint: disable=wrong-import-position
from softkeys import SoftKey

if not os.access('/usr/bin/python3', os.X_OK) or subprocess.run(
        ['/usr/bin/python3', '-c', 'import cryptography, cbor2'],
        stderr=subprocess.DEVNULL, check=False).returncode != 0:
    skip('no python3 with cryptography and cbor2')
    done()

t = Trial()
for name in 'ann', 'bob', 'cat':
    t('user', 'add', name)
t('policy', 'keys', '--rp-id', 'example.org')
AAGUID = '00000000-0000-0000-0000-000000000001'


class Key(SoftKey):
    def __init__(self, name, **options):
        super().__init__(t.dir + '/' + name, preload=PRELOAD, **options)

    def __enter__(self):
        super().__enter__()
        self.helpers = self.libexec(self.dir + '/libexec', FIDO)
        return self

    def words(self, user, *words):
        return ['enroll', 'key', user, '--libexec', self.helpers] + list(words)

    def enroll(self, user, *words, **more):
        return t(*self.words(user, *words), **more)

    def terminal(self, user, *words, **more):
        return Terminal('-s', t.where, *self.words(user, *words), **more)


def keys(user='ann'):
    return t.json('enroll', 'list', user)['keys']


def nothing(what, user='ann', n=0):
    check(len(keys(user)) == n, what + ': nothing is stored', keys(user))


# What is wrong is said before a key is looked for.
with Key('none', touch=0) as key:
    key.unplug()
    for words, code, why in [
            (['zoe'], 3, "'zoe'"), (['ann', '--label', 'a:b'], 2, ':'),
            (['ann', '--label', ''], 2, '--label'),
            (['ann', '--label', 'x' * 65], 2, '--label'),
            (['ann', '--uv', 'maybe'], 2, '--uv'),
            (['ann', '--rp-id', ''], 2, '--rp-id'),
            (['ann', '--rp-id', 'Example.org'], 2, 'RP id'),
            (['ann', '--rp-id', 'https://example.org'], 2, 'RP id')]:
        expect(key.enroll(*words), code, 'refused: %r' % words, err=why)
expect(t('enroll', 'key', 'ann', '--libexec', '/nonexistent'), 7,
       'no program', err='/nonexistent/sigra-fido')
expect(t('enroll', 'key', 'ann', '--libexec', 'here'), 2, 'a relative path',
       err='absolute')

# A key with neither PIN nor fingerprint: a touch, and one more.
with Key('plain', touch=0) as key:
    expect(key.enroll('ann', '--uv', 'required'), 6,
           'it cannot verify anybody', err='PIN')
    nothing('--uv required')
    expect(key.enroll('ann', '--pin'), 6, 'nor has it a PIN',
           err=r'(?s)PIN.*fido2-token.*Nothing was enrolled')
    expect(key.enroll('ann', '--pin', '--uv', 'discouraged'), 2,
           'nor can both be wanted', err='--pin')
    nothing('--pin')
    r = key.enroll('ann', '--label', 'blue')
    expect(r, 0, 'enroll key without a terminal', out="Added 'blue'.*of ann")
    check('beside a password' in r.out and 'ouch' in r.err,
          'it says what to do, and what it is good for', r.text())
    check('\\x0a' not in r.out and len(r.out.splitlines()) == 2,
          'on lines of their own', r.out)
    check(key.count('touched') >= 2, 'it was touched twice', key.log())
    k = keys()[0]
    check(k['label'] == 'blue' and k['rp_id'] == 'example.org' and
          k['algorithm'] in ('ES256', 'EdDSA') and not k['uv'] and
          not k['resident'] and k['state'] == 'active' and
          k['used_at'] is None and k['sign_count'] > 0, 'enroll list', k)
    entry = [m for a, m in t.audit() if a == 'key.enrolled']
    check(len(entry) == 1 and entry[0]['label'] == 'blue' and
          entry[0]['rp'] == 'example.org' and 'uv' not in entry[0],
          'audited', entry)
    expect(key.enroll('ann'), 4, 'the same key again', err='already')
    nothing('again', n=1)
    expect(key.enroll('bob', '--label', 'blue'), 0,
           "another account's, with its own credential")
    d = t.json('enroll', 'show', 'ann', 'blue')
    check(d['key']['label'] == 'blue' and d['credential_id'] and
          d['device'] is None, 'enroll show', d)
    expect(t('enroll', 'show', 'ann', 'blue'), 0, 'in words',
           out='(?s)RP id: +example.org.*Flags: +none.*Sign count: ')
    expect(t('enroll', 'list', 'ann'), 0, 'in the table', out='blue +fido2 ')
    expect(key.enroll('ann', '--rp-id', 'other.example', '--label', 'o'), 0,
           'another RP id')
    check([x['rp_id'] for x in keys()] == ['example.org', 'other.example'],
          'is kept with it', keys())
    u = t.json('user', 'show', 'ann')
    check((u['keys'], u['ssh_keys']) == (2, 0), 'user show', u)

# With a PIN: on a terminal, hidden, once for both touches.
with Key('pin', pin='1234', touch=0) as key:
    term = key.terminal('cat', '--label', 'red', '--uv', 'required',
                        '--resident')
    check(term.read_until(b'PIN'), 'it asks for the PIN', term.seen)
    term.read_until(b': ')
    term.type(b'9999\n')
    check(term.read_until(b'PIN'), 'a wrong one', term.seen)
    check(term.read_until(b'tries left): '), 'tells how many are left',
          term.seen)
    term.type(b'1234\n')
    how = term.wait()
    check(how == (0, None) and b"Added 'red'" in term.seen and
          b'1234' not in term.seen, 'the right one', (how, term.seen))
    check(term.seen.count(b'PIN of') <= 1 and key.get('pin_tries') == 8,
          'asked for once for both', term.seen)
    k = keys('cat')[0]
    check(k['uv'] and k['resident'], 'uv and resident', k)
    expect(t('enroll', 'show', 'cat', 'red'), 0, 'flags in words',
           out='Flags: +resident uv')
    expect(key.enroll('ann', '--label', 'p'), 2, 'nobody to ask',
           err='--stdin')
    expect(key.enroll('ann', '--label', 'p', '--stdin'), 2, 'no PIN at all',
           err='no PIN in standard input')
    check(key.get('pin_tries') == 8, 'costs no try', key.get('pin_tries'))
    nothing('no terminal', n=2)
    expect(key.enroll('ann', '--label', 'p', '--stdin', data='9999\n'), 1,
           'a wrong PIN by --stdin, once')
    check(key.get('pin_tries') == 7, 'is tried once', key.get('pin_tries'))
    nothing('a wrong PIN', n=2)
    expect(key.enroll('ann', '--label', 'p', '--stdin', data='1234\n'), 0,
           'the right PIN by --stdin')
    check(keys()[-1]['uv'], 'has verified', keys())
    out = t.dir + '/out.json'
    term = key.terminal('cat', '--label', 'json', '--rp-id', 'j.example',
                        out=out)
    term.read_until(b'PIN')
    term.read_until(b': ')
    term.type(b'1234\n')
    check(term.wait() == (0, None), 'with standard output elsewhere',
          term.seen)
    check("Added 'json'" in open(out).read(), 'which has the end of it alone')
    doc = Terminal('-s', t.where, '--json',
                   *key.words('bob', '--label', 'json'), out=out)
    doc.read_until(b'PIN')
    doc.read_until(b': ')
    doc.type(b'1234\n')
    how = doc.wait()
    table = json.loads(call('--json', 'help', 'enroll', 'key').out)
    wrong = shape_wrong(shape_parse(table['commands'][0]['json']),
                        json.load(open(out)))
    check(how == (0, None) and wrong is None, '--json', (wrong, doc.seen))

# What a login would be asked.
t('password', 'set', 'cat', '--stdin', data='correct horse 7')
for words, place in ([], 'local'), (['--rhost', '192.0.2.1'], 'remote'):
    d = t.json('policy', 'explain', 'cat', '--service', 'login', *words)
    check(d['facts']['place'] == place and 'fido2' in d['facts']['enrolled']
          and ('fido2' in d['facts']['usable']) == (place == 'local')
          and d['facts']['weak'] == d['facts']['declined'] == [],
          'policy explain, ' + place, d)
expect(t('policy', 'explain', 'cat', '--service', 'login'), 0, 'in words',
       out='Place: +at this machine: a security key can be asked for')

# ... and what would come of it.
LOGIN = 'policy', 'explain', 'cat', '--service', 'login'
FAR = LOGIN + ('--rhost', '192.0.2.1')
expect(t(*LOGIN), 0, 'the end of it', out='In the end: +let in')
expect(t(*FAR), 0, 'the end of it elsewhere',
       out='In the end: +refused: a security key cannot be asked for there, '
           'and there is no other second factor')
d = t.json(*LOGIN)
check(d['end'] == {'step': 'allow', 'reason': 'granted',
                   'passed': ['password', 'fido2']}, 'in JSON', d['end'])
d = t.json(*FAR)
check(d['end']['step'] == 'deny' and d['decision']['step'] == 'ask',
      'and elsewhere', d['end'])
expect(t('policy', 'explain', 'zoe', '--service', 'login'), 0, 'of nobody',
       out='In the end: +refused, whatever')

# Given up.
with Key('slow') as key:
    term = key.terminal('bob', '--label', 'never')
    check(term.read_until(b'ouch'), 'a cue', term.seen)
    key.wait('waits')
    os.write(term.fd, b'\x03')
    how = term.wait()
    check(how == (None, signal.SIGINT), 'Ctrl-C ends it', (how, term.seen))
    check(key.wait('cancel'), 'and the key hears of it', key.log())
    before = key.count('cancel')
    term = key.terminal('bob', '--label', 'never')
    term.read_until(b'ouch')
    key.wait('waits', 2)
    os.write(term.fd, b'\x1b[A')
    os.write(term.fd, b'x')
    os.write(term.fd, b'\x1b')
    how = term.wait()
    check(how == (1, None) and b'Nothing was enrolled' in term.seen,
          'so does Esc', (how, term.seen))
    check(key.wait('cancel', before + 1), 'which the key hears, too')
    term = key.terminal('bob', '--label', 'never')
    term.read_until(b'ouch')
    key.wait('waits', 3)
    os.kill(term.pid, signal.SIGKILL)
    term.wait()
    check(key.wait('cancel', before + 2) or key.wait('abandoned'),
          'and a death', key.log())
    nothing('given up', 'bob', 2)

# None is there.
with Key('away') as key:
    key.unplug()
    term = key.terminal('bob', '--label', 'never')
    check(term.read_until(b'Plug in your security key, within 60 seconds'),
          'how long a key is waited for', term.seen)
    time.sleep(0.2)
    os.write(term.fd, b'\x1b')
    how = term.wait()
    check(how == (1, None) and b'iven up by Esc. Nothing was enrolled.' in
          term.seen, 'Esc before any key is there', (how, term.seen))

# One that is not as it says.
for fault in ('bad_signature', 'wrong_rp', 'other_key', 'no_presence'):
    with Key('liar-' + fault, touch=0) as key:
        key.fault(fault)
        r = key.enroll('bob', '--label', 'liar')
        check(r.code in (1, 6) and r.out == '', 'a liar: ' + fault, r.text())
        nothing(fault, 'bob', 2)

# The policy for keys.
with Key('model', touch=0, attestation='packed') as key:
    expect(t('policy', 'keys', '--allow-aaguid', AAGUID), 0, 'models',
           err='warning: .*--attestation direct')
    n = len(t.audit())
    expect(key.enroll('bob', '--label', 'm'), 6, 'another model',
           err='not allowed.*othing was enrolled')
    check(key.count('touched') <= 1, 'it is not touched twice in vain',
          key.log())
    nothing('a model', 'bob', 2)
    t('policy', 'keys', '--allow-aaguid', 'any', '--attestation', 'direct')
    expect(key.enroll('bob', '--label', 'm'), 0, 'it attests what it is')
    k = [x for x in keys('bob') if x['label'] == 'm'][0]
    check(k['attested'], 'attested', k)
with Key('mute', touch=0, attestation='none') as key:
    expect(key.enroll('bob', '--label', 'n'), 6, 'one that does not',
           err="does not prove which model it is, which 'policy keys "
               "--attestation' asks for.*othing was enrolled")
    nothing('no attestation', 'bob', 3)
t('policy', 'keys', '--attestation', 'none')

d = t('--json', 'policy', 'keys', '--sign-count', 'revoke', '--allow-aaguid',
      AAGUID + ',' + AAGUID.upper().replace('1', '2')).json()
check(d['sign_count'] == 'revoke' and len(d['allowed']) == 2 and
      d['rp_id'] == 'example.org' and d['attestation'] == 'none',
      'policy keys', d)
expect(t('policy', 'keys'), 0, 'in words',
       out=r'\nModel: +0000\S+\nModel: +0000\S+0002\n')
check(t.audit()[-1][0] == 'key_policy.changed', 'audited', t.audit()[-1])
rows = len(t.audit())
for words in (['--rp-id', 'A.b'], ['--rp-id', ''], ['--rp-id', '192.0.2.1'],
              ['--rp-id', '2001:db8::1'], ['--rp-id', 'example.1'],
              ['--sign-count', 'x'],
              ['--attestation', 'x'], ['--allow-aaguid', 'x'],
              ['--allow-aaguid', ''], ['--allow-aaguid', AAGUID + ','],
              ['--allow-aaguid', ','.join([AAGUID] * 33)]):
    expect(t('policy', 'keys', *words), 2, 'refused: %r' % words[:1])
check(len(t.audit()) == rows, 'nothing has changed')
expect(t('policy', 'keys', '--allow-aaguid', 'any', '--rp-id', 'com'), 0,
       'a name without a dot', err='warning: .*top-level')
expect(t('policy', 'keys', '--rp-id', 'example.org'), 0, 'and with one')

# Names and the end.
expect(t('enroll', 'rename', 'ann', 'blue', 'green'), 0, 'renamed')
check(t.audit()[-1] == ('key.renamed', t.audit()[-1][1]), 'audited')
rows = len(t.audit())
expect(t('enroll', 'rename', 'ann', 'green', 'green'), 0, 'as it is called',
       out="called 'green'")
check(len(t.audit()) == rows, 'is no change')
expect(t('enroll', 'rename', 'ann', 'green', 'p'), 4, 'a label that is taken',
       err="device or key 'p'")
expect(t('enroll', 'show', 'ann', 'none'), 3, 'none of that name',
       err="no device or key 'none'")
t('password', 'set', 'ann', '--stdin', data='correct horse 7')
t('user', 'add', 'dan')
t('password', 'set', 'dan', '--stdin', data='correct horse 7')
with Key('dan', touch=0) as key:
    expect(key.enroll('dan', '--label', 'only'), 0, 'an only key')
term = Terminal('-s', t.where, 'enroll', 'remove', 'dan', 'only')
ALONE = rb'[Tt]he password alone is enough for dan from then on, by rule \d+'
term.read_until(b'[y/N] ')
check(re.search(ALONE, term.seen), 'that no second factor is left is said',
      term.seen)
term.type(b'n\n')
term.wait()
r = t('enroll', 'remove', 'dan', 'only', '--yes')
check(r.code == 0 and re.search(ALONE, r.out.encode()), 'and once it is done',
      r.text())
t('policy', 'add', '--require', 'password+fido2', '--user', 'ann', '--at',
  '1')
for label in [k['label'] for k in keys()][1:]:
    expect(t('enroll', 'remove', 'ann', label, '--yes'), 0, 'one of them')
left = keys()[0]['label']
expect(t('enroll', 'remove', 'ann', left, '--yes'), 6, 'the last',
       err='--force')
d = t.json('enroll', 'remove', 'ann', left, '--yes', '--force')
check(d['stranded'] and keys() == [] and t.audit()[-1][0] == 'key.removed',
      'by force', d)
expect(t('user', 'delete', 'bob', '--grace', '0', '--yes'), 0, 'an account')
check(t.sql('SELECT count(*) FROM key')[0][0] == len(keys('cat')),
      'goes with its keys')
check(t.sql("SELECT count(*) FROM key WHERE state <> 1") == [(0,)],
      'all others are there')
t.end()
done()

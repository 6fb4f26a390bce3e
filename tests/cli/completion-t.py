#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The completions, asked of real shells.
from cli import *

t = Trial(init=False)
bin_dir = t.dir + '/bin'
os.mkdir(bin_dir)
os.mkdir(t.dir + '/files')
for name in ('backup.db', 'sigra.conf'):
    open(t.dir + '/files/' + name, 'w').close()
os.mkdir(t.dir + '/files/pam.d')
scripts = {'bash': t.dir + '/sigractl.bash', 'zsh': bin_dir + '/_sigractl',
           'fish': t.dir + '/sigractl.fish'}
for shell, path in scripts.items():
    r = call('completion', shell)
    expect(r, 0, 'completion ' + shell, out='sigractl')
    check(call('--json', 'completion', shell).json() ==
          {'shell': shell, 'script': r.out}, 'in JSON')
    with open(path, 'w') as f:
        f.write(r.out)
expect(call('completion', 'tcsh'), 2, 'an unknown shell', err='bash, zsh')
expect(call('completion'), 2, 'no shell', err='bash')

table = [c['command'] for c in json.loads(call('--json', 'help').out)
         ['commands']]
nouns = {c.split()[0] for c in table}
verbs = {c.split()[1] for c in table if c.startswith('user ')}
# An option either has a value wherever it is known, or nowhere.
kinds = {}
for c in table:
    for name, value in re.findall(r'^  --([a-z-]+)( \S+)?(?=  |$)',
                                  call('help', *c.split()).out, re.M):
        kinds.setdefault(name, set()).add(value != '')
check(all(len(k) == 1 for k in kinds.values()), 'options mean the same',
      kinds)

# line -> what has to be offered, all of it or, with '+', at least
CASES = [
    ('sigractl ', nouns),
    ('sigractl us', {'user'}),
    ('sigractl user ', verbs),
    ('sigractl --json user ', verbs),
    ('sigractl -c x user ', verbs),
    ('sigractl user expi', {'expire'}),
    ('sigractl user expire ann ', {'never'}),
    ('sigractl user expire --json ann ', {'never'}),
    ('sigractl user add --em', {'--email'}),
    ('sigractl audit list --outcome ', {'success', 'failure', 'error'}),
    ('sigractl audit list --outcome s', {'success'}),
    ('sigractl policy add --account k', {'known'}),
    ('sigractl policy add --user x --account u', {'unknown'}),
    ('sigractl enroll ssh-k', {'ssh-key'}),
    ('sigractl enroll key ann --uv r', {'required'}),
    ('sigractl policy keys --sign-count ', {'warn', 'reauth', 'revoke'}),
    ('sigractl policy keys --attestation d', {'direct'}),
    ('sigractl policy passwords --breached ', {'yes', 'no'}),
    ('sigractl policy add --uv d', {'discouraged'}),
    ('sigractl completion ', {'bash', 'zsh', 'fish'}),
    ('sigractl help po', {'policy'}),
    ('sigractl help user expi', {'expire'}),
    ('sigractl doctor --pam-dir p', {'pam.d'}),
    ('sigractl -c s', {'sigra.conf'}),
    ('sigractl nonsense ', set()),
]


def env(**more):
    return environment(HOME=t.dir, TERM='dumb', **more)


def run(*args, data=None):
    return subprocess.run(args, input=data, capture_output=True, text=True,
                          env=env(), cwd=t.dir + '/files', timeout=60)


def words(line):
    """As bash splits it; the last one is at the cursor."""
    return line.split(' ')


def ask_bash(line):
    quoted = ' '.join("'%s'" % w for w in words(line))
    p = run('bash', '--norc', '-c', '. "$0"; COMP_WORDS=(%s); COMP_CWORD=%d\n'
            '_sigractl 2>/dev/null; printf "%%s\\n" "${COMPREPLY[@]}"'
            % (quoted, len(words(line)) - 1), scripts['bash'])
    return set(p.stdout.split())


def ask_fish(line):
    p = run('fish', '--no-config', '-c', 'source %s; complete -C "%s"' %
            (scripts['fish'], line))
    return {l.split('\t')[0].rstrip('/') for l in p.stdout.splitlines()}


ZSH = r'''
fpath=(%s $fpath)
autoload -Uz compinit
compinit -u -D
# Whatever is offered goes through here.
compadd () {
	local word
	local -a hits
	builtin compadd -A hits "$@"
	for word in $hits; do
		print -r -- "offer:$word" >>%s
	done
	builtin compadd "$@"
}
bindkey '^I' complete-word
PROMPT=ready
'''


def ask_zsh(line):
    rc, out = t.dir + '/.zshrc', t.dir + '/offered'
    with open(rc, 'w') as f:
        f.write(ZSH % (bin_dir, out))
    open(out, 'w').close()
    pid, fd = terminal_fork()
    if pid == 0:
        os.chdir(t.dir + '/files')
        os.execvpe('zsh', ['zsh', '-i'], env(ZDOTDIR=t.dir))
    seen = b''

    def until(text, seconds=20):
        nonlocal seen
        end = time.monotonic() + seconds
        while text not in seen and time.monotonic() < end:
            if select.select([fd], [], [], 0.05)[0]:
                try:
                    seen += os.read(fd, 4096)
                except OSError:
                    return False
        return text in seen

    until(b'ready')
    # The mark is typed behind: it comes back when completion is through.
    os.write(fd, line.encode() + b'\t')
    os.write(fd, b'\x15echo do""ne\r')
    until(b'\ndone')
    os.write(fd, b'exit\r')
    until(b'\0never', 0.2)
    os.close(fd)
    os.waitpid(pid, 0)
    with open(out) as f:
        return {l[6:].strip().rstrip('/') for l in f
                if l.startswith('offer:')}


for shell, ask in (('bash', ask_bash), ('zsh', ask_zsh), ('fish', ask_fish)):
    if shutil.which(shell) is None:
        skip('there is no ' + shell)
        continue
    p = run(shell, '-n', scripts[shell])
    check(p.returncode == 0 and p.stderr == '', shell + ' can read it',
          p.stderr)
    for line, expected in CASES:
        got = ask(line)
        check(got == expected, '%s: %s' % (shell, line),
              'got %s\nexpected %s' % (sorted(got), sorted(expected)))
if shutil.which('bash'):
    got = run('bash', '--norc', '-c', '. "$0"; COMP_CWORD=5\n'
              'COMP_WORDS=(sigractl audit list --outcome = f)\n'
              '_sigractl; echo "${COMPREPLY[@]}"', scripts['bash']).stdout
    check(got == 'failure\n', 'bash: behind an equals sign', got)
t.end()
done()

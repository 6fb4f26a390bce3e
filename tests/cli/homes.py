# SPDX-License-Identifier: MIT
"""Homes of users that this host does not have."""
from cli import *
import pwd


class Homes:
    """A host with four more users, in a mount namespace of ours."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='sigra-homes.')
        atexit.register(shutil.rmtree, self.dir, ignore_errors=True)
        os.chmod(self.dir, 0o755)
        self.users, lines = [], ''
        for n in range(1, 5):
            name = 'sigra-t%d' % n
            line = '%s:x:%d:%d::%s/%s:/bin/sh\n' % (
                name, 64100 + n, 64100 + n, self.dir, name)
            self.users.append(pwd.struct_passwd(line.strip().split(':')))
            os.mkdir(self.users[-1].pw_dir, 0o700)
            os.chown(self.users[-1].pw_dir, 64100 + n, 64100 + n)
            lines += line
        self.passwd = self.dir + '/passwd'
        with open('/etc/passwd') as f:
            lines = f.read() + lines
        with open(self.passwd, 'w') as f:
            f.write(lines)
        os.chmod(self.passwd, 0o644)

    def json(self, t, *args):
        """As Trial.json(); None where there can be no namespace."""
        p = subprocess.run(
            ['unshare', '-m', 'sh', '-c',
             'mount --bind "$0" /etc/passwd || exit 99; exec "$@"',
             self.passwd, SIGRACTL, '-s', t.where, '--json', *args],
            capture_output=True, env=environment(), timeout=120)
        if p.returncode == 99 or p.stderr.startswith(b'unshare:'):
            return None
        check(p.returncode == 0 and p.stderr == b'', ' '.join(args),
              p.stderr.decode())
        return json.loads(p.stdout)

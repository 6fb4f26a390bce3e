# SPDX-License-Identifier: MIT
"""Software security keys for tests; only the standard library is wanted here.

    from softkeys import SoftKey
    with SoftKey(directory, pin='1234') as key:
        subprocess.run([...], env={**os.environ, **key.preload_env()})
        key.touch()
"""
import json
import os
import signal
import socket
import stat
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ENDS = 20  # seconds, after which a test has failed


class SoftKey:
    """OPTIONS as in README.md.  DEVICES: the list of nodes, one for keys that
    shall be seen together.  PRELOAD: softkey_preload.so; else what
    $SOFTKEY_PRELOAD names."""

    def __init__(self, directory, devices=None, preload=None, **options):
        self.dir = os.path.abspath(directory)
        os.makedirs(self.dir, exist_ok=True)
        self.devices = devices or os.path.join(self.dir, 'devices')
        self.preload = preload or os.environ.get('SOFTKEY_PRELOAD', '')
        self.options = options
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        # By its own first line: the interpreter that has cryptography.
        words = [os.path.join(HERE, 'softkey.py'), self.dir, self.devices]
        words += ['%s=%s' % (name, json.dumps(value))
                  for name, value in self.options.items()]
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            env={'PATH': '/usr/bin:/bin', 'PYTHONDONTWRITEBYTECODE': '1'})
        if self.process.stdout.readline() != b'ready\n':
            raise RuntimeError('the software key did not start')
        return self

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def order(self, *words):
        """Tell it something; returns its answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(ENDS)
            s.connect(os.path.join(self.dir, 'control'))
            s.sendall(' '.join(str(w) for w in words).encode())
            answer = b''
            while not answer.endswith(b'\n'):
                more = s.recv(65536)
                if not more:
                    break
                answer += more
        return answer.decode().strip()

    def touch(self):
        """One touch, now or when it is next wanted."""
        self.order('touch')

    def autotouch(self, milliseconds=0):
        """Touch by itself; -1: never."""
        self.order('autotouch', milliseconds)

    def fault(self, name):
        """NAME, or NAME@STAGE."""
        self.order('fault', name)

    def clear(self):
        self.order('clear')

    def unplug(self):
        self.order('unplug')

    def plug(self):
        self.order('plug')

    def busy(self, on=True):
        self.order('busy', 'on' if on else 'off')

    def finger(self, right):
        """Whose finger touches the reader from now on?"""
        self.set('finger', right)

    def set(self, name, value):
        self.order('set', name, json.dumps(value))

    def get(self, name):
        return json.loads(self.order('get', name))

    @property
    def node(self):
        return self.order('node')

    def log(self):
        try:
            with open(os.path.join(self.dir, 'log'), encoding='utf-8') as f:
                return f.read().splitlines()
        except FileNotFoundError:
            return []

    def wait(self, word, times=1):
        """Until lines of the log that begin so are TIMES many."""
        end = time.monotonic() + ENDS
        while time.monotonic() < end:
            if sum(x.startswith(word) for x in self.log()) >= times:
                return True
            time.sleep(0.01)
        return False

    def count(self, word):
        return sum(x.startswith(word) for x in self.log())

    def preload_env(self):
        """For programs that use libfido2 and get an environment."""
        return preload_env(self.preload, self.devices)

    def libexec(self, directory, program):
        """For those that get none: DIRECTORY/sigra-fido, which sets it and
        becomes PROGRAM.  Returns DIRECTORY."""
        return libexec(directory, program, self.preload, self.devices)


def preload_env(preload, devices):
    return {'LD_PRELOAD': preload, 'SOFTKEYS': devices,
            'ASAN_OPTIONS': 'verify_asan_link_order=0:detect_leaks=0'}


def libexec(directory, program, preload, devices, name='sigra-fido'):
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, name)
    with open(path, 'w', encoding='utf-8') as f:
        f.write('#!/bin/sh\n')
        for key, value in preload_env(preload, devices).items():
            f.write("export %s='%s'\n" % (key, value))
        f.write("exec '%s'\n" % program)
    os.chmod(path, stat.S_IRWXU | 0o055)
    return directory

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A security key made of software: CTAPHID over a pseudo-terminal, whose
other side stands in for /dev/hidrawN.

    softkey.py DIR DEVICES [OPTION=VALUE ...]

DIR keeps its state, a log and the socket `control`; DEVICES is the list that
preload.c shows to libfido2.  README.md has the options, commands and faults.
The key itself (what it answers) is in ctap.py and u2f.py."""
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
import termios
import time
import tty

import ctap
import u2f

INIT, MSG, CBOR, CANCEL, KEEPALIVE, ERROR, PING, WINK = (
    0x86, 0x83, 0x90, 0x91, 0xbb, 0xbf, 0x81, 0x88)
BROADCAST = 0xffffffff
REPORT = 64
BUSY = 0x06


class List:
    """The file of nodes that the preload library reads."""

    def __init__(self, path):
        self.path = path

    def change(self, drop, add):
        with open(self.path + '.lock', 'w', encoding='ascii') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                with open(self.path, encoding='ascii') as f:
                    lines = f.read().splitlines()
            except FileNotFoundError:
                lines = []
            lines = [x for x in lines if x.split()[0] != drop]
            if add:
                lines.append(add)
            with open(self.path + '.new', 'w', encoding='ascii') as f:
                f.write(''.join(x + '\n' for x in lines))
            os.chmod(self.path + '.new', 0o644)
            os.rename(self.path + '.new', self.path)


class Port:
    """One end of a pseudo-terminal as a hidraw node."""

    def __init__(self, mode):
        self.key, self.host = os.openpty()
        os.set_blocking(self.key, False)
        tty.setraw(self.host)
        # A report is read whole or not at all.
        t = termios.tcgetattr(self.host)
        t[6][termios.VMIN], t[6][termios.VTIME] = REPORT, 0
        termios.tcsetattr(self.host, termios.TCSANOW, t)
        self.node = os.ttyname(self.host)
        os.chmod(self.node, mode)
        self.rest = b''

    def reports(self):
        """What has come; a report number stands before each."""
        self.rest += os.read(self.key, 65536)
        while len(self.rest) > REPORT:
            yield self.rest[1:REPORT + 1]
            self.rest = self.rest[REPORT + 1:]

    def write(self, report):
        try:
            os.write(self.key, report)
        except BlockingIOError:
            pass  # nobody reads; a key does not wait for that

    def forget(self):
        """A hidraw node has a queue for each that opens it; this is one for
        all, so what nobody has read goes when somebody new comes."""
        termios.tcflush(self.host, termios.TCIFLUSH)

    def close(self):
        os.close(self.key)
        os.close(self.host)


class Work:
    """A command that waits for a finger."""

    def __init__(self, channel, command, finish):
        self.channel, self.command, self.finish = channel, command, finish
        self.since = self.alive = time.monotonic()


class Softkey:
    def __init__(self, directory, devices, options):
        self.dir, self.list = directory, List(devices)
        self.touch_after = options.get('touch', -1)  # ms; -1: when told
        self.touches = 0
        self.patience = options.get('patience', 30)
        self.mode = int(str(options.get('mode', '666')), 8)
        self.faults = {}
        self.busy = False
        self.key = ctap.Key(os.path.join(directory, 'state.json'), options)
        self.u2f = u2f.Key(self.key)
        self.only_u2f = bool(options.get('u2f'))
        self.port = self.work = self.message = None
        self.channels, self.next = set(), 1
        self.logfile = open(os.path.join(directory, 'log'), 'a',
                            encoding='utf-8', buffering=1)
        self.control = socket.socket(socket.AF_UNIX)
        path = os.path.join(directory, 'control')
        if os.path.exists(path):
            os.unlink(path)
        self.control.bind(path)
        os.chmod(path, 0o666)
        self.control.listen(16)

    def log(self, *words):
        self.logfile.write(' '.join(str(x) for x in words) + '\n')

    # --- the plug

    def plug(self):
        if self.port is None:
            self.port = Port(self.mode)
            self.key.power()
            self.list.change(None, self.port.node + ' 1209 5150')
            self.log('plugged', self.port.node)

    def unplug(self):
        if self.port is not None:
            self.list.change(self.port.node, None)
            self.port.close()
            self.port = self.work = self.message = None
            self.channels = set()
            self.log('unplugged')

    # --- frames

    def fault(self, name, stage):
        """Is this what goes wrong now?"""
        return self.faults.get(name) in (stage, 'always')

    def frames(self, channel, command, data):
        head = struct.pack('>IBH', channel, command, len(data))
        yield (head + data[:57]).ljust(REPORT, b'\0')
        data, seq = data[57:], 0
        while data:
            yield (struct.pack('>IB', channel, seq) + data[:59]).ljust(
                REPORT, b'\0')
            data, seq = data[59:], seq + 1

    def send(self, channel, command, data, stage=''):
        if self.fault('silent', stage):
            return
        if self.fault('vanish', stage):
            self.unplug()
            return
        if self.fault('wrong_channel', stage):
            channel ^= 0x01010101
        reports = list(self.frames(channel, command, data))
        if self.fault('truncated', stage):
            reports = reports[:-1] + [reports[-1][:20]]
        if self.fault('short', stage):  # more is promised than comes
            reports = [reports[0][:5] + b'\x1f\xff' + reports[0][7:]]
        if self.fault('huge', stage):
            reports = [reports[0][:5] + b'\xff\xff' + reports[0][7:]] * 300
        if self.fault('order', stage):
            reports = reports[:1] + reports[1:][::-1]
        if self.fault('garbage', stage):
            reports = [os.urandom(REPORT) for _ in range(20)]
        for report in reports:
            self.port.write(report)

    def stage(self, command, data):
        if command == INIT:
            return 'init'
        if command == MSG:
            return self.u2f.stage(data)
        return self.key.stage(data)

    def report(self, report):
        channel, word = struct.unpack('>IB', report[:5])
        if word & 0x80:
            size = struct.unpack('>H', report[5:7])[0]
            self.message = [channel, word, size, report[7:7 + size], 0]
        elif self.message and self.message[0] == channel and \
                self.message[4] == word:
            m = self.message
            m[3] += report[5:5 + m[2] - len(m[3])]
            m[4] += 1
        else:
            self.log('stray frame')
            return
        channel, command, size, data, _ = self.message
        if len(data) == size:
            self.message = None
            self.take(channel, command, data)

    def take(self, channel, command, data):
        if command == CANCEL:
            self.cancel(channel)
        elif command == INIT and self.busy:
            self.log('busy')
            self.send(channel, ERROR, bytes([BUSY]))
        elif command == INIT:
            self.init(channel, data)
        elif command in (CBOR, MSG) and self.busy:
            self.log('busy')
            self.send(channel, ERROR, bytes([BUSY]))
        elif channel not in self.channels:
            self.send(channel, ERROR, b'\x0b')
        elif command == PING:
            self.send(channel, PING, data)
        elif command == CBOR and not self.only_u2f:
            self.cbor(channel, data)
        elif command == MSG:
            self.msg(channel, data)
        else:
            self.send(channel, ERROR, b'\x01')

    def init(self, channel, nonce):
        self.log('init')
        if self.work is not None:
            self.log('abandoned')
            self.work = None
        self.port.forget()
        fresh, self.next = self.next, self.next + 1
        self.channels.add(fresh)
        can = 0x01 if self.only_u2f else 0x0d if not self.u2f.on else 0x05
        if self.faults.pop('another', None):  # opened at the same moment
            self.send(channel, INIT, os.urandom(8) + struct.pack(
                '>IBBBBB', 77, 2, 1, 0, 0, can))
        self.send(channel, INIT, nonce[:8] + struct.pack(
            '>IBBBBB', fresh, 2, 1, 0, 0, can), 'init')

    def cancel(self, channel):
        self.log('cancel')
        if self.work is not None and self.work.channel == channel:
            command, self.work = self.work.command, None
            self.send(channel, command, b'\x2d')

    # --- commands

    def cbor(self, channel, data):
        stage = self.stage(CBOR, data)
        self.log('cbor', data[0] if data else '-', stage)
        answer = self.key.command(data, self.faults, self.log)
        if callable(answer):
            self.work = Work(channel, CBOR, answer)
            self.log('waits', stage)
            return
        self.answer(channel, CBOR, answer, stage)

    def msg(self, channel, data):
        stage = self.stage(MSG, data)
        self.log('msg', stage)
        touched = self.touched_now(stage)
        self.answer(channel, MSG, self.u2f.command(data, touched,
                                                   self.faults), stage)

    def touched_now(self, stage):
        """U2F is asked again and again until it was touched."""
        if stage not in ('final', 'select'):
            return False
        if self.touches > 0:
            self.touches -= 1
            return True
        return self.touch_after >= 0

    def answer(self, channel, command, data, stage):
        if self.fault('bad_cbor', stage):
            data = b'\0\xa3\x01\xbf\xff\xff\x9f'
        if self.fault('error', stage):
            data = b'\x7f'
        self.send(channel, command, data, stage)

    def tick(self):
        """Does what waits for a finger have one?"""
        w, now = self.work, time.monotonic()
        if w is None:
            return
        endless = 'keepalive' in self.faults or 'no_touch' in self.faults
        due = self.touches > 0 or 0 <= self.touch_after <= (
            now - w.since) * 1000
        if due and not endless:
            self.touches = max(0, self.touches - 1)
            self.work = None
            self.log('touched')
            answer = w.finish()
            if callable(answer):  # a wrong finger may try again
                self.work = Work(w.channel, w.command, answer)
                return
            self.answer(w.channel, w.command, answer, 'final')
        elif now - w.since > self.patience and 'keepalive' not in self.faults:
            self.work = None
            self.log('timeout')
            self.send(w.channel, w.command, b'\x2f')
        elif now - w.alive >= 0.1:
            w.alive = now
            self.send(w.channel, KEEPALIVE, b'\x02')

    # --- the control socket

    def order(self, words):
        verb, rest = words[0], words[1:]
        if verb == 'touch':
            self.touches += 1
        elif verb == 'autotouch':
            self.touch_after = int(rest[0])
        elif verb == 'fault':
            name, _, stage = rest[0].partition('@')
            self.faults[name] = stage or 'final'
        elif verb == 'clear':
            self.faults = {}
        elif verb == 'plug':
            self.plug()
        elif verb == 'unplug':
            self.unplug()
        elif verb == 'busy':
            self.busy = rest[0] == 'on'
        elif verb == 'set':
            self.key.set(rest[0], json.loads(rest[1]))
        elif verb == 'get':
            return json.dumps(self.key.get(rest[0]))
        elif verb == 'node':
            return self.port.node if self.port else ''
        else:
            return 'what?'
        return 'ok'

    def hear(self):
        peer, _ = self.control.accept()
        with peer:
            peer.settimeout(5)
            try:
                words = peer.recv(4096).decode().split(None, 2)
                peer.sendall((self.order(words) + '\n').encode())
            except OSError:
                pass

    def run(self):
        while True:
            ready = [self.control] + ([self.port.key] if self.port else [])
            ready, _, _ = select.select(
                ready, [], [], 0.005 if self.work else None)
            if self.control in ready:
                self.hear()
            elif ready and self.port:
                port = self.port
                for report in port.reports():
                    if self.port is port:
                        self.report(report)
            self.tick()


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def main():
    directory, devices = sys.argv[1:3]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options = {}
    for word in sys.argv[3:]:
        name, _, text = word.partition('=')
        options[name] = value(text)
    os.makedirs(directory, exist_ok=True)
    key = Softkey(directory, devices, options)
    if options.get('plugged', True):
        key.plug()
    print('ready', flush=True)
    try:
        key.run()
    finally:
        key.unplug()


if __name__ == '__main__':
    main()

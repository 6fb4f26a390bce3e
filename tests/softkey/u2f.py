# SPDX-License-Identifier: MIT
"""The same key by its older language (U2F raw messages, version 1.2)."""
import hashlib
import os
import struct

import ctap
from cryptography.hazmat.primitives import serialization

REGISTER, AUTHENTICATE, VERSION = 1, 2, 3
CHECK = 0x07
GOOD, CONDITIONS, WRONG, UNKNOWN = (b'\x90\x00', b'\x69\x85', b'\x6a\x80',
                                    b'\x6d\x00')


def parts(apdu):
    """(instruction, p1, data) of an extended-length command."""
    if len(apdu) < 7:
        return 0, 0, b''
    size = struct.unpack('>H', apdu[5:7])[0]
    return apdu[1], apdu[2], apdu[7:7 + size]


class Key:
    def __init__(self, key):
        self.key = key
        self.on = key.options.get('u2f', None) is not False

    def stage(self, apdu):
        verb, p1, data = parts(apdu)
        if verb == VERSION:
            return 'info'
        if verb == AUTHENTICATE and p1 == CHECK:
            return 'probe'
        if verb == REGISTER and data == b'\xff' * 64:
            return 'select'
        return 'final'

    def command(self, apdu, touched, faults):
        verb, p1, data = parts(apdu)
        self.key.faults = faults
        if verb == VERSION:
            return b'U2F_V2' + GOOD
        if verb == REGISTER and len(data) == 64:
            return self.register(data, touched)
        if verb == AUTHENTICATE and len(data) > 65:
            return self.authenticate(p1, data, touched)
        return UNKNOWN

    def register(self, data, touched):
        if not touched:
            return CONDITIONS
        challenge, application = data[:32], data[32:]
        private, identity = ctap.make_key(ctap.ES256), os.urandom(48)
        point = private.public_key().public_bytes(
            serialization.Encoding.X962,
            serialization.PublicFormat.UncompressedPoint)
        self.key.state['credentials'].append({
            'id': identity.hex(), 'rp': application.hex(),
            'alg': ctap.ES256, 'key': ctap.store(private), 'resident': False,
            'user': ''})
        self.key.save()
        batch = ctap.restore(self.key.state['batch'])
        signed = b'\0' + application + challenge + identity + point
        return b'\5' + point + bytes([len(identity)]) + identity + \
            ctap.certificate(batch, ctap.AAGUID) + \
            ctap.sign(batch, ctap.ES256, signed) + GOOD

    def mine(self, application, identity):
        """Made by either language."""
        for c in self.key.state['credentials']:
            rp = c['rp']
            if c['id'] == identity.hex() and application.hex() in (
                    rp, hashlib.sha256(rp.encode()).hexdigest()):
                return c
        return None

    def authenticate(self, p1, data, touched):
        challenge, application = data[:32], data[32:64]
        credential = self.mine(application, data[65:65 + data[64]])
        if credential is None:
            return WRONG
        if p1 == CHECK or not touched:
            return CONDITIONS
        made = self.key.authdata('', ctap.UP)
        if 'wrong_rp' in self.key.faults:
            application = os.urandom(32)
        signed = application + made[32:37] + challenge
        private = ctap.restore(credential['key'])
        if 'bad_signature' in self.key.faults:
            signed += b'!'
        if 'other_key' in self.key.faults:
            private = ctap.make_key(ctap.ES256)
        return made[32:37] + ctap.sign(private, ctap.ES256, signed) + GOOD

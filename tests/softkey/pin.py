# SPDX-License-Identifier: MIT
"""authenticatorClientPIN (CTAP 2.1, 6.5), protocols 1 and 2."""
import hashlib
import hmac
import os

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OK = b'\0'
INVALID, BLOCKED, AUTH_INVALID, AUTH_BLOCKED, NOT_SET, POLICY, OPTION = (
    b'\x31', b'\x32', b'\x33', b'\x34', b'\x35', b'\x37', b'\x2b')
(TRIES, AGREE, SET, CHANGE, TOKEN, TOKEN_UV, UV_TRIES, TOKEN_PERM) = (
    1, 2, 3, 4, 5, 6, 7, 9)


def hkdf(secret, info):
    return HKDF(hashes.SHA256(), 32, b'\0' * 32, info).derive(secret)


class Pin:
    """Lasts from one plugging in to the next."""

    def __init__(self, key):
        self.key = key
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.token = os.urandom(32)
        self.wrong = 0
        self.present = False

    def answer(self, value):
        return OK + cbor2.dumps(value, canonical=True)

    def shared(self, cose, proto):
        public = ec.EllipticCurvePublicNumbers(
            int.from_bytes(cose[-2], 'big'), int.from_bytes(cose[-3], 'big'),
            ec.SECP256R1()).public_key()
        x = self.private.exchange(ec.ECDH(), public)
        if proto == 2:
            return hkdf(x, b'CTAP2 HMAC key'), hkdf(x, b'CTAP2 AES key')
        s = hashlib.sha256(x).digest()
        return s, s

    def decrypt(self, aes, proto, data):
        iv, data = (data[:16], data[16:]) if proto == 2 else (
            b'\0' * 16, data)
        d = Cipher(algorithms.AES(aes), modes.CBC(iv)).decryptor()
        return d.update(data) + d.finalize()

    def encrypt(self, aes, proto, data):
        iv = os.urandom(16) if proto == 2 else b'\0' * 16
        e = Cipher(algorithms.AES(aes), modes.CBC(iv)).encryptor()
        return (iv if proto == 2 else b'') + e.update(data) + e.finalize()

    def signed(self, secret, proto, auth, data):
        mac = hmac.new(secret, data, hashlib.sha256).digest()
        return auth == (mac if proto == 2 else mac[:16])

    def token_signed(self, auth, proto, data):
        return self.signed(self.token, proto, auth, data)

    def command(self, body):
        proto, verb = body.get(1), body.get(2)
        if verb == TRIES:
            return self.answer({3: self.key.get('pin_tries')})
        if verb == UV_TRIES:
            return self.answer({5: self.key.get('uv_tries')})
        if verb == AGREE:
            n = self.private.public_key().public_numbers()
            return self.answer({1: {
                1: 2, 3: -25, -1: 1, -2: n.x.to_bytes(32, 'big'),
                -3: n.y.to_bytes(32, 'big')}})
        if verb == SET:
            return self.set(proto, body)
        if verb == CHANGE:
            return self.change(proto, body)
        if verb in (TOKEN, TOKEN_PERM):
            return self.give(proto, body)
        if verb == TOKEN_UV and self.key.options['uv']:
            return self.give_uv(proto, body)
        return OPTION

    def new(self, aes, proto, data):
        pin = self.decrypt(aes, proto, data).rstrip(b'\0')
        if len(pin) < 4:
            return POLICY
        self.key.set('pin', hashlib.sha256(pin).hexdigest()[:32])
        self.key.set('pin_tries', 8)
        return OK

    def set(self, proto, body):
        mac, aes = self.shared(body[3], proto)
        if self.key.get('pin') is not None:
            return AUTH_INVALID
        if not self.signed(mac, proto, body[4], body[5]):
            return AUTH_INVALID
        return self.new(aes, proto, body[5])

    def change(self, proto, body):
        mac, aes = self.shared(body[3], proto)
        if not self.signed(mac, proto, body[4], body[5] + body[6]):
            return AUTH_INVALID
        return self.check(aes, proto, body[6]) or self.new(aes, proto,
                                                           body[5])

    def check(self, aes, proto, hashed):
        """None when it is right."""
        if self.key.get('pin') is None:
            return NOT_SET
        if self.key.get('pin_tries') <= 0:
            return BLOCKED
        if self.wrong >= 3:
            return AUTH_BLOCKED
        self.key.set('pin_tries', self.key.get('pin_tries') - 1)
        if self.decrypt(aes, proto, hashed).hex() == self.key.get('pin'):
            self.key.set('pin_tries', 8)
            self.key.set('uv_tries', 3)
            self.wrong = 0
            return None
        self.wrong += 1
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key.log('wrong pin')
        if self.key.get('pin_tries') <= 0:
            return BLOCKED
        return AUTH_BLOCKED if self.wrong >= 3 else INVALID

    def give(self, proto, body):
        _, aes = self.shared(body[3], proto)
        error = self.check(aes, proto, body[6])
        if error:
            return error
        self.token = os.urandom(32)
        return self.answer({2: self.encrypt(aes, proto, self.token)})

    def give_uv(self, proto, body):
        """By the fingerprint reader."""
        _, aes = self.shared(body[3], proto)
        if self.key.get('uv_tries') <= 0:
            return b'\x3c'

        def touched():
            if not self.key.finger():
                return b'\x3c' if self.key.get('uv_tries') <= 0 else b'\x3f'
            self.token = os.urandom(32)
            self.present = True
            return self.answer({2: self.encrypt(aes, proto, self.token)})
        return touched

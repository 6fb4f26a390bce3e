# SPDX-License-Identifier: MIT
"""What a FIDO2 key answers (CTAP 2.1), and how it lies when told to."""
import datetime
import hashlib
import json
import os
import struct

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (ec, ed25519, padding,
                                                       rsa)
from cryptography.x509.oid import NameOID

from pin import Pin

MAKE, ASSERT, INFO, PIN, RESET, NEXT, SELECT = 1, 2, 4, 6, 7, 8, 11
ES256, EDDSA, RS256 = -7, -8, -257
UP, UV, AT = 0x01, 0x04, 0x40
OK = b'\0'
(MISSING, UNSUPPORTED_ALGORITHM, DENIED, FULL, OPTION, NONE, NOT_ALLOWED,
 PIN_AUTH, PIN_NOT_SET, PIN_REQUIRED, EXCLUDED, UV_BLOCKED, UV_INVALID) = (
     b'\x14', b'\x26', b'\x27', b'\x28', b'\x2b', b'\x2e', b'\x30', b'\x33',
     b'\x35', b'\x36', b'\x19', b'\x3c', b'\x3f')
AAGUID = bytes.fromhex('5160a55160a55160a5516f66746b6579')
UV_TRIES = 3


def dumps(value):
    return cbor2.dumps(value, canonical=True)


def make_key(algorithm):
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def public_cose(private, algorithm):
    public = private.public_key()
    if algorithm == ES256:
        n = public.public_numbers()
        return {1: 2, 3: ES256, -1: 1, -2: n.x.to_bytes(32, 'big'),
                -3: n.y.to_bytes(32, 'big')}
    if algorithm == EDDSA:
        return {1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)}
    n = public.public_numbers()
    return {1: 3, 3: RS256, -1: n.n.to_bytes(256, 'big'),
            -2: n.e.to_bytes(3, 'big')}


def sign(private, algorithm, data):
    if algorithm == ES256:
        return private.sign(data, ec.ECDSA(hashes.SHA256()))
    if algorithm == EDDSA:
        return private.sign(data)
    return private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def store(private):
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()).decode()


def restore(text):
    return serialization.load_pem_private_key(text.encode(), None)


def certificate(private, aaguid):
    """A batch's certificate, as WebAuthn 8.2.1 wants it; its own issuer."""
    name = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, 'XX'),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Software keys'),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME,
                           'Authenticator Attestation'),
        x509.NameAttribute(NameOID.COMMON_NAME, 'A batch')])
    model = x509.UnrecognizedExtension(
        x509.ObjectIdentifier('1.3.6.1.4.1.45724.1.1.4'), b'\4\x10' + aaguid)
    return x509.CertificateBuilder().subject_name(name).issuer_name(
        name).public_key(private.public_key()).serial_number(
            1).not_valid_before(datetime.datetime(2020, 1, 1)
                                ).not_valid_after(
            datetime.datetime(2049, 1, 1)).add_extension(
                x509.BasicConstraints(False, None), True).add_extension(
                    model, False).sign(private, hashes.SHA256()).public_bytes(
                        serialization.Encoding.DER)


class Key:
    """Options: pin (its PIN at the first start), uv (a fingerprint reader),
    u2f (speaks only that), algorithms, attestation (packed, self, none),
    rooms (for resident credentials), v21 (permissions and protocol 2),
    always_uv, counter (False: it always says 0)."""

    def __init__(self, path, options):
        self.path = path
        self.state = {'credentials': [], 'count': 0, 'pin': None,
                      'pin_tries': 8, 'uv_tries': UV_TRIES, 'last': None,
                      'finger': True, 'aaguid': AAGUID.hex()}
        self.options = {'algorithms': [ES256, EDDSA], 'uv': False,
                        'attestation': 'packed', 'rooms': 25, 'v21': False,
                        'always_uv': False, 'counter': True}
        self.options.update(options)
        self.fresh = not os.path.exists(path)
        if self.fresh:
            batch = make_key(ES256)
            self.state['batch'] = store(batch)
            pin = options.get('pin')
            if pin is not None:
                self.state['pin'] = hashlib.sha256(
                    str(pin).encode()).hexdigest()[:32]
            self.save()
        else:
            with open(path, encoding='ascii') as f:
                self.state = json.load(f)
        self.power()

    def save(self):
        with open(self.path + '.new', 'w', encoding='ascii') as f:
            json.dump(self.state, f)
        os.rename(self.path + '.new', self.path)

    def power(self):
        self.pin = Pin(self)
        self.more = []

    def set(self, name, value):
        self.state[name] = value
        self.save()

    def get(self, name):
        return self.state[name]

    # --- which command, and at what stage a fault would strike

    def stage(self, data):
        verb = data[0] if data else 0
        if verb in (INFO, PIN, NEXT, SELECT):
            return {INFO: 'info', PIN: 'pin', NEXT: 'next',
                    SELECT: 'select'}[verb]
        try:
            body = cbor2.loads(data[1:])
            if verb == MAKE:
                return 'select' if body.get(8) == b'' else 'final'
            return 'final' if body.get(5, {}).get('up', True) else 'probe'
        except (ValueError, IndexError):
            return 'final'

    def command(self, data, faults, log):
        """Bytes, or what to call when a finger has touched."""
        verb = data[0] if data else 0
        self.faults, self.log = faults, log
        doing = {MAKE: self.make, ASSERT: self.get_assertion, NEXT: self.next,
                 PIN: self.pin.command, SELECT: lambda _: lambda: OK}
        if verb == INFO:
            return OK + dumps(self.info())
        if verb not in doing:
            return b'\x01'
        try:
            body = cbor2.loads(data[1:]) if data[1:] else {}
        except ValueError:
            return b'\x12'
        return doing[verb](body)

    def info(self):
        o = self.options
        says = {'rk': True, 'up': True, 'plat': False}
        if self.state['pin'] is not None or o.get('pin') is not False:
            says['clientPin'] = self.state['pin'] is not None
        if o['uv']:
            says['uv'] = True
        if o['always_uv']:
            says['alwaysUv'] = True
        if o['v21']:
            says['pinUvAuthToken'] = True
            says['makeCredUvNotRqd'] = True
        return {1: ['FIDO_2_0', 'U2F_V2'] + (
                    ['FIDO_2_1'] if o['v21'] else []),
                3: bytes.fromhex(self.state['aaguid']), 4: says, 5: 1200,
                6: [2, 1] if o['v21'] else [1], 7: 8, 8: 128, 9: ['usb'],
                10: [{'alg': a, 'type': 'public-key'}
                     for a in o['algorithms']]}

    # --- has the user been verified?

    def verified(self, auth, proto, data_hash, options):
        """(error, verified): what a PIN's token or the reader says."""
        if auth == b'':
            return (PIN_AUTH if self.state['pin'] else PIN_NOT_SET), False
        if auth is not None:
            if not self.pin.token_signed(auth, proto, data_hash):
                return PIN_AUTH, False
            return None, True
        if options.get('uv'):
            if not self.options['uv']:
                return OPTION, False
            if self.state['uv_tries'] <= 0:
                return UV_BLOCKED, False
            return None, self.finger
        return None, False

    def finger(self):
        """The reader has been touched, by somebody."""
        if self.state['finger']:
            self.set('uv_tries', UV_TRIES)
            return True
        self.set('uv_tries', self.state['uv_tries'] - 1)
        return False

    def after_touch(self, uv, then):
        """What to do when the finger is there."""
        def touched():
            sure = uv() if callable(uv) else uv
            if callable(uv) and not sure:
                return UV_BLOCKED if self.state['uv_tries'] <= 0 else \
                    UV_INVALID
            return then(sure)
        # Who was just verified by the reader has touched it (CTAP 2.1, 6.5.2).
        if self.pin.present:
            self.pin.present = False
            return touched()
        return touched

    # --- credentials

    def find(self, rp, ids):
        """Those of this RP, or those of the list, newest first."""
        found = [c for c in self.state['credentials'] if c['rp'] == rp]
        if ids is None:
            return [c for c in found if c['resident']][::-1]
        return [c for i in ids for c in found if c['id'] == i.hex()]

    def authdata(self, rp, flags, extra=b''):
        if 'wrong_rp' in self.faults:
            rp = 'elsewhere.example'
        if 'no_presence' in self.faults:
            flags &= ~UP
        if 'no_uv' in self.faults:
            flags &= ~UV
        if 'always_uv_flag' in self.faults:
            flags |= UV
        if 'old_counter' not in self.faults:
            self.state['count'] += 1
        count = self.state['count'] if self.options['counter'] else 0
        if 'old_counter' in self.faults:
            count = min(count, 1)
        self.save()
        return hashlib.sha256(rp.encode()).digest() + struct.pack(
            '>BI', flags, count) + extra

    def make(self, body):
        if not {1, 2, 3, 4} <= set(body):
            return MISSING
        options = body.get(7, {})
        auth, rp = body.get(8), body[2]['id']
        error, uv = self.verified(auth, body.get(9), body[1], options)
        if auth == b'':  # which of the keys is it? (7.2 of CTAP 2.0)
            return lambda: error
        if error:
            return error
        algorithm = next((p['alg'] for p in body[4]
                          if p['alg'] in self.options['algorithms']), None)
        if algorithm is None:
            return UNSUPPORTED_ALGORITHM
        if uv is False and self.state['pin'] and not (
                self.options['v21'] and not options.get('rk')):
            return PIN_REQUIRED
        if self.find(rp, [e['id'] for e in body.get(5, [])]):
            return lambda: EXCLUDED
        rooms = [c for c in self.state['credentials'] if c['resident']]
        if options.get('rk') and len(rooms) >= self.options['rooms']:
            return FULL
        return self.after_touch(uv, lambda sure: self.made(
            body, algorithm, sure, options))

    def made(self, body, algorithm, uv, options):
        private = make_key(algorithm)
        identity = os.urandom(48)
        self.state['credentials'].append({
            'id': identity.hex(), 'rp': body[2]['id'], 'alg': algorithm,
            'key': store(private), 'resident': bool(options.get('rk')),
            'user': body[3]['id'].hex()})
        extra = bytes.fromhex(self.state['aaguid']) + struct.pack(
            '>H', len(identity)) + identity + dumps(
                public_cose(private, algorithm))
        data = self.authdata(body[2]['id'], UP | AT | (UV if uv else 0),
                             extra)
        kind, batch = self.options['attestation'], restore(
            self.state['batch'])
        if kind == 'none':
            return OK + dumps({1: 'none', 2: data, 3: {}})
        signed = data + body[1]
        if 'bad_signature' in self.faults:
            signed += b'!'
        if kind == 'self':
            return OK + dumps({1: 'packed', 2: data, 3: {
                'alg': algorithm, 'sig': sign(private, algorithm, signed)}})
        model = bytes.fromhex(self.state['aaguid'])
        if 'other_model' in self.faults:
            model = os.urandom(16)
        return OK + dumps({1: 'packed', 2: data, 3: {
            'alg': ES256, 'sig': sign(batch, ES256, signed),
            'x5c': [certificate(batch, model)]}})

    def get_assertion(self, body):
        if not {1, 2} <= set(body):
            return MISSING
        options = body.get(5, {})
        error, uv = self.verified(body.get(6), body.get(7), body[2], options)
        if body.get(6) == b'':
            return lambda: error
        if error:
            return error
        allow = body.get(3)
        found = self.find(body[1], None if allow is None else
                          [e['id'] for e in allow])
        if 'claims' in self.faults and not found:
            found = self.state['credentials'][:1]
        if not found:
            return NONE
        up = options.get('up', True)
        if up and self.options['always_uv'] and uv is False:
            return PIN_REQUIRED
        if not up:
            return self.answers(body, found, uv is True, 0)
        return self.after_touch(uv, lambda sure: self.answers(
            body, found, sure, UP))

    def answers(self, body, found, uv, up):
        if 'replay' in self.faults and self.state['last'] and up:
            return bytes.fromhex(self.state['last'])
        self.more = [(c, body, uv, up) for c in found[1:]]
        count = len(found) if body.get(3) is None else 1
        answer = OK + dumps(self.one(found[0], body, uv, up, count))
        if up:
            self.set('last', answer.hex())
        return answer

    def next(self, _body):
        if not self.more:
            return NOT_ALLOWED
        return OK + dumps(self.one(*self.more.pop(0), 1))

    def one(self, credential, body, uv, up, count):
        private = restore(credential['key'])
        algorithm = credential['alg']
        identity = bytes.fromhex(credential['id'])
        data = self.authdata(credential['rp'], up | (UV if uv else 0))
        signed = data + body[2]
        if 'other_key' in self.faults:
            private = make_key(algorithm)
        signature = sign(private, algorithm, signed)
        if 'bad_signature' in self.faults:
            signature = sign(private, algorithm, signed + b'!')
        if 'other_credential' in self.faults:
            identity = os.urandom(len(identity))
        answer = {1: {'id': identity, 'type': 'public-key'}, 2: data,
                  3: signature}
        if credential['resident']:
            answer[4] = {'id': bytes.fromhex(credential['user'])}
        if count > 1:
            answer[5] = count
        return answer

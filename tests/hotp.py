# SPDX-License-Identifier: MIT
"""The arithmetic of an authenticator, by Python's own HMAC."""
import base64
import hashlib
import hmac


def hotp(secret, counter, digits=6, algorithm='SHA1'):
    """RFC 4226; with the step for a counter, RFC 6238."""
    key = base64.b32decode(secret + '=' * (-len(secret) % 8))
    mac = hmac.new(key, counter.to_bytes(8, 'big'),
                   getattr(hashlib, algorithm.lower())).digest()
    at = mac[-1] & 15
    number = int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff
    return '%0*d' % (digits, number % 10 ** digits)

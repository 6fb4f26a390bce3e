# SPDX-License-Identifier: MIT
"""Security keys in the throw-away machine: software below libfido2."""
import json
import os
import sys

from machine import WORK
from project import audit, ctl, reason

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../softkey"))
from softkeys import SoftKey  # pylint: disable=wrong-import-position

DEVICES = "/run/softkeys"
RP = "keys.example.net"
TOUCH = "Touch your security key"


def plug_in(name, **options):
    """A key of that name, which all programs of the machine see."""
    preload = os.environ["SIGRA_BUILD"] + "/tests/softkey/softkey_preload.so"
    # Setuid programs read nothing else, and only what root alone can write.
    with open("/etc/ld.so.preload", "w", encoding="utf-8") as f:
        f.write(preload + "\n")
    options.setdefault("attestation", "none")
    return SoftKey(os.path.join(WORK, "key-" + name), devices=DEVICES,
                   preload=preload, **options)


def enroll(user, key, *args):
    """Enroll it at this machine; the key touches itself meanwhile."""
    key.autotouch(0)
    held = json.loads(ctl("--json", "enroll", "key", user, *args))
    key.autotouch(-1)
    return held


def last(service):
    """(action, reason, factors, refusal) of the newest decision."""
    rows = [r for r in audit("--service", service)
            if r["action"].startswith("login.")]
    meta = rows[0].get("meta", {})
    return (rows[0]["action"], reason(rows[0]), meta.get("factors"),
            meta.get("refusal"))

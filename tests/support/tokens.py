"""A token with the key of a seal: SoftHSM, which any PKCS#11 program takes for one.

The module reads its settings once a process, so that there is one token for all tests of a process.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.seals import seal_key

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN, LABEL, PIN = "seal of the county", "seal", "246810"


@cache
def make_token() -> None:
    """The token TOKEN behind MODULE, with a key and its certificate under LABEL."""
    import pkcs11
    from pkcs11 import Attribute, KeyType, ObjectClass

    folder = Path(tempfile.mkdtemp(prefix="tokens-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    tool = [shutil.which("softhsm2-util") or "softhsm2-util", "--init-token", "--free", "--label", TOKEN]
    subprocess.run([*tool, "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True, timeout=60)
    key = seal_key()
    [made] = list(pkcs11.lib(str(MODULE)).get_tokens(token_label=TOKEN))
    numbers, point = key.key.private_numbers(), key.key.public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    curve = bytes.fromhex("06082a8648ce3d030107")  # prime256v1
    shared = {Attribute.LABEL: LABEL, Attribute.TOKEN: True, Attribute.EC_PARAMS: curve}
    with made.open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                **shared,
                Attribute.CLASS: ObjectClass.PRIVATE_KEY,
                Attribute.KEY_TYPE: KeyType.EC,
                Attribute.SIGN: True,
                Attribute.VALUE: numbers.private_value.to_bytes(32),
            }
        )
        session.create_object(
            {
                **shared,
                Attribute.CLASS: ObjectClass.PUBLIC_KEY,
                Attribute.KEY_TYPE: KeyType.EC,
                Attribute.EC_POINT: b"\x04" + bytes([len(point)]) + point,
            }
        )
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                Attribute.LABEL: LABEL,
                Attribute.TOKEN: True,
                Attribute.SUBJECT: key.certificate.subject.public_bytes(),
                Attribute.VALUE: key.certificate.public_bytes(Encoding.DER),
            }
        )

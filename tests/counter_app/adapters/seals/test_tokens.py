"""Seals whose key lies in a token: SoftHSM stands for one, through the same PKCS#11 calls."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from counter_app.adapters.seals.checking import check_seals, read_roots
from counter_app.adapters.seals.schemes import open_seal
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import to_ms
from counter_app.domain.notice import NoticeKind
from counter_app.domain.sealing import SealKind, SealSetup
from counter_app.services.ports import SealStanding
from forms.rendering.render import render_for_seal, sample_data
from forms.rendering.seal_face import SealFace
from tests.support.seals import seal_key

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246810"
NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
SETUP = SealSetup("MZ", SealKind.SPECIAL, "pkcs11", str(MODULE), token="seal of the county", label="seal")

pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="softhsm2 is not installed")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealSetup]:
    """A token with a key and its certificate. The module reads its settings once a process, so it is made once."""
    import pkcs11
    from pkcs11 import Attribute, KeyType, ObjectClass

    folder = tmp_path_factory.mktemp("tokens")
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    tool = [shutil.which("softhsm2-util") or "softhsm2-util", "--init-token", "--free", "--label", SETUP.token]
    subprocess.run([*tool, "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True, timeout=60)
    key = seal_key()
    file = folder / "key.pem"
    file.write_bytes(key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    [made] = list(pkcs11.lib(str(MODULE)).get_tokens(token_label=SETUP.token))
    numbers, point = key.key.private_numbers(), key.key.public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    curve = bytes.fromhex("06082a8648ce3d030107")  # prime256v1
    shared = {Attribute.LABEL: SETUP.label, Attribute.TOKEN: True, Attribute.EC_PARAMS: curve}
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
                Attribute.LABEL: SETUP.label,
                Attribute.TOKEN: True,
                Attribute.SUBJECT: key.certificate.subject.public_bytes(),
                Attribute.VALUE: key.certificate.public_bytes(Encoding.DER),
            }
        )
    yield SETUP
    del os.environ["SOFTHSM2_CONF"]


def refused(setup: SealSetup, pin: str = PIN) -> str:
    with pytest.raises(CounterError) as refusal:
        open_seal(setup, pin, to_ms(NOW), Path())
    return refusal.value.code


def test_a_paper_is_sealed_by_the_key_of_a_token(token: SealSetup, tmp_path: Path) -> None:
    pdf, place = render_for_seal(NoticeKind("N02"), 1, sample_data())
    seal = open_seal(token, PIN, to_ms(NOW), Path())
    sealed = seal.put_on(pdf, place, SealFace("云岭县民政局", "受理专用章"), to_ms(NOW))
    seal.close()
    root = tmp_path / "root.pem"
    root.write_bytes(seal_key().authority.pem)
    [found] = check_seals(sealed, read_roots([root]), NOW)
    assert found.standing is SealStanding.TRUSTED
    assert found.fingerprint == seal.certificate.fingerprint


def test_what_is_wrong_with_a_token_is_told_apart(token: SealSetup) -> None:
    assert refused(token, "135790") == "seal_secret_wrong"
    assert refused(replace(token, token="another")) == "seal_token_missing"
    assert refused(replace(token, label="another")) == "seal_token_without_key"
    assert refused(replace(token, source="/nowhere/module.so")) == "seal_module_missing"

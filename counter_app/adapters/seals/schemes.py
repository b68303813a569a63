"""The ways in which a seal signs, by name. What this program does not do itself comes as a package with an entry point.

SM2 (GB/T 38540, GB/T 32918) has its name here and nothing behind it: its seals are products of approved vendors. A
package that offers the entry point `counter_app.seals: sm2` fills the place; without one it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from counter_app.adapters.seals.certificates import checked_certificate
from counter_app.adapters.seals.key_file import key_bytes, read_key_file
from counter_app.adapters.seals.pades import PadesSeal
from counter_app.domain.errors import CounterError
from counter_app.domain.sealing import SealSetup
from counter_app.services.seal_ports import Seal

GROUP = "counter_app.seals"
KEY_FILE, TOKEN, SM2 = "key-file", "pkcs11", "sm2"
TIME_STAMP_WAIT_S = 10

Scheme = Callable[[SealSetup, str, int, Path], Seal]


def open_seal(setup: SealSetup, secret: str, now_ms: int, folder: Path) -> Seal:
    """The seal of that setup; folder is where key files lie. Raises as `services.seal_ports.SealMeans.open`."""
    scheme = _SCHEMES.get(setup.scheme)
    if scheme is None:
        raise CounterError("seal_scheme_not_available", scheme=setup.scheme[:20])
    return scheme(setup, secret, now_ms, folder)


def _of_key_file(setup: SealSetup, secret: str, now_ms: int, folder: Path) -> Seal:
    file = read_key_file(folder / setup.source, secret)
    known = checked_certificate(file.certificate, now_ms)
    store = SimpleCertificateStore.from_certs([_plain(each) for each in file.others])
    key = asn1_keys.PrivateKeyInfo.load(key_bytes(file.key))
    signer = SimpleSigner(signing_cert=_plain(file.certificate), signing_key=key, cert_registry=store)
    return PadesSeal(known, signer, _stamper(setup), lambda: None)


def _of_token(setup: SealSetup, secret: str, now_ms: int, _folder: Path) -> Seal:
    from counter_app.adapters.seals.token import open_token  # only who has a token needs its library

    token = open_token(setup.source, setup.token, setup.label, secret)
    try:
        known = checked_certificate(token.certificate, now_ms)
    except CounterError:
        token.session.close()
        raise
    signer = PKCS11Signer(
        token.session, signing_cert=_plain(token.certificate), key_label=setup.label, use_raw_mechanism=token.is_ec
    )
    return PadesSeal(known, signer, _stamper(setup), token.session.close)


def _of_another_package(setup: SealSetup, secret: str, now_ms: int, folder: Path) -> Seal:
    for entry in entry_points(group=GROUP, name=setup.scheme):
        made: Scheme = entry.load()
        return made(setup, secret, now_ms, folder)
    raise CounterError("seal_scheme_not_available", scheme=setup.scheme)


_SCHEMES: dict[str, Scheme] = {KEY_FILE: _of_key_file, TOKEN: _of_token, SM2: _of_another_package}


def _stamper(setup: SealSetup) -> HTTPTimeStamper | None:
    return HTTPTimeStamper(setup.tsa, timeout=TIME_STAMP_WAIT_S) if setup.tsa else None


def _plain(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))

"""A seal whose key lies in a file: PKCS#12 (.p12, .pfx), or PEM with key and certificates, both under a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from counter_app.domain.errors import CounterError
from counter_app.services.brought_files import content_of

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeyFile(NamedTuple):
    """What a key file holds: the key, its certificate, and others that lead to the root."""

    key: PrivateKey
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


def read_key_file(path: Path, passphrase: str) -> KeyFile:
    """Key and certificate of the file.

    CounterError `seal_key_missing`, `seal_key_damaged`, `seal_key_unprotected`, `seal_secret_wrong`,
    `seal_key_is_of_another`.
    """
    try:
        content = content_of(path)
    except OSError as fault:
        raise CounterError("seal_key_missing", file=path.name) from fault
    found = _from_pem(content, passphrase) if b"-----BEGIN" in content else _from_pkcs12(content, passphrase)
    if _public(found.key) != _public(found.certificate):
        raise CounterError("seal_key_is_of_another")
    return found


def key_bytes(key: PrivateKey) -> bytes:
    """The key as PKCS#8, for the signer; it never leaves the process."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _from_pkcs12(content: bytes, passphrase: str) -> KeyFile:
    if _opens_without(content):
        raise CounterError("seal_key_unprotected")
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError as fault:  # the library says only in words which it was
        wrong = "password" in str(fault).lower()
        raise CounterError("seal_secret_wrong" if wrong else "seal_key_damaged") from fault
    except UnsupportedAlgorithm as fault:
        raise CounterError("seal_key_damaged") from fault
    if not isinstance(key, PrivateKey) or certificate is None:
        raise CounterError("seal_key_damaged")
    return KeyFile(key, certificate, tuple(others))


def _opens_without(content: bytes) -> bool:
    for nothing in (None, b""):
        try:
            key, _, _ = pkcs12.load_key_and_certificates(content, nothing)
        except (ValueError, UnsupportedAlgorithm):
            continue
        if key is not None:
            return True
    return False


def _from_pem(content: bytes, passphrase: str) -> KeyFile:
    if b"ENCRYPTED" not in content:
        raise CounterError("seal_key_unprotected" if b"PRIVATE KEY" in content else "seal_key_damaged")
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as fault:
        raise CounterError("seal_key_damaged") from fault
    try:
        key = load_pem_private_key(content, passphrase.encode() or b"-")
    except (ValueError, UnsupportedAlgorithm) as fault:
        wrong = "password" in str(fault).lower()
        raise CounterError("seal_secret_wrong" if wrong else "seal_key_damaged") from fault
    if not isinstance(key, PrivateKey):
        raise CounterError("seal_key_damaged")
    own = next((each for each in certificates if _public(each) == _public(key)), certificates[0])
    return KeyFile(key, own, tuple(each for each in certificates if each is not own))


def _public(holder: PrivateKey | x509.Certificate) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

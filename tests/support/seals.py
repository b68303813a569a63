"""A small authority and its seals, made once a process: EC keys, because RSA takes a second each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

WORDS = "words of the seal"
HOLDER = "云岭县民政局"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2028, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """Key and certificate of a root."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class SealKey:
    """Key and certificate of a seal."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    authority: Authority

    def p12(self, words: str | None = WORDS) -> bytes:
        """As a .p12 under these words; None: without any."""
        how = NoEncryption() if words is None else BestAvailableEncryption(words.encode())
        return pkcs12.serialize_key_and_certificates(
            b"seal", self.key, self.certificate, [self.authority.certificate], how
        )

    def pem(self, words: str = WORDS, certificate: x509.Certificate | None = None) -> bytes:
        """As PEM; certificate: another one than its own."""
        how = BestAvailableEncryption(words.encode())
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
        return key + (certificate or self.certificate).public_bytes(Encoding.PEM)


@cache
def authority(name: str = "云岭县印章根证书") -> Authority:
    """A root of that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = _usage("key_cert_sign", "crl_sign")
    return Authority(key, _certificate(name, key, name, key, BEGAN, ENDS + timedelta(days=900), usage, ca=True))


@cache
def seal_key(
    begins: datetime = BEGAN, ends: datetime = ENDS, usages: Sequence[str] = ("digital_signature", "content_commitment")
) -> SealKey:
    """A seal of the authority with this time and key usage."""
    key, root = ec.generate_private_key(ec.SECP256R1()), authority()
    issuer = root.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    made = _certificate(HOLDER, key, str(issuer), root.key, begins, ends, _usage(*usages), ca=False)
    return SealKey(key, made, root)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
    usage: x509.KeyUsage,
    *,
    ca: bool,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*named: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in named for name in every})

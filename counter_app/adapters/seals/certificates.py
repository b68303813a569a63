"""What a certificate must be like before a paper is signed with it."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from counter_app.domain.errors import CounterError
from counter_app.domain.moments import local_date
from counter_app.services.seal_ports import SealCertificate
from sync.certificate_holder import holder_of


def checked_certificate(certificate: x509.Certificate, now_ms: int) -> SealCertificate:
    """What is to be known of a certificate that is valid now and was made for signing.

    One without key usage may be used for everything (RFC 5280, 4.2.1.3). CounterError `seal_expired`,
    `seal_not_valid_yet`, `seal_not_for_signing`.
    """
    begins = round(certificate.not_valid_before_utc.timestamp() * 1000)
    ends = round(certificate.not_valid_after_utc.timestamp() * 1000)
    if now_ms > ends:
        raise CounterError("seal_expired", on=local_date(ends).isoformat())
    if now_ms < begins:
        raise CounterError("seal_not_valid_yet", on=local_date(begins).isoformat())
    if not _may_sign(certificate):
        raise CounterError("seal_not_for_signing")
    return SealCertificate(fingerprint_of(certificate), holder_of(certificate), ends)


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of its bytes, in hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment

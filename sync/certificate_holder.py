"""Whose a certificate is, in words: stations and the hall say it alike."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID


def holder_of(certificate: x509.Certificate) -> str:
    """The name in it: of the holder, else of the organisation, else all of its subject."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.subject.rfc4514_string()

"""Whether a PDF is still what was sealed, and whether the seal is of somebody who is believed here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from counter_app.adapters.seals.certificates import fingerprint_of
from counter_app.adapters.seals.roots import Trust
from counter_app.domain.errors import CounterError
from counter_app.domain.moments import CHINA
from counter_app.services.seal_ports import SealFound, SealStanding
from sync.certificate_holder import holder_of

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # an unknown root is an answer here, no fault to be logged
_USAGES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
_UNREADABLE = (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, NotImplementedError)


def check_seals(pdf: bytes, trust: Trust, now: datetime) -> list[SealFound]:
    """Every seal of the file; none on a paper that was never sealed. CounterError `seal_file_no_pdf`."""
    if not pdf.startswith(b"%PDF-"):
        raise CounterError("seal_file_no_pdf")
    try:
        signatures = list(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    except _UNREADABLE as fault:
        if b"/ByteRange" in pdf:  # it was sealed once; what is left cannot be read
            return [SealFound(SealStanding.ALTERED, "", "", None)]
        raise CounterError("seal_file_no_pdf") from fault
    return [_standing(each, trust, now) for each in signatures]


def _standing(signature: EmbeddedPdfSignature, trust: Trust, now: datetime) -> SealFound:
    signed_at = _told_time(signature)
    try:
        certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
        standing = _judged(signature, trust.roots, now)
        if standing is SealStanding.UNKNOWN_ROOT and certificate.not_valid_after_utc < now and signed_at is not None:
            then = _judged(signature, trust.roots, signed_at)
            standing = SealStanding.EXPIRED_SINCE if then is SealStanding.TRUSTED else standing
        if standing is SealStanding.UNKNOWN_ROOT and trust.revoked:
            gone = _judged(signature, [root for root, _ in trust.revoked], min(signed_at or now, now))
            standing = SealStanding.REVOKED_ROOT if gone is SealStanding.TRUSTED else standing
    except _UNREADABLE:
        return SealFound(SealStanding.ALTERED, "", "", signed_at)
    return SealFound(standing, holder_of(certificate), fingerprint_of(certificate), signed_at)


def _told_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the signer says it was put on; a time that names no zone is taken for China's, one that is none for none."""
    try:
        told = signature.self_reported_timestamp
    except _UNREADABLE:
        return None
    return told.replace(tzinfo=CHINA) if told is not None and told.tzinfo is None else told


def _judged(signature: EmbeddedPdfSignature, roots: Sequence[asn1_x509.Certificate], at: datetime) -> SealStanding:
    believed = SimpleCertificateStore.from_certs(roots)
    context = ValidationContext(
        trust_roots=list(roots), other_certs=list(believed), moment=at.astimezone(UTC), allow_fetching=False
    )
    status = validate_pdf_signature(signature, context, key_usage_settings=_USAGES)
    if not (status.intact and status.valid and status.docmdp_ok):
        return SealStanding.ALTERED
    return SealStanding.TRUSTED if status.bottom_line else SealStanding.UNKNOWN_ROOT

"""The certificates whose seals are believed, read without what checks a seal: that takes 30 MiB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from counter_app.adapters.seals.certificates import fingerprint_of
from counter_app.domain.errors import InvalidInput
from counter_app.domain.seal_roots import ToldRoot
from counter_app.services.brought_files import content_of
from counter_app.services.seal_ports import SealRoot
from sync.certificate_holder import holder_of


class Trust(NamedTuple):
    """The roots that are believed, those of them that the hall told, and those that it revoked with the moment."""

    roots: tuple[asn1_x509.Certificate, ...]
    told: frozenset[bytes] = frozenset()
    revoked: tuple[tuple[asn1_x509.Certificate, int], ...] = ()

    @classmethod
    def of(cls, own: Iterable[asn1_x509.Certificate], told: Sequence[ToldRoot]) -> Trust:
        """Roots of this machine's own and what the hall told; a revoked one is believed nowhere."""
        gone = {each.certificate for each in told if each.revoked_ms is not None}
        held = {each.dump(): each for each in own}
        held |= {each.certificate: asn1_x509.Certificate.load(each.certificate) for each in told}
        return cls(
            tuple(root for der, root in held.items() if der not in gone),
            frozenset(each.certificate for each in told),
            tuple((held[each.certificate], each.revoked_ms) for each in told if each.revoked_ms is not None),
        )

    def known(self) -> list[SealRoot]:
        """What is to be said of each."""
        since = {root.dump(): revoked_ms for root, revoked_ms in self.revoked}
        every = (*self.roots, *(root for root, _ in self.revoked))
        return [
            replace(root_of(each), told=each.dump() in self.told, revoked_ms=since.get(each.dump())) for each in every
        ]


def read_roots(folders_and_files: Iterable[Path]) -> list[asn1_x509.Certificate]:
    """The certificates of these files and of all files of these folders. InvalidInput `seal_root_damaged`."""
    found: list[asn1_x509.Certificate] = []
    for place in folders_and_files:
        for file in sorted(place.iterdir()) if place.is_dir() else [place]:
            found += _certificates(file)
    return found


def root_of(certificate: asn1_x509.Certificate) -> SealRoot:
    """What is to be said of a root."""
    known = x509.load_der_x509_certificate(certificate.dump())
    ends_ms = round(known.not_valid_after_utc.timestamp() * 1000)
    return SealRoot(holder_of(known), fingerprint_of(known), ends_ms)


def _certificates(file: Path) -> list[asn1_x509.Certificate]:
    try:
        content = content_of(file)
        pieces = [piece for _, _, piece in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        found = [asn1_x509.Certificate.load(piece) for piece in pieces]
        for each in found:
            x509.load_der_x509_certificate(each.dump())
    except (OSError, ValueError) as fault:
        raise InvalidInput("seal_root_damaged", file=file.name) from fault
    return found

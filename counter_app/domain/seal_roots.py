"""Whose electronic seals are believed: root certificates as a hall's feed tells every station (`seal_roots_released`).

Each event is the hall's n-th release (1, 2, 3 ...) and brings rows [certificate in DER, ms UTC from which it counts no
more, or null]; the newest row of a certificate holds. A root that the hall revoked is believed nowhere, also where
somebody had put it on the machine by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from counter_app.domain.errors import InvalidInput
from counter_app.domain.wire_values import Plain, list_of

KIND = "seal_roots_released"
MOST_ROWS, MOST_BYTES = 8, 6000  # of one event, which must stay below 64 KiB; of one certificate


@dataclass(frozen=True, slots=True)
class ToldRoot:
    """A root certificate (DER). revoked_ms: from then on none of its seals counts, None: they are believed."""

    certificate: bytes
    revoked_ms: int | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex."""
        return hashlib.sha256(self.certificate).hexdigest()


def rows_of_roots(roots: Iterable[ToldRoot]) -> list[list[object]]:
    """As an event holds them."""
    return [[root.certificate, root.revoked_ms] for root in roots]


def roots_of(data: Plain) -> Iterator[ToldRoot]:
    """The roots of such an event. InvalidInput `value_misshapen`."""
    for row in list_of(data, "rows"):
        match row:
            case [bytes(certificate), int() | None as revoked_ms] if 0 < len(certificate) <= MOST_BYTES:
                yield ToldRoot(certificate, revoked_ms)
            case _:
                raise InvalidInput("value_misshapen", field="rows")

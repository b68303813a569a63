"""What bundles ask of the station's store, beside what the exchange asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync.ports import PendingAttachment, SecondStages, StationLedger


@dataclass(frozen=True, slots=True)
class GivenBundle:
    """The newest bundle that was written here: own events up to seq are in it, and the files they name up to scans.

    part is its newest part. Of files: done are in it whole, begun is (SHA-256, bytes) of one that is in it in part.
    ended: nothing of it is left to be written. missing are files that could not be read here, so that it goes without.
    """

    made_ms: int
    seq: int
    scans: int
    part: int
    done: frozenset[bytes]
    begun: tuple[bytes, int] | None
    ended: bool
    missing: frozenset[bytes] = frozenset()


class BundleLedger(StationLedger, SecondStages, Protocol):
    """Each call is one transaction, durable on return."""

    def hall_box_public(self) -> bytes:
        """The key that a bundle for the hall is sealed to."""

    def pending_named(self, last: int) -> Sequence[PendingAttachment]:
        """All files that the hall lacks and own events up to seq last name: by legal deadline, then age."""

    def given_bundle(self) -> GivenBundle | None:
        """What was stored last."""

    def store_bundle(self, given: GivenBundle) -> None:
        """What was written out: it is shown until the hall acknowledges it."""

    def bundle_parts(self, made_ms: int) -> frozenset[int]:
        """The parts of a bundle of the hall that were taken in whole."""

    def store_bundle_part(self, made_ms: int, part: int) -> None:
        """That part was taken in whole."""

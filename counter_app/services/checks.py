"""Is everything that was ever saved still there, whole, and shown as it was? (`counter verify`)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verification:
    """events and head of the own journal; problems as people read them, empty when all is well."""

    events: int
    head: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.problems


class RestoredCopy(Protocol):
    """A backup that was made a home: events and head of the journal in it, sealed files."""

    @property
    def events(self) -> int: ...
    @property
    def head(self) -> bytes: ...
    @property
    def files(self) -> int: ...


class KeptCopy(RestoredCopy, Protocol):
    """A backup as written and checked; size is its bytes."""

    @property
    def size(self) -> int: ...
    @property
    def same_disk(self) -> bool:
        """Whether it lies on the disk of the home, and goes with it."""


class Verifier(Protocol):
    """Checks chain, projections, integrity of the file and hashes of the scans."""

    def verify(self) -> Verification: ...

"""Whether a sealed PDF that somebody brought is whole, and whose seals are believed on this machine.

Believed are the roots that the hall released by its feed and those that this machine's administrator put here; what the
hall revoked is believed nowhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.people import Person, Role
from counter_app.domain.seal_roots import ToldRoot
from counter_app.services.brought_files import content_of
from counter_app.services.desk import Desk
from counter_app.services.seal_ports import SealFound, SealRoot, SealStanding, SealTrust

# From the worst to the best: a file is as good as the worst of its seals.
ORDER = tuple(SealStanding)


class CheckedSeals(NamedTuple):
    """The seals of a file, and by how many roots they were judged; worst is None for a file without a seal."""

    seals: tuple[SealFound, ...]
    roots: int

    @property
    def worst(self) -> SealStanding | None:
        """How the worst of them stands."""
        return min((row.standing for row in self.seals), key=ORDER.index, default=None)


class SealChecks:
    """Checking sealed files at this machine."""

    def __init__(self, desk: Desk, trust: SealTrust) -> None:
        self._desk, self._trust = desk, trust

    def check(self, file: Path) -> CheckedSeals:
        """The seals of a PDF. CounterError `seal_file_missing`, and as `SealTrust`."""
        try:
            pdf = content_of(file)
        except OSError as fault:
            raise CounterError("seal_file_missing", file=file.name) from fault
        return CheckedSeals(tuple(self.of_paper(pdf)), sum(root.revoked_ms is None for root in self.roots()))

    def of_paper(self, pdf: bytes) -> list[SealFound]:
        """The seals of a paper that is kept here. As `SealTrust`."""
        return self._trust.check(pdf, self._desk.now_ms(), self._told())

    def roots(self) -> list[SealRoot]:
        """Whose seals are believed here, and whose no more. As `SealTrust`."""
        return self._trust.roots(self._told())

    def believe(self, person: Person, file: Path) -> list[SealRoot]:
        """Believe the certificates of a file from now on. MoveNotAllowed `seal_set_up_by_administrator`; as
        `SealTrust`."""
        if Role.ADMIN not in person.roles:
            raise MoveNotAllowed("seal_set_up_by_administrator")
        return self._trust.add_root(file)

    def _told(self) -> list[ToldRoot]:
        with self._desk.store.read() as reading:
            return reading.seal_roots()

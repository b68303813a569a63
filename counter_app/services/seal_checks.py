"""Whether a sealed PDF that somebody brought is whole, and whose seals are believed on this machine.

Roots of seals are no part of what the hall feeds: each machine believes those that its administrator put there.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from counter_app.domain.errors import CounterError, MoveNotAllowed
from counter_app.domain.people import Person, Role
from counter_app.services.desk import Desk
from counter_app.services.ports import SealFound, SealRoot, SealStanding, SealTrust

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
            pdf = file.read_bytes()
        except OSError as fault:
            raise CounterError("seal_file_missing", file=file.name) from fault
        return CheckedSeals(tuple(self._trust.check(pdf, self._desk.now_ms())), len(self._trust.roots()))

    def roots(self) -> list[SealRoot]:
        """Whose seals are believed here. As `SealTrust`."""
        return self._trust.roots()

    def believe(self, person: Person, file: Path) -> list[SealRoot]:
        """Believe the certificates of a file from now on. MoveNotAllowed `seal_set_up_by_administrator`; as
        `SealTrust`."""
        if Role.ADMIN not in person.roles:
            raise MoveNotAllowed("seal_set_up_by_administrator")
        return self._trust.add_root(file)

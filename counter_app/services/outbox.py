"""传送: what the hall does not have yet, what it costs to send, and what a person must settle."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from counter_app.domain.data_budget import SCANS_A_DAY, UNBOUND, DataBudget
from counter_app.domain.dossiers import Dossier
from counter_app.domain.entrustment import Entrustment
from counter_app.domain.errors import InvalidInput
from counter_app.domain.identifiers import CaseId
from counter_app.services.desk import Desk
from counter_app.services.ports import Reading
from counter_app.services.stored_facts import LinkState, Trouble, Upload


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row in sending order: text of a case or an entrustment, or its scans. left is bytes still to send, packed.

    bundle_ms: when it was put whole into the bundle that is under way to the hall; None if it is in none.
    """

    case: Dossier
    what: str  # "text" or "scans"
    count: int
    left: int
    size: int
    bundle_ms: int | None = None

    def seconds(self, rate: int | None) -> int | None:
        """How long it takes at a rate in bytes a second, rounded up; None if never measured."""
        return None if not rate else -(-self.left // rate)


@dataclass(frozen=True)
class Outbox:
    """The page's content. elsewhere: bytes of papers taken for cases that this station has only the number of.

    budget: what scans may use of the link today; where it is spent they wait, whatever their legal day.
    """

    link: LinkState
    waiting: tuple[Waiting, ...]
    troubles: tuple[Trouble, ...]
    elsewhere: Mapping[CaseId, int] = field(default_factory=dict)
    budget: DataBudget = UNBOUND

    def total(self, what: str) -> tuple[int, int]:
        """(rows, bytes left) of one kind."""
        rows = [row for row in self.waiting if row.what == what]
        return len(rows), sum(row.left for row in rows)

    @property
    def scans_wait(self) -> bool:
        """Whether scans wait for tomorrow's data."""
        return self.budget.is_spent and any(row.what == "scans" for row in self.waiting)

    @property
    def is_due(self) -> bool:
        """Whether the next exchange would send something."""
        return any(row.what != "scans" or not self.budget.is_spent for row in self.waiting)

    @cached_property
    def cases(self) -> int:
        """How many cases are not whole at the hall; counted once: several places of the window say it."""
        return len({row.case.id for row in self.waiting} | self.elsewhere.keys())


class Sending:
    """Looking at what waits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def outbox(self) -> Outbox:
        """What waits now: texts first, then scans, each by nearest legal day and age."""
        with self._desk.store.read() as reading:
            unsent, uploads = reading.unsent_bytes(), _by_case(reading.uploads())
            wanted = {*unsent, *uploads}
            cases: dict[CaseId, Dossier] = {**reading.cases_of(wanted)}
            for id_ in sorted(wanted - cases.keys()):
                whole = reading.entrustment(id_)
                if whole is not None:
                    cases[id_] = whole
            unsent = _packed(unsent)
            texts = [Waiting(cases[id_], "text", 1, size, size) for id_, size in unsent.items() if id_ in cases]
            scans = [_scans(cases[id_], rows) for id_, rows in uploads.items() if id_ in cases]
            waiting = _marked(reading, (*sorted(texts, key=_order), *sorted(scans, key=_order)))
            elsewhere = {id_: size for id_, size in unsent.items() if id_ not in cases}
            return Outbox(reading.link(), waiting, tuple(reading.troubles()), elsewhere, reading.data_budget())

    def keep_budget(self, a_day: int | None) -> DataBudget:
        """Let so many bytes of scans go a day; None: no bound. InvalidInput `data_budget`."""
        if a_day is not None and a_day < 0:
            raise InvalidInput("data_budget")
        with self._desk.store.write() as writing:
            writing.save_setting(SCANS_A_DAY, "" if a_day is None else str(a_day))
            return writing.data_budget()


def on_the_wire(size: int) -> int:
    """About what so many bytes of events come to when they go together, packed.

    Measured with the cases of the benchmark: 0.6 of 2 KB, 0.14 of 40 KB, 0.08 of 200 KB, which lie on a power.
    """
    return min(size, math.ceil(18 * math.pow(size, 0.55)))


def _packed(unsent: Mapping[CaseId, int]) -> dict[CaseId, int]:
    """Each case's share of what all of them come to."""
    size = sum(unsent.values())
    return {id_: math.ceil(own * on_the_wire(size) / size) for id_, own in unsent.items()}


def _marked(reading: Reading, waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    """The rows with the bundle that they lie in whole."""
    given = reading.bundle()
    if given is None or not waiting:
        return tuple(waiting)
    left_out = {upload.case for upload in reading.uploads() if upload.sha256 in given.missing}
    outside = {"text": reading.written_after(given.seq), "scans": reading.scanned_after(given.scans) | left_out}
    return tuple(
        row if row.case.id in outside[row.what] else replace(row, bundle_ms=given.made_ms) for row in waiting
    )


def _by_case(uploads: Iterable[Upload]) -> dict[CaseId, list[Upload]]:
    by_case: dict[CaseId, list[Upload]] = defaultdict(list)
    for upload in uploads:
        by_case[upload.case].append(upload)
    return by_case


def _scans(case: Dossier, uploads: Sequence[Upload]) -> Waiting:
    size = sum(upload.size for upload in uploads)
    return Waiting(case, "scans", len(uploads), size - sum(upload.sent for upload in uploads), size)


def _order(row: Waiting) -> tuple[str, int]:
    running = [clock.due.isoformat() for clock in row.case.clocks if clock.runs]
    since = row.case.opened_at_ms if isinstance(row.case, Entrustment) else row.case.received_at_ms
    return min(running, default="9999-12-31"), since

"""Two lines of one case: a counter went on with what a silent village had begun (sync design section 2).

The hall links the two as soon as it has both, takes the baton of the older one, and counts the
newer. Where both sides served a paper that binds, the case is frozen until a supervisor settles it:
nothing late changes a state by itself, and nothing late is dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy import Connection

from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.errors import CounterError, InvalidInput, MoveNotAllowed
from counter_app.domain.events import Event, NewEvent
from counter_app.domain.fold_history import late_line
from counter_app.domain.identifiers import HALL, CaseId
from counter_app.domain.notice import binds
from counter_app.domain.people import Person, Role
from counter_app.domain.states import CaseState
from counter_app.domain.wire_values import clock_to_plain, gaps_to_plain, text_of
from sync.hall import cases, items
from sync.hall.batch import Batch
from sync.hall.links import Link
from sync.hall.records import SqlRecords

SETTLE = "settle"
FROZEN = "case_frozen"
_NAMING = {"continued": "by", "linked": "case", "job_linked": "case"}  # kinds of the hall, and where they name another
_UNDECIDED = frozenset({CaseState.RECEIVED, CaseState.CORRECTING})


class HasLines(Protocol):
    """Where links are found: the store, or what a batch knows of it."""

    def lines_of(self, cases: Collection[CaseId]) -> list[Link]: ...


def related(tx: HasLines, case_ids: Collection[CaseId]) -> set[CaseId]:
    """The other lines of these cases."""
    return {case for link in tx.lines_of(case_ids) for case in link} - set(case_ids)


def note(batch: Batch, case: Case) -> None:
    """Remember which case this one says that it goes on with. InvalidInput as `CaseId.parse`."""
    if case.continues:
        batch.note_line(Link(case.id, CaseId.parse(case.continues)))


def links_to_make(batch: Batch, case: Case) -> list[Link]:
    """The links that may be made now that this case is there."""
    found = batch.lines_of([case.id])
    return [link for link in found if batch.case(link.newer) is not None and batch.case(link.older) is not None]


def make_link(batch: Batch, link: Link) -> list[NewEvent]:
    """Note that the two are one application; what the hall writes into both cases.

    CounterError `continues_...` if they cannot be two lines of one application.
    """
    newer, older = batch.case(link.newer), batch.case(link.older)
    assert newer is not None, "links_to_make names lines that are there"
    assert older is not None, "links_to_make names lines that are there"
    _check(newer, older)
    batch.tx.mark_line(newer.id)
    by = {"to": HALL, "by": str(newer.id)}
    return [
        NewEvent("continued", older.id, older.epoch, "", by),
        NewEvent("linked", newer.id, newer.epoch, "", {"case": str(older.id)}),
    ]


def named_in(event: Event) -> CaseId | None:
    """The other line that a linking event of the hall names: its station takes part."""
    named = _NAMING.get(event.kind) if event.id.device == HALL else None
    return CaseId.parse(text_of(event.data, named)) if named else None


def is_frozen(batch: Batch, case_id: CaseId) -> bool:
    """Whether the case, or the one that goes on with it, waits for a supervisor's word."""
    return any(line.frozen for line in _lines(batch, case_id))


def to_freeze(batch: Batch, case_id: CaseId) -> Case | None:
    """The living case, if both lines have served papers that bind and no person has looked at that yet."""
    both = _lines(batch, case_id)
    living = next((line for line in both if not line.continued_by), None)
    if living is None or living.frozen:
        return None
    late = [paper for line in both for paper in _binding(line) if paper.late]
    return living if any(_contradicted(living, paper) for paper in late) else None


def settled(tx: SqlRecords, case: Case, given: Mapping[str, object], person: Person) -> list[NewEvent]:
    """The events of a supervisor's word: `valid` is the number of the paper that holds, with a `reason`.

    The papers that contradict it are withdrawn. If the late line's paper holds, the case
    stands where that line had brought it. MoveNotAllowed `not_your_role`, `case_not_frozen`,
    InvalidInput `act_needs`, `paper_not_of_case`.
    """
    if not person.roles & {Role.SUPERVISOR, Role.OPERATOR}:
        raise MoveNotAllowed("not_your_role", action=SETTLE, actors=Role.SUPERVISOR.value)
    if not case.frozen:
        raise MoveNotAllowed("case_not_frozen", case=str(case.id))
    reason = _needed(given, "reason")
    lines = [case, *filter(None, (cases.load(tx.conn, other) for other in sorted(related(tx, [case.id]))))]
    if not text_of(given, "valid") and not any(has_late_word(line) for line in lines):
        nothing = {"valid": "", "withdrawn": []}  # frozen because two machines had one id
        return [NewEvent("settled", case.id, case.epoch, person.name, nothing, {"reason": reason})]
    valid = _needed(given, "valid")
    papers = [(line, paper) for line in lines for paper in _binding(line)]
    chosen = next(((line, paper) for line, paper in papers if paper.number == valid), None)
    if chosen is None:
        raise InvalidInput("paper_not_of_case", known="、".join(paper.number for _, paper in papers))
    line, paper = chosen
    against = _contradicted(case, paper) if paper.late else [other for _, other in papers if other.late]
    withdrawn = [{"kind": other.kind, "number": other.number} for other in against]
    data: dict[str, object] = {"valid": valid, "withdrawn": withdrawn}
    stands, says = _standing(tx.conn, line, paper) if paper.late else ({}, {})
    return [
        NewEvent(
            "settled", each.id, each.epoch, person.name,
            {**data, **(stands if each is case else {})}, {"reason": reason, **(says if each is case else {})},
        )
        for each in lines
    ]


def has_late_word(case: Case) -> bool:
    """Whether a paper that binds waits for somebody to say whether it is valid."""
    return any(paper.late for paper in _binding(case))


def _lines(batch: Batch, case_id: CaseId) -> list[Case]:
    both = [case_id, *sorted(related(batch, [case_id]))]
    return [case for line in both if (case := batch.case(line)) is not None]


def _check(newer: Case, older: Case) -> None:
    if newer.item.code != older.item.code or newer.applicant.id_number != older.applicant.id_number:
        raise CounterError("continues_other_application", case=str(older.id))
    if older.continued_by:
        raise CounterError("continues_continued", case=str(older.id), by=older.continued_by)
    if older.holder == HALL or older.state not in _UNDECIDED:
        raise CounterError("continues_decided", case=str(older.id))


def _binding(case: Case) -> list[IssuedNotice]:
    return [notice for notice in case.notices if binds(notice.kind) and not notice.spoiled]


def _contradicted(living: Case, late: IssuedNotice) -> list[IssuedNotice]:
    """The binding papers that the living case served on a baton that the writer of the late one no longer had."""
    own = living.id.device == late.event.device  # no second case: the baton of this one was taken back
    return [paper for paper in _binding(living) if not paper.late and (not own or paper.epoch > late.epoch)]


def _standing(conn: Connection, line: Case, paper: IssuedNotice) -> tuple[dict[str, object], dict[str, object]]:
    """Where the late line had brought the case: the public and the private part of it."""
    events = [event for event, _ in cases.history(conn, line.id)]
    stood = late_line(events, paper.event.device)
    assert stood is not None, "a paper has a case"
    known = frozenset(rule.id for rule in items.item_of(conn, stood.item.code, stood.item.version).materials)
    public, private = gaps_to_plain(stood.gaps, known) if stood.gaps else ({}, {})
    running = [clock_to_plain(clock) for clock in stood.clocks if clock.is_open]
    data: dict[str, object] = {"state": stood.state.value, "clocks": running}
    if stood.accepted_on is not None:
        data |= {"accepted_on": stood.accepted_on.isoformat(), "accepted_at": stood.accepted_at_ms}
    return {**data, **public}, dict(private)


def _needed(given: Mapping[str, object], key: str) -> str:
    value = text_of(given, key).strip()
    if not value:
        raise InvalidInput("act_needs", field=key)
    return value

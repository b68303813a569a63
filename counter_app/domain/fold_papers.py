"""The papers of a case as events leave them: issued, printed, stamped, sealed, spoiled; a part of the fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from counter_app.domain import suspicion
from counter_app.domain.case import Case, IssuedNotice
from counter_app.domain.events import Event
from counter_app.domain.identifiers import EventId
from counter_app.domain.moments import local_date
from counter_app.domain.quick_replace import replace
from counter_app.domain.states import CaseState
from counter_app.domain.wire_values import (
    clock_from_plain,
    date_of,
    gaps_from_plain,
    map_of,
    number_of,
    rows_of,
    text_of,
)


def with_papers_and_clocks(case: Case, event: Event) -> Case:
    """With the papers that the event issued and the clocks that it started in the place of running ones."""
    new = suspicion.started((clock_from_plain(row) for row in rows_of(event.data, "clocks")), case.clocks, event)
    codes = {clock.code for clock in new}
    kept = [clock for clock in case.clocks if not (clock.is_open and clock.code in codes)]
    papers = issued(event)
    suspects = suspicion.noted(case.suspects, event) if new or papers else case.suspects
    return replace(case, clocks=(*kept, *new), notices=case.notices + papers, suspects=suspects)


def issued(event: Event, *, late: bool = False) -> tuple[IssuedNotice, ...]:
    """The papers that the event issued."""
    return tuple(
        IssuedNotice(
            kind=text_of(row, "kind"),
            number=text_of(row, "number"),
            template=text_of(row, "template"),
            event=event.id,
            at_ms=event.at_ms,
            temporary=bool(row.get("temporary")),
            epoch=event.epoch,
            late=late,
            origin=_origin(row),
            part=number_of(map_of(row, "origin"), "part") if "origin" in row else part,
        )
        for part, row in enumerate(rows_of(event.data, "notices"))
    )


def _origin(row: Mapping[str, object]) -> EventId | None:
    if "origin" not in row:
        return None
    origin = map_of(row, "origin")
    return EventId(text_of(origin, "device"), number_of(origin, "seq"))


def settled(case: Case, event: Event) -> Case:
    """A supervisor said which paper is valid; if it is the late one, the case stands where that one put it."""
    valid, reason = text_of(event.data, "valid"), text_of(event.private or {}, "reason") or "-"
    withdrawn = {(text_of(row, "kind"), text_of(row, "number")) for row in rows_of(event.data, "withdrawn")}
    notices = tuple(
        replace(notice, spoiled=reason, late=False)
        if (notice.kind, notice.number) in withdrawn
        else replace(notice, late=notice.late and notice.number != valid)
        for notice in case.notices
    )
    case = replace(case, notices=notices, frozen=False)
    return _put_right(case, event) if "state" in event.data else case


def _put_right(case: Case, event: Event) -> Case:
    accepted_on, ended_on = event.data.get("accepted_on"), local_date(event.at_ms)
    ended = (replace(clock, ended_on=ended_on) if clock.is_open else clock for clock in case.clocks)
    return replace(
        case,
        state=CaseState(text_of(event.data, "state")),
        clocks=(*ended, *(clock_from_plain(row) for row in rows_of(event.data, "clocks"))),
        gaps=gaps_from_plain(event.data, event.private or {}),
        accepted_on=date_of(event.data, "accepted_on") if accepted_on else None,
        accepted_at_ms=number_of(event.data, "accepted_at") if accepted_on else None,
    )


def printed(case: Case, event: Event) -> Case:
    """So many copies more came out of it."""
    number, kind = text_of(event.data, "number"), text_of(event.data, "kind")
    copies = number_of(event.data, "copies")
    return _each_notice(case, kind, number, lambda notice: replace(notice, prints=notice.prints + copies))


def stamped(case: Case, event: Event) -> Case:
    """So many copies more bear the seal, or never will."""
    number, kind = text_of(event.data, "number"), text_of(event.data, "kind")
    copies = number_of(event.data, "copies") + number_of(event.data, "without")
    return _each_notice(case, kind, number, lambda notice: replace(notice, stamped=notice.stamped + copies))


def sealed(case: Case, event: Event) -> Case:
    """An electronic seal (电子印章) stands under the paper; of two that came from two machines the first is shown."""
    number, kind, seal = (text_of(event.data, name) for name in ("number", "kind", "certificate"))
    return _each_notice(case, kind, number, lambda notice: replace(notice, seal=notice.seal or seal))


def spoiled(case: Case, event: Event) -> Case:
    """The paper counts no more; one that takes its place has the next number, which a decision is then known by."""
    reason = text_of(event.private or {}, "reason") or "-"
    kind, number = text_of(event.data, "kind"), text_of(event.data, "number")
    again = issued(event)
    case = _each_notice(case, kind, number, lambda notice: replace(notice, spoiled=reason))
    is_decision = bool(again) and case.decision_no == number
    return replace(
        case,
        notices=case.notices + again,
        decision_no=again[0].number if is_decision else case.decision_no,
    )


def registered(case: Case, event: Event) -> Case:
    """A temporary number has got the final one that it stands for."""
    kind, number = text_of(event.data, "kind"), text_of(event.data, "replaces")
    final = text_of(event.data, "number")
    return _each_notice(case, kind, number, lambda notice: replace(notice, final_number=final))


def _each_notice(case: Case, kind: str, number: str, change: Callable[[IssuedNotice], IssuedNotice]) -> Case:
    notices = tuple(
        change(notice) if (notice.kind, notice.number) == (kind, number) else notice for notice in case.notices
    )
    return replace(case, notices=notices)
